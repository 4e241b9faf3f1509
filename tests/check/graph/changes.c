/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes while playing: links, nodes, pads and states come and go, and what
 * stays is not touched.
 *
 * On stage is a tone that stays. The voices that come and go are constants of 1,
 * so that what is recorded, less the tone, counts the voices that are heard at
 * each frame.
 */

#include "../check-webaudio.h"

#define TONE "oscillator frequency=110.7 "

typedef struct
{
  GstElement *pipeline;
  GstElement *mix;
  Recorder *recorder;
  guint64 allowed;
} Stage;

/* The stage runs no further than it is allowed to, but freely up to there. */
static void
stage_allow (Stage * stage, guint frames)
{
  stage->allowed += frames;
  recorder_allow (stage->recorder, stage->allowed);
}

/* Plays on by as much. */
static void
stage_play (Stage * stage, guint frames)
{
  stage_allow (stage, frames);
  recorder_wait (stage->recorder, stage->allowed);
}

static void
stage_begin (Stage * stage, guint block_size)
{
  stage->pipeline = launch (TONE "! gain name=mix block-size=%u ! "
      "fakesink name=out", block_size);
  stage->mix = get_element (stage->pipeline, "mix");
  stage->recorder = record (stage->pipeline, "out");
  stage->allowed = 0;
  stage_allow (stage, 2 * block_size);
  set_state (stage->pipeline, GST_STATE_PLAYING);
}

/* The tone went on as if nothing had happened, and voices came and went between
 * quanta. Returns how often their number changed. */
static guint
count_changes (Recorder * recorder, gint most)
{
  const gfloat *samples = recorder_samples (recorder);
  Recorder *tone = render (TONE "! gain length=%" G_GUINT64_FORMAT " ! "
      "fakesink name=out", recorder->frames);
  gint voices = 0;
  guint changes = 0;
  guint64 i;

  fail_unless_equals_uint64 (recorder_buffer (recorder, 0)->offset, 0);
  for (i = 1; i < recorder->buffers->len; i++)
    fail_unless_equals_uint64 (recorder_buffer (recorder, i)->offset,
        recorder_buffer (recorder, i - 1)->offset_end);
  for (i = 0; i < recorder->frames; i++) {
    gfloat rest = samples[i] - recorder_samples (tone)[i];
    gint now = (gint) rintf (rest);

    check_that (fabsf (rest - now) < 1e-4f, "a click of %g at frame %"
        G_GUINT64_FORMAT, rest - now, i);
    check_that (now >= 0 && now <= most, "%d voices at frame %"
        G_GUINT64_FORMAT, now, i);
    if (now != voices) {
      fail_unless (i % 128 == 0, "a change at frame %" G_GUINT64_FORMAT, i);
      changes++;
    }
    voices = now;
  }
  recorder_free (tone);
  return changes;
}

/* Nobody has reported an error. */
static void
assert_no_error (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  fail_unless (message == NULL, "%s: %s",
      message ? GST_MESSAGE_SRC_NAME (message) : "",
      message ? gst_structure_to_string (gst_message_get_structure (message)) :
      "");
  gst_object_unref (bus);
}

/* Returns how often the number of voices changed. */
static guint
stage_end (Stage * stage, gint most)
{
  guint changes;

  assert_no_error (stage->pipeline);
  recorder_allow (stage->recorder, G_MAXUINT64);
  gst_object_unref (stage->mix);
  stop (stage->pipeline);
  changes = count_changes (stage->recorder, most);
  recorder_free (stage->recorder);
  return changes;
}

/* Voices */

/* (transfer full): a constant on stage, not linked. */
static GstElement *
add_voice (Stage * stage)
{
  GstElement *voice = gst_element_factory_make ("constantsource", NULL);

  fail_unless (gst_bin_add (GST_BIN (stage->pipeline), gst_object_ref (voice)));
  fail_unless (gst_element_sync_state_with_parent (voice));
  return voice;
}

/* (transfer full): the new pad of the mix that the voice is linked to. */
static GstPad *
link_voice (Stage * stage, GstElement * voice)
{
  GstPad *src = gst_element_get_static_pad (voice, "src");
  GstPad *sink = gst_element_request_pad_simple (stage->mix, "sink_%u");

  fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
  gst_object_unref (src);
  return sink;
}

