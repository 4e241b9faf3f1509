/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See queries.h. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "nodes.h"
#include "queries.h"
#include "values.h"

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
void
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
