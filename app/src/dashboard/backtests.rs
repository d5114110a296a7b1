//! The list of backtests, and the form that starts one.

use leptos::prelude::*;
use shared::role::May;

use super::{
    damaged::{DamagedRow, Line},
    form::{Refused, SelectField, TextField},
    layout::{DashboardPage, Viewer},
    parts::{Card, Pill, Table, Time},
    search::ListCard,
};
use crate::{
    components::layout::Site,
    words::dashboard::{BacktestWords, backtest_words, words},
};

/// Where the backtests are.
pub const BACKTESTS: &str = "/dashboard/rules/backtests";

/// How a backtest stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is under way.
    Running,
    /// It has a result.
    Done,
    /// Somebody cancelled it.
    Cancelled,
    /// It failed, or its process ended.
    Failed,
}

/// What a backtest came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    /// How many transactions were judged.
    pub judged: u64,
    /// How many of them the draft matched.
    pub matched: u64,
    /// How many of them the active version had matched.
    pub recorded: u64,
    /// How many only the draft matched.
    pub added: u64,
    /// How many only the active version had matched.
    pub removed: u64,
}

/// A backtest in the list.
#[derive(Clone, Debug)]
pub struct BacktestRow {
    /// Its row.
    pub id: String,
    /// The rule's name.
    pub rule: String,
    /// How it stands.
    pub standing: Standing,
    /// When it was started.
    pub started_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// What it came to.
    pub sums: Option<Sums>,
}

/// The list.
#[derive(Clone, Debug)]
pub struct Backtests {
    /// The newest first.
    pub rows: Vec<Line<BacktestRow>>,
    /// The names of the stored rules.
    pub rules: Vec<String>,
}

/// How a backtest stands, in a word.
#[component]
pub fn StandingPill(standing: Standing, words: &'static BacktestWords) -> impl IntoView {
    let (is, text) = match standing {
        Standing::Running => ("live", words.running),
        Standing::Done => ("done", words.done),
        Standing::Cancelled => ("over", words.cancelled),
        Standing::Failed => ("bad", words.failed),
    };
    view! { <Pill is text /> }
}

/// The backtests that are kept, and the form for another. `faults` are those of a draft that was refused, each with its path.
#[component]
pub fn BacktestsPage(site: Site, viewer: Viewer, backtests: Backtests, faults: Vec<(String, String)>, refused: Refused) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::ChangeSettings));
    let (words, common) = (backtest_words(language), words(language));
    let Backtests { rows, rules } = backtests;
    let form = may.then(|| {
        let none = (String::new(), words.no_stored_rule.to_owned());
        let options = std::iter::once(none).chain(rules.into_iter().map(|name| (name.clone(), name))).collect::<Vec<_>>();
        view! {
            <Card title=words.new_backtest>
                <form class="form json" method="post" action=BACKTESTS novalidate>
                    <TextField name="rule" label=words.rule_json hint=words.rule_json_hint long=true refused=refused.clone() language />
                    <SelectField name="stored" label=words.stored_rule options refused language />
                    <button class="button primary">{words.start}</button>
                </form>
            </Card>
        }
    });
    let summary = (!faults.is_empty()).then(|| {
        let faults = faults.into_iter().map(|(path, reason)| {
            let path = if path.is_empty() { path } else { format!("{path}: ") };
            view! { <li><a href="#rule"><span class="mono">{path}</span><span lang="en">{reason}</span></a></li> }
        });
        view! {
            <div class="summary" role="alert" tabindex="-1" autofocus>
                <h2>{words.draft_refused}</h2>
                <ul>{faults.collect_view()}</ul>
            </div>
        }
    });
    let is_empty = rows.is_empty();
    let rows = rows.into_iter().map(|row| match row {
        Ok(row) => view! { <Row row status=common.status words /> }.into_any(),
        Err(damaged) => view! { <DamagedRow damaged columns=5 words=common /> }.into_any(),
    });
    let rows = rows.collect_view();
    let heads = vec![words.rule, common.status, words.started, words.added, words.removed];
    view! {
        <DashboardPage site viewer title=words.backtests>
            <h1>{words.backtests}</h1>
            {summary}
            <p class="quiet">{words.about}</p>
            {form}
            <ListCard is_empty nothing=words.no_backtests><Table name=words.backtests heads>{rows}</Table></ListCard>
        </DashboardPage>
    }
}

#[component]
fn Row(row: BacktestRow, status: &'static str, words: &'static BacktestWords) -> impl IntoView {
    let number = |of: fn(&Sums) -> u64| row.sums.as_ref().map(|sums| of(sums).to_string()).unwrap_or_default();
    let (added, removed) = (number(|sums| sums.added), number(|sums| sums.removed));
    view! {
        <tr>
            <th scope="row" class="wide"><a href=format!("{BACKTESTS}/{}", row.id)>{row.rule}</a></th>
            <td data-head=status><StandingPill standing=row.standing words /></td>
            <td data-head=words.started><Time at=row.started_at /></td>
            <td data-head=words.added>{added}</td>
            <td data-head=words.removed>{removed}</td>
        </tr>
    }
}
