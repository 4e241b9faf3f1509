/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The audiolistener element: whom it is heard by, where it is and when.
 * Everything is listened to through panners; those are tested in panner.c.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"
/* A source on the right of the listener's default place */
#define SOURCE "constantsource ! panner position-x=1 length=8192"

static void
expect_line (gdouble left, gdouble right, const gchar * listener)
{
  Recorder *recorder = render (SOURCE OUT " %s", listener);

  expect_stereo (recorder, 0, 8192, left, right);
  recorder_free (recorder);
}

GST_START_TEST (test_places)
{
  expect_line (0, 1, "");
  expect_line (0, 1, "audiolistener");
  expect_line (0, 0.5, "audiolistener position-x=-1");
  expect_line (0.25, 0, "audiolistener position-x=5");
  /* the same place */
  expect_line (G_SQRT2 / 2, G_SQRT2 / 2, "audiolistener position-x=1");
  /* looking backwards, upside down, both, at the source, at nothing */
  expect_line (1, 0, "audiolistener forward-z=1");
  expect_line (1, 0, "audiolistener up-y=-1");
  expect_line (0, 1, "audiolistener forward-z=1 up-y=-1");
  expect_line (G_SQRT2 / 2, G_SQRT2 / 2,
      "audiolistener forward-x=1 forward-z=0");
  expect_line (G_SQRT2 / 2, G_SQRT2 / 2, "audiolistener forward-z=0");
  /* in any bin */
  expect_line (1, 0, "bin.( bin.( audiolistener forward-z=1 ) )");
}

GST_END_TEST;

static GString *
many_panners (guint n)
{
  GString *line = g_string_new (NULL);
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (line, "constantsource ! %spanner "
        "position-x=%d rolloff-factor=0 %s ! mix. ", i % 3 ? "" : "bin.( ",
        i % 2 ? 1 : -1, i % 3 ? "" : ") ");
  return line;
}

/* All panners of a pipeline have the same listener, others have not. */
GST_START_TEST (test_many)
{
  enum
  { N = 60 };
  GString *line = many_panners (N);
  Recorder *recorder = render ("audiolistener position-x=2 gain name=mix "
      "length=4096" OUT " %s", line->str);
  Recorder *other = render ("gain name=mix length=4096" OUT " %s", line->str);

  expect_stereo (recorder, 0, 4096, N, 0);
  expect_stereo (other, 0, 4096, N / 2, N / 2);
  recorder_free (recorder);
  recorder_free (other);
  g_string_free (line, TRUE);
}

GST_END_TEST;

static Recorder *
render_walk (guint block_size, const gchar * model, const gchar * rate)
{
  return render ("audiolistener position-x::automation-rate=%s "
      "position-x::automation=\"setValueAtTime(-3, 0) "
      "linearRampToValueAtTime(5, 0.1) setValueAtTime(0.5, 0.12)\" "
      "forward-x::automation=\"setValueAtTime(0, 0.0503) "
      "setTargetAtTime(1, 0.051, 0.01)\" name=l "
      "oscillator frequency=40 ! l.position-z_0 "
      "oscillator type=sawtooth frequency=200 stop=150000000 ! panner "
      "panning-model=%s position-x=1 position-z=-2 ! mix. "
      "oscillator type=square frequency=300 stop=100000000 ! panner "
      "panning-model=%s position-x=-1 cone-inner-angle=30 cone-outer-angle=90 "
      "orientation-x=1 ! mix. gain name=mix block-size=%u" OUT, rate, model,
      model, block_size);
}

GST_START_TEST (test_block_sizes)
{
  static const guint sizes[] = { 128, 1024, 8192 };
  static const gchar *models[] = { "equalpower", "hrtf" };
  static const gchar *rates[] = { "a-rate", "k-rate" };
  guint i, m, r;

#ifndef HAVE_MYSOFA
  models[1] = models[0];
#endif
  for (m = 0; m < 2; m++)
    for (r = 0; r < 2; r++) {
      Recorder *reference = render_walk (256, models[m], rates[r]);

      fail_unless (recorder_loudness (reference) > 100);
      for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
        Recorder *other = render_walk (sizes[i], models[m], rates[r]);

        assert_same_sound (other, reference);
        recorder_free (other);
      }
      recorder_free (reference);
    }
}

GST_END_TEST;

/* Each frame has its own value, or each quantum. */
GST_START_TEST (test_rates)
{
  static const gchar *rates[] = { "a-rate", "k-rate" };
  guint r;
  guint64 i;

  for (r = 0; r < 2; r++) {
    Recorder *recorder = render ("constantsource ! panner position-z=-1 "
        "position-x::automation-rate=k-rate length=9600" OUT
        " audiolistener position-z::automation-rate=%s "
        "position-z::automation=\"setValueAtTime(0, 0) "
        "linearRampToValueAtTime(96, 0.2)\"", rates[r]);
    const gfloat *samples = recorder_samples (recorder);

    for (i = 0; i < 9600; i++) {
      gdouble distance = 1 + 0.01 * (r ? i / 128 * 128 : i);

      assert_sample (samples[2 * i], G_SQRT2 / 2 / distance, 1e-6, i);
    }
    recorder_free (recorder);
  }
}

GST_END_TEST;

