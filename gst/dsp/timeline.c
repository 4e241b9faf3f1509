/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The automation timeline of an AudioParam.
 *
 * Events are an array in the order of time. The head is the last one that has
 * begun; together with the one after it, which may be a ramp, it tells the
 * segment: the frames that one formula gives. Reading fills segments, and looks
 * at events only where one ends.
 *
 * Two things of the spec are stored as events that nobody scheduled: the end of
 * a curve, an implicit setValueAtTime(), and what cancelAndHoldAtTime() holds. */

#include "timeline.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A target is reached after so many time constants: what then is left of the
 * largest float is less than the smallest one. */
#define TARGET_REACHED 200.0
/* How many frames an exponential goes on by multiplication before it is
 * computed anew. Counted from the start of the segment, so that the values do
 * not depend on where reading begins. */
#define CHUNK 128

enum
{
  FLAG_KEPT = 1 << 0,           /* stays when it has passed */
  FLAG_DROPPED = 1 << 1,        /* has passed: counts no longer */
  FLAG_HIDDEN = 1 << 2,         /* nobody scheduled it */
  FLAG_VALUE = 1 << 3           /* made by the setter of value */
};

typedef struct
{
  double time;
  double value;
  double parameter;             /* target: its time constant; curve: its
                                 * duration; ramp: when it was scheduled */
  double end;                   /* curve: time at which it ends or is cut */
  double entry;                 /* target: the value just before it */
  double *values;               /* curve */
  size_t n_values;
  WebAudioEventType type;
  unsigned flags;
} Event;

typedef enum
{
  SEGMENT_CONSTANT,
  SEGMENT_LINEAR,
  SEGMENT_EXPONENTIAL,
  SEGMENT_CURVE
} SegmentType;

/* The frames from first to before end. With x = frame - origin they are
 * constant: offset; linear: offset + slope x; exponential: offset + scale
 * exp (slope x); a curve: its points at slope x. */
typedef struct
{
  bool valid;
  SegmentType type;
  double rate;
  uint64_t first;
  uint64_t end;
  double origin;
  double offset;
  double scale;
  double slope;
  double step;                  /* exponential: exp (slope) */
  const Event *curve;
} Segment;

struct _WebAudioTimeline
{
  bool keep;
  double now;                   /* what is before has been read */
  double base;                  /* the value before the first event */
  double set_value;             /* the one set last as such */
  Event *events;
  size_t n;
  size_t capacity;
  size_t head;                  /* index + 1; 0 where none has begun */
  size_t oldest;                /* those before may be dropped, others are not */
  size_t n_dropped;
  Segment segment;
};

const char *
webaudio_timeline_result_describe (WebAudioTimelineResult result)
{
  switch (result) {
    case WEBAUDIO_TIMELINE_BAD_VALUE:
      return "TypeError: a value must be a finite float";
    case WEBAUDIO_TIMELINE_BAD_TIME:
      return "RangeError: a time must be finite and not negative";
    case WEBAUDIO_TIMELINE_ZERO:
      return "RangeError: an exponential ramp cannot end at 0";
    case WEBAUDIO_TIMELINE_BAD_TIME_CONSTANT:
      return "RangeError: a time constant must be finite and not negative";
    case WEBAUDIO_TIMELINE_BAD_DURATION:
      return "RangeError: a duration must be finite and above 0";
    case WEBAUDIO_TIMELINE_SHORT_CURVE:
      return "InvalidStateError: a curve needs at least two values";
    case WEBAUDIO_TIMELINE_IN_CURVE:
      return "NotSupportedError: a value curve covers that time";
    case WEBAUDIO_TIMELINE_CURVE_OVER_EVENTS:
      return "NotSupportedError: the curve would cover other events";
    default:
      return "no error";
  }
}

/* Events by themselves */

static bool
is_ramp (const Event * event)
{
  return event->type == WEBAUDIO_EVENT_LINEAR_RAMP
      || event->type == WEBAUDIO_EVENT_EXPONENTIAL_RAMP;
}

/* Without a time constant it is a jump: a ramp after it goes on from the target,
 * as in browsers. */
static bool
is_target (const Event * event)
{
  return event->type == WEBAUDIO_EVENT_SET_TARGET && event->parameter > 0;
}

/* Between the points around @position, which is 0 at the first one. */
static inline double
interpolate (const double *values, int64_t last, double position)
{
  int64_t k;

  if (!(position > 0))
    return values[0];
  if (position >= last)
    return values[last];
  k = (int64_t) position;
  return values[k] + (values[k + 1] - values[k]) * (position - (double) k);
}

