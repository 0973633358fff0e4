//! How badly a second origin of a session fits its first: points for each independent change. Not a detector.

use crate::case::Case;
use crate::enrich::agent;
use crate::enrich::profile::{Novelty, Trait};
use crate::settings::session::Session;

use super::origins::Origin;
use super::sighting::Sighting;

/// Families that a session cookie cannot move between: each keeps its own cookies.
const BROWSERS: &[&str] =
    &["chrome", "edge", "firefox", "safari", "opera", "vivaldi", "yandex", "samsung-browser", "duckduckgo", "internet-explorer"];
/// Points of the parts; the proposal of the detection catalogue, 4.1. Only the sum is a setting.
const COUNTRY: i64 = 25;
const NEW_RENTED_NETWORK: i64 = 25;
const OTHER_NETWORK: i64 = 10;
const CLIENT: i64 = 25;
const INTERLEAVE: i64 = 15;
const DEVICE_LOST: i64 = 15;
const COMPLIANCE_LOST: i64 = 10;
const TRAVEL: i64 = 10;
const BY_CLAIM: i64 = 5;
/// Faster than airliners fly, km/h, and farther than geolocation errs, km.
const TRAVEL_SPEED: f64 = 900.0;
const TRAVEL_DISTANCE: f64 = 500.0;
const EARTH_RADIUS: f64 = 6371.0;

/// Root and one other origin of a session.
pub(super) struct Comparison<'a> {
    /// The origin that is compared with the root.
    pub other: Origin<'a>,
    /// Points and their reasons.
    pub parts: Vec<(i64, String)>,
    /// Minutes in which the session went from one origin to the other and back, when it did.
    pub interleave_minutes: Option<i64>,
    /// One of the two is a VPN service, and nothing but the place changed: client and device stayed, and the places were used one after the other. A
    /// VPN's exit country is its user's choice, so that country and network are one change here.
    pub is_vpn_switch: bool,
}

impl<'a> Comparison<'a> {
    /// `None` when nothing in the pair can tell a second person: the account has used the network before, the root's device moved along, a relay or
    /// gateway stands between, or a phone changed to its carrier.
    pub(crate) fn new(case: &Case, settings: &Session, root: &Origin<'a>, other: &Origin<'a>) -> Option<Self> {
        let profiles = &case.profiles;
        let [root_novelty, other_novelty] = [root, other].map(|origin| origin.first().network_novelty(profiles));
        let root_is_strange = root.first().is_rented() && root_novelty != Novelty::Established;
        if (other_novelty == Novelty::Established && !root_is_strange) || same_device(root, other) {
            return None;
        }
        let [root_class, other_class] = [root, other].map(|origin| origin.value(|s| s.network));
        let rented = (other.first().is_rented() && other_novelty != Novelty::Established) || root_is_strange;
        let passes_through = |class| matches!(class, Some("gateway" | "relay"));
        if (passes_through(root_class) || passes_through(other_class)) && !rented && other_novelty != Novelty::New {
            return None;
        }
        let countries = [root, other].map(|origin| origin.values(|s| s.country));
        let abroad = countries.iter().all(|set| !set.is_empty()) && countries[0].is_disjoint(&countries[1]);
        let client = client_change(case, root, other);
        let carrier = root_class == Some("carrier") || other_class == Some("carrier");
        if carrier && !abroad && client.is_none() && !rented {
            return None;
        }
        let mut parts = Vec::new();
        if abroad {
            parts.push((COUNTRY, format!("country {} instead of {}", list(&countries[1]), list(&countries[0]))));
        }
        match (rented, passes_through(other_class)) {
            (true, _) => parts.push((NEW_RENTED_NETWORK, "rented network that is not among the account's habits".to_owned())),
            (false, false) => parts.push((OTHER_NETWORK, "other network".to_owned())),
            (false, true) => {}
        }
        let interleave_minutes = interleave(root, other);
        let overlaps = interleave_minutes.is_some_and(|minutes| minutes <= settings.interleave_minutes);
        let (same_client, devices) = (client.is_none(), device_changes(root, other));
        let is_vpn_switch = [root_class, other_class].contains(&Some("vpn")) && same_client && devices.is_empty() && !overlaps;
        parts.extend(client.map(|change| (CLIENT, change)));
        if overlaps {
            parts.push((INTERLEAVE, format!("both in use within {} minutes", settings.interleave_minutes)));
        }
        parts.extend(devices);
        if impossible_travel(root, other) {
            parts.push((TRAVEL, "faster than air travel".to_owned()));
        }
        if other.sightings.iter().any(|s| s.by_claim) && !root.sightings.iter().any(|s| s.by_claim) {
            parts.push((BY_CLAIM, "second factor satisfied by an older claim".to_owned()));
        }
        Some(Self { other: other.clone(), parts, interleave_minutes, is_vpn_switch })
    }

