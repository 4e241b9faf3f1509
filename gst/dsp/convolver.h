/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Convolution of one or two channels with a response of one, two or four:
 * the kernel of ConvolverNode.
 * https://webaudio.github.io/web-audio-api/#ConvolverNode
 *
 * Nothing is later than it must be. What a quantum of 128 frames contributes to
 * itself is computed in the direct form, so that a frame depends on no frame
 * after it, to the bit. What came in earlier quanta is convolved in the frequency
 * domain, in blocks which are the larger the longer ago it came: a block of each
 * size lies on multiples of it and contributes to those blocks of the same size
 * that lie in the same block of the next larger size. Frames are numbered from
 * the graph's start, so the result does not depend on how they are cut into
 * calls.
 *
 * State is one thread's at a time; nothing here allocates but
 * webaudio_convolver_new(). */

#ifndef WEBAUDIO_CONVOLVER_H
#define WEBAUDIO_CONVOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct WebAudioConvolver WebAudioConvolver;

/**
 * webaudio_convolver_scale:
 * @response: (array length=channels): planes of @length samples
 * @channels: 1 or more
 * @length: frames, 1 or more
 * @rate: frames per second; 0 if unknown
 *
 * Returns: what the specification multiplies a response with to normalize it
 */
double webaudio_convolver_scale (const float *const *response,
    unsigned channels, size_t length, double rate);

/**
 * webaudio_convolver_new:
 * @response: (array length=channels): planes of @length samples, which are
 *     copied. What is not finite counts as 0
 * @channels: 1, 2 or 4. Of four, the first two are what the left input gives to
 *     the left and the right output, the others what the right input gives
 * @length: frames, 1 or more
 * @scale: factor of the response
 *
 * Takes a while: some milliseconds for each second of response.
 *
 * Returns: (transfer full) (nullable): a convolver that has heard nothing yet;
 *     %NULL where memory lacks
 */
WebAudioConvolver *webaudio_convolver_new (const float *const *response,
    unsigned channels, size_t length, double scale);

/**
 * webaudio_convolver_free:
 * @self: (nullable) (transfer full): what webaudio_convolver_new() returned
 */
void webaudio_convolver_free (WebAudioConvolver * self);

/**
 * webaudio_convolver_reset:
 *
 * Forgets all that was processed.
 */
void webaudio_convolver_reset (WebAudioConvolver * self);

/**
 * webaudio_convolver_channels:
 * @in_channels: those of the next frames of input, 1 or 2
 *
 * Returns: the channels of the output of these frames: 1 with a response of one
 *     channel if nothing of two channels is heard, otherwise 2
 */
unsigned webaudio_convolver_channels (const WebAudioConvolver * self,
    unsigned in_channels);

/**
 * webaudio_convolver_is_settling:
 *
 * Returns: whether what was heard of two channels may keep the output at more
 *     channels than the input has, or did until the last quantum: whoever needs
 *     to know in which quantum that ends renders them one by one
 */
bool webaudio_convolver_is_settling (const WebAudioConvolver * self);

/**
 * webaudio_convolver_process:
 * @frame: number of the first frame. Where it is not the one after the last,
 *     silence has been in between
 * @in: (array length=in_channels) (nullable): planes of @n samples; %NULL for
 *     silence. What is not finite counts as 0
 * @in_channels: 1 or 2
 * @out: (array length=out_channels): planes of @n samples, which may be those
 *     of @in
 * @out_channels: no less than webaudio_convolver_channels() says
 * @n: number of frames
 *
 * Renders the next frames.
 */
void webaudio_convolver_process (WebAudioConvolver * self, uint64_t frame,
    const float *const *in, unsigned in_channels, float *const *out,
    unsigned out_channels, size_t n);

/**
 * webaudio_convolver_is_at_rest:
 *
 * Returns: whether silence gives silence and leaves the state as it is
 */
bool webaudio_convolver_is_at_rest (const WebAudioConvolver * self);

#endif /* WEBAUDIO_CONVOLVER_H */
