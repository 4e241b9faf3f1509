/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One node, several consumers: all get the same, and none is held up for long,
 * starved or forgotten because of another. */

#include "../check-webaudio.h"

/* The audio that a consumer may be behind before the others wait. */
#define LEAD 48000

#define ALL G_MAXUINT64

/* A tone of @frames frames that nothing else has to do with */
static Recorder *
render_tone (guint64 frames)
{
  return render ("oscillator frequency=443 ! gain length=%" G_GUINT64_FORMAT
      " ! fakesink name=out", frames);
}

/* Fan-out */

GST_START_TEST (test_fan_out)
{
  GString *line = g_string_new ("oscillator frequency=443 stop=100000000 "
      "name=tone gain name=mix ! fakesink name=out ");
  Recorder *tone = render_tone (4800);
  Recorder *recorder;
  guint i;

  for (i = 0; i < 64; i++)
    g_string_append (line, "tone. ! mix. ");
  recorder = render ("%s", line->str);
  fail_unless_equals_uint64 (recorder->frames, 4800);
  for (i = 0; i < 4800; i++) {
    gfloat sum = 0;
    guint j;

    for (j = 0; j < 64; j++)
      sum += recorder_samples (tone)[i];
    check_that (recorder_samples (recorder)[i] == sum, "frame %u", i);
  }
  recorder_free (recorder);
  recorder_free (tone);
  g_string_free (line, TRUE);
}

GST_END_TEST;

/* Paths of different depth are aligned to the sample. */
GST_START_TEST (test_diamond)
{
  Recorder *recorder = render ("oscillator frequency=443 stop=200000000 ! "
      "gain name=top gain name=mix ! fakesink name=out "
      "top. ! mix. top. ! gain gain=-1 ! mix. top. ! gain ! gain name=deep "
      "gain=2 ! gain gain=0.5 ! mix. deep. ! gain gain=-0.5 ! mix.");

  fail_unless_equals_uint64 (recorder->frames, 9600);
  fail_unless (recorder_loudness (recorder) == 0);
  recorder_free (recorder);
}

GST_END_TEST;

/* So is a path that goes through a thread of its own. */
GST_START_TEST (test_diamond_with_queue)
{
  Recorder *recorder = render ("oscillator frequency=443 stop=1000000000 ! "
      "gain name=top gain name=mix ! fakesink name=out "
      "top. ! mix. top. ! queue ! gain gain=-2 ! mix. "
      "top. ! gain ! queue ! volume ! mix.");

  fail_unless_equals_uint64 (recorder->frames, 48000);
  fail_unless (recorder_loudness (recorder) == 0);
  recorder_free (recorder);
}

GST_END_TEST;

/* Several drivers */

typedef struct
{
  GstElement *pipeline;
  Recorder *recorders[3];
} Recording;

/* Records two seconds of a tone at the graph's end, before it and elsewhere. */
static void
recording_begin (Recording * self)
{
  self->pipeline = launch ("oscillator frequency=443 stop=2000000000 ! "
      "mediastreamdest channel-count=1 name=dest ! fakesink name=one "
      "dest. ! fakesink name=two dest. ! gain ! fakesink name=three");
  self->recorders[0] = record (self->pipeline, "one");
  self->recorders[1] = record (self->pipeline, "two");
  self->recorders[2] = record (self->pipeline, "three");
}

/* Each of them gets no more than that; none begins before all of them play. */
static void
recording_play (Recording * self, guint64 one, guint64 two, guint64 three)
{
  const guint64 allowed[] = { one, two, three };
  guint i;

  for (i = 0; i < 3; i++)
    recorder_allow (self->recorders[i], 1024);
  set_state (self->pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 3; i++)
    recorder_allow (self->recorders[i], allowed[i]);
}

static void
recording_end (Recording * self)
{
  guint i;

  stop (self->pipeline);
  for (i = 0; i < 3; i++)
    recorder_free (self->recorders[i]);
}

