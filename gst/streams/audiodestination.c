/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-audiodestination
 * @title: audiodestination
 * @see_also: mediastreamdest
 *
 * The AudioDestinationNode of Web Audio, with the verbs of AudioContext: the
 * graph's exit to the loudspeakers.
 * https://webaudio.github.io/web-audio-api/#AudioDestinationNode
 *
 * |[
 * gst-launch-1.0 oscillator frequency=440 stop=2000000000 ! audiodestination
 * ]|
 *
 * It brings its own sink, unless something is linked to src_0, src_1, … before
 * it leaves NULL: then it renders for that. With a length that is an
 * OfflineAudioContext:
 * |[
 * gst-launch-1.0 oscillator frequency=440 ! audiodestination length=96000 ! wavenc ! filesink location=sine.wav
 * ]|
 */

/*
 * How it is made: a bin of a node, which does nothing but drive the graph, and
 * of what it plays through (audioplayer.h).
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "../graph/node.h"
#include "../graph/suspend.h"
#include "audiodestination.h"
#include "audioplayer.h"

GST_DEBUG_CATEGORY (gst_web_audio_audio_destination_debug);
#define GST_CAT_DEFAULT gst_web_audio_audio_destination_debug

/* While the graph has no rate of its own */
#define DEFAULT_RATE 48000

enum
{
  PROP_AUDIO_SINK = GST_WEB_AUDIO_NODE_LAST_PROPERTY + 1,
  PROP_SINK_ID,
  PROP_MAX_CHANNEL_COUNT,
  PROP_BASE_LATENCY,
  PROP_OUTPUT_LATENCY,
  PROP_STATE,
  PROP_POST_MESSAGES
};

enum
{
  SIGNAL_STATE_CHANGED,
  SIGNAL_SINK_CHANGED,
  SIGNAL_SUSPEND,
  SIGNAL_SUSPEND_AT,
  SIGNAL_RESUME,
  SIGNAL_CLOSE,
  SIGNAL_SET_SINK_ID,
  SIGNAL_GET_OUTPUT_TIMESTAMP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* The node inside */

typedef struct
{
  GstWebAudioNode parent;

  GstWebAudioAudioDestination *destination;     /* not owned */
} Exit;

typedef GstWebAudioNodeClass ExitClass;

static GType exit_get_type (void);
G_DEFINE_TYPE (Exit, exit, GST_TYPE_WEB_AUDIO_NODE);

static void destination_is_held (GstWebAudioAudioDestination * self,
    guint64 frame);

static GstFlowReturn
exit_process (GstWebAudioNode * node, guint64 frame, GstWebAudioBlock * block)
{
  return GST_FLOW_OK;
}

static void
exit_held (GstWebAudioNode * node, guint64 frame)
{
  destination_is_held (((Exit *) node)->destination, frame);
}

static void
exit_class_init (ExitClass * klass)
{
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Exit", "Filter/Audio", "The node in an audiodestination",
      "The gst-webaudio authors");
  klass->process = exit_process;
  klass->held = exit_held;
  gst_web_audio_node_class_add_output (klass);
  gst_web_audio_node_class_add_input (klass);
}

static void
exit_init (Exit * self)
{
  g_object_set (self, "channel-count-mode",
      GST_WEB_AUDIO_CHANNEL_COUNT_MODE_EXPLICIT, NULL);
}

/* The element */

struct _GstWebAudioAudioDestination
{
  GstBin parent;

  GstWebAudioNode *node;        /* the bin's */
  GstPad *src;                  /* the node's */

  GstWebAudioPlayer player;

  /* object lock */
  GArray *suspensions;          /* gdouble, seconds, ascending */
  gboolean suspended;
  gboolean closed;
  gboolean playing;
  GstClockTime heard;           /* at most */
  GstWebAudioContextState state;        /* that was told */
  gboolean post_messages;
};

