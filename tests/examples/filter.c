/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * filter [FILE.wav]: two seconds of a sawtooth through a low-pass filter that
 * is written here, and whose cutoff frequency an oscillator moves.
 */

#include <gst/gst.h>
#include <math.h>

#define LINE \
    "oscillator type=sawtooth frequency=110 stop=2000000000 ! gain gain=0.5 ! " \
    "scriptprocessor name=filter parameters=\"cutoff:800:10:20000\" ! " \
    "wavenc ! filesink name=file  " \
    "oscillator frequency=3 stop=2000000000 ! gain gain=600 ! filter.cutoff_0"

/* One channel of a low-pass of 6 dB per octave. Channels are one after another
 * in the buffers; here is but one. */
static gboolean
process (GstElement * element, GstBuffer * input, GstBuffer * output,
    GstStructure * parameters, gpointer data)
{
  gfloat *state = data;
  const GValue *cutoff = gst_structure_get_value (parameters, "cutoff");
  GstMapInfo in, out, frequencies;
  gint rate;
  gsize i;

  gst_structure_get_int (parameters, "sample-rate", &rate);
  /* the beginning, or a seek */
  if (GST_BUFFER_FLAG_IS_SET (input, GST_BUFFER_FLAG_DISCONT))
    *state = 0;
  gst_buffer_map (input, &in, GST_MAP_READ);
  gst_buffer_map (output, &out, GST_MAP_WRITE);
  gst_buffer_map (gst_value_get_buffer (cutoff), &frequencies, GST_MAP_READ);
  for (i = 0; i < in.size / sizeof (gfloat); i++) {
    gfloat frequency = ((const gfloat *) frequencies.data)[i];
    gfloat coefficient = 1 - expf (-2 * (gfloat) G_PI * frequency / rate);

    *state += coefficient * (((const gfloat *) in.data)[i] - *state);
    ((gfloat *) out.data)[i] = *state;
  }
  gst_buffer_unmap (gst_value_get_buffer (cutoff), &frequencies);
  gst_buffer_unmap (output, &out);
  gst_buffer_unmap (input, &in);
  /* it is to be called as long as it still sounds */
  return fabsf (*state) > 1e-5f;
}

int
main (int argc, char **argv)
{
  GstElement *pipeline, *filter, *file;
  GstMessage *message;
  GError *error = NULL;
  gfloat state = 0;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch (LINE, &error);
  if (error)
    g_error ("%s", error->message);
  filter = gst_bin_get_by_name (GST_BIN (pipeline), "filter");
  file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  g_signal_connect (filter, "process", G_CALLBACK (process), &state);
  g_object_set (file, "location", argc > 1 ? argv[1] : "filter.wav", NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (pipeline),
      GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("%s\n", error->message);
  }
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (filter);
  gst_object_unref (file);
  gst_object_unref (pipeline);
  return error ? 1 : 0;
}
