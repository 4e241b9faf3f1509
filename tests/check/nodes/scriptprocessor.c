/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The scriptprocessor element: when its handler is called and with what, its
 * parameters, and what it makes of handlers that go wrong.
 */

#include "check-allocations.h"
#include "nodes/check-param.h"

#define OUT " ! fakesink name=out"
#define NOISE "oscillator type=sawtooth frequency=443.7"
#define QUANTUM 128

/* Handlers */

typedef gboolean (*Process) (GstElement * element, GstBuffer * input,
    GstBuffer * output, GstStructure * parameters, gpointer data);

/* What a handler is given */
typedef struct
{
  GstMapInfo in, out;
  const gfloat *input;
  gfloat *output;
  guint frames, input_channels, output_channels;
} Sound;

static void
sound_map (Sound * sound, GstBuffer * input, GstBuffer * output)
{
  sound->frames = GST_BUFFER_OFFSET_END (input) - GST_BUFFER_OFFSET (input);
  check_that (sound->frames > 0 && GST_BUFFER_OFFSET (input) ==
      GST_BUFFER_OFFSET (output) && GST_BUFFER_OFFSET_END (input) ==
      GST_BUFFER_OFFSET_END (output) && GST_BUFFER_PTS (input) ==
      GST_BUFFER_PTS (output), "input and output are not of the same time");
  check_that (gst_buffer_map (input, &sound->in, GST_MAP_READ)
      && gst_buffer_map (output, &sound->out, GST_MAP_WRITE), "cannot map");
  sound->input = (const gfloat *) sound->in.data;
  sound->output = (gfloat *) sound->out.data;
  sound->input_channels = sound->in.size / sizeof (gfloat) / sound->frames;
  sound->output_channels = sound->out.size / sizeof (gfloat) / sound->frames;
}

static void
sound_unmap (Sound * sound, GstBuffer * input, GstBuffer * output)
{
  gst_buffer_unmap (input, &sound->in);
  gst_buffer_unmap (output, &sound->out);
}

/* (transfer full): the values of a parameter. */
static gfloat *
copy_values (const GstStructure * parameters, const gchar * name, guint frames)
{
  const GValue *value = gst_structure_get_value (parameters, name);
  gfloat *values = g_new (gfloat, frames);

  check_that (value && GST_VALUE_HOLDS_BUFFER (value), "no %s", name);
  check_that (gst_buffer_get_size (gst_value_get_buffer (value)) ==
      frames * sizeof (gfloat), "%s has another length", name);
  gst_buffer_extract (gst_value_get_buffer (value), 0, values,
      frames * sizeof (gfloat));
  return values;
}

/* Copies, and returns whether @data is set */
static gboolean
copy_input (GstElement * element, GstBuffer * input, GstBuffer * output,
    GstStructure * parameters, gpointer data)
{
  Sound sound;

  sound_map (&sound, input, output);
  memcpy (sound.output, sound.input, MIN (sound.in.size, sound.out.size));
  sound_unmap (&sound, input, output);
  return data != NULL;
}

/* Multiplies by the parameter gain */
static gboolean
multiply (GstElement * element, GstBuffer * input, GstBuffer * output,
    GstStructure * parameters, gpointer data)
{
  Sound sound;
  gfloat *gains;
  guint i;

  sound_map (&sound, input, output);
  gains = copy_values (parameters, "gain", sound.frames);
  for (i = 0; i < sound.frames * sound.output_channels; i++)
    sound.output[i] = sound.input[i] * gains[i % sound.frames];
  g_free (gains);
  sound_unmap (&sound, input, output);
  return FALSE;
}

/* A feedback of 100 frames, for up to *@data frames after the sound. */
typedef struct
{
  gfloat line[100];
  gint64 last;
  guint64 tail;
} Echo;

static gboolean
echo (GstElement * element, GstBuffer * input, GstBuffer * output,
    GstStructure * parameters, gpointer data)
{
  Echo *self = data;
  guint64 frame = GST_BUFFER_OFFSET (input);
  Sound sound;
  guint i;

  if (GST_BUFFER_FLAG_IS_SET (input, GST_BUFFER_FLAG_DISCONT)) {
    memset (self->line, 0, sizeof (self->line));
    self->last = -1;
  }
  sound_map (&sound, input, output);
  for (i = 0; i < sound.frames; i++) {
    gfloat *delayed = &self->line[(frame + i) % 100];

    *delayed = sound.input[i] + 0.5f * *delayed;
    sound.output[i] = *delayed;
  }
  if (!GST_BUFFER_FLAG_IS_SET (input, GST_BUFFER_FLAG_GAP))
    self->last = frame;
  sound_unmap (&sound, input, output);
  return frame < self->last + self->tail;
}

