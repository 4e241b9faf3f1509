/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the scheduled sources share: start and stop by property and by action
 * signal, to a fraction of a frame, the ended signal and the end of the stream.
 */

#include "nodes/check-source.h"

#define OUT " ! fakesink name=out"

/* Longer than everything here */
#define LENGTH "length=12000 "

static const gchar *factories[] = { "oscillator", "constantsource" };

/* The source in the launch line is the element named s */
static void
G_GNUC_PRINTF (2, 3)
open_line (Fixture * self, const gchar * format, ...)
{
  va_list args;

  va_start (args, format);
  open_pipeline (self, launch_valist (format, args));
  va_end (args);
}

static gboolean
call (GstElement * source, const gchar * method, gdouble when)
{
  gboolean accepted = FALSE;

  g_signal_emit_by_name (source, method, when, &accepted);
  return accepted;
}

/* A constant source sounds from @first to @end and nowhere else */
static void
expect_ones (Recorder * recorder, guint64 first, guint64 end)
{
  const gfloat *samples = recorder_samples (recorder);
  guint64 i;

  for (i = 0; i < recorder->frames; i++)
    assert_sample (samples[i], i >= first && i < end ? 1 : 0, 0, i);
}

/* A sine of @frequency begins @start frames, not rounded, after frame 0, and
 * its last frame is the one before @end */
static void
expect_sine_from (Recorder * recorder, gdouble start, guint64 end,
    gdouble frequency)
{
  const gfloat *samples = recorder_samples (recorder);
  guint64 i;

  for (i = 0; i < recorder->frames; i++) {
    gdouble should = i < start || i >= end ? 0 :
        sin (2 * G_PI * frequency * (i - start) / RATE);

    assert_sample (samples[i], should, 5e-6, i);
  }
}

GST_START_TEST (test_properties)
{
  static const struct
  {
    guint64 start, stop;        /* in ns */
    guint64 first, end;         /* in frames */
  } cases[] = {
    {0, GST_SECOND / 10, 0, 4800},
    {GST_SECOND / 100, GST_SECOND / 10, 480, 4800},
    {0, 0, 0, 12000},           /* never */
    {0, GST_CLOCK_TIME_NONE, 0, 12000},
    {GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, 12000, 12000},
    {GST_CLOCK_TIME_NONE, GST_SECOND / 10, 12000, 12000},
    {GST_CLOCK_TIME_NONE - 1, 0, 12000, 12000},
    {0, GST_CLOCK_TIME_NONE - 1, 0, 12000},
    {G_MAXINT64, G_MAXINT64, 12000, 12000},
    /* between two frames */
    {10010000, 100010000, 481, 4801},
    /* the time of frame 1001, which is 20854166.67 ns, cut and rounded */
    {20854166, 100000000, 1001, 4800},
    {20833333, 20854166, 1000, 1001},
    {0, 20854166, 0, 1001},
    {0, 20854167, 0, 1001},
    {0, 10416667, 0, 500},
    /* within one block, and a single frame */
    {GST_MSECOND, 2 * GST_MSECOND, 48, 96},
    {0, 1, 0, 1},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint64 start, stop;
    Fixture f;

    open_line (&f, "constantsource name=s " LENGTH "start=%" G_GUINT64_FORMAT
        " stop=%" G_GUINT64_FORMAT OUT, cases[i].start, cases[i].stop);
    GST_INFO ("start %" G_GUINT64_FORMAT " stop %" G_GUINT64_FORMAT,
        cases[i].start, cases[i].stop);
    play_to_end (&f);
    fail_unless_equals_uint64 (f.recorder->frames, 12000);
    expect_ones (f.recorder, cases[i].first, cases[i].end);
    g_object_get (f.source, "start", &start, "stop", &stop, NULL);
    if (cases[i].start < GST_SECOND)
      fail_unless_equals_uint64 (start, cases[i].start);
    if (cases[i].stop > 0 && cases[i].stop < GST_SECOND)
      fail_unless_equals_uint64 (stop, cases[i].stop);
    close_line (&f);
  }
}

