/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The elements delaywriter and delayreader: loops of every length, their end,
 * their names, and what may happen to them while they run.
 */

#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"
/* An echo of a click of 96 frames: @delay is properties of the reader */
#define ECHO(delay, gain) "constantsource stop=2000000 ! mix. " \
    "gain name=mix  mix. ! delaywriter max-delay-time=0.5  " \
    "delayreader name=r " delay " ! gain name=g gain=" gain " ! mix.  mix. "
#define CLICK 96

/* Every @period frames the click comes back, @gain times as loud, until it is
 * too low to go round again */
static void
assert_echo (Recorder * recorder, guint64 period, gdouble gain)
{
  const gfloat *samples = recorder_samples (recorder);
  gdouble level = 1;
  guint64 i;

  for (i = 0; i < recorder->frames; i++) {
    if (i > 0 && i % period == 0)
      level = level < 0x1p-40 ? 0 : level * gain;
    assert_sample (samples[i], i % period < CLICK ? level : 0, 0, i);
  }
}

/* The end follows from what is in the line: of gain 0.25 there are 20 echoes
 * that go round, and the quantum in which nothing is left to come is the last
 */
static guint64
echo_end (guint64 period)
{
  return ((20 + 1) * period + CLICK + 127) / 128 * 128;
}

GST_START_TEST (test_echo)
{
  static const guint periods[] = { 128, 129, 300, 1000, 4800, 24000 };
  static const guint sizes[] = { 128, 1024, 8192 };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (periods); i++) {
    for (j = 0; j < G_N_ELEMENTS (sizes); j++) {
      Recorder *is = render (ECHO ("delay-time=%.17g", "0.25")
          "! gain block-size=%u" OUT, periods[i] / (gdouble) RATE, sizes[j]);

      assert_echo (is, periods[i], 0.25);
      fail_unless (is->frames <= echo_end (periods[i]),
          "%" G_GUINT64_FORMAT " frames of %u", is->frames, periods[i]);
      fail_unless (is->frames > 20 * periods[i]);
      recorder_free (is);
    }
  }
}

GST_END_TEST;

/* A loop is no shorter than a quantum, and a line no longer than it is */
GST_START_TEST (test_clamped)
{
  Recorder *is = render (ECHO ("delay-time=0", "0.5") "! gain length=20000"
      OUT);

  assert_echo (is, 128, 0.5);
  recorder_free (is);
  is = render (ECHO ("delay-time=3", "0.5") "! gain length=96000" OUT);
  assert_echo (is, 24000, 0.5);
  recorder_free (is);
  is = render (ECHO ("delay-time=3", "0.5") "! gain length=20000" OUT
      "  mix. ! delaywriter line=b max-delay-time=0.005  "
      "delayreader line=b delay-time=1 ! gain gain=0 ! mix.");
  assert_echo (is, 24000, 0.5);
  recorder_free (is);
  is = render ("oscillator ! delaywriter max-delay-time=0.005  "
      "delayreader delay-time=1 ! gain length=2000" OUT);
  assert_sample (recorder_samples (is)[240 + 1500],
      sin (1500 * 2 * G_PI * 440 / RATE), 1e-5, 1740);
  recorder_free (is);
}

GST_END_TEST;

/* What is in a loop does not matter, nor how much is rendered at once */
static const gchar *loops[] = {
  ECHO ("delay-time=0", "0.9"),
  ECHO ("delay-time=0.0208333333333333", "-0.9"),
  ECHO ("delay-time::automation=\"setValueAtTime(0.1,0) "
      "linearRampToValueAtTime(0.001,0.5)\"", "0.5"),
  ECHO ("delay-time::automation=\"setValueAtTime(0.05,0) "
      "setValueAtTime(0.011,0.2) setValueAtTime(0.3,0.21)\"", "0.5"),
  ECHO ("delay-time=0.012", "0.6")
      "! gain name=more  oscillator frequency=3 stop=700000000 ! gain gain=0.01 "
      "! r.delay-time_0  more.",
  /* two readers of one line, one of them later than the other */
  ECHO ("delay-time=0.011", "0.6") "! gain name=more "
      "delayreader delay-time=0.3 ! more.  more.",
  /* stereo joins and leaves */
  ECHO ("delay-time=0.013", "0.8") "! gain name=more  "
      "audiotestsrc num-buffers=20 ! audio/x-raw,rate=48000,channels=2 ! mix.  "
      "more.",
  /* something else sounds on in the loop than its line */
  "constantsource stop=2000000 ! mix.  gain name=mix  mix. ! delaywriter "
      "max-delay-time=0.01  delayreader delay-time=0.005 ! "
      "delay delay-time=0.4 ! gain gain=0.1 ! mix.  mix. ",
  /* from side to side */
  "constantsource stop=2000000 ! left.  gain name=left  gain name=right  "
      "left. ! delaywriter line=a  right. ! delaywriter line=b  "
      "delayreader line=a delay-time=0.0312 ! gain gain=0.5 ! right.  "
      "delayreader line=b delay-time=0.047 ! gain gain=0.5 ! left.  "
      "channelmerger name=m number-of-inputs=2  left. ! m.sink_0  "
      "right. ! m.sink_1  m. ",
  /* no loop at all */
  "constantsource stop=20000000 ! delaywriter  delayreader delay-time=0.1",
};

