#!/usr/bin/env bash
# Builds everything without another build tool.
#   build.sh               the site and the models, then the release binary with both inside
#   build.sh site          only the site: target/site
#   build.sh site --fast   the same for development: no wasm-opt, no brotli
#   build.sh panic         for the browser tests: the bundle `flow` that panics where the address asks for it, in target/panic
# The site is built in another folder and then swapped in, so that a failed build leaves the old one. In CI an outdated Cargo.lock
# is an error (--locked); elsewhere cargo may update it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
what=${1:-all} fast=${2:-}
case $what$fast in all | site | site--fast | panic) ;; *) die "usage: build.sh [site [--fast] | panic]" ;; esac
[ -d node_modules ] || die "node_modules is missing: run scripts/setup.sh build"
bindgen=$(wasm_bindgen) || die "wasm-bindgen $(wasm_bindgen_version) is missing: run scripts/setup.sh build"
bin=node_modules/.bin
target=$(target_dir)

# The sources of the site. If none of them has changed, there is nothing to do.
stamp() {
  {
    rustc --version
    echo "$fast ${RUSTFLAGS:-}"
    find app shared style public Cargo.toml Cargo.lock package-lock.json scripts/build.sh scripts/site.mjs -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum | cut -d' ' -f1
}

# build_bundle FEATURES NAME DIR: compiles app to WASM and writes NAME.js and NAME_bg.wasm
build_bundle() {
  cargo rustc ${CI:+--locked} -p app --lib --crate-type cdylib --target wasm32-unknown-unknown --profile wasm-release --no-default-features --features "hydrate,$1"
  "$bindgen" --target web --no-typescript --out-dir "$3" --out-name "$2" "$target/wasm32-unknown-unknown/wasm-release/app.wasm"
}

if [ "$what" = panic ]; then
  say "Building the bundle that panics"
  build_bundle flow,forced-panic flow target/panic
  exit
fi

build_site() {
  local site=$1 pkg=$1/pkg/new bundle hash
  mkdir -p "$pkg"
  cp -r public/. "$site"
  for bundle in flow dashboard; do
    say "Building the WASM bundle $bundle (minutes the first time)"
    build_bundle "$bundle" "$bundle" "$pkg"
    if [ -z "$fast" ]; then
      say "Shrinking $bundle"
      "$bin/wasm-opt" -Oz --gufa -Oz --one-caller-inline-max-function-size=0 --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals \
        --enable-reference-types --enable-multivalue "$pkg/${bundle}_bg.wasm" -o "$pkg/${bundle}_bg.wasm"
    fi
    "$bin/esbuild" "$pkg/$bundle.js" --minify --format=esm --allow-overwrite --outfile="$pkg/$bundle.js" --log-level=warning
  done
  for script in guard times photos typed progress editor; do
    "$bin/esbuild" "public/$script.js" --minify --outfile="$pkg/$script.js" --log-level=warning
  done
  "$bin/lightningcss" --bundle --minify style/main.css -o "$pkg/main.css"
  "$bin/lightningcss" --bundle --minify style/dashboard.css -o "$pkg/dashboard.css"
  # Each build has its own folder, named after its content and served as immutable, so an old page never loads new WASM.
  hash=$(cd "$pkg" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)
  mv "$pkg" "$site/pkg/$hash"
  echo "$hash" >"$site/build"
  if [ -z "$fast" ]; then
    node scripts/site.mjs compress "$site"
    node scripts/site.mjs sizes "$site"
  fi
}

mkdir -p target
stamp=$(stamp)
if [ -f target/site/build ] && [ "$(cat target/site.stamp 2>/dev/null)" = "$stamp" ]; then
  say "The site is up to date"
  [ -n "$fast" ] || node scripts/site.mjs sizes target/site
else
  new=$(mktemp -d target/site.XXXXXX)
  trap 'rm -rf "$new"' EXIT
  chmod 755 "$new"
  build_site "$new"
  rm -rf target/site.stamp target/site.old
  [ ! -e target/site ] || mv target/site target/site.old
  mv "$new" target/site
  rm -rf target/site.old
  echo "$stamp" >target/site.stamp
fi
[ "$what" = all ] || exit 0

node scripts/models.mjs
say "Building the server (minutes the first time)"
cargo build ${CI:+--locked} -p server --release
# The binary must be here, wherever cargo builds. It is moved, because a running binary cannot be overwritten.
if [ ! "$target/release/flow-sessions" -ef target/release/flow-sessions ]; then
  mkdir -p target/release
  cp "$target/release/flow-sessions" target/release/flow-sessions.new
  mv target/release/flow-sessions.new target/release/flow-sessions
fi
say "Built target/release/flow-sessions"
