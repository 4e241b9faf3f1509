/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Negotiation: one rate for all nodes that are linked with each other, and for
 * each output that drives the format that its downstream prefers.
 *
 * Asks other elements, so it never holds the graph's lock meanwhile.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "graph.h"
#include "input.h"
#include "link.h"
#include "output.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

#define PREFERRED_RATE 48000

/* One party that does not take every rate. */
typedef struct
{
  GstCaps *rates;
  gchar *name;
} Constraint;

static void
constraint_clear (Constraint * constraint)
{
  gst_clear_caps (&constraint->rates);
  g_free (constraint->name);
}

/* The rates of @caps and nothing else. */
static GstCaps *
only_rates (GstCaps * caps)
{
  GstCaps *rates = gst_caps_new_empty ();
  guint i;

  if (gst_caps_is_any (caps)) {
    gst_caps_append_structure (rates, gst_structure_new_empty ("audio/x-raw"));
    return rates;
  }
  for (i = 0; i < gst_caps_get_size (caps); i++) {
    GstStructure *s = gst_caps_get_structure (caps, i);
    const GValue *value = gst_structure_get_value (s, "rate");
    GstStructure *rate;

    if (!gst_structure_has_name (s, "audio/x-raw"))
      continue;
    rate = gst_structure_new_empty ("audio/x-raw");
    if (value)
      gst_structure_set_value (rate, "rate", value);
    rates = gst_caps_merge_structure (rates, rate);
  }
  return rates;
}

static gchar *
describe_rates (GstCaps * rates)
{
  const GValue *value = gst_caps_get_size (rates) > 0 ?
      gst_structure_get_value (gst_caps_get_structure (rates, 0), "rate") :
      NULL;

  return value ? gst_value_serialize (value) : g_strdup ("any");
}

static void
add_constraint (GArray * constraints, GstCaps * rates, gchar * name)
{
  Constraint constraint = { rates, name };

  g_array_append_val (constraints, constraint);
}

static void
add_consumer (GArray * constraints, GstPad * pad)
{
  GstPad *peer = gst_pad_get_peer (pad);
  GstCaps *caps;

  if (!peer)
    return;
  caps = gst_pad_query_caps (peer, NULL);
  add_constraint (constraints, only_rates (caps),
      g_strdup_printf ("%s:%s", GST_DEBUG_PAD_NAME (peer)));
  gst_caps_unref (caps);
  gst_object_unref (peer);
}

static void
add_node (GPtrArray * nodes, GstWebAudioNode * node)
{
  if (!g_ptr_array_find (nodes, node, NULL))
    g_ptr_array_add (nodes, gst_object_ref (node));
}

static void
survey_pad (GstPad * pad, GPtrArray * nodes, GArray * constraints)
{
  if (GST_IS_WEB_AUDIO_OUTPUT (pad)) {
    GstWebAudioInput *input =
        gst_web_audio_link_find_input (GST_WEB_AUDIO_OUTPUT_CAST (pad));

    if (!input || !gst_web_audio_link_is_direct (pad))
      add_consumer (constraints, pad);
    if (input)
      add_node (nodes, input->node);
    gst_clear_object (&input);
  } else {
    GstWebAudioOutput *output =
        gst_web_audio_link_find_output (GST_WEB_AUDIO_INPUT_CAST (pad));

    if (output)
      add_node (nodes, output->node);
    gst_clear_object (&output);
  }
}

/* Visits @node: what it asks for, and which nodes it is linked with, whatever
 * their state. */
static void
survey_node (GstWebAudioNode * node, GPtrArray * nodes, GArray * constraints)
{
  GPtrArray *pads = gst_web_audio_link_get_pads (node);
  gint rate;
  guint i;

  GST_OBJECT_LOCK (node);
  rate = node->sample_rate;
  GST_OBJECT_UNLOCK (node);
  if (rate > 0)
    add_constraint (constraints, gst_caps_new_simple ("audio/x-raw", "rate",
            G_TYPE_INT, rate, NULL), g_strdup_printf ("sample-rate of %s",
            GST_OBJECT_NAME (node)));
  for (i = 0; i < pads->len; i++)
    survey_pad (g_ptr_array_index (pads, i), nodes, constraints);
  g_ptr_array_unref (pads);
}

/* What is pushed into the graph is best not resampled. */
static gint
find_pushed_rate (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  gint rate = 0;
  guint i, j;

  for (i = 0; i < graph->nodes->len && !rate; i++) {
    GstWebAudioNode *member = g_ptr_array_index (graph->nodes, i);

    for (j = 0; j < member->inputs->len && !rate; j++) {
      GstWebAudioInput *input = g_ptr_array_index (member->inputs, j);

      if (!input->output)
        rate = gst_web_audio_edge_get_rate (input->edge);
    }
  }
  gst_web_audio_graph_unlock (graph);
  return rate;
}

