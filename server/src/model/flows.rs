//! Versions of flows, as stored and as parsed; and the cache of parsed ones.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, RwLock, Weak},
};

use shared::{catalogue::Resolved, color::Plate, definition::Definition};

use tokio::sync::Mutex;

use crate::ids::FlowId;

/// The most parsed versions in the cache. When it is full, it is emptied.
const MAX_CACHED: usize = 256;

/// A version of a flow as stored.
#[derive(Clone, Debug)]
pub struct FlowVersion {
    /// Its row.
    pub id: FlowId,
    /// The version's number, from 1.
    pub version: i64,
    /// The JSON as imported.
    pub definition: String,
    /// The checks, weights and bands that the import resolved, as JSON; none if it was imported before imports stored them.
    pub resolved: Option<String>,
}

/// A version of a flow, parsed.
#[derive(Debug)]
pub struct Flow {
    /// Its row.
    pub id: FlowId,
    /// The version's number, from 1.
    pub version: i64,
    /// The parsed JSON.
    pub definition: Definition,
    /// Its checks, weights and bands, as they were when it was imported.
    pub resolved: Resolved,
    /// The plate that its logo needs, once somebody asked.
    pub plate: OnceLock<Option<Plate>>,
    /// Its logo as a PNG, while it is being sent to anybody. Locked while it is read.
    pub sent_logo: Mutex<Option<Weak<[u8]>>>,
}

impl Flow {
    /// Whether its sessions are looked at by this check.
    pub fn runs(&self, check: &str) -> bool {
        self.resolved.checks.iter().any(|name| name.as_str() == check)
    }

    /// The path of the company's logo.
    pub fn logo_path(&self) -> String {
        format!("/branding/logo/{}", self.id)
    }
}

/// The cache of parsed versions. A version never changes, so an entry is never out of date.
#[derive(Debug, Default)]
pub struct FlowCache(RwLock<HashMap<FlowId, Arc<Flow>>>);

impl FlowCache {
    /// The version with this id, if it is in the cache.
    pub fn get(&self, id: FlowId) -> Option<Arc<Flow>> {
        self.0.read().expect("nothing panics while it holds this lock").get(&id).cloned()
    }

    /// Puts a version into the cache.
    pub fn keep(&self, flow: Arc<Flow>) {
        let mut kept = self.0.write().expect("nothing panics while it holds this lock");
        if kept.len() >= MAX_CACHED {
            kept.clear();
        }
        kept.insert(flow.id, flow);
    }
}
