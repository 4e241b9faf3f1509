/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What both ends of a delay line have: the name of the line, by which they are
 * bound to render in one graph. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "../graph/bond.h"
#include "../graph/graph.h"
#include "delayend.h"

#define GST_CAT_DEFAULT gst_web_audio_graph_debug

enum
{
  PROP_0,
  PROP_LINE
};

G_DEFINE_ABSTRACT_TYPE (GstWebAudioDelayEnd, gst_web_audio_delay_end,
    GST_TYPE_WEB_AUDIO_NODE);

/*
 * gst_web_audio_delay_end_get_line:
 *
 * Returns: (transfer full): the name of the line
 */
gchar *
gst_web_audio_delay_end_get_line (gpointer end)
{
  GstWebAudioDelayEnd *self = GST_WEB_AUDIO_DELAY_END (end);
  gchar *line;

  GST_OBJECT_LOCK (self);
  line = g_strdup (self->line);
  GST_OBJECT_UNLOCK (self);
  return line;
}

static void
join (GstWebAudioDelayEnd * self)
{
  gchar *line = gst_web_audio_delay_end_get_line (self);
  gchar *name = g_strconcat ("line:", line, NULL);

  gst_web_audio_bond_join (GST_WEB_AUDIO_NODE (self), name);
  g_free (name);
  g_free (line);
}

static GstStateChangeReturn
gst_web_audio_delay_end_change_state (GstElement * element,
    GstStateChange transition)
{
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    join (GST_WEB_AUDIO_DELAY_END (element));
  result =
      GST_ELEMENT_CLASS (gst_web_audio_delay_end_parent_class)->change_state
      (element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL
      || (transition == GST_STATE_CHANGE_NULL_TO_READY
          && result == GST_STATE_CHANGE_FAILURE))
    gst_web_audio_bond_leave (GST_WEB_AUDIO_NODE (element));
  return result;
}

static void
set_line (GstWebAudioDelayEnd * self, const gchar * line)
{
  GstState state;

  GST_OBJECT_LOCK (self);
  state = GST_STATE (self);
  if (state <= GST_STATE_READY) {
    g_free (self->line);
    self->line = g_strdup (line ? line : "");
  }
  GST_OBJECT_UNLOCK (self);
  if (state > GST_STATE_READY)
    GST_WARNING_OBJECT (self,
        "line: InvalidStateError: can be set in NULL and READY");
  else if (state == GST_STATE_READY)
    join (self);
}

static void
gst_web_audio_delay_end_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  switch (id) {
    case PROP_LINE:
      set_line (GST_WEB_AUDIO_DELAY_END (object), g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_delay_end_get_property (GObject * object, guint id,
    GValue * value, GParamSpec * pspec)
{
  switch (id) {
    case PROP_LINE:
      g_value_take_string (value, gst_web_audio_delay_end_get_line (object));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_web_audio_delay_end_finalize (GObject * object)
{
  g_free (GST_WEB_AUDIO_DELAY_END (object)->line);
  G_OBJECT_CLASS (gst_web_audio_delay_end_parent_class)->finalize (object);
}

static void
gst_web_audio_delay_end_class_init (GstWebAudioDelayEndClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_web_audio_delay_end_set_property;
  object_class->get_property = gst_web_audio_delay_end_get_property;
  object_class->finalize = gst_web_audio_delay_end_finalize;
  GST_ELEMENT_CLASS (klass)->change_state =
      GST_DEBUG_FUNCPTR (gst_web_audio_delay_end_change_state);
  /**
   * GstWebAudioDelayEnd:line:
   *
   * The name of the line. One delaywriter of a pipeline writes it, any number
   * of delayreaders read it.
   */
  g_object_class_install_property (object_class, PROP_LINE,
      g_param_spec_string ("line", "Line",
          "Name of the line, by which its writer and its readers find one "
          "another", "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_READY));
  gst_type_mark_as_plugin_api (GST_TYPE_WEB_AUDIO_DELAY_END, 0);
}

static void
gst_web_audio_delay_end_init (GstWebAudioDelayEnd * self)
{
  self->line = g_strdup ("");
}
