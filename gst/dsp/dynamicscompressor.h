/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The compressor of DynamicsCompressorNode: a gain that follows the level of
 * the signal, applied to the signal 6 ms later.
 * https://webaudio.github.io/web-audio-api/#DynamicsCompressorNode
 *
 * The specification leaves the curves open; they are those that browsers have
 * in common: an exponential knee whose slope meets that of the ratio, a release
 * that is the faster the more there is to release, and a gain that goes through
 * a quarter of a sine. The detector follows each frame; how fast the gain moves
 * is decided anew every 32 frames.
 *
 * State is one thread's at a time; nothing here allocates but
 * webaudio_compressor_new(). */

#ifndef WEBAUDIO_DYNAMICSCOMPRESSOR_H
#define WEBAUDIO_DYNAMICSCOMPRESSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEBAUDIO_COMPRESSOR_QUANTUM 128

typedef struct WebAudioCompressor WebAudioCompressor;

/**
 * WebAudioCompressorSettings:
 * @threshold: dB, -100 to 0; default -24
 * @knee: dB above @threshold in which the curve bends, 0 to 40; default 30
 * @ratio: dB of input for one of output above the knee, 1 to 20; default 12
 * @attack: seconds to reduce the gain by 10 dB, 0 to 1; default 0.003
 * @release: seconds to increase the gain by 10 dB, 0 to 1; default 0.25
 *
 * The parameters, which the specification samples once a quantum.
 */
typedef struct
{
  double threshold;
  double knee;
  double ratio;
  double attack;
  double release;
} WebAudioCompressorSettings;

/**
 * webaudio_compressor_delay:
 * @rate: frames per second
 *
 * Returns: frames by which the output is later than the input: 6 ms, rounded
 *     down as in browsers
 */
unsigned webaudio_compressor_delay (unsigned rate);

/**
 * webaudio_compressor_new:
 * @rate: frames per second, 1 or more
 *
 * Returns: (transfer full) (nullable): a compressor in its first state; %NULL
 *     where memory lacks
 */
WebAudioCompressor *webaudio_compressor_new (unsigned rate);

/**
 * webaudio_compressor_free:
 * @self: (nullable) (transfer full): what webaudio_compressor_new() returned
 */
void webaudio_compressor_free (WebAudioCompressor * self);

/**
 * webaudio_compressor_reset:
 *
 * Forgets all that was processed.
 */
void webaudio_compressor_reset (WebAudioCompressor * self);

/**
 * webaudio_compressor_channels:
 * @in_channels: those of the next frames of input, 1 or 2
 * @n: number of these frames
 *
 * Returns: the channels of the output of these frames: 2 where input of two
 *     channels reaches it, otherwise 1
 */
unsigned webaudio_compressor_channels (const WebAudioCompressor * self,
    unsigned in_channels, size_t n);

/**
 * webaudio_compressor_is_settling:
 *
 * Returns: whether input of two channels, of which no more comes, still reaches
 *     the output, or did until the last quantum: whoever needs to know in which
 *     quantum that ends renders them one by one
 */
bool webaudio_compressor_is_settling (const WebAudioCompressor *self);

/**
 * webaudio_compressor_process:
 * @settings: of the quantum that the frames lie in
 * @frame: number of the first frame; what is done every 32 frames is done at
 *     multiples of 32 of it
 * @in: (array length=in_channels) (nullable): planes of @n samples; %NULL for
 *     silence. What is not finite counts as 0
 * @in_channels: 1 or 2
 * @out: (array length=out_channels): planes of @n samples, which may be those
 *     of @in
 * @out_channels: no less than webaudio_compressor_channels() says, or 0 to
 *     render nothing
 * @n: number of frames, which all lie in the same quantum of 128
 *
 * Renders the next frames.
 */
void webaudio_compressor_process (WebAudioCompressor * self,
    const WebAudioCompressorSettings * settings, uint64_t frame,
    const float *const *in, unsigned in_channels, float *const *out,
    unsigned out_channels, size_t n);

/**
 * webaudio_compressor_is_silent:
 *
 * Returns: whether nothing is left of the input that has not been output yet,
 *     so that silence gives silence
 */
bool webaudio_compressor_is_silent (const WebAudioCompressor * self);

/**
 * webaudio_compressor_is_at_rest:
 *
 * Returns: whether silence gives silence and leaves the state as it is. That is
 *     the case some seconds after the last sound.
 */
bool webaudio_compressor_is_at_rest (const WebAudioCompressor * self);

/**
 * webaudio_compressor_copy:
 * @to: made for the same rate
 *
 * Makes @to go on like @self, but after silence: sound that @self has not given
 * out yet is not copied.
 */
void webaudio_compressor_copy (const WebAudioCompressor * self,
    WebAudioCompressor * to);

/**
 * webaudio_compressor_get_reduction:
 *
 * Returns: the gain in dB, without make-up, 0 or less: how far it is down at
 *     once, and back at 0 with a time constant of 0.325 s
 */
float webaudio_compressor_get_reduction (const WebAudioCompressor * self);

#endif /* WEBAUDIO_DYNAMICSCOMPRESSOR_H */
