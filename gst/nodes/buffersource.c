/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-buffersource
 * @title: buffersource
 * @see_also: oscillator, constantsource, filesrc
 *
 * The AudioBufferSourceNode of Web Audio: plays what is in memory, from any
 * frame, at any speed in both directions, in loops between any two points.
 * https://webaudio.github.io/web-audio-api/#AudioBufferSourceNode
 *
 * Times within the buffer are seconds as numbers, as in the spec, and those of
 * the graph (start, stop) are nanoseconds, as in GStreamer.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "../dsp/buffersource.h"
#include "../dsp/oscillator.h"
#include "../graph/graph.h"
#include "../graph/param.h"
#include "../streams/audiobuffer.h"
#include "../streams/audiofile.h"
#include "buffersource.h"

#define GST_CAT_DEFAULT gst_web_audio_buffer_source_debug
GST_DEBUG_CATEGORY_STATIC (gst_web_audio_buffer_source_debug);

/* What is not known to be slower is taken to be no faster than that. */
#define MAX_SPEED 64

enum
{
  PROP_0,
  PROP_BUFFER,
  PROP_LOCATION,
  PROP_URI,
  PROP_LOOP,
  PROP_LOOP_START,
  PROP_LOOP_END,
  PROP_OFFSET,
  PROP_DURATION
};

enum
{
  PARAM_PLAYBACK_RATE,
  PARAM_DETUNE
};

/* How it is played, in seconds of the buffer. */
typedef struct
{
  gboolean loop;
  gdouble loop_start;
  gdouble loop_end;
  gdouble offset;
  gdouble duration;
} Settings;

struct _GstWebAudioBufferSource
{
  GstWebAudioScheduledSource parent;

  GstWebAudioFile *file;

  /* object lock */
  Settings settings;
  GstSample *sample;            /* as it was set */
  GstWebAudioBuffer *buffer;    /* what is in it */
  gboolean buffer_set;          /* the spec's [[buffer set]] */
  GPtrArray *retired;           /* buffers that may be freed */

  /* the rendering thread's */
  Settings now;                 /* of this block */
  GstWebAudioBuffer *playing;
  gboolean sounding;            /* the state counts */
  WebAudioBufferSource state;   /* before the frame next_frame */
  guint64 next_frame;
  guint64 waited;               /* the frames before had no buffer */
};

G_DEFINE_TYPE (GstWebAudioBufferSource, gst_web_audio_buffer_source,
    GST_TYPE_WEB_AUDIO_SCHEDULED_SOURCE);
GST_ELEMENT_REGISTER_DEFINE (buffersource, "buffersource", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_BUFFER_SOURCE);

/* Rendering */

static void
free_retired (gpointer object)
{
  GstWebAudioBufferSource *self = object;
  GPtrArray *retired;

  GST_OBJECT_LOCK (self);
  retired = self->retired;
  self->retired = NULL;
  GST_OBJECT_UNLOCK (self);
  if (retired)
    g_ptr_array_unref (retired);
}

/* Needs the object lock. */
static void
retire (GstWebAudioBufferSource * self, GstWebAudioBuffer * buffer)
{
  if (!self->retired)
    self->retired = g_ptr_array_new_with_free_func
        ((GDestroyNotify) gst_web_audio_buffer_unref);
  g_ptr_array_add (self->retired, buffer);
  gst_web_audio_defer (free_retired, self);
}

/* A source that was started without a buffer never plays, and one that has lost
 * it is over, as in the spec. But what begins by itself waits for its buffer. */
static gboolean
expects_buffer (GstWebAudioBufferSource * self)
{
  gboolean used;

  GST_OBJECT_LOCK (self);
  used = self->buffer_set || self->parent.start_called;
  GST_OBJECT_UNLOCK (self);
  return !used || gst_web_audio_file_is_set (self->file);
}

/* Takes what is set now for the block that begins. */
static gboolean
gst_web_audio_buffer_source_begin_block (GstWebAudioScheduledSource * source,
    guint64 frame, guint frames, guint * channels)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (source);

  GST_OBJECT_LOCK (self);
  self->now = self->settings;
  if (self->playing != self->buffer) {
    if (self->playing)
      retire (self, self->playing);
    self->playing = self->buffer ? gst_web_audio_buffer_ref (self->buffer) :
        NULL;
  }
  GST_OBJECT_UNLOCK (self);
  *channels = self->playing ? self->playing->content.channels : 0;
  if (self->playing)
    return TRUE;
  self->waited = frame + frames;
  return expects_buffer (self);
}

