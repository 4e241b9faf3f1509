/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parameters of a node, those of its class and its own: as properties, as
 * children, and where the rest of the node deals with all of them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "graph.h"
#include "input.h"
#include "node.h"
#include "param.h"

/* The numbers of their properties, in the classes that have them */
#define PROP_PARAMS 0x1000

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

  g_assert (klass->n_params < GST_WEB_AUDIO_MAX_PARAMS);
  take_properties (klass);
  info->flags = flags;
  info->pspec = g_param_spec_double (name, nick, description, minimum, maximum,
      default_value, G_PARAM_READWRITE | G_PARAM_STATIC_NAME |
      G_PARAM_STATIC_NICK | G_PARAM_LAX_VALIDATION | GST_PARAM_CONTROLLABLE |
      GST_PARAM_MUTABLE_PLAYING);
  g_object_class_install_property (G_OBJECT_CLASS (klass),
      PROP_PARAMS + klass->n_params, info->pspec);
  gst_web_audio_node_class_add_param_pads (klass, template_name);
  klass->n_params++;
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

/*
 * gst_web_audio_node_create_params:
 *
 * Gives a new node the parameters of its class.
 */
void
gst_web_audio_node_create_params (GstWebAudioNode * node)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);
  guint i;

  for (i = 0; i < klass->n_params; i++)
    create_param (node, klass->params[i].pspec, klass->params[i].flags);
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

/*
 * gst_web_audio_node_child_proxy_init:
 *
 * The parameters are the children of their node.
 */
void
gst_web_audio_node_child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *proxy = iface;

  proxy->get_child_by_index = get_child_by_index;
  proxy->get_children_count = get_children_count;
}

/*
 * gst_web_audio_node_find_param:
 * @name: of a pad or of a template
 *
 * Returns: (transfer none) (nullable): the parameter that it goes into
 */
GstWebAudioParam *
gst_web_audio_node_find_param (GstWebAudioNode * node, const gchar * name)
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

/*
 * gst_web_audio_node_report_params:
 *
 * Tells of texts that were refused.
 */
void
gst_web_audio_node_report_params (GstWebAudioNode * node)
{
  guint i;

  for (i = 0; i < node->params->len; i++)
    gst_web_audio_param_report (g_ptr_array_index (node->params, i));
}
