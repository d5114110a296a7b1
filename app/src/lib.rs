//! What a person sees. Built three ways: for the server, which draws whole pages; as the WASM bundles `flow`, which takes the
//! customer's island over, and `dashboard`, which does so with the operators'; and natively for tests. A page is a function of
//! data: nothing here reads a database or decides.

#![recursion_limit = "256"]

#[cfg(feature = "flow")]
pub mod components;
pub mod dashboard;
#[cfg(feature = "flow")]
pub mod flow;
pub mod islands;
pub mod words;

/// Starts every island of the page that loaded this bundle.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
