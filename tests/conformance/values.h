/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of JSON as values of GObject, names of the Web as names of GStreamer. */
#ifndef __CONFORMANCE_VALUES_H__
#define __CONFORMANCE_VALUES_H__

#include "json.h"

gchar *kebab_case (const gchar * name);

void init_float_array (GValue * array, GArray * samples);

void init_double_array (GValue * array, JsonArray * list);

gboolean init_value_from_json (GValue * value, GType type, JsonNode * json);

gboolean call (gpointer object, const gchar * signal, const GValue * args,
    guint n_args,
    GValue * answer);

#endif
