/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Builds a described scene (FORMAT.md) from this project's elements, renders it
 * offline and writes the samples and the answers to the scene's queries.
 *
 *   render [--block-size N] [--time] SCENE.json [OUT.f32 [QUERIES.json]]
 *
 * What exists is asked of the registry and of the objects: a node type needs
 * its factory, an option the property of its name, a method the action signal
 * of its name. Exit status: 0 rendered, 1 failed, 2 wrong usage, 3 the scene
 * uses a node or a feature that does not exist, named on stderr. */

#include <gst/gst.h>
#include <gst/app/gstappsink.h>
#include <gst/audio/audio.h>
#include <json-glib/json-glib.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORMAT_VERSION 1
#define QUANTUM 128
#define DESTINATION "destination"
#define LISTENER "listener"

enum
{
  EXIT_USAGE = 2,
  EXIT_MISSING = 3
};

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

/* One node of the scene: one element, except that a Delay in a cycle is a
 * writer, which has the input, and a reader, which has the output. */
typedef struct
{
  gchar *id;
  gchar *type;
  GstElement *input;
  GstElement *output;
} Node;

typedef struct
{
  JsonObject *description;
  GstPad *src;
  GstPad *sink;
  GstElement *between;          /* where a node is connected to itself */
} Connection;

typedef struct
{
  JsonObject *description;
  guint rate;
  guint channels;
  guint64 length;

  GstElement *pipeline;
  GHashTable *nodes;            /* id to Node */
  GHashTable *buffers;          /* name to GstSample, of those that were used */
  GPtrArray *connections;       /* Connection, those that are made */

  guint64 rendered;             /* frames */
  guint next_change;
  JsonNode **answers;           /* one a query, in their order */

  gfloat *samples;              /* NULL when only the time is asked */
  guint64 n_written;            /* floats in samples */
} Scene;

/* _exit, because the streaming thread may be the one that finds out. */
static void G_GNUC_NORETURN
G_GNUC_PRINTF (2, 3)
quit (int status, const gchar * format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  fflush (NULL);
  _exit (status);
}

/*** JSON ***/

static JsonNode *
get_member (JsonObject * object, const gchar * name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    quit (EXIT_FAILURE, "the scene lacks a member '%s'", name);
  return node;
}

static const gchar *
get_string (JsonObject * object, const gchar * name)
{
  JsonNode *node = get_member (object, name);

  if (json_node_get_value_type (node) != G_TYPE_STRING)
    quit (EXIT_FAILURE, "the scene's '%s' is not a string", name);
  return json_node_get_string (node);
}

static JsonObject *
get_object (JsonObject * object, const gchar * name)
{
  JsonNode *node = get_member (object, name);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    quit (EXIT_FAILURE, "the scene's '%s' is not an object", name);
  return json_node_get_object (node);
}

static gdouble
get_number (JsonObject * object, const gchar * name)
{
  JsonNode *node = get_member (object, name);

  if (!JSON_NODE_HOLDS_VALUE (node))
    quit (EXIT_FAILURE, "the scene's '%s' is not a number", name);
  return json_node_get_double (node);
}

static gdouble
get_number_or (JsonObject * object, const gchar * name, gdouble otherwise)
{
  return json_object_has_member (object, name) ?
      get_number (object, name) : otherwise;
}

static JsonArray *
get_array (JsonObject * object, const gchar * name)
{
  JsonNode *node = get_member (object, name);

  if (!JSON_NODE_HOLDS_ARRAY (node))
    quit (EXIT_FAILURE, "the scene's '%s' is not a list", name);
  return json_node_get_array (node);
}

static guint
count_members (JsonObject * object, const gchar * name)
{
  return json_object_has_member (object, name) ?
      json_array_get_length (get_array (object, name)) : 0;
}

static JsonObject *
get_nth_object (JsonObject * object, const gchar * name, guint n)
{
  return json_array_get_object_element (get_array (object, name), n);
}

/*** DATA ***/

static gdouble
next_noise (guint32 * state, gdouble amp)
{
  *state = *state * 1664525u + 1013904223u;
  return (*state / 2147483648.0 - 1) * amp;
}

static void
generate_silence (JsonObject * data, gfloat * out, gsize n)
{
  memset (out, 0, n * sizeof (gfloat));
}

static void
generate_constant (JsonObject * data, gfloat * out, gsize n)
{
  gdouble value = get_number (data, "value");
  gsize i;

  for (i = 0; i < n; i++)
    out[i] = value;
}

static void
generate_impulse (JsonObject * data, gfloat * out, gsize n)
{
  gsize at = get_number_or (data, "at", 0);

  memset (out, 0, n * sizeof (gfloat));
  if (at < n)
    out[at] = get_number_or (data, "amp", 1);
}

static void
generate_ramp (JsonObject * data, gfloat * out, gsize n)
{
  gdouble from = get_number (data, "from");
  gdouble to = get_number (data, "to");
  gsize i;

  for (i = 0; i < n; i++)
    out[i] = n == 1 ? from : from + (to - from) * (i / (gdouble) (n - 1));
}

static void
generate_noise (JsonObject * data, gfloat * out, gsize n)
{
  gdouble amp = get_number_or (data, "amp", 1);
  guint32 state = get_number (data, "seed");
  gsize i;

  for (i = 0; i < n; i++)
    out[i] = next_noise (&state, amp);
}

static void
generate_decaying_noise (JsonObject * data, gfloat * out, gsize n)
{
  gdouble amp = get_number_or (data, "amp", 1);
  gdouble decay = get_number (data, "decay");
  guint32 state = get_number (data, "seed");
  gdouble envelope = 1;
  gsize i;

  for (i = 0; i < n; i++) {
    out[i] = next_noise (&state, amp) * envelope;
    envelope *= decay;
  }
}

static void
generate_saw (JsonObject * data, gfloat * out, gsize n)
{
  gdouble amp = get_number_or (data, "amp", 1);
  gsize period = get_number (data, "period");
  gsize i;

  for (i = 0; i < n; i++)
    out[i] = (2 * ((i % period) / (gdouble) period) - 1) * amp;
}

