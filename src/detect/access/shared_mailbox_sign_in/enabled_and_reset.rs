//! `account-enabled-and-reset`: a disabled account is enabled and given a password within minutes, which turns it into a login.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::DETECTOR;
use crate::case::Case;
use crate::enrich::profile::{Novelty, Profiles, Trait};
use crate::finding::{Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::access::Special;

const ENABLE: &str = "enable account";
const RESETS: &[&str] = &["reset user password", "reset password (by admin)", "change user password"];
const CREATE: &[&str] = &["add user", "create user"];
const DISABLE: &str = "disable account";

pub(super) fn detect(case: &Case, limits: &Special, shared: &BTreeMap<String, String>) -> Vec<Finding> {
    let audit = &case.frames.audit;
    let data =
        audit.at(audit.operation.rows_where(|operation| [ENABLE, DISABLE].iter().chain(RESETS).chain(CREATE).any(|wanted| *wanted == operation)));
    let mut by_target: BTreeMap<&str, Vec<AuditEvent<'_>>> = BTreeMap::new();
    for row in data.filter(|row| row.time().is_some() && row.result() != Some("failure")) {
        if let Some(target) = row.target().filter(|target| !target.is_empty()) {
            by_target.entry(case.identities.resolve(target)).or_default().push(row);
        }
    }
    by_target.into_iter().filter_map(|(target, rows)| describe(case, target, &rows, limits, shared.get(target))).collect()
}

fn is_one_of(row: &AuditEvent<'_>, names: &[&str]) -> bool {
    row.operation().is_some_and(|operation| names.contains(&operation))
}

fn describe(case: &Case, target: &str, rows: &[AuditEvent<'_>], limits: &Special, shared: Option<&String>) -> Option<Finding> {
    let apart = |a: &AuditEvent<'_>, b: &AuditEvent<'_>| a.time().zip(b.time()).map(|(a, b)| a.distance(b));
    let is_onboarding = |row: &AuditEvent<'_>| {
        rows.iter().any(|other| is_one_of(other, CREATE) && apart(other, row).is_some_and(|gap| gap <= TimeDelta::days(limits.onboarding_days)))
    };
    // Whoever disabled it a few days ago now gives it back: the end of a containment.
    let is_recovery = |row: &AuditEvent<'_>| {
        let before =
            |other: &AuditEvent<'_>| other.time() < row.time() && apart(other, row).is_some_and(|gap| gap <= TimeDelta::days(limits.recovery_days));
        rows.iter().any(|other| is_one_of(other, &[DISABLE]) && before(other))
    };
    let limit = TimeDelta::minutes(limits.enable_reset_minutes);
    let enables = rows.iter().filter(|row| is_one_of(row, &[ENABLE]) && !is_onboarding(row) && !is_recovery(row));
    let mut pairs = enables.filter_map(|enable| {
        let resets: Vec<_> = rows.iter().filter(|row| is_one_of(row, RESETS) && apart(row, enable).is_some_and(|gap| gap <= limit)).collect();
        (!resets.is_empty()).then_some((enable, resets))
    });
    let (enable, resets) = pairs.next()?;
    let mut finding = Finding::new(DETECTOR.id, "account-enabled-and-reset", target, enable.time()?, enable.reference());
    for row in std::iter::once(enable).chain(resets.iter().copied()).chain(pairs.flat_map(|(enable, resets)| std::iter::once(enable).chain(resets))) {
        finding.add_record(row.time(), row.reference());
        // An actor at his usual place is an administrator at work; his own address leads to nobody else.
        if is_usual_place(case, row) {
            let reason = "the change was made from a place where its author usually works".to_owned();
            if !finding.against.contains(&reason) {
                finding.against.push(reason);
            }
        } else {
            finding.traces.addresses.extend(row.address().filter(|address| !address.is_empty()).map(str::to_owned));
            finding.traces.sessions.extend(row.session_id().filter(|session| !session.is_empty()).map(str::to_owned));
        }
    }
    let actors: BTreeSet<&str> = std::iter::once(enable).chain(resets).filter_map(|row| row.account()).collect();
    let actors: Vec<&str> = actors.into_iter().collect();
    finding.severity = if shared.is_some() { Severity::High } else { Severity::Medium };
    finding.confidence = 0.8;
    let kind = shared.map(|kind| format!(", a {kind},")).unwrap_or_default();
    finding.summary = format!("{target}{kind} was enabled and given a password at {} by {}", enable.time()?, actors.join(", "));
    finding.fact("actors", actors);
    finding.fact("mailbox_kind", shared.cloned());
    finding.fact("n_records", finding.evidence.len());
    Some(finding)
}

fn is_usual_place(case: &Case, row: &AuditEvent<'_>) -> bool {
    let (Some(actor), Some(at), Some(network)) = (row.account(), row.time(), Profiles::network_key(row.asn(), row.address())) else {
        return false;
    };
    row.address().is_some_and(|address| case.profiles.is_company_egress(address))
        || case.profiles.novelty(actor, Trait::Network, &network, at) == Novelty::Established
}
