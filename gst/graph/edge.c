/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where pushed audio enters the graph.
 *
 * Two queues: what upstream pushed, untouched (upstream's thread does as little
 * as possible, and the graph's rate may not be known yet), and runs of converted
 * or silent frames, of which the graph takes. The graph converts just as much
 * as it needs.
 *
 * A live stream is followed (see drift.c): its frames go through a window, out
 * of which they are played a little faster or slower where that is needed.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include <gst/base/gstqueuearray.h>

#include "../dsp/varispeed.h"
#include "drift.h"
#include "edge.h"
#include "graph.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

/* A timestamp that is off by less than this is jitter, by more a gap. */
#define TOLERANCE (40 * GST_MSECOND)
/* What is read of a live stream at once: a quantum, at any speed, and what the
 * filter needs besides, which is more than half of it. */
#define WINDOW (3 * GST_WEB_AUDIO_QUANTUM)

typedef enum
{
  ARRIVAL_INFO,
  ARRIVAL_BUFFER,
  ARRIVAL_GAP
} ArrivalType;

typedef struct
{
  ArrivalType type;
  GstAudioInfo info;
  GstBuffer *buffer;
  GstClockTime running_time;
  GstClockTime duration;
  GstClockTime arrived_at;      /* running time */
  guint64 rendering;            /* what was rendered then */
} Arrival;

/* Frames at the graph's rate: sound with its samples, or silence. */
typedef struct
{
  guint channels;
  guint64 frames;
  guint64 taken;
  gboolean silent;
  gfloat *samples;              /* plane after plane, @frames each */
  gsize capacity;               /* in samples */
} Run;

/* How a live stream is played. */
typedef struct
{
  gboolean active;
  GstWebAudioDrift drift;
  GstClockTime jitter;
  WebAudioVarispeed *table;
  GstWebAudioBlock window;      /* frames as they were put into the queue */
  gfloat *spare;                /* as large as the window */
  guint quiet;                  /* silent frames at its end */
  guint64 position;             /* in the window, in 2^-32 frames */
  guint64 next;                 /* the frame that is to be played there */
  guint64 underruns;            /* frames */
  gboolean spliced;             /* what comes next does not follow */
} Following;

struct _GstWebAudioEdge
{
  GstQueueArray *arrivals;      /* Arrival */
  GstClockTime arrived;         /* duration of the arrivals */

  GstQueueArray *runs;          /* Run */
  GstQueueArray *spare;         /* Run, to be used again */
  guint64 available;            /* frames in the runs */

  GstAudioInfo info;            /* of the buffers that come next */
  gboolean configured;
  gint rate;                    /* of the runs */
  gint pushed_rate;             /* of the last info that was pushed */
  GstAudioConverter *converter;
  guint64 converted_in;         /* frames the converter took and gave */
  guint64 converted_out;

  gboolean located;
  guint64 write_frame;          /* graph time of the next converted frame */
  gint64 shift;                 /* from timestamps to graph time, in frames */
  gboolean ended;

  Following following;
};

static void
run_clear (Run * run)
{
  g_free (run->samples);
}

static void
arrival_clear (Arrival * arrival)
{
  gst_clear_buffer (&arrival->buffer);
}

GstWebAudioEdge *
gst_web_audio_edge_new (void)
{
  GstWebAudioEdge *edge = g_new0 (GstWebAudioEdge, 1);

  edge->arrivals = gst_queue_array_new_for_struct (sizeof (Arrival), 16);
  gst_queue_array_set_clear_func (edge->arrivals,
      (GDestroyNotify) arrival_clear);
  edge->runs = gst_queue_array_new_for_struct (sizeof (Run), 16);
  gst_queue_array_set_clear_func (edge->runs, (GDestroyNotify) run_clear);
  edge->spare = gst_queue_array_new_for_struct (sizeof (Run), 16);
  gst_queue_array_set_clear_func (edge->spare, (GDestroyNotify) run_clear);
  return edge;
}

static void
drop_converter (GstWebAudioEdge * edge)
{
  g_clear_pointer (&edge->converter, gst_audio_converter_free);
  edge->converted_in = 0;
  edge->converted_out = 0;
}

void
gst_web_audio_edge_free (GstWebAudioEdge * edge)
{
  drop_converter (edge);
  webaudio_varispeed_free (edge->following.table);
  g_free (edge->following.window.data);
  g_free (edge->following.spare);
  gst_queue_array_free (edge->arrivals);
  gst_queue_array_free (edge->runs);
  gst_queue_array_free (edge->spare);
  g_free (edge);
}

/* Nothing was played yet. */
static void
clear_window (GstWebAudioEdge * edge)
{
  Following *following = &edge->following;

  gst_web_audio_drift_reset (&following->drift, edge->rate, following->jitter);
  if (!following->active)
    return;
  following->window.channels = 1;
  following->window.frames = WEBAUDIO_VARISPEED_REACH - 1;
  following->quiet = following->window.frames;
  following->position = following->window.frames * WEBAUDIO_VARISPEED_FRAME;
  following->spliced = FALSE;
  gst_web_audio_block_silence (&following->window, 0, WINDOW);
}

/*
 * gst_web_audio_edge_follow:
 * @jitter: how much later than it promises the stream may arrive
 *
 * What is pushed is a live stream: it is played at the speed of its clock, and
 * nobody waits for it.
 */
void
gst_web_audio_edge_follow (GstWebAudioEdge * edge, GstClockTime jitter)
{
  Following *following = &edge->following;

  following->jitter = jitter;
  if (following->active) {
    gst_web_audio_drift_set_reserve (&following->drift, jitter);
    return;
  }
  if (!following->table) {
    following->table = webaudio_varispeed_new ();
    following->window.stride = WINDOW;
    following->window.data = g_new (gfloat,
        WINDOW * GST_WEB_AUDIO_MAX_CHANNELS);
    following->spare = g_new (gfloat, WINDOW * GST_WEB_AUDIO_MAX_CHANNELS);
  }
  following->active = TRUE;
  clear_window (edge);
}

/*
 * gst_web_audio_edge_unfollow:
 *
 * What is pushed from now on is not live.
 */
void
gst_web_audio_edge_unfollow (GstWebAudioEdge * edge)
{
  edge->following.active = FALSE;
}

/*
 * gst_web_audio_edge_get_underruns:
 *
 * Returns: how many frames of silence there were because a live stream was late
 */
guint64
gst_web_audio_edge_get_underruns (GstWebAudioEdge * edge)
{
  return edge->following.underruns;
}

/*
 * gst_web_audio_edge_forget_underruns:
 *
 * Counts from 0 again.
 */
void
gst_web_audio_edge_forget_underruns (GstWebAudioEdge * edge)
{
  edge->following.underruns = 0;
}

/* Upstream's side */

static GstClockTime
duration_of (const Arrival * arrival, const GstAudioInfo * info)
{
  if (arrival->type == ARRIVAL_GAP)
    return arrival->duration;
  if (arrival->type != ARRIVAL_BUFFER || !GST_AUDIO_INFO_BPF (info)
      || !GST_AUDIO_INFO_RATE (info))
    return 0;
  return gst_util_uint64_scale (gst_web_audio_count_frames (arrival->buffer,
          info), GST_SECOND, GST_AUDIO_INFO_RATE (info));
}

static void
arrive (GstWebAudioEdge * edge, Arrival * arrival)
{
  edge->arrived += arrival->duration;
  gst_queue_array_push_tail_struct (edge->arrivals, arrival);
}

/*
 * gst_web_audio_edge_set_info:
 *
 * The buffers that are pushed from now on have this format.
 */
void
gst_web_audio_edge_set_info (GstWebAudioEdge * edge, const GstAudioInfo * info)
{
  Arrival arrival;

  memset (&arrival, 0, sizeof (arrival));
  arrival.type = ARRIVAL_INFO;
  arrival.info = *info;
  edge->pushed_rate = GST_AUDIO_INFO_RATE (info);
  arrive (edge, &arrival);
}

/*
 * gst_web_audio_edge_push:
 * @buffer: (transfer full): in the format that was set last
 * @running_time: of its first frame, or %GST_CLOCK_TIME_NONE: right after
 *     what came before
 * @now: running time, or %GST_CLOCK_TIME_NONE if there is no clock
 * @rendering: the frame that is rendered next, or %GST_BUFFER_OFFSET_NONE
 */
void
gst_web_audio_edge_push (GstWebAudioEdge * edge, GstBuffer * buffer,
    GstClockTime running_time, GstClockTime now, guint64 rendering)
{
  Arrival arrival;
  const GstAudioInfo *info = &edge->info;
  guint i;

  for (i = gst_queue_array_get_length (edge->arrivals); i > 0; i--) {
    Arrival *before = gst_queue_array_peek_nth_struct (edge->arrivals, i - 1);

    if (before->type == ARRIVAL_INFO) {
      info = &before->info;
      break;
    }
  }
  memset (&arrival, 0, sizeof (arrival));
  arrival.type = ARRIVAL_BUFFER;
  arrival.buffer = buffer;
  arrival.running_time = running_time;
  arrival.arrived_at = now;
  arrival.rendering = rendering;
  arrival.duration = duration_of (&arrival, info);
  arrive (edge, &arrival);
}

/*
 * gst_web_audio_edge_push_gap:
 *
 * Silence of @duration.
 */
void
gst_web_audio_edge_push_gap (GstWebAudioEdge * edge,
    GstClockTime running_time, GstClockTime duration)
{
  Arrival arrival;

  memset (&arrival, 0, sizeof (arrival));
  arrival.type = ARRIVAL_GAP;
  arrival.running_time = running_time;
  arrival.arrived_at = GST_CLOCK_TIME_NONE;
  arrival.rendering = GST_BUFFER_OFFSET_NONE;
  arrival.duration = duration;
  arrive (edge, &arrival);
}

/*
 * gst_web_audio_edge_end:
 *
 * Nothing follows.
 */
void
gst_web_audio_edge_end (GstWebAudioEdge * edge)
{
  edge->ended = TRUE;
}

/*
 * gst_web_audio_edge_resume:
 *
 * A new stream begins where one may have ended.
 */
void
gst_web_audio_edge_resume (GstWebAudioEdge * edge)
{
  /* a live stream went on meanwhile, or is another one */
  if (edge->ended && edge->following.active && edge->available == 0
      && gst_queue_array_is_empty (edge->arrivals)) {
    clear_window (edge);
    edge->located = FALSE;
  }
  edge->ended = FALSE;
}

/*
 * gst_web_audio_edge_flush:
 *
 * Forgets all audio; the format stays.
 */
void
gst_web_audio_edge_flush (GstWebAudioEdge * edge)
{
  Arrival *arrival;

  while ((arrival = gst_queue_array_pop_head_struct (edge->arrivals))) {
    if (arrival->type == ARRIVAL_INFO) {
      edge->info = arrival->info;
      edge->configured = TRUE;
    }
    arrival_clear (arrival);
  }
  gst_queue_array_clear (edge->runs);
  drop_converter (edge);
  clear_window (edge);
  edge->arrived = 0;
  edge->available = 0;
  edge->located = FALSE;
  edge->ended = FALSE;
}

/*
 * gst_web_audio_edge_reset:
 *
 * Forgets everything.
 */
void
gst_web_audio_edge_reset (GstWebAudioEdge * edge)
{
  gst_web_audio_edge_flush (edge);
  edge->configured = FALSE;
  edge->rate = 0;
  edge->pushed_rate = 0;
}

/*
 * gst_web_audio_edge_is_full:
 *
 * Returns: whether more than @limit of audio waits to be taken
 */
gboolean
gst_web_audio_edge_is_full (GstWebAudioEdge * edge, GstClockTime limit)
{
  GstClockTime converted = edge->rate ?
      gst_util_uint64_scale (edge->available, GST_SECOND, edge->rate) : 0;

  return edge->arrived + converted >= limit;
}

/*
 * gst_web_audio_edge_skip:
 *
 * Drops of what has not been converted yet all but the last @keep: a live
 * stream has piled up.
 */
void
gst_web_audio_edge_skip (GstWebAudioEdge * edge, GstClockTime keep)
{
  while (gst_queue_array_get_length (edge->arrivals) > 1
      && edge->arrived > keep) {
    Arrival *arrival = gst_queue_array_pop_head_struct (edge->arrivals);

    edge->arrived -= arrival->duration;
    if (arrival->type == ARRIVAL_INFO) {
      drop_converter (edge);
      edge->info = arrival->info;
      edge->configured = TRUE;
    }
    arrival_clear (arrival);
  }
  edge->following.drift.begun = FALSE;
}

/*
 * gst_web_audio_edge_get_rate:
 *
 * Returns: the rate that upstream delivers, 0 while unknown
 */
gint
gst_web_audio_edge_get_rate (GstWebAudioEdge * edge)
{
  return edge->pushed_rate;
}

/* The graph's side */

/* A run with room for @frames. */
static Run *
begin_run (GstWebAudioEdge * edge, guint channels, guint64 frames,
    gboolean silent)
{
  Run run = { 0, };
  Run *spare = silent ? NULL : gst_queue_array_pop_tail_struct (edge->spare);
  gsize samples = silent ? 0 : frames * channels;

  if (spare)
    run = *spare;
  if (run.capacity < samples) {
    g_free (run.samples);
    run.samples = g_new (gfloat, samples);
    run.capacity = samples;
  }
  run.channels = channels;
  run.frames = frames;
  run.taken = 0;
  run.silent = silent;
  gst_queue_array_push_tail_struct (edge->runs, &run);
  return gst_queue_array_peek_tail_struct (edge->runs);
}

static void
finish_run (GstWebAudioEdge * edge)
{
  Run run = *(Run *) gst_queue_array_pop_head_struct (edge->runs);

  if (run.silent || gst_queue_array_get_length (edge->spare) >= 16)
    run_clear (&run);
  else
    gst_queue_array_push_tail_struct (edge->spare, &run);
}

static void
add_silence (GstWebAudioEdge * edge, guint64 frames)
{
  if (frames == 0)
    return;
  begin_run (edge, MAX (1, GST_AUDIO_INFO_CHANNELS (&edge->info)), frames,
      TRUE);
  edge->available += frames;
  edge->write_frame += frames;
}

/* Converts @frames frames of the planes in @in, which may be NULL for silence;
 * @limit bounds the frames that come out. */
static void
convert (GstWebAudioEdge * edge, gpointer * in, gsize frames, gsize limit)
{
  guint channels = GST_AUDIO_INFO_CHANNELS (&edge->info);
  gsize out_frames = gst_audio_converter_get_out_frames (edge->converter,
      frames);
  gpointer out[GST_WEB_AUDIO_MAX_CHANNELS] = { NULL, };
  Run *run;
  guint c;

  if (out_frames > 0) {
    run = begin_run (edge, channels, out_frames, FALSE);
    for (c = 0; c < channels; c++)
      out[c] = run->samples + c * out_frames;
  }
  gst_audio_converter_samples (edge->converter, 0, in, frames, out, out_frames);
  edge->converted_in += frames;
  edge->converted_out += out_frames;
  if (out_frames > limit) {
    /* planes keep their stride: only the count of frames shrinks */
    run = gst_queue_array_peek_tail_struct (edge->runs);
    for (c = 1; c < channels; c++)
      memmove (run->samples + c * limit, run->samples + c * out_frames,
          limit * sizeof (gfloat));
    run->frames = limit;
    out_frames = limit;
  }
  edge->available += out_frames;
  edge->write_frame += out_frames;
}

/* What a resampler still holds back at the end of the audio. */
static void
drain (GstWebAudioEdge * edge)
{
  guint64 due;
  gsize latency;
  guint tries;

  if (!edge->converter)
    return;
  latency = gst_audio_converter_get_max_latency (edge->converter);
  due = gst_util_uint64_scale_ceil (edge->converted_in, edge->rate,
      GST_AUDIO_INFO_RATE (&edge->info));
  /* the latency that it tells may be a bit too little */
  for (tries = 0; tries < 4 && latency > 0 && due > edge->converted_out;
      tries++)
    convert (edge, NULL, latency, due - edge->converted_out);
  drop_converter (edge);
}

static void
make_converter (GstWebAudioEdge * edge)
{
  GstAudioInfo in = edge->info, out;

  /* channels stay what they are: the node mixes */
  gst_web_audio_audio_info (&out, GST_AUDIO_FORMAT_F32,
      GST_AUDIO_LAYOUT_NON_INTERLEAVED, edge->rate,
      GST_AUDIO_INFO_CHANNELS (&in), 0);
  memcpy (out.position, in.position, sizeof (out.position));
  out.flags = in.flags;
  edge->converter = gst_audio_converter_new (0, &in, &out,
      gst_structure_new ("options", GST_AUDIO_CONVERTER_OPT_QUANTIZATION,
          G_TYPE_UINT, 0, NULL));
}

/* Where a buffer with that timestamp belongs, as silence to insert before. */
static guint64
locate (GstWebAudioEdge * edge, GstWebAudioGraph * graph,
    GstClockTime running_time, gboolean discont)
{
  guint64 tolerance = discont ? 0 :
      gst_util_uint64_scale (TOLERANCE, edge->rate, GST_SECOND);
  gint64 target, ahead;

  if (!GST_CLOCK_TIME_IS_VALID (running_time))
    return 0;
  target = gst_web_audio_graph_frame_at (graph, running_time) + edge->shift;
  ahead = target - (gint64) edge->write_frame;
  if (ahead > (gint64) tolerance)
    return ahead;
  /* what is late is heard late: nothing is lost */
  if (ahead < 0)
    edge->shift -= ahead;
  return 0;
}

/* The graph's time that is heard at @running_time, which may be before its
 * start, in frames; NAN if there is none. */
static gdouble
time_at (GstWebAudioGraph * graph, GstClockTime running_time)
{
  guint64 position = 0;
  gint sign = GST_CLOCK_TIME_IS_VALID (running_time) ?
      gst_segment_position_from_running_time_full (&graph->segment,
      GST_FORMAT_TIME, running_time, &position) : 0;

  return sign == 0 ? NAN : sign * ((gdouble) position * graph->rate /
      GST_SECOND);
}

/* How many frames of the stream are in the queue, those in the window
 * included. */
static gdouble
count_queued (GstWebAudioEdge * edge)
{
  const Following *following = &edge->following;

  return edge->available + following->window.frames -
      (gdouble) following->position / WEBAUDIO_VARISPEED_FRAME;
}

/* Where a buffer of a live stream belongs, as silence to insert before. */
static guint64
locate_live (GstWebAudioEdge * edge, GstWebAudioGraph * graph,
    const Arrival * arrival)
{
  gdouble place = edge->write_frame, now;

  /* the resampler holds something back */
  if (edge->converter)
    place += (gdouble) edge->converted_in * edge->rate /
        GST_AUDIO_INFO_RATE (&edge->info) - edge->converted_out;
  if (graph->live && GST_CLOCK_TIME_IS_VALID (arrival->arrived_at))
    now = time_at (graph, arrival->arrived_at) -
        (gdouble) graph->delay * graph->rate / GST_SECOND;
  else
    now = arrival->rendering == GST_BUFFER_OFFSET_NONE ? NAN :
        (gdouble) arrival->rendering;
  return gst_web_audio_drift_observe (&edge->following.drift, place,
      time_at (graph, arrival->running_time), now,
      edge->following.next + count_queued (edge));
}

static void
convert_buffer (GstWebAudioEdge * edge, GstBuffer * buffer)
{
  GstAudioBuffer audio;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP)
      && GST_AUDIO_INFO_RATE (&edge->info) == edge->rate) {
    add_silence (edge, gst_web_audio_count_frames (buffer, &edge->info));
    return;
  }
  if (!gst_audio_buffer_map (&audio, &edge->info, buffer, GST_MAP_READ)) {
    GST_WARNING ("can't read a buffer of %" G_GSIZE_FORMAT " bytes",
        gst_buffer_get_size (buffer));
    return;
  }
  if (!edge->converter)
    make_converter (edge);
  if (GST_AUDIO_BUFFER_N_SAMPLES (&audio) > 0)
    convert (edge, audio.planes, GST_AUDIO_BUFFER_N_SAMPLES (&audio),
        G_MAXSIZE);
  gst_audio_buffer_unmap (&audio);
}

