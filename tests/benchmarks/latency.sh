#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds with optimisation and measures how long a change of a property takes to
# be heard, also through a PulseAudio server of its own with a null sink.
#
# usage: tests/benchmarks/latency.sh [CHANGES]

set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$top/build-benchmarks}
folder=$(mktemp -d)
server=

finish() {
  if [ -n "$server" ]; then kill "$server"; wait "$server" || true; fi
  rm -rf "$folder"
}
trap finish EXIT

"$top/tests/install-deps.sh" record >&2
if [ ! -f "$build/build.ninja" ]; then
  meson setup "$build" "$top" --buildtype=release -Dbenchmarks=enabled \
    -Dexamples=disabled -Ddoc=disabled >&2
fi
ninja -C "$build" >&2

if command -v pulseaudio > /dev/null; then
  export XDG_RUNTIME_DIR=$folder PULSE_RUNTIME_PATH=$folder \
    PULSE_STATE_PATH=$folder PULSE_COOKIE=$folder/cookie
  pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 \
    -L module-native-protocol-unix \
    -L "module-null-sink sink_name=null format=float32le rate=48000 channels=1" \
    2> /dev/null &
  server=$!
  export PULSE_SERVER=$folder/native
  until [ -e "$PULSE_SERVER" ]; do sleep 0.1; done
else
  unset PULSE_SERVER
fi
export GST_PLUGIN_PATH=$build/gst GST_REGISTRY=$folder/registry.bin
"$build/tests/benchmarks/latency" "$@"
