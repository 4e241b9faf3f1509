/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioNode: the base class of every element that is a Web Audio node.
 *
 * A subclass computes; everything about pads, scheduling, events, queries and
 * mixing happens here and in the files beside this one.
 */
#ifndef __GST_WEB_AUDIO_NODE_H__
#define __GST_WEB_AUDIO_NODE_H__

#include <gst/gst.h>

#include "block.h"
#include "enums.h"

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_NODE (gst_web_audio_node_get_type ())
#define GST_WEB_AUDIO_NODE(obj) \
    (G_TYPE_CHECK_INSTANCE_CAST ((obj), GST_TYPE_WEB_AUDIO_NODE, GstWebAudioNode))
#define GST_WEB_AUDIO_NODE_CAST(obj) ((GstWebAudioNode *) (obj))
#define GST_WEB_AUDIO_NODE_CLASS(klass) \
    (G_TYPE_CHECK_CLASS_CAST ((klass), GST_TYPE_WEB_AUDIO_NODE, GstWebAudioNodeClass))
#define GST_WEB_AUDIO_NODE_GET_CLASS(obj) \
    (G_TYPE_INSTANCE_GET_CLASS ((obj), GST_TYPE_WEB_AUDIO_NODE, GstWebAudioNodeClass))
#define GST_IS_WEB_AUDIO_NODE(obj) \
    (G_TYPE_CHECK_INSTANCE_TYPE ((obj), GST_TYPE_WEB_AUDIO_NODE))

typedef struct _GstWebAudioNode GstWebAudioNode;
typedef struct _GstWebAudioNodeClass GstWebAudioNodeClass;
typedef struct _GstWebAudioGraph GstWebAudioGraph;
typedef struct _GstWebAudioInput GstWebAudioInput;
typedef struct _GstWebAudioOutput GstWebAudioOutput;
typedef struct _GstWebAudioBond GstWebAudioBond;
typedef struct _GstWebAudioParam GstWebAudioParam;

#define GST_WEB_AUDIO_MAX_PARAMS 12

/**
 * GstWebAudioMixing:
 *
 * How what is connected to a node is mixed: channel-count, channel-count-mode,
 * channel-interpretation.
 */
typedef struct
{
  guint count;
  GstWebAudioChannelCountMode mode;
  GstWebAudioChannelInterpretation interpretation;
} GstWebAudioMixing;

/**
 * GstWebAudioParamFlags:
 * @GST_WEB_AUDIO_PARAM_COMPOUND: it is clamped by the node, after it has been
 *     put together with others
 * @GST_WEB_AUDIO_PARAM_K_RATE: one value for each quantum unless set otherwise
 * @GST_WEB_AUDIO_PARAM_FIXED_RATE: its automation-rate must not be changed
 *
 * What is particular to a parameter; without any it is simple and a-rate.
 */
typedef enum
{
  GST_WEB_AUDIO_PARAM_COMPOUND = 1 << 0,
  GST_WEB_AUDIO_PARAM_K_RATE = 1 << 1,
  GST_WEB_AUDIO_PARAM_FIXED_RATE = 1 << 2
} GstWebAudioParamFlags;

/**
 * GstWebAudioParamInfo:
 * @pspec: the property of the node
 * @flags: what is particular to it
 */
typedef struct
{
  GParamSpec *pspec;
  GstWebAudioParamFlags flags;
} GstWebAudioParamInfo;

/**
 * GstWebAudioNode:
 *
 * Fields are guarded by the graph's lock unless a line says otherwise.
 */
struct _GstWebAudioNode
{
  GstElement element;

  /*< private > */
  GstWebAudioGraph *graph;      /* never NULL; see graph.h for the lock */
  gint rate;                    /* the graph's, for readers without its lock */
  gboolean active;              /* between the first activation and READY */

  GPtrArray *inputs;            /* GstWebAudioInput that are connected, also
                                 * those that go into a parameter */
  GPtrArray *outputs;           /* every GstWebAudioOutput */
  GArray *blocks;               /* what else the inputs deliver, while rendering,
                                 * that cannot just be added to the first */
  GPtrArray *params;            /* GstWebAudioParam, those of the class first;
                                 * changed under the object lock, too */

