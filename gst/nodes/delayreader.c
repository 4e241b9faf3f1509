/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-delayreader
 * @title: delayreader
 * @see_also: delaywriter, delay
 *
 * One half of a DelayNode in a cycle, the spec's DelayReader: a source of what
 * the #delaywriter of the same #GstWebAudioDelayEnd:line was given
 * #GstWebAudioDelayReader:delay-time ago. Several readers of one line are its
 * taps.
 * https://webaudio.github.io/web-audio-api/#DelayNode
 *
 * |[
 * gst-launch-1.0 oscillator stop=200000000 ! echo. gain name=echo ! autoaudiosink echo. ! delaywriter line=a delayreader line=a delay-time=0.25 ! gain gain=0.6 ! echo.
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../graph/bond.h"
#include "../graph/graph.h"
#include "../graph/param.h"
#include "delay.h"
#include "delayreader.h"
#include "delaywriter.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

enum
{
  PARAM_DELAY_TIME
};

struct _GstWebAudioDelayReader
{
  GstWebAudioDelayEnd parent;

  /* since READY; graph's lock */
  gboolean found;               /* a writer */
  gboolean missed;              /* one, which was said */
};

G_DEFINE_TYPE (GstWebAudioDelayReader, gst_web_audio_delay_reader,
    GST_TYPE_WEB_AUDIO_DELAY_END);
GST_ELEMENT_REGISTER_DEFINE (delayreader, "delayreader", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_DELAY_READER);

static GstWebAudioNode *
gst_web_audio_delay_reader_get_origin (GstWebAudioNode * node)
{
  return gst_web_audio_bond_find (node, GST_TYPE_WEB_AUDIO_DELAY_WRITER, 0);
}

/* What can be read now, or NULL where that is silence. */
static const WebAudioDelay *
get_line (GstWebAudioNode * node)
{
  GstWebAudioNode *writer = gst_web_audio_delay_reader_get_origin (node);

  return writer ? gst_web_audio_delay_writer_get
      (GST_WEB_AUDIO_DELAY_WRITER (writer)) : NULL;
}

static void
post_missing (gpointer reader)
{
  gchar *line = gst_web_audio_delay_end_get_line (reader);

  GST_ELEMENT_ERROR (reader, RESOURCE, NOT_FOUND,
      ("There is no delaywriter with line=\"%s\" in the pipeline.", line),
      ("a writer must be there, and in READY, when its reader begins"));
  g_free (line);
}

/* Whether there is somebody to read from, or was. */
static gboolean
check_writer (GstWebAudioDelayReader * self)
{
  gboolean is_there =
      gst_web_audio_delay_reader_get_origin (GST_WEB_AUDIO_NODE (self)) != NULL;

  self->found |= is_there;
  if (!self->found && !self->missed)
    gst_web_audio_defer (post_missing, self);
  self->missed = !self->found;
  return self->found;
}

static void
read_block (const WebAudioDelay * line, const WebAudioDelayReading * reading,
    GstWebAudioBlock * block)
{
  gfloat *planes[GST_WEB_AUDIO_MAX_CHANNELS];
  guint c;

  for (c = 0; c < block->channels; c++)
    planes[c] = gst_web_audio_block_plane (block, c);
  webaudio_delay_read (line, reading, planes);
}

/* Whether a delay-time that moves no more can reach any sound in the line. */
static gboolean
gst_web_audio_delay_reader_at_rest (GstWebAudioNode * node)
{
  const WebAudioDelay *line = get_line (node);
  gdouble seconds, frames;

  if (!line)
    return TRUE;
  if (!gst_web_audio_param_is_constant (gst_web_audio_node_get_param (node,
              PARAM_DELAY_TIME), node->position, G_MAXUINT64, &seconds))
    seconds = GST_WEB_AUDIO_DELAY_LIMIT;
  frames = seconds * node->graph->rate;
  return webaudio_delay_is_over (line, node->position,
      MAX (frames, GST_WEB_AUDIO_QUANTUM));
}

static gboolean
has_ended (GstWebAudioNode * node)
{
  GstWebAudioNode *writer = gst_web_audio_delay_reader_get_origin (node);

  return writer && gst_web_audio_delay_writer_is_over
      (GST_WEB_AUDIO_DELAY_WRITER (writer))
      && gst_web_audio_delay_reader_at_rest (node);
}

static GstFlowReturn
gst_web_audio_delay_reader_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  const WebAudioDelay *line = get_line (node);
  /* a delay-time that has just been set counts from the next block on where
   * this one is longer */
  WebAudioDelayReading reading = { frame, block->frames, NULL, 0,
    node->graph->rate, MAX (block->frames, GST_WEB_AUDIO_QUANTUM)
  };
  bool silent = true;
  guint channels = 1;

  if (!check_writer (GST_WEB_AUDIO_DELAY_READER (node)))
    return GST_FLOW_CUSTOM_ERROR;
  reading.seconds =
      gst_web_audio_param_values (gst_web_audio_node_get_param (node,
          PARAM_DELAY_TIME), frame, block->frames, &reading.constant);
  if (has_ended (node))
    return GST_FLOW_EOS;
  if (line)
    channels = webaudio_delay_survey (line, &reading, &silent);
  if (!gst_web_audio_node_acquire (node, block, channels, frame, block->frames,
          silent))
    return GST_FLOW_ERROR;
  if (!silent)
    read_block (line, &reading, block);
  return GST_FLOW_OK;
}

