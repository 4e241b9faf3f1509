/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-analyser
 * @title: analyser
 * @see_also: spectrum, gain
 *
 * The AnalyserNode of Web Audio: passes its input on as it is, and tells at any
 * time what the last #GstWebAudioAnalyser:fft-size frames of it were, mixed to
 * mono, as a waveform or as levels of frequencies. It goes on also where
 * nothing is linked to its source pad.
 * https://webaudio.github.io/web-audio-api/#AnalyserNode
 *
 * All that is computed is computed by the thread that asks, so it costs the
 * rendering nothing but a copy. With #GstWebAudioAnalyser:post-messages it
 * posts spectra, like the element spectrum: element messages named `spectrum`,
 * after each #GstWebAudioAnalyser:interval of the stream, with
 *
 * * #GstClockTime `timestamp`: the graph's time where the interval began
 * * #GstClockTime `stream-time`, `running-time`: the same as such
 * * #GstClockTime `duration`: the interval
 * * #GstClockTime `endtime`: stream time where it ended
 * * a #GST_TYPE_LIST of #gfloat `magnitude`: level of each bin in dB, at least
 *   #GstWebAudioAnalyser:min-decibels
 *
 * |[
 * gst-launch-1.0 -m oscillator frequency=1000 stop=1000000000 ! analyser fft-size=32 post-messages=true ! autoaudiosink
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "../dsp/analyser.h"
#include "../dsp/channelmix.h"
#include "../graph/graph.h"
#include "analyser.h"

#define GST_CAT_DEFAULT gst_web_audio_analyser_debug
GST_DEBUG_CATEGORY_STATIC (gst_web_audio_analyser_debug);

#define DEFAULT_FFT_SIZE 2048
#define DEFAULT_MIN_DECIBELS (-100)
#define DEFAULT_MAX_DECIBELS (-30)
#define DEFAULT_SMOOTHING 0.8
#define DEFAULT_INTERVAL (GST_SECOND / 10)

enum
{
  PROP_0,
  PROP_FFT_SIZE,
  PROP_FREQUENCY_BIN_COUNT,
  PROP_MIN_DECIBELS,
  PROP_MAX_DECIBELS,
  PROP_SMOOTHING_TIME_CONSTANT,
  PROP_POST_MESSAGES,
  PROP_INTERVAL
};

typedef enum
{
  DATA_FLOAT_FREQUENCY,
  DATA_BYTE_FREQUENCY,
  DATA_FLOAT_TIME_DOMAIN,
  DATA_BYTE_TIME_DOMAIN,
  N_DATA
} Data;

/* What properties say. */
typedef struct
{
  guint fft_size;
  guint resizes;                /* how often that has changed */
  gdouble min_decibels;
  gdouble max_decibels;
  gdouble smoothing;
  gboolean post_messages;
  GstClockTime interval;
} Settings;

/* What was heard. Its lock is held for copies only, for the rendering thread
 * takes it, too. */
typedef struct
{
  GMutex lock;
  WebAudioHistory *history;     /* NULL before anything is rendered */
  guint64 run;                  /* counts new beginnings */
  gint rate;

  /* messages */
  gboolean posting;
  GstClockTime interval;
  guint64 anchor;               /* the frame from which intervals are counted */
  guint64 posted;               /* intervals since then */
} Heard;

/* Somebody who looks at it; one thread at a time. */
typedef struct
{
  GMutex lock;
  WebAudioSpectrum *spectrum;   /* NULL before the first look */
  gfloat *samples;              /* as many as that needs */
  guint resizes;                /* those that both know of */
  guint64 run;                  /* what it is of */
  guint64 end;                  /* the frame up to which, or none */
} Look;

struct _GstWebAudioAnalyser
{
  GstWebAudioNode parent;

  Settings settings;            /* object lock */
  Heard heard;
  Look methods;
  Look messages;
};

G_DEFINE_TYPE (GstWebAudioAnalyser, gst_web_audio_analyser,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (analyser, "analyser", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_ANALYSER);

static void
get_settings (GstWebAudioAnalyser * self, Settings * settings)
{
  GST_OBJECT_LOCK (self);
  *settings = self->settings;
  GST_OBJECT_UNLOCK (self);
}

/* Rendering */

/* Adds the block, mixed to mono whatever the node's own rules are. */
static void
hear (WebAudioHistory * history, const GstWebAudioBlock * block)
{
  const gfloat *in[GST_WEB_AUDIO_MAX_CHANNELS];
  gfloat mono[GST_WEB_AUDIO_QUANTUM], *out = mono;
  guint done, count, c;

  if (block->silent || block->channels == 1) {
    webaudio_history_write (history, block->silent ? NULL : block->data,
        block->frames);
    return;
  }
  for (done = 0; done < block->frames; done += count) {
    count = MIN (block->frames - done, GST_WEB_AUDIO_QUANTUM);
    for (c = 0; c < block->channels; c++)
      in[c] = gst_web_audio_block_plane (block, c) + done;
    webaudio_channel_mix (&out, 1, in, block->channels,
        WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, FALSE, count);
    webaudio_history_write (history, mono, count);
  }
}

static void post_due (gpointer object);

static GstFlowReturn
gst_web_audio_analyser_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioAnalyser *self = GST_WEB_AUDIO_ANALYSER (node);
  Heard *heard = &self->heard;
  Settings settings;

  get_settings (self, &settings);
  g_mutex_lock (&heard->lock);
  if (settings.post_messages && (!heard->posting
          || heard->interval != settings.interval)) {
    heard->interval = settings.interval;
    heard->anchor = frame;
    heard->posted = 0;
  }
  heard->posting = settings.post_messages;
  hear (heard->history, block);
  g_mutex_unlock (&heard->lock);
  if (settings.post_messages)
    gst_web_audio_defer (post_due, self);
  return GST_FLOW_OK;
}

static void
gst_web_audio_analyser_prepare (GstWebAudioNode * node, gint rate)
{
  Heard *heard = &GST_WEB_AUDIO_ANALYSER (node)->heard;

  g_mutex_lock (&heard->lock);
  if (!heard->history)
    heard->history = webaudio_history_new ();
  heard->rate = rate;
  g_mutex_unlock (&heard->lock);
}

/* What was left out is silence. */
static void
gst_web_audio_analyser_locate (GstWebAudioNode * node, guint64 from, guint64 to)
{
  Heard *heard = &GST_WEB_AUDIO_ANALYSER (node)->heard;
  guint64 end;

  g_mutex_lock (&heard->lock);
  end = webaudio_history_get_end (heard->history);
  if (from == GST_BUFFER_OFFSET_NONE || end > to) {
    webaudio_history_begin (heard->history, to);
    heard->run++;
    heard->anchor = to;
    heard->posted = 0;
  } else {
    webaudio_history_write (heard->history, NULL, to - end);
  }
  g_mutex_unlock (&heard->lock);
}

/* Looking */

static void
look_init (Look * look)
{
  g_mutex_init (&look->lock);
  look->end = GST_BUFFER_OFFSET_NONE;
}

static void
look_clear (Look * look)
{
  g_mutex_clear (&look->lock);
  webaudio_spectrum_free (look->spectrum);
  g_free (look->samples);
}

/* Makes it as large as the settings say. */
static void
look_resize (Look * look, const Settings * settings)
{
  if (look->spectrum && look->resizes == settings->resizes)
    return;
  webaudio_spectrum_free (look->spectrum);
  look->spectrum = webaudio_spectrum_new (settings->fft_size);
  look->samples = g_renew (gfloat, look->samples, settings->fft_size);
  look->resizes = settings->resizes;
}

/* What is seen now is of @run. */
static void
look_follow (Look * look, guint64 run)
{
  if (look->run == run)
    return;
  look->run = run;
  look->end = GST_BUFFER_OFFSET_NONE;
  webaudio_spectrum_reset (look->spectrum);
}

/* Copies the last frames to @look. A node whose sources have ended is not
 * rendered any longer, but what it would hear is silence. */
static void
listen (GstWebAudioAnalyser * self, Look * look, guint n, guint64 * run,
    guint64 * end)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);
  Heard *heard = &self->heard;
  gboolean ended = g_atomic_int_get (&node->ended);
  gint rate;
  guint64 now = gst_web_audio_graph_get_now (node, &rate);

  *end = 0;
  g_mutex_lock (&heard->lock);
  *run = heard->run;
  if (heard->history) {
    *end = webaudio_history_get_end (heard->history);
    if (ended)
      *end = MAX (*end, now);
    webaudio_history_read (heard->history, *end, look->samples, n);
  } else {
    memset (look->samples, 0, n * sizeof (gfloat));
  }
  g_mutex_unlock (&heard->lock);
}

