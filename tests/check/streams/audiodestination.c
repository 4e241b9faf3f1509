/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The audiodestination element: its states and verbs, what is heard when, and
 * what becomes of the graph when the audio output is exchanged or lost. Real
 * audio outputs are in generic/devices.c.
 */

#include "check-quarks.h"
#include "nodes/check-param.h"
#include "streams/check-destination.h"

#include <gst/base/gstbasesink.h>

#define RATE 48000
#define QUANTUM 128
#define REFUSED FALSE

/* A sink that fails, and has the pipeline's clock */

typedef struct
{
  GstBaseSink parent;
  GstClock *clock;
  guint left;                   /* buffers; 0: it never fails */
  gboolean refuses;             /* to be opened */
} FailingSink;

typedef GstBaseSinkClass FailingSinkClass;

static GType failing_sink_get_type (void);
G_DEFINE_TYPE (FailingSink, failing_sink, GST_TYPE_BASE_SINK);

static GstStaticPadTemplate any_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("audio/x-raw"));

static GstFlowReturn
failing_sink_render (GstBaseSink * sink, GstBuffer * buffer)
{
  FailingSink *self = (FailingSink *) sink;

  if (self->left == 0 || --self->left > 0)
    return GST_FLOW_OK;
  self->left = 1;
  GST_ELEMENT_ERROR (self, RESOURCE, WRITE, ("unplugged"), (NULL));
  return GST_FLOW_ERROR;
}

static gboolean
failing_sink_start (GstBaseSink * sink)
{
  return TRUE;
}

static GstStateChangeReturn
failing_sink_change_state (GstElement * element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && ((FailingSink *) element)->refuses) {
    GST_ELEMENT_ERROR (element, RESOURCE, OPEN_WRITE, ("locked"), (NULL));
    return GST_STATE_CHANGE_FAILURE;
  }
  return GST_ELEMENT_CLASS (failing_sink_parent_class)->change_state (element,
      transition);
}

static GstClock *
failing_sink_provide_clock (GstElement * element)
{
  return gst_object_ref (((FailingSink *) element)->clock);
}

static void
failing_sink_finalize (GObject * object)
{
  gst_object_unref (((FailingSink *) object)->clock);
  G_OBJECT_CLASS (failing_sink_parent_class)->finalize (object);
}

static void
failing_sink_class_init (FailingSinkClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &any_template);
  gst_element_class_set_static_metadata (element_class, "Failing sink",
      "Sink/Audio", "A sink that fails", "The gst-webaudio authors");
  G_OBJECT_CLASS (klass)->finalize = failing_sink_finalize;
  element_class->provide_clock = failing_sink_provide_clock;
  element_class->change_state = failing_sink_change_state;
  klass->render = failing_sink_render;
  klass->start = failing_sink_start;
}

static void
failing_sink_init (FailingSink * self)
{
  self->clock = g_object_new (GST_TYPE_SYSTEM_CLOCK, NULL);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_PROVIDE_CLOCK);
}

static GstElement *
make_failing_sink (guint buffers)
{
  FailingSink *self = g_object_new (failing_sink_get_type (), NULL);

  self->left = buffers;
  return GST_ELEMENT (self);
}

/* Verbs and messages */

static gboolean
suspend_at (GstElement * pipeline, gdouble time)
{
  GstElement *d = get_element (pipeline, "d");
  gboolean done = FALSE;

  g_signal_emit_by_name (d, "suspend-at", time, &done);
  gst_object_unref (d);
  return done;
}

static const gchar *
state_of (GstElement * pipeline)
{
  GstElement *d = get_element (pipeline, "d");
  GEnumClass *klass;
  const gchar *nick;
  gint state;
  GValue value = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (d), "state", &value);
  state = g_value_get_enum (&value);
  klass = g_type_class_ref (G_VALUE_TYPE (&value));
  nick = g_enum_get_value (klass, state)->value_nick;
  g_type_class_unref (klass);
  g_value_unset (&value);
  gst_object_unref (d);
  return nick;
}

