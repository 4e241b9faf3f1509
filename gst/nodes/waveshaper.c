/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-waveshaper
 * @title: waveshaper
 * @see_also: gain, audioamplify
 *
 * The WaveShaperNode of Web Audio: distorts by a curve, which says what each
 * input from -1 to 1 becomes, and works at up to four times the sample rate, so
 * that the new overtones do not fold back.
 * https://webaudio.github.io/web-audio-api/#WaveShaperNode
 *
 * |[
 * gst-launch-1.0 oscillator frequency=220 stop=2000000000 ! waveshaper curve="<-0.5, -0.5, 0, 0.5, 0.5>" oversample=4x ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>

#include "../dsp/waveshaper.h"
#include "filter.h"
#include "waveshaper.h"

#define GST_CAT_DEFAULT gst_web_audio_wave_shaper_debug
GST_DEBUG_CATEGORY_STATIC (gst_web_audio_wave_shaper_debug);

/* How long a curve that makes something of silence goes on after the input's
 * end, in seconds */
#define LONGEST_TAIL 5

/**
 * GstWebAudioOverSampleType:
 * @GST_WEB_AUDIO_OVER_SAMPLE_NONE: at the sample rate
 * @GST_WEB_AUDIO_OVER_SAMPLE_2X: at twice the sample rate
 * @GST_WEB_AUDIO_OVER_SAMPLE_4X: at four times the sample rate
 *
 * https://webaudio.github.io/web-audio-api/#enumdef-oversampletype
 */
typedef enum
{
  GST_WEB_AUDIO_OVER_SAMPLE_NONE = 1,
  GST_WEB_AUDIO_OVER_SAMPLE_2X = 2,
  GST_WEB_AUDIO_OVER_SAMPLE_4X = 4
} GstWebAudioOverSampleType;

enum
{
  PROP_0,
  PROP_CURVE,
  PROP_OVERSAMPLE
};

struct _GstWebAudioWaveShaper
{
  GstWebAudioNode parent;

  /* object lock */
  GstWebAudioOverSampleType oversample;
  GArray *values;               /* gdouble; empty for no curve */
  WebAudioCurve *curve;         /* of these */
  WebAudioCurve *used;          /* by the rendering thread, which frees none */
  WebAudioCurve *stale;         /* by it no more */

  /* the rendering thread's */
  WebAudioShaper shaper;
  guint factor;                 /* that it works with; 0 without a curve */
  guint64 drained;              /* frames since the end of the input */
};

G_DEFINE_TYPE (GstWebAudioWaveShaper, gst_web_audio_wave_shaper,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (waveshaper, "waveshaper", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_WAVE_SHAPER);

#define GST_TYPE_WEB_AUDIO_OVER_SAMPLE_TYPE \
    (gst_web_audio_over_sample_type_get_type ())

static GType
gst_web_audio_over_sample_type_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_WEB_AUDIO_OVER_SAMPLE_NONE, "At the sample rate", "none"},
    {GST_WEB_AUDIO_OVER_SAMPLE_2X, "At twice the sample rate", "2x"},
    {GST_WEB_AUDIO_OVER_SAMPLE_4X, "At four times the sample rate", "4x"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioOverSampleType",
      values);
}

/* Rendering */

/* Takes what is set now. A curve that was exchanged is left to whoever sets the
 * next one. */
static void
read_properties (GstWebAudioWaveShaper * self)
{
  guint factor;

  GST_OBJECT_LOCK (self);
  if (self->used != self->curve) {
    self->stale = self->used;
    self->used = self->curve;
  }
  factor = self->used ? (guint) self->oversample : 0;
  GST_OBJECT_UNLOCK (self);
  if (factor != self->factor) {
    webaudio_shaper_set_factor (&self->shaper, MAX (factor, 1));
    self->factor = factor;
  }
}

static gboolean
makes_silence (GstWebAudioWaveShaper * self)
{
  return !self->used || self->used->at_zero == 0;
}