GType
gst_web_audio_context_state_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_WEB_AUDIO_CONTEXT_STATE_SUSPENDED,
        "Nothing is rendered", "suspended"},
    {GST_WEB_AUDIO_CONTEXT_STATE_RUNNING, "The graph is rendered", "running"},
    {GST_WEB_AUDIO_CONTEXT_STATE_CLOSED, "The graph has been ended", "closed"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioContextState", values);
}

G_DEFINE_TYPE (GstWebAudioAudioDestination, gst_web_audio_audio_destination,
    GST_TYPE_BIN);
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (audiodestination, "audiodestination",
    GST_RANK_NONE, GST_TYPE_WEB_AUDIO_AUDIO_DESTINATION,
    GST_DEBUG_CATEGORY_INIT (gst_web_audio_audio_destination_debug,
        "audiodestination", 0, "Web Audio destination"));

#define RAW_CAPS "audio/x-raw"

static GstStaticPadTemplate more_src_template =
GST_STATIC_PAD_TEMPLATE ("src_%u", GST_PAD_SRC, GST_PAD_REQUEST,
    GST_STATIC_CAPS (RAW_CAPS));
static GstStaticPadTemplate more_sink_template =
GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (RAW_CAPS));
static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (RAW_CAPS));

/* Telling */

static void
tell (GstWebAudioAudioDestination * self, guint signal, GstStructure * message)
{
  gboolean post;

  g_signal_emit (self, signals[signal], 0);
  GST_OBJECT_LOCK (self);
  post = self->post_messages;
  GST_OBJECT_UNLOCK (self);
  if (post)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_element (GST_OBJECT (self), message));
  else
    gst_structure_free (message);
}

static GstWebAudioContextState
get_state (GstWebAudioAudioDestination * self)
{
  if (self->closed)
    return GST_WEB_AUDIO_CONTEXT_STATE_CLOSED;
  return self->playing && !self->suspended ?
      GST_WEB_AUDIO_CONTEXT_STATE_RUNNING :
      GST_WEB_AUDIO_CONTEXT_STATE_SUSPENDED;
}

/* @always: also if it is the one that was told last */
static void
tell_state (GstWebAudioAudioDestination * self, gboolean always)
{
  GstWebAudioContextState state;
  gboolean changed;

  GST_OBJECT_LOCK (self);
  state = get_state (self);
  changed = self->state != state;
  self->state = state;
  GST_OBJECT_UNLOCK (self);
  if (changed)
    g_object_notify (G_OBJECT (self), "state");
  if (changed || always)
    tell (self, SIGNAL_STATE_CHANGED,
        gst_structure_new ("audiodestination-state-changed", "state",
            GST_TYPE_WEB_AUDIO_CONTEXT_STATE, state, NULL));
}

/* Time */

static guint64
get_position (GstWebAudioAudioDestination * self, GstFormat format)
{
  gint64 position = 0;

  return gst_pad_query_position (self->src, format, &position)
      && position > 0 ? position : 0;
}

static GstClockTime
get_current_time (GstWebAudioAudioDestination * self)
{
  return get_position (self, GST_FORMAT_TIME);
}

/* What of it is heard now, as far as the player knows. A sink that waits for
 * what is to be heard next goes back in time: we do not. */
static GstClockTime
get_heard_time (GstWebAudioAudioDestination * self, GstClockTime * current)
{
  GstClockTime heard = 0;
  gboolean played = gst_web_audio_player_query_position (&self->player,
      &heard);

  *current = get_current_time (self);
  heard = played ? MIN (*current, heard) : *current;
  GST_OBJECT_LOCK (self);
  /* beyond the current time it is of before a seek */
  if (self->heard <= *current)
    heard = MAX (heard, self->heard);
  self->heard = heard;
  GST_OBJECT_UNLOCK (self);
  return heard;
}

static GstClockTime
get_base_latency (GstWebAudioAudioDestination * self)
{
  gint rate = g_atomic_int_get (&self->node->rate);
  guint block_size;

  g_object_get (self->node, "block-size", &block_size, NULL);
  return gst_util_uint64_scale_int (block_size, GST_SECOND,
      rate ? rate : DEFAULT_RATE);
}

