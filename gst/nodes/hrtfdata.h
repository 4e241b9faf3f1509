/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The head-related responses that all panners of a process share: libmysofa's
 * default data, for each rate that is in use.
 */
#ifndef __GST_WEB_AUDIO_HRTF_DATA_H__
#define __GST_WEB_AUDIO_HRTF_DATA_H__

#include <gst/gst.h>

#include "../dsp/hrtf.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL
gboolean gst_web_audio_hrtf_data_check (GError ** error);

G_GNUC_INTERNAL
const WebAudioHrtfSet *gst_web_audio_hrtf_data_take (gint rate,
    GError ** error);

G_GNUC_INTERNAL
void gst_web_audio_hrtf_data_give (const WebAudioHrtfSet * set);

G_END_DECLS

#endif
