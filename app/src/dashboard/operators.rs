//! Operators, and the form that invites another one.

use leptos::prelude::*;
use shared::role::{May, Role};

use super::{
    damaged::{DamagedRow, Line},
    form::{ErrorSummary, Refused, SelectField, TextField},
    layout::{DashboardPage, Viewer},
    once::{Once, ShownOnce},
    parts::{Card, Final, Pages, Rows, State, Table, Time},
};
use crate::{
    components::layout::Site,
    words::dashboard::{DashboardWords, account_words, words},
};

/// An operator.
#[derive(Clone, Debug)]
pub struct OperatorRow {
    /// The row.
    pub id: String,
    /// The e-mail.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// When they were invited.
    pub created_at: String,
    /// They have accepted their invitation.
    pub active: bool,
    /// It is the demonstration's administrator, who has no password.
    pub is_demo: bool,
    /// When they were disabled, if they were.
    pub disabled_at: Option<String>,
    /// It is the operator who looks at the page.
    pub is_self: bool,
}

const OPERATORS: &str = "/dashboard/operators";

/// A page of operators, and the form for another.
#[component]
pub fn OperatorsPage(site: Site, viewer: Viewer, operators: Rows<Line<OperatorRow>>, once: Option<ShownOnce>, refused: Refused) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::ChangeSettings));
    let words = words(language);
    let island = once.is_some();
    let is_reset = once.as_ref().is_some_and(|once| once.secret.contains("/dashboard/reset/"));
    let label = if is_reset { account_words(language).reset_link } else { words.invitation_link };
    let Rows { rows: operators, older, newest } = operators;
    let summary = view! { <ErrorSummary refused=refused.clone() language /> };
    let form = may.then(|| {
        // The role that changes nothing comes first, so it is the one already chosen.
        let roles = Role::ALL.iter().rev().map(|role| (role.as_str().to_owned(), words.role_of(*role).to_owned())).collect();
        let meanings = Role::ALL.map(|role| view! { <div><dt>{words.role_of(role)}</dt><dd>{words.role_may(role)}</dd></div> });
        view! {
            <Card title=words.new_operator>
                <form class="form" method="post" action=OPERATORS novalidate>
                    <div class="fields">
                        <TextField name="email" label=words.email kind="email" required=true refused=refused.clone() language />
                        <SelectField name="role" label=words.role options=roles refused language />
                    </div>
                    <button class="button primary">{words.invite}</button>
                </form>
                <dl class="facts quiet">{meanings.collect_view()}</dl>
            </Card>
        }
    });
    view! {
        <DashboardPage site viewer title=words.operators island>
            <h1>{words.operators}</h1>
            {summary}
            <Once once label language />
            {form}
            <div class="card"><OperatorTable operators may words /></div>
            <Pages older newest words />
        </DashboardPage>
    }
}

#[component]
fn OperatorTable(operators: Vec<Line<OperatorRow>>, may: bool, words: &'static DashboardWords) -> impl IntoView {
    let rows = operators.into_iter().map(|operator| {
        let operator = match operator {
            Ok(operator) => operator,
            Err(damaged) => return view! { <DamagedRow damaged columns=4 words /> }.into_any(),
        };
        let disable = (may && !operator.is_self && operator.disabled_at.is_none()).then(|| {
            let (action, to) = (format!("{OPERATORS}/{}/disable", operator.id), operator.email.clone());
            view! { <Final action label=words.disable follows=words.disable_operator to /> }
        });
        view! {
            <tr>
                <th scope="row" class="wide"><a href=format!("{OPERATORS}/{}", operator.id)><bdi>{operator.email}</bdi></a>{operator.is_self.then(|| view! { " "<span class="quiet">"("{words.this_is_you}")"</span> })}</th>
                <td class="wide" data-head=words.status><State disabled_at=operator.disabled_at invited=!operator.active words />{disable}</td>
                <td data-head=words.role>{words.role_of(operator.role)}</td>
                <td data-head=words.added><Time at=operator.created_at /></td>
            </tr>
        }
        .into_any()
    });
    let rows = rows.collect_view();
    view! { <Table name=words.operators heads=vec![words.email, words.status, words.role, words.added]>{rows}</Table> }
}
