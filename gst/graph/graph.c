/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graph: membership, its lock and what waits for it, and who consumes
 * what. What a graph is stands in graph.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "bond.h"
#include "cycle.h"
#include "graph.h"
#include "input.h"
#include "link.h"
#include "output.h"
#include "suspend.h"

GST_DEBUG_CATEGORY (gst_web_audio_graph_debug);
#define GST_CAT_DEFAULT gst_web_audio_graph_debug

#define DEFAULT_BLOCK_SIZE 1024

/* Guards the graph pointers of all nodes, for a moment each: the last lock that
 * is taken. They change only while the lock of the graph is held, too. */
static GMutex topology;

/* The graph that this thread has locked to render. */
static GPrivate rendering;

static GstWebAudioGraph *
graph_new (void)
{
  GstWebAudioGraph *graph = g_new0 (GstWebAudioGraph, 1);

  graph->refs = 1;
  g_mutex_init (&graph->lock);
  g_cond_init (&graph->cond);
  graph->nodes = g_ptr_array_new ();
  graph->edges = g_ptr_array_new ();
  graph->sources = g_ptr_array_new ();
  graph->first = g_ptr_array_new ();
  graph->last = g_ptr_array_new ();
  graph->limits = g_ptr_array_new ();
  graph->open = g_ptr_array_new ();
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
  g_ptr_array_unref (graph->edges);
  g_ptr_array_unref (graph->sources);
  g_ptr_array_unref (graph->first);
  g_ptr_array_unref (graph->last);
  g_ptr_array_unref (graph->limits);
  g_ptr_array_unref (graph->open);
  g_mutex_clear (&graph->lock);
  g_cond_clear (&graph->cond);
  g_free (graph);
}

static GstWebAudioGraph *
get_graph (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph;

  g_mutex_lock (&topology);
  graph = graph_ref (node->graph);
  g_mutex_unlock (&topology);
  return graph;
}

/* Returns what the node held before. */
static GstWebAudioGraph *
set_graph (GstWebAudioNode * node, GstWebAudioGraph * graph)
{
  GstWebAudioGraph *old = node->graph;

  if (graph)
    graph_ref (graph);
  g_mutex_lock (&topology);
  g_atomic_pointer_set (&node->graph, graph);
  g_mutex_unlock (&topology);
  return old;
}

/* How many consumers of the node have not asked for all that is there. */
static guint
count_behind (GstWebAudioNode * node)
{
  guint behind = 0, i;

  for (i = 0; i < node->outputs->len; i++) {
    GstWebAudioOutput *output = g_ptr_array_index (node->outputs, i);

    behind += !gst_queue_array_is_empty (output->backlog);
  }
  return behind;
}

static void
list_node (GstWebAudioGraph * graph, GstWebAudioNode * node)
{
  g_ptr_array_add (graph->nodes, node);
  g_atomic_int_set (&node->rate, graph->rate);
  graph->n_behind += count_behind (node);
  graph->dirty = TRUE;
}

static void
unlist_node (GstWebAudioGraph * graph, GstWebAudioNode * node)
{
  g_ptr_array_remove_fast (graph->nodes, node);
  graph->n_behind -= count_behind (node);
  graph->dirty = TRUE;
  g_cond_broadcast (&graph->cond);
}

/* Needs the locks of both graphs. */
static void
move_node (GstWebAudioNode * node, GstWebAudioGraph * to)
{
  unlist_node (node->graph, node);
  graph_unref (set_graph (node, to));
  list_node (to, node);
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

  set_graph (node, graph);
  list_node (graph, node);
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
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  unlist_node (graph, node);
  graph_unref (set_graph (node, NULL));
  gst_web_audio_graph_unlock (graph);
}

/* The thread that renders has the lock already. */
static void
lock_graph (GstWebAudioGraph * graph)
{
  if (g_private_get (&rendering) != graph)
    g_mutex_lock (&graph->lock);
}

