/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An AudioParam. In a block it is the intrinsic value, which is a control
 * binding's or the timeline's, plus what is connected to it.
 * https://webaudio.github.io/web-audio-api/#computation-of-value
 *
 * Whoever schedules takes the object lock and nothing else; the rendering
 * thread takes it to read the block's values.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>

#include "graph.h"
#include "input.h"
#include "param.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

enum
{
  PROP_0,
  PROP_VALUE,
  PROP_DEFAULT_VALUE,
  PROP_MIN_VALUE,
  PROP_MAX_VALUE,
  PROP_AUTOMATION_RATE,
  PROP_AUTOMATION,
  PROP_ERROR
};

static void automation_init (GstWebAudioAutomationInterface * iface);

G_DEFINE_TYPE_WITH_CODE (GstWebAudioParam, gst_web_audio_param,
    GST_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (GST_TYPE_WEB_AUDIO_AUTOMATION,
        automation_init));

static const GParamSpecDouble *
get_range (GstWebAudioParam * param)
{
  return G_PARAM_SPEC_DOUBLE (param->pspec);
}

/* Control bindings */

static GstControlBinding *
find_enabled (GstObject * object, const gchar * property)
{
  GstControlBinding *binding;

  /* nearly always, so it is asked without a lock */
  if (!g_atomic_pointer_get (&object->control_bindings))
    return NULL;
  binding = gst_object_get_control_binding (object, property);
  if (binding && gst_control_binding_is_disabled (binding))
    gst_clear_object (&binding);
  return binding;
}

/* What controls the parameter now, owned, or NULL: a binding of the node's
 * property or of the parameter's own. */
static GstControlBinding *
get_binding (GstWebAudioParam * param)
{
  GstControlBinding *binding = find_enabled (GST_OBJECT_CAST (param->node),
      param->pspec->name);

  return binding ? binding : find_enabled (GST_OBJECT_CAST (param), "value");
}

/* Computing */

/* Reads one block */
typedef struct
{
  GstWebAudioParam *param;
  GstControlBinding *binding;
  gint rate;
  guint64 frame;
  guint n;
  gboolean k_rate;
  gboolean wants_trim;
} Reading;

/* The binding's value at the exact time of a frame: an interval in nanoseconds
 * would drift. Where it has none, as triggers mostly have, the last one stays;
 * before the first that is @value. */
static gdouble
ask_binding (const Reading * reading, guint64 frame, gdouble value)
{
  GstWebAudioParam *param = reading->param;
  gdouble asked = NAN;

  gst_control_binding_get_value_array (reading->binding,
      gst_util_uint64_scale (frame, GST_SECOND, reading->rate), GST_SECOND, 1,
      &asked);
  if (isfinite (asked))
    param->bound = asked;
  return isnan (param->bound) ? value : param->bound;
}

static guint64
quantum_of (guint64 frame)
{
  return frame - frame % GST_WEB_AUDIO_QUANTUM;
}

/* What is connected to the parameter, at @frame, or 0. */
static gdouble
input_at (GstWebAudioParam * param, guint64 frame)
{
  const GstWebAudioBlock *input = &param->input;

  if (!input->buffer || frame < param->input_frame
      || frame - param->input_frame >= input->frames)
    return 0;
  return input->data[frame - param->input_frame];
}

static gdouble
intrinsic_at (const Reading * reading, guint64 frame)
{
  GstWebAudioParam *param = reading->param;
  gdouble value;

  GST_OBJECT_LOCK (param);
  value = param->current;
  if (!reading->binding)
    webaudio_timeline_read (param->schedule.timeline, reading->rate, frame, 1,
        &value, &value);
  GST_OBJECT_UNLOCK (param);
  return reading->binding ? ask_binding (reading, frame, value) : value;
}

static inline gdouble
limit (GstWebAudioParam * param, gdouble value)
{
  const GParamSpecDouble *range = get_range (param);

  if (isnan (value))
    value = range->default_value;
  if (param->flags & GST_WEB_AUDIO_PARAM_COMPOUND)
    return value;
  return CLAMP (value, range->minimum, range->maximum);
}

/* Blocks grow seldom, and most parameters never need this. */
static void
ensure_capacity (GstWebAudioParam * param, guint n)
{
  if (n <= param->capacity)
    return;
  param->values = g_renew (gdouble, param->values, n);
  param->capacity = n;
}

