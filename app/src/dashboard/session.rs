//! Everything about one session, and what operators do with it.

use leptos::prelude::*;
use shared::{language::Language, role::May, session::Status};

use super::{
    damaged::Line,
    decision::{DECISION, DecisionCard, Review},
    deliveries::{DeliveryList, DeliveryRow},
    entered::{ConsentRow, Entered, InputStep},
    evidence::{ArtifactRow, EvidenceList},
    flow_name::Flow,
    form::{ARTIFACT, ErrorSummary, Refused, along},
    layout::{DashboardPage, Viewer},
    link_form::LinkForm,
    parts::{Act, Card, Customer, Cut, DecisionPill, Final, Locale, Newest, StatusPill, Time, short},
    risk::{CheckRow, Checks, Risk, RiskView},
    sessions::SessionRow,
    timeline::{Moment, Timeline},
    transactions::{TransactionRow, TransactionTable},
};
use crate::{
    components::layout::Site,
    islands::dashboard::live_status::LiveStatus,
    words::{
        dashboard::{transaction_words, words},
        fill,
    },
};

/// Everything about one session.
#[derive(Clone, Debug)]
pub struct SessionDetail {
    /// The session's row in the list.
    pub row: SessionRow,
    /// The language asked for when it was created.
    pub locale: Option<Language>,
    /// When it expires.
    pub expires_at: String,
    /// When it expired, if it did.
    pub ended: Option<String>,
    /// The score and its reasons.
    pub risk: Option<Risk>,
    /// Each check.
    pub checks: Vec<CheckRow>,
    /// What was entered, by step.
    pub input: Vec<InputStep>,
    /// `input` is shown as it was entered, and the audit log says so: the token of the page's address.
    pub revealed: Option<String>,
    /// What the customer agreed to.
    pub consents: Vec<ConsentRow>,
    /// What was uploaded.
    pub artifacts: Vec<Line<ArtifactRow>>,
    /// What happened, oldest first.
    pub timeline: Vec<Moment>,
    /// The deliveries of its events, oldest first.
    pub deliveries: Vec<Line<DeliveryRow>>,
    /// Decisions by operators, newest first.
    pub reviews: Vec<Review>,
    /// The transactions that were held for it, in the order in which they arrived.
    pub transactions: Newest<Line<TransactionRow>>,
    /// If the timeline, the deliveries or the reviews have more rows: how many of the newest are here.
    pub cut: Option<usize>,
    /// What is damaged and not shown: a table and the id of a row, or a part of the page.
    pub damaged: Vec<String>,
}

/// Seconds after which the page without script reloads while the checks run.
const REFRESH: u32 = 5;

