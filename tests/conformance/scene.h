/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scene (FORMAT.md) that is built and rendered. */
#ifndef __CONFORMANCE_SCENE_H__
#define __CONFORMANCE_SCENE_H__

#include "json.h"

#define QUANTUM 128
#define DESTINATION "destination"
#define LISTENER "listener"

/* One node of the scene: one element, except that a Delay in a cycle is a
 * writer, which has the input, and a reader, which has the output. */
typedef struct
{
  gchar *id;
  gchar *type;
  GstElement *input;
  GstElement *output;
} Node;

typedef struct
{
  JsonObject *description;
  GstPad *src;
  GstPad *sink;
  GstElement *between;          /* where a node is connected to itself */
} Connection;

typedef struct
{
  JsonObject *description;
  guint rate;
  guint channels;
  guint64 length;

  GstElement *pipeline;
  GHashTable *nodes;            /* id to Node */
  GHashTable *buffers;          /* name to GstSample, of those that were used */
  GPtrArray *connections;       /* Connection, those that are made */

  guint64 rendered;             /* frames */
  guint next_change;
  JsonNode **answers;           /* one a query, in their order */

  gfloat *samples;              /* NULL when only the time is asked */
  guint64 n_written;            /* floats in samples */
} Scene;

#endif
