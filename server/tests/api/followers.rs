//! What follows a change of a session's status: a follower that fails for a reason of its own neither stops the session nor is
//! forgotten.

use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use ::server::actor::{Act, Actor, Entry};
use ::server::kit::Kit;
use ::server::model::{Change, ChangeKind, Session};
use ::server::sessions::follow_up::FollowUps;
use ::server::sessions::follower::{FollowError, Follower};
use ::server::sessions::transition::{Lifecycle, Transition, TransitionError};
use ::server::store::{StoreError, Tx};
use ::shared::risk::Decision;
use ::shared::session::{Outcome, Status};
use futures::future::BoxFuture;

use crate::support::{Parts, on_each_engine, run_due, submit};

/// How a follower fails, after it wrote a row.
#[derive(Clone, Copy)]
enum Fails {
    /// With an error of its own.
    Itself,
    /// With a panic.
    Panicking,
    /// With a statement that the database refuses.
    InTheDatabase,
}

/// A follower that writes an audit row, and fails the first times it is called.
struct Fragile {
    fails: Fails,
    times: usize,
    can_wait: bool,
    calls: AtomicUsize,
    seen: Mutex<Vec<Change>>,
}

impl Fragile {
    fn new(fails: Fails, times: usize, can_wait: bool) -> Arc<Self> {
        Arc::new(Self { fails, times, can_wait, calls: AtomicUsize::new(0), seen: Mutex::default() })
    }
}

impl Follower for Fragile {
    fn name(&self) -> &'static str {
        "fragile"
    }

    fn can_wait(&self) -> bool {
        self.can_wait
    }

    fn concerns<'a>(&'a self, _: &'a mut Tx, _: &'a Session, _: ChangeKind) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(ready(Ok(true)))
    }

    fn follow<'a>(&'a self, kit: &'a Kit, tx: &'a mut Tx, session: &'a Session, change: Change) -> BoxFuture<'a, Result<(), FollowError>> {
        Box::pin(async move {
            let entry = Entry::new(&kit.ambient, change.at, Actor::System, Act::SessionRevealed(session.r#ref));
            tx.audit(entry).await?;
            self.seen.lock().expect("no test panicked with it").push(change);
            if self.calls.fetch_add(1, Ordering::SeqCst) >= self.times {
                return Ok(());
            }
            match self.fails {
                Fails::Itself => Err(FollowError::Own("somebody else is away".to_owned())),
                Fails::Panicking => panic!("a follower that panics"),
                Fails::InTheDatabase => Ok(tx.audit(entry).await?),
            }
        })
    }
}

fn outcome() -> Transition {
    Transition::Complete(Outcome { risk_score: 0, decision: Decision::Approved, reasons: Default::default() })
}

impl Parts {
    /// Rows that the follower wrote, and rows of followers that are due or set aside.
    async fn followed(&self) -> (i64, i64, i64) {
        let count = |table: &str, condition: &str| format!("SELECT COUNT(*) FROM {table} WHERE {condition}");
        let database = &self.installation.database;
        (
            database.number(&count("audit", "action = 'session.revealed'")).await,
            database.number(&count("follow_ups", "due_at IS NOT NULL")).await,
            database.number(&count("follow_ups", "due_at IS NULL")).await,
        )
    }
}

on_each_engine!(a_follower_that_fails_is_tried_again_and_the_session_goes_on, Parts);
async fn a_follower_that_fails_is_tried_again_and_the_session_goes_on(parts: Parts) {
    for (number, fails) in (1..).zip([Fails::Itself, Fails::Panicking, Fails::InTheDatabase]) {
        let session = parts.session("minimal").await;
        parts.change(&Lifecycle::default(), session, submit()).await.expect("nobody follows");
        let follower = Fragile::new(fails, 1, true);
        let lifecycle = Lifecycle::new(vec![follower.clone()]);
        parts.change(&lifecycle, session, outcome()).await.expect("the session goes on");
        assert_eq!(parts.read(session).await.state.status(), Status::Completed);
        let session_ref = session.to_string();
        assert_eq!(parts.installation.database.events(&session_ref).await, ["session.completed"]);
        assert_eq!(parts.followed().await, (number - 1, 1, 0), "what it wrote before it failed is taken back; a row is due");

        let job = FollowUps::new(parts.kit.clone(), lifecycle);
        assert_eq!(run_due(&job).await, 0, "it rests first");
        parts.later(10);
        assert_eq!(run_due(&job).await, 1);
        assert_eq!(parts.followed().await, (number, 0, 0), "it followed, once");
        assert_eq!(follower.calls.load(Ordering::SeqCst), 2);
    }
}

on_each_engine!(a_follower_that_is_tried_again_gets_the_change_it_missed, Parts);
async fn a_follower_that_is_tried_again_gets_the_change_it_missed(parts: Parts) {
    let session = parts.session("minimal").await;
    let follower = Fragile::new(Fails::Itself, 1, true);
    let lifecycle = Lifecycle::new(vec![follower.clone()]);
    parts.change(&lifecycle, session, submit()).await.expect("the session goes on");
    parts.change(&lifecycle, session, outcome()).await.expect("the session goes on");
    parts.later(10);
    assert_eq!(run_due(&FollowUps::new(parts.kit.clone(), lifecycle)).await, 1);
    let seen = follower.seen.lock().expect("no test panicked with it").clone();
    let kinds: Vec<ChangeKind> = seen.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Submitted, ChangeKind::Completed, ChangeKind::Submitted], "the session is COMPLETED by now");
    assert_eq!(seen[2], seen[0], "at the time when it happened");
}

