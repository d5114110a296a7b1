//! Only for tests: a panic where the address asks for one, with `?panic=` and one of `mount`, `submit`, `input`, `later`.

use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, closure::Closure};

/// Panics at once for `mount`. For `input` and `later` it panics when that happens.
pub fn prepare() {
    at("mount");
    let input = Closure::<dyn Fn()>::new(|| at("input"));
    let _ = window().add_event_listener_with_callback("input", input.as_ref().unchecked_ref());
    input.forget();
    set_timeout(|| at("later"), std::time::Duration::from_millis(300));
}

/// Panics if the address asks for a panic at this place.
///
/// # Panics
/// If the address asks for it.
pub fn at(place: &str) {
    let query = window().location().search().unwrap_or_default();
    assert!(!query.contains(&format!("panic={place}")), "a forced panic");
}
