/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The analyser element: that it changes nothing, what it tells of which frames,
 * and its messages.
 */

#include "dsp/analyser.h"
#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"
#define NOISE "oscillator type=sawtooth frequency=443.7"

/* Asking */

typedef struct
{
  GstElement *pipeline;
  GstElement *analyser;
} Setup;

/* A pipeline that has played to its end, and is in PLAYING. */
static void
setup_line (Setup * setup, const gchar * line)
{
  setup->pipeline = launch ("%s", line);
  setup->analyser = get_element (setup->pipeline, "a");
  play (setup->pipeline);
  wait_for_end (setup->pipeline);
}

static void
setup_clear (Setup * setup)
{
  gst_object_unref (setup->analyser);
  stop (setup->pipeline);
}

/* (transfer full) */
static GBytes *
copy (GstElement * analyser, const gchar * what)
{
  gchar *name = g_strdup_printf ("copy-%s-data", what);
  GBytes *bytes = NULL;

  g_signal_emit_by_name (analyser, name, &bytes);
  fail_unless (bytes != NULL);
  g_free (name);
  return bytes;
}

/* (transfer full): floats, the count of which is checked. */
static GBytes *
copy_floats (GstElement * analyser, const gchar * what, guint n)
{
  GBytes *bytes = copy (analyser, what);

  fail_unless_equals_int (g_bytes_get_size (bytes), n * sizeof (gfloat));
  return bytes;
}

static const gfloat *
floats (GBytes * bytes)
{
  return g_bytes_get_data (bytes, NULL);
}

static void
assert_silent (GstElement * analyser, guint n)
{
  GBytes *time = copy_floats (analyser, "float-time-domain", n);
  GBytes *levels = copy_floats (analyser, "float-frequency", n / 2);
  guint i;

  for (i = 0; i < n; i++)
    assert_sample (floats (time)[i], 0, 0, i);
  for (i = 0; i < n / 2; i++)
    assert_sample (floats (levels)[i], -INFINITY, 0, i);
  g_bytes_unref (levels);
  g_bytes_unref (time);
}

static gdouble
get_double (GstElement * element, const gchar * name)
{
  gdouble value;

  g_object_get (element, name, &value, NULL);
  return value;
}

static guint
get_uint (GstElement * element, const gchar * name)
{
  guint value;

  g_object_get (element, name, &value, NULL);
  return value;
}

GST_START_TEST (test_properties)
{
  static const guint bad_sizes[] = { 0, 1, 16, 31, 33, 2047, 65536, G_MAXUINT };
  static const gdouble bad_factors[] = { -0.001, 1.001, -G_MAXDOUBLE,
    G_MAXDOUBLE
  };
  GstElement *a = gst_element_factory_make ("analyser", NULL);
  guint i;

  fail_unless_equals_int (get_uint (a, "fft-size"), 2048);
  fail_unless_equals_int (get_uint (a, "frequency-bin-count"), 1024);
  fail_unless_equals_float (get_double (a, "min-decibels"), -100);
  fail_unless_equals_float (get_double (a, "max-decibels"), -30);
  fail_unless_equals_float (get_double (a, "smoothing-time-constant"), 0.8);
  fail_unless_equals_int (get_uint (a, "channel-count"), 2);

  for (i = 32; i <= 32768; i *= 2) {
    g_object_set (a, "fft-size", i, NULL);
    fail_unless_equals_int (get_uint (a, "fft-size"), i);
    fail_unless_equals_int (get_uint (a, "frequency-bin-count"), i / 2);
    assert_silent (a, i);
  }
  for (i = 0; i < G_N_ELEMENTS (bad_sizes); i++) {
    g_object_set (a, "fft-size", bad_sizes[i], NULL);
    fail_unless_equals_int (get_uint (a, "fft-size"), 32768);
  }
  g_object_set (a, "smoothing-time-constant", 0.0, NULL);
  fail_unless_equals_float (get_double (a, "smoothing-time-constant"), 0);
  g_object_set (a, "smoothing-time-constant", 1.0, NULL);
  for (i = 0; i < G_N_ELEMENTS (bad_factors); i++) {
    g_object_set (a, "smoothing-time-constant", bad_factors[i], NULL);
    fail_unless_equals_float (get_double (a, "smoothing-time-constant"), 1);
  }
  gst_object_unref (a);
}

