/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an AudioParam is in one quantum. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "graph.h"
#include "param.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

/*
 * gst_web_audio_param_get_binding:
 * @name: the name of the property
 *
 * Returns: (transfer full) (nullable): what controls the property now
 */
GstControlBinding *
gst_web_audio_param_get_binding (GstWebAudioNode * node, const gchar * name)
{
  GstControlBinding *binding;

  /* nearly always, so it is asked without a lock */
  if (!g_atomic_pointer_get (&GST_OBJECT_CAST (node)->control_bindings))
    return NULL;
  binding = gst_object_get_control_binding (GST_OBJECT (node), name);
  if (binding && gst_control_binding_is_disabled (binding))
    gst_clear_object (&binding);
  return binding;
}

/*
 * gst_web_audio_param_read:
 * @value: what holds where the binding has no value
 * @frame: number of the first frame
 * @values: (out) (array length=n): a value for each frame
 *
 * Reads a binding at the exact time of every frame. An interval in nanoseconds
 * would drift.
 */
void
gst_web_audio_param_read (GstControlBinding * binding, gdouble value,
    gint rate, guint64 frame, gdouble * values, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    values[i] = value;
    gst_control_binding_get_value_array (binding,
        gst_util_uint64_scale (frame + i, GST_SECOND, rate), GST_SECOND, 1,
        values + i);
    if (!isfinite (values[i]))
      values[i] = value;
  }
}

/*
 * gst_web_audio_param_is_valid:
 *
 * Returns: whether @value may be set; the spec's TypeError is a warning here
 */
gboolean
gst_web_audio_param_is_valid (GstWebAudioNode * node, const gchar * name,
    gdouble value)
{
  if (isfinite (value))
    return TRUE;
  GST_WARNING_OBJECT (node, "%s can't be %f; it stays as it was", name, value);
  return FALSE;
}
