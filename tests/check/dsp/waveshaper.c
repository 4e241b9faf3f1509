/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the wave shaper's kernel: curves letter by letter, and
 * over-sampling by filters in double precision that know nothing of phases. */

#include "check-filter.h"
#include "dsp/waveshaper.h"

#include <stdlib.h>

#define LENGTH 4000

static float noise[LENGTH], rendered[LENGTH], again[LENGTH];

/* Of the specification */
static double
direct (const double *c, size_t n, double x)
{
  double v = (n - 1) / 2.0 * (x + 1), f;
  size_t k;

  if (v < 0)
    return c[0];
  if (v >= n - 1)
    return c[n - 1];
  k = (size_t) floor (v);
  f = v - k;
  return (1 - f) * c[k] + f * c[k + 1];
}

static double *
make_curve (size_t n)
{
  double *values = g_new (double, n);
  size_t i;

  for (i = 0; i < n; i++)
    values[i] = (float) (0.1 + sin (i * 5.0 / n - 2) + 0.01 * (i % 3));
  return values;
}

GST_START_TEST (test_curve)
{
  static const size_t sizes[] = { 2, 3, 4, 5, 1024, 1025, 65536, 1000001 };
  static const float edges[] = { -INFINITY, -3e38, -2, -1, -0.0f, 0, 1e-40,
    1, 1.5, 3e38, INFINITY
  };
  size_t n = sizes[__i__], i;
  double *values = make_curve (n);
  WebAudioCurve *curve = webaudio_curve_new (values, n);
  float nan = NAN, out;

  fill_with_noise (noise, LENGTH, 1);
  memcpy (noise, edges, sizeof edges);
  webaudio_curve_shape (curve, rendered, noise, LENGTH);
  for (i = 0; i < LENGTH; i++)
    assert_near (rendered[i], direct (values, n, noise[i]), 1e-7, i);
  assert_near (curve->at_zero, direct (values, n, 0), 1e-7, 0);
  /* what is not a number is silence */
  webaudio_curve_shape (curve, &out, &nan, 1);
  fail_unless (out == curve->at_zero);
  free (curve);
  g_free (values);
}

GST_END_TEST;

static void
process (WebAudioShaper * shaper, const WebAudioCurve * curve, guint64 frame,
    float **planes, guint channels, size_t n)
{
  webaudio_shaper_process (shaper, curve, frame, planes,
      (const float *const *) planes, channels, n);
}

/* One channel from frame 0 on */
static void
shape (guint factor, const WebAudioCurve * curve, const float *in, float *out,
    size_t n)
{
  WebAudioShaper shaper;

  memmove (out, in, n * sizeof (float));
  webaudio_shaper_init (&shaper);
  webaudio_shaper_reset (&shaper, factor);
  fail_unless (webaudio_shaper_widen (&shaper, 1,
          WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS));
  process (&shaper, curve, 0, &out, 1, n);
  webaudio_shaper_clear (&shaper);
}

/* A half-band low-pass of 2 * @taps at the higher rate, delayed by 128 there */
static double *
filter_half_band (const double *in, size_t n, guint taps)
{
  double *out = g_new0 (double, n), *h = g_new0 (double, taps), sum = 0;
  size_t i;
  guint k;

  for (k = 0; k < taps; k++) {
    double t = k - (taps - 1) / 2.0, w = 2 * G_PI * (k + 0.5) / taps;

    h[k] = sin (G_PI * t) / (G_PI * t)
        * (0.42 - 0.5 * cos (w) + 0.08 * cos (2 * w));
    sum += h[k];
  }
  for (i = 0; i < n; i++) {
    for (k = 0; k < taps; k++) {
      /* the middle of the taps is 128 ago */
      size_t ago = 128 + 2 * k - (taps - 1);

      if (ago <= i)
        out[i] += h[k] / sum * in[i - ago] / 2;
    }
    if (i >= 128)
      out[i] += in[i - 128] / 2;
  }
  g_free (h);
  return out;
}

