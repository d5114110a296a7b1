//! Passwords: Argon2id on one thread of its own, which gives way to everything else, so that a crowd at the door keeps no
//! customer waiting. What does not fit into its queue is turned away.

use std::{cell::LazyCell, sync::mpsc, thread};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// The fewest characters of a password.
pub const MIN_CHARS: usize = 12;
/// The most bytes of a password.
pub const MAX_BYTES: usize = 256;
/// Passwords that may wait for their turn: at some 40 ms each, less than the time that a browser waits.
const QUEUE: usize = 64;
/// How much the thread gives way: the most that there is.
#[cfg(target_os = "linux")]
const NICE: i32 = 19;

/// The thread cannot take another password now, or is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords wait")]
pub struct Busy;

enum Work {
    Hash { password: Zeroizing<String>, salt: [u8; 16], answer: oneshot::Sender<String> },
    Verify { password: Zeroizing<String>, hash: Option<String>, answer: oneshot::Sender<bool> },
}

/// The thread that works on passwords.
pub struct Passwords(mpsc::SyncSender<Work>);

impl Default for Passwords {
    fn default() -> Self {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let spawned = thread::Builder::new().name("passwords".to_owned()).spawn(move || work(&receiver));
        spawned.expect("a thread can be started before anything runs");
        Self(sender)
    }
}

impl Passwords {
    /// The password's hash, as a PHC string with its salt and parameters.
    ///
    /// # Errors
    /// [`Busy`]
    pub async fn hash(&self, password: &str, salt: [u8; 16]) -> Result<String, Busy> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Work::Hash { password: composed(password), salt, answer }).map_err(|_| Busy)?;
        answered.await.map_err(|_| Busy)
    }

    /// Whether it is the password of this hash. Without a hash it never is, and finding out takes the same time.
    ///
    /// # Errors
    /// [`Busy`]
    pub async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool, Busy> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Work::Verify { password: composed(password), hash, answer }).map_err(|_| Busy)?;
        answered.await.map_err(|_| Busy)
    }
}

/// The same password typed on another keyboard is the same password (NFC, UAX #15).
fn composed(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfc().collect())
}

fn work(queue: &mpsc::Receiver<Work>) {
    // Of a process that is not named, Linux takes the calling thread (sched(7)).
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
    // Argon2id with 19 MiB, two passes, one lane: the first choice of OWASP's Password Storage Cheat Sheet.
    let argon2 = Argon2::default();
    let hashed = |password: &str, salt: &[u8]| argon2.hash_password_with_salt(password.as_bytes(), salt).map(|hash| hash.to_string());
    let nobody = LazyCell::new(|| hashed("nobody has this password", &[7; 16]).expect("the parameters are valid"));
    while let Ok(work) = queue.recv() {
        // Made before the first look at anybody, so that nobody can be told by the time it takes.
        let nobody: &str = &nobody;
        match work {
            Work::Hash { password, salt, answer } => {
                let _ = answer.send(hashed(&password, &salt).expect("the parameters are valid"));
            }
            // Whoever asked has gone.
            Work::Verify { answer, .. } if answer.is_closed() => {}
            Work::Verify { password, hash, answer } => {
                let known = PasswordHash::new(hash.as_deref().unwrap_or(nobody));
                let is_it = known.is_ok_and(|known| argon2.verify_password(password.as_bytes(), &known).is_ok());
                let _ = answer.send(is_it && hash.is_some());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let passwords = Passwords::default();
        let hash = passwords.hash("caf\u{e9} com leite quente", [1; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(passwords.verify("cafe\u{301} com leite quente", Some(hash.clone())).await, Ok(true), "however it was typed");
        assert_eq!(passwords.verify("cafe com leite quente", Some(hash)).await, Ok(false));
        assert_eq!(passwords.verify("nobody has this password", None).await, Ok(false));
        assert_ne!(passwords.hash("the same", [1; 16]).await, passwords.hash("the same", [2; 16]).await);
    }

    #[tokio::test]
    async fn a_crowd_is_turned_away_instead_of_waiting_for_ever() {
        let passwords = Passwords::default();
        let crowd = futures::future::join_all((0..200).map(|_| passwords.verify("a guess", None))).await;
        let busy = crowd.iter().filter(|answer| answer.is_err()).count();
        assert!((200 - QUEUE - 2..200).contains(&busy), "{busy} of 200 were turned away");
    }
}
