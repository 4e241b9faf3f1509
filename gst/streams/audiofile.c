/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files as a whole: a private pipeline decodes them, and the node gets the
 * sample. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/audio/audio.h>
#include <gst/pbutils/missing-plugins.h>

#include "../graph/block.h"
#include "../graph/suspend.h"
#include "audiofile.h"

#define GST_CAT_DEFAULT gst_web_audio_file_debug
GST_DEBUG_CATEGORY_STATIC (gst_web_audio_file_debug);

/* Streams without an end would take all memory there is. */
#define MAX_BYTES (G_GUINT64_CONSTANT (2) << 30)

/* One run of the pipeline, which holds it by its callbacks. */
typedef struct
{
  gint refs;                    /* atomic */
  GstWebAudioNode *node;
  GstWebAudioFileLoaded loaded;
  GstElement *pipeline;         /* not owned */
  GstElement *head;             /* not owned; takes what was decoded */
  GstElement *filter;           /* not owned */

  /* the streaming thread's */
  GPtrArray *chunks;            /* GstBuffer, interleaved */
  GstAudioInfo info;
  GstSegment segment;
  guint64 frames;

  GMutex lock;
  gboolean over;                /* nothing is told any more */
  gboolean lacks_plugin;        /* and that has been told */
} Decoding;

struct _GstWebAudioFile
{
  GstWebAudioNode *node;        /* not owned */
  GstWebAudioFileLoaded loaded;

  GMutex lock;
  gchar *uri;
  gboolean open;
  Decoding *decoding;
  GstElement *pipeline;
};

/* Telling the node */

static void
decoding_unref (Decoding * self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  gst_object_unref (self->node);
  g_ptr_array_unref (self->chunks);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static Decoding *
decoding_ref (Decoding * self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
shut_down (GstElement * pipeline, gpointer unused)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* From now on nothing is told. Returns whether that is new. */
static gboolean
decoding_end (Decoding * self)
{
  gboolean was_over;

  g_mutex_lock (&self->lock);
  was_over = self->over;
  self->over = TRUE;
  g_mutex_unlock (&self->lock);
  return !was_over;
}

/* Posts the error as the node's own. Takes @error and @debug. */
static void
fail (Decoding * self, GError * error, gchar * debug,
    const GstStructure * details)
{
  if (decoding_end (self)) {
    gst_element_post_message (GST_ELEMENT (self->node),
        gst_message_new_error_with_details (GST_OBJECT (self->node), error,
            debug, details ? gst_structure_copy (details) : NULL));
    gst_element_call_async (self->pipeline, shut_down, NULL, NULL);
  }
  g_error_free (error);
  g_free (debug);
}

static void
fail_with (Decoding * self, GQuark domain, gint code, const gchar * text)
{
  fail (self, g_error_new_literal (domain, code, text), NULL, NULL);
}

/* A decoder says that plugins are missing, too, where nothing but a video is
 * there; those that really are have been named before. */
static void
fail_as (Decoding * self, GstMessage * message)
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
}

static void
tell_missing_plugin (Decoding * self, GstMessage * message)
{
  g_mutex_lock (&self->lock);
  self->lacks_plugin = TRUE;
  g_mutex_unlock (&self->lock);
  gst_element_post_message (GST_ELEMENT (self->node),
      gst_message_new_element (GST_OBJECT (self->node),
          gst_structure_copy (gst_message_get_structure (message))));
}

/* The samples of all chunks one after the other, each channel by itself. */
static GstBuffer *
join (Decoding * self)
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
make_sample (Decoding * self)
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
deliver (Decoding * self)
{
  GstSample *sample;
  gboolean told;

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
  /* with the lock, so that no one is told after decoding_end() */
  g_mutex_lock (&self->lock);
  told = !self->over;
  if (told)
    self->loaded (self->node, sample);
  self->over = TRUE;
  if (told)
    gst_web_audio_load (self->node, FALSE);
  g_mutex_unlock (&self->lock);
  gst_sample_unref (sample);
  gst_element_call_async (self->pipeline, shut_down, NULL, NULL);
}

/* The pipeline */

static void
on_pad_added (GstElement * decoder, GstPad * pad, Decoding * self)
{
  GstPad *sink = gst_element_get_static_pad (self->head, "sink");

  /* of several the first */
  if (!gst_pad_is_linked (sink)
      && GST_PAD_LINK_FAILED (gst_pad_link (pad, sink)))
    GST_WARNING_OBJECT (self->node, "can't link %" GST_PTR_FORMAT, pad);
  gst_object_unref (sink);
}

/* What comes later is converted to what came first. */
static void
keep_format (Decoding * self, GstPad * pad)
{
  GstCaps *caps = gst_pad_get_current_caps (pad);

  gst_audio_info_from_caps (&self->info, caps);
  g_object_set (self->filter, "caps", caps, NULL);
  gst_caps_unref (caps);
}

static void
on_buffer (GstElement * sink, GstBuffer * buffer, GstPad * pad, Decoding * self)
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
  Decoding *self = data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      fail_as (self, message);
      break;
    case GST_MESSAGE_EOS:
      deliver (self);
      break;
    case GST_MESSAGE_ELEMENT:
      if (gst_is_missing_plugin_message (message))
        tell_missing_plugin (self, message);
      break;
    default:
      break;
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
connect (Decoding * self, GstElement * element, const gchar * signal,
    GCallback callback)
{
  g_signal_connect_data (element, signal, callback, decoding_ref (self),
      (GClosureNotify) (GCallback) decoding_unref, 0);
}

/* An element of the pipeline, or NULL where its plugin is not installed. */
static GstElement *
add_element (Decoding * self, const gchar * factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element) {
    gst_bin_add (GST_BIN (self->pipeline), element);
    return element;
  }
  gst_element_post_message (GST_ELEMENT (self->node),
      gst_missing_element_message_new (GST_ELEMENT (self->node), factory));
  fail_with (self, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
      "A GStreamer element that decodes files is missing.");
  return NULL;
}

