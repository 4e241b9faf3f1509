/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-scriptprocessor
 * @title: scriptprocessor
 * @see_also: gain, analyser
 *
 * A node whose sound the application computes, in a handler of the signal
 * #GstWebAudioScriptProcessor::process: the AudioWorkletNode of Web Audio and
 * its AudioWorkletProcessor; and with a #GstWebAudioScriptProcessor:buffer-size
 * beyond a quantum the ScriptProcessorNode.
 * https://webaudio.github.io/web-audio-api/#AudioWorkletNode
 * https://webaudio.github.io/web-audio-api/#ScriptProcessorNode
 *
 * It has the parameters that #GstWebAudioScriptProcessor:parameters declares:
 * children like the parameters of every node, with their automation, and pads
 * for what modulates them.
 *
 * Without a handler it is silent.
 *
 * |[
 * gst-launch-1.0 oscillator stop=1000000000 ! scriptprocessor parameters="cutoff:350:10:20000" cutoff::value=1000 ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "../graph/graph.h"
#include "../graph/param.h"
#include "scriptprocessor.h"

#define GST_CAT_DEFAULT gst_web_audio_script_processor_debug
GST_DEBUG_CATEGORY_STATIC (gst_web_audio_script_processor_debug);

/* A buffer of more frames than a quantum is a power of two. */
#define MIN_BUFFER_SIZE 256
#define MAX_BUFFER_SIZE 16384

enum
{
  PROP_0,
  PROP_PARAMETERS,
  PROP_BUFFER_SIZE,
  PROP_OUTPUT_CHANNELS
};

/* Floats in a buffer that is used again and again, if nobody keeps it. */
typedef struct
{
  GstBuffer *buffer;
  GstMemory *memory;            /* of the buffer */
  gfloat *data;                 /* of the memory */
  gsize size;                   /* in bytes */
} Slot;

/* A parameter that the application has declared. */
typedef struct
{
  GstWebAudioParam *param;
  GQuark name;
  Slot slot;
  gfloat *kept;                 /* of the buffer that is being filled */
  gdouble value;                /* of all frames of the block, */
  const gdouble *values;        /* unless each has its own */
} Named;

/* Frames that do not fit into a block, in planes of the buffer size. */
typedef struct
{
  gfloat *data;
  guint capacity;               /* channels */
  guint channels;
  gboolean silent;
} Store;

struct _GstWebAudioScriptProcessor
{
  GstWebAudioNode parent;

  /* object lock */
  gchar *parameters;
  gchar *fault;                 /* what is wrong with those that were refused */
  guint buffer_size;
  guint output_channels;

  /* the rendering thread's */
  guint size;                   /* the buffer size it has begun with */
  gboolean active;              /* the spec's active source flag */
  gboolean handled;             /* there was a handler */
  gboolean fresh;               /* nothing was processed since the beginning */
  gboolean warned;
  GArray *named;                /* Named */
  GstStructure *values;
  Slot input;
  Slot output;
  Store filling;                /* what came, in a buffer beyond a quantum */
  Store playing;                /* what became of the buffer before */
};

G_DEFINE_TYPE (GstWebAudioScriptProcessor, gst_web_audio_script_processor,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (scriptprocessor, "scriptprocessor",
    GST_RANK_NONE, GST_TYPE_WEB_AUDIO_SCRIPT_PROCESSOR);

static guint signal_process;

/* Slots */

static void
slot_clear (Slot * slot)
{
  gst_clear_buffer (&slot->buffer);
  slot->memory = NULL;
  slot->size = 0;
}

static void
slot_allocate (Slot * slot, gsize size)
{
  GstMapInfo map;

  slot_clear (slot);
  slot->buffer = gst_buffer_new_allocate (NULL, size, NULL);
  slot->memory = gst_buffer_peek_memory (slot->buffer, 0);
  slot->size = size;
  gst_memory_map (slot->memory, &map, GST_MAP_WRITE);
  slot->data = (gfloat *) map.data;
  gst_memory_unmap (slot->memory, &map);
}

/* Whether the buffer still holds the memory that it was made of. */
static gboolean
slot_is_whole (const Slot * slot)
{
  gsize offset;

  return gst_buffer_n_memory (slot->buffer) == 1
      && gst_buffer_peek_memory (slot->buffer, 0) == slot->memory
      && gst_buffer_get_sizes (slot->buffer, &offset, NULL) == slot->size
      && offset == 0;
}

/* Gets it ready for @size bytes. @refs: how many references are ours.
 *
 * Returns: whether there is another buffer now */
static gboolean
slot_prepare (Slot * slot, gsize size, gint refs)
{
  if (slot->buffer && slot->size == size
      && GST_MINI_OBJECT_REFCOUNT_VALUE (slot->buffer) == refs
      && slot_is_whole (slot)
      && GST_MINI_OBJECT_REFCOUNT_VALUE (slot->memory) == 1)
    return FALSE;
  slot_allocate (slot, size);
  return TRUE;
}

static void
slot_stamp (Slot * slot, GstWebAudioNode * node, guint64 frame, guint frames)
{
  gint rate = node->graph->rate;
  GstBuffer *buffer = slot->buffer;

  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_GAP | GST_BUFFER_FLAG_DISCONT);
  GST_BUFFER_OFFSET (buffer) = frame;
  GST_BUFFER_OFFSET_END (buffer) = frame + frames;
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (frame, GST_SECOND, rate);
  GST_BUFFER_DURATION (buffer) =
      gst_util_uint64_scale (frame + frames, GST_SECOND, rate) -
      GST_BUFFER_PTS (buffer);
}

/* Calling the application */

static gboolean
is_silent (const gfloat * samples, gsize n)
{
  gsize i;

  for (i = 0; i < n; i++)
    if (samples[i] != 0)
      return FALSE;
  return TRUE;
}

static void
report_output (gpointer object)
{
  GST_ELEMENT_WARNING (object, STREAM, FORMAT,
      ("A handler of process has left a buffer of another size."),
      ("what it computed then is silence"));
}

/* Makes what the application left in the output something that can be used. */
static void
repair_output (GstWebAudioScriptProcessor * self)
{
  Slot *slot = &self->output;
  gsize size = slot->size;
  GstBuffer *left;

  if (slot_is_whole (slot))
    return;
  left = gst_buffer_ref (slot->buffer);
  slot_allocate (slot, size);
  if (gst_buffer_get_size (left) != size
      || gst_buffer_extract (left, 0, slot->data, size) != size) {
    memset (slot->data, 0, size);
    if (!self->warned)
      gst_web_audio_defer (report_output, self);
    self->warned = TRUE;
  }
  gst_buffer_unref (left);
}

/* Puts the values of @frames frames where the application finds them. */
static void
fill_values (GstWebAudioScriptProcessor * self, guint at, guint frames)
{
  guint i, k;

  for (i = 0; i < self->named->len; i++) {
    Named *named = &g_array_index (self->named, Named, i);
    const GValue *there = gst_structure_id_get_value (self->values,
        named->name);
    /* ours are one here, one in the structure */
    gboolean same = there && GST_VALUE_HOLDS_BUFFER (there)
        && gst_value_get_buffer (there) == named->slot.buffer;

    if (slot_prepare (&named->slot, frames * sizeof (gfloat), same ? 2 : 1)
        || !same)
      gst_structure_id_set (self->values, named->name, GST_TYPE_BUFFER,
          named->slot.buffer, NULL);
    for (k = 0; k < frames; k++)
      named->slot.data[k] = self->size > GST_WEB_AUDIO_QUANTUM ?
          named->kept[k] : (gfloat) (named->values ?
          named->values[at + k] : named->value);
  }
}

static gboolean
emit (GstWebAudioScriptProcessor * self)
{
  GValue args[4] = { G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT };
  GValue result = G_VALUE_INIT;
  guint i;

  g_value_init (&args[0], G_OBJECT_TYPE (self));
  g_value_set_object (&args[0], self);
  /* another reference would make them read-only */
  g_value_init (&args[1], GST_TYPE_BUFFER);
  g_value_set_static_boxed (&args[1], self->input.buffer);
  g_value_init (&args[2], GST_TYPE_BUFFER);
  g_value_set_static_boxed (&args[2], self->output.buffer);
  g_value_init (&args[3], GST_TYPE_STRUCTURE);
  g_value_set_static_boxed (&args[3], self->values);
  g_value_init (&result, G_TYPE_BOOLEAN);
  g_signal_emitv (args, signal_process, 0, &result);
  for (i = 0; i < G_N_ELEMENTS (args); i++)
    g_value_unset (&args[i]);
  return g_value_get_boolean (&result);
}

/* The frames whose input has been put into its slot, @n of @channels.
 *
 * Returns: whether the application made sound of it, which is in the slot of
 *     the output then */
static gboolean
call (GstWebAudioScriptProcessor * self, guint64 frame, guint at, guint n,
    guint channels, gboolean silent)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);
  gsize size = (gsize) n * channels * sizeof (gfloat);

  slot_prepare (&self->output, size, 1);
  memset (self->output.data, 0, size);
  slot_stamp (&self->output, node, frame, n);
  slot_stamp (&self->input, node, frame, n);
  if (silent)
    GST_BUFFER_FLAG_SET (self->input.buffer, GST_BUFFER_FLAG_GAP);
  if (self->fresh)
    GST_BUFFER_FLAG_SET (self->input.buffer, GST_BUFFER_FLAG_DISCONT);
  self->fresh = FALSE;
  fill_values (self, at, n);
  self->active = emit (self);
  if (GST_BUFFER_FLAG_IS_SET (self->output.buffer, GST_BUFFER_FLAG_GAP))
    return FALSE;
  repair_output (self);
  return !is_silent (self->output.data, n * channels);
}

