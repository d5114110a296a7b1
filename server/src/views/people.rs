//! The names that pages show for customers, operators and endpoints, which rows refer to by id. A page looks up all its ids first.

use std::collections::{BTreeMap, BTreeSet};

use app::words::dashboard::DoneBy;
use shared::ids::EndpointId;

use super::{Result, mask};
use crate::{
    actor::Actor,
    customers,
    ids::{CustomerId, OperatorId},
    kit::Kit,
    operators,
    store::{self, Db},
};

/// Customers' references, masked.
#[derive(Default)]
pub struct Customers(BTreeMap<CustomerId, String>);

impl Customers {
    /// Looks up these customers.
    pub async fn of(kit: &Kit, ids: impl Iterator<Item = CustomerId>) -> Result<Self> {
        let ids: Vec<CustomerId> = ids.collect::<BTreeSet<_>>().into_iter().collect();
        let found = store::customers::by_ids(&mut *kit.store.read().await?, &ids).await?;
        let shown = found.iter().map(|customer| Ok((customer.id, mask::reference(&customers::reference(kit, customer)?))));
        Ok(Self(shown.collect::<Result<_>>()?))
    }

    /// Id and reference, as pages show them.
    pub fn shown(&self, id: Option<CustomerId>) -> Option<(String, String)> {
        let id = id?;
        Some((id.to_string(), self.0.get(&id).cloned().unwrap_or_default()))
    }
}

/// Operators' e-mail addresses, and the names of other actors.
#[derive(Default)]
pub struct Actors(BTreeMap<OperatorId, String>);

impl Actors {
    /// Looks up these operators.
    pub async fn of(kit: &Kit, db: &mut Db, ids: impl Iterator<Item = OperatorId>) -> Result<Self> {
        let mut known = BTreeMap::new();
        for id in ids.collect::<BTreeSet<_>>() {
            if let Some(operator) = store::operators::by_id(db, id).await? {
                known.insert(id, operators::email(kit, &operator)?);
            }
        }
        Ok(Self(known))
    }

    /// The operator's id, if the actor is an operator.
    pub const fn operator(actor: Actor) -> Option<OperatorId> {
        match actor {
            Actor::Operator(id) => Some(id),
            _ => None,
        }
    }

    /// An operator's e-mail address, or the id if there is no such operator.
    pub fn email(&self, id: OperatorId) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// An actor, as pages show it. Whoever holds the set-up link does nothing to sessions.
    pub fn shown(&self, actor: Actor) -> DoneBy {
        match actor {
            Actor::Operator(id) => DoneBy::Operator(self.email(id)),
            Actor::Key(key) => DoneBy::Key(key.to_string()),
            Actor::Customer => DoneBy::Customer,
            Actor::System => DoneBy::System,
            Actor::Visitor => DoneBy::Visitor,
            Actor::CommandLine | Actor::SetUp => DoneBy::CommandLine,
        }
    }
}

/// Endpoints' URLs.
#[derive(Default)]
pub struct Endpoints(BTreeMap<EndpointId, String>);

impl Endpoints {
    /// Looks up these endpoints.
    pub async fn of(db: &mut Db, ids: impl Iterator<Item = EndpointId>) -> Result<Self> {
        let mut known = BTreeMap::new();
        for id in ids.collect::<BTreeSet<_>>() {
            if let Some(endpoint) = store::endpoints::by_id(db, id).await? {
                known.insert(id, endpoint.url);
            }
        }
        Ok(Self(known))
    }

    /// An endpoint's URL, or an empty text if there is no such endpoint.
    pub fn url(&self, id: EndpointId) -> String {
        self.0.get(&id).cloned().unwrap_or_default()
    }
}
