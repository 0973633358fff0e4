//! Access to another person's mailbox.
//!
//! Evidence: mailbox audit and MailItemsAccessed with a delegate or administrator logon, or with an actor who is not the owner. Method: the first access
//! of an actor to a mailbox that was in the records for long enough, when it reaches many messages or folders on its first day, or comes from a network
//! that is unusual for the actor. False positives: established assistants and shared-mailbox teams (quiet), help-desk work, e-discovery.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_access, traces_of_audit};
use crate::detect::{Detector, selection};
use crate::enrich::profile::Novelty;
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity, Traces};
use crate::provenance::RecordRef;
use crate::settings::Settings;
use crate::settings::mailbox::DelegateAccess as Thresholds;
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

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let audit = &case.frames.audit;
    let mail = &case.frames.mail_access;
    let items = &case.frames.mail_items;
    let mut messages: BTreeMap<(u32, u64), Vec<&str>> = BTreeMap::new();
    for item in items.iter() {
        messages.entry((item.source().0, item.record())).or_default().extend(item.message_id());
    }
    let mut mailboxes = Mailboxes::default();
    for event in audit.iter().filter(|event| matches!(event.record_type(), Some(2 | 3 | 50)) && event.operation() != Some("mailitemsaccessed")) {
        let by_person = is_person(event.actor_kind()) && event.external_access() != Some(true);
        mailboxes.add(event.account(), event.mailbox(), event.logon_type(), by_person, || Access {
            at: event.time().unwrap_or_default(),
            origin: Origin::of_audit(&event),
            folder: filled(event.folder()),
            traces: traces_of_audit(&event),
            record: event.reference(),
            operation: event.operation().unwrap_or_default(),
            messages: filled(event.message_id()).into_iter().collect(),
        });
    }
    for access in mail.iter() {
        let by_person = is_person(access.actor_kind()) && access.external_access() != Some(true);
        mailboxes.add(access.account(), access.mailbox(), access.logon_type(), by_person, || Access {
            at: access.time().unwrap_or_default(),
            origin: Origin::of_access(&access),
            folder: filled(access.folder()),
            traces: traces_of_access(&access),
            record: access.reference(),
            operation: "mailitemsaccessed",
            messages: messages.get(&(access.source().0, access.record())).cloned().unwrap_or_default(),
        });
    }
    let Mailboxes { begins, pairs } = mailboxes;
    let judge = |((actor, mailbox), accesses)| {
        let begin = begins.get(mailbox).copied();
        judge(case, &settings.mailbox.delegate_access, (actor, mailbox), begin, accesses)
    };
    pairs.into_iter().filter_map(judge).collect()
}

/// Since when each mailbox is in the records, and who but the owner worked in it.
#[derive(Default)]
struct Mailboxes<'a> {
    begins: BTreeMap<&'a str, Time>,
    pairs: BTreeMap<(&'a str, &'a str), Vec<Access<'a>>>,
}

impl<'a> Mailboxes<'a> {
    fn add(
        &mut self,
        actor: Option<&'a str>,
        mailbox: Option<&'a str>,
        logon_type: Option<i64>,
        by_person: bool,
        access: impl FnOnce() -> Access<'a>,
    ) {
        let Some(mailbox) = filled(mailbox) else { return };
        let access = access();
        self.begins.entry(mailbox).and_modify(|begin| *begin = (*begin).min(access.at)).or_insert(access.at);
        let actor = actor.unwrap_or_default();
        if by_person && is_foreign(actor, mailbox, logon_type) {
            self.pairs.entry((actor, mailbox)).or_default().push(access);
        }
    }
}

/// The finding about one actor in one mailbox, when there is one.
fn judge(
    case: &Case,
    thresholds: &Thresholds,
    (actor, mailbox): (&str, &str),
    begin: Option<Time>,
    mut accesses: Vec<Access<'_>>,
) -> Option<Finding> {
    accesses.sort_by(|a, b| (a.at, &a.record).cmp(&(b.at, &b.record)));
    let first = accesses.first()?;
    let known_days = begin.map_or(0, |begin| first.at.0.saturating_sub(begin.0) / DAY);
    let first_day: Vec<&Access<'_>> = accesses.iter().filter(|access| access.at.0 - first.at.0 < DAY).collect();
    let n_messages = first_day.iter().flat_map(|access| access.messages.iter()).collect::<BTreeSet<_>>().len();
    let folders: BTreeSet<&str> = first_day.iter().filter_map(|access| access.folder).collect();
    let is_much = n_messages >= thresholds.first_day_messages || folders.len() > thresholds.first_day_folders;
    let is_first = known_days >= thresholds.history_days;
    let days: BTreeSet<i64> = accesses.iter().map(|access| access.at.day()).collect();
    let earlier_days = |access: &Access<'_>| days.range(..access.at.day()).count();
    let unusual = accesses.iter().find(|access| {
        let is_routine = earlier_days(access) >= thresholds.established_days && access.origin.novelty(case) != Novelty::New;
        !is_routine && access.origin.is_unusual(case)
    });
    if !(is_first && is_much) && unusual.is_none() {
        return None;
    }
    let from = unusual.unwrap_or(first);
    let before = match (earlier_days(from), is_first) {
        (0, true) => format!("for the first time in {known_days} days of records of it"),
        (0, false) => "with too few earlier records of it to call this new".to_owned(),
        (days, _) => format!("after {days} earlier day(s) of such work"),
    };
    let mut finding = Finding::new(ID, "delegate-access", actor, from.at, from.record.clone());
    finding.severity = if unusual.is_some() { Severity::High } else { Severity::Medium };
    finding.confidence = if is_first { 0.85 } else { 0.65 };
    finding.summary = format!(
        "{actor} worked in the mailbox {mailbox} {before}: {n_messages} message(s) in {} folder(s) on the first day, from {}",
        folders.len(),
        from.origin.describe(case)
    );
    finding.fact("actor", actor);
    finding.fact("mailbox", mailbox);
    finding.fact("n_messages_first_day", n_messages);
    finding.fact("folders_first_day", folders.into_iter().collect::<Value>());
    finding.fact("operations", accesses.iter().map(|access| access.operation).collect::<BTreeSet<_>>().into_iter().collect::<Value>());
    finding.fact("network", from.origin.novelty_word(case));
    finding.fact("days_of_records_before", known_days);
    finding.fact("n_earlier_days", earlier_days(from));
    let telling = if unusual.is_some() { selection::telling(&accesses, |access| access.origin.is_unusual(case)) } else { first_day };
    for access in &telling {
        finding.traces.extend(&access.traces);
    }
    selection::attach(&mut finding, telling.iter().map(|access| (Some(access.at), access.record.clone())));
    Some(finding)
}

/// Programs and Exchange itself reach every mailbox by design; other detectors watch programs.
fn is_person(kind: Option<&str>) -> bool {
    !matches!(kind, Some("system" | "app"))
}

/// Logon types: 1 administrator, 2 delegate, 6 delegated administrator. An owner's own record may carry none.
fn is_foreign(actor: &str, mailbox: &str, logon_type: Option<i64>) -> bool {
    actor.contains('@') && actor != mailbox && (matches!(logon_type, Some(1 | 2 | 6)) || mailbox.contains('@'))
}
