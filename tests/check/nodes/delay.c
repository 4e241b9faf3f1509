/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The delay element: what comes out when, how long its tail is, and how many
 * channels it has meanwhile.
 */

#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"
#define SAW "oscillator type=sawtooth frequency=331"

/* What @line puts out, delayed, is @is; from @from to @to. */
static void
assert_delayed (Recorder * is, Recorder * source, guint64 delay, guint64 from,
    guint64 to)
{
  fail_unless (to <= is->frames && to - delay <= source->frames);
  assert_floats_equal (recorder_samples (is) + from,
      recorder_samples (source) + from - delay, to - from);
}

static void
assert_silent (Recorder * recorder, guint64 from, guint64 to)
{
  const gfloat *samples = recorder_samples (recorder);
  guint n = recorder_channels (recorder);
  guint64 i;

  fail_unless (to <= recorder->frames);
  for (i = from * n; i < to * n; i++)
    assert_sample (samples[i], 0, 0, i / n);
}

/* A whole number of frames changes no bit, none at all goes straight through */
GST_START_TEST (test_whole)
{
  static const guint delays[] = { 0, 1, 127, 128, 480, 5000 };
  Recorder *source = render (SAW " length=20000" OUT);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (delays); i++) {
    Recorder *is = render (SAW " ! delay delay-time=%.17g length=20000" OUT,
        delays[i] / (gdouble) RATE);

    fail_unless_equals_uint64 (is->frames, 20000);
    assert_silent (is, 0, delays[i]);
    assert_delayed (is, source, delays[i], delays[i], 20000);
    recorder_free (is);
  }
  recorder_free (source);
}

GST_END_TEST;

/* Between two frames by a straight line, also where the time moves */
GST_START_TEST (test_ramp)
{
  Recorder *source = render ("oscillator frequency=331 length=30000" OUT);
  const gfloat *in = recorder_samples (source);
  GstElement *pipeline =
      launch ("oscillator frequency=331 ! delay name=d length=30000" OUT);
  Recorder *is = record (pipeline, "out");
  const gfloat *out;
  guint64 i;

  bind_ramp (pipeline, "d", "delay-time", 0, 0.25, TRUE, 1, 0);
  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  out = recorder_samples (is);
  for (i = 0; i < 30000; i++) {
    gdouble at = i - ramp (i, 0, 0.25) * RATE, whole = floor (at);
    gint64 before = whole;
    gdouble a = before >= 0 ? in[before] : 0;
    gdouble b = before + 1 >= 0 ? in[before + 1] : 0;

    assert_sample (out[i], a + (b - a) * (at - whole), 2e-6, i);
  }
  recorder_free (is);
  recorder_free (source);
}

GST_END_TEST;

/* Not longer than there is room for, not shorter than nothing */
GST_START_TEST (test_clamped)
{
  Recorder *source = render (SAW " length=20000" OUT);
  Recorder *is = render (SAW " ! delay max-delay-time=0.1 delay-time=5 "
      "length=20000" OUT);

  assert_silent (is, 0, 4800);
  assert_delayed (is, source, 4800, 4800, 20000);
  recorder_free (is);
  is = render (SAW " ! delay name=d length=20000" OUT
      " constantsource offset=-1 ! d.delay-time_0");
  assert_delayed (is, source, 0, 0, 20000);
  recorder_free (is);
  is = render (SAW " ! delay max-delay-time=1e-30 delay-time=1 length=20000"
      OUT);
  assert_delayed (is, source, 0, 128, 20000);
  recorder_free (is);
  recorder_free (source);
}

GST_END_TEST;

/* The longest that there is, and as much of it as is needed */
GST_START_TEST (test_long)
{
  Recorder *is = render ("constantsource stop=10000000 ! "
      "audio/x-raw,rate=8000 ! delay max-delay-time=179.999 delay-time=179.9 "
      "block-size=8192" OUT);

  fail_unless_equals_uint64 (is->frames, (1439200 + 80 + 127) / 128 * 128);
  assert_silent (is, 0, 1439200);
  assert_sample (recorder_samples (is)[1439200], 1, 0, 1439200);
  recorder_free (is);
}

GST_END_TEST;

