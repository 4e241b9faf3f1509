/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other elements push into a node: its stream's events, flushes, ends and
 * silence, and what comes of it downstream. The samples are in edge.c. */

#include "../check-webaudio.h"
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>

/* A harness around a gain: it pushes into it, and receives what it pushes. */

#define RATE 48000

static GstHarness *
harness_new (guint channels, gint rate)
{
  GstHarness *h = gst_harness_new_parse ("gain block-size=128");

  gst_harness_set_src_caps (h, float_caps (channels, rate));
  return h;
}

/* Pushes @n frames of @value at @frame. */
static GstFlowReturn
push (GstHarness * h, gfloat value, guint64 frame, guint n)
{
  gfloat *samples = g_new (gfloat, n);
  GstFlowReturn flow;
  guint i;

  for (i = 0; i < n; i++)
    samples[i] = value;
  flow = gst_harness_push (h, float_buffer (samples, n, 1, frame, RATE));
  g_free (samples);
  return flow;
}

/* Pulls until @n frames have come, all of them @value. */
static void
pull (GstHarness * h, gfloat value, guint n)
{
  while (n > 0) {
    GstBuffer *buffer = gst_harness_pull (h);
    GstMapInfo map;
    gsize i;

    fail_unless (buffer != NULL);
    gst_buffer_map (buffer, &map, GST_MAP_READ);
    fail_unless (map.size / sizeof (gfloat) <= n);
    for (i = 0; i < map.size / sizeof (gfloat); i++)
      check_that (((gfloat *) map.data)[i] == value, "%g is not %g",
          ((gfloat *) map.data)[i], value);
    n -= map.size / sizeof (gfloat);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
}

static GstEvent *
pull_event (GstHarness * h, GstEventType type)
{
  GstEvent *event = gst_harness_pull_event (h);

  fail_unless (event != NULL);
  fail_unless_equals_string (GST_EVENT_TYPE_NAME (event),
      gst_event_type_get_name (type));
  return event;
}

static void
expect_event (GstHarness * h, GstEventType type)
{
  gst_event_unref (pull_event (h, type));
}

/* A pad to push from by hand */

/* (transfer full): linked to a new pad of @mix. */
static GstPad *
link_source (GstElement * mix)
{
  GstPad *sink = gst_element_request_pad_simple (mix, "sink_0");
  GstPad *src = gst_pad_new ("src", GST_PAD_SRC);

  gst_pad_set_active (src, TRUE);
  fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
  gst_object_unref (sink);
  return src;
}

static void
begin_source (GstPad * src, GstElement * mix)
{
  GstCaps *caps = float_caps (1, RATE);

  gst_check_setup_events_with_stream_id (src, mix, caps, GST_FORMAT_TIME,
      "pushed");
  gst_caps_unref (caps);
}

static void
unlink_source (GstElement * mix, GstPad * src)
{
  GstPad *sink = gst_pad_get_peer (src);

  gst_element_release_request_pad (mix, sink);
  gst_object_unref (sink);
  gst_object_unref (src);
}

/* The stream that comes out is the graph's, not the one that goes in. */
GST_START_TEST (test_events)
{
  GstHarness *h = harness_new (1, RATE);

  fail_unless_equals_int (push (h, 0.5f, 0, 1280), GST_FLOW_OK);
  expect_event (h, GST_EVENT_STREAM_START);
  expect_event (h, GST_EVENT_CAPS);
  expect_event (h, GST_EVENT_SEGMENT);
  pull (h, 0.5f, 1280);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  expect_event (h, GST_EVENT_EOS);
  fail_unless_equals_int (push (h, 0.5f, 1280, 128), GST_FLOW_EOS);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* What is pushed before the caps is refused. */
GST_START_TEST (test_no_caps)
{
  GstHarness *h = gst_harness_new ("gain");
  GstPad *pad = gst_element_get_static_pad (h->element, "sink");
  GstSegment segment;
  gfloat sample = 0;

  gst_harness_play (h);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_pad_send_event (pad, gst_event_new_stream_start ("x")));
  fail_unless (gst_pad_send_event (pad, gst_event_new_segment (&segment)));
  fail_unless_equals_int (gst_pad_chain (pad, float_buffer (&sample, 1, 1, 0,
              RATE)), GST_FLOW_NOT_NEGOTIATED);
  gst_object_unref (pad);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* An end in the middle of a block is met to the frame. */
GST_START_TEST (test_end)
{
  static const guint lengths[] = { 1, 127, 128, 129, 1000, 1024, 5000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lengths); i++) {
    GstHarness *h = harness_new (1, RATE);

    fail_unless_equals_int (push (h, 0.25f, 0, lengths[i]), GST_FLOW_OK);
    fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
    pull (h, 0.25f, lengths[i]);
    expect_event (h, GST_EVENT_STREAM_START);
    expect_event (h, GST_EVENT_CAPS);
    expect_event (h, GST_EVENT_SEGMENT);
    expect_event (h, GST_EVENT_EOS);
    gst_harness_teardown (h);
  }
}

GST_END_TEST;

/* Also without a single frame there is a stream, and it ends. */
GST_START_TEST (test_empty_stream)
{
  GstHarness *h = harness_new (2, 44100);

  gst_harness_play (h);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  expect_event (h, GST_EVENT_STREAM_START);
  expect_event (h, GST_EVENT_CAPS);
  expect_event (h, GST_EVENT_SEGMENT);
  expect_event (h, GST_EVENT_EOS);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* One stream after the other comes through one pad, and all of it is heard. */
GST_START_TEST (test_new_stream)
{
  GstElement *pipeline = launch ("gain name=mix ! fakesink name=out "
      "constantsource ! mix.");
  GstElement *mix = get_element (pipeline, "mix");
  GstPad *pad = gst_element_request_pad_simple (mix, "sink_%u");
  Recorder *recorder = record (pipeline, "out");
  guint64 heard = 0;
  guint i;

  recorder_allow (recorder, 4096);
  set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 3; i++) {
    GstElement *source = gst_parse_bin_from_description ("constantsource "
        "stop=100000000 ! identity", TRUE, NULL);
    GstPad *src = gst_element_get_static_pad (source, "src");
    guint64 until = recorder_count (recorder) + 20480;

    gst_bin_add (GST_BIN (pipeline), source);
    fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
    fail_unless (gst_element_sync_state_with_parent (source));
    recorder_allow (recorder, until);
    recorder_wait (recorder, until);
    fail_unless (gst_pad_unlink (src, pad));
    gst_object_unref (src);
    gst_element_set_state (source, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (pipeline), source);
  }
  recorder_allow (recorder, G_MAXUINT64);
  gst_element_release_request_pad (mix, pad);
  gst_object_unref (pad);
  gst_object_unref (mix);
  stop (pipeline);
  for (i = 0; i < recorder->frames; i++)
    heard += recorder_samples (recorder)[i] == 2.0f;
  fail_unless_equals_uint64 (heard, 3 * 4800);
  recorder_free (recorder);
}

GST_END_TEST;

/* Flushes */

/* A graph that filters one stream hands its flushes on, and starts anew. */
GST_START_TEST (test_flush_of_filter)
{
  GstHarness *h = harness_new (1, RATE);
  GstSegment segment;
  GstEvent *event;

  fail_unless_equals_int (push (h, 0.5f, 0, 640), GST_FLOW_OK);
  pull (h, 0.5f, 640);
  expect_event (h, GST_EVENT_STREAM_START);
  expect_event (h, GST_EVENT_CAPS);
  expect_event (h, GST_EVENT_SEGMENT);
  /* less than a block, which the flush is to forget */
  fail_unless_equals_int (push (h, 0.75f, 640, 100), GST_FLOW_OK);

  fail_unless (gst_harness_push_event (h, gst_event_new_flush_start ()));
  expect_event (h, GST_EVENT_FLUSH_START);
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
  expect_event (h, GST_EVENT_FLUSH_STOP);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 10 * GST_SECOND;
  fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
  fail_unless_equals_int (push (h, 0.25f, 10 * RATE, 640), GST_FLOW_OK);
  pull (h, 0.25f, 640);
  event = pull_event (h, GST_EVENT_SEGMENT);
  gst_event_copy_segment (event, &segment);
  gst_event_unref (event);
  fail_unless_equals_uint64 (segment.start, 10 * GST_SECOND);
  fail_unless_equals_uint64 (segment.time, 10 * GST_SECOND);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* One input of several is flushed: what it held is lost, and that is all. */
GST_START_TEST (test_flush_of_input)
{
  GstElement *pipeline = launch ("gain name=mix ! fakesink name=out "
      "oscillator frequency=443 stop=1000000000 ! mix.");
  Recorder *tone = render ("oscillator frequency=443 stop=1000000000 ! "
      "fakesink name=out");
  GstElement *mix = get_element (pipeline, "mix");
  GstPad *src = link_source (mix);
  Recorder *recorder = record (pipeline, "out");
  gfloat ones[2048];
  GstSegment segment;
  guint i;

  for (i = 0; i < 2048; i++)
    ones[i] = 1.0f;
  play (pipeline);
  begin_source (src, mix);
  for (i = 0; i < 10; i++) {
    fail_unless_equals_int (gst_pad_push (src, float_buffer (ones, 2048, 1,
                i * 2048, RATE)), GST_FLOW_OK);
    if (i % 2)
      recorder_wait (recorder, i * 1024);
    fail_unless (gst_pad_push_event (src, gst_event_new_flush_start ()));
    fail_unless (gst_pad_push_event (src, gst_event_new_flush_stop (FALSE)));
    gst_segment_init (&segment, GST_FORMAT_TIME);
    fail_unless (gst_pad_push_event (src, gst_event_new_segment (&segment)));
  }
  fail_unless (gst_pad_push_event (src, gst_event_new_eos ()));
  wait_for_end (pipeline);
  fail_unless_equals_string (recorder->events->str,
      "stream-start caps segment buffer eos ");
  fail_unless_equals_uint64 (recorder->frames, RATE);
  for (i = 0; i < RATE; i++) {
    gfloat rest = recorder_samples (recorder)[i] - recorder_samples (tone)[i];

    check_that (fabsf (rest) < 1e-6 || fabsf (rest - 1) < 1e-6,
        "%g at frame %u", rest, i);
  }
  unlink_source (mix, src);
  gst_object_unref (mix);
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (tone);
}

GST_END_TEST;

/* Silence */

static gboolean
only_gaps (Recorder * recorder, guint64 from, guint64 to)
{
  guint i;

  for (i = 0; i < recorder->buffers->len; i++) {
    const RecordedBuffer *buffer = recorder_buffer (recorder, i);

    if (buffer->offset >= from && buffer->offset_end <= to
        && !(buffer->flags & GST_BUFFER_FLAG_GAP))
      return FALSE;
  }
  return TRUE;
}

/* GAP buffers and GAP events are silence that stays known as such. */
GST_START_TEST (test_gaps)
{
  GstHarness *h = harness_new (1, RATE);
  Recorder *recorder = record_pad (h->sinkpad);
  GstBuffer *buffer;
  gfloat junk[1280];
  guint i;

  for (i = 0; i < 1280; i++)
    junk[i] = 1.0f;
  fail_unless_equals_int (push (h, 1.0f, 0, 1280), GST_FLOW_OK);
  buffer = float_buffer (junk, 1280, 1, 1280, RATE);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  fail_unless_equals_int (push (h, 1.0f, 2560, 1280), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (h, gst_event_new_gap (80 * GST_MSECOND,
              80 * GST_MSECOND)));
  fail_unless_equals_int (push (h, 1.0f, 7680, 1280), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  recorder_wait_end (recorder);

  fail_unless_equals_uint64 (recorder->frames, 8960);
  for (i = 0; i < 8960; i++) {
    gboolean silent = (i >= 1280 && i < 2560) || (i >= 3840 && i < 7680);

    check_that (recorder_samples (recorder)[i] == (silent ? 0.0f : 1.0f),
        "frame %u", i);
  }
  fail_unless (only_gaps (recorder, 1280, 2560));
  fail_unless (only_gaps (recorder, 3840, 7680));
  fail_unless (!only_gaps (recorder, 0, 1280));
  recorder_free (recorder);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* An input that delivers nothing is waited for, and then it is silent until it
 * does. This takes as long as the patience of the graph. */
GST_START_TEST (test_starved)
{
  GstElement *pipeline = launch ("gain name=mix ! fakesink name=out "
      "constantsource ! mix.");
  GstElement *mix = get_element (pipeline, "mix");
  Recorder *recorder = record (pipeline, "out");
  GstPad *src;
  gfloat ones[4096];
  guint64 heard = 0;
  GstMessage *message;
  GError *error;
  guint i;

  for (i = 0; i < 4096; i++)
    ones[i] = 1.0f;
  src = link_source (mix);
  recorder_allow (recorder, 8192);
  play (pipeline);
  /* only then is it certain that there was time to lose patience */
  message = wait_for (pipeline, GST_MESSAGE_WARNING);
  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (mix));
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, "sink_0") != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  recorder_wait (recorder, 8192);

  begin_source (src, mix);
  fail_unless_equals_int (gst_pad_push (src, float_buffer (ones, 4096, 1, 0,
              RATE)), GST_FLOW_OK);
  fail_unless (gst_pad_push_event (src, gst_event_new_eos ()));
  recorder_allow (recorder, 40960);
  recorder_wait (recorder, 40960);
  recorder_allow (recorder, G_MAXUINT64);
  unlink_source (mix, src);
  gst_object_unref (mix);
  stop (pipeline);

  /* it is late, but it is all there */
  for (i = 0; i < 40960; i++) {
    gfloat sample = recorder_samples (recorder)[i];

    check_that (sample == 1.0f || (i >= 8192 && sample == 2.0f), "frame %u", i);
    heard += sample == 2.0f;
  }
  fail_unless_equals_uint64 (heard, 4096);
  recorder_free (recorder);
}

GST_END_TEST;

/* Nobody waits for an input in a live graph: what is late is heard late. */
GST_START_TEST (test_live)
{
  GstElement *pipeline = launch ("gain name=mix is-live=true block-size=1024 ! "
      "fakesink name=out constantsource ! mix.");
  GstElement *mix = get_element (pipeline, "mix");
  GstTestClock *clock = GST_TEST_CLOCK (gst_test_clock_new ());
  Recorder *recorder = record (pipeline, "out");
  GstPad *src = link_source (mix);
  gfloat ones[1000];
  guint i, block;

  for (i = 0; i < 1000; i++)
    ones[i] = 1.0f;
  gst_pipeline_use_clock (GST_PIPELINE (pipeline), GST_CLOCK (clock));
  play (pipeline);
  begin_source (src, mix);
  for (block = 1; block <= 8; block++) {
    if (block == 3 || block == 6)
      fail_unless_equals_int (gst_pad_push (src, float_buffer (ones, 1000, 1,
                  (block - 3) / 3 * 1000, RATE)), GST_FLOW_OK);
    gst_test_clock_wait_for_next_pending_id (clock, NULL);
    fail_unless (gst_test_clock_crank (clock));
    fail_unless (recorder_wait (recorder, block * 1024));
  }
  unlink_source (mix, src);
  gst_object_unref (mix);
  stop (pipeline);
  for (i = 0; i < 8192; i++) {
    gboolean heard = (i >= 2048 && i < 3048) || (i >= 5120 && i < 6120);

    check_that (recorder_samples (recorder)[i] == 1.0f + heard,
        "frame %u is %g", i, recorder_samples (recorder)[i]);
  }
  recorder_free (recorder);
  gst_object_unref (clock);
}

GST_END_TEST;

/* Back-pressure */

/* An input takes no more than it needs: upstream waits. */
GST_START_TEST (test_back_pressure)
{
  GstElement *pipeline = launch ("audiotestsrc name=source "
      "samplesperbuffer=128 ! gain ! fakesink name=out");
  GstElement *source = get_element (pipeline, "source");
  GstPad *src = gst_element_get_static_pad (source, "src");
  Recorder *pushed = record_pad (src);
  Recorder *recorder = record (pipeline, "out");
  guint64 frames;

  recorder_allow (recorder, 10240);
  play (pipeline);
  recorder_wait (recorder, 10240);
  recorder_wait (pushed, 10240);
  /* what waits is less than a second */
  frames = recorder_count (pushed);
  fail_unless (frames < 10240 + RATE, "%" G_GUINT64_FORMAT, frames);
  recorder_allow (recorder, G_MAXUINT64);
  recorder_wait (pushed, 10 * RATE);
  recorder_wait (recorder, 9 * RATE);
  fail_unless (recorder_count (pushed) <= recorder_count (recorder) + RATE);
  gst_object_unref (src);
  gst_object_unref (source);
  stop (pipeline);
  recorder_free (pushed);
  recorder_free (recorder);
}

GST_END_TEST;

/* A pipeline stops also while upstream waits for room or the graph for data. */
GST_START_TEST (test_stop_while_waiting)
{
  guint i;

  for (i = 0; i < 20; i++) {
    GstElement *pipeline = launch ("audiotestsrc ! gain name=one ! fakesink "
        "name=out appsrc ! gain name=two ! fakesink async=false one. ! two.");
    Recorder *recorder = record (pipeline, "out");

    recorder_allow (recorder, i * 1024);
    play (pipeline);
    recorder_wait (recorder, i * 1024);
    recorder_allow (recorder, G_MAXUINT64);
    stop (pipeline);
    recorder_free (recorder);
  }
}

GST_END_TEST;

/* Events and queries that are somebody else's */

/* What a sink says upstream reaches the source through the graph. */
GST_START_TEST (test_upstream_event)
{
  GstHarness *h = harness_new (1, RATE);
  GstEvent *event;

  fail_unless_equals_int (push (h, 0.5f, 0, 1280), GST_FLOW_OK);
  pull (h, 0.5f, 1280);
  fail_unless (gst_harness_push_upstream_event (h, gst_event_new_custom
          (GST_EVENT_CUSTOM_UPSTREAM, gst_structure_new_empty ("hello"))));
  do {
    event = gst_harness_pull_upstream_event (h);
    fail_unless (event != NULL);
    if (GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_UPSTREAM)
      break;
    gst_event_unref (event);
  } while (TRUE);
  fail_unless (gst_event_has_name (event, "hello"));
  gst_event_unref (event);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* The latency is that of upstream and the block. */
GST_START_TEST (test_latency)
{
  GstHarness *h = harness_new (1, RATE);
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean live;

  gst_harness_set_upstream_latency (h, 7 * GST_MSECOND);
  fail_unless_equals_int (push (h, 0.5f, 0, 1280), GST_FLOW_OK);
  pull (h, 0.5f, 1280);
  fail_unless (gst_pad_peer_query (h->sinkpad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless (live);
  fail_unless_equals_uint64 (min, 7 * GST_MSECOND + gst_util_uint64_scale (128,
          GST_SECOND, RATE));
  gst_query_unref (query);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* What is pushed into a graph that has ended ends, too: its source would wait
 * for room for ever. An EOS event is how an application finds that out. */
GST_START_TEST (test_over)
{
  GstElement *pipeline = launch ("audiotestsrc ! amp.gain_0 oscillator ! "
      "gain name=amp ! fakesink name=out sync=true");
  gint64 start;

  set_state (pipeline, GST_STATE_PLAYING);
  g_usleep (G_USEC_PER_SEC / 10);
  start = g_get_monotonic_time ();
  gst_element_send_event (pipeline, gst_event_new_eos ());
  wait_for_end (pipeline);
  fail_unless (g_get_monotonic_time () - start < 4 * G_USEC_PER_SEC);
  stop (pipeline);
}

GST_END_TEST;

static Suite *
input_suite (void)
{
  Suite *s = suite_create ("input");
  TCase *tc = tcase_create ("input");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_events);
  tcase_add_test (tc, test_no_caps);
  tcase_add_test (tc, test_end);
  tcase_add_test (tc, test_empty_stream);
  tcase_add_test (tc, test_new_stream);
  tcase_add_test (tc, test_flush_of_filter);
  tcase_add_test (tc, test_flush_of_input);
  tcase_add_test (tc, test_gaps);
  tcase_add_test (tc, test_starved);
  tcase_add_test (tc, test_live);
  tcase_add_test (tc, test_back_pressure);
  tcase_add_test (tc, test_stop_while_waiting);
  tcase_add_test (tc, test_upstream_event);
  tcase_add_test (tc, test_latency);
  tcase_add_test (tc, test_over);
  return s;
}

GST_CHECK_MAIN (input);
