/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A node's source pad: who consumes it, the backlog for a consumer that is
 * behind, and the pulled side. The pushing side is in driver.c. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "graph.h"
#include "input.h"
#include "link.h"
#include "output.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

G_DEFINE_TYPE (GstWebAudioOutput, gst_web_audio_output, GST_TYPE_PAD);

/* Blocks for a consumer that is behind */

static GstWebAudioBlock *
peek_head (GstWebAudioOutput * output)
{
  return gst_queue_array_peek_head_struct (output->backlog);
}

/*
 * gst_web_audio_output_drop_backlog:
 *
 * Nobody will ask for what was kept.
 */
void
gst_web_audio_output_drop_backlog (GstWebAudioOutput * output)
{
  if (gst_queue_array_is_empty (output->backlog))
    return;
  gst_queue_array_clear (output->backlog);
  output->node->graph->n_behind--;
}

/*
 * gst_web_audio_output_backlog_start:
 * @frame: (out): the first frame that is kept
 *
 * Returns: whether anything is kept
 */
gboolean
gst_web_audio_output_backlog_start (GstWebAudioOutput * output, guint64 * frame)
{
  GstWebAudioBlock *head = peek_head (output);

  if (head)
    *frame = GST_BUFFER_OFFSET (head->buffer);
  return head != NULL;
}

/* Takes the first block away from the backlog. */
static void
pop_head (GstWebAudioOutput * output, GstWebAudioBlock * head)
{
  *head = *(GstWebAudioBlock *) gst_queue_array_pop_head_struct
      (output->backlog);
  if (gst_queue_array_is_empty (output->backlog)) {
    output->node->graph->n_behind--;
    gst_web_audio_graph_signal (output->node->graph);
  }
}

static void
drop_head (GstWebAudioOutput * output)
{
  GstWebAudioBlock head;

  pop_head (output, &head);
  gst_web_audio_block_clear (&head);
}

/*
 * gst_web_audio_output_keep:
 *
 * Keeps a block that another consumer of the node made it render, for this
 * output's consumer to ask for. The oldest is lost where that has come to a
 * halt.
 */
void
gst_web_audio_output_keep (GstWebAudioOutput * output,
    const GstWebAudioBlock * block)
{
  GstWebAudioGraph *graph = output->node->graph;
  guint64 limit = (guint64) GST_WEB_AUDIO_BACKLOG * graph->rate;
  GstWebAudioBlock kept = *block;
  guint64 start;

  if (gst_queue_array_is_empty (output->backlog)) {
    graph->n_behind++;
    output->drained_at = graph->turned_at;
  }
  gst_buffer_ref (kept.buffer);
  gst_queue_array_push_tail_struct (output->backlog, &kept);
  while (gst_web_audio_output_backlog_start (output, &start)
      && GST_BUFFER_OFFSET_END (block->buffer) - start > limit)
    drop_head (output);
}

/* Takes up to @frames from the start of the backlog, which begins at or before
 * @frame, as they are if the first block is just that. */
static gboolean
take_whole_head (GstWebAudioOutput * output, guint64 frame, guint frames,
    GstWebAudioBlock * block)
{
  GstWebAudioBlock *head = peek_head (output);

  if (!head || GST_BUFFER_OFFSET (head->buffer) != frame)
    return FALSE;
  /* a shorter one will do if it is the last there will be */
  if (head->frames > frames || (head->frames < frames && !(output->node->ended
              && gst_queue_array_get_length (output->backlog) == 1)))
    return FALSE;
  pop_head (output, block);
  output->drained_at = output->node->graph->turned_at;
  return TRUE;
}

/* The next piece of a block that is put together, from the backlog or
 * rendered. Returns EOS where there is none. */
