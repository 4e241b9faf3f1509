/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz target of automation: the text, and the arguments of the action signals.
 *
 *   automation [LIBFUZZER OPTION...] [FOLDER]
 *
 * An input that begins with '#' is a list of calls: a byte for the method, then
 * three doubles. Any other is a text.
 */

#include <gst/gst.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "graph/graph.h"
#include "graph/timeline.h"

#define MAX_CALLS 64

GST_DEBUG_CATEGORY (gst_web_audio_graph_debug);

int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);

/* Whatever was scheduled, values are finite, and the same when read again. */
static void
read_values (GstControlSource * source, gdouble * values, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    GstClockTime time = i * (GstClockTime) i * 1000000;

    g_assert (gst_control_source_get_value (source, time, values + i));
    g_assert (!isnan (values[i]));
  }
}

/* What can be read can be set, and means the same. */
static void
check_text (GstControlSource * source)
{
  gdouble before[50], after[50];
  gchar *text, *again;
  GError *error = NULL;
  guint i;

  read_values (source, before, G_N_ELEMENTS (before));
  g_object_get (source, "automation", &text, NULL);
  g_object_set (source, "automation", text, NULL);
  g_object_get (source, "automation", &again, "error", &error, NULL);
  if (error)
    g_error ("%s: %s", text, error->message);
  g_assert_cmpstr (again, ==, text);
  read_values (source, after, G_N_ELEMENTS (after));
  for (i = 0; i < G_N_ELEMENTS (before); i++)
    if (!(fabs (before[i] - after[i]) <= 1e-6 * fabs (before[i]) + 1e-6))
      g_error ("%s: %g is %g", text, before[i], after[i]);
  g_free (text);
  g_free (again);
}

static void
call_curve (GstControlSource * source, const gdouble * numbers)
{
  GValue args[4] = { G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT };
  GValue result = G_VALUE_INIT;
  guint i;

  g_value_init (&args[0], G_OBJECT_TYPE (source));
  g_value_set_object (&args[0], source);
  gst_value_array_init (&args[1], 3);
  for (i = 0; i < 3; i++) {
    GValue number = G_VALUE_INIT;

    g_value_init (&number, G_TYPE_DOUBLE);
    g_value_set_double (&number, numbers[i]);
    gst_value_array_append_and_take_value (&args[1], &number);
  }
  for (i = 2; i < 4; i++) {
    g_value_init (&args[i], G_TYPE_DOUBLE);
    g_value_set_double (&args[i], numbers[i - 1]);
  }
  g_value_init (&result, G_TYPE_BOOLEAN);
  g_signal_emitv (args, g_signal_lookup ("set-value-curve-at-time",
          G_OBJECT_TYPE (source)), 0, &result);
  for (i = 0; i < 4; i++)
    g_value_unset (&args[i]);
}

static void
call_method (GstControlSource * source, guint method, const gdouble * numbers)
{
  gboolean accepted;

  switch (method % 8) {
    case 0:
      g_signal_emit_by_name (source, "set-value-at-time", numbers[0],
          numbers[1], &accepted);
      break;
    case 1:
      g_signal_emit_by_name (source, "linear-ramp-to-value-at-time",
          numbers[0], numbers[1], &accepted);
      break;
    case 2:
      g_signal_emit_by_name (source, "exponential-ramp-to-value-at-time",
          numbers[0], numbers[1], &accepted);
      break;
    case 3:
      g_signal_emit_by_name (source, "set-target-at-time", numbers[0],
          numbers[1], numbers[2], &accepted);
      break;
    case 4:
      call_curve (source, numbers);
      break;
    case 5:
      g_signal_emit_by_name (source, "cancel-scheduled-values", numbers[1],
          &accepted);
      break;
    case 6:
      g_signal_emit_by_name (source, "cancel-and-hold-at-time", numbers[1],
          &accepted);
      break;
    default:
    gst_control_source_get_value (source, fabs (numbers[0]) < 1e9 ?
          fabs (numbers[0]) * GST_SECOND : 0, &(gdouble) {
        0}
      );
      break;
  }
}

static void
call_methods (GstControlSource * source, const uint8_t * data, size_t size)
{
  const size_t length = 1 + 3 * sizeof (gdouble);
  guint i;

  for (i = 0; i < MAX_CALLS && size >= length; i++) {
    gdouble numbers[3];

    memcpy (numbers, data + 1, sizeof (numbers));
    call_method (source, data[0], numbers);
    data += length;
    size -= length;
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  static gsize initialized;
  GstControlSource *source;
  gchar *text;

  if (g_once_init_enter (&initialized)) {
    gst_init (NULL, NULL);
    gst_debug_set_active (FALSE);
    g_once_init_leave (&initialized, 1);
  }
  source = gst_object_ref_sink (g_object_new (GST_TYPE_WEB_AUDIO_TIMELINE,
          NULL));
  if (size > 0 && data[0] == '#') {
    call_methods (source, data + 1, size - 1);
  } else {
    text = g_strndup ((const gchar *) data, size);
    /* a property holds UTF-8 in any language but C */
    g_object_set (source, "automation", text, NULL);
    g_free (text);
  }
  check_text (source);
  gst_object_unref (source);
  return 0;
}
