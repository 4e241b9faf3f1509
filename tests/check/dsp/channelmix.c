/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of channel mixing: against a slow double-precision matrix form,
 * written a second time from the specification's formulas. */

#include <gst/check/gstcheck.h>

#include <math.h>
#include <string.h>

#include "check-samples.h"
#include "dsp/channelmix.h"

#define FRAMES 37
#define ALL WEBAUDIO_MAX_CHANNELS

typedef double Matrix[ALL][ALL];
typedef float Planes[ALL][FRAMES];

static const unsigned channel_counts[] = { 1, 2, 3, 4, 5, 6, 7, 8, 32 };

#define N_COUNTS ((int) G_N_ELEMENTS (channel_counts))

static gboolean
is_layout (unsigned channels)
{
  return channels == 1 || channels == 2 || channels == 4 || channels == 6;
}

/* @m arrives all zero. The channels of quad are L, R, SL, SR, those of 5.1
 * L, R, C, LFE, SL, SR. */
static void
speaker_matrix (Matrix m, unsigned in, unsigned out)
{
  const double h = sqrt (0.5);
  const unsigned left = in == 6 ? 4 : 2, right = left + 1;

  switch (in * 10 + out) {
    case 12:
    case 14:
      m[0][0] = m[1][0] = 1;
      break;
    case 16:
      m[2][0] = 1;
      break;
    case 24:
    case 26:
      m[0][0] = m[1][1] = 1;
      break;
    case 46:
      m[0][0] = m[1][1] = m[4][2] = m[5][3] = 1;
      break;
    case 21:
      m[0][0] = m[0][1] = 0.5;
      break;
    case 41:
      m[0][0] = m[0][1] = m[0][2] = m[0][3] = 0.25;
      break;
    case 61:
      m[0][0] = m[0][1] = h;
      m[0][2] = 1;
      m[0][left] = m[0][right] = 0.5;
      break;
    case 42:
      m[0][0] = m[0][left] = m[1][1] = m[1][right] = 0.5;
      break;
    case 62:
      m[0][0] = m[1][1] = 1;
      m[0][2] = m[0][left] = m[1][2] = m[1][right] = h;
      break;
    case 64:
      m[0][0] = m[1][1] = m[2][left] = m[3][right] = 1;
      m[0][2] = m[1][2] = h;
      break;
    default:
      fail ("no layouts of %u and %u channels", in, out);
  }
}

static void
reference_matrix (Matrix m, unsigned in, unsigned out,
    WebAudioInterpretation interpretation)
{
  unsigned i;

  memset (m, 0, sizeof (Matrix));
  if (interpretation == WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS &&
      in != out && is_layout (in) && is_layout (out)) {
    speaker_matrix (m, in, out);
  } else {
    for (i = 0; i < MIN (in, out); i++)
      m[i][i] = 1;
  }
}

static void
point_at (float *pointers[ALL], Planes planes)
{
  unsigned c;

  for (c = 0; c < ALL; c++)
    pointers[c] = planes[c];
}

static void
mix (Planes out, unsigned out_channels, Planes in, unsigned in_channels,
    WebAudioInterpretation interpretation, gboolean accumulate, size_t n)
{
  float *out_pointers[ALL], *in_pointers[ALL];

  point_at (out_pointers, out);
  point_at (in_pointers, in);
  webaudio_channel_mix (out_pointers, out_channels,
      (const float *const *) in_pointers, in_channels, interpretation,
      accumulate, n);
}

static void
check_pair (unsigned in_channels, unsigned out_channels,
    WebAudioInterpretation interpretation, gboolean accumulate)
{
  static Planes in, in_before, out, before;
  static Matrix m;
  unsigned o, c, i;

  fill_with_noise (in[0], ALL * FRAMES, 1);
  memcpy (in_before, in, sizeof in);
  fill_with_noise (before[0], ALL * FRAMES, 2);
  memcpy (out, before, sizeof out);
  reference_matrix (m, in_channels, out_channels, interpretation);

  /* one frame less than there is, so that a write past the end shows */
  mix (out, out_channels, in, in_channels, interpretation, accumulate,
      FRAMES - 1);

  fail_unless (memcmp (in, in_before, sizeof in) == 0);
  for (o = 0; o < ALL; o++) {
    for (i = 0; i < FRAMES; i++) {
      double want = before[o][i];

      if (o < out_channels && i < FRAMES - 1) {
        want = accumulate ? want : 0;
        for (c = 0; c < in_channels; c++)
          want += m[o][c] * in[c][i];
      }
      fail_unless (fabs (out[o][i] - want) < 1e-6,
          "%u to %u channels, interpretation %d, accumulate %d: "
          "channel %u, frame %u is %g, not %g", in_channels, out_channels,
          interpretation, accumulate, o, i, out[o][i], want);
    }
  }
}

GST_START_TEST (test_every_pair)
{
  unsigned in_channels = channel_counts[__i__];
  int o, accumulate;

  for (o = 0; o < N_COUNTS; o++) {
    for (accumulate = 0; accumulate <= 1; accumulate++) {
      check_pair (in_channels, channel_counts[o],
          WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, accumulate);
      check_pair (in_channels, channel_counts[o],
          WEBAUDIO_CHANNEL_INTERPRETATION_DISCRETE, accumulate);
    }
  }
}

GST_END_TEST;

