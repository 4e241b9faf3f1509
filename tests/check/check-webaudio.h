/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What many tests need: to build a pipeline from a launch line, to wait for its
 * messages, and to record what passes a pad, to the last bit and event.
 *
 * Nothing here sleeps: a test waits for what it expects, and fails when that has
 * not come for PATIENCE.
 */
#ifndef __CHECK_WEBAUDIO_H__
#define __CHECK_WEBAUDIO_H__

#include <gst/audio/audio.h>
#include <gst/check/gstcheck.h>
#include <math.h>
#include <string.h>

#include "check-samples.h"

/* Longer than anything takes on a loaded machine */
#define PATIENCE (40 * GST_SECOND)

/* Recording */

typedef struct
{
  GstClockTime pts, duration;
  guint64 offset, offset_end;
  guint64 start;                /* its first frame in the recording */
  guint frames;
  gsize size;                   /* in bytes */
  guint flags;
} RecordedBuffer;

/**
 * Recorder:
 * @caps: the last that passed
 * @info: of @caps
 * @segment: the last that passed
 * @seqnum: of @segment
 * @data: all frames, interleaved whatever the layout, in the format of @info
 * @buffers: (element-type RecordedBuffer)
 * @events: names of the events that passed, each followed by a space; "buffer"
 *     for one or more buffers between them
 * @frames: that passed
 * @ended: EOS passed
 * @allowed: frames after which the recorder holds up the stream
 * @limit: frames that are kept in @data
 *
 * What passes a pad; a flush drops the frames. Guarded by @lock while the stream
 * runs.
 */
typedef struct
{
  GMutex lock;
  GCond cond;
  GstPad *pad;
  gulong probe;
  GstCaps *caps;
  GstAudioInfo info;
  GstSegment segment;
  guint32 seqnum;
  GByteArray *data;
  GArray *buffers;
  GString *events;
  guint64 frames;
  gboolean ended;
  gboolean flushing;
  guint64 allowed;
  guint64 limit;
} Recorder;

static inline void
recorder_note (Recorder * self, const gchar * name)
{
  gchar *item = g_strdup_printf ("%s ", name);

  if (strcmp (name, "buffer") || !g_str_has_suffix (self->events->str, item))
    g_string_append (self->events, item);
  g_free (item);
}

static inline void
recorder_keep (Recorder * self, GstAudioBuffer * audio)
{
  guint width = GST_AUDIO_INFO_WIDTH (&self->info) / 8;
  guint channels = GST_AUDIO_INFO_CHANNELS (&self->info);
  gsize i, n = GST_AUDIO_BUFFER_N_SAMPLES (audio);
  guint c;

  if (GST_AUDIO_INFO_LAYOUT (&self->info) == GST_AUDIO_LAYOUT_INTERLEAVED) {
    g_byte_array_append (self->data, audio->planes[0], n * width * channels);
    return;
  }
  for (i = 0; i < n; i++)
    for (c = 0; c < channels; c++)
      g_byte_array_append (self->data, (guint8 *) audio->planes[c] + i * width,
          width);
}

/* With the lock. */
static inline GstPadProbeReturn
recorder_take_buffer (Recorder * self, GstBuffer * buffer)
{
  GstAudioBuffer audio;
  RecordedBuffer entry;

  while (!self->flushing && self->frames >= self->allowed)
    g_cond_wait (&self->cond, &self->lock);
  if (self->flushing)
    return GST_PAD_PROBE_DROP;
  fail_unless (self->caps != NULL, "a buffer came before the caps");
  fail_unless (gst_audio_buffer_map (&audio, &self->info, buffer,
          GST_MAP_READ));
  entry.pts = GST_BUFFER_PTS (buffer);
  entry.duration = GST_BUFFER_DURATION (buffer);
  entry.offset = GST_BUFFER_OFFSET (buffer);
  entry.offset_end = GST_BUFFER_OFFSET_END (buffer);
  entry.flags = GST_BUFFER_FLAGS (buffer);
  entry.size = gst_buffer_get_size (buffer);
  entry.start = self->frames;
  entry.frames = GST_AUDIO_BUFFER_N_SAMPLES (&audio);
  if (self->frames < self->limit) {
    recorder_keep (self, &audio);
    g_array_append_val (self->buffers, entry);
  }
  gst_audio_buffer_unmap (&audio);
  self->frames += entry.frames;
  recorder_note (self, "buffer");
  g_cond_broadcast (&self->cond);
  return GST_PAD_PROBE_OK;
}

