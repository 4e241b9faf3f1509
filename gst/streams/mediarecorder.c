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
 * How it is made. A recording (Take) is: a queue that the sink pad fills, and a
 * task that takes from it, stamps times that have no holes, and pushes into an
 * encodebin of its own; what comes out of that is pushed from the src pad and
 * gathered for chunks. So no caller ever waits for an encoder or for downstream.
 *
 * After stop() a take goes on until its last byte is out, while the next may be
 * started already: the takes are in a list, and only the first of them has
 * output.
 *
 * Signals and messages are notes in a queue, told one after another by one
 * thread that holds no lock.
 *
 * One lock guards all; it is never held while something outside is called. The
 * object lock may be taken within.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/audio/audio.h>
#include <string.h>

#include "mediarecorder.h"
#include "recordedbytes.h"
#include "recordertype.h"

GST_DEBUG_CATEGORY_STATIC (media_recorder_debug);
#define GST_CAT_DEFAULT media_recorder_debug

#define DEFAULT_MIME_TYPE "audio/ogg;codecs=opus"
/* What the queue of a take holds before the sink pad waits */
#define QUEUE_TIME GST_SECOND
/* Gaps of the input that are no jitter */
#define MIN_GAP (40 * GST_MSECOND)
/* What a killed process may lose that was written already: file sinks gather in
 * memory until a buffer says that it is to be synced. Wall clock, in µs. */
#define SYNC_INTERVAL (300 * G_TIME_SPAN_MILLISECOND)
/* Wall clock, in µs */
#define RETRY_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

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
  SIGNAL_STARTED,
  SIGNAL_STOPPED,
  SIGNAL_PAUSED,
  SIGNAL_RESUMED,
  SIGNAL_DATA_AVAILABLE,
  SIGNAL_ERROR,
  SIGNAL_START,
  SIGNAL_STOP,
  SIGNAL_PAUSE,
  SIGNAL_RESUME,
  SIGNAL_REQUEST_DATA,
  SIGNAL_IS_TYPE_SUPPORTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* What is to be told: a signal and its message. */
typedef struct
{
  guint signal;
  GstBuffer *buffer;
  guint64 timecode;
  GError *error;
} Note;

/* What a take records: one of these. */
typedef struct
{
  GstBuffer *buffer;
  GstEvent *event;
  GstCaps *caps;
  guint64 silence;              /* frames */
  GstClockTime duration;
} Item;

typedef struct
{
  gint refs;                    /* atomic */
  GstWebAudioMediaRecorder *recorder;
  const GstWebAudioRecorderType *type;
  GstWebAudioEncoding encoding;
  GstClockTime timeslice;

  GQueue items;                 /* element-type Item */
  GstClockTime queued;
  gboolean ended;               /* no item follows */
  gboolean building;            /* outside of the lock: not to be concluded */
  gboolean built;
  GstCaps *caps;                /* (nullable): of the last item */
  gboolean failed;
  gboolean finishing;           /* by a thread that was called */
  gboolean flushing;            /* nobody waits for it any more */

  /* of the task */
  GstAudioInfo info;
  GstClockTime base;            /* where frame 0 lies */
  guint64 frames;

  GstElement *encodebin;
  GstPad *feed;                 /* src, linked to encodebin */
  GstPad *drain;                /* sink, encodebin's is linked to it */

  GstWebAudioRecordedBytes bytes;
  gboolean deaf;                /* downstream wants no more */
  gboolean sync;                /* what is written goes to a disk */
  gint64 synced;
  GList *rewrites;              /* element-type GstBuffer: see keep_rewrite() */
  gint64 rewrite_at;            /* where the encoder is; -1: at the end */
  gboolean done;                /* its last byte is out */
  guint requests;               /* of data, before it was the first take */
  GError *error;
} Take;

struct _GstWebAudioMediaRecorder
{
  GstBin parent;

  GstPad *sinkpad, *srcpad;

  /* set by the application: object lock */
  gchar *mime_type;
  guint audio_bits_per_second;
  guint bits_per_second;
  GstWebAudioBitrateMode bitrate_mode;
  GstClockTime timeslice;
  gboolean auto_start;
  gboolean post_messages;

  GMutex lock;
  GCond cond;
  GstWebAudioRecordingState state;
  gboolean running;             /* PAUSED or PLAYING */
  gboolean armed;               /* auto-start is to come */
  GstStreamCollection *stream;
  gboolean ended;               /* the input */
  gboolean flushing;            /* the input */
  gboolean downstream_ended;
  GQueue takes;                 /* element-type Take */
  Take *take;                   /* (nullable): takes what comes in */
  guint disposing;
  GQueue notes;                 /* element-type Note */
  GThread *teller;              /* (nullable) */

  /* of the sink pad's stream */
  GstSegment segment;
  GstAudioInfo info;
  GstClockTime next;            /* running time where a buffer is expected */
  GstClockTime surplus;         /* silence put in for what came after all */
};

G_DEFINE_TYPE (GstWebAudioMediaRecorder, gst_web_audio_media_recorder,
    GST_TYPE_BIN);
GST_ELEMENT_REGISTER_DEFINE (mediarecorder, "mediarecorder", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_MEDIA_RECORDER);

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_AUDIO_CAPS_MAKE (GST_AUDIO_FORMATS_ALL)
        ", layout = (string) interleaved"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("audio/ogg; audio/webm; "
        "video/quicktime, variant = (string) iso; audio/x-flac; "
        "audio/x-wav; application/ogg"));

GType
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

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstWebAudioRecordingState", values));
  return type;
}

GType
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

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstWebAudioBitrateMode", values));
  return type;
}

/* Notes */

static void
note_free (Note * note)
{
  gst_clear_buffer (&note->buffer);
  g_clear_error (&note->error);
  g_free (note);
}

static void
post (GstWebAudioMediaRecorder * self, const Note * note)
{
  GstStructure *structure;

  switch (note->signal) {
    case SIGNAL_DATA_AVAILABLE:
      structure = gst_structure_new ("mediarecorder-data-available",
          "buffer", GST_TYPE_BUFFER, note->buffer,
          "timecode", G_TYPE_UINT64, note->timecode, NULL);
      break;
    case SIGNAL_ERROR:
      structure = gst_structure_new ("mediarecorder-error",
          "error", G_TYPE_ERROR, note->error, NULL);
      break;
    default:{
      gchar *name = g_strconcat ("mediarecorder-",
          g_signal_name (signals[note->signal]), NULL);

      structure = gst_structure_new_empty (name);
      g_free (name);
      break;
    }
  }
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), structure));
}

