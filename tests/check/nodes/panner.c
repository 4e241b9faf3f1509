/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The panner element: its properties and their errors, what moves, both models.
 * What they compute is tested in dsp/panner.c and dsp/hrtf.c.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"

static void
expect_line (gdouble left, gdouble right, const gchar * panner)
{
  Recorder *recorder = render ("constantsource ! panner length=2000 %s" OUT,
      panner);

  expect_stereo (recorder, 0, 2000, left, right);
  recorder_free (recorder);
}

GST_START_TEST (test_places)
{
  gdouble half = G_SQRT2 / 2;

  expect_line (half, half, "");
  expect_line (0, 1, "position-x=1");
  expect_line (0.5, 0, "position-x=-2");
  expect_line (half / 4, half / 4, "position-z=4");
  expect_line (half / 3, half / 3, "position-y=-3");
  expect_line (0, 0.25, "position-x=4");
  expect_line (0, 0.0625, "position-x=4 distance-model=exponential "
      "rolloff-factor=2");
  expect_line (0, 0.75, "position-x=4 distance-model=linear ref-distance=3 "
      "max-distance=7");
  expect_line (0, 0, "position-x=4 ref-distance=0");
  expect_line (0, 0.2, "position-x=1 cone-inner-angle=60 "
      "cone-outer-angle=120 cone-outer-gain=0.2");
  expect_line (0, 1, "position-x=1 cone-inner-angle=60 cone-outer-angle=120 "
      "cone-outer-gain=0.2 orientation-x=-1");
}

GST_END_TEST;

GST_START_TEST (test_channels)
{
  Recorder *recorder = render ("constantsource ! stereopanner pan=-1 ! panner "
      "position-x=1 position-z=-1 rolloff-factor=0 length=2000" OUT);

  /* of two channels the left one is moved */
  expect_stereo (recorder, 0, 2000, G_SQRT2 / 2, G_SQRT2 / 2);
  recorder_free (recorder);
  recorder = render ("constantsource ! gain channel-count=6 "
      "channel-count-mode=explicit channel-interpretation=discrete ! "
      "panner position-x=1 length=2000" OUT);
  expect_stereo (recorder, 0, 2000, 0, 1);
  recorder_free (recorder);
  recorder = render ("constantsource ! stereopanner pan=-1 ! panner "
      "channel-count=1 position-x=-1 length=2000" OUT);
  expect_stereo (recorder, 0, 2000, 0.5, 0);
  recorder_free (recorder);
}

GST_END_TEST;

/* What the spec refuses, so that the value stays */
GST_START_TEST (test_errors)
{
  static const struct
  {
    const gchar *property;
    gdouble good;
    gdouble bad;
  } cases[] = {
    {"ref-distance", 0, -1e-9},
    {"ref-distance", 1e300, NAN},
    {"max-distance", 1e-9, 0},
    {"max-distance", 5, -1},
    {"rolloff-factor", 0, -0.5},
    {"rolloff-factor", 7, NAN},
    {"cone-inner-angle", -400, NAN},
    {"cone-outer-angle", 1e6, NAN},
    {"cone-outer-gain", 0, -0.001},
    {"cone-outer-gain", 1, 1.001},
    {"cone-outer-gain", 0.5, NAN},
  };
  GstElement *panner = gst_element_factory_make ("panner", NULL);
  guint i, count;
  gint mode;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    gdouble value;

    g_object_set (panner, cases[i].property, cases[i].good, NULL);
    /* GLib itself refuses NaN */
    if (isnan (cases[i].bad))
      ASSERT_WARNING (g_object_set (panner, cases[i].property, cases[i].bad,
              NULL));
    else
      g_object_set (panner, cases[i].property, cases[i].bad, NULL);
    g_object_get (panner, cases[i].property, &value, NULL);
    fail_unless (value == cases[i].good, "%s", cases[i].property);
  }
  g_object_set (panner, "channel-count", 3, "channel-count-mode", 0, NULL);
  g_object_get (panner, "channel-count", &count, "channel-count-mode", &mode,
      NULL);
  fail_unless_equals_int (count, 2);
  fail_unless_equals_int (mode, 1);
  gst_object_unref (panner);
}

