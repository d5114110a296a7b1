//! A list as it was at any moment, in memory: for a backtest, which asks for each transaction of the past.

use std::collections::HashMap;

use shared::session::Timestamp;

use super::found;
use crate::{
    failure::Failure,
    ids::RowId as _,
    kit::Kit,
    model::List,
    store::{self, Db, lists::ListEntry},
};

/// How many entries are read at once.
const PAGE: i64 = 2_048;

/// Since when an entry counted, and from when on it did not.
type Time = (Timestamp, Option<Timestamp>);

/// A list with every entry that it ever had.
#[derive(Debug)]
pub struct PastList {
    list: List,
    entries: HashMap<String, Vec<Time>>,
}

impl PastList {
    /// Reads a list; `None` if there is none of this name.
    ///
    /// # Errors
    /// If the store does not answer, or an entry is damaged.
    pub async fn read(kit: &Kit, db: &mut Db, name: &str) -> Result<Option<Self>, Failure> {
        let Some(list) = store::lists::by_name(db, name).await? else { return Ok(None) };
        let mut entries: HashMap<String, Vec<Time>> = HashMap::new();
        let mut last = None;
        loop {
            let page = store::lists::entries_after(db, &kit.vault, list.id, last, PAGE).await?;
            let Some(newest) = page.last() else { return Ok(Some(Self { list, entries })) };
            last = Some(newest.id);
            for entry in page {
                let time = time(&entry);
                entries.entry(entry.found).or_default().push(time);
            }
        }
    }

    /// Whether a value was in the list at this moment.
    pub fn held(&self, kit: &Kit, value: &str, at: Timestamp) -> bool {
        self.list.kind.sought(value).iter().any(|form| {
            let times = self.entries.get(&found(kit, &self.list, form));
            times.is_some_and(|times| times.iter().any(|(from, until)| *from <= at && until.is_none_or(|until| at < until)))
        })
    }
}

/// An entry that was made with an earlier `from` did not count before it was there. Its row says when that was, to the millisecond.
fn time(entry: &ListEntry) -> Time {
    let made = entry.id.uuid().get_timestamp().map_or(entry.from, |made| {
        let (seconds, nanos) = made.to_unix();
        Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000).saturating_add(i64::from(nanos) / 1_000))
    });
    (entry.from.max(made), entry.until)
}
