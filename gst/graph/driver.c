/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver: an output whose peer does not pull. Its task renders block after
 * block and pushes them.
 *
 * One turn: wait until it may render (begin_block), render under the graph's
 * lock, convert to what downstream asked for and push, both without the lock.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "../dsp/denormals.h"
#include "../dsp/vector.h"
#include "gather.h"
#include "graph.h"
#include "input.h"
#include "link.h"
#include "output.h"
#include "suspend.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

/* What the latency is told for while the rate is not known. */
#define DEFAULT_RATE 48000
/* How often a wait looks again at what nobody signals: the wall clock. */
#define LOOK_AGAIN (20 * G_TIME_SPAN_MILLISECOND)
/* How long, and how often, a sink is looked at that is being activated. */
#define WAKING_TIME (2 * G_TIME_SPAN_SECOND)
#define LOOK_AGAIN_AT_SINK (2 * G_TIME_SPAN_MILLISECOND)
/* How often a driver tries again where downstream is flushing. */
#define TRY_AGAIN (50 * G_TIME_SPAN_MILLISECOND)

/* What stands in the way of rendering a block */

typedef struct
{
  GstWebAudioNode *driver;
  guint32 visit;
  guint frames;
  gint64 now;
  gboolean crowded;             /* another consumer is too far behind */
  GstWebAudioInput *unready;    /* has not got the frames yet */
} Survey;

/* Another consumer may be behind by LEAD, and by as long as it has not moved:
 * one that stands still slows the others down to real time, no further. */
static gboolean
is_crowded (GstWebAudioOutput * output, const Survey * survey)
{
  guint64 rate = output->node->graph->rate;
  guint64 start, allowed;

  if (!gst_web_audio_output_backlog_start (output, &start))
    return FALSE;
  if (survey->driver->playing) {
    gint64 since = MAX (output->drained_at, survey->driver->playing_since);

    allowed = rate * GST_WEB_AUDIO_LEAD +
        gst_util_uint64_scale (MAX (survey->now - since, 0), rate,
        G_USEC_PER_SEC);
  } else {
    allowed = rate * (GST_WEB_AUDIO_BACKLOG - 1);
  }
  return output->node->position - start >= allowed;
}

/* Looks at everything that rendering @node from @frame would render. */
static void
survey_node (GstWebAudioNode * node, guint64 frame, Survey * survey)
{
  guint i;

  if (node->visit == survey->visit
      || (node->rendered && frame < node->position))
    return;
  node->visit = survey->visit;
  for (i = 0; i < node->outputs->len; i++)
    survey->crowded |= is_crowded (g_ptr_array_index (node->outputs, i),
        survey);
  for (i = 0; i < node->inputs->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);

    if (input->output)
      survey_node (input->output->node, frame + input->delta, survey);
    else if (!gst_web_audio_input_is_ready (input, frame, survey->frames))
      survey->unready = input;
  }
}

static void
warn_starved (GstWebAudioInput * input)
{
  GST_ELEMENT_WARNING (input->node, STREAM, FAILED,
      ("No audio arrives at %s.", GST_OBJECT_NAME (input)),
      ("nothing for %d s; going on with silence until something does",
          (gint) (GST_WEB_AUDIO_PATIENCE / G_USEC_PER_SEC)));
}

/* Gives up on an input that has had nothing to give for too long. */
static gboolean
lose_patience (GstWebAudioInput * input, const Survey * survey,
    gboolean paused_on_purpose)
{
  if (input->waiting_since == 0 || paused_on_purpose)
    input->waiting_since = survey->now;
  input->starved = survey->now - input->waiting_since >= GST_WEB_AUDIO_PATIENCE;
  return input->starved;
}

/* Whether the block can be rendered now. If not, *@starved may be an input,
 * owned, that nobody waits for any longer, to be warned of. */
static gboolean
is_ready (GstWebAudioOutput * output, GstWebAudioGraph * graph, guint frames,
    GstWebAudioInput ** starved)
{
  Survey survey = { output->node, 0, frames, 0, FALSE, NULL };
  guint i;

  if (graph->n_behind == 0 && graph->edges->len == 0)
    return TRUE;
  survey.visit = gst_web_audio_graph_next_visit ();
  survey.now = g_get_monotonic_time ();
  survey_node (output->node, output->position, &survey);
  for (i = 0; i < graph->first->len; i++)
    survey_node (g_ptr_array_index (graph->first, i), output->position,
        &survey);
  for (i = 0; i < graph->last->len; i++)
    survey_node (g_ptr_array_index (graph->last, i), output->position, &survey);
  if (survey.crowded)
    return FALSE;
  if (graph->live || !survey.unready)
    return TRUE;
  if (lose_patience (survey.unready, &survey,
          output->pushed && !output->node->playing))
    *starved = gst_object_ref (survey.unready);
  return FALSE;
}

/* Waits for something to change. Takes and returns the graph, locked. */
static GstWebAudioGraph *
wait_for_change (GstWebAudioOutput * output, GstWebAudioGraph * graph,
    GstWebAudioInput ** starved)
{
  if (!*starved)
    return gst_web_audio_graph_wait (graph, output->node,
        g_get_monotonic_time () + LOOK_AGAIN);
  gst_web_audio_graph_unlock (graph);
  warn_starved (*starved);
  gst_clear_object (starved);
  return gst_web_audio_graph_lock (output->node);
}

