/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Graphs become one when a link joins them, and two when it goes, each of them
 * running all the while. */

#include "../check-webaudio.h"

/* Two graphs: a constant of 1, and a tone. */

typedef struct
{
  GstElement *pipeline;
  GstElement *constant, *mix;
  Recorder *constants, *tones;
  guint64 allowed;
} Pair;

static void
pair_begin (Pair * pair, const gchar * constant_options,
    const gchar * tone_options)
{
  pair->pipeline = launch ("constantsource ! gain name=constant %s ! "
      "fakesink name=constants async=false oscillator frequency=110.7 ! "
      "gain name=mix %s ! fakesink name=tones async=false", constant_options,
      tone_options);
  pair->constant = get_element (pair->pipeline, "constant");
  pair->mix = get_element (pair->pipeline, "mix");
  pair->constants = record (pair->pipeline, "constants");
  pair->tones = record (pair->pipeline, "tones");
  recorder_allow (pair->constants, 0);
  recorder_allow (pair->tones, 0);
  pair->allowed = 0;
  play (pair->pipeline);
}

/* Both play on by as much, one after the other or at once. */
static void
pair_play (Pair * pair, guint frames, gboolean at_once)
{
  pair->allowed += frames;
  recorder_allow (pair->constants, pair->allowed);
  if (!at_once)
    recorder_wait (pair->constants, pair->allowed);
  recorder_allow (pair->tones, pair->allowed);
  recorder_wait (pair->tones, pair->allowed);
  recorder_wait (pair->constants, pair->allowed);
}

static void
pair_join (Pair * pair)
{
  fail_unless (gst_element_link_pads (pair->constant, "src_0", pair->mix,
          "sink_0"));
}

static void
pair_part (Pair * pair)
{
  gst_element_unlink_pads (pair->constant, "src_0", pair->mix, "sink_0");
}

/* The tone went on as it was, joined by a constant or not. */
static void
assert_tones (Recorder * recorder)
{
  Recorder *tone = render ("oscillator frequency=110.7 ! gain "
      "length=%" G_GUINT64_FORMAT " ! fakesink name=out", recorder->frames);
  guint64 i;

  for (i = 0; i < recorder->frames; i++) {
    gfloat rest = recorder_samples (recorder)[i] - recorder_samples (tone)[i];

    check_that (fabsf (rest) < 1e-5f || fabsf (rest - 1) < 1e-5f,
        "%g at frame %" G_GUINT64_FORMAT, rest, i);
  }
  recorder_free (tone);
}

static void
assert_in_order (Recorder * recorder)
{
  guint i;

  for (i = 1; i < recorder->buffers->len; i++)
    fail_unless_equals_uint64 (recorder_buffer (recorder, i)->offset,
        recorder_buffer (recorder, i - 1)->offset_end);
  fail_unless_equals_string (recorder->events->str,
      "stream-start caps segment buffer ");
}

static void
pair_end (Pair * pair)
{
  guint64 i;

  recorder_allow (pair->constants, G_MAXUINT64);
  recorder_allow (pair->tones, G_MAXUINT64);
  gst_object_unref (pair->constant);
  gst_object_unref (pair->mix);
  stop (pair->pipeline);
  assert_in_order (pair->constants);
  assert_in_order (pair->tones);
  assert_tones (pair->tones);
  for (i = 0; i < pair->constants->frames; i++)
    check_that (recorder_samples (pair->constants)[i] == 1.0f,
        "frame %" G_GUINT64_FORMAT, i);
  recorder_free (pair->constants);
  recorder_free (pair->tones);
}

static gboolean
is_joined (Pair * pair)
{
  Recorder *tone = render ("oscillator frequency=110.7 ! gain "
      "length=%" G_GUINT64_FORMAT " ! fakesink name=out", pair->allowed);
  guint64 last = pair->allowed - 1;
  gboolean joined = fabsf (recorder_samples (pair->tones)[last]
      - recorder_samples (tone)[last] - 1) < 1e-5f;

  recorder_free (tone);
  return joined;
}