static void
tell (GstWebAudioMediaRecorder * self, const Note * note)
{
  gboolean post_messages;

  GST_DEBUG_OBJECT (self, "%s", g_signal_name (signals[note->signal]));
  switch (note->signal) {
    case SIGNAL_DATA_AVAILABLE:
      g_signal_emit (self, signals[note->signal], 0, note->buffer,
          note->timecode);
      break;
    case SIGNAL_ERROR:
      g_signal_emit (self, signals[note->signal], 0, note->error);
      break;
    default:
      g_signal_emit (self, signals[note->signal], 0);
      break;
  }
  GST_OBJECT_LOCK (self);
  post_messages = self->post_messages;
  GST_OBJECT_UNLOCK (self);
  if (post_messages)
    post (self, note);
  if (note->error)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_error (GST_OBJECT (self), note->error,
            "the recording ended"));
}

/* Tells all notes, unless another thread is at it, which goes on then. */
static void
tell_notes (GstElement * element, gpointer unused)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (element);
  Note *note;

  g_mutex_lock (&self->lock);
  if (!self->teller) {
    self->teller = g_thread_self ();
    while ((note = g_queue_pop_head (&self->notes))) {
      g_mutex_unlock (&self->lock);
      tell (self, note);
      note_free (note);
      g_mutex_lock (&self->lock);
    }
    self->teller = NULL;
  }
  g_mutex_unlock (&self->lock);
}

/* With the lock. @buffer, @error: (transfer full) */
static void
add_note_full (GstWebAudioMediaRecorder * self, guint signal,
    GstBuffer * buffer, guint64 timecode, GError * error)
{
  Note *note = g_new0 (Note, 1);

  note->signal = signal;
  note->buffer = buffer;
  note->timecode = timecode;
  note->error = error;
  if (g_queue_is_empty (&self->notes) && !self->teller)
    gst_element_call_async (GST_ELEMENT (self), tell_notes, NULL, NULL);
  g_queue_push_tail (&self->notes, note);
}

/* With the lock. */
static void
add_note (GstWebAudioMediaRecorder * self, guint signal)
{
  add_note_full (self, signal, NULL, 0, NULL);
}

/* With the lock. Hands out what @take gathered, if only nothing. */
static void
hand_out (Take * take)
{
  GstClockTime timecode;
  GstBuffer *chunk = gst_web_audio_recorded_bytes_cut (&take->bytes,
      take->flushing, &timecode);

  add_note_full (take->recorder, SIGNAL_DATA_AVAILABLE, chunk, timecode, NULL);
}

/* Takes */

static void
item_free (Item * item)
{
  gst_clear_buffer (&item->buffer);
  gst_clear_event (&item->event);
  gst_clear_caps (&item->caps);
  g_free (item);
}

static Take *
take_ref (Take * take)
{
  g_atomic_int_inc (&take->refs);
  return take;
}

static void
take_unref (Take * take)
{
  if (!g_atomic_int_dec_and_test (&take->refs))
    return;
  g_queue_clear_full (&take->items, (GDestroyNotify) item_free);
  g_list_free_full (take->rewrites, (GDestroyNotify) gst_buffer_unref);
  gst_web_audio_recorded_bytes_clear (&take->bytes);
  gst_clear_caps (&take->caps);
  g_clear_error (&take->error);
  gst_clear_object (&take->feed);
  gst_clear_object (&take->drain);
  gst_clear_object (&take->encodebin);
  g_free (take);
}

/* (transfer full) of @take. Stops all that runs for it. Not from its own
 * threads. */
static void
take_dispose (Take * take)
{
  GstWebAudioMediaRecorder *self = take->recorder;

  if (take->encodebin) {
    /* its pads first: they hold up our task */
    gst_element_set_state (take->encodebin, GST_STATE_NULL);
    gst_pad_stop_task (take->feed);
    gst_pad_set_active (take->feed, FALSE);
    gst_pad_set_active (take->drain, FALSE);
    gst_bin_remove (GST_BIN (self), take->encodebin);
  }
  take_unref (take);
  g_mutex_lock (&self->lock);
  self->disposing--;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
take_dispose_async (GstElement * element, gpointer take)
{
  take_dispose (take);
}

static void advance (GstWebAudioMediaRecorder * self);

/* Ends the src pad's stream, for a take that did not get so far. */
static void
end_src (GstWebAudioMediaRecorder * self)
{
  GstEvent *event;

  if (!(event = gst_pad_get_sticky_event (self->srcpad, GST_EVENT_STREAM_START,
              0)))
    event = gst_event_new_stream_start ("mediarecorder");
  gst_pad_push_event (self->srcpad, event);
  gst_pad_push_event (self->srcpad, gst_event_new_eos ());
}

/* The first take recorded nothing, or failed. */
static void
finish_first (GstElement * element, gpointer data)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (element);
  Take *take = data;
  gboolean gone;

  g_mutex_lock (&self->lock);
  gone = take->flushing;
  g_mutex_unlock (&self->lock);
  if (!gone)
    end_src (self);
  g_mutex_lock (&self->lock);
  if (!take->flushing) {
    take->done = TRUE;
    advance (self);
  }
  g_mutex_unlock (&self->lock);
  take_unref (take);
}

/* With the lock. The application is told the end of @take, which is the first. */
static void
conclude (Take * take)
{
  GstWebAudioMediaRecorder *self = take->recorder;

  g_queue_pop_head (&self->takes);
  take->flushing = TRUE;
  self->disposing++;
  if (take->error)
    add_note_full (self, SIGNAL_ERROR, NULL, 0, g_steal_pointer (&take->error));
  if (take->built || !take->failed)
    hand_out (take);
  add_note (self, SIGNAL_STOPPED);
}

/* With the lock. Concludes the takes that are done, and turns to the next. */
static void
advance (GstWebAudioMediaRecorder * self)
{
  Take *take;

  while ((take = g_queue_peek_head (&self->takes)) && take->done
      && !take->building) {
    conclude (take);
    gst_element_call_async (GST_ELEMENT (self), take_dispose_async, take, NULL);
    if ((take = g_queue_peek_head (&self->takes)))
      for (; take->requests; take->requests--)
        hand_out (take);
  }
  if (take && !take->finishing && !take->building && (take->failed
          || (take->ended && !take->built))) {
    take->finishing = TRUE;
    gst_element_call_async (GST_ELEMENT (self), finish_first,
        take_ref (take), NULL);
  }
  g_cond_broadcast (&self->cond);
}

/* With the lock. No more is recorded into @take. */
static void
end_input (Take * take)
{
  GstWebAudioMediaRecorder *self = take->recorder;

  take->ended = TRUE;
  if (self->take == take) {
    self->take = NULL;
    self->state = GST_WEB_AUDIO_RECORDING_STATE_INACTIVE;
  }
  advance (self);
}

/* @take cannot go on. @error: (transfer full) */
static void
fail (Take * take, GError * error)
{
  GstWebAudioMediaRecorder *self = take->recorder;

  g_mutex_lock (&self->lock);
  if (take->failed || take->done || take->flushing) {
    g_error_free (error);
  } else {
    GST_WARNING_OBJECT (self, "%s", error->message);
    take->failed = TRUE;
    take->error = error;
    end_input (take);
  }
  g_mutex_unlock (&self->lock);
}

/* What encodebin makes */

