/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-oscillator
 * @title: oscillator
 * @see_also: gain, constantsource, audiotestsrc
 *
 * The OscillatorNode of Web Audio: one channel of a periodic wave. Waves are
 * band-limited by construction, so nothing folds back at Nyquist.
 * https://webaudio.github.io/web-audio-api/#OscillatorNode
 *
 * The frequency that sounds is frequency · 2^(detune / 1200), clamped to
 * ±Nyquist. The phase is kept through every change. A custom wave is given by
 * its Fourier coefficients, the first of which is ignored.
 *
 * |[
 * gst-launch-1.0 oscillator frequency=440 stop=5000000000 ! mediastreamdest ! opusenc ! oggmux ! filesink location=sine.ogg
 * ]|
 *
 * A fifth as a custom wave, that is, the second and the third partial:
 * |[
 * gst-launch-1.0 oscillator frequency=220 stop=2000000000 imag="<0, 0, 1, 0.5>" real="<0, 0, 0, 0>" ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "../dsp/oscillator.h"
#include "../graph/graph.h"
#include "../graph/param.h"
#include "oscillator.h"

#define GST_CAT_DEFAULT gst_web_audio_oscillator_debug
GST_DEBUG_CATEGORY_STATIC (gst_web_audio_oscillator_debug);

/* 2^(this / 1200) is the largest float; the spec's nominal range */
#define MAX_DETUNE 153600.0

/**
 * GstWebAudioOscillatorType:
 * @GST_WEB_AUDIO_OSCILLATOR_SINE: sine
 * @GST_WEB_AUDIO_OSCILLATOR_SQUARE: square
 * @GST_WEB_AUDIO_OSCILLATOR_SAWTOOTH: sawtooth
 * @GST_WEB_AUDIO_OSCILLATOR_TRIANGLE: triangle
 * @GST_WEB_AUDIO_OSCILLATOR_CUSTOM: what real and imag say
 *
 * https://webaudio.github.io/web-audio-api/#enumdef-oscillatortype
 */
typedef enum
{
  GST_WEB_AUDIO_OSCILLATOR_SINE = WEBAUDIO_WAVE_SINE,
  GST_WEB_AUDIO_OSCILLATOR_SQUARE = WEBAUDIO_WAVE_SQUARE,
  GST_WEB_AUDIO_OSCILLATOR_SAWTOOTH = WEBAUDIO_WAVE_SAWTOOTH,
  GST_WEB_AUDIO_OSCILLATOR_TRIANGLE = WEBAUDIO_WAVE_TRIANGLE,
  GST_WEB_AUDIO_OSCILLATOR_CUSTOM
} GstWebAudioOscillatorType;

enum
{
  PROP_0,
  PROP_TYPE,
  PROP_REAL,
  PROP_IMAG,
  PROP_DISABLE_NORMALIZATION
};

enum
{
  PARAM_FREQUENCY,
  PARAM_DETUNE
};

struct _GstWebAudioOscillator
{
  GstWebAudioScheduledSource parent;

  /* object lock */
  GstWebAudioOscillatorType type;
  GArray *real;                 /* gfloat */
  GArray *imag;
  gboolean disable_normalization;
  WebAudioPeriodicWave *custom; /* NULL while real and imag make none */
  WebAudioPeriodicWave *wave;   /* what sounds */

  /* the rendering thread's */
  gboolean sounding;            /* the phase counts */
  guint64 phase;                /* of the frame next_frame; 2^64 is a cycle */
  guint64 next_frame;
};

G_DEFINE_TYPE (GstWebAudioOscillator, gst_web_audio_oscillator,
    GST_TYPE_WEB_AUDIO_SCHEDULED_SOURCE);
GST_ELEMENT_REGISTER_DEFINE (oscillator, "oscillator", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_OSCILLATOR);

#define GST_TYPE_WEB_AUDIO_OSCILLATOR_TYPE \
    (gst_web_audio_oscillator_type_get_type ())

static GType
gst_web_audio_oscillator_type_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_WEB_AUDIO_OSCILLATOR_SINE, "Sine", "sine"},
    {GST_WEB_AUDIO_OSCILLATOR_SQUARE, "Square", "square"},
    {GST_WEB_AUDIO_OSCILLATOR_SAWTOOTH, "Sawtooth", "sawtooth"},
    {GST_WEB_AUDIO_OSCILLATOR_TRIANGLE, "Triangle", "triangle"},
    {GST_WEB_AUDIO_OSCILLATOR_CUSTOM, "The wave of real and imag", "custom"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioOscillatorType",
      values);
}