GST_END_TEST;

/* Past the listener, frame by frame */
GST_START_TEST (test_ramp)
{
  GstElement *pipeline = launch ("constantsource ! panner name=p "
      "position-z=-2 length=30000" OUT);
  Recorder *recorder = record (pipeline, "out");
  const gfloat *samples;
  guint64 i;

  bind_ramp (pipeline, "p", "position-x", -4, 4, TRUE, 1, 0);
  play (pipeline);
  wait_for_end (pipeline);
  samples = recorder_samples (recorder);
  for (i = 0; i < 30000; i++) {
    gdouble x = ramp (i, -4, 4), angle = (atan2 (x, 2) + G_PI_2) / 2;
    gdouble distance = hypot (x, 2);

    assert_sample (samples[2 * i], cos (angle) / distance, 3e-7, i);
    assert_sample (samples[2 * i + 1], sin (angle) / distance, 3e-7, i);
  }
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

static Recorder *
render_flight (guint block_size, const gchar * model)
{
  return render ("oscillator type=sawtooth frequency=333 stop=123456789 ! "
      "panner name=p block-size=%u panning-model=%s distance-model=linear "
      "max-distance=20 cone-inner-angle=40 cone-outer-angle=200 "
      "cone-outer-gain=0.1 "
      "position-x::automation=\"setValueAtTime(-3, 0) "
      "linearRampToValueAtTime(4, 0.05) setValueAtTime(0, 0.0777)\" "
      "position-z::automation-rate=k-rate "
      "position-z::automation=\"linearRampToValueAtTime(-4, 0.1)\"" OUT
      " oscillator frequency=30 ! p.orientation-z_0", block_size, model);
}

static void
check_block_sizes (const gchar * model)
{
  static const guint sizes[] = { 128, 1024, 8192 };
  Recorder *reference = render_flight (256, model);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Recorder *other = render_flight (sizes[i], model);

    assert_same_sound (other, reference);
    recorder_free (other);
  }
  recorder_free (reference);
}

GST_START_TEST (test_block_sizes)
{
  check_block_sizes ("equalpower");
}

GST_END_TEST;

/* Silence stays what it is, of two channels from the beginning */
GST_START_TEST (test_silence)
{
  Recorder *recorder = render ("constantsource start=42666667 "
      "stop=100000000 ! panner position-x=-1" OUT);

  /* the quantum in which it ends is whole */
  fail_unless_equals_uint64 (recorder->frames, 4864);
  expect_stereo (recorder, 0, 2048, 0, 0);
  expect_stereo (recorder, 2049, 4800, 1, 0);
  expect_stereo (recorder, 4800, 4864, 0, 0);
  fail_unless (recorder_buffer (recorder, 0)->flags & GST_BUFFER_FLAG_GAP);
  fail_if (recorder_buffer (recorder, recorder->buffers->len - 1)->flags
      & GST_BUFFER_FLAG_GAP);
  recorder_free (recorder);
}

GST_END_TEST;

/* NaN and infinities in what moves it or in what it pans are gone when they
 * stop. */
static void
check_recovers (const gchar * model)
{
  Recorder *recorder = render ("oscillator ! panner name=p "
      "panning-model=%s position-z=-1 length=9600" OUT
      " constantsource offset=3e38 stop=50000000 ! gain gain=1e30 ! bad. "
      "constantsource offset=-3e38 stop=50000000 ! gain gain=1e30 ! bad. "
      "gain name=bad ! p.position-x_0 bad. ! p. bad. ! p.orientation-y_0",
      model);
  const gfloat *samples = recorder_samples (recorder);
  gdouble sum = 0;
  guint64 i;

  fail_unless_equals_uint64 (recorder->frames, 9600);
  for (i = 2 * 4800; i < 2 * 9600; i++)
    sum += fabs (samples[i]);
  fail_unless (sum > 100 && sum < 9600);
  recorder_free (recorder);
}

GST_START_TEST (test_recovers)
{
  check_recovers ("equalpower");
}

GST_END_TEST;

#ifdef HAVE_MYSOFA

GST_START_TEST (test_hrtf_block_sizes)
{
  check_block_sizes ("hrtf");
}

GST_END_TEST;

