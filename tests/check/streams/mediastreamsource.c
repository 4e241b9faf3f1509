/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of mediastreamsource: streams that are not live lose nothing, live ones
 * keep their place, are followed where their clock is not the graph's, and never
 * hold up the graph.
 */

#include <gst/check/gsttestclock.h>

#include "check-webaudio.h"
#include "generic/check-tone.h"

#define RATE 48000
#define BLOCK 1024
/* of the live source: what it delivers at once, and its latency */
#define PERIOD 480
#define LATENCY (10 * GST_MSECOND)
#define JITTER (20 * GST_MSECOND)

/* Streams that are not live */

GST_START_TEST (test_file)
{
  Recorder *direct = render ("audiotestsrc wave=saw freq=997 num-buffers=50 ! "
      "audio/x-raw, format=F32LE, rate=44100, channels=2 ! "
      "fakesink name=out");
  Recorder *taken = render ("audiotestsrc wave=saw freq=997 num-buffers=50 ! "
      "audio/x-raw, format=F32LE, rate=44100, channels=2 ! "
      "mediastreamsource ! fakesink name=out async=false");

  fail_unless_equals_uint64 (taken->frames, direct->frames);
  assert_floats_equal (recorder_samples (taken), recorder_samples (direct),
      2 * direct->frames);
  recorder_free (direct);
  recorder_free (taken);
}

GST_END_TEST;

/* A live source */

/**
 * Stage:
 * @src: the source's pad, from which the test pushes
 * @speed: of the source's clock, against the graph's
 * @timestamped: whether buffers have one, by the graph's clock
 * @pushed: frames so far
 * @step: a sine's, per frame
 */
typedef struct
{
  GstElement *pipeline;
  GstElement *source;
  Recorder *recorder;
  GstTestClock *clock;
  GstPad *src;
  gdouble speed;
  gboolean timestamped;
  guint64 pushed;
  gdouble step;
} Stage;

static gboolean
answer_latency (GstPad * pad, GstObject * parent, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, TRUE, LATENCY, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static void
push_start (Stage * stage, const gchar * id, gint rate)
{
  GstSegment segment;
  GstCaps *caps = float_caps (1, rate);

  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_pad_push_event (stage->src,
          gst_event_new_stream_start (id)));
  fail_unless (gst_pad_push_event (stage->src, gst_event_new_caps (caps)));
  fail_unless (gst_pad_push_event (stage->src,
          gst_event_new_segment (&segment)));
  gst_caps_unref (caps);
}

static void
stage_init (Stage * stage, gdouble speed, const gchar * line)
{
  GstPad *sink;

  memset (stage, 0, sizeof (*stage));
  stage->pipeline = launch ("%s", line);
  stage->source = get_element (stage->pipeline, "source");
  stage->recorder = record (stage->pipeline, "out");
  stage->clock = GST_TEST_CLOCK (gst_test_clock_new ());
  stage->speed = speed;
  stage->timestamped = TRUE;
  stage->step = 2 * G_PI * 440 / RATE;
  stage->src = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_query_function (stage->src, answer_latency);
  gst_pad_set_active (stage->src, TRUE);
  sink = gst_element_get_static_pad (stage->source, "sink");
  fail_unless_equals_int (gst_pad_link (stage->src, sink), GST_PAD_LINK_OK);
  gst_object_unref (sink);
  gst_pipeline_use_clock (GST_PIPELINE (stage->pipeline),
      GST_CLOCK (stage->clock));
  gst_element_set_start_time (stage->pipeline, 0);
  play (stage->pipeline);
  push_start (stage, "live", RATE);
}

static void
stage_clear (Stage * stage)
{
  stop (stage->pipeline);
  gst_pad_set_active (stage->src, FALSE);
  gst_object_unref (stage->src);
  gst_object_unref (stage->source);
  gst_object_unref (stage->clock);
  recorder_free (stage->recorder);
}

/* When the source has captured @frames, by the graph's clock. */
static GstClockTime
captured_at (Stage * stage, guint64 frames)
{
  return (GstClockTime) (frames * (gdouble) GST_SECOND / RATE / stage->speed);
}

static void
push_period (Stage * stage)
{
  gfloat samples[PERIOD];
  GstBuffer *buffer;
  guint i;

  for (i = 0; i < PERIOD; i++)
    samples[i] = 0.5 * sin (stage->step * (stage->pushed + i));
  buffer = float_buffer (samples, PERIOD, 1, stage->pushed, RATE);
  GST_BUFFER_PTS (buffer) = stage->timestamped ?
      captured_at (stage, stage->pushed) : GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
  stage->pushed += PERIOD;
  fail_unless_equals_int (gst_pad_push (stage->src, buffer), GST_FLOW_OK);
}

