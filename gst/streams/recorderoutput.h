/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes out of the encodebin of a take: it waits for the takes before, is
 * pushed from the recorder's src pad and gathered for chunks. A downstream that is
 * not there, or wants no more, does not end a recording.
 */
#ifndef __GST_WEB_AUDIO_RECORDER_OUTPUT_H__
#define __GST_WEB_AUDIO_RECORDER_OUTPUT_H__

#include "recordertake.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL
GstPad *gst_web_audio_recorder_output_new_pad (GstWebAudioTake * take);
G_GNUC_INTERNAL
gboolean gst_web_audio_recorder_output_is_rewritable (GstWebAudioTake * take);
G_GNUC_INTERNAL
gboolean gst_web_audio_recorder_output_is_file (GstWebAudioTake * take);

G_END_DECLS

#endif
