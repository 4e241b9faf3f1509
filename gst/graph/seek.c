/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Seeking. A graph has one time line, so a seek that arrives at any of its
 * outputs moves them all; the same seek, arriving from another sink, is then
 * done already.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "graph.h"
#include "input.h"
#include "output.h"
#include "suspend.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

typedef struct
{
  GPtrArray *drivers;           /* GstWebAudioOutput, being moved */
  GPtrArray *edges;             /* GstWebAudioInput, pushed into */
} Reach;

static void
reach_init (Reach * reach)
{
  reach->drivers = g_ptr_array_new_with_free_func (gst_object_unref);
  reach->edges = g_ptr_array_new_with_free_func (gst_object_unref);
}

static void
reach_clear (Reach * reach)
{
  g_ptr_array_unref (reach->drivers);
  g_ptr_array_unref (reach->edges);
}

/* Finds who has to move. Needs the graph's lock. */
static void
find_reach (GstWebAudioGraph * graph, Reach * reach)
{
  guint i, j;

  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    for (j = 0; j < node->outputs->len; j++) {
      GstWebAudioOutput *driver = g_ptr_array_index (node->outputs, j);

      if (driver->driving)
        g_ptr_array_add (reach->drivers, gst_object_ref (driver));
    }
    for (j = 0; j < node->inputs->len; j++) {
      GstWebAudioInput *input = g_ptr_array_index (node->inputs, j);

      if (!input->output)
        g_ptr_array_add (reach->edges, gst_object_ref (input));
    }
  }
}

/* Finds who has to move and asks the drivers to leave their waits. Needs the
 * graph's lock. */
static void
interrupt_drivers (GstWebAudioGraph * graph, Reach * reach)
{
  guint i;

  find_reach (graph, reach);
  for (i = 0; i < reach->drivers->len; i++) {
    GstWebAudioOutput *driver = g_ptr_array_index (reach->drivers, i);

    g_atomic_int_set (&driver->interrupted, TRUE);
  }
  g_cond_broadcast (&graph->cond);
}

/* How many graphs this thread is moving: one graph may be upstream of another. */
static GPrivate depth;

/* Whether the graph is to be moved. If it has been already, but now the seek
 * comes from a graph downstream that is moving, it is moved again: what that
 * one took in between is lost. */
static gboolean
begin_seek (GstWebAudioNode * node, guint32 seqnum, Reach * reach)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  gboolean nested = GPOINTER_TO_INT (g_private_get (&depth)) > 0;
  gboolean is_new = !graph->seeking && (nested || graph->seek_seqnum != seqnum);

  if (is_new) {
    graph->seek_seqnum = seqnum;
    graph->seeking = TRUE;
    interrupt_drivers (graph, reach);
  }
  gst_web_audio_graph_unlock (graph);
  return is_new;
}

static void
push_flush (GPtrArray * drivers, gboolean start, guint32 seqnum)
{
  guint i;

  for (i = 0; i < drivers->len; i++) {
    GstEvent *event = start ? gst_event_new_flush_start () :
        gst_event_new_flush_stop (TRUE);

    gst_event_set_seqnum (event, seqnum);
    gst_pad_push_event (g_ptr_array_index (drivers, i), event);
  }
}

/* Stops all tasks and keeps them from starting. */
static void
hold_drivers (GPtrArray * drivers)
{
  guint i;

  for (i = 0; i < drivers->len; i++) {
    GstWebAudioOutput *driver = g_ptr_array_index (drivers, i);

    GST_OBJECT_LOCK (driver);
    if (driver->clock_id)
      gst_clock_id_unschedule (driver->clock_id);
    GST_OBJECT_UNLOCK (driver);
    gst_pad_pause_task (GST_PAD (driver));
    GST_PAD_STREAM_LOCK (driver);
  }
}

