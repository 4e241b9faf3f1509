/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an AudioParam is in one quantum: the property's value, or that of a
 * GstControlBinding, frame by frame. */
#ifndef __GST_WEB_AUDIO_PARAM_H__
#define __GST_WEB_AUDIO_PARAM_H__

#include "node.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL
GstControlBinding *gst_web_audio_param_get_binding (GstWebAudioNode * node,
    const gchar * name);

G_GNUC_INTERNAL
void gst_web_audio_param_read (GstControlBinding * binding, gdouble value,
    gint rate, guint64 frame, gdouble * values, guint n);

G_GNUC_INTERNAL
gboolean gst_web_audio_param_is_valid (GstWebAudioNode * node,
    const gchar * name, gdouble value);

G_END_DECLS

#endif
