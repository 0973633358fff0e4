//! Consent to applications: by a user for himself, by an administrator for everybody, for the application itself, and consents that were refused.
//!
//! Evidence: `Consent to application` and `Add delegated permission grant` in both audit logs (one act, one finding); sign-ins that ended in a consent
//! error. Method: points for permissions, publisher, name, novelty, spread and context (`consent_risk`, `consent`); reported from
//! `identity.consent_alert`. Tenant-wide and application permissions are reported whatever their points. The record often has no address: it is taken
//! from the same correlation id, else from the nearest sign-in, and the fact `origin` says which. Quiet: Microsoft's own applications, roll-outs with
//! sign-in permissions only. References: detection catalogue 3.C; Microsoft "investigate illicit consent grants" (read 2026-11).

use std::collections::{BTreeMap, BTreeSet};

use super::act::state_context;
use super::consent::{Consent, consents};
use super::consent_risk::Inventory;
use crate::case::Case;
use crate::detect::Detector;
use crate::detect::origin::filled;
use crate::detect::session::sighting::{Sighting, cite, counted};
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "oauth-consent",
    title: "Consent to an application",
    attack: &["T1528", "T1566.002", "T1098.003"],
    needs: &[Evidence::AuditDirectory, Evidence::DirectoryAudits, Evidence::InteractiveSignIns, Evidence::UnknownSignIns, Evidence::AuditLogons],
    signals: &["consent-risky", "consent-tenant-wide", "consent-app-only", "consent-refused"],
    false_positives: "Software that the company rolls out; mail clients and CRM systems that a user connects himself.",
    detect,
};

/// Errors of sign-ins that asked for a consent and did not get it: declined by the user; administrator needed; blocked as risky.
const REFUSALS: &[(i64, &str)] =
    &[(65004, "the user declined"), (90094, "an administrator is needed"), (90095, "an administrator is needed"), (900_941, "blocked as risky")];

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let consents = consents(case, settings);
    let reported = consents.iter().filter(|consent| consent.is_reported(case, settings));
    let mut findings: Vec<Finding> = reported.map(|consent| consent_finding(case, settings, consent)).collect();
    findings.extend(refusals(case));
    findings
}

fn consent_finding(case: &Case, settings: &Settings, consent: &Consent<'_>) -> Finding {
    let score = consent.score();
    let (signal, severity, how) = match (consent.app_only, consent.tenant_wide) {
        (true, _) => ("consent-app-only", Severity::Critical, "to act for itself"),
        (false, true) => ("consent-tenant-wide", Severity::High, "for all users"),
        (false, false) if score >= settings.identity.consent_high => ("consent-risky", Severity::High, "for itself"),
        (false, false) => ("consent-risky", Severity::Medium, "for itself"),
    };
    let mut finding = consent.act.finding(DETECTOR.id, signal, consent.account);
    finding.severity = severity;
    finding.confidence = 0.85;
    let scopes: Vec<&str> = consent.scopes.iter().map(String::as_str).collect();
    let permissions = if scopes.is_empty() { "permissions that the records do not name".to_owned() } else { scopes.join(" ") };
    finding.summary = format!("{} granted {} {permissions} {how}{} ({score} points).", consent.account, consent.app, consent.place.words(case));
    if let Some(app_id) = &consent.app_id {
        finding.fact("app_id", app_id.as_str());
        finding.traces.apps.insert(app_id.clone());
    }
    finding.fact("app", consent.app.as_str());
    finding.fact("scopes", scopes);
    let consent_type = if consent.app_only {
        "application"
    } else if consent.tenant_wide {
        "tenant-wide"
    } else {
        "user"
    };
    finding.fact("consent_type", consent_type);
    finding.fact("publisher", consent.facts.publisher_words());
    finding.fact("score", score);
    finding.fact("score_parts", consent.parts.iter().map(|(points, why)| format!("{points:+} {why}")).collect::<Vec<_>>());
    if let Some(created) = consent.facts.created {
        finding.fact("app_age_days", (consent.act.time - created).num_days());
    }
    if consent.facts.is_verified() {
        finding.against.push("the publisher is verified".to_owned());
    }
    state_context(case, settings, &mut finding, &consent.place, &consent.anchors, consent.account);
    let account = if consent.app_only || consent.tenant_wide { String::new() } else { consent.account.to_owned() };
    let kind = if consent.app_only { ArtefactKind::AppRoleAssignment } else { ArtefactKind::OauthGrant };
    finding.artefact = Some(Artefact { kind, account, key: consent.app.clone() });
    finding
}

