/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nodes of a scene: their elements, attributes and parameters. */
#ifndef __CONFORMANCE_NODES_H__
#define __CONFORMANCE_NODES_H__

#include "scene.h"

void node_free (Node * node);

Node *find_node (Scene * scene, const gchar * id);

gboolean has_property (GstElement * element, const gchar * property);

GParamSpec *find_property (Node * node, const gchar * property);

void set_property_from_string (Node * node, const gchar * property,
    const gchar * string);

void set_attribute (Scene * scene, Node * node, const gchar * name,
    JsonNode * json);

void set_attributes (Scene * scene, Node * node, JsonObject * attributes);

GstElement *make_element (const gchar * factory_name, const gchar * type);

Node *add_node (Scene * scene, const gchar * id, const gchar * type,
    GstElement * input, GstElement * output);

Node *add_plain_node (Scene * scene, const gchar * id, const gchar * type);

Node *add_delay_in_cycle (Scene * scene, const gchar * id);

void apply_event (Node * node, const gchar * param, JsonArray * event);

void set_params (Node * node, JsonObject * params);

#endif
