/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A node whose downstream does not pull: what it pushes, in which format, when,
 * and until when. */

#include "../check-webaudio.h"
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <gst/controller/controller.h>

/* Formats */

#define TONE "oscillator frequency=441 stop=50000000 ! "

/* The recorded samples as doubles. */
static gdouble *
unpack (Recorder * recorder)
{
  const GstAudioFormatInfo *finfo = recorder->info.finfo;
  gsize width = GST_AUDIO_INFO_WIDTH (&recorder->info) / 8;
  gsize n = recorder->data->len / width, i;
  gdouble *samples = g_new (gdouble, n);
  gint32 *whole;

  if (finfo->unpack_format == GST_AUDIO_FORMAT_F64) {
    finfo->unpack_func (finfo, 0, samples, recorder->data->data, n);
    return samples;
  }
  fail_unless_equals_int (finfo->unpack_format, GST_AUDIO_FORMAT_S32);
  whole = g_new (gint32, n);
  finfo->unpack_func (finfo, 0, whole, recorder->data->data, n);
  for (i = 0; i < n; i++)
    samples[i] = whole[i] / 2147483648.0;
  g_free (whole);
  return samples;
}

/* The format holds the tone in its first channel and nothing in the others. */
static void
assert_format (GstAudioFormat format, const gchar * layout, guint channels,
    Recorder * tone)
{
  const GstAudioFormatInfo *finfo = gst_audio_format_get_info (format);
  Recorder *recorder = render (TONE "gain channel-count-mode=explicit "
      "channel-interpretation=discrete channel-count=%u ! audio/x-raw, "
      "format=%s, layout=%s, rate=48000, channels=%u%s ! fakesink name=out",
      channels, finfo->name, layout, channels,
      channels > 8 ? ", channel-mask=(bitmask)0" : "");
  gdouble step = GST_AUDIO_FORMAT_INFO_IS_FLOAT (finfo) ? 0 :
      ldexp (1, 1 - GST_AUDIO_FORMAT_INFO_DEPTH (finfo));
  gdouble *samples = unpack (recorder);
  guint i, c;

  fail_unless_equals_int (GST_AUDIO_INFO_FORMAT (&recorder->info), format);
  fail_unless_equals_int (GST_AUDIO_INFO_CHANNELS (&recorder->info), channels);
  fail_unless_equals_string (gst_structure_get_string (gst_caps_get_structure
          (recorder->caps, 0), "layout"), layout);
  fail_unless_equals_uint64 (recorder->frames, 2400);
  for (i = 0; i < 2400; i++)
    for (c = 0; c < channels; c++) {
      gdouble expected = c > 0 ? 0 : recorder_samples (tone)[i];

      check_that (fabs (samples[i * channels + c] - expected)
          <= 2 * step + 1e-7, "%s, %s, %u channels: frame %u of channel %u is "
          "%g, not %g", finfo->name, layout, channels, i, c,
          samples[i * channels + c], expected);
    }
  g_free (samples);
  recorder_free (recorder);
}

GST_START_TEST (test_formats)
{
  static const guint channels[] = { 1, 2, 3, 6, 8, 9, 32 };
  Recorder *tone = render (TONE "fakesink name=out");
  guint format, i;

  for (format = GST_AUDIO_FORMAT_S8; format <= GST_AUDIO_FORMAT_F64BE; format++) {
    assert_format (format, "interleaved", 2, tone);
    assert_format (format, "non-interleaved", 2, tone);
  }
  for (i = 0; i < G_N_ELEMENTS (channels); i++) {
    assert_format (GST_AUDIO_FORMAT_S16, "interleaved", channels[i], tone);
    assert_format (GST_AUDIO_FORMAT_S24, "non-interleaved", channels[i], tone);
    assert_format (GST_AUDIO_FORMAT_F32, "interleaved", channels[i], tone);
    assert_format (GST_AUDIO_FORMAT_F32, "non-interleaved", channels[i], tone);
  }
  recorder_free (tone);
}

GST_END_TEST;

