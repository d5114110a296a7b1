//! Operators: inviting, signing in, their accounts, disabling. E-mail addresses are encrypted and looked up by an HMAC; tokens are looked
//! up by their SHA-256.
//!
//! Every transaction locks rows in one order, so that no two can deadlock: the row of all administrators, then the operator, then the
//! operator's sign-ins, then the links. Whoever signs in on a browser takes the sign-in of the operator before from it: both are locked, in
//! the order of their ids (`sign_in::hold`).

pub mod password;
pub mod strength;

mod account;
mod device;
mod email;
mod error;
mod links;
mod manage;
mod secrets;
mod set_up;
mod sign_in;
mod token;
mod trail;
mod visit;

pub use account::{Account, account, change_password, end_sign_ins};
pub use device::{DEVICE_SECONDS, DeviceNumber, known_device, with_device};
pub use email::{email, folded, normalised};
pub use error::OperatorError;
pub use links::{Invited, accept, demo_url, enter_once, invite, of_link, reset};
pub use manage::{Happened, ResetLink, change_role, disable, enable, has_accepted, history, is_demo, list, one, reset_link, reset_link_of, sweep};
pub use secrets::{forget_secrets, show_once};
pub use set_up::{SetUp, has_administrator, is_set_up_open, set_up, set_up_url};
pub use sign_in::{SIGN_IN_SECONDS, is_signed_in, limited, of_token, sign_in, sign_out};
pub use token::{SignedIn, Token, hash};
pub use trail::Refusals;
pub use visit::{Visit, browser};
