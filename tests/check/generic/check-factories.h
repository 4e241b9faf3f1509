/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The factories of the plugin, for tests that hold for all of them. */
#ifndef __CHECK_FACTORIES_H__
#define __CHECK_FACTORIES_H__

#include <gst/check/gstcheck.h>

static GPtrArray *names;        /* of the factories, while a test runs */

static inline void
find_factories (void)
{
  GList *features, *f;

  names = g_ptr_array_new_with_free_func (g_free);
  features = gst_registry_get_feature_list_by_plugin (gst_registry_get (),
      "webaudio");
  for (f = features; f; f = f->next)
    if (GST_IS_ELEMENT_FACTORY (f->data))
      g_ptr_array_add (names, g_strdup (GST_OBJECT_NAME (f->data)));
  gst_plugin_feature_list_free (features);
  fail_unless (names->len >= 4);
}

static inline void
forget_factories (void)
{
  g_ptr_array_unref (names);
}

/* The others are bins that stand beside the graph. */
static inline gboolean
is_node (const gchar * factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);
  gboolean result = !GST_IS_BIN (element);

  gst_object_unref (element);
  return result;
}

static inline gboolean
has_template (const gchar * factory, const gchar * name)
{
  GstElement *element = gst_element_factory_make (factory, NULL);
  gboolean has = gst_element_get_pad_template (element, name) != NULL;

  gst_object_unref (element);
  return has;
}

/* What a pipeline with one end of a delay line, or with a listener, has
 * besides. */
static inline const gchar *
partner_before (const gchar * factory)
{
  return g_str_equal (factory, "delayreader") ? "delaywriter  " : "";
}

static inline const gchar *
partner_after (const gchar * factory)
{
  if (g_str_equal (factory, "audiolistener"))
    return "  constantsource ! panner position-x=1";
  return g_str_equal (factory, "delaywriter") ? "  delayreader" : "";
}

#endif
