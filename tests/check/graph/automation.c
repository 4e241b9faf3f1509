/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Scheduling: a parameter's methods as action signals and as text, what they
 * refuse and how they say it, and the same on GstWebAudioTimeline.
 */

#include <gst/controller/controller.h>

#include "check-webaudio.h"

static GstElement *element;
static GObject *param;

static void
setup (void)
{
  element = gst_element_factory_make ("oscillator", NULL);
  param = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (element),
      "frequency");
  fail_unless (param != NULL);
}

static void
teardown (void)
{
  g_object_unref (param);
  gst_object_unref (element);
}

static gboolean
emit (gpointer object, const gchar * method, ...)
{
  gboolean accepted = FALSE;
  guint id = g_signal_lookup (method, G_OBJECT_TYPE (object));
  va_list args;
  GSignalQuery query;
  gdouble numbers[3];
  guint i;

  fail_unless (id != 0, "%s", method);
  g_signal_query (id, &query);
  va_start (args, method);
  for (i = 0; i < query.n_params; i++)
    numbers[i] = va_arg (args, gdouble);
  va_end (args);
  if (query.n_params == 1)
    g_signal_emit (object, id, 0, numbers[0], &accepted);
  else if (query.n_params == 2)
    g_signal_emit (object, id, 0, numbers[0], numbers[1], &accepted);
  else
    g_signal_emit (object, id, 0, numbers[0], numbers[1], numbers[2],
        &accepted);
  return accepted;
}

/* @values: floating, or (transfer none) */
static gboolean
emit_curve (gpointer object, GVariant * values, gdouble time, gdouble duration)
{
  gboolean accepted = FALSE;

  g_signal_emit_by_name (object, "set-value-curve-at-time", values, time,
      duration, &accepted);
  return accepted;
}

static void
assert_text (gpointer object, const gchar * should)
{
  gchar *text;

  g_object_get (object, "automation", &text, NULL);
  fail_unless_equals_string (text, should);
  g_free (text);
}

/* The error begins with, or contains, what is expected. */
static void
assert_error (gpointer object, const gchar * should)
{
  GError *error = NULL;

  g_object_get (object, "error", &error, NULL);
  if (!should) {
    fail_unless (error == NULL);
    return;
  }
  fail_unless (error != NULL, "%s", should);
  fail_unless (strstr (error->message, should) != NULL, "%s: %s", should,
      error->message);
  g_error_free (error);
}

GST_START_TEST (test_methods)
{
  fail_unless (emit (param, "set-value-at-time", 220.0, 0.0));
  fail_unless (emit (param, "linear-ramp-to-value-at-time", 330.5, 1.0));
  fail_unless (emit (param, "exponential-ramp-to-value-at-time", 440.0, 2.25));
  fail_unless (emit (param, "set-target-at-time", 1e-3, 3.0, 0.125));
  fail_unless (emit_curve (param, g_variant_new_parsed ("[0.125, 0.5, 2.]"), 4,
          0.1));
  assert_error (param, NULL);
  assert_text (param, "setValueAtTime(220, 0) linearRampToValueAtTime(330.5, 1)"
      " exponentialRampToValueAtTime(440, 2.25)"
      " setTargetAtTime(0.001, 3, 0.125)"
      " setValueCurveAtTime([0.125, 0.5, 2], 4, 0.1)");
  fail_unless (emit (param, "cancel-and-hold-at-time", 4.0625));
  assert_text (param, "setValueAtTime(220, 0) linearRampToValueAtTime(330.5, 1)"
      " exponentialRampToValueAtTime(440, 2.25)"
      " setTargetAtTime(0.001, 3, 0.125)"
      " setValueCurveAtTime([0.125, 0.5, 2], 4, 0.1)"
      " cancelAndHoldAtTime(4.0625)");
  fail_unless (emit (param, "cancel-scheduled-values", 1.5));
  assert_text (param, "setValueAtTime(220, 0) "
      "linearRampToValueAtTime(330.5, 1)");
}

GST_END_TEST;

