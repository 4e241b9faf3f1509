#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The one place that knows which Debian packages the project needs. Installs
# those that are missing; says nothing when there are none.
#
# usage: install-deps.sh [record]     record: only what recording a file needs

set -eu

record='gcc libc6-dev meson ninja-build pkgconf
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
  gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good'
# libc6-dbg: valgrind wants the C library's symbols
# plugins-bad, nice: webrtcbin; pulseaudio: the playback test
# chromium, iproute2, libsoup: the WebRTC example and its test
# the line after theirs: the recording examples and their tests
# and after that: what judges recordings
test='clang indent libc6-dbg libjson-glib-dev libmysofa-dev opus-tools
  gstreamer1.0-plugins-bad gstreamer1.0-nice
  chromium iproute2 libgstreamer-plugins-bad1.0-dev libsoup-3.0-dev
  firefox-esr gir1.2-gstreamer-1.0 gjs libgtk-4-dev python3-gi xdotool xvfb
  ffmpeg flac mkvtoolnix sox
  gstreamer1.0-pulseaudio pulseaudio pulseaudio-utils
  python3 python3-numpy python3-scipy valgrind'

case ${1-} in
  '') wanted="$record $test" ;;
  record) wanted=$record ;;
  *) echo "usage: $0 [record]" >&2; exit 2 ;;
esac

missing=
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "$0: no apt here; the packages are (Debian's names):" $wanted >&2
  exit 0
fi
for package in $wanted; do
  case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
    'install ok installed') ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=env
elif command -v sudo >/dev/null; then
  as_root='sudo env'
else
  echo "$0: please install, as root:$missing" >&2
  exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

apt ()
{
  if ! $as_root DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=600 "$@" \
      </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    echo "$0: apt-get $1 failed" >&2
    exit 1
  fi
}

echo "installing:$missing"
apt update
apt install --no-install-recommends $missing
