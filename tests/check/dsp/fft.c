/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the convolver's transform: against the definition in double
 * precision, against GstFFT, and to the bit against itself with vectors of
 * another width. */

#include <gst/check/gstcheck.h>
#include <gst/fft/gstfftf32.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check-samples.h"
#include "dsp/fft.h"

#define TURN 6.28318530717958647692
#define LARGEST 16384

static float *
new_floats (size_t n)
{
  void *floats;

  fail_unless (posix_memalign (&floats, 64, n * sizeof (float)) == 0);
  return floats;
}

static float *
new_noise (size_t n, guint32 seed)
{
  float *noise = new_floats (n);

  fill_with_noise (noise, n, seed);
  return noise;
}

static float
real_part (const float *spectrum, size_t bin)
{
  return spectrum[bin / 8 * 16 + bin % 8];
}

static float
imaginary_part (const float *spectrum, size_t bin)
{
  return spectrum[bin / 8 * 16 + 8 + bin % 8];
}

/* Signal to noise of sums of squares. */
static double
to_db (double signal, double noise)
{
  return noise > 0 ? 10 * log10 (signal / noise) : INFINITY;
}

/* The bins are the values of the polynomial at the roots of z^size = i. */
GST_START_TEST (test_definition)
{
  size_t size, bin, i;

  for (size = WEBAUDIO_FFT_MIN_SIZE; size <= LARGEST; size *= 2) {
    WebAudioFft *plan = webaudio_fft_new (size);
    float *first = new_noise (size, 1), *second = new_noise (size, 2);
    float *spectrum = new_floats (2 * size);
    double signal = 0, noise = 0;

    webaudio_fft_forward_whole (plan, first, second, spectrum);
    for (bin = 0; bin < size; bin += size / 64 + 1) {
      double angle = TURN * webaudio_fft_angle (size, bin), re = 0, im = 0;

      fail_unless (fabs (cos (angle * size)) < 1e-6
          && sin (angle * size) > 0.999);
      for (i = 0; i < size; i++) {
        double c = cos (fmod (angle * i, TURN));
        double s = sin (fmod (angle * i, TURN));

        re += first[i] * c - second[i] * s;
        im += first[i] * s + second[i] * c;
      }
      signal += re * re + im * im;
      re -= real_part (spectrum, bin);
      im -= imaginary_part (spectrum, bin);
      noise += re * re + im * im;
    }
    fail_unless (to_db (signal, noise) > 130, "%u: %.1f dB", (unsigned) size,
        to_db (signal, noise));
    webaudio_fft_free (plan);
    free (first);
    free (second);
    free (spectrum);
  }
}

GST_END_TEST;

