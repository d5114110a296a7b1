//! Reads the pages of endpoints and API keys.

use app::dashboard::{keys::KeyRow, parts::Rows, webhooks::EndpointRow};
use shared::ids::{EndpointId, KeyId};

use super::{
    Result, ViewError, Views,
    paging::{limit, paged},
    people::Endpoints,
    rows::delivery_row,
};
use crate::{
    api_keys,
    clock::rfc3339,
    ids::RowId as _,
    model::{ApiKey, Endpoint},
    store::{self, Db},
};

/// Deliveries of each endpoint that the list shows.
const LIST_DELIVERIES: i64 = 5;
/// Deliveries that an endpoint's own page shows.
const PAGE_DELIVERIES: i64 = 50;

impl Views<'_> {
    /// A page of endpoints, older than `before`, each with its last deliveries.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn endpoints(self, before: Option<EndpointId>) -> Result<Rows<EndpointRow>> {
        let mut db = self.kit.store.read().await?;
        let found = store::endpoints::list(&mut db, before.unwrap_or(EndpointId::last()), limit()).await?;
        let Rows { rows: found, older, newest } = paged("/dashboard/webhooks", before, found, |endpoint: &Endpoint| endpoint.id, |endpoint| endpoint);
        let mut rows = Vec::with_capacity(found.len());
        for endpoint in found {
            rows.push(endpoint_row(&mut db, endpoint, LIST_DELIVERIES).await?);
        }
        Ok(Rows { rows, older, newest })
    }

    /// One endpoint with more of its deliveries.
    ///
    /// # Errors
    /// [`super::ViewError::NotFound`]
    pub async fn endpoint(self, id: EndpointId) -> Result<EndpointRow> {
        let mut db = self.kit.store.read().await?;
        let endpoint = store::endpoints::by_id(&mut db, id).await?.ok_or(ViewError::NotFound)?;
        endpoint_row(&mut db, endpoint, PAGE_DELIVERIES).await
    }

    /// A page of keys, older than `before`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn keys(self, before: Option<KeyId>) -> Result<Rows<KeyRow>> {
        let found = api_keys::list(self.kit, before.unwrap_or(KeyId::last()), limit()).await?;
        let row = |key: ApiKey| KeyRow {
            id: key.id.to_string(),
            scopes: key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
            created_at: rfc3339(key.created_at),
            used_at: key.used_at.map(rfc3339),
            disabled_at: key.disabled_at.map(rfc3339),
        };
        Ok(paged("/dashboard/api-keys", before, found, |key| key.id, row))
    }
}

async fn endpoint_row(db: &mut Db, endpoint: Endpoint, limit: i64) -> Result<EndpointRow> {
    let deliveries = store::outbox::deliveries_to(db, endpoint.id, limit).await?;
    let urls = Endpoints::of(db, deliveries.first().map(|delivery| delivery.endpoint).into_iter()).await?;
    Ok(EndpointRow {
        id: endpoint.id.to_string(),
        url: endpoint.url,
        created_at: rfc3339(endpoint.created_at),
        disabled_at: endpoint.disabled_at.map(rfc3339),
        deliveries: deliveries.into_iter().map(|delivery| delivery_row(delivery, &urls)).collect(),
    })
}