static gboolean
is_over (Take * take)
{
  return take->flushing || take->failed;
}

/* With the lock. Waits until the takes before @take are done; FALSE if @take is
 * over. */
static gboolean
wait_for_turn (Take * take)
{
  GstWebAudioMediaRecorder *self = take->recorder;

  while (!is_over (take) && g_queue_peek_head (&self->takes) != take)
    g_cond_wait (&self->cond, &self->lock);
  return !is_over (take);
}

/* With the lock. Puts down what encodebin made. Returns what is to be pushed.
 * @buffer: (transfer full) */
static GstBuffer *
put_down (Take * take, GstBuffer * buffer)
{
  gint64 now = g_get_monotonic_time ();

  buffer = gst_web_audio_recorder_type_correct (take->type, buffer,
      take->bytes.end == 0);
  buffer = gst_web_audio_recorded_bytes_write (&take->bytes, buffer);
  if (gst_web_audio_recorded_bytes_is_due (&take->bytes, take->timeslice))
    hand_out (take);
  if (buffer && take->sync && now - take->synced >= SYNC_INTERVAL) {
    take->synced = now;
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_SYNC_AFTER);
  }
  return buffer;
}

/* Pushes until downstream takes it: one that is not running yet, or no more, may
 * run again. @buffer: (transfer full) */
static GstFlowReturn
push_out (Take * take, GstBuffer * buffer)
{
  GstWebAudioMediaRecorder *self = take->recorder;
  GstFlowReturn flow;

  for (;;) {
    flow = gst_pad_push (self->srcpad, gst_buffer_ref (buffer));
    if (flow != GST_FLOW_FLUSHING)
      break;
    g_mutex_lock (&self->lock);
    if (!is_over (take))
      g_cond_wait_until (&self->cond, &self->lock,
          g_get_monotonic_time () + RETRY_INTERVAL);
    if (is_over (take)) {
      g_mutex_unlock (&self->lock);
      break;
    }
    g_mutex_unlock (&self->lock);
  }
  gst_buffer_unref (buffer);
  return flow;
}

/* The recording goes on without a downstream that has had enough, to its proper
 * end, which is now. */
static void
stop_for_downstream (Take * take)
{
  GstWebAudioMediaRecorder *self = take->recorder;

  g_mutex_lock (&self->lock);
  take->deaf = TRUE;
  self->downstream_ended = TRUE;
  if (!take->ended)
    end_input (take);
  g_mutex_unlock (&self->lock);
}

static GstFlowReturn
drain_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  Take *take = pad->chaindata;
  GstWebAudioMediaRecorder *self = take->recorder;
  GstFlowReturn flow;
  gboolean deaf;

  g_mutex_lock (&self->lock);
  if (!wait_for_turn (take)) {
    g_mutex_unlock (&self->lock);
    gst_buffer_unref (buffer);
    return GST_FLOW_FLUSHING;
  }
  buffer = put_down (take, buffer);
  deaf = take->deaf;
  g_mutex_unlock (&self->lock);
  if (!buffer)
    return GST_FLOW_OK;
  if (deaf) {
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  flow = push_out (take, buffer);
  switch (flow) {
    case GST_FLOW_NOT_LINKED:
      return GST_FLOW_OK;
    case GST_FLOW_EOS:
      stop_for_downstream (take);
      return GST_FLOW_OK;
    case GST_FLOW_OK:
    case GST_FLOW_FLUSHING:
      return flow;
    default:
      fail (take, g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
              "UnknownError: what comes after the recorder does not take its "
              "data (%s)", gst_flow_get_name (flow)));
      return flow;
  }
}

static gboolean drain_event (GstPad * pad, GstObject * parent,
    GstEvent * event);

/* Writes what was kept to be written at another place. */
static void
write_rewrites (Take * take)
{
  GstWebAudioMediaRecorder *self = take->recorder;
  GstPad *pad = take->drain;
  GstSegment segment;
  GList *rewrites, *l;

  g_mutex_lock (&self->lock);
  rewrites = g_list_reverse (g_steal_pointer (&take->rewrites));
  g_mutex_unlock (&self->lock);

  for (l = rewrites; l; l = l->next) {
    gst_segment_init (&segment, GST_FORMAT_BYTES);
    segment.start = segment.time = GST_BUFFER_OFFSET (l->data);
    drain_event (pad, NULL, gst_event_new_segment (&segment));
    drain_chain (pad, NULL, l->data);
  }
  g_list_free (rewrites);
}

static gboolean
drain_eos (Take * take, GstEvent * event)
{
  GstWebAudioMediaRecorder *self = take->recorder;

  write_rewrites (take);
  gst_pad_push_event (self->srcpad, event);
  g_mutex_lock (&self->lock);
  if (!is_over (take)) {
    take->done = TRUE;
    end_input (take);
  }
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
drain_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  Take *take = pad->eventdata;
  GstWebAudioMediaRecorder *self = take->recorder;
  const GstSegment *segment;
  gboolean turn;

  g_mutex_lock (&self->lock);
  turn = wait_for_turn (take);
  if (turn && GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_parse_segment (event, &segment);
    if (segment->format == GST_FORMAT_BYTES)
      gst_web_audio_recorded_bytes_seek (&take->bytes, segment->start);
  }
  g_mutex_unlock (&self->lock);
  if (!turn) {
    gst_event_unref (event);
    return FALSE;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    return drain_eos (take, event);
  /* that downstream is not there, or not running, is no failure */
  gst_pad_push_event (self->srcpad, event);
  return TRUE;
}

static gboolean
drain_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  Take *take = pad->querydata;
  GstPad *srcpad = take->recorder->srcpad;
  GstCaps *caps;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_SEEKING:
      gst_query_set_seeking (query, GST_FORMAT_BYTES,
          take->encoding.rewritable, 0, -1);
      return TRUE;
    case GST_QUERY_CAPS:
      if (gst_pad_peer_query (srcpad, query))
        return TRUE;
      gst_query_parse_caps (query, &caps);
      caps = caps ? gst_caps_ref (caps) : gst_caps_new_any ();
      gst_query_set_caps_result (query, caps);
      gst_caps_unref (caps);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      if (!gst_pad_peer_query (srcpad, query))
        gst_query_set_accept_caps_result (query, TRUE);
      return TRUE;
    default:
      return gst_pad_peer_query (srcpad, query);
  }
}

/* What encodebin gets */

static gboolean
feed_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstCaps *caps, *filter;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      /* a muxer that thinks it is live would not wait for what is paused */
      gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
      return TRUE;
    case GST_QUERY_CAPS:
      gst_query_parse_caps (query, &filter);
      if (!(caps = gst_pad_get_current_caps (pad)))
        caps = gst_static_pad_template_get_caps (&sink_template);
      if (filter) {
        GstCaps *both = gst_caps_intersect_full (filter, caps,
            GST_CAPS_INTERSECT_FIRST);

        gst_caps_unref (caps);
        caps = both;
      }
      gst_query_set_caps_result (query, caps);
      gst_caps_unref (caps);
      return TRUE;
    default:
      return FALSE;
  }
}

