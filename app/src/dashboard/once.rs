//! A secret, a key or an invitation link, which the dashboard shows only once.

use leptos::prelude::*;
use shared::language::Language;

use crate::{islands::dashboard::copy_link::CopyLink, words::dashboard::words};

/// A secret that is shown once, and what it belongs to.
#[derive(Clone, Debug)]
pub struct ShownOnce {
    /// What it belongs to: a URL, a key's id, an e-mail.
    pub of: String,
    /// The secret, key or invitation link.
    pub secret: String,
}

/// The secret in an input, to select and copy.
#[component]
pub fn Once(once: Option<ShownOnce>, label: &'static str, language: Language) -> impl IntoView {
    once.map(|ShownOnce { of, secret }| {
        let title = of.clone();
        view! {
            <section class="card body once">
                <p><strong class="clip" title=title>{of}</strong></p>
                <Copied id="secret" label hint=words(language).shown_once value=secret language />
            </section>
        }
    })
}

/// A value to copy by hand, or with a button if there is script.
#[component]
pub fn Copied(id: &'static str, label: &'static str, hint: &'static str, value: String, language: Language) -> impl IntoView {
    let words = words(language);
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <span class="hint" id=hint_id.clone()>{hint}</span>
            <div class="copied">
                <input type="text" class="mono" id=id readonly value=value aria-describedby=hint_id />
                <CopyLink target=id.to_owned() copy=words.copy.to_owned() copied=words.copied.to_owned() failed=words.not_copied.to_owned() />
            </div>
        </div>
    }
}
