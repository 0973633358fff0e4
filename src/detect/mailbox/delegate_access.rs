//! Access to another person's mailbox.
//!
//! Evidence: mailbox audit and MailItemsAccessed with a delegate or administrator logon, or with an actor who is not the owner. Method: the first access
//! of an actor to a mailbox that was in the records for long enough, when it reaches many messages or folders on its first day, or comes from a network
//! that is unusual for the actor. False positives: established assistants and shared-mailbox teams (quiet), help-desk work, e-discovery.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_access, traces_of_audit};
use crate::detect::{DetectError, Detector, selection};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity, Traces};
use crate::provenance::RecordRef;
use crate::settings::Settings;
use crate::time::Time;

const ID: &str = "delegate-access";
const DAY: i64 = 86_400_000_000;

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "First or unusual access to another person's mailbox",
    attack: &["T1114.002", "T1098.002"],
    needs: &[Evidence::MailItemsAccessed, Evidence::MailboxAudit],
    signals: &["delegate-access"],
    false_positives: "assistants, shared-mailbox teams, help desk, migration and e-discovery programs",
    detect,
};

/// One access by somebody who is not the owner.
struct Access<'a> {
    at: Time,
    origin: Origin<'a>,
    folder: Option<&'a str>,
    traces: Traces,
    record: RecordRef,
    operation: &'a str,
    /// Messages of the record, where it names them.
    messages: Vec<&'a str>,
}

fn detect(case: &Case, settings: &Settings) -> Result<Vec<Finding>, DetectError> {
    let thresholds = &settings.mailbox.delegate_access;
    let audit = case.frames.audit.rows()?;
    let mail = case.frames.mail_access.rows()?;
    let items = case.frames.mail_items.rows()?;
    let mut messages: BTreeMap<(u32, u64), Vec<&str>> = BTreeMap::new();
    for item in items.iter() {
        messages.entry((item.source.0, item.record)).or_default().extend(item.message_id);
    }
    let mut begins: BTreeMap<&str, Time> = BTreeMap::new();
    let mut pairs: BTreeMap<(&str, &str), Vec<Access<'_>>> = BTreeMap::new();
    for event in audit.iter().filter(|event| matches!(event.record_type, Some(2 | 3 | 50)) && event.operation != Some("mailitemsaccessed")) {
        let (Some(mailbox), Some(at)) = (filled(event.mailbox), event.time) else { continue };
        begins.entry(mailbox).and_modify(|begin| *begin = (*begin).min(at)).or_insert(at);
        let actor = event.account.unwrap_or_default();
        if is_person(event.actor_kind) && event.external_access != Some(true) && is_foreign(actor, mailbox, event.logon_type) {
            let traces = traces_of_audit(&event);
            let operation = event.operation.unwrap_or_default();
            let messages = filled(event.message_id).into_iter().collect();
            pairs.entry((actor, mailbox)).or_default().push(Access {
                at,
                origin: Origin::of_audit(&event),
                folder: filled(event.folder),
                traces,
                record: event.reference(),
                operation,
                messages,
            });
        }
    }
    for access in mail.iter() {
        let (Some(mailbox), Some(at)) = (filled(access.mailbox), access.time) else { continue };
        begins.entry(mailbox).and_modify(|begin| *begin = (*begin).min(at)).or_insert(at);
        let actor = access.account.unwrap_or_default();
        if is_person(access.actor_kind) && access.external_access != Some(true) && is_foreign(actor, mailbox, access.logon_type) {
            let messages = messages.get(&(access.source.0, access.record)).cloned().unwrap_or_default();
            let traces = traces_of_access(&access);
            pairs.entry((actor, mailbox)).or_default().push(Access {
                at,
                origin: Origin::of_access(&access),
                folder: filled(access.folder),
                traces,
                record: access.reference(),
                operation: "mailitemsaccessed",
                messages,
            });
        }
    }
    let mut findings = Vec::new();
    for ((actor, mailbox), mut accesses) in pairs {
        accesses.sort_by(|a, b| (a.at, &a.record).cmp(&(b.at, &b.record)));
        let Some(first) = accesses.first() else { continue };
        let start = first.at;
        let known_since = begins.get(mailbox).map_or(0, |begin| start.0.saturating_sub(begin.0));
        let first_day: Vec<&Access<'_>> = accesses.iter().filter(|access| access.at.0 - start.0 < DAY).collect();
        let n_messages = first_day.iter().flat_map(|access| access.messages.iter()).collect::<BTreeSet<_>>().len();
        let folders: BTreeSet<&str> = first_day.iter().filter_map(|access| access.folder).collect();
        let much = n_messages >= thresholds.first_day_messages || folders.len() > thresholds.first_day_folders;
        let is_first = known_since >= thresholds.history_days * DAY;
        let unusual = accesses.iter().position(|access| {
            let earlier_days: BTreeSet<i64> = accesses.iter().map(|other| other.at.day()).filter(|day| *day < access.at.day()).collect();
            let established =
                earlier_days.len() >= thresholds.established_days && access.origin.novelty(case) != crate::enrich::profile::Novelty::New;
            !established && access.origin.is_unusual(case)
        });
        if !(is_first && much) && unusual.is_none() {
            continue;
        }
        let from = unusual.and_then(|at| accesses.get(at)).unwrap_or(first);
        let what = if is_first { "for the first time in the records" } else { "with no earlier records to compare" };
        let mut finding = Finding::new(ID, "delegate-access", actor, from.at, from.record.clone());
        finding.severity = if unusual.is_some() { Severity::High } else { Severity::Medium };
        finding.confidence = if is_first { 0.85 } else { 0.65 };
        finding.summary = format!(
            "{actor} worked in the mailbox {mailbox} {what}: {n_messages} message(s) in {} folder(s) on the first day, from {}",
            folders.len(),
            from.origin.describe(case)
        );
        finding.fact("actor", actor);
        finding.fact("mailbox", mailbox);
        finding.fact("n_messages_first_day", n_messages);
        finding.fact("folders_first_day", folders.into_iter().collect::<Value>());
        finding.fact("operations", accesses.iter().map(|access| access.operation).collect::<BTreeSet<_>>().into_iter().collect::<Value>());
        finding.fact("network", from.origin.novelty_word(case));
        finding.fact("days_of_records_before", known_since / DAY);
        for access in &accesses {
            finding.traces.extend(&access.traces);
        }
        selection::attach(&mut finding, accesses.iter().map(|access| (Some(access.at), access.record.clone())));
        findings.push(finding);
    }
    Ok(findings)
}

/// Programs and Exchange itself reach every mailbox by design; other detectors watch programs.
fn is_person(kind: Option<&str>) -> bool {
    !matches!(kind, Some("system" | "app"))
}

/// Logon types: 1 administrator, 2 delegate, 6 delegated administrator. An owner's own record may carry none.
fn is_foreign(actor: &str, mailbox: &str, logon_type: Option<i64>) -> bool {
    actor.contains('@') && actor != mailbox && (matches!(logon_type, Some(1 | 2 | 6)) || mailbox.contains('@'))
}
