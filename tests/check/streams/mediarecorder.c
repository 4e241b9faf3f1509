/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mediarecorder element: its states, its events and their order, what the
 * chunks and the pad have in common, and that every sample that came in while it
 * was recording, and none besides, is in the file.
 *
 * WEBAUDIO_RECORDER_OPERATIONS sets how many random operations there are.
 */

#define _GNU_SOURCE             /* memmem */
#include <glib/gstdio.h>
#include <gst/app/gstappsrc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-quarks.h"
#include "check-webaudio.h"

#define RATE 48000
#define BLOCK 480
#define DEFAULT_OPERATIONS 10000

/* All that can be recorded with the plugins that the tests may use; audio/mp4
 * is Opus where there is no encoder for AAC. */
static const gchar *mime_types[] = {
  "audio/ogg;codecs=opus", "audio/ogg;codecs=vorbis", "audio/ogg;codecs=flac",
  "audio/webm;codecs=opus", "audio/webm;codecs=vorbis",
  "audio/mp4;codecs=mp4a.40.2", "audio/mp4;codecs=opus",
  "audio/flac", "audio/wav"
};

static const gchar *lossless_types[] = {
  "audio/ogg;codecs=flac", "audio/flac", "audio/wav"
};

/*
 * A recorder between pads of the test. The test's thread pushes, so what is
 * pushed between two calls is known to the sample.
 */
typedef struct
{
  GstElement *recorder;
  GstPad *src, *sink;
  guint64 pushed;               /* frames */
  guint channels;
  gint rate;

  GMutex lock;
  GCond cond;
  GString *events;              /* names of signals */
  GByteArray *chunks;
  GArray *timecodes;
  guint n_stopped;
  GError *error;
  gchar *call;                  /* in the handler of this signal, */
  gchar *method;                /* call this */

  /* what the sink received */
  gboolean seekable;
  GstFlowReturn flow;
  gboolean blocked;
  GByteArray *file;
  guint64 position;
  guint64 base;                 /* where this recording began */
  guint n_ends;
  guint n_buffers;
} Fixture;

/* Like pads of elements it has a template: asked for the caps of one that has
 * none, GStreamer 1.22.0 reads those that are set without holding them. */
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
note (Fixture * f, const gchar * name)
{
  g_mutex_lock (&f->lock);
  g_string_append_printf (f->events, "%s ", name);
  g_cond_broadcast (&f->cond);
  g_mutex_unlock (&f->lock);
}

static gboolean
call (Fixture * f, const gchar * method)
{
  gboolean result = 2;

  g_signal_emit_by_name (f->recorder, method, &result);
  fail_unless (result == TRUE || result == FALSE);
  return result;
}

static void
call_back (Fixture * f, const gchar * name)
{
  gboolean now;

  g_mutex_lock (&f->lock);
  if ((now = f->call && g_str_equal (f->call, name)))
    g_clear_pointer (&f->call, g_free);
  g_mutex_unlock (&f->lock);
  if (now)
    call (f, f->method);
}

static void
on_started (GstElement * recorder, Fixture * f)
{
  note (f, "started");
  call_back (f, "started");
}

static void
on_stopped (GstElement * recorder, Fixture * f)
{
  note (f, "stopped");
  call_back (f, "stopped");
  g_mutex_lock (&f->lock);
  f->n_stopped++;
  g_cond_broadcast (&f->cond);
  g_mutex_unlock (&f->lock);
}

static void
on_paused (GstElement * recorder, Fixture * f)
{
  note (f, "paused");
  call_back (f, "paused");
}

static void
on_resumed (GstElement * recorder, Fixture * f)
{
  note (f, "resumed");
  call_back (f, "resumed");
}

static void
on_data_available (GstElement * recorder, GstBuffer * buffer,
    guint64 timecode, Fixture * f)
{
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_mutex_lock (&f->lock);
  g_byte_array_append (f->chunks, map.data, map.size);
  g_array_append_val (f->timecodes, timecode);
  g_mutex_unlock (&f->lock);
  gst_buffer_unmap (buffer, &map);
  note (f, "data");
  call_back (f, "data-available");
}

static void
on_error (GstElement * recorder, GError * error, Fixture * f)
{
  g_mutex_lock (&f->lock);
  GST_INFO ("%s", error->message);
  g_clear_error (&f->error);
  f->error = g_error_copy (error);
  g_mutex_unlock (&f->lock);
  note (f, "error");
  call_back (f, "error");
}

static GstFlowReturn
sink_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  Fixture *f = pad->chaindata;
  GstFlowReturn flow;
  GstMapInfo map;

  g_mutex_lock (&f->lock);
  f->n_buffers++;
  g_cond_broadcast (&f->cond);
  while (f->blocked)
    g_cond_wait (&f->cond, &f->lock);
  flow = f->flow;
  if (flow == GST_FLOW_OK) {
    gst_buffer_map (buffer, &map, GST_MAP_READ);
    if (f->position + map.size > f->file->len)
      g_byte_array_set_size (f->file, f->position + map.size);
    memcpy (f->file->data + f->position, map.data, map.size);
    f->position += map.size;
    gst_buffer_unmap (buffer, &map);
  }
  g_mutex_unlock (&f->lock);
  gst_buffer_unref (buffer);
  return flow;
}

static gboolean
sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  Fixture *f = pad->eventdata;
  const GstSegment *segment;

  g_mutex_lock (&f->lock);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      f->position = f->base = f->file->len;
      break;
    case GST_EVENT_SEGMENT:
      gst_event_parse_segment (event, &segment);
      if (segment->format == GST_FORMAT_BYTES)
        f->position = f->base + segment->start;
      fail_unless (f->seekable || f->position == f->file->len
          || segment->start == 0);
      break;
    case GST_EVENT_EOS:
      f->n_ends++;
      break;
    default:
      break;
  }
  g_cond_broadcast (&f->cond);
  g_mutex_unlock (&f->lock);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
sink_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  Fixture *f = pad->querydata;

  /* by default, what it has is all that it accepts */
  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS) {
    gst_query_set_accept_caps_result (query, TRUE);
    return TRUE;
  }
  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_seeking (query, GST_FORMAT_BYTES, f->seekable, 0, -1);
  return TRUE;
}

/* The recorder is in PLAYING, its stream has begun, and it is not started. */
static Fixture *
fixture_new (const gchar * mime_type, GstCaps * caps, gboolean with_sink,
    gboolean seekable)
{
  Fixture *f = g_new0 (Fixture, 1);
  GstPad *pad;
  GstSegment segment;
  GstAudioInfo info;

  g_mutex_init (&f->lock);
  g_cond_init (&f->cond);
  f->events = g_string_new (NULL);
  f->chunks = g_byte_array_new ();
  f->file = g_byte_array_new ();
  f->timecodes = g_array_new (FALSE, FALSE, sizeof (guint64));
  f->seekable = seekable;
  f->recorder = gst_object_ref_sink (gst_element_factory_make ("mediarecorder",
          NULL));
  fail_unless (f->recorder != NULL);
  g_object_set (f->recorder, "auto-start", FALSE, NULL);
  if (mime_type)
    g_object_set (f->recorder, "mime-type", mime_type, NULL);
  g_signal_connect (f->recorder, "started", G_CALLBACK (on_started), f);
  g_signal_connect (f->recorder, "stopped", G_CALLBACK (on_stopped), f);
  g_signal_connect (f->recorder, "paused", G_CALLBACK (on_paused), f);
  g_signal_connect (f->recorder, "resumed", G_CALLBACK (on_resumed), f);
  g_signal_connect (f->recorder, "data-available",
      G_CALLBACK (on_data_available), f);
  g_signal_connect (f->recorder, "error", G_CALLBACK (on_error), f);

  f->src = gst_object_ref_sink (gst_pad_new ("test-src", GST_PAD_SRC));
  pad = gst_element_get_static_pad (f->recorder, "sink");
  fail_unless_equals_int (gst_pad_link (f->src, pad), GST_PAD_LINK_OK);
  gst_object_unref (pad);
  if (with_sink) {
    f->sink = gst_object_ref_sink (gst_pad_new_from_static_template
        (&sink_template, "test-sink"));
    gst_pad_set_chain_function_full (f->sink, sink_chain, f, NULL);
    gst_pad_set_event_function_full (f->sink, sink_event, f, NULL);
    gst_pad_set_query_function_full (f->sink, sink_query, f, NULL);
    pad = gst_element_get_static_pad (f->recorder, "src");
    fail_unless_equals_int (gst_pad_link (pad, f->sink), GST_PAD_LINK_OK);
    gst_object_unref (pad);
    gst_pad_set_active (f->sink, TRUE);
  }
  set_state (f->recorder, GST_STATE_PLAYING);
  gst_pad_set_active (f->src, TRUE);
  gst_pad_push_event (f->src, gst_event_new_stream_start ("test"));
  gst_audio_info_from_caps (&info, caps);
  f->channels = GST_AUDIO_INFO_CHANNELS (&info);
  f->rate = GST_AUDIO_INFO_RATE (&info);
  fail_unless (gst_pad_push_event (f->src, gst_event_new_caps (caps)));
  gst_caps_unref (caps);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (f->src, gst_event_new_segment (&segment));
  return f;
}

