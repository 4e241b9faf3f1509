/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every element goes when its last reference does, whatever was done to it
 * before. Under the leaks tracer (leaks.sh) and valgrind that holds for all
 * that it made, too.
 */

#include "check-webaudio.h"
#include "generic/check-factories.h"

#include <gst/controller/controller.h>

static gint alive;              /* elements that are watched */

static void
forget (gpointer data, GObject * where_the_object_was)
{
  g_atomic_int_add (&alive, -1);
}

static GstElement *
watch (GstElement * element)
{
  g_atomic_int_inc (&alive);
  g_object_weak_ref (G_OBJECT (element), forget, NULL);
  return element;
}

/* A silent sink in the place of the default one, which tries out the system's */
static GstElement *
make (const gchar * name)
{
  GstElement *element = gst_element_factory_make (name, NULL);

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "audio-sink"))
    g_object_set (element, "audio-sink",
        gst_element_factory_make ("fakesink", NULL), NULL);
  return watch (element);
}

/* Watches all of our elements in @bin. */
static GstElement *
watch_all (GstElement * bin)
{
  GList *l;

  for (l = GST_BIN_CHILDREN (bin); l; l = l->next)
    if (g_str_has_prefix (G_OBJECT_TYPE_NAME (l->data), "GstWebAudio"))
      watch (l->data);
  return bin;
}

/* Threads of GStreamer that have changed a state, or delivered a message, may
 * let go of an element a moment after it was stopped. */
static void
assert_none_alive (void)
{
  guint tries;

  for (tries = 0; tries < 500 && g_atomic_int_get (&alive) > 0; tries++)
    g_usleep (G_USEC_PER_SEC / 100);
  fail_unless_equals_int (g_atomic_int_get (&alive), 0);
}

GST_START_TEST (test_elements)
{
  static const GstState states[] = {
    GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING
  };
  guint i, j;

  for (i = 0; i < names->len; i++) {
    for (j = 0; j < G_N_ELEMENTS (states); j++) {
      GstElement *element = make (names->pdata[i]);

      gst_element_set_state (element, states[j]);
      gst_element_set_state (element, GST_STATE_NULL);
      gst_object_unref (element);
      assert_none_alive ();
    }
  }
}

GST_END_TEST;

static GstPad *
request (GstElement * element, const gchar * template)
{
  return gst_element_get_pad_template (element, template) ?
      gst_element_request_pad_simple (element, template) : NULL;
}

/* Request pads that are released, and those that are not */
GST_START_TEST (test_request_pads)
{
  static const gchar *templates[] = { "src_%u", "sink_%u" };
  guint i, j;

  for (i = 0; i < names->len; i++) {
    for (j = 0; j < G_N_ELEMENTS (templates); j++) {
      GstElement *element = make (names->pdata[i]);
      GstPad *kept = request (element, templates[j]);
      GstPad *released = request (element, templates[j]);

      if (kept) {
        g_object_add_weak_pointer (G_OBJECT (kept), (gpointer *) & kept);
        gst_object_unref (kept);
        gst_element_release_request_pad (element, released);
        ASSERT_OBJECT_REFCOUNT (released, "released pad", 1);
        gst_object_unref (released);
      }
      gst_object_unref (element);
      fail_unless (kept == NULL);
      fail_unless_equals_int (alive, 0);
    }
  }
}

GST_END_TEST;

GST_START_TEST (test_linked)
{
  guint i;

  for (i = 0; i < names->len; i++) {
    GstElement *bin = gst_bin_new (NULL);
    GstElement *element = make (names->pdata[i]);
    GstElement *before = make ("oscillator"), *after = make ("gain");

    gst_bin_add_many (GST_BIN (bin), before, element, after, NULL);
    if (gst_element_get_pad_template (element, "sink"))
      gst_element_link (before, element);
    if (gst_element_get_pad_template (element, "src"))
      gst_element_link (element, after);
    gst_object_unref (bin);
    fail_unless_equals_int (alive, 0);
  }
}

GST_END_TEST;

