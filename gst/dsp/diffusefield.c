/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The inverse of the mean power, smoothed as an ear would, made causal by way of
 * its cepstrum. */

#include <math.h>
#include <string.h>

#include <gst/fft/gstfftf64.h>

#include "diffusefield.h"

/* Hz: beyond them the filter stays as it is there */
#define LOWEST 100
#define HIGHEST 18000
/* where the slope changes nothing */
#define PIVOT 1000
/* Of the frequency, to either side: a third of an octave in all */
#define SMOOTHING 1.122462048309373     /* 2 ^ (1 / 6) */
#define LIMIT 10.0              /* factor, about the median */
/* How many times the length of a response is transformed */
#define OVERSIZE 4

typedef struct
{
  size_t size;                  /* of a transform */
  size_t bins;
  GstFFTF64 *forward;
  GstFFTF64 *inverse;
  double *samples;
  GstFFTF64Complex *spectrum;
  double *power;
  GstFFTF64Complex *filter;
} Equalizer;

static void
equalizer_init (Equalizer * self, size_t taps)
{
  self->size = gst_fft_next_fast_length ((gint) (OVERSIZE * taps));
  self->bins = self->size / 2 + 1;
  self->forward = gst_fft_f64_new ((gint) self->size, FALSE);
  self->inverse = gst_fft_f64_new ((gint) self->size, TRUE);
  self->samples = g_new0 (double, self->size);
  self->spectrum = g_new0 (GstFFTF64Complex, self->bins);
  self->power = g_new0 (double, self->bins);
  self->filter = g_new0 (GstFFTF64Complex, self->bins);
}

static void
equalizer_clear (Equalizer * self)
{
  gst_fft_f64_free (self->forward);
  gst_fft_f64_free (self->inverse);
  g_free (self->samples);
  g_free (self->spectrum);
  g_free (self->power);
  g_free (self->filter);
}

static void
transform (Equalizer * self, const float *response, size_t taps)
{
  size_t i;

  memset (self->samples, 0, self->size * sizeof (double));
  for (i = 0; i < taps; i++)
    self->samples[i] = response[i];
  gst_fft_f64_fft (self->forward, self->samples, self->spectrum);
}

static void
add_power (Equalizer * self, const float *response, size_t taps)
{
  size_t k;

  transform (self, response, taps);
  for (k = 0; k < self->bins; k++)
    self->power[k] += self->spectrum[k].r * self->spectrum[k].r
        + self->spectrum[k].i * self->spectrum[k].i;
}

/* The mean power around a bin */
static double
smooth_at (const Equalizer * self, size_t bin)
{
  size_t first = (size_t) (bin / SMOOTHING), k;
  size_t last = (size_t) (bin * SMOOTHING);
  double sum = 0;

  last = last < self->bins ? last : self->bins - 1;
  for (k = first; k <= last; k++)
    sum += self->power[k];
  return sum / (last - first + 1);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The slope's factor at a bin */
static double
get_tilt (const Equalizer * self, size_t bin, double rate, double slope)
{
  double frequency = bin * rate / self->size;

  frequency = fmin (fmax (frequency, LOWEST), HIGHEST);
  return pow (10, slope / 20 * log2 (frequency / PIVOT));
}

/* Makes the power the magnitude of the filter: @samples is used to sort. */
static void
invert_power (Equalizer * self, double rate, double slope)
{
  double *smoothed = g_new (double, self->bins);
  size_t lowest = (size_t) (LOWEST * self->size / rate) + 1;
  size_t highest = (size_t) (HIGHEST * self->size / rate);
  double median;
  size_t k;

  highest = highest < self->bins ? highest : self->bins - 1;
  for (k = 0; k < self->bins; k++)
    smoothed[k] = smooth_at (self, k < lowest ? lowest :
        k > highest ? highest : k);
  memcpy (self->samples, smoothed, self->bins * sizeof (double));
  qsort (self->samples, self->bins, sizeof (double), compare);
  median = self->samples[self->bins / 2];
  for (k = 0; k < self->bins; k++) {
    double gain = sqrt (median / smoothed[k]);

    gain = isfinite (gain) ? gain : 1;
    self->power[k] = fmin (fmax (gain, 1 / LIMIT), LIMIT)
        * get_tilt (self, k, rate, slope);
  }
  g_free (smoothed);
}

/* The filter of minimum phase: what is before 0 in the cepstrum goes behind. */
static void
make_filter (Equalizer * self)
{
  size_t n = self->size, i, k;

  for (k = 0; k < self->bins; k++) {
    self->spectrum[k].r = log (self->power[k]);
    self->spectrum[k].i = 0;
  }
  gst_fft_f64_inverse_fft (self->inverse, self->spectrum, self->samples);
  for (i = 0; i < n; i++)
    self->samples[i] *= (i == 0 || i == n / 2 ? 1.0 : i < n / 2 ? 2.0 : 0) / n;
  gst_fft_f64_fft (self->forward, self->samples, self->spectrum);
  for (k = 0; k < self->bins; k++) {
    double magnitude = exp (self->spectrum[k].r);
    double phase = self->spectrum[k].i;

    self->filter[k].r = magnitude * cos (phase);
    self->filter[k].i = magnitude * sin (phase);
  }
}

static void
filter_one (Equalizer * self, float *response, size_t taps)
{
  size_t i, k;

  transform (self, response, taps);
  for (k = 0; k < self->bins; k++) {
    GstFFTF64Complex a = self->spectrum[k], b = self->filter[k];

    self->spectrum[k].r = a.r * b.r - a.i * b.i;
    self->spectrum[k].i = a.r * b.i + a.i * b.r;
  }
  gst_fft_f64_inverse_fft (self->inverse, self->spectrum, self->samples);
  for (i = 0; i < taps; i++)
    response[i] = (float) (self->samples[i] / self->size);
}

void
webaudio_diffuse_field_equalize (float *responses, size_t n, size_t taps,
    double rate, double slope)
{
  Equalizer equalizer;
  size_t i;

  if (n == 0 || taps == 0)
    return;
  equalizer_init (&equalizer, taps);
  for (i = 0; i < n; i++)
    add_power (&equalizer, responses + i * taps, taps);
  invert_power (&equalizer, rate, slope);
  make_filter (&equalizer);
  for (i = 0; i < n; i++)
    filter_one (&equalizer, responses + i * taps, taps);
  equalizer_clear (&equalizer);
}
