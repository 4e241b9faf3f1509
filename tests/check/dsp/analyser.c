/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The analyser's kernel: the history against an array of everything, the
 * spectrum against sums over sines in double precision. */

#include <gst/check/gstcheck.h>

#include <math.h>
#include <string.h>

#include "check-samples.h"
#include "dsp/analyser.h"

#define MAX_SIZE WEBAUDIO_ANALYSER_MAX_SIZE
#define KEPT WEBAUDIO_HISTORY_FRAMES

static float samples[MAX_SIZE];
static float levels[MAX_SIZE / 2];
static guint8 bytes[MAX_SIZE];

/* History */

static gboolean
check_read (const WebAudioHistory * history, const float *all, gint64 begin,
    gint64 end, gint64 at, guint n)
{
  static float read[KEPT];
  gboolean whole = webaudio_history_read (history, at, read, n);
  gint64 i;

  for (i = 0; i < n; i++) {
    gint64 frame = at - n + i;
    float should = frame < MAX (begin, end - KEPT) || frame >= end ? 0 :
        all[frame - begin];

    check_that (read[i] == should, "%u frames to %" G_GINT64_FORMAT ": frame "
        "%" G_GINT64_FORMAT " is %g, not %g", n, at, frame, read[i], should);
  }
  return whole;
}

/* Cut in all ways, the last frames are there. */
GST_START_TEST (test_history)
{
  static const guint cuts[] = { 1, 127, 128, 1000, 4096, 65535, 65536, 100000 };
  static const guint64 begins[] = { 0, 100, 12345678901 };
  enum
  { ALL = 140000 };

  float *all = g_new (float, ALL);
  WebAudioHistory *history = webaudio_history_new ();
  guint i, b;

  fill_with_noise (all, ALL, 1);
  for (b = 0; b < G_N_ELEMENTS (begins); b++) {
    for (i = 0; i < G_N_ELEMENTS (cuts); i++) {
      guint64 begin = begins[b], end = begin;

      webaudio_history_begin (history, begin);
      while (end - begin + cuts[i] <= ALL) {
        webaudio_history_write (history, all + (end - begin), cuts[i]);
        end += cuts[i];
        fail_unless_equals_uint64 (webaudio_history_get_end (history), end);
        if (cuts[i] == 1 && end % 50000)
          continue;
        fail_unless (check_read (history, all, begin, end, end, 32768));
        fail_unless (check_read (history, all, begin, end, end, 1));
        fail_unless (check_read (history, all, begin, end, end, 0));
        check_read (history, all, begin, end, end, KEPT);
        /* beyond the end is silence */
        check_read (history, all, begin, end, end + 100, 2048);
        check_read (history, all, begin, end, end + 100, 32);
        check_read (history, all, begin, end, end + KEPT, 32768);
      }
    }
  }
  webaudio_history_free (history);
  g_free (all);
}

GST_END_TEST;

/* What was overwritten is said to be lost; what never was is silence. */
GST_START_TEST (test_history_lost)
{
  WebAudioHistory *history = webaudio_history_new ();
  float one = 1, read[32];
  guint i;

  for (i = 0; i < 100; i++)
    webaudio_history_write (history, &one, 1);
  fail_unless (webaudio_history_read (history, 16, read, 32));
  fail_unless (read[15] == 0 && read[16] == 1);
  webaudio_history_write (history, NULL, KEPT - 10);
  fail_unless (!webaudio_history_read (history, 100, read, 32));
  fail_unless (read[0] == 0 && read[21] == 0 && read[22] == 1);
  webaudio_history_write (history, NULL, G_GUINT64_CONSTANT (1) << 62);
  fail_unless (webaudio_history_read (history,
          webaudio_history_get_end (history), read, 32));
  fail_unless (read[0] == 0 && read[31] == 0);
  webaudio_history_begin (history, 7);
  fail_unless (webaudio_history_read (history, 7, read, 32));
  fail_unless (read[0] == 0 && read[31] == 0);
  webaudio_history_free (history);
}

GST_END_TEST;

/* Spectrum */

/* What floats leave of the difference between a level and a magnitude, if the
 * magnitudes are below 1 */
static void
check_level (float level, gdouble magnitude, guint k, guint n)
{
  gdouble is = pow (10, level / 20.0);

  check_that (fabs (is - magnitude) <= 3e-9 + 1e-6 * magnitude,
      "bin %u of %u is " "%g, not %g", k, n, is, magnitude);
}

