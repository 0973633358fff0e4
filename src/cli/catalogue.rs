//! `detectors` and `explain`.

use std::fmt::Write as _;
use std::path::Path;

use crate::detect::{Detector, detectors as all};
use crate::report::safe::terminal;

/// One line per detector.
pub fn detectors() -> String {
    let mut text = String::new();
    for detector in all() {
        let _ = writeln!(text, "{:<28} {}  [{}]", detector.id, detector.title, detector.attack.join(", "));
    }
    text
}

/// The reasoning of one detector, or of one finding of a report. `Err` says what is not known.
pub fn explain(id: &str, report: Option<&Path>) -> Result<String, String> {
    if let Some(detector) = all().find(|detector| detector.id == id) {
        return Ok(describe(detector));
    }
    let Some(path) = report else {
        return Err(format!("no detector is called {id:?}; for a finding give --report report.json; `backtrail detectors` lists the detectors"));
    };
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let report: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| format!("{} is not a report.json: {error}", path.display()))?;
    let finding = report["findings"].as_array().and_then(|findings| findings.iter().find(|finding| finding["id"] == id));
    let finding = finding.ok_or_else(|| format!("no finding {id:?} in {}", path.display()))?;
    let mut text = String::new();
    let word = |key: &str| terminal(finding[key].as_str().unwrap_or_default()).into_owned();
    let _ = writeln!(
        text,
        "{}\n{}\n{} to {}, severity {}, confidence {}",
        word("id"),
        word("summary"),
        word("first_seen"),
        word("last_seen"),
        word("severity"),
        finding["confidence"]
    );
    for (name, value) in finding["facts"].as_object().into_iter().flatten() {
        let _ = writeln!(text, "  {name}: {}", terminal(&value.to_string()));
    }
    for against in finding["against"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_str) {
        let _ = writeln!(text, "  against: {}", terminal(against));
    }
    for line in finding["evidence"].as_array().into_iter().flatten() {
        let _ = writeln!(
            text,
            "  record: {} #{} {}",
            terminal(line["source"].as_str().unwrap_or_default()),
            line["record"],
            terminal(line["id"].as_str().unwrap_or_default())
        );
    }
    if let Some(detector) = finding["detector"].as_str().and_then(|id| all().find(|detector| detector.id == id)) {
        let _ = write!(text, "\n{}", describe(detector));
    }
    Ok(text)
}

fn describe(detector: &Detector) -> String {
    let needs: Vec<&str> = detector.needs.iter().map(|evidence| evidence.title()).collect();
    let attack: Vec<String> = detector.attack.iter().map(|id| format!("{id} {}", crate::attack::name(id).unwrap_or_default())).collect();
    format!(
        "{}: {}\n  ATT&CK: {}\n  needs any of: {}\n  signals: {}\n  innocent look-alikes: {}\n",
        detector.id,
        detector.title,
        attack.join("; "),
        needs.join(", "),
        detector.signals.join(", "),
        detector.false_positives
    )
}
