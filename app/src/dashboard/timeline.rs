//! What happened to a session, oldest first.

use leptos::prelude::*;

use super::parts::Time;
use crate::words::dashboard::{DashboardWords, DoneBy, Happened};

/// Something that happened to a session.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When.
    pub at: String,
    /// What.
    pub happened: Happened,
    /// Who did it.
    pub by: DoneBy,
}

/// What happened, oldest first.
#[component]
pub fn Timeline(moments: Vec<Moment>, words: &'static DashboardWords) -> impl IntoView {
    let moments = moments.into_iter().map(|moment| {
        let detail = words.detail_of(&moment.happened);
        view! {
            <li>
                <strong>{words.happened(&moment.happened)}</strong>
                <span class="quiet">{words.done_by(&moment.by)}</span>
                {detail.map(|detail| view! { <span class="mono quiet">{detail}</span> })}
                <span class="quiet"><Time at=moment.at seconds=true /></span>
            </li>
        }
    });
    view! { <ol class="timeline">{moments.collect_view()}</ol> }
}