static void
unlock_graph (GstWebAudioGraph * graph)
{
  if (g_private_get (&rendering) != graph)
    g_mutex_unlock (&graph->lock);
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
    GstWebAudioGraph *graph = get_graph (node);

    lock_graph (graph);
    if (g_atomic_pointer_get (&node->graph) == graph)
      return graph;
    unlock_graph (graph);
  }
}

void
gst_web_audio_graph_unlock (GstWebAudioGraph * graph)
{
  unlock_graph (graph);
}

/* Locks the graphs of both nodes, which may be one, in an order that does not
 * depend on who asks. */
static void
lock_both (GstWebAudioNode * one, GstWebAudioNode * other,
    GstWebAudioGraph ** its, GstWebAudioGraph ** others)
{
  while (TRUE) {
    *its = get_graph (one);
    *others = get_graph (other);
    lock_graph (MIN (*its, *others));
    if (*its != *others)
      lock_graph (MAX (*its, *others));
    if (g_atomic_pointer_get (&one->graph) == *its
        && g_atomic_pointer_get (&other->graph) == *others)
      return;
    if (*its != *others)
      unlock_graph (*others);
    else
      graph_unref (*others);
    unlock_graph (*its);
  }
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
  graph->waiting++;
  g_cond_wait_until (&graph->cond, &graph->lock, until);
  graph->waiting--;
  if (g_atomic_pointer_get (&node->graph) == graph)
    return graph;
  gst_web_audio_graph_unlock (graph);
  return gst_web_audio_graph_lock (node);
}

/*
 * gst_web_audio_graph_signal:
 *
 * Makes whoever waits in the graph look again: not a system call where nobody
 * does. Needs the graph's lock.
 */
