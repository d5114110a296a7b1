//! Which sessions had one device, network or customer. HMACs of these are written when a session is submitted, in flows that ask for the check
//! `velocity`, and forgotten after 30 days, which is the longest time that a flow can ask about.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use shared::{definition::Limits, session::Timestamp};

use crate::{
    ids::{RowId as _, SessionRef},
    kit::Kit,
    model::{Counted, Seen, Session, Visit},
    store::{self, StoreError, Tx},
};

/// How long a visit is kept.
const KEPT_SECONDS: i64 = 30 * 86_400;
/// Bytes of an index value.
const SHORT: usize = 16;

/// Writes where a session is submitted from.
pub(super) async fn note(kit: &Kit, tx: &mut Tx, session: &Session, visit: &Visit, now: Timestamp) -> Result<(), StoreError> {
    let index = |purpose: &str, value: &str| kit.vault.index(purpose, value)[..SHORT].to_vec();
    let hexadecimal = |device: &[u8; 32]| device.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let devices = visit.devices.iter().map(|device| (Counted::Device, index("visits.device", &hexadecimal(device))));
    let network = (Counted::Network, index("visits.network", &network(visit.address)));
    let customer = session.customer.map(|customer| (Counted::Customer, index("visits.customer", &customer.row())));
    store::visits::put(tx, session.r#ref, now, devices.chain([network]).chain(customer).collect()).await
}

/// The network of an address: one provider gives one subscriber a whole /48 of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => format!("{}/24", Ipv4Addr::from_bits(address.to_bits() >> 8 << 8)),
        IpAddr::V6(address) => format!("{}/48", Ipv6Addr::from_bits(address.to_bits() >> 80 << 80)),
    }
}

/// The other sessions of the same device, network and customer that were submitted before this one, within the flow's times: as many as the
/// flow accepts with this one, or more. Nothing of what the flow sets no limit for, nor if it is not known where this one was submitted from.
///
/// # Errors
/// If the store does not answer.
pub async fn seen(kit: &Kit, session: SessionRef, submitted_at: Timestamp, limits: Limits) -> Result<Vec<Seen>, StoreError> {
    let mut db = kit.store.read().await?;
    let own = store::visits::of_session(&mut db, session).await?;
    let mut all = Vec::new();
    for (by, limit) in Counted::ALL.into_iter().zip([limits.device, limits.network, limits.customer]) {
        let Some(limit) = limit else { continue };
        let values: Vec<Vec<u8>> = own.iter().filter(|(of, _)| *of == by).map(|(_, value)| value.clone()).collect();
        if !values.is_empty() {
            let from = submitted_at.plus_seconds(-limit.per_seconds);
            let mut sessions = store::visits::sessions(&mut db, &values, from, submitted_at, i64::from(limit.most) + 1).await?;
            sessions.retain(|other| *other != session);
            all.push(Seen { by, most: limit.most, sessions });
        }
    }
    Ok(all)
}

/// Forgets what is too old to count.
///
/// # Errors
/// If the store does not answer.
pub async fn sweep(kit: &Kit) -> Result<(), StoreError> {
    loop {
        let mut tx = kit.store.write().await?;
        let is_more = store::visits::forget(&mut tx, kit.ambient.now().plus_seconds(-KEPT_SECONDS)).await?;
        tx.commit().await?;
        if !is_more {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network_are_one() {
        for (address, expected) in [
            ("203.0.113.9", "203.0.113.0/24"),
            ("203.0.113.255", "203.0.113.0/24"),
            ("203.0.112.9", "203.0.112.0/24"),
            ("::ffff:203.0.113.9", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
            ("2001:db8:1:ffff::", "2001:db8:1::/48"),
            ("2001:db8:2::1", "2001:db8:2::/48"),
        ] {
            assert_eq!(network(address.parse().expect("an address")), expected, "{address}");
        }
    }
}