static GstFlowReturn
take_piece (GstWebAudioOutput * output, guint64 frame, guint frames,
    GstWebAudioBlock * piece, guint * skip)
{
  GstWebAudioNode *node = output->node;
  GstWebAudioBlock *head;

  while ((head = peek_head (output))
      && GST_BUFFER_OFFSET_END (head->buffer) <= frame)
    drop_head (output);

  *skip = 0;
  if (head && GST_BUFFER_OFFSET (head->buffer) <= frame) {
    *skip = frame - GST_BUFFER_OFFSET (head->buffer);
    *piece = *head;
    gst_buffer_ref (piece->buffer);
    return GST_FLOW_OK;
  }
  if (head || (node->rendered && frame < node->position)) {
    /* the past is gone: silence until what there is */
    guint64 until = head ? GST_BUFFER_OFFSET (head->buffer) : node->position;

    return gst_web_audio_node_acquire (node, piece, 1, frame,
        MIN (frames, until - frame), TRUE) ? GST_FLOW_OK : GST_FLOW_ERROR;
  }
  return gst_web_audio_node_render (node, output, frame, frames, piece);
}

/* Puts a block together from pieces of other lengths. */
static GstFlowReturn
assemble (GstWebAudioOutput * output, guint64 frame, guint frames,
    GstWebAudioBlock * whole)
{
  GstWebAudioBlock piece = { 0, };
  GstFlowReturn flow = GST_FLOW_OK;
  guint done = 0;

  while (done < frames && flow == GST_FLOW_OK) {
    guint skip, n;

    flow = take_piece (output, frame + done, frames - done, &piece, &skip);
    if (flow != GST_FLOW_OK)
      break;
    if (!whole->buffer && !gst_web_audio_node_acquire (output->node, whole,
            piece.channels, frame, frames, FALSE)) {
      flow = GST_FLOW_ERROR;
      break;
    }
    n = MIN (frames - done, piece.frames - skip);
    gst_web_audio_block_mix (whole, done, &piece, skip, n,
        GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE);
    gst_web_audio_block_clear (&piece);
    done += n;
  }
  gst_web_audio_block_clear (&piece);
  if (flow == GST_FLOW_EOS && done > 0) {
    gst_web_audio_block_shorten (whole, done);
    flow = GST_FLOW_OK;
  }
  if (flow != GST_FLOW_OK)
    gst_web_audio_block_clear (whole);
  output->drained_at = output->node->graph->turned_at;
  return flow;
}

/* Of a node with several outputs, the channel that this one delivers. Returns
 * whether there was memory for it. */
static gboolean
take_channel (GstWebAudioOutput * output, GstWebAudioBlock * block)
{
  GstWebAudioBlock silence;

  if (output->port < (gint) block->channels) {
    block->data = gst_web_audio_block_plane (block, output->port);
    block->channels = 1;
    return TRUE;
  }
  if (!gst_web_audio_node_acquire (output->node, &silence, 1,
          GST_BUFFER_OFFSET (block->buffer), block->frames, TRUE))
    return FALSE;
  gst_web_audio_block_clear (block);
  *block = silence;
  return TRUE;
}

/*
 * gst_web_audio_output_take:
 * @block: (out): the block
 *
 * What the output puts out from @frame on: a block that was kept, or else the
 * node renders. Fewer frames than asked for are the last ones. Needs the
 * graph's lock.
 */
GstFlowReturn
gst_web_audio_output_take (GstWebAudioOutput * output, guint64 frame,
    guint frames, GstWebAudioBlock * block)
{
  GstWebAudioNode *node = output->node;
  GstFlowReturn flow;

  block->buffer = NULL;
  if (!gst_queue_array_is_empty (output->backlog))
    flow = take_whole_head (output, frame, frames, block) ? GST_FLOW_OK :
        assemble (output, frame, frames, block);
  else if (!node->rendered || frame >= node->position)
    flow = gst_web_audio_node_render (node, output, frame, frames, block);
  else
    flow = assemble (output, frame, frames, block);
  if (flow == GST_FLOW_OK && output->port >= 0 && !take_channel (output, block)) {
    gst_web_audio_block_clear (block);
    return GST_FLOW_ERROR;
  }
  return flow;
}

