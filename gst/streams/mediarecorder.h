/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_MEDIA_RECORDER_H__
#define __GST_WEB_AUDIO_MEDIA_RECORDER_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstWebAudioRecordingState:
 * @GST_WEB_AUDIO_RECORDING_STATE_INACTIVE: not started, or stopped
 * @GST_WEB_AUDIO_RECORDING_STATE_RECORDING: what comes in is recorded
 * @GST_WEB_AUDIO_RECORDING_STATE_PAUSED: started, and leaves out what comes in
 *
 * https://w3c.github.io/mediacapture-record/#recordingstate
 */
typedef enum
{
  GST_WEB_AUDIO_RECORDING_STATE_INACTIVE,
  GST_WEB_AUDIO_RECORDING_STATE_RECORDING,
  GST_WEB_AUDIO_RECORDING_STATE_PAUSED
} GstWebAudioRecordingState;

#define GST_TYPE_WEB_AUDIO_RECORDING_STATE \
    (gst_web_audio_recording_state_get_type ())
G_GNUC_INTERNAL
GType gst_web_audio_recording_state_get_type (void);

/**
 * GstWebAudioBitrateMode:
 * @GST_WEB_AUDIO_BITRATE_MODE_CONSTANT: the same for all sounds
 * @GST_WEB_AUDIO_BITRATE_MODE_VARIABLE: more for complex sounds
 *
 * https://w3c.github.io/mediacapture-record/#bitratemode
 */
typedef enum
{
  GST_WEB_AUDIO_BITRATE_MODE_CONSTANT,
  GST_WEB_AUDIO_BITRATE_MODE_VARIABLE
} GstWebAudioBitrateMode;

#define GST_TYPE_WEB_AUDIO_BITRATE_MODE \
    (gst_web_audio_bitrate_mode_get_type ())
G_GNUC_INTERNAL
GType gst_web_audio_bitrate_mode_get_type (void);

#define GST_TYPE_WEB_AUDIO_MEDIA_RECORDER \
    (gst_web_audio_media_recorder_get_type ())
G_GNUC_INTERNAL
G_DECLARE_FINAL_TYPE (GstWebAudioMediaRecorder, gst_web_audio_media_recorder,
    GST, WEB_AUDIO_MEDIA_RECORDER, GstBin)

G_GNUC_INTERNAL
GST_ELEMENT_REGISTER_DECLARE (mediarecorder);

G_END_DECLS

#endif
