//! SQLite's one writer. Transactions that wait for it share a commit, because a commit costs more than what most of them do. Each has a
//! savepoint of its own in the shared transaction: a member that is refused takes back only its own changes. When a member is done and
//! others wait, the connection goes to the next one before COMMIT; a group never waits for company.
//!
//! A member reads what earlier members wrote, before that is durable. So nobody may answer before the group's COMMIT: [`Member::keep`]
//! waits for it, and [`settled`] waits for the groups in which a request was refused.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use sqlx::{AnyConnection, Connection as _, Executor as _, any::AnyConnectOptions};
use tokio::sync::{mpsc, oneshot, watch};

use super::{checkpoint::Checkpoints, error::Result, file::File};
use crate::kill;

/// The most members of a group.
const MEMBERS: usize = 64;
/// How long a group takes further members. One that has been open for longer commits first.
const LONGEST: Duration = Duration::from_millis(20);
/// Transactions that the queue holds. A further one waits until there is room.
const QUEUE: usize = 1024;
/// How long a transaction waits for its turn.
const WAIT: Duration = Duration::from_secs(30);

/// The queue for the writer. Its task ends when the last copy is dropped.
#[derive(Clone, Debug)]
pub struct Writer(mpsc::Sender<Request>);

/// What the writer's task is asked for.
enum Request {
    Turn(oneshot::Sender<Result<Member, sqlx::Error>>),
    Close(oneshot::Sender<()>),
}

/// What became of a group: nothing yet, or its COMMIT, or why that failed.
type Outcome = watch::Receiver<Option<Result<(), String>>>;

/// A member's turn with the connection. Dropping it takes back what it wrote.
pub struct Member {
    /// `None` once the turn is over.
    turn: Option<(AnyConnection, oneshot::Sender<Returned>)>,
    outcome: Outcome,
    /// Whether it may have read what earlier members wrote.
    has_earlier: bool,
}

/// What is to be done once a transaction has committed.
pub type Then = Vec<Box<dyn FnOnce() + Send>>;

/// The connection, back from a member.
struct Returned {
    connection: AnyConnection,
    /// What it wrote is kept, and this is to be done after the COMMIT.
    kept: Option<Then>,
}

impl Writer {
    /// A writer on this file, with these settings of its connection, which is opened now.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub async fn open(file: AnyConnectOptions, settings: &'static str) -> Result<Self, sqlx::Error> {
        let file = File { options: file, settings };
        let connection = file.connect().await?;
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(run(file, connection, receiver));
        Ok(Self(sender))
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// If it does not come in time, or the database refuses to begin a transaction.
    pub async fn turn(&self) -> Result<Member, sqlx::Error> {
        let (sender, receiver) = oneshot::channel();
        let turn = async {
            self.0.send(Request::Turn(sender)).await.map_err(|_| sqlx::Error::PoolClosed)?;
            receiver.await.map_err(|_| sqlx::Error::PoolClosed)?
        };
        tokio::time::timeout(WAIT, turn).await.map_err(|_| sqlx::Error::PoolTimedOut)?
    }

    /// Ends the group under way and closes the connection. Later turns are refused.
    pub async fn close(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.0.send(Request::Close(sender)).await.is_ok() {
            let _ = receiver.await;
        }
    }
}

impl Member {
    /// Keeps what was written, and waits until it is durable. Then this is done, also if nobody waits any more.
    ///
    /// # Errors
    /// If the group's COMMIT fails; then nothing was written.
    pub async fn keep(mut self, then: Then) -> Result<(), sqlx::Error> {
        self.end(Some(then));
        committed(&mut self.outcome).await
    }

    pub const fn connection_mut(&mut self) -> &mut AnyConnection {
        match &mut self.turn {
            Some((connection, _)) => connection,
            None => panic!("a member that has ended is not used"),
        }
    }

    /// Gives the connection back. Returns whether there was one.
    fn end(&mut self, kept: Option<Then>) -> bool {
        let Some((connection, back)) = self.turn.take() else { return false };
        // If the writer's task is gone, so is the transaction.
        let _ = back.send(Returned { connection, kept });
        true
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if self.end(None) && self.has_earlier {
            let _ = UNSETTLED.try_with(|unsettled| unsettled.borrow_mut().push(self.outcome.clone()));
        }
    }
}

async fn committed(outcome: &mut Outcome) -> Result<(), sqlx::Error> {
    let failed = |why: &str| sqlx::Error::Protocol(format!("the shared commit failed: {why}"));
    match outcome.wait_for(Option::is_some).await {
        Ok(outcome) => match &*outcome {
            Some(Err(why)) => Err(failed(why)),
            _ => Ok(()),
        },
        Err(_) => Err(failed("the writer has ended")),
    }
}

