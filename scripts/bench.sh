#!/usr/bin/env bash
# Measures the release binary against a minimal program that does the same, on SQLite and on its own PostgreSQL, and writes the
# table into docs/measurements.md. Do not use the machine meanwhile.
#   bench.sh --quick       a tenth of the measurements, once
#   bench.sh NAME …        only these: reads, completes, backlog, reaction, decisions, uploads, weight, process, sizes, sign-ins (or BENCH_ONLY=NAME,…)
# With either of these it writes nothing.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
scripts/setup.sh test
scripts/build.sh
cargo build ${CI:+--locked} --release -p server --example bench

bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)")
folder=$(mktemp -d)
as_postgres=() bench=
if [ "$(id -u)" = 0 ]; then as_postgres=(runuser -u postgres --) && chown postgres "$folder"; fi
stop() {
  if [ -n "$bench" ]; then kill "$bench" 2>/dev/null && wait "$bench" || true; fi
  (cd / && "${as_postgres[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
port=$(node -e 'const server = net.createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })')
(
  cd /
  "${as_postgres[@]}" "$bin/initdb" -D "$folder/data" -U postgres --auth=trust -E UTF8 --locale=C >/dev/null
  "${as_postgres[@]}" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "-k $folder -p $port -c listen_addresses=127.0.0.1 -c max_connections=300" start >/dev/null
)
export BENCH_POSTGRES=postgres://postgres@127.0.0.1:$port
say "Measuring: all of it takes more than an hour"
"$(target_dir)/release/examples/bench" "$@" &
bench=$! status=0
wait "$bench" || status=$?
bench=
exit "$status"
