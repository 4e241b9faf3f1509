/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plays samples a little faster or slower than they are, by a speed that may
 * change at any frame, without a click: what follows a foreign clock.
 *
 * Where the position is a whole frame, the result is that very sample. Meant
 * for speeds within a few per mille of 1: nothing is filtered out against
 * aliasing. Up to 0.45 of the sample rate the result is exact to about -100 dB.
 *
 * A table is not changed once it is made: any number of threads may use it. */

#ifndef WEBAUDIO_VARISPEED_H
#define WEBAUDIO_VARISPEED_H

#include <stddef.h>
#include <stdint.h>

/* How many samples are needed after the one at the position, and before it one
 * less. */
#define WEBAUDIO_VARISPEED_REACH 32

/* Positions count in 2^-32 frames. */
#define WEBAUDIO_VARISPEED_FRAME ((uint64_t) 1 << 32)

typedef struct WebAudioVarispeed WebAudioVarispeed;

/**
 * webaudio_varispeed_new:
 *
 * Returns: (transfer full) (nullable): a table of the interpolation filter, to
 *     be freed with webaudio_varispeed_free(); %NULL where memory lacks
 */
WebAudioVarispeed *webaudio_varispeed_new (void);

/**
 * webaudio_varispeed_free:
 * @table: (nullable) (transfer full): what webaudio_varispeed_new() returned
 */
void webaudio_varispeed_free (WebAudioVarispeed * table);

/**
 * webaudio_varispeed_process:
 * @table: the interpolation filter
 * @dst: (out) (array length=n): one sample at each of the positions
 * @n: number of samples
 * @src: samples; those from WEBAUDIO_VARISPEED_REACH - 1 before the first to
 *     WEBAUDIO_VARISPEED_REACH after the last position are read
 * @position: of the first sample in @src, in 2^-32 frames
 * @step: from one position to the next, in 2^-32 frames
 */
void webaudio_varispeed_process (const WebAudioVarispeed * table, float *dst,
    size_t n, const float *src, uint64_t position, uint64_t step);

#endif /* WEBAUDIO_VARISPEED_H */
