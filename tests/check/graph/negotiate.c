/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One rate for a whole graph: who decides, and what happens where two cannot
 * agree. */

#include "../check-webaudio.h"

/* The rate at which the sink out gets the line's second of tone */
static gint
rate_of (const gchar * line)
{
  Recorder *recorder = render ("%s", line);
  gint rate = GST_AUDIO_INFO_RATE (&recorder->info);

  fail_unless_equals_uint64 (recorder->frames, rate);
  recorder_free (recorder);
  return rate;
}

#define TONE "oscillator frequency=100 stop=1000000000 "

GST_START_TEST (test_default)
{
  fail_unless_equals_int (rate_of (TONE "! fakesink name=out"), 48000);
  fail_unless_equals_int (rate_of (TONE "! gain ! gain ! fakesink name=out"),
      48000);
}

GST_END_TEST;

/* What is possible and comes closest to 48000 */
GST_START_TEST (test_downstream)
{
  fail_unless_equals_int (rate_of (TONE "! gain ! audio/x-raw, rate=44100 ! "
          "fakesink name=out"), 44100);
  fail_unless_equals_int (rate_of (TONE "! audio/x-raw, rate={8000, 22050, "
          "96000} ! fakesink name=out"), 22050);
  fail_unless_equals_int (rate_of (TONE "! audio/x-raw, rate=[8000, 32000] ! "
          "fakesink name=out"), 32000);
  fail_unless_equals_int (rate_of (TONE "! audio/x-raw, format=S16LE, "
          "rate=16000; audio/x-raw, format=S32LE, rate=44100 ! "
          "fakesink name=out"), 44100);
}

GST_END_TEST;

/* A pin anywhere is a pin everywhere. */
GST_START_TEST (test_pins)
{
  fail_unless_equals_int (rate_of (TONE "sample-rate=32000 ! gain ! "
          "fakesink name=out"), 32000);
  fail_unless_equals_int (rate_of (TONE "! gain sample-rate=32000 ! "
          "mediastreamdest ! fakesink name=out"), 32000);
  fail_unless_equals_int (rate_of (TONE "! audio/x-raw, rate=32000 ! gain ! "
          "gain ! fakesink name=out"), 32000);
  fail_unless_equals_int (rate_of (TONE "sample-rate=32000 ! audio/x-raw, "
          "rate=32000 ! gain sample-rate=32000 ! audio/x-raw, rate=32000 ! "
          "fakesink name=out"), 32000);
  /* on a branch that leads elsewhere */
  fail_unless_equals_int (rate_of (TONE "name=tone ! gain ! "
          "fakesink name=out tone. ! gain ! audio/x-raw, rate=11025 ! "
          "fakesink"), 11025);
  /* on one of many sources */
  fail_unless_equals_int (rate_of ("gain name=mix ! fakesink name=out "
          TONE "! mix. " TONE "! gain ! mix. " TONE "sample-rate=11025 ! "
          "mix."), 11025);
}

GST_END_TEST;

/* What is pushed into a graph is best not resampled. */
GST_START_TEST (test_pushed_rate)
{
  fail_unless_equals_int (rate_of ("audiotestsrc num-buffers=100 "
          "samplesperbuffer=441 ! audio/x-raw, rate=44100 ! gain ! "
          "fakesink name=out"), 44100);
  fail_unless_equals_int (rate_of ("gain name=mix ! fakesink name=out "
          TONE "! mix. audiotestsrc num-buffers=100 samplesperbuffer=441 ! "
          "audio/x-raw, rate=44100 ! mix."), 44100);
  /* unless somebody needs another rate */
  fail_unless_equals_int (rate_of ("audiotestsrc num-buffers=100 "
          "samplesperbuffer=441 ! audio/x-raw, rate=44100 ! gain ! "
          "audio/x-raw, rate=32000 ! fakesink name=out"), 32000);
  fail_unless_equals_int (rate_of ("audiotestsrc num-buffers=100 "
          "samplesperbuffer=441 ! audio/x-raw, rate=44100 ! gain "
          "sample-rate=96000 ! fakesink name=out"), 96000);
}

GST_END_TEST;

