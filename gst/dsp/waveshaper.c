/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The curve of a WaveShaperNode, and its over-sampling. */

#include "waveshaper.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined (__x86_64__)
#include <emmintrin.h>
#endif

#include "vector.h"

#define QUANTUM 128
#define TAPS 128
#define SHORT_TAPS 16
/* Where the middle of a half-band filter is, in samples at its lower rate */
#define MIDDLE (TAPS / 2)
/* The short one begins later, so that both have the same delay */
#define SHORT_OFFSET (MIDDLE - SHORT_TAPS / 2)
#define SHORT_PAST (SHORT_OFFSET + SHORT_TAPS)

/* Curves */

WebAudioCurve *
webaudio_curve_new (const double *values, size_t n)
{
  static const float silence;
  WebAudioCurve *self = malloc (sizeof *self + (n + 1) * sizeof (float));
  size_t i;

  if (!self)
    return NULL;
  self->half = (n - 1) / 2.0;
  for (i = 0; i < n; i++)
    self->values[i] = (float) values[i];
  self->values[n] = self->values[n - 1];
  webaudio_curve_shape (self, &self->at_zero, &silence, 1);
  return self;
}

static inline float
shape_one (const WebAudioCurve * self, float in)
{
  double x = in == in ? in : 0, v = self->half * (x + 1), f;
  int k;

  v = v > 0 ? v : 0;
  v = v < 2 * self->half ? v : 2 * self->half;
  k = (int) v;
  f = v - k;
  return (float) ((1 - f) * self->values[k] + f * self->values[k + 1]);
}

#if defined (__x86_64__)
static inline __m128d
load_two (const float *samples)
{
  double both;

  memcpy (&both, samples, sizeof both);
  return _mm_cvtps_pd (_mm_castpd_ps (_mm_set_sd (both)));
}

/* The same for two samples. A value and the next one are loaded at once. */
static inline void
shape_two (const WebAudioCurve * self, float *out, const float *in)
{
  const __m128d half = _mm_set1_pd (self->half), one = _mm_set1_pd (1);
  __m128d x = load_two (in), v, f, first, second, low, high;
  __m128i k;
  int64_t both;
  double result;

  x = _mm_and_pd (x, _mm_cmpeq_pd (x, x));
  v = _mm_mul_pd (half, _mm_add_pd (x, one));
  v = _mm_max_pd (v, _mm_setzero_pd ());
  v = _mm_min_pd (v, _mm_add_pd (half, half));
  k = _mm_cvttpd_epi32 (v);
  f = _mm_sub_pd (v, _mm_cvtepi32_pd (k));
  both = _mm_cvtsi128_si64 (k);
  first = load_two (self->values + (int32_t) both);
  second = load_two (self->values + (both >> 32));
  low = _mm_unpacklo_pd (first, second);
  high = _mm_unpackhi_pd (first, second);
  v = _mm_add_pd (_mm_mul_pd (_mm_sub_pd (one, f), low), _mm_mul_pd (f, high));
  result = _mm_cvtsd_f64 (_mm_castps_pd (_mm_cvtpd_ps (v)));
  memcpy (out, &result, sizeof result);
}
#endif

void
webaudio_curve_shape (const WebAudioCurve * self, float *out, const float *in,
    size_t n)
{
  size_t i = 0;

#if defined (__x86_64__)
  for (; n - i >= 2; i += 2)
    shape_two (self, out + i, in + i);
#endif
  for (; i < n; i++)
    out[i] = shape_one (self, in[i]);
}

/* Over-sampling. Up: every other sample is an old one, delayed, and the one
 * between is a convolution. Both, the even and the odd samples, are shaped, and
 * the convolution of the odd ones plus the delayed even ones, halved, are the
 * result. */

struct _WebAudioShaperChannel
{
  float in[TAPS];
  /* shaped, at twice the rate: the even and the odd samples */
  float even[MIDDLE];
  float odd[TAPS];
  /* the same at four times the rate, where pairs are one sample at twice it */
  float twice[SHORT_PAST];
  float twice_even[MIDDLE];
  float twice_odd[SHORT_PAST];
};

typedef struct _WebAudioShaperChannel Channel;

/* Up to a quantum behind its past; the past goes on behind what is new. */
typedef struct
{
  float samples[TAPS + 2 * QUANTUM];
} Line;

static inline float *
open_line (Line * line, const float *past, size_t n_past)
{
  memcpy (line->samples, past, n_past * sizeof (float));
  return line->samples + n_past;
}

