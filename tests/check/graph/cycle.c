/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cycles without a delay line: what is part of one is silent and says so, and
 * everything else goes on.
 */

#include "nodes/check-param.h"

static GstPad *from, *to;

static void
connect_pads (GstElement * element)
{
  fail_unless_equals_int (gst_pad_link (from, to), GST_PAD_LINK_OK);
}

static void
disconnect_pads (GstElement * element)
{
  fail_unless (gst_pad_unlink (from, to));
}

static void
count_warning (GstElement * pipeline, const gchar * name)
{
  GstMessage *message = wait_for (pipeline, GST_MESSAGE_WARNING);

  fail_unless_equals_string (GST_MESSAGE_SRC_NAME (message), name);
  gst_message_unref (message);
}

/* A cycle from the node @last to the pad @into of the node a, while @line plays;
 * from 4096 to 8192 @muted is heard instead of @heard. */
static void
check_cycle (const gchar * line, const gchar * last, const gchar * into,
    gfloat heard, gfloat muted)
{
  GstElement *pipeline = launch ("%s ! gain name=mix length=20000 ! "
      "fakesink name=out  constantsource offset=0.5 ! mix.", line);
  GstElement *a = get_element (pipeline, "a"), *b =
      get_element (pipeline, last);
  Recorder *recorder = record (pipeline, "out");
  const gfloat *samples;
  guint i;

  from = gst_element_request_pad_simple (b, "src_%u");
  to = gst_element_request_pad_simple (a, into);
  do_at (pipeline, "a", 4096, connect_pads);
  do_at (pipeline, "a", 8192, disconnect_pads);
  /* a bin that changes its state would warn of the cycle */
  recorder_allow (recorder, 1024);
  set_state (pipeline, GST_STATE_PLAYING);
  recorder_allow (recorder, G_MAXUINT64);
  wait_for_end (pipeline);
  samples = recorder_samples (recorder);
  for (i = 0; i < 20000; i++)
    assert_sample (samples[i], i >= 4096 && i < 8192 ? muted : heard, 0, i);
  recorder_free (recorder);
  gst_object_unref (from);
  gst_object_unref (to);
  gst_object_unref (a);
  gst_object_unref (b);
  stop (pipeline);
}

GST_START_TEST (test_input)
{
  check_cycle ("constantsource ! gain name=a ! gain ! gain name=b", "b",
      "sink_%u", 1.5, 0.5);
}

GST_END_TEST;

GST_START_TEST (test_param)
{
  check_cycle ("constantsource ! gain name=a ! gain name=b", "b", "gain_%u",
      1.5, 0.5);
}

GST_END_TEST;

/* What a muted node takes from is not kept for it */
GST_START_TEST (test_shared_source)
{
  check_cycle ("constantsource offset=0.25 name=c ! mix.  c. ! gain name=a ! "
      "gain name=b", "b", "sink_%u", 1, 0.75);
}

GST_END_TEST;

/* A reader whose delay-time depends on what it reads */
GST_START_TEST (test_reader)
{
  check_cycle ("constantsource ! delaywriter  delayreader name=a "
      "delay-time=0.001 ! gain name=b gain=0", "b", "delay-time_%u", 0.5, 0.5);
}

GST_END_TEST;

/* Who is silent says so, once each time */
GST_START_TEST (test_warning)
{
  GstElement *pipeline = launch ("constantsource ! gain name=a ! gain name=b ! "
      "fakesink name=out");
  GstElement *a = get_element (pipeline, "a"), *b = get_element (pipeline, "b");
  Recorder *recorder = record (pipeline, "out");
  guint i;

  from = gst_element_request_pad_simple (b, "src_%u");
  to = gst_element_request_pad_simple (a, "sink_%u");
  play (pipeline);
  /* GStreamer itself warns of a loop where it changes states */
  gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  for (i = 0; i < 2; i++) {
    recorder_wait (recorder, recorder_count (recorder) + 5000);
    connect_pads (NULL);
    recorder_wait (recorder, recorder_count (recorder) + 5000);
    disconnect_pads (NULL);
    count_warning (pipeline, "b");
  }
  gst_object_unref (from);
  gst_object_unref (to);
  gst_object_unref (a);
  gst_object_unref (b);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* From the start, and to the end, also of one node; GStreamer warns, too */
GST_START_TEST (test_all_the_time)
{
  static const gchar *between[] = { "gain", "capsfilter" };
  GstElement *pipeline = launch ("constantsource ! gain name=a  "
      "a. ! %s ! a.  a. ! gain length=20000 ! fakesink name=out",
      between[__i__]);
  Recorder *recorder = record (pipeline, "out");

  /* twice, the second time in a thread of its own */
  ASSERT_WARNING (play (pipeline); wait_for_end (pipeline));
  fail_unless_equals_uint64 (recorder->frames, 20000);
  fail_unless (recorder_loudness (recorder) == 0);
  recorder_free (recorder);
  ASSERT_WARNING (stop (pipeline));
}

GST_END_TEST;

static Suite *
cycle_suite (void)
{
  Suite *s = suite_create ("cycle");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_input);
  tcase_add_test (tc, test_param);
  tcase_add_test (tc, test_shared_source);
  tcase_add_test (tc, test_reader);
  tcase_add_test (tc, test_warning);
  tcase_add_loop_test (tc, test_all_the_time, 0, 2);
  return s;
}

GST_CHECK_MAIN (cycle);
