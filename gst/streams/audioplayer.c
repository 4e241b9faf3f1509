/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The output of an audiodestination; see audioplayer.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/pbutils/pbutils.h>

#include "../graph/suspend.h"
#include "audiodevice.h"
#include "audioplayer.h"

#define GST_CAT_DEFAULT gst_web_audio_audio_destination_debug

/* The output: a bin, so that it can be exchanged as a whole */

/* (nullable) (transfer full) */
static GstElement *
get_output (GstWebAudioPlayer * self)
{
  GstElement *output;

  GST_OBJECT_LOCK (self->element);
  output = self->output ? gst_object_ref (self->output) : NULL;
  GST_OBJECT_UNLOCK (self->element);
  return output;
}

/*
 * gst_web_audio_player_is_there:
 *
 * Returns: whether there is an output
 */
gboolean
gst_web_audio_player_is_there (GstWebAudioPlayer * self)
{
  GstElement *output = get_output (self);
  gboolean has = output != NULL;

  gst_clear_object (&output);
  return has;
}

/* Where the sink of an output is found again */
#define SINK_DATA "audiodestination-sink"

/* Another device may take other formats and rates than the graph has.
 * (nullable) (transfer full) */
static GstElement *
make_output (GstElement * sink)
{
  GstElement *convert = gst_element_factory_make ("audioconvert", NULL);
  GstElement *resample = gst_element_factory_make ("audioresample", NULL);
  GstElement *output;
  GstPad *pad;

  if (!convert || !resample) {
    gst_clear_object (&convert);
    gst_clear_object (&resample);
    return NULL;
  }
  output = gst_object_ref_sink (gst_bin_new (NULL));
  gst_bin_add_many (GST_BIN (output), convert, resample, NULL);
  if (!gst_bin_add (GST_BIN (output), sink)
      || !gst_element_link_many (convert, resample, sink, NULL)) {
    gst_object_unref (output);
    return NULL;
  }
  g_object_set_data (G_OBJECT (output), SINK_DATA, sink);
  pad = gst_element_get_static_pad (convert, "sink");
  gst_element_add_pad (output, gst_ghost_pad_new ("sink", pad));
  gst_object_unref (pad);
  return output;
}

/* The element that @sink_id or audio-sink stand for, or the default one.
 * (nullable) (transfer full) */
static GstElement *
make_sink (GstWebAudioPlayer * self, const gchar * sink_id)
{
  GstElement *sink = NULL;

  if (*sink_id) {
    sink = gst_web_audio_audio_device_make_sink (sink_id);
    return sink ? gst_object_ref_sink (sink) : NULL;
  }
  GST_OBJECT_LOCK (self->element);
  if (self->audio_sink)
    sink = gst_object_ref (self->audio_sink);
  GST_OBJECT_UNLOCK (self->element);
  if (sink)
    return sink;
  sink = gst_element_factory_make ("autoaudiosink", NULL);
  return sink ? gst_object_ref_sink (sink) : NULL;
}

/* Fails where the output has lost its device already, and takes no format. */
static gboolean
link_output (GstWebAudioPlayer * self, GstElement * output)
{
  GstPad *pad = gst_element_get_static_pad (output, "sink");
  gboolean linked = gst_pad_link (self->src, pad) == GST_PAD_LINK_OK;

  gst_object_unref (pad);
  return linked;
}

static void
unlink_output (GstWebAudioPlayer * self, GstElement * output)
{
  GstPad *pad = gst_element_get_static_pad (output, "sink");

  gst_pad_unlink (self->src, pad);
  gst_object_unref (pad);
}

/* (transfer full): gives the sink back, too, which may be the application's. */
static void
drop_output (GstWebAudioPlayer * self, GstElement * output)
{
  gst_element_set_locked_state (output, TRUE);
  gst_element_set_state (output, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->element), output);
  gst_bin_remove (GST_BIN (output), g_object_get_data (G_OBJECT (output),
          SINK_DATA));
  gst_object_unref (output);
}

