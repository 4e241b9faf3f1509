/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records a pattern that counts as FLAC and WAV, with pauses, while it is played
 * and while a third recorder makes one Ogg Opus recording after another, in
 * chunks. Afterwards the two files are decoded: each frame that came in while it
 * was recorded is there once, and no other.
 */

#include "soak.h"

#include <glib/gstdio.h>
#include <gst/app/gstappsrc.h>

#define BLOCK 4800
#define FORMAT "audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2"
#define BPF (CHANNELS * sizeof (gfloat))
/* The recorders are told something at random times within this, in frames */
#define INTERVAL (20 * RATE)
#define MAX_PAUSE (2 * RATE)

/* From frame @from to before frame @to */
typedef struct
{
  guint64 from, to;
} Part;

/* A recorder and what it was told, always in its input's thread */
typedef struct
{
  GstElement *recorder;
  const gchar *decoder;         /* (nullable): nothing is decoded */
  gchar *path;
  GRand *random;
  guint64 seen;                 /* frames */
  guint64 next;                 /* frame at which it is told something */
  gboolean paused;
  GArray *parts;                /* of Part */

  /* of the decoder */
  guint part;
  guint64 frame;
  guint64 decoded;
  gboolean wrong;
} Tape;

enum
{ WAV, FLAC, OPUS, N_TAPES };

struct _RecordLeg
{
  GstElement *pipeline;
  guint64 frames;
  guint64 pushed;               /* of the source's thread */
  guint64 played;               /* of the sink's thread */
  gboolean play_wrong;
  gint64 start, end;            /* monotonic time */
  Tape tapes[N_TAPES];

  /* of the thread that tells of chunks */
  gboolean in_recording;
  guint chunks;
  guint64 bytes;
  guint started;
  gint stopped;                 /* atomic */

  GSourceFunc done;
  gpointer data;
};

/* The source and the sink */

static void
push_block (GstAppSrc * source, guint length, gpointer data)
{
  RecordLeg *leg = data;
  guint n = MIN (BLOCK, leg->frames - leg->pushed);
  GstBuffer *buffer;
  GstMapInfo map;

  if (!n) {
    gst_app_src_end_of_stream (source);
    return;
  }
  buffer = gst_buffer_new_allocate (NULL, n * BPF, NULL);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  pattern_fill ((gfloat *) map.data, leg->pushed, n);
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (leg->pushed, GST_SECOND,
      RATE);
  leg->pushed += n;
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (leg->pushed,
      GST_SECOND, RATE) - GST_BUFFER_PTS (buffer);
  gst_app_src_push_buffer (source, buffer);
}

static GstPadProbeReturn
check_played (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  RecordLeg *leg = data;
  GstMapInfo map;
  gsize i;

  gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ);
  for (i = 0; i + BPF <= map.size; i += BPF)
    if (!pattern_matches ((const gfloat *) (map.data + i), leg->played++))
      leg->play_wrong = TRUE;
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
  return GST_PAD_PROBE_OK;
}

/* The recorders */

static void
tell (Tape * tape, const gchar * method)
{
  gboolean done = FALSE;

  g_signal_emit_by_name (tape->recorder, method, &done);
  if (!done)
    soak_fail ("%s refused to %s", GST_OBJECT_NAME (tape->recorder), method);
}

static void
schedule (Tape * tape)
{
  tape->next = tape->seen + g_rand_int_range (tape->random, BLOCK,
      tape->paused ? MAX_PAUSE : INTERVAL);
}

static GstPadProbeReturn
pause_or_resume (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Tape *tape = data;
  guint n = gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info)) / BPF;

  if (tape->seen >= tape->next) {
    tell (tape, tape->paused ? "resume" : "pause");
    tape->paused = !tape->paused;
    schedule (tape);
  }
  if (!tape->paused) {
    Part part = { tape->seen, tape->seen };

    if (!tape->parts->len || g_array_index (tape->parts, Part,
            tape->parts->len - 1).to != tape->seen)
      g_array_append_val (tape->parts, part);
    g_array_index (tape->parts, Part, tape->parts->len - 1).to += n;
  }
  tape->seen += n;
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
start_another (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Tape *tape = data;

  if (tape->seen >= tape->next) {
    tell (tape, "stop");
    tell (tape, "start");
    schedule (tape);
  }
  tape->seen += gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info)) / BPF;
  return GST_PAD_PROBE_OK;
}

