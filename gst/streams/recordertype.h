/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The MIME types that can be recorded: how they are written, which of them the
 * installed encoders and muxers can make, and how those are set up.
 */
#ifndef __GST_WEB_AUDIO_RECORDER_TYPE_H__
#define __GST_WEB_AUDIO_RECORDER_TYPE_H__

#include <gst/gst.h>
#include <gst/pbutils/pbutils.h>

G_BEGIN_DECLS

/**
 * GstWebAudioRecorderType:
 * @mime: type and subtype
 * @codec: as in the parameter codecs; %NULL where there is no choice
 * @container: caps of the container; %NULL if the encoder writes the file
 * @encoding: caps of what the encoder makes
 * @delay: frames that must follow the last before the encoder lets go of it
 *
 * One combination of container and codec. Static.
 */
typedef struct
{
  const gchar *mime;
  const gchar *codec;
  const gchar *container;
  const gchar *encoding;
  guint delay;
} GstWebAudioRecorderType;

/**
 * GstWebAudioEncoding:
 * @bits_per_second: 0 for the encoder's default
 * @constant: constant bitrate, where the encoder has that
 * @channels: of the input
 * @rewritable: the muxer may go back into what it has written
 */
typedef struct
{
  guint bits_per_second;
  gboolean constant;
  gint channels;
  gboolean rewritable;
} GstWebAudioEncoding;

G_GNUC_INTERNAL
const GstWebAudioRecorderType * gst_web_audio_recorder_type_find
    (const gchar * mime_type);
G_GNUC_INTERNAL
gchar * gst_web_audio_recorder_type_to_string
    (const GstWebAudioRecorderType * type);
G_GNUC_INTERNAL
gboolean gst_web_audio_recorder_type_is_encoder
    (const GstWebAudioRecorderType * type, GstElement * part);
G_GNUC_INTERNAL
GstEncodingProfile * gst_web_audio_recorder_type_get_profile
    (const GstWebAudioRecorderType * type);
G_GNUC_INTERNAL
void gst_web_audio_recorder_type_configure (GstElement * element,
    const GstWebAudioEncoding * encoding);
G_GNUC_INTERNAL
GstBuffer * gst_web_audio_recorder_type_correct
    (const GstWebAudioRecorderType * type, GstBuffer * buffer, gboolean first);

G_END_DECLS

#endif
