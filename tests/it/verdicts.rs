//! Every whole case reaches the verdict that stands beside it, and the run itself keeps its promises: same bytes twice, evidence untouched, counts add up.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use backtrail::{Analysis, Options};
use serde_json::Value;

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("fixtures/cases"))
        .expect("fixtures/cases exists")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.join("expected.json").is_file())
        .collect();
    cases.sort();
    assert!(cases.len() >= 8, "one case per pattern, a second hop and a benign tenant");
    cases
}

fn analyze(evidence: &Path) -> Analysis {
    backtrail::analyze(&[evidence.to_owned()], &Options::default(), &|_| {}).expect("the case can be analyzed")
}

fn seconds(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).expect("RFC 3339").timestamp()
}

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Everything that differs between a report and its expectation.
fn differences(expected: &Value, report: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let verdicts: BTreeMap<&str, &Value> =
        report["verdicts"].as_array().into_iter().flatten().map(|verdict| (verdict["account"].as_str().unwrap_or_default(), verdict)).collect();
    for (account, want) in expected["accounts"].as_object().into_iter().flatten() {
        let status = verdicts.get(account.as_str()).map_or("clear", |verdict| verdict["status"].as_str().unwrap_or_default());
        if want["status"] != status {
            wrong.push(format!("{account}: status {status}, expected {}", want["status"]));
            continue;
        }
        for key in ["pattern", "variant"] {
            if let (Some(want), Some(verdict)) = (want.get(key).filter(|want| !want.is_null()), verdicts.get(account.as_str()))
                && verdict[key] != *want
            {
                wrong.push(format!("{account}: {key} {}, expected {want}", verdict[key]));
            }
        }
    }
    for (account, verdict) in &verdicts {
        let listed = expected["accounts"].get(account).is_some();
        if !listed && matches!(verdict["status"].as_str(), Some("compromised" | "suspected")) {
            wrong.push(format!("{account}: {} but not expected at all", verdict["status"]));
        }
    }
    for key in ["pattern", "entry_account"] {
        if let Some(want) = expected["incident"].get(key)
            && report["incident"][key] != *want
        {
            wrong.push(format!("incident {key} {}, expected {want}", report["incident"][key]));
        }
    }
    if let Some(want) = expected["first_malicious"].as_str() {
        let tolerance = expected["first_malicious_tolerance_s"].as_i64().unwrap_or(0);
        match report["incident"]["first_malicious"].as_str() {
            Some(got) if (seconds(got) - seconds(want)).abs() <= tolerance => {}
            got => wrong.push(format!("first malicious {got:?}, expected {want} within {tolerance} s")),
        }
    }
    for key in ["addresses", "session_ids"] {
        let got: BTreeSet<String> = verdicts.values().flat_map(|verdict| texts(&verdict["attacker"][key])).collect();
        for want in texts(&expected["attacker"][key]).difference(&got) {
            wrong.push(format!("attacker {key} lacks {want}"));
        }
    }
    for want in expected["artefacts"].as_array().into_iter().flatten() {
        let spelled = |got: &Value| got["key"] == want["key"] || want["also"].as_array().is_some_and(|also| also.contains(&got["key"]));
        let is_meant = |got: &&Value| ["kind", "account"].iter().all(|key| got[*key] == want[*key]) && spelled(got);
        let found = report["artefacts"].as_array().into_iter().flatten().find(is_meant);
        match found {
            Some(got) if want.get("state").is_none_or(|state| got["state"] == *state) => {}
            Some(got) => wrong.push(format!("artefact {} {}: state {}, expected {}", want["kind"], want["key"], got["state"], want["state"])),
            None => wrong.push(format!("artefact {} {} of {} is not in the report", want["kind"], want["key"], want["account"])),
        }
    }
    for want in expected["containment_faults"].as_array().into_iter().flatten() {
        let is_meant = |got: &&Value| ["kind", "account"].iter().all(|key| got[*key] == want[*key]);
        if !report["containment"]["faults"].as_array().into_iter().flatten().any(|got| is_meant(&got)) {
            wrong.push(format!("containment fault {want} is not in the report"));
        }
    }
    for (item, want) in expected["checklist"].as_object().into_iter().flatten() {
        let number: u64 = item.parse().expect("items are numbers");
        let got = report["checklist"].as_array().into_iter().flatten().find(|got| got["item"] == number).expect("all fifteen items are there");
        if got["status"] != *want {
            wrong.push(format!("item {item}: {} ({}), expected {want}", got["status"], got["why"]));
        }
    }
    wrong
}

