/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A node's sink pad: whether it pulls or is pushed into, and the pushed side's
 * thread. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "graph.h"
#include "input.h"
#include "link.h"
#include "output.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

/* How much pushed audio waits before upstream is blocked, besides two blocks:
 * enough for buffers of any usual size. */
#define QUEUED_TIME (100 * GST_MSECOND)

G_DEFINE_TYPE (GstWebAudioInput, gst_web_audio_input, GST_TYPE_PAD);

/* The graph's side */

/*
 * gst_web_audio_input_is_ready:
 *
 * Returns: whether the frames can be taken from an input that is pushed into,
 *     or, if the graph has no rate yet, whether upstream's is known. Needs the
 *     graph's lock.
 */
gboolean
gst_web_audio_input_is_ready (GstWebAudioInput * input, guint64 frame,
    guint frames)
{
  GstWebAudioGraph *graph = input->node->graph;
  gboolean ready;

  if (graph->rate == 0)
    ready = gst_web_audio_edge_get_rate (input->edge) > 0
        || gst_web_audio_edge_has_ended (input->edge);
  else
    ready = gst_web_audio_edge_prepare (input->edge, graph, frame, frames)
        >= frames || gst_web_audio_edge_has_ended (input->edge)
        || input->live;
  if (ready) {
    input->waiting_since = 0;
    input->starved = FALSE;
  }
  return ready || input->starved;
}

/*
 * gst_web_audio_input_take:
 * @block: (out): what the connection delivers
 *
 * Returns: %GST_FLOW_EOS where it has ended, %GST_FLOW_NOT_LINKED where it is
 *     about to go. Needs the graph's lock.
 */
GstFlowReturn
gst_web_audio_input_take (GstWebAudioInput * input, guint64 frame,
    guint frames, GstWebAudioBlock * block)
{
  GstWebAudioOutput *output = input->output;
  GstBuffer *buffer = NULL;
  GstFlowReturn flow;

  if (!output) {
    flow = gst_web_audio_edge_take (input->edge, input->node, frame, frames,
        block);
    gst_web_audio_graph_signal (input->node->graph);
    return flow == GST_FLOW_EOS && input->endless ? GST_FLOW_NOT_LINKED : flow;
  }
  if (!input->node->graph->traced && gst_web_audio_link_is_quiet (input))
    return gst_web_audio_output_deliver (output, frame + input->delta, frames,
        block);
  flow = gst_pad_pull_range (GST_PAD (input), frame + input->delta, frames,
      &buffer);
  if (flow != GST_FLOW_OK)
    return flow;
  if (!gst_web_audio_block_open (block, buffer)) {
    GST_WARNING_OBJECT (input, "something replaced a block by a buffer");
    return GST_FLOW_NOT_SUPPORTED;
  }
  return GST_FLOW_OK;
}

/* Upstream's side */

/* What a live stream may pile up where nobody takes it, besides its jitter */
#define LIVE_TIME GST_SECOND

static GstClockTime
queue_limit (GstWebAudioGraph * graph)
{
  return QUEUED_TIME + (graph->rate ? gst_util_uint64_scale (2 *
          graph->block_size, GST_SECOND, graph->rate) : 0);
}

/* Whether there are drivers, and all of them have sent EOS. */
static gboolean
is_over (GstWebAudioGraph * graph)
{
  guint drivers = 0, i, j;

  for (i = 0; i < graph->nodes->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->nodes, i);

    for (j = 0; j < node->outputs->len; j++) {
      GstWebAudioOutput *output = g_ptr_array_index (node->outputs, j);

      if (output->driving && !output->done)
        return FALSE;
      drivers += output->driving;
    }
  }
  return drivers > 0;
}

/* Waits until there is room. Returns FLUSHING, EOS where the graph has ended,
 * or NOT_LINKED where the node leads nowhere for long. Takes and returns the
 * graph, locked. */
static GstFlowReturn
wait_for_room (GstWebAudioInput * input, GstWebAudioGraph ** graph)
{
  gint64 since = g_get_monotonic_time ();

  while (!input->flushing) {
    gint64 now = g_get_monotonic_time ();

    if ((*graph)->seeking
        || !gst_web_audio_edge_is_full (input->edge, queue_limit (*graph)))
      return GST_FLOW_OK;
    if ((*graph)->dirty)
      gst_web_audio_graph_refresh (*graph);
    if (input->node->wanted)
      since = now;
    else if (is_over (*graph))
      return GST_FLOW_EOS;
    else if (now - since > GST_WEB_AUDIO_PATIENCE)
      return GST_FLOW_NOT_LINKED;
    *graph = gst_web_audio_graph_wait (*graph, input->node,
        now + G_TIME_SPAN_SECOND);
  }
  return GST_FLOW_FLUSHING;
}

