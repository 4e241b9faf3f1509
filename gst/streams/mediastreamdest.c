/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-mediastreamdest
 * @title: mediastreamdest
 * @see_also: gain, oscillator
 *
 * The MediaStreamAudioDestinationNode of Web Audio: the graph's exit into a
 * media stream, to be recorded, played or sent.
 * https://webaudio.github.io/web-audio-api/#MediaStreamAudioDestinationNode
 *
 * Its pad src is the stream's one audio track; src_0, src_1, … are further
 * consumers of the same track. The stream has two channels unless channel-count
 * says otherwise. Without a connection it is silent, and it goes on.
 *
 * |[
 * gst-launch-1.0 oscillator frequency=440 stop=5000000000 ! mediastreamdest ! opusenc ! oggmux ! filesink location=sine.ogg
 * ]|
 *
 * Record and play at once:
 * |[
 * gst-launch-1.0 oscillator stop=2000000000 ! mediastreamdest name=dest ! opusenc ! oggmux ! filesink location=sine.ogg dest.src_0 ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "mediastreamdest.h"

enum
{
  PROP_0,
  PROP_STREAM,
  PROP_ENABLED
};

struct _GstWebAudioMediaStreamDest
{
  GstWebAudioNode parent;

  GstStreamCollection *stream;  /* set once */
  guint group_id;               /* set once */
  gboolean enabled;             /* object lock */
};

G_DEFINE_TYPE (GstWebAudioMediaStreamDest, gst_web_audio_media_stream_dest,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (mediastreamdest, "mediastreamdest", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_MEDIA_STREAM_DEST);

/* A track that is not enabled is silent, and its time goes on. */
static GstFlowReturn
gst_web_audio_media_stream_dest_process (GstWebAudioNode * node,
    guint64 frame, GstWebAudioBlock * block)
{
  GstWebAudioMediaStreamDest *self = GST_WEB_AUDIO_MEDIA_STREAM_DEST (node);
  GstWebAudioBlock silence = { 0, };
  gboolean enabled;

  GST_OBJECT_LOCK (self);
  enabled = self->enabled;
  GST_OBJECT_UNLOCK (self);
  if (enabled || block->silent)
    return GST_FLOW_OK;
  if (!gst_web_audio_node_acquire (node, &silence, block->channels, frame,
          block->frames, TRUE))
    return GST_FLOW_ERROR;
  gst_web_audio_block_clear (block);
  *block = silence;
  return GST_FLOW_OK;
}

static void
gst_web_audio_media_stream_dest_send_stream_start (GstWebAudioNode * node,
    GstPad * pad)
{
  GstWebAudioMediaStreamDest *self = GST_WEB_AUDIO_MEDIA_STREAM_DEST (node);
  GstStream *track = gst_stream_collection_get_stream (self->stream, 0);
  GstEvent *event =
      gst_event_new_stream_start (gst_stream_get_stream_id (track));

  gst_event_set_stream (event, track);
  gst_event_set_group_id (event, self->group_id);
  gst_pad_push_event (pad, event);
  gst_pad_push_event (pad, gst_event_new_stream_collection (self->stream));
}

static void
gst_web_audio_media_stream_dest_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioMediaStreamDest *self = GST_WEB_AUDIO_MEDIA_STREAM_DEST (object);

  switch (id) {
    case PROP_ENABLED:
      GST_OBJECT_LOCK (self);
      self->enabled = g_value_get_boolean (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_media_stream_dest_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioMediaStreamDest *self = GST_WEB_AUDIO_MEDIA_STREAM_DEST (object);

  switch (id) {
    case PROP_STREAM:
      g_value_set_object (value, self->stream);
      break;
    case PROP_ENABLED:
      GST_OBJECT_LOCK (self);
      g_value_set_boolean (value, self->enabled);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_media_stream_dest_finalize (GObject * object)
{
  gst_object_unref (GST_WEB_AUDIO_MEDIA_STREAM_DEST (object)->stream);
  G_OBJECT_CLASS (gst_web_audio_media_stream_dest_parent_class)->finalize
      (object);
}

static void
gst_web_audio_media_stream_dest_class_init (GstWebAudioMediaStreamDestClass *
    klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  object_class->set_property = gst_web_audio_media_stream_dest_set_property;
  object_class->get_property = gst_web_audio_media_stream_dest_get_property;
  object_class->finalize = gst_web_audio_media_stream_dest_finalize;

  /**
   * GstWebAudioMediaStreamDest:stream:
   *
   * The MediaStream: a collection of one audio stream, the same for the life of
   * the element. The pads' STREAM_START events carry the stream.
   * https://webaudio.github.io/web-audio-api/#dom-mediastreamaudiodestinationnode-stream
   */
  g_object_class_install_property (object_class, PROP_STREAM,
      g_param_spec_object ("stream", "Stream",
          "The media stream: a collection of one audio stream",
          GST_TYPE_STREAM_COLLECTION,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstWebAudioMediaStreamDest:enabled:
   *
   * Whether the track is heard; if not, it is silent, and its time goes on.
   * https://w3c.github.io/mediacapture-main/#dom-mediastreamtrack-enabled
   */
  g_object_class_install_property (object_class, PROP_ENABLED,
      g_param_spec_boolean ("enabled", "Enabled",
          "Whether the track is heard; if not, it is silent", TRUE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_PLAYING));

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Media stream destination", "Filter/Audio",
      "The graph's exit into a media stream "
      "(Web Audio MediaStreamAudioDestinationNode)",
      "The gst-webaudio authors");
  node_class->process = gst_web_audio_media_stream_dest_process;
  node_class->send_stream_start =
      gst_web_audio_media_stream_dest_send_stream_start;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
}

static void
gst_web_audio_media_stream_dest_init (GstWebAudioMediaStreamDest * self)
{
  gchar *stream_id = g_uuid_string_random ();
  gchar *track_id = g_uuid_string_random ();

  self->enabled = TRUE;
  self->group_id = gst_util_group_id_next ();
  self->stream = gst_stream_collection_new (stream_id);
  gst_stream_collection_add_stream (self->stream,
      gst_stream_new (track_id, NULL, GST_STREAM_TYPE_AUDIO,
          GST_STREAM_FLAG_NONE));
  g_free (track_id);
  g_free (stream_id);
  g_object_set (self, "channel-count-mode",
      GST_WEB_AUDIO_CHANNEL_COUNT_MODE_EXPLICIT, NULL);
}
