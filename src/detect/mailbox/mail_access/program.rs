//! Programs that did not read mail here before: one that reads several mailboxes (`mail-app-many-mailboxes`), one that is new for a mailbox
//! (`mail-new-client`).

use std::collections::{BTreeMap, BTreeSet};

use super::reading::{self, Programs};
use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_access};
use crate::detect::selection;
use crate::finding::{Finding, Severity};
use crate::frame::MailAccess;
use crate::settings::mailbox::MailAccess as Thresholds;
use crate::time::Time;

const DAY: i64 = 86_400_000_000;

/// Programs whose first access lies at least the learning period after the start of the evidence and that read several mailboxes within the window.
pub(super) fn many_mailboxes(case: &Case, thresholds: &Thresholds) -> Vec<Finding> {
    let rows = &case.frames.mail_access;
    let begin = rows.iter().find_map(|access| access.time()).unwrap_or_default();
    let mut programs: BTreeMap<&str, Vec<MailAccess<'_>>> = BTreeMap::new();
    for access in rows.iter().filter(|access| !reading::is_background(access)) {
        if let Some(program) = reading::application(&access) {
            programs.entry(program).or_default().push(access);
        }
    }
    let mut findings = Vec::new();
    for (program, accesses) in programs {
        let Some(first) = accesses.first() else { continue };
        let start = first.time().unwrap_or_default();
        if start.0.saturating_sub(begin.0) < thresholds.history_days * DAY || signed_in_before(case, program, start) {
            continue;
        }
        let window: Vec<&MailAccess<'_>> = fullest(&accesses, thresholds.app_minutes);
        let mailboxes: BTreeSet<&str> = window.iter().filter_map(|access| filled(access.mailbox())).collect();
        if mailboxes.len() < thresholds.app_mailboxes {
            continue;
        }
        let actor = first.account().unwrap_or_default();
        let mut finding = Finding::new(super::ID, "mail-app-many-mailboxes", actor, start, first.reference());
        finding.severity = Severity::High;
        finding.confidence = 0.85;
        finding.summary = format!(
            "the program {program}, not seen before {start}, read {} mailboxes within {} minutes from {}",
            mailboxes.len(),
            thresholds.app_minutes,
            Origin::of_access(first).describe(case)
        );
        finding.fact("program", program);
        finding.fact("client", first.client_info().unwrap_or_default());
        finding.fact("n_mailboxes", mailboxes.len());
        finding.fact("mailboxes", mailboxes.into_iter().collect::<serde_json::Value>());
        for access in &accesses {
            finding.traces.extend(&traces_of_access(access));
        }
        selection::attach(&mut finding, window.iter().map(|access| (access.time(), access.reference())));
        findings.push(finding);
    }
    findings
}

/// Programs that appear in a mailbox after the learning period, from an unusual network.
pub(super) fn new_clients(case: &Case, programs: &Programs, thresholds: &Thresholds) -> Vec<Finding> {
    let rows = &case.frames.mail_access;
    let mut begins: BTreeMap<&str, Time> = BTreeMap::new();
    let mut groups: BTreeMap<(&str, String), Vec<MailAccess<'_>>> = BTreeMap::new();
    for access in rows.iter().filter(|access| !reading::is_background(access) && !programs.is_service(access)) {
        let (Some(mailbox), Some(at), Some(program)) = (filled(access.mailbox()), access.time(), reading::program(&access)) else {
            continue;
        };
        begins.entry(mailbox).or_insert(at);
        groups.entry((mailbox, program)).or_default().push(access);
    }
    let mut findings = Vec::new();
    for ((mailbox, program), accesses) in groups {
        let Some(first) = accesses.first() else { continue };
        let start = first.time().unwrap_or_default();
        let history = start.0.saturating_sub(begins.get(mailbox).copied().unwrap_or(start).0);
        let origin = Origin::of_access(first);
        if history < thresholds.history_days * DAY || !origin.is_unusual(case) {
            continue;
        }
        let actor = first.account().unwrap_or_default();
        let mut finding = Finding::new(super::ID, "mail-new-client", reading::subject(actor, mailbox), start, first.reference());
        finding.severity = Severity::Medium;
        finding.confidence = 0.8;
        finding.summary =
            format!("{actor} read {mailbox} with {program} for the first time in {} days of records, from {}", history / DAY, origin.describe(case));
        finding.fact("actor", actor);
        finding.fact("mailbox", mailbox);
        finding.fact("program", program);
        finding.fact("client", first.client_info().unwrap_or_default());
        finding.fact("history_days", history / DAY);
        let telling = selection::telling(&accesses, |access| Origin::of_access(access).is_unusual(case));
        for access in &telling {
            finding.traces.extend(&traces_of_access(access));
        }
        selection::attach(&mut finding, telling.iter().map(|access| (access.time(), access.reference())));
        findings.push(finding);
    }
    findings
}

/// The accesses of the window with most distinct mailboxes.
fn fullest<'a, 'b>(accesses: &'b [MailAccess<'a>], minutes: i64) -> Vec<&'b MailAccess<'a>> {
    let width = minutes.saturating_mul(60_000_000);
    let time = |access: &MailAccess<'_>| access.time().unwrap_or_default().0;
    let mut best = (0, 0, 0);
    let mut first = 0;
    let mut inside: BTreeMap<&str, usize> = BTreeMap::new();
    for (last, access) in accesses.iter().enumerate() {
        *inside.entry(access.mailbox().unwrap_or_default()).or_default() += 1;
        while let Some(oldest) = accesses.get(first).filter(|oldest| time(access).saturating_sub(time(oldest)) > width) {
            if let Some(count) = inside.get_mut(oldest.mailbox().unwrap_or_default()) {
                *count -= 1;
            }
            inside.retain(|_, count| *count > 0);
            first += 1;
        }
        if inside.len() > best.0 {
            best = (inside.len(), first, last);
        }
    }
    accesses.get(best.1..=best.2).unwrap_or_default().iter().collect()
}

/// Somebody of the tenant signed in to the program well before.
fn signed_in_before(case: &Case, program: &str, at: Time) -> bool {
    case.frames.sign_ins.iter().any(|row| {
        row.app_id() == Some(program) && row.error_code() == Some(0) && row.time().is_some_and(|time| at.0.saturating_sub(time.0) > 2 * DAY)
    })
}
