//! Names for rows' ids: customers, operators, endpoints. Looked up together, once a page.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{EndpointId, KeyId};
use uuid::Uuid;

use super::{Result, mask};
use crate::{
    app::App,
    dossiers, operators,
    store::{self, Db},
};

/// Customers' references, masked.
#[derive(Default)]
pub struct Customers(BTreeMap<Uuid, String>);

impl Customers {
    /// Of these rows.
    pub async fn of(app: &App, ids: impl Iterator<Item = Uuid>) -> Result<Self> {
        let ids: Vec<Uuid> = ids.collect::<BTreeSet<_>>().into_iter().collect();
        let found = store::customers::by_ids(&mut *app.store.read().await?, &ids).await?;
        let shown = found.iter().map(|customer| Ok((customer.id, mask::reference(&dossiers::reference(app, customer)?))));
        Ok(Self(shown.collect::<Result<_>>()?))
    }

    /// Id and reference, as pages show them.
    pub fn shown(&self, id: Option<Uuid>) -> Option<(String, String)> {
        let id = id?;
        Some((id.to_string(), self.0.get(&id).cloned().unwrap_or_default()))
    }
}

/// Operators' e-mails, and how every other actor is called.
#[derive(Default)]
pub struct Actors(BTreeMap<Uuid, String>);

impl Actors {
    /// Of these operators.
    pub async fn of(app: &App, db: &mut Db, ids: impl Iterator<Item = Uuid>) -> Result<Self> {
        let mut known = BTreeMap::new();
        for id in ids.collect::<BTreeSet<_>>() {
            if let Some(operator) = store::operators::by_id(db, id).await? {
                known.insert(id, operators::email(app, &operator)?);
            }
        }
        Ok(Self(known))
    }

    /// The operator whom an audit row names.
    pub fn operator(actor: &str) -> Option<Uuid> {
        actor.strip_prefix("operator:")?.parse().ok()
    }

    /// An operator.
    pub fn email(&self, id: Uuid) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// Whoever an audit row names.
    pub fn shown(&self, actor: &str) -> String {
        let key = || Some(format!("API key {}", KeyId(actor.strip_prefix("key:")?.parse::<Uuid>().ok()?.as_u128())));
        Self::operator(actor).map(|id| self.email(id)).or_else(key).unwrap_or_else(|| actor.to_owned())
    }
}

/// Endpoints' addresses.
#[derive(Default)]
pub struct Endpoints(BTreeMap<EndpointId, String>);

impl Endpoints {
    /// Of these rows.
    pub async fn of(db: &mut Db, ids: impl Iterator<Item = EndpointId>) -> Result<Self> {
        let mut known = BTreeMap::new();
        for id in ids.collect::<BTreeSet<_>>() {
            if let Some(endpoint) = store::webhooks::endpoint(db, id).await? {
                known.insert(id, endpoint.url);
            }
        }
        Ok(Self(known))
    }

    /// An endpoint's address.
    pub fn url(&self, id: EndpointId) -> String {
        self.0.get(&id).cloned().unwrap_or_default()
    }
}
