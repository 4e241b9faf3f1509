/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioParam: an AudioParam, one of the parameters of a node.
 *
 * A node declares its parameters in class_init, by
 * gst_web_audio_node_class_add_param(), and reads them while it renders, by
 * gst_web_audio_param_values(). The rest comes by itself: the property of the
 * node, the child object with the spec's methods, the request pads, control
 * bindings.
 */
#ifndef __GST_WEB_AUDIO_PARAM_H__
#define __GST_WEB_AUDIO_PARAM_H__

#include "automation.h"
#include "node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_PARAM (gst_web_audio_param_get_type ())
#define GST_WEB_AUDIO_PARAM(obj) \
    (G_TYPE_CHECK_INSTANCE_CAST ((obj), GST_TYPE_WEB_AUDIO_PARAM, GstWebAudioParam))
#define GST_WEB_AUDIO_PARAM_CAST(obj) ((GstWebAudioParam *) (obj))

/**
 * GstWebAudioParam:
 *
 * Fields are the rendering thread's unless a line says otherwise.
 */
struct _GstWebAudioParam
{
  GstObject object;

  /*< private > */
  GstWebAudioNode *node;        /* not owned */
  GParamSpec *pspec;            /* the node's property */
  GstWebAudioParamFlags flags;

  /* object lock */
  GstWebAudioSchedule schedule;
  GstWebAudioAutomationRate rate;
  gdouble current;              /* the spec's [[current value]] */
  GError *unreported;           /* a text was refused, nobody knows yet */

  GstWebAudioBlock input;       /* what they deliver now, mono */
  guint64 input_frame;
  gdouble *values;
  guint capacity;
  guint64 held_quantum;         /* of k-rate */
  gdouble held_value;
  gdouble bound;                /* what a binding said last, or not-a-number */
  guint64 read_to;              /* a frame */
};

typedef struct
{
  GstObjectClass parent_class;
} GstWebAudioParamClass;

G_GNUC_INTERNAL
GType gst_web_audio_param_get_type (void);

/* for process of nodes */

G_GNUC_INTERNAL
const gdouble *gst_web_audio_param_values (GstWebAudioParam * param,
    guint64 frame, guint n, gdouble * value);

G_GNUC_INTERNAL
gboolean gst_web_audio_param_is_constant (GstWebAudioParam * param,
    guint64 frame, guint64 n, gdouble * value);

/* for the files in this folder */

G_GNUC_INTERNAL
GstWebAudioParam *gst_web_audio_param_new (GstWebAudioNode * node,
    GParamSpec * pspec, GstWebAudioParamFlags flags);

G_GNUC_INTERNAL
void gst_web_audio_param_set_value (GstWebAudioParam * param, gdouble value);

G_GNUC_INTERNAL
gdouble gst_web_audio_param_get_value (GstWebAudioParam * param);

G_GNUC_INTERNAL
GstFlowReturn gst_web_audio_param_gather (GstWebAudioParam * param,
    guint64 frame, guint frames);

G_GNUC_INTERNAL
void gst_web_audio_param_finish (GstWebAudioParam * param, guint64 frame,
    guint frames);

G_GNUC_INTERNAL
void gst_web_audio_param_seek (GstWebAudioParam * param, gdouble time);

G_GNUC_INTERNAL
void gst_web_audio_param_report (GstWebAudioParam * param);

G_END_DECLS

#endif
