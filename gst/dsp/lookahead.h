/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A recursive filter that does not wait for each of its outputs.
 *
 * Frames are taken in groups of four, which lie on absolute multiples of four.
 * What the frames of a group are to each other is put into the coefficients, so
 * that all four depend only on what was before them:
 *
 * y(m) = f(m) + sum of h_j f(m-j), 1 <= j <= m, + sum of c_km y(-k), k >= 1
 *
 * for m from 0 to 3, where y(-1) is the last output before the group, f(m) the
 * sum of b_k x(m-k), and h the impulse response of 1 / A(z). Each frame comes
 * from the same operations, and from no later frame, so that a group may be cut
 * anywhere if it is computed anew from its beginning. */

#ifndef WEBAUDIO_LOOK_AHEAD_H
#define WEBAUDIO_LOOK_AHEAD_H

#include "recursion.h"

/**
 * WebAudioLookAhead:
 *
 * The coefficients of a filter. They take no memory of their own.
 */
typedef struct
{
  /*< private > */
  unsigned n_b;
  unsigned n_a;
  bool sound;                   /* no coefficient is too large */
  double b[WEBAUDIO_RECURSION_MAX_ORDER + 1];
  double h[WEBAUDIO_RECURSION_GROUP];
  double c[WEBAUDIO_RECURSION_MAX_ORDER + 1][WEBAUDIO_RECURSION_GROUP];
} WebAudioLookAhead;

/**
 * webaudio_look_ahead_init:
 * @b: (array length=n_b): factors of x(n), x(n-1), ...
 * @n_b: 1 to #WEBAUDIO_RECURSION_MAX_ORDER + 1
 * @a: (array length=n_a): those of y(n), which is 1, y(n-1), ...
 * @n_a: likewise
 *
 * Returns: how far the filter looks back, the order of the #WebAudioRecursion
 *   that it needs
 */
unsigned webaudio_look_ahead_init (WebAudioLookAhead * self, const double *b,
    unsigned n_b, const double *a, unsigned n_a);

/**
 * webaudio_look_ahead_filter:
 * @frames: (inout): of which @n inputs are known
 * @lanes: as webaudio_recursion_load() was told
 * @phase: how far the first frame is behind the beginning of its group
 * @n: frames
 */
void webaudio_look_ahead_filter (const WebAudioLookAhead * self,
    WebAudioRecursionFrames * frames, unsigned lanes, unsigned phase, size_t n);

#endif /* WEBAUDIO_LOOK_AHEAD_H */
