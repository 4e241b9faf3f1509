/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Automation as text: calls of the spec's methods, one after the other. */
#ifndef __GST_WEB_AUDIO_AUTOMATION_TEXT_H__
#define __GST_WEB_AUDIO_AUTOMATION_TEXT_H__

#include <glib.h>

#include "../dsp/timeline.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL
WebAudioTimeline *gst_web_audio_automation_parse (const gchar * text,
    gdouble value, gdouble now, GError ** error);

G_GNUC_INTERNAL
gchar *gst_web_audio_automation_to_text (const WebAudioTimeline * timeline);

G_END_DECLS

#endif