static void
on_started (GstElement * recorder, RecordLeg * leg)
{
  leg->started++;
}

static void
on_data (GstElement * recorder, GstBuffer * buffer, guint64 timecode,
    RecordLeg * leg)
{
  if (!leg->in_recording && gst_buffer_get_size (buffer)
      && gst_buffer_memcmp (buffer, 0, "OggS", 4))
    soak_fail ("a recording does not begin with a page");
  leg->in_recording = TRUE;
  leg->chunks++;
  leg->bytes += gst_buffer_get_size (buffer);
}

static void
on_stopped (GstElement * recorder, RecordLeg * leg)
{
  leg->in_recording = FALSE;
  g_atomic_int_inc (&leg->stopped);
}

static void
tape_init (Tape * tape, RecordLeg * leg, const gchar * name, gchar * path,
    const gchar * decoder, GstPadProbeCallback operate)
{
  GstPad *pad;

  tape->recorder = soak_get (leg->pipeline, name);
  tape->path = path;
  tape->decoder = decoder;
  tape->random = g_rand_new_with_seed (g_str_hash (name));
  tape->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  schedule (tape);
  pad = gst_element_get_static_pad (tape->recorder, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, operate, tape, NULL);
  gst_object_unref (pad);
}

/* Decoding */

static GstPadProbeReturn
check_decoded (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Tape *tape = data;
  GstMapInfo map;
  gsize i;

  gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ);
  for (i = 0; i + BPF <= map.size && !tape->wrong; i += BPF) {
    const Part *part = &g_array_index (tape->parts, Part, tape->part);

    if (tape->part >= tape->parts->len
        || !pattern_matches ((const gfloat *) (map.data + i), tape->frame)) {
      soak_fail ("%s: frame %" G_GUINT64_FORMAT " is not frame %"
          G_GUINT64_FORMAT " of what was played", tape->path, tape->decoded,
          tape->frame);
      tape->wrong = TRUE;
    } else if (++tape->frame == part->to && ++tape->part < tape->parts->len) {
      tape->frame = part[1].from;
    }
    tape->decoded++;
  }
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
  return GST_PAD_PROBE_OK;
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
check_tape (Tape * tape)
{
  GstElement *pipeline = soak_launch ("filesrc location=\"%s\" ! %s ! "
      "audioconvert ! " FORMAT " ! fakesink name=out", tape->path,
      tape->decoder);
  GstElement *sink = soak_get (pipeline, "out");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);
  guint64 recorded = 0;
  guint i;

  for (i = 0; i < tape->parts->len; i++) {
    const Part *part = &g_array_index (tape->parts, Part, i);

    recorded += part->to - part->from;
  }
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, check_decoded, tape, NULL);
  soak_watch (pipeline, quit, loop);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (loop);
  g_main_loop_unref (loop);
  gst_object_unref (pad);
  gst_object_unref (sink);
  soak_stop (pipeline);

  if (!tape->wrong && tape->decoded != recorded)
    soak_fail ("%s: %" G_GUINT64_FORMAT " frames, not %" G_GUINT64_FORMAT,
        tape->path, tape->decoded, recorded);
  g_print ("%s: %" G_GUINT64_FORMAT " frames in %u parts: %s\n",
      GST_OBJECT_NAME (tape->recorder), tape->decoded, tape->parts->len,
      tape->wrong || tape->decoded != recorded ? "not what was played" :
      "each as it was played, none lost, none repeated");
}

static void
tape_clear (Tape * tape)
{
  if (tape->path)
    g_unlink (tape->path);
  g_free (tape->path);
  g_rand_free (tape->random);
  g_array_unref (tape->parts);
  gst_object_unref (tape->recorder);
}

/* The leg */

static gboolean
end_if_stopped (gpointer data)
{
  RecordLeg *leg = data;

  if (g_atomic_int_get (&leg->stopped) < (gint) leg->started)
    return G_SOURCE_CONTINUE;
  leg->end = g_get_monotonic_time ();
  leg->done (leg->data);
  return G_SOURCE_REMOVE;
}

/* The files are complete; that recorder has no sink that would say so. */
static gboolean
on_ended (gpointer data)
{
  g_timeout_add (10, end_if_stopped, data);
  return G_SOURCE_REMOVE;
}

