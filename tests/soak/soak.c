/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * soak: records, plays and sends at once, for as long as is asked for, and looks
 * whether anything is lost or repeated, and whether memory stays what it is.
 *
 * The graph that is recorded and played is not live: it goes as fast as --speed
 * lets it, by a clock that is that much faster. The one that is sent to a peer
 * is, and goes at its pace.
 */

#include "soak.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

/* of the whole run, for buffers and pools to reach their size */
#define WARM_UP 0.25
/* What a heap may differ from one moment to the next, in bytes */
#define SLACK (16 << 20)

typedef struct
{
  gint64 start;
  GArray *sizes;                /* of gsize, once each SAMPLE_MS */
} Memory;

#define SAMPLE_MS 250

static guint failures;
static GMainLoop *loop;
static guint running;           /* legs */

void
soak_fail (const gchar * format, ...)
{
  gchar *text;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_print ("FAILED: %s\n", text);
  g_free (text);
  failures++;
}

GstElement *
soak_launch (const gchar * format, ...)
{
  GError *error = NULL;
  GstElement *pipeline;
  gchar *line;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS,
      &error);
  if (!pipeline) {
    g_printerr ("%s: %s\n", line, error->message);
    exit (1);
  }
  g_free (line);
  return pipeline;
}

GstElement *
soak_get (GstElement * bin, const gchar * name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (bin), name);

  g_assert (element);
  return element;
}

typedef struct
{
  GSourceFunc ended;
  gpointer data;
} Watch;

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Watch *watch = data;
  GError *error;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      soak_fail ("%s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
      g_error_free (error);
      return watch->ended (watch->data);
    case GST_MESSAGE_EOS:
      return watch->ended (watch->data);
    default:
      return G_SOURCE_CONTINUE;
  }
}

void
soak_watch (GstElement * pipeline, GSourceFunc ended, gpointer data)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  Watch *watch = g_new (Watch, 1);

  watch->ended = ended;
  watch->data = data;
  gst_bus_add_watch_full (bus, G_PRIORITY_DEFAULT, on_message, watch, g_free);
  gst_object_unref (bus);
}

void
soak_stop (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  /* there is none any more where the stream ended by itself */
  if (g_main_context_find_source_by_user_data (NULL, bus))
    gst_bus_remove_watch (bus);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

/* Memory */

static gsize
resident (void)
{
  gchar *text;
  gsize pages;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  pages = g_ascii_strtoull (strchr (text, ' '), NULL, 10);
  g_free (text);
  return pages * sysconf (_SC_PAGESIZE);
}

static gboolean
sample_memory (gpointer data)
{
  Memory *memory = data;
  gsize size = resident ();

  g_array_append_val (memory->sizes, size);
  return G_SOURCE_CONTINUE;
}

static gsize
size_at (Memory * memory, guint i)
{
  return g_array_index (memory->sizes, gsize, i);
}

static void
check_memory (Memory * memory)
{
  guint n = memory->sizes->len, first = n * WARM_UP, i;
  gsize max = 0;

  if (n <= first || !size_at (memory, n - 1)) {
    g_print ("memory: not measured\n");
    return;
  }
  for (i = first; i < n; i++)
    max = MAX (max, size_at (memory, i));
  g_print ("memory: %.1f MiB after warming up, %.1f at the end, %.1f at most\n",
      size_at (memory, first) / 1048576., size_at (memory, n - 1) / 1048576.,
      max / 1048576.);
  if (max > size_at (memory, first) + SLACK)
    soak_fail ("memory grows");
}

/* Running */

static gboolean
on_done (gpointer data)
{
  if (--running == 0)
    g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gboolean
show_progress (gpointer data)
{
  g_print ("%6.0f s recorded and played, %.1f MiB\n",
      record_leg_position (data), resident () / 1048576.);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  gint seconds = 600, webrtc_seconds = 15;
  gdouble speed = 60;
  gchar *folder = NULL, *made = NULL;
  gboolean verbose = FALSE;
  const GOptionEntry entries[] = {
    {"seconds", 's', 0, G_OPTION_ARG_INT, &seconds,
        "Audio to record and play (600)", "N"},
    {"speed", 'x', 0, G_OPTION_ARG_DOUBLE, &speed,
        "Times as fast as real time at which it is played, at most (60)", "X"},
    {"webrtc-seconds", 'w', 0, G_OPTION_ARG_INT, &webrtc_seconds,
        "Audio to send to a peer meanwhile, in real time (15)", "N"},
    {"folder", 'f', 0, G_OPTION_ARG_FILENAME, &folder,
        "Where to record; an hour takes 2 GB (a temporary one)", "FOLDER"},
    {"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "Shows its progress",
        NULL},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };
  GOptionContext *context = g_option_context_new (NULL);
  Memory memory = { 0, };
  GError *error = NULL;
  RecordLeg *record;
  WebrtcLeg *webrtc;
  guint sampler, progress = 0;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  g_option_context_free (context);
  if (!folder)
    folder = made = g_dir_make_tmp ("soak-XXXXXX", NULL);

  loop = g_main_loop_new (NULL, FALSE);
  memory.sizes = g_array_new (FALSE, FALSE, sizeof (gsize));
  running = 1;
  record = record_leg_start (folder, seconds, speed, on_done, NULL);
  if (webrtc_seconds > 0
      && (webrtc = webrtc_leg_start (webrtc_seconds, on_done, NULL)))
    running++;
  else
    webrtc = NULL;
  sampler = g_timeout_add (SAMPLE_MS, sample_memory, &memory);
  if (verbose)
    progress = g_timeout_add_seconds (10, show_progress, record);
  g_main_loop_run (loop);
  g_source_remove (sampler);
  if (progress)
    g_source_remove (progress);

  check_memory (&memory);
  if (webrtc)
    webrtc_leg_finish (webrtc);
  else if (webrtc_seconds > 0)
    g_print ("WebRTC: skipped: GStreamer's is not installed\n");
  record_leg_finish (record);
  g_array_unref (memory.sizes);
  g_main_loop_unref (loop);
  if (made)
    g_rmdir (made);
  g_free (folder);
  g_print ("%s\n", failures ? "FAILED" : "passed");
  return failures > 0;
}