GST_END_TEST;

GST_START_TEST (test_decibels)
{
  GstElement *a = gst_element_factory_make ("analyser", NULL);

  g_object_set (a, "min-decibels", -30.0, NULL);
  g_object_set (a, "min-decibels", 10.0, NULL);
  fail_unless_equals_float (get_double (a, "min-decibels"), -100);
  g_object_set (a, "max-decibels", -100.0, NULL);
  g_object_set (a, "max-decibels", -1000.0, NULL);
  fail_unless_equals_float (get_double (a, "max-decibels"), -30);
  g_object_set (a, "max-decibels", 20.0, "min-decibels", 19.5, NULL);
  fail_unless_equals_float (get_double (a, "max-decibels"), 20);
  fail_unless_equals_float (get_double (a, "min-decibels"), 19.5);
  gst_object_unref (a);
}

GST_END_TEST;

GST_START_TEST (test_not_finite)
{
  static const gdouble bad[] = { NAN, INFINITY, -INFINITY };
  static const gchar *names[] = { "min-decibels", "max-decibels",
    "smoothing-time-constant"
  };
  GstElement *a = gst_element_factory_make ("analyser", NULL);
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    gdouble before = get_double (a, names[i]);

    for (j = 0; j < G_N_ELEMENTS (bad); j++) {
      ASSERT_WARNING (g_object_set (a, names[i], bad[j], NULL));
      fail_unless_equals_float (get_double (a, names[i]), before);
    }
  }
  gst_object_unref (a);
}

GST_END_TEST;

#define THREE_CHANNELS "audiotestsrc wave=saw num-buffers=20 ! " \
    "audio/x-raw,format=F32LE,channels=3,rate=48000,channel-mask=(bitmask)0"

/* Nothing is changed, whatever it is */
GST_START_TEST (test_passes)
{
  static const gchar *sources[] = {
    NOISE,
    NOISE " start=5000000 stop=50000000",
    "constantsource ! gain channel-count=6 channel-count-mode=explicit",
    THREE_CHANNELS,
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sources); i++) {
    Recorder *should = render ("%s ! gain length=9000" OUT, sources[i]);
    Recorder *is = render ("%s ! analyser post-messages=true interval=1000000 "
        "! gain length=9000" OUT, sources[i]);

    assert_same_sound (is, should);
    recorder_free (is);
    recorder_free (should);
  }
}

GST_END_TEST;

GST_START_TEST (test_silence_is_a_gap)
{
  Recorder *recorder = render (NOISE " start=100000000 ! analyser length=9600"
      OUT);
  guint i;

  for (i = 0; i < recorder->buffers->len; i++) {
    const RecordedBuffer *buffer = recorder_buffer (recorder, i);

    if (buffer->offset_end <= 4800)
      fail_unless (buffer->flags & GST_BUFFER_FLAG_GAP);
    else
      fail_if (buffer->flags & GST_BUFFER_FLAG_GAP);
  }
  recorder_free (recorder);
}

GST_END_TEST;

/* The last frames, the oldest first, for every size of blocks and of data */
GST_START_TEST (test_time_domain)
{
  static const guint blocks[] = { 128, 1024, 8192, 65536 };
  Recorder *recorder = render (NOISE " length=70000" OUT);
  const gfloat *samples = recorder_samples (recorder);
  guint i, n;

  for (i = 0; i < G_N_ELEMENTS (blocks); i++) {
    Setup setup;
    gchar *line = g_strdup_printf (NOISE " ! analyser name=a length=70000 "
        "block-size=%u" OUT, blocks[i]);

    setup_line (&setup, line);
    g_free (line);
    for (n = 32; n <= 32768; n *= 2) {
      GBytes *time, *bytes;
      guint j;

      g_object_set (setup.analyser, "fft-size", n, NULL);
      time = copy_floats (setup.analyser, "float-time-domain", n);
      bytes = copy (setup.analyser, "byte-time-domain");
      assert_floats_equal (floats (time), samples + 70000 - n, n);
      fail_unless_equals_int (g_bytes_get_size (bytes), n);
      for (j = 0; j < n; j++)
        check_that (((const guint8 *) g_bytes_get_data (bytes, NULL))[j] ==
            (guint8) CLAMP (floor (128 * (1.0 + samples[70000 - n + j])), 0,
                255), "byte %u", j);
      g_bytes_unref (bytes);
      g_bytes_unref (time);
    }
    setup_clear (&setup);
  }
  recorder_free (recorder);
}

