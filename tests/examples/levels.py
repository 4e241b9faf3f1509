#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""levels.py [SINK]: plays three notes and prints, every 100 ms, which frequency an analyser finds strongest."""

import array
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

Gst.init(None)
RATE = 48000
sink = sys.argv[1] if len(sys.argv) > 1 else "autoaudiosink"
notes = " ".join(
    f"oscillator frequency={frequency} start={i * 500000000} stop={(i + 1) * 500000000} ! mix."
    for i, frequency in enumerate((440, 660, 880)))
pipeline = Gst.parse_launch(
    f"gain name=mix gain=0.3 sample-rate={RATE} ! {sink}"
    "  mix. ! analyser name=analyser fft-size=8192 smoothing-time-constant=0  " + notes)
analyser = pipeline.get_by_name("analyser")
loop = GLib.MainLoop()
errors = []


def show():
    levels = array.array("f", analyser.emit("copy-float-frequency-data").get_data())
    strongest = max(range(len(levels)), key=levels.__getitem__)
    if levels[strongest] > -60:
        print(f"{strongest * RATE / analyser.props.fft_size:.0f} Hz {levels[strongest]:.0f} dB", flush=True)
    return True


def on_message(bus, message):
    if message.type == Gst.MessageType.ERROR:
        errors.append(message.parse_error().gerror.message)
    if message.type in (Gst.MessageType.ERROR, Gst.MessageType.EOS):
        loop.quit()


pipeline.bus.add_signal_watch()
pipeline.bus.connect("message", on_message)
GLib.timeout_add(100, show)
pipeline.set_state(Gst.State.PLAYING)
loop.run()
pipeline.set_state(Gst.State.NULL)
if errors:
    sys.exit(errors[0])
