//! Where a webhook may be sent. An endpoint's URL is typed by a person and resolved by a DNS server that may be an
//! attacker's, so every address is judged here, once when the endpoint is added and again at every connection.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// How long `webhook add` waits for DNS before it takes a name as one that does not resolve right now.
const LOOKUP_LIMIT: Duration = Duration::from_secs(5);

const fn v4(a: u8, b: u8, c: u8, d: u8, len: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), len)
}

const fn v6(a: u16, b: u16, len: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), len)
}

/// What the IANA IPv4 Special-Purpose Address Registry (RFC 6890) does not call globally reachable, and multicast. A
/// block counts whole, even where the registry excepts single anycast addresses.
const NOT_PUBLIC_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 0, 8),       // this network (RFC 791)
    v4(10, 0, 0, 0, 8),      // private (RFC 1918)
    v4(100, 64, 0, 0, 10),   // shared by carriers' NATs (RFC 6598)
    v4(127, 0, 0, 0, 8),     // loopback (RFC 1122)
    v4(169, 254, 0, 0, 16),  // link-local, clouds' metadata services (RFC 3927)
    v4(172, 16, 0, 0, 12),   // private (RFC 1918)
    v4(192, 0, 0, 0, 24),    // IETF protocol assignments (RFC 6890)
    v4(192, 0, 2, 0, 24),    // documentation (RFC 5737)
    v4(192, 88, 99, 0, 24),  // once 6to4's relays (RFC 7526)
    v4(192, 168, 0, 0, 16),  // private (RFC 1918)
    v4(198, 18, 0, 0, 15),   // benchmarks (RFC 2544)
    v4(198, 51, 100, 0, 24), // documentation (RFC 5737)
    v4(203, 0, 113, 0, 24),  // documentation (RFC 5737)
    v4(224, 0, 0, 0, 4),     // multicast (RFC 5771)
    v4(240, 0, 0, 0, 4),     // reserved, and limited broadcast (RFC 1112, RFC 919)
];

/// The only block that IANA gives global unicast addresses from (IPv6 Address Space registry, RFC 4291). Loopback,
/// `100::/64`, `5f00::/16`, unique local, link-local, site-local and multicast all lie outside it.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 3);

/// The parts of [`GLOBAL_V6`] that the IANA IPv6 Special-Purpose Address Registry takes out again.
const NOT_PUBLIC_V6: [Ipv6Net; 3] = [
    v6(0x2001, 0, 23),     // IETF protocol assignments, Teredo among them (RFC 2928)
    v6(0x2001, 0xdb8, 32), // documentation (RFC 3849)
    v6(0x3fff, 0, 20),     // documentation (RFC 9637)
];

/// Whether an address can be a host on the public internet, after the IANA special-purpose registries. An IPv6 address
/// that stands for an IPv4 one is judged by that.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !NOT_PUBLIC_V4.iter().any(|net| net.contains(&ip)),
        IpAddr::V6(ip) => match embedded_v4(ip) {
            Some(inner) => is_public(IpAddr::V4(inner)),
            None => GLOBAL_V6.contains(&ip) && !NOT_PUBLIC_V6.iter().any(|net| net.contains(&ip)),
        },
    }
}

/// The IPv4 address that packets to `ip` end up at: IPv4-mapped (RFC 4291), NAT64's `64:ff9b::/96` (RFC 6052) and 6to4's
/// `2002::/16` (RFC 3056). IPv4-compatible and Teredo addresses are not read but refused.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let halves = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(halves(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(halves(high, low)),
        [0x2002, high, low, ..] => Some(halves(high, low)),
        _ => None,
    }
}

/// How a webhook travels. What an address needs depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Over TLS: to public and to listed addresses.
    Https,
    /// In the clear: to listed addresses alone.
    Http,
}

impl Scheme {
    /// The scheme of a URL.
    ///
    /// # Errors
    /// [`Refused::Scheme`] for any but these two.
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
    /// A user name or a password in the URL, which would end up in proxies' logs; the signature is the proof.
    #[error("a webhook's URL has no user name or password in it")]
    UserInfo,
    /// No host to send to.
    #[error("a webhook's URL names a host")]
    NoHost,
    /// Port 0, where nothing can listen.
    #[error("a webhook's URL cannot have port 0")]
    PortZero,
    /// A host that is, or whose name leads to, no public or listed address.
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

    /// Whether https may go to an address: it is public, or listed.
    pub fn allows(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.lists(ip)
    }

    /// Whether `FLOW_WEBHOOK_ALLOW_NETS` lists an address; an IPv4-mapped one also as the IPv4 address that it is.
    pub fn lists(&self, ip: IpAddr) -> bool {
        let canonical = ip.to_canonical();
        self.nets.iter().any(|net| net.contains(&ip) || net.contains(&canonical))
    }

    /// Whether webhooks may go to an address this way.
    pub fn allows_over(&self, scheme: Scheme, ip: IpAddr) -> bool {
        match scheme {
            Scheme::Https => self.allows(ip),
            Scheme::Http => self.lists(ip),
        }
    }

    /// Everything that a URL shows without DNS: scheme, userinfo, host, port, and the address where the host is one, in
    /// whatever notation (the URL Standard's host parser has made `0x7f.1` and `2130706433` the same 127.0.0.1).
    ///
    /// # Errors
    /// [`Refused`], the first thing that is wrong.
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

    /// What `webhook add` asks: [`Self::check_url`], and then DNS. A name that does not resolve right now is accepted,
    /// since every connection asks again.
    ///
    /// # Errors
    /// [`Refused`] where nothing could ever be sent: no address is allowed, or, over http, not every one is listed.
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

/// What holds whatever is allowed: a scheme and a host, no userinfo, a port that can be listened on.
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

/// Names that mean this machine whatever DNS says (RFC 6761, section 6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// What to answer where a host has no address that this scheme may be sent to.
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

    /// The first and last address of every block, and their neighbours outside it where those are public.
    #[test]
    fn tells_public_addresses() {
        #[rustfmt::skip]
        let public = [
            "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0",
            "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
            "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
            "8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
            "2000::", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2001:4860:4860::8888", "2606:4700::1111",
            "2003::", "3ffe:ffff::", "3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ];
        #[rustfmt::skip]
        let not_public = [
            "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.0",
            "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0",
            "172.31.255.255", "192.0.0.0", "192.0.0.9", "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.88.99.1",
            "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255",
            "203.0.113.0", "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255",
            "::", "::1", "::2", "::7f00:1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:8.8.8.8",
            "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:0:0:0:1:808:808", "64:ff9b:1::8.8.8.8",
            "64:ff9b:1:ffff::1", "100::", "100::1", "100:0:0:1::1", "2001::", "2001:0:4136:e378::1", "2001:2::1",
            "2001:10::1", "2001:20::1", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff::1",
            "2002:7f00:1::1", "2002:a00:1::", "2002:c0a8:101::1", "3fff::", "3fff:fff:ffff::1", "4000::", "5f00::1",
            "fc00::", "fd00:ec2::254", "fdff:ffff::1", "fe00::1", "fe80::1", "febf::1", "fec0::1", "feff::1",
            "ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "1fff:ffff::1",
        ];
        for ip in ips(&public) {
            assert!(is_public(ip), "{ip} is public");
        }
        for ip in ips(&not_public) {
            assert!(!is_public(ip), "{ip} is not public");
        }
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
