/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The automation timeline of an AudioParam.
 * https://webaudio.github.io/web-audio-api/#AudioParam
 *
 * Events are kept in the order of their times, those of one time in the order
 * in which they came. Times are seconds, not rounded to frames: an event counts
 * from the first frame f for which f / rate is not before it. A frame's value
 * depends on the events and on its own number alone, to the bit, whatever was
 * read in between and in pieces of whatever length.
 *
 * Reading goes forward and drops what it has passed, except events that are to
 * be kept; what is in force now always stays. Reading forward costs the same
 * however many events are to come, and neither allocates nor frees.
 *
 * Not thread-safe: one lock of the owner's for all functions. */

#ifndef WEBAUDIO_TIMELINE_H
#define WEBAUDIO_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct _WebAudioTimeline WebAudioTimeline;

typedef enum
{
  WEBAUDIO_EVENT_SET_VALUE,
  WEBAUDIO_EVENT_LINEAR_RAMP,
  WEBAUDIO_EVENT_EXPONENTIAL_RAMP,
  WEBAUDIO_EVENT_SET_TARGET,
  WEBAUDIO_EVENT_VALUE_CURVE
} WebAudioEventType;

/**
 * WebAudioEvent:
 * @type: the method that made it
 * @value: value, end value or target
 * @time: start, or of ramps the end, in seconds
 * @time_constant: of a target, in seconds
 * @values: (array length=n_values): of a curve; owned by the timeline
 * @duration: of a curve, in seconds, as it was scheduled
 * @cut: of a curve: the time at which cancelAndHoldAtTime() cuts it, else
 *     negative
 */
typedef struct
{
  WebAudioEventType type;
  double value;
  double time;
  double time_constant;
  const double *values;
  size_t n_values;
  double duration;
  double cut;
} WebAudioEvent;

/**
 * WebAudioTimelineResult:
 *
 * Whether an event was taken. Where it was not, nothing has changed.
 */
typedef enum
{
  WEBAUDIO_TIMELINE_OK,
  WEBAUDIO_TIMELINE_BAD_VALUE,
  WEBAUDIO_TIMELINE_BAD_TIME,
  WEBAUDIO_TIMELINE_ZERO,
  WEBAUDIO_TIMELINE_BAD_TIME_CONSTANT,
  WEBAUDIO_TIMELINE_BAD_DURATION,
  WEBAUDIO_TIMELINE_SHORT_CURVE,
  WEBAUDIO_TIMELINE_IN_CURVE,
  WEBAUDIO_TIMELINE_CURVE_OVER_EVENTS
} WebAudioTimelineResult;

/**
 * webaudio_timeline_result_describe:
 *
 * Returns: (transfer none): why, beginning with the name of the spec's
 *     exception
 */
const char *webaudio_timeline_result_describe (WebAudioTimelineResult result);

/**
 * webaudio_timeline_new:
 * @value: what holds before the first event
 * @keep: whether to keep every event, so that reading may go back
 *
 * Returns: (transfer full): a timeline without events
 */
WebAudioTimeline *webaudio_timeline_new (double value, bool keep);

void webaudio_timeline_free (WebAudioTimeline *timeline);

/* The methods of the spec. @now is the current time in seconds; an event before
 * it, or before what was read last, is put there. */

/**
 * webaudio_timeline_set_value:
 *
 * The setter of the attribute value: like set_value_at_time() now, but no event
 * for webaudio_timeline_next(), and what rewinding goes back to.
 */
WebAudioTimelineResult webaudio_timeline_set_value (WebAudioTimeline *timeline,
    double value, double now);

WebAudioTimelineResult webaudio_timeline_set_value_at_time
    (WebAudioTimeline *timeline, double value, double time, double now);

WebAudioTimelineResult webaudio_timeline_linear_ramp_to_value_at_time
    (WebAudioTimeline *timeline, double value, double time, double now);

WebAudioTimelineResult webaudio_timeline_exponential_ramp_to_value_at_time
    (WebAudioTimeline *timeline, double value, double time, double now);

WebAudioTimelineResult webaudio_timeline_set_target_at_time
    (WebAudioTimeline *timeline, double target, double time,
    double time_constant, double now);

/**
 * webaudio_timeline_set_value_curve_at_time:
 * @values: (array length=n): copied
 */
WebAudioTimelineResult webaudio_timeline_set_value_curve_at_time
    (WebAudioTimeline *timeline, const double *values, size_t n, double time,
    double duration, double now);

WebAudioTimelineResult webaudio_timeline_cancel_scheduled_values
    (WebAudioTimeline *timeline, double time, double now);

WebAudioTimelineResult webaudio_timeline_cancel_and_hold_at_time
    (WebAudioTimeline *timeline, double time, double now);

/**
 * webaudio_timeline_exchange:
 * @other: a timeline that keeps its events, and was not read
 * @now: the current time in seconds
 *
 * Replaces all events by those of @other, which stay kept, and leaves there what
 * was replaced, to be freed without haste. The value that was in force at @now
 * is what holds before the first event.
 */
void webaudio_timeline_exchange (WebAudioTimeline *timeline,
    WebAudioTimeline *other, double now);

/**
 * webaudio_timeline_seek:
 * @time: seconds
 *
 * Reading goes on there. Where that is before what was read last, events that
 * are kept count again. Those that were dropped do not; if there are no others,
 * the value stays what it was.
 */
void webaudio_timeline_seek (WebAudioTimeline *timeline, double time);

/**
 * webaudio_timeline_read:
 * @rate: frames per second
 * @frame: the first frame
 * @n: number of frames, at least 1
 * @out: (out) (array length=n) (nullable): the values, unless they are all the
 *     same; %NULL just to ask whether they are
 * @value: (out): the value, if they are all the same
 *
 * Returns: whether the value is constant over the frames
 */
bool webaudio_timeline_read (WebAudioTimeline *timeline, double rate,
    uint64_t frame, size_t n, double *out, double *value);

/**
 * webaudio_timeline_pass:
 * @time: seconds
 *
 * What is before @time has been read: events that come now count from there.
 */
void webaudio_timeline_pass (WebAudioTimeline *timeline, double time);

/**
 * webaudio_timeline_get_value:
 * @time: seconds; what was read last, if it is before that and not every event
 *     is kept
 *
 * Returns: the value at that time
 */
double webaudio_timeline_get_value (WebAudioTimeline *timeline, double time);

/**
 * webaudio_timeline_next:
 * @position: (inout): 0 for the first event
 * @event: (out): the next event
 *
 * Returns: %false after the last event that is not dropped
 */
bool webaudio_timeline_next (const WebAudioTimeline *timeline,
    size_t *position, WebAudioEvent *event);

/**
 * webaudio_timeline_count_dropped:
 *
 * Returns: the number of events that webaudio_timeline_trim() would free
 */
size_t webaudio_timeline_count_dropped (const WebAudioTimeline *timeline);

/**
 * webaudio_timeline_wants_trim:
 *
 * Returns: whether so much was dropped that the next webaudio_timeline_trim() is
 *     cheap for each event that it frees
 */
bool webaudio_timeline_wants_trim (const WebAudioTimeline *timeline);

/**
 * webaudio_timeline_trim:
 *
 * Frees what was dropped, which reading must not do itself.
 */
void webaudio_timeline_trim (WebAudioTimeline *timeline);

#endif /* WEBAUDIO_TIMELINE_H */
