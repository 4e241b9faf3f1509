/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Renders periodic waves from their tables, and sines from a polynomial.
 *
 * The loops over frames exist as portable C, for SSE2 and for AVX2. The
 * portable functions of one frame define the result; the vector loops do the
 * same operations in the same order, and leave their tails to them.
 *
 * The vector loops fetch for one group of frames while they compute the one
 * before: a group's operations depend on each other for so long that a CPU
 * finds too few others to do in the meantime. */

#include "oscillator.h"

#include <math.h>
#include <string.h>

#if defined (__x86_64__)
#define HAVE_X86 1
#include <immintrin.h>
#else
#define HAVE_X86 0
#endif

/* A fused multiply-add in one of the loops, but not in the other, would make
 * samples depend on their place in the block. */
#if defined (__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined (__GNUC__) && defined (__FP_FAST_FMAF)
#pragma GCC optimize ("fp-contract=off")
#endif

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))

/* Frames whose phases are listed at a time. */
#define CHUNK 256
/* Half a cycle either way, where frequencies are clamped: what a fundamental
 * would give there depends on its phase alone, so it is silent. */
#define AT_NYQUIST INT64_MIN

/* sin (π/2 · x) / x for x² up to 1: within 8e-9, and never above 1 */
#define SINE_0 0x1.921fb4p+0f
#define SINE_1 -0x1.4abba2p-1f
#define SINE_2 0x1.466504p-4f
#define SINE_3 -0x1.31fbfp-8f
#define SINE_4 0x1.3911f8p-13f
/* a quarter of a cycle is 2^30 */
#define SINE_UNIT 0x1p-30f

/* The cubic of a cell by its four coefficients a, b, c, d, which are those of
 * half the wave:
 *   e2 = (a - b) + (c - b)
 *   e3 = (d - a) / 3 - (c - b)
 *   e1 = (c - b) - (a - b) + SPLINE_1 · e3
 *   e0 = b + b + SPLINE_0 · e2 */
#define SPLINE_0 ((float) (1. / 3. + 2. * WEBAUDIO_WAVE_SPLINE))
#define SPLINE_1 ((float) (6. * WEBAUDIO_WAVE_SPLINE))
#define SPLINE_3 ((float) (1. / 3.))
/* the position within a cell has 24 bits */
#define POSITION_BITS 24
#define POSITION_UNIT 0x1p-24f

/* What a run of frames reads. */
typedef struct
{
  const float *wide;
  const float *narrow;          /* NULL: wide sounds alone */
  unsigned bits;
} Tables;

/* The loops over n frames: steady ones step from a phase by an increment,
 * listed ones have the phase of each frame, and with two tables the weight
 * that narrow has in it. */
typedef struct
{
  const char *name;
  void (*steady_sine) (float *out, float gain, uint64_t phase,
      uint64_t increment, size_t n);
  void (*listed_sine) (float *out, float gain, const uint64_t * phases,
      size_t n);
  void (*steady_wave) (float *out, const Tables * tables, float weight,
      uint64_t phase, uint64_t increment, size_t n);
  void (*listed_wave) (float *out, const Tables * tables, const float *weights,
      const uint64_t * phases, size_t n);
} Kernels;

/* One frame, portable: what all kernels have to equal. */

ALWAYS_INLINE float
sine_frame (float gain, uint64_t phase)
{
  uint32_t x = (uint32_t) (phase >> 32);
  /* all ones in the half of the cycle where the sine falls */
  uint32_t falling = -((x ^ (x << 1)) >> 31);
  /* mirrors it into the half where the sine rises */
  int32_t folded = (int32_t) ((x ^ (falling >> 1)) - falling);
  float t = (float) folded * SINE_UNIT;
  float t2 = t * t;
  float y = SINE_4 * t2 + SINE_3;

  y = y * t2 + SINE_2;
  y = y * t2 + SINE_1;
  y = y * t2 + SINE_0;
  return y * (t * gain);
}

ALWAYS_INLINE float
wave_frame (const Tables * tables, float weight, uint64_t phase)
{
  size_t cell = (size_t) (phase >> (64 - tables->bits));
  int32_t position =
      (int32_t) ((phase << tables->bits) >> (64 - POSITION_BITS));
  float t = (float) position * POSITION_UNIT;
  float s[4];
  float u, v, e0, e1, e2, e3;
  int i;

  for (i = 0; i < 4; i++) {
    s[i] = tables->wide[cell + i];
    if (tables->narrow)
      s[i] += weight * (tables->narrow[cell + i] - s[i]);
  }

  u = s[0] - s[1];
  v = s[2] - s[1];
  e2 = u + v;
  e3 = SPLINE_3 * (s[3] - s[0]) - v;
  e1 = (v - u) + SPLINE_1 * e3;
  e0 = (s[1] + s[1]) + SPLINE_0 * e2;
  return (e3 * t + e2) * (t * t) + (e1 * t + e0);
}

