/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_WAVE_SHAPER_H__
#define __GST_WEB_AUDIO_WAVE_SHAPER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_WAVE_SHAPER \
    (gst_web_audio_wave_shaper_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioWaveShaper, gst_web_audio_wave_shaper, GST,
    WEB_AUDIO_WAVE_SHAPER, GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (waveshaper);

G_END_DECLS

#endif
