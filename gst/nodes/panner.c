/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-panner
 * @title: panner
 * @see_also: audiolistener, stereopanner
 *
 * The PannerNode of Web Audio: places its input in space, as it is heard by the
 * pipeline's audiolistener. What is far is quiet, and what does not point to the
 * listener may be. By default it is panned with equal power; with
 * panning-model=hrtf each ear hears it through responses that were measured at a
 * head, for headphones.
 * https://webaudio.github.io/web-audio-api/#PannerNode
 *
 * On the right and in front, twice as far as where it is loudest:
 * |[
 * gst-launch-1.0 oscillator type=sawtooth stop=2000000000 ! panner position-x=1.2 position-z=-1.6 ! autoaudiosink
 * ]|
 *
 * Once around the head, within four seconds:
 * |[
 * gst-launch-1.0 oscillator type=sawtooth frequency=110 stop=4000000000 ! panner name=p panning-model=hrtf ! autoaudiosink oscillator frequency=0.25 ! p.position-x_0 oscillator frequency=0.25 real="<0,-1>" imag="<0,0>" ! p.position-z_0
 * ]|
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include "../dsp/panner.h"
#include "../graph/bond.h"
#include "../graph/graph.h"
#include "../graph/param.h"
#include "audiolistener.h"
#include "hrtfdata.h"
#include "panner.h"

#define GST_CAT_DEFAULT gst_web_audio_panner_debug
GST_DEBUG_CATEGORY_STATIC (gst_web_audio_panner_debug);

/* Which responses are read when the rate is not known yet */
#define LIKELY_RATE 48000

/**
 * GstWebAudioPanningModel:
 * @GST_WEB_AUDIO_PANNING_EQUALPOWER: equalpower
 * @GST_WEB_AUDIO_PANNING_HRTF: HRTF
 *
 * https://webaudio.github.io/web-audio-api/#enumdef-panningmodeltype
 */
typedef enum
{
  GST_WEB_AUDIO_PANNING_EQUALPOWER,
  GST_WEB_AUDIO_PANNING_HRTF
} GstWebAudioPanningModel;

enum
{
  PROP_0,
  PROP_PANNING_MODEL,
  PROP_DISTANCE_MODEL,
  PROP_REF_DISTANCE,
  PROP_MAX_DISTANCE,
  PROP_ROLLOFF_FACTOR,
  PROP_CONE_INNER_ANGLE,
  PROP_CONE_OUTER_ANGLE,
  PROP_CONE_OUTER_GAIN
};

/* positionX, Y, Z, orientationX, Y, Z */
#define N_PARAMS 6

/* Where the source is and where it points, in one frame */
typedef struct
{
  WebAudioVector position;
  WebAudioVector orientation;
} Source;

/* The parameters in a block: each frame's value, or one for all */
typedef struct
{
  const gdouble *values[N_PARAMS];
  gdouble value[N_PARAMS];
} Track;

struct _GstWebAudioPanner
{
  GstWebAudioNode parent;

  /* object lock */
  GstWebAudioPanningModel model;
  WebAudioPannerShape shape;
  gint rate;                    /* that of hrtf */
  const WebAudioHrtfSet *responses;
  WebAudioHrtf *hrtf;           /* while the model needs it; replaced and freed
                                 * only where nothing is rendered */
  GError *failure;              /* not posted yet */

  /* the rendering thread's */
  GstWebAudioAudioListener *listener;   /* of the bond, not owned, or NULL */
  guint bond_changes;           /* when it was found */
  WebAudioHead head;
  gdouble head_of[GST_WEB_AUDIO_LISTENER_PARAMS];       /* what it is made of */
  gboolean head_known;
  guint64 held_quantum;         /* of HRTF, whose parameters are k-rate */
  gdouble azimuth;
  gdouble elevation;
  gdouble gain;
};

G_DEFINE_TYPE (GstWebAudioPanner, gst_web_audio_panner,
    GST_TYPE_WEB_AUDIO_NODE);
GST_ELEMENT_REGISTER_DEFINE (panner, "panner", GST_RANK_NONE,
    GST_TYPE_WEB_AUDIO_PANNER);