static void
steady_sine_scalar (float *out, float gain, uint64_t phase, uint64_t increment,
    size_t n)
{
  size_t i;

  for (i = 0; i < n; i++, phase += increment)
    out[i] = sine_frame (gain, phase);
}

static void
listed_sine_scalar (float *out, float gain, const uint64_t * phases, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    out[i] = sine_frame (gain, phases[i]);
}

static void
steady_wave_scalar (float *out, const Tables * tables, float weight,
    uint64_t phase, uint64_t increment, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++, phase += increment)
    out[i] = wave_frame (tables, weight, phase);
}

static void
listed_wave_scalar (float *out, const Tables * tables, const float *weights,
    const uint64_t * phases, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    out[i] = wave_frame (tables, tables->narrow ? weights[i] : 0.f, phases[i]);
}

static const Kernels scalar_kernels = {
  "scalar", steady_sine_scalar, listed_sine_scalar, steady_wave_scalar,
  listed_wave_scalar
};

#if HAVE_X86

/* Four frames at a time. */

/* The phases of a group, also as vectors for the arithmetic. */
typedef struct
{
  uint64_t p0, p1, p2, p3;
  __m128i low;                  /* frames 0 1 */
  __m128i high;                 /* frames 2 3 */
} Phases4;

/* The coefficients of each frame's cell, and the position in it. */
typedef struct
{
  __m128 c0, c1, c2, c3;
  __m128 t;
} Cells4;

ALWAYS_INLINE void
begin_4 (Phases4 * p, uint64_t phase, uint64_t increment)
{
  p->p0 = phase;
  p->p1 = p->p0 + increment;
  p->p2 = p->p1 + increment;
  p->p3 = p->p2 + increment;
  p->low = _mm_set_epi64x ((int64_t) p->p1, (int64_t) p->p0);
  p->high = _mm_set_epi64x ((int64_t) p->p3, (int64_t) p->p2);
}

ALWAYS_INLINE void
advance_4 (Phases4 * p, uint64_t step)
{
  __m128i steps = _mm_set1_epi64x ((int64_t) step);

  p->p0 += step;
  p->p1 += step;
  p->p2 += step;
  p->p3 += step;
  p->low = _mm_add_epi64 (p->low, steps);
  p->high = _mm_add_epi64 (p->high, steps);
}

ALWAYS_INLINE void
list_4 (Phases4 * p, const uint64_t * phases)
{
  p->p0 = phases[0];
  p->p1 = phases[1];
  p->p2 = phases[2];
  p->p3 = phases[3];
  p->low = _mm_loadu_si128 ((const __m128i *) phases);
  p->high = _mm_loadu_si128 ((const __m128i *) (phases + 2));
}

/* The upper halves of four 64-bit integers. */
ALWAYS_INLINE __m128i
upper_halves_4 (__m128i low, __m128i high)
{
  return _mm_castps_si128 (_mm_shuffle_ps (_mm_castsi128_ps (low),
          _mm_castsi128_ps (high), _MM_SHUFFLE (3, 1, 3, 1)));
}

/* -1 to 1 for a quarter of a cycle before and after the sine's rise. */
ALWAYS_INLINE __m128
fold_4 (const Phases4 * p)
{
  __m128i x = upper_halves_4 (p->low, p->high);
  __m128i falling = _mm_srai_epi32 (_mm_xor_si128 (x, _mm_add_epi32 (x, x)),
      31);
  __m128i folded = _mm_sub_epi32 (_mm_xor_si128 (x, _mm_srli_epi32 (falling,
              1)), falling);

  return _mm_mul_ps (_mm_cvtepi32_ps (folded), _mm_set1_ps (SINE_UNIT));
}

