#!/usr/bin/env bash
# Runs every test, on a bare Debian 12 machine with Rust, a C compiler and Node.js. Stops at the first stage that fails. The
# last line is always "N passed, N failed". Full logs are in target/test-logs.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
logs=$PWD/target/test-logs
rm -rf "$logs"
mkdir -p "$logs"
export CARGO_TERM_COLOR=never
# CI clones the repository for each run, so it keeps compiled code outside the clone.
if [ -n "${CI:-}" ]; then export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}; fi

# Each stage is its own process group, so that everything it started ends with it or with an interrupt.
child=
end_group() {
  if [ -n "$child" ]; then kill -- "-$child" 2>/dev/null || true; fi
  child=
}

finish() {
  local status=$? passed=0 failed=0 more
  end_group
  if [ -f "$logs/cargo-test.log" ]; then
    read -r passed failed < <(awk '/^test result: / { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i - 1); if ($i ~ /^failed/) f += $(i - 1) } } END { print p + 0, f + 0 }' "$logs/cargo-test.log")
  fi
  if [ -f "$logs/playwright.json" ]; then
    # shellcheck disable=SC2016 # JavaScript
    more=$(node -p 'const { expected, flaky, unexpected } = JSON.parse(fs.readFileSync(process.argv[1], "utf8")).stats; `${expected + flaky} ${unexpected}`' "$logs/playwright.json") || { more="0 0" status=1; }
    passed=$((passed + ${more% *})) failed=$((failed + ${more#* }))
    if [ "$more" = "0 0" ]; then echo "error: Playwright ran no test" >&2; status=1; fi
  fi
  if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  if [ "$failed" != 0 ] && [ "$status" = 0 ]; then status=1; fi
  echo "$passed passed, $failed failed"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# stage quiet|shown NAME COMMAND…   A quiet stage shows the end of its log only if it fails. Output goes to a file, never through
# a pipe: a server that a test leaves behind would keep a pipe open for ever.
stage() {
  local show=$1 name=$2 log=$logs/$2.log start=$SECONDS status=0
  shift 2
  say "$name: $*"
  : >"$log"
  setsid "$@" </dev/null >"$log" 2>&1 &
  child=$!
  if [ "$show" = shown ]; then tail -n +1 -s 0.2 -f --pid="$child" "$log" & fi
  wait "$child" || status=$?
  end_group
  wait # for tail
  if [ "$status" != 0 ]; then
    if [ "$show" = quiet ]; then tail -n 80 "$log"; fi
    echo "==> $name failed after $((SECONDS - start)) s; its whole log: ${log#"$PWD"/}"
    exit 1
  fi
  echo "==> $name: $((SECONDS - start)) s"
}

say "Setting up"
scripts/setup.sh test
stage quiet format cargo fmt --all --check
stage quiet site scripts/build.sh site
stage quiet models node scripts/models.mjs
stage quiet lint scripts/lint.sh
# The release profile, so that the large dependencies are built once for tests and product.
tests=(${CI:+--locked} --release -p shared -p app -p server -p vision --features server/kill-points,app/ssr --lib --bins --tests)
stage quiet compile-tests cargo test "${tests[@]}" --no-run
# The tests mostly wait, so more of them run at once than there are cores.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-6}
stage shown cargo-test cargo test "${tests[@]}" --no-fail-fast
# Builds again without the kill points, so that Playwright tests the product itself.
stage quiet build scripts/build.sh
stage quiet panic scripts/build.sh panic
stage shown playwright npx playwright test -c end2end
[ -f "$logs/playwright.json" ] || die "Playwright wrote no results"
