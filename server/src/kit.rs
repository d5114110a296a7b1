//! What every use case gets: the store, the vault, the storage, the clock and a few more. A use case that needs something else, such as
//! the password thread, takes it as a parameter.

use std::sync::Arc;

use shared::ids::EndpointId;

use crate::{
    actor::{Act, Actor, Entry},
    clock::Ambient,
    cpu::Cpu,
    handoff::Handoff,
    model::{CheckRun, FlowCache, HandedDelivery, RuleCache},
    storage::Storage,
    store::{Store, StoreError, audit},
    vault::Vault,
    worker::Workers,
};

/// What every use case gets. Cloning it copies pointers.
#[derive(Clone)]
pub struct Kit {
    /// The database.
    pub store: Store,
    /// Encryption at rest.
    pub vault: Arc<Vault>,
    /// Uploaded files, encrypted.
    pub storage: Storage,
    /// The clock and the random generator.
    pub ambient: Ambient,
    /// Where customers reach this server, without a slash at the end.
    pub public_url: Arc<str>,
    /// Runs CPU-heavy work.
    pub cpu: Cpu,
    /// Processes that read what strangers sent.
    pub workers: Workers,
    /// The cache of parsed flows.
    pub flows: Arc<FlowCache>,
    /// The cache of rules.
    pub rules: Arc<RuleCache>,
    /// Hands work to its job as soon as it is committed.
    pub handoffs: Handoffs,
}

impl Kit {
    /// Writes the audit row of a read. Call it before showing what is read. A read that is repeated within the same ten minutes has its
    /// row, and is not written again.
    ///
    /// # Errors
    /// If the store does not answer; then show nothing.
    pub async fn audit_read(&self, by: Actor, act: Act) -> Result<(), StoreError> {
        let entry = Entry::new(&self.ambient, self.ambient.now(), by, act);
        if audit::is_written(&mut *self.store.read().await?, &entry).await? {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        tx.audit_once(entry).await?;
        tx.commit().await
    }
}

/// Sessions whose checks this process runs at once.
pub const CHECKS: usize = 8;
/// The tries at once that each endpoint has to itself, so that one that hangs delays no other.
pub const TRIES: usize = 8;
/// The most tries at once to one endpoint.
pub const MOST_TRIES: usize = 64;

/// Hands work to its job as soon as it is committed.
#[derive(Clone)]
pub struct Handoffs {
    /// Submitted sessions.
    pub checks: Arc<Handoff<(), CheckRun>>,
    /// Deliveries, by their endpoint.
    pub deliveries: Arc<Handoff<EndpointId, HandedDelivery>>,
}

impl Default for Handoffs {
    fn default() -> Self {
        Self { checks: Arc::new(Handoff::new(CHECKS, CHECKS)), deliveries: Arc::new(Handoff::new(MOST_TRIES, TRIES)) }
    }
}

#[cfg(test)]
pub mod testing {
    //! A kit for a unit test, with a database in a temporary folder and files in memory.

    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::{config::Database, vault::Key};

    /// The kit, and the folder that its database is in.
    pub async fn kit() -> (Kit, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&Database::Sqlite(folder.path().join("test.db"))).await.expect("a database");
        store.migrate().await.expect("its tables");
        let ambient = Ambient::system();
        let kit = Kit {
            store,
            vault: Arc::new(Vault::new(&Key::random(&ambient), ambient.clone())),
            storage: Storage::Memory(Arc::default()),
            ambient,
            public_url: "http://localhost".into(),
            cpu: Cpu::default(),
            // This binary is the tests, which are no workers.
            workers: Workers::of("/nowhere".into(), Duration::ZERO, &Cpu::default()),
            flows: Arc::default(),
            rules: Arc::default(),
            handoffs: Handoffs::default(),
        };
        (kit, folder)
    }
}
