/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioDecoder: a whole file, decoded for a node by a pipeline of its own,
 * in its threads.
 *
 * What several nodes want of one file is decoded once and shared, while any of
 * them has it and the file does not change.
 */
#ifndef __GST_WEB_AUDIO_DECODER_H__
#define __GST_WEB_AUDIO_DECODER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

typedef struct _GstWebAudioDecoder GstWebAudioDecoder;

/**
 * GstWebAudioDecoded:
 * @node: for which it was decoded
 * @sample: (transfer none): all of the file, as planes of F32 of its own rate
 *
 * Called once, from any thread that holds no lock of the graph or of the node.
 */
typedef void (*GstWebAudioDecoded) (GstWebAudioNode * node, GstSample * sample);

G_GNUC_INTERNAL
GstWebAudioDecoder *gst_web_audio_decoder_new (GstWebAudioNode * node,
    const gchar * uri, GstWebAudioDecoded decoded);

G_GNUC_INTERNAL
GstWebAudioDecoder *gst_web_audio_decoder_ref (GstWebAudioDecoder * self);

G_GNUC_INTERNAL
void gst_web_audio_decoder_unref (GstWebAudioDecoder * self);

G_GNUC_INTERNAL
gboolean gst_web_audio_decoder_start (GstWebAudioDecoder * self);

G_GNUC_INTERNAL
void gst_web_audio_decoder_stop (GstWebAudioDecoder * self);

G_END_DECLS

#endif