/* A counter, that sounds for *@data frames and has no need of an input. */
static gboolean
generate (GstElement * element, GstBuffer * input, GstBuffer * output,
    GstStructure * parameters, gpointer data)
{
  guint64 frame = GST_BUFFER_OFFSET (output), *end = data;
  Sound sound;
  guint i, c;

  sound_map (&sound, input, output);
  for (c = 0; c < sound.output_channels; c++)
    for (i = 0; i < sound.frames; i++)
      sound.output[c * sound.frames + i] = frame + i < *end ?
          (frame + i) * 1e-6 + c : 0;
  sound_unmap (&sound, input, output);
  return frame + sound.frames < *end;
}

/* What came out of a line with the element named s, its handler being
 * @process. */
static Recorder *
G_GNUC_PRINTF (3, 4)
run (Process process, gpointer data, const gchar * format, ...)
{
  GstElement *pipeline, *element;
  Recorder *recorder;
  va_list args;

  va_start (args, format);
  pipeline = launch_valist (format, args);
  va_end (args);
  element = get_element (pipeline, "s");
  if (process)
    g_signal_connect (element, "process", G_CALLBACK (process), data);
  recorder = record (pipeline, "out");
  play (pipeline);
  wait_for_end (pipeline);
  stop (pipeline);
  gst_object_unref (element);
  return recorder;
}

static void
expect_silence (Recorder * recorder)
{
  guint i;

  fail_unless (recorder_loudness (recorder) == 0);
  for (i = 0; i < recorder->buffers->len; i++)
    fail_unless (recorder_buffer (recorder, i)->flags & GST_BUFFER_FLAG_GAP);
}

static const guint blocks[] = { 128, 384, 1024, 65536 };

/* Called for each quantum, for every block size the same */
GST_START_TEST (test_copy)
{
  static const gchar *sources[] = {
    NOISE " stop=50000000",
    NOISE " start=5000001 stop=50000000 ! gain channel-count=6 "
        "channel-count-mode=explicit",
  };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (sources); i++) {
    Recorder *should = render ("%s ! gain length=2400" OUT, sources[i]);

    for (j = 0; j < G_N_ELEMENTS (blocks); j++) {
      Recorder *is = run (copy_input, NULL, "%s ! scriptprocessor name=s ! "
          "gain length=2400 block-size=%u" OUT, sources[i], blocks[j]);

      assert_same_sound (is, should);
      recorder_free (is);
    }
    recorder_free (should);
  }
}

GST_END_TEST;

/* How often a handler is called, and with what */
typedef struct
{
  guint calls, gaps, resets, odd;
  guint64 next;
} Calls;

static gboolean
count_calls (GstElement * element, GstBuffer * input, GstBuffer * output,
    GstStructure * parameters, gpointer data)
{
  Calls *calls = data;
  guint64 frame = GST_BUFFER_OFFSET (input);
  gint rate = 0;

  calls->calls++;
  calls->gaps += GST_BUFFER_FLAG_IS_SET (input, GST_BUFFER_FLAG_GAP);
  calls->resets += GST_BUFFER_FLAG_IS_SET (input, GST_BUFFER_FLAG_DISCONT);
  calls->odd += frame % QUANTUM || GST_BUFFER_OFFSET_END (input) != frame +
      QUANTUM;
  calls->next = GST_BUFFER_OFFSET_END (input);
  check_that (gst_structure_get_int (parameters, "sample-rate", &rate)
      && rate == RATE, "the rate is %d", rate);
  check_that (GST_BUFFER_PTS (input) == gst_util_uint64_scale (frame,
          GST_SECOND, RATE), "another time");
  return FALSE;
}

