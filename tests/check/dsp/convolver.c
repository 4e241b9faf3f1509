/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the convolver: against the direct form in double precision, and
 * to the bit against itself, cut otherwise. */

#include <gst/check/gstcheck.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "check-samples.h"
#include "dsp/convolver.h"
#include "dsp/fft.h"

#define MAX_FRAMES 60000

/* Input and output of one run. */
typedef struct
{
  float in[2][MAX_FRAMES];
  float out[2][MAX_FRAMES];
  size_t n;
} Signal;

static Signal *
new_signal (size_t n)
{
  Signal *signal = g_new0 (Signal, 1);

  fail_unless (n <= MAX_FRAMES);
  signal->n = n;
  fill_with_noise (signal->in[0], n, 1);
  fill_with_noise (signal->in[1], n, 2);
  return signal;
}

static float **
new_response (size_t length)
{
  float **response = g_new (float *, 4);
  guint c;

  for (c = 0; c < 4; c++) {
    response[c] = g_new (float, length);
    fill_with_noise (response[c], length, 10 + c);
  }
  return response;
}

static void
free_response (float **response)
{
  guint c;

  for (c = 0; c < 4; c++)
    g_free (response[c]);
  g_free (response);
}

static WebAudioConvolver *
new_convolver (float **response, unsigned channels, size_t length, double scale)
{
  WebAudioConvolver *convolver = webaudio_convolver_new (
      (const float *const *) response, channels, length, scale);

  fail_unless (convolver != NULL);
  return convolver;
}

/* Renders frames of @signal; a mono output is the first plane. */
static unsigned
render (WebAudioConvolver * convolver, Signal * signal, uint64_t start,
    size_t from, size_t n, unsigned in_channels)
{
  const float *in[] = { signal->in[0] + from, signal->in[1] + from };
  float *out[] = { signal->out[0] + from, signal->out[1] + from };
  unsigned channels = webaudio_convolver_channels (convolver, in_channels);

  webaudio_convolver_process (convolver, start + from, in_channels ? in : NULL,
      in_channels ? in_channels : 1, out, channels, n);
  return channels;
}

static void
render_all (WebAudioConvolver * convolver, Signal * signal,
    unsigned in_channels)
{
  render (convolver, signal, 0, 0, signal->n, in_channels);
}

static double
convolve_at (const float *in, const float *response, size_t length, size_t at)
{
  double sum = 0;
  size_t i;

  for (i = 0; i < length && i <= at; i++)
    sum += (double) in[at - i] * response[i];
  return sum;
}

static double
expected (const Signal * signal, float **response, size_t length,
    unsigned in_channels, unsigned channels, unsigned out, size_t at)
{
  const float *left = signal->in[0];
  const float *right = signal->in[in_channels - 1];

  if (channels == 1)
    return convolve_at (out ? right : left, response[0], length, at);
  if (channels == 2)
    return convolve_at (out ? right : left, response[out], length, at);
  return convolve_at (left, response[out], length, at) +
      convolve_at (right, response[2 + out], length, at);
}

static double
measure (const Signal * signal, float **response, size_t length,
    unsigned in_channels, unsigned channels, double scale)
{
  unsigned outs = in_channels == 1 && channels == 1 ? 1 : 2, out;
  double power = 0, noise = 0;
  size_t at;

  for (out = 0; out < outs; out++) {
    for (at = 0; at < signal->n; at += signal->n / 200) {
      double should = scale * expected (signal, response, length, in_channels,
          channels, out, at);

      power += should * should;
      should -= signal->out[out][at];
      noise += should * should;
    }
  }
  return noise > 0 ? 10 * log10 (power / noise) : INFINITY;
}

static const size_t lengths[] = {
  1, 2, 63, 127, 128, 129, 130, 255, 257, 1023, 1025, 1153, 2048, 2049, 2177,
  9000, 32768, 32769
};

GST_START_TEST (test_direct_form)
{
  size_t length = lengths[__i__];
  float **response = new_response (length);
  unsigned in_channels, channels;

  for (in_channels = 1; in_channels <= 2; in_channels++) {
    for (channels = 1; channels <= 4; channels *= 2) {
      WebAudioConvolver *convolver = new_convolver (response, channels, length,
          -0.7);
      Signal *signal = new_signal (length + 3000);
      double snr;

      render_all (convolver, signal, in_channels);
      snr = measure (signal, response, length, in_channels, channels, -0.7);
      fail_unless (snr > 125, "%u taps, %u to %u channels: %.1f dB",
          (unsigned) length, in_channels, channels, snr);
      webaudio_convolver_free (convolver);
      g_free (signal);
    }
  }
  free_response (response);
}