/* Where a driver begins */

/*
 * gst_web_audio_node_get_running_time:
 *
 * Returns: the running time now, or 0 where the pipeline is not playing
 */
GstClockTime
gst_web_audio_node_get_running_time (GstWebAudioNode * node)
{
  GstElement *element = GST_ELEMENT (node);
  GstObject *parent = gst_object_get_parent (GST_OBJECT (node));
  GstClock *clock = gst_element_get_clock (element);
  GstClockTime running_time = 0;

  if (clock && parent && GST_IS_ELEMENT (parent)
      && GST_STATE (parent) == GST_STATE_PLAYING) {
    GstClockTime now = gst_clock_get_time (clock);
    GstClockTime base = gst_element_get_base_time (element);

    if (GST_CLOCK_TIME_IS_VALID (base) && now > base)
      running_time = now - base;
  }
  gst_clear_object (&clock);
  gst_clear_object (&parent);
  return running_time;
}

/* The first frame that the node can deliver everything for. */
static gboolean
find_position (GstWebAudioNode * node, guint32 visit, guint64 * position)
{
  gboolean found = node->rendered;
  guint i;

  if (node->visit == visit)
    return FALSE;
  node->visit = visit;
  if (found)
    *position = node->position;
  for (i = 0; i < node->inputs->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);
    guint64 there;

    if (!input->output)
      continue;
    if (!gst_web_audio_output_backlog_start (input->output, &there)
        && !find_position (input->output->node, visit, &there))
      continue;
    there -= input->delta;
    *position = found ? MAX (*position, there) : there;
    found = TRUE;
  }
  return found;
}

/*
 * gst_web_audio_node_find_start:
 * @frame: (out): unless there is none
 *
 * Returns: whether there is a first frame that the node can deliver everything
 *     for. Needs the graph's lock.
 */
gboolean
gst_web_audio_node_find_start (GstWebAudioNode * node, guint64 * frame)
{
  guint64 start;

  if (!find_position (node, gst_web_audio_graph_next_visit (), &start))
    return FALSE;
  *frame = start;
  return TRUE;
}

/* The graph's rate is known: decides at which frame the driver begins. */
static void
locate (GstWebAudioOutput * output, GstWebAudioGraph * graph)
{
  guint64 frame;

  if (!graph->started) {
    graph->started = TRUE;
    graph->segment.base = gst_web_audio_node_get_running_time (output->node);
  }
  if (!gst_web_audio_output_backlog_start (output, &frame)
      && !gst_web_audio_node_find_start (output->node, &frame))
    frame = gst_web_audio_first_frame (graph->segment.start, graph->rate);
  output->position = frame;
  output->located = TRUE;
  output->need_segment = TRUE;
  output->discont = TRUE;
}

/* How many quanta may be rendered at once at most. Every node that has a limit
 * is asked before each block. */
static guint64
limit_quanta (GstWebAudioGraph * graph)
{
  guint limit = graph->draining || (graph->unsettled && graph->has_tails) ?
      GST_WEB_AUDIO_QUANTUM : GST_WEB_AUDIO_MAX_BLOCK_SIZE;
  guint i;

  for (i = 0; i < graph->limits->len; i++) {
    GstWebAudioNode *node = g_ptr_array_index (graph->limits, i);
    guint its_limit = GST_WEB_AUDIO_NODE_GET_CLASS (node)->max_block (node);

    if (its_limit > 0)
      limit = MIN (limit, its_limit);
  }
  return MAX (limit / GST_WEB_AUDIO_QUANTUM, 1);
}

/* How many frames to render next: blocks lie on multiples of the block size. */
static guint
count_frames (GstWebAudioOutput * output, GstWebAudioGraph * graph)
{
  guint64 position = output->position;
  guint64 frames = graph->block_size - position % graph->block_size;
  guint64 end = G_MAXUINT64;

  GST_OBJECT_LOCK (output->node);
  if (output->node->length > 0)
    end = output->node->length;
  GST_OBJECT_UNLOCK (output->node);
  if (GST_CLOCK_TIME_IS_VALID (graph->segment.stop))
    end = MIN (end, gst_web_audio_first_frame (graph->segment.stop,
            graph->rate));
  if (position >= end)
    return 0;
  end = MIN (end, graph->hold);
  frames = MIN (frames, end - position);
  if (graph->limits->len > 0 || graph->draining || graph->unsettled)
    frames = MIN (frames, limit_quanta (graph) * GST_WEB_AUDIO_QUANTUM
        - position % GST_WEB_AUDIO_QUANTUM);
  return frames;
}

static guint64
next_quantum (guint64 frame)
{
  return (frame + GST_WEB_AUDIO_QUANTUM - 1) / GST_WEB_AUDIO_QUANTUM *
      GST_WEB_AUDIO_QUANTUM;
}

/* Ends the block with the first quantum in which a connection ends or changes
 * its channels, and before the first that has others, because in the next one channels may be counted otherwise. The
 * quantum after an end is rendered alone where nodes may begin to drain. */
