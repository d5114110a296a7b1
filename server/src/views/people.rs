//! The names that pages show for customers, operators and endpoints, which rows refer to by id. A page looks up all its ids first.

use std::collections::{BTreeMap, BTreeSet};

use app::words::dashboard::{DoneBy, words};
use shared::ids::{EndpointId, KeyId};

use super::{Result, Views, mask, unless_damaged};
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
    pub async fn of(Views { kit, language }: Views<'_>, ids: impl Iterator<Item = CustomerId>) -> Result<Self> {
        let ids: Vec<CustomerId> = ids.collect::<BTreeSet<_>>().into_iter().collect();
        let found = store::customers::by_ids(&mut *kit.store.read().await?, &ids).await?;
        // A reference that cannot be read is named by the words for damage instead.
        let mut shown: BTreeMap<_, _> = ids.iter().map(|id| (*id, words(language).records.row_damaged.to_owned())).collect();
        for customer in found.into_iter().flatten() {
            if let Some(reference) = unless_damaged(customers::reference(kit, &customer))? {
                shown.insert(customer.id, mask::reference(&reference));
            }
        }
        Ok(Self(shown))
    }

    /// Id and reference, as pages show them.
    pub fn shown(&self, id: Option<CustomerId>) -> Option<(String, String)> {
        let id = id?;
        Some((id.to_string(), self.0.get(&id).cloned().unwrap_or_default()))
    }
}

/// Operators' e-mail addresses, and the names of API keys and other actors.
#[derive(Default)]
pub struct Actors {
    operators: BTreeMap<OperatorId, String>,
    keys: BTreeMap<KeyId, String>,
}

impl Actors {
    /// Looks up these operators and keys.
    pub async fn of(kit: &Kit, db: &mut Db, actors: impl Iterator<Item = Actor>) -> Result<Self> {
        let mut known = Self::default();
        for actor in actors {
            match actor {
                Actor::Operator(id) if !known.operators.contains_key(&id) => {
                    let operator = unless_damaged(store::operators::by_id(db, &kit.vault, id).await)?.flatten();
                    let email = operator.map(|operator| unless_damaged(operators::email(kit, &operator))).transpose()?.flatten();
                    known.operators.insert(id, email.unwrap_or_else(|| id.to_string()));
                }
                Actor::Key(id) if !known.keys.contains_key(&id) => {
                    let name = unless_damaged(store::api_keys::by_id(db, &kit.vault, id).await)?.flatten().and_then(|key| key.name);
                    known.keys.insert(id, name.map_or_else(|| id.to_string(), |name| name.as_str().to_owned()));
                }
                _ => {}
            }
        }
        Ok(known)
    }

    /// An operator's e-mail address, or the id if there is no such operator.
    pub fn email(&self, id: OperatorId) -> String {
        self.operators.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// An actor, as pages show it. Whoever holds the set-up link does nothing to sessions.
    pub fn shown(&self, actor: Actor) -> DoneBy {
        match actor {
            Actor::Operator(id) => DoneBy::Operator(self.email(id)),
            Actor::Key(key) => DoneBy::Key(self.keys.get(&key).cloned().unwrap_or_else(|| key.to_string())),
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
    pub async fn of(kit: &Kit, db: &mut Db, ids: impl Iterator<Item = EndpointId>) -> Result<Self> {
        let mut known = BTreeMap::new();
        for id in ids.collect::<BTreeSet<_>>() {
            if let Some(endpoint) = unless_damaged(store::endpoints::by_id(db, &kit.vault, id).await)?.flatten() {
                known.insert(id, endpoint.url);
            }
        }
        Ok(Self(known))
    }

    /// An endpoint's URL, or its id if there is no such endpoint.
    pub fn url(&self, id: EndpointId) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }
}
