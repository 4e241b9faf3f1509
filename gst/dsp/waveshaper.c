/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The curve of a WaveShaperNode, and its over-sampling. */

#include "waveshaper.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vector.h"

#define QUANTUM 128
/* Samples that are shaped at once */
#define CHUNK 64
#define TAPS 128
#define SHORT_TAPS 16
/* Where the middle of a half-band filter is, in samples at its lower rate */
#define MIDDLE (TAPS / 2)
/* The short one begins later, so that both have the same delay */
#define SHORT_OFFSET (MIDDLE - SHORT_TAPS / 2)
#define SHORT_PAST (SHORT_OFFSET + SHORT_TAPS)

/* Curves */

typedef float Floats __attribute__((vector_size (16)));
typedef int32_t Ints __attribute__((vector_size (16)));
typedef float Half __attribute__((vector_size (8)));
typedef double Pair __attribute__((vector_size (16)));
typedef uint64_t Bits __attribute__((vector_size (16)));
#ifdef __clang__
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector (a, b, i, j, k, l)
#else
#define SHUFFLE(a, b, i, j, k, l) \
    __builtin_shuffle (a, b, (Ints) { i, j, k, l })
#endif

/* Loads and stores through these types may be unaligned. */
typedef float LooseFloats __attribute__((vector_size (16),
        aligned (__alignof__ (float)), may_alias));
typedef float LooseHalf __attribute__((vector_size (8),
        aligned (__alignof__ (float)), may_alias));
typedef double LoosePair __attribute__((vector_size (16),
        aligned (__alignof__ (double)), may_alias));

/* The straight lines from one value to the next; from the last one it is
 * level. */
static void
set_lines (WebAudioCurve * self, const double *values, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++) {
    const double from = (float) values[i];
    const double rise = i + 1 < n ? (float) values[i + 1] - from : 0;

    self->lines[i] = self->half * rise;
    self->lines[n + i] = from + (self->half - i) * rise;
  }
}

WebAudioCurve *
webaudio_curve_new (const double *values, size_t n)
{
  static const float silence;
  WebAudioCurve *self = malloc (sizeof *self + 2 * n * sizeof (double));

  if (!self)
    return NULL;
  self->n = n;
  self->half = (n - 1) / 2.0;
  set_lines (self, values, n);
  webaudio_curve_shape (self, &self->at_zero, &silence, 1);
  return self;
}

/* Of a chunk; what is no number becomes silence. Returns whether any sample was
 * not from -1 to 1. */
static bool
limit (float *out, const float *in)
{
  const Floats one = { 1, 1, 1, 1 };
  Ints beyond = { 0 };
  size_t i;

  for (i = 0; i < CHUNK; i += 4) {
    const Floats x = *(const LooseFloats *) (in + i);
    const Ints magnitude = (Ints) x & 0x7fffffff;
    const Ints within = (Floats) magnitude <= 1;
    const Ints nearest = ((Ints) one | ((Ints) x ^ magnitude)) & (x == x);

    *(LooseFloats *) (out + i) = (Floats) (((Ints) x & within) |
        (nearest & ~within));
    beyond |= ~within;
  }
  return (beyond[0] | beyond[1] | beyond[2] | beyond[3]) != 0;
}

/* To a double that is this, adding a number leaves the nearest integer in the
 * last bits. */
#define ROUND 6755399441055744.0        /* 1.5 * 2^52 */

/* A chunk of samples, and which line each is on; on a value either will do. */
typedef struct
{
  double x[CHUNK] __attribute__((aligned (16)));
  union
  {
    double shifted[CHUNK];
    uint64_t bits[CHUNK];
  } line;
} Chunk;

/* Returns whether all are from -1 to 1, so that there are such lines. */
static inline bool
find_lines (const WebAudioCurve * self, Chunk * chunk, const float *in)
{
  const double half = self->half, offset = self->half - 0.5;
  int beyond = 0;
  size_t i;

  for (i = 0; i < CHUNK; i++) {
    beyond |= !(fabsf (in[i]) <= 1);
    chunk->x[i] = in[i];
    chunk->line.shifted[i] = (chunk->x[i] * half + offset) + ROUND;
  }
  return !beyond;
}

