//! Many messages opened in a short time (`mail-bind-burst`).

use std::collections::{BTreeMap, BTreeSet};

use super::reading::{self, Programs};
use crate::case::Case;
use crate::detect::origin::{Origin, traces_of_access};
use crate::detect::selection;
use crate::enrich::profile::Novelty;
use crate::finding::{Finding, Severity};
use crate::frame::MailAccess;
use crate::settings::mailbox::MailAccess as Thresholds;
use crate::time::Time;

/// One opened message.
struct Opened<'a> {
    at: Time,
    message: &'a str,
    access: MailAccess<'a>,
}

/// One finding per reader, mailbox and origin whose reading passes a threshold. Reading from a network of the owner's habits stays quiet: phones and
/// new profiles fetch a lot at once.
pub(super) fn find(case: &Case, programs: &Programs, thresholds: &Thresholds) -> Vec<Finding> {
    let accesses = &case.frames.mail_access;
    let mut by_record: BTreeMap<(u32, u64), MailAccess<'_>> = BTreeMap::new();
    for access in accesses.iter().filter(|access| access.access() == Some("bind") && !reading::is_background(access) && !programs.is_service(access))
    {
        by_record.entry((access.source().0, access.record())).or_insert(access);
    }
    let items = &case.frames.mail_items;
    // (reader, mailbox, origin) → opened messages in order of time.
    let mut readers: BTreeMap<(&str, &str, String), Vec<Opened<'_>>> = BTreeMap::new();
    for item in items.iter() {
        let (Some(access), Some(at), Some(message)) = (by_record.get(&(item.source().0, item.record())), item.time(), item.message_id()) else {
            continue;
        };
        let origin = Origin::of_access(access);
        // Records without an own address (back ends) tell a habit by the program only.
        let by_habit = origin.network_key().is_none() && programs.is_habit(access);
        if by_habit || origin.novelty(case) == Novelty::Established {
            continue;
        }
        let place = origin.network_key().or_else(|| origin.session.map(str::to_owned)).or_else(|| reading::program(access)).unwrap_or_default();
        let key = (access.account().unwrap_or_default(), access.mailbox().unwrap_or_default(), place);
        readers.entry(key).or_default().push(Opened { at, message, access: *access });
    }
    let mut findings = Vec::new();
    for ((account, mailbox, _), mut opened) in readers {
        opened.sort_by_key(|opened| opened.at);
        let minutes = most_distinct(&opened, thresholds.burst_minutes);
        let hour = most_distinct(&opened, 60);
        if minutes < thresholds.burst_messages && hour < thresholds.hour_messages {
            continue;
        }
        findings.extend(describe(case, account, mailbox, &opened, minutes, hour, thresholds));
    }
    findings
}

/// The largest number of distinct messages in any window of `minutes`.
fn most_distinct(opened: &[Opened<'_>], minutes: i64) -> usize {
    let width = minutes.saturating_mul(60_000_000);
    let mut inside: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut most, mut first) = (0, 0);
    for last in opened {
        *inside.entry(last.message).or_default() += 1;
        while let Some(oldest) = opened.get(first).filter(|oldest| last.at.0.saturating_sub(oldest.at.0) > width) {
            if let Some(count) = inside.get_mut(oldest.message) {
                *count -= 1;
                if *count == 0 {
                    inside.remove(oldest.message);
                }
            }
            first += 1;
        }
        most = most.max(inside.len());
    }
    most
}

fn describe(
    case: &Case,
    account: &str,
    mailbox: &str,
    opened: &[Opened<'_>],
    minutes: usize,
    hour: usize,
    thresholds: &Thresholds,
) -> Option<Finding> {
    let first = opened.first()?;
    let origin = Origin::of_access(&first.access);
    let unusual = origin.is_unusual(case);
    let mut messages: Vec<&str> = Vec::new();
    let mut distinct = BTreeSet::new();
    for opened in opened {
        if distinct.insert(opened.message) {
            messages.push(opened.message);
        }
    }
    let folders: BTreeSet<&str> = opened.iter().filter_map(|opened| opened.access.folder()).collect();
    let programs: BTreeSet<String> = opened.iter().filter_map(|opened| reading::program(&opened.access)).collect();
    let mut finding = Finding::new(super::ID, "mail-bind-burst", reading::subject(account, mailbox), first.at, first.access.reference());
    finding.severity = if unusual { Severity::High } else { Severity::Medium };
    finding.confidence = if unusual { 0.9 } else { 0.6 };
    finding.summary = format!(
        "{account} opened {} distinct messages of {mailbox} from {}, up to {minutes} within {} minutes and {hour} within one hour",
        distinct.len(),
        origin.describe(case),
        thresholds.burst_minutes
    );
    finding.against = origin.reasons_against(case);
    finding.fact("actor", account);
    finding.fact("mailbox", mailbox);
    finding.fact("n_messages", distinct.len());
    finding.fact("n_in_window", minutes);
    finding.fact("n_in_hour", hour);
    finding.fact("message_ids", messages.into_iter().take(super::SHOWN).collect::<serde_json::Value>());
    finding.fact("folders", folders.into_iter().collect::<serde_json::Value>());
    finding.fact("programs", programs.into_iter().collect::<serde_json::Value>());
    finding.fact("network", origin.novelty_word(case));
    if is_phone(&first.access) && !unusual {
        finding.against.push("the program is a phone's mail client, which fetches many messages when it is set up".to_owned());
    }
    for opened in opened {
        finding.traces.extend(&traces_of_access(&opened.access));
    }
    selection::attach(&mut finding, opened.iter().map(|opened| (Some(opened.at), opened.access.reference())));
    Some(finding)
}

fn is_phone(access: &MailAccess<'_>) -> bool {
    let client = access.client_info().unwrap_or_default().to_lowercase();
    ["outlook-ios", "outlook-android", "activesync"].iter().any(|name| client.contains(name))
}
