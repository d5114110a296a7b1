//! Judges, hashes and verifies passwords, with zxcvbn and Argon2id, on its own thread with the lowest priority, so that many sign-ins at once do not delay
//! customers. Operators on a device that we know have a queue of their own, which is served first, so that a crowd of strangers does not
//! keep them out. If 64 passwords wait in a queue, the next one is refused with [`Busy`].

use std::{cell::LazyCell, sync::mpsc, thread};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::strength::{Weakness, judge};

/// The most passwords that may wait in a queue. At about 40 ms each, the last one is done before a browser gives up.
const QUEUE: usize = 64;
/// The thread's niceness: the lowest priority there is.
#[cfg(target_os = "linux")]
const NICE: i32 = 19;

/// The queue of passwords is full, or its thread has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords wait")]
pub struct Busy;

/// A new password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Too many passwords wait.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// It is too easy to guess, or too long.
    #[error(transparent)]
    Weak(#[from] Weakness),
}

enum Work {
    Choose { password: Zeroizing<String>, own: Vec<String>, salt: [u8; 16], answer: oneshot::Sender<Result<String, Weakness>> },
    Verify { password: Zeroizing<String>, hash: Option<String>, answer: oneshot::Sender<bool> },
}

/// In which queue a password waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// That of operators who are signed in, or signed in on this device before.
    First,
    /// That of everybody else.
    Second,
}

/// The thread that works on passwords.
pub struct Passwords {
    first: mpsc::SyncSender<Work>,
    second: mpsc::SyncSender<Work>,
    /// One signal for each password that waits.
    arrived: mpsc::Sender<()>,
}

/// What the thread receives.
struct Queues {
    first: mpsc::Receiver<Work>,
    second: mpsc::Receiver<Work>,
    arrived: mpsc::Receiver<()>,
}

impl Queues {
    /// Waits for the next password. `None` if none will come any more.
    fn next(&self) -> Option<Work> {
        self.arrived.recv().ok()?;
        self.first.try_recv().or_else(|_| self.second.try_recv()).ok()
    }
}

impl Default for Passwords {
    fn default() -> Self {
        let (first, from_first) = mpsc::sync_channel(QUEUE);
        let (second, from_second) = mpsc::sync_channel(QUEUE);
        let (arrived, signals) = mpsc::channel();
        let queues = Queues { first: from_first, second: from_second, arrived: signals };
        let spawned = thread::Builder::new().name("passwords".to_owned()).spawn(move || work(&queues));
        spawned.expect("a thread can be started before anything runs");
        Self { first, second, arrived }
    }
}

impl Passwords {
    fn send(&self, turn: Turn, work: Work) -> Result<(), Busy> {
        let queue = if turn == Turn::First { &self.first } else { &self.second };
        queue.try_send(work).map_err(|_| Busy)?;
        // The signal comes after its password, so that the thread finds one for each signal.
        self.arrived.send(()).map_err(|_| Busy)
    }

    /// Judges a new password and returns its hash, as a PHC string with its salt and parameters. `own` are texts that a stranger would
    /// try first.
    ///
    /// # Errors
    /// [`Unfit`]
    pub async fn choose(&self, turn: Turn, password: &str, own: Vec<String>, salt: [u8; 16]) -> Result<String, Unfit> {
        let (answer, answered) = oneshot::channel();
        self.send(turn, Work::Choose { password: composed(password), own, salt, answer })?;
        Ok(answered.await.map_err(|_| Busy)??)
    }

    /// Whether the password has this hash. Without a hash the answer is false, after the same time.
    ///
    /// # Errors
    /// [`Busy`]
    pub async fn verify(&self, turn: Turn, password: &str, hash: Option<String>) -> Result<bool, Busy> {
        let (answer, answered) = oneshot::channel();
        self.send(turn, Work::Verify { password: composed(password), hash, answer })?;
        answered.await.map_err(|_| Busy)
    }
}

/// Normalises a password to NFC (UAX #15), because keyboards type the same letters in different forms.
fn composed(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfc().collect())
}

fn work(queues: &Queues) {
    // Without a process id, Linux sets the priority of the calling thread (sched(7)).
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
    // Argon2id with 19 MiB, two passes, one lane: the first choice of OWASP's Password Storage Cheat Sheet.
    let argon2 = Argon2::default();
    let hashed = |password: &str, salt: &[u8]| argon2.hash_password_with_salt(password.as_bytes(), salt).map(|hash| hash.to_string());
    let dummy = LazyCell::new(|| hashed("nobody has this password", &[7; 16]).expect("the parameters are valid"));
    while let Some(work) = queues.next() {
        // Made before the first password is verified, so that the time of an answer does not show whether the operator exists.
        let dummy: &str = &dummy;
        match work {
            Work::Choose { password, own, salt, answer } => {
                let chosen = judge(&password, &own).map(|()| hashed(&password, &salt).expect("the parameters are valid"));
                let _ = answer.send(chosen);
            }
            // The caller no longer waits.
            Work::Verify { answer, .. } if answer.is_closed() => {}
            Work::Verify { password, hash, answer } => {
                let known = PasswordHash::new(hash.as_deref().unwrap_or(dummy));
                let is_right = known.is_ok_and(|known| argon2.verify_password(password.as_bytes(), &known).is_ok());
                let _ = answer.send(is_right && hash.is_some());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches_its_hash() {
        let passwords = Passwords::default();
        let choose = async |password: &str, salt: u8| passwords.choose(Turn::Second, password, Vec::new(), [salt; 16]).await;
        let hash = choose("caf\u{e9} com leite quente", 1).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(passwords.verify(Turn::Second, "cafe\u{301} com leite quente", Some(hash.clone())).await, Ok(true), "however it was typed");
        assert_eq!(passwords.verify(Turn::Second, "cafe com leite quente", Some(hash)).await, Ok(false));
        assert_eq!(passwords.verify(Turn::Second, "nobody has this password", None).await, Ok(false));
        assert_ne!(choose("caf\u{e9} com leite quente", 1).await, choose("caf\u{e9} com leite quente", 2).await);
        assert_eq!(choose("password1234", 1).await, Err(Unfit::Weak(Weakness::Common)));
    }

    #[tokio::test]
    async fn passwords_beyond_the_queue_are_refused() {
        let passwords = Passwords::default();
        let crowd = futures::future::join_all((0..200).map(|_| passwords.verify(Turn::Second, "a guess", None))).await;
        let busy = crowd.iter().filter(|answer| answer.is_err()).count();
        assert!((200 - QUEUE - 2..200).contains(&busy), "{busy} of 200 were turned away");
    }

    #[tokio::test]
    async fn a_known_device_has_its_turn_before_a_crowd_of_strangers() {
        let passwords = Passwords::default();
        let done = std::sync::atomic::AtomicUsize::new(0);
        let strangers = futures::future::join_all((0..200).map(|_| async {
            let answered = passwords.verify(Turn::Second, "a guess", None).await;
            done.fetch_add(usize::from(answered.is_ok()), std::sync::atomic::Ordering::Relaxed);
        }));
        let known = async {
            let answered = passwords.verify(Turn::First, "a guess", None).await;
            (answered, done.load(std::sync::atomic::Ordering::Relaxed))
        };
        let (_, (answered, before)) = futures::join!(strangers, known);
        assert_eq!(answered, Ok(false), "it is not turned away");
        assert!(before <= 3, "{before} strangers were served before");
    }
}
