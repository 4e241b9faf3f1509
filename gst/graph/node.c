/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The base class of every element that is a Web Audio node: the rendering of one
 * block, events, states and properties. Its pads are in nodepads.c, its
 * parameters in nodeparams.c. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "bond.h"
#include "cycle.h"
#include "gather.h"
#include "graph.h"
#include "input.h"
#include "link.h"
#include "node.h"
#include "output.h"
#include "param.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

#define DEFAULT_BLOCK_SIZE 1024

enum
{
  PROP_0,
  PROP_CHANNEL_COUNT,
  PROP_CHANNEL_COUNT_MODE,
  PROP_CHANNEL_INTERPRETATION,
  PROP_BLOCK_SIZE,
  PROP_SAMPLE_RATE,
  PROP_IS_LIVE,
  PROP_LENGTH,
  PROP_CURRENT_TIME
};

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstWebAudioNode, gst_web_audio_node,
    GST_TYPE_ELEMENT, G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY,
        gst_web_audio_node_child_proxy_init));

/* Rendering */

/*
 * gst_web_audio_node_acquire:
 *
 * Like gst_web_audio_block_pools_acquire(), from the pools of the node's graph.
 */
gboolean
gst_web_audio_node_acquire (GstWebAudioNode * node, GstWebAudioBlock * block,
    guint channels, guint64 frame, guint frames, gboolean silent)
{
  GstWebAudioGraph *graph = node->graph;

  /* the node may have come to another graph since the last block */
  if (G_UNLIKELY (graph->pools.rate != graph->rate
          || graph->pools.frames < frames))
    gst_web_audio_block_pools_configure (&graph->pools, graph->rate,
        MAX (frames, graph->block_size));
  return gst_web_audio_block_pools_acquire (&graph->pools, block, channels,
      frame, frames, silent);
}

/*
 * gst_web_audio_node_acquire_result:
 * @block: what process got
 * @channels: those of the result
 * @result: (out): @block itself, if it has so many and may be written to or is
 *     silent, else another one, silent if @block is
 */
gboolean
gst_web_audio_node_acquire_result (GstWebAudioNode * node,
    const GstWebAudioBlock * block, guint channels, guint64 frame,
    GstWebAudioBlock * result)
{
  *result = *block;
  if (block->channels == channels && (block->silent
          || gst_web_audio_block_is_writable (block)))
    return TRUE;
  return gst_web_audio_node_acquire (node, result, channels, frame,
      block->frames, block->silent);
}

/*
 * gst_web_audio_node_settle:
 * @block: (inout): released where there was no memory
 *
 * Makes a block with a buffer of its own of a view.
 *
 * Returns: whether there was memory for it
 */
gboolean
gst_web_audio_node_settle (GstWebAudioNode * node, GstWebAudioBlock * block)
{
  GstWebAudioBlock settled = { 0, };

  if (!gst_web_audio_block_is_view (block))
    return TRUE;
  if (gst_web_audio_node_acquire (node, &settled, block->channels,
          GST_BUFFER_OFFSET (block->buffer), block->frames, block->silent)
      && !block->silent)
    gst_web_audio_block_mix (&settled, 0, block, 0, block->frames,
        GST_WEB_AUDIO_CHANNEL_INTERPRETATION_DISCRETE, FALSE);
  gst_web_audio_block_clear (block);
  *block = settled;
  return settled.buffer != NULL;
}

/* Gets the subclass ready to go on at @frame. */
static void
prepare (GstWebAudioNode * node, guint64 frame)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);
  guint64 from = node->rendered ? node->position : GST_BUFFER_OFFSET_NONE;

  if (node->fresh)
    node->joined = frame;
  node->fresh = FALSE;
  if (!node->prepared && klass->prepare)
    klass->prepare (node, node->graph->rate);
  if ((!node->prepared || from != frame) && klass->locate)
    klass->locate (node, from, frame);
  node->prepared = TRUE;
}

/*
 * gst_web_audio_node_is_connected:
 *
 * Returns: whether anything is connected to the node's input. Needs the graph's
 *     lock.
 */
gboolean
gst_web_audio_node_is_connected (GstWebAudioNode * node)
{
  guint i;

  for (i = 0; i < node->inputs->len; i++)
    if (!((GstWebAudioInput *) g_ptr_array_index (node->inputs, i))->param)
      return TRUE;
  return FALSE;
}

