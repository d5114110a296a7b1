//! Reads the list of links, and one link with its QR code.

use std::sync::Arc;

use app::dashboard::{
    links::{Link, LinkRow, Links},
    parts::Rows,
};
use fast_qr::{
    convert::{Builder as _, svg::SvgBuilder},
    qr::QRBuilder,
};
use shared::session::Status;

use super::{
    Result, ViewError, Views,
    paging::{limit, paged},
    people::Customers,
};
use crate::{
    flows::{self, FlowError},
    ids::{RowId as _, SessionRef},
    model::Flow,
    sessions::keys,
    store::{self, sessions::By},
};

impl Views<'_> {
    /// The page of links, with the sessions older than `before`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn links(self, before: Option<SessionRef>) -> Result<Links> {
        let (names, found) = {
            let mut db = self.kit.store.read().await?;
            (store::flows::names(&mut db).await?, store::sessions::list(&mut db, By::All, before.unwrap_or(SessionRef::last()), limit()).await?)
        };
        let mut flows = Vec::with_capacity(names.len());
        for name in names {
            let title = self.newest(&name).await?.definition.title(self.language);
            flows.push((name, title));
        }
        let Rows { rows: found, older, newest } = paged("/dashboard/links", before, found, |session| session.r#ref, |session| session);
        let mut rows: Vec<LinkRow> = Vec::with_capacity(found.len());
        for session in &found {
            rows.push(self.link_row(session).await?);
        }
        Ok(Links { flows, sessions: Rows { rows, older, newest } })
    }

    /// The newest version of an existing flow.
    async fn newest(self, name: &str) -> Result<Arc<Flow>> {
        match flows::newest(self.kit, name).await {
            Ok(flow) => Ok(flow),
            Err(FlowError::Failure(error)) => Err(error.into()),
            Err(FlowError::Unknown { .. } | FlowError::Refused(_)) => Err(ViewError::NotFound),
        }
    }

    /// One link. The address and the customer are included only if the operator may see them.
    ///
    /// # Errors
    /// [`super::ViewError::NotFound`]
    pub async fn link(self, r#ref: SessionRef, with_address: bool, with_customer: bool) -> Result<Link> {
        let session = self.load(&mut *self.kit.store.read().await?, r#ref).await?;
        let row = self.link_row(&session).await?;
        let url = if with_address && row.status == Status::Pending {
            let key = self.key(&session)?;
            let url = format!("{}/verify/{}", self.kit.public_url, keys::session_id(&session, &key)?.expose());
            // The QR code cannot fail, because a link is far shorter than the longest text of one.
            let code = QRBuilder::new(url.as_str()).build().map(|code| SvgBuilder::default().margin(2).to_str(&code)).unwrap_or_default();
            Some((url, code))
        } else {
            None
        };
        let customer = session.customer.filter(|_| with_customer);
        let customer = Customers::of(self.kit, customer.into_iter()).await?.shown(customer);
        Ok(Link { customer, locale: session.locale, session: row, url })
    }
}
