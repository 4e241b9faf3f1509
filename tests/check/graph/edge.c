/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The samples that are pushed into a graph: any format and rate, in any pieces,
 * placed in time. */

#include "../check-webaudio.h"
#include <gst/check/gstharness.h>

#define RATE 48000

/* Formats */

/* A tone survives the way through the format and back, but for its steps. */
static void
assert_format (GstAudioFormat format, const gchar * layout, Recorder * tone)
{
  const GstAudioFormatInfo *finfo = gst_audio_format_get_info (format);
  Recorder *recorder = render ("oscillator frequency=443 stop=50000000 ! "
      "audio/x-raw, format=%s, layout=%s ! queue ! gain ! fakesink name=out",
      finfo->name, layout);
  gdouble step = GST_AUDIO_FORMAT_INFO_IS_FLOAT (finfo) ? 0 :
      ldexp (1, 1 - GST_AUDIO_FORMAT_INFO_DEPTH (finfo));
  guint i;

  fail_unless_equals_uint64 (recorder->frames, 2400);
  fail_unless_equals_int (recorder_channels (recorder), 1);
  for (i = 0; i < 2400; i++)
    check_that (fabs (recorder_samples (recorder)[i]
            - recorder_samples (tone)[i]) <= 2 * step + 1e-7,
        "%s, %s: frame %u", finfo->name, layout, i);
  recorder_free (recorder);
}

GST_START_TEST (test_formats)
{
  Recorder *tone = render ("oscillator frequency=443 stop=50000000 ! "
      "fakesink name=out");
  guint format;

  for (format = GST_AUDIO_FORMAT_S8; format <= GST_AUDIO_FORMAT_F64BE; format++) {
    assert_format (format, "interleaved", tone);
    assert_format (format, "non-interleaved", tone);
  }
  recorder_free (tone);
}

GST_END_TEST;

/* Channels stay what they are, whatever carries them. */
GST_START_TEST (test_channels)
{
  static const gchar *carriers[] = { "format=F32LE, layout=interleaved",
    "format=F32LE, layout=non-interleaved", "format=F64LE, layout=interleaved",
    "format=F64LE, layout=non-interleaved"
  };
  static const guint channels[] = { 1, 2, 3, 4, 6, 8, 32 };
  guint i, j, k, c;

  for (i = 0; i < G_N_ELEMENTS (channels); i++)
    for (j = 0; j < G_N_ELEMENTS (carriers); j++) {
      guint n = channels[i];
      Recorder *recorder = render ("constantsource offset=0.3 stop=20000000 ! "
          "gain channel-count=%u channel-count-mode=explicit "
          "channel-interpretation=discrete name=mix ! audio/x-raw, %s%s ! "
          "queue ! gain ! fakesink name=out", n, carriers[j],
          n > 8 ? ", channel-mask=(bitmask)0" : "");

      fail_unless_equals_int (recorder_channels (recorder), n);
      fail_unless_equals_uint64 (recorder->frames, 960);
      for (k = 0; k < 960; k++)
        for (c = 0; c < n; c++)
          check_that (recorder_samples (recorder)[k * n + c]
              == (c == 0 ? 0.3f : 0.0f), "%u channels, %s: channel %u", n,
              carriers[j], c);
      recorder_free (recorder);
    }
}

GST_END_TEST;

/* Rates */

/* What is resampled is what audioresample makes of it, and not shortened. */
GST_START_TEST (test_rates)
{
  static const gint rates[] = { 8000, 11025, 16000, 22050, 32000, 44100, 47999,
    88200, 96000, 192000
  };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    Recorder *recorder = render ("oscillator frequency=443 stop=500000000 ! "
        "audio/x-raw, rate=%d ! queue ! gain ! audio/x-raw, rate=48000 ! "
        "fakesink name=out", rates[i]);
    Recorder *stock = render ("oscillator frequency=443 stop=500000000 ! "
        "audio/x-raw, rate=%d ! audioresample ! audio/x-raw, rate=48000 ! "
        "fakesink name=out", rates[i]);
    gdouble worst = 0;

    /* half a second is not a whole number of frames at all of these rates */
    fail_unless_equals_uint64 (recorder->frames, gst_util_uint64_scale_ceil
        (gst_util_uint64_scale_ceil (rates[i], 1, 2), RATE, rates[i]));
    /* how its filter is filled and drained is another matter */
    fail_unless (stock->frames > 23500);
    for (j = 200; j < 23500; j++)
      worst = MAX (worst, fabs (recorder_samples (recorder)[j]
              - recorder_samples (stock)[j]));
    fail_unless (worst < 1e-4, "%d Hz: off by %g", rates[i], worst);
    recorder_free (stock);
    recorder_free (recorder);
  }
}

