/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every node has: pads, properties, caps, and an input that mixes all its
 * connections as the spec says. */

#include "../check-webaudio.h"
#include "../../../gst/dsp/channelmix.h"

/* Pads */

static void
assert_pads (const gchar * factory, gboolean has_input)
{
  GstElement *element = gst_check_setup_element (factory);
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (element);

  fail_unless_equals_int (element->numsrcpads, 1);
  fail_unless_equals_int (element->numsinkpads, has_input);
  fail_unless (gst_element_class_get_pad_template (klass, "src_%u") != NULL);
  fail_unless_equals_int (gst_element_class_get_pad_template (klass, "sink_%u")
      != NULL, has_input);
  gst_check_teardown_element (element);
}

GST_START_TEST (test_pads)
{
  assert_pads ("oscillator", FALSE);
  assert_pads ("constantsource", FALSE);
  assert_pads ("gain", TRUE);
  assert_pads ("mediastreamdest", TRUE);
}

GST_END_TEST;

static GstPad *
assert_requested (GstElement * element, const gchar * asked,
    const gchar * expected)
{
  GstPad *pad = gst_element_request_pad_simple (element, asked);

  if (!expected) {
    fail_unless (pad == NULL, "%s: got %s", asked, pad ? GST_PAD_NAME (pad) :
        "");
    return NULL;
  }
  fail_unless (pad != NULL, "%s: got no pad", asked);
  fail_unless_equals_string (GST_PAD_NAME (pad), expected);
  fail_unless_equals_int (GST_PAD_DIRECTION (pad), expected[1] == 'r' ?
      GST_PAD_SRC : GST_PAD_SINK);
  return pad;
}

static void
release (GstElement * element, GstPad * pad)
{
  gst_element_release_request_pad (element, pad);
  gst_object_unref (pad);
}

GST_START_TEST (test_request_names)
{
  GstElement *gain = gst_check_setup_element ("gain");
  GstPad *pads[6];
  guint i;

  pads[0] = assert_requested (gain, "sink_%u", "sink_0");
  pads[1] = assert_requested (gain, "sink_7", "sink_7");
  pads[2] = assert_requested (gain, "src_3", "src_3");
  /* of no template */
  assert_requested (gain, "sink_x", NULL);
  assert_requested (gain, "sink_", NULL);
  assert_requested (gain, "sink_-1", NULL);
  assert_requested (gain, "sink_1x", NULL);
  assert_requested (gain, "sink_4294967296", NULL);
  assert_requested (gain, "gain", NULL);
  /* the same number on the other side is another pad */
  pads[3] = assert_requested (gain, "src_7", "src_7");
  /* what was released is free again */
  release (gain, pads[1]);
  pads[1] = assert_requested (gain, "sink_7", "sink_7");
  pads[4] = assert_requested (gain, "sink_4294967295", "sink_4294967295");
  /* the next free one is none of those */
  pads[5] = gst_element_request_pad_simple (gain, "sink_%u");
  fail_unless (pads[5] != NULL);
  for (i = 0; i < G_N_ELEMENTS (pads); i++)
    release (gain, pads[i]);
  fail_unless_equals_int (gain->numpads, 2);
  gst_check_teardown_element (gain);
}

GST_END_TEST;

/* gst-launch finds a free pad on each side of a link by itself. */
GST_START_TEST (test_launch_requests)
{
  GstElement *pipeline = launch ("constantsource name=source "
      "source. ! gain name=mix ! fakesink source. ! mix. source. ! mix. "
      "mix. ! fakesink mix. ! fakesink");
  GstElement *source = get_element (pipeline, "source");
  GstElement *mix = get_element (pipeline, "mix");

  fail_unless_equals_int (source->numsrcpads, 3);
  fail_unless_equals_int (mix->numsinkpads, 3);
  fail_unless_equals_int (mix->numsrcpads, 3);
  gst_object_unref (source);
  gst_object_unref (mix);
  stop (pipeline);
}

GST_END_TEST;

/* Properties */

