/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is at the other end of a pad's link, through ghost pads and elements
 * that hand a pull on unchanged. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/base/gstbasesink.h>

#include "link.h"

static gboolean
is_capsfilter (GstElement * element)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  return factory && g_str_equal (GST_OBJECT_NAME (factory), "capsfilter");
}

/* The pad of the same direction as @pad behind its peer, where the peer only
 * hands on what it is given. Consumes @peer. */
static GstPad *
step_through (GstPad * peer)
{
  GstElement *parent;
  GstPad *next = NULL;

  if (GST_IS_PROXY_PAD (peer)) {
    next = GST_PAD (gst_proxy_pad_get_internal (GST_PROXY_PAD (peer)));
  } else if ((parent = gst_pad_get_parent_element (peer))) {
    if (is_capsfilter (parent))
      next = gst_element_get_static_pad (parent,
          GST_PAD_IS_SINK (peer) ? "src" : "sink");
    gst_object_unref (parent);
  }
  gst_object_unref (peer);
  return next;
}

/* The first pad of type @wanted that the link of @start leads to. */
static GstPad *
follow (GstPad * start, GType wanted)
{
  GstPad *pad = gst_object_ref (start);

  while (pad) {
    GstPad *peer = gst_pad_get_peer (pad);

    gst_object_unref (pad);
    if (!peer || G_TYPE_CHECK_INSTANCE_TYPE (peer, wanted))
      return peer;
    pad = step_through (peer);
  }
  return NULL;
}

/*
 * gst_web_audio_link_find_input:
 *
 * Returns: (transfer full) (nullable): the input of another node that may pull
 *     from @output
 */
GstWebAudioInput *
gst_web_audio_link_find_input (GstWebAudioOutput * output)
{
  return (GstWebAudioInput *) follow (GST_PAD (output),
      GST_TYPE_WEB_AUDIO_INPUT);
}

/*
 * gst_web_audio_link_find_output:
 *
 * Returns: (transfer full) (nullable): the output of another node that @input
 *     may pull from
 */
GstWebAudioOutput *
gst_web_audio_link_find_output (GstWebAudioInput * input)
{
  return (GstWebAudioOutput *) follow (GST_PAD (input),
      GST_TYPE_WEB_AUDIO_OUTPUT);
}

/*
 * gst_web_audio_link_get_pads:
 *
 * Returns: (transfer full) (element-type GstPad): the pads that the node has
 *     now
 */
GPtrArray *
gst_web_audio_link_get_pads (GstWebAudioNode * node)
{
  GPtrArray *pads = g_ptr_array_new_with_free_func (gst_object_unref);
  GList *l;

  GST_OBJECT_LOCK (node);
  for (l = GST_ELEMENT (node)->pads; l; l = l->next)
    g_ptr_array_add (pads, gst_object_ref (l->data));
  GST_OBJECT_UNLOCK (node);
  return pads;
}

/*
 * gst_web_audio_link_is_direct:
 *
 * Returns: whether nothing that could restrict caps is between @pad and the
 *     node at the other end
 */
gboolean
gst_web_audio_link_is_direct (GstPad * pad)
{
  GstPad *peer = gst_pad_get_peer (pad);
  gboolean direct = peer && (GST_IS_WEB_AUDIO_INPUT (peer)
      || GST_IS_WEB_AUDIO_OUTPUT (peer));

  gst_clear_object (&peer);
  return direct;
}

/*
 * gst_web_audio_link_get_way:
 *
 * Returns: (transfer full) (nullable) (element-type GstPad): the pads through
 *     which a pull of @input would get to @output, which is the last one; %NULL
 *     if there is more than ghost pads on the way
 */