/* A curve is any array of numbers. */
GST_START_TEST (test_curves)
{
  static const gchar *curves[] = {
    "[0., 1., -2.]", "[0, 1, -2]", "[int64 0, 1, -2]", "(0, 1.0, -2)",
    "[<0>, <1.0>, <<-2>>]", "(uint32 0, uint32 1, <-2.0>)"
  };
  static const gchar *others[] = {
    "[true, false]", "['a', 'b']", "[[0.], [1.]]", "(1, 'a')", "[<1>, <'b'>]"
  };
  static const gchar *none[] = { "@ad []", "7", "'ab'", "[1.]" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (curves); i++) {
    fail_unless (emit_curve (param, g_variant_new_parsed (curves[i]), 1, 1));
    assert_text (param, "setValueCurveAtTime([0, 1, -2], 1, 1)");
    fail_unless (emit (param, "cancel-scheduled-values", 0.0));
  }
  for (i = 0; i < G_N_ELEMENTS (others); i++) {
    fail_if (emit_curve (param, g_variant_new_parsed (others[i]), 1, 1));
    assert_error (param, "setValueCurveAtTime: TypeError");
  }
  for (i = 0; i < G_N_ELEMENTS (none); i++) {
    fail_if (emit_curve (param, g_variant_new_parsed (none[i]), 1, 1));
    assert_error (param, "setValueCurveAtTime: InvalidStateError");
  }
  fail_if (emit_curve (param, NULL, 1, 1));
  assert_text (param, "");
}

GST_END_TEST;

GST_START_TEST (test_refused_methods)
{
  fail_if (emit (param, "set-value-at-time", 1.0, -1.0));
  assert_error (param, "setValueAtTime: RangeError");
  fail_if (emit (param, "set-value-at-time", NAN, 1.0));
  assert_error (param, "setValueAtTime: TypeError");
  fail_if (emit (param, "exponential-ramp-to-value-at-time", 0.0, 1.0));
  assert_error (param, "exponentialRampToValueAtTime: RangeError");
  fail_if (emit (param, "set-target-at-time", 0.0, 1.0, -1.0));
  assert_error (param, "setTargetAtTime: RangeError");
  fail_if (emit (param, "cancel-scheduled-values", INFINITY));
  assert_error (param, "cancelScheduledValues: RangeError");
  fail_if (emit (param, "cancel-and-hold-at-time", -0.5));
  assert_error (param, "cancelAndHoldAtTime: RangeError");

  fail_if (emit_curve (param, g_variant_new_parsed ("[1., 2.]"), 1, 0));
  assert_error (param, "setValueCurveAtTime: RangeError");
  fail_unless (emit_curve (param, g_variant_new_parsed ("[1., 2.]"), 1, 1));
  assert_error (param, NULL);
  fail_if (emit (param, "set-value-at-time", 1.0, 1.5));
  assert_error (param, "setValueAtTime: NotSupportedError");
  fail_unless (emit (param, "cancel-scheduled-values", 0.0));
  assert_text (param, "");
}

GST_END_TEST;

GST_START_TEST (test_text)
{
  static const struct
  {
    const gchar *text;
    const gchar *read;
  } texts[] = {
    {"", ""},
    {"  \t\n ", ""},
    {"setValueAtTime(1,2)", "setValueAtTime(1, 2)"},
    {"setValueAtTime(1, 2);", "setValueAtTime(1, 2)"},
    {" setValueAtTime ( -1.5e2 ,\n.5 ) ; linearRampToValueAtTime(+2, 1)",
        "setValueAtTime(-150, 0.5) linearRampToValueAtTime(2, 1)"},
    {"setValueAtTime(1, 3)setValueAtTime(2, 1)",
        "setValueAtTime(2, 1) setValueAtTime(1, 3)"},
    {"setTargetAtTime(0.1, 0.3, 0.30000000000000004)",
        "setTargetAtTime(0.1, 0.3, 0.30000000000000004)"},
    {"setValueCurveAtTime([ 1 ,2], 1, 1) cancelAndHoldAtTime(1.5) "
          "setTargetAtTime(0, 1.5, 0)",
        "setValueCurveAtTime([1, 2], 1, 1) cancelAndHoldAtTime(1.5) "
          "setTargetAtTime(0, 1.5, 0)"},
    {"linearRampToValueAtTime(4, 4) cancelAndHoldAtTime(2)",
        "linearRampToValueAtTime(222, 2)"},
    {"setValueAtTime(1, 1) cancelScheduledValues(1)", ""},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_object_set (param, "automation", texts[i].text, NULL);
    assert_error (param, NULL);
    assert_text (param, texts[i].read);
    /* what is read can be set */
    g_object_set (param, "automation", texts[i].read, NULL);
    assert_text (param, texts[i].read);
  }
  g_object_set (param, "automation", NULL, NULL);
  assert_text (param, "");
}

