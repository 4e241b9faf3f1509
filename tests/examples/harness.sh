# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the tests of programs that play or show something have in common; they
# source it. Everything is in a folder of its own, $tmp, and ends with the test,
# whatever becomes of that.

tmp=$(mktemp -d)
groups=

skip ()
{
  echo "skipped: $1"
  exit 77
}

fail ()
{
  echo "$1"
  exit 1
}

# need PACKAGE PROGRAM...: skips where a program is not installed
need ()
{
  package=$1
  shift
  for needed; do
    command -v "$needed" >/dev/null || skip "$package is not installed"
  done
}

# isolate "$@": starts the test again in a network that consists of 127.0.0.1
# alone, so that nothing can go elsewhere
isolate ()
{
  if [ -n "${ISOLATED-}" ]; then
    ip link set lo up
    return
  fi
  namespaces='--net --pid --fork --kill-child=TERM --mount-proc'
  [ "$(id -u)" = 0 ] || namespaces="--user --map-root-user $namespaces"
  if unshare $namespaces ip link set lo up 2>/dev/null; then
    rm -rf "$tmp"
    ISOLATED=yes exec unshare $namespaces sh "$0" "$@"
  fi
  echo "no namespaces here: other networks can be reached"
}

# start COMMAND...: in the background, in a process group of its own, so that its
# children end with it
start ()
{
  setsid "$@" &
  groups="$groups $!"
}

clean_up ()
{
  status=$?
  trap - EXIT
  for signal in TERM KILL; do
    for group in $groups; do
      kill -$signal "-$group" 2>/dev/null || :
    done
    [ -z "$groups" ] || sleep 0.2
  done
  wait
  rm -rf "$tmp"
  exit $status
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# wait_for COMMAND...: until it succeeds; fails after a minute
wait_for ()
{
  until=$(($(date +%s) + 60))
  while ! "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt $until ] || return 1
    sleep 0.05
  done
}

# A sound server of the test's own; what is played can be recorded from
# null.monitor
start_sound ()
{
  need PulseAudio pulseaudio
  export XDG_RUNTIME_DIR="$tmp" PULSE_RUNTIME_PATH="$tmp" PULSE_STATE_PATH="$tmp"
  export PULSE_COOKIE="$tmp/cookie" PULSE_SERVER="$tmp/native"
  start env HOME="$tmp" pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 \
    -L module-native-protocol-unix -L 'module-null-sink sink_name=null norewinds=1' \
    >/dev/null 2>&1
  wait_for test -S "$tmp/native" || fail "PulseAudio does not start"
}

# has_browser chromium|firefox: skips where it is not installed
has_browser ()
{
  case $1 in
    chromium) need Chromium chromium ;;
    firefox) need Firefox firefox-esr ;;
    *) fail "no such browser: $1" ;;
  esac
}

# open_browser chromium|firefox URL LOG [FLAG...]: without a window, with a
# profile of its own. Nothing but 127.0.0.1 is looked up or reached, no gesture
# is needed to play, and the page's console goes to the log.
open_browser ()
{
  browser_name=$1
  browser_url=$2
  browser_log=$3
  shift 3
  profile=$tmp/profile-$browser_name
  mkdir "$profile"
  open_$browser_name "$@" "$browser_url" >"$browser_log" 2>&1
}

# in_profile COMMAND...: starts it without what the test was started with
in_profile ()
{
  start env -u DISPLAY -u WAYLAND_DISPLAY -u DBUS_SESSION_BUS_ADDRESS -u G_DEBUG \
    HOME="$profile" XDG_CONFIG_HOME="$profile" XDG_CACHE_HOME="$profile" \
    MOZ_CRASHREPORTER_DISABLE=1 "$@"
}

open_chromium ()
{
  in_profile chromium --headless=new --no-sandbox --disable-gpu --user-data-dir="$profile" \
    --no-first-run --disable-background-networking --disable-component-update --disable-sync \
    --disable-default-apps --disable-dev-shm-usage --no-proxy-server \
    --host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1' \
    --autoplay-policy=no-user-gesture-required --enable-logging=stderr "$@"
}

open_firefox ()
{
  cat >"$profile/user.js" <<END
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("devtools.console.stdout.content", true);
user_pref("media.autoplay.blocking_policy", 0);
user_pref("media.autoplay.default", 0);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("network.dns.disabled", true);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.no_proxies_on", "127.0.0.1");
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("network.proxy.type", 1);
user_pref("toolkit.telemetry.enabled", false);
END
  in_profile firefox-esr --headless --no-remote --profile "$profile" "$@"
}