static inline void
close_line (const Line * line, float *past, size_t n_past, size_t n)
{
  memcpy (past, line->samples + n, n_past * sizeof (float));
}

unsigned
webaudio_shaper_latency (unsigned factor)
{
  return factor == 1 ? 0 : factor == 2 ? 2 * MIDDLE : 3 * MIDDLE;
}

/* For how many frames an input is remembered, in whole quanta */
static uint64_t
get_memory (unsigned factor)
{
  return factor == 1 ? 0 : factor == 2 ? 2 * QUANTUM : 3 * QUANTUM;
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

/* Takes @n samples at twice the rate and shapes them at four times the rate;
 * @samples may be @shaped. */
static void
shape_twice (const WebAudioShaper * self, Channel * past,
    const WebAudioCurve * curve, float *shaped, const float *samples, size_t n)
{
  Line in, even, odd;
  float *x = open_line (&in, past->twice, SHORT_PAST);
  float *e = open_line (&even, past->twice_even, MIDDLE);
  float *o = open_line (&odd, past->twice_odd, SHORT_PAST);

  memcpy (x, samples, n * sizeof (float));
  webaudio_curve_shape (curve, e, x - MIDDLE, n);
  webaudio_vector_convolve (o, x - SHORT_OFFSET, self->short_half_band,
      SHORT_TAPS, n);
  webaudio_curve_shape (curve, o, o, n);
  webaudio_vector_convolve (shaped, o - SHORT_OFFSET - 1,
      self->short_half_band, SHORT_TAPS, n);
  webaudio_vector_add (shaped, shaped, e - MIDDLE, n);
  webaudio_vector_scale (shaped, shaped, 0.5f, n);
  close_line (&in, past->twice, SHORT_PAST, n);
  close_line (&even, past->twice_even, MIDDLE, n);
  close_line (&odd, past->twice_odd, SHORT_PAST, n);
}

/* The same for the two halves of what is at twice the rate */
static void
shape_halves (const WebAudioShaper * self, Channel * past,
    const WebAudioCurve * curve, float *even, float *odd, size_t n)
{
  float both[2 * QUANTUM];
  size_t i;

  if (self->factor == 2) {
    webaudio_curve_shape (curve, even, even, n);
    webaudio_curve_shape (curve, odd, odd, n);
    return;
  }
  for (i = 0; i < n; i++) {
    both[2 * i] = even[i];
    both[2 * i + 1] = odd[i];
  }
  shape_twice (self, past, curve, both, both, 2 * n);
  for (i = 0; i < n; i++) {
    even[i] = both[2 * i];
    odd[i] = both[2 * i + 1];
  }
}

/* One channel, up to a quantum */
static void
shape_channel (const WebAudioShaper * self, Channel * past,
    const WebAudioCurve * curve, float *out, const float *samples, size_t n)
{
  Line in, even, odd;
  float *x = open_line (&in, past->in, TAPS);
  float *e = open_line (&even, past->even, MIDDLE);
  float *o = open_line (&odd, past->odd, TAPS);

  memcpy (x, samples, n * sizeof (float));
  memcpy (e, x - MIDDLE, n * sizeof (float));
  webaudio_vector_convolve (o, x, self->half_band, TAPS, n);
  shape_halves (self, past, curve, e, o, n);
  webaudio_vector_convolve (out, o - 1, self->half_band, TAPS, n);
  webaudio_vector_add (out, out, e - MIDDLE, n);
  webaudio_vector_scale (out, out, 0.5f, n);
  close_line (&in, past->in, TAPS, n);
  close_line (&even, past->even, MIDDLE, n);
  close_line (&odd, past->odd, TAPS, n);
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
  size_t at, count;
  unsigned c;

  for (at = 0; at < n; at += count) {
    count = QUANTUM - (frame + at) % QUANTUM;
    if (count > n - at)
      count = n - at;
    for (c = 0; c < self->channels && !self->heard; c++)
      self->heard = !is_silent (in[c] + at, count);
    self->at_rest = self->at_rest && !self->heard;
    for (c = 0; c < self->channels; c++) {
      if (self->factor == 1)
        webaudio_curve_shape (curve, out[c] + at, in[c] + at, count);
      else
        shape_channel (self, self->past[c], curve, out[c] + at, in[c] + at,
            count);
    }
    if ((frame + at + count) % QUANTUM == 0)
      conclude (self, channels);
  }
  if (self->narrow > get_memory (self->factor))
    self->channels = channels;
}
