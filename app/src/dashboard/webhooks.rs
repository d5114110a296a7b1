//! Webhook endpoints and what was delivered to them.

use leptos::prelude::*;
use shared::{language::Language, role::May};

use super::{
    damaged::{DamagedText, Line},
    deliveries::{DeliveryList, DeliveryRow},
    form::{ErrorSummary, Refused, TextField},
    layout::{DashboardPage, Viewer},
    once::{Once, ShownOnce},
    parts::{Card, Cut, Final, Newest, Pages, Pill, Rows, State, Time},
};
use crate::{
    components::layout::Site,
    words::{
        dashboard::{DashboardWords, WhyFailed, words},
        fill,
    },
};

/// A webhook endpoint.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    /// `wh_…`
    pub id: String,
    /// Its URL.
    pub url: String,
    /// When it was added.
    pub created_at: String,
    /// When it was disabled, if it was: nothing is sent to it after that.
    pub disabled_at: Option<String>,
    /// How it answers.
    pub health: EndpointHealth,
    /// The last deliveries, newest first; fewer in the list of endpoints.
    pub deliveries: Newest<Line<DeliveryRow>>,
}

/// How an endpoint answers.
#[derive(Clone, Debug)]
pub struct EndpointHealth {
    /// When it last accepted an event.
    pub succeeded_at: Option<String>,
    /// The last try failed.
    pub failing: Option<Failing>,
    /// Deliveries that wait for it.
    pub waiting: i64,
    /// More may wait than `waiting` says.
    pub more_wait: bool,
}

/// An endpoint whose last try failed.
#[derive(Clone, Debug)]
pub struct Failing {
    /// The first failure since the last success.
    pub since: String,
    /// The last failure.
    pub last_at: String,
    /// Why it failed.
    pub why: WhyFailed,
}

const WEBHOOKS: &str = "/dashboard/webhooks";

/// A page of endpoints with their last deliveries, and the form for another.
#[component]
pub fn WebhooksPage(site: Site, viewer: Viewer, endpoints: Rows<Line<EndpointRow>>, once: Option<ShownOnce>, refused: Refused) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::ChangeSettings));
    let words = words(language);
    let island = once.is_some();
    let summary = view! { <ErrorSummary refused=refused.clone() language /> };
    let form = may.then(|| {
        view! {
            <Card title=words.new_endpoint>
                <form class="form" method="post" action=WEBHOOKS novalidate>
                    <TextField name="url" label=words.url hint=words.url_hint kind="url" required=true refused language />
                    <button class="button primary">{words.add_endpoint}</button>
                </form>
            </Card>
        }
    });
    let Rows { rows: endpoints, older, newest } = endpoints;
    let nothing = endpoints.is_empty().then(|| view! { <p class="quiet">{words.no_endpoints}</p> });
    let endpoints = endpoints.into_iter().map(|endpoint| {
        let endpoint = match endpoint {
            Ok(endpoint) => endpoint,
            Err(damaged) => return view! { <p class="card body"><DamagedText damaged words /></p> }.into_any(),
        };
        let (page, url, title) = (format!("{WEBHOOKS}/{}", endpoint.id), endpoint.url.clone(), endpoint.url.clone());
        view! {
            <section class="card">
                <h2><a class="clip" href=page title=title>{url}</a></h2>
                <div class="body"><Endpoint endpoint may language /></div>
            </section>
        }
        .into_any()
    });
    let endpoints = endpoints.collect_view();
    view! {
        <DashboardPage site viewer title=words.webhooks island>
            <h1>{words.webhooks}</h1>
            {summary}
            <Once once label=words.secret language />
            {form}
            {nothing}
            {endpoints}
            <Pages older newest words />
        </DashboardPage>
    }
}

/// One endpoint with more of its deliveries.
#[component]
pub fn WebhookPage(site: Site, viewer: Viewer, endpoint: EndpointRow) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::ChangeSettings));
    let words = words(language);
    let url = endpoint.url.clone();
    view! {
        <DashboardPage site viewer title=words.endpoint>
            <h1>{words.endpoint}</h1>
            <Card title=url><Endpoint endpoint may language /></Card>
        </DashboardPage>
    }
}

/// Whether the endpoint works, since when it fails and why, and what waits for it.
#[component]
fn Health(health: EndpointHealth, words: &'static DashboardWords) -> impl IntoView {
    let records = words.records;
    let EndpointHealth { succeeded_at, failing, waiting, more_wait } = health;
    let waiting = if more_wait { fill(records.more_than, &[("n", &waiting.to_string())]) } else { waiting.to_string() };
    let succeeded = match succeeded_at {
        Some(at) => view! { <Time at /> }.into_any(),
        None => view! { {words.never} }.into_any(),
    };
    let failing = failing.map(|failing| {
        let why = words.why_failed(&failing.why);
        view! {
            <div><dt>{records.failing_since}</dt><dd><Time at=failing.since /></dd></div>
            <div><dt>{records.last_failure}</dt><dd>{why}<br /><Time at=failing.last_at /></dd></div>
        }
    });
    view! {
        <dl class="facts">
            {failing}
            <div><dt>{records.last_success}</dt><dd>{succeeded}</dd></div>
            <div><dt>{records.waiting_deliveries}</dt><dd>{waiting}</dd></div>
        </dl>
    }
}

/// The endpoint's state in one word.
#[component]
fn EndpointState(disabled_at: Option<String>, health: EndpointHealth, words: &'static DashboardWords) -> impl IntoView {
    let (is, text) = match (&health.failing, &health.succeeded_at) {
        _ if disabled_at.is_some() => return view! { <State disabled_at words /> }.into_any(),
        (Some(_), _) => ("bad", words.records.failing),
        (None, Some(_)) => ("good", words.records.healthy),
        (None, None) => ("open", words.records.untried),
    };
    view! { <Pill is text /> }.into_any()
}

/// When the endpoint was added, how it answers, whether it is disabled, and what was delivered.
#[component]
fn Endpoint(endpoint: EndpointRow, may: bool, language: Language) -> impl IntoView {
    let words = words(language);
    let disable = (may && endpoint.disabled_at.is_none()).then(|| {
        view! { <Final action=format!("{WEBHOOKS}/{}/disable", endpoint.id) label=words.disable follows=words.disable_endpoint to=endpoint.url /> }
    });
    view! {
        <div class="row">
            <EndpointState disabled_at=endpoint.disabled_at health=endpoint.health.clone() words />
            <span class="quiet">{words.added}" "<Time at=endpoint.created_at /></span>
            <span class="mono quiet">{endpoint.id}</span>
            {disable}
        </div>
        <Health health=endpoint.health words />
        <h3>{words.deliveries}</h3>
        <DeliveryList deliveries=endpoint.deliveries.rows language />
        <Cut cut=endpoint.deliveries.cut words />
    }
}
