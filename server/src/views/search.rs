//! Finds a session or a customer by a text that an operator types.

use super::{Result, Views};
use crate::{
    customers,
    ids::{CustomerId, SessionRef},
    model::Session,
    sessions::show,
    store::{self, Listed, sessions::By},
};

/// The length of the beginning of a ref that pages showed earlier: its time in milliseconds.
const BEGINNING: usize = 13;

/// What a search found.
pub enum Found {
    /// One session.
    Session(SessionRef),
    /// A customer, who may have many.
    Customer(CustomerId),
    /// Several sessions: the first ones in the list of sessions before this ref.
    Before(SessionRef),
    /// Nothing.
    Nothing,
}

impl Views<'_> {
    /// Finds what a customer link, a session id, a ref (its end or its beginning too) or a customer's reference names. Without `customers`
    /// it finds no customer, and a link names none either.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn search(self, text: &str, customers: bool) -> Result<Found> {
        let text = text.trim();
        // A customer's link contains the session id.
        let linked = text.split_once("/verify/").map(|(_, id)| id.split(['/', '?', '#']).next().unwrap_or(id));
        let (text, customers) = (linked.unwrap_or(text), customers && linked.is_none());
        if let Some(session) = store::sessions::by_end(&mut *self.kit.store.read().await?, text).await? {
            return Ok(Found::Session(session));
        }
        if let Some(found) = self.by_beginning(text).await? {
            return Ok(found);
        }
        Ok(match show::find(self.kit, text).await? {
            Some(session) => Found::Session(session.r#ref),
            None if !customers => Found::Nothing,
            None => customers::find(self.kit, text).await?.map_or(Found::Nothing, Found::Customer),
        })
    }

    /// The sessions whose ref begins with this text. There may be several.
    async fn by_beginning(self, text: &str) -> Result<Option<Found>> {
        let Ok(last) = format!("{text}-ffff-ffff-ffffffffffff").parse::<SessionRef>() else { return Ok(None) };
        let found = store::sessions::list(&mut *self.kit.store.read().await?, By::All, last, 2).await?;
        let matching = found.iter().filter(|found| ref_of(found).starts_with(&last.to_string()[..BEGINNING])).count();
        Ok(match matching {
            0 => None,
            1 => ref_of(&found[0]).parse().ok().map(Found::Session),
            _ => Some(Found::Before(last)),
        })
    }
}

fn ref_of(found: &Listed<Session>) -> String {
    found.as_ref().map_or_else(|damaged| damaged.id.clone(), |session| session.r#ref.to_string())
}
