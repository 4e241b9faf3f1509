/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A ring of planes. What was not silence lies between two frames, begin and
 * end; everything outside of these is silence without having been written, so
 * that a line costs nothing while it is silent and need not be cleared. */

#include "delay.h"
#include "vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define QUANTUM 128
/* Frames whose places are worked out together for all channels. */
#define CHUNK 64

struct _WebAudioDelay
{
  double longest;
  size_t reach;                 /* the same in whole frames, rounded up */
  size_t size;                  /* of the ring, a multiple of the quantum */
  float *planes[WEBAUDIO_MAX_CHANNELS];
  unsigned n_planes;

  uint64_t next;                /* the frame after the last that was written */
  uint64_t begin, end;          /* what is not silence; nothing if equal */

  bool begun;                   /* something was written since the reset */
  unsigned channels;            /* of all that is in the line */
};

static size_t
min_size (size_t a, size_t b)
{
  return a < b ? a : b;
}

/* What is read lies within the frame of a reading and those @reach before it,
 * and one more to interpolate with; a block is written before it is read. */
static size_t
ring_size (size_t reach, size_t block)
{
  return (reach + block + 1 + 2 * QUANTUM - 1) / QUANTUM * QUANTUM;
}

WebAudioDelay *
webaudio_delay_new (double longest, size_t block)
{
  WebAudioDelay *line = calloc (1, sizeof (WebAudioDelay));

  line->longest = longest;
  line->reach = (size_t) ceil (longest);
  line->size = ring_size (line->reach, block);
  webaudio_delay_reset (line);
  return line;
}

void
webaudio_delay_free (WebAudioDelay * line)
{
  unsigned c;

  if (!line)
    return;
  for (c = 0; c < line->n_planes; c++)
    free (line->planes[c]);
  free (line);
}

void
webaudio_delay_reset (WebAudioDelay * line)
{
  line->begin = line->end = 0;
  line->begun = false;
  line->channels = 1;
}

/* Writing */

static void
put (float *ring, size_t size, size_t slot, const float *in, size_t n)
{
  size_t first = min_size (n, size - slot);

  if (in) {
    memcpy (ring + slot, in, first * sizeof (float));
    memcpy (ring, in + first, (n - first) * sizeof (float));
  } else {
    memset (ring + slot, 0, first * sizeof (float));
    memset (ring, 0, (n - first) * sizeof (float));
  }
}

static void
get (const float *ring, size_t size, size_t slot, float *out, size_t n)
{
  size_t first = min_size (n, size - slot);

  memcpy (out, ring + slot, first * sizeof (float));
  memcpy (out + first, ring, (n - first) * sizeof (float));
}

/* Moves everything within reach to a larger ring. */
static void
grow (WebAudioDelay * line, size_t block)
{
  size_t size = ring_size (line->reach, block);
  size_t kept = (line->reach + 1 + 2 * QUANTUM - 1) / QUANTUM * QUANTUM;
  uint64_t from = line->next - line->next % QUANTUM + QUANTUM;
  unsigned c;
  size_t i;

  from = from > kept ? from - kept : 0;
  for (c = 0; c < line->n_planes; c++) {
    float *plane = malloc (size * sizeof (float));

    for (i = 0; i < kept; i += QUANTUM)
      memcpy (plane + (from + i) % size,
          line->planes[c] + (from + i) % line->size, QUANTUM * sizeof (float));
    free (line->planes[c]);
    line->planes[c] = plane;
  }
  line->size = size;
}

static void
add_planes (WebAudioDelay * line, unsigned channels)
{
  for (; line->n_planes < channels; line->n_planes++)
    line->planes[line->n_planes] = malloc (line->size * sizeof (float));
}

/* What @next and later ones cannot reach is past. */
static void
forget (WebAudioDelay * line, uint64_t next)
{
  if (next >= line->end + line->reach)
    line->begin = line->end = next;
}

