//! Limits the uploads of a session and of the process: how many bodies arrive at once, how many files are in memory at once, and how much
//! a session may have on its way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Instant,
};

use super::{
    permits::{Busy, Permit, Permits, Queue},
    strikes::Strikes,
};
use crate::{
    cpu::{self, Cpu, Panicked},
    ids::SessionRef,
};

/// The most files of one session.
pub const MAX_FILES: u64 = 40;
/// The most bytes of one session's files, in total.
pub const MAX_TOTAL: u64 = 100 * 1024 * 1024;

/// The most bodies with files of one session that arrive at once.
const MAX_BODIES: usize = 4;
/// The most files of one session in memory at once.
const MAX_WORK: usize = 2;
/// The most files of one session that take much memory at once, or wait for it.
const MAX_LARGE: usize = 1;
/// The most files at once, of one session and in all, that wait for a worker or are with one.
const MAX_DOCUMENTS: usize = 1;
const MAX_DOCUMENTS_PER_PROCESS: usize = 2;
/// The most files in memory at once.
const MAX_PER_PROCESS: usize = 16;
/// How many files of all sessions may wait for the process: about as many as are worked on in that time.
const OF_ALL: Queue = Queue { waiting: 512, ..Queue::LONG };

/// The limits on uploads.
pub struct Uploads {
    bodies: Arc<Permits<SessionRef>>,
    work: Arc<Permits<SessionRef>>,
    process: Arc<Permits<()>>,
    large: Arc<Permits<SessionRef>>,
    documents: Arc<Permits<SessionRef>>,
    all_documents: Arc<Permits<()>>,
    pub(super) strikes: Strikes,
    arriving: Arc<Arriving>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            bodies: Permits::new(MAX_BODIES, Queue::LONG, "A session sends at most 4 bodies with files at once, and the others did not end in time."),
            work: Permits::new(MAX_WORK, Queue::LONG, "At most 2 files of a session are worked on at once, and the others did not end in time."),
            process: Permits::new(MAX_PER_PROCESS, OF_ALL, "At most 16 files are worked on at once, and the others did not end in time."),
            large: Permits::new(MAX_LARGE, Queue::LONG, "One large picture of a session is decoded at once, and the others did not end in time."),
            documents: Permits::new(MAX_DOCUMENTS, Queue::LONG, "One PDF of a session is looked into at once, and the others did not end in time."),
            all_documents: Permits::new(MAX_DOCUMENTS_PER_PROCESS, OF_ALL, "At most 2 PDFs are looked into at once, and the others did not end in time."),
            strikes: Strikes::default(),
            arriving: Arc::default(),
        }
    }
}

/// Why work on a file was not done.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub enum NotRun {
    /// Too many others are under way.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The session's files took too much CPU time. It may send one again after so many seconds.
    #[error("this session's files took too much CPU time")]
    Spent {
        /// How long it waits.
        seconds: u64,
    },
    /// The work panicked.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// The permit of a file in memory. Dropping it lets the next file in.
pub struct Work {
    _process: Permit<()>,
    _session: Permit<SessionRef>,
}

impl Uploads {
    /// Waits until the session may send one more body with files. Take it before the body is read: what is not read stays with its
    /// sender.
    ///
    /// # Errors
    /// [`Busy`]
    pub async fn body(&self, session: SessionRef) -> Result<Permit<SessionRef>, Busy> {
        self.bodies.take(session).await
    }

    /// Waits until one more file of the session may be in memory: first for the session's permit, so that its waiting files do not
    /// occupy permits of the process.
    ///
    /// # Errors
    /// [`Busy`]
    pub async fn work(&self, session: SessionRef) -> Result<Work, Busy> {
        let session = self.work.take(session).await?;
        let process = self.process.take(()).await?;
        Ok(Work { _process: process, _session: session })
    }

    /// Waits until one more PDF of the session may be looked into. Take it before [`Uploads::work`]: a PDF that waits for a worker must not
    /// keep photos waiting.
    ///
    /// # Errors
    /// [`Busy`]
    pub async fn document(&self, session: SessionRef) -> Result<Work, Busy> {
        let session = self.documents.take(session).await?;
        let process = self.all_documents.take(()).await?;
        Ok(Work { _process: process, _session: session })
    }

