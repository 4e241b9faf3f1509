/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_MEDIA_STREAM_SOURCE_H__
#define __GST_WEB_AUDIO_MEDIA_STREAM_SOURCE_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_MEDIA_STREAM_SOURCE \
    (gst_web_audio_media_stream_source_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioMediaStreamSource,
    gst_web_audio_media_stream_source, GST, WEB_AUDIO_MEDIA_STREAM_SOURCE,
    GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (mediastreamsource);

G_END_DECLS

#endif
