#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs a test program under GStreamer's leaks tracer, and fails when the program
# does or when an object outlives it.

set -eu

log=$(mktemp)
trap 'rm -f "$log"' EXIT

GST_TRACERS=leaks GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 GST_DEBUG_FILE=$log "$@"

# no line at all would mean that the tracer was not there
if ! grep -q object-alive "$log"; then
  echo "the leaks tracer did not run"
  exit 1
fi
if grep 'object-alive,.*address=(gpointer)0x' "$log"; then
  exit 1
fi