static void
accept (GstWebAudioEdge * edge, GstWebAudioGraph * graph, Arrival * arrival)
{
  guint64 before;
  gboolean discont = FALSE;

  switch (arrival->type) {
    case ARRIVAL_INFO:
      if (edge->configured
          && gst_audio_info_is_equal (&edge->info, &arrival->info))
        return;
      drain (edge);
      edge->info = arrival->info;
      edge->configured = TRUE;
      return;
    case ARRIVAL_BUFFER:
      discont = GST_BUFFER_FLAG_IS_SET (arrival->buffer,
          GST_BUFFER_FLAG_DISCONT);
      break;
    case ARRIVAL_GAP:
      break;
  }
  if (!edge->configured && arrival->type == ARRIVAL_BUFFER)
    return;
  before = edge->following.active ? locate_live (edge, graph, arrival) :
      locate (edge, graph, arrival->running_time,
      discont && edge->converted_in == 0);
  if (before > 0) {
    drain (edge);
    add_silence (edge, before);
  }
  if (arrival->type == ARRIVAL_BUFFER) {
    convert_buffer (edge, arrival->buffer);
  } else {
    drain (edge);
    add_silence (edge, gst_util_uint64_scale (arrival->duration, edge->rate,
            GST_SECOND));
  }
}

