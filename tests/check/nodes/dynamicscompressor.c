/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The dynamicscompressor element: look-ahead and latency, reduction, what of its
 * parameters and channels is fixed.
 */

#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"
#define DELAY 288

static const gchar *params[] = {
  "threshold", "knee", "ratio", "attack", "release"
};

GST_START_TEST (test_defaults)
{
  static const gdouble defaults[] = { -24, 30, 12, 0.003f, 0.25 };
  GstElement *element = gst_element_factory_make ("dynamicscompressor", NULL);
  gdouble value;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (params); i++) {
    g_object_get (element, params[i], &value, NULL);
    fail_unless_equals_float (value, defaults[i]);
  }
  g_object_get (element, "reduction", &value, NULL);
  fail_unless_equals_float (value, 0);
  gst_object_unref (element);
}

GST_END_TEST;

/* The rate of all parameters is fixed */
GST_START_TEST (test_automation_rate)
{
  GstElement *element = gst_element_factory_make ("dynamicscompressor", NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (params); i++) {
    GObject *param = gst_child_proxy_get_child_by_name
        (GST_CHILD_PROXY (element), params[i]);
    gint rate, before;

    g_object_get (param, "automation-rate", &before, NULL);
    gst_util_set_object_arg (param, "automation-rate", "a-rate");
    g_object_get (param, "automation-rate", &rate, NULL);
    fail_unless_equals_int (rate, before);
    g_object_unref (param);
  }
  gst_object_unref (element);
}

GST_END_TEST;

/* No more than two channels, and never as many as come */
GST_START_TEST (test_constraints)
{
  GstElement *element = gst_element_factory_make ("dynamicscompressor", NULL);
  guint count;
  gint mode, initial;

  g_object_get (element, "channel-count-mode", &initial, NULL);
  g_object_set (element, "channel-count", 3, NULL);
  g_object_get (element, "channel-count", &count, NULL);
  fail_unless_equals_int (count, 2);
  gst_util_set_object_arg (G_OBJECT (element), "channel-count-mode", "max");
  g_object_get (element, "channel-count-mode", &mode, NULL);
  fail_unless_equals_int (mode, initial);
  g_object_set (element, "channel-count", 1, NULL);
  gst_util_set_object_arg (G_OBJECT (element), "channel-count-mode",
      "explicit");
  g_object_get (element, "channel-count", &count, "channel-count-mode", &mode,
      NULL);
  fail_unless_equals_int (count, 1);
  fail_if (mode == initial);
  gst_object_unref (element);
}

GST_END_TEST;

/* All of the sound comes, 6 ms later, and then the end */
GST_START_TEST (test_look_ahead)
{
  Recorder *recorder = render ("constantsource stop=50000000 ! "
      "dynamicscompressor" OUT);
  const gfloat *samples = recorder_samples (recorder);
  guint64 i;

  /* whole quanta */
  fail_unless_equals_uint64 (recorder->frames, (2400 + DELAY + 127) / 128 *
      128);
  for (i = 0; i < recorder->frames; i++)
    check_that ((samples[i] != 0) == (i >= DELAY && i < 2400 + DELAY),
        "frame %" G_GUINT64_FORMAT, i);
  recorder_free (recorder);
}

GST_END_TEST;

/* What was stereo comes out as such, for every block size to the same quantum */
GST_START_TEST (test_channels_fall)
{
  static const guint sizes[] = { 128, 1024, 8192 };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Recorder *recorder = render ("constantsource ! mix.  "
        "constantsource stop=100000000 ! merge.sink_1  channelmerger "
        "name=merge number-of-inputs=2 ! mix.  gain name=mix ! "
        "dynamicscompressor ! gain channel-count=2 channel-count-mode=explicit "
        "channel-interpretation=discrete length=20000 block-size=%u" OUT,
        sizes[i]);
    const gfloat *samples = recorder_samples (recorder);

    fail_unless_equals_int (recorder_channels (recorder), 2);
    for (j = DELAY; j < 20000; j++)
      check_that ((samples[2 * j + 1] != 0) ==
          (j < (4864 + DELAY + 127) / 128 * 128), "frame %u", j);
    recorder_free (recorder);
  }
}

