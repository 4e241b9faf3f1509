/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an AnalyserNode computes: spectra, and the memory of what was played. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/fft/gstfftf32.h>
#include <math.h>
#include <string.h>

#include "analyser.h"

/* of the Blackman window */
#define ALPHA 0.16

/* History */

/* Frame f is at f % WEBAUDIO_HISTORY_FRAMES. */
struct WebAudioHistory
{
  uint64_t begin;
  uint64_t end;
  float samples[WEBAUDIO_HISTORY_FRAMES];
};

WebAudioHistory *
webaudio_history_new (void)
{
  return g_new0 (WebAudioHistory, 1);
}

void
webaudio_history_free (WebAudioHistory * history)
{
  g_free (history);
}

void
webaudio_history_begin (WebAudioHistory * history, uint64_t frame)
{
  history->begin = frame;
  history->end = frame;
}

static void
put (WebAudioHistory * history, size_t at, const float *samples, size_t n)
{
  if (samples)
    memcpy (history->samples + at, samples, n * sizeof (float));
  else
    memset (history->samples + at, 0, n * sizeof (float));
}

void
webaudio_history_write (WebAudioHistory * history, const float *samples,
    uint64_t n)
{
  uint64_t lost = n > WEBAUDIO_HISTORY_FRAMES ? n - WEBAUDIO_HISTORY_FRAMES : 0;
  size_t at = (history->end + lost) % WEBAUDIO_HISTORY_FRAMES;
  size_t count = (size_t) (n - lost);
  size_t first = MIN (count, WEBAUDIO_HISTORY_FRAMES - at);

  if (samples)
    samples += lost;
  put (history, at, samples, first);
  put (history, 0, samples ? samples + first : NULL, count - first);
  history->end += n;
}

uint64_t
webaudio_history_get_end (const WebAudioHistory * history)
{
  return history->end;
}

bool
webaudio_history_read (const WebAudioHistory * history, uint64_t end,
    float *dst, size_t n)
{
  uint64_t kept = history->end > WEBAUDIO_HISTORY_FRAMES ?
      history->end - WEBAUDIO_HISTORY_FRAMES : 0;
  uint64_t oldest = MAX (history->begin, kept);
  uint64_t start = end > n ? end - n : 0;
  uint64_t from = MAX (start, oldest), to = MIN (end, history->end);
  size_t at = from % WEBAUDIO_HISTORY_FRAMES, count, first;

  memset (dst, 0, n * sizeof (float));
  if (from < to) {
    count = (size_t) (to - from);
    first = MIN (count, WEBAUDIO_HISTORY_FRAMES - at);
    dst += n - (size_t) (end - from);
    memcpy (dst, history->samples + at, first * sizeof (float));
    memcpy (dst + first, history->samples, (count - first) * sizeof (float));
  }
  return start >= oldest || oldest == history->begin;
}

/* Spectrum */

struct WebAudioSpectrum
{
  size_t size;
  GstFFTF32 *fft;
  float *window;
  float *windowed;
  GstFFTF32Complex *bins;
  double *magnitudes;
};

static bool
is_size (size_t size)
{
  return size >= WEBAUDIO_ANALYSER_MIN_SIZE
      && size <= WEBAUDIO_ANALYSER_MAX_SIZE && (size & (size - 1)) == 0;
}

static void
make_window (float *window, size_t size)
{
  size_t i;

  for (i = 0; i < size; i++) {
    double x = 2 * M_PI * (double) i / (double) size;

    window[i] = (float) ((1 - ALPHA) / 2 - cos (x) / 2 +
        ALPHA / 2 * cos (2 * x));
  }
}

WebAudioSpectrum *
webaudio_spectrum_new (size_t size)
{
  WebAudioSpectrum *spectrum;

  if (!is_size (size))
    return NULL;
  spectrum = g_new0 (WebAudioSpectrum, 1);
  spectrum->size = size;
  spectrum->fft = gst_fft_f32_new ((int) size, FALSE);
  spectrum->window = g_new (float, size);
  spectrum->windowed = g_new (float, size);
  spectrum->bins = g_new (GstFFTF32Complex, size / 2 + 1);
  spectrum->magnitudes = g_new0 (double, size / 2);
  make_window (spectrum->window, size);
  return spectrum;
}

void
webaudio_spectrum_free (WebAudioSpectrum * spectrum)
{
  if (!spectrum)
    return;
  gst_fft_f32_free (spectrum->fft);
  g_free (spectrum->window);
  g_free (spectrum->windowed);
  g_free (spectrum->bins);
  g_free (spectrum->magnitudes);
  g_free (spectrum);
}

size_t
webaudio_spectrum_get_size (const WebAudioSpectrum * spectrum)
{
  return spectrum->size;
}

void
webaudio_spectrum_reset (WebAudioSpectrum * spectrum)
{
  memset (spectrum->magnitudes, 0, spectrum->size / 2 * sizeof (double));
}

void
webaudio_spectrum_update (WebAudioSpectrum * spectrum, const float *samples,
    double smoothing)
{
  size_t i;

  for (i = 0; i < spectrum->size; i++)
    spectrum->windowed[i] = samples[i] * spectrum->window[i];
  gst_fft_f32_fft (spectrum->fft, spectrum->windowed, spectrum->bins);
  for (i = 0; i < spectrum->size / 2; i++) {
    double r = spectrum->bins[i].r, im = spectrum->bins[i].i;
    double magnitude = smoothing * spectrum->magnitudes[i] +
        (1 - smoothing) * sqrt (r * r + im * im) / (double) spectrum->size;

    spectrum->magnitudes[i] = isfinite (magnitude) ? magnitude : 0;
  }
}

void
webaudio_spectrum_get_decibels (const WebAudioSpectrum * spectrum, float *dst)
{
  size_t i;

  for (i = 0; i < spectrum->size / 2; i++)
    dst[i] = (float) (20 * log10 (spectrum->magnitudes[i]));
}

/* Rounds down and clips; NaN is 0. */
static uint8_t
to_byte (double value)
{
  return value > 0 ? (uint8_t) MIN (value, 255) : 0;
}

void
webaudio_spectrum_get_bytes (const WebAudioSpectrum * spectrum, double min,
    double max, uint8_t * dst)
{
  double scale = 255 / (max - min);
  size_t i;

  for (i = 0; i < spectrum->size / 2; i++)
    dst[i] = to_byte (scale * (20 * log10 (spectrum->magnitudes[i]) - min));
}

void
webaudio_waveform_to_bytes (const float *samples, uint8_t * dst, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    dst[i] = to_byte (128 * (1 + (double) samples[i]));
}
