//! The search for a dossier, the page of a dossier, and the list of files without one.

use leptos::prelude::*;
use shared::role::May;

use super::{
    damaged::Line,
    evidence::{ArtifactRow, EvidenceList},
    form::{ErrorSummary, Refused},
    layout::{DashboardPage, Viewer},
    parts::{Act, Card, Cut, Newest, Pages},
    sessions::{SessionRow, SessionTable},
    transactions::{TRANSACTIONS, TransactionRow, TransactionTable},
};
use crate::{
    components::layout::Site,
    words::dashboard::{transaction_words, words},
};

/// One customer: sessions and artifacts.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The customer's row.
    pub id: String,
    /// The company's own reference, masked unless revealed.
    pub reference: String,
    /// `reference` is shown whole, and the audit log says so.
    pub revealed: bool,
    /// Newest first.
    pub sessions: Newest<Line<SessionRow>>,
    /// Newest first.
    pub artifacts: Newest<Line<ArtifactRow>>,
    /// The transactions that wait, newest first.
    pub waiting: Newest<Line<TransactionRow>>,
}

/// Artifacts in no dossier, by session.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// Newest first.
    pub artifacts: Vec<Line<ArtifactRow>>,
    /// The address of the next page.
    pub older: Option<String>,
}

/// The search for a dossier, by the customer's whole reference.
#[component]
pub fn CustomersPage(site: Site, viewer: Viewer, search: String, refused: Refused) -> impl IntoView {
    let language = viewer.language;
    let words = words(language);
    let nothing = (!search.is_empty() && refused.faults.is_empty()).then_some(words.no_dossier);
    view! {
        <DashboardPage site viewer title=words.dossiers>
            <h1>{words.dossiers}</h1>
            <ErrorSummary refused language />
            // A POST, so that no address contains the reference, which may be a CPF.
            <form class="card body form" role="search" method="post" action="/dashboard/customers">
                <div class="field">
                    <label for="q">{words.customer_reference}</label>
                    <span class="hint" id="q-hint">{words.dossier_search_hint}</span>
                    <input type="search" id="q" name="q" value=search autocomplete="off" spellcheck="false" aria-describedby="q-hint" />
                </div>
                <button class="button primary">{words.search}</button>
            </form>
            {nothing.map(|text| view! { <p role="status">{text}</p> })}
        </DashboardPage>
    }
}

/// One customer's sessions and files.
#[component]
pub fn DossierPage(site: Site, viewer: Viewer, data: Dossier, refused: Refused) -> impl IntoView {
    let language = viewer.language;
    let words = words(language);
    let reveal = (viewer.role.may(May::Review) && !data.revealed).then(|| {
        view! {
            <div class="row">
                <Act action=format!("/dashboard/customers/{}/reveal", data.id) label=words.reveal />
                <span class="quiet">{words.reveal_hint}</span>
            </div>
        }
    });
    let Newest { rows: sessions, cut } = data.sessions;
    let more = cut.map(|_| {
        view! {
            <div class="body">
                <Cut cut words />
                <p><a href=format!("/dashboard/sessions?customer={}", data.id)>{words.all}</a></p>
            </div>
        }
    });
    let sessions = if sessions.is_empty() {
        view! { <p class="body quiet">{words.dossier_empty}</p> }.into_any()
    } else {
        view! {
            <SessionTable rows=sessions name=words.sessions words />
            {more}
        }
        .into_any()
    };
    let evidence = view! {
        <EvidenceList artifacts=data.artifacts.rows viewer=viewer.clone() with_session=true />
        <Cut cut=data.artifacts.cut words />
    };
    let about = transaction_words(language);
    let all = view! { <p><a href=format!("{TRANSACTIONS}?customer={}", data.id)>{about.all_of_customer}</a></p> };
    let Newest { rows: waiting, cut } = data.waiting;
    let waiting = if waiting.is_empty() {
        view! { <div class="body"><p class="quiet">{about.none_waiting}</p>{all}</div> }.into_any()
    } else {
        view! { <TransactionTable rows=waiting name=about.waiting language /><div class="body"><Cut cut words />{all}</div> }.into_any()
    };
    view! {
        <DashboardPage site viewer title=words.dossier>
            <h1>{words.dossier}</h1>
            <ErrorSummary refused language />
            <section class="card body">
                <dl class="facts"><div><dt>{words.customer_reference}</dt><dd class="mono"><bdi>{data.reference}</bdi></dd></div></dl>
                {data.revealed.then(|| view! { <p class="revealed" role="status" tabindex="-1" autofocus>{words.revealed}</p> })}
                {reveal}
            </section>
            <section class="card">
                <h2>{words.sessions}</h2>
                {sessions}
            </section>
            <section class="card">
                <h2>{about.waiting}</h2>
                {waiting}
            </section>
            <Card title=words.evidence>{evidence}</Card>
        </DashboardPage>
    }
}

/// Files in no dossier.
#[component]
pub fn UnresolvedPage(site: Site, viewer: Viewer, data: Unresolved) -> impl IntoView {
    let words = words(viewer.language);
    let Unresolved { artifacts, older } = data;
    let newest = viewer.here.contains("before=").then(|| "/dashboard/unresolved".to_owned());
    let text = if artifacts.is_empty() { words.none_unresolved } else { words.unresolved_text };
    let list = (!artifacts.is_empty()).then(|| {
        view! { <section class="card body"><EvidenceList artifacts viewer=viewer.clone() with_session=true /></section> }
    });
    view! {
        <DashboardPage site viewer title=words.unresolved>
            <h1>{words.unresolved}</h1>
            <p class="quiet">{text}</p>
            {list}
            <Pages older newest words />
        </DashboardPage>
    }
}
