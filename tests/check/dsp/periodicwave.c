/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the periodic waves: what their tables hold, at which speeds
 * they sound, normalisation, bad coefficients, references. */

#include <gst/check/gstcheck.h>

#include <float.h>
#include <gst/fft/gstfftf64.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "dsp/periodicwave.h"

#define NYQUIST (UINT64_C (1) << 63)
#define SHARED_LIMIT (4 * 1024 * 1024)

static const WebAudioBasicWave table_types[] = {
  WEBAUDIO_WAVE_SQUARE, WEBAUDIO_WAVE_SAWTOOTH, WEBAUDIO_WAVE_TRIANGLE
};

/* The spec's coefficients. */
static double
basic_coefficient (WebAudioBasicWave type, unsigned k)
{
  switch (type) {
    case WEBAUDIO_WAVE_SQUARE:
      return 2. / (k * M_PI) * (1. - pow (-1., k));
    case WEBAUDIO_WAVE_SAWTOOTH:
      return pow (-1., k + 1) * 2. / (k * M_PI);
    case WEBAUDIO_WAVE_TRIANGLE:
      return 8. * sin (k * M_PI / 2.) / ((k * M_PI) * (k * M_PI));
    default:
      return k == 1;
  }
}

/* The amplitude of each partial of a table, as its spline reproduces it: an
 * array of 2^(bits - 1) + 1 complex numbers, cosine and minus sine term. */
static GstFFTF64Complex *
analyse_table (const float *table, unsigned bits)
{
  unsigned size = 1u << bits;
  GstFFTF64 *fft = gst_fft_f64_new ((int) size, FALSE);
  GstFFTF64Complex *partials = g_new0 (GstFFTF64Complex, size / 2 + 1);
  double *cycle = g_new (double, size);
  unsigned k;

  for (k = 0; k < size; k++)
    cycle[k] = table[1 + k];
  gst_fft_f64_fft (fft, cycle, partials);
  for (k = 1; k <= size / 2; k++) {
    double x = M_PI * k / size;
    double gain = 2. * pow (sin (x) / x, 4.) *
        (1. - 4. * x * x * WEBAUDIO_WAVE_SPLINE) * 2. / size;

    partials[k].r *= gain;
    partials[k].i *= gain;
  }
  partials[0].r *= 2. / size;

  gst_fft_f64_free (fft);
  g_free (cycle);
  return partials;
}

/* The highest partial that is above the noise of float32. */
static unsigned
highest_partial (const float *table, unsigned bits)
{
  GstFFTF64Complex *partials = analyse_table (table, bits);
  unsigned k = 1u << (bits - 1);

  while (k > 0 && hypot (partials[k].r, partials[k].i) < 1e-6)
    k--;
  g_free (partials);
  return k;
}

GST_START_TEST (test_basic_partials)
{
  unsigned t;
  unsigned k;

  for (t = 0; t < G_N_ELEMENTS (table_types); t++) {
    WebAudioPeriodicWave *wave =
        webaudio_periodic_wave_get_basic (table_types[t]);
    double scale = webaudio_periodic_wave_get_scale (wave);
    const WebAudioWaveBand *band = webaudio_periodic_wave_find_band (wave, 0);
    GstFFTF64Complex *partials = analyse_table (band->wide, band->bits);

    fail_unless (fabs (partials[0].r) < 1e-8);
    for (k = 1; k <= 4096; k++) {
      double level = basic_coefficient (table_types[t], k) * scale;

      if (hypot (partials[k].r, -partials[k].i - level) > 1e-8)
        fail ("type %d, partial %u: %g, not %g", table_types[t], k,
            -partials[k].i, level);
    }
    g_free (partials);
    webaudio_periodic_wave_unref (wave);
  }
}

GST_END_TEST;

/* Every speed has one band; nothing sounds above Nyquist; all partials do up
 * to 0.9 of it. */
