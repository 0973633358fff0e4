//! Chained persistence: a suspicious sign-in, and then something that outlives it: the combination that is almost never innocent.
//!
//! Evidence: sign-ins, unified audit, directory audits. Method: anchors are suspicious successful sign-ins (`anchor`); steps are inbox rules, forwarding,
//! delegates, methods, devices, consents, credentials, roles and policy edits of the same account, from ten minutes before to a day after, weighted by
//! distance in time and place (`session.chain_weight`); a step that shares the session needs no time limit. One finding per account and chain.
//! Left quiet: accounts being set up, a method set by the help desk, and a method or device alone on a merely new network (a traveller's new phone).
//! References: detection catalogue 4.8 (Sentinel, Elastic and reprise99 rules on risk followed by change; read 2026-11).

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::anchor::{Anchor, Reason, anchors};
use super::chain_step::{Step, acts, concerned, creations, steps};
use super::sighting::duration;
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::selection::attach;
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::settings::Settings;
use crate::settings::session::Session;

pub(super) const DETECTOR: Detector = Detector {
    id: "chained-persistence",
    title: "Suspicious sign-in followed by something that outlives it",
    attack: &["T1078.004", "T1098", "T1098.005", "T1564.008", "T1528"],
    needs: &[Evidence::InteractiveSignIns, Evidence::NonInteractiveSignIns, Evidence::UnknownSignIns, Evidence::AuditLogons],
    signals: &["chained-persistence"],
    false_positives: "Setting up a new account, re-enrolment by the help desk, a new phone on a journey.",
    detect,
};

/// A step and its weight against the nearest anchor.
struct Weighted<'s, 'a> {
    step: &'s Step<'a>,
    anchor: usize,
    weight: f64,
}

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let acts = acts(case);
    let concerned: BTreeSet<&str> = acts.iter().flat_map(|(event, _)| concerned(event)).collect();
    let anchors = anchors(case, &concerned);
    let steps = steps(case, &acts, &anchors);
    let creations = creations(case);
    let young = TimeDelta::days(settings.session.onboarding_days);
    let mut findings = Vec::new();
    for (account, anchors) in &anchors {
        let Some(steps) = steps.get(account.as_str()) else { continue };
        // A day without a suspicious sign-in ends a chain.
        let apart = TimeDelta::hours(settings.session.chain_after_hours);
        let mut from = 0;
        for chain in anchors.chunk_by(|earlier, later| later.time - earlier.time < apart) {
            let is_first = from == 0;
            from += chain.len();
            let weighted = weigh(&settings.session, chain, steps, is_first);
            let being_set_up = chain.first().is_some_and(|first| {
                creations
                    .get(account.as_str())
                    .is_some_and(|times| times.iter().any(|created| *created <= first.time && first.time - *created < young))
            });
            if !being_set_up {
                findings.extend(report(settings, account, chain, &weighted));
            }
        }
    }
    findings
}

fn weigh<'s, 'a>(settings: &Session, chain: &[Anchor], steps: &'s [Step<'a>], first_chain: bool) -> Vec<Weighted<'s, 'a>> {
    let (before, after) = (TimeDelta::minutes(settings.chain_before_minutes), TimeDelta::hours(settings.chain_after_hours));
    let weighted = steps.iter().filter_map(|step| {
        let best = chain.iter().enumerate().filter_map(|(position, anchor)| {
            let distance = step.time - anchor.time;
            let same_session = step.session.is_some() && step.session == anchor.session.as_deref();
            let shared = same_session
                || [(step.token, &anchor.token), (step.address, &anchor.address)]
                    .iter()
                    .any(|(own, theirs)| own.is_some() && *own == theirs.as_deref());
            let in_window = distance >= -before && distance <= after;
            let decay: f64 = match distance.num_minutes() {
                ..=30 => 1.0,
                31..=120 => 0.8,
                121..=480 => 0.5,
                481..=1440 => 0.3,
                1441.. => 0.0,
            };
            let weight: f64 = match (in_window, same_session && first_chain) {
                (true, _) => decay,
                (false, true) => 0.3,
                (false, false) => return None,
            } * if shared { 1.3 } else { 1.0 }
                * if step.own_place && !shared { 0.3 } else { 1.0 };
            Some((position, weight))
        });
        let (anchor, weight) = best.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        Some(Weighted { step, anchor, weight })
    });
    weighted.collect()
}

/// Sum over the kinds of step, each with its heaviest.
fn total(weighted: &[Weighted<'_, '_>]) -> f64 {
    let mut best: BTreeMap<&str, f64> = BTreeMap::new();
    for one in weighted {
        let weight = best.entry(one.step.kind).or_default();
        *weight = weight.max(one.weight);
    }
    best.values().sum()
}

fn report(settings: &Settings, account: &str, chain: &[Anchor], weighted: &[Weighted<'_, '_>]) -> Option<Finding> {
    let weight = total(weighted);
    let first = chain.get(weighted.iter().map(|one| one.anchor).min()?)?;
    let kinds: BTreeSet<&str> = weighted.iter().map(|one| one.step.kind).collect();
    let only_enrolment = kinds.iter().all(|kind| matches!(*kind, "authentication method" | "device"));
    let merely_new = chain.iter().all(|anchor| anchor.reason == Reason::NewNetworkAndClient);
    let by_helpdesk = weighted.iter().all(|one| one.step.by_other);
    if weight < settings.session.chain_weight || (only_enrolment && (merely_new || by_helpdesk)) {
        return None;
    }
    let mut finding = Finding::new("chained-persistence", "chained-persistence", account, first.time, first.reference.clone());
    finding.severity = if weight >= settings.session.chain_weight_critical { Severity::Critical } else { Severity::High };
    finding.confidence = (0.5 + weight / 5.0).min(0.95);
    let last = weighted.iter().map(|one| one.step.time).max()?;
    finding.summary = format!(
        "{account} signed in from {} ({}); within {} followed: {}.",
        first.place,
        first.reason.words(),
        duration((last - first.time).num_minutes().max(0)),
        kinds.iter().copied().collect::<Vec<_>>().join(", ")
    );
    let lines: Vec<String> = weighted
        .iter()
        .map(|one| {
            let after = chain.get(one.anchor).map_or(0, |anchor| (one.step.time - anchor.time).num_minutes());
            format!("{} {}: {} ({after} min after the sign-in, weight {:.2})", one.step.time, one.step.kind, one.step.what, one.weight)
        })
        .collect();
    finding.fact("steps", lines);
    finding.fact("anchor", format!("{} from {} ({})", first.time, first.place, first.reason.words()));
    finding.fact("weight", (weight * 100.0).round() / 100.0);
    finding.fact("n_steps", weighted.len());
    finding.fact("n_sign_ins", chain.len());
    if weighted.iter().any(|one| one.step.own_place) {
        finding.against.push("some steps come from a network that is habitual for the account".to_owned());
    }
    for anchor in chain {
        finding.traces.extend(&anchor.traces);
    }
    let used: BTreeSet<usize> = weighted.iter().map(|one| one.anchor).collect();
    if used.iter().filter_map(|position| chain.get(*position)).all(|anchor| anchor.compliant) {
        finding.against.push("the sign-ins come from a compliant device".to_owned());
    }
    attach(&mut finding, used.iter().filter_map(|position| chain.get(*position)).map(|anchor| (Some(anchor.time), anchor.reference.clone())));
    attach(&mut finding, weighted.iter().map(|one| (Some(one.step.time), one.step.reference.clone())));
    Some(finding)
}
