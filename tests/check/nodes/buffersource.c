/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The buffersource element: what it takes for a buffer, when it begins and is
 * over, its parameters, files, and many that share one buffer.
 */

#include <glib/gstdio.h>
#include <stdio.h>

#include "check-quarks.h"
#include "nodes/check-source.h"

#define OUT " ! fakesink name=out"

/* Buffers */

/* What the channel @c of test buffers has in the frame @i; formats of 16 bits
 * and more hold it exactly */
static gfloat
value_at (gsize i, guint c)
{
  return ((gint) ((i * 37 + c * 101) % 2001) - 1000) / 1024.f;
}

static GstCaps *
make_caps (GstAudioFormat format, GstAudioLayout layout, gint rate,
    guint channels)
{
  GstAudioInfo info;
  GstCaps *caps;

  gst_audio_info_set_format (&info, format, rate, channels, NULL);
  info.layout = layout;
  caps = gst_audio_info_to_caps (&info);
  return caps;
}

/* (transfer full): @n frames, the values of which are value_at () */
static GstSample *
make_sample (guint channels, gsize n, gint rate)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL,
      n * channels * sizeof (gfloat), NULL);
  GstCaps *caps = make_caps (GST_AUDIO_FORMAT_F32, 0, rate, channels);
  GstSample *sample;
  GstMapInfo map;
  gsize i;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (i = 0; i < n * channels; i++)
    ((gfloat *) map.data)[i] = value_at (i / channels, i % channels);
  gst_buffer_unmap (buffer, &map);
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
  return sample;
}

/* Takes @sample for the element @name. */
static void
set_buffer (GstElement * pipeline, const gchar * name, GstSample * sample)
{
  set_on (pipeline, name, "buffer", sample);
  gst_sample_unref (sample);
}

/* The source named s of a launch line has a buffer of @channels and @n frames */
static void
open_line (Fixture * self, guint channels, gsize n, const gchar * line)
{
  open_pipeline (self, launch ("%s", line));
  if (channels > 0)
    set_buffer (self->pipeline, "s", make_sample (channels, n, RATE));
}

static gboolean
start_at (GstElement * source, gdouble when, gdouble offset, gdouble duration)
{
  gboolean accepted = FALSE;

  g_signal_emit_by_name (source, "start", when, offset, duration, &accepted);
  return accepted;
}

/* From the frame @at of the recording on come @n of the buffer, from @first on */
static void
expect_frames (Recorder * recorder, guint64 at, gsize first, gsize n)
{
  const gfloat *samples = recorder_samples (recorder);
  guint channels = recorder_channels (recorder), c;
  gsize i;

  fail_unless (at + n <= recorder->frames);
  for (i = 0; i < n; i++)
    for (c = 0; c < channels; c++)
      assert_sample (samples[(at + i) * channels + c], value_at (first + i, c),
          0, at + i);
}

static void
expect_silence (Recorder * recorder, guint64 from, guint64 to)
{
  const gfloat *samples = recorder_samples (recorder);
  guint channels = recorder_channels (recorder);
  guint64 i;

  fail_unless (to <= recorder->frames);
  for (i = from * channels; i < to * channels; i++)
    assert_sample (samples[i], 0, 0, i / channels);
}

/* Whatever its format is, a buffer is played as it is */

static GstSample *
convert (GstAudioFormat format, GstAudioLayout layout, guint channels, gsize n)
{
  GstSample *plain = make_sample (channels, n, RATE), *sample;
  GstAudioInfo from, to;
  GstAudioConverter *converter;
  gpointer in[1], out[32];
  GstBuffer *buffer;
  GstMapInfo map, result;
  GstCaps *caps;
  guint c;

  gst_audio_info_set_format (&from, GST_AUDIO_FORMAT_F32, RATE, channels, NULL);
  gst_audio_info_set_format (&to, format, RATE, channels, NULL);
  to.layout = layout;
  converter = gst_audio_converter_new (0, &from, &to, NULL);
  fail_unless (converter != NULL);
  buffer = gst_buffer_new_allocate (NULL, n * GST_AUDIO_INFO_BPF (&to), NULL);
  gst_buffer_map (gst_sample_get_buffer (plain), &map, GST_MAP_READ);
  gst_buffer_map (buffer, &result, GST_MAP_WRITE);
  in[0] = map.data;
  for (c = 0; c < 32; c++)
    out[c] = result.data + c * n * GST_AUDIO_INFO_WIDTH (&to) / 8;
  gst_audio_converter_samples (converter, 0, in, n, out, n);
  gst_audio_converter_free (converter);
  gst_buffer_unmap (buffer, &result);
  gst_buffer_unmap (gst_sample_get_buffer (plain), &map);
  if (layout == GST_AUDIO_LAYOUT_NON_INTERLEAVED)
    gst_buffer_add_audio_meta (buffer, &to, n, NULL);
  caps = gst_audio_info_to_caps (&to);
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
  gst_sample_unref (plain);
  return sample;
}

GST_START_TEST (test_formats)
{
  static const GstAudioFormat formats[] = {
    GST_AUDIO_FORMAT_F32LE, GST_AUDIO_FORMAT_F32BE, GST_AUDIO_FORMAT_F64LE,
    GST_AUDIO_FORMAT_S16LE, GST_AUDIO_FORMAT_U16BE, GST_AUDIO_FORMAT_S24LE,
    GST_AUDIO_FORMAT_S24_32LE, GST_AUDIO_FORMAT_S32LE
  };
  static const guint channels[] = { 1, 2, 3, 6, 32 };
  guint i, j, layout;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    for (j = 0; j < G_N_ELEMENTS (channels); j++) {
      for (layout = 0; layout < 2; layout++) {
        Fixture f;

        open_line (&f, 0, 0, "buffersource name=s" OUT);
        set_buffer (f.pipeline, "s", convert (formats[i], layout, channels[j],
                500));
        play_to_end (&f);
        fail_unless_equals_uint64 (f.recorder->frames, 500);
        fail_unless_equals_int (recorder_channels (f.recorder), channels[j]);
        expect_frames (f.recorder, 0, 0, 500);
        close_line (&f);
      }
    }
  }
}

