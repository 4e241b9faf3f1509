/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The waveshaper element: that it renders what its kernel does, curves and
 * what is none, silence that becomes sound, and the delay of over-sampling.
 */

#include <stdlib.h>

#include "dsp/waveshaper.h"
#include "nodes/check-response.h"

#define OUT " ! fakesink name=out"
#define LENGTH 4800
#define SAW "oscillator type=sawtooth frequency=331"
#define CURVE " ! waveshaper curve=\"<-0.75,-0.5,0,0.5,1>\" "
/* of which silence is 0.25 */
#define OFFSET " ! waveshaper name=w curve=\"<-0.5,1>\" "

static const gchar *rates[] = { "none", "2x", "4x" };

GST_START_TEST (test_shape)
{
  static const gdouble values[] = { -0.75, -0.5, 0, 0.5, 1 };
  Recorder *source = render (SAW " length=%u" OUT, LENGTH);
  Recorder *is = render (SAW CURVE "oversample=%s length=%u" OUT,
      rates[__i__], LENGTH);
  gfloat *plane = g_memdup2 (recorder_samples (source),
      LENGTH * sizeof (gfloat));
  WebAudioCurve *curve = webaudio_curve_new (values, 5);
  WebAudioShaper shaper;

  webaudio_shaper_init (&shaper);
  webaudio_shaper_reset (&shaper, 1 << __i__);
  webaudio_shaper_widen (&shaper, 1, WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
  webaudio_shaper_process (&shaper, curve, 0, &plane,
      (const gfloat * const *) &plane, 1, LENGTH);
  assert_floats_equal (recorder_samples (is), plane, LENGTH);
  webaudio_shaper_clear (&shaper);
  free (curve);
  g_free (plane);
  recorder_free (is);
  recorder_free (source);
}

GST_END_TEST;

/* Without a curve everything passes as it is, at once. */
GST_START_TEST (test_no_curve)
{
  Recorder *source = render (SAW " length=%u" OUT, LENGTH);
  Recorder *is = render (SAW " ! waveshaper oversample=%s length=%u" OUT,
      rates[__i__], LENGTH);

  assert_same_sound (is, source);
  recorder_free (is);
  recorder_free (source);
}

GST_END_TEST;

static void
expect (Recorder * recorder, guint64 from, guint64 to, gfloat value,
    gdouble tolerance)
{
  guint64 i;

  fail_unless (to <= recorder->frames);
  for (i = from; i < to; i++)
    assert_sample (recorder_samples (recorder)[i], value, tolerance, i);
}

/* A curve that makes something of silence does so before, between and, for a
 * while, after what is heard, and without any input. */
GST_START_TEST (test_silence)
{
  Recorder *recorder = render ("constantsource start=20000000 stop=40000000"
      OFFSET OUT);

  fail_unless_equals_uint64 (recorder->frames, 1920 + 5 * RATE);
  expect (recorder, 0, 960, 0.25, 0);
  expect (recorder, 960, 1920, 1, 0);
  expect (recorder, 1920, 1920 + 5 * RATE, 0.25, 0);
  recorder_free (recorder);

  recorder = render ("constantsource offset=0 ! gain gain=0" OFFSET
      "oversample=4x length=%u" OUT, 10 * RATE);
  fail_unless_equals_uint64 (recorder->frames, 10 * RATE);
  expect (recorder, 1000, 10 * RATE, 0.25, 1e-6);
  recorder_free (recorder);

  /* nothing is linked, and so nothing ends */
  recorder = render ("waveshaper curve=\"<-0.5,1>\" length=%u" OUT, 10 * RATE);
  fail_unless_equals_uint64 (recorder->frames, 10 * RATE);
  expect (recorder, 0, 10 * RATE, 0.25, 0);
  recorder_free (recorder);
}

GST_END_TEST;

/* Over-sampling ends when its filters are empty, in whole quanta. */
GST_START_TEST (test_tail)
{
  static const guint least[] = { 0, 128, 192 };
  Recorder *recorder = render ("constantsource stop=20000000" CURVE
      "oversample=%s" OUT, rates[__i__]);
  guint64 frames = recorder->frames;
  const gfloat *samples = recorder_samples (recorder);

  if (__i__ == 0) {
    fail_unless_equals_uint64 (frames, 1024);
  } else {
    fail_unless_equals_uint64 (frames % 128, 0);
    fail_unless (frames > 960 + least[__i__] && frames < 960 + 768);
    fail_unless (fabs (samples[960 + least[__i__] - 20]) > 0.5);
    fail_unless (samples[frames - 1] == 0);
  }
  recorder_free (recorder);
}

GST_END_TEST;

static void
set_curve (GstElement * element, const gchar * text)
{
  gst_util_set_object_arg (G_OBJECT (element), "curve", text);
}

static void
expect_curve (GstElement * element, const gchar * should)
{
  GValue value = G_VALUE_INIT;
  gchar *is;

  g_value_init (&value, GST_TYPE_ARRAY);
  g_object_get_property (G_OBJECT (element), "curve", &value);
  is = gst_value_serialize (&value);
  fail_unless_equals_string (is, should);
  g_free (is);
  g_value_unset (&value);
}

GST_START_TEST (test_curves)
{
  GstElement *element = gst_element_factory_make ("waveshaper", NULL);
  GValue array = G_VALUE_INIT;

  expect_curve (element, "<  >");
  set_curve (element, "<1, -1>");
  expect_curve (element, "< (double)1, (double)-1 >");
  /* refused */
  set_curve (element, "<1>");
  set_curve (element, "<1, text>");
  gst_value_array_init (&array, 2);
  append_number (&array, 0);
  append_number (&array, NAN);
  g_object_set_property (G_OBJECT (element), "curve", &array);
  g_value_unset (&array);
  expect_curve (element, "< (double)1, (double)-1 >");
  set_curve (element, "<>");
  expect_curve (element, "<  >");
  gst_object_unref (element);
}

GST_END_TEST;

static void
to_inverse (GstElement * element)
{
  set_curve (element, "<1, 1>");
  set_curve (element, "<1, -1>");
}

static void
to_none (GstElement * element)
{
  set_curve (element, "<>");
}

static void
to_double (GstElement * element)
{
  set_curve (element, "<-2, 2>");
}

/* Curves are exchanged while it plays. */
GST_START_TEST (test_change)
{
  GstElement *pipeline = launch ("constantsource offset=0.5" OFFSET
      "length=8192" OUT);
  Recorder *recorder = record (pipeline, "out");

  do_at (pipeline, "w", 2048, to_inverse);
  do_at (pipeline, "w", 3072, to_none);
  do_at (pipeline, "w", 4096, to_double);
  do_at (pipeline, "w", 6144, to_inverse);
  play (pipeline);
  wait_for_end (pipeline);
  expect (recorder, 0, 2048, 0.625, 0);
  expect (recorder, 2048, 3072, -0.5, 0);
  expect (recorder, 3072, 4096, 0.5, 0);
  expect (recorder, 4096, 6144, 1, 0);
  expect (recorder, 6144, 8192, -0.5, 0);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

static void
to_4x (GstElement * element)
{
  gst_util_set_object_arg (G_OBJECT (element), "oversample", "4x");
}

/* Another rate begins with empty filters, and is told to the pipeline. */
GST_START_TEST (test_change_of_rate)
{
  GstElement *pipeline = launch ("constantsource offset=0.5" OFFSET
      "length=8192" OUT);
  Recorder *recorder = record (pipeline, "out");

  do_at (pipeline, "w", 2048, to_4x);
  play (pipeline);
  gst_message_unref (wait_for (pipeline, GST_MESSAGE_LATENCY));
  wait_for_end (pipeline);
  expect (recorder, 0, 2048, 0.625, 0);
  expect (recorder, 2048, 2048 + 30, 0, 0.01);
  expect (recorder, 2048 + 400, 8192, 0.625, 1e-6);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

static GstClockTime
query_latency (GstElement * pipeline)
{
  GstQuery *query = gst_query_new_latency ();
  GstElement *out = get_element (pipeline, "out");
  GstPad *pad = gst_element_get_static_pad (out, "sink");
  GstClockTime latency;

  fail_unless (gst_pad_peer_query (pad, query));
  gst_query_parse_latency (query, NULL, &latency, NULL);
  gst_query_unref (query);
  gst_object_unref (pad);
  gst_object_unref (out);
  return latency;
}

GST_START_TEST (test_latency)
{
  static const GstClockTime latencies[] = { 0, 2666667, 4000000 };
  GstElement *pipeline = launch (SAW CURVE "oversample=%s ! gain" OUT,
      rates[__i__]);
  GstClockTime latency, none;

  set_state (pipeline, GST_STATE_PAUSED);
  latency = query_latency (pipeline);
  stop (pipeline);
  pipeline = launch (SAW " ! waveshaper oversample=4x ! gain" OUT);
  set_state (pipeline, GST_STATE_PAUSED);
  none = query_latency (pipeline);
  stop (pipeline);
  fail_unless (latency - none + 1 >= latencies[__i__]
      && latency - none <= latencies[__i__] + 1, "%" G_GUINT64_FORMAT,
      latency - none);
}

GST_END_TEST;

static gpointer
exchange (gpointer element)
{
  guint i;

  for (i = 0; i < 300; i++) {
    set_curve (element, i % 3 ? "<-1, 0.1, 0.2, 0.3, 1>" : "<>");
    gst_util_set_object_arg (element, "oversample", rates[i % 3]);
    g_usleep (100);
  }
  return NULL;
}

/* Two threads set curves while a third one renders with them. */
GST_START_TEST (test_threads)
{
  GstElement *pipeline = launch (SAW CURVE "name=w" OUT);
  GstElement *w = get_element (pipeline, "w");
  GThread *threads[2];
  guint i;

  play (pipeline);
  for (i = 0; i < 2; i++)
    threads[i] = g_thread_new (NULL, exchange, w);
  for (i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  gst_object_unref (w);
  stop (pipeline);
}

GST_END_TEST;

static Suite *
waveshaper_suite (void)
{
  Suite *s = suite_create ("waveshaper");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_shape, 0, 3);
  tcase_add_loop_test (tc, test_no_curve, 0, 3);
  tcase_add_test (tc, test_silence);
  tcase_add_loop_test (tc, test_tail, 0, 3);
  tcase_add_test (tc, test_curves);
  tcase_add_test (tc, test_change);
  tcase_add_test (tc, test_change_of_rate);
  tcase_add_loop_test (tc, test_latency, 0, 3);
  tcase_add_test (tc, test_threads);
  return s;
}

GST_CHECK_MAIN (waveshaper);