/* Takes away what is outside the segment, to the frames at which a graph that
 * sought there begins and ends. Consumes @buffer. */
static GstBuffer *
clip (GstWebAudioInput * input, GstBuffer * buffer)
{
  const GstSegment *segment = &input->segment;
  gint rate = GST_AUDIO_INFO_RATE (&input->info);
  guint64 begin, end, first, last;

  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return buffer;
  begin = gst_util_uint64_scale_round (GST_BUFFER_PTS (buffer), rate,
      GST_SECOND);
  end = begin + gst_web_audio_count_frames (buffer, &input->info);
  first = MAX (begin, gst_web_audio_first_frame (segment->start, rate));
  last = GST_CLOCK_TIME_IS_VALID (segment->stop) ?
      MIN (end, gst_web_audio_first_frame (segment->stop, rate)) : end;
  if (first >= last) {
    gst_buffer_unref (buffer);
    return NULL;
  }
  if (first > begin || last < end) {
    GstClockTime pts = GST_BUFFER_PTS (buffer);

    buffer = gst_audio_buffer_truncate (buffer,
        GST_AUDIO_INFO_BPF (&input->info), first - begin, last - first);
    GST_BUFFER_PTS (buffer) = first == begin ? pts :
        gst_util_uint64_scale (first, GST_SECOND, rate);
  }
  /* what lies less than half a nanosecond before the segment is in it */
  if (GST_BUFFER_PTS (buffer) < segment->start) {
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_PTS (buffer) = segment->start;
  }
  return buffer;
}

/* Whether the stream is live, and what it promises. */
static void
ask_upstream (GstWebAudioInput * input)
{
  GstQuery *query = gst_query_new_latency ();
  GstWebAudioGraph *graph;
  GstClockTime latency = 0;
  gboolean live = FALSE, late;

  if (gst_pad_peer_query (GST_PAD (input), query))
    gst_query_parse_latency (query, &live, &latency, NULL);
  gst_query_unref (query);
  graph = gst_web_audio_graph_lock (input->node);
  input->live = live;
  input->latency = latency;
  if (live)
    gst_web_audio_edge_follow (input->edge, input->jitter);
  else
    gst_web_audio_edge_unfollow (input->edge);
  graph->dirty = TRUE;
  late = graph->started && graph->live && live;
  gst_web_audio_graph_unlock (graph);
  if (late)
    gst_element_post_message (GST_ELEMENT (input->node),
        gst_message_new_latency (GST_OBJECT (input->node)));
}

/* Keeps what a live stream delivers. It cannot wait: what has piled up because
 * nobody took it is dropped but for its end. */
static void
keep_live (GstWebAudioInput * input, GstWebAudioGraph * graph,
    GstBuffer * buffer, GstClockTime running_time, GstClockTime now)
{
  GstWebAudioNode *node = input->node;

  if (gst_web_audio_edge_is_full (input->edge, LIVE_TIME + input->jitter))
    gst_web_audio_edge_skip (input->edge, input->jitter);
  gst_web_audio_edge_push (input->edge, buffer, running_time, now,
      graph->rate && node->rendered ? node->position : GST_BUFFER_OFFSET_NONE);
}

static GstClockTime
get_clock_time (GstWebAudioNode * node)
{
  return g_atomic_int_get (&node->playing) ?
      gst_web_audio_node_get_running_time (node) : GST_CLOCK_TIME_NONE;
}