static void
generate_parabola (JsonObject * data, gfloat * out, gsize n)
{
  gdouble amp = get_number_or (data, "amp", 1);
  gsize period = get_number (data, "period");
  gsize i;

  for (i = 0; i < n; i++) {
    gdouble u = 2 * ((i % period) / (gdouble) period);

    if (u < 1)
      out[i] = 4 * (u * (1 - u)) * amp;
    else
      out[i] = -(4 * ((u - 1) * (2 - u))) * amp;
  }
}

static void
generate_softclip (JsonObject * data, gfloat * out, gsize n)
{
  gdouble amp = get_number_or (data, "amp", 1);
  gdouble drive = get_number (data, "drive");
  gsize i;

  for (i = 0; i < n; i++) {
    gdouble x = n == 1 ? 0 : drive * (2 * (i / (gdouble) (n - 1)) - 1);

    out[i] = x / (1 + fabs (x)) * amp;
  }
}

typedef struct
{
  const gchar *name;
  void (*generate) (JsonObject * data, gfloat * out, gsize n);
} Generator;

static const Generator generators[] = {
  {"silence", generate_silence},
  {"constant", generate_constant},
  {"impulse", generate_impulse},
  {"ramp", generate_ramp},
  {"lcg-noise", generate_noise},
  {"exp-decay-lcg-noise", generate_decaying_noise},
  {"saw", generate_saw},
  {"parabola", generate_parabola},
  {"softclip", generate_softclip},
};

static GArray *
generate (JsonObject * data, gsize length)
{
  const gchar *name = get_string (data, "gen");
  GArray *samples;
  gsize i;

  if (length == 0)
    length = get_number (data, "length");
  samples = g_array_sized_new (FALSE, TRUE, sizeof (gfloat), length);
  g_array_set_size (samples, length);
  for (i = 0; i < G_N_ELEMENTS (generators); i++) {
    if (strcmp (generators[i].name, name) == 0) {
      generators[i].generate (data, (gfloat *) samples->data, length);
      return samples;
    }
  }
  quit (EXIT_FAILURE, "unknown generator '%s'", name);
}

static GArray *
decode_base64 (const gchar * text)
{
  GArray *samples = g_array_new (FALSE, TRUE, sizeof (gfloat));
  gsize size, i;
  guchar *bytes = g_base64_decode (text, &size);

  for (i = 0; i + sizeof (gfloat) <= size; i += sizeof (gfloat)) {
    gfloat sample = GST_READ_FLOAT_LE (bytes + i);

    g_array_append_val (samples, sample);
  }
  g_free (bytes);
  return samples;
}

static GArray *
list_numbers (JsonArray * list)
{
  GArray *samples = g_array_new (FALSE, TRUE, sizeof (gfloat));
  guint i;

  for (i = 0; i < json_array_get_length (list); i++) {
    gfloat sample = json_array_get_double_element (list, i);

    g_array_append_val (samples, sample);
  }
  return samples;
}

/* The numbers of a DATA: @length of them, or, where that is 0, as many as it
 * says or has itself. */
static GArray *
load_data (JsonNode * data, gsize length)
{
  GArray *samples;

  if (JSON_NODE_HOLDS_ARRAY (data)) {
    samples = list_numbers (json_node_get_array (data));
  } else if (JSON_NODE_HOLDS_OBJECT (data)) {
    JsonObject *object = json_node_get_object (data);

    samples = json_object_has_member (object, "base64") ?
        decode_base64 (get_string (object, "base64")) :
        generate (object, length);
  } else {
    quit (EXIT_FAILURE, "not numbers, nor a generator of numbers");
  }
  if (length > 0)
    g_array_set_size (samples, length);
  return samples;
}

/* (transfer full): an AudioBuffer as a GstSample of interleaved float32. */
static GstSample *
make_buffer (Scene * scene, const gchar * name)
{
  JsonObject *buffers = get_object (scene->description, "buffers");
  JsonObject *description = get_object (buffers, name);
  JsonArray *planes = get_array (description, "channels");
  guint channels = json_array_get_length (planes);
  gsize length = get_number (description, "length");
  GstAudioInfo info;
  GstBuffer *buffer;
  GstSample *sample;
  GstCaps *caps;
  GstMapInfo map;
  guint c;
  gsize i;

  gst_audio_info_set_format (&info, GST_AUDIO_FORMAT_F32,
      get_number_or (description, "sampleRate", scene->rate), channels, NULL);
  buffer = gst_buffer_new_and_alloc (length * GST_AUDIO_INFO_BPF (&info));
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (c = 0; c < channels; c++) {
    GArray *plane = load_data (json_array_get_element (planes, c), length);

    for (i = 0; i < length; i++)
      ((gfloat *) map.data)[i * channels + c] = g_array_index (plane, gfloat,
          i);
    g_array_unref (plane);
  }
  gst_buffer_unmap (buffer, &map);

  caps = gst_audio_info_to_caps (&info);
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
  return sample;
}

/* (transfer none): the buffer @name, the same for all nodes. */
static GstSample *
load_buffer (Scene * scene, const gchar * name)
{
  GstSample *sample = g_hash_table_lookup (scene->buffers, name);

  if (sample == NULL) {
    sample = make_buffer (scene, name);
    g_hash_table_insert (scene->buffers, g_strdup (name), sample);
  }
  return sample;
}

/*** Names and values ***/

/* delayTime becomes delay-time. */
static gchar *
kebab_case (const gchar * name)
{
  GString *out = g_string_new (NULL);
  const gchar *c;

  for (c = name; *c != '\0'; c++) {
    if (g_ascii_isupper (*c) && c != name)
      g_string_append_c (out, '-');
    g_string_append_c (out, g_ascii_tolower (*c));
  }
  return g_string_free (out, FALSE);
}

static void
append_number (GValue * array, GType type, gdouble number)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, type);
  if (type == G_TYPE_FLOAT)
    g_value_set_float (&value, number);
  else
    g_value_set_double (&value, number);
  gst_value_array_append_and_take_value (array, &value);
}

