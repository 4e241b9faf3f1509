/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The memory of a recursive filter, and what every such filter must know about
 * it: when its tail is over, when it has been poisoned, and how many channels
 * it still has.
 *
 * A filter computes y(n) = sum of b_k x(n-k) - sum of a_k y(n-k), k >= 1 in the
 * second, in double precision. What is decided here is decided at absolute
 * multiples of 128 frames, so that it does not depend on how the frames are cut
 * into calls. Nothing allocates but webaudio_recursion_init(). A recursion is
 * used by one thread at a time. */

#ifndef WEBAUDIO_RECURSION_H
#define WEBAUDIO_RECURSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channelmix.h"

#define WEBAUDIO_RECURSION_QUANTUM 128

/**
 * WEBAUDIO_RECURSION_GROUP:
 *
 * Frames that a filter may take at once, on absolute multiples of as many. The
 * memory reaches back to where such a group begins.
 */
#define WEBAUDIO_RECURSION_GROUP 4
#define WEBAUDIO_RECURSION_MAX_ORDER 19
#define WEBAUDIO_RECURSION_REACH \
    (WEBAUDIO_RECURSION_MAX_ORDER + WEBAUDIO_RECURSION_GROUP - 1)
#define WEBAUDIO_RECURSION_ROOM \
    (WEBAUDIO_RECURSION_REACH + WEBAUDIO_RECURSION_QUANTUM \
    + WEBAUDIO_RECURSION_GROUP)

/**
 * WebAudioRecursion:
 * @channels: channels that are remembered, 1 to #WEBAUDIO_MAX_CHANNELS
 *
 * To be initialised by webaudio_recursion_init().
 */
typedef struct
{
  unsigned channels;

  /*< private > */
  unsigned order;
  unsigned rows;                /* frames that are remembered */
  double *x;                    /* that of k + 1 frames ago of channel c is at */
  double *y;                    /* [k * WEBAUDIO_MAX_CHANNELS + c]; 0 at rest */
  bool at_rest;
  bool heard;                   /* something, in this quantum */
  uint64_t silent;              /* frames for which nothing was heard */
  uint64_t patience;
} WebAudioRecursion;

/**
 * WebAudioRecursionFilter:
 * @b: (array length=order+1): factors of x(n), x(n-1), ...
 * @a: (array length=order+1): those of y(n), which is 1, y(n-1), ...
 * @peak: the largest magnitude in the impulse response of 1 / A(z), or a bound
 *   of it
 *
 * A filter as it is now.
 */
typedef struct
{
  const double *b;
  const double *a;
  double peak;
} WebAudioRecursionFilter;

/**
 * WebAudioRecursionFrames:
 * @x: the inputs of one channel, or of two as pairs: those of the first frame
 *   follow #WEBAUDIO_RECURSION_REACH frames of the past
 * @y: the outputs, likewise
 * @out: the same as floats, the first frame first
 *
 * Up to a quantum, in the order of time, and room for what groups have too many
 * at either end.
 */
typedef struct
{
  double y[2 * WEBAUDIO_RECURSION_ROOM] __attribute__((aligned (16)));
  float x[2 * WEBAUDIO_RECURSION_ROOM] __attribute__((aligned (16)));
  float out[2 * WEBAUDIO_RECURSION_ROOM] __attribute__((aligned (16)));
} WebAudioRecursionFrames;

/**
 * webaudio_recursion_init:
 * @order: how far the filter looks back, in frames, up to
 *   #WEBAUDIO_RECURSION_MAX_ORDER
 * @rate: frames per second
 *
 * One channel, at rest. To be given back by webaudio_recursion_clear(). A
 * structure of zeros may be cleared, too.
 */
void webaudio_recursion_init (WebAudioRecursion * self, unsigned order,
    double rate);

void webaudio_recursion_clear (WebAudioRecursion * self);

/**
 * webaudio_recursion_reset:
 *
 * Forgets everything.
 */
void webaudio_recursion_reset (WebAudioRecursion * self);

/**
 * webaudio_recursion_is_at_rest:
 *
 * Returns: whether silence in gives exact silence out and changes nothing
 */
bool webaudio_recursion_is_at_rest (const WebAudioRecursion * self);

/**
 * webaudio_recursion_widen:
 * @channels: of the input
 * @interpretation: how it is mixed
 *
 * If that are more channels than before, the past becomes what it would be if
 * all of the input had been mixed up to as many.
 */
void webaudio_recursion_widen (WebAudioRecursion * self, unsigned channels,
    WebAudioInterpretation interpretation);

/**
 * webaudio_recursion_listen:
 * @in: (array length=channels): planes of @n samples
 * @n: at least 1
 *
 * To be called with the input before it is filtered, at most up to the end of a
 * quantum. At rest silence need not be filtered.
 */
void webaudio_recursion_listen (WebAudioRecursion * self,
    const float *const *in, size_t n);

/**
 * webaudio_recursion_load:
 * @c: first of the channels
 * @lanes: how many, 1 or 2
 * @in: (array length=lanes): planes of @n samples
 * @n: up to #WEBAUDIO_RECURSION_QUANTUM
 * @frames: (out): the past and the inputs
 */
void webaudio_recursion_load (const WebAudioRecursion * self, unsigned c,
    unsigned lanes, const float *const *in, size_t n,
    WebAudioRecursionFrames * frames);

/**
 * webaudio_recursion_store:
 * @c: as webaudio_recursion_load() was told
 * @lanes: likewise
 * @out: (array length=lanes): planes of @n samples
 * @n: likewise
 * @frames: with their outputs
 */
void webaudio_recursion_store (WebAudioRecursion * self, unsigned c,
    unsigned lanes, float *const *out, size_t n,
    const WebAudioRecursionFrames * frames);

/**
 * webaudio_recursion_is_settling:
 * @channels: of the input, at most those of @self
 *
 * Returns: whether webaudio_recursion_conclude() needs to know the filter
 */
bool webaudio_recursion_is_settling (const WebAudioRecursion * self,
    unsigned channels);

/**
 * webaudio_recursion_conclude:
 * @filter: (nullable): needed if webaudio_recursion_is_settling()
 * @channels: of the input before it was mixed up to those of @self
 * @interpretation: how it was
 *
 * To be called at the end of each quantum. A past that is not finite is
 * forgotten, as is one of which, after a quantum of silence, nothing above
 * 2^-40 (-240 dB) can be heard any more, or that has been heard for 30 s of
 * silence. Where the input has fewer channels than the filter, the past becomes
 * exactly what mixing up would give, once the difference can not be heard.
 *
 * Returns: whether @channels are enough from now on; @self keeps its number,
 *   which may be set to that
 */
bool webaudio_recursion_conclude (WebAudioRecursion * self,
    const WebAudioRecursionFilter * filter, unsigned channels,
    WebAudioInterpretation interpretation);

#endif /* WEBAUDIO_RECURSION_H */
