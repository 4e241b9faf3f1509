/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the oscillator's kernel: against additive synthesis in double
 * precision, and to the bit against itself, cut and computed otherwise. */

#include <gst/check/gstcheck.h>

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/oscillator.h"

#define SAMPLE_RATE 48000.
#define FRAMES 4099             /* prime, so that no block size fits */
#define CYCLE 18446744073709551616.     /* 2^64 */
#define QUARTER (UINT64_C (1) << 62)

static const char *kernel_names[] = { "scalar", "sse2", "avx2" };

static WebAudioPeriodicWave *
new_custom_wave (void)
{
  const float real[] = { 0.f, 0.2f, 0.f, 0.1f, 0.f, 0.3f };
  const float imag[] = { 0.f, 1.f, 0.5f, 0.25f, 0.125f, 0.f };

  return webaudio_periodic_wave_new (real, imag, G_N_ELEMENTS (real), true);
}

/* All partials in phase at phase 0, each of level 1 / @last. */
static WebAudioPeriodicWave *
new_pulse (unsigned last)
{
  float *real = g_new (float, last + 1);
  WebAudioPeriodicWave *wave;
  unsigned k;

  for (k = 0; k <= last; k++)
    real[k] = 1.f / last;
  wave = webaudio_periodic_wave_new (real, NULL, last + 1, true);
  g_free (real);
  return wave;
}

/* A wave of each kind: the basic ones and a custom one. */
static WebAudioPeriodicWave *
get_wave (int i)
{
  return i <= WEBAUDIO_WAVE_TRIANGLE ?
      webaudio_periodic_wave_get_basic ((WebAudioBasicWave) i) :
      new_custom_wave ();
}

#define N_WAVES (WEBAUDIO_WAVE_TRIANGLE + 2)

static int64_t
increment_of (double frequency)
{
  return webaudio_oscillator_increment (frequency, SAMPLE_RATE);
}

/* Increments that sweep through all bands, up to Nyquist and below 0. */
static void
sweep (int64_t * increments, unsigned n)
{
  unsigned i;

  for (i = 0; i < n; i++) {
    double position = (double) i / n;

    increments[i] = increment_of (cos (9. * M_PI * position) * 24500. *
        pow (position, 3.));
  }
}

/* Whether all FRAMES frames are @even and @odd in turn. */
static bool
is_alternating (const float *frames, float even, float odd, float tolerance)
{
  unsigned i;

  for (i = 0; i < FRAMES; i++)
    if (!(fabsf (frames[i] - (i % 2 ? odd : even)) <= tolerance))
      return false;
  return true;
}

GST_START_TEST (test_frequency)
{
  fail_unless (webaudio_oscillator_frequency (440., 0.) == 440.);
  fail_unless (webaudio_oscillator_frequency (440., 1200.) == 880.);
  fail_unless (webaudio_oscillator_frequency (440., -2400.) == 110.);
  fail_unless (webaudio_oscillator_frequency (-440., 1200.) == -880.);
  fail_unless (fabs (webaudio_oscillator_frequency (440., 700.) -
          659.2551138257398) < 1e-9);

  fail_unless (webaudio_oscillator_frequency (0., DBL_MAX) == 0.);
  fail_unless (webaudio_oscillator_frequency (0., NAN) == 0.);
  fail_unless (isinf (webaudio_oscillator_frequency (1., DBL_MAX)));
  fail_unless (webaudio_oscillator_frequency (1., -DBL_MAX) == 0.);
}

GST_END_TEST;

