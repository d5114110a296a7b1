//! Why an endpoint did not take an event, in words that do not need the HTTP client's own.

use super::texts::DashboardWords;
use crate::words::fill;

/// Why the last try to an endpoint failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyFailed {
    /// It answered with this status, which is not a 2xx.
    Status(String),
    /// Its address is not one that webhooks may be sent to.
    Address,
    /// Its name does not resolve.
    Dns,
    /// It accepts no connection.
    Connect,
    /// It accepts no TLS connection, for example because its certificate is not trusted.
    Tls,
    /// It did not answer in time.
    Timeout,
    /// Nothing could be sent, because the delivery is damaged.
    Unusable,
    /// Anything else, such as a connection that broke.
    Other,
}

impl WhyFailed {
    /// From what a try records: the answer's status, or the name of the failure and a sentence after a colon.
    pub fn of(recorded: &str) -> Self {
        match recorded.split(':').next().unwrap_or_default() {
            status if !status.is_empty() && status.bytes().all(|byte| byte.is_ascii_digit()) => Self::Status(status.to_owned()),
            "refused_address" => Self::Address,
            "dns" => Self::Dns,
            "connect" => Self::Connect,
            "tls" => Self::Tls,
            "timeout" => Self::Timeout,
            "unusable" => Self::Unusable,
            _ => Self::Other,
        }
    }
}

impl DashboardWords {
    /// Why the last try failed.
    pub fn why_failed(&self, why: &WhyFailed) -> String {
        match why {
            WhyFailed::Status(status) => return fill(self.records.answered_status, &[("status", status)]),
            WhyFailed::Address => self.records.failed_address,
            WhyFailed::Dns => self.records.failed_dns,
            WhyFailed::Connect => self.records.failed_connect,
            WhyFailed::Tls => self.records.failed_tls,
            WhyFailed::Timeout => self.records.failed_timeout,
            WhyFailed::Unusable => self.records.failed_unusable,
            WhyFailed::Other => self.records.failed_other,
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_failure_has_its_words() {
        for (recorded, why) in [
            ("500", WhyFailed::Status("500".to_owned())),
            ("302", WhyFailed::Status("302".to_owned())),
            ("dns: the host's name does not resolve: no such host", WhyFailed::Dns),
            ("connect: no connection could be made: refused", WhyFailed::Connect),
            ("tls: no TLS connection could be made: expired", WhyFailed::Tls),
            ("timeout: the connection timed out", WhyFailed::Timeout),
            ("refused_address: 10.0.0.1 is not public", WhyFailed::Address),
            ("unusable: it cannot be decrypted", WhyFailed::Unusable),
            ("other: the try panicked", WhyFailed::Other),
            ("", WhyFailed::Other),
        ] {
            assert_eq!(WhyFailed::of(recorded), why, "{recorded}");
        }
    }
}