/* Of two pushed rates one is resampled. */
GST_START_TEST (test_two_pushed_rates)
{
  Recorder *recorder = render ("gain name=mix ! fakesink name=out "
      "audiotestsrc num-buffers=100 samplesperbuffer=441 ! audio/x-raw, "
      "rate=44100 ! mix. audiotestsrc num-buffers=100 samplesperbuffer=320 ! "
      "audio/x-raw, rate=32000 ! mix.");
  gint rate = GST_AUDIO_INFO_RATE (&recorder->info);

  fail_unless (rate == 44100 || rate == 32000);
  fail_unless_equals_uint64 (recorder->frames, rate);
  recorder_free (recorder);
}

GST_END_TEST;

/* Conflicts */

/* The line ends with an error that names both parties. */
static void
assert_conflict (const gchar * line, const gchar * one, const gchar * two)
{
  GstElement *pipeline = launch ("%s", line);
  GstMessage *message;
  GError *error = NULL;
  gchar *debug = NULL;

  play (pipeline);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, GST_CORE_ERROR,
          GST_CORE_ERROR_NEGOTIATION), "%s (%s)", error->message, debug);
  fail_unless (strstr (error->message, one) != NULL, "%s", error->message);
  fail_unless (strstr (error->message, two) != NULL, "%s", error->message);
  g_error_free (error);
  g_free (debug);
  gst_message_unref (message);
  stop (pipeline);
}

GST_START_TEST (test_conflicts)
{
  /* two consumers */
  assert_conflict (TONE "name=tone ! capsfilter name=one "
      "caps=\"audio/x-raw, rate=44100\" ! fakesink tone. ! gain ! "
      "capsfilter name=two caps=\"audio/x-raw, rate=32000\" ! fakesink",
      "one", "two");
  assert_conflict (TONE "name=tone ! capsfilter name=one "
      "caps=\"audio/x-raw, rate=44100\" ! fakesink tone. ! gain ! "
      "capsfilter name=two caps=\"audio/x-raw, rate=32000\" ! fakesink",
      "44100", "32000");
  /* two nodes */
  assert_conflict (TONE "name=one sample-rate=8000 ! gain name=two "
      "sample-rate=16000 ! fakesink", "one", "two");
  /* a node and a consumer */
  assert_conflict (TONE "! gain name=one sample-rate=8000 ! gain ! "
      "capsfilter name=two caps=\"audio/x-raw, rate=32000\" ! fakesink",
      "one", "two");
  /* a capsfilter between nodes and a consumer */
  assert_conflict (TONE "! capsfilter name=one caps=\"audio/x-raw, "
      "rate=8000\" ! gain ! capsfilter name=two caps=\"audio/x-raw, "
      "rate=32000\" ! fakesink", "one", "two");
}

GST_END_TEST;

/* As the error says: audioresample reconciles them. */
GST_START_TEST (test_reconciled)
{
  Recorder *recorder = render (TONE "name=tone ! gain ! audioresample ! "
      "audio/x-raw, rate=44100 ! fakesink name=out tone. ! gain ! "
      "audio/x-raw, rate=32000 ! fakesink");

  fail_unless_equals_int (GST_AUDIO_INFO_RATE (&recorder->info), 44100);
  recorder_free (recorder);
}

GST_END_TEST;