/// A sign-in that was refused: record, code, application name.
type Try<'a> = (Sighting<'a>, i64, &'a str);

/// Sign-ins and consents that were refused, one finding per account and application.
fn refusals(case: &Case) -> Vec<Finding> {
    let inventory = Inventory::of(case);
    let mut refused: BTreeMap<(&str, &str), Vec<Try<'_>>> = BTreeMap::new();
    for row in case.frames.sign_ins.iter().filter(|row| REFUSALS.iter().any(|(code, _)| row.error_code() == Some(*code))) {
        let (Some(sighting), Some(code), Some(app)) = (Sighting::of_sign_in(&row), row.error_code(), filled(row.app_id())) else { continue };
        if !inventory.is_microsoft(Some(app), &inventory.facts(&[Some(app)])) && !sighting.account.is_empty() {
            refused.entry((sighting.account, app)).or_default().push((sighting, code, filled(row.app()).unwrap_or(app)));
        }
    }
    let mut findings = Vec::new();
    for ((account, app_id), tries) in &refused {
        let Some((first, _, app)) = tries.first() else { continue };
        let reasons: BTreeSet<&str> =
            tries.iter().filter_map(|(_, code, _)| REFUSALS.iter().find(|(known, _)| known == code)).map(|(_, why)| *why).collect();
        let mut finding = Finding::new(DETECTOR.id, "consent-refused", account, first.time, first.reference());
        let risky = tries.iter().any(|(_, code, _)| *code == 900_941);
        finding.severity = if risky { Severity::Medium } else { Severity::Low };
        finding.confidence = 0.9;
        let reasons: Vec<&str> = reasons.into_iter().collect();
        finding.summary = format!("{account} was asked {} to consent to {app} and did not: {}.", counted(tries.len(), "time"), reasons.join(", "));
        finding.fact("app", *app);
        finding.fact("app_id", *app_id);
        finding.fact("reasons", reasons);
        finding.traces.apps.insert((*app_id).to_owned());
        cite(&mut finding, tries.iter().map(|(sighting, ..)| sighting));
        findings.push(finding);
    }
    findings.extend(blocked_consents(case));
    findings
}

/// Failed consent acts in the audit logs; the failure's reason stands among the properties.
fn blocked_consents(case: &Case) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let rows = &case.frames.audit;
    let asked = case.frames.audit.operation.rows_where(|operation| operation == "consent to application");
    for event in asked.into_iter().filter_map(|row| rows.get(row)) {
        let failed = event.result() == Some("failure");
        let (true, Some(time), Some(account)) = (failed, event.time(), filled(event.account())) else { continue };
        if event.correlation_id().is_some_and(|id| !seen.insert(id)) {
            continue;
        }
        let reason =
            super::change::Changes::parse(event.changes()).new_text("ConsentAction.Reason").unwrap_or_else(|| "no reason recorded".to_owned());
        let app = filled(event.target()).or(filled(event.object())).unwrap_or("an unnamed application");
        let mut finding = Finding::new(DETECTOR.id, "consent-refused", account, time, event.reference());
        finding.severity = if reason.to_lowercase().contains("risky") { Severity::Medium } else { Severity::Low };
        finding.confidence = 0.9;
        finding.summary = format!("A consent of {account} to {app} was refused ({reason}).");
        finding.fact("app", app);
        finding.fact("reasons", vec![reason]);
        findings.push(finding);
    }
    findings
}
