/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The passes of fft.c over whole vectors, which includes this once for each
 * width: LANES is the width, Lanes and Unaligned are the types of vectors,
 * PASS (name) makes names, and LOW (a, b) and so on are shuffles, which keep to
 * four numbers beside one another. */

/* A pass over vectors of @n coefficients or bins: @x counts coefficients, @at is
 * where the vector's real part is in the part of a spectrum. */
#define FOR_VECTORS(n, x, at) \
  for (x = 0, at = 0; x < (n); x += LANES, at += x % GROUP_LANES ? LANES : \
      GROUP_LANES + LANES)

#define REAL(p) (*(Lanes *) ((p) + at))
#define IMAGINARY(p) (*(Lanes *) ((p) + at + GROUP_LANES))
#define SAMPLE(p) (*(Unaligned *) ((p) + x))
#define CONST_REAL(p) (*(const Lanes *) ((p) + at))
#define CONST_IMAGINARY(p) (*(const Lanes *) ((p) + at + GROUP_LANES))
#define CONST_SAMPLE(p) (*(const Unaligned *) ((p) + x))

/* The first division, of real coefficients, in four. */
INLINE void
PASS (begin_by_four) (const float *s, const float *samples, float *spectrum,
    size_t size)
{
  const size_t quarter = size / 4;
  float *p0 = spectrum, *p1 = p0 + 2 * quarter;
  float *p2 = p1 + 2 * quarter, *p3 = p2 + 2 * quarter;
  size_t x, at;

  FOR_VECTORS (quarter, x, at) {
    const Lanes a0 = CONST_SAMPLE (samples);
    const Lanes a1 = CONST_SAMPLE (samples + quarter);
    const Lanes a2 = CONST_SAMPLE (samples + 2 * quarter);
    const Lanes a3 = CONST_SAMPLE (samples + 3 * quarter);
    const Lanes b1r = a1 * s[0], b1i = a1 * s[1];
    const Lanes b2r = a2 * s[2], b2i = a2 * s[3];
    const Lanes b3r = a3 * s[4], b3i = a3 * s[5];
    const Lanes sum_r = b1r + b3r, sum_i = b1i + b3i;
    const Lanes difference_r = b1r - b3r, difference_i = b1i - b3i;
    const Lanes even_r = a0 + b2r, odd_r = a0 - b2r;

    REAL (p0) = even_r + sum_r;
    IMAGINARY (p0) = b2i + sum_i;
    REAL (p1) = odd_r - difference_i;
    IMAGINARY (p1) = difference_r - b2i;
    REAL (p2) = even_r - sum_r;
    IMAGINARY (p2) = b2i - sum_i;
    REAL (p3) = odd_r + difference_i;
    IMAGINARY (p3) = -b2i - difference_r;
  }
}

/* The first division, of real coefficients, in two. */
INLINE void
PASS (begin_by_two) (const float *s, const float *samples, float *spectrum,
    size_t size)
{
  const size_t half = size / 2;
  float *p0 = spectrum, *p1 = p0 + 2 * half;
  size_t x, at;

  FOR_VECTORS (half, x, at) {
    const Lanes a0 = CONST_SAMPLE (samples);
    const Lanes a1 = CONST_SAMPLE (samples + half);
    const Lanes b1r = a1 * s[0], b1i = a1 * s[1];

    REAL (p0) = a0 + b1r;
    IMAGINARY (p0) = b1i;
    REAL (p1) = a0 - b1r;
    IMAGINARY (p1) = -b1i;
  }
}

/* One vector of each of the four parts of what is divided in four. The factors
 * are the same for all numbers of a vector, or vectors, too. */
#define DEFINE_DIVISION(name, Factor) \
INLINE void \
PASS (name) (const Factor *s, Lanes *r, Lanes *i) \
{ \
  const Lanes b1r = r[1] * s[0] - i[1] * s[1]; \
  const Lanes b1i = r[1] * s[1] + i[1] * s[0]; \
  const Lanes b2r = r[2] * s[2] - i[2] * s[3]; \
  const Lanes b2i = r[2] * s[3] + i[2] * s[2]; \
  const Lanes b3r = r[3] * s[4] - i[3] * s[5]; \
  const Lanes b3i = r[3] * s[5] + i[3] * s[4]; \
  const Lanes sum_r = b1r + b3r, sum_i = b1i + b3i; \
  const Lanes difference_r = b1r - b3r, difference_i = b1i - b3i; \
  const Lanes even_r = r[0] + b2r, even_i = i[0] + b2i; \
  const Lanes odd_r = r[0] - b2r, odd_i = i[0] - b2i; \
 \
  r[0] = even_r + sum_r; \
  i[0] = even_i + sum_i; \
  r[1] = odd_r - difference_i; \
  i[1] = odd_i + difference_r; \
  r[2] = even_r - sum_r; \
  i[2] = even_i - sum_i; \
  r[3] = odd_r + difference_i; \
  i[3] = odd_i - difference_r; \
}