GST_END_TEST;

/* start is never rounded: a wave that begins between two frames is where it
 * should be at the second */
GST_START_TEST (test_sub_sample)
{
  static const struct
  {
    gdouble start, stop;        /* in frames */
    guint64 end;
  } cases[] = {
    {0.5, 1000, 1000}, {0.25, 999.75, 1000}, {1000.999, 1025.001, 1026},
    {1023.5, 1024.5, 1025}, {1024.0001, 5000, 5000}, {1e-3, 1e-2, 1},
    {333.25, 3333.75, 3334}, {2047.9, 2048, 2048}, {500.2, 500.9, 501}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    Fixture f;

    open_line (&f, "oscillator name=s frequency=3700 " LENGTH OUT);
    fail_unless (call (f.source, "start", cases[i].start / RATE));
    fail_unless (call (f.source, "stop", cases[i].stop / RATE));
    play_to_end (&f);
    expect_sine_from (f.recorder, cases[i].start, cases[i].end, 3700);
    fail_unless_equals_int (f.ended, 1);
    close_line (&f);

    /* a whole frame has one value for a constant */
    open_line (&f, "constantsource name=s " LENGTH OUT);
    fail_unless (call (f.source, "start", cases[i].start / RATE));
    fail_unless (call (f.source, "stop", cases[i].stop / RATE));
    play_to_end (&f);
    expect_ones (f.recorder, (guint64) ceil (cases[i].start), cases[i].end);
    close_line (&f);
  }
}

GST_END_TEST;

/* The frames that a second in double cannot name exactly are meant all the
 * same, at any rate */
GST_START_TEST (test_whole_frames)
{
  static const gint rates[] = { 8000, 11025, 44100, 48000, 96000 };
  guint i, frame;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    for (frame = 1; frame < 4000; frame += 997) {
      Fixture f;

      open_line (&f, "constantsource name=s sample-rate=%d " LENGTH OUT,
          rates[i]);
      fail_unless (call (f.source, "start", (gdouble) frame / rates[i]));
      fail_unless (call (f.source, "stop", (gdouble) (frame + 7) / rates[i]));
      play_to_end (&f);
      expect_ones (f.recorder, frame, frame + 7);
      close_line (&f);
    }
  }
}

GST_END_TEST;

/* InvalidStateError and RangeError; what was refused has changed nothing */
GST_START_TEST (test_errors)
{
  static const gdouble out_of_range[] = { -1, -1e-9, NAN, INFINITY, -INFINITY };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (factories); i++) {
    GstElement *source = gst_element_factory_make (factories[i], NULL);
    guint64 start, stop;

    g_object_set (source, "start", GST_CLOCK_TIME_NONE, NULL);
    fail_if (call (source, "stop", 1), "stop before start");
    for (j = 0; j < G_N_ELEMENTS (out_of_range); j++) {
      fail_if (call (source, "start", out_of_range[j]));
      fail_if (call (source, "stop", out_of_range[j]));
    }
    g_object_get (source, "start", &start, "stop", &stop, NULL);
    fail_unless_equals_uint64 (start, GST_CLOCK_TIME_NONE);
    fail_unless_equals_uint64 (stop, GST_CLOCK_TIME_NONE);

    /* a refused start leaves the node to be started */
    fail_unless (call (source, "start", 0.25));
    fail_if (call (source, "start", 0.5), "started twice");
    for (j = 0; j < G_N_ELEMENTS (out_of_range); j++) {
      fail_if (call (source, "start", out_of_range[j]));
      fail_if (call (source, "stop", out_of_range[j]));
    }
    fail_unless (call (source, "stop", 0.75));
    fail_unless (call (source, "stop", 0.5));
    g_object_get (source, "start", &start, "stop", &stop, NULL);
    fail_unless_equals_uint64 (start, GST_SECOND / 4);
    fail_unless_equals_uint64 (stop, GST_SECOND / 2);
    gst_object_unref (source);
  }
}

GST_END_TEST;