ALWAYS_INLINE __m128
sine_4 (__m128 t, __m128 gain)
{
  __m128 t2 = _mm_mul_ps (t, t);
  __m128 y = _mm_add_ps (_mm_mul_ps (_mm_set1_ps (SINE_4), t2),
      _mm_set1_ps (SINE_3));

  y = _mm_add_ps (_mm_mul_ps (y, t2), _mm_set1_ps (SINE_2));
  y = _mm_add_ps (_mm_mul_ps (y, t2), _mm_set1_ps (SINE_1));
  y = _mm_add_ps (_mm_mul_ps (y, t2), _mm_set1_ps (SINE_0));
  return _mm_mul_ps (y, _mm_mul_ps (t, gain));
}

ALWAYS_INLINE void
fetch_4 (Cells4 * cells, const float *samples, unsigned bits, const Phases4 * p)
{
  __m128i count = _mm_cvtsi32_si128 ((int) bits);
  __m128i position = upper_halves_4 (_mm_sll_epi64 (p->low, count),
      _mm_sll_epi64 (p->high, count));

  cells->c0 = _mm_loadu_ps (samples + (p->p0 >> (64 - bits)));
  cells->c1 = _mm_loadu_ps (samples + (p->p1 >> (64 - bits)));
  cells->c2 = _mm_loadu_ps (samples + (p->p2 >> (64 - bits)));
  cells->c3 = _mm_loadu_ps (samples + (p->p3 >> (64 - bits)));
  cells->t = _mm_mul_ps (_mm_cvtepi32_ps (_mm_srli_epi32 (position,
              32 - POSITION_BITS)), _mm_set1_ps (POSITION_UNIT));
}

ALWAYS_INLINE __m128
mix_cell_4 (__m128 wide, __m128 narrow, __m128 weight)
{
  return _mm_add_ps (wide, _mm_mul_ps (weight, _mm_sub_ps (narrow, wide)));
}

/* Fetches from both tables, if there are two. */
ALWAYS_INLINE void
mix_4 (Cells4 * cells, const Tables * tables, bool fading, __m128 weight,
    const Phases4 * p)
{
  Cells4 narrow;

  fetch_4 (cells, tables->wide, tables->bits, p);
  if (!fading)
    return;

  fetch_4 (&narrow, tables->narrow, tables->bits, p);
  cells->c0 = mix_cell_4 (cells->c0, narrow.c0,
      _mm_shuffle_ps (weight, weight, _MM_SHUFFLE (0, 0, 0, 0)));
  cells->c1 = mix_cell_4 (cells->c1, narrow.c1,
      _mm_shuffle_ps (weight, weight, _MM_SHUFFLE (1, 1, 1, 1)));
  cells->c2 = mix_cell_4 (cells->c2, narrow.c2,
      _mm_shuffle_ps (weight, weight, _MM_SHUFFLE (2, 2, 2, 2)));
  cells->c3 = mix_cell_4 (cells->c3, narrow.c3,
      _mm_shuffle_ps (weight, weight, _MM_SHUFFLE (3, 3, 3, 3)));
}

ALWAYS_INLINE __m128
spline_4 (const Cells4 * cells)
{
  __m128 a = cells->c0;
  __m128 b = cells->c1;
  __m128 c = cells->c2;
  __m128 d = cells->c3;
  __m128 t = cells->t;
  __m128 u, v, e0, e1, e2, e3;

  _MM_TRANSPOSE4_PS (a, b, c, d);
  u = _mm_sub_ps (a, b);
  v = _mm_sub_ps (c, b);
  e2 = _mm_add_ps (u, v);
  e3 = _mm_sub_ps (_mm_mul_ps (_mm_set1_ps (SPLINE_3), _mm_sub_ps (d, a)), v);
  e1 = _mm_add_ps (_mm_sub_ps (v, u), _mm_mul_ps (_mm_set1_ps (SPLINE_1), e3));
  e0 = _mm_add_ps (_mm_add_ps (b, b), _mm_mul_ps (_mm_set1_ps (SPLINE_0), e2));
  return _mm_add_ps (_mm_mul_ps (_mm_add_ps (_mm_mul_ps (e3, t), e2),
          _mm_mul_ps (t, t)), _mm_add_ps (_mm_mul_ps (e1, t), e0));
}

static void
steady_sine_sse2 (float *out, float gain, uint64_t phase, uint64_t increment,
    size_t n)
{
  Phases4 p;
  size_t i;

  begin_4 (&p, phase, increment);
  for (i = 0; n - i >= 4; i += 4) {
    _mm_storeu_ps (out + i, sine_4 (fold_4 (&p), _mm_set1_ps (gain)));
    advance_4 (&p, 4 * increment);
  }
  steady_sine_scalar (out + i, gain, phase + i * increment, increment, n - i);
}

