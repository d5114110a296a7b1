//! Continue, in the browser: send what was chosen, warn of what is wrong, save the step, go on; after the last step,
//! complete. Whatever it does not understand it leaves to the browser's own way of posting the form.

use gloo_net::http::{Request, Response};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use serde_json::json;
use shared::{
    answers::{self, Answers},
    api::RawUserData,
    field_value::Answer,
    flow::{FieldType, Step},
    ids::ArtifactId,
    problem::{FieldFault, Problem},
};
use wasm_bindgen::JsCast as _;
use web_sys::{File, FormData, HtmlElement, HtmlFormElement, SubmitEvent};

use super::{
    browser::{self, typed},
    flow::{FlowState, Shown},
    uploads::{self, Sent},
};

/// How often a request is sent again where no answer came.
const TRIES: u32 = 3;

/// The form is being submitted.
pub fn submit(event: &SubmitEvent, state: FlowState, step: Step) {
    let to_server = |button: HtmlElement| button.has_attribute("formnovalidate");
    if event.submitter().is_some_and(to_server) {
        return; // The language buttons go to the server.
    }
    event.prevent_default();
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
    if state.busy.get_untracked() {
        return;
    }
    state.busy.set(true);
    state.lost.set(false);
    spawn_local(async move {
        if send(state, &step, &form).await.is_none() {
            let _ = form.submit();
        }
        state.busy.set(false);
    });
}

/// The whole of it. `None`: let the browser post the form.
async fn send(state: FlowState, step: &Step, form: &HtmlFormElement) -> Option<()> {
    let data = FormData::new_with_form(form).ok()?;
    if !send_files(state, step, &data).await {
        return Some(()); // The field says why.
    }
    let texts = typed(&data, step.fields.iter().map(|field| field.name.clone()));
    let sent = answers::from_form(step, |name| texts.get(name).cloned());
    let mut shown = state.shown.get_untracked();
    shown.answers.extend(texts);
    if let Err(errors) = answers::check_step(step, &sent, &files_there(state, step, &shown), &|_, _| Ok(ArtifactId(0))) {
        return show_faults(state, shown, errors);
    }
    let path = format!("/kyc-sessions/{}/steps/{}", state.id.get_value(), step.id);
    let Some(reply) = again(|| Request::put(&path).json(&body(&sent))).await else { return lost(state, shown) };
    match reply.status() {
        204 => {}
        422 => return show_faults(state, shown, reply.json::<Problem>().await.ok()?.errors),
        409 | 410 => {
            browser::refresh(state);
            return Some(());
        }
        _ => return None,
    }
    shown.errors.clear();
    let next = state.session.with_value(|session| session.after(&step.id).map(|next| next.id.clone()));
    match next {
        Some(next) => {
            browser::go_to(state, Shown { step: next, ..shown });
            Some(())
        }
        None => complete(state, shown).await,
    }
}

/// Everything is saved: submit it. A lost answer is asked for again, which changes nothing.
async fn complete(state: FlowState, shown: Shown) -> Option<()> {
    let path = format!("/kyc-sessions/{}/complete", state.id.get_value());
    let Some(reply) = again(|| Request::post(&path).json(&body(&RawUserData::new()))).await else { return lost(state, shown) };
    match reply.status() {
        202 => browser::submitted(state),
        409 | 410 => browser::refresh(state),
        422 => {
            let problem = reply.json::<Problem>().await.ok()?;
            let step = problem.missing_steps.first()?.clone();
            browser::go_to(state, Shown { step, errors: problem.errors, ..shown });
        }
        _ => return None,
    }
    Some(())
}

fn body(sent: &RawUserData) -> serde_json::Value {
    json!({ "userData": sent })
}

/// Waits for files on their way and sends those that were chosen before the script arrived. False where one did not make it.
async fn send_files(state: FlowState, step: &Step, data: &FormData) -> bool {
    let mut all = true;
    for field in step.fields.iter().filter(|field| field.r#type == FieldType::Artifact) {
        let state_of = || uploads::sent_without_tracking(state.uploads, &field.name);
        while matches!(state_of(), Some(Sent::Sending(_))) {
            TimeoutFuture::new(100).await;
        }
        if matches!(state_of(), Some(Sent::Saved(_))) {
            continue;
        }
        let files: Vec<File> = data.get_all(&field.name).iter().filter_map(|value| value.dyn_into().ok()).collect();
        if let Some(file) = files.into_iter().find(|file| file.size() > 0.0) {
            uploads::send(field, &file, state).await;
        }
        all &= !matches!(state_of(), Some(Sent::Failed(_)));
    }
    all
}

/// The files that the server has, as far as this page knows; which they are makes no difference here.
fn files_there(state: FlowState, step: &Step, shown: &Shown) -> Answers {
    let there = |name: &String| {
        shown.answers.get(name).is_some_and(|value| !value.is_empty())
            || shown.elsewhere.contains(name)
            || matches!(uploads::sent_without_tracking(state.uploads, name), Some(Sent::Saved(_)))
    };
    let files = step.fields.iter().filter(|field| field.r#type == FieldType::Artifact && there(&field.name));
    files.enumerate().map(|(at, field)| (field.name.clone(), Answer::Text(ArtifactId(at as u128).to_string()))).collect()
}

fn show_faults(state: FlowState, shown: Shown, errors: Vec<FieldFault>) -> Option<()> {
    state.shown.set(Shown { errors, ..shown });
    Some(())
}

/// No answer came: say so, keep everything.
fn lost(state: FlowState, shown: Shown) -> Option<()> {
    if !shown.errors.is_empty() {
        state.shown.set(Shown { errors: Vec::new(), ..shown });
    }
    state.lost.set(true);
    Some(())
}

/// Sends a request, and again where no answer came: every request here means the same however often it arrives.
async fn again(request: impl Fn() -> Result<Request, gloo_net::Error>) -> Option<Response> {
    for number in 0..TRIES {
        match request().ok()?.send().await {
            Ok(reply) => return Some(reply),
            Err(_) => TimeoutFuture::new(500 << number).await,
        }
    }
    None
}
