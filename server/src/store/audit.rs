//! The audit log: who did what to which rows. `docs/audit.md` lists every act. Rows are only inserted, never changed, except that addresses
//! are removed after a while.

use shared::{ids::ArtifactId, risk::Decision, role::Role, session::Timestamp};
use sqlx::any::AnyRow;

use super::{
    columns::{Columns, Listed, listed},
    error::{Result, StoreError},
    tx::{Db, Tx},
};
use crate::{
    actor::{Act, Actor, Entry, READ_WINDOW_SECONDS},
    ids::{CustomerId, RowId, RuleId, SessionRef},
};

/// The columns of an [`Act`] besides `action`: the row that it is about, and the other rows that it concerns.
#[derive(Default)]
struct Rows {
    subject: String,
    artifact: Option<ArtifactId>,
    customer: Option<CustomerId>,
    decision: Option<Decision>,
    step: Option<u16>,
    role: Option<Role>,
}

fn rows_of(act: Act) -> Rows {
    let about = |subject: String| Rows { subject, ..Rows::default() };
    match act {
        Act::SessionCreated(session)
        | Act::SessionSubmitted(session)
        | Act::SessionCompleted(session)
        | Act::SessionExpired(session)
        | Act::SessionOverwritten(session)
        | Act::LinkShown(session)
        | Act::SessionRead(session)
        | Act::SessionRevealed(session) => about(session.row()),
        Act::StepSaved { session, step } | Act::StepOverwritten { session, step } => Rows { step: Some(step), ..about(session.row()) },
        Act::ArtifactUploaded { session, artifact }
        | Act::ArtifactReplaced { session, artifact }
        | Act::ArtifactOverwritten { session, artifact }
        | Act::ArtifactViewed { session, artifact } => Rows { artifact: Some(artifact), ..about(session.row()) },
        Act::SessionReviewed { session, decision } => Rows { decision: Some(decision), ..about(session.row()) },
        Act::SessionLinked { session, customer } | Act::SessionUnlinked { session, customer } => Rows { customer: Some(customer), ..about(session.row()) },
        Act::ArtifactLinked { session, artifact, customer } | Act::ArtifactUnlinked { session, artifact, customer } => {
            Rows { artifact: Some(artifact), customer: Some(customer), ..about(session.row()) }
        }
        Act::CustomerRevealed(customer) => about(customer.row()),
        Act::OperatorSignedIn(operator)
        | Act::OperatorAdded(operator)
        | Act::OperatorLinkMade(operator)
        | Act::OperatorInvited(operator)
        | Act::OperatorDisabled(operator) => about(operator.row()),
        Act::EndpointAdded(endpoint) | Act::EndpointDisabled(endpoint) => about(endpoint.row()),
        Act::KeyCreated(key) | Act::KeyDisabled(key) => about(key.row()),
        Act::FlowImported(flow) | Act::FlowExported(flow) => about(flow.row()),
        Act::RuleImported(rule) | Act::RuleExported(rule) => about(rule.row()),
        Act::BacktestStarted(backtest) | Act::BacktestCancelled(backtest) | Act::BacktestRead(backtest) => about(backtest.row()),
        Act::ListCreated(list)
        | Act::ListImported(list)
        | Act::ListExported(list)
        | Act::ListRevealed(list)
        | Act::ListEntryAdded(list)
        | Act::ListEntryRemoved(list) => about(list.row()),
        Act::TransactionApproved(transaction)
        | Act::TransactionHeld(transaction)
        | Act::TransactionReleased(transaction)
        | Act::TransactionBlocked(transaction)
        | Act::TransactionRead(transaction)
        | Act::TransactionRevealed(transaction) => about(transaction.row()),
        Act::TransactionsImported => about("transactions".to_owned()),
        Act::SessionApiOn | Act::SessionApiOff => about("session_api".to_owned()),
        Act::OperatorSignedOut(operator)
        | Act::OperatorSignInsEnded(operator)
        | Act::OperatorPasswordChanged(operator)
        | Act::OperatorResetLinked(operator)
        | Act::OperatorPasswordReset(operator)
        | Act::OperatorEnabled(operator)
        | Act::SignInDisabled(operator)
        | Act::OperatorRefused(operator) => about(operator.row()),
        Act::OperatorRoleChanged { operator, role } => Rows { role: Some(role), ..about(operator.row()) },
        Act::SignInFailed(operator) | Act::SignInLimited(operator) => about(operator.map_or_else(|| "nobody".to_owned(), RowId::row)),
        Act::Searched(customer) => Rows { customer, ..about("search".to_owned()) },
    }
}

