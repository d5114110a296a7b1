//! The site and the migrations are part of the binary: build again where they changed.
fn main() {
    println!("cargo:rerun-if-changed=../target/site/build");
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=flows");
}