GST_END_TEST;

GST_START_TEST (test_latency)
{
  GstElement *pipeline = launch ("audiotestsrc is-live=true ! "
      "audio/x-raw, rate=48000 ! gain name=before ! "
      "dynamicscompressor name=c ! fakesink name=out");
  GstElement *before = get_element (pipeline, "before");
  GstElement *compressor = get_element (pipeline, "c");
  GstQuery *query = gst_query_new_latency ();
  GstClockTime with, without, most_with, most_without;

  set_state (pipeline, GST_STATE_PLAYING);
  fail_unless (gst_element_query (before, query));
  gst_query_parse_latency (query, NULL, &without, &most_without);
  fail_unless (gst_element_query (compressor, query));
  gst_query_parse_latency (query, NULL, &with, &most_with);
  fail_unless_equals_uint64 (with - without, 6 * GST_MSECOND);
  fail_unless (most_with == most_without
      || most_with - most_without == 6 * GST_MSECOND);
  gst_query_unref (query);
  gst_object_unref (before);
  gst_object_unref (compressor);
  stop (pipeline);
}

GST_END_TEST;

/* While there is sound the gain is reduced; it comes back while the graph goes
 * on, even if the node has ended */
static gdouble
reduction_after (guint64 length)
{
  GstElement *pipeline = launch ("oscillator stop=200000000 ! "
      "dynamicscompressor name=c ! gain name=last length=%" G_GUINT64_FORMAT
      OUT, length);
  GstElement *compressor = get_element (pipeline, "c");
  gdouble reduction;

  play (pipeline);
  wait_for_end (pipeline);
  g_object_get (compressor, "reduction", &reduction, NULL);
  gst_object_unref (compressor);
  stop (pipeline);
  return reduction;
}

GST_START_TEST (test_reduction)
{
  gdouble loud = reduction_after (9600), later = reduction_after (48000);

  fail_unless (loud < -5 && loud > -20, "%g dB", loud);
  /* about 0.8 s later, with a time constant of 0.325 s */
  fail_unless (later < loud * 0.05 && later > loud * 0.2, "%g dB, then %g dB",
      loud, later);
  fail_unless_equals_float (reduction_after (9 * RATE), 0);
}

GST_END_TEST;

/* What the parameters are is asked once a quantum */
GST_START_TEST (test_k_rate)
{
  Recorder *is = render ("oscillator ! dynamicscompressor threshold::"
      "automation=\"linearRampToValueAtTime(-60,0.3)\" ratio::automation="
      "\"setValueAtTime(2,0.1)\" ! gain length=24000 block-size=128" OUT);
  Recorder *same = render ("oscillator ! dynamicscompressor threshold::"
      "automation=\"linearRampToValueAtTime(-60,0.3)\" ratio::automation="
      "\"setValueAtTime(2,0.1)\" ! gain length=24000 block-size=8192" OUT);
  Recorder *fixed = render ("oscillator ! dynamicscompressor ! "
      "gain length=24000" OUT);

  assert_same_sound (is, same);
  fail_unless (fabs (recorder_loudness (is) - recorder_loudness (fixed)) > 1);
  recorder_free (is);
  recorder_free (same);
  recorder_free (fixed);
}

GST_END_TEST;

static Suite *
dynamicscompressor_suite (void)
{
  Suite *s = suite_create ("dynamicscompressor");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_defaults);
  tcase_add_test (tc, test_automation_rate);
  tcase_add_test (tc, test_constraints);
  tcase_add_test (tc, test_look_ahead);
  tcase_add_test (tc, test_channels_fall);
  tcase_add_test (tc, test_latency);
  tcase_add_test (tc, test_reduction);
  tcase_add_test (tc, test_k_rate);
  return s;
}

GST_CHECK_MAIN (dynamicscompressor);
