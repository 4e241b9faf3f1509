/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_DELAY_H__
#define __GST_WEB_AUDIO_DELAY_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_DELAY (gst_web_audio_delay_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioDelay, gst_web_audio_delay, GST,
    WEB_AUDIO_DELAY, GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (delay);

/* What can be said of a delay-time at all: the spec wants less than three
 * minutes. In seconds. */
#define GST_WEB_AUDIO_DELAY_LIMIT 180.0
#define GST_WEB_AUDIO_DELAY_DEFAULT 1.0

G_GNUC_INTERNAL
GParamSpec *gst_web_audio_delay_max_delay_time (void);

G_GNUC_INTERNAL
gboolean gst_web_audio_delay_set_max_delay_time (GstElement * element,
    gdouble * max_delay_time, const GValue * value);

G_END_DECLS

#endif