static void
unlink_voice (Stage * stage, GstElement * voice, GstPad * sink)
{
  GstPad *src = gst_element_get_static_pad (voice, "src");

  fail_unless (gst_pad_unlink (src, sink));
  gst_object_unref (src);
}

static void
release_pad (Stage * stage, GstPad * sink)
{
  gst_element_release_request_pad (stage->mix, sink);
  gst_object_unref (sink);
}

static void
remove_voice (Stage * stage, GstElement * voice)
{
  fail_unless_equals_int (gst_element_set_state (voice, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless (gst_bin_remove (GST_BIN (stage->pipeline), voice));
  gst_object_unref (voice);
}

/* Links */

/* Each change is heard, at the next block. */
GST_START_TEST (test_link)
{
  GstElement *voice;
  Stage stage;
  guint i;

  stage_begin (&stage, 128);
  voice = add_voice (&stage);
  for (i = 0; i < 1000; i++) {
    GstPad *sink = link_voice (&stage, voice);

    stage_play (&stage, 256);
    unlink_voice (&stage, voice, sink);
    release_pad (&stage, sink);
    stage_play (&stage, 256);
  }
  fail_unless_equals_int (stage.mix->numsinkpads, 1);
  remove_voice (&stage, voice);
  fail_unless_equals_int (stage_end (&stage, 1), 2000);
}

GST_END_TEST;

/* Without a wait in between: some are too short to be heard. */
GST_START_TEST (test_link_quickly)
{
  GstElement *voice;
  Stage stage;
  guint i;

  stage_begin (&stage, 128);
  voice = add_voice (&stage);
  for (i = 0; i < 3000; i++) {
    GstPad *sink;

    stage_allow (&stage, 128);
    sink = link_voice (&stage, voice);
    if (i % 3 == 0)
      unlink_voice (&stage, voice, sink);
    release_pad (&stage, sink);
  }
  recorder_wait (stage.recorder, stage.allowed);
  remove_voice (&stage, voice);
  stage_end (&stage, 1);
}

GST_END_TEST;

/* Large blocks, and a pad that stays */
GST_START_TEST (test_relink)
{
  GstElement *voices[2];
  GstPad *sink;
  Stage stage;
  guint i;

  stage_begin (&stage, 1024);
  voices[0] = add_voice (&stage);
  voices[1] = add_voice (&stage);
  sink = link_voice (&stage, voices[0]);
  for (i = 0; i < 300; i++) {
    GstPad *src = gst_element_get_static_pad (voices[(i + 1) % 2], "src");

    stage_play (&stage, 1024);
    unlink_voice (&stage, voices[i % 2], sink);
    fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
    gst_object_unref (src);
  }
  stage_play (&stage, 1024);
  release_pad (&stage, sink);
  remove_voice (&stage, voices[0]);
  remove_voice (&stage, voices[1]);
  stage_end (&stage, 1);
}

GST_END_TEST;

/* A node between two others comes and goes. */
GST_START_TEST (test_insert)
{
  GstElement *voice, *gain;
  GstPad *sink, *src;
  Stage stage;
  guint i;

  stage_begin (&stage, 128);
  voice = add_voice (&stage);
  src = gst_element_get_static_pad (voice, "src");
  sink = link_voice (&stage, voice);
  for (i = 0; i < 200; i++) {
    stage_play (&stage, 256);
    gain = gst_element_factory_make ("gain", NULL);
    gst_bin_add (GST_BIN (stage.pipeline), gst_object_ref (gain));
    unlink_voice (&stage, voice, sink);
    fail_unless (gst_element_link_pads (voice, "src", gain, "sink"));
    fail_unless (gst_element_sync_state_with_parent (gain));
    fail_unless (gst_element_link_pads (gain, "src", stage.mix,
            GST_PAD_NAME (sink)));
    stage_play (&stage, 256);
    unlink_voice (&stage, gain, sink);
    gst_element_unlink (voice, gain);
    fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
    remove_voice (&stage, gain);
  }
  stage_play (&stage, 256);
  release_pad (&stage, sink);
  gst_object_unref (src);
  remove_voice (&stage, voice);
  stage_end (&stage, 1);
}

GST_END_TEST;

/* Nodes */

GST_START_TEST (test_add_and_remove)
{
  Stage stage;
  guint i;

  stage_begin (&stage, 128);
  for (i = 0; i < 1000; i++) {
    GstElement *voice = add_voice (&stage);
    GstPad *sink = link_voice (&stage, voice);

    stage_play (&stage, 256);
    unlink_voice (&stage, voice, sink);
    release_pad (&stage, sink);
    remove_voice (&stage, voice);
  }
  stage_play (&stage, 256);
  stage_end (&stage, 1);
}

GST_END_TEST;

/* In the order in which it may be done wrong: the state first, no unlinking. */
GST_START_TEST (test_remove_while_pulled)
{
  Stage stage;
  guint i;

  stage_begin (&stage, 128);
  for (i = 0; i < 300; i++) {
    GstElement *voice = add_voice (&stage);
    GstPad *sink = link_voice (&stage, voice);

    stage_play (&stage, 256);
    stage_allow (&stage, 512);
    if (i % 3 == 0) {
      remove_voice (&stage, voice);
      release_pad (&stage, sink);
    } else if (i % 3 == 1) {
      release_pad (&stage, sink);
      remove_voice (&stage, voice);
    } else {
      gst_element_set_state (voice, GST_STATE_READY);
      unlink_voice (&stage, voice, sink);
      remove_voice (&stage, voice);
      release_pad (&stage, sink);
    }
  }
  stage_play (&stage, 256);
  stage_end (&stage, 1);
}

GST_END_TEST;

/* Many at once, and all away again */
GST_START_TEST (test_crowd)
{
  GstElement *voices[64];
  GstPad *sinks[64];
  Stage stage;
  guint round, i;

  stage_begin (&stage, 128);
  for (round = 0; round < 10; round++) {
    for (i = 0; i < 64; i++) {
      voices[i] = add_voice (&stage);
      sinks[i] = link_voice (&stage, voices[i]);
      stage_allow (&stage, 128);
    }
    stage_play (&stage, 256);
    for (i = 0; i < 64; i++) {
      guint which = (i * 7) % 64;

      unlink_voice (&stage, voices[which], sinks[which]);
      release_pad (&stage, sinks[which]);
      remove_voice (&stage, voices[which]);
      stage_allow (&stage, 128);
    }
  }
  stage_play (&stage, 256);
  stage_end (&stage, 64);
}

GST_END_TEST;

/* (transfer floating): a voice of several nodes, wrapped in a bin. */
static GstElement *
make_wrapped_voice (void)
{
  GstElement *bin = gst_parse_bin_from_description ("constantsource ! gain "
      "name=top gain=0.5 top.src_0 ! gain ! bottom.sink_0 top.src_1 ! "
      "bottom.sink_1 gain name=bottom", FALSE, NULL);
  GstElement *bottom = get_element (bin, "bottom");
  GstPad *pad = gst_element_get_static_pad (bottom, "src");

  gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad));
  gst_object_unref (pad);
  gst_object_unref (bottom);
  return bin;
}

