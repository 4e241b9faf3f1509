/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See nodes.h. */

#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "json.h"
#include "nodes.h"
#include "values.h"

typedef struct
{
  const gchar *type;
  const gchar *factory;
} NodeType;

/* Where the factory's name is not the type's in lower case. */
static const NodeType renamed_types[] = {
  {"AudioBufferSource", "buffersource"},
};


/* The attributes that are AudioParams, whose values are float32. */
static const gchar *const audio_params[] = {
  "attack", "delayTime", "detune", "forwardX", "forwardY", "forwardZ",
  "frequency", "gain", "knee", "offset", "orientationX", "orientationY",
  "orientationZ", "pan", "playbackRate", "positionX", "positionY", "positionZ",
  "Q", "ratio", "release", "threshold", "upX", "upY", "upZ", NULL
};


/* Nodes */

void
node_free (Node * node)
{
  gst_object_unref (node->input);
  gst_object_unref (node->output);
  g_free (node->id);
  g_free (node->type);
  g_free (node);
}

Node *
find_node (Scene * scene, const gchar * id)
{
  Node *node = g_hash_table_lookup (scene->nodes, id);

  if (node == NULL)
    quit (EXIT_FAILURE, "the scene has no node '%s'", id);
  return node;
}

static void
set_property (Node * node, const gchar * property, const GValue * value)
{
  GstElement *elements[] = { node->input, node->output };
  gboolean exists = FALSE;
  guint i;

  for (i = 0; i < (node->input == node->output ? 1 : 2); i++) {
    if (g_object_class_find_property (G_OBJECT_GET_CLASS (elements[i]),
            property)) {
      g_object_set_property (G_OBJECT (elements[i]), property, value);
      exists = TRUE;
    }
  }
  if (!exists)
    quit (EXIT_MISSING, "%s.%s", node->type, property);
}

gboolean
has_property (GstElement * element, const gchar * property)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (element),
      property) != NULL;
}

GParamSpec *
find_property (Node * node, const gchar * property)
{
  GParamSpec *pspec = g_object_class_find_property
      (G_OBJECT_GET_CLASS (node->output), property);

  if (pspec == NULL)
    pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (node->input),
        property);
  if (pspec == NULL)
    quit (EXIT_MISSING, "%s.%s", node->type, property);
  return pspec;
}

void
set_property_from_string (Node * node, const gchar * property,
    const gchar * string)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value,
      G_PARAM_SPEC_VALUE_TYPE (find_property (node, property)));
  if (!gst_value_deserialize (&value, string))
    quit (EXIT_MISSING, "%s.%s = %s", node->type, property, string);
  set_property (node, property, &value);
  g_value_unset (&value);
}

/* The parameter's own object, where it has one. */
static GObject *
find_param (Node * node, const gchar * name)
{
  gchar *child_name = kebab_case (name);
  GstElement *elements[] = { node->output, node->input };
  GObject *param = NULL;
  guint i;

  for (i = 0; i < 2 && param == NULL; i++) {
    if (GST_IS_CHILD_PROXY (elements[i]))
      param = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (elements[i]),
          child_name);
  }
  g_free (child_name);
  if (param == NULL)
    quit (EXIT_MISSING, "AudioParam automation");
  return param;
}

/* Through the parameter, since the node's property is held to its range. */
static void
set_param_value (Node * node, const gchar * name, gdouble value)
{
  GObject *param = find_param (node, name);

  g_object_set (param, "value", (gdouble) (gfloat) value, NULL);
  g_object_unref (param);
}

static void
set_plain_attribute (Node * node, const gchar * name, JsonNode * json)
{
  gchar *property;
  GType type;
  GValue value = G_VALUE_INIT;

  if (g_strv_contains (audio_params, name)) {
    set_param_value (node, name, json_node_get_double (json));
    return;
  }
  property = kebab_case (name);
  type = G_PARAM_SPEC_VALUE_TYPE (find_property (node, property));
  if (!init_value_from_json (&value, type, json))
    quit (EXIT_MISSING, "a value of %s.%s", node->type, property);
  set_property (node, property, &value);
  g_value_unset (&value);
  g_free (property);
}

static void
set_floats (Node * node, const gchar * property, GArray * samples)
{
  GValue value = G_VALUE_INIT;

  init_float_array (&value, samples);
  set_property (node, property, &value);
  g_value_unset (&value);
}

