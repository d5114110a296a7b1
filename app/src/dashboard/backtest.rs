//! The page of one backtest: how far it is, or what it came to, by day and by transaction.

use leptos::prelude::*;
use shared::role::May;

use super::{
    backtests::{BACKTESTS, BacktestRow, Standing, StandingPill, Sums},
    layout::{DashboardPage, Viewer},
    parts::{Card, Final, Pill, Table, Time},
};
use crate::{
    components::layout::Site,
    words::{
        dashboard::{BacktestWords, backtest_words},
        fill,
    },
};

/// How often a browser without script loads the page again, in seconds.
const REFRESH: &str = "2";
/// How many days the chart shows.
const CHART_DAYS: usize = 62;
/// As many days the chart has room for at least.
const FEW_DAYS: usize = 30;

/// A backtest.
#[derive(Clone, Debug)]
pub struct BacktestData {
    /// As in the list.
    pub row: BacktestRow,
    /// The draft as a sentence, in the page's language.
    pub sentence: String,
    /// The version that it is compared with.
    pub against: Option<u32>,
    /// How many transactions it went through.
    pub done: u64,
    /// How many there are.
    pub whole: u64,
    /// By day, the first one first.
    pub days: Vec<DayRow>,
    /// The transactions that the result names.
    pub transactions: Vec<NamedRow>,
}

/// What it came to on a day.
#[derive(Clone, Debug)]
pub struct DayRow {
    /// `2026-11-30`
    pub day: String,
    /// How many transactions were judged.
    pub judged: u64,
    /// How many of them the draft matched.
    pub matched: u64,
    /// How many of them the active version had matched.
    pub recorded: u64,
}

/// A transaction that the result names.
#[derive(Clone, Debug)]
pub struct NamedRow {
    /// Its row.
    pub r#ref: String,
    /// The company's id.
    pub transaction_id: String,
    /// When it arrived.
    pub created_at: String,
    /// Whether the draft matched it.
    pub matched: bool,
    /// Whether the active version had matched it.
    pub recorded: bool,
    /// The conditions on which the outcome rests, in the page's language.
    pub decisive: Vec<String>,
    /// The other ones.
    pub others: Vec<String>,
}

/// One backtest.
#[component]
pub fn BacktestPage(site: Site, viewer: Viewer, backtest: BacktestData) -> impl IntoView {
    let (words, may) = (backtest_words(viewer.language), viewer.role.may(May::ChangeSettings));
    let BacktestData { row, sentence, against, done, whole, days, transactions } = backtest;
    let is_running = row.standing == Standing::Running;
    let refresh = is_running.then(|| REFRESH.to_owned());
    let compared = against.map_or_else(|| words.never_active.to_owned(), |version| fill(words.version, &[("version", &version.to_string())]));
    let ended = row.ended_at.clone().map(|at| view! { <div><dt>{words.ended}</dt><dd><Time at seconds=true /></dd></div> });
    let progress = is_running.then(|| view! { <Progress id=row.id.clone() done whole may words /> });
    let early = matches!(row.standing, Standing::Cancelled | Standing::Failed).then(|| view! { <p class="card body">{words.ended_early}</p> });
    let result = row.sums.map(|sums| view! { <Outcome sums days transactions words /> });
    view! {
        <DashboardPage site viewer title=words.backtest refresh>
            <p><a href=BACKTESTS>{words.backtests}</a></p>
            <h1>{words.backtest}": "<bdi>{row.rule.clone()}</bdi></h1>
            <Card title=words.rule>
                <p>{sentence}</p>
                <dl class="facts">
                    <div><dt>{words.rule}</dt><dd><a href=super::rules::address(&row.rule)>{row.rule.clone()}</a></dd></div>
                    <div><dt>{words.compared_with}</dt><dd>{compared}</dd></div>
                    <div><dt>{words.started}</dt><dd><Time at=row.started_at seconds=true /></dd></div>
                    {ended}
                </dl>
                <p><StandingPill standing=row.standing words /></p>
            </Card>
            {progress}
            {early}
            {result}
        </DashboardPage>
    }
}

/// How far it is. `public/progress.js` moves the bar, and loads the page again at the end.
#[component]
fn Progress(id: String, done: u64, whole: u64, may: bool, words: &'static BacktestWords) -> impl IntoView {
    let text = fill(words.of_transactions, &[("done", &done.to_string()), ("whole", &whole.to_string())]);
    let cancel = may.then(|| view! { <Final action=format!("{BACKTESTS}/{id}/cancel") label=words.cancel follows=words.cancel_follows /> });
    view! {
        <Card title=words.progress>
            <div class="row">
                <progress id="progress" max=whole.max(1).to_string() value=done.min(whole).to_string() aria-label=words.progress
                    data-follow=format!("{BACKTESTS}/{id}/progress") data-text=words.of_transactions></progress>
                <span class="quiet" id="progress-text">{text}</span>
                {cancel}
            </div>
        </Card>
    }
}

