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

/* Each sum takes every eighth factor, then every eighth from the next one on and
 * so forth, for then a vector of eight samples serves one sum after another; and
 * it takes two at once, not to wait for each addition. */
#define STRIDE 8

static void
convolve_rest (float *dst, const float *src, const float *factors,
    size_t n_factors, size_t n)
{
  size_t i, r, k;

  for (i = 0; i < n; i++) {
    const float *at = src + i;
    float sum = 0;

    for (r = 0; r < STRIDE; r++) {
      for (k = r; k + STRIDE < n_factors; k += 2 * STRIDE)
        sum += at[-(ptrdiff_t) k] * factors[k] +
            at[-(ptrdiff_t) (k + STRIDE)] * factors[k + STRIDE];
      if (k < n_factors)
        sum += at[-(ptrdiff_t) k] * factors[k];
    }
    dst[i] = sum;
  }
}

static void
narrow_convolve (float *dst, const float *src, const float *factors,
    size_t n_factors, size_t n)
{
  const Lanes4 zero = { 0 };
  size_t i, r, k, j;

  for (i = 0; n - i >= 16; i += 16) {
    Lanes4 sums[4] = { zero, zero, zero, zero };

    for (r = 0; r < STRIDE; r++) {
      const float *at = src + i - r;

      for (k = r; k + STRIDE < n_factors; k += 2 * STRIDE, at -= 2 * STRIDE) {
        for (j = 0; j < 4; j++)
          sums[j] += CONST_AT (Lanes4, at + 4 * j) * factors[k] +
              CONST_AT (Lanes4, at + 4 * j - STRIDE) * factors[k + STRIDE];
      }
      for (j = 0; k < n_factors && j < 4; j++)
        sums[j] += CONST_AT (Lanes4, at + 4 * j) * factors[k];
    }
    for (j = 0; j < 4; j++)
      AT (Lanes4, dst + i + 4 * j) = sums[j];
  }
  convolve_rest (dst + i, src + i, factors, n_factors, n - i);
}

#if defined (__x86_64__) || defined (__i386__)
#define AVX __attribute__((target ("avx")))

AVX static void
wide_convolve (float *dst, const float *src, const float *factors,
    size_t n_factors, size_t n)
{
  size_t i, r, k;

  for (i = 0; n - i >= 32; i += 32) {
    Lanes8 sum0 = { 0 }, sum1 = { 0 }, sum2 = { 0 }, sum3 = { 0 };

    for (r = 0; r < STRIDE; r++) {
      const float *at = src + i - r;
      Lanes8 a, b, c = CONST_AT (Lanes8, at + 8);
      Lanes8 d = CONST_AT (Lanes8, at + 16), e = CONST_AT (Lanes8, at + 24);

      for (k = r; k + 24 < n_factors; k += 32, at -= 32) {
        b = CONST_AT (Lanes8, at);
        a = CONST_AT (Lanes8, at - 8);
        sum0 += b * factors[k] + a * factors[k + 8];
        sum1 += c * factors[k] + b * factors[k + 8];
        sum2 += d * factors[k] + c * factors[k + 8];
        sum3 += e * factors[k] + d * factors[k + 8];
        d = CONST_AT (Lanes8, at - 16);
        e = CONST_AT (Lanes8, at - 24);
        sum0 += d * factors[k + 16] + e * factors[k + 24];
        sum1 += a * factors[k + 16] + d * factors[k + 24];
        sum2 += b * factors[k + 16] + a * factors[k + 24];
        sum3 += c * factors[k + 16] + b * factors[k + 24];
        c = e;
        e = a;
      }
      for (; k + 8 < n_factors; k += 16, at -= 16) {
        b = CONST_AT (Lanes8, at);
        a = CONST_AT (Lanes8, at - 8);
        sum0 += b * factors[k] + a * factors[k + 8];
        sum1 += c * factors[k] + b * factors[k + 8];
        sum2 += d * factors[k] + c * factors[k + 8];
        sum3 += e * factors[k] + d * factors[k + 8];
        e = c;
        d = b;
        c = a;
      }
      if (k < n_factors) {
        sum0 += CONST_AT (Lanes8, at) * factors[k];
        sum1 += c * factors[k];
        sum2 += d * factors[k];
        sum3 += e * factors[k];
      }
    }
    AT (Lanes8, dst + i) = sum0;
    AT (Lanes8, dst + i + 8) = sum1;
    AT (Lanes8, dst + i + 16) = sum2;
    AT (Lanes8, dst + i + 24) = sum3;
  }
  convolve_rest (dst + i, src + i, factors, n_factors, n - i);
}
#endif

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
static const Kernels name##_kernels = { \
  name##_scale, name##_multiply, name##_add, name##_add_scaled, \
  name##_unsign_zeros, \
  name##_convolve \
};

/* *INDENT-OFF* */
DEFINE_KERNELS (narrow, Lanes4, )
#if defined (__x86_64__) || defined (__i386__)
DEFINE_KERNELS (wide, Lanes8, AVX)
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
