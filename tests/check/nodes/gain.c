/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gain element: its factor, set, bound and out of range, and that what it
 * computes in place is nobody else's.
 */

#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"

static void
expect (Recorder * recorder, guint64 from, guint64 to, gfloat value)
{
  const gfloat *samples = recorder_samples (recorder);
  guint n = recorder_channels (recorder);
  guint64 i;

  fail_unless (to <= recorder->frames);
  for (i = from * n; i < to * n; i++)
    assert_sample (samples[i], value, 0, i / n);
}

GST_START_TEST (test_gain)
{
  static const gdouble gains[] = {
    1, 0.5, 0, -1, 2, 0.1, -1e-30, 1e30, G_MAXFLOAT, -G_MAXFLOAT
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (gains); i++) {
    gfloat product = 0.75f * (gfloat) gains[i];
    Recorder *recorder = render ("constantsource offset=0.75 ! "
        "gain length=2000 gain=%.17g" OUT, gains[i]);

    expect (recorder, 0, 2000, product);
    recorder_free (recorder);
  }
}

GST_END_TEST;

/* What is too large is infinite, as in the spec, and it stays where it is */
GST_START_TEST (test_overflow)
{
  Recorder *recorder = render ("constantsource offset=3e38 ! gain gain=3e38 ! "
      "gain length=2000 gain=0.5" OUT);

  expect (recorder, 0, 2000, INFINITY);
  recorder_free (recorder);
}

GST_END_TEST;

/* A gain of 1 changes no bit, and other gains round once */
GST_START_TEST (test_exact)
{
  Recorder *is = render ("oscillator type=sawtooth ! gain length=9600" OUT);
  Recorder *should = render ("oscillator type=sawtooth length=9600" OUT);
  const gfloat *source = recorder_samples (should), *samples;
  guint i;

  assert_same_sound (is, should);
  recorder_free (is);
  is = render ("oscillator type=sawtooth ! gain gain=0.3 length=9600" OUT);
  samples = recorder_samples (is);
  for (i = 0; i < 9600; i++)
    assert_sample (samples[i], source[i] * 0.3f, 0, i);
  recorder_free (is);
  recorder_free (should);
}

GST_END_TEST;

#define SURROUND "audiotestsrc num-buffers=20 ! audio/x-raw,rate=48000," \
    "format=F32LE,channels=6,channel-mask=(bitmask)0x3f"

GST_START_TEST (test_channels)
{
  const gfloat *samples, *before;
  Recorder *recorder = render (SURROUND " ! gain gain=0.5" OUT);
  Recorder *source = render (SURROUND OUT);
  guint64 i;

  fail_unless_equals_int (recorder_channels (recorder), 6);
  fail_unless_equals_uint64 (recorder->frames, source->frames);
  samples = recorder_samples (recorder);
  before = recorder_samples (source);
  for (i = 0; i < recorder->frames * 6; i++)
    assert_sample (samples[i], before[i] * 0.5f, 0, i / 6);
  recorder_free (source);
  recorder_free (recorder);
}

GST_END_TEST;

static void
to_minus_half (GstElement * element)
{
  g_object_set (element, "gain", -0.5, NULL);
}

static void
to_zero (GstElement * element)
{
  g_object_set (element, "gain", 0.0, NULL);
}

