#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// recorder.js [FILE] [SECONDS]: records a sine, from JavaScript.

import Gio from "gi://Gio";
import GLib from "gi://GLib";
import Gst from "gi://Gst?version=1.0";
import System from "system";

Gst.init(null);
const [file = "sine.ogg", seconds = "5"] = System.programArgs;

const pipeline = Gst.parse_launch(
  `oscillator frequency=440 stop=${Math.round(seconds * 1e9)} ! mediastreamdest` +
  " ! mediarecorder mime-type=audio/ogg;codecs=opus timeslice=1000000000");
const loop = new GLib.MainLoop(null, false);
const blob = Gio.MemoryOutputStream.new_resizable();
let error = null;

// Messages come in this thread. Signals of elements come in others, in which no
// JavaScript can run.
function onMessage(bus, message) {
  if (message.has_name("mediarecorder-data-available")) {
    const chunk = message.get_structure().get_value("buffer");
    blob.write_bytes(GLib.Bytes.new(chunk.extract_dup(0, chunk.get_size())), null);
  } else if (message.has_name("mediarecorder-stopped")) {
    loop.quit();
  } else if (message.type === Gst.MessageType.ERROR) {
    [error] = message.parse_error();
    loop.quit();
  }
}

// The recorder stops when the sine has ended
pipeline.get_bus().add_signal_watch();
pipeline.get_bus().connect("message", onMessage);
pipeline.set_state(Gst.State.PLAYING);
loop.run();
pipeline.set_state(Gst.State.NULL);

if (error) {
  printerr(error.message);
  System.exit(1);
}
blob.close(null);
GLib.file_set_contents(file, blob.steal_as_bytes().toArray());
