/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The convolver element: what a response may be and when it counts, channels,
 * tails, files.
 */

#include "check-allocations.h"
#include "nodes/check-param.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define OUT " ! fakesink name=out"

/* (transfer full): a response of interleaved @samples */
static GstSample *
new_response (const gfloat * samples, guint n, guint channels, gint rate)
{
  GstBuffer *buffer = float_buffer (samples, n, channels, 0, rate);
  GstCaps *caps = float_caps (channels, rate);
  GstSample *sample = gst_sample_new (buffer, caps, NULL, NULL);

  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
  return sample;
}

static void
set_response (GstElement * convolver, const gfloat * samples, guint n,
    guint channels, gint rate)
{
  GstSample *sample = new_response (samples, n, channels, rate);

  g_object_set (convolver, "buffer", sample, NULL);
  gst_sample_unref (sample);
}

/* (transfer full): of the element named c of a launch line, with this response,
 * not normalized */
static GstElement *
G_GNUC_PRINTF (4, 5)
launch_with (const gfloat * response, guint n, guint channels,
    const gchar * format, ...)
{
  GstElement *pipeline, *convolver;
  va_list args;

  va_start (args, format);
  pipeline = launch_valist (format, args);
  va_end (args);
  convolver = get_element (pipeline, "c");
  g_object_set (convolver, "normalize", FALSE, NULL);
  set_response (convolver, response, n, channels, RATE);
  gst_object_unref (convolver);
  return pipeline;
}

/* (transfer full): takes @pipeline */
static Recorder *
record_all (GstElement * pipeline)
{
  Recorder *recorder = record (pipeline, "out");

  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  return recorder;
}

/* Decaying noise of @channels channels */
static gfloat *
new_noise (guint n, guint channels)
{
  gfloat *noise = g_new (gfloat, n * channels);
  guint32 seed = 1;
  guint i;

  for (i = 0; i < n * channels; i++)
    noise[i] = next_noise (&seed) * exp (-3.0 * i / (n * channels));
  return noise;
}

GST_START_TEST (test_properties)
{
  GstElement *convolver = gst_element_factory_make ("convolver", NULL);
  const gfloat taps[] = { 1, 0.5, 0.25, 0.125, 0.5, 0.25 };
  GstSample *sample = new_response (taps, 3, 2, RATE), *is;
  GstSample *refused = new_response (taps, 2, 3, RATE);
  GstSample *empty = new_response (taps, 0, 1, RATE);
  gboolean normalize;

  g_object_get (convolver, "buffer", &is, "normalize", &normalize, NULL);
  fail_unless (is == NULL && normalize);
  g_object_set (convolver, "buffer", sample, NULL);
  g_object_get (convolver, "buffer", &is, NULL);
  fail_unless (is == sample);
  gst_sample_unref (is);
  /* neither is one, so the old one stays */
  g_object_set (convolver, "buffer", refused, NULL);
  g_object_set (convolver, "buffer", empty, NULL);
  g_object_get (convolver, "buffer", &is, NULL);
  fail_unless (is == sample);
  gst_sample_unref (is);
  g_object_set (convolver, "buffer", NULL, NULL);
  g_object_get (convolver, "buffer", &is, NULL);
  fail_unless (is == NULL);
  gst_sample_unref (sample);
  gst_sample_unref (refused);
  gst_sample_unref (empty);
  gst_object_unref (convolver);
}

GST_END_TEST;

GST_START_TEST (test_constraints)
{
  GstElement *convolver = gst_element_factory_make ("convolver", NULL);
  gint mode, initial;
  guint count;

  g_object_get (convolver, "channel-count-mode", &initial, NULL);
  g_object_set (convolver, "channel-count", 3, NULL);
  gst_util_set_object_arg (G_OBJECT (convolver), "channel-count-mode", "max");
  g_object_get (convolver, "channel-count", &count, "channel-count-mode", &mode,
      NULL);
  fail_unless_equals_int (count, 2);
  fail_unless_equals_int (mode, initial);
  gst_object_unref (convolver);
}

GST_END_TEST;

/* Without a response there is silence */
GST_START_TEST (test_no_response)
{
  Recorder *recorder = render ("oscillator ! channelmerger "
      "number-of-inputs=2 ! convolver length=4800" OUT);
  guint i;

  fail_unless_equals_uint64 (recorder->frames, 4800);
  fail_unless (recorder_loudness (recorder) == 0);
  for (i = 0; i < recorder->buffers->len; i++)
    fail_unless (recorder_buffer (recorder, i)->flags & GST_BUFFER_FLAG_GAP);
  recorder_free (recorder);
}

GST_END_TEST;

