/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of filter kernels share.
 */
#ifndef __CHECK_FILTER_H__
#define __CHECK_FILTER_H__

#include <gst/check/gstcheck.h>

#include <math.h>
#include <string.h>

#define RATE 48000
#define QUANTUM 128

/* For every sample fail_unless() would be too slow. */
#define check_that(condition, ...) \
    G_STMT_START { \
      if (!(condition)) \
        fail (__VA_ARGS__); \
    } G_STMT_END

static inline void
fill_with_noise (float *v, size_t n, guint32 seed)
{
  size_t i;

  for (i = 0; i < n; i++) {
    seed = seed * 1664525 + 1013904223;
    v[i] = (float) (seed / 2147483648.0 - 1);
  }
}

static inline void
assert_near (double is, double should, double tolerance, size_t where)
{
  check_that (is == should || fabs (is - should) <= tolerance,
      "%zu is %.17g, not %.17g", where, is, should);
}

static inline void
assert_same (const float *is, const float *should, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    check_that (memcmp (is + i, should + i, sizeof (float)) == 0,
        "sample %zu of %zu is %.9g, not %.9g", i, n, is[i], should[i]);
}

/* Lengths that cut quanta everywhere, the same ones each time */
static inline size_t
next_length (guint32 * state, size_t left)
{
  size_t n;

  *state = *state * 1664525 + 1013904223;
  n = (*state >> 16) % 300;
  return n > left ? left : n;
}

#endif
