//! Forwarding set on a whole mailbox.
//!
//! Evidence: `Set-Mailbox` and its relatives with `ForwardingSmtpAddress` or `ForwardingAddress` in the unified audit log; exported mailboxes. Method: a
//! forwarding address that is not empty is reported, outside or inside the tenant; mail contacts that point outside count as outside. Rows of
//! Microsoft's own housekeeping carry none of these parameters and stay quiet. False positives: leavers whose mail goes to a colleague.
//! Reference: Microsoft, "Configure email forwarding for a mailbox" (read 2026-11).

use std::collections::BTreeMap;

use serde_json::Value;

use super::owner;
use super::recipient::{Contacts, Recipient};
use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::{Detector, selection};
use crate::enrich::profile::Novelty;
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::provenance::RecordRef;
use crate::settings::Settings;
use crate::time::Time;

const ID: &str = "mailbox-forwarding";
const FIELDS: &[&str] = &["ForwardingSmtpAddress", "ForwardingAddress"];

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Forwarding set on a mailbox",
    attack: &["T1114.003"],
    needs: &[Evidence::ExchangeAdmin, Evidence::Mailboxes],
    signals: &["forwarding-external", "forwarding-internal"],
    false_positives: "mail of a leaver sent on to a colleague by an administrator; a ticket system's address",
    detect,
};

/// A finding in the making with its records.
type Draft = (Finding, Vec<(Option<Time>, RecordRef)>);

fn detect(case: &Case, _: &Settings) -> Vec<Finding> {
    let contacts = Contacts::read(case);
    // (mailbox, address) → finding; a later record about the same forwarding joins the first.
    let mut findings: BTreeMap<(String, String), Draft> = BTreeMap::new();
    let data = selection::audit(case, &["set-mailbox", "new-mailbox", "enable-mailbox", "set-mailuser", "set-user"]);
    for event in &data {
        let parameters = Properties::parse(event.parameters());
        // Nearly all of these records are Exchange's housekeeping without the parameters in question.
        if FIELDS.iter().all(|field| parameters.get(field).is_none()) {
            continue;
        }
        let mailbox = owner::owner(case, event, &parameters);
        for field in FIELDS {
            let Some(text) = parameters.text(field) else { continue };
            if text.trim().is_empty() {
                mark_removed(&mut findings, &mailbox, field, event.time(), &event.reference());
                continue;
            }
            let origin = Origin::of_audit(event);
            for target in contacts.recipients(case, &mailbox, &text) {
                let key = (mailbox.clone(), target.text().to_owned());
                let (finding, records) = findings.entry(key).or_insert_with(|| {
                    let actor = event.account().unwrap_or("an actor that is not recorded");
                    let mut finding = describe(&mailbox, &target, event.time(), event.reference());
                    finding.summary = format!("{actor} set mail of {mailbox} to be sent on to {}, from {}", place(&target), origin.describe(case));
                    finding.fact("actor", actor);
                    finding.fact("parameter", *field);
                    finding.fact("value", text.as_str());
                    finding.fact("keeps_copy", parameters.text("DeliverToMailboxAndForward").map_or(Value::Null, Value::from));
                    if origin.novelty(case) == Novelty::Established {
                        finding.against.push("the forwarding was set from a network that is established for the actor".to_owned());
                    }
                    if actor != mailbox && is_disabled(case, &mailbox) {
                        finding.against.push("the account is disabled and somebody else set the forwarding, as for a leaver".to_owned());
                    }
                    (finding, Vec::new())
                });
                finding.traces.extend(&traces_of_audit(event));
                records.push((event.time(), event.reference()));
            }
        }
    }
    for state in case.frames.mailboxes.iter() {
        let mailbox = state.mailbox().unwrap_or_default().to_lowercase();
        for (field, text) in FIELDS.iter().zip([filled(state.forwarding_smtp()), filled(state.forwarding_address())]) {
            let Some(text) = text else { continue };
            for target in contacts.recipients(case, &mailbox, text) {
                let (finding, records) = findings.entry((mailbox.clone(), target.text().to_owned())).or_insert_with(|| {
                    let mut finding = describe(&mailbox, &target, None, state.reference());
                    finding.summary = format!("the exported settings of {mailbox} send its mail on to {}", place(&target));
                    finding.fact("parameter", *field);
                    finding.fact("value", text);
                    finding.fact("keeps_copy", state.deliver_and_forward().map_or(Value::Null, Value::from));
                    if is_disabled(case, &mailbox) {
                        finding.against.push("the account is disabled, as for a leaver".to_owned());
                    }
                    (finding, Vec::new())
                });
                finding.fact("in_export", true);
                records.push((None, state.reference()));
            }
        }
    }
    let finish = |(mut finding, records): Draft| {
        selection::attach(&mut finding, records);
        finding
    };
    findings.into_values().map(finish).collect()
}

fn describe(mailbox: &str, target: &Recipient, at: Option<Time>, record: RecordRef) -> Finding {
    let external = matches!(target, Recipient::External(_));
    let signal = if external { "forwarding-external" } else { "forwarding-internal" };
    let mut finding = Finding::new(ID, signal, mailbox, at.unwrap_or_default(), record);
    finding.severity = if external { Severity::High } else { Severity::Low };
    finding.confidence = if matches!(target, Recipient::Unresolved(_)) { 0.6 } else { 0.95 };
    finding.fact("target", target.text());
    finding.fact("target_resolved", !matches!(target, Recipient::Unresolved(_)));
    finding.artefact = Some(Artefact { kind: ArtefactKind::MailboxForwarding, account: mailbox.to_owned(), key: target.text().to_owned() });
    finding
}

fn place(target: &Recipient) -> String {
    match target {
        Recipient::External(address) => format!("{address}, outside the tenant"),
        Recipient::Internal(address) => format!("{address}, inside the tenant"),
        Recipient::Unresolved(name) => format!("the directory object {name}, whose address is not in the evidence"),
    }
}

/// An empty value ends the forwarding that the same parameter set before.
fn mark_removed(findings: &mut BTreeMap<(String, String), Draft>, mailbox: &str, field: &str, at: Option<Time>, record: &RecordRef) {
    let same = |finding: &Finding| finding.facts.get("parameter").and_then(Value::as_str) == Some(field);
    for (finding, records) in findings.iter_mut().filter(|((owner, _), (finding, _))| owner == mailbox && same(finding)).map(|(_, entry)| entry) {
        finding.fact("removed", at.map_or(Value::Null, |at| Value::from(at.to_string())));
        // The removal is somebody else's work and does not lengthen the act.
        records.push((None, record.clone()));
    }
}

/// The user export says that the account is switched off.
fn is_disabled(case: &Case, account: &str) -> bool {
    case.frames.users.iter().any(|user| user.account() == Some(account) && user.enabled() == Some(false))
}
