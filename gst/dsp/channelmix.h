/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many channels an input has, and how a connection of another number of
 * channels is mixed up or down to them: the chapter "Channel Up-Mixing and
 * Down-Mixing" of the Web Audio specification. */

#ifndef WEBAUDIO_CHANNELMIX_H
#define WEBAUDIO_CHANNELMIX_H

#include <stdbool.h>
#include <stddef.h>

/**
 * WEBAUDIO_MAX_CHANNELS:
 *
 * The channels of a connection or a node at most, as the specification asks.
 */
#define WEBAUDIO_MAX_CHANNELS 32

/**
 * WebAudioInterpretation:
 * @WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS: 1, 2, 4 and 6 channels are mono,
 *   stereo, quad and 5.1, in the order L, R, (C, LFE,) SL, SR; every other
 *   number, on either side, is mixed as discrete. The default of most nodes.
 * @WEBAUDIO_CHANNEL_INTERPRETATION_DISCRETE: channels are only numbered; missing
 *   ones are silent and surplus ones are dropped
 *
 * ChannelInterpretation of the specification.
 */
typedef enum
{
  WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS,
  WEBAUDIO_CHANNEL_INTERPRETATION_DISCRETE
} WebAudioInterpretation;

/**
 * WebAudioChannelCountMode:
 * @WEBAUDIO_CHANNEL_COUNT_MODE_MAX: as many as the largest connection has; the
 *   channel count is ignored. The default of most nodes.
 * @WEBAUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX: the same, but no more than the
 *   channel count
 * @WEBAUDIO_CHANNEL_COUNT_MODE_EXPLICIT: the channel count
 *
 * ChannelCountMode of the specification.
 */
typedef enum
{
  WEBAUDIO_CHANNEL_COUNT_MODE_MAX,
  WEBAUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX,
  WEBAUDIO_CHANNEL_COUNT_MODE_EXPLICIT
} WebAudioChannelCountMode;

/**
 * webaudio_computed_channels:
 * @mode: the node's channel count mode
 * @channel_count: the node's channel count, 1 to #WEBAUDIO_MAX_CHANNELS
 * @largest_input_channels: the channels of that connection to the input which
 *   has most; 0 when there is no connection
 *
 * Returns: computedNumberOfChannels of the input, 1 to #WEBAUDIO_MAX_CHANNELS;
 *   an input without connections is one silent channel unless @mode is explicit
 */
unsigned webaudio_computed_channels (WebAudioChannelCountMode mode,
    unsigned channel_count, unsigned largest_input_channels);

/**
 * webaudio_channel_mix:
 * @out: (array length=out_channels): planes of @n samples
 * @out_channels: 1 to #WEBAUDIO_MAX_CHANNELS
 * @in: (array length=in_channels): planes of @n samples
 * @in_channels: 1 to #WEBAUDIO_MAX_CHANNELS
 * @interpretation: which tables to mix by
 * @accumulate: whether to add to what @out holds, or to replace it
 * @n: number of frames, 0 or more
 *
 * Mixes one connection into an input. The planes of @in and @out must not
 * overlap, except that out[i] may be in[i] where the numbers of channels are
 * equal. Safe from any thread, on planes which no other thread writes.
 */
void webaudio_channel_mix (float *const *out, unsigned out_channels,
    const float *const *in, unsigned in_channels,
    WebAudioInterpretation interpretation, bool accumulate, size_t n);

/**
 * webaudio_channel_origins:
 * @origins: (out) (array length=to): for each channel after an up-mix the one
 *   before it that it is, for no up-mix adds channels up; -1 for silence
 * @to: number of channels after it
 * @from: number of channels before it, at most @to
 * @interpretation: which tables to mix by
 *
 * Says where the channels of an up-mix come from. Safe from any thread.
 */
void webaudio_channel_origins (int *origins, unsigned to, unsigned from,
    WebAudioInterpretation interpretation);

#endif /* WEBAUDIO_CHANNELMIX_H */