static void
listed_sine_sse2 (float *out, float gain, const uint64_t * phases, size_t n)
{
  Phases4 p;
  size_t i;

  for (i = 0; n - i >= 4; i += 4) {
    list_4 (&p, phases + i);
    _mm_storeu_ps (out + i, sine_4 (fold_4 (&p), _mm_set1_ps (gain)));
  }
  listed_sine_scalar (out + i, gain, phases + i, n - i);
}

ALWAYS_INLINE size_t
steady_groups_4 (float *out, const Tables * tables, bool fading, float weight,
    uint64_t phase, uint64_t increment, size_t n)
{
  __m128 weights = _mm_set1_ps (weight);
  Phases4 p;
  Cells4 cells, next;
  size_t i;

  if (n < 4)
    return 0;
  begin_4 (&p, phase, increment);
  mix_4 (&cells, tables, fading, weights, &p);
  for (i = 4; n - i >= 4; i += 4) {
    advance_4 (&p, 4 * increment);
    mix_4 (&next, tables, fading, weights, &p);
    _mm_storeu_ps (out + i - 4, spline_4 (&cells));
    cells = next;
  }
  _mm_storeu_ps (out + i - 4, spline_4 (&cells));
  return i;
}

ALWAYS_INLINE size_t
listed_groups_4 (float *out, const Tables * tables, bool fading,
    const float *weights, const uint64_t * phases, size_t n)
{
  __m128 weight = _mm_setzero_ps ();
  Phases4 p;
  Cells4 cells;
  size_t i;

  for (i = 0; n - i >= 4; i += 4) {
    list_4 (&p, phases + i);
    if (fading)
      weight = _mm_loadu_ps (weights + i);
    mix_4 (&cells, tables, fading, weight, &p);
    _mm_storeu_ps (out + i, spline_4 (&cells));
  }
  return i;
}

static void
steady_wave_sse2 (float *out, const Tables * tables, float weight,
    uint64_t phase, uint64_t increment, size_t n)
{
  Tables t = *tables;
  size_t i = t.narrow ?
      steady_groups_4 (out, &t, true, weight, phase, increment, n) :
      steady_groups_4 (out, &t, false, weight, phase, increment, n);

  steady_wave_scalar (out + i, tables, weight, phase + i * increment,
      increment, n - i);
}

static void
listed_wave_sse2 (float *out, const Tables * tables, const float *weights,
    const uint64_t * phases, size_t n)
{
  Tables t = *tables;
  size_t i = t.narrow ?
      listed_groups_4 (out, &t, true, weights, phases, n) :
      listed_groups_4 (out, &t, false, weights, phases, n);

  listed_wave_scalar (out + i, tables, weights + i, phases + i, n - i);
}

static const Kernels sse2_kernels = {
  "sse2", steady_sine_sse2, listed_sine_sse2, steady_wave_sse2,
  listed_wave_sse2
};

/* Eight frames at a time. Without FMA, see above; BMI2 has the cheap shift.
 * What handles four frames in a lane, as above, has them in lane 0, and
 * frames 4 to 7 in lane 1. */

#define AVX2 __attribute__ ((target ("avx2,bmi2")))
#define INLINE_AVX2 AVX2 ALWAYS_INLINE

typedef struct
{
  uint64_t p0, p1, p2, p3, p4, p5, p6, p7;
  __m256i low;                  /* frames 0 1 4 5 */
  __m256i high;                 /* frames 2 3 6 7 */
} Phases8;

typedef struct
{
  __m256 c0, c1, c2, c3;        /* of the frame, and of that four later */
  __m256 t;
} Cells8;

INLINE_AVX2 void
begin_8 (Phases8 * p, uint64_t phase, uint64_t increment)
{
  p->p0 = phase;
  p->p1 = p->p0 + increment;
  p->p2 = p->p1 + increment;
  p->p3 = p->p2 + increment;
  p->p4 = p->p3 + increment;
  p->p5 = p->p4 + increment;
  p->p6 = p->p5 + increment;
  p->p7 = p->p6 + increment;
  p->low = _mm256_set_epi64x ((int64_t) p->p5, (int64_t) p->p4,
      (int64_t) p->p1, (int64_t) p->p0);
  p->high = _mm256_set_epi64x ((int64_t) p->p7, (int64_t) p->p6,
      (int64_t) p->p3, (int64_t) p->p2);
}

