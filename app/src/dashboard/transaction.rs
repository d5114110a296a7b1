//! Everything about one transaction: what was decided and why, whom and what it is about, and the session that it waits for.

use leptos::prelude::*;
use shared::{
    risk::Decision,
    role::May,
    rule::{Direction, OnExpired, TransactionStatus},
    session::Status,
};

use super::{
    damaged::Line,
    deliveries::{DeliveryList, DeliveryRow},
    explained::{Explained, MatchedRule, MatchedRules},
    form::{ErrorSummary, Refused},
    layout::{DashboardPage, Viewer},
    parts::{Act, Card, Customer, Cut, DecisionPill, Newest, StatusPill, Time, short},
    sessions::SessionRow,
    transaction_decision::{DECISION, TransactionDecision, TransactionReview},
    transactions::{TRANSACTIONS, TransactionPill, TransactionRow, TransactionTable},
};
use crate::{
    components::layout::Site,
    islands::dashboard::live_status::LiveStatus,
    words::{
        dashboard::{TransactionWords, WhyStatus, transaction_words, words},
        fill,
    },
};

/// Everything about one transaction.
#[derive(Clone, Debug)]
pub struct TransactionDetail {
    /// Its row in the list.
    pub row: TransactionRow,
    /// It was imported, and not judged.
    pub was_judged: bool,
    /// The active rules that matched, as they decide.
    pub matched: Vec<MatchedRule>,
    /// The rules in TEST that matched.
    pub tests: Vec<MatchedRule>,
    /// The company's word for where it came from.
    pub channel: Option<String>,
    /// The country that it was made in.
    pub country: Option<String>,
    /// The counterparty's country.
    pub counterparty_country: Option<String>,
    /// When it became final.
    pub settled_at: Option<String>,
    /// What is sealed.
    pub sealed: Sealed,
    /// `sealed` and the conditions are shown as they are, and the audit log says so: the token of the page's address.
    pub revealed: Option<String>,
    /// The session that it waits or waited for.
    pub session: Option<SessionSide>,
    /// What becomes of it if the session expires.
    pub on_expired: Option<OnExpired>,
    /// Every status that it has had, the first one first.
    pub history: Vec<Became>,
    /// An operator's decision.
    pub review: Option<TransactionReview>,
    /// The deliveries of its events, oldest first.
    pub deliveries: Vec<Line<DeliveryRow>>,
    /// The transaction that waits for a person next, if there is another.
    pub next: Option<String>,
    /// Parts that are damaged and not shown.
    pub damaged: Vec<String>,
}

/// What is sealed of a transaction, masked unless revealed. None: it was not sent.
#[derive(Clone, Debug, Default)]
pub struct Sealed {
    /// The company's reference for the customer.
    pub customer: Option<String>,
    /// The counterparty's id.
    pub counterparty_id: Option<String>,
    /// Its name.
    pub counterparty_name: Option<String>,
    /// The device.
    pub device: Option<String>,
    /// The address.
    pub ip: Option<String>,
    /// Keys and values.
    pub metadata: Vec<(String, String)>,
}

/// The session that a transaction waits or waited for.
#[derive(Clone, Debug)]
pub struct SessionSide {
    /// Its row.
    pub row: SessionRow,
    /// When it expires.
    pub expires_at: String,
    /// Somebody decided otherwise on it after the transaction was settled.
    pub decided_otherwise: Option<Decision>,
    /// The other transactions that were held for it.
    pub others: Newest<Line<TransactionRow>>,
}

/// An entry of the history.
#[derive(Clone, Debug)]
pub struct Became {
    /// The status from then on.
    pub status: TransactionStatus,
    /// Since when.
    pub at: String,
    /// Why.
    pub why: WhyStatus,
}

/// Seconds after which the page without script reloads while the checks run.
const REFRESH: u32 = 5;