static GstFlowReturn
gather_params (GstWebAudioNode * node, guint64 frame, guint frames)
{
  GstFlowReturn flow = GST_FLOW_OK;
  guint i;

  for (i = 0; i < node->params->len && flow == GST_FLOW_OK; i++)
    flow = gst_web_audio_param_gather (g_ptr_array_index (node->params, i),
        frame, frames);
  return flow;
}

static void
finish_params (GstWebAudioNode * node, guint64 frame, guint frames)
{
  guint i;

  for (i = 0; i < node->params->len; i++)
    gst_web_audio_param_finish (g_ptr_array_index (node->params, i), frame,
        frames);
}

/* Computes the frames of @block from what is connected to the node. */
static GstFlowReturn
process (GstWebAudioNode * node, guint64 frame, GstWebAudioBlock * block)
{
  guint frames = block->frames;
  GstFlowReturn flow = GST_FLOW_OK;

  if (node->inputs->len > 0)
    flow = gather_params (node, frame, frames);
  if (flow == GST_FLOW_OK)
    flow = GST_WEB_AUDIO_NODE_GET_CLASS (node)->process (node, frame, block);
  finish_params (node, frame, frames);
  return flow;
}

static void
set_draining (GstWebAudioNode * node, gboolean draining)
{
  if (node->draining == draining)
    return;
  node->draining = draining;
  node->graph->dirty = TRUE;
}

/* Where the input has ended, silence takes its place while the node is not at
 * rest. */
static GstFlowReturn
drain (GstWebAudioNode * node, guint64 frame, guint frames,
    GstWebAudioBlock * block, GstFlowReturn flow)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);
  gboolean draining = flow == GST_FLOW_EOS && klass->at_rest
      && !klass->at_rest (node);

  set_draining (node, draining);
  return draining ? gst_web_audio_gather_silence (node, frame, frames, block) :
      flow;
}

/* What the node puts out from @frame on. */
static GstFlowReturn
compute (GstWebAudioNode * node, guint64 frame, guint frames,
    GstWebAudioBlock * block)
{
  GstFlowReturn flow = GST_FLOW_OK;

  block->frames = frames;
  if (node->end_requested && !gst_web_audio_node_is_connected (node)) {
    flow = GST_FLOW_EOS;
  } else if (node->muted) {
    gst_web_audio_cycle_report (node);
    return gst_web_audio_gather_silence (node, frame, frames, block);
  } else if (node->has_input) {
    flow = gst_web_audio_gather (node, frame, frames, block);
  }
  if (node->has_input)
    flow = drain (node, frame, frames, block, flow);
  node->mixed_channels = block->channels;
  return flow == GST_FLOW_OK ? process (node, frame, block) : flow;
}

/*
 * gst_web_audio_node_render:
 * @taker: (nullable): the output that asks
 * @block: (out): what was rendered
 *
 * Renders the frames from @frame on, for @taker and for every other output
 * that has a consumer. Needs the graph's lock.
 */
GstFlowReturn
gst_web_audio_node_render (GstWebAudioNode * node, GstWebAudioOutput * taker,
    guint64 frame, guint frames, GstWebAudioBlock * block)
{
  GstFlowReturn flow;
  guint i;

  memset (block, 0, sizeof (GstWebAudioBlock));
  if (G_UNLIKELY (!node->prepared || !node->rendered
          || node->position != frame))
    prepare (node, frame);
  flow = compute (node, frame, frames, block);
  node->channels = block->channels;
  node->rendered = TRUE;
  node->position = frame;
  g_atomic_int_set (&node->ended, flow == GST_FLOW_EOS
      || block->frames < frames);
  if (flow != GST_FLOW_OK) {
    gst_web_audio_block_clear (block);
    return flow;
  }
  node->position += block->frames;
  for (i = 0; i < node->outputs->len; i++) {
    GstWebAudioOutput *output = g_ptr_array_index (node->outputs, i);

    if (output != taker && output->wanted)
      gst_web_audio_output_keep (output, block);
  }
  return GST_FLOW_OK;
}

/*
 * gst_web_audio_node_render_unasked:
 *
 * Renders the frames of a block for every output that has a consumer, unless
 * that has been done. Needs the graph's lock.
 */