GST_START_TEST (test_properties)
{
  GstElement *gain = gst_check_setup_element ("gain");
  GstElement *dest = gst_check_setup_element ("mediastreamdest");
  guint channel_count, block_size;
  gint mode, interpretation, rate;
  gboolean is_live;
  guint64 length;

  g_object_get (gain, "channel-count", &channel_count,
      "channel-count-mode", &mode, "channel-interpretation", &interpretation,
      "block-size", &block_size, "sample-rate", &rate, "is-live", &is_live,
      "length", &length, NULL);
  fail_unless_equals_int (channel_count, 2);
  fail_unless_equals_int (mode, WEBAUDIO_CHANNEL_COUNT_MODE_MAX);
  fail_unless_equals_int (interpretation,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
  fail_unless_equals_int (block_size, 1024);
  fail_unless_equals_int (rate, 0);
  fail_unless (!is_live);
  fail_unless_equals_uint64 (length, 0);

  g_object_get (dest, "channel-count", &channel_count,
      "channel-count-mode", &mode, "channel-interpretation", &interpretation,
      NULL);
  fail_unless_equals_int (channel_count, 2);
  fail_unless_equals_int (mode, WEBAUDIO_CHANNEL_COUNT_MODE_EXPLICIT);
  fail_unless_equals_int (interpretation,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
  gst_check_teardown_element (dest);
  gst_check_teardown_element (gain);
}

GST_END_TEST;

GST_START_TEST (test_rounded_properties)
{
  static const guint block_sizes[][2] = {
    {0, 128}, {1, 128}, {127, 128}, {128, 128}, {129, 256}, {1000, 1024},
    {65535, 65536}, {65536, 65536}
  };
  static const gint rates[][2] = {
    {0, 0}, {1, 3000}, {2999, 3000}, {3000, 3000}, {44100, 44100},
    {768000, 768000}
  };
  GstElement *gain = gst_check_setup_element ("gain");
  guint block_size, i;
  gint rate;

  for (i = 0; i < G_N_ELEMENTS (block_sizes); i++) {
    g_object_set (gain, "block-size", block_sizes[i][0], NULL);
    g_object_get (gain, "block-size", &block_size, NULL);
    fail_unless_equals_int (block_size, block_sizes[i][1]);
  }
  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_object_set (gain, "sample-rate", rates[i][0], NULL);
    g_object_get (gain, "sample-rate", &rate, NULL);
    fail_unless_equals_int (rate, rates[i][1]);
  }
  gst_check_teardown_element (gain);
}

GST_END_TEST;

/* Caps */

static gboolean
accepts (GstElement * element, const gchar * pad_name, const gchar * caps_text)
{
  GstPad *pad = gst_element_get_static_pad (element, pad_name);
  GstCaps *caps = gst_caps_from_string (caps_text);
  gboolean accepted = gst_pad_query_accept_caps (pad, caps);
  GstCaps *possible = gst_pad_query_caps (pad, caps);

  /* both queries say the same */
  fail_unless_equals_int (!gst_caps_is_empty (possible), accepted);
  gst_caps_unref (possible);
  gst_caps_unref (caps);
  gst_object_unref (pad);
  return accepted;
}

#define RAW(format, layout, rate, channels) "audio/x-raw, format=" format \
    ", layout=" layout ", rate=" rate ", channels=" channels \
    ", channel-mask=(bitmask)0"

GST_START_TEST (test_caps)
{
  static const gchar *pads[] = { "sink", "src" };
  GstElement *gain = gst_check_setup_element ("gain");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pads); i++) {
    fail_unless (accepts (gain, pads[i], RAW ("F32LE", "interleaved", "48000",
                "2")));
    fail_unless (accepts (gain, pads[i], RAW ("F32LE", "non-interleaved",
                "48000", "32")));
    fail_unless (accepts (gain, pads[i], RAW ("S16LE", "interleaved", "8000",
                "1")));
    fail_unless (accepts (gain, pads[i], RAW ("F64BE", "non-interleaved",
                "192000", "32")));
    fail_unless (!accepts (gain, pads[i], RAW ("F32LE", "interleaved", "48000",
                "33")));
    fail_unless (!accepts (gain, pads[i], RAW ("F32LE", "interleaved", "2999",
                "2")));
    fail_unless (!accepts (gain, pads[i], "audio/x-opus"));
  }
  /* a pin is not negotiable */
  g_object_set (gain, "sample-rate", 44100, NULL);
  fail_unless (accepts (gain, "src", RAW ("S16LE", "interleaved", "44100",
              "2")));
  fail_unless (!accepts (gain, "src", RAW ("S16LE", "interleaved", "48000",
              "2")));
  gst_check_teardown_element (gain);
}

GST_END_TEST;

/* Mixing */

