//! The same events give the same rows whichever way they were exported.

use std::fs;
use std::path::Path;

use backtrail::case::{Case, load};
use backtrail::evidence::Evidence;
use backtrail::frame::Frame;
use backtrail::inventory;
use backtrail::settings::archive::Archive;

use super::portal_csv::portal_csv;
use super::random::Random;
use super::routine::{Habits, background};
use super::tenant::{Kind, Place, Tenant, at};
use super::world::{Factor, SignIn, World};
use super::writer::{self, File};

/// Two working weeks of three people and a machine, and one refused prompt.
fn world() -> World {
    let mut random = Random::of("same facts");
    let mut tenant = Tenant::new(&mut random, "contoso.example", "contoso", "2026-09-07", "2026-09-25");
    let office = Place { trusted: true, ..Place::new("192.0.2.10", 8881, "DE", "Bremen", "Bremen", 53.079, 8.801) };
    let staff = [
        ("t.berg", "Tom Berg", "IT administrator", Kind::Admin),
        ("a.ozturk", "Aylin Öztürk", "Sales", Kind::Employee),
        ("p.weber", "Paul Weber", "Engineering", Kind::Employee),
        ("svc-scan", "Scanner", "", Kind::Service),
        ("info", "Info", "", Kind::Shared),
    ];
    tenant.hire_all(&mut random, &office, &staff);
    let mut world = World::new(tenant, random);
    background(&mut world, &Habits { delegates: [("info", vec!["a.ozturk"])].into(), ..Habits::default() });
    let person = world.tenant.person("p.weber");
    let browser = world.tenant.browser_on(&person, world.tenant.last_day);
    let session = world.random.guid();
    world.sign_in(&SignIn {
        code: 500_121,
        factor: Factor::Declined,
        ..SignIn::new(at("2026-09-25T17:00:00Z"), &person, &person.home, &browser, &session)
    });
    world
}

fn loaded(file: &File) -> Case {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("same-facts").join(file.path.replace('/', "-"));
    fs::create_dir_all(&folder).expect("the build's temporary folder can be written");
    fs::write(folder.join(&file.path), &file.bytes).expect("the build's temporary folder can be written");
    let case = load(inventory::take(&[folder], &Archive::default()).expect("the file was written"), &|_| {});
    let first = case.skipped.first().map(|skipped| (skipped.reason, &skipped.detail));
    assert!(first.is_none(), "{}: {} records skipped, the first: {first:?}", file.path, case.skipped.len());
    case
}

/// Sorted rows of these frames, without their place in the file and without the columns in `but`.
fn rows_of(frames: &[&dyn Frame], but: &[&str]) -> Vec<String> {
    let mut rows = Vec::new();
    for frame in frames {
        let columns: Vec<_> = frame.columns().into_iter().filter(|(name, _)| !but.contains(name)).collect();
        for row in 0..frame.height() {
            let cells = columns.iter().filter_map(|(name, column)| Some(format!("{name}={}", column.text(row)?)));
            rows.push(format!("{} {}", frame.places().record_id(row), cells.collect::<Vec<_>>().join(" ")));
        }
    }
    rows.sort();
    rows
}

/// Rows of the audit frame and of the messages read.
fn audit_rows(file: &File) -> (String, Vec<String>) {
    let frames = loaded(file).frames;
    (file.path.clone(), rows_of(&[&*frames.audit, &*frames.mail_access, &*frames.mail_items], &[]))
}

/// What the portal's CSV cannot hold: no positions, no steps, no policies, no named locations, no risk, no device name.
const NOT_IN_THE_CSV: &[&str] = &[
    "latitude",
    "longitude",
    "auth_steps",
    "ca_policies",
    "trusted_location",
    "risk_level",
    "risk_state",
    "risk_detail",
    "risk_types",
    "mfa_method",
    "device_name",
];

fn sign_in_rows(file: &File, but: &[&str]) -> (String, Vec<String>) {
    (file.path.clone(), rows_of(&[&*loaded(file).frames.sign_ins], but))
}