void
gst_web_audio_node_render_unasked (GstWebAudioNode * node, guint64 frame,
    guint frames)
{
  guint64 end = frame + frames;
  GstFlowReturn flow = GST_FLOW_OK;

  if (!node->rendered)
    gst_web_audio_node_find_start (node, &frame);
  else if (node->position > frame)
    frame = node->position;
  while (frame < end && flow == GST_FLOW_OK) {
    guint n = MIN (end - frame, node->graph->block_size);
    GstWebAudioBlock block;

    flow = gst_web_audio_node_render (node, NULL, frame, n, &block);
    gst_web_audio_block_clear (&block);
    frame += n;
  }
}

/*
 * gst_web_audio_node_find_end:
 * @visit: the walk that asks
 *
 * Returns: the frame at which everything that is heard through the node has
 *     ended by itself, or %GST_BUFFER_OFFSET_NONE. Needs the graph's lock.
 */
guint64
gst_web_audio_node_find_end (GstWebAudioNode * node, guint32 visit)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);
  guint64 end = 0;
  guint i;

  if (node->visit == visit)
    return 0;
  node->visit = visit;
  if (!node->has_input)
    return klass->end && node->graph->rate ?
        klass->end (node, node->graph->rate) : GST_BUFFER_OFFSET_NONE;
  if (klass->at_rest || !gst_web_audio_node_is_connected (node))
    return GST_BUFFER_OFFSET_NONE;
  for (i = 0; i < node->inputs->len && end != GST_BUFFER_OFFSET_NONE; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);
    guint64 its_end;

    if (input->param)
      continue;
    its_end = input->output ?
        gst_web_audio_node_find_end (input->output->node, visit) :
        GST_BUFFER_OFFSET_NONE;

    end = MAX (end, its_end);
  }
  return end;
}

/* Events */

static void
collect_edges (GstWebAudioNode * node, guint32 visit, GPtrArray * edges)
{
  guint i;

  if (node->visit == visit)
    return;
  node->visit = visit;
  for (i = 0; i < node->inputs->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);

    if (input->output)
      collect_edges (input->output->node, visit, edges);
    else
      g_ptr_array_add (edges, gst_object_ref (input));
  }
}

/*
 * gst_web_audio_node_get_edges:
 *
 * Returns: (transfer full) (element-type GstWebAudioInput): what is pushed into
 *     on the way to the node. The whole graph would be too much: another branch
 *     of it may push into it.
 */
GPtrArray *
gst_web_audio_node_get_edges (GstWebAudioNode * node)
{
  GPtrArray *edges = g_ptr_array_new_with_free_func (gst_object_unref);
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  collect_edges (node, gst_web_audio_graph_next_visit (), edges);
  gst_web_audio_graph_unlock (graph);
  return edges;
}

/*
 * gst_web_audio_node_send_upstream:
 *
 * Sends @event to whatever is pushed into the graph on the way to the node.
 *
 * Returns: whether anybody took it
 */
gboolean
gst_web_audio_node_send_upstream (GstWebAudioNode * node, GstEvent * event)
{
  GPtrArray *pads = gst_web_audio_node_get_edges (node);
  gboolean taken = FALSE;
  guint i;

  for (i = 0; i < pads->len; i++)
    taken |= gst_pad_push_event (g_ptr_array_index (pads, i),
        gst_event_ref (event));
  g_ptr_array_unref (pads);
  return taken;
}

static gboolean
has_linked_input (GstWebAudioNode * node)
{
  gboolean linked = FALSE;
  GList *l;

  GST_OBJECT_LOCK (node);
  for (l = GST_ELEMENT (node)->sinkpads; l && !linked; l = l->next)
    linked = gst_pad_is_linked (l->data)
        && !GST_WEB_AUDIO_INPUT_CAST (l->data)->param;
  GST_OBJECT_UNLOCK (node);
  return linked;
}

/* An EOS event ends a node that begins a stream. A node with inputs ends when
 * they do, and those that begin them get the event, too. */
static gboolean
gst_web_audio_node_send_event (GstElement * element, GstEvent * event)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (element);

  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS (gst_web_audio_node_parent_class)->send_event
        (element, event);
  if (!has_linked_input (node)) {
    GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

    node->end_requested = TRUE;
    gst_web_audio_graph_unlock (graph);
  }
  gst_event_unref (event);
  return TRUE;
}

