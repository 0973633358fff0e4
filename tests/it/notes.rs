//! What people write beside the exports reaches the report: containment times, communication, and what the analyst gives on the command line.

use std::path::PathBuf;

use backtrail::model::Report;
use backtrail::{Options, analyze};

use super::verdicts::root;

fn report(with: Option<&str>, t0: &str, aware: &str) -> Report {
    let mut evidence: Vec<PathBuf> = vec![root().join("fixtures/cases/aitm/evidence")];
    evidence.extend(with.map(|path| root().join(path)));
    let mut options = Options::default();
    t0.clone_into(&mut options.settings.assess.t0);
    aware.clone_into(&mut options.settings.assess.aware);
    analyze(&evidence, &options, &|_| {}).expect("analyzed").report
}

#[test]
fn containment_notes_decide_the_marks_and_say_so() {
    let plain = report(None, "", "");
    assert!(plain.containment.stated.is_empty(), "nobody wrote anything");

    let noted = report(Some("fixtures/shapes/containment_note/clean.txt"), "", "").containment;
    let times = [noted.t0, noted.t1, noted.t2, noted.t3].map(Option::unwrap_or_default);
    assert_eq!(times, ["2026-10-07T09:12:00Z", "2026-10-07T11:40:00Z", "2026-10-07T10:00:00Z", "2026-10-07T16:05:33Z"]);
    assert_eq!(noted.stated.len(), 4);
    assert!(noted.stated[0].contains("clean.txt, record 0"), "{:?}", noted.stated);
    assert!(noted.stated[3].contains("does not say its time zone"), "{:?}", noted.stated);
}

#[test]
fn the_analyst_overrides_the_notes_and_starts_the_clocks() {
    let given = report(Some("fixtures/shapes/containment_note/clean.txt"), "2026-10-07T08:00:00Z", "2026-10-06T20:00:00Z").containment;
    assert_eq!(given.t0.as_deref(), Some("2026-10-07T08:00:00Z"));
    assert!(given.stated[0].contains("given by the analyst"), "{:?}", given.stated);
    let ends: Vec<&str> = given.deadlines.iter().map(|deadline| deadline.at.as_str()).collect();
    assert_eq!(ends, ["2026-10-07T20:00:00Z", "2026-10-09T20:00:00Z"]);
}

#[test]
fn communication_is_part_of_the_timeline_with_its_record() {
    let report = report(Some("fixtures/shapes/communication_log/clean.txt"), "", "");
    let told: Vec<_> = report.timeline.iter().filter(|event| event.phase == "communication").collect();
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|event| event.actor == "responder" && event.evidence.len() == 1), "{told:?}");
    assert_eq!(told[0].text, "phone: Ana Lima, she denies the sign-in from Warsaw\n  and has not approved a prompt");
}

#[test]
fn times_without_a_zone_are_refused_on_the_command_line() {
    let parse = |time: &str| backtrail::cli::parse(["backtrail", "analyze", "x", "--t0", time].map(Into::into));
    assert!(parse("2026-10-07T09:12Z").is_ok());
    assert!(parse("2026-10-07 11:12 CEST").is_ok());
    for refused in ["2026-10-07 09:12", "soon"] {
        assert!(parse(refused).is_err(), "{refused}");
    }
}