#define assert_state(pipeline, state) \
    fail_unless_equals_string (state_of (pipeline), state)

static guint64
get_uint64 (GstElement * pipeline, const gchar * name)
{
  GstElement *d = get_element (pipeline, "d");
  guint64 value;

  g_object_get (d, name, &value, NULL);
  gst_object_unref (d);
  return value;
}

/* Waits for the element message @name, and with a state for one of that. */
static void
wait_for_message (GstElement * pipeline, const gchar * name,
    const gchar * state)
{
  gboolean found = FALSE;

  while (!found) {
    GstMessage *message = wait_for (pipeline, GST_MESSAGE_ELEMENT);
    const GstStructure *structure = gst_message_get_structure (message);

    found = gst_structure_has_name (structure, name);
    if (found && state) {
      gchar *is = gst_value_serialize (gst_structure_get_value (structure,
              "state"));

      found = g_str_equal (is, state);
      g_free (is);
    }
    gst_message_unref (message);
  }
}

#define wait_for_state(pipeline, state) \
    wait_for_message (pipeline, "audiodestination-state-changed", state)

/* (transfer full): an audiodestination "d" that plays into a fakesink "out" */
static GstElement *
G_GNUC_PRINTF (2, 3)
launch_player (gboolean sync, const gchar * format, ...)
{
  GstElement *pipeline, *sink = gst_element_factory_make ("fakesink", "out");
  va_list args;

  va_start (args, format);
  pipeline = launch_valist (format, args);
  va_end (args);
  g_object_set (sink, "sync", sync, NULL);
  set_on (pipeline, "d", "audio-sink", sink);
  return pipeline;
}

/* The sink's, which is not in the pipeline before READY */
static Recorder *
record_player (GstElement * pipeline)
{
  GstElement *d = get_element (pipeline, "d"), *sink;
  GstPad *pad;
  Recorder *recorder;

  g_object_get (d, "audio-sink", &sink, NULL);
  pad = gst_element_get_static_pad (sink, "sink");
  recorder = record_pad (pad);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_object_unref (d);
  return recorder;
}

/* From frame 0 on, all there, none twice */
static void
assert_contiguous (Recorder * recorder)
{
  guint64 next = 0;
  guint i;

  for (i = 0; i < recorder->buffers->len; i++) {
    const RecordedBuffer *buffer = recorder_buffer (recorder, i);

    fail_unless_equals_uint64 (buffer->offset, next);
    fail_unless_equals_uint64 (buffer->pts,
        gst_util_uint64_scale (next, GST_SECOND, RATE));
    next = buffer->offset_end;
  }
  fail_unless_equals_uint64 (next, recorder->frames);
}

/* States */

GST_START_TEST (test_states)
{
  GstElement *pipeline = launch_player (TRUE, "oscillator ! "
      "audiodestination name=d");
  guint i;

  for (i = 0; i < 2; i++) {
    assert_state (pipeline, "suspended");
    set_state (pipeline, GST_STATE_READY);
    assert_state (pipeline, "suspended");
    set_state (pipeline, GST_STATE_PAUSED);
    assert_state (pipeline, "suspended");
    set_state (pipeline, GST_STATE_PLAYING);
    assert_state (pipeline, "running");
    wait_for_state (pipeline, "running");
    fail_unless (ask (pipeline, "suspend"));
    assert_state (pipeline, "suspended");
    wait_for_state (pipeline, "suspended");
    fail_unless (ask (pipeline, "suspend"));
    fail_unless (ask (pipeline, "resume"));
    assert_state (pipeline, "running");
    wait_for_state (pipeline, "running");
    fail_unless (ask (pipeline, "resume"));
    set_state (pipeline, GST_STATE_PAUSED);
    assert_state (pipeline, "suspended");
    wait_for_state (pipeline, "suspended");
    set_state (pipeline, GST_STATE_PLAYING);
    wait_for_state (pipeline, "running");
    fail_unless (ask (pipeline, "close"));
    assert_state (pipeline, "closed");
    wait_for_state (pipeline, "closed");
    wait_for_end (pipeline);
    set_state (pipeline, GST_STATE_NULL);
  }
  stop (pipeline);
}