GST_START_TEST (test_calls)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (blocks); i++) {
    Calls calls = { 0, };
    /* sounds from frame 1000 up to 2000 */
    Recorder *recorder = run (count_calls, &calls, "constantsource "
        "start=20833333 stop=41666667 ! scriptprocessor name=s ! "
        "gain length=4800 block-size=%u" OUT, blocks[i]);

    expect_silence (recorder);
    recorder_free (recorder);
    /* once, because nobody knows yet; then only where there is sound */
    fail_unless_equals_int (calls.calls, 1 + 16 - 7);
    fail_unless_equals_int (calls.gaps, 1);
    fail_unless_equals_int (calls.resets, 1);
    fail_unless_equals_int (calls.odd, 0);
    fail_unless_equals_uint64 (calls.next, 2048);
  }
}

GST_END_TEST;

/* Without a handler there is silence, and it ends */
GST_START_TEST (test_no_handler)
{
  Recorder *recorder = run (NULL, NULL, NOISE " stop=20000000 ! "
      "scriptprocessor name=s" OUT);

  expect_silence (recorder);
  fail_unless (recorder->frames == 960 || recorder->frames == 1024);
  recorder_free (recorder);
}

GST_END_TEST;

/* It sounds on as long as it wants to, in whole quanta */
GST_START_TEST (test_tail)
{
  static const guint64 tails[] = { 0, 1, 128, 1000, 5000 };
  gfloat should[QUANTUM * 64];
  const gfloat *samples;
  guint i, j, k;

  for (i = 0; i < G_N_ELEMENTS (tails); i++) {
    for (j = 0; j < G_N_ELEMENTS (blocks); j++) {
      Echo state = { {0,}, 0, tails[i] };
      Recorder *recorder = run (echo, &state, "constantsource stop=10000000 ! "
          "scriptprocessor name=s block-size=%u" OUT, blocks[j]);
      guint64 end = 512;

      /* the last quantum with sound begins at 384 */
      while (end < 384 + tails[i] + QUANTUM)
        end += QUANTUM;
      fail_unless_equals_uint64 (recorder->frames, end);
      samples = recorder_samples (recorder);
      for (k = 0; k < end; k++) {
        should[k] = (k < 480) + (k < 100 ? 0 : 0.5f * should[k - 100]);
        assert_sample (samples[k], should[k], 0, k);
      }
      recorder_free (recorder);
    }
  }
}

GST_END_TEST;

/* A source of its own, of any number of channels, that ends */
GST_START_TEST (test_generator)
{
  static const guint channels[] = { 1, 2, 5, 32 };
  guint64 end = 2000;
  guint i, j, k;

  for (i = 0; i < G_N_ELEMENTS (channels); i++) {
    for (j = 0; j < G_N_ELEMENTS (blocks); j++) {
      guint n = channels[i];
      Recorder *recorder = run (generate, &end, "scriptprocessor name=s "
          "output-channels=%u length=3000 block-size=%u" OUT, n, blocks[j]);

      const gfloat *samples = recorder_samples (recorder);

      fail_unless_equals_int (recorder_channels (recorder), n);
      fail_unless_equals_uint64 (recorder->frames, 3000);
      for (k = 0; k < 3000 * n; k++)
        assert_sample (samples[k], k / n < 2000 ?
            (gfloat) ((k / n) * 1e-6 + k % n) : 0, 0, k / n);
      recorder_free (recorder);
    }
  }
}

GST_END_TEST;

/* Parameters */

#define GAIN "scriptprocessor name=s parameters=\"gain:0.5:-2:2\" "

#define K_RATE_RAMP "gain::automation-rate=k-rate gain::automation=\"" \
    "setValueAtTime(0.1,0) exponentialRampToValueAtTime(1,0.02)\""

/* A parameter is the same as that of gain: by value, automation, modulation */
GST_START_TEST (test_parameter)
{
  static const gchar *settings[] = {
    "gain::value=0.25",
    "gain::value=3",
    "gain::automation=\"setValueAtTime(0.1,0) linearRampToValueAtTime(1,0.02)\"",
    K_RATE_RAMP,
  };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (settings); i++) {
    Recorder *should = render (NOISE " ! gain length=2400 %s" OUT,
        i == 1 ? "gain=2" : settings[i]);

    for (j = 0; j < G_N_ELEMENTS (blocks); j++) {
      Recorder *is = run (multiply, NULL, NOISE " ! " GAIN "length=2400 "
          "block-size=%u %s" OUT, blocks[j], settings[i]);

      assert_same_sound (is, should);
      recorder_free (is);
    }
    recorder_free (should);
  }
}

GST_END_TEST;

