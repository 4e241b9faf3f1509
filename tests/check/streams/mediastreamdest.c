/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mediastreamdest element: the stream that it makes, its one track and who
 * may consume it.
 */

#include "check-quarks.h"
#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"

/* Every sample of a channel, from @from to @to */
static void
expect (Recorder * recorder, guint channel, guint64 from, guint64 to,
    gfloat value)
{
  const gfloat *samples = recorder_samples (recorder);
  guint n = recorder_channels (recorder);
  guint64 i;

  fail_unless (channel < n && to <= recorder->frames);
  for (i = from; i < to; i++)
    assert_sample (samples[i * n + channel], value, 1e-6, i);
}

/* The stream */

static GstStreamCollection *
get_stream (GstElement * dest)
{
  GstStreamCollection *stream;

  g_object_get (dest, "stream", &stream, NULL);
  fail_unless (GST_IS_STREAM_COLLECTION (stream));
  return stream;
}

/* (transfer full) */
static gchar *
get_track_id (GstElement * dest)
{
  GstStreamCollection *stream = get_stream (dest);
  GstStream *track;
  gchar *id;

  fail_unless_equals_int (gst_stream_collection_get_size (stream), 1);
  track = gst_stream_collection_get_stream (stream, 0);
  fail_unless_equals_int (gst_stream_get_stream_type (track),
      GST_STREAM_TYPE_AUDIO);
  id = g_strdup (gst_stream_get_stream_id (track));
  fail_unless (id && *id);
  gst_object_unref (stream);
  return id;
}

GST_START_TEST (test_stream)
{
  GstElement *dest = gst_element_factory_make ("mediastreamdest", NULL);
  GstElement *other = gst_element_factory_make ("mediastreamdest", NULL);
  GstStreamCollection *stream = get_stream (dest);
  GstStreamCollection *again = get_stream (dest);
  GstStreamCollection *others = get_stream (other);
  gchar *id = get_track_id (dest), *others_id = get_track_id (other);

  fail_unless (stream == again);
  fail_if (stream == others);
  fail_if (g_str_equal (id, others_id));
  fail_if (g_str_equal (gst_stream_collection_get_upstream_id (stream),
          gst_stream_collection_get_upstream_id (others)));
  g_free (others_id);
  g_free (id);
  gst_object_unref (others);
  gst_object_unref (again);
  gst_object_unref (stream);
  gst_object_unref (other);
  gst_object_unref (dest);
}

GST_END_TEST;

/* What the pad's sticky events say about the stream */
static guint
check_events (GstElement * bin, const gchar * sink, const gchar * id,
    GstStreamCollection * stream)
{
  GstElement *element = get_element (bin, sink);
  GstPad *pad = gst_element_get_static_pad (element, "sink");
  GstEvent *event = gst_pad_get_sticky_event (pad, GST_EVENT_STREAM_START, 0);
  GstStreamCollection *collection = NULL;
  GstStream *track = NULL;
  const gchar *announced;
  guint group;

  fail_unless (event != NULL);
  gst_event_parse_stream_start (event, &announced);
  fail_unless_equals_string (announced, id);
  gst_event_parse_stream (event, &track);
  fail_unless (track == gst_stream_collection_get_stream (stream, 0));
  fail_unless (gst_event_parse_group_id (event, &group));
  gst_object_unref (track);
  gst_event_unref (event);

  event = gst_pad_get_sticky_event (pad, GST_EVENT_STREAM_COLLECTION, 0);
  fail_unless (event != NULL);
  gst_event_parse_stream_collection (event, &collection);
  fail_unless (collection == stream);
  gst_object_unref (collection);
  gst_event_unref (event);
  gst_object_unref (pad);
  gst_object_unref (element);
  return group;
}