static void
fixture_free (Fixture * f)
{
  gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);

  set_state (f->recorder, GST_STATE_NULL);
  /* a thread that calls our handlers has a reference */
  while (GST_OBJECT_REFCOUNT_VALUE (f->recorder) > 1) {
    fail_unless (g_get_monotonic_time () < until);
    g_usleep (100);
  }
  gst_pad_set_active (f->src, FALSE);
  if (f->sink)
    gst_pad_set_active (f->sink, FALSE);
  gst_clear_object (&f->sink);
  gst_object_unref (f->src);
  gst_object_unref (f->recorder);
  g_string_free (f->events, TRUE);
  g_byte_array_unref (f->chunks);
  g_byte_array_unref (f->file);
  g_array_unref (f->timecodes);
  g_clear_error (&f->error);
  g_free (f->call);
  g_free (f->method);
  g_mutex_clear (&f->lock);
  g_cond_clear (&f->cond);
  g_free (f);
}

static GstCaps *
integer_caps (guint channels)
{
  return gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING,
      GST_AUDIO_NE (S16), "layout", G_TYPE_STRING, "interleaved", "rate",
      G_TYPE_INT, RATE, "channels", G_TYPE_INT, channels, NULL);
}

/* Frame n of the input: no two within a second are alike, and none is silent */
static gint16
counter (guint64 frame, guint channel)
{
  return (gint16) ((frame % 32749) + 1) * (channel ? -1 : 1);
}

/* Pushes @frames of the counter, whose time goes on from the last. */
static GstFlowReturn
push (Fixture * f, guint64 frames)
{
  GstFlowReturn flow = GST_FLOW_OK;

  while (frames && flow == GST_FLOW_OK) {
    guint n = MIN (frames, BLOCK), i, c;
    GstBuffer *buffer = gst_buffer_new_allocate (NULL,
        n * f->channels * sizeof (gint16), NULL);
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_WRITE);
    for (i = 0; i < n; i++)
      for (c = 0; c < f->channels; c++)
        ((gint16 *) map.data)[i * f->channels + c] = counter (f->pushed + i, c);
    gst_buffer_unmap (buffer, &map);
    GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (f->pushed, GST_SECOND,
        f->rate);
    f->pushed += n;
    GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (f->pushed,
        GST_SECOND, f->rate) - GST_BUFFER_PTS (buffer);
    flow = gst_pad_push (f->src, buffer);
    frames -= n;
  }
  return flow;
}

static void
wait_until (Fixture * f, guint * counter, guint count)
{
  gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);

  g_mutex_lock (&f->lock);
  while (*counter < count)
    fail_unless (g_cond_wait_until (&f->cond, &f->lock, until),
        "only: %s", f->events->str);
  g_mutex_unlock (&f->lock);
}

static void
wait_stopped (Fixture * f, guint count)
{
  wait_until (f, &f->n_stopped, count);
}

static void
assert_state (Fixture * f, const gchar * name)
{
  GEnumValue *value;
  gint state;

  g_object_get (f->recorder, "state", &state, NULL);
  value = g_enum_get_value (g_type_class_peek (g_type_from_name
          ("GstWebAudioRecordingState")), state);
  fail_unless_equals_string (value->value_nick, name);
}

static void
assert_events (Fixture * f, const gchar * events)
{
  g_mutex_lock (&f->lock);
  fail_unless_equals_string (f->events->str, events);
  g_mutex_unlock (&f->lock);
}

static gboolean
is_supported (const gchar * mime_type)
{
  GstElement *recorder = gst_element_factory_make ("mediarecorder", NULL);
  gboolean supported;

  g_signal_emit_by_name (recorder, "is-type-supported", mime_type, &supported);
  gst_object_unref (recorder);
  return supported;
}

/* (transfer full): what a stock player makes of @bytes, as 16 bit integers. */
static Recorder *
decode (const guint8 * bytes, gsize size)
{
  gchar *name;
  gint fd = g_file_open_tmp ("recording-XXXXXX", &name, NULL);
  Recorder *recorder;

  fail_unless (fd >= 0);
  close (fd);
  fail_unless (g_file_set_contents (name, (const gchar *) bytes, size, NULL));
  recorder = render ("filesrc location=%s ! decodebin ! audioconvert ! "
      "audio/x-raw,format=" GST_AUDIO_NE (S16) ",layout=interleaved ! "
      "fakesink name=out", name);
  g_unlink (name);
  g_free (name);
  return recorder;
}

/* A decoder of AAC is not to be had everywhere, and the leaks tracer finds what
 * qtdemux 1.22 leaks when it meets Opus. */
static gboolean
can_decode (const gchar * mime_type)
{
  return !g_str_has_suffix (mime_type, "mp4a.40.2")
      && !(g_str_has_prefix (mime_type, "audio/mp4")
      && g_getenv ("GST_TRACERS"));
}

/* Types */

GST_START_TEST (test_types)
{
  static const gchar *yes[] = {
    "", "audio/ogg", "audio/ogg;codecs=opus", "audio/ogg; codecs=opus",
    "AUDIO/Ogg ; CODECS=Opus", "audio/ogg;codecs=\"opus\"",
    "audio/ogg;codecs=\"\\opus\"", " audio/ogg", "audio/ogg ",
    "audio/ogg;", "audio/ogg(Ogg (by Xiph));codecs=(the codec)opus",
    "audio/ogg;x=y;codecs=opus", "audio/ogg;codecs=opus;x=\"a;b\"",
    "audio/ogg;codecs=vorbis", "audio/ogg;codecs=flac",
    "audio/webm", "audio/webm;codecs=opus", "audio/webm;codecs=vorbis",
    "audio/mp4", "audio/mp4;codecs=opus", "audio/flac", "audio/x-flac",
    "audio/flac;codecs=flac", "audio/wav", "audio/wave", "audio/vnd.wave",
    "audio/x-wav", "audio/wav;codecs=1"
  };
  static const gchar *no[] = {
    "audio", "audio/", "/ogg", "ogg", "audio/nonsense", "video/webm",
    "video/mp4", "text/html", "audio/ogg;codecs=nonsense",
    "audio/ogg;codecs=opus,vorbis", "audio/ogg;codecs=\"opus, vorbis\"",
    "audio/ogg;codecs=vp8", "audio/webm;codecs=flac", "audio/ogg;codecs",
    "audio/ogg;codecs=", "audio/ogg;codecs=\"opus", "audio/ogg;=opus",
    "audio/ogg;;codecs=opus", "audio/ogg codecs=opus", "audio/ogg/opus",
    "audio/ogg;codecs=opus x", "audio/flac;codecs=opus",
    "audio/wav;codecs=2", "audio/ogg(", "audio/mp4;codecs=vorbis"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (yes); i++)
    fail_unless (is_supported (yes[i]), "%s", yes[i]);
  for (i = 0; i < G_N_ELEMENTS (no); i++)
    fail_if (is_supported (no[i]), "%s", no[i]);
}