static gboolean
shape (GstWebAudioWaveShaper * self, guint64 frame, GstWebAudioBlock * block)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);
  gfloat *in[GST_WEB_AUDIO_MAX_CHANNELS], *out[GST_WEB_AUDIO_MAX_CHANNELS];
  guint channels = block->channels;
  GstWebAudioBlock result;

  if (!webaudio_shaper_widen (&self->shaper, channels,
          gst_web_audio_filter_get_interpretation (node))
      || !gst_web_audio_filter_begin (node, frame, block,
          self->shaper.channels, &result))
    return FALSE;
  gst_web_audio_filter_get_planes (block, in);
  gst_web_audio_filter_get_planes (&result, out);
  webaudio_shaper_process (&self->shaper, self->used, frame, out,
      (const gfloat * const *) in, channels, block->frames);
  gst_web_audio_filter_end (block, &result);
  return TRUE;
}

static GstFlowReturn
gst_web_audio_wave_shaper_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioWaveShaper *self = GST_WEB_AUDIO_WAVE_SHAPER (node);

  read_properties (self);
  self->drained = node->draining ? self->drained + block->frames : 0;
  if (!self->used)
    return GST_FLOW_OK;
  if (block->silent && makes_silence (self)
      && webaudio_shaper_is_at_rest (&self->shaper)) {
    if (self->shaper.channels != block->channels)
      webaudio_shaper_reset (&self->shaper, self->factor);
    return GST_FLOW_OK;
  }
  return shape (self, frame, block) ? GST_FLOW_OK : GST_FLOW_ERROR;
}

/* A curve that makes something of silence does so for ever, as long as there is
 * an input; but a stream should end with it. */
static gboolean
gst_web_audio_wave_shaper_at_rest (GstWebAudioNode * node)
{
  GstWebAudioWaveShaper *self = GST_WEB_AUDIO_WAVE_SHAPER (node);

  if (makes_silence (self))
    return !self->used || webaudio_shaper_is_at_rest (&self->shaper);
  return self->drained >= LONGEST_TAIL * gst_web_audio_filter_get_rate (node);
}

static void
gst_web_audio_wave_shaper_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  GstWebAudioWaveShaper *self = GST_WEB_AUDIO_WAVE_SHAPER (node);

  webaudio_shaper_reset (&self->shaper, MAX (self->factor, 1));
  self->drained = 0;
}

static guint
gst_web_audio_wave_shaper_latency (GstWebAudioNode * node, gint rate)
{
  GstWebAudioWaveShaper *self = GST_WEB_AUDIO_WAVE_SHAPER (node);
  guint latency;

  GST_OBJECT_LOCK (self);
  latency = self->curve ? webaudio_shaper_latency (self->oversample) : 0;
  GST_OBJECT_UNLOCK (self);
  return latency;
}

/* The curve */

/* Makes @curve, of @values, the one to shape by. */
static void
exchange_curve (GstWebAudioWaveShaper * self, GArray * values,
    WebAudioCurve * curve)
{
  GArray *old_values;
  WebAudioCurve *old, *stale;

  GST_OBJECT_LOCK (self);
  old_values = self->values;
  self->values = values;
  old = self->curve != self->used ? self->curve : NULL;
  self->curve = curve;
  stale = self->stale;
  self->stale = NULL;
  GST_OBJECT_UNLOCK (self);
  g_array_unref (old_values);
  free (old);
  free (stale);
}

static void
set_curve (GstWebAudioWaveShaper * self, const GValue * value)
{
  GArray *values = gst_web_audio_filter_parse_numbers (value);
  WebAudioCurve *curve = NULL;

  if (!values) {
    GST_WARNING_OBJECT (self, "curve stays as it was: TypeError: there is a "
        "value that is no finite number");
    return;
  }
  if (values->len == 1) {
    GST_WARNING_OBJECT (self, "curve stays as it was: InvalidStateError: "
        "there must be at least two values");
    g_array_unref (values);
    return;
  }
  if (values->len > 0)
    curve = webaudio_curve_new ((gdouble *) values->data, values->len);
  exchange_curve (self, values, curve);
}

/* The object */

static void
tell_latency (GstWebAudioWaveShaper * self)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_latency (GST_OBJECT (self)));
}