GST_END_TEST;

static void
note_state (GstElement * d, GString * states)
{
  GValue value = G_VALUE_INIT;
  gchar *text;

  g_object_get_property (G_OBJECT (d), "state", &value);
  text = gst_value_serialize (&value);
  g_string_append_printf (states, "%s ", text);
  g_free (text);
  g_value_unset (&value);
}

/* The signal, and no messages if they are not wanted */
GST_START_TEST (test_signal)
{
  GstElement *pipeline = launch_player (TRUE, "oscillator ! "
      "audiodestination name=d post-messages=false");
  GstElement *d = get_element (pipeline, "d");
  GstBus *bus = gst_element_get_bus (pipeline);
  GString *states = g_string_new ("");
  GstMessage *message;

  g_signal_connect (d, "state-changed", G_CALLBACK (note_state), states);
  set_state (pipeline, GST_STATE_PLAYING);
  ask (pipeline, "suspend");
  ask (pipeline, "resume");
  set_state (pipeline, GST_STATE_PAUSED);
  set_state (pipeline, GST_STATE_READY);
  fail_unless_equals_string (states->str,
      "running suspended running suspended ");
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT);
  fail_unless (message == NULL);
  g_string_free (states, TRUE);
  gst_object_unref (bus);
  gst_object_unref (d);
  stop (pipeline);
}

GST_END_TEST;

/* Suspending */

static const guint block_sizes[] = { 128, 1024, 8192 };

/* Nothing is lost, nothing twice; all after the resumption is heard as much
 * later as the suspension took. */
GST_START_TEST (test_suspend_while_playing)
{
  Recorder *should = render ("oscillator frequency=440 stop=800000000 ! "
      "audiodestination channel-count=1 name=d d.src_0 ! fakesink name=out");
  GstElement *pipeline = launch_player (TRUE, "oscillator frequency=440 "
      "stop=800000000 ! audiodestination channel-count=1 name=d block-size=%u",
      block_sizes[__i__]);
  Recorder *is = record_player (pipeline);
  GstClock *clock = gst_system_clock_obtain ();
  GstClockTime before, duration;
  guint64 position, count;
  guint i;

  set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 2; i++) {
    GstClockTime base = is->segment.base;
    GstClockID id;

    recorder_wait (is, 8192 * (i + 1));
    fail_unless (ask (pipeline, "suspend"));
    before = gst_clock_get_time (clock);
    position = get_uint64 (pipeline, "current-time");
    id = gst_clock_new_single_shot_id (clock, before + 60 * GST_MSECOND);
    gst_clock_id_wait (id, NULL);
    gst_clock_id_unref (id);
    /* a block that was being rendered is pushed */
    fail_unless (get_uint64 (pipeline, "current-time") - position
        <= gst_util_uint64_scale (8192, GST_SECOND, RATE));
    position = get_uint64 (pipeline, "current-time");
    duration = gst_clock_get_time (clock) - before;
    /* all that was rendered has arrived */
    count = gst_util_uint64_scale_round (position, RATE, GST_SECOND);
    recorder_wait (is, count);
    fail_unless_equals_uint64 (recorder_count (is), count);
    fail_unless (ask (pipeline, "resume"));
    fail_unless (recorder_wait (is, count + 1));
    fail_unless (get_uint64 (pipeline, "current-time") >= position);
    g_mutex_lock (&is->lock);
    fail_unless (is->segment.base >= base + duration);
    g_mutex_unlock (&is->lock);
  }
  wait_for_end (pipeline);
  stop (pipeline);
  assert_same_sound (is, should);
  assert_contiguous (is);
  recorder_free (is);
  recorder_free (should);
  gst_object_unref (clock);
}

GST_END_TEST;

