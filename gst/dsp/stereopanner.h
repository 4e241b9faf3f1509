/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Equal-power panning of one or two channels to two: what StereoPannerNode and
 * the model "equalpower" of PannerNode have in common, the chapters
 * "StereoPannerNode Panning" and "PannerNode equalpower Panning" of the Web
 * Audio specification.
 *
 * There is no state. A frame's result depends on nothing but its own samples
 * and values, whichever function computes it. */

#ifndef WEBAUDIO_STEREOPANNER_H
#define WEBAUDIO_STEREOPANNER_H

#include <stdbool.h>
#include <stddef.h>

/**
 * WebAudioPanFactors:
 * @left: of one channel to the left; of two, of the one that is moved, to the
 *   left
 * @right: the same, to the right
 * @gain: of a channel that stays where it is
 * @leftwards: whether of two channels the right one is moved, or the left one
 *
 * What equal-power panning multiplies by.
 */
typedef struct
{
  float left;
  float right;
  float gain;
  bool leftwards;
} WebAudioPanFactors;

/**
 * webaudio_pan_by:
 * @out: (out) (array length=2): planes of @n samples, left and right
 * @in: (array length=channels): planes of @n samples
 * @channels: 1 or 2, for which @factors were made
 * @factors: what to pan by
 * @n: number of frames, 0 or more
 *
 * out[i] may be in[i]; other overlaps are not allowed. Safe from any thread, on
 * planes that no other thread writes.
 */
void webaudio_pan_by (float *const out[2], const float *const *in,
    unsigned channels, const WebAudioPanFactors * factors, size_t n);

/**
 * webaudio_pan_by_each:
 * @out: (out) (array length=2): planes of @n samples, left and right
 * @in: (array length=channels): planes of @n samples
 * @channels: 1 or 2, for which @factors were made
 * @factors: (array length=n): what to pan each frame by
 * @n: number of frames, 0 or more
 *
 * As webaudio_pan_by(), with the same bits for the same factors.
 */
void webaudio_pan_by_each (float *const out[2], const float *const *in,
    unsigned channels, const WebAudioPanFactors * factors, size_t n);

/**
 * webaudio_pan:
 * @out: (out) (array length=2): planes of @n samples, left and right
 * @in: (array length=channels): planes of @n samples
 * @channels: 1 or 2
 * @pan: from -1, left, by 0, the middle, to 1, right; what is beyond counts as
 *   the nearer end and NaN as 0. An azimuth in degrees from -90 to 90 is that
 *   divided by 90.
 * @gain: linear factor of both channels
 * @n: number of frames, 0 or more
 *
 * Pans all frames alike. One channel is distributed; of two, the one that is
 * farther from @pan is moved towards it. out[i] may be in[i]; other overlaps
 * are not allowed. Safe from any thread, on planes that no other thread writes.
 */
void webaudio_pan (float *const out[2], const float *const *in,
    unsigned channels, double pan, double gain, size_t n);

/**
 * webaudio_pan_varying:
 * @out: (out) (array length=2): planes of @n samples, left and right
 * @in: (array length=channels): planes of @n samples
 * @channels: 1 or 2
 * @pans: (array length=n): as above, of each frame
 * @gains: (array length=n) (nullable): as above, of each frame; %NULL for 1
 * @n: number of frames, 0 or more
 *
 * As webaudio_pan(), with values for each frame.
 */
void webaudio_pan_varying (float *const out[2], const float *const *in,
    unsigned channels, const double *pans, const double *gains, size_t n);

#endif /* WEBAUDIO_STEREOPANNER_H */
