//! Protection of mail weakened.
//!
//! Evidence: Exchange and Defender administration in the unified audit log. Method: a list of operations that remove or switch off filters, or let
//! senders, addresses or automatic forwards through; where the operation is ordinary, its values decide. Exchange's own housekeeping is quiet.
//! False positives: an administrator who replaces one policy by another, simulated phishing, a partner put on an allow list.

use serde_json::Value;

use crate::case::Case;
use crate::detect::origin::{Origin, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::{Detector, selection};
use crate::enrich::profile::Novelty;
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::settings::Settings;

const ID: &str = "mail-protection";

/// Operations that weaken by themselves.
const REMOVALS: &[&str] = &[
    "remove-antiphishrule",
    "disable-antiphishrule",
    "remove-antiphishpolicy",
    "disable-safelinksrule",
    "remove-safelinksrule",
    "remove-safelinkspolicy",
    "disable-safeattachmentrule",
    "remove-safeattachmentrule",
    "remove-safeattachmentpolicy",
    "remove-malwarefilterpolicy",
    "remove-malwarefilterrule",
    "disable-malwarefilterrule",
    "remove-hostedcontentfilterrule",
    "disable-hostedcontentfilterrule",
];

/// Operations whose values decide.
const CHANGES: &[&str] = &[
    "set-dkimsigningconfig",
    "set-hostedcontentfilterpolicy",
    "new-hostedcontentfilterpolicy",
    "new-tenantallowblocklistitems",
    "add-tenantallowblocklistitems",
    "set-hostedconnectionfilterpolicy",
    "set-hostedoutboundspamfilterpolicy",
    "new-hostedoutboundspamfilterpolicy",
    "set-remotedomain",
    "new-remotedomain",
    "set-antiphishpolicy",
    "set-malwarefilterpolicy",
    "set-safelinkspolicy",
    "set-safeattachmentpolicy",
    "new-transportrule",
    "set-transportrule",
    "set-mailboxjunkemailconfiguration",
];

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Protection of mail weakened",
    attack: &["T1562.001"],
    needs: &[Evidence::ExchangeAdmin, Evidence::OtherAudit],
    signals: &["mail-protection-weakened"],
    false_positives: "replacement of one policy by another, simulated phishing, allow lists for partners",
    detect,
};

fn detect(case: &Case, _: &Settings) -> Vec<Finding> {
    let data = selection::audit(case, &[REMOVALS, CHANGES].concat());
    let mut findings = Vec::new();
    for event in data.iter().filter(|event| event.actor_kind() != Some("system")) {
        let parameters = Properties::parse(event.parameters());
        let operation = event.operation().unwrap_or_default();
        let effect = if REMOVALS.contains(&operation) { Some("a filter was removed or switched off") } else { weakening(operation, &parameters) };
        let Some(effect) = effect else { continue };
        let actor = event.account().unwrap_or_default();
        let origin = Origin::of_audit(event);
        let shown = event.operation_raw().unwrap_or(operation);
        let mut finding = Finding::new(ID, "mail-protection-weakened", actor, event.time().unwrap_or_default(), event.reference());
        finding.severity = if origin.is_unusual(case) { Severity::High } else { Severity::Medium };
        finding.confidence = 0.85;
        finding.summary =
            format!("{actor} ran {shown} on \"{}\" from {}: {effect}", event.object().or(event.target()).unwrap_or_default(), origin.describe(case));
        finding.fact("operation", shown);
        finding.fact("effect", effect);
        finding.fact("object", event.object().unwrap_or_default());
        finding.fact("parameters", event.parameters().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null));
        finding.traces = traces_of_audit(event);
        if origin.novelty(case) == Novelty::Established {
            finding.against.push("the change was made from a network that is established for the actor".to_owned());
        }
        findings.push(finding);
    }
    findings
}

/// What a change with these values lets through; `None` when nothing.
fn weakening(operation: &str, parameters: &Properties) -> Option<&'static str> {
    let any = |names: &[&str]| names.iter().any(|name| parameters.filled(name).is_some());
    let any_off = |names: &[&str]| names.iter().any(|name| parameters.is_off(name));
    let is = |name: &str, wanted: &str| parameters.filled(name).is_some_and(|value| value.trim().eq_ignore_ascii_case(wanted));
    match operation {
        "set-dkimsigningconfig" => any_off(&["Enabled"]).then_some("outgoing mail is no longer signed"),
        "set-hostedcontentfilterpolicy" | "new-hostedcontentfilterpolicy" => {
            any(&["AllowedSenders", "AllowedSenderDomains"]).then_some("named senders pass the spam filter")
        }
        "new-tenantallowblocklistitems" | "add-tenantallowblocklistitems" => {
            (parameters.flag("Allow") || is("Action", "Allow")).then_some("named senders, files or addresses are allowed for the tenant")
        }
        "set-hostedconnectionfilterpolicy" => any(&["IPAllowList"]).then_some("named addresses pass the connection filter"),
        "set-hostedoutboundspamfilterpolicy" | "new-hostedoutboundspamfilterpolicy" => {
            is("AutoForwardingMode", "On").then_some("automatic forwarding outside is allowed")
        }
        "set-remotedomain" | "new-remotedomain" => {
            parameters.flag("AutoForwardEnabled").then_some("automatic forwarding to a remote domain is allowed")
        }
        "set-antiphishpolicy" => any_off(&[
            "Enabled",
            "EnableSpoofIntelligence",
            "EnableMailboxIntelligence",
            "EnableTargetedUserProtection",
            "EnableFirstContactSafetyTips",
        ])
        .then_some("phishing protection was switched off in part"),
        "set-malwarefilterpolicy" => any_off(&["ZapEnabled", "EnableFileFilter"]).then_some("malware protection was switched off in part"),
        "set-safelinkspolicy" => {
            let off = any_off(&["EnableSafeLinksForEmail", "ScanUrls", "TrackClicks", "IsEnabled", "EnableForInternalSenders"]);
            (off || any(&["DoNotRewriteUrls"])).then_some("links are no longer checked in part")
        }
        "set-safeattachmentpolicy" => (any_off(&["Enable"]) || is("Action", "Allow")).then_some("attachments are no longer checked"),
        "new-transportrule" | "set-transportrule" => is("SetSCL", "-1").then_some("a mail-flow rule lets mail pass the spam filter"),
        // The owner's own safe senders are ordinary; switching the filter off is not.
        "set-mailboxjunkemailconfiguration" => any_off(&["Enabled"]).then_some("the mailbox' junk filter is off"),
        _ => None,
    }
}
