/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-biquadfilter
 * @title: biquadfilter
 * @see_also: iirfilter, audioiirfilter, equalizer-nbands
 *
 * The BiquadFilterNode of Web Audio: a filter of second order, whose parameters
 * may move in each frame: tone controls, equalizers, sweeps.
 * https://webaudio.github.io/web-audio-api/#BiquadFilterNode
 *
 * The frequency that counts is frequency · 2^(detune / 1200), clamped to 0 to
 * half of the sample rate.
 *
 * |[
 * gst-launch-1.0 oscillator type=sawtooth frequency=110 stop=2000000000 ! biquadfilter type=lowpass frequency=800 q=12 ! gain gain=0.2 ! autoaudiosink
 * ]|
 *
 * A sweep:
 * |[
 * gst-launch-1.0 oscillator type=sawtooth frequency=110 stop=2000000000 ! biquadfilter q=15 frequency::automation="setValueAtTime(100, 0) exponentialRampToValueAtTime(8000, 2)" ! gain gain=0.2 ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../dsp/biquad.h"
#include "../dsp/response.h"
#include "../graph/param.h"
#include "biquadfilter.h"
#include "filter.h"

/* 2^(this / 1200) is the largest float; the spec's nominal range */
#define MAX_DETUNE 153600.0
/* 10^(this / 40) is the largest float; the spec's nominal range */
#define MAX_GAIN 1541.273681640625

/**
 * GstWebAudioBiquadFilterType:
 * @GST_WEB_AUDIO_BIQUAD_FILTER_LOWPASS: what is below the frequency passes
 * @GST_WEB_AUDIO_BIQUAD_FILTER_HIGHPASS: what is above it passes
 * @GST_WEB_AUDIO_BIQUAD_FILTER_BANDPASS: a band around it passes
 * @GST_WEB_AUDIO_BIQUAD_FILTER_LOWSHELF: what is below it is raised by gain
 * @GST_WEB_AUDIO_BIQUAD_FILTER_HIGHSHELF: what is above it is raised by gain
 * @GST_WEB_AUDIO_BIQUAD_FILTER_PEAKING: a band around it is raised by gain
 * @GST_WEB_AUDIO_BIQUAD_FILTER_NOTCH: a band around it is taken away
 * @GST_WEB_AUDIO_BIQUAD_FILTER_ALLPASS: only the phase changes
 *
 * https://webaudio.github.io/web-audio-api/#enumdef-biquadfiltertype
 */
typedef enum
{
  GST_WEB_AUDIO_BIQUAD_FILTER_LOWPASS = WEBAUDIO_BIQUAD_LOWPASS,
  GST_WEB_AUDIO_BIQUAD_FILTER_HIGHPASS = WEBAUDIO_BIQUAD_HIGHPASS,
  GST_WEB_AUDIO_BIQUAD_FILTER_BANDPASS = WEBAUDIO_BIQUAD_BANDPASS,
  GST_WEB_AUDIO_BIQUAD_FILTER_LOWSHELF = WEBAUDIO_BIQUAD_LOWSHELF,
  GST_WEB_AUDIO_BIQUAD_FILTER_HIGHSHELF = WEBAUDIO_BIQUAD_HIGHSHELF,
  GST_WEB_AUDIO_BIQUAD_FILTER_PEAKING = WEBAUDIO_BIQUAD_PEAKING,
  GST_WEB_AUDIO_BIQUAD_FILTER_NOTCH = WEBAUDIO_BIQUAD_NOTCH,
  GST_WEB_AUDIO_BIQUAD_FILTER_ALLPASS = WEBAUDIO_BIQUAD_ALLPASS
} GstWebAudioBiquadFilterType;

enum
{
  PROP_0,
  PROP_TYPE
};

enum
{
  PARAM_FREQUENCY,
  PARAM_DETUNE,
  PARAM_Q,
  PARAM_GAIN
};

struct _GstWebAudioBiquadFilter
{
  GstWebAudioNode parent;

  GstWebAudioBiquadFilterType type;     /* object lock */
  WebAudioBiquad biquad;        /* the rendering thread's */
};

G_DEFINE_TYPE (GstWebAudioBiquadFilter, gst_web_audio_biquad_filter,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (biquadfilter, "biquadfilter", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_BIQUAD_FILTER);

#define GST_TYPE_WEB_AUDIO_BIQUAD_FILTER_TYPE \
    (gst_web_audio_biquad_filter_type_get_type ())

static GType
gst_web_audio_biquad_filter_type_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_WEB_AUDIO_BIQUAD_FILTER_LOWPASS, "What is below passes", "lowpass"},
    {GST_WEB_AUDIO_BIQUAD_FILTER_HIGHPASS, "What is above passes", "highpass"},
    {GST_WEB_AUDIO_BIQUAD_FILTER_BANDPASS, "A band passes", "bandpass"},
    {GST_WEB_AUDIO_BIQUAD_FILTER_LOWSHELF, "What is below is raised by gain",
        "lowshelf"},
    {GST_WEB_AUDIO_BIQUAD_FILTER_HIGHSHELF, "What is above is raised by gain",
        "highshelf"},
    {GST_WEB_AUDIO_BIQUAD_FILTER_PEAKING, "A band is raised by gain",
        "peaking"},
    {GST_WEB_AUDIO_BIQUAD_FILTER_NOTCH, "A band is taken away", "notch"},
    {GST_WEB_AUDIO_BIQUAD_FILTER_ALLPASS, "Only the phase changes", "allpass"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioBiquadFilterType",
      values);
}

