/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See building.h. */

#include <stdlib.h>
#include <string.h>

#include "building.h"
#include "json.h"
#include "nodes.h"
#include "values.h"

/* Calls start() or stop() with the times of @args. A time that has passed means
 * now, which a node outside of the graph cannot know. An omitted duration is
 * the longest one. */
void
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

void
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

/* Every connection that the scene ever makes. */
void
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

void
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

void
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
void
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

void
connection_free (Connection * connection)
{
  gst_object_unref (connection->src);
  gst_object_unref (connection->sink);
  gst_clear_object (&connection->between);
  g_free (connection);
}

void
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