GST_END_TEST;

/* The arrays are the same data */
GST_START_TEST (test_arrays)
{
  static const gchar *kinds[] = { "float-time-domain", "float-frequency",
    "byte-time-domain", "byte-frequency"
  };
  Setup setup;
  guint i, j;

  setup_line (&setup, NOISE " ! analyser name=a length=5000 fft-size=256 "
      "min-decibels=-90" OUT);
  for (i = 0; i < G_N_ELEMENTS (kinds); i++) {
    gchar *name = g_strdup_printf ("get-%s-data", kinds[i]);
    GBytes *bytes = copy (setup.analyser, kinds[i]);
    GValue self = G_VALUE_INIT, array = G_VALUE_INIT;

    g_value_init (&self, G_TYPE_OBJECT);
    g_value_set_object (&self, setup.analyser);
    g_value_init (&array, GST_TYPE_ARRAY);
    g_signal_emitv (&self, g_signal_lookup (name,
            G_OBJECT_TYPE (setup.analyser)), 0, &array);
    fail_unless_equals_int (gst_value_array_get_size (&array),
        strstr (name, "time") ? 256 : 128);
    for (j = 0; j < gst_value_array_get_size (&array); j++) {
      const GValue *value = gst_value_array_get_value (&array, j);

      if (strstr (name, "float"))
        check_that (g_value_get_float (value) == floats (bytes)[j], "%s", name);
      else
        check_that (g_value_get_uint (value) ==
            ((const guint8 *) g_bytes_get_data (bytes, NULL))[j], "%s", name);
    }
    g_value_unset (&array);
    g_value_unset (&self);
    g_bytes_unref (bytes);
    g_free (name);
  }
  setup_clear (&setup);
}

GST_END_TEST;

/* Mixed to mono as speakers are, whatever the node's own mixing */
GST_START_TEST (test_down_mix)
{
  static const struct
  {
    const gchar *caps;
    gdouble mono;
  } inputs[] = {
    {"channels=1", 1},
    {"channels=2", 1.5},
    {"channels=3,channel-mask=(bitmask)0", 1},
    {"channels=4,channel-mask=(bitmask)0", 2.5},
    {"channels=5,channel-mask=(bitmask)0", 1},
    {"channels=6,channel-mask=(bitmask)0x3f",
          /* L and R, C, SL and SR */
        (1 + 2) * G_SQRT2 / 2 + 3 + (5 + 6) * 0.5},
  };
  gfloat samples[480 * 6];
  guint i, j, k;

  for (i = 0; i < G_N_ELEMENTS (inputs); i++) {
    gchar *line =
        g_strdup_printf ("appsrc name=in format=time caps=audio/x-raw,"
        "format=F32LE,layout=interleaved,rate=48000,%s ! analyser name=a "
        "fft-size=32 channel-interpretation=discrete" OUT, inputs[i].caps);
    guint channels = inputs[i].caps[9] - '0';
    Setup setup;
    GBytes *time;
    GstElement *in;
    GstFlowReturn flow;
    GstBuffer *buffer;

    setup.pipeline = launch ("%s", line);
    setup.analyser = get_element (setup.pipeline, "a");
    in = get_element (setup.pipeline, "in");
    for (j = 0; j < 480; j++)
      for (k = 0; k < channels; k++)
        samples[j * channels + k] = k + 1;
    buffer = float_buffer (samples, 480, channels, 0, RATE);
    play (setup.pipeline);
    g_signal_emit_by_name (in, "push-buffer", buffer, &flow);
    g_signal_emit_by_name (in, "end-of-stream", &flow);
    wait_for_end (setup.pipeline);
    time = copy_floats (setup.analyser, "float-time-domain", 32);
    for (j = 0; j < 32; j++)
      assert_sample (floats (time)[j], inputs[i].mono, 1e-6 * inputs[i].mono,
          j);
    g_bytes_unref (time);
    gst_buffer_unref (buffer);
    gst_object_unref (in);
    setup_clear (&setup);
    g_free (line);
  }
}