static void
check_bands (WebAudioPeriodicWave * wave, unsigned last)
{
  const double pass = 0.9 * (double) NYQUIST;
  uint64_t speed = NYQUIST;

  for (;;) {
    const WebAudioWaveBand *band =
        webaudio_periodic_wave_find_band (wave, speed);
    unsigned wide = highest_partial (band->wide, band->bits);

    fail_unless (band->max == speed);
    fail_unless (band->min <= band->full && band->full <= band->max);
    fail_unless (webaudio_periodic_wave_find_band (wave, band->min) == band);
    fail_unless (webaudio_periodic_wave_find_band (wave, band->full) == band);

    fail_unless (wide <= 1 || band->max <= (NYQUIST - 1) / wide);
    fail_unless (wide >= last || (wide + 1) * (double) band->min >= pass);
    if (band->full < band->max) {
      unsigned narrow = highest_partial (band->narrow, band->bits);

      fail_unless (narrow < wide);
      fail_unless ((narrow + 1) * (double) band->full >= pass);
      /* to the ear's precision a fade, not a step */
      fail_unless ((double) band->max / (double) band->full > 1.02);
      fail_unless_equals_float (band->fade_scale,
          1. / (double) (band->max + 1 - band->full));
    }
    if (band->min == 0)
      break;
    speed = band->min - 1;
  }
}

GST_START_TEST (test_bands)
{
  float equal[1025];
  WebAudioPeriodicWave *wave;
  unsigned k;

  /* of the basic waves the sawtooth has the partials that are closest */
  wave = webaudio_periodic_wave_get_basic (WEBAUDIO_WAVE_SAWTOOTH);
  check_bands (wave, 4096);
  webaudio_periodic_wave_unref (wave);

  for (k = 0; k < G_N_ELEMENTS (equal); k++)
    equal[k] = 1.f / 1024.f;
  wave = webaudio_periodic_wave_new (equal, NULL, G_N_ELEMENTS (equal), true);
  check_bands (wave, 1024);
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_new (equal, equal, 2, true);
  check_bands (wave, 1);
  webaudio_periodic_wave_unref (wave);
}

GST_END_TEST;

GST_START_TEST (test_sparse_series)
{
  float imag[1001] = { 0.f, };
  WebAudioPeriodicWave *wave;
  const WebAudioWaveBand *band;
  uint64_t end = NYQUIST / 1000;

  /* nothing but partial 1000: silent once that has passed Nyquist */
  imag[1000] = 1.f;
  wave = webaudio_periodic_wave_new (NULL, imag, G_N_ELEMENTS (imag), false);
  band = webaudio_periodic_wave_find_band (wave, end / 2);
  fail_unless_equals_int (highest_partial (band->wide, band->bits), 1000);
  band = webaudio_periodic_wave_find_band (wave, end + end / 2);
  fail_unless_equals_int (highest_partial (band->wide, band->bits), 0);
  webaudio_periodic_wave_unref (wave);
}

GST_END_TEST;

GST_START_TEST (test_symmetry)
{
  const float terms[] = { 0.f, 0.5f, -0.25f, 0.f, 0.125f };
  WebAudioPeriodicWave *wave;
  const WebAudioWaveBand *band;
  unsigned t;
  unsigned i;

  for (t = 0; t < G_N_ELEMENTS (table_types); t++) {
    unsigned size;

    wave = webaudio_periodic_wave_get_basic (table_types[t]);
    band = webaudio_periodic_wave_find_band (wave, NYQUIST / 100);
    size = 1u << band->bits;
    fail_unless (band->wide[1] == 0.f);
    fail_unless (band->wide[1 + size / 2] == 0.f);
    for (i = 0; i <= size; i++)
      if (band->wide[1 + i] != -band->wide[1 + size - i])
        fail ("type %d is not odd in cell %u", table_types[t], i);
    /* the cells at the seam */
    fail_unless (band->wide[0] == band->wide[size]);
    fail_unless (band->wide[size + 2] == band->wide[2]);
    webaudio_periodic_wave_unref (wave);
  }

  wave = webaudio_periodic_wave_new (terms, NULL, G_N_ELEMENTS (terms), false);
  band = webaudio_periodic_wave_find_band (wave, 0);
  for (i = 0; i < 1u << band->bits; i++)
    fail_unless (fabsf (band->wide[1 + i] -
            band->wide[1 + (1u << band->bits) - i]) < 1e-6f);
  webaudio_periodic_wave_unref (wave);
}

GST_END_TEST;

