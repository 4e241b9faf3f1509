/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plays the samples of a buffer. Frame by frame this is the spec's algorithm;
 * between two frames at which something may happen whole runs are computed. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "buffersource.h"

#include <math.h>
#include <string.h>

/* What rounding of times and speeds may make a position differ from what was
 * meant, in frames and in fractions of one. */
#define TOLERANCE 1e-6
#define TOLERANCE_PART ((uint64_t) (TOLERANCE * 0x1p64))

#define MAX_SPEED 0x1p30
/* less is standing still: in a day it is a frame */
#define MIN_SPEED 0x1p-32
/* beyond any buffer, and safe to add to */
#define MAX_POSITION ((int64_t) 1 << 50)

/* Positions */

static void
from_double (WebAudioPlayhead * a, double frames)
{
  /* also what is no number is none */
  a->whole = frames >= (double) MAX_POSITION ? MAX_POSITION :
      frames <= (double) -MAX_POSITION ? -MAX_POSITION : 0;
  a->part = 0;
  if (!(fabs (frames) < (double) MAX_POSITION))
    return;
  a->whole = (int64_t) frames;
  a->whole -= (double) a->whole > frames;
  a->part = (uint64_t) ((frames - (double) a->whole) * 0x1p64);
}

static double
to_double (const WebAudioPlayhead * a)
{
  return (double) a->whole + (double) a->part * 0x1p-64;
}

static inline void
add (WebAudioPlayhead * a, const WebAudioPlayhead * b)
{
  uint64_t part = a->part + b->part;

  a->whole += b->whole + (part < a->part);
  a->part = part;
}

static inline void
subtract (WebAudioPlayhead * a, const WebAudioPlayhead * b)
{
  a->whole -= b->whole + (a->part < b->part);
  a->part -= b->part;
}

/* Adds @b @n times. */
static void
add_times (WebAudioPlayhead * a, const WebAudioPlayhead * b, uint64_t n)
{
  uint64_t low = b->part & UINT32_MAX, high = b->part >> 32;
  uint64_t n_low = n & UINT32_MAX, n_high = n >> 32;
  uint64_t middle = high * n_low + (low * n_low >> 32);
  WebAudioPlayhead product;

  product.whole = (int64_t) (high * n_high + (middle >> 32));
  middle = (middle & UINT32_MAX) + low * n_high;
  product.whole += (int64_t) (middle >> 32) + b->whole * (int64_t) n;
  product.part = b->part * n;
  add (a, &product);
}

static inline bool
is_before (const WebAudioPlayhead * a, const WebAudioPlayhead * b)
{
  return a->whole < b->whole || (a->whole == b->whole && a->part < b->part);
}

/* Whether @a is where @b is or beyond, but for rounding. */
static bool
has_reached (const WebAudioPlayhead * a, const WebAudioPlayhead * b)
{
  WebAudioPlayhead tolerant = { 0, TOLERANCE_PART };

  add (&tolerant, a);
  return !is_before (&tolerant, b);
}

static void
saturate (WebAudioPlayhead * a)
{
  if (a->whole > MAX_POSITION)
    a->whole = MAX_POSITION;
  else if (a->whole < -MAX_POSITION)
    a->whole = -MAX_POSITION;
}

/* What stays the same during a call. */
typedef struct
{
  const WebAudioBuffer *buffer;
  double speed;
  WebAudioPlayhead step;
  bool loop;
  double loop_start, loop_end;
  WebAudioPlayhead first, end;  /* of the loop */
  WebAudioPlayhead length;      /* of the buffer */
} Course;

