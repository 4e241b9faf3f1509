/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which file a node has; see audiofile.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "audiodecoder.h"
#include "audiofile.h"

#define GST_CAT_DEFAULT gst_web_audio_file_debug
GST_DEBUG_CATEGORY_STATIC (gst_web_audio_file_debug);

struct _GstWebAudioFile
{
  GstWebAudioNode *node;        /* not owned */
  GstWebAudioFileLoaded loaded;

  GMutex lock;
  gchar *uri;
  gboolean open;
  GstWebAudioDecoder *decoder;  /* (nullable) */
};

/* Ends what is being decoded, and gives up what was. */
static void
cancel (GstWebAudioFile * file)
{
  GstWebAudioDecoder *decoder;

  g_mutex_lock (&file->lock);
  decoder = g_steal_pointer (&file->decoder);
  g_mutex_unlock (&file->lock);
  if (!decoder)
    return;
  gst_web_audio_decoder_stop (decoder);
  gst_web_audio_decoder_unref (decoder);
}

/* Begins to decode, if the node is open and there is something. */
static gboolean
start (GstWebAudioFile * file)
{
  GstWebAudioDecoder *decoder = NULL;
  gboolean started;

  g_mutex_lock (&file->lock);
  if (file->open && file->uri && !file->decoder) {
    decoder = gst_web_audio_decoder_new (file->node, file->uri, file->loaded);
    file->decoder = gst_web_audio_decoder_ref (decoder);
  }
  g_mutex_unlock (&file->lock);
  if (!decoder)
    return TRUE;
  started = gst_web_audio_decoder_start (decoder);
  gst_web_audio_decoder_unref (decoder);
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

/* The location, like the uri. */
static void
set_location (GstWebAudioFile * file, const gchar * location)
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

static gboolean
is_location (const GParamSpec * pspec)
{
  return g_str_equal (pspec->name, "location");
}

/*
 * gst_web_audio_file_set_property:
 * @pspec: that of location or of uri
 *
 * Like gst_web_audio_file_set_uri().
 */
void
gst_web_audio_file_set_property (GstWebAudioFile * file, const GValue * value,
    const GParamSpec * pspec)
{
  const gchar *name = g_value_get_string (value);

  if (is_location (pspec))
    set_location (file, name);
  else
    gst_web_audio_file_set_uri (file, name);
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
 * gst_web_audio_file_get_property:
 * @value: the uri as it was set, or, if it is that of a file, the file's absolute
 *     name
 * @pspec: that of location or of uri
 */
void
gst_web_audio_file_get_property (GstWebAudioFile * file, GValue * value,
    const GParamSpec * pspec)
{
  gchar *uri;

  g_mutex_lock (&file->lock);
  uri = g_strdup (file->uri);
  g_mutex_unlock (&file->lock);
  if (is_location (pspec)) {
    g_value_take_string (value, uri && gst_uri_has_protocol (uri, "file") ?
        g_filename_from_uri (uri, NULL, NULL) : NULL);
    g_free (uri);
  } else {
    g_value_take_string (value, uri);
  }
}

/* Gives up what was or is being decoded. */
static void
close (GstWebAudioFile * file)
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

/* Begins to decode. FALSE if that fails at once; the error has been posted. */
static gboolean
open (GstWebAudioFile * file)
{
  g_mutex_lock (&file->lock);
  file->open = TRUE;
  g_mutex_unlock (&file->lock);
  if (start (file))
    return TRUE;
  close (file);
  return FALSE;
}

/*
 * gst_web_audio_file_change_state:
 * @parent_class: that of the node's class
 *
 * For the node's change_state: changes the state as @parent_class does, with a
 * file from READY on.
 */
GstStateChangeReturn
gst_web_audio_file_change_state (GstWebAudioFile * file,
    gpointer parent_class, GstStateChange transition)
{
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !open (file))
    return GST_STATE_CHANGE_FAILURE;
  result = GST_ELEMENT_CLASS (parent_class)->change_state (GST_ELEMENT
      (file->node), transition);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    close (file);
  return result;
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