GST_START_TEST (test_blocks)
{
  static const guint sizes[] = { 384, 1024, 8192 };
  Recorder *should = render ("%s ! gain block-size=128" OUT, loops[__i__]);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Recorder *is = render ("%s ! gain block-size=%u" OUT, loops[__i__],
        sizes[i]);

    GST_INFO ("%s in blocks of %u", loops[__i__], sizes[i]);
    assert_same_sound (is, should);
    recorder_free (is);
  }
  fail_unless (recorder_loudness (should) > 0);
  recorder_free (should);
}

GST_END_TEST;

/* A seek leaves no trace of the past */
static Recorder *
render_after (const gchar * loop, guint64 past)
{
  GstElement *pipeline = launch ("%s ! gain name=last length=48000" OUT, loop);
  Recorder *recorder = record (pipeline, "out");

  recorder_allow (recorder, past);
  play (pipeline);
  recorder_wait (recorder, past);
  fail_unless (gst_element_seek (pipeline, 1.0, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 1000000,
          GST_SEEK_TYPE_NONE, 0));
  recorder_allow (recorder, G_MAXUINT64);
  wait_for_end (pipeline);
  stop (pipeline);
  return recorder;
}

GST_START_TEST (test_seek)
{
  Recorder *should = render_after (ECHO ("delay-time=0.02", "0.9"), 48);
  Recorder *is = render_after (ECHO ("delay-time=0.02", "0.9"), 30000);

  assert_same_sound (is, should);
  fail_unless (recorder_loudness (is) > 0);
  recorder_free (is);
  recorder_free (should);
}

GST_END_TEST;

/* After the end there may be a beginning */
GST_START_TEST (test_again)
{
  GstElement *pipeline = launch (ECHO ("delay-time=0.02", "0.25")
      "! gain" OUT);
  Recorder *is = record (pipeline, "out");
  guint64 frames;

  play (pipeline);
  wait_for_end (pipeline);
  frames = is->frames;
  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, 0));
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (is->frames, frames);
  assert_echo (is, 960, 0.25);
  recorder_clear (is);
  set_state (pipeline, GST_STATE_READY);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (is->frames, frames);
  assert_echo (is, 960, 0.25);
  recorder_free (is);
  stop (pipeline);
}

GST_END_TEST;

/* What cannot be heard any more is gone, also what would never be */
GST_START_TEST (test_not_finite)
{
  Recorder *is = render ("constantsource stop=2000000 ! gain gain=3e38 ! "
      "gain gain=3e38 ! " "mix.  gain name=mix  mix. ! delaywriter  "
      "delayreader delay-time=0.01 ! gain gain=0.5 ! mix.  "
      "constantsource start=100000000 stop=102000000 ! mix.  "
      "mix. ! gain" OUT);
  const gfloat *samples = recorder_samples (is);
  guint64 i;

  for (i = CLICK; i < 4800; i++)
    assert_sample (samples[i], 0, 0, i);
  assert_sample (samples[4800], 1, 0, 4800);
  assert_sample (samples[5280], 0.5, 0, 5280);
  recorder_free (is);

  /* a loop that becomes louder without end comes to one all the same */
  recorder_free (render (ECHO ("delay-time=0", "3") "! gain" OUT));
}

GST_END_TEST;

