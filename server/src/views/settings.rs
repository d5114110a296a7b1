//! Reads the pages of endpoints and API keys.

use app::{
    dashboard::{
        damaged::Line,
        keys::KeyRow,
        parts::Rows,
        webhooks::{EndpointHealth, EndpointRow, Failing},
    },
    words::dashboard::WhyFailed,
};
use shared::ids::{EndpointId, KeyId};

use super::{
    Result, ViewError, Views, line,
    paging::{limit, newest, one_more, paged},
    people::Endpoints,
    rows::delivery_row,
    unless_damaged,
};
use crate::{
    api_keys,
    clock::rfc3339,
    ids::RowId as _,
    kit::Kit,
    model::{ApiKey, Endpoint},
    store::{self, Db, endpoint_health::MAX_WAITING},
};

/// Deliveries of each endpoint that the list shows.
const LIST_DELIVERIES: usize = 5;
/// Deliveries that an endpoint's own page shows.
const PAGE_DELIVERIES: usize = 50;

impl Views<'_> {
    /// A page of endpoints, older than `before`, each with its last deliveries.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn endpoints(self, before: Option<EndpointId>) -> Result<Rows<Line<EndpointRow>>> {
        let mut db = self.kit.store.read().await?;
        let found = store::endpoints::list(&mut db, &self.kit.vault, before.unwrap_or(EndpointId::last()), limit()).await?;
        let Rows { rows: found, older, newest } = paged("/dashboard/webhooks", before, found, |endpoint: &Endpoint| endpoint.id, |endpoint| endpoint);
        let mut rows = Vec::with_capacity(found.len());
        for endpoint in found {
            rows.push(match endpoint {
                Ok(endpoint) => Ok(endpoint_row(self.kit, &mut db, endpoint, LIST_DELIVERIES).await?),
                Err(damaged) => Err(damaged),
            });
        }
        Ok(Rows { rows, older, newest })
    }

    /// One endpoint with more of its deliveries.
    ///
    /// # Errors
    /// [`super::ViewError::NotFound`]
    pub async fn endpoint(self, id: EndpointId) -> Result<EndpointRow> {
        let mut db = self.kit.store.read().await?;
        let endpoint = store::endpoints::by_id(&mut db, &self.kit.vault, id).await?.ok_or(ViewError::NotFound)?;
        endpoint_row(self.kit, &mut db, endpoint, PAGE_DELIVERIES).await
    }

    /// A page of keys, older than `before`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn keys(self, before: Option<KeyId>) -> Result<Rows<Line<KeyRow>>> {
        let found = api_keys::list(self.kit, before.unwrap_or(KeyId::last()), limit()).await?;
        let row = |key: ApiKey| KeyRow {
            id: key.id.to_string(),
            name: key.name.map(|name| name.as_str().to_owned()),
            scopes: key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
            created_at: rfc3339(key.created_at),
            used_at: key.used_at.map(rfc3339),
            disabled_at: key.disabled_at.map(rfc3339),
        };
        Ok(paged("/dashboard/api-keys", before, found, |key: &ApiKey| key.id, row))
    }
}

async fn endpoint_row(kit: &Kit, db: &mut Db, endpoint: Endpoint, most: usize) -> Result<EndpointRow> {
    let deliveries = store::outbox::deliveries_to(db, endpoint.id, one_more(most)).await?;
    let urls = Endpoints::of(kit, db, std::iter::once(endpoint.id)).await?;
    let health = unless_damaged(store::endpoint_health::of(db, endpoint.id).await)?.unwrap_or_default();
    Ok(EndpointRow {
        id: endpoint.id.to_string(),
        url: endpoint.url,
        created_at: rfc3339(endpoint.created_at),
        disabled_at: endpoint.disabled_at.map(rfc3339),
        health: EndpointHealth {
            succeeded_at: health.succeeded_at.map(rfc3339),
            failing: health.failing.map(|failing| Failing {
                since: rfc3339(failing.since),
                last_at: rfc3339(failing.last),
                why: WhyFailed::of(&failing.failure),
            }),
            waiting: health.waiting,
            more_wait: health.waiting == MAX_WAITING,
        },
        deliveries: newest(deliveries.into_iter().map(|delivery| delivery.map(|delivery| delivery_row(delivery, &urls)).map_err(line)).collect(), most),
    })
}