#define GST_TYPE_WEB_AUDIO_PANNING_MODEL \
    (gst_web_audio_panning_model_get_type ())

static GType
gst_web_audio_panning_model_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_WEB_AUDIO_PANNING_EQUALPOWER, "Two loudspeakers, with equal power",
        "equalpower"},
    {GST_WEB_AUDIO_PANNING_HRTF, "Two ears, through measured responses",
        "hrtf"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioPanningModel", values);
}

#define GST_TYPE_WEB_AUDIO_DISTANCE_MODEL \
    (gst_web_audio_distance_model_get_type ())

static GType
gst_web_audio_distance_model_get_type (void)
{
  static const GEnumValue values[] = {
    {WEBAUDIO_DISTANCE_LINEAR, "Falls in a straight line", "linear"},
    {WEBAUDIO_DISTANCE_INVERSE, "Falls as one divided by the distance",
        "inverse"},
    {WEBAUDIO_DISTANCE_EXPONENTIAL, "Falls as a power of the distance",
        "exponential"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  return gst_web_audio_enum_get_type (&type, "GstWebAudioDistanceModel",
      values);
}

/* Where things are */

static void
read_track (GstWebAudioPanner * self, guint64 frame, guint n, Track * track)
{
  guint i;

  for (i = 0; i < N_PARAMS; i++)
    track->values[i] = gst_web_audio_param_values
        (gst_web_audio_node_get_param (GST_WEB_AUDIO_NODE (self), i), frame, n,
        &track->value[i]);
}

static inline gdouble
track_value (const Track * track, guint param, guint at)
{
  return track->values[param] ? track->values[param][at] : track->value[param];
}

static inline void
get_source (const Track * track, guint at, Source * source)
{
  source->position.x = track_value (track, 0, at);
  source->position.y = track_value (track, 1, at);
  source->position.z = track_value (track, 2, at);
  source->orientation.x = track_value (track, 3, at);
  source->orientation.y = track_value (track, 4, at);
  source->orientation.z = track_value (track, 5, at);
}

static gboolean
track_varies (const Track * track)
{
  guint i;

  for (i = 0; i < N_PARAMS; i++)
    if (track->values[i])
      return TRUE;
  return FALSE;
}

static gboolean
listener_varies (const GstWebAudioListening * listening)
{
  guint i;

  for (i = 0; i < GST_WEB_AUDIO_LISTENER_PARAMS; i++)
    if (listening->values[i])
      return TRUE;
  return FALSE;
}

/* The bond is searched when its members have changed, for it may have many. */
static void
find_listener (GstWebAudioPanner * self)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);
  GstWebAudioNode *found;

  if (!node->bond || self->bond_changes == node->bond->changes)
    return;
  found = gst_web_audio_bond_find (node, GST_TYPE_WEB_AUDIO_AUDIO_LISTENER, 0);
  self->bond_changes = node->bond->changes;
  self->listener = found ? GST_WEB_AUDIO_AUDIO_LISTENER (found) : NULL;
}

static void
read_listener (GstWebAudioPanner * self, guint64 quantum,
    GstWebAudioListening * listening)
{
  static const GstWebAudioListening nobody = {
    {NULL,}, {0, 0, 0, 0, 0, -1, 0, 1, 0}
  };

  if (self->listener)
    gst_web_audio_audio_listener_read (self->listener, quantum, listening);
  else
    *listening = nobody;
}

static inline gdouble
listening_value (const GstWebAudioListening * listening, guint param, guint at)
{
  return listening->values[param] ? listening->values[param][at] :
      listening->value[param];
}

static inline void
get_vector (const GstWebAudioListening * listening, guint param, guint at,
    WebAudioVector * vector)
{
  vector->x = listening_value (listening, param, at);
  vector->y = listening_value (listening, param + 1, at);
  vector->z = listening_value (listening, param + 2, at);
}

/* The head in frame @at of a quantum. */
static void
get_head (const GstWebAudioListening * listening, guint at, WebAudioHead * head)
{
  WebAudioVector position, forward, up;

  get_vector (listening, 0, at, &position);
  get_vector (listening, 3, at, &forward);
  get_vector (listening, 6, at, &up);
  webaudio_head_init (head, position, forward, up);
}

