/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioAutomation: the interface of what has an automation timeline: the
 * spec's methods as action signals, and the timeline as text.
 *
 * An implementation is a GstObject; its timeline is guarded by its object lock.
 */
#ifndef __GST_WEB_AUDIO_AUTOMATION_H__
#define __GST_WEB_AUDIO_AUTOMATION_H__

#include <gst/gst.h>

#include "../dsp/timeline.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_AUTOMATION (gst_web_audio_automation_get_type ())
#define GST_WEB_AUDIO_AUTOMATION(obj) \
    (G_TYPE_CHECK_INSTANCE_CAST ((obj), GST_TYPE_WEB_AUDIO_AUTOMATION, GstWebAudioAutomation))
#define GST_WEB_AUDIO_AUTOMATION_GET_INTERFACE(obj) \
    (G_TYPE_INSTANCE_GET_INTERFACE ((obj), GST_TYPE_WEB_AUDIO_AUTOMATION, GstWebAudioAutomationInterface))

#define GST_WEB_AUDIO_AUTOMATION_ERROR (gst_web_audio_automation_error_quark ())

/**
 * GstWebAudioAutomationError:
 * @GST_WEB_AUDIO_AUTOMATION_ERROR_SYNTAX: a text does not parse
 * @GST_WEB_AUDIO_AUTOMATION_ERROR_TYPE: the spec's TypeError
 * @GST_WEB_AUDIO_AUTOMATION_ERROR_RANGE: the spec's RangeError
 * @GST_WEB_AUDIO_AUTOMATION_ERROR_NOT_SUPPORTED: its NotSupportedError
 * @GST_WEB_AUDIO_AUTOMATION_ERROR_INVALID_STATE: its InvalidStateError
 */
typedef enum
{
  GST_WEB_AUDIO_AUTOMATION_ERROR_SYNTAX,
  GST_WEB_AUDIO_AUTOMATION_ERROR_TYPE,
  GST_WEB_AUDIO_AUTOMATION_ERROR_RANGE,
  GST_WEB_AUDIO_AUTOMATION_ERROR_NOT_SUPPORTED,
  GST_WEB_AUDIO_AUTOMATION_ERROR_INVALID_STATE
} GstWebAudioAutomationError;

typedef struct _GstWebAudioAutomation GstWebAudioAutomation;

/**
 * GstWebAudioSchedule:
 * @timeline: the events
 * @error: why the last call was refused, or %NULL
 *
 * What an implementation keeps, under its object lock.
 */
typedef struct
{
  WebAudioTimeline *timeline;
  GError *error;
} GstWebAudioSchedule;

/**
 * GstWebAudioAutomationInterface:
 * @get_schedule: where it is
 * @get_now: the current time in seconds; called without the object lock
 */
typedef struct
{
  GTypeInterface parent;

  GstWebAudioSchedule *(*get_schedule) (GstWebAudioAutomation * self);
  gdouble (*get_now) (GstWebAudioAutomation * self);
} GstWebAudioAutomationInterface;

G_GNUC_INTERNAL
GType gst_web_audio_automation_get_type (void);

G_GNUC_INTERNAL
GQuark gst_web_audio_automation_error_quark (void);

G_GNUC_INTERNAL
gint gst_web_audio_automation_error_of (WebAudioTimelineResult result);

/* for implementations */

G_GNUC_INTERNAL
void gst_web_audio_schedule_init (GstWebAudioSchedule * schedule,
    gdouble value, gboolean keep);

G_GNUC_INTERNAL
void gst_web_audio_schedule_clear (GstWebAudioSchedule * schedule);

G_GNUC_INTERNAL
gboolean gst_web_audio_automation_set_value (gpointer self, gdouble value);

G_GNUC_INTERNAL
gboolean gst_web_audio_automation_refuse (gpointer self, gint code,
    const gchar * what, const gchar * why);

G_GNUC_INTERNAL
gboolean gst_web_audio_automation_set_text (gpointer self,
    const gchar * text);

G_GNUC_INTERNAL
gchar *gst_web_audio_automation_get_text (gpointer self);

G_GNUC_INTERNAL
GError *gst_web_audio_automation_copy_error (gpointer self);

G_END_DECLS

#endif
