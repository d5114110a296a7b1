//! The list of sessions, with its filters and its search.

use leptos::prelude::*;
use shared::{risk::Decision, session::Status};

use super::{
    damaged::{DamagedRow, Line},
    flow_name::{Flow, FlowName},
    form::{ErrorSummary, Refused},
    layout::{DashboardPage, Viewer},
    parts::{Customer, DecisionPill, Nothing, Pages, Score, StatusPill, Table, Time, short},
    search::Search,
};
use crate::{
    components::layout::Site,
    words::{
        dashboard::{DashboardWords, words},
        fill,
    },
};

/// Which sessions the list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Sessions of this status.
    pub status: Option<Status>,
    /// Sessions that need a manual review: COMPLETED with decision REVIEW.
    pub review: bool,
    /// Sessions of this customer: the dossier's id, and the reference masked.
    pub customer: Option<(String, String)>,
    /// What a search did not find, as typed.
    pub search: String,
}

/// A page of the list of sessions.
#[derive(Clone, Debug)]
pub struct Sessions {
    /// Which sessions it shows.
    pub filter: Filter,
    /// Newest first.
    pub rows: Vec<Line<SessionRow>>,
    /// The address of the next, older page.
    pub older: Option<String>,
    /// The address of the first page; nothing on the first page itself.
    pub newest: Option<String>,
}

/// A row of that list.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The session's row.
    pub r#ref: String,
    /// The customer: dossier's id, and the reference masked.
    pub customer: Option<(String, String)>,
    /// The flow.
    pub flow: Line<FlowName>,
    /// Its status.
    pub status: Status,
    /// 0 to 100, once completed.
    pub risk_score: Option<u8>,
    /// Once completed.
    pub decision: Option<Decision>,
    /// When it was created.
    pub created_at: String,
}

const SESSIONS: &str = "/dashboard/sessions";

/// A page of the list, newest first.
#[component]
pub fn SessionsPage(site: Site, viewer: Viewer, data: Sessions, refused: Refused) -> impl IntoView {
    let language = viewer.language;
    let words = words(language);
    let Sessions { filter, rows, older, newest } = data;
    let search = filter.search.clone();
    let is_all = is_unfiltered(&filter) && newest.is_none();
    let nothing = if is_all { words.no_sessions_yet } else { words.no_sessions };
    // A search that was refused found nothing out.
    let is_answer = !search.is_empty() && refused.faults.is_empty();
    let list = match (rows.is_empty(), is_answer) {
        (false, _) => view! { <div class="card"><SessionTable rows name=words.sessions words /></div> }.into_any(),
        (true, false) => view! { <p class="card body quiet">{nothing}</p> }.into_any(),
        (true, true) => view! { <p class="card body" role="status">{fill(words.not_found, &[("search", &search)])}</p> }.into_any(),
    };
    view! {
        <DashboardPage site viewer title=words.sessions>
            <h1>{words.sessions}</h1>
            <ErrorSummary refused language />
            <div class="tools">
                <Filters filter=filter.clone() words />
                <Search action=SESSIONS label=words.search hint=words.search_hint typed=search />
            </div>
            {filter.customer.is_some().then(|| view! { <p>{words.of_customer}" "<Customer customer=filter.customer words /></p> })}
            {list}
            <Pages older newest words />
        </DashboardPage>
    }
}

fn is_unfiltered(filter: &Filter) -> bool {
    filter.status.is_none() && !filter.review && filter.customer.is_none() && filter.search.is_empty()
}

#[component]
fn Filters(filter: Filter, words: &'static DashboardWords) -> impl IntoView {
    let is_all = is_unfiltered(&filter);
    let by_status = [Status::Pending, Status::Processing, Status::Completed, Status::Expired]
        .map(|status| (format!("{SESSIONS}?status={}", status.as_str()), words.status_of(status), filter.status == Some(status)));
    let links = std::iter::once((SESSIONS.to_owned(), words.all, is_all))
        .chain(by_status)
        .chain(std::iter::once((format!("{SESSIONS}?review=1"), words.waiting, filter.review)))
        .map(|(to, name, is_current)| view! { <li><a href=to aria-current=is_current.then_some("true")>{name}</a></li> });
    view! { <nav class="filters" aria-label=words.filter><ul>{links.collect_view()}</ul></nav> }
}

/// A table of sessions.
#[component]
pub fn SessionTable(rows: Vec<Line<SessionRow>>, name: &'static str, words: &'static DashboardWords) -> impl IntoView {
    let rows = rows.into_iter().map(|row| {
        let row = match row {
            Ok(row) => row,
            Err(damaged) => return view! { <DamagedRow damaged columns=7 words /> }.into_any(),
        };
        let score = match row.risk_score {
            Some(score) => view! { <Score score words /> }.into_any(),
            None => view! { <Nothing words /> }.into_any(),
        };
        let decision = match row.decision {
            Some(decision) => view! { <DecisionPill decision words /> }.into_any(),
            None => view! { <Nothing words /> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row"><a class="mono" href=format!("{SESSIONS}/{}", row.r#ref)>{short(&row.r#ref)}</a></th>
                <td data-head=words.status><StatusPill status=row.status words /></td>
                <td data-head=words.decision>{decision}</td>
                <td data-head=words.risk>{score}</td>
                <td class="cut" data-head=words.customer><Customer customer=row.customer words /></td>
                <td class="flow" data-head=words.flow><Flow flow=row.flow words /></td>
                <td class="at" data-head=words.created><Time at=row.created_at /></td>
            </tr>
        }
        .into_any()
    });
    let rows = rows.collect_view();
    let heads = vec![words.session, words.status, words.decision, words.risk, words.customer, words.flow, words.created];
    view! { <Table name heads>{rows}</Table> }
}