/* The head in the first frame of a quantum; it seldom moves. */
static const WebAudioHead *
get_first_head (GstWebAudioPanner * self,
    const GstWebAudioListening * listening)
{
  if (!self->head_known || memcmp (self->head_of, listening->value,
          sizeof self->head_of) != 0) {
    get_head (listening, 0, &self->head);
    memcpy (self->head_of, listening->value, sizeof self->head_of);
    self->head_known = TRUE;
  }
  return &self->head;
}

/* Rendering */

/* A part of a block that lies in one quantum */
typedef struct
{
  guint64 frame;
  guint done;                   /* frames of the block before it */
  guint n;
  const gfloat *in[2];
  gfloat *out[2];
  guint channels;
} Part;

/* What a block is rendered with */
typedef struct
{
  GstWebAudioPanningModel model;
  WebAudioPannerShape shape;
  WebAudioHrtf *hrtf;
  Track track;
} Setting;

static void
get_setting (GstWebAudioPanner * self, guint64 frame, guint n,
    Setting * setting)
{
  GST_OBJECT_LOCK (self);
  setting->model = self->model;
  setting->shape = self->shape;
  setting->hrtf = self->hrtf;
  GST_OBJECT_UNLOCK (self);
  /* without responses, which is an error, it is heard at least */
  if (!setting->hrtf)
    setting->model = GST_WEB_AUDIO_PANNING_EQUALPOWER;
  read_track (self, frame, n, &setting->track);
}

static void
get_factors (const Setting * setting, const WebAudioHead * head,
    const Source * source, guint channels, WebAudioPanFactors * factors)
{
  gdouble gain = webaudio_panner_gain (&setting->shape, head, source->position,
      source->orientation);

  webaudio_panner_get_factors (head, source->position, channels, gain, factors);
}

/* Nothing moves in this part. */
static void
pan_still (GstWebAudioPanner * self, const Setting * setting,
    const GstWebAudioListening * listening, const Part * part)
{
  WebAudioPanFactors factors;
  Source source;

  get_source (&setting->track, part->done, &source);
  get_factors (setting, get_first_head (self, listening), &source,
      part->channels, &factors);
  webaudio_pan_by (part->out, part->in, part->channels, &factors, part->n);
}

static void
pan_moving (GstWebAudioPanner * self, const Setting * setting,
    const GstWebAudioListening * listening, const Part * part)
{
  WebAudioPanFactors factors[GST_WEB_AUDIO_QUANTUM];
  guint at = part->frame % GST_WEB_AUDIO_QUANTUM, i;
  gboolean head_moves = listener_varies (listening);
  WebAudioHead head = *get_first_head (self, listening);

  for (i = 0; i < part->n; i++) {
    Source source;

    if (head_moves)
      get_head (listening, at + i, &head);
    get_source (&setting->track, part->done + i, &source);
    get_factors (setting, &head, &source, part->channels, &factors[i]);
  }
  webaudio_pan_by_each (part->out, part->in, part->channels, factors, part->n);
}

/* For HRTF all parameters are those of the first frame of the quantum. */
static void
hold (GstWebAudioPanner * self, const Setting * setting,
    const GstWebAudioListening * listening, const Part * part)
{
  guint64 quantum = part->frame / GST_WEB_AUDIO_QUANTUM;
  const WebAudioHead *head;
  Source source;

  if (self->held_quantum == quantum)
    return;
  head = get_first_head (self, listening);
  get_source (&setting->track, part->done, &source);
  webaudio_panner_direction (head, source.position, &self->azimuth,
      &self->elevation);
  self->gain = webaudio_panner_gain (&setting->shape, head, source.position,
      source.orientation);
  self->held_quantum = quantum;
}

