/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the compressor: against its definition, computed frame by frame
 * in double precision, and to the bit against itself, cut otherwise. */

#include <gst/check/gstcheck.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "check-samples.h"
#include "dsp/dynamicscompressor.h"

#define RATE 48000
#define FRAMES 24000
#define QUANTUM WEBAUDIO_COMPRESSOR_QUANTUM
#define DELAY 288

static const WebAudioCompressorSettings defaults =
    { -24, 30, 12, 0.003f, 0.25 };

static const WebAudioCompressorSettings all_settings[] = {
  {-24, 30, 12, 0.003f, 0.25},
  {-30, 40, 4, 0.02, 0.3},
  {-24, 30, 12, 0, 0},
  {0, 0, 12, 0.003f, 0.25},
  {-50, 0, 20, 0.001, 1},
  {-100, 10, 2, 1, 0.05},
  {-24, 30, 1, 0.003f, 0.25},
};

typedef struct
{
  float in[2][FRAMES];
  float out[2][FRAMES];
} Signal;

/* A quiet, then a loud, then a medium tone; the right channel is quieter and
 * noisy. */
static Signal *
new_signal (void)
{
  Signal *signal = g_new0 (Signal, 1);
  guint32 seed = 1;
  guint i;

  for (i = 0; i < FRAMES; i++) {
    float level = i < FRAMES / 6 ? 0.03f : i < FRAMES / 2 ? 1.3f : 0.2f;

    signal->in[0][i] = (float) (level * sin (i * 0.057));
    signal->in[1][i] = (float) (level * 0.5 * next_noise (&seed));
  }
  return signal;
}

/* Renders @n frames from @from in calls that lie in one quantum each. */
static void
render (WebAudioCompressor * compressor,
    const WebAudioCompressorSettings * settings, Signal * signal, guint from,
    guint n, unsigned in_channels, guint most)
{
  guint done, some;

  for (done = 0; done < n; done += some) {
    guint at = from + done;
    const float *in[] = { signal->in[0] + at, signal->in[1] + at };
    float *out[] = { signal->out[0] + at, signal->out[1] + at };

    some = MIN (MIN (most, n - done), QUANTUM - at % QUANTUM);
    webaudio_compressor_process (compressor, settings, at,
        in_channels ? in : NULL, in_channels ? in_channels : 1, out, 2, some);
  }
}

/* The definition */

typedef struct
{
  double threshold, knee_end, bend, slope, makeup;
} Curve;

/* For every sample fail_unless() would be too slow. */
static void
assert_finite (const float *samples, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    if (!isfinite (samples[i]))
      fail ("sample %u is %g", i, samples[i]);
}

static double
db (double x)
{
  return 20 * log10 (x);
}

static double
knee (const Curve * curve, double x)
{
  return curve->threshold + (1 - exp (-curve->bend * (x - curve->threshold))) /
      curve->bend;
}

static double
shape (const Curve * curve, double x)
{
  if (x < curve->threshold)
    return x;
  if (x < curve->knee_end)
    return knee (curve, x);
  return knee (curve, curve->knee_end) * pow (x / curve->knee_end,
      curve->slope);
}

/* The bend with which the knee ends with the slope of the ratio. */
static void
set_curve (Curve * curve, const WebAudioCompressorSettings * settings)
{
  double low = 0.1, high = 10000;
  guint i;

  curve->threshold = pow (10, settings->threshold / 20);
  curve->knee_end = pow (10, (settings->threshold + settings->knee) / 20);
  curve->slope = 1 / settings->ratio;
  for (i = 0; i < 60; i++) {
    double x = curve->knee_end, h = x * 1e-6, slope;

    curve->bend = sqrt (low * high);
    slope = (log (knee (curve, x + h)) - log (knee (curve, x))) /
        (log (x + h) - log (x));
    if (slope < curve->slope)
      high = curve->bend;
    else
      low = curve->bend;
  }
  curve->makeup = pow (1 / shape (curve, 1), 0.6);
}

typedef struct
{
  double detector, gain, meter, largest, rate, wanted;
} State;

