#!/usr/bin/env bash
# Formatting and lints; every warning is an error. Server and bundles apart: together their features would mix.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cargo fmt --all --check
mkdir -p target/site # the server embeds it, built or not
cargo clippy ${CI:+--locked} --release -p server -p shared --all-targets --features server/kill-points -- -D warnings
for bundle in flow dashboard; do
  cargo clippy ${CI:+--locked} --release -p app --target wasm32-unknown-unknown --no-default-features --features "hydrate,$bundle" -- -D warnings
done