GST_END_TEST;

static GstSample *
make_odd_sample (GstCaps * caps, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstSample *sample;

  gst_buffer_memset (buffer, 0, 0, size);
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_buffer_unref (buffer);
  if (caps)
    gst_caps_unref (caps);
  return sample;
}

/* What is no buffer changes nothing */
GST_START_TEST (test_no_buffer)
{
  GstElement *source = gst_element_factory_make ("buffersource", NULL);
  GstSample *good = make_sample (2, 10, RATE), *got;
  GstSample *bad[4];
  guint i;

  g_object_set (source, "buffer", good, NULL);
  bad[0] = make_odd_sample (NULL, 80);
  bad[1] = make_odd_sample (gst_caps_new_empty_simple ("video/x-raw"), 80);
  bad[2] = make_odd_sample (gst_caps_new_simple ("audio/x-raw", "format",
          G_TYPE_STRING, "F32LE", "layout", G_TYPE_STRING, "interleaved",
          "rate", G_TYPE_INT, RATE, "channels", G_TYPE_INT, 33, "channel-mask",
          GST_TYPE_BITMASK, G_GUINT64_CONSTANT (0), NULL), 33 * 80);
  bad[3] = gst_sample_new (NULL, NULL, NULL, NULL);
  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_object_set (source, "buffer", bad[i], NULL);
    g_object_get (source, "buffer", &got, NULL);
    fail_unless (got == good);
    gst_sample_unref (got);
    gst_sample_unref (bad[i]);
  }
  g_object_set (source, "buffer", NULL, NULL);
  g_object_get (source, "buffer", &got, NULL);
  fail_unless (got == NULL);
  gst_sample_unref (good);
  gst_object_unref (source);
}

GST_END_TEST;

/* One of no frames is over at once, whether looped or not */
GST_START_TEST (test_empty)
{
  guint i;

  for (i = 0; i < 2; i++) {
    Fixture f;

    open_line (&f, 2, 0, i ? "buffersource name=s loop=true" OUT :
        "buffersource name=s" OUT);
    play_to_end (&f);
    fail_unless_equals_uint64 (f.recorder->frames, 0);
    fail_unless_equals_int (f.ended, 1);
    close_line (&f);
  }
}

GST_END_TEST;

/* Memory that is not aligned, in several pieces, and not a whole number of
 * frames */
GST_START_TEST (test_odd_memory)
{
  GstSample *plain = make_sample (1, 100, RATE);
  GstBuffer *buffer = gst_buffer_new ();
  GstMapInfo map;
  Fixture f;

  gst_buffer_map (gst_sample_get_buffer (plain), &map, GST_MAP_READ);
  gst_buffer_append_memory (buffer, gst_memory_new_wrapped (0,
          g_memdup2 (map.data - 0, 203), 203, 0, 203, NULL, NULL));
  gst_buffer_append_memory (buffer, gst_memory_new_wrapped (0,
          g_memdup2 (map.data + 203, 197), 197, 0, 197, NULL, NULL));
  gst_buffer_append_memory (buffer, gst_allocator_alloc (NULL, 3, NULL));
  gst_buffer_unmap (gst_sample_get_buffer (plain), &map);
  open_line (&f, 0, 0, "buffersource name=s" OUT);
  set_buffer (f.pipeline, "s", gst_sample_new (buffer,
          gst_sample_get_caps (plain), NULL, NULL));
  play_to_end (&f);
  fail_unless_equals_uint64 (f.recorder->frames, 100);
  expect_frames (f.recorder, 0, 0, 100);
  close_line (&f);
  gst_sample_unref (plain);
  gst_buffer_unref (buffer);
}

GST_END_TEST;

/* Acquired: what an application does with its own reference is not heard */
GST_START_TEST (test_acquired)
{
  GstSample *sample = make_sample (2, 4000, RATE);
  GstBuffer *buffer = gst_buffer_ref (gst_sample_get_buffer (sample));
  Fixture f;

  open_line (&f, 0, 0, "buffersource name=s" OUT);
  set_buffer (f.pipeline, "s", sample);
  fail_if (gst_buffer_is_writable (buffer));
  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_memset (buffer, 0, 0, 4000 * 8);
  gst_buffer_unref (buffer);
  play_to_end (&f);
  expect_frames (f.recorder, 0, 0, 4000);
  close_line (&f);
}

GST_END_TEST;

/* When it begins and ends */

GST_START_TEST (test_start)
{
  static const struct
  {
    gdouble when, offset, duration;     /* in frames */
    guint64 at;
    gsize first, n;
  } cases[] = {
    {0, 0, INFINITY, 0, 0, 5000}, {0, 0, G_MAXDOUBLE, 0, 0, 5000},
    {100, 0, INFINITY, 100, 0, 5000}, {0, 100, INFINITY, 0, 100, 4900},
    {10, 100, 50, 10, 100, 50}, {1030, 4999, INFINITY, 1030, 4999, 1},
    {10, 100, 1e6, 10, 100, 4900}, {10, 0, 2048, 10, 0, 2048},
    {128, 0, 1, 128, 0, 1}, {1024, 3, 1024, 1024, 3, 1024},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    Fixture f;

    open_line (&f, 2, 5000, "buffersource name=s" OUT);
    fail_unless (start_at (f.source, cases[i].when / RATE,
            cases[i].offset / RATE, cases[i].duration / RATE));
    play_to_end (&f);
    fail_unless_equals_uint64 (f.recorder->frames, cases[i].at + cases[i].n);
    expect_silence (f.recorder, 0, cases[i].at);
    expect_frames (f.recorder, cases[i].at, cases[i].first, cases[i].n);
    fail_unless_equals_int (f.ended, 1);
    close_line (&f);
  }
}