static double
release_frames (const WebAudioCompressorSettings * settings, double diff)
{
  double x = 0.25 * (CLAMP (diff, -12, 0) + 12);
  double y[] = { 0.09, 0.16, 0.42, 0.98 };
  double a = 0.9999999999999998 * y[0];
  double b = -1.5788320352845888 * y[0] + 2.3305837032074286 * y[1]
      - 0.9141194204840429 * y[2] + 0.1623677525612032 * y[3];
  double c = 0.5334142869106424 * y[0] - 1.272736789213631 * y[1]
      + 0.9258856042207512 * y[2] - 0.18656310191776226 * y[3];
  double d = 0.08783463138207234 * y[0] - 0.1694162967925622 * y[1]
      + 0.08588057951595272 * y[2] - 0.00429891410546283 * y[3];
  double e = -0.042416883008123074 * y[0] + 0.1115693827987602 * y[1]
      - 0.09764676325265872 * y[2] + 0.028494263462021576 * y[3];

  return settings->release * RATE * (a + x * (b + x * (c + x * (d + x * e))));
}

static void
begin (State * state, const WebAudioCompressorSettings * settings)
{
  double diff;

  state->wanted = asin (state->detector) / G_PI_2;
  if (state->wanted > state->gain) {
    state->largest = -1;
    state->rate = pow (10, 5 / release_frames (settings,
            db (state->gain / state->wanted)) / 20);
    return;
  }
  diff = state->wanted == 0 ? 1 : db (state->gain / state->wanted);
  state->largest = MAX (state->largest, diff);
  state->rate = 1 - pow (0.25 / MAX (0.5, state->largest),
      1 / (MAX (0.001, settings->attack) * RATE));
}

/* Returns the gain of a frame of level @x. */
static double
follow (State * state, const Curve * curve, double x)
{
  double attenuation = x <= 0.0001 ? 1 : MIN (shape (curve, x) / x, 1);
  double rate = MIN (pow (10, MAX (2, -db (attenuation)) / (0.0025 * RATE) /
          20) - 1, 1);
  double warped;

  if (attenuation > state->detector)
    state->detector += (attenuation - state->detector) * rate;
  else
    state->detector = attenuation;
  if (state->rate < 1)
    state->gain += (state->wanted - state->gain) * state->rate;
  else
    state->gain = MIN (state->gain * state->rate, 1);
  warped = sin (G_PI_2 * state->gain);
  if (db (warped) < state->meter)
    state->meter = db (warped);
  else
    state->meter += (db (warped) - state->meter) *
        (1 - exp (-1 / (0.325 * RATE)));
  return warped * curve->makeup;
}

/* Fills @gains, and returns the reduction at the end. */
static double
compute (const WebAudioCompressorSettings * settings, const Signal * signal,
    unsigned channels, double *gains)
{
  State state = { 0, 1, 0, -1, 0, 0 };
  Curve curve;
  guint i;

  set_curve (&curve, settings);
  for (i = 0; i < FRAMES; i++) {
    double x = fabs (signal->in[0][i]);

    if (channels == 2)
      x = MAX (x, fabs (signal->in[1][i]));
    if (i % 32 == 0)
      begin (&state, settings);
    gains[i] = follow (&state, &curve, x);
  }
  return state.meter;
}

GST_START_TEST (test_definition)
{
  const WebAudioCompressorSettings *settings = &all_settings[__i__];
  double *gains = g_new (double, FRAMES);
  unsigned channels, c;
  guint i;

  for (channels = 1; channels <= 2; channels++) {
    WebAudioCompressor *compressor = webaudio_compressor_new (RATE);
    Signal *signal = new_signal ();
    double meter = compute (settings, signal, channels, gains);

    render (compressor, settings, signal, 0, FRAMES, channels, QUANTUM);
    for (c = 0; c < channels; c++) {
      for (i = 0; i < FRAMES; i++) {
        double should = i < DELAY ? 0 : signal->in[c][i - DELAY] * gains[i];

        if (!(fabs (signal->out[c][i] - should) <= 1e-5 * fabs (should) + 1e-7))
          fail ("frame %u: %.9g, not %.9g", i, signal->out[c][i], should);
      }
    }
    fail_unless (fabs (webaudio_compressor_get_reduction (compressor) -
            meter) < 0.05, "%g dB, not %g dB",
        webaudio_compressor_get_reduction (compressor), meter);
    webaudio_compressor_free (compressor);
    g_free (signal);
  }
  g_free (gains);
}