/* No more than what was written before the block can be read in it. */
static guint
gst_web_audio_delay_reader_max_block (GstWebAudioNode * node)
{
  GstWebAudioNode *writer = gst_web_audio_delay_reader_get_origin (node);
  gdouble seconds, longest;

  if (!writer || node->graph->rate == 0
      || !gst_web_audio_param_is_constant (gst_web_audio_node_get_param (node,
              PARAM_DELAY_TIME), node->position, node->graph->block_size,
          &seconds))
    return GST_WEB_AUDIO_QUANTUM;
  longest = gst_web_audio_delay_writer_get_max_delay_time
      (GST_WEB_AUDIO_DELAY_WRITER (writer));
  return MAX (MIN (seconds, longest) * node->graph->rate,
      GST_WEB_AUDIO_QUANTUM);
}

static GstStateChangeReturn
gst_web_audio_delay_reader_change_state (GstElement * element,
    GstStateChange transition)
{
  GstStateChangeReturn result =
      GST_ELEMENT_CLASS (gst_web_audio_delay_reader_parent_class)->change_state
      (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    GstWebAudioGraph *graph =
        gst_web_audio_graph_lock (GST_WEB_AUDIO_NODE (element));

    GST_WEB_AUDIO_DELAY_READER (element)->found = FALSE;
    GST_WEB_AUDIO_DELAY_READER (element)->missed = FALSE;
    gst_web_audio_graph_unlock (graph);
  }
  return result;
}

static void
gst_web_audio_delay_reader_class_init (GstWebAudioDelayReaderClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_delay_reader_change_state);
  gst_element_class_set_static_metadata (element_class,
      "Delay reader", "Source/Effect/Audio",
      "Delivers what a delaywriter was given: feedback (Web Audio DelayNode)",
      "The gst-webaudio authors");
  node_class->process = gst_web_audio_delay_reader_process;
  node_class->at_rest = gst_web_audio_delay_reader_at_rest;
  node_class->get_origin = gst_web_audio_delay_reader_get_origin;
  node_class->max_block = gst_web_audio_delay_reader_max_block;
  /* so that the writer is never ahead of one who is asked later */
  node_class->turn = GST_WEB_AUDIO_TURN_FIRST;
  gst_web_audio_node_class_add_output (node_class);
  /**
   * GstWebAudioDelayReader:delay-time:
   *
   * How long ago in seconds the line was given what is delivered, at least 128
   * frames, at most the #GstWebAudioDelayWriter:max-delay-time of the line. An
   * AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-delaynode-delaytime
   */
  gst_web_audio_node_class_add_param (node_class, "delay-time", "Delay time",
      "How long ago the line was given what is delivered, in seconds", 0,
      GST_WEB_AUDIO_DELAY_LIMIT, 0, 0);
}

static void
gst_web_audio_delay_reader_init (GstWebAudioDelayReader * self)
{
}