/* The stream ends in the quantum in which the last sound does */
GST_START_TEST (test_tail)
{
  static const guint sizes[] = { 128, 1024, 8192 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Recorder *is = render ("constantsource stop=100000000 ! "
        "delay delay-time=0.5 block-size=%u" OUT, sizes[i]);

    fail_unless_equals_uint64 (is->frames, (28800 + 127) / 128 * 128);
    assert_silent (is, 0, 24000);
    assert_sample (recorder_samples (is)[24000], 1, 0, 24000);
    assert_sample (recorder_samples (is)[28799], 1, 0, 28799);
    assert_silent (is, 28800, is->frames);
    recorder_free (is);

    /* a time that may move reaches everything that is still there */
    is = render ("constantsource stop=100000000 ! delay max-delay-time=0.7 "
        "delay-time::automation=\"setValueAtTime(0.3,0) setValueAtTime(0.7,9)\""
        " block-size=%u" OUT, sizes[i]);
    fail_unless_equals_uint64 (is->frames, (38400 + 127) / 128 * 128);
    recorder_free (is);
  }
}

GST_END_TEST;

/* Silence is a GAP, before and after */
GST_START_TEST (test_gaps)
{
  Recorder *is = render ("constantsource start=100000000 stop=200000000 ! "
      "delay delay-time=0.1 length=48000" OUT);
  guint i;

  for (i = 0; i < is->buffers->len; i++) {
    const RecordedBuffer *buffer = recorder_buffer (is, i);
    gboolean silent = buffer->offset_end <= 9600 || buffer->offset >= 14400;

    fail_unless (!!(buffer->flags & GST_BUFFER_FLAG_GAP) == silent,
        "frame %" G_GUINT64_FORMAT, buffer->offset);
  }
  recorder_free (is);
}

GST_END_TEST;

static void
to_a_tenth (GstElement * element)
{
  g_object_set (element, "delay-time", 0.1, NULL);
}

static void
to_none (GstElement * element)
{
  g_object_set (element, "delay-time", 0.0, NULL);
}

/* What has been let go by comes back when the time becomes longer */
GST_START_TEST (test_change)
{
  GstElement *pipeline = launch (SAW " ! delay name=d length=20000" OUT);
  Recorder *is = record (pipeline, "out");
  Recorder *source = render (SAW " length=20000" OUT);

  do_at (pipeline, "d", 10240, to_a_tenth);
  do_at (pipeline, "d", 15360, to_none);
  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  assert_delayed (is, source, 0, 0, 10240);
  assert_delayed (is, source, 4800, 10240, 15360);
  assert_delayed (is, source, 0, 15360, 20000);
  recorder_free (is);
  recorder_free (source);
}

GST_END_TEST;

/* There are as many channels as what comes in has. A mono signal is in the
 * first of discrete channels, and in both while there are two going in; so the
 * second one tells when. */
#define COUNTED " ! gain channel-count=2 channel-count-mode=explicit " \
    "channel-interpretation=discrete length=%u block-size=%u" OUT

static void
check_channels (const gchar * source, guint64 rise, guint64 fall,
    guint64 length)
{
  static const guint sizes[] = { 128, 1024, 8192 };
  guint i;
  guint64 j;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gchar *line = g_strdup_printf ("%s" COUNTED, source, (guint) length,
        sizes[i]);
    Recorder *is = render ("%s", line);
    const gfloat *samples = recorder_samples (is);

    fail_unless_equals_int (recorder_channels (is), 2);
    for (j = 0; j < length; j++)
      assert_sample (samples[2 * j + 1], j >= rise && j < fall, 0, j);
    recorder_free (is);
    g_free (line);
  }
}

GST_START_TEST (test_channels)
{
  /* stereo up to 9600, delayed by 20.83 quanta: the mono signal beside it is in
   * both channels until then */
  check_channels ("constantsource ! mix.  channelmerger number-of-inputs=2 "
      "name=merge ! delay delay-time=0.05555555555555 ! gain gain=0 ! mix.  "
      "constantsource stop=200000000 ! merge.  gain name=mix", 0, 9600, 30000);
}

GST_END_TEST;

/* The end of what is stereo comes out in mono, as the spec has it */
GST_START_TEST (test_stereo_tail)
{
  Recorder *is = render ("channelmerger number-of-inputs=2 name=m  "
      "constantsource stop=100000000 ! m.sink_0  m. ! delay delay-time=0.05 ! "
      "gain length=8000 channel-count=2 channel-count-mode=explicit" OUT);
  const gfloat *samples = recorder_samples (is);
  guint i;

  fail_unless_equals_int (recorder_channels (is), 2);
  for (i = 0; i < 8000; i++) {
    gfloat left = i < 2400 || i >= 7200 ? 0 : i < 4864 ? 1 : 0.5;

    assert_sample (samples[2 * i], left, 0, i);
    assert_sample (samples[2 * i + 1], i < 4864 ? 0 : left, 0, i);
  }
  recorder_free (is);
}

GST_END_TEST;