/* Whether the application is to be called for input that is @silent, or not. */
static gboolean
is_processing (GstWebAudioScriptProcessor * self, gboolean silent)
{
  gboolean handled = g_signal_has_handler_pending (self, signal_process, 0,
      FALSE);

  if (!handled || !self->handled)
    self->active = handled;
  self->handled = handled;
  return handled && (self->active || !silent);
}

static guint
count_output_channels (GstWebAudioScriptProcessor * self, guint input_channels)
{
  guint channels;

  GST_OBJECT_LOCK (self);
  channels = self->output_channels;
  GST_OBJECT_UNLOCK (self);
  return channels ? channels : input_channels;
}

/* The result of a block, which is silence until some of it sounds */

typedef struct
{
  GstWebAudioNode *node;
  guint64 frame;
  guint frames;
  guint channels;
  GstWebAudioBlock block;
} Result;

/* Adds @n frames at @at, @stride from one plane to the next. */
static gboolean
result_add (Result * result, guint at, const gfloat * planes, gsize stride,
    guint channels, guint n)
{
  GstWebAudioBlock from = { NULL, channels, n, FALSE, (gfloat *) planes,
    stride
  };

  if (!result->block.buffer) {
    if (!gst_web_audio_node_acquire (result->node, &result->block,
            result->channels, result->frame, result->frames, FALSE))
      return FALSE;
    gst_web_audio_block_silence (&result->block, 0, result->frames);
  }
  gst_web_audio_block_mix (&result->block, at, &from, 0, n,
      GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE);
  return TRUE;
}