INLINE_AVX2 void
advance_8 (Phases8 * p, uint64_t step)
{
  __m256i steps = _mm256_set1_epi64x ((int64_t) step);

  p->p0 += step;
  p->p1 += step;
  p->p2 += step;
  p->p3 += step;
  p->p4 += step;
  p->p5 += step;
  p->p6 += step;
  p->p7 += step;
  p->low = _mm256_add_epi64 (p->low, steps);
  p->high = _mm256_add_epi64 (p->high, steps);
}

INLINE_AVX2 __m256i
load_pairs (const uint64_t * lane0, const uint64_t * lane1)
{
  return _mm256_inserti128_si256 (_mm256_castsi128_si256 (_mm_loadu_si128 (
              (const __m128i *) lane0)),
      _mm_loadu_si128 ((const __m128i *) lane1), 1);
}

INLINE_AVX2 void
list_8 (Phases8 * p, const uint64_t * phases)
{
  p->p0 = phases[0];
  p->p1 = phases[1];
  p->p2 = phases[2];
  p->p3 = phases[3];
  p->p4 = phases[4];
  p->p5 = phases[5];
  p->p6 = phases[6];
  p->p7 = phases[7];
  p->low = load_pairs (phases, phases + 4);
  p->high = load_pairs (phases + 2, phases + 6);
}

INLINE_AVX2 __m256i
upper_halves_8 (__m256i low, __m256i high)
{
  return _mm256_castps_si256 (_mm256_shuffle_ps (_mm256_castsi256_ps (low),
          _mm256_castsi256_ps (high), _MM_SHUFFLE (3, 1, 3, 1)));
}

INLINE_AVX2 __m256
fold_8 (const Phases8 * p)
{
  __m256i x = upper_halves_8 (p->low, p->high);
  __m256i falling = _mm256_srai_epi32 (_mm256_xor_si256 (x,
          _mm256_add_epi32 (x, x)), 31);
  __m256i folded = _mm256_sub_epi32 (_mm256_xor_si256 (x,
          _mm256_srli_epi32 (falling, 1)), falling);

  return _mm256_mul_ps (_mm256_cvtepi32_ps (folded),
      _mm256_set1_ps (SINE_UNIT));
}

INLINE_AVX2 __m256
sine_8 (__m256 t, __m256 gain)
{
  __m256 t2 = _mm256_mul_ps (t, t);
  __m256 y = _mm256_add_ps (_mm256_mul_ps (_mm256_set1_ps (SINE_4), t2),
      _mm256_set1_ps (SINE_3));

  y = _mm256_add_ps (_mm256_mul_ps (y, t2), _mm256_set1_ps (SINE_2));
  y = _mm256_add_ps (_mm256_mul_ps (y, t2), _mm256_set1_ps (SINE_1));
  y = _mm256_add_ps (_mm256_mul_ps (y, t2), _mm256_set1_ps (SINE_0));
  return _mm256_mul_ps (y, _mm256_mul_ps (t, gain));
}

/* The cells of two phases, one a lane. */
INLINE_AVX2 __m256
load_cells_8 (const float *samples, unsigned bits, uint64_t lane0,
    uint64_t lane1)
{
  return _mm256_insertf128_ps (_mm256_castps128_ps256 (_mm_loadu_ps (samples +
              (lane0 >> (64 - bits)))),
      _mm_loadu_ps (samples + (lane1 >> (64 - bits))), 1);
}

INLINE_AVX2 void
fetch_8 (Cells8 * cells, const float *samples, unsigned bits, const Phases8 * p)
{
  __m128i count = _mm_cvtsi32_si128 ((int) bits);
  __m256i position = upper_halves_8 (_mm256_sll_epi64 (p->low, count),
      _mm256_sll_epi64 (p->high, count));

  cells->c0 = load_cells_8 (samples, bits, p->p0, p->p4);
  cells->c1 = load_cells_8 (samples, bits, p->p1, p->p5);
  cells->c2 = load_cells_8 (samples, bits, p->p2, p->p6);
  cells->c3 = load_cells_8 (samples, bits, p->p3, p->p7);
  cells->t = _mm256_mul_ps (_mm256_cvtepi32_ps (_mm256_srli_epi32 (position,
              32 - POSITION_BITS)), _mm256_set1_ps (POSITION_UNIT));
}