/* Launch lines that play until their end, or do not even begin */
GST_START_TEST (test_pipelines)
{
  static const gchar *lines[] = {
    "oscillator stop=100000000 ! gain ! mediastreamdest ! fakesink",
    "oscillator stop=100000000 ! mediastreamdest name=d ! opusenc ! oggmux ! "
        "fakesink d.src_0 ! queue ! fakesink d.src_1 ! wavenc ! fakesink",
    "oscillator stop=100000000 imag=\"<0.0, 1.0, 0.5>\" ! mix. "
        "oscillator stop=50000000 type=square ! mix. gain name=mix ! fakesink",
    "oscillator stop=100000000 name=o o. ! gain ! mix. o. ! gain ! mix. "
        "gain name=mix ! fakesink",
    "audiotestsrc num-buffers=5 ! gain ! fakesink",
    "audiotestsrc num-buffers=5 ! audio/x-raw,rate=32000,format=S16LE ! gain ! "
        "audio/x-raw,rate=44100,format=U8 ! fakesink",
    "constantsource stop=100000000 ! volume ! gain ! queue ! gain ! fakesink",
    "mediastreamdest length=4800 ! fakesink",
    "constantsource stop=0 start=-1 ! gain length=4800 is-live=true ! fakesink",
    /* errors */
    "oscillator type=custom ! fakesink",
    "oscillator ! audio/x-raw,rate=44100 ! gain name=g ! fakesink "
        "oscillator ! audio/x-raw,rate=48000 ! g.",
    "oscillator ! mediastreamdest ! filesink location=/nonexistent/file",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    GstElement *pipeline = watch_all (launch ("%s", lines[i]));

    GST_INFO ("%s", lines[i]);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    gst_message_unref (wait_for (pipeline,
            GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    stop (pipeline);
    assert_none_alive ();
  }
}

GST_END_TEST;

/* A pipeline that stops in the middle of everything */
GST_START_TEST (test_interrupted)
{
  static const gchar *lines[] = {
    "oscillator ! gain ! mediastreamdest name=d ! fakesink name=out "
        "d.src_0 ! fakesink d.src_1 ! queue ! fakesink sync=true",
    "audiotestsrc ! gain ! mediastreamdest ! fakesink name=out",
    "audiotestsrc is-live=true ! mix. oscillator ! mix. gain name=mix ! "
        "fakesink name=out",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    GstElement *pipeline = watch_all (launch ("%s", lines[i]));
    Recorder *recorder = record (pipeline, "out");

    play (pipeline);
    recorder_wait (recorder, 10000);
    stop (pipeline);
    recorder_free (recorder);
    assert_none_alive ();
  }
}

GST_END_TEST;

/* Properties, signals and bindings hold nothing back */
GST_START_TEST (test_uses)
{
  GstElement *pipeline = watch_all (launch ("oscillator name=o ! "
          "gain name=g ! mediastreamdest name=d ! fakesink name=out"));
  GstElement *oscillator = get_element (pipeline, "o");
  GstElement *dest = get_element (pipeline, "d");
  GstControlSource *source = gst_interpolation_control_source_new ();
  GstStreamCollection *stream;
  gboolean accepted;
  guint i;

  gst_timed_value_control_source_set (GST_TIMED_VALUE_CONTROL_SOURCE (source),
      0, 0.5);
  gst_object_add_control_binding (GST_OBJECT (oscillator),
      gst_direct_control_binding_new (GST_OBJECT (oscillator), "frequency",
          source));
  gst_object_unref (source);
  for (i = 0; i < 3; i++) {
    gst_util_set_object_arg (G_OBJECT (oscillator), "imag", "<0.0, 1.0>");
    gst_util_set_object_arg (G_OBJECT (oscillator), "type", "square");
    gst_util_set_object_arg (G_OBJECT (oscillator), "real", "<0.0, 1.0>");
    g_signal_emit_by_name (oscillator, "start", 0.0, &accepted);
    g_signal_emit_by_name (oscillator, "stop", 0.1, &accepted);
    g_object_get (dest, "stream", &stream, NULL);
    gst_object_unref (stream);
    play (pipeline);
    wait_for_end (pipeline);
    set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (dest);
  gst_object_unref (oscillator);
  stop (pipeline);
  assert_none_alive ();
}

GST_END_TEST;

static Suite *
leaks_suite (void)
{
  Suite *s = suite_create ("leaks");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, find_factories, forget_factories);
  tcase_add_test (tc, test_elements);
  tcase_add_test (tc, test_request_pads);
  tcase_add_test (tc, test_linked);
  tcase_add_test (tc, test_pipelines);
  tcase_add_test (tc, test_interrupted);
  tcase_add_test (tc, test_uses);
  return s;
}

GST_CHECK_MAIN (leaks);