static void
init_float_array (GValue * array, GArray * samples)
{
  guint i;

  gst_value_array_init (array, samples->len);
  for (i = 0; i < samples->len; i++)
    append_number (array, G_TYPE_FLOAT, g_array_index (samples, gfloat, i));
}

static void
init_double_array (GValue * array, JsonArray * list)
{
  guint i, n = json_array_get_length (list);

  gst_value_array_init (array, n);
  for (i = 0; i < n; i++)
    append_number (array, G_TYPE_DOUBLE,
        json_array_get_double_element (list, i));
}

/* The nick of an enumeration is the specification's name, in lower case. */
static gboolean
set_enum_from_name (GValue * value, const gchar * name)
{
  GEnumClass *klass = g_type_class_ref (G_VALUE_TYPE (value));
  gchar *nick = g_ascii_strdown (name, -1);
  GEnumValue *found = g_enum_get_value_by_nick (klass, nick);

  if (found)
    g_value_set_enum (value, found->value);
  g_free (nick);
  g_type_class_unref (klass);
  return found != NULL;
}

/* Fills @value, which is not initialised. */
static gboolean
init_value_from_json (GValue * value, GType type, JsonNode * json)
{
  if (type == GST_TYPE_ARRAY) {
    if (!JSON_NODE_HOLDS_ARRAY (json))
      return FALSE;
    init_double_array (value, json_node_get_array (json));
    return TRUE;
  }

  g_value_init (value, type);
  if (!JSON_NODE_HOLDS_VALUE (json))
    return FALSE;
  if (G_TYPE_IS_ENUM (type))
    return json_node_get_value_type (json) == G_TYPE_STRING &&
        set_enum_from_name (value, json_node_get_string (json));
  if (type == G_TYPE_BOOLEAN) {
    g_value_set_boolean (value, json_node_get_boolean (json));
  } else {
    GValue number = G_VALUE_INIT;
    gboolean done;

    g_value_init (&number, G_TYPE_DOUBLE);
    g_value_set_double (&number, json_node_get_double (json));
    done = g_value_transform (&number, value);
    g_value_unset (&number);
    return done;
  }
  return TRUE;
}

/* Emits an action signal. Its parameters are @n_args values and, where it has
 * more, zeros; @answer is not initialised and may be NULL. Returns whether the
 * signal exists and takes as many. */
static gboolean
call (gpointer object, const gchar * signal, const GValue * args, guint n_args,
    GValue * answer)
{
  guint id = g_signal_lookup (signal, G_OBJECT_TYPE (object));
  GValue unwanted = G_VALUE_INIT;
  GSignalQuery query;
  GValue *values;
  guint i;

  if (id == 0)
    return FALSE;
  g_signal_query (id, &query);
  if (query.n_params < n_args)
    return FALSE;

  values = g_new0 (GValue, query.n_params + 1);
  g_value_init (&values[0], G_OBJECT_TYPE (object));
  g_value_set_object (&values[0], object);
  for (i = 0; i < query.n_params; i++) {
    g_value_init (&values[i + 1],
        query.param_types[i] & ~G_SIGNAL_TYPE_STATIC_SCOPE);
    if (i < n_args)
      g_value_transform (&args[i], &values[i + 1]);
  }
  if (answer == NULL)
    answer = &unwanted;
  if (query.return_type != G_TYPE_NONE)
    g_value_init (answer, query.return_type & ~G_SIGNAL_TYPE_STATIC_SCOPE);
  g_signal_emitv (values, id, 0, answer);
  g_value_unset (&unwanted);
  for (i = 0; i <= query.n_params; i++)
    g_value_unset (&values[i]);
  g_free (values);
  return TRUE;
}

/*** Nodes ***/

static void
node_free (Node * node)
{
  gst_object_unref (node->input);
  gst_object_unref (node->output);
  g_free (node->id);
  g_free (node->type);
  g_free (node);
}

static Node *
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

static GParamSpec *
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

static void
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

static void
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
static void
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

static GstElement *
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
static Node *
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

static Node *
add_plain_node (Scene * scene, const gchar * id, const gchar * type)
{
  gchar *factory = factory_of_type (type);
  GstElement *element = make_element (factory, type);

  g_free (factory);
  return add_node (scene, id, type, element, gst_object_ref (element));
}

static Node *
add_delay_in_cycle (Scene * scene, const gchar * id)
{
  const gchar *type = "Delay in a cycle";
  GstElement *writer = make_element ("delaywriter", type);
  GstElement *reader = make_element ("delayreader", type);
  Node *node = add_node (scene, id, type, writer, reader);

  set_property_from_string (node, "line", id);
  return node;
}

/*** AudioParams ***/

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
static void
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

static void
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

/*** Building ***/

/* Calls start() or stop() with the times of @args. A time that has passed means
 * now, which a node outside of the graph cannot know. An omitted duration is
 * the longest one. */
static void
schedule_source (Scene * scene, Node * node, const gchar * method,
    JsonArray * args)
{
  gdouble now = scene->rendered / (gdouble) scene->rate;
  GValue times[3] = { G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT };
  const gdouble defaults[] = { 0, 0, G_MAXDOUBLE };
  guint id = g_signal_lookup (method, G_OBJECT_TYPE (node->output));
  guint i, n = json_array_get_length (args);
  GValue accepted = G_VALUE_INIT;
  GSignalQuery query;

  if (id == 0)
    quit (EXIT_MISSING, "%s.%s", node->type, method);
  g_signal_query (id, &query);
  if (n > query.n_params)
    quit (EXIT_MISSING, "%s.%s with %u arguments", node->type, method, n);
  for (i = 0; i < G_N_ELEMENTS (times); i++) {
    g_value_init (&times[i], G_TYPE_DOUBLE);
    g_value_set_double (&times[i],
        i < n ? json_array_get_double_element (args, i) : defaults[i]);
  }
  if (g_value_get_double (&times[0]) < now)
    g_value_set_double (&times[0], now);
  call (node->output, method, times, MIN (query.n_params,
          G_N_ELEMENTS (times)), &accepted);
  if (G_VALUE_HOLDS_BOOLEAN (&accepted) && !g_value_get_boolean (&accepted))
    quit (EXIT_FAILURE, "%s refused %s", node->id, method);
  g_value_unset (&accepted);
}