/* The pulled side */

/*
 * gst_web_audio_output_send_stream_start:
 *
 * Begins the pad's stream.
 */
void
gst_web_audio_output_send_stream_start (GstWebAudioOutput * output)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (output->node);
  GstEvent *event;

  if (klass->send_stream_start) {
    klass->send_stream_start (output->node, GST_PAD (output));
    return;
  }
  if (!output->stream_id)
    output->stream_id = g_uuid_string_random ();
  event = gst_event_new_stream_start (output->stream_id);
  gst_event_set_group_id (event, gst_util_group_id_next ());
  gst_pad_push_event (GST_PAD (output), event);
}

/* How many channels a capsfilter in between asks for, 0 if it lets no planes of
 * that rate through. */
static guint
choose_pulled_channels (GstWebAudioOutput * output, guint channels, gint rate)
{
  GstCaps *offer = gst_caps_new_simple ("audio/x-raw",
      "format", G_TYPE_STRING, GST_AUDIO_NE (F32),
      "layout", G_TYPE_STRING, "non-interleaved",
      "channels", GST_TYPE_INT_RANGE, 1, GST_WEB_AUDIO_MAX_CHANNELS, NULL);
  GstCaps *caps;
  gint chosen = 0;

  if (rate > 0)
    gst_caps_set_simple (offer, "rate", G_TYPE_INT, rate, NULL);
  caps = gst_pad_peer_query_caps (GST_PAD (output), offer);
  if (!gst_caps_is_empty (caps)) {
    GstStructure *s;

    caps = gst_caps_truncate (gst_caps_make_writable (caps));
    s = gst_caps_get_structure (caps, 0);
    gst_structure_fixate_field_nearest_int (s, "channels", channels);
    gst_structure_get_int (s, "channels", &chosen);
  }
  gst_caps_unref (caps);
  gst_caps_unref (offer);
  return chosen;
}

static gboolean
send_pulled_events (GstWebAudioOutput * output, guint channels, gint rate)
{
  GstPad *pad = GST_PAD (output);
  gboolean direct = gst_web_audio_link_is_direct (pad);
  GstCaps *caps;
  GstSegment segment;

  output->pinned_for = channels;
  output->pinned_channels = direct ? 0 :
      choose_pulled_channels (output, channels, rate);
  if (!direct && !output->pinned_channels)
    return FALSE;
  gst_web_audio_audio_info (&output->info, GST_AUDIO_FORMAT_F32,
      GST_AUDIO_LAYOUT_NON_INTERLEAVED, rate,
      direct ? channels : output->pinned_channels,
      gst_web_audio_default_channel_mask (direct ? channels :
          output->pinned_channels));
  output->configured = TRUE;

  if (output->need_events)
    gst_web_audio_output_send_stream_start (output);
  caps = gst_audio_info_to_caps (&output->info);
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  if (output->need_events) {
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_pad_push_event (pad, gst_event_new_segment (&segment));
  }
  output->need_events = FALSE;
  return TRUE;
}

static GstFlowReturn
mix_to_pinned (GstWebAudioOutput * output, GstWebAudioBlock * block)
{
  GstWebAudioBlock mixed = { 0, };

  if (!gst_web_audio_node_acquire (output->node, &mixed,
          output->pinned_channels, GST_BUFFER_OFFSET (block->buffer),
          block->frames, block->silent))
    return GST_FLOW_ERROR;
  if (!mixed.silent)
    gst_web_audio_block_mix (&mixed, 0, block, 0, block->frames,
        GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE);
  gst_web_audio_block_clear (block);
  *block = mixed;
  return GST_FLOW_OK;
}

/*
 * gst_web_audio_output_deliver:
 * @block: (out): the block; it may be a view
 *
 * What a pull of the pad gives, after the events that go before it. Needs the
 * graph's lock.
 */
