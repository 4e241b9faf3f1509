/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * audiolistener: the ears of a pipeline, and how panners read where they are.
 */
#ifndef __GST_WEB_AUDIO_AUDIO_LISTENER_H__
#define __GST_WEB_AUDIO_AUDIO_LISTENER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_AUDIO_LISTENER \
    (gst_web_audio_audio_listener_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioAudioListener, gst_web_audio_audio_listener,
    GST, WEB_AUDIO_AUDIO_LISTENER, GstWebAudioNode)

/* What the listener and its panners join by */
#define GST_WEB_AUDIO_LISTENER_BOND "listener"

/* positionX, Y, Z, forwardX, Y, Z, upX, Y, Z */
#define GST_WEB_AUDIO_LISTENER_PARAMS 9

/**
 * GstWebAudioListening:
 * @values: (array length=128): of each parameter, its value in each frame of a
 *     quantum, or %NULL where it has one value
 * @value: of each parameter, its value in the first frame
 *
 * A listener in one quantum.
 */
typedef struct
{
  const gdouble *values[GST_WEB_AUDIO_LISTENER_PARAMS];
  gdouble value[GST_WEB_AUDIO_LISTENER_PARAMS];
} GstWebAudioListening;

G_GNUC_INTERNAL
void gst_web_audio_audio_listener_read (GstWebAudioAudioListener * self,
    guint64 quantum, GstWebAudioListening * listening);

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (audiolistener);

G_END_DECLS

#endif
