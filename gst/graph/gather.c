/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes a block from each connection into a node and mixes them.
 * https://webaudio.github.io/web-audio-api/#channel-up-mixing-and-down-mixing */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "../dsp/vector.h"
#include "gather.h"
#include "graph.h"
#include "input.h"
#include "link.h"
#include "output.h"

/* What connections into one input deliver: @first is the sum of as many as are
 * alike, as far as it has a buffer, the node's blocks are the others. */
typedef struct
{
  GstWebAudioNode *node;
  const GstWebAudioMixing *mixing;
  guint64 frame;
  guint frames;
  GstWebAudioBlock first;
  gboolean open;                /* one goes on although it delivers nothing */
} Gathering;

/* Whether an input is linked that does not render yet: the end of the others
 * is not the end of the node then. */
static gboolean
expects_input (GstWebAudioNode * node)
{
  gboolean expects = FALSE;
  GList *l;

  GST_OBJECT_LOCK (node);
  for (l = GST_ELEMENT (node)->sinkpads; l && !expects; l = l->next)
    expects = gst_pad_is_linked (l->data)
        && !GST_WEB_AUDIO_INPUT_CAST (l->data)->param
        && !GST_WEB_AUDIO_INPUT_CAST (l->data)->connected
        && gst_web_audio_link_leads_somewhere (l->data);
  GST_OBJECT_UNLOCK (node);
  return expects;
}

/* As the properties are now; they seldom change. */
static const GstWebAudioMixing *
get_mixing (GstWebAudioNode * node)
{
  if (g_atomic_int_get (&node->mixing_changed)) {
    GST_OBJECT_LOCK (node);
    g_atomic_int_set (&node->mixing_changed, FALSE);
    node->mixing.count = node->channel_count;
    node->mixing.mode = node->channel_count_mode;
    node->mixing.interpretation = node->channel_interpretation;
    GST_OBJECT_UNLOCK (node);
  }
  return &node->mixing;
}

static guint
count_channels (const GstWebAudioMixing * mixing, guint largest)
{
  return webaudio_computed_channels ((WebAudioChannelCountMode) mixing->mode,
      mixing->count, largest);
}

static void
gathering_begin (Gathering * self, GstWebAudioNode * node, guint64 frame,
    guint frames)
{
  self->node = node;
  self->mixing = get_mixing (node);
  self->frame = frame;
  self->frames = frames;
  self->first.buffer = NULL;
  self->open = FALSE;
}

static void
gathering_clear (Gathering * self)
{
  GArray *others = self->node->blocks;
  guint i;

  gst_web_audio_block_clear (&self->first);
  if (others->len == 0)
    return;
  for (i = 0; i < others->len; i++)
    gst_web_audio_block_clear (&g_array_index (others, GstWebAudioBlock, i));
  g_array_set_size (others, 0);
}

/* Adds @block to @sum, which is as long and has the same channels. Returns
 * whether there was memory for it. */
static gboolean
add_whole (GstWebAudioNode * node, GstWebAudioBlock * sum,
    GstWebAudioBlock * block)
{
  GstWebAudioBlock result = *sum;
  guint c;

  if (!gst_web_audio_block_is_writable (sum)
      && !gst_web_audio_node_acquire (node, &result, sum->channels,
          GST_BUFFER_OFFSET (sum->buffer), sum->frames, FALSE))
    return FALSE;
  for (c = 0; c < sum->channels; c++)
    webaudio_vector_add (gst_web_audio_block_plane (&result, c),
        gst_web_audio_block_plane (sum, c),
        gst_web_audio_block_plane (block, c), sum->frames);
  if (result.buffer != sum->buffer)
    gst_web_audio_block_clear (sum);
  *sum = result;
  gst_web_audio_block_clear (block);
  return TRUE;
}

/* Adds what the next connection delivers to the sum of those before it, while
 * that is in the cache, if they are alike. The order of additions is the same
 * as if they were mixed in the end. Consumes @block unless it returns FALSE. */
static gboolean
absorb (Gathering * self, GstWebAudioBlock * block)
{
  GstWebAudioBlock *sum = &self->first;

  if (self->node->blocks->len > 0 || sum->channels != block->channels
      || sum->frames != self->frames || block->frames != self->frames
      || GST_BUFFER_OFFSET (sum->buffer) != self->frame
      || count_channels (self->mixing, sum->channels) != sum->channels)
    return FALSE;
  if (block->silent || sum->silent) {
    GstWebAudioBlock *silent = block->silent ? block : sum;

    gst_web_audio_block_clear (silent);
    if (silent == sum)
      *sum = *block;
    return TRUE;
  }
  return add_whole (self->node, sum, block);
}

