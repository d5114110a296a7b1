//! Everything about one session, and what operators do with it.

use leptos::prelude::*;
use shared::{language::Language, risk::CheckResult, role::May, session::Status};

use super::{
    decision::{DECISION, DecisionCard},
    deliveries::DeliveryList,
    evidence::EvidenceList,
    form::{ARTIFACT, ErrorSummary},
    layout::DashboardPage,
    link_form::LinkForm,
    parts::{Act, Card, Customer, DecisionPill, Final, Locale, Nothing, ResultPill, Score, StatusPill, Table, Time, decimal, short},
};
use crate::{
    components::layout::Site,
    dashboard::data::{CheckRow, ConsentRow, InputStep, Moment, Refused, Risk, SessionDetail, SessionRow, Viewer},
    islands::dashboard::live_status::LiveStatus,
    words::{
        dashboard::{DashboardWords, words},
        fill,
    },
};

/// Seconds after which the page without script looks again while the checks run.
const REFRESH: u32 = 5;

/// One session: what it came to and what that rests on; beside it what it is and what happened.
#[component]
pub fn SessionPage(site: Site, viewer: Viewer, data: SessionDetail, refused: Refused) -> impl IntoView {
    let (language, reviews) = (viewer.language, viewer.role.may(May::Review));
    let words = words(language);
    let row = data.row.clone();
    let page = format!("/dashboard/sessions/{}", row.r#ref);
    let (moves, is_at_rest) = (!row.status.is_terminal(), !data.revealed && refused.faults.is_empty());
    let refresh = (row.status == Status::Processing && is_at_rest).then(|| format!("{REFRESH};url={page}"));
    let live = moves.then(|| {
        let (events, texts, show) = (format!("{page}/events"), words.live_texts(), words.show.to_owned());
        view! { <LiveStatus events page=page.clone() status=row.status texts show holds=!is_at_rest /> }
    });
    let cut = data.cut.map(|shown| view! { <p>{fill(words.cut, &[("n", &shown.to_string())])}</p> });
    let can_reveal = reviews && !data.revealed && !data.input.is_empty();
    let risk = view! { <RiskView risk=data.risk.clone() checks=data.checks.clone() status=row.status words /> };
    let evidence = view! { <EvidenceList artifacts=data.artifacts.clone() viewer=viewer.clone() refused=refused.clone() /> };
    let facts = {
        let (row, version, locale, end) = (row.clone(), data.version, data.locale, data.expires_at);
        view! { <Facts row version locale end page=page.clone() viewer=viewer.clone() refused=refused.clone() /> }
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
            <div class="columns">
                <div class="stack">
                    <Card title=words.risk>{risk}</Card>
                    <DecisionCard status=row.status decision=row.decision reviews=data.reviews may=reviews page=page.clone() refused=refused.clone() language />
                    <Card title=words.entered>
                        <Entered steps=data.input consents=data.consents revealed=data.revealed words />
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
                        <Checks checks=data.checks words />
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

/// The score, what it means, and what each reason adds to it.
#[component]
fn RiskView(risk: Option<Risk>, checks: Vec<CheckRow>, status: Status, words: &'static DashboardWords) -> impl IntoView {
    let Some(Risk { score, bands, reasons }) = risk else {
        let text = if status == Status::Expired { words.score_never } else { words.score_later };
        return view! { <p class="quiet">{text}</p> }.into_any();
    };
    let (low, high) = (bands.0.to_string(), bands.1.to_string());
    let meaning = match score {
        score if score < bands.0 => words.score_low,
        score if score < bands.1 => words.score_middle,
        _ => words.score_high,
    };
    let meaning = fill(meaning, &[("low", &low), ("high", &high)]);
    let not_done = score < bands.0 && checks.iter().any(|check| check.result == Some(CheckResult::Error));
    let mut before = 0.0;
    let nothing = reasons.is_empty();
    let reasons = reasons.into_iter().map(|(code, _, points)| {
        let (from, points) = (before, f64::from(points));
        before += points;
        view! {
            <li>
                <Reason code words />
                <strong class="number">"+"{decimal(points, words)}</strong>
                <svg class="adds" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect x=format!("{from:.1}") width=format!("{points:.1}") height="1" />
                </svg>
            </li>
        }
    });
    let reasons = reasons.collect_view();
    view! {
        <div class="total">
            <Score score bands=Some(bands) words />
            <span class="quiet">{words.of_hundred}</span>
        </div>
        <p>{meaning}</p>
        {not_done.then(|| view! { <p>{words.score_error}</p> })}
        {if nothing { view! { <p class="quiet">{words.score_nothing}</p> }.into_any() } else { view! { <ul class="reasons">{reasons}</ul> }.into_any() }}
    }
    .into_any()
}

/// A reason in words, and its code.
#[component]
fn Reason(code: String, words: &'static DashboardWords) -> impl IntoView {
    let meaning = words.reason_of(&code);
    view! { <span>{meaning.map(|meaning| view! { {meaning} " " })}<span class="mono quiet">{code}</span></span> }
}

/// What was entered, by step, and what was agreed to.
#[component]
fn Entered(steps: Vec<InputStep>, consents: Vec<ConsentRow>, revealed: bool, words: &'static DashboardWords) -> impl IntoView {
    let nothing = steps.is_empty() && consents.is_empty();
    let steps = steps.into_iter().map(|step| {
        let fields = step.fields.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> });
        view! {
            <h3>{step.title}</h3>
            <dl class="facts">{fields.collect_view()}</dl>
        }
    });
    let agreed = consents.into_iter().map(|consent| {
        let what = fill(words.consent, &[("field", &consent.field), ("language", consent.language.own_name())]);
        view! { <li>{what}" · "<Time at=consent.at />" · "<span class="mono quiet">"SHA-256 "{consent.sha256}</span></li> }
    });
    let agreed: Vec<_> = agreed.collect();
    view! {
        {revealed.then(|| view! { <p class="revealed" role="status" tabindex="-1" autofocus>{words.revealed}</p> })}
        {nothing.then(|| view! { <p class="quiet">{words.nothing_entered}</p> })}
        {steps.collect_view()}
        {(!agreed.is_empty()).then(|| view! {
            <h3>{words.consents}</h3>
            <ul class="lines">{agreed}</ul>
        })}
    }
}

#[component]
fn Checks(checks: Vec<CheckRow>, words: &'static DashboardWords) -> impl IntoView {
    if checks.is_empty() {
        return view! { <p class="body quiet">{words.no_checks}</p> }.into_any();
    }
    let rows = checks.into_iter().map(|check| {
        let found = check.reasons.into_iter().map(|code| view! { <li><Reason code words /></li> }).collect::<Vec<_>>();
        let found = if found.is_empty() { view! { <Nothing words /> }.into_any() } else { view! { <ul>{found}</ul> }.into_any() };
        view! {
            <tr>
                <th scope="row">{words.check_of(&check.name)}</th>
                <td><ResultPill result=check.result words /></td>
                <td class="wide">{found}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table name=words.checks heads=vec![words.check, words.result, words.found]>{rows}</Table> }.into_any()
}

/// What the session is, whose dossier it is in, and its end before its time.
#[component]
fn Facts(row: SessionRow, version: (String, i64), locale: Option<Language>, end: String, page: String, viewer: Viewer, refused: Refused) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::Review));
    let words = words(language);
    let (name, version) = version;
    let flow = fill(words.version, &[("flow", &name), ("version", &version.to_string())]);
    let expire = (may && row.status == Status::Pending).then(|| {
        view! { <Final action=format!("{page}/expire") label=words.expire_now follows=words.expire_follows /> }
    });
    let dossier = may.then(|| match &row.customer {
        Some((customer, reference)) => {
            let with = vec![("from", customer.clone())];
            view! { <Act action=format!("{page}/unlink") label=words.unlink to=reference.clone() with /> }.into_any()
        }
        // A form of one artifact that was refused is shown there, not here.
        None => {
            let refused = if refused.typed(ARTIFACT).is_empty() { refused } else { Refused::default() };
            view! { <LinkForm action=format!("{page}/link") back=page.clone() refused language /> }.into_any()
        }
    });
    view! {
        <dl class="facts">
            <div><dt>{words.flow}</dt><dd>{row.flow}<br /><span class="quiet">{flow}</span></dd></div>
            <div><dt>{words.customer}</dt><dd><Customer customer=row.customer words /></dd></div>
            <div><dt>{words.reference}</dt><dd class="mono">{row.r#ref}</dd></div>
            <div>
                <dt>{words.language}</dt>
                <dd><Locale locale words /></dd>
            </div>
            <div><dt>{words.created}</dt><dd><Time at=row.created_at /></dd></div>
            <div><dt>{words.expires}</dt><dd><Time at=end /></dd></div>
        </dl>
        {expire}
        {dossier}
    }
}

/// What happened, oldest first.
#[component]
fn Timeline(moments: Vec<Moment>, words: &'static DashboardWords) -> impl IntoView {
    let moments = moments.into_iter().map(|moment| {
        let detail = moment.detail.map(|detail| words.detail_of(&moment.action, &detail));
        view! {
            <li>
                <strong>{words.action_of(&moment.action)}</strong>
                <span class="quiet">{words.actor_of(&moment.actor)}</span>
                {detail.map(|detail| view! { <span class="mono quiet">{detail}</span> })}
                <span class="quiet"><Time at=moment.at /></span>
            </li>
        }
    });
    view! { <ol class="timeline">{moments.collect_view()}</ol> }
}
