/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_SCRIPT_PROCESSOR_H__
#define __GST_WEB_AUDIO_SCRIPT_PROCESSOR_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_SCRIPT_PROCESSOR \
    (gst_web_audio_script_processor_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioScriptProcessor,
    gst_web_audio_script_processor, GST, WEB_AUDIO_SCRIPT_PROCESSOR,
    GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (scriptprocessor);

G_END_DECLS

#endif