/* Linked first or started first, the voice is heard. */
GST_START_TEST (test_add_bin)
{
  Stage stage;
  guint i;

  stage_begin (&stage, 128);
  for (i = 0; i < 200; i++) {
    GstElement *bin = make_wrapped_voice ();
    GstPad *sink;

    fail_unless (gst_bin_add (GST_BIN (stage.pipeline), gst_object_ref (bin)));
    if (i % 2)
      fail_unless (gst_element_sync_state_with_parent (bin));
    sink = link_voice (&stage, bin);
    if (i % 2 == 0)
      fail_unless (gst_element_sync_state_with_parent (bin));
    stage_play (&stage, 256);
    unlink_voice (&stage, bin, sink);
    release_pad (&stage, sink);
    stage_play (&stage, 256);
    remove_voice (&stage, bin);
  }
  fail_unless_equals_int (stage_end (&stage, 1), 400);
}

GST_END_TEST;

/* Pad probes, which are not needed but usual */

static GstPadProbeReturn
unlink_in_probe (GstPad * pad, GstPadProbeInfo * info, gpointer unlinked)
{
  GstPad *peer = gst_pad_get_peer (pad);

  if (peer) {
    gst_pad_unlink (pad, peer);
    gst_object_unref (peer);
    g_atomic_int_set ((gint *) unlinked, TRUE);
  }
  return GST_PAD_PROBE_REMOVE;
}

