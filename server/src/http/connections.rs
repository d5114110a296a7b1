//! Which connections are open, from which address, and which of them may be closed. Below half of the limit nobody loses one. Above, an
//! address with more than its share loses those that wait for it, so that one address cannot shut everyone else out.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The most connections at once. Further ones close one that may be closed, or wait to be accepted.
pub const CONNECTIONS: usize = 2_000;
/// How many connections may be on their way out besides.
const LEAVING: usize = 200;

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is between two requests, or before the first one.
    Idle,
    /// It sends a request's body.
    Sending,
    /// We work on its request, or send the answer.
    Working,
}

/// The open connections of the process.
#[derive(Default)]
pub struct Connections {
    open: Mutex<Open>,
    /// Woken when a connection ends or may be closed.
    changed: Notify,
}

#[derive(Default)]
struct Open {
    count: usize,
    /// Grows with each change, so that the oldest is found.
    clock: u64,
    by_address: HashMap<IpAddr, OfAddress>,
}

/// The connections of one address.
#[derive(Default)]
struct OfAddress {
    count: usize,
    idle: BTreeMap<u64, CancellationToken>,
    sending: BTreeMap<u64, CancellationToken>,
}

impl OfAddress {
    fn list(&mut self, doing: Doing) -> Option<&mut BTreeMap<u64, CancellationToken>> {
        match doing {
            Doing::Idle => Some(&mut self.idle),
            Doing::Sending => Some(&mut self.sending),
            Doing::Working => None,
        }
    }
}

/// One open connection. Dropping it takes it out of the count.
pub struct Connection {
    connections: Arc<Connections>,
    address: IpAddr,
    /// What it does, and since which tick of the clock. Locked inside the lock of the open connections.
    doing: Mutex<(Doing, u64)>,
    /// Cancelled when another connection needs its place.
    pub leave: CancellationToken,
    /// Cancelled when its client takes an answer too slowly.
    pub cut: CancellationToken,
}

impl Open {
    /// The address with the most connections among those with one that does this, if it has more than its share. Among equals, the one
    /// whose connection has done it longest.
    fn largest(&mut self, doing: Doing, share: usize) -> Option<&mut OfAddress> {
        let with_one = self.by_address.values_mut().filter_map(|one| {
            let oldest = *one.list(doing)?.first_key_value()?.0;
            Some((one, oldest))
        });
        with_one.max_by_key(|(one, oldest)| (one.count, Reverse(*oldest))).map(|(one, _)| one).filter(|one| one.count > share)
    }

    /// Closes the oldest connection that does this, of the address with the most, if that has more than its share.
    fn close_one(&mut self, doing: Doing, share: usize) -> bool {
        let oldest = self.largest(doing, share).and_then(|one| one.list(doing)?.pop_first());
        if let Some((_, leave)) = &oldest {
            leave.cancel();
        }
        oldest.is_some()
    }

    /// Makes room for one more connection of this address.
    fn make_room(&mut self, address: IpAddr, limit: usize) -> bool {
        let addresses = self.by_address.len() + usize::from(!self.by_address.contains_key(&address));
        let share = limit / addresses;
        if self.count < limit {
            if self.count >= limit / 2 {
                self.close_one(Doing::Idle, share);
            }
            return true;
        }
        let closed = self.close_one(Doing::Idle, share) || self.close_one(Doing::Sending, share) || self.close_one(Doing::Idle, 0);
        closed && self.count < limit + LEAVING
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().expect("nothing panics while it holds this lock")
    }

    /// Enters a new connection, as idle. Waits while there is no room and none may be closed.
    pub async fn enter(self: &Arc<Self>, address: IpAddr) -> Connection {
        loop {
            let changed = self.changed.notified();
            if let Some(connection) = self.try_enter(address, CONNECTIONS) {
                return connection;
            }
            changed.await;
        }
    }

    fn try_enter(self: &Arc<Self>, address: IpAddr, limit: usize) -> Option<Connection> {
        let mut open = self.lock();
        if !open.make_room(address, limit) {
            return None;
        }
        open.count += 1;
        open.by_address.entry(address).or_default().count += 1;
        drop(open);
        let connection = Connection {
            connections: Arc::clone(self),
            address,
            doing: Mutex::new((Doing::Working, 0)),
            leave: CancellationToken::new(),
            cut: CancellationToken::new(),
        };
        connection.now(Doing::Idle);
        Some(connection)
    }
}

impl Connection {
    /// Notes what it does from now on.
    pub fn now(&self, doing: Doing) {
        let mut open = self.connections.lock();
        open.clock += 1;
        let clock = open.clock;
        let mut mine = self.doing.lock().expect("nothing panics while it holds this lock");
        let (before, since) = std::mem::replace(&mut *mine, (doing, clock));
        if let Some(of_address) = open.by_address.get_mut(&self.address) {
            if let Some(list) = of_address.list(before) {
                list.remove(&since);
            }
            if let Some(list) = of_address.list(doing).filter(|_| !self.leave.is_cancelled()) {
                list.insert(clock, self.leave.clone());
            }
        }
        drop(open);
        if doing != Doing::Working {
            self.connections.changed.notify_one();
        }
    }

    /// What it does.
    pub fn doing(&self) -> Doing {
        self.doing.lock().expect("nothing panics while it holds this lock").0
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.now(Doing::Working);
        let mut open = self.connections.lock();
        open.count -= 1;
        if let Some(of_address) = open.by_address.get_mut(&self.address) {
            of_address.count -= 1;
            if of_address.count == 0 {
                open.by_address.remove(&self.address);
            }
        }
        drop(open);
        self.connections.changed.notify_one();
    }
}

#[cfg(test)]
#[path = "connections/tests.rs"]
mod tests;
