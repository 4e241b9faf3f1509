/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What users get wrong, and machines: every property at its extremes and
 * beyond, lines that cannot work, disks that are full. What cannot work is an
 * error that says why; nothing hangs or crashes.
 */

#include "check-webaudio.h"
#include "generic/check-factories.h"

#include <float.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

/* Properties */

/* The values that are tried for a type of property, whether they fit or not */
typedef struct
{
  GType type;
  const gchar *values;          /* separated by spaces */
} Extremes;

static const Extremes extremes[] = {
  {G_TYPE_DOUBLE, "0 -0 1 -1 0.5 nan -nan inf -inf 5e-324 -5e-324 1e-310 "
        "2.2250738585072014e-308 3.4028234663852886e38 -3.4028234663852886e38 "
        "3.5e38 1.7976931348623157e308 -1.7976931348623157e308"},
  {G_TYPE_INT, "0 1 -1 2 2999 3000 768000 768001 44100 2147483647 "
        "-2147483648"},
  {G_TYPE_UINT, "0 1 2 3 127 129 32 33 65535 65536 65537 4294967295"},
  {G_TYPE_UINT64, "0 1 2 127 129 9223372036854775807 9223372036854775808 "
        "18446744073709551614 18446744073709551615"},
  {G_TYPE_BOOLEAN, "false true"},
  {G_TYPE_STRING, "x /nowhere a:1 a:2:3:4 :: , file:///nowhere x:y"},
};

static gboolean
same_value (GstElement * element, GParamSpec * pspec, const GValue * value)
{
  GValue now = G_VALUE_INIT;
  gboolean same;

  g_value_init (&now, pspec->value_type);
  g_object_get_property (G_OBJECT (element), pspec->name, &now);
  same = g_param_values_cmp (pspec, &now, value) == 0;
  g_value_unset (&now);
  return same;
}

static gboolean
is_nan (const GValue * value)
{
  return G_VALUE_HOLDS_DOUBLE (value) && isnan (g_value_get_double (value));
}

/* An AudioParam clamps what is out of range and refuses what is no number;
 * elsewhere GLib refuses both, and the property stays as it was */
static void
set_value (GstElement * element, GParamSpec * pspec, const GValue * value)
{
  GValue valid = G_VALUE_INIT, before = G_VALUE_INIT;

  g_value_init (&valid, pspec->value_type);
  g_value_init (&before, pspec->value_type);
  g_value_copy (value, &valid);
  g_object_get_property (G_OBJECT (element), pspec->name, &before);
  if (pspec->flags & G_PARAM_LAX_VALIDATION) {
    g_param_value_validate (pspec, &valid);
    g_object_set_property (G_OBJECT (element), pspec->name, value);
    fail_unless (same_value (element, pspec,
            is_nan (value) ? &before : &valid));
  } else if (g_param_value_validate (pspec, &valid)
      && (is_nan (value) || g_param_values_cmp (pspec, &valid, value) != 0)) {
    ASSERT_WARNING (g_object_set_property (G_OBJECT (element), pspec->name,
            value));
    fail_unless (same_value (element, pspec, &before));
  } else {
    g_object_set_property (G_OBJECT (element), pspec->name, value);
  }
  g_value_unset (&before);
  g_value_unset (&valid);
}

/* (transfer full): values for @pspec */
static GArray *
values_for (GParamSpec * pspec)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (GValue));
  guint i, j;

  g_array_set_clear_func (values, (GDestroyNotify) g_value_unset);
  if (G_IS_PARAM_SPEC_ENUM (pspec)) {
    for (i = 0; i < 8; i++) {
      GValue value = G_VALUE_INIT;

      g_value_init (&value, pspec->value_type);
      g_value_set_enum (&value, (gint) i - 1);
      g_array_append_val (values, value);
    }
    return values;
  }
  for (i = 0; i < G_N_ELEMENTS (extremes); i++) {
    gchar **texts;

    if (extremes[i].type != pspec->value_type)
      continue;
    texts = g_strsplit (extremes[i].values, " ", -1);
    for (j = 0; texts[j]; j++) {
      GValue value = G_VALUE_INIT;

      g_value_init (&value, pspec->value_type);
      if (pspec->value_type == G_TYPE_DOUBLE)
        g_value_set_double (&value, g_ascii_strtod (texts[j], NULL));
      else
        fail_unless (gst_value_deserialize (&value, texts[j]), "%s", texts[j]);
      g_array_append_val (values, value);
    }
    g_strfreev (texts);
  }
  return values;
}