/* The methods of the spec */

/* The size in bytes of what a method returns. */
static gsize
get_data_size (Data data, guint fft_size)
{
  switch (data) {
    case DATA_FLOAT_FREQUENCY:
      return fft_size / 2 * sizeof (gfloat);
    case DATA_BYTE_FREQUENCY:
      return fft_size / 2;
    case DATA_FLOAT_TIME_DOMAIN:
      return fft_size * sizeof (gfloat);
    default:
      return fft_size;
  }
}

/* The answer of a method, of *@size bytes. */
static gpointer
compute (GstWebAudioAnalyser * self, Data data, gsize * size)
{
  Look *look = &self->methods;
  Settings settings;
  guint64 run, end;
  gpointer answer;

  g_mutex_lock (&look->lock);
  get_settings (self, &settings);
  *size = get_data_size (data, settings.fft_size);
  answer = g_malloc (*size);
  look_resize (look, &settings);
  listen (self, look, settings.fft_size, &run, &end);
  look_follow (look, run);
  if (data == DATA_FLOAT_TIME_DOMAIN) {
    memcpy (answer, look->samples, *size);
  } else if (data == DATA_BYTE_TIME_DOMAIN) {
    webaudio_waveform_to_bytes (look->samples, answer, *size);
  } else {
    if (look->end != end)
      webaudio_spectrum_update (look->spectrum, look->samples,
          settings.smoothing);
    look->end = end;
    if (data == DATA_FLOAT_FREQUENCY)
      webaudio_spectrum_get_decibels (look->spectrum, answer);
    else
      webaudio_spectrum_get_bytes (look->spectrum, settings.min_decibels,
          settings.max_decibels, answer);
  }
  g_mutex_unlock (&look->lock);
  return answer;
}

