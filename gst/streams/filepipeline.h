/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipeline that decodes a whole file into one sample, in its own threads. */
#ifndef __GST_WEB_AUDIO_FILE_PIPELINE_H__
#define __GST_WEB_AUDIO_FILE_PIPELINE_H__

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstWebAudioFilePipeline GstWebAudioFilePipeline;

/**
 * GstWebAudioFilePipelineFuncs:
 * @decoded: all of the file is there, as planes of F32 of its own rate
 * @failed: it cannot be decoded; @error is an error message without a source
 * @lacks_plugin: @message tells which one; @failed may follow
 *
 * What an owner is told: one of @decoded and @failed, once. Called with no lock,
 * and all are (transfer none).
 */
typedef struct
{
  void (*decoded) (gpointer owner, GstSample * sample);
  void (*failed) (gpointer owner, GstMessage * error);
  void (*lacks_plugin) (gpointer owner, GstMessage * message);
} GstWebAudioFilePipelineFuncs;

G_GNUC_INTERNAL
GstWebAudioFilePipeline *gst_web_audio_file_pipeline_new (const gchar * uri,
    const GstWebAudioFilePipelineFuncs * funcs, gpointer owner,
    GDestroyNotify release);

G_GNUC_INTERNAL
GstWebAudioFilePipeline *gst_web_audio_file_pipeline_ref
    (GstWebAudioFilePipeline * self);

G_GNUC_INTERNAL
void gst_web_audio_file_pipeline_unref (GstWebAudioFilePipeline * self);

G_GNUC_INTERNAL
gboolean gst_web_audio_file_pipeline_start (GstWebAudioFilePipeline * self);

G_GNUC_INTERNAL
void gst_web_audio_file_pipeline_stop (GstWebAudioFilePipeline * self);

G_END_DECLS

#endif