/* @limited: whether those before had to be limited; then so may these. */
static void
shape_chunk (const WebAudioCurve * self, float *out, const float *in,
    bool *limited)
{
  const double *slopes = self->lines, *starts = self->lines + self->n;
  float inside[CHUNK];
  Chunk chunk;
  size_t i;

  if (*limited || !find_lines (self, &chunk, in)) {
    *limited = limit (inside, in);
    find_lines (self, &chunk, inside);
  }
  for (i = 0; i < CHUNK; i += 2) {
    const uint32_t a = (uint32_t) chunk.line.bits[i];
    const uint32_t b = (uint32_t) chunk.line.bits[i + 1];
    const Pair slope = { slopes[a], slopes[b] };
    const Pair start = { starts[a], starts[b] };

    *(LooseHalf *) (out + i) = __builtin_convertvector (start +
        slope * *(const Pair *) (chunk.x + i), Half);
  }
}

void
webaudio_curve_shape (const WebAudioCurve * self, float *out, const float *in,
    size_t n)
{
  float padded[CHUNK] = { 0 };
  bool limited = false;
  size_t i;

  for (i = 0; n - i >= CHUNK; i += CHUNK)
    shape_chunk (self, out + i, in + i, &limited);
  if (i == n)
    return;
  memcpy (padded, in + i, (n - i) * sizeof (float));
  shape_chunk (self, padded, padded, &limited);
  memcpy (out + i, padded, (n - i) * sizeof (float));
}

/* Over-sampling. Up: every other sample is an old one, delayed, and the one
 * between is a convolution. Both, the even and the odd samples, are shaped, and
 * the convolution of the odd ones plus the delayed even ones, halved, are the
 * result. */

/* Each array has what is remembered before the samples of this quantum, and room
 * for what is computed only because whole vectors are. */
#define ROOM 32

struct _WebAudioShaperChannel
{
  float in[TAPS + QUANTUM + ROOM];
  /* shaped, at twice the rate: the even and the odd samples */
  float even[MIDDLE + QUANTUM];
  float odd[TAPS + QUANTUM + ROOM];
  /* the same at four times the rate, where pairs are one sample at twice it */
  float twice[SHORT_PAST + 2 * QUANTUM + ROOM];
  float twice_even[MIDDLE + 2 * QUANTUM];
  float twice_odd[SHORT_PAST + 2 * QUANTUM + ROOM];
};

typedef struct _WebAudioShaperChannel Channel;

unsigned
webaudio_shaper_latency (unsigned factor)
{
  return factor == 1 ? 0 : factor == 2 ? 2 * MIDDLE : 3 * MIDDLE;
}

/* For how many frames an input is remembered, in whole quanta */
static uint64_t
get_memory (unsigned factor)
{
  return factor == 2 ? 2 * QUANTUM : 3 * QUANTUM;
}

/* A sinc, half a sample off, in a Blackman window; its sum is 1, so that a
 * constant stays what it is. */
static void
make_half_band (float *taps, size_t n)
{
  double factors[TAPS], sum = 0;
  size_t i;

  for (i = 0; i < n; i++) {
    double angle = M_PI * (i + 0.5 - n / 2.0);
    double turn = 2 * M_PI * (i + 0.5) / n;

    factors[i] = sin (angle) / angle
        * (0.42 - 0.5 * cos (turn) + 0.08 * cos (2 * turn));
    sum += factors[i];
  }
  for (i = 0; i < n; i++)
    taps[i] = (float) (factors[i] / sum);
}

void
webaudio_shaper_init (WebAudioShaper * self)
{
  memset (self, 0, sizeof *self);
  make_half_band (self->half_band, TAPS);
  make_half_band (self->short_half_band, SHORT_TAPS);
  self->factor = 1;
  self->channels = 1;
  self->at_rest = true;
}

void
webaudio_shaper_clear (WebAudioShaper * self)
{
  unsigned c;

  for (c = 0; c < WEBAUDIO_MAX_CHANNELS; c++)
    free (self->past[c]);
  memset (self, 0, sizeof *self);
}

static void
forget (WebAudioShaper * self)
{
  unsigned c;

  for (c = 0; c < WEBAUDIO_MAX_CHANNELS; c++)
    if (self->past[c])
      memset (self->past[c], 0, sizeof (Channel));
}

