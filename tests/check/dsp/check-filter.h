/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of filter kernels share.
 */
#ifndef __CHECK_FILTER_H__
#define __CHECK_FILTER_H__

#include <math.h>

#include "check-samples.h"

#define RATE 48000
#define QUANTUM 128

static inline void
assert_near (double is, double should, double tolerance, size_t where)
{
  check_that (is == should || fabs (is - should) <= tolerance,
      "%zu is %.17g, not %.17g", where, is, should);
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