/* @output: (nullable) (transfer full) */
static void
set_output (GstWebAudioPlayer * self, GstElement * output)
{
  GstElement *old;

  GST_OBJECT_LOCK (self->element);
  old = self->output;
  self->output = output;
  GST_OBJECT_UNLOCK (self->element);
  gst_clear_object (&old);
}

static void
set_candidate (GstWebAudioPlayer * self, GstElement * output)
{
  GST_OBJECT_LOCK (self->element);
  self->candidate = output;
  GST_OBJECT_UNLOCK (self->element);
}

static void
set_failures (GstWebAudioPlayer * self, guint failures)
{
  GST_OBJECT_LOCK (self->element);
  self->failed = FALSE;
  self->failures = failures;
  GST_OBJECT_UNLOCK (self->element);
}

/* Waits until the driver has come back from the old output, so that what it had
 * to say about it has been said. */
static void
wait_for_driver (GstWebAudioPlayer * self)
{
  GST_PAD_STREAM_LOCK (self->src);
  GST_PAD_STREAM_UNLOCK (self->src);
}

/*
 * gst_web_audio_player_remove:
 *
 * Needs the state lock.
 */
void
gst_web_audio_player_remove (GstWebAudioPlayer * self)
{
  GstElement *old = get_output (self);

  if (old) {
    unlink_output (self, old);
    drop_output (self, old);
    wait_for_driver (self);
    set_output (self, NULL);
  }
  GST_OBJECT_LOCK (self->element);
  self->failed = FALSE;
  GST_OBJECT_UNLOCK (self->element);
}

/* (transfer full): an output that could be opened. */
static GstElement *
open_output (GstWebAudioPlayer * self, GstElement * sink)
{
  GstElement *output = make_output (sink);

  if (!output)
    return NULL;
  set_candidate (self, gst_web_audio_player_is_there (self) ? output : NULL);
  gst_element_set_locked_state (output, TRUE);
  gst_bin_add (GST_BIN (self->element), output);
  if (gst_element_set_state (output, GST_STATE_READY)
      == GST_STATE_CHANGE_FAILURE) {
    drop_output (self, output);
    output = NULL;
  }
  set_candidate (self, NULL);
  return output;
}

/* (transfer full): takes all in time, and plays nothing. */
static GstElement *
make_silent_sink (void)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  g_object_set (sink, "sync", TRUE, NULL);
  return gst_object_ref_sink (sink);
}

/* Plays through @sink (transfer full) from now on. If that cannot be opened, all
 * stays as it was; if it is lost at once, a silent one takes its place. Needs
 * the state lock. */
static gboolean
replace_output (GstWebAudioPlayer * self, GstElement * sink)
{
  GstElement *output = open_output (self, sink);
  gboolean linked;

  gst_object_unref (sink);
  if (!output)
    return FALSE;
  gst_web_audio_delay (self->node, TRUE);
  gst_web_audio_player_remove (self);
  set_output (self, output);
  gst_element_set_locked_state (output, FALSE);
  linked = gst_element_sync_state_with_parent (output)
      && link_output (self, output);
  gst_web_audio_delay (self->node, FALSE);
  if (!linked)
    replace_output (self, make_silent_sink ());
  return linked;
}

/*
 * gst_web_audio_player_add:
 *
 * On the way to READY. Where pads were requested, only an output that was asked
 * for.
 *
 * Returns: %FALSE if there is none, though one is wanted; that has been posted
 *     where nothing but the name is wrong
 */
gboolean
gst_web_audio_player_add (GstWebAudioPlayer * self)
{
  gchar *sink_id;
  GstElement *sink;
  gboolean wanted, added;

  GST_OBJECT_LOCK (self->element);
  sink_id = g_strdup (self->sink_id);
  wanted = self->audio_sink || *self->sink_id || self->element->numsrcpads == 0;
  GST_OBJECT_UNLOCK (self->element);
  set_failures (self, 0);
  sink = wanted ? make_sink (self, sink_id) : NULL;
  added = sink && replace_output (self, sink);
  if (!sink && *sink_id)
    GST_ELEMENT_ERROR (self->element, RESOURCE, NOT_FOUND,
        ("There is no audio output %s.", sink_id), ("NotFoundError"));
  else if (!sink && wanted)
    gst_element_post_message (self->element,
        gst_missing_element_message_new (self->element, "autoaudiosink"));
  g_free (sink_id);
  return added || !wanted;
}