GstFlowReturn
gst_web_audio_output_deliver (GstWebAudioOutput * output, guint64 frame,
    guint frames, GstWebAudioBlock * block)
{
  GstWebAudioNode *node = output->node;
  GstFlowReturn flow = gst_web_audio_output_take (output, frame, frames, block);

  if (flow != GST_FLOW_OK)
    return flow;
  if (G_UNLIKELY (output->need_events || !output->configured
          || GST_AUDIO_INFO_RATE (&output->info) != node->graph->rate
          || output->pinned_for != block->channels)
      && !send_pulled_events (output, block->channels, node->graph->rate)) {
    gst_web_audio_block_clear (block);
    /* what lets no planes through at all is about to be pushed through */
    return choose_pulled_channels (output, 1, 0) ? GST_FLOW_NOT_NEGOTIATED :
        GST_FLOW_NOT_LINKED;
  }
  if (output->pinned_channels && output->pinned_channels != block->channels)
    flow = mix_to_pinned (output, block);
  return flow;
}

static GstFlowReturn
output_getrange (GstPad * pad, GstObject * parent, guint64 frame,
    guint frames, GstBuffer ** buffer)
{
  GstWebAudioOutput *output = GST_WEB_AUDIO_OUTPUT_CAST (pad);
  GstWebAudioBlock block;
  GstFlowReturn flow =
      gst_web_audio_output_deliver (output, frame, frames, &block);

  if (flow != GST_FLOW_OK)
    return flow;
  if (!gst_web_audio_node_settle (output->node, &block))
    return GST_FLOW_ERROR;
  *buffer = gst_web_audio_block_close (&block);
  return GST_FLOW_OK;
}

/* Activation */

static gboolean
activate_pull (GstWebAudioOutput * output, gboolean active)
{
  GstWebAudioGraph *graph;
  GstWebAudioInput *input;

  if (!active)
    return TRUE;
  /* bytes cannot be asked for: only another node's input knows how */
  if (!(input = gst_web_audio_link_find_input (output)))
    return FALSE;
  gst_object_unref (input);
  graph = gst_web_audio_graph_lock (output->node);
  output->need_events = TRUE;
  output->configured = FALSE;
  gst_web_audio_graph_unlock (graph);
  gst_web_audio_node_activate (output->node);
  return TRUE;
}

static gboolean
activate_push (GstWebAudioOutput * output, gboolean active)
{
  GstWebAudioInput *input;

  if (!active) {
    gst_web_audio_driver_stop (output);
    return TRUE;
  }
  output->need_events = TRUE;
  output->configured = FALSE;
  if (output->node)
    gst_web_audio_node_activate (output->node);
  input = gst_web_audio_link_find_input (output);
  /* a node that is not active yet will pull when it is */
  if (gst_web_audio_link_leads_somewhere (GST_PAD (output))
      && (!input || gst_web_audio_input_is_pushed_by (input, output)))
    gst_web_audio_driver_start (output);
  gst_clear_object (&input);
  return TRUE;
}

static gboolean
output_activatemode (GstPad * pad, GstObject * parent, GstPadMode mode,
    gboolean active)
{
  GstWebAudioOutput *output = GST_WEB_AUDIO_OUTPUT_CAST (pad);

  switch (mode) {
    case GST_PAD_MODE_PULL:
      return activate_pull (output, active);
    case GST_PAD_MODE_PUSH:
      return activate_push (output, active);
    default:
      return FALSE;
  }
}

static gboolean
output_activate (GstPad * pad, GstObject * parent)
{
  GstWebAudioInput *input =
      gst_web_audio_link_find_input (GST_WEB_AUDIO_OUTPUT_CAST (pad));

  if (input && gst_pad_is_active (GST_PAD (input)))
    gst_web_audio_input_reschedule (input);
  gst_clear_object (&input);
  return gst_pad_is_active (pad)
      || gst_pad_activate_mode (pad, GST_PAD_MODE_PUSH, TRUE);
}

