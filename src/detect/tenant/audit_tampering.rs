//! Auditing switched off, shortened or bypassed. What the logs do not show afterwards was not necessarily absent.
//!
//! Evidence: Exchange administration in the unified audit log. Signals: `audit-disabled`, the unified log, mailbox auditing or its retention; `audit-bypass`,
//! one account's mailbox actions are no longer recorded. Method: the value decides: Microsoft itself runs the same cmdlets every day with `True`.
//! Quiet: system actors, `True` values. False positives: an administrator who moves retention to another policy. References: detection catalogue 6.8.

use crate::case::Case;
use crate::detect::Detector;
use crate::detect::identity::act::{Places, Standing, acts, people, state_context};
use crate::detect::origin::filled;
use crate::detect::properties::Properties;
use crate::detect::session::anchor::anchors;
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "audit-tampering",
    title: "Auditing switched off or bypassed",
    attack: &["T1562.008"],
    needs: &[Evidence::ExchangeAdmin, Evidence::OtherAudit],
    signals: &["audit-disabled", "audit-bypass"],
    false_positives: "Retention moved to another policy; mailbox auditing of a decommissioned mailbox.",
    detect,
};

/// What a record switched off.
struct Tampering {
    signal: &'static str,
    what: &'static str,
}

fn tampering(event: &AuditEvent<'_>) -> Option<Tampering> {
    if event.actor_kind() == Some("system") || event.result() == Some("failure") {
        return None;
    }
    let parameters = Properties::parse(event.parameters());
    let disabled = |what| Some(Tampering { signal: "audit-disabled", what });
    match event.operation()? {
        "set-adminauditlogconfig" if parameters.is_off("UnifiedAuditLogIngestionEnabled") => disabled("the unified audit log"),
        "set-adminauditlogconfig" if parameters.is_off("AdminAuditLogEnabled") => disabled("the administrator audit log"),
        "set-organizationconfig" if parameters.flag("AuditDisabled") => disabled("mailbox auditing of the whole organisation"),
        "set-mailbox" if parameters.is_off("AuditEnabled") => disabled("mailbox auditing"),
        "remove-unifiedauditlogretentionpolicy" => disabled("an audit retention policy"),
        "set-mailboxauditbypassassociation" if parameters.flag("AuditBypassEnabled") => {
            Some(Tampering { signal: "audit-bypass", what: "the recording of mailbox actions" })
        }
        _ => None,
    }
}

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let cmdlet = |operation: &str| operation.starts_with("set-") || operation.starts_with("remove-");
    let acts = acts(case, cmdlet, |event| tampering(event).is_some(), |event| format!("{:?} {:?}", event.operation(), event.object()));
    let (places, anchors) = (Places::of(case, &acts), anchors(case, &people(&acts)));
    let mut findings = Vec::new();
    for act in &acts {
        let (Some(tampering), actor) = (tampering(act.first()), act.actor()) else { continue };
        let place = places.place(act, actor);
        let parameters = Properties::parse(act.first().parameters());
        let target = parameters.filled("Identity").or_else(|| filled(act.first().object()).map(str::to_owned)).unwrap_or_default();
        let mut finding = act.finding(DETECTOR.id, tampering.signal, actor);
        let standing = state_context(case, settings, &mut finding, &place, &anchors, actor);
        let of_one_mailbox = matches!(act.first().operation(), Some("set-mailbox"));
        finding.severity = match (standing, of_one_mailbox) {
            (Standing::Strange, _) | (Standing::Unclear, false) => Severity::Critical,
            (Standing::Own, false) | (Standing::Unclear, true) => Severity::High,
            (Standing::Own, true) => Severity::Medium,
        };
        finding.confidence = 0.95;
        let who = if actor.is_empty() { "Somebody unnamed" } else { actor };
        let of = if target.is_empty() { String::new() } else { format!(" of {target}") };
        finding.summary = format!("{who} switched off {}{of}{}; later silence of that log proves nothing.", tampering.what, place.words(case));
        finding.fact("target", target.as_str());
        finding.fact("switched_off", tampering.what);
        finding.fact("operation", act.first().operation_raw().unwrap_or(""));
        let key = if target.is_empty() { tampering.what.to_owned() } else { target.clone() };
        let account = if target.contains('@') { target.to_lowercase() } else { String::new() };
        finding.artefact = Some(Artefact { kind: ArtefactKind::AuditBypass, account, key });
        findings.push(finding);
    }
    findings
}