/* A late tap is a delay; after it the stream ends, with the quantum */
GST_START_TEST (test_delay)
{
  static const guint delays[] = { 0, 1, 127, 128, 1000, 5000, 40000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (delays); i++) {
    guint delay = delays[i], n = 4800 + delay, k;
    gfloat *taps = g_new0 (gfloat, delay + 1);
    Recorder *is, *should;

    taps[delay] = 1;
    is = record_all (launch_with (taps, delay + 1, 1, "oscillator "
            "type=sawtooth frequency=441 stop=100000000 ! convolver name=c"
            OUT));
    should = render ("oscillator type=sawtooth frequency=441 stop=100000000"
        OUT);
    fail_unless_equals_uint64 (is->frames, (n + 127) / 128 * 128);
    for (k = 0; k < is->frames; k++)
      assert_sample (recorder_samples (is)[k], k < delay || k >= n ? 0 :
          recorder_samples (should)[k - delay], 2e-6, k);
    recorder_free (is);
    recorder_free (should);
    g_free (taps);
  }
}

GST_END_TEST;

static gfloat
level_with (GstElement * convolver)
{
  GstElement *pipeline = launch ("constantsource stop=10000000 name=s ! "
      "fakesink name=out");
  GstElement *source = get_element (pipeline, "s");
  GstElement *out = get_element (pipeline, "out");
  Recorder *recorder;
  gfloat level;

  gst_element_unlink (source, out);
  gst_bin_add (GST_BIN (pipeline), convolver);
  fail_unless (gst_element_link_many (source, convolver, out, NULL));
  gst_object_unref (source);
  gst_object_unref (out);
  recorder = record (pipeline, "out");
  play (pipeline);
  wait_for_end (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (pipeline), convolver);
  gst_object_unref (pipeline);
  level = recorder_samples (recorder)[400];
  recorder_free (recorder);
  return level;
}

/* It counts when the response is set */
GST_START_TEST (test_normalize)
{
  GstElement *convolver = gst_object_ref_sink (gst_element_factory_make
      ("convolver", NULL));
  const gfloat tap = 0.5;
  const gdouble normalized = 0.00125 * 44100 / RATE;

  set_response (convolver, &tap, 1, 1, RATE);
  assert_sample (level_with (convolver), normalized, 1e-8, 0);
  g_object_set (convolver, "normalize", FALSE, NULL);
  assert_sample (level_with (convolver), normalized, 1e-8, 0);
  set_response (convolver, &tap, 1, 1, RATE);
  assert_sample (level_with (convolver), 0.5, 0, 0);
  g_object_set (convolver, "normalize", TRUE, NULL);
  assert_sample (level_with (convolver), 0.5, 0, 0);
  gst_object_unref (convolver);
}

GST_END_TEST;

/* A constant of 1 on the left and, where there is one, 10 on the right */
static void
check_channels (guint in_channels, guint channels, guint out_channels,
    gdouble left, gdouble right)
{
  const gfloat taps[] = { 0.1, 0.2, 0.3, 0.4 };
  Recorder *recorder = record_all (launch_with (taps, 1, channels,
          "constantsource stop=50000000 ! %s "
          "constantsource offset=10 stop=50000000 ! merge.sink_1 "
          "channelmerger name=merge number-of-inputs=2 ! %s convolver name=c"
          OUT, in_channels == 2 ? "merge.sink_0" : "c.",
          in_channels == 2 ? "" : "fakesink "));
  const gfloat *frame = recorder_samples (recorder) + 1000 * out_channels;

  fail_unless_equals_int (recorder_channels (recorder), out_channels);
  assert_sample (frame[0], left, 1e-6, 1000);
  if (out_channels == 2)
    assert_sample (frame[1], right, 1e-6, 1000);
  recorder_free (recorder);
}

GST_START_TEST (test_channels)
{
  check_channels (1, 1, 1, 0.1, 0);
  check_channels (1, 2, 2, 0.1, 0.2);
  check_channels (1, 4, 2, 0.1 + 0.3, 0.2 + 0.4);
  check_channels (2, 1, 2, 0.1, 1);
  check_channels (2, 2, 2, 0.1, 2);
  check_channels (2, 4, 2, 0.1 + 3, 0.2 + 4);
}

GST_END_TEST;

/* A response of another rate is an error, as soon as rates are known */
GST_START_TEST (test_rate)
{
  const gfloat tap = 1;
  GstElement *pipeline = launch_with (&tap, 1, 1, "oscillator ! "
      "convolver name=c ! audio/x-raw, rate=44100" OUT);
  GstMessage *message;
  GError *error;

  play (pipeline);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_CORE_ERROR,
          GST_CORE_ERROR_NEGOTIATION), "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  stop (pipeline);
}

GST_END_TEST;

static void
set_wrong_rate (GstElement * convolver)
{
  const gfloat tap = 7;

  set_response (convolver, &tap, 1, 1, 44100);
}