/* The parameters of some frames. */
typedef struct
{
  gdouble playback_rate;
  gdouble detune;
  const gdouble *playback_rates;        /* of each frame, or NULL for one */
  const gdouble *detunes;
} Speed;

static void
speed_read (GstWebAudioBufferSource * self, guint64 frame, guint n,
    Speed * speed)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);

  speed->playback_rates = gst_web_audio_param_values
      (gst_web_audio_node_get_param (node, PARAM_PLAYBACK_RATE), frame, n,
      &speed->playback_rate);
  speed->detunes = gst_web_audio_param_values
      (gst_web_audio_node_get_param (node, PARAM_DETUNE), frame, n,
      &speed->detune);
}

/* The buffer's frames per frame, at the frame numbered @at of those that were
 * read. */
static gdouble
speed_at (GstWebAudioBufferSource * self, const Speed * speed, guint at)
{
  gdouble rate = speed->playback_rates ? speed->playback_rates[at] :
      speed->playback_rate;
  gdouble detune = speed->detunes ? speed->detunes[at] : speed->detune;

  return webaudio_oscillator_frequency (rate, detune) * self->playing->rate /
      GST_WEB_AUDIO_NODE (self)->graph->rate;
}

static void
get_playback (const Settings * settings, gdouble speed, gint rate,
    WebAudioPlayback * playback)
{
  playback->speed = speed;
  playback->loop = settings->loop;
  playback->loop_start = webaudio_buffer_source_frames (settings->loop_start,
      rate);
  playback->loop_end = webaudio_buffer_source_frames (settings->loop_end, rate);
}

/* Plays @n frames from @frame on; into nowhere if @planes is NULL. */
static guint
play (GstWebAudioBufferSource * self, guint64 frame, gfloat * const *planes,
    guint n)
{
  const WebAudioBuffer *content = &self->playing->content;
  gfloat *out[GST_WEB_AUDIO_MAX_CHANNELS];
  guint done, count, made, c;
  Speed speed;

  speed_read (self, frame, n, &speed);
  for (done = 0; done < n; done += count) {
    WebAudioPlayback playback;

    get_playback (&self->now, speed_at (self, &speed, done),
        self->playing->rate, &playback);
    count = n - done;
    if (speed.playback_rates || speed.detunes)
      count = MIN (count, GST_WEB_AUDIO_QUANTUM -
          (frame + done) % GST_WEB_AUDIO_QUANTUM);
    for (c = 0; planes && c < content->channels; c++)
      out[c] = planes[c] + done;
    made = webaudio_buffer_source_render (&self->state, content, &playback,
        planes ? out : NULL, count);
    self->next_frame = frame + done + made;
    if (made < count)
      return done + made;
  }
  return n;
}

/* The state before the first frame, which may be @late. */
static void
init_state (WebAudioBufferSource * state, const Settings * settings,
    const WebAudioBuffer * content, gint rate, gdouble speed, gdouble late)
{
  WebAudioPlayback playback;

  get_playback (settings, speed, rate, &playback);
  webaudio_buffer_source_start (state, content, &playback,
      webaudio_buffer_source_frames (settings->offset, rate),
      webaudio_buffer_source_frames (settings->duration, rate), late);
}

/* The sound begins, between two frames as it may be. */
static void
begin (GstWebAudioBufferSource * self, gdouble start)
{
  guint64 first = (guint64) ceil (start);
  Speed speed;

  if (first < self->waited)
    start = first = self->waited;
  speed_read (self, first, 1, &speed);
  init_state (&self->state, &self->now, &self->playing->content,
      self->playing->rate, speed_at (self, &speed, 0), first - start);
  self->next_frame = first;
  self->sounding = TRUE;
}

/* Plays up to @frame what was not rendered. */
static gboolean
catch_up (GstWebAudioBufferSource * self, guint64 frame)
{
  while (self->next_frame < frame) {
    guint n = MIN (frame - self->next_frame, GST_WEB_AUDIO_MAX_BLOCK_SIZE);

    if (play (self, self->next_frame, NULL, n) < n)
      return FALSE;
  }
  return TRUE;
}

