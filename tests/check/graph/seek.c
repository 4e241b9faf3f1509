/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Seeking: whatever the way to a frame, it sounds as if everything before it
 * had been rendered. */

#include "../check-webaudio.h"
#include <glib/gstdio.h>
#include <gst/controller/controller.h>

/* Two seconds with a phase to be kept, starts, ends and a mix. */
#define VOICES "gain name=mix gain=0.4 ! gain name=last ! fakesink name=out " \
    "oscillator name=swept type=sawtooth frequency=443 stop=2000000000 ! mix. " \
    "oscillator type=square frequency=97.3 start=300000007 " \
    "stop=1500000003 ! gain gain=0.5 ! mix. "

#define FRAMES 96000

static GstElement *
launch_voices (const gchar * more)
{
  GstElement *pipeline = launch (VOICES "%s", more);
  GstElement *swept = get_element (pipeline, "swept");
  GstControlSource *wave = gst_interpolation_control_source_new ();
  GstTimedValueControlSource *points = GST_TIMED_VALUE_CONTROL_SOURCE (wave);

  g_object_set (wave, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
  gst_timed_value_control_source_set (points, 0, 50);
  gst_timed_value_control_source_set (points, GST_SECOND, 3000);
  gst_timed_value_control_source_set (points, 2 * GST_SECOND, 20);
  gst_object_add_control_binding (GST_OBJECT (swept),
      gst_direct_control_binding_new_absolute (GST_OBJECT (swept), "frequency",
          wave));
  gst_object_unref (wave);
  gst_object_unref (swept);
  return pipeline;
}

/* The voices from the first to the last frame. */
static Recorder *
render_voices (void)
{
  GstElement *pipeline = launch_voices ("");
  Recorder *recorder = record (pipeline, "out");

  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  fail_unless_equals_uint64 (recorder->frames, FRAMES);
  return recorder;
}

static guint64
frame_at (GstClockTime time)
{
  return gst_util_uint64_scale_ceil (time, 48000, GST_SECOND);
}

/* Returns the seek's number. */
static guint32
seek (GstElement * pipeline, GstSeekFlags flags, GstClockTime start,
    GstClockTime stop)
{
  GstEvent *event = gst_event_new_seek (1.0, GST_FORMAT_TIME, flags,
      GST_SEEK_TYPE_SET, start,
      GST_CLOCK_TIME_IS_VALID (stop) ? GST_SEEK_TYPE_SET : GST_SEEK_TYPE_NONE,
      stop);
  guint32 seqnum = gst_event_get_seqnum (event);

  fail_unless (gst_element_send_event (pipeline, event));
  return seqnum;
}

/* All from @start to @stop came, and nothing else. */
static void
assert_part (Recorder * recorder, Recorder * whole, GstClockTime start,
    GstClockTime stop)
{
  assert_sound_at_offsets (recorder, whole);
  fail_unless (recorder->buffers->len > 0);
  fail_unless_equals_uint64 (recorder_buffer (recorder, 0)->offset,
      frame_at (start));
  fail_unless_equals_uint64 (recorder_buffer (recorder, 0)->pts,
      gst_util_uint64_scale (frame_at (start), GST_SECOND, 48000));
  fail_unless_equals_uint64 (recorder->frames,
      frame_at (stop) - frame_at (start));
}

static void
assert_flushing_seek (GstClockTime start, GstClockTime until, Recorder * whole)
{
  GstElement *pipeline = launch_voices ("");
  Recorder *recorder = record (pipeline, "out");
  guint32 seqnum;

  recorder_allow (recorder, 5000);
  set_state (pipeline, GST_STATE_PLAYING);
  recorder_wait (recorder, 5000);
  /* before the first end can be told */
  seqnum = seek (pipeline, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, start,
      until);
  recorder_allow (recorder, G_MAXUINT64);
  wait_for_end (pipeline);

  assert_part (recorder, whole, start, MIN (until, 2 * GST_SECOND));
  fail_unless_equals_string (recorder->events->str, "stream-start caps "
      "segment buffer flush-start flush-stop segment buffer eos ");
  fail_unless_equals_int (recorder->seqnum, seqnum);
  fail_unless_equals_uint64 (recorder->segment.start, start);
  fail_unless_equals_uint64 (recorder->segment.time, start);
  fail_unless_equals_uint64 (recorder->segment.stop, until);
  fail_unless_equals_uint64 (recorder->segment.base, 0);
  fail_unless ((recorder_buffer (recorder, 0)->flags &
          GST_BUFFER_FLAG_DISCONT) != 0);
  stop (pipeline);
  recorder_free (recorder);
}

GST_START_TEST (test_flushing)
{
  static const GstClockTime starts[] = { 0, 1, 20833, 250000000, 300000007,
    1234567891, 1999979166
  };
  Recorder *whole = render_voices ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (starts); i++)
    assert_flushing_seek (starts[i], GST_CLOCK_TIME_NONE, whole);
  recorder_free (whole);
}