/* With the lock. */
static inline void
recorder_take_event (Recorder * self, GstEvent * event)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      gst_caps_replace (&self->caps, caps);
      fail_unless (gst_audio_info_from_caps (&self->info, caps));
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      self->seqnum = gst_event_get_seqnum (event);
      break;
    case GST_EVENT_EOS:
      self->ended = TRUE;
      break;
    case GST_EVENT_FLUSH_START:
      /* not with the stop: what follows a flush may overtake that */
      self->flushing = TRUE;
      self->ended = FALSE;
      self->frames = 0;
      g_byte_array_set_size (self->data, 0);
      g_array_set_size (self->buffers, 0);
      break;
    case GST_EVENT_FLUSH_STOP:
      self->flushing = FALSE;
      break;
    default:
      break;
  }
  recorder_note (self, GST_EVENT_TYPE_NAME (event));
  g_cond_broadcast (&self->cond);
}

static inline GstPadProbeReturn
recorder_probe (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Recorder *self = data;
  GstPadProbeReturn result = GST_PAD_PROBE_OK;

  g_mutex_lock (&self->lock);
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    result = recorder_take_buffer (self, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    recorder_take_event (self, GST_PAD_PROBE_INFO_EVENT (info));
  g_mutex_unlock (&self->lock);
  return result;
}

/* Records what passes @pad from now on. */
static inline Recorder *
record_pad (GstPad * pad)
{
  Recorder *self = g_new0 (Recorder, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  gst_audio_info_init (&self->info);
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  self->data = g_byte_array_new ();
  self->buffers = g_array_new (FALSE, FALSE, sizeof (RecordedBuffer));
  self->events = g_string_new ("");
  self->allowed = G_MAXUINT64;
  self->limit = 4 << 20;
  self->pad = gst_object_ref (pad);
  if ((self->caps = gst_pad_get_current_caps (pad)))
    fail_unless (gst_audio_info_from_caps (&self->info, self->caps));
  self->probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      recorder_probe, self, NULL);
  return self;
}

/* Records what arrives at the element @name of @bin. */
static inline Recorder *
record (GstElement * bin, const gchar * name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (bin), name);
  GstPad *pad;
  Recorder *self;

  fail_unless (element != NULL, "there is no %s", name);
  pad = gst_element_get_static_pad (element, "sink");
  self = record_pad (pad);
  gst_object_unref (pad);
  gst_object_unref (element);
  return self;
}

/* The stream stops after @frames, in the middle of its pad's push. To be taken
 * back (G_MAXUINT64) before its element goes to READY. */
static inline void
recorder_allow (Recorder * self, guint64 frames)
{
  g_mutex_lock (&self->lock);
  self->allowed = frames;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static inline guint64
recorder_count (Recorder * self)
{
  guint64 frames;

  g_mutex_lock (&self->lock);
  frames = self->frames;
  g_mutex_unlock (&self->lock);
  return frames;
}

/* Waits until @frames have come, or EOS. Returns whether they have. */
static inline gboolean
recorder_wait (Recorder * self, guint64 frames)
{
  gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);
  gboolean reached;

  g_mutex_lock (&self->lock);
  while (self->frames < frames && !self->ended)
    fail_unless (g_cond_wait_until (&self->cond, &self->lock, until),
        "%" G_GUINT64_FORMAT " frames of %" G_GUINT64_FORMAT " came",
        self->frames, frames);
  reached = self->frames >= frames;
  g_mutex_unlock (&self->lock);
  return reached;
}

/* Waits for EOS. */
static inline void
recorder_wait_end (Recorder * self)
{
  gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);

  g_mutex_lock (&self->lock);
  while (!self->ended)
    fail_unless (g_cond_wait_until (&self->cond, &self->lock, until),
        "no end came after %" G_GUINT64_FORMAT " frames", self->frames);
  g_mutex_unlock (&self->lock);
}

/* Forgets all that passed so far. */
static inline void
recorder_clear (Recorder * self)
{
  g_mutex_lock (&self->lock);
  g_byte_array_set_size (self->data, 0);
  g_array_set_size (self->buffers, 0);
  g_string_truncate (self->events, 0);
  self->frames = 0;
  self->ended = FALSE;
  g_mutex_unlock (&self->lock);
}

