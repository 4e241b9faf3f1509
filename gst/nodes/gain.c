/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-gain
 * @title: gain
 * @see_also: mediastreamdest, volume
 *
 * The GainNode of Web Audio: multiplies its input, to which any number of
 * connections is summed, by #GstWebAudioGain:gain. It serves as volume control
 * and as mixer.
 * https://webaudio.github.io/web-audio-api/#GainNode
 *
 * |[
 * gst-launch-1.0 oscillator frequency=440 stop=2000000000 ! gain gain=0.25 ! autoaudiosink
 * ]|
 *
 * Two oscillators are mixed, each in both loudspeakers:
 * |[
 * gst-launch-1.0 oscillator frequency=440 stop=2000000000 ! mix. oscillator frequency=660 stop=2000000000 ! mix. gain name=mix gain=0.3 ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../dsp/vector.h"
#include "../graph/param.h"
#include "gain.h"

#define DEFAULT_GAIN 1.0

enum
{
  PROP_0,
  PROP_GAIN
};

struct _GstWebAudioGain
{
  GstWebAudioNode parent;

  gdouble gain;                 /* object lock */
};

G_DEFINE_TYPE (GstWebAudioGain, gst_web_audio_gain, GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (gain, "gain", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_GAIN);

static void
multiply (const GstWebAudioBlock * from, GstWebAudioBlock * to, gfloat gain)
{
  guint c;

  for (c = 0; c < to->channels; c++)
    webaudio_vector_scale (gst_web_audio_block_plane (to, c),
        gst_web_audio_block_plane (from, c), gain, to->frames);
}

static void
multiply_by_binding (GstWebAudioGain * self, GstControlBinding * binding,
    gdouble gain, guint64 frame, const GstWebAudioBlock * from,
    GstWebAudioBlock * to)
{
  gint rate = GST_WEB_AUDIO_NODE (self)->rate;
  gdouble values[GST_WEB_AUDIO_QUANTUM];
  gfloat gains[GST_WEB_AUDIO_QUANTUM];
  guint done, i, c;

  for (done = 0; done < to->frames; done += GST_WEB_AUDIO_QUANTUM) {
    guint count = MIN (to->frames - done, GST_WEB_AUDIO_QUANTUM);

    gst_web_audio_param_read (binding, gain, rate, frame + done, values, count);
    for (i = 0; i < count; i++)
      gains[i] = (gfloat) values[i];
    for (c = 0; c < to->channels; c++)
      webaudio_vector_multiply (gst_web_audio_block_plane (to, c) + done,
          gst_web_audio_block_plane (from, c) + done, gains, count);
  }
}

static GstFlowReturn
gst_web_audio_gain_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioGain *self = GST_WEB_AUDIO_GAIN (node);
  GstControlBinding *binding = gst_web_audio_param_get_binding (node, "gain");
  GstWebAudioBlock result = *block;
  GstFlowReturn flow = GST_FLOW_OK;
  gboolean silent;
  gdouble gain;

  GST_OBJECT_LOCK (self);
  gain = self->gain;
  GST_OBJECT_UNLOCK (self);
  if (block->silent || (!binding && gain == 1.0))
    goto done;
  silent = !binding && gain == 0.0;
  if ((silent || !gst_web_audio_block_is_writable (block))
      && !gst_web_audio_node_acquire (node, &result, block->channels, frame,
          block->frames, silent)) {
    flow = GST_FLOW_ERROR;
    goto done;
  }
  if (binding)
    multiply_by_binding (self, binding, gain, frame, block, &result);
  else if (!silent)
    multiply (block, &result, (gfloat) gain);
  if (result.buffer != block->buffer)
    gst_web_audio_block_clear (block);
  *block = result;

done:
  gst_clear_object (&binding);
  return flow;
}

static void
gst_web_audio_gain_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioGain *self = GST_WEB_AUDIO_GAIN (object);

  switch (id) {
    case PROP_GAIN:
      if (!gst_web_audio_param_is_valid (GST_WEB_AUDIO_NODE (self), "gain",
              g_value_get_double (value)))
        break;
      GST_OBJECT_LOCK (self);
      self->gain = g_value_get_double (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_gain_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstWebAudioGain *self = GST_WEB_AUDIO_GAIN (object);

  switch (id) {
    case PROP_GAIN:
      GST_OBJECT_LOCK (self);
      g_value_set_double (value, self->gain);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_gain_class_init (GstWebAudioGainClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  object_class->set_property = gst_web_audio_gain_set_property;
  object_class->get_property = gst_web_audio_gain_get_property;

  /**
   * GstWebAudioGain:gain:
   *
   * The factor; it takes effect at once, not faded. An AudioParam: a control
   * binding is followed frame by frame.
   * https://webaudio.github.io/web-audio-api/#dom-gainnode-gain
   */
  g_object_class_install_property (object_class, PROP_GAIN,
      g_param_spec_double ("gain", "Gain", "Factor that the input is "
          "multiplied by", -G_MAXFLOAT, G_MAXFLOAT, DEFAULT_GAIN,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_CONTROLLABLE |
          GST_PARAM_MUTABLE_PLAYING));

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Gain", "Filter/Effect/Audio",
      "Mixes its connections and multiplies them (Web Audio GainNode)",
      "The gst-webaudio authors");
  node_class->process = gst_web_audio_gain_process;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
}

static void
gst_web_audio_gain_init (GstWebAudioGain * self)
{
  self->gain = DEFAULT_GAIN;
}