GST_START_TEST (test_hrtf_recovers)
{
  check_recovers ("hrtf");
}

GST_END_TEST;

/* Levels of both ears */
static void
get_levels (Recorder * recorder, guint64 from, guint64 to, gdouble levels[2])
{
  const gfloat *samples = recorder_samples (recorder);
  guint64 i;

  levels[0] = levels[1] = 0;
  for (i = 2 * from; i < 2 * to; i++)
    levels[i % 2] += samples[i] * samples[i];
}

static const gchar *buzz = "oscillator type=sawtooth frequency=900 "
    "stop=900000000";

/* Which ear is nearer, how loud it is, and that the parameters are k-rate */
GST_START_TEST (test_hrtf_ears)
{
  Recorder *right = render ("%s ! panner panning-model=hrtf position-x=1" OUT,
      buzz);
  Recorder *left = render ("%s ! panner panning-model=hrtf position-x=-1" OUT,
      buzz);
  Recorder *source = render ("%s ! gain" OUT, buzz);
  const gfloat *samples = recorder_samples (source);
  gdouble right_levels[2], left_levels[2], level = 0;
  guint64 i;

  get_levels (right, 2048, 40000, right_levels);
  get_levels (left, 2048, 40000, left_levels);
  for (i = 2048; i < 40000; i++)
    level += samples[i] * samples[i];
  fail_unless (right_levels[1] > 3 * right_levels[0]);
  fail_unless (left_levels[0] > 3 * left_levels[1]);
  fail_unless (right_levels[1] > 0.1 * level && right_levels[1] < 3 * level);
  recorder_free (right);
  recorder_free (left);
  recorder_free (source);
}

GST_END_TEST;

GST_START_TEST (test_hrtf_rate)
{
  /* a-rate of a parameter does not count */
  static const gchar *line = "%s ! panner panning-model=hrtf "
      "position-x::automation-rate=%s position-x::automation="
      "\"setValueAtTime(-2, 0) linearRampToValueAtTime(2, 0.5)\"" OUT;
  Recorder *a_rate = render (line, buzz, "a-rate");
  Recorder *k_rate = render (line, buzz, "k-rate");

  assert_same_sound (a_rate, k_rate);
  recorder_free (a_rate);
  recorder_free (k_rate);
}

GST_END_TEST;

/* The sound comes 256 frames later, has a tail of as much, and then is over: GAP
 * if it goes on. */
GST_START_TEST (test_hrtf_tail)
{
  Recorder *recorder = render ("constantsource stop=100000000 ! "
      "panner panning-model=hrtf position-x=1" OUT);
  Recorder *longer = render ("constantsource stop=100000000 ! "
      "panner panning-model=hrtf position-x=1 length=9600" OUT);
  const gfloat *samples = recorder_samples (recorder);
  const RecordedBuffer *last;

  expect_stereo (recorder, 0, 256, 0, 0);
  fail_unless (recorder->frames >= 4800 + 256
      && recorder->frames <= 4800 + 4 * 256);
  fail_unless_equals_uint64 (recorder->frames % 128, 0);
  fail_unless (fabsf (samples[2 * (4800 + 200) + 1]) > 1e-3);
  assert_floats_equal (recorder_samples (longer), samples,
      2 * recorder->frames);
  expect_stereo (longer, recorder->frames, 9600, 0, 0);
  last = recorder_buffer (longer, longer->buffers->len - 1);
  fail_unless (last->flags & GST_BUFFER_FLAG_GAP);
  recorder_free (recorder);
  recorder_free (longer);
}

GST_END_TEST;

static GstClockTime
query_latency (GstElement * pipeline)
{
  GstElement *out = get_element (pipeline, "out");
  GstPad *pad = gst_element_get_static_pad (out, "sink");
  GstQuery *query = gst_query_new_latency ();
  GstClockTime latency;

  fail_unless (gst_pad_peer_query (pad, query));
  gst_query_parse_latency (query, NULL, &latency, NULL);
  gst_query_unref (query);
  gst_object_unref (pad);
  gst_object_unref (out);
  return latency;
}

static void
to_hrtf (GstElement * panner)
{
  gst_util_set_object_arg (G_OBJECT (panner), "panning-model", "hrtf");
}

