/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the queue of a take into its encodebin; see recorderencoder.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "recorderencoder.h"
#include "recorderoutput.h"

/* What it gets */

static gboolean
feed_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstCaps *caps, *filter;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      /* a muxer that thinks it is live would not wait for what is paused */
      gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
      return TRUE;
    case GST_QUERY_CAPS:
      gst_query_parse_caps (query, &filter);
      if (!(caps = gst_pad_get_current_caps (pad)))
        caps = gst_caps_from_string (GST_WEB_AUDIO_RECORDER_CAPS);
      if (filter) {
        GstCaps *both = gst_caps_intersect_full (filter, caps,
            GST_CAPS_INTERSECT_FIRST);

        gst_caps_unref (caps);
        caps = both;
      }
      gst_query_set_caps_result (query, caps);
      gst_caps_unref (caps);
      return TRUE;
    default:
      return FALSE;
  }
}

static gboolean
feed_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  gst_event_unref (event);
  return TRUE;
}

static GstClockTime
take_time (GstWebAudioTake * take)
{
  return take->base + gst_util_uint64_scale (take->frames, GST_SECOND,
      GST_AUDIO_INFO_RATE (&take->info));
}

/* @buffer: (transfer full) */
static GstFlowReturn
feed_buffer (GstWebAudioTake * take, GstBuffer * buffer)
{
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_GAP);
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DROPPABLE);
  if (take->frames)
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  GST_BUFFER_PTS (buffer) = take_time (take);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET (buffer) = take->frames;
  take->frames += gst_buffer_get_size (buffer) /
      GST_AUDIO_INFO_BPF (&take->info);
  GST_BUFFER_OFFSET_END (buffer) = take->frames;
  GST_BUFFER_DURATION (buffer) = take_time (take) - GST_BUFFER_PTS (buffer);
  return gst_pad_push (take->feed, buffer);
}

static GstFlowReturn
feed_silence (GstWebAudioTake * take, guint64 frames)
{
  GstFlowReturn flow = GST_FLOW_OK;

  while (frames && flow == GST_FLOW_OK) {
    guint64 n = MIN (frames, (guint64) GST_AUDIO_INFO_RATE (&take->info));
    GstBuffer *buffer = gst_buffer_new_allocate (NULL,
        n * GST_AUDIO_INFO_BPF (&take->info), NULL);
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_WRITE);
    gst_audio_format_info_fill_silence (take->info.finfo, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    flow = feed_buffer (take, buffer);
    frames -= n;
  }
  return flow;
}

static void
feed_caps (GstWebAudioTake * take, GstCaps * caps)
{
  gboolean first = !GST_AUDIO_INFO_IS_VALID (&take->info);

  if (!first)
    take->base = take_time (take);
  take->frames = 0;
  gst_audio_info_from_caps (&take->info, caps);
  gst_pad_push_event (take->feed, gst_event_new_caps (caps));
  if (first) {
    GstSegment segment;

    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_pad_push_event (take->feed, gst_event_new_segment (&segment));
  }
}

static GstFlowReturn
feed_item (GstWebAudioTake * take, GstWebAudioTakeItem * item)
{
  if (item->caps)
    feed_caps (take, item->caps);
  else if (item->event)
    gst_pad_push_event (take->feed, g_steal_pointer (&item->event));
  else if (item->silence)
    return feed_silence (take, item->silence);
  else
    return feed_buffer (take, g_steal_pointer (&item->buffer));
  return GST_FLOW_OK;
}

static void
feed_loop (gpointer data)
{
  GstWebAudioTake *take = data;
  GstWebAudioTakes *takes = take->takes;
  GstWebAudioTakeItem *item;
  GstFlowReturn flow = GST_FLOW_EOS;
  gboolean over;

  g_mutex_lock (&takes->lock);
  while (!gst_web_audio_take_is_over (take) && g_queue_is_empty (&take->items)
      && !take->ended)
    g_cond_wait (&takes->cond, &takes->lock);
  over = gst_web_audio_take_is_over (take);
  item = over ? NULL : g_queue_pop_head (&take->items);
  g_mutex_unlock (&takes->lock);

  if (item) {
    GstClockTime duration = item->duration;

    flow = feed_item (take, item);
    gst_web_audio_take_item_free (item);
    g_mutex_lock (&takes->lock);
    take->queued -= duration;
    g_cond_broadcast (&takes->cond);
    g_mutex_unlock (&takes->lock);
  } else if (!over) {
    feed_silence (take, take->type->delay);
    gst_pad_push_event (take->feed, gst_event_new_eos ());
  }
  if (flow == GST_FLOW_OK)
    return;
  gst_pad_pause_task (take->feed);
  if (item && flow != GST_FLOW_FLUSHING)
    gst_web_audio_take_fail (take, g_error_new (GST_STREAM_ERROR,
            GST_STREAM_ERROR_ENCODE, "UnknownError: encoding failed (%s)",
            gst_flow_get_name (flow)));
}

/* Building */

/* flacenc goes back to complete its header, but the parser that encodebin puts
 * behind it takes that for more audio. So it goes around the parser. */
static GstPadProbeReturn
keep_rewrite (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstWebAudioTake *take = data;
  const GstSegment *segment;
  GstBuffer *buffer;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    if (take->rewrite_at < 0)
      return GST_PAD_PROBE_OK;
    buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
    GST_PAD_PROBE_INFO_DATA (info) = NULL;
    GST_BUFFER_OFFSET (buffer) = take->rewrite_at;
    take->rewrite_at += gst_buffer_get_size (buffer);
    g_mutex_lock (&take->takes->lock);
    take->rewrites = g_list_prepend (take->rewrites, buffer);
    g_mutex_unlock (&take->takes->lock);
    return GST_PAD_PROBE_HANDLED;
  }
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_SEGMENT)
    return GST_PAD_PROBE_OK;
  gst_event_parse_segment (GST_PAD_PROBE_INFO_EVENT (info), &segment);
  if (segment->format != GST_FORMAT_BYTES)
    return GST_PAD_PROBE_OK;
  take->rewrite_at = segment->start;
  return GST_PAD_PROBE_DROP;
}