static int
compare_angles (const void *a, const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Each root once. */
GST_START_TEST (test_angles)
{
  size_t size, i;

  for (size = WEBAUDIO_FFT_MIN_SIZE; size <= LARGEST; size *= 2) {
    double *angles = g_new (double, size);

    for (i = 0; i < size; i++)
      angles[i] = fmod (webaudio_fft_angle (size, i), 1);
    qsort (angles, size, sizeof (double), compare_angles);
    for (i = 0; i < size; i++)
      if (!(fabs (angles[i] - (i + 0.25) / size) < 1e-12))
        fail ("size %u: %g", (unsigned) size, angles[i]);
    g_free (angles);
  }
}

GST_END_TEST;

/* Every bin, against a transform of four times the length, of which it is every
 * fourth. */
GST_START_TEST (test_gst_fft)
{
  size_t size, bin;

  for (size = WEBAUDIO_FFT_MIN_SIZE; size <= LARGEST; size *= 2) {
    WebAudioFft *plan = webaudio_fft_new (size);
    GstFFTF32 *fft = gst_fft_f32_new (4 * size, FALSE);
    GstFFTF32Complex *should = g_new (GstFFTF32Complex, 2 * size + 1);
    float *samples = new_noise (4 * size, 3);
    float *spectrum = new_floats (2 * size);
    double signal = 0, noise = 0;

    memset (samples + size, 0, 3 * size * sizeof (float));
    gst_fft_f32_fft (fft, samples, should);
    webaudio_fft_forward (plan, samples, spectrum);
    for (bin = 0; bin < size; bin++) {
      size_t index = (size_t) lrint (4 * size * fmod (webaudio_fft_angle (size,
                  bin), 1));
      gboolean mirrored = index > 2 * size;
      GstFFTF32Complex value = should[mirrored ? 4 * size - index : index];
      double re = value.r - real_part (spectrum, bin);
      double im = (mirrored ? value.i : -value.i) -
          imaginary_part (spectrum, bin);

      signal += (double) value.r * value.r + (double) value.i * value.i;
      noise += re * re + im * im;
    }
    fail_unless (to_db (signal, noise) > 125, "%u: %.1f dB", (unsigned) size,
        to_db (signal, noise));
    webaudio_fft_free (plan);
    gst_fft_f32_free (fft);
    g_free (should);
    free (samples);
    free (spectrum);
  }
}

GST_END_TEST;

/* A product is the negacyclic convolution. */
GST_START_TEST (test_convolution)
{
  size_t size, i, k;

  for (size = WEBAUDIO_FFT_MIN_SIZE; size <= 2048; size *= 2) {
    WebAudioFft *plan = webaudio_fft_new (size);
    float *x = new_noise (size, 4), *first = new_noise (size, 5);
    float *second = new_noise (size, 6), *is = new_floats (size);
    float *a = new_floats (2 * size), *b = new_floats (2 * size);
    float *sum = new_floats (2 * size);
    double signal = 0, noise = 0;

    webaudio_fft_forward (plan, x, a);
    webaudio_fft_forward_whole (plan, first, second, b);
    memset (sum, 0, 2 * size * sizeof (float));
    webaudio_fft_multiply (sum, (const float *const[]) { a },
        (const float *const[]) { b }, 1, size);
    webaudio_fft_inverse (plan, sum, is);
    for (i = 0; i < size; i += 7) {
      double should = 0;

      for (k = 0; k < size; k++)
        should += (double) x[k] * (i >= k ? first[i - k] :
            -second[size + i - k]);
      signal += should * should;
      should -= is[i] / size;
      noise += should * should;
    }
    fail_unless (to_db (signal, noise) > 125, "%u: %.1f dB", (unsigned) size,
        to_db (signal, noise));
    webaudio_fft_free (plan);
    free (x);
    free (first);
    free (second);
    free (is);
    free (a);
    free (b);
    free (sum);
  }
}

GST_END_TEST;

GST_START_TEST (test_multiply)
{
  enum
  { N = 48, COUNT = 5 };
  float *a[COUNT], *b[COUNT], *sum = new_noise (2 * N, 7);
  float *before = new_noise (2 * N, 7);
  size_t i, k;

  for (k = 0; k < COUNT; k++) {
    a[k] = new_noise (2 * N, 10 + k);
    b[k] = new_noise (2 * N, 20 + k);
  }
  webaudio_fft_multiply (sum, (const float *const *) a,
      (const float *const *) b, 0, N);
  fail_unless (memcmp (sum, before, 2 * N * sizeof (float)) == 0);
  webaudio_fft_multiply (sum, (const float *const *) a,
      (const float *const *) b, COUNT, N);
  for (i = 0; i < N; i++) {
    double re = real_part (before, i), im = imaginary_part (before, i);

    for (k = 0; k < COUNT; k++) {
      double ar = real_part (a[k], i), ai = imaginary_part (a[k], i);
      double br = real_part (b[k], i), bi = imaginary_part (b[k], i);

      re += ar * br - ai * bi;
      im += ar * bi + ai * br;
    }
    fail_unless (fabs (re - real_part (sum, i)) < 1e-5);
    fail_unless (fabs (im - imaginary_part (sum, i)) < 1e-5);
  }
  for (k = 0; k < COUNT; k++) {
    free (a[k]);
    free (b[k]);
  }
  free (sum);
  free (before);
}

GST_END_TEST;

/* Forward, multiplied with the whole's, and back, one after the other in
 * @results. */
static void
run (WebAudioFft * plan, size_t size, float *results)
{
  float *samples = new_noise (2 * size, 8);
  float *spectrum = results, *whole = results + 2 * size;
  float *product = results + 4 * size;

  webaudio_fft_forward (plan, samples, spectrum);
  webaudio_fft_forward_whole (plan, samples, samples + size, whole);
  memset (product, 0, 2 * size * sizeof (float));
  webaudio_fft_multiply (product, (const float *const[]) { spectrum },
      (const float *const[]) { whole }, 1, size);
  memcpy (results + 6 * size, product, 2 * size * sizeof (float));
  webaudio_fft_inverse (plan, product, results + 8 * size);
  free (samples);
}

GST_START_TEST (test_widths)
{
  size_t size;

  if (!webaudio_fft_use_wide (true))
    return;
  for (size = WEBAUDIO_FFT_MIN_SIZE; size <= LARGEST; size *= 2) {
    WebAudioFft *plan = webaudio_fft_new (size);
    float *wide = new_floats (9 * size), *narrow = new_floats (9 * size);

    webaudio_fft_use_wide (true);
    fail_unless (webaudio_fft_is_wide ());
    run (plan, size, wide);
    webaudio_fft_use_wide (false);
    fail_if (webaudio_fft_is_wide ());
    run (plan, size, narrow);
    fail_unless (memcmp (wide, narrow, 9 * size * sizeof (float)) == 0);
    webaudio_fft_free (plan);
    free (wide);
    free (narrow);
  }
  webaudio_fft_use_wide (true);
}

GST_END_TEST;

static Suite *
fft_suite (void)
{
  Suite *s = suite_create ("fft");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_definition);
  tcase_add_test (tc, test_angles);
  tcase_add_test (tc, test_gst_fft);
  tcase_add_test (tc, test_convolution);
  tcase_add_test (tc, test_multiply);
  tcase_add_test (tc, test_widths);
  return s;
}

GST_CHECK_MAIN (fft);
