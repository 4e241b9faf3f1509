/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Real audio outputs: a PulseAudio server of the test's own, with null sinks
 * whose monitors are recorded. To be included first, because of prctl().
 */
#ifndef __CHECK_PULSE_H__
#define __CHECK_PULSE_H__

#define _GNU_SOURCE

#include "check-webaudio.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define RATE 48000
#define CHANNELS 2
#define SKIPPED 77

static gchar *folder;           /* the server's and the recordings' */
static GPid server;

/* Programs */

/* A test that is killed leaves nobody behind */
static void
end_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GPid
start (const gchar * line)
{
  gchar **argv;
  GPid pid;

  fail_unless (g_shell_parse_argv (line, NULL, &argv, NULL));
  fail_unless (g_spawn_async (NULL, argv, NULL, G_SPAWN_SEARCH_PATH |
          G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
          G_SPAWN_STDERR_TO_DEV_NULL, end_with_parent, NULL, &pid, NULL),
      "%s", line);
  g_strfreev (argv);
  return pid;
}

static void
end (GPid pid)
{
  kill (pid, SIGTERM);
  waitpid (pid, NULL, 0);
}

static goffset
size_of (const gchar * path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size : -1;
}

static void
wait_for_size (const gchar * path, goffset size)
{
  gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);

  while (size_of (path) < size) {
    fail_unless (g_get_monotonic_time () < until, "%s does not grow", path);
    g_usleep (5000);
  }
}

/* The server */

static gchar *
in_folder (const gchar * name)
{
  return g_build_filename (folder, name, NULL);
}

static void
set_path (const gchar * variable, const gchar * name)
{
  gchar *path = in_folder (name);

  g_setenv (variable, path, TRUE);
  g_free (path);
}

/* A null sink has the graph's format, so that nothing need be converted. It
 * must not rewind, because its monitor cannot: what the monitor has of the time
 * at which a stream begins would be silence. */
#define NULL_SINK(name) "-L \"module-null-sink sink_name=" name \
    " format=float32le rate=48000 channels=2 norewinds=1\" "

/* @sinks: NULL_SINK()s; the first is the default */
static void
start_server_with (const gchar * sinks)
{
  gchar *socket = in_folder ("native");
  gchar *line = g_strconcat ("pulseaudio -n --daemonize=no --use-pid-file=no "
      "--exit-idle-time=-1 -L module-native-protocol-unix ", sinks, NULL);

  server = start (line);
  wait_for_size (socket, 0);
  g_free (line);
  g_free (socket);
}

static void
end_server (void)
{
  end (server);
}

static void
remove_folder (const gchar * path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    gchar *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR))
      remove_folder (child);
    else
      g_unlink (child);
    g_free (child);
  }
  if (dir)
    g_dir_close (dir);
  g_rmdir (path);
}

static gboolean
is_installed (const gchar * program)
{
  gchar *path = g_find_program_in_path (program);
  gboolean installed = path != NULL;

  g_free (path);
  return installed;
}

static gboolean
has_element (const gchar * name)
{
  GstElementFactory *factory = gst_element_factory_find (name);
  gboolean has = factory != NULL;

  gst_clear_object (&factory);
  return has;
}

/* Before anything looks for a server: nobody else's is to be heard. */
static void
use_own_server (void)
{
  folder = g_dir_make_tmp ("pulse-XXXXXX", NULL);
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);
  g_setenv ("PULSE_RUNTIME_PATH", folder, TRUE);
  g_setenv ("PULSE_STATE_PATH", folder, TRUE);
  g_unsetenv ("PULSE_SINK");
  set_path ("PULSE_COOKIE", "cookie");
  set_path ("PULSE_SERVER", "native");
}

/* After gst_check_init(). Returns what main() does; the folder is gone then. */
static int
run_with_pulse (Suite * suite, const gchar * name, const gchar * file)
{
  int result = SKIPPED;

  if (is_installed ("pulseaudio") && is_installed ("parec")
      && is_installed ("pactl") && has_element ("pulsesink")
      && has_element ("autoaudiosink"))
    result = gst_check_run_suite (suite, name, file);
  else
    g_print ("skipped: PulseAudio is not installed\n");
  remove_folder (folder);
  g_free (folder);
  return result;
}

#endif