/*
 * gst_web_audio_edge_prepare:
 * @frame: the next that will be taken
 * @frames: how many are wanted
 *
 * Converts what arrived until there are enough frames.
 *
 * Returns: how many of @frames there are
 */
guint
gst_web_audio_edge_prepare (GstWebAudioEdge * edge, GstWebAudioGraph * graph,
    guint64 frame, guint frames)
{
  Arrival *head;

  if (edge->rate != graph->rate) {
    drop_converter (edge);
    gst_queue_array_clear (edge->runs);
    edge->available = 0;
    edge->located = FALSE;
    edge->rate = graph->rate;
    clear_window (edge);
  }
  if (!edge->located) {
    edge->located = TRUE;
    edge->write_frame = frame;
    edge->shift = 0;
  }
  edge->following.next = frame;
  if (edge->following.active)
    frames += frames / 64 + 2 * WEBAUDIO_VARISPEED_REACH;
  while (edge->available < frames
      && (head = gst_queue_array_pop_head_struct (edge->arrivals))) {
    Arrival arrival = *head;

    edge->arrived -= arrival.duration;
    accept (edge, graph, &arrival);
    arrival_clear (&arrival);
  }
  if (edge->available < frames && edge->ended)
    drain (edge);
  return MIN (edge->available, frames);
}

