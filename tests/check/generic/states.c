/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes every factory of the plugin through all states in every order: alone,
 * linked on both sides to what is pulled and what is pushed, live, and with
 * neighbours that change state before or after it.
 */

#include "check-quarks.h"
#include "check-webaudio.h"
#include "generic/check-factories.h"

/* Every change from one state to another, once */
static const GstState every_change[] = {
  GST_STATE_READY, GST_STATE_NULL, GST_STATE_PAUSED, GST_STATE_NULL,
  GST_STATE_PLAYING, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_READY,
  GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_NULL
};

static const gchar *upstream[] = {
  "", "constantsource ! ", "constantsource is-live=true ! ",
  "audiotestsrc ! ", "audiotestsrc is-live=true ! "
};

static const gchar *downstream[] = {
  "", " ! fakesink", " ! gain ! fakesink",
  " ! audioconvert ! fakesink sync=true"
};

static void
check_state (GstElement * element, GstState state)
{
  GstState reached;
  GstStateChangeReturn result =
      gst_element_get_state (element, &reached, NULL, PATIENCE);

  fail_unless (result == GST_STATE_CHANGE_SUCCESS
      || result == GST_STATE_CHANGE_NO_PREROLL, "%s: %s on the way to %s",
      GST_OBJECT_NAME (element),
      gst_element_state_change_return_get_name (result),
      gst_element_state_get_name (state));
  fail_unless_equals_int (reached, state);
}

static void
change_state (GstElement * element, GstState state)
{
  fail_unless (gst_element_set_state (element, state)
      != GST_STATE_CHANGE_FAILURE, "%s refuses %s", GST_OBJECT_NAME (element),
      gst_element_state_get_name (state));
  check_state (element, state);
}

static void
check_no_error (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_pop_filtered (bus,
      GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);

  fail_unless (message == NULL, "%" GST_PTR_FORMAT, message);
  gst_object_unref (bus);
}

/* Whether the recorder can work between these: it needs an input, and its bytes
 * are for a sink. */
static gboolean
suits (const gchar * name, const gchar * before, const gchar * after)
{
  return is_node (name) || (*before && (!*after
          || g_str_has_prefix (after, " ! fakesink")));
}

/* @name between neighbours; NULL if it has no pad for one of them */
static GstElement *
surround (const gchar * name, const gchar * before, const gchar * after)
{
  GstElement *pipeline;
  gchar *line;

  if ((*before && !has_template (name, "sink")) || (*after
          && !has_template (name, "src")) || !suits (name, before, after))
    return NULL;
  line = g_strconcat (partner_before (name), before, name, " name=tested",
      after, NULL);
  pipeline = gst_parse_launch (line, NULL);
  fail_unless (pipeline != NULL, "%s", line);
  GST_INFO ("%s", line);
  g_free (line);
  /* an element alone is not in a pipeline */
  if (!GST_IS_PIPELINE (pipeline)) {
    GstElement *element = pipeline;

    pipeline = gst_pipeline_new (NULL);
    gst_bin_add (GST_BIN (pipeline), element);
  }
  return pipeline;
}

static void
discard (GstElement * pipeline)
{
  change_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* Waits until data flows through the element */
static GstPadProbeReturn
signal_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer buffers)
{
  g_async_queue_push (buffers, GINT_TO_POINTER (1));
  return GST_PAD_PROBE_REMOVE;
}

static void
check_data_flows (GstElement * pipeline)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "tested");
  GstPad *pad = gst_element_get_static_pad (element, "src");
  GAsyncQueue *buffers = g_async_queue_new ();

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, signal_buffer,
      g_async_queue_ref (buffers), (GDestroyNotify) g_async_queue_unref);
  fail_unless (g_async_queue_timeout_pop (buffers,
          GST_TIME_AS_USECONDS (PATIENCE)) != NULL, "no data from %s",
      GST_OBJECT_NAME (element));
  g_async_queue_unref (buffers);
  gst_object_unref (pad);
  gst_object_unref (element);
}

