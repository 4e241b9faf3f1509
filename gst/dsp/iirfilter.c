/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The filter of an IIRFilterNode. Two channels are computed as one vector, and
 * what does not depend on the last y comes first. */

#include "iirfilter.h"

#include <math.h>
#include <string.h>

#define QUANTUM WEBAUDIO_RECURSION_QUANTUM
#define MAX_ORDER (WEBAUDIO_IIR_FILTER_MAX_COEFFICIENTS - 1)
/* How far it is listened to in order to know how loud it rings, in frames */
#define LISTEN 65536

typedef double Pair __attribute__((vector_size (16)));

/* The largest magnitude in the impulse response of 1 / A(z), or infinity if it
 * grows. */
static double
find_peak (const double *a, unsigned n_a)
{
  double y[MAX_ORDER + 1] = { 1 }, peak = 1, ring = 1;
  unsigned i, k;

  for (i = 1; i < LISTEN && ring > 1e-20 && n_a > 1; i++) {
    double sum = 0;

    memmove (y + 1, y, MAX_ORDER * sizeof (double));
    for (k = 1; k < n_a; k++)
      sum -= a[k] * y[k];
    y[0] = sum;
    ring = ring * 0.999 > fabs (sum) ? ring * 0.999 : fabs (sum);
    if (!(fabs (sum) < 1e30))
      return INFINITY;
    peak = fmax (peak, fabs (sum));
  }
  return peak;
}

void
webaudio_iir_filter_init (WebAudioIirFilter * self, const double *feedforward,
    unsigned n_feedforward, const double *feedback, unsigned n_feedback,
    double rate)
{
  unsigned n = n_feedforward > n_feedback ? n_feedforward : n_feedback, i;

  memset (self, 0, sizeof *self);
  webaudio_recursion_init (&self->past, n - 1, rate);
  self->n_b = n_feedforward;
  self->n_a = n_feedback;
  for (i = 0; i < n_feedforward; i++)
    self->b[i] = feedforward[i] / feedback[0];
  for (i = 0; i < n_feedback; i++)
    self->a[i] = feedback[i] / feedback[0];
  self->peak = find_peak (self->a, n_feedback);
}

void
webaudio_iir_filter_clear (WebAudioIirFilter * self)
{
  webaudio_recursion_clear (&self->past);
}

/* What the filter needs of two channels: their past, in the order of time, and
 * up to a quantum of frames after it. */
typedef struct
{
  Pair x[MAX_ORDER + QUANTUM];
  Pair y[MAX_ORDER + QUANTUM];
} Frames;

static inline void
load_past (const WebAudioRecursion * past, unsigned c, Frames * frames)
{
  unsigned k;

  for (k = 0; k < past->order; k++) {
    const double *x = past->x + k * WEBAUDIO_MAX_CHANNELS + c;
    const double *y = past->y + k * WEBAUDIO_MAX_CHANNELS + c;

    memcpy (frames->x + MAX_ORDER - 1 - k, x, sizeof (Pair));
    memcpy (frames->y + MAX_ORDER - 1 - k, y, sizeof (Pair));
  }
}

static inline void
store_past (WebAudioRecursion * past, unsigned c, const Frames * frames,
    size_t n)
{
  unsigned k;

  for (k = 0; k < past->order; k++) {
    double *x = past->x + k * WEBAUDIO_MAX_CHANNELS + c;
    double *y = past->y + k * WEBAUDIO_MAX_CHANNELS + c;

    memcpy (x, frames->x + MAX_ORDER + n - 1 - k, sizeof (Pair));
    memcpy (y, frames->y + MAX_ORDER + n - 1 - k, sizeof (Pair));
  }
}

/* The sum of b_k x(n-k), in y; for @n up to a multiple of four */
static inline void
feed_forward (const WebAudioIirFilter * self, Frames * frames, size_t n)
{
  size_t i;
  unsigned k;

  for (i = 0; i < n; i += 4) {
    const Pair *x = frames->x + MAX_ORDER + i;
    Pair *y = frames->y + MAX_ORDER + i;
    Pair y0 = self->b[0] * x[0], y1 = self->b[0] * x[1];
    Pair y2 = self->b[0] * x[2], y3 = self->b[0] * x[3];

    for (k = 1; k < self->n_b; k++) {
      x--;
      y0 += self->b[k] * x[0];
      y1 += self->b[k] * x[1];
      y2 += self->b[k] * x[2];
      y3 += self->b[k] * x[3];
    }
    y[0] = y0;
    y[1] = y1;
    y[2] = y2;
    y[3] = y3;
  }
}

