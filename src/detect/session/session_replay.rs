//! Session replay: one Entra session used from places that do not fit together.
//!
//! Evidence: sign-ins of all streams, unified audit records with a session id, mail access. Method: the records of a session are grouped into origins
//! (see `sighting::origins`); the origin of the first record is the root; every other origin is compared with it and scored (see `Comparison`).
//! Reported from `session.replay_alert` points. Origins that the account has used before, or that use the root's device, are left out.
//! False positives: company VPN switched on or off, phones between Wi-Fi and carrier, privacy relays, security gateways.
//! References: Microsoft "linkable token identifiers" (read 2026-11); Elastic, Splunk and Panther rules on sessions with several addresses.

use std::collections::BTreeSet;

use super::device_code::sessions_by_code;
use super::origins::{Origin, origins};
use super::replay_score::Comparison;
use super::shared_key::{Key, used_from_two_networks};
use super::sighting::{Sighting, cite, cite_context, counted};
use crate::case::Case;
use crate::detect::Detector;
use crate::enrich::profile::Novelty;
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "session-replay",
    title: "One session used from places that do not fit together",
    attack: &["T1550.004", "T1539", "T1550.001"],
    needs: &[
        Evidence::InteractiveSignIns,
        Evidence::NonInteractiveSignIns,
        Evidence::UnknownSignIns,
        Evidence::AuditLogons,
        Evidence::MailboxAudit,
        Evidence::MailItemsAccessed,
        Evidence::SharePoint,
    ],
    signals: &["session-replay"],
    false_positives: "A company VPN switched on or off, a phone between Wi-Fi and carrier, a privacy relay, a security gateway.",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let by_code = sessions_by_code(case);
    for ((account, session), sightings) in &used_from_two_networks(case, Key::Session) {
        if by_code.contains(*session) {
            continue;
        }
        let origins = origins(sightings);
        let Some((root, others)) = origins.split_first() else { continue };
        let mut comparisons: Vec<Comparison<'_>> = others.iter().filter_map(|other| Comparison::new(case, &settings.session, root, other)).collect();
        comparisons.sort_by_key(|comparison| std::cmp::Reverse(comparison.score()));
        let Some(worst) = comparisons.first().filter(|worst| worst.score() >= settings.session.replay_alert) else { continue };
        findings.push(report(case, settings, (account, session), root, worst, &comparisons));
    }
    findings
}

fn report<'a>(
    case: &Case,
    settings: &Settings,
    (account, session): (&str, &str),
    root: &Origin<'a>,
    worst: &Comparison<'a>,
    comparisons: &[Comparison<'a>],
) -> Finding {
    let foreign = worst.other.first();
    let mut finding = Finding::new(DETECTOR.id, "session-replay", account, foreign.time, foreign.reference());
    let score = worst.score();
    finding.severity = if score >= settings.session.replay_critical { Severity::Critical } else { Severity::High };
    let novel = foreign.network_novelty(&case.profiles) == Novelty::New;
    finding.confidence = if novel { 0.9 } else { 0.75 };
    finding.summary = format!(
        "Session {session} of {account} began at {} and was used {} from {} ({} points).",
        root.describe(case),
        counted(worst.other.sightings.len(), "time"),
        worst.other.describe(case),
        score
    );
    finding.fact("session", session);
    finding.fact("root_origin", root.describe(case));
    finding.fact("root_time", root.first().time.to_string());
    finding.fact("other_origins", comparisons.iter().map(|comparison| comparison.other.describe(case)).collect::<Vec<_>>());
    finding.fact("score", score);
    finding.fact("score_parts", worst.parts.iter().map(|(points, why)| format!("+{points} {why}")).collect::<Vec<_>>());
    if let Some(minutes) = worst.interleave_minutes {
        finding.fact("interleave_minutes", minutes);
    }
    finding.fact("agents", worst.other.values(|s| s.agent).into_iter().collect::<Vec<_>>());
    let reported: Vec<&Comparison<'_>> = comparisons.iter().filter(|comparison| comparison.score() >= settings.session.replay_alert).collect();
    for comparison in &reported {
        finding.traces.extend(&comparison.other.traces(&case.profiles));
    }
    let root_is_strange = root.first().is_rented() && root.first().network_novelty(&case.profiles) != Novelty::Established;
    if root_is_strange {
        finding.traces.extend(&root.traces(&case.profiles));
    }
    let root_agents: BTreeSet<&str> = root.values(|s| s.agent);
    if !root_is_strange {
        finding.traces.agents.retain(|agent| !root_agents.contains(agent.as_str()));
    }
    if worst.other.sightings.iter().any(|sighting| sighting.compliant == Some(true)) {
        finding.against.push("the other origin's sign-ins come from a compliant device".to_owned());
    }
    if reported.iter().all(|comparison| comparison.is_vpn_switch) {
        finding.against.push("client and device stayed and the places follow each other: a VPN service switched on or off looks the same".to_owned());
    }
    let foreign: Vec<&Sighting<'_>> = reported.iter().flat_map(|comparison| &comparison.other.sightings).collect();
    cite(&mut finding, foreign);
    if root_is_strange {
        cite(&mut finding, &root.sightings);
    } else {
        cite_context(&mut finding, &root.sightings);
    }
    finding
}
