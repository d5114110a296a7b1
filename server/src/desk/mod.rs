//! What the dashboard's pages show, read and unsealed: each function gathers one page's data in one language. What an
//! operator may see is decided in the route table; what is masked is masked here.

mod mask;
mod people;
pub mod sessions;
pub mod settings;

use app::dashboard::data::{ArtifactRow, AttemptRow, DeliveryRow, Dossier, LinkRow, Rows, SessionRow, Unresolved};
use shared::{
    flow::Step,
    language::Language,
    session::{SessionState, Status},
};
use uuid::Uuid;

use self::people::{Customers, Endpoints};
use crate::{
    app::App,
    clock::rfc3339,
    dossiers, flows,
    model::{Artifact, Delivery, Session},
    sessions::SessionError,
    store::{self, Db},
};

/// Rows of a page of a list.
const PAGE: usize = 50;
/// Counting unresolved artifacts ends here.
const COUNTED: i64 = 100;

type Result<T, E = SessionError> = std::result::Result<T, E>;

/// A page in one language.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    app: &'a App,
    language: Language,
}

impl<'a> Desk<'a> {
    /// For pages in this language.
    pub const fn new(app: &'a App, language: Language) -> Self {
        Self { app, language }
    }

    /// How many artifacts wait for a dossier, counted to 100.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn unresolved_count(self) -> Result<u32> {
        let counted = store::artifacts::count_unresolved(&mut *self.app.store.read().await?, COUNTED).await?;
        Ok(u32::try_from(counted).unwrap_or_default())
    }

    /// A customer's dossier; the reference whole where that was written down.
    ///
    /// # Errors
    /// [`SessionError::NotFound`]
    pub async fn dossier(self, customer: Uuid, revealed: bool) -> Result<Dossier> {
        let dossiers::Dossier { customer, sessions, artifacts } = dossiers::open(self.app, customer).await?;
        let reference = dossiers::reference(self.app, &customer)?;
        let reference = if revealed { reference } else { mask::reference(&reference) };
        Ok(Dossier {
            id: customer.id.to_string(),
            reference,
            revealed,
            sessions: self.session_rows(sessions).await?,
            artifacts: self.artifact_rows(artifacts).await?,
        })
    }

    /// Artifacts in no dossier, older than `before`.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn unresolved(self, before: Uuid) -> Result<Unresolved> {
        let mut found = store::artifacts::unresolved(&mut *self.app.store.read().await?, before, limit()).await?;
        let older = next(&mut found, |artifact| Uuid::from_u128(artifact.id.0)).map(|last| format!("/dashboard/unresolved?before={last}"));
        Ok(Unresolved { artifacts: self.artifact_rows(found).await?, older })
    }

    fn status(self, state: &SessionState) -> Status {
        state.status_at(self.app.ambient.now())
    }

    async fn link_row(self, session: &Session) -> Result<LinkRow> {
        Ok(LinkRow {
            r#ref: session.r#ref.to_string(),
            flow: flows::by_id(self.app, session.flow).await?.definition.title(self.language),
            status: self.status(&session.state),
            created_at: rfc3339(session.created_at),
            expires_at: rfc3339(session.expires_at),
        })
    }

    async fn session_rows(self, sessions: Vec<Session>) -> Result<Vec<SessionRow>> {
        let customers = Customers::of(self.app, sessions.iter().filter_map(|session| session.customer)).await?;
        let mut rows = Vec::with_capacity(sessions.len());
        for session in sessions {
            rows.push(self.session_row(&session, &customers).await?);
        }
        Ok(rows)
    }

    async fn session_row(self, session: &Session, customers: &Customers) -> Result<SessionRow> {
        let outcome = match &session.state {
            SessionState::Completed { outcome, .. } => Some(outcome),
            _ => None,
        };
        Ok(SessionRow {
            r#ref: session.r#ref.to_string(),
            customer: customers.shown(session.customer),
            flow: flows::by_id(self.app, session.flow).await?.definition.title(self.language),
            status: self.status(&session.state),
            risk_score: outcome.map(|outcome| outcome.risk_score),
            decision: outcome.map(|outcome| outcome.decision),
            created_at: rfc3339(session.created_at),
        })
    }

    /// Artifacts of any sessions.
    async fn artifact_rows(self, artifacts: Vec<Artifact>) -> Result<Vec<ArtifactRow>> {
        let customers = Customers::of(self.app, artifacts.iter().filter_map(|artifact| artifact.customer)).await?;
        let mut steps: Option<(Uuid, Vec<Step>)> = None;
        let mut rows = Vec::with_capacity(artifacts.len());
        for artifact in &artifacts {
            if steps.as_ref().is_none_or(|(session, _)| *session != artifact.session) {
                let session = self.load(&mut *self.app.store.read().await?, artifact.session).await?;
                steps = Some((artifact.session, flows::by_id(self.app, session.flow).await?.definition.steps(self.language)));
            }
            rows.push(artifact_row(artifact, steps.as_ref().map_or(&[], |(_, steps)| steps), &customers));
        }
        Ok(rows)
    }

    async fn load(self, db: &mut Db, session: Uuid) -> Result<Session> {
        store::sessions::by_ref(db, session).await?.ok_or(SessionError::NotFound)
    }
}

/// One more than a page, to know whether there is another.
fn limit() -> i64 {
    i64::try_from(PAGE + 1).unwrap_or(i64::MAX)
}

/// Cuts a list to a page; answers the last one's id where there are more.
fn next<T>(found: &mut Vec<T>, id: impl Fn(&T) -> Uuid) -> Option<Uuid> {
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    found.last().filter(|_| more).map(id)
}

/// A page of the list at this address, of what was found: newest first, and one more than a page where there are older ones.
fn paged<T, R>(address: &str, before: Option<Uuid>, mut found: Vec<T>, id: impl Fn(&T) -> Uuid, row: impl FnMut(T) -> R) -> Rows<R> {
    let older = next(&mut found, id).map(|last| format!("{address}?before={last}"));
    Rows { rows: found.into_iter().map(row).collect(), older, newest: before.map(|_| address.to_owned()) }
}

fn artifact_row(artifact: &Artifact, steps: &[Step], customers: &Customers) -> ArtifactRow {
    let label = |name: &String| steps.iter().find_map(|step| step.field(name)).map_or_else(|| name.clone(), |field| field.label.clone());
    ArtifactRow {
        id: artifact.id.to_string(),
        session: artifact.session.to_string(),
        field: artifact.field.as_ref().map(label),
        media_type: artifact.media_type.clone(),
        size: artifact.size,
        customer: customers.shown(artifact.customer),
        created_at: rfc3339(artifact.created_at),
    }
}

fn delivery_row(delivery: Delivery, endpoints: &Endpoints) -> DeliveryRow {
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
        session: delivery.session.to_string(),
        status: delivery.status,
        next_at: delivery.next_at.map(rfc3339),
        attempts: attempts.collect(),
    }
}
