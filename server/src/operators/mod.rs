//! Operators: inviting, signing in, disabling. E-mail addresses are encrypted and looked up by an HMAC; tokens are looked up by their
//! SHA-256.

pub mod password;

mod email;
mod error;
mod links;
mod manage;
mod secrets;
mod set_up;
mod sign_in;
mod token;

pub use email::{email, normalised};
pub use error::OperatorError;
pub use links::{Invited, accept, demo_url, enter_once, invite, of_link};
pub use manage::{disable, has_accepted, list, sweep};
pub use secrets::{forget_secrets, show_once};
pub use set_up::{SetUp, has_administrator, is_set_up_open, set_up, set_up_url};
pub use sign_in::{SIGN_IN_SECONDS, is_signed_in, of_token, sign_in, sign_out};
pub use token::{SignedIn, Token, hash};