/* Whether the application's sink plays, which cannot be in two outputs. */
static gboolean
uses_audio_sink (GstWebAudioPlayer * self)
{
  GstElement *output = get_output (self);
  gboolean uses;

  GST_OBJECT_LOCK (self->element);
  uses = output && self->audio_sink
      && g_object_get_data (G_OBJECT (output), SINK_DATA) == self->audio_sink;
  GST_OBJECT_UNLOCK (self->element);
  gst_clear_object (&output);
  return uses;
}

/* Plays through what @sink_id stands for now. Needs the state lock. */
static gboolean
change_sink (GstWebAudioPlayer * self, const gchar * sink_id)
{
  if (gst_web_audio_player_is_there (self)) {
    GstElement *sink = make_sink (self, sink_id);

    if (sink && !*sink_id && uses_audio_sink (self))
      gst_web_audio_player_remove (self);
    if (!sink || !replace_output (self, sink)) {
      GST_WARNING_OBJECT (self->element, "NotFoundError: no audio output %s",
          sink_id);
      return FALSE;
    }
    set_failures (self, 0);
  }
  GST_OBJECT_LOCK (self->element);
  g_free (self->sink_id);
  self->sink_id = g_strdup (sink_id);
  GST_OBJECT_UNLOCK (self->element);
  g_object_notify (G_OBJECT (self->element), "sink-id");
  self->changed (self->element, sink_id);
  return TRUE;
}

/*
 * gst_web_audio_player_set_sink_id:
 * @sink_id: (nullable): see the property
 *
 * Takes the state lock.
 *
 * Returns: %FALSE where there is no such output; nothing has changed then
 */
gboolean
gst_web_audio_player_set_sink_id (GstWebAudioPlayer * self,
    const gchar * sink_id)
{
  gboolean same, done;

  if (!sink_id)
    sink_id = "";
  GST_STATE_LOCK (self->element);
  GST_OBJECT_LOCK (self->element);
  same = self->failures == 0 && g_str_equal (self->sink_id, sink_id);
  GST_OBJECT_UNLOCK (self->element);
  done = same || change_sink (self, sink_id);
  GST_STATE_UNLOCK (self->element);
  return done;
}

/*
 * gst_web_audio_player_set_audio_sink:
 * @sink: (nullable): see the property
 *
 * Takes the state lock. While something plays, it is heard through @sink from now
 * on.
 */
void
gst_web_audio_player_set_audio_sink (GstWebAudioPlayer * self,
    GstElement * sink)
{
  GstElement *old;

  if (sink)
    gst_object_ref_sink (sink);
  GST_STATE_LOCK (self->element);
  GST_OBJECT_LOCK (self->element);
  old = self->audio_sink;
  self->audio_sink = sink;
  GST_OBJECT_UNLOCK (self->element);
  if (old != sink && gst_web_audio_player_is_there (self)
      && !change_sink (self, "")) {
    GST_OBJECT_LOCK (self->element);
    self->audio_sink = old;
    GST_OBJECT_UNLOCK (self->element);
    old = sink;
  }
  GST_STATE_UNLOCK (self->element);
  gst_clear_object (&old);
}

/* A device that is lost: first to the default one, then to a silent one. */

static void
fall_back (GstElement * element, gpointer data)
{
  GstWebAudioPlayer *self = data;
  GstElement *sink = NULL;
  gboolean failed;
  guint failures;

  GST_STATE_LOCK (self->element);
  GST_OBJECT_LOCK (self->element);
  failed = self->failed;
  failures = self->failures;
  GST_OBJECT_UNLOCK (self->element);
  if (failed) {
    if (failures == 1)
      sink = gst_element_factory_make ("autoaudiosink", NULL);
    if (!sink || !replace_output (self, gst_object_ref_sink (sink)))
      replace_output (self, make_silent_sink ());
  }
  GST_STATE_UNLOCK (self->element);
  if (failed)
    self->changed (self->element, "");
}

