/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parameters while rendering: automation to the frame, audio that is connected
 * to them, control bindings, seeks, and scheduling from another thread.
 */

#include "nodes/check-param.h"

#define OUT " ! fakesink name=out sync=false"

static GObject *
get_param (GstElement * pipeline, const gchar * name, const gchar * param)
{
  GstElement *element = get_element (pipeline, name);
  GObject *child = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY
      (element), param);

  fail_unless (child != NULL, "%s", param);
  gst_object_unref (element);
  return child;
}

static void
assert_all (Recorder * recorder, guint64 from, guint64 to, gdouble value)
{
  const gfloat *samples = recorder_samples (recorder);
  guint64 i;

  fail_unless (to <= recorder->frames, "only %" G_GUINT64_FORMAT " frames",
      recorder->frames);
  for (i = from; i < to; i++)
    assert_sample (samples[i], value, 1e-6 * fabs (value), i);
}

/* Automation */

GST_START_TEST (test_frames)
{
  Recorder *recorder = render ("constantsource length=4000 "
      "offset::automation=\"setValueAtTime(2, 0.02) setValueAtTime(3, 0.0201) "
      "setValueAtTime(4, 0.04000001)\"" OUT);

  assert_all (recorder, 0, 960, 1);
  assert_all (recorder, 960, 965, 2);
  assert_all (recorder, 965, 1921, 3);
  assert_all (recorder, 1921, 4000, 4);
  recorder_free (recorder);
}

GST_END_TEST;

/* The value of the first frame of each 128, wherever blocks begin */
GST_START_TEST (test_k_rate)
{
  static const guint sizes[] = { 128, 512, 8192 };
  guint i, frame;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Recorder *recorder = render ("constantsource length=9600 block-size=%u "
        "offset=0 offset::automation-rate=k-rate "
        "offset::automation=\"linearRampToValueAtTime(9600, 0.2)\"" OUT,
        sizes[i]);

    for (frame = 0; frame < 9600; frame += 128)
      assert_all (recorder, frame, frame + 128, frame);
    recorder_free (recorder);
  }
}

GST_END_TEST;

#define MODULATED "oscillator name=lfo frequency=5.5 ! gain gain=30 ! " \
    "osc.frequency_0 oscillator name=env frequency=2 ! amp.gain_0 " \
    "lfo. ! k.detune_0 oscillator name=k detune::automation-rate=k-rate " \
    "start=333333 ! mix. oscillator name=osc type=sawtooth frequency=300 " \
    "frequency::automation=\"exponentialRampToValueAtTime(600, 0.3) " \
    "setTargetAtTime(100, 0.35, 0.05) setValueCurveAtTime([100, 900, 5], 0.5, " \
    "0.1)\" ! gain name=amp gain=0.2 gain::automation=\"" \
    "setValueAtTime(0.1, 0.111) linearRampToValueAtTime(0.3, 0.222)\" ! mix. " \
    "gain name=mix length=40000 "

GST_START_TEST (test_block_sizes)
{
  static const guint sizes[] = { 256, 1024, 8192 };
  Recorder *should = render (MODULATED "block-size=128" OUT);
  guint i;

  fail_unless (recorder_loudness (should) > 0.05);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Recorder *is = render (MODULATED "block-size=%u" OUT, sizes[i]);

    assert_same_sound (is, should);
    recorder_free (is);
  }
  recorder_free (should);
}

GST_END_TEST;

/* value is what the last quantum began with. */
GST_START_TEST (test_current_value)
{
  GstElement *pipeline = launch ("constantsource name=source block-size=1024 "
      "offset::automation=\"setValueAtTime(0, 0) "
      "linearRampToValueAtTime(48000, 1)\"" OUT);
  Recorder *recorder = record (pipeline, "out");
  GstElement *source = get_element (pipeline, "source");
  GstClockTime time;
  gdouble value;

  g_object_get (source, "current-time", &time, NULL);
  fail_unless_equals_uint64 (time, 0);
  recorder_allow (recorder, 4096);
  play (pipeline);
  recorder_wait (recorder, 4096);
  /* one block more is rendered, and held up */
  do {
    g_object_get (source, "offset", &value, "current-time", &time, NULL);
  } while (value < 4096 + 896 || time < 5120 * GST_SECOND / 48000);
  fail_unless_equals_float (value, 4096 + 896);
  fail_unless_equals_uint64 (time, 5120 * GST_SECOND / 48000);
  recorder_allow (recorder, G_MAXUINT64);
  stop (pipeline);
  recorder_free (recorder);
  gst_object_unref (source);
}