/* Returns whether there is sound. */
static gboolean
pan_part (GstWebAudioPanner * self, const Setting * setting, gboolean silent,
    const Part * part)
{
  GstWebAudioListening listening;

  read_listener (self, part->frame / GST_WEB_AUDIO_QUANTUM, &listening);
  if (setting->model == GST_WEB_AUDIO_PANNING_HRTF) {
    hold (self, setting, &listening, part);
    return webaudio_hrtf_process (setting->hrtf, part->frame, part->out,
        silent ? NULL : part->in, part->channels, self->azimuth,
        self->elevation, self->gain, part->n);
  }
  if (track_varies (&setting->track) || listener_varies (&listening))
    pan_moving (self, setting, &listening, part);
  else
    pan_still (self, setting, &listening, part);
  return TRUE;
}

static gboolean
pan_block (GstWebAudioPanner * self, const Setting * setting, guint64 frame,
    const GstWebAudioBlock * block, const GstWebAudioBlock * result)
{
  gboolean sound = FALSE;
  guint c;
  Part part;

  part.channels = block->channels;
  for (part.done = 0; part.done < block->frames; part.done += part.n) {
    part.frame = frame + part.done;
    part.n = MIN (block->frames - part.done,
        GST_WEB_AUDIO_QUANTUM - part.frame % GST_WEB_AUDIO_QUANTUM);
    for (c = 0; c < 2; c++) {
      part.in[c] = gst_web_audio_block_plane (block, MIN (c,
              block->channels - 1)) + part.done;
      part.out[c] = gst_web_audio_block_plane (result, c) + part.done;
    }
    sound |= pan_part (self, setting, block->silent, &part);
  }
  return sound;
}

/* Puts @result in the place of @block. */
static void
replace (GstWebAudioBlock * block, const GstWebAudioBlock * result)
{
  if (result->buffer != block->buffer)
    gst_web_audio_block_clear (block);
  *block = *result;
}

static GstFlowReturn
gst_web_audio_panner_process (GstWebAudioNode * node, guint64 frame,
    GstWebAudioBlock * block)
{
  GstWebAudioPanner *self = GST_WEB_AUDIO_PANNER (node);
  GstWebAudioBlock result;
  Setting setting;
  gboolean hrtf, sound;

  find_listener (self);
  get_setting (self, frame, block->frames, &setting);
  hrtf = setting.model == GST_WEB_AUDIO_PANNING_HRTF;
  if (!hrtf && setting.hrtf && !webaudio_hrtf_is_at_rest (setting.hrtf))
    webaudio_hrtf_reset (setting.hrtf);
  if (block->silent && (!hrtf || webaudio_hrtf_is_at_rest (setting.hrtf))) {
    if (!gst_web_audio_node_acquire_result (node, block, 2, frame, &result))
      return GST_FLOW_ERROR;
    replace (block, &result);
    return GST_FLOW_OK;
  }
  if (block->silent ? !gst_web_audio_node_acquire (node, &result, 2, frame,
          block->frames, FALSE) : !gst_web_audio_node_acquire_result (node,
          block, 2, frame, &result))
    return GST_FLOW_ERROR;
  sound = pan_block (self, &setting, frame, block, &result);
  replace (block, &result);
  if (sound)
    return GST_FLOW_OK;
  if (!gst_web_audio_node_acquire (node, &result, 2, frame, block->frames,
          TRUE))
    return GST_FLOW_ERROR;
  replace (block, &result);
  return GST_FLOW_OK;
}

static gboolean
gst_web_audio_panner_at_rest (GstWebAudioNode * node)
{
  GstWebAudioPanner *self = GST_WEB_AUDIO_PANNER (node);
  gboolean at_rest;

  GST_OBJECT_LOCK (self);
  at_rest = self->model != GST_WEB_AUDIO_PANNING_HRTF || !self->hrtf
      || webaudio_hrtf_is_at_rest (self->hrtf);
  GST_OBJECT_UNLOCK (self);
  return at_rest;
}

static guint
gst_web_audio_panner_latency (GstWebAudioNode * node, gint rate)
{
  GstWebAudioPanner *self = GST_WEB_AUDIO_PANNER (node);
  gboolean hrtf;

  GST_OBJECT_LOCK (self);
  hrtf = self->model == GST_WEB_AUDIO_PANNING_HRTF;
  GST_OBJECT_UNLOCK (self);
  return hrtf ? webaudio_hrtf_get_size (rate) : 0;
}