static GstFlowReturn
result_finish (Result * result, GstWebAudioBlock * block)
{
  if (!result->block.buffer && !gst_web_audio_node_acquire (result->node,
          &result->block, result->channels, result->frame, result->frames,
          TRUE))
    return GST_FLOW_ERROR;
  gst_web_audio_block_clear (block);
  *block = result->block;
  return GST_FLOW_OK;
}

/* Quantum by quantum, as in an AudioWorkletNode */

/* Copies frames of the block into the slot of the input. Returns whether they
 * are silence. */
static gboolean
take_input (GstWebAudioScriptProcessor * self, const GstWebAudioBlock * block,
    guint at, guint n)
{
  Slot *slot = &self->input;
  guint c;

  slot_prepare (slot, (gsize) n * block->channels * sizeof (gfloat), 1);
  for (c = 0; c < block->channels; c++)
    memcpy (slot->data + c * n, gst_web_audio_block_plane (block, c) + at,
        n * sizeof (gfloat));
  return block->silent || is_silent (slot->data, n * block->channels);
}

static gboolean
process_quanta (GstWebAudioScriptProcessor * self, Result * result,
    const GstWebAudioBlock * block)
{
  guint at, n;

  for (at = 0; at < result->frames; at += n) {
    guint64 frame = result->frame + at;
    gboolean silent;

    n = GST_WEB_AUDIO_QUANTUM - frame % GST_WEB_AUDIO_QUANTUM;
    n = MIN (n, result->frames - at);
    silent = take_input (self, block, at, n);
    if (is_processing (self, silent)
        && call (self, frame, at, n, result->channels, silent)
        && !result_add (result, at, self->output.data, n, result->channels, n))
      return FALSE;
  }
  return TRUE;
}

