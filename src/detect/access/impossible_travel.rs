//! Two sign-ins too far apart for the time between them.
//!
//! Evidence: successful sign-ins of one account in time order. Places come from recorded coordinates, else from the country as a circle of its area.
//! Neighbouring records from different networks are compared, so there and back counts as well. Geography alone proves little: the pair is reported
//! only when the place that is not the account's is corroborated by a new country, a rented network, another client family, or the sign-in's risk.
//!
//! False positives: a VPN (habitual: quiet), a mobile carrier whose gateway stands far away (accuracy, same country), a company exit abroad (quiet),
//! one network that tables place twice (quiet), the same managed device at both ends (quiet).
//! References: Elastic "impossible travel" (500 km, 800 km/h), Sentinel geo-velocity; Microsoft `unlikelyTravel`; read 2026-11.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{self, Draft};
use super::record;
use super::standing::{self, network_of, novelty};
use super::words::origin;
use crate::case::Case;
use crate::detect::Detector;
use crate::enrich::network::is_rented;
use crate::enrich::profile::{Novelty, Trait};
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::settings::Settings;
use crate::settings::access::Origin;

pub(super) const DETECTOR: Detector = Detector {
    id: "impossible-travel",
    title: "Two sign-ins too far apart for the time between them",
    attack: &["T1078.004"],
    needs: record::SIGN_INS,
    signals: &["impossible-travel"],
    false_positives: "VPNs, mobile carriers, company exits abroad, wrong geolocation",
    detect,
};

const COUNTRIES: &str = include_str!("../../data/countries.csv");

/// A circle on the globe.
#[derive(Debug, Clone, Copy)]
struct Place {
    latitude: f64,
    longitude: f64,
    radius_km: f64,
}

/// One journey: from a row to the next, and which of the two is not at the account's place.
struct Journey<'a> {
    here: SignIn<'a>,
    there: SignIn<'a>,
    km: f64,
    hours: f64,
    reasons: Vec<&'static str>,
}

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let limits = &settings.access.origin;
    let countries = countries();
    let is_placed = |row: SignIn<'_>| row.country().is_some_and(|country| !country.is_empty()) || row.latitude().is_some();
    let rows = record::select(case, |row| record::succeeded(row) && is_placed(row));
    let mut last: BTreeMap<&str, SignIn<'_>> = BTreeMap::new();
    let mut journeys: BTreeMap<(&str, String), Vec<Journey<'_>>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| is_place_of_a_person(case, row)) {
        let account = row.account().unwrap_or_default();
        if let Some(journey) = last.insert(account, row).and_then(|before| journey(case, &before, &row, &countries, limits)) {
            let network = network_of(&journey.there).unwrap_or_default();
            journeys.entry((account, network)).or_default().push(journey);
        }
    }
    let drafts = journeys.values().filter_map(|journeys| describe(case, journeys)).collect();
    draft::finish_all(case, drafts)
}

fn countries() -> BTreeMap<&'static str, Place> {
    let row = |line: &'static str| {
        let mut cells = line.split(',');
        let code = cells.next()?;
        let mut number = || cells.next()?.parse::<f64>().ok();
        Some((code, Place { latitude: number()?, longitude: number()?, radius_km: number()? }))
    };
    COUNTRIES.lines().filter_map(row).collect()
}

/// Servers of Microsoft, web gateways, relays and the company's exits say nothing about where a person is.
fn is_place_of_a_person(case: &Case, row: &SignIn<'_>) -> bool {
    let server = row.network() == Some("microsoft") && row.stream() != Some("interactive");
    !server && !matches!(row.network(), Some("relay")) && !standing::is_company_egress(case, row)
}

fn place(row: &SignIn<'_>, countries: &BTreeMap<&str, Place>, limits: &Origin) -> Option<Place> {
    let recorded = row.latitude().zip(row.longitude()).filter(|place| *place != (0.0, 0.0));
    if let Some((latitude, longitude)) = recorded {
        let radius_km = if row.network() == Some("carrier") { limits.accuracy_mobile_km } else { limits.accuracy_km };
        return Some(Place { latitude, longitude, radius_km });
    }
    countries.get(row.country()?).copied()
}

