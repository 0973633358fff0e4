//! Mail-flow rules, journal rules and connectors that send mail of the tenant outside.
//!
//! Evidence: `New-/Set-TransportRule`, `New-/Set-JournalRule`, `New-/Set-OutboundConnector` of the unified audit log; exported transport rules,
//! journal rules and connectors. Method: an
//! address (or host of a connector) outside the tenant as recipient. Disclaimers, headers and spam scores have no recipient and are quiet.
//! False positives: migration connectors, journaling to an archive provider, gateways of security vendors (named in `against`).

use serde_json::Value;

use super::recipient::{Contacts, Recipient};
use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::{Detector, selection};
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::frame::{AuditEvent, PolicyState};
use crate::settings::Settings;

const ID: &str = "transport-rule";
const OPERATIONS: &[&str] =
    &["new-transportrule", "set-transportrule", "new-journalrule", "set-journalrule", "new-outboundconnector", "set-outboundconnector"];
const RECIPIENTS: &[&str] = &["BlindCopyTo", "CopyTo", "RedirectMessageTo", "AddToRecipients", "JournalEmailAddress", "GenerateIncidentReport"];
/// Exported settings that can send mail outside, and what to call them.
const STATES: &[(&str, &str)] =
    &[("transport-rule", "transport rule"), ("journal-rule", "journal rule"), ("outbound-connector", "outbound connector")];
/// Mail gateways of well-known security vendors (host name endings as published by the vendors, 2026-11).
const VENDORS: &[&str] = &[
    "mimecast.com",
    "pphosted.com",
    "ppe-hosted.com",
    "barracudanetworks.com",
    "messagelabs.com",
    "iphmx.com",
    "hornetsecurity.com",
    "trendmicro.eu",
    "sophos.com",
    "exclaimer.net",
    "codetwo.online",
];

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Mail-flow rule, journal rule or connector with a recipient outside the tenant",
    attack: &["T1114.003", "T1564.008"],
    needs: &[Evidence::ExchangeAdmin, Evidence::TransportRules, Evidence::Connectors, Evidence::TenantSettings],
    signals: &["transport-rule-external"],
    false_positives: "archive and journaling providers, migration connectors, gateways of security vendors",
    detect,
};

fn detect(case: &Case, _: &Settings) -> Vec<Finding> {
    let contacts = Contacts::read(case);
    let mut findings: Vec<Finding> = Vec::new();
    let data = selection::audit(case, OPERATIONS);
    for event in data.iter().filter(|event| event.actor_kind() != Some("system")) {
        let parameters = Properties::parse(event.parameters());
        let mut sinks = outside(case, &contacts, &parameters);
        if event.operation().is_some_and(|operation| operation.ends_with("outboundconnector")) {
            sinks.extend(parameters.filled("SmartHosts").map(|hosts| hosts_outside(case, &hosts)).unwrap_or_default());
        }
        if !sinks.is_empty() {
            findings.push(of_event(case, event, &parameters, &sinks));
        }
    }
    for state in case.frames.policies.iter().filter(|state| state.kind().is_some_and(|kind| STATES.iter().any(|(known, _)| *known == kind))) {
        let body = Properties::parse(state.body());
        let mut sinks = outside(case, &contacts, &body);
        if state.kind() == Some("outbound-connector") {
            sinks.extend(body.filled("SmartHosts").map(|hosts| hosts_outside(case, &hosts)).unwrap_or_default());
        }
        if sinks.is_empty() {
            // Some exports keep the recipients in the description only, after the conditions.
            let text = body.text("Description").unwrap_or_default().replace(['\n', '\r'], ";");
            let actions = text.to_lowercase().find("following actions").and_then(|at| text.get(at..)).unwrap_or_default();
            sinks = external(contacts.recipients(case, "", actions));
        }
        let name = state.name().unwrap_or_default();
        let same = |finding: &&mut Finding| finding.artefact.as_ref().is_some_and(|artefact| artefact.key == name);
        if sinks.is_empty() {
            continue;
        }
        if let Some(finding) = findings.iter_mut().find(same) {
            finding.fact("in_export", true);
            finding.add_record(None, state.reference());
        } else {
            findings.push(of_state(&state, &sinks));
        }
    }
    findings
}

