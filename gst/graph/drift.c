/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Following the clock of a live stream.
 *
 * A delay-locked loop draws a line through the timestamps: where in time each
 * frame of the stream belongs, and how long a second of the stream is. What is
 * played follows that line: its speed is the line's slope, and a little more or
 * less where it is off. As long as it is hardly off at all it is played as it
 * is, to the bit.
 *
 * Timestamps do not tell everything. A source may count its samples and never
 * look at a clock, so that it delivers ever earlier or later. Therefore the
 * line is shifted, slowly, where buffers come so late that a little more would
 * be too late, or so early that they pile up. Where more has piled up than could
 * be made up for so, as after an interruption, the rest is left out.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "drift.h"

/* Timestamps that are off by less are jitter, by more a gap or a jump. */
#define TOLERANCE 0.04          /* s */
/* What piles up by more than this is left out. */
#define SURPLUS 0.01            /* s */
/* What is played may be off by this before its speed is changed at all. */
#define DEADBAND 0.0005         /* s */
/* of the loop: slow enough to keep jitter out of the pitch */
#define BANDWIDTH 0.05          /* Hz */
/* in which what is off is made up for */
#define CATCH_UP 2.0            /* s */
/* in which the speed changes */
#define SMOOTH 0.1              /* s */
/* The speed differs from 1 by this at most, a cent: clocks do not differ by more,
 * and nobody hears it. */
#define MAX_CORRECTION 0.0005
/* The line is shifted by this much per frame at most. */
#define MAX_SHIFT 0.0005
/* in which it is shifted by what buffers are too early or too late */
#define SETTLE 5.0              /* s */
/* over which the least earliness counts */
#define WINDOW 2.5              /* s */
/* The least earliness may grow by this in any case. */
#define SLACK 0.001             /* s */

/*
 * gst_web_audio_drift_reset:
 * @rate: of the graph
 * @reserve: how much earlier than they are needed buffers should arrive
 *
 * Forgets the stream.
 */
void
gst_web_audio_drift_reset (GstWebAudioDrift * drift, gint rate,
    GstClockTime reserve)
{
  drift->rate = rate;
  gst_web_audio_drift_set_reserve (drift, reserve);
  drift->begun = FALSE;
  drift->skip = 0;
  drift->engaged = FALSE;
  drift->speed = 1.0;
}

/*
 * gst_web_audio_drift_set_reserve:
 */
void
gst_web_audio_drift_set_reserve (GstWebAudioDrift * drift, GstClockTime reserve)
{
  drift->reserve = (gdouble) reserve *drift->rate / GST_SECOND;
}

/* Watches by how much buffers are earlier than needed, and shifts the line if
 * that leaves what is allowed. @frames: since the last buffer. */
static void
watch_arrivals (GstWebAudioDrift * drift, gdouble earliness, gdouble frames)
{
  gdouble least, lowest = drift->reserve / 2, highest, off, shift;

  if (drift->time >= drift->window_end) {
    drift->least[1] = drift->least[0];
    drift->least[0] = earliness;
    drift->window_end = drift->time + WINDOW * drift->rate;
    if (isnan (drift->usual))
      drift->usual = drift->least[1];
  }
  drift->least[0] = MIN (drift->least[0], earliness);
  if (isnan (drift->usual))
    return;
  least = MIN (drift->least[0], drift->least[1]);
  highest = MAX (drift->usual, drift->reserve);
  /* where it is heard late already, there is no reason to keep it so */
  if (drift->shift <= 0.0)
    highest += MAX (drift->reserve / 2, SLACK * drift->rate);
  if (least - highest > SURPLUS * drift->rate) {
    gdouble skip = floor (least - highest);

    drift->skip += (guint64) skip;
    drift->shift -= skip;
    drift->least[0] -= skip;
    drift->least[1] -= skip;
    return;
  }
  off = least < lowest ? lowest - least : MIN (highest - least, 0.0);
  shift = CLAMP (off / (SETTLE * drift->rate), -MAX_SHIFT, MAX_SHIFT) * frames;
  if (drift->shift > 0.0 && shift < 0.0)
    shift = MAX (shift, -drift->shift);
  drift->shift += shift;
  drift->least[0] += shift;
  drift->least[1] += shift;
}

