/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The spec's AudioScheduledSourceNode: sound from start to stop.
 * https://webaudio.github.io/web-audio-api/#AudioScheduledSourceNode
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "../graph/graph.h"
#include "scheduledsource.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

#define NEVER (-1.0)
/* Times are given in nanoseconds, and frames do not lie on those: half of one is
 * no sub-sample start. In seconds, with a bit for the arithmetic. */
#define TIME_EPSILON 0.501e-9

enum
{
  PROP_0,
  PROP_START,
  PROP_STOP
};

enum
{
  SIGNAL_ENDED,
  SIGNAL_STOP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE (GstWebAudioScheduledSource,
    gst_web_audio_scheduled_source, GST_TYPE_WEB_AUDIO_NODE);

/* Rendering */

/* @seconds as frames, not rounded but for what seconds cannot express. */
static gdouble
to_frames (gdouble seconds, gint rate)
{
  gdouble frames = seconds * rate;
  gdouble nearest = rint (frames);

  return fabs (frames - nearest) <= TIME_EPSILON * rate ? nearest : frames;
}

static guint64
first_frame_from (gdouble frames)
{
  /* beyond any stream, and safe to add to */
  return frames <
      0x1p62 ? (guint64) ceil (frames) : G_GUINT64_CONSTANT (1) << 62;
}

typedef struct
{
  gdouble start;                /* in frames; negative: never */
  guint64 first;                /* frame that sounds first */
  guint64 end;                  /* frame after the last */
} Schedule;

static void
get_schedule (GstWebAudioScheduledSource * source, gint rate,
    Schedule * schedule)
{
  gdouble start, stop;

  schedule->start = NEVER;
  schedule->first = G_MAXUINT64;
  schedule->end = G_MAXUINT64;

  GST_OBJECT_LOCK (source);
  start = source->start;
  stop = source->stop;
  GST_OBJECT_UNLOCK (source);
  if (start < 0)
    return;
  schedule->start = MAX (to_frames (start, rate),
      (gdouble) GST_WEB_AUDIO_NODE (source)->joined);
  schedule->first = first_frame_from (schedule->start);
  if (stop >= 0)
    schedule->end = first_frame_from (to_frames (stop, rate));
}

static void
emit_ended (gpointer source)
{
  g_signal_emit (source, signals[SIGNAL_ENDED], 0);
}

static void
finish (GstWebAudioScheduledSource * source)
{
  if (source->finished)
    return;
  source->finished = TRUE;
  gst_web_audio_defer (emit_ended, source);
}

/* Fills @block from the frame numbered @before on, and shortens it where the
 * sound is over before its end. */
static void
generate (GstWebAudioScheduledSource * source, GstWebAudioBlock * block,
    guint64 frame, guint before, gdouble start)
{
  GstWebAudioScheduledSourceClass *klass =
      GST_WEB_AUDIO_SCHEDULED_SOURCE_GET_CLASS (source);
  gfloat *planes[GST_WEB_AUDIO_MAX_CHANNELS];
  guint n = block->frames - before, made, c;

  gst_web_audio_block_silence (block, 0, before);
  for (c = 0; c < block->channels; c++)
    planes[c] = gst_web_audio_block_plane (block, c) + before;
  made = klass->generate (source, frame + before, start, planes, n);
  if (made < n) {
    finish (source);
    gst_web_audio_block_shorten (block, before + made);
  }
}

static GstFlowReturn
gst_web_audio_scheduled_source_process (GstWebAudioNode * node,
    guint64 frame, GstWebAudioBlock * block)
{
  GstWebAudioScheduledSource *source = GST_WEB_AUDIO_SCHEDULED_SOURCE (node);
  GstWebAudioScheduledSourceClass *klass =
      GST_WEB_AUDIO_SCHEDULED_SOURCE_GET_CLASS (source);
  Schedule schedule;
  guint frames = block->frames, channels = 1;
  guint before;
  gboolean silent;

  get_schedule (source, node->graph->rate, &schedule);
  if (source->finished || frame >= schedule.end || (klass->begin_block
          && !klass->begin_block (source, frame, frames, &channels))) {
    finish (source);
    return GST_FLOW_EOS;
  }
  frames = MIN (frames, schedule.end - frame);
  if (frame + frames == schedule.end)
    finish (source);
  before = schedule.first > frame ? MIN (frames, schedule.first - frame) : 0;
  /* what does not play yet has one channel */
  silent = before == frames || channels == 0;
  if (silent)
    channels = 1;
  if (!gst_web_audio_node_acquire (node, block, channels, frame, frames,
          silent))
    return GST_FLOW_ERROR;
  if (!silent)
    generate (source, block, frame, before, schedule.start);
  return block->frames > 0 ? GST_FLOW_OK : GST_FLOW_EOS;
}

static void
gst_web_audio_scheduled_source_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  if (from == GST_BUFFER_OFFSET_NONE)
    GST_WEB_AUDIO_SCHEDULED_SOURCE (node)->finished = FALSE;
}

