/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The oscillator element against formulas in double precision. What the kernel
 * makes of a wave is in ../dsp/oscillator.c, start and stop are in
 * scheduledsource.c.
 */

#include "dsp/periodicwave.h"
#include "nodes/check-param.h"

/* Of a sample; a float's rounding is 6e-8, a table's error 1e-5 */
#define EXACT 2e-6
#define TABLE 5e-5

/* Value of a wave at a phase in cycles */
typedef gdouble (*Shape) (gdouble phase, gconstpointer data);

static gdouble
sine (gdouble phase, gconstpointer data)
{
  return sin (2 * G_PI * phase);
}

/* The spec's "Oscillator Coefficients" */
static gdouble
coefficient (gint type, guint n)
{
  gdouble pi_n = G_PI * n;

  switch (type) {
    case WEBAUDIO_WAVE_SQUARE:
      return n % 2 ? 4 / pi_n : 0;
    case WEBAUDIO_WAVE_SAWTOOTH:
      return (n % 2 ? 2 : -2) / pi_n;
    case WEBAUDIO_WAVE_TRIANGLE:
      return 8 * sin (pi_n / 2) / (pi_n * pi_n);
    default:
      return n == 1;
  }
}

typedef struct
{
  gint type;
  guint partials;
} Series;

static gdouble
series (gdouble phase, gconstpointer data)
{
  const Series *self = data;
  WebAudioPeriodicWave *wave = webaudio_periodic_wave_get_basic (self->type);
  gdouble sum = 0;
  guint n;

  for (n = 1; n <= self->partials; n++)
    sum += coefficient (self->type, n) * sin (2 * G_PI * n * phase);
  sum *= webaudio_periodic_wave_get_scale (wave);
  webaudio_periodic_wave_unref (wave);
  return sum;
}

/* From frame @from to @to there is @shape, whose phase is @phase at @from and
 * goes on at @frequency. Returns the phase after that. */
static gdouble
expect (Recorder * recorder, guint64 from, guint64 to, gdouble phase,
    gdouble frequency, Shape shape, gconstpointer data, gdouble tolerance)
{
  const gfloat *samples = recorder_samples (recorder);
  gdouble rate = GST_AUDIO_INFO_RATE (&recorder->info);
  guint channels = recorder_channels (recorder);
  guint64 i;

  fail_unless (to <= recorder->frames, "only %" G_GUINT64_FORMAT " frames",
      recorder->frames);
  for (i = from; i < to; i++) {
    gdouble should = shape (fmod (phase + (i - from) * frequency / rate, 1),
        data);

    assert_sample (samples[i * channels], should, tolerance, i);
  }
  return phase + (to - from) * frequency / rate;
}

static void
expect_sine (Recorder * recorder, gdouble frequency)
{
  expect (recorder, 0, recorder->frames, 0, frequency, sine, NULL, EXACT);
  recorder_free (recorder);
}

#define render_oscillator(frames, ...) \
    render ("oscillator length=" G_STRINGIFY (frames) " " __VA_ARGS__)
#define OUT " ! fakesink name=out"

GST_START_TEST (test_sine)
{
  Recorder *recorder = render_oscillator (96000, OUT);

  fail_unless_equals_uint64 (recorder->frames, 96000);
  fail_unless_equals_int (recorder_channels (recorder), 1);
  fail_unless_equals_int (GST_AUDIO_INFO_RATE (&recorder->info), RATE);
  expect_sine (recorder, 440);
  expect_sine (render_oscillator (44100, "frequency=1000.5 ! audio/x-raw,"
          "rate=44100" OUT), 1000.5);
  expect_sine (render_oscillator (9600, "frequency=0.1 sample-rate=8000" OUT),
      0.1);
  expect_sine (render_oscillator (9600, "frequency=23999" OUT), 23999);
}

GST_END_TEST;

