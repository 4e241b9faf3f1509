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

/* NaN if there is one */
static double
find_largest (const double *y, size_t n)
{
  double largest = 0;
  size_t i;

  for (i = 0; i < n && largest >= 0; i++)
    if (!(fabs (y[i]) <= largest))
      largest = fabs (y[i]);
  return largest;
}

/* The largest magnitude in the impulse response of 1 / A(z), or infinity if it
 * grows. */
static double
find_peak (const double *a, unsigned n_a)
{
  double y[MAX_ORDER + QUANTUM] = { 0 }, largest = 1, peak = 1;
  unsigned frames, i, k;

  /* as if the input had been before */
  y[MAX_ORDER - 1] = 1;
  for (frames = 0; frames < LISTEN && largest > 1e-20; frames += QUANTUM) {
    for (i = MAX_ORDER; i < MAX_ORDER + QUANTUM; i++) {
      y[i] = 0;
      for (k = 1; k < n_a; k++)
        y[i] -= a[k] * y[i - k];
    }
    largest = find_largest (y + MAX_ORDER, QUANTUM);
    if (!(largest < 1e30))
      return INFINITY;
    peak = fmax (peak, largest);
    memcpy (y, y + QUANTUM, MAX_ORDER * sizeof (double));
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

/* The two halves of the filter, of one channel or of two at once, up to a
 * quantum: the sum of b_k x(n-k) in y, and what a_k y(n-k) takes from it. @x and
 * @y follow their past, in the order of time.
 *
 * Four frames at a time, of which all have the terms of a_k with k > 3 before
 * one needs another. The terms of each frame are added in the same order. */
#define DEFINE_FILTER(name, Sample) \
static void \
name##_forward (const double *b, unsigned n_b, const Sample * x, Sample * y, \
    size_t n) \
{ \
  size_t i; \
  unsigned k; \
\
  for (i = 0; i < n; i += 4) { \
    const Sample *past = x + i; \
    Sample y0 = b[0] * past[0], y1 = b[0] * past[1]; \
    Sample y2 = b[0] * past[2], y3 = b[0] * past[3]; \
\
    for (k = 1; k < n_b; k++) { \
      past--; \
      y0 += b[k] * past[0]; \
      y1 += b[k] * past[1]; \
      y2 += b[k] * past[2]; \
      y3 += b[k] * past[3]; \
    } \
    y[i] = y0; \
    y[i + 1] = y1; \
    y[i + 2] = y2; \
    y[i + 3] = y3; \
  } \
} \
\
static void \
name##_back (const double *a, unsigned n_a, Sample * y, size_t n) \
{ \
  const double a1 = a[1], a2 = a[2], a3 = a[3]; \
  Sample z1 = y[-1], z2 = y[-2], z3 = y[-3]; \
  size_t i; \
  unsigned k; \
\
  for (i = 0; i < n; i += 4, y += 4) { \
    const Sample *past = y - n_a; \
    Sample y0 = y[0], y1 = y[1], y2 = y[2], y3 = y[3]; \
\
    for (k = n_a - 1; k > 3; k--) { \
      past++; \
      y0 -= a[k] * past[0]; \
      y1 -= a[k] * past[1]; \
      y2 -= a[k] * past[2]; \
      y3 -= a[k] * past[3]; \
    } \
    y0 = y0 - a3 * z3 - a2 * z2 - a1 * z1; \
    y1 = y1 - a3 * z2 - a2 * z1 - a1 * y0; \
    y2 = y2 - a3 * z1 - a2 * y0 - a1 * y1; \
    y3 = y3 - a3 * y0 - a2 * y1 - a1 * y2; \
    y[0] = y0; \
    y[1] = z3 = y1; \
    y[2] = z2 = y2; \
    y[3] = z1 = y3; \
  } \
} \
\
static inline void \
name (const WebAudioIirFilter * self, const Sample * x, Sample * y, size_t n) \
{ \
  name##_forward (self->b, self->n_b, x, y, n); \
  if (self->n_a > 1) \
    name##_back (self->a, self->n_a, y, n); \
}

/* *INDENT-OFF* */
DEFINE_FILTER (filter_one, double)
DEFINE_FILTER (filter_two, Pair)
/* *INDENT-ON* */

/* Copies the past of @lanes channels behind each other to @frames, or back. */
static inline void
load_past (const double *past, unsigned order, double *frames, unsigned lanes)
{
  unsigned k;

  memset (frames, 0, MAX_ORDER * lanes * sizeof (double));
  for (k = 0; k < order; k++)
    memcpy (frames + (MAX_ORDER - 1 - k) * lanes,
        past + k * WEBAUDIO_MAX_CHANNELS, lanes * sizeof (double));
}

static inline void
store_past (double *past, unsigned order, const double *frames, size_t n,
    unsigned lanes)
{
  unsigned k;

  for (k = 0; k < order; k++)
    memcpy (past + k * WEBAUDIO_MAX_CHANNELS,
        frames + (MAX_ORDER + n - 1 - k) * lanes, lanes * sizeof (double));
}

/* @lanes, which the compiler is to know, channels from @c on */
static inline void filter_lanes (WebAudioIirFilter * self, unsigned c,
    unsigned lanes, float *const *out, const float *const *in, size_t n)
    __attribute__((always_inline));

static inline void
filter_lanes (WebAudioIirFilter * self, unsigned c, unsigned lanes,
    float *const *out, const float *const *in, size_t n)
{
  Pair x[MAX_ORDER + QUANTUM], y[MAX_ORDER + QUANTUM];
  double *xs = (double *) x, *ys = (double *) y;
  size_t end = MAX_ORDER + n, i;
  unsigned lane;

  load_past (self->past.x + c, self->past.order, xs, lanes);
  load_past (self->past.y + c, self->past.order, ys, lanes);
  for (i = 0; i < n; i++)
    for (lane = 0; lane < lanes; lane++)
      xs[(MAX_ORDER + i) * lanes + lane] = in[lane][i];
  /* what the last four frames have too many */
  memset (xs + end * lanes, 0, (-n % 4) * lanes * sizeof (double));
  if (lanes == 1)
    filter_one (self, xs + MAX_ORDER, ys + MAX_ORDER, n);
  else
    filter_two (self, x + MAX_ORDER, y + MAX_ORDER, n);
  /* a zero has a sign, which terms of factor 0 may change */
  for (i = 0; i < n; i++)
    for (lane = 0; lane < lanes; lane++)
      out[lane][i] = (float) (ys[(MAX_ORDER + i) * lanes + lane] + 0.0);
  store_past (self->past.x + c, self->past.order, xs, n, lanes);
  store_past (self->past.y + c, self->past.order, ys, n, lanes);
}

/* All channels, up to a quantum */
static void
filter_all (WebAudioIirFilter * self, float *const *out,
    const float *const *in, size_t n)
{
  unsigned channels = self->past.channels, c;

  for (c = 0; c + 1 < channels; c += 2)
    filter_lanes (self, c, 2, out + c, in + c, n);
  if (c < channels)
    filter_lanes (self, c, 1, out + c, in + c, n);
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
  const float *from[WEBAUDIO_MAX_CHANNELS];
  float *to[WEBAUDIO_MAX_CHANNELS];
  bool narrowed = false;
  size_t at, count;
  unsigned c;

  for (at = 0; at < n; at += count) {
    count = QUANTUM - (frame + at) % QUANTUM;
    if (count > n - at)
      count = n - at;
    for (c = 0; c < self->past.channels; c++) {
      from[c] = in[c] + at;
      to[c] = out[c] + at;
    }
    webaudio_recursion_listen (&self->past, from, count);
    if (webaudio_recursion_is_at_rest (&self->past)) {
      for (c = 0; c < self->past.channels; c++)
        memset (to[c], 0, count * sizeof (float));
    } else {
      filter_all (self, to, from, count);
    }
    if ((frame + at + count) % QUANTUM == 0)
      narrowed |= conclude (self, channels, interpretation);
  }
  if (narrowed)
    self->past.channels = channels;
}