/* Rendering */

/* What some frames are rendered with. */
typedef struct
{
  gdouble frequency;
  gdouble detune;
  const gdouble *frequencies;   /* of each frame, or NULL for one of all */
  const gdouble *detunes;
  gint rate;
} Pitch;

static void
pitch_read (GstWebAudioOscillator * self, guint64 frame, guint n, Pitch * pitch)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);

  pitch->frequencies = gst_web_audio_param_values
      (gst_web_audio_node_get_param (node, PARAM_FREQUENCY), frame, n,
      &pitch->frequency);
  pitch->detunes = gst_web_audio_param_values
      (gst_web_audio_node_get_param (node, PARAM_DETUNE), frame, n,
      &pitch->detune);
  pitch->rate = node->graph->rate;
}

static gboolean
pitch_varies (const Pitch * pitch)
{
  return pitch->frequencies || pitch->detunes;
}

static gint64
constant_increment (const Pitch * pitch)
{
  return webaudio_oscillator_increment (webaudio_oscillator_frequency
      (pitch->frequency, pitch->detune), pitch->rate);
}

/* The phase increments of up to one quantum of frames, from the frame numbered
 * @at of those that were read. */
static void
get_increments (const Pitch * pitch, guint at, gint64 * increments, guint n)
{
  webaudio_oscillator_increments (increments,
      pitch->frequencies ? pitch->frequencies + at : NULL, pitch->frequency,
      pitch->detunes ? pitch->detunes + at : NULL, pitch->detune,
      pitch->rate, n);
}

/* The speed of the first frame in cycles per frame. An increment would not do
 * where the sign matters: at Nyquist it has none. */
static gdouble
first_speed (const Pitch * pitch)
{
  gdouble frequency = pitch->frequencies ? pitch->frequencies[0] :
      pitch->frequency;
  gdouble detune = pitch->detunes ? pitch->detunes[0] : pitch->detune;

  return CLAMP (webaudio_oscillator_frequency (frequency, detune) /
      pitch->rate, -0.5, 0.5);
}

/* The phase after @n frames. */
static guint64
skip (const Pitch * pitch, guint64 phase, guint64 n)
{
  gint64 increments[GST_WEB_AUDIO_QUANTUM];
  guint64 done;

  if (!pitch_varies (pitch))
    return phase + n * (guint64) constant_increment (pitch);
  for (done = 0; done < n; done += GST_WEB_AUDIO_QUANTUM) {
    guint count = MIN (n - done, GST_WEB_AUDIO_QUANTUM), i;

    get_increments (pitch, done, increments, count);
    for (i = 0; i < count; i++)
      phase += (guint64) increments[i];
  }
  return phase;
}

/* The sound begins, between two frames as it may be. */
static void
begin (GstWebAudioOscillator * self, gdouble start)
{
  guint64 first = (guint64) ceil (start);
  Pitch pitch;

  pitch_read (self, first, 1, &pitch);
  self->phase = (guint64) (gint64) ((ceil (start) - start) *
      first_speed (&pitch) * 0x1p64);
  self->next_frame = first;
  self->sounding = TRUE;
}

/* Sets the phase for @frame after a while in which nothing was rendered. */
static void
catch_up (GstWebAudioOscillator * self, guint64 frame)
{
  Pitch pitch;

  while (self->next_frame < frame) {
    guint n = MIN (frame - self->next_frame, GST_WEB_AUDIO_MAX_BLOCK_SIZE);

    pitch_read (self, self->next_frame, n, &pitch);
    self->phase = skip (&pitch, self->phase, n);
    self->next_frame += n;
  }
  self->next_frame = frame;
}

static void
render_varying (GstWebAudioOscillator * self, WebAudioPeriodicWave * wave,
    const Pitch * pitch, gfloat * out, guint n)
{
  gint64 increments[GST_WEB_AUDIO_QUANTUM];
  guint done;

  for (done = 0; done < n; done += GST_WEB_AUDIO_QUANTUM) {
    guint count = MIN (n - done, GST_WEB_AUDIO_QUANTUM);

    get_increments (pitch, done, increments, count);
    self->phase = webaudio_oscillator_render_varying (wave, self->phase,
        increments, out + done, count);
  }
}

