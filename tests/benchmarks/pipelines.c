/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs one launch description to its end and prints, as JSON, the frames that
 * passed, and the wall and CPU seconds that this took.
 *
 *   pipelines [--level] DESCRIPTION
 *
 * The clock runs from READY to EOS, so it covers allocation, preroll and
 * rendering, but neither the start of the process nor the loading of plugins.
 * Frames are counted at the sink pad of the element named "count". With
 * --level the RMS of what passes there (F32 or S16, mono) is printed too, which
 * shows that two competitors do the same; it costs time, so not when measuring.
 */

#include <locale.h>
#include <math.h>
#include <sys/resource.h>

#include <gst/audio/audio.h>
#include <gst/gst.h>

typedef struct
{
  GstAudioInfo info;
  guint64 frames;
  gdouble squares;
  gboolean level;
} Counter;

static gdouble
sum_of_squares (GstBuffer * buffer, const GstAudioInfo * info)
{
  gdouble sum = 0.0;
  gsize i;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return 0.0;

  if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F32) {
    const gfloat *samples = (const gfloat *) map.data;

    for (i = 0; i < map.size / sizeof (gfloat); i++)
      sum += (gdouble) samples[i] * samples[i];
  } else if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_S16) {
    const gint16 *samples = (const gint16 *) map.data;

    for (i = 0; i < map.size / sizeof (gint16); i++)
      sum += samples[i] / 32768.0 * (samples[i] / 32768.0);
  }

  gst_buffer_unmap (buffer, &map);

  return sum;
}

static GstPadProbeReturn
count (GstPad * pad, GstPadProbeInfo * probe, gpointer user_data)
{
  Counter *counter = user_data;

  (void) pad;

  if (probe->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT (probe);

    if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
      GstCaps *caps;

      gst_event_parse_caps (event, &caps);
      if (!gst_audio_info_from_caps (&counter->info, caps))
        gst_audio_info_init (&counter->info);
    }
  } else if (GST_AUDIO_INFO_IS_VALID (&counter->info)) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (probe);

    counter->frames +=
        gst_buffer_get_size (buffer) / GST_AUDIO_INFO_BPF (&counter->info);
    if (counter->level)
      counter->squares += sum_of_squares (buffer, &counter->info);
  }

  return GST_PAD_PROBE_OK;
}

static gdouble
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
      (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static gboolean
attach_counter (GstElement * pipeline, Counter * counter)
{
  GstElement *element = NULL;
  GstPad *pad = NULL;

  if (GST_IS_BIN (pipeline))
    element = gst_bin_get_by_name (GST_BIN (pipeline), "count");
  if (element)
    pad = gst_element_get_static_pad (element, "sink");
  if (pad) {
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER |
        GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, count, counter, NULL);
    gst_object_unref (pad);
  }
  g_clear_pointer (&element, gst_object_unref);

  return pad != NULL;
}

/* Starts the pipeline and waits for its end; FALSE, with the reason printed,
 * on an error. */
static gboolean
run_to_end (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  gboolean ended;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  ended = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  if (!ended) {
    GError *error;
    gchar *debug;

    gst_message_parse_error (message, &error, &debug);
    g_printerr ("%s: %s (%s)\n", GST_MESSAGE_SRC_NAME (message),
        error->message, debug ? debug : "no details");
    g_error_free (error);
    g_free (debug);
  }
  gst_message_unref (message);
  gst_object_unref (bus);

  return ended;
}

static gboolean
measure (GstElement * pipeline, gboolean level)
{
  Counter counter = {.level = level };
  gdouble cpu, wall;

  gst_audio_info_init (&counter.info);
  if (!attach_counter (pipeline, &counter)) {
    g_printerr ("no element named \"count\" with a sink pad\n");
    return FALSE;
  }

  gst_element_set_state (pipeline, GST_STATE_READY);
  cpu = cpu_seconds ();
  wall = g_get_monotonic_time () / 1e6;
  if (!run_to_end (pipeline))
    return FALSE;
  wall = g_get_monotonic_time () / 1e6 - wall;
  cpu = cpu_seconds () - cpu;

  g_print ("{\"frames\": %" G_GUINT64_FORMAT ", \"wall\": %.6f, \"cpu\": %.6f",
      counter.frames, wall, cpu);
  if (level)
    g_print (", \"rms\": %.6f",
        counter.frames ? sqrt (counter.squares / counter.frames) : 0.0);
  g_print ("}\n");

  return TRUE;
}

int
main (int argc, char **argv)
{
  GOptionContext *context;
  GstElement *pipeline;
  GError *error = NULL;
  gboolean level = FALSE;
  gboolean done = FALSE;
  const GOptionEntry options[] = {
    {"level", 0, 0, G_OPTION_ARG_NONE, &level, "Print the RMS level too", NULL},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };

  setlocale (LC_ALL, "C");
  context = g_option_context_new ("DESCRIPTION");
  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2) {
    g_printerr ("%s\n", error ? error->message : "one DESCRIPTION is needed");
    g_clear_error (&error);
    g_option_context_free (context);
    return 2;
  }
  g_option_context_free (context);

  pipeline = gst_parse_launch_full (argv[1], NULL, GST_PARSE_FLAG_FATAL_ERRORS,
      &error);
  if (pipeline) {
    done = measure (pipeline, level);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
  } else {
    g_printerr ("%s\n", error->message);
  }
  g_clear_error (&error);

  return done ? 0 : 1;
}
