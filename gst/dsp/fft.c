/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The convolver's transform. It divides a polynomial by z^m - c for ever smaller
 * m: modulo z^4m - s^4 it is what it is modulo z^m - s, z^m - is, z^m + s and
 * z^m + is. So a division needs three factors, s, s^2 and s^3, which are the same
 * for all of its m coefficients; a first one by two roots instead of four makes
 * up for a size that is not a power of four. Where only four coefficients are
 * left in a division, they are transposed, so that four divisions are computed
 * at a time. The last divisions of two times 16 coefficients are computed beside
 * one another, in the halves of a vector where that is wide enough.
 *
 * Each function is written once and compiled for vectors of four and of eight
 * bins; every bin goes through the same operations in either. */

#include "fft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bins of a group: as many real parts, then as many imaginary parts. */
#define GROUP_LANES 8

#define TURN 6.28318530717958647692

/* Factors of one division: the real and imaginary parts of s, s^2, s^3. */
#define FACTORS 6
/* For the last two times 16 coefficients: those of the divisions by four, then
 * those of the four that follow each, every factor as a vector for four numbers
 * of the first and one for four of the second. */
#define LAST_FACTORS (2 * FACTORS * GROUP_LANES)

#define MAX_PASSES 10

typedef struct
{
  size_t groups;                /* in each of the four parts */
  size_t divisions;
  float *factors;
} Pass;

struct WebAudioFft
{
  size_t size;
  bool first_by_two;
  float first[FACTORS];
  unsigned n_passes;            /* between the first and the last */
  Pass passes[MAX_PASSES];
  float *last;                  /* LAST_FACTORS for each 32 coefficients */
};

typedef float Lanes4 __attribute__((vector_size (16), may_alias));
typedef float Lanes8 __attribute__((vector_size (32), may_alias));
/* Loads and stores through these types may be unaligned. */
typedef float Unaligned4 __attribute__((vector_size (16),
        aligned (__alignof__ (float)), may_alias));
typedef float Unaligned8 __attribute__((vector_size (32),
        aligned (__alignof__ (float)), may_alias));

#define INLINE static inline __attribute__((always_inline))

/* A choice of the numbers of two vectors of four, and of eight. */
#ifdef __clang__
#define SHUFFLE4(a, b, ...) __builtin_shufflevector (a, b, __VA_ARGS__)
#define SHUFFLE8(a, b, ...) __builtin_shufflevector (a, b, __VA_ARGS__)
#else
typedef int Indices4 __attribute__((vector_size (16)));
typedef int Indices8 __attribute__((vector_size (32)));
#define SHUFFLE4(a, b, ...) __builtin_shuffle (a, b, (Indices4) { __VA_ARGS__ })
#define SHUFFLE8(a, b, ...) __builtin_shuffle (a, b, (Indices8) { __VA_ARGS__ })
#endif

/* Which vectors */

typedef struct
{
  void (*forward) (const WebAudioFft * plan, const float *samples,
      float *spectrum);
  void (*forward_whole) (const WebAudioFft * plan, const float *first,
      const float *second, float *spectrum);
  void (*inverse) (const WebAudioFft * plan, float *spectrum, float *samples);
  void (*multiply) (float *sum, const float *const *a, const float *const *b,
      size_t count, size_t n);
} Kernels;

#define DEFINE_KERNELS(name, attributes) \
attributes static void \
name##_forward (const WebAudioFft * plan, const float *samples, \
    float *spectrum) \
{ \
  name##_forward_all (plan, samples, spectrum); \
} \
attributes static void \
name##_forward_whole (const WebAudioFft * plan, const float *first, \
    const float *second, float *spectrum) \
{ \
  name##_forward_whole_all (plan, first, second, spectrum); \
} \
attributes static void \
name##_inverse (const WebAudioFft * plan, float *spectrum, float *samples) \
{ \
  name##_inverse_all (plan, spectrum, samples); \
} \
attributes static void \
name##_multiply (float *sum, const float *const *a, const float *const *b, \
    size_t count, size_t n) \
{ \
  name##_multiply_all (sum, a, b, count, n); \
} \
static const Kernels name##_kernels = { \
  name##_forward, name##_forward_whole, name##_inverse, name##_multiply \
};

#define LANES 4
#define Lanes Lanes4
#define Unaligned Unaligned4
#define PASS(name) narrow_##name
#define LOW(a, b) SHUFFLE4 (a, b, 0, 4, 1, 5)
#define HIGH(a, b) SHUFFLE4 (a, b, 2, 6, 3, 7)
#define LOW_PAIRS(a, b) SHUFFLE4 (a, b, 0, 1, 4, 5)
#define HIGH_PAIRS(a, b) SHUFFLE4 (a, b, 2, 3, 6, 7)
#include "fftpasses.h"
#undef LANES
#undef Lanes
#undef Unaligned
#undef PASS
#undef LOW
#undef HIGH
#undef LOW_PAIRS
#undef HIGH_PAIRS

/* *INDENT-OFF* */
DEFINE_KERNELS (narrow, )
/* *INDENT-ON* */

#if defined (__x86_64__) || defined (__i386__)
#define LANES 8
#define Lanes Lanes8
#define Unaligned Unaligned8
#define PASS(name) wide_##name
#define LOW(a, b) SHUFFLE8 (a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HIGH(a, b) SHUFFLE8 (a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LOW_PAIRS(a, b) SHUFFLE8 (a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HIGH_PAIRS(a, b) SHUFFLE8 (a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#include "fftpasses.h"
/* *INDENT-OFF* */
DEFINE_KERNELS (wide, __attribute__((target ("avx"))))
/* *INDENT-ON* */
#endif