GST_END_TEST;

/* Pieces */

static gfloat
tone_at (guint frame)
{
  return sinf (frame * 0.05f);
}

static GstBuffer *
tone_buffer (guint frame, guint n, gint rate)
{
  gfloat *samples = g_new (gfloat, MAX (n, 1));
  GstBuffer *buffer;
  guint i;

  for (i = 0; i < n; i++)
    samples[i] = tone_at (frame + i);
  buffer = float_buffer (samples, n, 1, frame, rate);
  g_free (samples);
  return buffer;
}

/* Pushes 10000 frames in pieces of these lengths, which may be 0. */
static Recorder *
push_pieces (const guint * pieces, guint n, gint rate)
{
  GstHarness *h = gst_harness_new_parse ("gain");
  Recorder *recorder = record_pad (h->sinkpad);
  guint frame = 0, i = 0;

  gst_harness_set_sink_caps_str (h, "audio/x-raw, rate=48000, "
      "layout=interleaved, channels=1, format=" GST_AUDIO_NE (F32));
  gst_harness_set_src_caps (h, float_caps (1, rate));
  while (frame < 10000) {
    guint length = MIN (pieces[i++ % n], 10000 - frame);

    fail_unless_equals_int (gst_harness_push (h, tone_buffer (frame, length,
                rate)), GST_FLOW_OK);
    frame += length;
  }
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  recorder_wait_end (recorder);
  recorder_finish (recorder);
  gst_harness_teardown (h);
  return recorder;
}

GST_START_TEST (test_pieces)
{
  static const guint whole[] = { 10000 };
  static const guint small[] = { 1, 2, 3, 0, 5 };
  static const guint odd[] = { 7, 997, 1, 0, 0, 1024, 4096, 127 };
  static const gint rates[] = { 48000, 44100, 96000, 8000 };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    Recorder *reference = push_pieces (whole, 1, rates[i]);
    Recorder *one = push_pieces (small, G_N_ELEMENTS (small), rates[i]);
    Recorder *two = push_pieces (odd, G_N_ELEMENTS (odd), rates[i]);

    fail_unless_equals_uint64 (reference->frames,
        gst_util_uint64_scale_ceil (10000, 48000, rates[i]));
    for (j = 0; rates[i] == 48000 && j < 10000; j++)
      check_that (recorder_samples (reference)[j] == tone_at (j), "frame %u",
          j);
    assert_same_sound (one, reference);
    assert_same_sound (two, reference);
    recorder_free (reference);
    recorder_free (one);
    recorder_free (two);
  }
}

GST_END_TEST;

/* Time */

typedef struct
{
  GstHarness *h;
  Recorder *recorder;
} Placing;

static void
placing_begin (Placing * placing)
{
  placing->h = gst_harness_new_parse ("gain block-size=256");
  placing->recorder = record_pad (placing->h->sinkpad);
  gst_harness_set_src_caps (placing->h, float_caps (1, RATE));
}

/* Pushes @n frames of @value with the timestamp of frame @at. */
static void
place (Placing * placing, gfloat value, guint64 at, guint n, guint flags)
{
  gfloat *samples = g_new (gfloat, n);
  GstBuffer *buffer;
  guint i;

  for (i = 0; i < n; i++)
    samples[i] = value;
  buffer = float_buffer (samples, n, 1, at, RATE);
  GST_BUFFER_FLAG_SET (buffer, flags);
  if (at == GST_BUFFER_OFFSET_NONE)
    GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
  fail_unless_equals_int (gst_harness_push (placing->h, buffer), GST_FLOW_OK);
  g_free (samples);
}

