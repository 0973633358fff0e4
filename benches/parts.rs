//! Micro-benches with throughput: loading audit log and sign-ins, and one whole case from evidence to report. `cargo bench --bench parts`.

mod generate;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use backtrail::{Options, case, inventory};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

use generate::{Random, write_audit, write_sign_ins};

/// Bytes of each generated file: large enough for several blocks, small enough for many samples.
const SIZE: u64 = 16_000_000;

fn main() {
    divan::main();
}

fn load(bencher: Bencher<'_, '_>, name: &str, write: impl Fn(&mut Random, &mut BufWriter<File>, u64) -> std::io::Result<()>) {
    let folder = std::env::temp_dir().join(format!("backtrail-parts-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("the temporary folder is writable");
    let path = folder.join(name);
    write(&mut Random(0x5EED), &mut BufWriter::new(File::create(&path).expect("writable")), SIZE).expect("written");
    let read = || case::load(inventory::take(std::slice::from_ref(&path)).expect("the file is there"), &|_| ());
    let n_records: u64 = read().sources.iter().map(|source| source.records).sum();
    let n_bytes = fs::metadata(&path).expect("the file is there").len();
    bencher.counter(BytesCount::new(n_bytes)).counter(ItemsCount::new(n_records)).bench_local(|| black_box(read()));
    // A folder that cannot be removed is the system's to clean.
    let _ = fs::remove_dir_all(&folder);
}

#[divan::bench(sample_count = 10)]
fn load_audit_log_csv(bencher: Bencher<'_, '_>) {
    load(bencher, "audit.csv", write_audit);
}

#[divan::bench(sample_count = 10)]
fn load_sign_ins_ndjson(bencher: Bencher<'_, '_>) {
    load(bencher, "sign-ins.jsonl", write_sign_ins);
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
