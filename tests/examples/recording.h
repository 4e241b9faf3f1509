/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One recording of a sine, in real time, from a start to a stop: what the
 * window and the web server have in common.
 */

#ifndef __RECORDING_H__
#define __RECORDING_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/* The type of the blob */
#define RECORDING_TYPE "audio/ogg;codecs=opus"

typedef struct _Recording Recording;

/* The recording is complete: @blob is the file's content. If it failed, @error
 * says why and @blob is NULL. Called in the main loop; the recording is freed
 * when it returns. */
typedef void (*RecordingFunc) (GBytes * blob, const GError * error,
    gpointer data);

Recording *recording_start (RecordingFunc done, gpointer data, GError ** error);
void recording_stop (Recording * recording);
/* Without its end: @done is not called */
void recording_free (Recording * recording);

/* The appsink that receives what is recorded, as mono F32 (transfer none) */
GstElement *recording_get_monitor (Recording * recording);
/* How much has been recorded */
GstClockTime recording_get_duration (Recording * recording);

G_END_DECLS

#endif /* __RECORDING_H__ */
