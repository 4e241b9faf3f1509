/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has an automation timeline: the spec's methods as action signals. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "automation.h"
#include "automationtext.h"
#include "graph.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

G_DEFINE_INTERFACE (GstWebAudioAutomation, gst_web_audio_automation,
    GST_TYPE_OBJECT);

GQuark
gst_web_audio_automation_error_quark (void)
{
  return g_quark_from_static_string ("gst-web-audio-automation-error-quark");
}

gint
gst_web_audio_automation_error_of (WebAudioTimelineResult result)
{
  switch (result) {
    case WEBAUDIO_TIMELINE_BAD_VALUE:
      return GST_WEB_AUDIO_AUTOMATION_ERROR_TYPE;
    case WEBAUDIO_TIMELINE_SHORT_CURVE:
      return GST_WEB_AUDIO_AUTOMATION_ERROR_INVALID_STATE;
    case WEBAUDIO_TIMELINE_IN_CURVE:
    case WEBAUDIO_TIMELINE_CURVE_OVER_EVENTS:
      return GST_WEB_AUDIO_AUTOMATION_ERROR_NOT_SUPPORTED;
    default:
      return GST_WEB_AUDIO_AUTOMATION_ERROR_RANGE;
  }
}

void
gst_web_audio_schedule_init (GstWebAudioSchedule * schedule, gdouble value,
    gboolean keep)
{
  schedule->timeline = webaudio_timeline_new (value, keep);
  schedule->error = NULL;
}

void
gst_web_audio_schedule_clear (GstWebAudioSchedule * schedule)
{
  webaudio_timeline_free (schedule->timeline);
  g_clear_error (&schedule->error);
}

static GstWebAudioSchedule *
get_schedule (gpointer self)
{
  return GST_WEB_AUDIO_AUTOMATION_GET_INTERFACE (self)->get_schedule (self);
}

static gdouble
get_now (gpointer self)
{
  return GST_WEB_AUDIO_AUTOMATION_GET_INTERFACE (self)->get_now (self);
}

/* @error: (transfer full) (nullable) */
static gboolean
conclude (gpointer self, GError * error)
{
  GstWebAudioSchedule *schedule = get_schedule (self);
  GError *old;

  if (error)
    GST_WARNING_OBJECT (self, "%s", error->message);
  GST_OBJECT_LOCK (self);
  old = schedule->error;
  schedule->error = error;
  GST_OBJECT_UNLOCK (self);
  g_clear_error (&old);
  return error == NULL;
}

/*
 * gst_web_audio_automation_refuse:
 * @code: a GstWebAudioAutomationError
 *
 * Makes the reason known.
 *
 * Returns: %FALSE
 */
gboolean
gst_web_audio_automation_refuse (gpointer self, gint code, const gchar * what,
    const gchar * why)
{
  return conclude (self, g_error_new (GST_WEB_AUDIO_AUTOMATION_ERROR, code,
          "%s: %s", what, why));
}

static gboolean
conclude_call (gpointer self, const gchar * method,
    WebAudioTimelineResult result)
{
  if (result == WEBAUDIO_TIMELINE_OK)
    return conclude (self, NULL);
  return gst_web_audio_automation_refuse (self,
      gst_web_audio_automation_error_of (result), method,
      webaudio_timeline_result_describe (result));
}

/* Calls a function of the timeline with what @... is, and now. */
#define CALL(self, name, function, ...) G_STMT_START { \
  GstWebAudioSchedule *schedule = get_schedule (self); \
  gdouble now = get_now (self); \
  WebAudioTimelineResult result; \
  \
  GST_OBJECT_LOCK (self); \
  result = function (schedule->timeline, __VA_ARGS__, now); \
  GST_OBJECT_UNLOCK (self); \
  return conclude_call (self, name, result); \
} G_STMT_END

/*
 * gst_web_audio_automation_set_value:
 *
 * The setter of the attribute value.
 *
 * Returns: whether it has been set
 */
gboolean
gst_web_audio_automation_set_value (gpointer self, gdouble value)
{
  CALL (self, "value", webaudio_timeline_set_value, value);
}

static gboolean
set_value_at_time (gpointer self, gdouble value, gdouble time)
{
  CALL (self, "setValueAtTime", webaudio_timeline_set_value_at_time, value,
      time);
}

static gboolean
linear_ramp_to_value_at_time (gpointer self, gdouble value, gdouble time)
{
  CALL (self, "linearRampToValueAtTime",
      webaudio_timeline_linear_ramp_to_value_at_time, value, time);
}

