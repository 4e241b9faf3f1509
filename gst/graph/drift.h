/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioDrift: how fast a live stream has to be played so that it stays
 * where it belongs on the graph's time line, although its clock and the graph's
 * are not the same.
 *
 * Not thread-safe: guarded by the graph's lock.
 */
#ifndef __GST_WEB_AUDIO_DRIFT_H__
#define __GST_WEB_AUDIO_DRIFT_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstWebAudioDrift:
 *
 * Places are counted in frames of the stream as it was put into the queue,
 * including silence; times in frames of the graph. Both may lie between frames.
 */
typedef struct
{
  gdouble rate;                 /* frames per second, of both */
  gdouble reserve;              /* how much earlier than it is needed a buffer
                                 * should be there */
  gboolean begun;
  gdouble place;                /* of the last buffer */
  gdouble time;                 /* where that belongs by all timestamps so far */
  gdouble period;               /* from one place to the next, in time */
  gdouble shift;                /* heard later than it belongs by this */

  gdouble missed;               /* frames of silence since the last buffer */
  gdouble least[2];             /* earliness in this window and the last */
  gdouble window_end;           /* time */
  gdouble usual;                /* earliness of the first window; NAN before */

  guint64 skip;                 /* frames to leave out: it piled up */
  gboolean engaged;             /* plays at another speed than 1 */
  gdouble speed;                /* places per frame of the graph */
} GstWebAudioDrift;

G_GNUC_INTERNAL
void gst_web_audio_drift_reset (GstWebAudioDrift * drift, gint rate,
    GstClockTime reserve);

G_GNUC_INTERNAL
void gst_web_audio_drift_set_reserve (GstWebAudioDrift * drift,
    GstClockTime reserve);

G_GNUC_INTERNAL
guint64 gst_web_audio_drift_observe (GstWebAudioDrift * drift, gdouble place,
    gdouble time, gdouble now, gdouble next);

G_GNUC_INTERNAL
void gst_web_audio_drift_miss (GstWebAudioDrift * drift, guint frames);

G_GNUC_INTERNAL
gdouble gst_web_audio_drift_get_speed (GstWebAudioDrift * drift, guint64 time,
    gdouble place, guint frames);

G_END_DECLS

#endif