/* Buffer by buffer, as in a ScriptProcessorNode: what came in one is played in
 * the next */

static void
store_clear (Store * store)
{
  store->silent = TRUE;
  store->channels = 0;
}

static gfloat *
store_plane (Store * store, guint channel, guint size)
{
  return store->data + channel * size;
}

/* Gives it @channels silent planes, or those that it has mixed to as many. */
static void
store_set_channels (Store * store, guint channels, guint size)
{
  guint c;

  if (store->capacity < channels) {
    store->data = g_renew (gfloat, store->data, channels * size);
    store->capacity = channels;
  }
  if (store->channels == 0 || store->silent) {
    memset (store->data, 0, channels * size * sizeof (gfloat));
  } else {
    GstWebAudioBlock from = { NULL, store->channels, size, FALSE, NULL, size };
    GstWebAudioBlock to = { NULL, channels, size, FALSE, store->data, size };
    gsize bytes = store->channels * size * sizeof (gfloat);

    from.data = g_malloc (bytes);
    memcpy (from.data, store->data, bytes);
    for (c = 0; c < size; c += GST_WEB_AUDIO_QUANTUM)
      gst_web_audio_block_mix (&to, c, &from, c, GST_WEB_AUDIO_QUANTUM,
          GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE);
    g_free (from.data);
  }
  store->channels = channels;
}

/* Puts frames of the block where @position of the buffer is. */
static void
store_fill (Store * store, guint size, guint position,
    const GstWebAudioBlock * block, guint at, guint n)
{
  GstWebAudioBlock to = { NULL, 0, size, FALSE, NULL, size };

  if (store->channels < block->channels)
    store_set_channels (store, block->channels, size);
  to.channels = store->channels;
  to.data = store->data;
  if (block->silent)
    gst_web_audio_block_silence (&to, position, n);
  else
    gst_web_audio_block_mix (&to, position, block, at, n,
        GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE);
  if (!block->silent)
    store->silent = FALSE;
}

static void
keep_values (GstWebAudioScriptProcessor * self, guint position, guint at,
    guint n)
{
  guint i, k;

  for (i = 0; i < self->named->len; i++) {
    Named *named = &g_array_index (self->named, Named, i);

    for (k = 0; k < n; k++)
      named->kept[position + k] =
          (gfloat) (named->values ? named->values[at + k] : named->value);
  }
}

/* The buffer is full, @end being the frame after it: processes it. */
static void
process_buffer (GstWebAudioScriptProcessor * self, guint64 end)
{
  Store *in = &self->filling, *out = &self->playing;
  guint size = self->size;
  gsize n = (gsize) size * in->channels;
  guint channels = count_output_channels (self, in->channels);
  gboolean silent = in->silent || is_silent (in->data, n);

  store_clear (out);
  if (is_processing (self, silent)) {
    slot_prepare (&self->input, n * sizeof (gfloat), 1);
    memcpy (self->input.data, in->data, n * sizeof (gfloat));
    if (call (self, end - size, 0, size, channels, silent)) {
      store_set_channels (out, channels, size);
      memcpy (out->data, self->output.data, size * channels * sizeof (gfloat));
      out->silent = FALSE;
    }
  }
  store_clear (in);
}

