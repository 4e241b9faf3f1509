/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the connections into a node deliver together, mixed as its properties
 * say. */
#ifndef __GST_WEB_AUDIO_GATHER_H__
#define __GST_WEB_AUDIO_GATHER_H__

#include "node.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL
GstFlowReturn gst_web_audio_gather (GstWebAudioNode * node, guint64 frame,
    guint frames, GstWebAudioBlock * mixed);

G_GNUC_INTERNAL
GstFlowReturn gst_web_audio_gather_silence (GstWebAudioNode * node,
    guint64 frame, guint frames, GstWebAudioBlock * mixed);

G_GNUC_INTERNAL
guint gst_web_audio_gather_foresee (GstWebAudioNode * node, guint32 visit);

G_END_DECLS

#endif
