//! Which autonomous systems are rented out, relay, scan mail or carry phones: the embedded lists, and the user's own.
//!
//! `data/networks.csv` is written by hand, one source per row; `data/networks-by-name.csv` is generated from registered names and weaker. Neither is
//! a blacklist: a class says who rents the address, not what they do with it.

use std::collections::BTreeMap;

use super::network::NetworkClass;

const CURATED: &str = include_str!("../data/networks.csv");
const BY_NAME: &str = include_str!("../data/networks-by-name.csv");

/// How sure a class is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Stated by the owner.
    A,
    /// Well known in the field, or from a public report.
    B,
    /// Only the registered name says so.
    C,
}

/// One listed network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Organisation.
    pub name: String,
    /// Class.
    pub class: NetworkClass,
    /// How sure the class is.
    pub certainty: Certainty,
    /// Where the class comes from.
    pub source: String,
    /// When that was looked at (`2026-11-22`); empty for generated rows.
    pub verified_on: String,
    /// What a reader must know.
    pub note: String,
}

/// Listed networks by ASN.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    networks: BTreeMap<u32, Listed>,
    /// Where the lists come from.
    provenance: Vec<String>,
}

impl Catalogue {
    /// The lists in the binary. Fails only when they are malformed, which a test excludes.
    pub fn embedded() -> Result<Self, String> {
        let mut catalogue = Self::default();
        let n_by_name = catalogue.extend(BY_NAME, "networks-by-name.csv")?;
        let n_curated = catalogue.extend(CURATED, "networks.csv")?;
        let latest = catalogue.networks.values().map(|listed| listed.verified_on.as_str()).max().unwrap_or_default();
        let line = format!("network classes: own list of {n_curated} networks, last verified {latest}; {n_by_name} more by registered name only");
        catalogue.provenance.push(line);
        Ok(catalogue)
    }

    /// Adds a CSV list, replacing listed networks; returns how many rows it had. With a header line that names `asn` the columns `name`, `category`,
    /// `confidence`, `source`, `verified_on` and `note` are read where present; without one the first column is the ASN and the second the name.
    /// Networks without a category are `hosting`. Lines that begin with `#` are comments. The error names the line.
    pub fn extend(&mut self, text: &str, name: &str) -> Result<usize, String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let mut header: Option<csv::StringRecord> = None;
        let mut n_rows = 0;
        for record in reader.records() {
            let record = record.map_err(|error| format!("{name}: {error}"))?;
            let line = record.position().map_or(0, csv::Position::line);
            if n_rows == 0 && header.is_none() && record.iter().any(|cell| cell.eq_ignore_ascii_case("asn")) {
                header = Some(record);
                continue;
            }
            let (asn, listed) = read(&record, header.as_ref(), name).map_err(|reason| format!("{name}, line {line}: {reason}"))?;
            self.networks.insert(asn, listed);
            n_rows += 1;
        }
        Ok(n_rows)
    }

    /// Where the lists come from, one line each.
    pub fn provenance(&self) -> &[String] {
        &self.provenance
    }

    /// What is listed about an autonomous system.
    pub fn get(&self, asn: u32) -> Option<&Listed> {
        self.networks.get(&asn)
    }

    /// The class of an autonomous system.
    pub fn class(&self, asn: u32) -> Option<NetworkClass> {
        self.get(asn).map(|listed| listed.class)
    }
}

fn read(record: &csv::StringRecord, header: Option<&csv::StringRecord>, file: &str) -> Result<(u32, Listed), String> {
    let cell = |column: &str, position: Option<usize>| {
        let position = header.map_or(position, |header| header.iter().position(|name| name.eq_ignore_ascii_case(column)));
        position.and_then(|position| record.get(position)).unwrap_or_default().to_owned()
    };
    let asn = cell("asn", Some(0));
    let digits = asn.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    // Lists such as `AS64496 # name` are common.
    let digits = digits.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default();
    let asn: u32 = digits.parse().map_err(|_| format!("`{asn}` is no autonomous system number"))?;
    let class = match cell("category", None).as_str() {
        "" => NetworkClass::Hosting,
        slug => NetworkClass::from_slug(slug).ok_or_else(|| format!("`{slug}` is no category; use one of {}", slugs()))?,
    };
    let certainty = match cell("confidence", None).as_str() {
        "A" => Certainty::A,
        "C" => Certainty::C,
        _ => Certainty::B,
    };
    let source = Some(cell("source", None)).filter(|source| !source.is_empty()).unwrap_or_else(|| file.to_owned());
    let listed = Listed { name: cell("name", Some(1)), class, certainty, source, verified_on: cell("verified_on", None), note: cell("note", None) };
    Ok((asn, listed))
}

