/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The curve of a WaveShaperNode, and its over-sampling:
 * https://webaudio.github.io/web-audio-api/#WaveShaperNode
 *
 * The up- and down-sampling filters, which the specification leaves open, are
 * linear-phase half-band filters. The one at twice the rate is Chromium's, 128
 * taps of a sinc in a Blackman window, and so is the delay of both; the one at
 * four times the rate is shorter, for it has nothing to separate near its edge.
 *
 * Each frame goes through the same operations however the frames are cut into
 * calls. */

#ifndef WEBAUDIO_WAVESHAPER_H
#define WEBAUDIO_WAVESHAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channelmix.h"

/**
 * WebAudioCurve:
 * @at_zero: what it makes of silence
 *
 * A curve, which does not change; any number of threads may use it.
 */
typedef struct
{
  float at_zero;

  /*< private > */
  size_t n;
  double half;                  /* of the index of the last line */
  double lines[];               /* n slopes, then the n values at 0 */
} WebAudioCurve;

/**
 * webaudio_curve_new:
 * @values: (array length=n): finite
 * @n: number of values, at least 2
 *
 * Returns: (transfer full) (nullable): a curve, to be given to free (); %NULL if
 *   there is no memory
 */
WebAudioCurve *webaudio_curve_new (const double *values, size_t n);

/**
 * webaudio_curve_shape:
 * @out: (out) (array length=n): samples
 * @in: (array length=n): likewise, -1 to 1 from the first value of the curve to
 *   the last, beyond which those count; what is not a number counts as 0. May be
 *   @out.
 * @n: number of samples
 */
void webaudio_curve_shape (const WebAudioCurve * self, float *out,
    const float *in, size_t n);

/**
 * WebAudioShaper:
 * @channels: channels that it remembers
 *
 * What over-sampling has to remember. Used by one thread at a time.
 */
typedef struct
{
  unsigned channels;

  /*< private > */
  unsigned factor;              /* 1, 2 or 4 */
  bool at_rest;
  bool heard;                   /* something, in this quantum */
  uint64_t silent;              /* frames for which nothing was heard */
  uint64_t narrow;              /* frames for which less would have done */
  struct _WebAudioShaperChannel *past[WEBAUDIO_MAX_CHANNELS];
  float half_band[128];         /* at twice the rate */
  float short_half_band[16];    /* at four times the rate */
} WebAudioShaper;

/**
 * webaudio_shaper_latency:
 * @factor: 1, 2 or 4
 *
 * Returns: frames by which the sound is delayed: 0, 128 or 192
 */
unsigned webaudio_shaper_latency (unsigned factor);

/**
 * webaudio_shaper_init:
 *
 * At rest, one channel, no over-sampling. To be given back by
 * webaudio_shaper_clear().
 */
void webaudio_shaper_init (WebAudioShaper * self);

void webaudio_shaper_clear (WebAudioShaper * self);

/**
 * webaudio_shaper_reset:
 * @factor: 1, 2 or 4, from now on
 *
 * Forgets everything.
 */
void webaudio_shaper_reset (WebAudioShaper * self, unsigned factor);

/**
 * webaudio_shaper_set_factor:
 * @factor: 1, 2 or 4
 *
 * Goes on with another factor. Between 2 and 4 what has been heard is kept, so
 * that there is no hole; otherwise it is forgotten.
 */
void webaudio_shaper_set_factor (WebAudioShaper * self, unsigned factor);

/**
 * webaudio_shaper_is_at_rest:
 *
 * Returns: whether silence in gives exact silence out and changes nothing, if
 *   the curve makes silence of it
 */
bool webaudio_shaper_is_at_rest (const WebAudioShaper * self);

/**
 * webaudio_shaper_widen:
 * @channels: of the input
 * @interpretation: how it is mixed
 *
 * If that are more channels than before, the past becomes what it would be if
 * all of the input had been mixed up to as many; those that would have been
 * silent begin anew. Allocates where there have never been as many.
 *
 * Returns: whether there was memory
 */
bool webaudio_shaper_widen (WebAudioShaper * self, unsigned channels,
    WebAudioInterpretation interpretation);

/**
 * webaudio_shaper_process:
 * @curve: of all samples from now on
 * @frame: number of the first frame
 * @out: (array length=channels): planes of @n samples
 * @in: (array length=channels): likewise; each may be that of @out
 * @channels: of the input before it was mixed up to those of @self, which
 *   webaudio_shaper_widen() has made at least as many
 * @n: number of frames
 *
 * Shapes as many channels as @self has; after this those are @channels if what
 * was heard when there were more is forgotten.
 */
void webaudio_shaper_process (WebAudioShaper * self,
    const WebAudioCurve * curve, uint64_t frame, float *const *out,
    const float *const *in, unsigned channels, size_t n);

#endif /* WEBAUDIO_WAVESHAPER_H */
