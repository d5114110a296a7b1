//! What aggregates over a customer's earlier transactions come to: from the tallies of whole spans, and at the ends of the window from the
//! transactions themselves. Counts and sums cost the same however many transactions the customer has.

use std::collections::BTreeSet;

use shared::session::Timestamp;

pub use super::window::{Distinct, Found, Totals, Wanted, Window};
use super::{
    counted, distinct,
    error::Result,
    spans::{self, FEW, Range},
    sums::summed_up,
    tx::Db,
    window::stored_as,
};
use crate::ids::CustomerId;

/// Measures windows of one customer, who has this many transactions, the one that is being decided included.
pub async fn measure(db: &mut Db, customer: CustomerId, arrivals: i64, asked: &[(Window<'_>, Wanted)]) -> Result<Vec<Found>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    // One of them may be the one that is being decided: it is not stored yet, and neither are the spans that it brings about.
    if arrivals <= FEW + 1 {
        return few(db, customer, asked).await;
    }
    let windows: Vec<[Timestamp; 2]> = asked.iter().map(|(window, _)| [window.since, window.until]).collect();
    let covers = spans::covers(&mut *db, customer, &windows).await?;
    let summed: Vec<(&Window<'_>, &[Range])> =
        asked.iter().zip(&covers).filter(|((_, wanted), _)| matches!(wanted, Wanted::Totals)).map(|((window, _), cover)| (window, cover.as_slice())).collect();
    let (mut totals, mut found) = (summed_up(&mut *db, customer, &summed).await?.into_iter(), Vec::with_capacity(asked.len()));
    for ((window, wanted), cover) in asked.iter().zip(covers) {
        found.push(match wanted {
            Wanted::Totals => Found::Totals(totals.next().expect("there is one for each")),
            Wanted::Values(distinct) => Found::Values(distinct::count(&mut *db, (customer, window), distinct, &cover).await?),
        });
    }
    Ok(found)
}

/// Reads the few transactions that a customer has, once for all windows.
async fn few(db: &mut Db, customer: CustomerId, asked: &[(Window<'_>, Wanted)]) -> Result<Vec<Found>> {
    let from = asked.iter().map(|(window, _)| window.since.0 + 1).min().unwrap_or_default();
    let to = asked.iter().map(|(window, _)| window.until.0 + 1).max().unwrap_or_default();
    let all = counted::between(db, customer, from, to).await?;
    let found = asked.iter().map(|(window, wanted)| {
        let fitting = all.iter().filter(|of| window.takes(of));
        match wanted {
            Wanted::Totals => Found::Totals(fitting.fold(Totals::default(), |totals, of| totals.and(Totals::of(of.amount)))),
            Wanted::Values(Distinct { field, most, without }) => {
                let values: BTreeSet<&[u8]> = fitting.filter_map(|of| of.value(stored_as(*field))).filter(|value| Some(*value) != without.as_deref()).collect();
                Found::Values((values.len() as u64).min(*most))
            }
        }
    });
    Ok(found.collect())
}
