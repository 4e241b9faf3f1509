/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fade [FILE.avi]: a picture and its sound fade in and out, on a screen or into a
 * file. The automation of an AudioParam controls properties of elements that
 * know nothing of it: the volume of volume, the alpha of a pad of compositor.
 */

#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/gst.h>

#define FADES "setValueAtTime(0, 0) linearRampToValueAtTime(1, 1) " \
    "setValueAtTime(1, 2) linearRampToValueAtTime(0, 3)"

/* The plugin is loaded by now, so its types have names */
static void
automate (GstObject * object, const gchar * property, const gchar * automation)
{
  GstControlSource *timeline = g_object_new (g_type_from_name
      ("GstWebAudioTimeline"), "automation", automation, NULL);

  gst_object_add_control_binding (object,
      gst_direct_control_binding_new_absolute (object, property,
          gst_object_ref_sink (timeline)));
  gst_object_unref (timeline);
}

static GstElement *
build (const gchar * path, GError ** error)
{
  gchar *line = g_strconcat ("audiotestsrc num-buffers=150 "
      "samplesperbuffer=960 ! audio/x-raw,rate=48000 ! volume name=volume ! ",
      path ? "mux. avimux name=mux ! filesink name=file " : "autoaudiosink ",
      "videotestsrc num-buffers=90 ! compositor name=mixer background=black ! "
      "video/x-raw,format=I420,width=320,height=240,framerate=30/1 ! ",
      path ? "mux." : "videoconvert ! autovideosink", NULL);
  GstElement *pipeline = gst_parse_launch (line, error);
  GstElement *file;

  g_free (line);
  if (!*error && (file = gst_bin_get_by_name (GST_BIN (pipeline), "file"))) {
    g_object_set (file, "location", path, NULL);
    gst_object_unref (file);
  }
  return pipeline;
}

static void
automate_all (GstElement * pipeline)
{
  GstElement *volume = gst_bin_get_by_name (GST_BIN (pipeline), "volume");
  GstElement *mixer = gst_bin_get_by_name (GST_BIN (pipeline), "mixer");
  GstPad *pad = gst_element_get_static_pad (mixer, "sink_0");

  automate (GST_OBJECT (volume), "volume", FADES);
  automate (GST_OBJECT (pad), "alpha", FADES);
  gst_object_unref (pad);
  gst_object_unref (mixer);
  gst_object_unref (volume);
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
  GstElement *pipeline;

  gst_init (&argc, &argv);
  if (!gst_plugin_load_by_name ("webaudio")) {
    g_printerr ("The plugin webaudio is not installed.\n");
    return 1;
  }
  pipeline = build (argc > 1 ? argv[1] : NULL, &error);
  if (!error) {
    automate_all (pipeline);
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
