//! Sends: from an unusual network, in mass, in another's name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{ID, SHOWN};
use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::selection;
use crate::enrich::network::is_rented;
use crate::enrich::profile::Novelty;
use crate::finding::{Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::mailbox::MailSent as Thresholds;
use crate::time::Time;

/// Every way to send.
pub(super) const SENDS: &[&str] = &["send", "sendas", "sendonbehalf"];
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// One finding per account and unusual network.
pub(super) fn from_new_origin(case: &Case) -> Vec<Finding> {
    let rows = selection::audit(case, SENDS);
    let mut groups: BTreeMap<(&str, String), Vec<AuditEvent<'_>>> = BTreeMap::new();
    for event in rows.iter().copied().filter(|event| event.actor_kind() != Some("system")) {
        let origin = Origin::of_audit(&event);
        if let Some(key) = origin.network_key().filter(|_| origin.is_unusual(case)) {
            groups.entry((event.account().unwrap_or_default(), key)).or_default().push(event);
        }
    }
    let mut findings = Vec::new();
    for ((account, _), events) in groups {
        let Some(first) = events.first() else { continue };
        let origin = Origin::of_audit(first);
        let summary = format!("{account} sent {} message(s) from {}", distinct(&events), origin.describe(case));
        let mut finding = describe("mail-sent-from-new-origin", account, first, &events, summary);
        finding.against = origin.reasons_against(case);
        finding.severity = if is_rented(origin.network) { Severity::High } else { Severity::Medium };
        finding.confidence = if finding.against.is_empty() { 0.85 } else { 0.5 };
        finding.fact("network", origin.novelty_word(case));
        findings.push(finding);
    }
    findings
}

/// One finding per account whose fullest hour passes both the floor and a multiple of the account's own earlier hours.
pub(super) fn in_mass(case: &Case, thresholds: &Thresholds) -> Vec<Finding> {
    let rows = selection::audit(case, SENDS);
    let mut accounts: BTreeMap<&str, Vec<AuditEvent<'_>>> = BTreeMap::new();
    for event in rows.iter().copied().filter(|event| event.actor_kind() != Some("system") && event.time().is_some()) {
        accounts.entry(event.account().unwrap_or_default()).or_default().push(event);
    }
    let mut findings = Vec::new();
    for (account, events) in accounts {
        let (first, last) = fullest_hour(&events);
        let burst = events.get(first..=last).unwrap_or_default();
        let Some(opening) = burst.first() else { continue };
        let sent = distinct(burst);
        let start = opening.time().unwrap_or_default();
        let own = hourly_percentile(events.get(..first).unwrap_or_default(), start);
        let limit = thresholds.hour_messages.max(thresholds.own_percentile_factor.saturating_mul(own));
        if sent <= limit {
            continue;
        }
        let subjects: BTreeSet<&str> = burst.iter().filter_map(|event| event.subject()).collect();
        let origin = Origin::of_audit(opening).describe(case);
        let summary = format!(
            "{account} sent {sent} messages with {} distinct subject(s) within one hour from {origin}; the account's own 99th percentile before was {own}",
            subjects.len()
        );
        let n_subjects = subjects.len();
        let mut finding = describe("mail-mass-send", account, opening, burst, summary);
        finding.severity = Severity::Medium;
        finding.confidence = 0.8;
        finding.fact("n_subjects", n_subjects);
        finding.fact("own_99th_percentile_per_hour", own);
        finding.against = Origin::of_audit(opening).reasons_against(case);
        findings.push(finding);
    }
    findings
}

/// First send of an actor in the name of another mailbox, after a sufficient history of the actor, and not from a network of the actor's habits: new
/// duties begin at the own desk.
pub(super) fn for_others(case: &Case, thresholds: &Thresholds) -> Vec<Finding> {
    let mut begins: BTreeMap<String, Time> = BTreeMap::new();
    for event in case.frames.audit.iter() {
        if let (Some(account), Some(time)) = (event.account(), event.time()) {
            begins.entry(account.to_owned()).or_insert(time);
        }
    }
    let rows = selection::audit(case, &["sendas", "sendonbehalf"]);
    let mut pairs: BTreeMap<(&str, String), Vec<AuditEvent<'_>>> = BTreeMap::new();
    for event in rows.iter().copied().filter(|event| event.actor_kind() != Some("system")) {
        let account = event.account().unwrap_or_default();
        let name = sender(&event);
        if name != account {
            pairs.entry((account, name)).or_default().push(event);
        }
    }
    let mut findings = Vec::new();
    for ((account, name), events) in pairs {
        let Some(first) = events.first() else { continue };
        let history = first.time().unwrap_or_default().0.saturating_sub(begins.get(account).map_or(i64::MAX, |time| time.0));
        let origin = Origin::of_audit(first);
        let is_first = history >= thresholds.history_days * DAY && origin.novelty(case) != Novelty::Established;
        if !is_first && !origin.is_unusual(case) {
            continue;
        }
        let summary = format!(
            "{account} sent {} message(s) in the name of {name} for the first time in the records, from {}",
            distinct(&events),
            origin.describe(case)
        );
        let mut finding = describe("mail-send-as", account, first, &events, summary);
        finding.severity = Severity::Medium;
        finding.confidence = 0.7;
        finding.against = origin.reasons_against(case);
        finding.fact("in_the_name_of", name);
        finding.fact("network", origin.novelty_word(case));
        findings.push(finding);
    }
    findings
}

/// In whose name a message was sent.
fn sender(event: &AuditEvent<'_>) -> String {
    let details = Properties::parse(event.details());
    let stated = ["SendAsUserSmtp", "SendOnBehalfOfUserSmtp"].into_iter().find_map(|name| details.filled(name));
    stated.or_else(|| filled(event.mailbox()).map(str::to_owned)).unwrap_or_default().to_lowercase()
}

fn describe(signal: &'static str, account: &str, first: &AuditEvent<'_>, events: &[AuditEvent<'_>], summary: String) -> Finding {
    let mut finding = Finding::new(ID, signal, account, first.time().unwrap_or_default(), first.reference());
    finding.summary = summary;
    finding.fact("n_messages", distinct(events));
    finding.fact("subjects", events.iter().filter_map(|event| event.subject()).take(SHOWN).collect::<Value>());
    finding.fact("message_ids", events.iter().filter_map(|event| event.message_id()).take(SHOWN).collect::<Value>());
    finding.fact("mailboxes", events.iter().filter_map(|event| event.mailbox()).collect::<BTreeSet<_>>().into_iter().collect::<Value>());
    for event in events {
        finding.traces.extend(&traces_of_audit(event));
    }
    selection::attach(&mut finding, events.iter().map(|event| (event.time(), event.reference())));
    finding
}

/// Messages by their ids; a record without an id counts for itself.
fn distinct(events: &[AuditEvent<'_>]) -> usize {
    let ids: BTreeSet<&str> = events.iter().filter_map(|event| filled(event.message_id())).collect();
    ids.len() + events.iter().filter(|event| filled(event.message_id()).is_none()).count()
}

/// First and last index of the sixty minutes with most records.
fn fullest_hour(events: &[AuditEvent<'_>]) -> (usize, usize) {
    let time = |event: &AuditEvent<'_>| event.time().unwrap_or_default().0;
    let (mut best, mut first) = ((0, 0), 0);
    for (last, event) in events.iter().enumerate() {
        while events.get(first).is_some_and(|oldest| time(event).saturating_sub(time(oldest)) > HOUR) {
            first += 1;
        }
        if last - first > best.1 - best.0 {
            best = (first, last);
        }
    }
    best
}

/// 99th percentile of messages per clock hour with any, before `start`.
fn hourly_percentile(events: &[AuditEvent<'_>], start: Time) -> usize {
    let mut hours: BTreeMap<i64, usize> = BTreeMap::new();
    for time in events.iter().filter_map(|event| event.time()).filter(|time| time.0 < start.0) {
        *hours.entry(time.0.div_euclid(HOUR)).or_default() += 1;
    }
    let mut counts: Vec<usize> = hours.into_values().collect();
    counts.sort_unstable();
    counts.get((counts.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or(0)
}
