//! The island `CopyLink`: a button that copies the text of an input. Without script there is no button, and the operator selects
//! and copies the text by hand.

use leptos::prelude::*;

/// The button for the input with the id `target`, and a text that says whether copying worked.
#[island]
pub fn CopyLink(target: String, copy: String, copied: String, failed: String) -> impl IntoView {
    let (there, said) = (RwSignal::new(false), RwSignal::new(String::new()));
    // An effect never runs on the server, so only a browser shows the button.
    Effect::new(move || there.set(true));
    let words = StoredValue::new((target, copied, failed));
    let press = move |_| {
        #[cfg(feature = "hydrate")]
        words.with_value(|(target, copied, failed)| browser::copy(target, said, copied.clone(), failed.clone()));
        #[cfg(not(feature = "hydrate"))]
        let _ = words;
    };
    view! {
        {move || there.get().then(|| view! { <button type="button" class="button" on:click=press>{copy.clone()}</button> })}
        <span class="copying" role="status">{move || said.get()}</span>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{prelude::*, task::spawn_local};
    use wasm_bindgen::JsCast as _;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{HtmlDocument, HtmlInputElement};

    /// Selects the input, so that the operator can still copy it with one key, and copies it.
    pub fn copy(target: &str, said: RwSignal<String>, copied: String, failed: String) {
        let Some(input) = document().get_element_by_id(target).and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) else { return };
        input.select();
        // Screen readers only announce a text that changes.
        said.set(String::new());
        spawn_local(async move {
            let done = if window().is_secure_context() {
                JsFuture::from(window().navigator().clipboard().write_text(&input.value())).await.is_ok()
            } else {
                let document = document().dyn_into::<HtmlDocument>();
                document.is_ok_and(|document| document.exec_command("copy").unwrap_or_default())
            };
            said.set(if done { copied } else { failed });
        });
    }
}
