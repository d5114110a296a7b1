//! Flows: importing, exporting, and looking a version up. A version never changes, so a parsed one is kept.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

use shared::{
    color,
    definition::{Definition, Refused},
};
use uuid::Uuid;

use crate::{
    app::App,
    store::{self, StoreError, Tx},
};

/// Imported at the first start and never again.
pub const BUNDLED: [&str; 2] = [include_str!("../../flows/minimal.json"), include_str!("../../flows/demo.json")];

/// Parsed versions kept in memory; beyond that the store is asked again.
const KEPT: usize = 256;

/// Why a flow could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The JSON is no flow.
    #[error("the flow is refused at {0}")]
    Refused(#[from] Refused),
    /// There is none of this name.
    #[error("there is no flow \"{name}\"; there are: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A version of a flow, parsed.
#[derive(Debug)]
pub struct Flow {
    /// The version's row.
    pub id: Uuid,
    /// What it says.
    pub definition: Definition,
}

impl Flow {
    /// Where the company's logo is.
    pub fn logo_path(&self) -> String {
        format!("/branding/logo/{}", self.id)
    }
}

/// The versions parsed so far.
#[derive(Debug, Default)]
pub struct Flows {
    parsed: RwLock<HashMap<Uuid, Arc<Flow>>>,
}

/// This version.
///
/// # Errors
/// Where the store does not answer, or holds none of this id.
pub async fn by_id(app: &App, id: Uuid) -> Result<Arc<Flow>, FlowError> {
    if let Some(flow) = app.flows.parsed.read().expect("nothing panics while it holds this lock").get(&id) {
        return Ok(Arc::clone(flow));
    }
    let mut db = app.store.read().await?;
    let unknown = || FlowError::Unknown { name: id.to_string(), known: String::new() };
    let version = store::flows::by_id(&mut db, id).await?.ok_or_else(unknown)?;
    let flow = Arc::new(Flow { id, definition: Definition::parse(&version.definition)? });
    let mut parsed = app.flows.parsed.write().expect("nothing panics while it holds this lock");
    if parsed.len() >= KEPT {
        parsed.clear();
    }
    parsed.insert(id, Arc::clone(&flow));
    Ok(flow)
}

/// The newest version of a name.
///
/// # Errors
/// Where there is none of this name, or the store does not answer.
pub async fn newest(app: &App, name: &str) -> Result<(Arc<Flow>, String), FlowError> {
    let mut db = app.store.read().await?;
    // PostgreSQL takes no text with a NUL in it.
    let found = if name.contains('\0') { None } else { store::flows::newest(&mut db, name).await? };
    match found {
        Some(version) => {
            let flow = Flow { id: version.id, definition: Definition::parse(&version.definition)? };
            Ok((Arc::new(flow), version.definition))
        }
        None => Err(FlowError::Unknown { name: name.to_owned(), known: store::flows::names(&mut db).await?.join(", ") }),
    }
}

/// A flow that was imported.
#[derive(Debug)]
pub struct Imported {
    /// Its name.
    pub name: String,
    /// Its version, from 1.
    pub version: i64,
    /// What is shown otherwise than it was written, a sentence each.
    pub notes: Vec<String>,
}

/// Checks a flow and writes it as the next version of its name. Sessions that run keep theirs.
///
/// # Errors
/// Where the JSON is no flow, with the path at fault; nothing was written then.
pub async fn import(app: &App, json: &str) -> Result<Imported, FlowError> {
    let mut tx = app.store.write().await?;
    let imported = import_in(app, &mut tx, json).await?;
    tx.commit().await?;
    Ok(imported)
}

/// The same within a transaction.
pub(crate) async fn import_in(app: &App, tx: &mut Tx, json: &str) -> Result<Imported, FlowError> {
    let definition = Definition::parse(json)?;
    if let Some(logo) = definition.logo() {
        logo::read(logo).map_err(|reason| Refused { path: "branding.logo".into(), reason })?;
    }
    let (id, now) = (app.ambient.uuid(), app.ambient.now());
    let version = store::flows::insert(tx, id, &definition.name, json, now).await?;
    tx.audit(app.ambient.uuid(), now, "command-line", "flow.imported", &id.to_string()).await?;
    let notes = color::corrections(&definition.branding(None));
    Ok(Imported { name: definition.name, version, notes })
}

pub mod logo;