  gboolean has_input;           /* besides parameters */
  guint n_ports;                /* inputs that become a channel each, or 0 */
  guint n_out_ports;            /* outputs that deliver a channel each, or 0 */
  gboolean prepared;
  guint64 position;             /* where the next block starts */
  gboolean rendered;            /* whether position counts */
  gint ended;                   /* what was rendered last was the last; atomic */
  gboolean fresh;               /* came to a running pipeline, not rendered yet */
  guint64 joined;               /* its first frame there; what was to be earlier
                                 * is now */
  GstWebAudioMixing mixing;     /* the properties, unless they are newer */
  gint mixing_changed;          /* they are; atomic */
  guint mixed_channels;         /* of its last block, before it computed, */
  guint channels;               /* and after */
  gboolean muted;               /* part of a cycle; the rest of that: */
  struct
  {
    guint order;
    guint lowest;
    gboolean open;
    gboolean told;
  } cycle;
  gboolean draining;            /* its input has ended, its sound has not */
  gboolean end_requested;       /* by an EOS event */
  gboolean holding;             /* suspends the graph */
  gdouble hold_time;            /* seconds, from which on it will */
  GstClockTime held_at;         /* running time */
  gboolean delaying;            /* the graph, but not its time */
  gboolean loading;             /* keeps the graph from beginning */
  gboolean closed;              /* ends the graph */
  gint playing;                 /* atomic */
  gint64 playing_since;         /* monotonic time */
  guint32 visit;                /* the last walk that came by */
  gboolean wanted;              /* an output is, as the last refresh found */
  guint lag;                    /* frames by which it and what comes before it
                                 * delay the sound; of the last walk */
  GstWebAudioBond *bond;        /* with nodes that it is not linked with */

  /* properties, under the object lock */
  guint channel_count;
  GstWebAudioChannelCountMode channel_count_mode;
  GstWebAudioChannelInterpretation channel_interpretation;
  guint block_size;
  gint sample_rate;
  gboolean is_live;
  guint64 length;

  guint next_pad;               /* number of the next request pad */
};

/**
 * GstWebAudioTurn:
 * @GST_WEB_AUDIO_TURN_ASKED: when its output is asked for
 * @GST_WEB_AUDIO_TURN_FIRST: before each block, whole
 * @GST_WEB_AUDIO_TURN_LAST: after each block unless it has been asked
 *
 * When a node is rendered.
 */
typedef enum
{
  GST_WEB_AUDIO_TURN_ASKED,
  GST_WEB_AUDIO_TURN_FIRST,
  GST_WEB_AUDIO_TURN_LAST
} GstWebAudioTurn;

/**
 * GstWebAudioNodeClass:
 * @prepare: (optional): the graph's rate is known or new: allocate. Called by
 *     the rendering thread before the first block.
 * @locate: (optional): rendering goes on at another frame than the last one.
 *     @from is where it was, or %GST_BUFFER_OFFSET_NONE where nothing of the
 *     past may be left; what follows is as if all frames before @to had been
 *     rendered.
 * @process: renders the frames from @frame. On the way in, @block is what the
 *     inputs deliver together, mixed to the computed number of channels (a
 *     node without inputs gets one with no buffer); on the way out it is the
 *     result. A block with fewer frames than came in is the last one, and
 *     %GST_FLOW_EOS says that there is none. Called by the rendering thread
 *     with the graph's lock held: no allocation, no lock but short ones, no
 *     signals.
 * @end: (optional): the frame at which the node's own sound ends, or
 *     %GST_BUFFER_OFFSET_NONE if it never does. Only asked of nodes that have
 *     no input.
 * @begin: (optional): the first frame of the quantum with which the node's own
 *     sound begins, where it puts out other channels from there on, or
 *     %GST_BUFFER_OFFSET_NONE. Only asked of nodes that have @end.
 * @own_channels: (optional): how many channels a node without input puts out
 *     when its sound has begun
 * @send_stream_start: (optional): begins the stream of an output in another way
 * @held: (optional): the graph has been rendered up to @frame, where the node
 *     wanted to suspend it. Called by a rendering thread that holds no lock.
 * @at_rest: (optional): of nodes that sound on after their input: whether
 *     silence in gives silence out from here on and changes nothing. Where the
 *     input has ended, silence takes its place until this is so at the end of
 *     a quantum.
 * @get_origin: (optional): of nodes without input: another node, which is fed
 *     with what this one puts out later, or %NULL if there is none now
 * @latency: (optional): how many frames the node delays the sound beyond what
 *     it is asked for
 * @max_block: (optional): how many frames may be rendered at once now, at most;
 *     0 for any number. Rounded down to whole quanta, but at least one.
 * @turn: when nodes of this class are rendered
 * @check_mixing: (optional): why the node does not permit these values of its
 *     properties, beginning with the name of the spec's exception, or %NULL
 * @max_channels: what channel-count may be at most, where the spec has such a
 *     constraint; channel-count-mode begins as clamped-max and must not become
 *     max then. 0 for none
 * @params: (array length=n_params): the parameters of nodes of this class
 */
