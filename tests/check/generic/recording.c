/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The main job: what is recorded is, decoded again, what was played, for as
 * long as it was played.
 */

#include "check-webaudio.h"
#include "generic/check-tone.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>

#define RATE 48000

static gchar *folder;
static gchar *path;             /* of the recording */

static void
setup (void)
{
  folder = g_dir_make_tmp ("recording-XXXXXX", NULL);
  fail_unless (folder != NULL);
  path = g_build_filename (folder, "recording", NULL);
}

static void
teardown (void)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir))) {
    gchar *child = g_build_filename (folder, name, NULL);

    g_unlink (child);
    g_free (child);
  }
  g_dir_close (dir);
  g_rmdir (folder);
  g_free (path);
  g_free (folder);
}

static void
run (GstElement * pipeline)
{
  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
}

/* (transfer full): the recording again */
static Recorder *
decode (const gchar * decoder, const gchar * format)
{
  return render ("filesrc location=\"%s\" ! %s ! audioconvert ! "
      "audio/x-raw,format=%s ! fakesink name=out", path, decoder, format);
}

static void
check_tone (Recorder * recorder, gdouble frequency, gdouble level)
{
  guint channels = recorder_channels (recorder), c;

  /* the codec needs a moment to begin and to end */
  const guint64 edge = RATE / 10;
  const gfloat *samples = recorder_samples (recorder) + edge * channels;
  guint64 n = recorder->frames - 2 * edge;

  for (c = 0; c < channels; c++) {
    Tone tone;

    measure_tone (&tone, samples, n, channels, c, RATE);
    fail_unless (fabs (tone.frequency - frequency) < 0.1, "%g Hz, not %g",
        tone.frequency, frequency);
    /* 0.2 dB */
    fail_unless (fabs (tone.level / level - 1) < 0.023, "level %g, not %g",
        tone.level, level);
    fail_unless (fabs (tone.offset) < 1e-3, "offset %g", tone.offset);
  }
}

/* The frames that an independent decoder finds, or 0 where there is none */
static guint64
count_by_opus_tools (void)
{
  gchar *program = g_find_program_in_path ("opusdec");
  const gchar *argv[] = { program, "--quiet", "--rate", "48000", path, NULL,
    NULL
  };
  gchar *raw = g_build_filename (folder, "decoded.raw", NULL);
  gint status = 1;
  GStatBuf info;

  argv[5] = raw;
  if (program) {
    fail_unless (g_spawn_sync (NULL, (gchar **) argv, NULL, 0, NULL, NULL, NULL,
            NULL, &status, NULL));
    fail_unless (g_spawn_check_wait_status (status, NULL));
    fail_unless (g_stat (raw, &info) == 0);
  }
  g_free (raw);
  g_free (program);
  /* stereo, 16 bits */
  return program ? info.st_size / 4 : 0;
}

GST_START_TEST (test_opus)
{
  static const struct
  {
    const gchar *properties;
    guint64 frames;
    gdouble frequency, level;
  } recordings[] = {
    {"frequency=440 stop=2000000000", 96000, 440, 1},
    /* not a whole number of the codec's frames */
    {"frequency=440 stop=1234567890", 59260, 440, 1},
    {"frequency=1000.5 detune=100 stop=1000020833", 48001,
        1059.992, 1},
    {"frequency=62.5 stop=1999979166", 95999, 62.5, 1},
    {"frequency=440 start=500000000 stop=500000000", 24000, 0, 0},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (recordings); i++) {
    Recorder *recorder;
    guint64 counted;

    GST_INFO ("%s", recordings[i].properties);
    run (launch ("oscillator %s ! mediastreamdest ! opusenc ! oggmux ! "
            "filesink location=\"%s\"", recordings[i].properties, path));
    recorder = decode ("oggdemux ! opusdec", GST_AUDIO_NE (F32));
    fail_unless_equals_uint64 (recorder->frames, recordings[i].frames);
    fail_unless_equals_int (recorder_channels (recorder), 2);
    fail_unless_equals_int (GST_AUDIO_INFO_RATE (&recorder->info), RATE);
    fail_unless_equals_uint64 (recorder_buffer (recorder, 0)->pts, 0);
    if (recordings[i].level > 0)
      check_tone (recorder, recordings[i].frequency, recordings[i].level);
    recorder_free (recorder);
    counted = count_by_opus_tools ();
    fail_unless (counted == 0 || counted == recordings[i].frames,
        "%" G_GUINT64_FORMAT, counted);
  }
}

GST_END_TEST;

/* The mix of two, at another level, in mono and in 5.1 */
GST_START_TEST (test_opus_channels)
{
  static const guint channels[] = { 1, 6 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (channels); i++) {
    Recorder *recorder;

    run (launch ("oscillator frequency=500 stop=1000000000 ! gain name=g "
            "gain=0.25 channel-count=%u channel-count-mode=explicit "
            "channel-interpretation=speakers ! mediastreamdest "
            "channel-count=%u ! opusenc bitrate=128000 ! oggmux ! "
            "filesink location=\"%s\"", channels[i], channels[i], path));
    recorder = decode ("oggdemux ! opusdec", GST_AUDIO_NE (F32));
    fail_unless_equals_uint64 (recorder->frames, 48000);
    fail_unless_equals_int (recorder_channels (recorder), channels[i]);
    if (channels[i] == 1) {
      check_tone (recorder, 500, 0.25);
    } else {
      Tone left, centre;

      /* mono is in the centre */
      measure_tone (&left, recorder_samples (recorder), 48000, 6, 0, RATE);
      measure_tone (&centre, recorder_samples (recorder), 48000, 6, 2, RATE);
      fail_unless (fabs (centre.frequency - 500) < 0.1);
      fail_unless (fabs (centre.level / 0.25 - 1) < 0.05);
      fail_unless (left.level < 0.01);
    }
    recorder_free (recorder);
  }
}

