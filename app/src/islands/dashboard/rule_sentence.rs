//! The island `RuleSentence`: the rule of the editor in plain words, which follows as one types. Without script it says what the page was
//! loaded with.

use leptos::prelude::*;
use shared::language::Language;

/// The sentence of the rule in the form with this id: the editor, or the form of a preset.
#[island]
pub fn RuleSentence(form: String, language: Language, sentence: String, #[prop(optional_no_strip)] preset: Option<String>) -> impl IntoView {
    let said = RwSignal::new(sentence);
    #[cfg(feature = "hydrate")]
    browser::follow(&form, preset, language, said);
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, language, preset);
    view! { <span id="rule-sentence" aria-live="off">{move || said.get()}</span> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use shared::{
        language::Language,
        rule::{Draft, Rule, presets},
    };
    use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
    use web_sys::{FormData, HtmlFormElement};

    /// Says the sentence again after each change of the form, and once for what was typed before the script arrived.
    pub fn follow(form: &str, preset: Option<String>, language: Language, said: RwSignal<String>) {
        let Some(form) = document().get_element_by_id(form).and_then(|element| element.dyn_into::<HtmlFormElement>().ok()) else { return };
        let watched = form.clone();
        let say = move || {
            let sentence = sentence(&form, preset.as_deref(), language).unwrap_or_default();
            if said.with_untracked(|before| *before != sentence) {
                said.set(sentence);
            }
        };
        say();
        let changed = Closure::<dyn Fn()>::new(say);
        for event in ["input", "change"] {
            let _ = watched.add_event_listener_with_callback(event, changed.as_ref().unchecked_ref());
        }
        changed.forget();
        if let Some(body) = document().body() {
            let _ = body.set_attribute("data-hydrated", "");
        }
    }

    fn sentence(form: &HtmlFormElement, preset: Option<&str>, language: Language) -> Option<String> {
        let typed = FormData::new_with_form(form).ok()?;
        let mut pairs: Vec<(String, String)> = Vec::new();
        for entry in js_sys::try_iter(typed.as_ref()).ok()?? {
            let pair: js_sys::Array = entry.ok()?.dyn_into().ok()?;
            let text = |value: JsValue| value.as_string().unwrap_or_default();
            pairs.push((text(pair.get(0)), text(pair.get(1))));
        }
        if let Some(preset) = preset {
            let input = |name: &str| pairs.iter().find(|(known, _)| known == name).map_or_else(String::new, |(_, text)| text.clone());
            return Some(presets::named(preset)?.typed(input, language).rule?.sentence(language));
        }
        let draft = Draft::read(pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        Some(Rule::sketch(&draft.to_json(language)).0.sentence(language))
    }
}
