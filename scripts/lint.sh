#!/usr/bin/env bash
# Checks formatting and lints; every warning of these is an error. Server and bundles are checked separately, because cargo would mix
# their features. Then holds the dependencies against deny.toml, which needs no network.
#   lint.sh              all of that
#   lint.sh advisories   only known vulnerabilities of dependencies. cargo-deny clones RustSec's database from GitHub first, or reads the
#                        clone that `db-path` in deny.toml names
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
deny=$(cargo_deny) || die "cargo-deny $cargo_deny_version is missing: run scripts/setup.sh lint"
if [ "${1:-}" = advisories ]; then exec "$deny" --locked check advisories; fi
[ $# = 0 ] || die "usage: lint.sh [advisories]"
cargo fmt --all --check
rustfmt --check server/src/checks/*.rs # the registry's macro hides them from cargo fmt
mkdir -p target/site # the server embeds it, built or not
node scripts/models.mjs
cargo clippy ${CI:+--locked} --release -p server -p shared -p vision --all-targets --features server/kill-points -- -D warnings
for bundle in flow dashboard; do
  cargo clippy ${CI:+--locked} --release -p app --target wasm32-unknown-unknown --no-default-features --features "hydrate,$bundle" -- -D warnings
done
"$deny" --locked check --hide-inclusion-graph licenses bans sources
