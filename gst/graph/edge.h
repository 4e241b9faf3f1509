/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioEdge: where pushed audio enters the graph. It takes any raw
 * format and rate as upstream delivers it, and gives out blocks of the graph's
 * rate, placed on the graph's time line.
 *
 * Not thread-safe: guarded by the graph's lock.
 */
#ifndef __GST_WEB_AUDIO_EDGE_H__
#define __GST_WEB_AUDIO_EDGE_H__

#include "node.h"

G_BEGIN_DECLS

typedef struct _GstWebAudioEdge GstWebAudioEdge;

G_GNUC_INTERNAL
GstWebAudioEdge *gst_web_audio_edge_new (void);

G_GNUC_INTERNAL
void gst_web_audio_edge_free (GstWebAudioEdge * edge);

/* upstream's side */

G_GNUC_INTERNAL
void gst_web_audio_edge_set_info (GstWebAudioEdge * edge,
    const GstAudioInfo * info);

G_GNUC_INTERNAL
void gst_web_audio_edge_push (GstWebAudioEdge * edge, GstBuffer * buffer,
    GstClockTime running_time, GstClockTime now, guint64 rendering);

G_GNUC_INTERNAL
void gst_web_audio_edge_push_gap (GstWebAudioEdge * edge,
    GstClockTime running_time, GstClockTime duration);

G_GNUC_INTERNAL
void gst_web_audio_edge_end (GstWebAudioEdge * edge);

G_GNUC_INTERNAL
void gst_web_audio_edge_resume (GstWebAudioEdge * edge);

G_GNUC_INTERNAL
void gst_web_audio_edge_flush (GstWebAudioEdge * edge);

G_GNUC_INTERNAL
void gst_web_audio_edge_reset (GstWebAudioEdge * edge);

G_GNUC_INTERNAL
gboolean gst_web_audio_edge_is_full (GstWebAudioEdge * edge,
    GstClockTime limit);

G_GNUC_INTERNAL
void gst_web_audio_edge_skip (GstWebAudioEdge * edge, GstClockTime keep);

G_GNUC_INTERNAL
void gst_web_audio_edge_follow (GstWebAudioEdge * edge, GstClockTime jitter);

G_GNUC_INTERNAL
void gst_web_audio_edge_unfollow (GstWebAudioEdge * edge);

G_GNUC_INTERNAL
guint64 gst_web_audio_edge_get_underruns (GstWebAudioEdge * edge);

G_GNUC_INTERNAL
void gst_web_audio_edge_forget_underruns (GstWebAudioEdge * edge);

G_GNUC_INTERNAL
gint gst_web_audio_edge_get_rate (GstWebAudioEdge * edge);

/* the graph's side */

G_GNUC_INTERNAL
guint gst_web_audio_edge_prepare (GstWebAudioEdge * edge,
    GstWebAudioGraph * graph, guint64 frame, guint frames);

G_GNUC_INTERNAL
guint64 gst_web_audio_edge_get_uniform (GstWebAudioEdge * edge);

G_GNUC_INTERNAL
gboolean gst_web_audio_edge_has_ended (GstWebAudioEdge * edge);

G_GNUC_INTERNAL
GstFlowReturn gst_web_audio_edge_take (GstWebAudioEdge * edge,
    GstWebAudioNode * node, guint64 frame, guint frames,
    GstWebAudioBlock * block);

G_END_DECLS

#endif