/* What is in the line is mixed to what comes with it */
GST_START_TEST (test_mixed)
{
  Recorder *is = render ("constantsource stop=100000000 ! both.  "
      "constantsource offset=0.5 ! both.  "
      "gain name=both ! delay delay-time=0.1 length=20000" OUT);
  const gfloat *samples = recorder_samples (is);

  fail_unless_equals_int (recorder_channels (is), 1);
  assert_silent (is, 0, 4800);
  assert_sample (samples[4800], 1.5, 0, 4800);
  assert_sample (samples[9599], 1.5, 0, 9599);
  assert_sample (samples[9600], 0.5, 0, 9600);
  recorder_free (is);
}

GST_END_TEST;

/* The silence that comes first does not make a stereo stream a mono one */
GST_START_TEST (test_first_channels)
{
  static const gchar *after[] = { "", " ! gain", " ! delay delay-time=0.1" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (after); i++) {
    Recorder *is = render ("audiotestsrc num-buffers=20 ! "
        "audio/x-raw,rate=48000,channels=2 ! delay delay-time=0.1%s" OUT,
        after[i]);

    fail_unless_equals_int (recorder_channels (is), 2);
    fail_unless (recorder_loudness (is) > 1000);
    recorder_free (is);
  }
}

GST_END_TEST;

/* Left and right stay apart although mono silence comes first, also where pads
 * of a bin are in between */
GST_START_TEST (test_apart)
{
  static const guint delays[] = { 0, 100, 128, 256, 3000 };
  static const gchar *after[] = { "gain", "( gain )",
    "audio/x-raw,channels=2 ! gain", "( gain ) ! ( delay )"
  };
  guint i, j, k;

  for (i = 0; i < G_N_ELEMENTS (delays); i++) {
    for (j = 0; j < G_N_ELEMENTS (after); j++) {
      Recorder *is = render ("channelmerger number-of-inputs=2 name=m  "
          "constantsource ! m.sink_0  constantsource offset=0.5 ! m.sink_1  "
          "m. ! delay delay-time=%.17g max-delay-time=0.1 ! %s ! "
          "gain length=8000 channel-count=2 channel-count-mode=explicit" OUT,
          delays[i] / (gdouble) RATE, after[j]);
      const gfloat *samples = recorder_samples (is);

      fail_unless_equals_int (recorder_channels (is), 2);
      for (k = 0; k < 8000; k++) {
        assert_sample (samples[2 * k], k < delays[i] ? 0 : 1, 0, k);
        assert_sample (samples[2 * k + 1], k < delays[i] ? 0 : 0.5, 0, k);
      }
      recorder_free (is);
    }
  }
}

GST_END_TEST;

static void
assert_max_delay_time (GstElement * delay, gdouble should)
{
  gdouble is;

  g_object_get (delay, "max-delay-time", &is, NULL);
  fail_unless_equals_float (is, should);
}

/* More than nothing and less than three minutes, and not while it runs */
GST_START_TEST (test_max_delay_time)
{
  static const gdouble refused[] = { 0, 180 };
  GstElement *pipeline = launch ("constantsource ! delay name=d" OUT);
  GstElement *delay = get_element (pipeline, "d");
  guint i;

  assert_max_delay_time (delay, 1);
  for (i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_object_set (delay, "max-delay-time", refused[i], NULL);
    assert_max_delay_time (delay, 1);
  }
  g_object_set (delay, "max-delay-time", 179.99, NULL);
  assert_max_delay_time (delay, 179.99);
  set_state (pipeline, GST_STATE_PAUSED);
  g_object_set (delay, "max-delay-time", 2.0, NULL);
  assert_max_delay_time (delay, 179.99);
  set_state (pipeline, GST_STATE_READY);
  g_object_set (delay, "max-delay-time", 2.0, NULL);
  assert_max_delay_time (delay, 2);
  gst_object_unref (delay);
  stop (pipeline);
}

GST_END_TEST;

static Suite *
delay_suite (void)
{
  Suite *s = suite_create ("delay");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_whole);
  tcase_add_test (tc, test_ramp);
  tcase_add_test (tc, test_clamped);
  tcase_add_test (tc, test_long);
  tcase_add_test (tc, test_tail);
  tcase_add_test (tc, test_gaps);
  tcase_add_test (tc, test_change);
  tcase_add_test (tc, test_channels);
  tcase_add_test (tc, test_stereo_tail);
  tcase_add_test (tc, test_mixed);
  tcase_add_test (tc, test_first_channels);
  tcase_add_test (tc, test_apart);
  tcase_add_test (tc, test_max_delay_time);
  return s;
}

GST_CHECK_MAIN (delay);