GST_START_TEST (test_modulation)
{
  Recorder *should = render (NOISE " ! gain name=s gain=0.5 length=2400" OUT
      " oscillator frequency=100 ! s.gain_0  constantsource offset=0.25 ! "
      "s.gain_1");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (blocks); i++) {
    Recorder *is = run (multiply, NULL, NOISE " ! " GAIN "length=2400 "
        "block-size=%u" OUT " oscillator frequency=100 ! s.gain_0 "
        "constantsource offset=0.25 ! s.gain_1", blocks[i]);

    assert_same_sound (is, should);
    recorder_free (is);
  }
  recorder_free (should);
}

GST_END_TEST;

static void
check_child (GstElement * element, const gchar * name, gdouble value,
    gdouble minimum, gdouble maximum, gint rate)
{
  GObject *child = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (element),
      name);
  gdouble is[3];
  gint is_rate;

  fail_unless (child != NULL, "there is no %s", name);
  g_object_get (child, "default-value", &is[0], "min-value", &is[1],
      "max-value", &is[2], "automation-rate", &is_rate, NULL);
  fail_unless_equals_float (is[0], value);
  fail_unless_equals_float (is[1], minimum);
  fail_unless_equals_float (is[2], maximum);
  fail_unless_equals_int (is_rate, rate);
  gst_object_unref (child);
}

GST_START_TEST (test_declarations)
{
  GstElement *element = gst_element_factory_make ("scriptprocessor", NULL);
  GstChildProxy *proxy = GST_CHILD_PROXY (element);
  GstPad *pad;
  gchar *text;

  fail_unless_equals_int (gst_child_proxy_get_children_count (proxy), 0);
  g_object_set (element, "parameters", " cutoff : 350 : 10 : 20000 , q:1, "
      "depth,slow:2:k-rate,fast:-1:-1:1:a-rate", NULL);
  fail_unless_equals_int (gst_child_proxy_get_children_count (proxy), 5);
  check_child (element, "cutoff", 350, 10, 20000, 0);
  check_child (element, "q", 1, -G_MAXFLOAT, G_MAXFLOAT, 0);
  check_child (element, "depth", 0, -G_MAXFLOAT, G_MAXFLOAT, 0);
  check_child (element, "slow", 2, -G_MAXFLOAT, G_MAXFLOAT, 1);
  check_child (element, "fast", -1, -1, 1, 0);
  g_object_get (element, "parameters", &text, NULL);
  fail_unless (strstr (text, "depth") != NULL);
  g_free (text);

  pad = gst_element_request_pad_simple (element, "cutoff_3");
  fail_unless (pad != NULL);
  fail_unless_equals_string (GST_PAD_NAME (pad), "cutoff_3");
  gst_object_unref (pad);
  fail_unless (gst_element_request_pad_simple (element, "other_0") == NULL);

  /* other ones take their place, and their pads are gone */
  g_object_set (element, "parameters", "other", NULL);
  fail_unless_equals_int (gst_child_proxy_get_children_count (proxy), 1);
  fail_unless (gst_element_get_static_pad (element, "cutoff_3") == NULL);
  g_object_set (element, "parameters", "", NULL);
  fail_unless_equals_int (gst_child_proxy_get_children_count (proxy), 0);
  g_object_set (element, "parameters", NULL, NULL);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (test_bad_declarations)
{
  static const gchar *bad[] = {
    ":1", "a,", ",a", "a,a", "a::1", "a:x", "a:nan", "a:inf", "a:1e39",
    "a:1:2:3", "a:4:2:3", "a:2.5:3:2", "a:1:0:2:3", "a:1:0:2:b-rate",
    "a:1:0:2:k-rate:x", "1a", "a b", "sink", "src", "channel-count", "name",
    "parameters", "sample-rate", "\xff",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    GstElement *pipeline = launch ("scriptprocessor name=s ! fakesink");
    GstElement *element = get_element (pipeline, "s");
    GstMessage *message;
    GError *error;

    g_object_set (element, "parameters", bad[i], NULL);
    fail_unless_equals_int (gst_child_proxy_get_children_count (GST_CHILD_PROXY
            (element)), 0);
    fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING) ==
        GST_STATE_CHANGE_FAILURE, "'%s' is accepted", bad[i]);
    message = wait_for (pipeline, GST_MESSAGE_ERROR);
    gst_message_parse_error (message, &error, NULL);
    fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
            GST_LIBRARY_ERROR_SETTINGS));
    g_error_free (error);
    gst_message_unref (message);
    /* what is right then counts */
    g_object_set (element, "parameters", "a:1", NULL);
    fail_unless (gst_element_set_state (element, GST_STATE_READY) !=
        GST_STATE_CHANGE_FAILURE);
    gst_object_unref (element);
    stop (pipeline);
  }
}