/*
 * gst_web_audio_output_push:
 *
 * The consumer does not pull: drives, if the node runs.
 */
void
gst_web_audio_output_push (GstWebAudioOutput * output)
{
  GstPad *pad = GST_PAD (output);

  if (GST_PAD_MODE (pad) == GST_PAD_MODE_PULL)
    gst_pad_activate_mode (pad, GST_PAD_MODE_PULL, FALSE);
  if (GST_PAD_MODE (pad) == GST_PAD_MODE_PUSH) {
    if (gst_web_audio_link_leads_somewhere (pad))
      gst_web_audio_driver_start (output);
  } else if (GST_STATE (output->node) >= GST_STATE_PAUSED) {
    gst_pad_activate_mode (pad, GST_PAD_MODE_PUSH, TRUE);
  }
}

/*
 * gst_web_audio_output_reschedule:
 *
 * Something about the link changed: is pulled from, drives, or does nothing,
 * as its consumer asks. Does nothing while the pad is not active.
 */
void
gst_web_audio_output_reschedule (GstWebAudioOutput * output)
{
  GstPad *pad = GST_PAD (output);
  GstWebAudioInput *input;

  if (!GST_OBJECT_PARENT (pad))
    return;
  if (!gst_pad_is_active (pad)) {
    /* a consumer that is gone may have switched it off */
    if (GST_STATE (output->node) >= GST_STATE_PAUSED)
      gst_pad_set_active (pad, TRUE);
    return;
  }
  if ((input = gst_web_audio_link_find_input (output))) {
    if (gst_pad_is_active (GST_PAD (input)))
      gst_web_audio_input_reschedule (input);
    gst_object_unref (input);
    return;
  }
  gst_web_audio_output_push (output);
}

static void
reschedule_later (gpointer data)
{
  gst_web_audio_output_reschedule (data);
}

static void
output_linked (GstPad * pad, GstPad * peer)
{
  if (!gst_web_audio_defer (reschedule_later, pad))
    gst_web_audio_output_reschedule (GST_WEB_AUDIO_OUTPUT_CAST (pad));
}

/* The consumer may be beyond an element in between, which tells it nothing. */
static void
forget_consumer (gpointer data)
{
  GstWebAudioOutput *output = data;
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);
  GstWebAudioInput *input =
      output->input ? gst_object_ref (output->input) : NULL;

  graph->dirty = TRUE;
  gst_web_audio_graph_unlock (graph);
  if (input) {
    gst_web_audio_graph_disconnect (input);
    gst_web_audio_input_reschedule (input);
    gst_object_unref (input);
  }
  gst_web_audio_output_reschedule (output);
}

static void
output_unlinked (GstPad * pad, GstPad * peer)
{
  if (gst_web_audio_defer (forget_consumer, pad))
    return;
  if (GST_PAD_MODE (pad) == GST_PAD_MODE_PULL)
    /* lets go of a pull that a probe holds up, and with it of the graph */
    gst_pad_activate_mode (pad, GST_PAD_MODE_PULL, FALSE);
  else
    gst_web_audio_driver_interrupt (GST_WEB_AUDIO_OUTPUT_CAST (pad));
  forget_consumer (pad);
}

/* Events and queries */

static gboolean
output_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstWebAudioOutput *output = GST_WEB_AUDIO_OUTPUT_CAST (pad);
  gboolean result = TRUE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_SEEK:
      result = gst_web_audio_seek (output, event);
      break;
    case GST_EVENT_RECONFIGURE:
      /* the core has flagged the pad; a distant link may have changed, too */
      output_linked (pad, NULL);
      break;
    case GST_EVENT_QOS:
      break;
    case GST_EVENT_LATENCY:
      /* the sinks have it, so now the graph may have another delay */
      gst_web_audio_graph_set_delay (output->node);
      result = gst_web_audio_node_send_upstream (output->node, event);
      break;
    default:
      result = gst_web_audio_node_send_upstream (output->node, event);
      break;
  }
  gst_event_unref (event);
  return result;
}

