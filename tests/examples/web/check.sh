#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Opens the web page in a browser without a window, which uses it as check.html
# says, and looks at what it found: the recording decodes to a sine of 440 Hz,
# its <audio> element plays one, and it can be sought.
#
# The browser has a profile and a sound server of its own, and nothing but the
# loopback interface to talk to.
#
# usage: check.sh SERVER chromium|firefox

set -eu

server=$1
browser=$2

. "$(dirname "$0")/../harness.sh"

[ -n "$server" ] || skip "the server was built without libsoup 3"
has_browser "$browser"
need Python python3
isolate "$@"

start_sound
start "$server" >"$tmp/address"
wait_for test -s "$tmp/address" || fail "the server does not start"
url=$(head -n 1 "$tmp/address")check.html
open_browser "$browser" "$url" "$tmp/log"
wait_for grep 'CHECKED {' "$tmp/log" || fail "$(cat "$tmp/log"; echo "$browser told nothing")"
grep 'CHECKED {' "$tmp/log"
# what the page told, without what the browser puts around it; Firefox quotes it
python3 - "$tmp/log" <<'END'
import json
import re
import sys

log = open(sys.argv[1], errors="replace").read().replace('\\"', '"')
found = json.JSONDecoder().raw_decode(re.search(r"CHECKED (\{.*)", log)[1])[0]
if "error" in found:
    sys.exit(found["error"])
decoded, played, sought = found["decoded"], found["played"], found["sought"]
checks = {
    "the type": re.sub(r"\s", "", decoded["type"]) == "audio/ogg;codecs=opus",
    "two seconds or more": 1.9 < decoded["duration"] < 60,
    "the decoded frequency": abs(decoded["frequency"] - 440) < 0.1,
    "the decoded level": abs(decoded["peak"] - 1) < 0.1,
    "the duration": abs(played["duration"] - decoded["duration"]) < 0.1,
    "the frequency that is played": abs(played["frequency"] - 440) < 1,
    "the level that is played": abs(played["peak"] - 1) < 0.1,
    "the place sought": abs(sought["there"] - sought["asked"]) < 0.1,
    "the end": abs(sought["end"] - decoded["duration"]) < 0.1,
    "a range": found["range"] == {"status": 206, "text": "OggS"},
}
wrong = [name for name, right in checks.items() if not right]
sys.exit("wrong: " + ", ".join(wrong) if wrong else 0)
END
