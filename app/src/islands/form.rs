//! What the form of the step holds, held against the flow's rules: which fields apply, and what is wrong. The browser only warns; the
//! server decides.

use leptos::prelude::*;
use shared::{
    answers::{self, Answers},
    api::RawUserData,
    field_value::Answer,
    flow::{Field, FieldType, Step},
    ids::ArtifactId,
    problem::FieldFault,
};
use wasm_bindgen::JsCast as _;
use web_sys::{FormData, HtmlFormElement};

use crate::{
    components::ids,
    flow::{by_field::ByField, data::Shown},
    islands::state::FlowState,
};

/// The form on the page.
pub fn form() -> Option<HtmlFormElement> {
    document().query_selector("form.sheet").ok()?.and_then(|form| form.dyn_into().ok())
}

/// The texts in a form, by field, in NFC, in which the server counts their characters.
pub fn typed(form: &HtmlFormElement, step: &Step) -> Option<ByField<String>> {
    let form = FormData::new_with_form(form).ok()?;
    let text = |name: &str| form.get(name).dyn_into::<js_sys::JsString>().ok().map(|text| String::from(text.normalize("NFC")));
    Some(step.fields.iter().filter_map(|field| text(&field.name).map(|text| (field.name.clone(), text))).collect())
}

/// The same as the page keeps it: a box that is not ticked has an empty text, so that an earlier tick is forgotten.
pub fn to_keep(mut texts: ByField<String>, step: &Step) -> ByField<String> {
    for field in step.fields.iter().filter(|field| field.r#type == FieldType::Boolean) {
        if texts.get(&field.name).is_none() {
            texts.set(&field.name, String::new());
        }
    }
    texts
}

/// What these texts of a step say.
pub struct Entered {
    /// The values as the server takes them.
    pub sent: RawUserData,
    /// The fields that do not apply. Their values are not sent.
    pub idle: Vec<String>,
    /// What is wrong.
    pub errors: Vec<FieldFault>,
}

impl Entered {
    /// Holds the texts of a step against the flow.
    pub fn of(state: FlowState, step: &Step, texts: &ByField<String>, shown: &Shown) -> Self {
        let others = others(state, step, shown);
        let sent = answers::from_form(step, |name| texts.get(name).cloned());
        let is_known = |field: &Field| {
            let elsewhere = |name: &String| step.field(name).is_none() && state.data.with_value(|data| data.elsewhere.contains(name));
            !field.required_when.keys().any(elsewhere)
        };
        let idle = answers::idle(step, &sent, &others).into_iter().filter(|name| step.field(name).is_some_and(is_known));
        let idle: Vec<String> = idle.map(str::to_owned).collect();
        let errors = answers::check_step(step, &sent, &others, &|_, _| Ok(ArtifactId(0))).err().unwrap_or_default();
        Self { sent, idle, errors }
    }
}

/// The answers that the form does not hold, as far as this page knows: the files of this step, and what this device entered in other
/// steps. Which files they are makes no difference here.
fn others(state: FlowState, step: &Step, shown: &Shown) -> Answers {
    let mut others = Answers::new();
    state.data.with_value(|data| {
        for field in data.steps.iter().flat_map(|step| &step.fields) {
            let (own, text) = (step.field(&field.name).is_some(), shown.answers.get(&field.name));
            let has_text = text.is_some_and(|text| !text.is_empty());
            let answer = match field.r#type {
                FieldType::Artifact if own && (has_text || data.elsewhere.contains(&field.name) || state.uploads.has(&field.name)) => {
                    Some(Answer::Text(ArtifactId(others.len() as u128).to_string()))
                }
                FieldType::Boolean if !own => text.map(|text| Answer::Flag(text == "true")),
                FieldType::Artifact | FieldType::Boolean => None,
                _ => text.filter(|_| has_text && !own).map(|text| Answer::Text(text.clone())),
            };
            if let Some(answer) = answer {
                others.insert(field.name.clone(), answer);
            }
        }
    });
    others
}

/// Shows the fields that apply and hides the others.
pub fn show_what_applies(state: FlowState) {
    let shown = state.shown.get_untracked();
    let Some(step) = state.data.with_value(|data| data.find(&shown.step).cloned()) else { return };
    let Some(texts) = form().and_then(|form| typed(&form, &step)) else { return };
    let idle = Entered::of(state, &step, &texts, &shown).idle;
    for field in &step.fields {
        let around = document().get_element_by_id(&ids::of_field(&field.name)).and_then(|input| input.closest(".field").ok().flatten());
        if let Some(around) = around {
            let _ = around.toggle_attribute_with_force("hidden", idle.contains(&field.name));
        }
    }
}