/* States */

/* Whether the node comes to a pipeline that is running already. */
static gboolean
is_late (GstWebAudioNode * node)
{
  GstObject *top = gst_object_ref (GST_OBJECT (node)), *parent;
  gboolean late;

  while ((parent = gst_object_get_parent (top))) {
    gst_object_unref (top);
    top = parent;
  }
  late = top != GST_OBJECT (node) && GST_IS_ELEMENT (top)
      && GST_STATE (top) >= GST_STATE_PAUSED;
  gst_object_unref (top);
  return late;
}

/*
 * gst_web_audio_node_activate:
 *
 * The node is about to render. Downstream may find it still in READY, so its
 * inputs are activated with it.
 */
void
gst_web_audio_node_activate (GstWebAudioNode * node)
{
  gboolean late = is_late (node);
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  gboolean was_active = node->active;
  GPtrArray *pads;
  guint i;

  node->active = TRUE;
  if (!was_active) {
    node->fresh = late;
    node->joined = 0;
  }
  gst_web_audio_graph_unlock (graph);
  if (was_active)
    return;
  pads = gst_web_audio_link_get_pads (node);
  for (i = 0; i < pads->len; i++) {
    GstPad *pad = g_ptr_array_index (pads, i);

    if (GST_PAD_IS_SINK (pad))
      gst_pad_set_active (pad, TRUE);
  }
  g_ptr_array_unref (pads);
}

static gboolean
any_active (GstWebAudioGraph * graph)
{
  guint i;

  for (i = 0; i < graph->nodes->len; i++)
    if (((GstWebAudioNode *) g_ptr_array_index (graph->nodes, i))->active)
      return TRUE;
  return FALSE;
}

static void
deactivate (GstWebAudioNode * node)
{
  GPtrArray *pads = gst_web_audio_link_get_pads (node);
  GstWebAudioGraph *graph;
  guint i;

  /* those that downstream activated although the node never left READY */
  for (i = 0; i < pads->len; i++)
    gst_pad_set_active (g_ptr_array_index (pads, i), FALSE);
  g_ptr_array_unref (pads);

  graph = gst_web_audio_graph_lock (node);
  node->active = FALSE;
  node->rendered = FALSE;
  node->prepared = FALSE;
  node->draining = FALSE;
  node->end_requested = FALSE;
  gst_web_audio_node_seek_params (node, 0);
  node->holding = FALSE;
  node->delaying = FALSE;
  node->hold_time = G_MAXDOUBLE;
  node->closed = FALSE;
  if (!any_active (graph)) {
    gst_web_audio_graph_set_rate (graph, 0);
    gst_web_audio_graph_set_now (graph, 0);
    gst_segment_init (&graph->segment, GST_FORMAT_TIME);
    graph->started = FALSE;
    graph->adopting = FALSE;
    gst_web_audio_block_pools_clear (&graph->pools);
  }
  gst_web_audio_graph_unlock (graph);
}

static void
set_playing (GstWebAudioNode * node, gboolean playing)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  guint i;

  g_atomic_int_set (&node->playing, playing);
  node->playing_since = g_get_monotonic_time ();
  g_cond_broadcast (&graph->cond);
  for (i = 0; !playing && i < node->outputs->len; i++) {
    GstWebAudioOutput *output = g_ptr_array_index (node->outputs, i);

    GST_OBJECT_LOCK (output);
    if (output->clock_id)
      gst_clock_id_unschedule (output->clock_id);
    GST_OBJECT_UNLOCK (output);
  }
  gst_web_audio_graph_unlock (graph);
}

static gboolean
is_live (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  gboolean live;

  gst_web_audio_graph_refresh (graph);
  live = graph->live;
  gst_web_audio_graph_unlock (graph);
  return live;
}

