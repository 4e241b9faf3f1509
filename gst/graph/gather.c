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

typedef struct
{
  guint count;
  GstWebAudioChannelCountMode mode;
  GstWebAudioChannelInterpretation interpretation;
} Mixing;

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

static void
get_mixing (GstWebAudioNode * node, Mixing * mixing)
{
  GST_OBJECT_LOCK (node);
  mixing->count = node->channel_count;
  mixing->mode = node->channel_count_mode;
  mixing->interpretation = node->channel_interpretation;
  GST_OBJECT_UNLOCK (node);
}

static guint
count_channels (const Mixing * mixing, guint largest)
{
  return webaudio_computed_channels ((WebAudioChannelCountMode) mixing->mode,
      mixing->count, largest);
}

static void
clear_blocks (GArray * blocks)
{
  guint i;

  for (i = 0; i < blocks->len; i++)
    gst_web_audio_block_clear (&g_array_index (blocks, GstWebAudioBlock, i));
  g_array_set_size (blocks, 0);
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
absorb (GstWebAudioNode * node, const Mixing * mixing, guint64 frame,
    guint frames, GstWebAudioBlock * block)
{
  GstWebAudioBlock *sum = &g_array_index (node->blocks, GstWebAudioBlock, 0);

  if (node->blocks->len != 1 || sum->channels != block->channels
      || sum->frames != frames || block->frames != frames
      || GST_BUFFER_OFFSET (sum->buffer) != frame
      || count_channels (mixing, sum->channels) != sum->channels)
    return FALSE;
  if (block->silent || sum->silent) {
    GstWebAudioBlock *silent = block->silent ? block : sum;

    gst_web_audio_block_clear (silent);
    if (silent == sum)
      *sum = *block;
    return TRUE;
  }
  return add_whole (node, sum, block);
}

/* Takes what every connection into the node's input number @port has. @open:
 * set where one goes on although it delivers nothing now. */
static GstFlowReturn
take_all (GstWebAudioNode * node, const Mixing * mixing, guint port,
    guint64 frame, guint frames, gboolean * open)
{
  guint i;

  for (i = 0; i < node->inputs->len; i++) {
    GstWebAudioInput *input = g_ptr_array_index (node->inputs, i);
    GstWebAudioBlock block;
    GstFlowReturn flow;

    if (input->param || input->port != port)
      continue;
    flow = gst_web_audio_input_take (input, frame, frames, &block);
    switch (flow) {
      case GST_FLOW_OK:
        if (!absorb (node, mixing, frame, frames, &block))
          g_array_append_val (node->blocks, block);
        break;
      case GST_FLOW_EOS:
        input->over = TRUE;
        break;
      case GST_FLOW_NOT_LINKED:
      case GST_FLOW_FLUSHING:
        *open = TRUE;
        break;
      default:
        clear_blocks (node->blocks);
        return flow;
    }
  }
  return GST_FLOW_OK;
}

/* Adds @from to @to, or begins @to with it. */
static void
mix_one (GstWebAudioBlock * to, const GstWebAudioBlock * from,
    const Mixing * mixing, gboolean first)
{
  gst_web_audio_block_mix (to, 0, from, 0, from->frames,
      mixing->interpretation, !first);
  if (first && from->frames < to->frames)
    gst_web_audio_block_silence (to, from->frames, to->frames - from->frames);
}

static GstFlowReturn
mix_all (GstWebAudioNode * node, const Mixing * mixing, guint64 frame,
    guint frames, GstWebAudioBlock * mixed)
{
  GArray *blocks = node->blocks;
  GstWebAudioBlock *only = &g_array_index (blocks, GstWebAudioBlock, 0);
  guint largest = 0, sounding = 0, channels, i;
  gboolean first = TRUE;

  for (i = 0; i < blocks->len; i++) {
    GstWebAudioBlock *block = &g_array_index (blocks, GstWebAudioBlock, i);

    largest = MAX (largest, block->channels);
    sounding += !block->silent;
  }
  channels = count_channels (mixing, largest);
  if (blocks->len == 1 && only->channels == channels
      && only->frames == frames && GST_BUFFER_OFFSET (only->buffer) == frame) {
    *mixed = *only;
    only->buffer = NULL;
    return GST_FLOW_OK;
  }
  if (!gst_web_audio_node_acquire (node, mixed, channels, frame, frames,
          sounding == 0))
    return GST_FLOW_ERROR;
  for (i = 0; i < blocks->len; i++) {
    GstWebAudioBlock *block = &g_array_index (blocks, GstWebAudioBlock, i);

    if (block->silent)
      continue;
    mix_one (mixed, block, mixing, first);
    first = FALSE;
  }
  return GST_FLOW_OK;
}

static guint
find_longest (GArray * blocks)
{
  guint longest = 0, i;

  for (i = 0; i < blocks->len; i++)
    longest = MAX (longest, g_array_index (blocks, GstWebAudioBlock, i).frames);
  return longest;
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
  Mixing mixing;

  get_mixing (node, &mixing);
  return gst_web_audio_node_acquire (node, mixed, count_channels (&mixing, 0),
      frame, frames, TRUE) ? GST_FLOW_OK : GST_FLOW_ERROR;
}

static GstFlowReturn
gather_one (GstWebAudioNode * node, guint64 frame, guint frames,
    GstWebAudioBlock * mixed)
{
  Mixing mixing;
  guint longest;
  GstFlowReturn flow;
  gboolean open = FALSE;

  get_mixing (node, &mixing);
  flow = take_all (node, &mixing, 0, frame, frames, &open);
  if (flow != GST_FLOW_OK)
    return flow;
  longest = find_longest (node->blocks);
  if (longest < frames && goes_on (node, open, longest))
    longest = frames;
  if (longest == 0)
    return GST_FLOW_EOS;
  if (node->blocks->len == 0)
    return gst_web_audio_gather_silence (node, frame, longest, mixed);
  flow = mix_all (node, &mixing, frame, longest, mixed);
  clear_blocks (node->blocks);
  return flow;
}

/* What is known of the inputs so far */
typedef struct
{
  guint longest;
  gboolean open;
  gboolean sounding;
} Merge;

/* Mixes what is connected to one of several inputs. */
static GstFlowReturn
gather_channel (GstWebAudioNode * node, const Mixing * mixing, guint port,
    guint64 frame, guint frames, GstWebAudioBlock * channel, Merge * merge)
{
  GstFlowReturn flow = take_all (node, mixing, port, frame, frames,
      &merge->open);
  guint its_longest = find_longest (node->blocks);

  channel->buffer = NULL;
  channel->frames = its_longest;
  channel->silent = TRUE;
  if (flow == GST_FLOW_OK && its_longest > 0)
    flow = mix_all (node, mixing, frame, its_longest, channel);
  clear_blocks (node->blocks);
  merge->sounding |= !channel->silent;
  merge->longest = MAX (merge->longest, its_longest);
  return flow;
}

/* Makes one block of the channels, each of which may have ended before. */
static GstFlowReturn
merge_channels (GstWebAudioNode * node, guint64 frame, guint frames,
    const GstWebAudioBlock * channels, gboolean sounding,
    GstWebAudioBlock * merged)
{
  guint c;

  if (sounding && channels[0].frames == frames
      && GST_BUFFER_OFFSET (channels[0].buffer) == frame
      && gst_web_audio_block_pick (merged, channels, node->n_ports))
    return GST_FLOW_OK;
  if (!gst_web_audio_node_acquire (node, merged, node->n_ports, frame, frames,
          !sounding))
    return GST_FLOW_ERROR;
  for (c = 0; sounding && c < node->n_ports; c++) {
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
  Mixing mixing;
  Merge merge = { 0, };
  GstFlowReturn flow = GST_FLOW_OK;
  guint length, port, taken;

  get_mixing (node, &mixing);
  for (taken = 0; taken < node->n_ports && flow == GST_FLOW_OK; taken++)
    flow = gather_channel (node, &mixing, taken, frame, frames,
        &channels[taken], &merge);
  length = merge.longest < frames && goes_on (node, merge.open,
      merge.longest) ? frames : merge.longest;
  if (flow == GST_FLOW_OK && length == 0)
    flow = GST_FLOW_EOS;
  else if (flow == GST_FLOW_OK && merge.longest == 0)
    flow = gst_web_audio_gather_silence (node, frame, frames, merged);
  else if (flow == GST_FLOW_OK)
    flow = merge_channels (node, frame, length, channels, merge.sounding,
        merged);
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
  Mixing mixing;

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
  get_mixing (node, &mixing);
  channels = count_channels (&mixing, largest);
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
