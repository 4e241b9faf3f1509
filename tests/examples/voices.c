/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * voices [FILE.wav]: plays a scale in real time, to the loudspeakers or into a
 * file. Each note is an oscillator that is added while the graph plays and
 * removed when it has ended.
 */

#include <gst/gst.h>
#include <math.h>

#define NOTES 8
/* From one note to the next, and how long each lasts: they overlap */
#define INTERVAL_MS 150
#define DURATION 0.3
/* A note starts at an exact time if that is not past when it is added */
#define AHEAD (50 * GST_MSECOND)

typedef struct
{
  GMainLoop *loop;
  GstElement *pipeline, *mix;
  guint added, removed;
  gboolean failed;
} Player;

typedef struct
{
  Player *player;
  GstElement *oscillator;
  GstPad *pad;                  /* of the mixer */
} Voice;

/* In the main thread: a streaming thread must not change states */
static gboolean
remove_voice (gpointer data)
{
  Voice *voice = data;
  Player *player = voice->player;

  gst_element_release_request_pad (player->mix, voice->pad);
  gst_object_unref (voice->pad);
  gst_element_set_state (voice->oscillator, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (player->pipeline), voice->oscillator);
  g_free (voice);
  if (++player->removed == NOTES)
    gst_element_send_event (player->pipeline, gst_event_new_eos ());
  return G_SOURCE_REMOVE;
}

/* In the streaming thread */
static void
on_ended (GstElement * oscillator, gpointer voice)
{
  g_idle_add (remove_voice, voice);
}

static gboolean
add_voice (gpointer data)
{
  static const gint scale[NOTES] = { 0, 2, 4, 5, 7, 9, 11, 12 };
  Player *player = data;
  Voice *voice = g_new0 (Voice, 1);
  gdouble frequency = 440 * pow (2, scale[player->added] / 12.0);
  /* a whole number of cycles ends without a click */
  gdouble duration = floor (DURATION * frequency) / frequency;
  gint64 now = 0;
  guint64 start;
  GstPad *src;

  /* the time up to which the graph has been rendered */
  gst_element_query_position (player->mix, GST_FORMAT_TIME, &now);
  start = now + AHEAD;
  voice->player = player;
  voice->oscillator = gst_element_factory_make_full ("oscillator",
      "frequency", frequency, "start", start,
      "stop", start + (guint64) (duration * GST_SECOND), NULL);
  g_signal_connect (voice->oscillator, "ended", G_CALLBACK (on_ended), voice);

  gst_bin_add (GST_BIN (player->pipeline), voice->oscillator);
  voice->pad = gst_element_request_pad_simple (player->mix, "sink_%u");
  src = gst_element_get_static_pad (voice->oscillator, "src");
  gst_pad_link (src, voice->pad);
  gst_object_unref (src);
  gst_element_sync_state_with_parent (voice->oscillator);
  return ++player->added < NOTES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Player *player = data;
  GError *error;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      g_printerr ("%s\n", error->message);
      g_error_free (error);
      player->failed = TRUE;
      g_main_loop_quit (player->loop);
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit (player->loop);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

/* The constant source, which never starts, is an input that never ends: without
 * it the stream would end with the first note that no other one overlaps */
static gboolean
build (Player * player, const gchar * path)
{
  gchar *line = g_strconcat ("constantsource start=-1 ! gain name=mix gain=0.3"
      " ! mediastreamdest is-live=true ! ",
      path ? "wavenc ! filesink name=file" : "autoaudiosink", NULL);
  GError *error = NULL;
  GstElement *file;

  player->pipeline = gst_parse_launch (line, &error);
  g_free (line);
  if (error) {
    g_printerr ("%s\n", error->message);
    g_error_free (error);
    return FALSE;
  }
  player->mix = gst_bin_get_by_name (GST_BIN (player->pipeline), "mix");
  if ((file = gst_bin_get_by_name (GST_BIN (player->pipeline), "file"))) {
    g_object_set (file, "location", path, NULL);
    gst_object_unref (file);
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  Player player = { 0, };

  gst_init (&argc, &argv);
  if (!build (&player, argc > 1 ? argv[1] : NULL))
    return 1;

  player.loop = g_main_loop_new (NULL, FALSE);
  gst_bus_add_watch (GST_ELEMENT_BUS (player.pipeline), on_message, &player);
  gst_element_set_state (player.pipeline, GST_STATE_PLAYING);
  g_timeout_add (INTERVAL_MS, add_voice, &player);
  g_main_loop_run (player.loop);

  gst_element_set_state (player.pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (GST_ELEMENT_BUS (player.pipeline));
  gst_object_unref (player.mix);
  gst_object_unref (player.pipeline);
  g_main_loop_unref (player.loop);
  return player.failed ? 1 : 0;
}
