//! The island `LiveStatus`: it reloads the page when the session has a new status. While the operator is typing, or where the page
//! shows something that a reload would lose, it only says so.

use leptos::prelude::*;
use shared::session::Status;

/// Listens to `events`, on a `page` that shows `status`. `texts` has a sentence for each status, by its name.
#[island]
pub fn LiveStatus(
    events: String,
    page: String,
    status: Status,
    texts: Vec<(String, String)>,
    show: String,
    /// The page shows something that a reload would lose.
    holds: bool,
) -> impl IntoView {
    let now = RwSignal::new(None::<Status>);
    #[cfg(feature = "hydrate")]
    browser::listen(events, page.clone(), status, holds, now);
    #[cfg(not(feature = "hydrate"))]
    let _ = (events, status, holds);
    let text = move |status: Status| texts.iter().find(|(name, _)| name == status.as_str()).map(|(_, text)| text.clone());
    view! {
        <p class="live" role="status">
            {move || now.get().map(|status| view! { {text(status)} " " <a href=page.clone()>{show.clone()}</a> })}
        </p>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::Cell;

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

    /// Follows the events while the page is visible, until the session ends. A browser has six connections for all its pages, so a
    /// hidden page keeps none. When it is visible again it asks again, and the first event is the current status. After a lost
    /// connection the browser connects again by itself.
    pub fn listen(events: String, page: String, drawn: Status, holds: bool, now: RwSignal<Option<Status>>) {
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let Some(StatusNow { status }) = event.data().as_string().and_then(|text| json::parse(&text)) else { return };
            if status.is_terminal()
                && let Some(source) = event.target()
            {
                source.unchecked_into::<EventSource>().close();
            }
            if status == drawn {
                now.set(None);
            } else if holds || is_typing() {
                now.set(Some(status));
            } else {
                let _ = window().location().replace(&page);
            }
        });
        let open = Cell::new(None::<EventSource>);
        let follow = move || {
            if let Some(before) = open.take() {
                before.close();
            }
            if document().hidden() || now.get_untracked().is_some_and(Status::is_terminal) {
                return;
            }
            let Ok(source) = EventSource::new(&events) else { return };
            let _ = source.add_event_listener_with_callback("status", heard.as_ref().unchecked_ref());
            open.set(Some(source));
        };
        follow();
        let seen = Closure::<dyn Fn()>::new(follow);
        let _ = document().add_event_listener_with_callback("visibilitychange", seen.as_ref().unchecked_ref());
        seen.forget();
        if let Some(body) = document().body() {
            let _ = body.set_attribute("data-hydrated", "");
        }
    }

    /// Whether the operator typed something into a form of the page.
    fn is_typing() -> bool {
        let Ok(inputs) = document().query_selector_all("main form input[type=text]") else { return false };
        let typed = |at| inputs.get(at)?.dyn_into::<HtmlInputElement>().ok().map(|input| input.value());
        (0..inputs.length()).any(|at| typed(at).is_some_and(|text| !text.is_empty()))
    }
}