void
gst_web_audio_graph_signal (GstWebAudioGraph * graph)
{
  if (graph->waiting > 0)
    g_cond_broadcast (&graph->cond);
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

/* Needs the locks of both. */
static void
join (GstWebAudioGraph * to, GstWebAudioGraph * from)
{
  if (to->rate == 0) {
    to->segment = from->segment;
    to->started = from->started;
    to->live = from->live;
    gst_web_audio_graph_set_now (to, from->now);
    gst_web_audio_graph_set_rate (to, from->rate);
  }
  while (from->nodes->len > 0)
    move_node (g_ptr_array_index (from->nodes, 0), to);
  g_cond_broadcast (&to->cond);
}

static void
collect_one (GstWebAudioNode * node, guint32 visit, GPtrArray * found)
{
  if (node->visit == visit)
    return;
  node->visit = visit;
  g_ptr_array_add (found, node);
}

/* Everything that renders together with @node. */
static void
collect (GstWebAudioNode * node, guint32 visit, GPtrArray * found)
{
  guint next = found->len;

  collect_one (node, visit, found);
  for (; next < found->len; next++) {
    GstWebAudioNode *here = g_ptr_array_index (found, next);
    guint i;

    for (i = 0; here->bond && i < here->bond->nodes->len; i++)
      collect_one (g_ptr_array_index (here->bond->nodes, i), visit, found);

    for (i = 0; i < here->inputs->len + here->outputs->len; i++) {
      if (i < here->inputs->len) {
        GstWebAudioInput *input = g_ptr_array_index (here->inputs, i);

        if (input->output)
          collect_one (input->output->node, visit, found);
      } else {
        GstWebAudioOutput *output = g_ptr_array_index (here->outputs,
            i - here->inputs->len);

        if (output->input)
          collect_one (output->input->node, visit, found);
      }
    }
  }
}

/* Gives the nodes that are still linked with @node a graph of their own unless
 * @other is among them. Needs the graph's lock. */
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
    apart->started = graph->started;
    gst_web_audio_graph_set_now (apart, graph->now);
    apart->live = graph->live;
    apart->delay = graph->delay;
    apart->block_size = graph->block_size;
    apart->seek_seqnum = graph->seek_seqnum;
    gst_web_audio_graph_set_rate (apart, graph->rate);
    /* nobody knows it yet, so there is no order to keep and no wait */
    g_mutex_trylock (&apart->lock);
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

/* Makes the nodes at both ends render together, in one of the two graphs. Where
 * both have been rendering apart, their time differs, and the link carries the
 * difference; a node that merely was not rendered for a while catches up.
 * Needs the locks of both. */
static gint64
unite (GstWebAudioNode * consumer, GstWebAudioNode * producer)
{
  GstWebAudioGraph *here = consumer->graph;
  GstWebAudioGraph *there = producer->graph;
  gint64 difference = 0;

  if (here == there)
    return 0;
  if (producer->rendered && consumer->rendered && is_driven (here)
      && is_driven (there))
    difference = (gint64) producer->position - (gint64) consumer->position;
  if (there->nodes->len > here->nodes->len)
    join (there, here);
  else
    join (here, there);
  return difference;
}

static void
attach (GstWebAudioInput * input, GstWebAudioOutput * output)
{
  GstWebAudioNode *node = input->node;

  input->delta = output ? unite (node, output->node) : 0;
  g_ptr_array_add (node->inputs, gst_object_ref (input));
  input->connected = TRUE;
  if (output) {
    input->output = gst_object_ref (output);
    output->input = gst_object_ref (input);
  }
  input->waiting_since = 0;
  input->starved = FALSE;
  input->over = FALSE;
  node->graph->dirty = TRUE;
  g_cond_broadcast (&node->graph->cond);
}

static void
detach (GstWebAudioInput * input)
{
  GstWebAudioNode *node = input->node;
  GstWebAudioGraph *graph = node->graph;
  GstWebAudioOutput *output = input->output;

  input->connected = FALSE;
  input->output = NULL;
  if (output) {
    gst_clear_object (&output->input);
    gst_web_audio_output_drop_backlog (output);
    split (output->node, node);
    gst_object_unref (output);
  } else {
    /* nor does the next stream end where this one did */
    gst_web_audio_edge_reset (input->edge);
  }
  graph->dirty = TRUE;
  g_cond_broadcast (&graph->cond);
  g_ptr_array_remove (node->inputs, input);
}

static void
reschedule_later (gpointer data)
{
  gst_web_audio_input_reschedule (data);
}

static void
disconnect_later (gpointer data)
{
  gst_web_audio_graph_disconnect (data);
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
  GstWebAudioNode *producer = output ? output->node : input->node;
  GstWebAudioGraph *here, *there;
  GPtrArray *way;

  if (gst_web_audio_defer (reschedule_later, input))
    return;
  way = output ? gst_web_audio_link_get_way (input, output) : NULL;
  lock_both (input->node, producer, &here, &there);
  if (!input->connected) {
    attach (input, output);
    input->way = g_steal_pointer (&way);
  }
  if (here != there)
    gst_web_audio_graph_unlock (there);
  else
    graph_unref (there);
  gst_web_audio_graph_unlock (here);
  g_clear_pointer (&way, g_ptr_array_unref);
}

/*
 * gst_web_audio_graph_disconnect:
 *
 * From the next block on @input takes no part in rendering its node.
 */
void
gst_web_audio_graph_disconnect (GstWebAudioInput * input)
{
  GstWebAudioGraph *graph;
  GPtrArray *way = NULL;

  if (gst_web_audio_defer (disconnect_later, input))
    return;
  graph = gst_web_audio_graph_lock (input->node);
  if (input->connected) {
    way = g_steal_pointer (&input->way);
    detach (input);
  }
  gst_web_audio_graph_unlock (graph);
  /* a ghost pad that goes with it unlinks others */
  g_clear_pointer (&way, g_ptr_array_unref);
}

/*
 * gst_web_audio_graph_bind:
 * @bond: (transfer none): what @node belongs to from now on
 *
 * From the next block on @node renders together with the others.
 */
void
gst_web_audio_graph_bind (GstWebAudioNode * node, GstWebAudioBond * bond)
{
  GstWebAudioNode *other =
      bond->nodes->len > 0 ? g_ptr_array_index (bond->nodes, 0) : node;
  GstWebAudioGraph *here, *there;

  lock_both (node, other, &here, &there);
  unite (node, other);
  g_ptr_array_add (bond->nodes, node);
  bond->changes++;
  node->bond = bond;
  node->graph->dirty = TRUE;
  if (here != there)
    gst_web_audio_graph_unlock (there);
  else
    graph_unref (there);
  gst_web_audio_graph_unlock (here);
}

/*
 * gst_web_audio_graph_unbind:
 *
 * From the next block on @node renders apart from those that it is not linked
 * with.
 */
void
gst_web_audio_graph_unbind (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  GPtrArray *nodes = node->bond->nodes;

  g_ptr_array_remove (nodes, node);
  node->bond->changes++;
  node->bond = NULL;
  if (nodes->len > 0)
    split (node, g_ptr_array_index (nodes, 0));
  graph->dirty = TRUE;
  gst_web_audio_graph_unlock (graph);
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
  node->wanted = GST_WEB_AUDIO_NODE_GET_CLASS (node)->turn !=
      GST_WEB_AUDIO_TURN_ASKED;
  for (i = 0; i < node->outputs->len; i++) {
    GstWebAudioOutput *output = g_ptr_array_index (node->outputs, i);
    /* who takes the place of a consumer goes on where that one was */
    gboolean kept = node->delaying && output->wanted;

    if (output->driving)
      output->wanted = !output->refused && !output->done;
    else if (output->input)
      output->wanted = node_is_wanted (output->input->node, visit)
          && !output->input->node->muted;
    else
      output->wanted = !output->done
          && gst_web_audio_link_will_start (GST_PAD (output));
    output->wanted |= kept;
    if (!output->wanted)
      gst_web_audio_output_drop_backlog (output);
    node->wanted |= output->wanted;
  }
  return node->wanted;
}

/* What is to be done for the node in every block. */
static void
list_duties (GstWebAudioGraph * graph, GstWebAudioNode * node)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);

  if (klass->end)
    g_ptr_array_add (graph->sources, node);
  if (klass->turn == GST_WEB_AUDIO_TURN_FIRST)
    g_ptr_array_add (graph->first, node);
  if (klass->turn == GST_WEB_AUDIO_TURN_LAST)
    g_ptr_array_add (graph->last, node);
  if (klass->max_block && node->wanted)
    g_ptr_array_add (graph->limits, node);
  graph->has_tails |= klass->at_rest != NULL;
  graph->draining |= node->draining && node->wanted;
}

