//! Puts the server together: opens what the settings name, makes the [`Kit`], registers the followers of transitions, and lists the jobs
//! and sweeps. Use cases do not use [`App`]: they get the kit, and anything else as a parameter.

use std::sync::{Arc, OnceLock};

use futures::FutureExt as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::{
    actor::Actor,
    api_keys::{self, InFlight},
    artifacts::uploads::Uploads,
    checks::{self, at_once::ChecksAtOnce, follower::QueueChecks, runner::CheckRuns},
    clock::Ambient,
    config::Config,
    cpu::Cpu,
    error::CommandError,
    failure::Failure,
    flows::{self, BUNDLED},
    installation::{self, Purpose},
    kit::{Handoffs, Kit},
    objects,
    operators::{self, Refusals, SetUp, password::Passwords},
    sessions::{expire::Expiry, follow_up::FollowUps, transition::Lifecycle, visits},
    store::{self, Store, Tx},
    transactions::{follower::SettleTransactions, hits},
    webhooks::{address::Policy, client::WebhookClient, sender::Sender},
    work::{
        self, Health,
        sweeps::{Sweep, Sweeps},
    },
    worker::Workers,
};

/// Work that repeats at an interval. One process at a time runs a sweep.
const SWEEPS: [Sweep; 7] = [
    Sweep { name: "objects", every_seconds: 900, run: |kit| async { Ok(objects::sweep(kit).await?) }.boxed() },
    Sweep { name: "unknown files", every_seconds: 24 * 3_600, run: |kit| async { Ok(objects::count_unknown(kit).await.map(drop)?) }.boxed() },
    Sweep { name: "sign-ins", every_seconds: 900, run: |kit| async { Ok(operators::sweep(kit).await?) }.boxed() },
    Sweep { name: "shown secrets", every_seconds: 900, run: |kit| async { Ok(operators::forget_secrets(kit).await?) }.boxed() },
    Sweep { name: "rule hits", every_seconds: 300, run: |kit| async { Ok(hits::sweep(kit).await?) }.boxed() },
    Sweep { name: "visits", every_seconds: 3_600, run: |kit| async { Ok(visits::sweep(kit).await?) }.boxed() },
    Sweep { name: "idempotency", every_seconds: 900, run: |kit| async { Ok(api_keys::sweep(kit).await?) }.boxed() },
];

/// The server, put together.
pub struct App {
    /// The settings.
    pub config: Config,
    /// What every use case gets.
    pub kit: Kit,
    /// Changes sessions' statuses.
    pub lifecycle: Lifecycle,
    /// Which addresses webhooks may go to.
    pub webhook_policy: Policy,
    /// Limits the uploads in memory.
    pub uploads: Uploads,
    /// Hashes and verifies operators' passwords.
    pub passwords: Passwords,
    /// Counts refusals of operators, for the audit log.
    pub refusals: Refusals,
    /// The token of the set-up link, once the link was made.
    pub set_up: OnceLock<SetUp>,
    /// The requests with an `Idempotency-Key` that are being answered now.
    pub in_flight: InFlight,
    /// The panics of this process's jobs.
    pub health: Arc<Health>,
}

impl App {
    /// Opens everything that the settings name: folders, key, database with its tables, bundled flows. Makes what is missing if that is
    /// the purpose.
    ///
    /// # Errors
    /// A line that names the setting at fault.
    pub async fn open(config: Config, ambient: Ambient, purpose: Purpose) -> Result<Self, CommandError> {
        installation::check_path(&config)?;
        let mut new_folder = None;
        if purpose == Purpose::Make {
            installation::check_place(&config)?;
            new_folder = installation::prepare_folders(&config)?.then(|| config.artifacts_dir.clone());
        } else {
            installation::find_folders(&config)?;
            installation::check_place(&config)?;
        }
        let store = installation::open_store(&config, purpose).await?;
        let app = Self::with_store(config, ambient, store.clone(), purpose).await;
        if app.is_err() {
            store.close().await;
            // An empty folder in the place of one that went away would look like it.
            let _ = new_folder.map(std::fs::remove_dir);
        }
        app
    }

