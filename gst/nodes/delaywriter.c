/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-delaywriter
 * @title: delaywriter
 * @see_also: delayreader, delay
 *
 * One half of a DelayNode in a cycle, the spec's DelayWriter: it keeps what it
 * is given, and a #delayreader whose #GstWebAudioDelayEnd:line has the same name
 * delivers it later. So a feedback loop consists of links without a cycle.
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
#include "../graph/ending.h"
#include "../graph/graph.h"
#include "delay.h"
#include "delaywriter.h"

enum
{
  PROP_MAX_DELAY_TIME = GST_WEB_AUDIO_DELAY_END_NEXT_PROPERTY
};

struct _GstWebAudioDelayWriter
{
  GstWebAudioDelayEnd parent;

  gdouble max_delay_time;       /* seconds; object lock */

  /* graph's lock */
  WebAudioDelay *line;
  GstWebAudioEnding ending;     /* before the block that is being rendered */
};

G_DEFINE_TYPE (GstWebAudioDelayWriter, gst_web_audio_delay_writer,
    GST_TYPE_WEB_AUDIO_DELAY_END);
GST_ELEMENT_REGISTER_DEFINE (delaywriter, "delaywriter", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_DELAY_WRITER);

/* For readers */

/*
 * gst_web_audio_delay_writer_get:
 *
 * Returns: (transfer none) (nullable): what has been written, %NULL for nothing
 *     yet. Needs the graph's lock.
 */
const WebAudioDelay *
gst_web_audio_delay_writer_get (GstWebAudioDelayWriter * writer)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (writer);

  return node->prepared && node->rendered ? writer->line : NULL;
}

/*
 * gst_web_audio_delay_writer_get_max_delay_time:
 *
 * Returns: the longest delay in seconds that the line will be read with
 */
gdouble
gst_web_audio_delay_writer_get_max_delay_time (GstWebAudioDelayWriter * writer)
{
  gdouble seconds;

  GST_OBJECT_LOCK (writer);
  seconds = writer->max_delay_time;
  GST_OBJECT_UNLOCK (writer);
  return seconds;
}

/*
 * gst_web_audio_delay_writer_is_over:
 *
 * Returns: whether nothing but silence will be written any more. Needs the
 *     graph's lock.
 */
gboolean
gst_web_audio_delay_writer_is_over (GstWebAudioDelayWriter * writer)
{
  return writer->ending == GST_WEB_AUDIO_ENDING_OVER;
}

/* Rendering */

static void
gst_web_audio_delay_writer_prepare (GstWebAudioNode * node, gint rate)
{
  GstWebAudioDelayWriter *self = GST_WEB_AUDIO_DELAY_WRITER (node);
  gdouble seconds = gst_web_audio_delay_writer_get_max_delay_time (self);

  webaudio_delay_free (self->line);
  self->line = webaudio_delay_new (MAX (seconds * rate, GST_WEB_AUDIO_QUANTUM),
      node->graph->block_size);
}

static void
gst_web_audio_delay_writer_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  if (from == GST_BUFFER_OFFSET_NONE)
    webaudio_delay_reset (GST_WEB_AUDIO_DELAY_WRITER (node)->line);
}

static GstFlowReturn
gst_web_audio_delay_writer_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioDelayWriter *self = GST_WEB_AUDIO_DELAY_WRITER (node);
  const gfloat *planes[GST_WEB_AUDIO_MAX_CHANNELS];
  WebAudioInterpretation interpretation;
  guint c;

  GST_OBJECT_LOCK (self);
  interpretation = (WebAudioInterpretation) node->channel_interpretation;
  GST_OBJECT_UNLOCK (self);
  for (c = 0; c < block->channels; c++)
    planes[c] = gst_web_audio_block_plane (block, c);
  webaudio_delay_feed (self->line, frame, block->silent ? NULL : planes,
      block->channels, interpretation, block->frames,
      self->ending != GST_WEB_AUDIO_ENDING_NONE);
  return GST_FLOW_OK;
}

