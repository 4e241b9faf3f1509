/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an encodebin to the src pad and into chunks; see recorderoutput.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "recorderoutput.h"

/* What a killed process may lose that was written already: file sinks gather in
 * memory until a buffer says that it is to be synced. Wall clock, in µs. */
#define SYNC_INTERVAL (300 * G_TIME_SPAN_MILLISECOND)
/* Wall clock, in µs */
#define RETRY_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

/* With the lock. Waits until the takes before @take are done; FALSE if @take is
 * over. */
static gboolean
wait_for_turn (GstWebAudioTake * take)
{
  GstWebAudioTakes *takes = take->takes;

  while (!gst_web_audio_take_is_over (take)
      && g_queue_peek_head (&takes->list) != take)
    g_cond_wait (&takes->cond, &takes->lock);
  return !gst_web_audio_take_is_over (take);
}

/* With the lock. Puts down what encodebin made. Returns what is to be pushed.
 * @buffer: (transfer full) */
static GstBuffer *
put_down (GstWebAudioTake * take, GstBuffer * buffer)
{
  gint64 now = g_get_monotonic_time ();

  buffer = gst_web_audio_recorder_type_correct (take->type, buffer,
      take->bytes.end == 0);
  buffer = gst_web_audio_recorded_bytes_write (&take->bytes, buffer);
  if (gst_web_audio_recorded_bytes_is_due (&take->bytes, take->timeslice))
    gst_web_audio_take_hand_out (take);
  if (buffer && take->sync && now - take->synced >= SYNC_INTERVAL) {
    take->synced = now;
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_SYNC_AFTER);
  }
  return buffer;
}

/* Pushes until downstream takes it: one that is not running yet, or no more, may
 * run again. @buffer: (transfer full) */
static GstFlowReturn
push_out (GstWebAudioTake * take, GstBuffer * buffer)
{
  GstWebAudioTakes *takes = take->takes;
  GstFlowReturn flow;

  for (;;) {
    flow = gst_pad_push (takes->srcpad, gst_buffer_ref (buffer));
    if (flow != GST_FLOW_FLUSHING)
      break;
    g_mutex_lock (&takes->lock);
    if (!gst_web_audio_take_is_over (take))
      g_cond_wait_until (&takes->cond, &takes->lock,
          g_get_monotonic_time () + RETRY_INTERVAL);
    if (gst_web_audio_take_is_over (take)) {
      g_mutex_unlock (&takes->lock);
      break;
    }
    g_mutex_unlock (&takes->lock);
  }
  gst_buffer_unref (buffer);
  return flow;
}

/* The recording goes on without a downstream that has had enough, to its proper
 * end, which is now. */
static void
stop_for_downstream (GstWebAudioTake * take)
{
  GstWebAudioTakes *takes = take->takes;

  g_mutex_lock (&takes->lock);
  take->deaf = TRUE;
  takes->downstream_ended = TRUE;
  if (!take->ended)
    gst_web_audio_take_end (take);
  g_mutex_unlock (&takes->lock);
}

static GstFlowReturn
drain_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstWebAudioTake *take = pad->chaindata;
  GstWebAudioTakes *takes = take->takes;
  GstFlowReturn flow;
  gboolean deaf;

  g_mutex_lock (&takes->lock);
  if (!wait_for_turn (take)) {
    g_mutex_unlock (&takes->lock);
    gst_buffer_unref (buffer);
    return GST_FLOW_FLUSHING;
  }
  buffer = put_down (take, buffer);
  deaf = take->deaf;
  g_mutex_unlock (&takes->lock);
  if (!buffer)
    return GST_FLOW_OK;
  if (deaf) {
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  flow = push_out (take, buffer);
  switch (flow) {
    case GST_FLOW_NOT_LINKED:
      return GST_FLOW_OK;
    case GST_FLOW_EOS:
      stop_for_downstream (take);
      return GST_FLOW_OK;
    case GST_FLOW_OK:
    case GST_FLOW_FLUSHING:
      return flow;
    default:
      gst_web_audio_take_fail (take, g_error_new (GST_STREAM_ERROR,
              GST_STREAM_ERROR_FAILED,
              "UnknownError: what comes after the recorder does not take its "
              "data (%s)", gst_flow_get_name (flow)));
      return flow;
  }
}

static gboolean drain_event (GstPad * pad, GstObject * parent,
    GstEvent * event);

