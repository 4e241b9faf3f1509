/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signals and messages of a recorder; see recorderevents.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "recorderevents.h"

#define GST_CAT_DEFAULT gst_web_audio_media_recorder_debug

static guint signals[GST_WEB_AUDIO_RECORDER_N_EVENTS];

/* What is to be told */
typedef struct
{
  GstWebAudioRecorderEvent event;
  GstBuffer *buffer;
  guint64 timecode;
  GError *error;
} Note;

static void
note_free (Note * note)
{
  gst_clear_buffer (&note->buffer);
  g_clear_error (&note->error);
  g_free (note);
}

static void
post (GstElement * element, const Note * note)
{
  GstStructure *structure;

  switch (note->event) {
    case GST_WEB_AUDIO_RECORDER_DATA_AVAILABLE:
      structure = gst_structure_new ("mediarecorder-data-available",
          "buffer", GST_TYPE_BUFFER, note->buffer,
          "timecode", G_TYPE_UINT64, note->timecode, NULL);
      break;
    case GST_WEB_AUDIO_RECORDER_ERROR:
      structure = gst_structure_new ("mediarecorder-error",
          "error", G_TYPE_ERROR, note->error, NULL);
      break;
    default:{
      gchar *name = g_strconcat ("mediarecorder-",
          g_signal_name (signals[note->event]), NULL);

      structure = gst_structure_new_empty (name);
      g_free (name);
      break;
    }
  }
  gst_element_post_message (element,
      gst_message_new_element (GST_OBJECT (element), structure));
}

static void
tell (GstWebAudioRecorderEvents * self, const Note * note)
{
  GstElement *element = self->element;
  gboolean post_messages;

  GST_DEBUG_OBJECT (element, "%s", g_signal_name (signals[note->event]));
  switch (note->event) {
    case GST_WEB_AUDIO_RECORDER_DATA_AVAILABLE:
      g_signal_emit (element, signals[note->event], 0, note->buffer,
          note->timecode);
      break;
    case GST_WEB_AUDIO_RECORDER_ERROR:
      g_signal_emit (element, signals[note->event], 0, note->error);
      break;
    default:
      g_signal_emit (element, signals[note->event], 0);
      break;
  }
  GST_OBJECT_LOCK (element);
  post_messages = self->post_messages;
  GST_OBJECT_UNLOCK (element);
  if (post_messages)
    post (element, note);
  if (note->error)
    gst_element_post_message (element,
        gst_message_new_error (GST_OBJECT (element), note->error,
            "the recording ended"));
}

static void
tell_async (GstElement * element, gpointer self)
{
  gst_web_audio_recorder_events_tell (self);
}

static void
add (GstWebAudioRecorderEvents * self, const Note * content)
{
  Note *note = g_new (Note, 1);

  *note = *content;
  g_mutex_lock (&self->lock);
  if (g_queue_is_empty (&self->notes) && !self->telling)
    gst_element_call_async (self->element, tell_async, self, NULL);
  g_queue_push_tail (&self->notes, note);
  g_mutex_unlock (&self->lock);
}

/*
 * gst_web_audio_recorder_events_init:
 * @element: keeps the events, and has their signals
 */
void
gst_web_audio_recorder_events_init (GstWebAudioRecorderEvents * self,
    GstElement * element)
{
  self->element = element;
  self->post_messages = TRUE;
  g_mutex_init (&self->lock);
  g_queue_init (&self->notes);
}

/*
 * gst_web_audio_recorder_events_clear:
 *
 * What has not been told is not told any more.
 */
void
gst_web_audio_recorder_events_clear (GstWebAudioRecorderEvents * self)
{
  g_queue_clear_full (&self->notes, (GDestroyNotify) note_free);
  g_mutex_clear (&self->lock);
}

/*
 * gst_web_audio_recorder_events_has_data_handler:
 *
 * Returns: whether anybody has connected to data-available
 */
gboolean
gst_web_audio_recorder_events_has_data_handler (GstWebAudioRecorderEvents *
    self)
{
  return g_signal_has_handler_pending (self->element,
      signals[GST_WEB_AUDIO_RECORDER_DATA_AVAILABLE], 0, FALSE);
}

