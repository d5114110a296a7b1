//! The pages of a customer's session, which only the server draws. A page without script must do everything that one with script does.

use std::sync::Arc;

use leptos::{nonce::use_nonce, prelude::*};
use shared::{api::PublicSession, flow::Branding};

use crate::{
    components::{
        footer::Footer,
        layout::{CustomerPage, Site},
        step_head::StepHead,
    },
    flow::{
        data::{DATA, FlowData},
        review::Review,
        status::{StatusView, WayBack, title},
    },
    islands::flow::Flow,
    words::{isolated, words},
};

/// A step: the form, which the island takes over, and around it what the customer only reads.
#[component]
pub fn StepPage(
    site: Site,
    branding: Branding,
    data: Arc<FlowData>,
    /// The field of another step whose file was just sent and opens only with a password.
    noted: Option<String>,
) -> impl IntoView {
    let language = data.language;
    let at = data.steps.iter().position(|step| step.id == data.step).unwrap_or_default();
    let step = data.steps.get(at).cloned().unwrap_or_default();
    let is_faulty = data.errors.iter().any(|error| step.field(&error.field).is_some());
    let title = data.title(&step.id, &isolated(&branding.company_name), is_faulty);
    let review = data.is_review(&step.id).then(|| {
        view! {
            <main class="step">
                <StepHead step at=at + 1 of=data.steps.len() words=data.words.clone() />
                <Review data=data.clone() />
            </main>
        }
    });
    let note = noted.filter(|_| review.is_none()).and_then(|field| {
        let step = data.steps.iter().find(|step| step.field(&field).is_some())?;
        let (label, address) = (step.field(&field)?.label.clone(), data.address(Some(&step.id)));
        Some(view! { <p class="notice" role="status"><a href=address>{label}</a>": "{data.words.pdf_password().to_owned()}</p> })
    });
    let json = (!site.plain).then(|| data.json());
    provide_context(data);
    view! {
        <CustomerPage site language title branding=Some(branding.clone())>
            {note}
            {review}
            {json.map(|json| view! { <script type="application/json" id=DATA nonce=use_nonce() inner_html=json></script> })}
            <Flow />
            <Footer branding current=language switch=true />
        </CustomerPage>
    }
}

/// The status of a session that is no longer open.
#[component]
pub fn StatusPage(site: Site, session: PublicSession, way_back: Option<WayBack>, locked: Option<String>) -> impl IntoView {
    let (language, branding) = (session.locale, session.branding.clone());
    let title = format!("{} · {}", title(session.status, words(language).page), isolated(&branding.company_name));
    view! {
        <CustomerPage site language title branding=Some(branding.clone())>
            <StatusView session way_back locked />
            <Footer branding current=language switch=false />
        </CustomerPage>
    }
}
