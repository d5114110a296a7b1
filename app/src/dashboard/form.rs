//! The fields of a form, each with its label, hint and fault tied to it by id; and the summary of the faults. What was typed is
//! kept, except passwords.

use std::borrow::Cow;

use leptos::{html::custom, prelude::*};
use serde::{Deserialize, Serialize};
use shared::language::Language;

use crate::words::{
    dashboard::{Refusal, refusal_of},
    fill, words as all_words,
};

/// A form that was sent and refused: the fields at fault and what was typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Refused {
    /// The name of the input at fault, and why.
    pub faults: Vec<(Cow<'static, str>, Refusal)>,
    /// What was typed, passwords excepted.
    pub typed: Vec<(String, String)>,
}

impl Refused {
    /// One fault of one input.
    pub fn one(input: &'static str, why: Refusal) -> Self {
        Self { faults: vec![(input.into(), why)], typed: Vec::new() }
    }

    /// What was typed into an input.
    pub fn typed(&self, input: &str) -> String {
        self.typed.iter().find(|(name, _)| name == input).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// Why an input was refused.
    pub fn fault(&self, input: &str) -> Option<&Refusal> {
        self.faults.iter().find(|(name, _)| *name == input).map(|(_, why)| why)
    }
}

/// The input that carries the token of a page that is revealed.
pub const REVEALED: &str = "revealed";

/// Hidden inputs that every form of a session's page sends along, so that the page comes back as it was left: revealed, and with the
/// decision that is typed but not sent yet. `public/typed.js` adds what was typed since the page was loaded.
pub fn along(revealed: Option<&str>, refused: &Refused) -> Vec<(&'static str, String)> {
    let token = revealed.map(|token| (REVEALED, token.to_owned()));
    let typed = ["decision", "reason"].map(|input| (input, refused.typed(input)));
    token.into_iter().chain(typed.into_iter().filter(|(_, text)| !text.is_empty())).collect()
}

/// Hidden inputs: name and value each.
#[component]
pub fn Hidden(with: Vec<(&'static str, String)>) -> impl IntoView {
    with.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()
}

/// The input that names the artifact of a form, because a page has many such forms.
pub const ARTIFACT: &str = "artifact";

/// The id of an input. If the page has the input once for each artifact, the artifact's id is a part of it.
pub fn id_of(name: &str, artifact: &str) -> String {
    if artifact.is_empty() { name.to_owned() } else { format!("{name}-{artifact}") }
}

/// Why an input was refused, in the page's language.
#[component]
fn Why(refusal: Refusal, language: Language) -> impl IntoView {
    refusal_of(&refusal, language)
}

/// The faults of a form, at the top of the page, each a link to its input. It takes the focus.
#[component]
pub fn ErrorSummary(refused: Refused, language: Language) -> impl IntoView {
    let summary = &all_words(language).flow;
    let inputs = refused.faults.iter().filter(|(input, _)| !input.is_empty()).count();
    let title = match inputs {
        0 => None,
        1 => Some(summary.one_fault.to_owned()),
        n => Some(fill(summary.many_faults, &[("n", &n.to_string())])),
    };
    let artifact = refused.typed(ARTIFACT);
    (!refused.faults.is_empty()).then(|| {
        let entries = refused.faults.into_iter().map(|(input, refusal)| match &*input {
            "" => view! { <li><Why refusal language /></li> }.into_any(),
            "customer" => view! { <li><a href=format!("#{}", id_of(&input, &artifact))><Why refusal language /></a></li> }.into_any(),
            _ => view! { <li><a href=format!("#{input}")><Why refusal language /></a></li> }.into_any(),
        });
        view! {
            <div class="summary" role="alert" tabindex="-1" autofocus>
                {title.map(|title| view! { <h2>{title}</h2> })}
                <ul>{entries.collect_view()}</ul>
            </div>
        }
    })
}

/// The value of `aria-describedby` for an input: the ids of its hint and its fault.
fn described(id: &str, has_hint: bool, is_faulty: bool) -> Option<String> {
    let ids = [has_hint.then(|| format!("{id}-hint")), is_faulty.then(|| format!("{id}-fault"))];
    let ids = ids.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!ids.is_empty()).then_some(ids)
}

/// Hint and fault of an input, or of several.
#[component]
fn Notes(id: String, hint: Cow<'static, str>, fault: Option<Refusal>, language: Language) -> impl IntoView {
    view! {
        {(!hint.is_empty()).then(|| view! { <span class="hint" id=format!("{id}-hint")>{hint}</span> })}
        {fault.map(|refusal| view! { <span class="fault" id=format!("{id}-fault")><Why refusal language /></span> })}
    }
}

/// A field of text.
#[component]
pub fn TextField(
    name: &'static str,
    label: &'static str,
    refused: Refused,
    language: Language,
    #[prop(optional, into)] hint: Cow<'static, str>,
    /// The artifact that the form is about.
    #[prop(optional, into)]
    artifact: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] complete: &'static str,
    #[prop(optional)] required: bool,
    /// It has several lines.
    #[prop(optional)]
    long: bool,
) -> impl IntoView {
    let id = id_of(name, &artifact);
    let fault = refused.fault(name).cloned();
    let (described, invalid) = (described(&id, !hint.is_empty(), fault.is_some()), fault.is_some().then_some("true"));
    let typed = if kind == "password" { String::new() } else { refused.typed(name) };
    let input = if long {
        view! { <TextArea id=id.clone() name typed required described invalid /> }.into_any()
    } else {
        view! {
            <input type=kind id=id.clone() name=name value=typed autocomplete=complete required=required spellcheck="false"
                aria-describedby=described aria-invalid=invalid />
        }
        .into_any()
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <Notes id hint fault language />
            {input}
        </div>
    }
}

