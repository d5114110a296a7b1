//! Decides where a webhook may be sent. A person types an endpoint's URL, and the DNS server that resolves it may be an attacker's.
//! So every address is checked here, when the endpoint is added and again at every connection.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use ipnet::IpNet;
use url::{Host, Url};

use super::public::is_public;

/// How long `webhook add` waits for DNS. After that the name counts as one that does not resolve right now.
const LOOKUP_LIMIT: Duration = Duration::from_secs(5);

/// The scheme of an endpoint's URL. It decides which addresses are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// TLS: public and listed addresses are allowed.
    Https,
    /// No encryption: only listed addresses are allowed.
    Http,
}

impl Scheme {
    /// The scheme of a URL.
    ///
    /// # Errors
    /// [`Refused::Scheme`] for any other scheme.
    pub fn of(url: &Url) -> Result<Self, Refused> {
        match url.scheme() {
            "https" => Ok(Self::Https),
            "http" => Ok(Self::Http),
            other => Err(Refused::Scheme(other.to_owned())),
        }
    }
}

/// Why a webhook is not sent to a URL. The text never has the URL's userinfo, path or query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Neither https nor http.
    #[error("a webhook's URL begins with https://, not {0}:")]
    Scheme(String),
    /// A user name or a password in the URL. Proxies would log it, and the signature already authenticates us.
    #[error("a webhook's URL has no user name or password in it")]
    UserInfo,
    /// No host to send to.
    #[error("a webhook's URL names a host")]
    NoHost,
    /// Port 0, on which nothing can listen.
    #[error("a webhook's URL cannot have port 0")]
    PortZero,
    /// The host is not a public or listed address, and its name does not resolve to one.
    #[error("{0} is not a public address; to send there, list its network in FLOW_WEBHOOK_ALLOW_NETS")]
    NotPublic(String),
    /// Plain http to an address that is not listed.
    #[error("http is only for addresses that FLOW_WEBHOOK_ALLOW_NETS lists, and {0} is not one; use https")]
    PlainHttp(String),
}

/// Where this server may send webhooks: to public addresses, and to the networks of `FLOW_WEBHOOK_ALLOW_NETS`.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    nets: Vec<IpNet>,
}

impl Policy {
    /// A policy that also allows the given networks.
    pub fn new(nets: Vec<IpNet>) -> Self {
        Self { nets }
    }

    /// Whether https is allowed to an address: it is public, or listed.
    pub fn allows(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.lists(ip)
    }

    /// Whether `FLOW_WEBHOOK_ALLOW_NETS` lists an address. An IPv4-mapped address is also looked up as its IPv4 address.
    pub fn lists(&self, ip: IpAddr) -> bool {
        let canonical = ip.to_canonical();
        self.nets.iter().any(|net| net.contains(&ip) || net.contains(&canonical))
    }

    /// Whether webhooks with this scheme may go to an address.
    pub fn allows_over(&self, scheme: Scheme, ip: IpAddr) -> bool {
        match scheme {
            Scheme::Https => self.allows(ip),
            Scheme::Http => self.lists(ip),
        }
    }

    /// Checks what a URL shows without DNS: scheme, userinfo, host, port, and the address if the host is one. The notation does not
    /// matter: the URL Standard's host parser has already turned `0x7f.1` and `2130706433` into 127.0.0.1.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check_url(&self, url: &Url) -> Result<(), Refused> {
        let (scheme, host) = shape(url)?;
        let possible = match host {
            Host::Ipv4(ip) => self.allows_over(scheme, ip.into()),
            Host::Ipv6(ip) => self.allows_over(scheme, ip.into()),
            Host::Domain(name) if is_localhost(name) => self.lists(Ipv4Addr::LOCALHOST.into()) || self.lists(Ipv6Addr::LOCALHOST.into()),
            Host::Domain(_) => scheme == Scheme::Https || !self.nets.is_empty(),
        };
        possible.then_some(()).ok_or_else(|| refusal(scheme, &host.to_string()))
    }

    /// The check of `webhook add`: [`Self::check_url`], then DNS. A name that does not resolve right now is accepted, because every
    /// connection checks again.
    ///
    /// # Errors
    /// [`Refused`] if none of the name's addresses is allowed, or, over http, if one of them is not listed.
    pub async fn check_resolvable(&self, url: &Url) -> Result<(), Refused> {
        self.check_url(url)?;
        let Some(Host::Domain(name)) = url.host() else {
            return Ok(());
        };
        let lookup = tokio::time::timeout(LOOKUP_LIMIT, tokio::net::lookup_host((name, 0))).await;
        let found: Vec<IpAddr> = match lookup {
            Ok(Ok(addresses)) => addresses.map(|address| address.ip()).collect(),
            Ok(Err(_)) | Err(_) => return Ok(()),
        };
        self.check_found(Scheme::of(url)?, name, &found)
    }

    fn check_found(&self, scheme: Scheme, name: &str, found: &[IpAddr]) -> Result<(), Refused> {
        let mut found_allowed = found.iter().map(|ip| self.allows_over(scheme, *ip));
        let possible = match scheme {
            Scheme::Https => found.is_empty() || found_allowed.any(|allowed| allowed),
            Scheme::Http => found_allowed.all(|allowed| allowed),
        };
        possible.then_some(()).ok_or_else(|| refusal(scheme, name))
    }
}

/// Checks what every policy requires: a known scheme, a host, no userinfo, and not port 0.
pub(super) fn shape(url: &Url) -> Result<(Scheme, Host<&str>), Refused> {
    let scheme = Scheme::of(url)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::UserInfo);
    }
    if url.port() == Some(0) {
        return Err(Refused::PortZero);
    }
    Ok((scheme, url.host().ok_or(Refused::NoHost)?))
}