static void
schedule_node (Scene * scene, JsonObject * description)
{
  Node *node = find_node (scene, get_string (description, "id"));

  if (json_object_has_member (description, "start"))
    schedule_source (scene, node, "start", get_array (description, "start"));
  if (json_object_has_member (description, "stop")) {
    JsonArray *args = json_array_new ();

    json_array_add_double_element (args, get_number (description, "stop"));
    schedule_source (scene, node, "stop", args);
    json_array_unref (args);
  }
}

/* In the API a source plays nothing until it is told to. */
static void
forget_start (Node * node)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (node->output), "start"))
    g_object_set (node->output, "start", GST_CLOCK_TIME_NONE, NULL);
}

typedef void (*ConnectionFunc) (JsonObject * connection, gpointer user_data);

/* Every connection that the scene ever makes. */
static void
for_each_connection (Scene * scene, ConnectionFunc function, gpointer user_data)
{
  JsonObject *description = scene->description;
  guint i, j;

  for (i = 0; i < count_members (description, "connections"); i++)
    function (get_nth_object (description, "connections", i), user_data);
  for (i = 0; i < count_members (description, "changes"); i++) {
    JsonObject *change = get_nth_object (description, "changes", i);

    for (j = 0; j < count_members (change, "ops"); j++) {
      JsonObject *op = get_nth_object (change, "ops", j);

      if (strcmp (get_string (op, "op"), "connect") == 0)
        function (op, user_data);
    }
  }
}

typedef struct
{
  GHashTable *reached;
  gboolean grew;
} Reach;

static void
extend_reach (JsonObject * connection, gpointer user_data)
{
  Reach *reach = user_data;

  if (g_hash_table_contains (reach->reached, get_string (connection, "from")) &&
      g_hash_table_add (reach->reached,
          (gpointer) get_string (connection, "to")))
    reach->grew = TRUE;
}

typedef struct
{
  const gchar *id;
  GHashTable *reached;
} Successors;

static void
add_successor (JsonObject * connection, gpointer user_data)
{
  Successors *successors = user_data;

  if (strcmp (get_string (connection, "from"), successors->id) == 0)
    g_hash_table_add (successors->reached,
        (gpointer) get_string (connection, "to"));
}

static gboolean
is_in_cycle (Scene * scene, const gchar * id)
{
  GHashTable *reached = g_hash_table_new (g_str_hash, g_str_equal);
  Successors successors = { id, reached };
  Reach reach = { reached, TRUE };
  gboolean cycle;

  for_each_connection (scene, add_successor, &successors);
  while (reach.grew) {
    reach.grew = FALSE;
    for_each_connection (scene, extend_reach, &reach);
  }
  cycle = g_hash_table_contains (reached, id);
  g_hash_table_unref (reached);
  return cycle;
}

/* The pads are found further down. */
static void hear_in_silence (Scene * scene, Node * node);

static gboolean
leads_nowhere (Scene * scene, const gchar * id)
{
  GHashTable *reached = g_hash_table_new (g_str_hash, g_str_equal);
  Successors successors = { id, reached };
  gboolean nowhere;

  for_each_connection (scene, add_successor, &successors);
  nowhere = g_hash_table_size (reached) == 0;
  g_hash_table_unref (reached);
  return nowhere;
}

static void
construct (Scene * scene, JsonObject * description)
{
  const gchar *id = get_string (description, "id");
  const gchar *type = get_string (description, "type");
  Node *node;

  if (strcmp (type, "Delay") == 0 && is_in_cycle (scene, id))
    node = add_delay_in_cycle (scene, id);
  else
    node = add_plain_node (scene, id, type);
  forget_start (node);
  if (json_object_has_member (description, "options"))
    set_attributes (scene, node, get_object (description, "options"));
  if (json_object_has_member (description, "params"))
    set_params (node, get_object (description, "params"));
  if (strcmp (type, "Analyser") == 0 && leads_nowhere (scene, id))
    hear_in_silence (scene, node);
}

static gboolean
has_property (GstElement * element, const gchar * property)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (element),
      property) != NULL;
}

/* The pad of input or output @index of an element that numbers them; a second
 * connection is @index_1, and so on. */
static GstPad *
get_numbered_pad (GstElement * element, const gchar * prefix, guint index)
{
  guint k;

  for (k = 0;; k++) {
    gchar *name = k == 0 ? g_strdup_printf ("%s_%u", prefix, index) :
        g_strdup_printf ("%s_%u_%u", prefix, index, k);
    GstPad *pad = gst_element_get_static_pad (element, name);

    if (pad == NULL)
      pad = gst_element_request_pad_simple (element, name);
    g_free (name);
    if (pad == NULL || !gst_pad_is_linked (pad))
      return pad;
    gst_object_unref (pad);
  }
}

static GstPad *
request_pad (GstElement * element, const gchar * template_name)
{
  if (gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (element),
          template_name) == NULL)
    return NULL;
  return gst_element_request_pad_simple (element, template_name);
}

/* The pad @name, or, once that is linked, a further one. */
static GstPad *
get_unnumbered_pad (GstElement * element, const gchar * name)
{
  GstPad *pad = gst_element_get_static_pad (element, name);
  gchar *template_name;

  if (pad == NULL || !gst_pad_is_linked (pad))
    return pad;
  gst_object_unref (pad);
  template_name = g_strdup_printf ("%s_%%u", name);
  pad = request_pad (element, template_name);
  g_free (template_name);
  return pad;
}

static GstPad *
get_output (Node * node, guint index)
{
  GstPad *pad = has_property (node->output, "number-of-outputs") ?
      get_numbered_pad (node->output, "src", index) :
      get_unnumbered_pad (node->output, "src");

  if (pad == NULL)
    quit (EXIT_MISSING, "%s's output %u", node->type, index);
  return pad;
}