GST_END_TEST;

/* With one tap each frame is a product. */
GST_START_TEST (test_one_tap)
{
  float tap = 0.37f, *response[] = { &tap };
  WebAudioConvolver *convolver = new_convolver (response, 1, 1, 1);
  Signal *signal = new_signal (1000);
  size_t i;

  render_all (convolver, signal, 1);
  for (i = 0; i < signal->n; i++)
    if (signal->out[0][i] != signal->in[0][i] * tap)
      fail ("frame %u", (unsigned) i);
  webaudio_convolver_free (convolver);
  g_free (signal);
}

GST_END_TEST;

/* Four levels: single taps here and there. */
GST_START_TEST (test_long_response)
{
  static const size_t taps[] = { 0, 300, 1500, 9000, 70000, 140000, 299999 };
  const size_t length = 300000, n = 420000;
  float *response = g_new0 (float, length), *in = g_new0 (float, n);
  float *out = g_new (float, n);
  WebAudioConvolver *convolver;
  double worst = 0;
  size_t i, k;

  for (k = 0; k < G_N_ELEMENTS (taps); k++)
    response[taps[k]] = (k + 1) * 0.1f;
  fill_with_noise (in, 100000, 3);
  convolver = new_convolver (&response, 1, length, 1);
  webaudio_convolver_process (convolver, 0, (const float *const *) &in, 1,
      &out, 1, n);
  for (i = 0; i < n; i++) {
    double should = 0;

    for (k = 0; k < G_N_ELEMENTS (taps) && taps[k] <= i; k++)
      should += (double) in[i - taps[k]] * response[taps[k]];
    worst = fmax (worst, fabs (out[i] - should));
  }
  fail_unless (worst < 2e-6, "off by %g", worst);
  fail_unless (webaudio_convolver_is_at_rest (convolver));
  webaudio_convolver_free (convolver);
  g_free (response);
  g_free (in);
  g_free (out);
}

GST_END_TEST;

/* What the input is at a frame of render_cut(): 0 for silence. Changes lie
 * within quanta. */
static unsigned
channels_at (size_t frame)
{
  if (frame < 1111)
    return 1;
  if (frame < 3333)
    return 2;
  if (frame < 4444)
    return 1;
  if (frame < 17000)
    return 0;
  return frame < 18000 ? 2 : 1;
}

static size_t
run_length (size_t frame, size_t most)
{
  size_t n = 1;

  while (n < most && channels_at (frame + n) == channels_at (frame))
    n++;
  return n;
}

/* In calls of up to @most frames, or of any number if that is 0, @start being
 * the number of the first. */
static Signal *
render_cut (WebAudioConvolver * convolver, uint64_t start, size_t most)
{
  Signal *signal = new_signal (20000);
  guint32 seed = 1;
  size_t at, n;

  webaudio_convolver_reset (convolver);
  for (at = 0; at < signal->n; at += n) {
    seed = seed * 1664525 + 1013904223;
    n = most ? most : 1 + (seed >> 16) % 777;
    n = run_length (at, MIN (n, signal->n - at));
    if (render (convolver, signal, start, at, n, channels_at (at)) == 1)
      memcpy (signal->out[1] + at, signal->out[0] + at, n * sizeof (float));
  }
  return signal;
}

GST_START_TEST (test_cuts)
{
  static const size_t sizes[] = { 1, 17, 100, 128, 1024, 8192 };
  float **response = new_response (5000);
  unsigned channels;
  guint i;

  for (channels = 1; channels <= 4; channels *= 2) {
    WebAudioConvolver *convolver = new_convolver (response, channels, 5000, 1);
    Signal *should = render_cut (convolver, 12345, 0), *is;

    for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
      is = render_cut (convolver, 12345, sizes[i]);
      fail_unless (memcmp (is, should, sizeof (Signal)) == 0,
          "%u channels in pieces of %u", channels, (unsigned) sizes[i]);
      g_free (is);
    }
    webaudio_fft_use_wide (false);
    is = render_cut (convolver, 12345, 0);
    fail_unless (memcmp (is, should, sizeof (Signal)) == 0);
    webaudio_fft_use_wide (true);
    g_free (is);
    g_free (should);
    webaudio_convolver_free (convolver);
  }
  free_response (response);
}