/* Left to itself, a node pushes what it computes: interleaved floats. */
GST_START_TEST (test_preferred_format)
{
  Recorder *recorder = render (TONE "gain channel-count=6 "
      "channel-count-mode=explicit ! fakesink name=out");
  GstCaps *expected = gst_caps_from_string ("audio/x-raw, rate=48000, "
      "channels=6, layout=interleaved, channel-mask=(bitmask)0x3f, format="
      GST_AUDIO_NE (F32));

  gst_check_caps_equal (recorder->caps, expected);
  gst_caps_unref (expected);
  recorder_free (recorder);
}

GST_END_TEST;

/* Downstream that takes several channel counts gets the one that there is. */
GST_START_TEST (test_preferred_channels)
{
  Recorder *recorder = render (TONE "audio/x-raw, channels=[1, 8] ! "
      "fakesink name=out");

  fail_unless_equals_int (recorder_channels (recorder), 1);
  recorder_free (recorder);
  recorder = render (TONE "audio/x-raw, channels=[2, 8] ! fakesink name=out");
  fail_unless_equals_int (recorder_channels (recorder), 2);
  recorder_free (recorder);
  recorder = render (TONE "mediastreamdest ! audio/x-raw, format=S16LE, "
      "channels=1; audio/x-raw, format=S32LE, channels=2 ! fakesink name=out");
  fail_unless_equals_int (recorder_channels (recorder), 2);
  recorder_free (recorder);
}

GST_END_TEST;

/* Time */

/* One buffer follows the other, and their times are exact. */
static void
assert_contiguous (Recorder * recorder, guint64 total)
{
  gint rate = GST_AUDIO_INFO_RATE (&recorder->info);
  guint64 frame = 0;
  guint i;

  for (i = 0; i < recorder->buffers->len; i++) {
    const RecordedBuffer *buffer = recorder_buffer (recorder, i);
    guint64 end = frame + buffer->frames;

    fail_unless_equals_uint64 (buffer->offset, frame);
    fail_unless_equals_uint64 (buffer->offset_end, end);
    fail_unless_equals_uint64 (buffer->size, (end - frame) *
        GST_AUDIO_INFO_BPF (&recorder->info));
    fail_unless_equals_uint64 (buffer->pts, gst_util_uint64_scale (frame,
            GST_SECOND, rate));
    fail_unless_equals_uint64 (buffer->duration, gst_util_uint64_scale (end,
            GST_SECOND, rate) - buffer->pts);
    fail_unless_equals_int ((buffer->flags & GST_BUFFER_FLAG_DISCONT) != 0,
        i == 0);
    frame = end;
  }
  fail_unless_equals_uint64 (frame, total);
}

/* And all but the last have the same length. */
static void
assert_blocks (Recorder * recorder, guint block_size, guint64 total)
{
  guint i;

  assert_contiguous (recorder, total);
  for (i = 0; i + 1 < recorder->buffers->len; i++)
    fail_unless_equals_int (recorder_buffer (recorder, i)->frames, block_size);
}

GST_START_TEST (test_rates)
{
  static const gint rates[] = { 3000, 8000, 11025, 12345, 16000, 22050, 32000,
    44100, 48000, 88200, 96000, 176400, 192000, 768000
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    Recorder *recorder = render ("oscillator frequency=100 stop=1000000000 ! "
        "audio/x-raw, rate=%d ! fakesink name=out", rates[i]);
    const gfloat *samples = recorder_samples (recorder);
    guint rising = 0, j;

    fail_unless_equals_int (GST_AUDIO_INFO_RATE (&recorder->info), rates[i]);
    assert_blocks (recorder, 1024, rates[i]);
    for (j = 1; j < recorder->frames; j++)
      rising += samples[j - 1] < 0 && samples[j] >= 0;
    fail_unless (rising == 99 || rising == 100, "%u periods", rising);
    recorder_free (recorder);
  }
}

GST_END_TEST;