/* What is only copied keeps its bits. */
GST_START_TEST (test_copies_are_exact)
{
  static Planes in, out;

  fill_with_noise (in[0], ALL * FRAMES, 1);
  in[0][0] = -0.0f;
  in[0][1] = INFINITY;

  mix (out, 6, in, 6, WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE, FRAMES);
  fail_unless (memcmp (out, in, 6 * sizeof in[0]) == 0);
  mix (out, 2, in, 1, WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE, FRAMES);
  fail_unless (memcmp (out[0], in[0], sizeof in[0]) == 0);
  fail_unless (memcmp (out[1], in[0], sizeof in[0]) == 0);
}

GST_END_TEST;

/* A channel that the table does not name must not even let its infinities
 * and NaNs through, as a multiplication by 0 would. */
GST_START_TEST (test_absent_terms_are_absent)
{
  static Planes in, out;
  unsigned o;

  fill_with_noise (in[0], ALL * FRAMES, 1);
  in[3][0] = NAN;
  for (o = 1; o <= 4; o++) {
    mix (out, o, in, 6, WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE,
        FRAMES);
    if (o != 3)
      fail_unless (isfinite (out[0][0]) && isfinite (out[o - 1][0]));
  }
}

GST_END_TEST;

GST_START_TEST (test_in_place)
{
  static Planes planes, before;
  unsigned i;

  fill_with_noise (planes[0], ALL * FRAMES, 1);
  memcpy (before, planes, sizeof planes);
  mix (planes, 6, planes, 6, WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE,
      FRAMES);
  fail_unless (memcmp (planes, before, sizeof planes) == 0);

  mix (planes, 3, planes, 3, WEBAUDIO_CHANNEL_INTERPRETATION_DISCRETE, TRUE,
      FRAMES);
  for (i = 0; i < FRAMES; i++)
    fail_unless (planes[2][i] == 2 * before[2][i]);
}

GST_END_TEST;

GST_START_TEST (test_any_chunks_give_the_same_bits)
{
  unsigned in_channels = channel_counts[__i__];
  static Planes in, whole, chunked;
  float *out_pointers[ALL], *in_pointers[ALL];
  unsigned c, at, n;
  int o;

  fill_with_noise (in[0], ALL * FRAMES, 1);
  for (o = 0; o < N_COUNTS; o++) {
    fill_with_noise (whole[0], ALL * FRAMES, 2);
    memcpy (chunked, whole, sizeof whole);
    mix (whole, channel_counts[o], in, in_channels,
        WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, TRUE, FRAMES);
    for (at = 0; at < FRAMES; at += n) {
      n = MIN (5, FRAMES - at);
      for (c = 0; c < ALL; c++) {
        out_pointers[c] = chunked[c] + at;
        in_pointers[c] = in[c] + at;
      }
      webaudio_channel_mix (out_pointers, channel_counts[o],
          (const float *const *) in_pointers, in_channels,
          WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, TRUE, n);
    }
    fail_unless (memcmp (whole, chunked, sizeof whole) == 0);
  }
}

GST_END_TEST;

GST_START_TEST (test_no_frames)
{
  static Planes in, out, before;

  fill_with_noise (in[0], ALL * FRAMES, 1);
  fill_with_noise (out[0], ALL * FRAMES, 2);
  memcpy (before, out, sizeof out);
  mix (out, 2, in, 6, WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE, 0);
  mix (out, 6, in, 1, WEBAUDIO_CHANNEL_INTERPRETATION_DISCRETE, FALSE, 0);
  fail_unless (memcmp (out, before, sizeof out) == 0);
}

GST_END_TEST;

GST_START_TEST (test_computed_channels)
{
  unsigned count, largest;

  for (count = 1; count <= ALL; count++) {
    fail_unless_equals_int (webaudio_computed_channels
        (WEBAUDIO_CHANNEL_COUNT_MODE_MAX, count, 0), 1);
    fail_unless_equals_int (webaudio_computed_channels
        (WEBAUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX, count, 0), 1);
    fail_unless_equals_int (webaudio_computed_channels
        (WEBAUDIO_CHANNEL_COUNT_MODE_EXPLICIT, count, 0), count);
    for (largest = 1; largest <= ALL; largest++) {
      fail_unless_equals_int (webaudio_computed_channels
          (WEBAUDIO_CHANNEL_COUNT_MODE_MAX, count, largest), largest);
      fail_unless_equals_int (webaudio_computed_channels
          (WEBAUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX, count, largest),
          MIN (count, largest));
      fail_unless_equals_int (webaudio_computed_channels
          (WEBAUDIO_CHANNEL_COUNT_MODE_EXPLICIT, count, largest), count);
    }
  }
}

GST_END_TEST;

static Suite *
channelmix_suite (void)
{
  Suite *suite = suite_create ("channelmix");
  TCase *chain = tcase_create ("general");

  suite_add_tcase (suite, chain);
  tcase_add_loop_test (chain, test_every_pair, 0, N_COUNTS);
  tcase_add_test (chain, test_copies_are_exact);
  tcase_add_test (chain, test_absent_terms_are_absent);
  tcase_add_test (chain, test_in_place);
  tcase_add_loop_test (chain, test_any_chunks_give_the_same_bits, 0, N_COUNTS);
  tcase_add_test (chain, test_no_frames);
  tcase_add_test (chain, test_computed_channels);
  return suite;
}

GST_CHECK_MAIN (channelmix);