static guint
cut_at_changes (GstWebAudioOutput * output, GstWebAudioGraph * graph,
    guint frames)
{
  guint64 last = output->position + frames, end = last, change;
  guint i;

  graph->unsettled = FALSE;
  for (i = 0; i < graph->sources->len; i++) {
    GstWebAudioNode *source = g_ptr_array_index (graph->sources, i);
    GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (source);

    change = klass->begin ? klass->begin (source, graph->rate) : 0;
    graph->unsettled |= change > output->position && change <= last;
    if (change > output->position)
      end = MIN (end, change);
    change = klass->end (source, graph->rate);
    graph->unsettled |= change > output->position && change <= last;
    if (change > output->position && change < end)
      end = MIN (end, next_quantum (change));
    else if (graph->has_tails && change <= output->position
        && next_quantum (change) == output->position)
      end = MIN (end, output->position + GST_WEB_AUDIO_QUANTUM);
  }
  for (i = 0; i < graph->edges->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (graph->edges, i);

    change = output->position + gst_web_audio_edge_get_uniform (input->edge);
    graph->unsettled |= change > output->position && change <= last;
    if (change > output->position && change < end)
      end = MIN (end, next_quantum (change));
    else if (graph->has_tails && !input->over
        && change == output->position
        && gst_web_audio_edge_has_ended (input->edge))
      end = MIN (end, output->position + GST_WEB_AUDIO_QUANTUM);
  }
  return end - output->position;
}

/* Waits for the clock to pass the end of the block, as if it had been
 * captured. Called without the graph's lock. */
