//! The customers' completed sessions as they were at any moment: only those that were completed and linked by then, each with the decision
//! that was its newest then.

use std::collections::{BTreeMap, HashMap};

use shared::{risk::Decision, rule::LastSession, session::Timestamp};

use crate::{
    failure::Failure,
    flows,
    ids::CustomerId,
    kit::Kit,
    store::{self, Db, past::PastSession},
};

/// The sessions of one customer.
#[derive(Debug, Default)]
pub struct Sessions(Vec<(PastSession, Decision)>);

/// Reads the sessions of these customers.
///
/// # Errors
/// If the store does not answer, or a flow is damaged.
pub async fn read(kit: &Kit, db: &mut Db, customers: &[CustomerId]) -> Result<HashMap<CustomerId, Sessions>, Failure> {
    let mut all = HashMap::new();
    for (customer, sessions) in store::past::sessions(db, customers).await? {
        let mut of_customer = Vec::with_capacity(sessions.len());
        for session in sessions {
            let first = first_decision(kit, &session).await?;
            of_customer.push((session, first));
        }
        all.insert(customer, Sessions(of_customer));
    }
    Ok(all)
}

/// The decision with which a session was completed. Its row has the newest one.
async fn first_decision(kit: &Kit, session: &PastSession) -> Result<Decision, Failure> {
    if session.reviews.is_empty() {
        return Ok(session.decision);
    }
    let flow = flows::by_id(kit, session.flow_version).await?;
    Ok(flow.resolved.decide(session.score, &session.reasons, session.has_error))
}

impl Sessions {
    /// The last one of each of these flows, and with `None` of any flow, at this moment.
    pub fn last(&self, flows: impl IntoIterator<Item = Option<String>>, at: Timestamp) -> BTreeMap<Option<String>, LastSession> {
        flows.into_iter().filter_map(|flow| Some((flow.clone(), self.last_of(flow.as_deref(), at)?))).collect()
    }

    fn last_of(&self, flow: Option<&str>, at: Timestamp) -> Option<LastSession> {
        let was_there = |of: &PastSession| of.completed_at <= at && of.linked_at.is_none_or(|linked| linked <= at);
        let (of, first) = self.0.iter().rev().find(|(of, _)| flow.is_none_or(|flow| of.flow == flow) && was_there(of))?;
        let decision = of.reviews.iter().rev().find(|(reviewed, _)| *reviewed <= at).map_or(*first, |(_, decision)| *decision);
        Some(LastSession { completed_at: of.completed_at, score: of.score, decision })
    }
}