GST_END_TEST;

/* Changes of the input's channels are heard with what came before. */
static void
check_changes (float **response, unsigned channels)
{
  WebAudioConvolver *convolver = new_convolver (response, channels, 2500, 1);
  Signal *signal = render_cut (convolver, 0, 0);
  double power = 0, noise = 0;
  unsigned out;
  size_t i;

  for (i = 0; i < signal->n; i++) {
    if (channels_at (i) < 2)
      signal->in[1][i] = signal->in[0][i];
    if (channels_at (i) == 0)
      signal->in[0][i] = signal->in[1][i] = 0;
  }
  for (out = 0; out < 2; out++) {
    for (i = 0; i < signal->n; i += 19) {
      double should = expected (signal, response, 2500, 2, channels, out, i);

      power += should * should;
      should -= signal->out[out][i];
      noise += should * should;
    }
  }
  fail_unless (10 * log10 (power / noise) > 125, "%u channels: %g", channels,
      10 * log10 (power / noise));
  g_free (signal);
  webaudio_convolver_free (convolver);
}

GST_START_TEST (test_channels_change)
{
  float **response = new_response (2500);

  check_changes (response, 1);
  check_changes (response, 2);
  check_changes (response, 4);
  free_response (response);
}

GST_END_TEST;

GST_START_TEST (test_channels)
{
  float **response = new_response (1000);
  WebAudioConvolver *convolver = new_convolver (response, 1, 1000, 1);
  Signal *signal = new_signal (4096);

  fail_unless_equals_int (render (convolver, signal, 0, 0, 128, 1), 1);
  fail_unless_equals_int (render (convolver, signal, 0, 128, 128, 2), 2);
  /* 256 + 999 frames are stereo */
  fail_unless_equals_int (render (convolver, signal, 0, 256, 896, 1), 2);
  fail_unless_equals_int (render (convolver, signal, 0, 1152, 128, 1), 2);
  fail_unless (webaudio_convolver_is_settling (convolver));
  fail_unless_equals_int (render (convolver, signal, 0, 1280, 128, 1), 1);
  fail_if (webaudio_convolver_is_settling (convolver));
  fail_unless_equals_int (render (convolver, signal, 0, 1408, 128, 2), 2);
  fail_if (webaudio_convolver_is_settling (convolver));
  webaudio_convolver_free (convolver);
  convolver = new_convolver (response, 2, 1000, 1);
  fail_unless_equals_int (webaudio_convolver_channels (convolver, 1), 2);
  webaudio_convolver_free (convolver);
  convolver = new_convolver (response, 4, 1000, 1);
  fail_unless_equals_int (webaudio_convolver_channels (convolver, 1), 2);
  webaudio_convolver_free (convolver);
  g_free (signal);
  free_response (response);
}

GST_END_TEST;

/* After the tail nothing is left. */
GST_START_TEST (test_rest)
{
  float **response = new_response (3000);
  WebAudioConvolver *convolver = new_convolver (response, 2, 3000, 1);
  WebAudioConvolver *fresh = new_convolver (response, 2, 3000, 1);
  Signal *signal = new_signal (20000), *again = new_signal (20000);
  size_t i;

  fail_unless (webaudio_convolver_is_at_rest (convolver));
  render (convolver, signal, 0, 0, 1000, 2);
  fail_if (webaudio_convolver_is_at_rest (convolver));
  /* the last sound was frame 999, so the last tail is frame 3998 */
  render (convolver, signal, 0, 1000, 3096 - 128, 0);
  fail_if (webaudio_convolver_is_at_rest (convolver));
  render (convolver, signal, 0, 4096 - 128, 128, 0);
  fail_unless (webaudio_convolver_is_at_rest (convolver));
  fail_unless (signal->out[0][3998] != 0);
  render (convolver, signal, 0, 4096, 904, 0);
  for (i = 4096; i < 5000; i++)
    if (signal->out[0][i] != 0 || signal->out[1][i] != 0)
      fail ("frame %u", (unsigned) i);
  render (convolver, signal, 0, 5000, 15000, 2);
  render (fresh, again, 0, 5000, 15000, 2);
  fail_unless (memcmp (signal->out[0] + 5000, again->out[0] + 5000,
          15000 * sizeof (float)) == 0);
  fail_unless (memcmp (signal->out[1] + 5000, again->out[1] + 5000,
          15000 * sizeof (float)) == 0);
  webaudio_convolver_free (convolver);
  webaudio_convolver_free (fresh);
  g_free (signal);
  g_free (again);
  free_response (response);
}