/* Rendering */

static const gdouble *
read_param (GstWebAudioBiquadFilter * self, guint param, guint64 frame, guint n,
    gdouble * value)
{
  return gst_web_audio_param_values (gst_web_audio_node_get_param
      (GST_WEB_AUDIO_NODE (self), param), frame, n, value);
}

static void
read_params (GstWebAudioBiquadFilter * self, guint64 frame, guint n,
    WebAudioBiquadMotion * motion)
{
  motion->frequency = read_param (self, PARAM_FREQUENCY, frame, n,
      &motion->still.frequency);
  motion->detune = read_param (self, PARAM_DETUNE, frame, n,
      &motion->still.detune);
  motion->q = read_param (self, PARAM_Q, frame, n, &motion->still.q);
  motion->gain = read_param (self, PARAM_GAIN, frame, n, &motion->still.gain);
}

static WebAudioBiquadType
get_filter_type (GstWebAudioBiquadFilter * self)
{
  GstWebAudioBiquadFilterType type;

  GST_OBJECT_LOCK (self);
  type = self->type;
  GST_OBJECT_UNLOCK (self);
  return (WebAudioBiquadType) type;
}

static GstFlowReturn
gst_web_audio_biquad_filter_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioBiquadFilter *self = GST_WEB_AUDIO_BIQUAD_FILTER (node);
  WebAudioRecursion *past = &self->biquad.past;
  WebAudioInterpretation interpretation =
      gst_web_audio_filter_get_interpretation (node);
  gfloat *in[GST_WEB_AUDIO_MAX_CHANNELS], *out[GST_WEB_AUDIO_MAX_CHANNELS];
  guint channels = block->channels;
  WebAudioBiquadMotion motion;
  GstWebAudioBlock result;

  read_params (self, frame, block->frames, &motion);
  if (block->silent && webaudio_recursion_is_at_rest (past)) {
    past->channels = channels;
    return GST_FLOW_OK;
  }
  if (gst_web_audio_filter_is_narrower (block, past->channels))
    past->channels = channels;
  webaudio_recursion_widen (past, channels, interpretation);
  if (!gst_web_audio_filter_begin (node, frame, block, past->channels, &result))
    return GST_FLOW_ERROR;
  gst_web_audio_filter_get_planes (block, in);
  gst_web_audio_filter_get_planes (&result, out);
  webaudio_biquad_process (&self->biquad, frame, get_filter_type (self),
      &motion, out, (const gfloat * const *) in, channels, interpretation,
      block->frames);
  gst_web_audio_filter_end (block, &result);
  return GST_FLOW_OK;
}

/* While there is a tail of more channels than come in, sound may end it at any
 * quantum. */
static guint
gst_web_audio_biquad_filter_max_block (GstWebAudioNode * node)
{
  return GST_WEB_AUDIO_BIQUAD_FILTER (node)->biquad.past.channels >
      node->mixed_channels ? GST_WEB_AUDIO_QUANTUM : 0;
}

static gboolean
gst_web_audio_biquad_filter_at_rest (GstWebAudioNode * node)
{
  return webaudio_recursion_is_at_rest
      (&GST_WEB_AUDIO_BIQUAD_FILTER (node)->biquad.past);
}

static void
gst_web_audio_biquad_filter_prepare (GstWebAudioNode * node, gint rate)
{
  GstWebAudioBiquadFilter *self = GST_WEB_AUDIO_BIQUAD_FILTER (node);

  webaudio_biquad_clear (&self->biquad);
  webaudio_biquad_init (&self->biquad, rate);
}

static void
gst_web_audio_biquad_filter_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  webaudio_biquad_reset (&GST_WEB_AUDIO_BIQUAD_FILTER (node)->biquad);
}

/* The response */

static void
evaluate (gconstpointer filter, gdouble frequency, gdouble * magnitude,
    gdouble * phase)
{
  const WebAudioBiquadCoefficients *k = filter;

  webaudio_response (k->b, 3, k->a, 3, frequency, magnitude, phase);
}

static GstStructure *
get_frequency_response (GstElement * element, const GValue * frequencies)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (element);
  gdouble rate = gst_web_audio_filter_get_rate (node);
  WebAudioBiquadSetting setting;
  WebAudioBiquadCoefficients coefficients;

  setting.frequency = gst_web_audio_param_get_value
      (gst_web_audio_node_get_param (node, PARAM_FREQUENCY));
  setting.detune = gst_web_audio_param_get_value
      (gst_web_audio_node_get_param (node, PARAM_DETUNE));
  setting.q = gst_web_audio_param_get_value
      (gst_web_audio_node_get_param (node, PARAM_Q));
  setting.gain = gst_web_audio_param_get_value
      (gst_web_audio_node_get_param (node, PARAM_GAIN));
  webaudio_biquad_coefficients (get_filter_type
      (GST_WEB_AUDIO_BIQUAD_FILTER (node)), rate, &setting, &coefficients, 1);
  return gst_web_audio_filter_respond (rate, frequencies, evaluate,
      &coefficients);
}