static gboolean
feed_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  gst_event_unref (event);
  return TRUE;
}

static GstClockTime
take_time (Take * take)
{
  return take->base + gst_util_uint64_scale (take->frames, GST_SECOND,
      GST_AUDIO_INFO_RATE (&take->info));
}

/* @buffer: (transfer full), @frames long */
static GstFlowReturn
feed_buffer (Take * take, GstBuffer * buffer, guint64 frames)
{
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_GAP);
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DROPPABLE);
  if (take->frames)
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  GST_BUFFER_PTS (buffer) = take_time (take);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET (buffer) = take->frames;
  take->frames += frames;
  GST_BUFFER_OFFSET_END (buffer) = take->frames;
  GST_BUFFER_DURATION (buffer) = take_time (take) - GST_BUFFER_PTS (buffer);
  return gst_pad_push (take->feed, buffer);
}

static GstFlowReturn
feed_silence (Take * take, guint64 frames)
{
  GstFlowReturn flow = GST_FLOW_OK;

  while (frames && flow == GST_FLOW_OK) {
    guint64 n = MIN (frames, (guint64) GST_AUDIO_INFO_RATE (&take->info));
    GstBuffer *buffer = gst_buffer_new_allocate (NULL,
        n * GST_AUDIO_INFO_BPF (&take->info), NULL);
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_WRITE);
    gst_audio_format_info_fill_silence (take->info.finfo, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    flow = feed_buffer (take, buffer, n);
    frames -= n;
  }
  return flow;
}

static void
feed_caps (Take * take, GstCaps * caps)
{
  gboolean first = !GST_AUDIO_INFO_IS_VALID (&take->info);

  if (!first)
    take->base = take_time (take);
  take->frames = 0;
  gst_audio_info_from_caps (&take->info, caps);
  gst_pad_push_event (take->feed, gst_event_new_caps (caps));
  if (first) {
    GstSegment segment;

    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_pad_push_event (take->feed, gst_event_new_segment (&segment));
  }
}

static GstFlowReturn
feed_item (Take * take, Item * item)
{
  if (item->caps)
    feed_caps (take, item->caps);
  else if (item->event)
    gst_pad_push_event (take->feed, g_steal_pointer (&item->event));
  else if (item->silence)
    return feed_silence (take, item->silence);
  else
    return feed_buffer (take, g_steal_pointer (&item->buffer),
        gst_buffer_get_size (item->buffer) / GST_AUDIO_INFO_BPF (&take->info));
  return GST_FLOW_OK;
}

static void
feed_loop (gpointer data)
{
  Take *take = data;
  GstWebAudioMediaRecorder *self = take->recorder;
  Item *item;
  GstFlowReturn flow = GST_FLOW_EOS;
  gboolean over;

  g_mutex_lock (&self->lock);
  while (!is_over (take) && g_queue_is_empty (&take->items) && !take->ended)
    g_cond_wait (&self->cond, &self->lock);
  over = is_over (take);
  item = over ? NULL : g_queue_pop_head (&take->items);
  g_mutex_unlock (&self->lock);

  if (item) {
    GstClockTime duration = item->duration;

    flow = feed_item (take, item);
    item_free (item);
    g_mutex_lock (&self->lock);
    take->queued -= duration;
    g_cond_broadcast (&self->cond);
    g_mutex_unlock (&self->lock);
  } else if (!over) {
    feed_silence (take, take->type->delay);
    gst_pad_push_event (take->feed, gst_event_new_eos ());
  }
  if (flow == GST_FLOW_OK)
    return;
  gst_pad_pause_task (take->feed);
  if (item && flow != GST_FLOW_FLUSHING)
    fail (take, g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_ENCODE,
            "UnknownError: encoding failed (%s)", gst_flow_get_name (flow)));
}

/* Building */

/* flacenc goes back to complete its header, but the parser that encodebin puts
 * behind it takes that for more audio. So it goes around the parser. */
static GstPadProbeReturn
keep_rewrite (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Take *take = data;
  const GstSegment *segment;
  GstBuffer *buffer;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    if (take->rewrite_at < 0)
      return GST_PAD_PROBE_OK;
    buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
    GST_PAD_PROBE_INFO_DATA (info) = NULL;
    GST_BUFFER_OFFSET (buffer) = take->rewrite_at;
    take->rewrite_at += gst_buffer_get_size (buffer);
    g_mutex_lock (&take->recorder->lock);
    take->rewrites = g_list_prepend (take->rewrites, buffer);
    g_mutex_unlock (&take->recorder->lock);
    return GST_PAD_PROBE_HANDLED;
  }
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_SEGMENT)
    return GST_PAD_PROBE_OK;
  gst_event_parse_segment (GST_PAD_PROBE_INFO_EVENT (info), &segment);
  if (segment->format != GST_FORMAT_BYTES)
    return GST_PAD_PROBE_OK;
  take->rewrite_at = segment->start;
  return GST_PAD_PROBE_DROP;
}

/* Its segments do not pass its own pad. */
static void
watch_rewrites (GstPad * pad, GstPad * peer, Take * take)
{
  gst_pad_add_probe (peer, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, keep_rewrite, take, NULL);
}

/* The format that the encoder got first stays: its capsfilter makes encodebin's
 * converters convert to it whatever comes later. (Profiles can do this; but with
 * a leak, in 1.22.) */
static GstPadProbeReturn
fix_format (GstPad * pad, GstPadProbeInfo * info, gpointer unused)
{
  GstPad *peer;
  GstElement *capsfilter;
  GstCaps *caps;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (info), &caps);
  if ((peer = gst_pad_get_peer (pad))) {
    if ((capsfilter = gst_pad_get_parent_element (peer))) {
      g_object_set (capsfilter, "caps", caps, NULL);
      gst_object_unref (capsfilter);
    }
    gst_object_unref (peer);
  }
  return GST_PAD_PROBE_REMOVE;
}

static void
set_up_part (GstBin * encodebin, GstElement * part, Take * take)
{
  GstElementFactory *factory = gst_element_get_factory (part);
  GstPad *pad;

  if (gst_web_audio_recorder_type_is_encoder (take->type, part)) {
    pad = gst_element_get_static_pad (part, "sink");
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, fix_format,
        NULL, NULL);
    gst_object_unref (pad);
  }

  gst_web_audio_recorder_type_configure (part, &take->encoding);
  if (!take->type->container && factory
      && !strcmp (GST_OBJECT_NAME (factory), "flacenc")) {
    pad = gst_element_get_static_pad (part, "src");
    g_signal_connect (pad, "linked", G_CALLBACK (watch_rewrites), take);
    gst_object_unref (pad);
  }
}

/* May the muxer go back? Not where what it wrote was handed out by then, and not
 * where downstream cannot. */
