#!/usr/bin/env bash
# Runs tests of `make test` for longer, in parts that can be run one by one; each takes at most 20 minutes once it is compiled. Prints the
# figures for docs/measurements.md.
#   soak.sh          all of them, one after the other
#   soak.sh PART…    only these, also as `make soak PART="fuzz memory"`:
#     crashes-sqlite, crashes-postgres   kills under load, on one engine
#     payments    kills between payments and their settlement, on each engine
#     races       payments that race the end of their session, on each engine
#     slow        slow connections, on each engine
#     memory      attacks on memory, on each engine
#     backtests   rules in force, judged again on what they decided, on each engine
#     fuzz        damaged files, bodies, flows, headers and answers to webhooks
#   FLOW_SOAK_KILLS=200        kills on each engine, of each kind
#   FLOW_SOAK_RACES=1000       races on each engine, with a completion and with an expiry
#   FLOW_SOAK_SLOW_ROUNDS=10   rounds of 500 slow headers and 500 slow bodies on each engine
#   FLOW_SOAK_MEMORY_SECONDS=60   how long the attacks on memory last, on each engine
#   FLOW_SOAK_TRANSACTIONS=100000   how many transactions the backtests judge, on each engine
#   FLOW_SOAK_FUZZ_SECONDS=120    how long each kind of input is damaged
#   FLOW_SOAK_SEED=…           the seed that an earlier run printed
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kills=${FLOW_SOAK_KILLS:-200} races=${FLOW_SOAK_RACES:-1000} rounds=${FLOW_SOAK_SLOW_ROUNDS:-10} seconds=${FLOW_SOAK_MEMORY_SECONDS:-60} fuzz=${FLOW_SOAK_FUZZ_SECONDS:-120}
transactions=${FLOW_SOAK_TRANSACTIONS:-100000}
unset FLOW_SOAK_TRANSACTIONS FLOW_SOAK_KILLS FLOW_SOAK_RACES FLOW_SOAK_SLOW_ROUNDS FLOW_SOAK_MEMORY_SECONDS FLOW_SOAK_FUZZ_SECONDS
all=(crashes-sqlite crashes-postgres payments races slow memory backtests fuzz)
[ $# -gt 0 ] || set -- "${all[@]}"
for part in "$@"; do
  [[ " ${all[*]} " = *" $part "* ]] || die "there is no part '$part'; there are ${all[*]}"
done

scripts/setup.sh test
mkdir -p target/site # the server embeds it, built or not
node scripts/models.mjs
tests=(${CI:+--locked} --release -p server --features server/kill-points --test api)
cargo test "${tests[@]}" --no-run

# soak NAME WHAT FILTER VARIABLE=VALUE [OPTION…]: runs the tests that the filter names, longer by this variable.
soak() {
  local name=$1 what=$2 filter=$3 setting=$4 start=$SECONDS
  shift 4
  say "$name: $what"
  env "$setting" cargo test "${tests[@]}" -- --test-threads=1 --nocapture "$@" "$filter"
  say "$name: $((SECONDS - start)) s"
}

for part in "$@"; do
  case $part in
    crashes-*) soak "$part" "$kills kills" crash_load:: "FLOW_SOAK_KILLS=$kills" --skip "$([ "$part" = crashes-sqlite ] && echo postgres || echo sqlite)" ;;
    payments) soak "$part" "$kills kills" transactions::kills:: "FLOW_SOAK_PAYMENT_KILLS=$kills" ;;
    races) soak "$part" "$races races of each kind" never_stays_held "FLOW_SOAK_RACES=$races" ;;
    slow) soak "$part" "$rounds rounds of slow connections on each engine" slowhttptest:: "FLOW_SOAK_SLOW_ROUNDS=$rounds" ;;
    memory) soak "$part" "$seconds s of attacks on memory on each engine" memory:: "FLOW_SOAK_MEMORY_SECONDS=$seconds" ;;
    backtests) soak "$part" "$transactions transactions on each engine" backtests::agreement:: "FLOW_SOAK_TRANSACTIONS=$transactions" ;;
    fuzz) soak "$part" "$fuzz s of each kind of damaged input" fuzz:: "FLOW_SOAK_FUZZ_SECONDS=$fuzz" ;;
  esac
done
