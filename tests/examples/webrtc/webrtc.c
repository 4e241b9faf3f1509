/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * webrtc [PORT]: serves a page whose button connects the browser to this
 * program by WebRTC. A graph's 440 Hz is heard there; what the browser's own
 * oscillator sends comes into a graph here, and its frequency is printed.
 *
 * The page asks for the offer (GET /offer) and answers it (POST /answer);
 * candidates are part of both. The last page that asked is the one connected.
 */

/* GStreamer's WebRTC library is still free to change */
#define GST_USE_UNSTABLE_API

#include <gst/app/gstappsink.h>
#include <gst/audio/audio.h>
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <glib-unix.h>
#include <libsoup/soup.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000
#define AUDIBLE 0.001           /* -60 dB */

/* webrtcbin takes nothing until it is connected: what is older than 0.1 s by
 * then is dropped, or it would be heard late for good. The audio that the peer
 * sends is decoded and enters the second graph by mediastreamsource. */
#define PIPELINE \
    "oscillator frequency=440 ! gain gain=0.5 ! mediastreamdest is-live=true ! " \
    "queue leaky=downstream max-size-time=100000000 max-size-buffers=0 " \
    "max-size-bytes=0 ! opusenc ! rtpopuspay pt=96 ! application/x-rtp," \
    "media=audio,encoding-name=OPUS,encoding-params=(string)2,payload=96," \
    "clock-rate=48000 ! webrtcbin name=peer bundle-policy=max-bundle " \
    "rtpopusdepay name=received ! opusdec ! mediastreamsource ! " \
    "mediastreamdest is-live=true channel-count=1 ! audio/x-raw,rate=48000," \
    "format=" GST_AUDIO_NE (F32) " ! appsink name=out sync=false"

typedef struct
{
  GMainLoop *loop;
  GstElement *pipeline;         /* NULL: no page has asked yet */
  GstElement *peer;
  SoupServerMessage *request;   /* for the offer, until there is one */

  /* the streaming thread's: upward zero crossings in the last second */
  gdouble first, last;
  guint crossings, frames;
  gfloat before, peak;
} Program;

/* The peer's audio, as it leaves the graph */

static void
print_frequency (Program * program)
{
  if (program->peak > AUDIBLE && program->crossings > 1)
    g_print ("from the browser: %.2f Hz\n", (program->crossings - 1) * RATE /
        (program->last - program->first));
  else
    g_print ("from the browser: silence\n");
  program->crossings = program->frames = program->peak = 0;
}

static GstFlowReturn
on_sample (GstAppSink * sink, gpointer data)
{
  Program *program = data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  const gfloat *in;
  GstMapInfo map;
  gsize i;

  if (sample == NULL)
    return GST_FLOW_EOS;
  gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ);
  in = (const gfloat *) map.data;
  for (i = 0; i < map.size / sizeof (gfloat); i++) {
    if (program->before < 0 && in[i] >= 0) {
      /* where between the two samples */
      program->last = program->frames - in[i] / (in[i] - program->before);
      if (program->crossings++ == 0)
        program->first = program->last;
    }
    program->before = in[i];
    program->peak = MAX (program->peak, in[i]);
    if (++program->frames == RATE)
      print_frequency (program);
  }
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

/* The peer */