static GstPad *
get_input (Node * node, guint index)
{
  GstPad *pad = has_property (node->input, "number-of-inputs") ?
      get_numbered_pad (node->input, "sink", index) :
      get_unnumbered_pad (node->input, "sink");

  if (pad == NULL)
    quit (EXIT_MISSING, "%s's input %u", node->type, index);
  return pad;
}

static GstPad *
get_param_input (Node * node, const gchar * param)
{
  gchar *kebab = kebab_case (param);
  gchar *template_name = g_strdup_printf ("%s_%%u", kebab);
  GstPad *pad = request_pad (node->output, template_name);

  if (pad == NULL && node->input != node->output)
    pad = request_pad (node->input, template_name);
  if (pad == NULL)
    quit (EXIT_MISSING, "AudioParam input");
  g_free (template_name);
  g_free (kebab);
  return pad;
}

static void
add_to_pipeline (Scene * scene, GstElement * element)
{
  if (GST_OBJECT_PARENT (element) == NULL)
    gst_bin_add (GST_BIN (scene->pipeline), element);
}

/* In a context an Analyser hears what leads to it even where nothing leads to
 * the destination; here something has to pull. */
static void
hear_in_silence (Scene * scene, Node * node)
{
  GstElement *mute = make_element ("gain", "Gain");
  GstPad *src = gst_element_get_static_pad (mute, "src");
  GstPad *sink = get_input (find_node (scene, DESTINATION), 0);

  g_object_set (mute, "gain", 0.0, "channel-count", 1, NULL);
  gst_util_set_object_arg (G_OBJECT (mute), "channel-count-mode", "explicit");
  add_to_pipeline (scene, node->output);
  add_to_pipeline (scene, mute);
  if (!gst_element_link (node->output, mute)
      || gst_pad_link (src, sink) != GST_PAD_LINK_OK)
    quit (EXIT_FAILURE, "%s cannot be heard", node->id);
  gst_element_sync_state_with_parent (mute);
  gst_element_sync_state_with_parent (node->output);
  gst_object_unref (sink);
  gst_object_unref (src);
  gst_object_unref (mute);
}

static gboolean
is_same_end (JsonObject * a, JsonObject * b, const gchar * name)
{
  JsonNode *in_a = json_object_get_member (a, name);
  JsonNode *in_b = json_object_get_member (b, name);

  return in_a == in_b || (in_a && in_b && json_node_equal (in_a, in_b));
}

/* The index of a connection that is made, or -1. */
static gint
find_connection (Scene * scene, JsonObject * description)
{
  guint i;

  for (i = 0; i < scene->connections->len; i++) {
    Connection *connection = g_ptr_array_index (scene->connections, i);

    if (is_same_end (connection->description, description, "from") &&
        is_same_end (connection->description, description, "output") &&
        is_same_end (connection->description, description, "to") &&
        is_same_end (connection->description, description, "input") &&
        is_same_end (connection->description, description, "param"))
      return i;
  }
  return -1;
}

/* Pads of one element cannot be linked to each other. */
static gboolean
link_connection (Scene * scene, Connection * connection)
{
  GstPad *in, *out;
  gboolean linked;

  if (GST_PAD_PARENT (connection->src) != GST_PAD_PARENT (connection->sink))
    return gst_pad_link (connection->src, connection->sink) == GST_PAD_LINK_OK;
  connection->between = make_element ("gain", "Gain");
  add_to_pipeline (scene, connection->between);
  in = gst_element_get_static_pad (connection->between, "sink");
  out = gst_element_get_static_pad (connection->between, "src");
  linked = gst_pad_link (connection->src, in) == GST_PAD_LINK_OK
      && gst_pad_link (out, connection->sink) == GST_PAD_LINK_OK;
  gst_element_sync_state_with_parent (connection->between);
  gst_object_unref (in);
  gst_object_unref (out);
  return linked;
}

static void
unlink_connection (Scene * scene, Connection * connection)
{
  if (!connection->between) {
    gst_pad_unlink (connection->src, connection->sink);
    return;
  }
  gst_element_set_state (connection->between, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (scene->pipeline), connection->between);
}

/* The API ignores a connection that exists. */
static void
make_connection (Scene * scene, JsonObject * description)
{
  Node *from = find_node (scene, get_string (description, "from"));
  Node *to = find_node (scene, get_string (description, "to"));
  Connection *connection;

  if (find_connection (scene, description) >= 0)
    return;

  add_to_pipeline (scene, from->input);
  add_to_pipeline (scene, from->output);
  add_to_pipeline (scene, to->input);
  add_to_pipeline (scene, to->output);

  connection = g_new0 (Connection, 1);
  connection->description = description;
  connection->src = get_output (from, get_number_or (description, "output", 0));
  connection->sink = json_object_has_member (description, "param") ?
      get_param_input (to, get_string (description, "param")) :
      get_input (to, get_number_or (description, "input", 0));
  if (!link_connection (scene, connection))
    quit (EXIT_FAILURE, "%s cannot be linked to %s", from->id, to->id);
  g_ptr_array_add (scene->connections, connection);

  gst_element_sync_state_with_parent (to->input);
  gst_element_sync_state_with_parent (to->output);
  gst_element_sync_state_with_parent (from->input);
  gst_element_sync_state_with_parent (from->output);
}

static void
release_pad (GstPad * pad)
{
  GstPadTemplate *template = gst_pad_get_pad_template (pad);
  GstElement *element = gst_pad_get_parent_element (pad);

  if (template && GST_PAD_TEMPLATE_PRESENCE (template) == GST_PAD_REQUEST)
    gst_element_release_request_pad (element, pad);
  gst_clear_object (&template);
  gst_object_unref (element);
}

static void
connection_free (Connection * connection)
{
  gst_object_unref (connection->src);
  gst_object_unref (connection->sink);
  gst_clear_object (&connection->between);
  g_free (connection);
}

