/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-channelmerger
 * @title: channelmerger
 * @see_also: channelsplitter, interleave
 *
 * The ChannelMergerNode of Web Audio: what is linked to `sink_0`, mixed to
 * mono, becomes the first channel of its output, and so on. Channels that
 * nothing is linked to are silent.
 * https://webaudio.github.io/web-audio-api/#ChannelMergerNode
 *
 * |[
 * gst-launch-1.0 oscillator frequency=440 stop=2000000000 ! merge.sink_0  oscillator frequency=660 stop=2000000000 ! merge.sink_1  channelmerger name=merge number-of-inputs=2 ! gain gain=0.3 ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "channelmerger.h"

#define DEFAULT_INPUTS 6

enum
{
  PROP_NUMBER_OF_INPUTS = GST_WEB_AUDIO_NODE_LAST_PROPERTY + 1
};

struct _GstWebAudioChannelMerger
{
  GstWebAudioNode parent;
};

G_DEFINE_TYPE (GstWebAudioChannelMerger, gst_web_audio_channel_merger,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (channelmerger, "channelmerger", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_CHANNEL_MERGER);

/* Each input has become a channel already. */
static GstFlowReturn
gst_web_audio_channel_merger_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  return GST_FLOW_OK;
}

static const gchar *
gst_web_audio_channel_merger_check_mixing (GstWebAudioNode * node,
    guint count, GstWebAudioChannelCountMode mode,
    GstWebAudioChannelInterpretation interpretation)
{
  if (count != 1)
    return "InvalidStateError: is always 1";
  if (mode != GST_WEB_AUDIO_CHANNEL_COUNT_MODE_EXPLICIT)
    return "InvalidStateError: is always explicit";
  return NULL;
}

static void
set_number_of_inputs (GstWebAudioNode * node, guint count)
{
  if (!gst_web_audio_node_set_ports (node, GST_PAD_SINK, count))
    GST_WARNING_OBJECT (node, "number-of-inputs: InvalidStateError: there is "
        "a pad of a higher number than %u has", count);
}

static void
gst_web_audio_channel_merger_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  switch (id) {
    case PROP_NUMBER_OF_INPUTS:
      set_number_of_inputs (GST_WEB_AUDIO_NODE (object),
          g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_channel_merger_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  switch (id) {
    case PROP_NUMBER_OF_INPUTS:
      g_value_set_uint (value, GST_WEB_AUDIO_NODE (object)->n_ports);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_channel_merger_class_init (GstWebAudioChannelMergerClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  object_class->set_property = gst_web_audio_channel_merger_set_property;
  object_class->get_property = gst_web_audio_channel_merger_get_property;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Channel merger", "Filter/Converter/Audio",
      "Makes each input a channel (Web Audio ChannelMergerNode)",
      "The gst-webaudio authors");
  node_class->process = gst_web_audio_channel_merger_process;
  node_class->check_mixing = gst_web_audio_channel_merger_check_mixing;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_ports (node_class, GST_PAD_SINK);
  /**
   * GstWebAudioChannelMerger:number-of-inputs:
   *
   * How many inputs there are, `sink_0` the first, and channels at the output;
   * a further connection into input 0 is `sink_0_1` and so on. It cannot become
   * less than what a pad needs.
   * https://webaudio.github.io/web-audio-api/#dom-channelmergeroptions-numberofinputs
   */
  g_object_class_install_property (object_class, PROP_NUMBER_OF_INPUTS,
      g_param_spec_uint ("number-of-inputs", "Number of inputs",
          "Inputs sink_%u, each a channel of the output", 1,
          GST_WEB_AUDIO_MAX_CHANNELS, DEFAULT_INPUTS,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_READY));
}

static void
gst_web_audio_channel_merger_init (GstWebAudioChannelMerger * self)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);

  node->channel_count = 1;
  node->channel_count_mode = GST_WEB_AUDIO_CHANNEL_COUNT_MODE_EXPLICIT;
  set_number_of_inputs (node, DEFAULT_INPUTS);
}
