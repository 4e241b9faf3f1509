/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a scene says, as JSON. What is not there, or is something else, ends the
 * program. */
#ifndef __CONFORMANCE_JSON_H__
#define __CONFORMANCE_JSON_H__

#include <gst/gst.h>
#include <json-glib/json-glib.h>

enum
{
  EXIT_USAGE = 2,
  EXIT_MISSING = 3
};

void G_GNUC_NORETURN G_GNUC_PRINTF (2, 3)
quit (int status, const gchar * format, ...);

JsonNode *get_member (JsonObject * object, const gchar * name);

const gchar *get_string (JsonObject * object, const gchar * name);

JsonObject *get_object (JsonObject * object, const gchar * name);

gdouble get_number (JsonObject * object, const gchar * name);

gdouble get_number_or (JsonObject * object, const gchar * name,
    gdouble otherwise);

JsonArray *get_array (JsonObject * object, const gchar * name);

guint count_members (JsonObject * object, const gchar * name);

JsonObject *get_nth_object (JsonObject * object, const gchar * name, guint n);

#endif
