/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin: registers each element. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "graph/timeline.h"
#include "nodes/biquadfilter.h"
#include "nodes/analyser.h"
#include "nodes/audiolistener.h"
#include "nodes/buffersource.h"
#include "nodes/channelmerger.h"
#include "nodes/channelsplitter.h"
#include "nodes/constantsource.h"
#include "nodes/convolver.h"
#include "nodes/delay.h"
#include "nodes/delayreader.h"
#include "nodes/delaywriter.h"
#include "nodes/dynamicscompressor.h"
#include "nodes/gain.h"
#include "nodes/iirfilter.h"
#include "nodes/oscillator.h"
#include "nodes/panner.h"
#include "nodes/scriptprocessor.h"
#include "nodes/stereopanner.h"
#include "nodes/waveshaper.h"
#include "streams/audiodestination.h"
#include "streams/mediarecorder.h"
#include "streams/mediastreamdest.h"
#include "streams/mediastreamsource.h"

static gboolean
plugin_init (GstPlugin * plugin)
{
  gboolean registered = TRUE;

  /* an application finds it by its name */
  g_type_ensure (GST_TYPE_WEB_AUDIO_TIMELINE);
  registered &= GST_ELEMENT_REGISTER (analyser, plugin);
  registered &= GST_ELEMENT_REGISTER (audiodestination, plugin);
  registered &= GST_ELEMENT_REGISTER (audiolistener, plugin);
  registered &= GST_ELEMENT_REGISTER (biquadfilter, plugin);
  registered &= GST_ELEMENT_REGISTER (buffersource, plugin);
  registered &= GST_ELEMENT_REGISTER (channelmerger, plugin);
  registered &= GST_ELEMENT_REGISTER (channelsplitter, plugin);
  registered &= GST_ELEMENT_REGISTER (constantsource, plugin);
  registered &= GST_ELEMENT_REGISTER (convolver, plugin);
  registered &= GST_ELEMENT_REGISTER (delay, plugin);
  registered &= GST_ELEMENT_REGISTER (delayreader, plugin);
  registered &= GST_ELEMENT_REGISTER (delaywriter, plugin);
  registered &= GST_ELEMENT_REGISTER (dynamicscompressor, plugin);
  registered &= GST_ELEMENT_REGISTER (gain, plugin);
  registered &= GST_ELEMENT_REGISTER (iirfilter, plugin);
  registered &= GST_ELEMENT_REGISTER (mediarecorder, plugin);
  registered &= GST_ELEMENT_REGISTER (mediastreamdest, plugin);
  registered &= GST_ELEMENT_REGISTER (mediastreamsource, plugin);
  registered &= GST_ELEMENT_REGISTER (oscillator, plugin);
  registered &= GST_ELEMENT_REGISTER (panner, plugin);
  registered &= GST_ELEMENT_REGISTER (scriptprocessor, plugin);
  registered &= GST_ELEMENT_REGISTER (stereopanner, plugin);
  registered &= GST_ELEMENT_REGISTER (waveshaper, plugin);
  return registered;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, webaudio,
    "The Web Audio API as elements", plugin_init, VERSION,
    GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