/* Nothing is added to the recording any more. */
static inline void
recorder_finish (Recorder * self)
{
  if (self->probe)
    gst_pad_remove_probe (self->pad, self->probe);
  self->probe = 0;
}

static inline void
recorder_free (Recorder * self)
{
  recorder_finish (self);
  gst_object_unref (self->pad);
  gst_clear_caps (&self->caps);
  g_byte_array_unref (self->data);
  g_array_unref (self->buffers);
  g_string_free (self->events, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

static inline const RecordedBuffer *
recorder_buffer (Recorder * self, guint i)
{
  fail_unless (i < self->buffers->len);
  return &g_array_index (self->buffers, RecordedBuffer, i);
}

/* What was recorded, frame after frame, where it is F32. */
static inline const gfloat *
recorder_samples (Recorder * self)
{
  fail_unless_equals_int (GST_AUDIO_INFO_FORMAT (&self->info),
      GST_AUDIO_FORMAT_F32);
  return (const gfloat *) self->data->data;
}

static inline guint
recorder_channels (Recorder * self)
{
  return GST_AUDIO_INFO_CHANNELS (&self->info);
}

/* Both recorded the same, to the bit. */
static inline void
assert_same_sound (Recorder * is, Recorder * should)
{
  fail_unless_equals_uint64 (is->frames, should->frames);
  fail_unless_equals_int (recorder_channels (is), recorder_channels (should));
  fail_unless_equals_int (is->data->len, should->data->len);
  assert_floats_equal (recorder_samples (is), recorder_samples (should),
      is->data->len / sizeof (gfloat));
}

/* Every buffer holds what @should has at the frames that its offset says, in
 * order. */
static inline void
assert_sound_at_offsets (Recorder * is, Recorder * should)
{
  guint channels = recorder_channels (is), i;
  guint64 last = 0;

  fail_unless_equals_int (channels, recorder_channels (should));
  for (i = 0; i < is->buffers->len; i++) {
    const RecordedBuffer *buffer = recorder_buffer (is, i);

    fail_unless (buffer->offset >= last);
    last = buffer->offset_end;
    fail_unless_equals_uint64 (last - buffer->offset, buffer->frames);
    fail_unless (last <= should->data->len / (channels * sizeof (gfloat)));
    assert_floats_equal (recorder_samples (is) + buffer->start * channels,
        recorder_samples (should) + buffer->offset * channels,
        buffer->frames * channels);
  }
}

/* The sum of the absolute values of a recording. */
static inline gdouble
recorder_loudness (Recorder * self)
{
  const gfloat *samples = recorder_samples (self);
  gsize i, n = self->data->len / sizeof (gfloat);
  gdouble sum = 0;

  for (i = 0; i < n; i++)
    sum += fabs (samples[i]);
  return sum;
}

/* Pipelines */

/* GStreamer 1.22.0 forgets a reference of a parameter when a line sets one of
 * its properties. */
static inline void
unref_params (const GValue * item, gpointer data)
{
  GstChildProxy *node = g_value_get_object (item);
  guint i;

  if (!GST_IS_CHILD_PROXY (node) || GST_IS_BIN (node))
    return;
  for (i = 0; i < gst_child_proxy_get_children_count (node); i++) {
    GObject *child = gst_child_proxy_get_child_by_index (node, i);

    /* the node has two, and this is the third */
    while (g_str_equal (G_OBJECT_TYPE_NAME (child), "GstWebAudioParam")
        && GST_OBJECT_REFCOUNT_VALUE (child) > 3)
      g_object_unref (child);
    g_object_unref (child);
  }
}

static inline void
unref_all_params (GstElement * pipeline)
{
  GstIterator *elements = gst_bin_iterate_recurse (GST_BIN (pipeline));

  gst_iterator_foreach (elements, unref_params, NULL);
  gst_iterator_free (elements);
}

static inline GstElement *
launch_valist (const gchar * format, va_list args)
{
  gchar *line = g_strdup_vprintf (format, args);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch_full (line, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, &error);

  fail_unless (pipeline != NULL, "%s: %s", line,
      error ? error->message : "no pipeline");
  g_free (line);
  if (!GST_IS_PIPELINE (pipeline)) {
    GstElement *bin = pipeline;

    pipeline = gst_pipeline_new (NULL);
    gst_bin_add (GST_BIN (pipeline), bin);
  }
  unref_all_params (pipeline);
  return pipeline;
}

/* (transfer full): a pipeline of a launch line, in NULL. */
static inline GstElement *G_GNUC_PRINTF (1, 2)
launch (const gchar * format, ...)
{
  GstElement *pipeline;
  va_list args;

  va_start (args, format);
  pipeline = launch_valist (format, args);
  va_end (args);
  return pipeline;
}

/* (transfer full): the next message of @types; an error is a failure unless it
 * is among them. */
static inline GstMessage *
wait_for (GstElement * pipeline, GstMessageType types)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, PATIENCE,
      types | GST_MESSAGE_ERROR);

  gst_object_unref (bus);
  fail_unless (message != NULL, "no %s came",
      gst_message_type_get_name (types));
  if (!(types & GST_MESSAGE_TYPE (message))) {
    GError *error = NULL;
    gchar *debug = NULL;

    gst_message_parse_error (message, &error, &debug);
    fail ("%s: %s (%s)", GST_MESSAGE_SRC_NAME (message), error->message,
        debug);
  }
  return message;
}

