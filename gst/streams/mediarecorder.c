/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-mediarecorder
 * @title: mediarecorder
 * @see_also: mediastreamdest
 *
 * The MediaRecorder of the Web: raw audio in, the bytes of an encoded file out.
 * https://w3c.github.io/mediacapture-record/
 *
 * |[
 * gst-launch-1.0 oscillator frequency=440 stop=5000000000 ! mediarecorder ! filesink location=sine.ogg
 * ]|
 *
 * The same as WebM, with its duration and an index to seek in:
 * |[
 * gst-launch-1.0 oscillator stop=5000000000 ! mediarecorder mime-type="audio/webm;codecs=opus" ! filesink location=sine.webm
 * ]|
 */

/*
 * How it is made: what comes into the sink pad (recorderinput.h) goes into a
 * recording (recordertake.h), whose encodebin (recorderencoder.h) makes what goes
 * out of the src pad and into chunks (recorderoutput.h). What the application is
 * told is in recorderevents.h. Here are the verbs, the states and the properties.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../graph/enums.h"
#include "mediarecorder.h"
#include "recorderencoder.h"
#include "recorderinput.h"

GST_DEBUG_CATEGORY (gst_web_audio_media_recorder_debug);
#define GST_CAT_DEFAULT gst_web_audio_media_recorder_debug

#define DEFAULT_MIME_TYPE "audio/ogg;codecs=opus"

enum
{
  PROP_0,
  PROP_MIME_TYPE,
  PROP_AUDIO_BITS_PER_SECOND,
  PROP_BITS_PER_SECOND,
  PROP_AUDIO_BITRATE_MODE,
  PROP_TIMESLICE,
  PROP_STATE,
  PROP_STREAM,
  PROP_AUTO_START,
  PROP_POST_MESSAGES
};

enum
{
  SIGNAL_START,
  SIGNAL_STOP,
  SIGNAL_PAUSE,
  SIGNAL_RESUME,
  SIGNAL_REQUEST_DATA,
  SIGNAL_IS_TYPE_SUPPORTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/**
 * GstWebAudioBitrateMode:
 * @GST_WEB_AUDIO_BITRATE_MODE_CONSTANT: the same for all sounds
 * @GST_WEB_AUDIO_BITRATE_MODE_VARIABLE: more for complex sounds
 *
 * https://w3c.github.io/mediacapture-record/#bitratemode
 */
typedef enum
{
  GST_WEB_AUDIO_BITRATE_MODE_CONSTANT,
  GST_WEB_AUDIO_BITRATE_MODE_VARIABLE
} GstWebAudioBitrateMode;

struct _GstWebAudioMediaRecorder
{
  GstBin parent;

  GstPad *sinkpad, *srcpad;
  GstWebAudioTakes takes;
  GstWebAudioRecorderInput input;

  /* for the next take: object lock */
  gchar *mime_type;
  guint audio_bits_per_second;
  guint bits_per_second;
  GstWebAudioBitrateMode bitrate_mode;
  GstClockTime timeslice;
  gboolean auto_start;
};

G_DEFINE_TYPE (GstWebAudioMediaRecorder, gst_web_audio_media_recorder,
    GST_TYPE_BIN);
GST_ELEMENT_REGISTER_DEFINE (mediarecorder, "mediarecorder", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_MEDIA_RECORDER);

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_WEB_AUDIO_RECORDER_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("audio/ogg; audio/webm; "
        "video/quicktime, variant = (string) iso; audio/x-flac; "
        "audio/x-wav; application/ogg"));

#define GST_TYPE_WEB_AUDIO_RECORDING_STATE \
    (gst_web_audio_recording_state_get_type ())

static GType
gst_web_audio_recording_state_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_WEB_AUDIO_RECORDING_STATE_INACTIVE, "Not started, or stopped",
        "inactive"},
    {GST_WEB_AUDIO_RECORDING_STATE_RECORDING, "What comes in is recorded",
        "recording"},
    {GST_WEB_AUDIO_RECORDING_STATE_PAUSED,
        "Started, and leaves out what comes in", "paused"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioRecordingState",
      values);
}

#define GST_TYPE_WEB_AUDIO_BITRATE_MODE \
    (gst_web_audio_bitrate_mode_get_type ())

