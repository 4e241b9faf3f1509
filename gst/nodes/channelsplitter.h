/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_CHANNEL_SPLITTER_H__
#define __GST_WEB_AUDIO_CHANNEL_SPLITTER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_CHANNEL_SPLITTER (gst_web_audio_channel_splitter_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioChannelSplitter,
    gst_web_audio_channel_splitter, GST, WEB_AUDIO_CHANNEL_SPLITTER,
    GstWebAudioNode)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (channelsplitter);

G_END_DECLS

#endif