static void
set_twice (GstElement * convolver)
{
  const gfloat taps[] = { 0, 2 };

  set_response (convolver, taps, 2, 1, RATE);
}

static void
set_none (GstElement * convolver)
{
  g_object_set (convolver, "buffer", NULL, NULL);
}

/* A new response begins with the next block, and with what comes from then */
GST_START_TEST (test_exchange)
{
  const gfloat taps[] = { 1, 0.5 };
  GstElement *pipeline = launch_with (taps, 2, 1, "constantsource ! "
      "convolver name=c length=8192" OUT);
  Recorder *recorder = record (pipeline, "out");
  guint i;

  do_at (pipeline, "c", 1024, set_wrong_rate);
  do_at (pipeline, "c", 2048, set_twice);
  do_at (pipeline, "c", 4096, set_none);
  do_at (pipeline, "c", 6144, set_twice);
  play (pipeline);
  wait_for_end (pipeline);
  for (i = 0; i < 8192; i++)
    assert_sample (recorder_samples (recorder)[i], i == 0 ? 1 :
        i < 2048 ? 1.5 : i == 2048 ? 0 : i < 4096 ? 2 : i <= 6144 ? 0 : 2,
        1e-6, i);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

/* Stereo at first, then mono, then silence */
GST_START_TEST (test_blocks)
{
  static const guint sizes[] = { 384, 1024, 8192 };
  guint channels, i;

  for (channels = 1; channels <= 4; channels *= 2) {
    gfloat *noise = new_noise (20000, channels);
    Recorder *recorders[G_N_ELEMENTS (sizes) + 1];

    for (i = 0; i < G_N_ELEMENTS (recorders); i++)
      recorders[i] = record_all (launch_with (noise, 20000, channels,
              "oscillator type=sawtooth frequency=331 start=2000000 "
              "stop=400000001 ! mix.  oscillator frequency=523 "
              "stop=150000007 ! merge.sink_1  channelmerger name=merge "
              "number-of-inputs=2 ! mix.  gain name=mix ! convolver name=c ! "
              "gain block-size=%u" OUT, i ? sizes[i - 1] : 128));
    for (i = 1; i < G_N_ELEMENTS (recorders); i++)
      assert_same_sound (recorders[i], recorders[0]);
    for (i = 0; i < G_N_ELEMENTS (recorders); i++)
      recorder_free (recorders[i]);
    g_free (noise);
  }
}

GST_END_TEST;

/* The channels that come out change at the same frame */
GST_START_TEST (test_channels_fall)
{
  static const guint sizes[] = { 128, 1024, 8192 };
  gfloat *noise = new_noise (3000, 1);
  Recorder *recorders[G_N_ELEMENTS (sizes)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    recorders[i] = record_all (launch_with (noise, 3000, 1,
            "oscillator ! mix.  oscillator frequency=523 stop=100000000 ! "
            "merge.sink_1  channelmerger name=merge number-of-inputs=2 ! mix.  "
            "gain name=mix ! convolver name=c ! gain channel-count=2 "
            "channel-count-mode=explicit channel-interpretation=discrete "
            "length=20000 block-size=%u" OUT, sizes[i]));
    assert_same_sound (recorders[i], recorders[0]);
  }
  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    recorder_free (recorders[i]);
  g_free (noise);
}

GST_END_TEST;

/* After a seek nothing is left of what was heard before */
GST_START_TEST (test_seek)
{
  gfloat *noise = new_noise (30000, 2);
  GstElement *pipeline = launch_with (noise, 30000, 2, "oscillator "
      "type=square ! convolver name=c length=48000" OUT);
  Recorder *recorder = record (pipeline, "out");
  gfloat *before = g_new (gfloat, 2 * 20000);

  play (pipeline);
  wait_for_end (pipeline);
  memcpy (before, recorder_samples (recorder), 2 * 20000 * sizeof (gfloat));
  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, 0));
  wait_for_end (pipeline);
  assert_floats_equal (recorder_samples (recorder), before, 2 * 20000);
  recorder_free (recorder);
  stop (pipeline);
  g_free (before);
  g_free (noise);
}

GST_END_TEST;

/* Files */

typedef struct
{
  gchar *folder;
  gchar *name;
} File;

/* A unit impulse in the frame 1000 */
static void
write_impulse (File * file, guint channels, gint rate)
{
  gfloat *samples = g_new0 (gfloat, 3000 * channels);
  GstElement *pipeline, *in;
  GstBuffer *buffer;
  GstFlowReturn flow;
  GstCaps *caps;
  guint c;

  for (c = 0; c < channels; c++)
    samples[1000 * channels + c] = 1;
  file->folder = g_dir_make_tmp (NULL, NULL);
  file->name = g_build_filename (file->folder, "response.wav", NULL);
  pipeline = launch ("appsrc name=in format=time ! wavenc ! "
      "filesink location=%s", file->name);
  in = get_element (pipeline, "in");
  caps = float_caps (channels, rate);
  buffer = float_buffer (samples, 3000, channels, 0, rate);
  g_object_set (in, "caps", caps, NULL);
  play (pipeline);
  g_signal_emit_by_name (in, "push-buffer", buffer, &flow);
  g_signal_emit_by_name (in, "end-of-stream", &flow);
  wait_for_end (pipeline);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
  gst_object_unref (in);
  stop (pipeline);
  g_free (samples);
}

