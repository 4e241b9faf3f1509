/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The filter of an IIRFilterNode: how it is computed is in lookahead.c. */

#include "iirfilter.h"

#include <math.h>
#include <string.h>

#define QUANTUM WEBAUDIO_RECURSION_QUANTUM
#define MAX_ORDER (WEBAUDIO_IIR_FILTER_MAX_COEFFICIENTS - 1)
/* How far it is listened to in order to know how loud it rings, in frames */
#define LISTEN 65536

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
  unsigned order, i;

  memset (self, 0, sizeof *self);
  for (i = 0; i < n_feedforward; i++)
    self->b[i] = feedforward[i] / feedback[0];
  for (i = 0; i < n_feedback; i++)
    self->a[i] = feedback[i] / feedback[0];
  order = webaudio_look_ahead_init (&self->ahead, self->b, n_feedforward,
      self->a, n_feedback);
  webaudio_recursion_init (&self->past, order, rate);
  self->peak = find_peak (self->a, n_feedback);
}

void
webaudio_iir_filter_clear (WebAudioIirFilter * self)
{
  webaudio_recursion_clear (&self->past);
}

/* All channels, up to a quantum, of which the first frame is at @phase of its
 * group */
static void
filter_all (WebAudioIirFilter * self, float *const *out,
    const float *const *in, unsigned phase, size_t n)
{
  unsigned channels = self->past.channels, c;
  WebAudioRecursionFrames frames;

  for (c = 0; c < channels; c += 2) {
    unsigned lanes = channels - c < 2 ? 1 : 2;

    webaudio_recursion_load (&self->past, c, lanes, in + c, n, &frames);
    webaudio_look_ahead_filter (&self->ahead, &frames, lanes, phase, n);
    webaudio_recursion_store (&self->past, c, lanes, out + c, n, &frames);
  }
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
      filter_all (self, to, from, (frame + at) % WEBAUDIO_RECURSION_GROUP,
          count);
    }
    if ((frame + at + count) % QUANTUM == 0)
      narrowed |= conclude (self, channels, interpretation);
  }
  if (narrowed)
    self->past.channels = channels;
}