/// Compares what the first export gave with what each other gave, row by row.
fn same(exports: &[(String, Vec<String>)], n_rows: usize) {
    let (first, rows) = exports.first().expect("there is something to compare");
    assert!(n_rows > 5 && rows.len() >= n_rows, "{first}: {} rows of {n_rows} records", rows.len());
    for (path, others) in exports.iter().skip(1) {
        assert_eq!(rows.len(), others.len(), "{first} and {path}");
        for (row, other) in rows.iter().zip(others) {
            assert_eq!(row, other, "{first} and {path} differ");
        }
    }
}

#[test]
fn audit_records_are_the_same_in_six_exports() {
    let world = world();
    let records = &world.audit;
    let files = [
        writer::lines("auditdata.jsonl", records, "CreationTime"),
        writer::array_newest_first("management.json", records, "CreationTime"),
        writer::search_csv("search.csv", &world.tenant, records),
        writer::search_json("search.json", records),
        writer::purview_csv("purview.csv", records),
        writer::audit_query("query.json", records),
    ];
    same(&files.each_ref().map(audit_rows), records.len());
}

#[test]
fn directory_audits_are_the_same_in_four_exports() {
    let world = world();
    let (records, time) = (&world.directory, "activityDateTime");
    let files = [
        writer::graph_page("page.json", "auditLogs/directoryAudits", records, time),
        writer::array_newest_first("portal.json", records, time),
        writer::lines("lines.json", records, time),
        writer::azure_monitor("insights.json", &world.tenant, "AuditLogs", records, time),
    ];
    same(&files.each_ref().map(audit_rows), records.len());
}

#[test]
fn sign_ins_are_the_same_in_four_exports_and_the_csv_keeps_what_it_has() {
    let world = world();
    let time = "createdDateTime";
    for (records, category, name) in
        [(&world.interactive, "SignInLogs", "InteractiveSignIns"), (&world.refreshes, "NonInteractiveUserSignInLogs", "NonInteractiveSignIns")]
    {
        let files = [
            writer::graph_page(&format!("{name}-page.json"), "auditLogs/signIns", records, time),
            writer::array_newest_first(&format!("{name}-array.json"), records, time),
            writer::lines(&format!("{name}-lines.json"), records, time),
            writer::azure_monitor(&format!("{name}-PT1H.json"), &world.tenant, category, records, time),
        ];
        same(&files.each_ref().map(|file| sign_in_rows(file, &[])), records.len());
        let csv = portal_csv(&format!("{name}_2026-09-07_2026-09-25.csv"), records);
        same(&[&files[0], &csv].map(|file| sign_in_rows(file, NOT_IN_THE_CSV)), records.len());
    }
}

/// All exports in one folder: the case, and what its copies say differently.
fn together(label: &str, files: &[File]) -> Case {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("same-facts").join(label);
    fs::create_dir_all(&folder).expect("the build's temporary folder can be written");
    for file in files {
        fs::write(folder.join(&file.path), &file.bytes).expect("the build's temporary folder can be written");
    }
    load(inventory::take(&[folder], &Archive::default()).expect("the files were written"), &|_| {})
}

/// `file.csv #record frame.column: value | other`, the first twenty.
fn told(case: &Case) -> Vec<String> {
    let place = |record: &backtrail::provenance::RecordRef| format!("{} #{}", case.path(record.source), record.record);
    let line = |cell: &backtrail::case::Difference| {
        format!("{} and {} {}: {} | {}", place(&cell.kept), place(&cell.other), cell.column, cell.value, cell.other_value)
    };
    case.differences.listed.iter().take(20).map(line).collect()
}

