/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where pushed audio enters the graph.
 *
 * Two queues: what upstream pushed, untouched (upstream's thread does as little
 * as possible, and the graph's rate may not be known yet), and runs of converted
 * or silent frames, of which the graph takes. The graph converts just as much
 * as it needs.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/base/gstqueuearray.h>

#include "edge.h"
#include "graph.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

/* A timestamp that is off by less than this is jitter, by more a gap. */
#define TOLERANCE (40 * GST_MSECOND)

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
  gst_queue_array_free (edge->arrivals);
  gst_queue_array_free (edge->runs);
  gst_queue_array_free (edge->spare);
  g_free (edge);
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
 */
void
gst_web_audio_edge_push (GstWebAudioEdge * edge, GstBuffer * buffer,
    GstClockTime running_time)
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
  before = locate (edge, graph, arrival->running_time,
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
  }
  if (!edge->located) {
    edge->located = TRUE;
    edge->write_frame = frame;
    edge->shift = 0;
  }
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
  guint64 frames = 0;
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
