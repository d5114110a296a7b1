#!/usr/bin/env bash
# Builds and serves, and repeats both on every save. The page reloads by itself: a debug build of the server keeps
# GET /dev/reload open, and a page that loses this connection reloads when the server is back.
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

# Prints one line for each file with its time: equal lists mean that nothing was saved. It skips hidden files, which belong to
# editors, and ignores files that disappear meanwhile.
saved() {
  find app server shared vision style public Cargo.toml Cargo.lock package-lock.json -type f -not -name '.*' -printf '%T@ %p\n' 2>/dev/null | sort || true
}

while true; do
  before=$(saved)
  # Each build does nothing if none of its sources changed. The site comes last: the old server runs until it is built.
  if node scripts/models.mjs && cargo build -p server && scripts/build.sh site --fast; then
    stop
    "$binary" serve --demo "$@" &
    server=$!
  else
    say "The build failed; waiting for the next save"
  fi
  while [ "$(saved)" = "$before" ]; do sleep 1; done
  say "Saved: building again"
done
