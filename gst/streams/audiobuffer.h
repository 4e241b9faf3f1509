/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioBuffer: the spec's AudioBuffer, as the kernels read it: planes of
 * 32-bit float that never change. Applications give it as a GstSample.
 *
 * A sample that holds such planes already is not copied, any other one is
 * converted once, however many elements it is set on.
 */
#ifndef __GST_WEB_AUDIO_BUFFER_H__
#define __GST_WEB_AUDIO_BUFFER_H__

#include <gst/audio/audio.h>

#include "../dsp/buffersource.h"

G_BEGIN_DECLS

typedef struct _GstWebAudioBuffer GstWebAudioBuffer;

/**
 * GstWebAudioBuffer:
 * @content: (inline): the planes; 1 to 32 channels
 * @rate: frames per second
 *
 * Immutable, so any thread may read it that holds a reference.
 */
struct _GstWebAudioBuffer
{
  WebAudioBuffer content;
  gint rate;

  /*< private > */
  gint refs;                    /* atomic */
  const gfloat **planes;
  GstBuffer *source;            /* what the sample held */
  GstCaps *caps;
  GstAudioBuffer mapped;        /* of source, where its memory is used as is */
  gboolean is_mapped;
  gfloat *converted;
};

G_GNUC_INTERNAL
GstWebAudioBuffer *gst_web_audio_buffer_from_sample (GstSample * sample,
    gchar ** why);

G_GNUC_INTERNAL
GstWebAudioBuffer *gst_web_audio_buffer_ref (GstWebAudioBuffer * buffer);

G_GNUC_INTERNAL
void gst_web_audio_buffer_unref (GstWebAudioBuffer * buffer);

G_END_DECLS

#endif