static void
gst_web_audio_panner_locate (GstWebAudioNode * node, guint64 from, guint64 to)
{
  GstWebAudioPanner *self = GST_WEB_AUDIO_PANNER (node);

  self->held_quantum = G_MAXUINT64;
  GST_OBJECT_LOCK (self);
  if (self->hrtf)
    webaudio_hrtf_reset (self->hrtf);
  GST_OBJECT_UNLOCK (self);
}

/* HRTF */

/* Posts why there are no responses, unless somebody has. */
static void
post_failure (gpointer object)
{
  GstWebAudioPanner *self = object;
  GError *error;

  GST_OBJECT_LOCK (self);
  error = self->failure;
  self->failure = NULL;
  GST_OBJECT_UNLOCK (self);
  if (!error)
    return;
  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR,
      error->domain, error->code, g_strdup (error->message), NULL, __FILE__,
      GST_FUNCTION, __LINE__);
  g_error_free (error);
}

/* Whether panning by responses is wanted at @rate and not possible yet. */
static gboolean
lacks_hrtf (GstWebAudioPanner * self, gint rate)
{
  gboolean lacks;

  GST_OBJECT_LOCK (self);
  lacks = self->model == GST_WEB_AUDIO_PANNING_HRTF
      && (!self->hrtf || self->rate != rate);
  GST_OBJECT_UNLOCK (self);
  return lacks;
}

/* Makes what the model HRTF needs at @rate. @replace: whether that of another
 * rate may go, which is where nothing is rendered. */
static gboolean
provide_hrtf (GstWebAudioPanner * self, gint rate, gboolean replace)
{
  GError *error = NULL;
  const WebAudioHrtfSet *responses =
      gst_web_audio_hrtf_data_take (rate, &error);
  WebAudioHrtf *hrtf = responses ? webaudio_hrtf_new (responses) : NULL;
  gboolean failed = !hrtf;

  if (!hrtf && !error)
    g_set_error (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "There is no memory for HRTF panning.");
  GST_OBJECT_LOCK (self);
  if (failed) {
    g_clear_error (&self->failure);
    self->failure = error;
  } else if (replace || !self->hrtf) {
    const WebAudioHrtfSet *old_responses = self->responses;
    WebAudioHrtf *old_hrtf = self->hrtf;

    self->responses = responses;
    self->hrtf = hrtf;
    self->rate = rate;
    responses = old_responses;
    hrtf = old_hrtf;
  }
  GST_OBJECT_UNLOCK (self);
  webaudio_hrtf_free (hrtf);
  gst_web_audio_hrtf_data_give (responses);
  return !failed;
}

static gboolean
has_other_rate (GstWebAudioPanner * self, gint rate)
{
  gboolean other;

  GST_OBJECT_LOCK (self);
  other = self->hrtf && self->rate != rate;
  GST_OBJECT_UNLOCK (self);
  return other;
}

static void
drop_hrtf (GstWebAudioPanner * self)
{
  const WebAudioHrtfSet *responses;
  WebAudioHrtf *hrtf;

  GST_OBJECT_LOCK (self);
  responses = self->responses;
  hrtf = self->hrtf;
  self->responses = NULL;
  self->hrtf = NULL;
  GST_OBJECT_UNLOCK (self);
  webaudio_hrtf_free (hrtf);
  gst_web_audio_hrtf_data_give (responses);
}

static void
gst_web_audio_panner_prepare (GstWebAudioNode * node, gint rate)
{
  GstWebAudioPanner *self = GST_WEB_AUDIO_PANNER (node);

  /* what was made for another rate must not be taken for this one's */
  if (has_other_rate (self, rate))
    drop_hrtf (self);
  if (lacks_hrtf (self, rate) && !provide_hrtf (self, rate, TRUE))
    gst_web_audio_defer (post_failure, self);
}

/* While nothing is rendered: reads the responses, so that this does not hold up
 * the graph later. Which rate that will have is a guess at first. */
