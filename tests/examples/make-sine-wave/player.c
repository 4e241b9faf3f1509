/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The <audio> element of the window: plays a blob from memory. Its pipeline is
 * made when a blob is set, and is at its beginning again when it has ended.
 */

#include "player.h"

/* How often the position is shown */
#define INTERVAL_MS 50

typedef struct
{
  GtkWidget *button, *scale, *elapsed, *total;
  gulong moved;                 /* the handler of the scale */
  GstElement *pipeline;
  guint timer;
  gboolean playing;
} Player;

gchar *
player_format_time (GstClockTime time)
{
  guint seconds = time / GST_SECOND;

  return g_strdup_printf ("%u:%02u", seconds / 60, seconds % 60);
}

static void
show_time (GtkWidget * label, GstClockTime time)
{
  gchar *text = player_format_time (time);

  gtk_label_set_text (GTK_LABEL (label), text);
  g_free (text);
}

/* Without asking the pipeline to go there */
static void
show_position (Player * player, GstClockTime position)
{
  g_signal_handler_block (player->scale, player->moved);
  gtk_range_set_value (GTK_RANGE (player->scale),
      (gdouble) position / GST_SECOND);
  g_signal_handler_unblock (player->scale, player->moved);
  show_time (player->elapsed, position);
}

static gboolean
on_timer (gpointer data)
{
  Player *player = data;
  gint64 position;

  if (gst_element_query_position (player->pipeline, GST_FORMAT_TIME, &position))
    show_position (player, position);
  return G_SOURCE_CONTINUE;
}

static void
set_playing (Player * player, gboolean playing)
{
  player->playing = playing;
  gst_element_set_state (player->pipeline,
      playing ? GST_STATE_PLAYING : GST_STATE_PAUSED);
  gtk_button_set_icon_name (GTK_BUTTON (player->button), playing ?
      "media-playback-pause-symbolic" : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (player->button, playing ? "Pause" : "Play");
  if (playing && !player->timer)
    player->timer = g_timeout_add (INTERVAL_MS, on_timer, player);
  else if (!playing)
    g_clear_handle_id (&player->timer, g_source_remove);
}

static void
seek (Player * player, GstClockTime position)
{
  gst_element_seek_simple (player->pipeline, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, position);
}

static void
on_clicked (GtkButton * button, gpointer data)
{
  Player *player = data;

  set_playing (player, !player->playing);
}

static void
on_moved (GtkRange * range, gpointer data)
{
  Player *player = data;
  GstClockTime position = gtk_range_get_value (range) * GST_SECOND;

  seek (player, position);
  show_time (player->elapsed, position);
}

/* Now the duration is known */
static void
on_prerolled (Player * player)
{
  gint64 duration = 0;

  gst_element_query_duration (player->pipeline, GST_FORMAT_TIME, &duration);
  gtk_range_set_range (GTK_RANGE (player->scale), 0,
      MAX ((gdouble) duration / GST_SECOND, 0.001));
  show_time (player->total, duration);
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Player *player = data;
  GError *error;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ASYNC_DONE:
      on_prerolled (player);
      break;
    case GST_MESSAGE_EOS:
      set_playing (player, FALSE);
      seek (player, 0);
      show_position (player, 0);
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      gtk_label_set_text (GTK_LABEL (player->total), error->message);
      set_playing (player, FALSE);
      g_error_free (error);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static void
clear (Player * player)
{
  if (!player->pipeline)
    return;
  set_playing (player, FALSE);
  gst_bus_remove_watch (GST_ELEMENT_BUS (player->pipeline));
  gst_element_set_state (player->pipeline, GST_STATE_NULL);
  gst_clear_object (&player->pipeline);
}

static void
open_blob (Player * player, GBytes * blob)
{
  GInputStream *stream = g_memory_input_stream_new_from_bytes (blob);
  GstElement *source;

  player->pipeline = gst_parse_launch ("giostreamsrc name=source ! decodebin !"
      " audioconvert ! audioresample ! autoaudiosink", NULL);
  source = gst_bin_get_by_name (GST_BIN (player->pipeline), "source");
  g_object_set (source, "stream", stream, NULL);
  gst_object_unref (source);
  g_object_unref (stream);
  gst_bus_add_watch (GST_ELEMENT_BUS (player->pipeline), on_message, player);
  set_playing (player, FALSE);
}

static void
player_free (gpointer data)
{
  Player *player = data;

  g_clear_handle_id (&player->timer, g_source_remove);
  if (player->pipeline) {
    gst_bus_remove_watch (GST_ELEMENT_BUS (player->pipeline));
    gst_element_set_state (player->pipeline, GST_STATE_NULL);
    gst_object_unref (player->pipeline);
  }
  g_free (player);
}

static GtkWidget *
time_label (void)
{
  GtkWidget *label = gtk_label_new ("0:00");

  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_add_css_class (label, "dim-label");
  return label;
}

GtkWidget *
player_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  Player *player = g_new0 (Player, 1);

  player->button =
      gtk_button_new_from_icon_name ("media-playback-start-symbolic");
  player->scale =
      gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0, 1, 0.1);
  player->elapsed = time_label ();
  player->total = time_label ();
  gtk_widget_add_css_class (player->button, "circular");
  gtk_widget_set_tooltip_text (player->button, "Play");
  gtk_accessible_update_property (GTK_ACCESSIBLE (player->scale),
      GTK_ACCESSIBLE_PROPERTY_LABEL, "Position", -1);
  gtk_widget_set_hexpand (player->scale, TRUE);
  g_signal_connect (player->button, "clicked", G_CALLBACK (on_clicked), player);
  player->moved = g_signal_connect (player->scale, "value-changed",
      G_CALLBACK (on_moved), player);

  gtk_box_append (GTK_BOX (box), player->button);
  gtk_box_append (GTK_BOX (box), player->elapsed);
  gtk_box_append (GTK_BOX (box), player->scale);
  gtk_box_append (GTK_BOX (box), player->total);
  g_object_set_data_full (G_OBJECT (box), "player", player, player_free);
  gtk_widget_set_sensitive (box, FALSE);
  return box;
}

void
player_set_blob (GtkWidget * widget, GBytes * blob)
{
  Player *player = g_object_get_data (G_OBJECT (widget), "player");

  clear (player);
  show_position (player, 0);
  show_time (player->total, 0);
  if (blob)
    open_blob (player, blob);
  gtk_widget_set_sensitive (widget, blob != NULL);
}
