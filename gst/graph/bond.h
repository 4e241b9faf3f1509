/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bonds: nodes of one pipeline that belong together without a link, such as the
 * two ends of a delay line, or the listener and those who pan for it. They
 * render in one graph, under one lock, so that they may look at one another.
 */
#ifndef __GST_WEB_AUDIO_BOND_H__
#define __GST_WEB_AUDIO_BOND_H__

#include "node.h"

G_BEGIN_DECLS

/**
 * GstWebAudioBond:
 * @top: what is the pipeline; only compared
 * @name: what the members have agreed on
 * @nodes: (element-type GstWebAudioNode): the members, not owned, in the order
 *     in which they came; guarded by the graph's lock
 * @changes: how often @nodes has changed, for those that remember whom they
 *     found; guarded by the graph's lock
 */
struct _GstWebAudioBond
{
  gconstpointer top;
  gchar *name;
  GPtrArray *nodes;
  guint changes;
};

G_GNUC_INTERNAL
void gst_web_audio_bond_join (GstWebAudioNode * node, const gchar * name);

G_GNUC_INTERNAL
void gst_web_audio_bond_leave (GstWebAudioNode * node);

G_GNUC_INTERNAL
GstWebAudioNode *gst_web_audio_bond_find (GstWebAudioNode * node, GType type,
    guint nth);

G_END_DECLS

#endif
