/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the nodes that are part of a cycle, by Tarjan's algorithm for strongly
 * connected components. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cycle.h"
#include "graph.h"
#include "input.h"
#include "output.h"

typedef struct
{
  guint32 visit;
  guint next;                   /* order of the next node that is met */
  GPtrArray *open;              /* met, its component not yet known */
} Search;

/* The nodes from @first on are a component. */
static void
close_component (Search * search, GstWebAudioNode * first, gboolean cycle)
{
  GstWebAudioNode *node;

  cycle |= g_ptr_array_index (search->open, search->open->len - 1) != first;
  do {
    node = g_ptr_array_remove_index (search->open, search->open->len - 1);
    node->cycle.open = FALSE;
    node->cycle.told &= cycle;
    node->muted = cycle;
  } while (node != first);
}

static void
visit_node (Search * search, GstWebAudioNode * node)
{
  gboolean to_itself = FALSE;
  guint i;

  node->visit = search->visit;
  node->cycle.order = node->cycle.lowest = search->next++;
  node->cycle.open = TRUE;
  g_ptr_array_add (search->open, node);
  for (i = 0; i < node->inputs->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);
    GstWebAudioNode *other = input->output ? input->output->node : NULL;

    if (!other)
      continue;
    to_itself |= other == node;
    if (other->visit != search->visit) {
      visit_node (search, other);
      node->cycle.lowest = MIN (node->cycle.lowest, other->cycle.lowest);
    } else if (other->cycle.open) {
      node->cycle.lowest = MIN (node->cycle.lowest, other->cycle.order);
    }
  }
  if (node->cycle.lowest == node->cycle.order)
    close_component (search, node, to_itself);
}

/*
 * gst_web_audio_cycle_mute:
 *
 * Mutes the nodes that are part of a cycle, and no others. Needs the graph's
 * lock.
 */
void
gst_web_audio_cycle_mute (GstWebAudioGraph * graph)
{
  Search search = { gst_web_audio_graph_next_visit (), 0, graph->open };
  guint i;

  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    if (node->visit != search.visit)
      visit_node (&search, node);
  }
}

static void
post_muted (gpointer node)
{
  GST_ELEMENT_WARNING (node, STREAM, FAILED,
      ("%s is part of a cycle and silent.", GST_OBJECT_NAME (node)),
      ("what comes back must be delayed, by delaywriter and delayreader"));
}

/*
 * gst_web_audio_cycle_report:
 *
 * Says once that the node is muted. To be called while rendering.
 */
void
gst_web_audio_cycle_report (GstWebAudioNode * node)
{
  if (!node->cycle.told)
    gst_web_audio_defer (post_muted, node);
  node->cycle.told = TRUE;
}
