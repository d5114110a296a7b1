//! Places that are held for long, such as those of event streams: how many there are, and how many of them one address may hold. Below
//! half nobody is capped. Above, an address with its share gets no more, so that one address cannot take them all.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex},
};

/// The places, and who holds them.
pub struct Shares {
    most: usize,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// One place. Dropping it frees it.
pub struct Share {
    shares: Arc<Shares>,
    address: IpAddr,
}

/// Why there is no place for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Every place is taken.
    All,
    /// The address has its share.
    Share,
}

impl Shares {
    /// So many places.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, by_address: Mutex::default() })
    }

    /// Takes a place for this address, as connections are counted. Every address may have one; its share leaves as much for one address that may come.
    ///
    /// # Errors
    /// [`Full`]
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Share, Full> {
        let mut held = self.by_address.lock().expect("nothing panics while it holds this lock");
        let all: usize = held.values().sum();
        let own = held.get(&address).copied().unwrap_or_default();
        let addresses = held.len() + usize::from(own == 0);
        if all >= self.most {
            return Err(Full::All);
        }
        if all >= self.most / 2 && own >= (self.most / (addresses + 1)).max(1) {
            return Err(Full::Share);
        }
        held.insert(address, own + 1);
        Ok(Share { shares: Arc::clone(self), address })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.by_address.lock().expect("nothing panics while it holds this lock");
        if let Some(own) = held.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                held.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    /// Takes as many places as this address gets.
    fn take(shares: &Arc<Shares>, number: u8) -> (Vec<Share>, Full) {
        let mut taken = Vec::new();
        loop {
            match shares.enter(address(number)) {
                Ok(share) => taken.push(share),
                Err(full) => return (taken, full),
            }
        }
    }

    #[test]
    fn one_address_takes_half_and_leaves_room_for_others() {
        let shares = Shares::new(60);
        let (first, full) = take(&shares, 1);
        assert_eq!((first.len(), full), (30, Full::Share));
        let (second, full) = take(&shares, 2);
        assert_eq!((second.len(), full), (20, Full::Share));
        let rest: Vec<_> = (3..13).map(|number| shares.enter(address(number)).expect("there is room")).collect();
        assert_eq!(shares.enter(address(13)).err(), Some(Full::All));
        drop(second);
        assert!(shares.enter(address(13)).is_ok());
        assert_eq!(shares.enter(address(1)).err(), Some(Full::Share));
        drop((first, rest));
        assert!(shares.by_address.lock().unwrap().is_empty(), "nothing is kept of addresses without places");
    }
}
