/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A live graph sends to a peer: mediastreamdest, opusenc, rtpopuspay and
 * webrtcbin, over the loopback interface to another webrtcbin, where the tone is
 * measured.
 *
 * Skipped where webrtcbin or what it needs is not installed.
 */

#include "check-webaudio.h"
#include "generic/check-tone.h"
#include "generic/check-webrtc.h"

#define RATE 48000
#define SKIPPED 77

/* Half a second for the codec and the jitter buffer to settle, then a second to
 * measure */
#define SETTLED (RATE / 2)
#define MEASURED RATE

static void
link_track (GstElement * webrtc, GstPad * pad, GstElement * depayloader)
{
  GstPad *sink = gst_element_get_static_pad (depayloader, "sink");

  if (GST_PAD_IS_SRC (pad))
    fail_unless_equals_int (gst_pad_link (pad, sink), GST_PAD_LINK_OK);
  gst_object_unref (sink);
}

GST_START_TEST (test_send)
{
  GstElement *sender = launch ("oscillator frequency=440 ! mediastreamdest "
      "is-live=true ! opusenc ! rtpopuspay pt=96 ! application/x-rtp,"
      "media=audio,encoding-name=OPUS,payload=96,clock-rate=48000 ! "
      "webrtcbin name=peer bundle-policy=max-bundle");
  GstElement *receiver = launch ("webrtcbin name=peer bundle-policy=max-bundle "
      "rtpopusdepay name=depay ! opusdec ! audioconvert ! "
      "audio/x-raw,format=%s ! fakesink name=out", GST_AUDIO_NE (F32));
  GstElement *caller = get_element (sender, "peer");
  GstElement *callee = get_element (receiver, "peer");
  GstElement *depay = get_element (receiver, "depay");
  Recorder *recorder = record (receiver, "out");
  Tone tone;

  fail_unless (stay_at_home (caller));
  fail_unless (stay_at_home (callee));
  g_signal_connect (caller, "on-ice-candidate", G_CALLBACK (send_candidate),
      callee);
  g_signal_connect (callee, "on-ice-candidate", G_CALLBACK (send_candidate),
      caller);
  g_signal_connect (callee, "pad-added", G_CALLBACK (link_track), depay);

  play (receiver);
  fail_unless_equals_int (gst_element_set_state (sender, GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  play (sender);
  fail_unless (negotiate (caller, "offer", callee));
  fail_unless (negotiate (callee, "answer", caller));
  fail_unless (recorder_wait (recorder, SETTLED + MEASURED));
  set_state (sender, GST_STATE_NULL);
  set_state (receiver, GST_STATE_NULL);

  measure_tone (&tone, recorder_samples (recorder) + SETTLED *
      recorder_channels (recorder), MEASURED, recorder_channels (recorder), 0,
      RATE);
  fail_unless (fabs (tone.frequency - 440) < 1, "%g Hz", tone.frequency);
  fail_unless (fabs (tone.level - 1) < 0.1, "level %g", tone.level);

  recorder_free (recorder);
  gst_object_unref (depay);
  gst_object_unref (callee);
  gst_object_unref (caller);
  stop (receiver);
  stop (sender);
}

GST_END_TEST;

static Suite *
webrtc_suite (void)
{
  Suite *s = suite_create ("webrtc");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_send);
  return s;
}

int
main (int argc, char **argv)
{
  static const gchar *needed[] =
      { "webrtcbin", "nicesrc", "dtlsdec", "srtpdec" };
  guint i;

  gst_check_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (needed); i++) {
    GstElementFactory *factory = gst_element_factory_find (needed[i]);

    if (!factory) {
      g_print ("skipped: there is no %s\n", needed[i]);
      return SKIPPED;
    }
    gst_object_unref (factory);
  }
  return gst_check_run_suite (webrtc_suite (), "webrtc", __FILE__);
}