static void
assert_complete (Recording * self)
{
  Recorder *tone = render_tone (96000);
  guint i;

  for (i = 0; i < 3; i++) {
    assert_same_sound (self->recorders[i], tone);
    fail_unless (self->recorders[i]->ended);
  }
  recorder_free (tone);
}

GST_START_TEST (test_record_thrice)
{
  Recording recording;

  recording_begin (&recording);
  recording_play (&recording, ALL, ALL, ALL);
  wait_for_end (recording.pipeline);
  assert_complete (&recording);
  recording_end (&recording);
}

GST_END_TEST;

/* Consumers with threads and needs of their own get the same. */
GST_START_TEST (test_record_in_two_formats)
{
  GstElement *pipeline = launch ("oscillator frequency=443 stop=2000000000 ! "
      "mediastreamdest name=dest ! queue ! audio/x-raw, format=%s ! "
      "fakesink name=one dest. ! audio/x-raw, format=%s ! queue ! "
      "fakesink name=two", GST_AUDIO_NE (F32), GST_AUDIO_NE (F64));
  Recorder *one = record (pipeline, "one");
  Recorder *two = record (pipeline, "two");
  const gdouble *precise;
  guint i;

  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  fail_unless_equals_uint64 (one->frames, 96000);
  fail_unless_equals_uint64 (two->frames, 96000);
  precise = (const gdouble *) two->data->data;
  for (i = 0; i < 2 * 96000; i++)
    check_that (recorder_samples (one)[i] == precise[i], "sample %u", i);
  recorder_free (one);
  recorder_free (two);
}

GST_END_TEST;

/* Blocks of different size, and ends on and off their bounds */
GST_START_TEST (test_different_blocks)
{
  static const guint frames[] = { 48000, 4096, 4097, 100, 128 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (frames); i++) {
    GstElement *pipeline = launch ("constantsource stop=%" G_GUINT64_FORMAT
        " name=source ! fakesink name=one source. ! gain block-size=384 ! "
        "fakesink name=two source. ! gain block-size=8192 name=end ! "
        "fakesink name=three end. ! fakesink name=four",
        gst_util_uint64_scale (frames[i], GST_SECOND, 48000));
    static const gchar *names[] = { "one", "two", "three", "four" };
    Recorder *recorders[4];
    guint j;

    for (j = 0; j < 4; j++)
      recorders[j] = record (pipeline, names[j]);
    play (pipeline);
    wait_for_end (pipeline);
    stop (pipeline);
    for (j = 0; j < 4; j++) {
      fail_unless_equals_uint64 (recorders[j]->frames, frames[i]);
      recorder_free (recorders[j]);
    }
  }
}

GST_END_TEST;

/* One of them comes to a halt */

static void
assert_others_go_on (Recording * recording)
{
  recorder_wait (recording->recorders[0], LEAD + LEAD / 4);
  recorder_wait (recording->recorders[2], LEAD + LEAD / 4);
}

/* The others go on, although not without bound, and none of it is lost. */
GST_START_TEST (test_blocked_sink)
{
  Recording recording;
  guint64 frames, passed;
  gint64 since;

  recording_begin (&recording);
  since = g_get_monotonic_time ();
  recording_play (&recording, ALL, 3000, ALL);
  recorder_wait (recording.recorders[1], 3000);
  assert_others_go_on (&recording);
  frames = recorder_count (recording.recorders[0]);
  passed = g_get_monotonic_time () - since;
  fail_unless (frames <= LEAD + 6000 + passed * 48 / 1000,
      "%" G_GUINT64_FORMAT " frames in %" G_GUINT64_FORMAT " us", frames,
      passed);
  recorder_allow (recording.recorders[1], ALL);
  wait_for_end (recording.pipeline);
  assert_complete (&recording);
  recording_end (&recording);
}

GST_END_TEST;

/* All but one stand still. */
GST_START_TEST (test_two_blocked_sinks)
{
  Recording recording;

  recording_begin (&recording);
  recording_play (&recording, ALL, 3000, 9000);
  recorder_wait (recording.recorders[0], LEAD + LEAD / 4);
  recorder_allow (recording.recorders[2], ALL);
  recorder_wait (recording.recorders[2], LEAD + LEAD / 4);
  recorder_allow (recording.recorders[1], ALL);
  wait_for_end (recording.pipeline);
  assert_complete (&recording);
  recording_end (&recording);
}