static gboolean
is_rewritable (Take * take)
{
  GstPad *srcpad = take->recorder->srcpad;
  GstQuery *query;
  gboolean seekable = FALSE;

  if (take->timeslice)
    return FALSE;
  if (!gst_pad_is_linked (srcpad))
    return TRUE;
  query = gst_query_new_seeking (GST_FORMAT_BYTES);
  if (gst_pad_peer_query (srcpad, query))
    gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  gst_query_unref (query);
  return seekable;
}

/* Is it a file on a disk that downstream writes? Anything else refuses to be
 * synced. */
static gboolean
is_file (Take * take)
{
  GstQuery *query = gst_query_new_uri ();
  gchar *uri = NULL, *name = NULL;
  gboolean regular;

  if (gst_pad_peer_query (take->recorder->srcpad, query))
    gst_query_parse_uri (query, &uri);
  gst_query_unref (query);
  if (uri)
    name = g_filename_from_uri (uri, NULL, NULL);
  regular = name && g_file_test (name, G_FILE_TEST_IS_REGULAR);
  g_free (name);
  g_free (uri);
  return regular;
}

static GstPad *
create_pad (Take * take, const gchar * name, GstPadDirection direction)
{
  GstPad *pad = gst_object_ref_sink (gst_pad_new (name, direction));

  if (direction == GST_PAD_SRC) {
    gst_pad_set_query_function_full (pad, feed_query, take, NULL);
    gst_pad_set_event_function_full (pad, feed_event, take, NULL);
  } else {
    gst_pad_set_query_function_full (pad, drain_query, take, NULL);
    gst_pad_set_event_function_full (pad, drain_event, take, NULL);
    gst_pad_set_chain_function_full (pad, drain_chain, take, NULL);
  }
  return pad;
}

static gboolean
link_encodebin (Take * take)
{
  GstPad *sink = gst_element_get_static_pad (take->encodebin, "audio_0");
  GstPad *src = gst_element_get_static_pad (take->encodebin, "src");
  gboolean linked = sink && src
      && gst_pad_link_full (take->feed, sink, GST_PAD_LINK_CHECK_NOTHING)
      == GST_PAD_LINK_OK
      && gst_pad_link_full (src, take->drain, GST_PAD_LINK_CHECK_NOTHING)
      == GST_PAD_LINK_OK;

  gst_clear_object (&sink);
  gst_clear_object (&src);
  return linked;
}

/* (transfer full) (nullable): in our bin, but with a state of its own */
static GstElement *
create_encodebin (Take * take)
{
  GstElement *encodebin = gst_element_factory_make ("encodebin", NULL);

  if (!encodebin)
    return NULL;
  gst_object_ref_sink (encodebin);
  g_signal_connect (encodebin, "element-added", G_CALLBACK (set_up_part), take);
  g_object_set (encodebin, "profile",
      gst_web_audio_recorder_type_get_profile (take->type), NULL);
  gst_element_set_locked_state (encodebin, TRUE);
  if (gst_bin_add (GST_BIN (take->recorder), encodebin))
    return encodebin;
  gst_object_unref (encodebin);
  return NULL;
}

static void
feed_stream_start (Take * take)
{
  gchar *id = g_uuid_string_random ();
  GstEvent *event = gst_event_new_stream_start (id);

  gst_event_set_group_id (event, gst_util_group_id_next ());
  gst_pad_push_event (take->feed, event);
  g_free (id);
}

