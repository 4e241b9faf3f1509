#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""recorder.py [FILE] [SECONDS]: records a sine, from Python."""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

Gst.init(None)
file = sys.argv[1] if len(sys.argv) > 1 else "sine.ogg"
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 5

pipeline = Gst.parse_launch(
    f"oscillator frequency=440 stop={round(seconds * Gst.SECOND)} ! mediastreamdest"
    " ! mediarecorder mime-type=audio/ogg;codecs=opus timeslice=1000000000")
loop = GLib.MainLoop()
chunks = []
errors = []


def on_message(bus, message):
    if message.has_name("mediarecorder-data-available"):
        chunk = message.get_structure().get_value("buffer")
        chunks.append(chunk.extract_dup(0, chunk.get_size()))
    elif message.has_name("mediarecorder-stopped"):
        loop.quit()
    elif message.type == Gst.MessageType.ERROR:
        errors.append(message.parse_error().gerror.message)
        loop.quit()


# The recorder stops when the sine has ended
pipeline.bus.add_signal_watch()
pipeline.bus.connect("message", on_message)
pipeline.set_state(Gst.State.PLAYING)
loop.run()
pipeline.set_state(Gst.State.NULL)

if errors:
    sys.exit(errors[0])
with open(file, "wb") as out:
    out.write(b"".join(chunks))
