/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Panning by head-related responses: the model "HRTF" of PannerNode in the Web
 * Audio specification. Each ear hears the source through the response measured
 * from its direction.
 *
 * As in browsers, the sound comes later by one transform, 256 frames at 44100 and
 * 48000 Hz; from one direction it is faded to the next over eight of them, about
 * 45 ms, and where the source has gone meanwhile is looked at after that.
 *
 * Angles are in degrees, an azimuth of 90 is on the right, an elevation of 90 is
 * above. */

#ifndef WEBAUDIO_HRTF_H
#define WEBAUDIO_HRTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * WebAudioHrtfMeasurement:
 * @n: number of directions, at least 1
 * @azimuths: (array length=n): any multiple of turns
 * @elevations: (array length=n): -90 to 90
 * @taps: frames of each response, at least 1
 * @responses: (array): for each direction @taps samples of the left ear, then as
 *   many of the right one
 * @rate: of the responses, in Hz
 *
 * What was measured, in no particular order or scale.
 */
typedef struct
{
  size_t n;
  const float *azimuths;
  const float *elevations;
  size_t taps;
  const float *responses;
  double rate;
} WebAudioHrtfMeasurement;

typedef struct WebAudioHrtfSet WebAudioHrtfSet;
typedef struct WebAudioHrtf WebAudioHrtf;

/**
 * webaudio_hrtf_get_size:
 * @rate: frames per second
 *
 * Returns: the frames by which the sound comes later, which is the length of the
 *   responses, too; a power of two
 */
unsigned webaudio_hrtf_get_size (double rate);

/**
 * webaudio_hrtf_set_new:
 * @measurement: is not needed afterwards
 * @rate: frames per second
 *
 * Brings what was measured to another rate, to a grid of directions, and to the
 * loudness that browsers have. Takes some 50 ms.
 *
 * Returns: (transfer full) (nullable): what any number of WebAudioHrtf, in any
 *   threads, may use; %NULL where memory lacks
 */
WebAudioHrtfSet *webaudio_hrtf_set_new (const WebAudioHrtfMeasurement *
    measurement, double rate);

/**
 * webaudio_hrtf_set_free:
 * @set: (nullable) (transfer full): what nobody uses any more
 */
void webaudio_hrtf_set_free (WebAudioHrtfSet * set);

/**
 * webaudio_hrtf_set_get_response:
 * @ear: 0 for the left one, 1 for the right one
 * @response: (out) (array): webaudio_hrtf_get_size() samples
 *
 * The response from a direction, between those of the grid.
 */
void webaudio_hrtf_set_get_response (const WebAudioHrtfSet * set,
    double azimuth, double elevation, unsigned ear, float *response);

/**
 * webaudio_hrtf_new:
 * @set: must be there for as long as the result
 *
 * Returns: (transfer full) (nullable): a source at rest; %NULL where memory lacks
 */
WebAudioHrtf *webaudio_hrtf_new (const WebAudioHrtfSet * set);

/**
 * webaudio_hrtf_free:
 * @self: (nullable) (transfer full): a source
 */
void webaudio_hrtf_free (WebAudioHrtf * self);

/**
 * webaudio_hrtf_reset:
 *
 * Forgets all that was heard: the source is at rest.
 */
void webaudio_hrtf_reset (WebAudioHrtf * self);

/**
 * webaudio_hrtf_is_at_rest:
 *
 * Returns: whether silence in gives silence out from here on. A source at rest
 *   begins in whatever direction it is when it is heard again.
 */
bool webaudio_hrtf_is_at_rest (const WebAudioHrtf * self);

/**
 * webaudio_hrtf_process:
 * @frame: number of the first frame: where the last call has ended, or any if
 *   @self is at rest
 * @out: (out) (array length=2): planes of @n samples, left and right
 * @in: (array length=channels) (nullable): planes of @n samples, %NULL for
 *   silence; out[i] may be in[i]
 * @channels: 1 for both ears alike, or 2
 * @azimuth: -180 to 180
 * @elevation: -90 to 90
 * @gain: linear factor of the output; from one quantum to the next it glides
 * @n: number of frames, 0 or more, in one quantum: @azimuth, @elevation and @gain
 *   must be the same for all frames between two multiples of 128
 *
 * Neither allocates nor waits. One thread at a time.
 *
 * Returns: whether there is sound; if not, @out has been filled with zeros
 */
bool webaudio_hrtf_process (WebAudioHrtf * self, uint64_t frame,
    float *const out[2], const float *const *in, unsigned channels,
    double azimuth, double elevation, double gain, size_t n);

#endif /* WEBAUDIO_HRTF_H */
