//! Evidence with known limits: what `inventory` and the report say about them, and that nothing is called clear across them. The evidence is the `aitm` case,
//! made poorer in the four ways that the field knows best.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use backtrail::Options;
use backtrail::model::Inventory;
use backtrail::report::{console, inventory};
use serde_json::Value;

use crate::verdicts::root;

const UAL: &str = "audit/UAL-2026-09-09-2026-10-08.csv";

/// A copy of the case's evidence, removed at the end.
struct Evidence(PathBuf);

impl Evidence {
    fn copy(name: &str) -> Self {
        let from = root().join("fixtures/cases/aitm/evidence");
        let to = std::env::temp_dir().join(format!("backtrail-coverage-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&to);
        for entry in walkdir::WalkDir::new(&from).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file()) {
            let path = to.join(entry.path().strip_prefix(&from).expect("walked below the folder"));
            fs::create_dir_all(path.parent().expect("files have a folder")).expect("the temporary folder is writable");
            fs::copy(entry.path(), path).expect("the temporary folder is writable");
        }
        Self(to)
    }

    /// A missing source.
    fn without_non_interactive_sign_ins(self) -> Self {
        fs::remove_file(self.0.join("sign-ins/non-interactive.json")).expect("the case has it");
        self
    }

    /// A gap of days: Monday and Tuesday, the day of the attack, are not in the audit log; nor do its page numbers tell, since each export window counts anew.
    /// And a truncated AuditData: the first rule of Wednesday after a spreadsheet.
    fn with_a_gap_and_a_cut_cell(self) -> Self {
        let is_kept = |row: &csv::StringRecord| !row[2].starts_with("10/5/2026") && !row[2].starts_with("10/6/2026");
        self.change_audit(|rows| {
            rows.retain(is_kept);
            let cell = rows.iter_mut().find(|row| row[2].starts_with("10/7/2026") && &row[1] == "ExchangeAdmin").expect("the case has one");
            let long = cell[5].replacen('{', &format!("{{\"Parameters\":[{{\"Name\":\"Body\",\"Value\":\"{}\"}}],", "x".repeat(40_000)), 1);
            *cell = cell.iter().enumerate().map(|(column, text)| if column == 5 { &long[..32_767] } else { text }).collect();
        })
    }

    /// A capped export: as many directory audits as one page of Graph holds.
    fn with_one_page_of_directory_audits(self) -> Self {
        let path = self.0.join("directory/directoryAudits.json");
        let mut page: Value = serde_json::from_slice(&fs::read(&path).expect("the case has it")).expect("it is JSON");
        let records = page["value"].as_array_mut().expect("it is a page");
        for number in records.len()..100 {
            let mut record = records[0].clone();
            record["id"] = format!("{}_{number}", record["id"].as_str().expect("an id")).into();
            record["correlationId"] = format!("95642eaf-5f17-47d8-82a6-{number:012}").into();
            records.push(record);
        }
        fs::write(&path, page.to_string()).expect("the temporary folder is writable");
        self
    }

    fn change_audit(self, change: impl FnOnce(&mut Vec<csv::StringRecord>)) -> Self {
        let path = self.0.join(UAL);
        let mut reader = csv::Reader::from_path(&path).expect("the case has it");
        let headers = reader.headers().expect("it has a head").clone();
        let mut rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("it is a table")).collect();
        change(&mut rows);
        let mut writer = csv::Writer::from_path(&path).expect("the temporary folder is writable");
        writer.write_record(&headers).expect("the temporary folder is writable");
        let n_rows = rows.len().to_string();
        for (number, row) in rows.iter().enumerate() {
            let number = (number + 1).to_string();
            let cells = row.iter().enumerate().map(|(column, text)| match column {
                6 => &number,
                7 => &n_rows,
                _ => text,
            });
            writer.write_record(cells).expect("the temporary folder is writable");
        }
        self
    }

    fn inventory(&self) -> Inventory {
        backtrail::inventory(std::slice::from_ref(&self.0), &Options::default(), &|_| {}).expect("the folder exists")
    }

    fn report(&self) -> Value {
        let analysis = backtrail::analyze(std::slice::from_ref(&self.0), &Options::default(), &|_| {}).expect("the folder exists");
        serde_json::to_value(&analysis.report).expect("a report is JSON")
    }
}