/* @runs: value and length of what is to be heard, and nothing more */
static void
placing_end (Placing * placing, const gfloat (*runs)[2], guint n)
{
  guint64 frame = 0;
  guint i, j;

  fail_unless (gst_harness_push_event (placing->h, gst_event_new_eos ()));
  recorder_wait_end (placing->recorder);
  for (i = 0; i < n; i++)
    for (j = 0; j < runs[i][1]; j++, frame++)
      check_that (frame < placing->recorder->frames
          && recorder_samples (placing->recorder)[frame] == runs[i][0],
          "frame %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
          " is not %g", frame, placing->recorder->frames, runs[i][0]);
  fail_unless_equals_uint64 (placing->recorder->frames, frame);
  recorder_free (placing->recorder);
  gst_harness_teardown (placing->h);
}

#define assert_placed(placing, ...) \
    G_STMT_START { \
      static const gfloat runs_[][2] = { __VA_ARGS__ }; \
      placing_end (placing, runs_, G_N_ELEMENTS (runs_)); \
    } G_STMT_END

/* A stream that begins later is silent before. */
GST_START_TEST (test_late_beginning)
{
  Placing placing;

  placing_begin (&placing);
  place (&placing, 1, 5000, 1000, GST_BUFFER_FLAG_DISCONT);
  assert_placed (&placing, {
      0, 5000}
      , {
      1, 1000}
  );
}

GST_END_TEST;

/* A hole is silence of just its length. */
GST_START_TEST (test_hole)
{
  Placing placing;

  placing_begin (&placing);
  place (&placing, 1, 0, 1000, GST_BUFFER_FLAG_DISCONT);
  place (&placing, 2, 7000, 1000, 0);
  place (&placing, 3, 14000, 1000, GST_BUFFER_FLAG_DISCONT);
  assert_placed (&placing, {
      1, 1000}
      , {
      0, 6000}
      , {
      2, 1000}
      , {
      0, 6000}
      , {
      3, 1000}
  );
}

GST_END_TEST;

/* Timestamps that are a little off, or missing, or not new, lose nothing. */
GST_START_TEST (test_jitter)
{
  Placing placing;

  placing_begin (&placing);
  place (&placing, 1, 0, 1000, GST_BUFFER_FLAG_DISCONT);
  place (&placing, 2, 1400, 1000, 0);
  place (&placing, 3, 1700, 1000, 0);
  place (&placing, 4, 3001, 1000, 0);
  place (&placing, 5, GST_BUFFER_OFFSET_NONE, 1000, 0);
  place (&placing, 6, 1000, 1000, 0);
  place (&placing, 7, 2000, 1000, GST_BUFFER_FLAG_DISCONT);
  assert_placed (&placing, {
      1, 1000}
      , {
      2, 1000}
      , {
      3, 1000}
      , {
      4, 1000}
      , {
      5, 1000}
      , {
      6, 1000}
      , {
      7, 1000}
  );
}

GST_END_TEST;

/* What is outside of the segment is not heard. */
GST_START_TEST (test_segment)
{
  Placing placing;
  GstSegment segment;

  placing_begin (&placing);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = gst_util_uint64_scale (1000, GST_SECOND, RATE);
  segment.stop = gst_util_uint64_scale_ceil (4500, GST_SECOND, RATE);
  fail_unless (gst_harness_push_event (placing.h,
          gst_event_new_segment (&segment)));
  place (&placing, 1, 0, 900, GST_BUFFER_FLAG_DISCONT);
  place (&placing, 2, 900, 1100, 0);
  place (&placing, 3, 2000, 2000, 0);
  place (&placing, 4, 4000, 1000, 0);
  place (&placing, 5, 5000, 1000, 0);
  assert_placed (&placing, {
      2, 1000}
      , {
      3, 2000}
      , {
      4, 500}
  );
}

GST_END_TEST;

/* Running time decides, not the timestamp. */
GST_START_TEST (test_segment_base)
{
  Placing placing;
  GstSegment segment;

  placing_begin (&placing);
  place (&placing, 1, 0, 1000, GST_BUFFER_FLAG_DISCONT);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 100 * GST_SECOND;
  segment.base = gst_util_uint64_scale (6000, GST_SECOND, RATE);
  fail_unless (gst_harness_push_event (placing.h,
          gst_event_new_segment (&segment)));
  place (&placing, 2, 100 * RATE, 1000, 0);
  assert_placed (&placing, {
      1, 1000}
      , {
      0, 5000}
      , {
      2, 1000}
  );
}