/* The stop is met to the frame, whatever the block. */
GST_START_TEST (test_last_block)
{
  static const guint frames[] = { 1, 127, 128, 129, 1023, 1024, 1025, 48007 };
  guint i, block_size;

  for (i = 0; i < G_N_ELEMENTS (frames); i++)
    for (block_size = 128; block_size <= 8192; block_size *= 8) {
      Recorder *recorder = render ("constantsource stop=%" G_GUINT64_FORMAT
          " ! gain ! gain block-size=%u ! fakesink name=out",
          gst_util_uint64_scale (frames[i], GST_SECOND, 48000), block_size);
      const gfloat *samples = recorder_samples (recorder);
      guint j;

      assert_blocks (recorder, block_size, frames[i]);
      for (j = 0; j < frames[i]; j++)
        check_that (samples[j] == 1.0f, "frame %u", j);
      recorder_free (recorder);
    }
}

GST_END_TEST;

/* A length is met to the frame: what ends earlier is followed by silence. */
GST_START_TEST (test_length)
{
  static const guint lengths[] = { 1, 128, 1000, 4800, 4801, 10007 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lengths); i++) {
    Recorder *recorder = render ("constantsource stop=100000000 ! gain "
        "length=%u ! fakesink name=out", lengths[i]);
    const gfloat *samples = recorder_samples (recorder);
    guint j;

    assert_contiguous (recorder, lengths[i]);
    for (j = 0; j < lengths[i]; j++)
      check_that (samples[j] == (j < 4800 ? 1.0f : 0.0f), "frame %u", j);
    recorder_free (recorder);
  }
}

GST_END_TEST;

/* The name of a property follows a curve. */
static void
control (GstElement * pipeline, const gchar * name, const gchar * property,
    GstControlSource * curve)
{
  GstElement *element = get_element (pipeline, name);

  gst_object_add_control_binding (GST_OBJECT (element),
      gst_direct_control_binding_new_absolute (GST_OBJECT (element), property,
          curve));
  gst_object_unref (curve);
  gst_object_unref (element);
}

/* A scene with what may depend on where blocks begin: starts and ends between
 * frames, curves, silence, mixes. */