GST_END_TEST;

/* Not while it plays */
GST_START_TEST (test_declared_while_playing)
{
  GstElement *pipeline = launch (NOISE " ! " GAIN OUT);
  GstElement *element = get_element (pipeline, "s");

  set_state (pipeline, GST_STATE_PAUSED);
  g_object_set (element, "parameters", "other", NULL);
  fail_unless_equals_int (gst_child_proxy_get_children_count (GST_CHILD_PROXY
          (element)), 1);
  check_child (element, "gain", 0.5, -2, 2, 0);
  set_state (pipeline, GST_STATE_READY);
  g_object_set (element, "parameters", "other", NULL);
  check_child (element, "other", 0, -G_MAXFLOAT, G_MAXFLOAT, 0);
  set_state (pipeline, GST_STATE_PAUSED);
  gst_object_unref (element);
  stop (pipeline);
}

GST_END_TEST;

/* Buffers beyond a quantum */

GST_START_TEST (test_buffer_size)
{
  static const guint good[] = { 128, 256, 512, 1024, 2048, 4096, 8192, 16384 };
  static const guint bad[] = { 0, 1, 64, 127, 129, 255, 384, 32768, G_MAXUINT };
  GstElement *element = gst_element_factory_make ("scriptprocessor", NULL);
  guint i, size;

  for (i = 0; i < G_N_ELEMENTS (good); i++) {
    g_object_set (element, "buffer-size", good[i], NULL);
    g_object_get (element, "buffer-size", &size, NULL);
    fail_unless_equals_int (size, good[i]);
  }
  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_object_set (element, "buffer-size", bad[i], NULL);
    g_object_get (element, "buffer-size", &size, NULL);
    fail_unless_equals_int (size, 16384);
  }
  gst_object_unref (element);
}

GST_END_TEST;

/* The same, later by a buffer, parameters too */
GST_START_TEST (test_buffers)
{
  static const guint sizes[] = { 256, 1024, 16384 };
  Recorder *should = render (NOISE " stop=500000000 ! gain length=24000 "
      "gain::automation=\"setValueAtTime(0.1,0) linearRampToValueAtTime(1,0.4)\""
      OUT);
  const gfloat *before = recorder_samples (should);
  guint i, j, k;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    for (j = 0; j < G_N_ELEMENTS (blocks); j++) {
      Recorder *is = run (multiply, NULL, NOISE " stop=500000000 ! " GAIN
          "buffer-size=%u block-size=%u gain::automation=\""
          "setValueAtTime(0.1,0) linearRampToValueAtTime(1,0.4)\"" OUT,
          sizes[i], blocks[j]);
      const gfloat *samples = recorder_samples (is);

      /* all of the tail, and no more than it takes */
      fail_unless (is->frames >= 24000 + sizes[i]);
      fail_unless (is->frames <= 24000 + 2 * sizes[i] + QUANTUM);
      for (k = 0; k < is->frames; k++)
        assert_sample (samples[k],
            k < sizes[i] || k >= 24000 + sizes[i] ? 0 :
            before[k - sizes[i]], 0, k);
      recorder_free (is);
    }
  }
  recorder_free (should);
}

GST_END_TEST;

/* Channels that come and go within a buffer: the whole of it has the most */
GST_START_TEST (test_buffers_channels)
{
  Recorder *recorders[G_N_ELEMENTS (blocks)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (blocks); i++)
    recorders[i] = run (copy_input, NULL, NOISE " stop=50000000 ! mix. "
        "constantsource start=11000000 stop=30000000 ! gain channel-count=4 "
        "channel-count-mode=explicit ! mix. gain name=mix ! "
        "scriptprocessor name=s buffer-size=512 ! gain channel-count=2 "
        "channel-count-mode=explicit length=4000 block-size=%u" OUT, blocks[i]);
  for (i = 1; i < G_N_ELEMENTS (blocks); i++)
    assert_same_sound (recorders[i], recorders[0]);
  fail_unless (recorder_loudness (recorders[0]) > 100);
  for (i = 0; i < G_N_ELEMENTS (blocks); i++)
    recorder_free (recorders[i]);
}