static void
end_connection (Scene * scene, JsonObject * description)
{
  gint i = find_connection (scene, description);
  Connection *connection;

  if (i < 0)
    quit (EXIT_FAILURE, "%s is not connected to %s",
        get_string (description, "from"), get_string (description, "to"));
  connection = g_ptr_array_index (scene->connections, i);
  unlink_connection (scene, connection);
  release_pad (connection->src);
  release_pad (connection->sink);
  g_ptr_array_remove_index_fast (scene->connections, i);
}

/*** Changes ***/

static void
change_create (Scene * scene, JsonObject * op)
{
  construct (scene, get_object (op, "node"));
  schedule_node (scene, get_object (op, "node"));
}

static void
change_param (Scene * scene, JsonObject * op)
{
  apply_event (find_node (scene, get_string (op, "node")),
      get_string (op, "param"), get_array (op, "event"));
}

static void
change_set (Scene * scene, JsonObject * op)
{
  set_attribute (scene, find_node (scene, get_string (op, "node")),
      get_string (op, "name"), get_member (op, "value"));
}

static void
change_schedule (Scene * scene, JsonObject * op)
{
  schedule_source (scene, find_node (scene, get_string (op, "node")),
      get_string (op, "op"), get_array (op, "args"));
}

typedef struct
{
  const gchar *op;
  void (*apply) (Scene * scene, JsonObject * op);
} Change;

static const Change changes[] = {
  {"create", change_create},
  {"connect", make_connection},
  {"disconnect", end_connection},
  {"param", change_param},
  {"set", change_set},
  {"start", change_schedule},
  {"stop", change_schedule},
};

static void
apply_op (Scene * scene, JsonObject * op)
{
  const gchar *name = get_string (op, "op");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (changes); i++) {
    if (strcmp (changes[i].op, name) == 0) {
      changes[i].apply (scene, op);
      return;
    }
  }
  quit (EXIT_FAILURE, "unknown change '%s'", name);
}

static void
apply_changes (Scene * scene, guint64 frame)
{
  guint n = count_members (scene->description, "changes");
  guint i;

  for (; scene->next_change < n; scene->next_change++) {
    JsonObject *change = get_nth_object (scene->description, "changes",
        scene->next_change);

    if (get_number (change, "frame") > frame)
      return;
    for (i = 0; i < count_members (change, "ops"); i++)
      apply_op (scene, get_nth_object (change, "ops", i));
  }
}

/*** Queries ***/

/* JSON has no numbers that are not finite; they become strings. */
static JsonNode *
json_from_number (gdouble number)
{
  JsonNode *json = json_node_alloc ();

  if (isnan (number))
    return json_node_init_string (json, "NaN");
  if (isinf (number))
    return json_node_init_string (json, number > 0 ? "Infinity" : "-Infinity");
  return json_node_init_double (json, number);
}

static gdouble
value_to_number (const GValue * value)
{
  GValue number = G_VALUE_INIT;

  g_value_init (&number, G_TYPE_DOUBLE);
  if (!g_value_transform (value, &number))
    quit (EXIT_FAILURE, "a %s is not a number", G_VALUE_TYPE_NAME (value));
  return g_value_get_double (&number);
}

static void
answer_array (JsonObject * answer, const gchar * name, const GValue * array)
{
  JsonArray *list = json_array_new ();
  guint i;

  if (!GST_VALUE_HOLDS_ARRAY (array))
    quit (EXIT_FAILURE, "the answer's '%s' is not an array", name);
  for (i = 0; i < gst_value_array_get_size (array); i++)
    json_array_add_element (list,
        json_from_number (value_to_number (gst_value_array_get_value (array,
                    i))));
  json_object_set_array_member (answer, name, list);
}

/* The action signal takes the frequencies and returns a structure with the
 * arrays mag and phase. */
static void
query_frequency_response (Node * node, JsonObject * query, JsonObject * answer)
{
  GValue frequencies = G_VALUE_INIT, response = G_VALUE_INIT;
  const GstStructure *structure;

  init_double_array (&frequencies, get_array (query, "frequencies"));
  if (!call (node->output, "get-frequency-response", &frequencies, 1,
          &response))
    quit (EXIT_MISSING, "%s.getFrequencyResponse", node->type);
  structure = GST_VALUE_HOLDS_STRUCTURE (&response) ?
      gst_value_get_structure (&response) : NULL;
  if (structure == NULL)
    quit (EXIT_FAILURE, "get-frequency-response returned no structure");
  answer_array (answer, "mag", gst_structure_get_value (structure, "mag"));
  answer_array (answer, "phase", gst_structure_get_value (structure, "phase"));
  g_value_unset (&frequencies);
  g_value_unset (&response);
}

/* get{Float,Byte}{TimeDomain,Frequency}Data: the action signal returns the
 * array. */
static void
query_data (Node * node, JsonObject * query, JsonObject * answer)
{
  const gchar *method = get_string (query, "method");
  gchar *signal = kebab_case (method);
  GValue data = G_VALUE_INIT;

  if (!call (node->output, signal, NULL, 0, &data))
    quit (EXIT_MISSING, "%s.%s", node->type, method);
  answer_array (answer, "data", &data);
  g_value_unset (&data);
  g_free (signal);
}

static void
query_property (Node * node, const gchar * name, JsonObject * answer)
{
  gchar *property = kebab_case (name);
  GParamSpec *pspec = find_property (node, property);
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (pspec));
  g_object_get_property (G_OBJECT (has_property (node->output, property) ?
          node->output : node->input), property, &value);
  json_object_set_member (answer, "value",
      json_from_number (value_to_number (&value)));
  g_value_unset (&value);
  g_free (property);
}

static JsonNode *
answer_query (Scene * scene, JsonObject * query)
{
  Node *node = find_node (scene, get_string (query, "node"));
  const gchar *method = get_string (query, "method");
  JsonNode *json = json_node_new (JSON_NODE_OBJECT);
  JsonObject *answer = json_object_new ();
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *member;

  json_node_take_object (json, answer);
  json_object_iter_init_ordered (&iter, query);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    json_object_set_member (answer, name, json_node_copy (member));

  if (json_object_has_member (query, "set"))
    set_attributes (scene, node, get_object (query, "set"));
  if (strcmp (method, "getFrequencyResponse") == 0)
    query_frequency_response (node, query, answer);
  else if (strcmp (method, "paramValue") == 0)
    query_property (node, get_string (query, "param"), answer);
  else if (g_str_has_prefix (method, "get"))
    query_data (node, query, answer);
  else
    query_property (node, method, answer);
  return json;
}

