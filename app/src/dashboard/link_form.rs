//! The form that puts a session or a file into a dossier.

use leptos::prelude::*;
use shared::language::Language;

use super::form::{ARTIFACT, Hidden, Refused, TextField};
use crate::words::dashboard::{Refusal, words};

/// One field and one button; `back` is the page to return to.
#[component]
pub fn LinkForm(
    action: String,
    back: String,
    #[prop(optional, into)] artifact: String,
    /// Hidden inputs.
    with: Vec<(&'static str, String)>,
    refused: Refused,
    language: Language,
) -> impl IntoView {
    let words = words(language);
    // Pressed by someone who has read that it makes a dossier.
    let create = matches!(refused.fault("customer"), Some(Refusal::NewReference | Refusal::NoReference))
        .then(|| view! { <button class="button" name="create" value="1">{words.create_dossier}</button> });
    view! {
        <form class="form" method="post" action=action novalidate>
            <input type="hidden" name="back" value=back />
            <Hidden with />
            {(!artifact.is_empty()).then(|| view! { <input type="hidden" name=ARTIFACT value=artifact.clone() /> })}
            <TextField name="customer" label=words.customer_reference hint=words.dossier_hint artifact=artifact.clone() refused language />
            <div class="row">
                <button class="button">{words.link_to_dossier}</button>
                {create}
            </div>
        </form>
    }
}
