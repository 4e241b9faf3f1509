#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs an example in Python, and looks for lines in what it prints.
#
# usage: prints.sh PROGRAM ARGUMENT PATTERN...

set -eu

program=$1
argument=$2
shift 2

/usr/bin/python3 -c 'import gi; gi.require_version("Gst", "1.0")' 2>/dev/null || {
  echo "skipped: there is no python3-gi or no Gst-1.0.typelib (gir1.2-gstreamer-1.0)"
  exit 77
}

printed=$("$program" "$argument")
echo "$printed"
for pattern; do
  if ! echo "$printed" | grep -Eqx "$pattern"; then
    echo "no such line: $pattern"
    exit 1
  fi
done
