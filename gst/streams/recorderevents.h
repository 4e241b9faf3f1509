/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a recorder tells the application: signals, and messages of the same
 * content, one after another in the order in which they were added, by a thread
 * that is none of the pipeline's and holds no lock.
 */
#ifndef __GST_WEB_AUDIO_RECORDER_EVENTS_H__
#define __GST_WEB_AUDIO_RECORDER_EVENTS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_web_audio_media_recorder_debug);

/**
 * GstWebAudioRecorderEvent:
 *
 * The events of https://w3c.github.io/mediacapture-record/#event-summary
 */
typedef enum
{
  GST_WEB_AUDIO_RECORDER_STARTED,
  GST_WEB_AUDIO_RECORDER_STOPPED,
  GST_WEB_AUDIO_RECORDER_PAUSED,
  GST_WEB_AUDIO_RECORDER_RESUMED,
  GST_WEB_AUDIO_RECORDER_DATA_AVAILABLE,
  GST_WEB_AUDIO_RECORDER_ERROR,
  GST_WEB_AUDIO_RECORDER_N_EVENTS
} GstWebAudioRecorderEvent;

/**
 * GstWebAudioRecorderEvents:
 * @element: the recorder; not owned
 * @post_messages: whether each event is a message, too; guarded by the element's
 *     object lock
 */
typedef struct
{
  GstElement *element;
  gboolean post_messages;

  /*< private > */
  GMutex lock;
  GQueue notes;                 /* element-type Note: what is to be told */
  gboolean telling;             /* a thread is at it */
} GstWebAudioRecorderEvents;

G_GNUC_INTERNAL
void gst_web_audio_recorder_events_install (GType type);
G_GNUC_INTERNAL
void gst_web_audio_recorder_events_init (GstWebAudioRecorderEvents * self,
    GstElement * element);
G_GNUC_INTERNAL
void gst_web_audio_recorder_events_clear (GstWebAudioRecorderEvents * self);
G_GNUC_INTERNAL
gboolean gst_web_audio_recorder_events_has_data_handler
    (GstWebAudioRecorderEvents * self);
G_GNUC_INTERNAL
void gst_web_audio_recorder_events_add (GstWebAudioRecorderEvents * self,
    GstWebAudioRecorderEvent event);
G_GNUC_INTERNAL
void gst_web_audio_recorder_events_add_data (GstWebAudioRecorderEvents * self,
    GstBuffer * buffer, GstClockTime timecode);
G_GNUC_INTERNAL
void gst_web_audio_recorder_events_add_error (GstWebAudioRecorderEvents * self,
    GError * error);
G_GNUC_INTERNAL
void gst_web_audio_recorder_events_tell (GstWebAudioRecorderEvents * self);

G_END_DECLS

#endif