static GstStateChangeReturn
gst_web_audio_node_change_state (GstElement * element,
    GstStateChange transition)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    set_playing (node, TRUE);
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_playing (node, FALSE);

  result = GST_ELEMENT_CLASS (gst_web_audio_node_parent_class)->change_state
      (element, transition);
  if (result == GST_STATE_CHANGE_FAILURE)
    return result;

  switch (transition) {
    case GST_STATE_CHANGE_NULL_TO_READY:
      gst_web_audio_node_report_params (node);
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      if (is_live (node))
        result = GST_STATE_CHANGE_NO_PREROLL;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
    case GST_STATE_CHANGE_READY_TO_NULL:
      deactivate (node);
      break;
    default:
      break;
  }
  return result;
}

/* The object */

static void
set_block_size (GstWebAudioNode * node, guint asked)
{
  guint quanta = (MIN (asked, GST_WEB_AUDIO_MAX_BLOCK_SIZE)
      + GST_WEB_AUDIO_QUANTUM - 1) / GST_WEB_AUDIO_QUANTUM;

  node->block_size = MAX (quanta, 1) * GST_WEB_AUDIO_QUANTUM;
}

static void
set_sample_rate (GstWebAudioNode * node, gint asked)
{
  node->sample_rate = asked == 0 ? 0 :
      CLAMP (asked, GST_WEB_AUDIO_MIN_RATE, GST_WEB_AUDIO_MAX_RATE);
}

/* Holds values to the constraints that the spec has for some nodes.
 * https://webaudio.github.io/web-audio-api/#dom-audionode-channelcount
 * Returns why they are refused, or NULL. */
static const gchar *
set_mixing (GstWebAudioNode * node, guint count,
    GstWebAudioChannelCountMode mode,
    GstWebAudioChannelInterpretation interpretation)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);
  const gchar *refusal = klass->check_mixing ?
      klass->check_mixing (node, count, mode, interpretation) : NULL;

  if (klass->max_channels && count > klass->max_channels)
    refusal = "NotSupportedError: is too much for this node";
  if (klass->max_channels && mode == GST_WEB_AUDIO_CHANNEL_COUNT_MODE_MAX)
    refusal = "NotSupportedError: must not be max for this node";
  if (refusal)
    return refusal;
  node->channel_count = count;
  node->channel_count_mode = mode;
  node->channel_interpretation = interpretation;
  g_atomic_int_set (&node->mixing_changed, TRUE);
  return NULL;
}

/* The graph looks at its nodes again before the next block. */
static void
mark_changed (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  graph->dirty = TRUE;
  gst_web_audio_graph_unlock (graph);
}

static void
gst_web_audio_node_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (object);
  gboolean concerns_graph = FALSE;
  const gchar *refusal = NULL;

  GST_OBJECT_LOCK (node);
  switch (id) {
    case PROP_CHANNEL_COUNT:
      refusal = set_mixing (node, g_value_get_uint (value),
          node->channel_count_mode, node->channel_interpretation);
      break;
    case PROP_CHANNEL_COUNT_MODE:
      refusal = set_mixing (node, node->channel_count,
          g_value_get_enum (value), node->channel_interpretation);
      break;
    case PROP_CHANNEL_INTERPRETATION:
      refusal = set_mixing (node, node->channel_count,
          node->channel_count_mode, g_value_get_enum (value));
      break;
    case PROP_BLOCK_SIZE:
      set_block_size (node, g_value_get_uint (value));
      concerns_graph = TRUE;
      break;
    case PROP_SAMPLE_RATE:
      set_sample_rate (node, g_value_get_int (value));
      break;
    case PROP_IS_LIVE:
      node->is_live = g_value_get_boolean (value);
      concerns_graph = TRUE;
      break;
    case PROP_LENGTH:
      node->length = g_value_get_uint64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (node);
  if (refusal)
    GST_WARNING_OBJECT (node, "%s: %s", pspec->name, refusal);
  if (concerns_graph)
    mark_changed (node);
}

static GstClockTime
get_current_time (GstWebAudioNode * node)
{
  gint rate;
  guint64 frame = gst_web_audio_graph_get_now (node, &rate);

  return rate ? gst_util_uint64_scale (frame, GST_SECOND, rate) : 0;
}