GST_START_TEST (test_increment)
{
  fail_unless (increment_of (0.) == 0);
  fail_unless (increment_of (12000.) == INT64_C (1) << 62);
  fail_unless (increment_of (-12000.) == -(INT64_C (1) << 62));
  fail_unless (increment_of (3000.) == INT64_C (1) << 60);
  fail_unless (fabs ((double) increment_of (440.) - 440. / 48000. * CYCLE) <
      CYCLE * 1e-15);
  fail_unless (increment_of (-440.) == -increment_of (440.));

  /* Nyquist and what lies beyond */
  fail_unless (increment_of (24000.) == INT64_MIN);
  fail_unless (increment_of (-24000.) == INT64_MIN);
  fail_unless (increment_of (30000.) == INT64_MIN);
  fail_unless (increment_of (-DBL_MAX) == INT64_MIN);
  fail_unless (increment_of (INFINITY) == INT64_MIN);
  fail_unless (increment_of (-INFINITY) == INT64_MIN);
  fail_unless (increment_of (nextafter (24000., 0.)) > INT64_C (1) << 62);
  fail_unless (increment_of (nextafter (-24000., 0.)) < -(INT64_C (1) << 62));

  fail_unless (increment_of (NAN) == 0);
  fail_unless (increment_of (DBL_MIN) == 0);
}

GST_END_TEST;

GST_START_TEST (test_increments)
{
  const double frequency[] = { 440., -440., 0., NAN, INFINITY, 1e300, 1. };
  const double detune[] = { 0., 0., 700., -700., DBL_MAX, NAN, -1e300 };
  int64_t increments[G_N_ELEMENTS (frequency)];
  unsigned use;
  unsigned i;

  for (use = 0; use < 4; use++) {
    const double *f = use & 1 ? frequency : NULL;
    const double *d = use & 2 ? detune : NULL;

    webaudio_oscillator_increments (increments, f, 330., d, 50., SAMPLE_RATE,
        G_N_ELEMENTS (frequency));
    for (i = 0; i < G_N_ELEMENTS (frequency); i++)
      fail_unless (increments[i] ==
          increment_of (webaudio_oscillator_frequency (f ? f[i] : 330.,
                  d ? d[i] : 50.)));
  }
  webaudio_oscillator_increments (NULL, NULL, 1., detune, 0., SAMPLE_RATE, 0);
}

GST_END_TEST;

GST_START_TEST (test_sine)
{
  WebAudioPeriodicWave *wave =
      webaudio_periodic_wave_get_basic (WEBAUDIO_WAVE_SINE);
  const uint64_t step = 0x0000123456789abd;
  const unsigned n = 1u << 20;
  float *out = g_new (float, n);
  double worst = 0.;
  double peak = 0.;
  unsigned i;

  webaudio_oscillator_render (wave, 0, (int64_t) step, out, n);
  for (i = 0; i < n; i++) {
    double phase = (double) (i * step) / CYCLE;

    worst = fmax (worst, fabs (out[i] - sin (2. * M_PI * phase)));
    peak = fmax (peak, fabsf (out[i]));
  }
  fail_unless (worst < 2e-7, "off by %g", worst);
  fail_unless (peak <= 1.);

  g_free (out);
  webaudio_periodic_wave_unref (wave);
}

GST_END_TEST;

/* Compares with the sum of the partials up to @last. None may lie between 0.9
 * of Nyquist and Nyquist, where they fade. */
static void
check_additive (WebAudioPeriodicWave * wave, const double *real,
    const double *imag, unsigned last, double frequency, double limit)
{
  float out[FRAMES];
  uint64_t phase = UINT64_C (0x123456789abcdef0);
  int64_t increment = increment_of (frequency);
  double worst = 0.;
  unsigned i;
  unsigned k;

  webaudio_oscillator_render (wave, phase, increment, out, FRAMES);
  for (i = 0; i < FRAMES; i++, phase += (uint64_t) increment) {
    double angle = 2. * M_PI * ((double) phase / CYCLE);
    double sum = 0.;

    for (k = 1; k <= last && k * fabs (frequency) < SAMPLE_RATE / 2.; k++)
      sum += real[k] * cos (k * angle) + imag[k] * sin (k * angle);
    worst = fmax (worst, fabs (out[i] - sum));
  }
  fail_unless (worst < limit, "%g Hz: off by %g", frequency, worst);
}

