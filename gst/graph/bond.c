/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bonds: who belongs together; see bond.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "bond.h"
#include "graph.h"

/* Guards the list, and is taken before any graph's lock. */
static GMutex lock;
static GPtrArray *bonds;

/* Returns what contains everything that contains @node. */
static gconstpointer
find_top (GstWebAudioNode * node)
{
  GstObject *top = gst_object_ref (GST_OBJECT (node)), *parent;

  while ((parent = gst_object_get_parent (top))) {
    gst_object_unref (top);
    top = parent;
  }
  gst_object_unref (top);
  return top;
}

static GstWebAudioBond *
get_bond (gconstpointer top, const gchar * name)
{
  GstWebAudioBond *bond;
  guint i;

  if (!bonds)
    bonds = g_ptr_array_new ();
  for (i = 0; i < bonds->len; i++) {
    bond = g_ptr_array_index (bonds, i);
    if (bond->top == top && g_str_equal (bond->name, name))
      return bond;
  }
  bond = g_new0 (GstWebAudioBond, 1);
  bond->top = top;
  bond->name = g_strdup (name);
  bond->nodes = g_ptr_array_new ();
  g_ptr_array_add (bonds, bond);
  return bond;
}

static void
leave (GstWebAudioNode * node)
{
  GstWebAudioBond *bond = node->bond;

  if (!bond)
    return;
  gst_web_audio_graph_unbind (node);
  if (bond->nodes->len > 0)
    return;
  g_ptr_array_remove_fast (bonds, bond);
  if (bonds->len == 0)
    g_clear_pointer (&bonds, g_ptr_array_unref);
  g_ptr_array_unref (bond->nodes);
  g_free (bond->name);
  g_free (bond);
}

/*
 * gst_web_audio_bond_join:
 *
 * Makes the node belong to those of its pipeline that have joined by the same
 * name, and to no others. To be called when the node goes to READY, so that all
 * are there before anything is rendered.
 */
void
gst_web_audio_bond_join (GstWebAudioNode * node, const gchar * name)
{
  g_mutex_lock (&lock);
  leave (node);
  gst_web_audio_graph_bind (node, get_bond (find_top (node), name));
  g_mutex_unlock (&lock);
}

/*
 * gst_web_audio_bond_leave:
 *
 * The node belongs to nobody any more. To be called when it goes to NULL.
 */
void
gst_web_audio_bond_leave (GstWebAudioNode * node)
{
  g_mutex_lock (&lock);
  leave (node);
  g_mutex_unlock (&lock);
}

/*
 * gst_web_audio_bond_find:
 * @nth: which of them
 *
 * Returns: (transfer none) (nullable): another node of a type that belongs to
 *     @node, in the order in which they joined. Needs the graph's lock.
 */
GstWebAudioNode *
gst_web_audio_bond_find (GstWebAudioNode * node, GType type, guint nth)
{
  guint i;

  for (i = 0; node->bond && i < node->bond->nodes->len; i++) {
    GstWebAudioNode *other = g_ptr_array_index (node->bond->nodes, i);

    if (other != node && G_TYPE_CHECK_INSTANCE_TYPE (other, type)
        && nth-- == 0)
      return other;
  }
  return NULL;
}
