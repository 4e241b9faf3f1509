/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The recordings of a mediarecorder. One of them, a take, is a queue that the
 * input fills, an encodebin that a task feeds from it (recorderencoder.h), and
 * what comes out of that (recorderoutput.h). So no caller ever waits for an
 * encoder or for downstream.
 *
 * After stop a take goes on until its last byte is out, while the next may be
 * started already: the takes are in a list, and only the first of them has
 * output.
 *
 * One lock guards all; it is never held while something outside is called. The
 * object lock and that of the events may be taken within.
 */
#ifndef __GST_WEB_AUDIO_RECORDER_TAKE_H__
#define __GST_WEB_AUDIO_RECORDER_TAKE_H__

#include <gst/audio/audio.h>

#include "recordedbytes.h"
#include "recorderevents.h"
#include "recordertype.h"

G_BEGIN_DECLS

/* What the queue of a take holds before the input waits */
#define GST_WEB_AUDIO_TAKE_QUEUE_TIME GST_SECOND

/**
 * GstWebAudioRecordingState:
 * @GST_WEB_AUDIO_RECORDING_STATE_INACTIVE: not started, or stopped
 * @GST_WEB_AUDIO_RECORDING_STATE_RECORDING: what comes in is recorded
 * @GST_WEB_AUDIO_RECORDING_STATE_PAUSED: started, and leaves out what comes in
 *
 * https://w3c.github.io/mediacapture-record/#recordingstate
 */
typedef enum
{
  GST_WEB_AUDIO_RECORDING_STATE_INACTIVE,
  GST_WEB_AUDIO_RECORDING_STATE_RECORDING,
  GST_WEB_AUDIO_RECORDING_STATE_PAUSED
} GstWebAudioRecordingState;

typedef struct _GstWebAudioTake GstWebAudioTake;

/**
 * GstWebAudioTakes:
 * @bin: the recorder, not owned: the encodebins are in it
 * @srcpad: its src pad, not owned
 * @events: what the application is told
 * @lock: guards what follows, and what the takes do not keep for themselves
 * @cond: any of it has changed
 * @list: (element-type GstWebAudioTake): the first has the output
 * @current: (nullable): takes what comes in
 * @state: of @current; inactive without one
 * @disposing: takes that are no longer in @list, but still run
 * @downstream_ended: it wants no more
 *
 * What a recorder and its takes share.
 */
typedef struct
{
  GstBin *bin;
  GstPad *srcpad;
  GstWebAudioRecorderEvents events;

  GMutex lock;
  GCond cond;
  GQueue list;
  GstWebAudioTake *current;
  GstWebAudioRecordingState state;
  guint disposing;
  gboolean downstream_ended;
} GstWebAudioTakes;

/**
 * GstWebAudioTakeItem:
 *
 * What a take records: one of these.
 */
typedef struct
{
  GstBuffer *buffer;
  GstEvent *event;
  GstCaps *caps;
  guint64 silence;              /* frames */
  GstClockTime duration;
} GstWebAudioTakeItem;

struct _GstWebAudioTake
{
  gint refs;                    /* atomic */
  GstWebAudioTakes *takes;
  const GstWebAudioRecorderType *type;
  GstWebAudioEncoding encoding;
  GstClockTime timeslice;

  GQueue items;                 /* element-type GstWebAudioTakeItem */
  GstClockTime queued;
  gboolean ended;               /* no item follows */
  gboolean building;            /* outside of the lock: not to be concluded */
  gboolean built;
  GstCaps *caps;                /* (nullable): of the last item */
  gboolean failed;
  gboolean finishing;           /* by a thread that was called */
  gboolean flushing;            /* nobody waits for it any more */

  /* of the task that feeds the encoder */
  GstAudioInfo info;
  GstClockTime base;            /* where frame 0 lies */
  guint64 frames;

  GstElement *encodebin;
  GstPad *feed;                 /* src, linked to encodebin */
  GstPad *drain;                /* sink, encodebin's is linked to it */

  GstWebAudioRecordedBytes bytes;
  gboolean deaf;                /* downstream wants no more */
  gboolean sync;                /* what is written goes to a disk */
  gint64 synced;
  GList *rewrites;              /* element-type GstBuffer: what the encoder
                                 * writes at another place, at the end */
  gint64 rewrite_at;            /* where the encoder is; -1: at the end */
  gboolean done;                /* its last byte is out */
  guint requests;               /* of data, before it was the first take */
  GError *error;
};

G_GNUC_INTERNAL
void gst_web_audio_takes_init (GstWebAudioTakes * takes, GstBin * bin,
    GstPad * srcpad);
G_GNUC_INTERNAL
void gst_web_audio_takes_clear (GstWebAudioTakes * takes);
G_GNUC_INTERNAL
void gst_web_audio_takes_add (GstWebAudioTakes * takes, GstWebAudioTake * take);
G_GNUC_INTERNAL
GstWebAudioTake *gst_web_audio_takes_find (GstWebAudioTakes * takes,
    GstObject * part);
G_GNUC_INTERNAL
GstClockTime gst_web_audio_takes_get_latency (GstWebAudioTakes * takes);
G_GNUC_INTERNAL
void gst_web_audio_takes_advance (GstWebAudioTakes * takes);
G_GNUC_INTERNAL
void gst_web_audio_takes_end_src (GstWebAudioTakes * takes);
G_GNUC_INTERNAL
void gst_web_audio_takes_interrupt (GstWebAudioTakes * takes);
G_GNUC_INTERNAL
void gst_web_audio_takes_conclude_all (GstWebAudioTakes * takes);

G_GNUC_INTERNAL
GstWebAudioTake *gst_web_audio_take_new (GstWebAudioTakes * takes,
    const GstWebAudioRecorderType * type);
G_GNUC_INTERNAL
GstWebAudioTake *gst_web_audio_take_ref (GstWebAudioTake * take);
G_GNUC_INTERNAL
void gst_web_audio_take_unref (GstWebAudioTake * take);
G_GNUC_INTERNAL
GstWebAudioTakeItem *gst_web_audio_take_add_item (GstWebAudioTake * take,
    GstClockTime duration);
G_GNUC_INTERNAL
void gst_web_audio_take_item_free (GstWebAudioTakeItem * item);
G_GNUC_INTERNAL
void gst_web_audio_take_request_data (GstWebAudioTake * take);
G_GNUC_INTERNAL
void gst_web_audio_take_hand_out (GstWebAudioTake * take);
G_GNUC_INTERNAL
gboolean gst_web_audio_take_is_over (GstWebAudioTake * take);
G_GNUC_INTERNAL
void gst_web_audio_take_end (GstWebAudioTake * take);
G_GNUC_INTERNAL
void gst_web_audio_take_fail (GstWebAudioTake * take, GError * error);

G_END_DECLS

#endif
