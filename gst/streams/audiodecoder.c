/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who decodes which file, and who shares it; see audiodecoder.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <glib/gstdio.h>
#include <string.h>

#include "../graph/suspend.h"
#include "audiodecoder.h"
#include "filepipeline.h"

/* What tells that a file has changed */
typedef struct
{
  guint64 device, inode, size;
  gint64 seconds, nanoseconds;
} Stamp;

/* A file that some decoders share. */
typedef struct
{
  gint refs;                    /* atomic */
  gchar *uri;
  Stamp stamp;
  guint users;                  /* decoders that have not stopped: files_lock */
  GstWebAudioFilePipeline *pipeline;    /* until there are no users */

  GMutex lock;
  GPtrArray *waiting;           /* decoders that are to be told */
  GstSample *sample;            /* (nullable): all of it */
} File;

struct _GstWebAudioDecoder
{
  gint refs;                    /* atomic */
  GstWebAudioNode *node;
  gchar *uri;
  GstWebAudioDecoded decoded;

  GMutex lock;                  /* taken before any other here */
  gboolean over;                /* nothing is told any more */
  File *file;                   /* (nullable) */
};

/* Those that others may join, by URI: what is there already, or may be. Taken
 * before the lock of a file. */
static GMutex files_lock;
static GHashTable *files;

/* Telling the nodes */

/* From now on nothing is told. Returns whether that is new. */
static gboolean
decoder_end (GstWebAudioDecoder * self)
{
  gboolean was_over;

  g_mutex_lock (&self->lock);
  was_over = self->over;
  self->over = TRUE;
  g_mutex_unlock (&self->lock);
  return !was_over;
}

static void
tell_sample (gpointer decoder, gpointer sample)
{
  GstWebAudioDecoder *self = decoder;

  /* with the lock, so that no one is told after decoder_end() */
  g_mutex_lock (&self->lock);
  if (!self->over) {
    self->decoded (self->node, sample);
    gst_web_audio_load (self->node, FALSE);
  }
  self->over = TRUE;
  g_mutex_unlock (&self->lock);
}

/* Posts the error in @message as the node's own. */
static void
tell_error (gpointer decoder, gpointer message)
{
  GstWebAudioDecoder *self = decoder;
  const GstStructure *details;
  GError *error;
  gchar *debug;

  if (!decoder_end (self))
    return;
  gst_message_parse_error (message, &error, &debug);
  gst_message_parse_error_details (message, &details);
  gst_element_post_message (GST_ELEMENT (self->node),
      gst_message_new_error_with_details (GST_OBJECT (self->node), error, debug,
          details ? gst_structure_copy (details) : NULL));
  g_error_free (error);
  g_free (debug);
}

static void
tell_missing (gpointer decoder, gpointer message)
{
  GstWebAudioDecoder *self = decoder;

  gst_element_post_message (GST_ELEMENT (self->node),
      gst_message_new_element (GST_OBJECT (self->node),
          gst_structure_copy (gst_message_get_structure (message))));
}

/* Telling all that share a file */

static GPtrArray *
new_waiting (void)
{
  return g_ptr_array_new_with_free_func
      ((GDestroyNotify) gst_web_audio_decoder_unref);
}

/* From now on nobody joins, who would not be told. */
static void
forget (File * self)
{
  g_mutex_lock (&files_lock);
  if (g_hash_table_lookup (files, self->uri) == self)
    g_hash_table_remove (files, self->uri);
  g_mutex_unlock (&files_lock);
}

/* Tells those that wait, who then wait no longer. */
static void
tell_last (File * self, GFunc tell, gpointer what)
{
  GPtrArray *waiting;

  g_mutex_lock (&self->lock);
  waiting = self->waiting;
  self->waiting = new_waiting ();
  if (tell == tell_sample)
    self->sample = gst_sample_ref (what);
  g_mutex_unlock (&self->lock);
  g_ptr_array_foreach (waiting, tell, what);
  g_ptr_array_unref (waiting);
}

static void
on_decoded (gpointer file, GstSample * sample)
{
  tell_last (file, tell_sample, sample);
}

static void
on_failed (gpointer file, GstMessage * error)
{
  forget (file);
  tell_last (file, tell_error, error);
}

static gpointer
copy_decoder (gconstpointer decoder, gpointer unused)
{
  return gst_web_audio_decoder_ref ((GstWebAudioDecoder *) decoder);
}

static void
on_lacks_plugin (gpointer file, GstMessage * message)
{
  File *self = file;
  GPtrArray *waiting;

  forget (self);
  g_mutex_lock (&self->lock);
  waiting = g_ptr_array_copy (self->waiting, copy_decoder, NULL);
  g_mutex_unlock (&self->lock);
  g_ptr_array_foreach (waiting, tell_missing, message);
  g_ptr_array_unref (waiting);
}

