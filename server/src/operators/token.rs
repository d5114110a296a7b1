//! An operator who is signed in, and the tokens in cookies and links.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::role::Role;

use crate::{actor::Actor, ids::OperatorId, kit::Kit, store::operators::TokenHash};

/// An operator who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The operator's row.
    pub id: OperatorId,
    /// Their e-mail.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Names the sign-in. What a page carries on is bound to it, and so ends with it.
    pub sign_in: String,
}

impl SignedIn {
    /// The operator as the actor of an audit row.
    pub const fn actor(&self) -> Actor {
        Actor::Operator(self.id)
    }
}

/// A token in a cookie or in a link: 256 random bits. We store only its hash.
pub struct Token(String);

impl Token {
    pub(super) fn random(kit: &Kit) -> Self {
        Self(URL_SAFE_NO_PAD.encode(kit.ambient.random::<32>()))
    }

    /// The token itself, for a cookie or a link.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> TokenHash {
        hash(&self.0)
    }
}

/// The hash by which a token is looked up.
pub fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// Names a sign-in: its token's hash, hexadecimal. The token itself cannot be found from it.
pub fn id_of(hash: TokenHash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
