//! Deletions that hide something: of messages just sent, of notices that warn the owner.

use std::collections::BTreeMap;

use serde_json::Value;

use super::sending::SENDS;
use super::{ID, SHOWN};
use crate::case::Case;
use crate::detect::mailbox::words::{self, Words};
use crate::detect::origin::{Origin, filled, traces_of_audit};
use crate::detect::properties::{Properties, text_of};
use crate::detect::selection;
use crate::enrich::profile::Novelty;
use crate::finding::{Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::mailbox::MailSent as Thresholds;

const DELETES: &[&str] = &["softdelete", "harddelete", "movetodeleteditems"];

/// One deleted message: subject, message id and folder as far as the record has them.
#[derive(Debug, Default)]
struct Deleted {
    subject: String,
    message_id: String,
    folder: String,
}

/// The messages of a deleting record. One record may stand for many; its columns hold the first.
fn deleted_items(event: &AuditEvent<'_>) -> Vec<Deleted> {
    let text = |item: &Value, name: &str| item.get(name).map(text_of).unwrap_or_default();
    let list = match Properties::parse(event.details()).get("AffectedItems") {
        Some(Value::Array(items)) => items.clone(),
        _ => Vec::new(),
    };
    let folder = event.folder().unwrap_or_default();
    let place = |item: &Value| item.get("ParentFolder").map(|parent| text(parent, "Path")).filter(|path| !path.is_empty());
    let listed: Vec<Deleted> = list
        .iter()
        .map(|item| Deleted {
            subject: text(item, "Subject"),
            message_id: text(item, "InternetMessageId"),
            folder: place(item).unwrap_or_else(|| folder.to_owned()),
        })
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    let cell = |cell: Option<&str>| cell.unwrap_or_default().to_owned();
    vec![Deleted { subject: cell(event.subject()), message_id: cell(event.message_id()), folder: folder.to_owned() }]
}

/// Messages deleted soon after they were sent: the same message id, or the same subject deleted from the sent items. One finding per account.
pub(super) fn sent_messages(case: &Case, thresholds: &Thresholds) -> Vec<Finding> {
    let sent_data = selection::audit(case, SENDS);
    let sent_rows = sent_data;
    let mut by_id: BTreeMap<(&str, &str), AuditEvent<'_>> = BTreeMap::new();
    let mut by_subject: BTreeMap<(&str, &str), Vec<AuditEvent<'_>>> = BTreeMap::new();
    for event in sent_rows.iter().copied() {
        let account = event.account().unwrap_or_default();
        if let Some(id) = filled(event.message_id()) {
            by_id.insert((account, id), event);
        }
        if let Some(subject) = filled(event.subject()) {
            by_subject.entry((account, subject)).or_default().push(event);
        }
    }
    let soon = |sent: &AuditEvent<'_>, deleted: &AuditEvent<'_>| match (sent.time(), deleted.time()) {
        (Some(sent), Some(deleted)) => (0..=thresholds.cleared_minutes.saturating_mul(60)).contains(&(deleted - sent).num_seconds()),
        _ => false,
    };
    let rows = selection::audit(case, DELETES);
    let mut accounts: BTreeMap<&str, Vec<(AuditEvent<'_>, AuditEvent<'_>)>> = BTreeMap::new();
    for deleted in rows.into_iter().filter(|event| !is_housekeeping(event)) {
        let account = deleted.account().unwrap_or_default();
        for item in deleted_items(&deleted) {
            let same_message = by_id.get(&(account, item.message_id.as_str())).filter(|sent| soon(sent, &deleted)).copied();
            let in_sent_items = words::folder_kind(&item.folder) == Some("sent");
            let same_subject = || {
                let sent = by_subject.get(&(account, item.subject.as_str())).filter(|_| in_sent_items)?;
                sent.iter().copied().find(|sent| soon(sent, &deleted))
            };
            if let Some(sent) = same_message.or_else(same_subject) {
                accounts.entry(account).or_default().push((sent, deleted));
            }
        }
    }
    let mut findings = Vec::new();
    for (account, pairs) in accounts {
        let Some((first, _)) = pairs.first() else { continue };
        let origin = Origin::of_audit(first);
        let mut finding = Finding::new(ID, "mail-sent-then-deleted", account, first.time().unwrap_or_default(), first.reference());
        finding.severity = if origin.is_unusual(case) || pairs.len() > 2 { Severity::High } else { Severity::Medium };
        finding.confidence = if origin.novelty(case) == Novelty::Established { 0.5 } else { 0.8 };
        finding.summary = format!(
            "{account} deleted {} sent message(s) within {} minutes of sending, sent from {}",
            pairs.len(),
            thresholds.cleared_minutes,
            origin.describe(case)
        );
        finding.fact("n_messages", pairs.len());
        finding.fact("subjects", pairs.iter().filter_map(|(sent, _)| sent.subject()).take(SHOWN).collect::<Value>());
        finding.fact("network", origin.novelty_word(case));
        if origin.novelty(case) == Novelty::Established {
            finding.against.push("the messages were sent from a network that is established for the account".to_owned());
        }
        for (sent, deleted) in &pairs {
            finding.traces.extend(&traces_of_audit(sent));
            finding.traces.extend(&traces_of_audit(deleted));
        }
        selection::attach(
            &mut finding,
            pairs.iter().flat_map(|(sent, deleted)| [(sent.time(), sent.reference()), (deleted.time(), deleted.reference())]),
        );
        findings.push(finding);
    }
    findings
}

/// Security notices deleted from a network that is not the account's habit. One finding per account. Owners delete such mail all the time.
pub(super) fn notices(case: &Case) -> Vec<Finding> {
    let rows = selection::audit(case, DELETES);
    let mut accounts: BTreeMap<&str, Vec<(AuditEvent<'_>, String)>> = BTreeMap::new();
    for event in rows.iter().copied().filter(|event| !is_housekeeping(event)) {
        let notices = deleted_items(&event).into_iter().map(|item| item.subject).filter(|subject| !words::found(Words::Notice, subject).is_empty());
        if Origin::of_audit(&event).novelty(case) != Novelty::Established {
            accounts.entry(event.account().unwrap_or_default()).or_default().extend(notices.map(|subject| (event, subject)));
        }
    }
    accounts.retain(|_, notices| !notices.is_empty());
    let mut findings = Vec::new();
    for (account, events) in accounts {
        // The owner's own tidying does not count where there are records from an unusual network.
        let events = selection::telling(&events, |(event, _)| Origin::of_audit(event).is_unusual(case));
        let Some((first, subject)) = events.first() else { continue };
        let origin = Origin::of_audit(first);
        let unusual = origin.is_unusual(case);
        let mut finding = Finding::new(ID, "mail-security-notice-deleted", account, first.time().unwrap_or_default(), first.reference());
        finding.severity = if unusual { Severity::High } else { Severity::Low };
        finding.confidence = if unusual { 0.85 } else { 0.4 };
        finding.summary = format!("{account} deleted {} security notice(s), among them \"{subject}\", from {}", events.len(), origin.describe(case));
        finding.fact("subjects", events.iter().map(|(_, subject)| subject.as_str()).take(SHOWN).collect::<Value>());
        finding.fact("network", origin.novelty_word(case));
        for (event, _) in &events {
            finding.traces.extend(&traces_of_audit(event));
        }
        selection::attach(&mut finding, events.iter().map(|(event, _)| (event.time(), event.reference())));
        findings.push(finding);
    }
    findings
}

/// Retention and other machinery of Exchange deletes in bulk.
fn is_housekeeping(event: &AuditEvent<'_>) -> bool {
    let client = event.client_info().unwrap_or_default().to_lowercase();
    event.actor_kind() == Some("system") || client.starts_with("client=tba") || client.contains("mrmassistant") || client.contains("elcassistant")
}