GST_START_TEST (test_partials)
{
  const double real[] = { 0., 0.2f, 0., 0.1f, 0., 0.3f };
  const double imag[] = { 0., 1., 0.5, 0.25, 0.125, 0. };
  double zeros[65] = { 0., };
  double equal[65];
  double terms[65];
  WebAudioPeriodicWave *wave;
  double scale;
  unsigned k;

  wave = new_custom_wave ();
  check_additive (wave, real, imag, 5, 0.01, 2e-6);
  check_additive (wave, real, imag, 5, 330., 2e-6);
  check_additive (wave, real, imag, 5, -4000., 2e-6);
  check_additive (wave, real, imag, 5, 5100., 2e-6);
  check_additive (wave, real, imag, 5, 10700., 2e-6);
  check_additive (wave, real, imag, 5, 23990., 2e-6);
  webaudio_periodic_wave_unref (wave);

  for (k = 1; k <= 64; k++)
    equal[k] = 1. / 64.;
  wave = new_pulse (64);
  check_additive (wave, equal, zeros, 64, 20., 2e-6);
  check_additive (wave, equal, zeros, 64, -330., 2e-6);
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_get_basic (WEBAUDIO_WAVE_SAWTOOTH);
  scale = webaudio_periodic_wave_get_scale (wave);
  for (k = 1; k <= 64; k++)
    terms[k] = (k % 2 ? 2. : -2.) / (k * M_PI) * scale;
  check_additive (wave, zeros, terms, 5, 4300., 2e-6);
  check_additive (wave, zeros, terms, 8, 2690., 4e-6);
  check_additive (wave, zeros, terms, 1, 23000., 2e-6);
  webaudio_periodic_wave_unref (wave);

  wave = webaudio_periodic_wave_get_basic (WEBAUDIO_WAVE_SQUARE);
  scale = webaudio_periodic_wave_get_scale (wave);
  for (k = 1; k <= 64; k++)
    terms[k] = k % 2 ? 4. / (k * M_PI) * scale : 0.;
  check_additive (wave, zeros, terms, 17, 1270., 4e-6);
  check_additive (wave, zeros, terms, 3, -7100., 2e-6);
  webaudio_periodic_wave_unref (wave);
}

GST_END_TEST;

/* At phase 0 a pulse is the sum of its partials' levels, so one frame at each
 * of many frequencies shows how they fade. */
GST_START_TEST (test_fade)
{
  const unsigned last = 200;
  const unsigned steps = 400000;
  WebAudioPeriodicWave *wave = new_pulse (last);
  float before = 1.f;
  float out;
  unsigned i;

  for (i = 0; i < steps; i++) {
    double frequency = 100. * pow (24000. / 100., (double) i / steps);
    double most = ceil (24000. / frequency * (1. + 1e-12)) - 1.;
    double least = floor (0.9 * 24000. / frequency * (1. - 1e-12));

    webaudio_oscillator_render (wave, 0, increment_of (frequency), &out, 1);
    if (i == 0)
      before = out;
    if (out > fmax (1., fmin (most, last)) / last + 1e-6 ||
        out < fmax (1., fmin (least, last)) / last - 1e-6 ||
        out > before + 1e-6 || out < before - 1e-3)
      fail ("%g Hz: %g partials after %g", frequency, out * last,
          before * last);
    before = out;
  }
  webaudio_periodic_wave_unref (wave);
}

GST_END_TEST;

