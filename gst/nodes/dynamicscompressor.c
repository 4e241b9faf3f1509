/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-dynamicscompressor
 * @title: dynamicscompressor
 * @see_also: gain, audiodynamic
 *
 * The DynamicsCompressorNode of Web Audio: lowers what is louder than a
 * threshold, and then raises all of it by a fixed make-up gain. It looks 6 ms
 * ahead, which is its latency.
 * https://webaudio.github.io/web-audio-api/#DynamicsCompressorNode
 *
 * |[
 * gst-launch-1.0 audiotestsrc wave=ticks num-buffers=200 ! dynamicscompressor threshold=-50 knee=40 ratio=12 attack=0 release=0.25 ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../dsp/dynamicscompressor.h"
#include "../graph/graph.h"
#include "../graph/param.h"
#include "dynamicscompressor.h"

/* Seconds after which nothing is left of what was before. */
#define LONGEST_MEMORY 10

enum
{
  PROP_0,
  PROP_REDUCTION
};

enum
{
  PARAM_THRESHOLD,
  PARAM_KNEE,
  PARAM_RATIO,
  PARAM_ATTACK,
  PARAM_RELEASE,
  N_PARAMS
};

struct _GstWebAudioDynamicsCompressor
{
  GstWebAudioNode parent;

  /* the rendering thread's */
  WebAudioCompressor *kernel;
  WebAudioCompressorSettings settings;  /* of the last quantum */

  /* object lock: the same where rendering is now, for those who ask */
  WebAudioCompressor *shown;
  WebAudioCompressorSettings shown_settings;
  guint64 shown_frame;
};

G_DEFINE_TYPE (GstWebAudioDynamicsCompressor, gst_web_audio_dynamics_compressor,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (dynamicscompressor, "dynamicscompressor",
    GST_RANK_NONE, GST_TYPE_WEB_AUDIO_DYNAMICS_COMPRESSOR);

/* Rendering */

/* The parameters of a block. */
typedef struct
{
  const gdouble *values[N_PARAMS];      /* of each frame, or NULL for one */
  gdouble value[N_PARAMS];
} Params;

static void
read_params (GstWebAudioNode * node, guint64 frame, guint n, Params * params)
{
  guint i;

  for (i = 0; i < N_PARAMS; i++)
    params->values[i] = gst_web_audio_param_values
        (gst_web_audio_node_get_param (node, i), frame, n, &params->value[i]);
}

static gdouble
param_at (const Params * params, guint i, guint at)
{
  return params->values[i] ? params->values[i][at] : params->value[i];
}

static void
get_settings (const Params * params, guint at,
    WebAudioCompressorSettings * settings)
{
  settings->threshold = param_at (params, PARAM_THRESHOLD, at);
  settings->knee = param_at (params, PARAM_KNEE, at);
  settings->ratio = param_at (params, PARAM_RATIO, at);
  settings->attack = param_at (params, PARAM_ATTACK, at);
  settings->release = param_at (params, PARAM_RELEASE, at);
}

static guint
count_in_quantum (guint64 frame, guint64 n)
{
  return MIN (n, GST_WEB_AUDIO_QUANTUM - frame % GST_WEB_AUDIO_QUANTUM);
}

/* Computes frames of @from, quantum by quantum, into @to if that is not silent. */
static void
compress (GstWebAudioDynamicsCompressor * self, guint64 frame,
    const GstWebAudioBlock * from, GstWebAudioBlock * to)
{
  guint channels = to->silent ? 0 : to->channels;
  const gfloat *in[2] = { NULL };
  gfloat *out[2] = { NULL };
  guint done, n, c;
  Params params;

  read_params (GST_WEB_AUDIO_NODE (self), frame, from->frames, &params);
  for (done = 0; done < from->frames; done += n) {
    n = count_in_quantum (frame + done, from->frames - done);
    for (c = 0; c < from->channels; c++)
      in[c] = gst_web_audio_block_plane (from, c) + done;
    for (c = 0; c < channels; c++)
      out[c] = gst_web_audio_block_plane (to, c) + done;
    get_settings (&params, done, &self->settings);
    webaudio_compressor_process (self->kernel, &self->settings, frame + done,
        from->silent ? NULL : in, from->channels, out, channels, n);
  }
}

static void
show (GstWebAudioDynamicsCompressor * self, guint64 frame)
{
  GST_OBJECT_LOCK (self);
  webaudio_compressor_copy (self->kernel, self->shown);
  self->shown_settings = self->settings;
  self->shown_frame = frame;
  GST_OBJECT_UNLOCK (self);
}

static GstFlowReturn
gst_web_audio_dynamics_compressor_process (GstWebAudioNode * node,
    guint64 frame, GstWebAudioBlock * block)
{
  GstWebAudioDynamicsCompressor *self =
      GST_WEB_AUDIO_DYNAMICS_COMPRESSOR (node);
  guint channels = webaudio_compressor_channels (self->kernel, block->channels,
      block->frames);
  gboolean silent = block->silent
      && webaudio_compressor_is_silent (self->kernel);
  GstWebAudioBlock result = *block;

  if ((result.channels != channels || block->silent != silent
          || (!silent && !gst_web_audio_block_is_writable (block)))
      && !gst_web_audio_node_acquire (node, &result, channels, frame,
          block->frames, silent))
    return GST_FLOW_ERROR;
  if (!silent || !webaudio_compressor_is_at_rest (self->kernel)) {
    compress (self, frame, block, &result);
    show (self, frame + block->frames);
  }
  if (result.buffer != block->buffer)
    gst_web_audio_block_clear (block);
  *block = result;
  return GST_FLOW_OK;
}

static gboolean
gst_web_audio_dynamics_compressor_at_rest (GstWebAudioNode * node)
{
  return webaudio_compressor_is_silent (GST_WEB_AUDIO_DYNAMICS_COMPRESSOR
      (node)->kernel);
}

/* Its channels change at a quantum. */
static guint
gst_web_audio_dynamics_compressor_max_block (GstWebAudioNode * node)
{
  GstWebAudioDynamicsCompressor *self =
      GST_WEB_AUDIO_DYNAMICS_COMPRESSOR (node);

  return self->kernel && webaudio_compressor_is_settling (self->kernel) ?
      GST_WEB_AUDIO_QUANTUM : 0;
}

static guint
gst_web_audio_dynamics_compressor_latency (GstWebAudioNode * node, gint rate)
{
  return webaudio_compressor_delay (rate);
}

static void
clear_kernels (GstWebAudioDynamicsCompressor * self)
{
  WebAudioCompressor *shown;

  g_clear_pointer (&self->kernel, webaudio_compressor_free);
  GST_OBJECT_LOCK (self);
  shown = g_steal_pointer (&self->shown);
  GST_OBJECT_UNLOCK (self);
  webaudio_compressor_free (shown);
}

static void
gst_web_audio_dynamics_compressor_prepare (GstWebAudioNode * node, gint rate)
{
  GstWebAudioDynamicsCompressor *self =
      GST_WEB_AUDIO_DYNAMICS_COMPRESSOR (node);
  WebAudioCompressor *shown;

  clear_kernels (self);
  self->kernel = webaudio_compressor_new (rate);
  shown = webaudio_compressor_new (rate);
  if (!self->kernel || !shown)
    g_error ("%s: no memory for the look-ahead", G_STRLOC);
  GST_OBJECT_LOCK (self);
  self->shown = shown;
  self->shown_frame = GST_BUFFER_OFFSET_NONE;
  GST_OBJECT_UNLOCK (self);
}

/* Lets a compressor hear silence between two frames. */
static void
pass_silence (WebAudioCompressor * kernel,
    const WebAudioCompressorSettings * settings, guint64 from, guint64 to)
{
  guint n;

  for (; from < to && !webaudio_compressor_is_at_rest (kernel); from += n) {
    n = count_in_quantum (from, to - from);
    webaudio_compressor_process (kernel, settings, from, NULL, 1, NULL, 0, n);
  }
}

static void
gst_web_audio_dynamics_compressor_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  GstWebAudioDynamicsCompressor *self =
      GST_WEB_AUDIO_DYNAMICS_COMPRESSOR (node);
  guint64 memory = LONGEST_MEMORY * (guint64) node->graph->rate;

  if (from == GST_BUFFER_OFFSET_NONE || to < from || to - from > memory)
    webaudio_compressor_reset (self->kernel);
  else
    pass_silence (self->kernel, &self->settings, from, to);
  show (self, to);
}

/* The object */

/* The node may have ended while its graph goes on. */
static gdouble
get_reduction (GstWebAudioDynamicsCompressor * self)
{
  gint rate;
  guint64 now = gst_web_audio_graph_get_now (GST_WEB_AUDIO_NODE (self), &rate);
  gdouble reduction = 0;

  GST_OBJECT_LOCK (self);
  if (self->shown) {
    if (self->shown_frame < now) {
      pass_silence (self->shown, &self->shown_settings, self->shown_frame, now);
      self->shown_frame = now;
    }
    reduction = webaudio_compressor_get_reduction (self->shown);
  }
  GST_OBJECT_UNLOCK (self);
  return reduction;
}

static void
gst_web_audio_dynamics_compressor_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  switch (id) {
    case PROP_REDUCTION:
      g_value_set_double (value,
          get_reduction (GST_WEB_AUDIO_DYNAMICS_COMPRESSOR (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_dynamics_compressor_finalize (GObject * object)
{
  clear_kernels (GST_WEB_AUDIO_DYNAMICS_COMPRESSOR (object));
  G_OBJECT_CLASS (gst_web_audio_dynamics_compressor_parent_class)->finalize
      (object);
}

static void
add_params (GstWebAudioNodeClass * node_class)
{
  const GstWebAudioParamFlags flags = GST_WEB_AUDIO_PARAM_K_RATE |
      GST_WEB_AUDIO_PARAM_FIXED_RATE;

  /**
   * GstWebAudioDynamicsCompressor:threshold:
   *
   * The level in dB above which the gain is reduced. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-dynamicscompressornode-threshold
   */
  gst_web_audio_node_class_add_param (node_class, "threshold", "Threshold",
      "Level in dB above which the gain is reduced", -100, 0, -24, flags);
  /**
   * GstWebAudioDynamicsCompressor:knee:
   *
   * The range in dB above the threshold in which the curve bends towards the
   * ratio. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-dynamicscompressornode-knee
   */
  gst_web_audio_node_class_add_param (node_class, "knee", "Knee",
      "Range in dB above the threshold in which the curve bends", 0, 40, 30,
      flags);
  /**
   * GstWebAudioDynamicsCompressor:ratio:
   *
   * How many dB more of input give 1 dB more of output above the knee. An
   * AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-dynamicscompressornode-ratio
   */
  gst_web_audio_node_class_add_param (node_class, "ratio", "Ratio",
      "How many dB more of input give 1 dB more of output above the knee", 1,
      20, 12, flags);
  /**
   * GstWebAudioDynamicsCompressor:attack:
   *
   * The time in seconds to reduce the gain by 10 dB. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-dynamicscompressornode-attack
   */
  gst_web_audio_node_class_add_param (node_class, "attack", "Attack",
      "Time in seconds to reduce the gain by 10 dB", 0, 1, 0.003f, flags);
  /**
   * GstWebAudioDynamicsCompressor:release:
   *
   * The time in seconds to increase the gain by 10 dB. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-dynamicscompressornode-release
   */
  gst_web_audio_node_class_add_param (node_class, "release", "Release",
      "Time in seconds to increase the gain by 10 dB", 0, 1, 0.25, flags);
}

static void
gst_web_audio_dynamics_compressor_class_init (GstWebAudioDynamicsCompressorClass
    * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  object_class->get_property = gst_web_audio_dynamics_compressor_get_property;
  object_class->finalize = gst_web_audio_dynamics_compressor_finalize;
  /**
   * GstWebAudioDynamicsCompressor:reduction:
   *
   * By how much the gain is reduced now, in dB: 0 or less, without the make-up
   * gain. It falls at once and comes back slowly, to be read from a meter.
   * https://webaudio.github.io/web-audio-api/#dom-dynamicscompressornode-reduction
   */
  g_object_class_install_property (object_class, PROP_REDUCTION,
      g_param_spec_double ("reduction", "Reduction",
          "By how much the gain is reduced now, in dB", -G_MAXDOUBLE, 0, 0,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Dynamics compressor", "Filter/Effect/Audio",
      "Lowers what is loud, looking ahead (Web Audio DynamicsCompressorNode)",
      "The gst-webaudio authors");
  node_class->prepare = gst_web_audio_dynamics_compressor_prepare;
  node_class->locate = gst_web_audio_dynamics_compressor_locate;
  node_class->process = gst_web_audio_dynamics_compressor_process;
  node_class->at_rest = gst_web_audio_dynamics_compressor_at_rest;
  node_class->latency = gst_web_audio_dynamics_compressor_latency;
  node_class->max_block = gst_web_audio_dynamics_compressor_max_block;
  node_class->max_channels = 2;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
  add_params (node_class);
}

static void
gst_web_audio_dynamics_compressor_init (GstWebAudioDynamicsCompressor * self)
{
}