static GstClockTime
get_output_latency (GstWebAudioAudioDestination * self)
{
  GstClockTime current, heard = get_heard_time (self, &current);

  return current - heard;
}

static GstStructure *gst_web_audio_audio_destination_get_output_timestamp
    (GstWebAudioAudioDestination * self)
{
  GstClockTime current, heard = get_heard_time (self, &current);

  return gst_structure_new ("output-timestamp",
      "context-time", G_TYPE_UINT64, heard,
      "performance-time", G_TYPE_UINT64,
      (guint64) GST_USECOND * g_get_monotonic_time (), NULL);
}

/* The player */

static guint
get_max_channel_count (GstWebAudioAudioDestination * self)
{
  guint most = 0, i;
  GstCaps *caps = NULL;

  if (gst_web_audio_player_is_there (&self->player))
    caps = gst_pad_peer_query_caps (self->src, NULL);
  for (i = 0; caps && i < gst_caps_get_size (caps); i++) {
    const GValue *value =
        gst_structure_get_value (gst_caps_get_structure (caps, i), "channels");

    if (value && G_VALUE_HOLDS_INT (value))
      most = MAX (most, (guint) g_value_get_int (value));
    else if (value && GST_VALUE_HOLDS_INT_RANGE (value))
      most = MAX (most, (guint) gst_value_get_int_range_max (value));
  }
  gst_clear_caps (&caps);
  return most == 0 ? GST_WEB_AUDIO_MAX_CHANNELS :
      MIN (most, GST_WEB_AUDIO_MAX_CHANNELS);
}

static void
on_sink_changed (GstElement * element, const gchar * sink_id)
{
  tell (GST_WEB_AUDIO_AUDIO_DESTINATION (element), SIGNAL_SINK_CHANGED,
      gst_structure_new ("audiodestination-sink-changed", "sink-id",
          G_TYPE_STRING, sink_id, NULL));
}

static gboolean
gst_web_audio_audio_destination_set_sink_id (GstWebAudioAudioDestination * self,
    const gchar * sink_id)
{
  return gst_web_audio_player_set_sink_id (&self->player, sink_id);
}

static void
gst_web_audio_audio_destination_handle_message (GstBin * bin,
    GstMessage * message)
{
  GstWebAudioAudioDestination *self = GST_WEB_AUDIO_AUDIO_DESTINATION (bin);

  if (gst_web_audio_player_take_message (&self->player, message))
    gst_message_unref (message);
  else
    GST_BIN_CLASS (gst_web_audio_audio_destination_parent_class)->handle_message
        (bin, message);
}

/* The verbs of AudioContext */

static gboolean
refuse_if_closed (GstWebAudioAudioDestination * self, const gchar * verb)
{
  gboolean closed;

  GST_OBJECT_LOCK (self);
  closed = self->closed;
  GST_OBJECT_UNLOCK (self);
  if (closed)
    GST_WARNING_OBJECT (self, "InvalidStateError: can't %s, it is closed",
        verb);
  return closed;
}

static gboolean
gst_web_audio_audio_destination_suspend (GstWebAudioAudioDestination * self)
{
  if (refuse_if_closed (self, "suspend"))
    return FALSE;
  gst_web_audio_suspend (self->node);
  GST_OBJECT_LOCK (self);
  self->suspended = TRUE;
  GST_OBJECT_UNLOCK (self);
  tell_state (self, FALSE);
  return TRUE;
}

/* The first of the suspensions that are to come. */
static gdouble
get_next_suspension (GstWebAudioAudioDestination * self)
{
  gdouble next = G_MAXDOUBLE;

  GST_OBJECT_LOCK (self);
  if (self->suspensions->len > 0)
    next = g_array_index (self->suspensions, gdouble, 0);
  GST_OBJECT_UNLOCK (self);
  return next;
}