GST_END_TEST;

/* Time passes for a parameter that its node has no use for: events are dropped,
 * and value goes on. */
GST_START_TEST (test_without_use)
{
  GstElement *pipeline = launch ("constantsource name=source "
      "start=3600000000000 block-size=1024" OUT);
  GObject *offset = get_param (pipeline, "source", "offset");
  Recorder *recorder = record (pipeline, "out");
  gboolean accepted;
  gdouble value;
  gchar *text;
  guint i;

  for (i = 0; i < 1000; i++)
    g_signal_emit_by_name (offset, "set-value-at-time", (gdouble) i, i * 1e-4,
        &accepted);
  recorder_allow (recorder, 9600);
  play (pipeline);
  recorder_wait (recorder, 9600);
  do {
    g_object_get (offset, "value", &value, NULL);
  } while (value < 999);
  g_object_get (offset, "automation", &text, NULL);
  fail_unless_equals_string (text, "setValueAtTime(999, 0.0999)");
  g_free (text);
  recorder_allow (recorder, G_MAXUINT64);
  stop (pipeline);
  recorder_free (recorder);
  g_object_unref (offset);
}

GST_END_TEST;

static void
schedule_ramp (GstElement * source)
{
  GObject *offset = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY
      (source), "offset");
  gboolean accepted = FALSE;
  GstClockTime now;

  g_object_get (source, "current-time", &now, NULL);
  /* without an event before it the ramp begins now */
  g_signal_emit_by_name (offset, "linear-ramp-to-value-at-time", 2.0,
      now / 1e9 + 0.1, &accepted);
  fail_unless (accepted);
  g_object_unref (offset);
}