static gboolean
foresee_hrtf (GstWebAudioPanner * self)
{
  GstWebAudioNode *node = GST_WEB_AUDIO_NODE (self);
  gint rate = g_atomic_int_get (&node->rate);

  if (rate == 0) {
    GST_OBJECT_LOCK (self);
    rate = node->sample_rate ? node->sample_rate : LIKELY_RATE;
    GST_OBJECT_UNLOCK (self);
  }
  if (!lacks_hrtf (self, rate) || provide_hrtf (self, rate, TRUE))
    return TRUE;
  post_failure (self);
  return FALSE;
}

/* The object */

static GstStateChangeReturn
gst_web_audio_panner_change_state (GstElement * element,
    GstStateChange transition)
{
  GstWebAudioPanner *self = GST_WEB_AUDIO_PANNER (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    self->bond_changes = 0;
    gst_web_audio_bond_join (GST_WEB_AUDIO_NODE (self),
        GST_WEB_AUDIO_LISTENER_BOND);
    if (!foresee_hrtf (self)) {
      gst_web_audio_bond_leave (GST_WEB_AUDIO_NODE (self));
      return GST_STATE_CHANGE_FAILURE;
    }
  }
  result = GST_ELEMENT_CLASS (gst_web_audio_panner_parent_class)->change_state
      (element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL) {
    gst_web_audio_bond_leave (GST_WEB_AUDIO_NODE (self));
    drop_hrtf (self);
  }
  return result;
}

static void
set_model (GstWebAudioPanner * self, GstWebAudioPanningModel model)
{
  gint rate = g_atomic_int_get (&GST_WEB_AUDIO_NODE (self)->rate);
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->model != model;
  self->model = model;
  GST_OBJECT_UNLOCK (self);
  if (!changed || GST_STATE (self) == GST_STATE_NULL)
    return;
  /* prepare sees to it where nothing was rendered yet */
  if (rate > 0 && lacks_hrtf (self, rate) && !provide_hrtf (self, rate, FALSE))
    post_failure (self);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_latency (GST_OBJECT (self)));
}

