//! Chats across the tenant's border.
//!
//! Evidence: `ChatCreated` of Teams. Method: a one-to-one chat with somebody of another tenant whose name plays the help desk (a known way to talk people
//! into approving a sign-in), and chats that an account of the tenant opens to other tenants from an unusual network. False positives: staff
//! who talk with customers; ordinary external chats from established networks stay quiet. The words of a chat are not audited.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::Case;
use crate::detect::origin::{Origin, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::{Detector, selection};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

const ID: &str = "teams-contact";
/// Names and local parts seen in help-desk lures (Elastic "Teams external access by rogue help desk", Microsoft reports on Storm-1674 and Midnight
/// Blizzard; read 2026-11), letters only.
const LURES: &[&str] = &[
    "helpdesk",
    "ithelp",
    "itsupport",
    "itservice",
    "servicedesk",
    "microsoftsecurity",
    "microsoftsupport",
    "technicalsupport",
    "techsupport",
    "securityteam",
    "accountsecurity",
    "identityprotection",
    "securityalert",
];

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Chat across the tenant's border: false help desk, or from an unusual network",
    attack: &["T1534"],
    needs: &[Evidence::Teams],
    signals: &["teams-external-chat"],
    false_positives: "staff who talk with customers and partners; an outsourced help desk",
    detect,
};

/// A chat and its members outside.
type Chat<'a> = (AuditEvent<'a>, Vec<String>);

/// One member of a chat.
struct Member {
    upn: String,
    name: String,
}

fn detect(case: &Case, _: &Settings) -> Vec<Finding> {
    let rows = selection::audit(case, &["chatcreated"]);
    let mut findings = Vec::new();
    let mut from_inside: BTreeMap<(&str, String), Vec<Chat<'_>>> = BTreeMap::new();
    for event in &rows {
        let details = Properties::parse(event.details());
        let info = object(details.get("ParticipantInfo"));
        if !info.flag("HasForeignTenantUsers") {
            continue;
        }
        let (inside, outside): (Vec<Member>, Vec<Member>) =
            members(details.get("Members")).into_iter().partition(|member| case.identities.is_own_address(&member.upn));
        let one_to_one = details.filled("CommunicationType").is_some_and(|kind| kind.eq_ignore_ascii_case("oneonone"));
        let actor = event.account().unwrap_or_default();
        if one_to_one && let (Some(victim), Some(lure)) = (inside.first(), outside.iter().find(|member| is_lure(member))) {
            findings.push(false_help_desk(event, victim, lure));
        } else if case.identities.is_own_address(actor) && Origin::of_audit(event).is_unusual(case) {
            let place = Origin::of_audit(event).network_key().unwrap_or_default();
            from_inside.entry((actor, place)).or_default().push((*event, outside.into_iter().map(|member| member.upn).collect()));
        }
    }
    for ((actor, _), chats) in from_inside {
        let Some((first, _)) = chats.first() else { continue };
        let origin = Origin::of_audit(first);
        let people: BTreeSet<&str> = chats.iter().flat_map(|(_, people)| people.iter().map(String::as_str)).collect();
        let mut finding = Finding::new(ID, "teams-external-chat", actor, first.time().unwrap_or_default(), first.reference());
        finding.severity = Severity::Medium;
        finding.confidence = 0.75;
        finding.summary =
            format!("{actor} opened {} chat(s) with {} person(s) of other tenants from {}", chats.len(), people.len(), origin.describe(case));
        finding.fact("people", people.into_iter().collect::<Value>());
        finding.fact("network", origin.novelty_word(case));
        for (event, _) in &chats {
            finding.traces.extend(&traces_of_audit(event));
        }
        selection::attach(&mut finding, chats.iter().map(|(event, _)| (event.time(), event.reference())));
        findings.push(finding);
    }
    findings
}

fn false_help_desk(event: &AuditEvent<'_>, victim: &Member, lure: &Member) -> Finding {
    let mut finding = Finding::new(ID, "teams-external-chat", &victim.upn, event.time().unwrap_or_default(), event.reference());
    finding.severity = Severity::High;
    finding.confidence = 0.8;
    finding.summary =
        format!("one-to-one chat between {} and \"{}\" ({}) of another tenant, whose name is that of a help desk", victim.upn, lure.name, lure.upn);
    finding.fact("outside_name", lure.name.as_str());
    finding.fact("outside_account", lure.upn.as_str());
    finding.fact("opened_by", event.account().unwrap_or_default());
    if event.account() == Some(victim.upn.as_str()) {
        finding.traces = traces_of_audit(event);
    }
    selection::attach(&mut finding, [(event.time(), event.reference())]);
    finding
}

fn is_lure(member: &Member) -> bool {
    let letters = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (name, local) = (letters(&member.name), letters(member.upn.split('@').next().unwrap_or_default()));
    LURES.iter().any(|lure| name.contains(lure) || local.contains(lure))
}

fn members(value: Option<&Value>) -> Vec<Member> {
    let nested = value.and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let list = nested.as_ref().or(value).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |member: &Value, key: &str| member.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    list.iter().map(|member| Member { upn: text(member, "UPN").to_lowercase(), name: text(member, "DisplayName") }).collect()
}

/// An object that stands in the details as such, or as text.
fn object(value: Option<&Value>) -> Properties {
    let text = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    Properties::parse(text.as_deref())
}
