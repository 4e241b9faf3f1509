/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks for a reason why a node would sound on. Nodes that wait for nothing but
 * each other, and are at rest, have none. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "ending.h"
#include "graph.h"
#include "input.h"
#include "output.h"

typedef struct
{
  guint32 visit;
  gboolean sourced;             /* something has ended that made it sound */
  gboolean sounding;
  gboolean fading;
} Walk;

static void
visit_source (GstWebAudioNode * node, Walk * walk)
{
  if (node->rendered && node->ended)
    walk->sourced = TRUE;
  else
    walk->sounding = TRUE;
}

static void
visit_edge (GstWebAudioInput * input, Walk * walk)
{
  if (input->over && gst_web_audio_edge_has_ended (input->edge))
    walk->sourced = TRUE;
  else
    walk->sounding = TRUE;
}

static void
visit_node (GstWebAudioNode * node, Walk * walk)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);
  GstWebAudioNode *before = klass->get_origin ? klass->get_origin (node) : NULL;
  guint i;

  if (walk->sounding || node->visit == walk->visit)
    return;
  node->visit = walk->visit;
  if (klass->at_rest && !klass->at_rest (node))
    walk->fading = TRUE;
  if (before)
    visit_node (before, walk);
  else if (!gst_web_audio_node_is_connected (node))
    visit_source (node, walk);
  for (i = 0; i < node->inputs->len && !walk->sounding; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);

    if (input->param)
      continue;
    if (input->output)
      visit_node (input->output->node, walk);
    else
      visit_edge (input, walk);
  }
}

/*
 * gst_web_audio_ending_find:
 *
 * Looks at what is heard through the node, as of the last block. Something must
 * have ended: where nothing is connected, silence has no end. Needs the graph's
 * lock.
 */
GstWebAudioEnding
gst_web_audio_ending_find (GstWebAudioNode * node)
{
  Walk walk = { gst_web_audio_graph_next_visit (), FALSE, FALSE, FALSE };

  visit_node (node, &walk);
  if (walk.sounding || !walk.sourced)
    return GST_WEB_AUDIO_ENDING_NONE;
  return walk.fading ? GST_WEB_AUDIO_ENDING_FADING : GST_WEB_AUDIO_ENDING_OVER;
}
