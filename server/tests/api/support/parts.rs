//! The parts of a server in this process, with a clock that the test sets. For what no outsider can bring about, such as a
//! follower that fails or a check that hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ::server::actor::Actor;
use ::server::app::App;
use ::server::clock::{Ambient, Clock, System};
use ::server::config::{Config, Database};
use ::server::ids::SessionRef;
use ::server::installation::Purpose;
use ::server::kit::Kit;
use ::server::model::{Session, Submission};
use ::server::sessions::create::{self, NewSession};
use ::server::sessions::transition::{self, Lifecycle, Transition, TransitionError};
use ::server::store;
use ::server::work::{Job, Places};
use ::server::worker::Workers;
use ::shared::session::Timestamp;
use url::Url;

use super::{Engine, Installation};

/// The system's clock, moved forward by the test.
#[derive(Default)]
pub struct Moved(AtomicI64);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        System.now().plus_seconds(self.0.load(Ordering::SeqCst))
    }
}

/// An installation of which no server runs.
pub struct Parts {
    pub installation: Installation,
    pub kit: Kit,
    clock: Arc<Moved>,
}

impl Parts {
    pub async fn on(engine: Engine) -> Self {
        Self::at(Installation::on(engine).await).await
    }

    pub async fn at(installation: Installation) -> Self {
        let database = match installation.engine {
            Engine::Sqlite => Database::Sqlite(installation.data().join("flow-sessions.db")),
            Engine::Postgres => Database::Postgres(Url::parse(&installation.database.url).expect("a URL")),
        };
        let config = Config {
            listen: ([127, 0, 0, 1], installation.port).into(),
            public_url: None,
            data_dir: installation.data(),
            database,
            artifacts_dir: installation.data().join("artifacts"),
            key_file: installation.data().join("master.key"),
            site_dir: None,
            webhook_allow_nets: Vec::new(),
            trusted_proxies: Vec::new(),
            rate_limits: false,
            hsts: None,
            log: tracing::Level::INFO,
        };
        let clock = Arc::new(Moved::default());
        let app = App::open(config, Ambient::new(clock.clone(), Arc::new(System)), Purpose::Make).await.expect("opens");
        // This binary is the tests, which are no workers.
        let workers = Workers::of(env!("CARGO_BIN_EXE_flow-sessions").into(), Duration::from_secs(60), &app.kit.cpu);
        Self { installation, kit: Kit { workers, ..app.kit.clone() }, clock }
    }

    /// Moves the clock forward.
    pub fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Creates a session of this flow.
    pub async fn session(&self, flow: &str) -> SessionRef {
        let new = NewSession { flow: flow.to_owned(), customer: None, ttl_seconds: None, locale: None, return_url: None };
        create::create(&self.kit, new, Actor::CommandLine).await.expect("creates").session.r#ref
    }

    /// Changes a session's status, and commits.
    pub async fn change(&self, lifecycle: &Lifecycle, session: SessionRef, transition: Transition) -> Result<(), TransitionError> {
        let now = self.kit.ambient.now();
        let mut tx = self.kit.store.write().await?;
        let held = transition::hold(&mut tx, session, None).await?.expect("the session is there");
        lifecycle.change(&self.kit, &mut tx, held, transition, Actor::System, now).await?;
        Ok(tx.commit().await?)
    }

    pub async fn read(&self, session: SessionRef) -> Session {
        let mut db = self.kit.store.read().await.expect("a connection");
        store::sessions::by_ref(&mut db, session).await.expect("reads").expect("the session is there")
    }
}

/// Runs all that is due of a job, one item after the other. Answers how many items it claimed.
pub async fn run_due<J: Job>(job: &J) -> usize
where
    J::Lane: Default,
{
    let items = job.claim(&Places::new(100)).await.expect("claims");
    for item in &items {
        if let Err(error) = job.run(item).await {
            eprintln!("{}: {error}", job.name());
        }
    }
    items.len()
}

/// The transition of a customer who completes without a cookie.
pub fn submit() -> Transition {
    Transition::Submit(Submission { by: None, mac: None, wrong_tries: 0 })
}
