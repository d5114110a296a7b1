#!/usr/bin/env bash
# Checks formatting and lints; every warning is an error. Server and bundles are checked separately, because cargo would mix
# their features.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cargo fmt --all --check
rustfmt --check server/src/checks/*.rs # the registry's macro hides them from cargo fmt
mkdir -p target/site # the server embeds it, built or not
cargo clippy ${CI:+--locked} --release -p server -p shared --all-targets --features server/kill-points -- -D warnings
for bundle in flow dashboard; do
  cargo clippy ${CI:+--locked} --release -p app --target wasm32-unknown-unknown --no-default-features --features "hydrate,$bundle" -- -D warnings
done
