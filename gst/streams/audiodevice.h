/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Audio outputs by their id, as GstDeviceMonitor knows them. */
#ifndef __GST_WEB_AUDIO_AUDIO_DEVICE_H__
#define __GST_WEB_AUDIO_AUDIO_DEVICE_H__

#include <gst/gst.h>

G_BEGIN_DECLS

G_GNUC_INTERNAL
GstElement *gst_web_audio_audio_device_make_sink (const gchar * id);

G_END_DECLS

#endif
