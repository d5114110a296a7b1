//! The list of rules, in the order in which they decide.

use leptos::prelude::*;
use shared::{
    role::May,
    rule::{ActionKind, Mode},
};

use super::{RULES, address};
use crate::{
    components::layout::Site,
    dashboard::{
        form::{ErrorSummary, Refused},
        layout::{DashboardPage, Viewer},
        parts::Pill,
    },
    words::dashboard::{RuleWords, rule_words},
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
                {may.then(|| view! { <a class="button primary" href=format!("{RULES}/new")>{words.new_rule}</a> })}
            </div>
            {nothing}
            {(!rows.is_empty()).then(|| view! { <ol class="rules">{rows}</ol> })}
        </DashboardPage>
    }
}
