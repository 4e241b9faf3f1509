/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The filter of an IIRFilterNode, in double precision:
 * https://webaudio.github.io/web-audio-api/#IIRFilterNode-filter-definition
 *
 * Each frame goes through the same operations however the frames are cut into
 * calls. Nothing allocates but webaudio_iir_filter_init(). */

#ifndef WEBAUDIO_IIR_FILTER_H
#define WEBAUDIO_IIR_FILTER_H

#include "lookahead.h"

/**
 * WEBAUDIO_IIR_FILTER_MAX_COEFFICIENTS:
 *
 * How many there may be of each kind, as the specification has it.
 */
#define WEBAUDIO_IIR_FILTER_MAX_COEFFICIENTS 20

/**
 * WebAudioIirFilter:
 * @b: feedforward, divided by the first of feedback; 0 beyond @order
 * @a: feedback, likewise, so that the first is 1
 *
 * A filter of up to #WEBAUDIO_MAX_CHANNELS channels. Used by one thread at a
 * time.
 */
typedef struct
{
  WebAudioRecursion past;
  double b[WEBAUDIO_IIR_FILTER_MAX_COEFFICIENTS];
  double a[WEBAUDIO_IIR_FILTER_MAX_COEFFICIENTS];

  /*< private > */
  WebAudioLookAhead ahead;
  double peak;
} WebAudioIirFilter;

/**
 * webaudio_iir_filter_init:
 * @feedforward: (array length=n_feedforward): factors of x(n), x(n-1), ...
 * @n_feedforward: 1 to #WEBAUDIO_IIR_FILTER_MAX_COEFFICIENTS
 * @feedback: (array length=n_feedback): factors of y(n), which is not 0, y(n-1),
 *   ...
 * @n_feedback: 1 to #WEBAUDIO_IIR_FILTER_MAX_COEFFICIENTS
 * @rate: frames per second
 *
 * At rest; to be given back by webaudio_iir_filter_clear(). Takes up to a
 * millisecond or so, to find out how the filter rings. One that is unstable is
 * possible: its output grows until it is infinite, and begins anew.
 */
void webaudio_iir_filter_init (WebAudioIirFilter * self,
    const double *feedforward, unsigned n_feedforward, const double *feedback,
    unsigned n_feedback, double rate);

void webaudio_iir_filter_clear (WebAudioIirFilter * self);

/**
 * webaudio_iir_filter_process:
 * @frame: number of the first frame
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
void webaudio_iir_filter_process (WebAudioIirFilter * self, uint64_t frame,
    float *const *out, const float *const *in, unsigned channels,
    WebAudioInterpretation interpretation, size_t n);

#endif /* WEBAUDIO_IIR_FILTER_H */
