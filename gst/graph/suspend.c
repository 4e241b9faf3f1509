/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Suspending. A node may keep its graph from being rendered, at once or from a
 * frame on; all drivers then wait until it lets go. It is the node that holds,
 * not the graph, because graphs join and split.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "graph.h"
#include "input.h"
#include "output.h"
#include "suspend.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

/* How long drivers that are behind are waited for. */
#define PATIENCE G_TIME_SPAN_SECOND

static void
changed (GstWebAudioGraph * graph)
{
  graph->dirty = TRUE;
  g_cond_broadcast (&graph->cond);
}

/* Where the pipeline is, or where it was paused. Not asked is whether it plays:
 * while a new sink takes its first buffer it does not, and yet time goes on. */
static GstClockTime
get_running_time (GstWebAudioNode * node)
{
  GstElement *element = GST_ELEMENT (node);
  GstClockTime time = gst_element_get_start_time (element);
  GstClock *clock = gst_element_get_clock (element);

  if (clock && g_atomic_int_get (&node->playing)) {
    GstClockTime base = gst_element_get_base_time (element);

    time = gst_clock_get_time (clock);
    time = time > base ? time - base : 0;
  }
  gst_clear_object (&clock);
  return GST_CLOCK_TIME_IS_VALID (time) ? time : 0;
}

static void
hold (GstWebAudioNode * node)
{
  node->holding = TRUE;
  node->hold_time = G_MAXDOUBLE;
  node->held_at = get_running_time (node);
}

/*
 * gst_web_audio_suspend:
 *
 * From the next block on nothing of the node's graph is rendered.
 */
void
gst_web_audio_suspend (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  if (!node->holding) {
    hold (node);
    changed (graph);
  }
  gst_web_audio_graph_unlock (graph);
}

/*
 * gst_web_audio_suspend_at:
 * @time: in seconds, or %G_MAXDOUBLE for none
 *
 * The node's graph is rendered up to the first quantum that begins at @time or
 * later. The held() of its class is called when it is there.
 */
void
gst_web_audio_suspend_at (GstWebAudioNode * node, gdouble time)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  node->hold_time = time;
  changed (graph);
  gst_web_audio_graph_unlock (graph);
}

/* Whether a clock decides when the graph is heard. */
static gboolean
is_played (GstWebAudioGraph * graph)
{
  guint i, j;

  if (graph->live)
    return TRUE;
  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    for (j = 0; j < node->outputs->len; j++) {
      GstWebAudioOutput *output = g_ptr_array_index (node->outputs, j);

      if (output->driving && output->configured && !output->keep_gaps)
        return TRUE;
    }
  }
  return FALSE;
}

/* What live streams delivered meanwhile is old. */
static void
skip_live (GstWebAudioGraph * graph)
{
  guint i;

  for (i = 0; i < graph->edges->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (graph->edges, i);

    if (input->live)
      gst_web_audio_edge_skip (input->edge, input->jitter);
  }
}

/* What has been waited for meanwhile has not kept us waiting. */
static void
regain_patience (GstWebAudioGraph * graph)
{
  guint i, j;

  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    for (j = 0; j < node->inputs->len; j++)
      ((GstWebAudioInput *) g_ptr_array_index (node->inputs, j))->waiting_since
          = 0;
  }
}

/* What follows is heard later by @time. */
static void
rebase (GstWebAudioGraph * graph, GstClockTime time)
{
  guint i, j;

  graph->segment.base += time;
  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    for (j = 0; j < node->outputs->len; j++)
      GST_WEB_AUDIO_OUTPUT_CAST (g_ptr_array_index (node->outputs, j))->rebased
          = TRUE;
  }
}

/*
 * gst_web_audio_resume:
 * @played: whether a clock decides when the graph is heard, as far as the node
 *     knows
 *
 * The graph goes on with the frame at which it stopped. Where it is played, it
 * is heard later by the time for which it was suspended.
 */
void
gst_web_audio_resume (GstWebAudioNode * node, gboolean played)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  if (node->holding) {
    GstClockTime now = get_running_time (node);

    node->holding = FALSE;
    skip_live (graph);
    if (graph->started && (played || is_played (graph))
        && GST_CLOCK_TIME_IS_VALID (node->held_at) && now > node->held_at)
      rebase (graph, now - node->held_at);
    regain_patience (graph);
    changed (graph);
  }
  gst_web_audio_graph_unlock (graph);
}

/*
 * gst_web_audio_suspend_restart_time:
 *
 * The running time begins anew, and while the graph is suspended it stands
 * still. Needs the graph's lock.
 */
void
gst_web_audio_suspend_restart_time (GstWebAudioGraph * graph)
{
  guint i;

  for (i = 0; i < graph->nodes->len; i++)
    ((GstWebAudioNode *) g_ptr_array_index (graph->nodes, i))->held_at =
        GST_CLOCK_TIME_NONE;
}

/*
 * gst_web_audio_delay:
 *
 * Whether nothing of the node's graph is to be rendered for the moment. Unlike
 * a suspension that is made up for: time goes on. While a consumer is being
 * exchanged, others must not run away from it.
 */
void
gst_web_audio_delay (GstWebAudioNode * node, gboolean delay)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  if (node->delaying != delay) {
    node->delaying = delay;
    changed (graph);
  }
  gst_web_audio_graph_unlock (graph);
}

