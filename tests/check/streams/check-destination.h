/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of the audiodestination named d in a pipeline. */
#ifndef __CHECK_DESTINATION_H__
#define __CHECK_DESTINATION_H__

#include "check-webaudio.h"

static inline gboolean
ask (GstElement * pipeline, const gchar * verb)
{
  GstElement *d = get_element (pipeline, "d");
  gboolean done = FALSE;

  g_signal_emit_by_name (d, verb, &done);
  gst_object_unref (d);
  return done;
}

static inline gboolean
set_sink_id (GstElement * pipeline, const gchar * id)
{
  GstElement *d = get_element (pipeline, "d");
  gboolean done = FALSE;

  g_signal_emit_by_name (d, "set-sink-id", id, &done);
  gst_object_unref (d);
  return done;
}

#endif
