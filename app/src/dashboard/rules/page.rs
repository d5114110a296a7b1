//! One rule: what it says, its mode, its versions with the difference between two, and a trial on one transaction.

use leptos::prelude::*;
use shared::{
    language::Language,
    role::May,
    rule::{Mode, Rule},
};

use super::{
    RULES, address,
    diff::{Difference, DifferenceView, facts},
    list::{ActionPill, ModePill},
    outline::{Outline, outline},
    trial::{TrialForm, TrialInputs, TrialResult},
};
use crate::{
    components::layout::Site,
    dashboard::{
        form::{ErrorSummary, Refused},
        layout::{DashboardPage, Viewer},
        parts::{Act, Card, Cut, Final, Newest, Time},
    },
    words::{
        dashboard::{DoneBy, RuleWords, rule_words, words as all_words},
        fill,
    },
};

/// A version of a rule.
#[derive(Clone, Debug)]
pub struct VersionRow {
    /// Its number.
    pub number: u32,
    /// When it was made.
    pub at: String,
    /// Who made it, as far as that is stored.
    pub by: Option<DoneBy>,
}

/// What the page of a rule shows.
#[derive(Clone, Debug)]
pub struct RuleData {
    /// The newest version.
    pub rule: Rule,
    /// Its number.
    pub version: u32,
    /// Its versions.
    pub versions: Newest<VersionRow>,
    /// Two of them, held against each other.
    pub difference: Option<Difference>,
    /// The trial.
    pub trial: TrialForm,
}

/// The page of a rule.
#[component]
pub fn RulePage(site: Site, viewer: Viewer, data: RuleData, refused: Refused) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::ChangeSettings));
    let words = rule_words(language);
    let RuleData { rule, version, versions, difference, trial } = data;
    let (title, name) = (rule.title(language).to_owned(), rule.name.clone());
    let here = address(&name);
    let facts = facts(&rule, language).into_iter().skip(1).filter(|(_, value)| !value.is_empty());
    let facts = facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd><bdi>{value}</bdi></dd></div> }).collect_view();
    let modes = may.then(|| view! { <Modes rule=rule.clone() version words /> });
    let edit = may.then(|| view! { <a class="button primary" href=format!("{here}/edit")>{words.edit}</a> });
    let chosen = difference.as_ref().map(|difference| (difference.from, difference.to));
    let difference =
        difference.map(|difference| view! { <section class="card body" id="difference" tabindex="-1"><DifferenceView difference words /></section> });
    let shown = trial.shown.clone().map(|shown| view! { <TrialResult shown language /> });
    let test = format!("{here}/test");
    let trial = may.then(|| {
        view! {
            <Card title=words.trial>
                <p class="quiet">{words.trial_text}</p>
                <form class="form" method="post" action=test novalidate>
                    <TrialInputs form=trial language />
                    <button class="button">{words.trial_button}</button>
                </form>
                {shown}
            </Card>
        }
    });
    view! {
        <DashboardPage site viewer title=title.clone()>
            <p><a href=RULES>{words.rules}</a></p>
            <h1><bdi>{title}</bdi></h1>
            <ErrorSummary refused language />
            <div class="tools">
                <p class="row"><ModePill mode=rule.mode() words /><ActionPill action=rule.then.kind() words /><span class="mono quiet">{name}</span></p>
                {edit}
            </div>
            <div class="columns">
                <div class="stack">
                    {difference}
                    <Card title=words.says>
                        <p class="sentence">{rule.sentence(language)}</p>
                        <h3>{words.conditions}</h3>
                        <Outline lines=outline(&rule, language) words beside=None />
                    </Card>
                    {trial}
                </div>
                <div class="stack">
                    <Card title=words.facts><dl class="facts">{facts}</dl>{modes}</Card>
                    <Card title=words.versions><Versions versions here=here.clone() chosen language /></Card>
                </div>
            </div>
        </DashboardPage>
    }
}

/// The buttons for the other modes. What begins or ends to decide on transactions asks first.
#[component]
fn Modes(rule: Rule, version: u32, words: &'static RuleWords) -> impl IntoView {
    let action = format!("{}/mode", address(&rule.name));
    let (now, name) = (rule.mode(), rule.name.clone());
    let buttons = Mode::ALL.into_iter().filter(|mode| *mode != now).map(|mode| {
        let (action, to) = (action.clone(), name.clone());
        let with = vec![("mode", mode.as_str().to_owned()), ("_over", version.to_string())];
        let (label, follows) = match mode {
            Mode::Active => (words.make_active, words.active_follows),
            Mode::Test => (words.make_test, words.inactive_follows),
            Mode::Disabled => (words.make_disabled, words.inactive_follows),
        };
        if mode == Mode::Active || now == Mode::Active {
            view! { <Final action label follows to with /> }.into_any()
        } else {
            view! { <Act action label to with /> }.into_any()
        }
    });
    view! { <div class="row modes">{buttons.collect_view()}</div> }
}

/// The versions, newest first, and the form that compares two.
#[component]
fn Versions(versions: Newest<VersionRow>, here: String, chosen: Option<(u32, u32)>, language: Language) -> impl IntoView {
    let (words, all) = (rule_words(language), all_words(language));
    let Newest { rows, cut } = versions;
    let numbers: Vec<u32> = rows.iter().map(|row| row.number).collect();
    let select = |name: &'static str, label: &'static str, chosen: Option<u32>| {
        let options = numbers.iter().map(|number| view! { <option value=number.to_string() selected=chosen == Some(*number)>{number.to_string()}</option> });
        view! { <div class="field"><label for=name>{label}</label><select id=name name=name>{options.collect_view()}</select></div> }
    };
    let compare = (numbers.len() > 1).then(|| {
        let (from, to) = chosen.unwrap_or((numbers[1], numbers[0]));
        view! {
            <form class="row compare" method="get" action=format!("{here}#difference")>
                {select("from", words.compare_from, Some(from))}
                {select("to", words.compare_to, Some(to))}
                <button class="button">{words.compare}</button>
            </form>
        }
    });
    let rows = rows.into_iter().map(|row| {
        let by = row.by.map(|by| all.done_by(&by));
        let changes = (row.number > 1).then(|| {
            let (from, to) = (row.number - 1, row.number);
            let address = format!("{here}?from={from}&to={to}#difference");
            view! { " · "<a href=address>{words.changes}<span class="visually-hidden">{fill(words.of_version, &[("n", &to.to_string())])}</span></a> }
        });
        view! {
            <li>
                <strong>{fill(words.version_n, &[("n", &row.number.to_string())])}</strong>{changes}
                <div class="quiet"><Time at=row.at />{by.map(|by| view! { " · "<bdi>{by}</bdi> })}</div>
            </li>
        }
    });
    view! {
        <ol class="lines">{rows.collect_view()}</ol>
        <Cut cut words=all />
        {compare}
    }
}