static GType
gst_web_audio_bitrate_mode_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_WEB_AUDIO_BITRATE_MODE_CONSTANT, "The same for all sounds",
        "constant"},
    {GST_WEB_AUDIO_BITRATE_MODE_VARIABLE, "More for complex sounds",
        "variable"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioBitrateMode", values);
}

/* The verbs */

static gboolean
refuse (GstWebAudioMediaRecorder * self, const gchar * what)
{
  GST_WARNING_OBJECT (self, "%s", what);
  return FALSE;
}

/* (transfer full): a recording as the properties say now */
static GstWebAudioTake *
create_take (GstWebAudioMediaRecorder * self,
    const GstWebAudioRecorderType * type)
{
  GstWebAudioTake *take = gst_web_audio_take_new (&self->takes, type);

  GST_OBJECT_LOCK (self);
  take->encoding.bits_per_second = self->bits_per_second ?
      self->bits_per_second : self->audio_bits_per_second;
  take->encoding.constant =
      self->bitrate_mode == GST_WEB_AUDIO_BITRATE_MODE_CONSTANT;
  take->timeslice = self->timeslice;
  GST_OBJECT_UNLOCK (self);
  /* a whole file is gathered only for somebody who takes it */
  take->bytes.gather = take->timeslice || !gst_pad_is_linked (self->srcpad)
      || gst_web_audio_recorder_events_has_data_handler (&self->takes.events);
  return take;
}

static const GstWebAudioRecorderType *
find_type (GstWebAudioMediaRecorder * self)
{
  const GstWebAudioRecorderType *type;
  gchar *mime_type;

  GST_OBJECT_LOCK (self);
  mime_type = g_strdup (self->mime_type);
  GST_OBJECT_UNLOCK (self);
  type = gst_web_audio_recorder_type_find (mime_type);
  g_free (mime_type);
  return type;
}

static gboolean
gst_web_audio_media_recorder_start (GstWebAudioMediaRecorder * self)
{
  const GstWebAudioRecorderType *type = find_type (self);
  GstWebAudioTake *take = type ? create_take (self, type) : NULL;
  const gchar *refusal = NULL;

  g_mutex_lock (&self->takes.lock);
  if (self->takes.state != GST_WEB_AUDIO_RECORDING_STATE_INACTIVE)
    refusal = "InvalidStateError: it is recording already";
  else if (!gst_web_audio_recorder_input_has_stream (&self->input))
    refusal = "NotSupportedError: there is no stream to record";
  else if (!take)
    refusal = "NotSupportedError: this mime-type cannot be recorded here";
  if (!refusal) {
    gst_web_audio_recorder_input_restart (&self->input);
    gst_web_audio_takes_add (&self->takes, take);
  }
  g_mutex_unlock (&self->takes.lock);
  if (!refusal)
    return TRUE;
  if (take)
    gst_web_audio_take_unref (take);
  return refuse (self, refusal);
}

static gboolean
start_recording (GstElement * element)
{
  return gst_web_audio_media_recorder_start (GST_WEB_AUDIO_MEDIA_RECORDER
      (element));
}

static gboolean
gst_web_audio_media_recorder_stop (GstWebAudioMediaRecorder * self)
{
  g_mutex_lock (&self->takes.lock);
  if (self->takes.current)
    gst_web_audio_take_end (self->takes.current);
  g_mutex_unlock (&self->takes.lock);
  return TRUE;
}

/* From @from to @to */
static gboolean
change (GstWebAudioMediaRecorder * self, GstWebAudioRecordingState from,
    GstWebAudioRecordingState to, GstWebAudioRecorderEvent event)
{
  gboolean active;

  g_mutex_lock (&self->takes.lock);
  active = self->takes.current != NULL;
  if (active && self->takes.state == from) {
    self->takes.state = to;
    gst_web_audio_recorder_input_restart (&self->input);
    gst_web_audio_recorder_events_add (&self->takes.events, event);
    g_cond_broadcast (&self->takes.cond);
  }
  g_mutex_unlock (&self->takes.lock);
  return active || refuse (self, "InvalidStateError: it is not recording");
}

static gboolean
gst_web_audio_media_recorder_pause (GstWebAudioMediaRecorder * self)
{
  return change (self, GST_WEB_AUDIO_RECORDING_STATE_RECORDING,
      GST_WEB_AUDIO_RECORDING_STATE_PAUSED, GST_WEB_AUDIO_RECORDER_PAUSED);
}