GST_END_TEST;

GST_START_TEST (test_latency)
{
  GstElement *pipeline = launch ("oscillator is-live=true ! scriptprocessor "
      "name=s buffer-size=4096 ! gain block-size=1024 sample-rate=48000" OUT
      " sync=true");
  GstQuery *query = gst_query_new_latency ();
  GstClockTime latency;
  gboolean live;

  play (pipeline);
  set_state (pipeline, GST_STATE_PLAYING);
  fail_unless (gst_element_query (pipeline, query));
  gst_query_parse_latency (query, &live, &latency, NULL);
  fail_unless (live);
  /* a block, a buffer, and 20 ms that sinks add */
  fail_unless (latency >= 126 * GST_MSECOND && latency < 128 * GST_MSECOND,
      "%" GST_TIME_FORMAT, GST_TIME_ARGS (latency));
  gst_query_unref (query);
  stop (pipeline);
}

GST_END_TEST;

/* Seeks */

/* From any frame on it sounds as it would have, and the handler is told */
GST_START_TEST (test_seek)
{
  static const GstClockTime starts[] = { 0, 13 * GST_MSECOND, 100 * GST_MSECOND,
    33333333
  };
  static const guint sizes[] = { 128, 1024 };
  guint i, j, k;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstElement *pipeline = launch (NOISE " ! scriptprocessor name=s "
        "buffer-size=%u length=9600" OUT, sizes[i]);
    GstElement *element = get_element (pipeline, "s");
    Recorder *recorder = record (pipeline, "out");
    Recorder *source = render (NOISE " length=9600" OUT);
    const gfloat *before = recorder_samples (source), *samples;
    guint delay = sizes[i] > QUANTUM ? sizes[i] : 0;
    Echo state = { {1, 2, 3,}, 0, 0 };

    g_signal_connect (element, "process", G_CALLBACK (echo), &state);
    play (pipeline);
    wait_for_end (pipeline);
    for (j = 0; j < G_N_ELEMENTS (starts); j++) {
      guint begin = gst_util_uint64_scale_ceil (starts[j], RATE, GST_SECOND);
      gfloat *should = g_new0 (gfloat, 9600 + 1024);

      fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
              GST_SEEK_FLAG_FLUSH, starts[j]));
      wait_for_end (pipeline);
      fail_unless_equals_uint64 (recorder->frames, 9600 - begin);
      samples = recorder_samples (recorder);
      for (k = begin; k < 9600; k++) {
        should[k + delay] = before[k] +
            (k < begin + 100 ? 0 : 0.5f * should[k + delay - 100]);
        assert_sample (samples[k - begin], should[k], 0, k);
      }
      g_free (should);
    }
    recorder_free (source);
    recorder_free (recorder);
    gst_object_unref (element);
    stop (pipeline);
  }
}

GST_END_TEST;

/* Handlers that go wrong */

typedef enum
{
  SHORTEN,
  EMPTY,
  LENGTHEN,
  REPLACE,
  REPLACE_SHORT,
  KEEP,
  KEEP_MAPPED,
  FLAG_GAP,
  SPOIL_INPUT,
  SPOIL_PARAMETERS,
  DISCONNECT,
  N_WRONGS
} Wrong;

typedef struct
{
  Wrong wrong;
  guint64 at;
  GPtrArray *kept;
  GstMapInfo map;
} Mistake;

