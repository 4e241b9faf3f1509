/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an AnalyserNode computes: the chapter "FFT Windowing and Smoothing over
 * Time" of the Web Audio specification, and the memory of what was played. */

#ifndef WEBAUDIO_ANALYSER_H
#define WEBAUDIO_ANALYSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * WEBAUDIO_ANALYSER_MIN_SIZE, WEBAUDIO_ANALYSER_MAX_SIZE:
 *
 * The sizes of a Fourier transform that the specification allows; each is a
 * power of two.
 */
#define WEBAUDIO_ANALYSER_MIN_SIZE 32
#define WEBAUDIO_ANALYSER_MAX_SIZE 32768

/**
 * WEBAUDIO_HISTORY_FRAMES:
 *
 * How many frames a history keeps.
 */
#define WEBAUDIO_HISTORY_FRAMES 65536

/**
 * WebAudioHistory:
 *
 * The latest frames of a signal of one channel. To be locked by those who share
 * it between threads.
 */
typedef struct WebAudioHistory WebAudioHistory;

/**
 * webaudio_history_new:
 *
 * Returns: (transfer full): an empty history that begins at frame 0, to be freed
 *     with webaudio_history_free()
 */
WebAudioHistory *webaudio_history_new (void);

/**
 * webaudio_history_free:
 * @history: (nullable) (transfer full): what webaudio_history_new() returned
 */
void webaudio_history_free (WebAudioHistory * history);

/**
 * webaudio_history_begin:
 * @frame: number of the first frame that will come
 *
 * Forgets everything: all before @frame is silence.
 */
void webaudio_history_begin (WebAudioHistory * history, uint64_t frame);

/**
 * webaudio_history_write:
 * @samples: (array length=n) (nullable): what follows; %NULL for silence
 * @n: number of frames, any
 *
 * Adds frames. Does not allocate.
 */
void webaudio_history_write (WebAudioHistory * history, const float *samples,
    uint64_t n);

/**
 * webaudio_history_get_end:
 *
 * Returns: number of the frame after the last one that was written
 */
uint64_t webaudio_history_get_end (const WebAudioHistory * history);

/**
 * webaudio_history_read:
 * @end: number of the frame after the last that is wanted
 * @dst: (out) (array length=n): the frames before @end, the oldest first; those
 *     before the beginning and those that have not come yet are 0
 * @n: 0 to #WEBAUDIO_HISTORY_FRAMES
 *
 * Returns: whether none of them is lost, having been there too long ago; those
 *     are 0
 */
bool webaudio_history_read (const WebAudioHistory * history, uint64_t end,
    float *dst, size_t n);

/**
 * WebAudioSpectrum:
 *
 * Magnitudes of a signal, smoothed over time. For one thread at a time.
 */
typedef struct WebAudioSpectrum WebAudioSpectrum;

/**
 * webaudio_spectrum_new:
 * @size: N, the samples that are transformed: a power of two from
 *     #WEBAUDIO_ANALYSER_MIN_SIZE to #WEBAUDIO_ANALYSER_MAX_SIZE
 *
 * Returns: (transfer full) (nullable): a spectrum of nothing yet, to be freed
 *     with webaudio_spectrum_free(); %NULL where @size is none
 */
WebAudioSpectrum *webaudio_spectrum_new (size_t size);

/**
 * webaudio_spectrum_free:
 * @spectrum: (nullable) (transfer full): what webaudio_spectrum_new() returned
 */
void webaudio_spectrum_free (WebAudioSpectrum * spectrum);

/**
 * webaudio_spectrum_get_size:
 *
 * Returns: N
 */
size_t webaudio_spectrum_get_size (const WebAudioSpectrum * spectrum);

/**
 * webaudio_spectrum_reset:
 *
 * Forgets everything: all magnitudes are 0.
 */
void webaudio_spectrum_reset (WebAudioSpectrum * spectrum);

/**
 * webaudio_spectrum_update:
 * @samples: (array length=N): the latest samples
 * @smoothing: how much of the magnitudes is kept, 0 (nothing) to 1 (all); 0.8
 *     is the default of the specification
 *
 * Transforms @samples under a Blackman window and smoothes over time. What is
 * no finite number then is 0, so that nothing of a NaN stays. The transform is
 * of floats: levels 80 dB below the highest are exact to 0.005 dB.
 */
void webaudio_spectrum_update (WebAudioSpectrum * spectrum,
    const float *samples, double smoothing);

/**
 * webaudio_spectrum_get_decibels:
 * @dst: (out) (array length=N/2): level of each bin in dB, bin k being at k / N
 *     of the sample rate; minus infinity where there is nothing
 */
void webaudio_spectrum_get_decibels (const WebAudioSpectrum * spectrum,
    float *dst);

/**
 * webaudio_spectrum_get_bytes:
 * @min: level in dB that is 0 and below
 * @max: level in dB that is 255 and above; more than @min
 * @dst: (out) (array length=N/2): level of each bin
 */
void webaudio_spectrum_get_bytes (const WebAudioSpectrum * spectrum,
    double min, double max, uint8_t * dst);

/**
 * webaudio_waveform_to_bytes:
 * @samples: (array length=n): samples, of which -1 becomes 0, 0 128, and almost
 *     1 255; what is beyond is clipped, and NaN becomes 0
 * @dst: (out) (array length=n): bytes
 */
void webaudio_waveform_to_bytes (const float *samples, uint8_t * dst,
    size_t n);

#endif /* WEBAUDIO_ANALYSER_H */
