//! Micro-benches with throughput, part by part: reading, JSON, times, addresses, agents, enrichment, detectors, judgement, reports; and whole cases.
//! `cargo bench --bench parts`, or with a part of a name: `cargo bench --bench parts -- detect`.

mod evidence;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use backtrail::case::Case;
use backtrail::detect::Detector;
use backtrail::enrich::tables::Tables;
use backtrail::evidence::container::value::Value;
use backtrail::settings::Settings;
use backtrail::settings::archive::Archive;
use backtrail::time::{self, DateOrder};
use backtrail::{Analysis, Options, assess, case, detect, enrich, inventory, report, timeline};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

use evidence::Kind;

/// Bytes of each generated file: large enough for several blocks, small enough for many samples.
const SIZE: u64 = 16_000_000;
/// Bytes of each file of the case that detectors and reports work on.
const CASE_SIZE: u64 = 12_000_000;

fn main() {
    divan::main();
    // A folder that cannot be removed is the system's to clean.
    let _ = fs::remove_dir_all(folder());
}

/// Where generated files stand while the bench runs.
fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("backtrail-parts-{}", std::process::id()))
}

/// A generated file.
fn file(folder: &Path, kind: Kind, size: u64) -> PathBuf {
    fs::create_dir_all(folder).expect("the temporary folder is writable");
    let path = folder.join(kind.file_name());
    if !path.exists() {
        evidence::write(kind, &mut BufWriter::new(File::create(&path).expect("writable")), size).expect("written");
    }
    path
}

/// The tables in the binary.
static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::embedded().expect("the embedded tables are sound"));

/// A folder with audit log and sign-ins of the same days.
static CASE_FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = folder().join("case");
    for kind in [Kind::AuditCsv, Kind::SignInsNdjson] {
        file(&folder, kind, CASE_SIZE);
    }
    folder
});

fn load_case() -> Case {
    case::load(inventory::take(std::slice::from_ref(&*CASE_FOLDER), &Archive::default()).expect("the files are there"), &|_| ())
}

/// That case, enriched.
static CASE: LazyLock<Case> = LazyLock::new(|| {
    let mut case = load_case();
    enrich::enrich(&mut case, &Settings::default(), &TABLES).expect("own frames");
    case
});

/// That case, analyzed.
static ANALYSIS: LazyLock<Analysis> =
    LazyLock::new(|| backtrail::analyze(std::slice::from_ref(&*CASE_FOLDER), &Options::default(), &|_| ()).expect("the case can be analyzed"));

fn n_records(case: &Case) -> u64 {
    case.sources.iter().map(|source| source.records).sum()
}

/// Walk, hash, recognise.
#[divan::bench(sample_count = 10)]
fn inventory_audit_log(bencher: Bencher<'_, '_>) {
    let path = file(&folder(), Kind::AuditCsv, SIZE);
    let n_bytes = fs::metadata(&path).expect("the file is there").len();
    bencher.counter(BytesCount::new(n_bytes)).bench_local(|| black_box(inventory::take(std::slice::from_ref(&path), &Archive::default())));
}

/// Inventory, and everything up to frames without duplicates in order of time.
#[divan::bench(args = Kind::ALL.map(Kind::name), sample_count = 10)]
fn load(bencher: Bencher<'_, '_>, name: &str) {
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name).expect("a kind's own name");
    let path = file(&folder(), kind, SIZE);
    let read = || case::load(inventory::take(std::slice::from_ref(&path), &Archive::default()).expect("the file is there"), &|_| ());
    let n_records = n_records(&read());
    let n_bytes = fs::metadata(&path).expect("the file is there").len();
    bencher.counter(BytesCount::new(n_bytes)).counter(ItemsCount::new(n_records)).bench_local(|| black_box(read()));
}

/// Records as shapes see them: in one pass, as JSON inside a cell is opened, and by the reference reader that decides what is JSON.
fn json(bencher: Bencher<'_, '_>, name: &str, read: fn(&str)) {
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name).expect("a kind's own name");
    let mut text = Vec::new();
    evidence::write(kind, &mut text, 1_000_000).expect("memory takes it");
    let text = String::from_utf8(text).expect("generated as text");
    bencher.counter(BytesCount::new(text.len())).counter(ItemsCount::new(text.lines().count())).bench_local(|| text.lines().for_each(read));
}

#[divan::bench(args = [Kind::AuditJsonl.name(), Kind::SignInsNdjson.name()])]
fn json_in_one_pass(bencher: Bencher<'_, '_>, name: &str) {
    json(bencher, name, |line| {
        let cell = Value::Text(line.into());
        black_box(cell.nested().expect("generated as JSON"));
    });
}