static void
test_probe_of_type (GstPadProbeType type)
{
  GstElement *voice;
  GstPad *src;
  Stage stage;
  guint i;

  stage_begin (&stage, 128);
  voice = add_voice (&stage);
  src = gst_element_get_static_pad (voice, "src");
  for (i = 0; i < 300; i++) {
    GstPad *sink = link_voice (&stage, voice);
    gint unlinked = FALSE;

    stage_play (&stage, 256);
    gst_pad_add_probe (src, type, unlink_in_probe, &unlinked, NULL);
    /* it may be heard until the end of the block that the probe interrupts */
    stage_play (&stage, 384);
    fail_unless (g_atomic_int_get (&unlinked));
    release_pad (&stage, sink);
  }
  gst_object_unref (src);
  remove_voice (&stage, voice);
  fail_unless_equals_int (stage_end (&stage, 1), 600);
}

GST_START_TEST (test_block_probe)
{
  test_probe_of_type (GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM);
}

GST_END_TEST;

GST_START_TEST (test_idle_probe)
{
  test_probe_of_type (GST_PAD_PROBE_TYPE_IDLE);
}

GST_END_TEST;

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean blocked;
} Block;

static GstPadProbeReturn
tell_blocked (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Block *block = data;

  g_mutex_lock (&block->lock);
  block->blocked = TRUE;
  g_cond_signal (&block->cond);
  g_mutex_unlock (&block->lock);
  return GST_PAD_PROBE_OK;
}

/* The pad is blocked, the application's thread unlinks. */
GST_START_TEST (test_block_probe_from_application)
{
  GstElement *voice;
  Block block;
  GstPad *src;
  Stage stage;
  guint i;

  g_mutex_init (&block.lock);
  g_cond_init (&block.cond);
  stage_begin (&stage, 128);
  voice = add_voice (&stage);
  src = gst_element_get_static_pad (voice, "src");
  for (i = 0; i < 200; i++) {
    GstPad *sink = link_voice (&stage, voice);
    gulong probe;

    stage_play (&stage, 256);
    block.blocked = FALSE;
    probe = gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM,
        tell_blocked, &block, NULL);
    stage_allow (&stage, 256);
    g_mutex_lock (&block.lock);
    while (!block.blocked)
      fail_unless (g_cond_wait_until (&block.cond, &block.lock,
              g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE)));
    g_mutex_unlock (&block.lock);
    unlink_voice (&stage, voice, sink);
    release_pad (&stage, sink);
    gst_pad_remove_probe (src, probe);
    recorder_wait (stage.recorder, stage.allowed);
  }
  gst_object_unref (src);
  remove_voice (&stage, voice);
  stage_end (&stage, 1);
  g_mutex_clear (&block.lock);
  g_cond_clear (&block.cond);
}

GST_END_TEST;

/* Changes by the rendering thread itself */

typedef struct
{
  Stage *stage;
  GstPad *sink;
  GAsyncQueue *over;            /* voices to be removed */
  guint left;                   /* voices to come */
} Relay;

static void relay_next (Relay * relay, GstClockTime now);

/* A voice is over: unlinks it, and lets the next begin. */
static void
relay_ended (GstElement * voice, Relay * relay)
{
  GstClockTime stopped;

  g_object_get (voice, "stop", &stopped, NULL);
  unlink_voice (relay->stage, voice, relay->sink);
  release_pad (relay->stage, relay->sink);
  relay->sink = NULL;
  if (relay->left > 0)
    relay_next (relay, stopped);
  g_async_queue_push (relay->over, voice);
}

static void
relay_next (Relay * relay, GstClockTime now)
{
  GstElement *voice = gst_element_factory_make ("constantsource", NULL);

  relay->left--;
  /* three and a half blocks of 128 */
  g_object_set (voice, "stop", now + gst_util_uint64_scale (448, GST_SECOND,
          48000), NULL);
  g_signal_connect (voice, "ended", G_CALLBACK (relay_ended), relay);
  gst_bin_add (GST_BIN (relay->stage->pipeline), gst_object_ref (voice));
  relay->sink = link_voice (relay->stage, voice);
  fail_unless (gst_element_sync_state_with_parent (voice));
}