GST_END_TEST;

/* While it records, the type is what is recorded. */
GST_START_TEST (test_mime_type)
{
  Fixture *f = fixture_new ("audio/webm", integer_caps (1), FALSE, FALSE);
  gchar *mime_type;

  fail_unless (call (f, "start"));
  g_object_get (f->recorder, "mime-type", &mime_type, NULL);
  fail_unless_equals_string (mime_type, "audio/webm;codecs=opus");
  g_free (mime_type);
  call (f, "stop");
  g_object_get (f->recorder, "mime-type", &mime_type, NULL);
  fail_unless_equals_string (mime_type, "audio/webm");
  g_free (mime_type);
  fixture_free (f);
}

GST_END_TEST;

/* An unsupported type is an error, before any file is made. */
GST_START_TEST (test_unsupported)
{
  gchar *name = g_build_filename (g_get_tmp_dir (), "no-such-recording", NULL);
  gchar *line = g_strdup_printf ("audiotestsrc ! "
      "mediarecorder mime-type=audio/nonsense ! filesink location=%s", name);
  GError *error = NULL;
  GstMessage *message;
  GstElement *pipeline;

  /* sinks create files in READY, before we are asked to go there */
  fail_unless (gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS,
          &error) == NULL);
  fail_unless (g_error_matches (error, GST_PARSE_ERROR, GST_PARSE_ERROR_LINK));
  g_clear_error (&error);
  fail_if (g_file_test (name, G_FILE_TEST_EXISTS));
  g_free (line);
  g_free (name);

  pipeline = launch ("audiotestsrc ! mediarecorder name=r ! fakesink");
  set_on (pipeline, "r", "mime-type", "audio/nonsense");
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PLAYING),
      GST_STATE_CHANGE_FAILURE);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR,
          GST_STREAM_ERROR_CODEC_NOT_FOUND));
  g_error_free (error);
  gst_message_unref (message);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_unsupported_start)
{
  Fixture *f = fixture_new (NULL, integer_caps (1), TRUE, TRUE);

  g_object_set (f->recorder, "mime-type", "audio/nonsense", NULL);
  fail_if (call (f, "start"));
  assert_state (f, "inactive");
  push (f, BLOCK);
  fail_unless_equals_int (f->n_buffers, 0);
  fixture_free (f);
}

GST_END_TEST;

/* States and events */

GST_START_TEST (test_states)
{
  Fixture *f = fixture_new (NULL, integer_caps (2), FALSE, FALSE);

  assert_state (f, "inactive");
  fail_unless (call (f, "stop"));
  fail_if (call (f, "pause"));
  fail_if (call (f, "resume"));
  fail_if (call (f, "request-data"));
  fail_unless (call (f, "start"));
  assert_state (f, "recording");
  fail_if (call (f, "start"));
  fail_unless (call (f, "resume"));
  push (f, RATE);
  fail_unless (call (f, "pause"));
  assert_state (f, "paused");
  fail_unless (call (f, "pause"));
  fail_if (call (f, "start"));
  fail_unless (call (f, "resume"));
  assert_state (f, "recording");
  fail_unless (call (f, "stop"));
  assert_state (f, "inactive");
  fail_unless (call (f, "stop"));
  wait_stopped (f, 1);
  fail_if (call (f, "pause"));
  assert_events (f, "started paused resumed data stopped ");
  fail_unless (f->chunks->len > 0);
  fixture_free (f);
}

GST_END_TEST;

/* There is no stream before it is linked and running, or after it has ended. */
GST_START_TEST (test_no_stream)
{
  GstElement *recorder = gst_element_factory_make ("mediarecorder", NULL);
  GstStreamCollection *stream;
  Fixture *f;
  gboolean started;

  gst_object_ref_sink (recorder);
  g_signal_emit_by_name (recorder, "start", &started);
  fail_if (started);
  set_state (recorder, GST_STATE_PLAYING);
  g_signal_emit_by_name (recorder, "start", &started);
  fail_if (started);
  g_object_get (recorder, "stream", &stream, NULL);
  fail_unless (stream == NULL);
  stop (recorder);

  f = fixture_new (NULL, integer_caps (2), FALSE, FALSE);
  g_object_get (f->recorder, "stream", &stream, NULL);
  fail_unless_equals_int (gst_stream_collection_get_size (stream), 1);
  gst_object_unref (stream);
  gst_pad_push_event (f->src, gst_event_new_eos ());
  fail_if (call (f, "start"));
  set_state (f->recorder, GST_STATE_READY);
  fail_if (call (f, "start"));
  fixture_free (f);
}

GST_END_TEST;

/* A collection that upstream announces is the stream. */
GST_START_TEST (test_stream)
{
  GstElement *pipeline = launch ("oscillator ! mediastreamdest name=d ! "
      "mediarecorder name=r ! fakesink");
  GstStreamCollection *made, *recorded;

  set_state (pipeline, GST_STATE_PLAYING);
  set_on (pipeline, "d", "name", "d");
  {
    GstElement *dest = get_element (pipeline, "d");
    GstElement *recorder = get_element (pipeline, "r");

    g_object_get (dest, "stream", &made, NULL);
    g_object_get (recorder, "stream", &recorded, NULL);
    gst_object_unref (recorder);
    gst_object_unref (dest);
  }
  fail_unless (made == recorded);
  gst_object_unref (made);
  gst_object_unref (recorded);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_input_ends)
{
  Fixture *f = fixture_new (NULL, integer_caps (2), TRUE, FALSE);

  call (f, "start");
  push (f, RATE);
  gst_pad_push_event (f->src, gst_event_new_eos ());
  assert_state (f, "inactive");
  wait_stopped (f, 1);
  assert_events (f, "started data stopped ");
  fail_unless_equals_int (f->n_ends, 1);
  fixture_free (f);
}

GST_END_TEST;

/* Downstream ends even where nothing was recorded. */
GST_START_TEST (test_input_ends_inactive)
{
  Fixture *f = fixture_new (NULL, integer_caps (2), TRUE, FALSE);

  push (f, RATE);
  gst_pad_push_event (f->src, gst_event_new_eos ());
  wait_until (f, &f->n_ends, 1);
  fail_unless_equals_int (f->n_buffers, 0);
  assert_events (f, "");
  fixture_free (f);
}

GST_END_TEST;

/* A recording of nothing has no bytes, and ends. */
GST_START_TEST (test_nothing)
{
  Fixture *f = fixture_new (NULL, integer_caps (2), TRUE, FALSE);

  call (f, "start");
  call (f, "request-data");
  call (f, "stop");
  wait_stopped (f, 1);
  assert_events (f, "started data data stopped ");
  fail_unless_equals_int (f->chunks->len, 0);
  fail_unless_equals_int (f->n_ends, 1);
  fixture_free (f);
}

GST_END_TEST;

GST_START_TEST (test_auto_start)
{
  GstElement *pipeline = launch ("audiotestsrc num-buffers=10 ! "
      "mediarecorder name=r ! fakesink name=out");
  GstMessage *message;
  static const gchar *names[] = { "mediarecorder-started",
    "mediarecorder-data-available", "mediarecorder-stopped"
  };
  guint i;

  play (pipeline);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    message = wait_for (pipeline, GST_MESSAGE_ELEMENT);
    fail_unless (gst_message_has_name (message, names[i]));
    if (i == 1) {
      GstBuffer *buffer = NULL;
      guint64 timecode = 1;

      fail_unless (gst_structure_get (gst_message_get_structure (message),
              "buffer", GST_TYPE_BUFFER, &buffer, "timecode", G_TYPE_UINT64,
              &timecode, NULL));
      fail_unless_equals_uint64 (timecode, 0);
      gst_buffer_unref (buffer);
    }
    gst_message_unref (message);
  }
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_no_messages)
{
  GstElement *pipeline = launch ("audiotestsrc num-buffers=10 ! "
      "mediarecorder post-messages=false ! fakesink");
  GstBus *bus = gst_element_get_bus (pipeline);

  play (pipeline);
  wait_for_end (pipeline);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT) == NULL);
  gst_object_unref (bus);
  stop (pipeline);
}

