//! Where a session was submitted from.

use std::net::IpAddr;

use super::sessions::Device;
use crate::ids::SessionRef;

/// The name of the check.
pub const VELOCITY: &str = "velocity";

/// Where a request comes from. It is not stored: HMACs of it are, for 30 days, in flows that ask for the check `velocity`.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The address, behind trusted proxies.
    pub address: IpAddr,
    /// The device in this session, and in every other session whose resume cookie it sent.
    pub devices: Vec<Device>,
}

/// What sessions are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// A device: resume cookies that one browser sent together.
    Device,
    /// A network: an IPv4 /24 or an IPv6 /48.
    Network,
    /// A customer.
    Customer,
}

impl Counted {
    /// Everything that sessions are counted by.
    pub const ALL: [Self; 3] = [Self::Device, Self::Network, Self::Customer];
}

/// The other sessions of the same device, network or customer.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which of them.
    pub by: Counted,
    /// How many the flow accepts, this one counted.
    pub most: u16,
    /// Those that were submitted within the time before this one, the newest first.
    pub sessions: Vec<SessionRef>,
}
