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

# Prints the path of a wasm-bindgen with that version, from PATH or from our own tools. Fails if there is none.
wasm_bindgen() {
  local version tool
  version=$(wasm_bindgen_version)
  for tool in "$(command -v wasm-bindgen || true)" "$cache/tools/wasm-bindgen-$version/bin/wasm-bindgen"; do
    if [ -x "$tool" ] && [ "$("$tool" --version 2>&1)" = "wasm-bindgen $version" ]; then printf '%s\n' "$tool"; return; fi
  done
  return 1
}
