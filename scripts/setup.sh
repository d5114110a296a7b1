#!/usr/bin/env bash
# Installs what is missing, and only that; a second run does nothing.
#   setup.sh build   what a build needs: the WASM target, wasm-bindgen, the npm tools
#   setup.sh test    in addition what the tests need from Debian: browsers, fonts, PostgreSQL, exiftool, slowhttptest
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
what=${1:-build}
case $what in build | test) ;; *) die "usage: setup.sh [build|test]" ;; esac

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

if ! wasm_bindgen >/dev/null; then
  version=$(wasm_bindgen_version)
  [ -n "$version" ] || die "Cargo.lock names no wasm-bindgen"
  say "Building wasm-bindgen $version, once for this machine (2 to 4 minutes)"
  # Little optimised: it runs for a second a build. Its own target folder, so that an interrupted run is taken up again.
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=false CARGO_TARGET_DIR=$cache/tools/target \
    cargo install wasm-bindgen-cli --version "$version" --no-default-features --root "$cache/tools/wasm-bindgen-$version"
  rm -rf "$cache/tools/target"
  wasm_bindgen >/dev/null || die "wasm-bindgen $version was installed but does not run"
fi

# A copy of the lock says what node_modules holds: times do not, after a checkout of another branch.
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  say "Installing the npm tools"
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
  cp package-lock.json node_modules/.installed-lock
fi

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