static const Kernels *kernels;

static const Kernels *
find_wide (void)
{
#if defined (__x86_64__) || defined (__i386__)
  if (__builtin_cpu_supports ("avx"))
    return &wide_kernels;
#endif
  return NULL;
}

static const Kernels *
get_kernels (void)
{
  const Kernels *chosen = __atomic_load_n (&kernels, __ATOMIC_RELAXED);

  if (!chosen) {
    chosen = find_wide ();
    if (!chosen)
      chosen = &narrow_kernels;
    __atomic_store_n (&kernels, chosen, __ATOMIC_RELAXED);
  }
  return chosen;
}

bool
webaudio_fft_use_wide (bool wide)
{
  const Kernels *chosen = wide ? find_wide () : &narrow_kernels;

  if (chosen)
    __atomic_store_n (&kernels, chosen, __ATOMIC_RELAXED);
  return chosen != NULL;
}

bool
webaudio_fft_is_wide (void)
{
  return get_kernels () != &narrow_kernels;
}

void
webaudio_fft_forward (const WebAudioFft * plan, const float *samples,
    float *spectrum)
{
  get_kernels ()->forward (plan, samples, spectrum);
}

void
webaudio_fft_forward_whole (const WebAudioFft * plan, const float *first,
    const float *second, float *spectrum)
{
  get_kernels ()->forward_whole (plan, first, second, spectrum);
}

void
webaudio_fft_inverse (const WebAudioFft * plan, float *spectrum, float *samples)
{
  get_kernels ()->inverse (plan, spectrum, samples);
}

void
webaudio_fft_multiply (float *sum, const float *const *a,
    const float *const *b, size_t count, size_t n)
{
  get_kernels ()->multiply (sum, a, b, count, n);
}

/* Plans */

/* The angle, in cycles, of c in the division by z^m - c that is the @index-th of
 * those into which a polynomial of @size coefficients is divided. All angles are
 * exact. */
static double
find_angle (size_t size, size_t m, size_t index)
{
  const size_t parts = size / m;
  double angle = 0.25;
  size_t left = parts;

  if (parts > 1 && __builtin_ctzll (size) % 2) {
    left /= 2;
    angle = angle / 2 + 0.5 * (index / left);
    index %= left;
  }
  while (left > 1) {
    left /= 4;
    angle = angle / 4 + 0.25 * (index / left);
    index %= left;
  }
  return angle;
}

double
webaudio_fft_angle (size_t size, size_t bin)
{
  /* the last two times sixteen bins are transposed and beside one another */
  return find_angle (size, 1, bin - bin % 32 + bin / 4 % 2 * 16 + bin % 4 * 4
      + bin / 8 % 4);
}

static void
set_root (float *to, double angle, size_t step)
{
  to[0] = (float) cos (TURN * angle);
  to[step] = (float) sin (TURN * angle);
}

/* The factors of a division in four by z^4m - c, @step floats apart. */
static void
set_factors (float *to, double angle, size_t step)
{
  set_root (to, angle / 4, step);
  set_root (to + 2 * step, angle / 2, step);
  set_root (to + 4 * step, angle * 3 / 4, step);
}

static bool
fill_pass (const WebAudioFft * plan, Pass * pass, size_t m)
{
  size_t d;

  pass->groups = m / 4 / GROUP_LANES;
  pass->divisions = plan->size / m;
  pass->factors = malloc (pass->divisions * FACTORS * sizeof (float));
  if (!pass->factors)
    return false;
  for (d = 0; d < pass->divisions; d++)
    set_factors (pass->factors + d * FACTORS, find_angle (plan->size, m, d), 1);
  return true;
}

static bool
fill_last (WebAudioFft * plan)
{
  const size_t n = plan->size / 16;
  size_t i, k;

  plan->last = malloc (n / 2 * LAST_FACTORS * sizeof (float));
  if (!plan->last)
    return false;
  for (i = 0; i < n; i++) {
    float *to = plan->last + i / 2 * LAST_FACTORS + i % 2 * 4;

    for (k = 0; k < 4; k++) {
      set_factors (to + k, find_angle (plan->size, 16, i), GROUP_LANES);
      set_factors (to + FACTORS * GROUP_LANES + k, find_angle (plan->size, 4,
              i * 4 + k), GROUP_LANES);
    }
  }
  return true;
}

static bool
fill_plan (WebAudioFft * plan)
{
  size_t m;

  plan->first_by_two = __builtin_ctzll (plan->size) % 2;
  if (plan->first_by_two)
    set_root (plan->first, 0.125, 1);
  else
    set_factors (plan->first, 0.25, 1);
  for (m = plan->size / (plan->first_by_two ? 2 : 4); m > 16; m /= 4)
    if (!fill_pass (plan, &plan->passes[plan->n_passes++], m))
      return false;
  return fill_last (plan);
}

WebAudioFft *
webaudio_fft_new (size_t size)
{
  WebAudioFft *plan = calloc (1, sizeof *plan);

  if (!plan)
    return NULL;
  plan->size = size;
  if (!fill_plan (plan)) {
    webaudio_fft_free (plan);
    return NULL;
  }
  return plan;
}

void
webaudio_fft_free (WebAudioFft * plan)
{
  unsigned p;

  if (!plan)
    return;
  for (p = 0; p < plan->n_passes; p++)
    free (plan->passes[p].factors);
  free (plan->last);
  free (plan);
}
