//! The README says what the program does: its tables come from the registries, its commands exist, its console excerpt is what the program prints.
//! `BACKTRAIL_WRITE_DOCS=1` rewrites the generated parts.

use std::fmt::Write as _;
use std::fs;

use super::verdicts::root;

fn shapes() -> String {
    let mut table = String::from("| evidence | made by | shape id |\n|---|---|---|\n");
    for shape in backtrail::evidence::shape::shapes() {
        let _ = writeln!(table, "| {} | {} | `{}` |", shape.title, shape.made_by, shape.id);
    }
    table
}

fn detectors() -> String {
    let mut table = String::from("| detector | what it reports | ATT&CK | signals |\n|---|---|---|---|\n");
    for detector in backtrail::detect::detectors() {
        let _ = writeln!(table, "| `{}` | {} | {} | {} |", detector.id, detector.title, detector.attack.join(", "), detector.signals.join(", "));
    }
    table
}

/// The first screen of the console report of the AiTM case, as a pipe sees it.
fn console() -> String {
    let evidence = root().join("fixtures/cases/aitm/evidence");
    let report = backtrail::analyze(&[evidence], &backtrail::Options::default(), &|_| {}).expect("analyzed").report;
    let style = backtrail::report::console::Style { width: 100, color: false, unicode: true, verbose: false };
    let text = backtrail::report::console::render(&report, style);
    let head: Vec<&str> = text.split("\nArtefacts left behind").next().unwrap_or_default().lines().collect();
    format!("```text\n{}\n…\n{}\n```\n", head.join("\n"), backtrail::report::console::counts(&report))
}

#[test]
fn generated_parts_of_the_readme_are_current() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("README.md exists");
    let mut wanted = readme.clone();
    for (name, text) in [("shapes", shapes()), ("detectors", detectors()), ("console", console())] {
        let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
        let start = wanted.find(&begin).expect("the README has the marker") + begin.len();
        let stop = start + wanted[start..].find(&end).expect("the README has the end marker");
        wanted.replace_range(start..stop, &text);
    }
    if std::env::var_os("BACKTRAIL_WRITE_DOCS").is_some() {
        fs::write(&path, &wanted).expect("README.md is writable");
        return;
    }
    assert!(readme == wanted, "README.md is out of date: run BACKTRAIL_WRITE_DOCS=1 cargo test --release docs");
}

#[test]
fn ci_runs_the_very_test_command_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md exists");
    let ci = fs::read_to_string(root().join(".ci/run")).expect(".ci/run exists");
    assert!(readme.contains("\ncargo test --release\n") && ci.contains("\ncargo test --release\n"));
    assert!(readme.contains("cargo run --release -- analyze fixtures/cases/aitm/evidence"));
}