static gint
choose_rate (GstCaps * possible, gint preferred)
{
  GstStructure *best = NULL;
  gint rate = 0, nearest = 0;
  guint i;

  /* of several structures the one that comes closest */
  for (i = 0; i < gst_caps_get_size (possible); i++) {
    best = gst_structure_copy (gst_caps_get_structure (possible, i));
    if (!gst_structure_has_field (best, "rate"))
      gst_structure_set (best, "rate", GST_TYPE_INT_RANGE,
          GST_WEB_AUDIO_MIN_RATE, GST_WEB_AUDIO_MAX_RATE, NULL);
    gst_structure_fixate_field_nearest_int (best, "rate", preferred);
    if (gst_structure_get_int (best, "rate", &rate)
        && (!nearest || ABS (rate - preferred) < ABS (nearest - preferred)))
      nearest = rate;
    gst_structure_free (best);
  }
  return nearest;
}

static void
post_conflict (GstWebAudioNode * node, GArray * constraints,
    const Constraint * last)
{
  const Constraint *other = &g_array_index (constraints, Constraint, 0);
  gchar *one, *two;
  guint i;

  for (i = 0; i < constraints->len; i++) {
    other = &g_array_index (constraints, Constraint, i);
    if (other == last || !gst_caps_can_intersect (other->rates, last->rates))
      break;
  }
  one = describe_rates (other->rates);
  two = describe_rates (last->rates);
  if (other == last)
    GST_ELEMENT_ERROR (node, CORE, NEGOTIATION,
        ("No sample rate suits all branches of this graph."),
        ("%s and what it is linked with have no rate in common", last->name));
  else
    GST_ELEMENT_ERROR (node, CORE, NEGOTIATION,
        ("No sample rate suits all branches of this graph: %s asks for %s, "
            "%s for %s.", other->name, one, last->name, two),
        ("put audioresample into one of the branches"));
  g_free (one);
  g_free (two);
}

/* The rates that suit everybody, or %NULL if there are none. */
static GstCaps *
intersect_all (GstWebAudioNode * node, GArray * constraints)
{
  GstCaps *possible = gst_caps_new_simple ("audio/x-raw", "rate",
      GST_TYPE_INT_RANGE, GST_WEB_AUDIO_MIN_RATE, GST_WEB_AUDIO_MAX_RATE, NULL);
  guint i;

  for (i = 0; i < constraints->len; i++) {
    const Constraint *constraint = &g_array_index (constraints, Constraint, i);
    GstCaps *both = gst_caps_intersect (possible, constraint->rates);

    gst_caps_unref (possible);
    possible = both;
    if (gst_caps_is_empty (possible)) {
      post_conflict (node, constraints, constraint);
      gst_clear_caps (&possible);
      break;
    }
  }
  return possible;
}

/*
 * gst_web_audio_negotiate_rate:
 *
 * Gives the graph of @output a rate if it has none.
 *
 * Returns: %GST_FLOW_CUSTOM_ERROR if there is none that suits everybody, which
 *     has been posted then
 */
GstFlowReturn
gst_web_audio_negotiate_rate (GstWebAudioOutput * output)
{
  GArray *constraints = g_array_new (FALSE, FALSE, sizeof (Constraint));
  GPtrArray *nodes = g_ptr_array_new_with_free_func (gst_object_unref);
  GstCaps *possible;
  guint i;

  g_array_set_clear_func (constraints, (GDestroyNotify) constraint_clear);
  add_node (nodes, output->node);
  for (i = 0; i < nodes->len; i++)
    survey_node (g_ptr_array_index (nodes, i), nodes, constraints);

  possible = intersect_all (output->node, constraints);
  if (possible) {
    gint preferred = find_pushed_rate (output->node);
    gint rate = choose_rate (possible, preferred ? preferred : PREFERRED_RATE);
    GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);

    if (graph->rate == 0)
      gst_web_audio_graph_set_rate (graph, rate);
    GST_DEBUG_OBJECT (output, "the graph runs at %d Hz", graph->rate);
    gst_web_audio_graph_unlock (graph);
    gst_caps_unref (possible);
  }
  g_ptr_array_unref (nodes);
  g_array_unref (constraints);
  return possible ? GST_FLOW_OK : GST_FLOW_CUSTOM_ERROR;
}

