/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-mediastreamsource
 * @title: mediastreamsource
 * @see_also: mediastreamdest
 *
 * The MediaStreamAudioSourceNode and MediaElementAudioSourceNode of Web Audio:
 * where a stream that others make enters the graph, be it a microphone, a
 * decoder or what a peer sends.
 * https://webaudio.github.io/web-audio-api/#MediaStreamAudioSourceNode
 *
 * A stream that is not live is taken at the graph's pace, and nothing of it is
 * lost. A live one sets the pace: the graph goes on whether it delivers or not,
 * what comes late is silence, and the difference between its clock and the
 * graph's is resampled away.
 *
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=100 ! mediastreamsource ! gain gain=0.5 ! autoaudiosink
 * ]|
 *
 * A live source, such as a microphone, beside an oscillator:
 * |[
 * gst-launch-1.0 gain name=mix gain=0.3 length=96000 ! autoaudiosink audiotestsrc is-live=true ! mediastreamsource ! mix. oscillator ! mix.
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../graph/input.h"
#include "mediastreamsource.h"

#define DEFAULT_JITTER (20 * GST_MSECOND)

enum
{
  PROP_0,
  PROP_STREAM,
  PROP_JITTER,
  PROP_UNDERRUNS,
  PROP_ENDLESS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

struct _GstWebAudioMediaStreamSource
{
  GstWebAudioNode parent;

  GstWebAudioInput *input;      /* the pad sink, which lives as long */
  GstStreamCollection *stream;  /* object lock */
  GstClockTime jitter;          /* object lock */
  gboolean endless;             /* object lock */
};

G_DEFINE_TYPE (GstWebAudioMediaStreamSource,
    gst_web_audio_media_stream_source, GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (mediastreamsource, "mediastreamsource",
    GST_RANK_NONE, GST_TYPE_WEB_AUDIO_MEDIA_STREAM_SOURCE);

/* What comes in is what goes out. */
static GstFlowReturn
gst_web_audio_media_stream_source_process (GstWebAudioNode * node,
    guint64 frame, GstWebAudioBlock * block)
{
  return GST_FLOW_OK;
}

/* The stream */

/* The upstream's own description of the stream, or one made of its id. */
static GstStreamCollection *
describe (GstEvent * stream_start)
{
  GstStreamCollection *collection;
  GstStream *stream = NULL;
  const gchar *id;

  gst_event_parse_stream_start (stream_start, &id);
  gst_event_parse_stream (stream_start, &stream);
  if (!stream)
    stream = gst_stream_new (id, NULL, GST_STREAM_TYPE_AUDIO,
        GST_STREAM_FLAG_NONE);
  collection = gst_stream_collection_new (id);
  gst_stream_collection_add_stream (collection, stream);
  return collection;
}

static GstPadProbeReturn
take_stream_start (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstWebAudioMediaStreamSource *self = data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstStreamCollection *stream, *old;

  if (GST_EVENT_TYPE (event) != GST_EVENT_STREAM_START)
    return GST_PAD_PROBE_OK;
  stream = describe (event);
  GST_OBJECT_LOCK (self);
  old = self->stream;
  self->stream = stream;
  GST_OBJECT_UNLOCK (self);
  gst_clear_object (&old);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STREAM]);
  return GST_PAD_PROBE_OK;
}

/* The element */

/* Whoever asks the pipeline to end means the streams that would not, too. */
static gboolean
gst_web_audio_media_stream_source_send_event (GstElement * element,
    GstEvent * event)
{
  GstWebAudioMediaStreamSource *self = GST_WEB_AUDIO_MEDIA_STREAM_SOURCE
      (element);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_web_audio_input_set_endless (self->input, FALSE);
  return GST_ELEMENT_CLASS
      (gst_web_audio_media_stream_source_parent_class)->send_event (element,
      event);
}

static GstStateChangeReturn
gst_web_audio_media_stream_source_change_state (GstElement * element,
    GstStateChange transition)
{
  GstWebAudioMediaStreamSource *self = GST_WEB_AUDIO_MEDIA_STREAM_SOURCE
      (element);
  gboolean endless;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      || transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    GST_OBJECT_LOCK (self);
    endless = self->endless;
    GST_OBJECT_UNLOCK (self);
    gst_web_audio_input_set_endless (self->input, endless);
  }
  return GST_ELEMENT_CLASS
      (gst_web_audio_media_stream_source_parent_class)->change_state (element,
      transition);
}