#define FRAMES 300

/* Appends an appsrc that pushes @channels channels, each with a value of its
 * own that differs from frame to frame, to the launch line. */
static void
add_source (GString * line, guint number, guint channels)
{
  g_string_append_printf (line, "appsrc name=source%u format=time "
      "caps=\"audio/x-raw, format=%s, layout=interleaved, rate=48000, "
      "channels=%u, channel-mask=(bitmask)0\" ! mix. ", number,
      GST_AUDIO_NE (F32), channels);
}

static gfloat
source_value (guint number, guint channel, guint frame)
{
  return (gfloat) (number + 1) / (channel + 2) + frame / 1024.0f;
}

static void
feed_source (GstElement * pipeline, guint number, guint channels)
{
  gchar *name = g_strdup_printf ("source%u", number);
  GstElement *source = get_element (pipeline, name);
  gfloat *samples = g_new (gfloat, FRAMES * channels);
  GstFlowReturn flow;
  GstBuffer *buffer;
  guint i, c;

  for (i = 0; i < FRAMES; i++)
    for (c = 0; c < channels; c++)
      samples[i * channels + c] = source_value (number, c, i);
  buffer = float_buffer (samples, FRAMES, channels, 0, 48000);
  g_signal_emit_by_name (source, "push-buffer", buffer, &flow);
  fail_unless_equals_int (flow, GST_FLOW_OK);
  g_signal_emit_by_name (source, "end-of-stream", &flow);
  gst_buffer_unref (buffer);
  g_free (samples);
  gst_object_unref (source);
  g_free (name);
}

/* What a gain puts out for sources with these channel counts. */
static Recorder *
mix_sources (const guint * channels, guint n, guint count, guint mode,
    guint interpretation)
{
  GString *line = g_string_new ("");
  GstElement *pipeline;
  Recorder *recorder;
  guint i;

  g_string_append_printf (line, "gain name=mix channel-count=%u "
      "channel-count-mode=%u channel-interpretation=%u ! fakesink name=out ",
      count, mode, interpretation);
  for (i = 0; i < n; i++)
    add_source (line, i, channels[i]);
  pipeline = launch ("%s", line->str);
  recorder = record (pipeline, "out");
  play (pipeline);
  for (i = 0; i < n; i++)
    feed_source (pipeline, i, channels[i]);
  wait_for_end (pipeline);
  stop (pipeline);
  g_string_free (line, TRUE);
  return recorder;
}

static void
mix_expected (gfloat * mixed, guint into, const guint * channels, guint n,
    guint interpretation)
{
  gfloat *in = g_new (gfloat, FRAMES * 32);
  const gfloat *in_planes[32];
  gfloat *planes[32];
  guint number, i, c;

  for (c = 0; c < 32; c++) {
    in_planes[c] = in + c * FRAMES;
    planes[c] = mixed + c * FRAMES;
  }
  for (number = 0; number < n; number++) {
    for (c = 0; c < channels[number]; c++)
      for (i = 0; i < FRAMES; i++)
        in[c * FRAMES + i] = source_value (number, c, i);
    webaudio_channel_mix (planes, into, in_planes, channels[number],
        interpretation, number > 0, FRAMES);
  }
  g_free (in);
}

static void
assert_mixed (const guint * channels, guint n, guint count, guint mode,
    guint interpretation)
{
  gfloat *expected = g_new0 (gfloat, FRAMES * 32);
  Recorder *recorder = mix_sources (channels, n, count, mode, interpretation);
  const gfloat *samples = recorder_samples (recorder);
  guint largest = 0, into, i, c;

  for (i = 0; i < n; i++)
    largest = MAX (largest, channels[i]);
  into = mode == WEBAUDIO_CHANNEL_COUNT_MODE_EXPLICIT ? count :
      mode == WEBAUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX ? MIN (largest, count) :
      largest;
  fail_unless_equals_int (recorder_channels (recorder), into);
  fail_unless_equals_uint64 (recorder->frames, FRAMES);
  mix_expected (expected, into, channels, n, interpretation);
  for (i = 0; i < FRAMES; i++)
    for (c = 0; c < into; c++)
      check_that (fabs (samples[i * into + c] - expected[c * FRAMES + i])
          < 1e-5, "%u of %u channels into %u (%u, %u): %g is not %g", c,
          largest, into, mode, interpretation, samples[i * into + c],
          expected[c * FRAMES + i]);
  recorder_free (recorder);
  g_free (expected);
}