GST_START_TEST (test_alone)
{
  guint i, j;

  for (i = 0; i < names->len; i++) {
    GstElement *element = gst_element_factory_make (names->pdata[i], NULL);

    gst_object_ref_sink (element);
    for (j = 0; j < G_N_ELEMENTS (every_change); j++)
      change_state (element, every_change[j]);
    ASSERT_OBJECT_REFCOUNT (element, "element", 1);
    gst_object_unref (element);
  }
}

GST_END_TEST;

GST_START_TEST (test_linked)
{
  const gchar *before = upstream[__i__];
  guint i, j, k;

  for (i = 0; i < names->len; i++) {
    for (j = 0; j < G_N_ELEMENTS (downstream); j++) {
      GstElement *pipeline = surround (names->pdata[i], before, downstream[j]);

      if (!pipeline)
        continue;
      for (k = 0; k < G_N_ELEMENTS (every_change); k++) {
        change_state (pipeline, every_change[k]);
        if (every_change[k] == GST_STATE_PLAYING && *downstream[j])
          check_data_flows (pipeline);
      }
      check_no_error (pipeline);
      discard (pipeline);
    }
  }
}

GST_END_TEST;

/* The state changes of a pipeline cross each other */
GST_START_TEST (test_without_waiting)
{
  guint i, j;

  for (i = 0; i < names->len; i++) {
    GstElement *pipeline = surround (names->pdata[i],
        has_template (names->pdata[i], "sink") ? "constantsource ! " : "",
        " ! fakesink sync=true");
    gint rounds;

    if (!pipeline)
      continue;
    for (rounds = 0; rounds < 10; rounds++)
      for (j = 0; j < G_N_ELEMENTS (every_change); j++)
        fail_unless (gst_element_set_state (pipeline, every_change[j])
            != GST_STATE_CHANGE_FAILURE);
    change_state (pipeline, GST_STATE_PLAYING);
    check_data_flows (pipeline);
    check_no_error (pipeline);
    discard (pipeline);
  }
}

GST_END_TEST;

static const guint orders[6][3] = {
  {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}
};

/* Neighbours go up and down in every order, one by one; a sink that is not
 * among them stays as it is */
static void
check_orders (const gchar * name, const gchar * before, const gchar * after)
{
  gchar *line = g_strdup_printf ("%s name=e0 ! %s name=tested ! %s", before,
      name, after);
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstElement *elements[3];
  guint i, up, down;

  GST_INFO ("%s", line);
  elements[0] = gst_bin_get_by_name (GST_BIN (pipeline), "e0");
  elements[1] = gst_bin_get_by_name (GST_BIN (pipeline), "tested");
  elements[2] = gst_bin_get_by_name (GST_BIN (pipeline), "e2");
  if (sink)
    gst_element_set_state (sink, GST_STATE_PLAYING);
  for (up = 0; up < G_N_ELEMENTS (orders); up++) {
    for (down = 0; down < G_N_ELEMENTS (orders); down++) {
      for (i = 0; i < 3; i++)
        fail_unless (gst_element_set_state (elements[orders[up][i]],
                GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE);
      for (i = 0; i < 3; i++)
        check_state (elements[orders[up][i]], GST_STATE_PLAYING);
      check_data_flows (pipeline);
      for (i = 0; i < 3; i++)
        change_state (elements[orders[down][i]], GST_STATE_NULL);
    }
  }
  check_no_error (pipeline);
  for (i = 0; i < 3; i++)
    gst_object_unref (elements[i]);
  gst_clear_object (&sink);
  discard (pipeline);
  g_free (line);
}

GST_START_TEST (test_neighbours)
{
  guint i;

  for (i = 0; i < names->len; i++) {
    if (!has_template (names->pdata[i], "sink")
        || !has_template (names->pdata[i], "src"))
      continue;
    check_orders (names->pdata[i], "constantsource", "fakesink name=e2");
    check_orders (names->pdata[i], "constantsource",
        "gain name=e2 ! fakesink name=sink");
  }
}

GST_END_TEST;

static Suite *
states_suite (void)
{
  Suite *s = suite_create ("states");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, find_factories, forget_factories);
  tcase_add_test (tc, test_alone);
  tcase_add_loop_test (tc, test_linked, 0, G_N_ELEMENTS (upstream));
  tcase_add_test (tc, test_without_waiting);
  tcase_add_test (tc, test_neighbours);
  return s;
}

GST_CHECK_MAIN (states);
