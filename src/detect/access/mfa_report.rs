//! The user said "this was not me" to an MFA prompt.
//!
//! Evidence: audit operations `suspicious activity reported` and `fraud reported - …` (Azure MFA), risk detections `userReportedSuspiciousActivity`,
//! and the MFA step text `SuspiciousActivityReported`. One finding per account and day of reports. The report proves that somebody knew the password;
//! that the prompt was refused does not prove that no other was approved.
//!
//! False positives: a user who reports an own prompt by mistake. Reference: Microsoft "Report suspicious activity" (howto-mfa-mfasettings).

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::record;
use super::words;
use crate::case::Case;
use crate::detect::Detector;
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::SignIn;
use crate::provenance::RecordRef;
use crate::settings::Settings;
use crate::time::Time;

pub(super) const DETECTOR: Detector = Detector {
    id: "mfa-report",
    title: "A user reported an MFA prompt as not their own",
    attack: &["T1621"],
    needs: &[
        Evidence::AuditDirectory,
        Evidence::OtherAudit,
        Evidence::DirectoryAudits,
        Evidence::RiskDetections,
        Evidence::InteractiveSignIns,
        Evidence::UnknownSignIns,
    ],
    signals: &["mfa-user-report"],
    false_positives: "a user who reports an own prompt by mistake",
    detect,
};

/// One report, from whichever log.
struct Report {
    at: Time,
    record: RecordRef,
    words: String,
    address: Option<String>,
    dismissed: bool,
}

fn detect(case: &Case, _: &Settings) -> Vec<Finding> {
    let mut reports: BTreeMap<String, Vec<Report>> = BTreeMap::new();
    from_audit(case, &mut reports);
    from_risks(case, &mut reports);
    from_sign_ins(case, &mut reports);
    let mut findings = Vec::new();
    for (account, mut reports) in reports {
        reports.sort_by(|a, b| (a.at, &a.record).cmp(&(b.at, &b.record)));
        findings.extend(reports.chunk_by(|a, b| b.at - a.at <= TimeDelta::hours(24)).filter_map(|reports| describe(&account, reports)));
    }
    findings
}

fn from_audit(case: &Case, reports: &mut BTreeMap<String, Vec<Report>>) {
    let audit = &case.frames.audit;
    let is_report = |operation: &str| operation.starts_with("suspicious activity reported") || operation.starts_with("fraud reported");
    for row in audit.at(audit.operation.rows_where(is_report)) {
        let user = row.target().filter(|target| target.contains('@')).or(row.account()).unwrap_or_default();
        if let Some(at) = row.time() {
            reports.entry(case.identities.resolve(user).to_owned()).or_default().push(Report {
                at,
                record: row.reference(),
                words: row.operation_raw().or(row.operation()).unwrap_or_default().to_owned(),
                // The address of this record is the reporting phone's, not that of the prompt.
                address: None,
                dismissed: false,
            });
        }
    }
}

fn from_risks(case: &Case, reports: &mut BTreeMap<String, Vec<Report>>) {
    let risks = &case.frames.risks;
    for row in risks.at(risks.event_type.rows_where(|kind| kind.eq_ignore_ascii_case("userreportedsuspiciousactivity"))) {
        let (Some(at), Some(account)) = (row.time().or(row.detected()), row.account().or(row.account_id())) else {
            continue;
        };
        reports.entry(case.identities.resolve(account).to_owned()).or_default().push(Report {
            at,
            record: row.reference(),
            words: "risk detection userReportedSuspiciousActivity".to_owned(),
            address: row.address().map(str::to_owned),
            dismissed: matches!(row.state(), Some("dismissed" | "confirmedsafe")),
        });
    }
}

fn from_sign_ins(case: &Case, reports: &mut BTreeMap<String, Vec<Report>>) {
    let data = record::select(case, |row| row.error_code() == Some(500_121));
    let is_report = |row: &SignIn<'_>| {
        let words = row.mfa_detail().unwrap_or_default().to_lowercase().replace(' ', "");
        words.contains("suspiciousactivityreported") || words.contains("fraud")
    };
    for row in data.into_iter().filter(is_report) {
        if let (Some(at), Some(account)) = (row.time(), row.account()) {
            reports.entry(account.to_owned()).or_default().push(Report {
                at,
                record: row.reference(),
                words: row.mfa_detail().unwrap_or_default().to_owned(),
                address: row.address().map(str::to_owned),
                dismissed: false,
            });
        }
    }
}

fn describe(account: &str, reports: &[Report]) -> Option<Finding> {
    let first = reports.first()?;
    let mut finding = Finding::new(DETECTOR.id, "mfa-user-report", account, first.at, first.record.clone());
    for report in reports {
        finding.add_record(Some(report.at), report.record.clone());
        finding.traces.addresses.extend(report.address.clone().filter(|address| !address.is_empty()));
    }
    finding.severity = Severity::High;
    finding.confidence = 0.9;
    if reports.iter().any(|report| report.dismissed) {
        finding.against.push("an administrator dismissed the report or confirmed it as safe".to_owned());
    }
    let words: std::collections::BTreeSet<String> = reports.iter().map(|report| report.words.clone()).collect();
    let n = words::counted(reports.len(), "record");
    finding.summary = format!("the user reported an MFA prompt as not their own at {} ({}; {n})", first.at, words::listed(&words));
    finding.fact("reports", words.into_iter().collect::<Vec<_>>());
    finding.fact("n_records", reports.len());
    Some(finding)
}