GST_START_TEST (test_types)
{
  static const gchar *names[] = { "sine", "square", "sawtooth", "triangle" };
  static const struct
  {
    gdouble frequency;
    guint partials;             /* all of them below 0.9 of Nyquist */
  } tones[] = { {3500, 6}, {5300, 4}, {13000, 1}, {-3500, 6} };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    for (j = 0; j < G_N_ELEMENTS (tones); j++) {
      Series wave = { i, tones[j].partials };
      Recorder *recorder = render ("oscillator length=4000 type=%s "
          "frequency=%g" OUT, names[i], tones[j].frequency);

      expect (recorder, 0, 4000, 0, tones[j].frequency, series, &wave, TABLE);
      recorder_free (recorder);
    }
  }
}

GST_END_TEST;

GST_START_TEST (test_detune)
{
  expect_sine (render_oscillator (9600, "detune=1200" OUT), 880);
  expect_sine (render_oscillator (9600, "detune=-2400" OUT), 110);
  expect_sine (render_oscillator (9600, "detune=50 frequency=100" OUT),
      100 * pow (2, 50. / 1200));
  /* what leaves the range is clamped after both are combined */
  expect_sine (render_oscillator (9600, "detune=-4800 frequency=96000" OUT),
      6000);
  expect_sine (render_oscillator (9600, "detune=-153600" OUT), 0);
  expect_sine (render_oscillator (9600, "detune=153600 frequency=0" OUT), 0);
}

GST_END_TEST;

GST_START_TEST (test_negative_frequency)
{
  expect_sine (render_oscillator (9600, "frequency=-440" OUT), -440);
  expect_sine (render_oscillator (9600, "frequency=-220 detune=1200" OUT),
      -440);
}

GST_END_TEST;

/* A sine of half a cycle a frame is 0 anyway if it starts there */
static Recorder *
render_from_quarter (const gchar * properties)
{
  GstElement *pipeline = launch ("oscillator name=o length=4800 %s" OUT,
      properties);
  GstElement *oscillator = get_element (pipeline, "o");
  Recorder *recorder = record (pipeline, "out");
  gboolean accepted;

  g_signal_emit_by_name (oscillator, "start", 0.5 / RATE, &accepted);
  fail_unless (accepted);
  play (pipeline);
  wait_for_end (pipeline);
  gst_object_unref (oscillator);
  stop (pipeline);
  return recorder;
}

GST_START_TEST (test_clamp)
{
  static const gchar *beyond[] = {
    "frequency=24000", "frequency=30000", "frequency=384000",
    "frequency=440 detune=153600", "frequency=-24000", "frequency=-99999",
    "frequency=-1 detune=153600"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (beyond); i++) {
    Recorder *recorder = render_from_quarter (beyond[i]);

    fail_unless_equals_float (recorder_samples (recorder)[0], 0);
    expect (recorder, 1, 4800, 0, 0, sine, NULL, 0);
    recorder_free (recorder);
  }
}

GST_END_TEST;

static void
to_220_hz (GstElement * element)
{
  g_object_set (element, "frequency", 220.0, NULL);
}

static void
to_0_hz (GstElement * element)
{
  g_object_set (element, "frequency", 0.0, NULL);
}

static void
to_minus_3500_hz (GstElement * element)
{
  g_object_set (element, "frequency", -3500.0, NULL);
}

static void
to_octave_up (GstElement * element)
{
  g_object_set (element, "detune", 1200.0, NULL);
}

