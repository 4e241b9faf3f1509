/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A clock that goes several times as fast as the system's, so that a sink that
 * plays by its clock plays an hour in minutes. Waits for one time after another,
 * which is all that sinks do; nothing asynchronous.
 */

#include "soak.h"

typedef struct
{
  GstClock parent;
  gdouble speed;
  GMutex lock;
  GCond cond;
} FastClock;

typedef GstClockClass FastClockClass;

static GType fast_clock_get_type (void);
G_DEFINE_TYPE (FastClock, fast_clock, GST_TYPE_CLOCK);

static GstClockTime
fast_clock_get_internal_time (GstClock * clock)
{
  FastClock *self = (FastClock *) clock;

  return g_get_monotonic_time () * self->speed * GST_USECOND;
}

static GstClockReturn
fast_clock_wait (GstClock * clock, GstClockEntry * entry,
    GstClockTimeDiff * jitter)
{
  FastClock *self = (FastClock *) clock;
  GstClockTime now = gst_clock_get_time (clock);
  GstClockTimeDiff wait = GST_CLOCK_DIFF (now, GST_CLOCK_ENTRY_TIME (entry));
  gint64 until = g_get_monotonic_time () +
      (gint64) (wait / self->speed / GST_USECOND);

  if (jitter)
    *jitter = -wait;
  g_mutex_lock (&self->lock);
  while (GST_CLOCK_ENTRY_STATUS (entry) != GST_CLOCK_UNSCHEDULED
      && g_cond_wait_until (&self->cond, &self->lock, until));
  if (GST_CLOCK_ENTRY_STATUS (entry) != GST_CLOCK_UNSCHEDULED)
    GST_CLOCK_ENTRY_STATUS (entry) = wait < 0 ? GST_CLOCK_EARLY : GST_CLOCK_OK;
  g_mutex_unlock (&self->lock);
  return GST_CLOCK_ENTRY_STATUS (entry);
}

static void
fast_clock_unschedule (GstClock * clock, GstClockEntry * entry)
{
  FastClock *self = (FastClock *) clock;

  g_mutex_lock (&self->lock);
  GST_CLOCK_ENTRY_STATUS (entry) = GST_CLOCK_UNSCHEDULED;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
fast_clock_finalize (GObject * object)
{
  FastClock *self = (FastClock *) object;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (fast_clock_parent_class)->finalize (object);
}

static void
fast_clock_class_init (FastClockClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = fast_clock_finalize;
  klass->get_internal_time = fast_clock_get_internal_time;
  klass->wait = fast_clock_wait;
  klass->unschedule = fast_clock_unschedule;
}

static void
fast_clock_init (FastClock * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  GST_OBJECT_FLAG_SET (self, GST_CLOCK_FLAG_CAN_DO_SINGLE_SYNC);
}

GstClock *
fast_clock_new (gdouble speed)
{
  FastClock *self = g_object_new (fast_clock_get_type (), NULL);

  self->speed = speed;
  return (GstClock *) gst_object_ref_sink (self);
}
