//! Classes of networks: what kind of owner stands behind an address.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::address::Block;
use super::catalogue::Catalogue;
use crate::settings::network::Network;

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
    /// The company's own networks, named in the settings.
    Egress,
}

impl NetworkClass {
    /// All classes.
    pub const ALL: &'static [Self] =
        &[Self::Hosting, Self::Vpn, Self::Tor, Self::Relay, Self::Gateway, Self::Carrier, Self::Microsoft, Self::Bulletproof, Self::Egress];

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
            Self::Egress => "egress",
        }
    }

    /// The class of a word in any letter case.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.slug().eq_ignore_ascii_case(slug.trim()))
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

/// The catalogue and the analyst's own knowledge together.
#[derive(Debug)]
pub(super) struct Classifier<'a> {
    catalogue: &'a Catalogue,
    overrides: BTreeMap<u32, NetworkClass>,
    egress: Vec<Block>,
}

impl<'a> Classifier<'a> {
    /// Reads the settings; the error names the entry that is neither a block nor an ASN.
    pub(super) fn new(catalogue: &'a Catalogue, settings: &Network) -> Result<Self, String> {
        let lists = [(&settings.hosting, NetworkClass::Hosting), (&settings.vpn, NetworkClass::Vpn), (&settings.gateway, NetworkClass::Gateway)];
        let mut overrides: BTreeMap<u32, NetworkClass> =
            lists.into_iter().flat_map(|(list, class)| list.iter().map(move |asn| (*asn, class))).collect();
        let mut egress = Vec::new();
        for entry in &settings.egress {
            match parse_asn(entry) {
                Some(asn) => {
                    overrides.insert(asn, NetworkClass::Egress);
                }
                None => egress.push(entry.parse()?),
            }
        }
        Ok(Self { catalogue, overrides, egress })
    }

    /// The class of an autonomous system.
    pub(super) fn of_asn(&self, asn: u32) -> Option<NetworkClass> {
        self.overrides.get(&asn).copied().or_else(|| self.catalogue.class(asn))
    }

    /// True for addresses in the company's own blocks.
    pub(super) fn is_egress(&self, address: IpAddr) -> bool {
        self.egress.iter().any(|block| block.contains(address))
    }
}

/// Reads `AS9009` (any letter case). Bare numbers are none: they could be the start of an address.
fn parse_asn(text: &str) -> Option<u32> {
    let text = text.trim();
    let (prefix, number) = text.split_at_checked(2)?;
    if prefix.eq_ignore_ascii_case("as") { number.trim().parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_and_classes_map_one_to_one() {
        for class in NetworkClass::ALL {
            assert_eq!(NetworkClass::from_slug(&class.slug().to_uppercase()), Some(*class));
        }
        assert_eq!(NetworkClass::from_slug("residential"), None);
        let rented: Vec<_> = NetworkClass::ALL.iter().filter(|class| is_rented(Some(class.slug()))).copied().collect();
        assert_eq!(rented, [NetworkClass::Hosting, NetworkClass::Vpn, NetworkClass::Tor, NetworkClass::Bulletproof]);
        assert!(!is_rented(None));
    }

    #[test]
    fn settings_win_over_the_catalogue_and_own_networks_over_all() {
        let catalogue = Catalogue::embedded().expect("the embedded lists are well-formed");
        let settings =
            Network { hosting: vec![64496], gateway: vec![9009], egress: vec!["as24940".into(), "198.51.100.0/24".into()], ..Network::default() };
        let classifier = Classifier::new(&catalogue, &settings).expect("valid settings");
        assert_eq!(classifier.of_asn(64496), Some(NetworkClass::Hosting));
        assert_eq!(classifier.of_asn(9009), Some(NetworkClass::Gateway));
        assert_eq!(classifier.of_asn(24940), Some(NetworkClass::Egress));
        assert_eq!(classifier.of_asn(14061), Some(NetworkClass::Hosting));
        assert_eq!(classifier.of_asn(64511), None);
        assert!(classifier.is_egress("198.51.100.9".parse().expect("an address")));
        assert!(!classifier.is_egress("198.51.101.9".parse().expect("an address")));
        let wrong = Network { egress: vec!["head office".into()], ..Network::default() };
        assert!(Classifier::new(&catalogue, &wrong).is_err_and(|error| error.contains("head office")));
    }

    #[test]
    fn descriptions_say_what_is_known() {
        let networks = Networks {
            organisations: BTreeMap::from([(9009, "M247 Europe SRL".to_owned())]),
            classes: BTreeMap::from([(9009, NetworkClass::Vpn)]),
            provenance: Vec::new(),
        };
        assert_eq!(networks.describe(Some(9009)), "AS9009 M247 Europe SRL (vpn)");
        assert_eq!(networks.describe(Some(64496)), "AS64496");
        assert_eq!(networks.describe(None), "unknown network");
        assert_eq!(networks.describe(Some(-1)), "unknown network");
    }
}
