//! What an operator reads of a URL that was not taken.

use super::DashboardWords;
use crate::{dashboard::data::BadUrl, words::fill};

impl DashboardWords {
    /// Why nothing could be sent to a URL, with what is allowed.
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