/* (transfer floating): what stands for the sound card */
static GstElement *
create_player (RecordLeg * leg, gboolean sync)
{
  GstElement *player = gst_parse_bin_from_description (FORMAT
      " ! fakesink name=play", TRUE, NULL);
  GstElement *sink = soak_get (player, "play");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "sync", sync, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, check_played, leg, NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
  return player;
}

static void
create_pipeline (RecordLeg * leg, const gchar * wav, const gchar * flac,
    gdouble speed)
{
  GstAppSrcCallbacks callbacks = {.need_data = push_block };
  GstElement *source, *destination;

  leg->pipeline = soak_launch ("appsrc name=counter format=time caps=" FORMAT
      " ! mediastreamsource ! gain ! audiodestination name=graph "
      "graph. ! " FORMAT " ! mediarecorder name=wav mime-type=audio/wav "
      "! filesink location=\"%s\" "
      "graph. ! " FORMAT " ! mediarecorder name=flac mime-type=audio/flac "
      "! filesink location=\"%s\" "
      "graph. ! " FORMAT " ! mediarecorder name=opus timeslice=1000000000",
      wav, flac);
  source = soak_get (leg->pipeline, "counter");
  gst_app_src_set_callbacks (GST_APP_SRC (source), &callbacks, leg, NULL);
  gst_object_unref (source);
  destination = soak_get (leg->pipeline, "graph");
  g_object_set (destination, "audio-sink", create_player (leg, speed > 0),
      NULL);
  gst_object_unref (destination);
  if (speed > 0) {
    GstClock *clock = fast_clock_new (speed);

    gst_pipeline_use_clock (GST_PIPELINE (leg->pipeline), clock);
    gst_object_unref (clock);
  }
}

/* @speed: 0 for as fast as it goes */
RecordLeg *
record_leg_start (const gchar * folder, guint seconds, gdouble speed,
    GSourceFunc done, gpointer data)
{
  RecordLeg *leg = g_new0 (RecordLeg, 1);
  gchar *wav = g_build_filename (folder, "soak.wav", NULL);
  gchar *flac = g_build_filename (folder, "soak.flac", NULL);

  leg->frames = (guint64) seconds *RATE;
  leg->done = done;
  leg->data = data;
  create_pipeline (leg, wav, flac, speed);
  tape_init (&leg->tapes[WAV], leg, "wav", wav, "wavparse", pause_or_resume);
  tape_init (&leg->tapes[FLAC], leg, "flac", flac, "flacparse ! flacdec",
      pause_or_resume);
  tape_init (&leg->tapes[OPUS], leg, "opus", NULL, NULL, start_another);
  g_object_connect (leg->tapes[OPUS].recorder,
      "signal::started", on_started, leg,
      "signal::data-available", on_data, leg,
      "signal::stopped", on_stopped, leg, NULL);

  soak_watch (leg->pipeline, on_ended, leg);
  leg->start = g_get_monotonic_time ();
  gst_element_set_state (leg->pipeline, GST_STATE_PLAYING);
  return leg;
}

/* Seconds that were pushed. Any thread; not exact. */
gdouble
record_leg_position (RecordLeg * leg)
{
  return leg->pushed / (gdouble) RATE;
}

void
record_leg_finish (RecordLeg * leg)
{
  guint i;

  soak_stop (leg->pipeline);
  g_print ("recorded and played %.0f s in %.1f s\n",
      leg->frames / (gdouble) RATE,
      (leg->end - leg->start) / (gdouble) G_USEC_PER_SEC);
  if (leg->play_wrong || leg->played != leg->frames)
    soak_fail ("play: %" G_GUINT64_FORMAT " frames, %s", leg->played,
        leg->play_wrong ? "not all right" : "not all");
  else
    g_print ("play: %" G_GUINT64_FORMAT " frames: each once, in order\n",
        leg->played);
  for (i = 0; i < N_TAPES; i++)
    if (leg->tapes[i].decoder)
      check_tape (&leg->tapes[i]);
  g_print ("opus: %u recordings in %u chunks, %" G_GUINT64_FORMAT " bytes\n",
      leg->started, leg->chunks, leg->bytes);
  for (i = 0; i < N_TAPES; i++)
    tape_clear (&leg->tapes[i]);
  g_free (leg);
}