/* No value makes the graph's samples anything but numbers */
static void
check_samples (Recorder * recorder)
{
  const gfloat *samples;
  gsize i, n;

  g_mutex_lock (&recorder->lock);
  n = recorder->data->len / sizeof (gfloat);
  samples = (const gfloat *) recorder->data->data;
  for (i = 0; i < n; i++)
    if (!isfinite (samples[i]))
      fail ("sample %" G_GSIZE_FORMAT " is %g", i, samples[i]);
  g_mutex_unlock (&recorder->lock);
}

/* Sets @value before or while the element plays */
static void
try_value (const gchar * name, const gchar * property, const GValue * value,
    gboolean playing)
{
  GstElement *pipeline = launch ("%s%s%s name=tested%s ! fakesink name=out",
      partner_before (name), has_template (name, "sink") ?
      "constantsource ! " : "", name, partner_after (name));
  GstElement *element = get_element (pipeline, "tested");
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS
      (element), property);
  Recorder *recorder = record (pipeline, "out");

  if (!playing)
    set_value (element, pspec, value);
  /* a custom wave without coefficients, a file that is not there and
   * parameters that are none are refused */
  if (gst_element_set_state (pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE) {
    recorder_wait (recorder, 2000);
    if (playing) {
      set_value (element, pspec, value);
      recorder_wait (recorder, recorder_count (recorder) + 2000);
    }
    check_samples (recorder);
  } else {
    fail_unless (g_str_equal (property, "type")
        || g_str_equal (property, "location") || g_str_equal (property, "uri")
        || g_str_equal (property, "parameters"), "%s", property);
  }
  gst_object_unref (element);
  stop (pipeline);
  recorder_free (recorder);
}

static void
try_property (const gchar * name, GParamSpec * pspec)
{
  GArray *values = values_for (pspec);
  guint i;

  for (i = 0; i < values->len; i++) {
    GST_INFO ("%s %s %u", name, pspec->name, i);
    try_value (name, pspec->name, &g_array_index (values, GValue, i), FALSE);
    try_value (name, pspec->name, &g_array_index (values, GValue, i), TRUE);
  }
  fail_unless (values->len > 0 || pspec->value_type == GST_TYPE_ARRAY
      || pspec->value_type == GST_TYPE_SAMPLE, "%s", pspec->name);
  g_array_unref (values);
}

GST_START_TEST (test_properties)
{
  guint i, j, n;

  for (i = 0; i < names->len; i++) {
    GstElement *element = gst_element_factory_make (names->pdata[i], NULL);
    GParamSpec **pspecs = g_object_class_list_properties
        (G_OBJECT_GET_CLASS (element), &n);

    for (j = 0; is_node (names->pdata[i]) && j < n; j++)
      /* both ends of a line have its name; see nodes/delaywriter.c */
      if (g_str_has_prefix (g_type_name (pspecs[j]->owner_type), "GstWebAudio")
          && pspecs[j]->flags & G_PARAM_WRITABLE
          && !g_str_equal (pspecs[j]->name, "line"))
        try_property (names->pdata[i], pspecs[j]);
    g_free (pspecs);
    gst_object_unref (element);
  }
}

GST_END_TEST;

GST_START_TEST (test_block_size)
{
  static const struct
  {
    guint asked, taken;
  } sizes[] = {
    {0, 128}, {1, 128}, {127, 128}, {128, 128}, {129, 256}, {1000, 1024},
    {65535, 65536}, {65536, 65536}
  };
  Recorder *should = render ("oscillator type=sawtooth length=70000 ! "
      "fakesink name=out");
  guint i, taken;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstElement *pipeline = launch ("oscillator name=o type=sawtooth "
        "length=70000 block-size=%u ! fakesink name=out", sizes[i].asked);
    GstElement *oscillator = get_element (pipeline, "o");
    Recorder *recorder = record (pipeline, "out");

    g_object_get (oscillator, "block-size", &taken, NULL);
    fail_unless_equals_int (taken, sizes[i].taken);
    play (pipeline);
    wait_for_end (pipeline);
    fail_unless_equals_int (recorder_buffer (recorder, 0)->frames,
        sizes[i].taken);
    assert_same_sound (recorder, should);
    gst_object_unref (oscillator);
    stop (pipeline);
    recorder_free (recorder);
  }
  recorder_free (should);
}

GST_END_TEST;

/* A length of 0 is none: what ends the sources ends the stream */
GST_START_TEST (test_zero_length)
{
  Recorder *recorder = render ("constantsource length=0 stop=100000000 ! "
      "fakesink name=out");

  fail_unless_equals_uint64 (recorder->frames, 4800);
  recorder_free (recorder);
}