DEFINE_DIVISION (divide_vectors, float)
DEFINE_DIVISION (divide_lanes, Lanes)

/* One vector of each of four parts of @n bins. */
INLINE void
PASS (load_parts) (const float *p, size_t at, size_t n, Lanes * r, Lanes * i)
{
  r[0] = CONST_REAL (p);
  i[0] = CONST_IMAGINARY (p);
  r[1] = CONST_REAL (p + 2 * n);
  i[1] = CONST_IMAGINARY (p + 2 * n);
  r[2] = CONST_REAL (p + 4 * n);
  i[2] = CONST_IMAGINARY (p + 4 * n);
  r[3] = CONST_REAL (p + 6 * n);
  i[3] = CONST_IMAGINARY (p + 6 * n);
}

INLINE void
PASS (store_parts) (float *p, size_t at, size_t n, const Lanes * r,
    const Lanes * i)
{
  REAL (p) = r[0];
  IMAGINARY (p) = i[0];
  REAL (p + 2 * n) = r[1];
  IMAGINARY (p + 2 * n) = i[1];
  REAL (p + 4 * n) = r[2];
  IMAGINARY (p + 4 * n) = i[2];
  REAL (p + 6 * n) = r[3];
  IMAGINARY (p + 6 * n) = i[3];
}

/* The first division, of coefficients r + i * i, in four. */
INLINE void
PASS (begin_whole_by_four) (const float *s, const float *r, const float *i,
    float *spectrum, size_t size)
{
  const size_t quarter = size / 4;
  size_t x, at;

  FOR_VECTORS (quarter, x, at) {
    Lanes re[4] = { CONST_SAMPLE (r), CONST_SAMPLE (r + quarter),
      CONST_SAMPLE (r + 2 * quarter), CONST_SAMPLE (r + 3 * quarter)
    };
    Lanes im[4] = { CONST_SAMPLE (i), CONST_SAMPLE (i + quarter),
      CONST_SAMPLE (i + 2 * quarter), CONST_SAMPLE (i + 3 * quarter)
    };

    PASS (divide_vectors) (s, re, im);
    PASS (store_parts) (spectrum, at, quarter, re, im);
  }
}

/* The first division, of coefficients r + i * i, in two. */
INLINE void
PASS (begin_whole_by_two) (const float *s, const float *r, const float *i,
    float *spectrum, size_t size)
{
  const size_t half = size / 2;
  float *p0 = spectrum, *p1 = p0 + 2 * half;
  size_t x, at;

  FOR_VECTORS (half, x, at) {
    const Lanes a0r = CONST_SAMPLE (r), a0i = CONST_SAMPLE (i);
    const Lanes a1r = CONST_SAMPLE (r + half), a1i = CONST_SAMPLE (i + half);
    const Lanes b1r = a1r * s[0] - a1i * s[1];
    const Lanes b1i = a1r * s[1] + a1i * s[0];

    REAL (p0) = a0r + b1r;
    IMAGINARY (p0) = a0i + b1i;
    REAL (p1) = a0r - b1r;
    IMAGINARY (p1) = a0i - b1i;
  }
}

INLINE void
PASS (divide) (const Pass * pass, float *spectrum)
{
  const size_t n = pass->groups * GROUP_LANES;
  size_t d, x, at;

  for (d = 0; d < pass->divisions; d++) {
    const float *s = pass->factors + d * FACTORS;
    float *p = spectrum + d * 8 * n;

    FOR_VECTORS (n, x, at) {
      Lanes r[4], i[4];

      PASS (load_parts) (p, at, n, r, i);
      PASS (divide_vectors) (s, r, i);
      PASS (store_parts) (p, at, n, r, i);
    }
  }
}