static gboolean
process_buffers (GstWebAudioScriptProcessor * self, Result * result,
    const GstWebAudioBlock * block)
{
  Store *playing = &self->playing;
  guint at, n;

  for (at = 0; at < result->frames; at += n) {
    guint position = (result->frame + at) % self->size;

    n = MIN (self->size - position, result->frames - at);
    if (!playing->silent && !result_add (result, at,
            store_plane (playing, 0, self->size) + position, self->size,
            playing->channels, n))
      return FALSE;
    store_fill (&self->filling, self->size, position, block, at, n);
    keep_values (self, position, at, n);
    if (position + n == self->size)
      process_buffer (self, result->frame + at + n);
  }
  return TRUE;
}

/* The node */

static void
read_params (GstWebAudioScriptProcessor * self, guint64 frame, guint n)
{
  guint i;

  for (i = 0; i < self->named->len; i++) {
    Named *named = &g_array_index (self->named, Named, i);

    named->values = gst_web_audio_param_values (named->param, frame, n,
        &named->value);
  }
}

static GstFlowReturn
gst_web_audio_script_processor_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioScriptProcessor *self = GST_WEB_AUDIO_SCRIPT_PROCESSOR (node);
  Result result = { node, frame, block->frames,
    count_output_channels (self, block->channels), {0,}
  };
  gboolean processed;

  read_params (self, frame, block->frames);
  processed = self->size > GST_WEB_AUDIO_QUANTUM ?
      process_buffers (self, &result, block) :
      process_quanta (self, &result, block);
  return processed ? result_finish (&result, block) : GST_FLOW_ERROR;
}

static gboolean
gst_web_audio_script_processor_at_rest (GstWebAudioNode * node)
{
  GstWebAudioScriptProcessor *self = GST_WEB_AUDIO_SCRIPT_PROCESSOR (node);

  return !self->active && (self->size <= GST_WEB_AUDIO_QUANTUM
      || (self->filling.silent && self->playing.silent));
}

static guint
gst_web_audio_script_processor_latency (GstWebAudioNode * node, gint rate)
{
  GstWebAudioScriptProcessor *self = GST_WEB_AUDIO_SCRIPT_PROCESSOR (node);
  guint size;

  GST_OBJECT_LOCK (self);
  size = self->buffer_size;
  GST_OBJECT_UNLOCK (self);
  return size > GST_WEB_AUDIO_QUANTUM ? size : 0;
}

static void
clear_named (gpointer data)
{
  Named *named = data;

  slot_clear (&named->slot);
  g_free (named->kept);
  gst_object_unref (named->param);
}

static void
store_resize (Store * store)
{
  g_clear_pointer (&store->data, g_free);
  store->capacity = 0;
  store_clear (store);
}

static void
gst_web_audio_script_processor_prepare (GstWebAudioNode * node, gint rate)
{
  GstWebAudioScriptProcessor *self = GST_WEB_AUDIO_SCRIPT_PROCESSOR (node);
  guint i;

  GST_OBJECT_LOCK (self);
  self->size = self->buffer_size;
  GST_OBJECT_UNLOCK (self);
  store_resize (&self->filling);
  store_resize (&self->playing);
  self->warned = FALSE;
  g_clear_pointer (&self->values, gst_structure_free);
  self->values = gst_structure_new ("parameters", "sample-rate", G_TYPE_INT,
      rate, NULL);
  g_array_set_size (self->named, 0);
  for (i = 0; i < node->params->len; i++) {
    Named named;

    memset (&named, 0, sizeof (named));
    named.param = gst_object_ref (gst_web_audio_node_get_param (node, i));
    named.name = g_quark_from_string (GST_OBJECT_NAME (named.param));
    named.kept = g_new0 (gfloat, self->size);
    g_array_append_val (self->named, named);
  }
}

static void
gst_web_audio_script_processor_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  GstWebAudioScriptProcessor *self = GST_WEB_AUDIO_SCRIPT_PROCESSOR (node);

  store_clear (&self->filling);
  store_clear (&self->playing);
  self->fresh = TRUE;
  if (from == GST_BUFFER_OFFSET_NONE)
    self->active = TRUE;
}

/* Parameters */

/* What the text says of one parameter. */
typedef struct
{
  gchar *name;
  gdouble value;
  gdouble minimum;
  gdouble maximum;
  GstWebAudioParamFlags flags;
} Descriptor;

