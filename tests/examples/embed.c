/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* embed [FILE]: records five seconds of a sine in Ogg Opus, by the C API. */

#include <gst/gst.h>

int
main (int argc, char **argv)
{
  GstElement *pipeline, *osc, *dest, *enc, *mux, *file;
  GstMessage *message;
  GError *error = NULL;

  gst_init (&argc, &argv);

  /* NULL: the plugin that brings it is not installed */
  osc = gst_element_factory_make_full ("oscillator", "frequency", 440.0,
      "stop", 5 * GST_SECOND, NULL);
  dest = gst_element_factory_make ("mediastreamdest", NULL);
  enc = gst_element_factory_make ("opusenc", NULL);
  mux = gst_element_factory_make ("oggmux", NULL);
  file = gst_element_factory_make_full ("filesink", "location",
      argc > 1 ? argv[1] : "sine.ogg", NULL);
  g_return_val_if_fail (osc && dest && enc && mux && file, 1);

  pipeline = gst_pipeline_new (NULL);
  gst_bin_add_many (GST_BIN (pipeline), osc, dest, enc, mux, file, NULL);
  gst_element_link_many (osc, dest, enc, mux, file, NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (pipeline),
      GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("%s\n", error->message);
  }
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  if (!error)
    return 0;
  g_error_free (error);
  return 1;
}
