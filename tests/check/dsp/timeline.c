/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the automation timeline: each rule of the spec by itself, and
 * random timelines against a slow transcription of its formulas. */

#include <gst/check/gstcheck.h>

#include <math.h>
#include <string.h>

#include "dsp/timeline.h"

#define RATE 48000
#define OK WEBAUDIO_TIMELINE_OK

/* What the frames are, whether constant or not */
static void
read_frames (WebAudioTimeline * timeline, gdouble rate, guint64 frame, guint n,
    gdouble * out)
{
  gdouble value;
  guint i;

  if (webaudio_timeline_read (timeline, rate, frame, n, out, &value)) {
    for (i = 0; i < n; i++)
      out[i] = value;
  }
  webaudio_timeline_pass (timeline, (frame + n) / rate);
}

static gdouble
read_at (WebAudioTimeline * timeline, gdouble time)
{
  gdouble value;

  read_frames (timeline, RATE, (guint64) rint (time * RATE), 1, &value);
  return value;
}

/* The speed of a target is a float. */
static void
assert_near (gdouble is, gdouble should)
{
  if (!(fabs (is - should) <= 1e-7 * MAX (1, fabs (should))))
    fail ("%.17g is not %.17g", is, should);
}

#define assert_value(timeline, time, should) \
  assert_near (read_at (timeline, time), should)

GST_START_TEST (test_without_events)
{
  WebAudioTimeline *timeline = webaudio_timeline_new (440, FALSE);
  gdouble out[4], value = 0;

  fail_unless (webaudio_timeline_read (timeline, RATE, 0, 4, out, &value));
  fail_unless_equals_float (value, 440);
  fail_unless (webaudio_timeline_read (timeline, RATE, 1000, 4, out, &value));
  fail_unless_equals_float (value, 440);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

/* A step counts from the first frame that is not before its time. */
GST_START_TEST (test_times_are_not_rounded)
{
  static const struct
  {
    gdouble time;
    guint64 first;
  } steps[] = {
    {0, 0}, {0.02, 960}, {0.0200001, 961}, {0.0199999, 960}, {1, 48000},
    {0.0100117, 481}, {1.0 / 3, 16000}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (steps); i++) {
    WebAudioTimeline *timeline = webaudio_timeline_new (1, FALSE);
    guint64 from = MAX (steps[i].first, 2) - 2;
    gdouble out[4];

    fail_unless_equals_int (OK, webaudio_timeline_set_value_at_time (timeline,
            2, steps[i].time, 0));
    read_frames (timeline, RATE, from, 4, out);
    fail_unless_equals_float (out[steps[i].first - from], 2);
    if (steps[i].first > 0)
      fail_unless_equals_float (out[steps[i].first - from - 1], 1);
    webaudio_timeline_free (timeline);
  }
}

GST_END_TEST;

GST_START_TEST (test_ramps)
{
  WebAudioTimeline *timeline = webaudio_timeline_new (0, FALSE);

  webaudio_timeline_set_value_at_time (timeline, 1, 1, 0);
  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 3, 2, 0);
  webaudio_timeline_exponential_ramp_to_value_at_time (timeline, 12, 4, 0);
  assert_value (timeline, 0.5, 0);
  assert_value (timeline, 1, 1);
  assert_value (timeline, 1.25, 1.5);
  assert_value (timeline, 2, 3);
  assert_value (timeline, 3, 6);
  assert_value (timeline, 4, 12);
  assert_value (timeline, 9, 12);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

/* Without an event before it a ramp begins with the call. */
GST_START_TEST (test_ramp_without_predecessor)
{
  WebAudioTimeline *timeline = webaudio_timeline_new (2, FALSE);

  assert_value (timeline, 0.5, 2);
  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 4, 2, 1);
  assert_value (timeline, 0.75, 2);
  assert_value (timeline, 1.5, 3);
  webaudio_timeline_free (timeline);

  /* but value is an event */
  timeline = webaudio_timeline_new (2, FALSE);
  webaudio_timeline_set_value (timeline, 0, 1);
  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 4, 3, 2);
  assert_value (timeline, 2, 2);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