static const guint layouts[] = { 1, 2, 4, 6, 32 };

GST_START_TEST (test_mix_one)
{
  guint mode = __i__ / 2, interpretation = __i__ % 2;
  guint from, count;

  for (from = 0; from < G_N_ELEMENTS (layouts); from++)
    for (count = 0; count < G_N_ELEMENTS (layouts); count++)
      assert_mixed (layouts + from, 1, layouts[count], mode, interpretation);
}

GST_END_TEST;

/* Every connection is mixed by itself, then they are summed. */
GST_START_TEST (test_mix_several)
{
  static const guint all[] = { 6, 1, 4, 2, 32 };
  guint n;

  for (n = 2; n <= G_N_ELEMENTS (all); n++) {
    assert_mixed (all, n, 2, WEBAUDIO_CHANNEL_COUNT_MODE_MAX,
        WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
    assert_mixed (all, n, 4, WEBAUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX,
        WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
    assert_mixed (all, n, 2, WEBAUDIO_CHANNEL_COUNT_MODE_EXPLICIT,
        WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
    assert_mixed (all, n, 6, WEBAUDIO_CHANNEL_COUNT_MODE_EXPLICIT,
        WEBAUDIO_CHANNEL_INTERPRETATION_DISCRETE);
  }
}

GST_END_TEST;

/* Connections into one input are summed, however many there are. */
GST_START_TEST (test_fan_in)
{
  GString *line = g_string_new ("gain name=mix ! fakesink name=out ");
  Recorder *recorder;
  const gfloat *samples;
  gdouble sum = 0;
  guint i;

  for (i = 0; i < 100; i++) {
    g_string_append_printf (line, "constantsource offset=%u stop=100000000 "
        "! mix. ", i);
    sum += i;
  }
  recorder = render ("%s", line->str);
  samples = recorder_samples (recorder);
  fail_unless_equals_uint64 (recorder->frames, 4800);
  for (i = 0; i < 4800; i++)
    check_that (samples[i] == sum, "frame %u is %g", i, samples[i]);
  recorder_free (recorder);
  g_string_free (line, TRUE);
}

GST_END_TEST;

/* A connection that ends earlier than others leaves them alone. */
GST_START_TEST (test_uneven_ends)
{
  Recorder *recorder = render ("gain name=mix ! fakesink name=out "
      "constantsource offset=1 stop=100000000 ! mix. "
      "constantsource offset=2 stop=200010416 ! mix. "
      "constantsource offset=4 stop=300000000 ! mix.");
  const gfloat *samples = recorder_samples (recorder);
  guint i;

  fail_unless_equals_uint64 (recorder->frames, 14400);
  for (i = 0; i < 14400; i++)
    check_that (samples[i] == (i < 4800 ? 7 : i < 9601 ? 6 : 4),
        "frame %u is %g", i, samples[i]);
  recorder_free (recorder);
}

GST_END_TEST;

/* The mix follows the properties while playing; the pushed stream keeps the
 * channels it began with. */
GST_START_TEST (test_change_channels)
{
  GstElement *pipeline = launch ("constantsource ! gain name=mix "
      "channel-count-mode=explicit channel-count=4 ! fakesink name=out");
  Recorder *recorder = record (pipeline, "out");
  const gfloat *samples;
  guint i, c;

  recorder_allow (recorder, 1024);
  play (pipeline);
  recorder_wait (recorder, 1024);
  set_on (pipeline, "mix", "channel-count", 1);
  recorder_allow (recorder, 8192);
  recorder_wait (recorder, 8192);
  recorder_allow (recorder, G_MAXUINT64);
  stop (pipeline);

  fail_unless_equals_int (recorder_channels (recorder), 4);
  samples = recorder_samples (recorder);
  /* mono into quad is left and right; so is what goes through mono first */
  for (i = 0; i < 8192; i++)
    for (c = 0; c < 4; c++)
      check_that (samples[i * 4 + c] == (c < 2 ? 1.0f : 0.0f), "channel %u", c);
  recorder_free (recorder);
}

GST_END_TEST;

static void
assert_not_linked (const gchar * line)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch_full (line, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, &error);

  fail_unless (pipeline == NULL);
  fail_unless_equals_int (error->code, GST_PARSE_ERROR_LINK);
  g_error_free (error);
}

/* More channels than the spec asks for are refused where they are known, */
GST_START_TEST (test_too_many_channels)
{
  assert_not_linked ("constantsource ! audio/x-raw, channels=33, "
      "channel-mask=(bitmask)0 ! fakesink");
  assert_not_linked ("audiotestsrc ! audio/x-raw, channels=33, "
      "channel-mask=(bitmask)0 ! gain ! fakesink");
}

GST_END_TEST;

/* and an error where they are pushed. */
GST_START_TEST (test_too_many_pushed_channels)
{
  GstElement *pipeline = launch ("appsrc name=source format=time ! gain ! "
      "fakesink");
  GstElement *source = get_element (pipeline, "source");
  GstCaps *caps = float_caps (33, 48000);
  gfloat frame[33] = { 0, };
  GstBuffer *buffer = float_buffer (frame, 1, 33, 0, 48000);
  GstFlowReturn flow;
  GstMessage *message;

  play (pipeline);
  g_object_set (source, "caps", caps, NULL);
  g_signal_emit_by_name (source, "push-buffer", buffer, &flow);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (source));
  gst_message_unref (message);
  stop (pipeline);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
  gst_object_unref (source);
}

GST_END_TEST;

/* Silence */

static gboolean
is_gap (const RecordedBuffer * buffer)
{
  return (buffer->flags & GST_BUFFER_FLAG_GAP) != 0;
}

/* An input that nobody linked is silence, and all of it is known to be. */
GST_START_TEST (test_unlinked_input)
{
  Recorder *recorder = render ("gain length=10000 ! gain ! "
      "mediastreamdest length=10000 ! fakesink name=out");
  guint i;

  fail_unless_equals_uint64 (recorder->frames, 10000);
  fail_unless_equals_int (recorder_channels (recorder), 2);
  fail_unless (recorder_loudness (recorder) == 0);
  for (i = 0; i < recorder->buffers->len; i++)
    fail_unless (is_gap (recorder_buffer (recorder, i)));
  recorder_free (recorder);
}

GST_END_TEST;

/* Silence is a GAP through mixes and gains, and sound is not one. */
GST_START_TEST (test_gaps)
{
  Recorder *recorder = render ("gain name=mix gain=0.5 ! gain gain=2 ! "
      "fakesink name=out "
      "constantsource start=40000000 stop=100000000 ! mix. "
      "constantsource start=60000000 stop=100000000 ! mix.");
  guint i;

  fail_unless_equals_uint64 (recorder->frames, 4800);
  for (i = 0; i < recorder->buffers->len; i++) {
    const RecordedBuffer *buffer = recorder_buffer (recorder, i);

    fail_unless_equals_int (is_gap (buffer), buffer->offset_end <= 1920);
  }
  recorder_free (recorder);
}

GST_END_TEST;

/* The end */

/* As gst-launch-1.0 -e sends it. */
GST_START_TEST (test_eos_event)
{
  GstElement *pipeline = launch ("gain name=mix ! fakesink name=out "
      "sync=true oscillator ! mix. constantsource ! gain ! mix. "
      "mix. ! fakesink sync=true");
  Recorder *recorder = record (pipeline, "out");

  play (pipeline);
  recorder_wait (recorder, 1024);
  fail_unless (gst_element_send_event (pipeline, gst_event_new_eos ()));
  wait_for_end (pipeline);
  fail_unless (recorder->ended);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

static Suite *
node_suite (void)
{
  Suite *s = suite_create ("node");
  TCase *tc = tcase_create ("node");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_pads);
  tcase_add_test (tc, test_request_names);
  tcase_add_test (tc, test_launch_requests);
  tcase_add_test (tc, test_properties);
  tcase_add_test (tc, test_rounded_properties);
  tcase_add_test (tc, test_caps);
  tcase_add_loop_test (tc, test_mix_one, 0, 6);
  tcase_add_test (tc, test_mix_several);
  tcase_add_test (tc, test_fan_in);
  tcase_add_test (tc, test_uneven_ends);
  tcase_add_test (tc, test_change_channels);
  tcase_add_test (tc, test_too_many_channels);
  tcase_add_test (tc, test_too_many_pushed_channels);
  tcase_add_test (tc, test_unlinked_input);
  tcase_add_test (tc, test_gaps);
  tcase_add_test (tc, test_eos_event);
  return s;
}

GST_CHECK_MAIN (node);