/* Takes what every connection into the node's input number @port has. */
static GstFlowReturn
gathering_take (Gathering * self, guint port)
{
  GPtrArray *inputs = self->node->inputs;
  guint i;

  for (i = 0; i < inputs->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (inputs, i);
    GstWebAudioBlock block;
    GstFlowReturn flow;

    if (input->param || input->port != port)
      continue;
    flow = gst_web_audio_input_take (input, self->frame, self->frames, &block);
    switch (flow) {
      case GST_FLOW_OK:
        if (!self->first.buffer)
          self->first = block;
        else if (!absorb (self, &block))
          g_array_append_val (self->node->blocks, block);
        break;
      case GST_FLOW_EOS:
        input->over = TRUE;
        break;
      case GST_FLOW_NOT_LINKED:
      case GST_FLOW_FLUSHING:
        self->open = TRUE;
        break;
      default:
        gathering_clear (self);
        return flow;
    }
  }
  return GST_FLOW_OK;
}

/* The block number @i of those that were taken; there is one at least. */
static GstWebAudioBlock *
gathering_get (Gathering * self, guint i)
{
  return i == 0 ? &self->first :
      &g_array_index (self->node->blocks, GstWebAudioBlock, i - 1);
}

static guint
gathering_find_longest (Gathering * self)
{
  GstWebAudioBlock *block;
  guint longest = self->first.buffer ? self->first.frames : 0, i;

  for (i = 1; i <= self->node->blocks->len; i++) {
    block = gathering_get (self, i);
    longest = MAX (longest, block->frames);
  }
  return longest;
}

/* Mixes what was taken, @frames at least of which are there. */
static GstFlowReturn
gathering_mix (Gathering * self, guint frames, GstWebAudioBlock * mixed)
{
  GstWebAudioBlock *block = &self->first;
  guint largest = block->channels, others = self->node->blocks->len;
  guint channels, i;
  gboolean silent = block->silent, first = TRUE;

  if (others == 0 && block->frames == frames
      && count_channels (self->mixing, largest) == largest
      && GST_BUFFER_OFFSET (block->buffer) == self->frame) {
    *mixed = *block;
    block->buffer = NULL;
    return GST_FLOW_OK;
  }
  for (i = 1; i <= others; i++) {
    block = gathering_get (self, i);
    largest = MAX (largest, block->channels);
    silent &= block->silent;
  }
  channels = count_channels (self->mixing, largest);
  if (!gst_web_audio_node_acquire (self->node, mixed, channels, self->frame,
          frames, silent))
    return GST_FLOW_ERROR;
  for (i = 0; i <= others; i++) {
    block = gathering_get (self, i);
    if (block->silent)
      continue;
    gst_web_audio_block_mix (mixed, 0, block, 0, block->frames,
        self->mixing->interpretation, !first);
    if (first && block->frames < frames)
      gst_web_audio_block_silence (mixed, block->frames,
          frames - block->frames);
    first = FALSE;
  }
  return GST_FLOW_OK;
}

/* Whether silence follows the end of what is connected. */
static gboolean
goes_on (GstWebAudioNode * node, gboolean open, guint longest)
{
  /* where the sound lasts longer than its cause, it lasts whole blocks */
  if (longest > 0 && GST_WEB_AUDIO_NODE_GET_CLASS (node)->at_rest)
    return TRUE;
  return open || !gst_web_audio_node_is_connected (node)
      || expects_input (node);
}

/*
 * gst_web_audio_gather_silence:
 * @mixed: (out): what an input delivers that has no connections
 */
GstFlowReturn
gst_web_audio_gather_silence (GstWebAudioNode * node, guint64 frame,
    guint frames, GstWebAudioBlock * mixed)
{
  return gst_web_audio_node_acquire (node, mixed,
      count_channels (get_mixing (node), 0), frame, frames, TRUE) ?
      GST_FLOW_OK : GST_FLOW_ERROR;
}

static GstFlowReturn
gather_one (GstWebAudioNode * node, guint64 frame, guint frames,
    GstWebAudioBlock * mixed)
{
  Gathering gathering;
  guint longest;
  GstFlowReturn flow;

  gathering_begin (&gathering, node, frame, frames);
  flow = gathering_take (&gathering, 0);
  if (flow != GST_FLOW_OK)
    return flow;
  longest = gathering_find_longest (&gathering);
  if (longest < frames && goes_on (node, gathering.open, longest))
    longest = frames;
  if (longest == 0)
    return GST_FLOW_EOS;
  if (!gathering.first.buffer)
    return gst_web_audio_gather_silence (node, frame, longest, mixed);
  flow = gathering_mix (&gathering, longest, mixed);
  gathering_clear (&gathering);
  return flow;
}

/* Mixes what is connected to one of several inputs; where nothing comes, @channel
 * has no frames. */
static GstFlowReturn
gather_channel (Gathering * gathering, guint port, GstWebAudioBlock * channel)
{
  GstFlowReturn flow = gathering_take (gathering, port);
  guint longest = gathering_find_longest (gathering);

  memset (channel, 0, sizeof (GstWebAudioBlock));
  channel->frames = longest;
  channel->silent = TRUE;
  if (flow == GST_FLOW_OK && longest > 0)
    flow = gathering_mix (gathering, longest, channel);
  gathering_clear (gathering);
  return flow;
}

