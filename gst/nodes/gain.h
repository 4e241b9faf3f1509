/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_GAIN_H__
#define __GST_WEB_AUDIO_GAIN_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_GAIN (gst_web_audio_gain_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioGain, gst_web_audio_gain, GST, WEB_AUDIO_GAIN,
    GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (gain);

G_END_DECLS

#endif