/* As an array of gfloat or of guint. */
static void
get_array (GstWebAudioAnalyser * self, Data data, GValue * array)
{
  gboolean bytes = data == DATA_BYTE_FREQUENCY || data == DATA_BYTE_TIME_DOMAIN;
  gsize size, i;
  gpointer answer = compute (self, data, &size);
  gsize n = bytes ? size : size / sizeof (gfloat);

  gst_value_array_init (array, n);
  for (i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;

    if (bytes) {
      g_value_init (&value, G_TYPE_UINT);
      g_value_set_uint (&value, ((guint8 *) answer)[i]);
    } else {
      g_value_init (&value, G_TYPE_FLOAT);
      g_value_set_float (&value, ((gfloat *) answer)[i]);
    }
    gst_value_array_append_and_take_value (array, &value);
  }
  g_free (answer);
}

static GBytes *
get_bytes (GstWebAudioAnalyser * self, Data data)
{
  gsize size;
  gpointer answer = compute (self, data, &size);

  return g_bytes_new_take (answer, size);
}

/* One pair of signals for each kind of data; the class closure's data says
 * which. */
static void
marshal_array (GClosure * closure, GValue * result, guint n_params,
    const GValue * params, gpointer hint, gpointer data)
{
  GValue array = G_VALUE_INIT;

  get_array (g_value_get_object (&params[0]),
      GPOINTER_TO_INT (closure->data), &array);
  g_value_unset (result);
  *result = array;
}

static void
marshal_bytes (GClosure * closure, GValue * result, guint n_params,
    const GValue * params, gpointer hint, gpointer data)
{
  g_value_take_boxed (result, get_bytes (g_value_get_object (&params[0]),
          GPOINTER_TO_INT (closure->data)));
}

static void
install_method (GType type, const gchar * name, Data data, GType result,
    GClosureMarshal marshal)
{
  GClosure *closure = g_closure_new_simple (sizeof (GClosure),
      GINT_TO_POINTER (data));

  g_closure_set_marshal (closure, marshal);
  g_signal_newv (name, type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, closure, NULL,
      NULL, NULL, result, 0, NULL);
}

