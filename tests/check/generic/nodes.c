/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What holds for every node that audio passes: the result does not depend on
 * the block size, nothing is allocated while it renders, what is not a number
 * passes by, silence becomes a GAP again, a seek leaves no trace.
 */

#define _GNU_SOURCE

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <unistd.h>

#include "../check-webaudio.h"
#include "../check-allocations.h"

#define RATE 48000

/* Four frames of two channels, as launch lines write a sample */
#define SAMPLE "004000c00020001000d00050000000e0:" \
    "YXVkaW8veC1yYXcsIGZvcm1hdD0oc3RyaW5nKVMxNkxFLCBsYXlvdXQ9KHN0cmluZylpbnRl" \
    "cmxlYXZlZCwgcmF0ZT0oaW50KTQ4MDAwLCBjaGFubmVscz0oaW50KTIA:None:None"

/* Each between an oscillator and a gain, with parameters that move */
static const gchar *nodes[] = {
  "gain gain::automation=\"linearRampToValueAtTime(0,0.3)\"",
  "gain name=with  buffersource buffer=\"" SAMPLE "\" loop=true "
      "stop=2900000000 "
      "playback-rate::automation=\"linearRampToValueAtTime(0.1,1)\" ! "
      "with.  with. ! gain",
  "analyser",
  "channelsplitter",
  "channelmerger number-of-inputs=2",
  "delay delay-time=0.0123",
  "delay delay-time::automation=\"setValueAtTime(0.03,0) "
      "linearRampToValueAtTime(0.002,0.3)\"",
  "gain name=echo  echo. ! delaywriter  delayreader delay-time=0.01 ! "
      "gain gain=0.5 ! echo.  echo.",
  "gain name=echo  echo. ! delaywriter  delayreader delay-time=0.01 "
      "delay-time::automation=\"linearRampToValueAtTime(0.05,0.3)\" ! "
      "delay delay-time=0.0071 ! gain gain=-0.1 ! echo.  echo.",
  "panner position-x=1 position-z=-2",
  "panner cone-inner-angle=20 cone-outer-angle=200 position-z=-1 "
      "position-x::automation=\"linearRampToValueAtTime(-5,0.3)\"",
  "gain name=with  audiolistener position-z=1 "
      "up-x::automation=\"linearRampToValueAtTime(3,0.3)\"  with. ! "
      "panner position-x=-1",
#ifdef HAVE_MYSOFA
  "panner panning-model=hrtf position-x=1 position-z=-2",
  "panner panning-model=hrtf position-z=-1 "
      "position-x::automation=\"linearRampToValueAtTime(-5,0.3)\"",
#endif
  "stereopanner pan::automation=\"linearRampToValueAtTime(-1,0.3)\"",
  "biquadfilter q=9 frequency::automation=\""
      "exponentialRampToValueAtTime(9000,0.3)\"",
  "biquadfilter type=peaking gain=-9",
  "convolver buffer=\"" SAMPLE "\"",
  "dynamicscompressor",
  "dynamicscompressor attack=0 release=0.05 threshold::automation=\""
      "linearRampToValueAtTime(-90,0.3)\"",
  "iirfilter feedforward=\"<0.1,0.2,0.1>\" feedback=\"<1,-1.8,0.9>\"",
  "waveshaper curve=\"<-0.5,-0.5,0,0.5,0.5>\"",
  "waveshaper curve=\"<-0.5,-0.5,0,0.5,0.5>\" oversample=2x",
  "waveshaper curve=\"<-0.5,-0.5,0,0.5,0.5>\" oversample=4x",
};

/* Blocks */

/* Stereo at first, then mono, then silence */
static Recorder *
render_in_blocks (const gchar * node, guint block_size)
{
  return render ("oscillator type=sawtooth frequency=331 start=2000000 "
      "stop=400000001 ! tested.  oscillator frequency=523 stop=150000007 ! "
      "merge.sink_1  channelmerger name=merge number-of-inputs=2 ! tested. "
      "gain name=tested ! %s ! gain block-size=%u ! fakesink name=out", node,
      block_size);
}

GST_START_TEST (test_blocks)
{
  static const guint sizes[] = { 384, 1024, 8192 };
  Recorder *should = render_in_blocks (nodes[__i__], 128);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Recorder *is = render_in_blocks (nodes[__i__], sizes[i]);

    GST_INFO ("%s in blocks of %u", nodes[__i__], sizes[i]);
    assert_same_sound (is, should);
    recorder_free (is);
  }
  fail_unless (recorder_loudness (should) > 0);
  recorder_free (should);
}