GST_START_TEST (test_phase_through_frequency)
{
  GstElement *pipeline = launch ("oscillator name=o frequency=3500 length=7000"
      OUT);
  Recorder *recorder = record (pipeline, "out");
  gdouble phase;

  do_at (pipeline, "o", 1024, to_220_hz);
  do_at (pipeline, "o", 2048, to_0_hz);
  do_at (pipeline, "o", 3072, to_minus_3500_hz);
  do_at (pipeline, "o", 5120, to_octave_up);
  play (pipeline);
  wait_for_end (pipeline);
  phase = expect (recorder, 0, 1024, 0, 3500, sine, NULL, EXACT);
  phase = expect (recorder, 1024, 2048, phase, 220, sine, NULL, EXACT);
  phase = expect (recorder, 2048, 3072, phase, 0, sine, NULL, EXACT);
  phase = expect (recorder, 3072, 5120, phase, -3500, sine, NULL, EXACT);
  expect (recorder, 5120, 7000, phase, -7000, sine, NULL, EXACT);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

static void
to_square (GstElement * element)
{
  gst_util_set_object_arg (G_OBJECT (element), "type", "square");
}

static void
to_sawtooth (GstElement * element)
{
  gst_util_set_object_arg (G_OBJECT (element), "type", "sawtooth");
}

static void
to_custom (GstElement * element)
{
  gst_util_set_object_arg (G_OBJECT (element), "imag", "<0.0, 0.0, 1.0>");
}

static gdouble
second_partial (gdouble phase, gconstpointer data)
{
  return sin (2 * G_PI * 2 * phase);
}

GST_START_TEST (test_phase_through_type)
{
  const Series square = { WEBAUDIO_WAVE_SQUARE, 6 };
  const Series sawtooth = { WEBAUDIO_WAVE_SAWTOOTH, 6 };
  GstElement *pipeline = launch ("oscillator name=o frequency=3500 length=5000"
      OUT);
  Recorder *recorder = record (pipeline, "out");
  gdouble phase;

  do_at (pipeline, "o", 1024, to_square);
  do_at (pipeline, "o", 2048, to_sawtooth);
  do_at (pipeline, "o", 3072, to_custom);
  play (pipeline);
  wait_for_end (pipeline);
  phase = expect (recorder, 0, 1024, 0, 3500, sine, NULL, EXACT);
  phase = expect (recorder, 1024, 2048, phase, 3500, series, &square, TABLE);
  phase = expect (recorder, 2048, 3072, phase, 3500, series, &sawtooth, TABLE);
  expect (recorder, 3072, 5000, phase, 3500, second_partial, NULL, TABLE);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

/* Custom waves */

typedef struct
{
  const gdouble *real;
  const gdouble *imag;
  guint n;
  gdouble scale;
} Coefficients;

static gdouble
custom (gdouble phase, gconstpointer data)
{
  const Coefficients *self = data;
  gdouble sum = 0;
  guint k;

  for (k = 1; k < self->n; k++)
    sum += self->real[k] * cos (2 * G_PI * k * phase)
        + self->imag[k] * sin (2 * G_PI * k * phase);
  return sum * self->scale;
}

static gdouble
peak_of (const Coefficients * coefficients)
{
  const guint steps = 1 << 14;
  gdouble peak = 0;
  guint i;

  for (i = 0; i < steps; i++)
    peak = MAX (peak, fabs (custom ((gdouble) i / steps, coefficients)));
  return peak;
}

static const gdouble some_real[] = { 3, 0.2, 0, 0.1, 0, 0.3 };
static const gdouble some_imag[] = { -4, 1, 0.5, 0.25, 0.125, 0 };

#define SOME_REAL "real=\"<3.0, 0.2, 0.0, 0.1, 0.0, 0.3>\""
#define SOME_IMAG "imag=\"<-4.0, 1.0, 0.5, 0.25, 0.125, 0.0>\""

GST_START_TEST (test_custom)
{
  Coefficients wave = { some_real, some_imag, G_N_ELEMENTS (some_real), 1 };
  Recorder *recorder = render_oscillator (9600, "frequency=100 " SOME_REAL " "
      SOME_IMAG " disable-normalization=true" OUT);

  expect (recorder, 0, 9600, 0, 100, custom, &wave, TABLE);
  recorder_free (recorder);

  wave.scale = 1 / peak_of (&wave);
  recorder = render_oscillator (9600, "frequency=100 " SOME_REAL " " SOME_IMAG
      OUT);
  expect (recorder, 0, 9600, 0, 100, custom, &wave, TABLE);
  recorder_free (recorder);
}

GST_END_TEST;

/* Integers are numbers, too, and an array that is not given is all zeros */
GST_START_TEST (test_custom_from_one_array)
{
  const gdouble zeros[] = { 0, 0, 0, 0 };
  const gdouble numbers[] = { 0, 0, 1, 0.5 };
  Coefficients wave = { zeros, numbers, 4, 1 };
  Recorder *recorder;

  wave.scale = 1 / peak_of (&wave);
  recorder = render_oscillator (4800, "frequency=220 imag=\"<0, 0, 1, 0.5>\""
      OUT);
  expect (recorder, 0, 4800, 0, 220, custom, &wave, TABLE);
  recorder_free (recorder);
  recorder = render_oscillator (4800, "frequency=220 imag=\"<0, 0, 1, 0.5>\" "
      "real=\"<0, 0, 0, 0>\"" OUT);
  expect (recorder, 0, 4800, 0, 220, custom, &wave, TABLE);
  recorder_free (recorder);

  wave.real = numbers;
  wave.imag = zeros;
  wave.scale = 1;
  wave.scale = 1 / peak_of (&wave);
  recorder = render_oscillator (4800, "frequency=220 real=\"<0, 0, 1, 0.5>\""
      OUT);
  expect (recorder, 0, 4800, 0, 220, custom, &wave, TABLE);
  recorder_free (recorder);
}

GST_END_TEST;

/* Where only the fundamental is left, it is as loud as it was */
GST_START_TEST (test_one_normalisation_factor)
{
  const gdouble zeros[9] = { 0, };
  const gdouble imag[9] = { 0, 1, 0, 0, 0, 0, 0, 0, 1 };
  Coefficients wave = { zeros, imag, 9, 1 };
  const gchar *line = "oscillator length=4800 frequency=%g "
      "imag=\"<0, 1, 0, 0, 0, 0, 0, 0, 1>\"" OUT;
  Recorder *recorder;

  wave.scale = 1 / peak_of (&wave);
  recorder = render (line, 100.);
  expect (recorder, 0, 4800, 0, 100, custom, &wave, TABLE);
  recorder_free (recorder);
  wave.n = 2;
  recorder = render (line, 5000.);
  expect (recorder, 0, 4800, 0, 5000, custom, &wave, TABLE);
  recorder_free (recorder);
}

GST_END_TEST;

static void
set_array (GstElement * element, const gchar * name, const gdouble * values,
    guint n)
{
  GValue array = G_VALUE_INIT;
  guint i;

  g_value_init (&array, GST_TYPE_ARRAY);
  for (i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_DOUBLE);
    g_value_set_double (&value, values[i]);
    gst_value_array_append_and_take_value (&array, &value);
  }
  g_object_set_property (G_OBJECT (element), name, &array);
  g_value_unset (&array);
}

static void
check_array (GstElement * element, const gchar * name, const gdouble * values,
    guint n)
{
  GValue array = G_VALUE_INIT;
  guint i;

  g_value_init (&array, GST_TYPE_ARRAY);
  g_object_get_property (G_OBJECT (element), name, &array);
  fail_unless_equals_int (gst_value_array_get_size (&array), n);
  for (i = 0; i < n; i++)
    assert_sample (g_value_get_double (gst_value_array_get_value (&array, i)),
        (gfloat) values[i], 0, i);
  g_value_unset (&array);
}

/* The last of 8192 coefficients sounds, and so does partial 8192 */
GST_START_TEST (test_many_coefficients)
{
  const guint partials[] = { 8191, 8192 };
  gdouble *imag = g_new0 (gdouble, 8193);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (partials); i++) {
    guint k = partials[i];
    GstElement *pipeline = launch ("oscillator name=o frequency=2 length=9600"
        OUT);
    GstElement *oscillator = get_element (pipeline, "o");
    Recorder *recorder = record (pipeline, "out");

    imag[k] = 1;
    set_array (oscillator, "imag", imag, k + 1);
    check_array (oscillator, "imag", imag, k + 1);
    imag[k] = 0;
    play (pipeline);
    wait_for_end (pipeline);
    expect (recorder, 0, 9600, 0, 2. * k, sine, NULL, TABLE);
    recorder_free (recorder);
    gst_object_unref (oscillator);
    stop (pipeline);
  }
  g_free (imag);
}