static GstFlowReturn
wait_for_clock (GstWebAudioOutput * output, GstClockTime running_time)
{
  GstElement *element = GST_ELEMENT (output->node);
  GstClock *clock = gst_element_get_clock (element);
  GstClockID id;
  GstClockReturn result;

  if (!clock)
    return GST_FLOW_OK;
  id = gst_clock_new_single_shot_id (clock,
      running_time + gst_element_get_base_time (element));
  GST_OBJECT_LOCK (output);
  output->clock_id = gst_clock_id_ref (id);
  GST_OBJECT_UNLOCK (output);
  result = g_atomic_int_get (&output->interrupted)
      || !g_atomic_int_get (&output->node->playing) ?
      GST_CLOCK_UNSCHEDULED : gst_clock_id_wait (id, NULL);
  GST_OBJECT_LOCK (output);
  g_clear_pointer (&output->clock_id, gst_clock_id_unref);
  GST_OBJECT_UNLOCK (output);
  gst_clock_id_unref (id);
  gst_object_unref (clock);
  return result == GST_CLOCK_UNSCHEDULED ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

static GstClockTime
running_time_of (GstWebAudioGraph * graph, guint64 frame)
{
  return gst_segment_to_running_time (&graph->segment, GST_FORMAT_TIME,
      gst_util_uint64_scale (frame, GST_SECOND, graph->rate));
}

/* A node that has joined by a bond may still be in READY. */
static GstWebAudioNode *
find_sleeping (GstWebAudioGraph * graph)
{
  guint i;

  for (i = 0; i < graph->first->len + graph->last->len; i++) {
    GstWebAudioNode *node = i < graph->first->len ?
        g_ptr_array_index (graph->first, i) :
        g_ptr_array_index (graph->last, i - graph->first->len);

    if (!node->active)
      return gst_object_ref (node);
  }
  return NULL;
}

/* Waits until a block may be rendered. On success *@locked is the graph,
 * locked, and *@frames the length of the block. */
static GstFlowReturn
begin_block (GstWebAudioOutput * output, GstWebAudioGraph ** locked,
    guint * frames)
{
  GstWebAudioNode *node = output->node;
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (node);
  GstWebAudioInput *starved = NULL;
  GstWebAudioNode *sleeping;
  guint64 waited_until = 0;
  GstFlowReturn flow = GST_FLOW_OK;

  while (TRUE) {
    if (output->interrupted) {
      flow = GST_FLOW_FLUSHING;
      break;
    }
    if (graph->dirty)
      gst_web_audio_graph_refresh (graph);
    if ((sleeping = find_sleeping (graph))) {
      gst_web_audio_graph_unlock (graph);
      gst_web_audio_node_activate (sleeping);
      gst_object_unref (sleeping);
      graph = gst_web_audio_graph_lock (node);
      continue;
    }
    if (graph->rate == 0) {
      if (!is_ready (output, graph, 0, &starved)) {
        graph = wait_for_change (output, graph, &starved);
        continue;
      }
      gst_web_audio_graph_unlock (graph);
      flow = gst_web_audio_negotiate_rate (output);
      graph = gst_web_audio_graph_lock (node);
      if (flow != GST_FLOW_OK)
        break;
      continue;
    }
    if (gst_web_audio_suspend_loads (graph)) {
      graph = wait_for_change (output, graph, &starved);
      continue;
    }
    if (!output->located)
      locate (output, graph);
    if (gst_web_audio_suspend_reached (graph, output->position)) {
      GstWebAudioGraph *again = gst_web_audio_suspend_enter (graph, node,
          output->position);

      graph = again ? again : wait_for_change (output, graph, &starved);
      continue;
    }
    *frames = count_frames (output, graph);
    if (*frames == 0 || output->ended || graph->closed) {
      flow = GST_FLOW_EOS;
      break;
    }
    if (graph->live && !node->playing) {
      graph = wait_for_change (output, graph, &starved);
      continue;
    }
    if (graph->live && waited_until < output->position + *frames) {
      GstClockTime time = graph->delay +
          running_time_of (graph, output->position + *frames);

      waited_until = output->position + *frames;
      gst_web_audio_graph_unlock (graph);
      if (wait_for_clock (output, time) != GST_FLOW_OK)
        waited_until = 0;
      graph = gst_web_audio_graph_lock (node);
      continue;
    }
    if (is_ready (output, graph, *frames, &starved)) {
      *frames = cut_at_changes (output, graph, *frames);
      break;
    }
    graph = wait_for_change (output, graph, &starved);
  }
  if (flow == GST_FLOW_OK)
    *locked = graph;
  else
    gst_web_audio_graph_unlock (graph);
  return flow;
}

/* Rendering */

/* With a length the stream goes on in silence to the very frame. */
static GstFlowReturn
fill_to_length (GstWebAudioOutput * output, guint frames,
    GstWebAudioBlock * block)
{
  guint channels = output->configured ?
      GST_AUDIO_INFO_CHANNELS (&output->info) : 1;

  return gst_web_audio_node_acquire (output->node, block,
      CLAMP (channels, 1, GST_WEB_AUDIO_MAX_CHANNELS), output->position,
      frames, TRUE) ? GST_FLOW_OK : GST_FLOW_ERROR;
}

static void
render_unasked (GPtrArray * nodes, guint64 frame, guint frames)
{
  guint i;

  for (i = 0; i < nodes->len; i++)
    gst_web_audio_node_render_unasked (g_ptr_array_index (nodes, i), frame,
        frames);
}

static gboolean
is_traced (void)
{
  GList *tracers = gst_tracing_get_active_tracers ();
  gboolean traced = tracers != NULL;

  g_list_free_full (tracers, gst_object_unref);
  return traced;
}

static GstFlowReturn
render (GstWebAudioOutput * output, GstWebAudioGraph * graph, guint frames,
    GstWebAudioBlock * block)
{
  WebAudioDenormals denormals = webaudio_denormals_flush ();
  GstFlowReturn flow;
  gboolean has_length;

  graph->turned_at = g_get_monotonic_time ();
  graph->traced = is_traced ();
  render_unasked (graph->first, output->position, frames);
  flow = gst_web_audio_output_take (output, output->position, frames, block);
  render_unasked (graph->last, output->position, frames);
  webaudio_denormals_restore (denormals);
  GST_OBJECT_LOCK (output->node);
  has_length = output->node->length > 0;
  GST_OBJECT_UNLOCK (output->node);
  if (flow == GST_FLOW_EOS && has_length)
    flow = fill_to_length (output, frames, block);
  if (flow != GST_FLOW_OK)
    return flow;
  if (!gst_web_audio_node_settle (output->node, block))
    return GST_FLOW_ERROR;
  output->ended = block->frames < frames && !has_length;
  output->position += block->frames;
  if (output->position > graph->now)
    gst_web_audio_graph_set_now (graph, output->position);
  graph->segment.position = gst_util_uint64_scale (output->position,
      GST_SECOND, graph->rate);
  return GST_FLOW_OK;
}

/* Conversion to what downstream asked for */

static GstBuffer *
acquire_converted (GstWebAudioOutput * output, guint frames)
{
  gsize size = (gsize) frames * GST_AUDIO_INFO_BPF (&output->info);
  GstBuffer *buffer = NULL;

  if (!output->pool || output->pool_frames < frames) {
    GstStructure *config;

    if (output->pool)
      gst_buffer_pool_set_active (output->pool, FALSE);
    gst_clear_object (&output->pool);
    output->pool = gst_buffer_pool_new ();
    output->pool_frames = frames;
    config = gst_buffer_pool_get_config (output->pool);
    gst_buffer_pool_config_set_params (config, NULL, size, 0, 0);
    gst_buffer_pool_set_config (output->pool, config);
    gst_buffer_pool_set_active (output->pool, TRUE);
  }
  if (gst_buffer_pool_acquire_buffer (output->pool, &buffer, NULL)
      != GST_FLOW_OK)
    return NULL;
  if (gst_buffer_get_size (buffer) != size)
    gst_buffer_set_size (buffer, size);
  return buffer;
}

static void
make_converter (GstWebAudioOutput * output)
{
  GstAudioInfo planes;

  /* the same positions on both sides: the channels are mixed already */
  planes = output->info;
  gst_web_audio_audio_info (&planes, GST_AUDIO_FORMAT_F32,
      GST_AUDIO_LAYOUT_NON_INTERLEAVED, GST_AUDIO_INFO_RATE (&output->info),
      GST_AUDIO_INFO_CHANNELS (&output->info), 0);
  memcpy (planes.position, output->info.position, sizeof (planes.position));
  planes.flags = output->info.flags;
  output->converter = gst_audio_converter_new (0, &planes, &output->info, NULL);
}

static void
interleave (gfloat * to, const GstWebAudioBlock * block)
{
  guint channels = block->channels, c, i;

  for (c = 0; c < channels; c++) {
    const gfloat *from = gst_web_audio_block_plane (block, c);

    for (i = 0; i < block->frames; i++)
      to[i * channels + c] = from[i];
  }
}

/* Consumes @block. */
static GstBuffer *
reformat (GstWebAudioOutput * output, GstWebAudioBlock * block)
{
  const GstAudioInfo *info = &output->info;
  guint channels = GST_AUDIO_INFO_CHANNELS (info);
  GstBuffer *buffer = acquire_converted (output, block->frames);
  GstMapInfo map;

  if (buffer) {
    gst_buffer_copy_into (buffer, block->buffer, GST_BUFFER_COPY_FLAGS |
        GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
    gst_buffer_map (buffer, &map, GST_MAP_WRITE);
    if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F32) {
      interleave ((gfloat *) map.data, block);
    } else {
      gpointer in[GST_WEB_AUDIO_MAX_CHANNELS];
      gpointer out[GST_WEB_AUDIO_MAX_CHANNELS];
      guint c, planes =
          GST_AUDIO_INFO_LAYOUT (info) == GST_AUDIO_LAYOUT_INTERLEAVED ? 1 :
          channels;

      for (c = 0; c < channels; c++)
        in[c] = gst_web_audio_block_plane (block, c);
      for (c = 0; c < planes; c++)
        out[c] = map.data + c * (map.size / planes);
      if (!output->converter)
        make_converter (output);
      gst_audio_converter_samples (output->converter, 0, in, block->frames,
          out, block->frames);
    }
    gst_buffer_unmap (buffer, &map);
    if (GST_AUDIO_INFO_LAYOUT (info) == GST_AUDIO_LAYOUT_NON_INTERLEAVED)
      gst_buffer_add_audio_meta (buffer, info, block->frames, NULL);
  }
  gst_web_audio_block_clear (block);
  return buffer;
}

/* The block itself as a buffer. One plane is interleaved just as well, and then
 * the buffer has just the block's frames. Consumes @block. */
static GstBuffer *
hand_over (GstWebAudioBlock * block, GstAudioLayout layout)
{
  gsize size = (gsize) block->frames * sizeof (gfloat);
  GstBuffer *buffer = gst_web_audio_block_close (block);
  GstAudioMeta *meta;

  if (block->channels > 1)
    return buffer;
  buffer = gst_buffer_make_writable (buffer);
  meta = gst_buffer_get_audio_meta (buffer);
  meta->info.layout = layout;
  if (layout == GST_AUDIO_LAYOUT_INTERLEAVED)
    meta->offsets = NULL;
  if (gst_buffer_get_size (buffer) != size)
    gst_buffer_set_size (buffer, size);
  return buffer;
}

/* Consumes @block. */
static GstBuffer *
convert (GstWebAudioOutput * output, GstWebAudioBlock * block)
{
  const GstAudioInfo *info = &output->info;

  if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F32
      && (GST_AUDIO_INFO_LAYOUT (info) == GST_AUDIO_LAYOUT_NON_INTERLEAVED
          || GST_AUDIO_INFO_CHANNELS (info) == 1))
    return hand_over (block, GST_AUDIO_INFO_LAYOUT (info));
  return reformat (output, block);
}