GST_END_TEST;

/* What comes out of a steady level follows the curve: one to one up to the
 * threshold, by the ratio above the knee. */
static double
settle_at (double level)
{
  WebAudioCompressor *compressor = webaudio_compressor_new (RATE);
  Signal *signal = g_new0 (Signal, 1);
  double result;
  guint i;

  for (i = 0; i < FRAMES; i++)
    signal->in[0][i] = (float) level;
  render (compressor, &defaults, signal, 0, FRAMES, 1, QUANTUM);
  result = signal->out[0][FRAMES - 1];
  webaudio_compressor_free (compressor);
  g_free (signal);
  return result;
}

GST_START_TEST (test_static_curve)
{
  double makeup = settle_at (0.01) / 0.01, last = 0, level;

  fail_unless (makeup > 1);
  fail_unless (fabs (settle_at (0.06) / 0.06 - makeup) < 1e-3 * makeup);
  /* the knee ends at 6 dB */
  fail_unless (fabs (db (settle_at (8) / settle_at (2)) - db (4) / 12) < 0.05);
  for (level = 0.01; level < 10; level *= 1.3) {
    double now = settle_at (level);

    fail_unless (now > last);
    last = now;
  }
}

GST_END_TEST;

/* Mono, stereo, silence and mono again, in pieces of up to @most frames, with
 * settings that change after 48 quanta. */
static Signal *
render_cut (guint most)
{
  WebAudioCompressor *compressor = webaudio_compressor_new (RATE);
  Signal *signal = new_signal ();

  render (compressor, &all_settings[0], signal, 0, 3000, 1, most);
  render (compressor, &all_settings[0], signal, 3000, 3144, 2, most);
  render (compressor, &all_settings[1], signal, 6144, 3856, 2, most);
  render (compressor, &all_settings[1], signal, 10000, 5000, 0, most);
  render (compressor, &all_settings[1], signal, 15000, FRAMES - 15000, 1, most);
  webaudio_compressor_free (compressor);
  return signal;
}

GST_START_TEST (test_cuts)
{
  static const guint sizes[] = { 1, 3, 31, 32, 33, 100 };
  Signal *should = render_cut (QUANTUM);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Signal *is = render_cut (sizes[i]);

    fail_unless (memcmp (is, should, sizeof (Signal)) == 0, "pieces of %u",
        sizes[i]);
    g_free (is);
  }
  g_free (should);
}

GST_END_TEST;

/* Both channels have one gain. */
GST_START_TEST (test_linked)
{
  WebAudioCompressor *compressor = webaudio_compressor_new (RATE);
  Signal *signal = new_signal ();
  guint i;

  for (i = 0; i < FRAMES; i++)
    signal->in[1][i] = signal->in[0][i] * 0.25f;
  render (compressor, &defaults, signal, 0, FRAMES, 2, QUANTUM);
  for (i = 0; i < FRAMES; i++)
    if (signal->out[1][i] != signal->out[0][i] * 0.25f)
      fail ("frame %u", i);
  webaudio_compressor_free (compressor);
  g_free (signal);
}

GST_END_TEST;

GST_START_TEST (test_delay)
{
  fail_unless_equals_int (webaudio_compressor_delay (48000), 288);
  fail_unless_equals_int (webaudio_compressor_delay (44100), 264);
  fail_unless_equals_int (webaudio_compressor_delay (8000), 48);
  fail_unless_equals_int (webaudio_compressor_delay (768000), 4608);
}

GST_END_TEST;

