/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a recursive filter is over, poisoned, or narrower than it was. */

#include "recursion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GROUP WEBAUDIO_RECURSION_GROUP

/* What can not be heard: -240 dB */
#define INAUDIBLE 0x1p-40
/* How long a tail may be heard, in seconds, as in Chromium */
#define LONGEST_TAIL 30

typedef float Lanes __attribute__((vector_size (16)));
/* Loads and stores through this may be unaligned. */
typedef float LooseLanes __attribute__((vector_size (16),
        aligned (__alignof__ (float)), may_alias));

typedef int Indices __attribute__((vector_size (16)));

#ifdef __clang__
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector (a, b, i, j, k, l)
#else
#define SHUFFLE(a, b, i, j, k, l) \
    __builtin_shuffle (a, b, (Indices) { i, j, k, l })
#endif

static inline size_t
at (size_t k, size_t channel)
{
  return k * WEBAUDIO_MAX_CHANNELS + channel;
}

void
webaudio_recursion_init (WebAudioRecursion * self, unsigned order, double rate)
{
  unsigned rows = order + WEBAUDIO_RECURSION_GROUP - 1;
  size_t n = (size_t) rows * WEBAUDIO_MAX_CHANNELS;

  memset (self, 0, sizeof *self);
  self->order = order;
  self->rows = rows;
  self->channels = 1;
  self->x = calloc (2 * n, sizeof (double));
  if (!self->x)
    abort ();
  self->y = self->x + n;
  self->at_rest = true;
  self->patience = (uint64_t) ceil (LONGEST_TAIL * rate);
}

void
webaudio_recursion_clear (WebAudioRecursion * self)
{
  free (self->x);
  memset (self, 0, sizeof *self);
}

static void
forget (WebAudioRecursion * self)
{
  memset (self->x, 0,
      2 * (size_t) self->rows * WEBAUDIO_MAX_CHANNELS * sizeof (double));
}

void
webaudio_recursion_reset (WebAudioRecursion * self)
{
  forget (self);
  self->channels = 1;
  self->at_rest = true;
  self->heard = false;
  self->silent = 0;
}

bool
webaudio_recursion_is_at_rest (const WebAudioRecursion * self)
{
  return self->at_rest;
}

/* Makes channel @to what @from is, or 0 where that is negative. */
static void
copy_channel (WebAudioRecursion * self, unsigned to, int from)
{
  unsigned k;

  for (k = 0; k < self->rows; k++) {
    self->x[at (k, to)] = from < 0 ? 0 : self->x[at (k, from)];
    self->y[at (k, to)] = from < 0 ? 0 : self->y[at (k, from)];
  }
}

/* Mixes the past up to @to channels. */
static void
spread (WebAudioRecursion * self, unsigned to, const int *origins)
{
  unsigned k, c;

  /* the rows of y follow those of x */
  for (k = 0; k < 2 * self->rows; k++) {
    double *row = self->x + at (k, 0);
    double before[WEBAUDIO_MAX_CHANNELS];

    memcpy (before, row, sizeof before);
    for (c = 0; c < to; c++)
      row[c] = origins[c] < 0 ? 0 : before[origins[c]];
  }
}

void
webaudio_recursion_widen (WebAudioRecursion * self, unsigned channels,
    WebAudioInterpretation interpretation)
{
  int origins[WEBAUDIO_MAX_CHANNELS];

  if (channels <= self->channels)
    return;
  if (!self->at_rest) {
    webaudio_channel_origins (origins, channels, self->channels,
        interpretation);
    spread (self, channels, origins);
  }
  self->channels = channels;
}

static bool
is_silent (const float *in, size_t n)
{
  Indices heard = { 0 };
  size_t i;

  /* the last sample tells nearly always */
  if (in[n - 1] != 0)
    return false;
  for (i = 0; n - i >= 4; i += 4)
    heard |= *(const LooseLanes *) (in + i) != 0;
  for (; i < n; i++)
    heard[0] |= in[i] != 0;
  return !(heard[0] | heard[1] | heard[2] | heard[3]);
}

void
webaudio_recursion_listen (WebAudioRecursion * self, const float *const *in,
    size_t n)
{
  unsigned c;

  for (c = 0; c < self->channels && !self->heard; c++)
    self->heard = !is_silent (in[c], n);
  if (self->heard)
    self->at_rest = false;
}

/* Copies the past of @lanes channels to @frames, in the order of time. */
static inline void
load_past (const WebAudioRecursion * self, unsigned c, unsigned lanes,
    WebAudioRecursionFrames * frames)
{
  unsigned k, lane;

  for (k = 0; k < self->rows; k++)
    for (lane = 0; lane < lanes; lane++) {
      size_t to = (WEBAUDIO_RECURSION_REACH - 1 - k) * lanes + lane;

      frames->x[to] = (float) self->x[at (k, c + lane)];
      frames->y[to] = self->y[at (k, c + lane)];
    }
}

/* Copies what will be the past after @n frames from there. */
static inline void
store_past (WebAudioRecursion * self, unsigned c, unsigned lanes, size_t n,
    const WebAudioRecursionFrames * frames)
{
  unsigned k, lane;

  for (k = 0; k < self->rows; k++)
    for (lane = 0; lane < lanes; lane++) {
      size_t from = (WEBAUDIO_RECURSION_REACH + n - 1 - k) * lanes + lane;

      self->x[at (k, c + lane)] = frames->x[from];
      self->y[at (k, c + lane)] = frames->y[from];
    }
}