/*
 * gst_web_audio_load:
 * @loading: whether the node has not got yet what it renders with
 *
 * A graph does not begin before all of its nodes are there, unless it is live.
 * One that has begun goes on: others are heard already.
 */
void
gst_web_audio_load (GstWebAudioNode * node, gboolean loading)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  if (node->loading != loading) {
    node->loading = loading;
    changed (graph);
  }
  gst_web_audio_graph_unlock (graph);
}

/*
 * gst_web_audio_suspend_loads:
 *
 * Returns: whether the graph is to wait with its beginning. Needs the graph's
 *     lock.
 */
gboolean
gst_web_audio_suspend_loads (GstWebAudioGraph * graph)
{
  return graph->loading && !graph->started && !graph->live && !graph->closed;
}

/*
 * gst_web_audio_close:
 *
 * The graph ends with the next block, until the node goes to READY.
 */
void
gst_web_audio_close (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  node->holding = FALSE;
  node->hold_time = G_MAXDOUBLE;
  node->closed = TRUE;
  changed (graph);
  gst_web_audio_graph_unlock (graph);
}

/*
 * gst_web_audio_suspend_frame_at:
 * @time: in seconds
 *
 * Returns: the first frame of a quantum at @time or later
 */
guint64
gst_web_audio_suspend_frame_at (gdouble time, gint rate)
{
  gdouble quanta = time * rate / GST_WEB_AUDIO_QUANTUM;

  if (rate == 0 || quanta > G_MAXUINT32)
    return GST_BUFFER_OFFSET_NONE;
  /* a time that was meant to be a quantum's is one */
  return (guint64) ceil (quanta - 1e-6) * GST_WEB_AUDIO_QUANTUM;
}

/* The frame before which the node suspends a graph of @rate. */
static guint64
first_held (GstWebAudioNode * node, gint rate)
{
  return node->holding ? 0 :
      gst_web_audio_suspend_frame_at (node->hold_time, rate);
}

/*
 * gst_web_audio_suspend_refresh:
 *
 * Works out what the nodes together ask for. Needs the graph's lock.
 */
void
gst_web_audio_suspend_refresh (GstWebAudioGraph * graph)
{
  guint i;

  graph->hold = GST_BUFFER_OFFSET_NONE;
  graph->closed = FALSE;
  graph->loading = FALSE;
  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    graph->hold = MIN (graph->hold, node->delaying ? 0 :
        first_held (node, graph->rate));
    graph->closed |= node->closed;
    graph->loading |= node->loading;
  }
}

/*
 * gst_web_audio_suspend_reached:
 * @frame: that is to be rendered next
 *
 * Returns: whether it is not to be. Needs the graph's lock.
 */
gboolean
gst_web_audio_suspend_reached (GstWebAudioGraph * graph, guint64 frame)
{
  return !graph->closed && frame >= graph->hold;
}

/* Whether a driver that runs has not come to @frame yet. */
static gboolean
is_behind (GstWebAudioOutput * output, guint64 frame)
{
  return output->driving && !output->done && !output->refused
      && output->located && output->position < frame;
}

/* Whether all drivers have come to @frame: what is changed there counts for each
 * of them. One that its downstream holds up is not waited for any longer. */
static gboolean
are_all_there (GstWebAudioGraph * graph, guint64 frame)
{
  gint64 now = g_get_monotonic_time ();
  gboolean behind = FALSE;
  guint i, j;

  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    for (j = 0; j < node->outputs->len; j++)
      behind |= is_behind (g_ptr_array_index (node->outputs, j), frame);
  }
  if (behind && graph->reached_at == 0)
    graph->reached_at = now;
  if (behind && now - graph->reached_at < PATIENCE)
    return FALSE;
  graph->reached_at = 0;
  return TRUE;
}

/* Those that hold the graph from now on. */
static GPtrArray *
take_hold (GstWebAudioGraph * graph, guint64 frame)
{
  GPtrArray *holders = g_ptr_array_new_with_free_func (gst_object_unref);
  guint i;

  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    if (!node->holding && frame >= first_held (node, graph->rate)) {
      hold (node);
      g_ptr_array_add (holders, gst_object_ref (node));
    }
  }
  if (holders->len > 0)
    changed (graph);
  return holders;
}

/*
 * gst_web_audio_suspend_enter:
 * @graph: (transfer full): of @node, locked
 * @frame: that was reached
 *
 * The nodes that asked for it hold the graph from now on, and are told.
 *
 * Returns: (nullable) (transfer full): the graph of @node, locked; %NULL if
 *     nobody had to be told, and @graph is still locked
 */
GstWebAudioGraph *
gst_web_audio_suspend_enter (GstWebAudioGraph * graph,
    GstWebAudioNode * node, guint64 frame)
{
  GPtrArray *holders;
  gboolean any;
  guint i;

  if (!are_all_there (graph, MIN (frame, graph->hold)))
    return NULL;
  holders = take_hold (graph, frame);
  any = holders->len > 0;
  if (any)
    gst_web_audio_graph_unlock (graph);
  for (i = 0; i < holders->len; i++) {
    GstWebAudioNode *holder = g_ptr_array_index (holders, i);

    if (GST_WEB_AUDIO_NODE_GET_CLASS (holder)->held)
      GST_WEB_AUDIO_NODE_GET_CLASS (holder)->held (holder, frame);
  }
  g_ptr_array_unref (holders);
  return any ? gst_web_audio_graph_lock (node) : NULL;
}
