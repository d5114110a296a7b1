//! What only the browser does for the flow: taking the page over, history, focus, the network coming and going. Never
//! drawn, so never hydrated.

use std::{cell::Cell, sync::Arc};

use gloo_net::http::Request;
use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use shared::{cpf, session::Status};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{HtmlElement, HtmlFormElement, HtmlInputElement};

use crate::islands::{
    by_field::ByField,
    flow::{DATA, FlowData, FlowState, Shown},
    json, request,
};

/// What the server drew the island from.
pub fn data() -> Arc<FlowData> {
    let text = document().get_element_by_id(DATA).and_then(|element| element.text_content());
    // Without it the page is not ours to take over: the guard hears this, and the form goes on by itself.
    Arc::new(text.and_then(|text| json::parse(&text)).expect("the page holds what it was drawn from"))
}

/// After hydration: mark the page, follow history and the network, and keep the focus where it belongs.
pub fn take_over(state: FlowState) {
    Effect::new(move |before: Option<String>| {
        let (step, faulty) = state.shown.with(|shown| (shown.step.clone(), !shown.errors.is_empty()));
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
    on("popstate", follow_address);
    on("focus", refresh);
    // Back from the page that this one was left for.
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

/// What counts of `/public` while a step is being filled in.
#[derive(Deserialize)]
struct StatusNow {
    status: Status,
}

/// Asks for `/public`. It moves nobody and redraws no step that is being filled in; only a session that is no longer open
/// is shown as such, by its own page.
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

/// Another page is on its way: until it is there, this one stays busy.
pub fn leaving() {
    LEAVING.set(true);
}

/// Whether another page is on its way.
pub fn is_leaving() -> bool {
    LEAVING.get()
}

/// Loads an address in place of this page.
pub fn load(address: &str) {
    leaving();
    let _ = window().location().replace(address);
}

/// Shows a step and puts its address into history.
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

fn show(state: FlowState, shown: Shown) {
    let title = document().title();
    let company = title.rsplit(" · ").next().unwrap_or_default();
    let step = state.data.with_value(|data| data.find(&shown.step).map(|step| step.title.clone())).unwrap_or_default();
    document().set_title(&[step.as_str(), company].join(" · "));
    state.shown.set(shown);
}

/// The back or forward button: show the step that the address names, and keep what is typed in the one that is left.
fn follow_address(state: FlowState) {
    let path = window().location().pathname().unwrap_or_default();
    let step = path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut shown = state.shown.get_untracked();
    let is_ours = |step: &str| state.data.with_value(|data| data.find(step).is_some() && !data.is_review(step));
    if shown.step == step {
        return; // A link within the page, such as those of the error summary.
    }
    if !is_ours(&step) || !is_ours(&shown.step) {
        let _ = window().location().reload();
        return;
    }
    let form = document().query_selector("form.sheet").ok().flatten().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    if let Some(data) = form.and_then(|form| web_sys::FormData::new_with_form(&form).ok()) {
        let names = state.data.with_value(|data| data.find(&shown.step).map(|step| step.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>()));
        shown.answers.extend(typed(&data, names.unwrap_or_default().into_iter()));
    }
    show(state, Shown { step, errors: Vec::new(), ..shown });
}

/// Puts dots and dash into a CPF while it is typed at its end; a correction in the middle is left alone.
pub fn mask_cpf(event: &web_sys::Event, text: &str) {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
    let at_end = input.selection_start().ok().flatten().is_none_or(|at| at as usize >= text.encode_utf16().count());
    let masked = cpf::mask(text);
    let only_digits = text.chars().all(|c| c.is_ascii_digit() || ".- ".contains(c));
    if at_end && only_digits && masked != text && text.chars().filter(char::is_ascii_digit).count() <= 11 {
        input.set_value(&masked);
    }
}

/// What stands in the form, by field.
pub fn typed(form: &web_sys::FormData, names: impl Iterator<Item = String>) -> ByField<String> {
    names.filter_map(|name| form.get(&name).as_string().map(|text| (name, text))).collect()
}

fn focus(selector: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = document().query_selector(selector).ok().flatten().and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}
