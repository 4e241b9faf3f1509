/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_BUFFER_SOURCE_H__
#define __GST_WEB_AUDIO_BUFFER_SOURCE_H__

#include "scheduledsource.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_BUFFER_SOURCE \
    (gst_web_audio_buffer_source_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioBufferSource, gst_web_audio_buffer_source, GST,
    WEB_AUDIO_BUFFER_SOURCE, GstWebAudioScheduledSource)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (buffersource);

G_END_DECLS

#endif
