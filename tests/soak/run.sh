#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what is missing, builds, and runs the long tests, which take ten
# minutes: an hour of audio through recorders and a sink, six times as fast as
# real time, while ten minutes of it go to a peer in real time; and 10,000 calls
# of a recorder's methods in random order under AddressSanitizer.
#
# usage: run.sh [OPTION...]     options of soak, see its --help, such as
#                               --speed 1 --webrtc-seconds 3600

set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
operations=10000

# build FOLDER OPTION...
build ()
{
  folder=$1
  shift
  [ -f "$folder/build.ninja" ] \
    || meson setup "$folder" "$root" -Dtests=enabled -Dexamples=enabled "$@"
  ninja -C "$folder"
}

"$root/tests/install-deps.sh"
build "$root/build"
build "$root/build-asan" -Db_sanitize=address,undefined -Dgobject-cast-checks=enabled

echo "== $operations calls in random order, under AddressSanitizer"
GST_CHECKS=test_random WEBAUDIO_RECORDER_OPERATIONS=$operations \
  meson test -C "$root/build-asan" --no-rebuild streams_mediarecorder

echo "== an hour"
meson devenv -C "$root/build" tests/soak/soak --verbose \
  --seconds 3600 --speed 6 --webrtc-seconds 600 "$@"