static Recorder *
render_scene (guint block_size)
{
  GstElement *pipeline = launch ("gain name=mix gain=0.3 ! "
      "mediastreamdest block-size=%u ! fakesink name=out "
      "oscillator name=swept type=sawtooth detune=3 stop=700000000 ! "
      "gain name=faded ! mix. "
      "oscillator type=square frequency=-331.7 start=123456789 "
      "stop=654321098 ! gain gain=0.7 ! mix. "
      "constantsource offset=0.25 start=300000001 stop=1000000000 ! "
      "gain name=both gain=1.00001 ! mix. both. ! gain ! mix. "
      "oscillator type=triangle start=10416 stop=999999999 ! mix.",
      block_size);
  GstControlSource *sweep = gst_interpolation_control_source_new ();
  GstControlSource *wave = gst_lfo_control_source_new ();
  GstTimedValueControlSource *points = GST_TIMED_VALUE_CONTROL_SOURCE (sweep);
  Recorder *recorder = record (pipeline, "out");

  g_object_set (sweep, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
  gst_timed_value_control_source_set (points, 0, 50);
  gst_timed_value_control_source_set (points, 333333333, 5000);
  gst_timed_value_control_source_set (points, GST_SECOND, 20);
  control (pipeline, "swept", "frequency", sweep);
  g_object_set (wave, "frequency", 7.3, "amplitude", 0.5, "offset", 0.5, NULL);
  control (pipeline, "faded", "gain", wave);
  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  return recorder;
}

/* A block is a batch of quanta: nothing that is heard depends on its size. */
GST_START_TEST (test_block_sizes)
{
  static const guint block_sizes[] = { 256, 512, 1024, 1152, 4096, 8192,
    65536
  };
  Recorder *reference = render_scene (128);
  guint i;

  assert_contiguous (reference, 48000);
  for (i = 0; i < G_N_ELEMENTS (block_sizes); i++) {
    Recorder *recorder = render_scene (block_sizes[i]);

    assert_contiguous (recorder, 48000);
    assert_same_sound (recorder, reference);
    recorder_free (recorder);
  }
  recorder_free (reference);
}

GST_END_TEST;

/* Neither does it where a connection with many channels ends, which changes how
 * the others are mixed. */
GST_START_TEST (test_block_sizes_channels)
{
  static const guint block_sizes[] = { 128, 256, 1024, 8192 };
  Recorder *recorders[G_N_ELEMENTS (block_sizes)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (block_sizes); i++) {
    recorders[i] = render ("gain name=mix ! mediastreamdest block-size=%u ! "
        "fakesink name=out oscillator stop=700000000 ! mix. "
        "oscillator frequency=1000 stop=400010416 ! gain channel-count=6 "
        "channel-count-mode=explicit ! mix.", block_sizes[i]);
    assert_contiguous (recorders[i], 33600);
    assert_same_sound (recorders[i], recorders[0]);
  }
  for (i = 0; i < G_N_ELEMENTS (block_sizes); i++)
    recorder_free (recorders[i]);
}

GST_END_TEST;

/* Events */

static void
assert_events (Recorder * recorder, const gchar * expected)
{
  fail_unless_equals_string (recorder->events->str, expected);
}

GST_START_TEST (test_events)
{
  Recorder *recorder = render (TONE "gain ! fakesink name=out");

  assert_events (recorder, "stream-start caps segment buffer eos ");
  fail_unless_equals_int (recorder->segment.format, GST_FORMAT_TIME);
  fail_unless_equals_uint64 (recorder->segment.start, 0);
  fail_unless_equals_uint64 (recorder->segment.base, 0);
  recorder_free (recorder);

  recorder = render (TONE "mediastreamdest ! fakesink name=out");
  assert_events (recorder, "stream-start stream-collection caps segment "
      "buffer eos ");
  recorder_free (recorder);
}

GST_END_TEST;

/* Downstream changes its mind: the format changes, the sound goes on. */
GST_START_TEST (test_reconfigure)
{
  GstElement *pipeline = launch ("oscillator stop=200000000 ! gain "
      "channel-count=2 channel-count-mode=explicit ! capsfilter name=caps "
      "caps=\"audio/x-raw, channels=1\" ! fakesink name=out");
  Recorder *reference =
      render ("oscillator stop=200000000 ! fakesink name=out");
  Recorder *recorder = record (pipeline, "out");
  GstCaps *caps = gst_caps_from_string ("audio/x-raw, channels=2, format="
      GST_AUDIO_NE (F32));
  const gfloat *samples;
  guint i, mono = 0;

  recorder_allow (recorder, 2048);
  play (pipeline);
  recorder_wait (recorder, 2048);
  fail_unless_equals_int (recorder_channels (recorder), 1);
  set_on (pipeline, "caps", "caps", caps);
  recorder_allow (recorder, G_MAXUINT64);
  wait_for_end (pipeline);
  stop (pipeline);

  fail_unless_equals_int (recorder_channels (recorder), 2);
  assert_events (recorder, "stream-start caps segment buffer caps buffer eos ");
  fail_unless_equals_uint64 (recorder->frames, 9600);
  samples = recorder_samples (recorder);
  for (i = 0; i < recorder->buffers->len; i++)
    if (recorder_buffer (recorder, i)->size
        == recorder_buffer (recorder, i)->frames * sizeof (gfloat))
      mono += recorder_buffer (recorder, i)->frames;
  fail_unless (mono >= 2048 && mono <= 4096);
  assert_floats_equal (samples, recorder_samples (reference), mono);
  for (i = mono; i < 9600; i++) {
    const gfloat *frame = samples + mono + (i - mono) * 2;

    check_that (frame[0] == recorder_samples (reference)[i]
        && frame[1] == frame[0], "frame %u", i);
  }
  gst_caps_unref (caps);
  recorder_free (recorder);
  recorder_free (reference);
}

GST_END_TEST;

/* A harness is just another downstream that does not pull. */
GST_START_TEST (test_harness)
{
  GstHarness *h = gst_harness_new_parse ("oscillator stop=100000000");
  guint64 frames = 0;
  GstBuffer *buffer;
  GstEvent *event;

  gst_harness_play (h);
  while (frames < 4800) {
    buffer = gst_harness_pull (h);
    fail_unless (buffer != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), frames);
    frames = GST_BUFFER_OFFSET_END (buffer);
    gst_buffer_unref (buffer);
  }
  while (GST_EVENT_TYPE (event = gst_harness_pull_event (h)) != GST_EVENT_EOS)
    gst_event_unref (event);
  gst_event_unref (event);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Downstream's refusals */

static void
assert_fails (const gchar * line, GQuark domain, gint code)
{
  GstElement *pipeline = launch ("%s", line);
  GstMessage *message;
  GError *error = NULL;

  play (pipeline);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, domain, code), "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  stop (pipeline);
}

