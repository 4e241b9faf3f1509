/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs every launch line of the README, the docs and the comments in gst/ as a
 * user would: by gst-launch-1.0, in a folder of its own for each document.
 *
 * A line counts when it starts with "gst-launch-1.0 " in a block fenced by
 * "```sh" (Markdown) or "|[" (C); a backslash at its end continues it. Lines
 * with the comment "# needs a peer" are parsed only.
 */

#include <gst/check/gstcheck.h>
#include <glib/gstdio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAUNCH "gst-launch-1.0 "
#define SILENT_SINK "audio-sink=fakesink sync=true"
#define NEEDS_PEER "# needs a peer"

/* What has not ended by itself by then is endless, and is interrupted */
#define ENDLESS (2 * G_TIME_SPAN_SECOND)
/* What has not ended by then hangs */
#define HANGS (30 * G_TIME_SPAN_SECOND)

static GPtrArray *documents;    /* paths relative to SOURCE_ROOT, sorted */

/* Finding the lines */

static void
find_documents (const gchar * folder, const gchar * suffix)
{
  gchar *path = g_build_filename (SOURCE_ROOT, folder, NULL);
  GDir *dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    gchar *child = g_build_filename (folder, name, NULL);
    gchar *child_path = g_build_filename (path, name, NULL);

    if (g_file_test (child_path, G_FILE_TEST_IS_DIR))
      find_documents (child, suffix);
    else if (g_str_has_suffix (name, suffix))
      g_ptr_array_add (documents, g_strdup (child));
    g_free (child_path);
    g_free (child);
  }
  if (dir)
    g_dir_close (dir);
  g_free (path);
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar * const *) a, *(const gchar * const *) b);
}

/* Without indentation and the " * " of a C comment */
static const gchar *
text_of_line (const gchar * line, gboolean in_c)
{
  line += strspn (line, " \t");
  if (in_c && *line == '*')
    line++;
  return line + strspn (line, " \t");
}

static GPtrArray *
launch_lines (const gchar * document)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  gchar *path = g_build_filename (SOURCE_ROOT, document, NULL);
  gboolean in_c = g_str_has_suffix (document, ".c");
  const gchar *open = in_c ? "|[" : "```sh";
  const gchar *close = in_c ? "]|" : "```";
  gboolean in_block = FALSE;
  GString *line = NULL;
  gchar *contents, **lines;
  guint i;

  fail_unless (g_file_get_contents (path, &contents, NULL, NULL), "%s", path);
  lines = g_strsplit (contents, "\n", -1);
  for (i = 0; lines[i]; i++) {
    const gchar *text = text_of_line (lines[i], in_c);

    if (!in_block) {
      in_block = g_str_has_prefix (text, open);
    } else if (g_str_has_prefix (text, close)) {
      in_block = FALSE;
    } else if (line || g_str_has_prefix (text, LAUNCH)) {
      if (line == NULL)
        line = g_string_new (NULL);
      g_string_append (line, text);
      g_strchomp (line->str);
      line->len = strlen (line->str);
      if (g_str_has_suffix (line->str, "\\")) {
        line->str[line->len - 1] = ' ';
      } else {
        g_ptr_array_add (found, g_string_free (line, FALSE));
        line = NULL;
      }
    }
  }
  fail_unless (line == NULL, "%s ends within a launch line", document);
  g_strfreev (lines);
  g_free (contents);
  g_free (path);
  return found;
}

/* Running them */

static gboolean
have_sound_server (void)
{
  gchar *socket;
  gboolean found;

  if (g_getenv ("PULSE_SERVER"))
    return TRUE;
  socket = g_build_filename (g_get_user_runtime_dir (), "pulse", "native",
      NULL);
  found = g_file_test (socket, G_FILE_TEST_EXISTS);
  g_free (socket);
  return found;
}

/* Whether the audiodestination of which @properties are would bring a sink. */
static gboolean
brings_sink (gchar ** properties)
{
  while (*properties && strchr (*properties, '=')
      && !g_str_has_prefix (*properties, "audio-sink="))
    properties++;
  return *properties == NULL;
}

/* The arguments of @line. Where nothing can play, a sink that keeps the same
 * pace takes the place of the sound card: in this test only. */
static gchar **
arguments (const gchar * line)
{
  GPtrArray *args = g_ptr_array_new ();
  gboolean can_play = have_sound_server ();
  gchar **argv;
  gint i;

  fail_unless (g_shell_parse_argv (line, NULL, &argv, NULL),
      "not a shell command: %s", line);
  for (i = 0; argv[i]; i++) {
    if (!can_play && (g_str_equal (argv[i], "autoaudiosink")
            || g_str_equal (argv[i], "pulsesink"))) {
      g_ptr_array_add (args, g_strdup ("fakesink"));
      g_ptr_array_add (args, g_strdup ("sync=true"));
    } else if (!can_play && g_str_equal (argv[i], "audio-sink=autoaudiosink")) {
      g_ptr_array_add (args, g_strdup (SILENT_SINK));
    } else {
      g_ptr_array_add (args, g_strdup (argv[i]));
      if (!can_play && g_str_equal (argv[i], "audiodestination")
          && brings_sink (argv + i + 1))
        g_ptr_array_add (args, g_strdup (SILENT_SINK));
    }
    /* an interrupt ends the stream, so that files are complete */
    if (i == 0)
      g_ptr_array_add (args, g_strdup ("-e"));
  }
  g_ptr_array_add (args, NULL);
  g_strfreev (argv);
  return (gchar **) g_ptr_array_free (args, FALSE);
}

