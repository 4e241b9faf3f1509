/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz target of automation: the text, and the arguments of the action signals.
 *
 *   automation [LIBFUZZER OPTION...] [FOLDER]
 *
 * An input that begins with '#' is a list of calls of a control source, one that
 * begins with '%' of something that is rendered meanwhile, as a parameter is: a
 * byte for the method and the kind of its arguments, then three doubles. Any
 * other is a text.
 */

#include <gst/gst.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "graph/automation.h"
#include "graph/graph.h"
#include "graph/timeline.h"

#define MAX_CALLS 64
#define RATE 48000
#define MAX_FRAMES 1000

/* What is rendered: its past is dropped, and its time goes on. */
typedef struct
{
  GstObject parent;
  GstWebAudioSchedule schedule;
  guint64 frame;
} Rendered;

typedef struct
{
  GstObjectClass parent_class;
} RenderedClass;

GST_DEBUG_CATEGORY (gst_web_audio_graph_debug);

int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);

static GType rendered_get_type (void);
static void rendered_automation_init (GstWebAudioAutomationInterface * iface);

G_DEFINE_TYPE_WITH_CODE (Rendered, rendered, GST_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_WEB_AUDIO_AUTOMATION,
        rendered_automation_init));

static GstWebAudioSchedule *
rendered_get_schedule (GstWebAudioAutomation * self)
{
  return &((Rendered *) self)->schedule;
}

static gdouble
rendered_get_now (GstWebAudioAutomation * self)
{
  return ((Rendered *) self)->frame / (gdouble) RATE;
}

static void
rendered_automation_init (GstWebAudioAutomationInterface * iface)
{
  iface->get_schedule = rendered_get_schedule;
  iface->get_now = rendered_get_now;
}

static void
rendered_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  gst_web_audio_automation_set_text (object, g_value_get_string (value));
}

static void
rendered_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  if (g_str_equal (pspec->name, "automation"))
    g_value_take_string (value, gst_web_audio_automation_get_text (object));
  else
    g_value_take_boxed (value, gst_web_audio_automation_copy_error (object));
}

static void
rendered_finalize (GObject * object)
{
  gst_web_audio_schedule_clear (&((Rendered *) object)->schedule);
  G_OBJECT_CLASS (rendered_parent_class)->finalize (object);
}

static void
rendered_class_init (RenderedClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = rendered_set_property;
  object_class->get_property = rendered_get_property;
  object_class->finalize = rendered_finalize;
  g_object_class_override_property (object_class, 1, "automation");
  g_object_class_override_property (object_class, 2, "error");
}

static void
rendered_init (Rendered * self)
{
  gst_web_audio_schedule_init (&self->schedule, 1, FALSE);
}

/* Renders some frames, after a jump if @jump is not 0. */
static void
render (Rendered * self, gdouble jump, gdouble length)
{
  WebAudioTimeline *timeline = self->schedule.timeline;
  guint n = fabs (length) < MAX_FRAMES ? (guint) fabs (length) + 1 : 128, i;
  gdouble out[MAX_FRAMES], value;

  if (fabs (jump) > 0 && fabs (jump) < 1e12) {
    self->frame = (guint64) fabs (jump);
    webaudio_timeline_seek (timeline, self->frame / (gdouble) RATE);
  }
  if (webaudio_timeline_read (timeline, RATE, self->frame, n, out, &value))
    g_assert (isfinite (value));
  else
    for (i = 0; i < n; i++)
      g_assert (isfinite (out[i]));
  self->frame += n;
  webaudio_timeline_pass (timeline, self->frame / (gdouble) RATE);
  if (webaudio_timeline_wants_trim (timeline))
    webaudio_timeline_trim (timeline);
}

/* Whatever was scheduled, values are finite, and the same when read again. */
static void
read_values (GstControlSource * source, gdouble * values, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    GstClockTime time = i * (GstClockTime) i * 1000000;

    g_assert (gst_control_source_get_value (source, time, values + i));
    g_assert (!isnan (values[i]));
  }
}

/* What can be read can be set, and means the same. */
static void
check_text (GstControlSource * source)
{
  gdouble before[50], after[50];
  gchar *text, *again;
  GError *error = NULL;
  guint i;

  read_values (source, before, G_N_ELEMENTS (before));
  g_object_get (source, "automation", &text, NULL);
  g_object_set (source, "automation", text, NULL);
  g_object_get (source, "automation", &again, "error", &error, NULL);
  if (error)
    g_error ("%s: %s", text, error->message);
  g_assert_cmpstr (again, ==, text);
  read_values (source, after, G_N_ELEMENTS (after));
  for (i = 0; i < G_N_ELEMENTS (before); i++)
    if (!(fabs (before[i] - after[i]) <= 1e-6 * fabs (before[i]) + 1e-6))
      g_error ("%s: %g is %g", text, before[i], after[i]);
  g_free (text);
  g_free (again);
}