static void
set_curve (Node * node, JsonNode * json)
{
  GArray *samples = JSON_NODE_HOLDS_NULL (json) ?
      g_array_new (FALSE, FALSE, sizeof (gfloat)) : load_data (json, 0);

  set_floats (node, "curve", samples);
  g_array_unref (samples);
}

static void
set_buffer (Scene * scene, Node * node, JsonNode * json)
{
  GParamSpec *pspec = find_property (node, "buffer");
  GValue value = G_VALUE_INIT;

  if (!g_type_is_a (G_PARAM_SPEC_VALUE_TYPE (pspec), GST_TYPE_SAMPLE))
    quit (EXIT_MISSING, "%s.buffer as a GstSample", node->type);
  g_value_init (&value, GST_TYPE_SAMPLE);
  if (!JSON_NODE_HOLDS_NULL (json))
    g_value_set_boxed (&value, load_buffer (scene,
            json_node_get_string (json)));
  set_property (node, "buffer", &value);
  g_value_unset (&value);
}

/* Where one of real and imag is left out, the API takes zeros. */
static void
set_wave (Scene * scene, Node * node, JsonNode * json)
{
  JsonObject *wave = get_object (get_object (scene->description, "waves"),
      json_node_get_string (json));
  const gchar *names[] = { "real", "imag" };
  GArray *parts[2];
  GValue value = G_VALUE_INIT;
  guint i, length = 0;

  for (i = 0; i < 2; i++) {
    parts[i] = json_object_has_member (wave, names[i]) ?
        load_data (get_member (wave, names[i]), 0) :
        g_array_new (FALSE, TRUE, sizeof (gfloat));
    length = MAX (length, parts[i]->len);
  }
  for (i = 0; i < 2; i++) {
    if (parts[i]->len == 0)
      g_array_set_size (parts[i], length);
    set_floats (node, names[i], parts[i]);
    g_array_unref (parts[i]);
  }

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value,
      json_object_get_boolean_member_with_default (wave, "disableNormalization",
          FALSE));
  set_property (node, "disable-normalization", &value);
  g_value_unset (&value);
  set_property_from_string (node, "type", "custom");
}

void
set_attribute (Scene * scene, Node * node, const gchar * name, JsonNode * json)
{
  if (strcmp (name, "buffer") == 0)
    set_buffer (scene, node, json);
  else if (strcmp (name, "curve") == 0)
    set_curve (node, json);
  else if (strcmp (name, "periodicWave") == 0)
    set_wave (scene, node, json);
  else if (strcmp (name, "disableNormalization") == 0)
    /* the option of a Convolver, whose attribute is the opposite */
    set_property_from_string (node, "normalize",
        json_node_get_boolean (json) ? "false" : "true");
  else
    set_plain_attribute (node, name, json);
}

/* The buffer comes after the others, since they say what a Convolver makes of
 * it, and so does the wave, since it overrides an Oscillator's type. The levels
 * of an Analyser are set again: one may be refused before the other is set. */
void
set_attributes (Scene * scene, Node * node, JsonObject * attributes)
{
  static const gchar *const last[] = { "buffer", "periodicWave", NULL };
  static const gchar *const again[] = { "minDecibels", "maxDecibels", NULL };
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *json;
  guint i;

  json_object_iter_init_ordered (&iter, attributes);
  while (json_object_iter_next_ordered (&iter, &name, &json)) {
    if (!g_strv_contains (last, name))
      set_attribute (scene, node, name, json);
  }
  for (i = 0; last[i] != NULL; i++) {
    if (json_object_has_member (attributes, last[i]))
      set_attribute (scene, node, last[i], get_member (attributes, last[i]));
  }
  for (i = 0; again[i] != NULL; i++) {
    if (json_object_has_member (attributes, again[i]))
      set_attribute (scene, node, again[i], get_member (attributes, again[i]));
  }
}

GstElement *
make_element (const gchar * factory_name, const gchar * type)
{
  GstElementFactory *factory = gst_element_factory_find (factory_name);
  GstElement *element;

  if (factory == NULL)
    quit (EXIT_MISSING, "%s", type);
  element = gst_element_factory_create (factory, NULL);
  gst_object_unref (factory);
  if (element == NULL)
    quit (EXIT_FAILURE, "%s cannot be constructed", factory_name);
  return gst_object_ref_sink (element);
}

static gchar *
factory_of_type (const gchar * type)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (renamed_types); i++) {
    if (strcmp (renamed_types[i].type, type) == 0)
      return g_strdup (renamed_types[i].factory);
  }
  return g_ascii_strdown (type, -1);
}