static gboolean
build (Decoding * self, const gchar * uri)
{
  GstElement *decoder, *resample, *sink;
  GstCaps *raw, *wanted;
  GstBus *bus;

  if (!(decoder = add_element (self, "uridecodebin"))
      || !(self->head = add_element (self, "audioconvert"))
      || !(resample = add_element (self, "audioresample"))
      || !(self->filter = add_element (self, "capsfilter"))
      || !(sink = add_element (self, "fakesink")))
    return FALSE;
  gst_element_link_many (self->head, resample, self->filter, sink, NULL);

  raw = gst_caps_new_empty_simple ("audio/x-raw");
  wanted = gst_caps_new_simple ("audio/x-raw",
      "format", G_TYPE_STRING, GST_AUDIO_NE (F32),
      "layout", G_TYPE_STRING, "interleaved",
      "channels", GST_TYPE_INT_RANGE, 1, GST_WEB_AUDIO_MAX_CHANNELS, NULL);
  g_object_set (decoder, "uri", uri, "caps", raw, "expose-all-streams", FALSE,
      NULL);
  g_object_set (self->filter, "caps", wanted, NULL);
  g_object_set (sink, "sync", FALSE, "signal-handoffs", TRUE, NULL);
  gst_caps_unref (raw);
  gst_caps_unref (wanted);

  connect (self, decoder, "pad-added", G_CALLBACK (on_pad_added));
  connect (self, sink, "handoff", G_CALLBACK (on_buffer));
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, on_message, decoding_ref (self),
      (GDestroyNotify) decoding_unref);
  gst_object_unref (bus);
  return TRUE;
}

static Decoding *
decoding_new (GstWebAudioFile * file, GstElement * pipeline)
{
  Decoding *self = g_new0 (Decoding, 1);

  self->refs = 1;
  self->node = gst_object_ref (file->node);
  self->loaded = file->loaded;
  self->pipeline = pipeline;
  self->chunks = g_ptr_array_new_with_free_func
      ((GDestroyNotify) gst_buffer_unref);
  g_mutex_init (&self->lock);
  return self;
}

/* The file */

/* Ends what is being decoded. */
static void
cancel (GstWebAudioFile * file)
{
  GstElement *pipeline;
  Decoding *decoding;

  g_mutex_lock (&file->lock);
  pipeline = file->pipeline;
  decoding = file->decoding;
  file->pipeline = NULL;
  file->decoding = NULL;
  g_mutex_unlock (&file->lock);
  if (!pipeline)
    return;
  decoding_end (decoding);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  decoding_unref (decoding);
  gst_web_audio_load (file->node, FALSE);
}

static gboolean
decode (GstWebAudioFile * file, const gchar * uri)
{
  GstElement *pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  Decoding *decoding = decoding_new (file, pipeline);
  gboolean started;

  gst_web_audio_load (file->node, TRUE);
  g_mutex_lock (&file->lock);
  file->pipeline = gst_object_ref (pipeline);
  file->decoding = decoding_ref (decoding);
  g_mutex_unlock (&file->lock);
  started = build (decoding, uri)
      && gst_element_set_state (pipeline, GST_STATE_PLAYING) !=
      GST_STATE_CHANGE_FAILURE;
  if (!started)
    fail_with (decoding, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
        "The file can't be read.");
  gst_object_unref (pipeline);
  decoding_unref (decoding);
  return started;
}

/* Begins to decode, if the node is open and there is something. */
static gboolean
start (GstWebAudioFile * file)
{
  gboolean started = TRUE;
  gchar *uri;

  g_mutex_lock (&file->lock);
  uri = file->open && !file->pipeline ? g_strdup (file->uri) : NULL;
  g_mutex_unlock (&file->lock);
  if (uri)
    started = decode (file, uri);
  g_free (uri);
  return started;
}

