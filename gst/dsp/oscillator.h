/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Renders periodic waves: the kernel of the Web Audio API's OscillatorNode.
 *
 * A phase is an unsigned fraction of a cycle, 2^64 being one cycle, and an
 * increment the signed step from one frame to the next. So phases wrap exactly,
 * negative frequencies run backwards, and frame n of a constant frequency has
 * phase + n · increment (modulo 2^64), whatever was rendered before.
 *
 * A frame depends on its own phase and increment alone, computed by the same
 * IEEE operations wherever it stands and whatever the CPU offers: a signal cut
 * into blocks of any size is the same to the bit, and so is a constant
 * increment given once or frame by frame.
 *
 * Nothing here allocates or locks. All functions may run in any thread. */

#ifndef WEBAUDIO_OSCILLATOR_H
#define WEBAUDIO_OSCILLATOR_H

#include "periodicwave.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * webaudio_oscillator_frequency:
 * @frequency: Hz, any value
 * @detune: cents, any value
 *
 * The spec's computedOscFrequency, before it is clamped.
 *
 * Returns: @frequency · 2^(@detune / 1200); 0 for a @frequency of 0 whatever
 *     the detune, and infinity where it exceeds what a double holds
 */
double webaudio_oscillator_frequency (double frequency, double detune);

/**
 * webaudio_oscillator_increment:
 * @frequency: Hz, clamped to ± @sample_rate / 2; NaN is 0
 * @sample_rate: Hz, above 0
 *
 * Returns: the increment for @frequency. Nyquist itself, of either sign, is
 *     INT64_MIN: half a cycle either way.
 */
int64_t webaudio_oscillator_increment (double frequency, double sample_rate);

/**
 * webaudio_oscillator_increments:
 * @out: (out) (array length=n): increments
 * @frequency: (array length=n) (nullable): Hz of each frame, or %NULL for @f0
 * @f0: Hz, where @frequency is %NULL
 * @detune: (array length=n) (nullable): cents of each frame, or %NULL for @d0
 * @d0: cents, where @detune is %NULL
 * @sample_rate: Hz, above 0
 * @n: number of frames
 *
 * For each frame webaudio_oscillator_increment() of
 * webaudio_oscillator_frequency(), to the bit; a power is computed only where
 * detune differs from the frame before.
 */
void webaudio_oscillator_increments (int64_t *out, const double *frequency,
    double f0, const double *detune, double d0, double sample_rate, size_t n);

/**
 * webaudio_oscillator_render:
 * @wave: a wave
 * @phase: phase of the first frame
 * @increment: phase increment of every frame
 * @out: (out) (array length=n): samples
 * @n: number of frames
 *
 * At Nyquist (INT64_MIN) the wave is silent.
 *
 * Returns: the phase after the last frame
 */
uint64_t webaudio_oscillator_render (const WebAudioPeriodicWave *wave,
    uint64_t phase, int64_t increment, float *out, size_t n);

/**
 * webaudio_oscillator_render_varying:
 * @wave: a wave
 * @phase: phase of the first frame
 * @increments: (array length=n): each frame's, added after the frame
 * @out: (out) (array length=n): samples
 * @n: number of frames
 *
 * Returns: the phase after the last frame
 */
uint64_t webaudio_oscillator_render_varying (const WebAudioPeriodicWave *wave,
    uint64_t phase, const int64_t *increments, float *out, size_t n);

/**
 * webaudio_oscillator_use_kernels:
 * @name: (nullable): "scalar", "sse2" or "avx2", or %NULL for the fastest
 *
 * Chooses the code that renders, for the whole process: for tests and
 * benchmarks. All give the same samples.
 *
 * Returns: %false, with nothing changed, if this machine has no such kernels
 */
bool webaudio_oscillator_use_kernels (const char *name);

#endif /* WEBAUDIO_OSCILLATOR_H */