static gboolean
gst_web_audio_media_recorder_resume (GstWebAudioMediaRecorder * self)
{
  return change (self, GST_WEB_AUDIO_RECORDING_STATE_PAUSED,
      GST_WEB_AUDIO_RECORDING_STATE_RECORDING, GST_WEB_AUDIO_RECORDER_RESUMED);
}

static gboolean
gst_web_audio_media_recorder_request_data (GstWebAudioMediaRecorder * self)
{
  GstWebAudioTake *take;

  g_mutex_lock (&self->takes.lock);
  if ((take = self->takes.current))
    gst_web_audio_take_request_data (take);
  g_mutex_unlock (&self->takes.lock);
  return take || refuse (self, "InvalidStateError: it is not recording");
}

static gboolean
gst_web_audio_media_recorder_is_type_supported (GstWebAudioMediaRecorder *
    self, const gchar * mime_type)
{
  return gst_web_audio_recorder_type_find (mime_type) != NULL;
}

/* The src pad */

/* The latency of upstream, and of the encoder while there is one */
static gboolean
query_latency (GstWebAudioMediaRecorder * self, GstQuery * query)
{
  GstClockTime own = gst_web_audio_takes_get_latency (&self->takes), min, max;
  gboolean live;

  if (!gst_pad_peer_query (self->sinkpad, query))
    return FALSE;
  gst_query_parse_latency (query, &live, &min, &max);
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += own + GST_WEB_AUDIO_TAKE_QUEUE_TIME;
  gst_query_set_latency (query, live, min + own, max);
  return TRUE;
}

static gboolean
gst_web_audio_media_recorder_src_query (GstPad * pad, GstObject * parent,
    GstQuery * query)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (parent);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      return query_latency (self, query);
    case GST_QUERY_SEEKING:
    case GST_QUERY_ALLOCATION:
      return FALSE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

static gboolean
gst_web_audio_media_recorder_src_event (GstPad * pad, GstObject * parent,
    GstEvent * event)
{
  /* a file that is being made has no place to seek to, and no quality to lower */
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK
      || GST_EVENT_TYPE (event) == GST_EVENT_QOS) {
    gst_event_unref (event);
    return FALSE;
  }
  return gst_pad_event_default (pad, parent, event);
}

/* Sinks create their files when they go to READY, before we are asked to: so a
 * type that cannot be recorded has to be refused here, or there would be an
 * empty file. */
static GstPadLinkReturn
gst_web_audio_media_recorder_src_link (GstPad * pad, GstObject * parent,
    GstPad * peer)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (parent);

  if (find_type (self))
    return GST_PAD_LINK_OK;
  GST_ERROR_OBJECT (self, "NotSupportedError: mime-type cannot be recorded "
      "here, so there is nothing to link");
  return GST_PAD_LINK_REFUSED;
}

/* The element */

/* Our parts' errors end their take, and become our own then. */
static void
gst_web_audio_media_recorder_handle_message (GstBin * bin, GstMessage * message)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (bin);
  GstWebAudioTake *take;
  GError *error = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR) {
    GST_BIN_CLASS (gst_web_audio_media_recorder_parent_class)->handle_message
        (bin, message);
    return;
  }
  take = gst_web_audio_takes_find (&self->takes, GST_MESSAGE_SRC (message));
  gst_message_parse_error (message, &error, NULL);
  g_prefix_error (&error, "UnknownError: ");
  if (take) {
    gst_web_audio_take_fail (take, error);
    gst_web_audio_take_unref (take);
  } else {
    g_error_free (error);
  }
  gst_message_unref (message);
}

static void
open_input (GstWebAudioMediaRecorder * self)
{
  gboolean auto_start;

  GST_OBJECT_LOCK (self);
  auto_start = self->auto_start;
  GST_OBJECT_UNLOCK (self);
  gst_web_audio_recorder_input_open (&self->input, auto_start);
}

/* Lets go of all threads that wait for us. */
static void
interrupt (GstWebAudioMediaRecorder * self)
{
  g_mutex_lock (&self->takes.lock);
  gst_web_audio_recorder_input_interrupt (&self->input);
  gst_web_audio_takes_interrupt (&self->takes);
  g_mutex_unlock (&self->takes.lock);
}