/* Its segments do not pass its own pad. */
static void
watch_rewrites (GstPad * pad, GstPad * peer, GstWebAudioTake * take)
{
  gst_pad_add_probe (peer, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, keep_rewrite, take, NULL);
}

/* The format that the encoder got first stays: its capsfilter makes encodebin's
 * converters convert to it whatever comes later. (Profiles can do this; but with
 * a leak, in 1.22.) */
static GstPadProbeReturn
fix_format (GstPad * pad, GstPadProbeInfo * info, gpointer unused)
{
  GstPad *peer;
  GstElement *capsfilter;
  GstCaps *caps;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (info), &caps);
  if ((peer = gst_pad_get_peer (pad))) {
    if ((capsfilter = gst_pad_get_parent_element (peer))) {
      g_object_set (capsfilter, "caps", caps, NULL);
      gst_object_unref (capsfilter);
    }
    gst_object_unref (peer);
  }
  return GST_PAD_PROBE_REMOVE;
}

static void
set_up_part (GstBin * encodebin, GstElement * part, GstWebAudioTake * take)
{
  GstElementFactory *factory = gst_element_get_factory (part);
  GstPad *pad;

  if (gst_web_audio_recorder_type_is_encoder (take->type, part)) {
    pad = gst_element_get_static_pad (part, "sink");
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, fix_format,
        NULL, NULL);
    gst_object_unref (pad);
  }

  gst_web_audio_recorder_type_configure (part, &take->encoding);
  if (!take->type->container && factory
      && !strcmp (GST_OBJECT_NAME (factory), "flacenc")) {
    pad = gst_element_get_static_pad (part, "src");
    g_signal_connect (pad, "linked", G_CALLBACK (watch_rewrites), take);
    gst_object_unref (pad);
  }
}

static GstPad *
create_feed (GstWebAudioTake * take)
{
  GstPad *pad = gst_object_ref_sink (gst_pad_new ("feed", GST_PAD_SRC));

  gst_pad_set_query_function_full (pad, feed_query, take, NULL);
  gst_pad_set_event_function_full (pad, feed_event, take, NULL);
  return pad;
}

static gboolean
link_encodebin (GstWebAudioTake * take)
{
  GstPad *sink = gst_element_get_static_pad (take->encodebin, "audio_0");
  GstPad *src = gst_element_get_static_pad (take->encodebin, "src");
  gboolean linked = sink && src
      && gst_pad_link_full (take->feed, sink, GST_PAD_LINK_CHECK_NOTHING)
      == GST_PAD_LINK_OK
      && gst_pad_link_full (src, take->drain, GST_PAD_LINK_CHECK_NOTHING)
      == GST_PAD_LINK_OK;

  gst_clear_object (&sink);
  gst_clear_object (&src);
  return linked;
}

/* (transfer full) (nullable): in our bin, but with a state of its own */
static GstElement *
create_encodebin (GstWebAudioTake * take)
{
  GstElement *encodebin = gst_element_factory_make ("encodebin", NULL);

  if (!encodebin)
    return NULL;
  gst_object_ref_sink (encodebin);
  g_signal_connect (encodebin, "element-added", G_CALLBACK (set_up_part), take);
  g_object_set (encodebin, "profile",
      gst_web_audio_recorder_type_get_profile (take->type), NULL);
  gst_element_set_locked_state (encodebin, TRUE);
  if (gst_bin_add (take->takes->bin, encodebin))
    return encodebin;
  gst_object_unref (encodebin);
  return NULL;
}

static void
feed_stream_start (GstWebAudioTake * take)
{
  gchar *id = g_uuid_string_random ();
  GstEvent *event = gst_event_new_stream_start (id);

  gst_event_set_group_id (event, gst_util_group_id_next ());
  gst_pad_push_event (take->feed, event);
  g_free (id);
}

/*
 * gst_web_audio_recorder_encoder_build:
 * @take: the channels of its encoding are known, and nothing is in its queue
 *
 * Not with the lock, and from the input's thread only.
 *
 * Returns: %FALSE if it cannot be recorded here
 */
gboolean
gst_web_audio_recorder_encoder_build (GstWebAudioTake * take)
{
  GstElement *encodebin;

  take->encoding.rewritable =
      gst_web_audio_recorder_output_is_rewritable (take);
  take->sync = gst_web_audio_recorder_output_is_file (take);
  if (!(encodebin = create_encodebin (take)))
    return FALSE;
  g_mutex_lock (&take->takes->lock);
  take->bytes.rewritable = take->encoding.rewritable;
  take->bytes.fragmented = g_str_has_suffix (take->type->mime, "/mp4");
  take->encodebin = encodebin;
  take->feed = create_feed (take);
  take->drain = gst_web_audio_recorder_output_new_pad (take);
  g_mutex_unlock (&take->takes->lock);
  gst_pad_set_active (take->drain, TRUE);
  gst_pad_set_active (take->feed, TRUE);
  if (!link_encodebin (take)
      || gst_element_set_state (take->encodebin, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE)
    return FALSE;
  feed_stream_start (take);
  return TRUE;
}

/*
 * gst_web_audio_recorder_encoder_start:
 *
 * Begins to encode what is in the queue of @take, which has been built.
 */
void
gst_web_audio_recorder_encoder_start (GstWebAudioTake * take)
{
  gst_pad_start_task (take->feed, feed_loop, take, NULL);
}