/* The spec's f. */
static double
peak_of (const float *real, const float *imag, unsigned n, unsigned size)
{
  double peak = 0.;
  unsigned i;
  unsigned k;

  for (i = 0; i < size; i++) {
    double sum = 0.;

    for (k = 1; k < n; k++)
      sum += real[k] * cos (2. * M_PI * k * i / size) +
          imag[k] * sin (2. * M_PI * k * i / size);
    peak = fmax (peak, fabs (sum));
  }
  return peak;
}

GST_START_TEST (test_normalization)
{
  const float real[] = { 7.f, 0.2f, 0.f, 0.1f, 0.f, 0.3f };
  const float imag[] = { -5.f, 1.f, 0.5f, 0.25f, 0.125f, 0.f };
  const float two[] = { 0.f, 2.f };
  const float zeros[] = { 1.f, 0.f, 0.f };
  WebAudioPeriodicWave *wave;

  wave = webaudio_periodic_wave_new (real, imag, 6, false);
  fail_unless (fabs (webaudio_periodic_wave_get_scale (wave) *
          peak_of (real, imag, 6, 4096) - 1.) < 1e-12);
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_new (real, imag, 6, true);
  fail_unless (webaudio_periodic_wave_get_scale (wave) == 1.);
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_new (two, NULL, 2, false);
  fail_unless (fabs (webaudio_periodic_wave_get_scale (wave) - 0.5) < 1e-12);
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_new (zeros, NULL, 3, false);
  fail_unless (webaudio_periodic_wave_get_scale (wave) == 1.);
  webaudio_periodic_wave_unref (wave);

  /* a full-band square lies near 0.85 */
  wave = webaudio_periodic_wave_get_basic (WEBAUDIO_WAVE_SQUARE);
  fail_unless (fabs (webaudio_periodic_wave_get_scale (wave) - 0.848) < 1e-3);
  webaudio_periodic_wave_unref (wave);
}

GST_END_TEST;

GST_START_TEST (test_sine)
{
  const float one[] = { 0.f, 1.f, 0.f };
  const float half[] = { 0.f, -0.5f };
  WebAudioPeriodicWave *wave;
  float gain;

  wave = webaudio_periodic_wave_get_basic (WEBAUDIO_WAVE_SINE);
  fail_unless (webaudio_periodic_wave_is_sine (wave, &gain) && gain == 1.f);
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_new (NULL, one, 3, false);
  fail_unless (webaudio_periodic_wave_is_sine (wave, &gain) && gain == 1.f);
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_new (NULL, half, 2, true);
  fail_unless (webaudio_periodic_wave_is_sine (wave, &gain) && gain == -0.5f);
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_new (NULL, half, 2, false);
  fail_unless (webaudio_periodic_wave_is_sine (wave, &gain) && gain == -1.f);
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_new (one, NULL, 3, false);
  fail_if (webaudio_periodic_wave_is_sine (wave, &gain));
  webaudio_periodic_wave_unref (wave);
}

GST_END_TEST;

GST_START_TEST (test_bad_coefficients)
{
  const float odd[] = { NAN, 1.f, INFINITY, NAN, -INFINITY, 0.5f, NAN };
  const float even[] = { 0.f, 1.f, 0.f, 0.f, 0.f, 0.5f };
  const float huge[] = { 0.f, FLT_MAX, -FLT_MAX, FLT_MAX };
  const float tiny[] = { 0.f, 1e-45f, 1e-45f };
  WebAudioPeriodicWave *wave;
  WebAudioPeriodicWave *clean;
  const WebAudioWaveBand *band;
  float gain;
  unsigned i;

  fail_unless (webaudio_periodic_wave_new (odd, odd, 0, false) == NULL);
  fail_unless (webaudio_periodic_wave_new (odd, odd, 1, false) == NULL);
  fail_unless (webaudio_periodic_wave_get_basic ((WebAudioBasicWave) 4) ==
      NULL);

  wave = webaudio_periodic_wave_new (NULL, NULL, 5, false);
  fail_unless (webaudio_periodic_wave_is_sine (wave, &gain) && gain == 0.f);
  webaudio_periodic_wave_unref (wave);

  /* what is not finite counts as 0 */
  wave = webaudio_periodic_wave_new (odd, NULL, G_N_ELEMENTS (odd), false);
  clean = webaudio_periodic_wave_new (even, NULL, G_N_ELEMENTS (even), false);
  fail_unless (webaudio_periodic_wave_get_scale (wave) ==
      webaudio_periodic_wave_get_scale (clean));
  fail_unless (webaudio_periodic_wave_get_size (wave) ==
      webaudio_periodic_wave_get_size (clean));
  webaudio_periodic_wave_unref (wave);
  webaudio_periodic_wave_unref (clean);

  wave = webaudio_periodic_wave_new (huge, huge, G_N_ELEMENTS (huge), true);
  band = webaudio_periodic_wave_find_band (wave, 0);
  for (i = 0; i < (1u << band->bits) + 3; i++)
    fail_unless (isfinite (band->wide[i]));
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_new (tiny, tiny, G_N_ELEMENTS (tiny), false);
  band = webaudio_periodic_wave_find_band (wave, 0);
  for (i = 0; i < (1u << band->bits) + 3; i++)
    fail_unless (fabsf (band->wide[i]) <= 0.7f);
  webaudio_periodic_wave_unref (wave);

  webaudio_periodic_wave_unref (NULL);
}