GST_END_TEST;

/* Methods are called from the handlers, which are called in order. */
GST_START_TEST (test_reentrance)
{
  static const struct
  {
    const gchar *signal, *method, *events;
  } cases[] = {
    {"started", "pause", "started paused "},
    {"started", "stop", "started data stopped "},
    {"paused", "resume", "started paused resumed "},
    {"data-available", "stop", "started data data stopped "},
    {"stopped", "start", "started data stopped started "}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    Fixture *f = fixture_new (NULL, integer_caps (1), FALSE, FALSE);
    gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);

    g_mutex_lock (&f->lock);
    f->call = g_strdup (cases[i].signal);
    f->method = g_strdup (cases[i].method);
    g_mutex_unlock (&f->lock);
    call (f, "start");
    push (f, BLOCK);
    if (g_str_equal (cases[i].signal, "paused"))
      call (f, "pause");
    else if (g_str_equal (cases[i].signal, "data-available"))
      call (f, "request-data");
    else if (g_str_equal (cases[i].signal, "stopped"))
      call (f, "stop");
    g_mutex_lock (&f->lock);
    while (!g_str_equal (f->events->str, cases[i].events))
      fail_unless (g_cond_wait_until (&f->cond, &f->lock, until),
          "%s, not %s", f->events->str, cases[i].events);
    g_mutex_unlock (&f->lock);
    fixture_free (f);
  }
}

GST_END_TEST;

static GstPadProbeReturn
stop_in_stream (GstPad * pad, GstPadProbeInfo * info, gpointer f)
{
  call (f, "stop");
  return GST_PAD_PROBE_REMOVE;
}

/* and from the streaming threads on both sides. */
GST_START_TEST (test_stop_in_stream)
{
  static const gchar *pads[] = { "sink", "src" };
  guint i;

  for (i = 0; i < 2; i++) {
    Fixture *f = fixture_new ("audio/wav", integer_caps (1), TRUE, FALSE);
    GstPad *pad = gst_element_get_static_pad (f->recorder, pads[i]);

    call (f, "start");
    push (f, BLOCK);
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, stop_in_stream, f, NULL);
    push (f, BLOCK);
    wait_stopped (f, 1);
    assert_events (f, "started data stopped ");
    gst_object_unref (pad);
    fixture_free (f);
  }
}

GST_END_TEST;

/* Nobody waits for a downstream that does not take anything. */
GST_START_TEST (test_stop_does_not_block)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), TRUE, FALSE);

  f->blocked = TRUE;
  call (f, "start");
  push (f, RATE / 2);
  wait_until (f, &f->n_buffers, 1);
  call (f, "stop");
  assert_state (f, "inactive");
  /* the next may start meanwhile */
  call (f, "start");
  push (f, RATE / 2);
  call (f, "request-data");
  call (f, "stop");
  /* what ends both is held up */
  fail_unless_equals_int (f->n_stopped, 0);
  g_mutex_lock (&f->lock);
  f->blocked = FALSE;
  g_cond_broadcast (&f->cond);
  g_mutex_unlock (&f->lock);
  wait_stopped (f, 2);
  assert_events (f, "started started data stopped data data stopped ");
  fail_unless_equals_int (f->n_ends, 2);
  fixture_free (f);
}

GST_END_TEST;

/* Going to READY ends it, whatever waits for what. */
GST_START_TEST (test_ready)
{
  Fixture *f = fixture_new (NULL, integer_caps (1), TRUE, FALSE);
  guint i;

  for (i = 0; i < 3; i++) {
    call (f, "start");
    push (f, RATE);
    set_state (f->recorder, GST_STATE_READY);
    assert_state (f, "inactive");
    wait_stopped (f, i + 1);
    f->pushed = 0;
    set_state (f->recorder, GST_STATE_PLAYING);
    gst_pad_set_active (f->src, FALSE);
    gst_pad_set_active (f->src, TRUE);
    {
      GstCaps *caps = integer_caps (1);
      GstSegment segment;

      gst_segment_init (&segment, GST_FORMAT_TIME);
      gst_pad_push_event (f->src, gst_event_new_stream_start ("again"));
      gst_pad_push_event (f->src, gst_event_new_caps (caps));
      gst_pad_push_event (f->src, gst_event_new_segment (&segment));
      gst_caps_unref (caps);
    }
  }
  fixture_free (f);
}

GST_END_TEST;

/* Bytes */

static void
assert_same_bytes (GByteArray * a, GByteArray * b)
{
  fail_unless_equals_int (a->len, b->len);
  fail_unless (memcmp (a->data, b->data, a->len) == 0);
}

/* What the pad puts out and what the chunks hold is the same, whoever may go
 * back, and it plays. */
GST_START_TEST (test_bytes)
{
  const gchar *mime_type = mime_types[__i__ / 2];
  /* of MP4 also in the middle of its second fragment */
  guint request_after = __i__ % 2 == 0 ? 3 :
      g_str_has_prefix (mime_type, "audio/mp4") ? 40 : 5;
  guint64 frames = 2 * RATE + 77;
  guint seekable, timeslice, request;

  if (!is_supported (mime_type))
    return;
  for (seekable = 0; seekable < 2; seekable++) {
    for (timeslice = 0; timeslice < 2; timeslice++) {
      for (request = 0; request < 2; request++) {
        Fixture *f = fixture_new (mime_type, integer_caps (2), TRUE, seekable);
        Recorder *decoded;

        g_object_set (f->recorder, "timeslice", timeslice * GST_SECOND / 4,
            NULL);
        call (f, "start");
        push (f, frames - 5000);
        if (request) {
          wait_until (f, &f->n_buffers, request_after);
          call (f, "request-data");
        }
        push (f, 5000);
        call (f, "stop");
        wait_stopped (f, 1);
        if (timeslice)
          fail_unless (f->timecodes->len >= 4);
        else
          fail_unless_equals_int (f->timecodes->len, 1 + request);
        assert_same_bytes (f->chunks, f->file);
        if (!can_decode (mime_type)) {
          fixture_free (f);
          continue;
        }
        decoded = decode (f->chunks->data, f->chunks->len);
        fail_unless (ABS ((gint64) (decoded->frames - frames)) <= RATE / 50,
            "%s: %" G_GUINT64_FORMAT " frames", mime_type, decoded->frames);
        recorder_free (decoded);
        fixture_free (f);
      }
    }
  }
}

GST_END_TEST;

/* A chunk that is all of it is as complete as a file, without any sink. */
GST_START_TEST (test_bytes_unlinked)
{
  const gchar *mime_type = mime_types[__i__];
  Fixture *with, *without;
  guint i;

  if (!is_supported (mime_type))
    return;
  with = fixture_new (mime_type, integer_caps (2), TRUE, TRUE);
  without = fixture_new (mime_type, integer_caps (2), FALSE, FALSE);
  for (i = 0; i < 2; i++) {
    Fixture *f = i ? with : without;

    /* of a random identifier Matroska writes no leading zeros */
    g_random_set_seed (1);
    call (f, "start");
    push (f, RATE);
    call (f, "stop");
    wait_stopped (f, 1);
    fail_unless (f->chunks->len > 100);
  }
  /* but for identifiers, dates and serial numbers */
  fail_unless_equals_int (with->chunks->len, without->chunks->len);
  fixture_free (without);
  fixture_free (with);
}