static void
clear_descriptor (gpointer data)
{
  g_free (((Descriptor *) data)->name);
}

static gboolean
parse_number (const gchar * text, gdouble * number)
{
  gchar *end;

  *number = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && fabs (*number) <= G_MAXFLOAT;
}

static gboolean
parse_rate (const gchar * text, GstWebAudioParamFlags * flags)
{
  *flags = g_str_equal (text, "k-rate") ? GST_WEB_AUDIO_PARAM_K_RATE : 0;
  return *flags || g_str_equal (text, "a-rate");
}

/* Returns: (nullable): what is wrong with the text, to be freed */
static gchar *
parse_descriptor (const gchar * text, Descriptor * descriptor)
{
  gchar **parts = g_strsplit (text, ":", -1);
  guint n = g_strv_length (parts), i;
  gdouble *numbers[] = { &descriptor->value, &descriptor->minimum,
    &descriptor->maximum
  };
  gchar *fault = NULL;

  for (i = 0; i < n; i++)
    g_strstrip (parts[i]);
  descriptor->name = g_strdup (n ? parts[0] : "");
  descriptor->value = 0;
  descriptor->minimum = -G_MAXFLOAT;
  descriptor->maximum = G_MAXFLOAT;
  descriptor->flags = 0;
  if (n > 1 && parse_rate (parts[n - 1], &descriptor->flags))
    n--;
  for (i = 1; i < n && i <= G_N_ELEMENTS (numbers) && !fault; i++)
    if (!parse_number (parts[i], numbers[i - 1]))
      fault = g_strdup_printf ("TypeError: %s of %s is no finite number",
          parts[i], parts[0]);
  if (!fault && n > 4)
    fault = g_strdup_printf ("TypeError: %s is not name:default:minimum:"
        "maximum:rate", text);
  if (!fault && !(descriptor->minimum <= descriptor->value
          && descriptor->value <= descriptor->maximum))
    fault = g_strdup_printf ("InvalidStateError: the default of %s is not "
        "between its minimum and its maximum", parts[0]);
  g_strfreev (parts);
  return fault;
}

/* (transfer full): the parameters that @text declares; *@fault is what is wrong
 * with it, or NULL. */
static GArray *
parse_descriptors (const gchar * text, gchar ** fault)
{
  GArray *descriptors = g_array_new (FALSE, FALSE, sizeof (Descriptor));
  gchar *stripped = g_strstrip (g_strdup (text ? text : ""));
  gchar **items = g_strsplit (stripped, ",", -1);
  guint i;

  *fault = NULL;
  g_array_set_clear_func (descriptors, clear_descriptor);
  for (i = 0; items[i] && !*fault; i++) {
    Descriptor descriptor;

    *fault = parse_descriptor (items[i], &descriptor);
    g_array_append_val (descriptors, descriptor);
  }
  g_strfreev (items);
  g_free (stripped);
  return descriptors;
}

static void
remove_params (GstWebAudioNode * node)
{
  while (node->params->len > 0)
    gst_web_audio_node_remove_param (node,
        gst_web_audio_node_get_param (node, node->params->len - 1));
}

/* Gives the node those parameters and no other; what is wrong with them, or
 * NULL. */
static gchar *
replace_params (GstWebAudioNode * node, GArray * descriptors)
{
  guint i;

  remove_params (node);
  for (i = 0; i < descriptors->len; i++) {
    const Descriptor *d = &g_array_index (descriptors, Descriptor, i);

    if (!gst_web_audio_node_add_param (node, d->name, d->minimum, d->maximum,
            d->value, d->flags))
      return g_strdup_printf ("NotSupportedError: there cannot be a parameter "
          "named '%s'", d->name);
  }
  return NULL;
}

