/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The passes of fft.c over whole vectors, which includes this once for each
 * width: LANES is the width, Lanes and Unaligned are the types of vectors, and
 * PASS (name) makes names. */

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

/* One vector of each of the four parts of what is divided in four. */
INLINE void
PASS (divide_vectors) (const float *s, Lanes * r, Lanes * i)
{
  const Lanes b1r = r[1] * s[0] - i[1] * s[1];
  const Lanes b1i = r[1] * s[1] + i[1] * s[0];
  const Lanes b2r = r[2] * s[2] - i[2] * s[3];
  const Lanes b2i = r[2] * s[3] + i[2] * s[2];
  const Lanes b3r = r[3] * s[4] - i[3] * s[5];
  const Lanes b3i = r[3] * s[5] + i[3] * s[4];
  const Lanes sum_r = b1r + b3r, sum_i = b1i + b3i;
  const Lanes difference_r = b1r - b3r, difference_i = b1i - b3i;
  const Lanes even_r = r[0] + b2r, even_i = i[0] + b2i;
  const Lanes odd_r = r[0] - b2r, odd_i = i[0] - b2i;

  r[0] = even_r + sum_r;
  i[0] = even_i + sum_i;
  r[1] = odd_r - difference_i;
  i[1] = odd_i + difference_r;
  r[2] = even_r - sum_r;
  i[2] = even_i - sum_i;
  r[3] = odd_r + difference_i;
  i[3] = odd_i - difference_r;
}

/* One vector of each of four parts of @n bins. */
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
    float *p = spectrum + d * 8 * n;

    FOR_VECTORS (n, x, at) {
      Lanes r[4] = { REAL (p), REAL (p + 2 * n), REAL (p + 4 * n),
        REAL (p + 6 * n)
      };
      Lanes i[4] = { IMAGINARY (p), IMAGINARY (p + 2 * n),
        IMAGINARY (p + 4 * n), IMAGINARY (p + 6 * n)
      };

      PASS (divide_vectors) (pass->factors + d * FACTORS, r, i);
      PASS (store_parts) (p, at, n, r, i);
    }
  }
}

/* The reverse of divide, times 4. */
INLINE void
PASS (join) (const Pass * pass, float *spectrum)
{
  const size_t n = pass->groups * GROUP_LANES;
  size_t d, x, at;

  for (d = 0; d < pass->divisions; d++) {
    const float *s = pass->factors + d * FACTORS;
    float *p0 = spectrum + d * 8 * n, *p1 = p0 + 2 * n;
    float *p2 = p1 + 2 * n, *p3 = p2 + 2 * n;

    FOR_VECTORS (n, x, at) {
      const Lanes even_r = REAL (p0) + REAL (p2);
      const Lanes even_i = IMAGINARY (p0) + IMAGINARY (p2);
      const Lanes odd_r = REAL (p0) - REAL (p2);
      const Lanes odd_i = IMAGINARY (p0) - IMAGINARY (p2);
      const Lanes sum_r = REAL (p1) + REAL (p3);
      const Lanes sum_i = IMAGINARY (p1) + IMAGINARY (p3);
      const Lanes difference_r = REAL (p1) - REAL (p3);
      const Lanes difference_i = IMAGINARY (p1) - IMAGINARY (p3);
      const Lanes b1r = odd_r + difference_i, b1i = odd_i - difference_r;
      const Lanes b2r = even_r - sum_r, b2i = even_i - sum_i;
      const Lanes b3r = odd_r - difference_i, b3i = odd_i + difference_r;

      REAL (p0) = even_r + sum_r;
      IMAGINARY (p0) = even_i + sum_i;
      REAL (p1) = b1r * s[0] + b1i * s[1];
      IMAGINARY (p1) = b1i * s[0] - b1r * s[1];
      REAL (p2) = b2r * s[2] + b2i * s[3];
      IMAGINARY (p2) = b2i * s[2] - b2r * s[3];
      REAL (p3) = b3r * s[4] + b3i * s[5];
      IMAGINARY (p3) = b3i * s[4] - b3r * s[5];
    }
  }
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
  for (i = 0; i < plan->size / 16; i++)
    finish_some (plan->last + i * LAST_FACTORS, spectrum + i * 32);
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

  for (i = 0; i < plan->size / 16; i++)
    start_some (plan->last + i * LAST_FACTORS, spectrum + i * 32);
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

#undef FOR_VECTORS
#undef REAL
#undef IMAGINARY
#undef SAMPLE
#undef CONST_REAL
#undef CONST_IMAGINARY
#undef CONST_SAMPLE
