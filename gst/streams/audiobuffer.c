/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a GstSample to planes of float. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../graph/block.h"
#include "audiobuffer.h"

/* Frames that are converted at once. */
#define CHUNK 4096

/*
 * gst_web_audio_buffer_ref:
 */
GstWebAudioBuffer *
gst_web_audio_buffer_ref (GstWebAudioBuffer * buffer)
{
  g_atomic_int_inc (&buffer->refs);
  return buffer;
}

/*
 * gst_web_audio_buffer_unref:
 *
 * The last one frees the planes, which may take a while: not while rendering.
 */
void
gst_web_audio_buffer_unref (GstWebAudioBuffer * buffer)
{
  if (!g_atomic_int_dec_and_test (&buffer->refs))
    return;
  if (buffer->is_mapped)
    gst_audio_buffer_unmap (&buffer->mapped);
  gst_buffer_unref (buffer->source);
  gst_caps_unref (buffer->caps);
  g_free (buffer->planes);
  g_free (buffer->converted);
  g_free (buffer);
}

static gboolean
is_aligned (const GstAudioBuffer * mapped)
{
  gint i;

  for (i = 0; i < mapped->n_planes; i++)
    if ((guintptr) mapped->planes[i] % sizeof (gfloat) != 0)
      return FALSE;
  return TRUE;
}

/* Whether the planes are there already. */
static gboolean
is_ready (const GstAudioBuffer * mapped)
{
  const GstAudioInfo *info = &mapped->info;

  return GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F32
      && (GST_AUDIO_INFO_CHANNELS (info) == 1
      || GST_AUDIO_INFO_LAYOUT (info) == GST_AUDIO_LAYOUT_NON_INTERLEAVED)
      && is_aligned (mapped);
}

/* The usual case, without the converter's detour over doubles. */
static void
deinterleave (gfloat * const *planes, const GstAudioBuffer * mapped)
{
  guint channels = GST_AUDIO_INFO_CHANNELS (&mapped->info), c;
  const gfloat *samples = mapped->planes[0];
  gsize i;

  for (c = 0; c < channels; c++)
    for (i = 0; i < mapped->n_samples; i++)
      planes[c][i] = samples[i * channels + c];
}

static gboolean
convert (gfloat * const *planes, const GstAudioBuffer * mapped)
{
  const GstAudioInfo *info = &mapped->info;
  guint channels = GST_AUDIO_INFO_CHANNELS (info), c;
  gsize step = mapped->n_planes == 1 ? GST_AUDIO_INFO_BPF (info) :
      GST_AUDIO_INFO_WIDTH (info) / 8;
  GstAudioConverter *converter;
  GstAudioInfo from, to;
  gsize done, count;

  /* without positions: channels stay where they are */
  gst_audio_info_set_format (&from, GST_AUDIO_INFO_FORMAT (info),
      GST_AUDIO_INFO_RATE (info), channels, NULL);
  from.layout = GST_AUDIO_INFO_LAYOUT (info);
  gst_audio_info_set_format (&to, GST_AUDIO_FORMAT_F32,
      GST_AUDIO_INFO_RATE (info), channels, NULL);
  to.layout = GST_AUDIO_LAYOUT_NON_INTERLEAVED;
  converter = gst_audio_converter_new (0, &from, &to, NULL);
  if (!converter)
    return FALSE;
  for (done = 0; done < mapped->n_samples; done += count) {
    gpointer in[GST_WEB_AUDIO_MAX_CHANNELS], out[GST_WEB_AUDIO_MAX_CHANNELS];

    count = MIN (mapped->n_samples - done, CHUNK);
    for (c = 0; c < channels; c++)
      out[c] = planes[c] + done;
    for (c = 0; c < (guint) mapped->n_planes; c++)
      in[c] = (guint8 *) mapped->planes[c] + done * step;
    gst_audio_converter_samples (converter, 0, in, count, out, count);
  }
  gst_audio_converter_free (converter);
  return TRUE;
}

