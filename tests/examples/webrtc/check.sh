#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Connects webrtc with Chromium without a window: an AnalyserNode finds 440 Hz in
# what the browser receives and plays, and the 660 Hz of its oscillator come out
# of our graph. Over nothing but the loopback interface.
#
# usage: check.sh PROGRAM

set -eu

program=$1
# measurements of each direction
enough=5

. "$(dirname "$0")/../harness.sh"

[ -n "$program" ] || skip "the program was built without libsoup 3 or GStreamer's WebRTC library"
has_browser chromium
isolate "$@"

# frequencies PLACE: those in the lines that begin so, once there is sound
frequencies ()
{
  sed -n "s/^$1 the browser: \([1-9][0-9.]*\) Hz.*/\1/p" "$tmp/log"
}

# measured PLACE: often enough, the first left out
measured ()
{
  [ "$(frequencies "$1" | wc -l)" -gt $enough ]
}

# expect PLACE FREQUENCY: within 1 Hz, by the median
expect ()
{
  wait_for measured "$1" || fail "$(cat "$tmp/browser" "$tmp/log"; echo "nothing $1 the browser")"
  median=$(frequencies "$1" | sed -n "2,$((enough + 1))p" | sort -n | sed -n "$((enough / 2 + 1))p")
  echo "$1 the browser: $median Hz"
  LC_ALL=C awk -v found="$median" -v wanted="$2" \
    'BEGIN { exit !(found > wanted - 1 && found < wanted + 1) }' \
    || fail "$(cat "$tmp/log"; echo "not $2 Hz $1 the browser")"
}

start_sound
start "$program" >"$tmp/log" 2>&1
wait_for grep '^open ' "$tmp/log" || fail "the server does not start"
url=$(sed -n 's/^open //p' "$tmp/log")
open_browser chromium "$url#start" "$tmp/browser" \
  --allow-loopback-in-peer-connection --disable-features=WebRtcHideLocalIpsWithMdns
expect in 440
expect from 660
# the <audio> element
wait_for grep '^in the browser: [1-9].*played [1-9]' "$tmp/log" || fail "nothing is played"