/* Magnitude of bin @k, summed up as the spec writes it. */
static gdouble
direct_magnitude (const float *x, guint n, guint k)
{
  gdouble re = 0, im = 0;
  guint i;

  for (i = 0; i < n; i++) {
    gdouble w = 0.42 - 0.5 * cos (2 * G_PI * i / n) +
        0.08 * cos (4 * G_PI * i / n);
    /* exact to the last bit also where the product is large */
    gdouble angle = 2 * G_PI * (((guint64) k * i) % n) / n;

    re += x[i] * w * cos (angle);
    im -= x[i] * w * sin (angle);
  }
  return sqrt (re * re + im * im) / n;
}

GST_START_TEST (test_transform)
{
  guint n;

  for (n = 32; n <= MAX_SIZE; n *= 2) {
    WebAudioSpectrum *spectrum = webaudio_spectrum_new (n);
    guint step = MAX (1, n / 32), k;

    fill_with_noise (samples, n, n);
    fail_unless_equals_int (webaudio_spectrum_get_size (spectrum), n);
    webaudio_spectrum_update (spectrum, samples, 0);
    webaudio_spectrum_get_decibels (spectrum, levels);
    for (k = 0; k < n / 2; k += step)
      check_level (levels[k], direct_magnitude (samples, n, k), k, n);
    webaudio_spectrum_free (spectrum);
  }
}

GST_END_TEST;

/* A full sine in the middle of a bin: 0.42 / 2, and nothing three bins away. */
GST_START_TEST (test_sine)
{
  WebAudioSpectrum *spectrum = webaudio_spectrum_new (1024);
  guint i;

  for (i = 0; i < 1024; i++)
    samples[i] = (float) sin (2 * G_PI * 100 * i / 1024);
  webaudio_spectrum_update (spectrum, samples, 0);
  webaudio_spectrum_get_decibels (spectrum, levels);
  for (i = 0; i < 512; i++) {
    guint distance = ABS ((gint) i - 100);

    if (distance == 0)
      check_that (fabs (levels[i] - 20 * log10 (0.21)) < 1e-4, "%g", levels[i]);
    else if (distance == 1)
      check_that (fabs (levels[i] - 20 * log10 (0.125)) < 1e-4, "%g",
          levels[i]);
    else if (distance == 2)
      check_that (fabs (levels[i] - 20 * log10 (0.02)) < 1e-4, "%g", levels[i]);
    else
      check_that (levels[i] < -140, "bin %u is %g dB", i, levels[i]);
  }
  webaudio_spectrum_free (spectrum);
}

GST_END_TEST;

GST_START_TEST (test_smoothing)
{
  static const gdouble factors[] = { 0, 0.1, 0.8, 0.999, 1 };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (factors); i++) {
    WebAudioSpectrum *spectrum = webaudio_spectrum_new (32);
    gdouble should = 0;

    webaudio_spectrum_get_decibels (spectrum, levels);
    fail_unless (isinf (levels[3]) && levels[3] < 0);
    for (j = 0; j < 20; j++) {
      fill_with_noise (samples, 32, j);
      should = factors[i] * should +
          (1 - factors[i]) * direct_magnitude (samples, 32, 3);
      webaudio_spectrum_update (spectrum, samples, factors[i]);
      webaudio_spectrum_get_decibels (spectrum, levels);
      check_level (levels[3], should, 3, 32);
    }
    webaudio_spectrum_reset (spectrum);
    webaudio_spectrum_get_decibels (spectrum, levels);
    for (j = 0; j < 16; j++)
      check_that (isinf (levels[j]) && levels[j] < 0, "%g", levels[j]);
    webaudio_spectrum_free (spectrum);
  }
}

GST_END_TEST;