GST_END_TEST;

/* Without a codec that loses anything: to the bit what another consumer of the
 * same stream got */
static void
check_lossless (const gchar * encoder, const gchar * decoder,
    const gchar * format)
{
  GstElement *pipeline = launch ("oscillator type=sawtooth frequency=123.4 "
      "stop=700000000 ! gain gain=0.7 ! mediastreamdest name=d ! %s ! "
      "filesink location=\"%s\" d. ! audio/x-raw,format=%s ! fakesink name=out",
      encoder, path, format);
  Recorder *should = record (pipeline, "out"), *is;

  GST_INFO ("%s", encoder);
  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  is = decode (decoder, format);
  fail_unless_equals_uint64 (is->frames, 33600);
  fail_unless_equals_uint64 (should->frames, 33600);
  fail_unless_equals_int (recorder_channels (is), 2);
  fail_unless_equals_int (is->data->len, should->data->len);
  fail_unless (memcmp (is->data->data, should->data->data,
          is->data->len) == 0, "%s", encoder);
  recorder_free (is);
  recorder_free (should);
}

GST_START_TEST (test_lossless)
{
  check_lossless ("wavenc", "wavparse", GST_AUDIO_NE (F32));
  check_lossless ("audio/x-raw,format=S16LE ! wavenc", "wavparse", "S16LE");
  check_lossless ("audio/x-raw,format=S24LE ! wavenc", "wavparse", "S24LE");
  check_lossless ("audio/x-raw,format=S16LE ! flacenc", "flacparse ! flacdec",
      "S16LE");
  check_lossless ("audio/x-raw,format=S24LE ! flacenc", "flacparse ! flacdec",
      "S24LE");
}

GST_END_TEST;

/* Two recordings and a listener at once */
GST_START_TEST (test_at_once)
{
  gchar *other = g_build_filename (folder, "recording.wav", NULL);
  GstElement *pipeline = launch ("oscillator stop=1000000000 ! "
      "mediastreamdest name=d ! opusenc ! oggmux ! filesink location=\"%s\" "
      "d.src_0 ! wavenc ! filesink location=\"%s\" "
      "d.src_1 ! fakesink name=out", path, other);
  Recorder *live = record (pipeline, "out"), *opus, *wav;

  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  fail_unless_equals_uint64 (live->frames, 48000);
  opus = decode ("oggdemux ! opusdec", GST_AUDIO_NE (F32));
  fail_unless_equals_uint64 (opus->frames, 48000);
  check_tone (opus, 440, 1);
  g_free (path);
  path = other;
  wav = decode ("wavparse", GST_AUDIO_NE (F32));
  assert_same_sound (wav, live);
  recorder_free (live);
  recorder_free (opus);
  recorder_free (wav);
}

GST_END_TEST;

/* An endless sound, interrupted as a user would */

/* Waits until the file has @size bytes */
static void
wait_for_file (goffset size)
{
  gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);
  GStatBuf info;

  while (g_stat (path, &info) != 0 || info.st_size < size) {
    fail_unless (g_get_monotonic_time () < until, "nothing was recorded");
    g_usleep (1000);
  }
}

static void
record_until_interrupted (const gchar * encoder)
{
  gchar *line = g_strdup_printf ("gst-launch-1.0 -e oscillator ! "
      "mediastreamdest ! %s ! filesink buffer-mode=unbuffered location=\"%s\"",
      encoder, path);
  gchar **argv;
  GPid pid;
  gint status;

  fail_unless (g_shell_parse_argv (line, NULL, &argv, NULL));
  fail_unless (g_spawn_async (NULL, argv, NULL, G_SPAWN_SEARCH_PATH |
          G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
          &pid, NULL));
  wait_for_file (20000);
  fail_unless (kill (pid, SIGINT) == 0);
  fail_unless_equals_int (waitpid (pid, &status, 0), pid);
  fail_unless (g_spawn_check_wait_status (status, NULL), "%s", line);
  g_strfreev (argv);
  g_free (line);
}

/* The flag that says that the stream has ended is on the last page */
static void
check_last_page (void)
{
  gchar *data;
  gsize length, i;

  fail_unless (g_file_get_contents (path, &data, &length, NULL));
  for (i = length - 27; i > 0 && memcmp (data + i, "OggS", 4); i--);
  fail_unless (i > 0);
  fail_unless (data[i + 5] & 4, "the last page does not end the stream");
  g_free (data);
}

GST_START_TEST (test_interrupted)
{
  Recorder *recorder;
  GStatBuf info;

  record_until_interrupted ("opusenc ! oggmux");
  check_last_page ();
  recorder = decode ("oggdemux ! opusdec", GST_AUDIO_NE (F32));
  fail_unless (recorder->frames > RATE);
  check_tone (recorder, 440, 1);
  recorder_free (recorder);
  g_unlink (path);

  record_until_interrupted ("wavenc");
  fail_unless (g_stat (path, &info) == 0);
  recorder = decode ("wavparse", GST_AUDIO_NE (F32));
  /* two channels of floats after the header, which knows how much there is */
  fail_unless (recorder->frames * 8 <= (guint64) info.st_size);
  fail_unless (recorder->frames * 8 + 1024 >= (guint64) info.st_size);
  recorder_free (recorder);
}

GST_END_TEST;

static Suite *
recording_suite (void)
{
  Suite *s = suite_create ("recording");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_opus);
  tcase_add_test (tc, test_opus_channels);
  tcase_add_test (tc, test_lossless);
  tcase_add_test (tc, test_at_once);
  tcase_add_test (tc, test_interrupted);
  return s;
}

GST_CHECK_MAIN (recording);
