# shellcheck shell=bash
# Every script sources this file: strict mode, the repository's root as working directory, and shared functions.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# If it is set, Leptos requests other file names than wasm-bindgen writes.
unset LEPTOS_OUTPUT_NAME

cache=${XDG_CACHE_HOME:-$HOME/.cache}/flow-sessions

say() { printf '==> %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Prints cargo's target folder: CARGO_TARGET_DIR, the one in a cargo configuration, or ./target.
target_dir() {
  cargo metadata --no-deps --format-version 1 | node -p 'JSON.parse(fs.readFileSync(0, "utf8")).target_directory'
}

# The wasm-bindgen version in Cargo.lock; the tool must have exactly this version.
wasm_bindgen_version() { awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock; }

# The cargo-deny that deny.toml is written for.
cargo_deny_version=0.20.2

# tool NAME VERSION: prints the path of that program in that version, from PATH or from our own tools. Fails if there is none.
tool() {
  local path
  for path in "$(command -v "$1" || true)" "$cache/tools/$1-$2/bin/$1"; do
    if [ -x "$path" ] && [ "$("$path" --version 2>&1)" = "$1 $2" ]; then printf '%s\n' "$path"; return; fi
  done
  return 1
}

wasm_bindgen() { tool wasm-bindgen "$(wasm_bindgen_version)"; }
cargo_deny() { tool cargo-deny "$cargo_deny_version"; }