static double *
direct_over (const double *c, size_t n_c, guint factor, guint taps,
    const double *in, size_t n)
{
  double *twice = g_new0 (double, 2 * n), *up, *shaped, *down, *out;
  size_t i;

  for (i = 0; i < n; i++)
    twice[2 * i] = 2 * in[i];
  up = filter_half_band (twice, 2 * n, taps);
  if (factor == 4) {
    shaped = direct_over (c, n_c, 2, 16, up, 2 * n);
  } else {
    shaped = g_new (double, 2 * n);
    for (i = 0; i < 2 * n; i++)
      shaped[i] = direct (c, n_c, up[i]);
  }
  down = filter_half_band (shaped, 2 * n, taps);
  out = g_new (double, n);
  for (i = 0; i < n; i++)
    out[i] = down[2 * i];
  g_free (twice);
  g_free (up);
  g_free (shaped);
  g_free (down);
  return out;
}

GST_START_TEST (test_oversample)
{
  double *values = make_curve (101), in[LENGTH], *out;
  WebAudioCurve *curve = webaudio_curve_new (values, 101);
  size_t i;

  fill_with_noise (noise, LENGTH, 1);
  for (i = 0; i < LENGTH; i++)
    in[i] = noise[i];
  shape (__i__, curve, noise, rendered, LENGTH);
  out = direct_over (values, 101, __i__, 128, in, LENGTH);
  for (i = 0; i < LENGTH; i++)
    assert_near (rendered[i], out[i], 3e-6, i);
  g_free (out);
  free (curve);
  g_free (values);
}

GST_END_TEST;

/* Nothing but a delay, if the curve is straight. */
GST_START_TEST (test_latency)
{
  static const double straight[] = { -1, 1 };
  static const guint latencies[] = { 0, 0, 128, 0, 192 };
  WebAudioCurve *curve = webaudio_curve_new (straight, 2);
  guint latency = webaudio_shaper_latency (__i__), i;

  fail_unless_equals_int (latency, latencies[__i__]);
  for (i = 0; i < LENGTH; i++)
    noise[i] = 0.4 * sin (i * 0.5) + 0.3 * sin (i * 2.7);
  shape (__i__, curve, noise, rendered, LENGTH);
  for (i = 0; i + 1000 < LENGTH; i++)
    assert_near (rendered[i + 1000], noise[i + 1000 - latency], 3e-4, i);
  free (curve);
}

GST_END_TEST;

/* How much of a frequency there is in what is rendered, after its beginning */
static double
measure (double frequency)
{
  double re = 0, im = 0;
  guint i;

  for (i = 1000; i < 3400; i++) {
    re += rendered[i] * cos (2 * G_PI * frequency * i / RATE);
    im += rendered[i] * sin (2 * G_PI * frequency * i / RATE);
  }
  return hypot (re, im) / 1200;
}

/* The 9th partial of a clipped 4.7 kHz would fold back to 5.7 kHz. */
GST_START_TEST (test_aliases)
{
  static const double clip[] = { -0.5, -0.5, 0, 0.5, 0.5 };
  WebAudioCurve *curve = webaudio_curve_new (clip, 5);
  guint i;

  for (i = 0; i < LENGTH; i++)
    noise[i] = sin (2 * G_PI * 4700 * i / RATE);
  shape (1, curve, noise, rendered, LENGTH);
  fail_unless (measure (5700) > 0.005);
  shape (2, curve, noise, rendered, LENGTH);
  fail_unless (measure (5700) < 0.0001, "%g", measure (5700));
  shape (4, curve, noise, rendered, LENGTH);
  fail_unless (measure (5700) < 0.0001, "%g", measure (5700));
  /* the third partial is kept, and that is what it should be */
  fail_unless (fabs (measure (14100) - 0.1378) < 0.001, "%g", measure (14100));
  free (curve);
}

GST_END_TEST;

