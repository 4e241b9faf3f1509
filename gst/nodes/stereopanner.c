/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-stereopanner
 * @title: stereopanner
 * @see_also: panner, audiopanorama
 *
 * The StereoPannerNode of Web Audio: places its input between the left and the
 * right loudspeaker, with equal power wherever that is.
 * https://webaudio.github.io/web-audio-api/#StereoPannerNode
 *
 * |[
 * gst-launch-1.0 oscillator stop=2000000000 ! stereopanner pan=-0.5 ! autoaudiosink
 * ]|
 *
 * From the left to the right within two seconds:
 * |[
 * gst-launch-1.0 oscillator stop=2000000000 ! stereopanner pan::automation="setValueAtTime(-1, 0) linearRampToValueAtTime(1, 2)" ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../dsp/stereopanner.h"
#include "../graph/param.h"
#include "stereopanner.h"

enum
{
  PARAM_PAN
};

struct _GstWebAudioStereoPanner
{
  GstWebAudioNode parent;
};

G_DEFINE_TYPE (GstWebAudioStereoPanner, gst_web_audio_stereo_panner,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (stereopanner, "stereopanner", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_STEREO_PANNER);

static GstFlowReturn
gst_web_audio_stereo_panner_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  gdouble pan;
  const gdouble *pans =
      gst_web_audio_param_values (gst_web_audio_node_get_param (node,
          PARAM_PAN), frame, block->frames, &pan);
  GstWebAudioBlock result;

  if (!gst_web_audio_node_acquire_result (node, block, 2, frame, &result))
    return GST_FLOW_ERROR;
  if (!block->silent) {
    const gfloat *in[] = { gst_web_audio_block_plane (block, 0),
      gst_web_audio_block_plane (block, block->channels - 1)
    };
    gfloat *const out[] = { gst_web_audio_block_plane (&result, 0),
      gst_web_audio_block_plane (&result, 1)
    };

    if (pans)
      webaudio_pan_varying (out, in, block->channels, pans, NULL,
          block->frames);
    else
      webaudio_pan (out, in, block->channels, pan, 1, block->frames);
  }
  if (result.buffer != block->buffer)
    gst_web_audio_block_clear (block);
  *block = result;
  return GST_FLOW_OK;
}

static void
gst_web_audio_stereo_panner_class_init (GstWebAudioStereoPannerClass * klass)
{
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Stereo panner", "Filter/Effect/Audio",
      "Places its input between left and right (Web Audio StereoPannerNode)",
      "The gst-webaudio authors");
  node_class->process = gst_web_audio_stereo_panner_process;
  node_class->max_channels = 2;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
  /**
   * GstWebAudioStereoPanner:pan:
   *
   * Where the input is heard: -1 is left, 0 the middle, 1 right. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-stereopannernode-pan
   */
  gst_web_audio_node_class_add_param (node_class, "pan", "Pan",
      "Where the input is heard, from -1 (left) to 1 (right)", -1, 1, 0, 0);
}

static void
gst_web_audio_stereo_panner_init (GstWebAudioStereoPanner * self)
{
}
