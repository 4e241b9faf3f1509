/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-convolver
 * @title: convolver
 * @see_also: delay, iirfilter, audiofirfilter
 *
 * The ConvolverNode of Web Audio: the sound of a room, a loudspeaker or anything
 * else of which there is an impulse response, of one, two or four channels and
 * any length. It has no latency.
 * https://webaudio.github.io/web-audio-api/#ConvolverNode
 *
 * Noise that dies away is a hall, and this is what ticks sound like in it:
 * |[
 * gst-launch-1.0 audiotestsrc wave=white-noise num-buffers=94 ! audio/x-raw,channels=2,rate=48000 ! gain gain::automation="exponentialRampToValueAtTime(0.001, 2)" ! wavenc ! filesink location=hall.wav
 * gst-launch-1.0 audiotestsrc wave=ticks num-buffers=200 ! convolver location=hall.wav ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "../dsp/convolver.h"
#include "../graph/graph.h"
#include "../streams/audiobuffer.h"
#include "../streams/audiofile.h"
#include "convolver.h"

#define GST_CAT_DEFAULT gst_web_audio_convolver_debug
GST_DEBUG_CATEGORY_STATIC (gst_web_audio_convolver_debug);

enum
{
  PROP_0,
  PROP_BUFFER,
  PROP_NORMALIZE,
  PROP_LOCATION,
  PROP_URI
};

/* What was set. */
typedef struct
{
  GstSample *sample;
  GstWebAudioBuffer *buffer;    /* what is in it; or NULL */
  gboolean normalize;
  gboolean is_file;             /* may be resampled */
} Response;

struct _GstWebAudioConvolver
{
  GstWebAudioNode parent;

  GstWebAudioFile *file;

  /* object lock */
  gboolean normalize;
  Response response;
  gint next_rate;               /* for which its kernel was made */
  WebAudioConvolver *next;      /* takes the place of kernel */
  gboolean has_next;
  WebAudioConvolver *retired;   /* may be freed */

  WebAudioConvolver *kernel;    /* the rendering thread's */
};

G_DEFINE_TYPE (GstWebAudioConvolver, gst_web_audio_convolver,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (convolver, "convolver", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_CONVOLVER);

/* Rendering */

static void
free_retired (gpointer object)
{
  GstWebAudioConvolver *self = object;
  WebAudioConvolver *retired;

  GST_OBJECT_LOCK (self);
  retired = g_steal_pointer (&self->retired);
  GST_OBJECT_UNLOCK (self);
  webaudio_convolver_free (retired);
}

/* Takes what was set since the last block. */
static void
take_next (GstWebAudioConvolver * self)
{
  gboolean taken;

  GST_OBJECT_LOCK (self);
  taken = self->has_next && !self->retired;
  if (taken) {
    self->retired = self->kernel;
    self->kernel = g_steal_pointer (&self->next);
    self->has_next = FALSE;
  }
  GST_OBJECT_UNLOCK (self);
  if (taken)
    gst_web_audio_defer (free_retired, self);
}

static void
convolve (WebAudioConvolver * kernel, guint64 frame,
    const GstWebAudioBlock * from, GstWebAudioBlock * to)
{
  const gfloat *in[2] = { NULL };
  gfloat *out[2] = { NULL };
  guint c;

  for (c = 0; c < from->channels; c++)
    in[c] = gst_web_audio_block_plane (from, c);
  for (c = 0; c < to->channels; c++)
    out[c] = gst_web_audio_block_plane (to, c);
  webaudio_convolver_process (kernel, frame, from->silent ? NULL : in,
      from->channels, out, to->channels, from->frames);
}

static gboolean
gst_web_audio_convolver_at_rest (GstWebAudioNode * node)
{
  GstWebAudioConvolver *self = GST_WEB_AUDIO_CONVOLVER (node);

  return !self->kernel || webaudio_convolver_is_at_rest (self->kernel);
}

/* Its channels change at a quantum. */
static guint
gst_web_audio_convolver_max_block (GstWebAudioNode * node)
{
  GstWebAudioConvolver *self = GST_WEB_AUDIO_CONVOLVER (node);

  return self->kernel && webaudio_convolver_is_settling (self->kernel) ?
      GST_WEB_AUDIO_QUANTUM : 0;
}

static GstFlowReturn
gst_web_audio_convolver_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioConvolver *self = GST_WEB_AUDIO_CONVOLVER (node);
  GstWebAudioBlock result = *block;
  gboolean silent;
  guint channels;

  take_next (self);
  channels = self->kernel ? webaudio_convolver_channels (self->kernel,
      block->channels) : 1;
  silent = !self->kernel || (block->silent
      && gst_web_audio_convolver_at_rest (node));
  if ((result.channels != channels || block->silent != silent
          || (!silent && !gst_web_audio_block_is_writable (block)))
      && !gst_web_audio_node_acquire (node, &result, channels, frame,
          block->frames, silent))
    return GST_FLOW_ERROR;
  if (!silent)
    convolve (self->kernel, frame, block, &result);
  if (result.buffer != block->buffer)
    gst_web_audio_block_clear (block);
  *block = result;
  return GST_FLOW_OK;
}

static void
gst_web_audio_convolver_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  GstWebAudioConvolver *self = GST_WEB_AUDIO_CONVOLVER (node);

  if (from == GST_BUFFER_OFFSET_NONE && self->kernel)
    webaudio_convolver_reset (self->kernel);
}

