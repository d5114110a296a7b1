//! Webhook endpoints and what was delivered to them.

use leptos::prelude::*;
use shared::{language::Language, role::May};

use super::{
    deliveries::{DeliveryList, DeliveryRow},
    form::{ErrorSummary, Refused, TextField},
    layout::{DashboardPage, Viewer},
    once::{Once, ShownOnce},
    parts::{Card, Final, Pages, Rows, State, Time},
};
use crate::{components::layout::Site, words::dashboard::words};

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
    /// The last deliveries, newest first, at most 5 in the list of endpoints.
    pub deliveries: Vec<DeliveryRow>,
}

const WEBHOOKS: &str = "/dashboard/webhooks";

/// A page of endpoints with their last deliveries, and the form for another.
#[component]
pub fn WebhooksPage(site: Site, viewer: Viewer, endpoints: Rows<EndpointRow>, once: Option<ShownOnce>, refused: Refused) -> impl IntoView {
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
        let (page, url, title) = (format!("{WEBHOOKS}/{}", endpoint.id), endpoint.url.clone(), endpoint.url.clone());
        view! {
            <section class="card">
                <h2><a class="clip" href=page title=title>{url}</a></h2>
                <div class="body"><Endpoint endpoint may language /></div>
            </section>
        }
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

/// When the endpoint was added, whether it is disabled, and what was delivered.
#[component]
fn Endpoint(endpoint: EndpointRow, may: bool, language: Language) -> impl IntoView {
    let words = words(language);
    let disable = (may && endpoint.disabled_at.is_none()).then(|| {
        view! { <Final action=format!("{WEBHOOKS}/{}/disable", endpoint.id) label=words.disable follows=words.disable_endpoint to=endpoint.url /> }
    });
    view! {
        <div class="row">
            <State disabled_at=endpoint.disabled_at words />
            <span class="quiet">{words.added}" "<Time at=endpoint.created_at /></span>
            <span class="mono quiet">{endpoint.id}</span>
            {disable}
        </div>
        <h3>{words.deliveries}</h3>
        <DeliveryList deliveries=endpoint.deliveries language />
    }
}
