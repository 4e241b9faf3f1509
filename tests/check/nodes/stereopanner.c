/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stereopanner element: its channels, its parameter and its constraints.
 * What it computes is tested in dsp/stereopanner.c.
 */

#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"

GST_START_TEST (test_mono)
{
  static const gdouble pans[] = { -1, -0.5, 0, 0.25, 1, 7, -7 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pans); i++) {
    gdouble x = (CLAMP (pans[i], -1, 1) + 1) / 2 * G_PI_2;
    Recorder *recorder = render ("constantsource offset=0.5 ! "
        "stereopanner length=2000 pan::automation=\"setValueAtTime(%g, 0)\""
        OUT, pans[i]);

    expect_stereo (recorder, 0, 2000, 0.5 * cos (x), 0.5 * sin (x));
    recorder_free (recorder);
  }
}

GST_END_TEST;

/* Two channels, once to write into and once not */
GST_START_TEST (test_stereo)
{
  Recorder *recorder = render ("constantsource offset=0.5 ! mix. "
      "constantsource offset=0.25 ! stereopanner pan=1 ! mix. "
      "gain name=mix ! stereopanner pan=-0.5 length=2000" OUT);
  gdouble c = cos (G_PI_4), s = sin (G_PI_4);

  expect_stereo (recorder, 0, 2000, 0.5 + 0.75 * c, 0.75 * s);
  recorder_free (recorder);
  recorder =
      render ("constantsource stop=50000000 ! stereopanner pan=-1 name=p "
      "p. ! fakesink p. ! stereopanner pan=0.5" OUT);
  expect_stereo (recorder, 0, 2400, c, s);
  recorder_free (recorder);
}

GST_END_TEST;

/* More channels are mixed down, and one is made of two if asked for */
GST_START_TEST (test_channels)
{
  Recorder *recorder = render ("constantsource ! gain channel-count=6 "
      "channel-count-mode=explicit channel-interpretation=discrete ! "
      "stereopanner length=2000" OUT);

  /* the left one of six */
  expect_stereo (recorder, 0, 2000, 1, 0);
  recorder_free (recorder);
  recorder = render ("constantsource ! stereopanner pan=-1 ! stereopanner "
      "channel-count=1 pan=1 length=2000" OUT);
  expect_stereo (recorder, 0, 2000, 0, 0.5);
  recorder_free (recorder);
  recorder = render ("constantsource ! stereopanner channel-count-mode="
      "explicit length=2000 pan=-0.5" OUT);
  expect_stereo (recorder, 0, 2000, 1 + cos (G_PI_4), sin (G_PI_4));
  recorder_free (recorder);
}

GST_END_TEST;

GST_START_TEST (test_constraints)
{
  GstElement *panner = gst_element_factory_make ("stereopanner", NULL);
  guint count;
  gint mode;

  g_object_set (panner, "channel-count", 3, "channel-count-mode", 0, NULL);
  g_object_get (panner, "channel-count", &count, "channel-count-mode", &mode,
      NULL);
  fail_unless_equals_int (count, 2);
  fail_unless_equals_int (mode, 1);
  g_object_set (panner, "channel-count", 1, "channel-count-mode", 2, NULL);
  g_object_get (panner, "channel-count", &count, "channel-count-mode", &mode,
      NULL);
  fail_unless_equals_int (count, 1);
  fail_unless_equals_int (mode, 2);
  gst_object_unref (panner);
}

GST_END_TEST;

static Recorder *
render_sweep (guint block_size)
{
  return render ("oscillator type=sawtooth frequency=333 stop=123456789 ! "
      "stereopanner block-size=%u pan::automation=\"setValueAtTime(-1, 0) "
      "linearRampToValueAtTime(1, 0.05) setValueAtTime(0.25, 0.0777)\""
      OUT, block_size);
}

GST_START_TEST (test_block_sizes)
{
  static const guint sizes[] = { 128, 1024, 8192 };
  Recorder *reference = render_sweep (256);
  guint i;

  fail_unless_equals_uint64 (reference->frames, 5926);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Recorder *other = render_sweep (sizes[i]);

    assert_same_sound (other, reference);
    recorder_free (other);
  }
  recorder_free (reference);
}

GST_END_TEST;

/* Silence stays what it is, of two channels from the beginning */
GST_START_TEST (test_silence)
{
  Recorder *recorder = render ("constantsource start=42666667 "
      "stop=100000000 ! stereopanner pan=-1" OUT);

  expect_stereo (recorder, 0, 2048, 0, 0);
  expect_stereo (recorder, 2049, 4800, 1, 0);
  fail_unless (recorder_buffer (recorder, 0)->flags & GST_BUFFER_FLAG_GAP);
  fail_if (recorder_buffer (recorder, recorder->buffers->len - 1)->flags
      & GST_BUFFER_FLAG_GAP);
  recorder_free (recorder);
}

GST_END_TEST;

/* Mono, a modulator, a control binding: whatever moves it, each frame is where
 * it should be */
GST_START_TEST (test_ramps)
{
  GstElement *pipeline = launch ("constantsource ! stereopanner name=p "
      "length=30000" OUT);
  Recorder *recorder = record (pipeline, "out");
  Recorder *modulated = render ("constantsource ! p. stereopanner name=p "
      "pan=0.5 length=2000 ! fakesink name=out "
      "constantsource offset=-2 ! gain gain=0.5 ! p.pan_0");
  const gfloat *samples;
  guint64 i;

  expect_stereo (modulated, 0, 2000, cos (G_PI_4 / 2), sin (G_PI_4 / 2));
  recorder_free (modulated);
  bind_ramp (pipeline, "p", "pan", -1, 1, TRUE, 1, 0);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, 30000);
  samples = recorder_samples (recorder);
  for (i = 0; i < 30000; i++) {
    gdouble x = (ramp (i, -1, 1) + 1) / 2 * G_PI_2;

    assert_sample (samples[2 * i], cos (x), 3e-7, i);
    assert_sample (samples[2 * i + 1], sin (x), 3e-7, i);
  }
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

static Suite *
stereopanner_suite (void)
{
  Suite *s = suite_create ("stereopanner");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_mono);
  tcase_add_test (tc, test_stereo);
  tcase_add_test (tc, test_channels);
  tcase_add_test (tc, test_constraints);
  tcase_add_test (tc, test_block_sizes);
  tcase_add_test (tc, test_silence);
  tcase_add_test (tc, test_ramps);
  return s;
}

GST_CHECK_MAIN (stereopanner);
