/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_DYNAMICS_COMPRESSOR_H__
#define __GST_WEB_AUDIO_DYNAMICS_COMPRESSOR_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_DYNAMICS_COMPRESSOR \
    (gst_web_audio_dynamics_compressor_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioDynamicsCompressor,
    gst_web_audio_dynamics_compressor, GST, WEB_AUDIO_DYNAMICS_COMPRESSOR,
    GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (dynamicscompressor);

G_END_DECLS

#endif