/* The kernel of a response */

static gboolean
convert (GstAudioConverter * converter, const WebAudioBuffer * content,
    gsize in_length, gfloat * to, gsize out_length)
{
  gpointer in[GST_WEB_AUDIO_MAX_CHANNELS], out[GST_WEB_AUDIO_MAX_CHANNELS];
  gfloat *padded = g_try_new0 (gfloat, in_length * content->channels);
  guint c;

  if (!padded)
    return FALSE;
  for (c = 0; c < content->channels; c++) {
    in[c] = memcpy (padded + c * in_length, content->planes[c],
        content->length * sizeof (gfloat));
    out[c] = to + c * out_length;
  }
  gst_audio_converter_samples (converter, 0, in, in_length, out, out_length);
  g_free (padded);
  return TRUE;
}

/* The samples of @buffer at another rate, one plane of @length after the other,
 * or NULL. A response is a density in time: the more values it has, the smaller
 * they are. */
static gfloat *
resample (const GstWebAudioBuffer * buffer, gint rate, gsize * length)
{
  guint channels = buffer->content.channels;
  guint64 mask = gst_web_audio_default_channel_mask (channels);
  GstAudioConverter *converter;
  GstAudioInfo from, to;
  GstStructure *options;
  gfloat *resampled;
  gsize n, i;

  gst_web_audio_audio_info (&from, GST_AUDIO_FORMAT_F32,
      GST_AUDIO_LAYOUT_NON_INTERLEAVED, buffer->rate, channels, mask);
  gst_web_audio_audio_info (&to, GST_AUDIO_FORMAT_F32,
      GST_AUDIO_LAYOUT_NON_INTERLEAVED, rate, channels, mask);
  options = gst_structure_new_empty ("options");
  gst_audio_resampler_options_set_quality (GST_AUDIO_RESAMPLER_METHOD_KAISER,
      GST_AUDIO_RESAMPLER_QUALITY_MAX, buffer->rate, rate, options);
  converter = gst_audio_converter_new (GST_AUDIO_CONVERTER_FLAG_NONE, &from,
      &to, options);
  if (!converter)
    return NULL;
  /* at its end the filter looks ahead into silence */
  n = buffer->content.length + gst_audio_converter_get_max_latency (converter);
  *length = gst_audio_converter_get_out_frames (converter, n);
  resampled = *length ? g_try_new (gfloat, *length * channels) : NULL;
  if (resampled && !convert (converter, &buffer->content, n, resampled,
          *length))
    g_clear_pointer (&resampled, g_free);
  for (i = 0; resampled && i < *length * channels; i++)
    resampled[i] *= (gfloat) buffer->rate / rate;
  gst_audio_converter_free (converter);
  return resampled;
}

static WebAudioConvolver *
make_kernel (const gfloat * const *planes, guint channels, gsize length,
    gint rate, gboolean normalize)
{
  gdouble scale = normalize ? webaudio_convolver_scale (planes, channels,
      length, rate) : 1;

  return webaudio_convolver_new (planes, channels, length, scale);
}

static WebAudioConvolver *
make_resampled_kernel (const Response * response, gint rate)
{
  guint channels = response->buffer->content.channels, c;
  const gfloat *planes[GST_WEB_AUDIO_MAX_CHANNELS];
  WebAudioConvolver *kernel;
  gfloat *resampled;
  gsize length;

  resampled = resample (response->buffer, rate, &length);
  if (!resampled)
    return NULL;
  for (c = 0; c < channels; c++)
    planes[c] = resampled + c * length;
  kernel = make_kernel (planes, channels, length, rate, response->normalize);
  g_free (resampled);
  return kernel;
}

/* What convolves with @response in a graph of @rate; NULL where memory lacks. */
static WebAudioConvolver *
build (const Response * response, gint rate)
{
  const WebAudioBuffer *content = &response->buffer->content;

  if (rate != response->buffer->rate)
    return make_resampled_kernel (response, rate);
  return make_kernel (content->planes, content->channels, content->length,
      rate, response->normalize);
}

