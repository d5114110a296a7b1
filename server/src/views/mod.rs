//! Reads and decrypts the data of the dashboard's pages, one function a page, in one language. It masks personal data. The route table
//! decides who may see a page.

mod backtests;
mod dossiers;
mod findings;
mod links;
mod lists;
mod mask;
mod operators;
mod paging;
mod people;
mod rows;
mod rules;
pub mod search;
mod sessions;
mod settings;
mod timeline;
mod transaction;
mod transactions;

use shared::language::Language;
use tracing::error;

use crate::{dossiers::DossierError, failure::Failure, kit::Kit, sessions::open::OpenError, store::Damaged};

/// Why a page has nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// There is no such row.
    #[error("there is no such row")]
    NotFound,
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(ViewError);

impl From<OpenError> for ViewError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NotFound => Self::NotFound,
            OpenError::Failure(error) => error.into(),
        }
    }
}

impl From<DossierError> for ViewError {
    fn from(error: DossierError) -> Self {
        match error {
            DossierError::NotFound => Self::NotFound,
            DossierError::Failure(error) => error.into(),
        }
    }
}

type Result<T, E = ViewError> = std::result::Result<T, E>;

/// What was read, or `None` if it is damaged; then the page shows everything else.
fn unless_damaged<T>(read: Result<T, impl Into<Failure>>) -> Result<Option<T>> {
    match read.map_err(Into::into) {
        Ok(read) => Ok(Some(read)),
        Err(damage) if damage.is_damage() => {
            error!(error = %damage, "a page is shown without a damaged row");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The line of a damaged row.
fn line(damaged: Damaged) -> app::dashboard::damaged::Damaged {
    app::dashboard::damaged::Damaged(damaged.id)
}

/// Reads the data of pages, in one language.
#[derive(Clone, Copy)]
pub struct Views<'a> {
    kit: &'a Kit,
    language: Language,
}

impl<'a> Views<'a> {
    /// For pages in this language.
    pub const fn new(kit: &'a Kit, language: Language) -> Self {
        Self { kit, language }
    }
}