GST_START_TEST (test_phase)
{
  int64_t increments[FRAMES];
  float whole[FRAMES];
  float part[FRAMES];
  uint64_t start = UINT64_C (0xfedcba9876543210);
  int w;

  sweep (increments, FRAMES);
  for (w = 0; w < N_WAVES; w++) {
    WebAudioPeriodicWave *wave = get_wave (w);
    int64_t increment = increment_of (-1234.5);
    uint64_t phase = start;
    unsigned i;

    phase = webaudio_oscillator_render (wave, start, increment, whole, FRAMES);
    fail_unless (phase == start + FRAMES * (uint64_t) increment);

    /* seeking is exact */
    webaudio_oscillator_render (wave, start + 1000 * (uint64_t) increment,
        increment, part, FRAMES - 1000);
    fail_unless (memcmp (part, whole + 1000,
            (FRAMES - 1000) * sizeof (float)) == 0);

    /* backwards is the same cycle, read from its end */
    webaudio_oscillator_render (wave, phase - (uint64_t) increment, -increment,
        part, FRAMES);
    for (i = 0; i < FRAMES && part[i] == whole[FRAMES - 1 - i]; i++);
    fail_unless_equals_int (i, FRAMES);

    phase = start;
    for (i = 0; i < FRAMES; i++)
      phase += (uint64_t) increments[i];
    fail_unless (webaudio_oscillator_render_varying (wave, start, increments,
            part, FRAMES) == phase);

    fail_unless (webaudio_oscillator_render (wave, 7, increment, NULL, 0) == 7);
    fail_unless (webaudio_oscillator_render_varying (wave, 7, NULL, NULL,
            0) == 7);
    webaudio_periodic_wave_unref (wave);
  }
}

GST_END_TEST;

GST_START_TEST (test_odd_waves)
{
  float forwards[FRAMES];
  float backwards[FRAMES];
  int w;
  unsigned i;

  for (w = WEBAUDIO_WAVE_SINE; w <= WEBAUDIO_WAVE_TRIANGLE; w++) {
    WebAudioPeriodicWave *wave = get_wave (w);

    webaudio_oscillator_render (wave, 0, increment_of (440.), forwards, FRAMES);
    webaudio_oscillator_render (wave, 0, increment_of (-440.), backwards,
        FRAMES);
    fail_unless (forwards[0] == 0.f && forwards[1] > 0.f);
    for (i = 0; i < FRAMES; i++)
      forwards[i] += backwards[i];
    fail_unless (is_alternating (forwards, 0.f, 0.f, 1e-6f));
    webaudio_periodic_wave_unref (wave);
  }
}

GST_END_TEST;

GST_START_TEST (test_zero_and_nyquist)
{
  const int64_t at_nyquist[] = { INT64_MIN + 1, INT64_MIN, 0 };
  float out[FRAMES];
  int w;

  for (w = 0; w < N_WAVES; w++) {
    WebAudioPeriodicWave *wave = get_wave (w);
    bool odd = w <= WEBAUDIO_WAVE_TRIANGLE;

    webaudio_oscillator_render (wave, 0, 0, out, FRAMES);
    fail_unless (!odd || out[0] == 0.f);
    fail_unless (is_alternating (out, out[0], out[0], 0.f));
    webaudio_oscillator_render (wave, QUARTER, 0, out, FRAMES);
    fail_unless (out[0] != 0.f);
    fail_unless (is_alternating (out, out[0], out[0], 0.f));

    /* just below Nyquist only the fundamental is left, and nothing there */
    webaudio_oscillator_render (wave, QUARTER, INT64_MIN + 1, out, FRAMES);
    fail_unless (out[0] > 0.5f);
    fail_unless (is_alternating (out, out[0], -out[0], 1e-6f));
    fail_unless (webaudio_oscillator_render (wave, QUARTER, INT64_MIN, out,
            FRAMES) == QUARTER + FRAMES * (UINT64_C (1) << 63));
    fail_unless (is_alternating (out, 0.f, 0.f, 0.f));
    webaudio_oscillator_render_varying (wave, QUARTER, at_nyquist, out, 3);
    fail_unless (out[0] > 0.5f && out[1] == 0.f && out[2] != 0.f);
    webaudio_periodic_wave_unref (wave);
  }
}

GST_END_TEST;

/* One render is the same however it is cut, whichever kernels compute it, and
 * whether its increments are given once or frame by frame. */
