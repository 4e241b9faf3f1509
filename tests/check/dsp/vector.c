/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the vector arithmetic and of denormal control: against a loop
 * of single operations, at every small length and alignment. */

#include <gst/check/gstcheck.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "check-samples.h"
#include "dsp/denormals.h"
#include "dsp/vector.h"

#define MAX_LENGTH 67
#define MAX_OFFSET 4
#define SIZE (MAX_LENGTH + 2 * MAX_OFFSET)
#define GUARD 12345.0f

/* A value that no compiler folds into the arithmetic around it. */
#define OPAQUE(x) (*(volatile float *) &(x))

typedef enum
{
  SCALE, MULTIPLY, ADD, ADD_SCALED, UNSIGN_ZEROS, FILL, N_OPERATIONS
} Operation;

static const float factor = -0.7310585f;

static float
expected (Operation operation, float before, float a, float b)
{
  float product;

  switch (operation) {
    case SCALE:
      return OPAQUE (a) * factor;
    case MULTIPLY:
      return OPAQUE (a) * OPAQUE (b);
    case ADD:
      return OPAQUE (a) + OPAQUE (b);
    case ADD_SCALED:
      product = OPAQUE (a) * factor;
      return OPAQUE (before) + OPAQUE (product);
    case UNSIGN_ZEROS:
      return a == 0 ? 0 : a;
    default:
      return factor;
  }
}

static void
run (Operation operation, float *dst, const float *a, const float *b, size_t n)
{
  switch (operation) {
    case SCALE:
      webaudio_vector_scale (dst, a, factor, n);
      break;
    case MULTIPLY:
      webaudio_vector_multiply (dst, a, b, n);
      break;
    case ADD:
      webaudio_vector_add (dst, a, b, n);
      break;
    case ADD_SCALED:
      webaudio_vector_add_scaled (dst, a, factor, n);
      break;
    case UNSIGN_ZEROS:
      webaudio_vector_unsign_zeros (dst, a, n);
      break;
    default:
      webaudio_vector_fill (dst, factor, n);
      break;
  }
}

static void
assert_bits_equal (const float *a, const float *b, size_t n)
{
  fail_unless (n == 0 || memcmp (a, b, n * sizeof (float)) == 0);
}

/* Also that nothing before or after the array is touched. */
GST_START_TEST (test_every_length_and_alignment)
{
  float a[SIZE], b[SIZE], before[SIZE], dst[SIZE], want[SIZE];
  size_t n, d, s, i;

  fill_with_noise (a, SIZE, 1);
  fill_with_noise (b, SIZE, 2);
  fill_with_noise (before, SIZE, 3);
  before[0] = before[SIZE - 1] = GUARD;

  for (n = 0; n <= MAX_LENGTH; n++) {
    for (d = 1; d <= MAX_OFFSET; d++) {
      for (s = 0; s < MAX_OFFSET; s++) {
        memcpy (dst, before, sizeof dst);
        memcpy (want, before, sizeof want);
        for (i = 0; i < n; i++)
          want[d + i] = expected (__i__, before[d + i], a[s + i], b[i]);
        run (__i__, dst + d, a + s, b, n);
        assert_bits_equal (dst, want, SIZE);
      }
    }
  }
}

GST_END_TEST;

GST_START_TEST (test_in_place)
{
  float a[SIZE], b[SIZE], dst[SIZE], want[SIZE];
  size_t i;

  fill_with_noise (a, SIZE, 1);
  fill_with_noise (b, SIZE, 2);

  for (i = 0; i < SIZE; i++)
    want[i] = expected (__i__, a[i], a[i], b[i]);
  memcpy (dst, a, sizeof dst);
  run (__i__, dst, dst, b, SIZE);
  assert_bits_equal (dst, want, SIZE);

  /* both sources may be the destination, too */
  for (i = 0; i < SIZE; i++)
    want[i] = expected (__i__, a[i], a[i], a[i]);
  memcpy (dst, a, sizeof dst);
  run (__i__, dst, dst, dst, SIZE);
  assert_bits_equal (dst, want, SIZE);
}

GST_END_TEST;

GST_START_TEST (test_any_chunks_give_the_same_bits)
{
  enum
  { LENGTH = 1000 };
  float a[LENGTH], b[LENGTH], whole[LENGTH], chunked[LENGTH];
  size_t chunk, at, n;

  fill_with_noise (a, LENGTH, 1);
  fill_with_noise (b, LENGTH, 2);
  fill_with_noise (whole, LENGTH, 3);
  run (__i__, whole, a, b, LENGTH);

  for (chunk = 1; chunk < 50; chunk++) {
    fill_with_noise (chunked, LENGTH, 3);
    for (at = 0; at < LENGTH; at += n) {
      n = MIN (chunk, LENGTH - at);
      run (__i__, chunked + at, a + at, b + at, n);
    }
    assert_bits_equal (chunked, whole, LENGTH);
  }
}

