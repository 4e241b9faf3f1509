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