GST_END_TEST;

static GstPad *
source_pad (Recorder * recorder)
{
  return gst_pad_get_peer (recorder->pad);
}

static GstPadProbeReturn
keep_blocked (GstPad * pad, GstPadProbeInfo * info, gpointer blocked)
{
  g_atomic_int_set ((gint *) blocked, TRUE);
  return GST_PAD_PROBE_OK;
}

GST_START_TEST (test_block_probe)
{
  Recording recording;
  gint blocked = FALSE;
  GstPad *pad;
  gulong id;

  recording_begin (&recording);
  pad = source_pad (recording.recorders[1]);
  recording_play (&recording, ALL, 1024, ALL);
  id = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM,
      keep_blocked, &blocked, NULL);
  recorder_allow (recording.recorders[1], ALL);
  assert_others_go_on (&recording);
  fail_unless (g_atomic_int_get (&blocked));
  gst_pad_remove_probe (pad, id);
  wait_for_end (recording.pipeline);
  assert_complete (&recording);
  gst_object_unref (pad);
  recording_end (&recording);
}

GST_END_TEST;

GST_START_TEST (test_paused_sink)
{
  Recording recording;
  GstElement *sink;

  recording_begin (&recording);
  sink = get_element (recording.pipeline, "two");
  gst_element_set_locked_state (sink, TRUE);
  gst_element_set_state (sink, GST_STATE_PAUSED);
  recording_play (&recording, ALL, ALL, ALL);
  assert_others_go_on (&recording);
  gst_element_set_locked_state (sink, FALSE);
  fail_unless (gst_element_sync_state_with_parent (sink));
  wait_for_end (recording.pipeline);
  assert_complete (&recording);
  gst_object_unref (sink);
  recording_end (&recording);
}

GST_END_TEST;

/* Nobody waits for a consumer that is flushing, and what it missed is past. */
GST_START_TEST (test_flushing_sink)
{
  Recorder *tone = render_tone (96000);
  Recording recording;
  GstPad *sink;
  guint i;

  recording_begin (&recording);
  sink = recording.recorders[1]->pad;
  recording_play (&recording, 10240, ALL, 20480);
  recorder_wait (recording.recorders[1], 10240);
  fail_unless (gst_pad_send_event (sink, gst_event_new_flush_start ()));
  recorder_allow (recording.recorders[0], 70000);
  recorder_allow (recording.recorders[2], 70000);
  recorder_wait (recording.recorders[0], 70000);
  fail_unless (gst_pad_send_event (sink, gst_event_new_flush_stop (FALSE)));
  recorder_allow (recording.recorders[0], ALL);
  recorder_allow (recording.recorders[2], ALL);
  /* not by the bus: a flush makes the sink preroll again */
  for (i = 0; i < 3; i++)
    recorder_wait_end (recording.recorders[i]);

  assert_same_sound (recording.recorders[0], tone);
  assert_same_sound (recording.recorders[2], tone);
  fail_unless (recording.recorders[1]->frames < 96000);
  assert_sound_at_offsets (recording.recorders[1], tone);
  recorder_free (tone);
  recording_end (&recording);
}

GST_END_TEST;