GST_END_TEST;

/* Nothing of it is heard */
GST_START_TEST (test_nothing)
{
  static const gdouble cases[][2] = { {0, 0}, {5000, INFINITY}, {1e9, 1} };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    Fixture f;

    open_line (&f, 1, 5000, "buffersource name=s" OUT);
    fail_unless (start_at (f.source, 2000. / RATE, cases[i][0] / RATE,
            cases[i][1] / RATE));
    play_to_end (&f);
    fail_unless_equals_uint64 (f.recorder->frames, 2000);
    expect_silence (f.recorder, 0, 2000);
    fail_unless_equals_int (f.ended, 1);
    close_line (&f);
  }
}

GST_END_TEST;

/* By properties: start and stop in ns, what is about the buffer in seconds */
GST_START_TEST (test_properties)
{
  gdouble offset, duration;
  Fixture f;

  open_line (&f, 1, 9600, "buffersource name=s start=10000000 stop=60000000 "
      "offset=0.05 duration=0.04 length=9600" OUT);
  play_to_end (&f);
  expect_silence (f.recorder, 0, 480);
  expect_frames (f.recorder, 480, 2400, 1920);
  expect_silence (f.recorder, 2400, 9600);
  close_line (&f);

  open_line (&f, 1, 9600, "buffersource name=s stop=20000000 loop=true "
      "loop-start=0.001 loop-end=0.005" OUT);
  play_to_end (&f);
  fail_unless_equals_uint64 (f.recorder->frames, 960);
  expect_frames (f.recorder, 0, 0, 240);
  expect_frames (f.recorder, 240, 48, 192);
  expect_frames (f.recorder, 432, 48, 192);
  fail_unless_equals_int (f.ended, 1);
  start_at (f.source, 0, 3, 4);
  g_object_get (f.source, "offset", &offset, "duration", &duration, NULL);
  fail_unless (offset == 3 && duration == 4);
  close_line (&f);
}

GST_END_TEST;

/* InvalidStateError and RangeError; what was refused has changed nothing */
GST_START_TEST (test_errors)
{
  static const gdouble out_of_range[] = { -1, -1e-9, NAN, -INFINITY };
  GstElement *source = gst_element_factory_make ("buffersource", NULL);
  gdouble offset, duration;
  gboolean accepted;
  guint i;

  g_object_set (source, "start", GST_CLOCK_TIME_NONE, NULL);
  g_signal_emit_by_name (source, "stop", 1., &accepted);
  fail_if (accepted, "stop before start");
  for (i = 0; i < G_N_ELEMENTS (out_of_range); i++) {
    fail_if (start_at (source, out_of_range[i], 0, 1));
    fail_if (start_at (source, 0, out_of_range[i], 1));
    fail_if (start_at (source, 0, 0, out_of_range[i]));
  }
  fail_if (start_at (source, INFINITY, 0, 1));
  fail_if (start_at (source, 0, INFINITY, 1));
  fail_unless (start_at (source, 1, 2, 3));
  fail_if (start_at (source, 1, 4, 5), "started twice");
  g_object_get (source, "offset", &offset, "duration", &duration, NULL);
  fail_unless (offset == 2 && duration == 3);
  gst_object_unref (source);
}

GST_END_TEST;

/* Other speeds: forwards and backwards, how long it takes, and what comes
 * between two frames */
GST_START_TEST (test_speed)
{
  static const struct
  {
    gdouble rate, detune, offset, duration;
    guint64 frames;
  } cases[] = {
    {2, 0, 0, INFINITY, 500}, {0.5, 0, 0, INFINITY, 2000},
    {1, 1200, 0, INFINITY, 500}, {2, -2400, 0, INFINITY, 2000},
    {-1, 0, 999, INFINITY, 1000}, {-2, 0, 999, INFINITY, 500},
    {-0.5, 0, 500, INFINITY, 1001}, {-1, 1200, 10, INFINITY, 6},
    {0.5, 0, 100, 10, 20}, {3, 0, 0, 30, 10}, {0.25, 0, 10.5, 2, 8},
    {1e9, 0, 0, INFINITY, 1}, {-1e30, 0, 3, INFINITY, 1}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    gdouble speed = cases[i].rate * exp2 (cases[i].detune / 1200);
    const gfloat *samples;
    guint64 k;
    Fixture f;

    open_line (&f, 1, 1000, "buffersource name=s" OUT);
    set_on (f.pipeline, "s", "playback-rate", cases[i].rate, "detune",
        cases[i].detune);
    fail_unless (start_at (f.source, 0, cases[i].offset / RATE,
            cases[i].duration / RATE));
    play_to_end (&f);
    fail_unless_equals_uint64 (f.recorder->frames, cases[i].frames);
    fail_unless_equals_int (f.ended, 1);
    samples = recorder_samples (f.recorder);
    for (k = 0; k < cases[i].frames; k++) {
      gdouble at = cases[i].offset + k * speed, whole = floor (at);
      gdouble here = value_at (whole, 0), next = value_at (whole + 1, 0);

      if (whole + 1 >= 1000)
        next = 2 * here - value_at (whole - 1, 0);
      assert_sample (samples[k], here + (at - whole) * (next - here), 3e-7, k);
    }
    close_line (&f);
  }
}

GST_END_TEST;

/* At a speed of 0 it holds one value and is never over */
GST_START_TEST (test_standing)
{
  Fixture f;
  guint i;

  open_line (&f, 1, 1000, "buffersource name=s playback-rate=0 offset=0.002 "
      "duration=0.001 length=9000" OUT);
  play_to_end (&f);
  for (i = 0; i < 9000; i++)
    assert_sample (recorder_samples (f.recorder)[i], value_at (96, 0), 0, i);
  fail_unless_equals_int (f.ended, 0);
  close_line (&f);
}

GST_END_TEST;