on_each_engine!(a_follower_that_the_session_needs_takes_the_change_back, Parts);
async fn a_follower_that_the_session_needs_takes_the_change_back(parts: Parts) {
    let session = parts.session("minimal").await;
    let lifecycle = Lifecycle::new(vec![Fragile::new(Fails::Itself, 1, false)]);
    let refused = parts.change(&lifecycle, session, submit()).await.expect_err("the follower failed");
    assert!(matches!(refused, TransitionError::Follower { follower: "fragile", .. }), "{refused}");
    assert_eq!(parts.read(session).await.state.status(), Status::Pending);
    assert_eq!(parts.followed().await, (0, 0, 0));
    parts.change(&lifecycle, session, submit()).await.expect("it does not fail twice");
    assert_eq!((parts.read(session).await.state.status(), parts.followed().await), (Status::Processing, (1, 0, 0)));
}

on_each_engine!(a_follower_that_fails_at_every_try_is_set_aside, Parts);
async fn a_follower_that_fails_at_every_try_is_set_aside(parts: Parts) {
    let session = parts.session("minimal").await;
    parts.change(&Lifecycle::default(), session, submit()).await.expect("nobody follows");
    let follower = Fragile::new(Fails::Itself, usize::MAX, true);
    let lifecycle = Lifecycle::new(vec![follower.clone()]);
    parts.change(&lifecycle, session, outcome()).await.expect("the session goes on");
    let job = FollowUps::new(parts.kit.clone(), lifecycle);
    for _ in 0..20 {
        parts.later(24 * 3_600);
        run_due(&job).await;
    }
    assert_eq!(parts.followed().await, (0, 0, 1), "the row stays, and is no longer due");
    assert_eq!(follower.calls.load(Ordering::SeqCst), 13, "at the change, and 12 times after it");
}

on_each_engine!(only_the_transitions_of_the_lifecycle_are_taken, Parts);
async fn only_the_transitions_of_the_lifecycle_are_taken(parts: Parts) {
    let session = parts.session("minimal").await;
    let lifecycle = Lifecycle::default();
    for transition in [outcome(), Transition::Expire, Transition::Review { decision: Decision::Rejected, number: 1 }] {
        let refused = parts.change(&lifecycle, session, transition).await.expect_err("not from PENDING");
        assert!(matches!(refused, TransitionError::Refused(_)), "{refused}");
    }
    assert_eq!(parts.read(session).await.state.status(), Status::Pending);
    assert_eq!(parts.installation.database.events(&session.to_string()).await, Vec::<String>::new());
}
