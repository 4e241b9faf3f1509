#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Holds every .c file to GStreamer's style, which is what GNU indent makes of it
# with the flags of GStreamer's scripts/gst-indent.
#
# usage: indent.sh [--fix]     shows a diff and fails; --fix applies it instead

set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
fix=no
case ${1-} in
  '') ;;
  --fix) fix=yes ;;
  *) echo "usage: $0 [--fix]" >&2; exit 2 ;;
esac

if ! indent --version 2>/dev/null | grep -q '^GNU'; then
  echo "$0: GNU indent is not installed" >&2
  exit 77
fi

gst_indent ()
{
  indent \
    --braces-on-if-line \
    --case-brace-indentation0 \
    --case-indentation2 \
    --braces-after-struct-decl-line \
    --line-length80 \
    --no-tabs \
    --cuddle-else \
    --dont-line-up-parentheses \
    --continuation-indentation4 \
    --honour-newlines \
    --tab-size8 \
    --indent-level2 \
    --leave-preprocessor-space \
    "$1" -o "$2"
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
status=0

cd "$root"
for file in $(find gst tests -name '*.c' | sort); do
  # twice: a second run still moves what the first one broke
  gst_indent "$file" "$tmp/once.c"
  gst_indent "$tmp/once.c" "$tmp/twice.c"
  if [ $fix = no ]; then
    diff -u --label "$file" --label "$file, indented" "$file" "$tmp/twice.c" || status=1
  elif ! cmp -s "$file" "$tmp/twice.c"; then
    cat "$tmp/twice.c" > "$file"
    echo "indented $file"
  fi
done
exit $status