GST_START_TEST (test_huge_times)
{
  static const gdouble huge[] = { 1e10, 1e18, 1e100, G_MAXDOUBLE };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (huge); i++) {
    Fixture f;

    open_line (&f, "constantsource name=s " LENGTH OUT);
    fail_unless (call (f.source, "stop", huge[i]));
    play_to_end (&f);
    expect_ones (f.recorder, 0, 12000);
    close_line (&f);

    open_line (&f, "constantsource name=s " LENGTH OUT);
    fail_unless (call (f.source, "start", huge[i]));
    fail_unless (call (f.source, "stop", huge[i]));
    play_to_end (&f);
    expect_ones (f.recorder, 12000, 12000);
    fail_unless_equals_int (f.ended, 0);
    close_line (&f);
  }
}

GST_END_TEST;

GST_START_TEST (test_last_stop_wins)
{
  Fixture f;

  open_line (&f, "constantsource name=s " LENGTH OUT);
  fail_unless (call (f.source, "start", 0));
  fail_unless (call (f.source, "stop", 9600. / RATE));
  fail_unless (call (f.source, "stop", 4800. / RATE));
  play_to_end (&f);
  expect_ones (f.recorder, 0, 4800);
  close_line (&f);

  open_line (&f, "constantsource name=s " LENGTH OUT);
  fail_unless (call (f.source, "stop", 4800. / RATE));
  fail_unless (call (f.source, "stop", 9600. / RATE));
  play_to_end (&f);
  expect_ones (f.recorder, 0, 9600);
  fail_unless_equals_int (f.ended, 1);
  close_line (&f);
}

GST_END_TEST;

/* Nothing is heard, and it is over at the stop time, not at the start time */
GST_START_TEST (test_stop_before_start)
{
  static const guint64 starts[] = { 4800, 4801, 9600 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (starts); i++) {
    Fixture f;

    open_line (&f, "constantsource name=s" OUT);
    fail_unless (call (f.source, "start", (gdouble) starts[i] / RATE));
    fail_unless (call (f.source, "stop", 4800. / RATE));
    play_to_end (&f);
    fail_unless_equals_uint64 (f.recorder->frames, 4800);
    expect_ones (f.recorder, 0, 0);
    fail_unless_equals_int (f.ended, 1);
    fail_unless (f.ended_at >= 4800 - BLOCK);
    close_line (&f);
  }

  /* and where that is the beginning, there is nothing at all */
  {
    Fixture f;

    open_line (&f, "constantsource name=s" OUT);
    fail_unless (call (f.source, "stop", 0));
    play_to_end (&f);
    fail_unless_equals_uint64 (f.recorder->frames, 0);
    fail_unless_equals_int (f.ended, 1);
    close_line (&f);
  }
}

GST_END_TEST;

/* The end of the sources is the end of the stream, to the frame */
GST_START_TEST (test_end_of_stream)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (factories); i++) {
    static const guint64 ends[] = { 1, 127, 128, 1024, 1025, 48000 };
    guint j;

    for (j = 0; j < G_N_ELEMENTS (ends); j++) {
      Fixture f;

      open_line (&f, "%s name=s" OUT, factories[i]);
      fail_unless (call (f.source, "stop", (gdouble) ends[j] / RATE));
      play_to_end (&f);
      fail_unless_equals_uint64 (f.recorder->frames, ends[j]);
      fail_unless_equals_int (f.ended, 1);
      close_line (&f);
    }
  }
}

GST_END_TEST;

/* Where several sources are mixed, the last of them ends the stream, and each
 * says so for itself */
GST_START_TEST (test_end_of_mix)
{
  Fixture f;
  const gfloat *samples;
  guint i;

  open_line (&f, "constantsource name=s stop=50000000 ! mix. "
      "constantsource start=100000000 stop=150000000 ! mix. "
      "gain name=mix ! mediastreamdest channel-count=1" OUT);
  play_to_end (&f);
  fail_unless_equals_uint64 (f.recorder->frames, 7200);
  samples = recorder_samples (f.recorder);
  for (i = 0; i < 7200; i++)
    assert_sample (samples[i], i >= 2400 && i < 4800 ? 0 : 1, 0, i);
  fail_unless_equals_int (f.ended, 1);
  fail_unless (f.ended_at <= 2400, "%" G_GUINT64_FORMAT, f.ended_at);
  close_line (&f);
}