GST_END_TEST;

/* It hears also where nobody wants its output, and all that others get */
GST_START_TEST (test_unlinked)
{
  Recorder *recorder = render (NOISE " length=10000" OUT);
  GBytes *time;
  Setup setup;

  setup_line (&setup, NOISE " name=o ! gain length=10000" OUT
      " o. ! analyser name=a fft-size=4096");
  time = copy_floats (setup.analyser, "float-time-domain", 4096);
  assert_floats_equal (floats (time),
      recorder_samples (recorder) + 10000 - 4096, 4096);
  g_bytes_unref (time);
  setup_clear (&setup);
  recorder_free (recorder);
}

GST_END_TEST;

/* What follows the end of its sources is silence, as far as time goes on */
GST_START_TEST (test_ended_source)
{
  Recorder *recorder = render (NOISE " length=4800" OUT);
  const gfloat *samples = recorder_samples (recorder);
  static const guint ends[] = { 4800, 5000, 6000, 6848, 60000 };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (ends); i++) {
    gchar *line = g_strdup_printf (NOISE " stop=100000000 ! analyser name=a ! "
        "gain length=%u block-size=256" OUT, ends[i]);
    Setup setup;
    GBytes *time;

    setup_line (&setup, line);
    time = copy_floats (setup.analyser, "float-time-domain", 2048);
    for (j = 0; j < 2048; j++) {
      guint frame = ends[i] - 2048 + j;

      assert_sample (floats (time)[j], frame < 4800 ? samples[frame] : 0, 0,
          frame);
    }
    g_bytes_unref (time);
    setup_clear (&setup);
    g_free (line);
  }
  recorder_free (recorder);
}

GST_END_TEST;

/* Until something is rendered a second look sees the same, though smoothing
 * would go on; time that passes does count */
static gfloat seen[3][128];

static void
look (GstElement * analyser, guint at)
{
  GBytes *levels = copy_floats (analyser, "float-frequency", 128);

  memcpy (seen[at], floats (levels), sizeof (seen[at]));
  g_bytes_unref (levels);
}

static void
look_twice (GstElement * analyser)
{
  look (analyser, 0);
  look (analyser, 1);
}