static void
plan (Course * course, const WebAudioBuffer * buffer,
    const WebAudioPlayback * playback)
{
  double length = (double) buffer->length;

  course->buffer = buffer;
  /* also what is no number stands still */
  course->speed = fabs (playback->speed) >= MIN_SPEED ?
      fmax (-MAX_SPEED, fmin (playback->speed, MAX_SPEED)) : 0;
  course->loop = playback->loop;
  course->loop_start = 0;
  course->loop_end = length;
  if (playback->loop_start >= 0 && playback->loop_start < playback->loop_end
      && playback->loop_start < length) {
    course->loop_start = playback->loop_start;
    course->loop_end = fmin (playback->loop_end, length);
  }
  from_double (&course->step, course->speed);
  from_double (&course->first, course->loop_start);
  from_double (&course->end, course->loop_end);
  from_double (&course->length, length);
}

/* One frame */

static float
get_fraction (const WebAudioPlayhead * position)
{
  return (float) (int32_t) (position->part >> 40) * 0x1p-24f;
}

/* What follows the last frame of the buffer. */
static float
get_next (const float *plane, const Course * course, bool looping)
{
  size_t last = course->buffer->length - 1;
  size_t first = (size_t) course->first.whole;

  if (looping && first < last)
    return plane[first] + get_fraction (&course->first) *
        (plane[first + 1] - plane[first]);
  if (looping || last == 0)
    return plane[last];
  return plane[last] + (plane[last] - plane[last - 1]);
}

static float
frame_at (const float *plane, const WebAudioPlayhead * position,
    const Course * course, bool looping)
{
  size_t i = (size_t) position->whole;
  float here = plane[i], fraction = get_fraction (position), next;

  if (fraction == 0)
    return here;
  next = i + 1 < course->buffer->length ? plane[i + 1] :
      get_next (plane, course, looping);
  return here + fraction * (next - here);
}

static void
render_frame (const WebAudioBufferSource * source, const Course * course,
    float *const *out, size_t at)
{
  const WebAudioBuffer *buffer = course->buffer;
  WebAudioPlayhead position = source->position;
  const WebAudioPlayhead start = { 0, 0 };
  bool within;
  unsigned c;

  /* the first frame is meant, too, a little before it */
  if (position.whole < 0 && has_reached (&position, &start))
    position = start;
  within = position.whole >= 0 && position.whole < course->length.whole;
  for (c = 0; c < buffer->channels; c++)
    out[c][at] = within ? frame_at (buffer->planes[c], &position, course,
        course->loop && source->entered_loop) : 0;
}

static void
enter_loop (WebAudioBufferSource * source, const Course * course)
{
  bool began_after = has_reached (&source->offset, &course->end);

  source->entered_loop = began_after ? !has_reached (&source->position,
      &course->end) : has_reached (&source->position, &course->first);
}

static bool
is_in_loop (const WebAudioPlayhead * position, const Course * course)
{
  return has_reached (position, &course->first)
      && !has_reached (position, &course->end);
}

/* Puts the playhead back into the loop. */
static void
wrap (WebAudioPlayhead * position, const Course * course)
{
  double from = to_double (position) - course->loop_start;
  double length = course->loop_end - course->loop_start, rest;
  WebAudioPlayhead size = course->end;

  if (!is_in_loop (position, course)) {
    subtract (&size, &course->first);
    if (from < 0)
      add (position, &size);
    else
      subtract (position, &size);
  }
  /* by more than one round */
  if (!is_in_loop (position, course)) {
    rest = fmod (from, length);
    from_double (position, course->loop_start + (rest < 0 ? rest + length :
            rest));
  }
  if (!is_in_loop (position, course))
    *position = course->first;
}

/* Whether the playhead is beyond the buffer and moves on. */
static bool
has_left (const WebAudioPlayhead * position, const Course * course)
{
  const WebAudioPlayhead start = { 0, 0 };

  return course->speed > 0 ? has_reached (position, &course->length) :
      course->speed < 0 && !has_reached (position, &start);
}

/* What the spec does before a frame.
 *
 * Returns: whether there is a frame */