/* Mixes @block to the negotiated channels. Needs the graph's lock. */
static gboolean
mix_to_negotiated (GstWebAudioOutput * output, GstWebAudioBlock * block)
{
  guint channels = GST_AUDIO_INFO_CHANNELS (&output->info);
  GstWebAudioBlock mixed = { 0, };

  if (channels == block->channels)
    return TRUE;
  if (channels > GST_WEB_AUDIO_MAX_CHANNELS
      || !gst_web_audio_node_acquire (output->node, &mixed, channels,
          GST_BUFFER_OFFSET (block->buffer), block->frames, block->silent))
    return FALSE;
  if (!mixed.silent)
    gst_web_audio_block_mix (&mixed, 0, block, 0, block->frames,
        GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE);
  gst_web_audio_block_clear (block);
  *block = mixed;
  return TRUE;
}

/* Where a block ends decides whether a zero comes from silence, which has no
 * sign, or from arithmetic: no sign leaves the graph. */
static gboolean
unsign_zeros (GstWebAudioOutput * output, GstWebAudioBlock * block)
{
  GstWebAudioBlock result = *block;
  guint c;

  if (block->silent)
    return TRUE;
  if (!gst_web_audio_block_is_writable (block)
      && !gst_web_audio_node_acquire (output->node, &result, block->channels,
          GST_BUFFER_OFFSET (block->buffer), block->frames, FALSE))
    return FALSE;
  for (c = 0; c < block->channels; c++)
    webaudio_vector_unsign_zeros (gst_web_audio_block_plane (&result, c),
        gst_web_audio_block_plane (block, c), block->frames);
  if (result.buffer != block->buffer)
    gst_web_audio_block_clear (block);
  *block = result;
  return TRUE;
}

/* What channels come is not yet known from the first block. */
static guint
count_channels (GstWebAudioOutput * output, const GstWebAudioBlock * block)
{
  GstWebAudioGraph *graph;
  guint channels;

  if (output->port >= 0)
    return block->channels;
  graph = gst_web_audio_graph_lock (output->node);
  channels = gst_web_audio_gather_foresee (output->node,
      gst_web_audio_graph_next_visit ());
  gst_web_audio_graph_unlock (graph);
  return MAX (channels, block->channels);
}

static gboolean
must_negotiate (GstWebAudioOutput * output, gint rate)
{
  gboolean asked = gst_pad_check_reconfigure (GST_PAD (output));

  return asked || !output->configured
      || GST_AUDIO_INFO_RATE (&output->info) != rate;
}

