/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Measures what automation costs: nanoseconds for each frame.
 *
 *   automation
 *
 * First the timeline by itself, in blocks of 1024 frames: each kind of segment,
 * and a constant with more and more events to come. Then the parameter of an
 * element, as CPU time of whole pipelines, less that of the same one whose
 * parameter has nothing. The least of RUNS runs counts: what comes on top of it
 * is the machine's. A missed bar is printed, never an error. */

#include <gst/gst.h>
#include <math.h>
#include <sys/resource.h>

#include "dsp/timeline.h"

#define RATE 48000
#define BLOCK 1024
#define RUNS 5

static gdouble
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
      1e-6 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
print (const gchar * what, gdouble nanoseconds, gdouble bar)
{
  g_print ("%-46s %8.3f ns a frame", what, nanoseconds);
  if (bar > 0)
    g_print (", %s: at most %g", nanoseconds <= bar ? "met" : "MISSED", bar);
  g_print ("\n");
}

/* The timeline by itself */

/* Reads @blocks blocks. */
static gdouble
read_blocks (WebAudioTimeline * timeline, guint blocks)
{
  gdouble out[BLOCK], value, begin = cpu_seconds ();
  guint i;

  for (i = 0; i < blocks; i++) {
    webaudio_timeline_read (timeline, RATE, (guint64) i * BLOCK, BLOCK, out,
        &value);
    webaudio_timeline_pass (timeline, (i + 1) * (gdouble) BLOCK / RATE);
  }
  return (cpu_seconds () - begin) * 1e9 / blocks / BLOCK;
}

typedef void (*Schedule) (WebAudioTimeline * timeline, guint n);

static gdouble
measure_timeline (Schedule schedule, guint n, guint blocks)
{
  gdouble least = INFINITY;
  guint i;

  for (i = 0; i < RUNS; i++) {
    WebAudioTimeline *timeline = webaudio_timeline_new (0.5, FALSE);

    schedule (timeline, n);
    least = MIN (least, read_blocks (timeline, blocks));
    webaudio_timeline_free (timeline);
  }
  return least;
}

static void
schedule_events_to_come (WebAudioTimeline * timeline, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    webaudio_timeline_set_value_at_time (timeline, i, 1e6 + i, 0);
}

static void
schedule_linear (WebAudioTimeline * timeline, guint n)
{
  webaudio_timeline_set_value_at_time (timeline, 0, 0, 0);
  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 1, 1e5, 0);
}

static void
schedule_exponential (WebAudioTimeline * timeline, guint n)
{
  webaudio_timeline_set_value_at_time (timeline, 1, 0, 0);
  webaudio_timeline_exponential_ramp_to_value_at_time (timeline, 2, 1e5, 0);
}

static void
schedule_target (WebAudioTimeline * timeline, guint n)
{
  webaudio_timeline_set_target_at_time (timeline, 1, 0, 1000, 0);
}

static void
schedule_curve (WebAudioTimeline * timeline, guint n)
{
  gdouble values[1000];
  guint i;

  for (i = 0; i < 1000; i++)
    values[i] = sin (i);
  webaudio_timeline_set_value_curve_at_time (timeline, values, 1000, 0, 1e5, 0);
}

/* An event every quantum, each a ramp */
static void
schedule_ramps (WebAudioTimeline * timeline, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    webaudio_timeline_linear_ramp_to_value_at_time (timeline, i % 2,
        (i + 1) * 128 / (gdouble) RATE, 0);
}

static void
measure_timelines (void)
{
  static const guint counts[] = { 0, 10, 100, 1000, 10000, 100000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (counts); i++) {
    gchar *what = g_strdup_printf ("timeline: constant, %u events to come",
        counts[i]);

    print (what, measure_timeline (schedule_events_to_come, counts[i],
            1000000), 0.1);
    g_free (what);
  }
  print ("timeline: linear ramp", measure_timeline (schedule_linear, 0, 50000),
      1);
  print ("timeline: exponential ramp", measure_timeline (schedule_exponential,
          0, 50000), 1);
  print ("timeline: target", measure_timeline (schedule_target, 0, 50000), 1);
  print ("timeline: curve", measure_timeline (schedule_curve, 0, 50000), 0);
  print ("timeline: 100000 ramps of 128 frames", measure_timeline
      (schedule_ramps, 100000, 12500), 0);
}

/* The parameter of an element */

static void
schedule_on_element (GstElement * pipeline, const gchar * automation)
{
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "c");

  gst_child_proxy_set (GST_CHILD_PROXY (source), "offset::automation",
      automation, NULL);
  gst_object_unref (source);
}

static gdouble
run_pipeline (const gchar * line, const gchar * automation, guint64 frames)
{
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  gdouble begin;

  schedule_on_element (pipeline, automation);
  gst_element_set_state (pipeline, GST_STATE_READY);
  begin = cpu_seconds ();
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_error ("%s", line);
  begin = cpu_seconds () - begin;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_message_unref (message);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return begin * 1e9 / frames;
}

static gdouble
measure_pipeline (const gchar * automation)
{
  const guint64 frames = 600 * RATE;
  gchar *line = g_strdup_printf ("constantsource name=c length=%"
      G_GUINT64_FORMAT " ! audio/x-raw,rate=%u ! fakesink", frames, RATE);
  gdouble least = INFINITY;
  guint i;

  for (i = 0; i < RUNS; i++)
    least = MIN (least, run_pipeline (line, automation, frames));
  g_free (line);
  return least;
}

/* @n events that are never reached */
static gchar *
make_events (guint n)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (text, "setValueAtTime(%u, %u)", i, 1000000 + i);
  return g_string_free (text, FALSE);
}

static void
measure_elements (void)
{
  static const guint counts[] = { 10, 100, 1000, 10000, 100000 };
  gdouble without = measure_pipeline ("");
  guint i;

  print ("constantsource with nothing on its offset", without, 0);
  for (i = 0; i < G_N_ELEMENTS (counts); i++) {
    gchar *what = g_strdup_printf ("more: %u events to come", counts[i]);
    gchar *text = make_events (counts[i]);

    print (what, measure_pipeline (text) - without, 0.1);
    g_free (text);
    g_free (what);
  }
  print ("more: a linear ramp, and floats of it",
      measure_pipeline ("linearRampToValueAtTime(1, 600)") - without, 0);
  print ("more: an exponential ramp, and floats of it",
      measure_pipeline ("exponentialRampToValueAtTime(2, 600)") - without, 0);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  measure_timelines ();
  measure_elements ();
  return 0;
}