/* A sink that is taken away is not missed, and a new one joins in time. */
GST_START_TEST (test_replaced_sink)
{
  Recorder *tone = render_tone (96000);
  Recording recording;
  Recorder *joined;
  GstElement *dest, *sink;
  GstPad *pad;
  guint i;

  recording_begin (&recording);
  dest = get_element (recording.pipeline, "dest");
  sink = get_element (recording.pipeline, "two");
  pad = source_pad (recording.recorders[1]);
  recording_play (&recording, 20480, 20480, 20480);
  recorder_wait (recording.recorders[1], 10240);

  fail_unless (gst_pad_unlink (pad, recording.recorders[1]->pad));
  recorder_allow (recording.recorders[1], ALL);
  set_state (sink, GST_STATE_NULL);
  fail_unless (gst_bin_remove (GST_BIN (recording.pipeline), sink));
  gst_element_release_request_pad (dest, pad);
  gst_object_unref (pad);
  recorder_allow (recording.recorders[0], 40960);
  recorder_allow (recording.recorders[2], 40960);
  recorder_wait (recording.recorders[0], 40960);

  gst_object_unref (sink);
  sink = gst_element_factory_make ("fakesink", "joined");
  gst_bin_add (GST_BIN (recording.pipeline), sink);
  joined = record (recording.pipeline, "joined");
  pad = gst_element_request_pad_simple (dest, "src_%u");
  fail_unless_equals_int (gst_pad_link (pad, joined->pad), GST_PAD_LINK_OK);
  fail_unless (gst_element_sync_state_with_parent (sink));
  recorder_wait (joined, 1024);
  recorder_allow (recording.recorders[0], ALL);
  recorder_allow (recording.recorders[2], ALL);
  wait_for_end (recording.pipeline);

  assert_same_sound (recording.recorders[0], tone);
  assert_same_sound (recording.recorders[2], tone);
  assert_sound_at_offsets (recording.recorders[1], tone);
  /* what was sent before the sink ran is sent again in the order of types */
  fail_unless (g_str_equal (joined->events->str, "stream-start "
          "stream-collection caps segment buffer eos ")
      || g_str_equal (joined->events->str, "stream-start caps segment "
          "stream-collection buffer eos "), "%s", joined->events->str);
  assert_sound_at_offsets (joined, tone);
  fail_unless (recorder_buffer (joined, 0)->offset >= 10240);
  for (i = 1; i < joined->buffers->len; i++)
    fail_unless_equals_uint64 (recorder_buffer (joined, i)->offset,
        recorder_buffer (joined, i - 1)->offset_end);
  fail_unless_equals_uint64 (recorder_buffer (joined, 0)->offset
      + joined->frames, 96000);
  gst_object_unref (pad);
  gst_object_unref (dest);
  recorder_free (joined);
  recorder_free (tone);
  recording_end (&recording);
}

GST_END_TEST;

/* Unlinked and linked again, to and fro, while another goes on */
GST_START_TEST (test_relinked_sink)
{
  Recorder *tone = render_tone (96000);
  Recording recording;
  GstPad *pad;
  guint i;

  recording_begin (&recording);
  pad = source_pad (recording.recorders[1]);
  recording_play (&recording, 2048, ALL, ALL);
  for (i = 2; i <= 40; i++) {
    recorder_allow (recording.recorders[0], i * 2048);
    fail_unless (gst_pad_unlink (pad, recording.recorders[1]->pad));
    recorder_wait (recording.recorders[0], i * 2048);
    fail_unless_equals_int (gst_pad_link (pad, recording.recorders[1]->pad),
        GST_PAD_LINK_OK);
  }
  recorder_allow (recording.recorders[0], ALL);
  wait_for_end (recording.pipeline);
  assert_same_sound (recording.recorders[0], tone);
  assert_same_sound (recording.recorders[2], tone);
  assert_sound_at_offsets (recording.recorders[1], tone);
  gst_object_unref (pad);
  recorder_free (tone);
  recording_end (&recording);
}

GST_END_TEST;

/* A sink that does not run yet holds up nobody, and joins when it does. */
GST_START_TEST (test_late_sink)
{
  Recorder *tone = render_tone (96000);
  Recording recording;
  GstElement *sink;

  recording_begin (&recording);
  sink = get_element (recording.pipeline, "two");
  gst_element_set_locked_state (sink, TRUE);
  recording_play (&recording, 60000, ALL, 60000);
  recorder_wait (recording.recorders[0], 60000);
  gst_element_set_locked_state (sink, FALSE);
  fail_unless (gst_element_sync_state_with_parent (sink));
  recorder_wait (recording.recorders[1], 1024);
  recorder_allow (recording.recorders[0], ALL);
  recorder_allow (recording.recorders[2], ALL);
  wait_for_end (recording.pipeline);
  assert_same_sound (recording.recorders[0], tone);
  assert_same_sound (recording.recorders[2], tone);
  assert_sound_at_offsets (recording.recorders[1], tone);
  gst_object_unref (sink);
  recorder_free (tone);
  recording_end (&recording);
}