static GstFlowReturn
input_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstWebAudioInput *input = GST_WEB_AUDIO_INPUT_CAST (pad);
  GstWebAudioGraph *graph;
  GstClockTime running_time = GST_CLOCK_TIME_NONE, now;
  GstFlowReturn flow = GST_FLOW_OK;

  if (input->info.finfo == NULL) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  if (input->segment.format == GST_FORMAT_TIME) {
    buffer = clip (input, buffer);
    if (!buffer)
      return GST_FLOW_OK;
    running_time = gst_segment_to_running_time (&input->segment,
        GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  }
  /* again: with the caps upstream may not have known */
  if (input->follows && !input->asked)
    ask_upstream (input);
  input->asked = TRUE;
  now = input->follows ? get_clock_time (input->node) : GST_CLOCK_TIME_NONE;
  graph = gst_web_audio_graph_lock (input->node);
  if (!input->live)
    flow = wait_for_room (input, &graph);
  else if (input->flushing)
    flow = GST_FLOW_FLUSHING;
  if (flow == GST_FLOW_OK && gst_web_audio_edge_has_ended (input->edge))
    flow = GST_FLOW_EOS;
  if (flow != GST_FLOW_OK)
    gst_buffer_unref (buffer);
  else if (input->live)
    keep_live (input, graph, buffer, running_time, now);
  else
    gst_web_audio_edge_push (input->edge, buffer, running_time,
        GST_CLOCK_TIME_NONE, GST_BUFFER_OFFSET_NONE);
  g_cond_broadcast (&graph->cond);
  gst_web_audio_graph_unlock (graph);
  return flow;
}

static gboolean
take_caps (GstWebAudioInput * input, GstEvent * event)
{
  GstWebAudioGraph *graph;
  GstAudioInfo info;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (!gst_audio_info_from_caps (&info, caps)
      || GST_AUDIO_INFO_CHANNELS (&info) > GST_WEB_AUDIO_MAX_CHANNELS) {
    GST_WARNING_OBJECT (input, "can't take %" GST_PTR_FORMAT, caps);
    return FALSE;
  }
  input->info = info;
  if (GST_PAD_MODE (input) != GST_PAD_MODE_PUSH)
    return TRUE;
  /* with the caps the graph may begin */
  if (input->follows)
    ask_upstream (input);
  graph = gst_web_audio_graph_lock (input->node);
  gst_web_audio_edge_set_info (input->edge, &info);
  g_cond_broadcast (&graph->cond);
  gst_web_audio_graph_unlock (graph);
  return TRUE;
}

static void
take_gap (GstWebAudioInput * input, GstEvent * event)
{
  GstWebAudioGraph *graph;
  GstClockTime start, duration, running_time = GST_CLOCK_TIME_NONE;

  gst_event_parse_gap (event, &start, &duration);
  if (!GST_CLOCK_TIME_IS_VALID (duration))
    return;
  if (input->segment.format == GST_FORMAT_TIME)
    running_time = gst_segment_to_running_time (&input->segment,
        GST_FORMAT_TIME, start);
  graph = gst_web_audio_graph_lock (input->node);
  if (input->live || wait_for_room (input, &graph) == GST_FLOW_OK)
    gst_web_audio_edge_push_gap (input->edge, running_time, duration);
  g_cond_broadcast (&graph->cond);
  gst_web_audio_graph_unlock (graph);
}

static void
set_flushing (GstWebAudioInput * input, gboolean flushing)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (input->node);

  input->flushing = flushing;
  gst_web_audio_edge_flush (input->edge);
  g_cond_broadcast (&graph->cond);
  gst_web_audio_graph_unlock (graph);
}

static void
set_ended (GstWebAudioInput * input, gboolean ended)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (input->node);

  if (ended)
    gst_web_audio_edge_end (input->edge);
  else
    gst_web_audio_edge_resume (input->edge);
  g_cond_broadcast (&graph->cond);
  gst_web_audio_graph_unlock (graph);
}

static gboolean
input_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstWebAudioInput *input = GST_WEB_AUDIO_INPUT_CAST (pad);
  gboolean pushed = GST_PAD_MODE (pad) == GST_PAD_MODE_PUSH;
  gboolean result = TRUE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      result = take_caps (input, event);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &input->segment);
      if (pushed)
        gst_web_audio_node_adopt_segment (input->node, &input->segment);
      break;
    case GST_EVENT_STREAM_START:
      input->asked = FALSE;
      if (pushed) {
        /* nobody tells when the pad of a bin that leads here is linked */
        gst_web_audio_graph_connect (input, NULL);
        set_ended (input, FALSE);
      }
      break;
    case GST_EVENT_EOS:
      if (pushed)
        set_ended (input, TRUE);
      break;
    case GST_EVENT_GAP:
      if (pushed)
        take_gap (input, event);
      break;
    case GST_EVENT_FLUSH_START:
      if (pushed) {
        set_flushing (input, TRUE);
        gst_web_audio_node_flush (input->node, event);
      }
      break;
    case GST_EVENT_FLUSH_STOP:
      if (pushed) {
        set_flushing (input, FALSE);
        gst_segment_init (&input->segment, GST_FORMAT_UNDEFINED);
        gst_web_audio_node_flush (input->node, event);
      }
      break;
    default:
      break;
  }
  gst_event_unref (event);
  return result;
}

