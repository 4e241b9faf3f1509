/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the start of a recording to its last byte; see recordertake.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "recordertake.h"

#define GST_CAT_DEFAULT gst_web_audio_media_recorder_debug

/* One take */

/*
 * gst_web_audio_take_new:
 *
 * Returns: (transfer full): to be set up and added
 */
GstWebAudioTake *
gst_web_audio_take_new (GstWebAudioTakes * takes,
    const GstWebAudioRecorderType * type)
{
  GstWebAudioTake *take = g_new0 (GstWebAudioTake, 1);

  take->refs = 1;
  take->takes = takes;
  take->type = type;
  take->rewrite_at = -1;
  g_queue_init (&take->items);
  gst_audio_info_init (&take->info);
  gst_web_audio_recorded_bytes_init (&take->bytes);
  return take;
}

/*
 * gst_web_audio_take_ref:
 */
GstWebAudioTake *
gst_web_audio_take_ref (GstWebAudioTake * take)
{
  g_atomic_int_inc (&take->refs);
  return take;
}

/*
 * gst_web_audio_take_unref:
 */
void
gst_web_audio_take_unref (GstWebAudioTake * take)
{
  if (!g_atomic_int_dec_and_test (&take->refs))
    return;
  g_queue_clear_full (&take->items,
      (GDestroyNotify) gst_web_audio_take_item_free);
  g_list_free_full (take->rewrites, (GDestroyNotify) gst_buffer_unref);
  gst_web_audio_recorded_bytes_clear (&take->bytes);
  gst_clear_caps (&take->caps);
  g_clear_error (&take->error);
  gst_clear_object (&take->feed);
  gst_clear_object (&take->drain);
  gst_clear_object (&take->encodebin);
  g_free (take);
}

/*
 * gst_web_audio_take_item_free:
 */
void
gst_web_audio_take_item_free (GstWebAudioTakeItem * item)
{
  gst_clear_buffer (&item->buffer);
  gst_clear_event (&item->event);
  gst_clear_caps (&item->caps);
  g_free (item);
}

/*
 * gst_web_audio_take_add_item:
 * @duration: how long what is recorded lasts
 *
 * With the lock.
 *
 * Returns: what is recorded next, to be filled
 */
GstWebAudioTakeItem *
gst_web_audio_take_add_item (GstWebAudioTake * take, GstClockTime duration)
{
  GstWebAudioTakeItem *item = g_new0 (GstWebAudioTakeItem, 1);

  item->duration = duration;
  take->queued += duration;
  g_queue_push_tail (&take->items, item);
  g_cond_broadcast (&take->takes->cond);
  return item;
}

/*
 * gst_web_audio_take_hand_out:
 *
 * With the lock. The application gets what was gathered, if only nothing.
 */
void
gst_web_audio_take_hand_out (GstWebAudioTake * take)
{
  GstClockTime timecode;
  GstBuffer *chunk = gst_web_audio_recorded_bytes_cut (&take->bytes,
      take->flushing, &timecode);

  gst_web_audio_recorder_events_add_data (&take->takes->events, chunk,
      timecode);
}

/*
 * gst_web_audio_take_request_data:
 *
 * With the lock. Hands out, as soon as @take is the first.
 */
void
gst_web_audio_take_request_data (GstWebAudioTake * take)
{
  if (take == g_queue_peek_head (&take->takes->list))
    gst_web_audio_take_hand_out (take);
  else
    take->requests++;
}

/*
 * gst_web_audio_take_is_over:
 *
 * With the lock.
 */
gboolean
gst_web_audio_take_is_over (GstWebAudioTake * take)
{
  return take->flushing || take->failed;
}

/* (transfer full) of @take. Stops all that runs for it. Not from its own
 * threads. */
static void
dispose (GstWebAudioTake * take)
{
  GstWebAudioTakes *takes = take->takes;

  if (take->encodebin) {
    /* its pads first: they hold up our task */
    gst_element_set_state (take->encodebin, GST_STATE_NULL);
    gst_pad_stop_task (take->feed);
    gst_pad_set_active (take->feed, FALSE);
    gst_pad_set_active (take->drain, FALSE);
    gst_bin_remove (takes->bin, take->encodebin);
  }
  gst_web_audio_take_unref (take);
  g_mutex_lock (&takes->lock);
  takes->disposing--;
  g_cond_broadcast (&takes->cond);
  g_mutex_unlock (&takes->lock);
}