/* Answers those queries that name @frame, or, at the end, those that name
 * none. */
static void
answer_queries (Scene * scene, gboolean at_end, guint64 frame)
{
  guint i;

  for (i = 0; i < count_members (scene->description, "queries"); i++) {
    JsonObject *query = get_nth_object (scene->description, "queries", i);
    gboolean timed = json_object_has_member (query, "frame");

    if (at_end ? !timed : timed && get_number (query, "frame") == frame)
      scene->answers[i] = answer_query (scene, query);
  }
}

/*** Rendering ***/

static void
apply_moment (Scene * scene, guint64 frame)
{
  apply_changes (scene, frame);
  answer_queries (scene, FALSE, frame);
}

/* Between two blocks, on the thread that renders them. */
static GstPadProbeReturn
count_block (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Scene *scene = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  scene->rendered +=
      gst_buffer_get_size (buffer) / (scene->channels * sizeof (gfloat));
  if (scene->rendered < scene->length)
    apply_moment (scene, scene->rendered);
  return GST_PAD_PROBE_OK;
}

static GstFlowReturn
collect_samples (GstAppSink * sink, gpointer user_data)
{
  Scene *scene = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  gsize n = gst_buffer_get_size (buffer) / sizeof (gfloat);
  gsize room = scene->length * scene->channels - scene->n_written;

  if (n > room)
    quit (EXIT_FAILURE, "the render is longer than the scene");
  gst_buffer_extract (buffer, 0, scene->samples + scene->n_written,
      n * sizeof (gfloat));
  scene->n_written += n;
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

/* The end of the pipeline, which has the one sink pad that it returns. */
static GstElement *
add_sink (Scene * scene)
{
  GstElement *sink = gst_element_factory_make (scene->samples ? "appsink" :
      "fakesink", NULL);
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  GstAppSinkCallbacks callbacks = {.new_sample = collect_samples };
  GstCaps *caps;

  if (sink == NULL || filter == NULL)
    quit (EXIT_FAILURE, "GStreamer's own elements are not installed");
  caps = gst_caps_new_simple ("audio/x-raw",
      "format", G_TYPE_STRING, "F32LE",
      "layout", G_TYPE_STRING, "interleaved", NULL);
  g_object_set (filter, "caps", caps, NULL);
  gst_caps_unref (caps);
  g_object_set (sink, "sync", FALSE, NULL);
  if (scene->samples)
    gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, scene, NULL);
  gst_bin_add_many (GST_BIN (scene->pipeline), filter, sink, NULL);
  gst_element_link (filter, sink);
  return filter;
}

/* A block must end where something is to happen. */
static guint
limit_block_size (Scene * scene, guint block_size)
{
  guint i;

  if (count_members (scene->description, "changes") > 0)
    return QUANTUM;
  for (i = 0; i < count_members (scene->description, "queries"); i++) {
    if (json_object_has_member (get_nth_object (scene->description, "queries",
                i), "frame"))
      return QUANTUM;
  }
  return block_size;
}

static void
add_destination (Scene * scene, guint block_size)
{
  GstElementFactory *factory = gst_element_factory_find ("audiodestination");
  GstElement *element = make_element (factory ? "audiodestination" : "gain",
      "Gain");
  Node *node = add_node (scene, DESTINATION, "AudioDestination", element,
      gst_object_ref (element));
  GstElement *sink;
  GstPad *pad;

  gst_clear_object (&factory);
  g_object_set (element, "channel-count", scene->channels,
      "length", scene->length, "sample-rate", scene->rate,
      "block-size", limit_block_size (scene, block_size), NULL);
  set_property_from_string (node, "channel-count-mode", "explicit");
  if (json_object_has_member (scene->description, DESTINATION))
    set_attributes (scene, node, get_object (scene->description, DESTINATION));

  add_to_pipeline (scene, element);
  sink = add_sink (scene);
  gst_element_link (element, sink);
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_block, scene, NULL);
  gst_object_unref (pad);
}

static void
note_listener (JsonObject * connection, gpointer user_data)
{
  if (strcmp (get_string (connection, "to"), LISTENER) == 0)
    *(gboolean *) user_data = TRUE;
}

/* Every context has one; here, where something may name it. */
static void
add_listener (Scene * scene)
{
  gboolean has_params = json_object_has_member (scene->description, LISTENER);
  gboolean needed = has_params
      || count_members (scene->description, "changes") > 0
      || count_members (scene->description, "queries") > 0;
  Node *node;

  for_each_connection (scene, note_listener, &needed);
  if (!needed)
    return;
  node = add_plain_node (scene, LISTENER, "AudioListener");
  add_to_pipeline (scene, node->output);
  if (has_params)
    set_params (node, get_object (scene->description, LISTENER));
}

/* A context renders every node, connected or not. */
static void
add_all (Scene * scene)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, scene->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Node *node = value;

    add_to_pipeline (scene, node->input);
    add_to_pipeline (scene, node->output);
  }
}

static void
build (Scene * scene, guint block_size)
{
  JsonObject *description = scene->description;
  guint i;

  add_destination (scene, block_size);
  add_listener (scene);
  for (i = 0; i < count_members (description, "nodes"); i++)
    construct (scene, get_nth_object (description, "nodes", i));
  add_all (scene);
  for (i = 0; i < count_members (description, "connections"); i++)
    make_connection (scene, get_nth_object (description, "connections", i));
  for (i = 0; i < count_members (description, "nodes"); i++)
    schedule_node (scene, get_nth_object (description, "nodes", i));
  apply_moment (scene, 0);
}

static void G_GNUC_NORETURN
quit_with_error (GstMessage * message)
{
  GError *error;
  gchar *details;

  gst_message_parse_error (message, &error, &details);
  quit (EXIT_FAILURE, "%s: %s\n%s", GST_MESSAGE_SRC_NAME (message),
      error->message, details ? details : "");
}

