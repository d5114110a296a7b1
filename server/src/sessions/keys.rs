//! Decrypts a session's data key, and with it the session's id.

use shared::ids::SessionId;

use crate::{
    kit::Kit,
    model::Session,
    sealed,
    vault::{self, Key, Unsealable},
};

/// The session's data key.
///
/// # Errors
/// If it cannot be decrypted.
pub fn session_key(kit: &Kit, session: &Session) -> Result<Key, Unsealable> {
    kit.vault.data_key(&sealed::session_key(session.r#ref), &session.data_key)
}

/// The session's id, for its link and its events.
///
/// # Errors
/// If it cannot be decrypted.
pub fn session_id(session: &Session, key: &Key) -> Result<SessionId, Unsealable> {
    vault::open_text(key, &sealed::session_id(session.r#ref), &session.id_sealed)?.parse().map_err(|_| Unsealable)
}
