//! The small parts of the pages: times, pills, scores, cards and tables.

use leptos::prelude::*;
use shared::{
    language::Language,
    risk::{CheckResult, Decision},
    session::Status,
};

use super::form::Hidden;
use crate::words::{dashboard::DashboardWords, fill};

/// A page of a list, newest first.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    /// What is on it.
    pub rows: Vec<T>,
    /// The address of the next, older page.
    pub older: Option<String>,
    /// The address of the first page; nothing on the first page itself.
    pub newest: Option<String>,
}

/// The newest rows of a list, without a next page.
#[derive(Clone, Debug)]
pub struct Newest<T> {
    /// What is shown.
    pub rows: Vec<T>,
    /// If there are more: how many are shown.
    pub cut: Option<usize>,
}

/// Says that there are more rows than these.
#[component]
pub fn Cut(cut: Option<usize>, words: &'static DashboardWords) -> impl IntoView {
    cut.map(|shown| view! { <p class="quiet">{fill(words.newest_only, &[("n", &shown.to_string())])}</p> })
}

/// A time in UTC, to the minute or to the second. `public/times.js` shows it in the reader's own time zone.
#[component]
pub fn Time(at: String, #[prop(optional)] seconds: bool) -> impl IntoView {
    let end = if seconds { 19 } else { 16 };
    let text = format!("{} {}\u{a0}UTC", at.get(..10).unwrap_or_default(), at.get(11..end).unwrap_or_default());
    view! { <time datetime=at data-seconds=seconds.then_some("")>{text}</time> }
}

/// A visible dash, and a word for screen readers.
#[component]
pub fn Nothing(words: &'static DashboardWords) -> impl IntoView {
    view! { <span class="quiet"><span aria-hidden="true">"—"</span><span class="visually-hidden">{words.none}</span></span> }
}

/// A word on a coloured background; the colour only repeats the word.
#[component]
pub fn Pill(is: &'static str, #[prop(into)] text: String) -> impl IntoView {
    view! { <span class="pill" data-is=is>{text}</span> }
}

/// The status of a session.
#[component]
pub fn StatusPill(status: Status, words: &'static DashboardWords) -> impl IntoView {
    let is = match status {
        Status::Pending => "open",
        Status::Processing => "live",
        Status::Completed => "done",
        Status::Expired => "over",
    };
    view! { <Pill is text=words.status_of(status) /> }
}

/// The decision.
#[component]
pub fn DecisionPill(decision: Decision, words: &'static DashboardWords) -> impl IntoView {
    let is = match decision {
        Decision::Approved => "good",
        Decision::Review => "warn",
        Decision::Rejected => "bad",
    };
    view! { <Pill is text=words.decision_of(decision) /> }
}

/// The result of a check; nothing while it runs.
#[component]
pub fn ResultPill(result: Option<CheckResult>, words: &'static DashboardWords) -> impl IntoView {
    let is = match result {
        None => "live",
        Some(CheckResult::Passed) => "good",
        Some(CheckResult::Warning | CheckResult::Error) => "warn",
        Some(CheckResult::Failed) => "bad",
        Some(CheckResult::Skipped) => "over",
    };
    view! { <Pill is text=result.map_or(words.running, |result| words.result_of(result)) /> }
}

/// Whether something is in use, or when it was disabled.
#[component]
pub fn State(
    disabled_at: Option<String>,
    /// It has never been used.
    #[prop(optional)]
    invited: bool,
    words: &'static DashboardWords,
) -> impl IntoView {
    let (is, text) = match (&disabled_at, invited) {
        (Some(_), _) => ("over", words.disabled),
        (None, true) => ("open", words.invited),
        (None, false) => ("good", words.active),
    };
    view! { <Pill is text /> {disabled_at.map(|at| view! { " "<span class="quiet"><Time at /></span> })} }
}

/// A score as a bar with its number beside it. With `bands`, the colour of the bar shows the band.
#[component]
pub fn Score(score: u8, #[prop(optional_no_strip)] bands: Option<(u8, u8)>, words: &'static DashboardWords) -> impl IntoView {
    // A band begins at its number, but a part of a meter ends with it.
    let edge = |at: u8| format!("{}.5", at.saturating_sub(1));
    let (low, high) = (bands.map(|(low, _)| edge(low)), bands.map(|(_, high)| edge(high)));
    let optimum = bands.map(|_| "0");
    view! {
        <span class="score">
            <meter aria-label=words.risk min="0" max="100" low=low high=high optimum=optimum value=score.to_string()>{score}</meter>
            " "
            <span class="number">{score}</span>
        </span>
    }
}

