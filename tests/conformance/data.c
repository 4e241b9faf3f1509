/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See data.h. */

#include <gst/audio/audio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "json.h"

static gdouble
next_noise (guint32 * state, gdouble amp)
{
  *state = *state * 1664525u + 1013904223u;
  return (*state / 2147483648.0 - 1) * amp;
}

static void
generate_silence (JsonObject * data, gfloat * out, gsize n)
{
  memset (out, 0, n * sizeof (gfloat));
}

static void
generate_constant (JsonObject * data, gfloat * out, gsize n)
{
  gdouble value = get_number (data, "value");
  gsize i;

  for (i = 0; i < n; i++)
    out[i] = value;
}

static void
generate_impulse (JsonObject * data, gfloat * out, gsize n)
{
  gsize at = get_number_or (data, "at", 0);

  memset (out, 0, n * sizeof (gfloat));
  if (at < n)
    out[at] = get_number_or (data, "amp", 1);
}

static void
generate_ramp (JsonObject * data, gfloat * out, gsize n)
{
  gdouble from = get_number (data, "from");
  gdouble to = get_number (data, "to");
  gsize i;

  for (i = 0; i < n; i++)
    out[i] = n == 1 ? from : from + (to - from) * (i / (gdouble) (n - 1));
}

static void
generate_noise (JsonObject * data, gfloat * out, gsize n)
{
  gdouble amp = get_number_or (data, "amp", 1);
  guint32 state = get_number (data, "seed");
  gsize i;

  for (i = 0; i < n; i++)
    out[i] = next_noise (&state, amp);
}

static void
generate_decaying_noise (JsonObject * data, gfloat * out, gsize n)
{
  gdouble amp = get_number_or (data, "amp", 1);
  gdouble decay = get_number (data, "decay");
  guint32 state = get_number (data, "seed");
  gdouble envelope = 1;
  gsize i;

  for (i = 0; i < n; i++) {
    out[i] = next_noise (&state, amp) * envelope;
    envelope *= decay;
  }
}

static void
generate_saw (JsonObject * data, gfloat * out, gsize n)
{
  gdouble amp = get_number_or (data, "amp", 1);
  gsize period = get_number (data, "period");
  gsize i;

  for (i = 0; i < n; i++)
    out[i] = (2 * ((i % period) / (gdouble) period) - 1) * amp;
}

static void
generate_parabola (JsonObject * data, gfloat * out, gsize n)
{
  gdouble amp = get_number_or (data, "amp", 1);
  gsize period = get_number (data, "period");
  gsize i;

  for (i = 0; i < n; i++) {
    gdouble u = 2 * ((i % period) / (gdouble) period);

    if (u < 1)
      out[i] = 4 * (u * (1 - u)) * amp;
    else
      out[i] = -(4 * ((u - 1) * (2 - u))) * amp;
  }
}

static void
generate_softclip (JsonObject * data, gfloat * out, gsize n)
{
  gdouble amp = get_number_or (data, "amp", 1);
  gdouble drive = get_number (data, "drive");
  gsize i;

  for (i = 0; i < n; i++) {
    gdouble x = n == 1 ? 0 : drive * (2 * (i / (gdouble) (n - 1)) - 1);

    out[i] = x / (1 + fabs (x)) * amp;
  }
}

typedef struct
{
  const gchar *name;
  void (*generate) (JsonObject * data, gfloat * out, gsize n);
} Generator;

static const Generator generators[] = {
  {"silence", generate_silence},
  {"constant", generate_constant},
  {"impulse", generate_impulse},
  {"ramp", generate_ramp},
  {"lcg-noise", generate_noise},
  {"exp-decay-lcg-noise", generate_decaying_noise},
  {"saw", generate_saw},
  {"parabola", generate_parabola},
  {"softclip", generate_softclip},
};

static GArray *
generate (JsonObject * data, gsize length)
{
  const gchar *name = get_string (data, "gen");
  GArray *samples;
  gsize i;

  if (length == 0)
    length = get_number (data, "length");
  samples = g_array_sized_new (FALSE, TRUE, sizeof (gfloat), length);
  g_array_set_size (samples, length);
  for (i = 0; i < G_N_ELEMENTS (generators); i++) {
    if (strcmp (generators[i].name, name) == 0) {
      generators[i].generate (data, (gfloat *) samples->data, length);
      return samples;
    }
  }
  quit (EXIT_FAILURE, "unknown generator '%s'", name);
}

static GArray *
decode_base64 (const gchar * text)
{
  GArray *samples = g_array_new (FALSE, TRUE, sizeof (gfloat));
  gsize size, i;
  guchar *bytes = g_base64_decode (text, &size);

  for (i = 0; i + sizeof (gfloat) <= size; i += sizeof (gfloat)) {
    gfloat sample = GST_READ_FLOAT_LE (bytes + i);

    g_array_append_val (samples, sample);
  }
  g_free (bytes);
  return samples;
}

static GArray *
list_numbers (JsonArray * list)
{
  GArray *samples = g_array_new (FALSE, TRUE, sizeof (gfloat));
  guint i;

  for (i = 0; i < json_array_get_length (list); i++) {
    gfloat sample = json_array_get_double_element (list, i);

    g_array_append_val (samples, sample);
  }
  return samples;
}

/* The numbers of a DATA: @length of them, or, where that is 0, as many as it
 * says or has itself. */
GArray *
load_data (JsonNode * data, gsize length)
{
  GArray *samples;

  if (JSON_NODE_HOLDS_ARRAY (data)) {
    samples = list_numbers (json_node_get_array (data));
  } else if (JSON_NODE_HOLDS_OBJECT (data)) {
    JsonObject *object = json_node_get_object (data);

    samples = json_object_has_member (object, "base64") ?
        decode_base64 (get_string (object, "base64")) :
        generate (object, length);
  } else {
    quit (EXIT_FAILURE, "not numbers, nor a generator of numbers");
  }
  if (length > 0)
    g_array_set_size (samples, length);
  return samples;
}

/* (transfer full): an AudioBuffer as a GstSample of interleaved float32. */
static GstSample *
make_buffer (Scene * scene, const gchar * name)
{
  JsonObject *buffers = get_object (scene->description, "buffers");
  JsonObject *description = get_object (buffers, name);
  JsonArray *planes = get_array (description, "channels");
  guint channels = json_array_get_length (planes);
  gsize length = get_number (description, "length");
  GstAudioInfo info;
  GstBuffer *buffer;
  GstSample *sample;
  GstCaps *caps;
  GstMapInfo map;
  guint c;
  gsize i;

  gst_audio_info_set_format (&info, GST_AUDIO_FORMAT_F32,
      get_number_or (description, "sampleRate", scene->rate), channels, NULL);
  buffer = gst_buffer_new_and_alloc (length * GST_AUDIO_INFO_BPF (&info));
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (c = 0; c < channels; c++) {
    GArray *plane = load_data (json_array_get_element (planes, c), length);

    for (i = 0; i < length; i++)
      ((gfloat *) map.data)[i * channels + c] = g_array_index (plane, gfloat,
          i);
    g_array_unref (plane);
  }
  gst_buffer_unmap (buffer, &map);

  caps = gst_audio_info_to_caps (&info);
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
  return sample;
}

/* (transfer none): the buffer @name, the same for all nodes. */
GstSample *
load_buffer (Scene * scene, const gchar * name)
{
  GstSample *sample = g_hash_table_lookup (scene->buffers, name);

  if (sample == NULL) {
    sample = make_buffer (scene, name);
    g_hash_table_insert (scene->buffers, g_strdup (name), sample);
  }
  return sample;
}