static gboolean
exponential_ramp_to_value_at_time (gpointer self, gdouble value, gdouble time)
{
  CALL (self, "exponentialRampToValueAtTime",
      webaudio_timeline_exponential_ramp_to_value_at_time, value, time);
}

static gboolean
set_target_at_time (gpointer self, gdouble target, gdouble time,
    gdouble time_constant)
{
  CALL (self, "setTargetAtTime", webaudio_timeline_set_target_at_time, target,
      time, time_constant);
}

static gboolean
cancel_scheduled_values (gpointer self, gdouble time)
{
  CALL (self, "cancelScheduledValues",
      webaudio_timeline_cancel_scheduled_values, time);
}

static gboolean
cancel_and_hold_at_time (gpointer self, gdouble time)
{
  CALL (self, "cancelAndHoldAtTime",
      webaudio_timeline_cancel_and_hold_at_time, time);
}

static gboolean
call_curve (gpointer self, const GArray * values, gdouble time,
    gdouble duration)
{
  CALL (self, "setValueCurveAtTime",
      webaudio_timeline_set_value_curve_at_time,
      (const gdouble *) values->data, values->len, time, duration);
}

/* The number in @value; something else is not-a-number, which is refused. */
static gdouble
get_number (GVariant * value)
{
  switch (g_variant_classify (value)) {
    case G_VARIANT_CLASS_DOUBLE:
      return g_variant_get_double (value);
    case G_VARIANT_CLASS_INT32:
      return g_variant_get_int32 (value);
    case G_VARIANT_CLASS_UINT32:
      return g_variant_get_uint32 (value);
    case G_VARIANT_CLASS_INT64:
      return (gdouble) g_variant_get_int64 (value);
    default:
      return NAN;
  }
}

/* The numbers in an array or tuple, each of which may be a variant. */
static GArray *
get_numbers (GVariant * values)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (gdouble));
  gsize n = values && g_variant_is_container (values) ?
      g_variant_n_children (values) : 0, i;

  for (i = 0; i < n; i++) {
    GVariant *value = g_variant_get_child_value (values, i);
    gdouble number;

    while (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT)) {
      GVariant *inner = g_variant_get_variant (value);

      g_variant_unref (value);
      value = inner;
    }
    number = get_number (value);
    g_array_append_val (numbers, number);
    g_variant_unref (value);
  }
  return numbers;
}

static gboolean
set_value_curve_at_time (gpointer self, GVariant * values, gdouble time,
    gdouble duration)
{
  GArray *numbers = get_numbers (values);
  gboolean accepted = call_curve (self, numbers, time, duration);

  g_array_unref (numbers);
  return accepted;
}

/*
 * gst_web_audio_automation_set_text:
 * @text: (nullable): as gst_web_audio_automation_parse() takes it
 *
 * Replaces all events, or none.
 */
gboolean
gst_web_audio_automation_set_text (gpointer self, const gchar * text)
{
  GstWebAudioSchedule *schedule = get_schedule (self);
  gdouble now = get_now (self);
  GError *error = NULL;
  WebAudioTimeline *events;
  gdouble value;

  GST_OBJECT_LOCK (self);
  value = webaudio_timeline_get_value (schedule->timeline, now);
  GST_OBJECT_UNLOCK (self);
  events = gst_web_audio_automation_parse (text ? text : "", value, now,
      &error);
  if (events) {
    GST_OBJECT_LOCK (self);
    webaudio_timeline_exchange (schedule->timeline, events, now);
    GST_OBJECT_UNLOCK (self);
    webaudio_timeline_free (events);
  } else {
    g_prefix_error (&error, "automation: ");
  }
  return conclude (self, error);
}

/*
 * gst_web_audio_automation_get_text:
 *
 * Returns: (transfer full): what is scheduled
 */
gchar *
gst_web_audio_automation_get_text (gpointer self)
{
  gchar *text;

  GST_OBJECT_LOCK (self);
  text = gst_web_audio_automation_to_text (get_schedule (self)->timeline);
  GST_OBJECT_UNLOCK (self);
  return text;
}

/*
 * gst_web_audio_automation_copy_error:
 *
 * Returns: (transfer full) (nullable): why the last call was refused
 */
GError *
gst_web_audio_automation_copy_error (gpointer self)
{
  GstWebAudioSchedule *schedule = get_schedule (self);
  GError *error;

  GST_OBJECT_LOCK (self);
  error = schedule->error ? g_error_copy (schedule->error) : NULL;
  GST_OBJECT_UNLOCK (self);
  return error;
}

