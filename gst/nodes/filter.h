/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the nodes that are filters share: blocks of as many channels as the past
 * has, arrays of numbers, and get-frequency-response.
 */
#ifndef __GST_WEB_AUDIO_FILTER_H__
#define __GST_WEB_AUDIO_FILTER_H__

#include "../dsp/channelmix.h"
#include "../graph/node.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL
WebAudioInterpretation gst_web_audio_filter_get_interpretation
    (GstWebAudioNode * node);

G_GNUC_INTERNAL
gboolean gst_web_audio_filter_is_narrower (const GstWebAudioBlock * block,
    guint channels);

G_GNUC_INTERNAL
gboolean gst_web_audio_filter_begin (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block, guint channels, GstWebAudioBlock * result);

G_GNUC_INTERNAL
void gst_web_audio_filter_end (GstWebAudioBlock * block,
    const GstWebAudioBlock * result);

G_GNUC_INTERNAL
void gst_web_audio_filter_get_planes (const GstWebAudioBlock * block,
    gfloat ** planes);

G_GNUC_INTERNAL
GArray *gst_web_audio_filter_parse_numbers (const GValue * array);

G_GNUC_INTERNAL
void gst_web_audio_filter_write_numbers (const GArray * numbers,
    GValue * array);

/**
 * GstWebAudioFilterEvaluate:
 * @frequency: 1 is half of the sample rate
 * @magnitude: (out): linear, or NaN
 * @phase: (out): radians, or NaN
 *
 * The response of a filter.
 */
typedef void (*GstWebAudioFilterEvaluate) (gconstpointer filter,
    gdouble frequency, gdouble * magnitude, gdouble * phase);

G_GNUC_INTERNAL
gdouble gst_web_audio_filter_get_rate (GstWebAudioNode * node);

G_GNUC_INTERNAL
GstStructure *gst_web_audio_filter_respond (gdouble rate,
    const GValue * frequencies, GstWebAudioFilterEvaluate evaluate,
    gconstpointer filter);

G_GNUC_INTERNAL
void gst_web_audio_filter_add_response (GType type,
    GstStructure * (*handler) (GstElement * element, const GValue * array));

G_END_DECLS

#endif
