#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""filter.py [FILE.wav]: two seconds of a sawtooth through a low-pass filter that is written here."""

import array
import math
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

Gst.init(None)
file = sys.argv[1] if len(sys.argv) > 1 else "filter.wav"

pipeline = Gst.parse_launch(
    "oscillator type=sawtooth frequency=110 stop=2000000000 ! gain gain=0.5"
    " ! scriptprocessor name=filter parameters=cutoff:800:10:20000"
    f" ! wavenc ! filesink location={file}"
    "  oscillator frequency=3 stop=2000000000 ! gain gain=600 ! filter.cutoff_0")


def floats(buffer):
    return array.array("f", buffer.extract_dup(0, buffer.get_size()))


class LowPass:
    """One channel; several are one after another in the buffers."""

    def __init__(self):
        self.state = 0

    def process(self, element, input, output, parameters):
        rate = parameters.get_value("sample-rate")
        # the beginning, or a seek
        if input.has_flags(Gst.BufferFlags.DISCONT):
            self.state = 0
        samples = floats(input)
        for i, frequency in enumerate(floats(parameters.get_value("cutoff"))):
            coefficient = 1 - math.exp(-2 * math.pi * frequency / rate)
            self.state += coefficient * (samples[i] - self.state)
            samples[i] = self.state
        output.fill(0, samples.tobytes())
        # it is to be called as long as it still sounds
        return abs(self.state) > 1e-5


pipeline.get_by_name("filter").connect("process", LowPass().process)
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.bus.timed_pop_filtered(
    Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
pipeline.set_state(Gst.State.NULL)
if message.type == Gst.MessageType.ERROR:
    sys.exit(message.parse_error().gerror.message)