GST_END_TEST;

GST_START_TEST (test_stop_before_start)
{
  Recorder *recorder = render ("oscillator start=2000000000 stop=100000000 ! "
      "mediastreamdest ! fakesink name=out");

  fail_unless_equals_uint64 (recorder->frames, 4800);
  fail_unless (recorder_loudness (recorder) == 0);
  recorder_free (recorder);
}

GST_END_TEST;

/* Pads */

GST_START_TEST (test_pad_names)
{
  static const gchar *bad[] = {
    "foo_0", "sink_x", "sink_-1", "sink_4294967296", "sink_1x", "src_",
    "src_99999999999999999999", "src_ 1", "src_+1", "src_0x1", "srcs", "",
    "frequency_x", "gain_-1"
  };
  guint i, j;

  for (i = 0; i < names->len; i++) {
    GstElement *element = gst_element_factory_make (names->pdata[i], NULL);
    guint16 before = element->numpads;
    GstPad *pad;

    for (j = 0; j < G_N_ELEMENTS (bad); j++)
      fail_unless (gst_element_request_pad_simple (element, bad[j]) == NULL,
          "%s.%s", (gchar *) names->pdata[i], bad[j]);
    fail_unless_equals_int (element->numpads, before);

    if (!has_template (names->pdata[i], "src_%u")) {
      gst_object_unref (element);
      continue;
    }
    /* the last number there is */
    pad = gst_element_request_pad_simple (element,
        has_template (names->pdata[i], "src_%u_%u") ? "src_5" :
        "src_4294967295");
    fail_unless (pad != NULL);
    gst_object_unref (pad);
    gst_object_unref (element);
  }
}

GST_END_TEST;

/* (transfer full): why @line cannot be parsed */
static GError *
parse_error (const gchar * line)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch_full (line, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, &error);

  fail_unless (pipeline == NULL, "%s", line);
  fail_unless (error != NULL);
  return error;
}

GST_START_TEST (test_lines)
{
  static const struct
  {
    const gchar *line;
    gint code;
  } lines[] = {
    {"oscillator ! mediastreamdest ! nosuchenc ! oggmux ! fakesink",
        GST_PARSE_ERROR_NO_SUCH_ELEMENT},
    {"oscillator ! mediastreamdest name=d d.foo_0 ! fakesink",
        GST_PARSE_ERROR_LINK},
    {"oscillator name=o o.sink ! fakesink", GST_PARSE_ERROR_LINK},
    {"oscillator ! osc.amplitude_0 oscillator name=osc ! fakesink",
        GST_PARSE_ERROR_LINK},
    {"oscillator ! mediastreamdest ! audio/x-raw,channels=33 ! fakesink",
        GST_PARSE_ERROR_LINK},
    {"oscillator ! mediastreamdest ! video/x-raw ! fakesink",
        GST_PARSE_ERROR_LINK},
    {"oscillator ! audio/x-raw,rate=2999 ! fakesink", GST_PARSE_ERROR_LINK},
    /* an encoder that does not take the rate */
    {"oscillator ! mediastreamdest sample-rate=44100 ! opusenc ! fakesink",
        GST_PARSE_ERROR_LINK},
    {"oscillator volume=1 ! fakesink", GST_PARSE_ERROR_NO_SUCH_PROPERTY},
    {"oscillator frequency=high ! fakesink",
        GST_PARSE_ERROR_COULD_NOT_SET_PROPERTY},
    {"oscillator type=noise ! fakesink",
        GST_PARSE_ERROR_COULD_NOT_SET_PROPERTY},
    {"oscillator real=1 imag=sine ! fakesink",
        GST_PARSE_ERROR_COULD_NOT_SET_PROPERTY},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    GError *error = parse_error (lines[i].line);

    fail_unless (g_error_matches (error, GST_PARSE_ERROR, lines[i].code),
        "%s: %s", lines[i].line, error->message);
    g_error_free (error);
  }
}

GST_END_TEST;

/* Formats */

/* Runs @line, which must fail with an error that contains all of @words */
static void
expect_error (const gchar * line, GQuark domain, gint code, const gchar * words)
{
  GstElement *pipeline = launch ("%s", line);
  GstMessage *message;
  GError *error = NULL;
  gchar **parts = g_strsplit (words, " ", -1);
  guint i;

  GST_INFO ("%s", line);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, domain, code), "%s: %s", line,
      error->message);
  for (i = 0; parts[i]; i++)
    fail_unless (strstr (error->message, parts[i]) != NULL, "%s: %s", line,
        error->message);
  g_strfreev (parts);
  g_error_free (error);
  gst_message_unref (message);
  stop (pipeline);
}