/* The reverse of divide_vectors, times 4. */
#define DEFINE_JOINING(name, Factor) \
INLINE void \
PASS (name) (const Factor *s, Lanes *r, Lanes *i) \
{ \
  const Lanes even_r = r[0] + r[2], even_i = i[0] + i[2]; \
  const Lanes odd_r = r[0] - r[2], odd_i = i[0] - i[2]; \
  const Lanes sum_r = r[1] + r[3], sum_i = i[1] + i[3]; \
  const Lanes difference_r = r[1] - r[3], difference_i = i[1] - i[3]; \
  const Lanes b1r = odd_r + difference_i, b1i = odd_i - difference_r; \
  const Lanes b2r = even_r - sum_r, b2i = even_i - sum_i; \
  const Lanes b3r = odd_r - difference_i, b3i = odd_i + difference_r; \
 \
  r[0] = even_r + sum_r; \
  i[0] = even_i + sum_i; \
  r[1] = b1r * s[0] + b1i * s[1]; \
  i[1] = b1i * s[0] - b1r * s[1]; \
  r[2] = b2r * s[2] + b2i * s[3]; \
  i[2] = b2i * s[2] - b2r * s[3]; \
  r[3] = b3r * s[4] + b3i * s[5]; \
  i[3] = b3i * s[4] - b3r * s[5]; \
}

DEFINE_JOINING (join_vectors, float)
DEFINE_JOINING (join_lanes, Lanes)

/* The reverse of divide, times 4. */
INLINE void
PASS (join) (const Pass * pass, float *spectrum)
{
  const size_t n = pass->groups * GROUP_LANES;
  size_t d, x, at;

  for (d = 0; d < pass->divisions; d++) {
    const float *s = pass->factors + d * FACTORS;
    float *p = spectrum + d * 8 * n;

    FOR_VECTORS (n, x, at) {
      Lanes r[4], i[4];

      PASS (load_parts) (p, at, n, r, i);
      PASS (join_vectors) (s, r, i);
      PASS (store_parts) (p, at, n, r, i);
    }
  }
}

/* The last two divisions, of two times 16 coefficients. A wide vector has four
 * numbers of the first and four of the second, a narrow one is of either. */

/* Rows of four become columns. */
INLINE void
PASS (transpose) (Lanes * v)
{
  const Lanes low01 = LOW (v[0], v[1]), high01 = HIGH (v[0], v[1]);
  const Lanes low23 = LOW (v[2], v[3]), high23 = HIGH (v[2], v[3]);

  v[0] = LOW_PAIRS (low01, low23);
  v[1] = HIGH_PAIRS (low01, low23);
  v[2] = LOW_PAIRS (high01, high23);
  v[3] = HIGH_PAIRS (high01, high23);
}

#if LANES == 4
#define LAST_VECTORS 8
#else
#define LAST_VECTORS 4
#define FIRST_HALVES(a, b) SHUFFLE8 (a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define SECOND_HALVES(a, b) SHUFFLE8 (a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#endif

/* The real parts of the coefficients, or, from GROUP_LANES on, the imaginary
 * ones. */
INLINE void
PASS (load_last) (const float *from, Lanes * v)
{
  const Lanes *p = (const Lanes *) from;

#if LANES == 4
  v[0] = p[0];
  v[1] = p[1];
  v[2] = p[4];
  v[3] = p[5];
  v[4] = p[8];
  v[5] = p[9];
  v[6] = p[12];
  v[7] = p[13];
#else
  v[0] = FIRST_HALVES (p[0], p[4]);
  v[1] = SECOND_HALVES (p[0], p[4]);
  v[2] = FIRST_HALVES (p[2], p[6]);
  v[3] = SECOND_HALVES (p[2], p[6]);
#endif
}

INLINE void
PASS (store_last) (float *to, const Lanes * v)
{
  Lanes *p = (Lanes *) to;

#if LANES == 4
  p[0] = v[0];
  p[1] = v[1];
  p[4] = v[2];
  p[5] = v[3];
  p[8] = v[4];
  p[9] = v[5];
  p[12] = v[6];
  p[13] = v[7];
#else
  p[0] = FIRST_HALVES (v[0], v[1]);
  p[2] = FIRST_HALVES (v[2], v[3]);
  p[4] = SECOND_HALVES (v[0], v[1]);
  p[6] = SECOND_HALVES (v[2], v[3]);
#endif
}