static File *
file_ref (File * self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
file_unref (gpointer file)
{
  File *self = file;

  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  g_free (self->uri);
  if (self->sample)
    gst_sample_unref (self->sample);
  g_ptr_array_unref (self->waiting);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static File *
file_new (const gchar * uri, const Stamp * stamp)
{
  static const GstWebAudioFilePipelineFuncs funcs = {
    on_decoded, on_failed, on_lacks_plugin
  };
  File *self = g_new0 (File, 1);

  self->refs = 1;
  self->uri = g_strdup (uri);
  self->stamp = *stamp;
  self->waiting = new_waiting ();
  g_mutex_init (&self->lock);
  self->pipeline = gst_web_audio_file_pipeline_new (uri, &funcs,
      file_ref (self), file_unref);
  return self;
}

/* Sharing */

/* Whether it is a file on a disk, of which one knows when it changes. */
static gboolean
get_stamp (const gchar * uri, Stamp * stamp)
{
  gchar *name = gst_uri_has_protocol (uri, "file") ?
      g_filename_from_uri (uri, NULL, NULL) : NULL;
  gboolean is_file;
  GStatBuf status;

  is_file = name && g_stat (name, &status) == 0 && S_ISREG (status.st_mode);
  g_free (name);
  if (!is_file)
    return FALSE;
  stamp->device = status.st_dev;
  stamp->inode = status.st_ino;
  stamp->size = status.st_size;
  stamp->seconds = status.st_ctim.tv_sec;
  stamp->nanoseconds = status.st_ctim.tv_nsec;
  return TRUE;
}

/* (transfer full): the file that @self is for. Decoding a new one is to be started.
 * @sample: (out) (transfer full) (nullable): what is there */
static File *
join_file (GstWebAudioDecoder * self, gboolean * is_new, GstSample ** sample)
{
  Stamp stamp = { 0, };
  gboolean is_file = get_stamp (self->uri, &stamp);
  File *file;

  g_mutex_lock (&files_lock);
  if (!files)
    files = g_hash_table_new (g_str_hash, g_str_equal);
  file = is_file ? g_hash_table_lookup (files, self->uri) : NULL;
  *is_new = !file || memcmp (&file->stamp, &stamp, sizeof stamp) != 0;
  if (*is_new)
    file = file_new (self->uri, &stamp);
  else
    file_ref (file);
  if (*is_new && is_file)
    g_hash_table_replace (files, file->uri, file);
  file->users++;
  g_mutex_lock (&file->lock);
  if (file->sample)
    *sample = gst_sample_ref (file->sample);
  else
    g_ptr_array_add (file->waiting, gst_web_audio_decoder_ref (self));
  g_mutex_unlock (&file->lock);
  g_mutex_unlock (&files_lock);
  return file;
}

static void
leave_file (GstWebAudioDecoder * self, File * file)
{
  gboolean is_last;

  g_mutex_lock (&files_lock);
  is_last = --file->users == 0;
  if (is_last && g_hash_table_lookup (files, file->uri) == file)
    g_hash_table_remove (files, file->uri);
  g_mutex_unlock (&files_lock);
  g_mutex_lock (&file->lock);
  g_ptr_array_remove_fast (file->waiting, self);
  g_mutex_unlock (&file->lock);
  if (!is_last)
    return;
  gst_web_audio_file_pipeline_stop (file->pipeline);
  g_clear_pointer (&file->pipeline, gst_web_audio_file_pipeline_unref);
}

/*
 * gst_web_audio_decoder_new:
 * @node: whose errors are posted, and which is loading until it has the file
 * @uri: where the file is
 * @decoded: called when it is there
 */
GstWebAudioDecoder *
gst_web_audio_decoder_new (GstWebAudioNode * node, const gchar * uri,
    GstWebAudioDecoded decoded)
{
  GstWebAudioDecoder *self = g_new0 (GstWebAudioDecoder, 1);

  self->refs = 1;
  self->node = gst_object_ref (node);
  self->uri = g_strdup (uri);
  self->decoded = decoded;
  g_mutex_init (&self->lock);
  return self;
}

/*
 * gst_web_audio_decoder_ref:
 */
GstWebAudioDecoder *
gst_web_audio_decoder_ref (GstWebAudioDecoder * self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

/*
 * gst_web_audio_decoder_unref:
 *
 * One that was started has to be stopped before.
 */
void
gst_web_audio_decoder_unref (GstWebAudioDecoder * self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  gst_object_unref (self->node);
  g_free (self->uri);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/*
 * gst_web_audio_decoder_start:
 *
 * Begins to decode, unless it is stopped already. What another decoder has got
 * is taken at once.
 *
 * Returns: %FALSE if that fails at once; the error has been posted
 */
gboolean
gst_web_audio_decoder_start (GstWebAudioDecoder * self)
{
  GstWebAudioFilePipeline *pipeline = NULL;
  gboolean is_new = FALSE, started = TRUE;
  GstSample *sample = NULL;

  g_mutex_lock (&self->lock);
  if (!self->over) {
    gst_web_audio_load (self->node, TRUE);
    self->file = join_file (self, &is_new, &sample);
    if (is_new)
      pipeline = gst_web_audio_file_pipeline_ref (self->file->pipeline);
  }
  g_mutex_unlock (&self->lock);
  if (pipeline) {
    started = gst_web_audio_file_pipeline_start (pipeline);
    gst_web_audio_file_pipeline_unref (pipeline);
  }
  if (sample) {
    tell_sample (self, sample);
    gst_sample_unref (sample);
  }
  return started;
}

/*
 * gst_web_audio_decoder_stop:
 *
 * Nothing is told any more. What was decoded goes with the last that has it.
 */
void
gst_web_audio_decoder_stop (GstWebAudioDecoder * self)
{
  File *file;

  decoder_end (self);
  g_mutex_lock (&self->lock);
  file = g_steal_pointer (&self->file);
  g_mutex_unlock (&self->lock);
  if (!file)
    return;
  leave_file (self, file);
  file_unref (file);
  gst_web_audio_load (self->node, FALSE);
}
