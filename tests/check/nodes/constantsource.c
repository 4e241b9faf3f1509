/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The constantsource element: its offset, set, bound and out of range. Start
 * and stop are in scheduledsource.c.
 */

#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"

static void
expect (Recorder * recorder, guint64 from, guint64 to, gfloat value)
{
  const gfloat *samples = recorder_samples (recorder);
  guint64 i;

  for (i = from; i < to; i++)
    assert_sample (samples[i], value, 0, i);
}

GST_START_TEST (test_offset)
{
  static const gdouble offsets[] = {
    0, 1, -1, 0.1, 1e-30, 1e30, G_MAXFLOAT, -G_MAXFLOAT
  };
  Recorder *recorder = render ("constantsource length=2000" OUT);
  guint i;

  fail_unless_equals_int (recorder_channels (recorder), 1);
  expect (recorder, 0, 2000, 1);
  recorder_free (recorder);
  for (i = 0; i < G_N_ELEMENTS (offsets); i++) {
    recorder = render ("constantsource length=2000 offset=%.17g" OUT,
        offsets[i]);
    expect (recorder, 0, 2000, (gfloat) offsets[i]);
    recorder_free (recorder);
  }
}

GST_END_TEST;

static void
to_minus_half (GstElement * element)
{
  g_object_set (element, "offset", -0.5, NULL);
}

GST_START_TEST (test_change)
{
  GstElement *pipeline = launch ("constantsource name=c length=3000" OUT);
  Recorder *recorder = record (pipeline, "out");

  do_at (pipeline, "c", 2048, to_minus_half);
  play (pipeline);
  wait_for_end (pipeline);
  expect (recorder, 0, 2048, 1);
  expect (recorder, 2048, 3000, -0.5);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

static void
check_ramp (gdouble a, gdouble b, gboolean absolute, gdouble tolerance)
{
  GstElement *pipeline = launch ("constantsource name=c length=30000" OUT);
  Recorder *recorder = record (pipeline, "out");
  const gfloat *samples;
  guint64 i;

  bind_ramp (pipeline, "c", "offset", a, b, absolute,
      absolute ? 1 : 0.5 / G_MAXFLOAT, absolute ? 0 : 0.5);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, 30000);
  samples = recorder_samples (recorder);
  for (i = 0; i < 30000; i++)
    assert_sample (samples[i], ramp (i, a, b), tolerance, i);
  recorder_free (recorder);
  stop (pipeline);
}

/* Frame by frame, and without drift: every value is that of its own time */
GST_START_TEST (test_ramp)
{
  check_ramp (0, 1, TRUE, 1e-7);
  check_ramp (1, -1, TRUE, 1e-7);
  check_ramp (-1e6, 1e6, TRUE, 0.1);
  check_ramp (-1e38, 1e38, FALSE, 1e32);
}

GST_END_TEST;

GST_START_TEST (test_steps)
{
  GstElement *pipeline = launch ("constantsource name=c offset=0.25 "
      "length=4000" OUT);
  Recorder *recorder = record (pipeline, "out");
  GstControlSource *source = new_source (GST_INTERPOLATION_MODE_NONE);

  /* whole milliseconds, so that no time is rounded */
  add_point (source, 1488, 2);
  add_point (source, 2544, -3);
  bind_property (pipeline, "c", "offset", source, TRUE);
  play (pipeline);
  wait_for_end (pipeline);
  expect (recorder, 0, 1488, 0.25);
  expect (recorder, 1488, 2544, 2);
  expect (recorder, 2544, 4000, -3);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

static Suite *
constantsource_suite (void)
{
  Suite *s = suite_create ("constantsource");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_offset);
  tcase_add_test (tc, test_change);
  tcase_add_test (tc, test_ramp);
  tcase_add_test (tc, test_steps);
  return s;
}

GST_CHECK_MAIN (constantsource);
