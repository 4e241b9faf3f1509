/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a recursive filter is over, poisoned, or narrower than it was. */

#include "recursion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What can not be heard: -240 dB */
#define INAUDIBLE 0x1p-40
/* How long a tail may be heard, in seconds, as in Chromium */
#define LONGEST_TAIL 30

static inline size_t
at (size_t k, size_t channel)
{
  return k * WEBAUDIO_MAX_CHANNELS + channel;
}

void
webaudio_recursion_init (WebAudioRecursion * self, unsigned order, double rate)
{
  size_t n = (size_t) order * WEBAUDIO_MAX_CHANNELS;

  memset (self, 0, sizeof *self);
  self->order = order;
  self->channels = 1;
  self->x = calloc (2 * n + 1, sizeof (double));
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
      2 * (size_t) self->order * WEBAUDIO_MAX_CHANNELS * sizeof (double));
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

  for (k = 0; k < self->order; k++) {
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
  for (k = 0; k < 2 * self->order; k++) {
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
  size_t i = n;

  /* the last sample tells nearly always */
  while (i > 0 && in[i - 1] == 0)
    i--;
  return i == 0;
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