GST_END_TEST;

GST_START_TEST (test_pad_offset)
{
  GstElement *pipeline = launch ("gain name=mix ! fakesink name=out "
      "constantsource stop=100000000 ! queue name=queue ! mix.");
  GstElement *queue = get_element (pipeline, "queue");
  GstPad *pad = gst_element_get_static_pad (queue, "src");
  Recorder *recorder = record (pipeline, "out");
  guint i;

  gst_pad_set_offset (pad, 50 * GST_MSECOND);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, 7200);
  for (i = 0; i < 7200; i++)
    check_that (recorder_samples (recorder)[i] == (i < 2400 ? 0.0f : 1.0f),
        "frame %u", i);
  stop (pipeline);
  gst_object_unref (pad);
  gst_object_unref (queue);
  recorder_free (recorder);
}

GST_END_TEST;

/* The stream changes its caps: nothing is lost in between. */
GST_START_TEST (test_caps_change)
{
  GstHarness *h = gst_harness_new_parse ("gain channel-count=1 "
      "channel-count-mode=explicit sample-rate=48000");
  Recorder *recorder = record_pad (h->sinkpad);
  guint64 time = 0;
  gint16 shorts[2 * 4410];
  gfloat floats[9600];
  GstBuffer *buffer;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (shorts); i++)
    shorts[i] = 16384;
  for (i = 0; i < G_N_ELEMENTS (floats); i++)
    floats[i] = 0.5f;
  for (i = 0; i < 4; i++) {
    gst_harness_set_src_caps (h, float_caps (1, 48000));
    buffer = float_buffer (floats, 4800, 1, 0, 48000);
    GST_BUFFER_PTS (buffer) = time;
    fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
    time += 100 * GST_MSECOND;

    gst_harness_set_src_caps_str (h, "audio/x-raw, layout=interleaved, "
        "rate=44100, channels=2, channel-mask=(bitmask)3, format="
        GST_AUDIO_NE (S16));
    buffer = gst_buffer_new_memdup (shorts, sizeof (shorts));
    GST_BUFFER_PTS (buffer) = time;
    fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
    time += 100 * GST_MSECOND;
  }
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  recorder_wait_end (recorder);
  fail_unless_equals_uint64 (recorder->frames, 8 * 4800);
  /* a resampler rings where its stream begins and ends */
  for (i = 0; i < recorder->frames; i++)
    check_that (fabs (recorder_samples (recorder)[i] - 0.5) < (i % 4800 < 200
            || i % 4800 > 4600 ? 0.6 : 1e-3), "frame %u is %g", i,
        recorder_samples (recorder)[i]);
  recorder_free (recorder);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* A buffer that is not a whole number of frames is nobody's death. */
GST_START_TEST (test_torn_frames)
{
  GstHarness *h = gst_harness_new_parse ("gain");
  Recorder *recorder = record_pad (h->sinkpad);
  GstBuffer *buffer;

  gst_harness_set_src_caps (h, float_caps (2, RATE));
  buffer = gst_buffer_new_allocate (NULL, 8 * 1000 + 3, NULL);
  gst_buffer_memset (buffer, 0, 0, -1);
  GST_BUFFER_PTS (buffer) = 0;
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  buffer = gst_buffer_new_allocate (NULL, 5, NULL);
  gst_buffer_memset (buffer, 0, 0, -1);
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  recorder_wait_end (recorder);
  fail_unless_equals_uint64 (recorder->frames, 1000);
  recorder_free (recorder);
  gst_harness_teardown (h);
}

GST_END_TEST;

static Suite *
edge_suite (void)
{
  Suite *s = suite_create ("edge");
  TCase *tc = tcase_create ("edge");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_formats);
  tcase_add_test (tc, test_channels);
  tcase_add_test (tc, test_rates);
  tcase_add_test (tc, test_pieces);
  tcase_add_test (tc, test_late_beginning);
  tcase_add_test (tc, test_hole);
  tcase_add_test (tc, test_jitter);
  tcase_add_test (tc, test_segment);
  tcase_add_test (tc, test_segment_base);
  tcase_add_test (tc, test_pad_offset);
  tcase_add_test (tc, test_caps_change);
  tcase_add_test (tc, test_torn_frames);
  return s;
}

GST_CHECK_MAIN (edge);