#[test]
fn every_case_reaches_its_expected_verdict() {
    let mut wrong = Vec::new();
    for case in cases() {
        let expected: Value = serde_json::from_str(&fs::read_to_string(case.join("expected.json")).expect("readable")).expect("JSON");
        let analysis = analyze(&case.join("evidence"));
        let report = serde_json::to_value(&analysis.report).expect("a report is JSON");
        let name = case.file_name().expect("named").to_string_lossy().into_owned();
        wrong.extend(differences(&expected, &report).into_iter().map(|line| format!("{name}: {line}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_benign_tenant_has_nobody_compromised_or_suspected() {
    let report = analyze(&root().join("fixtures/cases/benign/evidence")).report;
    let accused: Vec<_> = report
        .verdicts
        .iter()
        .filter(|verdict| verdict.status >= backtrail::model::Status::Suspected)
        .map(|verdict| format!("{}: {:?}", verdict.account, verdict.reasons))
        .collect();
    assert!(accused.is_empty(), "{accused:#?}");
}

#[test]
fn every_statement_leads_to_a_record_and_counts_add_up() {
    for case in cases() {
        let analysis = analyze(&case.join("evidence"));
        let report = &analysis.report;
        let records: BTreeMap<&str, u64> = report.sources.iter().map(|source| (source.path.as_str(), source.records)).collect();
        for source in &report.sources {
            assert_eq!(source.records, source.kept + source.duplicates + source.skipped, "{}", source.path);
            assert_eq!(source.skipped, 0, "{}: {:?}", source.path, analysis.case.skipped.first());
        }
        let findings: BTreeSet<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(findings.len(), report.findings.len(), "finding ids are unique in {}", case.display());
        for finding in &report.findings {
            assert!(!finding.evidence.is_empty() && !finding.summary.is_empty(), "{}", finding.id);
            for line in &finding.evidence {
                assert!(records.get(line.source.as_str()).is_some_and(|records| line.record < *records), "{}: {line:?}", finding.id);
            }
        }
        for verdict in &report.verdicts {
            assert!(verdict.reasons.iter().all(|reason| findings.contains(reason.finding.as_str())), "{}", verdict.account);
        }
        assert_eq!(report.checklist.iter().map(|item| item.item).collect::<Vec<_>>(), (1..=15).collect::<Vec<_>>());
        for event in &report.timeline {
            assert!(!event.evidence.is_empty(), "{}", event.text);
        }
    }
}

#[test]
fn two_runs_give_identical_bytes_and_leave_the_evidence_alone() {
    let evidence = root().join("fixtures/cases/second-hop/evidence");
    let hash = || {
        let mut files: Vec<_> =
            fs::read_dir(&evidence).expect("readable").map(|entry| entry.expect("readable").path()).filter(|path| path.is_file()).collect();
        files.sort();
        files.iter().map(|path| (path.clone(), fs::read(path).expect("readable"))).collect::<Vec<_>>()
    };
    let before = hash();
    let write = |analysis: &Analysis| {
        let mut bytes = Vec::new();
        backtrail::report::json::report(&analysis.report, &mut bytes).expect("written");
        backtrail::report::html::report(&analysis.report, &mut bytes).expect("written");
        backtrail::report::csv::timeline(&analysis.report, &mut bytes).expect("written");
        bytes
    };
    let first = write(&analyze(&evidence));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let second = pool.install(|| write(&analyze(&evidence)));
    assert!(first == second, "the same evidence gave different bytes");
    assert!(before == hash(), "the evidence was changed");
}

#[test]
fn a_session_begun_by_device_code_is_reported_once_and_not_as_a_replay() {
    let report = analyze(&root().join("fixtures/cases/device-code/evidence")).report;
    let of = |signal: &str| report.findings.iter().filter(|finding| finding.signal == signal).count();
    assert_eq!((of("device-code-two-origins"), of("session-replay")), (1, 0));
}
