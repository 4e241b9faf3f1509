/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * audiodestination with two audio outputs: which of them plays, what is heard
 * after it was suspended, and what happens when one is unplugged. They are null
 * sinks of a PulseAudio server of its own.
 *
 * Skipped where PulseAudio is not installed.
 */

#include "generic/check-pulse.h"
#include "generic/check-tone.h"
#include "streams/check-destination.h"

static void
start_server (void)
{
  start_server_with (NULL_SINK ("first") NULL_SINK ("second"));
}

/* What an output's monitor hears */

typedef struct
{
  gchar *path;
  GPid recorder;
} Ear;

static void
ear_open (Ear * ear, const gchar * sink)
{
  gchar *line;

  ear->path = in_folder (sink);
  g_unlink (ear->path);
  line = g_strdup_printf ("parec -d %s.monitor --raw --format=float32le "
      "--rate=48000 --channels=2 --latency-msec=20 \"%s\"", sink, ear->path);
  ear->recorder = start (line);
  wait_for_size (ear->path, 1);
  g_free (line);
}

static void
ear_close (Ear * ear)
{
  end (ear->recorder);
  g_unlink (ear->path);
  g_free (ear->path);
}

/* (transfer full): all that was heard so far */
static gfloat *
ear_get (Ear * ear, gsize * frames)
{
  gchar *data;

  fail_unless (g_file_get_contents (ear->path, &data, frames, NULL));
  *frames /= CHANNELS * sizeof (gfloat);
  return (gfloat *) data;
}

/* How many of the frames from @from on are sound: a sine is 0 in passing only */
static gsize
count_sound (const gfloat * samples, gsize from, gsize to)
{
  gsize i, n = 0;

  for (i = from; i < to; i++)
    n += samples[i * CHANNELS] != 0;
  return n;
}

/* Handles what an application has to while it waits. */
static void
go_on (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, 5 * GST_MSECOND,
      GST_MESSAGE_ERROR | GST_MESSAGE_CLOCK_LOST);

  if (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_CLOCK_LOST) {
    gst_element_set_state (pipeline, GST_STATE_PAUSED);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
  } else if (message) {
    GError *error = NULL;

    gst_message_parse_error (message, &error, NULL);
    fail ("%s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
  }
  gst_clear_message (&message);
  gst_object_unref (bus);
}

/* Half a second, and what a window may miss of it, in frames */
#define WINDOW (RATE / 2 + 500)

/* Waits until a second of 440 Hz has been heard last. */
static void
wait_for_tone (GstElement * pipeline, Ear * ear)
{
  gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);
  gboolean heard = FALSE;

  while (!heard) {
    gsize frames;
    gfloat *samples = ear_get (ear, &frames);

    fail_unless (g_get_monotonic_time () < until, "nothing is heard");
    if (frames > WINDOW
        && count_sound (samples, frames - WINDOW, frames) > RATE / 2) {
      Tone tone;

      measure_tone (&tone, samples + (frames - RATE / 2) * CHANNELS, RATE / 2,
          CHANNELS, 1, RATE);
      heard = fabs (tone.frequency - 440) < 0.5 && fabs (tone.level - 1) < 0.05;
    }
    g_free (samples);
    go_on (pipeline);
  }
}

/* Waits until half a second of silence has been heard last. */
static void
wait_for_silence (GstElement * pipeline, Ear * ear)
{
  gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);
  gboolean silent = FALSE;

  while (!silent) {
    gsize frames;
    gfloat *samples = ear_get (ear, &frames);

    fail_unless (g_get_monotonic_time () < until, "is still heard");
    silent = frames > RATE / 2
        && count_sound (samples, frames - RATE / 2, frames) == 0;
    g_free (samples);
    go_on (pipeline);
  }
}

static void
run (const gchar * line)
{
  gint status = -1;

  fail_unless (g_spawn_command_line_sync (line, NULL, NULL, &status, NULL));
  fail_unless_equals_int (status, 0);
}

/* From one to the other and back; the one that is left is silent */
GST_START_TEST (test_set_sink_id)
{
  GstElement *pipeline = launch ("oscillator frequency=440 ! "
      "audiodestination name=d sink-id=first");
  Ear first, second;

  ear_open (&first, "first");
  ear_open (&second, "second");
  play (pipeline);
  wait_for_tone (pipeline, &first);
  wait_for_silence (pipeline, &second);
  fail_unless (set_sink_id (pipeline, "second"));
  wait_for_tone (pipeline, &second);
  wait_for_silence (pipeline, &first);
  fail_if (set_sink_id (pipeline, "third"));
  wait_for_tone (pipeline, &second);
  fail_unless (set_sink_id (pipeline, "first"));
  wait_for_tone (pipeline, &first);
  wait_for_silence (pipeline, &second);
  stop (pipeline);
  ear_close (&first);
  ear_close (&second);
}

GST_END_TEST;

/* Unplugged: goes on with the default output */
GST_START_TEST (test_unplug)
{
  GstElement *pipeline = launch ("oscillator frequency=440 ! "
      "audiodestination name=d sink-id=second");
  Ear first, second;

  ear_open (&first, "first");
  ear_open (&second, "second");
  play (pipeline);
  wait_for_tone (pipeline, &second);
  /* the modules are numbered as they were loaded: the protocol is 0 */
  run ("pactl unload-module 2");
  wait_for_tone (pipeline, &first);
  stop (pipeline);
  ear_close (&first);
  ear_close (&second);
  run ("pactl load-module module-null-sink sink_name=second format=float32le "
      "rate=48000 channels=2 norewinds=1");
}

GST_END_TEST;

/* The sine stops, and later goes on with its next sample. */
GST_START_TEST (test_suspend)
{
  GstElement *pipeline = launch ("oscillator frequency=440 ! "
      "audiodestination name=d sink-id=first");
  Ear first;
  gsize frames, i, next = 0;
  gfloat *samples;
  gint64 jump = -1;

  ear_open (&first, "first");
  play (pipeline);
  wait_for_tone (pipeline, &first);
  fail_unless (ask (pipeline, "suspend"));
  wait_for_silence (pipeline, &first);
  fail_unless (ask (pipeline, "resume"));
  wait_for_tone (pipeline, &first);
  samples = ear_get (&first, &frames);
  stop (pipeline);
  /* the first frame of the sine is 0 */
  for (i = 0; i < frames && samples[i * CHANNELS] == 0; i++);
  for (next = 1; i < frames; i++) {
    gdouble should = sin (2 * G_PI * 440 * next / RATE);

    if (fabs (samples[i * CHANNELS] - should) < 1e-3) {
      next++;
    } else {
      /* silence, once */
      check_that (samples[i * CHANNELS] == 0 && (jump < 0
              || jump == (gint64) next), "frame %" G_GSIZE_FORMAT
          " of the sine is %f, not %f", next, samples[i * CHANNELS], should);
      jump = next;
    }
  }
  fail_unless (jump > RATE / 2 && next > (gsize) jump + RATE / 2);
  g_free (samples);
  ear_close (&first);
}

GST_END_TEST;

static Suite *
devices_suite (void)
{
  Suite *s = suite_create ("devices");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_unchecked_fixture (tc, start_server, end_server);
  tcase_add_test (tc, test_set_sink_id);
  tcase_add_test (tc, test_unplug);
  tcase_add_test (tc, test_suspend);
  return s;
}

int
main (int argc, char **argv)
{
  use_own_server ();
  gst_check_init (&argc, &argv);
  return run_with_pulse (devices_suite (), "devices", __FILE__);
}
