/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-delay
 * @title: delay
 * @see_also: delaywriter, delayreader, audioecho
 *
 * The DelayNode of Web Audio: what goes in comes out #GstWebAudioDelay:delay-time
 * later. The time may move, and be modulated, from frame to frame: chorus,
 * flanger, vibrato. For feedback see #delaywriter.
 * https://webaudio.github.io/web-audio-api/#DelayNode
 *
 * A chorus:
 * |[
 * gst-launch-1.0 oscillator type=triangle stop=4000000000 name=tone ! gain gain=0.4 name=mix ! autoaudiosink oscillator frequency=0.7 stop=4000000000 ! gain gain=0.004 ! chorus.delay-time_0 tone. ! delay name=chorus delay-time=0.02 ! mix.
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../dsp/delay.h"
#include "../graph/graph.h"
#include "../graph/param.h"
#include "delay.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

enum
{
  PROP_0,
  PROP_MAX_DELAY_TIME
};

enum
{
  PARAM_DELAY_TIME
};

struct _GstWebAudioDelay
{
  GstWebAudioNode parent;

  gdouble max_delay_time;       /* seconds; object lock */
  WebAudioDelay *line;          /* graph's lock */
};

G_DEFINE_TYPE (GstWebAudioDelay, gst_web_audio_delay, GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (delay, "delay", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_DELAY);

/* Rendering */

static void
gst_web_audio_delay_prepare (GstWebAudioNode * node, gint rate)
{
  GstWebAudioDelay *self = GST_WEB_AUDIO_DELAY (node);
  gdouble seconds;

  GST_OBJECT_LOCK (self);
  seconds = self->max_delay_time;
  GST_OBJECT_UNLOCK (self);
  webaudio_delay_free (self->line);
  self->line = webaudio_delay_new (seconds * rate, node->graph->block_size);
}

static void
gst_web_audio_delay_locate (GstWebAudioNode * node, guint64 from, guint64 to)
{
  if (from == GST_BUFFER_OFFSET_NONE)
    webaudio_delay_reset (GST_WEB_AUDIO_DELAY (node)->line);
}

static WebAudioInterpretation
get_interpretation (GstWebAudioNode * node)
{
  WebAudioInterpretation interpretation;

  GST_OBJECT_LOCK (node);
  interpretation = (WebAudioInterpretation) node->channel_interpretation;
  GST_OBJECT_UNLOCK (node);
  return interpretation;
}

static void
write_block (GstWebAudioDelay * self, guint64 frame,
    const GstWebAudioBlock * block, WebAudioInterpretation interpretation)
{
  const gfloat *planes[GST_WEB_AUDIO_MAX_CHANNELS];
  guint c;

  for (c = 0; c < block->channels; c++)
    planes[c] = gst_web_audio_block_plane (block, c);
  webaudio_delay_write (self->line, frame, block->silent ? NULL : planes,
      block->channels, interpretation, block->frames);
}

static void
read_block (GstWebAudioDelay * self, const WebAudioDelayReading * reading,
    GstWebAudioBlock * block)
{
  gfloat *planes[GST_WEB_AUDIO_MAX_CHANNELS];
  guint c;

  for (c = 0; c < block->channels; c++)
    planes[c] = gst_web_audio_block_plane (block, c);
  webaudio_delay_read (self->line, reading, planes);
}

static GstFlowReturn
gst_web_audio_delay_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioDelay *self = GST_WEB_AUDIO_DELAY (node);
  WebAudioDelayReading reading = { frame, block->frames, NULL, 0,
    node->graph->rate, 0
  };
  GstWebAudioBlock result = *block;
  bool silent;
  guint channels;

  reading.seconds =
      gst_web_audio_param_values (gst_web_audio_node_get_param (node,
          PARAM_DELAY_TIME), frame, block->frames, &reading.constant);
  write_block (self, frame, block, get_interpretation (node));
  channels = webaudio_delay_survey (self->line, &reading, &silent);
  if (channels == block->channels && ((silent && block->silent)
          || (!reading.seconds && reading.constant == 0)))
    return GST_FLOW_OK;
  if ((silent || channels != block->channels
          || !gst_web_audio_block_is_writable (block))
      && !gst_web_audio_node_acquire (node, &result, channels, frame,
          block->frames, silent))
    return GST_FLOW_ERROR;
  if (!silent)
    read_block (self, &reading, &result);
  if (result.buffer != block->buffer)
    gst_web_audio_block_clear (block);
  *block = result;
  return GST_FLOW_OK;
}

/* What a delay-time that moves no more cannot reach any longer is past. */
static gboolean
gst_web_audio_delay_at_rest (GstWebAudioNode * node)
{
  GstWebAudioDelay *self = GST_WEB_AUDIO_DELAY (node);
  gdouble seconds;

  if (!node->prepared)
    return TRUE;
  if (!gst_web_audio_param_is_constant (gst_web_audio_node_get_param (node,
              PARAM_DELAY_TIME), node->position, G_MAXUINT64, &seconds))
    seconds = GST_WEB_AUDIO_DELAY_LIMIT;
  return webaudio_delay_is_over (self->line, node->position,
      seconds * node->graph->rate);
}

/* Properties */

/*
 * gst_web_audio_delay_max_delay_time:
 *
 * Returns: (transfer full): the property max-delay-time
 */
GParamSpec *
gst_web_audio_delay_max_delay_time (void)
{
  return g_param_spec_double ("max-delay-time", "Maximum delay time",
      "Longest delay-time in seconds, more than 0 and less than 180", 0,
      GST_WEB_AUDIO_DELAY_LIMIT, GST_WEB_AUDIO_DELAY_DEFAULT,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
}

/*
 * gst_web_audio_delay_set_max_delay_time:
 * @max_delay_time: (inout): the property of @element, under its object lock
 *
 * Returns: whether the spec permits the value, and the state that it is set
 */
gboolean
gst_web_audio_delay_set_max_delay_time (GstElement * element,
    gdouble * max_delay_time, const GValue * value)
{
  gdouble seconds = g_value_get_double (value);
  const gchar *refusal = NULL;

  GST_OBJECT_LOCK (element);
  if (!(seconds > 0 && seconds < GST_WEB_AUDIO_DELAY_LIMIT))
    refusal = "NotSupportedError: must be more than 0 and less than 180";
  else if (GST_STATE (element) > GST_STATE_READY)
    refusal = "InvalidStateError: can be set in NULL and READY";
  else
    *max_delay_time = seconds;
  GST_OBJECT_UNLOCK (element);
  if (refusal)
    GST_WARNING_OBJECT (element, "max-delay-time: %s", refusal);
  return !refusal;
}

static void
gst_web_audio_delay_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioDelay *self = GST_WEB_AUDIO_DELAY (object);

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
gst_web_audio_delay_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstWebAudioDelay *self = GST_WEB_AUDIO_DELAY (object);

  switch (id) {
    case PROP_MAX_DELAY_TIME:
      GST_OBJECT_LOCK (self);
      g_value_set_double (value, self->max_delay_time);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_delay_finalize (GObject * object)
{
  webaudio_delay_free (GST_WEB_AUDIO_DELAY (object)->line);
  G_OBJECT_CLASS (gst_web_audio_delay_parent_class)->finalize (object);
}

static void
gst_web_audio_delay_class_init (GstWebAudioDelayClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  object_class->set_property = gst_web_audio_delay_set_property;
  object_class->get_property = gst_web_audio_delay_get_property;
  object_class->finalize = gst_web_audio_delay_finalize;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Delay", "Filter/Effect/Audio",
      "Delivers its input later, by a time that may move (Web Audio DelayNode)",
      "The gst-webaudio authors");
  node_class->prepare = gst_web_audio_delay_prepare;
  node_class->locate = gst_web_audio_delay_locate;
  node_class->process = gst_web_audio_delay_process;
  node_class->at_rest = gst_web_audio_delay_at_rest;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
  /**
   * GstWebAudioDelay:max-delay-time:
   *
   * The longest #GstWebAudioDelay:delay-time in seconds, for which the memory
   * is taken.
   * https://webaudio.github.io/web-audio-api/#dom-delayoptions-maxdelaytime
   */
  g_object_class_install_property (object_class, PROP_MAX_DELAY_TIME,
      gst_web_audio_delay_max_delay_time ());
  /**
   * GstWebAudioDelay:delay-time:
   *
   * How much later in seconds the input comes out, up to
   * #GstWebAudioDelay:max-delay-time. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-delaynode-delaytime
   */
  gst_web_audio_node_class_add_param (node_class, "delay-time", "Delay time",
      "How much later the input comes out, in seconds", 0,
      GST_WEB_AUDIO_DELAY_LIMIT, 0, 0);
}

static void
gst_web_audio_delay_init (GstWebAudioDelay * self)
{
  self->max_delay_time = GST_WEB_AUDIO_DELAY_DEFAULT;
}