/* The response */

static void
response_clear (Response * response)
{
  g_clear_pointer (&response->sample, gst_sample_unref);
  g_clear_pointer (&response->buffer, gst_web_audio_buffer_unref);
}

/* Puts @kernel, made for @rate, in the place of what convolves now. With the
 * object lock; returns what is to be freed without it. */
static WebAudioConvolver *
set_next (GstWebAudioConvolver * self, WebAudioConvolver * kernel, gint rate)
{
  WebAudioConvolver *old = self->next;

  self->next = kernel;
  self->next_rate = rate;
  self->has_next = TRUE;
  return old;
}

/* Takes @response and @kernel. */
static void
exchange (GstWebAudioConvolver * self, Response * response,
    WebAudioConvolver * kernel, gint rate)
{
  Response old_response;
  WebAudioConvolver *old;

  GST_OBJECT_LOCK (self);
  old_response = self->response;
  self->response = *response;
  old = set_next (self, kernel, rate);
  GST_OBJECT_UNLOCK (self);
  response_clear (&old_response);
  webaudio_convolver_free (old);
}

/* Why @buffer can't be the response, where the graph's rate is @rate; or NULL. */
static gchar *
find_fault (const GstWebAudioBuffer * buffer, gboolean is_file, gint rate)
{
  guint channels = buffer->content.channels;

  if (channels != 1 && channels != 2 && channels != 4)
    return g_strdup_printf ("it has %u channels, not 1, 2 or 4", channels);
  if (buffer->content.length == 0)
    return g_strdup ("it is empty");
  if (!is_file && rate && rate != buffer->rate)
    return g_strdup_printf ("it has %d Hz, while the graph has %d Hz",
        buffer->rate, rate);
  return NULL;
}

static gboolean
parse_sample (GstWebAudioConvolver * self, Response * response, gint rate)
{
  gchar *why = NULL;

  response->buffer = gst_web_audio_buffer_from_sample (response->sample, &why);
  if (response->buffer)
    why = find_fault (response->buffer, response->is_file, rate);
  if (!why)
    return TRUE;
  if (response->is_file)
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("The file is no impulse "
            "response: %s.", why), (NULL));
  else
    GST_WARNING_OBJECT (self, "NotSupportedError: this is no impulse response: "
        "%s", why);
  g_free (why);
  return FALSE;
}

/* Makes @sample the response; NULL for none. */
static void
set_response (GstWebAudioConvolver * self, GstSample * sample, gboolean is_file)
{
  gint rate = g_atomic_int_get (&GST_WEB_AUDIO_NODE (self)->rate);
  Response response = { NULL, NULL, TRUE, is_file };
  WebAudioConvolver *kernel = NULL;

  if (!sample) {
    exchange (self, &response, NULL, 0);
    return;
  }
  GST_OBJECT_LOCK (self);
  response.normalize = self->normalize;
  GST_OBJECT_UNLOCK (self);
  response.sample = gst_sample_ref (sample);
  if (parse_sample (self, &response, rate)) {
    if (!rate)
      rate = response.buffer->rate;
    kernel = build (&response, rate);
    if (!kernel)
      GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
          ("There is no memory for the impulse response."), (NULL));
  }
  if (kernel)
    exchange (self, &response, kernel, rate);
  else
    response_clear (&response);
}

static void
report_refusal (gpointer object)
{
  GstWebAudioConvolver *self = object;
  gint rate = g_atomic_int_get (&GST_WEB_AUDIO_NODE (self)->rate), its_rate = 0;

  GST_OBJECT_LOCK (self);
  if (self->response.buffer)
    its_rate = self->response.buffer->rate;
  GST_OBJECT_UNLOCK (self);
  GST_ELEMENT_ERROR (self, CORE, NEGOTIATION, ("The impulse response has %d "
          "Hz, while the graph has %d Hz.", its_rate, rate),
      ("NotSupportedError"));
}

/* The response was set before the graph's rate was known. */
static void
gst_web_audio_convolver_prepare (GstWebAudioNode * node, gint rate)
{
  GstWebAudioConvolver *self = GST_WEB_AUDIO_CONVOLVER (node);
  WebAudioConvolver *kernel = NULL, *old = NULL;
  Response response = { 0, };

  GST_OBJECT_LOCK (self);
  if (self->response.buffer && self->next_rate != rate) {
    response = self->response;
    gst_sample_ref (response.sample);
    gst_web_audio_buffer_ref (response.buffer);
  }
  GST_OBJECT_UNLOCK (self);
  if (!response.buffer)
    return;
  if (response.is_file || response.buffer->rate == rate)
    kernel = build (&response, rate);
  GST_OBJECT_LOCK (self);
  if (self->response.buffer == response.buffer)
    old = set_next (self, kernel, rate);
  GST_OBJECT_UNLOCK (self);
  if (old != kernel)
    webaudio_convolver_free (old);
  if (!kernel)
    gst_web_audio_defer (report_refusal, self);
  response_clear (&response);
}