GST_END_TEST;

static gboolean
contains (GByteArray * bytes, const gchar * what, gsize size)
{
  return memmem (bytes->data, bytes->len, what, size) != NULL;
}

/* (transfer full) */
static Fixture *
record_second (const gchar * mime_type, gboolean seekable)
{
  Fixture *f = fixture_new (mime_type, integer_caps (2), TRUE, seekable);

  call (f, "start");
  push (f, RATE);
  call (f, "stop");
  wait_stopped (f, 1);
  return f;
}

static guint
read_number (Fixture * f, guint at, gint byte_order)
{
  guint32 number;

  memcpy (&number, f->file->data + at, 4);
  return byte_order == G_BIG_ENDIAN ? GUINT32_FROM_BE (number) :
      GUINT32_FROM_LE (number);
}

#define WEBM_DURATION "\x44\x89\x88"
#define WEBM_CUES "\x1c\x53\xbb\x6b"

GST_START_TEST (test_headers)
{
  Fixture *f = record_second ("audio/webm", TRUE);

  fail_unless (contains (f->file, WEBM_DURATION, 3));
  fail_unless (contains (f->file, WEBM_CUES, 4));
  fixture_free (f);
  f = record_second ("audio/webm", FALSE);
  fail_if (contains (f->file, WEBM_DURATION, 3));
  fail_if (contains (f->file, WEBM_CUES, 4));
  /* the first block of a track, at its time 0, is a key frame */
  fail_unless (contains (f->file, "\x81\0\0\x80", 4));
  fixture_free (f);

  f = record_second ("audio/wav", TRUE);
  fail_unless_equals_int (read_number (f, 4, G_LITTLE_ENDIAN),
      f->file->len - 8);
  fail_unless_equals_int (read_number (f, 40, G_LITTLE_ENDIAN), 4 * RATE);
  fail_unless_equals_int (f->file->len, 44 + 4 * RATE);
  fixture_free (f);
  /* not empty, but of unknown size */
  f = record_second ("audio/wav", FALSE);
  fail_unless_equals_int (read_number (f, 4, G_LITTLE_ENDIAN), 0xffffffff);
  fail_unless_equals_int (read_number (f, 40, G_LITTLE_ENDIAN), 0xffffffff);
  fixture_free (f);

  /* the number of samples, in the last 32 of its 36 bits */
  f = record_second ("audio/flac", TRUE);
  fail_unless_equals_int (read_number (f, 22, G_BIG_ENDIAN), RATE);
  fixture_free (f);
  f = record_second ("audio/flac", FALSE);
  fail_unless_equals_int (read_number (f, 22, G_BIG_ENDIAN), 0);
  fixture_free (f);

  f = record_second ("audio/mp4;codecs=opus", TRUE);
  fail_unless (contains (f->file, "stco", 4));
  /* version, channels, pre-skip, rate: big-endian */
  fail_unless (contains (f->file, "dOps\0\2\1\x38\0\0\xbb\x80", 12));
  fixture_free (f);
  f = record_second ("audio/mp4;codecs=opus", FALSE);
  fail_unless (contains (f->file, "moof", 4));
  fixture_free (f);
}

GST_END_TEST;

GST_START_TEST (test_timecodes)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), FALSE, FALSE);
  guint i;

  g_object_set (f->recorder, "timeslice", 100 * GST_MSECOND, NULL);
  call (f, "start");
  push (f, RATE / 2);
  call (f, "pause");
  push (f, RATE);
  call (f, "resume");
  push (f, RATE / 2);
  call (f, "stop");
  wait_stopped (f, 1);
  /* the last is of what was left: nothing */
  fail_unless_equals_int (f->timecodes->len, 11);
  for (i = 0; i < 11; i++)
    fail_unless_equals_uint64 (g_array_index (f->timecodes, guint64, i),
        i * 100 * GST_MSECOND);
  fixture_free (f);
}

GST_END_TEST;

/* Nobody takes the whole of a file that goes to a sink: it is not kept. */
GST_START_TEST (test_not_gathered)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), TRUE, TRUE);
  guint handler;

  g_signal_handlers_disconnect_by_func (f->recorder, on_data_available, f);
  call (f, "start");
  push (f, RATE);
  /* too late for this one */
  handler = g_signal_connect (f->recorder, "data-available",
      G_CALLBACK (on_data_available), f);
  call (f, "stop");
  wait_stopped (f, 1);
  fail_unless_equals_int (f->chunks->len, 0);
  fail_unless (f->file->len > RATE);
  g_signal_handler_disconnect (f->recorder, handler);
  fixture_free (f);
}

GST_END_TEST;

/* Samples */

/* One stretch of the input that is expected in the recording */
static guint64
expect (Recorder * decoded, guint64 at, guint64 from, guint64 frames)
{
  const gint16 *samples = (const gint16 *) decoded->data->data;
  guint channels = recorder_channels (decoded), c;
  guint64 i;

  fail_unless (at + frames <= decoded->frames);
  for (i = 0; i < frames; i++)
    for (c = 0; c < channels; c++)
      check_that (samples[(at + i) * channels + c] == counter (from + i, c),
          "frame %" G_GUINT64_FORMAT " is %d, not %d", at + i,
          samples[(at + i) * channels + c], counter (from + i, c));
  return at + frames;
}

static guint64
expect_silence (Recorder * decoded, guint64 at, guint64 frames)
{
  const gint16 *samples = (const gint16 *) decoded->data->data;
  guint channels = recorder_channels (decoded);
  guint64 i;

  fail_unless (at + frames <= decoded->frames);
  for (i = at * channels; i < (at + frames) * channels; i++)
    /* of floats, a decoder may make dithered integers */
    check_that (ABS (samples[i]) <= 1, "sample %" G_GUINT64_FORMAT " is %d", i,
        samples[i]);
  return at + frames;
}

GST_START_TEST (test_pause)
{
  Fixture *f = fixture_new (lossless_types[__i__], integer_caps (2), FALSE,
      FALSE);
  static const guint stretches[] = { 1, 479, 480, 12345, 1, 47999, 96000 };
  Recorder *decoded;
  guint64 at = 0, from = 0;
  guint i;

  call (f, "start");
  for (i = 0; i < G_N_ELEMENTS (stretches); i++) {
    push (f, stretches[i]);
    call (f, "pause");
    push (f, 1000 + 777 * i);
    call (f, "resume");
  }
  call (f, "stop");
  wait_stopped (f, 1);
  decoded = decode (f->chunks->data, f->chunks->len);
  for (i = 0; i < G_N_ELEMENTS (stretches); i++) {
    at = expect (decoded, at, from, stretches[i]);
    from += stretches[i] + 1000 + 777 * i;
  }
  fail_unless_equals_uint64 (decoded->frames, at);
  recorder_free (decoded);
  fixture_free (f);
}

GST_END_TEST;

/* What is recorded begins with the next sample, and another recording is another
 * file. */
GST_START_TEST (test_restart)
{
  Fixture *f = fixture_new (lossless_types[__i__], integer_caps (1), FALSE,
      FALSE);
  guint64 from = 0;
  guint i;

  for (i = 0; i < 4; i++) {
    Recorder *decoded;

    push (f, 500);
    from += 500;
    call (f, "start");
    push (f, 30001);
    call (f, "stop");
    wait_stopped (f, i + 1);
    decoded = decode (f->chunks->data, f->chunks->len);
    fail_unless_equals_uint64 (expect (decoded, 0, from, 30001),
        decoded->frames);
    from += 30001;
    recorder_free (decoded);
    g_byte_array_set_size (f->chunks, 0);
  }
  fixture_free (f);
}

GST_END_TEST;

