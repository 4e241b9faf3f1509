/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A recursive filter that does not wait for each of its outputs: two frames of
 * one channel, or one of two channels, are a vector. */

#include "lookahead.h"

#include <math.h>
#include <string.h>

#define GROUP WEBAUDIO_RECURSION_GROUP
#define REACH WEBAUDIO_RECURSION_REACH
/* Beyond this a product of coefficients and samples may be infinite too early. */
#define LARGE 1e100

/* How far frames are kept in registers */
#define NEAR 4

#define INLINE static inline __attribute__((always_inline))

typedef double Pair __attribute__((vector_size (16)));
/* Loads and stores through this may be unaligned. */
typedef double LoosePair __attribute__((vector_size (16),
        aligned (__alignof__ (double)), may_alias));

#ifdef __clang__
#define SHUFFLE(a, b, i, j) __builtin_shufflevector (a, b, i, j)
#else
typedef long long Indices __attribute__((vector_size (16)));
#define SHUFFLE(a, b, i, j) __builtin_shuffle (a, b, (Indices) { i, j })
#endif

typedef float Floats __attribute__((vector_size (16)));
typedef float LooseFloats __attribute__((vector_size (16),
        aligned (__alignof__ (float)), may_alias));
typedef double Four __attribute__((vector_size (32)));

#define AT(p) (*(const LoosePair *) (p))

/* Coefficients */

/* What frame @m of a group is to the next ones, or @k before it to all. */
static void
find_factors (WebAudioLookAhead * self, const double *a)
{
  unsigned k, m, j;

  for (m = 0; m < GROUP; m++) {
    self->h[m] = m == 0;
    for (j = 1; j <= m && j < self->n_a; j++)
      self->h[m] -= a[j] * self->h[m - j];
  }
  for (k = 1; k < self->n_a; k++)
    for (m = 0; m < GROUP; m++) {
      self->c[k][m] = k + m < self->n_a ? -a[k + m] : 0;
      for (j = 1; j <= m && j < self->n_a; j++)
        self->c[k][m] -= a[j] * self->c[k][m - j];
    }
}

static bool
is_sound (const WebAudioLookAhead * self)
{
  unsigned k, m;

  for (k = 1; k < self->n_a; k++)
    for (m = 0; m < GROUP; m++)
      if (!(fabs (self->c[k][m]) < LARGE))
        return false;
  return true;
}

unsigned
webaudio_look_ahead_init (WebAudioLookAhead * self, const double *b,
    unsigned n_b, const double *a, unsigned n_a)
{
  double padded[WEBAUDIO_RECURSION_MAX_ORDER + 1] = { 0 };

  memset (self, 0, sizeof *self);
  memcpy (self->b, b, n_b * sizeof (double));
  memcpy (padded, a, n_a * sizeof (double));
  self->n_b = n_b;
  self->n_a = n_a;
  /* usual orders, for which there is code of their own */
  if (n_a > 1 && n_a <= 5 && n_b <= 5)
    self->n_a = self->n_b = n_a <= 3 && n_b <= 3 ? 3 : 5;
  find_factors (self, padded);
  self->sound = is_sound (self);
  return (self->n_b > self->n_a ? self->n_b : self->n_a) - 1;
}

/* Filtering */

INLINE Pair
both (double value)
{
  return (Pair) {
  value, value};
}

/* Four samples */
INLINE void
get (const float *p, Pair * early, Pair * late)
{
  const Four four = __builtin_convertvector (*(const LooseFloats *) p, Four);

  *early = (Pair) {
  four[0], four[1]};
  *late = (Pair) {
  four[2], four[3]};
}

/* A zero has a sign, which terms of factor 0 may change. */
INLINE void
put (float *p, Pair early, Pair late)
{
  const Floats four = { (float) early[0], (float) early[1], (float) late[0],
    (float) late[1]
  };

  *(LooseFloats *) p = four + 0.0f;
}

/* The coefficients of the nearest frames, which the compiler then knows not to
 * be written */
typedef struct
{
  Pair b[NEAR + 1];
  Pair h[GROUP];
} Near;

