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

#define DEFAULT_OFFSET 1.0

enum
{
  PROP_0,
  PROP_OFFSET
};

struct _GstWebAudioConstantSource
{
  GstWebAudioScheduledSource parent;

  gdouble offset;               /* object lock */
};

G_DEFINE_TYPE (GstWebAudioConstantSource, gst_web_audio_constant_source,
    GST_TYPE_WEB_AUDIO_SCHEDULED_SOURCE);
GST_ELEMENT_REGISTER_DEFINE (constantsource, "constantsource", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_CONSTANT_SOURCE);

static void
follow_binding (GstWebAudioConstantSource * self, GstControlBinding * binding,
    gdouble offset, guint64 frame, gfloat * out, guint n)
{
  gint rate = GST_WEB_AUDIO_NODE (self)->rate;
  gdouble values[GST_WEB_AUDIO_QUANTUM];
  guint done, i;

  for (done = 0; done < n; done += GST_WEB_AUDIO_QUANTUM) {
    guint count = MIN (n - done, GST_WEB_AUDIO_QUANTUM);

    gst_web_audio_param_read (binding, offset, rate, frame + done, values,
        count);
    for (i = 0; i < count; i++)
      out[done + i] = (gfloat) values[i];
  }
}

static void
gst_web_audio_constant_source_generate (GstWebAudioScheduledSource * source,
    guint64 frame, gdouble start, gfloat * out, guint n)
{
  GstWebAudioConstantSource *self = GST_WEB_AUDIO_CONSTANT_SOURCE (source);
  GstControlBinding *binding =
      gst_web_audio_param_get_binding (GST_WEB_AUDIO_NODE (self), "offset");
  gdouble offset;

  GST_OBJECT_LOCK (self);
  offset = self->offset;
  GST_OBJECT_UNLOCK (self);
  if (binding)
    follow_binding (self, binding, offset, frame, out, n);
  else
    webaudio_vector_fill (out, (gfloat) offset, n);
  gst_clear_object (&binding);
}

static void
gst_web_audio_constant_source_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioConstantSource *self = GST_WEB_AUDIO_CONSTANT_SOURCE (object);

  switch (id) {
    case PROP_OFFSET:
      if (!gst_web_audio_param_is_valid (GST_WEB_AUDIO_NODE (self), "offset",
              g_value_get_double (value)))
        break;
      GST_OBJECT_LOCK (self);
      self->offset = g_value_get_double (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_constant_source_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioConstantSource *self = GST_WEB_AUDIO_CONSTANT_SOURCE (object);

  switch (id) {
    case PROP_OFFSET:
      GST_OBJECT_LOCK (self);
      g_value_set_double (value, self->offset);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_constant_source_class_init (GstWebAudioConstantSourceClass *
    klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_web_audio_constant_source_set_property;
  object_class->get_property = gst_web_audio_constant_source_get_property;

  /**
   * GstWebAudioConstantSource:offset:
   *
   * The value of every frame. An AudioParam: a control binding is followed
   * frame by frame.
   * https://webaudio.github.io/web-audio-api/#dom-constantsourcenode-offset
   */
  g_object_class_install_property (object_class, PROP_OFFSET,
      g_param_spec_double ("offset", "Offset",
          "Value of every frame", -G_MAXFLOAT, G_MAXFLOAT, DEFAULT_OFFSET,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_CONTROLLABLE |
          GST_PARAM_MUTABLE_PLAYING));

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Constant source", "Source/Audio",
      "Delivers one constant value (Web Audio ConstantSourceNode)",
      "The gst-webaudio authors");
  GST_WEB_AUDIO_SCHEDULED_SOURCE_CLASS (klass)->generate =
      gst_web_audio_constant_source_generate;
}

static void
gst_web_audio_constant_source_init (GstWebAudioConstantSource * self)
{
  self->offset = DEFAULT_OFFSET;
}
