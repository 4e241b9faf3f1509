/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a file to a sample; see filepipeline.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/audio/audio.h>
#include <gst/pbutils/missing-plugins.h>

#include "../graph/block.h"
#include "filepipeline.h"

/* Streams without an end would take all memory there is. */
#define MAX_BYTES (G_GUINT64_CONSTANT (2) << 30)

/* Its elements hold it by their callbacks until the pipeline is gone. */
struct _GstWebAudioFilePipeline
{
  gint refs;                    /* atomic */
  const GstWebAudioFilePipelineFuncs *funcs;
  gpointer owner;
  GDestroyNotify release;
  gchar *uri;
  GstElement *head;             /* not owned; takes what was decoded */
  GstElement *filter;           /* not owned */

  /* the streaming thread's */
  GPtrArray *chunks;            /* GstBuffer, interleaved */
  GstAudioInfo info;
  GstSegment segment;
  guint64 frames;

  GMutex lock;
  GstElement *pipeline;         /* (nullable): until it is stopped */
  gboolean over;                /* nothing is told any more */
  gboolean lacks_plugin;        /* and that has been told */
};

static void
shut_down (GstElement * pipeline, gpointer unused)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* (transfer full) (nullable) */
static GstElement *
get_pipeline (GstWebAudioFilePipeline * self)
{
  GstElement *pipeline;

  g_mutex_lock (&self->lock);
  pipeline = self->pipeline ? gst_object_ref (self->pipeline) : NULL;
  g_mutex_unlock (&self->lock);
  return pipeline;
}

/* Telling the owner */

/* Nothing is told after this, but what the caller tells where that is new, which
 * is returned. */
static gboolean
end (GstWebAudioFilePipeline * self)
{
  gboolean was_over;

  g_mutex_lock (&self->lock);
  was_over = self->over;
  self->over = TRUE;
  if (!was_over && self->pipeline)
    gst_element_call_async (self->pipeline, shut_down, NULL, NULL);
  g_mutex_unlock (&self->lock);
  return !was_over;
}

/* Takes @error. */
static void
fail (GstWebAudioFilePipeline * self, GError * error, const gchar * debug,
    const GstStructure * details)
{
  GstMessage *message = gst_message_new_error_with_details (NULL, error, debug,
      details ? gst_structure_copy (details) : NULL);

  if (end (self))
    self->funcs->failed (self->owner, message);
  gst_message_unref (message);
  g_error_free (error);
}

static void
fail_with (GstWebAudioFilePipeline * self, GQuark domain, gint code,
    const gchar * text)
{
  fail (self, g_error_new_literal (domain, code, text), NULL, NULL);
}

/* A decoder says that plugins are missing, too, where nothing but a video is
 * there; those that really are have been named before. */
static void
fail_as (GstWebAudioFilePipeline * self, GstMessage * message)
{
  const GstStructure *details;
  gboolean lacks_plugin;
  GError *error;
  gchar *debug;

  gst_message_parse_error (message, &error, &debug);
  gst_message_parse_error_details (message, &details);
  g_mutex_lock (&self->lock);
  lacks_plugin = self->lacks_plugin;
  g_mutex_unlock (&self->lock);
  if (!lacks_plugin && g_error_matches (error, GST_CORE_ERROR,
          GST_CORE_ERROR_MISSING_PLUGIN)) {
    g_error_free (error);
    error = g_error_new_literal (GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
        "There is no audio in the file.");
  }
  fail (self, error, debug, details);
  g_free (debug);
}

static void
lack_plugin (GstWebAudioFilePipeline * self, GstMessage * message)
{
  g_mutex_lock (&self->lock);
  self->lacks_plugin = TRUE;
  g_mutex_unlock (&self->lock);
  self->funcs->lacks_plugin (self->owner, message);
}

/* The samples of all chunks one after the other, each channel by itself. */
static GstBuffer *
join (GstWebAudioFilePipeline * self)
{
  guint channels = GST_AUDIO_INFO_CHANNELS (&self->info), c;
  GstBuffer *joined = gst_buffer_new_allocate (NULL,
      self->frames * channels * sizeof (gfloat), NULL);
  gsize offsets[GST_WEB_AUDIO_MAX_CHANNELS];
  gsize done = 0, n, i;
  GstMapInfo to, from;
  guint k;

  if (!joined)
    return NULL;
  gst_buffer_map (joined, &to, GST_MAP_WRITE);
  for (k = 0; k < self->chunks->len; k++) {
    gst_buffer_map (self->chunks->pdata[k], &from, GST_MAP_READ);
    n = from.size / (channels * sizeof (gfloat));
    for (c = 0; c < channels; c++) {
      gfloat *plane = (gfloat *) to.data + c * self->frames + done;

      for (i = 0; i < n; i++)
        plane[i] = ((gfloat *) from.data)[i * channels + c];
    }
    done += n;
    gst_buffer_unmap (self->chunks->pdata[k], &from);
  }
  gst_buffer_unmap (joined, &to);
  g_ptr_array_set_size (self->chunks, 0);
  for (c = 0; c < channels; c++)
    offsets[c] = c * self->frames * sizeof (gfloat);
  self->info.layout = GST_AUDIO_LAYOUT_NON_INTERLEAVED;
  gst_buffer_add_audio_meta (joined, &self->info, self->frames, offsets);
  return joined;
}

