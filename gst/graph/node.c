/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The base class of every element that is a Web Audio node: its pads and
 * properties, its state, and the rendering of one block. */

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
  PROP_CURRENT_TIME,
  /* parameters, in the classes that have them */
  PROP_PARAMS = 0x1000
};

#define RAW_CAPS(layout) \
    "audio/x-raw, format = (string) " GST_AUDIO_NE (F32) ", " \
    "layout = (string) " layout ", rate = (int) [ 3000, 768000 ], " \
    "channels = (int) [ 1, 32 ]; "

/* what nodes use among themselves first, then whatever can be converted */
#define NODE_CAPS \
    RAW_CAPS ("non-interleaved") RAW_CAPS ("interleaved") \
    "audio/x-raw, format = (string) " GST_AUDIO_FORMATS_ALL ", " \
    "layout = (string) { interleaved, non-interleaved }, " \
    "rate = (int) [ 3000, 768000 ], channels = (int) [ 1, 32 ]"

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (NODE_CAPS));
static GstStaticPadTemplate more_src_template =
GST_STATIC_PAD_TEMPLATE ("src_%u", GST_PAD_SRC, GST_PAD_REQUEST,
    GST_STATIC_CAPS (NODE_CAPS));
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (NODE_CAPS));
static GstStaticPadTemplate more_sink_template =
GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (NODE_CAPS));

/* of parameters that a single node has */
static GstStaticPadTemplate own_param_template = GST_STATIC_PAD_TEMPLATE ("%s",
    GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS (NODE_CAPS));

/* where each input or output is a channel: its number, and the same again with
 * a number of its own for a further connection */
static GstStaticPadTemplate port_templates[] = {
  GST_STATIC_PAD_TEMPLATE ("src_%u", GST_PAD_SRC, GST_PAD_REQUEST,
      GST_STATIC_CAPS (NODE_CAPS)),
  GST_STATIC_PAD_TEMPLATE ("src_%u_%u", GST_PAD_SRC, GST_PAD_REQUEST,
      GST_STATIC_CAPS (NODE_CAPS)),
  GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
      GST_STATIC_CAPS (NODE_CAPS)),
  GST_STATIC_PAD_TEMPLATE ("sink_%u_%u", GST_PAD_SINK, GST_PAD_REQUEST,
      GST_STATIC_CAPS (NODE_CAPS))
};

static void child_proxy_init (gpointer iface, gpointer data);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstWebAudioNode, gst_web_audio_node,
    GST_TYPE_ELEMENT, G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY,
        child_proxy_init));

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
 * @buffer: (out): the block
 *
 * Renders the frames from @frame on, for @taker and for every other output
 * that has a consumer. Needs the graph's lock.
 */
GstFlowReturn
gst_web_audio_node_render (GstWebAudioNode * node, GstWebAudioOutput * taker,
    guint64 frame, guint frames, GstBuffer ** buffer)
{
  GstWebAudioBlock block = { 0, };
  GstFlowReturn flow;
  guint i;

  if (G_UNLIKELY (!node->prepared || !node->rendered
          || node->position != frame))
    prepare (node, frame);
  flow = compute (node, frame, frames, &block);
  node->channels = block.channels;
  node->rendered = TRUE;
  node->position = frame;
  g_atomic_int_set (&node->ended, flow == GST_FLOW_EOS
      || block.frames < frames);
  if (flow != GST_FLOW_OK) {
    gst_web_audio_block_clear (&block);
    return flow;
  }
  node->position += block.frames;
  for (i = 0; i < node->outputs->len; i++) {
    GstWebAudioOutput *output = g_ptr_array_index (node->outputs, i);

    if (output != taker && output->wanted)
      gst_web_audio_output_keep (output, block.buffer);
  }
  *buffer = block.buffer;
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
    GstBuffer *buffer = NULL;

    flow = gst_web_audio_node_render (node, NULL, frame, n, &buffer);
    gst_clear_buffer (&buffer);
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

/* Pads */

/*
 * gst_web_audio_node_class_add_output:
 *
 * Nodes of this class have an output. To be called before
 * gst_web_audio_node_class_add_input(): gst-launch tries templates in the order
 * of registration, whatever their direction, and takes the first that fits even
 * if its pad is linked already.
 */
void
gst_web_audio_node_class_add_output (GstWebAudioNodeClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &more_src_template, GST_TYPE_WEB_AUDIO_OUTPUT);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &src_template, GST_TYPE_WEB_AUDIO_OUTPUT);
}