/* Both have been running, for as long or not. */
GST_START_TEST (test_join)
{
  Pair pair;
  guint64 ahead;

  for (ahead = 0; ahead < 3; ahead++) {
    pair_begin (&pair, "", "");
    recorder_allow (pair.constants, 2048 + ahead * 12345);
    recorder_wait (pair.constants, 2048 + ahead * 12345);
    recorder_allow (pair.tones, 2048);
    recorder_wait (pair.tones, 2048);
    pair_join (&pair);
    pair.allowed = 2048 + ahead * 12345;
    pair_play (&pair, 10240, FALSE);
    fail_unless (is_joined (&pair));
    pair_end (&pair);
  }
}

GST_END_TEST;

GST_START_TEST (test_join_and_part)
{
  Pair pair;
  guint i;

  pair_begin (&pair, "block-size=128", "block-size=128");
  pair_play (&pair, 1024, TRUE);
  for (i = 0; i < 300; i++) {
    pair_join (&pair);
    pair_play (&pair, 512, i % 2);
    pair_part (&pair);
    pair_play (&pair, 512, i % 2);
  }
  fail_unless (!is_joined (&pair));
  pair_end (&pair);
}

GST_END_TEST;

/* At any moment of either of them */
GST_START_TEST (test_join_and_part_quickly)
{
  Pair pair;
  guint i;

  pair_begin (&pair, "block-size=128", "block-size=256");
  pair_play (&pair, 1024, TRUE);
  for (i = 0; i < 1000; i++) {
    pair.allowed += 128;
    recorder_allow (pair.constants, pair.allowed);
    recorder_allow (pair.tones, pair.allowed);
    if (i % 2)
      pair_part (&pair);
    else
      pair_join (&pair);
  }
  pair_play (&pair, 1024, TRUE);
  fail_unless (!is_joined (&pair));
  pair_end (&pair);
}

GST_END_TEST;

/* Blocks of different sizes: the smaller counts while they are one. */
GST_START_TEST (test_different_blocks)
{
  Pair pair;
  guint i;

  pair_begin (&pair, "block-size=384", "block-size=4096");
  pair_play (&pair, 8192, TRUE);
  for (i = 0; i < 20; i++) {
    pair_join (&pair);
    pair_play (&pair, 8192, i % 2);
    fail_unless (is_joined (&pair));
    pair_part (&pair);
    pair_play (&pair, 8192, i % 2);
  }
  pair_end (&pair);
}

GST_END_TEST;

/* Graphs that run at different rates stay two, and the link is resampled. */
GST_START_TEST (test_different_rates)
{
  GstElement *pipeline = launch ("constantsource ! gain name=constant "
      "sample-rate=44100 ! fakesink name=constants async=false "
      "gain name=mix sample-rate=48000 ! fakesink name=out async=false");
  GstElement *constant = get_element (pipeline, "constant");
  GstElement *mix = get_element (pipeline, "mix");
  Recorder *constants = record (pipeline, "constants");
  Recorder *recorder = record (pipeline, "out");
  guint64 i, ones = 0;

  recorder_allow (constants, 4096);
  recorder_allow (recorder, 4096);
  play (pipeline);
  recorder_wait (constants, 4096);
  recorder_wait (recorder, 4096);
  fail_unless (gst_element_link_pads (constant, "src_0", mix, "sink"));
  recorder_allow (constants, 44100);
  recorder_allow (recorder, 48000);
  recorder_wait (constants, 44100);
  recorder_wait (recorder, 48000);
  recorder_allow (constants, G_MAXUINT64);
  recorder_allow (recorder, G_MAXUINT64);
  gst_object_unref (constant);
  gst_object_unref (mix);
  stop (pipeline);
  fail_unless_equals_int (GST_AUDIO_INFO_RATE (&constants->info), 44100);
  fail_unless_equals_int (GST_AUDIO_INFO_RATE (&recorder->info), 48000);
  for (i = 0; i < recorder->frames; i++)
    ones += fabs (recorder_samples (recorder)[i * recorder_channels (recorder)]
        - 1) < 1e-3;
  fail_unless (ones > 24000, "%" G_GUINT64_FORMAT, ones);
  recorder_free (constants);
  recorder_free (recorder);
}

