//! Which connections are open, from which address, and which of them may be closed. Below half of the limit nobody loses one. Above, an
//! address with more than its share loses those that wait, so that one address cannot shut everyone else out. No newcomer keeps those
//! behind it from being accepted.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// The most connections at once. Further ones close one that may be closed, wait aside, or are dropped.
pub const CONNECTIONS: usize = 2_000;
/// How many connections may be on their way out besides.
const LEAVING: usize = 200;
/// How many newcomers may wait aside, and how long.
const ASIDE: usize = 200;
const ASIDE_TIME: Duration = Duration::from_secs(10);

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is between two requests, or before the first one.
    Idle,
    /// It sends the rest of a body that was refused.
    Draining,
    /// Its request waits for others to end.
    Waiting,
    /// It sends a request's body.
    Sending,
    /// We work on its request, or send the answer.
    Working,
}

/// What a connection does that may be closed. What comes first is closed first: a visitor who has just come is idle too.
const CLOSABLE: [Doing; 4] = [Doing::Draining, Doing::Idle, Doing::Waiting, Doing::Sending];

/// The open connections of the process.
pub struct Connections {
    open: Mutex<Open>,
    /// Woken when a connection ends or may be closed.
    changed: Notify,
    aside: Arc<Semaphore>,
}

impl Default for Connections {
    fn default() -> Self {
        Self { open: Mutex::default(), changed: Notify::new(), aside: Arc::new(Semaphore::new(ASIDE)) }
    }
}

/// A newcomer that may become a connection.
pub enum Newcomer {
    /// It has its place.
    Entered(Connection),
    /// It waits aside until there is room.
    Aside(Arc<Connections>, IpAddr, OwnedSemaphorePermit),
}

/// Why a newcomer has no place now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Full {
    /// Its address has its share, and nothing may be closed.
    HasShare,
    /// Every connection is being worked on, or on its way out.
    Busy,
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
    /// Those that may be closed, for each of [`CLOSABLE`], by the tick since which they do it.
    closable: [BTreeMap<u64, CancellationToken>; CLOSABLE.len()],
}

impl OfAddress {
    fn list(&mut self, doing: Doing) -> Option<&mut BTreeMap<u64, CancellationToken>> {
        let at = CLOSABLE.iter().position(|one| *one == doing)?;
        Some(&mut self.closable[at])
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
    /// How many connections this address would have with one more.
    fn with_one_more(&self, address: IpAddr) -> usize {
        self.by_address.get(&address).map_or(0, |one| one.count) + 1
    }

    /// Closes a connection that does this, of an address that has more than its share; the newcomer counts for its own. It is the address
    /// with the most, and among equals the one whose connection has done it longest.
    fn close_one(&mut self, doing: Doing, newcomer: IpAddr, share: usize) -> bool {
        let candidates = self.by_address.iter_mut().filter_map(|(address, one)| {
            let count = one.count + usize::from(*address == newcomer);
            let list = one.list(doing)?;
            let oldest = *list.first_key_value()?.0;
            Some((count, Reverse(oldest), list))
        });
        let largest = candidates.filter(|(count, ..)| *count > share).max_by_key(|(count, oldest, _)| (*count, *oldest));
        let closed = largest.and_then(|(.., list)| list.pop_first());
        if let Some((_, leave)) = &closed {
            leave.cancel();
        }
        closed.is_some()
    }

    /// Makes room for one more connection of this address. An address that has its share already takes no place from one that has less.
    fn make_room(&mut self, address: IpAddr, limit: usize) -> Result<(), Full> {
        let addresses = self.by_address.len() + usize::from(!self.by_address.contains_key(&address));
        let share = limit / addresses;
        if self.count < limit {
            if self.count >= limit / 2 {
                self.close_one(Doing::Idle, address, share);
            }
            return Ok(());
        }
        if self.count >= limit + LEAVING {
            return Err(Full::Busy);
        }
        let has_share = self.with_one_more(address) > share;
        if CLOSABLE.into_iter().any(|doing| self.close_one(doing, address, share)) || !has_share && self.close_one(Doing::Idle, address, 0) {
            Ok(())
        } else if has_share {
            Err(Full::HasShare)
        } else {
            Err(Full::Busy)
        }
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().expect("nothing panics while it holds this lock")
    }

    /// Enters a new connection, as idle, or lets it wait aside. `None` if there is no place for it: drop it at once, so that those who
    /// come after it are accepted.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Newcomer> {
        match self.try_enter(address, CONNECTIONS) {
            Ok(connection) => Some(Newcomer::Entered(connection)),
            Err(Full::HasShare) => None,
            Err(Full::Busy) => Some(Newcomer::Aside(Arc::clone(self), address, Arc::clone(&self.aside).try_acquire_owned().ok()?)),
        }
    }

    fn try_enter(self: &Arc<Self>, address: IpAddr, limit: usize) -> Result<Connection, Full> {
        let mut open = self.lock();
        open.make_room(address, limit)?;
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
        Ok(connection)
    }

    async fn enter_when_possible(self: &Arc<Self>, address: IpAddr) -> Option<Connection> {
        loop {
            let changed = self.changed.notified();
            match self.try_enter(address, CONNECTIONS) {
                Ok(connection) => return Some(connection),
                Err(Full::HasShare) => return None,
                Err(Full::Busy) => changed.await,
            }
        }
    }
}

impl Newcomer {
    /// The connection, once there is room for it. `None` if there is none within 10 s.
    pub async fn entered(self) -> Option<Connection> {
        match self {
            Self::Entered(connection) => Some(connection),
            Self::Aside(connections, address, _place) => tokio::time::timeout(ASIDE_TIME, connections.enter_when_possible(address)).await.ok().flatten(),
        }
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

    /// Waits for others to end, and may be closed meanwhile: then the answer is `None`.
    pub async fn waits<T>(&self, others: impl Future<Output = T>) -> Option<T> {
        self.now(Doing::Waiting);
        let ended = tokio::select! {
            biased;
            ended = others => Some(ended),
            () = self.leave.cancelled() => None,
        };
        self.now(Doing::Working);
        ended
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
