/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Real playback: through autoaudiosink into a PulseAudio server of its own with
 * a null sink, whose monitor is recorded. What comes out there is what the
 * graph rendered, from the first sample to the last, with nothing in between.
 *
 * Skipped where PulseAudio is not installed.
 */

#include "generic/check-pulse.h"
#include "generic/check-tone.h"

static gchar *recording;

static void
start_server (void)
{
  start_server_with (NULL_SINK ("null"));
}

/* Playing */

/* What came out of the loudspeakers while a launch line played, without the
 * silence before and after it */
typedef struct
{
  gfloat *data;
  const gfloat *samples;
  guint64 frames;
} Heard;

static gboolean
is_silent (const gfloat * frame)
{
  return frame[0] == 0 && frame[1] == 0;
}

static void
trim (Heard * heard)
{
  while (heard->frames > 0 && is_silent (heard->samples)) {
    heard->samples += CHANNELS;
    heard->frames--;
  }
  while (heard->frames > 0
      && is_silent (heard->samples + (heard->frames - 1) * CHANNELS))
    heard->frames--;
}

static void
listen_to (Heard * heard, const gchar * line)
{
  gchar *record = g_strdup_printf ("parec -d null.monitor --raw "
      "--format=float32le --rate=48000 --channels=2 --latency-msec=20 \"%s\"",
      recording);
  const goffset second = RATE * CHANNELS * sizeof (gfloat);
  GPid recorder;
  GstElement *pipeline;
  gsize length;

  g_unlink (recording);
  recorder = start (record);
  wait_for_size (recording, 1);
  pipeline = launch ("%s", line);
  play (pipeline);
  wait_for_end (pipeline);
  /* what is still on its way */
  wait_for_size (recording, size_of (recording) + second / 2);
  stop (pipeline);
  end (recorder);
  g_free (record);

  fail_unless (g_file_get_contents (recording, (gchar **) & heard->data,
          &length, NULL));
  heard->samples = heard->data;
  heard->frames = length / (CHANNELS * sizeof (gfloat));
  trim (heard);
}

/* Where a sine of 440 Hz from its phase 0 is heard */
typedef struct
{
  guint64 from, to;
} Stretch;

/* The first frame that is not as it should be; that of a sine's beginning is
 * 0 and was trimmed */
static guint64
find_difference (const Heard * heard, const Stretch * stretches, guint n)
{
  guint64 i, first = stretches[0].from + 1;
  guint c, s;

  for (i = 0; i < heard->frames; i++) {
    gdouble should = 0;

    for (s = 0; s < n; s++)
      if (first + i >= stretches[s].from && first + i < stretches[s].to)
        should = sin (2 * G_PI * 440 * (first + i - stretches[s].from) / RATE);
    for (c = 0; c < CHANNELS; c++)
      if (!(fabs (heard->samples[i * CHANNELS + c] - should) < 1e-4))
        return first + i;
  }
  return first + i;
}

/* Drop-outs can be this machine's fault: what is heard in full once can be
 * heard */
#define ATTEMPTS 3

static void
expect_sound (const gchar * line, const Stretch * stretches, guint n)
{
  /* up to where the last stretch crosses zero for the last time */
  const guint64 end = stretches[n - 1].to;
  guint64 different = 0;
  guint attempt;

  for (attempt = 0; attempt < ATTEMPTS && different + 1 < end; attempt++) {
    Heard heard;
    Tone tone;

    listen_to (&heard, line);
    fail_unless (heard.frames > 0, "nothing was heard");
    different = find_difference (&heard, stretches, n);
    if (different + 1 >= end) {
      measure_tone (&tone, heard.samples, stretches[0].to - stretches[0].from
          - 1, CHANNELS, 1, RATE);
      fail_unless (fabs (tone.frequency - 440) < 0.1);
      fail_unless (fabs (tone.level - 1) < 0.01);
    }
    g_free (heard.data);
  }
  fail_unless (different + 1 >= end && different <= end,
      "%s: frame %" G_GUINT64_FORMAT " is not as it should be", line,
      different);
}

GST_START_TEST (test_tone)
{
  const Stretch all = { 0, RATE };

  expect_sound ("oscillator stop=1000000000 ! mediastreamdest ! autoaudiosink",
      &all, 1);
}

GST_END_TEST;

/* Whatever drives, and from whichever clock */
GST_START_TEST (test_live)
{
  const Stretch all = { 0, RATE };

  expect_sound ("oscillator is-live=true stop=1000000000 ! autoaudiosink",
      &all, 1);
}

GST_END_TEST;

/* Silence in the graph is no reason for a sink to miss what comes then */
GST_START_TEST (test_sound_after_silence)
{
  const Stretch late = { RATE / 2, RATE };
  const Stretch two[] = { {0, RATE / 4}, {RATE * 3 / 4, RATE} };

  expect_sound ("oscillator start=500000000 stop=1000000000 ! "
      "mediastreamdest ! autoaudiosink", &late, 1);
  expect_sound ("oscillator stop=250000000 ! mix. "
      "oscillator start=750000000 stop=1000000000 ! mix. gain name=mix ! "
      "autoaudiosink", two, 2);
}

GST_END_TEST;

static Suite *
playback_suite (void)
{
  Suite *s = suite_create ("playback");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_unchecked_fixture (tc, start_server, end_server);
  tcase_add_test (tc, test_tone);
  tcase_add_test (tc, test_live);
  tcase_add_test (tc, test_sound_after_silence);
  return s;
}

int
main (int argc, char **argv)
{
  gint result;

  use_own_server ();
  recording = in_folder ("recording");
  gst_check_init (&argc, &argv);
  result = run_with_pulse (playback_suite (), "playback", __FILE__);
  g_free (recording);
  return result;
}
