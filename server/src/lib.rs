//! The Flow Sessions server: lifecycle, persistence and webhooks of hosted identity-verification sessions. HTTP calls use
//! cases, use cases call the store, the store knows only the model; nothing points back.

pub mod api_keys;
pub mod app;
pub mod artifacts;
pub mod checks;
pub mod clock;
pub mod config;
pub mod desk;
pub mod dossiers;
pub mod error;
pub mod flows;
pub mod http;
mod kill;
pub mod model;
pub mod operators;
pub mod router;
pub mod sessions;
pub mod store;
pub mod vault;
pub mod webhooks;

use std::{future::Future, sync::Arc, time::Duration};

use leptos::prelude::LeptosOptions;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    app::App,
    config::SHUTDOWN_GRACE,
    http::{Context, World, limits::Limits, serve::serve, site::SiteFiles},
};

/// How often sessions whose time is up are looked for.
const EXPIRE_EVERY: Duration = Duration::from_secs(2);
/// How often files without a row, and what operators and keys left behind, are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(900);

/// Serves until `shutdown`; then lets requests and work under way end, and closes the database.
pub async fn run(app: Arc<App>, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    // Rendering outside leptos_router panics without it. A second run in one process finds it set.
    let _ = any_spawner::Executor::init_tokio();
    let stop = CancellationToken::new();
    let mut workers = JoinSet::new();
    workers.spawn(checks::runner::run(Arc::clone(&app), stop.clone()));
    workers.spawn(webhooks::sender::run(Arc::clone(&app), stop.clone()));
    workers.spawn(expire(Arc::clone(&app), stop.clone()));
    workers.spawn(sweep(Arc::clone(&app), stop.clone()));

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
        warn!("work under way was cut off; another run takes it up again");
    }
    if tokio::time::timeout(Duration::from_secs(3), app.store.close()).await.is_err() {
        warn!("the database did not close in time");
    }
}

fn context(app: &Arc<App>, stop: &CancellationToken) -> Context {
    let site = SiteFiles::new(app.config.site_dir.clone());
    let pkg = site.pkg();
    let options = |bundle: &str| LeptosOptions::builder().output_name(bundle).site_pkg_dir(pkg.clone()).build();
    Context::new(World {
        app: Arc::clone(app),
        site,
        options: options("flow"),
        desk_options: options("dashboard"),
        spool_dir: app.config.data_dir.clone(),
        limits: Limits::new(app.config.rate_limits),
        streams: Arc::default(),
        stop: stop.clone(),
    })
}

async fn expire(app: Arc<App>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match sessions::expire::expire_overdue(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => warn!(%error, "sessions whose time is up could not be looked for; the next round tries again"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EXPIRE_EVERY) => {}
        }
    }
}

async fn sweep(app: Arc<App>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = artifacts::sweep::sweep(&app).await {
            warn!(%error, "files without a row could not be looked for; the next round tries again");
        }
        if let Err(error) = operators::sweep(&app).await {
            warn!(%error, "sign-ins that are over could not be taken away; the next round tries again");
        }
        if let Err(error) = api_keys::sweep(&app).await {
            warn!(%error, "answers that are too old could not be taken away; the next round tries again");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
    }
}
