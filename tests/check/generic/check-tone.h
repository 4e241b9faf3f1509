/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measures the tone in one channel of a recording. */
#ifndef __CHECK_TONE_H__
#define __CHECK_TONE_H__

#include <glib.h>
#include <math.h>

/**
 * Tone:
 * @frequency: by its zeros, in Hz; 0 where there are not enough of them
 * @level: of a sine with the same power
 * @offset: mean value
 */
typedef struct
{
  gdouble frequency;
  gdouble level;
  gdouble offset;
} Tone;

/* Of @n frames of @channels interleaved samples. */
static inline void
measure_tone (Tone * tone, const gfloat * samples, guint64 n, guint channels,
    guint channel, gint rate)
{
  gdouble first = -1, last = 0, sum = 0, squares = 0;
  guint cycles = 0;
  guint64 i;

  for (i = 0; i < n; i++) {
    gdouble value = samples[i * channels + channel];
    gdouble before = i ? samples[(i - 1) * channels + channel] : 0;

    sum += value;
    squares += value * value;
    if (before < 0 && value >= 0) {
      last = i - value / (value - before);
      if (first < 0)
        first = last;
      else
        cycles++;
    }
  }
  tone->offset = sum / n;
  tone->level = sqrt (2 * squares / n);
  tone->frequency = cycles ? cycles * rate / (last - first) : 0;
}

#endif