fn of_event(case: &Case, event: &AuditEvent<'_>, parameters: &Properties, sinks: &[String]) -> Finding {
    let actor = event.account().unwrap_or_default();
    let operation = event.operation_raw().or(event.operation()).unwrap_or_default();
    let path = filled(event.object()).map(|object| object.rsplit(['\\', '/']).next().unwrap_or(object).to_owned());
    let name = parameters.text("Name").or_else(|| parameters.filled("Identity")).or(path).unwrap_or_default();
    let mut finding =
        describe(actor, &name, sinks, Finding::new(ID, "transport-rule-external", actor, event.time().unwrap_or_default(), event.reference()));
    finding.summary =
        format!("{actor} ran {operation} \"{name}\", which sends mail to {}, from {}", sinks.join(", "), Origin::of_audit(event).describe(case));
    finding.fact("operation", operation);
    finding.fact("parameters", event.parameters().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null));
    finding.traces = traces_of_audit(event);
    finding
}

fn of_state(state: &PolicyState<'_>, sinks: &[String]) -> Finding {
    let name = state.name().unwrap_or_default();
    let at = state.modified().or(state.created()).unwrap_or_default();
    let mut finding = describe("", name, sinks, Finding::new(ID, "transport-rule-external", "", at, state.reference()));
    let what = STATES.iter().find(|(kind, _)| state.kind() == Some(kind)).map_or("setting", |(_, words)| words);
    finding.summary = format!("the exported {what} \"{name}\" sends mail to {}", sinks.join(", "));
    finding.confidence = 0.8;
    finding.fact("state", state.state().unwrap_or_default());
    if state.state() == Some("disabled") {
        finding.against.push("as exported it is switched off".to_owned());
    }
    finding
}

fn describe(actor: &str, name: &str, sinks: &[String], mut finding: Finding) -> Finding {
    let vendor = sinks.iter().all(|sink| VENDORS.iter().any(|vendor| sink.ends_with(vendor)));
    finding.severity = if vendor { Severity::Low } else { Severity::High };
    finding.confidence = 0.9;
    finding.fact("actor", actor);
    finding.fact("name", name);
    finding.fact("sinks", sinks.to_vec());
    if vendor {
        finding.against.push("every recipient is a gateway of a well-known security vendor".to_owned());
    }
    finding.artefact = Some(Artefact { kind: ArtefactKind::TransportRule, account: String::new(), key: name.to_owned() });
    finding
}

/// Recipients outside the tenant.
fn outside(case: &Case, contacts: &Contacts, properties: &Properties) -> Vec<String> {
    RECIPIENTS.iter().filter_map(|name| properties.filled(name)).flat_map(|text| external(contacts.recipients(case, "", &text))).collect()
}

fn external(recipients: Vec<Recipient>) -> Vec<String> {
    recipients.into_iter().filter(|recipient| matches!(recipient, Recipient::External(_))).map(|recipient| recipient.text().to_owned()).collect()
}

/// Host names and addresses that are not of the tenant's domains or of Microsoft's mail service.
fn hosts_outside(case: &Case, hosts: &str) -> Vec<String> {
    let own = |host: &str| {
        case.identities.own_domains.iter().any(|domain| host == domain || host.ends_with(&format!(".{domain}")))
            || host.ends_with(".mail.protection.outlook.com")
    };
    let hosts = hosts.split([';', ',', ' ']).map(|host| host.trim_matches(['[', ']', '"', '{', '}']).to_lowercase());
    hosts.filter(|host| !host.is_empty() && !own(host)).collect()
}
