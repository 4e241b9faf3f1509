/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Suspending a graph: nothing of it is rendered, and its time stands still. */
#ifndef __GST_WEB_AUDIO_SUSPEND_H__
#define __GST_WEB_AUDIO_SUSPEND_H__

#include "node.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL
void gst_web_audio_suspend (GstWebAudioNode * node);

G_GNUC_INTERNAL
void gst_web_audio_suspend_at (GstWebAudioNode * node, gdouble time);

G_GNUC_INTERNAL
void gst_web_audio_resume (GstWebAudioNode * node, gboolean played);

G_GNUC_INTERNAL
void gst_web_audio_delay (GstWebAudioNode * node, gboolean delay);

G_GNUC_INTERNAL
void gst_web_audio_load (GstWebAudioNode * node, gboolean loading);

G_GNUC_INTERNAL
void gst_web_audio_close (GstWebAudioNode * node);

G_GNUC_INTERNAL
guint64 gst_web_audio_suspend_frame_at (gdouble time, gint rate);

/* for the driver and the graph */

G_GNUC_INTERNAL
void gst_web_audio_suspend_restart_time (GstWebAudioGraph * graph);

G_GNUC_INTERNAL
gboolean gst_web_audio_suspend_loads (GstWebAudioGraph * graph);

G_GNUC_INTERNAL
gboolean gst_web_audio_suspend_reached (GstWebAudioGraph * graph,
    guint64 frame);

G_GNUC_INTERNAL
GstWebAudioGraph *gst_web_audio_suspend_enter (GstWebAudioGraph * graph,
    GstWebAudioNode * node, guint64 frame);

G_GNUC_INTERNAL
void gst_web_audio_suspend_refresh (GstWebAudioGraph * graph);

G_END_DECLS

#endif
