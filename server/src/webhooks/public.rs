//! Which addresses are on the public internet, according to the IANA special-purpose registries.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, len: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), len)
}

const fn v6(a: u16, b: u16, len: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), len)
}

/// The blocks that the IANA IPv4 Special-Purpose Address Registry (RFC 6890) does not call globally reachable, and multicast. We
/// exclude each block completely, although the registry makes exceptions for some anycast addresses.
const NOT_PUBLIC_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 0, 8),       // this network (RFC 791)
    v4(10, 0, 0, 0, 8),      // private (RFC 1918)
    v4(100, 64, 0, 0, 10),   // shared by carriers' NATs (RFC 6598)
    v4(127, 0, 0, 0, 8),     // loopback (RFC 1122)
    v4(169, 254, 0, 0, 16),  // link-local, clouds' metadata services (RFC 3927)
    v4(172, 16, 0, 0, 12),   // private (RFC 1918)
    v4(192, 0, 0, 0, 24),    // IETF protocol assignments (RFC 6890)
    v4(192, 0, 2, 0, 24),    // documentation (RFC 5737)
    v4(192, 88, 99, 0, 24),  // formerly 6to4 relays (RFC 7526)
    v4(192, 168, 0, 0, 16),  // private (RFC 1918)
    v4(198, 18, 0, 0, 15),   // benchmarks (RFC 2544)
    v4(198, 51, 100, 0, 24), // documentation (RFC 5737)
    v4(203, 0, 113, 0, 24),  // documentation (RFC 5737)
    v4(224, 0, 0, 0, 4),     // multicast (RFC 5771)
    v4(240, 0, 0, 0, 4),     // reserved, and limited broadcast (RFC 1112, RFC 919)
];

/// The only block from which IANA assigns global unicast addresses (IPv6 Address Space registry, RFC 4291). Loopback, `100::/64`,
/// `5f00::/16`, unique local, link-local, site-local and multicast addresses are outside it.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 3);

/// The parts of [`GLOBAL_V6`] that the IANA IPv6 Special-Purpose Address Registry excludes.
const NOT_PUBLIC_V6: [Ipv6Net; 3] = [
    v6(0x2001, 0, 23),     // IETF protocol assignments, Teredo among them (RFC 2928)
    v6(0x2001, 0xdb8, 32), // documentation (RFC 3849)
    v6(0x3fff, 0, 20),     // documentation (RFC 9637)
];

/// Whether an address can belong to a host on the public internet. If an IPv6 address contains an IPv4 address, the IPv4 address
/// decides.
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
/// `2002::/16` (RFC 3056). IPv4-compatible and Teredo addresses are not public, so we do not read them.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let halves = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(halves(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(halves(high, low)),
        [0x2002, high, low, ..] => Some(halves(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
