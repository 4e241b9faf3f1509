/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The biquadfilter element: that it renders what its kernel does, with the
 * parameters of each frame, and what becomes of its tail.
 */

#include "dsp/biquad.h"
#include "nodes/check-response.h"

#define OUT " ! fakesink name=out"
#define LENGTH 9600
#define SAW "oscillator type=sawtooth frequency=331"

static const gchar *types[] = { "lowpass", "highpass", "bandpass", "lowshelf",
  "highshelf", "peaking", "notch", "allpass"
};

/* What the kernel makes of the recorded @source */
static gfloat *
filter (Recorder * source, WebAudioBiquadType type,
    const WebAudioBiquadMotion * motion)
{
  gfloat *samples = g_memdup2 (recorder_samples (source),
      source->frames * sizeof (gfloat));
  WebAudioBiquad biquad;

  webaudio_biquad_init (&biquad, RATE);
  webaudio_biquad_process (&biquad, 0, type, motion, &samples,
      (const gfloat * const *) &samples, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, source->frames);
  webaudio_biquad_clear (&biquad);
  return samples;
}

/* Compares with the kernel what @properties make of a sawtooth. */
static void
expect_kernel (const gchar * properties, WebAudioBiquadType type,
    const WebAudioBiquadMotion * motion)
{
  Recorder *source = render (SAW " length=%u" OUT, LENGTH);
  Recorder *is = render (SAW " ! biquadfilter %s length=%u" OUT, properties,
      LENGTH);
  gfloat *should = filter (source, type, motion);

  fail_unless_equals_uint64 (is->frames, LENGTH);
  assert_floats_equal (recorder_samples (is), should, LENGTH);
  g_free (should);
  recorder_free (is);
  recorder_free (source);
}

GST_START_TEST (test_types)
{
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {1200, 70, 3, -8} };
  gchar *properties = g_strdup_printf ("type=%s frequency=1200 detune=70 q=3 "
      "gain=-8", types[__i__]);

  expect_kernel (properties, (WebAudioBiquadType) __i__, &motion);
  g_free (properties);
}

GST_END_TEST;

GST_START_TEST (test_defaults)
{
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {350, 0, 1, 0} };

  expect_kernel ("", WEBAUDIO_BIQUAD_LOWPASS, &motion);
}

GST_END_TEST;

/* Ramps of one after the other parameter, in each frame another value */
GST_START_TEST (test_moves)
{
  static const gdouble from[] = { 200, -500, 0, -20 };
  static const gdouble to[] = { 5000, 900, 8, 20 };
  static const gchar *names[] = { "frequency", "detune", "q", "gain" };
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {350, 0, 1, 0} };
  const gdouble **moving[] = { &motion.frequency, &motion.detune, &motion.q,
    &motion.gain
  };
  gdouble values[LENGTH];
  gchar *properties = g_strdup_printf ("type=peaking %s::automation="
      "\"setValueAtTime(%g,0) linearRampToValueAtTime(%g,0.125)\"",
      names[__i__], from[__i__], to[__i__]);
  Recorder *source = render (SAW " length=%u" OUT, LENGTH);
  Recorder *is = render (SAW " ! biquadfilter %s length=%u" OUT, properties,
      LENGTH);
  gfloat *should;
  guint i;

  for (i = 0; i < LENGTH; i++)
    values[i] = from[__i__] + (to[__i__] - from[__i__])
        * MIN (i / 6000.0, 1);
  *moving[__i__] = values;
  should = filter (source, WEBAUDIO_BIQUAD_PEAKING, &motion);
  for (i = 0; i < LENGTH; i++)
    assert_sample (recorder_samples (is)[i], should[i], 1e-5, i);
  g_free (should);
  recorder_free (is);
  recorder_free (source);
  g_free (properties);
}

GST_END_TEST;