GST_END_TEST;

/* One consumer has enough, or fails: the others go on to the end. */
GST_START_TEST (test_satisfied_sink)
{
  GstElement *pipeline = launch ("oscillator frequency=443 stop=2000000000 "
      "name=tone ! fakesink name=one tone. ! identity eos-after=3 ! fakesink");
  Recorder *recorder = record (pipeline, "one");
  Recorder *tone = render_tone (96000);

  play (pipeline);
  wait_for_end (pipeline);
  assert_same_sound (recorder, tone);
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (tone);
}

GST_END_TEST;

GST_START_TEST (test_failing_sink)
{
  GstElement *pipeline = launch ("oscillator frequency=443 stop=2000000000 "
      "name=tone ! fakesink name=one "
      "tone. ! identity error-after=3 ! fakesink");
  Recorder *recorder = record (pipeline, "one");
  Recorder *tone = render_tone (96000);

  play (pipeline);
  gst_message_unref (wait_for (pipeline, GST_MESSAGE_ERROR));
  recorder_wait (recorder, 96000);
  stop (pipeline);
  assert_same_sound (recorder, tone);
  recorder_free (recorder);
  recorder_free (tone);
}

GST_END_TEST;

/* The one that is far ahead of a blocked one does not stop the pipeline from
 * pausing and playing. */
GST_START_TEST (test_states_while_blocked)
{
  Recording recording;

  recording_begin (&recording);
  recording_play (&recording, ALL, 3000, ALL);
  recorder_wait (recording.recorders[0], LEAD);
  gst_element_set_state (recording.pipeline, GST_STATE_PAUSED);
  recorder_allow (recording.recorders[1], 6000);
  play (recording.pipeline);
  recorder_allow (recording.recorders[1], ALL);
  wait_for_end (recording.pipeline);
  assert_complete (&recording);
  recording_end (&recording);
}

GST_END_TEST;

/* Sinks that preroll on different amounts of data: none waits for ever. */
GST_START_TEST (test_uneven_preroll)
{
  GstElement *pipeline = launch ("oscillator frequency=443 stop=2000000000 "
      "name=tone ! fakesink name=one tone. ! rndbuffersize min=350000 "
      "max=350000 ! queue max-size-bytes=0 max-size-time=0 max-size-buffers=0 "
      "! fakesink");
  Recorder *recorder = record (pipeline, "one");

  set_state (pipeline, GST_STATE_PAUSED);
  fail_unless (recorder_count (recorder) <= 1024);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, 96000);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

static Suite *
output_suite (void)
{
  Suite *s = suite_create ("output");
  TCase *tc = tcase_create ("output");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_fan_out);
  tcase_add_test (tc, test_diamond);
  tcase_add_test (tc, test_diamond_with_queue);
  tcase_add_test (tc, test_record_thrice);
  tcase_add_test (tc, test_record_in_two_formats);
  tcase_add_test (tc, test_different_blocks);
  tcase_add_test (tc, test_blocked_sink);
  tcase_add_test (tc, test_two_blocked_sinks);
  tcase_add_test (tc, test_block_probe);
  tcase_add_test (tc, test_paused_sink);
  tcase_add_test (tc, test_flushing_sink);
  tcase_add_test (tc, test_replaced_sink);
  tcase_add_test (tc, test_relinked_sink);
  tcase_add_test (tc, test_late_sink);
  tcase_add_test (tc, test_satisfied_sink);
  tcase_add_test (tc, test_failing_sink);
  tcase_add_test (tc, test_states_while_blocked);
  tcase_add_test (tc, test_uneven_preroll);
  return s;
}

GST_CHECK_MAIN (output);