/// An input of several lines. Leptos does not escape the text of a `textarea` that it knows; as a custom element it does.
#[component]
fn TextArea(
    id: String,
    name: &'static str,
    typed: String,
    required: bool,
    #[prop(optional_no_strip)] described: Option<String>,
    #[prop(optional_no_strip)] invalid: Option<&'static str>,
) -> impl IntoView {
    let area = custom("textarea").id(id).attr("name", name).attr("rows", "3").attr("required", required);
    let area = area.attr("aria-describedby", described).attr("aria-invalid", invalid);
    if typed.is_empty() { area.into_any() } else { area.child(typed).into_any() }
}

/// A choice of one from a list: value and text each.
#[component]
pub fn SelectField(name: &'static str, label: &'static str, options: Vec<(String, String)>, refused: Refused, language: Language) -> impl IntoView {
    let fault = refused.fault(name).cloned();
    let (described, invalid) = (described(name, false, fault.is_some()), fault.is_some().then_some("true"));
    let chosen = refused.typed(name);
    let options = options.into_iter().map(|(value, text)| {
        let selected = !chosen.is_empty() && value == chosen;
        view! { <option value=value selected=selected>{text}</option> }
    });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <Notes id=name.to_owned() hint=Cow::Borrowed("") fault language />
            <select id=name name=name aria-describedby=described aria-invalid=invalid>{options.collect_view()}</select>
        </div>
    }
}

/// Radio buttons or checkboxes, as `kind` says: value, label and explanation each.
#[component]
pub fn Choices(
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    choices: Vec<(&'static str, &'static str, &'static str)>,
    refused: Refused,
    language: Language,
) -> impl IntoView {
    let fault = refused.fault(name).cloned();
    let described = described(name, false, fault.is_some());
    // A fault of radio buttons belongs to the group, a fault of checkboxes to each box.
    let (invalid, is_group) = (fault.is_some().then_some("true"), kind == "radio");
    let choices = choices.into_iter().enumerate().map(|(at, (value, label, text))| {
        let checked = refused.typed.iter().any(|(typed, chosen)| typed == name && chosen == value);
        // The id of the first one is the name itself: the summary links to it.
        let id = if at == 0 { name.to_owned() } else { format!("{name}-{at}") };
        let text_id = (!text.is_empty()).then(|| format!("{id}-text"));
        view! {
            <div class="choice">
                <input type=kind id=id.clone() name=name value=value checked=checked
                    aria-describedby=text_id.clone() aria-invalid=invalid.filter(|_| !is_group) />
                <label for=id>{label}</label>
                {text_id.map(|id| view! { <span class="quiet" id=id>{text}</span> })}
            </div>
        }
    });
    view! {
        <fieldset class="field" role=is_group.then_some("radiogroup") aria-describedby=described
            aria-invalid=invalid.filter(|_| is_group)>
            <legend>{label}</legend>
            <Notes id=name.to_owned() hint=Cow::Borrowed("") fault language />
            <div class="choices">{choices.collect_view()}</div>
        </fieldset>
    }
}