/* All consumers see the same track, in every life of the element */
GST_START_TEST (test_stream_start)
{
  GstElement *pipeline = launch ("oscillator ! mediastreamdest name=d ! "
      "fakesink name=a d.src_0 ! fakesink name=b d.src_7 ! fakesink name=c");
  GstElement *dest = get_element (pipeline, "d");
  GstStreamCollection *stream = get_stream (dest);
  gchar *id = get_track_id (dest);
  guint i;

  for (i = 0; i < 3; i++) {
    gchar *now = get_track_id (dest);
    guint group;

    set_state (pipeline, GST_STATE_PLAYING);
    fail_unless_equals_string (now, id);
    group = check_events (pipeline, "a", id, stream);
    fail_unless_equals_int (check_events (pipeline, "b", id, stream), group);
    fail_unless_equals_int (check_events (pipeline, "c", id, stream), group);
    set_state (pipeline, GST_STATE_NULL);
    g_free (now);
  }
  g_free (id);
  gst_object_unref (stream);
  gst_object_unref (dest);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_events_order)
{
  Recorder *recorder = render ("oscillator stop=100000000 ! mediastreamdest"
      OUT);

  fail_unless_equals_string (recorder->events->str,
      "stream-start stream-collection caps segment buffer eos ");
  recorder_free (recorder);
}

GST_END_TEST;

/* Channels */

GST_START_TEST (test_channels)
{
  Recorder *recorder = render ("constantsource stop=100000000 ! "
      "mediastreamdest" OUT);

  /* a mono input is in both channels */
  fail_unless_equals_int (recorder_channels (recorder), 2);
  fail_unless_equals_uint64 (recorder->frames, 4800);
  expect (recorder, 0, 0, 4800, 1);
  expect (recorder, 1, 0, 4800, 1);
  recorder_free (recorder);

  recorder = render ("constantsource stop=100000000 ! mediastreamdest "
      "channel-interpretation=discrete" OUT);
  expect (recorder, 0, 0, 4800, 1);
  expect (recorder, 1, 0, 4800, 0);
  recorder_free (recorder);

  recorder = render ("constantsource stop=100000000 ! mediastreamdest "
      "channel-count=1" OUT);
  fail_unless_equals_int (recorder_channels (recorder), 1);
  expect (recorder, 0, 0, 4800, 1);
  recorder_free (recorder);

  recorder = render ("constantsource stop=100000000 ! mediastreamdest "
      "channel-count=6" OUT);
  fail_unless_equals_int (recorder_channels (recorder), 6);
  expect (recorder, 0, 0, 4800, 0);
  expect (recorder, 2, 0, 4800, 1);
  recorder_free (recorder);

  recorder = render ("constantsource stop=100000000 ! mediastreamdest "
      "channel-count=32" OUT);
  fail_unless_equals_int (recorder_channels (recorder), 32);
  expect (recorder, 0, 0, 4800, 1);
  expect (recorder, 31, 0, 4800, 0);
  recorder_free (recorder);

  /* 5.1 to stereo: the centre at -3 dB in both */
  recorder = render ("constantsource stop=100000000 ! gain channel-count=6 "
      "channel-count-mode=explicit ! mediastreamdest" OUT);
  fail_unless_equals_int (recorder_channels (recorder), 2);
  expect (recorder, 0, 0, 4800, sqrt (0.5));
  expect (recorder, 1, 0, 4800, sqrt (0.5));
  recorder_free (recorder);

  /* any other setting */
  recorder = render ("constantsource stop=100000000 ! mediastreamdest "
      "channel-count-mode=max" OUT);
  fail_unless_equals_int (recorder_channels (recorder), 1);
  recorder_free (recorder);
}

GST_END_TEST;

/* Timestamps without a gap, from 0 */
static void
check_timestamps (Recorder * recorder)
{
  guint64 frame = 0;
  guint i;

  for (i = 0; i < recorder->buffers->len; i++) {
    const RecordedBuffer *buffer = recorder_buffer (recorder, i);

    fail_unless_equals_uint64 (buffer->offset, frame);
    fail_unless_equals_uint64 (buffer->pts,
        gst_util_uint64_scale (frame, GST_SECOND, RATE));
    frame += buffer->frames;
    fail_unless_equals_uint64 (buffer->pts + buffer->duration,
        gst_util_uint64_scale (frame, GST_SECOND, RATE));
  }
  fail_unless_equals_uint64 (frame, recorder->frames);
}

/* Silence */