    /// Sum of the points.
    pub(crate) fn score(&self) -> i64 {
        self.parts.iter().map(|(points, _)| points).sum()
    }
}

fn list(values: &std::collections::BTreeSet<&str>) -> String {
    values.iter().copied().collect::<Vec<_>>().join("/")
}

fn same_device(root: &Origin<'_>, other: &Origin<'_>) -> bool {
    let devices = root.values(|s| s.device);
    !devices.is_empty() && !devices.is_disjoint(&other.values(|s| s.device))
}

/// A browser family that is not the root's, or a tool or program that the account does not use; or another operating system. Office programs of one
/// machine share a session, so their families differ without a second person.
fn client_change(case: &Case, root: &Origin<'_>, other: &Origin<'_>) -> Option<String> {
    let [root_families, other_families] = [root, other].map(|origin| {
        let mut families = origin.values(|s| s.family);
        families.retain(|family| *family != "other");
        families
    });
    if !root_families.is_empty() && root_families.is_disjoint(&other_families) {
        let root_browser = root_families.iter().any(|family| BROWSERS.contains(family));
        let strange = other_families.iter().find(|family| {
            let habit = other.first().novelty(&case.profiles, Trait::Agent, Some(family));
            agent::is_script(family) || (root_browser && BROWSERS.contains(family)) || habit == Novelty::New
        });
        if let Some(strange) = strange {
            return Some(format!("client {strange} instead of {}", list(&root_families)));
        }
    }
    let [root_systems, other_systems] = [root, other].map(|origin| systems(origin));
    let both_known = !root_systems.is_empty() && !other_systems.is_empty();
    (both_known && root_systems.is_disjoint(&other_systems)).then(|| format!("system {} instead of {}", list(&other_systems), list(&root_systems)))
}

/// `Windows10` and `Windows 11` are one system: the family is what an upgrade does not change.
fn systems(origin: &Origin<'_>) -> std::collections::BTreeSet<&'static str> {
    origin.values(|s| s.os).into_iter().filter_map(agent::os_family).collect()
}

fn device_changes(root: &Origin<'_>, other: &Origin<'_>) -> Vec<(i64, String)> {
    let mut parts = Vec::new();
    let states_device = |origin: &Origin<'_>| origin.sightings.iter().any(|s| s.entra);
    if root.value(|s| s.device).is_some() && states_device(other) && other.value(|s| s.device).is_none() {
        parts.push((DEVICE_LOST, "no device id although the session began on a known device".to_owned()));
    }
    let was_compliant = root.sightings.iter().any(|s| s.compliant == Some(true));
    if was_compliant && other.sightings.iter().any(|s| s.entra && s.compliant == Some(false)) {
        parts.push((COMPLIANCE_LOST, "device no longer compliant".to_owned()));
    }
    parts
}

/// The two origins' sightings by time, with a mark of the side.
fn merged<'a, 'b>(root: &'b Origin<'a>, other: &'b Origin<'a>) -> Vec<(bool, &'b Sighting<'a>)> {
    let mut all: Vec<_> = root.sightings.iter().map(|s| (false, s)).chain(other.sightings.iter().map(|s| (true, s))).collect();
    all.sort_by_key(|(side, s)| (s.time, s.key(), *side));
    all
}

/// The shortest time, in minutes, that holds a switch from one side to the other and the switch back.
fn interleave(root: &Origin<'_>, other: &Origin<'_>) -> Option<i64> {
    let all = merged(root, other);
    let switches: Vec<_> = all.windows(2).filter(|pair| pair[0].0 != pair[1].0).map(|pair| (pair[0].1.time, pair[1].1.time)).collect();
    switches.windows(2).map(|pair| (pair[0].1 - pair[0].0).max(pair[1].1 - pair[1].0).num_minutes()).min()
}

fn impossible_travel(root: &Origin<'_>, other: &Origin<'_>) -> bool {
    let placed: Vec<_> = merged(root, other).into_iter().filter_map(|(side, s)| Some((side, s.time, s.position?))).collect();
    placed.windows(2).filter(|pair| pair[0].0 != pair[1].0).any(|pair| {
        let distance = kilometres(pair[0].2, pair[1].2);
        let seconds = (pair[1].1 - pair[0].1).num_seconds().clamp(1, i64::from(i32::MAX));
        let hours = f64::from(i32::try_from(seconds).unwrap_or(i32::MAX)) / 3600.0;
        distance >= TRAVEL_DISTANCE && distance / hours >= TRAVEL_SPEED
    })
}

/// Great-circle distance of two positions in degrees.
fn kilometres(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (latitude, other) = (from.0.to_radians(), to.0.to_radians());
    let half = ((other - latitude) / 2.0).sin().powi(2) + latitude.cos() * other.cos() * ((to.1 - from.1).to_radians() / 2.0).sin().powi(2);
    2.0 * EARTH_RADIUS * half.sqrt().min(1.0).asin()
}
