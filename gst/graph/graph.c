/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graph: membership, its lock and what waits for it, and who consumes
 * what. What a graph is stands in graph.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "graph.h"
#include "input.h"
#include "link.h"
#include "output.h"

GST_DEBUG_CATEGORY (gst_web_audio_graph_debug);
#define GST_CAT_DEFAULT gst_web_audio_graph_debug

#define DEFAULT_BLOCK_SIZE 1024

/* Which node is in which graph. Never taken while a graph's lock is held. */
static GMutex topology;

static GstWebAudioGraph *
graph_new (void)
{
  GstWebAudioGraph *graph = g_new0 (GstWebAudioGraph, 1);

  graph->refs = 1;
  g_mutex_init (&graph->lock);
  g_cond_init (&graph->cond);
  graph->nodes = g_ptr_array_new ();
  graph->backlog = g_ptr_array_new ();
  graph->block_size = DEFAULT_BLOCK_SIZE;
  graph->dirty = TRUE;
  gst_segment_init (&graph->segment, GST_FORMAT_TIME);
  return graph;
}

static GstWebAudioGraph *
graph_ref (GstWebAudioGraph * graph)
{
  g_atomic_int_inc (&graph->refs);
  return graph;
}

static void
graph_unref (GstWebAudioGraph * graph)
{
  if (!g_atomic_int_dec_and_test (&graph->refs))
    return;
  gst_web_audio_block_pools_clear (&graph->pools);
  g_ptr_array_unref (graph->nodes);
  g_ptr_array_unref (graph->backlog);
  g_mutex_clear (&graph->lock);
  g_cond_clear (&graph->cond);
  g_free (graph);
}

/* Needs the topology lock and the graph's. */
static void
add_node (GstWebAudioGraph * graph, GstWebAudioNode * node)
{
  g_ptr_array_add (graph->nodes, node);
  g_atomic_pointer_set (&node->graph, graph_ref (graph));
  g_atomic_int_set (&node->rate, graph->rate);
  graph->dirty = TRUE;
}

/* Needs the topology lock and the graph's. */
static void
remove_node (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = node->graph;
  guint i;

  g_ptr_array_remove_fast (graph->nodes, node);
  for (i = graph->backlog->len; i > 0; i--) {
    GstWebAudioOutput *output = g_ptr_array_index (graph->backlog, i - 1);

    if (output->node == node)
      g_ptr_array_remove_index_fast (graph->backlog, i - 1);
  }
  g_atomic_pointer_set (&node->graph, NULL);
  graph->dirty = TRUE;
  g_cond_broadcast (&graph->cond);
  graph_unref (graph);
}

static void
move_node (GstWebAudioNode * node, GstWebAudioGraph * to)
{
  guint i;

  remove_node (node);
  add_node (to, node);
  for (i = 0; i < node->outputs->len; i++) {
    GstWebAudioOutput *output = g_ptr_array_index (node->outputs, i);

    if (!gst_queue_array_is_empty (output->backlog))
      g_ptr_array_add (to->backlog, output);
  }
}

/*
 * gst_web_audio_graph_enter:
 *
 * A new node is a graph of its own.
 */
void
gst_web_audio_graph_enter (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = graph_new ();

  add_node (graph, node);
  graph_unref (graph);
}

/*
 * gst_web_audio_graph_leave:
 *
 * The last thing that happens to a node.
 */
void
gst_web_audio_graph_leave (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph;

  g_mutex_lock (&topology);
  graph = graph_ref (node->graph);
  g_mutex_lock (&graph->lock);
  remove_node (node);
  g_mutex_unlock (&graph->lock);
  g_mutex_unlock (&topology);
  graph_unref (graph);
}

/*
 * gst_web_audio_graph_lock:
 *
 * Returns: (transfer full): the node's graph, locked; it stays the node's
 *     graph until it is unlocked
 */
GstWebAudioGraph *
gst_web_audio_graph_lock (GstWebAudioNode * node)
{
  while (TRUE) {
    GstWebAudioGraph *graph;

    g_mutex_lock (&topology);
    graph = graph_ref (node->graph);
    g_mutex_unlock (&topology);

    g_mutex_lock (&graph->lock);
    if (g_atomic_pointer_get (&node->graph) == graph)
      return graph;
    g_mutex_unlock (&graph->lock);
    graph_unref (graph);
  }
}