/*
 * gst_web_audio_edge_get_uniform:
 *
 * Returns: how many frames, of those that were prepared, there are before the
 *     number of channels changes or the audio ends or is late
 */
guint64
gst_web_audio_edge_get_uniform (GstWebAudioEdge * edge)
{
  guint64 frames = edge->following.active ? count_queued (edge) -
      edge->available : 0;
  guint channels = 0, i;

  for (i = 0; i < gst_queue_array_get_length (edge->runs); i++) {
    Run *run = gst_queue_array_peek_nth_struct (edge->runs, i);

    if (channels && run->channels != channels)
      break;
    channels = run->channels;
    frames += run->frames - run->taken;
  }
  return frames;
}

/*
 * gst_web_audio_edge_has_ended:
 *
 * Returns: whether upstream ended; there may still be frames to take
 */
gboolean
gst_web_audio_edge_has_ended (GstWebAudioEdge * edge)
{
  return edge->ended;
}

/* Copies up to @frames from the first run to @block at @at. */
static guint
take_from_run (GstWebAudioEdge * edge, GstWebAudioBlock * block, guint at,
    guint frames)
{
  Run *run = gst_queue_array_peek_head_struct (edge->runs);
  guint n = MIN (frames, run->frames - run->taken);
  GstWebAudioBlock from = { 0, };

  from.channels = run->channels;
  from.data = run->samples;
  from.stride = run->frames;
  if (run->silent)
    gst_web_audio_block_silence (block, at, n);
  else
    gst_web_audio_block_mix (block, at, &from, run->taken, n,
        GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE);
  return n;
}

