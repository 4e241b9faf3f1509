#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Recordings of every MIME type that can be made here, judged by programs that
# know nothing of this project, and played by browsers: see recordings.py. What
# is not installed judges nothing, and is named.

set -eu

here=$(dirname "$0")
. "$here/../../examples/harness.sh"
isolate "$@"

# not any other python3 in the path: it would lack Debian's numpy
python=/usr/bin/python3
need GStreamer gst-launch-1.0
[ -x $python ] && $python -c 'import numpy' 2>/dev/null || skip "NumPy is not installed"

recordings ()
{
  $python "$here/recordings.py" "$@"
}

# play BROWSER
play ()
{
  # shows what it had to say, too, if it is never done
  wait_for test -s "$tmp/$1.json" || fail "$(cat "$tmp/$1.log"; echo "$1 told nothing")"
  recordings played "$tmp" "$1"
}

recordings make "$tmp" || fail "not all was recorded"
# not for programs of others
unset G_DEBUG

browsers=
for browser in chromium firefox; do
  # in a shell of its own, because it skips
  if (trap - EXIT; has_browser $browser); then
    browsers="$browsers $browser"
  fi
done
if [ -n "$browsers" ] && (trap - EXIT; need PulseAudio pulseaudio); then
  start_sound
  start $python "$here/recordings.py" serve "$tmp" >"$tmp/address"
  wait_for test -s "$tmp/address" || fail "the server does not start"
else
  browsers=
fi

# the browsers while the programs judge
failed=
for browser in $browsers; do
  open_browser $browser "$(cat "$tmp/address")?$browser" "$tmp/$browser.log"
done
recordings judge "$tmp" || failed="$failed, judged"
for browser in $browsers; do
  play $browser || failed="$failed, $browser"
done
[ -z "$failed" ] || fail "FAILED${failed#,}"
