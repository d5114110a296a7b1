//! Deliveries of events to endpoints, with every try.

use leptos::prelude::*;
use shared::language::Language;

use super::{
    damaged::{DamagedText, Line},
    parts::{Pill, Table, Time, short},
};
use crate::words::{
    dashboard::{DashboardWords, DeliveryState, words},
    fill,
};

/// The delivery of an event to one endpoint.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// `evt_…`
    pub event: String,
    /// What happened.
    pub event_type: String,
    /// `wh_…`, and its URL.
    pub endpoint: (String, String),
    /// The session it is about; `None` if it is about a transaction.
    pub session: Option<String>,
    /// Its state.
    pub state: DeliveryState,
    /// When the next try is due.
    pub next_at: Option<String>,
    /// Every try so far.
    pub attempts: Vec<AttemptRow>,
}

/// One try.
#[derive(Clone, Debug)]
pub struct AttemptRow {
    /// From 1.
    pub number: u32,
    /// When it began.
    pub at: String,
    /// How long it took.
    pub duration_ms: i64,
    /// The answer's status, or why there was none.
    pub outcome: String,
    /// It was a 2xx.
    pub ok: bool,
}

/// Deliveries. On a session's page each names its endpoint, on an endpoint's page its session.
#[component]
pub fn DeliveryList(deliveries: Vec<Line<DeliveryRow>>, #[prop(optional)] within: bool, language: Language) -> impl IntoView {
    let words = words(language);
    if deliveries.is_empty() {
        return view! { <p class="quiet">{words.no_deliveries}</p> }.into_any();
    }
    let items = deliveries.into_iter().map(|delivery| match delivery {
        Ok(delivery) => view! { <li><Delivery delivery within words /></li> }.into_any(),
        Err(damaged) => view! { <li><DamagedText damaged words /></li> }.into_any(),
    });
    view! { <ul class="lines">{items.collect_view()}</ul> }.into_any()
}

#[component]
fn Delivery(delivery: DeliveryRow, within: bool, words: &'static DashboardWords) -> impl IntoView {
    let is = match delivery.state {
        DeliveryState::Pending { .. } => "live",
        DeliveryState::Delivered => "good",
        DeliveryState::Failed => "bad",
    };
    let to = if within {
        let (url, title) = (delivery.endpoint.1.clone(), delivery.endpoint.1);
        view! { <span class="clip quiet" title=title>{url}</span> }.into_any()
    } else {
        delivery.session.map(|session| view! { <a class="mono" href=format!("/dashboard/sessions/{session}")>{short(&session)}</a> }).into_any()
    };
    let tries = delivery.attempts.len();
    let name = format!("{} · {}", words.deliveries, delivery.event);
    view! {
        <div class="row">
            <strong class="mono">{delivery.event_type}</strong>
            <Pill is text=words.delivery_of(delivery.state) />
            {to}
        </div>
        <p class="quiet mono">{delivery.event.clone()}</p>
        {delivery.next_at.map(|at| view! { <p class="quiet">{words.next_try}" "<Time at /></p> })}
        {(tries > 0).then(|| view! {
            <details>
                <summary>{fill(words.tries, &[("n", &tries.to_string())])}<span class="visually-hidden">": "{delivery.event}</span></summary>
                <Attempts name attempts=delivery.attempts words />
            </details>
        })}
    }
}

#[component]
fn Attempts(name: String, attempts: Vec<AttemptRow>, words: &'static DashboardWords) -> impl IntoView {
    let rows = attempts.into_iter().map(|attempt| {
        view! {
            <tr>
                <th scope="row" class="number" data-head=words.try_number>{attempt.number}</th>
                <td data-head=words.time><Time at=attempt.at /></td>
                <td class="number" data-head=words.duration>{attempt.duration_ms}" ms"</td>
                <td class="wide" data-head=words.answer lang="en"><Pill is=if attempt.ok { "good" } else { "bad" } text=attempt.outcome /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table name heads=vec![words.try_number, words.time, words.duration, words.answer]>{rows}</Table> }
}