static void
advance (GstWebAudioEdge * edge, guint frames)
{
  Run *run = gst_queue_array_peek_head_struct (edge->runs);

  run->taken += frames;
  edge->available -= frames;
  if (run->taken == run->frames)
    finish_run (edge);
}

/* Live streams */

/* The window gets as many channels as what follows. */
static void
set_channels (Following * following, guint channels)
{
  GstWebAudioBlock *window = &following->window, before = *window;

  if (window->channels == channels)
    return;
  window->channels = channels;
  window->data = following->spare;
  following->spare = before.data;
  gst_web_audio_block_mix (window, 0, &before, 0, before.frames,
      GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE);
}

/* Puts frames into the window until it has @frames, or there are no more. */
static void
fill_window (GstWebAudioEdge * edge, guint frames)
{
  Following *following = &edge->following;
  GstWebAudioBlock *window = &following->window;

  while (window->frames < frames && edge->available > 0) {
    Run *run = gst_queue_array_peek_head_struct (edge->runs);
    gboolean silent = run->silent;
    guint n = take_from_run (edge, window, window->frames,
        frames - window->frames);

    window->frames += n;
    following->quiet = silent ? following->quiet + n : 0;
    advance (edge, n);
  }
}

/* Forgets what has been played but for what the filter needs. */
static void
move_window (Following * following)
{
  GstWebAudioBlock *window = &following->window;
  guint past = (following->position >> 32) - (WEBAUDIO_VARISPEED_REACH - 1);
  guint c;

  if (past == 0)
    return;
  window->frames -= past;
  following->quiet = MIN (following->quiet, window->frames);
  following->position -= past * WEBAUDIO_VARISPEED_FRAME;
  for (c = 0; c < window->channels; c++) {
    gfloat *plane = gst_web_audio_block_plane (window, c);

    memmove (plane, plane + past, window->frames * sizeof (gfloat));
  }
}