/* A loop ends at a quantum. */
static guint
gst_web_audio_delay_writer_max_block (GstWebAudioNode * node)
{
  GstWebAudioDelayWriter *self = GST_WEB_AUDIO_DELAY_WRITER (node);

  self->ending = gst_web_audio_ending_find (node);
  return self->ending == GST_WEB_AUDIO_ENDING_NONE ? 0 : GST_WEB_AUDIO_QUANTUM;
}

/* States */

static gboolean
is_alone (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  gboolean alone = !gst_web_audio_bond_find (node,
      GST_TYPE_WEB_AUDIO_DELAY_WRITER, 0);

  gst_web_audio_graph_unlock (graph);
  return alone;
}

static void
post_twice (GstWebAudioDelayWriter * self)
{
  gchar *line = gst_web_audio_delay_end_get_line (self);

  GST_ELEMENT_ERROR (self, RESOURCE, BUSY,
      ("There is more than one delaywriter with line=\"%s\".", line),
      ("each needs a name of its own; what goes into one line is mixed at the "
          "pads of its writer"));
  g_free (line);
}

static GstStateChangeReturn
gst_web_audio_delay_writer_change_state (GstElement * element,
    GstStateChange transition)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (element);
  GstStateChangeReturn result;

  /* it may have got another name in READY */
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !is_alone (node)) {
    post_twice (GST_WEB_AUDIO_DELAY_WRITER (element));
    return GST_STATE_CHANGE_FAILURE;
  }
  result =
      GST_ELEMENT_CLASS (gst_web_audio_delay_writer_parent_class)->change_state
      (element, transition);
  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && result != GST_STATE_CHANGE_FAILURE && !is_alone (node)) {
    gst_web_audio_bond_leave (node);
    post_twice (GST_WEB_AUDIO_DELAY_WRITER (element));
    return GST_STATE_CHANGE_FAILURE;
  }
  return result;
}

/* The object */

static void
gst_web_audio_delay_writer_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioDelayWriter *self = GST_WEB_AUDIO_DELAY_WRITER (object);

  switch (id) {
    case PROP_MAX_DELAY_TIME:
      gst_web_audio_delay_set_max_delay_time (GST_ELEMENT (self),
          &self->max_delay_time, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_delay_writer_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioDelayWriter *self = GST_WEB_AUDIO_DELAY_WRITER (object);

  switch (id) {
    case PROP_MAX_DELAY_TIME:
      g_value_set_double (value,
          gst_web_audio_delay_writer_get_max_delay_time (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_delay_writer_finalize (GObject * object)
{
  webaudio_delay_free (GST_WEB_AUDIO_DELAY_WRITER (object)->line);
  G_OBJECT_CLASS (gst_web_audio_delay_writer_parent_class)->finalize (object);
}

static void
gst_web_audio_delay_writer_class_init (GstWebAudioDelayWriterClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  object_class->set_property = gst_web_audio_delay_writer_set_property;
  object_class->get_property = gst_web_audio_delay_writer_get_property;
  object_class->finalize = gst_web_audio_delay_writer_finalize;
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_delay_writer_change_state);
  gst_element_class_set_static_metadata (element_class,
      "Delay writer", "Sink/Effect/Audio",
      "Keeps its input for delayreaders: feedback (Web Audio DelayNode)",
      "The gst-webaudio authors");
  node_class->prepare = gst_web_audio_delay_writer_prepare;
  node_class->locate = gst_web_audio_delay_writer_locate;
  node_class->process = gst_web_audio_delay_writer_process;
  node_class->max_block = gst_web_audio_delay_writer_max_block;
  node_class->turn = GST_WEB_AUDIO_TURN_LAST;
  gst_web_audio_node_class_add_input (node_class);
  /**
   * GstWebAudioDelayWriter:max-delay-time:
   *
   * The longest delay in seconds that the line can be read with, for which the
   * memory is taken.
   * https://webaudio.github.io/web-audio-api/#dom-delayoptions-maxdelaytime
   */
  g_object_class_install_property (object_class, PROP_MAX_DELAY_TIME,
      gst_web_audio_delay_max_delay_time ());
}

static void
gst_web_audio_delay_writer_init (GstWebAudioDelayWriter * self)
{
  self->max_delay_time = GST_WEB_AUDIO_DELAY_DEFAULT;
}