/* What is connected to a parameter is heard frame by frame. */
GST_START_TEST (test_modulated)
{
  Recorder *modulator = render ("oscillator frequency=7 ! gain gain=400 "
      "length=%u" OUT, LENGTH);
  Recorder *source = render (SAW " length=%u" OUT, LENGTH);
  Recorder *is = render (SAW " ! biquadfilter name=f type=bandpass "
      "frequency=900 q=5 length=%u" OUT " oscillator frequency=7 ! "
      "gain gain=400 ! f.frequency_0", LENGTH);
  gdouble values[LENGTH];
  WebAudioBiquadMotion motion = { values, NULL, NULL, NULL, {0, 0, 5, 0}
  };
  gfloat *should;
  guint i;

  for (i = 0; i < LENGTH; i++)
    values[i] = 900.0 + recorder_samples (modulator)[i];
  should = filter (source, WEBAUDIO_BIQUAD_BANDPASS, &motion);
  assert_floats_equal (recorder_samples (is), should, LENGTH);
  g_free (should);
  recorder_free (is);
  recorder_free (source);
  recorder_free (modulator);
}

GST_END_TEST;

static void
to_highpass (GstElement * element)
{
  g_object_set (element, "type", 1, NULL);
}

/* Another type goes on with the past of the first one. */
GST_START_TEST (test_change_of_type)
{
  GstElement *pipeline = launch (SAW " ! biquadfilter name=f frequency=2000 "
      "length=4096" OUT);
  Recorder *is = record (pipeline, "out");
  Recorder *source = render (SAW " length=4096" OUT);
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {2000, 0, 1, 0} };
  gfloat *plane = g_memdup2 (recorder_samples (source), 4096 * sizeof (gfloat));
  gfloat *after = plane + 2048;
  WebAudioBiquad biquad;

  do_at (pipeline, "f", 2048, to_highpass);
  play (pipeline);
  wait_for_end (pipeline);
  webaudio_biquad_init (&biquad, RATE);
  webaudio_biquad_process (&biquad, 0, WEBAUDIO_BIQUAD_LOWPASS, &motion,
      &plane, (const gfloat * const *) &plane, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 2048);
  webaudio_biquad_process (&biquad, 2048, WEBAUDIO_BIQUAD_HIGHPASS, &motion,
      &after, (const gfloat * const *) &after, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 2048);
  assert_floats_equal (recorder_samples (is), plane, 4096);
  webaudio_biquad_clear (&biquad);
  g_free (plane);
  recorder_free (source);
  recorder_free (is);
  stop (pipeline);
}

GST_END_TEST;

/* After its input the filter rings, and ends when nothing can be heard. */
GST_START_TEST (test_tail)
{
  Recorder *recorder = render ("oscillator stop=1000000 ! biquadfilter "
      "type=bandpass frequency=300 q=20" OUT);
  const gfloat *samples = recorder_samples (recorder);
  guint64 i;

  fail_unless (recorder->frames > 15000 && recorder->frames < 40000,
      "%" G_GUINT64_FORMAT, recorder->frames);
  fail_unless_equals_uint64 (recorder->frames % 128, 0);
  for (i = recorder->frames - 128; i < recorder->frames; i++)
    assert_sample (samples[i], 0, 1e-12, i);
  fail_unless (fabs (samples[4800]) + fabs (samples[4840]) > 1e-4);
  recorder_free (recorder);
}

GST_END_TEST;

/* A tail that would not end does after 30 s. */
GST_START_TEST (test_endless)
{
  Recorder *recorder = render ("oscillator sample-rate=3000 stop=1000000 ! "
      "biquadfilter frequency=300 q=770" OUT);

  fail_unless (recorder->frames >= 90000 && recorder->frames < 90400,
      "%" G_GUINT64_FORMAT, recorder->frames);
  recorder_free (recorder);
}

GST_END_TEST;