/// Whether a name always means this machine, without asking DNS (RFC 6761, section 6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// The refusal of a host that has no address which this scheme allows.
pub(super) fn refusal(scheme: Scheme, host: &str) -> Refused {
    match scheme {
        Scheme::Https => Refused::NotPublic(host.to_owned()),
        Scheme::Http => Refused::PlainHttp(host.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(nets: &[&str]) -> Policy {
        Policy::new(nets.iter().map(|net| net.parse().unwrap()).collect())
    }

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn allows_what_is_public_or_listed() {
        let policy = policy(&["10.1.0.0/16", "fd00:1::/32", "127.0.0.1/32"]);
        let cases = [
            // address, allowed over https, allowed over http
            ("8.8.8.8", true, false),
            ("2606:4700::1111", true, false),
            ("10.1.2.3", true, true),
            ("::ffff:10.1.2.3", true, true),
            ("fd00:1::7", true, true),
            ("127.0.0.1", true, true),
            ("127.0.0.2", false, false),
            ("10.2.0.1", false, false),
            ("::ffff:10.2.0.1", false, false),
            ("64:ff9b::10.1.2.3", false, false),
            ("fd00:2::7", false, false),
        ];
        for (text, https, http) in cases {
            let ip = text.parse().unwrap();
            assert_eq!(policy.allows(ip), https, "{text} over https");
            assert_eq!(policy.lists(ip), http, "{text} over http");
        }
    }

    #[test]
    fn checks_a_url_before_dns() {
        let not_public = |host: &str| Err(Refused::NotPublic(host.to_owned()));
        let plain_http = |host: &str| Err(Refused::PlainHttp(host.to_owned()));
        let cases = [
            ("https://example.com/hook?a=b", Ok(()), Ok(())),
            ("https://example.com:8443/", Ok(()), Ok(())),
            ("https://8.8.8.8/", Ok(()), Ok(())),
            ("https://[2606:4700::1111]/", Ok(()), Ok(())),
            ("http://example.com/", plain_http("example.com"), Ok(())),
            ("http://8.8.8.8/", plain_http("8.8.8.8"), plain_http("8.8.8.8")),
            ("https://10.1.0.1/", not_public("10.1.0.1"), Ok(())),
            ("http://10.1.0.1/", plain_http("10.1.0.1"), Ok(())),
            ("http://127.0.0.1:9/", plain_http("127.0.0.1"), Ok(())),
            ("https://127.1/", not_public("127.0.0.1"), Ok(())),
            ("https://2130706433/", not_public("127.0.0.1"), Ok(())),
            ("https://0x7f.0.0.1/", not_public("127.0.0.1"), Ok(())),
            ("https://0177.0.0.1./", not_public("127.0.0.1"), Ok(())),
            ("https://127。0。0。1/", not_public("127.0.0.1"), Ok(())),
            ("https://[::ffff:127.0.0.1]/", not_public("[::ffff:7f00:1]"), Ok(())),
            ("https://[::1]/", not_public("[::1]"), not_public("[::1]")),
            ("https://0/", not_public("0.0.0.0"), not_public("0.0.0.0")),
            ("https://localhost/", not_public("localhost"), Ok(())),
            ("http://LOCALHOST.:80/", plain_http("localhost."), Ok(())),
            ("https://a.localhost/", not_public("a.localhost"), Ok(())),
            ("https://u@example.com/", Err(Refused::UserInfo), Err(Refused::UserInfo)),
            ("https://:p@example.com/", Err(Refused::UserInfo), Err(Refused::UserInfo)),
            ("https://example.com:0/", Err(Refused::PortZero), Err(Refused::PortZero)),
            ("ftp://8.8.8.8/", Err(Refused::Scheme("ftp".into())), Err(Refused::Scheme("ftp".into()))),
            ("mailto:a@b.c", Err(Refused::Scheme("mailto".into())), Err(Refused::Scheme("mailto".into()))),
        ];
        let listing = policy(&["10.1.0.0/16", "127.0.0.0/8"]);
        for (url, with_none, with_listed) in cases {
            let parsed = Url::parse(url).unwrap();
            assert_eq!(Policy::default().check_url(&parsed), with_none, "{url}");
            assert_eq!(listing.check_url(&parsed), with_listed, "{url}, listed");
        }
    }

    #[test]
    fn judges_what_a_name_leads_to() {
        let policy = policy(&["10.1.0.0/16"]);
        let cases: [(&[&str], bool, bool); 6] = [
            // addresses, accepted over https, accepted over http
            (&[], true, true),
            (&["8.8.8.8"], true, false),
            (&["10.1.0.1", "10.1.0.2"], true, true),
            (&["10.1.0.1", "8.8.8.8"], true, false),
            (&["127.0.0.1", "8.8.8.8"], true, false),
            (&["127.0.0.1", "fd00::1"], false, false),
        ];
        for (found, https, http) in cases {
            let judge = |scheme| policy.check_found(scheme, "hooks.example", &ips(found)).is_ok();
            assert_eq!(judge(Scheme::Https), https, "{found:?} over https");
            assert_eq!(judge(Scheme::Http), http, "{found:?} over http");
        }
    }

    #[tokio::test]
    async fn accepts_a_name_that_does_not_resolve() {
        let url = Url::parse("https://nowhere.invalid/").unwrap();
        assert_eq!(Policy::default().check_resolvable(&url).await, Ok(()));
        let url = Url::parse("https://localhost/").unwrap();
        let refused = Policy::default().check_resolvable(&url).await.unwrap_err();
        assert!(refused.to_string().contains("FLOW_WEBHOOK_ALLOW_NETS"));
    }
}
