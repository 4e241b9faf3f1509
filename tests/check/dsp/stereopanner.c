/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of equal-power panning: against the specification's formulas in
 * double precision, and what has to be exact. */

#include <gst/check/gstcheck.h>

#include <math.h>
#include <string.h>

#include "check-samples.h"
#include "dsp/stereopanner.h"

#define MAX_LENGTH 19
#define TOLERANCE 2e-7

static const double pans[] = {
  -1, -0.999, -0.75, -0.5, -0.25, -1e-3, -1e-30, 0, 1e-30, 1e-3, 0.25, 0.5,
  0.75, 0.999, 1
};

/* The specification's algorithm, one frame */
static void
pan_slowly (double pan, double gain, unsigned channels, const double in[2],
    double out[2])
{
  double x, left, right;

  pan = MIN (1, MAX (-1, pan));
  if (channels == 1)
    x = (pan + 1) / 2;
  else
    x = pan <= 0 ? pan + 1 : pan;
  left = cos (x * M_PI / 2);
  right = sin (x * M_PI / 2);
  if (channels == 1) {
    out[0] = in[0] * left;
    out[1] = in[0] * right;
  } else if (pan <= 0) {
    out[0] = in[0] + in[1] * left;
    out[1] = in[1] * right;
  } else {
    out[0] = in[0] * left;
    out[1] = in[1] + in[0] * right;
  }
  out[0] *= gain;
  out[1] *= gain;
}

static void
check_frame (float left, float right, double pan, double gain,
    unsigned channels, float in_left, float in_right)
{
  double in[] = { in_left, in_right }, out[2];

  pan_slowly (pan, gain, channels, in, out);
  if (!(fabs (left - out[0]) <= TOLERANCE * fabs (gain))
      || !(fabs (right - out[1]) <= TOLERANCE * fabs (gain)))
    fail ("pan %g, gain %g, %u channels: %.9g, %.9g, not %.9g, %.9g", pan,
        gain, channels, left, right, out[0], out[1]);
}

/* Runs both functions on noise and compares them with the slow form and with
 * each other; @in_place: on the planes themselves. */
static void
check_pan (unsigned channels, double pan, double gain, size_t n,
    gboolean in_place)
{
  float noise[2][MAX_LENGTH + 1], same[2][MAX_LENGTH + 1];
  float varying[2][MAX_LENGTH + 1];
  double all_pans[MAX_LENGTH], all_gains[MAX_LENGTH];
  const float *in[2] = { noise[0], noise[1] };
  float *out[2] = { same[0], same[1] };
  size_t i;

  fill_with_noise (noise[0], MAX_LENGTH + 1, 1);
  fill_with_noise (noise[1], MAX_LENGTH + 1, 2);
  memcpy (same, noise, sizeof noise);
  memcpy (varying, noise, sizeof noise);
  for (i = 0; i < n; i++) {
    all_pans[i] = pan;
    all_gains[i] = gain;
  }
  if (in_place) {
    in[0] = same[0];
    in[1] = same[1];
  }
  webaudio_pan (out, in, channels, pan, gain, n);
  out[0] = varying[0];
  out[1] = varying[1];
  if (in_place) {
    in[0] = varying[0];
    in[1] = varying[1];
  }
  webaudio_pan_varying (out, in, channels, all_pans,
      gain == 1 ? NULL : all_gains, n);
  for (i = 0; i < n; i++)
    check_frame (same[0][i], same[1][i], pan, gain, channels, noise[0][i],
        noise[1][i]);
  for (i = 0; i < 2; i++) {
    fail_unless (memcmp (same[i], varying[i], sizeof same[i]) == 0);
    /* nothing behind the end */
    fail_unless (memcmp (same[i] + n, noise[i] + n,
            (MAX_LENGTH + 1 - n) * sizeof (float)) == 0);
  }
}

GST_START_TEST (test_against_formulas)
{
  static const double gains[] = { 1, 0.3, 0, -2 };
  unsigned channels, i, j;
  size_t n;

  for (channels = 1; channels <= 2; channels++)
    for (i = 0; i < G_N_ELEMENTS (pans); i++)
      for (j = 0; j < G_N_ELEMENTS (gains); j++)
        for (n = 0; n <= MAX_LENGTH; n++) {
          check_pan (channels, pans[i], gains[j], n, FALSE);
          check_pan (channels, pans[i], gains[j], n, TRUE);
        }
}

GST_END_TEST;