GST_END_TEST;

/* ended does not depend on how the time is cut into blocks */
GST_START_TEST (test_ended_at_block_boundary)
{
  static const guint sizes[] = { 128, 1024, 4096 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Fixture f;

    open_line (&f, "constantsource name=s length=4096 block-size=%u" OUT,
        sizes[i]);
    fail_unless (call (f.source, "stop", 4096. / RATE));
    play_to_end (&f);
    expect_ones (f.recorder, 0, 4096);
    fail_unless_equals_int (f.ended, 1);
    close_line (&f);
  }
}

GST_END_TEST;

/* It ends once in each life */
GST_START_TEST (test_reuse)
{
  Fixture f;
  guint i;

  open_line (&f, "oscillator name=s start=10000000 stop=110000000" OUT);
  for (i = 1; i <= 3; i++) {
    recorder_clear (f.recorder);
    play_to_end (&f);
    fail_unless_equals_uint64 (f.recorder->frames, 5280);
    expect_sine_from (f.recorder, 480, 5280, 440);
    fail_unless_equals_int (f.ended, i);
    set_state (f.pipeline, GST_STATE_NULL);
  }
  close_line (&f);
}

GST_END_TEST;

/* Calls while playing */

typedef struct
{
  GstElement *source;
  guint64 frame;
  const gchar *method;
  gdouble when;
  gboolean accepted;
} Call;

static GstPadProbeReturn
call_in_stream (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Call *self = data;

  if (GST_BUFFER_OFFSET (info->data) != self->frame)
    return GST_PAD_PROBE_OK;
  self->accepted = call (self->source, self->method, self->when);
  return GST_PAD_PROBE_REMOVE;
}

/* Between the block that begins at @frame and the next */
static void
call_after (Fixture * f, Call * self, guint64 frame, const gchar * method,
    gdouble when)
{
  GstElement *out = get_element (f->pipeline, "out");
  GstPad *pad = gst_element_get_static_pad (out, "sink");

  self->source = f->source;
  self->frame = frame;
  self->method = method;
  self->when = when;
  self->accepted = FALSE;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, call_in_stream, self,
      NULL);
  gst_object_unref (pad);
  gst_object_unref (out);
}

/* What is past means now, and now is the next block */
GST_START_TEST (test_start_now)
{
  Fixture f;
  Call started;

  open_line (&f, "oscillator name=s frequency=3700 start=-1 " LENGTH OUT);
  call_after (&f, &started, BLOCK, "start", 0);
  play_to_end (&f);
  fail_unless (started.accepted);
  expect_sine_from (f.recorder, 2 * BLOCK, 12000, 3700);
  close_line (&f);
}

GST_END_TEST;

GST_START_TEST (test_start_later)
{
  Fixture f;
  Call started, stopped;

  open_line (&f, "oscillator name=s frequency=3700 start=-1 " LENGTH OUT);
  call_after (&f, &started, 0, "start", 5000.25 / RATE);
  call_after (&f, &stopped, 2 * BLOCK, "stop", 7000.5 / RATE);
  play_to_end (&f);
  fail_unless (started.accepted && stopped.accepted);
  expect_sine_from (f.recorder, 5000.25, 7001, 3700);
  close_line (&f);
}

GST_END_TEST;

GST_START_TEST (test_stop_now)
{
  Fixture f;
  Call stopped;

  open_line (&f, "constantsource name=s" OUT);
  call_after (&f, &stopped, BLOCK, "stop", 0);
  play_to_end (&f);
  fail_unless (stopped.accepted);
  fail_unless_equals_uint64 (f.recorder->frames, 2 * BLOCK);
  expect_ones (f.recorder, 0, 2 * BLOCK);
  fail_unless_equals_int (f.ended, 1);
  close_line (&f);
}

