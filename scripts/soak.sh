#!/usr/bin/env bash
# Runs two tests of `make test` for longer: kills under load, and slow connections, on each engine. Prints the figures for
# docs/measurements.md.
#   FLOW_SOAK_KILLS=200        kills on each engine
#   FLOW_SOAK_SLOW_ROUNDS=10   rounds of 500 slow headers and 500 slow bodies on each engine
#   FLOW_SOAK_SEED=…           the seed that an earlier run printed
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export FLOW_SOAK_KILLS=${FLOW_SOAK_KILLS:-200} FLOW_SOAK_SLOW_ROUNDS=${FLOW_SOAK_SLOW_ROUNDS:-10}
scripts/setup.sh test
mkdir -p target/site # the server embeds it, built or not
say "$FLOW_SOAK_KILLS kills and $FLOW_SOAK_SLOW_ROUNDS rounds of slow connections on each engine, one engine after the other"
cargo test --release -p server --features server/kill-points --test api -- --test-threads=1 --nocapture crash_load:: slowhttptest::
