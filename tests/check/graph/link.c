/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may be between two nodes: bins, capsfilters, stock elements; which of it
 * is pulled through and which pushed through, and that it sounds the same. */

#define GST_USE_UNSTABLE_API

#include "../check-webaudio.h"
#include <gst/gsttracer.h>

#define TONE "oscillator frequency=443 stop=200000000 ! "
#define FRAMES 9600

/* The mode of the sink pad of the node named last, while it runs. */
static GstPadMode
mode_of (const gchar * line, const gchar * pad_name)
{
  GstElement *pipeline = launch ("%s", line);
  GstElement *last = get_element (pipeline, "last");
  GstPad *pad = gst_element_get_static_pad (last, pad_name);
  GstPadMode mode;

  set_state (pipeline, GST_STATE_PAUSED);
  mode = GST_PAD_MODE (pad);
  gst_object_unref (pad);
  gst_object_unref (last);
  stop (pipeline);
  return mode;
}

/* Returns what the line's sink out gets, which is as long as the tone. */
static Recorder *
assert_mode (const gchar * line, GstPadMode mode)
{
  Recorder *recorder = render ("%s", line);

  fail_unless_equals_uint64 (recorder->frames, FRAMES);
  fail_unless_equals_int (mode_of (line, "sink"), mode);
  return recorder;
}

static void
assert_transparent (const gchar * line, GstPadMode mode)
{
  Recorder *recorder = assert_mode (line, mode);
  Recorder *tone = render (TONE "fakesink name=out");

  assert_same_sound (recorder, tone);
  recorder_free (tone);
  recorder_free (recorder);
}

#define PULLED GST_PAD_MODE_PULL
#define PUSHED GST_PAD_MODE_PUSH

GST_START_TEST (test_direct)
{
  assert_transparent (TONE "gain name=last ! fakesink name=out", PULLED);
  assert_transparent (TONE "gain ! gain ! gain name=last ! fakesink name=out",
      PULLED);
}

GST_END_TEST;

GST_START_TEST (test_stock_elements)
{
  assert_transparent (TONE "queue ! gain name=last ! fakesink name=out",
      PUSHED);
  assert_transparent (TONE "volume ! gain name=last ! fakesink name=out",
      PUSHED);
  assert_transparent (TONE "identity ! gain name=last ! fakesink name=out",
      PUSHED);
  assert_transparent (TONE "audioconvert ! gain name=last ! fakesink name=out",
      PUSHED);
  assert_transparent (TONE "tee ! queue ! queue ! gain name=last ! "
      "fakesink name=out", PUSHED);
  assert_transparent (TONE "audio/x-raw, format=F64LE ! audioconvert ! "
      "audioresample ! gain name=last ! fakesink name=out", PUSHED);
}

GST_END_TEST;

GST_START_TEST (test_volume)
{
  Recorder *is = render (TONE "volume volume=0.5 ! gain ! volume volume=2 ! "
      "gain gain=0.5 ! fakesink name=out");
  Recorder *should = render (TONE "gain gain=0.5 ! fakesink name=out");

  assert_same_sound (is, should);
  recorder_free (is);
  recorder_free (should);
}

GST_END_TEST;

/* Capsfilters that leave the planes alone are pulled through. */
GST_START_TEST (test_capsfilter)
{
  Recorder *recorder;

  assert_transparent (TONE "audio/x-raw ! gain name=last ! fakesink name=out",
      PULLED);
  assert_transparent (TONE "audio/x-raw, rate=48000 ! capsfilter "
      "caps=\"audio/x-raw, layout=non-interleaved\" ! gain name=last ! "
      "fakesink name=out", PULLED);
  assert_transparent (TONE "audio/x-raw, channels=1 ! gain name=last ! "
      "fakesink name=out", PULLED);
  recorder = assert_mode (TONE "audio/x-raw, channels=2 ! gain name=last ! "
      "fakesink name=out", PULLED);
  fail_unless_equals_int (recorder_channels (recorder), 2);
  recorder_free (recorder);
}

GST_END_TEST;

