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

enum
{
  PARAM_GAIN
};

struct _GstWebAudioGain
{
  GstWebAudioNode parent;
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
multiply_by_each (const GstWebAudioBlock * from, GstWebAudioBlock * to,
    const gdouble * values)
{
  gfloat gains[GST_WEB_AUDIO_QUANTUM];
  guint done, count, i, c;

  for (done = 0; done < to->frames; done += count) {
    count = MIN (to->frames - done, GST_WEB_AUDIO_QUANTUM);
    for (i = 0; i < count; i++)
      gains[i] = (gfloat) values[done + i];
    for (c = 0; c < to->channels; c++)
      webaudio_vector_multiply (gst_web_audio_block_plane (to, c) + done,
          gst_web_audio_block_plane (from, c) + done, gains, count);
  }
}

static GstFlowReturn
gst_web_audio_gain_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  gdouble gain;
  const gdouble *gains =
      gst_web_audio_param_values (gst_web_audio_node_get_param (node,
          PARAM_GAIN), frame, block->frames, &gain);
  gboolean silent = !gains && gain == 0.0;
  GstWebAudioBlock result = *block;

  if (block->silent || (!gains && gain == 1.0))
    return GST_FLOW_OK;
  if ((silent || !gst_web_audio_block_is_writable (block))
      && !gst_web_audio_node_acquire (node, &result, block->channels, frame,
          block->frames, silent))
    return GST_FLOW_ERROR;
  if (gains)
    multiply_by_each (block, &result, gains);
  else if (!silent)
    multiply (block, &result, (gfloat) gain);
  if (result.buffer != block->buffer)
    gst_web_audio_block_clear (block);
  *block = result;
  return GST_FLOW_OK;
}

static void
gst_web_audio_gain_class_init (GstWebAudioGainClass * klass)
{
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Gain", "Filter/Effect/Audio",
      "Mixes its connections and multiplies them (Web Audio GainNode)",
      "The gst-webaudio authors");
  node_class->process = gst_web_audio_gain_process;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
  /**
   * GstWebAudioGain:gain:
   *
   * The factor; it takes effect at once, not faded. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-gainnode-gain
   */
  gst_web_audio_node_class_add_param (node_class, "gain", "Gain",
      "Factor that the input is multiplied by", -G_MAXFLOAT, G_MAXFLOAT, 1, 0);
}

static void
gst_web_audio_gain_init (GstWebAudioGain * self)
{
}