GST_START_TEST (test_any_chunks_give_the_same_bits)
{
  double *values = make_curve (101);
  WebAudioCurve *curve = webaudio_curve_new (values, 101);
  WebAudioShaper shaper;
  guint32 state = 3;
  size_t at, n;

  fill_with_noise (noise, LENGTH, 1);
  memset (noise + 1500, 0, 1000 * sizeof (float));
  shape (__i__, curve, noise, rendered, LENGTH);
  memcpy (again, noise, sizeof again);
  webaudio_shaper_init (&shaper);
  webaudio_shaper_reset (&shaper, __i__);
  for (at = 0; at < LENGTH; at += n) {
    float *plane = again + at;

    n = next_length (&state, LENGTH - at);
    fail_unless (webaudio_shaper_widen (&shaper, 1,
            WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS));
    process (&shaper, curve, at, &plane, 1, n);
  }
  assert_floats_equal (again, rendered, LENGTH);
  webaudio_shaper_clear (&shaper);
  free (curve);
  g_free (values);
}

GST_END_TEST;

/* It rests when its filters are empty, not before; and each quantum from there
 * on is exactly silent. */
GST_START_TEST (test_rest)
{
  static const double cubic[] = { -1, -0.125, 0, 0.125, 1 };
  WebAudioCurve *curve = webaudio_curve_new (cubic, 5);
  float block[QUANTUM], *plane = block;
  WebAudioShaper shaper;
  guint64 frame, rested = 0;
  guint i, latest = 0;

  webaudio_shaper_init (&shaper);
  webaudio_shaper_reset (&shaper, __i__);
  fail_unless (webaudio_shaper_widen (&shaper, 1,
          WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS));
  for (frame = 0; frame < 2048; frame += QUANTUM) {
    for (i = 0; i < QUANTUM; i++)
      block[i] = frame < 512 ? 1 : 0;
    process (&shaper, curve, frame, &plane, 1, QUANTUM);
    for (i = 0; i < QUANTUM; i++) {
      if (block[i] != 0)
        latest = frame + i;
    }
    if (webaudio_shaper_is_at_rest (&shaper) && !rested && frame >= 512)
      rested = frame + QUANTUM;
    fail_unless (__i__ == 1 || frame >= 512
        || !webaudio_shaper_is_at_rest (&shaper));
  }
  fail_unless (rested > latest && rested <= 1200);
  webaudio_shaper_clear (&shaper);
  free (curve);
}

GST_END_TEST;

/* Between two factors what the outer filters hold comes out before the hole
 * that the new ones make. */
GST_START_TEST (test_change)
{
  static const double straight[] = { -1, 0, 1 };
  static const unsigned factors[] = { 2, 4, 2, 4 };
  WebAudioCurve *curve = webaudio_curve_new (straight, 3);
  WebAudioShaper shaper;
  float block[4 * QUANTUM], *plane = block;
  guint i, k;

  webaudio_shaper_init (&shaper);
  fail_unless (webaudio_shaper_widen (&shaper, 1,
          WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS));
  for (k = 0; k < G_N_ELEMENTS (factors); k++) {
    webaudio_shaper_set_factor (&shaper, factors[k]);
    fail_unless (webaudio_shaper_widen (&shaper, 1,
            WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS));
    for (i = 0; i < G_N_ELEMENTS (block); i++)
      block[i] = 0.5;
    process (&shaper, curve, k * G_N_ELEMENTS (block), &plane, 1,
        G_N_ELEMENTS (block));
    for (i = k ? 0 : 300; i < G_N_ELEMENTS (block); i++)
      fail_unless ((i >= 40 && i < 200) ||
          fabsf (block[i] - 0.5f) < 1e-3f, "%u: %g", i, block[i]);
  }
  webaudio_shaper_set_factor (&shaper, 1);
  process (&shaper, curve, k * G_N_ELEMENTS (block), &plane, 1, QUANTUM);
  fail_unless (webaudio_shaper_is_at_rest (&shaper));
  webaudio_shaper_clear (&shaper);
  free (curve);
}

GST_END_TEST;

