/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a filter does to a sine. */

#include "response.h"

#include <complex.h>
#include <math.h>

/* The polynomial with @factors at @z. */
static double complex
evaluate (const double *factors, size_t n, double complex z)
{
  double complex sum = 0;

  while (n-- > 0)
    sum = sum * z + factors[n];
  return sum;
}

void
webaudio_response (const double *b, size_t n_b, const double *a, size_t n_a,
    double frequency, double *magnitude, double *phase)
{
  double complex z, response;

  *magnitude = *phase = NAN;
  if (!(frequency >= 0 && frequency <= 1))
    return;
  z = cos (M_PI * frequency) - I * sin (M_PI * frequency);
  response = evaluate (b, n_b, z) / evaluate (a, n_a, z);
  *magnitude = cabs (response);
  *phase = carg (response);
}