/* The start is between two frames: the first has what comes after it */
GST_START_TEST (test_sub_sample)
{
  static const gdouble rates[] = { 1, 2, 0.5, -1 };
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    Fixture f;

    open_line (&f, 1, 2000, "buffersource name=s length=400" OUT);
    set_on (f.pipeline, "s", "playback-rate", rates[i]);
    fail_unless (start_at (f.source, 100.25 / RATE, 500. / RATE, INFINITY));
    play_to_end (&f);
    expect_silence (f.recorder, 0, 101);
    for (k = 101; k < 400; k++) {
      gdouble at = 500 + (k - 100.25) * rates[i], whole = floor (at);
      gdouble here = value_at (whole, 0), next = value_at (whole + 1, 0);

      assert_sample (recorder_samples (f.recorder)[k],
          here + (at - whole) * (next - here), 3e-7, k);
    }
    close_line (&f);
  }
}

GST_END_TEST;

/* A buffer of another rate lasts as long and has the same pitch */
GST_START_TEST (test_other_rate)
{
  static const gint rates[] = { 8000, 24000, 44100, 96000 };
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    guint n = rates[i] / 10;
    Fixture f;

    open_line (&f, 0, 0, "buffersource name=s" OUT);
    set_buffer (f.pipeline, "s", make_sample (1, n, rates[i]));
    play_to_end (&f);
    fail_unless_equals_uint64 (f.recorder->frames, 4800);
    for (k = 0; k < 4000; k++) {
      gdouble at = (gdouble) k * rates[i] / RATE, whole = floor (at + 1e-9);
      gdouble here = value_at (whole, 0), next = value_at (whole + 1, 0);

      assert_sample (recorder_samples (f.recorder)[k],
          here + (at - whole) * (next - here), 5e-7, k);
    }
    close_line (&f);
  }
}

GST_END_TEST;

/* Changes while it plays */

static void
stop_looping (GstElement * element)
{
  g_object_set (element, "loop", FALSE, NULL);
}

static void
loop_elsewhere (GstElement * element)
{
  g_object_set (element, "loop", TRUE, "loop-start", 100. / RATE, "loop-end",
      200. / RATE, NULL);
}

static void
turn_round (GstElement * element)
{
  g_object_set (element, "playback-rate", -1., NULL);
}

static void
take_buffer_away (GstElement * element)
{
  g_object_set (element, "buffer", NULL, NULL);
}

static void
give_another_buffer (GstElement * element)
{
  GstSample *sample = make_sample (1, 10, RATE);

  g_object_set (element, "buffer", sample, NULL);
  gst_sample_unref (sample);
}

static void
give_buffer (GstElement * element)
{
  GstSample *sample = make_sample (2, 1500, RATE);

  g_object_set (element, "buffer", sample, NULL);
  gst_sample_unref (sample);
}

GST_START_TEST (test_loop)
{
  Fixture f;

  open_line (&f, 2, 1000, "buffersource name=s loop=true" OUT);
  do_at (f.pipeline, "s", 2048, stop_looping);
  play_to_end (&f);
  fail_unless_equals_uint64 (f.recorder->frames, 3000);
  expect_frames (f.recorder, 0, 0, 1000);
  expect_frames (f.recorder, 1000, 0, 1000);
  expect_frames (f.recorder, 2000, 0, 1000);
  fail_unless_equals_int (f.ended, 1);
  close_line (&f);

  /* the playhead is beyond the new loop and has been in the old one */
  open_line (&f, 1, 2000, "buffersource name=s length=3000" OUT);
  do_at (f.pipeline, "s", 1024, loop_elsewhere);
  play_to_end (&f);
  expect_frames (f.recorder, 0, 0, 1024);
  expect_frames (f.recorder, 1024, 124, 76);
  expect_frames (f.recorder, 1100, 100, 100);
  expect_frames (f.recorder, 2900, 100, 100);
  close_line (&f);
}

GST_END_TEST;

GST_START_TEST (test_turn)
{
  const gfloat *samples;
  guint i;
  Fixture f;

  open_line (&f, 1, 4000, "buffersource name=s" OUT);
  do_at (f.pipeline, "s", 2048, turn_round);
  play_to_end (&f);
  fail_unless_equals_uint64 (f.recorder->frames, 4097);
  samples = recorder_samples (f.recorder);
  for (i = 2048; i < 4097; i++)
    assert_sample (samples[i], value_at (4096 - i, 0), 0, i);
  close_line (&f);
}

GST_END_TEST;

/* Without a buffer: silence of one channel, until one comes */
GST_START_TEST (test_late_buffer)
{
  Fixture f;

  open_line (&f, 0, 0, "buffersource name=s length=1000" OUT);
  play_to_end (&f);
  fail_unless_equals_int (recorder_channels (f.recorder), 1);
  expect_silence (f.recorder, 0, 1000);
  fail_unless_equals_int (f.ended, 0);
  close_line (&f);

  open_line (&f, 0, 0, "buffersource name=s ! mediastreamdest" OUT);
  do_at (f.pipeline, "s", 2048, give_buffer);
  play_to_end (&f);
  fail_unless_equals_uint64 (f.recorder->frames, 3548);
  expect_silence (f.recorder, 0, 2048);
  expect_frames (f.recorder, 2048, 0, 1500);
  close_line (&f);
}

GST_END_TEST;

/* As in the spec: one that start() finds without a buffer never plays */
GST_START_TEST (test_started_without_buffer)
{
  Fixture f;

  open_line (&f, 0, 0, "buffersource name=s length=5000" OUT);
  fail_unless (start_at (f.source, 0.05, 0, INFINITY));
  do_at (f.pipeline, "s", 2048, give_buffer);
  play_to_end (&f);
  expect_silence (f.recorder, 0, 5000);
  fail_unless_equals_int (f.ended, 1);
  close_line (&f);
}

GST_END_TEST;

