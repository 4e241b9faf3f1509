/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a filter does to a sine. */

#ifndef WEBAUDIO_RESPONSE_H
#define WEBAUDIO_RESPONSE_H

#include <stddef.h>

/**
 * webaudio_response:
 * @b: (array length=n_b): factors of x(n), x(n-1), ...
 * @a: (array length=n_a): factors of y(n), y(n-1), ...
 * @frequency: 1 is half of the sample rate
 * @magnitude: (out): linear; NaN where @frequency is not in 0 to 1
 * @phase: (out): radians, -pi to pi; NaN likewise
 *
 * getFrequencyResponse () of the specification, for one frequency. Safe from
 * any thread.
 */
void webaudio_response (const double *b, size_t n_b, const double *a,
    size_t n_a, double frequency, double *magnitude, double *phase);

#endif /* WEBAUDIO_RESPONSE_H */