GST_END_TEST;

GST_START_TEST (test_stop_position)
{
  Recorder *whole = render_voices ();

  assert_flushing_seek (0, GST_SECOND, whole);
  assert_flushing_seek (123456789, 987654321, whole);
  assert_flushing_seek (GST_SECOND, GST_SECOND + 20834, whole);
  assert_flushing_seek (GST_SECOND, 10 * GST_SECOND, whole);
  recorder_free (whole);
}

GST_END_TEST;

/* In a row, wherever the stream is then; the last one counts. */
GST_START_TEST (test_many)
{
  Recorder *whole = render_voices ();
  GstElement *pipeline = launch_voices ("");
  Recorder *recorder = record (pipeline, "out");
  GRand *random = g_rand_new_with_seed (7);
  guint i;

  play (pipeline);
  for (i = 0; i < 200; i++) {
    GstClockTime start = g_rand_int_range (random, 0, 1900000000);

    seek (pipeline, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, start,
        GST_CLOCK_TIME_NONE);
    if (i % 4 == 0)
      recorder_wait (recorder, i);
  }
  seek (pipeline, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, 77777777,
      GST_CLOCK_TIME_NONE);
  recorder_wait_end (recorder);
  assert_part (recorder, whole, 77777777, 2 * GST_SECOND);
  stop (pipeline);
  g_rand_free (random);
  recorder_free (recorder);
  recorder_free (whole);
}

GST_END_TEST;

GST_START_TEST (test_while_paused)
{
  Recorder *whole = render_voices ();
  GstElement *pipeline = launch_voices ("");
  Recorder *recorder = record (pipeline, "out");
  gint64 position;

  set_state (pipeline, GST_STATE_PAUSED);
  seek (pipeline, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SECOND,
      GST_CLOCK_TIME_NONE);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
          PATIENCE), GST_STATE_CHANGE_SUCCESS);
  fail_unless (recorder_count (recorder) <= 1024);
  fail_unless (gst_element_query_position (pipeline, GST_FORMAT_TIME,
          &position));
  fail_unless_equals_int64 (position, GST_SECOND);
  play (pipeline);
  wait_for_end (pipeline);
  assert_part (recorder, whole, GST_SECOND, 2 * GST_SECOND);
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (whole);
}

GST_END_TEST;

GST_START_TEST (test_after_end)
{
  Recorder *whole = render_voices ();
  GstElement *pipeline = launch_voices ("");
  Recorder *recorder = record (pipeline, "out");
  guint i;

  play (pipeline);
  for (i = 0; i < 3; i++) {
    wait_for_end (pipeline);
    seek (pipeline, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE,
        i * 100000000, GST_CLOCK_TIME_NONE);
  }
  wait_for_end (pipeline);
  assert_part (recorder, whole, 200000000, 2 * GST_SECOND);
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (whole);
}

GST_END_TEST;

static gpointer
allow_soon (gpointer recorder)
{
  g_usleep (G_USEC_PER_SEC / 5);
  recorder_allow (recorder, G_MAXUINT64);
  return NULL;
}

/* What has been rendered is heard out, and the new segment follows without a
 * hole in running time. A seek that does not flush waits for downstream to take
 * what is on its way, so another thread lets it. */
