//! For tests alone: a panic where the address asks for one, by `?panic=` and one of `mount`, `submit`, `input`, `later`.

use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, closure::Closure};

/// Panics at once for `mount`, and makes the page panic for `input` and `later`.
pub fn prepare() {
    at("mount");
    let input = Closure::<dyn Fn()>::new(|| at("input"));
    let _ = window().add_event_listener_with_callback("input", input.as_ref().unchecked_ref());
    input.forget();
    set_timeout(|| at("later"), std::time::Duration::from_millis(300));
}

/// Panics where the address asks for a panic here.
///
/// # Panics
/// Then.
pub fn at(place: &str) {
    let query = window().location().search().unwrap_or_default();
    assert!(!query.contains(&format!("panic={place}")), "a forced panic");
}