/* The first buffer of a stream, which could be heard at @next. */
static guint64
begin (GstWebAudioDrift * drift, gdouble place, gdouble time, gdouble now,
    gdouble next)
{
  gdouble lowest = drift->reserve / 2, ahead;

  if (isnan (time))
    time = isnan (now) ? next : now;
  drift->begun = TRUE;
  drift->missed = 0.0;
  drift->time = time;
  drift->period = 1.0;
  drift->shift = 0.0;
  /* whole frames, so that the samples stay what they are */
  if (time - now < lowest)
    drift->shift = ceil (lowest - (time - now));
  if (time + drift->shift < next)
    drift->shift += ceil (next - (time + drift->shift));
  ahead = floor (time + drift->shift - next + 0.5);
  drift->place = place + ahead;
  drift->usual = NAN;
  drift->least[0] = drift->least[1] = INFINITY;
  drift->window_end = time + WINDOW * drift->rate;
  return (guint64) ahead;
}

/*
 * gst_web_audio_drift_observe:
 * @place: where the next buffer is put
 * @time: where it belongs, %NAN if that is not known
 * @now: the time that was being rendered when it arrived, %NAN if that is not
 *     known
 * @next: the time at which it would be heard
 *
 * A buffer is put into the queue.
 *
 * Returns: how many frames of silence to put before it
 */
guint64
gst_web_audio_drift_observe (GstWebAudioDrift * drift, gdouble place,
    gdouble time, gdouble now, gdouble next)
{
  const gdouble tolerance = TOLERANCE * drift->rate;
  const gdouble omega = 2 * G_PI * BANDWIDTH / drift->rate;
  gdouble frames = place - drift->place, expected, off, hole = 0.0;

  if (!drift->begun)
    return begin (drift, place, time, now, next);
  expected = drift->time + frames * drift->period;
  off = isnan (time) ? 0.0 : time - expected;
  if (drift->missed > 0.0 && (isnan (time) || off < 0.0)) {
    /* what should have been heard instead of that silence is heard late */
    gdouble late = isnan (time) ? drift->missed : -off;

    drift->shift += late;
    expected -= late;
    off = 0.0;
  }
  drift->missed = 0.0;
  if (off > tolerance) {
    hole = floor (off + 0.5);
    drift->time = time;
  } else if (off < -tolerance) {
    /* a jump back: what comes is heard all the same */
    drift->shift -= off;
    drift->time = time;
  } else {
    /* buffers of more than a second would be too much for the loop */
    gdouble step = MIN (frames, drift->rate);

    drift->time = expected + G_SQRT2 * omega * step * off;
    drift->period += omega * omega * step * off;
    drift->period = CLAMP (drift->period, 1.0 - MAX_CORRECTION,
        1.0 + MAX_CORRECTION);
  }
  drift->place = place + hole;
  if (!isnan (now))
    watch_arrivals (drift, drift->time + drift->shift - now, frames);
  return (guint64) hole;
}

/*
 * gst_web_audio_drift_miss:
 *
 * The stream had nothing to give for @frames: silence, which counts as if it
 * had been put into the queue.
 */
void
gst_web_audio_drift_miss (GstWebAudioDrift * drift, guint frames)
{
  drift->missed += frames;
}

/*
 * gst_web_audio_drift_get_speed:
 * @time: the next to be rendered
 * @place: what would be heard there
 * @frames: since the last call
 *
 * Returns: how many places to go on per frame, 1 as long as nothing has to be
 *     corrected
 */
gdouble
gst_web_audio_drift_get_speed (GstWebAudioDrift * drift, guint64 time,
    gdouble place, guint frames)
{
  gdouble off, wanted;

  if (!drift->begun)
    return drift->speed;
  off = drift->place + ((gdouble) time - drift->shift - drift->time)
      / drift->period - place;
  drift->engaged |= fabs (off) > DEADBAND * drift->rate;
  if (!drift->engaged)
    return 1.0;
  wanted = CLAMP (1.0 / drift->period + off / (CATCH_UP * drift->rate),
      1.0 - MAX_CORRECTION, 1.0 + MAX_CORRECTION);
  drift->speed += (wanted - drift->speed) *
      MIN (1.0, frames / (SMOOTH * drift->rate));
  return drift->speed;
}
