/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See json.h. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "json.h"

/* _exit, because the streaming thread may be the one that finds out. */
void G_GNUC_NORETURN
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

JsonNode *
get_member (JsonObject * object, const gchar * name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    quit (EXIT_FAILURE, "the scene lacks a member '%s'", name);
  return node;
}

const gchar *
get_string (JsonObject * object, const gchar * name)
{
  JsonNode *node = get_member (object, name);

  if (json_node_get_value_type (node) != G_TYPE_STRING)
    quit (EXIT_FAILURE, "the scene's '%s' is not a string", name);
  return json_node_get_string (node);
}

JsonObject *
get_object (JsonObject * object, const gchar * name)
{
  JsonNode *node = get_member (object, name);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    quit (EXIT_FAILURE, "the scene's '%s' is not an object", name);
  return json_node_get_object (node);
}

gdouble
get_number (JsonObject * object, const gchar * name)
{
  JsonNode *node = get_member (object, name);

  if (!JSON_NODE_HOLDS_VALUE (node))
    quit (EXIT_FAILURE, "the scene's '%s' is not a number", name);
  return json_node_get_double (node);
}

gdouble
get_number_or (JsonObject * object, const gchar * name, gdouble otherwise)
{
  return json_object_has_member (object, name) ?
      get_number (object, name) : otherwise;
}

JsonArray *
get_array (JsonObject * object, const gchar * name)
{
  JsonNode *node = get_member (object, name);

  if (!JSON_NODE_HOLDS_ARRAY (node))
    quit (EXIT_FAILURE, "the scene's '%s' is not a list", name);
  return json_node_get_array (node);
}

guint
count_members (JsonObject * object, const gchar * name)
{
  return json_object_has_member (object, name) ?
      json_array_get_length (get_array (object, name)) : 0;
}

JsonObject *
get_nth_object (JsonObject * object, const gchar * name, guint n)
{
  return json_array_get_object_element (get_array (object, name), n);
}
