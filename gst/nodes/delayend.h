/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioDelayEnd: one end of a delay line, which writes it or reads it. The
 * ends find one another by the name of the line.
 */
#ifndef __GST_WEB_AUDIO_DELAY_END_H__
#define __GST_WEB_AUDIO_DELAY_END_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_DELAY_END (gst_web_audio_delay_end_get_type ())
#define GST_WEB_AUDIO_DELAY_END(obj) \
    (G_TYPE_CHECK_INSTANCE_CAST ((obj), GST_TYPE_WEB_AUDIO_DELAY_END, GstWebAudioDelayEnd))

/* The number of the first property of subclasses. */
#define GST_WEB_AUDIO_DELAY_END_NEXT_PROPERTY 2

typedef struct
{
  GstWebAudioNode parent;

  /*< private > */
  gchar *line;                  /* its name; object lock */
} GstWebAudioDelayEnd;

typedef struct
{
  GstWebAudioNodeClass parent_class;
} GstWebAudioDelayEndClass;

G_GNUC_INTERNAL
GType gst_web_audio_delay_end_get_type (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstWebAudioDelayEnd, gst_object_unref)

G_GNUC_INTERNAL
gchar *gst_web_audio_delay_end_get_line (gpointer end);

G_END_DECLS

#endif