/* The channels of a capsfilter are mixed to by the spec's equations. */
GST_START_TEST (test_capsfilter_mixes)
{
  Recorder *recorder = render (TONE "gain channel-count=6 "
      "channel-count-mode=explicit ! audio/x-raw, channels=2 ! gain ! "
      "fakesink name=out");
  Recorder *tone = render (TONE "fakesink name=out");
  guint i;

  fail_unless_equals_int (recorder_channels (recorder), 2);
  for (i = 0; i < FRAMES; i++) {
    const gfloat *frame = recorder_samples (recorder) + 2 * i;

    /* the centre of 5.1, on both sides */
    check_that (frame[0] == frame[1] && fabs (frame[0] -
            recorder_samples (tone)[i] * M_SQRT1_2) < 1e-6, "frame %u", i);
  }
  recorder_free (recorder);
  recorder_free (tone);
}

GST_END_TEST;

/* Where it leaves the channels open, they are what they are, and may change. The
 * first block from the compressor is mono. */
GST_START_TEST (test_capsfilter_follows_channels)
{
  Recorder *recorder = render ("constantsource ! channelmerger "
      "number-of-inputs=2 ! dynamicscompressor ! audio/x-raw ! "
      "gain channel-count=2 channel-count-mode=explicit block-size=128 "
      "length=4800 ! fakesink name=out");
  guint i;

  fail_unless_equals_int (recorder_channels (recorder), 2);
  for (i = 0; i < 4800; i++) {
    const gfloat *frame = recorder_samples (recorder) + 2 * i;

    check_that ((frame[0] != 0) == (i >= 288) && frame[1] == 0, "frame %u", i);
  }
  recorder_free (recorder);
}

GST_END_TEST;

/* Capsfilters that do not are pushed through. */
GST_START_TEST (test_capsfilter_of_another_format)
{
  Recorder *recorder, *tone = render (TONE "fakesink name=out");
  guint i;

  assert_transparent (TONE "audio/x-raw, layout=interleaved ! "
      "gain name=last ! fakesink name=out", PUSHED);
  assert_transparent (TONE "audio/x-raw, format=F64LE ! gain name=last ! "
      "fakesink name=out", PUSHED);
  recorder = assert_mode (TONE "audio/x-raw, format=S16LE ! gain name=last ! "
      "fakesink name=out", PUSHED);
  for (i = 0; i < FRAMES; i++)
    check_that (fabs (recorder_samples (recorder)[i]
            - recorder_samples (tone)[i]) < 1.0 / 8192, "frame %u", i);
  recorder_free (recorder);
  recorder_free (tone);
}

GST_END_TEST;

/* A capsfilter changes while playing, to pushing and back: that may be silent for
 * a moment, but the stream goes on to its end. */
GST_START_TEST (test_change_capsfilter)
{
  static const gchar *caps_texts[] = { "audio/x-raw, format=F64LE",
    "audio/x-raw", "audio/x-raw, layout=interleaved",
    "audio/x-raw, channels=1"
  };
  GstElement *pipeline = launch (TONE "capsfilter name=caps ! gain name=last ! "
      "fakesink name=out");
  Recorder *tone = render (TONE "fakesink name=out");
  Recorder *recorder = record (pipeline, "out");
  guint i;

  recorder_allow (recorder, 1024);
  set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < G_N_ELEMENTS (caps_texts); i++) {
    GstCaps *caps = gst_caps_from_string (caps_texts[i]);

    recorder_wait (recorder, (i + 1) * 1024);
    set_on (pipeline, "caps", "caps", caps);
    recorder_allow (recorder, (i + 2) * 1024);
    gst_caps_unref (caps);
  }
  recorder_allow (recorder, G_MAXUINT64);
  wait_for_end (pipeline);
  fail_unless_equals_string (recorder->events->str,
      "stream-start caps segment buffer eos ");
  for (i = 1; i < recorder->buffers->len; i++)
    fail_unless_equals_uint64 (recorder_buffer (recorder, i)->offset,
        recorder_buffer (recorder, i - 1)->offset_end);
  assert_floats_equal (recorder_samples (recorder), recorder_samples (tone),
      1024);
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (tone);
}

GST_END_TEST;

/* Bins */

/* (transfer floating): a bin with the node inside and ghosts of its pads. */
static GstElement *
wrap (const gchar * description)
{
  GError *error = NULL;
  GstElement *bin = gst_parse_bin_from_description (description, TRUE, &error);

  fail_unless (bin != NULL && error == NULL);
  return bin;
}

