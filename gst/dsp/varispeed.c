/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Interpolation by a windowed sinc. Its values are tabulated for a number of
 * positions between two frames, and between those the results are interpolated
 * linearly. */

#include "varispeed.h"

#include <math.h>
#include <stdlib.h>

#define TAPS (2 * WEBAUDIO_VARISPEED_REACH)
#define PHASE_BITS 8
#define PHASES (1 << PHASE_BITS)
/* of the Kaiser window: side lobes at -100 dB */
#define BETA 10.0

struct WebAudioVarispeed
{
  /* one row more: the last is the first, a frame later */
  float taps[PHASES + 1][TAPS];
};

/* The modified Bessel function of the first kind, order 0. */
static double
bessel (double x)
{
  double sum = 1.0, term = 1.0;
  int k;

  for (k = 1; term > 1e-18 * sum; k++) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

/* The filter at @x frames from its centre. */
static double
windowed_sinc (double x)
{
  double reach = x / WEBAUDIO_VARISPEED_REACH;

  if (fabs (reach) >= 1.0)
    return 0.0;
  if (x == 0.0)
    return 1.0;
  return sin (M_PI * x) / (M_PI * x)
      * bessel (BETA * sqrt (1.0 - reach * reach)) / bessel (BETA);
}

static void
fill_row (float *row, double phase)
{
  double values[TAPS], sum = 0.0;
  int i;

  for (i = 0; i < TAPS; i++) {
    double x = i - (WEBAUDIO_VARISPEED_REACH - 1) - phase;

    /* sin() is not quite 0 at multiples of pi */
    values[i] = x == floor (x) && x != 0.0 ? 0.0 : windowed_sinc (x);
    sum += values[i];
  }
  for (i = 0; i < TAPS; i++)
    row[i] = (float) (values[i] / sum);
}

WebAudioVarispeed *
webaudio_varispeed_new (void)
{
  WebAudioVarispeed *table = malloc (sizeof (WebAudioVarispeed));
  int phase;

  if (!table)
    return NULL;
  for (phase = 0; phase <= PHASES; phase++)
    fill_row (table->taps[phase], (double) phase / PHASES);
  return table;
}

void
webaudio_varispeed_free (WebAudioVarispeed * table)
{
  free (table);
}

/* Loads through this type may be unaligned. */
typedef float Lanes __attribute__((vector_size (16),
        aligned (__alignof__ (float)), may_alias));

#define LANES (sizeof (Lanes) / sizeof (float))

static inline float
add_lanes (Lanes sum)
{
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

static inline float
interpolate (const float (*rows)[TAPS], const float *src, float between)
{
  Lanes first = { 0 }, second = { 0 };
  float a, b;
  size_t i;

  for (i = 0; i < TAPS; i += LANES) {
    Lanes samples = *(const Lanes *) (src + i);

    first += samples * *(const Lanes *) (rows[0] + i);
    second += samples * *(const Lanes *) (rows[1] + i);
  }
  a = add_lanes (first);
  b = add_lanes (second);
  return a + between * (b - a);
}

void
webaudio_varispeed_process (const WebAudioVarispeed * table, float *dst,
    size_t n, const float *src, uint64_t position, uint64_t step)
{
  size_t i;

  for (i = 0; i < n; i++, position += step) {
    uint32_t fraction = (uint32_t) position;
    const float *from = src + (position >> 32) - (WEBAUDIO_VARISPEED_REACH - 1);

    /* dropped bits are below what a float tells apart here */
    dst[i] = interpolate (table->taps + (fraction >> (32 - PHASE_BITS)), from,
        (float) (fraction << PHASE_BITS) * 0x1p-32f);
  }
}