/* Plays up to @frames, at most a quantum, into @block at @at, unless it is
 * silent anyway. Returns how many there were. */
static guint
play (GstWebAudioEdge * edge, GstWebAudioBlock * block, guint at,
    guint frames, guint64 step)
{
  Following *following = &edge->following;
  GstWebAudioBlock *window = &following->window;
  /* as it is */
  gboolean plain = step == WEBAUDIO_VARISPEED_FRAME
      && (guint32) following->position == 0;
  guint reach = plain ? 0 : WEBAUDIO_VARISPEED_REACH;
  guint64 last = following->position + (frames - 1) * step;
  guint64 end;
  guint c;

  fill_window (edge, (last >> 32) + 1 + reach);
  /* after the last frame there is silence */
  if (edge->ended && edge->available == 0 && reach > 0) {
    gst_web_audio_block_silence (window, window->frames, reach);
    reach = 0;
  }
  end = window->frames > reach ?
      (window->frames - reach) * WEBAUDIO_VARISPEED_FRAME : 0;
  if (end <= following->position)
    return 0;
  frames = MIN (frames, (end - following->position + step - 1) / step);
  for (c = 0; c < window->channels && !block->silent; c++) {
    const gfloat *from = gst_web_audio_block_plane (window, c);
    gfloat *to = gst_web_audio_block_plane (block, c) + at;

    if (plain)
      memcpy (to, from + (following->position >> 32), frames * sizeof (gfloat));
    else
      webaudio_varispeed_process (following->table, to, frames, from,
          following->position, step);
  }
  following->position += frames * step;
  move_window (following);
  return frames;
}