void
webaudio_shaper_reset (WebAudioShaper * self, unsigned factor)
{
  forget (self);
  self->factor = factor;
  self->channels = 1;
  self->at_rest = true;
  self->heard = false;
  self->silent = self->narrow = 0;
}

void
webaudio_shaper_set_factor (WebAudioShaper * self, unsigned factor)
{
  unsigned c;

  if (self->factor == 1 || factor == 1) {
    webaudio_shaper_reset (self, factor);
    return;
  }
  self->factor = factor;
  for (c = 0; c < WEBAUDIO_MAX_CHANNELS; c++) {
    Channel *past = self->past[c];

    if (!past)
      continue;
    memset (past->twice, 0, sizeof past->twice);
    memset (past->twice_even, 0, sizeof past->twice_even);
    memset (past->twice_odd, 0, sizeof past->twice_odd);
  }
}

bool
webaudio_shaper_is_at_rest (const WebAudioShaper * self)
{
  return self->factor == 1 || self->at_rest;
}

static bool
ensure_past (WebAudioShaper * self, unsigned channels)
{
  unsigned c;

  for (c = 0; c < channels; c++) {
    if (!self->past[c])
      self->past[c] = calloc (1, sizeof (Channel));
    if (!self->past[c])
      return false;
  }
  return true;
}

bool
webaudio_shaper_widen (WebAudioShaper * self, unsigned channels,
    WebAudioInterpretation interpretation)
{
  int origins[WEBAUDIO_MAX_CHANNELS];
  unsigned c;

  if (self->factor == 1) {
    self->channels = channels;
    return true;
  }
  if (!ensure_past (self, channels))
    return false;
  if (channels <= self->channels)
    return true;
  webaudio_channel_origins (origins, channels, self->channels, interpretation);
  /* none comes from behind itself */
  for (c = channels; c-- > 0;) {
    if (origins[c] < 0)
      memset (self->past[c], 0, sizeof (Channel));
    else if (origins[c] != (int) c)
      memcpy (self->past[c], self->past[origins[c]], sizeof (Channel));
  }
  self->channels = channels;
  return true;
}

/* Puts @n samples of both behind one another in turn. */
static void
interleave (float *out, const float *even, const float *odd, size_t n)
{
  size_t i;

  for (i = 0; n - i >= 4; i += 4) {
    const Floats a = *(const LooseFloats *) (even + i);
    const Floats b = *(const LooseFloats *) (odd + i);

    *(LooseFloats *) (out + 2 * i) = SHUFFLE (a, b, 0, 4, 1, 5);
    *(LooseFloats *) (out + 2 * i + 4) = SHUFFLE (a, b, 2, 6, 3, 7);
  }
  for (; i < n; i++) {
    out[2 * i] = even[i];
    out[2 * i + 1] = odd[i];
  }
}

static void
deinterleave (float *even, float *odd, const float *in, size_t n)
{
  size_t i;

  for (i = 0; n - i >= 4; i += 4) {
    const Floats a = *(const LooseFloats *) (in + 2 * i);
    const Floats b = *(const LooseFloats *) (in + 2 * i + 4);

    *(LooseFloats *) (even + i) = SHUFFLE (a, b, 0, 2, 4, 6);
    *(LooseFloats *) (odd + i) = SHUFFLE (a, b, 1, 3, 5, 7);
  }
  for (; i < n; i++) {
    even[i] = in[2 * i];
    odd[i] = in[2 * i + 1];
  }
}

/* Writes whole vectors. */
static void
filter (float *out, const float *in, const float *taps, size_t n_taps, size_t n)
{
  webaudio_vector_convolve (out, in, taps, n_taps,
      (n + ROOM - 1) / ROOM * ROOM);
}

/* Keeps what the next quantum needs. */
static void
slide (float *samples, size_t past, size_t n)
{
  memcpy (samples, samples + n, past * sizeof (float));
}

/* Shapes @n samples at twice the rate, from the @at-th of a quantum on, at four
 * times the rate. Writes whole vectors. */