GST_END_TEST;

/* A chain of graphs becomes one, whichever link comes first. */
GST_START_TEST (test_chain)
{
  static const guint orders[][3] = {
    {0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {0, 2, 1}
  };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (orders); i++) {
    GstElement *pipeline = launch ("constantsource name=n0 ! "
        "fakesink name=s0 async=false gain name=n1 ! "
        "fakesink name=s1 async=false gain name=n2 ! "
        "fakesink name=s2 async=false gain name=n3 ! "
        "fakesink name=s3 async=false");
    Recorder *recorders[4];

    for (j = 0; j < 4; j++) {
      gchar name[] = { 's', '0' + j, 0 };

      recorders[j] = record (pipeline, name);
      recorder_allow (recorders[j], 2048 * (j + 1));
    }
    play (pipeline);
    for (j = 0; j < 4; j++)
      recorder_wait (recorders[j], 2048 * (j + 1));
    for (j = 0; j < 3; j++) {
      gchar from[] = { 'n', '0' + orders[i][j], 0 };
      gchar to[] = { 'n', '0' + orders[i][j] + 1, 0 };
      GstElement *source = get_element (pipeline, from);
      GstElement *sink = get_element (pipeline, to);

      fail_unless (gst_element_link_pads (source, "src_%u", sink, "sink"));
      gst_object_unref (source);
      gst_object_unref (sink);
    }
    for (j = 0; j < 4; j++)
      recorder_allow (recorders[j], 20480);
    for (j = 0; j < 4; j++)
      recorder_wait (recorders[j], 20480);
    for (j = 0; j < 4; j++)
      recorder_allow (recorders[j], G_MAXUINT64);
    stop (pipeline);
    for (j = 0; j < 4; j++) {
      gsize samples = recorders[j]->data->len / sizeof (gfloat);

      fail_unless (recorder_samples (recorders[j])[samples - 1] == 1.0f,
          "%u of order %u", j, i);
      recorder_free (recorders[j]);
    }
  }
}

GST_END_TEST;

/* What leaves its graph while that renders leaves the rest alone. */
GST_START_TEST (test_part_and_end)
{
  guint i;

  for (i = 0; i < 50; i++) {
    GstElement *pipeline = launch ("constantsource stop=%u ! gain name=top ! "
        "gain name=mix ! fakesink name=out top. ! gain name=other ! "
        "fakesink name=two async=false", 100000000);
    Recorder *recorder = record (pipeline, "out");
    Recorder *two = record (pipeline, "two");
    GstElement *top = get_element (pipeline, "top");
    GstElement *other = get_element (pipeline, "other");

    recorder_allow (recorder, 1024);
    recorder_allow (two, 1024);
    play (pipeline);
    recorder_wait (two, 1024);
    recorder_allow (recorder, G_MAXUINT64);
    if (i % 2)
      recorder_allow (two, G_MAXUINT64);
    gst_element_unlink (top, other);
    recorder_wait_end (recorder);
    fail_unless_equals_uint64 (recorder->frames, 4800);
    recorder_allow (two, G_MAXUINT64);
    gst_object_unref (top);
    gst_object_unref (other);
    stop (pipeline);
    recorder_free (recorder);
    recorder_free (two);
  }
}

GST_END_TEST;

static Suite *
graph_suite (void)
{
  Suite *s = suite_create ("graph");
  TCase *tc = tcase_create ("graph");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_join);
  tcase_add_test (tc, test_join_and_part);
  tcase_add_test (tc, test_join_and_part_quickly);
  tcase_add_test (tc, test_different_blocks);
  tcase_add_test (tc, test_different_rates);
  tcase_add_test (tc, test_chain);
  tcase_add_test (tc, test_part_and_end);
  return s;
}

GST_CHECK_MAIN (graph);