GST_START_TEST (test_unconnected)
{
  Recorder *recorder = render ("mediastreamdest length=100000" OUT);

  fail_unless_equals_uint64 (recorder->frames, 100000);
  fail_unless_equals_int (recorder_channels (recorder), 2);
  fail_unless (recorder_loudness (recorder) == 0);
  check_timestamps (recorder);
  recorder_free (recorder);
}

GST_END_TEST;

/* Not linked, linked for a while, and not again: it goes on all the time */
GST_START_TEST (test_connected_for_a_while)
{
  GstElement *pipeline = launch ("mediastreamdest name=d" OUT);
  GstElement *source = gst_element_factory_make ("constantsource", NULL);
  GstElement *dest = get_element (pipeline, "d");
  Recorder *recorder = record (pipeline, "out");

  /* the stream stands while the links change; the block after the last that is
   * allowed is rendered already */
  recorder_allow (recorder, 10 * BLOCK);
  play (pipeline);
  recorder_wait (recorder, 10 * BLOCK);
  gst_bin_add (GST_BIN (pipeline), source);
  fail_unless (gst_element_link (source, dest));
  gst_element_sync_state_with_parent (source);
  recorder_allow (recorder, 20 * BLOCK);
  recorder_wait (recorder, 20 * BLOCK);
  gst_element_unlink (source, dest);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (pipeline), source);
  recorder_allow (recorder, 30 * BLOCK);
  recorder_wait (recorder, 30 * BLOCK);

  expect (recorder, 0, 0, 10 * BLOCK, 0);
  expect (recorder, 0, 12 * BLOCK, 20 * BLOCK, 1);
  expect (recorder, 1, 12 * BLOCK, 20 * BLOCK, 1);
  expect (recorder, 0, 22 * BLOCK, 30 * BLOCK, 0);
  check_timestamps (recorder);
  recorder_allow (recorder, G_MAXUINT64);
  gst_object_unref (dest);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

static void
disable (GstElement * dest)
{
  g_object_set (dest, "enabled", FALSE, NULL);
}

static void
enable (GstElement * dest)
{
  g_object_set (dest, "enabled", TRUE, NULL);
}

/* A track that is not enabled is silent, its time goes on, and what comes back
 * is where it would be */
GST_START_TEST (test_enabled)
{
  GstElement *pipeline = launch ("oscillator ! mediastreamdest name=d "
      "length=20000" OUT);
  Recorder *recorder = record (pipeline, "out");
  Recorder *should = render ("oscillator ! mediastreamdest length=20000" OUT);
  const gfloat *samples, *heard = recorder_samples (should);
  guint64 i;

  do_at (pipeline, "d", 4096, disable);
  do_at (pipeline, "d", 10240, enable);
  do_at (pipeline, "d", 12288, disable);
  do_at (pipeline, "d", 13312, enable);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, 20000);
  samples = recorder_samples (recorder);
  for (i = 0; i < 40000; i++) {
    gboolean silent = (i / 2 >= 4096 && i / 2 < 10240)
        || (i / 2 >= 12288 && i / 2 < 13312);

    assert_sample (samples[i], silent ? 0 : heard[i], 0, i / 2);
  }
  check_timestamps (recorder);
  recorder_free (should);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_disabled_from_the_start)
{
  Recorder *recorder = render ("oscillator stop=200000000 ! mediastreamdest "
      "enabled=false" OUT);

  fail_unless_equals_uint64 (recorder->frames, 9600);
  fail_unless (recorder_loudness (recorder) == 0);
  check_timestamps (recorder);
  recorder_free (recorder);
}

GST_END_TEST;

/* Consumers */

/* Record, play and send at once: all get every frame */
GST_START_TEST (test_consumers)
{
  GstElement *pipeline = launch ("oscillator type=sawtooth stop=500000000 ! "
      "mediastreamdest name=d ! fakesink name=a "
      "d.src_0 ! queue ! fakesink name=b d.src_1 ! audioconvert ! "
      "audio/x-raw,format=F32LE ! fakesink name=c d. ! fakesink name=e");
  static const gchar *names[] = { "a", "b", "c", "e" };
  Recorder *recorders[4];
  guint i;

  for (i = 0; i < 4; i++)
    recorders[i] = record (pipeline, names[i]);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorders[0]->frames, 24000);
  for (i = 1; i < 4; i++)
    assert_same_sound (recorders[i], recorders[0]);
  for (i = 0; i < 4; i++)
    recorder_free (recorders[i]);
  stop (pipeline);
}

