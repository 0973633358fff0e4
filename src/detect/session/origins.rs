//! The uses of one session or token, grouped by the network they came from. Not a detector.

use std::collections::{BTreeMap, BTreeSet};

use super::sighting::Sighting;
use crate::case::Case;
use crate::enrich::address::{Block, neighbourhood};
use crate::enrich::profile::Profiles;
use crate::finding::Traces;

/// The uses of one session or token at one network. Never empty.
#[derive(Debug, Clone)]
pub(in crate::detect) struct Origin<'a> {
    /// Ascending by time.
    pub sightings: Vec<Sighting<'a>>,
}

impl<'a> Origin<'a> {
    /// The first use.
    pub(crate) fn first(&self) -> &Sighting<'a> {
        self.sightings.first().expect("an origin is made from its first sighting")
    }

    /// What the first non-null value of a field is.
    pub(crate) fn value<T>(&self, field: impl Fn(&Sighting<'a>) -> Option<T>) -> Option<T> {
        self.sightings.iter().find_map(field)
    }

    /// The distinct values of a text field.
    pub(crate) fn values(&self, field: impl Fn(&Sighting<'a>) -> Option<&'a str>) -> BTreeSet<&'a str> {
        self.sightings.iter().filter_map(field).collect()
    }

    /// `203.0.113.9, AS9009 M247 Europe SRL (vpn), RO`.
    pub(crate) fn describe(&self, case: &Case) -> String {
        place(case, self.value(|s| s.address), self.value(|s| s.asn), self.value(|s| s.country))
    }

    /// Traces of all uses.
    pub(crate) fn traces(&self, profiles: &Profiles) -> Traces {
        let mut traces = Traces::default();
        for sighting in &self.sightings {
            traces.extend(&sighting.traces(profiles));
        }
        traces
    }
}

/// `203.0.113.9, AS9009 M247 Europe SRL (vpn), RO`, as far as known.
pub(in crate::detect) fn place(case: &Case, address: Option<&str>, asn: Option<i64>, country: Option<&str>) -> String {
    let mut words = vec![address.unwrap_or("an unknown address").to_owned()];
    if asn.is_some() {
        words.push(case.networks.describe(asn));
    }
    words.extend(country.map(str::to_owned));
    words.join(", ")
}

/// Groups sightings (ascending by time) by network, in order of first use. One network is the same ASN; where a record has none, the same address
/// block. So privacy addresses, dual stack and a carrier's changing addresses stay one origin. Sightings without a usable address are left out.
pub(in crate::detect) fn origins<'a>(sightings: &[Sighting<'a>]) -> Vec<Origin<'a>> {
    let mut origins: Vec<Origin<'a>> = Vec::new();
    let mut by_block: BTreeMap<Block, (Option<i64>, usize)> = BTreeMap::new();
    let mut by_asn: BTreeMap<i64, usize> = BTreeMap::new();
    for sighting in sightings.iter().filter(|sighting| sighting.has_origin()) {
        let Some(block) = sighting.address.and_then(neighbourhood) else { continue };
        let by_number = sighting.asn.and_then(|asn| by_asn.get(&asn));
        let in_block = || by_block.get(&block).filter(|(asn, _)| asn.is_none() || sighting.asn.is_none()).map(|(_, place)| place);
        let place = by_number.or_else(in_block).copied().unwrap_or(origins.len());
        by_block.entry(block).or_insert((sighting.asn, place));
        if let Some(asn) = sighting.asn {
            by_asn.entry(asn).or_insert(place);
        }
        match origins.get_mut(place) {
            Some(origin) => origin.sightings.push(*sighting),
            None => origins.push(Origin { sightings: vec![*sighting] }),
        }
    }
    origins
}