/* Lets the graph render until it would have to wait for more than @time. */
static void
render_until (Stage * stage, GstClockTime time)
{
  while (TRUE) {
    guint64 frames = recorder_count (stage->recorder);
    GstClockID id;
    GstClockTime due;

    gst_test_clock_wait_for_next_pending_id (stage->clock, &id);
    due = gst_clock_id_get_time (id);
    gst_clock_id_unref (id);
    if (due > time)
      break;
    if (due > gst_clock_get_time (GST_CLOCK (stage->clock)))
      gst_test_clock_set_time (stage->clock, due);
    gst_clock_id_unref (gst_test_clock_process_next_clock_id (stage->clock));
    fail_unless (recorder_wait (stage->recorder, frames + 1));
  }
  if (time > gst_clock_get_time (GST_CLOCK (stage->clock)))
    gst_test_clock_set_time (stage->clock, time);
}

/* The source goes on for @periods; if not @delivers, it keeps them. */
static void
run (Stage * stage, guint periods, gboolean delivers)
{
  guint64 last = stage->pushed + (guint64) periods * PERIOD, frames;

  for (frames = stage->pushed + PERIOD; frames <= last; frames += PERIOD) {
    GstClockTime time = captured_at (stage, frames);

    if (frames > PERIOD)
      render_until (stage, time);
    else
      gst_test_clock_set_time (stage->clock, time);
    if (delivers)
      push_period (stage);
  }
}

static guint64
get_underruns (Stage * stage)
{
  guint64 underruns;

  g_object_get (stage->source, "underruns", &underruns, NULL);
  return underruns;
}

/* The first frame that is heard. */
static guint64
find_start (Stage * stage)
{
  const gfloat *samples = recorder_samples (stage->recorder);
  guint64 i = 0;

  /* the sine begins with a 0 */
  while (i < stage->recorder->frames && samples[i] == 0)
    i++;
  fail_unless (i > 0 && i < stage->recorder->frames);
  return i - 1;
}

/* Whether there is no step in the sine of @n frames. */
static void
assert_smooth (const gfloat * samples, guint64 n, gdouble step)
{
  guint64 i;

  for (i = 2; i < n; i++)
    check_that (fabs (samples[i] - 2.0 * samples[i - 1] + samples[i - 2])
        < 0.55 * step * step, "frame %" G_GUINT64_FORMAT, i);
}

/* With one clock all is as it was captured, where it belongs. */
GST_START_TEST (test_live)
{
  Stage stage;
  GstQuery *query = gst_query_new_latency ();
  GstClockTime latency;
  gboolean live;
  const gfloat *samples;
  guint64 start, i;

  stage_init (&stage, 1.0,
      "mediastreamsource name=source ! fakesink name=out async=false");
  run (&stage, 500, TRUE);
  fail_unless (gst_pad_peer_query (stage.recorder->pad, query));
  gst_query_parse_latency (query, &live, &latency, NULL);
  fail_unless (live);
  fail_unless_equals_uint64 (latency, LATENCY + JITTER +
      gst_util_uint64_scale (BLOCK, GST_SECOND, RATE));
  fail_unless_equals_uint64 (get_underruns (&stage), 0);
  start = find_start (&stage);
  samples = recorder_samples (stage.recorder);
  for (i = start; i < stage.recorder->frames; i++)
    check_that (samples[i] == (gfloat) (0.5 * sin (stage.step * (i - start))),
        "frame %" G_GUINT64_FORMAT, i);
  fail_unless (stage.recorder->frames > 4.9 * RATE);
  stage_clear (&stage);
  gst_query_unref (query);
}

GST_END_TEST;

/* What comes late is silence and holds up nothing; soon the stream is in time
 * again. */
GST_START_TEST (test_late)
{
  Stage stage;
  guint64 frames, underruns;
  const gfloat *samples;
  Tone tone;

  stage_init (&stage, 1.0,
      "mediastreamsource name=source ! fakesink name=out async=false");
  stage.recorder->limit = 100 * RATE;
  run (&stage, 100, TRUE);
  frames = recorder_count (stage.recorder);
  run (&stage, 20, FALSE);
  fail_unless (recorder_count (stage.recorder) >= frames + 19 * PERIOD);
  underruns = get_underruns (&stage);
  /* all of it but what had been delivered ahead of its time */
  fail_unless (underruns > 13 * PERIOD && underruns < 20 * PERIOD + BLOCK,
      "%" G_GUINT64_FORMAT, underruns);
  while (captured_at (&stage, stage.pushed + PERIOD)
      <= gst_clock_get_time (GST_CLOCK (stage.clock)))
    push_period (&stage);
  run (&stage, 9000, TRUE);
  fail_unless (get_underruns (&stage) < underruns + RATE / 10,
      "%" G_GUINT64_FORMAT " after %" G_GUINT64_FORMAT, get_underruns (&stage),
      underruns);
  samples = recorder_samples (stage.recorder);
  assert_smooth (samples + stage.recorder->frames - RATE, RATE, stage.step);
  measure_tone (&tone, samples + stage.recorder->frames - RATE, RATE, 1, 0,
      RATE);
  /* what little is left is made up for by a cent at most */
  fail_unless (fabs (tone.frequency - 440) < 0.25, "%f", tone.frequency);
  stage_clear (&stage);
}

GST_END_TEST;