GST_START_TEST (test_ghost_pads)
{
  static const gchar *filters[] = { "gain", "gain ! gain", "gain ! queue",
    "queue ! gain ! queue", "volume",
    "capsfilter caps=\"audio/x-raw, channels=1\""
  };
  Recorder *tone = render (TONE "fakesink name=out");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (filters); i++) {
    GstElement *pipeline = gst_pipeline_new (NULL);
    GstElement *source = wrap ("oscillator frequency=443 stop=200000000");
    GstElement *inner = wrap (filters[i]);
    GstElement *outer = gst_bin_new (NULL);
    GstElement *last = gst_element_factory_make ("gain", "last");
    GstElement *out = gst_element_factory_make ("fakesink", "out");
    GstPad *sink = gst_element_get_static_pad (inner, "sink");
    GstPad *src = gst_element_get_static_pad (inner, "src");
    Recorder *recorder;

    /* a bin in a bin */
    gst_bin_add (GST_BIN (outer), inner);
    gst_element_add_pad (outer, gst_ghost_pad_new ("sink", sink));
    gst_element_add_pad (outer, gst_ghost_pad_new ("src", src));
    gst_object_unref (sink);
    gst_object_unref (src);
    gst_bin_add_many (GST_BIN (pipeline), source, outer, last, out, NULL);
    fail_unless (gst_element_link_many (source, outer, last, out, NULL));
    recorder = record (pipeline, "out");
    play (pipeline);
    wait_for_end (pipeline);
    assert_same_sound (recorder, tone);
    stop (pipeline);
    recorder_free (recorder);
  }
  recorder_free (tone);
}

GST_END_TEST;

GST_START_TEST (test_ghost_pads_are_pulled)
{
  assert_transparent ("bin.( " TONE "gain ) ! gain name=last ! "
      "fakesink name=out", PULLED);
  assert_transparent (TONE "bin.( gain ! gain ) ! gain name=last ! "
      "fakesink name=out", PULLED);
}

GST_END_TEST;

/* A ghost pad gets another target while playing. */
GST_START_TEST (test_retarget)
{
  GstElement *pipeline = launch ("oscillator frequency=443 ! gain name=mix ! "
      "fakesink name=out");
  Recorder *tone = render ("oscillator frequency=443 ! gain length=200000 ! "
      "fakesink name=out");
  GstElement *bin = gst_bin_new (NULL);
  GstElement *voices[2];
  GstElement *mix = get_element (pipeline, "mix");
  GstPad *sink = gst_element_request_pad_simple (mix, "sink_%u");
  GstPad *ghost = gst_ghost_pad_new_no_target ("src", GST_PAD_SRC);
  Recorder *recorder = record (pipeline, "out");
  guint i;

  for (i = 0; i < 2; i++) {
    voices[i] = gst_element_factory_make ("constantsource", NULL);
    g_object_set (voices[i], "offset", i + 1.0, NULL);
    gst_bin_add (GST_BIN (bin), voices[i]);
  }
  gst_element_add_pad (bin, ghost);
  gst_bin_add (GST_BIN (pipeline), bin);
  fail_unless_equals_int (gst_pad_link (ghost, sink), GST_PAD_LINK_OK);
  for (i = 0; i < 50; i++) {
    GstPad *src = gst_element_get_static_pad (voices[i % 2], "src");
    guint64 until = 2048 * (i + 1);

    fail_unless (gst_ghost_pad_set_target (GST_GHOST_PAD (ghost), src));
    gst_object_unref (src);
    recorder_allow (recorder, until);
    play (pipeline);
    recorder_wait (recorder, until);
    /* the second block has it for certain */
    fail_unless (fabs (recorder_samples (recorder)[until - 1]
            - recorder_samples (tone)[until - 1] - (i % 2 + 1)) < 1e-5);
  }
  recorder_allow (recorder, G_MAXUINT64);
  stop (pipeline);
  gst_object_unref (sink);
  gst_object_unref (mix);
  recorder_free (recorder);
  recorder_free (tone);
}

GST_END_TEST;

/* The pad of a bin that nobody has linked yet is no connection that somebody
 * waits for; what is linked to it later is one. */
