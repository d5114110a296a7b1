//! Whole pages, drawn by the server alone.
#![cfg(feature = "ssr")]

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::{api::PublicSession, language::Language, problem::FieldFault};

use crate::{
    components::layout::{CustomerPage, Site},
    islands::flow::Flow,
    words::words,
};

/// What a customer's page is drawn from.
#[derive(Clone, Debug)]
pub struct FlowData {
    /// The session id.
    pub id: String,
    /// What stays on every address of the flow, with its `?`.
    pub query: String,
    /// What `GET /public` says.
    pub session: PublicSession,
    /// The step that is shown; none where the status is.
    pub step: String,
    /// What was typed, over what this device saved, of all steps: going back and forward asks nothing.
    pub answers: BTreeMap<String, String>,
    /// The fields that another device answered.
    pub elsewhere: Vec<String>,
    /// What was wrong with the last POST.
    pub errors: Vec<FieldFault>,
}

/// A step, or the status where there is none.
#[component]
pub fn FlowPage(site: Site, data: FlowData) -> impl IntoView {
    let FlowData { id, query, session, step, answers, elsewhere, errors } = data;
    let (language, branding) = (session.locale, session.branding.clone());
    let flow_words = words(language).flow.clone();
    let heading = session.step(&step).map_or_else(|| crate::flow::status::title(session.status, &flow_words), |step| step.title.clone());
    let title = format!("{heading} · {}", branding.company_name);
    view! {
        <CustomerPage site language title branding=Some(branding)>
            <Flow id query session step answers elsewhere errors words=flow_words />
        </CustomerPage>
    }
}

/// A page of two sentences in nobody's name: for a link that opens nothing, and for trouble.
#[component]
pub fn NeutralPage(site: Site, language: Language, title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <CustomerPage site language title=title.to_owned() branding=None>
            <main class="status">
                <div class="lead"><h1 tabindex="-1">{title}</h1></div>
                <p>{text}</p>
            </main>
        </CustomerPage>
    }
}