    /// Runs work on a session's file that takes this much memory, in MiB. The CPU time that it takes counts for the session.
    ///
    /// # Errors
    /// [`NotRun::Spent`] if the session's files took too much CPU time; [`NotRun::Busy`]; or if the work panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        cpu: &Cpu,
        session: SessionRef,
        mebibytes: u32,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotRun> {
        // So the next large picture is another session's.
        let _large = if cpu::is_large(mebibytes) { Some(self.large.take(session).await?) } else { None };
        self.may_spend(session)?;
        let (done, used) = cpu.run_with(mebibytes, move || cpu::measured(work)).await?;
        self.strikes.spend(session, used, Instant::now());
        Ok(done)
    }

    /// Checks that the session's files may take more CPU time.
    ///
    /// # Errors
    /// [`NotRun::Spent`]
    pub(super) fn may_spend(&self, session: SessionRef) -> Result<(), NotRun> {
        let wait = self.strikes.check_cpu(session, Instant::now());
        wait.map_err(|wait| NotRun::Spent { seconds: wait.as_millis().div_ceil(1_000) as u64 })
    }

    /// Begins a file of a session that has this many files and bytes stored. What is on its way counts like what is stored.
    ///
    /// # Errors
    /// [`Full`] if the session has too many files.
    pub fn begin(&self, session: SessionRef, files: u64, bytes: u64) -> Result<Room, Full> {
        Room::begin(&self.arriving, session, files, bytes)
    }
}

/// A session has no room for a file. Contains the limit as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Full(&'static str);

impl Full {
    /// The session has too many files.
    pub const FILES: Self = Self("A session holds at most 40 files, those on their way counted.");
    /// The session has too many bytes.
    pub const BYTES: Self = Self("A session holds at most 100 MiB (104857600 bytes) of files, those on their way counted.");
}

/// The files of each session that are on their way.
type Arriving = Mutex<HashMap<SessionRef, OnTheirWay>>;

#[derive(Debug, Default)]
struct OnTheirWay {
    files: u64,
    bytes: u64,
}

/// The room of one file that is on its way. Dropping it gives the room back.
pub struct Room {
    arriving: Arc<Arriving>,
    session: SessionRef,
    stored: u64,
    taken: u64,
}

impl Room {
    fn begin(arriving: &Arc<Arriving>, session: SessionRef, files: u64, stored: u64) -> Result<Self, Full> {
        let room = Self { arriving: Arc::clone(arriving), session, stored, taken: 0 };
        let mut all = arriving.lock().expect("nothing panics while it holds this lock");
        let on_their_way = all.entry(session).or_default();
        on_their_way.files += 1;
        let fits = files + on_their_way.files <= MAX_FILES;
        drop(all);
        if fits { Ok(room) } else { Err(Full::FILES) }
    }