static gboolean
seek_edges (GPtrArray * edges, GstEvent * event)
{
  gint level = GPOINTER_TO_INT (g_private_get (&depth));
  gboolean all = TRUE;
  guint i;

  g_private_set (&depth, GINT_TO_POINTER (level + 1));
  for (i = 0; i < edges->len; i++)
    all &= gst_pad_push_event (g_ptr_array_index (edges, i),
        gst_event_ref (event));
  g_private_set (&depth, GINT_TO_POINTER (level));
  return all;
}

/* Where the graph is now, as running time. */
static GstClockTime
running_position (GstWebAudioGraph * graph)
{
  GstClockTime time = gst_segment_to_running_time (&graph->segment,
      GST_FORMAT_TIME, graph->segment.position);

  return GST_CLOCK_TIME_IS_VALID (time) ? time : graph->segment.base;
}

/* No node keeps anything of the past. Needs the graph's lock. */
static void
forget_past (GstWebAudioGraph * graph)
{
  guint i, j;

  graph->started = TRUE;
  if (graph->rate)
    gst_web_audio_graph_set_now (graph,
        gst_web_audio_first_frame (graph->segment.position, graph->rate));
  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    node->rendered = FALSE;
    node->fresh = FALSE;
    node->joined = 0;
    node->end_requested = FALSE;
    node->prepared = FALSE;
    gst_web_audio_node_seek_params (node, gst_web_audio_graph_get_time (node));
    for (j = 0; j < node->outputs->len; j++)
      gst_web_audio_output_drop_backlog (g_ptr_array_index (node->outputs, j));
    for (j = 0; j < node->inputs->len; j++)
      ((GstWebAudioInput *) g_ptr_array_index (node->inputs, j))->delta = 0;
  }
}

/* Puts the whole graph to where @event says. */
static void
move_graph (GstWebAudioNode * node, GstEvent * event)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  GstSegment *segment = &graph->segment;
  GstClockTime running = running_position (graph);
  GstSeekFlags flags;
  GstFormat format;
  GstSeekType start_type, stop_type;
  gint64 start, stop;
  gdouble rate;

  gst_event_parse_seek (event, &rate, &format, &flags, &start_type, &start,
      &stop_type, &stop);
  gst_segment_do_seek (segment, rate, format, flags, start_type, start,
      stop_type, stop, NULL);
  segment->start = segment->position;
  segment->time = segment->start;
  segment->offset = 0;
  segment->base = flags & GST_SEEK_FLAG_FLUSH ? 0 : running;
  if (flags & GST_SEEK_FLAG_FLUSH)
    gst_web_audio_suspend_restart_time (graph);
  forget_past (graph);
  gst_web_audio_graph_unlock (graph);
}

static void
release_drivers (GstWebAudioNode * node, GPtrArray * drivers, guint32 seqnum)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  guint i;

  graph->seeking = FALSE;
  graph->dirty = TRUE;
  for (i = 0; i < drivers->len; i++) {
    GstWebAudioOutput *driver = g_ptr_array_index (drivers, i);

    g_atomic_int_set (&driver->interrupted, FALSE);
    driver->located = FALSE;
    driver->ended = FALSE;
    driver->done = FALSE;
    driver->need_segment = TRUE;
    driver->seqnum = seqnum;
  }
  gst_web_audio_graph_unlock (graph);
  for (i = 0; i < drivers->len; i++) {
    GstWebAudioOutput *driver = g_ptr_array_index (drivers, i);

    gst_web_audio_driver_start (driver);
    GST_PAD_STREAM_UNLOCK (driver);
  }
}

static gboolean
is_possible (GstEvent * event)
{
  GstFormat format;
  GstSeekType start_type, stop_type;
  gdouble rate;

  gst_event_parse_seek (event, &rate, &format, NULL, &start_type, NULL,
      &stop_type, NULL);
  /* time cannot run backwards through a graph that has a memory, and its end
   * is not known */
  return format == GST_FORMAT_TIME && rate > 0.0
      && start_type != GST_SEEK_TYPE_END && stop_type != GST_SEEK_TYPE_END;
}

