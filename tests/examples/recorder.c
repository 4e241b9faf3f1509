/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* recorder [FILE] [SECONDS]: records a sine, by the C API of GStreamer. */

#include <gst/gst.h>
#include <stdlib.h>

/* ondataavailable: the blob is all chunks, one after another */
static void
add_chunk (GByteArray * blob, const GstStructure * message)
{
  GstBuffer *chunk;
  GstMapInfo map;

  gst_structure_get (message, "buffer", GST_TYPE_BUFFER, &chunk, NULL);
  gst_buffer_map (chunk, &map, GST_MAP_READ);
  g_byte_array_append (blob, map.data, map.size);
  gst_buffer_unmap (chunk, &map);
  gst_buffer_unref (chunk);
}

/* Until the recorder has stopped, which it does when the sine has ended */
static gboolean
record (GstElement * pipeline, GByteArray * blob, GError ** error)
{
  GstBus *bus = GST_ELEMENT_BUS (pipeline);
  gboolean stopped = FALSE;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!stopped && !*error) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
        GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, error, NULL);
    else if (gst_message_has_name (message, "mediarecorder-data-available"))
      add_chunk (blob, gst_message_get_structure (message));
    else if (gst_message_has_name (message, "mediarecorder-stopped"))
      stopped = TRUE;
    gst_message_unref (message);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return stopped;
}

int
main (int argc, char **argv)
{
  const gchar *file = argc > 1 ? argv[1] : "sine.ogg";
  guint64 stop = (argc > 2 ? atof (argv[2]) : 5) * GST_SECOND;
  GByteArray *blob = g_byte_array_new ();
  GstElement *pipeline, *oscillator;
  GError *error = NULL;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch ("oscillator name=oscillator frequency=440 ! "
      "mediastreamdest ! mediarecorder mime-type=audio/ogg;codecs=opus "
      "timeslice=1000000000", &error);
  if (!error) {
    oscillator = gst_bin_get_by_name (GST_BIN (pipeline), "oscillator");
    g_object_set (oscillator, "stop", stop, NULL);
    gst_object_unref (oscillator);
    if (record (pipeline, blob, &error))
      g_file_set_contents (file, (gchar *) blob->data, blob->len, &error);
  }
  gst_clear_object (&pipeline);
  g_byte_array_unref (blob);
  if (!error)
    return 0;
  g_printerr ("%s\n", error->message);
  g_error_free (error);
  return 1;
}
