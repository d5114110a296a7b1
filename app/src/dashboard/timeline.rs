//! What happened to a session, oldest first.

use leptos::prelude::*;

use super::parts::Time;
use crate::words::{
    dashboard::{DashboardWords, DoneBy, Happened},
    fill,
};

/// Something that happened to a session.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When.
    pub at: String,
    /// What.
    pub happened: Happened,
    /// Who did it.
    pub by: DoneBy,
    /// It happens often. Several in a row fold into one entry, so that the others stand out.
    pub routine: bool,
}

/// What happened, oldest first.
#[component]
pub fn Timeline(moments: Vec<Moment>, words: &'static DashboardWords) -> impl IntoView {
    let runs = moments.chunk_by(|one, next| one.routine && next.routine).map(|run| match run {
        [moment] => view! { <Entry moment=moment.clone() words /> }.into_any(),
        run => view! { <Folded moments=run.to_vec() words /> }.into_any(),
    });
    view! { <ol class="timeline">{runs.collect_view()}</ol> }
}

/// Several routine entries in a row. They open without script.
#[component]
fn Folded(moments: Vec<Moment>, words: &'static DashboardWords) -> impl IntoView {
    let text = fill(words.records.routine, &[("n", &moments.len().to_string())]);
    let entries = moments.into_iter().map(|moment| view! { <Entry moment words /> });
    view! {
        <li>
            <details>
                <summary class="quiet">{text}</summary>
                <ol class="timeline">{entries.collect_view()}</ol>
            </details>
        </li>
    }
}

#[component]
fn Entry(moment: Moment, words: &'static DashboardWords) -> impl IntoView {
    let detail = words.detail_of(&moment.happened);
    view! {
        <li>
            <strong>{words.happened(&moment.happened)}</strong>
            <span class="quiet"><bdi>{words.done_by(&moment.by)}</bdi></span>
            {detail.map(|detail| view! { <span class="mono quiet"><bdi>{detail}</bdi></span> })}
            <span class="quiet"><Time at=moment.at seconds=true /></span>
        </li>
    }
}
