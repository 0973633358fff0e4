//! Client addresses in all the notations of the exports → one canonical text: no port, no brackets, IPv6 compressed and lower case, mapped IPv4 plain.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::evidence::container::value::Value;

/// The address of a field. Absent fields, blank words, host names and GUIDs (Azure's `callerIpAddress` of service principals) are `None`.
pub fn address(value: Option<&Value<'_>>) -> Option<String> {
    canonical(&value?.text()?)
}

/// The canonical form of one address text. Of several addresses separated by commas the first public one counts, else the first.
pub fn canonical(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if !text.contains([',', ';']) {
        // An IPv4 address has one spelling.
        return if text.parse::<Ipv4Addr>().is_ok() { Some(text.to_owned()) } else { parse(text).map(|address| address.to_string()) };
    }
    let mut first = None;
    for part in text.split([',', ';']) {
        if let Some(address) = parse(part.trim()) {
            if is_public(address) {
                return Some(address.to_string());
            }
            first = first.or(Some(address));
        }
    }
    first.map(|address| address.to_string())
}

/// One address: `1.2.3.4`, `1.2.3.4:443`, `[1.2.3.4]:443`, `2001:db8::1`, `[2001:db8::1]:443`, `::ffff:1.2.3.4`, `HOST (1.2.3.4)`.
fn parse(text: &str) -> Option<IpAddr> {
    // Two or more colons without brackets are IPv6 without a port: splitting at the last colon would cut the address.
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(unmap(address));
    }
    if let Some(inner) = text.strip_prefix('[') {
        return parse_bare(inner.split(']').next()?);
    }
    if text.eq_ignore_ascii_case("localhost") {
        return Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    if let Some((_, inner)) = text.split_once('(') {
        return parse_bare(inner.split(')').next()?);
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => parse_bare(host),
        _ => parse_bare(text),
    }
}

/// An address without brackets and port; an IPv6 zone (`%eth0`) is dropped.
fn parse_bare(text: &str) -> Option<IpAddr> {
    text.split('%').next()?.trim().parse::<IpAddr>().ok().map(unmap)
}

/// `::ffff:a.b.c.d` is the IPv4 address that it carries.
fn unmap(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4),
        IpAddr::V4(v4) => IpAddr::V4(v4),
    }
}

/// Not loop-back, private, link-local, carrier-grade NAT or unspecified.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let carrier_grade_nat = first == 100 && (64..128).contains(&second);
            !(v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified() || carrier_grade_nat)
        }
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unspecified() || Ipv6Addr::is_unicast_link_local(&v6) || v6.is_unique_local()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_notation_gives_the_same_address() {
        for (raw, canonical_form) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7:16902", "203.0.113.7"),
            ("[203.0.113.7]", "203.0.113.7"),
            ("[203.0.113.7]:443", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::FFFF:203.0.113.7]:443", "203.0.113.7"),
            ("GATEWAY (203.0.113.7)", "203.0.113.7"),
            ("10.0.0.1, 203.0.113.7", "203.0.113.7"),
            ("203.0.113.7, 10.0.0.1", "203.0.113.7"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("[2001:db8::1]:36185", "2001:db8::1"),
            ("2603:10a6:800:125::13", "2603:10a6:800:125::13"),
            ("fe80::1%12", "fe80::1"),
            ("::1", "::1"),
            ("localhost", "127.0.0.1"),
        ] {
            assert_eq!(canonical(raw).as_deref(), Some(canonical_form), "{raw}");
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for raw in ["", "<null>", "host.contoso.example:443", "6f8b5c1e-0000-4000-8000-000000000001", "999.1.1.1", "[", "Unknown"] {
            assert_eq!(canonical(raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            canonical(&text);
        }

        #[test]
        fn canonical_form_is_stable(bytes in any::<[u8; 16]>()) {
            let once = canonical(&IpAddr::from(bytes).to_string());
            prop_assert_eq!(once.as_deref().and_then(canonical), once);
        }
    }
}