static guint64
gst_web_audio_scheduled_source_end (GstWebAudioNode * node, gint rate)
{
  GstWebAudioScheduledSource *source = GST_WEB_AUDIO_SCHEDULED_SOURCE (node);
  GstWebAudioScheduledSourceClass *klass =
      GST_WEB_AUDIO_SCHEDULED_SOURCE_GET_CLASS (source);
  Schedule schedule;

  get_schedule (source, rate, &schedule);
  /* none is the largest number */
  if (klass->foresee && schedule.start >= 0)
    schedule.end = MIN (schedule.end, klass->foresee (source, schedule.start));
  return schedule.end == G_MAXUINT64 ? GST_BUFFER_OFFSET_NONE : schedule.end;
}

static guint64
gst_web_audio_scheduled_source_begin (GstWebAudioNode * node, gint rate)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);
  Schedule schedule;

  if (!klass->own_channels || klass->own_channels (node) == 1)
    return GST_BUFFER_OFFSET_NONE;
  get_schedule (GST_WEB_AUDIO_SCHEDULED_SOURCE (node), rate, &schedule);
  return schedule.start < 0 ? GST_BUFFER_OFFSET_NONE :
      schedule.first - schedule.first % GST_WEB_AUDIO_QUANTUM;
}

/* Scheduling */

/* A time in the past means now. */
static gdouble
not_before_now (GstWebAudioScheduledSource * source, gdouble when)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (source);
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);

  if (node->rendered && graph->rate)
    when = MAX (when, (gdouble) node->position / graph->rate);
  gst_web_audio_graph_unlock (graph);
  return when;
}

/*
 * gst_web_audio_scheduled_source_start:
 * @when: seconds of graph time; what is past means now
 *
 * The spec's start(when).
 *
 * Returns: whether it was accepted
 */
gboolean
gst_web_audio_scheduled_source_start (GstWebAudioScheduledSource * source,
    gdouble when)
{
  gboolean accepted = FALSE;

  if (!isfinite (when) || when < 0) {
    GST_WARNING_OBJECT (source, "RangeError: can't start at %f s", when);
    return FALSE;
  }
  when = not_before_now (source, when);
  GST_OBJECT_LOCK (source);
  if (!source->start_called) {
    source->start_called = TRUE;
    source->start = when;
    accepted = TRUE;
  }
  GST_OBJECT_UNLOCK (source);
  if (!accepted)
    GST_WARNING_OBJECT (source, "InvalidStateError: started already");
  return accepted;
}

static gboolean
gst_web_audio_scheduled_source_stop (GstWebAudioScheduledSource * source,
    gdouble when)
{
  gboolean accepted = FALSE;

  if (!isfinite (when) || when < 0) {
    GST_WARNING_OBJECT (source, "RangeError: can't stop at %f s", when);
    return FALSE;
  }
  when = not_before_now (source, when);
  GST_OBJECT_LOCK (source);
  if (source->start >= 0) {
    source->stop = when;
    accepted = TRUE;
  }
  GST_OBJECT_UNLOCK (source);
  if (!accepted)
    GST_WARNING_OBJECT (source, "InvalidStateError: not started");
  return accepted;
}

/* The object */

static gdouble
from_time (guint64 time)
{
  return GST_CLOCK_TIME_IS_VALID (time) ? (gdouble) time / GST_SECOND : NEVER;
}

static guint64
to_time (gdouble seconds)
{
  if (seconds < 0 || seconds * GST_SECOND >= 0x1p63)
    return GST_CLOCK_TIME_NONE;
  return (guint64) (seconds * GST_SECOND + 0.5);
}

