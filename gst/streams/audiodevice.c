/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Audio outputs by their id. GStreamer gives devices no id of its own, so it is
 * what the sound system calls them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "audiodevice.h"

/* Where the providers of PulseAudio, PipeWire and ALSA say it. */
static const gchar *id_fields[] = { "node.name", "device.id", "device.name" };

static gboolean
has_property (GstDevice * device, const gchar * name, const gchar * id)
{
  gchar *value = NULL;
  gboolean equal;

  if (!g_object_class_find_property (G_OBJECT_GET_CLASS (device), name))
    return FALSE;
  g_object_get (device, name, &value, NULL);
  equal = !g_strcmp0 (value, id);
  g_free (value);
  return equal;
}

static gboolean
has_id (GstDevice * device, const gchar * id)
{
  GstStructure *properties = gst_device_get_properties (device);
  gboolean equal = has_property (device, "internal-name", id)
      || has_property (device, "display-name", id);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (id_fields) && properties && !equal; i++)
    equal = !g_strcmp0 (gst_structure_get_string (properties, id_fields[i]),
        id);
  g_clear_pointer (&properties, gst_structure_free);
  return equal;
}

/*
 * gst_web_audio_audio_device_make_sink:
 * @id: what the sound system calls the device (the argument device of the
 *     launch line that gst-device-monitor-1.0 prints), or the name that it
 *     shows
 *
 * Returns: (nullable) (transfer floating): an element that plays there; %NULL
 *     if there is no such device
 */
GstElement *
gst_web_audio_audio_device_make_sink (const gchar * id)
{
  GstDeviceMonitor *monitor = gst_device_monitor_new ();
  GstElement *sink = NULL;
  GList *devices, *l;

  gst_device_monitor_add_filter (monitor, "Audio/Sink", NULL);
  /* without a start the providers are asked once */
  devices = gst_device_monitor_get_devices (monitor);
  for (l = devices; l && !sink; l = l->next)
    if (has_id (l->data, id))
      sink = gst_device_create_element (l->data, NULL);
  g_list_free_full (devices, gst_object_unref);
  gst_object_unref (monitor);
  return sink;
}
