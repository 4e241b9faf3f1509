/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_STEREO_PANNER_H__
#define __GST_WEB_AUDIO_STEREO_PANNER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_STEREO_PANNER \
    (gst_web_audio_stereo_panner_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioStereoPanner, gst_web_audio_stereo_panner, GST,
    WEB_AUDIO_STEREO_PANNER, GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (stereopanner);

G_END_DECLS

#endif
