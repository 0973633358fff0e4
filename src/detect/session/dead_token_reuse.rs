//! Dead tokens: a revoked or expired token presented from a network where the account never signed in.
//!
//! Evidence: failed sign-ins whose code says that an old token or session was refused (`codes::Outcome::TokenRefused`). Method: per account and
//! network, refusals at a network without any success of that account in the whole evidence. Somebody there holds, or held, a copy of its tokens.
//! Left out: Microsoft's own networks, gateways, known devices, and a carrier in a country the account uses (a phone on the road).
//! False positives: a laptop that woke up in a hotel and was closed again. References: FalconFriday FF-0091 (read 2026-11).

use std::collections::{BTreeMap, BTreeSet};

use super::origins::place;
use super::sighting::{Sighting, cite, counted};
use crate::case::Case;
use crate::codes::{Outcome, meaning, outcome};
use crate::detect::Detector;
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "dead-token-reuse",
    title: "Revoked or expired token presented from a foreign network",
    attack: &["T1550.001", "T1550.004"],
    needs: &[Evidence::InteractiveSignIns, Evidence::NonInteractiveSignIns, Evidence::UnknownSignIns, Evidence::AuditLogons],
    signals: &["dead-token-reuse"],
    false_positives: "A laptop or phone that woke up on a strange network and did not sign in there.",
    detect,
};

fn detect(case: &Case, _settings: &Settings) -> Vec<Finding> {
    let mut refused: BTreeMap<(&str, String), Vec<(Sighting<'_>, i64)>> = BTreeMap::new();
    for row in case.frames.sign_ins.iter() {
        if let Some(code) = row.error_code().filter(|code| outcome(*code) == Outcome::TokenRefused)
            && let Some(sighting) = Sighting::of_sign_in(&row)
            && sighting.has_origin()
            && !sighting.account.is_empty()
            && !is_own(case, &sighting)
            && let Some(network) = Profiles::network_key(sighting.asn, sighting.address)
        {
            refused.entry((sighting.account, network)).or_default().push((sighting, code));
        }
    }
    let findings = refused.into_iter().filter(|((account, network), _)| !succeeded(case, account, network));
    findings.filter_map(|((account, _), refusals)| report(case, account, &refusals)).collect()
}

/// The account succeeded on this network at any time, before or after.
fn succeeded(case: &Case, account: &str, network: &str) -> bool {
    case.profiles.accounts.get(account).is_some_and(|profile| profile.habits.contains_key(&(Trait::Network, network.to_owned())))
}

fn is_own(case: &Case, sighting: &Sighting<'_>) -> bool {
    let known_device = sighting.novelty(&case.profiles, Trait::Device, sighting.device) == Novelty::Established;
    let known_country = sighting.novelty(&case.profiles, Trait::Country, sighting.country) == Novelty::Established;
    let passing = matches!(sighting.network, Some("gateway" | "relay")) || (sighting.network == Some("carrier") && known_country);
    known_device || passing
}

fn report(case: &Case, account: &str, refusals: &[(Sighting<'_>, i64)]) -> Option<Finding> {
    let (first, _) = refusals.first()?;
    let codes: BTreeSet<i64> = refusals.iter().map(|(_, code)| *code).collect();
    let known_country = first.novelty(&case.profiles, Trait::Country, first.country) == Novelty::Established;
    let known_client = first.novelty(&case.profiles, Trait::Agent, first.family) == Novelty::Established;
    let mut finding = Finding::new(DETECTOR.id, "dead-token-reuse", account, first.time, first.reference());
    finding.severity = match (first.is_rented(), known_country) {
        (true, _) => Severity::High,
        (false, false) => Severity::Medium,
        (false, true) => Severity::Low,
    };
    finding.confidence = if first.is_rented() { 0.8 } else { 0.5 };
    let words: Vec<&str> = codes.iter().map(|code| meaning(*code)).filter(|text| !text.is_empty()).collect::<BTreeSet<_>>().into_iter().collect();
    finding.summary = format!(
        "An old token of {account} was presented {} from {}, where the account never signed in, and was refused ({}).",
        counted(refusals.len(), "time"),
        place(case, first.address, first.asn, first.country),
        if words.is_empty() { "no further reason".to_owned() } else { words.join("; ") }
    );
    finding.fact("codes", codes.into_iter().collect::<Vec<_>>());
    finding.fact("n_refusals", refusals.len());
    if known_country && known_client && !first.is_rented() {
        finding.against.push("country and client are habitual for the account: a machine of its own on another network looks the same".to_owned());
    }
    for (sighting, _) in refusals {
        finding.traces.extend(&sighting.traces(&case.profiles));
    }
    cite(&mut finding, refusals.iter().map(|(sighting, _)| sighting));
    Some(finding)
}