/* The object */

static void
gst_web_audio_biquad_filter_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioBiquadFilter *self = GST_WEB_AUDIO_BIQUAD_FILTER (object);

  if (id != PROP_TYPE) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  self->type = g_value_get_enum (value);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_biquad_filter_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioBiquadFilter *self = GST_WEB_AUDIO_BIQUAD_FILTER (object);

  if (id == PROP_TYPE)
    g_value_set_enum (value, get_filter_type (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_web_audio_biquad_filter_finalize (GObject * object)
{
  webaudio_biquad_clear (&GST_WEB_AUDIO_BIQUAD_FILTER (object)->biquad);
  G_OBJECT_CLASS (gst_web_audio_biquad_filter_parent_class)->finalize (object);
}

static void
add_params (GstWebAudioNodeClass * node_class)
{
  /**
   * GstWebAudioBiquadFilter:frequency:
   *
   * Where the filter works, before detune, in Hz. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-biquadfilternode-frequency
   */
  gst_web_audio_node_class_add_param (node_class, "frequency", "Frequency",
      "Frequency in Hz, before detune; what counts is clamped to half the "
      "sample rate", 0, GST_WEB_AUDIO_MAX_RATE / 2, 350,
      GST_WEB_AUDIO_PARAM_COMPOUND);
  /**
   * GstWebAudioBiquadFilter:detune:
   *
   * Detuning of the frequency in cents. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-biquadfilternode-detune
   */
  gst_web_audio_node_class_add_param (node_class, "detune", "Detune",
      "Detuning of the frequency in cents", -MAX_DETUNE, MAX_DETUNE, 0,
      GST_WEB_AUDIO_PARAM_COMPOUND);
  /**
   * GstWebAudioBiquadFilter:q:
   *
   * The quality factor: of a lowpass and a highpass in dB, which is how far the
   * frequency itself is raised; of others but the shelves, which have none, the
   * frequency divided by the width of the band. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-biquadfilternode-q
   */
  gst_web_audio_node_class_add_param (node_class, "q", "Q",
      "Quality factor, in dB for lowpass and highpass; unused by shelves",
      -G_MAXFLOAT, G_MAXFLOAT, 1, 0);
  /**
   * GstWebAudioBiquadFilter:gain:
   *
   * How far shelves and peaking raise, in dB. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-biquadfilternode-gain
   */
  gst_web_audio_node_class_add_param (node_class, "gain", "Gain",
      "Gain in dB of lowshelf, highshelf and peaking", -G_MAXFLOAT, MAX_GAIN, 0,
      0);
}

static void
gst_web_audio_biquad_filter_class_init (GstWebAudioBiquadFilterClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  object_class->set_property = gst_web_audio_biquad_filter_set_property;
  object_class->get_property = gst_web_audio_biquad_filter_get_property;
  object_class->finalize = gst_web_audio_biquad_filter_finalize;
  /**
   * GstWebAudioBiquadFilter:type:
   *
   * What kind of filter it is.
   * https://webaudio.github.io/web-audio-api/#dom-biquadfilternode-type
   */
  g_object_class_install_property (object_class, PROP_TYPE,
      g_param_spec_enum ("type", "Type", "Kind of filter",
          GST_TYPE_WEB_AUDIO_BIQUAD_FILTER_TYPE,
          GST_WEB_AUDIO_BIQUAD_FILTER_LOWPASS, G_PARAM_READWRITE |
          G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstWebAudioBiquadFilter::get-frequency-response:
   * @frequencies: a GstValueArray of numbers, in Hz
   *
   * What the filter, as its parameters are now, does to sines. Before there is
   * a sample rate 48000 counts.
   * https://webaudio.github.io/web-audio-api/#dom-biquadfilternode-getfrequencyresponse
   *
   * Returns: a GstStructure of two arrays of gdouble as long as @frequencies:
   *     mag, linear, and phase, in radians; NaN where a frequency is not
   *     between 0 and half of the sample rate
   */
  gst_web_audio_filter_add_response (G_TYPE_FROM_CLASS (klass),
      get_frequency_response);

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Biquad filter", "Filter/Effect/Audio", "Filters by one of eight "
      "filters of second order (Web Audio BiquadFilterNode)",
      "The gst-webaudio authors");
  node_class->prepare = gst_web_audio_biquad_filter_prepare;
  node_class->locate = gst_web_audio_biquad_filter_locate;
  node_class->process = gst_web_audio_biquad_filter_process;
  node_class->at_rest = gst_web_audio_biquad_filter_at_rest;
  node_class->max_block = gst_web_audio_biquad_filter_max_block;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
  add_params (node_class);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_BIQUAD_FILTER_TYPE, 0);
}

static void
gst_web_audio_biquad_filter_init (GstWebAudioBiquadFilter * self)
{
}