#[test]
fn audit_records_in_six_exports_are_one_log() {
    let world = world();
    let mut capitals = world.audit.clone();
    for record in &mut capitals {
        record["Id"] = record["Id"].as_str().expect("records have ids").to_uppercase().into();
    }
    let files = [
        writer::lines("auditdata.jsonl", &capitals, "CreationTime"),
        writer::array_newest_first("management.json", &world.audit, "CreationTime"),
        writer::search_csv("search.csv", &world.tenant, &world.audit),
        writer::search_json("search.json", &world.audit),
        writer::purview_csv("purview.csv", &world.audit),
        writer::audit_query("query.json", &world.audit),
    ];
    let case = together("one-log", &files);
    let n_records = world.audit.len();
    // Logons stand among the sign-ins.
    assert_eq!(case.frames.audit.iter().len() + case.frames.sign_ins.iter().len(), n_records);
    assert_eq!(case.occurrences.values().map(Vec::len).sum::<usize>(), 5 * n_records, "every other place is remembered");
    assert_eq!(case.differences.n_cells, 0, "{:#?}", told(&case));
    assert_eq!(case.sources.iter().map(|source| source.duplicates).sum::<u64>(), 5 * n_records as u64);
}

#[test]
fn sign_ins_in_five_exports_are_one_log() {
    let (world, time) = (world(), "createdDateTime");
    let records = &world.interactive;
    let files = [
        writer::graph_page("page.json", "auditLogs/signIns", records, time),
        writer::array_newest_first("array.json", records, time),
        writer::lines("lines.json", records, time),
        writer::azure_monitor("PT1H.json", &world.tenant, "SignInLogs", records, time),
        portal_csv("InteractiveSignIns_2026-09-07_2026-09-25.csv", records),
    ];
    let case = together("one-sign-in-log", &files);
    assert_eq!(case.frames.sign_ins.iter().len(), records.len());
    assert_eq!(case.coverage[&Evidence::InteractiveSignIns].records, records.len() as u64);
    assert_eq!(case.occurrences.values().map(Vec::len).sum::<usize>(), 4 * records.len());
    assert_eq!(case.differences.n_cells, 0, "{:#?}", told(&case));
    assert!(case.frames.sign_ins.iter().all(|row| row.latitude().is_some()), "the richest copy stays");
}

/// A copy whose AuditData was cut is lost as a copy, not as a record.
#[test]
fn a_cut_copy_does_not_cost_the_record() {
    let world = world();
    let records = &world.audit[..20];
    let whole = writer::search_csv("whole.csv", &world.tenant, records);
    let text = String::from_utf8(writer::search_csv("cut.csv", &world.tenant, records).bytes).expect("UTF-8");
    let cut: Vec<String> = text
        .lines()
        .map(|line| {
            line.split_once("}\",\"").map_or_else(|| line.to_owned(), |(before, behind)| format!("{}\",\"{behind}", &before[..before.len() - 9]))
        })
        .collect();
    let case = together("cut-copies", &[whole, File::new("cut.csv", cut.join("\r\n"))]);
    assert_eq!(case.frames.audit.iter().len() + case.frames.sign_ins.iter().len(), records.len());
    let counts: Vec<(u64, u64, u64)> = case.sources.iter().map(|source| (source.kept, source.duplicates, source.skipped)).collect();
    assert_eq!(counts, [(0, 0, 20), (20, 0, 0)]);
}

/// A logon is evidence of the audit log also where it has become part of an Entra sign-in.
#[test]
fn logons_of_the_audit_log_count_beside_the_sign_ins_that_they_join() {
    let world = world();
    let logons = |record: &&serde_json::Value| record["RecordType"] == 15;
    let records: Vec<serde_json::Value> = world.audit.iter().filter(logons).cloned().collect();
    let files = [
        writer::graph_page("page.json", "auditLogs/signIns", &world.interactive, "createdDateTime"),
        writer::lines("auditdata.jsonl", &records, "CreationTime"),
        writer::purview_csv("purview.csv", &records),
    ];
    let case = together("logons", &files);
    assert!(records.len() > 5 && case.frames.sign_ins.iter().len() == world.interactive.len(), "every logon has joined");
    assert_eq!(case.coverage[&Evidence::AuditLogons].records, records.len() as u64);
}
