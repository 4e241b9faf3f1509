/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioGraph: the nodes that render together, that is, a connected
 * component of pulled links. It is the AudioContext's rendering side: one
 * lock, one rate, one block size, one time line.
 *
 * Locks, in the order in which they are taken: a pad's stream lock where it
 * drives, the graph's lock (of two graphs the one at the lower address first),
 * the stream locks of pulled pads, object locks, the topology lock (which node
 * is in which graph; private to graph.c). Rendering happens under the graph's
 * lock, so whatever takes it acts between two blocks.
 */
#ifndef __GST_WEB_AUDIO_GRAPH_H__
#define __GST_WEB_AUDIO_GRAPH_H__

#include "node.h"

G_BEGIN_DECLS

/**
 * GstWebAudioGraph:
 * @lock: guards everything below and the fields of nodes, inputs and outputs
 * @cond: signalled whenever a waiting thread may have to look again
 * @waiting: how many threads wait for it
 * @nodes: (element-type GstWebAudioNode): the members, not owned
 * @rate: frames per second, 0 while not negotiated
 * @block_size: frames that are rendered at once, a multiple of the quantum
 * @segment: maps running time to graph time
 * @n_behind: how many outputs hold blocks which their consumer has not asked
 *     for yet
 * @edges: (element-type GstWebAudioInput): those that are pushed into, as of
 *     the last refresh, not owned
 * @sources: (element-type GstWebAudioNode): those that may end by themselves,
 *     as of the last refresh, not owned
 * @first: (element-type GstWebAudioNode): those that are rendered before each
 *     block, as of the last refresh, not owned
 * @last: (element-type GstWebAudioNode): those that are rendered after it
 * @limits: (element-type GstWebAudioNode): those that limit how much is
 *     rendered at once
 * @open: (element-type GstWebAudioNode): scratch of the search for cycles
 * @has_tails: whether a node sounds on after its input, as of the last refresh
 * @draining: whether one does so now: quanta are rendered one by one, because
 *     its sound ends at one
 * @unsettled: links or channels have just changed, so that the next quantum is
 *     rendered alone where a node sounds on: what comes out of it may change
 *     later, which it knows when it has seen what goes in
 * @now: the frame up to which it has been rendered; atomic
 * @turned_at: monotonic time at which the last block was begun
 * @traced: whether a tracer was active then, which may want to see each pull
 * @live: whether a node asks for a live graph, or a live stream is followed
 * @delay: how much later than they belong the frames of a live graph are
 *     rendered, so that live streams can deliver them
 * @dirty: links or consumers changed: refresh before the next block
 * @started: a driver has begun, so that the segment counts
 * @seek_seqnum: the last seek, which reaches us once per driver
 * @seeking: inputs that are pushed into take all data without blocking
 * @adopting: the next segment from upstream becomes the graph's
 * @hold: the frame before which a node suspends the graph, as of the last
 *     refresh
 * @reached_at: monotonic time at which the first driver got there, or 0
 * @closed: whether a node ends the graph, as of the last refresh
 * @loading: whether a node keeps it from beginning, as of the last refresh
 */
struct _GstWebAudioGraph
{
  gint refs;
  GMutex lock;
  GCond cond;
  guint waiting;

  GPtrArray *nodes;
  gint rate;
  guint block_size;
  GstSegment segment;
  GstWebAudioBlockPools pools;
  guint n_behind;
  GPtrArray *edges;
  GPtrArray *sources;
  GPtrArray *first;
  GPtrArray *last;
  GPtrArray *limits;
  GPtrArray *open;
  gboolean has_tails;
  gboolean draining;
  gboolean unsettled;
  guint64 now;
  gint64 turned_at;
  gboolean traced;
  gboolean live;
  GstClockTime delay;
  gboolean dirty;
  gboolean started;
  guint32 seek_seqnum;
  gboolean seeking;
  gboolean adopting;
  guint64 hold;
  gint64 reached_at;
  gboolean closed;
  gboolean loading;
};

G_GNUC_INTERNAL
void gst_web_audio_graph_enter (GstWebAudioNode * node);

G_GNUC_INTERNAL
void gst_web_audio_graph_leave (GstWebAudioNode * node);

G_GNUC_INTERNAL
GstWebAudioGraph *gst_web_audio_graph_lock (GstWebAudioNode * node);

G_GNUC_INTERNAL
void gst_web_audio_graph_unlock (GstWebAudioGraph * graph);

G_GNUC_INTERNAL
GstWebAudioGraph *gst_web_audio_graph_wait (GstWebAudioGraph * graph,
    GstWebAudioNode * node, gint64 until);

G_GNUC_INTERNAL
void gst_web_audio_graph_signal (GstWebAudioGraph * graph);

G_GNUC_INTERNAL
void gst_web_audio_graph_wake (GstWebAudioNode * node);

G_GNUC_INTERNAL
void gst_web_audio_graph_connect (GstWebAudioInput * input,
    GstWebAudioOutput * output);

G_GNUC_INTERNAL
void gst_web_audio_graph_disconnect (GstWebAudioInput * input);

G_GNUC_INTERNAL
void gst_web_audio_graph_bind (GstWebAudioNode * node, GstWebAudioBond * bond);

G_GNUC_INTERNAL
void gst_web_audio_graph_unbind (GstWebAudioNode * node);

G_GNUC_INTERNAL
guint32 gst_web_audio_graph_next_visit (void);

G_GNUC_INTERNAL
void gst_web_audio_graph_refresh (GstWebAudioGraph * graph);

G_GNUC_INTERNAL
void gst_web_audio_graph_set_delay (GstWebAudioNode * node);

G_GNUC_INTERNAL
void gst_web_audio_graph_set_rate (GstWebAudioGraph * graph, gint rate);

G_GNUC_INTERNAL
void gst_web_audio_graph_set_now (GstWebAudioGraph * graph, guint64 frame);

G_GNUC_INTERNAL
guint64 gst_web_audio_graph_get_now (GstWebAudioNode * node, gint * rate);

G_GNUC_INTERNAL
gdouble gst_web_audio_graph_get_time (GstWebAudioNode * node);

G_GNUC_INTERNAL
guint64 gst_web_audio_graph_frame_at (GstWebAudioGraph * graph,
    GstClockTime running_time);

G_GNUC_INTERNAL
guint64 gst_web_audio_first_frame (GstClockTime time, gint rate);

/* Work that must not happen while rendering, done by the same thread when it
 * has let go of the graph. */

typedef void (*GstWebAudioDeferred) (gpointer object);

G_GNUC_INTERNAL
void gst_web_audio_deferral_begin (GstWebAudioGraph * graph);

G_GNUC_INTERNAL
void gst_web_audio_deferral_end (GstWebAudioGraph * graph);

G_GNUC_INTERNAL
gboolean gst_web_audio_defer (GstWebAudioDeferred func, gpointer object);

GST_DEBUG_CATEGORY_EXTERN (gst_web_audio_graph_debug);

G_END_DECLS

#endif