    async fn with_store(config: Config, ambient: Ambient, store: Store, purpose: Purpose) -> Result<Self, CommandError> {
        let vault = installation::unlock(&config, &store, &ambient, purpose).await?;
        let storage = installation::open_storage(&config, &vault)?;
        installation::check_storage(&config, &store, &storage, &vault).await?;
        if purpose == Purpose::Make {
            installation::set_right(&config);
        }
        installation::bring_to_this_version(&config, &store, purpose).await?;
        let public_url = match &config.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", config.listen),
        };
        let cpu = Cpu::default();
        let workers = Workers::of_this_binary(&cpu);
        let kit = Kit {
            store,
            vault: Arc::new(vault),
            storage,
            ambient,
            public_url: public_url.into(),
            cpu,
            workers,
            flows: Arc::default(),
            rules: Arc::default(),
            handoffs: Handoffs::default(),
        };
        let app = Self {
            lifecycle: Lifecycle::new(vec![Arc::new(QueueChecks), Arc::new(SettleTransactions)]).with_checks(Arc::new(ChecksAtOnce(checks::ALL))),
            webhook_policy: Policy::new(config.webhook_allow_nets.clone()),
            uploads: Uploads::default(),
            passwords: Passwords::default(),
            refusals: Refusals::default(),
            set_up: OnceLock::new(),
            in_flight: InFlight::default(),
            health: Arc::default(),
            config,
            kit,
        };
        if purpose == Purpose::Make {
            app.first_start().await?;
            installation::bind_storage(&app.config, &app.kit.store, &app.kit.storage).await?;
        }
        Ok(app)
    }

    /// Writes the key's fingerprint into a new database, and imports the bundled flows once.
    async fn first_start(&self) -> Result<(), CommandError> {
        let fingerprint = self.kit.vault.fingerprint();
        let mut tx = self.kit.store.write().await?;
        self.bind_rows_from_before(&mut tx).await?;
        // If two processes start at once on a new database with different keys, the second one is refused.
        let known = tx.note("key_fingerprint", fingerprint).await?;
        if known != fingerprint {
            return Err(installation::other_key(&self.config, fingerprint, &known).into());
        }
        if tx.note_once("bundled_flows", "imported").await? {
            for json in BUNDLED {
                let imported = flows::import_in(&self.kit, &mut tx, &checks::CATALOGUE, json, Actor::CommandLine).await;
                imported.map_err(|error| CommandError::Failed(error.to_string()))?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Upgrades a database from before the first bound value: binds the values that are there. The old fingerprint of the key says that
    /// this was not done yet, and the same transaction replaces it for good. So a MAC that somebody deletes later is never made again.
    async fn bind_rows_from_before(&self, tx: &mut Tx) -> Result<(), CommandError> {
        let vault = &self.kit.vault;
        if tx.replace("key_fingerprint", vault.first_fingerprint(), vault.fingerprint()).await? {
            let values = store::bound::bind_all(tx, vault).await?;
            api_keys::seal_answers_from_before(&self.kit, tx).await?;
            info!(values, "values from before this version are bound to their rows");
        }
        Ok(())
    }

    /// Starts every job of the server in the background, the one that sends webhooks only if asked to.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn start_jobs(&self, webhooks: bool, stop: &CancellationToken) -> Result<JoinSet<()>, Failure> {
        let mut workers = JoinSet::new();
        let (kit, lifecycle) = (&self.kit, &self.lifecycle);
        work::spawn(&mut workers, CheckRuns::new(kit.clone(), lifecycle.clone(), checks::ALL), &self.health, stop);
        if webhooks {
            work::spawn(&mut workers, Sender::new(kit.clone(), WebhookClient::new(self.webhook_policy.clone())), &self.health, stop);
        }
        work::spawn(&mut workers, Expiry::new(kit.clone(), lifecycle.clone()), &self.health, stop);
        work::spawn(&mut workers, FollowUps::new(kit.clone(), lifecycle.clone()), &self.health, stop);
        let sweeps = Sweeps::new(kit.clone(), &SWEEPS);
        sweeps.due_now().await?;
        work::spawn(&mut workers, sweeps, &self.health, stop);
        Ok(workers)
    }
}
