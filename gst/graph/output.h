/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioOutput: a node's source pad. Either it is pulled by the input of
 * another node, or it drives: a task renders and pushes (driver.c).
 */
#ifndef __GST_WEB_AUDIO_OUTPUT_H__
#define __GST_WEB_AUDIO_OUTPUT_H__

#include <gst/base/gstqueuearray.h>

#include "node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_OUTPUT (gst_web_audio_output_get_type ())
#define GST_WEB_AUDIO_OUTPUT(obj) \
    (G_TYPE_CHECK_INSTANCE_CAST ((obj), GST_TYPE_WEB_AUDIO_OUTPUT, GstWebAudioOutput))
#define GST_WEB_AUDIO_OUTPUT_CAST(obj) ((GstWebAudioOutput *) (obj))
#define GST_IS_WEB_AUDIO_OUTPUT(obj) \
    (G_TYPE_CHECK_INSTANCE_TYPE ((obj), GST_TYPE_WEB_AUDIO_OUTPUT))

/* How far one consumer may be behind another before the faster one waits, and
 * how much is kept for one that has come to a halt, in seconds. */
#define GST_WEB_AUDIO_LEAD 1
#define GST_WEB_AUDIO_BACKLOG 10

/**
 * GstWebAudioOutput:
 *
 * Fields are guarded by the graph's lock, those of the driver by the pad's
 * stream lock, unless a line says otherwise.
 */
struct _GstWebAudioOutput
{
  GstPad pad;

  /*< private > */
  GstWebAudioNode *node;
  gint port;                    /* the channel that it delivers, of a node with
                                 * several outputs; -1 for all channels */
  GstWebAudioInput *input;      /* the node input that pulls, owned */
  gboolean wanted;              /* somebody will consume what is rendered */
  GstQueueArray *backlog;       /* GstWebAudioBlock, rendered for another
                                 * consumer */
  gint64 drained_at;            /* monotonic time of the last take */

  /* what is sent */
  gchar *stream_id;
  gint need_events;             /* atomic */
  GstAudioInfo info;
  gboolean configured;          /* info counts */
  guint pinned_channels;        /* 0, or what a capsfilter asks for */
  guint pinned_for;             /* instead of so many */

  /* the driver */
  gboolean driving;             /* has a task; under the graph's lock */
  gint interrupted;             /* leave every wait; atomic */
  gboolean refused;             /* downstream is flushing; graph's lock */
  gboolean done;                /* sent EOS or failed; graph's lock */
  gboolean located;             /* position counts; graph's lock */
  gboolean ended;               /* the last block was pushed; graph lock */
  guint64 position;             /* next frame; graph's lock */
  gboolean need_segment;
  gboolean rebased;             /* the segment is another; graph's lock */
  gboolean discont;
  gboolean pushed;              /* a buffer since activation */
  gboolean accepted;            /* the last buffer */
  guint end_tries;              /* how often downstream refused the end */
  guint32 seqnum;               /* of the seek that made the segment */
  GstClockID clock_id;          /* object lock */
  GstAudioConverter *converter;
  GstBufferPool *pool;
  guint pool_frames;
  gboolean keep_gaps;           /* downstream understands GAP buffers */
};

typedef struct
{
  GstPadClass parent_class;
} GstWebAudioOutputClass;

G_GNUC_INTERNAL
GType gst_web_audio_output_get_type (void);

G_GNUC_INTERNAL
GstWebAudioOutput *gst_web_audio_output_new (GstWebAudioNode * node,
    GstPadTemplate * templ, const gchar * name);

G_GNUC_INTERNAL
void gst_web_audio_output_reschedule (GstWebAudioOutput * output);

G_GNUC_INTERNAL
void gst_web_audio_output_push (GstWebAudioOutput * output);

G_GNUC_INTERNAL
GstFlowReturn gst_web_audio_output_take (GstWebAudioOutput * output,
    guint64 frame, guint frames, GstWebAudioBlock * block);

G_GNUC_INTERNAL
GstFlowReturn gst_web_audio_output_deliver (GstWebAudioOutput * output,
    guint64 frame, guint frames, GstWebAudioBlock * block);

G_GNUC_INTERNAL
void gst_web_audio_output_keep (GstWebAudioOutput * output,
    const GstWebAudioBlock * block);

G_GNUC_INTERNAL
void gst_web_audio_output_drop_backlog (GstWebAudioOutput * output);

G_GNUC_INTERNAL
gboolean gst_web_audio_output_backlog_start (GstWebAudioOutput * output,
    guint64 * frame);

G_GNUC_INTERNAL
void gst_web_audio_output_send_stream_start (GstWebAudioOutput * output);

/* driver.c */

G_GNUC_INTERNAL
void gst_web_audio_driver_start (GstWebAudioOutput * output);

G_GNUC_INTERNAL
void gst_web_audio_driver_stop (GstWebAudioOutput * output);

G_GNUC_INTERNAL
void gst_web_audio_driver_interrupt (GstWebAudioOutput * output);

G_GNUC_INTERNAL
gboolean gst_web_audio_driver_query (GstWebAudioOutput * output,
    GstQuery * query);

/* seek.c */

G_GNUC_INTERNAL
gboolean gst_web_audio_seek (GstWebAudioOutput * output, GstEvent * event);

/* negotiate.c */

G_GNUC_INTERNAL
GstFlowReturn gst_web_audio_negotiate_rate (GstWebAudioOutput * output);

G_GNUC_INTERNAL
gboolean gst_web_audio_negotiate_format (GstWebAudioOutput * output,
    guint channels, gint rate);

G_END_DECLS

#endif
