/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the sink pad of a recorder into its current take; see recorderinput.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "recorderencoder.h"
#include "recorderinput.h"

/* Gaps of the input that are no jitter */
#define MIN_GAP (40 * GST_MSECOND)

static GstClockTime
get_duration (GstWebAudioRecorderInput * input, guint64 frames)
{
  return gst_util_uint64_scale (frames, GST_SECOND,
      GST_AUDIO_INFO_RATE (&input->info));
}

static gboolean
is_recording (GstWebAudioRecorderInput * input, GstWebAudioTake * take)
{
  return input->takes->current == take && !gst_web_audio_take_is_over (take)
      && input->takes->state == GST_WEB_AUDIO_RECORDING_STATE_RECORDING;
}

/* With the lock. What is recorded next, @frames long */
static GstWebAudioTakeItem *
add (GstWebAudioRecorderInput * input, GstWebAudioTake * take, guint64 frames)
{
  return gst_web_audio_take_add_item (take, get_duration (input, frames));
}

/* With the lock, which it gives up meanwhile. */
static void
build_first (GstWebAudioRecorderInput * input, GstWebAudioTake * take)
{
  GstWebAudioTakes *takes = take->takes;
  GstEvent *tags;
  gboolean built;

  take->building = TRUE;
  take->encoding.channels = GST_AUDIO_INFO_CHANNELS (&input->info);
  g_mutex_unlock (&takes->lock);
  built = gst_web_audio_recorder_encoder_build (take);
  if (!built)
    gst_web_audio_take_fail (take, g_error_new (GST_STREAM_ERROR,
            GST_STREAM_ERROR_CODEC_NOT_FOUND, "NotSupportedError: no recording "
            "of %s can be made here", take->type->mime));
  tags = gst_pad_get_sticky_event (input->pad, GST_EVENT_TAG, 0);
  g_mutex_lock (&takes->lock);
  take->building = FALSE;
  if (built && !gst_web_audio_take_is_over (take)) {
    take->built = TRUE;
    if (tags)
      gst_web_audio_take_add_item (take, 0)->event = g_steal_pointer (&tags);
    gst_web_audio_recorder_encoder_start (take);
  }
  gst_clear_event (&tags);
  gst_web_audio_takes_advance (takes);
}

/* With the lock, and a reference to @take. FALSE if nothing is to be recorded
 * now. */
static gboolean
prepare (GstWebAudioRecorderInput * input, GstWebAudioTake * take)
{
  GstWebAudioTakes *takes = input->takes;
  GstCaps *caps;

  if (!is_recording (input, take))
    return FALSE;
  if (!take->built)
    build_first (input, take);
  while (is_recording (input, take) && !input->flushing
      && take->queued >= GST_WEB_AUDIO_TAKE_QUEUE_TIME)
    g_cond_wait (&takes->cond, &takes->lock);
  if (input->flushing || !is_recording (input, take))
    return FALSE;
  caps = gst_audio_info_to_caps (&input->info);
  if (!take->caps || !gst_caps_is_equal (caps, take->caps)) {
    gst_caps_replace (&take->caps, caps);
    gst_web_audio_take_add_item (take, 0)->caps = gst_caps_ref (caps);
  }
  gst_caps_unref (caps);
  return TRUE;
}

/* With the lock. Time that the input left out, at @time, is silence. What comes
 * before it is expected is recorded nevertheless, and taken from the next gap. */
static guint64
measure_gap (GstWebAudioRecorderInput * input, GstClockTime time)
{
  GstClockTime gap;

  if (!GST_CLOCK_TIME_IS_VALID (time) || !GST_CLOCK_TIME_IS_VALID (input->next))
    return 0;
  if (time + MIN_GAP < input->next)
    input->surplus += input->next - time;
  if (time < input->next + MIN_GAP)
    return 0;
  gap = time - input->next;
  if (input->surplus >= gap) {
    input->surplus -= gap;
    return 0;
  }
  gap -= input->surplus;
  input->surplus = 0;
  return gst_util_uint64_scale_round (gap, GST_AUDIO_INFO_RATE (&input->info),
      GST_SECOND);
}

