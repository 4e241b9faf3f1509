/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The filters of a BiquadFilterNode, in double precision:
 * https://webaudio.github.io/web-audio-api/#filters-characteristics
 *
 * y(n) = b0 x(n) + b1 x(n-1) + b2 x(n-2) - a1 y(n-1) - a2 y(n-2), with the
 * coefficients of frame n. Each frame goes through the same operations, whether
 * parameters move or not and however the frames are cut into calls. Nothing
 * allocates but webaudio_biquad_init(). */

#ifndef WEBAUDIO_BIQUAD_H
#define WEBAUDIO_BIQUAD_H

#include "lookahead.h"

/**
 * WebAudioBiquadType:
 *
 * BiquadFilterType of the specification.
 */
typedef enum
{
  WEBAUDIO_BIQUAD_LOWPASS,
  WEBAUDIO_BIQUAD_HIGHPASS,
  WEBAUDIO_BIQUAD_BANDPASS,
  WEBAUDIO_BIQUAD_LOWSHELF,
  WEBAUDIO_BIQUAD_HIGHSHELF,
  WEBAUDIO_BIQUAD_PEAKING,
  WEBAUDIO_BIQUAD_NOTCH,
  WEBAUDIO_BIQUAD_ALLPASS
} WebAudioBiquadType;

/**
 * WebAudioBiquadCoefficients:
 * @b: factors of x(n), x(n-1), x(n-2)
 * @a: factors of y(n), which is 1, y(n-1), y(n-2)
 */
typedef struct
{
  double b[3];
  double a[3];
} WebAudioBiquadCoefficients;

/**
 * WebAudioBiquadSetting:
 * @frequency: Hz, before @detune; default 350
 * @detune: cents; default 0
 * @q: dB for lowpass and highpass, clamped to ±770.63678; not used by shelves;
 *   for others a number from 0 (which anything below counts as); default 1
 * @gain: dB, up to 1541; of shelves and peaking; default 0
 *
 * The parameters of a frame, none NaN. The frequency that they make together is
 * clamped to 0 to half of the sample rate. Where the formulas of the
 * specification have no value (0 Hz, half of the rate, a Q of 0, a gain below
 * -6000 dB) their limit counts.
 */
typedef struct
{
  double frequency;
  double detune;
  double q;
  double gain;
} WebAudioBiquadSetting;

/**
 * WebAudioBiquadMotion:
 * @frequency: (array) (nullable): the value of each frame, or %NULL where all
 *   have that of @still
 * @detune: (array) (nullable): likewise
 * @q: (array) (nullable): likewise
 * @gain: (array) (nullable): likewise
 * @still: what does not move
 */
typedef struct
{
  const double *frequency;
  const double *detune;
  const double *q;
  const double *gain;
  WebAudioBiquadSetting still;
} WebAudioBiquadMotion;

/**
 * WebAudioBiquad:
 *
 * A filter of up to #WEBAUDIO_MAX_CHANNELS channels. Used by one thread at a
 * time.
 */
typedef struct
{
  WebAudioRecursion past;

  /*< private > */
  double nyquist;
  WebAudioBiquadType type;      /* of the last frame */
  WebAudioBiquadSetting setting;        /* likewise */
  WebAudioBiquadCoefficients coefficients;      /* likewise */
  uint64_t next;                /* frame after it */
  bool moved;                   /* something, in this quantum */
  bool stands;                  /* what follows is what the coefficients are */
  WebAudioBiquadType still_type;
  WebAudioBiquadSetting still;
  WebAudioLookAhead ahead;
} WebAudioBiquad;

/**
 * webaudio_biquad_init:
 * @rate: frames per second
 *
 * At rest; to be given back by webaudio_biquad_clear().
 */
void webaudio_biquad_init (WebAudioBiquad * self, double rate);

void webaudio_biquad_clear (WebAudioBiquad * self);

/**
 * webaudio_biquad_reset:
 *
 * Forgets everything.
 */
void webaudio_biquad_reset (WebAudioBiquad * self);

/**
 * webaudio_biquad_coefficients:
 * @rate: frames per second
 * @setting: (array length=n): parameters of each frame
 * @coefficients: (out) (array length=n): of each frame
 *
 * Safe from any thread.
 */
void webaudio_biquad_coefficients (WebAudioBiquadType type, double rate,
    const WebAudioBiquadSetting * setting,
    WebAudioBiquadCoefficients * coefficients, size_t n);

/**
 * webaudio_biquad_process:
 * @frame: number of the first frame
 * @type: of the filter from now on
 * @motion: the parameters of the @n frames
 * @out: (array length=channels): planes of @n samples
 * @in: (array length=channels): likewise; each may be that of @out
 * @channels: of the input before it was mixed up to those of @self->past, which
 *   webaudio_recursion_widen() has made at least as many
 * @interpretation: how it was mixed up
 * @n: number of frames
 *
 * Filters as many channels as @self->past has; after this those may be fewer,
 * but no fewer than @channels.
 */
void webaudio_biquad_process (WebAudioBiquad * self, uint64_t frame,
    WebAudioBiquadType type, const WebAudioBiquadMotion * motion,
    float *const *out, const float *const *in, unsigned channels,
    WebAudioInterpretation interpretation, size_t n);

#endif /* WEBAUDIO_BIQUAD_H */
