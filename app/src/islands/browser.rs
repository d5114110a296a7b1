//! The part of the flow that runs only in the browser: it hydrates the page and handles history, focus and the network. It renders
//! nothing.

use std::{cell::Cell, sync::Arc};

use gloo_net::http::Request;
use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use shared::{cpf, session::Status};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{HtmlElement, HtmlInputElement};

use crate::{
    flow::data::{DATA, FlowData, Shown},
    islands::{faults, form, json, request, state::FlowState},
};

/// The data from which the server drew the island.
pub fn data() -> Arc<FlowData> {
    let text = document().get_element_by_id(DATA).and_then(|element| element.text_content());
    // Without the data the island cannot take the page over. The guard notices the panic, and the plain form still works.
    Arc::new(text.and_then(|text| json::parse(&text)).expect("the page holds what it was drawn from"))
}

/// After hydration: marks the page, follows history and the network, and keeps the focus where it belongs.
pub fn take_over(state: FlowState) {
    Effect::new(move |before: Option<String>| {
        let (step, faulty) = state.shown.with(|shown| (shown.step.clone(), !shown.errors.is_empty()));
        // Before the page is painted again.
        request_animation_frame(move || form::show_what_applies(state));
        match before {
            None => {
                if let Some(body) = document().body() {
                    let _ = body.set_attribute("data-hydrated", "");
                }
                if faulty {
                    focus(".summary");
                }
                refresh(state);
            }
            Some(_) if faulty => focus(".summary"),
            Some(before) if before != step => focus("h1"),
            Some(_) => {}
        }
        step
    });
    let on = |name: &str, run: fn(FlowState)| {
        let closure = Closure::<dyn Fn()>::new(move || run(state));
        let _ = window().add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        closure.forget();
    };
    for name in ["input", "change"] {
        let closure = Closure::<dyn Fn(web_sys::Event)>::new(move |event| faults::recheck(state, &event));
        let _ = window().add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        closure.forget();
    }
    on("popstate", follow_address);
    on("focus", refresh);
    // The customer came back from another page.
    on("pageshow", |state| {
        if LEAVING.replace(false) {
            state.busy.set(false);
            refresh(state);
        }
    });
    on("online", |state| {
        state.trouble.set(String::new());
        request::hurry();
        refresh(state);
    });
    on("offline", |state| state.trouble.set(state.data.with_value(|data| data.words.offline().to_owned())));
    #[cfg(feature = "forced-panic")]
    crate::islands::forced_panic::prepare();
}

/// The part of `/public` that matters while the customer fills in a step.
#[derive(Deserialize)]
struct StatusNow {
    status: Status,
}

/// Requests `/public`. It never moves the customer or renders the step again. Only if the session is no longer open, it loads the
/// page that says so.
pub fn refresh(state: FlowState) {
    spawn_local(async move {
        let path = format!("/kyc-sessions/{}/public", state.data.with_value(|data| data.id.clone()));
        let Ok(reply) = Request::get(&path).send().await else { return };
        let Some(session) = reply.text().await.ok().and_then(|text| json::parse::<StatusNow>(&text)) else { return };
        if session.status != Status::Pending {
            load(&state.data.with_value(|data| data.address(None)));
        }
    });
}

thread_local! {
    static LEAVING: Cell<bool> = const { Cell::new(false) };
}

/// Another page is loading. This one stays busy until it is there.
pub fn leaving() {
    LEAVING.set(true);
}

/// Whether another page is loading.
pub fn is_leaving() -> bool {
    LEAVING.get()
}

/// Loads an address in place of this page in the history.
pub fn load(address: &str) {
    leaving();
    let _ = window().location().replace(address);
}

/// Shows a step and adds its address to the history.
pub fn go_to(state: FlowState, shown: Shown) {
    let address = state.data.with_value(|data| data.address(Some(&shown.step)));
    if state.data.with_value(|data| data.is_review(&shown.step)) {
        leaving();
        let _ = window().location().assign(&address);
        return;
    }
    let _ = window().history().map(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&address)));
    show(state, shown);
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Shows a step, or the same one with its faults.
pub fn show(state: FlowState, shown: Shown) {
    state.shown.set(shown);
    faults::set_title(state);
}

/// The customer pressed back or forward: shows the step in the address, and keeps what is typed in the current one.
fn follow_address(state: FlowState) {
    let path = window().location().pathname().unwrap_or_default();
    let step = path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut shown = state.shown.get_untracked();
    let is_ours = |step: &str| state.data.with_value(|data| data.find(step).is_some() && !data.is_review(step));
    if shown.step == step {
        return; // A link within the page, such as one in the error summary.
    }
    if !is_ours(&step) || !is_ours(&shown.step) {
        let _ = window().location().reload();
        return;
    }
    let known = state.data.with_value(|data| data.find(&shown.step).cloned());
    if let Some((known, form)) = known.zip(form::form())
        && let Some(texts) = form::typed(&form, &known)
    {
        shown.answers.extend(form::to_keep(texts, &known));
    }
    show(state, Shown { step, errors: Vec::new(), ..shown });
}

/// Adds dots and dash to a CPF while the customer types at its end. A correction in the middle stays as typed.
pub fn mask_cpf(event: &web_sys::Event, text: &str) {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
    let at_end = input.selection_start().ok().flatten().is_none_or(|at| at as usize >= text.encode_utf16().count());
    let masked = cpf::mask(text);
    let only_digits = text.chars().all(|c| c.is_ascii_digit() || ".- ".contains(c));
    if at_end && only_digits && masked != text && text.chars().filter(char::is_ascii_digit).count() <= 11 {
        input.set_value(&masked);
    }
}

fn focus(selector: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = document().query_selector(selector).ok().flatten().and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}
