//! Real records of many tenants, where a collection of them lies beside the checkout: nothing that should be read is refused, nothing panics.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use backtrail::evidence::shape::events::EVENT_SHAPES;

use super::read;
use crate::samples::collection;

/// Folders of the collection, and the shapes that must claim every record in them.
const EXPECTED: &[(&str, &[&str])] = &[
    ("ual/", &["ual_auditdata"]),
    ("ual-graph-auditlogquery/", &["ual_graph"]),
    ("graph-signins/", &["signin_graph", "azure_monitor"]),
    ("graph-directoryaudits/", &["diraudit_graph", "azure_monitor"]),
    ("azure-monitor/", &["azure_monitor"]),
    ("graph/", &["diraudit_graph", "signin_graph"]),
    ("risk-detections/", &["risk_detection", "risky_user", "azure_monitor"]),
    ("message-trace/", &["message_trace"]),
    ("defender-incidents/", &["defender_incidents"]),
    ("defender-alerts/", &["defender_alerts", "security_alerts"]),
    ("sentinel/sekoia", &["sentinel_incidents"]),
    ("graph-activity/", &["azure_monitor"]),
    ("defender-xdr-streaming/sekoia", &["azure_monitor"]),
];

/// Files in which the collection's authors cut records down to the one field that they test: no export looks like them.
const HAND_MADE: &[&str] = &[
    "azure-monitor/elastic/signinlogs-time-formats-corner-cases.log",
    "ual/elastic/ip-formats.log",
    "graph-directoryaudits/graph2otel/CONSTRUCTED_directoryaudits__AddServicePrincipal.json",
    // Templates: every value is the name of its type.
    "_vendor-doc-examples/graph-docs-2021/beta_alert-get_0.json",
    "_vendor-doc-examples/graph-docs-2021/v1.0_alert-get_0.json",
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable folder") {
            let path = entry.expect("readable entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

#[test]
#[expect(clippy::print_stderr, reason = "says that it was skipped, or what it saw")]
fn real_records_of_every_event_kind_are_read() {
    let Some(samples) = collection() else {
        eprintln!("skipped: no collection of real records beside the checkout");
        return;
    };
    let mut report = BTreeMap::<String, usize>::new();
    let mut refused = Vec::new();
    for file in files(&samples) {
        let path = file.strip_prefix(&samples).expect("below").to_string_lossy().into_owned();
        let Ok(text) = String::from_utf8(std::fs::read(&file).expect("readable file")) else { continue };
        let expected = EXPECTED.iter().find(|(folder, _)| path.starts_with(folder)).map(|(_, shapes)| *shapes);
        for (number, one) in read(&path, &text).0.iter().enumerate() {
            *report.entry(format!("{} {}", path.split('/').next().unwrap_or_default(), one.shape.unwrap_or("-"))).or_default() += 1;
            let wrong_shape = expected.is_some_and(|shapes| !one.shape.is_some_and(|shape| shapes.contains(&shape)));
            let is_event = EVENT_SHAPES.iter().any(|shape| Some(shape.id) == one.shape);
            if HAND_MADE.contains(&path.as_str()) || (expected.is_none() && !is_event) {
                continue;
            }
            if let Err(reject) = &one.outcome {
                refused.push(format!("{path}#{number}: {:?}: {}", reject.reason, reject.detail));
            } else if wrong_shape {
                refused.push(format!("{path}#{number}: claimed by {:?}", one.shape));
            }
        }
    }
    for (what, count) in &report {
        eprintln!("{count:6} {what}");
    }
    // Categories that this version does not read say so themselves; tables about machines are no evidence of this kind.
    refused.retain(|line| {
        !line.contains("this version does not read it")
            && !line.contains("a table about machines")
            && !line.contains("a link or a copy without sender")
    });
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
