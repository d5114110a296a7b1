#!/usr/bin/env bash
# Builds, serves, and does both again on every save. The page reloads by itself: a debug build of the server holds
# GET /dev/reload open, and a page whose connection drops reloads when the server is back.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
scripts/setup.sh build
mkdir -p target/site # the server's build looks for it
binary=$(target_dir)/debug/flow-sessions
export FLOW_SITE_DIR=target/site

server=
stop() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}
trap stop EXIT
trap 'exit 0' INT TERM

# One line a file with its time: two that are equal mean that nothing was saved. Hidden files are editors' own, and a file
# that goes while find looks is no fault.
saved() {
  find app server shared style public Cargo.toml Cargo.lock package-lock.json -type f -not -name '.*' -printf '%T@ %p\n' 2>/dev/null | sort || true
}

while true; do
  before=$(saved)
  # Each of the two does nothing where nothing of its own changed. The site last: the old server serves until it is there.
  if cargo build -p server && scripts/build.sh site --fast; then
    stop
    "$binary" serve --demo "$@" &
    server=$!
  else
    say "The build failed; waiting for the next save"
  fi
  while [ "$(saved)" = "$before" ]; do sleep 1; done
  say "Saved: building again"
done