/* Silence in, and out when there is nothing left */
GST_START_TEST (test_gaps)
{
  Recorder *is = render (ECHO ("delay-time=0.01", "0.25")
      "! gain length=48000" OUT
      "  constantsource offset=0 ! gain gain=0 ! mix.");
  guint i;

  for (i = 0; i < is->buffers->len; i++) {
    const RecordedBuffer *buffer = recorder_buffer (is, i);

    fail_unless (buffer->offset < 40000
        || (buffer->flags & GST_BUFFER_FLAG_GAP));
  }
  recorder_free (is);
}

GST_END_TEST;

/* Errors */

static void
assert_error (const gchar * line, gint code, const gchar * words)
{
  GstElement *pipeline = launch ("%s", line);
  GstMessage *message;
  GError *error;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, code), "%s",
      error->message);
  fail_unless (strstr (error->message, words) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  stop (pipeline);
}

GST_START_TEST (test_errors)
{
  assert_error ("delayreader line=here" OUT, GST_RESOURCE_ERROR_NOT_FOUND,
      "here");
  assert_error ("oscillator ! delaywriter line=there  delayreader line=here"
      OUT, GST_RESOURCE_ERROR_NOT_FOUND, "here");
  assert_error ("oscillator ! delaywriter line=there  oscillator ! "
      "delaywriter line=there  delayreader line=there" OUT,
      GST_RESOURCE_ERROR_BUSY, "there");
}

GST_END_TEST;

/* The same name in two pipelines is two lines */
GST_START_TEST (test_two_pipelines)
{
  GstElement *other = launch ("oscillator ! delaywriter  delayreader ! "
      "fakesink sync=true");
  Recorder *is;

  set_state (other, GST_STATE_PLAYING);
  is = render (ECHO ("delay-time=0.01", "0.25") "! gain length=20000" OUT);
  assert_echo (is, 480, 0.25);
  recorder_free (is);
  stop (other);
}

GST_END_TEST;

static void
assert_line (GstElement * end, const gchar * should)
{
  gchar *is;

  g_object_get (end, "line", &is, NULL);
  fail_unless_equals_string (is, should);
  g_free (is);
}