void
gst_web_audio_graph_unlock (GstWebAudioGraph * graph)
{
  g_mutex_unlock (&graph->lock);
  graph_unref (graph);
}

/*
 * gst_web_audio_graph_wait:
 * @graph: (transfer full): locked
 * @until: monotonic time at which to look again at the latest
 *
 * Waits until something in the graph changed.
 *
 * Returns: (transfer full): the node's graph, locked; it may be another one
 */
GstWebAudioGraph *
gst_web_audio_graph_wait (GstWebAudioGraph * graph, GstWebAudioNode * node,
    gint64 until)
{
  g_cond_wait_until (&graph->cond, &graph->lock, until);
  if (g_atomic_pointer_get (&node->graph) == graph)
    return graph;
  gst_web_audio_graph_unlock (graph);
  return gst_web_audio_graph_lock (node);
}

/*
 * gst_web_audio_graph_wake:
 *
 * Makes whoever waits in the node's graph look again.
 */
void
gst_web_audio_graph_wake (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  g_cond_broadcast (&graph->cond);
  gst_web_audio_graph_unlock (graph);
}

/* Joining and splitting */

/* Needs the topology lock and both graphs'. */
static void
join (GstWebAudioGraph * to, GstWebAudioGraph * from)
{
  if (to->rate == 0) {
    to->segment = from->segment;
    gst_web_audio_graph_set_rate (to, from->rate);
  }
  while (from->nodes->len > 0)
    move_node (g_ptr_array_index (from->nodes, 0), to);
  g_cond_broadcast (&to->cond);
}

static void
collect (GstWebAudioNode * node, guint32 visit, GPtrArray * found)
{
  guint next = found->len;

  node->visit = visit;
  g_ptr_array_add (found, node);
  for (; next < found->len; next++) {
    GstWebAudioNode *here = g_ptr_array_index (found, next);
    guint i;

    for (i = 0; i < here->inputs->len + here->outputs->len; i++) {
      GstWebAudioNode *there = NULL;

      if (i < here->inputs->len) {
        GstWebAudioInput *input = g_ptr_array_index (here->inputs, i);

        if (input->output)
          there = input->output->node;
      } else {
        GstWebAudioOutput *output = g_ptr_array_index (here->outputs,
            i - here->inputs->len);

        if (output->input)
          there = output->input->node;
      }
      if (there && there->visit != visit) {
        there->visit = visit;
        g_ptr_array_add (found, there);
      }
    }
  }
}

/* Gives the nodes that are still linked with @node a graph of their own unless
 * @other is among them. Needs the topology lock and the graph's. */
static void
split (GstWebAudioNode * node, GstWebAudioNode * other)
{
  GstWebAudioGraph *graph = node->graph;
  GPtrArray *found = g_ptr_array_new ();
  guint32 visit = gst_web_audio_graph_next_visit ();
  guint i;

  collect (node, visit, found);
  if (other->visit != visit) {
    GstWebAudioGraph *apart = graph_new ();

    apart->segment = graph->segment;
    apart->block_size = graph->block_size;
    apart->seek_seqnum = graph->seek_seqnum;
    gst_web_audio_graph_set_rate (apart, graph->rate);
    g_mutex_lock (&apart->lock);
    for (i = 0; i < found->len; i++)
      move_node (g_ptr_array_index (found, i), apart);
    g_mutex_unlock (&apart->lock);
    graph_unref (apart);
  }
  g_ptr_array_unref (found);
}

static gboolean
is_driven (GstWebAudioGraph * graph)
{
  guint i, j;

  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    for (j = 0; j < node->outputs->len; j++)
      if (((GstWebAudioOutput *) g_ptr_array_index (node->outputs, j))->driving)
        return TRUE;
  }
  return FALSE;
}

/* Makes the nodes at both ends render together. Where both have been rendering
 * apart, their time differs, and the link carries the difference. A node that
 * merely was not rendered for a while catches up instead. Needs the topology
 * lock. */