/* The value at @time, not before the event's own, if no ramp follows. */
static double
event_value (const Event * event, double time)
{
  switch (event->type) {
    case WEBAUDIO_EVENT_SET_TARGET:
      if (event->parameter == 0)
        return event->value;
      return event->value + (event->entry - event->value) *
          exp (-(time - event->time) / event->parameter);
    case WEBAUDIO_EVENT_VALUE_CURVE:
      if (time > event->end)
        time = event->end;
      return interpolate (event->values, event->n_values - 1,
          (event->n_values - 1) / event->parameter * (time - event->time));
    default:
      return event->value;
  }
}

/* Whether it is 0 as a float, as the values of the spec are. */
static bool
is_zero (double value)
{
  return fabs (value) < 0x1p-149;
}

/* Whether an exponential ramp between the two is possible. */
static bool
is_exponential (double from, double to)
{
  return !is_zero (from) && !is_zero (to) && (from < 0) == (to < 0);
}

/* The first frame that is not before @time. */
static uint64_t
first_frame (double time, double rate)
{
  double frame = ceil (time * rate);

  if (frame >= 0x1p62)
    return UINT64_MAX;
  if (frame > 0 && (frame - 1) / rate >= time)
    frame--;
  else if (frame / rate < time)
    frame++;
  return (uint64_t) frame;
}

/* The list */

/* The first event from @i on that counts, or n. */
static size_t
skip_dropped (const WebAudioTimeline * timeline, size_t i)
{
  while (i < timeline->n && (timeline->events[i].flags & FLAG_DROPPED))
    i++;
  return i;
}

