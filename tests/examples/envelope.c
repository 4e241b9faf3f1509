/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * envelope [FILE.wav]: a note that glides up an octave, swells, trembles more and
 * more and dies away, by the methods of AudioParam, from C.
 */

#include <gst/gst.h>

#define LINE "oscillator name=tone type=triangle stop=2000000000 ! " \
    "gain name=amplifier gain=0 ! audio/x-raw,rate=48000 ! wavenc ! " \
    "filesink name=file oscillator frequency=6 ! gain name=depth gain=0 ! " \
    "tone.detune_0"

static GObject *
get_param (GstElement * pipeline, const gchar * name, const gchar * param)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);
  GObject *child = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY
      (element), param);

  gst_object_unref (element);
  return child;
}

/* Times are seconds of the graph's time */
static void
schedule (GstElement * pipeline)
{
  static const gdouble swell[] = { 0, 5, 10, 40, 20 };
  GObject *frequency = get_param (pipeline, "tone", "frequency");
  GObject *gain = get_param (pipeline, "amplifier", "gain");
  GObject *depth = get_param (pipeline, "depth", "gain");
  GError *error = NULL;
  gboolean accepted;

  g_signal_emit_by_name (frequency, "set-value-at-time", 220.0, 0.0, &accepted);
  g_signal_emit_by_name (frequency, "exponential-ramp-to-value-at-time", 440.0,
      0.5, &accepted);

  g_signal_emit_by_name (gain, "linear-ramp-to-value-at-time", 0.8, 0.05,
      &accepted);
  g_signal_emit_by_name (gain, "set-target-at-time", 0.4, 0.05, 0.3, &accepted);
  /* the key is let go: what would have come does not, it dies away from there */
  g_signal_emit_by_name (gain, "cancel-and-hold-at-time", 1.2, &accepted);
  g_signal_emit_by_name (gain, "set-target-at-time", 0.0, 1.2, 0.15, &accepted);

  g_signal_emit_by_name (depth, "set-value-curve-at-time",
      g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, swell,
          G_N_ELEMENTS (swell), sizeof (gdouble)), 0.5, 1.0, &accepted);

  /* where Web Audio has an exception, a method returns FALSE and changes
   * nothing */
  g_signal_emit_by_name (gain, "exponential-ramp-to-value-at-time", 0.0, 2.0,
      &accepted);
  if (!accepted) {
    g_object_get (gain, "error", &error, NULL);
    g_print ("%s\n", error->message);
    g_error_free (error);
  }
  g_object_unref (depth);
  g_object_unref (gain);
  g_object_unref (frequency);
}

static GError *
run (GstElement * pipeline)
{
  GstMessage *message;
  GError *error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (pipeline),
      GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return error;
}

int
main (int argc, char **argv)
{
  GError *error = NULL;
  GstElement *pipeline, *file;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch (LINE, &error);
  if (!error) {
    file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
    g_object_set (file, "location", argc > 1 ? argv[1] : "envelope.wav", NULL);
    gst_object_unref (file);
    schedule (pipeline);
    error = run (pipeline);
  }
  gst_clear_object (&pipeline);
  if (error) {
    g_printerr ("%s\n", error->message);
    g_error_free (error);
    return 1;
  }
  return 0;
}