static void
set_parameters (GstWebAudioScriptProcessor * self, const gchar * text)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);
  GArray *descriptors;
  gchar *fault;

  if (GST_STATE (self) > GST_STATE_READY) {
    GST_WARNING_OBJECT (self, "parameters are declared in NULL or READY");
    return;
  }
  descriptors = parse_descriptors (text, &fault);
  if (!fault)
    fault = replace_params (node, descriptors);
  if (fault) {
    GST_WARNING_OBJECT (self, "%s; there are no parameters", fault);
    remove_params (node);
  }
  g_array_unref (descriptors);
  GST_OBJECT_LOCK (self);
  g_free (self->parameters);
  self->parameters = g_strdup (text);
  g_free (self->fault);
  self->fault = fault;
  GST_OBJECT_UNLOCK (self);
}

/* Posts what is wrong with the parameters, if anything is. */
static gboolean
are_parameters_valid (GstWebAudioScriptProcessor * self)
{
  gchar *fault;

  GST_OBJECT_LOCK (self);
  fault = g_strdup (self->fault);
  GST_OBJECT_UNLOCK (self);
  if (!fault)
    return TRUE;
  GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s.", fault),
      ("in the property parameters"));
  g_free (fault);
  return FALSE;
}

static GstStateChangeReturn
gst_web_audio_script_processor_change_state (GstElement * element,
    GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && !are_parameters_valid (GST_WEB_AUDIO_SCRIPT_PROCESSOR (element)))
    return GST_STATE_CHANGE_FAILURE;
  return GST_ELEMENT_CLASS
      (gst_web_audio_script_processor_parent_class)->change_state (element,
      transition);
}

/* The object */