INLINE void
load_near (const WebAudioLookAhead * self, Near * near)
{
  unsigned k;

#pragma GCC unroll 8
  for (k = 0; k <= NEAR; k++)
    near->b[k] = both (self->b[k]);
#pragma GCC unroll 8
  for (k = 0; k < GROUP; k++)
    near->h[k] = both (self->h[k]);
}

/* Groups of one channel. @n_b and @n_a are known to the compiler where they are
 * small. */
INLINE void
run_one (const WebAudioLookAhead * self, unsigned n_b, unsigned n_a,
    const float *x, double *y, float *out, size_t n)
{
  const Pair zero = { 0, 0 };
  Pair z1 = both (y[-1]), z2 = both (y[-2]);
  Pair z3 = both (y[-3]), z4 = both (y[-4]);
  Pair c0[NEAR + 1], c2[NEAR + 1];
  /* [k] is k frames earlier */
  Pair xs[NEAR + 1], later[NEAR + 1];
  Near near;
  size_t i;
  unsigned k;

  load_near (self, &near);
#pragma GCC unroll 8
  for (k = 1; k <= NEAR; k++) {
    c0[k] = AT (self->c[k]);
    c2[k] = AT (self->c[k] + 2);
  }
  get (x - 4, &later[2], &later[0]);
  later[1] = SHUFFLE (later[2], later[0], 1, 2);
  for (i = 0; i < n; i += GROUP, x += GROUP, y += GROUP, out += GROUP) {
    Pair early, late, first, middle;

    xs[4] = later[2];
    xs[3] = later[1];
    xs[2] = later[0];
    get (x, &xs[0], &later[0]);
    xs[1] = SHUFFLE (xs[2], xs[0], 1, 2);
    later[1] = SHUFFLE (xs[0], later[0], 1, 2);
    later[2] = xs[0];
    later[3] = xs[1];
    later[4] = xs[2];
    early = near.b[0] * xs[0];
    late = near.b[0] * later[0];
#pragma GCC unroll 8
    for (k = 1; k < n_b && k <= NEAR; k++) {
      early += near.b[k] * xs[k];
      late += near.b[k] * later[k];
    }
    for (; k < n_b; k++) {
      get (x - k, &first, &middle);
      early += self->b[k] * first;
      late += self->b[k] * middle;
    }
    if (n_a > 1) {
      first = SHUFFLE (zero, early, 0, 2);
      middle = SHUFFLE (early, late, 1, 2);
      late = (late + near.h[2] * early)
          + (near.h[1] * middle + near.h[3] * first);
      early = early + near.h[1] * first;
      for (k = n_a - 1; k > NEAR; k--) {
        early += y[-(int) k] * AT (self->c[k]);
        late += y[-(int) k] * AT (self->c[k] + 2);
      }
      if (n_a > 3) {
        early = early + z4 * c0[4] + z3 * c0[3];
        late = late + z4 * c2[4] + z3 * c2[3];
      }
      early = early + z2 * c0[2] + z1 * c0[1];
      late = late + z2 * c2[2] + z1 * c2[1];
      z4 = SHUFFLE (early, early, 0, 0);
      z3 = SHUFFLE (early, early, 1, 1);
      z2 = SHUFFLE (late, late, 0, 0);
      z1 = SHUFFLE (late, late, 1, 1);
    }
    *(LoosePair *) y = early;
    *(LoosePair *) (y + 2) = late;
    put (out, early, late);
  }
}