GST_END_TEST;

/* A text is refused whole, and the error says where and why. */
GST_START_TEST (test_refused_text)
{
  static const struct
  {
    const gchar *text;
    const gchar *error;
  } texts[] = {
    {"setvalueAtTime(1, 2)", "column 1: expected setValueAtTime, "},
    {"setValueAtTime(1, 2) hold(2)", "column 22: expected setValueAtTime"},
    {"setValueAtTime 1, 2)", "column 16: expected '(', not '1'"},
    {"setValueAtTime(1)", "column 17: expected ',', not ')'"},
    {"setValueAtTime(1, 2, 3)", "column 20: expected ')', not ','"},
    {"setValueAtTime(one, 2)", "column 16: expected a number, not 'one'"},
    {"setValueAtTime(nan, 2)", "column 16: expected a number, not 'nan'"},
    {"setValueAtTime(-inf, 2)", "column 16: expected a number, not '-inf'"},
    {"setValueAtTime(1, 2", "column 20: expected ')', not the end"},
    {"setValueAtTime([1], 2)", "column 16: expected a number, not '['"},
    {"setValueAtTime(1, 2) é", "column 22: expected setValueAtTime"},
    {"setValueCurveAtTime(1, 2, 3)", "column 21: expected '['"},
    {"setValueCurveAtTime([], 2, 3)", "column 22: expected a number"},
    {"setValueCurveAtTime([1 2], 2, 3)", "column 24: expected ',' or ']'"},
    {"setValueCurveAtTime([1], 2, 3)", "column 1: setValueCurveAtTime: "
          "InvalidStateError"},
    {"setValueAtTime(1, 2) setValueAtTime(1, -2)",
        "column 22: setValueAtTime: RangeError"},
    {"setValueAtTime(1e999, 2)", "column 1: setValueAtTime: TypeError"},
    {"setValueCurveAtTime([1, 2], 2, 3) setValueAtTime(1, 4)",
        "column 35: setValueAtTime: NotSupportedError"},
    {";", "column 1: expected setValueAtTime"},
  };
  guint i;

  g_object_set (param, "automation", "setValueAtTime(7, 7)", NULL);
  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_object_set (param, "automation", texts[i].text, NULL);
    assert_error (param, texts[i].error);
    assert_text (param, "setValueAtTime(7, 7)");
  }
}

GST_END_TEST;

/* On a command line nobody reads the property error. */
GST_START_TEST (test_refused_text_is_posted)
{
  GstElement *pipeline = launch ("oscillator name=o "
      "frequency::automation=\"setValueAtTime(1)\" ! fakesink");
  GstMessage *message;
  GError *error;

  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_READY),
      GST_STATE_CHANGE_SUCCESS);
  message = wait_for (pipeline, GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, "column 17") != NULL, "%s",
      error->message);
  g_error_free (error);
  gst_message_unref (message);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_children)
{
  gdouble value, initial, minimum, maximum;
  GObject *detune;
  gint rate;

  fail_unless_equals_int (gst_child_proxy_get_children_count
      (GST_CHILD_PROXY (element)), 2);
  detune = gst_child_proxy_get_child_by_index (GST_CHILD_PROXY (element), 1);
  fail_unless_equals_string (GST_OBJECT_NAME (detune), "detune");
  fail_unless (gst_child_proxy_get_child_by_index (GST_CHILD_PROXY (element),
          2) == NULL);
  g_object_get (detune, "value", &value, "default-value", &initial,
      "min-value", &minimum, "max-value", &maximum, "automation-rate", &rate,
      NULL);
  fail_unless_equals_float (value, 0);
  fail_unless_equals_float (initial, 0);
  fail_unless_equals_float (minimum, -153600);
  fail_unless_equals_float (maximum, 153600);
  fail_unless_equals_int (rate, 0);
  gst_child_proxy_set (GST_CHILD_PROXY (element), "detune::automation-rate", 1,
      "detune::value", 100.0, NULL);
  g_object_get (element, "detune", &value, NULL);
  fail_unless_equals_float (value, 100);
  g_object_set (element, "detune", -50.0, NULL);
  g_object_get (detune, "value", &value, "automation-rate", &rate, NULL);
  fail_unless_equals_float (value, -50);
  fail_unless_equals_int (rate, 1);
  /* what value does is no event that anybody scheduled */
  assert_text (detune, "");
  g_object_unref (detune);
}