GST_START_TEST (test_exponential_that_holds)
{
  static const gdouble pairs[][2] = { {0, 1}, {-1, 2}, {3, -1} };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pairs); i++) {
    WebAudioTimeline *timeline = webaudio_timeline_new (9, FALSE);

    webaudio_timeline_set_value_at_time (timeline, pairs[i][0], 0, 0);
    fail_unless_equals_int (OK,
        webaudio_timeline_exponential_ramp_to_value_at_time (timeline,
            pairs[i][1], 1, 0));
    assert_value (timeline, 0.9999, pairs[i][0]);
    assert_value (timeline, 1, pairs[i][1]);
    webaudio_timeline_free (timeline);
  }
}

GST_END_TEST;

GST_START_TEST (test_target)
{
  WebAudioTimeline *timeline = webaudio_timeline_new (1, FALSE);

  webaudio_timeline_set_target_at_time (timeline, 0, 0.5, 0.1, 0);
  assert_value (timeline, 0.25, 1);
  assert_value (timeline, 0.6, exp (-1));
  assert_value (timeline, 1.5, exp (-10));
  assert_value (timeline, 100, 0);
  webaudio_timeline_free (timeline);

  timeline = webaudio_timeline_new (1, FALSE);
  webaudio_timeline_set_target_at_time (timeline, 5, 0.5, 0, 0);
  assert_value (timeline, 0.25, 1);
  assert_value (timeline, 0.5, 5);
  webaudio_timeline_free (timeline);

  /* without a time constant it is a jump, which a ramp does not replace */
  timeline = webaudio_timeline_new (1, FALSE);
  webaudio_timeline_set_target_at_time (timeline, 5, 0.5, 0, 0);
  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 7, 1.5, 0);
  assert_value (timeline, 0.25, 1);
  assert_value (timeline, 0.5, 5);
  assert_value (timeline, 1, 6);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

GST_START_TEST (test_ramp_after_target)
{
  WebAudioTimeline *timeline = webaudio_timeline_new (1, FALSE);
  gdouble there;

  /* not started: replaced */
  webaudio_timeline_set_target_at_time (timeline, 0, 1, 0.1, 0);
  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 3, 2, 0.5);
  assert_value (timeline, 1.5, 2);
  webaudio_timeline_free (timeline);

  /* started: from where it is */
  timeline = webaudio_timeline_new (1, FALSE);
  webaudio_timeline_set_target_at_time (timeline, 0, 1, 0.1, 0);
  assert_value (timeline, 1.05, exp (-0.5));
  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 3, 2, 1.1);
  assert_value (timeline, 1.075, exp (-0.75));
  there = exp (-1);
  assert_value (timeline, 1.55, (there + 3) / 2);
  /* without the ramp the target goes on */
  webaudio_timeline_cancel_scheduled_values (timeline, 1.6, 1.6);
  assert_value (timeline, 1.7, exp (-7));
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

GST_START_TEST (test_curve)
{
  static const gdouble points[] = { 0, 1, -1 };
  WebAudioTimeline *timeline = webaudio_timeline_new (7, FALSE);

  fail_unless_equals_int (OK, webaudio_timeline_set_value_curve_at_time
      (timeline, points, 3, 1, 2, 0));
  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 3, 4, 0);
  assert_value (timeline, 0.99, 7);
  assert_value (timeline, 1, 0);
  assert_value (timeline, 1.25, 0.25);
  assert_value (timeline, 2, 1);
  assert_value (timeline, 2.75, -0.5);
  assert_value (timeline, 3, -1);
  assert_value (timeline, 3.5, 1);
  assert_value (timeline, 4, 3);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

