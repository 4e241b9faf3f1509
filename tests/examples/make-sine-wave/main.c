/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * make-sine-wave: the classic demo of MediaRecorder in a window. A button
 * records a sine until it is pressed again; the result can be played and saved.
 */

#include "player.h"
#include "recording.h"
#include "scope.h"

#define TITLE "Make Sine Wave"
#define START "Make sine wave"
#define STOP "Stop recording"
#define TITLE_RECORDING "Recording"
#define FILE_NAME "sine.ogg"

#define WIDTH 480
/* GNOME's distances */
#define MARGIN 18
#define SPACING 12

typedef struct
{
  GtkWidget *window, *scope, *button, *status, *player;
  GAction *save;
  Recording *recording;         /* while there is one */
  GBytes *blob;                 /* the last one that was made */
  guint timer;
} Demo;

/* What the demo says about itself */

static void
show_status (Demo * demo, const gchar * text)
{
  gtk_label_set_text (GTK_LABEL (demo->status), text);
}

static void
show_error (Demo * demo, const GError * error)
{
  show_status (demo, error->message);
  gtk_widget_add_css_class (demo->status, "error");
}

static gboolean
on_timer (gpointer data)
{
  Demo *demo = data;
  gchar *time = player_format_time (recording_get_duration (demo->recording));

  show_status (demo, time);
  g_free (time);
  return G_SOURCE_CONTINUE;
}

static void
show_recording (Demo * demo, gboolean recording)
{
  gtk_window_set_title (GTK_WINDOW (demo->window),
      recording ? TITLE_RECORDING : TITLE);
  gtk_button_set_label (GTK_BUTTON (demo->button), recording ? STOP : START);
  gtk_widget_remove_css_class (demo->button,
      recording ? "suggested-action" : "destructive-action");
  gtk_widget_add_css_class (demo->button,
      recording ? "destructive-action" : "suggested-action");
  gtk_widget_remove_css_class (demo->status, "error");
  scope_set_appsink (demo->scope,
      recording ? recording_get_monitor (demo->recording) : NULL);
  if (recording)
    demo->timer = g_timeout_add (100, on_timer, demo);
  else
    g_clear_handle_id (&demo->timer, g_source_remove);
}

/* Recording */

static void
set_blob (Demo * demo, GBytes * blob)
{
  g_clear_pointer (&demo->blob, g_bytes_unref);
  if (blob)
    demo->blob = g_bytes_ref (blob);
  player_set_blob (demo->player, blob);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (demo->save), blob != NULL);
}

static void
on_recorded (GBytes * blob, const GError * error, gpointer data)
{
  Demo *demo = data;
  gchar *size, *text;

  show_recording (demo, FALSE);
  demo->recording = NULL;
  gtk_widget_set_sensitive (demo->button, TRUE);
  gtk_widget_grab_focus (demo->button);
  if (error) {
    show_error (demo, error);
    return;
  }
  set_blob (demo, blob);
  size = g_format_size (g_bytes_get_size (blob));
  text = g_strdup_printf ("Ogg Opus, %s", size);
  show_status (demo, text);
  g_free (text);
  g_free (size);
}

static void
on_clicked (GtkButton * button, gpointer data)
{
  Demo *demo = data;
  GError *error = NULL;

  if (demo->recording) {
    /* until it is complete */
    gtk_widget_set_sensitive (demo->button, FALSE);
    recording_stop (demo->recording);
    return;
  }
  set_blob (demo, NULL);
  demo->recording = recording_start (on_recorded, demo, &error);
  if (demo->recording) {
    show_recording (demo, TRUE);
  } else {
    show_error (demo, error);
    g_error_free (error);
  }
}

/* Saving */

static void
on_saved (GObject * file, GAsyncResult * result, gpointer data)
{
  Demo *demo = data;
  gchar *name = g_file_get_basename (G_FILE (file));
  gchar *text = g_strdup_printf ("Saved as %s", name);
  GError *error = NULL;

  if (g_file_replace_contents_finish (G_FILE (file), result, NULL, &error)) {
    show_status (demo, text);
  } else {
    show_error (demo, error);
    g_error_free (error);
  }
  g_free (text);
  g_free (name);
}