static void
dispose_async (GstElement * element, gpointer take)
{
  dispose (take);
}

/* The end of a take */

/* With the lock. The application is told the end of @take, which is the first. */
static void
conclude (GstWebAudioTake * take)
{
  GstWebAudioTakes *takes = take->takes;

  g_queue_pop_head (&takes->list);
  take->flushing = TRUE;
  takes->disposing++;
  if (take->error)
    gst_web_audio_recorder_events_add_error (&takes->events,
        g_steal_pointer (&take->error));
  if (take->built || !take->failed)
    gst_web_audio_take_hand_out (take);
  gst_web_audio_recorder_events_add (&takes->events,
      GST_WEB_AUDIO_RECORDER_STOPPED);
}

/* The first take recorded nothing, or failed. */
static void
finish_first (GstElement * element, gpointer data)
{
  GstWebAudioTake *take = data;
  GstWebAudioTakes *takes = take->takes;
  gboolean gone;

  g_mutex_lock (&takes->lock);
  gone = take->flushing;
  g_mutex_unlock (&takes->lock);
  if (!gone)
    gst_web_audio_takes_end_src (takes);
  g_mutex_lock (&takes->lock);
  if (!take->flushing) {
    take->done = TRUE;
    gst_web_audio_takes_advance (takes);
  }
  g_mutex_unlock (&takes->lock);
  gst_web_audio_take_unref (take);
}

/*
 * gst_web_audio_takes_advance:
 *
 * With the lock. Concludes the takes that are done, and turns to the next.
 */
void
gst_web_audio_takes_advance (GstWebAudioTakes * takes)
{
  GstElement *element = GST_ELEMENT (takes->bin);
  GstWebAudioTake *take;

  while ((take = g_queue_peek_head (&takes->list)) && take->done
      && !take->building) {
    conclude (take);
    gst_element_call_async (element, dispose_async, take, NULL);
    if ((take = g_queue_peek_head (&takes->list)))
      for (; take->requests; take->requests--)
        gst_web_audio_take_hand_out (take);
  }
  if (take && !take->finishing && !take->building && (take->failed
          || (take->ended && !take->built))) {
    take->finishing = TRUE;
    gst_element_call_async (element, finish_first,
        gst_web_audio_take_ref (take), NULL);
  }
  g_cond_broadcast (&takes->cond);
}

/*
 * gst_web_audio_take_end:
 *
 * With the lock. No more is recorded into @take.
 */
void
gst_web_audio_take_end (GstWebAudioTake * take)
{
  GstWebAudioTakes *takes = take->takes;

  take->ended = TRUE;
  if (takes->current == take) {
    takes->current = NULL;
    takes->state = GST_WEB_AUDIO_RECORDING_STATE_INACTIVE;
  }
  gst_web_audio_takes_advance (takes);
}

/*
 * gst_web_audio_take_fail:
 * @error: (transfer full): why @take cannot go on
 */
void
gst_web_audio_take_fail (GstWebAudioTake * take, GError * error)
{
  GstWebAudioTakes *takes = take->takes;

  g_mutex_lock (&takes->lock);
  if (take->failed || take->done || take->flushing) {
    g_error_free (error);
  } else {
    GST_WARNING_OBJECT (takes->bin, "%s", error->message);
    take->failed = TRUE;
    take->error = error;
    gst_web_audio_take_end (take);
  }
  g_mutex_unlock (&takes->lock);
}

/* All takes */

/*
 * gst_web_audio_takes_init:
 */
void
gst_web_audio_takes_init (GstWebAudioTakes * takes, GstBin * bin,
    GstPad * srcpad)
{
  takes->bin = bin;
  takes->srcpad = srcpad;
  gst_web_audio_recorder_events_init (&takes->events, GST_ELEMENT (bin));
  g_mutex_init (&takes->lock);
  g_cond_init (&takes->cond);
  g_queue_init (&takes->list);
}

