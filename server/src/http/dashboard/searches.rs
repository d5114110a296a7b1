//! What every search by an exact reference or id goes through: a limit a minute, an audit row, and the right to reveal for numbers. With
//! many searches somebody could find out a masked reference, such as a CPF, by trying.

use std::time::Instant;

use app::{dashboard::form::Refused, words::dashboard::Refusal};
use shared::role::May;

use super::page::Page;
use crate::{
    actor::{Act, Entry},
    customers,
    http::problems::ApiError,
    ids::CustomerId,
    operators::Visit,
};

/// Counts a search.
///
/// # Errors
/// 429 if the operator has reached the searches of this minute.
pub async fn count(page: &Page, visit: &Visit) -> Result<(), ApiError> {
    let counted = page.context.limits.search(page.operator.id, Instant::now());
    if counted.is_err() {
        record_refusal(page, visit).await;
    }
    counted
}

async fn record_refusal(page: &Page, visit: &Visit) {
    let app = &page.context.app;
    app.refusals.record(&app.kit, page.operator.actor(), Act::OperatorRefused(page.operator.id), visit.source).await;
}

/// Whether the operator may look for a customer with this reference.
pub fn may_find(page: &Page, reference: &str) -> bool {
    page.may(May::Review) || !customers::is_number(reference)
}

/// Why a search for a number was refused.
pub async fn refused(page: &Page, text: &str, visit: &Visit) -> Refused {
    record_refusal(page, visit).await;
    Refused { faults: vec![("q".into(), Refusal::NumberHidden)], typed: vec![("q".to_owned(), text.to_owned())] }
}

/// Writes the audit row of a search, which found this customer or none.
///
/// # Errors
/// If the store does not answer.
pub async fn audit(page: &Page, found: Option<CustomerId>) -> Result<(), ApiError> {
    let kit = &page.context.app.kit;
    let mut tx = kit.store.write().await?;
    tx.audit(Entry::new(&kit.ambient, kit.ambient.now(), page.operator.actor(), Act::Searched(found))).await?;
    Ok(tx.commit().await?)
}