static GstCaps *
possible_caps (GstWebAudioOutput * output)
{
  GstCaps *caps = gst_pad_get_pad_template_caps (GST_PAD (output));
  gint rate = g_atomic_int_get (&output->node->rate);

  if (rate == 0) {
    GST_OBJECT_LOCK (output->node);
    rate = output->node->sample_rate;
    GST_OBJECT_UNLOCK (output->node);
  }
  if (rate != 0) {
    caps = gst_caps_make_writable (caps);
    gst_caps_set_simple (caps, "rate", G_TYPE_INT, rate, NULL);
  }
  return caps;
}

static gboolean
output_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstWebAudioOutput *output = GST_WEB_AUDIO_OUTPUT_CAST (pad);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:{
      GstCaps *filter, *caps = possible_caps (output);

      gst_query_parse_caps (query, &filter);
      if (filter) {
        GstCaps *both = gst_caps_intersect_full (filter, caps,
            GST_CAPS_INTERSECT_FIRST);

        gst_caps_unref (caps);
        caps = both;
      }
      gst_query_set_caps_result (query, caps);
      gst_caps_unref (caps);
      return TRUE;
    }
    case GST_QUERY_ACCEPT_CAPS:{
      GstCaps *asked, *caps = possible_caps (output);

      gst_query_parse_accept_caps (query, &asked);
      gst_query_set_accept_caps_result (query, gst_caps_is_subset (asked,
              caps));
      gst_caps_unref (caps);
      return TRUE;
    }
    case GST_QUERY_SCHEDULING:
      gst_query_set_scheduling (query, 0, 1, -1, 0);
      gst_query_add_scheduling_mode (query, GST_PAD_MODE_PUSH);
      return TRUE;
    default:
      return gst_web_audio_driver_query (output, query);
  }
}

/* The object */

static void
gst_web_audio_output_finalize (GObject * object)
{
  GstWebAudioOutput *output = GST_WEB_AUDIO_OUTPUT_CAST (object);

  g_clear_pointer (&output->converter, gst_audio_converter_free);
  if (output->pool)
    gst_buffer_pool_set_active (output->pool, FALSE);
  gst_clear_object (&output->pool);
  gst_queue_array_free (output->backlog);
  g_free (output->stream_id);
  G_OBJECT_CLASS (gst_web_audio_output_parent_class)->finalize (object);
}

static void
gst_web_audio_output_class_init (GstWebAudioOutputClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstPadClass *pad_class = GST_PAD_CLASS (klass);

  object_class->finalize = gst_web_audio_output_finalize;
  pad_class->linked = output_linked;
  pad_class->unlinked = output_unlinked;
}

static void
gst_web_audio_output_init (GstWebAudioOutput * output)
{
  output->port = -1;
  output->backlog =
      gst_queue_array_new_for_struct (sizeof (GstWebAudioBlock), 16);
  gst_queue_array_set_clear_func (output->backlog,
      (GDestroyNotify) gst_web_audio_block_clear);
}

/*
 * gst_web_audio_output_new:
 *
 * Returns: (transfer floating): a source pad for @node, which is to be added
 *     to it
 */
GstWebAudioOutput *
gst_web_audio_output_new (GstWebAudioNode * node, GstPadTemplate * templ,
    const gchar * name)
{
  GstWebAudioOutput *output = g_object_new (GST_TYPE_WEB_AUDIO_OUTPUT,
      "name", name, "direction", GST_PAD_SRC, "template", templ, NULL);
  GstPad *pad = GST_PAD (output);

  output->node = node;
  gst_pad_set_activate_function (pad, output_activate);
  gst_pad_set_activatemode_function (pad, output_activatemode);
  gst_pad_set_getrange_function (pad, output_getrange);
  gst_pad_set_event_function (pad, output_event);
  gst_pad_set_query_function (pad, output_query);
  return output;
}
