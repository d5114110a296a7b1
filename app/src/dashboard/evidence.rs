//! Uploaded files: pictures to look at, PDFs to download, and the dossier that each is in.

use leptos::prelude::*;
use shared::role::May;

use super::{
    form::{ARTIFACT, Refused},
    layout::Viewer,
    link_form::LinkForm,
    parts::{Act, Customer, Time, kind, short, size},
};
use crate::{
    components::icons::Paper,
    words::dashboard::{DashboardWords, words},
};

/// An uploaded file.
#[derive(Clone, Debug)]
pub struct ArtifactRow {
    /// `art_…`
    pub id: String,
    /// The session it was uploaded to.
    pub session: String,
    /// The label of the field it answers.
    pub field: Option<String>,
    /// The media type, detected from the content.
    pub media_type: String,
    /// Bytes as uploaded.
    pub size: i64,
    /// The dossier it is in: id, and the reference masked. None: UNRESOLVED.
    pub customer: Option<(String, String)>,
    /// When it was uploaded.
    pub created_at: String,
}

/// Files; `with_session` also names the session of each, for pages about more than one session.
#[component]
pub fn EvidenceList(artifacts: Vec<ArtifactRow>, viewer: Viewer, #[prop(optional)] refused: Refused, #[prop(optional)] with_session: bool) -> impl IntoView {
    if artifacts.is_empty() {
        return view! { <p class="quiet">{words(viewer.language).no_evidence}</p> }.into_any();
    }
    let items = artifacts.into_iter().map(|artifact| {
        let at_fault = refused.typed(ARTIFACT) == artifact.id;
        let refused = if at_fault { refused.clone() } else { Refused::default() };
        view! { <li><Evidence artifact viewer=viewer.clone() refused with_session /></li> }
    });
    view! { <ul class="artifacts">{items.collect_view()}</ul> }.into_any()
}

/// A photo, and the button that shows it as large as the window, in this page: going back never leads to a form that was sent. It needs
/// no script.
#[component]
fn Photo(id: String, file: String, label: String, words: &'static DashboardWords) -> impl IntoView {
    let name = view! { <span class="visually-hidden">{words.look_closer}": "</span> };
    view! {
        <button class="thumb" popovertarget=id.clone()>{name}<img src=file.clone() alt=label.clone() loading="lazy" /></button>
        <div class="large" id=id.clone() popover="auto" role="dialog" aria-label=label.clone()>
            <div class="row">
                <strong>{label.clone()}</strong>
                <a class="button" href=file.clone() target="_blank" rel="noopener">{words.open_in_tab}</a>
                <button class="button" popovertarget=id.clone() popovertargetaction="hide">{words.close}</button>
            </div>
            <img src=file alt=label.clone() loading="lazy" />
        </div>
    }
}

#[component]
fn Evidence(artifact: ArtifactRow, viewer: Viewer, refused: Refused, with_session: bool) -> impl IntoView {
    let words = words(viewer.language);
    let session = format!("/dashboard/sessions/{}", artifact.session);
    let file = format!("{session}/artifacts/{}", artifact.id);
    let label = artifact.field.clone().unwrap_or_else(|| words.file.to_owned());
    let about = format!("{}, {}", kind(&artifact.media_type), size(artifact.size, words));
    let picture = if artifact.media_type.starts_with("image/") {
        view! { <Photo id=artifact.id.clone() file=file.clone() label=label.clone() words /> }.into_any()
    } else {
        view! {
            <a class="thumb" href=file.clone() download>
                <Paper />
                <span>{words.download}<span class="visually-hidden">": "{label.clone()}</span></span>
            </a>
        }
        .into_any()
    };
    let dossier = if artifact.customer.is_some() { words.in_dossier } else { words.in_no_dossier };
    let change = viewer.role.may(May::Review).then(|| {
        let form = if let Some((customer, _)) = artifact.customer.clone() {
            let with = vec![("back", viewer.here.clone()), ("from", customer)];
            view! { <Act action=format!("{file}/unlink") label=words.unlink to=label.clone() with /> }.into_any()
        } else {
            let (back, language) = (viewer.here.clone(), viewer.language);
            view! { <LinkForm action=format!("{file}/link") back artifact=artifact.id.clone() refused=refused.clone() language /> }.into_any()
        };
        view! {
            <details open=!refused.faults.is_empty()>
                <summary>{words.dossier}<span class="visually-hidden">": "{label.clone()}</span></summary>
                {form}
            </details>
        }
    });
    view! {
        <figure>
            {picture}
            <figcaption>
                <strong>{label}</strong>
                <span class="quiet">{about}</span>
                <span class="quiet"><Time at=artifact.created_at /></span>
                {with_session.then(|| view! { <span>{words.session}" "<a class="mono" href=session>{short(&artifact.session)}</a></span> })}
                <span>{dossier}{artifact.customer.is_some().then(|| view! { " "<Customer customer=artifact.customer words /> })}</span>
            </figcaption>
        </figure>
        {change}
    }
}