/// One session: the score, the decision and their evidence; beside them, its facts and its timeline.
#[component]
pub fn SessionPage(site: Site, viewer: Viewer, data: SessionDetail, refused: Refused) -> impl IntoView {
    let (language, reviews) = (viewer.language, viewer.role.may(May::Review));
    let words = words(language);
    let row = data.row.clone();
    let page = format!("/dashboard/sessions/{}", row.r#ref);
    let is_revealed = data.revealed.is_some();
    let (moves, is_at_rest) = (!row.status.is_terminal(), !is_revealed && refused.faults.is_empty());
    let refresh = (row.status == Status::Processing && is_at_rest).then(|| format!("{REFRESH};url={page}"));
    let live = moves.then(|| {
        let (events, texts, show) = (format!("{page}/events"), words.live_texts(), words.show.to_owned());
        view! { <LiveStatus events page=page.clone() status=row.status texts show holds=!is_at_rest /> }
    });
    let cut = data.cut.map(|shown| view! { <p>{fill(words.cut, &[("n", &shown.to_string())])}</p> });
    let what = data.ended.as_ref().map(|at| {
        let (before, after) = words.expired_at.split_once("{at}").unwrap_or_default();
        view! { <div class="card body"><p>{before}<Time at=at.clone() />{after}</p></div> }
    });
    let can_reveal = reviews && !is_revealed && !data.input.is_empty();
    let risk = view! { <RiskView risk=data.risk.clone() checks=data.checks.clone() status=row.status language /> };
    let transactions = (!data.transactions.rows.is_empty()).then(|| {
        let name = transaction_words(language).of_session;
        view! {
            <section class="card">
                <h2>{name}</h2>
                <TransactionTable rows=data.transactions.rows name brief=true language />
                <Cut cut=data.transactions.cut words />
            </section>
        }
    });
    let along = along(data.revealed.as_deref(), &refused);
    let evidence = view! { <EvidenceList artifacts=data.artifacts.clone() viewer=viewer.clone() refused=refused.clone() along=along.clone() /> };
    let facts = {
        let (row, locale, end) = (row.clone(), data.locale, (data.expires_at, data.ended));
        view! { <Facts row locale end page=page.clone() viewer=viewer.clone() refused=refused.clone() along /> }
    };
    view! {
        <DashboardPage site viewer title=short(&row.r#ref) refresh island=moves>
            <div class="head">
                <h1 class="mono">{short(&row.r#ref)}</h1>
                <StatusPill status=row.status words />
                {row.decision.map(|decision| view! { <DecisionPill decision words /> })}
                {live}
            </div>
            <ErrorSummary refused=refused.clone() language />
            {cut}
            {what}
            {(!data.damaged.is_empty()).then(|| view! { <p class="damaged">{words.records.rows_damaged}" "<span class="mono">{data.damaged.join(", ")}</span></p> })}
            <div class="columns">
                <div class="stack">
                    <Card title=words.risk>{risk}</Card>
                    <DecisionCard
                        status=row.status
                        decision=row.decision
                        reviews=data.reviews
                        may=reviews
                        page=page.clone()
                        revealed=data.revealed
                        refused=refused.clone()
                        language
                    />
                    {transactions}
                    <Card title=words.entered>
                        <Entered steps=data.input consents=data.consents revealed=is_revealed words />
                        {can_reveal.then(|| view! {
                            <div class="row">
                                {if row.status == Status::Completed {
                                    view! { <button class="button" form=DECISION formaction=format!("{page}/reveal")>{words.reveal}</button> }.into_any()
                                } else {
                                    view! { <Act action=format!("{page}/reveal") label=words.reveal /> }.into_any()
                                }}
                                <span class="quiet">{words.reveal_hint}</span>
                            </div>
                        })}
                    </Card>
                    <Card title=words.evidence>{evidence}</Card>
                    <section class="card">
                        <h2>{words.checks}</h2>
                        <Checks checks=data.checks status=row.status language />
                    </section>
                    <Card title=words.deliveries><DeliveryList deliveries=data.deliveries within=true language /></Card>
                </div>
                <div class="stack">
                    <Card title=words.facts>{facts}</Card>
                    <Card title=words.timeline><Timeline moments=data.timeline words /></Card>
                </div>
            </div>
        </DashboardPage>
    }
}

/// The session's flow, customer and times; the button that expires it, and the form that links it.
#[component]
fn Facts(
    row: SessionRow,
    locale: Option<Language>,
    end: (String, Option<String>),
    page: String,
    viewer: Viewer,
    refused: Refused,
    /// Hidden inputs of its forms.
    along: Vec<(&'static str, String)>,
) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::Review));
    let words = words(language);
    let expire = (may && row.status == Status::Pending).then(|| {
        view! { <Final action=format!("{page}/expire") label=words.expire_now follows=words.expire_follows with=along.clone() /> }
    });
    let to_link = (row.status == Status::Pending && viewer.role.may(May::CreateLinks)).then(|| {
        view! { <p><a href=format!("/dashboard/links/{}", row.r#ref)>{words.see_link}</a></p> }
    });
    let dossier = may.then(|| match &row.customer {
        Some((customer, reference)) => {
            let with = [vec![("from", customer.clone())], along].concat();
            view! { <Act action=format!("{page}/unlink") label=words.unlink to=reference.clone() with /> }.into_any()
        }
        // A refused form of one artifact shows its fault there, not here.
        None => {
            let refused = if refused.typed(ARTIFACT).is_empty() { refused } else { Refused::default() };
            view! { <LinkForm action=format!("{page}/link") back=page.clone() with=along refused language /> }.into_any()
        }
    });
    view! {
        <dl class="facts">
            <div><dt>{words.flow}</dt><dd><Flow flow=row.flow words /></dd></div>
            <div><dt>{words.customer}</dt><dd><Customer customer=row.customer words /></dd></div>
            <div><dt>{words.reference}</dt><dd class="mono">{row.r#ref}</dd></div>
            <div>
                <dt>{words.language}</dt>
                <dd><Locale locale words /></dd>
            </div>
            <div><dt>{words.created}</dt><dd><Time at=row.created_at /></dd></div>
            {match end {
                (_, Some(ended)) => view! { <div><dt>{words.expired}</dt><dd><Time at=ended /></dd></div> },
                (expires, None) => view! { <div><dt>{words.expires}</dt><dd><Time at=expires /></dd></div> },
            }}
        </dl>
        {to_link}
        {expire}
        {dossier}
    }
}