static inline void
wait_for_end (GstElement * pipeline)
{
  gst_message_unref (wait_for (pipeline, GST_MESSAGE_EOS));
}

/* Waits until the state is reached. */
static inline void
set_state (GstElement * element, GstState state)
{
  GstStateChangeReturn result = gst_element_set_state (element, state);

  if (result == GST_STATE_CHANGE_ASYNC)
    result = gst_element_get_state (element, NULL, NULL, PATIENCE);
  fail_unless (result == GST_STATE_CHANGE_SUCCESS
      || result == GST_STATE_CHANGE_NO_PREROLL, "change to %s: %s",
      gst_element_state_get_name (state),
      gst_element_state_change_return_get_name (result));
}

static inline void
play (GstElement * pipeline)
{
  fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
}

/* (transfer full): ends with the pipeline in NULL and gone. */
static inline void
stop (GstElement * pipeline)
{
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  gst_object_unref (pipeline);
}

/* (transfer full): what the element named out received of a launch line that
 * ends by itself. */
static inline Recorder *G_GNUC_PRINTF (1, 2)
render (const gchar * format, ...)
{
  GstElement *pipeline;
  Recorder *recorder;
  va_list args;

  va_start (args, format);
  pipeline = launch_valist (format, args);
  va_end (args);
  recorder = record (pipeline, "out");
  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  return recorder;
}

/* (transfer full) */
static inline GstElement *
get_element (GstElement * bin, const gchar * name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (bin), name);

  fail_unless (element != NULL, "there is no %s", name);
  return element;
}

/* Sets properties of the element @name. */
#define set_on(bin, name, ...) \
    G_STMT_START { \
      GstElement *element_ = get_element (bin, name); \
      g_object_set (element_, __VA_ARGS__, NULL); \
      gst_object_unref (element_); \
    } G_STMT_END

/* Pushed audio */

/* (transfer full): @n frames of @channels interleaved floats at @frame. */
static inline GstBuffer *
float_buffer (const gfloat * samples, guint n, guint channels, guint64 frame,
    gint rate)
{
  gsize size = (gsize) n * channels * sizeof (gfloat);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_fill (buffer, 0, samples, size);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (frame, GST_SECOND, rate);
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (frame + n, GST_SECOND,
      rate) - GST_BUFFER_PTS (buffer);
  GST_BUFFER_OFFSET (buffer) = frame;
  GST_BUFFER_OFFSET_END (buffer) = frame + n;
  return buffer;
}

/* (transfer full): caps of interleaved floats; without positions beyond 2
 * channels. */
static inline GstCaps *
float_caps (guint channels, gint rate)
{
  GstCaps *caps = gst_caps_new_simple ("audio/x-raw",
      "format", G_TYPE_STRING, GST_AUDIO_NE (F32),
      "layout", G_TYPE_STRING, "interleaved",
      "rate", G_TYPE_INT, rate, "channels", G_TYPE_INT, (gint) channels, NULL);

  if (channels > 2)
    gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK,
        G_GUINT64_CONSTANT (0), NULL);
  return caps;
}

#endif