/* Mixes what is in the line to another number of channels. */
static void
set_channels (WebAudioDelay * line, unsigned channels,
    WebAudioInterpretation interpretation)
{
  uint64_t frame = line->next > line->size ? line->next - line->size : 0;
  float samples[WEBAUDIO_MAX_CHANNELS][QUANTUM];
  float *to[WEBAUDIO_MAX_CHANNELS];
  const float *from[WEBAUDIO_MAX_CHANNELS];
  size_t slot, n;
  unsigned c;

  if (line->begin < line->end && channels != line->channels) {
    add_planes (line, channels);
    frame = frame > line->begin ? frame : line->begin;
    for (; frame < line->next; frame += n) {
      slot = frame % line->size;
      n = min_size (line->next - frame, QUANTUM - slot % QUANTUM);
      for (c = 0; c < line->channels; c++)
        from[c] = line->planes[c] + slot;
      for (c = 0; c < channels; c++)
        to[c] = samples[c];
      webaudio_channel_mix (to, channels, from, line->channels, interpretation,
          false, n);
      for (c = 0; c < channels; c++)
        memcpy (line->planes[c] + slot, samples[c], n * sizeof (float));
    }
  }
  line->channels = channels;
}

static void
write_silence (WebAudioDelay * line, uint64_t n)
{
  size_t slot = line->next % line->size;
  unsigned c;

  forget (line, line->next);
  if (line->begin < line->end) {
    for (c = 0; c < line->n_planes; c++)
      put (line->planes[c], line->size, slot, NULL, (size_t) n);
  }
  line->next += n;
}

static bool
is_zero (const float *const *in, unsigned channels, size_t i)
{
  unsigned c;

  for (c = 0; c < channels; c++)
    if (in[c][i] != 0)
      return false;
  return true;
}

/* Only what is not zero at both ends counts as sound. */
static void
note_sound (WebAudioDelay * line, const float *const *in, unsigned channels,
    size_t n)
{
  size_t first = 0;

  while (n > 0 && is_zero (in, channels, n - 1))
    n--;
  if (n == 0)
    return;
  if (line->begin == line->end) {
    while (is_zero (in, channels, first))
      first++;
    line->begin = line->next + first;
  }
  line->end = line->next + n;
}

static void
write_sound (WebAudioDelay * line, const float *const *in, size_t n)
{
  size_t slot = line->next % line->size;
  unsigned c;

  forget (line, line->next);
  add_planes (line, line->channels);
  for (c = 0; c < line->channels; c++)
    put (line->planes[c], line->size, slot, in[c], n);
  note_sound (line, in, line->channels, n);
  line->next += n;
}

/* Writes what belongs to a quantum that has begun with another number of
 * channels. */
static void
write_mixed (WebAudioDelay * line, const float *const *in, unsigned channels,
    WebAudioInterpretation interpretation, size_t n)
{
  float samples[WEBAUDIO_MAX_CHANNELS][QUANTUM];
  float *planes[WEBAUDIO_MAX_CHANNELS];
  unsigned c;

  for (c = 0; c < line->channels; c++)
    planes[c] = samples[c];
  webaudio_channel_mix (planes, line->channels, in, channels, interpretation,
      false, n);
  write_sound (line, (const float *const *) planes, n);
}

static void
advance (const float *const *in, const float **rest, unsigned channels,
    size_t n)
{
  unsigned c;

  for (c = 0; c < channels; c++)
    rest[c] = in[c] + n;
}

/* Goes on at @frame. */
static void
move_to (WebAudioDelay * line, uint64_t frame)
{
  if (frame < line->next)
    webaudio_delay_reset (line);
  if (!line->begun) {
    line->begin = line->end = line->next = frame;
    line->begun = true;
  } else if (frame > line->next) {
    forget (line, frame);
    write_silence (line, frame - line->next);
  }
}

void
webaudio_delay_write (WebAudioDelay * line, uint64_t frame,
    const float *const *in, unsigned channels,
    WebAudioInterpretation interpretation, size_t n)
{
  const float *rest[WEBAUDIO_MAX_CHANNELS];
  bool first = !line->begun || frame < line->next;
  size_t begun = QUANTUM - frame % QUANTUM;

  if (ring_size (line->reach, n) > line->size)
    grow (line, n);
  move_to (line, frame);
  if (begun < QUANTUM && !first && channels != line->channels) {
    begun = min_size (begun, n);
    if (in) {
      write_mixed (line, in, channels, interpretation, begun);
      advance (in, rest, channels, begun);
      in = rest;
    } else {
      write_silence (line, begun);
    }
    n -= begun;
  }
  if (n == 0)
    return;
  forget (line, line->next);
  set_channels (line, channels, interpretation);
  if (in)
    write_sound (line, in, n);
  else
    write_silence (line, n);
}

