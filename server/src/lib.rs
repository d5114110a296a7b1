//! The Flow Sessions server: lifecycle, persistence and webhooks of hosted identity-verification sessions. HTTP handlers call use cases,
//! use cases call the store, and the store knows only the model. `tests/house.rs` checks this order.

pub mod actor;
pub mod api_keys;
pub mod app;
pub mod artifacts;
pub mod checks;
pub mod clock;
pub mod config;
pub mod cpu;
pub mod customers;
pub mod dossiers;
pub mod error;
pub mod failure;
pub mod flows;
pub mod handoff;
pub mod http;
pub mod ids;
pub mod inspect;
pub mod installation;
mod kill;
pub mod kit;
pub mod lists;
pub mod model;
pub mod objects;
pub mod operators;
pub mod outbox;
pub mod router;
pub mod rules;
pub mod sealed;
pub mod sessions;
pub mod storage;
pub mod store;
pub mod transactions;
pub mod vault;
pub mod views;
pub mod webhooks;
pub mod work;
pub mod worker;

use std::{future::Future, sync::Arc, time::Duration};

use leptos::prelude::LeptosOptions;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    app::App,
    config::SHUTDOWN_GRACE,
    failure::Failure,
    http::{Context, Resources, blanks::Blanks, limits::Limits, reads::Reads, serve::serve, site_files::SiteFiles},
};

/// Serves until `shutdown` resolves. Then it waits for running requests and jobs, and closes the database. `webhooks` is whether this
/// process sends them.
///
/// # Errors
/// If the store does not answer at start.
pub async fn run(app: Arc<App>, listener: TcpListener, webhooks: bool, shutdown: impl Future<Output = ()>) -> Result<(), Failure> {
    // Leptos panics without it when it renders outside leptos_router. It fails if an earlier run in this process has set it.
    let _ = any_spawner::Executor::init_tokio();
    let stop = CancellationToken::new();
    let mut workers = app.start_jobs(webhooks, &stop).await?;

    let router = router::router(context(&app, &stop));
    let serving = serve(listener, router, stop.clone(), SHUTDOWN_GRACE);
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => {}
        () = shutdown => {
            stop.cancel();
            serving.await;
        }
    }
    let all = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(Duration::from_secs(3), all).await.is_err() {
        warn!("running jobs were cut off; their items run again when their leases end");
    }
    if tokio::time::timeout(Duration::from_secs(3), app.kit.store.close()).await.is_err() {
        warn!("the database did not close in time");
    }
    Ok(())
}

fn context(app: &Arc<App>, stop: &CancellationToken) -> Context {
    let site = SiteFiles::new(app.config.site_dir.clone());
    let pkg = site.pkg();
    let options = |bundle: &str| LeptosOptions::builder().output_name(bundle).site_pkg_dir(pkg.clone()).build();
    Context::new(Resources {
        app: Arc::clone(app),
        site,
        blanks: Blanks::new(&app.kit.ambient),
        options: options("flow"),
        dashboard_options: options("dashboard"),
        spool_dir: app.config.data_dir.clone(),
        limits: Limits::new(app.config.rate_limits),
        streams: Arc::default(),
        reads: Reads::default(),
        batches: http::transactions::batches(),
        stop: stop.clone(),
    })
}