/* What is no number is nothing, and it does not stay. */
GST_START_TEST (test_not_finite)
{
  static const float bad[] = { NAN, INFINITY, -INFINITY };
  WebAudioSpectrum *spectrum = webaudio_spectrum_new (256);
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    fill_with_noise (samples, 256, 5);
    webaudio_spectrum_update (spectrum, samples, 0.5);
    samples[100] = bad[i];
    webaudio_spectrum_update (spectrum, samples, 0.5);
    webaudio_spectrum_get_decibels (spectrum, levels);
    webaudio_spectrum_get_bytes (spectrum, -100, -30, bytes);
    for (k = 0; k < 128; k++)
      check_that (isinf (levels[k]) && levels[k] < 0 && bytes[k] == 0,
          "bin %u is %g dB", k, levels[k]);
    fill_with_noise (samples, 256, 6);
    webaudio_spectrum_update (spectrum, samples, 0);
    webaudio_spectrum_get_decibels (spectrum, levels);
    for (k = 0; k < 128; k++)
      check_level (levels[k], direct_magnitude (samples, 256, k), k, 256);
  }
  for (i = 0; i < 256; i++)
    samples[i] = i % 2 ? G_MAXFLOAT / 256 : -G_MAXFLOAT / 256;
  webaudio_spectrum_update (spectrum, samples, 0);
  webaudio_spectrum_get_decibels (spectrum, levels);
  fail_unless (isfinite (levels[127]) && levels[127] > 700);
  for (i = 0; i < 256; i++)
    samples[i] = i % 2 ? 1e-45f : -1e-45f;
  webaudio_spectrum_update (spectrum, samples, 0);
  webaudio_spectrum_get_decibels (spectrum, levels);
  fail_unless (isfinite (levels[127]) && levels[127] < -800);
  webaudio_spectrum_free (spectrum);
}

GST_END_TEST;

GST_START_TEST (test_sizes)
{
  static const size_t wrong[] = { 0, 1, 16, 31, 33, 48, 2047, 65536, 1 << 20 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (wrong); i++)
    fail_unless (webaudio_spectrum_new (wrong[i]) == NULL);
  webaudio_spectrum_free (NULL);
  webaudio_history_free (NULL);
}

GST_END_TEST;

/* Bytes */

GST_START_TEST (test_frequency_bytes)
{
  static const gdouble ranges[][2] = {
    {-100, -30}, {-90, -10}, {-40, -39.5}, {0, 10}, {-1e300, 1e300},
    {-60, 1e-300}
  };
  WebAudioSpectrum *spectrum = webaudio_spectrum_new (2048);
  guint i, k;

  fill_with_noise (samples, 2048, 3);
  for (i = 0; i < 2048; i++)
    samples[i] *= (float) exp (-0.01 * i);
  webaudio_spectrum_update (spectrum, samples, 0);
  webaudio_spectrum_get_decibels (spectrum, levels);
  for (i = 0; i < G_N_ELEMENTS (ranges); i++) {
    gdouble min = ranges[i][0], max = ranges[i][1];

    webaudio_spectrum_get_bytes (spectrum, min, max, bytes);
    for (k = 0; k < 1024; k++) {
      gdouble should = CLAMP (255 / (max - min) * (levels[k] - min), 0, 255);

      /* a level that is a float may lie on the other side of a step */
      check_that (bytes[k] <= should + 0.01 && bytes[k] > should - 1.01,
          "%g dB is %u in %g to %g", levels[k], bytes[k], min, max);
    }
  }
  webaudio_spectrum_reset (spectrum);
  webaudio_spectrum_get_bytes (spectrum, -100, -30, bytes);
  for (k = 0; k < 1024; k++)
    check_that (bytes[k] == 0, "nothing is %u", bytes[k]);
  webaudio_spectrum_free (spectrum);
}

GST_END_TEST;

GST_START_TEST (test_time_domain_bytes)
{
  static const float in[] = { -2, -1, -0.999f, -0.5f, -1e-9f, 0, 1e-9f, 0.5f,
    0.9921875f, 0.992187f, 1, 1.5f, NAN, INFINITY, -INFINITY, G_MAXFLOAT,
    -G_MAXFLOAT
  };
  static const guint8 out[] = { 0, 0, 0, 64, 127, 128, 128, 192, 255, 254, 255,
    255, 0, 255, 0, 255, 0
  };
  guint i;

  webaudio_waveform_to_bytes (in, bytes, G_N_ELEMENTS (in));
  for (i = 0; i < G_N_ELEMENTS (in); i++)
    check_that (bytes[i] == out[i], "%g is %u, not %u", in[i], bytes[i],
        out[i]);
}

GST_END_TEST;

static Suite *
analyser_suite (void)
{
  Suite *s = suite_create ("analyser");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_history);
  tcase_add_test (tc, test_history_lost);
  tcase_add_test (tc, test_transform);
  tcase_add_test (tc, test_sine);
  tcase_add_test (tc, test_smoothing);
  tcase_add_test (tc, test_not_finite);
  tcase_add_test (tc, test_sizes);
  tcase_add_test (tc, test_frequency_bytes);
  tcase_add_test (tc, test_time_domain_bytes);
  return s;
}

GST_CHECK_MAIN (analyser);