static GstSample *
make_sample (GstWebAudioFilePipeline * self)
{
  GstBuffer *joined = join (self);
  GstSample *sample;
  GstCaps *caps;

  if (!joined)
    return NULL;
  caps = gst_audio_info_to_caps (&self->info);
  sample = gst_sample_new (joined, caps, NULL, NULL);
  gst_caps_unref (caps);
  gst_buffer_unref (joined);
  return sample;
}

/* All of it is there. */
static void
deliver (GstWebAudioFilePipeline * self)
{
  GstSample *sample;

  if (self->frames == 0) {
    fail_with (self, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
        "There is no audio in the file.");
    return;
  }
  sample = make_sample (self);
  if (!sample) {
    fail_with (self, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "There is no memory for the file.");
    return;
  }
  if (end (self))
    self->funcs->decoded (self->owner, sample);
  gst_sample_unref (sample);
}

/* The pipeline */

static void
on_pad_added (GstElement * decoder, GstPad * pad,
    GstWebAudioFilePipeline * self)
{
  GstPad *sink = gst_element_get_static_pad (self->head, "sink");

  /* of several the first */
  if (!gst_pad_is_linked (sink)
      && GST_PAD_LINK_FAILED (gst_pad_link (pad, sink)))
    GST_WARNING_OBJECT (decoder, "can't link %" GST_PTR_FORMAT, pad);
  gst_object_unref (sink);
}

/* What comes later is converted to what came first. */
static void
keep_format (GstWebAudioFilePipeline * self, GstPad * pad)
{
  GstCaps *caps = gst_pad_get_current_caps (pad);

  gst_audio_info_from_caps (&self->info, caps);
  g_object_set (self->filter, "caps", caps, NULL);
  gst_caps_unref (caps);
}

static void
on_buffer (GstElement * sink, GstBuffer * buffer, GstPad * pad,
    GstWebAudioFilePipeline * self)
{
  GstEvent *segment = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  guint64 bytes;

  if (self->chunks->len == 0)
    keep_format (self, pad);
  gst_buffer_ref (buffer);
  if (segment) {
    gst_event_copy_segment (segment, &self->segment);
    gst_event_unref (segment);
    buffer = gst_audio_buffer_clip (buffer, &self->segment,
        GST_AUDIO_INFO_RATE (&self->info), GST_AUDIO_INFO_BPF (&self->info));
  }
  if (!buffer)
    return;
  g_ptr_array_add (self->chunks, buffer);
  self->frames += gst_buffer_get_size (buffer) /
      GST_AUDIO_INFO_BPF (&self->info);
  bytes = self->frames * GST_AUDIO_INFO_BPF (&self->info);
  if (bytes > MAX_BYTES) {
    g_ptr_array_set_size (self->chunks, 0);
    self->frames = 0;
    fail_with (self, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "The file is too long to be held in memory.");
  }
}

static GstBusSyncReply
on_message (GstBus * bus, GstMessage * message, gpointer data)
{
  GstWebAudioFilePipeline *self = data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      fail_as (self, message);
      break;
    case GST_MESSAGE_EOS:
      deliver (self);
      break;
    case GST_MESSAGE_ELEMENT:
      if (gst_is_missing_plugin_message (message))
        lack_plugin (self, message);
      break;
    default:
      break;
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
connect (GstWebAudioFilePipeline * self, GstElement * element,
    const gchar * signal, GCallback callback)
{
  g_signal_connect_data (element, signal, callback,
      gst_web_audio_file_pipeline_ref (self),
      (GClosureNotify) (GCallback) gst_web_audio_file_pipeline_unref, 0);
}

/* An element of the pipeline, or NULL where its plugin is not installed. */
static GstElement *
add_element (GstWebAudioFilePipeline * self, GstElement * pipeline,
    const gchar * factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);
  GstMessage *message;

  if (element) {
    gst_bin_add (GST_BIN (pipeline), element);
    return element;
  }
  message = gst_missing_element_message_new (pipeline, factory);
  lack_plugin (self, message);
  gst_message_unref (message);
  fail_with (self, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
      "A GStreamer element that decodes files is missing.");
  return NULL;
}