INLINE void
PASS (load_last_factors) (const float *from, Lanes * s)
{
  s[0] = *(const Unaligned *) from;
  s[1] = *(const Unaligned *) (from + GROUP_LANES);
  s[2] = *(const Unaligned *) (from + 2 * GROUP_LANES);
  s[3] = *(const Unaligned *) (from + 3 * GROUP_LANES);
  s[4] = *(const Unaligned *) (from + 4 * GROUP_LANES);
  s[5] = *(const Unaligned *) (from + 5 * GROUP_LANES);
}

INLINE void
PASS (finish_vectors) (const float *factors, float *spectrum, Lanes * r,
    Lanes * i)
{
  Lanes s[FACTORS];

  PASS (load_last_factors) (factors, s);
  PASS (divide_lanes) (s, r, i);
  PASS (transpose) (r);
  PASS (transpose) (i);
  PASS (load_last_factors) (factors + FACTORS * GROUP_LANES, s);
  PASS (divide_lanes) (s, r, i);
  PASS (store_parts) (spectrum, 0, GROUP_LANES, r, i);
}

INLINE void
PASS (finish_some) (const float *factors, float *spectrum)
{
  Lanes r[LAST_VECTORS], i[LAST_VECTORS];

  PASS (load_last) (spectrum, r);
  PASS (load_last) (spectrum + GROUP_LANES, i);
  PASS (finish_vectors) (factors, spectrum, r, i);
#if LANES == 4
  PASS (finish_vectors) (factors + 4, spectrum + 4, r + 4, i + 4);
#endif
}

/* The reverse of finish_vectors, times 16. */
INLINE void
PASS (start_vectors) (const float *factors, const float *spectrum, Lanes * r,
    Lanes * i)
{
  Lanes s[FACTORS];

  PASS (load_parts) (spectrum, 0, GROUP_LANES, r, i);
  PASS (load_last_factors) (factors + FACTORS * GROUP_LANES, s);
  PASS (join_lanes) (s, r, i);
  PASS (transpose) (r);
  PASS (transpose) (i);
  PASS (load_last_factors) (factors, s);
  PASS (join_lanes) (s, r, i);
}

INLINE void
PASS (start_some) (const float *factors, float *spectrum)
{
  Lanes r[LAST_VECTORS], i[LAST_VECTORS];

  PASS (start_vectors) (factors, spectrum, r, i);
#if LANES == 4
  PASS (start_vectors) (factors + 4, spectrum + 4, r + 4, i + 4);
#endif
  PASS (store_last) (spectrum, r);
  PASS (store_last) (spectrum + GROUP_LANES, i);
}

/* The reverse of begin_by_four, times 4, of which only the real part is
 * wanted. */
INLINE void
PASS (end_by_four) (const float *s, const float *spectrum, float *samples,
    size_t size)
{
  const size_t quarter = size / 4;
  const float *p0 = spectrum, *p1 = p0 + 2 * quarter;
  const float *p2 = p1 + 2 * quarter, *p3 = p2 + 2 * quarter;
  size_t x, at;

  FOR_VECTORS (quarter, x, at) {
    const Lanes even_r = CONST_REAL (p0) + CONST_REAL (p2);
    const Lanes even_i = CONST_IMAGINARY (p0) + CONST_IMAGINARY (p2);
    const Lanes odd_r = CONST_REAL (p0) - CONST_REAL (p2);
    const Lanes odd_i = CONST_IMAGINARY (p0) - CONST_IMAGINARY (p2);
    const Lanes sum_r = CONST_REAL (p1) + CONST_REAL (p3);
    const Lanes sum_i = CONST_IMAGINARY (p1) + CONST_IMAGINARY (p3);
    const Lanes difference_r = CONST_REAL (p1) - CONST_REAL (p3);
    const Lanes difference_i = CONST_IMAGINARY (p1) - CONST_IMAGINARY (p3);

    SAMPLE (samples) = even_r + sum_r;
    SAMPLE (samples + quarter) = (odd_r + difference_i) * s[0] +
        (odd_i - difference_r) * s[1];
    SAMPLE (samples + 2 * quarter) = (even_r - sum_r) * s[2] +
        (even_i - sum_i) * s[3];
    SAMPLE (samples + 3 * quarter) = (odd_r - difference_i) * s[4] +
        (odd_i + difference_r) * s[5];
  }
}

