//! Takes a fault off the page once its field is corrected: at the field, in the summary and in the title. It changes the page in place,
//! because rendering the step again would take the focus away from the customer who types.

use leptos::prelude::*;
use web_sys::Element;

use crate::{
    components::{error_summary::heading, ids},
    flow::data::Shown,
    islands::{
        form::{self, Entered},
        state::FlowState,
    },
};

/// The customer typed or chose something: shows the fields that apply now, and takes off the faults that are corrected.
pub fn recheck(state: FlowState, event: &web_sys::Event) {
    let Some(name) = event.target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<Element>(target).ok()?.get_attribute("name")) else { return };
    let shown = state.shown.get_untracked();
    let Some(step) = state.data.with_value(|data| data.find(&shown.step).cloned()) else { return };
    if step.field(&name).is_none_or(|field| field.r#type == shared::flow::FieldType::Artifact) {
        return; // A file counts once the server has it.
    }
    form::show_what_applies(state);
    if shown.errors.is_empty() {
        return;
    }
    let Some(texts) = form::form().and_then(|form| form::typed(&form, &step)) else { return };
    let Entered { idle, errors, .. } = Entered::of(state, &step, &texts, &shown);
    for fault in &shown.errors {
        if idle.contains(&fault.field) || (fault.field == name && errors.iter().all(|error| error.field != name)) {
            lift(state, &fault.field);
        }
    }
}

/// Takes a field's fault off the page, if it has one.
pub fn lift(state: FlowState, field: &str) {
    let is_at_fault = |shown: &Shown| shown.errors.iter().any(|error| error.field == field);
    if !state.shown.with_untracked(is_at_fault) {
        return;
    }
    state.shown.update_untracked(|shown| shown.errors.retain(|error| error.field != field));
    let by_id = |id: &str| document().get_element_by_id(id);
    // The text stays as an element, because the input names it as its description.
    if let Some(text) = by_id(&ids::of_fault(field)) {
        text.set_text_content(None);
    }
    if let Some(entry) = by_id(&ids::of_entry(field)) {
        entry.remove();
    }
    let around = by_id(&ids::of_field(field)).and_then(|input| input.closest(".field").ok().flatten());
    if let Some(around) = around {
        let _ = around.remove_attribute("data-faulty");
        while let Ok(Some(input)) = around.query_selector("[aria-invalid=true]") {
            let _ = input.remove_attribute("aria-invalid");
        }
    }
    let left = state.shown.with_untracked(|shown| shown.errors.len());
    if let Some(title) = by_id(ids::FAULTS) {
        match title.parent_element() {
            Some(summary) if left == 0 => summary.remove(),
            _ => title.set_text_content(Some(&state.data.with_value(|data| heading(left, &data.words)))),
        }
    }
    set_title(state);
}

/// Sets the page's title: the step's, and whether something on it is wrong.
pub fn set_title(state: FlowState) {
    let title = document().title();
    let company = title.rsplit('·').next().unwrap_or_default().trim_start();
    let title = state.shown.with_untracked(|shown| state.data.with_value(|data| data.title(&shown.step, company, !shown.errors.is_empty())));
    document().set_title(&title);
}