static gboolean
build (GstWebAudioFilePipeline * self, GstElement * pipeline)
{
  GstElement *decoder, *resample, *sink;
  GstCaps *raw, *wanted;
  GstBus *bus;

  if (!(decoder = add_element (self, pipeline, "uridecodebin"))
      || !(self->head = add_element (self, pipeline, "audioconvert"))
      || !(resample = add_element (self, pipeline, "audioresample"))
      || !(self->filter = add_element (self, pipeline, "capsfilter"))
      || !(sink = add_element (self, pipeline, "fakesink")))
    return FALSE;
  gst_element_link_many (self->head, resample, self->filter, sink, NULL);

  raw = gst_caps_new_empty_simple ("audio/x-raw");
  wanted = gst_caps_new_simple ("audio/x-raw",
      "format", G_TYPE_STRING, GST_AUDIO_NE (F32),
      "layout", G_TYPE_STRING, "interleaved",
      "channels", GST_TYPE_INT_RANGE, 1, GST_WEB_AUDIO_MAX_CHANNELS, NULL);
  g_object_set (decoder, "uri", self->uri, "caps", raw, "expose-all-streams",
      FALSE, NULL);
  g_object_set (self->filter, "caps", wanted, NULL);
  g_object_set (sink, "sync", FALSE, "signal-handoffs", TRUE, NULL);
  gst_caps_unref (raw);
  gst_caps_unref (wanted);

  connect (self, decoder, "pad-added", G_CALLBACK (on_pad_added));
  connect (self, sink, "handoff", G_CALLBACK (on_buffer));
  bus = gst_element_get_bus (pipeline);
  gst_bus_set_sync_handler (bus, on_message,
      gst_web_audio_file_pipeline_ref (self),
      (GDestroyNotify) gst_web_audio_file_pipeline_unref);
  gst_object_unref (bus);
  return TRUE;
}

/*
 * gst_web_audio_file_pipeline_new:
 * @uri: where the file is
 * @funcs: what is called with @owner, from any thread
 * @owner: (transfer full): given to @release when nothing can be called any more
 */
GstWebAudioFilePipeline *
gst_web_audio_file_pipeline_new (const gchar * uri,
    const GstWebAudioFilePipelineFuncs * funcs, gpointer owner,
    GDestroyNotify release)
{
  GstWebAudioFilePipeline *self = g_new0 (GstWebAudioFilePipeline, 1);

  self->refs = 1;
  self->funcs = funcs;
  self->owner = owner;
  self->release = release;
  self->uri = g_strdup (uri);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  self->chunks = g_ptr_array_new_with_free_func
      ((GDestroyNotify) gst_buffer_unref);
  g_mutex_init (&self->lock);
  return self;
}

/*
 * gst_web_audio_file_pipeline_ref:
 */
GstWebAudioFilePipeline *
gst_web_audio_file_pipeline_ref (GstWebAudioFilePipeline * self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

/*
 * gst_web_audio_file_pipeline_unref:
 *
 * After it was stopped.
 */
void
gst_web_audio_file_pipeline_unref (GstWebAudioFilePipeline * self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  self->release (self->owner);
  g_free (self->uri);
  g_ptr_array_unref (self->chunks);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/*
 * gst_web_audio_file_pipeline_start:
 *
 * Begins to decode, unless it was stopped.
 *
 * Returns: %FALSE if that fails at once, which has been told
 */
gboolean
gst_web_audio_file_pipeline_start (GstWebAudioFilePipeline * self)
{
  GstElement *pipeline = get_pipeline (self), *there;
  gboolean started;

  if (!pipeline)
    return TRUE;
  started = build (self, pipeline)
      && gst_element_set_state (pipeline, GST_STATE_PLAYING) !=
      GST_STATE_CHANGE_FAILURE;
  if (!started)
    fail_with (self, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
        "The file can't be read.");
  /* who stopped it meanwhile may have done so before it went to PLAYING */
  if (!(there = get_pipeline (self)))
    shut_down (pipeline, NULL);
  gst_clear_object (&there);
  gst_object_unref (pipeline);
  return started;
}

/*
 * gst_web_audio_file_pipeline_stop:
 *
 * Once. What is just being told may go on, but nothing else is.
 */
void
gst_web_audio_file_pipeline_stop (GstWebAudioFilePipeline * self)
{
  GstElement *pipeline;

  g_mutex_lock (&self->lock);
  self->over = TRUE;
  pipeline = g_steal_pointer (&self->pipeline);
  g_mutex_unlock (&self->lock);
  shut_down (pipeline, NULL);
  gst_object_unref (pipeline);
}