/* Nothing but 127.0.0.1 is used, and nothing is sent to find other ways */
static void
stay_at_home (GstElement * peer)
{
  GstObject *ice;
  GObject *agent;
  gboolean added;

  g_object_get (peer, "ice-agent", &ice, NULL);
  g_object_set (ice, "ice-tcp", FALSE, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  g_object_set (agent, "upnp", FALSE, NULL);
  g_signal_emit_by_name (ice, "add-local-ip-address", "127.0.0.1", &added);
  g_object_unref (agent);
  gst_object_unref (ice);
}

static void
on_pad_added (GstElement * peer, GstPad * pad, GstElement * received)
{
  GstPad *sink = gst_element_get_static_pad (received, "sink");

  if (GST_PAD_IS_SRC (pad) && !gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
  gst_object_unref (sink);
}

static void
describe (GstElement * peer, const gchar * which,
    GstWebRTCSessionDescription * description)
{
  GstPromise *promise = gst_promise_new ();

  g_signal_emit_by_name (peer, which, description, promise);
  gst_promise_wait (promise);
  gst_promise_unref (promise);
}

static void
make_offer (GstElement * peer)
{
  GstPromise *promise = gst_promise_new ();
  GstWebRTCSessionDescription *offer;

  g_signal_emit_by_name (peer, "create-offer", NULL, promise);
  gst_promise_wait (promise);
  gst_structure_get (gst_promise_get_reply (promise), "offer",
      GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, NULL);
  gst_promise_unref (promise);
  describe (peer, "set-local-description", offer);
  gst_webrtc_session_description_free (offer);
}

static void
take_answer (GstElement * peer, const gchar * text)
{
  GstWebRTCSessionDescription *answer;
  GstSDPMessage *sdp;

  if (*text == 0 || gst_sdp_message_new_from_text (text, &sdp) != GST_SDP_OK)
    return;
  answer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  describe (peer, "set-remote-description", answer);
  gst_webrtc_session_description_free (answer);
}

/* The offer is complete when all candidates are in it */
static gboolean
send_offer (gpointer data)
{
  Program *program = data;
  GstWebRTCICEGatheringState state;
  GstWebRTCSessionDescription *offer;
  gchar *text;

  if (program->request == NULL)
    return G_SOURCE_REMOVE;
  g_object_get (program->peer, "ice-gathering-state", &state, NULL);
  if (state != GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    return G_SOURCE_REMOVE;

  g_object_get (program->peer, "local-description", &offer, NULL);
  text = gst_sdp_message_as_text (offer->sdp);
  gst_webrtc_session_description_free (offer);
  soup_server_message_set_response (program->request, "application/sdp",
      SOUP_MEMORY_TAKE, text, strlen (text));
  soup_server_message_set_status (program->request, SOUP_STATUS_OK, NULL);
  soup_server_message_unpause (program->request);
  g_clear_object (&program->request);
  return G_SOURCE_REMOVE;
}

/* In a thread of webrtcbin's */
static void
on_gathering (GstElement * peer, GParamSpec * pspec, gpointer program)
{
  g_idle_add (send_offer, program);
}

/* The pipeline */

static void
hang_up (Program * program)
{
  if (program->pipeline == NULL)
    return;
  gst_element_set_state (program->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (GST_ELEMENT_BUS (program->pipeline));
  gst_clear_object (&program->peer);
  gst_clear_object (&program->pipeline);
  if (program->request)
    soup_server_message_unpause (program->request);
  g_clear_object (&program->request);
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Program *program = data;
  GError *error;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("%s\n", error->message);
    g_error_free (error);
    hang_up (program);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
call (Program * program)
{
  GstAppSinkCallbacks callbacks = {.new_sample = on_sample };
  GError *error = NULL;
  GstElement *received, *out;

  program->pipeline = gst_parse_launch (PIPELINE, &error);
  if (error) {
    g_printerr ("%s\n", error->message);
    g_error_free (error);
    gst_clear_object (&program->pipeline);
    return FALSE;
  }
  program->peer = gst_bin_get_by_name (GST_BIN (program->pipeline), "peer");
  received = gst_bin_get_by_name (GST_BIN (program->pipeline), "received");
  out = gst_bin_get_by_name (GST_BIN (program->pipeline), "out");
  gst_app_sink_set_callbacks (GST_APP_SINK (out), &callbacks, program, NULL);
  g_signal_connect (program->peer, "pad-added", G_CALLBACK (on_pad_added),
      received);
  g_signal_connect (program->peer, "notify::ice-gathering-state",
      G_CALLBACK (on_gathering), program);
  gst_bus_add_watch (GST_ELEMENT_BUS (program->pipeline), on_message, program);
  gst_object_unref (out);
  gst_object_unref (received);

  stay_at_home (program->peer);
  gst_element_set_state (program->pipeline, GST_STATE_PLAYING);
  make_offer (program->peer);
  return TRUE;
}

/* The server */

static void
send_page (SoupServerMessage * request)
{
  gchar *page;
  gsize length;

  if (!g_file_get_contents (PAGE, &page, &length, NULL))
    return;
  soup_server_message_set_response (request, "text/html; charset=utf-8",
      SOUP_MEMORY_TAKE, page, length);
  soup_server_message_set_status (request, SOUP_STATUS_OK, NULL);
}

static void
on_request (SoupServer * server, SoupServerMessage * request,
    const gchar * path, GHashTable * query, gpointer data)
{
  Program *program = data;
  SoupMessageBody *body = soup_server_message_get_request_body (request);
  GBytes *bytes = soup_message_body_flatten (body);
  gchar *text = g_strndup (body->data, body->length);

  g_bytes_unref (bytes);
  soup_server_message_set_status (request, SOUP_STATUS_NOT_FOUND, NULL);
  if (g_str_equal (path, "/")) {
    send_page (request);
  } else if (g_str_equal (path, "/offer")) {
    hang_up (program);
    if (call (program)) {
      program->request = g_object_ref (request);
      soup_server_message_pause (request);
    }
  } else if (g_str_equal (path, "/answer") && program->peer) {
    take_answer (program->peer, text);
    soup_server_message_set_status (request, SOUP_STATUS_NO_CONTENT, NULL);
  } else if (g_str_equal (path, "/status")) {
    g_print ("in the browser: %s\n", text);
    soup_server_message_set_status (request, SOUP_STATUS_NO_CONTENT, NULL);
  }
  g_free (text);
}

static gboolean
on_interrupt (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  Program program = { 0, };
  SoupServer *server = soup_server_new (NULL, NULL);
  guint port = argc > 1 ? atoi (argv[1]) : 0;   /* 0: any that is free */
  GError *error = NULL;
  GSList *uris;

  gst_init (&argc, &argv);
  soup_server_add_handler (server, NULL, on_request, &program, NULL);
  if (!soup_server_listen_local (server, port, SOUP_SERVER_LISTEN_IPV4_ONLY,
          &error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  uris = soup_server_get_uris (server);
  g_print ("open http://127.0.0.1:%d/\n", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  program.loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGINT, on_interrupt, program.loop);
  g_unix_signal_add (SIGTERM, on_interrupt, program.loop);
  g_main_loop_run (program.loop);

  hang_up (&program);
  g_object_unref (server);
  g_main_loop_unref (program.loop);
  return 0;
}