INLINE_AVX2 __m256
mix_cell_8 (__m256 wide, __m256 narrow, __m256 weight)
{
  return _mm256_add_ps (wide, _mm256_mul_ps (weight, _mm256_sub_ps (narrow,
              wide)));
}

INLINE_AVX2 void
mix_8 (Cells8 * cells, const Tables * tables, bool fading, __m256 weight,
    const Phases8 * p)
{
  Cells8 narrow;

  fetch_8 (cells, tables->wide, tables->bits, p);
  if (!fading)
    return;

  fetch_8 (&narrow, tables->narrow, tables->bits, p);
  cells->c0 = mix_cell_8 (cells->c0, narrow.c0,
      _mm256_shuffle_ps (weight, weight, _MM_SHUFFLE (0, 0, 0, 0)));
  cells->c1 = mix_cell_8 (cells->c1, narrow.c1,
      _mm256_shuffle_ps (weight, weight, _MM_SHUFFLE (1, 1, 1, 1)));
  cells->c2 = mix_cell_8 (cells->c2, narrow.c2,
      _mm256_shuffle_ps (weight, weight, _MM_SHUFFLE (2, 2, 2, 2)));
  cells->c3 = mix_cell_8 (cells->c3, narrow.c3,
      _mm256_shuffle_ps (weight, weight, _MM_SHUFFLE (3, 3, 3, 3)));
}

INLINE_AVX2 __m256
spline_8 (const Cells8 * cells)
{
  __m256d ab01 = _mm256_castps_pd (_mm256_unpacklo_ps (cells->c0, cells->c1));
  __m256d ab23 = _mm256_castps_pd (_mm256_unpacklo_ps (cells->c2, cells->c3));
  __m256d cd01 = _mm256_castps_pd (_mm256_unpackhi_ps (cells->c0, cells->c1));
  __m256d cd23 = _mm256_castps_pd (_mm256_unpackhi_ps (cells->c2, cells->c3));
  __m256 a = _mm256_castpd_ps (_mm256_unpacklo_pd (ab01, ab23));
  __m256 b = _mm256_castpd_ps (_mm256_unpackhi_pd (ab01, ab23));
  __m256 c = _mm256_castpd_ps (_mm256_unpacklo_pd (cd01, cd23));
  __m256 d = _mm256_castpd_ps (_mm256_unpackhi_pd (cd01, cd23));
  __m256 t = cells->t;
  __m256 u = _mm256_sub_ps (a, b);
  __m256 v = _mm256_sub_ps (c, b);
  __m256 e2 = _mm256_add_ps (u, v);
  __m256 e3 = _mm256_sub_ps (_mm256_mul_ps (_mm256_set1_ps (SPLINE_3),
          _mm256_sub_ps (d, a)), v);
  __m256 e1 = _mm256_add_ps (_mm256_sub_ps (v, u),
      _mm256_mul_ps (_mm256_set1_ps (SPLINE_1), e3));
  __m256 e0 = _mm256_add_ps (_mm256_add_ps (b, b),
      _mm256_mul_ps (_mm256_set1_ps (SPLINE_0), e2));

  return _mm256_add_ps (_mm256_mul_ps (_mm256_add_ps (_mm256_mul_ps (e3, t),
              e2), _mm256_mul_ps (t, t)), _mm256_add_ps (_mm256_mul_ps (e1, t),
          e0));
}

AVX2 static void
steady_sine_avx2 (float *out, float gain, uint64_t phase, uint64_t increment,
    size_t n)
{
  __m256 gains = _mm256_set1_ps (gain);
  Phases8 p;
  __m256 t, next;
  size_t i = 0;

  if (n >= 8) {
    begin_8 (&p, phase, increment);
    t = fold_8 (&p);
    for (i = 8; n - i >= 8; i += 8) {
      advance_8 (&p, 8 * increment);
      next = fold_8 (&p);
      _mm256_storeu_ps (out + i - 8, sine_8 (t, gains));
      t = next;
    }
    _mm256_storeu_ps (out + i - 8, sine_8 (t, gains));
  }
  _mm256_zeroupper ();
  steady_sine_sse2 (out + i, gain, phase + i * increment, increment, n - i);
}

AVX2 static void
listed_sine_avx2 (float *out, float gain, const uint64_t * phases, size_t n)
{
  __m256 gains = _mm256_set1_ps (gain);
  Phases8 p;
  size_t i;

  for (i = 0; n - i >= 8; i += 8) {
    list_8 (&p, phases + i);
    _mm256_storeu_ps (out + i, sine_8 (fold_8 (&p), gains));
  }
  _mm256_zeroupper ();
  listed_sine_sse2 (out + i, gain, phases + i, n - i);
}

