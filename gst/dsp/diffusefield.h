/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What measured head-related responses have in common whatever the direction,
 * of the loudspeaker, the microphones and the ear canal, is not for the ears of
 * those who listen: the responses are made flat, or to fall evenly, in a sound
 * field that comes from everywhere. */

#ifndef WEBAUDIO_DIFFUSEFIELD_H
#define WEBAUDIO_DIFFUSEFIELD_H

#include <stddef.h>

/**
 * webaudio_diffuse_field_equalize:
 * @responses: (inout) (array): @n of them, one after the other; the filter
 *     lengthens them, so that some zeros at their ends should be left for it
 * @n: number of responses, of all directions and both ears
 * @taps: length of each
 * @rate: frames per second
 * @slope: decibels by which the mean is to rise from octave to octave; 0 for a
 *     flat one
 *
 * Filters all responses by one filter of minimum phase, with which the mean of
 * their power has that slope, from 100 Hz to 18 kHz and, but for the slope, by 20
 * dB at most. At 1 kHz the slope changes nothing. Allocates.
 */
void webaudio_diffuse_field_equalize (float *responses, size_t n, size_t taps,
    double rate, double slope);

#endif /* WEBAUDIO_DIFFUSEFIELD_H */
