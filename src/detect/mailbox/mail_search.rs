//! Searches for money and passwords in mail and files.
//!
//! Evidence: `SearchQueryInitiatedExchange`, `SearchQueryInitiatedSharePoint`, `SearchQueryPerformed`. Method: a query with a word of the list, from a
//! network that is unusual for the account. False positives: bookkeepers on a journey; searches from established networks stay quiet.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::words::{self, Words};
use crate::case::Case;
use crate::detect::origin::{Origin, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::{Detector, selection};
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

const ID: &str = "mail-search";

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Search for money or passwords from an unusual network",
    attack: &["T1114.002", "T1213.002"],
    needs: &[Evidence::MailboxAudit, Evidence::SharePoint, Evidence::OtherAudit],
    signals: &["mail-search"],
    false_positives: "bookkeepers and buyers who search for invoices while they travel",
    detect,
};

/// A search, its text, and the words of the list in it.
type Search<'a> = (AuditEvent<'a>, String, Vec<&'static str>);

fn detect(case: &Case, _: &Settings) -> Vec<Finding> {
    let rows = selection::audit(case, &["searchqueryinitiatedexchange", "searchqueryinitiatedsharepoint", "searchqueryperformed"]);
    let mut accounts: BTreeMap<&str, Vec<Search<'_>>> = BTreeMap::new();
    for event in &rows {
        let (details, parameters) = (Properties::parse(event.details()), Properties::parse(event.parameters()));
        let names = ["QueryText", "SearchQueryText", "Query"];
        let Some(query) = names.into_iter().find_map(|name| details.filled(name).or_else(|| parameters.filled(name))) else {
            continue;
        };
        let found = words::found(Words::Search, &query);
        if !found.is_empty() && Origin::of_audit(event).is_unusual(case) {
            accounts.entry(event.account().unwrap_or_default()).or_default().push((*event, query, found));
        }
    }
    let mut findings = Vec::new();
    for (account, searches) in accounts {
        let Some((first, query, _)) = searches.first() else { continue };
        let origin = Origin::of_audit(first);
        let mut finding = Finding::new(ID, "mail-search", account, first.time().unwrap_or_default(), first.reference());
        finding.severity = Severity::Medium;
        finding.confidence = 0.85;
        finding.summary = format!(
            "{account} searched {} time(s) for words of money or passwords, first for \"{query}\", from {}",
            searches.len(),
            origin.describe(case)
        );
        finding.fact("queries", searches.iter().map(|(_, query, _)| query.as_str()).collect::<BTreeSet<_>>().into_iter().collect::<Value>());
        finding
            .fact("words", searches.iter().flat_map(|(_, _, words)| words.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect::<Value>());
        finding.fact("network", origin.novelty_word(case));
        for (event, _, _) in &searches {
            finding.traces.extend(&traces_of_audit(event));
        }
        selection::attach(&mut finding, searches.iter().map(|(event, _, _)| (event.time(), event.reference())));
        findings.push(finding);
    }
    findings
}