/* The first event with a time after @time. */
static size_t
find_after (const WebAudioTimeline * timeline, double time)
{
  size_t low = 0, high = timeline->n;

  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (timeline->events[middle].time <= time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The first event with a time not before @time. */
static size_t
find_from (const WebAudioTimeline * timeline, double time)
{
  size_t i = find_after (timeline, time);

  while (i > 0 && timeline->events[i - 1].time == time)
    i--;
  return i;
}

/* The event before index @i that counts, or NULL. */
static Event *
event_before (const WebAudioTimeline * timeline, size_t i)
{
  while (i > 0 && (timeline->events[i - 1].flags & FLAG_DROPPED))
    i--;
  return i > 0 ? &timeline->events[i - 1] : NULL;
}

static void
remove_events (WebAudioTimeline * timeline, size_t from, size_t to)
{
  size_t i;

  timeline->segment.valid = false;
  if (from == to)
    return;
  for (i = from; i < to; i++) {
    free (timeline->events[i].values);
    timeline->n_dropped -= (timeline->events[i].flags & FLAG_DROPPED) != 0;
  }
  memmove (timeline->events + from, timeline->events + to,
      (timeline->n - to) * sizeof (Event));
  timeline->n -= to - from;
  if (timeline->head > from)
    timeline->head = from;
  if (timeline->oldest > from)
    timeline->oldest = from;
}

static void
set_capacity (WebAudioTimeline * timeline, size_t capacity)
{
  Event *events;

  if (capacity == 0) {
    free (timeline->events);
    timeline->events = NULL;
  } else {
    events = realloc (timeline->events, capacity * sizeof (Event));
    if (!events)
      abort ();
    timeline->events = events;
  }
  timeline->capacity = capacity;
  timeline->segment.valid = false;
}

/* Makes a place before index @i by moving what is later. */
static size_t
make_place_after (WebAudioTimeline * timeline, size_t i)
{
  if (timeline->n == timeline->capacity)
    set_capacity (timeline, timeline->n < 8 ? 8 : timeline->n * 2);
  memmove (timeline->events + i + 1, timeline->events + i,
      (timeline->n - i) * sizeof (Event));
  timeline->n++;
  return i;
}

/* Makes a place before index @i by moving what is earlier into that of the last
 * dropped one: what is scheduled for now need not move all that is to come. */
static size_t
make_place_before (WebAudioTimeline * timeline, size_t i)
{
  size_t dropped = timeline->oldest - 1;

  free (timeline->events[dropped].values);
  memmove (timeline->events + dropped, timeline->events + dropped + 1,
      (i - 1 - dropped) * sizeof (Event));
  timeline->n_dropped--;
  timeline->oldest--;
  timeline->head--;
  return i - 1;
}

static void
insert_at (WebAudioTimeline * timeline, size_t i, const Event * event)
{
  /* the head is between the two, and they are nearer than the end */
  if (timeline->oldest > 0 && timeline->head > timeline->oldest
      && timeline->head <= i && i - timeline->oldest < timeline->n - i
      && (timeline->events[timeline->oldest - 1].flags & FLAG_DROPPED))
    i = make_place_before (timeline, i);
  else
    i = make_place_after (timeline, i);
  timeline->events[i] = *event;
  if (timeline->keep)
    timeline->events[i].flags |= FLAG_KEPT;
  /* only where events are kept may one be put into the past */
  if (timeline->head > i)
    timeline->head = 0;
  if (timeline->oldest > i)
    timeline->oldest = i;
  timeline->segment.valid = false;
}

void
webaudio_timeline_trim (WebAudioTimeline * timeline)
{
  size_t kept = 0, head = timeline->head, oldest = timeline->oldest, i;

  if (timeline->n_dropped == 0)
    return;
  for (i = 0; i < timeline->n; i++) {
    Event *event = &timeline->events[i];

    if (event->flags & FLAG_DROPPED) {
      free (event->values);
      head -= i < timeline->head;
      oldest -= i < timeline->oldest;
    } else {
      timeline->events[kept++] = *event;
    }
  }
  timeline->n = kept;
  timeline->n_dropped = 0;
  timeline->head = head;
  timeline->oldest = oldest;
  timeline->segment.valid = false;
  if (timeline->capacity > 4 * kept + 8)
    set_capacity (timeline, kept + 8);
}

size_t
webaudio_timeline_count_dropped (const WebAudioTimeline * timeline)
{
  return timeline->n_dropped;
}

/* Where half of the events are dropped, each is moved once on average. */
bool
webaudio_timeline_wants_trim (const WebAudioTimeline * timeline)
{
  return timeline->n_dropped > 16 && timeline->n_dropped >= timeline->n / 2;
}

/* What dropped events take is used again. */
static void
make_room (WebAudioTimeline * timeline)
{
  if (webaudio_timeline_wants_trim (timeline))
    webaudio_timeline_trim (timeline);
}

/* Walking along the list */

/* Where the ramp at @next begins, that is scheduled after @previous, which is
 * NULL for none. Returns false before its beginning. */
static bool
find_ramp_start (const WebAudioTimeline * timeline, const Event * previous,
    const Event * next, double now, double *time, double *value)
{
  double called = next->parameter;

  if (!previous) {
    *time = called;
    *value = timeline->base;
    return now >= called;
  }
  *time = previous->time;
  if (is_target (previous) && previous->time < called) {
    *time = called;
    *value = event_value (previous, called);
    return now >= called;
  }
  /* a target that had not started is replaced */
  *value = is_target (previous) ? previous->entry :
      event_value (previous, previous->time);
  return true;
}

static double
ramp_value (const Event * ramp, double from_time, double from, double time)
{
  double x = (time - from_time) / (ramp->time - from_time);

  if (ramp->type == WEBAUDIO_EVENT_LINEAR_RAMP)
    return from + (ramp->value - from) * x;
  return is_exponential (from, ramp->value) ?
      from * pow (ramp->value / from, x) : from;
}

/* The value at @time between two neighbours, of which one may be NULL. */
static double
value_between (const WebAudioTimeline * timeline, const Event * previous,
    const Event * next, double time)
{
  double from_time, from;

  if (next && is_ramp (next)
      && find_ramp_start (timeline, previous, next, time, &from_time, &from))
    return ramp_value (next, from_time, from, time);
  return previous ? event_value (previous, time) : timeline->base;
}

/* Works out what the event will need to know of the one before it. */
static void
enter_event (const WebAudioTimeline * timeline, const Event * previous,
    Event * event)
{
  if (event->type == WEBAUDIO_EVENT_SET_TARGET)
    event->entry = previous ? event_value (previous, event->time) :
        timeline->base;
}

/* The event before the head's successor, or NULL. */
static Event *
get_head (const WebAudioTimeline * timeline)
{
  return timeline->head ? &timeline->events[timeline->head - 1] : NULL;
}

double
webaudio_timeline_get_value (WebAudioTimeline * timeline, double time)
{
  Event *here = get_head (timeline);
  size_t next;

  if (!timeline->keep && time < timeline->now)
    time = timeline->now;
  /* where everything is kept, reading may have been further on */
  if (here && here->time > time)
    here = NULL;
  next = skip_dropped (timeline, here ? timeline->head : 0);
  while (next < timeline->n && timeline->events[next].time <= time) {
    enter_event (timeline, here, &timeline->events[next]);
    here = &timeline->events[next];
    next = skip_dropped (timeline, next + 1);
  }
  return value_between (timeline, here,
      next < timeline->n ? &timeline->events[next] : NULL, time);
}

/* Drops what is before index @end, but not what is kept. */
static void
drop_before (WebAudioTimeline * timeline, size_t end)
{
  for (; timeline->oldest < end; timeline->oldest++) {
    Event *event = &timeline->events[timeline->oldest];

    if (event->flags & (FLAG_KEPT | FLAG_DROPPED))
      continue;
    event->flags |= FLAG_DROPPED;
    timeline->n_dropped++;
  }
}

static void
advance (WebAudioTimeline * timeline, double time)
{
  size_t next = skip_dropped (timeline, timeline->head);

  while (next < timeline->n && timeline->events[next].time <= time) {
    Event *event = &timeline->events[next];
    size_t before = timeline->head ? timeline->head - 1 : 0;

    enter_event (timeline, get_head (timeline), event);
    /* a curve that is cancelled gives way to what was before it */
    drop_before (timeline, event->type == WEBAUDIO_EVENT_VALUE_CURVE ?
        before : next);
    timeline->head = next + 1;
    next = skip_dropped (timeline, next + 1);
  }
}

/* Begins again with the first event that there is. Dropped ones go, since now
 * others may come before them. */
static void
rewind_events (WebAudioTimeline * timeline)
{
  double value = webaudio_timeline_get_value (timeline, timeline->now);
  bool any_kept = false;
  size_t i;

  webaudio_timeline_trim (timeline);
  for (i = 0; i < timeline->n && !any_kept; i++)
    any_kept = (timeline->events[i].flags & FLAG_KEPT) != 0;
  timeline->base = any_kept ? timeline->set_value : value;
  timeline->head = 0;
  timeline->oldest = 0;
  timeline->segment.valid = false;
}

/* Segments */

static void
set_constant (Segment * segment, double value)
{
  segment->type = SEGMENT_CONSTANT;
  segment->offset = value;
}

/* A slope that times 0 is 0, for what lasts next to no time. */
static double
limit_slope (double slope)
{
  return fmax (-DBL_MAX, fmin (slope, DBL_MAX));
}

static void
set_exponential (Segment * segment, double from_time, double offset,
    double scale, double slope)
{
  segment->type = SEGMENT_EXPONENTIAL;
  /* rounded it may be after the frame from which the time counts */
  segment->origin = fmin (from_time * segment->rate,
      (double) first_frame (from_time, segment->rate));
  segment->offset = offset;
  segment->scale = scale;
  segment->slope = limit_slope (slope);
  segment->step = exp (segment->slope);
}

static void
set_ramp (Segment * segment, const Event * ramp, double from_time, double from)
{
  double frames = (ramp->time - from_time) * segment->rate;

  segment->first = first_frame (from_time, segment->rate);
  if (ramp->value == from) {
    set_constant (segment, from);
  } else if (segment->end - segment->first < 2) {
    /* its length may be less than what places are rounded by */
    set_constant (segment, ramp_value (ramp, from_time, from,
            fmin (fmax (segment->first / segment->rate, from_time),
                ramp->time)));
  } else if (ramp->type == WEBAUDIO_EVENT_LINEAR_RAMP) {
    segment->type = SEGMENT_LINEAR;
    segment->origin = from_time * segment->rate;
    segment->offset = from;
    segment->slope = limit_slope ((ramp->value - from) / frames);
  } else if (is_exponential (from, ramp->value)) {
    set_exponential (segment, from_time, 0, from,
        log (ramp->value / from) / frames);
  } else {
    set_constant (segment, from);
  }
}

static void
limit_end (Segment * segment, double time)
{
  uint64_t end = first_frame (time, segment->rate);

  if (end < segment->end)
    segment->end = end;
}

/* For each frame. Browsers have it as a float, and an oscillator's phase adds up
 * what that makes of a frequency: so has this, while the values, which it moves
 * by at most 2^-24 / e of the way, stay within 5e-7 of themselves. */
static double
target_slope (const Event * event, double rate)
{
  double slope = -1 / (event->parameter * rate);
  double nearest = fmin (fabs (event->entry), fabs (event->value));
  bool crosses = (event->entry < 0) != (event->value < 0);

  if (crosses || fabs (event->entry - event->value) > 20 * nearest)
    return slope;
  return (float) slope;
}

static void
set_target (Segment * segment, const Event * event, uint64_t frame)
{
  double reached = event->time + TARGET_REACHED * event->parameter;

  if (frame >= first_frame (reached, segment->rate)) {
    segment->first = first_frame (reached, segment->rate);
    set_constant (segment, event->value);
    return;
  }
  if (event->entry == event->value) {
    set_constant (segment, event->value);
    return;
  }
  limit_end (segment, reached);
  set_exponential (segment, event->time, event->value,
      event->entry - event->value, target_slope (event, segment->rate));
}

static void
set_curve (Segment * segment, const Event * event, uint64_t frame)
{
  if (frame >= first_frame (event->end, segment->rate)) {
    segment->first = first_frame (event->end, segment->rate);
    set_constant (segment, event_value (event, event->end));
    return;
  }
  limit_end (segment, event->end);
  segment->type = SEGMENT_CURVE;
  segment->curve = event;
  segment->origin = event->time * segment->rate;
  segment->slope = (event->n_values - 1) / (event->parameter * segment->rate);
}

/* Finds the segment that @frame is in. */
static void
find_segment (WebAudioTimeline * timeline, double rate, uint64_t frame)
{
  Segment *segment = &timeline->segment;
  double time = frame / rate, from_time, from;
  const Event *head = get_head (timeline), *next = NULL;
  size_t i;

  if (head && head->time > time)
    rewind_events (timeline);
  advance (timeline, time);
  head = get_head (timeline);
  i = skip_dropped (timeline, timeline->head);
  if (i < timeline->n)
    next = &timeline->events[i];

  segment->valid = true;
  segment->rate = rate;
  segment->first = head ? first_frame (head->time, rate) : 0;
  segment->end = next ? first_frame (next->time, rate) : UINT64_MAX;
  if (next && is_ramp (next)) {
    if (find_ramp_start (timeline, head, next, time, &from_time, &from)) {
      set_ramp (segment, next, from_time, from);
      return;
    }
    limit_end (segment, from_time);
  }
  if (!head)
    set_constant (segment, timeline->base);
  else if (head->type == WEBAUDIO_EVENT_SET_TARGET)
    set_target (segment, head, frame);
  else if (head->type == WEBAUDIO_EVENT_VALUE_CURVE)
    set_curve (segment, head, frame);
  else
    set_constant (segment, head->value);
}

static void
fill_constant (const Segment * segment, uint64_t frame, double *out, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    out[i] = segment->offset;
}

/* Two values at once, as every processor can: -O2 does not vectorise. */
typedef double Pair __attribute__((vector_size (16),
        aligned (__alignof__ (double)), may_alias));

static void
fill_linear (const Segment * segment, uint64_t frame, double *out, size_t n)
{
  double offset = segment->offset, slope = segment->slope;
  double origin = segment->origin, at = (double) frame;
  Pair a = { at, at + 1 }, b = { at + 2, at + 3 };
  size_t i;

  for (i = 0; n - i >= 4; i += 4) {
    *(Pair *) (out + i) = offset + slope * (a - origin);
    *(Pair *) (out + i + 2) = offset + slope * (b - origin);
    a += 4;
    b += 4;
  }
  for (; i < n; i++)
    out[i] = offset + slope * ((double) (frame + i) - origin);
}

/* At least @n values from frame @chunk on, at most CHUNK. Eight at once, because
 * a product has to wait for the one before it. */
static void
fill_chunk (const Segment * segment, uint64_t chunk, double *out, size_t n)
{
  double offset = segment->offset, step = segment->step;
  double step2 = step * step, step4 = step2 * step2, step8 = step4 * step4;
  double first = segment->scale * exp (segment->slope *
      ((double) chunk - segment->origin));
  Pair a = { first, first * step }, b = a * step2;
  Pair c = a * step4, d = b * step4;
  size_t i;

  for (i = 0; i < n; i += 8) {
    *(Pair *) (out + i) = offset + a;
    *(Pair *) (out + i + 2) = offset + b;
    *(Pair *) (out + i + 4) = offset + c;
    *(Pair *) (out + i + 6) = offset + d;
    a *= step8;
    b *= step8;
    c *= step8;
    d *= step8;
  }
}

static void
fill_exponential (const Segment * segment, uint64_t frame, double *out,
    size_t n)
{
  double values[CHUNK];

  while (n > 0) {
    size_t skip = (frame - segment->first) % CHUNK;
    size_t count = CHUNK - skip < n ? CHUNK - skip : n;

    if (count == CHUNK) {
      fill_chunk (segment, frame, out, CHUNK);
    } else {
      fill_chunk (segment, frame - skip, values, skip + count);
      memcpy (out, values + skip, count * sizeof (double));
    }
    frame += count;
    out += count;
    n -= count;
  }
}

static void
fill_curve (const Segment * segment, uint64_t frame, double *out, size_t n)
{
  const double *values = segment->curve->values;
  int64_t last = segment->curve->n_values - 1;
  double origin = segment->origin, slope = segment->slope;
  size_t i;

  for (i = 0; i < n; i++)
    out[i] = interpolate (values, last, slope *
        ((double) (int64_t) (frame + i) - origin));
}

static void
fill (const Segment * segment, uint64_t frame, double *out, size_t n)
{
  switch (segment->type) {
    case SEGMENT_CONSTANT:
      fill_constant (segment, frame, out, n);
      break;
    case SEGMENT_LINEAR:
      fill_linear (segment, frame, out, n);
      break;
    case SEGMENT_EXPONENTIAL:
      fill_exponential (segment, frame, out, n);
      break;
    case SEGMENT_CURVE:
      fill_curve (segment, frame, out, n);
      break;
  }
}

static const Segment *
get_segment (WebAudioTimeline * timeline, double rate, uint64_t frame)
{
  const Segment *segment = &timeline->segment;

  if (!segment->valid || segment->rate != rate || frame < segment->first
      || frame >= segment->end)
    find_segment (timeline, rate, frame);
  return segment;
}

bool
webaudio_timeline_read (WebAudioTimeline * timeline, double rate,
    uint64_t frame, size_t n, double *out, double *value)
{
  const Segment *segment = get_segment (timeline, rate, frame);

  if (segment->type == SEGMENT_CONSTANT && segment->end - frame >= n) {
    *value = segment->offset;
    return true;
  }
  if (!out)
    return false;
  while (n > 0) {
    size_t count = segment->end - frame < n ? segment->end - frame : n;

    fill (segment, frame, out, count);
    frame += count;
    out += count;
    n -= count;
    if (n > 0)
      segment = get_segment (timeline, rate, frame);
  }
  return false;
}

void
webaudio_timeline_pass (WebAudioTimeline * timeline, double time)
{
  if (time > timeline->now)
    timeline->now = time;
}

void
webaudio_timeline_seek (WebAudioTimeline * timeline, double time)
{
  const Event *head = get_head (timeline);

  if (head && head->time > time)
    rewind_events (timeline);
  timeline->now = time;
}

/* The methods */

/* The values of the spec are floats. */
static bool
is_value (double value)
{
  return fabs (value) <= FLT_MAX;
}

static bool
is_time (double time)
{
  return isfinite (time) && time >= 0;
}

static double
not_before_now (WebAudioTimeline * timeline, double time, double now)
{
  if (time < now)
    time = now;
  return time < timeline->now ? timeline->now : time;
}

/* Adds an event that has been found valid. */
static WebAudioTimelineResult
add (WebAudioTimeline * timeline, Event * event, double now)
{
  const Event *before;
  size_t i;

  make_room (timeline);
  event->time = not_before_now (timeline, event->time, now);
  i = find_after (timeline, event->time);
  before = event_before (timeline, i);
  if (before && before->type == WEBAUDIO_EVENT_VALUE_CURVE
      && event->time < before->end)
    return WEBAUDIO_TIMELINE_IN_CURVE;
  insert_at (timeline, i, event);
  return WEBAUDIO_TIMELINE_OK;
}

WebAudioTimelineResult
webaudio_timeline_set_value (WebAudioTimeline * timeline, double value,
    double now)
{
  Event event = {.type = WEBAUDIO_EVENT_SET_VALUE,.value = value,
    .time = now,.flags = FLAG_HIDDEN | FLAG_VALUE
  };
  WebAudioTimelineResult result;
  Event *before;

  if (!is_value (value))
    return WEBAUDIO_TIMELINE_BAD_VALUE;
  event.time = not_before_now (timeline, now, now);
  before = event_before (timeline, find_after (timeline, event.time));
  if (before && (before->flags & FLAG_VALUE) && before->time == event.time) {
    before->value = value;
    timeline->segment.valid = false;
    result = WEBAUDIO_TIMELINE_OK;
  } else {
    result = add (timeline, &event, now);
  }
  if (result == WEBAUDIO_TIMELINE_OK)
    timeline->set_value = value;
  return result;
}

WebAudioTimelineResult
webaudio_timeline_set_value_at_time (WebAudioTimeline * timeline,
    double value, double time, double now)
{
  Event event = {.type = WEBAUDIO_EVENT_SET_VALUE,.value = value,
    .time = time
  };

  if (!is_value (value))
    return WEBAUDIO_TIMELINE_BAD_VALUE;
  if (!is_time (time))
    return WEBAUDIO_TIMELINE_BAD_TIME;
  return add (timeline, &event, now);
}

static WebAudioTimelineResult
add_ramp (WebAudioTimeline * timeline, WebAudioEventType type, double value,
    double time, double now)
{
  Event event = {.type = type,.value = value,.time = time };

  if (!is_value (value))
    return WEBAUDIO_TIMELINE_BAD_VALUE;
  if (!is_time (time))
    return WEBAUDIO_TIMELINE_BAD_TIME;
  event.parameter = not_before_now (timeline, now, now);
  return add (timeline, &event, now);
}

WebAudioTimelineResult
webaudio_timeline_linear_ramp_to_value_at_time (WebAudioTimeline * timeline,
    double value, double time, double now)
{
  return add_ramp (timeline, WEBAUDIO_EVENT_LINEAR_RAMP, value, time, now);
}

WebAudioTimelineResult
webaudio_timeline_exponential_ramp_to_value_at_time (WebAudioTimeline *
    timeline, double value, double time, double now)
{
  if (is_zero (value))
    return WEBAUDIO_TIMELINE_ZERO;
  return add_ramp (timeline, WEBAUDIO_EVENT_EXPONENTIAL_RAMP, value, time, now);
}

WebAudioTimelineResult
webaudio_timeline_set_target_at_time (WebAudioTimeline * timeline,
    double target, double time, double time_constant, double now)
{
  Event event = {.type = WEBAUDIO_EVENT_SET_TARGET,.value = target,
    .time = time,.parameter = time_constant
  };

  if (!is_value (target))
    return WEBAUDIO_TIMELINE_BAD_VALUE;
  if (!is_time (time))
    return WEBAUDIO_TIMELINE_BAD_TIME;
  if (!is_time (time_constant))
    return WEBAUDIO_TIMELINE_BAD_TIME_CONSTANT;
  return add (timeline, &event, now);
}

/* The end of a curve is a setValueAtTime() of its own. It comes before what is
 * there already, unlike others: that begins with the end of the curve, and a
 * ramp to there does not take its place. */
static void
add_curve_end (WebAudioTimeline * timeline, const Event * curve)
{
  Event event = {.type = WEBAUDIO_EVENT_SET_VALUE,.time = curve->end,
    .value = curve->values[curve->n_values - 1],.flags = FLAG_HIDDEN
  };

  /* a duration may be too short for a number of this size */
  insert_at (timeline, curve->end > curve->time ?
      find_from (timeline, curve->end) : find_after (timeline, curve->end),
      &event);
}

static bool
are_values (const double *values, size_t n)
{
  size_t i;

  for (i = 0; i < n && is_value (values[i]); i++);
  return i == n;
}

WebAudioTimelineResult
webaudio_timeline_set_value_curve_at_time (WebAudioTimeline * timeline,
    const double *values, size_t n, double time, double duration, double now)
{
  Event event = {.type = WEBAUDIO_EVENT_VALUE_CURVE,.n_values = n };
  WebAudioTimelineResult result;
  size_t next;

  if (n < 2)
    return WEBAUDIO_TIMELINE_SHORT_CURVE;
  if (!are_values (values, n))
    return WEBAUDIO_TIMELINE_BAD_VALUE;
  if (!is_time (time))
    return WEBAUDIO_TIMELINE_BAD_TIME;
  if (!isfinite (duration) || duration <= 0)
    return WEBAUDIO_TIMELINE_BAD_DURATION;
  event.time = not_before_now (timeline, time, now);
  event.parameter = duration;
  event.end = event.time + duration;
  next = skip_dropped (timeline, find_after (timeline, event.time));
  if (next < timeline->n && timeline->events[next].time < event.end)
    return WEBAUDIO_TIMELINE_CURVE_OVER_EVENTS;
  event.values = malloc (n * sizeof (double));
  if (!event.values)
    abort ();
  memcpy (event.values, values, n * sizeof (double));
  result = add (timeline, &event, now);
  if (result == WEBAUDIO_TIMELINE_OK)
    add_curve_end (timeline, &event);
  else
    free (event.values);
  return result;
}

WebAudioTimelineResult
webaudio_timeline_cancel_scheduled_values (WebAudioTimeline * timeline,
    double time, double now)
{
  Event *before;
  size_t i;

  if (!is_time (time))
    return WEBAUDIO_TIMELINE_BAD_TIME;
  time = not_before_now (timeline, time, now);
  i = find_from (timeline, time);
  before = event_before (timeline, i);
  if (before && before->type == WEBAUDIO_EVENT_VALUE_CURVE
      && time <= before->end)
    i = before - timeline->events;
  remove_events (timeline, i, timeline->n);
  /* without the curve that was the head, what is before it */
  before = event_before (timeline, timeline->head);
  timeline->head = before ? before - timeline->events + 1 : 0;
  return WEBAUDIO_TIMELINE_OK;
}

WebAudioTimelineResult
webaudio_timeline_cancel_and_hold_at_time (WebAudioTimeline * timeline,
    double time, double now)
{
  Event held = {.type = WEBAUDIO_EVENT_SET_VALUE };
  Event *before, *next = NULL;
  bool hold = false;
  size_t i;

  if (!is_time (time))
    return WEBAUDIO_TIMELINE_BAD_TIME;
  make_room (timeline);
  time = not_before_now (timeline, time, now);
  i = skip_dropped (timeline, find_after (timeline, time));
  before = event_before (timeline, i);
  if (i < timeline->n)
    next = &timeline->events[i];
  held.time = time;
  held.value = webaudio_timeline_get_value (timeline, time);
  if (next && is_ramp (next)) {
    /* one that holds 0 is straight */
    if (is_zero (held.value))
      next->type = WEBAUDIO_EVENT_LINEAR_RAMP;
    next->value = held.value;
    next->time = time;
    i++;
  } else if (before && is_target (before)) {
    hold = true;
  } else if (before && before->type == WEBAUDIO_EVENT_VALUE_CURVE
      && time < before->end) {
    before->end = time;
    held.flags = FLAG_HIDDEN;
    hold = true;
  }
  remove_events (timeline, i, timeline->n);
  if (hold)
    insert_at (timeline, i, &held);
  return WEBAUDIO_TIMELINE_OK;
}

/* The object */

WebAudioTimeline *
webaudio_timeline_new (double value, bool keep)
{
  WebAudioTimeline *timeline = calloc (1, sizeof (WebAudioTimeline));

  if (!timeline)
    abort ();
  timeline->keep = keep;
  timeline->base = value;
  timeline->set_value = value;
  return timeline;
}

void
webaudio_timeline_free (WebAudioTimeline * timeline)
{
  size_t i;

  for (i = 0; i < timeline->n; i++)
    free (timeline->events[i].values);
  free (timeline->events);
  free (timeline);
}

/* Gives @timeline the list of events that @list has, and nothing else. */
static void
set_list (WebAudioTimeline * timeline, const WebAudioTimeline * list)
{
  timeline->events = list->events;
  timeline->n = list->n;
  timeline->capacity = list->capacity;
  timeline->n_dropped = list->n_dropped;
  timeline->head = 0;
  timeline->oldest = 0;
  timeline->segment.valid = false;
}

void
webaudio_timeline_exchange (WebAudioTimeline * timeline,
    WebAudioTimeline * other, double now)
{
  WebAudioTimeline old = *timeline;

  timeline->base = webaudio_timeline_get_value (timeline, now);
  set_list (timeline, other);
  set_list (other, &old);
}

bool
webaudio_timeline_next (const WebAudioTimeline * timeline, size_t *position,
    WebAudioEvent * event)
{
  for (; *position < timeline->n; (*position)++) {
    const Event *here = &timeline->events[*position];

    if (here->flags & (FLAG_DROPPED | FLAG_HIDDEN))
      continue;
    memset (event, 0, sizeof (*event));
    event->type = here->type;
    event->value = here->value;
    event->time = here->time;
    event->cut = -1;
    if (here->type == WEBAUDIO_EVENT_SET_TARGET)
      event->time_constant = here->parameter;
    if (here->type == WEBAUDIO_EVENT_VALUE_CURVE) {
      event->values = here->values;
      event->n_values = here->n_values;
      event->duration = here->parameter;
      if (here->end < here->time + here->parameter)
        event->cut = here->end;
    }
    (*position)++;
    return true;
  }
  return false;
}
