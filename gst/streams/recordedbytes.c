/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One rule keeps the chunks and the pad's output the same, byte for byte: what
 * was handed out is final. A muxer that goes back to write a duration or an
 * index changes both while that is possible, and neither afterwards.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "recordedbytes.h"

/* A chunk is handed out when it is that long, whatever was asked for: GByteArray
 * does not go beyond 4 GiB. */
#define MAX_CHUNK (1u << 30)

void
gst_web_audio_recorded_bytes_init (GstWebAudioRecordedBytes * self)
{
  memset (self, 0, sizeof (*self));
  self->first_time = self->chunk_time = GST_CLOCK_TIME_NONE;
}

void
gst_web_audio_recorded_bytes_clear (GstWebAudioRecordedBytes * self)
{
  g_clear_pointer (&self->chunk, g_byte_array_unref);
}

/**
 * gst_web_audio_recorded_bytes_seek:
 * @position: byte of the recording where the next write goes
 */
void
gst_web_audio_recorded_bytes_seek (GstWebAudioRecordedBytes * self,
    guint64 position)
{
  self->position = position;
}

/* Puts @buffer where it belongs in the chunk. */
static void
store (GstWebAudioRecordedBytes * self, GstBuffer * buffer)
{
  guint64 from = self->position - self->chunk_start;
  gsize size = gst_buffer_get_size (buffer);
  guint old;

  if (!self->chunk)
    self->chunk = g_byte_array_new ();
  old = self->chunk->len;
  if (from + size > old)
    g_byte_array_set_size (self->chunk, from + size);
  /* a muxer that leaves a hole means zeros there */
  if (from > old)
    memset (self->chunk->data + old, 0, from - old);
  gst_buffer_extract (buffer, 0, self->chunk->data + from, size);
}

static void
note_time (GstWebAudioRecordedBytes * self, GstBuffer * buffer)
{
  GstClockTime time = GST_BUFFER_PTS (buffer);

  if (!GST_CLOCK_TIME_IS_VALID (time)
      || GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER))
    return;
  if (!GST_CLOCK_TIME_IS_VALID (self->first_time))
    self->first_time = self->end_time = time;
  if (!GST_CLOCK_TIME_IS_VALID (self->chunk_time))
    self->chunk_time = MAX (time, self->first_time);
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    time += GST_BUFFER_DURATION (buffer);
  self->end_time = MAX (self->end_time, time);
}

static void
note_write (GstWebAudioRecordedBytes * self, GstBuffer * buffer, gsize size)
{
  gboolean at_end = self->position >= self->end;

  self->position += size;
  self->end = MAX (self->end, self->position);
  /* times of what is written again say nothing */
  if (!at_end) {
    self->rewritten = TRUE;
    return;
  }
  note_time (self, buffer);
  /* a fragment's size was put down, and now its description */
  if (self->rewritten) {
    self->complete = self->end;
    self->complete_time = self->end_time;
  }
  self->rewritten = FALSE;
}

/* How many bytes from the position on are final. */
static guint64
count_final (GstWebAudioRecordedBytes * self)
{
  guint64 final = self->rewritable ? self->chunk_start : self->end;

  return final > self->position ? final - self->position : 0;
}

/**
 * gst_web_audio_recorded_bytes_write:
 * @buffer: (transfer full): what a muxer writes at the position
 *
 * The position moves on by @buffer's size, whatever becomes of it.
 *
 * Returns: (transfer full) (nullable): the part of @buffer that is written; its
 *     place is where the position was, or the end of what is final
 */
GstBuffer *
gst_web_audio_recorded_bytes_write (GstWebAudioRecordedBytes * self,
    GstBuffer * buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  guint64 final = count_final (self);

  if (final && size && self->fragmented && self->rewritable)
    self->cut_off = TRUE;
  if (self->cut_off || (final && final >= size)) {
    self->position += size;
    gst_buffer_unref (buffer);
    return NULL;
  }
  if (final) {
    GstBuffer *rest = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL,
        final, size - final);

    gst_buffer_unref (buffer);
    buffer = rest;
    self->position += final;
    size -= final;
  }
  if (self->gather)
    store (self, buffer);
  note_write (self, buffer, size);
  return buffer;
}

/**
 * gst_web_audio_recorded_bytes_is_due:
 * @timeslice: 0 for one chunk at the end
 *
 * Returns: whether the chunk is to be handed out
 */
gboolean
gst_web_audio_recorded_bytes_is_due (const GstWebAudioRecordedBytes * self,
    GstClockTime timeslice)
{
  if (!self->chunk)
    return FALSE;
  if (self->chunk->len >= MAX_CHUNK)
    return TRUE;
  return timeslice && GST_CLOCK_TIME_IS_VALID (self->chunk_time)
      && self->end_time - self->chunk_time >= timeslice;
}

/**
 * gst_web_audio_recorded_bytes_cut:
 * @last: no more is written
 * @timecode: (out): time of the chunk from the first chunk's
 *
 * Takes what was gathered, which may be nothing, or nothing that can be final
 * yet. From now on it is final.
 *
 * Returns: (transfer full): the chunk
 */
GstBuffer *
gst_web_audio_recorded_bytes_cut (GstWebAudioRecordedBytes * self,
    gboolean last, GstClockTime * timecode)
{
  GstClockTime time = GST_CLOCK_TIME_IS_VALID (self->chunk_time) ?
      self->chunk_time : self->end_time;
  gboolean in_fragments = self->fragmented && self->rewritable && !last;
  guint64 end = in_fragments ? self->complete : self->end;
  GstClockTime end_time = in_fragments ? self->complete_time : self->end_time;
  GstBuffer *buffer;
  GByteArray *rest = NULL;
  GBytes *bytes;
  guint size;

  *timecode = GST_CLOCK_TIME_IS_VALID (self->first_time) ?
      time - self->first_time : 0;
  if (!self->chunk || end <= self->chunk_start)
    return gst_buffer_new ();
  size = MIN (end - self->chunk_start, self->chunk->len);
  self->chunk_time = GST_CLOCK_TIME_NONE;
  if (size < self->chunk->len) {
    rest = g_byte_array_new ();
    g_byte_array_append (rest, self->chunk->data + size,
        self->chunk->len - size);
    g_byte_array_set_size (self->chunk, size);
    self->chunk_time = end_time;
  }
  self->chunk_start += size;
  bytes = g_byte_array_free_to_bytes (self->chunk);
  self->chunk = rest;
  buffer = gst_buffer_new_wrapped_bytes (bytes);
  g_bytes_unref (bytes);
  GST_BUFFER_PTS (buffer) = *timecode;
  GST_BUFFER_DURATION (buffer) = MAX (end_time, time) - time;
  return buffer;
}