/* A muted track is silent for as long as it is muted, however that is said. */
GST_START_TEST (test_muted)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), FALSE, FALSE);
  Recorder *decoded;
  guint64 at;

  call (f, "start");
  push (f, 4800);
  gst_pad_push_event (f->src, gst_event_new_gap (100 * GST_MSECOND,
          GST_SECOND));
  f->pushed += RATE;
  push (f, 4800);
  /* and one that says nothing */
  f->pushed += 2 * RATE;
  push (f, 4800);
  call (f, "stop");
  wait_stopped (f, 1);
  decoded = decode (f->chunks->data, f->chunks->len);
  at = expect (decoded, 0, 0, 4800);
  at = expect_silence (decoded, at, RATE);
  at = expect (decoded, at, 4800 + RATE, 4800);
  at = expect_silence (decoded, at, 2 * RATE);
  at = expect (decoded, at, 9600 + 3 * RATE, 4800);
  fail_unless_equals_uint64 (decoded->frames, at);
  recorder_free (decoded);
  fixture_free (f);
}

GST_END_TEST;

/* A track that is muted from its beginning has no format yet. */
GST_START_TEST (test_muted_first)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), FALSE, FALSE);
  GstSegment segment;
  Recorder *decoded;

  set_state (f->recorder, GST_STATE_READY);
  set_state (f->recorder, GST_STATE_PLAYING);
  gst_pad_set_active (f->src, FALSE);
  gst_pad_set_active (f->src, TRUE);
  gst_pad_push_event (f->src, gst_event_new_stream_start ("muted"));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (f->src, gst_event_new_segment (&segment));
  call (f, "start");
  gst_pad_push_event (f->src, gst_event_new_gap (0, GST_SECOND));
  call (f, "stop");
  wait_stopped (f, 1);
  decoded = decode (f->chunks->data, f->chunks->len);
  fail_unless_equals_uint64 (decoded->frames, RATE);
  expect_silence (decoded, 0, RATE);
  recorder_free (decoded);
  fixture_free (f);
}

GST_END_TEST;

/* Times that jump about are no reason to leave out or put in anything; only what
 * is missing in the end is silence. */
GST_START_TEST (test_jitter)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), FALSE, FALSE);
  Recorder *decoded;
  guint i;

  call (f, "start");
  for (i = 0; i < 100; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 960, NULL);
    gint jitter = i % 2 ? 30 : 0;

    gst_buffer_memset (buffer, 0, 0x11, 960);
    GST_BUFFER_PTS (buffer) = (10 * i + jitter) * GST_MSECOND;
    gst_pad_push (f->src, buffer);
  }
  /* beyond the tolerance: its silence is in place of later ones */
  for (i = 100; i < 200; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 960, NULL);
    gint jitter = i % 2 ? 60 : 0;

    gst_buffer_memset (buffer, 0, 0x11, 960);
    GST_BUFFER_PTS (buffer) = (10 * i + jitter) * GST_MSECOND;
    gst_pad_push (f->src, buffer);
  }
  call (f, "stop");
  wait_stopped (f, 1);
  decoded = decode (f->chunks->data, f->chunks->len);
  fail_unless (decoded->frames >= 2 * RATE
      && decoded->frames <= 2 * RATE + RATE / 10,
      "%" G_GUINT64_FORMAT, decoded->frames);
  recorder_free (decoded);
  fixture_free (f);
}

GST_END_TEST;

/* What lies outside of the segment is not recorded, to the sample. */
GST_START_TEST (test_clip)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), FALSE, FALSE);
  GstSegment segment;
  Recorder *decoded;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = gst_util_uint64_scale (1000, GST_SECOND, RATE);
  segment.stop = gst_util_uint64_scale (9000, GST_SECOND, RATE);
  gst_pad_push_event (f->src, gst_event_new_segment (&segment));
  call (f, "start");
  push (f, 9600);
  call (f, "stop");
  wait_stopped (f, 1);
  decoded = decode (f->chunks->data, f->chunks->len);
  fail_unless_equals_uint64 (expect (decoded, 0, 1000, 8000), decoded->frames);
  recorder_free (decoded);
  fixture_free (f);
}

GST_END_TEST;

/* Another format comes in: the recording keeps its own, and its time. */
GST_START_TEST (test_format_changes)
{
  const gchar *mime_type = mime_types[__i__];
  Fixture *f;
  Recorder *decoded;
  GstCaps *caps;

  if (!is_supported (mime_type))
    return;
  f = fixture_new (mime_type, integer_caps (2), FALSE, FALSE);
  call (f, "start");
  push (f, RATE);
  caps = gst_caps_from_string ("audio/x-raw,format=" GST_AUDIO_NE (S16)
      ",layout=interleaved,rate=44100,channels=1");
  gst_pad_push_event (f->src, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  f->rate = 44100;
  f->channels = 1;
  f->pushed = 44100;
  push (f, 44100);
  caps = integer_caps (2);
  gst_pad_push_event (f->src, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  f->rate = RATE;
  f->channels = 2;
  f->pushed = 2 * RATE;
  push (f, RATE);
  call (f, "stop");
  wait_stopped (f, 1);
  assert_events (f, "started data stopped ");
  if (can_decode (mime_type)) {
    decoded = decode (f->chunks->data, f->chunks->len);
    fail_unless_equals_int (recorder_channels (decoded), 2);
    fail_unless_equals_int (GST_AUDIO_INFO_RATE (&decoded->info), RATE);
    fail_unless (ABS ((gint64) decoded->frames - 3 * RATE) <= RATE / 20,
        "%s: %" G_GUINT64_FORMAT " frames", mime_type, decoded->frames);
    recorder_free (decoded);
  }
  fixture_free (f);
}

GST_END_TEST;

/* What was recorded stays when the input is flushed. */
GST_START_TEST (test_flush)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), TRUE, TRUE);
  GstSegment segment;
  Recorder *decoded;

  call (f, "start");
  push (f, 4800);
  gst_pad_push_event (f->src, gst_event_new_flush_start ());
  gst_pad_push_event (f->src, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 10 * GST_SECOND;
  gst_pad_push_event (f->src, gst_event_new_segment (&segment));
  f->pushed = 10 * RATE;
  push (f, 4800);
  call (f, "stop");
  wait_stopped (f, 1);
  decoded = decode (f->chunks->data, f->chunks->len);
  expect (decoded, 0, 0, 4800);
  fail_unless_equals_uint64 (expect (decoded, 4800, 10 * RATE, 4800),
      decoded->frames);
  recorder_free (decoded);
  fixture_free (f);
}

GST_END_TEST;

static gpointer
flush_in_thread (gpointer data)
{
  Fixture *f = data;

  wait_until (f, &f->n_buffers, 1);
  gst_pad_push_event (f->src, gst_event_new_flush_start ());
  return NULL;
}

/* A flush frees an input that waits for downstream. */
GST_START_TEST (test_flush_blocked)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), TRUE, TRUE);
  GThread *thread;

  f->blocked = TRUE;
  call (f, "start");
  thread = g_thread_new ("flush", flush_in_thread, f);
  fail_unless_equals_int (push (f, 1000 * RATE), GST_FLOW_FLUSHING);
  g_thread_join (thread);
  g_mutex_lock (&f->lock);
  f->blocked = FALSE;
  g_cond_broadcast (&f->cond);
  g_mutex_unlock (&f->lock);
  call (f, "stop");
  wait_stopped (f, 1);
  fixture_free (f);
}

GST_END_TEST;

/* Failures */