static void
to_equalpower (GstElement * panner)
{
  gst_util_set_object_arg (G_OBJECT (panner), "panning-model", "equalpower");
}

/* The model changes while it plays, and comes back without the past. */
GST_START_TEST (test_hrtf_switch)
{
  GstElement *pipeline = launch ("constantsource ! panner name=p "
      "position-x=1 length=8192" OUT);
  Recorder *recorder = record (pipeline, "out");
  const gfloat *samples;

  do_at (pipeline, "p", 1024, to_hrtf);
  do_at (pipeline, "p", 4096, to_equalpower);
  do_at (pipeline, "p", 6144, to_hrtf);
  set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_uint64 (query_latency (pipeline), 0);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (query_latency (pipeline), 5333333);
  expect_stereo (recorder, 0, 1024, 0, 1);
  expect_stereo (recorder, 1024, 1280, 0, 0);
  expect_stereo (recorder, 4096, 6144, 0, 1);
  expect_stereo (recorder, 6144, 6400, 0, 0);
  samples = recorder_samples (recorder);
  assert_floats_equal (samples + 2 * 6144, samples + 2 * 1024, 2 * 2048);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

/* Other rates than the one that is expected */
GST_START_TEST (test_hrtf_sample_rates)
{
  static const gint rates[] = { 8000, 22050, 44100, 96000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    Recorder *recorder = render ("constantsource ! panner position-x=1 "
        "panning-model=hrtf sample-rate=%d length=4096 ! fakesink name=out "
        "constantsource ! panner panning-model=hrtf length=100 ! fakesink",
        rates[i]);

    fail_unless (recorder_loudness (recorder) > 1);
    recorder_free (recorder);
  }
}

GST_END_TEST;

GST_START_TEST (test_hrtf_seek)
{
  GstElement *pipeline = launch ("oscillator ! panner panning-model=hrtf "
      "position-x::automation=\"setValueAtTime(-2, 0) "
      "linearRampToValueAtTime(2, 0.1)\" length=9600" OUT);
  Recorder *recorder = record (pipeline, "out");
  Recorder *reference = render ("oscillator ! panner panning-model=hrtf "
      "position-x::automation=\"setValueAtTime(-2, 0) "
      "linearRampToValueAtTime(2, 0.1)\" length=9600" OUT);

  play (pipeline);
  wait_for_end (pipeline);
  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, 0));
  wait_for_end (pipeline);
  assert_same_sound (recorder, reference);
  recorder_free (recorder);
  recorder_free (reference);
  stop (pipeline);
}

GST_END_TEST;

#else

/* Without its library the model is an error that says so. */
GST_START_TEST (test_no_hrtf)
{
  GstElement *pipeline = launch ("constantsource ! panner "
      "panning-model=hrtf" OUT);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GError *error = NULL;

  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_timed_pop_filtered (bus, 0, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_CORE_ERROR,
          GST_CORE_ERROR_MISSING_PLUGIN));
  g_error_free (error);
  gst_message_unref (message);
  gst_object_unref (bus);
  stop (pipeline);
}

GST_END_TEST;

#endif

static Suite *
panner_suite (void)
{
  Suite *s = suite_create ("panner");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_places);
  tcase_add_test (tc, test_channels);
  tcase_add_test (tc, test_errors);
  tcase_add_test (tc, test_ramp);
  tcase_add_test (tc, test_block_sizes);
  tcase_add_test (tc, test_silence);
  tcase_add_test (tc, test_recovers);
#ifdef HAVE_MYSOFA
  tcase_add_test (tc, test_hrtf_block_sizes);
  tcase_add_test (tc, test_hrtf_recovers);
  tcase_add_test (tc, test_hrtf_ears);
  tcase_add_test (tc, test_hrtf_rate);
  tcase_add_test (tc, test_hrtf_tail);
  tcase_add_test (tc, test_hrtf_switch);
  tcase_add_test (tc, test_hrtf_sample_rates);
  tcase_add_test (tc, test_hrtf_seek);
#else
  tcase_add_test (tc, test_no_hrtf);
#endif
  return s;
}

GST_CHECK_MAIN (panner);