/* Subtracts a_k y(n-k) from k = @n_a - 1 to 1; for @n up to a multiple of four.
 * Of four frames all have the terms of k > 3 before one needs another. */
static inline void
feed_back (const WebAudioIirFilter * self, Frames * frames, size_t n)
{
  const double a1 = self->a[1], a2 = self->a[2], a3 = self->a[3];
  size_t i;
  unsigned k;

  for (i = 0; i < n; i += 4) {
    Pair *y = frames->y + MAX_ORDER + i;
    const Pair *past = y - self->n_a;
    Pair y0 = y[0], y1 = y[1], y2 = y[2], y3 = y[3];

    for (k = self->n_a - 1; k > 3; k--) {
      past++;
      y0 -= self->a[k] * past[0];
      y1 -= self->a[k] * past[1];
      y2 -= self->a[k] * past[2];
      y3 -= self->a[k] * past[3];
    }
    y0 = y0 - a3 * y[-3] - a2 * y[-2] - a1 * y[-1];
    y1 = y1 - a3 * y[-2] - a2 * y[-1] - a1 * y0;
    y2 = y2 - a3 * y[-1] - a2 * y0 - a1 * y1;
    y3 = y3 - a3 * y0 - a2 * y1 - a1 * y2;
    y[0] = y0;
    y[1] = y1;
    y[2] = y2;
    y[3] = y3;
  }
}

/* Two channels, or twice the same one */
static void
filter_pair (WebAudioIirFilter * self, unsigned c, float *out0, float *out1,
    const float *in0, const float *in1, size_t n)
{
  Frames frames;
  size_t i;

  memset (frames.y, 0, MAX_ORDER * sizeof (Pair));
  load_past (&self->past, c, &frames);
  for (i = 0; i < n; i++)
    frames.x[MAX_ORDER + i] = (Pair) {
    in0[i], in1[i]};
  for (; i % 4 != 0; i++)
    frames.x[MAX_ORDER + i] = (Pair) {
    0, 0};
  feed_forward (self, &frames, n);
  if (self->n_a > 1)
    feed_back (self, &frames, n);
  for (i = 0; i < n; i++) {
    /* a zero has a sign, which terms of factor 0 may change */
    Pair y = frames.y[MAX_ORDER + i] + 0.0;

    out0[i] = (float) y[0];
    out1[i] = (float) y[1];
  }
  store_past (&self->past, c, &frames, n);
}

static bool
conclude (WebAudioIirFilter * self, unsigned channels,
    WebAudioInterpretation interpretation)
{
  const WebAudioRecursionFilter filter = { self->b, self->a, self->peak };

  return webaudio_recursion_conclude (&self->past, &filter, channels,
      interpretation);
}

void
webaudio_iir_filter_process (WebAudioIirFilter * self, uint64_t frame,
    float *const *out, const float *const *in, unsigned channels,
    WebAudioInterpretation interpretation, size_t n)
{
  const unsigned width = self->past.channels;
  const float *from[WEBAUDIO_MAX_CHANNELS];
  bool narrowed = false;
  size_t at, count;
  unsigned c, d;

  for (at = 0; at < n; at += count) {
    count = QUANTUM - (frame + at) % QUANTUM;
    if (count > n - at)
      count = n - at;
    for (c = 0; c < width; c++)
      from[c] = in[c] + at;
    webaudio_recursion_listen (&self->past, from, count);
    for (c = 0; c < width; c += 2) {
      d = c + 1 < width ? c + 1 : c;
      if (webaudio_recursion_is_at_rest (&self->past)) {
        memset (out[c] + at, 0, count * sizeof (float));
        memset (out[d] + at, 0, count * sizeof (float));
      } else {
        filter_pair (self, c, out[c] + at, out[d] + at, from[c], from[d],
            count);
      }
    }
    if ((frame + at + count) % QUANTUM == 0)
      narrowed |= conclude (self, channels, interpretation);
  }
  if (narrowed)
    self->past.channels = channels;
}
