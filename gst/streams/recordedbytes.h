/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bytes of a recording: where the muxer writes, what is final because it was
 * handed out, and the chunk that is gathered. No locks: the caller's.
 */
#ifndef __GST_WEB_AUDIO_RECORDED_BYTES_H__
#define __GST_WEB_AUDIO_RECORDED_BYTES_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstWebAudioRecordedBytes:
 * @gather: keep what is written until it is cut
 * @rewritable: what is not final may be written again
 * @fragmented: MP4: a fragment that has begun is rewritten when it is complete.
 *     The file can be left as it is after any, but then it must not get the end
 *     that goes with rewriting it all
 * @chunk: (nullable): what was written and not cut yet
 * @chunk_start: where in the recording @chunk begins; all before is final
 * @position: where the next write goes
 * @end: bytes of the recording
 * @rewritten: something was, since the end was last written
 * @complete: of a @fragmented file, where its last complete fragment ends
 * @complete_time: when that is
 * @cut_off: of a @fragmented file, a rewrite was refused
 * @first_time: of the recording; none if nothing with a time was written
 * @chunk_time: of @chunk's first buffer with a time
 * @end_time: of what was written
 */
typedef struct
{
  gboolean gather;
  gboolean rewritable;
  gboolean fragmented;
  GByteArray *chunk;
  guint64 chunk_start;
  guint64 position;
  guint64 end;
  gboolean rewritten;
  guint64 complete;
  GstClockTime complete_time;
  gboolean cut_off;
  GstClockTime first_time;
  GstClockTime chunk_time;
  GstClockTime end_time;
} GstWebAudioRecordedBytes;

G_GNUC_INTERNAL
void gst_web_audio_recorded_bytes_init (GstWebAudioRecordedBytes * self);
G_GNUC_INTERNAL
void gst_web_audio_recorded_bytes_clear (GstWebAudioRecordedBytes * self);
G_GNUC_INTERNAL
void gst_web_audio_recorded_bytes_seek (GstWebAudioRecordedBytes * self,
    guint64 position);
G_GNUC_INTERNAL
GstBuffer * gst_web_audio_recorded_bytes_write (GstWebAudioRecordedBytes * self,
    GstBuffer * buffer);
G_GNUC_INTERNAL
gboolean gst_web_audio_recorded_bytes_is_due (const GstWebAudioRecordedBytes *
    self, GstClockTime timeslice);
G_GNUC_INTERNAL
GstBuffer * gst_web_audio_recorded_bytes_cut (GstWebAudioRecordedBytes * self,
    gboolean last, GstClockTime * timecode);

G_END_DECLS

#endif
