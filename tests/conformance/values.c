/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See values.h. */

#include "values.h"

/* delayTime becomes delay-time. */
gchar *
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

void
init_float_array (GValue * array, GArray * samples)
{
  guint i;

  gst_value_array_init (array, samples->len);
  for (i = 0; i < samples->len; i++)
    append_number (array, G_TYPE_FLOAT, g_array_index (samples, gfloat, i));
}

void
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
gboolean
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
gboolean
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