GST_START_TEST (test_same_quantum)
{
  static gfloat samples[256], should[128];
  WebAudioSpectrum *spectrum = webaudio_spectrum_new (256);
  Recorder *recorder = render (NOISE " length=4096" OUT);
  GstElement *pipeline = launch (NOISE " ! analyser name=a fft-size=256 "
      "length=4096" OUT);
  GstElement *analyser = get_element (pipeline, "a");

  do_at (pipeline, "a", 2048, look_twice);
  play (pipeline);
  wait_for_end (pipeline);
  look (analyser, 2);

  memcpy (samples, recorder_samples (recorder) + 2048 - 256, sizeof (samples));
  webaudio_spectrum_update (spectrum, samples, 0.8);
  webaudio_spectrum_get_decibels (spectrum, should);
  assert_floats_equal (seen[0], should, 128);
  assert_floats_equal (seen[1], should, 128);
  memcpy (samples, recorder_samples (recorder) + 4096 - 256, sizeof (samples));
  webaudio_spectrum_update (spectrum, samples, 0.8);
  webaudio_spectrum_get_decibels (spectrum, should);
  assert_floats_equal (seen[2], should, 128);

  webaudio_spectrum_free (spectrum);
  gst_object_unref (analyser);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

/* Another size forgets; the same size does not */
GST_START_TEST (test_resize)
{
  Setup setup;
  GBytes *before, *after;

  setup_line (&setup, NOISE " ! analyser name=a length=5000 fft-size=256" OUT);
  before = copy_floats (setup.analyser, "float-frequency", 128);
  g_object_set (setup.analyser, "fft-size", 256, NULL);
  after = copy_floats (setup.analyser, "float-frequency", 128);
  assert_floats_equal (floats (before), floats (after), 128);
  fail_unless (isfinite (floats (before)[5]));
  g_bytes_unref (after);
  g_object_set (setup.analyser, "fft-size", 512, NULL);
  g_object_set (setup.analyser, "fft-size", 256, NULL);
  after = copy_floats (setup.analyser, "float-frequency", 128);
  fail_unless (isinf (floats (after)[5]));
  g_bytes_unref (after);
  g_bytes_unref (before);
  setup_clear (&setup);
}

GST_END_TEST;

/* Nothing of the past is left after a seek, nor after another start */
GST_START_TEST (test_seek)
{
  GstElement *pipeline = launch (NOISE " stop=100000000 ! analyser name=a" OUT);
  GstElement *analyser = get_element (pipeline, "a");
  Recorder *recorder = record (pipeline, "out");
  GBytes *levels, *first;
  guint i;

  play (pipeline);
  wait_for_end (pipeline);
  first = copy_floats (analyser, "float-frequency", 1024);
  fail_unless (isfinite (floats (first)[5]));
  fail_unless (gst_element_seek (pipeline, 1, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 200 * GST_MSECOND,
          GST_SEEK_TYPE_SET, 200 * GST_MSECOND));
  wait_for_end (pipeline);
  fail_unless (gst_element_seek (pipeline, 1, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0,
          GST_SEEK_TYPE_SET, 100 * GST_MSECOND));
  wait_for_end (pipeline);
  levels = copy_floats (analyser, "float-frequency", 1024);
  assert_floats_equal (floats (levels), floats (first), 1024);
  g_bytes_unref (levels);

  for (i = 0; i < 2; i++) {
    set_state (pipeline, i ? GST_STATE_NULL : GST_STATE_READY);
    play (pipeline);
    wait_for_end (pipeline);
    levels = copy_floats (analyser, "float-frequency", 1024);
    assert_floats_equal (floats (levels), floats (first), 1024);
    g_bytes_unref (levels);
  }
  g_bytes_unref (first);
  recorder_free (recorder);
  gst_object_unref (analyser);
  stop (pipeline);
}

GST_END_TEST;

/* Infinities and NaN are heard, and gone with the last of them */
GST_START_TEST (test_poison)
{
  Recorder *recorder = render (NOISE " length=9600" OUT);
  GBytes *time, *levels;
  Setup setup;
  guint i;

  setup_line (&setup, NOISE " ! analyser name=a fft-size=1024 length=9600" OUT
      " "
      "constantsource offset=3e38 stop=100000000 ! gain gain=1e38 ! a. "
      "constantsource offset=-3e38 stop=100000000 ! gain gain=1e38 ! a. ");
  time = copy_floats (setup.analyser, "float-time-domain", 1024);
  levels = copy_floats (setup.analyser, "float-frequency", 512);
  assert_floats_equal (floats (time), recorder_samples (recorder) + 9600 - 1024,
      1024);
  for (i = 0; i < 512; i++)
    fail_unless (isfinite (floats (levels)[i]));
  g_bytes_unref (levels);
  g_bytes_unref (time);
  setup_clear (&setup);
  recorder_free (recorder);
}

GST_END_TEST;

/* Messages */

static guint64
get_number (const GstStructure * structure, const gchar * name)
{
  guint64 number;

  fail_unless (gst_structure_get_uint64 (structure, name, &number), "no %s",
      name);
  return number;
}

/* The message about interval @number of @interval each, of @n levels, which
 * those of @spectrum must be. */
static void
check_message (GstMessage * message, guint number, GstClockTime interval,
    GstClockTime start, WebAudioSpectrum * spectrum, const gfloat * samples,
    gfloat min)
{
  const GstStructure *s = gst_message_get_structure (message);
  const GValue *list;
  guint n = webaudio_spectrum_get_size (spectrum);
  guint64 end = (number + 1) * interval * RATE / GST_SECOND;
  GstClockTime time = start + gst_util_uint64_scale (number * interval * RATE /
      GST_SECOND, GST_SECOND, RATE);
  gfloat *window = g_new0 (gfloat, n), *levels = g_new (gfloat, n / 2);
  guint i;

  fail_unless_equals_string (gst_structure_get_name (s), "spectrum");
  fail_unless_equals_uint64 (get_number (s, "timestamp"), time);
  fail_unless_equals_uint64 (get_number (s, "stream-time"), time);
  fail_unless_equals_uint64 (get_number (s, "running-time"), time - start);
  fail_unless_equals_uint64 (get_number (s, "duration"), interval);
  fail_unless_equals_uint64 (get_number (s, "endtime"), time + interval);
  list = gst_structure_get_value (s, "magnitude");
  fail_unless (GST_VALUE_HOLDS_LIST (list));
  fail_unless_equals_int (gst_value_list_get_size (list), n / 2);
  for (i = 0; i < MIN (n, end); i++)
    window[n - 1 - i] = samples[end - 1 - i];
  webaudio_spectrum_update (spectrum, window, 0.5);
  webaudio_spectrum_get_decibels (spectrum, levels);
  for (i = 0; i < n / 2; i++)
    assert_sample (g_value_get_float (gst_value_list_get_value (list, i)),
        MAX (levels[i], min), 0, i);
  g_free (levels);
  g_free (window);
}

/* At the same frames for every block size */
GST_START_TEST (test_messages)
{
  static const guint blocks[] = { 128, 1024, 65536 };
  static const struct
  {
    GstClockTime interval;
    guint fft_size, count;
  } cases[] = {
    {100 * GST_MSECOND, 256, 10}, {10 * GST_MSECOND, 2048, 100},
    {333333333, 32768, 3}, {7 * GST_MSECOND, 32, 142}
  };
  Recorder *recorder = render (NOISE " length=48000" OUT);
  guint i, j, k;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    for (j = 0; j < G_N_ELEMENTS (blocks); j++) {
      WebAudioSpectrum *spectrum = webaudio_spectrum_new (cases[i].fft_size);
      GstElement *pipeline = launch (NOISE " ! analyser fft-size=%u "
          "post-messages=true smoothing-time-constant=0.5 min-decibels=-60 "
          "interval=%" G_GUINT64_FORMAT " length=48000 block-size=%u" OUT,
          cases[i].fft_size, cases[i].interval, blocks[j]);

      play (pipeline);
      for (k = 0; k < cases[i].count; k++) {
        GstMessage *message = wait_for (pipeline, GST_MESSAGE_ELEMENT |
            GST_MESSAGE_EOS);

        check_message (message, k, cases[i].interval, 0, spectrum,
            recorder_samples (recorder), -60);
        gst_message_unref (message);
      }
      gst_message_unref (wait_for (pipeline, GST_MESSAGE_EOS));
      stop (pipeline);
      webaudio_spectrum_free (spectrum);
    }
  }
  recorder_free (recorder);
}

