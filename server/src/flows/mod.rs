//! Flows: imports and checks them, and looks versions up. A version never changes, so a parsed one stays in the cache.

mod legacy;
pub mod logo;

use std::sync::{Arc, OnceLock};

use shared::{
    catalogue::{Catalogue, Evidence},
    color,
    definition::{Definition, Faults, LISTED, is_flow_name},
    problem::FieldCode,
    reading::faults::Refused,
};
use tokio::sync::Mutex;

use crate::{
    actor::{Act, Actor, Entry},
    failure::Failure,
    ids::FlowId,
    kit::Kit,
    model::{Flow, FlowVersion},
    store::{self, Db, Tx},
};

/// The bundled flows. Only the first start imports them.
pub const BUNDLED: [&str; 2] = [include_str!("../../flows/minimal.json"), include_str!("../../flows/demo.json")];

/// Why a flow could not be found or imported.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The JSON is not a valid flow.
    #[error("the flow is refused:\n{0}")]
    Refused(#[from] Faults),
    /// There is no flow with this name.
    #[error("there is no flow \"{name}\"; there are: {known}")]
    Unknown {
        /// The name.
        name: String,
        /// The names of the flows that exist.
        known: String,
    },
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(FlowError);

/// The version with this id.
///
/// # Errors
/// If the store does not answer, or has no readable version with this id.
pub async fn by_id(kit: &Kit, id: FlowId) -> Result<Arc<Flow>, Failure> {
    match kit.flows.get(id) {
        Some(flow) => Ok(flow),
        None => by_id_in(kit, &mut *kit.store.read().await?, id).await,
    }
}

async fn by_id_in(kit: &Kit, db: &mut Db, id: FlowId) -> Result<Arc<Flow>, Failure> {
    if let Some(flow) = kit.flows.get(id) {
        return Ok(flow);
    }
    let found = store::flows::by_id(db, id).await?;
    let damaged = |column| Failure::Store(store::flows::damaged(id, column).into());
    let FlowVersion { id, version, definition, resolved } = found.ok_or_else(|| damaged("id"))?;
    let definition = Definition::stored(&definition).map_err(|_| damaged("definition"))?;
    let resolved = match resolved {
        Some(json) => serde_json::from_str(&json).map_err(|_| damaged("resolved"))?,
        None => legacy::resolve(&definition),
    };
    let flow = Arc::new(Flow { id, version, definition, resolved, plate: OnceLock::new(), sent_logo: Mutex::default() });
    kit.flows.keep(Arc::clone(&flow));
    Ok(flow)
}

/// The newest version of this name.
///
/// # Errors
/// If there is no flow with this name, or the store does not answer.
pub async fn newest(kit: &Kit, name: &str) -> Result<Arc<Flow>, FlowError> {
    newest_in(kit, &mut *kit.store.read().await?, name).await
}

/// The same, on the caller's connection.
///
/// # Errors
/// As [`newest`].
pub async fn newest_in(kit: &Kit, db: &mut Db, name: &str) -> Result<Arc<Flow>, FlowError> {
    // Nothing else is looked up: PostgreSQL refuses some texts, such as one with a NUL in it.
    let found = if is_flow_name(name) { store::flows::newest(db, name).await? } else { None };
    match found {
        Some(id) => Ok(by_id_in(kit, db, id).await?),
        None => Err(FlowError::Unknown { name: name.to_owned(), known: known(store::flows::names(db, KNOWN + 1).await?) }),
    }
}

/// The most flows that a message names.
const KNOWN: i64 = 20;

/// These names in a message.
fn known(mut names: Vec<String>) -> String {
    let most = usize::try_from(KNOWN).unwrap_or_default();
    if names.len() > most {
        names.truncate(most);
        names.push("and others".to_owned());
    }
    names.join(", ")
}

/// The newest version of this name, for a command that exports it. Writes an audit row.
///
/// # Errors
/// As [`newest`].
pub async fn export(kit: &Kit, name: &str, by: Actor) -> Result<Arc<Flow>, FlowError> {
    let flow = newest(kit, name).await?;
    kit.audit_read(by, Act::FlowExported(flow.id)).await?;
    Ok(flow)
}

/// A flow that was imported.
#[derive(Debug)]
pub struct Imported {
    /// Its name.
    pub name: String,
    /// Its version, from 1.
    pub version: i64,
    /// What the company may not expect, a sentence each: see [`notes`].
    pub notes: Vec<String>,
}

/// Parses a flow and checks every rule, without importing it.
///
/// # Errors
/// Every fault, each with its path.
pub fn check(catalogue: &Catalogue, json: &str) -> Result<Definition, Faults> {
    check_with_logo(catalogue, json).map(|(definition, _)| definition)
}

/// The same, and the logo as a PNG.
fn check_with_logo(catalogue: &Catalogue, json: &str) -> Result<(Definition, Option<Vec<u8>>), Faults> {
    let mut png = None;
    let definition = Definition::import_with(json, catalogue, |given| logo::read(given).map(|read| png = Some(read)))?;
    Ok((definition, png))
}

/// What a company may not expect of its flow, a sentence each: colours that the pages correct, evidence that no check examines, and an age
/// that nobody has to tell.
pub fn notes(catalogue: &Catalogue, definition: &Definition) -> Vec<String> {
    let unexamined = definition.resolve(catalogue).unexamined.into_iter().map(|evidence| match evidence {
        Evidence::Document => "document",
        Evidence::Selfie => "selfie",
    });
    let unexamined = unexamined.map(|what| {
        format!("no check of this flow examines the {what}, so a session with a low score ends in REVIEW, not APPROVED; give \"bands\" to decide by the score")
    });
    let age = "a customer who leaves the date of birth empty passes the check \"age\": give that field \"required\": true, without \"requiredWhen\"";
    let age = definition.age_can_be_left_out().then(|| age.to_owned());
    color::corrections(&definition.branding(None)).into_iter().chain(unexamined).chain(age).collect()
}

/// Checks a flow and writes it as the next version of its name. Running sessions keep their version.
///
/// # Errors
/// Every fault, each with its path; then nothing was written.
pub async fn import(kit: &Kit, catalogue: &Catalogue, json: &str, by: Actor) -> Result<Imported, FlowError> {
    let checked = check_with_logo(catalogue, json)?;
    let mut tx = kit.store.write().await?;
    let imported = insert(kit, &mut tx, catalogue, json, checked, by).await?;
    tx.commit().await?;
    Ok(imported)
}

/// The same as [`import`], in the caller's transaction.
///
/// # Errors
/// As [`import`].
pub async fn import_in(kit: &Kit, tx: &mut Tx, catalogue: &Catalogue, json: &str, by: Actor) -> Result<Imported, FlowError> {
    insert(kit, tx, catalogue, json, check_with_logo(catalogue, json)?, by).await
}

async fn insert(
    kit: &Kit,
    tx: &mut Tx,
    catalogue: &Catalogue,
    json: &str,
    (definition, logo): (Definition, Option<Vec<u8>>),
    by: Actor,
) -> Result<Imported, FlowError> {
    check_lists(tx, &definition).await?;
    let resolved = serde_json::to_string(&definition.resolve(catalogue)).expect("names and numbers serialise");
    let (id, now) = (kit.ambient.id(), kit.ambient.now());
    let version = store::flows::insert(tx, id, &definition.name, json, &resolved, now).await?;
    if let Some(png) = logo {
        store::flows::keep_logo(tx, id, &png).await?;
    }
    tx.audit(Entry::new(&kit.ambient, now, by, Act::FlowImported(id))).await?;
    Ok(Imported { version, notes: notes(catalogue, &definition), name: definition.name })
}

/// Checks that the lists that a flow names are there, and of kinds that a customer can stand on.
async fn check_lists(tx: &mut Tx, definition: &Definition) -> Result<(), FlowError> {
    let mut faults = Vec::new();
    for (at, name) in definition.settings().lists.iter().enumerate() {
        let reason = match store::lists::by_name(tx.db().await?, name).await? {
            None => format!("there is no list {name:?}"),
            Some(list) if LISTED.iter().all(|(_, kind)| *kind != list.kind) => {
                let allowed = LISTED.map(|(_, kind)| kind.as_str()).join(", ");
                format!("{name:?} is a list of kind {}; allowed are {allowed}", list.kind.as_str())
            }
            Some(_) => continue,
        };
        faults.push(Refused { path: format!("lists[{at}]"), code: FieldCode::Malformed, reason });
    }
    Ok(Faults::none_of(faults)?)
}
