//! What the limits need to know of a request: its method and the address that it came from. An address is never logged. Only audit rows
//! and sign-ins of operators keep it, sealed; in flows that count sessions of one network, an HMAC of the network is kept for 30 days.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, request::Parts},
};
use ipnet::IpNet;

use super::Context;

/// The address of the connection's peer. Each request on the connection has it as an extension.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The sender of a request.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The request's method.
    pub method: Method,
    /// The address that it comes from. The limits count it, and audit rows of operators keep it sealed.
    pub address: IpAddr,
}

impl Visitor {
    /// The address under which what it holds is counted.
    pub fn counted_as(&self) -> IpAddr {
        counted_as(self.address)
    }
}

impl FromRequestParts<Context> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        let address = client(peer, &parts.headers, &context.app.config.trusted_proxies);
        Ok(Self { method: parts.method.clone(), address })
    }
}

/// The address that a request comes from. If the peer is a trusted proxy, it is the right-most address in `X-Forwarded-For` that is not a
/// trusted proxy. The client itself may have written everything further left.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut nearest = peer.to_canonical();
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    for entry in lines.join(",").rsplit(',') {
        if !is_trusted(&nearest) {
            break;
        }
        let Some(address) = parse(entry.trim()) else { break };
        nearest = address;
    }
    nearest
}

/// Parses an entry of `X-Forwarded-For`. Some proxies also write a port.
fn parse(entry: &str) -> Option<IpAddr> {
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    entry.parse().ok().or_else(bracketed).or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// The address under which connections are counted. All of an IPv6 /64 counts as one address, because one subscriber usually has it all.
pub fn counted_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn seen(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn forwarded_headers_are_believed_only_from_trusted_proxies() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        for (peer, lines, address) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["192.0.2.66, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["192.0.2.66", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["192.0.2.66, nonsense, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            ("fd00::1", &["[2001:db8:1:2:3:4:5:6]:443"], "2001:db8:1:2:3:4:5:6"),
            ("fd00::1", &["[2001:db8:1:2:3:4:5:6]"], "2001:db8:1:2:3:4:5:6"),
        ] {
            assert_eq!(seen(peer, lines, &proxies), address, "{peer} {lines:?}");
        }
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"], &[]), "10.0.0.1", "no proxy is trusted by default");
    }
}