/* The graph's rate first, if it has one; any other is resampled. */
static GstCaps *
possible_caps (GstWebAudioInput * input)
{
  GstCaps *caps = gst_pad_get_pad_template_caps (GST_PAD (input));
  gint rate = g_atomic_int_get (&input->node->rate);

  if (rate > 0) {
    GstCaps *first = gst_caps_copy (caps);

    gst_caps_set_simple (first, "rate", G_TYPE_INT, rate, NULL);
    if (GST_PAD_MODE (input) == GST_PAD_MODE_PULL) {
      gst_caps_unref (caps);
      return first;
    }
    caps = gst_caps_merge (first, caps);
  }
  return caps;
}

static gboolean
input_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstWebAudioInput *input = GST_WEB_AUDIO_INPUT_CAST (pad);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:{
      GstCaps *filter, *caps = possible_caps (input);

      gst_query_parse_caps (query, &filter);
      if (filter) {
        GstCaps *both = gst_caps_intersect_full (caps, filter,
            GST_CAPS_INTERSECT_FIRST);

        gst_caps_unref (caps);
        caps = both;
      }
      gst_query_set_caps_result (query, caps);
      gst_caps_unref (caps);
      return TRUE;
    }
    case GST_QUERY_ACCEPT_CAPS:{
      GstCaps *asked, *caps = possible_caps (input);

      gst_query_parse_accept_caps (query, &asked);
      gst_query_set_accept_caps_result (query, gst_caps_is_subset (asked,
              caps));
      gst_caps_unref (caps);
      return TRUE;
    }
    case GST_QUERY_ALLOCATION:
      gst_query_add_allocation_meta (query, GST_AUDIO_META_API_TYPE, NULL);
      return TRUE;
    default:
      return FALSE;
  }
}

/* Activation */

static gboolean
activate_pull (GstWebAudioInput * input, gboolean active)
{
  GstWebAudioOutput *output;

  if (!active) {
    gst_web_audio_graph_disconnect (input);
    return TRUE;
  }
  output = gst_web_audio_link_find_output (input);
  if (!output)
    return FALSE;
  gst_web_audio_graph_connect (input, output);
  gst_object_unref (output);
  return TRUE;
}

static void
forget_stream (GstWebAudioInput * input)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (input->node);

  gst_web_audio_edge_reset (input->edge);
  gst_web_audio_graph_unlock (graph);
}

/* Nothing is known of the stream that will come. */
static void
forget_live (GstWebAudioInput * input)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (input->node);

  input->asked = FALSE;
  input->live = FALSE;
  gst_web_audio_edge_unfollow (input->edge);
  gst_web_audio_edge_forget_underruns (input->edge);
  graph->dirty = TRUE;
  gst_web_audio_graph_unlock (graph);
}

static gboolean
activate_push (GstWebAudioInput * input, gboolean active)
{
  set_flushing (input, !active);
  if (active) {
    forget_live (input);
  } else {
    gst_web_audio_graph_disconnect (input);
    forget_stream (input);
  }
  return TRUE;
}

static gboolean
input_activatemode (GstPad * pad, GstObject * parent, GstPadMode mode,
    gboolean active)
{
  GstWebAudioInput *input = GST_WEB_AUDIO_INPUT_CAST (pad);

  switch (mode) {
    case GST_PAD_MODE_PULL:
      return activate_pull (input, active);
    case GST_PAD_MODE_PUSH:
      return activate_push (input, active);
    default:
      return FALSE;
  }
}

/* Whether what is between the nodes lets our planes through. */
static gboolean
planes_fit (GstWebAudioInput * input)
{
  GstCaps *planes, *caps;
  gboolean fit;

  if (gst_web_audio_link_is_direct (GST_PAD (input)))
    return TRUE;
  planes = gst_caps_new_simple ("audio/x-raw",
      "format", G_TYPE_STRING, GST_AUDIO_NE (F32),
      "layout", G_TYPE_STRING, "non-interleaved", NULL);
  caps = gst_pad_peer_query_caps (GST_PAD (input), planes);
  fit = !gst_caps_is_empty (caps);
  gst_caps_unref (caps);
  gst_caps_unref (planes);
  return fit;
}