static gboolean
gst_web_audio_audio_destination_resume (GstWebAudioAudioDestination * self)
{
  if (refuse_if_closed (self, "resume"))
    return FALSE;
  GST_OBJECT_LOCK (self);
  self->suspended = FALSE;
  GST_OBJECT_UNLOCK (self);
  gst_web_audio_suspend_at (self->node, get_next_suspension (self));
  gst_web_audio_resume (self->node,
      gst_web_audio_player_is_there (&self->player));
  tell_state (self, FALSE);
  return TRUE;
}

static gboolean
gst_web_audio_audio_destination_close (GstWebAudioAudioDestination * self)
{
  if (refuse_if_closed (self, "close"))
    return FALSE;
  GST_OBJECT_LOCK (self);
  self->closed = TRUE;
  g_array_set_size (self->suspensions, 0);
  GST_OBJECT_UNLOCK (self);
  gst_web_audio_close (self->node);
  tell_state (self, FALSE);
  return TRUE;
}

/* The frame before which the graph is suspended at @time. */
static guint64
frame_at (GstWebAudioAudioDestination * self, gdouble time)
{
  gint rate = g_atomic_int_get (&self->node->rate);

  if (rate == 0)
    g_object_get (self->node, "sample-rate", &rate, NULL);
  return gst_web_audio_suspend_frame_at (time, rate ? rate : DEFAULT_RATE);
}

/* Puts @time in its place. Returns FALSE if its quantum has one already. */
static gboolean
add_suspension (GstWebAudioAudioDestination * self, gdouble time)
{
  guint i;

  for (i = 0; i < self->suspensions->len; i++) {
    gdouble there = g_array_index (self->suspensions, gdouble, i);

    if (frame_at (self, there) == frame_at (self, time))
      return FALSE;
    if (there > time)
      break;
  }
  g_array_insert_val (self->suspensions, i, time);
  return TRUE;
}