fn actor_columns(actor: Actor) -> (&'static str, Option<String>) {
    match actor {
        Actor::Customer => ("customer", None),
        Actor::System => ("system", None),
        Actor::CommandLine => ("command-line", None),
        Actor::SetUp => ("set-up", None),
        Actor::Operator(operator) => ("operator", Some(operator.row())),
        Actor::Key(key) => ("key", Some(key.row())),
        Actor::Visitor => ("visitor", None),
    }
}

/// Two entries with the same text here are one read that was repeated: the same actor, act and rows within the same ten minutes.
fn once(entry: &Entry) -> String {
    let (actor, actor_id) = actor_columns(entry.actor);
    let Rows { subject, artifact, .. } = rows_of(entry.act);
    let window = entry.at.0.div_euclid(READ_WINDOW_SECONDS * 1_000_000);
    let artifact = artifact.map(|id| id.to_string()).unwrap_or_default();
    format!("{window} {actor} {} {} {subject} {artifact}", actor_id.unwrap_or_default(), entry.act.as_str())
}

/// What a row may have besides its [`Entry`].
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The address that the request came from, sealed.
    pub source: Option<Vec<u8>>,
    /// How many acts the row stands for, if not one.
    pub times: Option<i64>,
}

impl Tx {
    /// Writes an audit row.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn audit(&mut self, entry: Entry) -> Result<()> {
        insert(self, entry, Beside::default(), None).await
    }

    /// Writes an audit row with more than its entry.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn audit_with(&mut self, entry: Entry, beside: Beside) -> Result<()> {
        insert(self, entry, beside, None).await
    }

    /// Writes the audit row of a read, unless the same read was written in these ten minutes.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn audit_once(&mut self, entry: Entry) -> Result<()> {
        insert(self, entry, Beside::default(), Some(once(&entry))).await
    }
}

async fn insert(tx: &mut Tx, entry: Entry, beside: Beside, once: Option<String>) -> Result<()> {
    let (actor, actor_id) = actor_columns(entry.actor);
    let Rows { subject, artifact, customer, decision, step, role } = rows_of(entry.act);
    tx.later(
        "INSERT INTO audit (id, at, actor, actor_id, action, subject, artifact, customer, decision, step, routine, once, role, source, times) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (once) DO NOTHING",
    )
    .await?
    .bind(entry.id.row())
    .bind(entry.at.0)
    .bind(actor)
    .bind(actor_id)
    .bind(entry.act.as_str())
    .bind(subject)
    .bind(artifact.map(|id| id.to_string()))
    .bind(customer.map(|id| id.row()))
    .bind(decision.map(Decision::as_str))
    .bind(step.map(i64::from))
    .bind(routine(entry.act))
    .bind(once)
    .bind(role.map(Role::as_str))
    .bind(beside.source)
    .bind(beside.times);
    Ok(())
}

/// How a row is indexed by its subject: 0, or 1 for what is routine; not at all, 2, for transactions that were approved at once. These are most
/// of all rows, and their own rows say the same.
const fn routine(act: Act) -> i64 {
    match act {
        Act::TransactionApproved(_) => 2,
        act => act.is_routine() as i64,
    }
}

/// Whether [`Tx::audit_once`] would write nothing, because the same read has its row.
pub async fn is_written(db: &mut Db, entry: &Entry) -> Result<bool> {
    Ok(sqlx::query("SELECT id FROM audit WHERE once = $1").bind(once(entry)).fetch_optional(db).await?.is_some())
}