/*
 * gst_web_audio_takes_clear:
 *
 * When all are concluded.
 */
void
gst_web_audio_takes_clear (GstWebAudioTakes * takes)
{
  gst_web_audio_recorder_events_clear (&takes->events);
  g_mutex_clear (&takes->lock);
  g_cond_clear (&takes->cond);
}

/*
 * gst_web_audio_takes_add:
 * @take: (transfer full): records what comes in from now on
 *
 * With the lock.
 */
void
gst_web_audio_takes_add (GstWebAudioTakes * takes, GstWebAudioTake * take)
{
  takes->state = GST_WEB_AUDIO_RECORDING_STATE_RECORDING;
  g_queue_push_tail (&takes->list, take);
  takes->current = take;
  gst_web_audio_recorder_events_add (&takes->events,
      GST_WEB_AUDIO_RECORDER_STARTED);
}

/*
 * gst_web_audio_takes_find:
 * @part: an element
 *
 * Returns: (transfer full) (nullable): the take whose encodebin it is in
 */
GstWebAudioTake *
gst_web_audio_takes_find (GstWebAudioTakes * takes, GstObject * part)
{
  GstWebAudioTake *found = NULL;
  GList *l;

  g_mutex_lock (&takes->lock);
  for (l = takes->list.head; l && !found; l = l->next) {
    GstWebAudioTake *take = l->data;

    if (take->encodebin && gst_object_has_as_ancestor (part,
            GST_OBJECT (take->encodebin)))
      found = gst_web_audio_take_ref (take);
  }
  g_mutex_unlock (&takes->lock);
  return found;
}

/*
 * gst_web_audio_takes_get_latency:
 *
 * Returns: that of the encoder that has the output, while there is one
 */
GstClockTime
gst_web_audio_takes_get_latency (GstWebAudioTakes * takes)
{
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min = 0;
  GstPad *drain = NULL;
  GstWebAudioTake *take;

  g_mutex_lock (&takes->lock);
  if ((take = g_queue_peek_head (&takes->list)) && take->drain)
    drain = gst_object_ref (take->drain);
  g_mutex_unlock (&takes->lock);
  if (drain && gst_pad_peer_query (drain, query))
    gst_query_parse_latency (query, NULL, &min, NULL);
  gst_clear_object (&drain);
  gst_query_unref (query);
  return min;
}

/*
 * gst_web_audio_takes_end_src:
 *
 * Ends the src pad's stream, for a take that did not get so far, or for none.
 */
void
gst_web_audio_takes_end_src (GstWebAudioTakes * takes)
{
  GstEvent *event;

  if (!(event = gst_pad_get_sticky_event (takes->srcpad,
              GST_EVENT_STREAM_START, 0)))
    event = gst_event_new_stream_start ("mediarecorder");
  gst_pad_push_event (takes->srcpad, event);
  gst_pad_push_event (takes->srcpad, gst_event_new_eos ());
}

/*
 * gst_web_audio_takes_interrupt:
 *
 * With the lock. Lets go of all threads that wait.
 */
void
gst_web_audio_takes_interrupt (GstWebAudioTakes * takes)
{
  GList *l;

  takes->state = GST_WEB_AUDIO_RECORDING_STATE_INACTIVE;
  takes->current = NULL;
  for (l = takes->list.head; l; l = l->next)
    ((GstWebAudioTake *) l->data)->flushing = TRUE;
  g_cond_broadcast (&takes->cond);
}

/*
 * gst_web_audio_takes_conclude_all:
 *
 * What was recorded so far is all that there is.
 */
void
gst_web_audio_takes_conclude_all (GstWebAudioTakes * takes)
{
  GstWebAudioTake *take;

  g_mutex_lock (&takes->lock);
  while ((take = g_queue_peek_head (&takes->list))) {
    conclude (take);
    g_mutex_unlock (&takes->lock);
    dispose (take);
    g_mutex_lock (&takes->lock);
  }
  while (takes->disposing)
    g_cond_wait (&takes->cond, &takes->lock);
  g_mutex_unlock (&takes->lock);
}
