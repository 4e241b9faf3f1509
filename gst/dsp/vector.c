/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Elementary arithmetic on arrays of samples, by the vector extension of gcc
 * and clang, since -O2 does not vectorise loops of unknown length. */

#include "vector.h"

/* One function for each operation, written once and compiled for vectors of
 * four and, where the processor has them, of eight samples. Every sample goes
 * through the same operations in either, so the results are the same bits. */
typedef struct
{
  void (*scale) (float *dst, const float *src, float factor, size_t n);
  void (*multiply) (float *dst, const float *a, const float *b, size_t n);
  void (*add) (float *dst, const float *a, const float *b, size_t n);
  void (*add_scaled) (float *dst, const float *src, float factor, size_t n);
  void (*unsign_zeros) (float *dst, const float *src, size_t n);
  void (*convolve) (float *dst, const float *src, const float *factors,
      size_t n_factors, size_t n);
} Kernels;

/* Loads and stores through these types may be unaligned. */
typedef float Lanes4 __attribute__((vector_size (16),
        aligned (__alignof__ (float)), may_alias));
typedef float Lanes8 __attribute__((vector_size (32),
        aligned (__alignof__ (float)), may_alias));

#define AT(Lanes, p) (*(Lanes *) (p))
#define CONST_AT(Lanes, p) (*(const Lanes *) (p))

/* @wide and @single are the expressions of the vector or sample at index i. */
#define LOOP(Lanes, wide, single) \
  size_t i = 0; \
  const size_t step = sizeof (Lanes) / sizeof (float); \
  for (; n - i >= 2 * step; i += step) { \
    AT (Lanes, dst + i) = wide; \
    i += step; \
    AT (Lanes, dst + i) = wide; \
  } \
  for (; i < n; i++) \
    dst[i] = single;

#define DEFINE_KERNELS(name, Lanes, attributes) \
attributes static void \
name##_scale (float *dst, const float *src, float factor, size_t n) \
{ \
  LOOP (Lanes, CONST_AT (Lanes, src + i) * factor, src[i] * factor) \
} \
attributes static void \
name##_multiply (float *dst, const float *a, const float *b, size_t n) \
{ \
  LOOP (Lanes, CONST_AT (Lanes, a + i) * CONST_AT (Lanes, b + i), \
      a[i] * b[i]) \
} \
attributes static void \
name##_add (float *dst, const float *a, const float *b, size_t n) \
{ \
  LOOP (Lanes, CONST_AT (Lanes, a + i) + CONST_AT (Lanes, b + i), \
      a[i] + b[i]) \
} \
attributes static void \
name##_add_scaled (float *dst, const float *src, float factor, size_t n) \
{ \
  LOOP (Lanes, CONST_AT (Lanes, dst + i) + CONST_AT (Lanes, src + i) * factor, \
      dst[i] + src[i] * factor) \
} \
attributes static void \
name##_unsign_zeros (float *dst, const float *src, size_t n) \
{ \
  LOOP (Lanes, CONST_AT (Lanes, src + i) + 0.0f, src[i] + 0.0f) \
} \
attributes static void \
name##_convolve (float *dst, const float *src, const float *factors, \
    size_t n_factors, size_t n) \
{ \
  const size_t step = sizeof (Lanes) / sizeof (float); \
  size_t i = 0, k; \
  for (; n - i >= 4 * step; i += 4 * step) { \
    const float *at = src + i; \
    Lanes a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 }; \
    for (k = 0; k < n_factors; k++, at--) { \
      a += CONST_AT (Lanes, at) * factors[k]; \
      b += CONST_AT (Lanes, at + step) * factors[k]; \
      c += CONST_AT (Lanes, at + 2 * step) * factors[k]; \
      d += CONST_AT (Lanes, at + 3 * step) * factors[k]; \
    } \
    AT (Lanes, dst + i) = a; \
    AT (Lanes, dst + i + step) = b; \
    AT (Lanes, dst + i + 2 * step) = c; \
    AT (Lanes, dst + i + 3 * step) = d; \
  } \
  for (; i < n; i++) { \
    const float *at = src + i; \
    float sum = 0; \
    for (k = 0; k < n_factors; k++, at--) \
      sum += *at * factors[k]; \
    dst[i] = sum; \
  } \
} \
static const Kernels name##_kernels = { \
  name##_scale, name##_multiply, name##_add, name##_add_scaled, \
  name##_unsign_zeros, \
  name##_convolve \
};

/* *INDENT-OFF* */
DEFINE_KERNELS (narrow, Lanes4, )
#if defined (__x86_64__) || defined (__i386__)
DEFINE_KERNELS (wide, Lanes8, __attribute__((target ("avx"))))
#endif
/* *INDENT-ON* */

static const Kernels *
get_kernels (void)
{
  static const Kernels *kernels;
  const Kernels *chosen = __atomic_load_n (&kernels, __ATOMIC_RELAXED);

  if (!chosen) {
    chosen = &narrow_kernels;
#if defined (__x86_64__) || defined (__i386__)
    if (__builtin_cpu_supports ("avx"))
      chosen = &wide_kernels;
#endif
    __atomic_store_n (&kernels, chosen, __ATOMIC_RELAXED);
  }
  return chosen;
}

void
webaudio_vector_scale (float *dst, const float *src, float factor, size_t n)
{
  get_kernels ()->scale (dst, src, factor, n);
}

void
webaudio_vector_multiply (float *dst, const float *a, const float *b, size_t n)
{
  get_kernels ()->multiply (dst, a, b, n);
}

void
webaudio_vector_add (float *dst, const float *a, const float *b, size_t n)
{
  get_kernels ()->add (dst, a, b, n);
}

void
webaudio_vector_add_scaled (float *dst, const float *src, float factor,
    size_t n)
{
  get_kernels ()->add_scaled (dst, src, factor, n);
}

void
webaudio_vector_convolve (float *dst, const float *src, const float *factors,
    size_t n_factors, size_t n)
{
  get_kernels ()->convolve (dst, src, factors, n_factors, n);
}

void
webaudio_vector_unsign_zeros (float *dst, const float *src, size_t n)
{
  get_kernels ()->unsign_zeros (dst, src, n);
}

void
webaudio_vector_fill (float *dst, float value, size_t n)
{
  const Lanes4 lanes = { value, value, value, value };
  size_t i = 0;

  for (; n - i >= 4; i += 4)
    AT (Lanes4, dst + i) = lanes;
  for (; i < n; i++)
    dst[i] = value;
}