/*
 * gst_web_audio_node_class_add_connection:
 *
 * Nodes of this class take one connection.
 */
void
gst_web_audio_node_class_add_connection (GstWebAudioNodeClass * klass)
{
  gst_element_class_add_static_pad_template_with_gtype (GST_ELEMENT_CLASS
      (klass), &sink_template, GST_TYPE_WEB_AUDIO_INPUT);
}

/*
 * gst_web_audio_node_class_add_input:
 *
 * Nodes of this class have an input, into which any number of connections is
 * summed.
 */
void
gst_web_audio_node_class_add_input (GstWebAudioNodeClass * klass)
{
  gst_element_class_add_static_pad_template_with_gtype (GST_ELEMENT_CLASS
      (klass), &more_sink_template, GST_TYPE_WEB_AUDIO_INPUT);
  gst_web_audio_node_class_add_connection (klass);
}

/*
 * gst_web_audio_node_class_add_ports:
 *
 * Nodes of this class have several inputs, or several outputs, each of which
 * is a channel of what the node renders. How many, says
 * gst_web_audio_node_set_ports().
 */
void
gst_web_audio_node_class_add_ports (GstWebAudioNodeClass * klass,
    GstPadDirection direction)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (port_templates); i++)
    if (port_templates[i].direction == direction)
      gst_element_class_add_static_pad_template_with_gtype (GST_ELEMENT_CLASS
          (klass), &port_templates[i],
          direction == GST_PAD_SRC ? GST_TYPE_WEB_AUDIO_OUTPUT :
          GST_TYPE_WEB_AUDIO_INPUT);
}

/* In place of what a class with parameters has for its own properties */

static void
set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstWebAudioNodeClass *klass = g_type_class_peek (pspec->owner_type);

  if (id >= PROP_PARAMS)
    gst_web_audio_param_set_value (gst_web_audio_node_get_param
        (GST_WEB_AUDIO_NODE (object), id - PROP_PARAMS),
        g_value_get_double (value));
  else
    klass->set_property (object, id, value, pspec);
}

static void
get_property (GObject * object, guint id, GValue * value, GParamSpec * pspec)
{
  GstWebAudioNodeClass *klass = g_type_class_peek (pspec->owner_type);

  if (id >= PROP_PARAMS)
    g_value_set_double (value,
        gst_web_audio_param_get_value (gst_web_audio_node_get_param
            (GST_WEB_AUDIO_NODE (object), id - PROP_PARAMS)));
  else
    klass->get_property (object, id, value, pspec);
}

static void
take_properties (GstWebAudioNodeClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  if (object_class->set_property == set_property)
    return;
  klass->set_property = object_class->set_property;
  klass->get_property = object_class->get_property;
  object_class->set_property = set_property;
  object_class->get_property = get_property;
}

/*
 * gst_web_audio_node_class_add_param:
 * @name: the spec's name in kebab-case
 *
 * Nodes of this class have one more parameter: a property, which clamps, a child
 * of that name and pads @name_%%u. To be called after the class has set how its own
 * properties are set and got, and after gst_web_audio_node_class_add_input(),
 * for a link that names no pad is meant for the input.
 */
void
gst_web_audio_node_class_add_param (GstWebAudioNodeClass * klass,
    const gchar * name, const gchar * nick, const gchar * blurb,
    gdouble minimum, gdouble maximum, gdouble default_value,
    GstWebAudioParamFlags flags)
{
  GstWebAudioParamInfo *info = &klass->params[klass->n_params];
  gchar *template_name = g_strdup_printf ("%s_%%u", name);
  /* what gst-inspect cannot tell by itself */
  gchar *description = g_strdup_printf ("%s (AudioParam: %s::automation, %s)",
      blurb, name, template_name);
  GstCaps *caps = gst_static_pad_template_get_caps (&sink_template);

  g_assert (klass->n_params < GST_WEB_AUDIO_MAX_PARAMS);
  take_properties (klass);
  info->flags = flags;
  info->pspec = g_param_spec_double (name, nick, description, minimum, maximum,
      default_value, G_PARAM_READWRITE | G_PARAM_STATIC_NAME |
      G_PARAM_STATIC_NICK | G_PARAM_LAX_VALIDATION | GST_PARAM_CONTROLLABLE |
      GST_PARAM_MUTABLE_PLAYING);
  g_object_class_install_property (G_OBJECT_CLASS (klass),
      PROP_PARAMS + klass->n_params, info->pspec);
  gst_element_class_add_pad_template (GST_ELEMENT_CLASS (klass),
      gst_pad_template_new_with_gtype (template_name, GST_PAD_SINK,
          GST_PAD_REQUEST, caps, GST_TYPE_WEB_AUDIO_INPUT));
  klass->n_params++;
  gst_caps_unref (caps);
  g_free (description);
  g_free (template_name);
}