/* Somebody has flushed downstream between two blocks: the segment is gone. */
static gboolean
has_lost_segment (GstWebAudioOutput * output)
{
  GstPad *peer = gst_pad_get_peer (GST_PAD (output));
  GstEvent *event = peer ?
      gst_pad_get_sticky_event (peer, GST_EVENT_SEGMENT, 0) : NULL;
  gboolean lost = peer && !event;

  gst_clear_event (&event);
  gst_clear_object (&peer);
  return lost;
}

static void
send_segment (GstWebAudioOutput * output, const GstSegment * segment)
{
  GstSegment sent = *segment;
  GstEvent *event;

  if (!output->need_segment && !has_lost_segment (output))
    return;
  sent.position = sent.start;
  event = gst_event_new_segment (&sent);
  if (output->seqnum)
    gst_event_set_seqnum (event, output->seqnum);
  gst_pad_push_event (GST_PAD (output), event);
  output->need_segment = FALSE;
}

/* The turn */

/* What a sink that is just being activated is given would be lost. */
static void
wait_until_awake (GstWebAudioOutput * output)
{
  guint i;

  for (i = 0; i < WAKING_TIME / LOOK_AGAIN_AT_SINK; i++) {
    if (g_atomic_int_get (&output->interrupted)
        || !gst_web_audio_link_is_waking (GST_PAD (output)))
      return;
    g_usleep (LOOK_AGAIN_AT_SINK);
  }
}

/* Only the second EOS of a downstream that has taken nothing yet is believed: a
 * sink behind another element may be just being activated, too. */
static GstFlowReturn
push_buffer (GstWebAudioOutput * output, GstBuffer * buffer)
{
  gboolean believed = output->accepted;
  GstFlowReturn flow;

  if (!believed)
    wait_until_awake (output);
  flow = gst_pad_push (GST_PAD (output), buffer);
  output->accepted = flow == GST_FLOW_OK || flow == GST_FLOW_EOS;
  return flow == GST_FLOW_EOS && !believed ? GST_FLOW_FLUSHING : flow;
}

static GstFlowReturn
push_block (GstWebAudioOutput * output, GstWebAudioBlock * block, gint rate)
{
  GstWebAudioNode *node = output->node;
  GstWebAudioGraph *graph;
  GstSegment segment;
  gboolean mixed;
  GstBuffer *buffer;

  if (must_negotiate (output, rate)
      && !gst_web_audio_negotiate_format (output, count_channels (output,
              block), rate)) {
    gst_web_audio_block_clear (block);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  graph = gst_web_audio_graph_lock (node);
  segment = graph->segment;
  if (output->rebased) {
    output->need_segment = TRUE;
    /* without it an audio sink would play on at the old time for a while */
    output->discont = TRUE;
    output->rebased = FALSE;
  }
  mixed = graph->rate != rate || (mix_to_negotiated (output, block)
      && unsign_zeros (output, block));
  gst_web_audio_graph_unlock (graph);
  if (!mixed) {
    gst_web_audio_block_clear (block);
    return GST_FLOW_ERROR;
  }
  send_segment (output, &segment);
  buffer = convert (output, block);
  if (!buffer)
    return GST_FLOW_ERROR;
  if (output->discont
      || (!output->keep_gaps
          && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP))) {
    buffer = gst_buffer_make_writable (buffer);
    if (output->discont)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    if (!output->keep_gaps)
      GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_GAP);
    output->discont = FALSE;
  }
  output->pushed = TRUE;
  return push_buffer (output, buffer);
}

static GstFlowReturn
take_turn (GstWebAudioOutput * output)
{
  GstWebAudioGraph *graph = NULL;
  GstWebAudioBlock block = { 0, };
  GstFlowReturn flow;
  guint frames = 0;
  gint rate;

  if (g_atomic_int_compare_and_exchange (&output->need_events, TRUE, FALSE)) {
    gst_web_audio_output_send_stream_start (output);
    output->need_segment = TRUE;
    output->accepted = FALSE;
  }
  flow = begin_block (output, &graph, &frames);
  if (flow != GST_FLOW_OK)
    return flow;
  rate = graph->rate;
  gst_web_audio_deferral_begin (graph);
  flow = render (output, graph, frames, &block);
  gst_web_audio_deferral_end (graph);
  if (flow != GST_FLOW_OK)
    return flow;
  return push_block (output, &block, rate);
}

/* Downstream is flushing, but not because of us: tries again in a while, and
 * nobody waits for this consumer until then. */
static void
rest (GstWebAudioOutput * output)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);
  gint64 until = g_get_monotonic_time () + TRY_AGAIN;

  output->refused = TRUE;
  graph->dirty = TRUE;
  while (!output->interrupted && g_get_monotonic_time () < until)
    graph = gst_web_audio_graph_wait (graph, output->node, until);
  output->refused = FALSE;
  output->located = FALSE;
  graph->dirty = TRUE;
  gst_web_audio_graph_unlock (graph);
}

static void
finish (GstWebAudioOutput * output)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);

  output->done = TRUE;
  graph->dirty = TRUE;
  g_cond_broadcast (&graph->cond);
  gst_pad_pause_task (GST_PAD (output));
  gst_web_audio_graph_unlock (graph);
}

/* Pauses, unless the driver has been started again since it was interrupted. */
static void
pause (GstWebAudioOutput * output)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);

  if (g_atomic_int_get (&output->interrupted)
      || GST_PAD_IS_FLUSHING (GST_PAD (output)))
    gst_pad_pause_task (GST_PAD (output));
  gst_web_audio_graph_unlock (graph);
}