impl Drop for Evidence {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn limited(name: &str) -> Evidence {
    Evidence::copy(name).without_non_interactive_sign_ins().with_a_gap_and_a_cut_cell().with_one_page_of_directory_audits()
}

fn kinds(limits: &Value) -> BTreeSet<&str> {
    limits.as_array().into_iter().flatten().filter_map(|limit| limit["kind"].as_str()).collect()
}

fn style(width: u16) -> console::Style {
    console::Style { width, color: false, unicode: true, verbose: false }
}

#[test]
fn inventory_names_the_missing_source_the_gap_the_cap_and_the_cut_cell() {
    let evidence = limited("inventory");
    let listing = evidence.inventory();
    let json = serde_json::to_value(&listing).expect("a list is JSON");
    assert_eq!(kinds(&json["limits"]), BTreeSet::from(["hole", "cap", "truncated"]));
    assert!(listing.missing.iter().any(|export| export.id == "non-interactive-sign-ins" && export.command.contains("nonInteractiveUser")));
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.add_filter("[0-9a-f]{64}", "[sha-256]");
    settings.bind(|| insta::assert_snapshot!("coverage_inventory", inventory::render(&listing, style(100))));
}

#[test]
fn nothing_is_clear_across_a_gap_a_cap_or_a_cut_cell() {
    let report = limited("report").report();
    let coverage = &report["coverage"];
    assert_eq!(kinds(&coverage["limits"]), BTreeSet::from(["hole", "cap", "truncated"]));
    let gaps = coverage["gaps"].to_string();
    for named in ["no non-interactive sign-ins", "2026-10-05 to 2026-10-06", "32,767"] {
        assert!(gaps.contains(named), "{named}: {gaps}");
    }
    assert!(coverage["caps"].to_string().contains("directoryAudits.json: exactly 100 records"), "{}", coverage["caps"]);
    assert_eq!(report["incident"]["accounts"], serde_json::json!(["m.keller@contoso.example"]), "there is an incident to be clear about");
    let items: Vec<String> = report["checklist"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| {
            format!(
                "{} {}: {} ({})",
                item["item"],
                item["name"].as_str().unwrap_or(""),
                item["status"].as_str().unwrap_or(""),
                item["why"].as_str().unwrap_or("")
            )
        })
        .collect();
    assert!(!items.iter().any(|item| item.contains(": clear")), "{items:#?}");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("coverage_checklist", items.join("\n")));
}

#[test]
fn each_limit_alone_takes_away_what_it_touches_and_nothing_else() {
    let clear = |evidence: Evidence| -> BTreeSet<u64> {
        let report = evidence.report();
        let items = report["checklist"].as_array().expect("fifteen items").iter();
        items.filter(|item| item["status"] == "clear").filter_map(|item| item["item"].as_u64()).collect()
    };
    let whole = clear(Evidence::copy("whole"));
    assert_eq!(whole, BTreeSet::from([5, 8, 9, 12, 13, 14, 15]));
    // The unified audit log holds the same changes of the directory, whole.
    assert_eq!(clear(Evidence::copy("cap").with_one_page_of_directory_audits()), whole);
    // The Entra audits hold them, whole; forwarding (5) and Teams (8) stand in the unified audit log alone.
    let cut = clear(Evidence::copy("cut").with_a_gap_and_a_cut_cell());
    assert_eq!(cut, BTreeSet::from([9, 12, 13, 14, 15]));
    assert_eq!(clear(Evidence::copy("source").without_non_interactive_sign_ins()), whole);
}

#[test]
fn a_page_of_a_search_that_was_not_exported_is_named() {
    let evidence = Evidence::copy("pages");
    let path = evidence.0.join(UAL);
    let text = fs::read_to_string(&path).expect("the case has it");
    // Rows 101 to 200 of the search.
    let lines: Vec<&str> = text.lines().collect();
    let rest: Vec<&str> = lines.iter().enumerate().filter(|(line, _)| !(101..=200).contains(line)).map(|(_, line)| *line).collect();
    fs::write(&path, rest.join("\r\n")).expect("the temporary folder is writable");
    let listing = evidence.inventory();
    let pages: Vec<&str> = listing.limits.iter().filter(|limit| limit.kind == "missing-pages").map(|limit| limit.text.as_str()).collect();
    assert_eq!(
        pages,
        [format!(
            "{UAL}: a search announced 594 records (ResultCount), 494 are here; ResultIndex 101 to 200 missing: pages were not exported, or rows were filtered out"
        )]
    );
    let report = evidence.report();
    assert_eq!(report["checklist"][4]["status"], "partial", "{}", report["checklist"][4]);
}

