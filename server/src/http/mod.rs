//! HTTP handlers, one file a resource. A handler parses the request, calls one use case and renders the result. It has no SQL and takes
//! no decision.

pub mod artifacts;
mod bearer;
pub mod blanks;
pub mod body;
pub mod branding;
pub mod connections;
pub mod cookie;
pub mod dashboard;
pub mod device;
pub mod disposition;
mod errors;
pub mod events;
pub mod fallback;
pub mod files;
pub mod forms;
pub mod health;
pub mod integrators;
pub mod language;
pub mod limits;
pub mod multipart;
pub mod pace;
pub mod pages;
pub mod parameter;
pub mod path;
pub mod problems;
pub mod reads;
#[cfg(debug_assertions)]
pub mod reload;
pub mod render;
pub mod rules;
pub mod sending;
pub mod serve;
pub mod session_api;
pub mod shares;
pub mod site;
pub mod site_files;
pub mod streams;
mod transaction_errors;
pub mod transactions;
pub mod unique_keys;
pub mod uploads;
pub mod visitor;
pub mod well_formed;
pub mod windows;

use std::{ops::Deref, path::PathBuf, sync::Arc};

use leptos::prelude::LeptosOptions;
use shared::ids::KeyId;
use tokio_util::sync::CancellationToken;

use self::{blanks::Blanks, limits::Limits, reads::Reads, site_files::SiteFiles, streams::Streams};
use crate::{app::App, artifacts::permits::Permits};

/// The state of every handler. It is one pointer, because every layer and handler of a request clones it.
#[derive(Clone)]
pub struct Context(Arc<Resources>);

impl Context {
    /// Shares these resources.
    pub fn new(resources: Resources) -> Self {
        Self(Arc::new(resources))
    }
}

impl Deref for Context {
    type Target = Resources;

    fn deref(&self) -> &Resources {
        &self.0
    }
}

/// What handlers use to answer requests.
pub struct Resources {
    /// The server: settings, kit, lifecycle.
    pub app: Arc<App>,
    /// The site's static files.
    pub site: SiteFiles,
    /// Steps' pages that are drawn once.
    pub blanks: Blanks,
    /// The options with which Leptos loads the customer's bundle.
    pub options: LeptosOptions,
    /// The options with which Leptos loads the dashboard's bundle.
    pub dashboard_options: LeptosOptions,
    /// The folder for temporary files.
    pub spool_dir: PathBuf,
    /// Limits on requests a minute.
    pub limits: Limits,
    /// Limits on open event streams.
    pub streams: Arc<Streams>,
    /// Limits on files that are read.
    pub reads: Reads,
    /// The places of batches of transactions.
    pub batches: Arc<Permits<KeyId>>,
    /// Cancelled when the server shuts down.
    pub stop: CancellationToken,
}