/*
 * gst_web_audio_recorder_events_add:
 * @event: one without arguments
 *
 * To be told next. Like the other two it waits for nobody and may be called with
 * the recorder's lock.
 */
void
gst_web_audio_recorder_events_add (GstWebAudioRecorderEvents * self,
    GstWebAudioRecorderEvent event)
{
  Note note = { event, NULL, 0, NULL };

  add (self, &note);
}

/*
 * gst_web_audio_recorder_events_add_data:
 * @buffer: (transfer full): a chunk
 * @timecode: its time in the recording
 */
void
gst_web_audio_recorder_events_add_data (GstWebAudioRecorderEvents * self,
    GstBuffer * buffer, GstClockTime timecode)
{
  Note note = { GST_WEB_AUDIO_RECORDER_DATA_AVAILABLE, buffer, timecode, NULL };

  add (self, &note);
}

/*
 * gst_web_audio_recorder_events_add_error:
 * @error: (transfer full): why the recording ended; also the element's error
 */
void
gst_web_audio_recorder_events_add_error (GstWebAudioRecorderEvents * self,
    GError * error)
{
  Note note = { GST_WEB_AUDIO_RECORDER_ERROR, NULL, 0, error };

  add (self, &note);
}

/*
 * gst_web_audio_recorder_events_tell:
 *
 * Tells all there is, unless another thread is at it, which goes on then. Not
 * with any lock.
 */
void
gst_web_audio_recorder_events_tell (GstWebAudioRecorderEvents * self)
{
  Note *note;

  g_mutex_lock (&self->lock);
  if (!self->telling) {
    self->telling = TRUE;
    while ((note = g_queue_pop_head (&self->notes))) {
      g_mutex_unlock (&self->lock);
      tell (self, note);
      note_free (note);
      g_mutex_lock (&self->lock);
    }
    self->telling = FALSE;
  }
  g_mutex_unlock (&self->lock);
}

static guint
install_event (GType type, const gchar * name)
{
  return g_signal_new (name, type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 0);
}

/*
 * gst_web_audio_recorder_events_install:
 * @type: of the recorder, whose class is being made
 */
void
gst_web_audio_recorder_events_install (GType type)
{
  /**
   * GstWebAudioMediaRecorder::started:
   *
   * A recording has begun. As all signals here: emitted in order, by a thread
   * that is none of the pipeline's, with no lock held.
   */
  signals[GST_WEB_AUDIO_RECORDER_STARTED] = install_event (type, "started");
  /**
   * GstWebAudioMediaRecorder::stopped:
   *
   * A recording is complete: after its last data-available, and after downstream
   * had its last byte and EOS.
   */
  signals[GST_WEB_AUDIO_RECORDER_STOPPED] = install_event (type, "stopped");
  /**
   * GstWebAudioMediaRecorder::paused:
   */
  signals[GST_WEB_AUDIO_RECORDER_PAUSED] = install_event (type, "paused");
  /**
   * GstWebAudioMediaRecorder::resumed:
   */
  signals[GST_WEB_AUDIO_RECORDER_RESUMED] = install_event (type, "resumed");
  /**
   * GstWebAudioMediaRecorder::data-available:
   * @buffer: the bytes since the last chunk, maybe none
   * @timecode: time of the chunk in the recording, in nanoseconds
   *
   * https://w3c.github.io/mediacapture-record/#eventdef-mediarecorder-dataavailable
   */
  signals[GST_WEB_AUDIO_RECORDER_DATA_AVAILABLE] =
      g_signal_new ("data-available", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
      NULL, G_TYPE_NONE, 2, GST_TYPE_BUFFER, G_TYPE_UINT64);
  /**
   * GstWebAudioMediaRecorder::error:
   * @error: the spec's name for it and what happened
   *
   * The recording could not go on. data-available with what there is, and
   * stopped follow.
   */
  signals[GST_WEB_AUDIO_RECORDER_ERROR] = g_signal_new ("error", type,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}