static gboolean
check_type (GstWebAudioMediaRecorder * self)
{
  if (find_type (self))
    return TRUE;
  GST_ELEMENT_ERROR (self, STREAM, CODEC_NOT_FOUND,
      ("NotSupportedError: this mime-type cannot be recorded here"),
      ("mime-type is %s", self->mime_type));
  return FALSE;
}

static GstStateChangeReturn
gst_web_audio_media_recorder_change_state (GstElement * element,
    GstStateChange transition)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (element);
  GstStateChangeReturn result;

  switch (transition) {
    case GST_STATE_CHANGE_NULL_TO_READY:
      if (!check_type (self))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      open_input (self);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      interrupt (self);
      break;
    default:
      break;
  }
  result = GST_ELEMENT_CLASS
      (gst_web_audio_media_recorder_parent_class)->change_state (element,
      transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    gst_web_audio_takes_conclude_all (&self->takes);
    gst_web_audio_recorder_input_close (&self->input);
    gst_web_audio_recorder_events_tell (&self->takes.events);
  }
  return result;
}

static void
set_mime_type (GstWebAudioMediaRecorder * self, const gchar * mime_type)
{
  if (!gst_web_audio_recorder_type_find (mime_type))
    GST_WARNING_OBJECT (self, "NotSupportedError: %s cannot be recorded here",
        mime_type);
  GST_OBJECT_LOCK (self);
  g_free (self->mime_type);
  self->mime_type = g_strdup (mime_type);
  GST_OBJECT_UNLOCK (self);
}

/* (transfer full): while recording, what is recorded in full */
static gchar *
get_mime_type (GstWebAudioMediaRecorder * self)
{
  gchar *mime_type = NULL;

  g_mutex_lock (&self->takes.lock);
  if (self->takes.current)
    mime_type =
        gst_web_audio_recorder_type_to_string (self->takes.current->type);
  g_mutex_unlock (&self->takes.lock);
  if (mime_type)
    return mime_type;
  GST_OBJECT_LOCK (self);
  mime_type = g_strdup (self->mime_type);
  GST_OBJECT_UNLOCK (self);
  return mime_type;
}

