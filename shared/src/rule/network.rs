//! Networks of addresses, as a list of kind `ip` holds them. Finding an address among 100,000 networks is a lookup of the texts of every
//! network that could hold it: 33 for IPv4, 129 for IPv6.

use std::{fmt, net::IpAddr};

/// A network, or one address. The bits after its prefix are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Reads an address, or a network such as `203.0.113.0/24`. Bits after the prefix are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((address, prefix)) = text.split_once('/') else {
            let address = text.parse::<IpAddr>().ok()?.to_canonical();
            return Some(Self { address, prefix: bits(address) });
        };
        let is_number = (1..=3).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u32 = prefix.parse().ok().filter(|_| is_number)?;
        let written: IpAddr = address.parse().ok()?;
        let address = written.to_canonical();
        // IPv4 inside IPv6 has 96 bits before it.
        let prefix = prefix.checked_sub(bits(written) - bits(address))?;
        (prefix <= bits(address)).then(|| Self::around(address, prefix))
    }

    /// The network with this prefix that holds the address.
    fn around(address: IpAddr, prefix: u32) -> Self {
        let rest = bits(address).saturating_sub(prefix);
        let masked = match address {
            IpAddr::V4(v4) => IpAddr::from(u32::MAX.checked_shl(rest).map_or(0, |mask| u32::from(v4) & mask).to_be_bytes()),
            IpAddr::V6(v6) => IpAddr::from(u128::MAX.checked_shl(rest).map_or(0, |mask| u128::from(v6) & mask).to_be_bytes()),
        };
        Self { address: masked, prefix }
    }

    /// Every network that holds the address, from the address itself to all addresses.
    pub fn holding(address: IpAddr) -> impl Iterator<Item = Self> {
        let address = address.to_canonical();
        (0..=bits(address)).rev().map(move |prefix| Self::around(address, prefix))
    }

    /// Whether it holds the address.
    pub fn holds(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        bits(address) == bits(self.address) && Self::around(address, self.prefix) == self
    }
}

/// An address as itself, a network as `203.0.113.0/24`.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == bits(self.address) { self.address.fmt(f) } else { write!(f, "{}/{}", self.address, self.prefix) }
    }
}

const fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_network_has_one_form() {
        for (text, form) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("203.0.113.7/24", "203.0.113.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::ffff:203.0.113.7/120", "203.0.113.0/24"),
            ("2001:DB8::1/32", "2001:db8::/32"),
            ("::1/128", "::1"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(Network::parse(text).map(|network| network.to_string()).as_deref(), Some(form), "{text}");
        }
        for text in ["", "/", "203.0.113.7/", "203.0.113.7/33", "203.0.113.7/+8", "203.0.113/24", "::1/129", "::ffff:203.0.113.7/95", "a/8", "1.2.3.4/0008"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_lookup_finds_what_holds_the_address(address: u32, other: u32, near in 0u32..4, prefix in 0u32..=32) {
            let [address, other] = [address, if near == 0 { other } else { address ^ near }].map(|bits| IpAddr::from(bits.to_be_bytes()));
            let network = Network::around(other, prefix);
            let is_found = Network::holding(address).any(|one| one.to_string() == network.to_string());
            prop_assert_eq!(network.holds(address), is_found);
            prop_assert!(Network::around(address, prefix).holds(address));
            prop_assert_eq!(Network::holding(address).count(), 33);
        }
    }
}
