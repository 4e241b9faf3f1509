/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_DELAY_WRITER_H__
#define __GST_WEB_AUDIO_DELAY_WRITER_H__

#include "../dsp/delay.h"
#include "delayend.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_DELAY_WRITER \
    (gst_web_audio_delay_writer_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioDelayWriter, gst_web_audio_delay_writer, GST,
    WEB_AUDIO_DELAY_WRITER, GstWebAudioDelayEnd)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (delaywriter);

G_GNUC_INTERNAL
const WebAudioDelay *gst_web_audio_delay_writer_get (GstWebAudioDelayWriter *
    writer);

G_GNUC_INTERNAL
gdouble gst_web_audio_delay_writer_get_max_delay_time (GstWebAudioDelayWriter *
    writer);

G_GNUC_INTERNAL
gboolean gst_web_audio_delay_writer_is_over (GstWebAudioDelayWriter * writer);

G_END_DECLS

#endif
