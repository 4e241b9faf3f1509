/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The encodebin of a take: how it is built, and the task that takes from the
 * queue, stamps times that have no holes, and pushes into it.
 */
#ifndef __GST_WEB_AUDIO_RECORDER_ENCODER_H__
#define __GST_WEB_AUDIO_RECORDER_ENCODER_H__

#include "recordertake.h"

G_BEGIN_DECLS

/* What can be recorded */
#define GST_WEB_AUDIO_RECORDER_CAPS \
    GST_AUDIO_CAPS_MAKE (GST_AUDIO_FORMATS_ALL) \
    ", layout = (string) interleaved"

G_GNUC_INTERNAL
gboolean gst_web_audio_recorder_encoder_build (GstWebAudioTake * take);
G_GNUC_INTERNAL
void gst_web_audio_recorder_encoder_start (GstWebAudioTake * take);

G_END_DECLS

#endif