GST_START_TEST (test_flow_errors)
{
  assert_fails ("oscillator ! gain ! identity error-after=3 ! fakesink",
      GST_CORE_ERROR, GST_CORE_ERROR_FAILED);
  /* a tee that leads nowhere */
  assert_fails ("oscillator ! gain ! tee", GST_STREAM_ERROR,
      GST_STREAM_ERROR_FAILED);
}

GST_END_TEST;

/* A downstream that has enough ends the stream like an end of its own. */
GST_START_TEST (test_downstream_eos)
{
  GstElement *pipeline = launch ("oscillator ! gain ! identity eos-after=3 ! "
      "fakesink");

  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
}

GST_END_TEST;

/* Queries */

static void
assert_duration (GstElement * pipeline, GstFormat format, gint64 expected)
{
  gint64 duration = -1;

  fail_unless_equals_int (gst_element_query_duration (pipeline, format,
          &duration), expected >= 0);
  fail_unless_equals_int64 (duration, expected);
}

GST_START_TEST (test_duration)
{
  GstElement *pipeline = launch ("gain name=mix ! fakesink name=out "
      "oscillator stop=100000000 ! mix. "
      "constantsource name=other stop=200000000 ! gain ! mix. ");

  set_state (pipeline, GST_STATE_PAUSED);
  assert_duration (pipeline, GST_FORMAT_TIME, 200000000);
  assert_duration (pipeline, GST_FORMAT_DEFAULT, 9600);
  set_on (pipeline, "other", "stop", GST_CLOCK_TIME_NONE);
  assert_duration (pipeline, GST_FORMAT_TIME, -1);
  set_on (pipeline, "mix", "length", G_GUINT64_CONSTANT (4801));
  assert_duration (pipeline, GST_FORMAT_DEFAULT, 4801);
  assert_duration (pipeline, GST_FORMAT_TIME, 100020833);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_position)
{
  GstElement *pipeline = launch ("oscillator stop=1000000000 ! gain ! "
      "fakesink name=out");
  Recorder *recorder = record (pipeline, "out");
  GstElement *out = get_element (pipeline, "out");
  gint64 position;

  recorder_allow (recorder, 4096);
  play (pipeline);
  recorder_wait (recorder, 4096);
  /* asked at the pad: how far it has rendered */
  fail_unless (gst_pad_peer_query_position (recorder->pad, GST_FORMAT_DEFAULT,
          &position));
  fail_unless (position == 4096 || position == 5120, "%" G_GINT64_FORMAT,
      position);
  fail_unless (gst_pad_peer_query_position (recorder->pad, GST_FORMAT_TIME,
          &position));
  fail_unless (position == 85333333 || position == 106666666,
      "%" G_GINT64_FORMAT, position);
  recorder_allow (recorder, G_MAXUINT64);
  wait_for_end (pipeline);
  fail_unless (gst_element_query_position (out, GST_FORMAT_TIME, &position));
  fail_unless_equals_int64 (position, GST_SECOND);
  gst_object_unref (out);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

GST_START_TEST (test_seeking_query)
{
  GstElement *pipeline = launch ("oscillator stop=1000000000 name=source ! "
      "gain ! fakesink");
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_TIME);
  gboolean seekable;
  gint64 start, end;

  set_state (pipeline, GST_STATE_PAUSED);
  fail_unless (gst_element_query (pipeline, query));
  gst_query_parse_seeking (query, NULL, &seekable, &start, &end);
  fail_unless (seekable);
  fail_unless_equals_int64 (start, 0);
  fail_unless_equals_int64 (end, GST_SECOND);
  set_on (pipeline, "source", "stop", GST_CLOCK_TIME_NONE);
  fail_unless (gst_element_query (pipeline, query));
  gst_query_parse_seeking (query, NULL, &seekable, &start, &end);
  fail_unless (seekable);
  fail_unless_equals_int64 (end, -1);
  gst_query_unref (query);
  stop (pipeline);
}