GST_START_TEST (test_ended_handler)
{
  Relay relay = { NULL, NULL, NULL, 300 };
  Stage stage;
  guint i;

  stage_begin (&stage, 128);
  relay.stage = &stage;
  relay.over = g_async_queue_new ();
  relay_next (&relay, 0);
  stage_allow (&stage, 400 * 512);
  for (i = 0; i < 300; i++) {
    GstElement *voice = g_async_queue_timeout_pop (relay.over,
        GST_TIME_AS_USECONDS (PATIENCE));

    fail_unless (voice != NULL, "%u voices ended", i);
    remove_voice (&stage, voice);
  }
  fail_unless (relay.left == 0 && relay.sink == NULL);
  fail_unless_equals_int (stage.mix->numsinkpads, 1);
  recorder_wait (stage.recorder, 300 * 512);
  recorder_allow (stage.recorder, G_MAXUINT64);
  gst_object_unref (stage.mix);
  stop (stage.pipeline);
  recorder_free (stage.recorder);
  g_async_queue_unref (relay.over);
}

GST_END_TEST;

/* Several threads at once */

typedef struct
{
  Stage *stage;
  guint seed;
} Worker;

static gpointer
change_things (gpointer data)
{
  Worker *worker = data;
  Stage *stage = worker->stage;
  GRand *random = g_rand_new_with_seed (worker->seed);
  guint i;

  for (i = 0; i < 300; i++) {
    GstElement *voice = add_voice (stage);
    GstPad *sink = link_voice (stage, voice);

    if (g_rand_boolean (random))
      g_thread_yield ();
    g_object_set (voice, "offset", 1.0, NULL);
    if (g_rand_boolean (random))
      unlink_voice (stage, voice, sink);
    if (g_rand_boolean (random)) {
      remove_voice (stage, voice);
      release_pad (stage, sink);
    } else {
      release_pad (stage, sink);
      remove_voice (stage, voice);
    }
  }
  g_rand_free (random);
  return NULL;
}

GST_START_TEST (test_threads)
{
  Worker workers[3];
  GThread *threads[3];
  Stage stage;
  guint i;

  stage_begin (&stage, 128);
  stage_allow (&stage, 4000000);
  set_on (stage.pipeline, "out", "sync", TRUE);
  for (i = 0; i < 3; i++) {
    workers[i].stage = &stage;
    workers[i].seed = i;
    threads[i] = g_thread_new ("changes", change_things, workers + i);
  }
  for (i = 0; i < 3; i++)
    g_thread_join (threads[i]);
  fail_unless_equals_int (stage.mix->numsinkpads, 1);
  stage_end (&stage, 3);
}

GST_END_TEST;

/* States */

/* A voice whose state changes while it is linked is heard, or it is not. */
GST_START_TEST (test_states_of_voice)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_PLAYING,
    GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_PLAYING,
    GST_STATE_PAUSED, GST_STATE_NULL, GST_STATE_READY, GST_STATE_PLAYING
  };
  GstElement *voice;
  GstPad *sink;
  Stage stage;
  guint round, i;

  stage_begin (&stage, 128);
  voice = add_voice (&stage);
  sink = link_voice (&stage, voice);
  for (round = 0; round < 20; round++)
    for (i = 0; i < G_N_ELEMENTS (states); i++) {
      stage_play (&stage, 256);
      set_state (voice, states[i]);
    }
  stage_play (&stage, 512);
  /* in PLAYING it is heard again */
  fail_unless (recorder_samples (stage.recorder)[stage.allowed - 1] > 0);
  release_pad (&stage, sink);
  remove_voice (&stage, voice);
  fail_unless (stage_end (&stage, 1) >= 40);
}

GST_END_TEST;

/* An end that nobody waited for is not the next one. */
static void
forget_messages (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);

  gst_bus_set_flushing (bus, TRUE);
  gst_bus_set_flushing (bus, FALSE);
  gst_object_unref (bus);
}

