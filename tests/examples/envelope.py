#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""envelope.py [FILE.wav]: a note that glides up an octave, swells, trembles more
and more and dies away, by the methods of AudioParam, from Python."""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

Gst.init(None)
file = sys.argv[1] if len(sys.argv) > 1 else "envelope.wav"

pipeline = Gst.parse_launch(
    "oscillator name=tone type=triangle stop=2000000000 ! gain name=amplifier gain=0"
    " ! audio/x-raw,rate=48000 ! wavenc ! filesink name=file"
    " oscillator frequency=6 ! gain name=depth gain=0 ! tone.detune_0")
pipeline.get_by_name("file").set_property("location", file)
frequency = pipeline.get_by_name("tone").get_child_by_name("frequency")
gain = pipeline.get_by_name("amplifier").get_child_by_name("gain")
depth = pipeline.get_by_name("depth").get_child_by_name("gain")

# Times are seconds of the graph's time
frequency.emit("set-value-at-time", 220, 0)
frequency.emit("exponential-ramp-to-value-at-time", 440, 0.5)

gain.emit("linear-ramp-to-value-at-time", 0.8, 0.05)
gain.emit("set-target-at-time", 0.4, 0.05, 0.3)
# The key is let go: what would have come does not, it dies away from there
gain.emit("cancel-and-hold-at-time", 1.2)
gain.emit("set-target-at-time", 0, 1.2, 0.15)

depth.emit("set-value-curve-at-time", GLib.Variant("ad", [0, 5, 10, 40, 20]), 0.5, 1)

# Where Web Audio has an exception, a method returns False and changes nothing
if not gain.emit("exponential-ramp-to-value-at-time", 0, 2):
    print(gain.props.error.message)

pipeline.set_state(Gst.State.PLAYING)
message = pipeline.bus.timed_pop_filtered(
    Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
pipeline.set_state(Gst.State.NULL)
if message.type == Gst.MessageType.ERROR:
    sys.exit(message.parse_error().gerror.message)
