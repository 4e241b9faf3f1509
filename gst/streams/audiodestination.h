/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WEB_AUDIO_AUDIO_DESTINATION_H__
#define __GST_WEB_AUDIO_AUDIO_DESTINATION_H__

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_WEB_AUDIO_AUDIO_DESTINATION \
    (gst_web_audio_audio_destination_get_type ())
G_DECLARE_FINAL_TYPE (GstWebAudioAudioDestination,
    gst_web_audio_audio_destination, GST, WEB_AUDIO_AUDIO_DESTINATION, GstBin)

/**
 * GstWebAudioContextState:
 * @GST_WEB_AUDIO_CONTEXT_STATE_SUSPENDED: nothing is rendered, and the time of
 *     the graph stands still
 * @GST_WEB_AUDIO_CONTEXT_STATE_RUNNING: the graph is rendered
 * @GST_WEB_AUDIO_CONTEXT_STATE_CLOSED: the graph has been ended for good
 *
 * https://webaudio.github.io/web-audio-api/#enumdef-audiocontextstate
 */
typedef enum
{
  GST_WEB_AUDIO_CONTEXT_STATE_SUSPENDED,
  GST_WEB_AUDIO_CONTEXT_STATE_RUNNING,
  GST_WEB_AUDIO_CONTEXT_STATE_CLOSED
} GstWebAudioContextState;

#define GST_TYPE_WEB_AUDIO_CONTEXT_STATE \
    (gst_web_audio_context_state_get_type ())

G_GNUC_INTERNAL
GType gst_web_audio_context_state_get_type (void);

GST_ELEMENT_REGISTER_DECLARE (audiodestination);

G_END_DECLS

#endif