GST_END_TEST;

GST_START_TEST (test_special_values)
{
  static const float special[] = { 0.0f, -0.0f, INFINITY, -INFINITY, NAN,
    FLT_MAX, -FLT_MAX, FLT_MIN, FLT_MIN / 2, 1.0f, -1.0f
  };
  const size_t n = G_N_ELEMENTS (special);
  float dst[16];
  size_t i, j;

  for (j = 0; j < n; j++) {
    float b[16];

    webaudio_vector_fill (b, special[j], n);
    memcpy (dst, special, sizeof special);
    run (__i__, dst, special, b, n);
    for (i = 0; i < n; i++) {
      float want = expected (__i__, special[i], special[i], special[j]);

      /* the payload and sign of a NaN are nobody's concern */
      fail_unless (isnan (want) ? isnan (dst[i]) :
          memcmp (&want, &dst[i], sizeof want) == 0);
    }
  }
}

GST_END_TEST;

GST_START_TEST (test_denormals)
{
#if defined (__SSE2__) || defined (__aarch64__)
  float denormal[9], smallest[9];
  WebAudioDenormals before;
  int i;

  webaudio_vector_fill (denormal, FLT_MIN / 4, 9);
  webaudio_vector_fill (smallest, FLT_MIN, 9);

  before = webaudio_denormals_flush ();
  webaudio_vector_scale (denormal, denormal, 16, 9);
  webaudio_vector_scale (smallest, smallest, 0.5f, 9);
  webaudio_denormals_restore (before);
  for (i = 0; i < 9; i++) {
    fail_unless (denormal[i] == 0, "operand %d was not flushed", i);
    fail_unless (smallest[i] == 0, "result %d was not flushed", i);
  }

  webaudio_vector_fill (denormal, FLT_MIN / 4, 9);
  webaudio_vector_scale (denormal, denormal, 16, 9);
  for (i = 0; i < 9; i++)
    fail_unless (denormal[i] == 4 * FLT_MIN);
#endif
}

GST_END_TEST;

/* A flush inside a flush must not end the outer one. */
GST_START_TEST (test_denormals_nest)
{
  WebAudioDenormals outer = webaudio_denormals_flush ();
  WebAudioDenormals inner = webaudio_denormals_flush ();
  WebAudioDenormals again;

  webaudio_denormals_restore (inner);
  again = webaudio_denormals_flush ();
  fail_unless (inner == again);
  webaudio_denormals_restore (outer);
}

GST_END_TEST;

GST_START_TEST (test_convolve)
{
  float src[SIZE + 32], factors[33], dst[SIZE], want;
  size_t n, taps, i, k;

  fill_with_noise (src, SIZE + 32, 1);
  fill_with_noise (factors, 33, 2);
  for (n = 0; n <= MAX_LENGTH; n++) {
    for (taps = 0; taps <= 33; taps += taps < 3 ? 1 : 15) {
      webaudio_vector_fill (dst, GUARD, SIZE);
      webaudio_vector_convolve (dst + 1, src + 32, factors, taps, n);
      for (i = 0; i < n; i++) {
        want = 0;
        for (k = 0; k < taps; k++) {
          float product = OPAQUE (src[32 + i - k]) * factors[k];

          want += OPAQUE (product);
        }
        assert_bits_equal (dst + 1 + i, &want, 1);
      }
      fail_unless (dst[0] == GUARD && dst[n + 1] == GUARD);
    }
  }
}

GST_END_TEST;

static Suite *
vector_suite (void)
{
  Suite *suite = suite_create ("vector");
  TCase *chain = tcase_create ("general");

  suite_add_tcase (suite, chain);
  tcase_add_loop_test (chain, test_every_length_and_alignment, 0, N_OPERATIONS);
  tcase_add_loop_test (chain, test_in_place, 0, N_OPERATIONS);
  tcase_add_loop_test (chain, test_any_chunks_give_the_same_bits, 0,
      N_OPERATIONS);
  tcase_add_loop_test (chain, test_special_values, 0, N_OPERATIONS);
  tcase_add_test (chain, test_convolve);
  tcase_add_test (chain, test_denormals);
  tcase_add_test (chain, test_denormals_nest);
  return suite;
}

GST_CHECK_MAIN (vector);