/*
 * gst_web_audio_seek:
 * @event: a SEEK that came to @output
 *
 * Moves the graph, as if it had been rendered up to there, and what is pushed
 * into it.
 *
 * Returns: whether it moved
 */
gboolean
gst_web_audio_seek (GstWebAudioOutput * output, GstEvent * event)
{
  guint32 seqnum = gst_event_get_seqnum (event);
  Reach reach;
  GstSeekFlags flags;
  gboolean flush, moved = TRUE;

  if (!is_possible (event))
    return FALSE;
  gst_event_parse_seek (event, NULL, NULL, &flags, NULL, NULL, NULL, NULL);
  flush = (flags & GST_SEEK_FLAG_FLUSH) != 0;

  reach_init (&reach);
  if (begin_seek (output->node, seqnum, &reach)) {
    if (flush)
      push_flush (reach.drivers, TRUE, seqnum);
    hold_drivers (reach.drivers);
    /* before upstream is asked, because a driver may be part of it */
    if (flush)
      push_flush (reach.drivers, FALSE, seqnum);
    moved = seek_edges (reach.edges, event);
    if (moved)
      move_graph (output->node, event);
    release_drivers (output->node, reach.drivers, seqnum);
  }
  reach_clear (&reach);
  return moved;
}

/* Whether all that is heard is what is pushed into the one edge. */
static gboolean
is_only_source (GstWebAudioGraph * graph)
{
  guint i;

  if (graph->dirty)
    gst_web_audio_graph_refresh (graph);
  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    if (!gst_web_audio_node_is_connected (node))
      return FALSE;
  }
  return graph->edges->len == 1;
}

/*
 * gst_web_audio_node_flush:
 * @event: FLUSH_START or FLUSH_STOP that came from upstream
 *
 * Where a graph only filters one stream, its downstream is flushed with it, as
 * by any filter, and the stream's next segment becomes the graph's. Other
 * graphs go on.
 */
void
gst_web_audio_node_flush (GstWebAudioNode * node, GstEvent * event)
{
  gboolean start = GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START;
  guint32 seqnum = gst_event_get_seqnum (event);
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  gboolean concerned = !graph->seeking && is_only_source (graph);
  Reach reach;

  reach_init (&reach);
  if (concerned)
    interrupt_drivers (graph, &reach);
  if (concerned && !start) {
    graph->seek_seqnum = seqnum;
    graph->adopting = TRUE;
    forget_past (graph);
  }
  gst_web_audio_graph_unlock (graph);
  if (concerned) {
    if (!start)
      hold_drivers (reach.drivers);
    push_flush (reach.drivers, start, seqnum);
    if (!start)
      release_drivers (node, reach.drivers, seqnum);
  }
  reach_clear (&reach);
}

/*
 * gst_web_audio_node_adopt_segment:
 * @segment: what came from upstream
 *
 * Makes the time line of upstream that of the graph, if it is its filter and
 * has been flushed.
 */
void
gst_web_audio_node_adopt_segment (GstWebAudioNode * node,
    const GstSegment * segment)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  Reach reach;
  guint i;

  if (graph->adopting && segment->format == GST_FORMAT_TIME
      && segment->rate > 0) {
    graph->adopting = FALSE;
    graph->segment = *segment;
    graph->segment.position = segment->start;
    forget_past (graph);
    reach_init (&reach);
    find_reach (graph, &reach);
    for (i = 0; i < reach.drivers->len; i++)
      GST_WEB_AUDIO_OUTPUT_CAST (g_ptr_array_index (reach.drivers, i))->located
          = FALSE;
    for (i = 0; i < reach.edges->len; i++)
      gst_web_audio_edge_flush (GST_WEB_AUDIO_INPUT_CAST (g_ptr_array_index
              (reach.edges, i))->edge);
    reach_clear (&reach);
    g_cond_broadcast (&graph->cond);
  }
  gst_web_audio_graph_unlock (graph);
}