static void
install_methods (GType type)
{
  /**
   * GstWebAudioAnalyser::get-float-frequency-data:
   *
   * The levels of fft-size / 2 frequencies; number k is at
   * k / fft-size of the sample rate. Smoothed over the calls, as
   * #GstWebAudioAnalyser:smoothing-time-constant says; a further call before
   * something is rendered returns the same. From any thread, as all of these.
   * https://webaudio.github.io/web-audio-api/#dom-analysernode-getfloatfrequencydata
   *
   * Returns: an array of gfloat, in dB; minus infinity where there is nothing
   */
  install_method (type, "get-float-frequency-data", DATA_FLOAT_FREQUENCY,
      GST_TYPE_ARRAY, marshal_array);
  /**
   * GstWebAudioAnalyser::get-byte-frequency-data:
   *
   * The same scaled, so that #GstWebAudioAnalyser:min-decibels is 0 and
   * #GstWebAudioAnalyser:max-decibels is 255.
   * https://webaudio.github.io/web-audio-api/#dom-analysernode-getbytefrequencydata
   *
   * Returns: an array of guint
   */
  install_method (type, "get-byte-frequency-data", DATA_BYTE_FREQUENCY,
      GST_TYPE_ARRAY, marshal_array);
  /**
   * GstWebAudioAnalyser::get-float-time-domain-data:
   *
   * The last fft-size frames.
   * https://webaudio.github.io/web-audio-api/#dom-analysernode-getfloattimedomaindata
   *
   * Returns: an array of gfloat
   */
  install_method (type, "get-float-time-domain-data", DATA_FLOAT_TIME_DOMAIN,
      GST_TYPE_ARRAY, marshal_array);
  /**
   * GstWebAudioAnalyser::get-byte-time-domain-data:
   *
   * The same scaled, so that -1 is 0, 0 is 128, and 1 and above are 255.
   * https://webaudio.github.io/web-audio-api/#dom-analysernode-getbytetimedomaindata
   *
   * Returns: an array of guint
   */
  install_method (type, "get-byte-time-domain-data", DATA_BYTE_TIME_DOMAIN,
      GST_TYPE_ARRAY, marshal_array);
  /**
   * GstWebAudioAnalyser::copy-float-frequency-data:
   *
   * What #GstWebAudioAnalyser::get-float-frequency-data returns, in one piece:
   * cheaper, and for languages that do not know arrays of GStreamer.
   *
   * Returns: floats in native endianness
   */
  install_method (type, "copy-float-frequency-data", DATA_FLOAT_FREQUENCY,
      G_TYPE_BYTES, marshal_bytes);
  /**
   * GstWebAudioAnalyser::copy-byte-frequency-data:
   *
   * As #GstWebAudioAnalyser::get-byte-frequency-data.
   *
   * Returns: bytes
   */
  install_method (type, "copy-byte-frequency-data", DATA_BYTE_FREQUENCY,
      G_TYPE_BYTES, marshal_bytes);
  /**
   * GstWebAudioAnalyser::copy-float-time-domain-data:
   *
   * As #GstWebAudioAnalyser::get-float-time-domain-data.
   *
   * Returns: floats in native endianness
   */
  install_method (type, "copy-float-time-domain-data", DATA_FLOAT_TIME_DOMAIN,
      G_TYPE_BYTES, marshal_bytes);
  /**
   * GstWebAudioAnalyser::copy-byte-time-domain-data:
   *
   * As #GstWebAudioAnalyser::get-byte-time-domain-data.
   *
   * Returns: bytes
   */
  install_method (type, "copy-byte-time-domain-data", DATA_BYTE_TIME_DOMAIN,
      G_TYPE_BYTES, marshal_bytes);
}

/* Messages */

/* An interval that is over. */
typedef struct
{
  GstClockTime interval;
  gint rate;
  guint64 start;                /* frames */
  guint64 end;
  gboolean lost;                /* its frames are not there any longer */
} Interval;

/* The frame at which interval number @number ends, or none: never. */
static guint64
get_interval_end (const Heard * heard, guint64 number)
{
  GstClockTime quantum =
      gst_util_uint64_scale (GST_WEB_AUDIO_QUANTUM, GST_SECOND, heard->rate);
  guint64 frames = gst_util_uint64_scale (MAX (heard->interval, quantum),
      heard->rate * number, GST_SECOND);

  return frames < GST_BUFFER_OFFSET_NONE - heard->anchor ?
      heard->anchor + frames : GST_BUFFER_OFFSET_NONE;
}