struct _GstWebAudioNodeClass
{
  GstElementClass parent_class;

  void (*prepare) (GstWebAudioNode * node, gint rate);
  void (*locate) (GstWebAudioNode * node, guint64 from, guint64 to);
    GstFlowReturn (*process) (GstWebAudioNode * node, guint64 frame,
      GstWebAudioBlock * block);
    guint64 (*end) (GstWebAudioNode * node, gint rate);
  guint64 (*begin) (GstWebAudioNode * node, gint rate);
  guint (*own_channels) (GstWebAudioNode * node);
  void (*send_stream_start) (GstWebAudioNode * node, GstPad * pad);
  void (*held) (GstWebAudioNode * node, guint64 frame);
  gboolean (*at_rest) (GstWebAudioNode * node);
  GstWebAudioNode *(*get_origin) (GstWebAudioNode * node);
  guint (*latency) (GstWebAudioNode * node, gint rate);
  guint (*max_block) (GstWebAudioNode * node);
  GstWebAudioTurn turn;
  const gchar *(*check_mixing) (GstWebAudioNode * node, guint channel_count,
      GstWebAudioChannelCountMode mode,
      GstWebAudioChannelInterpretation interpretation);
  guint max_channels;

  /*< private > */
  void (*set_property) (GObject * object, guint id, const GValue * value,
      GParamSpec * pspec);
  void (*get_property) (GObject * object, guint id, GValue * value,
      GParamSpec * pspec);
  GstWebAudioParamInfo params[GST_WEB_AUDIO_MAX_PARAMS];
  guint n_params;
};

G_GNUC_INTERNAL
GType gst_web_audio_node_get_type (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstWebAudioNode, gst_object_unref)

/* for class_init of subclasses */

#define GST_WEB_AUDIO_NODE_LAST_PROPERTY 8

G_GNUC_INTERNAL
void gst_web_audio_node_install_properties (GObjectClass * object_class);

G_GNUC_INTERNAL
void gst_web_audio_node_class_add_output (GstWebAudioNodeClass * klass);

G_GNUC_INTERNAL
void gst_web_audio_node_class_add_connection (GstWebAudioNodeClass * klass);

G_GNUC_INTERNAL
void gst_web_audio_node_class_add_input (GstWebAudioNodeClass * klass);

G_GNUC_INTERNAL
void gst_web_audio_node_class_add_ports (GstWebAudioNodeClass * klass,
    GstPadDirection direction);

G_GNUC_INTERNAL
void gst_web_audio_node_class_add_param (GstWebAudioNodeClass * klass,
    const gchar * name, const gchar * nick, const gchar * blurb,
    gdouble minimum, gdouble maximum, gdouble default_value,
    GstWebAudioParamFlags flags);

G_GNUC_INTERNAL
void gst_web_audio_node_class_add_own_params (GstWebAudioNodeClass * klass);

