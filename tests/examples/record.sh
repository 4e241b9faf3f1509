#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Records an oscillator as an Ogg Opus file. The classic Web Audio demo, an
# oscillator connected to a stream destination with a recorder on its stream,
# from nothing but a checkout: installs what is missing, builds, records, and
# says what it made.
#
# usage: record.sh [FILE] [SECONDS] [FREQUENCY]     default: sine.ogg 5 440

set -eu

file=${1-sine.ogg}
seconds=${2-5}
frequency=${3-440}

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build

fail ()
{
  echo "record.sh: $1" >&2
  exit "${2-1}"
}

is_number ()
{
  printf '%s\n' "$1" | grep -Eqx '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?'
}

check_arguments ()
{
  [ $# -le 3 ] || fail "usage: record.sh [FILE] [SECONDS] [FREQUENCY]" 2
  [ -n "$file" ] || fail "FILE is empty" 2
  is_number "$seconds" || fail "SECONDS is not a number: $seconds" 2
  is_number "$frequency" || fail "FREQUENCY is not a number: $frequency" 2
  stop=$(LC_ALL=C awk -v s="$seconds" 'BEGIN { printf "%.0f", s * 1e9 }')
  LC_ALL=C awk -v stop="$stop" 'BEGIN { exit !(stop > 0) }' \
    || fail "SECONDS must be greater than 0: $seconds" 2
  LC_ALL=C awk -v stop="$stop" 'BEGIN { exit !(stop < 9e18) }' \
    || fail "SECONDS is too large: $seconds" 2
}

check_file ()
{
  folder=$(dirname -- "$file")
  [ -d "$folder" ] || fail "no such folder: $folder"
  [ -x "$folder" ] || fail "cannot write to the folder $folder"
  file=$(cd -- "$folder" && pwd)/$(basename -- "$file")
  [ ! -d "$file" ] || fail "this is a folder: $file"
  if [ -e "$file" ]; then
    [ -w "$file" ] || fail "cannot write to $file"
  else
    [ -w "$folder" ] || fail "cannot write to the folder $folder"
  fi
}

# Only what is needed here, so that a missing test tool is no obstacle
build_plugin ()
{
  echo "building"
  log=$(mktemp)
  if ! { [ -f "$build/build.ninja" ] || meson setup "$build" "$root"; } >"$log" 2>&1 \
    || ! ninja -C "$build" gst/libgstwebaudio.so tests/examples/describe >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "the build failed"
  fi
  rm -f "$log"
}

record ()
{
  echo "recording $seconds s at $frequency Hz to $file"
  # inside gst-launch's quotes
  location=$(printf '%s' "$file" | sed 's/[\\"]/\\&/g')
  gst-launch-1.0 -q -e \
    oscillator frequency="$frequency" stop="$stop" \
    ! mediastreamdest \
    ! progressreport name=recording update-freq=1 \
    ! opusenc ! oggmux ! filesink location="\"$location\"" \
    || fail "the recording failed"
}

describe ()
{
  "$build/tests/examples/describe" "$file" || fail "the recording cannot be read"
}

check_arguments "$@"
check_file
"$root/tests/install-deps.sh" record
build_plugin
export GST_PLUGIN_PATH_1_0="$build/gst"
export GST_REGISTRY="$build/registry.bin"
record
describe
