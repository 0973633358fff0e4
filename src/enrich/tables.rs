//! Address → ASN, organisation and country: MMDB tables embedded in the binary, or the user's own files.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use maxminddb::{LookupResult, PathElement, Reader, WithinOptions};
use sha2::{Digest, Sha256};

use super::address::is_public;
use super::catalogue::Catalogue;
use crate::provenance::hex;
use crate::time::Time;

/// Attributions that the licences of the embedded tables demand, for the README, `--version --verbose` and the reports. Read from the packages'
/// licence files on 2026-11-22.
pub const ATTRIBUTIONS: &str = "\
Address tables: ip-location-db (https://github.com/sapics/ip-location-db), packages @ip-location-db/asn and @ip-location-db/geo-whois-asn-country.
ASN data by RouteViews (https://www.routeviews.org), the Number Resource Organization (https://www.nro.net) and DB-IP, licensed under CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/), merged by ip-location-db and repacked for this program without other changes.
IP Geolocation by DB-IP (https://db-ip.com).
Country data by ip-location-db under CC0 1.0, from geofeeds and from statistics of the Number Resource Organization under CC BY 4.0; rows that
name a regional registry's home instead of the holder's country were left out.";

const ASN_TABLE: &[u8] = include_bytes!("../data/asn.mmdb.zst");
const COUNTRY_TABLE: &[u8] = include_bytes!("../data/country.mmdb.zst");
const ABOUT: &str = include_str!("../data/TABLES.txt");

/// Networks of a user's file that are looked at to learn whether it has the wanted field at all.
const N_PROBED: usize = 1000;

/// Why the tables cannot be used. The user's file or list is at fault, except for [`TableError::Embedded`], which is the program's own.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not an MMDB.
    #[error("{} is not an MMDB file ({detail}); give a GeoLite2, DB-IP, IPinfo or ip-location-db file in MMDB format", path.display())]
    NotMmdb {
        /// The file.
        path: PathBuf,
        /// The reader's words.
        detail: String,
    },
    /// The file is an MMDB without what it was given for.
    #[error("{} ({database}) has no {wanted} field that is known here", path.display())]
    OtherLayout {
        /// The file.
        path: PathBuf,
        /// Its `database_type`.
        database: String,
        /// `ASN` or `country`.
        wanted: &'static str,
    },
    /// A list of networks is malformed.
    #[error("{0}")]
    List(String),
    /// The embedded tables are damaged.
    #[error("the embedded tables are damaged: {0}")]
    Embedded(String),
}

/// What the tables know about an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Located {
    /// Autonomous system number.
    pub asn: Option<u32>,
    /// Its organisation.
    pub organisation: Option<String>,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: Option<String>,
}

/// The tables of a run.
pub struct Tables {
    asn: Database,
    country: Database,
    /// The listed networks.
    pub catalogue: Catalogue,
    /// One line per table: what it is, from whom, of which date.
    pub provenance: Vec<String>,
}

impl fmt::Debug for Tables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tables").field("provenance", &self.provenance).finish_non_exhaustive()
    }
}

impl Tables {
    /// The tables in the binary. They are unpacked once per process.
    pub fn embedded() -> Result<Self, TableError> {
        Self::with_user_files(None, None)
    }

