/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A widget that plays a recording: play and pause, position, duration. */

#ifndef __PLAYER_H__
#define __PLAYER_H__

#include <gst/gst.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *player_new (void);
/* @blob: the content of an audio file, or NULL for none */
void player_set_blob (GtkWidget * player, GBytes * blob);

/* "0:05", for a label (transfer full) */
gchar *player_format_time (GstClockTime time);

G_END_DECLS

#endif /* __PLAYER_H__ */
