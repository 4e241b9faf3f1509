/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_CHANNEL_MERGER_H__
#define __GST_WEB_AUDIO_CHANNEL_MERGER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_CHANNEL_MERGER (gst_web_audio_channel_merger_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioChannelMerger,
    gst_web_audio_channel_merger, GST, WEB_AUDIO_CHANNEL_MERGER,
    GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (channelmerger);

G_END_DECLS

#endif
