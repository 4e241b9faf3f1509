/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A widget that draws the wave that an appsink receives. */

#ifndef __SCOPE_H__
#define __SCOPE_H__

#include <gst/gst.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *scope_new (void);
/* @appsink receives mono F32, or is NULL for a flat line */
void scope_set_appsink (GtkWidget * scope, GstElement * appsink);

G_END_DECLS

#endif /* __SCOPE_H__ */