/* Takes the elements. */
Node *
add_node (Scene * scene, const gchar * id, const gchar * type,
    GstElement * input, GstElement * output)
{
  Node *node = g_new0 (Node, 1);

  node->id = g_strdup (id);
  node->type = g_strdup (type);
  node->input = input;
  node->output = output;
  g_hash_table_insert (scene->nodes, node->id, node);
  return node;
}

Node *
add_plain_node (Scene * scene, const gchar * id, const gchar * type)
{
  gchar *factory = factory_of_type (type);
  GstElement *element = make_element (factory, type);

  g_free (factory);
  return add_node (scene, id, type, element, gst_object_ref (element));
}

Node *
add_delay_in_cycle (Scene * scene, const gchar * id)
{
  const gchar *type = "Delay in a cycle";
  GstElement *writer = make_element ("delaywriter", type);
  GstElement *reader = make_element ("delayreader", type);
  Node *node = add_node (scene, id, type, writer, reader);

  set_property_from_string (node, "line", id);
  return node;
}

/* AudioParams */

static void
set_automation_rate (Node * node, const gchar * name, const gchar * rate)
{
  GObject *param = find_param (node, name);

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (param),
          "automation-rate") == NULL)
    quit (EXIT_MISSING, "AudioParam.automationRate");
  gst_util_set_object_arg (param, "automation-rate", rate);
  g_object_unref (param);
}

static GVariant *
make_doubles (const GArray * samples)
{
  GVariantBuilder builder;
  guint i;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("ad"));
  for (i = 0; i < samples->len; i++)
    g_variant_builder_add (&builder, "d", (gdouble) g_array_index (samples,
            gfloat, i));
  return g_variant_builder_end (&builder);
}

/* The arguments of a method: DATA, a float32 or a double (times). */
static void
init_event_argument (GValue * value, JsonNode * json, gboolean is_float)
{
  if (JSON_NODE_HOLDS_VALUE (json)) {
    gdouble number = json_node_get_double (json);

    g_value_init (value, G_TYPE_DOUBLE);
    g_value_set_double (value, is_float ? (gfloat) number : number);
  } else {
    GArray *samples = load_data (json, 0);

    g_value_init (value, G_TYPE_VARIANT);
    g_value_take_variant (value, g_variant_ref_sink (make_doubles (samples)));
    g_array_unref (samples);
  }
}

static void
schedule_event (Node * node, const gchar * param_name, JsonArray * event)
{
  const gchar *method = json_array_get_string_element (event, 0);
  gboolean cancels = g_str_has_prefix (method, "cancel");
  GObject *param = find_param (node, param_name);
  gchar *signal = kebab_case (method);
  GValue args[3] = { G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT };
  guint n_args = MIN (json_array_get_length (event) - 1, G_N_ELEMENTS (args));
  guint i;

  for (i = 0; i < n_args; i++) {
    /* the first is the value; of setTargetAtTime the third is a float, too */
    gboolean is_float = (i == 0 && !cancels) ||
        (i == 2 && strcmp (method, "setTargetAtTime") == 0);

    init_event_argument (&args[i], json_array_get_element (event, i + 1),
        is_float);
  }
  if (!call (param, signal, args, n_args, NULL))
    quit (EXIT_MISSING, "AudioParam.%s", method);
  for (i = 0; i < n_args; i++)
    g_value_unset (&args[i]);
  g_free (signal);
  g_object_unref (param);
}

/* An entry of PARAM's events, or the change of a rate. */
void
apply_event (Node * node, const gchar * param, JsonArray * event)
{
  const gchar *method = json_array_get_string_element (event, 0);

  if (strcmp (method, "setValue") == 0)
    set_param_value (node, param, json_array_get_double_element (event, 1));
  else if (strcmp (method, "automationRate") == 0)
    set_automation_rate (node, param, json_array_get_string_element (event, 1));
  else
    schedule_event (node, param, event);
}

void
set_params (Node * node, JsonObject * params)
{
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *json;
  guint i;

  json_object_iter_init_ordered (&iter, params);
  while (json_object_iter_next_ordered (&iter, &name, &json)) {
    JsonObject *param = json_node_get_object (json);

    if (json_object_has_member (param, "automationRate"))
      set_automation_rate (node, name, get_string (param, "automationRate"));
    if (json_object_has_member (param, "value"))
      set_param_value (node, name, get_number (param, "value"));
    for (i = 0; i < count_members (param, "events"); i++)
      apply_event (node, name,
          json_array_get_array_element (get_array (param, "events"), i));
  }
}