/*
 * gst_web_audio_node_get_param:
 * @index: in the order of gst_web_audio_node_class_add_param()
 *
 * Returns: (transfer none): a parameter
 */
GstWebAudioParam *
gst_web_audio_node_get_param (GstWebAudioNode * node, guint index)
{
  return g_ptr_array_index (node->params, index);
}

static GstWebAudioParam *
create_param (GstWebAudioNode * node, GParamSpec * pspec,
    GstWebAudioParamFlags flags)
{
  GstWebAudioParam *param = gst_web_audio_param_new (node, pspec, flags);
  GstWebAudioGraph *graph;

  gst_object_set_parent (GST_OBJECT (param), GST_OBJECT (node));
  graph = gst_web_audio_graph_lock (node);
  GST_OBJECT_LOCK (node);
  g_ptr_array_add (node->params, gst_object_ref (param));
  GST_OBJECT_UNLOCK (node);
  gst_web_audio_graph_unlock (graph);
  return param;
}

static void
create_params (GstWebAudioNode * node)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);
  guint i;

  for (i = 0; i < klass->n_params; i++)
    create_param (node, klass->params[i].pspec, klass->params[i].flags);
}

/*
 * gst_web_audio_node_class_add_own_params:
 *
 * Nodes of this class may have parameters of their own, by
 * gst_web_audio_node_add_param(). To be called after all that adds templates of
 * pads, for this one fits every name.
 */
void
gst_web_audio_node_class_add_own_params (GstWebAudioNodeClass * klass)
{
  gst_element_class_add_static_pad_template_with_gtype (GST_ELEMENT_CLASS
      (klass), &own_param_template, GST_TYPE_WEB_AUDIO_INPUT);
}

/* Whether a parameter may have the name, and so pads of that name. */
static gboolean
is_free_name (GstWebAudioNode * node, const gchar * name)
{
  GObject *there;

  if (g_str_equal (name, "sink") || g_str_equal (name, "src")
      || g_object_class_find_property (G_OBJECT_GET_CLASS (node), name))
    return FALSE;
  there = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (node), name);
  if (there)
    g_object_unref (there);
  return there == NULL;
}

/*
 * gst_web_audio_node_add_param:
 * @name: letters, digits and hyphens, beginning with a letter
 *
 * Gives this node one more parameter, while it does not render: a child of that
 * name and pads @name_%%u, but no property.
 *
 * Returns: (transfer none) (nullable): the parameter, which is the last one;
 *     %NULL if it may not have that name, or if its range is none
 */
GstWebAudioParam *
gst_web_audio_node_add_param (GstWebAudioNode * node, const gchar * name,
    gdouble minimum, gdouble maximum, gdouble default_value,
    GstWebAudioParamFlags flags)
{
  GstWebAudioParam *param = NULL;
  GParamSpec *pspec;

  if (!g_param_spec_is_valid_name (name)
      || !(minimum <= default_value && default_value <= maximum))
    return NULL;
  pspec = g_param_spec_ref_sink (g_param_spec_double (name, name, name,
          minimum, maximum, default_value, G_PARAM_READWRITE));
  if (is_free_name (node, pspec->name)) {
    param = create_param (node, pspec, flags);
    gst_child_proxy_child_added (GST_CHILD_PROXY (node), G_OBJECT (param),
        pspec->name);
  }
  g_param_spec_unref (pspec);
  return param;
}

/* The pads that go into @param. */
static GPtrArray *
get_param_pads (GstWebAudioNode * node, GstWebAudioParam * param)
{
  GPtrArray *pads = g_ptr_array_new_with_free_func (gst_object_unref);
  GList *l;

  GST_OBJECT_LOCK (node);
  for (l = GST_ELEMENT (node)->sinkpads; l; l = l->next)
    if (GST_WEB_AUDIO_INPUT_CAST (l->data)->param == param)
      g_ptr_array_add (pads, gst_object_ref (l->data));
  GST_OBJECT_UNLOCK (node);
  return pads;
}