static bool
begin_frame (WebAudioBufferSource * source, const Course * course)
{
  if (course->length.whole == 0
      || (source->limited && has_reached (&source->elapsed, &source->duration)))
    return false;
  if (course->loop) {
    if (!source->entered_loop)
      enter_loop (source, course);
    if (source->entered_loop)
      wrap (&source->position, course);
    return true;
  }
  source->entered_loop = false;
  return !has_left (&source->position, course);
}

static void
advance (WebAudioBufferSource * source, const Course * course, uint32_t n)
{
  add_times (&source->position, &course->step, n);
  add_times (&source->elapsed, &course->step, n);
  saturate (&source->position);
  saturate (&source->elapsed);
}

/* Runs */

/* How many frames, at most @n, of a position that moves at @speed from @from
 * come surely before it is where @limit is. */
static size_t
count_before (double from, double limit, double speed, size_t n)
{
  double way = limit - from, near = speed > 0 ? -2 * TOLERANCE : 2 * TOLERANCE;
  double count = floor ((way + near) / speed) - 1;

  return count < 1 ? 0 : count < (double) n ? (size_t) count : n;
}

/* The same, where it may be beyond and then counts no more. */
static size_t
count_until (double from, double limit, double speed, size_t n)
{
  if (speed == 0 || (speed > 0 ? from >= limit : from < limit - 2 * TOLERANCE))
    return n;
  return count_before (from, limit, speed, n);
}

/* How many of the next @n frames are between two frames of the buffer and need
 * nothing of what begin_frame() does. */
static size_t
count_simple (const WebAudioBufferSource * source, const Course * course,
    size_t n)
{
  double position = to_double (&source->position);
  double last = (double) course->length.whole - 1;
  double speed = course->speed;

  if (source->position.whole < 0
      || source->position.whole >= course->length.whole - 1)
    return 0;
  if (speed != 0)
    n = count_before (position, speed > 0 ? last : 0, speed, n);
  if (course->loop) {
    n = count_until (position, course->loop_start, speed, n);
    n = count_until (position, course->loop_end, speed, n);
  }
  if (source->limited && speed > 0)
    n = count_before (to_double (&source->elapsed),
        to_double (&source->duration), speed, n);
  return n < UINT32_MAX ? n : UINT32_MAX;
}

static void
copy_steps (float *to, const float *from, ptrdiff_t step, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    to[i] = from[(ptrdiff_t) i * step];
}

/* Every position is a frame's. */
static void
copy_run (const WebAudioBufferSource * source, const Course * course,
    float *const *out, size_t at, size_t n)
{
  const WebAudioBuffer *buffer = course->buffer;
  ptrdiff_t step = (ptrdiff_t) course->step.whole;
  unsigned c;

  for (c = 0; c < buffer->channels; c++) {
    const float *from = buffer->planes[c] + source->position.whole;

    if (step == 1)
      memcpy (out[c] + at, from, n * sizeof (float));
    else
      copy_steps (out[c] + at, from, step, n);
  }
}

static inline float
interpolate (const float *from, float fraction)
{
  float between = from[0] + fraction * (from[1] - from[0]);

  /* a NaN is heard when it is reached, not before */
  return fraction == 0 ? from[0] : between;
}

static void
interpolate_one (WebAudioPlayhead position, WebAudioPlayhead step,
    const float *from, float *to, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++) {
    to[i] = interpolate (from + position.whole, get_fraction (&position));
    add (&position, &step);
  }
}

/* Two channels at once, since the position is most of the work. */
static void
interpolate_two (WebAudioPlayhead position, WebAudioPlayhead step,
    const float *const *from, float *const *out, size_t at, size_t n)
{
  const float *left = from[0], *right = from[1];
  float *to_left = out[0] + at, *to_right = out[1] + at;
  size_t i;

  for (i = 0; i < n; i++) {
    float fraction = get_fraction (&position);

    to_left[i] = interpolate (left + position.whole, fraction);
    to_right[i] = interpolate (right + position.whole, fraction);
    add (&position, &step);
  }
}