tokio::task_local! {
    /// The groups in which this request was refused after others had written.
    static UNSETTLED: RefCell<Vec<Outcome>>;
}

/// Runs a request. Before it returns, everything that the request has read in a shared transaction is durable, also where the request
/// itself wrote nothing: otherwise a refusal could rest on a change that a crash takes back.
///
/// # Errors
/// If one of those commits fails.
pub async fn settled<F: Future>(request: F) -> Result<F::Output> {
    let whole = async {
        let output = request.await;
        (output, UNSETTLED.with(RefCell::take))
    };
    let (output, unsettled) = UNSETTLED.scope(RefCell::default(), whole).await;
    for mut outcome in unsettled {
        committed(&mut outcome).await?;
    }
    Ok(output)
}

/// The writer's task: one group after the other.
async fn run(file: File, connection: AnyConnection, mut queue: mpsc::Receiver<Request>) {
    let (mut connection, mut next, mut checkpoints) = (Some(connection), None, Checkpoints::start(file.clone()));
    loop {
        let request = match next.take() {
            Some(request) => Some(request),
            None => queue.recv().await,
        };
        let first = match request {
            Some(Request::Turn(first)) => first,
            Some(Request::Close(done)) => {
                queue.close();
                checkpoints.close().await;
                close(connection).await;
                let _ = done.send(());
                return;
            }
            None => {
                checkpoints.close().await;
                return close(connection).await;
            }
        };
        let open = match connection.take() {
            Some(open) => Ok(open),
            None => file.connect().await,
        };
        match open {
            Ok(open) => {
                (connection, next) = group(open, first, &mut queue).await;
                checkpoints.committed();
            }
            Err(error) => drop(first.send(Err(error))),
        }
    }
}

async fn close(connection: Option<AnyConnection>) {
    if let Some(connection) = connection
        && let Err(error) = connection.close().await
    {
        tracing::warn!(%error, "the database's writer did not close cleanly");
    }
}

/// Runs one group. Returns the connection, unless its state is unknown, and a request that came too late for this group.
async fn group(
    mut connection: AnyConnection,
    first: oneshot::Sender<Result<Member, sqlx::Error>>,
    queue: &mut mpsc::Receiver<Request>,
) -> (Option<AnyConnection>, Option<Request>) {
    // A deferred transaction would fail on its first write if another process had written since it began.
    if let Err(error) = connection.execute("BEGIN IMMEDIATE; SAVEPOINT member").await {
        let _ = first.send(Err(error));
        return (None, None);
    }
    let (began, mut kept, mut then) = (Instant::now(), 0, Vec::new());
    let (outcome, receiver) = watch::channel(None);
    let mut turn = first;
    let (ended, late) = loop {
        let (back, returned) = oneshot::channel();
        let member = Member { turn: Some((connection, back)), outcome: receiver.clone(), has_earlier: kept > 0 };
        // A member whose request was given up gives the connection back when it is dropped.
        drop(turn.send(Ok(member)));
        let returned = returned.await.expect("a member gives the connection back, at the latest when it is dropped");
        connection = returned.connection;
        let is_kept = returned.kept.is_some();
        kept += usize::from(is_kept);
        then.extend(returned.kept.unwrap_or_default());
        let request = if kept < MEMBERS && began.elapsed() < LONGEST { queue.try_recv().ok() } else { None };
        let goes_on = matches!(request, Some(Request::Turn(_)));
        if kept > 1 && !goes_on {
            kill::point("group.before_commit");
        }
        // An error that ends the whole transaction ends the savepoint too. Then these statements fail, and nothing more runs in the group.
        let done = match (is_kept, goes_on) {
            (true, true) => "RELEASE member; SAVEPOINT member",
            (false, true) => "ROLLBACK TO member",
            (true, false) => "COMMIT",
            (false, false) if kept > 0 => "ROLLBACK TO member; COMMIT",
            (false, false) => "ROLLBACK",
        };
        let done = connection.execute(done).await;
        turn = match (done, request) {
            (Ok(_), Some(Request::Turn(next))) => next,
            (done, request) => break (done, request),
        };
    };
    // A connection after an error may be in any state. Dropping it rolls back.
    let connection = ended.is_ok().then_some(connection);
    if ended.is_ok() {
        then.into_iter().for_each(|done: Box<dyn FnOnce() + Send>| done());
    }
    outcome.send_replace(Some(ended.map(drop).map_err(|error| error.to_string())));
    (connection, late)
}
