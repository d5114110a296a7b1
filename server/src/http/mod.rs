//! Parse, call one use case, render: one file a resource. No SQL and no decisions here.

pub mod artifacts;
pub mod body;
pub mod branding;
pub mod dashboard;
pub mod device;
pub mod events;
pub mod files;
pub mod forms;
pub mod health;
pub mod integrators;
pub mod language;
pub mod limits;
pub mod pace;
pub mod pages;
pub mod path;
pub mod problems;
#[cfg(debug_assertions)]
pub mod reload;
pub mod render;
pub mod serve;
pub mod session_api;
pub mod site;
pub mod uploads;
pub mod visitor;

use std::{ops::Deref, path::PathBuf, sync::Arc};

use leptos::prelude::LeptosOptions;
use tokio_util::sync::CancellationToken;

use self::{events::Streams, limits::Limits, site::SiteFiles};
use crate::app::App;

/// What every handler gets: one pointer, since every layer and handler of a request clones it.
#[derive(Clone)]
pub struct Context(Arc<World>);

impl Context {
    /// Of what there is.
    pub fn new(world: World) -> Self {
        Self(Arc::new(world))
    }
}

impl Deref for Context {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0
    }
}

/// What there is for them.
pub struct World {
    /// The use cases' world.
    pub app: Arc<App>,
    /// The site's files.
    pub site: SiteFiles,
    /// What Leptos needs to know to load the customer's bundle.
    pub options: LeptosOptions,
    /// The same of the operators' bundle.
    pub desk_options: LeptosOptions,
    /// Where temporary files go.
    pub spool_dir: PathBuf,
    /// Requests counted.
    pub limits: Limits,
    /// Event streams counted.
    pub streams: Arc<Streams>,
    /// Cancelled once the server is to end.
    pub stop: CancellationToken,
}