static void
render_run (const WebAudioBufferSource * source, const Course * course,
    float *const *out, size_t at, size_t n)
{
  const WebAudioBuffer *buffer = course->buffer;
  unsigned c;

  if (course->step.part == 0 && source->position.part == 0) {
    copy_run (source, course, out, at, n);
    return;
  }
  for (c = 0; c + 1 < buffer->channels; c += 2)
    interpolate_two (source->position, course->step, buffer->planes + c,
        out + c, at, n);
  if (c < buffer->channels)
    interpolate_one (source->position, course->step, buffer->planes[c],
        out[c] + at, n);
}

/* The source */

double
webaudio_buffer_source_frames (double seconds, double rate)
{
  double frames = seconds * rate;
  double nearest = rint (frames);

  return fabs (frames - nearest) <= TOLERANCE ? nearest : frames;
}

void
webaudio_buffer_source_start (WebAudioBufferSource * source,
    const WebAudioBuffer * buffer, const WebAudioPlayback * playback,
    double offset, double duration, double late)
{
  Course course;
  WebAudioPlayhead before;

  plan (&course, buffer, playback);
  offset = fmax (0, fmin (offset, (double) buffer->length));
  if (course.loop && course.speed >= 0)
    offset = fmin (offset, course.loop_end);
  else if (course.loop)
    offset = fmax (offset, course.loop_start);
  from_double (&before, course.speed * late);
  from_double (&source->offset, offset);
  source->position = source->offset;
  add (&source->position, &before);
  source->elapsed = before;
  source->limited = duration < (double) MAX_POSITION;
  from_double (&source->duration, duration);
  source->entered_loop = false;
}

size_t
webaudio_buffer_source_render (WebAudioBufferSource * source,
    const WebAudioBuffer * buffer, const WebAudioPlayback * playback,
    float *const *out, size_t n)
{
  Course course;
  size_t done = 0;

  plan (&course, buffer, playback);
  while (done < n && begin_frame (source, &course)) {
    size_t count = count_simple (source, &course, n - done);

    if (count > 0) {
      if (out)
        render_run (source, &course, out, done, count);
    } else {
      if (out)
        render_frame (source, &course, out, done);
      count = 1;
    }
    advance (source, &course, (uint32_t) count);
    done += count;
  }
  return done;
}

/* How many steps away @limit is, rounded up. */
static uint64_t
steps_to (const WebAudioPlayhead * from, const WebAudioPlayhead * limit,
    const Course * course)
{
  double way = to_double (limit) - TOLERANCE - to_double (from);
  double steps = way / course->speed;
  WebAudioPlayhead position = *from;
  uint64_t n;

  if (steps >= 0x1p62)
    return UINT64_MAX;
  /* not beyond, since steps are rounded */
  steps = floor (steps - steps * 0x1p-30) - 2;
  n = steps > 0 ? (uint64_t) steps : 0;
  add_times (&position, &course->step, n);
  while (course->speed > 0 ? !has_reached (&position, limit) :
      has_reached (&position, limit)) {
    add (&position, &course->step);
    n++;
  }
  return n;
}

uint64_t
webaudio_buffer_source_left (const WebAudioBufferSource * source,
    const WebAudioBuffer * buffer, const WebAudioPlayback * playback)
{
  const WebAudioPlayhead start = { 0, 0 };
  Course course;
  uint64_t left = UINT64_MAX, played;

  plan (&course, buffer, playback);
  if (buffer->length == 0
      || (source->limited && has_reached (&source->elapsed, &source->duration)))
    return 0;
  if (course.speed == 0)
    return left;
  if (!course.loop)
    left = steps_to (&source->position, course.speed > 0 ? &course.length :
        &start, &course);
  if (source->limited && course.speed > 0) {
    played = steps_to (&source->elapsed, &source->duration, &course);
    left = played < left ? played : left;
  }
  return left;
}