GPtrArray *
gst_web_audio_link_get_way (GstWebAudioInput * input,
    GstWebAudioOutput * output)
{
  GPtrArray *way = g_ptr_array_new_with_free_func (gst_object_unref);
  GstPad *pad = gst_pad_get_peer (GST_PAD (input));

  while (pad && GST_IS_PROXY_PAD (pad)) {
    GstPad *behind = GST_PAD (gst_proxy_pad_get_internal (GST_PROXY_PAD (pad)));

    g_ptr_array_add (way, pad);
    pad = behind ? gst_pad_get_peer (behind) : NULL;
    if (behind)
      g_ptr_array_add (way, behind);
  }
  if (pad)
    g_ptr_array_add (way, pad);
  if (pad != GST_PAD (output))
    g_clear_pointer (&way, g_ptr_array_unref);
  return way;
}

static inline gboolean
is_quiet (GstPad * pad, guint flags)
{
  return !(g_atomic_int_get (&GST_OBJECT_FLAGS (pad)) & flags)
      && g_atomic_int_get (&GST_PAD_MODE (pad)) == GST_PAD_MODE_PULL
      && g_atomic_int_get (&pad->num_probes) == 0;
}

/*
 * gst_web_audio_link_is_quiet:
 *
 * Whether nobody would notice if the pads were not asked: nothing but ghost pads
 * is between the nodes, nobody probes, and no event is due. The graph's lock,
 * which is needed, keeps both nodes as they are; what happens to the pads from
 * now on, such as a flush, counts for the next block, as it does in a pull that
 * has begun.
 */
gboolean
gst_web_audio_link_is_quiet (GstWebAudioInput * input)
{
  GPtrArray *way = input->way;
  GstPad *sink = GST_PAD_CAST (input);
  guint i;

  if (!way)
    return FALSE;
  for (i = 0; i < way->len; i += 2) {
    GstPad *src = g_ptr_array_index (way, i);

    if (g_atomic_pointer_get (&GST_PAD_PEER (sink)) != src
        || !is_quiet (sink, GST_PAD_FLAG_FLUSHING)
        || !is_quiet (src, GST_PAD_FLAG_FLUSHING | GST_PAD_FLAG_PENDING_EVENTS))
      return FALSE;
    if (i + 1 < way->len)
      sink = g_ptr_array_index (way, i + 1);
  }
  return TRUE;
}

/*
 * gst_web_audio_link_reopen:
 * @srcpad: what an input is, or was, linked to
 *
 * The input does not pull any longer: what stands between it and the other node
 * is to be pushed through.
 */
void
gst_web_audio_link_reopen (GstPad * srcpad)
{
  GstPad *pad = gst_object_ref (srcpad);

  while (pad && !GST_IS_WEB_AUDIO_OUTPUT (pad)) {
    GstElement *element = gst_pad_get_parent_element (pad);
    gboolean runs = element && GST_STATE (element) >= GST_STATE_PAUSED;
    GstPad *next;

    gst_clear_object (&element);
    if (GST_PAD_MODE (pad) == GST_PAD_MODE_PULL)
      gst_pad_activate_mode (pad, GST_PAD_MODE_PULL, FALSE);
    if (runs)
      gst_pad_set_active (pad, TRUE);
    next = step_through (pad);
    if (next && runs)
      gst_pad_set_active (next, TRUE);
    pad = next ? gst_pad_get_peer (next) : NULL;
    gst_clear_object (&next);
  }
  gst_clear_object (&pad);
}

/*
 * gst_web_audio_link_ends_in_audio_sink:
 *
 * Returns: whether what @srcpad pushes is played, as far as a straight chain
 *     of elements tells
 */
