/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A delay line: what was written, read again later, between two frames by
 * linear interpolation.
 * https://webaudio.github.io/web-audio-api/#DelayNode
 *
 * Frames are numbered from the start of the stream. What is read depends on
 * the numbers of the frames alone, to the bit, whatever the calls that wrote
 * and read them were.
 *
 * All that is in the line has as many channels as what was written last: when
 * their number changes, what is in it already is mixed.
 *
 * Only webaudio_delay_write() allocates, when it is called with more channels
 * or frames than ever before. Not thread-safe. */

#ifndef WEBAUDIO_DELAY_H
#define WEBAUDIO_DELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channelmix.h"

/**
 * WEBAUDIO_DELAY_FLOOR:
 *
 * What a loop that nothing enters any longer takes for silence, about -241 dB.
 */
#define WEBAUDIO_DELAY_FLOOR 0x1p-40f

typedef struct _WebAudioDelay WebAudioDelay;

/**
 * WebAudioDelayReading:
 * @frame: number of the first frame
 * @n: number of frames, at least 1
 * @seconds: (nullable) (array length=n): how long ago what is read at each
 *     frame was written
 * @constant: the same for all frames, where @seconds is %NULL
 * @rate: frames per second
 * @shortest: delays are clamped to this many frames from below, 0 or more, and
 *     to the longest of the line from above
 *
 * What is to be read. No frame may be read that has not been written; such a
 * one, or one of too long ago, is silence.
 */
typedef struct
{
  uint64_t frame;
  size_t n;
  const double *seconds;
  double constant;
  double rate;
  double shortest;
} WebAudioDelayReading;

/**
 * webaudio_delay_new:
 * @longest: the longest delay in frames, 0 or more, need not be whole
 * @block: the most frames that are usually written at once
 *
 * Returns: (transfer full): a line in which everything is mono silence
 */
WebAudioDelay *webaudio_delay_new (double longest, size_t block);

void webaudio_delay_free (WebAudioDelay *line);

/**
 * webaudio_delay_reset:
 *
 * Everything is mono silence again.
 */
void webaudio_delay_reset (WebAudioDelay *line);

/**
 * webaudio_delay_write:
 * @frame: number of the first frame; what lies between the last one that was
 *     written and this is silence, and if it is before that, the line is reset
 * @in: (nullable) (array length=channels): planes of @n samples; %NULL for
 *     silence
 * @channels: 1 to #WEBAUDIO_MAX_CHANNELS. Another number counts from the next
 *     quantum on; the rest of the one that has begun is mixed to what that has.
 * @interpretation: how, and how what is in the line is mixed then
 * @n: number of frames
 */
void webaudio_delay_write (WebAudioDelay *line, uint64_t frame,
    const float *const *in, unsigned channels,
    WebAudioInterpretation interpretation, size_t n);

/**
 * webaudio_delay_feed:
 * @fading: nothing enters the loop any longer
 *
 * Like webaudio_delay_write(), for what comes round in a loop: samples that are
 * not finite, which would stay in it for ever, are silence, and so is a quantum
 * that is all zero or, in a loop that is @fading, all below
 * #WEBAUDIO_DELAY_FLOOR.
 */
void webaudio_delay_feed (WebAudioDelay *line, uint64_t frame,
    const float *const *in, unsigned channels,
    WebAudioInterpretation interpretation, size_t n, bool fading);

/**
 * webaudio_delay_survey:
 * @silent: (out): whether everything that will be read is silence
 *
 * Returns: how many channels it has
 */
unsigned webaudio_delay_survey (const WebAudioDelay *line,
    const WebAudioDelayReading *reading, bool *silent);

/**
 * webaudio_delay_read:
 * @out: (out): as many planes as webaudio_delay_survey() says, of as many
 *     samples as are read; they may be those that have been written
 *
 * A delay of a whole number of frames is exact.
 */
void webaudio_delay_read (const WebAudioDelay *line,
    const WebAudioDelayReading *reading, float *const *out);

/**
 * webaudio_delay_is_over:
 * @frame: the next one that will be read
 * @longest: the longest delay that it, and those after it, are read with, in
 *     frames
 *
 * Returns: whether nothing but silence will be found unless something else is
 *     written
 */
bool webaudio_delay_is_over (const WebAudioDelay *line, uint64_t frame,
    double longest);

#endif /* WEBAUDIO_DELAY_H */