static gint64
unite (GstWebAudioNode * consumer, GstWebAudioNode * producer)
{
  GstWebAudioGraph *here = graph_ref (consumer->graph);
  GstWebAudioGraph *there = graph_ref (producer->graph);
  gint64 difference = 0;

  if (here != there) {
    g_mutex_lock (&here->lock);
    g_mutex_lock (&there->lock);
    if (producer->rendered && consumer->rendered && is_driven (here)
        && is_driven (there))
      difference = (gint64) producer->position - (gint64) consumer->position;
    if (there->nodes->len > here->nodes->len)
      join (there, here);
    else
      join (here, there);
    g_mutex_unlock (&there->lock);
    g_mutex_unlock (&here->lock);
  }
  graph_unref (there);
  graph_unref (here);
  return difference;
}

static void
connect_now (GstWebAudioInput * input, GstWebAudioOutput * output)
{
  gint64 difference = output ? unite (input->node, output->node) : 0;
  GstWebAudioGraph *graph = input->node->graph;

  g_mutex_lock (&graph->lock);
  input->delta = difference;
  if (!input->connected)
    g_ptr_array_add (input->node->inputs, gst_object_ref (input));
  input->connected = TRUE;
  if (output) {
    input->output = gst_object_ref (output);
    output->input = gst_object_ref (input);
  }
  input->waiting_since = 0;
  input->starved = FALSE;
  graph->dirty = TRUE;
  g_cond_broadcast (&graph->cond);
  g_mutex_unlock (&graph->lock);
}

static void
disconnect_now (GstWebAudioInput * input)
{
  GstWebAudioNode *node = input->node;
  GstWebAudioGraph *graph = node->graph;
  GstWebAudioOutput *output;
  gboolean was_connected;

  g_mutex_lock (&graph->lock);
  graph_ref (graph);
  was_connected = input->connected;
  output = input->output;
  input->connected = FALSE;
  input->output = NULL;
  if (was_connected)
    g_ptr_array_remove (node->inputs, input);
  if (output) {
    gst_clear_object (&output->input);
    gst_web_audio_output_drop_backlog (output);
    split (output->node, node);
  }
  graph->dirty = TRUE;
  g_cond_broadcast (&graph->cond);
  g_mutex_unlock (&graph->lock);
  graph_unref (graph);
  gst_clear_object (&output);
}

static void
connect_later (gpointer data)
{
  gst_web_audio_input_reschedule (data);
}

/*
 * gst_web_audio_graph_connect:
 * @output: (nullable): what to pull from; %NULL where upstream pushes
 *
 * From the next block on @input takes part in rendering its node.
 */
void
gst_web_audio_graph_connect (GstWebAudioInput * input,
    GstWebAudioOutput * output)
{
  if (gst_web_audio_defer (connect_later, input))
    return;
  g_mutex_lock (&topology);
  if (input->connected && input->output != output)
    disconnect_now (input);
  if (!input->connected)
    connect_now (input, output);
  g_mutex_unlock (&topology);
}

static void
disconnect_later (gpointer data)
{
  gst_web_audio_graph_disconnect (data);
  gst_web_audio_input_reschedule (data);
}

/*
 * gst_web_audio_graph_disconnect:
 *
 * From the next block on @input takes no part in rendering its node.
 */
void
gst_web_audio_graph_disconnect (GstWebAudioInput * input)
{
  if (gst_web_audio_defer (disconnect_later, input))
    return;
  g_mutex_lock (&topology);
  if (input->connected)
    disconnect_now (input);
  g_mutex_unlock (&topology);
}

/*
 * gst_web_audio_graph_next_visit:
 *
 * Returns: a number for a walk that marks the nodes it has been to
 */
guint32
gst_web_audio_graph_next_visit (void)
{
  static gint last = 0;

  return (guint32) g_atomic_int_add (&last, 1) + 1;
}

/* Who consumes what */

static gboolean
node_is_wanted (GstWebAudioNode * node, guint32 visit)
{
  guint i;

  if (node->visit == visit)
    return node->wanted;
  node->visit = visit;
  node->wanted = FALSE;
  for (i = 0; i < node->outputs->len; i++) {
    GstWebAudioOutput *output = g_ptr_array_index (node->outputs, i);

    if (output->driving)
      output->wanted = !output->refused && !output->done;
    else if (output->input)
      output->wanted = node_is_wanted (output->input->node, visit);
    else
      output->wanted = !output->done
          && gst_web_audio_link_will_start (GST_PAD (output));
    if (!output->wanted)
      gst_web_audio_output_drop_backlog (output);
    node->wanted |= output->wanted;
  }
  return node->wanted;
}