/* Copies the end of the next interval, if that is over, to @look. */
static gboolean
take_interval (GstWebAudioAnalyser * self, Look * look,
    const Settings * settings, Interval * interval)
{
  Heard *heard = &self->heard;
  guint64 run;
  gboolean over;

  g_mutex_lock (&heard->lock);
  interval->end = get_interval_end (heard, heard->posted + 1);
  over = heard->posting
      && interval->end <= webaudio_history_get_end (heard->history);
  if (over) {
    interval->interval = heard->interval;
    interval->rate = heard->rate;
    interval->start = get_interval_end (heard, heard->posted);
    interval->lost = !webaudio_history_read (heard->history, interval->end,
        look->samples, settings->fft_size);
    heard->posted++;
  }
  run = heard->run;
  g_mutex_unlock (&heard->lock);
  look_follow (look, run);
  return over;
}

static GstMessage *
make_message (GstWebAudioAnalyser * self, const Settings * settings,
    const Interval * interval, const gfloat * levels)
{
  GstWebAudioGraph *graph = gst_web_audio_graph_lock (GST_WEB_AUDIO_NODE
      (self));
  GstSegment segment = graph->segment;
  GstClockTime time, stream_time, running_time;
  GValue list = G_VALUE_INIT;
  GstStructure *structure;
  guint i;

  gst_web_audio_graph_unlock (graph);
  time = gst_util_uint64_scale (interval->start, GST_SECOND, interval->rate);
  stream_time = gst_segment_to_stream_time (&segment, GST_FORMAT_TIME, time);
  running_time = gst_segment_to_running_time (&segment, GST_FORMAT_TIME, time);
  structure = gst_structure_new ("spectrum",
      "endtime", GST_TYPE_CLOCK_TIME, stream_time + interval->interval,
      "timestamp", G_TYPE_UINT64, time,
      "stream-time", G_TYPE_UINT64, stream_time,
      "running-time", G_TYPE_UINT64, running_time,
      "duration", G_TYPE_UINT64, interval->interval, NULL);
  gst_value_list_init (&list, settings->fft_size / 2);
  for (i = 0; i < settings->fft_size / 2; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_FLOAT);
    g_value_set_float (&value, MAX (levels[i], settings->min_decibels));
    gst_value_list_append_and_take_value (&list, &value);
  }
  gst_structure_take_value (structure, "magnitude", &list);
  return gst_message_new_element (GST_OBJECT (self), structure);
}

/* Posts the intervals that are over. Called by the rendering thread when it has
 * let go of the graph. */
static void
post_due (gpointer object)
{
  GstWebAudioAnalyser *self = object;
  Look *look = &self->messages;
  Settings settings;
  Interval interval;

  g_mutex_lock (&look->lock);
  get_settings (self, &settings);
  look_resize (look, &settings);
  while (take_interval (self, look, &settings, &interval)) {
    if (interval.lost)
      continue;
    webaudio_spectrum_update (look->spectrum, look->samples,
        settings.smoothing);
    /* the samples are not needed any longer */
    webaudio_spectrum_get_decibels (look->spectrum, look->samples);
    gst_element_post_message (GST_ELEMENT (self), make_message (self, &settings,
            &interval, look->samples));
  }
  g_mutex_unlock (&look->lock);
}

/* So that the history still has what a message is about. */
static guint
gst_web_audio_analyser_max_block (GstWebAudioNode * node)
{
  Settings settings;

  get_settings (GST_WEB_AUDIO_ANALYSER (node), &settings);
  return settings.post_messages ?
      (WEBAUDIO_HISTORY_FRAMES - WEBAUDIO_ANALYSER_MAX_SIZE) / 2 : 0;
}

/* Properties */

static void
refuse (GstWebAudioAnalyser * self, const gchar * property,
    const gchar * reason)
{
  GST_WARNING_OBJECT (self, "IndexSizeError: %s must be %s; it stays as it "
      "was", property, reason);
}

static void
set_fft_size (GstWebAudioAnalyser * self, guint size)
{
  gboolean valid = size >= WEBAUDIO_ANALYSER_MIN_SIZE
      && size <= WEBAUDIO_ANALYSER_MAX_SIZE && (size & (size - 1)) == 0;

  if (!valid) {
    refuse (self, "fft-size", "a power of two from 32 to 32768");
    return;
  }
  GST_OBJECT_LOCK (self);
  if (size != self->settings.fft_size)
    self->settings.resizes++;
  self->settings.fft_size = size;
  GST_OBJECT_UNLOCK (self);
}

