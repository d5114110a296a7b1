//! Versions of rules, and the cache of those in force.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

use shared::rule::{ListKind, Rule};

use crate::ids::{ListId, RuleId};

/// The most versions that stay in the cache.
const MAX_CACHED: usize = 2_000;

/// A version of a rule.
#[derive(Debug)]
pub struct RuleVersion {
    /// Its row.
    pub id: RuleId,
    /// Its number among the versions of its name, from 1.
    pub version: u32,
    /// The rule.
    pub rule: Rule,
}

/// The rules in force: the newest version of each name, but for those that are DISABLED.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// The newest version of all, by its number and its row; `None` if there is none.
    pub newest: Option<(i64, RuleId)>,
    /// The rules by name.
    pub rules: Vec<Arc<RuleVersion>>,
    /// The lists that there are, by name. A list stays, with its name and its kind, so a set never has an outdated one.
    pub lists: HashMap<String, List>,
}

/// A list that rules ask.
#[derive(Clone, Debug)]
pub struct List {
    /// Its row.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// The kind of its values.
    pub kind: ListKind,
}

/// The cache of parsed rules. A version never changes, so an entry is never out of date; the set has the newest version that it was read
/// with. Its row tells it from one of the same number whose import was not committed.
#[derive(Debug, Default)]
pub struct RuleCache {
    set: RwLock<Arc<RuleSet>>,
    versions: RwLock<HashMap<(String, u32), Arc<RuleVersion>>>,
}

impl RuleCache {
    /// The set that was read with this newest version, if it is in the cache.
    pub fn set(&self, newest: Option<(i64, RuleId)>) -> Option<Arc<RuleSet>> {
        let set = self.set.read().expect("nothing panics while it holds this lock");
        (set.newest == newest).then(|| Arc::clone(&set))
    }

    /// Puts a set into the cache, unless one of a higher number is there.
    pub fn keep_set(&self, set: &Arc<RuleSet>) {
        let mut kept = self.set.write().expect("nothing panics while it holds this lock");
        if kept.newest.map(|(number, _)| number) <= set.newest.map(|(number, _)| number) {
            *kept = Arc::clone(set);
        }
    }

    /// A version, if it is in the cache.
    pub fn version(&self, name: &str, version: u32) -> Option<Arc<RuleVersion>> {
        self.versions.read().expect("nothing panics while it holds this lock").get(&(name.to_owned(), version)).cloned()
    }

    /// Puts a version into the cache.
    pub fn keep_version(&self, version: &Arc<RuleVersion>) {
        let mut kept = self.versions.write().expect("nothing panics while it holds this lock");
        if kept.len() >= MAX_CACHED {
            kept.clear();
        }
        kept.insert((version.rule.name.clone(), version.version), Arc::clone(version));
    }
}
