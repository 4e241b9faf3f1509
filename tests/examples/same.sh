#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs programs that each write a file, and compares these with that of the
# first one, and what is printed with what that one prints.
#
# usage: same.sh FILE PROGRAM...

set -eu

file=$1
first=$2
shift 2

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

mkdir "$tmp/first" "$tmp/other"
"$first" "$tmp/first/$file" | tee "$tmp/first/printed"
for program; do
  case $program in
    *.py) /usr/bin/python3 -c 'import gi; gi.require_version("Gst", "1.0")' 2>/dev/null || continue ;;
    *.js) gjs -c 'imports.gi.Gst' 2>/dev/null || continue ;;
  esac
  "$program" "$tmp/other/$file" >"$tmp/other/printed"
  cmp "$tmp/first/$file" "$tmp/other/$file"
  diff "$tmp/first/printed" "$tmp/other/printed"
done