static gboolean
is_of (GstObject * src, GstElement * output)
{
  return output && (src == GST_OBJECT (output)
      || gst_object_has_as_ancestor (src, GST_OBJECT (output)));
}

/* Whether an error or end is that of an audio output, and so not the graph's:
 * of the output while it plays, or of one that is only being tried. */
static gboolean
take_loss (GstWebAudioPlayer * self, GstMessage * message)
{
  gboolean is_error = GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
  GstObject *src = GST_MESSAGE_SRC (message);
  GstElement *output = get_output (self), *candidate;
  gboolean lost = FALSE, begins = FALSE, of_output = is_of (src, output);

  GST_OBJECT_LOCK (self->element);
  candidate = self->candidate ? gst_object_ref (self->candidate) : NULL;
  if (self->failed) {
    /* what the driver says of it is no news */
    lost = of_output || src == GST_OBJECT (self->node);
  } else if (is_error && of_output && self->output == output
      && GST_STATE (self->element) >= GST_STATE_PAUSED) {
    lost = begins = self->failed = TRUE;
    self->failures++;
  }
  GST_OBJECT_UNLOCK (self->element);
  lost |= is_of (src, candidate);
  gst_clear_object (&output);
  gst_clear_object (&candidate);
  if (begins) {
    gst_web_audio_delay (self->node, TRUE);
    gst_element_call_async (self->element, fall_back, self, NULL);
  }
  return lost;
}

static void
warn_of (GstWebAudioPlayer * self, GstMessage * message)
{
  GError *error = NULL;
  gchar *debug = NULL;

  gst_message_parse_error (message, &error, &debug);
  GST_ELEMENT_WARNING (self->element, RESOURCE, WRITE,
      ("The audio output failed: %s", error->message), ("%s",
          debug ? debug : ""));
  g_clear_error (&error);
  g_free (debug);
}

/*
 * gst_web_audio_player_take_message:
 * @message: (transfer none): of a part of the destination
 *
 * Returns: whether it is about an output, and so nobody else's business; a lost
 *     output is warned of, and another one takes its place
 */
gboolean
gst_web_audio_player_take_message (GstWebAudioPlayer * self,
    GstMessage * message)
{
  gboolean is_error = GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;

  if ((!is_error && GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
      || !GST_MESSAGE_SRC (message) || !take_loss (self, message))
    return FALSE;
  if (is_error && GST_MESSAGE_SRC (message) != GST_OBJECT (self->node))
    warn_of (self, message);
  return TRUE;
}

/* The player */

/*
 * gst_web_audio_player_init:
 * @element: the audiodestination, a bin
 * @node: the node in it
 * @src: the src pad of @node, to which an output is linked
 * @changed: called when the output has become another one
 */
void
gst_web_audio_player_init (GstWebAudioPlayer * self, GstElement * element,
    GstWebAudioNode * node, GstPad * src, GstWebAudioPlayerChanged changed)
{
  self->element = element;
  self->node = node;
  self->src = gst_object_ref (src);
  self->changed = changed;
  self->sink_id = g_strdup ("");
}

/*
 * gst_web_audio_player_clear:
 */
void
gst_web_audio_player_clear (GstWebAudioPlayer * self)
{
  gst_clear_object (&self->output);
  gst_clear_object (&self->audio_sink);
  gst_clear_object (&self->src);
  g_free (self->sink_id);
}

/*
 * gst_web_audio_player_query_position:
 * @position: (out): what is heard now, as far as the output knows
 *
 * Returns: %FALSE without an output
 */
gboolean
gst_web_audio_player_query_position (GstWebAudioPlayer * self,
    GstClockTime * position)
{
  GstElement *output = get_output (self);
  gint64 there = 0;

  if (!output)
    return FALSE;
  if (!gst_element_query_position (output, GST_FORMAT_TIME, &there))
    there = 0;
  *position = MAX (there, 0);
  gst_object_unref (output);
  return TRUE;
}