/* The format of one output */

static GstCaps *
fixate (GstCaps * caps, guint channels)
{
  GstStructure *s;
  gint chosen = 0;

  caps = gst_caps_truncate (gst_caps_make_writable (caps));
  s = gst_caps_get_structure (caps, 0);
  gst_structure_fixate_field_string (s, "format", GST_AUDIO_NE (F32));
  gst_structure_fixate_field_nearest_int (s, "channels", channels);
  gst_structure_get_int (s, "channels", &chosen);
  if (!gst_structure_has_field (s, "channel-mask") && chosen > 2)
    gst_structure_set (s, "channel-mask", GST_TYPE_BITMASK,
        gst_web_audio_default_channel_mask (chosen), NULL);
  return gst_caps_fixate (caps);
}

/* Of what downstream offers that which has the preferred value, if there is
 * any. Consumes both. */
static GstCaps *
prefer (GstCaps * caps, GstCaps * preferred)
{
  GstCaps *some = gst_caps_intersect_full (caps, preferred,
      GST_CAPS_INTERSECT_FIRST);

  gst_caps_unref (preferred);
  if (gst_caps_is_empty (some)) {
    gst_caps_unref (some);
    return caps;
  }
  gst_caps_unref (caps);
  return some;
}

static void
post_refusal (GstWebAudioOutput * output, gint rate)
{
  GstPad *peer = gst_pad_get_peer (GST_PAD (output));
  GstCaps *caps = peer ? gst_pad_query_caps (peer, NULL) : NULL;
  GstCaps *rates = caps ? only_rates (caps) : gst_caps_new_empty ();
  gchar *asked = describe_rates (rates);

  GST_ELEMENT_ERROR (output->node, CORE, NEGOTIATION,
      ("This graph runs at %d Hz, but %s asks for %s.", rate,
          peer ? GST_OBJECT_NAME (GST_OBJECT_PARENT (peer) ?
              GST_OBJECT_PARENT (peer) : GST_OBJECT (peer)) : "nobody",
          asked), ("%s:%s found no raw audio format that its peer takes",
          GST_DEBUG_PAD_NAME (output)));
  g_free (asked);
  gst_caps_unref (rates);
  gst_clear_caps (&caps);
  gst_clear_object (&peer);
}

static gboolean
still_accepted (GstWebAudioOutput * output, gint rate)
{
  GstCaps *caps;
  gboolean accepted;

  if (!output->configured || GST_AUDIO_INFO_RATE (&output->info) != rate)
    return FALSE;
  caps = gst_pad_get_current_caps (GST_PAD (output));
  accepted = caps && gst_pad_peer_query_accept_caps (GST_PAD (output), caps);
  gst_clear_caps (&caps);
  return accepted;
}

/*
 * gst_web_audio_negotiate_format:
 * @channels: how many there are to send
 * @rate: the graph's
 *
 * Decides what @output pushes and announces it. What was decided before stays
 * if downstream still takes it.
 *
 * Returns: %FALSE if downstream takes nothing that we can make, which has been
 *     posted then
 */
gboolean
gst_web_audio_negotiate_format (GstWebAudioOutput * output, guint channels,
    gint rate)
{
  GstPad *pad = GST_PAD (output);
  GstCaps *templ, *caps;

  output->keep_gaps = !gst_web_audio_link_ends_in_audio_sink (pad);
  if (still_accepted (output, rate))
    return TRUE;

  templ = gst_pad_get_pad_template_caps (pad);
  templ = gst_caps_make_writable (templ);
  gst_caps_set_simple (templ, "rate", G_TYPE_INT, rate, NULL);
  caps = gst_pad_peer_query_caps (pad, templ);
  gst_caps_unref (templ);
  if (gst_caps_is_empty (caps)) {
    gst_caps_unref (caps);
    post_refusal (output, rate);
    return FALSE;
  }
  /* what need not be mixed is not, and many a sink knows nothing of planes */
  caps = prefer (caps, gst_caps_new_simple ("audio/x-raw", "channels",
          G_TYPE_INT, channels, NULL));
  caps = prefer (caps, gst_caps_new_simple ("audio/x-raw", "layout",
          G_TYPE_STRING, "interleaved", NULL));
  caps = fixate (caps, channels);
  if (!gst_audio_info_from_caps (&output->info, caps)) {
    gst_caps_unref (caps);
    post_refusal (output, rate);
    return FALSE;
  }
  g_clear_pointer (&output->converter, gst_audio_converter_free);
  output->pool_frames = 0;
  output->configured = TRUE;
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  return TRUE;
}