gboolean
gst_web_audio_link_ends_in_audio_sink (GstPad * srcpad)
{
  GstPad *pad = gst_object_ref (srcpad);
  gboolean found = FALSE;
  guint hops;

  for (hops = 0; pad && !found && hops < 64; hops++) {
    GstPad *peer = gst_pad_get_peer (pad);
    GstElement *parent;

    gst_clear_object (&pad);
    if (!peer)
      break;
    if (GST_IS_PROXY_PAD (peer)) {
      pad = step_through (peer);
      continue;
    }
    if ((parent = gst_pad_get_parent_element (peer))) {
      const gchar *klass = gst_element_get_metadata (parent,
          GST_ELEMENT_METADATA_KLASS);

      found = klass && strstr (klass, "Sink") && strstr (klass, "Audio");
      pad = gst_element_get_static_pad (parent, "src");
      gst_object_unref (parent);
    }
    gst_object_unref (peer);
  }
  gst_clear_object (&pad);
  return found;
}

/*
 * gst_web_audio_link_leads_somewhere:
 *
 * Returns: whether @pad is linked, and not just to the ghost pad of its bin
 *     that nobody has linked yet
 */
gboolean
gst_web_audio_link_leads_somewhere (GstPad * pad)
{
  GstPad *here = gst_object_ref (pad);

  while (here) {
    GstPad *peer = gst_pad_get_peer (here);

    gst_object_unref (here);
    if (!peer)
      return FALSE;
    if (!GST_IS_PROXY_PAD (peer)) {
      gst_object_unref (peer);
      return TRUE;
    }
    here = step_through (peer);
  }
  return FALSE;
}

/* Whether @element is running, or its bin is about to set it running. */
static gboolean
will_run (GstElement * element)
{
  GstObject *parent;
  gboolean result;

  if (GST_STATE (element) >= GST_STATE_PAUSED
      || GST_STATE_NEXT (element) >= GST_STATE_PAUSED)
    return TRUE;
  if (gst_element_is_locked_state (element))
    return FALSE;
  parent = gst_object_get_parent (GST_OBJECT (element));
  if (!parent)
    return FALSE;
  result = GST_IS_ELEMENT (parent)
      && GST_STATE_TARGET (parent) >= GST_STATE_PAUSED
      && will_run (GST_ELEMENT (parent));
  gst_object_unref (parent);
  return result;
}

/*
 * gst_web_audio_link_will_start:
 *
 * Returns: whether @pad is linked, and to an element that is running or soon
 *     will be
 */
gboolean
gst_web_audio_link_will_start (GstPad * pad)
{
  GstPad *peer = gst_pad_get_peer (pad);
  GstElement *parent;
  gboolean result = FALSE;

  if (!peer)
    return FALSE;
  if (!gst_web_audio_link_leads_somewhere (pad)) {
    gst_object_unref (peer);
    return FALSE;
  }
  parent = GST_IS_PROXY_PAD (peer) ? NULL : gst_pad_get_parent_element (peer);
  result = !parent || will_run (parent);
  gst_clear_object (&parent);
  gst_object_unref (peer);
  return result;
}

static gboolean
is_waking (GstPad * pad)
{
  GstElement *parent = gst_pad_get_parent_element (pad);
  gboolean waking = parent && GST_IS_BASE_SINK (parent)
      && GST_BASE_SINK (parent)->pad_mode != GST_PAD_MODE_PUSH
      && gst_pad_is_active (pad);

  gst_clear_object (&parent);
  return waking;
}

/*
 * gst_web_audio_link_is_waking:
 *
 * Returns: whether @srcpad leads to a sink that is just being activated: one
 *     whose pad is active already, but which does not know yet that it is pushed
 *     into. GstBaseSink answers EOS then where it should say FLUSHING.
 */
gboolean
gst_web_audio_link_is_waking (GstPad * srcpad)
{
  GstPad *pad = gst_object_ref (srcpad);
  gboolean waking = FALSE;

  while (pad) {
    GstPad *peer = gst_pad_get_peer (pad);

    gst_object_unref (pad);
    pad = NULL;
    if (peer && GST_IS_PROXY_PAD (peer)) {
      pad = step_through (peer);
    } else if (peer) {
      waking = is_waking (peer);
      gst_object_unref (peer);
    }
  }
  return waking;
}
