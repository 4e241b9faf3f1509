/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A live graph sends a tone to a peer, over the loopback interface, into whose
 * live graph it comes through mediastreamsource. Each second of what that graph
 * puts out is looked at.
 */

#include "soak.h"

#include <math.h>
#include <string.h>

#include "../check/generic/check-tone.h"
#include "../check/generic/check-webrtc.h"

#define FREQUENCY 440
#define LEVEL 0.5
/* mediastreamsource makes up for clocks that differ by as much as this */
#define DRIFT 0.0005
#define PEER "webrtcbin name=peer bundle-policy=max-bundle "

struct _WebrtcLeg
{
  GstElement *sender, *receiver;
  GstElement *caller, *callee;

  /* of the sink's thread */
  gfloat second[RATE];
  guint n;
  guint seconds;                /* since it was heard first */
  guint wrong;                  /* of these */
  gdouble frequency;            /* of the last */

  GSourceFunc done;
  gpointer data;
};

static void
link_track (GstElement * webrtc, GstPad * pad, GstElement * depayloader)
{
  GstPad *sink = gst_element_get_static_pad (depayloader, "sink");

  if (GST_PAD_IS_SRC (pad))
    gst_pad_link (pad, sink);
  gst_object_unref (sink);
}

/* Listening */

static void
check_second (WebrtcLeg * leg)
{
  Tone tone;
  gboolean right;

  measure_tone (&tone, leg->second, RATE, 1, 0, RATE);
  leg->frequency = tone.frequency;
  right = fabs (tone.frequency - FREQUENCY) < 1 + DRIFT * FREQUENCY
      && fabs (tone.level - LEVEL) < 0.1 * LEVEL;
  /* the first that is right, too, begins when the connection is there */
  if (right || leg->seconds)
    leg->seconds++;
  if (leg->seconds && !right)
    leg->wrong++;
}

static GstPadProbeReturn
listen (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  WebrtcLeg *leg = data;
  GstMapInfo map;
  gsize at, n;

  gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ);
  for (at = 0; at < map.size; at += n * sizeof (gfloat)) {
    n = MIN ((map.size - at) / sizeof (gfloat), RATE - leg->n);
    memcpy (leg->second + leg->n, map.data + at, n * sizeof (gfloat));
    if ((leg->n += n) == RATE) {
      check_second (leg);
      leg->n = 0;
    }
  }
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
  return GST_PAD_PROBE_OK;
}

/* The leg */

static gboolean
is_installed (void)
{
  static const gchar *needed[] =
      { "webrtcbin", "nicesrc", "dtlsdec", "srtpdec", "opusdec" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (needed); i++) {
    GstElementFactory *factory = gst_element_factory_find (needed[i]);

    if (!factory)
      return FALSE;
    gst_object_unref (factory);
  }
  return TRUE;
}

static gboolean
on_ended (gpointer data)
{
  return G_SOURCE_REMOVE;
}

static gboolean
on_time (gpointer data)
{
  WebrtcLeg *leg = data;

  leg->done (leg->data);
  return G_SOURCE_REMOVE;
}

static void
create_pipelines (WebrtcLeg * leg)
{
  GstElement *depay, *sink;
  GstPad *pad;

  leg->sender = soak_launch ("oscillator frequency=%d ! "
      "mediastreamdest is-live=true ! queue leaky=downstream "
      "max-size-time=100000000 max-size-buffers=0 max-size-bytes=0 ! opusenc ! "
      "rtpopuspay pt=96 ! application/x-rtp,media=audio,encoding-name=OPUS,"
      "payload=96,clock-rate=48000 ! " PEER, FREQUENCY);
  leg->receiver = soak_launch (PEER "rtpopusdepay name=depay ! opusdec ! "
      "mediastreamsource name=source ! gain gain=%g ! "
      "mediastreamdest is-live=true channel-count=1 ! "
      "audio/x-raw,format=F32LE,rate=48000,channels=1 ! "
      "fakesink name=out sync=true", LEVEL);
  leg->caller = soak_get (leg->sender, "peer");
  leg->callee = soak_get (leg->receiver, "peer");
  stay_at_home (leg->caller);
  stay_at_home (leg->callee);
  g_signal_connect (leg->caller, "on-ice-candidate",
      G_CALLBACK (send_candidate), leg->callee);
  g_signal_connect (leg->callee, "on-ice-candidate",
      G_CALLBACK (send_candidate), leg->caller);
  depay = soak_get (leg->receiver, "depay");
  g_signal_connect_object (leg->callee, "pad-added", G_CALLBACK (link_track),
      depay, 0);
  gst_object_unref (depay);

  sink = soak_get (leg->receiver, "out");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, listen, leg, NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
}

WebrtcLeg *
webrtc_leg_start (guint seconds, GSourceFunc done, gpointer data)
{
  WebrtcLeg *leg;

  if (!is_installed ())
    return NULL;
  leg = g_new0 (WebrtcLeg, 1);
  leg->done = done;
  leg->data = data;
  create_pipelines (leg);
  soak_watch (leg->sender, on_ended, leg);
  soak_watch (leg->receiver, on_ended, leg);
  gst_element_set_state (leg->receiver, GST_STATE_PLAYING);
  gst_element_set_state (leg->sender, GST_STATE_PAUSED);
  gst_element_set_state (leg->sender, GST_STATE_PLAYING);
  if (!negotiate (leg->caller, "offer", leg->callee)
      || !negotiate (leg->callee, "answer", leg->caller))
    soak_fail ("WebRTC: no offer, or no answer");
  g_timeout_add_seconds (seconds, on_time, leg);
  return leg;
}

/* That some seconds are wrong is no failure: a loaded machine may be late. */
void
webrtc_leg_finish (WebrtcLeg * leg)
{
  GstElement *source = soak_get (leg->receiver, "source");
  guint64 underruns;

  g_object_get (source, "underruns", &underruns, NULL);
  gst_object_unref (source);
  gst_object_unref (leg->caller);
  gst_object_unref (leg->callee);
  soak_stop (leg->sender);
  soak_stop (leg->receiver);
  g_print ("WebRTC: heard for %u s, wrong in %u of them, %.2f Hz at the end, %"
      G_GUINT64_FORMAT " frames of silence because it was late\n",
      leg->seconds, leg->wrong, leg->frequency, underruns);
  if (!leg->seconds || leg->wrong > leg->seconds / 2)
    soak_fail ("WebRTC: what comes is not what was sent");
  g_free (leg);
}
