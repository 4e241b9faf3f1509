/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One recording of a sine: the graph and its recorder, whose chunks are joined
 * as the bus hands them to the main loop.
 */

#include "recording.h"

#include <gst/audio/audio.h>

struct _Recording
{
  GstElement *pipeline, *recorder, *monitor;
  GByteArray *chunks;
  RecordingFunc done;
  gpointer data;
};

static void
add_chunk (Recording * recording, const GstStructure * message)
{
  GstBuffer *buffer;
  GstMapInfo map;

  gst_structure_get (message, "buffer", GST_TYPE_BUFFER, &buffer, NULL);
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    g_byte_array_append (recording->chunks, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  gst_buffer_unref (buffer);
}

/* @error: (transfer full) (nullable) */
static void
finish (Recording * recording, GError * error)
{
  GBytes *blob = NULL;

  if (!error && recording->chunks->len == 0)
    error = g_error_new_literal (GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
        "It was stopped before there was anything to record.");
  if (!error)
    blob = g_bytes_new (recording->chunks->data, recording->chunks->len);
  recording->done (blob, error, recording->data);
  g_clear_pointer (&blob, g_bytes_unref);
  g_clear_error (&error);
  recording_free (recording);
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Recording *recording = data;
  GError *error;

  if (gst_message_has_name (message, "mediarecorder-data-available")) {
    add_chunk (recording, gst_message_get_structure (message));
  } else if (gst_message_has_name (message, "mediarecorder-stopped")) {
    finish (recording, NULL);
    return G_SOURCE_REMOVE;
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    finish (recording, error);
    return G_SOURCE_REMOVE;
  }
  return G_SOURCE_CONTINUE;
}

/* Returns NULL and sets @error where it cannot be made */
Recording *
recording_start (RecordingFunc done, gpointer data, GError ** error)
{
  GstElement *pipeline = gst_parse_launch ("oscillator frequency=440 ! "
      "mediastreamdest name=dest is-live=true "
      "dest. ! mediarecorder name=recorder auto-start=false mime-type="
      RECORDING_TYPE " "
      "dest. ! audio/x-raw,format=" GST_AUDIO_NE (F32) ",layout=interleaved,"
      "channels=1 ! appsink name=monitor max-buffers=1 drop=true", error);
  Recording *recording;
  gboolean started;

  if (*error) {
    gst_clear_object (&pipeline);
    return NULL;
  }
  recording = g_new0 (Recording, 1);
  recording->pipeline = pipeline;
  recording->recorder = gst_bin_get_by_name (GST_BIN (pipeline), "recorder");
  recording->monitor = gst_bin_get_by_name (GST_BIN (pipeline), "monitor");
  recording->chunks = g_byte_array_new ();
  recording->done = done;
  recording->data = data;
  gst_bus_add_watch (GST_ELEMENT_BUS (pipeline), on_message, recording);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (recording->recorder, "start", &started);
  if (started)
    return recording;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
      "There is nothing to record, or no encoder for " RECORDING_TYPE);
  recording_free (recording);
  return NULL;
}

/* Returns at once; @done follows */
void
recording_stop (Recording * recording)
{
  gboolean ok;

  g_signal_emit_by_name (recording->recorder, "stop", &ok);
}

GstElement *
recording_get_monitor (Recording * recording)
{
  return recording->monitor;
}

GstClockTime
recording_get_duration (Recording * recording)
{
  gint64 position = 0;

  gst_element_query_position (recording->monitor, GST_FORMAT_TIME, &position);
  return position;
}

void
recording_free (Recording * recording)
{
  gst_bus_remove_watch (GST_ELEMENT_BUS (recording->pipeline));
  gst_element_set_state (recording->pipeline, GST_STATE_NULL);
  g_byte_array_unref (recording->chunks);
  gst_object_unref (recording->monitor);
  gst_object_unref (recording->recorder);
  gst_object_unref (recording->pipeline);
  g_free (recording);
}