/* From the input's thread, when there is something to record. */
static gboolean
build (Take * take)
{
  GstElement *encodebin;

  take->encoding.rewritable = is_rewritable (take);
  take->sync = is_file (take);
  if (!(encodebin = create_encodebin (take)))
    return FALSE;
  g_mutex_lock (&take->recorder->lock);
  take->bytes.rewritable = take->encoding.rewritable;
  take->bytes.fragmented = g_str_has_suffix (take->type->mime, "/mp4");
  take->encodebin = encodebin;
  take->feed = create_pad (take, "feed", GST_PAD_SRC);
  take->drain = create_pad (take, "drain", GST_PAD_SINK);
  g_mutex_unlock (&take->recorder->lock);
  gst_pad_set_active (take->drain, TRUE);
  gst_pad_set_active (take->feed, TRUE);
  if (!link_encodebin (take)
      || gst_element_set_state (take->encodebin, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE)
    return FALSE;
  feed_stream_start (take);
  return TRUE;
}

/* The verbs */

static gboolean
refuse (GstWebAudioMediaRecorder * self, const gchar * what)
{
  GST_WARNING_OBJECT (self, "%s", what);
  return FALSE;
}

/* (transfer full): a recording as the properties say now */
static Take *
create_take (GstWebAudioMediaRecorder * self,
    const GstWebAudioRecorderType * type)
{
  Take *take = g_new0 (Take, 1);

  take->refs = 1;
  take->recorder = self;
  take->type = type;
  take->rewrite_at = -1;
  g_queue_init (&take->items);
  gst_audio_info_init (&take->info);
  gst_web_audio_recorded_bytes_init (&take->bytes);
  GST_OBJECT_LOCK (self);
  take->encoding.bits_per_second = self->bits_per_second ?
      self->bits_per_second : self->audio_bits_per_second;
  take->encoding.constant =
      self->bitrate_mode == GST_WEB_AUDIO_BITRATE_MODE_CONSTANT;
  take->timeslice = self->timeslice;
  GST_OBJECT_UNLOCK (self);
  /* a whole file is gathered only for somebody who takes it */
  take->bytes.gather = take->timeslice || !gst_pad_is_linked (self->srcpad)
      || g_signal_has_handler_pending (self, signals[SIGNAL_DATA_AVAILABLE], 0,
      FALSE);
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
  Take *take = type ? create_take (self, type) : NULL;
  const gchar *refusal = NULL;

  g_mutex_lock (&self->lock);
  if (self->state != GST_WEB_AUDIO_RECORDING_STATE_INACTIVE)
    refusal = "InvalidStateError: it is recording already";
  else if (!self->running || self->ended || !gst_pad_is_linked (self->sinkpad))
    refusal = "NotSupportedError: there is no stream to record";
  else if (!take)
    refusal = "NotSupportedError: this mime-type cannot be recorded here";
  if (!refusal) {
    self->armed = FALSE;
    self->state = GST_WEB_AUDIO_RECORDING_STATE_RECORDING;
    self->next = GST_CLOCK_TIME_NONE;
    g_queue_push_tail (&self->takes, take);
    self->take = take;
    add_note (self, SIGNAL_STARTED);
  }
  g_mutex_unlock (&self->lock);
  if (!refusal)
    return TRUE;
  if (take)
    take_unref (take);
  return refuse (self, refusal);
}

static gboolean
gst_web_audio_media_recorder_stop (GstWebAudioMediaRecorder * self)
{
  g_mutex_lock (&self->lock);
  if (self->take)
    end_input (self->take);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* From @from to @to */
static gboolean
change (GstWebAudioMediaRecorder * self, GstWebAudioRecordingState from,
    GstWebAudioRecordingState to, guint signal)
{
  gboolean active;

  g_mutex_lock (&self->lock);
  active = self->take != NULL;
  if (active && self->state == from) {
    self->state = to;
    self->next = GST_CLOCK_TIME_NONE;
    add_note (self, signal);
    g_cond_broadcast (&self->cond);
  }
  g_mutex_unlock (&self->lock);
  return active || refuse (self, "InvalidStateError: it is not recording");
}

static gboolean
gst_web_audio_media_recorder_pause (GstWebAudioMediaRecorder * self)
{
  return change (self, GST_WEB_AUDIO_RECORDING_STATE_RECORDING,
      GST_WEB_AUDIO_RECORDING_STATE_PAUSED, SIGNAL_PAUSED);
}

static gboolean
gst_web_audio_media_recorder_resume (GstWebAudioMediaRecorder * self)
{
  return change (self, GST_WEB_AUDIO_RECORDING_STATE_PAUSED,
      GST_WEB_AUDIO_RECORDING_STATE_RECORDING, SIGNAL_RESUMED);
}

static gboolean
gst_web_audio_media_recorder_request_data (GstWebAudioMediaRecorder * self)
{
  Take *take;

  g_mutex_lock (&self->lock);
  if ((take = self->take)) {
    if (take == g_queue_peek_head (&self->takes))
      hand_out (take);
    else
      take->requests++;
  }
  g_mutex_unlock (&self->lock);
  return take || refuse (self, "InvalidStateError: it is not recording");
}

static gboolean
gst_web_audio_media_recorder_is_type_supported (GstWebAudioMediaRecorder *
    self, const gchar * mime_type)
{
  return gst_web_audio_recorder_type_find (mime_type) != NULL;
}

/* What comes in */

static gboolean
is_recording (GstWebAudioMediaRecorder * self, Take * take)
{
  return self->take == take && !is_over (take)
      && self->state == GST_WEB_AUDIO_RECORDING_STATE_RECORDING;
}

/* With the lock. @frames long */
static Item *
add_item (Take * take, guint64 frames)
{
  GstWebAudioMediaRecorder *self = take->recorder;
  Item *item = g_new0 (Item, 1);

  if (frames)
    item->duration = gst_util_uint64_scale (frames, GST_SECOND,
        GST_AUDIO_INFO_RATE (&self->info));
  take->queued += item->duration;
  g_queue_push_tail (&take->items, item);
  g_cond_broadcast (&self->cond);
  return item;
}

/* With the lock. @buffer: (transfer full) */
static void
add_buffer (Take * take, GstBuffer * buffer, guint64 frames)
{
  add_item (take, frames)->buffer = buffer;
}

/* With the lock. */
static void
add_silence (Take * take, guint64 frames)
{
  add_item (take, frames)->silence = frames;
}

/* With the lock, which it gives up meanwhile. */
static void
build_first (Take * take)
{
  GstWebAudioMediaRecorder *self = take->recorder;
  GstEvent *tags;
  gboolean built;

  take->building = TRUE;
  take->encoding.channels = GST_AUDIO_INFO_CHANNELS (&self->info);
  g_mutex_unlock (&self->lock);
  built = build (take);
  if (!built)
    fail (take, g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND,
            "NotSupportedError: no recording of %s can be made here",
            take->type->mime));
  tags = gst_pad_get_sticky_event (self->sinkpad, GST_EVENT_TAG, 0);
  g_mutex_lock (&self->lock);
  take->building = FALSE;
  if (built && !is_over (take)) {
    take->built = TRUE;
    if (tags)
      add_item (take, 0)->event = g_steal_pointer (&tags);
    gst_pad_start_task (take->feed, feed_loop, take, NULL);
  }
  gst_clear_event (&tags);
  advance (self);
}

/* With the lock, and a reference to @take. FALSE if nothing is to be recorded
 * now. */
static gboolean
prepare (GstWebAudioMediaRecorder * self, Take * take)
{
  GstCaps *caps;

  if (!is_recording (self, take))
    return FALSE;
  if (!take->built)
    build_first (take);
  while (is_recording (self, take) && !self->flushing
      && take->queued >= QUEUE_TIME)
    g_cond_wait (&self->cond, &self->lock);
  if (self->flushing || !is_recording (self, take))
    return FALSE;
  caps = gst_audio_info_to_caps (&self->info);
  if (!take->caps || !gst_caps_is_equal (caps, take->caps)) {
    gst_caps_replace (&take->caps, caps);
    add_item (take, 0)->caps = gst_caps_ref (caps);
  }
  gst_caps_unref (caps);
  return TRUE;
}

/* With the lock. Time that the input left out, at @time, is silence. What comes
 * before it is expected is recorded nevertheless, and taken from the next gap. */
static guint64
measure_gap (GstWebAudioMediaRecorder * self, GstClockTime time)
{
  GstClockTime gap;

  if (!GST_CLOCK_TIME_IS_VALID (time) || !GST_CLOCK_TIME_IS_VALID (self->next))
    return 0;
  if (time + MIN_GAP < self->next)
    self->surplus += self->next - time;
  if (time < self->next + MIN_GAP)
    return 0;
  gap = time - self->next;
  if (self->surplus >= gap) {
    self->surplus -= gap;
    return 0;
  }
  gap -= self->surplus;
  self->surplus = 0;
  return gst_util_uint64_scale_round (gap, GST_AUDIO_INFO_RATE (&self->info),
      GST_SECOND);
}

/* Records @buffer (transfer full), or silence if that is NULL, of @frames at
 * running time @time. */
static GstFlowReturn
record (GstWebAudioMediaRecorder * self, GstBuffer * buffer, guint64 frames,
    GstClockTime time)
{
  GstFlowReturn flow = GST_FLOW_OK;
  guint64 gap;
  Take *take;

  g_mutex_lock (&self->lock);
  if ((take = self->take))
    take_ref (take);
  if (take && frames && prepare (self, take)) {
    if ((gap = measure_gap (self, time)))
      add_silence (take, gap);
    if (buffer)
      add_buffer (take, g_steal_pointer (&buffer), frames);
    else
      add_silence (take, frames);
  }
  if (GST_CLOCK_TIME_IS_VALID (time))
    self->next = time;
  if (GST_CLOCK_TIME_IS_VALID (self->next))
    self->next += gst_util_uint64_scale (frames, GST_SECOND,
        GST_AUDIO_INFO_RATE (&self->info));
  if (self->flushing)
    flow = GST_FLOW_FLUSHING;
  else if (self->downstream_ended)
    flow = GST_FLOW_EOS;
  g_mutex_unlock (&self->lock);
  gst_clear_buffer (&buffer);
  if (take)
    take_unref (take);
  return flow;
}

/* The first data starts the recording, where nobody else does. */
static gboolean
start_if_armed (GstWebAudioMediaRecorder * self)
{
  gboolean armed;

  g_mutex_lock (&self->lock);
  armed = self->armed;
  self->armed = FALSE;
  g_mutex_unlock (&self->lock);
  if (!armed || gst_web_audio_media_recorder_start (self))
    return TRUE;
  GST_ELEMENT_ERROR (self, STREAM, CODEC_NOT_FOUND,
      ("NotSupportedError: this mime-type cannot be recorded here"), (NULL));
  return FALSE;
}

static GstClockTime
to_running_time (GstWebAudioMediaRecorder * self, GstClockTime time)
{
  if (self->segment.format != GST_FORMAT_TIME
      || !GST_CLOCK_TIME_IS_VALID (time))
    return GST_CLOCK_TIME_NONE;
  return gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, time);
}