GST_START_TEST (test_buffer_taken_away)
{
  Fixture f;

  open_line (&f, 1, 9000, "buffersource name=s length=5000" OUT);
  do_at (f.pipeline, "s", 1024, give_another_buffer);
  do_at (f.pipeline, "s", 2048, take_buffer_away);
  do_at (f.pipeline, "s", 3072, give_buffer);
  play_to_end (&f);
  expect_frames (f.recorder, 0, 0, 2048);
  expect_silence (f.recorder, 2048, 5000);
  fail_unless_equals_int (f.ended, 1);
  close_line (&f);
}

GST_END_TEST;

/* Both parameters have one value in each quantum, and that stays so */
GST_START_TEST (test_k_rate)
{
  static const gchar *params[] = { "playback-rate", "detune" };
  Fixture f;
  guint i, k;

  for (i = 0; i < 2; i++) {
    GstElement *source = gst_element_factory_make ("buffersource", NULL);
    GObject *param = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY
        (source), params[i]);
    gint k_rate, now;

    g_object_get (param, "automation-rate", &k_rate, NULL);
    gst_util_set_object_arg (param, "automation-rate", "a-rate");
    g_object_get (param, "automation-rate", &now, NULL);
    fail_unless_equals_int (now, k_rate);
    g_object_unref (param);
    gst_object_unref (source);
  }

  /* 1 + a connection that steps in mid-quantum */
  open_line (&f, 1, 4000, "constantsource start=1000000 stop=8000000 ! "
      "s.playback-rate_0  buffersource name=s length=2000" OUT);
  play_to_end (&f);
  expect_frames (f.recorder, 0, 0, 128);
  /* 48 to 384 */
  for (k = 128; k < 384; k++)
    assert_sample (recorder_samples (f.recorder)[k], value_at (128 + 2 * (k -
                128), 0), 0, k);
  expect_frames (f.recorder, 384, 640, 1600);
  close_line (&f);
}

GST_END_TEST;

/* The same bits for every block size: also where two channels become one, since
 * the mono source is heard on one side only until then */
GST_START_TEST (test_blocks)
{
  static const gchar *lines[] = {
    "",
    "playback-rate=0.7",
    "playback-rate=-0.7 offset=0.04",
    "playback-rate=0.9 loop=true loop-start=0.001 loop-end=0.0043 "
        "duration=0.07",
    "playback-rate::automation=\"setValueAtTime(1,0) "
        "linearRampToValueAtTime(2.5,0.03)\"",
    "playback-rate::automation=\"setTargetAtTime(0.2,0.01,0.02)\" detune=33",
    "playback-rate=1.3 start=12345678 stop=51234567",
    "start=30000000",
    "start=30000000 ! delay delay-time=0.0101",
  };
  static const guint sizes[] = { 128, 256, 1024, 8192 };
  guint i, j;

  for (i = 0; i <= G_N_ELEMENTS (lines); i++) {
    Recorder *should = NULL;

    for (j = 0; j < G_N_ELEMENTS (sizes); j++) {
      Fixture f;
      gchar *line = g_strdup_printf ("buffersource name=s %s ! mix.  %s "
          "oscillator ! mix.  gain name=mix channel-interpretation=discrete "
          "! mediastreamdest length=8000 block-size=%u" OUT,
          i < G_N_ELEMENTS (lines) ? lines[i] : "",
          i < G_N_ELEMENTS (lines) ? "" : "oscillator frequency=9 ! "
          "s.playback-rate_0", sizes[j]);

      open_line (&f, 2, 2345, line);
      play_to_end (&f);
      fail_unless_equals_int (recorder_channels (f.recorder), 2);
      if (should)
        assert_same_sound (f.recorder, should);
      else
        should = f.recorder;
      if (should != f.recorder)
        recorder_free (f.recorder);
      stop (f.pipeline);
      gst_object_unref (f.source);
      g_free (line);
    }
    recorder_free (should);
  }
}

GST_END_TEST;

/* One that does not play yet has one channel, so that a mono sound beside it is
 * on the left only; but the stream has two from its first block */
GST_START_TEST (test_channels_before_start)
{
  const gfloat *samples;
  guint i;
  Fixture f;

  open_line (&f, 2, 2000, "buffersource name=s start=30000000 ! mix.  "
      "constantsource ! mix.  gain name=mix "
      "channel-interpretation=discrete length=3000" OUT);
  play_to_end (&f);
  fail_unless_equals_int (recorder_channels (f.recorder), 2);
  samples = recorder_samples (f.recorder);
  for (i = 0; i < 3000; i++) {
    /* 1440 is in the quantum that begins at 1408 */
    assert_sample (samples[2 * i], i < 1440 ? 1 : 1 + value_at (i - 1440, 0),
        0, i);
    assert_sample (samples[2 * i + 1], i < 1408 ? 1 : i < 1440 ? 0 :
        value_at (i - 1440, 1), 0, i);
  }
  close_line (&f);
}

GST_END_TEST;

/* A duration is told where it is known */
GST_START_TEST (test_duration)
{
  static const struct
  {
    const gchar *line;
    gint64 duration;            /* in frames */
  } cases[] = {
    {"", 4800}, {"playback-rate=2 start=100000000", 7200},
    {"loop=true", -1}, {"loop=true duration=0.5", 24000},
    {"offset=0.05", 2400}, {"playback-rate=-1 offset=0.05", 2401},
    {"playback-rate=0", -1}, {"start=-1", -1}, {"stop=50000000", 2400},
    {"playback-rate::automation=\"linearRampToValueAtTime(2,1)\"", -1},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    gint64 duration = -1;
    gchar *line = g_strdup_printf ("buffersource name=s %s" OUT, cases[i].line);
    Fixture f;

    open_line (&f, 1, 4800, line);
    set_state (f.pipeline, GST_STATE_PAUSED);
    gst_element_query_duration (f.source, GST_FORMAT_DEFAULT, &duration);
    if (duration != cases[i].duration)
      fail ("%s: %d frames", cases[i].line, (gint) duration);
    close_line (&f);
    g_free (line);
  }
}

