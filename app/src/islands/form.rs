//! What the form of the step holds, held against the flow's rules: which fields apply, and what is wrong. The browser only warns; the
//! server decides.

use leptos::prelude::*;
use shared::{
    answers,
    by_field::ByField,
    conditions, field_value,
    flow::{Field, FieldType, Step},
    ids::ArtifactId,
    problem::{FieldCode, FieldFault},
};
use wasm_bindgen::JsCast as _;
use web_sys::{FormData, HtmlFormElement};

use crate::{
    components::ids,
    flow::data::{FlowData, Shown},
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

/// What the texts of a step say.
pub struct Entered {
    /// The fields that do not apply. Their values are not sent.
    pub idle: Vec<String>,
    /// What is wrong.
    pub errors: Vec<FieldFault>,
}

impl Entered {
    /// Holds the texts of a step against the flow.
    pub fn of(state: FlowState, step: &Step, texts: &ByField<String>, shown: &Shown) -> Self {
        state.data.with_value(|data| {
            let known = Known { data, step, texts, shown };
            let idle = conditions::idle(data.steps.iter().flat_map(|step| &step.fields), |other, wanted| known.is_other(other, wanted));
            let applies = |field: &&Field| !idle.contains(&field.name.as_str()) && field.required_when.names().all(|other| known.of(other).is_some());
            let errors = step.fields.iter().filter(applies).filter_map(|field| known.fault(state, field)).collect();
            Self { idle: idle.into_iter().map(str::to_owned).collect(), errors }
        })
    }
}

/// What this page knows of the answers: the form, and what this device entered in other steps.
struct Known<'a> {
    data: &'a FlowData,
    step: &'a Step,
    texts: &'a ByField<String>,
    shown: &'a Shown,
}

impl Known<'_> {
    /// The value of a field as `requiredWhen` names it, or an empty text. `None`: only the server knows it.
    fn of(&self, name: &str) -> Option<&str> {
        if let Some(field) = self.step.field(name) {
            let none = if field.r#type == FieldType::Boolean { "false" } else { "" };
            return Some(self.texts.get(name).map_or(none, String::as_str));
        }
        let is_box = || self.data.steps.iter().find_map(|step| step.field(name)).is_some_and(|field| field.r#type == FieldType::Boolean);
        match self.shown.answers.get(name).map(String::as_str) {
            Some(text) if !text.is_empty() => Some(text),
            _ if self.data.elsewhere.iter().any(|known| known == name) => None,
            Some(_) if is_box() => Some("false"),
            _ => Some(""),
        }
    }

    /// Whether a field has none of these values.
    fn is_other(&self, name: &str, wanted: &[String]) -> bool {
        self.of(name).is_some_and(|value| wanted.iter().all(|wanted| wanted != value))
    }

    /// What is wrong with a field that applies.
    fn fault(&self, state: FlowState, field: &Field) -> Option<FieldFault> {
        let (name, text) = (&field.name, self.texts.get(&field.name).map_or("", String::as_str));
        let has_value = match field.r#type {
            FieldType::Boolean => Ok(self.texts.get(name).is_some()),
            FieldType::Artifact => {
                Ok(self.data.elsewhere.contains(name) || state.uploads.has(name) || self.shown.answers.get(name).is_some_and(|text| !text.is_empty()))
            }
            _ => field_value::read_typed(field, text, &|_, _| Ok(ArtifactId(0))).map(|answer| answer.is_some()),
        };
        match has_value {
            Ok(false) if field.required => Some(answers::fault(field, FieldCode::Required)),
            Ok(_) => None,
            Err(code) => Some(answers::fault_in(field, code, Some(text))),
        }
    }
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