/* Records @buffer (transfer full), or silence if that is NULL, of @frames at
 * running time @time. */
static GstFlowReturn
record (GstWebAudioRecorderInput * input, GstBuffer * buffer, guint64 frames,
    GstClockTime time)
{
  GstWebAudioTakes *takes = input->takes;
  GstFlowReturn flow = GST_FLOW_OK;
  guint64 gap;
  GstWebAudioTake *take;

  g_mutex_lock (&takes->lock);
  if ((take = takes->current))
    gst_web_audio_take_ref (take);
  if (take && frames && prepare (input, take)) {
    if ((gap = measure_gap (input, time)))
      add (input, take, gap)->silence = gap;
    if (buffer)
      add (input, take, frames)->buffer = g_steal_pointer (&buffer);
    else
      add (input, take, frames)->silence = frames;
  }
  if (GST_CLOCK_TIME_IS_VALID (time))
    input->next = time;
  if (GST_CLOCK_TIME_IS_VALID (input->next))
    input->next += get_duration (input, frames);
  if (input->flushing)
    flow = GST_FLOW_FLUSHING;
  else if (takes->downstream_ended)
    flow = GST_FLOW_EOS;
  g_mutex_unlock (&takes->lock);
  gst_clear_buffer (&buffer);
  if (take)
    gst_web_audio_take_unref (take);
  return flow;
}

/* The first data starts the recording, where nobody else does. */
static gboolean
start_if_armed (GstWebAudioRecorderInput * input)
{
  GstElement *recorder = GST_ELEMENT (input->takes->bin);
  gboolean armed;

  g_mutex_lock (&input->takes->lock);
  armed = input->armed;
  input->armed = FALSE;
  g_mutex_unlock (&input->takes->lock);
  if (!armed || input->start (recorder))
    return TRUE;
  GST_ELEMENT_ERROR (recorder, STREAM, CODEC_NOT_FOUND,
      ("NotSupportedError: this mime-type cannot be recorded here"), (NULL));
  return FALSE;
}

static GstClockTime
to_running_time (GstWebAudioRecorderInput * input, GstClockTime time)
{
  if (input->segment.format != GST_FORMAT_TIME
      || !GST_CLOCK_TIME_IS_VALID (time))
    return GST_CLOCK_TIME_NONE;
  return gst_segment_to_running_time (&input->segment, GST_FORMAT_TIME, time);
}

/* The part of @buffer (transfer full) that lies in the segment, to the sample:
 * gst_audio_buffer_clip() would round a time that is not a whole number of
 * nanoseconds down to the frame before. */
static GstBuffer *
clip (GstWebAudioRecorderInput * input, GstBuffer * buffer)
{
  const GstSegment *segment = &input->segment;
  const gint rate = GST_AUDIO_INFO_RATE (&input->info);
  const gsize bpf = GST_AUDIO_INFO_BPF (&input->info);
  GstClockTime time = GST_BUFFER_PTS (buffer), end;
  guint64 from = 0, to = gst_buffer_get_size (buffer) / bpf;
  GstBuffer *clipped;

  if (segment->format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (time))
    return buffer;
  end = time + gst_util_uint64_scale (to, GST_SECOND, rate);
  if (GST_CLOCK_TIME_IS_VALID (segment->stop) && segment->stop < end)
    to = segment->stop <= time ? 0 :
        gst_util_uint64_scale_round (segment->stop - time, rate, GST_SECOND);
  if (segment->start > time) {
    from = gst_util_uint64_scale_round (segment->start - time, rate,
        GST_SECOND);
    time = segment->start;
  }
  if (from == 0 && to * bpf == gst_buffer_get_size (buffer))
    return buffer;
  clipped = from >= to ? NULL : gst_buffer_copy_region (buffer,
      GST_BUFFER_COPY_ALL, from * bpf, (to - from) * bpf);
  if (clipped)
    GST_BUFFER_PTS (clipped) = time;
  gst_buffer_unref (buffer);
  return clipped;
}