/// Great-circle distance between the nearest edges, km.
fn distance_km(a: Place, b: Place) -> f64 {
    let (lat_a, lat_b) = (a.latitude.to_radians(), b.latitude.to_radians());
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let chord = half(b.latitude - a.latitude) + lat_a.cos() * lat_b.cos() * half(b.longitude - a.longitude);
    let arc = 2.0 * chord.clamp(0.0, 1.0).sqrt().asin();
    // Mean radius of the Earth.
    (6371.0 * arc - a.radius_km - b.radius_km).max(0.0)
}

fn journey<'a>(case: &Case, from: &SignIn<'a>, to: &SignIn<'a>, countries: &BTreeMap<&str, Place>, limits: &Origin) -> Option<Journey<'a>> {
    if network_of(from) == network_of(to) || (from.network() == Some("carrier") || to.network() == Some("carrier")) && from.country() == to.country()
    {
        return None;
    }
    let device = |row: &SignIn<'a>| row.device_id().filter(|device| !device.is_empty());
    if device(from).is_some() && device(from) == device(to) && from.agent_family() == to.agent_family() {
        return None;
    }
    let hours = (to.time()? - from.time()?).num_seconds() as f64 / 3600.0;
    let km = distance_km(place(from, countries, limits)?, place(to, countries, limits)?);
    if km < limits.travel_km || km < limits.travel_kmh * hours {
        return None;
    }
    // The later row is the stranger unless only the earlier one is foreign to the account (the way back).
    let strangeness = |row: &SignIn<'_>| match novelty(case, row, Trait::Network) {
        Novelty::Established => 0,
        Novelty::Unknown => 1,
        Novelty::New => 2,
    };
    let (here, there) = if strangeness(from) > strangeness(to) { (*to, *from) } else { (*from, *to) };
    if strangeness(&there) == 0 {
        return None;
    }
    let checks = [
        ("the country is new to the account", novelty(case, &there, Trait::Country) == Novelty::New),
        ("the network is rented", is_rented(there.network())),
        ("the client is another", there.agent_family().zip(here.agent_family()).is_some_and(|(a, b)| a != b)),
        ("the sign-in carried medium or high risk", matches!(there.risk_level(), Some("medium" | "high"))),
    ];
    let reasons: Vec<&str> = checks.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect();
    // With a short history another client is no corroboration: a telephone and a computer in two networks are one person.
    let only_client = reasons == ["the client is another"] && strangeness(&there) < 2;
    (!reasons.is_empty() && !only_client).then_some(Journey { here, there, km, hours, reasons })
}

fn describe(case: &Case, journeys: &[Journey<'_>]) -> Option<Draft> {
    let first = journeys.first()?;
    let mut draft = Draft::new(case, DETECTOR.id, "impossible-travel", &first.there);
    for journey in journeys {
        draft.suspect(case, &journey.there);
        draft.cite(&journey.here);
    }
    let reasons: BTreeSet<&str> = journeys.iter().flat_map(|journey| journey.reasons.iter().copied()).collect();
    let finding = &mut draft.finding;
    finding.severity = Severity::Medium;
    finding.confidence = if reasons.len() > 1 { 0.7 } else { 0.5 };
    finding.summary = format!(
        "signed in from {} and from {}, at least {:.0} km apart, {:.0} minutes between them; {}",
        origin(case, &first.here),
        origin(case, &first.there),
        first.km,
        first.hours * 60.0,
        reasons.iter().copied().collect::<Vec<_>>().join(", ")
    );
    finding.fact("km", first.km.round());
    finding.fact("minutes", (first.hours * 60.0).round());
    finding.fact("corroboration", reasons.into_iter().collect::<Vec<_>>());
    finding.fact("n_journeys", journeys.len());
    Some(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_country_table_is_a_circle_on_the_globe() {
        let lines = COUNTRIES.lines().filter(|line| !line.starts_with('#') && !line.starts_with("code")).count();
        let countries = countries();
        assert_eq!(countries.len(), lines);
        assert!(countries.values().all(|place| place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0 && place.radius_km > 0.0));
    }

    #[test]
    fn neighbours_are_near_and_continents_are_far() {
        let countries = countries();
        let between = |a: &str, b: &str| distance_km(countries[a], countries[b]);
        for (a, b) in [("DE", "FR"), ("US", "CA"), ("NL", "BE"), ("IN", "PK")] {
            assert!(between(a, b) < 500.0, "{a} {b} {}", between(a, b));
        }
        for (a, b) in [("DE", "NG"), ("DE", "US"), ("GB", "CN"), ("JP", "AU")] {
            assert!(between(a, b) > 1000.0, "{a} {b} {}", between(a, b));
        }
    }
}
