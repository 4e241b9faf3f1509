/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests need that look at samples: noise, the same in each run, and checks. */
#ifndef __CHECK_SAMPLES_H__
#define __CHECK_SAMPLES_H__

#include <gst/check/gstcheck.h>
#include <string.h>

/* As fail_unless(), which tells the parent process of every call: too slow to be
 * asked about each sample. */
#define check_that(condition, ...) \
    G_STMT_START { \
      if (G_UNLIKELY (!(condition))) \
        fail (__VA_ARGS__); \
    } G_STMT_END

/* From -1 to 1 */
static inline double
next_noise (guint32 * seed)
{
  *seed = *seed * 1664525 + 1013904223;
  return *seed / 2147483648.0 - 1;
}

static inline void
fill_with_noise (float *v, size_t n, guint32 seed)
{
  size_t i;

  for (i = 0; i < n; i++)
    v[i] = (float) next_noise (&seed);
}

/* To the bit */
static inline void
assert_floats_equal (const float *is, const float *should, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    check_that (memcmp (is + i, should + i, sizeof (float)) == 0,
        "sample %zu of %zu is %.9g, not %.9g", i, n, is[i], should[i]);
}

#endif
