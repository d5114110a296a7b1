//! Why an endpoint's URL was not taken: a reason for each sentence that an operator reads of it.

/// What is wrong with a URL, with what the sentence about it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadUrl {
    /// It is no URL.
    NotAUrl,
    /// More bytes than this.
    TooLong(usize),
    /// A host's name of more characters than this.
    LongName(usize),
    /// A part of a host's name of more characters than this.
    LongLabel(usize),
    /// This scheme, which is neither https nor http.
    Scheme(String),
    /// A user name or a password in it.
    UserInfo,
    /// No host.
    NoHost,
    /// Port 0.
    PortZero,
    /// This host has no address that is public, or listed by the setting.
    NotPublic(String),
    /// Plain http to this host, which has an address that the setting does not list.
    PlainHttp(String),
}