GST_START_TEST (test_rate_conflicts)
{
  static const gchar *lines[] = {
    "oscillator name=o o. ! audio/x-raw,rate=44100 ! fakesink "
        "o. ! audio/x-raw,rate=48000 ! fakesink",
    "oscillator ! audio/x-raw,rate=44100 ! mix. "
        "oscillator ! audio/x-raw,rate=48000 ! mix. gain name=mix ! fakesink",
    "oscillator sample-rate=44100 ! gain ! audio/x-raw,rate=48000 ! fakesink",
    "oscillator sample-rate=44100 ! gain sample-rate=48000 ! fakesink",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++)
    expect_error (lines[i], GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
        "44100 48000");
}

GST_END_TEST;

/* 33 channels, pushed; in a launch line they cannot even be linked */
GST_START_TEST (test_too_many_channels)
{
  GstElement *pipeline = launch ("appsrc name=in format=time ! gain ! "
      "fakesink");
  GstElement *in = get_element (pipeline, "in");
  GstCaps *caps = float_caps (33, 48000);
  gfloat *samples = g_new0 (gfloat, 33 * 480);
  GstBuffer *buffer = float_buffer (samples, 480, 33, 0, 48000);
  GstMessage *message;
  GstFlowReturn flow;

  g_object_set (in, "caps", caps, NULL);
  play (pipeline);
  g_signal_emit_by_name (in, "push-buffer", buffer, &flow);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  gst_message_unref (message);
  gst_buffer_unref (buffer);
  g_free (samples);
  gst_caps_unref (caps);
  gst_object_unref (in);
  stop (pipeline);
}

GST_END_TEST;

/* One that never delivers is reported once, and the others are heard; when it
 * delivers at last, it is heard, too */
GST_START_TEST (test_push_input_never_delivers)
{
  static gfloat twos[4800];
  GstElement *pipeline = launch ("appsrc name=in format=time ! mix. "
      "constantsource ! mix. gain name=mix ! fakesink name=out sync=true");
  GstElement *in = get_element (pipeline, "in");
  Recorder *recorder = record (pipeline, "out");
  GstCaps *caps = float_caps (1, 48000);
  const gfloat *samples;
  GstMessage *message;
  GstBuffer *buffer;
  GstFlowReturn flow;
  guint64 silent_until, i;

  play (pipeline);
  message = wait_for (pipeline, GST_MESSAGE_WARNING);
  fail_unless_equals_string (GST_MESSAGE_SRC_NAME (message), "mix");
  gst_message_unref (message);
  recorder_wait (recorder, 9600);

  for (i = 0; i < 4800; i++)
    twos[i] = 2;
  buffer = float_buffer (twos, 4800, 1, 0, 48000);
  silent_until = recorder_count (recorder);
  g_object_set (in, "caps", caps, NULL);
  g_signal_emit_by_name (in, "push-buffer", buffer, &flow);
  g_signal_emit_by_name (in, "end-of-stream", &flow);
  recorder_wait (recorder, silent_until + 24000);
  set_state (pipeline, GST_STATE_NULL);

  samples = recorder_samples (recorder);
  for (i = 0; i < recorder->frames && samples[i] == 1; i++);
  fail_unless (i >= silent_until);
  fail_unless (i + 4800 <= recorder->frames && samples[i] == 3
      && samples[i + 4799] == 3, "it was not heard");
  message = gst_bus_pop_filtered (GST_ELEMENT_BUS (pipeline),
      GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  fail_unless (message == NULL, "%" GST_PTR_FORMAT, message);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
  gst_object_unref (in);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* One that ends early is silent from then on */
GST_START_TEST (test_push_input_ends_early)
{
  Recorder *recorder = render ("audiotestsrc num-buffers=3 "
      "samplesperbuffer=800 ! audio/x-raw,rate=48000,format=F32LE ! mix. "
      "constantsource offset=2 stop=200000000 ! mix. "
      "gain name=mix ! fakesink name=out");
  const gfloat *samples = recorder_samples (recorder);
  guint i;

  fail_unless_equals_uint64 (recorder->frames, 9600);
  for (i = 2400; i < 9600; i++)
    if (samples[i] != 2)
      fail ("frame %u is %g", i, samples[i]);
  recorder_free (recorder);
}

GST_END_TEST;

/* Files */

static gchar *folder;

static void
make_folder (void)
{
  folder = g_dir_make_tmp ("badinput-XXXXXX", NULL);
  fail_unless (folder != NULL);
}

static void
remove_folder (void)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir))) {
    gchar *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
    g_free (path);
  }
  g_dir_close (dir);
  g_rmdir (folder);
  g_free (folder);
}