/*
 * gst_web_audio_node_remove_param:
 *
 * Takes away what gst_web_audio_node_add_param() has given, with its pads, while
 * the node does not render.
 */
void
gst_web_audio_node_remove_param (GstWebAudioNode * node,
    GstWebAudioParam * param)
{
  GPtrArray *pads = get_param_pads (node, param);
  GstWebAudioGraph *graph;
  guint i;

  for (i = 0; i < pads->len; i++)
    gst_element_release_request_pad (GST_ELEMENT (node),
        g_ptr_array_index (pads, i));
  g_ptr_array_unref (pads);
  gst_object_ref (param);
  graph = gst_web_audio_graph_lock (node);
  GST_OBJECT_LOCK (node);
  g_ptr_array_remove (node->params, param);
  GST_OBJECT_UNLOCK (node);
  gst_web_audio_graph_unlock (graph);
  gst_child_proxy_child_removed (GST_CHILD_PROXY (node), G_OBJECT (param),
      param->pspec->name);
  gst_object_unparent (GST_OBJECT (param));
  gst_object_unref (param);
}

static GObject *
get_child_by_index (GstChildProxy * proxy, guint index)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (proxy);
  GObject *child = NULL;

  GST_OBJECT_LOCK (node);
  if (index < node->params->len)
    child = gst_object_ref (g_ptr_array_index (node->params, index));
  GST_OBJECT_UNLOCK (node);
  return child;
}

static guint
get_children_count (GstChildProxy * proxy)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (proxy);
  guint count;

  GST_OBJECT_LOCK (node);
  count = node->params->len;
  GST_OBJECT_UNLOCK (node);
  return count;
}

static void
child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *proxy = iface;

  proxy->get_child_by_index = get_child_by_index;
  proxy->get_children_count = get_children_count;
}

/* The parameter that a pad of that name, or of a template of it, goes into, or
 * NULL. */
static GstWebAudioParam *
find_param (GstWebAudioNode * node, const gchar * name)
{
  const gchar *end = strrchr (name, '_');
  GstWebAudioParam *found = NULL;
  guint i;

  GST_OBJECT_LOCK (node);
  for (i = 0; end && !found && i < node->params->len; i++) {
    GstWebAudioParam *param = g_ptr_array_index (node->params, i);
    gsize n = strlen (param->pspec->name);

    if (n == (gsize) (end - name)
        && strncmp (name, param->pspec->name, n) == 0)
      found = param;
  }
  GST_OBJECT_UNLOCK (node);
  return found;
}

static gboolean
is_own_param (GstPadTemplate * templ)
{
  return g_str_equal (GST_PAD_TEMPLATE_NAME_TEMPLATE (templ), "%s");
}

/* Whether connections into the node itself are possible. */
static gboolean
find_input (GstWebAudioNode * node)
{
  GList *l = gst_element_class_get_pad_template_list
      (GST_ELEMENT_GET_CLASS (node));

  for (; l; l = l->next)
    if (GST_PAD_TEMPLATE_DIRECTION (l->data) == GST_PAD_SINK
        && !is_own_param (l->data)
        && !find_param (node, GST_PAD_TEMPLATE_NAME_TEMPLATE (l->data)))
      return TRUE;
  return FALSE;
}

static guint
count_ports (GstWebAudioNode * node, GstPadTemplate * templ)
{
  if (GST_PAD_TEMPLATE_DIRECTION (templ) == GST_PAD_SRC)
    return node->n_out_ports;
  return find_param (node, GST_PAD_TEMPLATE_NAME_TEMPLATE (templ)) ? 0 :
      node->n_ports;
}

/* The number in the name of a pad, which may be followed by another one. */
static gboolean
parse_port (const gchar * name, guint64 * port)
{
  const gchar *digits = strchr (name, '_');
  gchar *end;

  if (!digits || !g_ascii_isdigit (digits[1]))
    return FALSE;
  *port = g_ascii_strtoull (digits + 1, &end, 10);
  return *end == '\0' || (*end == '_' && g_ascii_isdigit (end[1])
      && g_ascii_string_to_unsigned (end + 1, 10, 0, G_MAXUINT, NULL, NULL));
}