static void
count_node (GstWebAudioGraph * graph, GstWebAudioNode * node,
    guint * block_size)
{
  guint i;

  for (i = 0; i < node->inputs->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);

    if (!input->output)
      graph->edges++;
  }
  GST_OBJECT_LOCK (node);
  graph->live |= node->is_live;
  for (i = 0; i < node->outputs->len; i++) {
    GstWebAudioOutput *output = g_ptr_array_index (node->outputs, i);

    if (output->driving)
      *block_size = *block_size ? MIN (*block_size, node->block_size)
          : node->block_size;
  }
  GST_OBJECT_UNLOCK (node);
}

/*
 * gst_web_audio_graph_refresh:
 *
 * Works out anew, after links or consumers changed, whose result is wanted and
 * how much is rendered at once. Needs the graph's lock.
 */
void
gst_web_audio_graph_refresh (GstWebAudioGraph * graph)
{
  guint32 visit = gst_web_audio_graph_next_visit ();
  guint block_size = 0;
  guint i;

  graph->dirty = FALSE;
  graph->edges = 0;
  graph->live = FALSE;
  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    node_is_wanted (node, visit);
    count_node (graph, node, &block_size);
  }
  if (block_size)
    graph->block_size = block_size;
  gst_web_audio_block_pools_configure (&graph->pools, graph->rate,
      graph->block_size);
}

/*
 * gst_web_audio_graph_set_rate:
 *
 * Needs the graph's lock.
 */
void
gst_web_audio_graph_set_rate (GstWebAudioGraph * graph, gint rate)
{
  guint i;

  graph->rate = rate;
  graph->dirty = TRUE;
  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    node->prepared = FALSE;
    g_atomic_int_set (&node->rate, rate);
  }
}

/*
 * gst_web_audio_graph_frame_at:
 *
 * Returns: the frame of graph time that is heard at @running_time. Needs the
 *     graph's lock and a rate.
 */
guint64
gst_web_audio_graph_frame_at (GstWebAudioGraph * graph,
    GstClockTime running_time)
{
  guint64 position = gst_segment_position_from_running_time (&graph->segment,
      GST_FORMAT_TIME, running_time);

  if (!GST_CLOCK_TIME_IS_VALID (position))
    position = graph->segment.start;
  return gst_util_uint64_scale_round (position, graph->rate, GST_SECOND);
}

/* Deferral */

typedef struct
{
  GstWebAudioDeferred func;
  gpointer object;
} Deferred;

static void
queue_free (gpointer data)
{
  gst_queue_array_free (data);
}

/* The work that this thread has put off; in use while @rendering. */
static GPrivate deferred = G_PRIVATE_INIT (queue_free);
static GPrivate rendering;

/*
 * gst_web_audio_deferral_begin:
 *
 * This thread is about to render: what is deferred from now on is put off.
 */
void
gst_web_audio_deferral_begin (void)
{
  if (!g_private_get (&deferred))
    g_private_set (&deferred,
        gst_queue_array_new_for_struct (sizeof (Deferred), 16));
  g_private_set (&rendering, GINT_TO_POINTER (TRUE));
}

/*
 * gst_web_audio_deferral_end:
 *
 * This thread has let go of the graph: does what was put off.
 */
void
gst_web_audio_deferral_end (void)
{
  GstQueueArray *queue = g_private_get (&deferred);
  Deferred *next;

  g_private_set (&rendering, NULL);
  if (!queue)
    return;
  while ((next = gst_queue_array_pop_head_struct (queue))) {
    Deferred work = *next;

    work.func (work.object);
    gst_object_unref (work.object);
  }
}

/*
 * gst_web_audio_defer:
 * @object: a GstObject, kept until @func has been called with it
 *
 * Returns: whether this thread is rendering, so that @func will be called
 *     later; otherwise nothing was done
 */
gboolean
gst_web_audio_defer (GstWebAudioDeferred func, gpointer object)
{
  Deferred work = { func, object };

  if (!g_private_get (&rendering))
    return FALSE;
  gst_object_ref (object);
  gst_queue_array_push_tail_struct (g_private_get (&deferred), &work);
  return TRUE;
}