/* Writes what was kept to be written at another place. */
static void
write_rewrites (GstWebAudioTake * take)
{
  GstWebAudioTakes *takes = take->takes;
  GstPad *pad = take->drain;
  GstSegment segment;
  GList *rewrites, *l;

  g_mutex_lock (&takes->lock);
  rewrites = g_list_reverse (g_steal_pointer (&take->rewrites));
  g_mutex_unlock (&takes->lock);

  for (l = rewrites; l; l = l->next) {
    gst_segment_init (&segment, GST_FORMAT_BYTES);
    segment.start = segment.time = GST_BUFFER_OFFSET (l->data);
    drain_event (pad, NULL, gst_event_new_segment (&segment));
    drain_chain (pad, NULL, l->data);
  }
  g_list_free (rewrites);
}

static gboolean
drain_eos (GstWebAudioTake * take, GstEvent * event)
{
  GstWebAudioTakes *takes = take->takes;

  write_rewrites (take);
  gst_pad_push_event (takes->srcpad, event);
  g_mutex_lock (&takes->lock);
  if (!gst_web_audio_take_is_over (take)) {
    take->done = TRUE;
    gst_web_audio_take_end (take);
  }
  g_mutex_unlock (&takes->lock);
  return TRUE;
}

static gboolean
drain_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstWebAudioTake *take = pad->eventdata;
  GstWebAudioTakes *takes = take->takes;
  const GstSegment *segment;
  gboolean turn;

  g_mutex_lock (&takes->lock);
  turn = wait_for_turn (take);
  if (turn && GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_parse_segment (event, &segment);
    if (segment->format == GST_FORMAT_BYTES)
      gst_web_audio_recorded_bytes_seek (&take->bytes, segment->start);
  }
  g_mutex_unlock (&takes->lock);
  if (!turn) {
    gst_event_unref (event);
    return FALSE;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    return drain_eos (take, event);
  /* that downstream is not there, or not running, is no failure */
  gst_pad_push_event (takes->srcpad, event);
  return TRUE;
}

static gboolean
drain_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstWebAudioTake *take = pad->querydata;
  GstPad *srcpad = take->takes->srcpad;
  GstCaps *caps;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_SEEKING:
      gst_query_set_seeking (query, GST_FORMAT_BYTES,
          take->encoding.rewritable, 0, -1);
      return TRUE;
    case GST_QUERY_CAPS:
      if (gst_pad_peer_query (srcpad, query))
        return TRUE;
      gst_query_parse_caps (query, &caps);
      caps = caps ? gst_caps_ref (caps) : gst_caps_new_any ();
      gst_query_set_caps_result (query, caps);
      gst_caps_unref (caps);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      if (!gst_pad_peer_query (srcpad, query))
        gst_query_set_accept_caps_result (query, TRUE);
      return TRUE;
    default:
      return gst_pad_peer_query (srcpad, query);
  }
}

/*
 * gst_web_audio_recorder_output_new_pad:
 *
 * Returns: (transfer full): takes what the encodebin of @take makes
 */
GstPad *
gst_web_audio_recorder_output_new_pad (GstWebAudioTake * take)
{
  GstPad *pad = gst_object_ref_sink (gst_pad_new ("drain", GST_PAD_SINK));

  gst_pad_set_query_function_full (pad, drain_query, take, NULL);
  gst_pad_set_event_function_full (pad, drain_event, take, NULL);
  gst_pad_set_chain_function_full (pad, drain_chain, take, NULL);
  return pad;
}

/*
 * gst_web_audio_recorder_output_is_rewritable:
 *
 * Returns: whether the muxer may go back: not where what it wrote was handed out
 *     by then, and not where downstream cannot
 */
gboolean
gst_web_audio_recorder_output_is_rewritable (GstWebAudioTake * take)
{
  GstPad *srcpad = take->takes->srcpad;
  GstQuery *query;
  gboolean seekable = FALSE;

  if (take->timeslice)
    return FALSE;
  if (!gst_pad_is_linked (srcpad))
    return TRUE;
  query = gst_query_new_seeking (GST_FORMAT_BYTES);
  if (gst_pad_peer_query (srcpad, query))
    gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  gst_query_unref (query);
  return seekable;
}

/*
 * gst_web_audio_recorder_output_is_file:
 *
 * Returns: whether it is a file on a disk that downstream writes; anything else
 *     refuses to be synced
 */
gboolean
gst_web_audio_recorder_output_is_file (GstWebAudioTake * take)
{
  GstQuery *query = gst_query_new_uri ();
  gchar *uri = NULL, *name = NULL;
  gboolean regular;

  if (gst_pad_peer_query (take->takes->srcpad, query))
    gst_query_parse_uri (query, &uri);
  gst_query_unref (query);
  if (uri)
    name = g_filename_from_uri (uri, NULL, NULL);
  regular = name && g_file_test (name, G_FILE_TEST_IS_REGULAR);
  g_free (name);
  g_free (uri);
  return regular;
}