/* Lets the timeline go on and remembers what it is now. Needs the object
 * lock. */
static void
conclude (const Reading * reading, gdouble current)
{
  GstWebAudioParam *param = reading->param;

  param->current = current;
  webaudio_timeline_pass (param->schedule.timeline,
      (reading->frame + reading->n) / (gdouble) reading->rate);
}

/* Whether one value may be that of all frames without a look at each quantum. */
static gboolean
may_be_still (const Reading * reading)
{
  GstWebAudioParam *param = reading->param;

  if (reading->binding)
    return FALSE;
  return !reading->k_rate || (!param->input.buffer
      && reading->frame == quantum_of (reading->frame)
      && param->held_quantum != reading->frame);
}

/* The one look that is enough for most blocks: whether all frames have the same
 * intrinsic value, *@value, which else is that of the frame before. */
static gboolean
read_still (Reading * reading, gdouble * value)
{
  GstWebAudioParam *param = reading->param;
  WebAudioTimeline *timeline = param->schedule.timeline;
  gboolean still;

  GST_OBJECT_LOCK (param);
  reading->k_rate = param->rate == GST_WEB_AUDIO_AUTOMATION_RATE_K;
  reading->wants_trim = webaudio_timeline_wants_trim (timeline);
  *value = param->current;
  still = may_be_still (reading) && webaudio_timeline_read (timeline,
      reading->rate, reading->frame, reading->n, NULL, value);
  if (still)
    conclude (reading, *value);
  GST_OBJECT_UNLOCK (param);
  return still;
}

/* The intrinsic values; before them it was @value. */
static const gdouble *
read_a_rate (const Reading * reading, gdouble value)
{
  GstWebAudioParam *param = reading->param;
  guint64 last = quantum_of (reading->frame + reading->n - 1);
  guint i, at = last > reading->frame ? last - reading->frame : 0;

  ensure_capacity (param, reading->n);
  for (i = 0; reading->binding && i < reading->n; i++)
    param->values[i] = ask_binding (reading, reading->frame + i, value);
  GST_OBJECT_LOCK (param);
  /* it may have become constant meanwhile */
  if (!reading->binding && webaudio_timeline_read (param->schedule.timeline,
          reading->rate, reading->frame, reading->n, param->values, &value)) {
    for (i = 0; i < reading->n; i++)
      param->values[i] = value;
  }
  conclude (reading, param->values[at]);
  GST_OBJECT_UNLOCK (param);
  return param->values;
}

/* The sum of both for the whole quantum that @frame is in. */
static gdouble
read_quantum (const Reading * reading, guint64 frame, gdouble * intrinsic)
{
  GstWebAudioParam *param = reading->param;
  guint64 quantum = quantum_of (frame);

  if (param->held_quantum == quantum)
    return param->held_value;
  *intrinsic = intrinsic_at (reading, quantum);
  /* after a seek into a quantum its first frame is not there */
  param->held_value = limit (param, *intrinsic + input_at (param,
          MAX (quantum, param->input_frame)));
  param->held_quantum = quantum;
  return param->held_value;
}

/* Remembers what the last quantum has. */
static void
hold (const Reading * reading, gdouble value)
{
  GstWebAudioParam *param = reading->param;

  param->held_quantum = quantum_of (reading->frame + reading->n - 1);
  param->held_value = value;
}

static const gdouble *
read_k_rate (const Reading * reading, gdouble * value)
{
  GstWebAudioParam *param = reading->param;
  gdouble intrinsic = *value, last;
  gboolean constant = TRUE;
  guint done, count, i;

  *value = last = read_quantum (reading, reading->frame, &intrinsic);
  for (done = 0; done < reading->n; done += count) {
    guint64 frame = reading->frame + done;

    count = quantum_of (frame) + GST_WEB_AUDIO_QUANTUM - frame;
    count = MIN (count, reading->n - done);
    last = read_quantum (reading, frame, &intrinsic);
    if (constant && last != *value) {
      constant = FALSE;
      ensure_capacity (param, reading->n);
      for (i = 0; i < done; i++)
        param->values[i] = *value;
    }
    for (i = 0; !constant && i < count; i++)
      param->values[done + i] = last;
  }
  GST_OBJECT_LOCK (param);
  conclude (reading, intrinsic);
  GST_OBJECT_UNLOCK (param);
  return constant ? NULL : param->values;
}