#[divan::bench(args = [Kind::AuditJsonl.name(), Kind::SignInsNdjson.name()])]
fn json_by_reference(bencher: Bencher<'_, '_>, name: &str) {
    json(bencher, name, |line| {
        black_box(serde_json::from_str::<Value<'_>>(line).expect("generated as JSON"));
    });
}

#[divan::bench(args = ["2026-03-02T09:30:00", "2026-03-02T09:30:00.1234567Z", "3/2/2026 9:30:00 AM", "/Date(1772443800000)/", "1772443800"])]
fn parse_time(text: &str) -> Option<time::Time> {
    time::parse(black_box(text), DateOrder::MonthFirst)
}

/// Addresses all over both tables.
#[divan::bench]
fn look_up_address(bencher: Bencher<'_, '_>) {
    let addresses: Vec<std::net::IpAddr> = (0..10_000_u32).map(|number| std::net::Ipv4Addr::from(number.wrapping_mul(0x9E37_79B9)).into()).collect();
    bencher.counter(ItemsCount::new(addresses.len())).bench_local(|| {
        for address in &addresses {
            black_box(TABLES.look_up(*address));
        }
    });
}

#[divan::bench(args = ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36 Edg/133.0.0.0", "python-requests/2.32.3"])]
fn agent_family(agent: &str) -> &'static str {
    enrich::agent::family(black_box(agent))
}

#[divan::bench(sample_count = 10)]
fn enrich_case(bencher: Bencher<'_, '_>) {
    let settings = Settings::default();
    let bencher = bencher.counter(ItemsCount::new(n_records(&CASE)));
    bencher.with_inputs(load_case).bench_local_refs(|case| enrich::enrich(case, &settings, &TABLES).expect("own frames"));
}

/// Each detector by itself; records are those of the case, not those that the detector looks at.
#[divan::bench(args = detect::detectors().map(|detector| detector.id), sample_count = 5)]
fn detector(bencher: Bencher<'_, '_>, id: &str) {
    let detector: &Detector = detect::detectors().find(|detector| detector.id == id).expect("its own id");
    let settings = Settings::default();
    bencher.counter(ItemsCount::new(n_records(&CASE))).bench_local(|| black_box((detector.detect)(&CASE, &settings)));
}

#[divan::bench(sample_count = 5)]
fn detect_all(bencher: Bencher<'_, '_>) {
    let settings = Settings::default();
    bencher.counter(ItemsCount::new(n_records(&CASE))).bench_local(|| black_box(detect::run(&CASE, &settings)));
}

#[divan::bench(sample_count = 5)]
fn assess_case(bencher: Bencher<'_, '_>) {
    let settings = Settings::default();
    let detection = detect::run(&CASE, &settings);
    bencher.counter(ItemsCount::new(n_records(&CASE))).bench_local(|| black_box(assess::assess(&CASE, &detection, &settings)));
}

#[divan::bench(sample_count = 5)]
fn timeline_of_case(bencher: Bencher<'_, '_>) {
    let settings = Settings::default();
    let judgement = assess::assess(&CASE, &detect::run(&CASE, &settings), &settings);
    bencher.counter(ItemsCount::new(n_records(&CASE))).bench_local(|| black_box(timeline::build(&CASE, &judgement)));
}

/// A writer of one file of the report.
type Writer = fn(&backtrail::model::Report, &mut dyn io::Write) -> io::Result<()>;

#[divan::bench(args = ["report.json", "report.html", "timeline.csv"], sample_count = 10)]
fn write_report(bencher: Bencher<'_, '_>, name: &str) {
    let write: Writer = match name {
        "report.json" => report::json::report,
        "report.html" => report::html::report,
        _ => report::csv::timeline,
    };
    let mut written = Vec::new();
    write(&ANALYSIS.report, &mut written).expect("memory takes it");
    bencher.counter(BytesCount::new(written.len())).bench_local(|| write(&ANALYSIS.report, &mut io::sink()));
}

#[divan::bench(args = ["aitm", "benign", "password-spray"], sample_count = 10)]
fn whole_case(bencher: Bencher<'_, '_>, name: &str) {
    let evidence: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(name).join("evidence");
    let run = || backtrail::analyze(std::slice::from_ref(&evidence), &Options::default(), &|_| ()).expect("the case can be analyzed");
    let sources = run().report.sources;
    let bytes = BytesCount::new(sources.iter().map(|source| source.size).sum::<u64>());
    let records = ItemsCount::new(sources.iter().map(|source| source.records).sum::<u64>());
    bencher.counter(bytes).counter(records).bench_local(|| black_box(run()));
}
