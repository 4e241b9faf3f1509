/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the IIR kernel: against a filter of two sums in long double. */

#include "check-filter.h"
#include "dsp/iirfilter.h"

#define LENGTH 1200
#define MOST WEBAUDIO_IIR_FILTER_MAX_COEFFICIENTS

static float noise[LENGTH], rendered[LENGTH], again[LENGTH];

static void
process (WebAudioIirFilter * filter, guint64 frame, float **planes,
    guint channels, size_t n)
{
  webaudio_iir_filter_process (filter, frame, planes,
      (const float *const *) planes, channels,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, n);
}

static void
filter (const double *b, guint n_b, const double *a, guint n_a,
    const float *in, float *out, size_t n)
{
  WebAudioIirFilter iir;

  memmove (out, in, n * sizeof (float));
  webaudio_iir_filter_init (&iir, b, n_b, a, n_a, RATE);
  process (&iir, 0, &out, 1, n);
  webaudio_iir_filter_clear (&iir);
}

/* Coefficients of a stable filter, with an a0 that is not 1 */
static void
make_coefficients (double *b, guint n_b, double *a, guint n_a)
{
  guint i;

  for (i = 0; i < n_b; i++)
    b[i] = 0.3 * cos (1 + i * 1.7);
  for (i = 0; i < n_a; i++)
    a[i] = i ? 0.9 * cos (i * 2.1) / n_a : -1.3;
}

static void
expect_direct (guint n_b, guint n_a)
{
  double b[MOST], a[MOST];
  static long double y[LENGTH];
  guint i, k;

  make_coefficients (b, n_b, a, n_a);
  fill_with_noise (noise, LENGTH, 1);
  filter (b, n_b, a, n_a, noise, rendered, LENGTH);
  for (i = 0; i < LENGTH; i++) {
    y[i] = 0;
    for (k = 0; k < n_b && k <= i; k++)
      y[i] += (long double) b[k] * noise[i - k];
    for (k = 1; k < n_a && k <= i; k++)
      y[i] -= a[k] * y[i - k];
    y[i] /= a[0];
    assert_near (rendered[i], y[i], 1e-7 * fmaxl (1, fabsl (y[i])), i);
  }
}

/* Many numbers of coefficients, each with each */
GST_START_TEST (test_filter)
{
  static const guint numbers[] = { 1, 2, 3, 4, 5, 6, 7, 8, 13, 19, MOST };
  guint b, a;

  for (b = 0; b < G_N_ELEMENTS (numbers); b++)
    for (a = 0; a < G_N_ELEMENTS (numbers); a++)
      expect_direct (numbers[b], numbers[a]);
}

GST_END_TEST;

GST_START_TEST (test_any_chunks_give_the_same_bits)
{
  guint n_b = __i__ % MOST + 1, n_a = (__i__ * 7) % MOST + 1;
  double b[MOST], a[MOST];
  WebAudioIirFilter iir;
  guint32 state = __i__;
  size_t at, n;

  make_coefficients (b, n_b, a, n_a);
  fill_with_noise (noise, LENGTH, 1);
  memset (noise + 500, 0, 500 * sizeof (float));
  noise[600] = -0.0f;
  filter (b, n_b, a, n_a, noise, rendered, LENGTH);
  memcpy (again, noise, sizeof again);
  webaudio_iir_filter_init (&iir, b, n_b, a, n_a, RATE);
  for (at = 0; at < LENGTH; at += n) {
    float *plane = again + at;

    n = next_length (&state, LENGTH - at);
    process (&iir, at, &plane, 1, n);
  }
  assert_floats_equal (again, rendered, LENGTH);
  webaudio_iir_filter_clear (&iir);
}

GST_END_TEST;