static guint
gst_web_audio_buffer_source_generate (GstWebAudioScheduledSource * source,
    guint64 frame, gdouble start, gfloat * const *planes, guint n)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (source);

  if (!self->sounding)
    begin (self, start);
  return catch_up (self, frame) ? play (self, frame, planes, n) : 0;
}

/* What is to come */

/* Whether the speed stays the same for @n frames from @frame on, and is @speed
 * then. */
static gboolean
is_speed_constant (GstWebAudioBufferSource * self, guint64 frame, guint64 n,
    gint rate, gdouble * speed)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);
  gdouble playback_rate = 0, detune = 0;
  gboolean constant;

  constant = gst_web_audio_param_is_constant (gst_web_audio_node_get_param
      (node, PARAM_PLAYBACK_RATE), frame, n, &playback_rate)
      && gst_web_audio_param_is_constant (gst_web_audio_node_get_param (node,
          PARAM_DETUNE), frame, n, &detune);
  *speed = webaudio_oscillator_frequency (playback_rate, detune) * rate /
      node->graph->rate;
  return constant;
}

static guint64
gst_web_audio_buffer_source_foresee (GstWebAudioScheduledSource * source,
    gdouble start)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (source);
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (source);
  guint64 frame = node->rendered ? node->position : 0, until, left;
  WebAudioBufferSource state = self->state;
  WebAudioBuffer content = { NULL, 0, 0 };      /* its length counts */
  WebAudioPlayback playback;
  Settings settings;
  gint buffer_rate = 0;
  gdouble speed, late;

  GST_OBJECT_LOCK (self);
  settings = self->settings;
  if (self->buffer) {
    content.length = self->buffer->content.length;
    buffer_rate = self->buffer->rate;
  }
  GST_OBJECT_UNLOCK (self);
  if (!buffer_rate || frame % GST_WEB_AUDIO_QUANTUM != 0
      || (settings.loop && settings.duration == G_MAXDOUBLE))
    return GST_BUFFER_OFFSET_NONE;
  if (is_speed_constant (self, frame, G_MAXUINT64, buffer_rate, &speed))
    until = G_MAXUINT64;
  else if (is_speed_constant (self, frame, GST_WEB_AUDIO_MAX_BLOCK_SIZE,
          buffer_rate, &speed))
    until = frame + GST_WEB_AUDIO_MAX_BLOCK_SIZE;
  else
    return GST_BUFFER_OFFSET_NONE;
  frame = self->next_frame;
  if (!self->sounding) {
    frame = MAX ((guint64) ceil (start), self->waited);
    late = frame - start;
    init_state (&state, &settings, &content, buffer_rate, speed,
        late < 1 ? late : 0);
  }
  get_playback (&settings, speed, buffer_rate, &playback);
  left = webaudio_buffer_source_left (&state, &content, &playback);
  return left < until && frame + left <= until ? frame + left :
      GST_BUFFER_OFFSET_NONE;
}

/* Fewer frames of the buffer than that are not played before the source may be
 * over. */
static gdouble
count_left (GstWebAudioBufferSource * self, const Settings * settings,
    gdouble length)
{
  const WebAudioBufferSource *state = &self->state;
  gdouble position = self->sounding ? state->position.whole : 0;
  gdouble left = settings->loop ? G_MAXDOUBLE :
      MIN (position, length - position);

  if (!self->sounding)
    left = 0;
  else if (state->limited)
    left = MIN (left, (gdouble) (state->duration.whole - state->elapsed.whole));
  return left;
}

static guint
gst_web_audio_buffer_source_own_channels (GstWebAudioNode * node)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (node);
  guint channels;

  GST_OBJECT_LOCK (self);
  channels = self->buffer ? self->buffer->content.channels : 1;
  GST_OBJECT_UNLOCK (self);
  return channels;
}

/* Where a sound ends, the channels of what it is mixed into may change with the
 * next quantum. So it must not end within a block; and where the speed is not
 * known, any block may be the one. */