GST_START_TEST (test_unwritable_path)
{
  gchar *line = g_strdup_printf ("oscillator ! mediastreamdest ! opusenc ! "
      "oggmux ! filesink location=\"%s\"", folder);

  expect_error ("oscillator ! mediastreamdest ! opusenc ! oggmux ! "
      "filesink location=/nonexistent/sine.ogg", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_OPEN_WRITE, "/nonexistent/sine.ogg");
  /* a folder is no file */
  expect_error (line, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
      folder);
  expect_error ("oscillator ! mediastreamdest ! filesink", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND, "");
  g_free (line);
}

GST_END_TEST;

/* Another consumer of the same stream does not change that; it ends with the
 * pipeline */
GST_START_TEST (test_full_device)
{
  expect_error ("oscillator ! mediastreamdest name=d ! opusenc ! oggmux ! "
      "filesink location=/dev/full", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "");
  expect_error ("oscillator ! mediastreamdest name=d ! wavenc ! "
      "filesink location=/dev/full d.src_0 ! fakesink sync=true "
      "d.src_1 ! opusenc ! fakesink", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "");
}

GST_END_TEST;

/* Frames that can be decoded from @path, whose end may be missing */
static guint64
count_frames (const gchar * path, const gchar * decoder)
{
  GstElement *pipeline = launch ("filesrc location=\"%s\" ! %s ! fakesink "
      "name=out", path, decoder);
  Recorder *recorder = record (pipeline, "out");
  guint64 frames;

  play (pipeline);
  gst_message_unref (wait_for (pipeline, GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  stop (pipeline);
  frames = recorder->frames;
  recorder_free (recorder);
  return frames;
}

/* A disk that is full after some time: a limit on the size of files is the
 * nearest thing that needs no rights */
GST_START_TEST (test_full_disk)
{
  static const struct
  {
    const gchar *encoder;
    const gchar *decoder;
    rlim_t size;
    guint64 frames;             /* at least */
  } formats[] = {
    {"opusenc ! oggmux", "oggdemux ! opusdec", 100000, 48000 * 5},
    {"wavenc", "wavparse", 400000, 40000},
    {"flacenc", "flacparse ! flacdec", 200000, 40000},
  };
  struct rlimit before, limit;
  guint i;

  signal (SIGXFSZ, SIG_IGN);
  fail_unless (getrlimit (RLIMIT_FSIZE, &before) == 0);
  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    gchar *path = g_build_filename (folder, "recording", NULL);
    gchar *line = g_strdup_printf ("oscillator ! mediastreamdest name=d ! %s ! "
        "filesink location=\"%s\" d.src_0 ! queue ! fakesink",
        formats[i].encoder, path);

    limit = before;
    limit.rlim_cur = formats[i].size;
    fail_unless (setrlimit (RLIMIT_FSIZE, &limit) == 0);
    expect_error (line, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, "");
    fail_unless (setrlimit (RLIMIT_FSIZE, &before) == 0);
    /* and what was written plays */
    fail_unless (count_frames (path, formats[i].decoder) >= formats[i].frames,
        "%s: %" G_GUINT64_FORMAT " frames", formats[i].encoder,
        count_frames (path, formats[i].decoder));
    g_free (line);
    g_free (path);
  }
}

GST_END_TEST;

static Suite *
badinput_suite (void)
{
  Suite *s = suite_create ("badinput");
  TCase *properties = tcase_create ("properties");
  TCase *lines = tcase_create ("lines");
  TCase *files = tcase_create ("files");

  suite_add_tcase (s, properties);
  tcase_add_checked_fixture (properties, find_factories, forget_factories);
  tcase_add_test (properties, test_properties);
  tcase_add_test (properties, test_block_size);
  tcase_add_test (properties, test_zero_length);
  tcase_add_test (properties, test_stop_before_start);
  tcase_add_test (properties, test_pad_names);

  suite_add_tcase (s, lines);
  tcase_add_test (lines, test_lines);
  tcase_add_test (lines, test_rate_conflicts);
  tcase_add_test (lines, test_too_many_channels);
  tcase_add_test (lines, test_push_input_never_delivers);
  tcase_add_test (lines, test_push_input_ends_early);

  suite_add_tcase (s, files);
  tcase_add_checked_fixture (files, make_folder, remove_folder);
  tcase_add_test (files, test_unwritable_path);
  tcase_add_test (files, test_full_device);
  tcase_add_test (files, test_full_disk);
  return s;
}

GST_CHECK_MAIN (badinput);