/* Where stereo becomes mono, the tail of the second channel is heard. */
GST_START_TEST (test_narrower)
{
  Recorder *recorder = render ("channelmerger name=merge number-of-inputs=2 ! "
      "filter. oscillator frequency=300 stop=10000000 ! merge.sink_1 "
      "constantsource offset=0 ! filter. biquadfilter name=filter "
      "type=bandpass frequency=300 q=20 length=%u" OUT, LENGTH);
  const gfloat *samples = recorder_samples (recorder);
  gdouble left = 0, right = 0;
  guint i;

  fail_unless_equals_int (recorder_channels (recorder), 2);
  for (i = 2000; i < 4000; i++) {
    left += fabs (samples[2 * i]);
    right += fabs (samples[2 * i + 1]);
  }
  fail_unless (left == 0 && right > 10, "%g, %g", left, right);
  recorder_free (recorder);
}

GST_END_TEST;

GST_START_TEST (test_narrower_sound)
{
  check_narrower ("biquadfilter type=bandpass frequency=300 q=20");
}

GST_END_TEST;

GST_START_TEST (test_response)
{
  GstElement *pipeline = launch ("constantsource ! biquadfilter name=f q=6 "
      "frequency=1000 sample-rate=44100" OUT);
  GstElement *f = get_element (pipeline, "f");
  gdouble frequencies[] = { 0, 1000, 22050, 22051, -1, NAN };
  GstStructure *response = ask_response (f, frequencies, 6);
  guint i;

  assert_sample (get_answer (response, "mag", 0), 1, 1e-9, 0);
  assert_sample (get_answer (response, "phase", 0), 0, 1e-9, 0);
  /* the Q of a lowpass is what it raises its frequency by, in dB */
  assert_sample (get_answer (response, "mag", 1), pow (10, 0.3), 1e-6, 1);
  assert_sample (get_answer (response, "phase", 1), -G_PI / 2, 1e-6, 1);
  assert_sample (get_answer (response, "mag", 2), 0, 1e-12, 2);
  for (i = 3; i < 6; i++)
    fail_unless (isnan (get_answer (response, "mag", i))
        && isnan (get_answer (response, "phase", i)));
  gst_structure_free (response);

  response = ask_response (f, NULL, 0);
  gst_structure_free (response);

  /* as parameters are now, and at the rate of the graph */
  g_object_set (f, "detune", 1200.0, NULL);
  assert_sample (ask_magnitude (f, 2000), pow (10, 0.3), 1e-6, 0);
  gst_util_set_object_arg (G_OBJECT (f), "type", "peaking");
  g_object_set (f, "gain", -12.0, "q", 1.0, NULL);
  assert_sample (ask_magnitude (f, 2000), pow (10, -0.6), 1e-6, 0);
  set_state (pipeline, GST_STATE_PAUSED);
  assert_sample (ask_magnitude (f, 2000), pow (10, -0.6), 1e-6, 0);
  fail_unless (isnan (ask_magnitude (f, 23000)));
  gst_object_unref (f);
  stop (pipeline);
}

GST_END_TEST;

/* Parameters that a text moves are what the response is of. */
GST_START_TEST (test_response_moves)
{
  GstElement *pipeline = launch ("constantsource ! biquadfilter name=f "
      "type=notch frequency::automation=\"setValueAtTime(5000, 0.1)\" "
      "length=%u" OUT, LENGTH);
  GstElement *f = get_element (pipeline, "f");

  assert_sample (ask_magnitude (f, 350), 0, 1e-9, 0);
  play (pipeline);
  wait_for_end (pipeline);
  assert_sample (ask_magnitude (f, 5000), 0, 1e-9, 0);
  gst_object_unref (f);
  stop (pipeline);
}

GST_END_TEST;

static Suite *
biquadfilter_suite (void)
{
  Suite *s = suite_create ("biquadfilter");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_types, 0, G_N_ELEMENTS (types));
  tcase_add_test (tc, test_defaults);
  tcase_add_loop_test (tc, test_moves, 0, 4);
  tcase_add_test (tc, test_modulated);
  tcase_add_test (tc, test_change_of_type);
  tcase_add_test (tc, test_tail);
  tcase_add_test (tc, test_endless);
  tcase_add_test (tc, test_narrower);
  tcase_add_test (tc, test_narrower_sound);
  tcase_add_test (tc, test_response);
  tcase_add_test (tc, test_response_moves);
  return s;
}

GST_CHECK_MAIN (biquadfilter);
