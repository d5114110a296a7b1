//! Reads the list of sessions, and everything about one session.

use std::collections::BTreeMap;

use app::{
    dashboard::{
        decision::Review,
        entered::{ConsentRow, InputStep},
        risk::{CheckRow, Reason, Risk},
        session::SessionDetail,
        sessions::{Filter, Sessions},
        timeline::Moment,
    },
    words::dashboard::Happened,
};
use shared::{
    flow::{FieldType, StepType},
    risk,
    session::{SessionState, Status, Timestamp},
};

use super::{
    Result, Views, mask,
    paging::{limit, next},
    people::{Actors, Customers, Endpoints},
    rows::{artifact_row, delivery_row, label},
};
use crate::{
    actor::Act,
    clock::rfc3339,
    flows,
    ids::{CustomerId, RowId as _, SessionRef},
    model::{Flow, Session},
    sessions::{
        review,
        saved::{self, Saved},
        show::{KnownCheck, checks_of},
    },
    store::{self, sessions::By},
};

/// The most rows of each kind on the page of a session.
const SHOWN: usize = 1_000;
/// One more, to find out whether there are more rows.
const SHOWN_AND_ONE: i64 = 1_001;

impl Views<'_> {
    /// A page of sessions, older than `before`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn sessions(self, mut filter: Filter, customer: Option<CustomerId>, before: Option<SessionRef>) -> Result<Sessions> {
        let by = match (customer, filter.status) {
            (Some(customer), _) => By::Customer(customer),
            _ if filter.review => By::Review,
            (None, Some(status)) => By::Status(status),
            (None, None) => By::All,
        };
        let filter_query = match by {
            By::All => String::new(),
            By::Review => "review=1".to_owned(),
            By::Status(status) => format!("status={}", status.as_str()),
            By::Customer(customer) => format!("customer={customer}"),
        };
        filter.customer = Customers::of(self.kit, customer.into_iter()).await?.shown(customer);
        let mut found = store::sessions::list(&mut *self.kit.store.read().await?, by, before.unwrap_or(SessionRef::last()), limit()).await?;
        let address = |more: String| {
            format!("/dashboard/sessions?{}", [filter_query.clone(), more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&"))
        };
        let older = next(&mut found, |session| session.r#ref).map(|last| address(format!("before={last}")));
        let newest = before.map(|_| address(String::new()));
        Ok(Sessions { filter, rows: self.session_rows(found).await?, older, newest })
    }

    /// Everything about one session. What the customer entered is masked, unless the page has the token of a reveal, which wrote an audit
    /// row.
    ///
    /// # Errors
    /// [`super::ViewError::NotFound`]
    pub async fn session(self, r#ref: SessionRef, revealed: Option<String>) -> Result<SessionDetail> {
        let mut db = self.kit.store.read().await?;
        let session = self.load(&mut db, r#ref).await?;
        let key = self.key(&session)?;
        let saved = saved::load(&mut db, r#ref, &key).await?;
        let checks = store::checks::of_session(&mut db, r#ref).await?;
        let consents = store::consents::of_session(&mut db, r#ref).await?;
        let artifacts = store::artifacts::of_session(&mut db, r#ref).await?;
        let mut deliveries = store::outbox::deliveries_of_session(&mut db, r#ref, SHOWN_AND_ONE).await?;
        let mut audit = store::audit::of_session(&mut db, r#ref, SHOWN_AND_ONE).await?;
        let mut reviews = store::reviews::of_session(&mut db, r#ref, SHOWN_AND_ONE).await?;
        let cuts = [cut(&mut deliveries), cut(&mut audit), cut(&mut reviews)];
        let operators = audit.iter().filter_map(|row| Actors::operator(row.actor)).chain(reviews.iter().map(|review| review.operator));
        let actors = Actors::of(self.kit, &mut db, operators).await?;
        let endpoints = Endpoints::of(&mut db, deliveries.iter().map(|delivery| delivery.endpoint)).await?;
        drop(db);
        let linked = audit.iter().filter_map(|entry| customer_of(entry.act));
        let customers = Customers::of(self.kit, artifacts.iter().filter_map(|artifact| artifact.customer).chain(session.customer).chain(linked)).await?;
        let flow = flows::by_id(self.kit, session.flow).await?;
        let steps = flow.definition.steps(self.language);
        let decided = reviews.iter().map(|review| {
            let reason = review::reason(r#ref, &key, review)?;
            Ok(Review { number: review.number, at: rfc3339(review.at), by: actors.email(review.operator), decision: review.decision, reason })
        });
        let checks = checks_of(&session, &flow, checks);
        let labels = |fields: &[String]| fields.iter().map(|name| label(&steps, name)).collect();
        let found: BTreeMap<String, Vec<String>> =
            checks.iter().flat_map(|check| &check.reasons).map(|(code, fields)| (code.clone(), labels(fields))).collect();
        Ok(SessionDetail {
            row: self.session_row(&session, &customers).await?,
            version: (flow.definition.name.clone(), flow.version),
            locale: session.locale,
            expires_at: rfc3339(session.expires_at),
            ended: ended_at(&session.state, session.expires_at, self.kit.ambient.now()).map(rfc3339),
            risk: risk_of(&session, &flow, &found),
            checks: checks.into_iter().map(|check| check_row(check, &found)).collect(),
            input: self.input(&flow, &saved, revealed.is_some()),
            revealed,
            consents: consents
                .into_iter()
                .map(|consent| ConsentRow {
                    sha256: consent.text_sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
                    field: consent.field,
                    language: consent.language,
                    at: rfc3339(consent.agreed_at),
                })
                .collect(),
            artifacts: artifacts.iter().map(|artifact| artifact_row(artifact, &steps, &customers)).collect(),
            timeline: audit
                .into_iter()
                .rev()
                .filter_map(|entry| Some(Moment { at: rfc3339(entry.at), happened: happened(entry.act, &customers)?, by: actors.shown(entry.actor) }))
                .collect(),
            deliveries: deliveries.into_iter().rev().map(|delivery| delivery_row(delivery, &endpoints)).collect(),
            reviews: decided.collect::<Result<_>>()?,
            cut: cuts.contains(&true).then_some(SHOWN),
        })
    }

    /// What the customer entered, by step, without files.
    fn input(self, flow: &Flow, saved: &Saved, revealed: bool) -> Vec<InputStep> {
        let shown = if revealed { mask::revealed } else { mask::answer };
        let steps = flow.definition.steps(self.language).into_iter().filter(|step| step.r#type != StepType::Review);
        let shown = steps.map(|step| InputStep {
            fields: step
                .fields
                .iter()
                .filter(|field| field.r#type != FieldType::Artifact)
                .filter_map(|field| Some((field.label.clone(), shown(field, saved.answers.get(&field.name)?))))
                .collect(),
            title: step.title,
        });
        shown.filter(|step| !step.fields.is_empty()).collect()
    }
}

/// Cuts rows, newest first, to as many as the page shows. Returns whether there were more.
fn cut<T>(rows: &mut Vec<T>) -> bool {
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    more
}

/// The customer that an act is about, besides its session.
const fn customer_of(act: Act) -> Option<CustomerId> {
    match act {
        Act::SessionLinked { customer, .. }
        | Act::SessionUnlinked { customer, .. }
        | Act::ArtifactLinked { customer, .. }
        | Act::ArtifactUnlinked { customer, .. } => Some(customer),
        _ => None,
    }
}

/// An act, as the timeline shows it; `None` for one that is not about a session.
fn happened(act: Act, customers: &Customers) -> Option<Happened> {
    let reference = || customers.shown(customer_of(act)).map(|(_, reference)| reference).unwrap_or_default();
    Some(match act {
        Act::SessionCreated(_) => Happened::Created,
        Act::SessionSubmitted(_) => Happened::Submitted,
        Act::SessionCompleted(_) => Happened::Completed,
        Act::SessionExpired(_) => Happened::Expired,
        Act::SessionRevealed(_) => Happened::Revealed,
        Act::SessionReviewed { decision, .. } => Happened::Reviewed(decision),
        Act::SessionLinked { .. } => Happened::Linked(reference()),
        Act::SessionUnlinked { .. } => Happened::Unlinked(reference()),
        Act::ArtifactLinked { artifact, .. } => Happened::ArtifactLinked(artifact, reference()),
        Act::ArtifactUnlinked { artifact, .. } => Happened::ArtifactUnlinked(artifact, reference()),
        _ => return None,
    })
}

/// When an expired session expired, also before its row says so.
fn ended_at(state: &SessionState, expires_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    match state {
        SessionState::Expired { expired_at } => Some(*expired_at),
        state => (state.status_at(now) == Status::Expired).then_some(expires_at),
    }
}

/// A reason with the labels of the fields that it is about.
fn found_in(code: String, found: &BTreeMap<String, Vec<String>>) -> Reason {
    let fields = found.get(&code).cloned().unwrap_or_default();
    Reason { code, fields }
}

fn risk_of(session: &Session, flow: &Flow, found: &BTreeMap<String, Vec<String>>) -> Option<Risk> {
    let SessionState::Completed { outcome, .. } = &session.state else { return None };
    let bands = flow.resolved.bands;
    let reasons = risk::contributions(&outcome.reasons, &flow.resolved.weights);
    let reasons = reasons.into_iter().map(|(code, _, points)| (found_in(code, found), points)).collect();
    Some(Risk { score: outcome.risk_score, bands: (bands.review, bands.reject), reasons, unexamined: flow.resolved.unexamined.clone() })
}

fn check_row(check: KnownCheck, found: &BTreeMap<String, Vec<String>>) -> CheckRow {
    CheckRow { name: check.name, result: check.result, reasons: check.reasons.into_keys().map(|code| found_in(code, found)).collect() }
}
