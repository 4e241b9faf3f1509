/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-channelsplitter
 * @title: channelsplitter
 * @see_also: channelmerger, deinterleave
 *
 * The ChannelSplitterNode of Web Audio: each channel of its input at a pad of
 * its own, `src_0` the first. Channels that the input does not have are silent.
 * https://webaudio.github.io/web-audio-api/#ChannelSplitterNode
 *
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=100 ! audio/x-raw,channels=2 ! channelsplitter name=split  split.src_0 ! fakesink  split.src_1 ! fakesink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "channelsplitter.h"

#define DEFAULT_OUTPUTS 6

enum
{
  PROP_NUMBER_OF_OUTPUTS = GST_WEB_AUDIO_NODE_LAST_PROPERTY + 1
};

struct _GstWebAudioChannelSplitter
{
  GstWebAudioNode parent;
};

G_DEFINE_TYPE (GstWebAudioChannelSplitter, gst_web_audio_channel_splitter,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (channelsplitter, "channelsplitter", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_CHANNEL_SPLITTER);

/* The input is mixed to the number of outputs already, and each of these takes
 * its channel. */
static GstFlowReturn
gst_web_audio_channel_splitter_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  return GST_FLOW_OK;
}

static const gchar *
gst_web_audio_channel_splitter_check_mixing (GstWebAudioNode * node,
    guint count, GstWebAudioChannelCountMode mode,
    GstWebAudioChannelInterpretation interpretation)
{
  if (count != node->n_out_ports)
    return "InvalidStateError: is the number of outputs";
  if (mode != GST_WEB_AUDIO_CHANNEL_COUNT_MODE_EXPLICIT)
    return "InvalidStateError: is always explicit";
  if (interpretation != GST_WEB_AUDIO_CHANNEL_INTERPRETATION_DISCRETE)
    return "InvalidStateError: is always discrete";
  return NULL;
}

static void
set_number_of_outputs (GstWebAudioNode * node, guint count)
{
  if (!gst_web_audio_node_set_ports (node, GST_PAD_SRC, count)) {
    GST_WARNING_OBJECT (node, "number-of-outputs: InvalidStateError: there is "
        "a pad of a higher number than %u has", count);
    return;
  }
  GST_OBJECT_LOCK (node);
  node->channel_count = count;
  g_atomic_int_set (&node->mixing_changed, TRUE);
  GST_OBJECT_UNLOCK (node);
}

static void
gst_web_audio_channel_splitter_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  switch (id) {
    case PROP_NUMBER_OF_OUTPUTS:
      set_number_of_outputs (GST_WEB_AUDIO_NODE (object),
          g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_channel_splitter_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  switch (id) {
    case PROP_NUMBER_OF_OUTPUTS:
      g_value_set_uint (value, GST_WEB_AUDIO_NODE (object)->n_out_ports);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_channel_splitter_class_init (GstWebAudioChannelSplitterClass *
    klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  object_class->set_property = gst_web_audio_channel_splitter_set_property;
  object_class->get_property = gst_web_audio_channel_splitter_get_property;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Channel splitter", "Filter/Converter/Audio",
      "Delivers each channel on its own (Web Audio ChannelSplitterNode)",
      "The gst-webaudio authors");
  node_class->process = gst_web_audio_channel_splitter_process;
  node_class->check_mixing = gst_web_audio_channel_splitter_check_mixing;
  gst_web_audio_node_class_add_ports (node_class, GST_PAD_SRC);
  gst_web_audio_node_class_add_input (node_class);
  /**
   * GstWebAudioChannelSplitter:number-of-outputs:
   *
   * How many channels there is a pad `src_%u` for, from `src_0` on; a further
   * connection from output 0 is `src_0_1` and so on. It cannot become less than
   * what a pad needs. #GstWebAudioNode:channel-count is the same number.
   * https://webaudio.github.io/web-audio-api/#dom-channelsplitteroptions-numberofoutputs
   */
  g_object_class_install_property (object_class, PROP_NUMBER_OF_OUTPUTS,
      g_param_spec_uint ("number-of-outputs", "Number of outputs",
          "Channels that there is a pad src_%u for", 1,
          GST_WEB_AUDIO_MAX_CHANNELS, DEFAULT_OUTPUTS,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_READY));
}

static void
gst_web_audio_channel_splitter_init (GstWebAudioChannelSplitter * self)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);

  node->channel_count_mode = GST_WEB_AUDIO_CHANNEL_COUNT_MODE_EXPLICIT;
  node->channel_interpretation = GST_WEB_AUDIO_CHANNEL_INTERPRETATION_DISCRETE;
  set_number_of_outputs (node, DEFAULT_OUTPUTS);
}
