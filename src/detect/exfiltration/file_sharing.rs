//! Files opened to people outside.
//!
//! Evidence: sharing operations of SharePoint and OneDrive. Method: a link that needs no sign-in; a link, invitation or grant for somebody outside the
//! tenant; a new site-collection administrator. One finding per account, origin and kind. Links inside the company stay quiet.
//! False positives: people who work with customers share every day (named in `against` when the network is established).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_audit};
use crate::detect::{Detector, selection};
use crate::enrich::profile::Novelty;
use crate::evidence::Evidence;
use crate::finding::{Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

const ID: &str = "file-sharing";
const ANONYMOUS: &[&str] = &["anonymouslinkcreated", "anonymouslinkupdated"];
const NAMED: &[&str] = &["addedtosecurelink", "securelinkcreated", "sharinginvitationcreated", "sharingset"];
const ADMIN: &[&str] = &["sitecollectionadminadded"];
/// Objects listed in the facts.
const SHOWN: usize = 20;

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Files opened to people outside",
    attack: &["T1530", "T1213.002"],
    needs: &[Evidence::SharePoint],
    signals: &["external-link-created"],
    false_positives: "daily work with customers and partners; site owners who appoint a deputy",
    detect,
};

fn detect(case: &Case, _: &Settings) -> Vec<Finding> {
    let rows = selection::audit(case, &[ANONYMOUS, NAMED, ADMIN].concat());
    let mut groups: BTreeMap<(&str, &str, String), Vec<AuditEvent<'_>>> = BTreeMap::new();
    for event in
        rows.iter().copied().filter(|event| !matches!(event.actor_kind(), Some("system" | "app")) && event.account() != Some("app@sharepoint"))
    {
        if let Some(kind) = kind(case, &event) {
            let place = Origin::of_audit(&event).network_key().unwrap_or_default();
            groups.entry((event.account().unwrap_or_default(), kind, place)).or_default().push(event);
        }
    }
    let mut findings = Vec::new();
    for ((account, kind, _), events) in groups {
        let Some(first) = events.first() else { continue };
        let origin = Origin::of_audit(first);
        let unusual = origin.is_unusual(case);
        let objects: BTreeSet<&str> = events.iter().filter_map(|event| filled(event.object())).collect();
        let people: BTreeSet<&str> = events
            .iter()
            .filter_map(|event| filled(event.target()).filter(|_| !ANONYMOUS.contains(&event.operation().unwrap_or_default())))
            .collect();
        let mut finding = Finding::new(ID, "external-link-created", account, first.time().unwrap_or_default(), first.reference());
        finding.severity = match (unusual, kind) {
            (true, _) => Severity::High,
            (false, "named") => Severity::Low,
            (false, _) => Severity::Medium,
        };
        finding.confidence = if unusual { 0.85 } else { 0.5 };
        let what = match kind {
            "anonymous" => format!("made {} link(s) that need no sign-in", events.len()),
            "admin" => format!("appointed {} administrator(s) of a site: {}", people.len(), people.iter().copied().collect::<Vec<_>>().join(", ")),
            _ => format!("shared with {} address(es) outside: {}", people.len(), people.iter().copied().take(5).collect::<Vec<_>>().join(", ")),
        };
        finding.summary = format!("{account} {what}, {} object(s), from {}", objects.len(), origin.describe(case));
        finding.fact("kind", kind);
        finding.fact("n_objects", objects.len());
        finding.fact("objects", objects.into_iter().take(SHOWN).collect::<Value>());
        finding.fact("people", people.into_iter().take(SHOWN).collect::<Value>());
        finding.fact("network", origin.novelty_word(case));
        if origin.novelty(case) == Novelty::Established {
            finding.against.push("the sharing was done from a network that is established for the account".to_owned());
        }
        for event in &events {
            finding.traces.extend(&traces_of_audit(event));
        }
        selection::attach(&mut finding, events.iter().map(|event| (event.time(), event.reference())));
        findings.push(finding);
    }
    findings
}

/// `anonymous`, `named` or `admin`; `None` for sharing inside the tenant.
fn kind(case: &Case, event: &AuditEvent<'_>) -> Option<&'static str> {
    let operation = event.operation()?;
    let target = event.target().unwrap_or_default();
    let outside = event.target_kind() == Some("guest")
        || target.contains("#ext#")
        || (target.contains('@') && !case.identities.is_own_address(target) && !target.starts_with("http"));
    if ANONYMOUS.contains(&operation) {
        Some("anonymous")
    } else if ADMIN.contains(&operation) {
        Some("admin")
    } else {
        outside.then_some("named")
    }
}
