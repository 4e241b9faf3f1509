/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GstWebAudioTimeline: an AudioParam's automation as a GstControlSource, for
 * properties of any element. */
#ifndef __GST_WEB_AUDIO_TIMELINE_H__
#define __GST_WEB_AUDIO_TIMELINE_H__

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_TIMELINE (gst_web_audio_timeline_get_type ())

G_GNUC_INTERNAL
GType gst_web_audio_timeline_get_type (void);

G_END_DECLS

#endif
