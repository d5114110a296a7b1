//! Reads the list of sessions, and everything about one session.

use std::collections::BTreeMap;

use app::dashboard::{
    damaged::Line,
    decision::Review,
    entered::{ConsentRow, InputStep},
    evidence::ArtifactRow,
    risk::{CheckRow, Reason, Risk},
    session::SessionDetail,
    sessions::{Filter, Sessions},
    timeline::Moment,
};
use shared::{
    flow::{FieldType, StepType},
    risk,
    session::{SessionState, Status, Timestamp},
};

use super::{
    Result, Views,
    findings::{Findings, Photos},
    line, mask,
    paging::{limit, next},
    people::{Actors, Customers, Endpoints},
    rows::{artifact_row, delivery_row, label},
    timeline::{Names, customer_of},
    unless_damaged,
};
use crate::{
    actor::Actor,
    clock::rfc3339,
    failure::Failure,
    flows,
    ids::{CustomerId, RowId as _, SessionRef},
    model::{Flow, Session},
    sessions::{
        review,
        saved::{self, Saved},
        show::{KnownCheck, checks_of},
    },
    store::{self, Listed, sessions::By},
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
        filter.customer = Customers::of(self, customer.into_iter()).await?.shown(customer);
        let mut found = store::sessions::list(&mut *self.kit.store.read().await?, by, before.unwrap_or(SessionRef::last()), limit()).await?;
        let address = |more: String| {
            format!("/dashboard/sessions?{}", [filter_query.clone(), more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&"))
        };
        let older = next(&mut found, |session: &Session| session.r#ref).map(|last| address(format!("before={last}")));
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
        let mut damaged = Vec::new();
        let saved = part(saved::load(&mut db, r#ref, &key).await, "answers", &mut damaged)?;
        let checks = part(store::checks::of_session(&mut db, r#ref).await, "checks", &mut damaged)?;
        let details = part(Findings::of(&mut db, r#ref, &key).await, "checks", &mut damaged)?;
        let consents = part(store::consents::of_session(&mut db, r#ref).await, "consents", &mut damaged)?;
        let artifacts = store::artifacts::listed_of_session(&mut db, &self.kit.vault, r#ref).await?;
        let mut deliveries = store::outbox::deliveries_of(&mut db, r#ref, SHOWN_AND_ONE).await?;
        let mut audit = store::audit::of_session(&mut db, r#ref, false, SHOWN_AND_ONE).await?;
        let mut routine = store::audit::of_session(&mut db, r#ref, true, SHOWN_AND_ONE).await?;
        let mut reviews = store::reviews::of_session(&mut db, r#ref, SHOWN_AND_ONE).await?;
        let cuts = [cut(&mut deliveries), cut(&mut audit), cut(&mut routine), cut(&mut reviews)];
        audit.append(&mut routine);
        let mut audit = intact(audit, &mut damaged);
        audit.sort_by_key(|entry| (entry.at, entry.id));
        let reviews = intact(reviews, &mut damaged);
        let seen = audit.iter().map(|entry| entry.actor).chain(reviews.iter().map(|review| Actor::Operator(review.operator)));
        let actors = Actors::of(self.kit, &mut db, seen).await?;
        let endpoints = Endpoints::of(self.kit, &mut db, deliveries.iter().flatten().map(|delivery| delivery.endpoint)).await?;
        drop(db);
        let linked = audit.iter().filter_map(|entry| customer_of(entry.act));
        let of_files = artifacts.iter().flatten().filter_map(|artifact| artifact.customer);
        let customers = Customers::of(self, of_files.chain(session.customer).chain(linked)).await?;
        let flow = part(flows::by_id(self.kit, session.flow).await.map(Some), "flow", &mut damaged)?;
        let steps = flow.as_ref().map(|flow| flow.definition.steps(self.language)).unwrap_or_default();
        let mut decided = Vec::new();
        for review in &reviews {
            let reason = part(review::reason(r#ref, &key, review), "review", &mut damaged)?;
            let (at, by) = (rfc3339(review.at), actors.email(review.operator));
            decided.push(Review { number: review.number, at, by, decision: review.decision, reason });
        }
        let photos = Photos { session: r#ref, artifacts: artifacts.iter().flatten().collect(), steps: &steps };
        let findings = |check: &str, code: &str| details.shown(check, code, &photos, revealed.is_some());
        let checks = flow.as_ref().map(|flow| checks_of(&session, flow, checks)).unwrap_or_default();
        let labels = |fields: &[String]| fields.iter().map(|name| label(&steps, name)).collect();
        let found: BTreeMap<String, Vec<String>> =
            checks.iter().flat_map(|check| &check.reasons).map(|(code, fields)| (code.clone(), labels(fields))).collect();
        let check_row = |check: KnownCheck| {
            let reason =
                |code: String| Reason { sessions: details.sessions(&check.name, &code), findings: findings(&check.name, &code), ..found_in(code, &found) };
            CheckRow { reasons: check.reasons.into_keys().map(reason).collect(), name: check.name.clone(), result: check.result }
        };
        let checks: Vec<CheckRow> = checks.into_iter().map(check_row).collect();
        let artifacts: Vec<Line<ArtifactRow>> =
            artifacts.into_iter().map(|artifact| artifact.map(|artifact| artifact_row(&artifact, &steps, &customers)).map_err(line)).collect();
        let names = Names { customers: &customers, steps: &steps, artifacts: &artifacts };
        let moments = audit.into_iter().filter_map(|entry| {
            let (at, routine, by) = (rfc3339(entry.at), entry.act.is_routine(), actors.shown(entry.actor));
            Some(Moment { at, happened: names.happened(entry.act)?, by, routine })
        });
        Ok(SessionDetail {
            row: self.session_row(&session, &customers).await?,
            locale: session.locale,
            expires_at: rfc3339(session.expires_at),
            ended: ended_at(&session.state, session.expires_at, self.kit.ambient.now()).map(rfc3339),
            risk: flow.as_ref().and_then(|flow| risk_of(&session, flow, &found)),
            checks,
            input: flow.as_ref().map(|flow| self.input(flow, &saved, revealed.is_some())).unwrap_or_default(),
            revealed,
            consents: consents
                .into_iter()
                .map(|consent| ConsentRow {
                    sha256: consent.text_sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
                    field: label(&steps, &consent.field),
                    language: consent.language,
                    at: rfc3339(consent.agreed_at),
                })
                .collect(),
            timeline: moments.collect(),
            artifacts,
            deliveries: deliveries.into_iter().rev().map(|delivery| delivery.map(|delivery| delivery_row(delivery, &endpoints)).map_err(line)).collect(),
            reviews: decided,
            transactions: self.held_for(r#ref, None).await?,
            damaged,
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

/// A part of a session's page. If it is damaged, the page shows nothing in its place and names it.
fn part<T: Default>(read: Result<T, impl Into<Failure>>, name: &str, damaged: &mut Vec<String>) -> Result<T> {
    let read = unless_damaged(read)?;
    if read.is_none() {
        damaged.push(name.to_owned());
    }
    Ok(read.unwrap_or_default())
}

/// The rows that are not damaged. The page names the others.
fn intact<T>(rows: Vec<Listed<T>>, damaged: &mut Vec<String>) -> Vec<T> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        match row {
            Ok(row) => found.push(row),
            Err(row) => damaged.push(format!("{} {}", row.table, row.id)),
        }
    }
    found
}

/// Cuts rows, newest first, to as many as the page shows. Returns whether there were more.
fn cut<T>(rows: &mut Vec<T>) -> bool {
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    more
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
    Reason { code, fields, sessions: Vec::new(), findings: Vec::new() }
}

fn risk_of(session: &Session, flow: &Flow, found: &BTreeMap<String, Vec<String>>) -> Option<Risk> {
    let SessionState::Completed { outcome, .. } = &session.state else { return None };
    let bands = flow.resolved.bands;
    let reasons = risk::contributions(&outcome.reasons, &flow.resolved.weights);
    let reasons = reasons.into_iter().map(|(code, _, points)| (found_in(code, found), points)).collect();
    let is_decisive = !flow.resolved.decisive.is_disjoint(&outcome.reasons);
    Some(Risk { score: outcome.risk_score, bands: (bands.review, bands.reject), reasons, unexamined: flow.resolved.unexamined.clone(), is_decisive })
}
