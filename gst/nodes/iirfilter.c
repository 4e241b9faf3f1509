/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-iirfilter
 * @title: iirfilter
 * @see_also: biquadfilter, audioiirfilter, audiofirfilter
 *
 * The IIRFilterNode of Web Audio: any recursive filter of up to 20 coefficients
 * each way, and with one of #GstWebAudioIirFilter:feedback any other of up to
 * 20.
 * https://webaudio.github.io/web-audio-api/#IIRFilterNode
 *
 * |[
 * gst-launch-1.0 oscillator type=sawtooth frequency=220 stop=2000000000 ! iirfilter feedforward="<0.05>" feedback="<1, -0.95>" ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../dsp/iirfilter.h"
#include "../dsp/response.h"
#include "filter.h"
#include "iirfilter.h"

#define GST_CAT_DEFAULT gst_web_audio_iir_filter_debug
GST_DEBUG_CATEGORY_STATIC (gst_web_audio_iir_filter_debug);

enum
{
  PROP_0,
  PROP_FEEDFORWARD,
  PROP_FEEDBACK
};

struct _GstWebAudioIirFilter
{
  GstWebAudioNode parent;

  /* object lock; gdouble, or empty as long as nothing is set */
  GArray *feedforward;
  GArray *feedback;

  WebAudioIirFilter filter;     /* the rendering thread's */
};

G_DEFINE_TYPE (GstWebAudioIirFilter, gst_web_audio_iir_filter,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (iirfilter, "iirfilter", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_IIR_FILTER);

/* Rendering */

static GstFlowReturn
gst_web_audio_iir_filter_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioIirFilter *self = GST_WEB_AUDIO_IIR_FILTER (node);
  WebAudioRecursion *past = &self->filter.past;
  WebAudioInterpretation interpretation =
      gst_web_audio_filter_get_interpretation (node);
  gfloat *in[GST_WEB_AUDIO_MAX_CHANNELS], *out[GST_WEB_AUDIO_MAX_CHANNELS];
  guint channels = block->channels;
  GstWebAudioBlock result;

  if (block->silent && webaudio_recursion_is_at_rest (past)) {
    past->channels = channels;
    return GST_FLOW_OK;
  }
  /* as browsers do, begins anew */
  if (gst_web_audio_filter_is_narrower (block, past->channels)) {
    webaudio_recursion_reset (past);
    past->channels = channels;
  }
  webaudio_recursion_widen (past, channels, interpretation);
  if (!gst_web_audio_filter_begin (node, frame, block, past->channels, &result))
    return GST_FLOW_ERROR;
  gst_web_audio_filter_get_planes (block, in);
  gst_web_audio_filter_get_planes (&result, out);
  webaudio_iir_filter_process (&self->filter, frame, out,
      (const gfloat * const *) in, channels, interpretation, block->frames);
  gst_web_audio_filter_end (block, &result);
  return GST_FLOW_OK;
}

/* While there is a tail of more channels than come in, sound may end it at any
 * quantum. */
static guint
gst_web_audio_iir_filter_max_block (GstWebAudioNode * node)
{
  return GST_WEB_AUDIO_IIR_FILTER (node)->filter.past.channels >
      node->mixed_channels ? GST_WEB_AUDIO_QUANTUM : 0;
}

static gboolean
gst_web_audio_iir_filter_at_rest (GstWebAudioNode * node)
{
  return webaudio_recursion_is_at_rest
      (&GST_WEB_AUDIO_IIR_FILTER (node)->filter.past);
}

static GArray *
copy_or_one (GArray * numbers)
{
  static const gdouble one = 1;

  return numbers->len > 0 ? g_array_ref (numbers) :
      g_array_append_val (g_array_new (FALSE, FALSE, sizeof (gdouble)), one);
}

/* The coefficients as they count now. */
static void
copy_coefficients (GstWebAudioIirFilter * self, GArray ** feedforward,
    GArray ** feedback)
{
  GST_OBJECT_LOCK (self);
  *feedforward = copy_or_one (self->feedforward);
  *feedback = copy_or_one (self->feedback);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_iir_filter_prepare (GstWebAudioNode * node, gint rate)
{
  GstWebAudioIirFilter *self = GST_WEB_AUDIO_IIR_FILTER (node);
  GArray *feedforward, *feedback;

  copy_coefficients (self, &feedforward, &feedback);
  webaudio_iir_filter_clear (&self->filter);
  webaudio_iir_filter_init (&self->filter, (gdouble *) feedforward->data,
      feedforward->len, (gdouble *) feedback->data, feedback->len, rate);
  g_array_unref (feedforward);
  g_array_unref (feedback);
}

static void
gst_web_audio_iir_filter_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  webaudio_recursion_reset (&GST_WEB_AUDIO_IIR_FILTER (node)->filter.past);
}

/* The response */

typedef struct
{
  GArray *feedforward;
  GArray *feedback;
} Coefficients;

static void
evaluate (gconstpointer filter, gdouble frequency, gdouble * magnitude,
    gdouble * phase)
{
  const Coefficients *k = filter;

  webaudio_response ((gdouble *) k->feedforward->data, k->feedforward->len,
      (gdouble *) k->feedback->data, k->feedback->len, frequency, magnitude,
      phase);
}

static GstStructure *
get_frequency_response (GstElement * element, const GValue * frequencies)
{
  GstStructure *response;
  Coefficients k;

  copy_coefficients (GST_WEB_AUDIO_IIR_FILTER (element), &k.feedforward,
      &k.feedback);
  response = gst_web_audio_filter_respond (gst_web_audio_filter_get_rate
      (GST_WEB_AUDIO_NODE (element)), frequencies, evaluate, &k);
  g_array_unref (k.feedforward);
  g_array_unref (k.feedback);
  return response;
}

/* The coefficients */

static gboolean
is_all_zero (const GArray * numbers)
{
  guint i;

  for (i = 0; i < numbers->len; i++)
    if (g_array_index (numbers, gdouble, i) != 0)
      return FALSE;
  return TRUE;
}

/* Why the spec does not permit these coefficients, or NULL. */
static const gchar *
find_fault (GstWebAudioIirFilter * self, guint id, const GArray * numbers)
{
  if (!numbers)
    return "TypeError: there is one that is no finite number";
  if (numbers->len == 0 || numbers->len > WEBAUDIO_IIR_FILTER_MAX_COEFFICIENTS)
    return "NotSupportedError: there must be 1 to 20";
  if (id == PROP_FEEDFORWARD && is_all_zero (numbers))
    return "InvalidStateError: all are 0";
  if (id == PROP_FEEDBACK && g_array_index (numbers, gdouble, 0) == 0)
    return "InvalidStateError: the first one is 0";
  if (GST_STATE (self) > GST_STATE_READY)
    return "InvalidStateError: only settable up to READY";
  return NULL;
}

static void
set_coefficients (GstWebAudioIirFilter * self, guint id, GParamSpec * pspec,
    const GValue * value)
{
  GArray *numbers = gst_web_audio_filter_parse_numbers (value);
  const gchar *fault = find_fault (self, id, numbers);
  GArray **where = id == PROP_FEEDFORWARD ? &self->feedforward :
      &self->feedback;
  GArray *old = numbers;

  if (fault) {
    GST_WARNING_OBJECT (self, "%s stays as it was: %s", pspec->name, fault);
  } else {
    GST_OBJECT_LOCK (self);
    old = *where;
    *where = numbers;
    GST_OBJECT_UNLOCK (self);
  }
  if (old)
    g_array_unref (old);
}

/* The object */

static void
gst_web_audio_iir_filter_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  if (id == PROP_FEEDFORWARD || id == PROP_FEEDBACK)
    set_coefficients (GST_WEB_AUDIO_IIR_FILTER (object), id, pspec, value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_web_audio_iir_filter_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioIirFilter *self = GST_WEB_AUDIO_IIR_FILTER (object);

  GST_OBJECT_LOCK (self);
  if (id == PROP_FEEDFORWARD)
    gst_web_audio_filter_write_numbers (self->feedforward, value);
  else if (id == PROP_FEEDBACK)
    gst_web_audio_filter_write_numbers (self->feedback, value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_iir_filter_finalize (GObject * object)
{
  GstWebAudioIirFilter *self = GST_WEB_AUDIO_IIR_FILTER (object);

  g_array_unref (self->feedforward);
  g_array_unref (self->feedback);
  webaudio_iir_filter_clear (&self->filter);
  G_OBJECT_CLASS (gst_web_audio_iir_filter_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_READY;

  /**
   * GstWebAudioIirFilter:feedforward:
   *
   * The factors of the input, of that of a frame before, and so on: 1 to 20
   * numbers, not all 0. Empty counts as 1; in the spec there is no default.
   * https://webaudio.github.io/web-audio-api/#dom-iirfilteroptions-feedforward
   */
  g_object_class_install_property (object_class, PROP_FEEDFORWARD,
      gst_param_spec_array ("feedforward", "Feedforward",
          "Coefficients of the numerator: 1 to 20 numbers, not all 0 "
          "(empty: 1)", NULL, flags));
  /**
   * GstWebAudioIirFilter:feedback:
   *
   * The factors of the output, of that of a frame before, and so on: 1 to 20
   * numbers, of which the first, by which all are divided, is not 0. Empty
   * counts as 1; in the spec there is no default.
   * https://webaudio.github.io/web-audio-api/#dom-iirfilteroptions-feedback
   */
  g_object_class_install_property (object_class, PROP_FEEDBACK,
      gst_param_spec_array ("feedback", "Feedback",
          "Coefficients of the denominator: 1 to 20 numbers, the first not 0 "
          "(empty: 1)", NULL, flags));
}

static void
gst_web_audio_iir_filter_class_init (GstWebAudioIirFilterClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_iir_filter_debug, "iirfilter", 0,
      "Web Audio IIRFilterNode");

  object_class->set_property = gst_web_audio_iir_filter_set_property;
  object_class->get_property = gst_web_audio_iir_filter_get_property;
  object_class->finalize = gst_web_audio_iir_filter_finalize;
  install_properties (object_class);
  /**
   * GstWebAudioIirFilter::get-frequency-response:
   * @frequencies: a GstValueArray of numbers, in Hz
   *
   * What the filter does to sines. Before there is a sample rate 48000 counts.
   * https://webaudio.github.io/web-audio-api/#dom-iirfilternode-getfrequencyresponse
   *
   * Returns: a GstStructure of two arrays of gdouble as long as @frequencies:
   *     mag, linear, and phase, in radians; NaN where a frequency is not
   *     between 0 and half of the sample rate
   */
  gst_web_audio_filter_add_response (G_TYPE_FROM_CLASS (klass),
      get_frequency_response);

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "IIR filter", "Filter/Effect/Audio", "Filters by any coefficients "
      "(Web Audio IIRFilterNode)", "The gst-webaudio authors");
  node_class->prepare = gst_web_audio_iir_filter_prepare;
  node_class->locate = gst_web_audio_iir_filter_locate;
  node_class->process = gst_web_audio_iir_filter_process;
  node_class->at_rest = gst_web_audio_iir_filter_at_rest;
  node_class->max_block = gst_web_audio_iir_filter_max_block;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
}

static void
gst_web_audio_iir_filter_init (GstWebAudioIirFilter * self)
{
  self->feedforward = g_array_new (FALSE, FALSE, sizeof (gdouble));
  self->feedback = g_array_new (FALSE, FALSE, sizeof (gdouble));
}