/// The audit rows about a session, newest first, at most `limit`: those that are routine ([`Act::is_routine`]), or the others.
pub async fn of_session(db: &mut Db, session: SessionRef, routine: bool, limit: i64) -> Result<Vec<Listed<Entry>>> {
    let query = sqlx::query(
        "SELECT id, at, actor, actor_id, action, artifact, customer, decision, step FROM audit WHERE subject = $1 AND routine = $2 AND routine < 2 \
         ORDER BY at DESC, id DESC LIMIT $3",
    );
    let rows = query.bind(session.row()).bind(i64::from(routine)).bind(limit).fetch_all(db).await?;
    Ok(listed(&rows, "audit", "id", |row| read(row, session)))
}

/// Who imported a version of a rule. `None` if nobody wrote that down.
pub async fn importer_of(db: &mut Db, rule: RuleId) -> Result<Option<Actor>> {
    let query = sqlx::query(
        "SELECT id, actor, actor_id FROM audit WHERE subject = $1 AND routine = 0 AND routine < 2 AND action = 'rule.imported' ORDER BY at, id LIMIT 1",
    );
    let row = query.bind(rule.row()).fetch_optional(db).await?;
    row.map(|row| actor_of(&Columns::new(&row, "audit", "id")?)).transpose()
}

pub(super) fn actor_of(columns: &Columns<'_>) -> Result<Actor> {
    Ok(match columns.get::<String>("actor")?.as_str() {
        "customer" => Actor::Customer,
        "system" => Actor::System,
        "command-line" => Actor::CommandLine,
        "set-up" => Actor::SetUp,
        "operator" => Actor::Operator(columns.id("actor_id")?),
        "key" => Actor::Key(columns.id("actor_id")?),
        "visitor" => Actor::Visitor,
        _ => return Err(columns.inconsistent("actor").into()),
    })
}

fn read(row: &AnyRow, session: SessionRef) -> Result<Entry> {
    let columns = Columns::new(row, "audit", "id")?;
    let actor = actor_of(&columns)?;
    let required = |column: &'static str| StoreError::from(columns.inconsistent(column));
    let customer = || columns.id_option("customer")?.ok_or_else(|| required("customer"));
    let artifact = || columns.parsed_option("artifact")?.ok_or_else(|| required("artifact"));
    let act = match columns.get::<String>("action")?.as_str() {
        "session.created" => Act::SessionCreated(session),
        "session.submitted" => Act::SessionSubmitted(session),
        "session.completed" => Act::SessionCompleted(session),
        "session.expired" => Act::SessionExpired(session),
        "session.overwritten" => Act::SessionOverwritten(session),
        "step.saved" => Act::StepSaved { session, step: columns.number("step")? },
        "step.overwritten" => Act::StepOverwritten { session, step: columns.number("step")? },
        "artifact.uploaded" => Act::ArtifactUploaded { session, artifact: artifact()? },
        "artifact.replaced" => Act::ArtifactReplaced { session, artifact: artifact()? },
        "artifact.overwritten" => Act::ArtifactOverwritten { session, artifact: artifact()? },
        "artifact.viewed" => Act::ArtifactViewed { session, artifact: artifact()? },
        "link.shown" => Act::LinkShown(session),
        "session.read" => Act::SessionRead(session),
        "session.revealed" => Act::SessionRevealed(session),
        "session.reviewed" => Act::SessionReviewed { session, decision: columns.parsed_option("decision")?.ok_or_else(|| required("decision"))? },
        "session.linked" => Act::SessionLinked { session, customer: customer()? },
        "session.unlinked" => Act::SessionUnlinked { session, customer: customer()? },
        "artifact.linked" => Act::ArtifactLinked { session, artifact: artifact()?, customer: customer()? },
        "artifact.unlinked" => Act::ArtifactUnlinked { session, artifact: artifact()?, customer: customer()? },
        _ => return Err(columns.inconsistent("action").into()),
    };
    Ok(Entry { id: columns.id("id")?, at: Timestamp(columns.get("at")?), actor, act })
}