static void
gst_web_audio_media_recorder_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (object);

  if (id == PROP_MIME_TYPE) {
    set_mime_type (self, g_value_get_string (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_AUDIO_BITS_PER_SECOND:
      self->audio_bits_per_second = g_value_get_uint (value);
      break;
    case PROP_BITS_PER_SECOND:
      self->bits_per_second = g_value_get_uint (value);
      break;
    case PROP_AUDIO_BITRATE_MODE:
      self->bitrate_mode = g_value_get_enum (value);
      break;
    case PROP_TIMESLICE:
      self->timeslice = g_value_get_uint64 (value);
      break;
    case PROP_AUTO_START:
      self->auto_start = g_value_get_boolean (value);
      break;
    case PROP_POST_MESSAGES:
      self->takes.events.post_messages = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
get_recorder_property (GstWebAudioMediaRecorder * self, guint id,
    GValue * value)
{
  g_mutex_lock (&self->takes.lock);
  if (id == PROP_STATE)
    g_value_set_enum (value, self->takes.state);
  else
    g_value_set_object (value, self->input.stream);
  g_mutex_unlock (&self->takes.lock);
}

static void
gst_web_audio_media_recorder_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (object);

  switch (id) {
    case PROP_MIME_TYPE:
      g_value_take_string (value, get_mime_type (self));
      return;
    case PROP_STATE:
    case PROP_STREAM:
      get_recorder_property (self, id, value);
      return;
    default:
      break;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_AUDIO_BITS_PER_SECOND:
      g_value_set_uint (value, self->audio_bits_per_second);
      break;
    case PROP_BITS_PER_SECOND:
      g_value_set_uint (value, self->bits_per_second);
      break;
    case PROP_AUDIO_BITRATE_MODE:
      g_value_set_enum (value, self->bitrate_mode);
      break;
    case PROP_TIMESLICE:
      g_value_set_uint64 (value, self->timeslice);
      break;
    case PROP_AUTO_START:
      g_value_set_boolean (value, self->auto_start);
      break;
    case PROP_POST_MESSAGES:
      g_value_set_boolean (value, self->takes.events.post_messages);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_media_recorder_finalize (GObject * object)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (object);

  gst_web_audio_takes_clear (&self->takes);
  g_free (self->mime_type);
  G_OBJECT_CLASS (gst_web_audio_media_recorder_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstWebAudioMediaRecorder:mime-type:
   *
   * What to record: container, and codec where there is a choice, as in
   * https://w3c.github.io/mediacapture-record/#dom-mediarecorder-mimetype
   * For the next recording; while one is on, reads as what that is.
   */
  g_object_class_install_property (object_class, PROP_MIME_TYPE,
      g_param_spec_string ("mime-type", "MIME type",
          "Container and codec of the next recording, as a MIME type",
          DEFAULT_MIME_TYPE, flags));
  /**
   * GstWebAudioMediaRecorder:audio-bits-per-second:
   *
   * A target, for encoders that have one; the nearest that they take.
   */
  g_object_class_install_property (object_class, PROP_AUDIO_BITS_PER_SECOND,
      g_param_spec_uint ("audio-bits-per-second", "Audio bits per second",
          "Target bitrate of the next recording (0 = the encoder's default)",
          0, G_MAXUINT, 0, flags));
  /**
   * GstWebAudioMediaRecorder:bits-per-second:
   *
   * Takes the place of audio-bits-per-second where it is set.
   */
  g_object_class_install_property (object_class, PROP_BITS_PER_SECOND,
      g_param_spec_uint ("bits-per-second", "Bits per second",
          "Target bitrate, overrides audio-bits-per-second (0 = does not)",
          0, G_MAXUINT, 0, flags));
  /**
   * GstWebAudioMediaRecorder:audio-bitrate-mode:
   *
   * Only Opus has a constant bitrate; others are variable whatever this says.
   */
  g_object_class_install_property (object_class, PROP_AUDIO_BITRATE_MODE,
      g_param_spec_enum ("audio-bitrate-mode", "Audio bitrate mode",
          "How the encoder spends its bits in the next recording",
          GST_TYPE_WEB_AUDIO_BITRATE_MODE, GST_WEB_AUDIO_BITRATE_MODE_VARIABLE,
          flags));
  /**
   * GstWebAudioMediaRecorder:timeslice:
   *
   * Recorded time after which a chunk is handed out, in nanoseconds. What was
   * handed out cannot be written again: such a recording has no duration or
   * index in its header.
   */
  g_object_class_install_property (object_class, PROP_TIMESLICE,
      g_param_spec_uint64 ("timeslice", "Timeslice",
          "Recorded time in each chunk, in ns (0 = one chunk at the end)",
          0, G_MAXUINT64, 0, flags));
  /**
   * GstWebAudioMediaRecorder:state:
   *
   * https://w3c.github.io/mediacapture-record/#dom-mediarecorder-state
   */
  g_object_class_install_property (object_class, PROP_STATE,
      g_param_spec_enum ("state", "State", "What the recorder does",
          GST_TYPE_WEB_AUDIO_RECORDING_STATE,
          GST_WEB_AUDIO_RECORDING_STATE_INACTIVE,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstWebAudioMediaRecorder:stream:
   *
   * The MediaStream that is recorded; %NULL before the input has begun.
   */
  g_object_class_install_property (object_class, PROP_STREAM,
      g_param_spec_object ("stream", "Stream",
          "The media stream that comes in: a collection of streams",
          GST_TYPE_STREAM_COLLECTION,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstWebAudioMediaRecorder:auto-start:
   *
   * Whether the first data after READY starts a recording. An application that
   * calls start sets it to FALSE.
   */
  g_object_class_install_property (object_class, PROP_AUTO_START,
      g_param_spec_boolean ("auto-start", "Auto-start",
          "Start recording when the first data comes in", TRUE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_READY));
  /**
   * GstWebAudioMediaRecorder:post-messages:
   *
   * Whether each signal is also posted as an element message, named
   * mediarecorder-started and so on, with the signal's arguments as fields.
   */
  g_object_class_install_property (object_class, PROP_POST_MESSAGES,
      g_param_spec_boolean ("post-messages", "Post messages",
          "Post a message on the bus for each signal", TRUE, flags));
}

static guint
install_method (GType type, const gchar * name, GCallback method)
{
  return g_signal_new_class_handler (name, type,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, method, NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 0);
}

static void
install_methods (GType type)
{
  /**
   * GstWebAudioMediaRecorder::start:
   *
   * Starts a recording of what comes in from now on. As all methods: from any
   * thread, in any handler; blocks nobody.
   *
   * Returns: %FALSE where the spec has an InvalidStateError (not inactive) or a
   *     NotSupportedError (no stream; mime-type); nothing has changed then
   */
  signals[SIGNAL_START] = install_method (type, "start",
      G_CALLBACK (gst_web_audio_media_recorder_start));
  /**
   * GstWebAudioMediaRecorder::stop:
   *
   * Ends the recording, if there is one. The state changes at once, the rest
   * follows: see stopped.
   *
   * Returns: %TRUE
   */
  signals[SIGNAL_STOP] = install_method (type, "stop",
      G_CALLBACK (gst_web_audio_media_recorder_stop));
  /**
   * GstWebAudioMediaRecorder::pause:
   *
   * Leaves out what comes in from now on, until resume.
   *
   * Returns: %FALSE where the spec has an InvalidStateError (inactive)
   */
  signals[SIGNAL_PAUSE] = install_method (type, "pause",
      G_CALLBACK (gst_web_audio_media_recorder_pause));
  /**
   * GstWebAudioMediaRecorder::resume:
   *
   * Goes on after pause: the next sample that comes in follows the last one that
   * was recorded.
   *
   * Returns: %FALSE where the spec has an InvalidStateError (inactive)
   */
  signals[SIGNAL_RESUME] = install_method (type, "resume",
      G_CALLBACK (gst_web_audio_media_recorder_resume));
  /**
   * GstWebAudioMediaRecorder::request-data:
   *
   * Asks for a chunk of what was gathered so far, maybe nothing.
   *
   * Returns: %FALSE where the spec has an InvalidStateError (inactive)
   */
  signals[SIGNAL_REQUEST_DATA] = install_method (type, "request-data",
      G_CALLBACK (gst_web_audio_media_recorder_request_data));
  /**
   * GstWebAudioMediaRecorder::is-type-supported:
   * @mime_type: a MIME type with parameters
   *
   * https://w3c.github.io/mediacapture-record/#dom-mediarecorder-istypesupported
   *
   * Returns: whether the installed plugins can record it
   */
  signals[SIGNAL_IS_TYPE_SUPPORTED] =
      g_signal_new_class_handler ("is-type-supported", type,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (gst_web_audio_media_recorder_is_type_supported), NULL, NULL,
      NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
}

static void
gst_web_audio_media_recorder_class_init (GstWebAudioMediaRecorderClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_media_recorder_debug, "mediarecorder",
      0, "MediaRecorder");
  object_class->set_property = gst_web_audio_media_recorder_set_property;
  object_class->get_property = gst_web_audio_media_recorder_get_property;
  object_class->finalize = gst_web_audio_media_recorder_finalize;
  install_properties (object_class);
  gst_web_audio_recorder_events_install (G_TYPE_FROM_CLASS (klass));
  install_methods (G_TYPE_FROM_CLASS (klass));

  gst_element_class_set_static_metadata (element_class, "Media recorder",
      "Codec/Encoder/Muxer/Audio/Bin",
      "Records a media stream into the bytes of a file (MediaRecorder)",
      "The gst-webaudio authors");
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  element_class->change_state = gst_web_audio_media_recorder_change_state;
  GST_BIN_CLASS (klass)->handle_message =
      gst_web_audio_media_recorder_handle_message;
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_RECORDING_STATE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_BITRATE_MODE, 0);
}

static void
gst_web_audio_media_recorder_init (GstWebAudioMediaRecorder * self)
{
  self->mime_type = g_strdup (DEFAULT_MIME_TYPE);
  self->bitrate_mode = GST_WEB_AUDIO_BITRATE_MODE_VARIABLE;
  self->auto_start = TRUE;

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_web_audio_takes_init (&self->takes, GST_BIN (self), self->srcpad);
  gst_web_audio_recorder_input_init (&self->input, self->sinkpad,
      &self->takes, start_recording);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  gst_pad_set_link_function (self->srcpad,
      gst_web_audio_media_recorder_src_link);
  gst_pad_set_event_function (self->srcpad,
      gst_web_audio_media_recorder_src_event);
  gst_pad_set_query_function (self->srcpad,
      gst_web_audio_media_recorder_src_query);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}