G_GNUC_INTERNAL
gboolean gst_web_audio_node_set_ports (GstWebAudioNode * node,
    GstPadDirection direction, guint count);

/* for nodes with parameters of their own */

G_GNUC_INTERNAL
GstWebAudioParam *gst_web_audio_node_add_param (GstWebAudioNode * node,
    const gchar * name, gdouble minimum, gdouble maximum,
    gdouble default_value, GstWebAudioParamFlags flags);

G_GNUC_INTERNAL
void gst_web_audio_node_remove_param (GstWebAudioNode * node,
    GstWebAudioParam * param);

/* for process of subclasses */

G_GNUC_INTERNAL
GstWebAudioParam *gst_web_audio_node_get_param (GstWebAudioNode * node,
    guint index);

G_GNUC_INTERNAL
gboolean gst_web_audio_node_acquire (GstWebAudioNode * node,
    GstWebAudioBlock * block, guint channels, guint64 frame, guint frames,
    gboolean silent);

G_GNUC_INTERNAL
gboolean gst_web_audio_node_acquire_result (GstWebAudioNode * node,
    const GstWebAudioBlock * block, guint channels, guint64 frame,
    GstWebAudioBlock * result);

/* for the files in this folder */

G_GNUC_INTERNAL
void gst_web_audio_node_class_add_param_pads (GstWebAudioNodeClass * klass,
    const gchar * name);

G_GNUC_INTERNAL
void gst_web_audio_node_add_pads (GstWebAudioNode * node);

G_GNUC_INTERNAL
GstPad *gst_web_audio_node_request_new_pad (GstElement * element,
    GstPadTemplate * templ, const gchar * asked, const GstCaps * caps);

G_GNUC_INTERNAL
void gst_web_audio_node_release_pad (GstElement * element, GstPad * pad);

G_GNUC_INTERNAL
void gst_web_audio_node_create_params (GstWebAudioNode * node);

G_GNUC_INTERNAL
void gst_web_audio_node_child_proxy_init (gpointer iface, gpointer data);

G_GNUC_INTERNAL
GstWebAudioParam *gst_web_audio_node_find_param (GstWebAudioNode * node,
    const gchar * name);

G_GNUC_INTERNAL
void gst_web_audio_node_report_params (GstWebAudioNode * node);

G_GNUC_INTERNAL
gboolean gst_web_audio_node_settle (GstWebAudioNode * node,
    GstWebAudioBlock * block);

G_GNUC_INTERNAL
GstFlowReturn gst_web_audio_node_render (GstWebAudioNode * node,
    GstWebAudioOutput * taker, guint64 frame, guint frames,
    GstWebAudioBlock * block);

G_GNUC_INTERNAL
void gst_web_audio_node_render_unasked (GstWebAudioNode * node, guint64 frame,
    guint frames);

G_GNUC_INTERNAL
gboolean gst_web_audio_node_find_start (GstWebAudioNode * node,
    guint64 * frame);

G_GNUC_INTERNAL
void gst_web_audio_node_activate (GstWebAudioNode * node);

G_GNUC_INTERNAL
GstClockTime gst_web_audio_node_get_running_time (GstWebAudioNode * node);

G_GNUC_INTERNAL
guint64 gst_web_audio_node_find_end (GstWebAudioNode * node, guint32 visit);

G_GNUC_INTERNAL
gboolean gst_web_audio_node_is_connected (GstWebAudioNode * node);

G_GNUC_INTERNAL
void gst_web_audio_node_seek_params (GstWebAudioNode * node, gdouble time);

G_GNUC_INTERNAL
GPtrArray *gst_web_audio_node_get_edges (GstWebAudioNode * node);

G_GNUC_INTERNAL
void gst_web_audio_node_flush (GstWebAudioNode * node, GstEvent * event);

G_GNUC_INTERNAL
void gst_web_audio_node_adopt_segment (GstWebAudioNode * node,
    const GstSegment * segment);

G_GNUC_INTERNAL
gboolean gst_web_audio_node_send_upstream (GstWebAudioNode * node,
    GstEvent * event);

G_END_DECLS

#endif