GST_START_TEST (test_change)
{
  GstElement *pipeline = launch ("constantsource ! gain name=g length=5000"
      OUT);
  Recorder *recorder = record (pipeline, "out");

  do_at (pipeline, "g", 1024, to_zero);
  do_at (pipeline, "g", 2048, to_minus_half);
  do_at (pipeline, "g", 4096, to_zero);
  play (pipeline);
  wait_for_end (pipeline);
  expect (recorder, 0, 1024, 1);
  expect (recorder, 1024, 2048, 0);
  expect (recorder, 2048, 4096, -0.5);
  expect (recorder, 4096, 5000, 0);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

/* Three consumers of one block: the one that takes it as it is must not see
 * what the others make of it, in whatever order they are linked */
GST_START_TEST (test_shared)
{
  static const gchar *lines[] = {
    "constantsource name=c stop=100000000 offset=0.5 "
        "c. ! gain gain=2 ! fakesink name=twice "
        "c. ! fakesink name=once c. ! gain gain=-3 ! fakesink name=thrice",
    "constantsource name=c stop=100000000 offset=0.5 "
        "c. ! gain gain=-3 ! fakesink name=thrice "
        "c. ! gain gain=2 ! fakesink name=twice c. ! fakesink name=once",
    "constantsource stop=100000000 offset=0.5 ! gain name=c "
        "c. ! gain ! fakesink name=once c. ! gain gain=2 ! fakesink name=twice "
        "c. ! gain gain=-3 ! fakesink name=thrice",
  };
  static const gchar *names[] = { "once", "twice", "thrice" };
  static const gfloat values[] = { 0.5, 1, -1.5 };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    GstElement *pipeline = launch ("%s", lines[i]);
    Recorder *recorders[3];

    for (j = 0; j < 3; j++)
      recorders[j] = record (pipeline, names[j]);
    play (pipeline);
    wait_for_end (pipeline);
    for (j = 0; j < 3; j++) {
      fail_unless_equals_uint64 (recorders[j]->frames, 4800);
      expect (recorders[j], 0, 4800, values[j]);
      recorder_free (recorders[j]);
    }
    stop (pipeline);
  }
}

GST_END_TEST;

/* A diamond: both ways of one block meet again */
GST_START_TEST (test_diamond)
{
  Recorder *recorder = render ("constantsource name=c stop=100000000 "
      "c. ! gain gain=3 ! mix. c. ! gain gain=-2 ! mix. c. ! mix. "
      "gain name=mix gain=0.5" OUT);

  fail_unless_equals_uint64 (recorder->frames, 4800);
  expect (recorder, 0, 4800, 1);
  recorder_free (recorder);
}

GST_END_TEST;

/* What is pushed into the graph and held by upstream is not written to */
GST_START_TEST (test_pushed_is_not_written)
{
  static gfloat ones[480];
  GstElement *pipeline = launch ("appsrc name=in format=time ! gain gain=0.5"
      OUT);
  GstElement *in = get_element (pipeline, "in");
  Recorder *recorder = record (pipeline, "out");
  GstCaps *caps = float_caps (1, RATE);
  GstBuffer *buffer;
  GstFlowReturn flow;
  GstMapInfo map;
  guint i;

  for (i = 0; i < 480; i++)
    ones[i] = 1;
  buffer = float_buffer (ones, 480, 1, 0, RATE);
  g_object_set (in, "caps", caps, NULL);
  play (pipeline);
  g_signal_emit_by_name (in, "push-buffer", buffer, &flow);
  g_signal_emit_by_name (in, "end-of-stream", &flow);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, 480);
  expect (recorder, 0, 480, 0.5);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  assert_floats_equal ((gfloat *) map.data, ones, 480);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
  recorder_free (recorder);
  gst_object_unref (in);
  stop (pipeline);
}

GST_END_TEST;

static void
check_ramp (const gchar * upstream, gdouble a, gdouble b)
{
  GstElement *pipeline = launch ("%s ! gain name=g length=30000" OUT,
      upstream);
  Recorder *recorder = record (pipeline, "out");
  Recorder *source = render ("%s ! gain length=30000" OUT, upstream);
  guint c, channels = recorder_channels (source);
  const gfloat *samples, *before = recorder_samples (source);
  guint64 i;

  bind_ramp (pipeline, "g", "gain", a, b, TRUE, 1, 0);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, 30000);
  samples = recorder_samples (recorder);
  for (i = 0; i < 30000; i++)
    for (c = 0; c < channels; c++)
      assert_sample (samples[i * channels + c],
          ramp (i, a, b) * before[i * channels + c], 3e-7, i);
  recorder_free (source);
  recorder_free (recorder);
  stop (pipeline);
}

