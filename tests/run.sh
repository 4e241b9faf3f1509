#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what is missing, builds with gcc and clang, and runs everything: the
# test suite plain, with sanitizers, and parts of it under valgrind, the leaks
# tracer and the race detector; the conformance scenes; the style; a recording.
# The last line counts it all: N passed, N failed, N skipped.
#
# usage: run.sh [--quick]     --quick: only the build and the plain suite

set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
passed=0
failed=0
skipped=0
test_under=

case ${1-} in
  '') quick=no ;;
  --quick) quick=yes ;;
  *) echo "usage: $0 [--quick]" >&2; exit 2 ;;
esac

exec </dev/null
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

heading ()
{
  echo "== $1 ($(($(date +%s) - start)) s)"
}
start=$(date +%s)

# adds the three numbers
count ()
{
  passed=$((passed + $1))
  failed=$((failed + $2))
  skipped=$((skipped + $3))
}

# One check: shows its output if it fails. check NAME COMMAND...
check ()
{
  name=$1
  shift
  heading "$name"
  if "$@" >"$tmp/log" 2>&1; then
    count 1 0 0
  else
    cat "$tmp/log"
    echo "FAILED: $name"
    count 0 1 0
    return 1
  fi
}

# configure_and_build FOLDER OPTION...
configure_and_build ()
{
  folder=$1
  shift
  if [ -f "$folder/build.ninja" ]; then
    # what was not found then may be there now
    meson configure "$folder" --clearcache "$@" && ninja -C "$folder"
  else
    meson setup "$folder" "$root" "$@" && ninja -C "$folder"
  fi
}

# build NAME FOLDER OPTION...
build ()
{
  name=$1
  folder=$2
  shift 2
  check "build: $name" configure_and_build "$folder" \
    -Dwerror=true -Dtests=enabled -Dexamples=enabled "$@"
}

not_ok='FAIL|ERROR|TIMEOUT|INTERRUPT|UNEXPECTEDPASS'

# of_log RESULTS: how many there are in the log of a suite
of_log ()
{
  cat "$folder/meson-logs/run-$name"*.json 2>/dev/null | grep -cE "\"result\": \"($1)\"" || :
}

# suite NAME FOLDER OPTION...: meson test, counted by its log
suite ()
{
  name=$1
  folder=$2
  shift 2
  heading "suite: $name"
  rm -f "$folder/meson-logs/run-$name"*
  ok=yes
  $test_under meson test -C "$folder" --no-rebuild --logbase "run-$name" --print-errorlogs "$@" || ok=no
  count "$(of_log 'OK|EXPECTEDFAIL')" "$(of_log "$not_ok")" "$(of_log 'SKIP|IGNORED')"
  # a failure that the log does not tell
  if [ $ok = no ] && [ "$(of_log "$not_ok")" = 0 ]; then
    echo "FAILED: suite $name"
    count 0 1 0
  fi
}

# Counted by the line that it ends with
conformance ()
{
  heading "conformance"
  # not any other python3 in the path: it would lack Debian's numpy
  GST_PLUGIN_PATH_1_0="$root/build/gst" GST_REGISTRY="$tmp/registry.bin" \
    /usr/bin/python3 "$root/tests/conformance/run.py" "$root/build/tests/conformance/render" \
    >"$tmp/conformance" 2>&1 || :
  grep -v '^pass ' "$tmp/conformance" | grep -v '^skip ' || :
  line=$(tail -n 1 "$tmp/conformance")
  numbers=$(printf '%s\n' "$line" | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p')
  # all skipped would mean that nothing was found to render with
  case $numbers in
    '' | '0 0 '*) echo "FAILED: conformance"; count 0 1 0 ;;
    *) count $numbers ;;
  esac
}

# What a user gets from record.sh is what was asked for, or a clear refusal
record ()
(
  script=$root/tests/examples/record.sh
  cd "$tmp" \
    && "$script" 'a sine.ogg' 1.5 441.5 >recorded \
    && cat recorded \
    && grep -qx 'duration  *1\.500000 s .*' recorded \
    && grep -qx 'codec  *Opus in Ogg' recorded \
    && grep -qx 'frequency  *441\.50 Hz' recorded \
    && ! "$script" 'a sine.ogg' 0 \
    && ! "$script" 'a sine.ogg' 1 high \
    && ! "$script" no-such-folder/sine.ogg 1
)

finish ()
{
  heading "done"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ $failed = 0 ]
  exit
}

heading "packages"
"$root/tests/install-deps.sh"

build gcc "$root/build" || finish
suite plain "$root/build"
[ $quick = no ] || finish

check "style" "$root/tests/check/generic/indent.sh" || :
check "record" record || :
conformance
suite leaks "$root/build" --setup leaks --suite leaks
suite valgrind "$root/build" --setup valgrind --suite valgrind

if CC=clang build clang "$root/build-clang"; then
  suite clang "$root/build-clang" --suite tsan
fi

if build "gcc, ASan and UBSan" "$root/build-asan" -Db_sanitize=address,undefined \
    -Dgobject-cast-checks=enabled; then
  suite sanitizers "$root/build-asan" --timeout-multiplier 2 --no-suite plain
fi

if build "gcc, TSan" "$root/build-tsan" -Db_sanitize=thread; then
  # TSan needs fixed addresses, which some kernels randomise away
  if setarch -R true 2>/dev/null; then
    test_under='setarch -R'
  fi
  suite races "$root/build-tsan" --timeout-multiplier 2 --suite tsan
fi

finish