GST_START_TEST (test_curve_overlaps)
{
  static const gdouble points[] = { 0, 1 };
  WebAudioTimeline *timeline = webaudio_timeline_new (0, FALSE);

  webaudio_timeline_set_value_at_time (timeline, 1, 1, 0);
  webaudio_timeline_set_value_at_time (timeline, 1, 3, 0);
  /* from event to event is allowed, across one is not */
  fail_unless_equals_int (WEBAUDIO_TIMELINE_CURVE_OVER_EVENTS,
      webaudio_timeline_set_value_curve_at_time (timeline, points, 2, 1, 2.1,
          0));
  fail_unless_equals_int (OK, webaudio_timeline_set_value_curve_at_time
      (timeline, points, 2, 1, 2, 0));
  fail_unless_equals_int (WEBAUDIO_TIMELINE_CURVE_OVER_EVENTS,
      webaudio_timeline_set_value_curve_at_time (timeline, points, 2, 0.5, 1,
          0));
  /* nothing may start in it */
  fail_unless_equals_int (WEBAUDIO_TIMELINE_IN_CURVE,
      webaudio_timeline_set_value_curve_at_time (timeline, points, 2, 1, 1, 0));
  fail_unless_equals_int (WEBAUDIO_TIMELINE_IN_CURVE,
      webaudio_timeline_set_value_at_time (timeline, 1, 1, 0));
  fail_unless_equals_int (WEBAUDIO_TIMELINE_IN_CURVE,
      webaudio_timeline_set_target_at_time (timeline, 1, 2.999, 1, 0));
  fail_unless_equals_int (WEBAUDIO_TIMELINE_IN_CURVE,
      webaudio_timeline_set_value (timeline, 1, 2));
  fail_unless_equals_int (OK, webaudio_timeline_set_value_at_time (timeline, 8,
          3, 0));
  assert_value (timeline, 3, 8);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

GST_START_TEST (test_refusals)
{
  static const gdouble points[] = { 0, 1, NAN };
  WebAudioTimeline *timeline = webaudio_timeline_new (5, FALSE);

#define REFUSES(result, call) \
  fail_unless_equals_int (WEBAUDIO_TIMELINE_##result, webaudio_timeline_##call)
  REFUSES (BAD_VALUE, set_value (timeline, NAN, 0));
  REFUSES (BAD_VALUE, set_value_at_time (timeline, INFINITY, 0, 0));
  REFUSES (BAD_TIME, set_value_at_time (timeline, 1, -1e-9, 0));
  REFUSES (BAD_TIME, set_value_at_time (timeline, 1, NAN, 0));
  REFUSES (BAD_TIME, linear_ramp_to_value_at_time (timeline, 1, INFINITY, 0));
  REFUSES (ZERO, exponential_ramp_to_value_at_time (timeline, 0, 1, 0));
  REFUSES (ZERO, exponential_ramp_to_value_at_time (timeline, -0.0, 1, 0));
  REFUSES (BAD_TIME_CONSTANT, set_target_at_time (timeline, 1, 1, -1, 0));
  REFUSES (BAD_DURATION, set_value_curve_at_time (timeline, points, 2, 1, 0,
          0));
  REFUSES (BAD_DURATION, set_value_curve_at_time (timeline, points, 2, 1,
          INFINITY, 0));
  REFUSES (SHORT_CURVE, set_value_curve_at_time (timeline, points, 1, 1, 1, 0));
  REFUSES (BAD_VALUE, set_value_curve_at_time (timeline, points, 3, 1, 1, 0));
  REFUSES (BAD_TIME, cancel_scheduled_values (timeline, -1, 0));
  REFUSES (BAD_TIME, cancel_and_hold_at_time (timeline, NAN, 0));
#undef REFUSES
  assert_value (timeline, 2, 5);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

/* What is scheduled for the past is now. */
GST_START_TEST (test_past_is_now)
{
  WebAudioTimeline *timeline = webaudio_timeline_new (0, FALSE);
  gdouble out[4];

  read_frames (timeline, RATE, 0, 4, out);
  webaudio_timeline_set_value_at_time (timeline, 1, 0, 0);
  read_frames (timeline, RATE, 4, 4, out);
  fail_unless_equals_float (out[0], 1);
  webaudio_timeline_set_value_at_time (timeline, 2, 0, 10 / (gdouble) RATE);
  read_frames (timeline, RATE, 8, 4, out);
  fail_unless_equals_float (out[1], 1);
  fail_unless_equals_float (out[2], 2);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

GST_START_TEST (test_cancel)
{
  static const gdouble points[] = { 0, 1 };
  WebAudioTimeline *timeline = webaudio_timeline_new (0, FALSE);

  /* a ramp that has begun jumps back */
  webaudio_timeline_set_value_at_time (timeline, 1, 0, 0);
  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 3, 2, 0);
  assert_value (timeline, 1, 2);
  webaudio_timeline_cancel_scheduled_values (timeline, 2, 1.5);
  assert_value (timeline, 1.5, 1);
  webaudio_timeline_free (timeline);

  /* so does a curve, to what would be now without it */
  timeline = webaudio_timeline_new (0, FALSE);
  webaudio_timeline_set_value_at_time (timeline, 1, 0, 0);
  webaudio_timeline_set_target_at_time (timeline, 0, 0.5, 1, 0);
  webaudio_timeline_set_value_curve_at_time (timeline, points, 2, 1, 2, 0);
  assert_value (timeline, 0.75, exp (-0.25));
  assert_value (timeline, 2, 0.5);
  webaudio_timeline_cancel_scheduled_values (timeline, 2.5, 2.5);
  assert_value (timeline, 2.5, exp (-2));
  webaudio_timeline_free (timeline);

  /* also at its very end, but not after that */
  timeline = webaudio_timeline_new (4, FALSE);
  webaudio_timeline_set_value_curve_at_time (timeline, points, 2, 1, 1, 0);
  webaudio_timeline_cancel_scheduled_values (timeline, 2, 0);
  assert_value (timeline, 3, 4);
  webaudio_timeline_set_value_curve_at_time (timeline, points, 2, 4, 1, 3);
  webaudio_timeline_cancel_scheduled_values (timeline, 5.001, 3);
  assert_value (timeline, 6, 1);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

GST_START_TEST (test_cancel_and_hold)
{
  static const gdouble points[] = { 0, 1, 0 };
  WebAudioTimeline *timeline = webaudio_timeline_new (1, FALSE);

  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 3, 2, 0);
  webaudio_timeline_set_value_at_time (timeline, 9, 3, 0);
  webaudio_timeline_cancel_and_hold_at_time (timeline, 1, 0);
  assert_value (timeline, 0.5, 1.5);
  assert_value (timeline, 5, 2);
  webaudio_timeline_free (timeline);

  timeline = webaudio_timeline_new (1, FALSE);
  webaudio_timeline_set_target_at_time (timeline, 0, 0, 1, 0);
  webaudio_timeline_cancel_and_hold_at_time (timeline, 1, 0);
  assert_value (timeline, 0.5, exp (-0.5));
  assert_value (timeline, 5, exp (-1));
  webaudio_timeline_free (timeline);

  timeline = webaudio_timeline_new (1, FALSE);
  webaudio_timeline_set_value_curve_at_time (timeline, points, 3, 1, 2, 0);
  webaudio_timeline_cancel_and_hold_at_time (timeline, 2.5, 0);
  assert_value (timeline, 2.25, 0.75);
  assert_value (timeline, 7, 0.5);
  /* what was the curve's is free */
  fail_unless_equals_int (OK, webaudio_timeline_set_value_at_time (timeline, 8,
          8, 0));
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

static guint
count_events (WebAudioTimeline * timeline)
{
  WebAudioEvent event;
  size_t position = 0;
  guint n = 0;

  while (webaudio_timeline_next (timeline, &position, &event))
    n++;
  return n;
}

/* What has passed is dropped, even with nobody scheduling anything new. */
GST_START_TEST (test_dropping)
{
  WebAudioTimeline *timeline = webaudio_timeline_new (0, FALSE);
  gdouble out[1000];
  guint i;

  for (i = 0; i < 1000; i++)
    webaudio_timeline_set_value_at_time (timeline, i, i / (gdouble) RATE, 0);
  fail_unless_equals_int (count_events (timeline), 1000);
  read_frames (timeline, RATE, 0, 900, out);
  for (i = 0; i < 900; i++)
    fail_unless_equals_float (out[i], i);
  fail_unless_equals_int (count_events (timeline), 101);
  fail_unless_equals_int (webaudio_timeline_count_dropped (timeline), 899);
  webaudio_timeline_trim (timeline);
  fail_unless_equals_int (webaudio_timeline_count_dropped (timeline), 0);
  read_frames (timeline, RATE, 900, 100, out);
  fail_unless_equals_float (out[99], 999);
  for (i = 0; i < 100000; i++) {
    webaudio_timeline_set_value_at_time (timeline, 1, 0, 0);
    read_frames (timeline, RATE, 1000 + i, 1, out);
    fail_unless (webaudio_timeline_count_dropped (timeline) < 40);
  }
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

GST_START_TEST (test_seek)
{
  WebAudioTimeline *timeline = webaudio_timeline_new (1, FALSE);
  WebAudioTimeline *events;

  /* dropped events do not come again: the value stays */
  webaudio_timeline_set_value_at_time (timeline, 2, 1, 0);
  webaudio_timeline_set_value_at_time (timeline, 3, 2, 0);
  webaudio_timeline_set_value_at_time (timeline, 4, 9, 0);
  assert_value (timeline, 5, 3);
  webaudio_timeline_seek (timeline, 0);
  assert_value (timeline, 1.5, 3);
  assert_value (timeline, 9.5, 4);
  webaudio_timeline_free (timeline);

  /* nor are they in the way of new ones */
  timeline = webaudio_timeline_new (1, FALSE);
  webaudio_timeline_set_value_at_time (timeline, 2, 1, 0);
  webaudio_timeline_set_value_at_time (timeline, 3, 2, 0);
  assert_value (timeline, 5, 3);
  webaudio_timeline_seek (timeline, 0);
  webaudio_timeline_set_target_at_time (timeline, 0, 0.1, 0.1, 0);
  webaudio_timeline_set_value_at_time (timeline, 9, 1.5, 0);
  webaudio_timeline_cancel_and_hold_at_time (timeline, 0.2, 0);
  webaudio_timeline_set_value_at_time (timeline, 7, 0.3, 0);
  assert_value (timeline, 0.05, 3);
  assert_value (timeline, 0.25, 3 * exp (-1));
  assert_value (timeline, 0.35, 7);
  webaudio_timeline_free (timeline);

  /* kept ones do */
  timeline = webaudio_timeline_new (1, FALSE);
  events = webaudio_timeline_new (0, TRUE);
  webaudio_timeline_linear_ramp_to_value_at_time (events, 3, 2, 0);
  webaudio_timeline_set_target_at_time (events, 1, 4, 1, 0);
  webaudio_timeline_exchange (timeline, events, 0);
  webaudio_timeline_free (events);
  assert_value (timeline, 1, 2);
  webaudio_timeline_set_value_at_time (timeline, 7, 3, 1);
  assert_value (timeline, 5, 1 + 6 * exp (-1));
  webaudio_timeline_seek (timeline, 0);
  assert_value (timeline, 0.5, 1.5);
  assert_value (timeline, 3.5, 3);
  assert_value (timeline, 5, 1 + 2 * exp (-1));
  /* forward nothing changes */
  webaudio_timeline_seek (timeline, 6);
  assert_value (timeline, 6, 1 + 2 * exp (-2));
  webaudio_timeline_seek (timeline, 0);
  /* a change of the value has come to stay */
  webaudio_timeline_set_value (timeline, 5, 0);
  assert_value (timeline, 1, 4);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

/* The spec, transcribed: nothing is ever dropped, every frame goes through the
 * whole list. */

typedef struct
{
  WebAudioEventType type;
  gdouble value, time, parameter, called;
  gdouble duration, end;
  gdouble values[5];
  guint n_values;
  gboolean is_end;
} ModelEvent;

typedef struct
{
  gdouble initial;
  ModelEvent events[64];
  gint n;
} Model;

static gint
model_find (const Model * model, gdouble t)
{
  gint i = -1;

  while (i + 1 < model->n && model->events[i + 1].time <= t)
    i++;
  return i;
}

static gboolean
model_is_ramp (const Model * model, gint i)
{
  return i < model->n
      && (model->events[i].type == WEBAUDIO_EVENT_LINEAR_RAMP
      || model->events[i].type == WEBAUDIO_EVENT_EXPONENTIAL_RAMP);
}

static gdouble model_of_event (const Model * model, gint i, gdouble t);

/* The value that event @i leaves just before @t */
static gdouble
model_before (const Model * model, gint i)
{
  return model_of_event (model, i - 1, model->events[i].time);
}

static gdouble
model_of_event (const Model * model, gint i, gdouble t)
{
  const ModelEvent *e = &model->events[MAX (i, 0)];
  gdouble v0, position;
  gint k;

  if (i < 0)
    return model->initial;
  switch (e->type) {
    case WEBAUDIO_EVENT_SET_TARGET:
      v0 = model_before (model, i);
      return e->parameter == 0 ? e->value :
          e->value + (v0 - e->value) * exp (-(t - e->time) / e->parameter);
    case WEBAUDIO_EVENT_VALUE_CURVE:
      position = (e->n_values - 1) / e->duration * (t - e->time);
      k = CLAMP ((gint) floor (position), 0, (gint) e->n_values - 2);
      return e->values[k] + (e->values[k + 1] - e->values[k]) * (position - k);
    default:
      return e->value;
  }
}

static gdouble
model_value (const Model * model, gdouble t)
{
  gint i = model_find (model, t);
  const ModelEvent *e, *ramp = &model->events[i + 1];
  gdouble t0, v0, x;

  if (!model_is_ramp (model, i + 1))
    return model_of_event (model, i, t);
  e = &model->events[MAX (i, 0)];
  if (i < 0) {
    t0 = ramp->called;
    v0 = model->initial;
  } else if (e->type == WEBAUDIO_EVENT_SET_TARGET) {
    t0 = MAX (e->time, ramp->called);
    v0 = model_of_event (model, i, t0);
    if (t0 == e->time)
      v0 = model_before (model, i);
  } else {
    t0 = e->time;
    v0 = model_of_event (model, i, t0);
  }
  if (t < t0)
    return model_of_event (model, i, t);
  x = (t - t0) / (ramp->time - t0);
  if (ramp->type == WEBAUDIO_EVENT_LINEAR_RAMP)
    return v0 + (ramp->value - v0) * x;
  if (v0 * ramp->value <= 0)
    return v0;
  return v0 * pow (ramp->value / v0, x);
}

static void
model_insert (Model * model, const ModelEvent * event)
{
  gint i = model_find (model, event->time) + 1;

  g_assert_cmpint (model->n, <, 64);
  /* what is there already begins with the end of the curve */
  while (event->is_end && i > 0 && model->events[i - 1].time == event->time)
    i--;
  memmove (model->events + i + 1, model->events + i,
      (model->n - i) * sizeof (ModelEvent));
  model->events[i] = *event;
  model->n++;
}

static gboolean
model_add (Model * model, ModelEvent * event, gdouble now)
{
  gint i;

  event->called = now;
  event->time = MAX (event->time, now);
  event->end = event->time + event->duration;
  for (i = 0; i < model->n; i++) {
    const ModelEvent *e = &model->events[i];

    if (e->type == WEBAUDIO_EVENT_VALUE_CURVE && event->time >= e->time
        && event->time < e->end)
      return FALSE;
    if (event->type == WEBAUDIO_EVENT_VALUE_CURVE && e->time > event->time
        && e->time < event->end)
      return FALSE;
  }
  model_insert (model, event);
  if (event->type == WEBAUDIO_EVENT_VALUE_CURVE) {
    ModelEvent end = { 0, };

    end.type = WEBAUDIO_EVENT_SET_VALUE;
    end.time = event->end;
    end.value = event->values[event->n_values - 1];
    end.is_end = TRUE;
    model_insert (model, &end);
  }
  return TRUE;
}

static void
model_cancel (Model * model, gdouble t, gdouble now)
{
  gint i, kept = 0;

  t = MAX (t, now);
  for (i = 0; i < model->n; i++) {
    const ModelEvent *e = &model->events[i];

    if (e->time >= t || (e->type == WEBAUDIO_EVENT_VALUE_CURVE && t <= e->end))
      continue;
    model->events[kept++] = *e;
  }
  model->n = kept;
}

static void
model_hold (Model * model, gdouble t, gdouble now)
{
  ModelEvent held = { 0, };
  gint i;
  gboolean hold = FALSE;

  t = MAX (t, now);
  held.type = WEBAUDIO_EVENT_SET_VALUE;
  held.time = t;
  held.value = model_value (model, t);
  i = model_find (model, t);
  if (model_is_ramp (model, i + 1)) {
    model->events[i + 1].time = t;
    model->events[i + 1].value = held.value;
    /* an exponential ramp to 0 does not exist, should an event come between */
    if (held.value == 0)
      model->events[i + 1].type = WEBAUDIO_EVENT_LINEAR_RAMP;
    i++;
  } else if (i >= 0 && model->events[i].type == WEBAUDIO_EVENT_SET_TARGET) {
    hold = TRUE;
  } else if (i >= 0 && model->events[i].type == WEBAUDIO_EVENT_VALUE_CURVE) {
    model->events[i].end = t;
    hold = TRUE;
  }
  model->n = i + 1;
  if (hold)
    model_insert (model, &held);
}

/* Random timelines */

#define MODEL_RATE 8000
#define MODEL_QUANTUM 64
#define MODEL_LENGTH 640

/* A time up to the end of the render and a bit more, and often one that was
 * taken before */
static gdouble
random_time (GRand * rand)
{
  if (g_rand_int_range (rand, 0, 3) > 0)
    return g_rand_int_range (rand, 0, 13) * 0.008;
  return g_rand_double_range (rand, 0, 0.1);
}

static gdouble
random_value (GRand * rand)
{
  switch (g_rand_int_range (rand, 0, 4)) {
    case 0:
      return g_rand_int_range (rand, -2, 3);
    case 1:
      return exp (g_rand_double_range (rand, -8, 8));
    default:
      return g_rand_double_range (rand, -1, 1);
  }
}

/* One call to both; they must agree on whether it is possible. */
static void
call_both (GRand * rand, WebAudioTimeline * timeline, Model * model,
    gdouble now)
{
  ModelEvent event = { 0, };
  WebAudioTimelineResult result;
  gint method = g_rand_int_range (rand, 0, 10);
  gdouble time = random_time (rand);
  guint i;

  event.time = time;
  event.value = random_value (rand);
  if (method == 8) {
    webaudio_timeline_cancel_scheduled_values (timeline, time, now);
    model_cancel (model, time, now);
    return;
  }
  if (method == 9) {
    webaudio_timeline_cancel_and_hold_at_time (timeline, time, now);
    model_hold (model, time, now);
    return;
  }
  event.type = method % 5;
  switch (event.type) {
    case WEBAUDIO_EVENT_SET_VALUE:
      result = webaudio_timeline_set_value_at_time (timeline, event.value,
          time, now);
      break;
    case WEBAUDIO_EVENT_LINEAR_RAMP:
      result = webaudio_timeline_linear_ramp_to_value_at_time (timeline,
          event.value, time, now);
      break;
    case WEBAUDIO_EVENT_EXPONENTIAL_RAMP:
      if (event.value == 0)
        event.value = 1;
      result = webaudio_timeline_exponential_ramp_to_value_at_time (timeline,
          event.value, time, now);
      break;
    case WEBAUDIO_EVENT_SET_TARGET:
      event.parameter = g_rand_int_range (rand, 0, 5) ?
          exp (g_rand_double_range (rand, -10, -2)) : 0;
      result = webaudio_timeline_set_target_at_time (timeline, event.value,
          time, event.parameter, now);
      /* without a time constant it jumps as setValueAtTime() does */
      if (event.parameter == 0)
        event.type = WEBAUDIO_EVENT_SET_VALUE;
      break;
    default:
      event.n_values = g_rand_int_range (rand, 2, 6);
      event.duration = random_time (rand) / 2 + 0.001;
      for (i = 0; i < event.n_values; i++)
        event.values[i] = random_value (rand);
      result = webaudio_timeline_set_value_curve_at_time (timeline,
          event.values, event.n_values, time, event.duration, now);
      break;
  }
  fail_unless_equals_int (result == OK, model_add (model, &event, now));
}

static void
read_in_pieces (GRand * rand, WebAudioTimeline * timeline, guint64 frame,
    guint n, gdouble * out)
{
  guint done, count;

  for (done = 0; done < n; done += count) {
    count = rand ? (guint) g_rand_int_range (rand, 1, 40) : n;
    count = MIN (count, n - done);
    read_frames (timeline, MODEL_RATE, frame + done, count, out + done);
  }
}

/* Schedules and renders timeline number @seed. @compare: whether against the
 * transcription */
static void
play_timeline (guint32 seed, GRand * pieces, gboolean compare, gdouble * out)
{
  GRand *rand = g_rand_new_with_seed (seed);
  WebAudioTimeline *timeline;
  Model model = { 0, };
  guint64 frame;
  gint calls;
  guint i;

  model.initial = random_value (rand);
  timeline = webaudio_timeline_new (model.initial, FALSE);
  calls = g_rand_int_range (rand, 1, 9);
  for (frame = 0; frame < MODEL_LENGTH; frame += MODEL_QUANTUM) {
    gdouble now = frame / (gdouble) MODEL_RATE;

    for (; calls > 0; calls--)
      call_both (rand, timeline, &model, now);
    calls = MAX (0, g_rand_int_range (rand, -4, 4));
    read_in_pieces (pieces, timeline, frame, MODEL_QUANTUM, out + frame);
    for (i = 0; compare && i < MODEL_QUANTUM; i++) {
      gdouble should = model_value (&model,
          (frame + i) / (gdouble) MODEL_RATE);

      /* absolute where it goes through 0 */
      if (!(fabs (out[frame + i] - should) <= 1e-6 * fabs (should) + 1e-9))
        fail ("timeline %u, frame %u: %.12g is not %.12g", seed,
            (guint) frame + i, out[frame + i], should);
    }
  }
  webaudio_timeline_free (timeline);
  g_rand_free (rand);
}

GST_START_TEST (test_random_timelines)
{
  gdouble out[MODEL_LENGTH];
  guint32 seed;

  for (seed = 0; seed < 10000; seed++)
    play_timeline (seed, NULL, TRUE, out);
}

GST_END_TEST;

/* The same bits, in whatever pieces it is read */
GST_START_TEST (test_pieces)
{
  gdouble out[MODEL_LENGTH], again[MODEL_LENGTH];
  GRand *pieces = g_rand_new_with_seed (1);
  guint32 seed;
  guint i;

  for (seed = 0; seed < 2000; seed++) {
    play_timeline (seed, NULL, FALSE, out);
    play_timeline (seed, pieces, FALSE, again);
    for (i = 0; i < MODEL_LENGTH; i++) {
      if (out[i] != again[i])
        fail ("timeline %u, frame %u: %.17g is not %.17g", seed, i, again[i],
            out[i]);
    }
  }
  g_rand_free (pieces);
}

GST_END_TEST;

/* Where everything is kept, as for a control source, any order of reading gives
 * the same. */
GST_START_TEST (test_any_order)
{
  WebAudioTimeline *timeline = webaudio_timeline_new (0.5, TRUE);
  static const gdouble points[] = { 0, 1, -1 };
  GRand *rand = g_rand_new_with_seed (3);
  gdouble in_order[4000], value;
  guint i;

  webaudio_timeline_linear_ramp_to_value_at_time (timeline, 1, 0.02, 0);
  webaudio_timeline_set_target_at_time (timeline, 0.1, 0.03, 0.00001, 0);
  webaudio_timeline_set_value_curve_at_time (timeline, points, 3, 0.04, 0.01,
      0);
  webaudio_timeline_exponential_ramp_to_value_at_time (timeline, -3, 0.06, 0);
  for (i = 0; i < 4000; i++) {
    if (!webaudio_timeline_read (timeline, RATE, i, 1, &in_order[i], &value))
      continue;
    in_order[i] = value;
  }
  for (i = 0; i < 10000; i++) {
    guint frame = g_rand_int_range (rand, 0, 4000);
    gdouble out;

    if (webaudio_timeline_read (timeline, RATE, frame, 1, &out, &value))
      out = value;
    fail_unless (out == in_order[frame], "frame %u", frame);
  }
  /* also what is added to the past */
  webaudio_timeline_set_value_at_time (timeline, 9, 0.025, 0);
  fail_unless (webaudio_timeline_read (timeline, RATE, 1300, 1, in_order,
          &value));
  fail_unless_equals_float (value, 9);
  g_rand_free (rand);
  webaudio_timeline_free (timeline);
}

GST_END_TEST;

static Suite *
timeline_suite (void)
{
  Suite *s = suite_create ("dsp/timeline");
  TCase *tc = tcase_create ("timeline");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_without_events);
  tcase_add_test (tc, test_times_are_not_rounded);
  tcase_add_test (tc, test_ramps);
  tcase_add_test (tc, test_ramp_without_predecessor);
  tcase_add_test (tc, test_exponential_that_holds);
  tcase_add_test (tc, test_target);
  tcase_add_test (tc, test_ramp_after_target);
  tcase_add_test (tc, test_curve);
  tcase_add_test (tc, test_curve_overlaps);
  tcase_add_test (tc, test_refusals);
  tcase_add_test (tc, test_past_is_now);
  tcase_add_test (tc, test_cancel);
  tcase_add_test (tc, test_cancel_and_hold);
  tcase_add_test (tc, test_dropping);
  tcase_add_test (tc, test_seek);
  tcase_add_test (tc, test_random_timelines);
  tcase_add_test (tc, test_pieces);
  tcase_add_test (tc, test_any_order);
  return s;
}

GST_CHECK_MAIN (timeline);