GST_START_TEST (test_channels)
{
  static const double b[] = { 0.1, 0.2, 0.3 }, a[] = { 1, -1.2, 0.5, 0.1 };
  static float planes[WEBAUDIO_MAX_CHANNELS][500];
  float *in[WEBAUDIO_MAX_CHANNELS];
  guint channels, c;

  for (channels = 1; channels <= WEBAUDIO_MAX_CHANNELS; channels++) {
    WebAudioIirFilter iir;

    for (c = 0; c < channels; c++) {
      in[c] = planes[c];
      fill_with_noise (in[c], 500, c + 1);
    }
    webaudio_iir_filter_init (&iir, b, 3, a, 4, RATE);
    webaudio_recursion_widen (&iir.past, channels,
        WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
    process (&iir, 0, in, channels, 500);
    for (c = 0; c < channels; c++) {
      fill_with_noise (rendered, 500, c + 1);
      filter (b, 3, a, 4, rendered, rendered, 500);
      assert_floats_equal (planes[c], rendered, 500);
    }
    webaudio_iir_filter_clear (&iir);
  }
}

GST_END_TEST;

/* The up-mix of what was mono, for all layouts there are */
GST_START_TEST (test_wider)
{
  static const double b[] = { 0.1, 0.2 }, a[] = { 1, -1.2, 0.5 };
  static const guint widths[] = { 1, 2, 3, 4, 6 };
  static float in[6][1024], out[6][1024];
  const guint from = widths[__i__ % 5], to = widths[__i__ / 5];
  const float *ins[6];
  float *narrow[6], *wide[6], *rest[6];
  WebAudioIirFilter iir;
  guint c;

  if (to <= from)
    return;
  for (c = 0; c < 6; c++) {
    ins[c] = narrow[c] = in[c];
    wide[c] = out[c];
    rest[c] = in[c] + 512;
    fill_with_noise (in[c], 1024, c);
  }
  webaudio_channel_mix (wide, to, ins, from,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE, 512);
  for (c = 0; c < to; c++)
    memcpy (out[c] + 512, in[c] + 512, 512 * sizeof (float));
  webaudio_iir_filter_init (&iir, b, 2, a, 3, RATE);
  webaudio_recursion_widen (&iir.past, to,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
  process (&iir, 0, wide, to, 1024);

  webaudio_recursion_reset (&iir.past);
  webaudio_recursion_widen (&iir.past, from,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
  process (&iir, 0, narrow, from, 512);
  webaudio_recursion_widen (&iir.past, to,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
  process (&iir, 512, rest, to, 512);
  for (c = 0; c < to; c++)
    assert_floats_equal (in[c] + 512, out[c] + 512, 512);
  webaudio_iir_filter_clear (&iir);
}

GST_END_TEST;

/* Rendered in quanta until it rests; returns how long. */
static guint64
ring (const double *b, guint n_b, const double *a, guint n_a, double rate)
{
  WebAudioIirFilter iir;
  guint64 frame = 0;

  webaudio_iir_filter_init (&iir, b, n_b, a, n_a, rate);
  do {
    float block[QUANTUM] = { frame == 0 }, *plane = block;

    process (&iir, frame, &plane, 1, QUANTUM);
    frame += QUANTUM;
  } while (!webaudio_recursion_is_at_rest (&iir.past) && frame < 100 * rate);
  webaudio_iir_filter_clear (&iir);
  return frame;
}

GST_START_TEST (test_tail)
{
  static const double one[] = { 1 }, slow[] = { 1, -0.999 };
  static const double taps[20] = { 1, 2, 3 };
  static const double sine[] = { 1, -1.9, 1 }, growing[] = { 1, -1.001 };
  static const double exploding[] = { 1, -100 };
  guint64 frames;

  /* no feedback: no tail beyond the taps */
  fail_unless_equals_uint64 (ring (taps, 20, one, 1, RATE), 2 * QUANTUM);
  /* ln (2^40) / 0.001 */
  frames = ring (one, 1, slow, 2, RATE);
  fail_unless (frames > 27000 && frames < 28000 + 8000, "%" G_GUINT64_FORMAT,
      frames);
  /* those that do not end do, after 30 s */
  frames = ring (one, 1, sine, 3, 3000);
  fail_unless (frames >= 90000 && frames <= 90000 + 2 * QUANTUM);
  frames = ring (one, 1, growing, 2, 3000);
  fail_unless (frames >= 90000 && frames <= 90000 + 2 * QUANTUM);
  /* or when they are infinite */
  frames = ring (one, 1, exploding, 2, RATE);
  fail_unless (frames <= 3 * QUANTUM, "%" G_GUINT64_FORMAT, frames);
}

GST_END_TEST;

GST_START_TEST (test_poison)
{
  static const double b[] = { 0.1, 0.2, 0.3 }, a[] = { 1, -1.2, 0.5, 0.1 };
  static const float poisons[] = { NAN, INFINITY, -INFINITY };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (poisons) * QUANTUM; i++) {
    fill_with_noise (noise, 500, 1);
    noise[i % QUANTUM] = poisons[i / QUANTUM];
    filter (b, 3, a, 4, noise, rendered, 500);
    filter (b, 3, a, 4, noise + QUANTUM, again, 500 - QUANTUM);
    assert_floats_equal (rendered + QUANTUM, again, 500 - QUANTUM);
  }
}

GST_END_TEST;

/* Coefficients without sense: anything may come but a crash, and silence
 * comes again. */
GST_START_TEST (test_absurd)
{
  static const double values[] = { 1e308, -1e308, 1e-308, 5e-324, 1, -1 };
  const guint n = G_N_ELEMENTS (values);
  guint i, k;

  for (i = 0; i < n * n * n; i += 5) {
    double b[MOST], a[MOST];

    for (k = 0; k < MOST; k++) {
      b[k] = values[(i + k) % n];
      a[k] = values[k % 2 ? i / n % n : i / n / n];
    }
    fail_unless (ring (b, MOST, a, MOST, 300) <= 9000 + 3 * QUANTUM);
  }
}

GST_END_TEST;

/* A coefficient whose powers are infinite changes nothing before it is due. */
GST_START_TEST (test_large)
{
  static const double b[] = { 1 }, a[] = { 1, 0, 1e200 };
  guint i;

  memset (noise, 0, 8 * sizeof (float));
  noise[2] = 0.5;
  filter (b, 1, a, 3, noise, rendered, 8);
  for (i = 0; i < 4; i++)
    fail_unless (rendered[i] == noise[i]);
  fail_unless (isinf (rendered[4]));
}

GST_END_TEST;

/* What is infinite passes a filter without feedback as fast as anything. */
GST_START_TEST (test_infinite)
{
  static const double b[] = { 0.5, 0.25 }, a[] = { 1 };
  guint i;

  fill_with_noise (noise, QUANTUM, 1);
  noise[9] = INFINITY;
  filter (b, 2, a, 1, noise, rendered, QUANTUM);
  for (i = 0; i < QUANTUM; i++)
    fail_unless (isinf (rendered[i]) == (i == 9 || i == 10));
}

GST_END_TEST;

static Suite *
iirfilter_suite (void)
{
  Suite *s = suite_create ("iirfilter");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_filter);
  tcase_add_loop_test (tc, test_any_chunks_give_the_same_bits, 0, MOST);
  tcase_add_test (tc, test_channels);
  tcase_add_loop_test (tc, test_wider, 0, 25);
  tcase_add_test (tc, test_tail);
  tcase_add_test (tc, test_poison);
  tcase_add_test (tc, test_absurd);
  tcase_add_test (tc, test_large);
  tcase_add_test (tc, test_infinite);
  return s;
}

GST_CHECK_MAIN (iirfilter);
