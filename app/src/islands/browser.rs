//! What only the browser does for the flow: taking the page over, history, focus, following the status. Never drawn, so
//! never hydrated.

use std::collections::BTreeMap;

use gloo_net::http::Request;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared::{api::PublicSession, cpf, session::Status};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{HtmlElement, HtmlFormElement, HtmlInputElement};

use crate::islands::flow::{FlowState, Shown};

/// How often the status is asked for while the checks run, in milliseconds.
const STATUS_EVERY_MS: u32 = 1_000;

/// After hydration: mark the page, follow history and the network, and keep the focus where it belongs.
pub fn take_over(state: FlowState) {
    Effect::new(move |before: Option<String>| {
        let shown = state.shown.get();
        match before {
            None => {
                if let Some(body) = document().body() {
                    let _ = body.set_attribute("data-hydrated", "");
                }
                if !shown.errors.is_empty() {
                    focus(".summary");
                }
                refresh(state);
            }
            Some(_) if !shown.errors.is_empty() => focus(".summary"),
            Some(before) if before != shown.step => focus("h1"),
            Some(_) => {}
        }
        shown.step
    });
    let on = |name: &str, run: fn(FlowState)| {
        let closure = Closure::<dyn Fn()>::new(move || run(state));
        let _ = window().add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        closure.forget();
    };
    on("popstate", follow_address);
    on("focus", refresh);
    on("online", |state| {
        state.lost.set(false);
        refresh(state);
    });
}

/// Asks for `/public`. It moves nobody and redraws no step that is being filled in; only a session that is no longer open
/// is shown as such.
pub fn refresh(state: FlowState) {
    spawn_local(async move {
        let Some(session) = public(state).await else { return };
        let status = session.status;
        if status == Status::Pending {
            state.session.update_value(|known| known.progress = session.progress);
        } else {
            show_status(state, session);
        }
        if status == Status::Processing {
            follow(state).await;
        }
    });
}

/// Shows where a session is that is no longer open.
fn show_status(state: FlowState, session: PublicSession) {
    let same = state.session.with_value(|known| known.status == session.status);
    state.session.set_value(session);
    if !same || !state.shown.with_untracked(|shown| shown.step.is_empty()) {
        state.shown.set(Shown::default());
    }
}

/// Follows the checks until they are done.
async fn follow(state: FlowState) {
    loop {
        TimeoutFuture::new(STATUS_EVERY_MS).await;
        let Some(session) = public(state).await else { continue };
        if session.status.is_terminal() {
            return show_status(state, session);
        }
    }
}

/// `GET /public` in the page's language.
async fn public(state: FlowState) -> Option<PublicSession> {
    let language = state.session.with_value(|session| session.locale);
    let path = format!("/kyc-sessions/{}/public?lang={}", state.id.get_value(), language.tag());
    Request::get(&path).send().await.ok()?.json::<PublicSession>().await.ok()
}

/// The session was submitted: show that the checks run, and follow them.
pub fn submitted(state: FlowState) {
    let path = state.address(None);
    let _ = window().history().map(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&path)));
    state.session.update_value(|session| session.status = Status::Processing);
    state.shown.set(Shown::default());
    spawn_local(follow(state));
}

/// Shows a step and puts its address into history.
pub fn go_to(state: FlowState, shown: Shown) {
    let path = state.address(Some(&shown.step));
    let _ = window().history().map(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&path)));
    let _ = leave(state);
    state.shown.set(shown);
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Before another step is shown: what is typed is kept, and the form is reset. The next step may get the same inputs, and an
/// input that was typed into shows that and not its new value.
fn leave(state: FlowState) -> Shown {
    let mut shown = state.shown.get_untracked();
    let form = document().query_selector("form.sheet").ok().flatten().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    if let Some(form) = form {
        let fields = state.session.with_value(|session| session.step(&shown.step).map(|step| step.fields.clone())).unwrap_or_default();
        if let Ok(data) = web_sys::FormData::new_with_form(&form) {
            shown.answers.extend(typed(&data, fields.into_iter().map(|field| field.name)));
        }
        form.reset();
    }
    shown
}

/// The back or forward button: show the step that the address names.
fn follow_address(state: FlowState) {
    let path = window().location().pathname().unwrap_or_default();
    let step = path.rsplit('/').next().unwrap_or_default().to_owned();
    let shown = state.shown.get_untracked();
    if shown.step == step {
        // A link within the page, such as those of the error summary.
    } else if state.session.with_value(|session| session.step(&step).is_some()) {
        let shown = leave(state);
        state.shown.set(Shown { step, errors: Vec::new(), ..shown });
    } else {
        let _ = window().location().reload();
    }
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
pub fn typed(form: &web_sys::FormData, names: impl Iterator<Item = String>) -> BTreeMap<String, String> {
    names.filter_map(|name| form.get(&name).as_string().map(|text| (name, text))).collect()
}

fn focus(selector: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = document().query_selector(selector).ok().flatten().and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}