static guint
gst_web_audio_buffer_source_max_block (GstWebAudioNode * node)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (node);
  GstWebAudioGraph *graph = node->graph;
  guint64 end = node->position + graph->block_size;
  gdouble length = 0, speed, reach, start;
  Settings settings;
  gint rate = 0;

  if (self->playing && self->playing->content.channels == 1)
    return 0;
  GST_OBJECT_LOCK (self);
  settings = self->settings;
  start = self->parent.start;
  if (self->buffer && self->buffer->content.channels > 1) {
    rate = self->buffer->rate;
    length = self->buffer->content.length;
  }
  GST_OBJECT_UNLOCK (self);
  if (rate == 0 || self->parent.finished || start < 0
      || (!self->sounding && start * graph->rate >= end)
      || node->position % GST_WEB_AUDIO_QUANTUM != 0
      || is_speed_constant (self, node->position, graph->block_size, rate,
          &speed))
    return 0;
  reach = MAX_SPEED * (gdouble) graph->block_size * rate / graph->rate;
  return count_left (self, &settings, length) > reach ? 0 :
      GST_WEB_AUDIO_QUANTUM;
}

static void
gst_web_audio_buffer_source_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (node);

  GST_WEB_AUDIO_NODE_CLASS (gst_web_audio_buffer_source_parent_class)->locate
      (node, from, to);
  if (from == GST_BUFFER_OFFSET_NONE) {
    self->sounding = FALSE;
    self->waited = 0;
  }
}

/* The buffer */

static gboolean
may_set_buffer (GstWebAudioBufferSource * self)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  gboolean active = node->active, used;

  gst_web_audio_graph_unlock (graph);
  /* an element that does not run yet is as good as a new one */
  GST_OBJECT_LOCK (self);
  used = self->buffer_set && active;
  GST_OBJECT_UNLOCK (self);
  if (used)
    GST_WARNING_OBJECT (self, "InvalidStateError: there has been a buffer "
        "already");
  return !used;
}

/* Takes @sample for the buffer; NULL for none. */
static void
take_sample (GstWebAudioBufferSource * self, GstSample * sample)
{
  GstWebAudioBuffer *buffer = NULL, *old_buffer;
  GstSample *old_sample;
  gchar *why = NULL;

  if (sample) {
    buffer = gst_web_audio_buffer_from_sample (sample, &why);
    if (!buffer) {
      GST_WARNING_OBJECT (self, "NotSupportedError: this is no buffer, for %s",
          why);
      g_free (why);
      return;
    }
  }
  GST_OBJECT_LOCK (self);
  old_sample = self->sample;
  old_buffer = self->buffer;
  self->sample = sample ? gst_sample_ref (sample) : NULL;
  self->buffer = buffer;
  self->buffer_set |= sample != NULL;
  GST_OBJECT_UNLOCK (self);
  if (old_sample)
    gst_sample_unref (old_sample);
  if (old_buffer)
    gst_web_audio_buffer_unref (old_buffer);
}

static void
set_sample (GstWebAudioBufferSource * self, GstSample * sample)
{
  if (sample && !may_set_buffer (self))
    return;
  gst_web_audio_file_set_uri (self->file, NULL);
  take_sample (self, sample);
}

static void
on_loaded (GstWebAudioNode * node, GstSample * sample)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (node);

  take_sample (self, sample);
  if (sample)
    return;
  GST_OBJECT_LOCK (self);
  self->buffer_set = FALSE;
  GST_OBJECT_UNLOCK (self);
}

/* Scheduling */

static gboolean
gst_web_audio_buffer_source_start (GstWebAudioScheduledSource * source,
    gdouble when, gdouble offset, gdouble duration)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (source);

  if (!isfinite (offset) || offset < 0 || isnan (duration) || duration < 0) {
    GST_WARNING_OBJECT (self, "RangeError: can't start at %f s of the buffer "
        "and play %f s", offset, duration);
    return FALSE;
  }
  if (!gst_web_audio_scheduled_source_start (source, when))
    return FALSE;
  GST_OBJECT_LOCK (self);
  self->settings.offset = offset;
  self->settings.duration = MIN (duration, G_MAXDOUBLE);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static GstStateChangeReturn
gst_web_audio_buffer_source_change_state (GstElement * element,
    GstStateChange transition)
{
  return gst_web_audio_file_change_state (GST_WEB_AUDIO_BUFFER_SOURCE
      (element)->file, gst_web_audio_buffer_source_parent_class, transition);
}

/* The object */