/* The same of two channels */
INLINE void
run_two (const WebAudioLookAhead * self, unsigned n_b, unsigned n_a,
    const float *x, Pair * y, float *out, size_t n)
{
  Pair z1 = y[-1], z2 = y[-2], z3 = y[-3], z4 = y[-4];
  Pair c[NEAR + 1][GROUP];
  /* [NEAR + m] is frame m of the group */
  Pair xs[NEAR + GROUP];
  Near near;
  size_t i;
  unsigned k, m;

  load_near (self, &near);
#pragma GCC unroll 8
  for (k = 1; k <= NEAR; k++)
#pragma GCC unroll 8
    for (m = 0; m < GROUP; m++)
      c[k][m] = both (self->c[k][m]);
  get (x - 8, &xs[4], &xs[5]);
  get (x - 4, &xs[6], &xs[7]);
  for (i = 0; i < n; i += GROUP, x += 2 * GROUP, y += GROUP, out += 2 * GROUP) {
    Pair y0, y1, y2, y3;

#pragma GCC unroll 8
    for (k = 0; k < NEAR; k++)
      xs[k] = xs[k + GROUP];
    get (x, &xs[4], &xs[5]);
    get (x + 4, &xs[6], &xs[7]);
    y0 = near.b[0] * xs[4];
    y1 = near.b[0] * xs[5];
    y2 = near.b[0] * xs[6];
    y3 = near.b[0] * xs[7];
#pragma GCC unroll 8
    for (k = 1; k < n_b && k <= NEAR; k++) {
      y0 += near.b[k] * xs[4 - k];
      y1 += near.b[k] * xs[5 - k];
      y2 += near.b[k] * xs[6 - k];
      y3 += near.b[k] * xs[7 - k];
    }
    for (; k < n_b; k++) {
      Pair x0, x1, x2, x3;

      get (x - 2 * k, &x0, &x1);
      get (x + 4 - 2 * k, &x2, &x3);
      y0 += self->b[k] * x0;
      y1 += self->b[k] * x1;
      y2 += self->b[k] * x2;
      y3 += self->b[k] * x3;
    }
    if (n_a > 1) {
      y3 = (y3 + near.h[2] * y1) + (near.h[1] * y2 + near.h[3] * y0);
      y2 = (y2 + near.h[2] * y0) + near.h[1] * y1;
      y1 = y1 + near.h[1] * y0;
      for (k = n_a - 1; k > NEAR; k--) {
        const Pair z = y[-(int) k];

        y0 += self->c[k][0] * z;
        y1 += self->c[k][1] * z;
        y2 += self->c[k][2] * z;
        y3 += self->c[k][3] * z;
      }
      if (n_a > 3) {
        y0 = y0 + c[4][0] * z4 + c[3][0] * z3;
        y1 = y1 + c[4][1] * z4 + c[3][1] * z3;
        y2 = y2 + c[4][2] * z4 + c[3][2] * z3;
        y3 = y3 + c[4][3] * z4 + c[3][3] * z3;
      }
      y0 = y0 + c[2][0] * z2 + c[1][0] * z1;
      y1 = y1 + c[2][1] * z2 + c[1][1] * z1;
      y2 = y2 + c[2][2] * z2 + c[1][2] * z1;
      y3 = y3 + c[2][3] * z2 + c[1][3] * z1;
      z4 = y0;
      z3 = y1;
      z2 = y2;
      z1 = y3;
    }
    y[0] = y0;
    y[1] = y1;
    y[2] = y2;
    y[3] = y3;
    put (out, y0, y1);
    put (out + 4, y2, y3);
  }
}

static void
run (const WebAudioLookAhead * self, WebAudioRecursionFrames * frames,
    unsigned lanes, long begin, size_t n)
{
  long at = (REACH + begin) * (long) lanes;
  const float *x = frames->x + at;
  double *y = frames->y + at;
  float *out = frames->out + at;

#define RUN(n_b, n_a) \
  if (lanes == 1) \
    run_one (self, n_b, n_a, x, y, out, n); \
  else \
    run_two (self, n_b, n_a, x, (Pair *) y, out, n)
  if (self->n_a == 3 && self->n_b == 3) {
    RUN (3, 3);
  } else if (self->n_a == 5 && self->n_b == 5) {
    RUN (5, 5);
  } else {
    RUN (self->n_b, self->n_a);
  }
#undef RUN
}

void
webaudio_look_ahead_filter (const WebAudioLookAhead * self,
    WebAudioRecursionFrames * frames, unsigned lanes, unsigned phase, size_t n)
{
  size_t i;

  if (self->sound)
    run (self, frames, lanes, -(long) phase, phase + n);
  else                          /* the first frame of each group is right */
    for (i = 0; i < n; i++)
      run (self, frames, lanes, (long) i, 1);
}
