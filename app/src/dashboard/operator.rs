//! One operator: what administrators do with an operator, and what happened.

use leptos::prelude::*;
use shared::role::{May, Role};

use super::{
    form::{ErrorSummary, Refused},
    layout::{DashboardPage, Viewer},
    operators::OperatorRow,
    parts::{Act, Card, Cut, Final, Newest, State, Table, Time},
};
use crate::{
    components::layout::Site,
    words::{
        dashboard::{AccountWords, DashboardWords, DoneBy, OperatorEvent, account_words, words},
        fill,
    },
};

/// Something that happened to an operator.
#[derive(Clone, Debug)]
pub struct HistoryRow {
    /// When.
    pub at: String,
    /// What.
    pub what: OperatorEvent,
    /// Who did it.
    pub who: DoneBy,
    /// The address it came from, if we know.
    pub source: Option<String>,
    /// How often, if not once.
    pub times: Option<i64>,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct OperatorData {
    /// The operator.
    pub operator: OperatorRow,
    /// What happened, newest first.
    pub history: Newest<HistoryRow>,
}

/// One operator.
#[component]
pub fn OperatorPage(site: Site, viewer: Viewer, data: OperatorData, refused: Refused) -> impl IntoView {
    let language = viewer.language;
    let (words, account) = (words(language), account_words(language));
    let OperatorData { operator, history: Newest { rows: history, cut } } = data;
    let may = viewer.role.may(May::ChangeSettings);
    let hint = if operator.is_demo {
        Some(account.demo_hint)
    } else if operator.is_self {
        Some(account.own_hint)
    } else {
        None
    };
    let cut = cut.map(|_| view! { <div class="body"><Cut cut words /></div> });
    let happened = if history.is_empty() {
        view! { <p class="body quiet">{account.no_history}</p> }.into_any()
    } else {
        view! { <HistoryTable rows=history words account /> }.into_any()
    };
    let email = operator.email.clone();
    view! {
        <DashboardPage site viewer title=account.operator>
            <h1 class="clip" title=email.clone()>{email.clone()}</h1>
            <ErrorSummary refused language />
            <section class="card body">
                <dl class="facts">
                    <div><dt>{words.role}</dt><dd>{words.role_of(operator.role)}</dd></div>
                    <div>
                        <dt>{words.status}</dt>
                        <dd><State disabled_at=operator.disabled_at.clone() invited=!operator.active words /></dd>
                    </div>
                    <div><dt>{words.added}</dt><dd><Time at=operator.created_at.clone() /></dd></div>
                </dl>
                {hint.map(|hint| view! { <p class="quiet">{hint}</p> })}
            </section>
            {may.then(|| view! { <Changes operator words account /> })}
            <section class="card">
                <h2>{account.history}</h2>
                {happened}
                {cut}
            </section>
        </DashboardPage>
    }
}

/// The forms of an administrator.
#[component]
fn Changes(operator: OperatorRow, words: &'static DashboardWords, account: &'static AccountWords) -> impl IntoView {
    let [to_role, to_reset, to_disable, to_enable] = ["role", "reset", "disable", "enable"].map(|what| format!("/dashboard/operators/{}/{what}", operator.id));
    let is_enabled = operator.disabled_at.is_none();
    let role = (!operator.is_self && !operator.is_demo).then(|| {
        let options = Role::ALL.map(|role| view! { <option value=role.as_str() selected={role == operator.role}>{words.role_of(role)}</option> });
        view! {
            <Card title=account.change_role>
                <form class="form" method="post" action=to_role novalidate>
                    <div class="field">
                        <label for="role">{words.role}</label>
                        <select id="role" name="role">{options.collect_view()}</select>
                    </div>
                    <button class="button primary">{account.change_role}</button>
                </form>
            </Card>
        }
    });
    let reset = (is_enabled && !operator.is_demo).then(|| {
        view! {
            <Card title=account.reset_link>
                <p class="quiet">{account.reset_follows}</p>
                <Act action=to_reset label=account.make_reset_link />
            </Card>
        }
    });
    let access = (!operator.is_self).then(|| {
        if is_enabled {
            view! { <p><Final action=to_disable label=words.disable follows=words.disable_operator /></p> }.into_any()
        } else {
            view! { <Act action=to_enable label=account.enable /> }.into_any()
        }
    });
    view! { {role} {reset} {access.map(|access| view! { <section class="card body">{access}</section> })} }
}

#[component]
fn HistoryTable(rows: Vec<HistoryRow>, words: &'static DashboardWords, account: &'static AccountWords) -> impl IntoView {
    let rows = rows.into_iter().map(|row| {
        let role = if let OperatorEvent::RoleChanged(role) = row.what { Some(words.role_of(role)) } else { None };
        let times = row.times.map(|times| fill(account.times, &[("n", &times.to_string())]));
        view! {
            <tr>
                <td><Time at=row.at /></td>
                <td class="wide" data-head=account.what>
                    {account.event_of(row.what)}{role.map(|role| view! { ": "{role} })}
                    {times.map(|times| view! { <div class="quiet">{times}</div> })}
                </td>
                <td class="cut" data-head=account.who>{words.done_by(&row.who)}</td>
                <td class="mono" data-head=account.source>{row.source}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table name=account.history heads=vec![words.time, account.what, account.who, account.source]>{rows}</Table> }
}