GST_END_TEST;

static guint64
sum_of (GstElement * pipeline, gsize * bytes)
{
  GstElement *sink = get_element (pipeline, "out");
  GstSample *sample;
  guint64 buffers = 0;

  *bytes = 0;
  while (TRUE) {
    g_signal_emit_by_name (sink, "pull-sample", &sample);
    if (!sample)
      break;
    *bytes += gst_buffer_get_size (gst_sample_get_buffer (sample));
    buffers++;
    gst_sample_unref (sample);
  }
  gst_object_unref (sink);
  return buffers;
}

/* Directly, without any converter */
GST_START_TEST (test_encoders)
{
  static const struct
  {
    const gchar *line;
    gsize bytes;                /* at least */
  } consumers[] = {
    {"opusenc ! ", 500},
    {"opusenc ! oggmux ! ", 1000},
    {"wavenc ! ", 24000 * 2 * 2 + 44},
    {"flacenc ! ", 2000},
    {"vorbisenc ! ", 500},
    {"audio/x-raw,format=S16LE ! ", 24000 * 2 * 2},
    {"audio/x-raw,format=U8,channels=1 ! ", 24000},
    {"", 24000 * 2 * 4},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (consumers); i++) {
    GstElement *pipeline = launch ("oscillator stop=500000000 ! "
        "mediastreamdest ! %sappsink name=out sync=false", consumers[i].line);
    gsize bytes;

    GST_INFO ("%s", consumers[i].line);
    play (pipeline);
    fail_unless (sum_of (pipeline, &bytes) > 0);
    wait_for_end (pipeline);
    fail_unless (bytes >= consumers[i].bytes, "%s%" G_GSIZE_FORMAT " bytes",
        consumers[i].line, bytes);
    stop (pipeline);
  }
}

GST_END_TEST;

/* Live to a network: packets of 20 ms, timed by the clock */
GST_START_TEST (test_live_rtp)
{
  GstElement *pipeline = launch ("oscillator stop=300000000 ! mediastreamdest "
      "is-live=true ! opusenc ! rtpopuspay ! fakesink name=out sync=true");
  GstElement *out = get_element (pipeline, "out");
  GstPad *pad = gst_element_get_static_pad (out, "sink");
  GstQuery *query = gst_query_new_latency ();
  gint64 began = g_get_monotonic_time ();
  GstClockTime min;
  GstCaps *caps;
  gboolean live;

  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless (g_get_monotonic_time () - began >= 300000);
  fail_unless (gst_element_query (pipeline, query));
  gst_query_parse_latency (query, &live, &min, NULL);
  fail_unless (live);
  fail_unless (min >= gst_util_uint64_scale (BLOCK, GST_SECOND, RATE));
  caps = gst_pad_get_current_caps (pad);
  fail_unless_equals_string (gst_structure_get_string
      (gst_caps_get_structure (caps, 0), "encoding-name"), "OPUS");
  gst_caps_unref (caps);
  gst_query_unref (query);
  gst_object_unref (pad);
  gst_object_unref (out);
  stop (pipeline);
}

GST_END_TEST;

static Suite *
mediastreamdest_suite (void)
{
  Suite *s = suite_create ("mediastreamdest");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_stream);
  tcase_add_test (tc, test_stream_start);
  tcase_add_test (tc, test_events_order);
  tcase_add_test (tc, test_channels);
  tcase_add_test (tc, test_unconnected);
  tcase_add_test (tc, test_connected_for_a_while);
  tcase_add_test (tc, test_enabled);
  tcase_add_test (tc, test_disabled_from_the_start);
  tcase_add_test (tc, test_consumers);
  tcase_add_test (tc, test_encoders);
  tcase_add_test (tc, test_live_rtp);
  return s;
}

GST_CHECK_MAIN (mediastreamdest);
