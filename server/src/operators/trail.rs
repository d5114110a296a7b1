//! Audit rows of sign-ins, with the address that they came from, sealed; and a bound on the rows about refusals, so that a flood of wrong
//! passwords fills neither the database nor the log.

use std::{collections::HashMap, net::IpAddr, sync::Mutex};

use shared::session::Timestamp;
use tracing::warn;

use crate::{
    actor::{Act, Actor, Entry},
    ids::OperatorId,
    kit::Kit,
    sealed,
    store::{StoreError, Tx, audit::Beside},
    vault::Unsealable,
};

/// How long refusals of one kind, about one operator, are counted together.
const WINDOW_SECONDS: i64 = 600;
/// So many refusals of a window have a row each. After them, only the 20th, the 40th, the 80th … have one, which says how many there were.
const SINGLE: u64 = 10;
/// How long an audit row keeps its address.
pub const SOURCE_DAYS: i64 = 90;

/// Writes an audit row with the address that it came from.
pub(super) async fn audit(kit: &Kit, tx: &mut Tx, entry: Entry, source: Option<IpAddr>) -> Result<(), StoreError> {
    tx.audit_with(entry, Beside { source: sealed_source(kit, entry, source), times: None }).await
}

fn sealed_source(kit: &Kit, entry: Entry, source: Option<IpAddr>) -> Option<Vec<u8>> {
    source.map(|source| kit.vault.seal_own(&sealed::audit_source(entry.id), source.to_string().as_bytes()))
}

/// The address in an audit row.
///
/// # Errors
/// If it cannot be decrypted.
pub(super) fn source_of(kit: &Kit, entry: &Entry, sealed: &[u8]) -> Result<String, Unsealable> {
    String::from_utf8(kit.vault.open_own(&sealed::audit_source(entry.id), sealed)?).map_err(|_| Unsealable)
}

struct Window {
    began: Timestamp,
    count: u64,
}

/// Counts refusals. There is one window for each kind of refusal and each operator, and one for e-mail addresses that nobody has, so the
/// number of windows is bounded by the number of operators. Each process counts in its own memory.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<(&'static str, Option<OperatorId>), Window>>);

impl Refusals {
    /// Counts one refusal. Returns how many there were in this window, if a row should say so.
    fn count(&self, act: Act, operator: Option<OperatorId>, now: Timestamp) -> Option<u64> {
        let mut windows = self.0.lock().expect("nothing panics while it holds this lock");
        let window = windows.entry((act.as_str(), operator)).or_insert(Window { began: now, count: 0 });
        if now >= window.began.plus_seconds(WINDOW_SECONDS) {
            *window = Window { began: now, count: 0 };
        }
        window.count += 1;
        let rounds = window.count / SINGLE;
        let is_round = window.count.is_multiple_of(SINGLE) && rounds.is_power_of_two();
        (window.count <= SINGLE || is_round).then_some(window.count)
    }

    /// Logs and audits a refusal, within the bound. A database that does not answer is logged too: the answer to the request is a
    /// refusal in any case.
    pub async fn record(&self, kit: &Kit, by: Actor, act: Act, source: Option<IpAddr>) {
        if let Some(row) = self.log(kit, by, act, source) {
            row.await;
        }
    }

    /// The same for a visitor, whose answer does not wait for the row: whether there is one tells whether the account exists.
    pub(super) fn record_aside(&self, kit: &Kit, act: Act, source: Option<IpAddr>) {
        if let Some(row) = self.log(kit, Actor::Visitor, act, source) {
            tokio::spawn(row);
        }
    }

    /// Logs a refusal. Returns what writes its row, if it should have one.
    fn log(&self, kit: &Kit, by: Actor, act: Act, source: Option<IpAddr>) -> Option<impl Future<Output = ()> + Send + use<>> {
        let now = kit.ambient.now();
        let operator = act.operator();
        let count = self.count(act, operator, now)?;
        warn!(act = act.as_str(), operator = operator.map(tracing::field::display), count, "an operator, or somebody who is not signed in, was refused");
        let entry = Entry::new(&kit.ambient, now, by, act);
        let times = (count > SINGLE).then(|| i64::try_from(count).unwrap_or(i64::MAX));
        let kit = kit.clone();
        Some(async move {
            let written = async {
                let mut tx = kit.store.write().await?;
                tx.audit_with(entry, Beside { source: sealed_source(&kit, entry, source), times }).await?;
                tx.commit().await
            };
            if let Err(error) = written.await {
                warn!(%error, "a refusal could not be audited");
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RowId as _;

    #[test]
    fn a_flood_of_refusals_has_few_rows() {
        let refusals = Refusals::default();
        let start = Timestamp(0);
        let operator = |n: u128| Some(OperatorId::from_uuid(uuid::Uuid::from_u128(n)));
        let failed = Act::SignInFailed(None);
        let rows: Vec<u64> = (0..10_000).filter_map(|_| refusals.count(failed, operator(1), start)).collect();
        assert_eq!(rows, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120]);
        assert_eq!(refusals.count(failed, operator(2), start), Some(1), "a flood about one operator hides nothing about another");
        assert_eq!(refusals.count(Act::SignInLimited(None), operator(1), start), Some(1), "nor of another kind");
        assert_eq!(refusals.count(failed, operator(1), start.plus_seconds(WINDOW_SECONDS)), Some(1));
    }
}
