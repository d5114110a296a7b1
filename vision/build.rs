//! Finds the models that `scripts/models.mjs` made, so that `models.rs` can embed them, or says how to make them.

use std::path::Path;

fn main() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/models");
    let stamp = models.join("stamp");
    println!("cargo:rerun-if-changed={}", stamp.display());
    println!("cargo:rustc-env=MODELS={}", models.display());
    if !stamp.exists() {
        println!("cargo:warning=the models are not made: run scripts/setup.sh build, then node scripts/models.mjs");
        std::process::exit(1);
    }
}