static void
count_node (GstWebAudioGraph * graph, GstWebAudioNode * node,
    guint * block_size)
{
  guint i;

  for (i = 0; i < node->inputs->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);

    if (!input->output)
      g_ptr_array_add (graph->edges, input);
    if (!graph->started)
      graph->live |= input->live && !input->output;
  }
  GST_OBJECT_LOCK (node);
  /* a graph that runs ahead of the clock cannot become live */
  if (!graph->started)
    graph->live |= node->is_live;
  for (i = 0; i < node->outputs->len; i++) {
    GstWebAudioOutput *output = g_ptr_array_index (node->outputs, i);

    if (output->driving)
      *block_size = *block_size ? MIN (*block_size, node->block_size)
          : node->block_size;
  }
  GST_OBJECT_UNLOCK (node);
}

/* Gives the live streams the time that they asked for. */
static void
count_delay (GstWebAudioGraph * graph)
{
  guint i;

  graph->delay = 0;
  for (i = 0; i < graph->edges->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (graph->edges, i);

    if (input->live)
      graph->delay = MAX (graph->delay, input->latency + input->jitter);
  }
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
  guint32 visit;
  guint block_size = 0;
  guint i;

  gst_web_audio_cycle_mute (graph);
  visit = gst_web_audio_graph_next_visit ();
  graph->dirty = FALSE;
  graph->unsettled = TRUE;
  g_ptr_array_set_size (graph->edges, 0);
  g_ptr_array_set_size (graph->sources, 0);
  g_ptr_array_set_size (graph->first, 0);
  g_ptr_array_set_size (graph->last, 0);
  g_ptr_array_set_size (graph->limits, 0);
  graph->has_tails = FALSE;
  graph->draining = FALSE;
  if (!graph->started)
    graph->live = FALSE;
  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    node_is_wanted (node, visit);
    list_duties (graph, node);
    count_node (graph, node, &block_size);
  }
  if (block_size)
    graph->block_size = block_size;
  if (!graph->started)
    count_delay (graph);
  gst_web_audio_suspend_refresh (graph);
}

