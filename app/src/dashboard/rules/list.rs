//! The list of rules, in the order in which they decide.

use leptos::prelude::*;
use shared::{
    language::Language,
    role::May,
    rule::{ActionKind, Mode, presets},
};

use super::{RULES, address, preset_address};
use crate::{
    components::layout::Site,
    dashboard::{
        backtests::BACKTESTS,
        form::{ErrorSummary, Refused},
        layout::{DashboardPage, Viewer},
        parts::Pill,
    },
    words::{
        dashboard::{RuleWords, backtest_words, rule_words},
        fill,
    },
};

/// A rule in the list.
#[derive(Clone, Debug)]
pub struct RuleRow {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Whether it decides.
    pub mode: Mode,
    /// Its place among the rules.
    pub priority: u32,
    /// What follows.
    pub action: ActionKind,
    /// All of it, in plain words.
    pub sentence: String,
    /// Its newest version.
    pub version: u32,
    /// How many transactions it judged on each of the last days, and how many of them it matched, the oldest day first.
    pub days: Vec<(u64, u64)>,
}

/// The mode of a rule.
#[component]
pub fn ModePill(mode: Mode, words: &'static RuleWords) -> impl IntoView {
    let is = match mode {
        Mode::Active => "good",
        Mode::Test => "open",
        Mode::Disabled => "over",
    };
    view! { <Pill is text=words.mode_of(mode) /> }
}

/// What follows where a rule matches.
#[component]
pub fn ActionPill(action: ActionKind, words: &'static RuleWords) -> impl IntoView {
    let is = match action {
        ActionKind::Allow => "good",
        ActionKind::Review => "warn",
        ActionKind::StepUp => "live",
        ActionKind::Block => "bad",
    };
    view! { <Pill is text=words.action_of(action) /> }
}

/// How often a rule matched: a bar for each of the last days, and the numbers of all of them.
#[component]
fn Hits(days: Vec<(u64, u64)>, words: &'static RuleWords) -> impl IntoView {
    const HEIGHT: u64 = 24;
    const WIDTH: usize = 4;
    let (judged, matched) = days.iter().fold((0, 0), |sum, day| (sum.0 + day.0, sum.1 + day.1));
    if judged == 0 {
        return view! { <p class="quiet">{words.not_judged}</p> }.into_any();
    }
    let most = days.iter().map(|day| day.1).max().unwrap_or_default().max(1);
    let frame = format!("0 0 {} {HEIGHT}", days.len() * WIDTH);
    let bars = days.iter().enumerate().map(|(at, day)| {
        // A day with few matches is still seen.
        let height = (day.1 * HEIGHT / most).max(u64::from(day.1 > 0));
        view! { <rect class="bar" x=at * WIDTH y=HEIGHT - height width=WIDTH - 1 height=height /> }
    });
    let bars = bars.collect_view();
    view! {
        <p class="quiet row hits">
            <svg class="hits" aria-hidden="true" viewBox=frame preserveAspectRatio="none">{bars}</svg>
            {fill(words.hits, &[("matched", &matched.to_string()), ("judged", &judged.to_string())])}
        </p>
    }
    .into_any()
}

/// Rules with settings to begin with.
#[component]
fn Presets(language: Language, words: &'static RuleWords) -> impl IntoView {
    let links = presets::all().iter().map(|preset| view! { <li><a href=preset_address(preset.name)>{preset.title(language)}</a></li> });
    let links = links.collect_view();
    view! { <details class="card body presets"><summary>{words.presets}</summary><ul>{links}</ul></details> }
}

/// Every rule.
#[component]
pub fn RulesPage(site: Site, viewer: Viewer, rules: Vec<RuleRow>, refused: Refused) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::ChangeSettings));
    let words = rule_words(language);
    let summary = view! { <ErrorSummary refused language /> };
    let nothing = rules.is_empty().then(|| view! { <p class="card body quiet">{words.no_rules}</p> });
    let rows = rules.into_iter().map(|rule| {
        view! {
            <li class="card body rule">
                <div class="row">
                    <h2><a href=address(&rule.name)><bdi>{rule.title}</bdi></a></h2>
                    <ModePill mode=rule.mode words />
                    <ActionPill action=rule.action words />
                </div>
                <p>{rule.sentence}</p>
                <Hits days=rule.days words />
                <p class="quiet">
                    <span class="mono">{rule.name}</span>" · "{words.priority}" "<span class="number">{rule.priority}</span>
                    " · "{words.version}" "<span class="number">{rule.version}</span>
                </p>
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <DashboardPage site viewer title=words.rules>
            <h1>{words.rules}</h1>
            {summary}
            <div class="tools">
                <p class="quiet">{words.order}</p>
                <div class="row">
                    <a class="button" href=BACKTESTS>{backtest_words(language).backtests}</a>
                    {may.then(|| view! { <a class="button primary" href=format!("{RULES}/new")>{words.new_rule}</a> })}
                </div>
            </div>
            {may.then(|| view! { <Presets language words /> })}
            {nothing}
            {(!rows.is_empty()).then(|| view! { <ol class="rules">{rows}</ol> })}
        </DashboardPage>
    }
}
