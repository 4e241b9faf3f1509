/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Elementary arithmetic on arrays of samples.
 *
 * Each function computes every frame by the same IEEE operations, whatever its
 * place in the array, so that a signal cut into blocks of any size gives the
 * same bits. For that the library is built with -ffp-contract=off.
 *
 * Arrays need no alignment, @n may be 0, and a destination may be the same
 * array as a source (but not overlap it otherwise). All functions are safe to
 * call from any thread, on arrays which no other thread writes. */

#ifndef WEBAUDIO_VECTOR_H
#define WEBAUDIO_VECTOR_H

#include <stddef.h>

/**
 * webaudio_vector_scale:
 * @dst: (out) (array length=n): @src * @factor
 * @src: (array length=n): samples
 * @factor: linear gain
 * @n: number of samples
 */
void webaudio_vector_scale (float *dst, const float *src, float factor,
    size_t n);

/**
 * webaudio_vector_multiply:
 * @dst: (out) (array length=n): @a * @b
 * @a: (array length=n): samples
 * @b: (array length=n): samples
 * @n: number of samples
 */
void webaudio_vector_multiply (float *dst, const float *a, const float *b,
    size_t n);

/**
 * webaudio_vector_add:
 * @dst: (out) (array length=n): @a + @b
 * @a: (array length=n): samples
 * @b: (array length=n): samples
 * @n: number of samples
 */
void webaudio_vector_add (float *dst, const float *a, const float *b,
    size_t n);

/**
 * webaudio_vector_add_scaled:
 * @dst: (inout) (array length=n): becomes @dst + @src * @factor
 * @src: (array length=n): samples
 * @factor: linear gain
 * @n: number of samples
 */
void webaudio_vector_add_scaled (float *dst, const float *src, float factor,
    size_t n);

/**
 * webaudio_vector_convolve:
 * @dst: (out) (array length=n): at i the sum of @factors[k] * @src[i - k], in the
 *   order k = 0 and 8, 16 and 24, ..., then 1 and 9, and so forth up to 7
 * @src: samples; those up to @n_factors - 1 before it are read, too
 * @factors: (array length=n_factors): an impulse response
 * @n_factors: number of factors
 * @n: number of samples
 *
 * @dst must not overlap with what is read.
 */
void webaudio_vector_convolve (float *dst, const float *src,
    const float *factors, size_t n_factors, size_t n);

/**
 * webaudio_vector_unsign_zeros:
 * @dst: (out) (array length=n): @src, with 0 in place of -0
 * @src: (array length=n): samples; may be @dst
 * @n: number of samples
 */
void webaudio_vector_unsign_zeros (float *dst, const float *src, size_t n);

/**
 * webaudio_vector_fill:
 * @dst: (out) (array length=n): becomes @value throughout
 * @value: sample
 * @n: number of samples
 */
void webaudio_vector_fill (float *dst, float value, size_t n);

#endif /* WEBAUDIO_VECTOR_H */
