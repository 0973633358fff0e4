//! Address → ASN, organisation, country, class. From tables embedded in the binary, or from the user's own MMDB files.

use std::collections::BTreeMap;

/// Class of a network. It is a hint about who rents the address, never a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NetworkClass {
    /// Cloud and VPS providers.
    Hosting,
    /// Commercial VPN exits.
    Vpn,
    /// Tor exits.
    Tor,
    /// Privacy relays (iCloud Private Relay, WARP): unknown, not bad.
    Relay,
    /// Corporate secure web gateways and mail scanners.
    Gateway,
    /// Mobile carriers.
    Carrier,
    /// Microsoft's own network.
    Microsoft,
    /// Networks with a public record of abuse.
    Bulletproof,
}

impl NetworkClass {
    /// The word stored in the `network` columns.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Hosting => "hosting",
            Self::Vpn => "vpn",
            Self::Tor => "tor",
            Self::Relay => "relay",
            Self::Gateway => "gateway",
            Self::Carrier => "carrier",
            Self::Microsoft => "microsoft",
            Self::Bulletproof => "bulletproof",
        }
    }
}

/// True for classes where end users do not normally sit: `hosting`, `vpn`, `tor`, `bulletproof`.
pub fn is_rented(network: Option<&str>) -> bool {
    matches!(network, Some("hosting" | "vpn" | "tor" | "bulletproof"))
}

/// What the tables say about the networks that occur in the case.
#[derive(Debug, Clone, Default)]
pub struct Networks {
    /// ASN → organisation name.
    pub organisations: BTreeMap<u32, String>,
    /// ASN → class.
    pub classes: BTreeMap<u32, NetworkClass>,
    /// Where the tables come from and their dates, for the report.
    pub provenance: Vec<String>,
}

impl Networks {
    /// `AS9009 M247 Europe SRL (vpn)`, as far as known; the bare number otherwise.
    pub fn describe(&self, asn: Option<i64>) -> String {
        let Some(asn) = asn.and_then(|asn| u32::try_from(asn).ok()) else {
            return "unknown network".to_owned();
        };
        let name = self.organisations.get(&asn).map(|name| format!(" {name}")).unwrap_or_default();
        let class = self.classes.get(&asn).map(|class| format!(" ({})", class.slug())).unwrap_or_default();
        format!("AS{asn}{name}{class}")
    }
}
