/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:GstWebAudioTimeline
 * @title: GstWebAudioTimeline
 * @see_also: GstDirectControlBinding
 *
 * A #GstControlSource that is an AudioParam's automation: the same action
 * signals and the same text as a parameter of a node has, for a property of any
 * element. To the methods times are seconds (double), to whoever reads they are
 * nanoseconds (#GstClockTime), both of stream time.
 *
 * Nothing is dropped, since it may be read at any time and in any order; a time
 * is never in the past. Before the first event it has the value of initial-value.
 *
 * Once the plugin is loaded, the type is found by its name:
 * |[
 * gst_plugin_load_by_name ("webaudio");
 * source = g_object_new (g_type_from_name ("GstWebAudioTimeline"), NULL);
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "automation.h"
#include "timeline.h"

enum
{
  PROP_0,
  PROP_INITIAL_VALUE,
  PROP_AUTOMATION,
  PROP_ERROR
};

typedef struct
{
  GstControlSource parent;

  /* object lock */
  GstWebAudioSchedule schedule;
  gdouble initial;
} GstWebAudioTimeline;

typedef struct
{
  GstControlSourceClass parent_class;
} GstWebAudioTimelineClass;

#define GST_WEB_AUDIO_TIMELINE(obj) ((GstWebAudioTimeline *) (obj))

static void automation_init (GstWebAudioAutomationInterface * iface);

G_DEFINE_TYPE_WITH_CODE (GstWebAudioTimeline, gst_web_audio_timeline,
    GST_TYPE_CONTROL_SOURCE,
    G_IMPLEMENT_INTERFACE (GST_TYPE_WEB_AUDIO_AUTOMATION, automation_init));

/* Here a frame is a nanosecond. */
static gdouble
read_value (GstWebAudioTimeline * self, GstClockTime time)
{
  gdouble value;

  webaudio_timeline_read (self->schedule.timeline, GST_SECOND, time, 1, &value,
      &value);
  return value;
}

static gboolean
get_value (GstControlSource * source, GstClockTime time, gdouble * value)
{
  GST_OBJECT_LOCK (source);
  *value = read_value (GST_WEB_AUDIO_TIMELINE (source), time);
  GST_OBJECT_UNLOCK (source);
  return TRUE;
}

static gboolean
get_value_array (GstControlSource * source, GstClockTime time,
    GstClockTime interval, guint n, gdouble * values)
{
  guint i;

  GST_OBJECT_LOCK (source);
  for (i = 0; i < n; i++)
    values[i] = read_value (GST_WEB_AUDIO_TIMELINE (source),
        time + i * interval);
  GST_OBJECT_UNLOCK (source);
  return TRUE;
}

static GstWebAudioSchedule *
get_schedule (GstWebAudioAutomation * self)
{
  return &GST_WEB_AUDIO_TIMELINE (self)->schedule;
}

static gdouble
get_now (GstWebAudioAutomation * self)
{
  return 0;
}

static void
automation_init (GstWebAudioAutomationInterface * iface)
{
  iface->get_schedule = get_schedule;
  iface->get_now = get_now;
}

static void
set_initial (GstWebAudioTimeline * self, gdouble value)
{
  if (!gst_web_audio_automation_set_value (self, value))
    return;
  GST_OBJECT_LOCK (self);
  self->initial = value;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_timeline_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  switch (id) {
    case PROP_INITIAL_VALUE:
      set_initial (GST_WEB_AUDIO_TIMELINE (object), g_value_get_double (value));
      break;
    case PROP_AUTOMATION:
      gst_web_audio_automation_set_text (object, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_timeline_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  switch (id) {
    case PROP_INITIAL_VALUE:
      GST_OBJECT_LOCK (object);
      g_value_set_double (value, GST_WEB_AUDIO_TIMELINE (object)->initial);
      GST_OBJECT_UNLOCK (object);
      break;
    case PROP_AUTOMATION:
      g_value_take_string (value, gst_web_audio_automation_get_text (object));
      break;
    case PROP_ERROR:
      g_value_take_boxed (value, gst_web_audio_automation_copy_error (object));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_timeline_finalize (GObject * object)
{
  gst_web_audio_schedule_clear (&GST_WEB_AUDIO_TIMELINE (object)->schedule);
  G_OBJECT_CLASS (gst_web_audio_timeline_parent_class)->finalize (object);
}

static void
gst_web_audio_timeline_class_init (GstWebAudioTimelineClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_web_audio_timeline_set_property;
  object_class->get_property = gst_web_audio_timeline_get_property;
  object_class->finalize = gst_web_audio_timeline_finalize;

  /**
   * GstWebAudioTimeline:initial-value:
   *
   * The value before the first event.
   */
  g_object_class_install_property (object_class, PROP_INITIAL_VALUE,
      g_param_spec_double ("initial-value", "Initial value",
          "Value before the first event", -G_MAXFLOAT, G_MAXFLOAT, 0,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_PLAYING));
  g_object_class_override_property (object_class, PROP_AUTOMATION,
      "automation");
  g_object_class_override_property (object_class, PROP_ERROR, "error");
}

static void
gst_web_audio_timeline_init (GstWebAudioTimeline * self)
{
  GstControlSource *source = GST_CONTROL_SOURCE (self);

  source->get_value = get_value;
  source->get_value_array = get_value_array;
  gst_web_audio_schedule_init (&self->schedule, 0, TRUE);
}
