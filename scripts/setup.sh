#!/usr/bin/env bash
# Installs only what is missing; a second run does nothing.
#   setup.sh build   for a build: the WASM target, wasm-bindgen, the npm tools
#   setup.sh lint    for the lints, besides: cargo-deny
#   setup.sh test    for the tests, also from Debian: browsers, fonts, PostgreSQL, exiftool, slowhttptest
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
what=${1:-build}
case $what in build | lint | test) ;; *) die "usage: setup.sh [build|lint|test]" ;; esac

type cargo rustc >/dev/null 2>&1 || die "cargo is missing: install Rust with rustup (https://rustup.rs)"
wanted=$(awk -F'"' '/^rust-version/ { print $2; exit }' Cargo.toml)
found=$(rustc --version | awk '{ print $2 }')
[ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] || die "Rust $wanted or newer is needed, this is $found: run 'rustup update stable'"
command -v cc >/dev/null || die "a C compiler (cc) is missing: on Debian 'apt-get install build-essential'"
command -v node >/dev/null || die "Node.js 20 or newer is missing (https://nodejs.org)"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || die "Node.js 20 or newer is needed, this is $(node --version)"
command -v npm >/dev/null || die "npm is missing: it comes with Node.js, on some systems as a package of its own"

if [ ! -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]; then
  command -v rustup >/dev/null || die "Rust's target wasm32-unknown-unknown is missing and there is no rustup to add it"
  say "Adding Rust's target wasm32-unknown-unknown"
  rustup target add wasm32-unknown-unknown
fi

# build_tool CRATE NAME VERSION MINUTES [OPTION…]: builds a program from crates.io into our own tools. It is not optimised, because
# it runs for a second. It has its own target folder, so that an interrupted run resumes.
build_tool() {
  local crate=$1 name=$2 version=$3 minutes=$4
  shift 4
  say "Building $name $version, once for this machine ($minutes minutes)"
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=false \
    CARGO_TARGET_DIR=$cache/tools/target cargo install "$crate" --version "$version" --no-default-features "$@" --root "$cache/tools/$name-$version"
  rm -rf "$cache/tools/target"
  tool "$name" "$version" >/dev/null || die "$name $version was installed but does not run"
}

if ! wasm_bindgen >/dev/null; then
  version=$(wasm_bindgen_version)
  [ -n "$version" ] || die "Cargo.lock names no wasm-bindgen"
  build_tool wasm-bindgen-cli wasm-bindgen "$version" "1 to 3"
fi

# A copy of the lock file shows what node_modules contains. File times do not, after another branch was checked out.
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  say "Installing the npm tools"
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
  cp package-lock.json node_modules/.installed-lock
fi

[ "$what" != build ] || exit 0

if ! cargo_deny >/dev/null; then build_tool cargo-deny cargo-deny "$cargo_deny_version" "1 to 4" --locked; fi

[ "$what" = test ] || exit 0

packages=()
[ -x /usr/bin/chromium ] || packages+=(chromium)
[ -x /usr/bin/firefox-esr ] || packages+=(firefox-esr)
command -v WebKitWebDriver >/dev/null || packages+=(webkit2gtk-driver)
command -v Xvfb >/dev/null || packages+=(xvfb)
[ -d /usr/share/fonts/truetype/liberation ] || packages+=(fonts-liberation)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=(postgresql)
command -v exiftool >/dev/null || packages+=(libimage-exiftool-perl)
command -v slowhttptest >/dev/null || packages+=(slowhttptest)
[ ${#packages[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ]; then as_root=(); elif sudo -n true 2>/dev/null; then as_root=(sudo -n); else die "the tests need: apt-get install ${packages[*]}"; fi
command -v apt-get >/dev/null || die "the tests need, as Debian calls them: ${packages[*]}"
say "Installing from Debian: ${packages[*]} (a minute or two)"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