/* Sets an attribute, unless the spec says that this is an error. */
static void
set_number (GstWebAudioPanner * self, const gchar * name, gdouble * attribute,
    gdouble value, const gchar * error)
{
  if (!isfinite (value))
    error = "TypeError: it is not a finite number";
  if (error) {
    GST_WARNING_OBJECT (self, "%s stays as it was: %s", name, error);
    return;
  }
  GST_OBJECT_LOCK (self);
  *attribute = value;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_panner_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstWebAudioPanner *self = GST_WEB_AUDIO_PANNER (object);
  WebAudioPannerShape *shape = &self->shape;
  gdouble number = G_VALUE_HOLDS_DOUBLE (value) ?
      g_value_get_double (value) : 0;
  const gchar *negative = number < 0 ? "RangeError: it is negative" : NULL;

  switch (id) {
    case PROP_PANNING_MODEL:
      set_model (self, g_value_get_enum (value));
      break;
    case PROP_DISTANCE_MODEL:
      GST_OBJECT_LOCK (self);
      shape->distance_model = g_value_get_enum (value);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_REF_DISTANCE:
      set_number (self, pspec->name, &shape->ref_distance, number, negative);
      break;
    case PROP_MAX_DISTANCE:
      set_number (self, pspec->name, &shape->max_distance, number,
          number <= 0 ? "RangeError: it is not positive" : NULL);
      break;
    case PROP_ROLLOFF_FACTOR:
      set_number (self, pspec->name, &shape->rolloff_factor, number, negative);
      break;
    case PROP_CONE_INNER_ANGLE:
      set_number (self, pspec->name, &shape->cone_inner_angle, number, NULL);
      break;
    case PROP_CONE_OUTER_ANGLE:
      set_number (self, pspec->name, &shape->cone_outer_angle, number, NULL);
      break;
    case PROP_CONE_OUTER_GAIN:
      set_number (self, pspec->name, &shape->cone_outer_gain, number,
          number < 0 || number > 1 ?
          "InvalidStateError: it is not from 0 to 1" : NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_panner_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstWebAudioPanner *self = GST_WEB_AUDIO_PANNER (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_PANNING_MODEL:
      g_value_set_enum (value, self->model);
      break;
    case PROP_DISTANCE_MODEL:
      g_value_set_enum (value, self->shape.distance_model);
      break;
    case PROP_REF_DISTANCE:
      g_value_set_double (value, self->shape.ref_distance);
      break;
    case PROP_MAX_DISTANCE:
      g_value_set_double (value, self->shape.max_distance);
      break;
    case PROP_ROLLOFF_FACTOR:
      g_value_set_double (value, self->shape.rolloff_factor);
      break;
    case PROP_CONE_INNER_ANGLE:
      g_value_set_double (value, self->shape.cone_inner_angle);
      break;
    case PROP_CONE_OUTER_ANGLE:
      g_value_set_double (value, self->shape.cone_outer_angle);
      break;
    case PROP_CONE_OUTER_GAIN:
      g_value_set_double (value, self->shape.cone_outer_gain);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_web_audio_panner_finalize (GObject * object)
{
  GstWebAudioPanner *self = GST_WEB_AUDIO_PANNER (object);

  drop_hrtf (self);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (gst_web_audio_panner_parent_class)->finalize (object);
}

/* What the spec refuses is refused by the setter, which says so. */
static void
install_number (GObjectClass * object_class, guint id, const gchar * name,
    const gchar * nick, const gchar * blurb, gdouble default_value)
{
  g_object_class_install_property (object_class, id,
      g_param_spec_double (name, nick, blurb, -G_MAXDOUBLE, G_MAXDOUBLE,
          default_value, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_PLAYING));
}

static void
install_models (GObjectClass * object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstWebAudioPanner:panning-model:
   *
   * How a direction is made heard. HRTF delays the sound by 256 frames (at 44100
   * and 48000 Hz), and looks at all parameters once per 128 frames.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-panningmodel
   */
  g_object_class_install_property (object_class, PROP_PANNING_MODEL,
      g_param_spec_enum ("panning-model", "Panning model",
          "How a direction is made heard", GST_TYPE_WEB_AUDIO_PANNING_MODEL,
          GST_WEB_AUDIO_PANNING_EQUALPOWER, flags));
  /**
   * GstWebAudioPanner:distance-model:
   *
   * How the sound falls with the distance.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-distancemodel
   */
  g_object_class_install_property (object_class, PROP_DISTANCE_MODEL,
      g_param_spec_enum ("distance-model", "Distance model",
          "How the sound falls with the distance",
          GST_TYPE_WEB_AUDIO_DISTANCE_MODEL, WEBAUDIO_DISTANCE_INVERSE, flags));
}

static void
install_numbers (GObjectClass * object_class)
{
  /**
   * GstWebAudioPanner:ref-distance:
   *
   * The distance up to which the sound does not fall. Not negative.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-refdistance
   */
  install_number (object_class, PROP_REF_DISTANCE, "ref-distance",
      "Reference distance",
      "Distance up to which the sound does not fall (at least 0)", 1);
  /**
   * GstWebAudioPanner:max-distance:
   *
   * The distance from which on the sound does not fall any further, in the
   * linear model. Positive.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-maxdistance
   */
  install_number (object_class, PROP_MAX_DISTANCE, "max-distance",
      "Maximum distance", "Distance from which on the sound does not fall any "
      "further, for linear (more than 0)", 10000);
  /**
   * GstWebAudioPanner:rolloff-factor:
   *
   * How fast the sound falls. Not negative; for linear at most 1 counts.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-rollofffactor
   */
  install_number (object_class, PROP_ROLLOFF_FACTOR, "rolloff-factor",
      "Rolloff factor", "How fast the sound falls (at least 0; for linear at "
      "most 1 counts)", 1);
  /**
   * GstWebAudioPanner:cone-inner-angle:
   *
   * The whole angle of the cone around the orientation in which the source is as
   * loud as in its middle.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-coneinnerangle
   */
  install_number (object_class, PROP_CONE_INNER_ANGLE, "cone-inner-angle",
      "Cone inner angle",
      "Angle in which the source is as loud as in front of it", 360);
  /**
   * GstWebAudioPanner:cone-outer-angle:
   *
   * The whole angle of the cone around the orientation outside of which
   * #GstWebAudioPanner:cone-outer-gain counts.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-coneouterangle
   */
  install_number (object_class, PROP_CONE_OUTER_ANGLE, "cone-outer-angle",
      "Cone outer angle", "Angle outside of which cone-outer-gain counts", 360);
  /**
   * GstWebAudioPanner:cone-outer-gain:
   *
   * The factor outside of the outer cone. From 0 to 1.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-coneoutergain
   */
  install_number (object_class, PROP_CONE_OUTER_GAIN, "cone-outer-gain",
      "Cone outer gain", "Factor outside of the outer cone (0 to 1)", 0);
}

static void
add_params (GstWebAudioNodeClass * node_class)
{
  /**
   * GstWebAudioPanner:position-x:
   *
   * Where the source is. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-positionx
   */
  gst_web_audio_node_class_add_param (node_class, "position-x", "Position X",
      "Where the source is, to the right", -G_MAXFLOAT, G_MAXFLOAT, 0, 0);
  /**
   * GstWebAudioPanner:position-y:
   *
   * Where the source is. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-positiony
   */
  gst_web_audio_node_class_add_param (node_class, "position-y", "Position Y",
      "Where the source is, upwards", -G_MAXFLOAT, G_MAXFLOAT, 0, 0);
  /**
   * GstWebAudioPanner:position-z:
   *
   * Where the source is. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-positionz
   */
  gst_web_audio_node_class_add_param (node_class, "position-z", "Position Z",
      "Where the source is, backwards", -G_MAXFLOAT, G_MAXFLOAT, 0, 0);
  /**
   * GstWebAudioPanner:orientation-x:
   *
   * Where the source points, if it has a cone. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-orientationx
   */
  gst_web_audio_node_class_add_param (node_class, "orientation-x",
      "Orientation X", "Where the source points, to the right", -G_MAXFLOAT,
      G_MAXFLOAT, 1, 0);
  /**
   * GstWebAudioPanner:orientation-y:
   *
   * Where the source points, if it has a cone. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-orientationy
   */
  gst_web_audio_node_class_add_param (node_class, "orientation-y",
      "Orientation Y", "Where the source points, upwards", -G_MAXFLOAT,
      G_MAXFLOAT, 0, 0);
  /**
   * GstWebAudioPanner:orientation-z:
   *
   * Where the source points, if it has a cone. An AudioParam.
   * https://webaudio.github.io/web-audio-api/#dom-pannernode-orientationz
   */
  gst_web_audio_node_class_add_param (node_class, "orientation-z",
      "Orientation Z", "Where the source points, backwards", -G_MAXFLOAT,
      G_MAXFLOAT, 0, 0);
}

static void
gst_web_audio_panner_class_init (GstWebAudioPannerClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWebAudioNodeClass *node_class = GST_WEB_AUDIO_NODE_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_audio_panner_debug, "webaudiopanner", 0,
      "Web Audio PannerNode");
  object_class->set_property = gst_web_audio_panner_set_property;
  object_class->get_property = gst_web_audio_panner_get_property;
  object_class->finalize = gst_web_audio_panner_finalize;
  GST_ELEMENT_CLASS (klass)->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_panner_change_state);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Panner", "Filter/Effect/Audio",
      "Places its input in space around the listener (Web Audio PannerNode)",
      "The gst-webaudio authors");
  node_class->prepare = gst_web_audio_panner_prepare;
  node_class->locate = gst_web_audio_panner_locate;
  node_class->process = gst_web_audio_panner_process;
  node_class->at_rest = gst_web_audio_panner_at_rest;
  node_class->latency = gst_web_audio_panner_latency;
  node_class->max_channels = 2;
  install_models (object_class);
  install_numbers (object_class);
  gst_web_audio_node_class_add_output (node_class);
  gst_web_audio_node_class_add_input (node_class);
  add_params (node_class);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_PANNING_MODEL, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_DISTANCE_MODEL, 0);
}

static void
gst_web_audio_panner_init (GstWebAudioPanner * self)
{
  static const WebAudioPannerShape shape = {
    WEBAUDIO_DISTANCE_INVERSE, 1, 10000, 1, 360, 360, 0
  };

  self->shape = shape;
  self->held_quantum = G_MAXUINT64;
}