static WebAudioPeriodicWave *
ref_wave (GstWebAudioOscillator * self)
{
  WebAudioPeriodicWave *wave;

  GST_OBJECT_LOCK (self);
  wave = self->wave ? webaudio_periodic_wave_ref (self->wave) : NULL;
  GST_OBJECT_UNLOCK (self);
  return wave;
}

static guint
gst_web_audio_oscillator_generate (GstWebAudioScheduledSource * source,
    guint64 frame, gdouble start, gfloat * const *planes, guint n)
{
  GstWebAudioOscillator *self = GST_WEB_AUDIO_OSCILLATOR (source);
  WebAudioPeriodicWave *wave = ref_wave (self);
  gfloat *out = planes[0];
  Pitch pitch;

  if (!self->sounding)
    begin (self, start);
  catch_up (self, frame);
  pitch_read (self, frame, n, &pitch);
  if (!wave) {
    memset (out, 0, n * sizeof (gfloat));
    self->phase = skip (&pitch, self->phase, n);
  } else if (pitch_varies (&pitch)) {
    render_varying (self, wave, &pitch, out, n);
  } else {
    self->phase = webaudio_oscillator_render (wave, self->phase,
        constant_increment (&pitch), out, n);
  }
  self->next_frame = frame + n;
  if (wave)
    webaudio_periodic_wave_unref (wave);
  return n;
}

static void
gst_web_audio_oscillator_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  GST_WEB_AUDIO_NODE_CLASS (gst_web_audio_oscillator_parent_class)->locate
      (node, from, to);
  if (from == GST_BUFFER_OFFSET_NONE)
    GST_WEB_AUDIO_OSCILLATOR (node)->sounding = FALSE;
}

/* The wave */

/* The coefficients in @value, or NULL if it holds something else. */
static GArray *
parse_coefficients (GstWebAudioOscillator * self, const gchar * name,
    const GValue * value)
{
  guint n = gst_value_array_get_size (value), i;
  GArray *parsed = g_array_sized_new (FALSE, FALSE, sizeof (gfloat), n);

  for (i = 0; i < n; i++) {
    GValue number = G_VALUE_INIT;
    gfloat coefficient = NAN;

    g_value_init (&number, G_TYPE_DOUBLE);
    if (g_value_transform (gst_value_array_get_value (value, i), &number))
      coefficient = (gfloat) g_value_get_double (&number);
    g_value_unset (&number);
    if (!isfinite (coefficient)) {
      GST_WARNING_OBJECT (self, "%s[%u] is no finite number; %s stays as it "
          "was", name, i, name);
      g_array_unref (parsed);
      return NULL;
    }
    g_array_append_val (parsed, coefficient);
  }
  return parsed;
}

/* The wave of real and imag; one that is empty counts as zeros. */
static WebAudioPeriodicWave *
make_custom (const GArray * real, const GArray * imag,
    gboolean disable_normalization)
{
  guint n = MAX (real->len, imag->len);

  if (n < 2 || (real->len && imag->len && real->len != imag->len))
    return NULL;
  return webaudio_periodic_wave_new (real->
      len ? (const float *) real->data : NULL,
      imag->len ? (const float *) imag->data : NULL, n, disable_normalization);
}

/* Takes what is set now and builds the wave from it, without a lock, for it
 * takes a while: the rendering thread goes on with the old one. */
static void
update_wave (GstWebAudioOscillator * self)
{
  GstWebAudioOscillatorType type;
  WebAudioPeriodicWave *wave = NULL, *old;

  GST_OBJECT_LOCK (self);
  type = self->type;
  if (type == GST_WEB_AUDIO_OSCILLATOR_CUSTOM && self->custom)
    wave = webaudio_periodic_wave_ref (self->custom);
  GST_OBJECT_UNLOCK (self);
  if (type != GST_WEB_AUDIO_OSCILLATOR_CUSTOM)
    wave = webaudio_periodic_wave_get_basic ((WebAudioBasicWave) type);
  if (!wave)
    return;

  GST_OBJECT_LOCK (self);
  old = self->wave;
  self->wave = wave;
  GST_OBJECT_UNLOCK (self);
  if (old)
    webaudio_periodic_wave_unref (old);
}