/* Where nothing plays the time stamps have no hole. */
GST_START_TEST (test_suspend_offline)
{
  const gchar *line = "oscillator frequency=440 ! audiodestination name=d "
      "length=960000 block-size=%u channel-count=1 d.src_0 ! fakesink name=out";
  Recorder *should = render (line, 1024);
  GstElement *pipeline = launch (line, block_sizes[__i__]);
  Recorder *is = record (pipeline, "out");
  guint i;

  is->limit = should->limit;
  play (pipeline);
  for (i = 1; i < 20; i++) {
    if (!recorder_wait (is, i * 40000))
      break;
    fail_unless (ask (pipeline, "suspend"));
    assert_state (pipeline, "suspended");
    fail_unless (ask (pipeline, "resume"));
  }
  wait_for_end (pipeline);
  stop (pipeline);
  fail_unless_equals_uint64 (is->segment.base, 0);
  fail_unless_equals_uint64 (is->frames, 960000);
  assert_same_sound (is, should);
  assert_contiguous (is);
  recorder_free (is);
  recorder_free (should);
}

GST_END_TEST;

/* Suspended where it was asked for, and what is changed then takes effect with
 * that very frame. */
GST_START_TEST (test_suspend_at)
{
  /* of the middle one the quantum is rounded up */
  const gdouble times[] = { 128. / RATE, 1000. / RATE, 9600. / RATE, 0.5 };
  const guint frames[] = { 128, 1024, 9600, 24064 };
  GstElement *pipeline = launch ("constantsource ! gain name=g gain=1 ! "
      "audiodestination name=d length=48000 channel-count=1 block-size=%u "
      "sample-rate=48000 d.src_0 ! fakesink name=out", block_sizes[__i__]);
  Recorder *is = record (pipeline, "out");
  const gfloat *samples;
  guint i, k;

  for (i = G_N_ELEMENTS (times); i-- > 0;)
    fail_unless (suspend_at (pipeline, times[i]));
  play (pipeline);
  for (i = 0; i < G_N_ELEMENTS (times); i++) {
    wait_for_state (pipeline, "suspended");
    recorder_wait (is, frames[i]);
    fail_unless_equals_uint64 (recorder_count (is), frames[i]);
    fail_unless_equals_uint64 (get_uint64 (pipeline, "current-time"),
        gst_util_uint64_scale (frames[i], GST_SECOND, RATE));
    set_on (pipeline, "g", "gain", (gdouble) (i + 2));
    fail_unless (ask (pipeline, "resume"));
  }
  wait_for_end (pipeline);
  stop (pipeline);
  assert_contiguous (is);
  fail_unless_equals_uint64 (is->frames, 48000);
  samples = recorder_samples (is);
  for (i = 0, k = 0; i < 48000; i++) {
    while (k < G_N_ELEMENTS (frames) && i >= frames[k])
      k++;
    check_that (samples[i] == k + 1, "frame %u is %f", i, samples[i]);
  }
  recorder_free (is);
}

GST_END_TEST;