GST_END_TEST;

/* Allocations */

#ifdef COUNTS_ALLOCATIONS
GST_START_TEST (test_allocations)
{
  GstElement *pipeline = launch ("oscillator ! %s ! gain name=last "
      "length=%u ! fakesink name=out enable-last-sample=false", nodes[__i__],
      4 * RATE);

  assert_no_allocations (pipeline, "last", nodes[__i__]);
  stop (pipeline);
}

GST_END_TEST;
#endif

/* Poison */

#define TOO_LARGE "gain gain::automation=\"setValueAtTime(3e38,0.1) " \
    "setValueAtTime(1,0.11)\" ! "

GST_START_TEST (test_poison)
{
  Recorder *recorder = render ("oscillator ! " TOO_LARGE TOO_LARGE TOO_LARGE
      "%s ! gain length=%u ! fakesink name=out", nodes[__i__], 2 * RATE);
  const gfloat *samples = recorder_samples (recorder);
  guint n = recorder_channels (recorder);
  guint64 i;

  for (i = 3 * RATE / 2 * n; i < 2 * RATE * n; i++)
    if (!isfinite (samples[i]))
      fail ("%s is poisoned at frame %" G_GUINT64_FORMAT, nodes[__i__], i / n);
  recorder_free (recorder);
}

GST_END_TEST;

/* Silence */

GST_START_TEST (test_gap)
{
  Recorder *recorder = render ("oscillator stop=100000000 ! before. "
      "constantsource offset=0 ! gain gain=0 ! before.  gain name=before ! "
      "%s ! gain length=%u ! fakesink name=out", nodes[__i__], 3 * RATE);
  RecordedBuffer const *last = recorder_buffer (recorder,
      recorder->buffers->len - 1);

  fail_unless (last->flags & GST_BUFFER_FLAG_GAP, "%s makes no GAP",
      nodes[__i__]);
  recorder_free (recorder);
}

GST_END_TEST;

/* Seeks */

static void
seek_to (GstElement * pipeline, GstClockTime time)
{
  fail_unless (gst_element_seek (pipeline, 1.0, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, time, GST_SEEK_TYPE_NONE, 0));
}

/* What is heard from half a second on, after @past of it has been rendered */
static Recorder *
render_after (const gchar * node, guint64 past)
{
  GstElement *pipeline = launch ("oscillator type=sawtooth ! %s ! gain "
      "length=%u ! fakesink name=out", node, RATE);
  Recorder *recorder = record (pipeline, "out");

  recorder_allow (recorder, past);
  play (pipeline);
  recorder_wait (recorder, past);
  seek_to (pipeline, 0);
  seek_to (pipeline, GST_SECOND / 2);
  recorder_allow (recorder, G_MAXUINT64);
  wait_for_end (pipeline);
  stop (pipeline);
  return recorder;
}

GST_START_TEST (test_seek)
{
  Recorder *should = render_after (nodes[__i__], 1024);
  Recorder *is = render_after (nodes[__i__], 20000);

  assert_same_sound (is, should);
  recorder_free (is);
  recorder_free (should);
}

GST_END_TEST;

static Suite *
nodes_suite (void)
{
  Suite *s = suite_create ("nodes");
  TCase *tc = tcase_create ("every node");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_blocks, 0, G_N_ELEMENTS (nodes));
#ifdef COUNTS_ALLOCATIONS
  tcase_add_loop_test (tc, test_allocations, 0, G_N_ELEMENTS (nodes));
#endif
  tcase_add_loop_test (tc, test_poison, 0, G_N_ELEMENTS (nodes));
  tcase_add_loop_test (tc, test_gap, 0, G_N_ELEMENTS (nodes));
  tcase_add_loop_test (tc, test_seek, 0, G_N_ELEMENTS (nodes));
  return s;
}

int
main (int argc, char **argv)
{
  /* so that slices are allocations, too */
  if (!g_getenv ("G_SLICE")) {
    g_setenv ("G_SLICE", "always-malloc", TRUE);
    execv ("/proc/self/exe", argv);
  }
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (nodes_suite (), "nodes", __FILE__);
}