/// A customer, as a link to the dossier.
#[component]
pub fn Customer(customer: Option<(String, String)>, words: &'static DashboardWords) -> impl IntoView {
    match customer {
        Some((id, reference)) => view! { <a href=format!("/dashboard/customers/{id}")><bdi>{reference}</bdi></a> }.into_any(),
        None => view! { <Nothing words /> }.into_any(),
    }
}

/// The language that a session was created with.
#[component]
pub fn Locale(#[prop(optional_no_strip)] locale: Option<Language>, words: &'static DashboardWords) -> impl IntoView {
    match locale {
        Some(locale) => view! { <span lang=locale.tag()>{locale.own_name()}</span> }.into_any(),
        None => view! { {words.any_language} }.into_any(),
    }
}

/// A part of a page, with its heading.
#[component]
pub fn Card(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <section class="card">
            <h2>{title}</h2>
            <div class="body">{children()}</div>
        </section>
    }
}

/// A table that scrolls where it is too wide, with the keyboard too. On a narrow page each row is a block, each cell below the other and named
/// by its `data-head`.
#[component]
pub fn Table(#[prop(into)] name: String, heads: Vec<&'static str>, children: Children) -> impl IntoView {
    view! {
        <div class="scroll stacks" role="region" tabindex="0" aria-label=name>
            <table>
                <caption class="visually-hidden">{name.clone()}</caption>
                <thead>
                    <tr>{heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view()}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}

/// The links to older rows and back to the newest.
#[component]
pub fn Pages(older: Option<String>, newest: Option<String>, words: &'static DashboardWords) -> impl IntoView {
    let links = [(newest, words.newest), (older, words.older)];
    let links: Vec<_> = links.into_iter().filter_map(|(to, name)| to.map(|to| view! { <a class="button" href=to>{name}</a> })).collect();
    (!links.is_empty()).then(|| view! { <nav class="row" aria-label=words.pages>{links}</nav> })
}

/// A button that sends a form. `to` tells screen readers what it applies to.
#[component]
pub fn Act(
    action: String,
    label: &'static str,
    #[prop(optional, into)] to: String,
    #[prop(default = "button")] class: &'static str,
    /// Hidden inputs.
    #[prop(optional)]
    with: Vec<(&'static str, String)>,
) -> impl IntoView {
    view! {
        <form method="post" action=action>
            <Hidden with />
            <button class=class>{label}{(!to.is_empty()).then(|| view! { <span class="visually-hidden">": "<bdi>{to}</bdi></span> })}</button>
        </form>
    }
}

/// An action that cannot be undone. The first button opens a warning with the button that does it. It works without script.
#[component]
pub fn Final(
    action: String,
    label: &'static str,
    follows: &'static str,
    #[prop(optional, into)] to: String,
    /// Hidden inputs.
    #[prop(optional)]
    with: Vec<(&'static str, String)>,
) -> impl IntoView {
    view! {
        <details class="final">
            <summary class="button danger">{label}{(!to.is_empty()).then(|| view! { <span class="visually-hidden">": "<bdi>{to.clone()}</bdi></span> })}</summary>
            <p>{follows}</p>
            <Act action label to class="button danger" with />
        </details>
    }
}

/// The end of a row's id, which is random: enough to tell two rows apart. The start is only a time, which rows of one moment share.
pub fn short(r#ref: &str) -> String {
    r#ref.rsplit('-').next().unwrap_or_default().to_owned()
}

/// A number, with one decimal if it has any.
pub fn decimal(number: f64, words: &DashboardWords) -> String {
    let tenths = (number * 10.0).round() / 10.0;
    tenths.to_string().replace('.', words.decimal_mark)
}

/// A size in bytes, for people to read.
pub fn size(bytes: i64, words: &DashboardWords) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a file is far smaller")]
    let kilobytes = bytes as f64 / 1_000.0;
    if kilobytes < 1_000.0 { format!("{} kB", kilobytes.ceil()) } else { format!("{} MB", decimal(kilobytes / 1_000.0, words)) }
}

/// A media type, for people to read.
pub fn kind(media_type: &str) -> String {
    match media_type {
        "image/jpeg" => "JPEG",
        "image/png" => "PNG",
        "image/webp" => "WebP",
        "application/pdf" => "PDF",
        other => other,
    }
    .to_owned()
}
