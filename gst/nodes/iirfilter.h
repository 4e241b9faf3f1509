/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_IIR_FILTER_H__
#define __GST_WEB_AUDIO_IIR_FILTER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_IIR_FILTER \
    (gst_web_audio_iir_filter_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioIirFilter, gst_web_audio_iir_filter, GST,
    WEB_AUDIO_IIR_FILTER, GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (iirfilter);

G_END_DECLS

#endif