GST_START_TEST (test_open_ghost_pad)
{
  GstElement *pipeline = launch ("constantsource ! dest.sink_0  "
      "audiodestination name=dest  dest.src_0 ! fakesink name=out");
  GstElement *dest = get_element (pipeline, "dest");
  GstElement *source = gst_element_factory_make ("audiotestsrc", NULL);
  Recorder *recorder = record (pipeline, "out");
  gint64 start = g_get_monotonic_time ();

  recorder_allow (recorder, 48000);
  play (pipeline);
  recorder_wait (recorder, 48000);
  fail_unless (g_get_monotonic_time () - start < 4 * G_USEC_PER_SEC);
  fail_unless (recorder_samples (recorder)[0] == 1);

  g_object_set (source, "wave", 4 /* silence */ , "volume", 0.0, NULL);
  gst_bin_add (GST_BIN (pipeline), gst_object_ref (source));
  fail_unless (gst_element_link_pads (source, "src", dest, "sink"));
  fail_unless (gst_element_sync_state_with_parent (source));
  recorder_allow (recorder, G_MAXUINT64);
  recorder_wait (recorder, 480000);
  gst_element_set_locked_state (source, TRUE);
  stop (pipeline);
  set_state (source, GST_STATE_NULL);
  gst_object_unref (source);
  gst_object_unref (dest);
  recorder_free (recorder);
}

GST_END_TEST;

/* Who looks at a link, of nodes or through a bin, sees all that passes, also when
 * he comes later. */
GST_START_TEST (test_probes)
{
  GstElement *pipeline = launch (TONE "gain name=first ! gain gain=0.5 "
      "name=second ! bin.( gain name=third ) ! gain gain=2 ! fakesink name=out");
  GstElement *third = get_element (pipeline, "third");
  GstElement *bin = GST_ELEMENT (gst_element_get_parent (third));
  Recorder *tone = render (TONE "fakesink name=out");
  Recorder *out = record (pipeline, "out"), *early =
      record (pipeline, "second");
  Recorder *late, *through_bin;

  recorder_allow (out, 4096);
  play (pipeline);
  recorder_wait (out, 4096);
  late = record (pipeline, "first");
  through_bin = record_pad (GST_PAD (bin->sinkpads->data));
  recorder_allow (out, G_MAXUINT64);
  wait_for_end (pipeline);
  assert_same_sound (out, tone);
  assert_same_sound (early, tone);
  fail_unless (recorder_count (late) >= FRAMES - 4096 - 1024);
  fail_unless (recorder_count (through_bin) >= FRAMES - 4096 - 1024);
  assert_floats_equal (recorder_samples (late),
      recorder_samples (tone) + FRAMES - late->frames, late->frames);
  stop (pipeline);
  gst_object_unref (bin);
  gst_object_unref (third);
  recorder_free (out);
  recorder_free (early);
  recorder_free (late);
  recorder_free (through_bin);
  recorder_free (tone);
}

GST_END_TEST;

typedef GstTracer CountingTracer;
typedef GstTracerClass CountingTracerClass;

static GType counting_tracer_get_type (void);
G_DEFINE_TYPE (CountingTracer, counting_tracer, GST_TYPE_TRACER);

static gint pulls;

static void
count_pull (GstTracer * tracer, guint64 time, GstPad * pad, guint64 offset,
    guint size)
{
  g_atomic_int_inc (&pulls);
}

static void
counting_tracer_class_init (CountingTracerClass * klass)
{
}

static void
counting_tracer_init (CountingTracer * tracer)
{
  gst_tracing_register_hook (tracer, "pad-pull-range-pre",
      G_CALLBACK (count_pull));
}

GST_START_TEST (test_tracer)
{
  GstTracer *tracer = g_object_new (counting_tracer_get_type (), NULL);
  Recorder *recorder;

  g_atomic_int_set (&pulls, 0);
  recorder = render (TONE "gain ! gain ! fakesink name=out");
  fail_unless_equals_uint64 (recorder->frames, FRAMES);
  fail_unless (g_atomic_int_get (&pulls) >= 2 * FRAMES / 1024);
  recorder_free (recorder);
  gst_object_unref (tracer);
}

GST_END_TEST;

static Suite *
link_suite (void)
{
  Suite *s = suite_create ("link");
  TCase *tc = tcase_create ("link");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_direct);
  tcase_add_test (tc, test_stock_elements);
  tcase_add_test (tc, test_volume);
  tcase_add_test (tc, test_capsfilter);
  tcase_add_test (tc, test_capsfilter_mixes);
  tcase_add_test (tc, test_capsfilter_follows_channels);
  tcase_add_test (tc, test_capsfilter_of_another_format);
  tcase_add_test (tc, test_change_capsfilter);
  tcase_add_test (tc, test_ghost_pads);
  tcase_add_test (tc, test_ghost_pads_are_pulled);
  tcase_add_test (tc, test_retarget);
  tcase_add_test (tc, test_open_ghost_pad);
  tcase_add_test (tc, test_probes);
  tcase_add_test (tc, test_tracer);
  return s;
}

GST_CHECK_MAIN (link);