static void
file_clear (File * file)
{
  g_remove (file->name);
  g_rmdir (file->folder);
  g_free (file->name);
  g_free (file->folder);
}

/* It is resampled to the graph's rate, and as loud as before */
GST_START_TEST (test_location)
{
  static const gint rates[] = { 48000, 44100, 96000, 8000 };
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    guint delay = 1000 * RATE / rates[i];
    gdouble part = 1000.0 * RATE / rates[i] - delay;
    Recorder *is, *should;
    File file;

    write_impulse (&file, 1, rates[i]);
    is = render ("oscillator frequency=200 stop=500000000 ! "
        "audio/x-raw, rate=48000 ! convolver normalize=false location=%s" OUT,
        file.name);
    should = render ("oscillator frequency=200 stop=500000000 ! "
        "audio/x-raw, rate=48000" OUT);
    for (k = delay + 2000; k < 24000; k++) {
      const gfloat *at = recorder_samples (should) + k - delay;

      assert_sample (recorder_samples (is)[k], at[0] + part * (at[-1] - at[0]),
          6e-3, k);
    }
    recorder_free (is);
    recorder_free (should);
    file_clear (&file);
  }
}

GST_END_TEST;

static void
expect_error (const gchar * location, GQuark domain, gint code)
{
  GstElement *pipeline = launch ("oscillator ! convolver location=%s" OUT,
      location);
  GstMessage *message;
  GError *error;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = wait_for (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, domain, code), "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  stop (pipeline);
}

GST_START_TEST (test_bad_files)
{
  File file;

  expect_error ("/nowhere/response.wav", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND);
  write_impulse (&file, 3, RATE);
  expect_error (file.name, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  file_clear (&file);
}

GST_END_TEST;

/* Responses are set while others are heard */
typedef struct
{
  GstElement *convolver;
  gint stop;
} Setting;

static gpointer
set_again_and_again (gpointer data)
{
  Setting *setting = data;
  gfloat *noise = new_noise (3000, 2);

  while (!g_atomic_int_get (&setting->stop)) {
    set_response (setting->convolver, noise, 3000, 2, RATE);
    set_response (setting->convolver, noise, 500, 1, RATE);
    g_object_set (setting->convolver, "buffer", NULL, NULL);
  }
  g_free (noise);
  return NULL;
}

GST_START_TEST (test_threads)
{
  GstElement *pipeline = launch ("oscillator ! convolver name=c "
      "length=480000" OUT);
  Setting setting = { get_element (pipeline, "c"), FALSE };
  GThread *threads[2];
  guint i;

  for (i = 0; i < 2; i++)
    threads[i] = g_thread_new (NULL, set_again_and_again, &setting);
  play (pipeline);
  wait_for_end (pipeline);
  g_atomic_int_set (&setting.stop, TRUE);
  for (i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  gst_object_unref (setting.convolver);
  stop (pipeline);
}

GST_END_TEST;

#ifdef COUNTS_ALLOCATIONS
GST_START_TEST (test_allocations)
{
  gfloat *noise = new_noise (30000, 2);
  GstElement *pipeline = launch_with (noise, 30000, 2, "oscillator ! "
      "convolver name=c ! gain name=last length=%u ! fakesink name=out "
      "enable-last-sample=false", 4 * RATE);

  assert_no_allocations (pipeline, "last", "convolver");
  stop (pipeline);
  g_free (noise);
}

GST_END_TEST;
#endif

static Suite *
convolver_suite (void)
{
  Suite *s = suite_create ("convolver");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_properties);
  tcase_add_test (tc, test_constraints);
  tcase_add_test (tc, test_no_response);
  tcase_add_test (tc, test_delay);
  tcase_add_test (tc, test_normalize);
  tcase_add_test (tc, test_channels);
  tcase_add_test (tc, test_rate);
  tcase_add_test (tc, test_exchange);
  tcase_add_test (tc, test_blocks);
  tcase_add_test (tc, test_channels_fall);
  tcase_add_test (tc, test_seek);
  tcase_add_test (tc, test_location);
  tcase_add_test (tc, test_bad_files);
  tcase_add_test (tc, test_threads);
#ifdef COUNTS_ALLOCATIONS
  tcase_add_test (tc, test_allocations);
#endif
  return s;
}

GST_CHECK_MAIN (convolver);
