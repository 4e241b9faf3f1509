/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The iirfilter element: that it renders what its kernel does, what coefficients
 * it takes, and how it ends.
 */

#include "dsp/iirfilter.h"
#include "nodes/check-response.h"

#define OUT " ! fakesink name=out"
#define LENGTH 4800
#define SAW "oscillator type=sawtooth frequency=331"

GST_START_TEST (test_filter)
{
  static const gdouble b[] = { 0.1, 0.2, 0.1 }, a[] = { 2, -1.5, 0.7 };
  Recorder *source = render (SAW " length=%u" OUT, LENGTH);
  Recorder *is = render (SAW " ! iirfilter feedforward=\"<0.1,0.2,0.1>\" "
      "feedback=\"<2,-1.5,0.7>\" length=%u" OUT, LENGTH);
  gfloat *plane = g_memdup2 (recorder_samples (source),
      LENGTH * sizeof (gfloat));
  WebAudioIirFilter filter;

  webaudio_iir_filter_init (&filter, b, 3, a, 3, RATE);
  webaudio_iir_filter_process (&filter, 0, &plane,
      (const gfloat * const *) &plane, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, LENGTH);
  webaudio_iir_filter_clear (&filter);
  assert_floats_equal (recorder_samples (is), plane, LENGTH);
  g_free (plane);
  recorder_free (is);
  recorder_free (source);
}

GST_END_TEST;

/* Without coefficients everything passes as it is. */
GST_START_TEST (test_defaults)
{
  Recorder *source = render (SAW " length=%u" OUT, LENGTH);
  Recorder *is = render (SAW " ! iirfilter length=%u" OUT, LENGTH);

  assert_same_sound (is, source);
  recorder_free (is);
  recorder_free (source);
}

GST_END_TEST;

static void
set_numbers (GstElement * element, const gchar * property, const gchar * text)
{
  gst_util_set_object_arg (G_OBJECT (element), property, text);
}

static gchar *
get_numbers (GstElement * element, const gchar * property)
{
  GValue value = G_VALUE_INIT;
  gchar *text;

  g_value_init (&value, GST_TYPE_ARRAY);
  g_object_get_property (G_OBJECT (element), property, &value);
  text = gst_value_serialize (&value);
  g_value_unset (&value);
  return text;
}

static void
expect_numbers (GstElement * element, const gchar * property,
    const gchar * should)
{
  gchar *is = get_numbers (element, property);

  fail_unless_equals_string (is, should);
  g_free (is);
}

/* What the spec refuses changes nothing. */
GST_START_TEST (test_coefficients)
{
  static const gchar *refused[][2] = {
    {"feedforward", "<>"},
    {"feedforward", "<0>"},
    {"feedforward", "<0, 0.0, 0>"},
    {"feedforward", "<1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1>"},
    {"feedforward", "<1, text>"},
    {"feedback", "<>"},
    {"feedback", "<0, 1>"},
    {"feedback", "<1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1>"},
  };
  GstElement *element = gst_element_factory_make ("iirfilter", NULL);
  GValue array = G_VALUE_INIT;
  guint i;

  expect_numbers (element, "feedforward", "<  >");
  expect_numbers (element, "feedback", "<  >");
  set_numbers (element, "feedforward", "<0, 2>");
  set_numbers (element, "feedback", "<4, 0.5, 0>");
  for (i = 0; i < G_N_ELEMENTS (refused); i++) {
    set_numbers (element, refused[i][0], refused[i][1]);
    expect_numbers (element, "feedforward", "< (double)0, (double)2 >");
    expect_numbers (element, "feedback",
        "< (double)4, (double)0.5, (double)0 >");
  }
  gst_value_array_init (&array, 2);
  append_number (&array, 1);
  append_number (&array, INFINITY);
  g_object_set_property (G_OBJECT (element), "feedback", &array);
  expect_numbers (element, "feedback", "< (double)4, (double)0.5, (double)0 >");
  g_value_unset (&array);
  set_numbers (element, "feedforward",
      "<1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0>");
  gst_element_set_state (element, GST_STATE_PAUSED);
  set_numbers (element, "feedback", "<1>");
  expect_numbers (element, "feedback", "< (double)4, (double)0.5, (double)0 >");
  gst_element_set_state (element, GST_STATE_NULL);
  set_numbers (element, "feedback", "<1>");
  expect_numbers (element, "feedback", "< (double)1 >");
  gst_object_unref (element);
}

