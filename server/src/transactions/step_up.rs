//! Finds or creates the session that a transaction waits for.

use shared::{rule::StepUp, session::Status, session::Timestamp};

use super::{MOST_SESSIONS, MOST_WAITING};
use crate::{
    actor::Actor,
    customers::CustomerReference,
    failure::Failure,
    flows::FlowError,
    ids::CustomerId,
    kill,
    kit::Kit,
    model::Session,
    sessions::{
        create::{CreateError, NewSession, Prepared, create_in, prepare_in},
        transition,
    },
    store::{self, Tx},
};

/// Seconds of the day for which sessions are counted.
const DAY_SECONDS: i64 = 24 * 3_600;

/// What a transaction waits for.
pub enum Asked {
    /// A session that was open.
    Open(Session),
    /// A new session.
    New {
        /// The session.
        session: Session,
        /// The request's return URL was left out, because the flow does not list it.
        without_return_url: bool,
    },
    /// Nothing: the customer was asked often enough for one day.
    TooOften,
}

/// Who is asked, and how.
pub struct Customer<'a> {
    /// The customer's row, which is locked.
    pub id: CustomerId,
    /// The company's reference.
    pub reference: &'a str,
    /// The customer's language, if the company knows it.
    pub locale: Option<shared::language::Language>,
    /// Where the company wants the customer to go at the end.
    pub return_url: Option<&'a str>,
}

/// Asks a customer for evidence: an open session is used again if at least half of its time is left, else one is created.
///
/// # Errors
/// If the store does not answer.
pub async fn ask(kit: &Kit, tx: &mut Tx, step_up: &StepUp, customer: &Customer<'_>, by: Actor, now: Timestamp) -> Result<Asked, Failure> {
    if let Some(open) = store::step_ups::open(tx.db().await?, customer.id, &step_up.flow, now, MOST_WAITING).await?
        && let Some(held) = transition::hold(tx, open, None).await?
        // It may have been submitted or have expired before it was locked.
        && held.0.state.status_at(now) == Status::Pending
    {
        store::step_ups::wait(tx, open).await?;
        return Ok(Asked::Open(held.0));
    }
    if store::step_ups::count_since(tx.db().await?, customer.id, now.plus_seconds(-DAY_SECONDS)).await? >= MOST_SESSIONS {
        return Ok(Asked::TooOften);
    }
    let (prepared, without_return_url) = prepared(kit, tx, step_up, customer).await?;
    let session = create_in(kit, tx, prepared, by).await?.session;
    kill::point("transactions.session_created");
    store::step_ups::insert(tx, session.r#ref, customer.id, &step_up.flow, now).await?;
    Ok(Asked::New { session, without_return_url })
}

async fn prepared(kit: &Kit, tx: &mut Tx, step_up: &StepUp, customer: &Customer<'_>) -> Result<(Prepared, bool), Failure> {
    let reference: CustomerReference = customer.reference.parse().map_err(|_| crate::vault::Unsealable)?;
    let new = |return_url: Option<&str>| NewSession {
        flow: step_up.flow.clone(),
        customer: Some(reference.clone()),
        ttl_seconds: step_up.ttl.as_ref().map(shared::rule::Span::seconds),
        locale: customer.locale,
        return_url: return_url.map(str::to_owned),
    };
    match prepare_in(kit, tx.db().await?, new(customer.return_url)).await {
        Ok(prepared) => Ok((prepared, false)),
        Err(CreateError::ReturnUrl { .. }) => prepare_in(kit, tx.db().await?, new(None)).await.map(|prepared| (prepared, true)).map_err(failure),
        Err(error) => Err(failure(error)),
    }
}

/// A rule names a flow that there was when it was imported, and no flow is ever removed.
fn failure(error: CreateError) -> Failure {
    match error {
        CreateError::Failure(failure) | CreateError::Flow(FlowError::Failure(failure)) => failure,
        CreateError::Flow(FlowError::Unknown { name, .. }) => Failure::Store(store::rules::without_flow(name).into()),
        CreateError::Flow(FlowError::Refused(_)) | CreateError::ReturnUrl { .. } => Failure::Sealed(crate::vault::Unsealable),
    }
}
