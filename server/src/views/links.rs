//! Reads the list of links, and one link with its QR code.

use std::sync::Arc;

use app::{
    dashboard::{
        damaged::Line,
        links::{Link, LinkRow, Links},
        parts::Rows,
    },
    words::dashboard::words,
};
use fast_qr::{
    convert::{Builder as _, svg::SvgBuilder},
    qr::QRBuilder,
};
use shared::session::Status;

use super::{
    Result, ViewError, Views,
    paging::{limit, one_more, paged},
    people::Customers,
    unless_damaged,
};
use crate::{
    flows::{self, FlowError},
    ids::{RowId as _, SessionRef},
    model::{Flow, Session},
    sessions::keys,
    store::{self, sessions::By},
};

/// The most flows to choose from.
const FLOWS: usize = 100;

impl Views<'_> {
    /// The page of links, with the sessions older than `before`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn links(self, before: Option<SessionRef>) -> Result<Links> {
        let words = words(self.language);
        let (names, found) = {
            let mut db = self.kit.store.read().await?;
            (
                store::flows::names(&mut db, one_more(FLOWS)).await?,
                store::sessions::list(&mut db, By::All, before.unwrap_or(SessionRef::last()), limit()).await?,
            )
        };
        let more_flows = names.len() > FLOWS;
        let mut flows = Vec::with_capacity(names.len());
        for name in names.into_iter().take(FLOWS) {
            flows.push(match self.newest(&name).await? {
                Some(flow) => (name, self.name_of(&flow).label(words)),
                // Without a value it cannot be chosen: the form then asks for a flow.
                None => (String::new(), format!("{name} · {}", words.records.row_damaged)),
            });
        }
        let Rows { rows: found, older, newest } = paged("/dashboard/links", before, found, |session: &Session| session.r#ref, |session| session);
        let mut rows: Vec<Line<LinkRow>> = Vec::with_capacity(found.len());
        for session in found {
            rows.push(match session {
                Ok(session) => Ok(self.link_row(&session).await?),
                Err(damaged) => Err(damaged),
            });
        }
        Ok(Links { flows, more_flows, sessions: Rows { rows, older, newest } })
    }

    /// The newest version of an existing flow; `None` if it is damaged.
    async fn newest(self, name: &str) -> Result<Option<Arc<Flow>>> {
        match flows::newest(self.kit, name).await {
            Ok(flow) => Ok(Some(flow)),
            Err(FlowError::Failure(error)) => unless_damaged(Err(error)),
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
        let customer = Customers::of(self, customer.into_iter()).await?.shown(customer);
        Ok(Link { customer, locale: session.locale, session: row, url })
    }
}
