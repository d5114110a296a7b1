//! Endpoints, keys and operators.

use app::dashboard::data::{EndpointRow, KeyRow, OperatorRow, Rows};
use shared::ids::EndpointId;
use uuid::Uuid;

use super::{Desk, Result, delivery_row, limit, paged, people::Endpoints};
use crate::{
    api_keys,
    clock::rfc3339,
    model::{ApiKey, Endpoint, Operator},
    operators::{self, OperatorError, SignedIn},
    sessions::SessionError,
    store::{self, Db},
};

/// Deliveries of each in the list.
const FEW: i64 = 5;
/// Deliveries on an endpoint's own page.
const MANY: i64 = 50;

impl Desk<'_> {
    /// A page of endpoints, older than `before`, each with its last deliveries.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn endpoints(self, before: Option<Uuid>) -> Result<Rows<EndpointRow>> {
        let mut db = self.app.store.read().await?;
        let found = store::webhooks::endpoints(&mut db, before.unwrap_or(Uuid::max()), limit()).await?;
        let id = |endpoint: &Endpoint| Uuid::from_u128(endpoint.id.0);
        let Rows { rows: found, older, newest } = paged("/dashboard/webhooks", before, found, id, |endpoint| endpoint);
        let mut rows = Vec::with_capacity(found.len());
        for endpoint in found {
            rows.push(endpoint_row(&mut db, endpoint, FEW).await?);
        }
        Ok(Rows { rows, older, newest })
    }

    /// One endpoint with more of its deliveries.
    ///
    /// # Errors
    /// [`SessionError::NotFound`]
    pub async fn endpoint(self, id: EndpointId) -> Result<EndpointRow> {
        let mut db = self.app.store.read().await?;
        let endpoint = store::webhooks::endpoint(&mut db, id).await?.ok_or(SessionError::NotFound)?;
        endpoint_row(&mut db, endpoint, MANY).await
    }

    /// A page of keys, older than `before`.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn keys(self, before: Option<Uuid>) -> Result<Rows<KeyRow>> {
        let found = api_keys::list(self.app, before.unwrap_or(Uuid::max()), limit()).await?;
        let row = |key: ApiKey| KeyRow {
            id: key.id.to_string(),
            scopes: key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
            created_at: rfc3339(key.created_at),
            used_at: key.used_at.map(rfc3339),
            disabled_at: key.disabled_at.map(rfc3339),
        };
        Ok(paged("/dashboard/api-keys", before, found, |key| Uuid::from_u128(key.id.0), row))
    }

    /// A page of operators, invited before `before`.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn operators(self, viewer: &SignedIn, before: Option<Uuid>) -> Result<Rows<OperatorRow>, OperatorError> {
        let found = operators::list(self.app, before.unwrap_or(Uuid::max()), limit()).await?;
        let row = |(operator, email): (Operator, String)| OperatorRow {
            id: operator.id.to_string(),
            active: operators::came_in(&operator, &email),
            email,
            role: operator.role,
            created_at: rfc3339(operator.created_at),
            disabled_at: operator.disabled_at.map(rfc3339),
            is_self: operator.id == viewer.id,
        };
        Ok(paged("/dashboard/operators", before, found, |(operator, _)| operator.id, row))
    }
}

async fn endpoint_row(db: &mut Db, endpoint: Endpoint, limit: i64) -> Result<EndpointRow> {
    let deliveries = store::webhooks::deliveries_to(db, endpoint.id, limit).await?;
    let urls = Endpoints::of(db, deliveries.first().map(|delivery| delivery.endpoint).into_iter()).await?;
    Ok(EndpointRow {
        id: endpoint.id.to_string(),
        url: endpoint.url,
        created_at: rfc3339(endpoint.created_at),
        disabled_at: endpoint.disabled_at.map(rfc3339),
        deliveries: deliveries.into_iter().map(|delivery| delivery_row(delivery, &urls)).collect(),
    })
}
