/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioInput: one connection into a node, its sink pad. Either it pulls
 * from the output of another node, or upstream pushes into it and the edge
 * (edge.c) keeps the audio until the node asks.
 */
#ifndef __GST_WEB_AUDIO_INPUT_H__
#define __GST_WEB_AUDIO_INPUT_H__

#include "edge.h"
#include "node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_INPUT (gst_web_audio_input_get_type ())
#define GST_WEB_AUDIO_INPUT(obj) \
    (G_TYPE_CHECK_INSTANCE_CAST ((obj), GST_TYPE_WEB_AUDIO_INPUT, GstWebAudioInput))
#define GST_WEB_AUDIO_INPUT_CAST(obj) ((GstWebAudioInput *) (obj))
#define GST_IS_WEB_AUDIO_INPUT(obj) \
    (G_TYPE_CHECK_INSTANCE_TYPE ((obj), GST_TYPE_WEB_AUDIO_INPUT))

/* How long rendering waits for an input that delivers nothing before it goes
 * on with silence. */
#define GST_WEB_AUDIO_PATIENCE (5 * G_USEC_PER_SEC)

/**
 * GstWebAudioInput:
 *
 * Fields are guarded by the graph's lock unless a line says otherwise.
 */
struct _GstWebAudioInput
{
  GstPad pad;

  /*< private > */
  GstWebAudioNode *node;
  GstWebAudioParam *param;      /* what it goes into; NULL for the input */
  guint port;                   /* of a node with several inputs, which one */
  gboolean connected;           /* takes part in rendering */
  GstWebAudioOutput *output;    /* what is pulled from, owned; else an edge */
  GPtrArray *way;               /* the pads in between and output; NULL if that
                                 * may change what is pulled */
  gint64 delta;                 /* the producer's frame less the node's */

  gboolean flushing;
  GstWebAudioEdge *edge;
  GstSegment segment;           /* under the stream lock */
  GstAudioInfo info;            /* of what is pushed; under the stream lock */
  gint64 waiting_since;         /* monotonic; 0 while nobody waits */
  gboolean starved;             /* patience ran out */
  gboolean over;                /* the node has seen its end */

  gboolean follows;             /* a live stream sets the pace of the graph */
  gboolean asked;               /* upstream, whether it is; stream lock */
  gboolean live;                /* it is, and it is followed */
  GstClockTime latency;         /* upstream's */
  GstClockTime jitter;          /* how late a live stream may be */
  gboolean endless;             /* silence follows the end */
};

typedef struct
{
  GstPadClass parent_class;
} GstWebAudioInputClass;

G_GNUC_INTERNAL
GType gst_web_audio_input_get_type (void);

G_GNUC_INTERNAL
GstWebAudioInput *gst_web_audio_input_new (GstWebAudioNode * node,
    GstPadTemplate * templ, const gchar * name);

G_GNUC_INTERNAL
gboolean gst_web_audio_input_is_pushed_by (GstWebAudioInput * input,
    GstWebAudioOutput * output);

G_GNUC_INTERNAL
void gst_web_audio_input_reschedule (GstWebAudioInput * input);

G_GNUC_INTERNAL
GstFlowReturn gst_web_audio_input_take (GstWebAudioInput * input,
    guint64 frame, guint frames, GstWebAudioBlock * block);

G_GNUC_INTERNAL
gboolean gst_web_audio_input_is_ready (GstWebAudioInput * input,
    guint64 frame, guint frames);

G_GNUC_INTERNAL
void gst_web_audio_input_follow_live (GstWebAudioInput * input,
    GstClockTime jitter);

G_GNUC_INTERNAL
void gst_web_audio_input_set_endless (GstWebAudioInput * input,
    gboolean endless);

G_GNUC_INTERNAL
guint64 gst_web_audio_input_get_underruns (GstWebAudioInput * input);

G_GNUC_INTERNAL
void gst_web_audio_input_add_latency (GstWebAudioInput * input,
    GstClockTime * min, GstClockTime * max);

G_END_DECLS

#endif