GST_START_TEST (test_downstream_fails)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), TRUE, FALSE);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  guint i;

  gst_element_set_bus (f->recorder, bus);
  call (f, "start");
  push (f, 4800);
  wait_until (f, &f->n_buffers, 5);
  g_mutex_lock (&f->lock);
  f->flow = GST_FLOW_ERROR;
  g_mutex_unlock (&f->lock);
  /* the stream goes on without the recorder */
  for (i = 0; i < 100; i++)
    fail_unless_equals_int (push (f, 4800), GST_FLOW_OK);
  wait_stopped (f, 1);
  assert_state (f, "inactive");
  assert_events (f, "started error data stopped ");
  fail_unless (g_str_has_prefix (f->error->message, "UnknownError: "));
  fail_unless (f->chunks->len > 44);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_unref (message);
  /* and the next recording is another one */
  g_mutex_lock (&f->lock);
  f->flow = GST_FLOW_OK;
  g_mutex_unlock (&f->lock);
  fail_unless (call (f, "start"));
  push (f, 4800);
  call (f, "stop");
  wait_stopped (f, 2);
  assert_events (f, "started error data stopped started data stopped ");
  gst_element_set_bus (f->recorder, NULL);
  gst_bus_set_flushing (bus, TRUE);
  gst_object_unref (bus);
  fixture_free (f);
}

GST_END_TEST;

/* A part that gives up is our failure. */
GST_START_TEST (test_part_fails)
{
  Fixture *f = fixture_new (NULL, integer_caps (1), FALSE, FALSE);
  GstIterator *parts;
  GValue item = G_VALUE_INIT;
  GstElement *part = NULL;

  call (f, "start");
  push (f, 4800);
  parts = gst_bin_iterate_all_by_element_factory_name (GST_BIN (f->recorder),
      "opusenc");
  fail_unless (gst_iterator_next (parts, &item) == GST_ITERATOR_OK);
  part = g_value_get_object (&item);
  GST_ELEMENT_ERROR (part, STREAM, ENCODE, ("out of notes"), (NULL));
  g_value_unset (&item);
  gst_iterator_free (parts);
  wait_stopped (f, 1);
  assert_events (f, "started error data stopped ");
  fail_unless_equals_string (f->error->message, "UnknownError: out of notes");
  fixture_free (f);
}

GST_END_TEST;

/* Downstream has had enough. */
GST_START_TEST (test_downstream_ends)
{
  Fixture *f = fixture_new ("audio/wav", integer_caps (1), TRUE, FALSE);
  GstFlowReturn flow = GST_FLOW_OK;
  guint i;

  call (f, "start");
  push (f, 4800);
  g_mutex_lock (&f->lock);
  f->flow = GST_FLOW_EOS;
  g_mutex_unlock (&f->lock);
  for (i = 0; i < 100000 && flow == GST_FLOW_OK; i++)
    flow = push (f, 48);
  fail_unless_equals_int (flow, GST_FLOW_EOS);
  wait_stopped (f, 1);
  assert_events (f, "started data stopped ");
  fixture_free (f);
}

GST_END_TEST;

/* A file that is none cannot be synced. */
GST_START_TEST (test_no_file)
{
  GstElement *pipeline = launch ("audiotestsrc num-buffers=100 ! mediarecorder "
      "mime-type=audio/wav ! filesink location=/dev/null");

  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
}

GST_END_TEST;

/* What was written to a disk that is full then is kept, and plays. */
GST_START_TEST (test_full_disk)
{
  static const gchar *types[] = { "audio/ogg", "audio/webm" };
  struct rlimit limit, old;
  gchar *name, *data;
  GstElement *pipeline;
  Recorder *decoded;
  gsize size;

  name = g_build_filename (g_get_tmp_dir (), "full-XXXXXX", NULL);
  close (g_mkstemp (name));
  signal (SIGXFSZ, SIG_IGN);
  fail_unless (getrlimit (RLIMIT_FSIZE, &old) == 0);
  limit = old;
  limit.rlim_cur = 50000;
  pipeline = launch ("audiotestsrc wave=pink-noise ! "
      "mediarecorder mime-type=%s ! filesink location=%s", types[__i__], name);
  fail_unless (setrlimit (RLIMIT_FSIZE, &limit) == 0);
  play (pipeline);
  gst_message_unref (wait_for (pipeline, GST_MESSAGE_ERROR));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  setrlimit (RLIMIT_FSIZE, &old);
  gst_object_unref (pipeline);
  fail_unless (g_file_get_contents (name, &data, &size, NULL));
  fail_unless (size > 40000, "%" G_GSIZE_FORMAT, size);
  decoded = decode ((guint8 *) data, size);
  fail_unless (decoded->frames > RATE, "%" G_GUINT64_FORMAT, decoded->frames);
  recorder_free (decoded);
  g_free (data);
  g_unlink (name);
  g_free (name);
}

GST_END_TEST;

/* Killed */

/* The source stops at 3 s, and never ends. */
static GstPadProbeReturn
hold_up (GstPad * pad, GstPadProbeInfo * info, gpointer unused)
{
  if (GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info)) < 3 * GST_SECOND)
    return GST_PAD_PROBE_OK;
  for (;;)
    pause ();
}

/* In a process of its own: does not return */
static void
record_until_killed (gchar ** names)
{
  GstElement *pipeline = launch ("audiotestsrc is-live=true ! "
      "identity name=source ! tee name=t ! queue ! "
      "mediarecorder mime-type=audio/ogg ! filesink location=%s t. ! queue ! "
      "mediarecorder mime-type=audio/webm ! filesink location=%s", names[0],
      names[1]);
  GstElement *source = get_element (pipeline, "source");
  GstPad *pad = gst_element_get_static_pad (source, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, hold_up, NULL, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (;;)
    pause ();
}

/* How many frames of the file can be played now */
static guint64
count_playable (const gchar * name)
{
  gchar *data;
  gsize size;
  Recorder *decoded;
  guint64 frames;

  if (!g_file_get_contents (name, &data, &size, NULL) || size < 4000) {
    g_free (data);
    return 0;
  }
  decoded = decode ((guint8 *) data, size);
  frames = decoded->frames;
  recorder_free (decoded);
  g_free (data);
  return frames;
}

/* A process that is killed leaves a file that plays up to the last second. */
GST_START_TEST (test_killed)
{
  gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);
  gchar *names[2];
  guint i;
  pid_t pid;

  for (i = 0; i < 2; i++) {
    names[i] = g_build_filename (g_get_tmp_dir (), "killed-XXXXXX", NULL);
    close (g_mkstemp (names[i]));
  }
  pid = fork ();
  fail_unless (pid >= 0);
  if (pid == 0)
    record_until_killed (names);
  for (i = 0; i < 2; i++)
    while (count_playable (names[i]) < 2 * RATE) {
      fail_unless (g_get_monotonic_time () < until);
      g_usleep (100000);
    }
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  for (i = 0; i < 2; i++) {
    fail_unless (count_playable (names[i]) >= 2 * RATE);
    g_unlink (names[i]);
    g_free (names[i]);
  }
}

GST_END_TEST;

/* Encoders */

static gint
get_bitrate (const gchar * mime_type, const gchar * factory,
    const gchar * property, guint audio, guint all, gint mode)
{
  Fixture *f = fixture_new (mime_type, integer_caps (1), FALSE, FALSE);
  GstIterator *parts;
  GValue item = G_VALUE_INIT;
  gint bitrate;

  g_object_set (f->recorder, "audio-bits-per-second", audio,
      "bits-per-second", all, "audio-bitrate-mode", mode, NULL);
  call (f, "start");
  push (f, BLOCK);
  parts = gst_bin_iterate_all_by_element_factory_name (GST_BIN (f->recorder),
      factory);
  fail_unless (gst_iterator_next (parts, &item) == GST_ITERATOR_OK);
  g_object_get (g_value_get_object (&item), property, &bitrate, NULL);
  g_value_unset (&item);
  gst_iterator_free (parts);
  fixture_free (f);
  return bitrate;
}

