//! Continue, in the browser: it sends the files, shows what is wrong, saves the step and goes on. After the last step it completes
//! the session. Where it gets an answer that it does not expect, the browser posts the plain form.

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use gloo_timers::future::TimeoutFuture;
use js_sys::{JSON, Object, Reflect};
use leptos::{prelude::*, task::spawn_local};
use shared::{
    by_field::ByField,
    flow::{Field, FieldType, Step, next_step},
    problem::{FieldCode, FieldFault, Problem},
};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{FormData, HtmlElement, HtmlFormElement, SubmitEvent};

use crate::{
    components::host::Sent,
    flow::data::Shown,
    islands::{
        browser,
        form::{Entered, to_keep, typed},
        json,
        request::{self, Unanswered},
        state::FlowState,
        uploads,
    },
    words::FlowWords,
};

/// The customer submits the form.
pub fn submit(event: &SubmitEvent, state: FlowState, step: Step) {
    let to_server = |button: HtmlElement| button.has_attribute("formnovalidate");
    if event.submitter().is_some_and(to_server) {
        return; // The language buttons go to the server.
    }
    event.prevent_default();
    #[cfg(feature = "forced-panic")]
    crate::islands::forced_panic::at("submit");
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
    if state.busy.get_untracked() {
        return request::hurry();
    }
    state.busy.set(true);
    let trouble = if request::is_offline() { state.data.with_value(|data| data.words.offline().to_owned()) } else { String::new() };
    state.trouble.set(trouble);
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

/// Sends the step. `None`: the browser should post the form.
async fn send(state: FlowState, step: Step, form: &HtmlFormElement) -> Option<()> {
    let read = || typed(form, &step);
    let is_shown = || state.shown.with_untracked(|shown| shown.step == step.id);
    let refused = send_files(state, &step, form).await?;
    if !is_shown() {
        return Some(()); // The customer went back meanwhile, and nothing may move them now.
    }
    let mut texts = read()?;
    loop {
        let mut shown = state.shown.get_untracked();
        shown.answers.extend(to_keep(texts.clone(), &step));
        let entered = Entered::of(state, &step, &texts, &shown);
        // In the order of the fields. A file that was refused is more than one that is missing.
        let of = |field: &Field| refused.iter().chain(&entered.errors).find(|fault| fault.field == field.name).cloned();
        let errors: Vec<FieldFault> = step.fields.iter().filter_map(of).collect();
        if !errors.is_empty() {
            return show_faults(state, shown, errors);
        }
        let Some(saving) = call(state, Method::PUT, &format!("steps/{}", step.id), body_of(&step, &texts, &entered.idle), 204).await else { return Some(()) };
        if !is_shown() {
            return Some(());
        }
        let now = read()?;
        match saving.status() {
            204 if now == texts => break,
            204 => texts = now, // The customer corrected it while it was being sent.
            422 => {
                shown.answers.extend(to_keep(now, &step));
                return show_faults(state, shown, json::parse::<Problem>(&saving.text().await.ok()?)?.errors);
            }
            status => return stop(state, status),
        }
    }
    let mut shown = state.shown.get_untracked();
    shown.answers.extend(to_keep(texts, &step));
    shown.errors.clear();
    let data = state.data.get_value();
    let Some(next) = next_step(&data.steps, &step.id, data.change) else { return complete(state).await };
    if data.change {
        browser::load(&data.address(Some(&next.id)));
    } else {
        browser::go_to(state, Shown { step: next.id.clone(), ..shown });
    }
    Some(())
}

/// Every step is saved: submits the session. If the answer is lost it asks again, which changes nothing. Only the page that
/// follows says that the session was submitted.
async fn complete(state: FlowState) -> Option<()> {
    let Some(reply) = call(state, Method::POST, "complete", "{\"userData\":{}}".to_owned(), 202).await else { return Some(()) };
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

/// Calls the session API until it answers. `success` is the status of its success. `None`: it never did, and the page says so. The browser should not post the form then,
/// because the customer would lose the page and what is typed in it.
async fn call(state: FlowState, method: Method, route: &str, body: String, success: u16) -> Option<Response> {
    // The server notes in which language the customer read a consent.
    let path = state.data.with_value(|data| format!("/kyc-sessions/{}/{route}?lang={}", data.id, data.language.tag()));
    let request =
        || -> Result<Request, gloo_net::Error> { RequestBuilder::new(&path).method(method.clone()).header("content-type", "application/json").body(&body) };
    let waits = |why| {
        say(
            state,
            match why {
                Unanswered::Lost => |words| words.connection_lost(),
                Unanswered::Busy(_) => |words| words.busy(),
                Unanswered::NotOurs => |words| words.intercepted(),
            },
        );
    };
    let reply = request::until_answered(request, success, waits).await;
    if reply.is_some() {
        state.trouble.set(String::new());
    }
    reply
}

/// The body of `PUT …/steps/:step`, written with the browser's own JSON. It leaves out the `idle` fields and the files.
fn body_of(step: &Step, texts: &ByField<String>, idle: &[String]) -> String {
    let (body, values) = (Object::new(), Object::new());
    for field in step.fields.iter().filter(|field| !idle.contains(&field.name)) {
        let value = match (field.r#type, texts.get(&field.name)) {
            (FieldType::Boolean, ticked) => JsValue::from_bool(ticked.is_some()),
            (FieldType::Artifact, _) | (_, None) => continue,
            (_, Some(text)) => JsValue::from_str(text),
        };
        let _ = Reflect::set(&values, &JsValue::from_str(&field.name), &value);
    }
    let _ = Reflect::set(&body, &JsValue::from_str("userData"), &values);
    JSON::stringify(&body).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn say(state: FlowState, word: fn(&FlowWords) -> &str) {
    state.trouble.set(state.data.with_value(|data| word(&data.words).to_owned()));
}

/// Handles an answer that is neither success nor a fault. `None`: the browser should post the form.
fn stop(state: FlowState, status: u16) -> Option<()> {
    match status {
        409 | 410 => browser::refresh(state),
        429 => say(state, |words| words.too_many()),
        _ => return None,
    }
    Some(())
}

/// Waits for the files that are being sent. Sends those that failed before, and those that the customer chose before the script
/// arrived. Returns the faults of those that are still not there. `None`: the form cannot be read.
async fn send_files(state: FlowState, step: &Step, form: &HtmlFormElement) -> Option<Vec<FieldFault>> {
    let entered = FormData::new_with_form(form).ok()?;
    let idle = Entered::of(state, step, &typed(form, step)?, &state.shown.get_untracked()).idle;
    let mut faults = Vec::new();
    for field in step.fields.iter().filter(|field| field.r#type == FieldType::Artifact && !idle.contains(&field.name)) {
        let state_of = || state.uploads.get_untracked(&field.name);
        request::hurry();
        while let Some(Sent::Sending(_) | Sent::Waiting(_)) = state_of() {
            if let Some(Sent::Waiting(why)) = state_of() {
                state.trouble.set(why);
            }
            TimeoutFuture::new(100).await;
        }
        let to_send = match state_of() {
            Some(Sent::Saved | Sent::Refused(_)) => None,
            _ => uploads::to_send(&entered, &field.name),
        };
        if let Some(file) = to_send {
            uploads::send(field, &file, state).await;
        }
        if let Some(Sent::Failed(reason) | Sent::Refused(reason)) = state_of() {
            faults.push(FieldFault::new(&*field.name, FieldCode::Malformed, reason));
        }
    }
    if !request::is_offline() {
        state.trouble.set(String::new());
    }
    Some(faults)
}

/// Shows what is wrong. A file that was refused is forgotten then: the one before counts again, and this one is not sent again.
fn show_faults(state: FlowState, shown: Shown, errors: Vec<FieldFault>) -> Option<()> {
    for fault in &errors {
        uploads::forget_refused(&fault.field, state.uploads);
    }
    browser::show(state, Shown { errors, ..shown });
    Some(())
}