GST_START_TEST (test_poison)
{
  static const float poisons[] = { NAN, INFINITY, -INFINITY };
  double *values = make_curve (101);
  WebAudioCurve *curve = webaudio_curve_new (values, 101);
  guint i, k;

  for (k = 0; k < G_N_ELEMENTS (poisons); k++) {
    fill_with_noise (noise, LENGTH, 1);
    shape (__i__, curve, noise, again, LENGTH);
    noise[1000] = poisons[k];
    shape (__i__, curve, noise, rendered, LENGTH);
    for (i = 0; i < LENGTH; i++)
      check_that (isfinite (rendered[i]), "%u is not finite", i);
    assert_floats_equal (rendered + 1500, again + 1500, LENGTH - 1500);
  }
  free (curve);
  g_free (values);
}

GST_END_TEST;

#define SWITCH (8 * QUANTUM)

/* Mono becomes stereo as if it had been that from the beginning, and mono again
 * when it is that throughout the filters. */
GST_START_TEST (test_channels)
{
  static float left[LENGTH], right[LENGTH], alone[LENGTH];
  double *values = make_curve (101);
  WebAudioCurve *curve = webaudio_curve_new (values, 101);
  WebAudioShaper shaper;
  guint64 frame;
  guint i;

  fill_with_noise (left, LENGTH, 1);
  memcpy (right, left, sizeof right);
  fill_with_noise (right + SWITCH, SWITCH, 2);
  memcpy (alone, right, sizeof alone);
  shape (__i__, curve, alone, alone, LENGTH);
  webaudio_shaper_init (&shaper);
  webaudio_shaper_reset (&shaper, __i__);
  for (frame = 0; frame + QUANTUM <= LENGTH; frame += QUANTUM) {
    float *planes[] = { left + frame, right + frame };
    guint channels = frame / SWITCH == 1 ? 2 : 1;

    fail_unless (webaudio_shaper_widen (&shaper, channels,
            WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS));
    fail_unless (channels == 1 || shaper.channels == 2);
    fail_unless (frame <= 3 * SWITCH || shaper.channels == 1);
    if (__i__ > 1 && frame / SWITCH == 2 && frame < 2 * SWITCH + 256)
      fail_unless (shaper.channels == 2);
    if (shaper.channels == 1)
      right[frame] = NAN;
    process (&shaper, curve, frame, planes, channels, QUANTUM);
  }
  for (i = SWITCH; i < 2 * SWITCH + (__i__ > 1 ? 256 : 0); i++)
    check_that (memcmp (right + i, alone + i, sizeof (float)) == 0,
        "%u is %.9g, not %.9g", i, right[i], alone[i]);
  webaudio_shaper_clear (&shaper);
  free (curve);
  g_free (values);
}

GST_END_TEST;

static Suite *
waveshaper_suite (void)
{
  Suite *s = suite_create ("waveshaper");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_curve, 0, 8);
  tcase_add_test (tc, test_aliases);
  tcase_add_loop_test (tc, test_oversample, 2, 3);
  tcase_add_loop_test (tc, test_oversample, 4, 5);
  /* the loops are over 1, 2 and 4 */
  tcase_add_loop_test (tc, test_latency, 1, 3);
  tcase_add_loop_test (tc, test_latency, 4, 5);
  tcase_add_loop_test (tc, test_any_chunks_give_the_same_bits, 1, 3);
  tcase_add_loop_test (tc, test_any_chunks_give_the_same_bits, 4, 5);
  tcase_add_loop_test (tc, test_rest, 1, 3);
  tcase_add_loop_test (tc, test_rest, 4, 5);
  tcase_add_test (tc, test_change);
  tcase_add_loop_test (tc, test_poison, 1, 3);
  tcase_add_loop_test (tc, test_poison, 4, 5);
  tcase_add_loop_test (tc, test_channels, 1, 3);
  tcase_add_loop_test (tc, test_channels, 4, 5);
  return s;
}

GST_CHECK_MAIN (waveshaper);
