/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_DELAY_READER_H__
#define __GST_WEB_AUDIO_DELAY_READER_H__

#include "delayend.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_DELAY_READER \
    (gst_web_audio_delay_reader_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioDelayReader, gst_web_audio_delay_reader, GST,
    WEB_AUDIO_DELAY_READER, GstWebAudioDelayEnd)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (delayreader);

G_END_DECLS

#endif