static void
install_signals (GType type)
{
  const GSignalFlags flags = G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION;

  /**
   * GstWebAudioAutomation::set-value-at-time:
   * @value: the new value
   * @time: seconds of graph time
   *
   * A step to @value. All these methods return %FALSE where the spec has an
   * exception: nothing has changed then, and the property error tells why. A
   * time that has passed means now.
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-setvalueattime
   *
   * Returns: whether it has been scheduled
   */
  g_signal_new_class_handler ("set-value-at-time", type, flags,
      G_CALLBACK (set_value_at_time), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  /**
   * GstWebAudioAutomation::linear-ramp-to-value-at-time:
   * @value: where the ramp ends
   * @time: when it ends, in seconds of graph time
   *
   * A straight line from the event before, or from now if there is none.
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-linearramptovalueattime
   *
   * Returns: whether it has been scheduled
   */
  g_signal_new_class_handler ("linear-ramp-to-value-at-time", type, flags,
      G_CALLBACK (linear_ramp_to_value_at_time), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  /**
   * GstWebAudioAutomation::exponential-ramp-to-value-at-time:
   * @value: where the ramp ends; not 0
   * @time: when it ends, in seconds of graph time
   *
   * A ramp by equal ratios in equal times. From 0 or from the other sign there
   * is none: it holds, and jumps at its end.
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-exponentialramptovalueattime
   *
   * Returns: whether it has been scheduled
   */
  g_signal_new_class_handler ("exponential-ramp-to-value-at-time", type, flags,
      G_CALLBACK (exponential_ramp_to_value_at_time), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  /**
   * GstWebAudioAutomation::set-target-at-time:
   * @target: what the value approaches
   * @time: when it begins to, in seconds of graph time
   * @time_constant: seconds in which the distance becomes 1/e; 0 for at once
   *
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-settargetattime
   *
   * Returns: whether it has been scheduled
   */
  g_signal_new_class_handler ("set-target-at-time", type, flags,
      G_CALLBACK (set_target_at_time), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 3, G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  /**
   * GstWebAudioAutomation::set-value-curve-at-time:
   * @values: (type GVariant): an array of at least two numbers, "ad" if it is
   *     long
   * @time: when the first value holds, in seconds of graph time
   * @duration: seconds from the first value to the last one
   *
   * A curve through @values, straight between them; the last one stays. It
   * must not cover other events, and no event may be put into it.
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-setvaluecurveattime
   *
   * Returns: whether it has been scheduled
   */
  g_signal_new_class_handler ("set-value-curve-at-time", type, flags,
      G_CALLBACK (set_value_curve_at_time), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 3, G_TYPE_VARIANT, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  /**
   * GstWebAudioAutomation::cancel-scheduled-values:
   * @time: seconds of graph time
   *
   * Removes the events from @time on, and a curve that @time is in. What is
   * removed while it runs gives way to what was before it, at once.
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-cancelscheduledvalues
   *
   * Returns: whether @time is one
   */
  g_signal_new_class_handler ("cancel-scheduled-values", type, flags,
      G_CALLBACK (cancel_scheduled_values), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 1, G_TYPE_DOUBLE);
  /**
   * GstWebAudioAutomation::cancel-and-hold-at-time:
   * @time: seconds of graph time
   *
   * Removes the events after @time and stays at the value of that time.
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-cancelandholdattime
   *
   * Returns: whether @time is one
   */
  g_signal_new_class_handler ("cancel-and-hold-at-time", type, flags,
      G_CALLBACK (cancel_and_hold_at_time), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 1, G_TYPE_DOUBLE);
}

static void
gst_web_audio_automation_default_init (GstWebAudioAutomationInterface * iface)
{
  /**
   * GstWebAudioAutomation:automation:
   *
   * What is scheduled, as calls of the spec's methods with times in seconds of
   * graph time, for instance "setValueAtTime(220, 0)
   * exponentialRampToValueAtTime(880, 2)". Setting it replaces everything, or,
   * where the text is not possible, nothing: the property error then names the
   * column and what was expected. Events that come from here stay when they
   * have passed, and count again after a seek; those that come from the action
   * signals are dropped.
   */
  g_object_interface_install_property (iface,
      g_param_spec_string ("automation", "Automation",
          "What is scheduled, as calls of the spec's methods; seconds", "",
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstWebAudioAutomation:error:
   *
   * Why the last call was refused; %NULL after one that was not.
   */
  g_object_interface_install_property (iface,
      g_param_spec_boxed ("error", "Error",
          "Why the last call was refused, if it was", G_TYPE_ERROR,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  install_signals (G_TYPE_FROM_INTERFACE (iface));
}
