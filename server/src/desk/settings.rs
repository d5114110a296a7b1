//! Endpoints, keys and operators.

use app::dashboard::data::{EndpointRow, KeyRow, OperatorRow};
use shared::ids::EndpointId;

use super::{Desk, Result, delivery_row, people::Endpoints};
use crate::{
    api_keys,
    clock::rfc3339,
    model::Endpoint,
    operators::{self, OperatorError, SignedIn},
    sessions::SessionError,
    store::{self, Db},
};

/// Endpoints that the list shows.
const LISTED: i64 = 100;
/// Deliveries of each in the list.
const FEW: i64 = 5;
/// Deliveries on an endpoint's own page.
const MANY: i64 = 50;

impl Desk<'_> {
    /// Every endpoint with its last deliveries.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn endpoints(self) -> Result<Vec<EndpointRow>> {
        let mut db = self.app.store.read().await?;
        let mut rows = Vec::new();
        for endpoint in store::webhooks::endpoints(&mut db, LISTED).await? {
            rows.push(endpoint_row(&mut db, endpoint, FEW).await?);
        }
        Ok(rows)
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

    /// The newest keys.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn keys(self) -> Result<Vec<KeyRow>> {
        let keys = api_keys::all(self.app).await?.into_iter().map(|key| KeyRow {
            id: key.id.to_string(),
            scopes: key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
            created_at: rfc3339(key.created_at),
            used_at: key.used_at.map(rfc3339),
            disabled_at: key.disabled_at.map(rfc3339),
        });
        Ok(keys.collect())
    }

    /// Every operator.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn operators(self, viewer: &SignedIn) -> Result<Vec<OperatorRow>, OperatorError> {
        let operators = operators::all(self.app).await?.into_iter().map(|(operator, email)| OperatorRow {
            id: operator.id.to_string(),
            active: operators::came_in(&operator, &email),
            email,
            role: operator.role,
            created_at: rfc3339(operator.created_at),
            disabled_at: operator.disabled_at.map(rfc3339),
            is_self: operator.id == viewer.id,
        });
        Ok(operators.collect())
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