GST_END_TEST;

/* Frames that are left out were silence; a step back forgets all. */
GST_START_TEST (test_skip)
{
  float **response = new_response (3000);
  WebAudioConvolver *convolver = new_convolver (response, 1, 3000, 1);
  Signal *should = new_signal (8000), *is = new_signal (8000);

  render (convolver, should, 0, 0, 1000, 1);
  render (convolver, should, 0, 1000, 1500, 0);
  render (convolver, should, 0, 2500, 2000, 1);
  webaudio_convolver_reset (convolver);
  render (convolver, is, 0, 0, 1000, 1);
  render (convolver, is, 0, 2500, 2000, 1);
  fail_unless (memcmp (is->out[0] + 2500, should->out[0] + 2500,
          2000 * sizeof (float)) == 0);
  render (convolver, is, 0, 0, 1000, 1);
  fail_unless (memcmp (is->out[0], should->out[0], 1000 * sizeof (float)) == 0);
  webaudio_convolver_free (convolver);
  g_free (should);
  g_free (is);
  free_response (response);
}

GST_END_TEST;

/* What is no number counts as silence, and what is too large passes by. */
GST_START_TEST (test_poison)
{
  static const float values[] = { NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX };
  float **response = new_response (5000);
  WebAudioConvolver *convolver;
  guint i, k;

  response[0][7] = NAN;
  response[0][4000] = INFINITY;
  convolver = new_convolver (response, 1, 5000, 1);
  response[0][7] = response[0][4000] = 0;
  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    Signal *signal = new_signal (20000);

    for (k = 100; k < 110; k++)
      signal->in[0][k] = values[i];
    webaudio_convolver_reset (convolver);
    render_all (convolver, signal, 1);
    for (k = 10000; k < 20000; k += 199)
      fail_unless (fabs (signal->out[0][k] - convolve_at (signal->in[0],
                  response[0], 5000, k)) < 1e-4, "frame %u after %g", k,
          values[i]);
    g_free (signal);
  }
  webaudio_convolver_free (convolver);
  free_response (response);
}

GST_END_TEST;

/* The algorithm of the specification */
GST_START_TEST (test_scale)
{
  static const float ones[] = { 1, 1, 1, 1 }, small[] = { 1e-5f, 0, 0, 0 };
  static const float mixed[] = { 0.5f, -0.5f, 0, 0 }, bad[] = { NAN, 1, 1, 1 };
  const float *planes[] = { ones, ones, ones, ones };

  fail_unless_equals_float (webaudio_convolver_scale (planes, 1, 4, 44100),
      0.00125);
  fail_unless_equals_float (webaudio_convolver_scale (planes, 2, 4, 44100),
      0.00125);
  fail_unless_equals_float (webaudio_convolver_scale (planes, 4, 4, 44100),
      0.000625);
  fail_unless_equals_float (webaudio_convolver_scale (planes, 1, 4, 88200),
      0.000625);
  fail_unless_equals_float (webaudio_convolver_scale (planes, 1, 4, 0),
      0.00125);
  planes[0] = mixed;
  fail_unless_equals_float (webaudio_convolver_scale (planes, 1, 4, 44100),
      0.00125 / sqrt (0.125));
  planes[0] = small;
  fail_unless_equals_float (webaudio_convolver_scale (planes, 1, 4, 44100), 10);
  planes[0] = bad;
  fail_unless_equals_float (webaudio_convolver_scale (planes, 1, 4, 44100), 10);
}

GST_END_TEST;

static Suite *
convolver_suite (void)
{
  Suite *s = suite_create ("convolver");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_direct_form, 0, G_N_ELEMENTS (lengths));
  tcase_add_test (tc, test_one_tap);
  tcase_add_test (tc, test_long_response);
  tcase_add_test (tc, test_cuts);
  tcase_add_test (tc, test_channels_change);
  tcase_add_test (tc, test_channels);
  tcase_add_test (tc, test_rest);
  tcase_add_test (tc, test_skip);
  tcase_add_test (tc, test_poison);
  tcase_add_test (tc, test_scale);
  return s;
}

GST_CHECK_MAIN (convolver);