/* Returns whether downstream got it. */
static gboolean
send_end (GstWebAudioOutput * output, GstSegment * segment)
{
  GstEvent *event;

  if (segment->flags & GST_SEGMENT_FLAG_SEGMENT) {
    GstMessage *message = gst_message_new_segment_done (GST_OBJECT
        (output->node), GST_FORMAT_TIME, segment->position);

    gst_message_set_seqnum (message, output->seqnum);
    gst_element_post_message (GST_ELEMENT (output->node), message);
    event = gst_event_new_segment_done (GST_FORMAT_TIME, segment->position);
  } else {
    event = gst_event_new_eos ();
  }
  if (output->seqnum)
    gst_event_set_seqnum (event, output->seqnum);
  return gst_pad_push_event (GST_PAD (output), event);
}

static gboolean
is_peer_flushing (GstWebAudioOutput * output)
{
  GstPad *peer = gst_pad_get_peer (GST_PAD (output));
  gboolean flushing = peer && GST_PAD_IS_FLUSHING (peer);

  gst_clear_object (&peer);
  return flushing;
}

static void
end_stream (GstWebAudioOutput * output)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);
  GstSegment segment = graph->segment;
  gint rate = graph->rate;

  gst_web_audio_graph_unlock (graph);
  /* a stream without a single frame still says what it would have been */
  if (!output->configured && rate > 0)
    gst_web_audio_negotiate_format (output, 1, rate);
  if (is_peer_flushing (output)) {
    rest (output);
    return;
  }
  if (output->configured)
    send_segment (output, &segment);
  if (send_end (output, &segment) || output->end_tries++ > 0) {
    output->end_tries = 0;
    finish (output);
  } else {
    /* a flush that has come in between refused it; our pad, though, has ended,
     * and only a new stream makes it begin again */
    g_atomic_int_set (&output->need_events, TRUE);
    rest (output);
  }
}

static void
driver_loop (gpointer data)
{
  GstWebAudioOutput *output = data;
  GstPad *pad = GST_PAD (output);
  GstFlowReturn flow = take_turn (output);

  switch (flow) {
    case GST_FLOW_OK:
      break;
    case GST_FLOW_FLUSHING:
      if (g_atomic_int_get (&output->interrupted) || GST_PAD_IS_FLUSHING (pad))
        pause (output);
      else
        rest (output);
      break;
    case GST_FLOW_EOS:
      end_stream (output);
      break;
    case GST_FLOW_NOT_LINKED:
      if (!gst_web_audio_link_leads_somewhere (pad)) {
        gst_web_audio_driver_interrupt (output);
        break;
      }
      /* fall through */
    default:
      GST_DEBUG_OBJECT (pad, "stops: %s", gst_flow_get_name (flow));
      finish (output);
      /* with this one the reason is on the bus already */
      if (flow != GST_FLOW_CUSTOM_ERROR)
        GST_ELEMENT_FLOW_ERROR (output->node, flow);
      gst_pad_push_event (pad, gst_event_new_eos ());
      break;
  }
}

/*
 * gst_web_audio_driver_start:
 *
 * The output has a consumer that does not pull: renders and pushes from now
 * on, from where the graph is.
 */
void
gst_web_audio_driver_start (GstWebAudioOutput * output)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);
  gboolean done;

  if (!output->driving) {
    output->located = FALSE;
    output->ended = FALSE;
    output->done = FALSE;
    g_atomic_int_set (&output->need_events, TRUE);
  }
  output->driving = TRUE;
  g_atomic_int_set (&output->interrupted, FALSE);
  done = output->done;
  graph->dirty = TRUE;
  gst_web_audio_graph_unlock (graph);
  if (!done)
    gst_pad_start_task (GST_PAD (output), driver_loop, output, NULL);
}

/*
 * gst_web_audio_driver_interrupt:
 *
 * Makes the task pause as soon as it comes back from downstream; it may be the
 * caller.
 */
void
gst_web_audio_driver_interrupt (GstWebAudioOutput * output)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);
  gboolean was_driving = output->driving;

  g_atomic_int_set (&output->interrupted, TRUE);
  output->driving = FALSE;
  graph->dirty = TRUE;
  g_cond_broadcast (&graph->cond);
  gst_web_audio_graph_unlock (graph);
  if (!was_driving)
    return;
  GST_OBJECT_LOCK (output);
  if (output->clock_id)
    gst_clock_id_unschedule (output->clock_id);
  GST_OBJECT_UNLOCK (output);
}

/*
 * gst_web_audio_driver_stop:
 *
 * The pad is being deactivated: ends the task.
 */
void
gst_web_audio_driver_stop (GstWebAudioOutput * output)
{
  GstWebAudioGraph *graph;

  gst_web_audio_driver_interrupt (output);
  gst_pad_stop_task (GST_PAD (output));
  graph = gst_web_audio_graph_lock (output->node);
  gst_web_audio_output_drop_backlog (output);
  output->done = FALSE;
  output->pushed = FALSE;
  output->accepted = FALSE;
  output->seqnum = 0;
  graph->dirty = TRUE;
  gst_web_audio_graph_unlock (graph);
}

/* Queries */

