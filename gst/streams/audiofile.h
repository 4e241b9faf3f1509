/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstWebAudioFile: the properties location and uri of a node that takes a whole
 * file into memory (the sound of a buffersource, the response of a convolver).
 *
 * The file is decoded (audiodecoder.h) from when the node goes to READY, and a
 * graph that is not live does not begin before that has ended. What goes wrong is
 * the node's error.
 *
 *   in class_init:      gst_web_audio_file_install_properties ()
 *   in init:            gst_web_audio_file_new (node, loaded)
 *   in finalize:        gst_web_audio_file_free ()
 *   in change_state:    gst_web_audio_file_change_state ()
 *   properties:         gst_web_audio_file_set_property (), _get_property ()
 */
#ifndef __GST_WEB_AUDIO_FILE_H__
#define __GST_WEB_AUDIO_FILE_H__

#include "../graph/node.h"

G_BEGIN_DECLS

typedef struct _GstWebAudioFile GstWebAudioFile;

/**
 * GstWebAudioFileLoaded:
 * @node: whose file it is
 * @sample: (nullable) (transfer none): all of the file, as planes of F32 of its
 *     own rate; %NULL where what was there before is gone: another file was set,
 *     or none, or the node went to NULL
 *
 * What the file holds has changed. Called from any thread that holds no lock of
 * the graph or of the node.
 */
typedef void (*GstWebAudioFileLoaded) (GstWebAudioNode * node,
    GstSample * sample);

G_GNUC_INTERNAL
void gst_web_audio_file_install_properties (GObjectClass * object_class,
    guint location_id, guint uri_id);

G_GNUC_INTERNAL
GstWebAudioFile *gst_web_audio_file_new (GstWebAudioNode * node,
    GstWebAudioFileLoaded loaded);

G_GNUC_INTERNAL
void gst_web_audio_file_free (GstWebAudioFile * file);

G_GNUC_INTERNAL
void gst_web_audio_file_set_uri (GstWebAudioFile * file, const gchar * uri);

G_GNUC_INTERNAL
gboolean gst_web_audio_file_is_set (GstWebAudioFile * file);

G_GNUC_INTERNAL
void gst_web_audio_file_set_property (GstWebAudioFile * file,
    const GValue * value, const GParamSpec * pspec);

G_GNUC_INTERNAL
void gst_web_audio_file_get_property (GstWebAudioFile * file, GValue * value,
    const GParamSpec * pspec);

G_GNUC_INTERNAL
GstStateChangeReturn gst_web_audio_file_change_state (GstWebAudioFile * file,
    gpointer parent_class, GstStateChange transition);

G_END_DECLS

#endif