/* The part of @buffer (transfer full) that lies in the segment, to the sample:
 * gst_audio_buffer_clip() would round a time that is not a whole number of
 * nanoseconds down to the frame before. */
static GstBuffer *
clip (GstWebAudioMediaRecorder * self, GstBuffer * buffer)
{
  const GstSegment *segment = &self->segment;
  const gint rate = GST_AUDIO_INFO_RATE (&self->info);
  const gsize bpf = GST_AUDIO_INFO_BPF (&self->info);
  GstClockTime time = GST_BUFFER_PTS (buffer), end;
  guint64 from = 0, to = gst_buffer_get_size (buffer) / bpf;
  GstBuffer *clipped;

  if (segment->format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (time))
    return buffer;
  end = time + gst_util_uint64_scale (to, GST_SECOND, rate);
  if (GST_CLOCK_TIME_IS_VALID (segment->stop) && segment->stop < end)
    to = segment->stop <= time ? 0 :
        gst_util_uint64_scale_round (segment->stop - time, rate, GST_SECOND);
  if (segment->start > time) {
    from = gst_util_uint64_scale_round (segment->start - time, rate,
        GST_SECOND);
    time = segment->start;
  }
  if (from == 0 && to * bpf == gst_buffer_get_size (buffer))
    return buffer;
  clipped = from >= to ? NULL : gst_buffer_copy_region (buffer,
      GST_BUFFER_COPY_ALL, from * bpf, (to - from) * bpf);
  if (clipped)
    GST_BUFFER_PTS (clipped) = time;
  gst_buffer_unref (buffer);
  return clipped;
}

static GstFlowReturn
gst_web_audio_media_recorder_chain (GstPad * pad, GstObject * parent,
    GstBuffer * buffer)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (parent);
  guint64 frames;

  if (!GST_AUDIO_INFO_IS_VALID (&self->info)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  if (!start_if_armed (self)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_ERROR;
  }
  if (!(buffer = clip (self, buffer)))
    return GST_FLOW_OK;
  frames = gst_buffer_get_size (buffer) / GST_AUDIO_INFO_BPF (&self->info);
  return record (self, buffer, frames,
      to_running_time (self, GST_BUFFER_PTS (buffer)));
}

/* A sparse stream is silent for a while. */
static void
take_gap (GstWebAudioMediaRecorder * self, GstEvent * event)
{
  GstClockTime time, duration;
  guint64 frames;

  gst_event_parse_gap (event, &time, &duration);
  if (!GST_CLOCK_TIME_IS_VALID (duration) || !start_if_armed (self))
    return;
  /* the format of a track that was silent from its beginning: the spec's */
  if (!GST_AUDIO_INFO_IS_VALID (&self->info))
    gst_audio_info_set_format (&self->info, GST_AUDIO_FORMAT_F32, 48000, 2,
        NULL);
  frames = gst_util_uint64_scale_round (duration,
      GST_AUDIO_INFO_RATE (&self->info), GST_SECOND);
  record (self, NULL, frames, to_running_time (self, time));
}

/* The stream collection of upstream, or one that is made of what is known */
static void
set_stream (GstWebAudioMediaRecorder * self, GstEvent * event)
{
  GstStreamCollection *collection = NULL, *old;
  GstStream *stream = NULL;
  const gchar *id;

  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_COLLECTION) {
    gst_event_parse_stream_collection (event, &collection);
  } else {
    gst_event_parse_stream_start (event, &id);
    gst_event_parse_stream (event, &stream);
    if (!stream)
      stream = gst_stream_new (id, NULL, GST_STREAM_TYPE_AUDIO,
          GST_STREAM_FLAG_NONE);
    collection = gst_stream_collection_new (id);
    gst_stream_collection_add_stream (collection, stream);
  }
  g_mutex_lock (&self->lock);
  old = self->stream;
  self->stream = collection;
  self->ended = FALSE;
  g_mutex_unlock (&self->lock);
  gst_clear_object (&old);
  g_object_notify (G_OBJECT (self), "stream");
}

/* All tracks have ended: so has the recording. */
static void
end_stream (GstWebAudioMediaRecorder * self)
{
  gboolean idle;

  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  if (self->take)
    end_input (self->take);
  idle = g_queue_is_empty (&self->takes);
  g_mutex_unlock (&self->lock);
  /* downstream ends with the last recording, or without any */
  if (idle)
    end_src (self);
}

static void
set_flushing (GstWebAudioMediaRecorder * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (flushing)
    self->next = GST_CLOCK_TIME_NONE;
  else
    self->ended = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* A flush is for the input only: what was recorded stays. */
static gboolean
gst_web_audio_media_recorder_sink_event (GstPad * pad, GstObject * parent,
    GstEvent * event)
{
  GstWebAudioMediaRecorder *self = GST_WEB_AUDIO_MEDIA_RECORDER (parent);
  gboolean taken = TRUE;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
    case GST_EVENT_STREAM_COLLECTION:
      set_stream (self, event);
      break;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      taken = gst_audio_info_from_caps (&self->info, caps);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      break;
    case GST_EVENT_GAP:
      take_gap (self, event);
      break;
    case GST_EVENT_EOS:
      end_stream (self);
      break;
    case GST_EVENT_FLUSH_START:
      set_flushing (self, TRUE);
      break;
    case GST_EVENT_FLUSH_STOP:
      set_flushing (self, FALSE);
      gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
      break;
    default:
      break;
  }
  gst_event_unref (event);
  return taken;
}

static gboolean
gst_web_audio_media_recorder_sink_query (GstPad * pad, GstObject * parent,
    GstQuery * query)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
    case GST_QUERY_ACCEPT_CAPS:
      return gst_pad_query_default (pad, parent, query);
    default:
      /* between our pads lies a file format: nothing else means anything */
      return FALSE;
  }
}

