//! The island `LiveStatus`: loads the page again once the session has moved on. Where somebody is typing it only says so.

use leptos::prelude::*;
use shared::session::Status;

/// Listens at `events`, from a `page` that shows `status`. `texts` says what each status is, by its name.
#[island]
pub fn LiveStatus(events: String, page: String, status: Status, texts: Vec<(String, String)>, show: String) -> impl IntoView {
    let now = RwSignal::new(None::<Status>);
    #[cfg(feature = "hydrate")]
    browser::listen(&events, page.clone(), status, now);
    #[cfg(not(feature = "hydrate"))]
    let _ = (events, status);
    let text = move |status: Status| texts.iter().find(|(name, _)| name == status.as_str()).map(|(_, text)| text.clone());
    view! {
        <p class="live" role="status">
            {move || now.get().map(|status| view! { {text(status)} " " <a href=page.clone()>{show.clone()}</a> })}
        </p>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use serde::Deserialize;
    use shared::session::Status;
    use wasm_bindgen::{JsCast as _, closure::Closure};
    use web_sys::{EventSource, HtmlInputElement, MessageEvent};

    use crate::islands::json;

    #[derive(Deserialize)]
    struct StatusNow {
        status: Status,
    }

    /// Follows the events until the session is at its end; after a lost connection the browser asks again by itself.
    pub fn listen(events: &str, page: String, drawn: Status, now: RwSignal<Option<Status>>) {
        let Ok(source) = EventSource::new(events) else { return };
        let closing = source.clone();
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let Some(StatusNow { status }) = event.data().as_string().and_then(|text| json::parse(&text)) else { return };
            if status.is_terminal() {
                closing.close();
            }
            if status == drawn {
                now.set(None);
            } else if is_typing() {
                now.set(Some(status));
            } else {
                let _ = window().location().replace(&page);
            }
        });
        let _ = source.add_event_listener_with_callback("status", heard.as_ref().unchecked_ref());
        heard.forget();
        if let Some(body) = document().body() {
            let _ = body.set_attribute("data-hydrated", "");
        }
    }

    /// Whether a form of the page holds anything typed.
    fn is_typing() -> bool {
        let Ok(inputs) = document().query_selector_all("main form input[type=text]") else { return false };
        let typed = |at| inputs.get(at)?.dyn_into::<HtmlInputElement>().ok().map(|input| input.value());
        (0..inputs.length()).any(|at| typed(at).is_some_and(|text| !text.is_empty()))
    }
}