static void
gst_web_audio_node_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (object);

  if (id == PROP_CURRENT_TIME) {
    g_value_set_uint64 (value, get_current_time (node));
    return;
  }
  GST_OBJECT_LOCK (node);
  switch (id) {
    case PROP_CHANNEL_COUNT:
      g_value_set_uint (value, node->channel_count);
      break;
    case PROP_CHANNEL_COUNT_MODE:
      g_value_set_enum (value, node->channel_count_mode);
      break;
    case PROP_CHANNEL_INTERPRETATION:
      g_value_set_enum (value, node->channel_interpretation);
      break;
    case PROP_BLOCK_SIZE:
      g_value_set_uint (value, node->block_size);
      break;
    case PROP_SAMPLE_RATE:
      g_value_set_int (value, node->sample_rate);
      break;
    case PROP_IS_LIVE:
      g_value_set_boolean (value, node->is_live);
      break;
    case PROP_LENGTH:
      g_value_set_uint64 (value, node->length);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (node);
}

static void
gst_web_audio_node_constructed (GObject * object)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (object);

  G_OBJECT_CLASS (gst_web_audio_node_parent_class)->constructed (object);
  if (GST_WEB_AUDIO_NODE_GET_CLASS (object)->max_channels)
    node->channel_count_mode = GST_WEB_AUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX;
  gst_web_audio_node_create_params (node);
  gst_web_audio_node_add_pads (node);
}

static void
gst_web_audio_node_dispose (GObject * object)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (object);
  guint i;

  for (i = 0; i < node->params->len; i++)
    if (GST_OBJECT_PARENT (g_ptr_array_index (node->params, i)))
      gst_object_unparent (g_ptr_array_index (node->params, i));
  G_OBJECT_CLASS (gst_web_audio_node_parent_class)->dispose (object);
}

static void
gst_web_audio_node_finalize (GObject * object)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (object);

  gst_web_audio_bond_leave (node);
  gst_web_audio_graph_leave (node);
  g_ptr_array_unref (node->inputs);
  g_ptr_array_unref (node->outputs);
  g_array_unref (node->blocks);
  g_ptr_array_unref (node->params);
  G_OBJECT_CLASS (gst_web_audio_node_parent_class)->finalize (object);
}

/*
 * gst_web_audio_node_install_properties:
 *
 * Gives a class the properties of a node, with the numbers up to
 * %GST_WEB_AUDIO_NODE_LAST_PROPERTY: also a bin that stands for a node.
 */