fn slugs() -> String {
    NetworkClass::ALL.iter().map(|class| class.slug()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn embedded() -> Catalogue {
        Catalogue::embedded().expect("the embedded lists are well-formed")
    }

    #[test]
    fn networks_of_the_runbooks_are_listed() {
        let catalogue = embedded();
        for asn in [16509, 14618, 14061, 24940, 16276, 63949, 20473, 396_982, 51167, 399_629, 45102, 215_540, 29802, 62240, 204_957, 395_092] {
            assert_eq!(catalogue.class(asn), Some(NetworkClass::Hosting), "{asn}");
        }
        for (class, asns) in [
            (NetworkClass::Vpn, [9009, 136_787, 39351].as_slice()),
            (NetworkClass::Hosting, &[393_406, 400_940, 59711, 132_203]),
            (NetworkClass::Gateway, &[22616, 53813, 62044, 13916, 22843, 26211, 52129, 30031, 33538, 37235, 39588, 42427, 60492]),
            (NetworkClass::Gateway, &[16417, 30215, 30238, 55256, 54538, 36692]),
            (NetworkClass::Relay, &[13335, 132_892, 36183, 54113]),
            (NetworkClass::Microsoft, &[3598, 8068, 8069, 8070, 8071, 8072, 8073, 8074, 8075, 12076]),
            (NetworkClass::Tor, &[60729, 208_323]),
            (NetworkClass::Bulletproof, &[198_953, 210_644]),
            (NetworkClass::Carrier, &[21928, 33915]),
        ] {
            for asn in asns {
                assert_eq!(catalogue.class(*asn), Some(class), "{asn}");
            }
        }
        // Eyeball providers that lists of VPN exits name too: nobody's home line is rented.
        for asn in [7922, 7018, 2856, 701, 3269, 174] {
            assert_eq!(catalogue.class(asn), None, "{asn}");
        }
    }

    #[test]
    fn every_curated_row_says_where_it_comes_from() {
        let mut curated = Catalogue::default();
        let n_rows = curated.extend(CURATED, "networks.csv").expect("well-formed");
        assert_eq!(n_rows, curated.networks.len(), "an ASN stands twice");
        assert!(n_rows >= 250);
        for (asn, listed) in &curated.networks {
            assert!(listed.certainty != Certainty::C && !listed.name.is_empty() && !listed.source.is_empty(), "{asn}");
            assert_eq!(listed.verified_on.len(), "2026-11-22".len(), "{asn}");
        }
        let mut by_name = Catalogue::default();
        by_name.extend(BY_NAME, "networks-by-name.csv").expect("well-formed");
        assert!(by_name.networks.values().all(|listed| listed.certainty == Certainty::C && listed.source.starts_with("name-rule@")));
        assert!(by_name.networks.keys().all(|asn| !curated.networks.contains_key(asn)), "regenerate networks-by-name.csv");
    }

    #[test]
    fn lists_with_and_without_header_are_read() {
        let mut catalogue = Catalogue::default();
        assert_eq!(catalogue.extend("\u{feff}AS64496 # somebody\n# comment\n64497,Example\n", "list.csv"), Ok(2));
        assert_eq!(catalogue.get(64497).map(|listed| (listed.name.as_str(), listed.class)), Some(("Example", NetworkClass::Hosting)));
        assert_eq!(catalogue.extend("name,Category,ASN\nExample,tor,64498\n", "list.csv"), Ok(1));
        assert_eq!(catalogue.class(64498), Some(NetworkClass::Tor));
        assert_eq!(catalogue.extend("", "list.csv"), Ok(0));
    }

    #[test]
    fn wrong_rows_are_named_with_their_line() {
        let error = |text: &str| Catalogue::default().extend(text, "list.csv").expect_err("a wrong row");
        assert_eq!(error("asn,name\n64496,Example\nsomewhere,Example\n"), "list.csv, line 3: `somewhere` is no autonomous system number");
        assert!(error("asn,category\n64496,residential\n").contains("`residential` is no category; use one of hosting, vpn"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_list_or_an_error(text in "(?s).{0,200}") {
            let _ = Catalogue::default().extend(&text, "list.csv");
        }
    }
}
