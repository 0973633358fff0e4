//! Federation and domains: whoever holds the signing key of a federated domain signs in as anybody in it.
//!
//! Evidence: both audit logs and Exchange administration. Method: every change of a domain's authentication or federation settings, and every new or
//! verified domain, by a person; it hardly ever happens. An issuer with the name of a known back door is critical. Quiet: Microsoft's own verification of
//! domains, and a renewed next signing certificate alone. References: detection catalogue 6.7; AADInternals documentation (read 2026-11).

use crate::case::Case;
use crate::detect::Detector;
use crate::detect::identity::act::{Act, Places, Standing, acts, people, state_context};
use crate::detect::properties::Properties;
use crate::detect::session::anchor::anchors;
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

pub(super) const DETECTOR: Detector = Detector {
    id: "federation",
    title: "Federation or domain changed",
    attack: &["T1484.002"],
    needs: &[Evidence::AuditDirectory, Evidence::DirectoryAudits, Evidence::ExchangeAdmin],
    signals: &["federation-changed"],
    false_positives: "Mergers, renewed certificates, a new mail domain.",
    detect,
};

/// How a domain's users sign in changes.
const TRUST: &[&str] = &[
    "set domain authentication",
    "set federation settings on domain",
    "add-federateddomain",
    "set-federateddomain",
    "set-msoldomainfederationsettings",
    "new-federationtrust",
    "set-federationtrust",
    "set dirsyncenabled flag",
    "set partnership",
    "add partner to company",
];
/// Domains come or go.
const DOMAINS: &[&str] =
    &["add unverified domain", "add verified domain", "verify domain", "remove verified domain", "new-accepteddomain", "remove-accepteddomain"];

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let wanted = |event: &AuditEvent<'_>| event.actor_kind() != Some("system");
    let acts = acts(
        case,
        |operation| TRUST.contains(&operation) || DOMAINS.contains(&operation),
        wanted,
        |event| event.operation().unwrap_or("").to_owned(),
    );
    let (places, anchors) = (Places::of(case, &acts), anchors(case, &people(&acts)));
    let mut findings = Vec::new();
    for act in acts.iter().filter(|act| !only_next_certificate(act)) {
        let actor = act.actor();
        let place = places.place(act, actor);
        let domain = domain(act);
        let trust = act.first().operation().is_some_and(|operation| TRUST.contains(&operation));
        let issuer = act.new_text("IssuerUri").or_else(|| parameter(act, "IssuerUri"));
        let backdoor = issuer.as_deref().is_some_and(|issuer| issuer.to_lowercase().contains("any.sts"));
        let mut finding = act.finding(DETECTOR.id, "federation-changed", actor);
        let standing = state_context(case, settings, &mut finding, &place, &anchors, actor);
        finding.severity = match (trust, standing) {
            (true, Standing::Strange | Standing::Unclear) => Severity::Critical,
            (true, Standing::Own) if backdoor => Severity::Critical,
            (true, Standing::Own) | (false, Standing::Strange) => Severity::High,
            (false, Standing::Unclear) => Severity::Medium,
            (false, Standing::Own) => Severity::Low,
        };
        finding.confidence = 0.95;
        let who = if actor.is_empty() { "Somebody unnamed" } else { actor };
        let operation = act.first().operation_raw().unwrap_or("").trim().trim_end_matches('.').to_owned();
        let live = act.new_text("LiveType").map(|kind| format!(", now {kind}")).unwrap_or_default();
        let by = issuer.as_deref().map(|issuer| format!(", issuer {issuer}")).unwrap_or_default();
        finding.summary = format!("{who} ran {operation} on {domain}{live}{by}{}.", place.words(case));
        finding.fact("domain", domain);
        finding.fact("operation", operation);
        if let Some(issuer) = issuer {
            finding.fact("issuer", issuer);
        }
        finding.fact("changed", act.changes.iter().flat_map(|changes| &changes.0).map(|change| change.name.clone()).collect::<Vec<_>>());
        findings.push(finding);
    }
    findings
}

fn parameter(act: &Act<'_>, name: &str) -> Option<String> {
    act.events.iter().find_map(|event| Properties::parse(event.parameters()).filled(name))
}

fn domain(act: &Act<'_>) -> String {
    let named = [act.target(), act.text(|event| event.object()).unwrap_or("")].into_iter().find(|name| !name.is_empty()).map(str::to_owned);
    let cmdlet = || ["DomainName", "Name", "Identity"].iter().find_map(|name| parameter(act, name));
    cmdlet().or(named).unwrap_or_else(|| "a domain without a recorded name".to_owned())
}

/// A federation server announces its next certificate by itself; nothing else changes then.
fn only_next_certificate(act: &Act<'_>) -> bool {
    let mut names = act
        .changes
        .iter()
        .flat_map(|changes| &changes.0)
        .map(|change| change.name.to_lowercase())
        .filter(|name| name != "included updated properties");
    let first = names.next();
    first.as_deref() == Some("nextsigningcertificate") && names.all(|name| name == "nextsigningcertificate")
}