GST_END_TEST;

/* An interval of next to nothing is a quantum */
GST_START_TEST (test_least_interval)
{
  GstElement *pipeline = launch (NOISE " ! analyser fft-size=32 "
      "post-messages=true interval=1 length=1280" OUT);
  guint count = 0;
  GstMessage *message;

  play (pipeline);
  while (GST_MESSAGE_TYPE (message = wait_for (pipeline, GST_MESSAGE_ELEMENT |
              GST_MESSAGE_EOS)) == GST_MESSAGE_ELEMENT) {
    count++;
    gst_message_unref (message);
  }
  gst_message_unref (message);
  fail_unless_equals_int (count, 10);
  stop (pipeline);
}

GST_END_TEST;

/* An interval that never ends */
GST_START_TEST (test_longest_interval)
{
  GstElement *pipeline = launch (NOISE " ! analyser post-messages=true "
      "interval=18446744073709551615 length=4800" OUT);
  GstMessage *message;

  play (pipeline);
  message = wait_for (pipeline, GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  stop (pipeline);
}

GST_END_TEST;

/* They begin anew where a seek goes to, and where they are switched on */
GST_START_TEST (test_messages_seek)
{
  WebAudioSpectrum *spectrum = webaudio_spectrum_new (256);
  Recorder *should = render (NOISE " length=48000" OUT);
  GstElement *pipeline = launch (NOISE " ! analyser name=a fft-size=256 "
      "smoothing-time-constant=0.5 length=48000" OUT);
  guint i;

  play (pipeline);
  wait_for_end (pipeline);
  set_on (pipeline, "a", "post-messages", TRUE);
  fail_unless (gst_element_seek (pipeline, 1, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 500 * GST_MSECOND,
          GST_SEEK_TYPE_NONE, 0));
  for (i = 0; i < 5; i++) {
    GstMessage *message = wait_for (pipeline, GST_MESSAGE_ELEMENT |
        GST_MESSAGE_EOS);

    check_message (message, i, 100 * GST_MSECOND, 500 * GST_MSECOND, spectrum,
        recorder_samples (should) + 24000, -100);
    gst_message_unref (message);
  }
  wait_for_end (pipeline);
  stop (pipeline);
  recorder_free (should);
  webaudio_spectrum_free (spectrum);
}

GST_END_TEST;

/* Threads */

static gint go_on;

static gpointer
ask (gpointer data)
{
  static const gchar *kinds[] = { "float-time-domain", "float-frequency",
    "byte-time-domain", "byte-frequency"
  };
  guint i;

  for (i = 0; g_atomic_int_get (&go_on); i++) {
    GBytes *bytes;

    g_object_set (data, "fft-size", 32 << (i % 8), "min-decibels",
        -100.0 + i % 10, "smoothing-time-constant", (i % 11) / 10.0,
        "post-messages", i % 2, "interval", (guint64) 1000000 + i, NULL);
    bytes = copy (data, kinds[i % 4]);
    fail_unless (g_bytes_get_size (bytes) >= 16);
    g_bytes_unref (bytes);
  }
  return NULL;
}

/* Asked from all sides while it plays, is sought in, stops and starts */
GST_START_TEST (test_threads)
{
  GstElement *pipeline = launch (NOISE " name=o ! analyser name=a "
      "length=48000" OUT " o. ! analyser name=b");
  GThread *threads[2];
  GstElement *asked[2];
  guint i;

  g_atomic_int_set (&go_on, TRUE);
  for (i = 0; i < 2; i++) {
    asked[i] = get_element (pipeline, i ? "a" : "b");
    threads[i] = g_thread_new ("ask", ask, asked[i]);
  }
  for (i = 0; i < 3; i++) {
    play (pipeline);
    wait_for_end (pipeline);
    fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
            GST_SEEK_FLAG_FLUSH, GST_SECOND / 2));
    wait_for_end (pipeline);
    set_state (pipeline, GST_STATE_READY);
  }
  g_atomic_int_set (&go_on, FALSE);
  for (i = 0; i < 2; i++) {
    g_thread_join (threads[i]);
    gst_object_unref (asked[i]);
  }
  stop (pipeline);
}

GST_END_TEST;

static Suite *
analyser_suite (void)
{
  Suite *s = suite_create ("analyser");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_properties);
  tcase_add_test (tc, test_decibels);
  tcase_add_test (tc, test_not_finite);
  tcase_add_test (tc, test_passes);
  tcase_add_test (tc, test_silence_is_a_gap);
  tcase_add_test (tc, test_time_domain);
  tcase_add_test (tc, test_arrays);
  tcase_add_test (tc, test_down_mix);
  tcase_add_test (tc, test_unlinked);
  tcase_add_test (tc, test_ended_source);
  tcase_add_test (tc, test_same_quantum);
  tcase_add_test (tc, test_resize);
  tcase_add_test (tc, test_seek);
  tcase_add_test (tc, test_poison);
  tcase_add_test (tc, test_messages);
  tcase_add_test (tc, test_least_interval);
  tcase_add_test (tc, test_longest_interval);
  tcase_add_test (tc, test_messages_seek);
  tcase_add_test (tc, test_threads);
  return s;
}

GST_CHECK_MAIN (analyser);