GST_END_TEST;

GST_START_TEST (test_many_coefficients)
{
  const unsigned n = 100000;
  float *terms = g_new0 (float, n);
  WebAudioPeriodicWave *wave;
  WebAudioPeriodicWave *cut;
  const WebAudioWaveBand *band;
  unsigned k;

  for (k = 1; k < n; k++)
    terms[k] = 1.f / k;
  wave = webaudio_periodic_wave_new (NULL, terms, 8192, false);
  band = webaudio_periodic_wave_find_band (wave, 0);
  fail_unless_equals_int (highest_partial (band->wide, band->bits), 8191);
  webaudio_periodic_wave_unref (wave);

  /* more are taken, and ignored from a documented partial on */
  wave = webaudio_periodic_wave_new (NULL, terms, n, false);
  cut = webaudio_periodic_wave_new (NULL, terms,
      WEBAUDIO_PERIODIC_WAVE_MAX_PARTIAL + 1, false);
  fail_unless (webaudio_periodic_wave_get_scale (wave) ==
      webaudio_periodic_wave_get_scale (cut));
  fail_unless (webaudio_periodic_wave_get_size (wave) ==
      webaudio_periodic_wave_get_size (cut));
  webaudio_periodic_wave_unref (wave);
  webaudio_periodic_wave_unref (cut);
  g_free (terms);
}

GST_END_TEST;

static void *
use_shared_waves (void *user_data)
{
  WebAudioPeriodicWave **waves = user_data;
  int i;
  int type;

  for (i = 0; i < 1000; i++) {
    for (type = WEBAUDIO_WAVE_SINE; type <= WEBAUDIO_WAVE_TRIANGLE; type++) {
      WebAudioPeriodicWave *wave = webaudio_periodic_wave_get_basic (type);

      webaudio_periodic_wave_ref (wave);
      waves[type] = wave;
      webaudio_periodic_wave_unref (wave);
      webaudio_periodic_wave_unref (wave);
    }
  }
  return NULL;
}

GST_START_TEST (test_threads)
{
  pthread_t threads[8];
  WebAudioPeriodicWave *waves[8][4];
  unsigned i;
  int type;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    fail_unless (pthread_create (&threads[i], NULL, use_shared_waves,
            waves[i]) == 0);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);

  for (type = WEBAUDIO_WAVE_SINE; type <= WEBAUDIO_WAVE_TRIANGLE; type++) {
    WebAudioPeriodicWave *wave = webaudio_periodic_wave_get_basic (type);

    for (i = 0; i < G_N_ELEMENTS (threads); i++)
      fail_unless (waves[i][type] == wave);
    fail_unless (webaudio_periodic_wave_get_size (wave) < SHARED_LIMIT);
    webaudio_periodic_wave_unref (wave);
  }
}

GST_END_TEST;

static Suite *
periodicwave_suite (void)
{
  Suite *s = suite_create ("periodicwave");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_basic_partials);
  tcase_add_test (tc, test_bands);
  tcase_add_test (tc, test_sparse_series);
  tcase_add_test (tc, test_symmetry);
  tcase_add_test (tc, test_normalization);
  tcase_add_test (tc, test_sine);
  tcase_add_test (tc, test_bad_coefficients);
  tcase_add_test (tc, test_many_coefficients);
  tcase_add_test (tc, test_threads);

  return s;
}

GST_CHECK_MAIN (periodicwave);