GST_START_TEST (test_bitrate)
{
  fail_unless_equals_int (get_bitrate ("audio/ogg", "opusenc", "bitrate", 0, 0,
          1), 64000);
  fail_unless_equals_int (get_bitrate ("audio/ogg", "opusenc", "bitrate",
          96000, 0, 1), 96000);
  fail_unless_equals_int (get_bitrate ("audio/ogg", "opusenc", "bitrate",
          96000, 32000, 1), 32000);
  fail_unless_equals_int (get_bitrate ("audio/ogg", "opusenc", "bitrate", 1, 0,
          1), 4000);
  fail_unless_equals_int (get_bitrate ("audio/ogg", "opusenc", "bitrate",
          G_MAXUINT, 0, 1), 650000);
  /* cbr, vbr */
  fail_unless_equals_int (get_bitrate ("audio/ogg", "opusenc", "bitrate-type",
          0, 0, 0), 0);
  fail_unless_equals_int (get_bitrate ("audio/ogg", "opusenc", "bitrate-type",
          0, 0, 1), 1);
}

GST_END_TEST;

/* Any bitrate records: it is a wish. */
GST_START_TEST (test_any_bitrate)
{
  static const guint wishes[] = { 1, 8000, 500000, G_MAXUINT };
  guint i, last = 0;

  for (i = 0; i < G_N_ELEMENTS (wishes); i++) {
    Fixture *f = fixture_new ("audio/ogg;codecs=vorbis", integer_caps (2),
        FALSE, FALSE);

    g_object_set (f->recorder, "audio-bits-per-second", wishes[i],
        "audio-bitrate-mode", 0, NULL);
    call (f, "start");
    push (f, RATE);
    call (f, "stop");
    wait_stopped (f, 1);
    assert_events (f, "started data stopped ");
    fail_unless (f->chunks->len >= last);
    last = f->chunks->len;
    fixture_free (f);
  }
}

GST_END_TEST;

/* Upstream's latency, and the encoder's while there is one */
GST_START_TEST (test_latency)
{
  GstElement *pipeline = launch ("audiotestsrc is-live=true ! "
      "mediarecorder name=r ! fakesink");
  GstElement *recorder = get_element (pipeline, "r");
  GstPad *pad = gst_element_get_static_pad (recorder, "src");
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min;
  gboolean live;

  play (pipeline);
  gst_message_unref (wait_for (pipeline, GST_MESSAGE_ELEMENT));
  fail_unless (gst_pad_query (pad, query));
  gst_query_parse_latency (query, &live, &min, NULL);
  fail_unless (live);
  fail_unless (min >= GST_SECOND * 1024 / 44100);
  gst_query_unref (query);
  gst_object_unref (pad);
  gst_object_unref (recorder);
  stop (pipeline);
}

GST_END_TEST;

/* All at once */

typedef struct
{
  Fixture *f;
  guint32 seed;
  guint count;
} Operator;

static gpointer
operate (gpointer data)
{
  static const gchar *methods[] = { "start", "stop", "pause", "resume",
    "request-data"
  };
  Operator *job = data;
  GRand *random = g_rand_new_with_seed (job->seed);
  guint i;

  for (i = 0; i < job->count; i++) {
    call (job->f, methods[g_rand_int_range (random, 0, 5)]);
    if (g_rand_int_range (random, 0, 4) == 0)
      g_usleep (g_rand_int_range (random, 0, 2000));
  }
  g_rand_free (random);
  return NULL;
}

static gpointer
push_on (gpointer data)
{
  Fixture *f = data;

  while (push (f, BLOCK) == GST_FLOW_OK);
  return NULL;
}

/* started, then any of the others, then data and stopped, and again */
static void
check_grammar (const gchar * events)
{
  gchar **names = g_strsplit (events, " ", -1);
  guint active = 0, i;

  for (i = 0; names[i] && *names[i]; i++) {
    if (g_str_equal (names[i], "started"))
      active++;
    else
      fail_unless (active > 0, "%s", names[i]);
    if (g_str_equal (names[i], "stopped")) {
      fail_unless_equals_string (names[i - 1], "data");
      active--;
    }
    fail_if (g_str_equal (names[i], "error"));
  }
  fail_unless_equals_int (active, 0);
  g_strfreev (names);
}

GST_START_TEST (test_random)
{
  const gchar *wanted = g_getenv ("WEBAUDIO_RECORDER_OPERATIONS");
  guint count = wanted ? atoi (wanted) : DEFAULT_OPERATIONS;
  const gchar *types[] = { "audio/ogg", "audio/webm", "audio/wav" };
  Fixture *f = fixture_new (types[__i__], integer_caps (1), __i__ != 1, FALSE);
  Operator operators[2] = { {f, 1 + __i__, count / 6},
  {f, 100 + __i__, count / 6}
  };
  GThread *threads[2], *pusher;
  guint i, started = 0;
  const gchar *at;

  GST_INFO ("%u operations", count);
  pusher = g_thread_new ("push", push_on, f);
  for (i = 0; i < 2; i++)
    threads[i] = g_thread_new ("operate", operate, &operators[i]);
  for (i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  call (f, "stop");
  gst_pad_push_event (f->src, gst_event_new_flush_start ());
  g_thread_join (pusher);
  /* the last has the number of those that were started */
  call (f, "start");
  call (f, "stop");
  g_mutex_lock (&f->lock);
  while (!g_str_has_suffix (f->events->str, "stopped ")
      || f->n_stopped != started) {
    g_cond_wait_until (&f->cond, &f->lock, g_get_monotonic_time () + 100000);
    for (started = 0, at = f->events->str; (at = strstr (at, "started ")); at++)
      started++;
  }
  check_grammar (f->events->str);
  g_mutex_unlock (&f->lock);
  fail_unless (started > 1);
  if (f->sink)
    assert_same_bytes (f->chunks, f->file);
  fixture_free (f);
}

GST_END_TEST;

static Suite *
mediarecorder_suite (void)
{
  Suite *s = suite_create ("mediarecorder");
  TCase *tc = tcase_create ("general");
  const gint n_types = G_N_ELEMENTS (mime_types);
  const gint n_lossless = G_N_ELEMENTS (lossless_types);

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_types);
  tcase_add_test (tc, test_mime_type);
  tcase_add_test (tc, test_unsupported);
  tcase_add_test (tc, test_unsupported_start);
  tcase_add_test (tc, test_states);
  tcase_add_test (tc, test_no_stream);
  tcase_add_test (tc, test_stream);
  tcase_add_test (tc, test_input_ends);
  tcase_add_test (tc, test_input_ends_inactive);
  tcase_add_test (tc, test_nothing);
  tcase_add_test (tc, test_auto_start);
  tcase_add_test (tc, test_no_messages);
  tcase_add_test (tc, test_reentrance);
  tcase_add_test (tc, test_stop_in_stream);
  tcase_add_test (tc, test_stop_does_not_block);
  tcase_add_test (tc, test_ready);
  tcase_add_loop_test (tc, test_bytes, 0, 2 * n_types);
  tcase_add_loop_test (tc, test_bytes_unlinked, 0, n_types);
  tcase_add_test (tc, test_headers);
  tcase_add_test (tc, test_timecodes);
  tcase_add_test (tc, test_not_gathered);
  tcase_add_loop_test (tc, test_pause, 0, n_lossless);
  tcase_add_loop_test (tc, test_restart, 0, n_lossless);
  tcase_add_test (tc, test_muted);
  tcase_add_test (tc, test_muted_first);
  tcase_add_test (tc, test_jitter);
  tcase_add_test (tc, test_clip);
  tcase_add_loop_test (tc, test_format_changes, 0, n_types);
  tcase_add_test (tc, test_flush);
  tcase_add_test (tc, test_flush_blocked);
  tcase_add_test (tc, test_downstream_fails);
  tcase_add_test (tc, test_part_fails);
  tcase_add_test (tc, test_downstream_ends);
  tcase_add_test (tc, test_no_file);
  tcase_add_loop_test (tc, test_full_disk, 0, 2);
  tcase_add_test (tc, test_killed);
  tcase_add_test (tc, test_bitrate);
  tcase_add_test (tc, test_any_bitrate);
  tcase_add_test (tc, test_latency);
  tcase_add_loop_test (tc, test_random, 0, 3);
  return s;
}

GST_CHECK_MAIN (mediarecorder);