void
gst_web_audio_node_install_properties (GObjectClass * object_class)
{
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_READY;

  /**
   * GstWebAudioNode:channel-count:
   *
   * How many channels the inputs are mixed to, as #GstWebAudioNode:channel-count-mode says.
   * https://webaudio.github.io/web-audio-api/#dom-audionode-channelcount
   */
  g_object_class_install_property (object_class, PROP_CHANNEL_COUNT,
      g_param_spec_uint ("channel-count", "Channel count",
          "Channels that the inputs are mixed to, as channel-count-mode says",
          1, GST_WEB_AUDIO_MAX_CHANNELS, 2, playing));
  /**
   * GstWebAudioNode:channel-count-mode:
   *
   * How the channels of the inputs are counted.
   * https://webaudio.github.io/web-audio-api/#dom-audionode-channelcountmode
   */
  g_object_class_install_property (object_class, PROP_CHANNEL_COUNT_MODE,
      g_param_spec_enum ("channel-count-mode", "Channel count mode",
          "How the channels of the inputs are counted",
          GST_TYPE_WEB_AUDIO_CHANNEL_COUNT_MODE,
          GST_WEB_AUDIO_CHANNEL_COUNT_MODE_MAX, playing));
  /**
   * GstWebAudioNode:channel-interpretation:
   *
   * How inputs of another channel count are mixed.
   * https://webaudio.github.io/web-audio-api/#dom-audionode-channelinterpretation
   */
  g_object_class_install_property (object_class, PROP_CHANNEL_INTERPRETATION,
      g_param_spec_enum ("channel-interpretation", "Channel interpretation",
          "How inputs of another channel count are mixed",
          GST_TYPE_WEB_AUDIO_CHANNEL_INTERPRETATION,
          GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS, playing));
  /**
   * GstWebAudioNode:block-size:
   *
   * Frames that are rendered at once where this node drives the graph. The
   * result is the same for any size; larger is faster, smaller reacts sooner.
   * Rounded up to a multiple of 128. Of several drivers the smallest counts.
   */
  g_object_class_install_property (object_class, PROP_BLOCK_SIZE,
      g_param_spec_uint ("block-size", "Block size",
          "Frames rendered at once where this node drives the graph, rounded "
          "up to a multiple of 128 (result does not depend on it)",
          0, GST_WEB_AUDIO_MAX_BLOCK_SIZE, DEFAULT_BLOCK_SIZE, playing));
  /**
   * GstWebAudioNode:sample-rate:
   *
   * The rate of the whole graph in frames per second, 0 to let it be
   * negotiated. Other values are clamped to 3000 to 768000.
   */
  g_object_class_install_property (object_class, PROP_SAMPLE_RATE,
      g_param_spec_int ("sample-rate", "Sample rate",
          "Rate of the whole graph in Hz, at least 3000 (0 = negotiate)",
          0, GST_WEB_AUDIO_MAX_RATE, 0, ready));
  /**
   * GstWebAudioNode:is-live:
   *
   * Whether the graph that this node is in renders at the pace of the
   * pipeline's clock, like a microphone, instead of as fast as downstream takes
   * it.
   */
  g_object_class_install_property (object_class, PROP_IS_LIVE,
      g_param_spec_boolean ("is-live", "Is live",
          "Render this node's graph at the pace of the pipeline's clock",
          FALSE, ready));
  /**
   * GstWebAudioNode:length:
   *
   * Where this node drives the graph: the frame of graph time at which the
   * stream ends, exactly; 0 for no such end. With a length, ended sources are
   * followed by silence.
   */
  g_object_class_install_property (object_class, PROP_LENGTH,
      g_param_spec_uint64 ("length", "Length",
          "Frames after which the stream ends where this node drives the graph "
          "(0 = when its sources end)", 0, G_MAXUINT64, 0, playing));
  /**
   * GstWebAudioNode:current-time:
   *
   * The time up to which this node's graph has been rendered, in nanoseconds.
   * Events, whose times are seconds, are scheduled relative to it.
   * https://webaudio.github.io/web-audio-api/#dom-baseaudiocontext-currenttime
   */
  g_object_class_install_property (object_class, PROP_CURRENT_TIME,
      g_param_spec_uint64 ("current-time", "Current time",
          "Graph time up to which has been rendered, in ns", 0, G_MAXUINT64, 0,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_web_audio_node_class_init (GstWebAudioNodeClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_graph_debug, "webaudiograph", 0,
      "Web Audio graph");

  object_class->constructed = gst_web_audio_node_constructed;
  object_class->set_property = gst_web_audio_node_set_property;
  object_class->get_property = gst_web_audio_node_get_property;
  object_class->dispose = gst_web_audio_node_dispose;
  object_class->finalize = gst_web_audio_node_finalize;
  gst_web_audio_node_install_properties (object_class);

  element_class->request_new_pad =
      GST_DEBUG_FUNCPTR (gst_web_audio_node_request_new_pad);
  element_class->release_pad =
      GST_DEBUG_FUNCPTR (gst_web_audio_node_release_pad);
  element_class->send_event = GST_DEBUG_FUNCPTR (gst_web_audio_node_send_event);
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_node_change_state);

  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_NODE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_INPUT, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_OUTPUT, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_PARAM, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_AUTOMATION, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_AUTOMATION_RATE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_CHANNEL_COUNT_MODE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_CHANNEL_INTERPRETATION, 0);
}

static void
gst_web_audio_node_init (GstWebAudioNode * node)
{
  node->inputs = g_ptr_array_new_with_free_func (gst_object_unref);
  node->outputs = g_ptr_array_new_with_free_func (gst_object_unref);
  node->blocks = g_array_new (FALSE, FALSE, sizeof (GstWebAudioBlock));
  node->params = g_ptr_array_new_with_free_func (gst_object_unref);
  node->channel_count = 2;
  node->channel_count_mode = GST_WEB_AUDIO_CHANNEL_COUNT_MODE_MAX;
  node->channel_interpretation = GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS;
  node->mixing_changed = TRUE;
  node->block_size = DEFAULT_BLOCK_SIZE;
  node->hold_time = G_MAXDOUBLE;
  gst_web_audio_graph_enter (node);
  /* any node may begin a stream; see gst_web_audio_node_send_event */
  GST_OBJECT_FLAG_SET (node, GST_ELEMENT_FLAG_SOURCE);
}
