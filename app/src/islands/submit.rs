//! Continue, in the browser: send what was chosen, warn of what is wrong, save the step, go on; after the last step,
//! complete. Whatever it does not understand it leaves to the browser's own way of posting the form.

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared::{
    answers::{self, Answers},
    api::RawUserData,
    field_value::Answer,
    flow::{FieldType, Step},
    ids::ArtifactId,
    problem::{FieldFault, Problem},
};
use wasm_bindgen::JsCast as _;
use web_sys::{FormData, HtmlElement, HtmlFormElement, SubmitEvent};

use super::{
    browser::{self, typed},
    flow::{FlowState, Shown},
    json, request,
    uploads::{self, Sent},
};
use crate::words::FlowWords;

/// The form is being submitted.
pub fn submit(event: &SubmitEvent, state: FlowState, step: Step) {
    let to_server = |button: HtmlElement| button.has_attribute("formnovalidate");
    if event.submitter().is_some_and(to_server) {
        return; // The language buttons go to the server.
    }
    event.prevent_default();
    #[cfg(feature = "forced-panic")]
    super::forced_panic::at("submit");
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
    if state.busy.get_untracked() {
        return request::hurry();
    }
    state.busy.set(true);
    state.trouble.set(String::new());
    spawn_local(async move {
        if send(state, step, &form).await.is_none() {
            browser::leaving();
            let _ = form.submit();
        }
        if !browser::is_leaving() {
            state.busy.set(false);
        }
    });
}

/// The whole of it. `None`: let the browser post the form.
async fn send(state: FlowState, step: Step, form: &HtmlFormElement) -> Option<()> {
    let read = || Some(typed(&FormData::new_with_form(form).ok()?, step.fields.iter().map(|field| field.name.clone())));
    let is_shown = || state.shown.with_untracked(|shown| shown.step == step.id);
    if !send_files(state, &step, &FormData::new_with_form(form).ok()?).await {
        return Some(()); // The field says why.
    }
    let mut texts = read()?;
    loop {
        let sent = answers::from_form(&step, |name| texts.get(name).cloned());
        let mut shown = state.shown.get_untracked();
        shown.answers.extend(texts.clone());
        if let Err(errors) = answers::check_step(&step, &sent, &files_there(state, &step, &shown), &|_, _| Ok(ArtifactId(0))) {
            return show_faults(state, shown, errors);
        }
        let Some(saving) = call(state, Method::PUT, &format!("steps/{}", step.id), &sent).await else { return Some(()) };
        if !is_shown() {
            return Some(()); // Gone back meanwhile: nothing may move the customer now.
        }
        let now = read()?;
        match saving.status() {
            204 if now == texts => break,
            204 => texts = now, // Corrected while it was on its way.
            422 => {
                shown.answers.extend(now);
                return show_faults(state, shown, json::parse::<Problem>(&saving.text().await.ok()?)?.errors);
            }
            status => return stop(state, status),
        }
    }
    let mut shown = state.shown.get_untracked();
    shown.answers.extend(texts);
    shown.errors.clear();
    let data = state.data.get_value();
    let Some(next) = data.after(&step.id) else { return complete(state).await };
    if data.change {
        browser::load(&data.address(data.steps.last().map(|last| last.id.as_str())));
    } else {
        browser::go_to(state, Shown { step: next.id.clone(), ..shown });
    }
    Some(())
}

/// Everything is saved: submit it. A lost answer is asked for again, which changes nothing; that it was submitted is said
/// by the page that comes then, and so only once it was.
async fn complete(state: FlowState) -> Option<()> {
    let Some(reply) = call(state, Method::POST, "complete", &RawUserData::new()).await else { return Some(()) };
    let data = state.data.get_value();
    match reply.status() {
        202 => browser::load(&data.address(None)),
        422 => {
            let problem = json::parse::<Problem>(&reply.text().await.ok()?)?;
            browser::load(&data.address_with(problem.missing_steps.first()?, "check=1"));
        }
        status => return stop(state, status),
    }
    Some(())
}

/// Calls the session API until it answers. `None`: it never did, and the page says so; to post the form into nowhere would
/// lose the page and what is typed in it.
async fn call(state: FlowState, method: Method, route: &str, sent: &RawUserData) -> Option<Response> {
    // The language says in which words a consent was read.
    let path = state.data.with_value(|data| format!("/kyc-sessions/{}/{route}?lang={}", data.id, data.language.tag()));
    let body = json::user_data(sent);
    let request =
        || -> Result<Request, gloo_net::Error> { RequestBuilder::new(&path).method(method.clone()).header("content-type", "application/json").body(&body) };
    let reply = request::until_answered(request, || say(state, |words| words.connection_lost())).await;
    if reply.is_some() {
        state.trouble.set(String::new());
    }
    reply
}

fn say(state: FlowState, word: fn(&FlowWords) -> &str) {
    state.trouble.set(state.data.with_value(|data| word(&data.words).to_owned()));
}

/// An answer that ends the try. `None`: the browser's own way may do better.
fn stop(state: FlowState, status: u16) -> Option<()> {
    match status {
        409 | 410 => browser::refresh(state),
        429 => say(state, |words| words.too_many()),
        _ => return None,
    }
    Some(())
}

/// Waits for files on their way and sends those that were chosen before the script arrived or did not arrive before. False
/// where one did not make it.
async fn send_files(state: FlowState, step: &Step, entered: &FormData) -> bool {
    let mut all = true;
    for field in step.fields.iter().filter(|field| field.r#type == FieldType::Artifact) {
        let state_of = || uploads::sent_without_tracking(state.uploads, &field.name);
        request::hurry();
        while matches!(state_of(), Some(Sent::Sending(_) | Sent::Waiting)) {
            TimeoutFuture::new(100).await;
        }
        if matches!(state_of(), Some(Sent::Saved(_))) {
            continue;
        }
        if let Some(file) = uploads::to_send(entered, &field.name) {
            uploads::send(field, &file, state).await;
        }
        all &= !matches!(state_of(), Some(Sent::Failed(_)));
    }
    all
}

/// The files that the server has, as far as this page knows; which they are makes no difference here.
fn files_there(state: FlowState, step: &Step, shown: &Shown) -> Answers {
    let elsewhere = |name: &String| state.data.with_value(|data| data.elsewhere.contains(name));
    let there = |name: &String| {
        shown.answers.get(name).is_some_and(|value| !value.is_empty())
            || elsewhere(name)
            || matches!(uploads::sent_without_tracking(state.uploads, name), Some(Sent::Saved(_)))
    };
    let files = step.fields.iter().filter(|field| field.r#type == FieldType::Artifact && there(&field.name));
    let mut there = Answers::new();
    there.extend(files.enumerate().map(|(at, field)| (field.name.clone(), Answer::Text(ArtifactId(at as u128).to_string()))));
    there
}

fn show_faults(state: FlowState, shown: Shown, errors: Vec<FieldFault>) -> Option<()> {
    state.shown.set(Shown { errors, ..shown });
    Some(())
}
