#!/usr/bin/env bash
# Runs three tests of `make test` for longer: kills under load, slow connections, and attacks on memory, on each engine. Prints the
# figures for docs/measurements.md.
#   FLOW_SOAK_KILLS=200        kills on each engine
#   FLOW_SOAK_SLOW_ROUNDS=10   rounds of 500 slow headers and 500 slow bodies on each engine
#   FLOW_SOAK_MEMORY_SECONDS=60   how long the attacks on memory last, on each engine
#   FLOW_SOAK_SEED=…           the seed that an earlier run printed
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export FLOW_SOAK_KILLS=${FLOW_SOAK_KILLS:-200} FLOW_SOAK_SLOW_ROUNDS=${FLOW_SOAK_SLOW_ROUNDS:-10}
export FLOW_SOAK_MEMORY_SECONDS=${FLOW_SOAK_MEMORY_SECONDS:-60}
scripts/setup.sh test
mkdir -p target/site # the server embeds it, built or not
say "$FLOW_SOAK_KILLS kills, $FLOW_SOAK_SLOW_ROUNDS rounds of slow connections and $FLOW_SOAK_MEMORY_SECONDS s of attacks on memory on each engine, one after the other"
cargo test --release -p server --features server/kill-points --test api -- --test-threads=1 --nocapture crash_load:: slowhttptest:: memory::
