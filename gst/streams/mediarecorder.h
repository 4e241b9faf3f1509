/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_MEDIA_RECORDER_H__
#define __GST_WEB_AUDIO_MEDIA_RECORDER_H__

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_MEDIA_RECORDER \
    (gst_web_audio_media_recorder_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioMediaRecorder, gst_web_audio_media_recorder,
    GST, WEB_AUDIO_MEDIA_RECORDER, GstBin)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (mediarecorder);

G_END_DECLS

#endif