#[component]
fn Outcome(sums: Sums, days: Vec<DayRow>, transactions: Vec<NamedRow>, words: &'static BacktestWords) -> impl IntoView {
    let Sums { judged, matched, recorded, added, removed } = sums;
    let numbers = [(words.judged, judged), (words.matched, matched), (words.recorded, recorded), (words.added, added), (words.removed, removed)];
    let numbers = numbers.map(|(name, number)| view! { <div><dt>{name}</dt><dd>{number}</dd></div> });
    let agree = (added == 0 && removed == 0).then(|| view! { <p>{words.no_difference}</p> });
    let by_day = (!days.is_empty()).then(|| {
        let cut = (days.len() > CHART_DAYS).then(|| view! { <p class="quiet">{fill(words.chart_newest, &[("days", &CHART_DAYS.to_string())])}</p> });
        view! { <Card title=words.per_day><Chart days=days.clone() words />{cut}<Days days words /></Card> }
    });
    view! {
        <Card title=words.result><dl class="facts">{numbers.collect_view()}</dl>{agree}</Card>
        {by_day}
        <Named transactions words />
    }
}

/// A bar for what the draft matched on each day, and a mark for what the active version had matched.
#[component]
fn Chart(days: Vec<DayRow>, words: &'static BacktestWords) -> impl IntoView {
    const HEIGHT: u64 = 120;
    const WIDTH: usize = 12;
    let days = &days[days.len().saturating_sub(CHART_DAYS)..];
    let most = days.iter().map(|day| day.matched.max(day.recorded)).max().unwrap_or_default().max(1);
    let height = |count: u64| count * HEIGHT / most;
    let bars = days.iter().enumerate().map(|(at, day)| {
        let (matched, recorded) = (height(day.matched), height(day.recorded));
        let title = format!("{}: {} {}, {} {}", day.day, words.matched, day.matched, words.recorded, day.recorded);
        view! {
            <g>
                <title>{title}</title>
                <rect class="bar" x=at * WIDTH + 2 y=HEIGHT - matched width=WIDTH - 4 height=matched />
                <rect class="mark" x=at * WIDTH y=(HEIGHT - recorded).min(HEIGHT - 2) width=WIDTH height="2" />
            </g>
        }
    });
    let bars = bars.collect_view();
    // A few days are not drawn as wide as many.
    let frame = format!("0 0 {} {HEIGHT}", days.len().max(FEW_DAYS) * WIDTH);
    view! {
        <p class="row"><span class="key bar">{words.matched}</span><span class="key mark">{words.recorded}</span></p>
        <svg class="chart" role="img" aria-label=words.chart viewBox=frame preserveAspectRatio="none">{bars}</svg>
    }
}

#[component]
fn Days(days: Vec<DayRow>, words: &'static BacktestWords) -> impl IntoView {
    let rows = days.into_iter().rev().map(|day| {
        view! {
            <tr>
                <th scope="row">{day.day}</th>
                <td class="number" data-head=words.judged>{day.judged}</td>
                <td class="number" data-head=words.matched>{day.matched}</td>
                <td class="number" data-head=words.recorded>{day.recorded}</td>
            </tr>
        }
    });
    view! { <Table name=words.per_day heads=vec![words.day, words.judged, words.matched, words.recorded]>{rows.collect_view()}</Table> }
}

#[component]
fn Named(transactions: Vec<NamedRow>, words: &'static BacktestWords) -> impl IntoView {
    if transactions.is_empty() {
        return view! { <p class="card body quiet">{words.nothing_named}</p> }.into_any();
    }
    let count = transactions.len().to_string();
    let rows = transactions.into_iter().map(|of| {
        let (is, change) = match (of.matched, of.recorded) {
            (true, false) => ("warn", words.newly_matched),
            (false, true) => ("good", words.no_longer_matched),
            _ => ("over", words.unchanged),
        };
        let lines = |lines: Vec<String>| lines.into_iter().map(|line| view! { <li><bdi>{line}</bdi></li> }).collect_view();
        let others = (!of.others.is_empty())
            .then(|| view! { <details><summary>{words.other_conditions}</summary><ul class="lines">{lines(of.others.clone())}</ul></details> });
        view! {
            <tr>
                <th scope="row" class="id"><a class="mono" href=format!("/dashboard/transactions/{}", of.r#ref)><bdi>{of.transaction_id}</bdi></a></th>
                <td class="at" data-head=words.arrived><Time at=of.created_at /></td>
                <td data-head=words.change><Pill is text=change /></td>
                <td class="wide" data-head=words.decisive><ul class="lines">{lines(of.decisive)}</ul>{others}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let heads = vec![words.transaction, words.arrived, words.change, words.decisive];
    view! {
        <Card title=words.transactions>
            <p class="quiet">{fill(words.first_named, &[("n", &count)])}</p>
            <Table name=words.transactions heads>{rows}</Table>
        </Card>
    }
    .into_any()
}