GST_START_TEST (test_not_flushing)
{
  GThread *other;
  Recorder *whole = render_voices ();
  GstElement *pipeline = launch_voices ("");
  Recorder *recorder = record (pipeline, "out");
  const RecordedBuffer *buffer;
  guint64 frames = 0;
  guint i;

  recorder_allow (recorder, 10000);
  play (pipeline);
  recorder_wait (recorder, 10000);
  recorder_allow (recorder, 20000);
  other = g_thread_new ("other", allow_soon, recorder);
  seek (pipeline, GST_SEEK_FLAG_ACCURATE, GST_SECOND, GST_CLOCK_TIME_NONE);
  g_thread_join (other);
  wait_for_end (pipeline);

  fail_unless_equals_string (recorder->events->str,
      "stream-start caps segment buffer segment buffer eos ");
  for (i = 0; i < recorder->buffers->len; i++) {
    buffer = recorder_buffer (recorder, i);
    if (buffer->offset == 48000)
      break;
    fail_unless_equals_uint64 (buffer->offset, frames);
    frames = buffer->offset_end;
  }
  fail_unless (frames >= 10000 && frames <= 21504);
  fail_unless_equals_uint64 (recorder->frames, frames + 48000);
  fail_unless_equals_uint64 (recorder->segment.start, GST_SECOND);
  fail_unless_equals_uint64 (recorder->segment.base,
      gst_util_uint64_scale (frames, GST_SECOND, 48000));
  assert_floats_equal (recorder_samples (recorder), recorder_samples (whole),
      frames);
  assert_floats_equal (recorder_samples (recorder) + frames,
      recorder_samples (whole) + 48000, 48000);
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (whole);
}

GST_END_TEST;

/* Segments, played one after the other, as a loop is. */
GST_START_TEST (test_segments)
{
  Recorder *whole = render_voices ();
  GstElement *pipeline = launch_voices ("");
  Recorder *recorder = record (pipeline, "out");
  guint32 seqnum;
  guint i;

  set_state (pipeline, GST_STATE_PAUSED);
  seqnum = seek (pipeline, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT |
      GST_SEEK_FLAG_ACCURATE, 500000000, 600000000);
  play (pipeline);
  for (i = 0; i < 5; i++) {
    GstMessage *message = wait_for (pipeline, GST_MESSAGE_SEGMENT_DONE |
        GST_MESSAGE_EOS);
    GstFormat format;
    gint64 position;

    fail_unless_equals_int (GST_MESSAGE_TYPE (message),
        GST_MESSAGE_SEGMENT_DONE);
    gst_message_parse_segment_done (message, &format, &position);
    fail_unless_equals_int (format, GST_FORMAT_TIME);
    fail_unless_equals_int64 (position, 600000000);
    fail_unless_equals_int (gst_message_get_seqnum (message), seqnum);
    fail_unless_equals_uint64 (recorder->segment.base, i * 100000000);
    fail_unless_equals_uint64 (recorder->frames, (i + 1) * 4800);
    assert_floats_equal (recorder_samples (recorder) + i * 4800,
        recorder_samples (whole) + 24000, 4800);
    gst_message_unref (message);
    if (i < 4)
      seqnum = seek (pipeline, GST_SEEK_FLAG_SEGMENT | GST_SEEK_FLAG_ACCURATE,
          500000000, 600000000);
  }
  /* a last one without the flag ends the stream */
  seek (pipeline, GST_SEEK_FLAG_ACCURATE, 500000000, 600000000);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, 6 * 4800);
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (whole);
}

GST_END_TEST;

/* A graph has one time line: a seek reaches it through every sink, and moves it
 * once. */
GST_START_TEST (test_several_sinks)
{
  Recorder *whole = render_voices ();
  GstElement *pipeline = launch_voices ("last. ! gain ! fakesink name=two "
      "last. ! queue ! gain ! fakesink name=three");
  Recorder *recorders[3];
  guint i, j;

  recorders[0] = record (pipeline, "out");
  recorders[1] = record (pipeline, "two");
  recorders[2] = record (pipeline, "three");
  play (pipeline);
  for (j = 0; j < 20; j++) {
    GstClockTime start = j * 50000003;

    recorder_wait (recorders[j % 3], 1000);
    seek (pipeline, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, start,
        GST_CLOCK_TIME_NONE);
  }
  for (i = 0; i < 3; i++)
    recorder_wait_end (recorders[i]);
  for (i = 0; i < 3; i++)
    assert_part (recorders[i], whole, 19 * 50000003, 2 * GST_SECOND);
  stop (pipeline);
  for (i = 0; i < 3; i++)
    recorder_free (recorders[i]);
  recorder_free (whole);
}

GST_END_TEST;

/* Two recorders of one stream: both get a stream that begins where the seek
 * goes, also when one of them was far behind. */
