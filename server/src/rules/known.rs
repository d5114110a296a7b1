//! What a rule may name: flows, lists and time zones.

use std::collections::{BTreeMap, BTreeSet};

use shared::rule::{Known, ListKind};

use crate::store::{self, Db, StoreError};

/// The names that there are when a rule is imported.
pub struct KnownNames {
    flows: BTreeSet<String>,
    lists: BTreeMap<String, ListKind>,
}

impl KnownNames {
    /// Reads them.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn read(db: &mut Db) -> Result<Self, StoreError> {
        let flows = store::flows::all_names(db).await?.into_iter().collect();
        let lists = store::lists::all(db).await?.into_iter().map(|list| (list.name, list.kind)).collect();
        Ok(Self { flows, lists })
    }

    /// The names of the flows.
    pub fn flows(&self) -> impl Iterator<Item = &String> {
        self.flows.iter()
    }

    /// The names of the lists, each with its kind.
    pub fn lists(&self) -> impl Iterator<Item = (&String, ListKind)> {
        self.lists.iter().map(|(name, kind)| (name, *kind))
    }
}

impl Known for KnownNames {
    fn has_flow(&self, name: &str) -> bool {
        self.flows.contains(name)
    }

    fn list_kind(&self, name: &str) -> Option<ListKind> {
        self.lists.get(name).copied()
    }

    fn has_timezone(&self, name: &str) -> bool {
        name.parse::<chrono_tz::Tz>().is_ok()
    }
}
