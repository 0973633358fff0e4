//! eDiscovery used to collect mail and files.
//!
//! Evidence: search, case and export operations of Purview, compliance cmdlets, mail opened by administrators in Defender. Method: one finding per actor
//! who had no such activity on earlier days; exports, downloads, previews and purges weigh more than searches. None of it writes
//! MailItemsAccessed. False positives: legal and compliance staff (quiet once it is their routine), responders who purge phishing mail.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::{Detector, selection};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

const ID: &str = "ediscovery";
const DAY: i64 = 86_400_000_000;

/// What takes content out or destroys it.
const TAKING: &[&str] = &[
    "searchexported",
    "searchexportdownloaded",
    "viewedsearchexported",
    "searchpreviewed",
    "viewedsearchpreviewed",
    "searchresultspurged",
    "searchresultssenttozoom",
    "previewitemlisted",
    "previewitemdownloaded",
    "previewitemrendered",
    "new-compliancesearchaction",
    "new-mailboxexportrequest",
    "adminmailaccess",
];
/// What leads there.
const SEARCHING: &[&str] = &[
    "searchcreated",
    "searchstarted",
    "searchupdated",
    "new-compliancesearch",
    "start-compliancesearch",
    "new-mailboxsearch",
    "new-compliancecase",
    "caseadded",
    "caseadminadded",
    "add-ediscoverycaseadmin",
    "add-compliancecasemember",
    "casememberadded",
];

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "eDiscovery by somebody who did not use it before",
    attack: &["T1114.002", "T1213.002"],
    needs: &[Evidence::OtherAudit],
    signals: &["ediscovery-search"],
    false_positives: "legal and compliance staff; responders who search for and purge phishing mail",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let thresholds = &settings.exfiltration.ediscovery;
    let rows = selection::audit(case, &[TAKING, SEARCHING].concat());
    let mut actors: BTreeMap<&str, Vec<AuditEvent<'_>>> = BTreeMap::new();
    for event in rows.iter().copied().filter(|event| event.actor_kind() != Some("system") && event.time().is_some()) {
        actors.entry(event.account().unwrap_or_default()).or_default().push(event);
    }
    let mut findings = Vec::new();
    for (actor, events) in actors {
        let days: BTreeSet<i64> = events.iter().filter_map(|event| event.time()).map(crate::time::Time::day).collect();
        let unusual = events.iter().find(|event| Origin::of_audit(event).is_unusual(case));
        let Some(first) = unusual.or(events.first()) else { continue };
        if days.len() >= thresholds.routine_days && unusual.is_none() {
            continue;
        }
        let start = events.first().and_then(|event| event.time()).unwrap_or_default();
        let history = history_before(case, actor, start.0);
        let taking = events.iter().any(|event| TAKING.contains(&event.operation().unwrap_or_default()));
        let origin = Origin::of_audit(first);
        let operations: BTreeSet<&str> = events.iter().filter_map(|event| event.operation_raw().or(event.operation())).collect();
        let queries: BTreeSet<String> = events.iter().filter_map(query).collect();
        let is_first = history >= thresholds.history_days;
        let mut finding = Finding::new(ID, "ediscovery-search", actor, first.time().unwrap_or_default(), first.reference());
        finding.severity = if taking || unusual.is_some() { Severity::High } else { Severity::Medium };
        finding.confidence = if is_first { 0.85 } else { 0.5 };
        let novelty = if is_first {
            format!("for the first time in {history} days of own records")
        } else {
            "with too few earlier records to call it new".to_owned()
        };
        finding.summary = format!(
            "{actor} used eDiscovery {novelty}: {}, from {}",
            operations.iter().copied().collect::<Vec<_>>().join(", "),
            origin.describe(case)
        );
        finding.fact("operations", operations.into_iter().collect::<Value>());
        finding.fact("takes_content", taking);
        finding.fact("queries", queries.into_iter().collect::<Value>());
        finding.fact("objects", events.iter().filter_map(|event| filled(event.object())).collect::<BTreeSet<_>>().into_iter().collect::<Value>());
        finding.fact("history_days", history);
        finding.fact("network", origin.novelty_word(case));
        for event in selection::telling(&events, |event| Origin::of_audit(event).is_unusual(case)) {
            finding.traces.extend(&traces_of_audit(event));
        }
        selection::attach(&mut finding, events.iter().map(|event| (event.time(), event.reference())));
        findings.push(finding);
    }
    findings
}

/// Days between the actor's first record of any kind, sign-ins included, and `at`.
fn history_before(case: &Case, actor: &str, at: i64) -> i64 {
    let audit = case.frames.audit.iter().find(|event| event.account() == Some(actor)).and_then(|event| event.time());
    let sign_in = case.frames.sign_ins.iter().find(|row| row.account() == Some(actor)).and_then(|row| row.time());
    audit.into_iter().chain(sign_in).min().map_or(0, |first| at.saturating_sub(first.0) / DAY)
}

/// What was searched for.
fn query(event: &AuditEvent<'_>) -> Option<String> {
    let (details, parameters) = (Properties::parse(event.details()), Properties::parse(event.parameters()));
    ["Query", "ContentMatchQuery", "SearchQuery"].into_iter().find_map(|name| details.filled(name).or_else(|| parameters.filled(name)))
}
