/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * describe FILE: decodes an audio file and prints what is in it: duration,
 * codec, rate, channels, the strongest frequency, the peak level, and how to
 * play it.
 */

#include <gst/app/gstappsink.h>
#include <gst/audio/audio.h>
#include <gst/fft/gstfftf64.h>
#include <gst/gst.h>
#include <math.h>
#include <string.h>

/* The frequency is that of this many frames of the first channel */
#define MAX_WINDOW 131072

typedef struct
{
  GstAudioInfo info;
  guint64 frames;
  gdouble *window;
  gint window_length;
  gdouble peak;                 /* of all channels, 1 is full scale */
  gchar *codec;
  gchar *container;
} Description;

static void
add_sample (Description * description, GstSample * sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstMapInfo map;
  const gfloat *in;
  gsize i, n;
  gint channels;

  if (!gst_audio_info_from_caps (&description->info,
          gst_sample_get_caps (sample))
      || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;

  channels = GST_AUDIO_INFO_CHANNELS (&description->info);
  in = (const gfloat *) map.data;
  n = map.size / sizeof (gfloat);
  for (i = 0; i < n; i++)
    description->peak = MAX (description->peak, fabs (in[i]));
  for (i = 0; i < n && description->window_length < MAX_WINDOW; i += channels)
    description->window[description->window_length++] = in[i];
  description->frames += n / channels;
  gst_buffer_unmap (buffer, &map);
}

/* Of the whole window in Hz, 0 where there is none. The shape of a Hann
 * window's main lobe gives the place between two bins. */
static gdouble
strongest_frequency (const Description * description)
{
  gint n = description->window_length & ~1;
  gdouble *windowed;
  GstFFTF64Complex *spectrum;
  GstFFTF64 *fft;
  gdouble *magnitude;
  gdouble ratio, bin;
  gint i, top = 1, side;

  if (n < 8)
    return 0;

  windowed = g_memdup2 (description->window, n * sizeof (gdouble));
  spectrum = g_new (GstFFTF64Complex, n / 2 + 1);
  magnitude = g_new (gdouble, n / 2 + 1);
  fft = gst_fft_f64_new (n, FALSE);
  gst_fft_f64_window (fft, windowed, GST_FFT_WINDOW_HANN);
  gst_fft_f64_fft (fft, windowed, spectrum);
  for (i = 0; i <= n / 2; i++)
    magnitude[i] = hypot (spectrum[i].r, spectrum[i].i);
  for (i = 2; i < n / 2; i++)
    if (magnitude[i] > magnitude[top])
      top = i;

  side = magnitude[top + 1] > magnitude[top - 1] ? 1 : -1;
  ratio = magnitude[top] > 0 ? magnitude[top + side] / magnitude[top] : 0;
  bin = top + side * (2 * ratio - 1) / (ratio + 1);
  if (magnitude[top] < 1e-6 * n)
    bin = 0;

  gst_fft_f64_free (fft);
  g_free (magnitude);
  g_free (spectrum);
  g_free (windowed);
  return bin * GST_AUDIO_INFO_RATE (&description->info) / n;
}

static void
add_tags (Description * description, GstMessage * message)
{
  GstTagList *tags;
  gchar *value;

  gst_message_parse_tag (message, &tags);
  if (gst_tag_list_get_string (tags, GST_TAG_AUDIO_CODEC, &value)) {
    g_free (description->codec);
    description->codec = value;
  }
  if (gst_tag_list_get_string (tags, GST_TAG_CONTAINER_FORMAT, &value)) {
    g_free (description->container);
    description->container = value;
  }
  gst_tag_list_unref (tags);
}

/* Takes what the pipeline has said so far; FALSE if that was an error */
static gboolean
read_messages (Description * description, GstBus * bus)
{
  GstMessage *message;
  GError *error = NULL;

  while ((message = gst_bus_pop_filtered (bus,
              GST_MESSAGE_TAG | GST_MESSAGE_ERROR))) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_TAG)
      add_tags (description, message);
    else if (error == NULL)
      gst_message_parse_error (message, &error, NULL);
    gst_message_unref (message);
  }
  if (error == NULL)
    return TRUE;
  g_printerr ("%s\n", error->message);
  g_error_free (error);
  return FALSE;
}

static gboolean
decode (Description * description, const gchar * path)
{
  GstElement *pipeline, *source, *sink;
  GstSample *sample;
  GstBus *bus;
  gboolean ok = TRUE;

  pipeline = gst_parse_launch ("filesrc name=source ! decodebin ! audioconvert"
      " ! audio/x-raw,format=" GST_AUDIO_NE (F32) ",layout=interleaved"
      " ! appsink name=sink sync=false max-buffers=16", NULL);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  bus = gst_element_get_bus (pipeline);
  g_object_set (source, "location", path, NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (ok && !gst_app_sink_is_eos (GST_APP_SINK (sink))) {
    /* an error does not end the wait */
    sample =
        gst_app_sink_try_pull_sample (GST_APP_SINK (sink), GST_SECOND / 10);
    if (sample) {
      add_sample (description, sample);
      gst_sample_unref (sample);
    } else {
      ok = read_messages (description, bus);
    }
  }
  ok = ok && read_messages (description, bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);

  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (source);
  gst_object_unref (pipeline);
  return ok;
}

static void
print_description (const Description * description, const gchar * path)
{
  const GstAudioInfo *info = &description->info;
  gchar *uri = gst_filename_to_uri (path, NULL);
  gchar *quoted = g_shell_quote (uri);

  g_print ("file       %s\n", path);
  g_print ("duration   %.6f s (%" G_GUINT64_FORMAT " frames)\n",
      (gdouble) description->frames / GST_AUDIO_INFO_RATE (info),
      description->frames);
  g_print ("codec      %s%s%s\n",
      description->codec ? description->codec : "unknown",
      description->container ? " in " : "",
      description->container ? description->container : "");
  g_print ("rate       %d Hz\n", GST_AUDIO_INFO_RATE (info));
  g_print ("channels   %d\n", GST_AUDIO_INFO_CHANNELS (info));
  g_print ("frequency  %.2f Hz\n", strongest_frequency (description));
  g_print ("peak       %.2f dBFS\n", 20 * log10 (description->peak));
  g_print ("play with  gst-launch-1.0 playbin uri=%s, or any browser\n",
      quoted);
  g_free (quoted);
  g_free (uri);
}

int
main (int argc, char **argv)
{
  Description description = { 0, };
  gboolean ok;

  gst_init (&argc, &argv);
  if (argc != 2) {
    g_printerr ("usage: %s FILE\n", argv[0]);
    return 2;
  }

  description.window = g_new (gdouble, MAX_WINDOW);
  ok = decode (&description, argv[1]);
  if (ok && description.frames == 0) {
    g_printerr ("no audio in %s\n", argv[1]);
    ok = FALSE;
  }
  if (ok)
    print_description (&description, argv[1]);

  g_free (description.window);
  g_free (description.codec);
  g_free (description.container);
  return ok ? 0 : 1;
}