static GstFlowReturn
chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstWebAudioRecorderInput *input = pad->chaindata;
  guint64 frames;

  if (!GST_AUDIO_INFO_IS_VALID (&input->info)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  if (!start_if_armed (input)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_ERROR;
  }
  if (!(buffer = clip (input, buffer)))
    return GST_FLOW_OK;
  frames = gst_buffer_get_size (buffer) / GST_AUDIO_INFO_BPF (&input->info);
  return record (input, buffer, frames,
      to_running_time (input, GST_BUFFER_PTS (buffer)));
}

/* A sparse stream is silent for a while. */
static void
take_gap (GstWebAudioRecorderInput * input, GstEvent * event)
{
  GstClockTime time, duration;
  guint64 frames;

  gst_event_parse_gap (event, &time, &duration);
  if (!GST_CLOCK_TIME_IS_VALID (duration) || !start_if_armed (input))
    return;
  /* the format of a track that was silent from its beginning: the spec's */
  if (!GST_AUDIO_INFO_IS_VALID (&input->info))
    gst_audio_info_set_format (&input->info, GST_AUDIO_FORMAT_F32, 48000, 2,
        NULL);
  frames = gst_util_uint64_scale_round (duration,
      GST_AUDIO_INFO_RATE (&input->info), GST_SECOND);
  record (input, NULL, frames, to_running_time (input, time));
}

/* The stream collection of upstream, or one that is made of what is known */
static void
set_stream (GstWebAudioRecorderInput * input, GstEvent * event)
{
  GstWebAudioTakes *takes = input->takes;
  GstStreamCollection *collection = NULL, *old;
  GstStream *stream = NULL;
  const gchar *id;

  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_COLLECTION) {
    gst_event_parse_stream_collection (event, &collection);
  } else {
    gst_event_parse_stream_start (event, &id);
    gst_event_parse_stream (event, &stream);
    if (!stream)
      stream = gst_stream_new (id, NULL, GST_STREAM_TYPE_AUDIO,
          GST_STREAM_FLAG_NONE);
    collection = gst_stream_collection_new (id);
    gst_stream_collection_add_stream (collection, stream);
  }
  g_mutex_lock (&takes->lock);
  old = input->stream;
  input->stream = collection;
  input->ended = FALSE;
  g_mutex_unlock (&takes->lock);
  gst_clear_object (&old);
  g_object_notify (G_OBJECT (takes->bin), "stream");
}

/* All tracks have ended: so has the recording. */
static void
end_stream (GstWebAudioRecorderInput * input)
{
  GstWebAudioTakes *takes = input->takes;
  gboolean idle;

  g_mutex_lock (&takes->lock);
  input->ended = TRUE;
  if (takes->current)
    gst_web_audio_take_end (takes->current);
  idle = g_queue_is_empty (&takes->list);
  g_mutex_unlock (&takes->lock);
  /* downstream ends with the last recording, or without any */
  if (idle)
    gst_web_audio_takes_end_src (takes);
}

static void
set_flushing (GstWebAudioRecorderInput * input, gboolean flushing)
{
  GstWebAudioTakes *takes = input->takes;
  g_mutex_lock (&takes->lock);
  input->flushing = flushing;
  if (flushing)
    input->next = GST_CLOCK_TIME_NONE;
  else
    input->ended = FALSE;
  g_cond_broadcast (&takes->cond);
  g_mutex_unlock (&takes->lock);
}