/* Adds what is connected. */
static void
add_input (const Reading * reading, gdouble * values)
{
  const GstWebAudioBlock *input = &reading->param->input;
  guint64 before = reading->frame - reading->param->input_frame;
  guint i;

  if (!input->buffer || reading->frame < reading->param->input_frame
      || before + reading->n > input->frames)
    return;
  for (i = 0; i < reading->n; i++)
    values[i] += input->data[before + i];
}

/* Makes the intrinsic values, which are all @value if @values is NULL, those to
 * be rendered with. */
static const gdouble *
complete (const Reading * reading, const gdouble * values, gdouble value)
{
  GstWebAudioParam *param = reading->param;
  gdouble *out;
  guint i;

  ensure_capacity (param, reading->n);
  out = param->values;
  for (i = 0; !values && i < reading->n; i++)
    out[i] = value;
  add_input (reading, out);
  for (i = 0; i < reading->n; i++)
    out[i] = limit (param, out[i]);
  return out;
}

/* Whether values may have to be limited: those of events are floats, those of
 * bindings may be anything. */
static gboolean
has_limits (const Reading * reading)
{
  const GParamSpecDouble *range = get_range (reading->param);

  return reading->binding || (!(reading->param->flags &
          GST_WEB_AUDIO_PARAM_COMPOUND) && (range->minimum > -G_MAXFLOAT
          || range->maximum < G_MAXFLOAT));
}

static void
trim_later (gpointer object)
{
  GstWebAudioParam *param = object;

  GST_OBJECT_LOCK (param);
  webaudio_timeline_trim (param->schedule.timeline);
  GST_OBJECT_UNLOCK (param);
}

/*
 * gst_web_audio_param_values:
 * @frame: number of the first frame
 * @n: number of frames, at least 1
 * @value: (out): the value, where all frames have the same
 *
 * The values that a node is to render with, clamped to the nominal range (those
 * of a compound parameter are not). For each frame once and in order; frames
 * before the block that is being rendered have no input any longer, so they are
 * to be read by themselves.
 *
 * Returns: (nullable) (array length=n): a value for each frame, until the next
 *     call; %NULL where all are @value
 */
const gdouble *
gst_web_audio_param_values (GstWebAudioParam * param, guint64 frame, guint n,
    gdouble * value)
{
  Reading reading = { param, get_binding (param), param->node->graph->rate,
    frame, n, FALSE, FALSE
  };
  const gdouble *values = NULL;
  gboolean still = read_still (&reading, value);

  if (G_UNLIKELY (reading.wants_trim))
    gst_web_audio_defer (trim_later, param);
  if (!reading.binding)
    param->bound = NAN;

  if (still && (reading.k_rate || !param->input.buffer)) {
    *value = limit (param, *value);
    if (reading.k_rate)
      hold (&reading, *value);
  } else if (reading.k_rate) {
    values = read_k_rate (&reading, value);
  } else {
    if (!still)
      values = read_a_rate (&reading, *value);
    if (!values || param->input.buffer || has_limits (&reading))
      values = complete (&reading, values, *value);
  }
  param->read_to = frame + n;
  gst_clear_object (&reading.binding);
  return values;
}

static gboolean
has_inputs (GstWebAudioParam * param)
{
  GPtrArray *inputs = param->node->inputs;
  guint i;

  for (i = 0; i < inputs->len; i++)
    if (((GstWebAudioInput *) g_ptr_array_index (inputs, i))->param == param)
      return TRUE;
  return FALSE;
}

/*
 * gst_web_audio_param_is_constant:
 * @frame: the one that will be rendered next
 * @n: number of frames, at least 1; %G_MAXUINT64 for all that will be
 * @value: (out): the value, if it is known
 *
 * Looks ahead. What is connected, or bound, may be anything; what is set or
 * scheduled later does not count. Needs the graph's lock.
 *
 * Returns: whether the frames will be rendered with the same value
 */
