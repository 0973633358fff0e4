//! Every detector against its fixtures: `fixtures/detectors/<id>/hit-*` must give a finding of that detector, `quiet-*` must give none. What the
//! findings say is kept in one snapshot per detector, to be read by a person whenever it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use backtrail::case::Case;
use backtrail::detect::{Detection, detectors, run};
use backtrail::enrich::{enrich, tables::Tables};
use backtrail::finding::{Finding, Outcome};
use backtrail::settings::Settings;
use backtrail::settings::archive::Archive;
use backtrail::{case, inventory};

/// One fixture folder, analyzed.
struct Fixture {
    name: String,
    case: Case,
    detection: Detection,
}

impl Fixture {
    fn findings<'a>(&'a self, detector: &'a str) -> impl Iterator<Item = &'a Finding> {
        self.detection.findings.iter().filter(move |finding| finding.detector == detector)
    }
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).unwrap_or_else(|error| panic!("{}: {error}", parent.display()));
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/detectors")
}

fn analyze(folder: &Path, tables: &Tables) -> Fixture {
    let settings = Settings::default();
    let inventory = inventory::take(&[folder.to_owned()], &Archive::default()).expect("a folder with files");
    let mut case = case::load(inventory, &|_| ());
    enrich(&mut case, &settings, tables).expect("an enriched case");
    let detection = run(&case, &settings);
    Fixture { name: name(folder), case, detection }
}

/// Fixtures by detector id. One after another: loading and detection use all threads themselves.
fn fixtures() -> BTreeMap<String, Vec<Fixture>> {
    let tables = Tables::embedded().expect("sound tables");
    let cases = |detector: &PathBuf| folders(detector).iter().map(|folder| analyze(folder, &tables)).collect();
    folders(&root()).iter().map(|detector| (name(detector), cases(detector))).collect()
}

/// What an analyst would see, one line per finding.
fn story(detector: &str, fixtures: &[Fixture]) -> String {
    let mut story = String::new();
    for fixture in fixtures {
        let _ = writeln!(story, "{}", fixture.name);
        for finding in fixture.findings(detector) {
            let Finding { signal, account, severity, first_seen, summary, .. } = finding;
            let account = if account.is_empty() { "(tenant)" } else { account };
            let _ = writeln!(story, "  {signal} {account} {severity:?} {first_seen} {} {summary}", finding.evidence.len());
            let traces = &finding.traces;
            let sets = [("from", &traces.addresses), ("with", &traces.agents), ("on", &traces.devices), ("to", &traces.apps)];
            for (word, values) in sets.into_iter().filter(|(_, values)| !values.is_empty()) {
                let _ = writeln!(story, "    {word} {}", values.iter().take(4).cloned().collect::<Vec<_>>().join(" | "));
            }
            for reason in &finding.against {
                let _ = writeln!(story, "    against: {reason}");
            }
        }
    }
    story
}

/// Rules that hold for every finding whatever its detector.
fn faults(fixture: &Fixture) -> Vec<String> {
    let mut faults = Vec::new();
    let signals: BTreeMap<&str, &[&str]> = detectors().map(|detector| (detector.id, detector.signals)).collect();
    let mut ids = BTreeSet::new();
    for finding in &fixture.detection.findings {
        let mut fault = |holds: bool, rule: &str| {
            if !holds {
                faults.push(format!("{}: {} ({}): {rule}", fixture.name, finding.id, finding.summary));
            }
        };
        let words = finding.summary.to_lowercase();
        fault(signals.get(finding.detector).is_some_and(|signals| signals.contains(&finding.signal)), "its signal is none of its detector's");
        fault(!["compromis", "attacker", "malicious", "hacker"].iter().any(|word| words.contains(word)), "judgement words belong into assess/");
        fault(!words.is_empty() && !words.contains('\n'), "the summary is one sentence");
        fault((0.0..=1.0).contains(&finding.confidence), "confidence lies between 0 and 1");
        fault(finding.first_seen <= finding.last_seen, "it begins before it ends");
        fault(ids.insert(&finding.id), "its id is unique");
        fault(
            finding
                .evidence
                .iter()
                .all(|record| fixture.case.sources.get(record.source.0 as usize).is_some_and(|source| record.record < source.records)),
            "its records stand in the evidence",
        );
    }
    for ran in &fixture.detection.ran {
        if let Outcome::Failed(words) = &ran.outcome {
            faults.push(format!("{}: {} failed: {words}", fixture.name, ran.detector));
        }
    }
    for skipped in &fixture.case.skipped {
        faults.push(format!("{}: record {} was not read: {:?} {}", fixture.name, skipped.record, skipped.reason, skipped.detail));
    }
    faults
}

#[test]
fn hits_are_found_and_look_alikes_stay_quiet() {
    let mut wrong = Vec::new();
    for (detector, fixtures) in &fixtures() {
        for fixture in fixtures {
            let found = fixture.findings(detector).count();
            match (fixture.name.split('-').next(), found) {
                (Some("hit"), 0) => wrong.push(format!("{detector}/{}: nothing found", fixture.name)),
                (Some("quiet"), 1..) => wrong.push(format!("{detector}/{}: {found} found", fixture.name)),
                (Some("hit" | "quiet"), _) => {}
                _ => wrong.push(format!("{detector}/{}: a fixture is called hit-… or quiet-…", fixture.name)),
            }
            wrong.extend(faults(fixture).into_iter().map(|fault| format!("{detector}/{fault}")));
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots/detectors" }, {
            insta::assert_snapshot!(detector.as_str(), story(detector, fixtures));
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_detector_has_a_hit_and_a_quiet_fixture_and_nothing_else_has() {
    let found: BTreeMap<String, Vec<String>> =
        folders(&root()).iter().map(|folder| (name(folder), folders(folder).iter().map(|case| name(case)).collect())).collect();
    let has = |detector: &str, kind: &str| found.get(detector).is_some_and(|cases| cases.iter().any(|case| case.starts_with(kind)));
    let missing: Vec<String> = detectors()
        .flat_map(|detector| ["hit-", "quiet-"].map(|kind| (detector.id, kind)))
        .filter(|(detector, kind)| !has(detector, kind))
        .map(|(detector, kind)| format!("{detector} has no {kind}* fixture"))
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    let known: BTreeSet<&str> = detectors().map(|detector| detector.id).collect();
    let stray: Vec<&String> = found.keys().filter(|folder| !known.contains(folder.as_str())).collect();
    assert!(stray.is_empty(), "fixtures without a detector: {stray:?}");
}