GST_END_TEST;

/* New coefficients count when it plays again. */
GST_START_TEST (test_again)
{
  GstElement *pipeline = launch ("constantsource ! iirfilter name=f "
      "length=1000" OUT);
  GstElement *f = get_element (pipeline, "f");
  Recorder *recorder = record (pipeline, "out");
  guint i, round;

  for (round = 1; round < 4; round++) {
    gchar *text = g_strdup_printf ("<%u>", round);

    set_numbers (f, "feedforward", text);
    play (pipeline);
    wait_for_end (pipeline);
    fail_unless_equals_uint64 (recorder->frames, 1000);
    for (i = 0; i < 1000; i++)
      assert_sample (recorder_samples (recorder)[i], round, 0, i);
    set_state (pipeline, GST_STATE_READY);
    recorder_clear (recorder);
    g_free (text);
  }
  recorder_free (recorder);
  gst_object_unref (f);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_tail)
{
  Recorder *recorder = render ("constantsource stop=20833 ! iirfilter "
      "feedback=\"<1, -0.99>\"" OUT);
  guint i;

  for (i = 0; i < 2000; i++)
    assert_sample (recorder_samples (recorder)[i], pow (0.99, i), 1e-7, i);
  /* ln (2^40) / 0.01, and what the bound of it adds */
  fail_unless (recorder->frames > 2700 && recorder->frames < 4000);
  recorder_free (recorder);
}

GST_END_TEST;

/* It begins anew, as in browsers. */
GST_START_TEST (test_narrower)
{
  fail_unless_equals_float (check_narrower ("iirfilter feedforward=\"<0.1>\" "
          "feedback=\"<1, -0.99>\""), 0.1f);
}

GST_END_TEST;

/* One that grows becomes infinite, and ends. */
GST_START_TEST (test_unstable)
{
  Recorder *recorder = render ("constantsource stop=100000000 ! iirfilter "
      "feedback=\"<1, -2>\"" OUT);

  fail_unless (recorder->frames >= 4800 && recorder->frames < 4800 + 2000);
  recorder_free (recorder);
  recorder = render ("constantsource sample-rate=3000 stop=1000000 ! iirfilter "
      "feedback=\"<1, -1>\"" OUT);
  fail_unless (recorder->frames >= 90000 && recorder->frames < 90400);
  recorder_free (recorder);
}

GST_END_TEST;

GST_START_TEST (test_response)
{
  GstElement *f = gst_element_factory_make ("iirfilter", NULL);
  gdouble frequencies[] = { 0, 6000, 12000, 24000, 24001, -1 };
  GstStructure *response;
  guint i;

  set_numbers (f, "feedforward", "<2, 2>");
  set_numbers (f, "feedback", "<2>");
  response = ask_response (f, frequencies, 6);
  for (i = 0; i < 4; i++) {
    /* the mean of two neighbours, twice */
    assert_sample (get_answer (response, "mag", i),
        2 * cos (G_PI * frequencies[i] / 48000), 1e-6, i);
    if (i < 3)
      assert_sample (get_answer (response, "phase", i),
          -G_PI * frequencies[i] / 48000, 1e-6, i);
  }
  for (; i < 6; i++)
    fail_unless (isnan (get_answer (response, "mag", i))
        && isnan (get_answer (response, "phase", i)));
  gst_structure_free (response);
  gst_object_unref (f);
}

GST_END_TEST;

static Suite *
iirfilter_suite (void)
{
  Suite *s = suite_create ("iirfilter");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_filter);
  tcase_add_test (tc, test_defaults);
  tcase_add_test (tc, test_coefficients);
  tcase_add_test (tc, test_again);
  tcase_add_test (tc, test_tail);
  tcase_add_test (tc, test_narrower);
  tcase_add_test (tc, test_unstable);
  tcase_add_test (tc, test_response);
  return s;
}

GST_CHECK_MAIN (iirfilter);
