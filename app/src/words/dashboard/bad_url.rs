//! Why the URL of an endpoint was refused: a reason for each sentence, and the sentence with what is allowed.

use serde::{Deserialize, Serialize};

use super::texts::DashboardWords;
use crate::words::fill;

/// What is wrong with a URL, with the values that its sentence names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BadUrl {
    /// It is not a URL.
    NotAUrl,
    /// More bytes than this.
    TooLong(usize),
    /// A host name of more characters than this.
    LongName(usize),
    /// A part of a host name of more characters than this.
    LongLabel(usize),
    /// This scheme, which is neither https nor http.
    Scheme(String),
    /// A user name or a password in it.
    UserInfo,
    /// No host.
    NoHost,
    /// Port 0.
    PortZero,
    /// This host has no address that is public or in an allowed network.
    NotPublic(String),
    /// Plain http to this host, which has an address that the setting does not list.
    PlainHttp(String),
}

impl DashboardWords {
    /// Why a URL was refused, with what is allowed.
    pub fn bad_url_of(&self, why: &BadUrl) -> String {
        match why {
            BadUrl::NotAUrl => self.url_malformed.to_owned(),
            BadUrl::TooLong(max) => fill(self.url_long, &[("max", &max.to_string())]),
            BadUrl::LongName(max) => fill(self.url_long_name, &[("max", &max.to_string())]),
            BadUrl::LongLabel(max) => fill(self.url_long_label, &[("max", &max.to_string())]),
            BadUrl::Scheme(scheme) => fill(self.url_scheme, &[("scheme", scheme)]),
            BadUrl::UserInfo => self.url_user_info.to_owned(),
            BadUrl::NoHost => self.url_no_host.to_owned(),
            BadUrl::PortZero => self.url_port_zero.to_owned(),
            BadUrl::NotPublic(host) => fill(self.url_not_public, &[("host", host)]),
            BadUrl::PlainHttp(host) => fill(self.url_plain_http, &[("host", host)]),
        }
    }
}
