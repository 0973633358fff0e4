//! Flows and apps made or shared.
//!
//! Evidence: Power Automate and Power Apps in the unified audit log. The definition of a flow is not audited: only who made, changed or shared it, and
//! with which connectors. Method: each flow or app that an account makes, changes or shares is one finding; makers with a habit, from an established
//! network, count as information only. A flow goes on working after a password change. False positives: people who automate their work.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::Case;
use crate::detect::origin::{Origin, filled, traces_of_audit};
use crate::detect::properties::Properties;
use crate::detect::{Detector, selection};
use crate::enrich::profile::Novelty;
use crate::evidence::Evidence;
use crate::finding::{Artefact, ArtefactKind, Finding, Severity};
use crate::frame::AuditEvent;
use crate::settings::Settings;

const ID: &str = "power-platform";
const FLOWS: &[&str] = &["createflow", "editflow", "putflow", "putpermissions"];
const APPS: &[&str] = &["createpowerapp", "updatepowerapp", "publishpowerapp", "powerapppermissionedited", "putconnection"];

pub(super) const DETECTOR: Detector = Detector {
    id: ID,
    title: "Flow or app made, changed or shared",
    attack: &["T1020"],
    needs: &[Evidence::PowerAutomate, Evidence::PowerApps],
    signals: &["flow-created", "app-created"],
    false_positives: "people who automate their own work",
    detect,
};

fn detect(case: &Case, settings: &Settings) -> Vec<Finding> {
    let rows = selection::audit(case, &[FLOWS, APPS].concat());
    let mut days: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    let mut things: BTreeMap<(&str, &str, String), Vec<AuditEvent<'_>>> = BTreeMap::new();
    for event in rows.iter().copied().filter(|event| event.actor_kind() != Some("system")) {
        let account = event.account().unwrap_or_default();
        let signal = if FLOWS.contains(&event.operation().unwrap_or_default()) { "flow-created" } else { "app-created" };
        days.entry(account).or_default().extend(event.time().map(crate::time::Time::day));
        things.entry((account, signal, key(&event))).or_default().push(event);
    }
    let mut findings = Vec::new();
    for ((account, signal, key), events) in things {
        // The most telling record leads: one from an unusual network where there is one.
        let Some(first) = events.iter().find(|event| Origin::of_audit(event).is_unusual(case)).or(events.first()) else { continue };
        let origin = Origin::of_audit(first);
        let day = first.time().unwrap_or_default().day();
        let n_other_days = days.get(account).map_or(0, |days| days.iter().filter(|other| **other != day).count());
        let maker = n_other_days >= settings.exfiltration.power_platform.maker_days;
        let established = events.iter().any(|event| Origin::of_audit(event).novelty(case) == Novelty::Established);
        let details = Properties::parse(first.details());
        let connectors = details.filled("FlowConnectorNames").unwrap_or_default();
        let operations: BTreeSet<&str> = events.iter().filter_map(|event| event.operation_raw().or(event.operation())).collect();
        let mut finding = Finding::new(ID, signal, account, first.time().unwrap_or_default(), first.reference());
        finding.severity = match (origin.is_unusual(case), maker && established) {
            (true, _) => Severity::High,
            (false, true) => Severity::Info,
            (false, false) => Severity::Low,
        };
        finding.confidence = 0.8;
        let with = if connectors.is_empty() { String::new() } else { format!(" with connectors {connectors}") };
        let joined = operations.iter().copied().collect::<Vec<_>>().join(", ");
        finding.summary = format!(
            "{account} worked on the {} {key}{with} ({joined}) from {}",
            if signal == "flow-created" { "flow" } else { "app" },
            origin.describe(case)
        );
        finding.fact("operations", operations.into_iter().collect::<Value>());
        finding.fact("connectors", connectors);
        finding.fact(
            "shared_with",
            events
                .iter()
                .filter_map(|event| Properties::parse(event.details()).filled("RecipientUPN"))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<Value>(),
        );
        finding.fact("n_other_days", n_other_days);
        finding.fact("network", origin.novelty_word(case));
        if maker {
            finding.against.push("the account worked on flows or apps on several other days".to_owned());
        }
        if established {
            finding.against.push("the work was done from a network that is established for the account".to_owned());
        }
        let kind = if signal == "flow-created" { ArtefactKind::Flow } else { ArtefactKind::App };
        finding.artefact = Some(Artefact { kind, account: account.to_owned(), key });
        for event in selection::telling(&events, |event| Origin::of_audit(event).is_unusual(case)) {
            finding.traces.extend(&traces_of_audit(event));
        }
        selection::attach(&mut finding, events.iter().map(|event| (event.time(), event.reference())));
        findings.push(finding);
    }
    findings
}

/// Id of the flow (the last part of its address), or name of the app; the recorded object otherwise.
fn key(event: &AuditEvent<'_>) -> String {
    let details = Properties::parse(event.details());
    let of_url = details.filled("FlowDetailsUrl").map(|url| {
        let url = url.split('?').next().unwrap_or_default().trim_end_matches('/').trim_end_matches("/details").to_owned();
        url.rsplit('/').next().unwrap_or_default().to_owned()
    });
    let named = ["FlowName", "FlowDisplayName", "AppName", "PowerAppName", "ResourceDisplayName"].into_iter().find_map(|name| details.filled(name));
    of_url.filter(|id| !id.is_empty()).or(named).or_else(|| filled(event.object()).or(filled(event.target())).map(str::to_owned)).unwrap_or_default()
}
