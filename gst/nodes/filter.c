/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the nodes that are filters share.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "filter.h"

/* Where neither the graph nor the node has a rate yet */
#define USUAL_RATE 48000

/* What is rendered */

/*
 * gst_web_audio_filter_get_interpretation:
 *
 * Returns: how the node's inputs are mixed
 */
WebAudioInterpretation
gst_web_audio_filter_get_interpretation (GstWebAudioNode * node)
{
  GstWebAudioChannelInterpretation interpretation;

  GST_OBJECT_LOCK (node);
  interpretation = node->channel_interpretation;
  GST_OBJECT_UNLOCK (node);
  return (WebAudioInterpretation) interpretation;
}

/*
 * gst_web_audio_filter_is_narrower:
 * @channels: those that the filter remembers
 *
 * Returns: whether sound of fewer channels comes in. The output has then as many
 *     as the input; while that is silent, all of the tail is heard.
 */
gboolean
gst_web_audio_filter_is_narrower (const GstWebAudioBlock * block,
    guint channels)
{
  guint c, i;

  if (block->channels >= channels || block->silent)
    return FALSE;
  for (c = 0; c < block->channels; c++) {
    const gfloat *plane = gst_web_audio_block_plane (block, c);

    for (i = 0; i < block->frames; i++)
      if (plane[i] != 0)
        return TRUE;
  }
  return FALSE;
}

/* Mixes @block up. */
static gboolean
widen (GstWebAudioNode * node, guint64 frame, GstWebAudioBlock * block,
    guint channels)
{
  GstWebAudioBlock wide;

  if (!gst_web_audio_node_acquire (node, &wide, channels, frame, block->frames,
          block->silent))
    return FALSE;
  if (!block->silent)
    gst_web_audio_block_mix (&wide, 0, block, 0, block->frames,
        (GstWebAudioChannelInterpretation)
        gst_web_audio_filter_get_interpretation (node), FALSE);
  gst_web_audio_block_clear (block);
  *block = wide;
  return TRUE;
}

/*
 * gst_web_audio_filter_begin:
 * @block: (inout): what comes in; it is mixed up to @channels
 * @channels: at least those of @block
 * @result: (out): where to render to, which may be @block
 *
 * Returns: whether there was memory
 */
gboolean
gst_web_audio_filter_begin (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block, guint channels, GstWebAudioBlock * result)
{
  if (block->channels < channels && !widen (node, frame, block, channels))
    return FALSE;
  *result = *block;
  return gst_web_audio_block_is_writable (block)
      || gst_web_audio_node_acquire (node, result, channels, frame,
      block->frames, FALSE);
}

/*
 * gst_web_audio_filter_end:
 *
 * Makes @block what has been rendered.
 */
void
gst_web_audio_filter_end (GstWebAudioBlock * block,
    const GstWebAudioBlock * result)
{
  if (result->buffer != block->buffer)
    gst_web_audio_block_clear (block);
  *block = *result;
}

/*
 * gst_web_audio_filter_get_planes:
 * @planes: (out): of GST_WEB_AUDIO_MAX_CHANNELS
 */
void
gst_web_audio_filter_get_planes (const GstWebAudioBlock * block,
    gfloat ** planes)
{
  guint c;

  for (c = 0; c < block->channels; c++)
    planes[c] = gst_web_audio_block_plane (block, c);
}

/* Numbers */

static gdouble
get_number (const GValue * value)
{
  GValue number = G_VALUE_INIT;
  gdouble result = NAN;

  g_value_init (&number, G_TYPE_DOUBLE);
  if (g_value_transform (value, &number))
    result = g_value_get_double (&number);
  g_value_unset (&number);
  return result;
}

static void
append (GValue * array, gdouble number)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, number);
  gst_value_array_append_and_take_value (array, &value);
}

/*
 * gst_web_audio_filter_parse_numbers:
 * @array: a GstValueArray of numbers
 *
 * Returns: (transfer full) (nullable): them, as gdouble; %NULL if one of them
 *     is not finite
 */
GArray *
gst_web_audio_filter_parse_numbers (const GValue * array)
{
  guint n = gst_value_array_get_size (array), i;
  GArray *numbers = g_array_sized_new (FALSE, FALSE, sizeof (gdouble), n);

  for (i = 0; i < n; i++) {
    gdouble number = get_number (gst_value_array_get_value (array, i));

    if (!isfinite (number)) {
      g_array_unref (numbers);
      return NULL;
    }
    g_array_append_val (numbers, number);
  }
  return numbers;
}

/*
 * gst_web_audio_filter_write_numbers:
 * @numbers: of gdouble
 * @array: (out): a GstValueArray, empty as yet
 */
void
gst_web_audio_filter_write_numbers (const GArray * numbers, GValue * array)
{
  guint i;

  for (i = 0; i < numbers->len; i++)
    append (array, g_array_index (numbers, gdouble, i));
}

/* What is asked */

/*
 * gst_web_audio_filter_get_rate:
 *
 * Returns: frames per second: the graph's or, before it has one, the node's or
 *     the usual one
 */
gdouble
gst_web_audio_filter_get_rate (GstWebAudioNode * node)
{
  gint rate = g_atomic_int_get (&node->rate);

  GST_OBJECT_LOCK (node);
  if (rate == 0)
    rate = node->sample_rate;
  GST_OBJECT_UNLOCK (node);
  return rate ? rate : USUAL_RATE;
}

/*
 * gst_web_audio_filter_respond:
 * @rate: frames per second
 * @frequencies: a GstValueArray of Hz
 * @filter: for @evaluate
 *
 * Returns: (transfer full): a structure of the arrays mag, linear, and phase, in
 *     radians, as long as @frequencies; NaN for those that are not between 0 and
 *     half of the rate
 */
GstStructure *
gst_web_audio_filter_respond (gdouble rate, const GValue * frequencies,
    GstWebAudioFilterEvaluate evaluate, gconstpointer filter)
{
  GstStructure *response = gst_structure_new_empty ("frequency-response");
  guint n = gst_value_array_get_size (frequencies), i;
  GValue mag = G_VALUE_INIT, phase = G_VALUE_INIT;

  gst_value_array_init (&mag, n);
  gst_value_array_init (&phase, n);
  for (i = 0; i < n; i++) {
    gdouble hertz = get_number (gst_value_array_get_value (frequencies, i));
    gdouble magnitude, angle;

    evaluate (filter, hertz / (rate / 2), &magnitude, &angle);
    append (&mag, magnitude);
    append (&phase, angle);
  }
  gst_structure_take_value (response, "mag", &mag);
  gst_structure_take_value (response, "phase", &phase);
  return response;
}

/* GLib has no marshaller for a GstValueArray. */
static void
marshal (GClosure * closure, GValue * result, guint n_values,
    const GValue * values, gpointer hint, gpointer data)
{
  typedef GstStructure *(*Handler) (gpointer element, const GValue * array);
  Handler handler = (Handler) (data ? data : ((GCClosure *) closure)->callback);

  GstStructure *response = handler (g_value_get_object (&values[0]),
      &values[1]);

  if (result)
    g_value_take_boxed (result, response);
  else
    gst_structure_free (response);
}

/*
 * gst_web_audio_filter_add_response:
 *
 * Gives a class the action signal get-frequency-response.
 */
void
gst_web_audio_filter_add_response (GType type,
    GstStructure * (*handler) (GstElement * element, const GValue * array))
{
  g_signal_new_class_handler ("get-frequency-response", type,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (handler), NULL, NULL,
      marshal, GST_TYPE_STRUCTURE, 1, GST_TYPE_ARRAY);
}