GST_START_TEST (test_suspend_at_refused)
{
  GstElement *pipeline = launch ("oscillator ! audiodestination name=d "
      "length=48000 sample-rate=48000 d.src_0 ! fakesink name=out");
  Recorder *recorder = record (pipeline, "out");

  fail_if (suspend_at (pipeline, -1));
  fail_if (suspend_at (pipeline, 0));
  fail_if (suspend_at (pipeline, NAN));
  fail_if (suspend_at (pipeline, INFINITY));
  fail_if (suspend_at (pipeline, 1));
  fail_if (suspend_at (pipeline, 100));
  fail_unless (suspend_at (pipeline, 0.5));
  fail_if (suspend_at (pipeline, 0.5));
  /* 24000 is in the quantum that ends at 24064 */
  fail_if (suspend_at (pipeline, 24001. / RATE));
  fail_unless (suspend_at (pipeline, 24065. / RATE));
  play (pipeline);
  wait_for_state (pipeline, "suspended");
  fail_if (suspend_at (pipeline, 0.4));
  fail_if (suspend_at (pipeline, 24064. / RATE));
  fail_unless (ask (pipeline, "resume"));
  wait_for_state (pipeline, "suspended");
  recorder_wait (recorder, 24192);
  fail_unless_equals_uint64 (recorder_count (recorder), 24192);
  fail_unless (suspend_at (pipeline, 0.75));
  fail_unless (ask (pipeline, "close"));
  fail_if (suspend_at (pipeline, 0.8));
  wait_for_end (pipeline);
  fail_unless_equals_uint64 (recorder_count (recorder), 24192);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* Suspended before there is anything to suspend */
GST_START_TEST (test_suspended_from_the_beginning)
{
  GstElement *pipeline = launch_player (FALSE, "oscillator stop=100000000 ! "
      "audiodestination name=d channel-count=1");
  Recorder *recorder = record_player (pipeline);

  fail_unless (ask (pipeline, "suspend"));
  play (pipeline);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
          50 * GST_MSECOND), GST_STATE_CHANGE_ASYNC);
  fail_unless_equals_uint64 (recorder_count (recorder), 0);
  fail_unless (ask (pipeline, "resume"));
  wait_for_end (pipeline);
  assert_contiguous (recorder);
  fail_unless_equals_uint64 (recorder_count (recorder), 4800);
  fail_unless_equals_uint64 (recorder->segment.base, 0);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* Nothing that is done to a suspended graph waits for it. */
GST_START_TEST (test_suspended_and)
{
  GstElement *pipeline = launch_player (TRUE, "oscillator name=o ! "
      "audiodestination name=d");
  Recorder *recorder = record_player (pipeline);
  GstElement *o = get_element (pipeline, "o"), *d = get_element (pipeline, "d");

  set_state (pipeline, GST_STATE_PLAYING);
  ask (pipeline, "suspend");
  /* the sink may want another buffer for it, and not get it */
  fail_unless (gst_element_set_state (pipeline, GST_STATE_PAUSED)
      != GST_STATE_CHANGE_FAILURE);
  fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, 2 * GST_SECOND));
  ask (pipeline, "resume");
  recorder_wait (recorder, RATE / 10);
  fail_unless_equals_uint64 (recorder_buffer (recorder, 0)->offset, 2 * RATE);
  fail_unless_equals_uint64 (recorder->segment.base, 0);

  ask (pipeline, "suspend");
  gst_element_unlink (o, d);
  fail_unless (gst_element_link (o, d));
  set_state (pipeline, GST_STATE_READY);
  /* which forgets it */
  recorder_clear (recorder);
  set_state (pipeline, GST_STATE_PLAYING);
  recorder_wait (recorder, RATE / 10);
  ask (pipeline, "suspend");
  stop (pipeline);
  gst_object_unref (o);
  gst_object_unref (d);
  recorder_free (recorder);
}

GST_END_TEST;

/* Closing */

GST_START_TEST (test_close)
{
  GstElement *pipeline = launch_player (TRUE, "oscillator ! "
      "audiodestination name=d d.src_0 ! queue ! fakesink name=other");
  Recorder *recorder = record_player (pipeline), *other =
      record (pipeline, "other");

  play (pipeline);
  recorder_wait (recorder, RATE / 10);
  if (__i__)
    ask (pipeline, "suspend");
  fail_unless (ask (pipeline, "close"));
  wait_for_end (pipeline);
  recorder_wait_end (recorder);
  recorder_wait_end (other);
  fail_unless (ask (pipeline, "suspend") == REFUSED);
  fail_unless (ask (pipeline, "resume") == REFUSED);
  fail_unless (ask (pipeline, "close") == REFUSED);
  fail_unless (suspend_at (pipeline, 1000) == REFUSED);
  assert_state (pipeline, "closed");
  /* a new life */
  set_state (pipeline, GST_STATE_READY);
  recorder_clear (recorder);
  play (pipeline);
  recorder_wait (recorder, RATE / 10);
  wait_for_state (pipeline, "running");
  stop (pipeline);
  recorder_free (recorder);
  recorder_free (other);
}

GST_END_TEST;