/* Points the planes to where the samples are, or converts them. */
static gboolean
fill (GstWebAudioBuffer * buffer)
{
  GstAudioBuffer *mapped = &buffer->mapped;
  guint channels = GST_AUDIO_INFO_CHANNELS (&mapped->info), c;
  gsize length = mapped->n_samples;
  gfloat *planes[GST_WEB_AUDIO_MAX_CHANNELS];

  buffer->planes = g_new (const gfloat *, channels);
  buffer->content.planes = buffer->planes;
  buffer->content.channels = channels;
  buffer->content.length = length;
  buffer->rate = GST_AUDIO_INFO_RATE (&mapped->info);
  if (is_ready (mapped)) {
    for (c = 0; c < channels; c++)
      buffer->planes[c] = mapped->planes[c];
    return TRUE;
  }
  buffer->converted = g_try_new (gfloat, MAX (length, 1) * channels);
  if (!buffer->converted)
    return FALSE;
  for (c = 0; c < channels; c++)
    buffer->planes[c] = planes[c] = buffer->converted + c * length;
  if (GST_AUDIO_INFO_FORMAT (&mapped->info) != GST_AUDIO_FORMAT_F32
      || GST_AUDIO_INFO_LAYOUT (&mapped->info) !=
      GST_AUDIO_LAYOUT_INTERLEAVED || !is_aligned (mapped))
    return convert (planes, mapped);
  deinterleave (planes, mapped);
  return TRUE;
}

static GstWebAudioBuffer *
make (GstBuffer * source, GstCaps * caps, gchar ** why)
{
  GstWebAudioBuffer *buffer;
  GstAudioInfo info;
  gboolean filled;

  if (!gst_audio_info_from_caps (&info, caps)) {
    *why = g_strdup ("it is no raw audio");
    return NULL;
  }
  if (GST_AUDIO_INFO_CHANNELS (&info) > GST_WEB_AUDIO_MAX_CHANNELS) {
    *why = g_strdup_printf ("it has %d channels, more than %d",
        GST_AUDIO_INFO_CHANNELS (&info), GST_WEB_AUDIO_MAX_CHANNELS);
    return NULL;
  }
  buffer = g_new0 (GstWebAudioBuffer, 1);
  buffer->refs = 1;
  buffer->source = gst_buffer_ref (source);
  buffer->caps = gst_caps_ref (caps);
  buffer->is_mapped = gst_audio_buffer_map (&buffer->mapped, &info, source,
      GST_MAP_READ);
  filled = buffer->is_mapped && fill (buffer);
  if (buffer->is_mapped && (!filled || buffer->converted)) {
    gst_audio_buffer_unmap (&buffer->mapped);
    buffer->is_mapped = FALSE;
  }
  if (!filled) {
    *why = g_strdup ("its samples can't be read");
    g_clear_pointer (&buffer, gst_web_audio_buffer_unref);
  }
  return buffer;
}

static GQuark
made_quark (void)
{
  static gsize quark = 0;

  if (g_once_init_enter (&quark))
    g_once_init_leave (&quark,
        g_quark_from_static_string ("gst-web-audio-buffer"));
  return (GQuark) quark;
}

/*
 * gst_web_audio_buffer_from_sample:
 * @sample: raw audio of any format
 * @why: (out): where it can't be used, what is wrong with it
 *
 * What was made of a sample stays with it, so that the next element gets the
 * same. The sample's buffer is kept, so nobody can write to it meanwhile: this is
 * the spec's "acquire the content".
 *
 * Returns: (transfer full) (nullable): the samples as planes of float
 */
GstWebAudioBuffer *
gst_web_audio_buffer_from_sample (GstSample * sample, gchar ** why)
{
  GstMiniObject *object = GST_MINI_OBJECT_CAST (sample);
  GstBuffer *source = gst_sample_get_buffer (sample);
  GstCaps *caps = gst_sample_get_caps (sample);
  GstWebAudioBuffer *buffer;
  static GMutex lock;

  if (!source || !caps) {
    *why = g_strdup ("it has no buffer or no caps");
    return NULL;
  }
  /* so that no two threads convert the same */
  g_mutex_lock (&lock);
  buffer = gst_mini_object_get_qdata (object, made_quark ());
  if (buffer && buffer->source == source && buffer->caps == caps) {
    gst_web_audio_buffer_ref (buffer);
  } else {
    buffer = make (source, caps, why);
    if (buffer)
      gst_mini_object_set_qdata (object, made_quark (),
          gst_web_audio_buffer_ref (buffer),
          (GDestroyNotify) gst_web_audio_buffer_unref);
  }
  g_mutex_unlock (&lock);
  return buffer;
}
