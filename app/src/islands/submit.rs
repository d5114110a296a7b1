//! Continue, in the browser: it sends the files, shows what is wrong, saves the step and goes on. After the last step it completes
//! the session. Where it gets an answer that it does not expect, the browser posts the plain form.

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use gloo_timers::future::TimeoutFuture;
use js_sys::{JSON, Object, Reflect};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;
use shared::{
    answers::{self, Answers},
    api::RawUserData,
    field_value::Answer,
    flow::{FieldType, Step, next_step},
    ids::ArtifactId,
    problem::{FieldFault, Problem},
};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{FormData, HtmlElement, HtmlFormElement, SubmitEvent};

use crate::{
    components::host::Sent,
    flow::data::Shown,
    islands::{
        browser::{self, typed},
        json, request,
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

/// Sends the step. `None`: the browser should post the form.
async fn send(state: FlowState, step: Step, form: &HtmlFormElement) -> Option<()> {
    let read = || Some(typed(&FormData::new_with_form(form).ok()?, step.fields.iter().map(|field| field.name.clone())));
    let is_shown = || state.shown.with_untracked(|shown| shown.step == step.id);
    if !send_files(state, &step, &FormData::new_with_form(form).ok()?).await {
        return Some(()); // The field shows why.
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
            return Some(()); // The customer went back meanwhile, and nothing may move them now.
        }
        let now = read()?;
        match saving.status() {
            204 if now == texts => break,
            204 => texts = now, // The customer corrected it while it was being sent.
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

/// Calls the session API until it answers. `None`: it never did, and the page says so. The browser should not post the form then,
/// because the customer would lose the page and what is typed in it.
async fn call(state: FlowState, method: Method, route: &str, sent: &RawUserData) -> Option<Response> {
    // The server notes in which language the customer read a consent.
    let path = state.data.with_value(|data| format!("/kyc-sessions/{}/{route}?lang={}", data.id, data.language.tag()));
    let body = body_of(sent);
    let request =
        || -> Result<Request, gloo_net::Error> { RequestBuilder::new(&path).method(method.clone()).header("content-type", "application/json").body(&body) };
    let reply = request::until_answered(request, || say(state, |words| words.connection_lost())).await;
    if reply.is_some() {
        state.trouble.set(String::new());
    }
    reply
}

/// The body of `PUT …/steps/:step` and `POST …/complete`, written with the browser's own JSON.
fn body_of(sent: &RawUserData) -> String {
    let (body, values) = (Object::new(), Object::new());
    for (name, value) in sent {
        let value = match value {
            Value::String(text) => JsValue::from_str(text),
            Value::Bool(flag) => JsValue::from_bool(*flag),
            _ => JsValue::NULL,
        };
        let _ = Reflect::set(&values, &JsValue::from_str(name), &value);
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
/// arrived. False if one could not be sent.
async fn send_files(state: FlowState, step: &Step, entered: &FormData) -> bool {
    let mut all = true;
    for field in step.fields.iter().filter(|field| field.r#type == FieldType::Artifact) {
        let state_of = || state.uploads.get_untracked(&field.name);
        request::hurry();
        while matches!(state_of(), Some(Sent::Sending(_) | Sent::Waiting)) {
            TimeoutFuture::new(100).await;
        }
        if state_of().is_some_and(|sent| sent.is_saved()) {
            continue;
        }
        if let Some(file) = uploads::to_send(entered, &field.name) {
            uploads::send(field, &file, state).await;
        }
        all &= !matches!(state_of(), Some(Sent::Failed(_)));
    }
    all
}

/// The files that the server has, as far as this page knows. Which files they are makes no difference here.
fn files_there(state: FlowState, step: &Step, shown: &Shown) -> Answers {
    let elsewhere = |name: &String| state.data.with_value(|data| data.elsewhere.contains(name));
    let there = |name: &String| {
        shown.answers.get(name).is_some_and(|value| !value.is_empty())
            || elsewhere(name)
            || state.uploads.get_untracked(name).is_some_and(|sent| sent.is_saved())
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