/* What may stand in an array: numbers, and what is none */
static GVariant *
make_value (guint kind, gdouble number)
{
  gdouble limited = fabs (number) < 1e9 ? number : 1;

  switch (kind % 8) {
    case 0:
      return g_variant_new_int32 ((gint) limited);
    case 1:
      return g_variant_new_uint32 ((guint) fabs (limited));
    case 2:
      return g_variant_new_int64 ((gint64) limited);
    case 3:
      return g_variant_new_boolean (limited > 0);
    case 4:
      return g_variant_new_variant (make_value (kind >> 3, number));
    default:
      return g_variant_new_double (number);
  }
}

static void
call_curve (gpointer object, guint kind, const gdouble * numbers)
{
  GVariant *values[3];
  gboolean accepted;
  guint i;

  for (i = 0; i < 3; i++)
    values[i] = make_value (kind >> 2, numbers[i]);
  g_signal_emit_by_name (object, "set-value-curve-at-time",
      g_variant_new_tuple (values, kind & 3), numbers[1], numbers[2],
      &accepted);
  for (i = kind & 3; i < 3; i++)
    g_variant_unref (g_variant_ref_sink (values[i]));
}

/* @set: set the value first, which the text does not tell */
static void
pass_time (gpointer object, gboolean set, const gdouble * numbers)
{
  gdouble value;

  if (GST_IS_CONTROL_SOURCE (object)) {
    gst_control_source_get_value (object, fabs (numbers[0]) < 1e9 ?
        fabs (numbers[0]) * GST_SECOND : 0, &value);
    return;
  }
  if (set)
    gst_web_audio_automation_set_value (object, numbers[2]);
  render (object, numbers[0], numbers[1]);
}

static void
call_method (gpointer object, guint method, const gdouble * numbers)
{
  gboolean accepted;

  switch (method % 8) {
    case 0:
      g_signal_emit_by_name (object, "set-value-at-time", numbers[0],
          numbers[1], &accepted);
      break;
    case 1:
      g_signal_emit_by_name (object, "linear-ramp-to-value-at-time",
          numbers[0], numbers[1], &accepted);
      break;
    case 2:
      g_signal_emit_by_name (object, "exponential-ramp-to-value-at-time",
          numbers[0], numbers[1], &accepted);
      break;
    case 3:
      g_signal_emit_by_name (object, "set-target-at-time", numbers[0],
          numbers[1], numbers[2], &accepted);
      break;
    case 4:
      call_curve (object, method >> 3, numbers);
      break;
    case 5:
      g_signal_emit_by_name (object, "cancel-scheduled-values", numbers[1],
          &accepted);
      break;
    case 6:
      g_signal_emit_by_name (object, "cancel-and-hold-at-time", numbers[1],
          &accepted);
      break;
    default:
      pass_time (object, method & 8, numbers);
      break;
  }
}

static void
call_methods (gpointer object, const uint8_t * data, size_t size)
{
  const size_t length = 1 + 3 * sizeof (gdouble);
  guint i;

  for (i = 0; i < MAX_CALLS && size >= length; i++) {
    gdouble numbers[3];

    memcpy (numbers, data + 1, sizeof (numbers));
    call_method (object, data[0], numbers);
    data += length;
    size -= length;
  }
}

/* It goes on, and what it says of itself can be set. */
static void
fuzz_rendered (const uint8_t * data, size_t size)
{
  Rendered *rendered = gst_object_ref_sink (g_object_new (rendered_get_type (),
          NULL));
  gchar *text;
  guint i;

  call_methods (rendered, data, size);
  for (i = 0; i < 100; i++)
    render (rendered, 0, 127);
  g_object_get (rendered, "automation", &text, NULL);
  g_object_set (rendered, "automation", text, NULL);
  for (i = 0; i < 10; i++)
    render (rendered, 0, 127);
  g_free (text);
  gst_object_unref (rendered);
}

static void
fuzz_source (const uint8_t * data, size_t size)
{
  GstControlSource *source = gst_object_ref_sink (g_object_new
      (GST_TYPE_WEB_AUDIO_TIMELINE, NULL));
  gchar *text;

  if (size > 0 && data[0] == '#') {
    call_methods (source, data + 1, size - 1);
  } else {
    text = g_strndup ((const gchar *) data, size);
    /* a property holds UTF-8 in any language but C */
    g_object_set (source, "automation", text, NULL);
    g_free (text);
  }
  check_text (source);
  gst_object_unref (source);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  static gsize initialized;

  if (g_once_init_enter (&initialized)) {
    /* no plugin is needed, and the names in all of them make GLib leak */
    g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
    gst_init (NULL, NULL);
    gst_debug_set_active (FALSE);
    g_once_init_leave (&initialized, 1);
  }
  if (size > 0 && data[0] == '%')
    fuzz_rendered (data + 1, size - 1);
  else
    fuzz_source (data, size);
  return 0;
}