static void
gst_web_audio_scheduled_source_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioScheduledSource *source = GST_WEB_AUDIO_SCHEDULED_SOURCE (object);

  GST_OBJECT_LOCK (source);
  switch (id) {
    case PROP_START:
      source->start = from_time (g_value_get_uint64 (value));
      source->start_called = FALSE;
      break;
    case PROP_STOP:
      source->stop = g_value_get_uint64 (value) == 0 ? NEVER :
          from_time (g_value_get_uint64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (source);
}

static void
gst_web_audio_scheduled_source_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioScheduledSource *source = GST_WEB_AUDIO_SCHEDULED_SOURCE (object);

  GST_OBJECT_LOCK (source);
  switch (id) {
    case PROP_START:
      g_value_set_uint64 (value, to_time (source->start));
      break;
    case PROP_STOP:
      g_value_set_uint64 (value, to_time (source->stop));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (source);
}

static void
install_signals (GType type)
{
  /**
   * GstWebAudioScheduledSource::ended:
   *
   * The source has stopped. Emitted once, from the streaming thread, when no
   * lock is held: pads may be linked and unlinked in it, but states of elements
   * must be changed from another thread.
   * https://webaudio.github.io/web-audio-api/#eventdef-audioscheduledsourcenode-ended
   */
  signals[SIGNAL_ENDED] = g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * GstWebAudioScheduledSource::stop:
   * @when: seconds of graph time; what is past means now
   *
   * Stops the source; the last call counts.
   * https://webaudio.github.io/web-audio-api/#dom-audioscheduledsourcenode-stop
   *
   * Returns: %FALSE where the spec has an InvalidStateError (never started) or
   *     a RangeError (negative or not finite); nothing has changed then
   */
  signals[SIGNAL_STOP] = g_signal_new_class_handler ("stop", type,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (gst_web_audio_scheduled_source_stop), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 1, G_TYPE_DOUBLE);
}

/*
 * gst_web_audio_scheduled_source_class_add_start:
 *
 * Sources of this class are started by a signal with a time and no more.
 */
void gst_web_audio_scheduled_source_class_add_start
    (GstWebAudioScheduledSourceClass * klass)
{
  /**
   * GstWebAudioScheduledSource::start:
   * @when: seconds of graph time; what is past means now
   *
   * Starts the source, once.
   * https://webaudio.github.io/web-audio-api/#dom-audioscheduledsourcenode-start
   *
   * Returns: %FALSE where the spec has an InvalidStateError (started already)
   *     or a RangeError (negative or not finite); nothing has changed then
   */
  g_signal_new_class_handler ("start", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (gst_web_audio_scheduled_source_start), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 1, G_TYPE_DOUBLE);
}

static void
gst_web_audio_scheduled_source_class_init (GstWebAudioScheduledSourceClass *
    klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  object_class->set_property = gst_web_audio_scheduled_source_set_property;
  object_class->get_property = gst_web_audio_scheduled_source_get_property;

  /**
   * GstWebAudioScheduledSource:start:
   *
   * When the source starts, in nanoseconds of graph time; %GST_CLOCK_TIME_NONE
   * for not at all, so that the start signal has something to start.
   */
  g_object_class_install_property (object_class, PROP_START,
      g_param_spec_uint64 ("start", "Start",
          "Graph time at which the source starts, in ns (-1 = never)",
          0, G_MAXUINT64, 0, flags));
  /**
   * GstWebAudioScheduledSource:stop:
   *
   * When the source stops, in nanoseconds of graph time; 0 or
   * %GST_CLOCK_TIME_NONE for never.
   */
  g_object_class_install_property (object_class, PROP_STOP,
      g_param_spec_uint64 ("stop", "Stop",
          "Graph time at which the source stops, in ns (0 or -1 = never)",
          0, G_MAXUINT64, G_MAXUINT64, flags));
  install_signals (G_TYPE_FROM_CLASS (klass));

  node_class->process = gst_web_audio_scheduled_source_process;
  node_class->locate = gst_web_audio_scheduled_source_locate;
  node_class->end = gst_web_audio_scheduled_source_end;
  node_class->begin = gst_web_audio_scheduled_source_begin;
  gst_web_audio_node_class_add_output (node_class);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_SCHEDULED_SOURCE, 0);
}

static void
gst_web_audio_scheduled_source_init (GstWebAudioScheduledSource * source)
{
  source->start = 0;
  source->stop = NEVER;
}
