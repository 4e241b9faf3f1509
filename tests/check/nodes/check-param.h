/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of nodes share: control bindings, and changes at a known
 * frame.
 */
#ifndef __CHECK_PARAM_H__
#define __CHECK_PARAM_H__

#include <gst/controller/controller.h>

#include "check-webaudio.h"

#define RATE 48000
/* The default block size */
#define BLOCK 1024

/* For every sample fail_unless() would be too slow. */
static inline void
assert_sample (gfloat is, gdouble should, gdouble tolerance, guint64 frame)
{
  if (is != should && !(fabs (is - should) <= tolerance))
    fail ("frame %" G_GUINT64_FORMAT " is %.9g, not %.9g", frame, is, should);
}

/* Two channels that stay the same from one frame to another */
static inline void
expect_stereo (Recorder * recorder, guint64 from, guint64 to, gdouble left,
    gdouble right)
{
  const gfloat *samples = recorder_samples (recorder);
  guint64 i;

  fail_unless_equals_int (recorder_channels (recorder), 2);
  fail_unless (to <= recorder->frames);
  for (i = from; i < to; i++) {
    assert_sample (samples[2 * i], left, 2e-7, i);
    assert_sample (samples[2 * i + 1], right, 2e-7, i);
  }
}

/* Changes between two blocks */

typedef void (*Action) (GstElement * element);

typedef struct
{
  GstElement *element;
  guint64 frame;
  Action action;
} Appointment;

static inline GstPadProbeReturn
keep_appointment (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Appointment *appointment = data;

  if (GST_BUFFER_OFFSET_END (info->data) != appointment->frame)
    return GST_PAD_PROBE_OK;
  appointment->action (appointment->element);
  return GST_PAD_PROBE_REMOVE;
}

/* Does something to the element @name so that it takes effect at @frame, a
 * multiple of BLOCK: in the streaming thread, which has just sent the block
 * before it to the element named out. */
static inline void
do_at (GstElement * pipeline, const gchar * name, guint64 frame, Action action)
{
  Appointment *appointment = g_new (Appointment, 1);
  GstElement *out = get_element (pipeline, "out");
  GstPad *pad = gst_element_get_static_pad (out, "sink");

  appointment->element = get_element (pipeline, name);
  /* the pipeline keeps it */
  gst_object_unref (appointment->element);
  appointment->frame = frame;
  appointment->action = action;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, keep_appointment,
      appointment, g_free);
  gst_object_unref (pad);
  gst_object_unref (out);
}

/* Control bindings */

/* (transfer full) */
static inline GstControlSource *
new_source (GstInterpolationMode mode)
{
  GstControlSource *source = gst_interpolation_control_source_new ();

  g_object_set (source, "mode", mode, NULL);
  return source;
}

static inline void
add_point (GstControlSource * source, guint64 frame, gdouble value)
{
  fail_unless (gst_timed_value_control_source_set
      (GST_TIMED_VALUE_CONTROL_SOURCE (source),
          gst_util_uint64_scale (frame, GST_SECOND, RATE), value));
}

/* @source: (transfer full) */
static inline void
bind_property (GstElement * pipeline, const gchar * name,
    const gchar * property, GstControlSource * source, gboolean absolute)
{
  GstObject *object = GST_OBJECT (get_element (pipeline, name));

  fail_unless (gst_object_add_control_binding (object, absolute ?
          gst_direct_control_binding_new_absolute (object, property, source) :
          gst_direct_control_binding_new (object, property, source)));
  gst_object_unref (source);
  gst_object_unref (object);
}

/* Where ramps end */
#define RAMP_END 24000

/* What a source that goes from @a at 0 to @b at RAMP_END has at @frame */
static inline gdouble
ramp (guint64 frame, gdouble a, gdouble b)
{
  return frame >= RAMP_END ? b : a + (b - a) * frame / RAMP_END;
}

/* Binds a property to ramp (); @scale and @offset make the values of the
 * control source from those of the property. */
static inline void
bind_ramp (GstElement * pipeline, const gchar * name, const gchar * property,
    gdouble a, gdouble b, gboolean absolute, gdouble scale, gdouble offset)
{
  GstControlSource *source = new_source (GST_INTERPOLATION_MODE_LINEAR);

  add_point (source, 0, a * scale + offset);
  add_point (source, RAMP_END, b * scale + offset);
  bind_property (pipeline, name, property, source, absolute);
}

#endif
