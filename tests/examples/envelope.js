#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// envelope.js [FILE.wav]: a note that glides up an octave, swells, trembles more
// and more and dies away, by the methods of AudioParam, from JavaScript.

import GLib from "gi://GLib";
import Gst from "gi://Gst?version=1.0";
import System from "system";

Gst.init(null);
const [file = "envelope.wav"] = System.programArgs;

const pipeline = Gst.parse_launch(
  "oscillator name=tone type=triangle stop=2000000000 ! gain name=amplifier gain=0" +
  " ! audio/x-raw,rate=48000 ! wavenc ! filesink name=file" +
  " oscillator frequency=6 ! gain name=depth gain=0 ! tone.detune_0");
pipeline.get_by_name("file").location = file;
const frequency = pipeline.get_by_name("tone").get_child_by_name("frequency");
const gain = pipeline.get_by_name("amplifier").get_child_by_name("gain");
const depth = pipeline.get_by_name("depth").get_child_by_name("gain");

// Times are seconds of the graph's time
frequency.emit("set-value-at-time", 220, 0);
frequency.emit("exponential-ramp-to-value-at-time", 440, 0.5);

gain.emit("linear-ramp-to-value-at-time", 0.8, 0.05);
gain.emit("set-target-at-time", 0.4, 0.05, 0.3);
// The key is let go: what would have come does not, it dies away from there
gain.emit("cancel-and-hold-at-time", 1.2);
gain.emit("set-target-at-time", 0, 1.2, 0.15);

depth.emit("set-value-curve-at-time", new GLib.Variant("ad", [0, 5, 10, 40, 20]), 0.5, 1);

// Where Web Audio has an exception, a method returns false and changes nothing
if (!gain.emit("exponential-ramp-to-value-at-time", 0, 2))
  print(gain.error.message);

let error = null;
const loop = new GLib.MainLoop(null, false);

function onMessage(bus, message) {
  if (message.type === Gst.MessageType.ERROR)
    [error] = message.parse_error();
  if (message.type === Gst.MessageType.ERROR || message.type === Gst.MessageType.EOS)
    loop.quit();
}

pipeline.get_bus().add_signal_watch();
pipeline.get_bus().connect("message", onMessage);
pipeline.set_state(Gst.State.PLAYING);
loop.run();
pipeline.set_state(Gst.State.NULL);
if (error) {
  printerr(error.message);
  System.exit(1);
}