/* What is linked later has to take the rate that there is. */
GST_START_TEST (test_late_conflict)
{
  GstElement *pipeline = launch ("constantsource ! gain name=mix ! "
      "fakesink name=out");
  Recorder *recorder = record (pipeline, "out");
  GstElement *late = gst_parse_bin_from_description ("capsfilter name=two "
      "caps=\"audio/x-raw, rate=32000\" ! fakesink", TRUE, NULL);
  GstElement *mix = get_element (pipeline, "mix");
  GstMessage *message;
  GError *error = NULL;

  recorder_allow (recorder, 4096);
  set_state (pipeline, GST_STATE_PLAYING);
  gst_bin_add (GST_BIN (pipeline), late);
  fail_unless (gst_element_sync_state_with_parent (late));
  if (gst_element_link_pads (mix, "src_%u", late, "sink")) {
    message = wait_for (pipeline, GST_MESSAGE_ERROR);
    gst_message_parse_error (message, &error, NULL);
    fail_unless (g_error_matches (error, GST_CORE_ERROR,
            GST_CORE_ERROR_NEGOTIATION), "%s", error->message);
    fail_unless (strstr (error->message, "48000") != NULL
        && strstr (error->message, "32000") != NULL, "%s", error->message);
    g_error_free (error);
    gst_message_unref (message);
  }
  /* the others go on */
  recorder_allow (recorder, 20480);
  recorder_wait (recorder, 20480);
  recorder_allow (recorder, G_MAXUINT64);
  gst_object_unref (mix);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* A consumer that asks for another rate later gets an error that says so. */
GST_START_TEST (test_late_change)
{
  GstElement *pipeline = launch ("constantsource ! gain ! "
      "capsfilter name=late ! fakesink name=out");
  Recorder *recorder = record (pipeline, "out");
  GstCaps *caps = gst_caps_from_string ("audio/x-raw, rate=32000");
  GstMessage *message;
  GError *error = NULL;

  recorder_allow (recorder, 4096);
  set_state (pipeline, GST_STATE_PLAYING);
  set_on (pipeline, "late", "caps", caps);
  recorder_allow (recorder, G_MAXUINT64);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_CORE_ERROR,
          GST_CORE_ERROR_NEGOTIATION), "%s", error->message);
  fail_unless (strstr (error->message, "48000") != NULL
      && strstr (error->message, "32000") != NULL
      && strstr (error->message, "late") != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  gst_caps_unref (caps);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* Once there is a rate it is the only one to be had. */
GST_START_TEST (test_caps_queries)
{
  GstElement *pipeline = launch (TONE "! gain name=gain ! audio/x-raw, "
      "rate=32000 ! fakesink");
  GstElement *gain = get_element (pipeline, "gain");
  GstPad *src = gst_element_get_static_pad (gain, "src");
  GstCaps *filter, *caps;
  guint i;

  set_state (pipeline, GST_STATE_PAUSED);
  caps = gst_pad_query_caps (src, NULL);
  fail_unless (!gst_caps_is_empty (caps));
  for (i = 0; i < gst_caps_get_size (caps); i++) {
    gint rate = 0;

    fail_unless (gst_structure_get_int (gst_caps_get_structure (caps, i),
            "rate", &rate));
    fail_unless_equals_int (rate, 32000);
  }
  gst_caps_unref (caps);
  filter = gst_caps_from_string ("audio/x-raw, rate=48000");
  caps = gst_pad_query_caps (src, filter);
  fail_unless (gst_caps_is_empty (caps));
  gst_caps_unref (caps);
  gst_caps_unref (filter);
  gst_object_unref (src);
  gst_object_unref (gain);
  stop (pipeline);
}

GST_END_TEST;

/* After READY the graph may get another rate. */
GST_START_TEST (test_another_rate)
{
  static const gint rates[] = { 44100, 8000, 48000, 192000 };
  GstElement *pipeline = launch (TONE "! gain ! capsfilter name=caps ! "
      "fakesink name=out");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    GstCaps *caps = gst_caps_new_simple ("audio/x-raw", "rate", G_TYPE_INT,
        rates[i], NULL);
    Recorder *recorder = record (pipeline, "out");

    set_on (pipeline, "caps", "caps", caps);
    play (pipeline);
    wait_for_end (pipeline);
    fail_unless_equals_int (GST_AUDIO_INFO_RATE (&recorder->info), rates[i]);
    fail_unless_equals_uint64 (recorder->frames, rates[i]);
    set_state (pipeline, i % 2 ? GST_STATE_NULL : GST_STATE_READY);
    recorder_free (recorder);
    gst_caps_unref (caps);
  }
  stop (pipeline);
}

GST_END_TEST;

static Suite *
negotiate_suite (void)
{
  Suite *s = suite_create ("negotiate");
  TCase *tc = tcase_create ("negotiate");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_default);
  tcase_add_test (tc, test_downstream);
  tcase_add_test (tc, test_pins);
  tcase_add_test (tc, test_pushed_rate);
  tcase_add_test (tc, test_two_pushed_rates);
  tcase_add_test (tc, test_conflicts);
  tcase_add_test (tc, test_reconciled);
  tcase_add_test (tc, test_late_conflict);
  tcase_add_test (tc, test_late_change);
  tcase_add_test (tc, test_caps_queries);
  tcase_add_test (tc, test_another_rate);
  return s;
}

GST_CHECK_MAIN (negotiate);
