/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two webrtcbins of one process, connected over the loopback interface. */
#ifndef __CHECK_WEBRTC_H__
#define __CHECK_WEBRTC_H__

#include <gst/gst.h>

/* Nothing but 127.0.0.1 is used, and nothing is sent to find other ways. FALSE if
 * that cannot be had. */
static inline gboolean
stay_at_home (GstElement * webrtc)
{
  gboolean added = FALSE;
  GstObject *ice;
  GObject *agent;

  g_object_get (webrtc, "ice-agent", &ice, NULL);
  g_object_set (ice, "ice-tcp", FALSE, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  g_object_set (agent, "upnp", FALSE, NULL);
  g_signal_emit_by_name (ice, "add-local-ip-address", "127.0.0.1", &added);
  g_object_unref (agent);
  gst_object_unref (ice);
  return added;
}

/* Handler of on-ice-candidate */
static inline void
send_candidate (GstElement * from, guint line, gchar * candidate,
    GstElement * to)
{
  g_signal_emit_by_name (to, "add-ice-candidate", line, candidate);
}

static inline gboolean
describe (GstElement * webrtc, const gchar * which, gconstpointer description)
{
  GstPromise *promise = gst_promise_new ();
  gboolean replied;

  g_signal_emit_by_name (webrtc, which, description, promise);
  replied = gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED;
  gst_promise_unref (promise);
  return replied;
}

/* @from makes a description, an offer or an answer, which both set. Returns
 * whether they have. */
static inline gboolean
negotiate (GstElement * from, const gchar * what, GstElement * to)
{
  GstPromise *promise = gst_promise_new ();
  gchar *method = g_strconcat ("create-", what, NULL);
  const GValue *value = NULL;
  gboolean done;

  g_signal_emit_by_name (from, method, NULL, promise);
  if (gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED)
    value = gst_structure_get_value (gst_promise_get_reply (promise), what);
  done = value && describe (from, "set-local-description",
      g_value_get_boxed (value)) && describe (to, "set-remote-description",
      g_value_get_boxed (value));
  g_free (method);
  gst_promise_unref (promise);
  return done;
}

#endif