/* Makes one block of the channels, each of which may have ended before. */
static GstFlowReturn
merge_channels (GstWebAudioNode * node, guint64 frame, guint frames,
    GstWebAudioBlock * channels, gboolean silent, GstWebAudioBlock * merged)
{
  guint c;

  if (!silent && channels[0].frames == frames
      && GST_BUFFER_OFFSET (channels[0].buffer) == frame
      && gst_web_audio_block_join (merged, channels, node->n_ports))
    return GST_FLOW_OK;
  if (!gst_web_audio_node_acquire (node, merged, node->n_ports, frame, frames,
          silent))
    return GST_FLOW_ERROR;
  for (c = 0; !silent && c < node->n_ports; c++) {
    guint n = channels[c].silent ? 0 : channels[c].frames;
    gfloat *plane = gst_web_audio_block_plane (merged, c);

    if (n > 0)
      memcpy (plane, channels[c].data, n * sizeof (gfloat));
    memset (plane + n, 0, (frames - n) * sizeof (gfloat));
  }
  return GST_FLOW_OK;
}

static GstFlowReturn
gather_ports (GstWebAudioNode * node, guint64 frame, guint frames,
    GstWebAudioBlock * merged)
{
  GstWebAudioBlock channels[GST_WEB_AUDIO_MAX_CHANNELS];
  Gathering gathering;
  GstFlowReturn flow = GST_FLOW_OK;
  guint longest = 0, length, port, taken;
  gboolean silent = TRUE;

  gathering_begin (&gathering, node, frame, frames);
  for (taken = 0; taken < node->n_ports && flow == GST_FLOW_OK; taken++) {
    flow = gather_channel (&gathering, taken, &channels[taken]);
    longest = MAX (longest, channels[taken].frames);
    silent &= channels[taken].silent;
  }
  length = longest < frames && goes_on (node, gathering.open, longest) ?
      frames : longest;
  if (flow == GST_FLOW_OK && length == 0)
    flow = GST_FLOW_EOS;
  else if (flow == GST_FLOW_OK && longest == 0)
    flow = gst_web_audio_gather_silence (node, frame, frames, merged);
  else if (flow == GST_FLOW_OK)
    flow = merge_channels (node, frame, length, channels, silent, merged);
  for (port = 0; port < taken; port++)
    gst_web_audio_block_clear (&channels[port]);
  return flow;
}

/*
 * gst_web_audio_gather:
 * @mixed: (out): what all connections into the node's input deliver together;
 *     of a node with several inputs, each of them as a channel
 *
 * Returns: %GST_FLOW_EOS where all of them have ended. A block that is shorter
 *     than @frames is the last one. Needs the graph's lock.
 */
GstFlowReturn
gst_web_audio_gather (GstWebAudioNode * node, guint64 frame, guint frames,
    GstWebAudioBlock * mixed)
{
  return node->n_ports > 0 ? gather_ports (node, frame, frames, mixed) :
      gather_one (node, frame, frames, mixed);
}

/* How many channels the node's input will have as far as can be seen. */
static guint
foresee_input (GstWebAudioNode * node, guint32 visit)
{
  guint largest = 0, channels, i;

  if (node->n_ports > 0)
    return node->mixed_channels;
  for (i = 0; i < node->inputs->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);

    if (input->param || !input->output)
      continue;
    channels = input->output->port >= 0 ? 1 :
        gst_web_audio_gather_foresee (input->output->node, visit);
    if (input->output->pinned_channels)
      channels = input->output->pinned_channels;
    largest = MAX (largest, channels);
  }
  channels = count_channels (get_mixing (node), largest);
  return MAX (node->mixed_channels, channels);
}

/*
 * gst_web_audio_gather_foresee:
 * @visit: the walk that asks
 *
 * Returns: how many channels the node will put out when what has come into the
 *     graph has got through it. Needs the graph's lock.
 */
guint
gst_web_audio_gather_foresee (GstWebAudioNode * node, guint32 visit)
{
  GstWebAudioNodeClass *klass = GST_WEB_AUDIO_NODE_GET_CLASS (node);
  GstWebAudioNode *origin = klass->get_origin ? klass->get_origin (node) : NULL;
  guint channels;

  if (node->visit == visit)
    return node->channels;
  node->visit = visit;
  if (!origin && !node->has_input)
    return klass->own_channels ?
        MAX (node->channels, klass->own_channels (node)) : node->channels;
  channels = foresee_input (origin ? origin : node, visit);
  /* others have a number of their own */
  return klass->at_rest || node->channels == node->mixed_channels ?
      MAX (node->channels, channels) : node->channels;
}