GST_END_TEST;

static gint
type_of (GstElement * oscillator)
{
  gint type;

  g_object_get (oscillator, "type", &type, NULL);
  return type;
}

GST_START_TEST (test_custom_properties)
{
  const gdouble numbers[] = { 0, 1, 0.5 };
  const gint is_custom = WEBAUDIO_WAVE_TRIANGLE + 1;
  GstElement *oscillator = gst_element_factory_make ("oscillator", NULL);

  check_array (oscillator, "real", NULL, 0);
  check_array (oscillator, "imag", NULL, 0);
  fail_unless_equals_int (type_of (oscillator), WEBAUDIO_WAVE_SINE);
  set_array (oscillator, "imag", numbers, 3);
  fail_unless_equals_int (type_of (oscillator), is_custom);
  check_array (oscillator, "real", NULL, 0);
  check_array (oscillator, "imag", numbers, 3);

  /* a wave that was set is there when type comes back to it */
  gst_util_set_object_arg (G_OBJECT (oscillator), "type", "triangle");
  fail_unless_equals_int (type_of (oscillator), WEBAUDIO_WAVE_TRIANGLE);
  check_array (oscillator, "imag", numbers, 3);
  gst_util_set_object_arg (G_OBJECT (oscillator), "type", "custom");
  fail_unless_equals_int (type_of (oscillator), is_custom);
  set_array (oscillator, "real", numbers, 3);
  check_array (oscillator, "real", numbers, 3);
  gst_object_unref (oscillator);
}