/* Rendering */

GST_START_TEST (test_length)
{
  Recorder *recorder = render ("oscillator ! audiodestination length=12345 "
      "name=d d.src_0 ! fakesink name=out");

  fail_unless_equals_uint64 (recorder->frames, 12345);
  fail_unless_equals_int (recorder_channels (recorder), 2);
  assert_contiguous (recorder);
  recorder_free (recorder);
}

GST_END_TEST;

static guint
count_sinks (GstElement * pipeline)
{
  GstIterator *sinks = gst_bin_iterate_sinks (GST_BIN (pipeline));
  GValue value = G_VALUE_INIT;
  guint n = 0;

  while (gst_iterator_next (sinks, &value) == GST_ITERATOR_OK) {
    n++;
    g_value_unset (&value);
  }
  gst_iterator_free (sinks);
  return n;
}

/* Who asks for a src pad before READY wants no loudspeaker. */
GST_START_TEST (test_pads)
{
  GstElement *pipeline = launch ("oscillator stop=100000000 ! "
      "audiodestination name=d d.src_0 ! fakesink name=out");
  GstElement *d = get_element (pipeline, "d");

  set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (count_sinks (d), 0);
  gst_object_unref (d);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_record_and_play)
{
  GstElement *pipeline = launch_player (TRUE, "oscillator frequency=440 "
      "stop=500000000 ! audiodestination name=d d.src_0 ! queue ! "
      "fakesink name=tape");
  Recorder *played = record_player (pipeline);
  Recorder *taped = record (pipeline, "tape");

  play (pipeline);
  recorder_wait (played, RATE / 10);
  ask (pipeline, "suspend");
  ask (pipeline, "resume");
  wait_for_end (pipeline);
  stop (pipeline);
  fail_unless_equals_uint64 (played->frames, RATE / 2);
  assert_contiguous (taped);
  assert_contiguous (played);
  assert_same_sound (taped, played);
  recorder_free (played);
  recorder_free (taped);
}

GST_END_TEST;

GST_START_TEST (test_fan_in)
{
  Recorder *recorder = render ("constantsource offset=0.25 stop=100000000 ! "
      "audiodestination channel-count=1 name=d d.src_0 ! fakesink name=out "
      "constantsource offset=0.5 stop=100000000 ! d.sink_0");
  guint i;

  for (i = 0; i < 4800; i++)
    assert_sample (recorder_samples (recorder)[i], 0.75, 0, i);
  recorder_free (recorder);
}

GST_END_TEST;

/* Time */

static GstClockTime
get_timestamp (GstElement * pipeline, GstClockTime * performance)
{
  GstElement *d = get_element (pipeline, "d");
  GstStructure *timestamp = NULL;
  guint64 context;

  g_signal_emit_by_name (d, "get-output-timestamp", &timestamp);
  fail_unless (gst_structure_get_uint64 (timestamp, "context-time", &context));
  fail_unless (gst_structure_get_uint64 (timestamp, "performance-time",
          performance));
  gst_structure_free (timestamp);
  gst_object_unref (d);
  return context;
}

GST_START_TEST (test_time)
{
  GstElement *pipeline = launch_player (TRUE, "oscillator ! "
      "audiodestination name=d sample-rate=48000 block-size=4800");
  Recorder *recorder = record_player (pipeline);
  GstClockTime last = 0, last_performance = 0;
  guint i = 0;

  fail_unless_equals_uint64 (get_uint64 (pipeline, "current-time"), 0);
  fail_unless_equals_uint64 (get_uint64 (pipeline, "output-latency"), 0);
  set_state (pipeline, GST_STATE_PLAYING);
  /* rounded up to quanta */
  fail_unless_equals_uint64 (get_uint64 (pipeline, "base-latency"),
      gst_util_uint64_scale (4864, GST_SECOND, RATE));
  while (recorder_count (recorder) < RATE) {
    GstClockTime performance, heard = get_timestamp (pipeline, &performance);
    GstClockTime current = get_uint64 (pipeline, "current-time");

    fail_unless (heard >= last && performance >= last_performance);
    fail_unless (heard <= current);
    fail_unless (performance <=
        GST_USECOND * (guint64) g_get_monotonic_time ());
    fail_unless (get_uint64 (pipeline,
            "output-latency") <= current + GST_SECOND);
    last = heard;
    last_performance = performance;
    if (++i % 16 == 0) {
      ask (pipeline, "suspend");
      ask (pipeline, "resume");
    }
    g_usleep (2000);
  }
  fail_unless (last > GST_SECOND / 2);
  stop (pipeline);
  recorder_free (recorder);
}