typedef enum
{
  LINK_PULL,                    /* from the output of another node */
  LINK_PUSH,                    /* upstream pushes */
  LINK_LATER                    /* the other node is not there yet */
} LinkKind;

static LinkKind
judge_link (GstWebAudioInput * input, GstWebAudioOutput * output)
{
  gint ours, theirs;

  if (!output)
    return gst_web_audio_link_leads_somewhere (GST_PAD (input)) ? LINK_PUSH :
        LINK_LATER;
  if (GST_STATE (output->node) < GST_STATE_READY)
    return LINK_LATER;
  ours = g_atomic_int_get (&input->node->rate);
  theirs = g_atomic_int_get (&output->node->rate);
  /* two graphs that run at different rates already cannot become one */
  return (ours && theirs && ours != theirs) || !planes_fit (input) ?
      LINK_PUSH : LINK_PULL;
}

/*
 * gst_web_audio_input_is_pushed_by:
 *
 * Returns: whether the output of another node, although it is one, has to push
 *     into @input
 */
gboolean
gst_web_audio_input_is_pushed_by (GstWebAudioInput * input,
    GstWebAudioOutput * output)
{
  return judge_link (input, output) == LINK_PUSH;
}

static gboolean
pulls_from (GstWebAudioInput * input, GstWebAudioOutput * output)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (input->node);
  gboolean pulls = input->connected && input->output == output;

  gst_web_audio_graph_unlock (graph);
  return pulls && gst_pad_is_active (GST_PAD (output));
}

static void
set_mode (GstWebAudioInput * input, GstPadMode mode)
{
  GstPad *pad = GST_PAD (input);

  if (GST_PAD_MODE (pad) == mode)
    return;
  if (GST_PAD_MODE (pad) != GST_PAD_MODE_NONE)
    gst_pad_activate_mode (pad, GST_PAD_MODE (pad), FALSE);
  if (mode != GST_PAD_MODE_NONE)
    gst_pad_activate_mode (pad, mode, TRUE);
}

static void
reopen (GstPad * pad)
{
  GstPad *peer = gst_pad_get_peer (pad);

  if (peer)
    gst_web_audio_link_reopen (peer);
  gst_clear_object (&peer);
}

static void
schedule (GstWebAudioInput * input)
{
  GstPad *pad = GST_PAD (input);
  GstWebAudioOutput *output = gst_web_audio_link_find_output (input);
  LinkKind kind = judge_link (input, output);

  if (kind == LINK_LATER)
    gst_web_audio_graph_disconnect (input);
  if (GST_PAD_MODE (pad) == GST_PAD_MODE_PULL
      && (kind != LINK_PULL || !pulls_from (input, output)))
    gst_pad_activate_mode (pad, GST_PAD_MODE_PULL, FALSE);
  if (kind == LINK_PULL && GST_PAD_MODE (pad) != GST_PAD_MODE_PULL) {
    set_mode (input, GST_PAD_MODE_NONE);
    /* it must not push any longer when what is in between changes its mode */
    if (GST_PAD_MODE (output) == GST_PAD_MODE_PUSH)
      gst_pad_activate_mode (GST_PAD (output), GST_PAD_MODE_PUSH, FALSE);
    set_mode (input, GST_PAD_MODE_PULL);
  }
  if (GST_PAD_MODE (pad) != GST_PAD_MODE_PULL)
    set_mode (input, GST_PAD_MODE_PUSH);
  if (kind == LINK_PUSH)
    gst_web_audio_graph_connect (input, NULL);
  if (kind == LINK_PUSH && output) {
    reopen (pad);
    gst_web_audio_output_push (output);
  }
  gst_clear_object (&output);
}

static gboolean
input_activate (GstPad * pad, GstObject * parent)
{
  schedule (GST_WEB_AUDIO_INPUT_CAST (pad));
  return gst_pad_is_active (pad);
}

/*
 * gst_web_audio_input_reschedule:
 *
 * Something about the link changed: pulls, or is pushed into, as upstream
 * allows. Does nothing while the pad is not active.
 */
void
gst_web_audio_input_reschedule (GstWebAudioInput * input)
{
  if (gst_pad_is_active (GST_PAD (input)))
    schedule (input);
}