    /// Takes room for the next bytes of the file.
    ///
    /// # Errors
    /// [`Full`] if the session would have too many bytes.
    pub fn take(&mut self, bytes: u64) -> Result<(), Full> {
        let mut all = self.arriving.lock().expect("nothing panics while it holds this lock");
        let on_their_way = all.entry(self.session).or_default();
        if self.stored + on_their_way.bytes + bytes > MAX_TOTAL {
            return Err(Full::BYTES);
        }
        on_their_way.bytes += bytes;
        self.taken += bytes;
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut all = self.arriving.lock().expect("nothing panics while it holds this lock");
        if let Some(on_their_way) = all.get_mut(&self.session) {
            on_their_way.files -= 1;
            on_their_way.bytes -= self.taken;
            if on_their_way.files == 0 {
                all.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use tokio::task::unconstrained;
    use uuid::Uuid;

    use super::*;
    use crate::ids::RowId as _;

    const MIB: u64 = 1024 * 1024;

    fn session(number: usize) -> SessionRef {
        SessionRef::from_uuid(Uuid::from_u128(number as u128))
    }

    #[tokio::test]
    async fn the_processs_seventeenth_file_waits() {
        let uploads = Uploads::default();
        let mut under_way = Vec::new();
        for number in 0..MAX_PER_PROCESS {
            under_way.push(uploads.work(session(number)).await.unwrap());
        }
        assert!(uploads.work(session(99)).now_or_never().is_none());
        under_way.pop();
        assert!(uploads.work(session(99)).now_or_never().is_some());
        under_way.clear();
        assert!(uploads.work.is_unused());
    }

    #[tokio::test]
    async fn the_queues_of_the_process_have_an_end() {
        let uploads = Uploads::default();
        let mut queue: Vec<_> = (0..MAX_PER_PROCESS + OF_ALL.waiting).map(|number| Box::pin(unconstrained(uploads.work(session(number))))).collect();
        let under_way: Vec<_> = queue.iter_mut().filter_map(|next| next.as_mut().now_or_never()).collect();
        let refused = unconstrained(uploads.work(session(9_999))).now_or_never().expect("it does not wait").err().expect("it is refused");
        assert!(under_way.len() == MAX_PER_PROCESS && refused.to_string().contains("16 files"), "{refused}");
        let mut queue: Vec<_> =
            (0..MAX_DOCUMENTS_PER_PROCESS + OF_ALL.waiting).map(|number| Box::pin(unconstrained(uploads.document(session(number))))).collect();
        let under_way: Vec<_> = queue.iter_mut().filter_map(|next| next.as_mut().now_or_never()).collect();
        let refused = unconstrained(uploads.document(session(9_999))).now_or_never().expect("it does not wait").err().expect("it is refused");
        assert!(under_way.len() == MAX_DOCUMENTS_PER_PROCESS && refused.to_string().contains("2 PDFs"), "{refused}");
    }

    #[tokio::test]
    async fn a_sessions_fifth_body_and_third_file_wait() {
        let uploads = Uploads::default();
        let mut bodies = Vec::new();
        for _ in 0..MAX_BODIES {
            bodies.push(uploads.body(session(1)).await.unwrap());
        }
        assert!(uploads.body(session(1)).now_or_never().is_none() && uploads.body(session(2)).now_or_never().is_some());
        let _work = (uploads.work(session(1)).await.unwrap(), uploads.work(session(1)).await.unwrap());
        assert!(uploads.work(session(1)).now_or_never().is_none() && uploads.work(session(2)).now_or_never().is_some());
    }

    #[tokio::test]
    async fn work_on_files_counts_for_their_session_and_large_pictures_take_turns() {
        let (uploads, cpu) = (Uploads::default(), Cpu::with(4));
        let (one, other) = (session(1), session(2));
        let slow = || {
            // On a busy machine a thread may get no time at all for a while.
            let mut used = std::time::Duration::ZERO;
            while used.is_zero() {
                let began = Instant::now();
                let spin = || {
                    while began.elapsed().as_millis() < 50 {
                        std::hint::spin_loop();
                    }
                };
                used = cpu::measured(spin).1;
            }
        };
        uploads.run(&cpu, one, 1, slow).await.unwrap();
        assert!(!uploads.strikes.spent_by(one).is_zero());
        uploads.strikes.spend(one, std::time::Duration::from_secs(60), Instant::now());
        let refused = uploads.run(&cpu, one, 1, || ()).await.unwrap_err();
        assert!(matches!(refused, NotRun::Spent { seconds: 50..=60 }), "{refused:?}");
        uploads.run(&cpu, other, 1, || ()).await.unwrap();

        let (end, ended) = std::sync::mpsc::channel::<()>();
        let mut first = Box::pin(uploads.run(&cpu, other, 81, move || ended.recv().unwrap()));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(50), &mut first).await.is_err(), "it runs");
        let mut second = Box::pin(unconstrained(uploads.run(&cpu, other, 81, || ())));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(50), &mut second).await.is_err(), "it waits for its session's first");
        uploads.run(&cpu, session(3), 81, || ()).await.expect("another session's does not");
        end.send(()).unwrap();
        first.await.unwrap();
        second.await.unwrap();
    }

    #[test]
    fn what_is_on_its_way_counts_and_gives_its_room_back() {
        let arriving = Arc::default();
        let begin = |files, stored| Room::begin(&arriving, session(1), files, stored);
        let (mut one, mut other) = (begin(3, 80 * MIB).unwrap(), begin(3, 80 * MIB).unwrap());
        one.take(10 * MIB).unwrap();
        other.take(10 * MIB).unwrap();
        assert_eq!(one.take(1), Err(Full::BYTES));
        drop(other);
        one.take(1).unwrap();
        assert_eq!(begin(39, 0).err(), Some(Full::FILES), "39 stored, one on its way, and this one");
        drop(one);
        assert!(arriving.lock().unwrap().is_empty(), "nothing is kept of sessions without uploads");
        assert!(begin(39, 0).is_ok());
    }
}