/*
 * gst_web_audio_file_new:
 * @node: whose file it is; it keeps the file
 * @loaded: called when it has been decoded
 */
GstWebAudioFile *
gst_web_audio_file_new (GstWebAudioNode * node, GstWebAudioFileLoaded loaded)
{
  GstWebAudioFile *file = g_new0 (GstWebAudioFile, 1);

  file->node = node;
  file->loaded = loaded;
  g_mutex_init (&file->lock);
  return file;
}

/*
 * gst_web_audio_file_free:
 *
 * After the node has gone to NULL.
 */
void
gst_web_audio_file_free (GstWebAudioFile * file)
{
  g_free (file->uri);
  g_mutex_clear (&file->lock);
  g_free (file);
}

/*
 * gst_web_audio_file_set_uri:
 * @uri: (nullable): where the audio is; %NULL for nothing
 *
 * If the node is open it is decoded at once, and what was there before stays
 * until the new one is loaded.
 */
void
gst_web_audio_file_set_uri (GstWebAudioFile * file, const gchar * uri)
{
  gboolean had_one;

  if (uri && *uri == '\0')
    uri = NULL;
  cancel (file);
  g_mutex_lock (&file->lock);
  had_one = file->uri != NULL;
  g_free (file->uri);
  file->uri = g_strdup (uri);
  g_mutex_unlock (&file->lock);
  if (uri)
    start (file);
  else if (had_one)
    file->loaded (file->node, NULL);
}

/*
 * gst_web_audio_file_set_location:
 * @location: (nullable): a file's name; %NULL for nothing
 *
 * Like gst_web_audio_file_set_uri().
 */
void
gst_web_audio_file_set_location (GstWebAudioFile * file, const gchar * location)
{
  GError *error = NULL;
  gchar *uri = location && *location ? gst_filename_to_uri (location, &error) :
      NULL;

  if (error) {
    GST_WARNING_OBJECT (file->node, "%s", error->message);
    g_error_free (error);
    return;
  }
  gst_web_audio_file_set_uri (file, uri);
  g_free (uri);
}

/*
 * gst_web_audio_file_is_set:
 *
 * Returns: whether there is a file that has been loaded or will be
 */
gboolean
gst_web_audio_file_is_set (GstWebAudioFile * file)
{
  gboolean is_set;

  g_mutex_lock (&file->lock);
  is_set = file->uri != NULL;
  g_mutex_unlock (&file->lock);
  return is_set;
}

/*
 * gst_web_audio_file_get_uri:
 *
 * Returns: (transfer full) (nullable): as it was set
 */
gchar *
gst_web_audio_file_get_uri (GstWebAudioFile * file)
{
  gchar *uri;

  g_mutex_lock (&file->lock);
  uri = g_strdup (file->uri);
  g_mutex_unlock (&file->lock);
  return uri;
}

/*
 * gst_web_audio_file_get_location:
 *
 * Returns: (transfer full) (nullable): the absolute name of the file, if it is
 *     one
 */
gchar *
gst_web_audio_file_get_location (GstWebAudioFile * file)
{
  gchar *uri = gst_web_audio_file_get_uri (file);
  gchar *location = uri && gst_uri_has_protocol (uri, "file") ?
      g_filename_from_uri (uri, NULL, NULL) : NULL;

  g_free (uri);
  return location;
}

/*
 * gst_web_audio_file_open:
 *
 * The node goes from NULL to READY: begins to decode.
 *
 * Returns: %FALSE if that fails at once; the error has been posted
 */
gboolean
gst_web_audio_file_open (GstWebAudioFile * file)
{
  g_mutex_lock (&file->lock);
  file->open = TRUE;
  g_mutex_unlock (&file->lock);
  if (start (file))
    return TRUE;
  gst_web_audio_file_close (file);
  return FALSE;
}

/*
 * gst_web_audio_file_close:
 *
 * The node has gone from READY to NULL: gives up what was or is being decoded.
 */
void
gst_web_audio_file_close (GstWebAudioFile * file)
{
  gboolean had_one;

  g_mutex_lock (&file->lock);
  file->open = FALSE;
  had_one = file->uri != NULL;
  g_mutex_unlock (&file->lock);
  cancel (file);
  if (had_one)
    file->loaded (file->node, NULL);
}

/*
 * gst_web_audio_file_install_properties:
 *
 * Installs location and uri, for an element that says what becomes of the file.
 */
void
gst_web_audio_file_install_properties (GObjectClass * object_class,
    guint location_id, guint uri_id)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_file_debug, "webaudiofile", 0,
      "files that Web Audio nodes hold in memory");
  g_object_class_install_property (object_class, location_id,
      g_param_spec_string ("location", "Location",
          "Name of a file that is decoded into buffer", NULL, flags));
  g_object_class_install_property (object_class, uri_id,
      g_param_spec_string ("uri", "URI",
          "Where there is audio that is decoded into buffer", NULL, flags));
}
