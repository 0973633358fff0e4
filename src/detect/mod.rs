//! The registry of detectors. A detector is data plus one pure function; detectors do not see each other, and one that fails never stops the run.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::case::Case;
use crate::evidence::Evidence;
use crate::finding::{Finding, Outcome, Ran};
use crate::settings::Settings;

mod access;
mod exfiltration;
mod identity;
mod mailbox;
mod origin;
mod properties;
mod selection;
mod session;
mod tenant;

/// One detector.
pub struct Detector {
    /// Slug = file name = fixture folder = section of the docs.
    pub id: &'static str,
    /// For people, one line.
    pub title: &'static str,
    /// ATT&CK technique ids.
    pub attack: &'static [&'static str],
    /// It can run when any of these is in the case.
    pub needs: &'static [Evidence],
    /// What exactly it can report; each is weighed in `data/signals.csv`.
    pub signals: &'static [&'static str],
    /// Innocent look-alikes, for people.
    pub false_positives: &'static str,
    /// The logic.
    pub detect: fn(&Case, &Settings) -> Vec<Finding>,
}

/// All detectors, by folder.
pub fn detectors() -> impl Iterator<Item = &'static Detector> {
    [access::DETECTORS, session::DETECTORS, mailbox::DETECTORS, identity::DETECTORS, tenant::DETECTORS, exfiltration::DETECTORS]
        .into_iter()
        .flatten()
        .copied()
}

/// What detection came to.
#[derive(Debug, Default)]
pub struct Detection {
    /// Sorted by first record time, detector, account, id.
    pub findings: Vec<Finding>,
    /// One per detector, in registry order.
    pub ran: Vec<Ran>,
}

/// Runs every detector whose evidence is there. A panic inside one is caught and becomes [`Outcome::Failed`].
pub fn run(case: &Case, settings: &Settings) -> Detection {
    run_all(&detectors().collect::<Vec<_>>(), case, settings)
}

fn run_all(detectors: &[&'static Detector], case: &Case, settings: &Settings) -> Detection {
    let results: Vec<(Ran, Vec<Finding>)> = detectors
        .par_iter()
        .map(|detector| {
            let (outcome, findings) = run_one(detector, case, settings);
            (Ran { detector: detector.id, outcome }, findings)
        })
        .collect();
    let mut detection = Detection::default();
    for (ran, findings) in results {
        detection.ran.push(ran);
        detection.findings.extend(findings);
    }
    detection
        .findings
        .sort_by(|a, b| (a.first_seen, a.detector, &a.account, a.signal, &a.id).cmp(&(b.first_seen, b.detector, &b.account, b.signal, &b.id)));
    tell_apart(&mut detection.findings);
    detection
}

/// Two things that one detector found in one record get ids of their own, in the order of the findings.
fn tell_apart(findings: &mut [Finding]) {
    let mut n_named: HashMap<String, u32> = HashMap::new();
    for finding in findings {
        let n_same = n_named.entry(finding.id.clone()).or_insert(0);
        *n_same += 1;
        if *n_same > 1 {
            finding.id = format!("{}-{n_same}", finding.id);
        }
    }
}

fn run_one(detector: &Detector, case: &Case, settings: &Settings) -> (Outcome, Vec<Finding>) {
    if !detector.needs.iter().any(|evidence| case.has(*evidence)) {
        return (Outcome::NoSuchEvidence, Vec::new());
    }
    match catch_unwind(AssertUnwindSafe(|| (detector.detect)(case, settings))) {
        Ok(mut findings) => {
            for finding in &mut findings {
                finding.attack = detector.attack;
            }
            (Outcome::Ran(findings.len()), findings)
        }
        Err(panic) => {
            let words = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
            (Outcome::Failed(format!("internal error: {}", words.unwrap_or_else(|| "unknown".to_owned()))), Vec::new())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Span;

    const BASE: Detector = Detector {
        id: "sound",
        title: "",
        attack: &["T1078.004"],
        needs: &[Evidence::RiskDetections],
        signals: &[],
        false_positives: "",
        detect: |_, _| Vec::new(),
    };
    const PANICS: Detector = Detector { id: "panics", detect: |_, _| panic!("a defect"), ..BASE };
    const LACKS: Detector = Detector { id: "lacks", needs: &[Evidence::Teams], ..BASE };

    #[test]
    fn one_failing_detector_becomes_a_note_and_the_others_run() {
        let coverage = [(Evidence::RiskDetections, Span { records: 1, ..Span::default() })].into();
        let case = Case { coverage, ..Case::default() };
        let detection = run_all(&[&PANICS, &BASE, &LACKS], &case, &Settings::default());
        let outcomes: Vec<(&str, &Outcome)> = detection.ran.iter().map(|ran| (ran.detector, &ran.outcome)).collect();
        assert_eq!(
            outcomes,
            [("panics", &Outcome::Failed("internal error: a defect".to_owned())), ("sound", &Outcome::Ran(0)), ("lacks", &Outcome::NoSuchEvidence),]
        );
        let judgement = crate::assess::assess(&case, &detection, &Settings::default());
        assert!(judgement.coverage.gaps.iter().any(|gap| gap.contains("detector panics failed")), "{:?}", judgement.coverage.gaps);
    }
}