/*
 * gst_web_audio_graph_set_delay:
 *
 * The latency of the pipeline is being distributed: the delay of the node's
 * graph becomes what was told for it. At other times what is played would have
 * a gap.
 */
void
gst_web_audio_graph_set_delay (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  if (graph->dirty)
    gst_web_audio_graph_refresh (graph);
  count_delay (graph);
  gst_web_audio_graph_unlock (graph);
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
 * gst_web_audio_graph_set_now:
 *
 * Needs the graph's lock.
 */
void
gst_web_audio_graph_set_now (GstWebAudioGraph * graph, guint64 frame)
{
  __atomic_store_n (&graph->now, frame, __ATOMIC_RELAXED);
}

/*
 * gst_web_audio_graph_get_now:
 * @rate: (out): frames per second, 0 while not negotiated
 *
 * Returns: the frame up to which the node's graph has been rendered; does not
 *     wait for rendering
 */
guint64
gst_web_audio_graph_get_now (GstWebAudioNode * node, gint * rate)
{
  GstWebAudioGraph *graph = get_graph (node);
  guint64 frame = __atomic_load_n (&graph->now, __ATOMIC_RELAXED);

  *rate = g_atomic_int_get (&node->rate);
  graph_unref (graph);
  return frame;
}

/*
 * gst_web_audio_graph_get_time:
 *
 * Returns: the same in seconds
 */
gdouble
gst_web_audio_graph_get_time (GstWebAudioNode * node)
{
  gint rate;
  guint64 frame = gst_web_audio_graph_get_now (node, &rate);

  return rate ? (gdouble) frame / rate : 0;
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

/*
 * gst_web_audio_first_frame:
 *
 * Returns: the first frame that is not before @time. Frames do not lie on
 *     nanoseconds: one that is less than half of one before counts, too.
 */
guint64
gst_web_audio_first_frame (GstClockTime time, gint rate)
{
  return time == 0 ? 0 :
      gst_util_uint64_scale_ceil (2 * time - 1, rate, 2 * GST_SECOND);
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

/* The work that this thread has put off while rendering. */
static GPrivate deferred = G_PRIVATE_INIT (queue_free);

/*
 * gst_web_audio_deferral_begin:
 * @graph: (transfer none): what this thread has locked
 *
 * This thread is about to render: what is deferred from now on is put off, and
 * locking the graph again does nothing.
 */
void
gst_web_audio_deferral_begin (GstWebAudioGraph * graph)
{
  if (!g_private_get (&deferred))
    g_private_set (&deferred,
        gst_queue_array_new_for_struct (sizeof (Deferred), 16));
  g_private_set (&rendering, graph);
}

/*
 * gst_web_audio_deferral_end:
 * @graph: (transfer full): what this thread has locked
 *
 * This thread has rendered: lets go of the graph and does what was put off.
 */
void
gst_web_audio_deferral_end (GstWebAudioGraph * graph)
{
  GstQueueArray *queue = g_private_get (&deferred);
  Deferred *next;

  g_private_set (&rendering, NULL);
  gst_web_audio_graph_unlock (graph);
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
