/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The equalization of head-related responses: what they have in common goes,
 * what tells them apart and when they begin stays. */

#include <gst/check/gstcheck.h>
#include <math.h>

#include "dsp/diffusefield.h"

#define RATE 44100
#define TAPS 512
#define N 40

/* The power of a response at a frequency */
static gdouble
power_at (const gfloat * response, gdouble frequency)
{
  gdouble re = 0, im = 0;
  guint i;

  for (i = 0; i < TAPS; i++) {
    re += response[i] * cos (2 * G_PI * frequency * i / RATE);
    im += response[i] * sin (2 * G_PI * frequency * i / RATE);
  }
  return re * re + im * im;
}

static gdouble
mean_power_at (const gfloat * responses, gdouble frequency)
{
  gdouble sum = 0;
  guint i;

  for (i = 0; i < N; i++)
    sum += power_at (responses + i * TAPS, frequency);
  return sum / N;
}

/* Impulses of different strength and time, through one filter that takes the
 * bass and adds a resonance */
static gfloat *
new_coloured (void)
{
  gfloat *responses = g_new0 (gfloat, N * TAPS);
  guint i, k;

  for (i = 0; i < N; i++) {
    gfloat *response = responses + i * TAPS;

    for (k = 0; k < 200; k++)
      response[20 + i % 7 + k] = (1 + i % 3) * ((k == 0) + 0.5 * pow (0.9, k)
          * sin (0.4 * k) - 0.02 * pow (0.98, k));
  }
  return responses;
}

static const gdouble frequencies[] = { 200, 440, 1000, 2800, 6000, 12000 };

GST_START_TEST (test_flat)
{
  gfloat *responses = new_coloured ();
  gdouble first, before;
  guint i;

  before = mean_power_at (responses, 2800) / mean_power_at (responses, 12000);
  fail_unless (before > 2);
  webaudio_diffuse_field_equalize (responses, N, TAPS, RATE, 0);
  first = mean_power_at (responses, 1000);
  for (i = 0; i < G_N_ELEMENTS (frequencies); i++) {
    gdouble level = 10 * log10 (mean_power_at (responses, frequencies[i])
        / first);

    fail_unless (fabs (level) < 1, "%g Hz: %g dB", frequencies[i], level);
  }
  g_free (responses);
}

GST_END_TEST;

/* By so many decibels an octave, and 1 kHz stays where it is. */
GST_START_TEST (test_slope)
{
  static const gdouble slopes[] = { -1.5, 3 };
  guint i, k;

  for (k = 0; k < G_N_ELEMENTS (slopes); k++) {
    gfloat *flat = new_coloured (), *sloping = new_coloured ();

    webaudio_diffuse_field_equalize (flat, N, TAPS, RATE, 0);
    webaudio_diffuse_field_equalize (sloping, N, TAPS, RATE, slopes[k]);
    for (i = 0; i < G_N_ELEMENTS (frequencies); i++) {
      gdouble level = 10 * log10 (mean_power_at (sloping, frequencies[i])
          / mean_power_at (flat, frequencies[i]));

      fail_unless (fabs (level - slopes[k] * log2 (frequencies[i] / 1000))
          < 0.5, "%g Hz: %g dB", frequencies[i], level);
    }
    g_free (flat);
    g_free (sloping);
  }
}

GST_END_TEST;

GST_START_TEST (test_differences_stay)
{
  gfloat *before = new_coloured (), *after = new_coloured ();
  guint i;

  webaudio_diffuse_field_equalize (after, N, TAPS, RATE, 0);
  for (i = 0; i < N; i++) {
    gdouble ratio = power_at (before + i * TAPS, 3000)
        / power_at (before, 3000);
    gfloat peak = 0;
    guint k, at = 0;

    fail_unless (fabs (power_at (after + i * TAPS, 3000)
            / power_at (after, 3000) / ratio - 1) < 0.01);
    /* minimum phase: it is not late, and nothing comes earlier */
    for (k = 0; k < TAPS; k++)
      if (fabsf (after[i * TAPS + k]) > peak) {
        peak = fabsf (after[i * TAPS + k]);
        at = k;
      }
    fail_unless_equals_int (at, 20 + i % 7);
    for (k = 0; k < 20; k++)
      fail_unless (fabsf (after[i * TAPS + k]) < 0.001 * peak);
  }
  g_free (before);
  g_free (after);
}

GST_END_TEST;

GST_START_TEST (test_edges)
{
  gfloat silence[2 * TAPS] = { 0, }, one = 0.5;
  guint i;

  webaudio_diffuse_field_equalize (silence, 2, TAPS, RATE, 0);
  for (i = 0; i < 2 * TAPS; i++)
    fail_unless (silence[i] == 0);
  webaudio_diffuse_field_equalize (&one, 1, 1, RATE, 0);
  fail_unless (fabsf (one - 0.5f) < 1e-6);
  webaudio_diffuse_field_equalize (NULL, 0, TAPS, RATE, 0);
}

GST_END_TEST;

static Suite *
diffusefield_suite (void)
{
  Suite *s = suite_create ("diffusefield");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_flat);
  tcase_add_test (tc, test_slope);
  tcase_add_test (tc, test_differences_stay);
  tcase_add_test (tc, test_edges);
  return s;
}

GST_CHECK_MAIN (diffusefield);