GST_END_TEST;

/* Audio outputs */

/* Another sink goes on where the one before was. */
GST_START_TEST (test_swap)
{
  GstElement *pipeline = launch_player (TRUE, "oscillator ! "
      "audiodestination name=d channel-count=1 is-live=%s d.src_0 ! "
      "fakesink name=tape", __i__ == 2 ? "true" : "false");
  Recorder *first = record_player (pipeline), *second;
  Recorder *tape = record (pipeline, "tape");
  GstElement *sink = gst_element_factory_make ("fakesink", "other");
  GstClockTime performance;
  guint64 last;
  guint i;

  g_object_set (sink, "sync", TRUE, NULL);
  set_state (pipeline, GST_STATE_PLAYING);
  recorder_wait (first, RATE / 5);
  if (__i__ == 1)
    ask (pipeline, "suspend");
  set_on (pipeline, "d", "audio-sink", sink);
  wait_for_message (pipeline, "audiodestination-sink-changed", NULL);
  second = record_player (pipeline);
  if (__i__ == 1)
    ask (pipeline, "resume");
  recorder_wait (second, RATE / 5);
  get_timestamp (pipeline, &performance);
  set_state (pipeline, GST_STATE_PAUSED);
  stop (pipeline);

  last = recorder_buffer (first, first->buffers->len - 1)->offset_end;
  for (i = 0; i < second->buffers->len; i++) {
    const RecordedBuffer *buffer = recorder_buffer (second, i);

    fail_unless (i == 0 ? buffer->offset >= last : buffer->offset == last);
    last = buffer->offset_end;
  }
  /* but for what the first one was given and could not take any more */
  fail_unless (recorder_buffer (second, 0)->offset <=
      recorder_buffer (first, first->buffers->len - 1)->offset_end + 2048);
  assert_contiguous (tape);
  recorder_free (tape);
  recorder_free (first);
  recorder_free (second);
}

GST_END_TEST;

/* Changes there and back, with the application's sink in and out */
GST_START_TEST (test_swap_often)
{
  GstElement *pipeline = launch_player (TRUE, "oscillator ! "
      "audiodestination name=d");
  GstElement *d = get_element (pipeline, "d"), *sink, *other =
      gst_object_ref_sink (gst_element_factory_make ("fakesink", "other"));
  guint i;

  g_object_set (other, "sync", TRUE, NULL);
  g_object_get (d, "audio-sink", &sink, NULL);
  play (pipeline);
  for (i = 0; i < 20; i++)
    g_object_set (d, "audio-sink", i & 1 ? sink : other, NULL);
  set_state (pipeline, GST_STATE_PLAYING);
  set_state (pipeline, GST_STATE_NULL);
  fail_unless (GST_OBJECT_PARENT (sink) == NULL);
  fail_unless (GST_OBJECT_PARENT (other) == NULL);
  gst_object_unref (sink);
  gst_object_unref (other);
  gst_object_unref (d);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_sink_refused)
{
  GstElement *pipeline = launch_player (TRUE, "oscillator ! "
      "audiodestination name=d");
  Recorder *recorder = record_player (pipeline);
  GstElement *sink = make_failing_sink (0), *d, *is;
  guint64 count;

  set_state (pipeline, GST_STATE_PLAYING);
  fail_if (set_sink_id (pipeline, "no such output"));
  fail_unless (set_sink_id (pipeline, ""));
  ((FailingSink *) sink)->refuses = TRUE;
  set_on (pipeline, "d", "audio-sink", sink);
  d = get_element (pipeline, "d");
  g_object_get (d, "audio-sink", &is, NULL);
  fail_unless_equals_string (GST_OBJECT_NAME (is), "out");
  gst_object_unref (is);
  gst_object_unref (d);
  count = recorder_count (recorder);
  recorder_wait (recorder, count + RATE / 5);
  assert_contiguous (recorder);
  stop (pipeline);
  recorder_free (recorder);

  pipeline = launch ("oscillator ! audiodestination sink-id=none name=d");
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  gst_message_unref (wait_for (pipeline, GST_MESSAGE_ERROR));
  stop (pipeline);
}