GST_END_TEST;

static void
assert_latency (GstElement * pipeline, gboolean expect_live,
    GstClockTime expect_min)
{
  GstElement *out = get_element (pipeline, "out");
  GstPad *pad = gst_element_get_static_pad (out, "sink");
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean live;

  fail_unless (gst_pad_peer_query (pad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless_equals_int (live, expect_live);
  fail_unless_equals_uint64 (min, expect_min);
  fail_unless_equals_uint64 (max, GST_CLOCK_TIME_NONE);
  gst_query_unref (query);
  gst_object_unref (pad);
  gst_object_unref (out);
}

/* A live graph needs a block to be whole; another one is never late. */
GST_START_TEST (test_latency)
{
  GstElement *pipeline = launch ("constantsource name=source ! gain name=gain "
      "block-size=4800 ! fakesink name=out");

  set_state (pipeline, GST_STATE_PAUSED);
  assert_latency (pipeline, FALSE, 0);
  set_state (pipeline, GST_STATE_READY);
  set_on (pipeline, "source", "is-live", TRUE);
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  /* 4800 is no multiple of 128 */
  assert_latency (pipeline, TRUE, gst_util_uint64_scale (4864, GST_SECOND,
          48000));
  stop (pipeline);
}

GST_END_TEST;

/* The clock */

/* Waits for the driver to wait for the clock; returns until when. */
static GstClockTime
wait_for_driver (GstTestClock * clock)
{
  GstClockID id;
  GstClockTime time;

  gst_test_clock_wait_for_next_pending_id (clock, &id);
  time = gst_clock_id_get_time (id);
  gst_clock_id_unref (id);
  return time;
}

/* Lets the clock reach the end of @blocks blocks of 1024 frames, one by one;
 * each comes when the clock passes its end. */
static void
assert_paced (GstTestClock * clock, Recorder * recorder, GstClockTime base,
    guint blocks)
{
  guint i;

  for (i = 0; i < blocks; i++) {
    guint64 end = recorder_count (recorder) + 1024;

    fail_unless_equals_uint64 (wait_for_driver (clock) - base,
        gst_util_uint64_scale (end, GST_SECOND, 48000));
    fail_unless (gst_test_clock_crank (clock));
    fail_unless (recorder_wait (recorder, end));
  }
}

GST_START_TEST (test_live)
{
  GstElement *pipeline = launch ("oscillator name=source is-live=true ! gain ! "
      "fakesink name=out");
  Recorder *reference =
      render ("oscillator stop=600000000 ! fakesink name=out");
  GstTestClock *clock =
      GST_TEST_CLOCK (gst_test_clock_new_with_start_time (100 * GST_SECOND));
  Recorder *recorder = record (pipeline, "out");
  GstClockTime base;
  guint i;

  gst_pipeline_use_clock (GST_PIPELINE (pipeline), GST_CLOCK (clock));
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  play (pipeline);
  base = gst_element_get_base_time (pipeline);
  assert_paced (clock, recorder, base, 10);

  /* nothing comes in a pause, and nothing is lost by it */
  wait_for_driver (clock);
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  gst_test_clock_advance_time (clock, 7 * GST_SECOND);
  fail_unless_equals_uint64 (recorder_count (recorder), 10240);
  play (pipeline);
  fail_unless_equals_uint64 (gst_element_get_base_time (pipeline),
      base + 7 * GST_SECOND);
  assert_paced (clock, recorder, base + 7 * GST_SECOND, 10);

  /* a clock that jumps makes it catch up */
  wait_for_driver (clock);
  gst_test_clock_set_time (clock, base + 7 * GST_SECOND + GST_SECOND / 2);
  for (i = 0; i < 3; i++) {
    wait_for_driver (clock);
    gst_clock_id_unref (gst_test_clock_process_next_clock_id (clock));
  }
  fail_unless (recorder_wait (recorder, 23 * 1024));
  fail_unless_equals_uint64 (wait_for_driver (clock) - base - 7 * GST_SECOND,
      gst_util_uint64_scale (24 * 1024, GST_SECOND, 48000));
  fail_unless_equals_uint64 (recorder_count (recorder), 23 * 1024);
  stop (pipeline);

  assert_floats_equal (recorder_samples (recorder),
      recorder_samples (reference), 23 * 1024);
  fail_unless_equals_string (recorder->events->str,
      "stream-start caps segment buffer ");
  recorder_free (recorder);
  recorder_free (reference);
  gst_object_unref (clock);
}

GST_END_TEST;

/* The stream ends when its last frame is heard. */
GST_START_TEST (test_live_end)
{
  GstElement *pipeline = launch ("constantsource ! gain is-live=true "
      "length=1500 ! fakesink name=out");
  GstTestClock *clock = GST_TEST_CLOCK (gst_test_clock_new ());
  Recorder *recorder = record (pipeline, "out");

  gst_pipeline_use_clock (GST_PIPELINE (pipeline), GST_CLOCK (clock));
  play (pipeline);
  assert_paced (clock, recorder, 0, 1);
  fail_unless_equals_uint64 (wait_for_driver (clock), 31250000);
  fail_unless (gst_test_clock_crank (clock));
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, 1500);
  stop (pipeline);
  recorder_free (recorder);
  gst_object_unref (clock);
}

GST_END_TEST;

/* One live node makes its whole graph live. */
GST_START_TEST (test_live_graph)
{
  GstElement *pipeline = launch ("gain name=mix ! fakesink name=out "
      "oscillator ! mix. constantsource is-live=true ! mix. "
      "mix. ! fakesink name=other");
  GstTestClock *clock = GST_TEST_CLOCK (gst_test_clock_new ());
  Recorder *recorder = record (pipeline, "out");
  Recorder *other = record (pipeline, "other");
  guint block;

  gst_pipeline_use_clock (GST_PIPELINE (pipeline), GST_CLOCK (clock));
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  play (pipeline);
  for (block = 1; block <= 5; block++) {
    GList *waits = NULL;

    /* both drivers wait for the same moment */
    gst_test_clock_wait_for_multiple_pending_ids (clock, 2, &waits);
    fail_unless_equals_uint64 (gst_clock_id_get_time (waits->data),
        gst_util_uint64_scale (block * 1024, GST_SECOND, 48000));
    fail_unless_equals_uint64 (gst_clock_id_get_time (waits->next->data),
        gst_util_uint64_scale (block * 1024, GST_SECOND, 48000));
    gst_test_clock_set_time (clock, gst_clock_id_get_time (waits->data));
    gst_test_clock_process_id_list (clock, waits);
    g_list_free_full (waits, (GDestroyNotify) gst_clock_id_unref);
    fail_unless (recorder_wait (recorder, block * 1024));
    fail_unless (recorder_wait (other, block * 1024));
  }
  stop (pipeline);
  assert_floats_equal (recorder_samples (recorder), recorder_samples (other),
      5 * 1024);
  recorder_free (recorder);
  recorder_free (other);
  gst_object_unref (clock);
}

GST_END_TEST;

static Suite *
driver_suite (void)
{
  Suite *s = suite_create ("driver");
  TCase *tc = tcase_create ("driver");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_formats);
  tcase_add_test (tc, test_preferred_format);
  tcase_add_test (tc, test_preferred_channels);
  tcase_add_test (tc, test_rates);
  tcase_add_test (tc, test_last_block);
  tcase_add_test (tc, test_length);
  tcase_add_test (tc, test_block_sizes);
  tcase_add_test (tc, test_block_sizes_channels);
  tcase_add_test (tc, test_events);
  tcase_add_test (tc, test_reconfigure);
  tcase_add_test (tc, test_harness);
  tcase_add_test (tc, test_flow_errors);
  tcase_add_test (tc, test_downstream_eos);
  tcase_add_test (tc, test_duration);
  tcase_add_test (tc, test_position);
  tcase_add_test (tc, test_seeking_query);
  tcase_add_test (tc, test_latency);
  tcase_add_test (tc, test_live);
  tcase_add_test (tc, test_live_end);
  tcase_add_test (tc, test_live_graph);
  return s;
}

GST_CHECK_MAIN (driver);