static gboolean
go_wrong (GstElement * element, GstBuffer * input, GstBuffer * output,
    GstStructure * parameters, gpointer data)
{
  Mistake *mistake = data;
  gsize size = gst_buffer_get_size (output);

  multiply (element, input, output, parameters, NULL);
  if (GST_BUFFER_OFFSET (input) != mistake->at)
    return FALSE;
  switch (mistake->wrong) {
    case SHORTEN:
      gst_buffer_set_size (output, size - 1);
      break;
    case EMPTY:
      gst_buffer_remove_all_memory (output);
      break;
    case LENGTHEN:
      gst_buffer_append_memory (output, gst_allocator_alloc (NULL, 100, NULL));
      break;
    case REPLACE:
    case REPLACE_SHORT:{
      gsize n = mistake->wrong == REPLACE ? size : size / 2;
      GstMemory *memory = gst_allocator_alloc (NULL, n, NULL);

      gst_memory_map (memory, &mistake->map, GST_MAP_WRITE);
      memset (mistake->map.data, 0, n);
      gst_memory_unmap (memory, &mistake->map);
      gst_buffer_replace_all_memory (output, memory);
      break;
    }
    case KEEP:
      g_ptr_array_add (mistake->kept, gst_buffer_ref (input));
      g_ptr_array_add (mistake->kept, gst_buffer_ref (output));
      g_ptr_array_add (mistake->kept,
          gst_buffer_ref (gst_value_get_buffer (gst_structure_get_value
                  (parameters, "gain"))));
      break;
    case KEEP_MAPPED:
      fail_unless (gst_buffer_map (output, &mistake->map, GST_MAP_WRITE));
      break;
    case FLAG_GAP:
      GST_BUFFER_FLAG_SET (output, GST_BUFFER_FLAG_GAP);
      break;
    case SPOIL_INPUT:
      gst_buffer_memset (input, 0, 0xff, -1);
      gst_buffer_remove_all_memory (input);
      break;
    case SPOIL_PARAMETERS:
      gst_structure_set (parameters, "gain", G_TYPE_INT, 3, NULL);
      gst_structure_set (parameters, "sample-rate", G_TYPE_INT, RATE, NULL);
      break;
    default:
      g_signal_handlers_disconnect_by_data (element, mistake);
      break;
  }
  return FALSE;
}

/* It is silence where it went wrong, or what was left, and nothing else has
 * changed. */
GST_START_TEST (test_mistakes)
{
  static const guint sizes[] = { 128, 512 };
  guint wrong, i, j;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    guint delay = sizes[i] > QUANTUM ? sizes[i] : 0;
    Recorder *should = run (multiply, NULL, NOISE " ! " GAIN "length=9600 "
        "buffer-size=%u" OUT, sizes[i]);
    const gfloat *before = recorder_samples (should), *samples;

    for (wrong = 0; wrong < N_WRONGS; wrong++) {
      Mistake mistake = { wrong, 4096, NULL, GST_MAP_INFO_INIT };
      GstElement *pipeline = launch (NOISE " ! " GAIN "length=9600 "
          "buffer-size=%u" OUT, sizes[i]);
      GstElement *element = get_element (pipeline, "s");
      Recorder *recorder = record (pipeline, "out");
      gboolean warns = wrong == SHORTEN || wrong == EMPTY || wrong == LENGTHEN
          || wrong == REPLACE_SHORT;
      gboolean silent = warns || wrong == REPLACE || wrong == FLAG_GAP;
      GstMessage *message;

      mistake.kept = g_ptr_array_new_with_free_func ((GDestroyNotify)
          gst_buffer_unref);
      g_signal_connect (element, "process", G_CALLBACK (go_wrong), &mistake);
      play (pipeline);
      message = wait_for (pipeline, GST_MESSAGE_EOS | GST_MESSAGE_WARNING);
      fail_unless_equals_int (GST_MESSAGE_TYPE (message), warns ?
          GST_MESSAGE_WARNING : GST_MESSAGE_EOS);
      gst_message_unref (message);
      if (warns)
        wait_for_end (pipeline);
      fail_unless_equals_uint64 (recorder->frames, 9600);
      samples = recorder_samples (recorder);
      for (j = 0; j < 9600; j++) {
        gboolean there = j >= 4096 + delay && j < 4096 + sizes[i] + delay;
        gboolean none = (silent && there)
            || (wrong == DISCONNECT && j >= 4096 + sizes[i] + delay);

        assert_sample (samples[j], none ? 0 : before[j], 0, j);
      }
      /* what was kept has not been written to again */
      for (j = 0; j < mistake.kept->len; j++) {
        GstBuffer *buffer = g_ptr_array_index (mistake.kept, j);

        if (j < 2)
          fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), 4096);
        fail_unless_equals_int (gst_buffer_get_size (buffer),
            sizes[i] * sizeof (gfloat));
      }
      if (mistake.map.memory && wrong == KEEP_MAPPED) {
        gst_memory_unmap (mistake.map.memory, &mistake.map);
        gst_memory_unref (mistake.map.memory);
      }
      g_ptr_array_unref (mistake.kept);
      recorder_free (recorder);
      gst_object_unref (element);
      stop (pipeline);
    }
    recorder_free (should);
  }
}

