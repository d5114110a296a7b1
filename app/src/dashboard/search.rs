//! The search of a list, and what stands in place of a list that has nothing.

use leptos::prelude::*;

/// The search of a list. It is a POST, so that no address contains what is searched, which may be a link's id or a CPF.
#[component]
pub fn Search(action: &'static str, label: &'static str, hint: &'static str, typed: String) -> impl IntoView {
    view! {
        <form class="search" role="search" method="post" action=action>
            <label class="visually-hidden" for="q">{label}</label>
            <input type="search" id="q" name="q" value=typed placeholder=hint autocomplete="off" spellcheck="false" />
            <button class="button">{label}</button>
        </form>
    }
}

/// A list in a card, or a sentence where there is nothing in it.
#[component]
pub fn ListCard(is_empty: bool, nothing: &'static str, children: Children) -> impl IntoView {
    if is_empty { view! { <p class="card body quiet">{nothing}</p> }.into_any() } else { view! { <div class="card">{children()}</div> }.into_any() }
}
