//! The footer of a customer's page: privacy, language, help. The language buttons post the step's form. They come after its
//! Continue button, so that the Enter key never presses one of them.

use leptos::prelude::*;
use shared::{flow::Branding, language::Language};

use crate::{components::ids::FORM, words::words};

/// The footer. `switch` says whether the page has a form, which the language buttons post.
#[component]
pub fn Footer(branding: Branding, current: Language, switch: bool) -> impl IntoView {
    let words = words(current).page;
    let help = branding.contact.map(|contact| if contact.contains('@') && !contact.contains(':') { format!("mailto:{contact}") } else { contact });
    let languages = switch.then(|| {
        let button = |language: Language| {
            view! {
                <button form=FORM name="_lang" value=language.tag() lang=language.tag() formnovalidate aria-pressed=(language == current).to_string()>
                    {language.own_name()}
                </button>
            }
        };
        view! { <span class="languages" role="group" aria-label=words.language>{Language::ALL.map(button).collect_view()}</span> }
    });
    view! {
        <footer class="footer">
            {languages}
            <span class="links">
                {branding.privacy_url.map(|url| view! { <a href=url rel="noopener noreferrer" target="_blank">{words.privacy}</a> })}
                {help.map(|url| view! { <a href=url rel="noopener noreferrer">{words.help}</a> })}
            </span>
        </footer>
    }
}