static void
gst_web_audio_buffer_source_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (object);

  switch (id) {
    case PROP_BUFFER:
      set_sample (self, gst_value_get_sample (value));
      return;
    case PROP_LOCATION:
    case PROP_URI:
      if (may_set_buffer (self))
        gst_web_audio_file_set_property (self->file, value, pspec);
      return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_LOOP:
      self->settings.loop = g_value_get_boolean (value);
      break;
    case PROP_LOOP_START:
      self->settings.loop_start = g_value_get_double (value);
      break;
    case PROP_LOOP_END:
      self->settings.loop_end = g_value_get_double (value);
      break;
    case PROP_OFFSET:
      self->settings.offset = g_value_get_double (value);
      break;
    case PROP_DURATION:
      self->settings.duration = g_value_get_double (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_buffer_source_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (object);

  switch (id) {
    case PROP_LOCATION:
    case PROP_URI:
      gst_web_audio_file_get_property (self->file, value, pspec);
      return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_BUFFER:
      gst_value_set_sample (value, self->sample);
      break;
    case PROP_LOOP:
      g_value_set_boolean (value, self->settings.loop);
      break;
    case PROP_LOOP_START:
      g_value_set_double (value, self->settings.loop_start);
      break;
    case PROP_LOOP_END:
      g_value_set_double (value, self->settings.loop_end);
      break;
    case PROP_OFFSET:
      g_value_set_double (value, self->settings.offset);
      break;
    case PROP_DURATION:
      g_value_set_double (value, self->settings.duration);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_buffer_source_finalize (GObject * object)
{
  GstWebAudioBufferSource *self = GST_WEB_AUDIO_BUFFER_SOURCE (object);

  free_retired (self);
  g_clear_pointer (&self->playing, gst_web_audio_buffer_unref);
  g_clear_pointer (&self->buffer, gst_web_audio_buffer_unref);
  g_clear_pointer (&self->sample, gst_sample_unref);
  gst_web_audio_file_free (self->file);
  G_OBJECT_CLASS (gst_web_audio_buffer_source_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstWebAudioBufferSource:buffer:
   *
   * What is played: raw audio of any format and rate, with up to 32 channels, in
   * one buffer; %NULL for silence. It is not copied if it is planes of F32, or
   * mono, and converted once otherwise, even if many elements play it.
   *
   * While the element runs it can be set once, and to %NULL after that.
   * https://webaudio.github.io/web-audio-api/#dom-audiobuffersourcenode-buffer
   */
  g_object_class_install_property (object_class, PROP_BUFFER,
      g_param_spec_boxed ("buffer", "Buffer", "What is played: a sample of raw "
          "audio", GST_TYPE_SAMPLE, flags));
  /**
   * GstWebAudioBufferSource:loop:
   *
   * Whether to play from loop-start to loop-end again and again.
   * https://webaudio.github.io/web-audio-api/#dom-audiobuffersourcenode-loop
   */
  g_object_class_install_property (object_class, PROP_LOOP,
      g_param_spec_boolean ("loop", "Loop", "Play from loop-start to loop-end "
          "again and again", FALSE, flags));
  /**
   * GstWebAudioBufferSource:loop-start:
   *
   * Where the loop begins, in seconds of the buffer.
   * https://webaudio.github.io/web-audio-api/#dom-audiobuffersourcenode-loopstart
   */
  g_object_class_install_property (object_class, PROP_LOOP_START,
      g_param_spec_double ("loop-start", "Loop start",
          "Where the loop begins, in seconds of the buffer", -G_MAXDOUBLE,
          G_MAXDOUBLE, 0, flags));
  /**
   * GstWebAudioBufferSource:loop-end:
   *
   * Where the loop ends, in seconds of the buffer; 0 or less, and also anything
   * before loop-start, makes the whole buffer the loop.
   * https://webaudio.github.io/web-audio-api/#dom-audiobuffersourcenode-loopend
   */
  g_object_class_install_property (object_class, PROP_LOOP_END,
      g_param_spec_double ("loop-end", "Loop end",
          "Where the loop ends, in seconds of the buffer (0 = at its end)",
          -G_MAXDOUBLE, G_MAXDOUBLE, 0, flags));
  /**
   * GstWebAudioBufferSource:offset:
   *
   * Where playing begins, in seconds of the buffer. It counts when the source
   * starts; the start signal sets it.
   * https://webaudio.github.io/web-audio-api/#dom-audiobuffersourcenode-start
   */
  g_object_class_install_property (object_class, PROP_OFFSET,
      g_param_spec_double ("offset", "Offset",
          "Where playing begins, in seconds of the buffer", 0, G_MAXDOUBLE, 0,
          flags));
  /**
   * GstWebAudioBufferSource:duration:
   *
   * How much is played, in seconds of the buffer, loops included; at half the
   * speed that takes twice as long. It counts when the source starts; the start
   * signal sets it.
   * https://webaudio.github.io/web-audio-api/#dom-audiobuffersourcenode-start
   */
  g_object_class_install_property (object_class, PROP_DURATION,
      g_param_spec_double ("duration", "Duration",
          "How much is played, in seconds of the buffer, loops included", 0,
          G_MAXDOUBLE, G_MAXDOUBLE, flags));
}

static void
add_params (GstWebAudioNodeClass * node_class)
{
  const GstWebAudioParamFlags flags = GST_WEB_AUDIO_PARAM_COMPOUND |
      GST_WEB_AUDIO_PARAM_K_RATE | GST_WEB_AUDIO_PARAM_FIXED_RATE;

  /**
   * GstWebAudioBufferSource:playback-rate:
   *
   * Speed before detune, 1 being that at which the buffer was recorded; negative
   * ones play backwards. An AudioParam that is always k-rate.
   * https://webaudio.github.io/web-audio-api/#dom-audiobuffersourcenode-playbackrate
   */
  gst_web_audio_node_class_add_param (node_class, "playback-rate",
      "Playback rate", "Speed before detune; negative ones play backwards",
      -G_MAXFLOAT, G_MAXFLOAT, 1, flags);
  /**
   * GstWebAudioBufferSource:detune:
   *
   * Detuning of the speed in cents. An AudioParam that is always k-rate.
   * https://webaudio.github.io/web-audio-api/#dom-audiobuffersourcenode-detune
   */
  gst_web_audio_node_class_add_param (node_class, "detune", "Detune",
      "Detuning of the speed in cents", -G_MAXFLOAT, G_MAXFLOAT, 0, flags);
}

static void
add_start (GType type)
{
  /**
   * GstWebAudioBufferSource::start:
   * @when: seconds of graph time; what is past means now
   * @offset: where playing begins, in seconds of the buffer
   * @duration: how much is played, in seconds of the buffer; %G_MAXDOUBLE for
   *     all of it
   *
   * Starts the source, once.
   * https://webaudio.github.io/web-audio-api/#dom-audiobuffersourcenode-start
   *
   * Returns: %FALSE where the spec has an InvalidStateError (started already)
   *     or a RangeError (negative or not finite); nothing has changed then
   */
  g_signal_new_class_handler ("start", type,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (gst_web_audio_buffer_source_start), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 3, G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
}

static void
gst_web_audio_buffer_source_class_init (GstWebAudioBufferSourceClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioScheduledSourceClass *source_class =
      GST_WEB_AUDIO_SCHEDULED_SOURCE_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_buffer_source_debug, "buffersource",
      0, "Web Audio AudioBufferSourceNode");

  object_class->set_property = gst_web_audio_buffer_source_set_property;
  object_class->get_property = gst_web_audio_buffer_source_get_property;
  object_class->finalize = gst_web_audio_buffer_source_finalize;
  install_properties (object_class);
  gst_web_audio_file_install_properties (object_class, PROP_LOCATION, PROP_URI);
  add_start (G_TYPE_FROM_CLASS (klass));
  add_params (GST_WEB_AUDIO_NODE_CLASS (klass));

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Buffer source", "Source/Audio", "Plays audio that is in memory (Web "
      "Audio AudioBufferSourceNode)", "The gst-webaudio authors");
  GST_ELEMENT_CLASS (klass)->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_buffer_source_change_state);
  GST_WEB_AUDIO_NODE_CLASS (klass)->locate = gst_web_audio_buffer_source_locate;
  GST_WEB_AUDIO_NODE_CLASS (klass)->own_channels =
      gst_web_audio_buffer_source_own_channels;
  GST_WEB_AUDIO_NODE_CLASS (klass)->max_block =
      gst_web_audio_buffer_source_max_block;
  source_class->begin_block = gst_web_audio_buffer_source_begin_block;
  source_class->generate = gst_web_audio_buffer_source_generate;
  source_class->foresee = gst_web_audio_buffer_source_foresee;
}

static void
gst_web_audio_buffer_source_init (GstWebAudioBufferSource * self)
{
  self->settings.duration = G_MAXDOUBLE;
  self->file = gst_web_audio_file_new (GST_WEB_AUDIO_NODE (self), on_loaded);
}