GST_START_TEST (test_bit_identity)
{
  const size_t blocks[] = { 1, 3, 7, 64, 128, 255, 256, 1024, FRAMES };
  const double frequencies[] = { 0., 20., 54.7, 440., -441.3, 990., 5000.,
    8191., 15000., -24000.
  };
  int64_t varying[FRAMES];
  int64_t constant[FRAMES];
  float reference[FRAMES];
  float out[FRAMES];
  const size_t size = sizeof (out);
  int w;
  unsigned f;
  unsigned k;
  unsigned b;
  unsigned i;

  sweep (varying, FRAMES);
  for (w = 0; w < N_WAVES; w++) {
    WebAudioPeriodicWave *wave = get_wave (w);

    for (f = 0; f <= G_N_ELEMENTS (frequencies); f++) {
      bool is_constant = f < G_N_ELEMENTS (frequencies);
      int64_t increment = is_constant ? increment_of (frequencies[f]) : 0;
      const int64_t *increments = is_constant ? constant : varying;

      for (i = 0; i < FRAMES; i++)
        constant[i] = increment;
      webaudio_oscillator_use_kernels ("scalar");
      webaudio_oscillator_render_varying (wave, QUARTER + 12345, increments,
          reference, FRAMES);

      for (k = 0; k < G_N_ELEMENTS (kernel_names); k++) {
        if (!webaudio_oscillator_use_kernels (kernel_names[k]))
          continue;
        for (b = 0; b < G_N_ELEMENTS (blocks); b++) {
          uint64_t phase = QUARTER + 12345;
          uint64_t phase_varying = phase;
          float steady[FRAMES];

          for (i = 0; i < FRAMES; i += blocks[b]) {
            size_t n = MIN (blocks[b], FRAMES - i);

            phase_varying = webaudio_oscillator_render_varying (wave,
                phase_varying, increments + i, out + i, n);
            if (is_constant)
              phase = webaudio_oscillator_render (wave, phase, increment,
                  steady + i, n);
          }
          fail_unless (memcmp (out, reference, size) == 0,
              "wave %d, frequency %u, %s, blocks of %u", w, f,
              kernel_names[k], (unsigned) blocks[b]);
          fail_unless (!is_constant || memcmp (steady, reference, size) == 0,
              "wave %d, frequency %u, %s, blocks of %u", w, f,
              kernel_names[k], (unsigned) blocks[b]);
        }
      }
    }
    webaudio_periodic_wave_unref (wave);
  }
  fail_unless (webaudio_oscillator_use_kernels (NULL));
}

GST_END_TEST;

GST_START_TEST (test_kernels)
{
  fail_unless (webaudio_oscillator_use_kernels ("scalar"));
  fail_if (webaudio_oscillator_use_kernels ("abacus"));
  fail_unless (webaudio_oscillator_use_kernels (NULL));
}

GST_END_TEST;

static void *
render_shared (void *user_data)
{
  float *out = user_data;
  WebAudioPeriodicWave *wave =
      webaudio_periodic_wave_get_basic (WEBAUDIO_WAVE_SAWTOOTH);

  webaudio_oscillator_render (wave, 0, increment_of (220.), out, FRAMES);
  webaudio_periodic_wave_unref (wave);
  return NULL;
}

GST_START_TEST (test_threads)
{
  pthread_t threads[4];
  float out[G_N_ELEMENTS (threads)][FRAMES];
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    fail_unless (pthread_create (&threads[i], NULL, render_shared,
            out[i]) == 0);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
  for (i = 1; i < G_N_ELEMENTS (threads); i++)
    fail_unless (memcmp (out[i], out[0], sizeof (out[0])) == 0);
}

GST_END_TEST;

static Suite *
oscillator_suite (void)
{
  Suite *s = suite_create ("oscillator");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  /* first, so that the threads race for all that is made once */
  tcase_add_test (tc, test_threads);
  tcase_add_test (tc, test_frequency);
  tcase_add_test (tc, test_increment);
  tcase_add_test (tc, test_increments);
  tcase_add_test (tc, test_sine);
  tcase_add_test (tc, test_partials);
  tcase_add_test (tc, test_fade);
  tcase_add_test (tc, test_phase);
  tcase_add_test (tc, test_odd_waves);
  tcase_add_test (tc, test_zero_and_nyquist);
  tcase_add_test (tc, test_bit_identity);
  tcase_add_test (tc, test_kernels);

  return s;
}

GST_CHECK_MAIN (oscillator);