GST_END_TEST;

/* What a seek leaves out has been played all the same */
GST_START_TEST (test_seek)
{
  static const gchar *lines[] = {
    "playback-rate=0.73", "loop=true playback-rate=0.3 loop-end=0.003",
    ("playback-rate=0.5 playback-rate::automation="
        "\"linearRampToValueAtTime(1,0.05)\""),
    "loop=true start=30000000",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    gchar *line = g_strdup_printf ("buffersource name=s length=9000 %s" OUT,
        lines[i]);
    Recorder *whole;
    Fixture f;

    open_line (&f, 2, 3000, line);
    play_to_end (&f);
    whole = f.recorder;
    stop (f.pipeline);
    gst_object_unref (f.source);
    open_line (&f, 2, 3000, line);
    set_state (f.pipeline, GST_STATE_PAUSED);
    fail_unless (gst_element_seek_simple (f.pipeline, GST_FORMAT_TIME,
            GST_SEEK_FLAG_FLUSH, 4000 * GST_SECOND / RATE));
    play_to_end (&f);
    assert_sound_at_offsets (f.recorder, whole);
    recorder_clear (f.recorder);
    fail_unless (gst_element_seek_simple (f.pipeline, GST_FORMAT_TIME,
            GST_SEEK_FLAG_FLUSH, 0));
    wait_for_end (f.pipeline);
    assert_same_sound (f.recorder, whole);
    recorder_free (whole);
    close_line (&f);
    g_free (line);
  }
}

GST_END_TEST;

/* Grains: 1,000 sources of one buffer, which takes memory once */

#define GRAINS 1000
#define GRAIN 600

static gsize
count_memory (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  gulong size, resident = 0;

  if (file && fscanf (file, "%lu %lu", &size, &resident) != 2)
    resident = 0;
  if (file)
    fclose (file);
  return resident * 4096;
}

GST_START_TEST (test_grains)
{
  const gsize length = 1 << 20;
  GstSample *sample = make_sample (2, length, RATE);
  GstElement *pipeline = launch ("gain name=mix gain=0.001" OUT);
  GstElement *mix = get_element (pipeline, "mix");
  gdouble *should = g_new0 (gdouble, 2 * (GRAINS * 10 + GRAIN));
  gsize before = count_memory (), used;
  Recorder *recorder;
  guint i, k;

  for (i = 0; i < GRAINS; i++) {
    GstElement *source = gst_element_factory_make ("buffersource", NULL);
    gsize offset = i * 977;

    g_object_set (source, "buffer", sample, NULL);
    gst_bin_add (GST_BIN (pipeline), source);
    fail_unless (gst_element_link (source, mix));
    fail_unless (start_at (source, i * 10. / RATE, offset / (gdouble) RATE,
            (gdouble) GRAIN / RATE));
    for (k = 0; k < 2 * GRAIN; k++)
      should[2 * 10 * i + k] += value_at (offset + k / 2, k % 2);
  }
  gst_sample_unref (sample);
  recorder = record (pipeline, "out");
  play (pipeline);
  wait_for_end (pipeline);
  used = count_memory () - before;
  fail_unless_equals_uint64 (recorder->frames, (GRAINS - 1) * 10 + GRAIN);
  fail_unless_equals_int (recorder_channels (recorder), 2);
  for (i = 0; i < 2 * recorder->frames; i++)
    assert_sample (recorder_samples (recorder)[i], should[i] * 0.001, 1e-5,
        i / 2);
  /* the sample has 8 MB, a copy of it for each would be 8 GB */
  fail_unless (used < 400 << 20, "%" G_GSIZE_FORMAT, used);
  g_free (should);
  gst_object_unref (mix);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* Files */

static void
put_16 (GByteArray * bytes, guint16 value)
{
  value = GUINT16_TO_LE (value);
  g_byte_array_append (bytes, (guint8 *) & value, 2);
}

static void
put_32 (GByteArray * bytes, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (bytes, (guint8 *) & value, 4);
}

static void
put_text (GByteArray * bytes, const gchar * text)
{
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text));
}

/* (transfer full): the name of a file of two channels and 16 bits */
static gchar *
make_file (guint n)
{
  GByteArray *bytes = g_byte_array_new ();
  gchar *name;
  gint file = g_file_open_tmp ("buffersource-XXXXXX.wav", &name, NULL);
  guint i;

  fail_unless (file >= 0);
  put_text (bytes, "RIFF");
  put_32 (bytes, 36 + 4 * n);
  put_text (bytes, "WAVEfmt ");
  put_32 (bytes, 16);
  put_16 (bytes, 1);
  put_16 (bytes, 2);
  put_32 (bytes, RATE);
  put_32 (bytes, RATE * 4);
  put_16 (bytes, 4);
  put_16 (bytes, 16);
  put_text (bytes, "data");
  put_32 (bytes, 4 * n);
  for (i = 0; i < 2 * n; i++)
    put_16 (bytes, (gint) (value_at (i / 2, i % 2) * 32768));
  g_close (file, NULL);
  fail_unless (g_file_set_contents (name, (gchar *) bytes->data, bytes->len,
          NULL));
  g_byte_array_unref (bytes);
  return name;
}

static void
forget_file (gchar * name)
{
  g_unlink (name);
  g_free (name);
}

