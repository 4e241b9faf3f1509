/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the soak test: each runs by itself, and says how it went. */
#ifndef __SOAK_H__
#define __SOAK_H__

#include <gst/gst.h>

#define RATE 48000
#define CHANNELS 2

/* Counts what is wrong, and says it. */
void soak_fail (const gchar * format, ...) G_GNUC_PRINTF (1, 2);

/* (transfer full): exits if there is none */
GstElement *soak_launch (const gchar * format, ...) G_GNUC_PRINTF (1, 2);
GstElement *soak_get (GstElement * bin, const gchar * name);
/* An error of @pipeline is a failure; @ended is called then, too. */
void soak_watch (GstElement * pipeline, GSourceFunc ended, gpointer data);
void soak_stop (GstElement * pipeline);

/* The pattern: no two of its frames are the same within 2^48, and each is exact
 * in 24 bits and in a float. */
void pattern_fill (gfloat * samples, guint64 frame, guint n);
gboolean pattern_matches (const gfloat * samples, guint64 frame);

/* A clock that goes @speed times as fast as the system's */
GstClock *fast_clock_new (gdouble speed);

typedef struct _RecordLeg RecordLeg;
RecordLeg *record_leg_start (const gchar * folder, guint seconds, gdouble speed,
    GSourceFunc done, gpointer data);
gdouble record_leg_position (RecordLeg * leg);
/* To be called when done was; checks all and frees. */
void record_leg_finish (RecordLeg * leg);

typedef struct _WebrtcLeg WebrtcLeg;
/* (nullable): NULL where GStreamer's WebRTC is not installed */
WebrtcLeg *webrtc_leg_start (guint seconds, GSourceFunc done, gpointer data);
void webrtc_leg_finish (WebrtcLeg * leg);

#endif
