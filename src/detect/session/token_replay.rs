//! Token replay: one access token used from two places, and sign-ins that a script repeats like clockwork.
//!
//! Evidence: unique token identifiers of sign-ins, unified audit and mail access; non-interactive sign-ins. Method: `token-replay` groups the uses of
//! one token by network, as session replay does, and leaves out networks that the account has used before and the device that moved along.
//! `periodic-token-replay` looks for sign-ins of a script from one address whose gaps have a median of 20 to 40 minutes and hardly vary.
//! False positives: a VPN switched on within the hour that a token lives; own automation (its network is established, so it is left out).
//! References: Microsoft "linkable token identifiers"; Microsoft on Storm-2755 (axios every 30 minutes), both read 2026-11.

use std::collections::BTreeMap;

use super::origins::{origins, place};
use super::replay_score::Comparison;
use super::shared_key::{Key, used_from_two_networks};
use super::sighting::{Sighting, cite, cite_context, counted, duration};
use crate::case::Case;
use crate::detect::Detector;
use crate::enrich::profile::Novelty;
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "token-replay",
    title: "An access token used from two places, or a script that keeps a session alive",
    attack: &["T1550.001", "T1550.004", "T1539"],
    needs: &[
        Evidence::InteractiveSignIns,
        Evidence::NonInteractiveSignIns,
        Evidence::UnknownSignIns,
        Evidence::MailboxAudit,
        Evidence::MailItemsAccessed,
        Evidence::SharePoint,
    ],
    signals: &["token-replay", "periodic-token-replay"],
    false_positives: "A VPN switched on while a token lives; the account's own automation from its usual network.",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let mut findings = moved_tokens(case, settings);
    findings.extend(cadences(case, settings));
    findings
}

fn moved_tokens(case: &Case, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ((account, token), sightings) in &used_from_two_networks(case, Key::Token) {
        let origins = origins(sightings);
        let Some((root, others)) = origins.split_first() else { continue };
        // The filters of a comparison apply, its points do not: a single token is never shared by two programs.
        let foreign: Vec<_> = others.iter().filter_map(|other| Comparison::new(case, &settings.session, root, other)).collect();
        let Some(first) = foreign.first() else { continue };
        let sighting = first.other.first();
        let mut finding = Finding::new(DETECTOR.id, "token-replay", account, sighting.time, sighting.reference());
        let strange = sighting.is_rented() || sighting.network_novelty(&case.profiles) == Novelty::New;
        finding.severity = if strange { Severity::Critical } else { Severity::High };
        finding.confidence = if strange { 0.9 } else { 0.6 };
        finding.summary = format!(
            "One access token of {account} was used from {} and, {} later, from {}.",
            root.describe(case),
            duration((sighting.time - root.first().time).num_minutes()),
            first.other.describe(case)
        );
        finding.fact("token", *token);
        finding.fact("root_origin", root.describe(case));
        finding.fact("other_origins", foreign.iter().map(|one| one.other.describe(case)).collect::<Vec<_>>());
        for comparison in &foreign {
            finding.traces.extend(&comparison.other.traces(&case.profiles));
        }
        if root.first().is_rented() {
            finding.traces.extend(&root.traces(&case.profiles));
        }
        cite(&mut finding, foreign.iter().flat_map(|one| &one.other.sightings));
        cite_context(&mut finding, &root.sightings);
        findings.push(finding);
    }
    findings
}

fn cadences(case: &Case, settings: &Settings) -> Vec<Finding> {
    let rows = case.frames.sign_ins.iter().filter(|row| row.error_code() == Some(0) && row.stream() == Some("non-interactive"));
    let mut series: BTreeMap<(&str, &str), Vec<Sighting<'_>>> = BTreeMap::new();
    for row in rows {
        if let Some(sighting) = Sighting::of_sign_in(&row)
            && sighting.is_script()
            && sighting.has_origin()
            && !sighting.account.is_empty()
            && let Some(address) = sighting.address
        {
            series.entry((sighting.account, address)).or_default().push(sighting);
        }
    }
    let mut findings = Vec::new();
    for ((account, address), sightings) in &series {
        let (Some(first), Some(minutes)) = (sightings.first(), cadence(settings, sightings)) else { continue };
        let novelty = first.network_novelty(&case.profiles);
        if novelty == Novelty::Established {
            continue;
        }
        let mut finding = Finding::new(DETECTOR.id, "periodic-token-replay", account, first.time, first.reference());
        finding.severity = if novelty == Novelty::New || first.is_rented() { Severity::High } else { Severity::Medium };
        finding.confidence = if novelty == Novelty::New { 0.85 } else { 0.6 };
        finding.summary = format!(
            "{} refreshed a session of {account} {} from {}, one sign-in about every {minutes} minutes.",
            first.agent.unwrap_or("a script"),
            counted(sightings.len(), "time"),
            place(case, Some(address), first.asn, first.country)
        );
        finding.fact("median_gap_minutes", minutes);
        finding.fact("n_sign_ins", sightings.len());
        finding.fact("agent", first.agent.unwrap_or(""));
        for sighting in sightings {
            finding.traces.extend(&sighting.traces(&case.profiles));
        }
        cite(&mut finding, sightings);
        findings.push(finding);
    }
    findings
}

/// Median gap in minutes when the sign-ins keep a cadence.
fn cadence(settings: &Settings, sightings: &[Sighting<'_>]) -> Option<i64> {
    let mut beats: Vec<i64> = sightings.iter().map(|sighting| sighting.time.0 / 1_000_000).collect();
    beats.dedup_by(|later, earlier| *later - *earlier <= settings.session.cadence_beat_seconds);
    if beats.len() < settings.session.cadence_sign_ins.max(2) {
        return None;
    }
    let mut gaps: Vec<i64> = beats.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let median_gap = median(&mut gaps)?;
    let mut deviations: Vec<i64> = gaps.iter().map(|gap| (gap - median_gap).abs()).collect();
    let deviation = median(&mut deviations)?;
    let in_range = (settings.session.cadence_minutes_from * 60..=settings.session.cadence_minutes_to * 60).contains(&median_gap);
    let share = f64::from(u32::try_from(deviation).ok()?) / f64::from(u32::try_from(median_gap).ok()?);
    (in_range && share < settings.session.cadence_deviation).then_some((median_gap + 30) / 60)
}

/// The middle value; of an even number the smaller of the two.
fn median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}