GST_START_TEST (test_uneven_sinks)
{
  Recorder *whole = render_voices ();
  GstElement *pipeline = launch_voices ("last. ! fakesink name=two");
  Recorder *one = record (pipeline, "out");
  Recorder *two = record (pipeline, "two");

  recorder_allow (two, 2000);
  play (pipeline);
  recorder_wait (one, 40000);
  seek (pipeline, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, 111111111,
      GST_CLOCK_TIME_NONE);
  recorder_allow (two, G_MAXUINT64);
  recorder_wait_end (one);
  recorder_wait_end (two);
  assert_part (one, whole, 111111111, 2 * GST_SECOND);
  assert_part (two, whole, 111111111, 2 * GST_SECOND);
  stop (pipeline);
  recorder_free (one);
  recorder_free (two);
  recorder_free (whole);
}

GST_END_TEST;

static void
assert_no_seek (GstElement * pipeline, gdouble rate, GstFormat format,
    GstSeekType start_type, gint64 start, GstSeekType stop_type, gint64 stop)
{
  fail_unless (!gst_element_seek (pipeline, rate, format,
          GST_SEEK_FLAG_FLUSH, start_type, start, stop_type, stop));
}

/* What is refused changes nothing. */
GST_START_TEST (test_impossible)
{
  Recorder *whole = render_voices ();
  GstElement *pipeline = launch_voices ("");
  Recorder *recorder = record (pipeline, "out");

  recorder_allow (recorder, 5000);
  play (pipeline);
  recorder_wait (recorder, 5000);
  assert_no_seek (pipeline, -1.0, GST_FORMAT_TIME, GST_SEEK_TYPE_SET, 0,
      GST_SEEK_TYPE_SET, GST_SECOND);
  assert_no_seek (pipeline, 1.0, GST_FORMAT_BYTES, GST_SEEK_TYPE_SET, 0,
      GST_SEEK_TYPE_NONE, 0);
  assert_no_seek (pipeline, 1.0, GST_FORMAT_TIME, GST_SEEK_TYPE_END, 0,
      GST_SEEK_TYPE_NONE, 0);
  assert_no_seek (pipeline, 1.0, GST_FORMAT_TIME, GST_SEEK_TYPE_SET, 0,
      GST_SEEK_TYPE_END, 0);
  recorder_allow (recorder, G_MAXUINT64);
  wait_for_end (pipeline);
  assert_same_sound (recorder, whole);
  fail_unless_equals_string (recorder->events->str,
      "stream-start caps segment buffer eos ");
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (whole);
}

GST_END_TEST;

/* Faster playback changes running time only. */
GST_START_TEST (test_rate)
{
  GstElement *pipeline = launch_voices ("");
  Recorder *whole = render_voices ();
  Recorder *recorder = record (pipeline, "out");

  set_state (pipeline, GST_STATE_PAUSED);
  fail_unless (gst_element_seek (pipeline, 2.0, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0));
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless (recorder->segment.rate == 2.0);
  assert_same_sound (recorder, whole);
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (whole);
}

GST_END_TEST;

/* Links that are pushed through are moved with the graph. */

static void
assert_same_with (const gchar * line, const GstClockTime * starts, guint n)
{
  Recorder *whole = render ("%s", line);
  guint i;

  for (i = 0; i < n; i++) {
    GstElement *pipeline = launch ("%s", line);
    Recorder *recorder = record (pipeline, "out");

    set_state (pipeline, GST_STATE_PAUSED);
    seek (pipeline, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, starts[i],
        GST_CLOCK_TIME_NONE);
    play (pipeline);
    wait_for_end (pipeline);
    assert_sound_at_offsets (recorder, whole);
    fail_unless_equals_uint64 (recorder_buffer (recorder, 0)->offset,
        frame_at (starts[i]));
    fail_unless_equals_uint64 (recorder->frames, whole->frames
        - frame_at (starts[i]));
    stop (pipeline);
    recorder_free (recorder);
  }
  recorder_free (whole);
}

static const GstClockTime some_starts[] = { 0, 20834, 123456789, 500000000,
  987654321
};

GST_START_TEST (test_through_queue)
{
  assert_same_with ("oscillator frequency=443 stop=1000000000 ! queue ! gain "
      "gain=0.5 ! fakesink name=out", some_starts, G_N_ELEMENTS (some_starts));
}

GST_END_TEST;

GST_START_TEST (test_diamond_through_queue)
{
  assert_same_with ("oscillator frequency=443 stop=1000000000 name=tone "
      "gain name=mix ! fakesink name=out tone. ! mix. tone. ! queue ! gain "
      "gain=-0.3 ! mix. tone. ! volume volume=0.7 ! mix.", some_starts,
      G_N_ELEMENTS (some_starts));
}

GST_END_TEST;