    /// The user's MMDB files in place of embedded tables. Known layouts: MaxMind GeoLite2/GeoIP2 and DB-IP (`autonomous_system_number`,
    /// `country.iso_code`), IPinfo (`asn: "AS64496"`, `as_name` or `name`, `country_code` or `country`), ip-location-db (`country_code`).
    pub fn with_user_files(asn: Option<&Path>, country: Option<&Path>) -> Result<Self, TableError> {
        let mut about = ABOUT.lines();
        let mut provenance = Vec::new();
        let mut open = |path: Option<&Path>, wanted: Wanted, embedded: fn() -> Result<&'static [u8], TableError>| {
            let line = about.next().unwrap_or_default();
            if let Some(path) = path {
                let (reader, line) = open_user_file(path, wanted)?;
                provenance.push(line);
                return Ok(reader);
            }
            provenance.push(line.to_owned());
            Reader::from_source(Cow::Borrowed(embedded()?)).map_err(|error| TableError::Embedded(error.to_string()))
        };
        let asn = open(asn, Wanted::Asn, unpacked_asn)?;
        let country = open(country, Wanted::Country, unpacked_country)?;
        let catalogue = Catalogue::embedded().map_err(TableError::Embedded)?;
        Ok(Self { asn, country, catalogue, provenance })
    }

    /// Adds the user's list of networks ([`Catalogue::extend`]); rows win over embedded ones.
    pub fn with_network_list(mut self, path: &Path) -> Result<Self, TableError> {
        let bytes = std::fs::read(path).map_err(|source| TableError::Unreadable { path: path.to_owned(), source })?;
        let name = file_name(path);
        let n_rows = self.catalogue.extend(&String::from_utf8_lossy(&bytes), &name).map_err(TableError::List)?;
        self.provenance.push(format!("network classes: {n_rows} networks of {name} (sha256 {})", hex(&Sha256::digest(&bytes))));
        Ok(self)
    }

    /// What is known about an address. Addresses that no routing table can know are not looked up.
    pub fn look_up(&self, address: IpAddr) -> Located {
        let address = address.to_canonical();
        if !is_public(address) {
            return Located::default();
        }
        let network = self.asn.lookup(address).ok();
        let place = self.country.lookup(address).ok();
        Located {
            asn: network.as_ref().and_then(asn_of),
            organisation: network.as_ref().and_then(organisation_of),
            country: place.as_ref().and_then(country_of),
        }
    }

    /// When the ASN table was built, by its own statement.
    pub fn built(&self) -> Time {
        Time(i64::try_from(self.asn.metadata().build_epoch).unwrap_or(i64::MAX).saturating_mul(1_000_000))
    }
}

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Asn,
    Country,
}

type Database = Reader<Cow<'static, [u8]>>;
type Found<'a> = LookupResult<'a, Cow<'static, [u8]>>;