static GstPad *
add_pad (GstWebAudioNode * node, GstPadTemplate * templ, const gchar * name)
{
  guint64 port = 0;
  gboolean has_port = count_ports (node, templ) > 0 && parse_port (name, &port);
  GstPad *pad;

  if (GST_PAD_TEMPLATE_DIRECTION (templ) == GST_PAD_SINK) {
    GstWebAudioInput *input = gst_web_audio_input_new (node, templ, name);

    input->param = find_param (node, name);
    input->port = port;
    pad = GST_PAD (input);
  } else {
    GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

    pad = GST_PAD (gst_web_audio_output_new (node, templ, name));
    if (has_port)
      GST_WEB_AUDIO_OUTPUT_CAST (pad)->port = port;
    g_ptr_array_add (node->outputs, gst_object_ref (pad));
    graph->dirty = TRUE;
    gst_web_audio_graph_unlock (graph);
  }
  gst_element_add_pad (GST_ELEMENT (node), pad);
  return pad;
}

static void
gst_web_audio_node_constructed (GObject * object)
{
  static const gchar *always[] = { "sink", "src" };
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (object);
  guint i;

  G_OBJECT_CLASS (gst_web_audio_node_parent_class)->constructed (object);
  if (GST_WEB_AUDIO_NODE_GET_CLASS (object)->max_channels)
    GST_WEB_AUDIO_NODE (object)->channel_count_mode =
        GST_WEB_AUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX;
  create_params (GST_WEB_AUDIO_NODE (object));
  GST_WEB_AUDIO_NODE (object)->has_input =
      find_input (GST_WEB_AUDIO_NODE (object));
  for (i = 0; i < G_N_ELEMENTS (always); i++) {
    GstPadTemplate *templ = gst_element_class_get_pad_template (klass,
        always[i]);

    if (templ)
      add_pad (GST_WEB_AUDIO_NODE (object), templ, always[i]);
  }
}

/* What the name of a pad begins with, or NULL if there is no such pad. */
static gchar *
get_prefix (GstWebAudioNode * node, GstPadTemplate * templ, const gchar * asked)
{
  const gchar *pattern = GST_PAD_TEMPLATE_NAME_TEMPLATE (templ);
  GstWebAudioParam *param;

  if (!is_own_param (templ))
    return g_strndup (pattern, strcspn (pattern, "%"));
  param = asked ? find_param (node, asked) : NULL;
  return param ? g_strconcat (param->pspec->name, "_", NULL) : NULL;
}

static gboolean
is_taken (GstWebAudioNode * node, const gchar * name)
{
  GstPad *there = gst_element_get_static_pad (GST_ELEMENT (node), name);
  gboolean taken = there != NULL;

  gst_clear_object (&there);
  return taken;
}

/* The name of a new pad of a node with @count ports: the one asked for if there
 * is such a port and the name is free, else the first port without a pad. */
static gchar *
choose_port (GstWebAudioNode * node, GstPadTemplate * templ,
    const gchar * asked, guint count)
{
  const gchar *pattern = GST_PAD_TEMPLATE_NAME_TEMPLATE (templ);
  gsize prefix = strcspn (pattern, "%");
  guint64 port;

  if (asked)
    return strncmp (asked, pattern, prefix) == 0 && parse_port (asked, &port)
        && port < count && !is_taken (node, asked) ? g_strdup (asked) : NULL;
  for (port = 0; port < count && !strchr (pattern + prefix + 1, '%'); port++) {
    gchar *name = g_strdup_printf ("%.*s%u", (gint) prefix, pattern,
        (guint) port);

    if (!is_taken (node, name))
      return name;
    g_free (name);
  }
  return NULL;
}

/* The name of a new pad: the one asked for if it fits and is free, else the
 * next free one. */
static gchar *
choose_name (GstWebAudioNode * node, const gchar * prefix, const gchar * asked)
{
  gchar *name = NULL;
  gboolean taken = TRUE;
  guint64 number;

  if (asked && (!g_str_has_prefix (asked, prefix)
          || !g_ascii_string_to_unsigned (asked + strlen (prefix), 10, 0,
              G_MAXUINT, &number, NULL)))
    return NULL;
  while (taken) {
    g_free (name);
    GST_OBJECT_LOCK (node);
    name = asked ? g_strdup (asked) :
        g_strdup_printf ("%s%u", prefix, node->next_pad++);
    GST_OBJECT_UNLOCK (node);
    taken = is_taken (node, name);
    if (taken && asked) {
      g_clear_pointer (&name, g_free);
      break;
    }
  }
  return name;
}