static void
gst_web_audio_media_stream_source_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioMediaStreamSource *self = GST_WEB_AUDIO_MEDIA_STREAM_SOURCE
      (object);

  switch (id) {
    case PROP_JITTER:
      GST_OBJECT_LOCK (self);
      self->jitter = g_value_get_uint64 (value);
      GST_OBJECT_UNLOCK (self);
      gst_web_audio_input_follow_live (self->input, g_value_get_uint64 (value));
      break;
    case PROP_ENDLESS:
      GST_OBJECT_LOCK (self);
      self->endless = g_value_get_boolean (value);
      GST_OBJECT_UNLOCK (self);
      gst_web_audio_input_set_endless (self->input, g_value_get_boolean
          (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_media_stream_source_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioMediaStreamSource *self = GST_WEB_AUDIO_MEDIA_STREAM_SOURCE
      (object);

  switch (id) {
    case PROP_UNDERRUNS:
      g_value_set_uint64 (value,
          gst_web_audio_input_get_underruns (self->input));
      break;
    case PROP_STREAM:
      GST_OBJECT_LOCK (self);
      g_value_set_object (value, self->stream);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_JITTER:
      GST_OBJECT_LOCK (self);
      g_value_set_uint64 (value, self->jitter);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_ENDLESS:
      GST_OBJECT_LOCK (self);
      g_value_set_boolean (value, self->endless);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_media_stream_source_finalize (GObject * object)
{
  GstWebAudioMediaStreamSource *self = GST_WEB_AUDIO_MEDIA_STREAM_SOURCE
      (object);

  gst_clear_object (&self->stream);
  gst_clear_object (&self->input);
  G_OBJECT_CLASS (gst_web_audio_media_stream_source_parent_class)->finalize
      (object);
}

static void
gst_web_audio_media_stream_source_constructed (GObject * object)
{
  GstWebAudioMediaStreamSource *self = GST_WEB_AUDIO_MEDIA_STREAM_SOURCE
      (object);
  GstPad *pad;

  G_OBJECT_CLASS (gst_web_audio_media_stream_source_parent_class)->constructed
      (object);
  pad = gst_element_get_static_pad (GST_ELEMENT (self), "sink");
  self->input = GST_WEB_AUDIO_INPUT (pad);
  gst_web_audio_input_follow_live (self->input, self->jitter);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      take_stream_start, self, NULL);
}

static void
install_properties (GObjectClass * object_class)
{
  /**
   * GstWebAudioMediaStreamSource:stream:
   *
   * The MediaStream that comes in: a collection of its one audio stream, %NULL
   * before one has begun.
   * https://webaudio.github.io/web-audio-api/#dom-mediastreamaudiosourcenode-mediastream
   */
  properties[PROP_STREAM] = g_param_spec_object ("stream", "Stream",
      "The media stream that comes in: a collection of one audio stream",
      GST_TYPE_STREAM_COLLECTION, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebAudioMediaStreamSource:jitter:
   *
   * How much later than it promises by its latency a live stream may deliver
   * without a gap; it is added to the latency of the graph. Counts from the next
   * time that the pipeline distributes its latency.
   */
  properties[PROP_JITTER] = g_param_spec_uint64 ("jitter", "Jitter",
      "How late a live stream may be without a gap, added to the latency (ns)",
      0, 10 * GST_SECOND, DEFAULT_JITTER,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstWebAudioMediaStreamSource:underruns:
   *
   * For how many frames, since the element left READY, there was silence because
   * a live stream was late.
   */
  properties[PROP_UNDERRUNS] = g_param_spec_uint64 ("underruns", "Underruns",
      "Frames of silence because a live stream was late", 0, G_MAXUINT64, 0,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebAudioMediaStreamSource:endless:
   *
   * Whether silence follows when the stream ends, as the spec has it for a track
   * that ended, until another stream begins; if not, the node ends with the
   * stream. An EOS event that is sent to the pipeline ends both.
   */
  properties[PROP_ENDLESS] = g_param_spec_boolean ("endless", "Endless",
      "Whether to go on in silence when the stream ends", FALSE,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gst_web_audio_media_stream_source_class_init (GstWebAudioMediaStreamSourceClass
    * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  object_class->constructed = gst_web_audio_media_stream_source_constructed;
  object_class->set_property = gst_web_audio_media_stream_source_set_property;
  object_class->get_property = gst_web_audio_media_stream_source_get_property;
  object_class->finalize = gst_web_audio_media_stream_source_finalize;
  install_properties (object_class);

  gst_element_class_set_static_metadata (element_class,
      "Media stream source", "Filter/Audio",
      "The graph's entrance for any audio stream "
      "(Web Audio MediaStreamAudioSourceNode)", "The gst-webaudio authors");
  element_class->send_event =
      GST_DEBUG_FUNCPTR (gst_web_audio_media_stream_source_send_event);
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_media_stream_source_change_state);
  node_class->process = gst_web_audio_media_stream_source_process;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_connection (node_class);
}

static void
gst_web_audio_media_stream_source_init (GstWebAudioMediaStreamSource * self)
{
  self->jitter = DEFAULT_JITTER;
}