/* Waits for one of @types, or fails with the pipeline. */
static void
wait_for (Scene * scene, GstMessageType types)
{
  GstBus *bus = gst_element_get_bus (scene->pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_ERROR | types);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    quit_with_error (message);
  gst_message_unref (message);
  gst_object_unref (bus);
}

/* Returns the seconds that rendering took. */
static gdouble
render (Scene * scene)
{
  gint64 begin, end;

  gst_element_set_state (scene->pipeline, GST_STATE_PAUSED);
  wait_for (scene, GST_MESSAGE_ASYNC_DONE);
  begin = g_get_monotonic_time ();
  gst_element_set_state (scene->pipeline, GST_STATE_PLAYING);
  wait_for (scene, GST_MESSAGE_EOS);
  end = g_get_monotonic_time ();

  if (scene->rendered != scene->length)
    quit (EXIT_FAILURE, "%" G_GUINT64_FORMAT " frames instead of %"
        G_GUINT64_FORMAT, scene->rendered, scene->length);
  answer_queries (scene, TRUE, 0);
  gst_element_set_state (scene->pipeline, GST_STATE_NULL);
  return (end - begin) / (gdouble) G_USEC_PER_SEC;
}

/*** Files ***/

static void
write_file (const gchar * path, const gchar * data, gsize size)
{
  GError *error = NULL;

  if (!g_file_set_contents (path, data, size, &error))
    quit (EXIT_FAILURE, "%s", error->message);
}

static void
write_answers (Scene * scene, const gchar * path)
{
  JsonGenerator *generator = json_generator_new ();
  JsonNode *root = json_node_new (JSON_NODE_ARRAY);
  JsonArray *answers = json_array_new ();
  guint i;
  gsize size;
  gchar *text;

  for (i = 0; i < count_members (scene->description, "queries"); i++) {
    json_array_add_element (answers, scene->answers[i]);
    scene->answers[i] = NULL;
  }
  json_node_take_array (root, answers);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, &size);
  write_file (path, text, size);
  g_free (text);
  json_node_unref (root);
  g_object_unref (generator);
}

static Scene *
scene_new (JsonNode * root, gboolean keep_samples)
{
  Scene *scene = g_new0 (Scene, 1);
  gsize size;

  if (!JSON_NODE_HOLDS_OBJECT (root))
    quit (EXIT_FAILURE, "the scene is not an object");
  scene->description = json_node_get_object (root);
  if (get_number (scene->description, "format") != FORMAT_VERSION)
    quit (EXIT_FAILURE, "not a scene of format %d", FORMAT_VERSION);
  scene->rate = get_number (scene->description, "sampleRate");
  scene->length = get_number (scene->description, "length");
  /* answers are those of a context, which renders its last quantum whole */
  if (count_members (scene->description, "queries") > 0)
    scene->length = (scene->length + QUANTUM - 1) / QUANTUM * QUANTUM;
  scene->channels = get_number (scene->description, "channels");
  scene->pipeline = gst_pipeline_new (NULL);
  scene->buffers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      (GDestroyNotify) gst_sample_unref);
  scene->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
      (GDestroyNotify) node_free);
  scene->connections = g_ptr_array_new_with_free_func
      ((GDestroyNotify) connection_free);
  scene->answers = g_new0 (JsonNode *,
      count_members (scene->description, "queries") + 1);
  if (keep_samples) {
    size = scene->length * scene->channels * sizeof (gfloat);
    scene->samples = g_malloc (size);
    /* touched here, so that page faults are not timed */
    memset (scene->samples, 0xff, size);
  }
  return scene;
}

static void
scene_free (Scene * scene)
{
  guint i;

  for (i = 0; i < count_members (scene->description, "queries"); i++)
    g_clear_pointer (&scene->answers[i], json_node_unref);
  g_free (scene->answers);
  g_free (scene->samples);
  g_ptr_array_unref (scene->connections);
  gst_object_unref (scene->pipeline);
  g_hash_table_unref (scene->nodes);
  g_hash_table_unref (scene->buffers);
  g_free (scene);
}

int
main (int argc, char **argv)
{
  gint block_size = 1024;
  gboolean time = FALSE;
  const GOptionEntry entries[] = {
    {"block-size", 0, 0, G_OPTION_ARG_INT, &block_size,
        "Frames that are rendered at once, a multiple of 128 (1024)", "N"},
    {"time", 0, 0, G_OPTION_ARG_NONE, &time,
        "Print the frames and the seconds that rendering took", NULL},
    G_OPTION_ENTRY_NULL
  };
  GOptionContext *options =
      g_option_context_new ("SCENE.json [OUT.f32 [QUERIES.json]]");
  JsonParser *parser = json_parser_new ();
  GError *error = NULL;
  gdouble seconds;
  Scene *scene;

  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_add_group (options, gst_init_get_option_group ());
  if (!g_option_context_parse (options, &argc, &argv, &error))
    quit (EXIT_USAGE, "%s", error->message);
  g_option_context_free (options);
  if (argc < (time ? 2 : 3) || argc > 4)
    quit (EXIT_USAGE, "usage: render [--block-size N] [--time] "
        "SCENE.json [OUT.f32 [QUERIES.json]]");

  if (!json_parser_load_from_file (parser, argv[1], &error))
    quit (EXIT_FAILURE, "%s", error->message);
  scene = scene_new (json_parser_get_root (parser), argc > 2);
  build (scene, block_size);
  seconds = render (scene);
  if (time)
    printf ("%" G_GUINT64_FORMAT " frames, %.6f seconds\n", scene->rendered,
        seconds);
  if (argc > 2)
    write_file (argv[2], (const gchar *) scene->samples,
        (gsize) get_number (scene->description, "length") * scene->channels *
        sizeof (gfloat));
  if (argc > 3)
    write_answers (scene, argv[3]);

  scene_free (scene);
  g_object_unref (parser);
  gst_deinit ();
  return EXIT_SUCCESS;
}