GST_START_TEST (test_schedule_from_now)
{
  GstElement *pipeline = launch ("constantsource name=source length=48000 "
      "block-size=1024" OUT);
  Recorder *recorder = record (pipeline, "out");
  const gfloat *samples;
  guint i;

  do_at (pipeline, "source", 10 * BLOCK, schedule_ramp);
  play (pipeline);
  wait_for_end (pipeline);
  samples = recorder_samples (recorder);
  assert_all (recorder, 0, 10 * BLOCK, 1);
  for (i = 0; i < 4800; i++)
    assert_sample (samples[10 * BLOCK + i], 1 + i / 4800.0, 1e-6, i);
  assert_all (recorder, 10 * BLOCK + 4800, 48000, 2);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* What is connected */

GST_START_TEST (test_pads)
{
  GstElement *element = gst_element_factory_make ("oscillator", NULL);
  GstPad *pad = gst_element_request_pad_simple (element, "frequency_7");
  GstPad *other = gst_element_request_pad_simple (element, "detune_%u");

  fail_unless_equals_string (GST_PAD_NAME (pad), "frequency_7");
  fail_unless (g_str_has_prefix (GST_PAD_NAME (other), "detune_"));
  fail_unless (GST_PAD_IS_SINK (pad) && GST_PAD_IS_SINK (other));
  gst_element_release_request_pad (element, pad);
  gst_element_release_request_pad (element, other);
  fail_unless_equals_int (element->numsinkpads, 0);
  gst_object_unref (other);
  gst_object_unref (pad);
  gst_object_unref (element);
}

GST_END_TEST;

/* All that is connected is mixed to mono and added to the value. */
GST_START_TEST (test_sum)
{
  Recorder *recorder = render ("constantsource offset=0.25 ! c.offset_0 "
      "constantsource offset=3 ! gain channel-count=2 "
      "channel-count-mode=explicit ! c.offset_1 "
      "constantsource name=c offset=10 length=4096" OUT);

  assert_all (recorder, 0, 4096, 13.25);
  recorder_free (recorder);
  /* the same, into a gain */
  recorder = render ("constantsource offset=0.25 ! g.gain_0 "
      "constantsource offset=2 ! gain name=g gain=-1 length=4096" OUT);
  assert_all (recorder, 0, 4096, -1.5);
  recorder_free (recorder);
}

GST_END_TEST;

GST_START_TEST (test_k_rate_input)
{
  Recorder *recorder = render ("constantsource offset=0 offset::automation=\""
      "linearRampToValueAtTime(9600, 0.2)\" ! c.offset_0 constantsource "
      "name=c offset=0 offset::automation-rate=k-rate length=9600" OUT);
  guint frame;

  for (frame = 0; frame < 9600; frame += 128)
    assert_all (recorder, frame, frame + 128, frame);
  recorder_free (recorder);
}

GST_END_TEST;

/* A modulator that ends does not end the node, nor does one that goes on keep
 * it alive. */
GST_START_TEST (test_ends)
{
  Recorder *recorder = render ("constantsource stop=50000000 ! c.offset_0 "
      "constantsource name=c stop=100000000" OUT);

  fail_unless_equals_uint64 (recorder->frames, 4800);
  assert_all (recorder, 0, 2400, 2);
  assert_all (recorder, 2400, 4800, 1);
  recorder_free (recorder);

  recorder = render ("constantsource ! g.gain_0 "
      "constantsource stop=100000000 ! gain name=g" OUT);
  fail_unless_equals_uint64 (recorder->frames, 4800);
  assert_all (recorder, 0, 4800, 2);
  recorder_free (recorder);
}

GST_END_TEST;

/* With nothing but a modulator a gain is silence without end, and a source is
 * what it would be anyway. */
GST_START_TEST (test_only_modulated)
{
  Recorder *recorder = render ("constantsource stop=10000000 ! g.gain_0 "
      "gain name=g length=4096" OUT);

  fail_unless_equals_uint64 (recorder->frames, 4096);
  assert_all (recorder, 0, 4096, 0);
  recorder_free (recorder);
}

GST_END_TEST;

/* gst-launch -e */
GST_START_TEST (test_end_event)
{
  GstElement *pipeline = launch ("oscillator ! c.offset_0 "
      "constantsource name=c" OUT);
  Recorder *recorder = record (pipeline, "out");

  play (pipeline);
  recorder_wait (recorder, 4096);
  fail_unless (gst_element_send_event (pipeline, gst_event_new_eos ()));
  wait_for_end (pipeline);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* Infinite values that cancel each other are not a number, hence the default;
 * one alone is clamped to the range. */
GST_START_TEST (test_not_a_number)
{
  Recorder *recorder = render ("constantsource offset=3e38 ! gain gain=1e38 ! "
      "g.gain_0 constantsource offset=-3e38 ! gain gain=1e38 ! g.gain_1 "
      "constantsource offset=0.5 ! gain name=g gain=9 length=1024" OUT);

  assert_all (recorder, 0, 1024, 0.5);
  recorder_free (recorder);
  recorder = render ("constantsource offset=3e38 ! gain gain=1e38 ! "
      "c.offset_0 constantsource name=c length=1024" OUT);
  assert_all (recorder, 0, 1024, G_MAXFLOAT);
  recorder_free (recorder);
}

GST_END_TEST;

/* Pushed audio, of any format, mono or not */
GST_START_TEST (test_pushed)
{
  static const gchar *formats[] = {
    "format=F32LE,channels=1", "format=S16LE,channels=2"
  };
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    Recorder *should = render ("audiotestsrc num-buffers=20 freq=100 ! "
        "audio/x-raw,rate=48000,%s ! gain channel-count=1 "
        "channel-count-mode=explicit" OUT, formats[i]);
    Recorder *is = render ("audiotestsrc num-buffers=20 freq=100 ! "
        "audio/x-raw,rate=48000,%s ! c.offset_0 "
        "constantsource offset=1 name=c length=%" G_GUINT64_FORMAT OUT,
        formats[i], should->frames);
    const gfloat *modulator = recorder_samples (should);
    const gfloat *samples = recorder_samples (is);

    fail_unless_equals_uint64 (is->frames, should->frames);
    for (k = 0; k < is->frames; k++)
      assert_sample (samples[k], 1 + modulator[k], 1e-6, k);
    recorder_free (is);
    recorder_free (should);
  }
}

GST_END_TEST;

static void
unlink_modulator (GstElement * source)
{
  GstPad *pad = gst_element_get_static_pad (source, "offset_0");
  GstPad *peer = gst_pad_get_peer (pad);

  fail_unless (gst_pad_unlink (peer, pad));
  gst_element_release_request_pad (source, pad);
  gst_object_unref (peer);
  gst_object_unref (pad);
}

static void
link_modulator (GstElement * source)
{
  GstElement *pipeline = GST_ELEMENT (GST_OBJECT_PARENT (source));
  GstElement *modulator = get_element (pipeline, "m");

  fail_unless (gst_element_link_pads (modulator, "src", source, "offset_0"));
  gst_object_unref (modulator);
}

GST_START_TEST (test_changes)
{
  GstElement *pipeline = launch ("constantsource name=m offset=2 ! c.offset_0 "
      "constantsource name=c length=20480" OUT);
  Recorder *recorder = record (pipeline, "out");

  do_at (pipeline, "c", 5 * BLOCK, unlink_modulator);
  do_at (pipeline, "c", 10 * BLOCK, link_modulator);
  play (pipeline);
  wait_for_end (pipeline);
  assert_all (recorder, 0, 5 * BLOCK, 3);
  assert_all (recorder, 5 * BLOCK, 10 * BLOCK, 1);
  assert_all (recorder, 10 * BLOCK, 20 * BLOCK, 3);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* Control bindings */

GST_START_TEST (test_binding_and_input)
{
  GstElement *pipeline = launch ("constantsource offset=10 ! c.offset_0 "
      "constantsource name=c length=24000 "
      "offset::automation=\"setValueAtTime(5, 0)\"" OUT);
  Recorder *recorder = record (pipeline, "out");
  const gfloat *samples;
  guint i;

  bind_ramp (pipeline, "c", "offset", 0, 1, TRUE, 1, 0);
  play (pipeline);
  wait_for_end (pipeline);
  samples = recorder_samples (recorder);
  for (i = 0; i < 24000; i++)
    assert_sample (samples[i], 10 + ramp (i, 0, 1), 1e-6, i);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

GST_START_TEST (test_binding_at_k_rate)
{
  GstElement *pipeline = launch ("constantsource name=c length=9600 "
      "offset::automation-rate=k-rate" OUT);
  Recorder *recorder = record (pipeline, "out");
  guint frame;

  bind_ramp (pipeline, "c", "offset", 0, 24000, TRUE, 1, 0);
  play (pipeline);
  wait_for_end (pipeline);
  for (frame = 0; frame < 9600; frame += 128)
    assert_all (recorder, frame, frame + 128, frame);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* Every frame is what the source says at its time. */
static void
assert_bound (GstControlSource * source, const gchar * line)
{
  static const guint sizes[] = { 128, 1024, 8192 };
  const gfloat *samples;
  guint i, k;

  for (k = 0; k < G_N_ELEMENTS (sizes); k++) {
    GstElement *pipeline = launch (line, sizes[k]);
    Recorder *recorder = record (pipeline, "out");

    bind_property (pipeline, "c", "offset", gst_object_ref (source), TRUE);
    play (pipeline);
    wait_for_end (pipeline);
    samples = recorder_samples (recorder);
    for (i = 0; i < 24000; i++) {
      gdouble should;

      check_that (gst_control_source_get_value (source,
              gst_util_uint64_scale (i, GST_SECOND, RATE), &should),
          "no value at frame %u", i);
      assert_sample (samples[i], should, 1e-6 * fabs (should), i);
    }
    stop (pipeline);
    recorder_free (recorder);
  }
}

GST_START_TEST (test_bound_to_lfo)
{
  GstControlSource *source = gst_lfo_control_source_new ();

  g_object_set (source, "frequency", 3.0, "amplitude", 0.5, "offset", 0.25,
      NULL);
  assert_bound (source, "constantsource name=c length=24000 block-size=%u" OUT);
  g_object_set (source, "waveform", GST_LFO_WAVEFORM_SQUARE, "frequency", 77.0,
      NULL);
  assert_bound (source, "constantsource name=c length=24000 block-size=%u" OUT);
  gst_object_unref (source);
}

GST_END_TEST;

/* What a trigger says stays, as with any property; before the first one there
 * is the value, and what is rendered before the sound begins counts, too. */
GST_START_TEST (test_bound_to_triggers)
{
  static const guint sizes[] = { 128, 1024, 8192 };
  guint k;

  for (k = 0; k < G_N_ELEMENTS (sizes); k++) {
    GstElement *pipeline = launch ("constantsource name=c offset=7 ! mix. "
        "constantsource name=late start=500000000 ! mix. "
        "gain name=mix length=36000 block-size=%u" OUT, sizes[k]);
    Recorder *recorder = record (pipeline, "out");
    GstControlSource *source = gst_trigger_control_source_new ();

    add_point (source, 1000, 2);
    add_point (source, 5013, 0);
    add_point (source, 20000, -3);
    bind_property (pipeline, "c", "offset", source, TRUE);
    source = gst_trigger_control_source_new ();
    add_point (source, 501, 100);
    bind_property (pipeline, "late", "offset", source, TRUE);
    play (pipeline);
    wait_for_end (pipeline);
    assert_all (recorder, 0, 1000, 7);
    assert_all (recorder, 1000, 5013, 2);
    assert_all (recorder, 5013, 20000, 0);
    assert_all (recorder, 20000, 24000, -3);
    assert_all (recorder, 24000, 36000, 97);
    stop (pipeline);
    recorder_free (recorder);
  }
}

GST_END_TEST;

/* A binding of the parameter itself, and one that is disabled */
GST_START_TEST (test_bound_child)
{
  GstElement *pipeline = launch ("constantsource name=c length=24000" OUT);
  GObject *offset = get_param (pipeline, "c", "offset");
  GstElement *source = get_element (pipeline, "c");
  Recorder *recorder = record (pipeline, "out");
  GstControlSource *control = new_source (GST_INTERPOLATION_MODE_LINEAR);
  const gfloat *samples;
  guint i;

  bind_ramp (pipeline, "c", "offset", 5, 6, TRUE, 1, 0);
  gst_object_set_control_binding_disabled (GST_OBJECT (source), "offset", TRUE);
  add_point (control, 0, 0);
  add_point (control, RAMP_END, 1);
  fail_unless (gst_object_add_control_binding (GST_OBJECT (offset),
          gst_direct_control_binding_new_absolute (GST_OBJECT (offset),
              "value", control)));
  play (pipeline);
  wait_for_end (pipeline);
  samples = recorder_samples (recorder);
  for (i = 0; i < 24000; i++)
    assert_sample (samples[i], ramp (i, 0, 1), 1e-6, i);
  stop (pipeline);
  recorder_free (recorder);
  gst_object_unref (control);
  gst_object_unref (source);
  g_object_unref (offset);
}

GST_END_TEST;

/* A binding may say anything: what is too large for a sample is limited. */
GST_START_TEST (test_bound_to_the_extreme)
{
  GstElement *pipeline = launch ("constantsource offset=0 ! "
      "gain name=g length=24000" OUT);
  Recorder *recorder = record (pipeline, "out");

  bind_ramp (pipeline, "g", "gain", 1e300, 1.5e300, TRUE, 1, 0);
  play (pipeline);
  wait_for_end (pipeline);
  assert_all (recorder, 0, 24000, 0);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* Seeking */

static void
seek (GstElement * pipeline, GstClockTime start, GstClockTime stop)
{
  fail_unless (gst_element_seek (pipeline, 1, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SEEK_TYPE_SET,
          start, GST_CLOCK_TIME_IS_VALID (stop) ? GST_SEEK_TYPE_SET :
          GST_SEEK_TYPE_NONE, stop));
}

/* The text counts again, at whatever position. */
GST_START_TEST (test_seek)
{
  static const guint positions[] = { 0, 12800, 1000, 20000, 47000, 100 };
  const gchar *line = "constantsource name=c length=48000 "
      "offset::automation-rate=%s offset::automation=\"setValueAtTime(0, 0.1) "
      "linearRampToValueAtTime(1, 0.2) setTargetAtTime(0.5, 0.3, 0.1) "
      "setValueCurveAtTime([3, 4, 2], 0.5, 0.3)\"" OUT;
  static const gchar *rates[] = { "a-rate", "k-rate" };
  guint i, k;

  for (k = 0; k < G_N_ELEMENTS (rates); k++) {
    Recorder *whole = render (line, rates[k]);
    GstElement *pipeline = launch (line, rates[k]);
    Recorder *recorder = record (pipeline, "out");

    play (pipeline);
    wait_for_end (pipeline);
    for (i = 0; i < G_N_ELEMENTS (positions); i++) {
      seek (pipeline, gst_util_uint64_scale (positions[i], GST_SECOND, RATE),
          GST_CLOCK_TIME_NONE);
      wait_for_end (pipeline);
      assert_floats_equal (recorder_samples (recorder),
          recorder_samples (whole) + positions[i], 48000 - positions[i]);
    }
    stop (pipeline);
    recorder_free (recorder);
    recorder_free (whole);
  }
}

GST_END_TEST;

/* Stopped and started again, a pipeline sounds the same. */
GST_START_TEST (test_restart)
{
  GstElement *pipeline = launch ("constantsource stop=100000000 "
      "offset::automation=\"linearRampToValueAtTime(5, 0.05)\"" OUT);
  Recorder *recorder = record (pipeline, "out");
  gfloat *first = g_new (gfloat, 4800);

  play (pipeline);
  wait_for_end (pipeline);
  memcpy (first, recorder_samples (recorder), 4800 * sizeof (gfloat));
  set_state (pipeline, GST_STATE_NULL);
  recorder_clear (recorder);
  play (pipeline);
  wait_for_end (pipeline);
  assert_floats_equal (recorder_samples (recorder), first, 4800);
  stop (pipeline);
  recorder_free (recorder);
  g_free (first);
}

GST_END_TEST;

/* Other threads */

#define EVENTS 100000
/* Where the events are, beyond what is rendered meanwhile */
#define LATER 36000.0

static guint
count_scheduled (GObject * param)
{
  gchar *text, *at;
  guint n = 0;

  g_object_get (param, "automation", &text, NULL);
  for (at = text; (at = strchr (at, '(')); at++)
    n++;
  g_free (text);
  return n;
}

static gpointer
schedule_events (gpointer param)
{
  gboolean accepted = FALSE;
  guint i;

  for (i = 0; i < EVENTS; i++) {
    g_signal_emit_by_name (param, "set-value-at-time", (gdouble) i,
        LATER + i / (gdouble) RATE, &accepted);
    fail_unless (accepted);
    /* into the block that is being rendered */
    if (i % 10 == 0)
      g_signal_emit_by_name (param, "set-target-at-time", (gdouble) i, 0.0,
          0.01, &accepted);
    if (i % 100 == 0)
      g_object_set (param, "value", (gdouble) i, NULL);
  }
  return NULL;
}

static void
recorder_set_limit (Recorder * recorder, guint64 limit)
{
  g_mutex_lock (&recorder->lock);
  recorder->limit = limit;
  g_mutex_unlock (&recorder->lock);
}

static gpointer
change_anything (gpointer param)
{
  static const gchar *texts[] = {
    "", "linearRampToValueAtTime(1, 1)", "not one",
    "setValueAtTime(1, 0) setTargetAtTime(0, 0, 0.01) setTargetAtTime(1, 1, 1)"
  };
  gboolean accepted;
  gchar *text;
  guint i;

  for (i = 0; i < 5000; i++) {
    g_object_set (param, "automation-rate", i % 2, NULL);
    if (i % 3 == 0)
      g_object_set (param, "value", 0.5, NULL);
    if (i % 7 == 0)
      g_object_set (param, "automation", texts[i % G_N_ELEMENTS (texts)], NULL);
    if (i % 11 == 0)
      g_signal_emit_by_name (param, "cancel-and-hold-at-time", 0.0, &accepted);
    g_signal_emit_by_name (param, "linear-ramp-to-value-at-time", 1.0, i * 0.01,
        &accepted);
    g_object_get (param, "automation", &text, NULL);
    g_free (text);
    if (i % 13 == 0)
      g_signal_emit_by_name (param, "cancel-scheduled-values", 0.0, &accepted);
  }
  return NULL;
}

/* All that may be set is, from two threads, while it is rendered. */
GST_START_TEST (test_changing_threads)
{
  GstElement *pipeline = launch ("constantsource offset=0.5 ! c.offset_0 "
      "constantsource name=c block-size=256" OUT);
  GObject *offset = get_param (pipeline, "c", "offset");
  Recorder *recorder = record (pipeline, "out");
  GThread *threads[2];
  const gfloat *samples;
  guint i;

  recorder_set_limit (recorder, 1000000);
  play (pipeline);
  for (i = 0; i < 2; i++)
    threads[i] = g_thread_new ("change", change_anything, offset);
  for (i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  recorder_wait (recorder, recorder_count (recorder) + 4096);
  stop (pipeline);
  samples = recorder_samples (recorder);
  for (i = 0; i < MIN (recorder->frames, 1000000); i++)
    check_that (samples[i] >= 0.5 && samples[i] <= 1.5, "frame %u is %g", i,
        samples[i]);
  recorder_free (recorder);
  g_object_unref (offset);
}

GST_END_TEST;

/* Nothing is lost, and all is in order. */
GST_START_TEST (test_scheduling_thread)
{
  GstElement *pipeline = launch ("constantsource name=c block-size=128" OUT);
  GObject *offset = get_param (pipeline, "c", "offset");
  Recorder *recorder = record (pipeline, "out");
  const gfloat *samples;
  GThread *thread;
  guint i, n;

  recorder_set_limit (recorder, 0);
  play (pipeline);
  recorder_wait (recorder, 4096);
  thread = g_thread_new ("schedule", schedule_events, offset);
  g_thread_join (thread);
  recorder_wait (recorder, recorder_count (recorder) + 4096);
  /* what has passed is dropped, but what is in force */
  n = count_scheduled (offset);
  fail_unless (n >= EVENTS && n <= EVENTS + 1, "%u", n);
  recorder_set_limit (recorder, G_MAXUINT64);
  seek (pipeline, LATER * GST_SECOND, LATER * GST_SECOND +
      gst_util_uint64_scale (EVENTS, GST_SECOND, RATE));
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, EVENTS);
  samples = recorder_samples (recorder);
  for (i = 0; i < EVENTS; i++)
    assert_sample (samples[i], i, 0, i);
  fail_unless (count_scheduled (offset) <= 1);
  stop (pipeline);
  recorder_free (recorder);
  g_object_unref (offset);
}

GST_END_TEST;

static Suite *
param_suite (void)
{
  Suite *s = suite_create ("param");
  TCase *tc = tcase_create ("automation");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_frames);
  tcase_add_test (tc, test_k_rate);
  tcase_add_test (tc, test_block_sizes);
  tcase_add_test (tc, test_current_value);
  tcase_add_test (tc, test_without_use);
  tcase_add_test (tc, test_schedule_from_now);

  tc = tcase_create ("inputs");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_pads);
  tcase_add_test (tc, test_sum);
  tcase_add_test (tc, test_k_rate_input);
  tcase_add_test (tc, test_ends);
  tcase_add_test (tc, test_only_modulated);
  tcase_add_test (tc, test_end_event);
  tcase_add_test (tc, test_not_a_number);
  tcase_add_test (tc, test_pushed);
  tcase_add_test (tc, test_changes);

  tc = tcase_create ("bindings");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_binding_and_input);
  tcase_add_test (tc, test_binding_at_k_rate);
  tcase_add_test (tc, test_bound_to_lfo);
  tcase_add_test (tc, test_bound_to_triggers);
  tcase_add_test (tc, test_bound_child);
  tcase_add_test (tc, test_bound_to_the_extreme);

  tc = tcase_create ("time");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_seek);
  tcase_add_test (tc, test_restart);
  tcase_add_test (tc, test_changing_threads);
  tcase_add_test (tc, test_scheduling_thread);
  return s;
}

GST_CHECK_MAIN (param);