GST_END_TEST;

/* Where the spec does not let the rate be changed, it is not. */
GST_START_TEST (test_fixed_rates)
{
  static const struct
  {
    const gchar *node;
    const gchar *param;
  } fixed[] = {
    {"buffersource", "playback-rate"}, {"buffersource", "detune"},
    {"dynamicscompressor", "threshold"}, {"dynamicscompressor", "knee"},
    {"dynamicscompressor", "ratio"}, {"dynamicscompressor", "attack"},
    {"dynamicscompressor", "release"}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fixed); i++) {
    GstElement *node = gst_element_factory_make (fixed[i].node, NULL);
    GObject *child = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (node),
        fixed[i].param);
    gint rate;

    gst_util_set_object_arg (child, "automation-rate", "k-rate");
    assert_error (child, NULL);
    gst_util_set_object_arg (child, "automation-rate", "a-rate");
    assert_error (child, "automation-rate: InvalidStateError");
    g_object_get (child, "automation-rate", &rate, NULL);
    fail_unless_equals_int (rate, 1);
    g_object_unref (child);
    gst_object_unref (node);
  }
}

GST_END_TEST;

/* A parameter may outlive its node. */
GST_START_TEST (test_orphan)
{
  GstElement *node = gst_element_factory_make ("gain", NULL);
  GObject *gain = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (node),
      "gain");

  gst_object_unref (node);
  fail_unless (emit (gain, "set-value-at-time", 0.5, 1.0));
  assert_text (gain, "setValueAtTime(0.5, 1)");
  g_object_set (gain, "automation", "setValueAtTime", NULL);
  assert_error (gain, "column 15");
  g_object_unref (gain);
}

GST_END_TEST;

/* GstWebAudioTimeline */

static GstControlSource *
new_timeline (void)
{
  return gst_object_ref_sink (g_object_new (g_type_from_name
          ("GstWebAudioTimeline"), NULL));
}

GST_START_TEST (test_timeline)
{
  GstControlSource *source = new_timeline ();
  gdouble values[5], value;

  g_object_set (source, "initial-value", 0.5, "automation",
      "setValueAtTime(1, 1) linearRampToValueAtTime(0, 2)", NULL);
  assert_error (source, NULL);
  fail_unless (gst_control_source_get_value_array (source, 0, GST_SECOND / 2,
          5, values));
  fail_unless_equals_float (values[0], 0.5);
  fail_unless_equals_float (values[1], 0.5);
  fail_unless_equals_float (values[2], 1);
  fail_unless_equals_float (values[3], 0.5);
  fail_unless_equals_float (values[4], 0);
  /* any order, and no past */
  fail_unless (gst_control_source_get_value (source, 1250 * GST_MSECOND,
          &value));
  fail_unless_equals_float (value, 0.75);
  fail_unless (emit (source, "set-value-at-time", 9.0, 0.25));
  fail_unless (gst_control_source_get_value (source, GST_SECOND / 2, &value));
  fail_unless_equals_float (value, 9);
  fail_unless (gst_control_source_get_value (source, 0, &value));
  fail_unless_equals_float (value, 0.5);
  assert_text (source, "setValueAtTime(9, 0.25) setValueAtTime(1, 1) "
      "linearRampToValueAtTime(0, 2)");
  /* wherever it was read last, another text begins with the initial value */
  fail_unless (gst_control_source_get_value (source, GST_SECOND, &value));
  g_object_set (source, "automation", "setValueAtTime(2, 1)", NULL);
  fail_unless (gst_control_source_get_value (source, 0, &value));
  fail_unless_equals_float (value, 0.5);
  gst_object_unref (source);
}

GST_END_TEST;