INLINE_AVX2 size_t
steady_groups_8 (float *out, const Tables * tables, bool fading, float weight,
    uint64_t phase, uint64_t increment, size_t n)
{
  __m256 weights = _mm256_set1_ps (weight);
  Phases8 p;
  Cells8 cells, next;
  size_t i;

  if (n < 8)
    return 0;
  begin_8 (&p, phase, increment);
  mix_8 (&cells, tables, fading, weights, &p);
  for (i = 8; n - i >= 8; i += 8) {
    advance_8 (&p, 8 * increment);
    mix_8 (&next, tables, fading, weights, &p);
    _mm256_storeu_ps (out + i - 8, spline_8 (&cells));
    cells = next;
  }
  _mm256_storeu_ps (out + i - 8, spline_8 (&cells));
  return i;
}

INLINE_AVX2 size_t
listed_groups_8 (float *out, const Tables * tables, bool fading,
    const float *weights, const uint64_t * phases, size_t n)
{
  __m256 weight = _mm256_setzero_ps ();
  Phases8 p;
  Cells8 cells;
  size_t i;

  for (i = 0; n - i >= 8; i += 8) {
    list_8 (&p, phases + i);
    if (fading)
      weight = _mm256_loadu_ps (weights + i);
    mix_8 (&cells, tables, fading, weight, &p);
    _mm256_storeu_ps (out + i, spline_8 (&cells));
  }
  return i;
}

AVX2 static void
steady_wave_avx2 (float *out, const Tables * tables, float weight,
    uint64_t phase, uint64_t increment, size_t n)
{
  Tables t = *tables;
  size_t i = t.narrow ?
      steady_groups_8 (out, &t, true, weight, phase, increment, n) :
      steady_groups_8 (out, &t, false, weight, phase, increment, n);

  _mm256_zeroupper ();
  steady_wave_sse2 (out + i, tables, weight, phase + i * increment, increment,
      n - i);
}

AVX2 static void
listed_wave_avx2 (float *out, const Tables * tables, const float *weights,
    const uint64_t * phases, size_t n)
{
  Tables t = *tables;
  size_t i = t.narrow ?
      listed_groups_8 (out, &t, true, weights, phases, n) :
      listed_groups_8 (out, &t, false, weights, phases, n);

  _mm256_zeroupper ();
  listed_wave_sse2 (out + i, tables, weights + i, phases + i, n - i);
}

static const Kernels avx2_kernels = {
  "avx2", steady_sine_avx2, listed_sine_avx2, steady_wave_avx2,
  listed_wave_avx2
};

#endif /* HAVE_X86 */

/* The kernels this machine can run, the fastest first. */
static const Kernels *
available_kernels (unsigned i)
{
#if HAVE_X86
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("bmi2"))
    if (i-- == 0)
      return &avx2_kernels;
  if (i-- == 0)
    return &sse2_kernels;
#endif
  return i == 0 ? &scalar_kernels : NULL;
}

/* NULL until first needed; then any thread may set it, to the same. */
static const Kernels *kernels_in_use;

static const Kernels *
get_kernels (void)
{
  const Kernels *kernels = __atomic_load_n (&kernels_in_use, __ATOMIC_RELAXED);

  if (!kernels) {
    kernels = available_kernels (0);
    __atomic_store_n (&kernels_in_use, kernels, __ATOMIC_RELAXED);
  }
  return kernels;
}

bool
webaudio_oscillator_use_kernels (const char *name)
{
  const Kernels *kernels;
  unsigned i;

  for (i = 0; (kernels = available_kernels (i)); i++) {
    if (!name || strcmp (name, kernels->name) == 0) {
      __atomic_store_n (&kernels_in_use, kernels, __ATOMIC_RELAXED);
      return true;
    }
  }
  return false;
}

double
webaudio_oscillator_frequency (double frequency, double detune)
{
  return frequency == 0. ? 0. : frequency * exp2 (detune / 1200.);
}

int64_t
webaudio_oscillator_increment (double frequency, double sample_rate)
{
  /* divides first, so that Nyquist comes out exactly */
  double increment = frequency / sample_rate * 0x1p64;

  if (fabs (increment) < 0x1p63)
    return (int64_t) increment;
  return isnan (increment) ? 0 : AT_NYQUIST;
}