/* Leaves out @frames of what comes next, which are more than the window has. */
static void
skip (GstWebAudioEdge * edge, guint64 frames)
{
  GstWebAudioBlock *window = &edge->following.window;
  guint ahead = window->frames - (edge->following.position >> 32);

  window->frames -= ahead;
  edge->following.quiet = MIN (edge->following.quiet, window->frames);
  frames -= MIN (frames, ahead);
  while (frames > 0 && edge->available > 0) {
    Run *run = gst_queue_array_peek_head_struct (edge->runs);
    guint n = MIN (frames, MIN (run->frames - run->taken, edge->available));

    advance (edge, n);
    frames -= n;
  }
}

/* Fades @block in or out from @at on. */
static void
fade (GstWebAudioBlock * block, guint at, guint frames, gboolean in)
{
  guint c, i;

  for (c = 0; c < block->channels && !block->silent; c++) {
    gfloat *plane = gst_web_audio_block_plane (block, c) + at;

    for (i = 0; i < frames; i++)
      plane[i] *= (gfloat) (in ? i : frames - i) / frames;
  }
}

/* What has piled up is left out between two quanta, of which one fades out and
 * the next one in. */
static void
splice (GstWebAudioEdge * edge, GstWebAudioBlock * block, guint at,
    guint frames)
{
  Following *following = &edge->following;

  if (following->spliced)
    fade (block, at, frames, TRUE);
  following->spliced = following->drift.skip > 0;
  if (!following->spliced)
    return;
  fade (block, at, frames, FALSE);
  skip (edge, following->drift.skip);
  following->drift.skip = 0;
}

