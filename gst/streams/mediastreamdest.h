/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_MEDIA_STREAM_DEST_H__
#define __GST_WEB_AUDIO_MEDIA_STREAM_DEST_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_MEDIA_STREAM_DEST \
    (gst_web_audio_media_stream_dest_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioMediaStreamDest,
    gst_web_audio_media_stream_dest, GST, WEB_AUDIO_MEDIA_STREAM_DEST,
    GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (mediastreamdest);

G_END_DECLS

#endif
