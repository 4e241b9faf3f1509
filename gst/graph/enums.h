/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The spec's enumerations that every node has, as GTypes. */
#ifndef __GST_WEB_AUDIO_ENUMS_H__
#define __GST_WEB_AUDIO_ENUMS_H__

#include <gst/gst.h>

#include "../dsp/channelmix.h"

G_BEGIN_DECLS

/**
 * GstWebAudioChannelCountMode:
 * @GST_WEB_AUDIO_CHANNEL_COUNT_MODE_MAX: as many channels as the connection
 *     that has most
 * @GST_WEB_AUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX: as max, but not more than
 *     channel-count
 * @GST_WEB_AUDIO_CHANNEL_COUNT_MODE_EXPLICIT: exactly channel-count
 *
 * How the channels of a node's inputs are counted:
 * https://webaudio.github.io/web-audio-api/#enumdef-channelcountmode
 */
typedef enum
{
  GST_WEB_AUDIO_CHANNEL_COUNT_MODE_MAX = WEBAUDIO_CHANNEL_COUNT_MODE_MAX,
  GST_WEB_AUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX =
      WEBAUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX,
  GST_WEB_AUDIO_CHANNEL_COUNT_MODE_EXPLICIT =
      WEBAUDIO_CHANNEL_COUNT_MODE_EXPLICIT
} GstWebAudioChannelCountMode;

/**
 * GstWebAudioChannelInterpretation:
 * @GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS: mono, stereo, quad and 5.1
 *     are mixed by the spec's equations, anything else as discrete
 * @GST_WEB_AUDIO_CHANNEL_INTERPRETATION_DISCRETE: channels are filled in order
 *     and dropped or left silent at the end
 *
 * How channels are mixed up or down:
 * https://webaudio.github.io/web-audio-api/#enumdef-channelinterpretation
 */
typedef enum
{
  GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS =
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS,
  GST_WEB_AUDIO_CHANNEL_INTERPRETATION_DISCRETE =
      WEBAUDIO_CHANNEL_INTERPRETATION_DISCRETE
} GstWebAudioChannelInterpretation;

/**
 * GstWebAudioAutomationRate:
 * @GST_WEB_AUDIO_AUTOMATION_RATE_A: a value for each frame
 * @GST_WEB_AUDIO_AUTOMATION_RATE_K: the value of the first frame of a quantum
 *     for all of its 128 frames
 *
 * How often a parameter is looked at:
 * https://webaudio.github.io/web-audio-api/#enumdef-automationrate
 */
typedef enum
{
  GST_WEB_AUDIO_AUTOMATION_RATE_A,
  GST_WEB_AUDIO_AUTOMATION_RATE_K
} GstWebAudioAutomationRate;

#define GST_TYPE_WEB_AUDIO_AUTOMATION_RATE \
    (gst_web_audio_automation_rate_get_type ())
#define GST_TYPE_WEB_AUDIO_CHANNEL_COUNT_MODE \
    (gst_web_audio_channel_count_mode_get_type ())
#define GST_TYPE_WEB_AUDIO_CHANNEL_INTERPRETATION \
    (gst_web_audio_channel_interpretation_get_type ())

G_GNUC_INTERNAL
GType gst_web_audio_enum_get_type (gsize * type, const gchar * name,
    const GEnumValue * values);

G_GNUC_INTERNAL
GType gst_web_audio_channel_count_mode_get_type (void);

G_GNUC_INTERNAL
GType gst_web_audio_channel_interpretation_get_type (void);

G_GNUC_INTERNAL
GType gst_web_audio_automation_rate_get_type (void);

G_END_DECLS

#endif