gboolean
gst_web_audio_param_is_constant (GstWebAudioParam * param, guint64 frame,
    guint64 n, gdouble * value)
{
  GstControlBinding *binding = get_binding (param);
  gboolean constant = FALSE;

  if (!binding && !has_inputs (param)) {
    GST_OBJECT_LOCK (param);
    *value = param->current;
    constant = webaudio_timeline_read (param->schedule.timeline,
        param->node->graph->rate, frame, MIN (n, G_MAXUINT64 - frame), NULL,
        value);
    GST_OBJECT_UNLOCK (param);
    *value = limit (param, *value);
  }
  gst_clear_object (&binding);
  return constant;
}

/* What is connected */

/* Adds what @input delivers. */
static GstFlowReturn
add_one (GstWebAudioParam * param, GstWebAudioInput * input, guint64 frame,
    guint frames)
{
  GstWebAudioBlock block;
  GstFlowReturn flow = gst_web_audio_input_take (input, frame, frames, &block);
  gboolean first = param->input.buffer == NULL;

  switch (flow) {
    case GST_FLOW_OK:
      break;
    case GST_FLOW_EOS:
    case GST_FLOW_NOT_LINKED:
    case GST_FLOW_FLUSHING:
      return GST_FLOW_OK;
    default:
      return flow;
  }
  if (!block.silent) {
    if (first && !gst_web_audio_node_acquire (param->node, &param->input, 1,
            frame, frames, FALSE)) {
      gst_web_audio_block_clear (&block);
      return GST_FLOW_ERROR;
    }
    gst_web_audio_block_mix (&param->input, 0, &block, 0, block.frames,
        GST_WEB_AUDIO_CHANNEL_INTERPRETATION_SPEAKERS, !first);
    if (first && block.frames < frames)
      gst_web_audio_block_silence (&param->input, block.frames,
          frames - block.frames);
  }
  gst_web_audio_block_clear (&block);
  return GST_FLOW_OK;
}

/*
 * gst_web_audio_param_gather:
 *
 * Takes from everything that is connected to the parameter, whether it will be
 * read or not, so that all go on together. Needs the graph's lock.
 *
 * Returns: an error of rendering; an end is none
 */
GstFlowReturn
gst_web_audio_param_gather (GstWebAudioParam * param, guint64 frame,
    guint frames)
{
  GPtrArray *inputs = param->node->inputs;
  GstFlowReturn flow = GST_FLOW_OK;
  guint i;

  param->input_frame = frame;
  for (i = 0; i < inputs->len && flow == GST_FLOW_OK; i++) {
    GstWebAudioInput *input = g_ptr_array_index (inputs, i);

    if (input->param == param)
      flow = add_one (param, input, frame, frames);
  }
  return flow;
}

/*
 * gst_web_audio_param_finish:
 *
 * The frames have been rendered. What the node did not read of them, since it
 * was silent, passes all the same.
 */
void
gst_web_audio_param_finish (GstWebAudioParam * param, guint64 frame,
    guint frames)
{
  guint64 end = frame + frames, from = MAX (frame, param->read_to);
  gdouble value;

  if (from < end)
    gst_web_audio_param_values (param, from, end - from, &value);
  if (param->input.buffer)
    gst_web_audio_block_clear (&param->input);
}

/*
 * gst_web_audio_param_seek:
 * @time: seconds
 *
 * Rendering goes on there. Needs the graph's lock.
 */
void
gst_web_audio_param_seek (GstWebAudioParam * param, gdouble time)
{
  GST_OBJECT_LOCK (param);
  webaudio_timeline_seek (param->schedule.timeline, time);
  GST_OBJECT_UNLOCK (param);
  param->held_quantum = G_MAXUINT64;
  param->bound = NAN;
  param->read_to = 0;
}

/* Scheduling */

static GstWebAudioSchedule *
get_schedule (GstWebAudioAutomation * self)
{
  return &GST_WEB_AUDIO_PARAM_CAST (self)->schedule;
}

static gdouble
get_now (GstWebAudioAutomation * self)
{
  GstObject *node = gst_object_get_parent (GST_OBJECT_CAST (self));
  gdouble now = 0;

  if (node) {
    now = gst_web_audio_graph_get_time (GST_WEB_AUDIO_NODE_CAST (node));
    gst_object_unref (node);
  }
  return now;
}

