/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an audiodestination plays through: an output that can be exchanged while
 * it plays. If it is lost, the default one takes its place, and if that is lost,
 * a silent one.
 */
#ifndef __GST_WEB_AUDIO_PLAYER_H__
#define __GST_WEB_AUDIO_PLAYER_H__

#include "../graph/node.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_web_audio_audio_destination_debug);

/**
 * GstWebAudioPlayerChanged:
 * @element: the audiodestination
 * @sink_id: the output that plays; "" for the default one
 *
 * From any thread, maybe with the state lock.
 */
typedef void (*GstWebAudioPlayerChanged) (GstElement * element,
    const gchar * sink_id);

/**
 * GstWebAudioPlayer:
 * @audio_sink: (nullable): as it was set; needs the object lock of the element
 * @sink_id: as it was set; needs the object lock of the element
 */
typedef struct
{
  GstElement *audio_sink;
  gchar *sink_id;

  /*< private > */
  GstElement *element;          /* not owned */
  GstWebAudioNode *node;        /* not owned */
  GstPad *src;                  /* the node's */
  GstWebAudioPlayerChanged changed;

  /* object lock; the output is exchanged with the state lock, too */
  GstElement *output;           /* (nullable): in the element */
  GstElement *candidate;        /* (nullable): may become the output */
  gboolean failed;              /* the output did, and is being replaced */
  guint failures;               /* since the output is not the one asked for */
} GstWebAudioPlayer;

G_GNUC_INTERNAL
void gst_web_audio_player_init (GstWebAudioPlayer * self, GstElement * element,
    GstWebAudioNode * node, GstPad * src, GstWebAudioPlayerChanged changed);
G_GNUC_INTERNAL
void gst_web_audio_player_clear (GstWebAudioPlayer * self);
G_GNUC_INTERNAL
gboolean gst_web_audio_player_add (GstWebAudioPlayer * self);
G_GNUC_INTERNAL
void gst_web_audio_player_remove (GstWebAudioPlayer * self);
G_GNUC_INTERNAL
gboolean gst_web_audio_player_is_there (GstWebAudioPlayer * self);
G_GNUC_INTERNAL
gboolean gst_web_audio_player_set_sink_id (GstWebAudioPlayer * self,
    const gchar * sink_id);
G_GNUC_INTERNAL
void gst_web_audio_player_set_audio_sink (GstWebAudioPlayer * self,
    GstElement * sink);
G_GNUC_INTERNAL
gboolean gst_web_audio_player_take_message (GstWebAudioPlayer * self,
    GstMessage * message);
G_GNUC_INTERNAL
gboolean gst_web_audio_player_query_position (GstWebAudioPlayer * self,
    GstClockTime * position);

G_END_DECLS

#endif