/* A file that is mixed with a voice: both are sought to the sample. */
GST_START_TEST (test_wav_file)
{
  gchar *folder = g_dir_make_tmp ("webaudio-seek-XXXXXX", NULL);
  gchar *path = g_build_filename (folder, "tone.wav", NULL);
  GstElement *pipeline = launch ("oscillator frequency=331 type=triangle "
      "stop=1000000000 ! audio/x-raw, format=S16LE ! wavenc ! filesink "
      "location=%s", path);
  gchar *line;

  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);

  line = g_strdup_printf ("filesrc location=%s ! wavparse ! gain name=mix ! "
      "fakesink name=out", path);
  assert_same_with (line, some_starts, G_N_ELEMENTS (some_starts));
  g_free (line);
  line = g_strdup_printf ("filesrc location=%s ! wavparse ! gain name=mix ! "
      "fakesink name=out oscillator frequency=443 stop=1100000000 ! mix.",
      path);
  assert_same_with (line, some_starts, G_N_ELEMENTS (some_starts));
  g_free (line);

  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
  g_free (folder);
}

GST_END_TEST;

/* A stream that is only filtered is moved by whoever moves its source, as a
 * demuxer does when the seek comes from its other branch. */
GST_START_TEST (test_beside)
{
  gchar *folder = g_dir_make_tmp ("webaudio-seek-XXXXXX", NULL);
  gchar *path = g_build_filename (folder, "tone.wav", NULL);
  Recorder *whole = render ("oscillator frequency=331 type=triangle "
      "stop=1000000000 name=tone ! fakesink name=out tone. ! wavenc ! "
      "filesink location=%s", path);
  GstElement *pipeline = launch ("filesrc location=%s ! wavparse name=parse ! "
      "queue ! gain ! fakesink name=out", path);
  GstElement *parse = get_element (pipeline, "parse");
  GstPad *pad = gst_element_get_static_pad (parse, "src");
  Recorder *recorder = record (pipeline, "out");
  GstEvent *event = gst_event_new_seek (1.0, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SEEK_TYPE_SET,
      500000000, GST_SEEK_TYPE_SET, 750000000);

  recorder_allow (recorder, 5000);
  set_state (pipeline, GST_STATE_PLAYING);
  recorder_wait (recorder, 5000);
  fail_unless (gst_pad_send_event (pad, event));
  recorder_allow (recorder, G_MAXUINT64);
  recorder_wait_end (recorder);

  assert_sound_at_offsets (recorder, whole);
  fail_unless_equals_uint64 (recorder->frames, 12000);
  fail_unless_equals_uint64 (recorder_buffer (recorder, 0)->pts, 500000000);
  fail_unless_equals_uint64 (recorder->segment.start, 500000000);
  fail_unless_equals_uint64 (recorder->segment.time, 500000000);
  fail_unless_equals_uint64 (recorder->segment.base, 0);
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (whole);
  gst_object_unref (pad);
  gst_object_unref (parse);
  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
  g_free (folder);
}

GST_END_TEST;

/* A live graph, too, goes on at another place. */
GST_START_TEST (test_live)
{
  GstElement *pipeline = launch_voices ("");
  Recorder *whole = render_voices ();
  Recorder *recorder = record (pipeline, "out");

  set_on (pipeline, "swept", "is-live", TRUE);
  play (pipeline);
  recorder_wait (recorder, 1024);
  seek (pipeline, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, 1900000001,
      GST_CLOCK_TIME_NONE);
  wait_for_end (pipeline);
  assert_part (recorder, whole, 1900000001, 2 * GST_SECOND);
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (whole);
}

GST_END_TEST;

static Suite *
seek_suite (void)
{
  Suite *s = suite_create ("seek");
  TCase *tc = tcase_create ("seek");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_flushing);
  tcase_add_test (tc, test_stop_position);
  tcase_add_test (tc, test_many);
  tcase_add_test (tc, test_while_paused);
  tcase_add_test (tc, test_after_end);
  tcase_add_test (tc, test_not_flushing);
  tcase_add_test (tc, test_segments);
  tcase_add_test (tc, test_several_sinks);
  tcase_add_test (tc, test_uneven_sinks);
  tcase_add_test (tc, test_impossible);
  tcase_add_test (tc, test_rate);
  tcase_add_test (tc, test_through_queue);
  tcase_add_test (tc, test_diamond_through_queue);
  tcase_add_test (tc, test_wav_file);
  tcase_add_test (tc, test_beside);
  tcase_add_test (tc, test_live);
  return s;
}

GST_CHECK_MAIN (seek);
