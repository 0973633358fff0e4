//! What this evidence can and cannot show: absent kinds, empty days, row caps, retention, preservation, and which export would decide an open question.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::detect::Detection;
use crate::evidence::Evidence;
use crate::finding::Outcome;
use crate::model::{Coverage, CoverageLine, Missing, Status};
use crate::time::Time;

/// Row counts at which exporters are known to stop: `Search-UnifiedAuditLog` default and page, portal and collector limits (Microsoft documentation).
const CAPS: &[u64] = &[100, 1_000, 5_000, 10_000, 30_000, 50_000, 100_000, 250_000];

/// Builds the coverage section. `first` is the first malicious act, if any.
pub(crate) fn build(case: &Case, detection: &Detection, first: Option<Time>) -> Coverage {
    let sources = case
        .coverage
        .iter()
        .map(|(kind, span)| CoverageLine {
            kind: kind.title().to_owned(),
            records: span.records,
            first: span.first.map(|at| at.to_string()),
            last: span.last.map(|at| at.to_string()),
        })
        .collect();
    let mut gaps: Vec<String> = Evidence::ALL
        .iter()
        .filter(|kind| !matches!(kind, Evidence::UnknownSignIns | Evidence::OtherAudit | Evidence::ManagedIdentitySignIns) && !case.has(**kind))
        .map(|kind| format!("no {} in the evidence", kind.title()))
        .collect();
    gaps.extend(empty_days(case));
    for ran in &detection.ran {
        if let Outcome::Failed(words) = &ran.outcome {
            gaps.push(format!("detector {} failed ({words}): what it looks for was not examined", ran.detector));
        }
    }
    for source in &case.sources {
        gaps.extend(source.notes.iter().map(|note| format!("{}: {note}", source.path)));
        if source.skipped > 0 {
            gaps.push(format!("{}: {} of {} records could not be used, see rejected.jsonl", source.path, source.skipped, source.records));
        }
    }
    let caps = case
        .sources
        .iter()
        .filter(|source| CAPS.contains(&source.records))
        .map(|source| format!("{} holds exactly {} records: the export was probably cut at a limit", source.path, source.records))
        .collect();
    Coverage { sources, gaps, caps, retention: retention(case, first), preservation: preservation(case) }
}

/// Whole UTC days without any record inside the span of a stream that otherwise has records on most days.
fn empty_days(case: &Case) -> Vec<String> {
    let mut notes = Vec::new();
    let sign_ins: BTreeSet<i64> = case.frames.sign_ins.iter().filter_map(|row| row.time().map(Time::day)).collect();
    let audit: BTreeSet<i64> = case.frames.audit.iter().filter_map(|row| row.time().map(Time::day)).collect();
    for (name, days) in [("sign-ins", sign_ins), ("audit records", audit)] {
        let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else { continue };
        let length = last - first + 1;
        // Sparse exports (single records, one user) have holes by nature.
        if length < 3 || i64::try_from(days.len()).unwrap_or(0) * 3 < length * 2 {
            continue;
        }
        let missing: Vec<String> = (first..=last).filter(|day| !days.contains(day)).map(|day| Time(day * 86_400_000_000).date()).collect();
        if !missing.is_empty() {
            notes.push(format!("no {name} at all on {}", missing.join(", ")));
        }
    }
    notes
}

/// Limits of Microsoft's logs against the first malicious act: nothing earlier than the first record can be told.
fn retention(case: &Case, first: Option<Time>) -> Vec<String> {
    let mut notes = vec![
        "Entra keeps sign-ins for 7 days (Free) or 30 days (P1, P2); the unified audit log keeps records for 180 days (Standard; 90 days for records made before 2023-10-17) or one year (Premium)".to_owned(),
    ];
    if let Some(first) = first {
        for kind in [
            Evidence::InteractiveSignIns,
            Evidence::NonInteractiveSignIns,
            Evidence::DirectoryAudits,
            Evidence::ExchangeAdmin,
            Evidence::MailItemsAccessed,
        ] {
            if let Some(begin) = case.coverage.get(&kind).and_then(|span| span.first)
                && begin >= first
            {
                notes.push(format!(
                    "{} begin at {begin}, not before the first malicious act at {first}: an earlier entry cannot be excluded",
                    kind.title()
                ));
            }
        }
    }
    notes
}

/// Evidence that must survive remediation (the runbooks' list), present or absent.
fn preservation(case: &Case) -> Vec<String> {
    let line = |what: &str, present: bool| format!("{}: {what}", if present { "present" } else { "ABSENT" });
    let json_sign_ins = case.sources.iter().any(|source| source.container == "json" && source.shapes.iter().any(|shape| shape.contains("sign")));
    let audit = [Evidence::ExchangeAdmin, Evidence::MailboxAudit, Evidence::AuditDirectory].into_iter().any(|kind| case.has(kind));
    vec![
        line("sign-ins as JSON (the CSV loses nested detail)", json_sign_ins),
        line("unified audit log export", audit),
        line("risk detections", case.has(Evidence::RiskDetections)),
        line("inbox-rule bodies", case.has(Evidence::InboxRules)),
        line("OAuth grant details", case.has(Evidence::OauthGrants)),
        line("MailItemsAccessed, bind and sync", case.has(Evidence::MailItemsAccessed)),
    ]
}

/// Which absent evidence would decide something about an account with this status.
pub(crate) fn missing(case: &Case, status: Status, pattern: Option<&str>) -> Vec<Missing> {
    let wanted: &[(Evidence, &str)] = &[
        (
            Evidence::NonInteractiveSignIns,
            "whether a stolen session or token was replayed: pattern aitm can be neither confirmed nor excluded without it",
        ),
        (Evidence::InteractiveSignIns, "how the account was entered"),
        (Evidence::MailItemsAccessed, "which messages were read, and whether whole folders were synchronised"),
        (Evidence::ExchangeAdmin, "which inbox rules, forwarding and delegates were set, and when"),
        (Evidence::DirectoryAudits, "which methods, devices, consents and roles were added, and the order of containment"),
        (Evidence::OauthGrants, "whether an application still holds access, tenant-wide grants included"),
        (Evidence::InboxRules, "whether the rules still stand"),
        (Evidence::AuthMethods, "whether a foreign authentication method is still registered"),
        (Evidence::RiskDetections, "whether Microsoft saw token anomalies or a spray with a valid password"),
        (Evidence::ServicePrincipalSignIns, "whether a consented application used its access"),
    ];
    if status == Status::Clear {
        return Vec::new();
    }
    wanted
        .iter()
        .filter(|(kind, _)| !case.has(*kind))
        .filter(|(kind, _)| *kind != Evidence::ServicePrincipalSignIns || pattern == Some("oauth-consent"))
        .map(|(kind, why)| Missing { source: kind.title().to_owned(), would_decide: (*why).to_owned() })
        .collect()
}
