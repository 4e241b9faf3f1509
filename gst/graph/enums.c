/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The spec's enumerations as GTypes: those that every node has, and what makes
 * one. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "enums.h"

/*
 * gst_web_audio_enum_get_type:
 * @type: (inout): static, 0 at first
 * @name: of the type, static
 * @values: static, the last all zero
 *
 * Returns: the type, which is registered once, by whatever thread
 */
GType
gst_web_audio_enum_get_type (gsize * type, const gchar * name,
    const GEnumValue * values)
{
  if (g_once_init_enter (type))
    g_once_init_leave (type, g_enum_register_static (name, values));
  return *type;
}

GType
gst_web_audio_channel_count_mode_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_WEB_AUDIO_CHANNEL_COUNT_MODE_MAX,
        "As many channels as the connection that has most", "max"},
    {GST_WEB_AUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX,
        "As max, but not more than channel-count", "clamped-max"},
    {GST_WEB_AUDIO_CHANNEL_COUNT_MODE_EXPLICIT,
        "Exactly channel-count", "explicit"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioChannelCountMode",
      values);
}

GType
gst_web_audio_channel_interpretation_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS,
          "Mix mono, stereo, quad and 5.1 by the equations of the spec",
        "speakers"},
    {GST_WEB_AUDIO_CHANNEL_INTERPRETATION_DISCRETE,
        "Fill channels in order, drop or leave silent the rest", "discrete"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioChannelInterpretation",
      values);
}

GType
gst_web_audio_automation_rate_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_WEB_AUDIO_AUTOMATION_RATE_A, "A value for each frame", "a-rate"},
    {GST_WEB_AUDIO_AUTOMATION_RATE_K, "A value for each 128 frames", "k-rate"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioAutomationRate",
      values);
}
