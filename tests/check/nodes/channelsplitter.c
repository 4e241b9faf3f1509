/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channelsplitter and the channelmerger element: which channel goes where,
 * and the names and numbers of their pads. */

#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"
/* 0.25, 0.5 and 1 in the first three of four channels */
#define FOUR "channelmerger name=four number-of-inputs=4 " \
    "constantsource offset=0.25 ! four.sink_0 " \
    "constantsource offset=0.5 ! four.sink_1 " \
    "constantsource offset=1 ! four.sink_2 "

static void
assert_constant (Recorder * recorder, const gfloat * frame, guint channels)
{
  const gfloat *samples = recorder_samples (recorder);
  guint64 i;

  fail_unless_equals_int (recorder_channels (recorder), channels);
  fail_unless (recorder->frames > 0);
  for (i = 0; i < recorder->frames * channels; i++)
    assert_sample (samples[i], frame[i % channels], 0, i / channels);
  recorder_free (recorder);
}

GST_START_TEST (test_merge)
{
  static const gfloat four[] = { 0.25, 0.5, 1, 0 };

  assert_constant (render (FOUR "four. ! gain length=3000" OUT), four, 4);
}

GST_END_TEST;

/* An input is mixed to mono, and several connections into it are added */
GST_START_TEST (test_merge_mix)
{
  static const gfloat two[] = { 0.4375, 0.75 };

  assert_constant (render (FOUR "channelmerger name=two number-of-inputs=2 ! "
          "gain length=3000" OUT " four. ! two.sink_0 "
          "constantsource offset=0.5 ! two.sink_1 "
          "constantsource offset=0.25 ! two.sink_1_7"), two, 2);
}

GST_END_TEST;

GST_START_TEST (test_split)
{
  static const gfloat channels[] = { 0.25, 0.5, 1, 0, 0, 0 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (channels); i++)
    assert_constant (render (FOUR "four. ! channelsplitter name=split "
            "split.src_%u ! gain length=3000" OUT, i), &channels[i], 1);
}

GST_END_TEST;

/* Channels change places, one of them goes to two */
GST_START_TEST (test_matrix)
{
  static const gfloat swapped[] = { 0.5, 1.25, 1 };

  assert_constant (render (FOUR "four. ! channelsplitter name=split "
          "channelmerger name=merge number-of-inputs=3 ! gain length=3000" OUT
          " split.src_0 ! merge.sink_1 split.src_1 ! merge.sink_0 "
          "split.src_2 ! merge.sink_2 split.src_2_0 ! merge.sink_1_0"),
      swapped, 3);
}

GST_END_TEST;

/* What is only another look at a block is never written to twice, nor while
 * somebody else looks */
GST_START_TEST (test_views)
{
  static const gfloat swapped[] = { 1, 0.5 }, twice[] = { 0.5, 0.5 };
  static const gfloat back[] = { 0.25, 0.5 }, apart[] = { 0.5, 0.5 };
  static const gchar two[] = "channelmerger name=two number-of-inputs=2 "
      "constantsource offset=0.25 ! two.sink_0 "
      "constantsource offset=0.5 ! two.sink_1 ";
  static const gchar exchange[] =
      "channelsplitter number-of-outputs=2 name=s%d "
      "s%d.src_0 ! m%d.sink_1 s%d.src_1 ! m%d.sink_0 "
      "channelmerger name=m%d number-of-inputs=2 ! ";
  gchar *first = g_strdup_printf (exchange, 1, 1, 1, 1, 1, 1);
  gchar *second = g_strdup_printf (exchange, 2, 2, 2, 2, 2, 2);

  assert_constant (render ("%s two. ! %s gain gain=2 length=3000" OUT, two,
          first), swapped, 2);
  assert_constant (render ("%s two. ! %s gain gain=2 ! %s gain gain=0.5 "
          "length=3000" OUT, two, first, second), back, 2);
  assert_constant (render ("constantsource offset=0.25 name=one "
          "one. ! merge.sink_0 one. ! merge.sink_1 "
          "channelmerger name=merge number-of-inputs=2 ! gain gain=2 "
          "length=3000" OUT), twice, 2);
  assert_constant (render ("%s two. ! channelsplitter number-of-outputs=2 "
          "name=split split.src_0 ! gain gain=2 ! merge.sink_0 "
          "split.src_1 ! gain ! merge.sink_1 "
          "channelmerger name=merge number-of-inputs=2 ! gain "
          "length=3000" OUT, two), apart, 2);
  g_free (first);
  g_free (second);
}

GST_END_TEST;

/* A probe sees just the channel */
GST_START_TEST (test_probe)
{
  static const gfloat third[] = { 1 };
  GstElement *pipeline = launch (FOUR "four. ! channelsplitter name=split "
      "split.src_2 ! gain name=seen ! gain length=3000" OUT);
  Recorder *seen = record (pipeline, "seen"), *out = record (pipeline, "out");

  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  assert_constant (seen, third, 1);
  assert_constant (out, third, 1);
}

GST_END_TEST;

