//! Which addresses can be looked up at all, and which belong together.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A block of addresses in CIDR notation; a lone address is a block of its full length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Block {
    start: IpAddr,
    length: u8,
}

impl Block {
    /// The block of `length` leading bits around `address`; longer than the address means the address alone.
    pub fn around(address: IpAddr, length: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let length = length.min(32);
                let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
                Self { start: IpAddr::V4(Ipv4Addr::from(u32::from(v4) & mask)), length }
            }
            IpAddr::V6(v6) => {
                let length = length.min(128);
                let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
                Self { start: IpAddr::V6(Ipv6Addr::from(u128::from(v6) & mask)), length }
            }
        }
    }

    /// True when `address` lies in the block.
    pub fn contains(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.start.is_ipv4() && Self::around(address, self.length) == self
    }
}

impl fmt::Display for Block {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.start, self.length)
    }
}

impl FromStr for Block {
    type Err = String;

    /// Reads `203.0.113.0/24`, `2001:db8::/32` or a lone address.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (address, length) = text.split_once('/').unwrap_or((text, "128"));
        let address: IpAddr = address.parse().map_err(|_| format!("`{text}` is not an address or CIDR block"))?;
        let length: u8 = length.parse().map_err(|_| format!("`{text}` has no valid prefix length"))?;
        if length > 128 || (text.contains('/') && address.is_ipv4() && length > 32) {
            return Err(format!("`{text}` has a prefix longer than its address"));
        }
        Ok(Self::around(address, length))
    }
}

/// The block that one household, office or server rents: IPv4 /24, IPv6 /64 (privacy addresses change below it). `None` for text that is no address.
pub fn neighbourhood(address: &str) -> Option<Block> {
    let address: IpAddr = address.trim().parse().ok()?;
    Some(Block::around(address, if address.to_canonical().is_ipv4() { 24 } else { 64 }))
}

/// True for addresses that a routing table can know. Private, shared (CGNAT), loopback, link-local, documentation, benchmark, multicast and reserved
/// ones are not looked up: RFC 6890 and the IANA special-purpose registries (read 2026-11).
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (b == 18 || b == 19);
    let protocols = a == 192 && b == 0 && c == 0;
    !(a == 0
        || a >= 224
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || shared
        || benchmark
        || protocols)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Only 2000::/3 is handed out as global unicast; inside it 2001:db8::/32 and 3fff::/20 are for documentation.
    let global = (a & 0xe000) == 0x2000;
    let documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    global && !documentation
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        for text in [
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.1.1",
            "192.0.2.7",
            "198.51.100.7",
            "203.0.113.7",
            "198.18.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_public(text.parse().expect("an address")), "{text}");
        }
        for text in ["8.8.8.8", "100.63.255.255", "100.128.0.0", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(text.parse().expect("an address")), "{text}");
        }
    }

    #[test]
    fn neighbourhoods_are_24_and_64() {
        let block = |text: &str| neighbourhood(text).map(|block| block.to_string());
        assert_eq!(block("203.0.113.77").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(block("::ffff:203.0.113.77").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(block("2001:db8:1:2:3:4:5:6").as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(block("mail.contoso.example"), None);
    }

    #[test]
    fn blocks_read_cidr_and_lone_addresses() {
        let block: Block = "198.51.100.64/26".parse().expect("a block");
        assert!(block.contains("198.51.100.127".parse().expect("an address")));
        assert!(!block.contains("198.51.100.128".parse().expect("an address")));
        assert!(!block.contains("::c633:6440".parse().expect("an address")));
        let alone: Block = "198.51.100.7".parse().expect("a block");
        assert!(alone.contains("198.51.100.7".parse().expect("an address")) && !alone.contains("198.51.100.6".parse().expect("an address")));
        let all: Block = "0.0.0.0/0".parse().expect("a block");
        assert!(all.contains("8.8.8.8".parse().expect("an address")));
        for bad in ["", "contoso", "198.51.100.0/33", "198.51.100.0/x", "2001:db8::/129"] {
            assert!(bad.parse::<Block>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_address_lies_in_its_blocks(bits: u128, narrow: bool, length: u8) {
            let address = if narrow { IpAddr::V4(Ipv4Addr::from(u32::try_from(bits >> 96).unwrap_or(0))) } else { IpAddr::V6(Ipv6Addr::from(bits)) };
            prop_assert!(Block::around(address, length).contains(address));
            prop_assert!(neighbourhood(&address.to_string()).is_some_and(|block| block.contains(address)));
        }

        #[test]
        fn any_text_is_a_block_or_an_error(text in ".{0,40}") {
            let _ = (text.parse::<Block>(), neighbourhood(&text));
        }
    }
}