GST_END_TEST;

/* NaN goes through, as far as the handler lets it, and is gone with it */
GST_START_TEST (test_poison)
{
  Recorder *is = run (multiply, NULL, NOISE " ! " GAIN "length=9600" OUT
      " constantsource offset=3e38 stop=10000000 ! gain gain=1e38 ! s. "
      "constantsource offset=3e38 stop=20000000 ! gain gain=1e38 ! s.gain_0");
  Recorder *should = render (NOISE " ! gain gain=0.5 length=9600" OUT);

  assert_floats_equal (recorder_samples (is) + 1024,
      recorder_samples (should) + 1024, 9600 - 1024);
  recorder_free (should);
  recorder_free (is);
}

GST_END_TEST;

#ifdef COUNTS_ALLOCATIONS
/* What a handler is given is used again */
static gboolean
use_values (GstElement * element, GstBuffer * input, GstBuffer * output,
    GstStructure * parameters, gpointer data)
{
  copy_input (element, input, output, parameters, NULL);
  return !gst_structure_has_field (parameters, "b");
}

GST_START_TEST (test_allocations)
{
  static const guint sizes[] = { 128, 1024 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstElement *pipeline = launch ("oscillator frequency=1 ! s.a_0 "
        "oscillator ! scriptprocessor name=s parameters=a:1,b:2 "
        "buffer-size=%u ! gain name=last length=192000 ! fakesink "
        "enable-last-sample=false", sizes[i]);
    GstElement *element = get_element (pipeline, "s");

    g_signal_connect (element, "process", G_CALLBACK (use_values), NULL);
    assert_no_allocations (pipeline, "last", "scriptprocessor");
    gst_object_unref (element);
    stop (pipeline);
  }
}

GST_END_TEST;
#endif

/* A handler may be connected, and properties may change, at any time */
static gint go_on;

static gpointer
disturb (gpointer data)
{
  guint i;

  for (i = 0; g_atomic_int_get (&go_on); i++) {
    gulong id = g_signal_connect (data, "process", G_CALLBACK (multiply), NULL);

    g_object_set (data, "output-channels", 1, NULL);
    gst_child_proxy_set (GST_CHILD_PROXY (data), "gain::value", i % 3 - 1.0,
        NULL);
    g_object_set (data, "parameters", "nonsense", "buffer-size", 128, NULL);
    g_signal_handler_disconnect (data, id);
  }
  return NULL;
}

GST_START_TEST (test_threads)
{
  GstElement *pipeline = launch (NOISE " ! " GAIN "length=240000" OUT);
  GstElement *element = get_element (pipeline, "s");
  GThread *thread;
  guint i;

  g_atomic_int_set (&go_on, TRUE);
  set_state (pipeline, GST_STATE_PAUSED);
  thread = g_thread_new ("disturb", disturb, element);
  for (i = 0; i < 3; i++) {
    play (pipeline);
    wait_for_end (pipeline);
    fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
            GST_SEEK_FLAG_FLUSH, GST_SECOND));
  }
  g_atomic_int_set (&go_on, FALSE);
  g_thread_join (thread);
  gst_object_unref (element);
  stop (pipeline);
}

GST_END_TEST;

static Suite *
scriptprocessor_suite (void)
{
  Suite *s = suite_create ("scriptprocessor");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_copy);
  tcase_add_test (tc, test_calls);
  tcase_add_test (tc, test_no_handler);
  tcase_add_test (tc, test_tail);
  tcase_add_test (tc, test_generator);
  tcase_add_test (tc, test_parameter);
  tcase_add_test (tc, test_modulation);
  tcase_add_test (tc, test_declarations);
  tcase_add_test (tc, test_bad_declarations);
  tcase_add_test (tc, test_declared_while_playing);
  tcase_add_test (tc, test_buffer_size);
  tcase_add_test (tc, test_buffers);
  tcase_add_test (tc, test_buffers_channels);
  tcase_add_test (tc, test_latency);
  tcase_add_test (tc, test_seek);
  tcase_add_test (tc, test_mistakes);
  tcase_add_test (tc, test_poison);
#ifdef COUNTS_ALLOCATIONS
  tcase_add_test (tc, test_allocations);
#endif
  tcase_add_test (tc, test_threads);
  return s;
}

GST_CHECK_MAIN (scriptprocessor);
