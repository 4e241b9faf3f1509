/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_ANALYSER_H__
#define __GST_WEB_AUDIO_ANALYSER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_ANALYSER (gst_web_audio_analyser_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioAnalyser, gst_web_audio_analyser, GST,
    WEB_AUDIO_ANALYSER, GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (analyser);

G_END_DECLS

#endif