static void
add_listener (GstElement * bin)
{
  GstElement *listener = gst_element_factory_make ("audiolistener", "l");

  g_object_set (listener, "position-x", 2.0, NULL);
  fail_unless (gst_bin_add (GST_BIN (bin), listener));
  fail_unless (gst_element_sync_state_with_parent (listener));
}

static void
remove_listener (GstElement * bin)
{
  GstElement *listener = get_element (bin, "l");

  gst_element_set_state (listener, GST_STATE_NULL);
  fail_unless (gst_bin_remove (GST_BIN (bin), listener));
  gst_object_unref (listener);
}

/* It comes while the pipeline plays, moves, goes, and comes again. */
static void
move_listener (GstElement * bin)
{
  set_on (bin, "l", "position-x", -3.0);
}

GST_START_TEST (test_comes_and_goes)
{
  GstElement *pipeline = launch (SOURCE OUT " bin.( name=b audiotestsrc ! "
      "fakesink )");
  Recorder *recorder = record (pipeline, "out");
  guint64 i;

  do_at (pipeline, "b", 1024, add_listener);
  do_at (pipeline, "b", 2048, move_listener);
  do_at (pipeline, "b", 4096, remove_listener);
  do_at (pipeline, "b", 6144, add_listener);
  play (pipeline);
  fail_unless (recorder_wait (recorder, 8192));
  for (i = 0; i < 2; i++) {
    expect_stereo (recorder, i ? 4096 : 0, i ? 6144 : 1024, 0, 1);
    expect_stereo (recorder, i ? 6144 : 1024, i ? 8192 : 2048, 1, 0);
  }
  expect_stereo (recorder, 2048, 4096, 0, 0.25);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

static void
expect_no_second (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, PATIENCE,
      GST_MESSAGE_ERROR);
  GError *error = NULL;

  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS), "%s", error->message);
  fail_unless (strstr (error->message, "There is a listener already") != NULL);
  g_error_free (error);
  gst_message_unref (message);
  gst_object_unref (bus);
}

GST_START_TEST (test_two)
{
  GstElement *pipeline = launch (SOURCE OUT " audiolistener "
      "bin.( audiolistener )");
  GstElement *second;

  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  expect_no_second (pipeline);
  stop (pipeline);

  /* two pipelines may have one each; a second one that comes later is refused,
   * and the first one goes on */
  pipeline = launch (SOURCE OUT " audiolistener position-x=2 name=l");
  second = launch (SOURCE OUT " audiolistener");
  set_state (second, GST_STATE_PAUSED);
  set_state (pipeline, GST_STATE_PAUSED);
  stop (second);
  second = gst_element_factory_make ("audiolistener", NULL);
  fail_unless (gst_bin_add (GST_BIN (pipeline), second));
  fail_if (gst_element_sync_state_with_parent (second));
  expect_no_second (pipeline);
  gst_element_set_state (second, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (pipeline), second);
  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
}

GST_END_TEST;

/* Two chains of which one sink is far ahead: both hear the same listener. */
GST_START_TEST (test_two_sinks)
{
  GstElement *pipeline = launch ("audiolistener position-x::automation="
      "\"setValueAtTime(-3, 0) linearRampToValueAtTime(3, 0.4)\" "
      "constantsource ! panner position-x=1 length=19200" OUT
      " constantsource ! panner position-x=1 length=19200 ! fakesink "
      "name=late");
  Recorder *recorder = record (pipeline, "out");
  Recorder *late = record (pipeline, "late");

  recorder_allow (late, 1024);
  play (pipeline);
  fail_unless (recorder_wait (recorder, 19200));
  recorder_allow (late, G_MAXUINT64);
  wait_for_end (pipeline);
  assert_same_sound (late, recorder);
  recorder_free (recorder);
  recorder_free (late);
  stop (pipeline);
}

GST_END_TEST;

/* A seek leaves nothing of where it was. */
GST_START_TEST (test_seek)
{
  GstElement *pipeline = launch ("audiolistener position-x::automation="
      "\"setValueAtTime(-3, 0) linearRampToValueAtTime(3, 0.1)\" "
      "constantsource ! panner position-x=1 length=9600" OUT);
  Recorder *recorder = record (pipeline, "out");
  Recorder *reference;

  play (pipeline);
  wait_for_end (pipeline);
  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, 0));
  wait_for_end (pipeline);
  reference = render ("audiolistener position-x::automation="
      "\"setValueAtTime(-3, 0) linearRampToValueAtTime(3, 0.1)\" "
      "constantsource ! panner position-x=1 length=9600" OUT);
  assert_same_sound (recorder, reference);
  recorder_free (recorder);
  recorder_free (reference);
  stop (pipeline);
}

GST_END_TEST;

static Suite *
audiolistener_suite (void)
{
  Suite *s = suite_create ("audiolistener");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_places);
  tcase_add_test (tc, test_many);
  tcase_add_test (tc, test_block_sizes);
  tcase_add_test (tc, test_rates);
  tcase_add_test (tc, test_comes_and_goes);
  tcase_add_test (tc, test_two);
  tcase_add_test (tc, test_two_sinks);
  tcase_add_test (tc, test_seek);
  return s;
}

GST_CHECK_MAIN (audiolistener);