static GstPad *
gst_web_audio_node_request_new_pad (GstElement * element,
    GstPadTemplate * templ, const gchar * asked, const GstCaps * caps)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (element);
  guint ports = count_ports (node, templ);
  gchar *prefix = get_prefix (node, templ, asked), *name = NULL;
  GstPad *pad;

  /* some callers pass on the template's name */
  if (asked && strchr (asked, '%'))
    asked = NULL;
  if (ports > 0)
    name = choose_port (node, templ, asked, ports);
  else if (prefix)
    name = choose_name (node, prefix, asked);
  g_free (prefix);
  if (!name) {
    GST_WARNING_OBJECT (node, "there is no free pad %s",
        asked ? asked : GST_PAD_TEMPLATE_NAME_TEMPLATE (templ));
    return NULL;
  }
  pad = add_pad (node, templ, name);
  g_free (name);
  return pad;
}

/*
 * gst_web_audio_node_set_ports:
 * @count: how many inputs or outputs the node has; each is a channel
 *
 * Returns: whether that was done; it is not while there is a pad of a higher
 *     number
 */
gboolean
gst_web_audio_node_set_ports (GstWebAudioNode * node,
    GstPadDirection direction, guint count)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  gboolean in_use = FALSE;
  GList *l;

  GST_OBJECT_LOCK (node);
  for (l = GST_ELEMENT (node)->pads; l; l = l->next)
    in_use |= GST_PAD_DIRECTION (l->data) == direction
        && (direction == GST_PAD_SRC ?
        GST_WEB_AUDIO_OUTPUT_CAST (l->data)->port >= (gint) count :
        GST_WEB_AUDIO_INPUT_CAST (l->data)->port >= count);
  GST_OBJECT_UNLOCK (node);
  if (!in_use && direction == GST_PAD_SRC)
    node->n_out_ports = count;
  else if (!in_use)
    node->n_ports = count;
  gst_web_audio_graph_unlock (graph);
  return !in_use;
}

static void
forget_output (GstWebAudioNode * node, GstWebAudioOutput * output)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  gst_web_audio_output_drop_backlog (output);
  g_ptr_array_remove (node->outputs, output);
  graph->dirty = TRUE;
  g_cond_broadcast (&graph->cond);
  gst_web_audio_graph_unlock (graph);
}

static void
gst_web_audio_node_release_pad (GstElement * element, GstPad * pad)
{
  GstPad *peer = gst_pad_get_peer (pad);

  /* a consumer would find nobody to ask, so it is told first */
  if (peer) {
    if (GST_PAD_IS_SRC (pad))
      gst_pad_unlink (pad, peer);
    else
      gst_pad_unlink (peer, pad);
    gst_object_unref (peer);
  }
  gst_pad_set_active (pad, FALSE);
  if (GST_PAD_IS_SRC (pad))
    forget_output (GST_WEB_AUDIO_NODE (element),
        GST_WEB_AUDIO_OUTPUT_CAST (pad));
  gst_element_remove_pad (element, pad);
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

/*
 * gst_web_audio_node_seek_params:
 * @time: seconds
 *
 * Rendering goes on there. Needs the graph's lock.
 */
void
gst_web_audio_node_seek_params (GstWebAudioNode * node, gdouble time)
{
  guint i;

  for (i = 0; i < node->params->len; i++)
    gst_web_audio_param_seek (g_ptr_array_index (node->params, i), time);
}

static void
report_params (GstWebAudioNode * node)
{
  guint i;

  for (i = 0; i < node->params->len; i++)
    gst_web_audio_param_report (g_ptr_array_index (node->params, i));
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
      report_params (node);
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
  node->block_size = DEFAULT_BLOCK_SIZE;
  node->hold_time = G_MAXDOUBLE;
  gst_web_audio_graph_enter (node);
  /* any node may begin a stream; see gst_web_audio_node_send_event */
  GST_OBJECT_FLAG_SET (node, GST_ELEMENT_FLAG_SOURCE);
}
