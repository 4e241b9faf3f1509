/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes into a recorder: which samples are recorded, and where there is
 * silence between them. The sink pad waits while the queue of the take is full.
 */
#ifndef __GST_WEB_AUDIO_RECORDER_INPUT_H__
#define __GST_WEB_AUDIO_RECORDER_INPUT_H__

#include "recordertake.h"

G_BEGIN_DECLS

typedef gboolean (*GstWebAudioRecorderStart) (GstElement * recorder);

/**
 * GstWebAudioRecorderInput:
 * @pad: the recorder's sink pad; not owned
 * @takes: the recorder's
 * @start: starts a take, with the first data
 * @running: PAUSED or PLAYING
 * @armed: the first data is to come, and starts a take
 * @ended: so has the stream
 * @flushing: nobody waits
 * @stream: (nullable): what comes in
 * @next: running time where a buffer is expected
 * @surplus: silence that was recorded for what came after all
 * @segment: of the pad's stream, whose thread alone has it
 * @info: likewise
 *
 * From @running to @surplus: guarded by the lock of @takes.
 */
typedef struct
{
  GstPad *pad;
  GstWebAudioTakes *takes;
  GstWebAudioRecorderStart start;

  gboolean running;
  gboolean armed;
  gboolean ended;
  gboolean flushing;
  GstStreamCollection *stream;
  GstClockTime next;
  GstClockTime surplus;

  GstSegment segment;
  GstAudioInfo info;
} GstWebAudioRecorderInput;

G_GNUC_INTERNAL
void gst_web_audio_recorder_input_init (GstWebAudioRecorderInput * input,
    GstPad * pad, GstWebAudioTakes * takes, GstWebAudioRecorderStart start);
G_GNUC_INTERNAL
void gst_web_audio_recorder_input_open (GstWebAudioRecorderInput * input,
    gboolean auto_start);
G_GNUC_INTERNAL
void gst_web_audio_recorder_input_interrupt (GstWebAudioRecorderInput * input);
G_GNUC_INTERNAL
void gst_web_audio_recorder_input_close (GstWebAudioRecorderInput * input);
G_GNUC_INTERNAL
gboolean gst_web_audio_recorder_input_has_stream (GstWebAudioRecorderInput *
    input);
G_GNUC_INTERNAL
void gst_web_audio_recorder_input_restart (GstWebAudioRecorderInput * input);

G_END_DECLS

#endif
