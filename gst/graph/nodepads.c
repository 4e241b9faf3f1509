/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pads of a node: which templates its class has, what a new pad is called
 * and where it leads. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "graph.h"
#include "input.h"
#include "node.h"
#include "output.h"
#include "param.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

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

/* Templates */

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

/*
 * gst_web_audio_node_class_add_param_pads:
 * @name: the name of a template, of which any number of connections into one
 *     parameter has pads
 */
void
gst_web_audio_node_class_add_param_pads (GstWebAudioNodeClass * klass,
    const gchar * name)
{
  GstCaps *caps = gst_static_pad_template_get_caps (&sink_template);

  gst_element_class_add_pad_template (GST_ELEMENT_CLASS (klass),
      gst_pad_template_new_with_gtype (name, GST_PAD_SINK, GST_PAD_REQUEST,
          caps, GST_TYPE_WEB_AUDIO_INPUT));
  gst_caps_unref (caps);
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

/* Pads */

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
        && !gst_web_audio_node_find_param (node,
            GST_PAD_TEMPLATE_NAME_TEMPLATE (l->data)))
      return TRUE;
  return FALSE;
}

static guint
count_ports (GstWebAudioNode * node, GstPadTemplate * templ)
{
  if (GST_PAD_TEMPLATE_DIRECTION (templ) == GST_PAD_SRC)
    return node->n_out_ports;
  return gst_web_audio_node_find_param (node,
      GST_PAD_TEMPLATE_NAME_TEMPLATE (templ)) ? 0 : node->n_ports;
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

    input->param = gst_web_audio_node_find_param (node, name);
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

/*
 * gst_web_audio_node_add_pads:
 *
 * Gives a new node the pads that it always has.
 */
void
gst_web_audio_node_add_pads (GstWebAudioNode * node)
{
  static const gchar *always[] = { "sink", "src" };
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (node);
  guint i;

  node->has_input = find_input (node);
  for (i = 0; i < G_N_ELEMENTS (always); i++) {
    GstPadTemplate *templ = gst_element_class_get_pad_template (klass,
        always[i]);

    if (templ)
      add_pad (node, templ, always[i]);
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
  param = asked ? gst_web_audio_node_find_param (node, asked) : NULL;
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

/*
 * gst_web_audio_node_request_new_pad:
 *
 * See #GstElementClass.
 */
GstPad *
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

/*
 * gst_web_audio_node_release_pad:
 *
 * See #GstElementClass.
 */
void
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
