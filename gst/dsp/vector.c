/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Elementary arithmetic on arrays of samples, by the vector extension of gcc
 * and clang, since -O2 does not vectorise loops of unknown length. */

#include "vector.h"

#include <string.h>

#define LANES 4

/* Loads and stores through this type may be unaligned. */
typedef float Lanes
    __attribute__((vector_size (LANES * sizeof (float)),
        aligned (__alignof__ (float)), may_alias));

#define LOAD(p) (*(const Lanes *) (p))
#define STORE(p, value) (*(Lanes *) (p) = (value))

void
webaudio_vector_scale (float *dst, const float *src, float factor, size_t n)
{
  size_t i = 0;

  for (; n - i >= 2 * LANES; i += 2 * LANES) {
    Lanes low = LOAD (src + i) * factor;
    Lanes high = LOAD (src + i + LANES) * factor;

    STORE (dst + i, low);
    STORE (dst + i + LANES, high);
  }
  for (; i < n; i++)
    dst[i] = src[i] * factor;
}

void
webaudio_vector_multiply (float *dst, const float *a, const float *b, size_t n)
{
  size_t i = 0;

  for (; n - i >= 2 * LANES; i += 2 * LANES) {
    Lanes low = LOAD (a + i) * LOAD (b + i);
    Lanes high = LOAD (a + i + LANES) * LOAD (b + i + LANES);

    STORE (dst + i, low);
    STORE (dst + i + LANES, high);
  }
  for (; i < n; i++)
    dst[i] = a[i] * b[i];
}

void
webaudio_vector_add (float *dst, const float *a, const float *b, size_t n)
{
  size_t i = 0;

  for (; n - i >= 2 * LANES; i += 2 * LANES) {
    Lanes low = LOAD (a + i) + LOAD (b + i);
    Lanes high = LOAD (a + i + LANES) + LOAD (b + i + LANES);

    STORE (dst + i, low);
    STORE (dst + i + LANES, high);
  }
  for (; i < n; i++)
    dst[i] = a[i] + b[i];
}

void
webaudio_vector_add_scaled (float *dst, const float *src, float factor,
    size_t n)
{
  size_t i = 0;

  for (; n - i >= 2 * LANES; i += 2 * LANES) {
    Lanes low = LOAD (dst + i) + LOAD (src + i) * factor;
    Lanes high = LOAD (dst + i + LANES) + LOAD (src + i + LANES) * factor;

    STORE (dst + i, low);
    STORE (dst + i + LANES, high);
  }
  for (; i < n; i++)
    dst[i] = dst[i] + src[i] * factor;
}

void
webaudio_vector_fill (float *dst, float value, size_t n)
{
  const Lanes lanes = { value, value, value, value };
  size_t i = 0;

  for (; n - i >= 2 * LANES; i += 2 * LANES) {
    STORE (dst + i, lanes);
    STORE (dst + i + LANES, lanes);
  }
  for (; i < n; i++)
    dst[i] = value;
}

bool
webaudio_vector_is_constant (const float *v, size_t n)
{
  /* each sample against its successor, at the speed of libc */
  return n < 2 || memcmp (v, v + 1, (n - 1) * sizeof (float)) == 0;
}