/* Two channels come out as long as they are in the look-ahead. */
GST_START_TEST (test_channels)
{
  WebAudioCompressor *compressor = webaudio_compressor_new (RATE);
  Signal *signal = new_signal ();

  fail_unless_equals_int (webaudio_compressor_channels (compressor, 1, 128), 1);
  fail_unless_equals_int (webaudio_compressor_channels (compressor, 2, 288), 1);
  fail_unless_equals_int (webaudio_compressor_channels (compressor, 2, 289), 2);
  render (compressor, &defaults, signal, 0, 128, 2, QUANTUM);
  fail_unless_equals_int (webaudio_compressor_channels (compressor, 1, 128), 2);
  render (compressor, &defaults, signal, 128, 287, 1, QUANTUM);
  fail_unless_equals_int (webaudio_compressor_channels (compressor, 1, 128), 2);
  render (compressor, &defaults, signal, 415, 1, 1, QUANTUM);
  fail_unless_equals_int (webaudio_compressor_channels (compressor, 1, 128), 1);
  webaudio_compressor_free (compressor);
  g_free (signal);
}

GST_END_TEST;

/* Silence comes out of silence after the look-ahead, and after some seconds
 * nothing moves any more. */
GST_START_TEST (test_rest)
{
  WebAudioCompressor *compressor = webaudio_compressor_new (RATE);
  WebAudioCompressor *copy = webaudio_compressor_new (RATE);
  Signal *signal = new_signal ();
  guint at;

  fail_unless (webaudio_compressor_is_silent (compressor));
  fail_if (webaudio_compressor_is_at_rest (compressor));
  fail_unless_equals_float (webaudio_compressor_get_reduction (compressor), 0);
  render (compressor, &defaults, signal, 0, 12000, 2, QUANTUM);
  fail_unless (webaudio_compressor_get_reduction (compressor) < -10);
  render (compressor, &defaults, signal, 12000, 287, 0, QUANTUM);
  fail_if (webaudio_compressor_is_silent (compressor));
  render (compressor, &defaults, signal, 12287, 1, 0, QUANTUM);
  fail_unless (webaudio_compressor_is_silent (compressor));

  webaudio_compressor_copy (compressor, copy);
  for (at = 12288; at < 10 * RATE; at += QUANTUM) {
    webaudio_compressor_process (compressor, &defaults, at, NULL, 1, NULL, 0,
        QUANTUM);
    webaudio_compressor_process (copy, &defaults, at, NULL, 1, NULL, 0,
        QUANTUM);
    if (webaudio_compressor_get_reduction (compressor) !=
        webaudio_compressor_get_reduction (copy))
      fail ("at %u", at);
  }
  fail_unless (webaudio_compressor_is_at_rest (compressor));
  fail_unless_equals_float (webaudio_compressor_get_reduction (compressor), 0);
  webaudio_compressor_reset (compressor);
  fail_if (webaudio_compressor_is_at_rest (compressor));
  webaudio_compressor_free (compressor);
  webaudio_compressor_free (copy);
  g_free (signal);
}

GST_END_TEST;

/* Extreme input passes by. */
GST_START_TEST (test_poison)
{
  static const float values[] = {
    NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 1e-45f, -0.f
  };
  guint i, k, s;

  for (s = 0; s < G_N_ELEMENTS (all_settings); s++) {
    for (i = 0; i < G_N_ELEMENTS (values); i++) {
      WebAudioCompressor *compressor = webaudio_compressor_new (RATE);
      Signal *signal = new_signal ();

      for (k = 100; k < 200; k++)
        signal->in[k % 2][k] = values[i];
      render (compressor, &all_settings[s], signal, 0, FRAMES, 2, QUANTUM);
      /* even what is finite may be too large with the make-up gain */
      assert_finite (signal->out[0] + 200 + DELAY, FRAMES - 200 - DELAY);
      assert_finite (signal->out[1] + 200 + DELAY, FRAMES - 200 - DELAY);
      fail_unless (isfinite (webaudio_compressor_get_reduction (compressor)));
      webaudio_compressor_free (compressor);
      g_free (signal);
    }
  }
}

GST_END_TEST;

static Suite *
dynamicscompressor_suite (void)
{
  Suite *s = suite_create ("dynamicscompressor");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_definition, 0, G_N_ELEMENTS (all_settings));
  tcase_add_test (tc, test_static_curve);
  tcase_add_test (tc, test_cuts);
  tcase_add_test (tc, test_linked);
  tcase_add_test (tc, test_delay);
  tcase_add_test (tc, test_channels);
  tcase_add_test (tc, test_rest);
  tcase_add_test (tc, test_poison);
  return s;
}

GST_CHECK_MAIN (dynamicscompressor);
