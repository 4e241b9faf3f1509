/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_PANNER_H__
#define __GST_WEB_AUDIO_PANNER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_PANNER (gst_web_audio_panner_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioPanner, gst_web_audio_panner, GST,
    WEB_AUDIO_PANNER, GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (panner);

G_END_DECLS

#endif