static void
automation_init (GstWebAudioAutomationInterface * iface)
{
  iface->get_schedule = get_schedule;
  iface->get_now = get_now;
}

/*
 * gst_web_audio_param_set_value:
 *
 * The setter of value: from now on; not a finite number, or now in a curve, is
 * a warning and no change.
 */
void
gst_web_audio_param_set_value (GstWebAudioParam * param, gdouble value)
{
  if (!gst_web_audio_automation_set_value (param, value))
    return;
  GST_OBJECT_LOCK (param);
  param->current = value;
  GST_OBJECT_UNLOCK (param);
}

gdouble
gst_web_audio_param_get_value (GstWebAudioParam * param)
{
  gdouble value;

  GST_OBJECT_LOCK (param);
  value = param->current;
  GST_OBJECT_UNLOCK (param);
  return value;
}

static void
set_rate (GstWebAudioParam * param, GstWebAudioAutomationRate rate)
{
  gboolean refused;

  GST_OBJECT_LOCK (param);
  refused = (param->flags & GST_WEB_AUDIO_PARAM_FIXED_RATE)
      && rate != param->rate;
  if (!refused)
    param->rate = rate;
  GST_OBJECT_UNLOCK (param);
  if (refused)
    gst_web_audio_automation_refuse (param,
        GST_WEB_AUDIO_AUTOMATION_ERROR_INVALID_STATE, "automation-rate",
        "InvalidStateError: that of this parameter is fixed");
}

/* A refused text is an error that one makes on a command line, where nobody
 * asks for the property error. */
static void
set_text (GstWebAudioParam * param, const gchar * text)
{
  gboolean accepted = gst_web_audio_automation_set_text (param, text);
  GError *error = gst_web_audio_automation_copy_error (param), *old;

  GST_OBJECT_LOCK (param);
  old = param->unreported;
  param->unreported = accepted ? NULL : error;
  GST_OBJECT_UNLOCK (param);
  g_clear_error (&old);
  if (accepted)
    g_clear_error (&error);
  else
    gst_web_audio_param_report (param);
}

static GError *
take_unreported (GstWebAudioParam * param)
{
  GError *error;

  GST_OBJECT_LOCK (param);
  error = param->unreported;
  param->unreported = NULL;
  GST_OBJECT_UNLOCK (param);
  return error;
}

/*
 * gst_web_audio_param_report:
 *
 * Posts why the last text was refused, if it was and that was not posted yet,
 * as soon as somebody may read it.
 */
void
gst_web_audio_param_report (GstWebAudioParam * param)
{
  GstObject *node = gst_object_get_parent (GST_OBJECT_CAST (param));
  GError *error = NULL;

  if (node && GST_STATE_TARGET (node) > GST_STATE_NULL)
    error = take_unreported (param);
  if (error)
    GST_ELEMENT_WARNING (node, LIBRARY, SETTINGS,
        ("%s stays as it was: %s.", param->pspec->name, error->message),
        (NULL));
  g_clear_error (&error);
  gst_clear_object (&node);
}

/* The object */