GST_END_TEST;

/* A source that has ended does not come back */
GST_START_TEST (test_stop_again)
{
  Fixture f;
  Call stopped;

  open_line (&f, "constantsource name=s " LENGTH "stop=%u" OUT,
      (guint) (GST_SECOND / 100));
  call_after (&f, &stopped, 2 * BLOCK, "stop", 9600. / RATE);
  play_to_end (&f);
  expect_ones (f.recorder, 0, 480);
  fail_unless_equals_int (f.ended, 1);
  close_line (&f);
}

GST_END_TEST;

/* In the handler of ended the graph may be changed: the next voice is linked */
static void
replace_voice (GstElement * source, GstElement * pipeline)
{
  GstElement *next = gst_element_factory_make ("constantsource", NULL);
  GstElement *mix = gst_bin_get_by_name (GST_BIN (pipeline), "mix");

  gst_element_unlink (source, mix);
  g_object_set (next, "stop", (guint64) (GST_SECOND / 5), NULL);
  gst_bin_add (GST_BIN (pipeline), next);
  fail_unless (gst_element_link (next, mix));
  gst_element_sync_state_with_parent (next);
  gst_object_unref (mix);
}

GST_START_TEST (test_link_in_handler)
{
  Fixture f;
  const gfloat *samples;
  guint64 i;

  open_line (&f, "constantsource name=s stop=100000000 ! gain name=mix "
      "constantsource offset=0.5 stop=300000000 ! mix. "
      "mix. ! fakesink name=out");
  g_signal_connect (f.source, "ended", G_CALLBACK (replace_voice), f.pipeline);
  play_to_end (&f);
  fail_unless_equals_uint64 (f.recorder->frames, 14400);
  samples = recorder_samples (f.recorder);
  for (i = 0; i < 14400; i++) {
    /* the block in which the first one ends is heard with it alone */
    if (i < 4800 || (i >= 4800 + BLOCK && i < 9600))
      assert_sample (samples[i], 1.5, 0, i);
    if (i >= 9600)
      assert_sample (samples[i], 0.5, 0, i);
  }
  close_line (&f);
}

GST_END_TEST;

/* What was over sounds again where a seek goes back */
GST_START_TEST (test_seek)
{
  Fixture f;
  guint i;

  open_line (&f, "constantsource name=s start=100000000 stop=200000000" OUT);
  play_to_end (&f);
  fail_unless_equals_uint64 (f.recorder->frames, 9600);
  for (i = 2; i <= 3; i++) {
    recorder_clear (f.recorder);
    fail_unless (gst_element_seek_simple (f.pipeline, GST_FORMAT_TIME,
            GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SECOND / 20));
    wait_for_end (f.pipeline);
    fail_unless_equals_uint64 (f.recorder->frames, 7200);
    expect_ones (f.recorder, 2400, 7200);
    fail_unless_equals_int (f.ended, i);
  }
  close_line (&f);
}

GST_END_TEST;

static Suite *
scheduledsource_suite (void)
{
  Suite *s = suite_create ("scheduledsource");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_properties);
  tcase_add_test (tc, test_sub_sample);
  tcase_add_test (tc, test_whole_frames);
  tcase_add_test (tc, test_errors);
  tcase_add_test (tc, test_huge_times);
  tcase_add_test (tc, test_last_stop_wins);
  tcase_add_test (tc, test_stop_before_start);
  tcase_add_test (tc, test_end_of_stream);
  tcase_add_test (tc, test_end_of_mix);
  tcase_add_test (tc, test_ended_at_block_boundary);
  tcase_add_test (tc, test_reuse);
  tcase_add_test (tc, test_start_now);
  tcase_add_test (tc, test_start_later);
  tcase_add_test (tc, test_stop_now);
  tcase_add_test (tc, test_stop_again);
  tcase_add_test (tc, test_link_in_handler);
  tcase_add_test (tc, test_seek);
  return s;
}

GST_CHECK_MAIN (scheduledsource);