static void
assert_followed (gdouble speed, gboolean timestamped, guint seconds)
{
  Stage stage;
  Tone tone;
  const gfloat *samples;
  guint64 start;

  stage_init (&stage, speed,
      "mediastreamsource name=source ! fakesink name=out async=false");
  stage.timestamped = timestamped;
  stage.recorder->limit = (guint64) seconds *2 * RATE;
  run (&stage, 100 * seconds, TRUE);
  fail_unless_equals_uint64 (get_underruns (&stage), 0);
  start = find_start (&stage);
  samples = recorder_samples (stage.recorder);
  assert_smooth (samples + start + 8, stage.recorder->frames - start - 8,
      stage.step * 1.006);
  /* as heard by the graph's clock, once it has settled */
  measure_tone (&tone, samples + stage.recorder->frames - 4 * RATE, 4 * RATE, 1,
      0, RATE);
  fail_unless (fabs (tone.frequency / (440 * speed) - 1) < 20e-6,
      "%f Hz at a speed of %f", tone.frequency, speed);
  fail_unless (fabs (tone.level - 0.5) < 1e-3, "%f", tone.level);
  stage_clear (&stage);
}

/* A clock that is not the graph's: neither holes nor clicks, and the pitch is
 * what it is by the graph's clock. */
GST_START_TEST (test_drift)
{
  static const gdouble speeds[] = { 1 - 200e-6, 1 + 200e-6, 48005.0 / 48000 };

  assert_followed (speeds[__i__], TRUE, 80);
}

GST_END_TEST;

/* The same of a source that only counts its samples. */
GST_START_TEST (test_drift_without_timestamps)
{
  assert_followed (__i__ ? 1 + 200e-6 : 1 - 200e-6, FALSE, 240);
}

GST_END_TEST;

/* The stream may change its rate, end and begin anew. */
GST_START_TEST (test_changes)
{
  Stage stage;
  guint64 frames;
  Tone tone;

  stage_init (&stage, 1.0,
      "mediastreamsource name=source endless=true ! fakesink name=out async=false");
  run (&stage, 200, TRUE);
  fail_unless (gst_pad_push_event (stage.src, gst_event_new_eos ()));
  run (&stage, 50, FALSE);
  frames = recorder_count (stage.recorder);
  render_until (&stage, captured_at (&stage, stage.pushed) + GST_SECOND);
  fail_unless (recorder_count (stage.recorder) > frames);
  fail_unless_equals_uint64 (get_underruns (&stage), 0);
  stage.pushed = (gst_clock_get_time (GST_CLOCK (stage.clock)) / LATENCY + 1) *
      PERIOD;
  push_start (&stage, "again", RATE);
  run (&stage, 200, TRUE);
  measure_tone (&tone, recorder_samples (stage.recorder) +
      stage.recorder->frames - RATE, RATE, 1, 0, RATE);
  fail_unless (fabs (tone.frequency - 440) < 0.01, "%f", tone.frequency);
  stage_clear (&stage);
}

GST_END_TEST;

/* A device that is taken away leaves silence. */
GST_START_TEST (test_lost)
{
  Stage stage;
  GstPad *sink;
  guint64 frames;

  stage_init (&stage, 1.0, "mediastreamsource name=source ! gain name=mix ! "
      "fakesink name=out async=false constantsource ! mix.");
  run (&stage, 100, TRUE);
  sink = gst_pad_get_peer (stage.src);
  fail_unless (gst_pad_unlink (stage.src, sink));
  gst_object_unref (sink);
  frames = recorder_count (stage.recorder);
  render_until (&stage, captured_at (&stage, stage.pushed) + GST_SECOND);
  fail_unless (recorder_count (stage.recorder) >= frames + RATE - 4 * BLOCK);
  fail_unless_equals_float (recorder_samples (stage.recorder)
      [stage.recorder->frames - 1], 1.0f);
  stage_clear (&stage);
}

GST_END_TEST;

GST_START_TEST (test_stream)
{
  Stage stage;
  GstStreamCollection *stream;

  stage_init (&stage, 1.0,
      "mediastreamsource name=source ! fakesink name=out async=false");
  g_object_get (stage.source, "stream", &stream, NULL);
  fail_unless (stream != NULL);
  fail_unless_equals_int (gst_stream_collection_get_size (stream), 1);
  fail_unless_equals_string (gst_stream_get_stream_id
      (gst_stream_collection_get_stream (stream, 0)), "live");
  gst_object_unref (stream);
  run (&stage, 10, TRUE);
  stage_clear (&stage);
}

GST_END_TEST;

static Suite *
mediastreamsource_suite (void)
{
  Suite *s = suite_create ("mediastreamsource");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_file);
  tcase_add_test (tc, test_live);
  tcase_add_test (tc, test_late);
  tcase_add_loop_test (tc, test_drift, 0, 3);
  tcase_add_loop_test (tc, test_drift_without_timestamps, 0, 2);
  tcase_add_test (tc, test_changes);
  tcase_add_test (tc, test_lost);
  tcase_add_test (tc, test_stream);
  return s;
}

GST_CHECK_MAIN (mediastreamsource);