static void
reschedule_later (gpointer data)
{
  gst_web_audio_input_reschedule (data);
}

static void
input_linked (GstPad * pad, GstPad * peer)
{
  if (!gst_web_audio_defer (reschedule_later, pad))
    gst_web_audio_input_reschedule (GST_WEB_AUDIO_INPUT_CAST (pad));
}

static void
forget_producer (gpointer data)
{
  GstWebAudioInput *input = data;

  gst_web_audio_graph_disconnect (input);
  gst_web_audio_input_reschedule (input);
}

static void
input_unlinked (GstPad * pad, GstPad * peer)
{
  if (gst_web_audio_defer (forget_producer, pad))
    return;
  forget_producer (pad);
  gst_web_audio_link_reopen (peer);
}

/* Live streams */

/*
 * gst_web_audio_input_follow_live:
 * @jitter: how much later than it promises a live stream may deliver
 *
 * What is pushed in is a stream in its own right: if it is live, so is the
 * graph, and does not wait for it.
 */
void
gst_web_audio_input_follow_live (GstWebAudioInput * input, GstClockTime jitter)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (input->node);

  input->follows = TRUE;
  input->jitter = jitter;
  if (input->live)
    gst_web_audio_edge_follow (input->edge, jitter);
  graph->dirty = TRUE;
  gst_web_audio_graph_unlock (graph);
}

/*
 * gst_web_audio_input_set_endless:
 *
 * Whether the end of the stream is not the end of the connection.
 */
void
gst_web_audio_input_set_endless (GstWebAudioInput * input, gboolean endless)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (input->node);

  input->endless = endless;
  g_cond_broadcast (&graph->cond);
  gst_web_audio_graph_unlock (graph);
}

/*
 * gst_web_audio_input_get_underruns:
 *
 * Returns: for how many frames there was silence because a live stream was late
 */
guint64
gst_web_audio_input_get_underruns (GstWebAudioInput * input)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (input->node);
  guint64 underruns = gst_web_audio_edge_get_underruns (input->edge);

  gst_web_audio_graph_unlock (graph);
  return underruns;
}

/*
 * gst_web_audio_input_add_latency:
 * @min: (inout): of what is pushed in, when it is heard
 * @max: (inout): how long upstream can wait for that
 *
 * Adds to upstream's latency what the connection adds.
 */
void
gst_web_audio_input_add_latency (GstWebAudioInput * input,
    GstClockTime * min, GstClockTime * max)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (input->node);

  if (input->follows) {
    *min += input->jitter;
    if (GST_CLOCK_TIME_IS_VALID (*max))
      *max += input->jitter + LIVE_TIME;
  }
  gst_web_audio_graph_unlock (graph);
}

/* The object */

static void
gst_web_audio_input_finalize (GObject * object)
{
  GstWebAudioInput *input = GST_WEB_AUDIO_INPUT_CAST (object);

  gst_web_audio_edge_free (input->edge);
  G_OBJECT_CLASS (gst_web_audio_input_parent_class)->finalize (object);
}

static void
gst_web_audio_input_class_init (GstWebAudioInputClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstPadClass *pad_class = GST_PAD_CLASS (klass);

  object_class->finalize = gst_web_audio_input_finalize;
  pad_class->linked = input_linked;
  pad_class->unlinked = input_unlinked;
}

static void
gst_web_audio_input_init (GstWebAudioInput * input)
{
  input->edge = gst_web_audio_edge_new ();
  input->flushing = TRUE;
  gst_segment_init (&input->segment, GST_FORMAT_UNDEFINED);
}

/*
 * gst_web_audio_input_new:
 *
 * Returns: (transfer floating): a sink pad for @node, which is to be added to
 *     it
 */
GstWebAudioInput *
gst_web_audio_input_new (GstWebAudioNode * node, GstPadTemplate * templ,
    const gchar * name)
{
  GstWebAudioInput *input = g_object_new (GST_TYPE_WEB_AUDIO_INPUT,
      "name", name, "direction", GST_PAD_SINK, "template", templ, NULL);
  GstPad *pad = GST_PAD (input);

  input->node = node;
  gst_pad_set_activate_function (pad, input_activate);
  gst_pad_set_activatemode_function (pad, input_activatemode);
  gst_pad_set_chain_function (pad, input_chain);
  gst_pad_set_event_function (pad, input_event);
  gst_pad_set_query_function (pad, input_query);
  return input;
}
