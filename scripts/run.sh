#!/usr/bin/env bash
# Sets up, builds, serves and prints a customer link, even from a fresh clone.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
say "Setting up and building: up to 20 minutes the first time on two cores, seconds afterwards"
scripts/setup.sh build
scripts/build.sh
say "Starting Flow Sessions"
exec target/release/flow-sessions serve --demo "$@"