/* A whole turn of the knob in many steps, and beyond its ends */
GST_START_TEST (test_sweep)
{
  enum
  { N = 10001 };
  float *in = g_new (float, N), *out[2] = { g_new (float, N), g_new (float, N)
  };
  const float *planes[] = { in, in };
  double *sweep = g_new (double, N);
  unsigned channels, i;

  for (i = 0; i < N; i++) {
    in[i] = 1;
    sweep[i] = -1.5 + 3.0 * i / (N - 1);
  }
  for (channels = 1; channels <= 2; channels++) {
    webaudio_pan_varying (out, planes, channels, sweep, NULL, N);
    for (i = 0; i < N; i++)
      check_frame (out[0][i], out[1][i], sweep[i], 1, channels, 1, 1);
  }
  g_free (in);
  g_free (out[0]);
  g_free (out[1]);
  g_free (sweep);
}

GST_END_TEST;

static void
pan_one (unsigned channels, double pan, float left, float right, float *l,
    float *r)
{
  const float *in[] = { &left, &right };
  float *const out[] = { l, r };

  webaudio_pan (out, in, channels, pan, 1, 1);
}

/* The ends are silent on the other side, the middle is the same on both and, of
 * two channels, changes nothing */
GST_START_TEST (test_exact)
{
  float l, r;

  pan_one (1, -1, 0.7f, 0, &l, &r);
  fail_unless (l == 0.7f && r == 0);
  pan_one (1, 1, 0.7f, 0, &l, &r);
  fail_unless (l == 0 && r == 0.7f);
  pan_one (1, 0, 0.7f, 0, &l, &r);
  fail_unless (l == r);
  pan_one (2, 0, 0.7f, 0.3f, &l, &r);
  fail_unless (l == 0.7f && r == 0.3f);
  pan_one (2, -1, 0.7f, 0.3f, &l, &r);
  fail_unless (l == 0.7f + 0.3f && r == 0);
  pan_one (2, 1, 0.7f, 0.3f, &l, &r);
  fail_unless (l == 0 && r == 0.3f + 0.7f);
}

GST_END_TEST;

GST_START_TEST (test_not_finite)
{
  static const double odd[] = { NAN, INFINITY, -INFINITY, 1e300, -1e300 };
  static const double counts_as[] = { 0, 1, -1, 1, -1 };
  float l, r, same_l, same_r;
  unsigned channels, i;

  for (channels = 1; channels <= 2; channels++) {
    for (i = 0; i < G_N_ELEMENTS (odd); i++) {
      pan_one (channels, odd[i], 0.7f, 0.3f, &l, &r);
      pan_one (channels, counts_as[i], 0.7f, 0.3f, &same_l, &same_r);
      fail_unless (l == same_l && r == same_r);
    }
  }
  /* what does not come over is not heard there, whatever it is */
  pan_one (2, -0.5, INFINITY, 0.3f, &l, &r);
  fail_unless (isinf (l) && isfinite (r));
  pan_one (2, 0.5, 0.7f, NAN, &l, &r);
  fail_unless (isfinite (l) && isnan (r));
}

GST_END_TEST;

/* Any place in the array, any cut */
GST_START_TEST (test_cuts)
{
  float noise[2][MAX_LENGTH], whole[2][MAX_LENGTH], cut[2][MAX_LENGTH];
  double ramp[MAX_LENGTH], gains[MAX_LENGTH];
  unsigned channels, i;
  size_t at;

  fill_with_noise (noise[0], MAX_LENGTH, 3);
  fill_with_noise (noise[1], MAX_LENGTH, 4);
  for (i = 0; i < MAX_LENGTH; i++) {
    ramp[i] = -1 + 2.0 * i / (MAX_LENGTH - 1);
    gains[i] = 1.0 / (1 + i);
  }
  for (channels = 1; channels <= 2; channels++) {
    for (at = 0; at <= MAX_LENGTH; at++) {
      const float *in[] = { noise[0], noise[1] };
      const float *rest[] = { noise[0] + at, noise[1] + at };
      float *out[] = { whole[0], whole[1] }, *first[] = { cut[0], cut[1] };
      float *second[] = { cut[0] + at, cut[1] + at };

      webaudio_pan_varying (out, in, channels, ramp, gains, MAX_LENGTH);
      webaudio_pan_varying (first, in, channels, ramp, gains, at);
      webaudio_pan_varying (second, rest, channels, ramp + at, gains + at,
          MAX_LENGTH - at);
      fail_unless (memcmp (whole, cut, sizeof whole) == 0);
    }
  }
}

GST_END_TEST;

static Suite *
stereopanner_suite (void)
{
  Suite *s = suite_create ("stereopanner");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_against_formulas);
  tcase_add_test (tc, test_sweep);
  tcase_add_test (tc, test_exact);
  tcase_add_test (tc, test_not_finite);
  tcase_add_test (tc, test_cuts);
  return s;
}

GST_CHECK_MAIN (stereopanner);