static void
update_custom (GstWebAudioOscillator * self)
{
  GArray *real, *imag;
  gboolean disable_normalization;
  WebAudioPeriodicWave *wave, *old = NULL;

  GST_OBJECT_LOCK (self);
  real = g_array_ref (self->real);
  imag = g_array_ref (self->imag);
  disable_normalization = self->disable_normalization;
  GST_OBJECT_UNLOCK (self);
  wave = make_custom (real, imag, disable_normalization);
  g_array_unref (real);
  g_array_unref (imag);

  /* between setting the one and the other array the last whole wave sounds */
  if (wave) {
    GST_OBJECT_LOCK (self);
    old = self->custom;
    self->custom = wave;
    GST_OBJECT_UNLOCK (self);
  }
  if (old)
    webaudio_periodic_wave_unref (old);
  update_wave (self);
}

static void
set_coefficients (GstWebAudioOscillator * self, const gchar * name,
    GArray ** where, const GValue * value)
{
  GArray *parsed = parse_coefficients (self, name, value);
  GArray *old;

  if (!parsed)
    return;
  GST_OBJECT_LOCK (self);
  old = *where;
  *where = parsed;
  self->type = GST_WEB_AUDIO_OSCILLATOR_CUSTOM;
  GST_OBJECT_UNLOCK (self);
  g_array_unref (old);
  update_custom (self);
}

/* Needs the object lock. */
static void
get_coefficients (const GArray * coefficients, GValue * value)
{
  guint i;

  for (i = 0; i < coefficients->len; i++) {
    GValue number = G_VALUE_INIT;

    g_value_init (&number, G_TYPE_DOUBLE);
    g_value_set_double (&number, g_array_index (coefficients, gfloat, i));
    gst_value_array_append_and_take_value (value, &number);
  }
}

/* Why the coefficients as they are make no wave, or NULL. */
static gchar *
explain_no_wave (GstWebAudioOscillator * self)
{
  gchar *why = NULL;

  GST_OBJECT_LOCK (self);
  if (self->type == GST_WEB_AUDIO_OSCILLATOR_CUSTOM) {
    guint real = self->real->len, imag = self->imag->len;

    if (MAX (real, imag) < 2)
      why = g_strdup ("a custom wave needs at least two coefficients in real "
          "or imag");
    else if (real && imag && real != imag)
      why = g_strdup_printf ("real has %u coefficients, imag has %u", real,
          imag);
  }
  GST_OBJECT_UNLOCK (self);
  return why;
}

static GstStateChangeReturn
gst_web_audio_oscillator_change_state (GstElement * element,
    GstStateChange transition)
{
  GstWebAudioOscillator *self = GST_WEB_AUDIO_OSCILLATOR (element);

  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    gchar *why = explain_no_wave (self);

    if (why) {
      GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
          ("There is no wave to play: %s.", why), (NULL));
      g_free (why);
      return GST_STATE_CHANGE_FAILURE;
    }
  }
  return GST_ELEMENT_CLASS (gst_web_audio_oscillator_parent_class)->change_state
      (element, transition);
}

/* The object */

