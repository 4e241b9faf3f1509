/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-audiolistener
 * @title: audiolistener
 * @see_also: panner
 *
 * The AudioListener of Web Audio: where the ears of a pipeline are. Every panner
 * of the pipeline is heard from there, in whatever bin it is; there are no audio
 * pads. A pipeline without one is heard from (0, 0, 0), looking towards -z, with
 * y upwards, and one cannot have two.
 * https://webaudio.github.io/web-audio-api/#AudioListener
 *
 * The source on the right is passed by, within four seconds:
 * |[
 * gst-launch-1.0 oscillator type=sawtooth stop=4000000000 ! panner position-x=1 ! autoaudiosink audiolistener position-z::automation="setValueAtTime(5, 0) linearRampToValueAtTime(-5, 4)"
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../graph/bond.h"
#include "../graph/graph.h"
#include "../graph/param.h"
#include "audiolistener.h"

/* How much of the past is kept: panners in front of different sinks need not
 * render at the same time. A power of two. */
#define N_QUANTA 1024

/**
 * Quantum:
 * @number: which one, or %G_MAXUINT64 for none
 * @varying: a bit for each parameter whose values are in the ring
 * @value: of each parameter, in the first frame
 */
typedef struct
{
  guint64 number;
  guint varying;
  gdouble value[GST_WEB_AUDIO_LISTENER_PARAMS];
} Quantum;

/* All but what the parameters have is the rendering thread's. */
struct _GstWebAudioAudioListener
{
  GstWebAudioNode parent;

  Quantum *quanta;              /* N_QUANTA */
  gdouble *rings[GST_WEB_AUDIO_LISTENER_PARAMS];        /* of N_QUANTA quanta,
                                                         * once it varies */
  guint64 last;                 /* the quantum that was rendered last */
};

G_DEFINE_TYPE (GstWebAudioAudioListener, gst_web_audio_audio_listener,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (audiolistener, "audiolistener", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_AUDIO_LISTENER);

static gdouble *
get_ring (GstWebAudioAudioListener * self, guint param, guint64 quantum)
{
  if (G_UNLIKELY (!self->rings[param]))
    self->rings[param] = g_new (gdouble, N_QUANTA * GST_WEB_AUDIO_QUANTUM);
  return self->rings[param] + quantum % N_QUANTA * GST_WEB_AUDIO_QUANTUM;
}

/* Begins a quantum with its first frame, or with the first that there is. */
static Quantum *
enter_quantum (GstWebAudioAudioListener * self, guint64 number)
{
  Quantum *quantum = &self->quanta[number % N_QUANTA];

  self->last = number;
  if (quantum->number != number) {
    quantum->number = number;
    quantum->varying = 0;
  }
  return quantum;
}

/* Writes @n values of a parameter, from frame @at of a quantum on. @values is
 * NULL where all are @value. */
static void
keep_values (GstWebAudioAudioListener * self, Quantum * quantum, guint param,
    guint at, guint n, const gdouble * values, gdouble value)
{
  gdouble *ring;
  guint i;

  if (at == 0)
    quantum->value[param] = values ? values[0] : value;
  if (!values && n == GST_WEB_AUDIO_QUANTUM) {
    quantum->varying &= ~(1u << param);
    return;
  }
  ring = get_ring (self, param, quantum->number);
  if (at > 0 && !(quantum->varying & 1u << param)) {
    quantum->value[param] = values ? values[0] : value;
    for (i = 0; i < at; i++)
      ring[i] = quantum->value[param];
  }
  quantum->varying |= 1u << param;
  for (i = at; i < GST_WEB_AUDIO_QUANTUM; i++)
    ring[i] = values ? values[MIN (i - at, n - 1)] : value;
}

static GstFlowReturn
gst_web_audio_audio_listener_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioAudioListener *self = GST_WEB_AUDIO_AUDIO_LISTENER (node);
  guint param, done, n;

  for (param = 0; param < GST_WEB_AUDIO_LISTENER_PARAMS; param++) {
    gdouble value;
    const gdouble *values =
        gst_web_audio_param_values (gst_web_audio_node_get_param (node, param),
        frame, block->frames, &value);

    for (done = 0; done < block->frames; done += n) {
      guint at = (frame + done) % GST_WEB_AUDIO_QUANTUM;

      n = MIN (block->frames - done, GST_WEB_AUDIO_QUANTUM - at);
      keep_values (self, enter_quantum (self,
              (frame + done) / GST_WEB_AUDIO_QUANTUM), param, at, n,
          values ? values + done : NULL, value);
    }
  }
  return GST_FLOW_OK;
}

/*
 * gst_web_audio_audio_listener_read:
 * @quantum: number of the first frame, divided by 128
 * @listening: (out): the listener there; of a quantum that has not been rendered
 *     or is too long ago, that of the last one
 *
 * For panners, while they render. Needs the graph's lock.
 */
void
gst_web_audio_audio_listener_read (GstWebAudioAudioListener * self,
    guint64 quantum, GstWebAudioListening * listening)
{
  const Quantum *there = &self->quanta[quantum % N_QUANTA];
  guint param;

  if (there->number != quantum)
    there = &self->quanta[self->last % N_QUANTA];
  for (param = 0; param < GST_WEB_AUDIO_LISTENER_PARAMS; param++) {
    listening->value[param] = there->value[param];
    listening->values[param] = there->varying & 1u << param ?
        get_ring (self, param, there->number) : NULL;
  }
}

static gdouble
get_default (GstWebAudioNode * node, guint param)
{
  return gst_web_audio_param_get_value (gst_web_audio_node_get_param (node,
          param));
}

/* Nothing that was rendered counts any more. */
static void
forget (GstWebAudioAudioListener * self)
{
  guint i;

  for (i = 0; i < N_QUANTA; i++)
    self->quanta[i].number = G_MAXUINT64;
  self->last = 0;
  self->quanta[0].varying = 0;
  for (i = 0; i < GST_WEB_AUDIO_LISTENER_PARAMS; i++)
    self->quanta[0].value[i] = get_default (GST_WEB_AUDIO_NODE (self), i);
}

static void
gst_web_audio_audio_listener_locate (GstWebAudioNode * node, guint64 from,
    guint64 to)
{
  if (from == GST_BUFFER_OFFSET_NONE)
    forget (GST_WEB_AUDIO_AUDIO_LISTENER (node));
}

/* Whether the node has become the pipeline's only listener. */
static gboolean
become_listener (GstWebAudioNode * node)
{
  GstWebAudioGraph *graph;
  GstWebAudioNode *other;

  gst_web_audio_bond_join (node, GST_WEB_AUDIO_LISTENER_BOND);
  graph = gst_web_audio_graph_lock (node);
  other = gst_web_audio_bond_find (node, GST_TYPE_WEB_AUDIO_AUDIO_LISTENER, 0);
  if (other)
    gst_object_ref (other);
  gst_web_audio_graph_unlock (graph);
  if (!other)
    return TRUE;
  gst_web_audio_bond_leave (node);
  GST_ELEMENT_ERROR (node, LIBRARY, SETTINGS,
      ("There is a listener already: %s. A pipeline has one.",
          GST_OBJECT_NAME (other)), (NULL));
  gst_object_unref (other);
  return FALSE;
}

static GstStateChangeReturn
gst_web_audio_audio_listener_change_state (GstElement * element,
    GstStateChange transition)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !become_listener (node))
    return GST_STATE_CHANGE_FAILURE;
  result = GST_ELEMENT_CLASS
      (gst_web_audio_audio_listener_parent_class)->change_state (element,
      transition);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    gst_web_audio_bond_leave (node);
  return result;
}

