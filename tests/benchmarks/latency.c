/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long it takes from the change of a property to its sound: a gain is turned
 * up and down while a constant plays, and the first frame that has changed is
 * looked for. Before a fakesink it is heard when it is there and its time has
 * come by the clock, whichever is later; pulsesink plays into a null sink, whose
 * monitor is recorded: there it is heard when the recording has it.
 *
 * usage: latency [CHANGES]         prints a table in Markdown; the rows with
 *                                  pulsesink only where PULSE_SERVER is set, of
 *                                  a server with a null sink called "null"
 */

#include <gst/gst.h>
#include <stdlib.h>

#define BLOCK 128
#define RATE 48000
#define MONITOR "pulsesrc device=null.monitor buffer-time=10000 " \
    "latency-time=2500 ! audio/x-raw, format=F32LE, rate=48000, channels=1 ! " \
    "fakesink name=out sync=false"

static const struct
{
  const gchar *name;
  const gchar *sink;
  gboolean is_live;
} cases[] = {
  {"is-live=true, fakesink sync=true", "fakesink sync=true", TRUE},
  {"fakesink sync=true", "fakesink sync=true", FALSE},
  {"pulsesink buffer-time=20000 latency-time=5000",
      "pulsesink buffer-time=20000 latency-time=5000", FALSE},
  {"is-live=true, pulsesink buffer-time=20000 latency-time=5000",
      "pulsesink buffer-time=20000 latency-time=5000", TRUE},
  {"pulsesink with its default buffers", "pulsesink", FALSE},
};

typedef struct
{
  GMutex lock;
  GCond cond;
  GstElement *pipeline;
  GstClock *clock;
  gboolean recorded;            /* is what is heard now */
  GstSegment segment;
  gfloat expected;              /* what a frame is after the change */
  gboolean waiting;
  GstClockTime heard;           /* by the pipeline's clock */
} Watch;

/* The first frame of the buffer that is as expected, or n. Mono floats */
static guint
find_change (GstBuffer * buffer, gfloat expected, guint * n)
{
  GstMapInfo map;
  guint i;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  *n = map.size / sizeof (gfloat);
  for (i = 0; i < *n && ABS (((const gfloat *) map.data)[i] - expected) > 0.1;
      i++);
  gst_buffer_unmap (buffer, &map);
  return i;
}

static GstPadProbeReturn
watch (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Watch *self = data;
  GstElement *pipeline = self->pipeline;
  GstClockTime now = gst_clock_get_time (self->clock), time;
  guint i, n;

  g_mutex_lock (&self->lock);
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
    if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEGMENT)
      gst_event_copy_segment (GST_PAD_PROBE_INFO_EVENT (info), &self->segment);
  } else if (self->waiting) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

    i = find_change (buffer, self->expected, &n);
    if (i < n && self->recorded) {
      self->heard = now;
      self->waiting = FALSE;
      g_cond_signal (&self->cond);
    } else if (i < n) {
      time = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME,
          GST_BUFFER_PTS (buffer) + gst_util_uint64_scale (i, GST_SECOND,
              RATE)) + gst_element_get_base_time (pipeline);
      /* live, the pipeline lets all sinks play later by this */
      time += GST_CLOCK_TIME_IS_VALID (gst_pipeline_get_latency (GST_PIPELINE
              (pipeline))) ? gst_pipeline_get_latency (GST_PIPELINE
          (pipeline)) : 0;
      self->heard = MAX (now, time);
      self->waiting = FALSE;
      g_cond_signal (&self->cond);
    }
  }
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return x < y ? -1 : x > y;
}

/* In ms; not for an instant that has anything to do with the blocks */
static gdouble
measure_change (Watch * self, GstElement * gain, gfloat value)
{
  GstClockTime changed, heard;

  /* longer than the buffers */
  g_usleep (g_random_int_range (300000, 400000));
  g_mutex_lock (&self->lock);
  self->expected = value;
  self->waiting = TRUE;
  changed = gst_clock_get_time (self->clock);
  g_object_set (gain, "gain", value, NULL);
  while (self->waiting)
    g_cond_wait (&self->cond, &self->lock);
  heard = self->heard;
  g_mutex_unlock (&self->lock);
  return ((gdouble) heard - changed) / GST_MSECOND;
}

