//! The pages. The server draws them whole. Two WASM bundles run their islands in the browser: `flow` for customers, and `dashboard`
//! for operators. A page is a function of data: nothing here reads a database or decides anything.
//!
//! Floors, from the top: the pages in `dashboard` and `flow`, then `islands`, `components` and `words`. A page's data is beside the
//! page, and the islands use the data of the customer's pages.

#![recursion_limit = "256"]

#[cfg(feature = "flow")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod dashboard;
#[cfg(feature = "flow")]
pub mod flow;
pub mod islands;
pub mod words;

/// Starts every island of the page.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