static void
parse_line (const gchar * line)
{
  gchar **argv = arguments (line);
  GstElement *pipeline;
  GError *error = NULL;
  gint first = 1;

  while (argv[first] && argv[first][0] == '-')
    first++;
  pipeline = gst_parse_launchv ((const gchar **) argv + first, &error);
  fail_unless (error == NULL, "%s: %s", line, error ? error->message : "");
  gst_object_unref (pipeline);
  g_strfreev (argv);
}

/* Waits until @pid ends or @end, in monotonic time */
static gboolean
wait_until (GPid pid, gint64 end, gint * status)
{
  while (waitpid (pid, status, WNOHANG) == 0) {
    if (g_get_monotonic_time () >= end)
      return FALSE;
    g_usleep (10000);
  }
  return TRUE;
}

static void
run_line (const gchar * line, const gchar * folder)
{
  gchar *log = g_build_filename (folder, "launch.log", NULL);
  gchar **argv = arguments (line);
  gint64 start = g_get_monotonic_time ();
  gboolean ended;
  GError *error = NULL;
  gchar *output;
  gint status, fd;
  GPid pid;

  fd = g_open (log, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  fail_unless (fd >= 0, "%s: %s", log, g_strerror (errno));
  fail_unless (g_spawn_async_with_fds (folder, argv, NULL,
          G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, -1,
          fd, fd, &error), "%s: %s", line, error ? error->message : "");
  g_close (fd, NULL);

  ended = wait_until (pid, start + ENDLESS, &status);
  if (!ended) {
    kill (pid, SIGINT);
    ended = wait_until (pid, start + HANGS, &status);
  }
  if (!ended) {
    kill (pid, SIGKILL);
    waitpid (pid, &status, 0);
  }
  g_spawn_close_pid (pid);

  fail_unless (g_file_get_contents (log, &output, NULL, NULL));
  fail_unless (ended, "hangs: %s\n%s", line, output);
  fail_unless (g_spawn_check_wait_status (status, &error), "%s: %s\n%s", line,
      error ? error->message : "", output);
  fail_if (strstr (output, "WARNING") || strstr (output, "CRITICAL"),
      "warns: %s\n%s", line, output);
  g_free (output);
  g_strfreev (argv);
  g_unlink (log);
  g_free (log);
}

static void
remove_folder (const gchar * folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir))) {
    gchar *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
    g_free (path);
  }
  g_dir_close (dir);
  g_rmdir (folder);
}

/* Most lines play, and so take their time: thirds of them run at once. */
static gboolean
is_in_part (guint i)
{
  const gchar *part = g_getenv ("LAUNCHLINES_PART");

  return !part || i % 3 == (guint) atoi (part);
}

GST_START_TEST (test_document)
{
  GPtrArray *lines;
  gchar *folder;
  guint i;

  if (!is_in_part (__i__))
    return;
  lines = launch_lines (documents->pdata[__i__]);
  folder = g_dir_make_tmp ("launchlines-XXXXXX", NULL);
  fail_unless (folder != NULL);
  for (i = 0; i < lines->len; i++) {
    const gchar *line = lines->pdata[i];

    GST_INFO ("%s: %s", (gchar *) documents->pdata[__i__], line);
    if (strstr (line, NEEDS_PEER))
      parse_line (line);
    else
      run_line (line, folder);
  }
  remove_folder (folder);
  g_free (folder);
  g_ptr_array_unref (lines);
}

GST_END_TEST;

/* A README without the lines that this project exists for is broken, and so
 * would be this test if it found none */
GST_START_TEST (test_readme)
{
  GPtrArray *lines = launch_lines ("README.md");

  fail_unless (lines->len >= 3, "%u launch lines in README.md", lines->len);
  g_ptr_array_unref (lines);
}

GST_END_TEST;

static Suite *
launchlines_suite (void)
{
  Suite *s = suite_create ("launchlines");
  TCase *tc = tcase_create ("general");
  documents = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (documents, g_strdup ("README.md"));
  find_documents ("docs", ".md");
  find_documents ("gst", ".c");
  g_ptr_array_sort (documents, compare_paths);

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 600);
  tcase_add_test (tc, test_readme);
  tcase_add_loop_test (tc, test_document, 0, documents->len);
  return s;
}

GST_CHECK_MAIN (launchlines);