void
webaudio_oscillator_increments (int64_t * out, const double *frequency,
    double f0, const double *detune, double d0, double sample_rate, size_t n)
{
  double cents = detune && n ? detune[0] : d0;
  double ratio = exp2 (cents / 1200.);
  size_t i;

  for (i = 0; i < n; i++) {
    double f = frequency ? frequency[i] : f0;

    if (detune && detune[i] != cents) {
      cents = detune[i];
      ratio = exp2 (cents / 1200.);
    }
    out[i] = webaudio_oscillator_increment (f == 0. ? 0. : f * ratio,
        sample_rate);
  }
}

/* The absolute value, 2^63 for INT64_MIN. */
ALWAYS_INLINE uint64_t
increment_speed (int64_t increment)
{
  return increment < 0 ? -(uint64_t) increment : (uint64_t) increment;
}

/* How much of the narrow table sounds at a speed above band->full: from 0 to
 * 1, with no slope at either end. */
ALWAYS_INLINE float
fade_weight (const WebAudioWaveBand * band, uint64_t speed)
{
  float x = (float) ((double) (int64_t) (speed - band->full) *
      band->fade_scale);

  return x * x * (3.f - 2.f * x);
}

uint64_t
webaudio_oscillator_render (const WebAudioPeriodicWave * wave,
    uint64_t phase, int64_t increment, float *out, size_t n)
{
  const Kernels *kernels = get_kernels ();
  uint64_t step = (uint64_t) increment;
  float gain;

  if (n == 0)
    return phase;

  if (increment == AT_NYQUIST) {
    memset (out, 0, n * sizeof (float));
  } else if (webaudio_periodic_wave_is_sine (wave, &gain)) {
    kernels->steady_sine (out, gain, phase, step, n);
  } else {
    uint64_t speed = increment_speed (increment);
    const WebAudioWaveBand *band =
        webaudio_periodic_wave_find_band (wave, speed);
    bool fading = speed > band->full;
    Tables tables = { band->wide, fading ? band->narrow : NULL, band->bits };

    kernels->steady_wave (out, &tables,
        fading ? fade_weight (band, speed) : 0.f, phase, step, n);
  }
  return phase + step * n;
}

static void
silence_at_nyquist (const int64_t * increments, float *out, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++) {
    if (increments[i] == AT_NYQUIST)
      out[i] = 0.f;
  }
}

/* Renders the frames from the first on that need the same tables, at most
 * CHUNK, and returns how many. */
static size_t
render_run (const Kernels * kernels, const WebAudioPeriodicWave * wave,
    const uint64_t * phases, const int64_t * increments, float *out, size_t n)
{
  uint64_t speed = increment_speed (increments[0]);
  const WebAudioWaveBand *band = webaudio_periodic_wave_find_band (wave, speed);
  bool fading = speed > band->full;
  Tables tables = { band->wide, fading ? band->narrow : NULL, band->bits };
  uint64_t from = fading ? band->full + 1 : band->min;
  uint64_t span = (fading ? band->max : band->full) - from;
  float weights[CHUNK];
  size_t run = 1;
  size_t i;

  while (run < n && increment_speed (increments[run]) - from <= span)
    run++;
  for (i = 0; i < run && fading; i++)
    weights[i] = fade_weight (band, increment_speed (increments[i]));

  kernels->listed_wave (out, &tables, weights, phases, run);
  return run;
}

uint64_t
webaudio_oscillator_render_varying (const WebAudioPeriodicWave * wave,
    uint64_t phase, const int64_t * increments, float *out, size_t n)
{
  const Kernels *kernels = get_kernels ();
  uint64_t phases[CHUNK];
  float gain;
  bool is_sine = webaudio_periodic_wave_is_sine (wave, &gain);

  while (n > 0) {
    size_t frames = n < CHUNK ? n : CHUNK;
    bool at_nyquist = false;
    size_t i;

    for (i = 0; i < frames; i++) {
      phases[i] = phase;
      phase += (uint64_t) increments[i];
      at_nyquist |= increments[i] == AT_NYQUIST;
    }
    if (is_sine)
      kernels->listed_sine (out, gain, phases, frames);
    for (i = 0; i < frames && !is_sine;)
      i += render_run (kernels, wave, phases + i, increments + i, out + i,
          frames - i);
    if (at_nyquist)
      silence_at_nyquist (increments, out, frames);

    increments += frames;
    out += frames;
    n -= frames;
  }
  return phase;
}