GST_END_TEST;

/* What the arrays cannot hold leaves them as they were */
GST_START_TEST (test_malformed_arrays)
{
  static const gchar *malformed[] = {
    "<0.0, foo>", "<0.0, \"bar\", 1.0>", "<0.0, nan>", "<0.0, inf, 0.0>",
    "<0.0, 1e300>", "<<0.0, 1.0>, <0.0, 1.0>>", "<0.0, [ 1, 2 ]>",
    "<0.0, 1/0>", "<true, false>, <", "sine", ""
  };
  const gdouble good[] = { 0, 1, 0.5 };
  GstElement *oscillator = gst_element_factory_make ("oscillator", NULL);
  guint i;

  set_array (oscillator, "real", good, 3);
  for (i = 0; i < G_N_ELEMENTS (malformed); i++) {
    GValue array = G_VALUE_INIT;

    GST_INFO ("%s", malformed[i]);
    g_value_init (&array, GST_TYPE_ARRAY);
    if (gst_value_deserialize (&array, malformed[i])) {
      g_object_set_property (G_OBJECT (oscillator), "real", &array);
      check_array (oscillator, "real", good, 3);
    }
    g_value_unset (&array);
  }
  gst_object_unref (oscillator);
}

GST_END_TEST;

GST_START_TEST (test_no_wave)
{
  static const gchar *lines[] = {
    "type=custom", "imag=\"<>\"", "real=\"<1.0>\"", "imag=\"<1.0>\"",
    "imag=\"<0.0, 1.0>\" real=\"<0.0, 1.0, 0.0>\"",
    "imag=\"<0.0, 1.0>\" real=\"<0.0>\""
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    GstElement *pipeline = launch ("oscillator name=o %s" OUT, lines[i]);
    GstMessage *message;
    GError *error = NULL;

    GST_INFO ("%s", lines[i]);
    fail_unless_equals_int (gst_element_set_state (pipeline,
            GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
    message = wait_for (pipeline, GST_MESSAGE_ERROR);
    gst_message_parse_error (message, &error, NULL);
    fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
            GST_LIBRARY_ERROR_SETTINGS), "%s", error->message);
    g_error_free (error);
    gst_message_unref (message);

    /* and once there is a wave, it plays */
    set_on (pipeline, "o", "length", G_GUINT64_CONSTANT (4800));
    gst_element_set_state (pipeline, GST_STATE_NULL);
    {
      GstElement *oscillator = get_element (pipeline, "o");
      const gdouble numbers[] = { 0, 1 };

      set_array (oscillator, "real", NULL, 0);
      set_array (oscillator, "imag", numbers, 2);
      gst_object_unref (oscillator);
    }
    play (pipeline);
    wait_for_end (pipeline);
    stop (pipeline);
  }
}