/* Whether all that comes next is silent. */
static gboolean
is_quiet (GstWebAudioEdge * edge, guint frames)
{
  Following *following = &edge->following;
  Run *run = gst_queue_array_peek_head_struct (edge->runs);

  return following->quiet == following->window.frames && (!run || (run->silent
          && run->frames - run->taken >= MIN (edge->available,
              frames + 2 * WEBAUDIO_VARISPEED_REACH + frames / 64)));
}

/* As gst_web_audio_edge_take(), of a live stream. */
static GstFlowReturn
take_live (GstWebAudioEdge * edge, GstWebAudioNode * node, guint64 frame,
    guint frames, GstWebAudioBlock * block)
{
  Following *following = &edge->following;
  Run *run = gst_queue_array_peek_head_struct (edge->runs);
  guint done = 0;

  if (edge->ended && edge->available == 0
      && following->position >> 32 >= following->window.frames)
    return GST_FLOW_EOS;
  if (run)
    set_channels (following, run->channels);
  if (!gst_web_audio_node_acquire (node, block, following->window.channels,
          frame, frames, is_quiet (edge, frames)))
    return GST_FLOW_ERROR;
  while (done < frames) {
    guint n = GST_WEB_AUDIO_QUANTUM - (frame + done) % GST_WEB_AUDIO_QUANTUM;
    guint played;
    gdouble speed;

    n = MIN (n, frames - done);
    speed = gst_web_audio_drift_get_speed (&following->drift, frame + done,
        edge->write_frame - count_queued (edge), n);
    played = play (edge, block, done, n,
        (guint64) (speed * WEBAUDIO_VARISPEED_FRAME));
    splice (edge, block, done, played);
    done += played;
    if (played < n)
      break;
  }
  if (done < frames && edge->ended) {
    if (done == 0)
      gst_web_audio_block_clear (block);
    else
      gst_web_audio_block_shorten (block, done);
    return done == 0 ? GST_FLOW_EOS : GST_FLOW_OK;
  }
  if (done < frames) {
    if (!block->silent)
      gst_web_audio_block_silence (block, done, frames - done);
    edge->write_frame += frames - done;
    if (following->drift.begun)
      following->underruns += frames - done;
    gst_web_audio_drift_miss (&following->drift, frames - done);
  }
  return GST_FLOW_OK;
}

/*
 * gst_web_audio_edge_take:
 *
 * Takes the frames from @frame on. What is missing is silence, after the end
 * it is nothing.
 *
 * Returns: %GST_FLOW_EOS where nothing is left
 */
GstFlowReturn
gst_web_audio_edge_take (GstWebAudioEdge * edge, GstWebAudioNode * node,
    guint64 frame, guint frames, GstWebAudioBlock * block)
{
  guint available = gst_web_audio_edge_prepare (edge, node->graph, frame,
      frames);
  gboolean ended = edge->ended && available < frames;
  guint total = ended ? available : frames;
  Run *run = gst_queue_array_peek_head_struct (edge->runs);
  gboolean silent = available == 0 || (run->silent
      && run->frames - run->taken >= available);
  guint done = 0;

  if (edge->following.active)
    return take_live (edge, node, frame, frames, block);
  if (total == 0)
    return GST_FLOW_EOS;
  if (!gst_web_audio_node_acquire (node, block, run ? run->channels : 1, frame,
          total, silent))
    return GST_FLOW_ERROR;
  while (done < available) {
    guint n;

    run = gst_queue_array_peek_head_struct (edge->runs);
    n = silent ? available : take_from_run (edge, block, done,
        available - done);
    advance (edge, n);
    done += n;
  }
  if (total > available) {
    if (!silent)
      gst_web_audio_block_silence (block, available, total - available);
    /* upstream was late: what comes next is later by that much */
    edge->write_frame += total - available;
  }
  return GST_FLOW_OK;
}