static void
on_file_chosen (GtkNativeDialog * dialog, int response, gpointer data)
{
  Demo *demo = data;
  GFile *file;

  if (response == GTK_RESPONSE_ACCEPT) {
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
    g_file_replace_contents_bytes_async (file, demo->blob, NULL, FALSE,
        G_FILE_CREATE_NONE, NULL, on_saved, demo);
    g_object_unref (file);
  }
  g_object_unref (dialog);
}

static void
on_save (GSimpleAction * action, GVariant * parameter, gpointer data)
{
  Demo *demo = data;
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new ("Save Recording",
      GTK_WINDOW (demo->window), GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), FILE_NAME);
  g_signal_connect (dialog, "response", G_CALLBACK (on_file_chosen), demo);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* The window */

static GtkWidget *
make_scope (Demo * demo)
{
  GtkWidget *frame = gtk_frame_new (NULL);

  demo->scope = scope_new ();
  gtk_frame_set_child (GTK_FRAME (frame), demo->scope);
  return frame;
}

static GtkWidget *
make_button (Demo * demo)
{
  demo->button = gtk_button_new_with_label (START);
  gtk_widget_set_halign (demo->button, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (demo->button, WIDTH / 3, -1);
  gtk_widget_add_css_class (demo->button, "suggested-action");
  g_signal_connect (demo->button, "clicked", G_CALLBACK (on_clicked), demo);
  return demo->button;
}

static GtkWidget *
make_status (Demo * demo)
{
  demo->status = gtk_label_new ("Nothing recorded yet");
  gtk_label_set_wrap (GTK_LABEL (demo->status), TRUE);
  gtk_widget_add_css_class (demo->status, "dim-label");
  gtk_widget_add_css_class (demo->status, "numeric");
  return demo->status;
}

static GtkWidget *
make_content (Demo * demo)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING);

  gtk_widget_set_margin_top (box, MARGIN);
  gtk_widget_set_margin_bottom (box, MARGIN);
  gtk_widget_set_margin_start (box, MARGIN);
  gtk_widget_set_margin_end (box, MARGIN);
  demo->player = player_new ();
  gtk_box_append (GTK_BOX (box), make_scope (demo));
  gtk_box_append (GTK_BOX (box), make_status (demo));
  gtk_box_append (GTK_BOX (box), make_button (demo));
  gtk_box_append (GTK_BOX (box), demo->player);
  return box;
}

static GtkWidget *
make_header (void)
{
  GtkWidget *header = gtk_header_bar_new ();
  GtkWidget *save = gtk_button_new_with_mnemonic ("_Save…");

  gtk_actionable_set_action_name (GTK_ACTIONABLE (save), "win.save");
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), save);
  return header;
}

static void
on_activate (GtkApplication * app, gpointer data)
{
  const gchar *const keys[] = { "<Control>s", NULL };
  Demo *demo = data;
  GSimpleAction *save = g_simple_action_new ("save", NULL);

  demo->window = gtk_application_window_new (app);
  demo->save = G_ACTION (save);
  g_simple_action_set_enabled (save, FALSE);
  g_signal_connect (save, "activate", G_CALLBACK (on_save), demo);
  g_action_map_add_action (G_ACTION_MAP (demo->window), demo->save);
  g_object_unref (save);
  gtk_application_set_accels_for_action (app, "win.save", keys);

  gtk_window_set_title (GTK_WINDOW (demo->window), TITLE);
  gtk_window_set_default_size (GTK_WINDOW (demo->window), WIDTH, -1);
  gtk_window_set_titlebar (GTK_WINDOW (demo->window), make_header ());
  gtk_window_set_child (GTK_WINDOW (demo->window), make_content (demo));
  gtk_window_set_focus (GTK_WINDOW (demo->window), demo->button);
  gtk_window_present (GTK_WINDOW (demo->window));
}

int
main (int argc, char **argv)
{
  Demo demo = { 0, };
  GtkApplication *app;
  int status;

  gst_init (&argc, &argv);
  app = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (app, "activate", G_CALLBACK (on_activate), &demo);
  status = g_application_run (G_APPLICATION (app), argc, argv);

  g_clear_handle_id (&demo.timer, g_source_remove);
  g_clear_pointer (&demo.recording, recording_free);
  g_clear_pointer (&demo.blob, g_bytes_unref);
  g_object_unref (app);
  return status;
}