static void
set_min_decibels (GstWebAudioAnalyser * self, gdouble decibels)
{
  gboolean valid;

  GST_OBJECT_LOCK (self);
  valid = isfinite (decibels) && decibels < self->settings.max_decibels;
  if (valid)
    self->settings.min_decibels = decibels;
  GST_OBJECT_UNLOCK (self);
  if (!valid)
    refuse (self, "min-decibels", "less than max-decibels");
}

static void
set_max_decibels (GstWebAudioAnalyser * self, gdouble decibels)
{
  gboolean valid;

  GST_OBJECT_LOCK (self);
  valid = isfinite (decibels) && decibels > self->settings.min_decibels;
  if (valid)
    self->settings.max_decibels = decibels;
  GST_OBJECT_UNLOCK (self);
  if (!valid)
    refuse (self, "max-decibels", "more than min-decibels");
}

static void
set_smoothing (GstWebAudioAnalyser * self, gdouble smoothing)
{
  if (!(smoothing >= 0 && smoothing <= 1)) {
    refuse (self, "smoothing-time-constant", "from 0 to 1");
    return;
  }
  GST_OBJECT_LOCK (self);
  self->settings.smoothing = smoothing;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_analyser_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioAnalyser *self = GST_WEB_AUDIO_ANALYSER (object);

  switch (id) {
    case PROP_FFT_SIZE:
      set_fft_size (self, g_value_get_uint (value));
      break;
    case PROP_MIN_DECIBELS:
      set_min_decibels (self, g_value_get_double (value));
      break;
    case PROP_MAX_DECIBELS:
      set_max_decibels (self, g_value_get_double (value));
      break;
    case PROP_SMOOTHING_TIME_CONSTANT:
      set_smoothing (self, g_value_get_double (value));
      break;
    case PROP_POST_MESSAGES:
      GST_OBJECT_LOCK (self);
      self->settings.post_messages = g_value_get_boolean (value);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_INTERVAL:
      GST_OBJECT_LOCK (self);
      self->settings.interval = g_value_get_uint64 (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_analyser_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  Settings settings;

  get_settings (GST_WEB_AUDIO_ANALYSER (object), &settings);
  switch (id) {
    case PROP_FFT_SIZE:
      g_value_set_uint (value, settings.fft_size);
      break;
    case PROP_FREQUENCY_BIN_COUNT:
      g_value_set_uint (value, settings.fft_size / 2);
      break;
    case PROP_MIN_DECIBELS:
      g_value_set_double (value, settings.min_decibels);
      break;
    case PROP_MAX_DECIBELS:
      g_value_set_double (value, settings.max_decibels);
      break;
    case PROP_SMOOTHING_TIME_CONSTANT:
      g_value_set_double (value, settings.smoothing);
      break;
    case PROP_POST_MESSAGES:
      g_value_set_boolean (value, settings.post_messages);
      break;
    case PROP_INTERVAL:
      g_value_set_uint64 (value, settings.interval);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_analyser_finalize (GObject * object)
{
  GstWebAudioAnalyser *self = GST_WEB_AUDIO_ANALYSER (object);

  look_clear (&self->methods);
  look_clear (&self->messages);
  g_mutex_clear (&self->heard.lock);
  webaudio_history_free (self->heard.history);
  G_OBJECT_CLASS (gst_web_audio_analyser_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstWebAudioAnalyser:fft-size:
   *
   * How many of the last frames are looked at: a power of two from 32 to 32768.
   * Another size forgets what was smoothed; where there was a call since the
   * last quantum, there are levels again after the next one.
   * https://webaudio.github.io/web-audio-api/#dom-analysernode-fftsize
   */
  g_object_class_install_property (object_class, PROP_FFT_SIZE,
      g_param_spec_uint ("fft-size", "FFT size", "Frames that are looked at, "
          "a power of two from 32 to 32768", 0, G_MAXUINT, DEFAULT_FFT_SIZE,
          flags));
  /**
   * GstWebAudioAnalyser:frequency-bin-count:
   *
   * Half of #GstWebAudioAnalyser:fft-size.
   * https://webaudio.github.io/web-audio-api/#dom-analysernode-frequencybincount
   */
  g_object_class_install_property (object_class, PROP_FREQUENCY_BIN_COUNT,
      g_param_spec_uint ("frequency-bin-count", "Frequency bin count",
          "How many levels there are, half of fft-size",
          WEBAUDIO_ANALYSER_MIN_SIZE / 2, WEBAUDIO_ANALYSER_MAX_SIZE / 2,
          DEFAULT_FFT_SIZE / 2, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstWebAudioAnalyser:min-decibels:
   *
   * The level that is 0 as a byte, and the least in a message. Less than
   * #GstWebAudioAnalyser:max-decibels.
   * https://webaudio.github.io/web-audio-api/#dom-analysernode-mindecibels
   */
  g_object_class_install_property (object_class, PROP_MIN_DECIBELS,
      g_param_spec_double ("min-decibels", "Minimum decibels",
          "Level in dB that is 0 as a byte, less than max-decibels",
          -G_MAXDOUBLE, G_MAXDOUBLE, DEFAULT_MIN_DECIBELS, flags));
  /**
   * GstWebAudioAnalyser:max-decibels:
   *
   * The level that is 255 as a byte. More than
   * #GstWebAudioAnalyser:min-decibels.
   * https://webaudio.github.io/web-audio-api/#dom-analysernode-maxdecibels
   */
  g_object_class_install_property (object_class, PROP_MAX_DECIBELS,
      g_param_spec_double ("max-decibels", "Maximum decibels",
          "Level in dB that is 255 as a byte, more than min-decibels",
          -G_MAXDOUBLE, G_MAXDOUBLE, DEFAULT_MAX_DECIBELS, flags));
  /**
   * GstWebAudioAnalyser:smoothing-time-constant:
   *
   * How much of the levels stays from one call (or message) to the next, from 0
   * to 1. Calls and messages know nothing of each other.
   * https://webaudio.github.io/web-audio-api/#dom-analysernode-smoothingtimeconstant
   */
  g_object_class_install_property (object_class, PROP_SMOOTHING_TIME_CONSTANT,
      g_param_spec_double ("smoothing-time-constant", "Smoothing time constant",
          "How much of the levels stays from one call to the next, from 0 to 1",
          -G_MAXDOUBLE, G_MAXDOUBLE, DEFAULT_SMOOTHING, flags));
  /**
   * GstWebAudioAnalyser:post-messages:
   *
   * Whether to post messages named spectrum, as the element of that name does.
   */
  g_object_class_install_property (object_class, PROP_POST_MESSAGES,
      g_param_spec_boolean ("post-messages", "Post messages",
          "Post a 'spectrum' element message on the bus for each interval",
          FALSE, flags));
  /**
   * GstWebAudioAnalyser:interval:
   *
   * How much of the stream there is from one message to the next, in
   * nanoseconds; at least a quantum of 128 frames.
   */
  g_object_class_install_property (object_class, PROP_INTERVAL,
      g_param_spec_uint64 ("interval", "Interval",
          "Time from one message to the next in ns, at least 128 frames", 1,
          G_MAXUINT64, DEFAULT_INTERVAL, flags));
}

static void
gst_web_audio_analyser_class_init (GstWebAudioAnalyserClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_analyser_debug, "analyser", 0,
      "Web Audio AnalyserNode");

  object_class->set_property = gst_web_audio_analyser_set_property;
  object_class->get_property = gst_web_audio_analyser_get_property;
  object_class->finalize = gst_web_audio_analyser_finalize;
  install_properties (object_class);
  install_methods (G_TYPE_FROM_CLASS (klass));

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Analyser", "Filter/Analyzer/Audio",
      "Tells the waveform and the spectrum of what passes (Web Audio "
      "AnalyserNode)", "The gst-webaudio authors");
  node_class->prepare = gst_web_audio_analyser_prepare;
  node_class->locate = gst_web_audio_analyser_locate;
  node_class->process = gst_web_audio_analyser_process;
  node_class->max_block = gst_web_audio_analyser_max_block;
  node_class->turn = GST_WEB_AUDIO_TURN_LAST;
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
}

static void
gst_web_audio_analyser_init (GstWebAudioAnalyser * self)
{
  self->settings.fft_size = DEFAULT_FFT_SIZE;
  self->settings.min_decibels = DEFAULT_MIN_DECIBELS;
  self->settings.max_decibels = DEFAULT_MAX_DECIBELS;
  self->settings.smoothing = DEFAULT_SMOOTHING;
  self->settings.interval = DEFAULT_INTERVAL;
  g_mutex_init (&self->heard.lock);
  look_init (&self->methods);
  look_init (&self->messages);
}
