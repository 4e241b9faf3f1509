/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cycles of links. Without a delay line in it a cycle cannot be rendered: its
 * nodes are muted, as the spec says.
 * https://webaudio.github.io/web-audio-api/#rendering-loop
 */
#ifndef __GST_WEB_AUDIO_CYCLE_H__
#define __GST_WEB_AUDIO_CYCLE_H__

#include "node.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL
void gst_web_audio_cycle_mute (GstWebAudioGraph * graph);

G_GNUC_INTERNAL
void gst_web_audio_cycle_report (GstWebAudioNode * node);

G_END_DECLS

#endif