/* Every output may drive */
GST_START_TEST (test_drivers)
{
  static const gfloat first[] = { 0.25 }, third[] = { 1 };
  GstElement *pipeline = launch (FOUR "four. ! channelsplitter name=split "
      "length=10000 split.src_0 ! fakesink name=a split.src_2 ! "
      "fakesink name=b");
  Recorder *a = record (pipeline, "a"), *b = record (pipeline, "b");

  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  fail_unless_equals_uint64 (a->frames, 10000);
  fail_unless_equals_uint64 (b->frames, 10000);
  assert_constant (a, first, 1);
  assert_constant (b, third, 1);
}

GST_END_TEST;

/* A merger ends with the last of its inputs; one without any is silence */
GST_START_TEST (test_end)
{
  static const gfloat silence[] = { 0 };
  Recorder *recorder = render ("channelmerger name=merge ! fakesink name=out "
      "constantsource stop=100000000 ! merge. "
      "constantsource stop=50000000 ! merge.");
  const gfloat *samples = recorder_samples (recorder);

  fail_unless_equals_int (recorder_channels (recorder), 6);
  fail_unless_equals_uint64 (recorder->frames, 4800);
  assert_sample (samples[2399 * 6 + 1], 1, 0, 2399);
  assert_sample (samples[2400 * 6 + 1], 0, 0, 2400);
  assert_sample (samples[4799 * 6], 1, 0, 4799);
  recorder_free (recorder);
  assert_constant (render ("channelmerger length=3000" OUT), silence, 1);
}

GST_END_TEST;

static void
assert_no_pad (GstElement * element, const gchar * name)
{
  fail_unless (gst_element_request_pad_simple (element, name) == NULL,
      "%s", name);
}

static void
assert_pad (GstElement * element, const gchar * name, const gchar * got)
{
  GstPad *pad = gst_element_request_pad_simple (element, name);

  fail_unless (pad != NULL, "%s", name);
  fail_unless_equals_string (GST_PAD_NAME (pad), got);
  gst_object_unref (pad);
}

GST_START_TEST (test_pads)
{
  static const gchar *factories[] = { "channelsplitter", "channelmerger" };
  static const gchar *numbers[] = { "number-of-outputs", "number-of-inputs" };
  static const gchar *prefixes[] = { "src", "sink" };
  GstElement *element = gst_element_factory_make (factories[__i__], NULL);
  const gchar *prefix = prefixes[__i__];
  gchar name[32];
  guint number, i;

  g_object_set (element, numbers[__i__], 3, NULL);
  g_snprintf (name, sizeof name, "%s_3", prefix);
  assert_no_pad (element, name);
  g_snprintf (name, sizeof name, "%s_3_0", prefix);
  assert_no_pad (element, name);
  g_snprintf (name, sizeof name, "%s_1", prefix);
  assert_pad (element, name, name);
  g_snprintf (name, sizeof name, "%s_2_1", prefix);
  assert_pad (element, name, name);

  /* a pad that does not say which is the first that is free */
  for (i = 0; i <= 2; i += 2) {
    gchar template[32];

    g_snprintf (template, sizeof template, "%s_%%u", prefix);
    g_snprintf (name, sizeof name, "%s_%u", prefix, i);
    assert_pad (element, template, name);
  }
  g_snprintf (name, sizeof name, "%s_%%u", prefix);
  assert_no_pad (element, name);
  g_snprintf (name, sizeof name, "%s_%%u_%%u", prefix);
  assert_no_pad (element, name);

  /* what has a pad stays */
  g_object_set (element, numbers[__i__], 2, NULL);
  g_object_get (element, numbers[__i__], &number, NULL);
  fail_unless_equals_int (number, 3);
  g_object_set (element, numbers[__i__], 32, NULL);
  g_object_get (element, numbers[__i__], &number, NULL);
  fail_unless_equals_int (number, 32);
  gst_object_unref (element);
}

GST_END_TEST;

/* The spec's constraints */
GST_START_TEST (test_mixing)
{
  GstElement *merger = gst_element_factory_make ("channelmerger", NULL);
  GstElement *splitter = gst_element_factory_make ("channelsplitter", NULL);
  guint count;
  gint mode, interpretation;

  g_object_set (merger, "channel-count", 2, "channel-count-mode", 0, NULL);
  g_object_get (merger, "channel-count", &count, "channel-count-mode", &mode,
      NULL);
  fail_unless_equals_int (count, 1);
  fail_unless_equals_int (mode, 2);
  gst_object_unref (merger);

  g_object_set (splitter, "channel-count", 2, "channel-count-mode", 0,
      "channel-interpretation", 0, NULL);
  g_object_get (splitter, "channel-count", &count, "channel-count-mode", &mode,
      "channel-interpretation", &interpretation, NULL);
  fail_unless_equals_int (count, 6);
  fail_unless_equals_int (mode, 2);
  fail_unless_equals_int (interpretation, 1);
  gst_object_unref (splitter);
}

GST_END_TEST;

static Suite *
channelsplitter_suite (void)
{
  Suite *s = suite_create ("channelsplitter");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_merge);
  tcase_add_test (tc, test_merge_mix);
  tcase_add_test (tc, test_split);
  tcase_add_test (tc, test_matrix);
  tcase_add_test (tc, test_views);
  tcase_add_test (tc, test_probe);
  tcase_add_test (tc, test_drivers);
  tcase_add_test (tc, test_end);
  tcase_add_loop_test (tc, test_pads, 0, 2);
  tcase_add_test (tc, test_mixing);
  return s;
}

GST_CHECK_MAIN (channelsplitter);