static void
shape_twice (const WebAudioShaper * self, Channel * past,
    const WebAudioCurve * curve, float *shaped, size_t at, size_t n)
{
  const float *x = past->twice + SHORT_PAST + at;
  float *e = past->twice_even + MIDDLE + at;
  float *o = past->twice_odd + SHORT_PAST + at;

  webaudio_curve_shape (curve, e, x - MIDDLE, n);
  filter (o, x - SHORT_OFFSET, self->short_half_band, SHORT_TAPS, n);
  webaudio_curve_shape (curve, o, o, n);
  filter (shaped, o - SHORT_OFFSET - 1, self->short_half_band, SHORT_TAPS, n);
  webaudio_vector_add (shaped, shaped, e - MIDDLE, n);
  webaudio_vector_scale (shaped, shaped, 0.5f, n);
  if (at + n == 2 * QUANTUM) {
    slide (past->twice, SHORT_PAST, 2 * QUANTUM);
    slide (past->twice_even, MIDDLE, 2 * QUANTUM);
    slide (past->twice_odd, SHORT_PAST, 2 * QUANTUM);
  }
}

/* Shapes what is at twice the rate, the old samples and those between. */
static void
shape_halves (const WebAudioShaper * self, Channel * past,
    const WebAudioCurve * curve, const float *x, size_t at, size_t n)
{
  float *e = past->even + MIDDLE + at, *o = past->odd + TAPS + at;
  float both[2 * QUANTUM + ROOM];

  if (self->factor == 2) {
    webaudio_curve_shape (curve, e, x, n);
    webaudio_curve_shape (curve, o, o, n);
    return;
  }
  interleave (past->twice + SHORT_PAST + 2 * at, x, o, n);
  shape_twice (self, past, curve, both, 2 * at, 2 * n);
  deinterleave (e, o, both, n);
}

/* One channel, @n frames from the @at-th of a quantum on */
static void
shape_channel (const WebAudioShaper * self, Channel * past,
    const WebAudioCurve * curve, float *out, const float *samples, size_t at,
    size_t n)
{
  float *x = past->in + TAPS + at;
  const float *e = past->even + MIDDLE + at;
  float *o = past->odd + TAPS + at;
  float between[QUANTUM + ROOM];

  memcpy (x, samples, n * sizeof (float));
  filter (o, x, self->half_band, TAPS, n);
  shape_halves (self, past, curve, x - MIDDLE, at, n);
  filter (between, o - 1, self->half_band, TAPS, n);
  webaudio_vector_add (out, between, e - MIDDLE, n);
  webaudio_vector_scale (out, out, 0.5f, n);
  if (at + n == QUANTUM) {
    slide (past->in, TAPS, QUANTUM);
    slide (past->even, MIDDLE, QUANTUM);
    slide (past->odd, TAPS, QUANTUM);
  }
}

static bool
is_silent (const float *in, size_t n)
{
  size_t i = n;

  /* the last sample tells nearly always */
  while (i > 0 && in[i - 1] == 0)
    i--;
  return i == 0;
}

/* At the end of a quantum */
static void
conclude (WebAudioShaper * self, unsigned channels)
{
  self->silent = self->heard ? 0 : self->silent + QUANTUM;
  self->at_rest = self->silent > get_memory (self->factor);
  self->narrow = channels < self->channels ? self->narrow + QUANTUM : 0;
  self->heard = false;
}

void
webaudio_shaper_process (WebAudioShaper * self, const WebAudioCurve * curve,
    uint64_t frame, float *const *out, const float *const *in,
    unsigned channels, size_t n)
{
  size_t done, count, at;
  unsigned c;

  if (self->factor == 1) {
    for (c = 0; c < self->channels; c++)
      webaudio_curve_shape (curve, out[c], in[c], n);
    return;
  }
  for (done = 0; done < n; done += count) {
    at = (frame + done) % QUANTUM;
    count = n - done < QUANTUM - at ? n - done : QUANTUM - at;
    for (c = 0; c < self->channels && !self->heard; c++)
      self->heard = !is_silent (in[c] + done, count);
    self->at_rest = self->at_rest && !self->heard;
    for (c = 0; c < self->channels; c++)
      shape_channel (self, self->past[c], curve, out[c] + done, in[c] + done,
          at, count);
    if (at + count == QUANTUM)
      conclude (self, channels);
  }
  if (self->narrow > get_memory (self->factor))
    self->channels = channels;
}
