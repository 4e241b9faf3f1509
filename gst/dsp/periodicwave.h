/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The PeriodicWave of the Web Audio API as band-limited tables.
 *
 * A wave is a set of tables with ever fewer partials. Which of them sounds
 * depends on the normalised frequency alone, so that one wave serves every
 * sample rate, every oscillator and every thread. */

#ifndef WEBAUDIO_PERIODICWAVE_H
#define WEBAUDIO_PERIODICWAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * WEBAUDIO_PERIODIC_WAVE_MAX_PARTIAL:
 *
 * The highest partial of a custom wave that sounds; coefficients of higher
 * ones are ignored.
 */
#define WEBAUDIO_PERIODIC_WAVE_MAX_PARTIAL 8192

/**
 * WebAudioBasicWave:
 * @WEBAUDIO_WAVE_SINE: sine
 * @WEBAUDIO_WAVE_SQUARE: square
 * @WEBAUDIO_WAVE_SAWTOOTH: sawtooth
 * @WEBAUDIO_WAVE_TRIANGLE: triangle
 *
 * The waves of the spec's OscillatorType that need no coefficients.
 */
typedef enum
{
  WEBAUDIO_WAVE_SINE,
  WEBAUDIO_WAVE_SQUARE,
  WEBAUDIO_WAVE_SAWTOOTH,
  WEBAUDIO_WAVE_TRIANGLE
} WebAudioBasicWave;

/**
 * WebAudioPeriodicWave:
 *
 * An immutable, reference-counted wave. Any number of threads may read it.
 */
typedef struct _WebAudioPeriodicWave WebAudioPeriodicWave;

/**
 * WEBAUDIO_WAVE_SPLINE:
 *
 * A table holds spline coefficients for the kernel
 * b(x) + WEBAUDIO_WAVE_SPLINE · b''(x), where b is the cubic B-spline. At 1/42
 * it is the one of least error among all piecewise cubics over four samples
 * (Blu, Thévenaz, Unser: "MOMS: Maximal-Order Interpolation of Minimal
 * Support"). The coefficients make up for its frequency response.
 */
#define WEBAUDIO_WAVE_SPLINE (1. / 42.)

/**
 * WebAudioWaveBand:
 * @min: the lowest speed of the band
 * @full: the highest speed at which @wide sounds alone
 * @max: the highest speed of the band
 * @fade_scale: 1 / (distance from @full to where @narrow sounds alone)
 * @wide: the table for speeds from @min to @full
 * @narrow: the table that takes over above @full; undefined where @full is
 *     @max
 * @bits: log2 of the number of cells in a cycle
 *
 * How to render a range of speeds. A speed is the absolute value of the phase
 * increment, in fractions of a cycle per frame, 2^64 being one cycle; Nyquist
 * is 2^63. Up to 0.9 of Nyquist every partial sounds in full, and none at or
 * above Nyquist. The fundamental is never attenuated below it; those who render
 * leave it out at Nyquist.
 *
 * A table has the 2^@bits + 3 coefficients of one cycle, those of half the
 * wave: the one before phase 0 comes first, so that cell i begins at index i,
 * and the first two are repeated at the end.
 */
typedef struct
{
  uint64_t min;
  uint64_t full;
  uint64_t max;
  double fade_scale;
  const float *wide;
  const float *narrow;
  unsigned bits;
} WebAudioWaveBand;

/**
 * webaudio_periodic_wave_new:
 * @real: (array length=n) (nullable): cosine terms, or %NULL for zeros
 * @imag: (array length=n) (nullable): sine terms, or %NULL for zeros
 * @n: number of coefficients, at least 2; those of partials above
 *     WEBAUDIO_PERIODIC_WAVE_MAX_PARTIAL are ignored
 * @disable_normalization: %true to keep the level that the coefficients give;
 *     %false to scale the wave so that its maximum is 1
 *
 * Builds the tables of a PeriodicWave (sections "Waveform Generation" and
 * "Waveform Normalization" of the spec): partial k is
 * @real[k] cos(2πk·phase) + @imag[k] sin(2πk·phase), and index 0 is ignored.
 * A coefficient that is not finite counts as 0.
 *
 * Allocates, and takes from less than a millisecond to about 100 ms: not for
 * a streaming thread. Any thread.
 *
 * Returns: (transfer full) (nullable): a wave, or %NULL if @n is below 2 or
 *     memory is short
 */
WebAudioPeriodicWave *webaudio_periodic_wave_new (const float *real,
    const float *imag, size_t n, bool disable_normalization);

/**
 * webaudio_periodic_wave_get_basic:
 * @type: a basic wave
 *
 * The wave of a basic type by the Fourier series of the spec's section
 * "Oscillator Coefficients", normalised. The first call for a type builds the
 * wave (about 20 ms); the process keeps it from then on. Any thread.
 *
 * Returns: (transfer full) (nullable): the shared wave, or %NULL if memory is
 *     short or @type is none
 */
WebAudioPeriodicWave *webaudio_periodic_wave_get_basic (WebAudioBasicWave type);

/**
 * webaudio_periodic_wave_ref:
 * @wave: a wave
 *
 * Any thread.
 *
 * Returns: (transfer full): @wave
 */
WebAudioPeriodicWave *webaudio_periodic_wave_ref (WebAudioPeriodicWave *wave);

/**
 * webaudio_periodic_wave_unref:
 * @wave: (transfer full) (nullable): a wave
 *
 * Frees @wave with its last reference. Any thread.
 */
void webaudio_periodic_wave_unref (WebAudioPeriodicWave *wave);

/**
 * webaudio_periodic_wave_get_scale:
 * @wave: a wave
 *
 * Any thread.
 *
 * Returns: the factor by which the coefficients were multiplied: 1 without
 *     normalisation, else the inverse of the spec's f
 */
double webaudio_periodic_wave_get_scale (const WebAudioPeriodicWave *wave);

/**
 * webaudio_periodic_wave_get_size:
 * @wave: a wave
 *
 * Any thread.
 *
 * Returns: the memory that @wave takes, in bytes
 */
size_t webaudio_periodic_wave_get_size (const WebAudioPeriodicWave *wave);

/**
 * webaudio_periodic_wave_is_sine:
 * @wave: a wave
 * @gain: (out): the amplitude, if the wave is a sine
 *
 * For renderers. Any thread.
 *
 * Returns: whether @wave is @gain sin(2π·phase); such a wave has no bands
 */
bool webaudio_periodic_wave_is_sine (const WebAudioPeriodicWave *wave,
    float *gain);

/**
 * webaudio_periodic_wave_find_band:
 * @wave: a wave that is no sine
 * @speed: from 0 to 2^63
 *
 * For renderers. Any thread, takes constant time.
 *
 * Returns: the band of @wave that holds @speed
 */
const WebAudioWaveBand *webaudio_periodic_wave_find_band
    (const WebAudioPeriodicWave *wave, uint64_t speed);

#endif /* WEBAUDIO_PERIODICWAVE_H */
