/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GstWebAudioScheduledSource: what oscillator, constantsource and buffersource
 * share, the spec's AudioScheduledSourceNode. */
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
 * @begin_block: (optional): the next block has these frames. @channels is how
 *     many it has, or 0 if it is silent, with one channel. Without it there is
 *     one. %FALSE if the source is over.
 * @generate: renders @n frames from @frame on into @planes, one for each
 *     channel. @start is the frame, not rounded, at which the sound started.
 *     Returns how many frames there are; fewer than @n are the last ones.
 * @foresee: (optional): the frame at which the sound will be over by itself as
 *     things are now, or %GST_BUFFER_OFFSET_NONE if that is not known. Called
 *     with the graph's lock.
 */
struct _GstWebAudioScheduledSourceClass
{
  GstWebAudioNodeClass parent_class;

  gboolean (*begin_block) (GstWebAudioScheduledSource * source, guint64 frame,
      guint frames, guint * channels);
  guint (*generate) (GstWebAudioScheduledSource * source, guint64 frame,
      gdouble start, gfloat * const *planes, guint n);
  guint64 (*foresee) (GstWebAudioScheduledSource * source, gdouble start);
};

G_GNUC_INTERNAL
GType gst_web_audio_scheduled_source_get_type (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstWebAudioScheduledSource, gst_object_unref)

G_GNUC_INTERNAL
void gst_web_audio_scheduled_source_class_add_start
    (GstWebAudioScheduledSourceClass * klass);

G_GNUC_INTERNAL
gboolean gst_web_audio_scheduled_source_start (GstWebAudioScheduledSource *
    source, gdouble when);

G_END_DECLS

#endif