static gboolean
gst_web_audio_audio_destination_suspend_at (GstWebAudioAudioDestination * self,
    gdouble time)
{
  gboolean added;
  guint64 length, frame;

  if (refuse_if_closed (self, "suspend"))
    return FALSE;
  if (!isfinite (time) || time < 0) {
    GST_WARNING_OBJECT (self, "RangeError: can't suspend at %f s", time);
    return FALSE;
  }
  g_object_get (self->node, "length", &length, NULL);
  frame = frame_at (self, time);
  if (frame <= get_position (self, GST_FORMAT_DEFAULT)
      || (length > 0 && frame >= length)) {
    GST_WARNING_OBJECT (self, "InvalidStateError: %f s is not between the "
        "current time and the end", time);
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  added = add_suspension (self, time);
  GST_OBJECT_UNLOCK (self);
  if (!added) {
    GST_WARNING_OBJECT (self, "InvalidStateError: is to be suspended at %f s "
        "already", time);
    return FALSE;
  }
  gst_web_audio_suspend_at (self->node, get_next_suspension (self));
  return TRUE;
}

/* The graph has been rendered up to the first of the suspensions.
 * Whoever waits for that is told, also before it plays. */
static void
destination_is_held (GstWebAudioAudioDestination * self, guint64 frame)
{
  gint rate = g_atomic_int_get (&self->node->rate);

  GST_OBJECT_LOCK (self);
  while (self->suspensions->len > 0
      && gst_web_audio_suspend_frame_at (g_array_index (self->suspensions,
              gdouble, 0), rate) <= frame)
    g_array_remove_index (self->suspensions, 0);
  self->suspended = !self->closed;
  GST_OBJECT_UNLOCK (self);
  tell_state (self, TRUE);
}

/* Pads */

static GstPad *
gst_web_audio_audio_destination_request_new_pad (GstElement * element,
    GstPadTemplate * templ, const gchar * name, const GstCaps * caps)
{
  GstWebAudioAudioDestination *self = GST_WEB_AUDIO_AUDIO_DESTINATION (element);
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (self->node);
  GstPad *target = gst_element_request_pad (GST_ELEMENT (self->node),
      gst_element_class_get_pad_template (klass,
          GST_PAD_TEMPLATE_NAME_TEMPLATE (templ)), name, caps);
  GstPad *pad;

  if (!target)
    return NULL;
  pad = gst_ghost_pad_new_from_template (GST_PAD_NAME (target), target, templ);
  gst_object_unref (target);
  if (GST_STATE (self) >= GST_STATE_PAUSED)
    gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  return pad;
}

static void
gst_web_audio_audio_destination_release_pad (GstElement * element, GstPad * pad)
{
  GstWebAudioAudioDestination *self = GST_WEB_AUDIO_AUDIO_DESTINATION (element);
  GstPad *target = gst_ghost_pad_get_target (GST_GHOST_PAD (pad));

  gst_element_remove_pad (element, pad);
  if (!target)
    return;
  gst_element_release_request_pad (GST_ELEMENT (self->node), target);
  gst_object_unref (target);
}

static void
add_sink_pad (GstWebAudioAudioDestination * self)
{
  GstPad *target = gst_element_get_static_pad (GST_ELEMENT (self->node),
      "sink");
  GstPadTemplate *templ = gst_static_pad_template_get (&sink_template);

  gst_element_add_pad (GST_ELEMENT (self),
      gst_ghost_pad_new_from_template ("sink", target, templ));
  gst_object_unref (templ);
  gst_object_unref (target);
}

/* States */

static void
set_playing (GstWebAudioAudioDestination * self, gboolean playing)
{
  GST_OBJECT_LOCK (self);
  self->playing = playing;
  GST_OBJECT_UNLOCK (self);
  tell_state (self, FALSE);
}

/* Begins anew: what was suspended or closed is no longer. */
static void
reset (GstWebAudioAudioDestination * self)
{
  GST_OBJECT_LOCK (self);
  self->suspended = FALSE;
  self->closed = FALSE;
  self->heard = 0;
  g_array_set_size (self->suspensions, 0);
  GST_OBJECT_UNLOCK (self);
  tell_state (self, FALSE);
}

static GstStateChangeReturn
gst_web_audio_audio_destination_change_state (GstElement * element,
    GstStateChange transition)
{
  GstWebAudioAudioDestination *self = GST_WEB_AUDIO_AUDIO_DESTINATION (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && !gst_web_audio_player_add (&self->player))
    return GST_STATE_CHANGE_FAILURE;
  result = GST_ELEMENT_CLASS
      (gst_web_audio_audio_destination_parent_class)->change_state (element,
      transition);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL
      || (transition == GST_STATE_CHANGE_NULL_TO_READY
          && result == GST_STATE_CHANGE_FAILURE)) {
    gst_web_audio_player_remove (&self->player);
    gst_web_audio_delay (self->node, FALSE);
  }
  if (result == GST_STATE_CHANGE_FAILURE)
    return result;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    set_playing (self, TRUE);
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_playing (self, FALSE);
  else if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    reset (self);
  return result;
}

/* Properties */

static void
gst_web_audio_audio_destination_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioAudioDestination *self = GST_WEB_AUDIO_AUDIO_DESTINATION (object);

  switch (id) {
    case PROP_AUDIO_SINK:
      gst_web_audio_player_set_audio_sink (&self->player,
          g_value_get_object (value));
      break;
    case PROP_SINK_ID:
      gst_web_audio_audio_destination_set_sink_id (self,
          g_value_get_string (value));
      break;
    case PROP_POST_MESSAGES:
      GST_OBJECT_LOCK (self);
      self->post_messages = g_value_get_boolean (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      g_object_set_property (G_OBJECT (self->node), pspec->name, value);
      break;
  }
}