/* It begins with the first frame, in every life */
GST_START_TEST (test_file)
{
  gchar *name = make_file (30000), *uri = gst_filename_to_uri (name, NULL);
  guint i;

  for (i = 0; i < 2; i++) {
    GstSample *sample;
    gchar *got;
    guint life;
    Fixture f;

    open_line (&f, 0, 0, "buffersource name=s loop=true length=70000" OUT);
    set_on (f.pipeline, "s", i ? "uri" : "location", i ? uri : name);
    g_object_get (f.source, "uri", &got, NULL);
    fail_unless_equals_string (got, uri);
    g_free (got);
    g_object_get (f.source, "location", &got, NULL);
    fail_unless_equals_string (got, name);
    g_free (got);
    for (life = 0; life < 3; life++) {
      recorder_clear (f.recorder);
      play_to_end (&f);
      fail_unless_equals_uint64 (f.recorder->frames, 70000);
      expect_frames (f.recorder, 0, 0, 30000);
      expect_frames (f.recorder, 30000, 0, 30000);
      expect_frames (f.recorder, 60000, 0, 10000);
      g_object_get (f.source, "buffer", &sample, NULL);
      fail_unless (sample != NULL);
      gst_sample_unref (sample);
      set_state (f.pipeline, life ? GST_STATE_NULL : GST_STATE_READY);
    }
    g_object_get (f.source, "buffer", &sample, NULL);
    fail_unless (sample == NULL);
    close_line (&f);
  }
  g_free (uri);
  forget_file (name);
}

GST_END_TEST;

/* (transfer full) (nullable) */
static GstSample *
get_sample (GstElement * pipeline, const gchar * name)
{
  GstElement *source = get_element (pipeline, name);
  GstSample *sample;

  g_object_get (source, "buffer", &sample, NULL);
  gst_object_unref (source);
  return sample;
}

/* All that have one file share what was decoded, also with what joins later, as
 * long as the file stays the same. */
GST_START_TEST (test_shared_file)
{
  gchar *name = make_file (3000);
  GstElement *pipeline = launch ("buffersource name=a ! mix. "
      "buffersource name=b ! mix.  gain name=mix ! convolver name=c" OUT);
  GstElement *late = gst_element_factory_make ("buffersource", NULL);
  GstSample *a, *b, *c, *d;

  gst_object_ref_sink (late);
  set_on (pipeline, "a", "location", name);
  set_on (pipeline, "b", "location", name);
  set_on (pipeline, "c", "location", name);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  wait_for_end (pipeline);
  a = get_sample (pipeline, "a");
  b = get_sample (pipeline, "b");
  c = get_sample (pipeline, "c");
  fail_unless (a && a == b && a == c);
  set_on (pipeline, "a", "buffer", NULL);
  set_on (pipeline, "c", "location", NULL);
  g_object_set (late, "location", name, NULL);
  set_state (late, GST_STATE_READY);
  g_object_get (late, "buffer", &d, NULL);
  fail_unless (d == a);
  gst_sample_unref (d);
  set_state (late, GST_STATE_NULL);

  fail_unless (g_file_set_contents (name, "changed", -1, NULL));
  set_state (late, GST_STATE_READY);
  g_object_get (late, "buffer", &d, NULL);
  fail_unless (d == NULL);
  set_state (late, GST_STATE_NULL);
  gst_object_unref (late);
  gst_sample_unref (a);
  gst_sample_unref (b);
  gst_sample_unref (c);
  stop (pipeline);
  forget_file (name);
}

GST_END_TEST;

/* Whoever comes and goes while a file is decoded, it is there for the others */
GST_START_TEST (test_shared_file_given_up)
{
  gchar *name = make_file (20000);
  guint i, round;

  for (round = 0; round < 20; round++) {
    GstElement *sources[6];

    for (i = 0; i < G_N_ELEMENTS (sources); i++) {
      sources[i] = gst_object_ref_sink (gst_element_factory_make
          ("buffersource", NULL));
      g_object_set (sources[i], "location", name, NULL);
      set_state (sources[i], GST_STATE_READY);
      /* the one that began it, and every other one */
      if (i % 2 == 0)
        set_state (sources[i], GST_STATE_NULL);
    }
    for (i = 0; i < G_N_ELEMENTS (sources); i++) {
      GstSample *sample = NULL;

      while (i % 2 == 1 && !sample) {
        g_usleep (1000);
        g_object_get (sources[i], "buffer", &sample, NULL);
      }
      if (sample)
        gst_sample_unref (sample);
      set_state (sources[i], GST_STATE_NULL);
      gst_object_unref (sources[i]);
    }
  }
  forget_file (name);
}

GST_END_TEST;

/* The others of the graph begin with it */
GST_START_TEST (test_file_in_mix)
{
  gchar *name = make_file (20000);
  Recorder *mixed, *alone;
  guint i;
  Fixture f;

  open_line (&f, 0, 0,
      "oscillator stop=100000000 ! mix.  buffersource name=s ! "
      "mix.  gain name=mix" OUT);
  set_on (f.pipeline, "s", "location", name);
  play_to_end (&f);
  fail_unless_equals_uint64 (f.recorder->frames, 20000);
  mixed = f.recorder;
  alone = render ("oscillator stop=100000000" OUT);
  for (i = 0; i < 4800; i++)
    assert_sample (recorder_samples (mixed)[2 * i],
        recorder_samples (alone)[i] + value_at (i, 0), 1e-6, i);
  recorder_free (alone);
  close_line (&f);
  forget_file (name);
}

GST_END_TEST;

/* In a graph that runs already it is heard as soon as it is there */
GST_START_TEST (test_late_file)
{
  gchar *name = make_file (3000);
  const gfloat *samples;
  guint64 i = 0;
  Fixture f;

  open_line (&f, 0, 0, "buffersource name=s ! mediastreamdest ! "
      "fakesink name=out sync=true");
  play (f.pipeline);
  recorder_wait (f.recorder, 2000);
  set_on (f.pipeline, "s", "location", name);
  wait_for_end (f.pipeline);
  samples = recorder_samples (f.recorder);
  while (samples[2 * i] == 0)
    i++;
  fail_unless_equals_uint64 (f.recorder->frames, i + 3000);
  expect_frames (f.recorder, i, 0, 3000);
  /* that was the one */
  set_on (f.pipeline, "s", "location", "/nowhere");
  close_line (&f);
  forget_file (name);
}

GST_END_TEST;