/* The name may change until it runs */
GST_START_TEST (test_line)
{
  GstElement *pipeline = launch (ECHO ("delay-time=0.01", "0.25")
      "! gain length=20000" OUT "  mix. ! delaywriter name=other line=other");
  GstElement *reader = get_element (pipeline, "r");
  GstElement *other = get_element (pipeline, "other");
  Recorder *recorder = record (pipeline, "out");

  g_object_set (reader, "line", NULL, NULL);
  assert_line (reader, "");
  set_state (pipeline, GST_STATE_READY);
  g_object_set (other, "line", "", NULL);
  fail_unless_equals_int (gst_element_set_state (other, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  gst_message_unref (wait_for (pipeline, GST_MESSAGE_ERROR));
  g_object_set (other, "line", "third", NULL);
  g_object_set (reader, "line", "third", NULL);
  play (pipeline);
  wait_for_end (pipeline);
  assert_echo (recorder, 480, 0.25);
  g_object_set (reader, "line", "fourth", NULL);
  assert_line (reader, "third");
  recorder_free (recorder);
  gst_object_unref (other);
  gst_object_unref (reader);
  stop (pipeline);
}

GST_END_TEST;

/* Changes while it runs */

/* The feedback is cut and joined again, between two blocks */
static void
cut (GstElement * gain)
{
  GstPad *pad = gst_element_get_static_pad (gain, "src");
  GstPad *peer = gst_pad_get_peer (pad);

  fail_unless (gst_pad_unlink (pad, peer));
  g_object_set_data (G_OBJECT (gain), "peer", peer);
  gst_object_unref (peer);
  gst_object_unref (pad);
}

static void
rejoin (GstElement * gain)
{
  GstPad *pad = gst_element_get_static_pad (gain, "src");

  fail_unless_equals_int (gst_pad_link (pad, g_object_get_data (G_OBJECT (gain),
              "peer")), GST_PAD_LINK_OK);
  gst_object_unref (pad);
}

GST_START_TEST (test_cut)
{
  GstElement *pipeline = launch (ECHO ("delay-time=0.1", "0.5")
      "! gain length=60000" OUT "  constantsource offset=0 ! mix.");
  Recorder *is = record (pipeline, "out");
  const gfloat *samples;

  /* a block is 1024 frames, since the loop is longer and does not end */
  do_at (pipeline, "g", 10 * BLOCK, cut);
  do_at (pipeline, "g", 20 * BLOCK, rejoin);
  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  samples = recorder_samples (is);
  assert_sample (samples[4800], 0.5, 0, 4800);
  assert_sample (samples[9600], 0.25, 0, 9600);
  assert_sample (samples[14400], 0, 0, 14400);
  fail_unless_equals_uint64 (is->frames, 60000);
  recorder_free (is);
}

GST_END_TEST;

/* Voices come and go, the writer goes and another one comes */
GST_START_TEST (test_changes)
{
  GstElement *pipeline = launch ("constantsource offset=0.1 ! mix.  "
      "gain name=mix  mix. ! delaywriter name=w  delayreader name=r "
      "delay-time=0.003 ! gain name=g gain=0.5 ! mix.  "
      "mix. ! gain name=last ! fakesink name=out");
  GstElement *mix = get_element (pipeline, "mix");
  Recorder *recorder = record (pipeline, "out");
  guint64 until;
  guint i;

  play (pipeline);
  for (i = 0; i < 40; i++) {
    GstElement *source, *writer = get_element (pipeline, "w");

    recorder_wait (recorder, recorder_count (recorder) + 5000);
    source = gst_element_factory_make ("oscillator", NULL);
    gst_bin_add (GST_BIN (pipeline), source);
    fail_unless (gst_element_link (source, mix));
    gst_element_sync_state_with_parent (source);
    set_on (pipeline, "r", "delay-time", i % 7 * 0.005);
    recorder_wait (recorder, recorder_count (recorder) + 5000);
    gst_bin_remove (GST_BIN (pipeline), gst_object_ref (source));
    gst_element_set_state (source, GST_STATE_NULL);
    gst_object_unref (source);

    if (i % 4 == 3) {
      gst_bin_remove (GST_BIN (pipeline), writer);
      gst_element_set_state (writer, GST_STATE_NULL);
      recorder_wait (recorder, recorder_count (recorder) + 5000);
      gst_object_unref (writer);
      writer = gst_element_factory_make ("delaywriter", "w");
      gst_bin_add (GST_BIN (pipeline), gst_object_ref (writer));
      fail_unless (gst_element_link (mix, writer));
      gst_element_sync_state_with_parent (writer);
    }
    gst_object_unref (writer);
  }
  /* it has settled to 0.1 / (1 - 0.5); the stream stands still meanwhile */
  until = recorder_count (recorder) + 2 * RATE;
  recorder_allow (recorder, until);
  recorder_wait (recorder, until);
  set_on (pipeline, "last", "length", recorder_count (recorder) + RATE);
  recorder_clear (recorder);
  recorder_allow (recorder, G_MAXUINT64);
  wait_for_end (pipeline);
  assert_sample (recorder_samples (recorder)[recorder->frames - 1], 0.2, 1e-6,
      recorder->frames);
  recorder_free (recorder);
  gst_object_unref (mix);
  stop (pipeline);
}

GST_END_TEST;

/* Two consumers of a loop at their own paces */
GST_START_TEST (test_two_drivers)
{
  GstElement *pipeline = launch (ECHO ("delay-time=0.1", "0.5")
      "! gain length=60000 ! fakesink name=out  "
      "delayreader delay-time=0.2 ! gain length=60000 ! fakesink name=late");
  Recorder *is = record (pipeline, "out"), *late = record (pipeline, "late");

  recorder_allow (late, 1);
  play (pipeline);
  recorder_wait (is, 40000);
  recorder_allow (late, G_MAXUINT64);
  wait_for_end (pipeline);
  stop (pipeline);
  assert_echo (is, 4800, 0.5);
  assert_floats_equal (recorder_samples (late) + 9600, recorder_samples (is),
      60000 - 9600);
  recorder_free (is);
  recorder_free (late);
}

GST_END_TEST;

static Suite *
delaywriter_suite (void)
{
  Suite *s = suite_create ("delaywriter");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_echo);
  tcase_add_test (tc, test_clamped);
  tcase_add_loop_test (tc, test_blocks, 0, G_N_ELEMENTS (loops));
  tcase_add_test (tc, test_seek);
  tcase_add_test (tc, test_again);
  tcase_add_test (tc, test_not_finite);
  tcase_add_test (tc, test_gaps);
  tcase_add_test (tc, test_errors);
  tcase_add_test (tc, test_two_pipelines);
  tcase_add_test (tc, test_line);
  tcase_add_test (tc, test_cut);
  tcase_add_test (tc, test_changes);
  tcase_add_test (tc, test_two_drivers);
  return s;
}

GST_CHECK_MAIN (delaywriter);
