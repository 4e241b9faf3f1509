/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What nodes are made with, when they start, and how they are connected. */
#ifndef __CONFORMANCE_BUILDING_H__
#define __CONFORMANCE_BUILDING_H__

#include "scene.h"

typedef void (*ConnectionFunc) (JsonObject * connection, gpointer user_data);

void schedule_source (Scene * scene, Node * node, const gchar * method,
    JsonArray * args);

void schedule_node (Scene * scene, JsonObject * description);

void for_each_connection (Scene * scene, ConnectionFunc function,
    gpointer user_data);

void construct (Scene * scene, JsonObject * description);

void add_to_pipeline (Scene * scene, GstElement * element);

void make_connection (Scene * scene, JsonObject * description);

void connection_free (Connection * connection);

void end_connection (Scene * scene, JsonObject * description);

#endif