/* @dst becomes pairs of both. */
static void
interleave (float *dst, const float *a, const float *b, size_t n)
{
  size_t i;

  for (i = 0; n - i >= 4; i += 4) {
    const Lanes left = *(const LooseLanes *) (a + i);
    const Lanes right = *(const LooseLanes *) (b + i);

    *(LooseLanes *) (dst + 2 * i) = SHUFFLE (left, right, 0, 4, 1, 5);
    *(LooseLanes *) (dst + 2 * i + 4) = SHUFFLE (left, right, 2, 6, 3, 7);
  }
  for (; i < n; i++) {
    dst[2 * i] = a[i];
    dst[2 * i + 1] = b[i];
  }
}

static void
separate (float *a, float *b, const float *src, size_t n)
{
  size_t i;

  for (i = 0; n - i >= 4; i += 4) {
    const Lanes early = *(const LooseLanes *) (src + 2 * i);
    const Lanes late = *(const LooseLanes *) (src + 2 * i + 4);

    *(LooseLanes *) (a + i) = SHUFFLE (early, late, 0, 2, 4, 6);
    *(LooseLanes *) (b + i) = SHUFFLE (early, late, 1, 3, 5, 7);
  }
  for (; i < n; i++) {
    a[i] = src[2 * i];
    b[i] = src[2 * i + 1];
  }
}

void
webaudio_recursion_load (const WebAudioRecursion * self, unsigned c,
    unsigned lanes, const float *const *in, size_t n,
    WebAudioRecursionFrames * frames)
{
  float *x = frames->x + WEBAUDIO_RECURSION_REACH * lanes;
  const Lanes zero = { 0 };
  unsigned i;

  if (lanes == 1) {
    load_past (self, c, 1, frames);
    memcpy (x, in[0], n * sizeof (float));
  } else {
    load_past (self, c, 2, frames);
    interleave (x, in[0], in[1], n);
  }
  for (i = 0; i < GROUP * lanes; i += 4)
    *(LooseLanes *) (x + n * lanes + i) = zero;
}

void
webaudio_recursion_store (WebAudioRecursion * self, unsigned c,
    unsigned lanes, float *const *out, size_t n,
    const WebAudioRecursionFrames * frames)
{
  const float *from = frames->out + WEBAUDIO_RECURSION_REACH * lanes;

  if (lanes == 1) {
    memcpy (out[0], from, n * sizeof (float));
    store_past (self, c, 1, n, frames);
  } else {
    separate (out[0], out[1], from, n);
    store_past (self, c, 2, n, frames);
  }
}

bool
webaudio_recursion_is_settling (const WebAudioRecursion * self,
    unsigned channels)
{
  return !self->at_rest && (!self->heard || channels < self->channels);
}

/* The most that may be heard, without further input, of how channel @c differs
 * from @origin, or from silence where that is negative. */
static double
foresee (const WebAudioRecursion * self,
    const WebAudioRecursionFilter * filter, unsigned c, int origin)
{
  double sum = 0;
  unsigned i, k;

  /* the filter of x and y is that of s, its transposed form, by 1 / A(z) */
  for (i = 0; i < self->order; i++) {
    double s = 0;

    for (k = i + 1; k <= self->order; k++) {
      double x = self->x[at (k - i - 1, c)], y = self->y[at (k - i - 1, c)];

      if (origin >= 0) {
        x -= self->x[at (k - i - 1, origin)];
        y -= self->y[at (k - i - 1, origin)];
      }
      s += filter->b[k] * x - filter->a[k] * y;
    }
    sum += fabs (s);
  }
  return sum * filter->peak;
}

static bool
is_finite (const WebAudioRecursion * self)
{
  unsigned k, c;

  for (k = 0; k < self->order; k++)
    for (c = 0; c < self->channels; c++)
      if (!isfinite (self->x[at (k, c)]) || !isfinite (self->y[at (k, c)]))
        return false;
  return true;
}

static bool
is_inaudible (const WebAudioRecursion * self,
    const WebAudioRecursionFilter * filter)
{
  unsigned c;

  for (c = 0; c < self->channels; c++)
    if (!(foresee (self, filter, c, -1) < INAUDIBLE))
      return false;
  return true;
}

/* Forgets that the input had more channels, if that can not be heard. */
static bool
narrow (WebAudioRecursion * self, const WebAudioRecursionFilter * filter,
    unsigned channels, WebAudioInterpretation interpretation)
{
  int origins[WEBAUDIO_MAX_CHANNELS], firsts[WEBAUDIO_MAX_CHANNELS];
  unsigned c;

  webaudio_channel_origins (origins, self->channels, channels, interpretation);
  for (c = self->channels; c-- > 0;)
    if (origins[c] >= 0)
      firsts[origins[c]] = (int) c;
  for (c = 0; c < self->channels; c++)
    if (!(foresee (self, filter, c,
                origins[c] < 0 ? -1 : firsts[origins[c]]) < INAUDIBLE))
      return false;
  for (c = 0; c < self->channels; c++)
    if (origins[c] < 0 || firsts[origins[c]] != (int) c)
      copy_channel (self, c, origins[c] < 0 ? -1 : firsts[origins[c]]);
  return true;
}

static bool
is_over (const WebAudioRecursion * self, const WebAudioRecursionFilter * filter)
{
  return !is_finite (self) || (!self->heard
      && (self->silent >= self->patience || is_inaudible (self, filter)));
}

bool
webaudio_recursion_conclude (WebAudioRecursion * self,
    const WebAudioRecursionFilter * filter, unsigned channels,
    WebAudioInterpretation interpretation)
{
  self->silent = self->heard ? 0 : self->silent + WEBAUDIO_RECURSION_QUANTUM;
  if (!self->at_rest && is_over (self, filter)) {
    forget (self);
    self->at_rest = true;
  }
  self->heard = false;
  return self->at_rest || channels >= self->channels
      || narrow (self, filter, channels, interpretation);
}
