/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server [PORT]: the demo as a web page, on the loopback interface. The page's
 * button starts and stops the recorder, which is in this program:
 *
 *   POST /start          204
 *   POST /stop           201 when the recording is complete, and its Location
 *   GET /recordings/N    an Ogg Opus file; ranges are served, so it can be
 *                        sought
 *   GET /                index.html, and /NAME.html the other pages beside it
 */

#include "recording.h"

#include <glib-unix.h>
#include <libsoup/soup.h>
#include <stdlib.h>
#include <string.h>

#define RECORDINGS "/recordings/"

typedef struct
{
  GMainLoop *loop;
  Recording *recording;         /* while there is one */
  SoupServerMessage *stop;      /* waits until it is complete */
  GPtrArray *blobs;             /* of GBytes */
} Demo;

static void
respond (SoupServerMessage * message, const gchar * type, GBytes * bytes)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Content-Type", type);
  soup_message_headers_replace (headers, "Accept-Ranges", "bytes");
  soup_message_body_append_bytes (body, bytes);
  /* libsoup makes 206 and the part of it where a range is asked for */
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

static void
refuse (SoupServerMessage * message, guint status, const gchar * reason)
{
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY,
      reason, strlen (reason));
  soup_server_message_set_status (message, status, NULL);
}

/* The recorder */

static void
respond_to_stop (Demo * demo, SoupServerMessage * message, GBytes * blob,
    const GError * error)
{
  gchar *location;

  if (error) {
    refuse (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, error->message);
    return;
  }
  g_ptr_array_add (demo->blobs, g_bytes_ref (blob));
  location = g_strdup_printf (RECORDINGS "%u", demo->blobs->len);
  soup_message_headers_replace (soup_server_message_get_response_headers
      (message), "Location", location);
  soup_server_message_set_status (message, SOUP_STATUS_CREATED, NULL);
  g_free (location);
}

static void
on_recorded (GBytes * blob, const GError * error, gpointer data)
{
  Demo *demo = data;

  demo->recording = NULL;
  if (error)
    g_printerr ("%s\n", error->message);
  if (demo->stop) {
    respond_to_stop (demo, demo->stop, blob, error);
    soup_server_message_unpause (demo->stop);
    g_clear_object (&demo->stop);
  }
}

static void
start (Demo * demo, SoupServerMessage * message)
{
  GError *error = NULL;

  if (demo->recording) {
    refuse (message, SOUP_STATUS_CONFLICT, "It is recording already.");
    return;
  }
  demo->recording = recording_start (on_recorded, demo, &error);
  if (error) {
    refuse (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, error->message);
    g_error_free (error);
    return;
  }
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
}

static void
stop (Demo * demo, SoupServerMessage * message)
{
  if (!demo->recording || demo->stop) {
    refuse (message, SOUP_STATUS_CONFLICT, "It is not recording.");
    return;
  }
  demo->stop = g_object_ref (message);
  soup_server_message_pause (message);
  recording_stop (demo->recording);
}

/* Requests */

static void
send_recording (Demo * demo, SoupServerMessage * message, const gchar * path)
{
  guint number = atoi (path + strlen (RECORDINGS));

  if (number < 1 || number > demo->blobs->len)
    refuse (message, SOUP_STATUS_NOT_FOUND, "There is no such recording.");
  else
    respond (message, RECORDING_TYPE, demo->blobs->pdata[number - 1]);
}

static void
send_page (SoupServerMessage * message, const gchar * path)
{
  gchar *name = g_path_get_basename (path);
  gchar *file = g_build_filename (PAGES,
      g_str_equal (path, "/") ? "index.html" : name, NULL);
  gchar *text;
  gsize length;
  GBytes *bytes;

  if (g_str_has_suffix (file, ".html")
      && g_file_get_contents (file, &text, &length, NULL)) {
    bytes = g_bytes_new_take (text, length);
    respond (message, "text/html; charset=utf-8", bytes);
    g_bytes_unref (bytes);
  } else {
    refuse (message, SOUP_STATUS_NOT_FOUND, "There is no such page.");
  }
  g_free (file);
  g_free (name);
}

static void
on_request (SoupServer * server, SoupServerMessage * message,
    const gchar * path, GHashTable * query, gpointer data)
{
  const gchar *method = soup_server_message_get_method (message);
  gboolean get = g_str_equal (method, "GET") || g_str_equal (method, "HEAD");
  Demo *demo = data;

  if (g_str_equal (method, "POST") && g_str_equal (path, "/start"))
    start (demo, message);
  else if (g_str_equal (method, "POST") && g_str_equal (path, "/stop"))
    stop (demo, message);
  else if (get && g_str_has_prefix (path, RECORDINGS))
    send_recording (demo, message, path);
  else if (get)
    send_page (message, path);
  else
    refuse (message, SOUP_STATUS_METHOD_NOT_ALLOWED, method);
}

static gboolean
on_interrupt (gpointer data)
{
  Demo *demo = data;

  g_main_loop_quit (demo->loop);
  return G_SOURCE_CONTINUE;
}

static void
print_address (SoupServer * server)
{
  GSList *uris = soup_server_get_uris (server);
  gchar *address = g_uri_to_string (uris->data);

  g_print ("%s\n", address);
  g_free (address);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

int
main (int argc, char **argv)
{
  Demo demo = { 0, };
  SoupServer *server;
  GError *error = NULL;

  gst_init (&argc, &argv);
  server = soup_server_new (NULL, NULL);
  soup_server_add_handler (server, NULL, on_request, &demo, NULL);
  if (!soup_server_listen_local (server, argc > 1 ? atoi (argv[1]) : 0,
          SOUP_SERVER_LISTEN_IPV4_ONLY, &error)) {
    g_printerr ("%s\n", error->message);
    g_error_free (error);
    g_object_unref (server);
    return 1;
  }
  print_address (server);
  demo.loop = g_main_loop_new (NULL, FALSE);
  demo.blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_unix_signal_add (SIGINT, on_interrupt, &demo);
  g_unix_signal_add (SIGTERM, on_interrupt, &demo);
  g_main_loop_run (demo.loop);

  soup_server_disconnect (server);
  g_object_unref (server);
  g_clear_object (&demo.stop);
  g_clear_pointer (&demo.recording, recording_free);
  g_ptr_array_unref (demo.blobs);
  g_main_loop_unref (demo.loop);
  return 0;
}