/// One transaction: why it was decided as it was; beside it, what it is, its session and its history.
#[component]
pub fn TransactionPage(site: Site, viewer: Viewer, data: TransactionDetail, refused: Refused) -> impl IntoView {
    let (language, reviews, sees_rules) = (viewer.language, viewer.role.may(May::Review), viewer.role.may(May::SeeSettings));
    let (words, common) = (transaction_words(language), words(language));
    let facts = data.clone();
    let TransactionDetail { row, session, .. } = data.clone();
    let (matched, tests, damaged) = (data.matched, data.tests, data.damaged.join(", "));
    let page = format!("{TRANSACTIONS}/{}", row.r#ref);
    let (is_revealed, waits) = (data.revealed.is_some(), row.status == TransactionStatus::AwaitingUser);
    let is_at_rest = !is_revealed && refused.faults.is_empty();
    let running = session.as_ref().map(|session| (session.row.r#ref.clone(), session.row.status)).filter(|(_, status)| waits && !status.is_terminal());
    let moves = running.is_some();
    let refresh = running.as_ref().filter(|(_, status)| *status == Status::Processing && is_at_rest).map(|_| format!("{REFRESH};url={page}"));
    let live = running.map(|(session, status)| {
        let (events, texts, show) = (format!("/dashboard/sessions/{session}/events"), common.live_texts(), common.show.to_owned());
        view! { <LiveStatus events page=page.clone() status texts show holds=!is_at_rest /> }
    });
    let otherwise = session.as_ref().and_then(|session| session.decided_otherwise).map(|decision| {
        let names = [("decision", common.decision_of(decision)), ("status", words.status_of(row.status))];
        view! { <p class="card body otherwise" role="note">{fill(words.decided_otherwise, &names)}</p> }
    });
    let with_session = session.as_ref().is_some_and(|session| session.row.decision == Some(Decision::Review));
    let tests = (!tests.is_empty()).then(|| {
        view! { <Card title=words.tests><p class="quiet">{words.tests_text}</p><MatchedRules rules=tests may_see_rules=sees_rules language /></Card> }
    });
    let session = session.map(|session| {
        let on_expired = data.on_expired.filter(|_| waits);
        view! { <SessionCard session on_expired viewer=viewer.clone() /> }
    });
    let next = data.next.filter(|_| row.status == TransactionStatus::Review);
    let next = next.map(|next| view! { <p><a href=format!("{TRANSACTIONS}/{next}")>{words.next}</a></p> });
    view! {
        <DashboardPage site viewer=viewer.clone() title=row.id.clone() refresh island=moves>
            <div class="head">
                <h1 class="mono"><bdi>{row.id.clone()}</bdi></h1>
                <TransactionPill status=row.status words />
                <strong class="number">{row.amount.clone()}</strong>
                {live}
            </div>
            <ErrorSummary refused=refused.clone() language />
            {otherwise}
            {(!damaged.is_empty()).then(|| view! { <p class="damaged">{common.records.rows_damaged}" "<span class="mono">{damaged}</span></p> })}
            <div class="columns">
                <div class="stack">
                    <Card title=words.rules>
                        <Explained rules=matched score=row.risk_score was_judged=data.was_judged may_see_rules=sees_rules language />
                    </Card>
                    <TransactionDecision
                        status=row.status
                        review=data.review
                        may=reviews
                        with_session
                        page=page.clone()
                        revealed=data.revealed
                        refused
                        language
                    />
                    {next}
                    {tests}
                    {session}
                    <Card title=common.deliveries><DeliveryList deliveries=data.deliveries within=true language /></Card>
                </div>
                <div class="stack">
                    <Facts data=facts may_reveal=reviews page viewer />
                    <Card title=common.timeline><History history=data.history words /></Card>
                </div>
            </div>
        </DashboardPage>
    }
}

/// What the transaction is, and what is sealed of it.
#[component]
fn Facts(data: TransactionDetail, may_reveal: bool, page: String, viewer: Viewer) -> impl IntoView {
    let (words, common) = (transaction_words(viewer.language), words(viewer.language));
    let TransactionDetail { row, sealed, .. } = data;
    let line = |name: &'static str, value: Option<String>| value.map(|value| view! { <div><dt>{name}</dt><dd><bdi>{value}</bdi></dd></div> });
    let direction = if row.direction == Direction::In { words.incoming } else { words.outgoing };
    let origin = if data.was_judged { words.origin_api } else { words.origin_import };
    let metadata = sealed.metadata.into_iter().map(|(key, value)| view! { <div><dt class="mono">{key}</dt><dd dir="auto">{value}</dd></div> }).collect_view();
    let customer = match (row.customer, data.revealed.is_some()) {
        (Some((id, masked)), revealed) => Some((id, sealed.customer.filter(|_| revealed).unwrap_or(masked))),
        (None, _) => None,
    };
    let action = format!("{page}/reveal");
    let reveal = (may_reveal && data.revealed.is_none()).then(|| {
        let button = if row.status == TransactionStatus::Review {
            view! { <button class="button" form=DECISION formaction=action>{common.reveal}</button> }.into_any()
        } else {
            view! { <Act action label=common.reveal /> }.into_any()
        };
        view! { <div class="row">{button}<span class="quiet">{common.reveal_hint}</span></div> }
    });
    view! {
        <Card title=common.facts>
            <dl class="facts">
                <div><dt>{words.amount}</dt><dd class="number">{row.amount}</dd></div>
                <div><dt>{words.direction}</dt><dd>{direction}</dd></div>
                {line(words.kind, Some(row.kind))}
                {line(words.channel, data.channel)}
                {line(words.country, data.country)}
                {line(words.counterparty_country, data.counterparty_country)}
                <div><dt>{words.arrived}</dt><dd><Time at=row.created_at seconds=true /></dd></div>
                <div><dt>{words.occurred}</dt><dd><Time at=row.occurred_at seconds=true /></dd></div>
                {data.settled_at.map(|at| view! { <div><dt>{words.settled}</dt><dd><Time at seconds=true /></dd></div> })}
                <div><dt>{words.origin}</dt><dd>{origin}</dd></div>
                <div><dt>{common.reference}</dt><dd class="mono">{row.r#ref}</dd></div>
            </dl>
        </Card>
        <Card title=words.sealed>
            {data.revealed.map(|_| view! { <p class="revealed" role="status" tabindex="-1" autofocus>{words.revealed}</p> })}
            <dl class="facts">
                <div><dt>{common.customer}</dt><dd><Customer customer words=common /></dd></div>
                {line(words.counterparty, sealed.counterparty_id)}
                {line(words.counterparty_name, sealed.counterparty_name)}
                {line(words.device, sealed.device)}
                {line(words.ip, sealed.ip)}
                {metadata}
            </dl>
            {reveal}
        </Card>
    }
}

/// The session, as it is now, and what else was held for it.
#[component]
fn SessionCard(session: SessionSide, on_expired: Option<OnExpired>, viewer: Viewer) -> impl IntoView {
    let language = viewer.language;
    let (words, common) = (transaction_words(language), words(language));
    let SessionSide { row, expires_at, others: Newest { rows, cut }, .. } = session;
    let expired = on_expired.map(|on_expired| match on_expired {
        OnExpired::Block => words.expired_block,
        OnExpired::Review => words.expired_review,
        OnExpired::Release => words.expired_release,
    });
    let others = if rows.is_empty() {
        view! { <p class="quiet">{words.no_others}</p> }.into_any()
    } else {
        view! { <h3>{words.others}</h3><TransactionTable rows name=words.others brief=true language /><Cut cut words=common /> }.into_any()
    };
    let is_open = row.status == Status::Pending;
    view! {
        <Card title=common.session>
            <p class="row">
                <a class="mono" href=format!("/dashboard/sessions/{}", row.r#ref)>{short(&row.r#ref)}</a>
                <StatusPill status=row.status words=common />
                {row.decision.map(|decision| view! { <DecisionPill decision words=common /> })}
                {is_open.then(|| view! { <span class="quiet">{common.expires}" "<Time at=expires_at /></span> })}
            </p>
            {expired.map(|text| view! { <p>{text}</p> })}
            {others}
        </Card>
    }
}

/// Every status that it has had, the first one first.
#[component]
fn History(history: Vec<Became>, words: &'static TransactionWords) -> impl IntoView {
    let entries = history.into_iter().map(|entry| {
        view! {
            <li>
                <strong>{words.status_of(entry.status)}</strong>
                <span>{words.reason_of(&entry.why)}</span>
                <span class="quiet"><bdi>{words.who(&entry.why)}</bdi></span>
                <span class="quiet"><Time at=entry.at seconds=true /></span>
            </li>
        }
    });
    view! { <ol class="timeline">{entries.collect_view()}</ol> }
}
