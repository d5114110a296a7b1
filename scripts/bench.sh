#!/usr/bin/env bash
# Measures the release binary against the least that could do the same, on SQLite and on a PostgreSQL of its own, and writes
# the table into docs/measurements.md. Takes about a quarter of an hour; leave the machine alone meanwhile.
#   bench.sh --quick       a tenth of it, once
#   bench.sh NAME …        some of it: reads, completes, sizes, uploads, sign-ins, process
# Neither writes anything.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
scripts/setup.sh test
scripts/build.sh
cargo build --release -p server --example bench

bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)")
folder=$(mktemp -d)
as_postgres=()
if [ "$(id -u)" = 0 ]; then as_postgres=(runuser -u postgres --) && chown postgres "$folder"; fi
stop() {
  (cd / && "${as_postgres[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$folder"
}
trap stop EXIT
port=$(node -e 'const server = net.createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })')
(
  cd /
  "${as_postgres[@]}" "$bin/initdb" -D "$folder/data" -U postgres --auth=trust -E UTF8 --locale=C >/dev/null
  "${as_postgres[@]}" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "-k $folder -p $port -c listen_addresses=127.0.0.1 -c max_connections=300" start >/dev/null
)
export BENCH_POSTGRES=postgres://postgres@127.0.0.1:$port
BENCH_WHEN="Measured $(date -u +%F), $(nproc) cores ($(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)), $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)."
export BENCH_WHEN
"$(target_dir)/release/examples/bench" "$@"
node scripts/site.mjs sizes target/site