static void
gst_web_audio_audio_destination_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioAudioDestination *self = GST_WEB_AUDIO_AUDIO_DESTINATION (object);

  switch (id) {
    case PROP_AUDIO_SINK:
      GST_OBJECT_LOCK (self);
      g_value_set_object (value, self->player.audio_sink);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_SINK_ID:
      GST_OBJECT_LOCK (self);
      g_value_set_string (value, self->player.sink_id);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_MAX_CHANNEL_COUNT:
      g_value_set_uint (value, get_max_channel_count (self));
      break;
    case PROP_BASE_LATENCY:
      g_value_set_uint64 (value, get_base_latency (self));
      break;
    case PROP_OUTPUT_LATENCY:
      g_value_set_uint64 (value, get_output_latency (self));
      break;
    case PROP_STATE:
      GST_OBJECT_LOCK (self);
      g_value_set_enum (value, self->state);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_POST_MESSAGES:
      GST_OBJECT_LOCK (self);
      g_value_set_boolean (value, self->post_messages);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      g_object_get_property (G_OBJECT (self->node), pspec->name, value);
      break;
  }
}

static void
gst_web_audio_audio_destination_dispose (GObject * object)
{
  GstWebAudioAudioDestination *self = GST_WEB_AUDIO_AUDIO_DESTINATION (object);

  gst_clear_object (&self->src);
  G_OBJECT_CLASS (gst_web_audio_audio_destination_parent_class)->dispose
      (object);
}

static void
gst_web_audio_audio_destination_finalize (GObject * object)
{
  GstWebAudioAudioDestination *self = GST_WEB_AUDIO_AUDIO_DESTINATION (object);

  gst_web_audio_player_clear (&self->player);
  g_array_unref (self->suspensions);
  G_OBJECT_CLASS (gst_web_audio_audio_destination_parent_class)->finalize
      (object);
}

static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  gst_web_audio_node_install_properties (object_class);
  /**
   * GstWebAudioAudioDestination:audio-sink:
   *
   * What plays, as an element or as the description of a bin; none for
   * autoaudiosink. sink-id goes before it.
   */
  g_object_class_install_property (object_class, PROP_AUDIO_SINK,
      g_param_spec_object ("audio-sink", "Audio sink",
          "What plays (NULL = autoaudiosink)", GST_TYPE_ELEMENT, playing));
  /**
   * GstWebAudioAudioDestination:sink-id:
   *
   * The audio output: what the sound system calls it (the device of the launch
   * line that gst-device-monitor-1.0 Audio/Sink prints) or the name it shows;
   * "" for the default. One that does not exist is an error on the way to
   * READY, and later a warning and no change.
   * https://webaudio.github.io/web-audio-api/#dom-audiocontext-sinkid
   */
  g_object_class_install_property (object_class, PROP_SINK_ID,
      g_param_spec_string ("sink-id", "Sink ID",
          "The audio output, as gst-device-monitor-1.0 lists it "
          "(\"\" = default)", "", playing));
  /**
   * GstWebAudioAudioDestination:max-channel-count:
   *
   * How many channels the audio output takes; 32 where that is not known.
   * https://webaudio.github.io/web-audio-api/#dom-audiodestinationnode-maxchannelcount
   */
  g_object_class_install_property (object_class, PROP_MAX_CHANNEL_COUNT,
      g_param_spec_uint ("max-channel-count", "Max channel count",
          "Channels that the audio output takes", 1,
          GST_WEB_AUDIO_MAX_CHANNELS, GST_WEB_AUDIO_MAX_CHANNELS, readable));
  /**
   * GstWebAudioAudioDestination:base-latency:
   *
   * How long the graph takes from the first frame of a block to its last, in
   * nanoseconds: a change is heard that much later at most.
   * https://webaudio.github.io/web-audio-api/#dom-audiocontext-baselatency
   */
  g_object_class_install_property (object_class, PROP_BASE_LATENCY,
      g_param_spec_uint64 ("base-latency", "Base latency",
          "Duration of a block in ns", 0, G_MAXUINT64, 0, readable));
  /**
   * GstWebAudioAudioDestination:output-latency:
   *
   * How much has been rendered and is not heard yet, in nanoseconds; 0 where
   * nothing plays.
   * https://webaudio.github.io/web-audio-api/#dom-audiocontext-outputlatency
   */
  g_object_class_install_property (object_class, PROP_OUTPUT_LATENCY,
      g_param_spec_uint64 ("output-latency", "Output latency",
          "Rendered but not heard yet, in ns", 0, G_MAXUINT64, 0, readable));
  /**
   * GstWebAudioAudioDestination:state:
   *
   * Whether the graph is rendered: it is suspended until the pipeline plays.
   * https://webaudio.github.io/web-audio-api/#dom-baseaudiocontext-state
   */
  g_object_class_install_property (object_class, PROP_STATE,
      g_param_spec_enum ("state", "State", "Whether the graph is rendered",
          GST_TYPE_WEB_AUDIO_CONTEXT_STATE,
          GST_WEB_AUDIO_CONTEXT_STATE_SUSPENDED, readable));
  /**
   * GstWebAudioAudioDestination:post-messages:
   *
   * Whether signals are element messages on the bus as well.
   */
  g_object_class_install_property (object_class, PROP_POST_MESSAGES,
      g_param_spec_boolean ("post-messages", "Post messages",
          "Post audiodestination-state-changed and -sink-changed on the bus",
          TRUE, playing));
}