/* A flush is for the input only: what was recorded stays. */
static gboolean
sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstWebAudioRecorderInput *input = pad->eventdata;
  gboolean taken = TRUE;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
    case GST_EVENT_STREAM_COLLECTION:
      set_stream (input, event);
      break;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      taken = gst_audio_info_from_caps (&input->info, caps);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &input->segment);
      break;
    case GST_EVENT_GAP:
      take_gap (input, event);
      break;
    case GST_EVENT_EOS:
      end_stream (input);
      break;
    case GST_EVENT_FLUSH_START:
      set_flushing (input, TRUE);
      break;
    case GST_EVENT_FLUSH_STOP:
      set_flushing (input, FALSE);
      gst_segment_init (&input->segment, GST_FORMAT_UNDEFINED);
      break;
    default:
      break;
  }
  gst_event_unref (event);
  return taken;
}

static gboolean
sink_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
    case GST_QUERY_ACCEPT_CAPS:
      return gst_pad_query_default (pad, parent, query);
    default:
      /* between our pads lies a file format: nothing else means anything */
      return FALSE;
  }
}


/*
 * gst_web_audio_recorder_input_init:
 * @pad: a sink pad of the recorder
 * @takes: the recorder's
 * @start: starts a take, if it can
 */
void
gst_web_audio_recorder_input_init (GstWebAudioRecorderInput * input,
    GstPad * pad, GstWebAudioTakes * takes, GstWebAudioRecorderStart start)
{
  input->pad = pad;
  input->takes = takes;
  input->start = start;
  input->next = GST_CLOCK_TIME_NONE;
  gst_audio_info_init (&input->info);
  gst_pad_set_chain_function_full (pad, chain, input, NULL);
  gst_pad_set_event_function_full (pad, sink_event, input, NULL);
  gst_pad_set_query_function (pad, sink_query);
}

/*
 * gst_web_audio_recorder_input_open:
 * @auto_start: the first data starts a take
 *
 * The recorder goes to PAUSED.
 */
void
gst_web_audio_recorder_input_open (GstWebAudioRecorderInput * input,
    gboolean auto_start)
{
  gst_segment_init (&input->segment, GST_FORMAT_UNDEFINED);
  gst_audio_info_init (&input->info);
  g_mutex_lock (&input->takes->lock);
  input->running = TRUE;
  input->armed = auto_start;
  input->ended = FALSE;
  input->flushing = FALSE;
  input->takes->downstream_ended = FALSE;
  input->next = GST_CLOCK_TIME_NONE;
  input->surplus = 0;
  g_mutex_unlock (&input->takes->lock);
}

/*
 * gst_web_audio_recorder_input_interrupt:
 *
 * With the lock. The recorder leaves PAUSED: no data is taken any more.
 */
void
gst_web_audio_recorder_input_interrupt (GstWebAudioRecorderInput * input)
{
  input->running = FALSE;
  input->flushing = TRUE;
  g_cond_broadcast (&input->takes->cond);
}

/*
 * gst_web_audio_recorder_input_close:
 *
 * The recorder has left PAUSED: there is no stream.
 */
void
gst_web_audio_recorder_input_close (GstWebAudioRecorderInput * input)
{
  GstStreamCollection *stream;

  g_mutex_lock (&input->takes->lock);
  stream = g_steal_pointer (&input->stream);
  g_mutex_unlock (&input->takes->lock);
  if (!stream)
    return;
  gst_object_unref (stream);
  g_object_notify (G_OBJECT (input->takes->bin), "stream");
}

/*
 * gst_web_audio_recorder_input_has_stream:
 *
 * With the lock.
 *
 * Returns: whether there is anything to record
 */
gboolean
gst_web_audio_recorder_input_has_stream (GstWebAudioRecorderInput * input)
{
  return input->running && !input->ended && gst_pad_is_linked (input->pad);
}

/*
 * gst_web_audio_recorder_input_restart:
 *
 * With the lock. A recording begins or goes on: what comes next follows what was
 * recorded before, whatever its time, and starts nothing itself.
 */
void
gst_web_audio_recorder_input_restart (GstWebAudioRecorderInput * input)
{
  input->armed = FALSE;
  input->next = GST_CLOCK_TIME_NONE;
}