static gboolean
query_position (GstWebAudioOutput * output, GstQuery * query)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);
  guint64 frame = output->driving ? output->position : output->node->position;
  gint rate = graph->rate;
  GstFormat format;

  gst_web_audio_graph_unlock (graph);
  gst_query_parse_position (query, &format, NULL);
  if (rate == 0)
    return FALSE;
  if (format == GST_FORMAT_TIME)
    gst_query_set_position (query, format,
        gst_util_uint64_scale (frame, GST_SECOND, rate));
  else if (format == GST_FORMAT_DEFAULT)
    gst_query_set_position (query, format, frame);
  else
    return FALSE;
  return TRUE;
}

/* The frame at which the stream ends by itself, if that is known. */
static guint64
find_end (GstWebAudioOutput * output, gint * rate)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);
  guint64 end;

  GST_OBJECT_LOCK (output->node);
  end = output->node->length;
  *rate = graph->rate ? graph->rate : output->node->sample_rate;
  GST_OBJECT_UNLOCK (output->node);
  if (end == 0 && *rate)
    end = gst_web_audio_node_find_end (output->node,
        gst_web_audio_graph_next_visit ());
  else if (end == 0)
    end = GST_BUFFER_OFFSET_NONE;
  gst_web_audio_graph_unlock (graph);
  return end;
}

static gboolean
query_duration (GstWebAudioOutput * output, GstQuery * query)
{
  gint rate;
  guint64 end = find_end (output, &rate);
  GstFormat format;

  gst_query_parse_duration (query, &format, NULL);
  if (end == GST_BUFFER_OFFSET_NONE || rate == 0)
    return FALSE;
  if (format == GST_FORMAT_TIME)
    gst_query_set_duration (query, format,
        gst_util_uint64_scale (end, GST_SECOND, rate));
  else if (format == GST_FORMAT_DEFAULT)
    gst_query_set_duration (query, format, end);
  else
    return FALSE;
  return TRUE;
}

static gboolean
query_seeking (GstWebAudioOutput * output, GstQuery * query)
{
  gint rate;
  guint64 end = find_end (output, &rate);
  GstFormat format;

  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  if (format != GST_FORMAT_TIME)
    return FALSE;
  gst_query_set_seeking (query, format, TRUE, 0,
      end == GST_BUFFER_OFFSET_NONE || rate == 0 ? (gint64) - 1 :
      (gint64) gst_util_uint64_scale (end, GST_SECOND, rate));
  return TRUE;
}

/* How many frames @node and the nodes before it delay the sound, at most. */
static guint
count_lag (GstWebAudioNode * node, gint rate, guint32 visit)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);
  guint i;

  if (node->visit == visit)
    return node->lag;
  node->visit = visit;
  node->lag = 0;
  for (i = 0; i < node->inputs->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);

    if (input->output && !input->param)
      node->lag = MAX (node->lag, count_lag (input->output->node, rate, visit));
  }
  if (klass->latency)
    node->lag += klass->latency (node, rate);
  return node->lag;
}

/* The latency of what is pushed into the graph, of its nodes, and of the graph
 * itself: a block must be whole before it is rendered. */
static gboolean
query_latency (GstWebAudioOutput * output, GstQuery * query)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (output->node);
  GstClockTime min, max = GST_CLOCK_TIME_NONE, own, lag;
  GPtrArray *pads;
  gboolean live;
  gint rate;
  guint i;

  if (graph->dirty)
    gst_web_audio_graph_refresh (graph);
  live = graph->live;
  min = live ? graph->delay : 0;
  rate = graph->rate ? graph->rate : DEFAULT_RATE;
  own = gst_util_uint64_scale (graph->block_size, GST_SECOND, rate);
  lag = gst_util_uint64_scale (count_lag (output->node, rate,
          gst_web_audio_graph_next_visit ()), GST_SECOND, rate);
  gst_web_audio_graph_unlock (graph);

  pads = gst_web_audio_node_get_edges (output->node);
  for (i = 0; i < pads->len; i++) {
    GstQuery *upstream = gst_query_new_latency ();
    GstClockTime its_min, its_max;
    gboolean its_live;

    if (gst_pad_peer_query (g_ptr_array_index (pads, i), upstream)) {
      gst_query_parse_latency (upstream, &its_live, &its_min, &its_max);
      if (its_live) {
        gst_web_audio_input_add_latency (g_ptr_array_index (pads, i),
            &its_min, &its_max);
        live = TRUE;
        min = MAX (min, its_min);
        max = MIN (max, its_max);
      }
    }
    gst_query_unref (upstream);
  }
  g_ptr_array_unref (pads);
  if (live) {
    min += own;
    if (GST_CLOCK_TIME_IS_VALID (max))
      max += own;
  }
  min += lag;
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += lag;
  gst_query_set_latency (query, live, min, max);
  return TRUE;
}

/*
 * gst_web_audio_driver_query:
 *
 * Answers what downstream may ask about time.
 */
gboolean
gst_web_audio_driver_query (GstWebAudioOutput * output, GstQuery * query)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_POSITION:
      return query_position (output, query);
    case GST_QUERY_DURATION:
      return query_duration (output, query);
    case GST_QUERY_SEEKING:
      return query_seeking (output, query);
    case GST_QUERY_LATENCY:
      return query_latency (output, query);
    default:
      return FALSE;
  }
}
