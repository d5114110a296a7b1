//! Rows that several pages show: sessions, links, artifacts and deliveries.

use app::{
    dashboard::{
        damaged::{Damaged, Line},
        deliveries::{AttemptRow, DeliveryRow},
        evidence::ArtifactRow,
        flow_name::FlowName,
        links::LinkRow,
        sessions::SessionRow,
    },
    words::dashboard::DeliveryState,
};
use shared::{
    flow::Step,
    session::{SessionState, Status},
};

use super::{
    Result, ViewError, Views, line,
    people::{Customers, Endpoints},
    unless_damaged,
};
use crate::{
    clock::rfc3339,
    flows,
    ids::{FlowId, SessionRef},
    model::{Artifact, Delivery, DeliveryStatus, Flow, Session, Subject},
    sessions::keys,
    store::{self, Db, Listed},
    vault::Key,
    webhooks::schedule::MAX_TRIES,
};

impl Views<'_> {
    pub(super) fn status(self, state: &SessionState) -> Status {
        state.status_at(self.kit.ambient.now())
    }

    pub(super) async fn link_row(self, session: &Session) -> Result<LinkRow> {
        Ok(LinkRow {
            r#ref: session.r#ref.to_string(),
            flow: self.flow_name(session.flow).await?,
            status: self.status(&session.state),
            created_at: rfc3339(session.created_at),
            expires_at: rfc3339(session.expires_at),
        })
    }

    /// A version of a flow, by which people recognise it.
    pub(super) async fn flow_name(self, id: FlowId) -> Result<Line<FlowName>> {
        let flow = unless_damaged(flows::by_id(self.kit, id).await)?;
        Ok(flow.map(|flow| self.name_of(&flow)).ok_or_else(|| Damaged(id.to_string())))
    }

    pub(super) fn name_of(self, flow: &Flow) -> FlowName {
        FlowName { title: flow.definition.title(self.language), name: flow.definition.name.clone(), version: flow.version }
    }

    pub(super) async fn session_rows(self, sessions: Vec<Listed<Session>>) -> Result<Vec<Line<SessionRow>>> {
        let customers = Customers::of(self, sessions.iter().flatten().filter_map(|session| session.customer)).await?;
        let mut rows = Vec::with_capacity(sessions.len());
        for session in sessions {
            rows.push(match session {
                Ok(session) => Ok(self.session_row(&session, &customers).await?),
                Err(damaged) => Err(line(damaged)),
            });
        }
        Ok(rows)
    }

    pub(super) async fn session_row(self, session: &Session, customers: &Customers) -> Result<SessionRow> {
        let outcome = match &session.state {
            SessionState::Completed { outcome, .. } => Some(outcome),
            _ => None,
        };
        Ok(SessionRow {
            r#ref: session.r#ref.to_string(),
            customer: customers.shown(session.customer),
            flow: self.flow_name(session.flow).await?,
            status: self.status(&session.state),
            risk_score: outcome.map(|outcome| outcome.risk_score),
            decision: outcome.map(|outcome| outcome.decision),
            created_at: rfc3339(session.created_at),
        })
    }

    /// Rows of artifacts, which may belong to several sessions.
    pub(super) async fn artifact_rows(self, artifacts: Vec<Listed<Artifact>>) -> Result<Vec<Line<ArtifactRow>>> {
        let customers = Customers::of(self, artifacts.iter().flatten().filter_map(|artifact| artifact.customer)).await?;
        let mut steps: Option<(SessionRef, Vec<Step>)> = None;
        let mut rows = Vec::with_capacity(artifacts.len());
        for artifact in artifacts {
            let artifact = match artifact {
                Ok(artifact) => artifact,
                Err(damaged) => {
                    rows.push(Err(line(damaged)));
                    continue;
                }
            };
            if steps.as_ref().is_none_or(|(session, _)| *session != artifact.session) {
                steps = Some((artifact.session, self.steps_of(artifact.session).await?));
            }
            rows.push(Ok(artifact_row(&artifact, steps.as_ref().map_or(&[], |(_, steps)| steps), &customers)));
        }
        Ok(rows)
    }

    /// The steps of a session's flow, for labels; none if the session or the flow is damaged.
    async fn steps_of(self, session: SessionRef) -> Result<Vec<Step>> {
        let session = unless_damaged(store::sessions::by_ref(&mut *self.kit.store.read().await?, session).await)?.flatten();
        let Some(session) = session else { return Ok(Vec::new()) };
        Ok(unless_damaged(flows::by_id(self.kit, session.flow).await)?.map(|flow| flow.definition.steps(self.language)).unwrap_or_default())
    }

    pub(super) fn key(self, session: &Session) -> Result<Key> {
        Ok(keys::session_key(self.kit, session)?)
    }

    pub(super) async fn load(self, db: &mut Db, session: SessionRef) -> Result<Session> {
        store::sessions::by_ref(db, session).await?.ok_or(ViewError::NotFound)
    }
}

/// The label of a field, or its name if these steps do not have it.
pub fn label(steps: &[Step], name: &str) -> String {
    steps.iter().find_map(|step| step.field(name)).map_or_else(|| name.to_owned(), |field| field.label.clone())
}

/// The row of an artifact; `steps` are those of its session's flow.
pub fn artifact_row(artifact: &Artifact, steps: &[Step], customers: &Customers) -> ArtifactRow {
    ArtifactRow {
        id: artifact.id.to_string(),
        session: artifact.session.to_string(),
        field: artifact.field.as_ref().map(|name| label(steps, name)),
        media_type: artifact.media_type.clone(),
        size: artifact.size,
        customer: customers.shown(artifact.customer),
        created_at: rfc3339(artifact.created_at),
    }
}

/// The row of a delivery.
pub fn delivery_row(delivery: Delivery, endpoints: &Endpoints) -> DeliveryRow {
    let tries = delivery.attempts.iter().map(|attempt| attempt.number).max().unwrap_or_default();
    let attempts = delivery.attempts.into_iter().map(|attempt| AttemptRow {
        number: attempt.number,
        at: rfc3339(attempt.started_at),
        duration_ms: attempt.duration_ms,
        ok: attempt.status_code.is_some_and(|code| (200..300).contains(&code)),
        outcome: attempt.status_code.map_or_else(|| attempt.failure.unwrap_or_default(), |code| code.to_string()),
    });
    DeliveryRow {
        event: delivery.event.to_string(),
        event_type: delivery.event_type,
        endpoint: (delivery.endpoint.to_string(), endpoints.url(delivery.endpoint)),
        session: match delivery.subject {
            Subject::Session(session) => Some(session.to_string()),
            Subject::Transaction(_) => None,
        },
        state: match delivery.status {
            DeliveryStatus::Delivered => DeliveryState::Delivered,
            DeliveryStatus::Failed => DeliveryState::Failed,
            DeliveryStatus::Pending => DeliveryState::Pending { tries, most: MAX_TRIES },
        },
        next_at: delivery.next_at.map(rfc3339),
        attempts: attempts.collect(),
    }
}