static void
gst_web_audio_param_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioParam *param = GST_WEB_AUDIO_PARAM (object);

  switch (id) {
    case PROP_VALUE:
      gst_web_audio_param_set_value (param, g_value_get_double (value));
      break;
    case PROP_AUTOMATION_RATE:
      set_rate (param, g_value_get_enum (value));
      break;
    case PROP_AUTOMATION:
      set_text (param, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_param_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstWebAudioParam *param = GST_WEB_AUDIO_PARAM (object);

  switch (id) {
    case PROP_VALUE:
      g_value_set_double (value, gst_web_audio_param_get_value (param));
      break;
    case PROP_DEFAULT_VALUE:
      g_value_set_double (value, get_range (param)->default_value);
      break;
    case PROP_MIN_VALUE:
      g_value_set_double (value, get_range (param)->minimum);
      break;
    case PROP_MAX_VALUE:
      g_value_set_double (value, get_range (param)->maximum);
      break;
    case PROP_AUTOMATION_RATE:
      GST_OBJECT_LOCK (param);
      g_value_set_enum (value, param->rate);
      GST_OBJECT_UNLOCK (param);
      break;
    case PROP_AUTOMATION:
      g_value_take_string (value, gst_web_audio_automation_get_text (param));
      break;
    case PROP_ERROR:
      g_value_take_boxed (value, gst_web_audio_automation_copy_error (param));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_param_finalize (GObject * object)
{
  GstWebAudioParam *param = GST_WEB_AUDIO_PARAM (object);

  gst_web_audio_schedule_clear (&param->schedule);
  g_clear_error (&param->unreported);
  g_free (param->values);
  g_param_spec_unref (param->pspec);
  G_OBJECT_CLASS (gst_web_audio_param_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstWebAudioParam:value:
   *
   * The value at the beginning of the quantum that was rendered last, without
   * what is connected and not clamped. Setting it schedules it for now. A
   * control binding takes the place of the timeline.
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-value
   */
  g_object_class_install_property (object_class, PROP_VALUE,
      g_param_spec_double ("value", "Value", "Value now", -G_MAXFLOAT,
          G_MAXFLOAT, 0, writable | GST_PARAM_CONTROLLABLE));
  /**
   * GstWebAudioParam:default-value:
   *
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-defaultvalue
   */
  g_object_class_install_property (object_class, PROP_DEFAULT_VALUE,
      g_param_spec_double ("default-value", "Default value", "Initial value",
          -G_MAXFLOAT, G_MAXFLOAT, 0, readable));
  /**
   * GstWebAudioParam:min-value:
   *
   * What the parameter is at least when it is used.
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-minvalue
   */
  g_object_class_install_property (object_class, PROP_MIN_VALUE,
      g_param_spec_double ("min-value", "Minimum value",
          "What it is at least when it is used", -G_MAXFLOAT, G_MAXFLOAT, 0,
          readable));
  /**
   * GstWebAudioParam:max-value:
   *
   * What the parameter is at most when it is used.
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-maxvalue
   */
  g_object_class_install_property (object_class, PROP_MAX_VALUE,
      g_param_spec_double ("max-value", "Maximum value",
          "What it is at most when it is used", -G_MAXFLOAT, G_MAXFLOAT, 0,
          readable));
  /**
   * GstWebAudioParam:automation-rate:
   *
   * Whether there is a value for each frame or for each quantum of 128. Where
   * the spec does not allow a change there is none.
   * https://webaudio.github.io/web-audio-api/#dom-audioparam-automationrate
   */
  g_object_class_install_property (object_class, PROP_AUTOMATION_RATE,
      g_param_spec_enum ("automation-rate", "Automation rate",
          "Whether there is a value for each frame or for each 128 frames",
          GST_TYPE_WEB_AUDIO_AUTOMATION_RATE, GST_WEB_AUDIO_AUTOMATION_RATE_A,
          writable));
  g_object_class_override_property (object_class, PROP_AUTOMATION,
      "automation");
  g_object_class_override_property (object_class, PROP_ERROR, "error");
}

static void
gst_web_audio_param_class_init (GstWebAudioParamClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_web_audio_param_set_property;
  object_class->get_property = gst_web_audio_param_get_property;
  object_class->finalize = gst_web_audio_param_finalize;
  install_properties (object_class);
}

static void
gst_web_audio_param_init (GstWebAudioParam * param)
{
  param->held_quantum = G_MAXUINT64;
  param->bound = NAN;
}

/*
 * gst_web_audio_param_new:
 * @pspec: the node's property
 *
 * Returns: (transfer floating): a parameter of @node, named like the property
 */
GstWebAudioParam *
gst_web_audio_param_new (GstWebAudioNode * node, GParamSpec * pspec,
    GstWebAudioParamFlags flags)
{
  GstWebAudioParam *param = g_object_new (GST_TYPE_WEB_AUDIO_PARAM, "name",
      pspec->name, NULL);

  param->node = node;
  param->pspec = g_param_spec_ref (pspec);
  param->flags = flags;
  param->rate = flags & GST_WEB_AUDIO_PARAM_K_RATE ?
      GST_WEB_AUDIO_AUTOMATION_RATE_K : GST_WEB_AUDIO_AUTOMATION_RATE_A;
  param->current = get_range (param)->default_value;
  gst_web_audio_schedule_init (&param->schedule, param->current, FALSE);
  return param;
}
