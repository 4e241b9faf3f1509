/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-constantsource
 * @title: constantsource
 * @see_also: oscillator, gain
 *
 * The ConstantSourceNode of Web Audio: one channel that has the value of
 * #GstWebAudioConstantSource:offset in every frame from start to stop.
 * https://webaudio.github.io/web-audio-api/#ConstantSourceNode
 *
 * |[
 * gst-launch-1.0 constantsource offset=0.5 stop=1000000000 ! audioconvert ! wavenc ! filesink location=constant.wav
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../dsp/vector.h"
#include "../graph/param.h"
#include "constantsource.h"

enum
{
  PARAM_OFFSET
};

struct _GstWebAudioConstantSource
{
  GstWebAudioScheduledSource parent;
};

G_DEFINE_TYPE (GstWebAudioConstantSource, gst_web_audio_constant_source,
    GST_TYPE_WEB_AUDIO_SCHEDULED_SOURCE);
GST_ELEMENT_REGISTER_DEFINE (constantsource, "constantsource", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_CONSTANT_SOURCE);

static guint
gst_web_audio_constant_source_generate (GstWebAudioScheduledSource * source,
    guint64 frame, gdouble start, gfloat * const *planes, guint n)
{
  gfloat *out = planes[0];
  gdouble offset;
  const gdouble *offsets =
      gst_web_audio_param_values (gst_web_audio_node_get_param
      (GST_WEB_AUDIO_NODE (source), PARAM_OFFSET), frame, n, &offset);
  guint i;

  if (!offsets)
    webaudio_vector_fill (out, (gfloat) offset, n);
  for (i = 0; offsets && i < n; i++)
    out[i] = (gfloat) offsets[i];
  return n;
}

static void
gst_web_audio_constant_source_class_init (GstWebAudioConstantSourceClass *
    klass)
{
  /**
   * GstWebAudioConstantSource:offset:
   *
   * The value of every frame. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-constantsourcenode-offset
   */
  gst_web_audio_node_class_add_param (GST_WEB_AUDIO_NODE_CLASS (klass),
      "offset", "Offset", "Value of every frame", -G_MAXFLOAT, G_MAXFLOAT, 1,
      0);

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Constant source", "Source/Audio",
      "Delivers one constant value (Web Audio ConstantSourceNode)",
      "The gst-webaudio authors");
  GST_WEB_AUDIO_SCHEDULED_SOURCE_CLASS (klass)->generate =
      gst_web_audio_constant_source_generate;
  gst_web_audio_scheduled_source_class_add_start
      (GST_WEB_AUDIO_SCHEDULED_SOURCE_CLASS (klass));
}

static void
gst_web_audio_constant_source_init (GstWebAudioConstantSource * self)
{
}