/* The latency of upstream, and of the encoder while there is one */
static gboolean
query_latency (GstWebAudioMediaRecorder * self, GstQuery * query)
{
  GstQuery *inner = gst_query_new_latency ();
  GstClockTime min, max, inner_min = 0;
  GstPad *drain = NULL;
  gboolean live, answered;
  Take *take;

  g_mutex_lock (&self->lock);
  if ((take = g_queue_peek_head (&self->takes)) && take->drain)
    drain = gst_object_ref (take->drain);
  g_mutex_unlock (&self->lock);
  if (drain && gst_pad_peer_query (drain, inner))
    gst_query_parse_latency (inner, NULL, &inner_min, NULL);
  gst_clear_object (&drain);
  gst_query_unref (inner);
  if ((answered = gst_pad_peer_query (self->sinkpad, query))) {
    gst_query_parse_latency (query, &live, &min, &max);
    if (GST_CLOCK_TIME_IS_VALID (max))
      max += inner_min + QUEUE_TIME;
    gst_query_set_latency (query, live, min + inner_min, max);
  }
  return answered;
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
  GError *error = NULL;
  Take *take = NULL;
  GList *l;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR) {
    GST_BIN_CLASS (gst_web_audio_media_recorder_parent_class)->handle_message
        (bin, message);
    return;
  }
  g_mutex_lock (&self->lock);
  for (l = self->takes.head; l && !take; l = l->next) {
    take = l->data;
    if (take->encodebin
        && gst_object_has_as_ancestor (GST_MESSAGE_SRC (message),
            GST_OBJECT (take->encodebin)))
      take_ref (take);
    else
      take = NULL;
  }
  g_mutex_unlock (&self->lock);
  gst_message_parse_error (message, &error, NULL);
  g_prefix_error (&error, "UnknownError: ");
  if (take) {
    fail (take, error);
    take_unref (take);
  } else {
    g_error_free (error);
  }
  gst_message_unref (message);
}

static void
set_running (GstWebAudioMediaRecorder * self)
{
  gboolean auto_start;

  GST_OBJECT_LOCK (self);
  auto_start = self->auto_start;
  GST_OBJECT_UNLOCK (self);
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  gst_audio_info_init (&self->info);
  g_mutex_lock (&self->lock);
  self->running = TRUE;
  self->armed = auto_start;
  self->ended = FALSE;
  self->flushing = FALSE;
  self->downstream_ended = FALSE;
  self->next = GST_CLOCK_TIME_NONE;
  self->surplus = 0;
  g_mutex_unlock (&self->lock);
}

/* Lets go of all threads that wait for us. */
static void
interrupt (GstWebAudioMediaRecorder * self)
{
  GList *l;

  g_mutex_lock (&self->lock);
  self->running = FALSE;
  self->flushing = TRUE;
  self->state = GST_WEB_AUDIO_RECORDING_STATE_INACTIVE;
  self->take = NULL;
  for (l = self->takes.head; l; l = l->next)
    ((Take *) l->data)->flushing = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* What was recorded so far is all that there is. */
static void
conclude_all (GstWebAudioMediaRecorder * self)
{
  GstStreamCollection *stream;
  Take *take;

  g_mutex_lock (&self->lock);
  while ((take = g_queue_peek_head (&self->takes))) {
    conclude (take);
    g_mutex_unlock (&self->lock);
    take_dispose (take);
    g_mutex_lock (&self->lock);
  }
  while (self->disposing)
    g_cond_wait (&self->cond, &self->lock);
  stream = g_steal_pointer (&self->stream);
  g_mutex_unlock (&self->lock);
  if (stream) {
    gst_object_unref (stream);
    g_object_notify (G_OBJECT (self), "stream");
  }
  tell_notes (GST_ELEMENT (self), NULL);
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
      set_running (self);
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
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    conclude_all (self);
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

  g_mutex_lock (&self->lock);
  if (self->take)
    mime_type = gst_web_audio_recorder_type_to_string (self->take->type);
  g_mutex_unlock (&self->lock);
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
      self->post_messages = g_value_get_boolean (value);
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
  g_mutex_lock (&self->lock);
  if (id == PROP_STATE)
    g_value_set_enum (value, self->state);
  else
    g_value_set_object (value, self->stream);
  g_mutex_unlock (&self->lock);
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
      g_value_set_boolean (value, self->post_messages);
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

  g_queue_clear_full (&self->notes, (GDestroyNotify) note_free);
  g_free (self->mime_type);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
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
install_event (GType type, const gchar * name)
{
  return g_signal_new (name, type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 0);
}

static guint
install_method (GType type, const gchar * name, GCallback method)
{
  return g_signal_new_class_handler (name, type,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, method, NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 0);
}

static void
install_signals (GType type)
{
  /**
   * GstWebAudioMediaRecorder::started:
   *
   * A recording has begun. As all signals here: emitted in order, by a thread
   * that is none of the pipeline's, with no lock held.
   */
  signals[SIGNAL_STARTED] = install_event (type, "started");
  /**
   * GstWebAudioMediaRecorder::stopped:
   *
   * A recording is complete: after its last data-available, and after downstream
   * had its last byte and EOS.
   */
  signals[SIGNAL_STOPPED] = install_event (type, "stopped");
  /**
   * GstWebAudioMediaRecorder::paused:
   */
  signals[SIGNAL_PAUSED] = install_event (type, "paused");
  /**
   * GstWebAudioMediaRecorder::resumed:
   */
  signals[SIGNAL_RESUMED] = install_event (type, "resumed");
  /**
   * GstWebAudioMediaRecorder::data-available:
   * @buffer: the bytes since the last chunk, maybe none
   * @timecode: time of the chunk in the recording, in nanoseconds
   *
   * https://w3c.github.io/mediacapture-record/#eventdef-mediarecorder-dataavailable
   */
  signals[SIGNAL_DATA_AVAILABLE] = g_signal_new ("data-available", type,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, GST_TYPE_BUFFER,
      G_TYPE_UINT64);
  /**
   * GstWebAudioMediaRecorder::error:
   * @error: the spec's name for it and what happened
   *
   * The recording could not go on. data-available with what there is, and
   * stopped follow.
   */
  signals[SIGNAL_ERROR] = g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
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

  GST_DEBUG_CATEGORY_INIT (media_recorder_debug, "mediarecorder", 0,
      "MediaRecorder");
  object_class->set_property = gst_web_audio_media_recorder_set_property;
  object_class->get_property = gst_web_audio_media_recorder_get_property;
  object_class->finalize = gst_web_audio_media_recorder_finalize;
  install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));

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
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_queue_init (&self->takes);
  g_queue_init (&self->notes);
  self->mime_type = g_strdup (DEFAULT_MIME_TYPE);
  self->bitrate_mode = GST_WEB_AUDIO_BITRATE_MODE_VARIABLE;
  self->auto_start = TRUE;
  self->post_messages = TRUE;
  self->next = GST_CLOCK_TIME_NONE;
  gst_audio_info_init (&self->info);

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad,
      gst_web_audio_media_recorder_chain);
  gst_pad_set_event_function (self->sinkpad,
      gst_web_audio_media_recorder_sink_event);
  gst_pad_set_query_function (self->sinkpad,
      gst_web_audio_media_recorder_sink_query);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_link_function (self->srcpad,
      gst_web_audio_media_recorder_src_link);
  gst_pad_set_event_function (self->srcpad,
      gst_web_audio_media_recorder_src_event);
  gst_pad_set_query_function (self->srcpad,
      gst_web_audio_media_recorder_src_query);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}