GST_START_TEST (test_live_file)
{
  gchar *name = make_file (3000);
  const gfloat *samples;
  guint64 i = 0;
  Fixture f;

  open_line (&f, 0, 0, "buffersource name=s is-live=true ! mediastreamdest"
      OUT);
  set_on (f.pipeline, "s", "location", name);
  play_to_end (&f);
  samples = recorder_samples (f.recorder);
  while (samples[2 * i] == 0)
    i++;
  fail_unless_equals_uint64 (f.recorder->frames, i + 3000);
  expect_frames (f.recorder, i, 0, 3000);
  close_line (&f);
  forget_file (name);
}

GST_END_TEST;

static void
expect_error (const gchar * property, const gchar * value, GQuark domain,
    gint code)
{
  GstElement *pipeline = launch ("buffersource name=s" OUT);
  GError *error = NULL;
  GstMessage *message;

  set_on (pipeline, "s", property, value);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  fail_unless_equals_string (GST_MESSAGE_SRC_NAME (message), "s");
  gst_message_parse_error (message, &error, NULL);
  if (!g_error_matches (error, domain, code))
    fail ("%s: %s %d %s", value, g_quark_to_string (error->domain),
        error->code, error->message);
  g_error_free (error);
  gst_message_unref (message);
  stop (pipeline);
}

GST_START_TEST (test_file_errors)
{
  gchar *text = make_file (0), *noise = make_file (0), *lines;

  lines = g_strnfill (4000, 'a');
  g_file_set_contents (text, lines, -1, NULL);
  g_free (lines);
  g_file_set_contents (noise, "\1\2\3\xff\xfe\0\0\7noise", 13, NULL);
  expect_error ("location", "/nowhere/file.ogg", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND);
  expect_error ("uri", "file:///nowhere/file.ogg", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND);
  expect_error ("uri", "what://is.this", GST_CORE_ERROR,
      GST_CORE_ERROR_MISSING_PLUGIN);
  expect_error ("location", text, GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE);
  expect_error ("location", noise, GST_STREAM_ERROR,
      GST_STREAM_ERROR_TYPE_NOT_FOUND);
  forget_file (text);
  forget_file (noise);
}

GST_END_TEST;

/* Each that has the file has the error */
GST_START_TEST (test_shared_file_error)
{
  GstElement *pipeline = launch ("buffersource name=a ! mix. "
      "buffersource name=b ! mix.  gain name=mix" OUT);
  gchar *name = make_file (0);
  GstMessage *first, *second;

  set_on (pipeline, "a", "location", name);
  set_on (pipeline, "b", "location", name);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  first = wait_for (pipeline, GST_MESSAGE_ERROR);
  second = wait_for (pipeline, GST_MESSAGE_ERROR);
  fail_unless (GST_MESSAGE_SRC (first) != GST_MESSAGE_SRC (second));
  gst_message_unref (first);
  gst_message_unref (second);
  stop (pipeline);
  forget_file (name);
}

GST_END_TEST;

/* Nothing hangs on a file that never comes */
GST_START_TEST (test_stuck_file)
{
  static const GstState states[] = {
    GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING
  };
  GstElement *pipeline = launch ("buffersource name=s uri=appsrc://" OUT);
  GstState state;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (states); i++) {
    gst_element_set_state (pipeline, states[i]);
    gst_element_get_state (pipeline, &state, NULL, 20 * GST_MSECOND);
    fail_unless (state <= GST_STATE_READY);
    set_on (pipeline, "s", "uri", "appsrc://");
    fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_NULL),
        GST_STATE_CHANGE_SUCCESS);
  }
  /* nor on one that is given up */
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  set_on (pipeline, "s", "uri", NULL, "stop", GST_SECOND);
  wait_for_end (pipeline);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_buffer_instead_of_file)
{
  gchar *got;
  Fixture f;

  open_line (&f, 0, 0, "buffersource name=s location=/nowhere" OUT);
  set_buffer (f.pipeline, "s", make_sample (2, 1000, RATE));
  g_object_get (f.source, "location", &got, NULL);
  fail_unless (got == NULL);
  play_to_end (&f);
  expect_frames (f.recorder, 0, 0, 1000);
  close_line (&f);
}

GST_END_TEST;

static Suite *
buffersource_suite (void)
{
  Suite *suite = suite_create ("buffersource");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_formats);
  tcase_add_test (tc, test_no_buffer);
  tcase_add_test (tc, test_empty);
  tcase_add_test (tc, test_odd_memory);
  tcase_add_test (tc, test_acquired);
  tcase_add_test (tc, test_start);
  tcase_add_test (tc, test_nothing);
  tcase_add_test (tc, test_properties);
  tcase_add_test (tc, test_errors);
  tcase_add_test (tc, test_speed);
  tcase_add_test (tc, test_standing);
  tcase_add_test (tc, test_sub_sample);
  tcase_add_test (tc, test_other_rate);
  tcase_add_test (tc, test_loop);
  tcase_add_test (tc, test_turn);
  tcase_add_test (tc, test_late_buffer);
  tcase_add_test (tc, test_started_without_buffer);
  tcase_add_test (tc, test_buffer_taken_away);
  tcase_add_test (tc, test_k_rate);
  tcase_add_test (tc, test_blocks);
  tcase_add_test (tc, test_channels_before_start);
  tcase_add_test (tc, test_duration);
  tcase_add_test (tc, test_seek);
  tcase_add_test (tc, test_grains);
  tcase_add_test (tc, test_file);
  tcase_add_test (tc, test_shared_file);
  tcase_add_test (tc, test_shared_file_given_up);
  tcase_add_test (tc, test_shared_file_error);
  tcase_add_test (tc, test_file_in_mix);
  tcase_add_test (tc, test_late_file);
  tcase_add_test (tc, test_live_file);
  tcase_add_test (tc, test_file_errors);
  tcase_add_test (tc, test_stuck_file);
  tcase_add_test (tc, test_buffer_instead_of_file);
  return suite;
}

GST_CHECK_MAIN (buffersource);