static void
gst_web_audio_audio_listener_finalize (GObject * object)
{
  GstWebAudioAudioListener *self = GST_WEB_AUDIO_AUDIO_LISTENER (object);
  guint i;

  for (i = 0; i < GST_WEB_AUDIO_LISTENER_PARAMS; i++)
    g_free (self->rings[i]);
  g_free (self->quanta);
  G_OBJECT_CLASS (gst_web_audio_audio_listener_parent_class)->finalize (object);
}

static void
add_params (GstWebAudioNodeClass * node_class)
{
  /**
   * GstWebAudioAudioListener:position-x:
   *
   * Where the listener is. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-audiolistener-positionx
   */
  gst_web_audio_node_class_add_param (node_class, "position-x", "Position X",
      "Where the listener is, to the right", -G_MAXFLOAT, G_MAXFLOAT, 0, 0);
  /**
   * GstWebAudioAudioListener:position-y:
   *
   * Where the listener is. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-audiolistener-positiony
   */
  gst_web_audio_node_class_add_param (node_class, "position-y", "Position Y",
      "Where the listener is, upwards", -G_MAXFLOAT, G_MAXFLOAT, 0, 0);
  /**
   * GstWebAudioAudioListener:position-z:
   *
   * Where the listener is. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-audiolistener-positionz
   */
  gst_web_audio_node_class_add_param (node_class, "position-z", "Position Z",
      "Where the listener is, backwards", -G_MAXFLOAT, G_MAXFLOAT, 0, 0);
  /**
   * GstWebAudioAudioListener:forward-x:
   *
   * Where the listener's nose points. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-audiolistener-forwardx
   */
  gst_web_audio_node_class_add_param (node_class, "forward-x", "Forward X",
      "Where the listener's nose points, to the right", -G_MAXFLOAT,
      G_MAXFLOAT, 0, 0);
  /**
   * GstWebAudioAudioListener:forward-y:
   *
   * Where the listener's nose points. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-audiolistener-forwardy
   */
  gst_web_audio_node_class_add_param (node_class, "forward-y", "Forward Y",
      "Where the listener's nose points, upwards", -G_MAXFLOAT, G_MAXFLOAT, 0,
      0);
  /**
   * GstWebAudioAudioListener:forward-z:
   *
   * Where the listener's nose points. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-audiolistener-forwardz
   */
  gst_web_audio_node_class_add_param (node_class, "forward-z", "Forward Z",
      "Where the listener's nose points, backwards", -G_MAXFLOAT, G_MAXFLOAT,
      -1, 0);
  /**
   * GstWebAudioAudioListener:up-x:
   *
   * Where the top of the listener's head points. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-audiolistener-upx
   */
  gst_web_audio_node_class_add_param (node_class, "up-x", "Up X",
      "Where the top of the head points, to the right", -G_MAXFLOAT,
      G_MAXFLOAT, 0, 0);
  /**
   * GstWebAudioAudioListener:up-y:
   *
   * Where the top of the listener's head points. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-audiolistener-upy
   */
  gst_web_audio_node_class_add_param (node_class, "up-y", "Up Y",
      "Where the top of the head points, upwards", -G_MAXFLOAT, G_MAXFLOAT, 1,
      0);
  /**
   * GstWebAudioAudioListener:up-z:
   *
   * Where the top of the listener's head points. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-audiolistener-upz
   */
  gst_web_audio_node_class_add_param (node_class, "up-z", "Up Z",
      "Where the top of the head points, backwards", -G_MAXFLOAT, G_MAXFLOAT,
      0, 0);
}

static void
gst_web_audio_audio_listener_class_init (GstWebAudioAudioListenerClass * klass)
{
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_web_audio_audio_listener_finalize;
  GST_ELEMENT_CLASS (klass)->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_audio_listener_change_state);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Audio listener", "Audio",
      "Where the ears of the pipeline's panners are (Web Audio AudioListener)",
      "The gst-webaudio authors");
  node_class->process = gst_web_audio_audio_listener_process;
  node_class->locate = gst_web_audio_audio_listener_locate;
  node_class->turn = GST_WEB_AUDIO_TURN_FIRST;
  add_params (node_class);
}

static void
gst_web_audio_audio_listener_init (GstWebAudioAudioListener * self)
{
  self->quanta = g_new0 (Quantum, N_QUANTA);
}
