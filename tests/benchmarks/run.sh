#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what is missing, builds, measures our elements beside GStreamer's
# stock elements, node-web-audio-api and Chromium, and prints one table.
#
#   tests/benchmarks/run.sh [--nodes [--only NAME]] [--quick] [--runs N]
#                           [--no-node] [--no-chromium] [--markdown FILE]
#                           [--builddir FOLDER]
#
# With --nodes it is what each node costs, for a frame.
#
# A missed bar is printed, never an error.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$top/build-benchmarks
node=yes
chromium=yes
arguments=()

while [ $# -gt 0 ]; do
  case $1 in
    --nodes) arguments+=(--nodes) ;;
    --only) arguments+=(--only "$2"); shift ;;
    --quick) arguments+=(--quick) ;;
    --runs) arguments+=(--runs "$2"); shift ;;
    --markdown) arguments+=(--markdown "$2"); shift ;;
    --builddir) build=$(realpath -m "$2"); shift ;;
    --no-node) node=no ;;
    --no-chromium) chromium=no ;;
    -h | --help) sed -n '4,14s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "unknown option: $1" >&2; exit 2 ;;
  esac
  shift
done

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_install() {
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "$@"
}

# what recording needs, then what only the benchmarks and the chosen peers do
install_missing() {
  local packages=()
  "$top/tests/install-deps.sh" record
  pkg-config --exists json-glib-1.0 || packages+=(libjson-glib-dev)
  command -v python3 > /dev/null || packages+=(python3)
  if [ $chromium = yes ] && ! command -v chromium > /dev/null; then
    packages+=(chromium)
  fi
  if [ $node = yes ] && ! command -v npm > /dev/null; then
    packages+=(nodejs npm)
  fi
  if [ ${#packages[@]} -gt 0 ]; then apt_install "${packages[@]}"; fi
}

install_node_package() {
  if [ -d "$build/node/node_modules/node-web-audio-api" ]; then return; fi
  mkdir -p "$build/node"
  echo '{ "private": true }' > "$build/node/package.json"
  (cd "$build/node" && npm install --no-audit --no-fund node-web-audio-api)
}

install_missing >&2
if [ ! -f "$build/build.ninja" ]; then
  meson setup "$build" "$top" --buildtype=release -Dbenchmarks=enabled \
    -Dexamples=disabled -Ddoc=disabled >&2
fi
ninja -C "$build" >&2
if [ $node = yes ]; then
  install_node_package >&2
  arguments+=(--node "$build/node")
fi
if [ $chromium = yes ]; then arguments+=(--chromium); fi

exec python3 "$here/measure.py" --build "$build" --build-type release \
  ${arguments[@]+"${arguments[@]}"}