static void
on_loaded (GstWebAudioNode * node, GstSample * sample)
{
  set_response (GST_WEB_AUDIO_CONVOLVER (node), sample, TRUE);
}

/* The object */

static GstStateChangeReturn
gst_web_audio_convolver_change_state (GstElement * element,
    GstStateChange transition)
{
  return gst_web_audio_file_change_state (GST_WEB_AUDIO_CONVOLVER
      (element)->file, gst_web_audio_convolver_parent_class, transition);
}

static void
gst_web_audio_convolver_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioConvolver *self = GST_WEB_AUDIO_CONVOLVER (object);

  switch (id) {
    case PROP_BUFFER:
      gst_web_audio_file_set_uri (self->file, NULL);
      set_response (self, gst_value_get_sample (value), FALSE);
      break;
    case PROP_NORMALIZE:
      GST_OBJECT_LOCK (self);
      self->normalize = g_value_get_boolean (value);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_LOCATION:
    case PROP_URI:
      gst_web_audio_file_set_property (self->file, value, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_convolver_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioConvolver *self = GST_WEB_AUDIO_CONVOLVER (object);

  switch (id) {
    case PROP_BUFFER:
      GST_OBJECT_LOCK (self);
      gst_value_set_sample (value, self->response.sample);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_NORMALIZE:
      GST_OBJECT_LOCK (self);
      g_value_set_boolean (value, self->normalize);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_LOCATION:
    case PROP_URI:
      gst_web_audio_file_get_property (self->file, value, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_convolver_finalize (GObject * object)
{
  GstWebAudioConvolver *self = GST_WEB_AUDIO_CONVOLVER (object);

  free_retired (self);
  g_clear_pointer (&self->kernel, webaudio_convolver_free);
  g_clear_pointer (&self->next, webaudio_convolver_free);
  response_clear (&self->response);
  gst_web_audio_file_free (self->file);
  G_OBJECT_CLASS (gst_web_audio_convolver_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstWebAudioConvolver:buffer:
   *
   * The impulse response: raw audio of any format, with 1, 2 or 4 channels and
   * of the graph's rate, in one buffer; %NULL for silence. Another one takes
   * effect with the next block, and what was heard before is cut off.
   * https://webaudio.github.io/web-audio-api/#dom-convolvernode-buffer
   */
  g_object_class_install_property (object_class, PROP_BUFFER,
      g_param_spec_boxed ("buffer", "Buffer", "The impulse response: a sample "
          "of raw audio", GST_TYPE_SAMPLE, flags));
  /**
   * GstWebAudioConvolver:normalize:
   *
   * Whether responses are scaled to about the same loudness. It counts for
   * those that are set, or files that are opened, after it.
   * https://webaudio.github.io/web-audio-api/#dom-convolvernode-normalize
   */
  g_object_class_install_property (object_class, PROP_NORMALIZE,
      g_param_spec_boolean ("normalize", "Normalize", "Scale impulse responses "
          "that are set after this to about the same loudness", TRUE, flags));
  gst_web_audio_file_install_properties (object_class, PROP_LOCATION, PROP_URI);
}

static void
gst_web_audio_convolver_class_init (GstWebAudioConvolverClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_convolver_debug, "convolver", 0,
      "Web Audio ConvolverNode");

  object_class->set_property = gst_web_audio_convolver_set_property;
  object_class->get_property = gst_web_audio_convolver_get_property;
  object_class->finalize = gst_web_audio_convolver_finalize;
  install_properties (object_class);

  gst_element_class_set_static_metadata (element_class, "Convolver",
      "Filter/Effect/Audio",
      "Convolves with an impulse response (Web Audio ConvolverNode)",
      "The gst-webaudio authors");
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_convolver_change_state);
  node_class->prepare = gst_web_audio_convolver_prepare;
  node_class->locate = gst_web_audio_convolver_locate;
  node_class->process = gst_web_audio_convolver_process;
  node_class->at_rest = gst_web_audio_convolver_at_rest;
  node_class->max_block = gst_web_audio_convolver_max_block;
  node_class->max_channels = 2;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
}

static void
gst_web_audio_convolver_init (GstWebAudioConvolver * self)
{
  self->normalize = TRUE;
  self->file = gst_web_audio_file_new (GST_WEB_AUDIO_NODE (self), on_loaded);
}
