#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Uses the window of make-sine-wave by its keys, on an X server of its own:
# records for two seconds, plays what was recorded, listens, saves it, and looks
# at the file.
#
# usage: check.sh MAKE-SINE-WAVE DESCRIBE [FOLDER]     FOLDER: for screenshots

set -eu

program=$1
describe=$2
pictures=${3-}

. "$(dirname "$0")/../harness.sh"

[ -n "$program" ] || skip "make-sine-wave was built without GTK 4"
need Xvfb Xvfb
need xdotool xdotool
need pulseaudio-utils parec
need Python python3

# window NAME: its number, when it is there
window ()
{
  xdotool search --onlyvisible --name "^$1\$"
}

is_gone ()
{
  ! window "$1"
}

# press NAME KEY: in the window of that name
press ()
{
  xdotool windowfocus --sync "$(window "$1" | tail -n 1)" key "$2"
}

picture ()
{
  [ -z "$pictures" ] || gst-launch-1.0 -q ximagesrc show-pointer=false num-buffers=1 \
    xid="$(window "$2" | tail -n 1)" ! videoconvert ! pngenc ! filesink location="$pictures/$1.png"
}

# hears FREQUENCY: in what has been played so far, without the silence before it
hears ()
{
  python3 - "$tmp/monitor" "$tmp/heard.wav" <<'END'
import sys
import wave

played = open(sys.argv[1], "rb").read()
silent = len(played) - len(played.lstrip(b"\0"))
with wave.open(sys.argv[2], "wb") as out:
    out.setparams((2, 2, 48000, 0, "NONE", ""))
    out.writeframes(played[silent // 4 * 4:])
END
  "$describe" "$tmp/heard.wav" | grep -Ex "frequency +$1\.[0-4][0-9] Hz|frequency +$(($1 - 1))\.[5-9][0-9] Hz"
}

# expect FILE PATTERN...: lines in what describe says about it
expect ()
{
  "$describe" "$1" | tee "$tmp/description"
  shift
  for pattern; do
    grep -Eqx "$pattern" "$tmp/description" || fail "no such line: $pattern"
  done
}

start_sound
start Xvfb -displayfd 1 -screen 0 800x600x24 -nolisten tcp >"$tmp/display" 2>"$tmp/xvfb"
wait_for test -s "$tmp/display" || fail "$(cat "$tmp/xvfb")"
DISPLAY=:$(cat "$tmp/display")
# nothing of the desktop that the test is started from
export DISPLAY HOME="$tmp" XDG_CONFIG_HOME="$tmp" XDG_DATA_HOME="$tmp" XDG_CACHE_HOME="$tmp"
export GDK_BACKEND=x11 GSK_RENDERER=cairo GTK_A11Y=none GTK_USE_PORTAL=0 GSETTINGS_BACKEND=memory
export LC_ALL=C.UTF-8 TZ=UTC
unset GTK_THEME WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS

start "$program"
wait_for window 'Make Sine Wave' || fail "there is no window"

press 'Make Sine Wave' space
wait_for window Recording || fail "it does not record"
sleep 2
picture recording Recording
press Recording space
wait_for window 'Make Sine Wave' || fail "it does not stop"

# the button that plays is the next one
start parec -d null.monitor --raw --format=s16le --rate=48000 --channels=2 >"$tmp/monitor" 2>/dev/null
wait_for test -s "$tmp/monitor" || fail "parec does not record"
press 'Make Sine Wave' Tab
press 'Make Sine Wave' space
wait_for hears 440 || fail "it does not play"
picture playing 'Make Sine Wave'

press 'Make Sine Wave' ctrl+s
wait_for window 'Save Recording' || fail "there is no dialogue to save"
xdotool windowfocus --sync "$(window 'Save Recording' | tail -n 1)" \
  key ctrl+a type "$tmp/saved.ogg"
press 'Save Recording' Return
wait_for test -s "$tmp/saved.ogg" || fail "it does not save"
wait_for is_gone 'Save Recording' || fail "the dialogue stays"

expect "$tmp/saved.ogg" 'duration +([2-9]|[1-5][0-9])\.[0-9]+ s .*' 'codec +Opus in Ogg' \
  'frequency +(439\.9[0-9]|440\.0[0-9]) Hz' 'peak +-?0\.[0-9]+ dBFS'
