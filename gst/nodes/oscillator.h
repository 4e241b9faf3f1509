/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_OSCILLATOR_H__
#define __GST_WEB_AUDIO_OSCILLATOR_H__

#include "scheduledsource.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_OSCILLATOR (gst_web_audio_oscillator_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioOscillator, gst_web_audio_oscillator, GST,
    WEB_AUDIO_OSCILLATOR, GstWebAudioScheduledSource)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (oscillator);

G_END_DECLS

#endif