/* The largest magnitude, or something that is not finite where a sample is not.
 */
static float
find_peak (const float *const *in, unsigned channels, size_t n)
{
  float peak = 0, other = 0;
  unsigned c;
  size_t i;

  for (c = 0; c < channels; c++) {
    for (i = 0; i < n; i++) {
      float magnitude = fabsf (in[c][i]);

      peak = magnitude > peak ? magnitude : peak;
      other += magnitude * 0;
    }
  }
  return peak + other;
}

static void
feed_quantum (WebAudioDelay * line, uint64_t frame, const float *const *in,
    unsigned channels, WebAudioInterpretation interpretation, size_t n,
    bool fading)
{
  float peak = find_peak (in, channels, n);
  float samples[WEBAUDIO_MAX_CHANNELS][QUANTUM];
  const float *planes[WEBAUDIO_MAX_CHANNELS];
  unsigned c;
  size_t i;

  if (!isfinite (peak)) {
    for (c = 0; c < channels; c++) {
      for (i = 0; i < n; i++)
        samples[c][i] = isfinite (in[c][i]) ? in[c][i] : 0;
      planes[c] = samples[c];
    }
    in = planes;
  } else if (peak == 0 || (fading && peak < WEBAUDIO_DELAY_FLOOR)) {
    in = NULL;
  }
  webaudio_delay_write (line, frame, in, channels, interpretation, n);
}

void
webaudio_delay_feed (WebAudioDelay * line, uint64_t frame,
    const float *const *in, unsigned channels,
    WebAudioInterpretation interpretation, size_t n, bool fading)
{
  const float *planes[WEBAUDIO_MAX_CHANNELS];
  size_t done, count;

  if (!in) {
    webaudio_delay_write (line, frame, NULL, channels, interpretation, n);
    return;
  }
  for (done = 0; done < n; done += count) {
    count = min_size (n - done, QUANTUM - (frame + done) % QUANTUM);
    advance (in, planes, channels, done);
    feed_quantum (line, frame + done, planes, channels, interpretation, count,
        fading);
  }
}

/* Reading */

/* Where a frame is read: @at, and with the weight @before the frame before. */
typedef struct
{
  int64_t at;
  float before;
} Place;

static inline double
delay_of (const WebAudioDelay * line, const WebAudioDelayReading * reading,
    size_t i)
{
  double seconds = reading->seconds ? reading->seconds[i] : reading->constant;
  double delay = seconds * reading->rate;

  /* a float is meant as precisely as floats can say: 0.02f at 48000 Hz is 960 */
  if (seconds == (float) seconds)
    delay = (float) delay;
  delay = delay > reading->shortest ? delay : reading->shortest;
  return delay < line->longest ? delay : line->longest;
}

static inline Place
place_of (const WebAudioDelay * line, const WebAudioDelayReading * reading,
    size_t i)
{
  double delay = delay_of (line, reading, i);
  int64_t whole = (int64_t) delay;
  Place place = { (int64_t) (reading->frame + i) - whole,
    (float) (delay - (double) whole)
  };

  return place;
}

static bool
is_sound (const WebAudioDelay * line, int64_t at)
{
  return at >= (int64_t) line->begin && at < (int64_t) line->end
      && at + (int64_t) line->size >= (int64_t) line->next;
}

/* The first and the last frame that may be read. */
static void
find_range (const WebAudioDelay * line, const WebAudioDelayReading * reading,
    int64_t * first, int64_t * last)
{
  int64_t frame = (int64_t) reading->frame, end = frame + (int64_t) reading->n;

  if (reading->seconds) {
    *first = frame - (int64_t) line->reach - 1;
    *last = end - 1 - (int64_t) reading->shortest;
  } else {
    Place place = place_of (line, reading, 0);

    *first = place.at - (place.before != 0);
    *last = place.at + (int64_t) reading->n - 1;
  }
}

/* Whether any of the frames that are read is sound. */
static bool
finds_sound (const WebAudioDelay * line, const WebAudioDelayReading * reading)
{
  int64_t first, last;
  size_t i;

  find_range (line, reading, &first, &last);
  if (first >= (int64_t) line->end || last < (int64_t) line->begin
      || line->begin == line->end)
    return false;
  if (!reading->seconds || is_sound (line, first))
    return true;
  for (i = 0; i < reading->n; i++) {
    Place place = place_of (line, reading, i);

    if (is_sound (line, place.at)
        || (place.before != 0 && is_sound (line, place.at - 1)))
      return true;
  }
  return false;
}