#[test]
fn inventory_and_report_count_the_same() {
    let evidence = limited("same");
    let listing = serde_json::to_value(evidence.inventory()).expect("a list is JSON");
    let report = evidence.report();
    assert_eq!(listing["limits"], report["coverage"]["limits"]);
    let ids = |missing: &Value| missing.as_array().into_iter().flatten().map(|export| export["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&listing["missing"]), ids(&report["coverage"]["missing"]));
    assert_eq!(listing["preservation"], report["coverage"]["preservation"]);
    for (line, other) in listing["evidence"].as_array().expect("a list").iter().zip(report["coverage"]["sources"].as_array().expect("a list")) {
        assert_eq!((&line["kind"], &line["days"], &line["files"]), (&other["kind"], &other["days"], &other["files"]));
    }
}

#[test]
fn inventory_fits_narrow_terminals_and_obeys_nothing() {
    let folder = std::env::temp_dir().join(format!("backtrail-coverage-{}-hostile", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the temporary folder is writable");
    fs::write(folder.join("\u{1b}[31mred\u{202e}.json"), "[{\"a\":1}]").expect("the temporary folder is writable");
    fs::write(folder.join(format!("{}.csv", "long".repeat(50))), "a,b\n1,2\n").expect("the temporary folder is writable");
    let listing = backtrail::inventory(std::slice::from_ref(&folder), &Options::default(), &|_| {}).expect("the folder exists");
    let _ = fs::remove_dir_all(&folder);
    for width in [40, 60, 80, 200] {
        let text = inventory::render(&listing, style(width));
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(longest <= usize::from(width), "{longest} columns of {width}:\n{text}");
        assert!(!text.chars().any(|character| character == '\u{1b}' || character == '\u{202e}'), "{text:?}");
    }
    assert_eq!(inventory::counts(&listing), "2 files, 17 bytes, 2 records: 2 cannot be used; 0 limits; 34 exports missing");
}

#[test]
fn inventory_ends_with_0_2_or_3_and_prints_data_or_text() {
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_backtrail"));
        let output = command.arg("inventory").args(arguments).env("COLUMNS", "60").env("LC_ALL", "C").output().expect("the program starts");
        (output.status.code(), String::from_utf8(output.stdout).expect("the output is UTF-8"))
    };
    let whole = root().join("fixtures/cases/aitm/evidence").display().to_string();
    let (code, text) = run(&[&whole]);
    assert_eq!(code, Some(0));
    assert!(text.is_ascii() && text.lines().rev().skip(1).all(|line| line.len() <= 60), "{text}");
    assert!(text.ends_with("exports missing\n"), "{text}");
    let (code, quiet) = run(&["--quiet", &whole]);
    assert_eq!((code, quiet.lines().count()), (Some(0), 1), "{quiet}");
    let limited = limited("codes");
    let (code, json) = run(&["--format", "json", &limited.0.display().to_string()]);
    assert_eq!(code, Some(3), "a record is lost");
    let json: Value = serde_json::from_str(&json).expect("standard output is JSON and nothing else");
    assert_eq!(json["schema"], "backtrail.inventory/1");
    assert_eq!(json, serde_json::to_value(limited.inventory()).expect("a list is JSON"), "the same twice");
    assert_eq!(run(&["no-such-folder"]).0, Some(2));
}

#[test]
fn what_a_collector_admits_is_not_clear() {
    let evidence = Evidence::copy("collector");
    let log = "2026-10-08 23:00:00: [INFO] Collecting the Unified Audit Log\n\
        2026-10-08 23:05:44: [WARNING] SOME EVENTS IN THIS RANGE ARE NOT CAPTURED: 2026-10-06T18:00:00Z 2026-10-06T19:00:00Z\n\
        2026-10-08 23:06:01: [ERROR] Mailbox rules of m.keller@contoso.example: access is denied\n";
    fs::write(evidence.0.join("LogFile.txt"), log).expect("the temporary folder is writable");
    let report = evidence.report();
    let limits = report["coverage"]["limits"].as_array().expect("a list");
    let told: Vec<(&str, bool)> =
        limits.iter().map(|limit| (limit["kind"].as_str().expect("a word"), limit["hides_records"].as_bool().expect("yes or no"))).collect();
    assert_eq!(told, [("collector-warning", false), ("collector-gap", true)], "{limits:#?}");
    let gap = &limits[1];
    assert_eq!((&gap["from"], &gap["to"]), (&serde_json::json!("2026-10-06T18:00:00Z"), &serde_json::json!("2026-10-06T19:00:00Z")));
    let status = |item: usize| report["checklist"][item - 1]["status"].as_str().expect("a word");
    assert_eq!((status(5), status(8), status(12)), ("partial", "partial", "clear"), "forwarding and Teams stand in that log alone");
}
