/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is at the other end of a pad's link, through ghost pads and elements
 * that hand a pull on unchanged. */
#ifndef __GST_WEB_AUDIO_LINK_H__
#define __GST_WEB_AUDIO_LINK_H__

#include "input.h"
#include "output.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL
GstWebAudioInput *gst_web_audio_link_find_input (GstWebAudioOutput * output);

G_GNUC_INTERNAL
GstWebAudioOutput *gst_web_audio_link_find_output (GstWebAudioInput * input);

G_GNUC_INTERNAL
GPtrArray *gst_web_audio_link_get_pads (GstWebAudioNode * node);

G_GNUC_INTERNAL
GPtrArray *gst_web_audio_link_get_way (GstWebAudioInput * input,
    GstWebAudioOutput * output);

G_GNUC_INTERNAL
gboolean gst_web_audio_link_is_quiet (GstWebAudioInput * input);

G_GNUC_INTERNAL
gboolean gst_web_audio_link_is_direct (GstPad * pad);

G_GNUC_INTERNAL
void gst_web_audio_link_reopen (GstPad * srcpad);

G_GNUC_INTERNAL
gboolean gst_web_audio_link_ends_in_audio_sink (GstPad * srcpad);

G_GNUC_INTERNAL
gboolean gst_web_audio_link_leads_somewhere (GstPad * pad);

G_GNUC_INTERNAL
gboolean gst_web_audio_link_will_start (GstPad * pad);

G_GNUC_INTERNAL
gboolean gst_web_audio_link_is_waking (GstPad * srcpad);

G_END_DECLS

#endif
