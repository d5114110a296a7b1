//! Uploaded files: pictures to look at, PDFs to download, and the dossier that each is in.

use leptos::prelude::*;
use shared::role::May;

use super::{
    damaged::{DamagedText, Line},
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
pub fn EvidenceList(
    artifacts: Vec<Line<ArtifactRow>>,
    viewer: Viewer,
    #[prop(optional)] refused: Refused,
    #[prop(optional)] with_session: bool,
    /// Hidden inputs of its forms.
    #[prop(optional)]
    along: Vec<(&'static str, String)>,
) -> impl IntoView {
    if artifacts.is_empty() {
        return view! { <p class="quiet">{words(viewer.language).no_evidence}</p> }.into_any();
    }
    let words = words(viewer.language);
    let items = artifacts.into_iter().map(|artifact| {
        let artifact = match artifact {
            Ok(artifact) => artifact,
            Err(damaged) => return view! { <li><DamagedText damaged words /></li> }.into_any(),
        };
        let at_fault = refused.typed(ARTIFACT) == artifact.id;
        let refused = if at_fault { refused.clone() } else { Refused::default() };
        view! { <li><Evidence artifact viewer=viewer.clone() refused with_session along=along.clone() /></li> }.into_any()
    });
    view! { <ul class="artifacts">{items.collect_view()}</ul> }.into_any()
}

/// A photo, and the link that shows it as large as the window. It is a link to a part of this page, so going back closes the photo, with
/// script and without. With script, `public/photos.js` also closes it on Escape.
#[component]
fn Photo(id: String, file: String, label: String, words: &'static DashboardWords) -> impl IntoView {
    let name = view! { <span class="visually-hidden">{words.look_closer}": "</span> };
    let large = format!("large-{id}");
    view! {
        <a class="thumb" id=id.clone() href=format!("#{large}")>{name}<img src=file.clone() alt=label.clone() loading="lazy" /></a>
        <div class="large" id=large role="dialog" aria-label=label.clone() tabindex="-1">
            <div class="row">
                <strong><bdi>{label.clone()}</bdi></strong>
                <a class="button" href=file.clone() target="_blank" rel="noopener">{words.open_in_tab}</a>
                <a class="button close" href=format!("#{id}")>{words.close}</a>
            </div>
            <img src=file alt=label.clone() loading="lazy" />
        </div>
    }
}

#[component]
fn Evidence(artifact: ArtifactRow, viewer: Viewer, refused: Refused, with_session: bool, along: Vec<(&'static str, String)>) -> impl IntoView {
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
                <span>{words.download}<span class="visually-hidden">": "<bdi>{label.clone()}</bdi></span></span>
            </a>
        }
        .into_any()
    };
    let dossier = if artifact.customer.is_some() { words.in_dossier } else { words.in_no_dossier };
    // A session's page comes back as its forms sent it along.
    let back = if with_session { viewer.here.clone() } else { session.clone() };
    let change = viewer.role.may(May::Review).then(|| {
        let form = if let Some((customer, _)) = artifact.customer.clone() {
            let with = [vec![("back", back), ("from", customer)], along].concat();
            view! { <Act action=format!("{file}/unlink") label=words.unlink to=label.clone() with /> }.into_any()
        } else {
            let language = viewer.language;
            view! { <LinkForm action=format!("{file}/link") back artifact=artifact.id.clone() with=along refused=refused.clone() language /> }.into_any()
        };
        view! {
            <details open=!refused.faults.is_empty()>
                <summary>{words.dossier}<span class="visually-hidden">": "<bdi>{label.clone()}</bdi></span></summary>
                {form}
            </details>
        }
    });
    view! {
        <figure>
            {picture}
            <figcaption>
                <strong><bdi>{label}</bdi></strong>
                <span class="quiet">{about}</span>
                <span class="quiet"><Time at=artifact.created_at /></span>
                {with_session.then(|| view! { <span>{words.session}" "<a class="mono" href=session>{short(&artifact.session)}</a></span> })}
                <span>{dossier}{artifact.customer.is_some().then(|| view! { " "<Customer customer=artifact.customer words /> })}</span>
            </figcaption>
        </figure>
        {change}
    }
}