GST_END_TEST;

static void
wait_beyond (GstElement * pipeline, GstClockTime time)
{
  gint64 until = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);

  while (get_uint64 (pipeline, "current-time") <= time) {
    fail_unless (g_get_monotonic_time () < until, "it stands still");
    g_usleep (5000);
  }
}

/* Is warned of, and the graph goes on: also with another clock */
GST_START_TEST (test_loss)
{
  GstElement *pipeline = launch ("oscillator ! audiodestination name=d d.src_0 "
      "! queue ! fakesink name=tape");
  Recorder *taped = record (pipeline, "tape");
  GstElement *sink = make_failing_sink (10);
  gboolean lost = FALSE, warned = FALSE, changed = FALSE;
  GstElement *d = get_element (pipeline, "d");
  guint64 current;

  set_on (pipeline, "d", "audio-sink", sink);
  play (pipeline);
  while (!lost || !warned || !changed) {
    GstMessage *message = wait_for (pipeline, GST_MESSAGE_WARNING |
        GST_MESSAGE_ELEMENT | GST_MESSAGE_CLOCK_LOST);

    lost |= GST_MESSAGE_TYPE (message) == GST_MESSAGE_CLOCK_LOST;
    warned |= GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING
        && GST_MESSAGE_SRC (message) == GST_OBJECT (d);
    changed |= gst_message_has_name (message, "audiodestination-sink-changed");
    gst_message_unref (message);
  }
  /* as any application does */
  set_state (pipeline, GST_STATE_PAUSED);
  set_state (pipeline, GST_STATE_PLAYING);
  current = get_uint64 (pipeline, "current-time");
  wait_beyond (pipeline, current);
  fail_unless (count_sinks (d) == 1);
  stop (pipeline);
  assert_contiguous (taped);
  recorder_free (taped);
  gst_object_unref (d);
}

GST_END_TEST;

static Suite *
audiodestination_suite (void)
{
  Suite *s = suite_create ("audiodestination");
  TCase *tc = tcase_create ("general");
  const gint sizes = G_N_ELEMENTS (block_sizes);

  /* nobody else's sound system, and none is started */
  g_setenv ("PULSE_SERVER", "/nonexistent", TRUE);
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_states);
  tcase_add_test (tc, test_signal);
  tcase_add_loop_test (tc, test_suspend_while_playing, 0, sizes);
  tcase_add_loop_test (tc, test_suspend_offline, 0, sizes);
  tcase_add_loop_test (tc, test_suspend_at, 0, sizes);
  tcase_add_test (tc, test_suspend_at_refused);
  tcase_add_test (tc, test_suspended_from_the_beginning);
  tcase_add_test (tc, test_suspended_and);
  tcase_add_loop_test (tc, test_close, 0, 2);
  tcase_add_test (tc, test_length);
  tcase_add_test (tc, test_pads);
  tcase_add_test (tc, test_record_and_play);
  tcase_add_test (tc, test_fan_in);
  tcase_add_test (tc, test_time);
  tcase_add_loop_test (tc, test_swap, 0, 3);
  tcase_add_test (tc, test_swap_often);
  tcase_add_test (tc, test_sink_refused);
  tcase_add_test (tc, test_loss);
  return s;
}

GST_CHECK_MAIN (audiodestination);
