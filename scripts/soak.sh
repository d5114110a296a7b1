#!/usr/bin/env bash
# The long rounds of what `make test` does shortly: kills under load on each engine, slow connections. Prints the figures
# that docs/measurements.md holds.
#   FLOW_SOAK_KILLS=200        kills an engine
#   FLOW_SOAK_SLOW_ROUNDS=10   rounds of 500 slow headers and 500 slow bodies, an engine
#   FLOW_SOAK_SEED=…           the chance of an earlier run, which prints it
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export FLOW_SOAK_KILLS=${FLOW_SOAK_KILLS:-200} FLOW_SOAK_SLOW_ROUNDS=${FLOW_SOAK_SLOW_ROUNDS:-10}
scripts/setup.sh test
mkdir -p target/site # the server embeds it, built or not
say "$FLOW_SOAK_KILLS kills and $FLOW_SOAK_SLOW_ROUNDS rounds of slow connections on each engine, one engine after the other"
cargo test --release -p server --features server/kill-points --test api -- --test-threads=1 --nocapture crash_load:: slowhttptest::