static guint
install_action (GObjectClass * object_class, const gchar * name,
    GCallback handler, GType argument)
{
  return g_signal_new_class_handler (name, G_TYPE_FROM_CLASS (object_class),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, handler, NULL, NULL, NULL,
      G_TYPE_BOOLEAN, argument == G_TYPE_NONE ? 0 : 1, argument);
}

static void
install_signals (GObjectClass * object_class)
{
  GType type = G_TYPE_FROM_CLASS (object_class);

  /**
   * GstWebAudioAudioDestination::state-changed:
   *
   * #GstWebAudioAudioDestination:state is another one. Comes from any thread;
   * the message audiodestination-state-changed has the field state.
   */
  signals[SIGNAL_STATE_CHANGED] = g_signal_new ("state-changed", type,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0, G_TYPE_NONE);
  /**
   * GstWebAudioAudioDestination::sink-changed:
   *
   * The audio output is another one: it was asked for, or the last one was
   * lost. The message audiodestination-sink-changed has the field sink-id.
   */
  signals[SIGNAL_SINK_CHANGED] = g_signal_new ("sink-changed", type,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0, G_TYPE_NONE);
  /**
   * GstWebAudioAudioDestination::suspend:
   *
   * Stops the time of the graph with the next block, while the pipeline goes
   * on. What has been rendered is heard out.
   * https://webaudio.github.io/web-audio-api/#dom-audiocontext-suspend
   *
   * Returns: %FALSE where the spec has an InvalidStateError (closed)
   */
  signals[SIGNAL_SUSPEND] = install_action (object_class, "suspend",
      G_CALLBACK (gst_web_audio_audio_destination_suspend), G_TYPE_NONE);
  /**
   * GstWebAudioAudioDestination::suspend-at:
   * @time: in seconds
   *
   * Suspends exactly before the first quantum of 128 frames that begins at
   * @time or later; any number of times may be given.
   * https://webaudio.github.io/web-audio-api/#dom-offlineaudiocontext-suspend
   *
   * Returns: %FALSE where the spec has an InvalidStateError (closed, not after
   *     the current time, not before length, or asked for already) or a
   *     RangeError (negative)
   */
  signals[SIGNAL_SUSPEND_AT] = install_action (object_class, "suspend-at",
      G_CALLBACK (gst_web_audio_audio_destination_suspend_at), G_TYPE_DOUBLE);
  /**
   * GstWebAudioAudioDestination::resume:
   *
   * Goes on with the frame at which the graph was suspended. If it is played,
   * that is heard now.
   * https://webaudio.github.io/web-audio-api/#dom-audiocontext-resume
   *
   * Returns: %FALSE where the spec has an InvalidStateError (closed)
   */
  signals[SIGNAL_RESUME] = install_action (object_class, "resume",
      G_CALLBACK (gst_web_audio_audio_destination_resume), G_TYPE_NONE);
  /**
   * GstWebAudioAudioDestination::close:
   *
   * Ends the graph: EOS to all that it is linked to.
   * https://webaudio.github.io/web-audio-api/#dom-audiocontext-close
   *
   * Returns: %FALSE where the spec has an InvalidStateError (closed)
   */
  signals[SIGNAL_CLOSE] = install_action (object_class, "close",
      G_CALLBACK (gst_web_audio_audio_destination_close), G_TYPE_NONE);
  /**
   * GstWebAudioAudioDestination::set-sink-id:
   * @sink_id: as #GstWebAudioAudioDestination:sink-id
   *
   * Plays through another audio output from the next block on. May take as long
   * as opening it takes; not to be called from a streaming thread.
   * https://webaudio.github.io/web-audio-api/#dom-audiocontext-setsinkid
   *
   * Returns: %FALSE where the spec has a NotFoundError; nothing changes then
   */
  signals[SIGNAL_SET_SINK_ID] = install_action (object_class, "set-sink-id",
      G_CALLBACK (gst_web_audio_audio_destination_set_sink_id), G_TYPE_STRING);
  /**
   * GstWebAudioAudioDestination::get-output-timestamp:
   *
   * What is heard now: a structure with context-time, of the graph, and
   * performance-time, of g_get_monotonic_time(), both in nanoseconds (guint64).
   * https://webaudio.github.io/web-audio-api/#dom-audiocontext-getoutputtimestamp
   *
   * Returns: (transfer full): the structure
   */
  signals[SIGNAL_GET_OUTPUT_TIMESTAMP] =
      g_signal_new_class_handler ("get-output-timestamp", type,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (gst_web_audio_audio_destination_get_output_timestamp), NULL,
      NULL, NULL, GST_TYPE_STRUCTURE, 0, G_TYPE_NONE);
}