/* What the pipeline distributes is not what gst_pipeline_get_latency() says. */
static void
fix_latency (GstElement * pipeline)
{
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min = 0;
  gboolean live = FALSE;

  if (gst_element_query (pipeline, query))
    gst_query_parse_latency (query, &live, &min, NULL);
  gst_query_unref (query);
  gst_pipeline_set_latency (GST_PIPELINE (pipeline), live ? min : 0);
  gst_bin_recalculate_latency (GST_BIN (pipeline));
}

/* (transfer full): the pad at which it is heard; *@monitor may be a pipeline */
static GstPad *
find_ear (GstElement * destination, gboolean recorded, GstElement ** monitor)
{
  GstElement *sink;
  GstPad *pad;

  if (recorded) {
    *monitor = gst_parse_launch (MONITOR, NULL);
    sink = gst_bin_get_by_name (GST_BIN (*monitor), "out");
  } else {
    g_object_get (destination, "audio-sink", &sink, NULL);
  }
  pad = gst_element_get_static_pad (sink, "sink");
  gst_object_unref (sink);
  return pad;
}

static gboolean
start (GstElement * pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return gst_element_get_state (pipeline, NULL, NULL, 10 * GST_SECOND)
      != GST_STATE_CHANGE_FAILURE;
}

static void
print_row (const gchar * name, gdouble * times, guint n)
{
  qsort (times, n, sizeof (gdouble), compare);
  g_print ("| %s | %.1f | %.1f | %.1f |\n", name, times[n / 2], times[0],
      times[n - 1]);
}

static gboolean
measure (guint row, guint n)
{
  gchar *line = g_strdup_printf ("constantsource ! gain name=gain gain=0 ! "
      "audiodestination name=destination block-size=%u channel-count=1 "
      "sample-rate=%u is-live=%s audio-sink=\"%s\"", BLOCK, RATE,
      cases[row].is_live ? "true" : "false", cases[row].sink);
  GstElement *pipeline = gst_parse_launch (line, NULL), *monitor = NULL;
  GstElement *gain = gst_bin_get_by_name (GST_BIN (pipeline), "gain");
  GstElement *destination = gst_bin_get_by_name (GST_BIN (pipeline),
      "destination");
  Watch self = { 0, };
  gdouble *times = g_new (gdouble, n);
  GstPad *pad;
  gboolean works;
  guint i;

  g_free (line);
  g_mutex_init (&self.lock);
  g_cond_init (&self.cond);
  gst_segment_init (&self.segment, GST_FORMAT_TIME);
  self.pipeline = pipeline;
  self.clock = gst_system_clock_obtain ();
  self.recorded = g_str_has_prefix (cases[row].sink, "pulsesink");
  if (!self.recorded)
    gst_pipeline_use_clock (GST_PIPELINE (pipeline), self.clock);
  pad = find_ear (destination, self.recorded, &monitor);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, watch, &self, NULL);
  works = start (pipeline) && (!monitor || start (monitor));
  if (works && !self.recorded)
    fix_latency (pipeline);
  /* the first ones are of a sink that is just starting */
  for (i = 0; works && i < n + 4; i++) {
    gdouble time = measure_change (&self, gain, (i + 1) & 1);

    if (i >= 4)
      times[i - 4] = time;
  }
  if (works)
    print_row (cases[row].name, times, n);
  else
    g_printerr ("%s does not play\n", cases[row].name);
  if (monitor)
    gst_element_set_state (monitor, GST_STATE_NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_clear_object (&monitor);
  gst_object_unref (pad);
  gst_object_unref (destination);
  gst_object_unref (gain);
  gst_object_unref (pipeline);
  gst_object_unref (self.clock);
  g_mutex_clear (&self.lock);
  g_cond_clear (&self.cond);
  g_free (times);
  return works;
}

int
main (int argc, char **argv)
{
  gboolean all = TRUE;
  guint n, i;

  gst_init (&argc, &argv);
  n = argc > 1 ? MAX (atoi (argv[1]), 1) : 50;
  g_print ("| sink | median ms | min ms | max ms |\n"
      "| --- | ---: | ---: | ---: |\n");
  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    if (!g_str_has_prefix (cases[i].sink, "pulsesink")
        || g_getenv ("PULSE_SERVER"))
      all &= measure (i, n);
  return all ? 0 : 1;
}
