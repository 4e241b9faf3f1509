/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The transform under the convolver: real sequences to spectra whose products
 * are the spectra of their negacyclic convolution, that is, of the product of
 * polynomials modulo z^(2 size) + 1.
 *
 * Modulo z^size - i, which has the same real and imaginary parts, that takes a
 * complex transform of half the length, without what it costs to take the
 * spectrum of a real sequence apart. The order of the bins is that in which they
 * fall, as nobody looks at a single one. In memory a spectrum is in groups of
 * eight bins: eight real parts, then eight imaginary parts.
 *
 * A plan is not changed once it is made: any number of threads may use it. */

#ifndef WEBAUDIO_FFT_H
#define WEBAUDIO_FFT_H

#include <stdbool.h>
#include <stddef.h>

#define WEBAUDIO_FFT_MIN_SIZE 64
#define WEBAUDIO_FFT_MAX_SIZE 262144

typedef struct WebAudioFft WebAudioFft;

/**
 * webaudio_fft_new:
 * @size: a power of two from WEBAUDIO_FFT_MIN_SIZE to WEBAUDIO_FFT_MAX_SIZE:
 *     half the length of the sequences, and the number of bins
 *
 * Returns: (transfer full) (nullable): a plan; %NULL where memory lacks
 */
WebAudioFft *webaudio_fft_new (size_t size);

/**
 * webaudio_fft_free:
 * @plan: (nullable) (transfer full): what webaudio_fft_new() returned
 */
void webaudio_fft_free (WebAudioFft * plan);

/**
 * webaudio_fft_forward:
 * @samples: (array length=size): the first half of a sequence whose second half
 *     is zero
 * @spectrum: (out) (array length=2*size): its spectrum; aligned to 32 bytes
 */
void webaudio_fft_forward (const WebAudioFft * plan, const float *samples,
    float *spectrum);

/**
 * webaudio_fft_forward_whole:
 * @first: (array length=size): the first half of a sequence
 * @second: (array length=size): the second half
 * @spectrum: (out) (array length=2*size): its spectrum; aligned to 32 bytes
 */
void webaudio_fft_forward_whole (const WebAudioFft * plan, const float *first,
    const float *second, float *spectrum);

/**
 * webaudio_fft_inverse:
 * @spectrum: (array length=2*size): a spectrum, which is overwritten; aligned to
 *     32 bytes
 * @samples: (out) (array length=size): the first half of its sequence, times
 *     @size
 */
void webaudio_fft_inverse (const WebAudioFft * plan, float *spectrum,
    float *samples);

/**
 * webaudio_fft_multiply:
 * @sum: (inout) (array length=2*n): spectrum to which the products are added;
 *     aligned to 32 bytes, as are all spectra
 * @a: (array length=count): spectra
 * @b: (array length=count): spectra
 * @count: number of products
 * @n: bins, a multiple of 16
 */
void webaudio_fft_multiply (float *sum, const float *const *a,
    const float *const *b, size_t count, size_t n);

/**
 * webaudio_fft_angle:
 * @size: of a plan
 * @bin: index of a bin
 *
 * Returns: in cycles, the angle of the root of z^size - i at which the bin is
 *     the value of the polynomial whose coefficients are first[k] + i second[k]
 */
double webaudio_fft_angle (size_t size, size_t bin);

/**
 * webaudio_fft_use_wide:
 * @wide: whether to compute eight numbers at a time, here and in the convolver
 *
 * For tests, which compare; otherwise the processor decides.
 *
 * Returns: %false, with nothing changed, if the processor cannot
 */
bool webaudio_fft_use_wide (bool wide);

/**
 * webaudio_fft_is_wide:
 *
 * Returns: whether eight numbers are computed at a time
 */
bool webaudio_fft_is_wide (void);

#endif /* WEBAUDIO_FFT_H */