/* After NULL or READY a graph begins anew, as often as one likes. */
GST_START_TEST (test_reuse)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY };
  GstElement *pipeline = launch ("gain name=mix ! mediastreamdest name=dest ! "
      "fakesink name=out oscillator frequency=443 stop=100000000 ! mix. "
      "oscillator frequency=97 stop=100000000 ! queue ! mix. "
      "dest. ! fakesink name=two");
  Recorder *first = NULL;
  guint i;

  for (i = 0; i < 20; i++) {
    Recorder *recorder = record (pipeline, "out");
    Recorder *two = record (pipeline, "two");

    if (i % 3 == 1)
      set_state (pipeline, GST_STATE_PAUSED);
    play (pipeline);
    if (i % 5 != 4) {
      wait_for_end (pipeline);
      fail_unless_equals_uint64 (recorder->frames, 4800);
      assert_same_sound (two, recorder);
    }
    fail_unless_equals_int (gst_element_set_state (pipeline, states[i % 2]),
        GST_STATE_CHANGE_SUCCESS);
    forget_messages (pipeline);
    recorder_free (two);
    recorder_finish (recorder);
    if (!first) {
      first = recorder;
      continue;
    }
    if (i % 5 != 4)
      assert_same_sound (recorder, first);
    recorder_free (recorder);
  }
  recorder_free (first);
  stop (pipeline);
}

GST_END_TEST;

/* Elements may be started in any order. */
GST_START_TEST (test_order_of_states)
{
  static const gchar *orders[][4] = {
    {"source", "gain", "dest", "out"}, {"out", "dest", "gain", "source"},
    {"gain", "source", "out", "dest"}, {"dest", "out", "source", "gain"},
    {"gain", "out", "source", "dest"}, {"source", "out", "dest", "gain"}
  };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (orders); i++) {
    GstElement *pipeline = launch ("constantsource name=source ! "
        "gain name=gain ! mediastreamdest name=dest ! fakesink name=out "
        "async=false");
    Recorder *recorder = record (pipeline, "out");
    GstElement *element;

    recorder_allow (recorder, 1024);
    for (j = 0; j < 4; j++) {
      element = get_element (pipeline, orders[i][j]);
      gst_element_set_locked_state (element, TRUE);
      gst_object_unref (element);
    }
    set_state (pipeline, GST_STATE_PLAYING);
    for (j = 0; j < 4; j++) {
      element = get_element (pipeline, orders[i][j]);
      gst_element_set_locked_state (element, FALSE);
      fail_unless (gst_element_sync_state_with_parent (element));
      gst_object_unref (element);
    }
    recorder_allow (recorder, 4096);
    recorder_wait (recorder, 4096);
    recorder_allow (recorder, G_MAXUINT64);
    stop (pipeline);
    /* from the third block on all of them are there for certain */
    for (j = 2 * 2048; j < 2 * 4096; j++)
      check_that (recorder_samples (recorder)[j] == 1.0f, "sample %u", j);
    fail_unless (g_str_has_prefix (recorder->events->str, "stream-start ")
        && g_str_has_suffix (recorder->events->str, " buffer "), "%s",
        recorder->events->str);
    recorder_free (recorder);
  }
}

GST_END_TEST;

/* Pausing and playing costs nothing. */
GST_START_TEST (test_pause_and_play)
{
  Stage stage;
  guint i;

  stage_begin (&stage, 128);
  for (i = 0; i < 200; i++) {
    gst_element_set_state (stage.pipeline, GST_STATE_PAUSED);
    stage_allow (&stage, 512);
    if (i % 2)
      set_state (stage.pipeline, GST_STATE_PAUSED);
    play (stage.pipeline);
  }
  recorder_wait (stage.recorder, stage.allowed);
  fail_unless_equals_int (stage_end (&stage, 0), 0);
}

GST_END_TEST;

static Suite *
changes_suite (void)
{
  Suite *s = suite_create ("changes");
  TCase *tc = tcase_create ("changes");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_link);
  tcase_add_test (tc, test_link_quickly);
  tcase_add_test (tc, test_relink);
  tcase_add_test (tc, test_insert);
  tcase_add_test (tc, test_add_and_remove);
  tcase_add_test (tc, test_remove_while_pulled);
  tcase_add_test (tc, test_crowd);
  tcase_add_test (tc, test_add_bin);
  tcase_add_test (tc, test_block_probe);
  tcase_add_test (tc, test_idle_probe);
  tcase_add_test (tc, test_block_probe_from_application);
  tcase_add_test (tc, test_ended_handler);
  tcase_add_test (tc, test_threads);
  tcase_add_test (tc, test_states_of_voice);
  tcase_add_test (tc, test_reuse);
  tcase_add_test (tc, test_order_of_states);
  tcase_add_test (tc, test_pause_and_play);
  return s;
}

GST_CHECK_MAIN (changes);