/* The factor is each frame's, in every channel */
GST_START_TEST (test_ramp)
{
  check_ramp ("oscillator type=sawtooth", 0, 1);
  check_ramp ("oscillator type=sawtooth ! mediastreamdest", 1, -1);
  /* through 1 and 0, which are short cuts for a constant gain */
  check_ramp ("constantsource ! gain channel-count=6 "
      "channel-count-mode=explicit", -1, 1);
}

GST_END_TEST;

/* The property counts again where the binding has no value, and when it is
 * gone */
static void
remove_binding (GstElement * element)
{
  GstControlBinding *binding =
      gst_object_get_control_binding (GST_OBJECT (element), "gain");

  fail_unless (gst_object_remove_control_binding (GST_OBJECT (element),
          binding));
  gst_object_unref (binding);
}

GST_START_TEST (test_binding_goes)
{
  GstElement *pipeline = launch ("constantsource ! gain name=g gain=0.25 "
      "length=4000" OUT);
  Recorder *recorder = record (pipeline, "out");
  GstControlSource *source = new_source (GST_INTERPOLATION_MODE_NONE);

  add_point (source, 1488, 2);
  bind_property (pipeline, "g", "gain", source, TRUE);
  do_at (pipeline, "g", 3072, remove_binding);
  play (pipeline);
  wait_for_end (pipeline);
  expect (recorder, 0, 1488, 0.25);
  expect (recorder, 1488, 3072, 2);
  expect (recorder, 3072, 4000, 0.25);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

/* NaN from a control source is no value; infinity is none that may be set */
GST_START_TEST (test_binding_extremes)
{
  GstElement *pipeline = launch ("constantsource ! gain name=g gain=0.25 "
      "length=2400" OUT);
  Recorder *recorder = record (pipeline, "out");
  GstControlSource *source = new_source (GST_INTERPOLATION_MODE_NONE);

  add_point (source, 480, NAN);
  add_point (source, 960, INFINITY);
  add_point (source, 1440, -INFINITY);
  add_point (source, 1920, 2);
  bind_property (pipeline, "g", "gain", source, TRUE);
  play (pipeline);
  wait_for_end (pipeline);
  expect (recorder, 0, 1920, 0.25);
  expect (recorder, 1920, 2400, 2);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

/* The property is clamped to what a float holds; what is no number is refused */
GST_START_TEST (test_not_finite)
{
  static const gdouble values[][2] = {
    {INFINITY, G_MAXFLOAT}, {-INFINITY, -G_MAXFLOAT},
    {G_MAXDOUBLE, G_MAXFLOAT}, {NAN, 0.5}
  };
  GstElement *gain = gst_element_factory_make ("gain", NULL);
  gdouble value;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    g_object_set (gain, "gain", 0.5, NULL);
    g_object_set (gain, "gain", values[i][0], NULL);
    g_object_get (gain, "gain", &value, NULL);
    fail_unless_equals_float (value, values[i][1]);
  }
  gst_object_unref (gain);
}

GST_END_TEST;

static Suite *
gain_suite (void)
{
  Suite *s = suite_create ("gain");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_gain);
  tcase_add_test (tc, test_overflow);
  tcase_add_test (tc, test_exact);
  tcase_add_test (tc, test_channels);
  tcase_add_test (tc, test_change);
  tcase_add_test (tc, test_shared);
  tcase_add_test (tc, test_diamond);
  tcase_add_test (tc, test_pushed_is_not_written);
  tcase_add_test (tc, test_ramp);
  tcase_add_test (tc, test_binding_goes);
  tcase_add_test (tc, test_binding_extremes);
  tcase_add_test (tc, test_not_finite);
  return s;
}

GST_CHECK_MAIN (gain);