/* On a stock element, which reads it for every sample */
GST_START_TEST (test_timeline_on_volume)
{
  GstElement *pipeline = launch ("constantsource stop=1000000000 ! "
      "volume name=v ! fakesink name=out");
  Recorder *recorder = record (pipeline, "out");
  GstObject *volume = GST_OBJECT (get_element (pipeline, "v"));
  GstControlSource *source = new_timeline ();
  const gfloat *samples;
  guint i;

  g_object_set (source, "automation", "setValueAtTime(0, 0) "
      "linearRampToValueAtTime(1, 0.5) setTargetAtTime(0, 0.5, 0.1)", NULL);
  fail_unless (gst_object_add_control_binding (volume,
          gst_direct_control_binding_new_absolute (volume, "volume", source)));
  play (pipeline);
  wait_for_end (pipeline);
  samples = recorder_samples (recorder);
  for (i = 0; i < 48000; i++) {
    gdouble t = i / 48000.0;
    gdouble should = t < 0.5 ? 2 * t : exp (-(t - 0.5) / 0.1);

    /* volume counts its time in whole nanoseconds a sample */
    check_that (fabs (samples[i] - should) < 1e-3, "frame %u: %g, not %g", i,
        samples[i], should);
  }
  stop (pipeline);
  recorder_free (recorder);
  gst_object_unref (source);
  gst_object_unref (volume);
}

GST_END_TEST;

#define PICTURES 30

typedef struct
{
  guint n;
  guint8 brightness[PICTURES];
} Film;

static GstPadProbeReturn
look_at (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Film *film = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (film->n < PICTURES)
    gst_buffer_extract (buffer, 0, &film->brightness[film->n], 1);
  film->n++;
  return GST_PAD_PROBE_OK;
}

/* On a pad of a video mixer, which reads it for every picture */
GST_START_TEST (test_timeline_on_video)
{
  GstElement *pipeline = launch ("videotestsrc pattern=white num-buffers=%u ! "
      "video/x-raw,format=GRAY8,width=8,height=8,framerate=30/1 ! "
      "compositor name=m background=black ! video/x-raw,format=GRAY8 ! "
      "fakesink name=out sync=false", PICTURES);
  GstElement *mixer = get_element (pipeline, "m");
  GstElement *out = get_element (pipeline, "out");
  GstPad *pad = gst_element_get_static_pad (mixer, "sink_0");
  GstPad *seen = gst_element_get_static_pad (out, "sink");
  GstControlSource *source = new_timeline ();
  Film film = { 0, };
  guint i;

  g_object_set (source, "automation", "linearRampToValueAtTime(1, 0.5) "
      "setValueAtTime(0.25, 0.8)", NULL);
  fail_unless (gst_object_add_control_binding (GST_OBJECT (pad),
          gst_direct_control_binding_new_absolute (GST_OBJECT (pad), "alpha",
              source)));
  gst_pad_add_probe (seen, GST_PAD_PROBE_TYPE_BUFFER, look_at, &film, NULL);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_int (film.n, PICTURES);
  for (i = 0; i < PICTURES; i++) {
    gdouble alpha = i < 15 ? i / 15.0 : i < 24 ? 1 : 0.25;
    gdouble black = film.brightness[0], white = film.brightness[20];

    fail_unless (fabs (film.brightness[i] - black - alpha * (white -
                black)) <= 2, "picture %u: %u", i, film.brightness[i]);
  }
  fail_unless (film.brightness[20] > film.brightness[0] + 200);
  stop (pipeline);
  gst_object_unref (source);
  gst_object_unref (seen);
  gst_object_unref (pad);
  gst_object_unref (out);
  gst_object_unref (mixer);
}

GST_END_TEST;

static Suite *
automation_suite (void)
{
  Suite *s = suite_create ("automation");
  TCase *tc = tcase_create ("methods");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_methods);
  tcase_add_test (tc, test_curves);
  tcase_add_test (tc, test_refused_methods);
  tcase_add_test (tc, test_text);
  tcase_add_test (tc, test_refused_text);
  tcase_add_test (tc, test_refused_text_is_posted);
  tcase_add_test (tc, test_children);
  tcase_add_test (tc, test_fixed_rates);
  tcase_add_test (tc, test_orphan);
  tcase_add_test (tc, test_timeline);
  tcase_add_test (tc, test_timeline_on_volume);
  tcase_add_test (tc, test_timeline_on_video);
  return s;
}

GST_CHECK_MAIN (automation);
