//! The page that creates links, and the page of one link with its session's status.

use leptos::prelude::*;
use shared::{language::Language, role::May, session::Status};

use super::{
    damaged::{DamagedRow, Line},
    flow_name::{Flow, FlowName},
    form::{ErrorSummary, Refused, SelectField, TextField},
    layout::{DashboardPage, Viewer},
    once::Copied,
    parts::{Card, Customer, Locale, Pages, Rows, StatusPill, Table, Time, short},
};
use crate::{
    components::layout::Site,
    islands::dashboard::live_status::LiveStatus,
    words::{
        dashboard::{DashboardWords, words},
        fill,
    },
};

/// The page for creating a link, and the newest sessions with their status.
#[derive(Clone, Debug)]
pub struct Links {
    /// Flows to choose from: the name; and the title in the page's language with name and version.
    pub flows: Vec<(String, String)>,
    /// There are more flows.
    pub more_flows: bool,
    /// Sessions, the newest on the first page.
    pub sessions: Rows<Line<LinkRow>>,
}

/// What every operator may see of a session: its status.
#[derive(Clone, Debug)]
pub struct LinkRow {
    /// The session's row.
    pub r#ref: String,
    /// The flow.
    pub flow: Line<FlowName>,
    /// Its status.
    pub status: Status,
    /// When it was created.
    pub created_at: String,
    /// When it expires.
    pub expires_at: String,
}

/// A link and its session's status.
#[derive(Clone, Debug)]
pub struct Link {
    /// The customer's dossier and masked reference, if the operator may see it.
    pub customer: Option<(String, String)>,
    /// The language that it was created with.
    pub locale: Option<Language>,
    /// The session's row.
    pub session: LinkRow,
    /// The address, and its QR code in SVG, while the link is open and if the operator may create links.
    pub url: Option<(String, String)>,
}

/// Seconds after which a link's page without script reloads.
const REFRESH: &str = "10";

/// The form for a new link, and a page of sessions, newest first.
#[component]
pub fn LinksPage(site: Site, viewer: Viewer, data: Links, refused: Refused) -> impl IntoView {
    let words = words(viewer.language);
    let Links { flows, more_flows, sessions: Rows { rows, older, newest } } = data;
    let (name, nothing) = if newest.is_none() { (words.newest_sessions, words.no_links) } else { (words.sessions, words.no_sessions) };
    let language = viewer.language;
    let summary = view! { <ErrorSummary refused=refused.clone() language /> };
    let form = viewer.role.may(May::CreateLinks).then(|| view! { <NewLink flows more_flows refused language /> });
    view! {
        <DashboardPage site viewer title=words.links>
            <h1>{words.links}</h1>
            {summary}
            {form}
            <section class="card">
                <h2>{name}</h2>
                {if rows.is_empty() {
                    view! { <p class="body quiet">{nothing}</p> }.into_any()
                } else {
                    view! { <LinkTable rows name words /> }.into_any()
                }}
            </section>
            <Pages older newest words />
        </DashboardPage>
    }
}

#[component]
fn NewLink(flows: Vec<(String, String)>, more_flows: bool, refused: Refused, language: Language) -> impl IntoView {
    let words = words(language);
    let only = more_flows.then(|| view! { <p class="quiet">{fill(words.flows_only, &[("n", &flows.len().to_string())])}</p> });
    let any = (String::new(), words.any_language.to_owned());
    let languages = std::iter::once(any).chain(Language::ALL.map(|language| (language.tag().to_owned(), language.own_name().to_owned())));
    view! {
        <Card title=words.new_link>
            <form class="form" method="post" action="/dashboard/links" novalidate>
                <div class="fields">
                    <SelectField name="flow" label=words.flow options=flows refused=refused.clone() language />
                    <SelectField name="locale" label=words.language options=languages.collect() refused=refused.clone() language />
                    <TextField name="customer" label=words.customer_reference hint=words.reference_hint refused=refused.clone() language />
                    <TextField name="ttl" label=words.timeout hint=words.timeout_hint refused=refused.clone() language />
                </div>
                {only}
                <button class="button primary">{words.create_link}</button>
            </form>
        </Card>
    }
}

#[component]
fn LinkTable(rows: Vec<Line<LinkRow>>, name: &'static str, words: &'static DashboardWords) -> impl IntoView {
    let rows = rows.into_iter().map(|row| match row {
        Err(damaged) => view! { <DamagedRow damaged columns=5 words /> }.into_any(),
        Ok(row) => view! {
            <tr>
                <th scope="row"><a class="mono" href=format!("/dashboard/links/{}", row.r#ref)>{short(&row.r#ref)}</a></th>
                <td class="flow" data-head=words.flow><Flow flow=row.flow words /></td>
                <td data-head=words.status><StatusPill status=row.status words /></td>
                <td class="at" data-head=words.created><Time at=row.created_at /></td>
                <td class="at" data-head=words.expires><Time at=row.expires_at /></td>
            </tr>
        }
        .into_any(),
    });
    let rows = rows.collect_view();
    view! {
        <Table name heads=vec![words.session, words.flow, words.status, words.created, words.expires]>
            {rows}
        </Table>
    }
}

/// A link: its address and QR code while it is open, and its session's status.
#[component]
pub fn LinkPage(site: Site, viewer: Viewer, data: Link) -> impl IntoView {
    let (language, role) = (viewer.language, viewer.role);
    let words = words(language);
    let Link { customer, locale, session, url } = data;
    let page = format!("/dashboard/links/{}", session.r#ref);
    let moves = !session.status.is_terminal();
    let refresh = moves.then(|| REFRESH.to_owned());
    let live = moves.then(|| {
        let events = format!("/dashboard/sessions/{}/events", session.r#ref);
        view! { <LiveStatus events page status=session.status texts=words.live_texts() show=words.show.to_owned() holds=false /> }
    });
    let closed = if moves && !role.may(May::CreateLinks) { words.link_hidden } else { words.link_closed };
    let expires = if session.status == Status::Expired { words.expired } else { words.expires };
    let address = match url {
        None => view! { <p class="quiet">{closed}</p> }.into_any(),
        Some((url, code)) => view! {
            <Copied id="link-url" label=words.link hint=words.link_hint value=url language />
            <div class="qr" role="img" aria-label=words.qr_code inner_html=code></div>
        }
        .into_any(),
    };
    view! {
        <DashboardPage site viewer title=words.link refresh island=moves>
            <div class="head">
                <h1>{words.link}</h1>
                <StatusPill status=session.status words />
                {live}
            </div>
            <section class="card body">{address}</section>
            <Card title=words.facts>
                <dl class="facts">
                    <div><dt>{words.flow}</dt><dd><Flow flow=session.flow words /></dd></div>
                    {role.may(May::SeeSessions).then(|| view! { <div><dt>{words.customer}</dt><dd><Customer customer words /></dd></div> })}
                    <div><dt>{words.language}</dt><dd><Locale locale words /></dd></div>
                    <div><dt>{words.reference}</dt><dd class="mono">{session.r#ref.clone()}</dd></div>
                    <div><dt>{words.created}</dt><dd><Time at=session.created_at /></dd></div>
                    <div><dt>{expires}</dt><dd><Time at=session.expires_at /></dd></div>
                </dl>
                {role.may(May::SeeSessions).then(|| view! {
                    <p><a href=format!("/dashboard/sessions/{}", session.r#ref)>{words.see_session}</a></p>
                })}
            </Card>
        </DashboardPage>
    }
}
