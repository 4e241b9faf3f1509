/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the sound of a node has come to its end, although nothing has said so
 * yet: in a loop every node waits for another one to end.
 */
#ifndef __GST_WEB_AUDIO_ENDING_H__
#define __GST_WEB_AUDIO_ENDING_H__

#include "node.h"

G_BEGIN_DECLS

/**
 * GstWebAudioEnding:
 * @GST_WEB_AUDIO_ENDING_NONE: something sounds, or may begin to
 * @GST_WEB_AUDIO_ENDING_FADING: all sources have ended, what they left sounds on
 * @GST_WEB_AUDIO_ENDING_OVER: nothing but silence will come any more
 */
typedef enum
{
  GST_WEB_AUDIO_ENDING_NONE,
  GST_WEB_AUDIO_ENDING_FADING,
  GST_WEB_AUDIO_ENDING_OVER
} GstWebAudioEnding;

G_GNUC_INTERNAL
GstWebAudioEnding gst_web_audio_ending_find (GstWebAudioNode * node);

G_END_DECLS

#endif
