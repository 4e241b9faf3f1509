#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs an example that writes an audio file, and looks for lines in what
# describe says about it.
#
# usage: check.sh PROGRAM DESCRIBE FILE PATTERN...

set -eu

program=$1
describe=$2
file=$3
shift 3

skip ()
{
  echo "skipped: $1"
  exit 77
}

gir='Gst-1.0.typelib (gir1.2-gstreamer-1.0)'
case $program in
  *.py)
    /usr/bin/python3 -c 'import gi; gi.require_version("Gst", "1.0")' 2>/dev/null \
      || skip "there is no python3-gi or no $gir"
    ;;
  *.js)
    command -v gjs >/dev/null || skip "gjs is not installed"
    gjs -c 'imports.gi.Gst' 2>/dev/null || skip "there is no $gir"
    ;;
esac

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

"$program" "$tmp/$file"
"$describe" "$tmp/$file" | tee "$tmp/description"
for pattern; do
  if ! grep -Eqx "$pattern" "$tmp/description"; then
    echo "no such line: $pattern"
    exit 1
  fi
done