static void
gst_web_audio_oscillator_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioOscillator *self = GST_WEB_AUDIO_OSCILLATOR (object);

  switch (id) {
    case PROP_TYPE:
      GST_OBJECT_LOCK (self);
      self->type = g_value_get_enum (value);
      GST_OBJECT_UNLOCK (self);
      update_wave (self);
      break;
    case PROP_REAL:
      set_coefficients (self, "real", &self->real, value);
      break;
    case PROP_IMAG:
      set_coefficients (self, "imag", &self->imag, value);
      break;
    case PROP_DISABLE_NORMALIZATION:
      GST_OBJECT_LOCK (self);
      self->disable_normalization = g_value_get_boolean (value);
      GST_OBJECT_UNLOCK (self);
      update_custom (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_oscillator_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioOscillator *self = GST_WEB_AUDIO_OSCILLATOR (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_TYPE:
      g_value_set_enum (value, self->type);
      break;
    case PROP_REAL:
      get_coefficients (self->real, value);
      break;
    case PROP_IMAG:
      get_coefficients (self->imag, value);
      break;
    case PROP_DISABLE_NORMALIZATION:
      g_value_set_boolean (value, self->disable_normalization);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_oscillator_finalize (GObject * object)
{
  GstWebAudioOscillator *self = GST_WEB_AUDIO_OSCILLATOR (object);

  g_array_unref (self->real);
  g_array_unref (self->imag);
  g_clear_pointer (&self->custom, webaudio_periodic_wave_unref);
  g_clear_pointer (&self->wave, webaudio_periodic_wave_unref);
  G_OBJECT_CLASS (gst_web_audio_oscillator_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstWebAudioOscillator:type:
   *
   * The wave. Setting real or imag makes it custom.
   * https://webaudio.github.io/web-audio-api/#dom-oscillatornode-type
   */
  g_object_class_install_property (object_class, PROP_TYPE,
      g_param_spec_enum ("type", "Type", "Wave; setting real or imag makes it "
          "custom", GST_TYPE_WEB_AUDIO_OSCILLATOR_TYPE,
          GST_WEB_AUDIO_OSCILLATOR_SINE, flags));
  /**
   * GstWebAudioOscillator:real:
   *
   * The cosine terms of a custom wave: index 0 is ignored, index 1 is the
   * fundamental. As long as imag, or empty for zeros; at least two.
   * https://webaudio.github.io/web-audio-api/#PeriodicWave
   */
  g_object_class_install_property (object_class, PROP_REAL,
      gst_param_spec_array ("real", "Real", "Cosine terms of the custom wave, "
          "from index 0, which is ignored", NULL, flags));
  /**
   * GstWebAudioOscillator:imag:
   *
   * The sine terms of a custom wave: index 0 is ignored, index 1 is the
   * fundamental. As long as real, or empty for zeros; at least two.
   * https://webaudio.github.io/web-audio-api/#PeriodicWave
   */
  g_object_class_install_property (object_class, PROP_IMAG,
      gst_param_spec_array ("imag", "Imag", "Sine terms of the custom wave, "
          "from index 0, which is ignored", NULL, flags));
  /**
   * GstWebAudioOscillator:disable-normalization:
   *
   * Whether a custom wave is as loud as its coefficients say, instead of
   * having a peak of 1.
   * https://webaudio.github.io/web-audio-api/#dom-periodicwaveconstraints-disablenormalization
   */
  g_object_class_install_property (object_class, PROP_DISABLE_NORMALIZATION,
      g_param_spec_boolean ("disable-normalization", "Disable normalization",
          "Leave a custom wave as loud as its coefficients say", FALSE, flags));
}

static void
add_params (GstWebAudioNodeClass * node_class)
{
  /**
   * GstWebAudioOscillator:frequency:
   *
   * Frequency before detune, in Hz; negative ones run backwards. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-oscillatornode-frequency
   */
  gst_web_audio_node_class_add_param (node_class, "frequency", "Frequency",
      "Frequency in Hz, before detune; what sounds is clamped to half the "
      "sample rate", -GST_WEB_AUDIO_MAX_RATE / 2, GST_WEB_AUDIO_MAX_RATE / 2,
      440, GST_WEB_AUDIO_PARAM_COMPOUND);
  /**
   * GstWebAudioOscillator:detune:
   *
   * Detuning in cents. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-oscillatornode-detune
   */
  gst_web_audio_node_class_add_param (node_class, "detune", "Detune",
      "Detuning in cents", -MAX_DETUNE, MAX_DETUNE, 0,
      GST_WEB_AUDIO_PARAM_COMPOUND);
}

static void
gst_web_audio_oscillator_class_init (GstWebAudioOscillatorClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_oscillator_debug, "oscillator", 0,
      "Web Audio OscillatorNode");

  object_class->set_property = gst_web_audio_oscillator_set_property;
  object_class->get_property = gst_web_audio_oscillator_get_property;
  object_class->finalize = gst_web_audio_oscillator_finalize;
  install_properties (object_class);
  add_params (GST_WEB_AUDIO_NODE_CLASS (klass));

  gst_element_class_set_static_metadata (element_class, "Oscillator",
      "Source/Audio", "Plays a band-limited periodic wave (Web Audio "
      "OscillatorNode)", "The gst-webaudio authors");
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_oscillator_change_state);
  GST_WEB_AUDIO_NODE_CLASS (klass)->locate = gst_web_audio_oscillator_locate;
  GST_WEB_AUDIO_SCHEDULED_SOURCE_CLASS (klass)->generate =
      gst_web_audio_oscillator_generate;
  gst_web_audio_scheduled_source_class_add_start
      (GST_WEB_AUDIO_SCHEDULED_SOURCE_CLASS (klass));
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_OSCILLATOR_TYPE, 0);
}

static void
gst_web_audio_oscillator_init (GstWebAudioOscillator * self)
{
  self->real = g_array_new (FALSE, FALSE, sizeof (gfloat));
  self->imag = g_array_new (FALSE, FALSE, sizeof (gfloat));
  self->wave = webaudio_periodic_wave_get_basic (WEBAUDIO_WAVE_SINE);
}
