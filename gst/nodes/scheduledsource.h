/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GstWebAudioScheduledSource: what oscillator and constantsource share, the
 * spec's AudioScheduledSourceNode. */
#ifndef __GST_WEB_AUDIO_SCHEDULED_SOURCE_H__
#define __GST_WEB_AUDIO_SCHEDULED_SOURCE_H__

#include "../graph/node.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_SCHEDULED_SOURCE \
    (gst_web_audio_scheduled_source_get_type ())
#define GST_WEB_AUDIO_SCHEDULED_SOURCE(obj) \
    (G_TYPE_CHECK_INSTANCE_CAST ((obj), GST_TYPE_WEB_AUDIO_SCHEDULED_SOURCE, GstWebAudioScheduledSource))
#define GST_WEB_AUDIO_SCHEDULED_SOURCE_CLASS(klass) \
    (G_TYPE_CHECK_CLASS_CAST ((klass), GST_TYPE_WEB_AUDIO_SCHEDULED_SOURCE, GstWebAudioScheduledSourceClass))
#define GST_WEB_AUDIO_SCHEDULED_SOURCE_GET_CLASS(obj) \
    (G_TYPE_INSTANCE_GET_CLASS ((obj), GST_TYPE_WEB_AUDIO_SCHEDULED_SOURCE, GstWebAudioScheduledSourceClass))

typedef struct _GstWebAudioScheduledSource GstWebAudioScheduledSource;
typedef struct _GstWebAudioScheduledSourceClass GstWebAudioScheduledSourceClass;

struct _GstWebAudioScheduledSource
{
  GstWebAudioNode node;

  /*< private > */
  /* properties, in seconds of graph time, negative for never; object lock */
  gdouble start;
  gdouble stop;
  gboolean start_called;

  gboolean finished;            /* under the graph's lock */
};

/**
 * GstWebAudioScheduledSourceClass:
 * @generate: renders @n frames of one channel from @frame on. @start is the
 *     frame, not rounded, at which the sound started.
 */
struct _GstWebAudioScheduledSourceClass
{
  GstWebAudioNodeClass parent_class;

  void (*generate) (GstWebAudioScheduledSource * source, guint64 frame,
      gdouble start, gfloat * out, guint n);
};

G_GNUC_INTERNAL
GType gst_web_audio_scheduled_source_get_type (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstWebAudioScheduledSource, gst_object_unref)

G_END_DECLS

#endif
