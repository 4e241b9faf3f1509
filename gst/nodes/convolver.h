/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_CONVOLVER_H__
#define __GST_WEB_AUDIO_CONVOLVER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_CONVOLVER (gst_web_audio_convolver_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioConvolver, gst_web_audio_convolver, GST,
    WEB_AUDIO_CONVOLVER, GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (convolver);

G_END_DECLS

#endif