static void
gst_web_audio_wave_shaper_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioWaveShaper *self = GST_WEB_AUDIO_WAVE_SHAPER (object);
  guint before = gst_web_audio_wave_shaper_latency (GST_WEB_AUDIO_NODE (self),
      0);

  switch (id) {
    case PROP_CURVE:
      set_curve (self, value);
      break;
    case PROP_OVERSAMPLE:
      GST_OBJECT_LOCK (self);
      self->oversample = g_value_get_enum (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  if (gst_web_audio_wave_shaper_latency (GST_WEB_AUDIO_NODE (self), 0)
      != before)
    tell_latency (self);
}

static void
gst_web_audio_wave_shaper_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioWaveShaper *self = GST_WEB_AUDIO_WAVE_SHAPER (object);
  GArray *values;

  switch (id) {
    case PROP_CURVE:
      GST_OBJECT_LOCK (self);
      values = g_array_ref (self->values);
      GST_OBJECT_UNLOCK (self);
      gst_web_audio_filter_write_numbers (values, value);
      g_array_unref (values);
      break;
    case PROP_OVERSAMPLE:
      GST_OBJECT_LOCK (self);
      g_value_set_enum (value, self->oversample);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_wave_shaper_finalize (GObject * object)
{
  GstWebAudioWaveShaper *self = GST_WEB_AUDIO_WAVE_SHAPER (object);

  if (self->used != self->curve)
    free (self->used);
  free (self->curve);
  free (self->stale);
  g_array_unref (self->values);
  webaudio_shaper_clear (&self->shaper);
  G_OBJECT_CLASS (gst_web_audio_wave_shaper_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstWebAudioWaveShaper:curve:
   *
   * What inputs from -1, the first value, to 1, the last one, become: at least
   * two values, between which it is straight. Empty to pass everything
   * unchanged.
   * https://webaudio.github.io/web-audio-api/#dom-waveshapernode-curve
   */
  g_object_class_install_property (object_class, PROP_CURVE,
      gst_param_spec_array ("curve", "Curve",
          "What inputs from -1 to 1 become: "
          "two values or more; empty to pass unchanged", NULL, flags));
  /**
   * GstWebAudioWaveShaper:oversample:
   *
   * At how many times the sample rate it works; it delays the sound by 128
   * frames with `2x`, 192 with `4x`.
   * https://webaudio.github.io/web-audio-api/#dom-waveshapernode-oversample
   */
  g_object_class_install_property (object_class, PROP_OVERSAMPLE,
      g_param_spec_enum ("oversample", "Oversample", "At what rate it works",
          GST_TYPE_WEB_AUDIO_OVER_SAMPLE_TYPE, GST_WEB_AUDIO_OVER_SAMPLE_NONE,
          flags));
}

static void
gst_web_audio_wave_shaper_class_init (GstWebAudioWaveShaperClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_wave_shaper_debug, "waveshaper", 0,
      "Web Audio WaveShaperNode");

  object_class->set_property = gst_web_audio_wave_shaper_set_property;
  object_class->get_property = gst_web_audio_wave_shaper_get_property;
  object_class->finalize = gst_web_audio_wave_shaper_finalize;
  install_properties (object_class);

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Wave shaper", "Filter/Effect/Audio", "Distorts by a curve (Web Audio "
      "WaveShaperNode)", "The gst-webaudio authors");
  node_class->locate = gst_web_audio_wave_shaper_locate;
  node_class->process = gst_web_audio_wave_shaper_process;
  node_class->at_rest = gst_web_audio_wave_shaper_at_rest;
  node_class->latency = gst_web_audio_wave_shaper_latency;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_OVER_SAMPLE_TYPE, 0);
}

static void
gst_web_audio_wave_shaper_init (GstWebAudioWaveShaper * self)
{
  self->oversample = GST_WEB_AUDIO_OVER_SAMPLE_NONE;
  self->values = g_array_new (FALSE, FALSE, sizeof (gdouble));
  webaudio_shaper_init (&self->shaper);
}
