#!/usr/bin/env bash
# From a fresh clone to a printed customer link: sets up, builds, serves.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
say "Setting up and building: up to 20 minutes the first time on two cores, seconds afterwards"
scripts/setup.sh build
scripts/build.sh
say "Starting Flow Sessions"
exec target/release/flow-sessions serve --demo "$@"