static void
set_buffer_size (GstWebAudioScriptProcessor * self, guint size)
{
  if (size != GST_WEB_AUDIO_QUANTUM && (size < MIN_BUFFER_SIZE
          || size > MAX_BUFFER_SIZE || (size & (size - 1)))) {
    GST_WARNING_OBJECT (self, "IndexSizeError: buffer-size must be 128, or a "
        "power of two from 256 to 16384; it stays as it was");
    return;
  }
  GST_OBJECT_LOCK (self);
  self->buffer_size = size;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_script_processor_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioScriptProcessor *self = GST_WEB_AUDIO_SCRIPT_PROCESSOR (object);

  switch (id) {
    case PROP_PARAMETERS:
      set_parameters (self, g_value_get_string (value));
      break;
    case PROP_BUFFER_SIZE:
      set_buffer_size (self, g_value_get_uint (value));
      break;
    case PROP_OUTPUT_CHANNELS:
      GST_OBJECT_LOCK (self);
      self->output_channels = g_value_get_uint (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_script_processor_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  GstWebAudioScriptProcessor *self = GST_WEB_AUDIO_SCRIPT_PROCESSOR (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_PARAMETERS:
      g_value_set_string (value, self->parameters);
      break;
    case PROP_BUFFER_SIZE:
      g_value_set_uint (value, self->buffer_size);
      break;
    case PROP_OUTPUT_CHANNELS:
      g_value_set_uint (value, self->output_channels);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_script_processor_finalize (GObject * object)
{
  GstWebAudioScriptProcessor *self = GST_WEB_AUDIO_SCRIPT_PROCESSOR (object);

  g_array_unref (self->named);
  g_clear_pointer (&self->values, gst_structure_free);
  slot_clear (&self->input);
  slot_clear (&self->output);
  g_free (self->filling.data);
  g_free (self->playing.data);
  g_free (self->parameters);
  g_free (self->fault);
  G_OBJECT_CLASS (gst_web_audio_script_processor_parent_class)->finalize
      (object);
}

static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_READY;

  /**
   * GstWebAudioScriptProcessor:parameters:
   *
   * The parameters that this node has: name:default:minimum:maximum:rate, of
   * which all but the name may be missing, for each of them, with commas
   * between them. The rate is a-rate or k-rate. Setting it takes those away that
   * there were, with all that was scheduled or linked.
   * https://webaudio.github.io/web-audio-api/#dictdef-audioparamdescriptor
   */
  g_object_class_install_property (object_class, PROP_PARAMETERS,
      g_param_spec_string ("parameters", "Parameters",
          "Parameters of the node: name:default:minimum:maximum:rate,…", NULL,
          ready));
  /**
   * GstWebAudioScriptProcessor:buffer-size:
   *
   * Frames for which a handler is called: 128, as in an AudioWorkletNode; or a
   * power of two from 256 to 16384, as in a ScriptProcessorNode, which then is
   * also how late its output is, as is said in LATENCY queries.
   * https://webaudio.github.io/web-audio-api/#dom-scriptprocessornode-buffersize
   */
  g_object_class_install_property (object_class, PROP_BUFFER_SIZE,
      g_param_spec_uint ("buffer-size", "Buffer size", "Frames for which a "
          "handler is called: 128, or a power of two from 256 to 16384, which "
          "is a latency, too", 0, G_MAXUINT, GST_WEB_AUDIO_QUANTUM, ready));
  /**
   * GstWebAudioScriptProcessor:output-channels:
   *
   * How many channels a handler is asked for; 0 for as many as the input has.
   * https://webaudio.github.io/web-audio-api/#dom-audioworkletnodeoptions-outputchannelcount
   */
  g_object_class_install_property (object_class, PROP_OUTPUT_CHANNELS,
      g_param_spec_uint ("output-channels", "Output channels",
          "Channels of the output (0 = as the input)", 0,
          GST_WEB_AUDIO_MAX_CHANNELS, 0, G_PARAM_READWRITE |
          G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_signals (GType type)
{
  /**
   * GstWebAudioScriptProcessor::process:
   * @input: the sound that came in, to be read
   * @output: to be written; zeros so far
   * @parameters: "sample-rate" (gint), and for each parameter, by its name, a
   *     GstBuffer of floats, one for each frame
   *
   * Computes some frames. Sound is floats in native endianness, one channel
   * after another; how many frames there are is the difference between the
   * offset of a buffer, which is the graph's frame, and its end: 128 where
   * buffer-size says so, but fewer where the stream begins or ends within
   * them. GST_BUFFER_FLAG_GAP says that the input is silence, or the output is
   * to be; GST_BUFFER_FLAG_DISCONT of the input, that what was before counts
   * no longer, at the first call and after a seek.
   *
   * Called by the rendering thread, so it must be quick, must not wait, and
   * must not change states or links. What it is given is valid during the call.
   * https://webaudio.github.io/web-audio-api/#callback-audioworketprocess-callback
   *
   * Returns: whether it wants to be called although the input is silent or has
   *     ended: %TRUE of what sounds by itself or has a tail
   */
  signal_process = g_signal_new ("process", type, G_SIGNAL_RUN_LAST, 0, NULL,
      NULL, NULL, G_TYPE_BOOLEAN, 3,
      GST_TYPE_BUFFER | G_SIGNAL_TYPE_STATIC_SCOPE,
      GST_TYPE_BUFFER | G_SIGNAL_TYPE_STATIC_SCOPE,
      GST_TYPE_STRUCTURE | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
gst_web_audio_script_processor_class_init (GstWebAudioScriptProcessorClass *
    klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_script_processor_debug,
      "scriptprocessor", 0, "Web Audio AudioWorkletNode");

  object_class->set_property = gst_web_audio_script_processor_set_property;
  object_class->get_property = gst_web_audio_script_processor_get_property;
  object_class->finalize = gst_web_audio_script_processor_finalize;
  install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));

  gst_element_class_set_static_metadata (element_class, "Script processor",
      "Filter/Effect/Audio", "Lets the application compute (Web Audio "
      "AudioWorkletNode, ScriptProcessorNode)", "The gst-webaudio authors");
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_script_processor_change_state);
  node_class->prepare = gst_web_audio_script_processor_prepare;
  node_class->locate = gst_web_audio_script_processor_locate;
  node_class->process = gst_web_audio_script_processor_process;
  node_class->at_rest = gst_web_audio_script_processor_at_rest;
  node_class->latency = gst_web_audio_script_processor_latency;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
  gst_web_audio_node_class_add_own_params (node_class);
}

static void
gst_web_audio_script_processor_init (GstWebAudioScriptProcessor * self)
{
  self->buffer_size = GST_WEB_AUDIO_QUANTUM;
  self->size = GST_WEB_AUDIO_QUANTUM;
  self->named = g_array_new (FALSE, FALSE, sizeof (Named));
  g_array_set_clear_func (self->named, clear_named);
}