unsigned
webaudio_delay_survey (const WebAudioDelay * line,
    const WebAudioDelayReading * reading, bool *silent)
{
  *silent = !finds_sound (line, reading);
  return line->channels;
}

static inline float
fetch (const WebAudioDelay * line, int64_t at, unsigned c)
{
  return is_sound (line, at) ? line->planes[c][(uint64_t) at % line->size] : 0;
}

static inline float
interpolate (float at, float before, float weight)
{
  return weight == 0 ? at : at * (1 - weight) + before * weight;
}

/* Whatever the frames are. */
static void
read_each (const WebAudioDelay * line, const WebAudioDelayReading * reading,
    float *const *out)
{
  float at, before;
  unsigned c;
  size_t i;

  for (i = 0; i < reading->n; i++) {
    Place place = place_of (line, reading, i);

    for (c = 0; c < line->channels; c++) {
      at = fetch (line, place.at, c);
      before = place.before != 0 ? fetch (line, place.at - 1, c) : 0;
      out[c][i] = interpolate (at, before, place.before);
    }
  }
}

static size_t
slot_of (const WebAudioDelay * line, int64_t at)
{
  return (size_t) ((uint64_t) at % line->size);
}

/* All of it sound. */
static void
read_constant (const WebAudioDelay * line,
    const WebAudioDelayReading * reading, float *const *out)
{
  Place place = place_of (line, reading, 0);
  float before[CHUNK];
  size_t done, count;
  unsigned c;

  for (c = 0; c < line->channels; c++) {
    get (line->planes[c], line->size, slot_of (line, place.at), out[c],
        reading->n);
    if (place.before == 0)
      continue;
    webaudio_vector_scale (out[c], out[c], 1 - place.before, reading->n);
    for (done = 0; done < reading->n; done += count) {
      count = min_size (reading->n - done, CHUNK);
      get (line->planes[c], line->size,
          slot_of (line, place.at - 1 + (int64_t) done), before, count);
      webaudio_vector_add_scaled (out[c] + done, before, place.before, count);
    }
  }
}

static void
read_chunk (const WebAudioDelay * line, const WebAudioDelayReading * reading,
    float *const *out, size_t from, size_t n)
{
  size_t at[CHUNK], before[CHUNK], i;
  size_t slot = slot_of (line, (int64_t) (reading->frame + from));
  float weight[CHUNK];
  unsigned c;

  for (i = 0; i < n; i++) {
    double delay = delay_of (line, reading, from + i);
    int64_t whole = (int64_t) delay;
    int64_t place = (int64_t) (slot + i) - whole;

    weight[i] = (float) (delay - (double) whole);
    place += place < 0 ? (int64_t) line->size : 0;
    place -= place >= (int64_t) line->size ? (int64_t) line->size : 0;
    at[i] = (size_t) place;
    before[i] = place > 0 ? (size_t) place - 1 : line->size - 1;
  }
  for (c = 0; c < line->channels; c++) {
    const float *plane = line->planes[c];

    for (i = 0; i < n; i++)
      out[c][from + i] = interpolate (plane[at[i]], plane[before[i]],
          weight[i]);
  }
}

void
webaudio_delay_read (const WebAudioDelay * line,
    const WebAudioDelayReading * reading, float *const *out)
{
  int64_t first, last;
  size_t done, count;

  find_range (line, reading, &first, &last);
  if (!is_sound (line, first) || !is_sound (line, last)) {
    read_each (line, reading, out);
  } else if (!reading->seconds) {
    read_constant (line, reading, out);
  } else {
    for (done = 0; done < reading->n; done += count) {
      count = min_size (reading->n - done, CHUNK);
      read_chunk (line, reading, out, done, count);
    }
  }
}

bool
webaudio_delay_is_over (const WebAudioDelay * line, uint64_t frame,
    double longest)
{
  double reach = ceil (longest < line->longest ? longest : line->longest);

  return line->begin == line->end || frame >= line->end + (uint64_t) reach;
}