fn open_user_file(path: &Path, wanted: Wanted) -> Result<(Database, String), TableError> {
    let bytes = std::fs::read(path).map_err(|source| TableError::Unreadable { path: path.to_owned(), source })?;
    let sha256 = hex(&Sha256::digest(&bytes));
    let reader = Reader::from_source(Cow::Owned(bytes)).map_err(|error| TableError::NotMmdb { path: path.to_owned(), detail: error.to_string() })?;
    let database = reader.metadata().database_type.clone();
    let (name, has_field) = match wanted {
        Wanted::Asn => ("ASN", (|found| asn_of(found).is_some()) as fn(&Found<'_>) -> bool),
        Wanted::Country => ("country", (|found| country_of(found).is_some()) as fn(&Found<'_>) -> bool),
    };
    let known = reader
        .networks(WithinOptions::default())
        .is_ok_and(|networks| networks.take(N_PROBED).any(|found| found.is_ok_and(|found| has_field(&found))));
    if !known {
        return Err(TableError::OtherLayout { path: path.to_owned(), database, wanted: name });
    }
    let built = Time(i64::try_from(reader.metadata().build_epoch).unwrap_or(i64::MAX).saturating_mul(1_000_000));
    let line = format!("address to {name}: {} ({database}, built {built}, sha256 {sha256})", file_name(path));
    Ok((reader, line))
}

fn asn_of(found: &Found<'_>) -> Option<u32> {
    if let Some(asn) = field::<u32>(found, &["autonomous_system_number"]).or_else(|| field::<u32>(found, &["asn"])) {
        return Some(asn);
    }
    let text = field::<String>(found, &["asn"])?;
    text.trim().trim_start_matches(['A', 'S', 'a', 's']).parse().ok()
}

fn organisation_of(found: &Found<'_>) -> Option<String> {
    ["autonomous_system_organization", "as_name", "name"].iter().find_map(|name| field(found, &[name])).filter(|name: &String| !name.is_empty())
}

fn country_of(found: &Found<'_>) -> Option<String> {
    let paths: [&[&str]; 3] = [&["country", "iso_code"], &["country_code"], &["country"]];
    let is_code = |text: &String| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    paths.iter().find_map(|path| field::<String>(found, path).filter(is_code)).map(|code| code.to_ascii_uppercase())
}

/// A field, or `None` where the record has none of that name and type.
fn field<'a, T: serde::Deserialize<'a>>(found: &Found<'a>, path: &[&str]) -> Option<T> {
    let path: Vec<PathElement<'_>> = path.iter().map(|name| PathElement::Key(name)).collect();
    found.decode_path(&path).ok().flatten()
}

fn unpacked_asn() -> Result<&'static [u8], TableError> {
    static UNPACKED: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    unpack(&UNPACKED, ASN_TABLE)
}

fn unpacked_country() -> Result<&'static [u8], TableError> {
    static UNPACKED: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    unpack(&UNPACKED, COUNTRY_TABLE)
}

fn unpack(cell: &'static OnceLock<Result<Vec<u8>, String>>, packed: &[u8]) -> Result<&'static [u8], TableError> {
    let unpacked = cell.get_or_init(|| zstd::decode_all(packed).map_err(|error| error.to_string()));
    unpacked.as_deref().map_err(|error| TableError::Embedded(error.clone()))
}

/// The name alone: paths of the examiner's machine stay out of reports.
fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn embedded() -> Tables {
        Tables::embedded().expect("the embedded tables are sound")
    }

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mmdb").join(name)
    }

    fn look_up(tables: &Tables, address: &str) -> (Option<u32>, Option<String>, Option<String>) {
        let located = tables.look_up(address.parse().expect("an address"));
        (located.asn, located.organisation, located.country)
    }

    #[test]
    fn the_tables_are_the_ones_that_were_built() {
        for (table, name) in [(unpacked_asn(), "asn.mmdb"), (unpacked_country(), "country.mmdb")] {
            let table = table.expect("the table unpacks");
            assert!(
                ABOUT.lines().any(|line| line == format!("sha256 {name} {}", hex(&Sha256::digest(table)))),
                "{name} is not the table of TABLES.txt"
            );
            Reader::from_source(table).expect("an MMDB").verify().expect("a sound MMDB");
        }
    }

    /// Published addresses of well-known services, and addresses inside blocks that their owners publish; owners as of the table's date.
    #[test]
    fn well_known_addresses_belong_to_their_owners() {
        let tables = embedded();
        for (address, asn, country) in [
            ("8.8.8.8", 15169, "US"),
            ("2001:4860:4860::8888", 15169, "US"),
            ("1.1.1.1", 13335, "AU"),
            ("2606:4700:4700::1111", 13335, "US"),
            ("9.9.9.9", 19281, "US"),
            ("52.95.110.1", 16509, "US"),
            ("18.184.0.10", 16509, "DE"),
            ("104.131.0.1", 14061, "US"),
            ("88.198.1.1", 24940, "DE"),
            ("2a01:4f8::1", 24940, "DE"),
            ("51.38.1.1", 16276, "FR"),
            ("45.33.32.156", 63949, "US"),
            ("45.76.1.1", 20473, "US"),
            ("146.70.10.5", 9009, "RO"),
            ("34.64.4.1", 396_982, "US"),
            ("207.180.192.1", 51167, "FR"),
            ("40.126.1.1", 8075, "IE"),
            ("52.96.0.1", 8075, "US"),
            ("165.225.72.1", 62044, "DE"),
            ("193.32.126.1", 39351, "FR"),
            ("185.220.101.1", 60729, "DE"),
            ("2603:1026::1", 8075, "US"),
        ] {
            let found = look_up(&tables, address);
            assert_eq!((found.0, found.2.as_deref()), (Some(asn), Some(country)), "{address} {found:?}");
            assert!(found.1.is_some_and(|name| !name.is_empty()), "{address}");
        }
    }

    /// The beginnings of two providers' blocks are announced by others; independent lists of hosting addresses begin at the same places.
    #[test]
    fn oddities_of_the_survey_stay_as_they_were_seen() {
        let tables = embedded();
        assert_eq!(look_up(&tables, "149.28.0.1").0, Some(16509));
        assert_eq!(look_up(&tables, "149.28.20.1").0, Some(20473));
        assert_eq!(look_up(&tables, "167.86.64.1").0, Some(47003));
        assert_eq!(look_up(&tables, "167.86.66.1").0, Some(51167));
    }

    #[test]
    fn registry_homes_are_not_taken_for_countries() {
        assert_eq!(look_up(&embedded(), "2001:ee0:4141::1").2, None, "Vietnam's VNPT, in the source under the Australian home of APNIC");
    }

    #[test]
    fn special_addresses_are_not_looked_up() {
        let tables = embedded();
        for address in ["10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.0.1", "192.0.2.1", "203.0.113.9", "::1", "fe80::1", "2001:db8::1"] {
            assert_eq!(look_up(&tables, address), (None, None, None), "{address}");
        }
        assert_eq!(look_up(&tables, "::ffff:8.8.8.8").0, Some(15169));
    }

    #[test]
    fn every_layout_of_user_files_is_read() {
        let expected = |name: &str, country: &str| (64500, name.to_owned(), country.to_owned());
        for (asn, country, expected) in [
            ("maxmind-asn.mmdb", "maxmind-country.mmdb", expected("Example MaxMind AS", "GB")),
            ("ipinfo-lite.mmdb", "ipinfo-lite.mmdb", (64501, "Example IPinfo AS".into(), "JP".into())),
            ("ipinfo-asn.mmdb", "ipinfo-country.mmdb", (64502, "Example IPinfo ASN".into(), "FR".into())),
            ("maxmind-asn.mmdb", "ip-location-db-country.mmdb", expected("Example MaxMind AS", "NL")),
        ] {
            let tables = Tables::with_user_files(Some(&fixture(asn)), Some(&fixture(country))).expect("known layouts");
            for address in ["81.2.69.142", "2001:240::1"] {
                let (number, name, code) = look_up(&tables, address);
                assert_eq!((number, name, code), (Some(expected.0), Some(expected.1.clone()), Some(expected.2.clone())), "{asn} {country}");
            }
            assert_eq!(look_up(&tables, "8.8.8.8"), (None, None, None), "nothing falls back to the embedded tables");
            assert!(tables.provenance[0].contains(asn) && tables.provenance[0].contains("sha256"), "{:?}", tables.provenance);
        }
    }

    #[test]
    fn unusable_user_files_are_named() {
        let open = |asn: Option<&str>, country: Option<&str>| {
            let (asn, country) = (asn.map(fixture), country.map(fixture));
            Tables::with_user_files(asn.as_deref(), country.as_deref()).map(|_| ()).map_err(|error| error.to_string()).expect_err("unusable")
        };
        assert!(open(Some("absent.mmdb"), None).starts_with("cannot read "));
        assert!(open(Some("../../Cargo.toml"), None).contains("Cargo.toml is not an MMDB file"));
        assert!(open(None, Some("unrelated.mmdb")).contains("unrelated.mmdb (unrelated) has no country field"));
        assert!(open(Some("maxmind-country.mmdb"), None).contains("has no ASN field"));
    }

    #[test]
    fn a_user_list_wins_over_the_embedded_one() {
        use crate::enrich::network::NetworkClass;
        let tables = embedded().with_network_list(&fixture("networks.csv")).expect("a sound list");
        assert_eq!(tables.catalogue.class(64500), Some(NetworkClass::Vpn));
        assert_eq!(tables.catalogue.class(64501), Some(NetworkClass::Hosting));
        assert_eq!(tables.catalogue.class(24940), Some(NetworkClass::Gateway));
        assert!(tables.provenance.last().is_some_and(|line| line.starts_with("network classes: 3 networks of networks.csv")));
    }

    #[test]
    fn any_address_can_be_looked_up() {
        let tables = embedded();
        proptest!(|(bits: u128, narrow: u32)| {
            let _ = tables.look_up(IpAddr::from(bits.to_be_bytes()));
            let located = tables.look_up(IpAddr::from(narrow.to_be_bytes()));
            prop_assert!(located.country.is_none_or(|code| code.len() == 2));
        });
    }
}