GST_END_TEST;

static void
to_longer_real (GstElement * element)
{
  const gdouble numbers[] = { 0, 0, 1, 0 };

  set_array (element, "real", numbers, 4);
}

static void
to_longer_imag (GstElement * element)
{
  const gdouble numbers[] = { 0, 0, 0, 0 };

  set_array (element, "imag", numbers, 4);
}

static gdouble
second_cosine (gdouble phase, gconstpointer data)
{
  return cos (2 * G_PI * 2 * phase);
}

/* While the arrays do not fit each other the last wave goes on */
GST_START_TEST (test_mismatch_while_playing)
{
  GstElement *pipeline = launch ("oscillator name=o frequency=1000 length=4000 "
      "real=\"<0, 0, 0>\" imag=\"<0, 0, 1>\"" OUT);
  Recorder *recorder = record (pipeline, "out");
  gdouble phase;

  do_at (pipeline, "o", 1024, to_longer_real);
  do_at (pipeline, "o", 2048, to_longer_imag);
  play (pipeline);
  wait_for_end (pipeline);
  phase = expect (recorder, 0, 2048, 0, 1000, second_partial, NULL, TABLE);
  expect (recorder, 2048, 4000, phase, 1000, second_cosine, NULL, TABLE);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

static void
to_custom_without_coefficients (GstElement * element)
{
  gst_util_set_object_arg (G_OBJECT (element), "type", "custom");
}

static void
to_one_coefficient (GstElement * element)
{
  const gdouble numbers[] = { 1 };

  set_array (element, "real", numbers, 1);
}

static void
to_no_coefficients (GstElement * element)
{
  set_array (element, "real", NULL, 0);
}

GST_START_TEST (test_no_wave_while_playing)
{
  const Action actions[] = {
    to_custom_without_coefficients, to_one_coefficient, to_no_coefficients
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (actions); i++) {
    GstElement *pipeline = launch ("oscillator name=o frequency=1000 "
        "length=4000" OUT);
    Recorder *recorder = record (pipeline, "out");

    do_at (pipeline, "o", 1024, actions[i]);
    play (pipeline);
    wait_for_end (pipeline);
    expect (recorder, 0, 4000, 0, 1000, sine, NULL, EXACT);
    recorder_free (recorder);
    stop (pipeline);
  }
}

GST_END_TEST;

GST_START_TEST (test_huge_arrays)
{
  const guint n = 1000000;
  gdouble *numbers = g_new0 (gdouble, n);
  GstElement *pipeline = launch ("oscillator name=o frequency=100 length=4800"
      OUT);
  GstElement *oscillator = get_element (pipeline, "o");
  Recorder *recorder = record (pipeline, "out");

  numbers[1] = 1;
  numbers[n - 1] = 1;
  set_array (oscillator, "imag", numbers, n);
  check_array (oscillator, "imag", numbers, n);
  play (pipeline);
  wait_for_end (pipeline);
  expect (recorder, 0, 4800, 0, 100, sine, NULL, TABLE);
  recorder_free (recorder);
  gst_object_unref (oscillator);
  stop (pipeline);
  g_free (numbers);
}

GST_END_TEST;

/* Control bindings */

static void
expect_sweep (Recorder * recorder, gdouble f0, gdouble f1, gdouble d0,
    gdouble d1)
{
  const gfloat *samples = recorder_samples (recorder);
  gdouble phase = 0;
  guint64 i;

  for (i = 0; i < recorder->frames; i++) {
    assert_sample (samples[i], sin (2 * G_PI * phase), 2e-5, i);
    phase += ramp (i, f0, f1) * pow (2, ramp (i, d0, d1) / 1200) / RATE;
    phase -= floor (phase);
  }
}

static void
check_sweep (gdouble f0, gdouble f1, gdouble d0, gdouble d1, gboolean absolute)
{
  GstElement *pipeline = launch ("oscillator name=o frequency=%g detune=%g "
      "length=30000" OUT, f0, d0);
  Recorder *recorder = record (pipeline, "out");

  /* a binding that is not absolute has 0 to 1 for the property's range */
  if (f0 != f1)
    bind_ramp (pipeline, "o", "frequency", f0, f1, absolute,
        absolute ? 1 : 1. / 768000, absolute ? 0 : 0.5);
  if (d0 != d1)
    bind_ramp (pipeline, "o", "detune", d0, d1, TRUE, 1, 0);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder->frames, 30000);
  expect_sweep (recorder, f0, f1, d0, d1);
  recorder_free (recorder);
  stop (pipeline);
}