static void
gst_web_audio_audio_destination_class_init (GstWebAudioAudioDestinationClass *
    klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_web_audio_audio_destination_set_property;
  object_class->get_property = gst_web_audio_audio_destination_get_property;
  object_class->dispose = gst_web_audio_audio_destination_dispose;
  object_class->finalize = gst_web_audio_audio_destination_finalize;
  install_properties (object_class);
  install_signals (object_class);

  gst_element_class_add_static_pad_template (element_class, &more_src_template);
  gst_element_class_add_static_pad_template (element_class,
      &more_sink_template);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class,
      "Audio destination", "Sink/Audio",
      "The graph's exit to the loudspeakers (Web Audio AudioDestinationNode)",
      "The gst-webaudio authors");
  element_class->request_new_pad =
      GST_DEBUG_FUNCPTR (gst_web_audio_audio_destination_request_new_pad);
  element_class->release_pad =
      GST_DEBUG_FUNCPTR (gst_web_audio_audio_destination_release_pad);
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_audio_destination_change_state);
  GST_BIN_CLASS (klass)->handle_message =
      GST_DEBUG_FUNCPTR (gst_web_audio_audio_destination_handle_message);

  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_CONTEXT_STATE, 0);
}

static void
gst_web_audio_audio_destination_init (GstWebAudioAudioDestination * self)
{
  Exit *node = g_object_new (exit_get_type (), "name", "node", NULL);

  self->suspensions = g_array_new (FALSE, FALSE, sizeof (gdouble));
  self->post_messages = TRUE;
  node->destination = self;
  self->node = GST_WEB_AUDIO_NODE (node);
  self->src = gst_element_get_static_pad (GST_ELEMENT (node), "src");
  gst_web_audio_player_init (&self->player, GST_ELEMENT (self), self->node,
      self->src, on_sink_changed);
  gst_bin_add (GST_BIN (self), GST_ELEMENT (node));
  add_sink_pad (self);
}