/* The reverse of begin_by_two, times 2. */
INLINE void
PASS (end_by_two) (const float *s, const float *spectrum, float *samples,
    size_t size)
{
  const size_t half = size / 2;
  const float *p0 = spectrum, *p1 = p0 + 2 * half;
  size_t x, at;

  FOR_VECTORS (half, x, at) {
    SAMPLE (samples) = CONST_REAL (p0) + CONST_REAL (p1);
    SAMPLE (samples + half) = (CONST_REAL (p0) - CONST_REAL (p1)) * s[0] +
        (CONST_IMAGINARY (p0) - CONST_IMAGINARY (p1)) * s[1];
  }
}

/* All divisions but the first. */
INLINE void
PASS (finish) (const WebAudioFft * plan, float *spectrum)
{
  size_t i;
  unsigned p;

  for (p = 0; p < plan->n_passes; p++)
    PASS (divide) (&plan->passes[p], spectrum);
  for (i = 0; i < plan->size / 32; i++)
    PASS (finish_some) (plan->last + i * LAST_FACTORS, spectrum + i * 64);
}

INLINE void
PASS (forward_all) (const WebAudioFft * plan, const float *samples,
    float *spectrum)
{
  if (plan->first_by_two)
    PASS (begin_by_two) (plan->first, samples, spectrum, plan->size);
  else
    PASS (begin_by_four) (plan->first, samples, spectrum, plan->size);
  PASS (finish) (plan, spectrum);
}

INLINE void
PASS (forward_whole_all) (const WebAudioFft * plan, const float *first,
    const float *second, float *spectrum)
{
  if (plan->first_by_two)
    PASS (begin_whole_by_two) (plan->first, first, second, spectrum,
        plan->size);
  else
    PASS (begin_whole_by_four) (plan->first, first, second, spectrum,
        plan->size);
  PASS (finish) (plan, spectrum);
}

INLINE void
PASS (inverse_all) (const WebAudioFft * plan, float *spectrum, float *samples)
{
  size_t i;
  unsigned p;

  for (i = 0; i < plan->size / 32; i++)
    PASS (start_some) (plan->last + i * LAST_FACTORS, spectrum + i * 64);
  for (p = plan->n_passes; p > 0; p--)
    PASS (join) (&plan->passes[p - 1], spectrum);
  if (plan->first_by_two)
    PASS (end_by_two) (plan->first, spectrum, samples, plan->size);
  else
    PASS (end_by_four) (plan->first, spectrum, samples, plan->size);
}

/* Two vectors at a time, so that additions need not wait for each other. */
INLINE void
PASS (multiply_all) (float *sum, const float *const *a, const float *const *b,
    size_t count, size_t n)
{
  const size_t next = LANES < GROUP_LANES ? LANES : 2 * GROUP_LANES;
  size_t i, k, at;

  for (i = 0; i < n; i += 2 * LANES) {
    Lanes r0, i0, r1, i1;

    at = 2 * i;
    r0 = REAL (sum);
    i0 = IMAGINARY (sum);
    r1 = REAL (sum + next);
    i1 = IMAGINARY (sum + next);
    for (k = 0; k < count; k++) {
      const Lanes x0r = CONST_REAL (a[k]), x0i = CONST_IMAGINARY (a[k]);
      const Lanes y0r = CONST_REAL (b[k]), y0i = CONST_IMAGINARY (b[k]);
      const Lanes x1r = CONST_REAL (a[k] + next);
      const Lanes x1i = CONST_IMAGINARY (a[k] + next);
      const Lanes y1r = CONST_REAL (b[k] + next);
      const Lanes y1i = CONST_IMAGINARY (b[k] + next);

      r0 += x0r * y0r - x0i * y0i;
      i0 += x0r * y0i + x0i * y0r;
      r1 += x1r * y1r - x1i * y1i;
      i1 += x1r * y1i + x1i * y1r;
    }
    REAL (sum) = r0;
    IMAGINARY (sum) = i0;
    REAL (sum + next) = r1;
    IMAGINARY (sum + next) = i1;
  }
}

#undef LAST_VECTORS
#undef DEFINE_DIVISION
#undef DEFINE_JOINING
#undef FOR_VECTORS
#undef REAL
#undef IMAGINARY
#undef SAMPLE
#undef CONST_REAL
#undef CONST_IMAGINARY
#undef CONST_SAMPLE