GST_START_TEST (test_bindings)
{
  check_sweep (220, 880, 0, 0, TRUE);
  check_sweep (-300, 1300, 0, 0, TRUE);
  check_sweep (220, 880, 0, 0, FALSE);
  check_sweep (440, 440, -1200, 1200, TRUE);
  check_sweep (880, 220, 0, 2400, TRUE);
}

GST_END_TEST;

/* A step takes effect at its frame, not at a block's */
GST_START_TEST (test_binding_steps)
{
  GstElement *pipeline = launch ("oscillator name=o frequency=440 length=4000"
      OUT);
  Recorder *recorder = record (pipeline, "out");
  GstControlSource *source = new_source (GST_INTERPOLATION_MODE_NONE);
  gdouble phase;

  /* on whole milliseconds, so that no time is rounded; what has no value yet
   * is as the property says */
  add_point (source, 1488, 2000);
  add_point (source, 2544, -100);
  bind_property (pipeline, "o", "frequency", source, TRUE);
  play (pipeline);
  wait_for_end (pipeline);
  phase = expect (recorder, 0, 1488, 0, 440, sine, NULL, EXACT);
  phase = expect (recorder, 1488, 2544, phase, 2000, sine, NULL, EXACT);
  expect (recorder, 2544, 4000, phase, -100, sine, NULL, EXACT);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

static void
disable_binding (GstElement * element)
{
  gst_object_set_control_bindings_disabled (GST_OBJECT (element), TRUE);
}

static void
enable_binding (GstElement * element)
{
  gst_object_set_control_bindings_disabled (GST_OBJECT (element), FALSE);
}

static void
remove_binding (GstElement * element)
{
  GstControlBinding *binding =
      gst_object_get_control_binding (GST_OBJECT (element), "frequency");

  gst_object_remove_control_binding (GST_OBJECT (element), binding);
  gst_object_unref (binding);
}

GST_START_TEST (test_binding_goes)
{
  GstElement *pipeline = launch ("oscillator name=o frequency=440 length=5000"
      OUT);
  Recorder *recorder = record (pipeline, "out");
  GstControlSource *source = new_source (GST_INTERPOLATION_MODE_NONE);
  gdouble phase;

  add_point (source, 0, 2000);
  bind_property (pipeline, "o", "frequency", source, TRUE);
  do_at (pipeline, "o", 1024, disable_binding);
  do_at (pipeline, "o", 2048, enable_binding);
  do_at (pipeline, "o", 3072, remove_binding);
  play (pipeline);
  wait_for_end (pipeline);
  phase = expect (recorder, 0, 1024, 0, 2000, sine, NULL, EXACT);
  phase = expect (recorder, 1024, 2048, phase, 440, sine, NULL, EXACT);
  phase = expect (recorder, 2048, 3072, phase, 2000, sine, NULL, EXACT);
  expect (recorder, 3072, 5000, phase, 440, sine, NULL, EXACT);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

/* What a control source may compute is clamped, and NaN is nothing */
GST_START_TEST (test_binding_extremes)
{
  GstElement *pipeline = launch ("oscillator name=o frequency=0 length=4800"
      OUT);
  Recorder *recorder = record (pipeline, "out");
  GstControlSource *source = new_source (GST_INTERPOLATION_MODE_NONE);
  const gfloat *samples;
  guint64 i;

  add_point (source, 0, G_MAXDOUBLE);
  add_point (source, 480, INFINITY);
  add_point (source, 960, NAN);
  add_point (source, 1440, -G_MAXDOUBLE);
  add_point (source, 1920, -INFINITY);
  bind_property (pipeline, "o", "frequency", source, TRUE);
  play (pipeline);
  wait_for_end (pipeline);
  samples = recorder_samples (recorder);
  for (i = 0; i < recorder->frames; i++)
    assert_sample (samples[i], 0, 1, i);
  recorder_free (recorder);
  stop (pipeline);
}

GST_END_TEST;

/* All properties are set, by two threads, while a third one renders */

static gpointer
change_everything (gpointer data)
{
  GstElement *oscillator = data;
  const gdouble numbers[] = { 0, 1, 0.5 };
  gint i;

  for (i = 0; i < 200; i++) {
    g_object_set (oscillator, "frequency", 20. + i, "detune", i * 5.,
        "type", i % 4, "disable-normalization", i % 3 == 0, NULL);
    set_array (oscillator, i % 2 ? "real" : "imag", numbers, 2 + i % 2);
  }
  return NULL;
}

static gpointer
read_everything (gpointer data)
{
  GstElement *oscillator = data;
  gint i, n = 0;

  for (i = 0; i < 200; i++) {
    GValue array = G_VALUE_INIT;
    gdouble frequency, detune;
    gint type;

    g_object_get (oscillator, "frequency", &frequency, "detune", &detune,
        "type", &type, NULL);
    g_value_init (&array, GST_TYPE_ARRAY);
    g_object_get_property (G_OBJECT (oscillator), "real", &array);
    n += gst_value_array_get_size (&array);
    g_value_unset (&array);
  }
  return GINT_TO_POINTER (n);
}

GST_START_TEST (test_threads)
{
  GstElement *pipeline = launch ("oscillator name=o" OUT);
  GstElement *oscillator = get_element (pipeline, "o");
  Recorder *recorder = record (pipeline, "out");
  GThread *writers[2], *reader;
  guint i;

  play (pipeline);
  recorder_wait (recorder, 4096);
  for (i = 0; i < 2; i++)
    writers[i] = g_thread_new ("writer", change_everything, oscillator);
  reader = g_thread_new ("reader", read_everything, oscillator);
  for (i = 0; i < 2; i++)
    g_thread_join (writers[i]);
  g_thread_join (reader);
  recorder_wait (recorder, recorder_count (recorder) + 4096);
  stop (pipeline);
  recorder_free (recorder);
  gst_object_unref (oscillator);
}

GST_END_TEST;

static Suite *
oscillator_suite (void)
{
  Suite *s = suite_create ("oscillator");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_sine);
  tcase_add_test (tc, test_types);
  tcase_add_test (tc, test_detune);
  tcase_add_test (tc, test_negative_frequency);
  tcase_add_test (tc, test_clamp);
  tcase_add_test (tc, test_phase_through_frequency);
  tcase_add_test (tc, test_phase_through_type);
  tcase_add_test (tc, test_custom);
  tcase_add_test (tc, test_custom_from_one_array);
  tcase_add_test (tc, test_one_normalisation_factor);
  tcase_add_test (tc, test_many_coefficients);
  tcase_add_test (tc, test_custom_properties);
  tcase_add_test (tc, test_malformed_arrays);
  tcase_add_test (tc, test_no_wave);
  tcase_add_test (tc, test_mismatch_while_playing);
  tcase_add_test (tc, test_no_wave_while_playing);
  tcase_add_test (tc, test_huge_arrays);
  tcase_add_test (tc, test_bindings);
  tcase_add_test (tc, test_binding_steps);
  tcase_add_test (tc, test_binding_goes);
  tcase_add_test (tc, test_binding_extremes);
  tcase_add_test (tc, test_threads);
  return s;
}

GST_CHECK_MAIN (oscillator);
