//! How fast evidence becomes a case, and how much memory that takes: writes evidence of each kind with a fixed seed into a temporary folder, loads it,
//! and prints MB/s, records/s and peak memory. `cargo bench --bench load -- 1000` makes files of 1,000 MB each.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench tells its figures on the console")]

mod evidence;

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Instant;

use backtrail::settings::archive::Archive;
use backtrail::{case, inventory};

use evidence::Kind;

/// Megabytes of each file when no size is given.
const DEFAULT_MB: u64 = 256;

fn main() {
    // `cargo bench` adds `--bench`; the size is the first number.
    let size = std::env::args().skip(1).find_map(|argument| argument.parse::<u64>().ok()).unwrap_or(DEFAULT_MB) * 1_000_000;
    let folder = std::env::temp_dir().join(format!("backtrail-bench-{}", std::process::id()));
    if let Err(error) = run(&folder, size) {
        eprintln!("bench failed: {error}");
    }
    // A folder that cannot be removed is the system's to clean.
    let _ = fs::remove_dir_all(&folder);
}

fn run(folder: &Path, size: u64) -> Result<(), Box<dyn std::error::Error>> {
    fs::create_dir_all(folder)?;
    println!("{:<28} {:>9} {:>10} {:>9} {:>9} {:>12} {:>10} {:>9}", "file", "MB", "records", "hash s", "load s", "records/s", "MB/s", "peak MB");
    for kind in Kind::ALL {
        let path = folder.join(kind.file_name());
        evidence::write(kind, &mut BufWriter::new(File::create(&path)?), size)?;
        measure(kind, &path)?;
        fs::remove_file(&path)?;
    }
    Ok(())
}

fn measure(kind: Kind, path: &PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    let n_bytes = fs::metadata(path)?.len();
    reset_peak();
    let start = Instant::now();
    let inventory = inventory::take(std::slice::from_ref(path), &Archive::default())?;
    let hashed = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let case = case::load(inventory, &|_| ());
    let loaded = start.elapsed().as_secs_f64();
    let peak = peak_megabytes().map_or_else(|| "?".to_owned(), |peak| format!("{peak:.0}"));
    let n_records: u64 = case.sources.iter().map(|source| source.records).sum();
    let n_kept: u64 = case.sources.iter().map(|source| source.kept).sum();
    if n_kept != n_records {
        return Err(format!("{}: only {n_kept} of {n_records} records were kept", kind.name()).into());
    }
    let megabytes = n_bytes as f64 / 1e6;
    println!(
        "{:<28} {megabytes:>9.0} {n_records:>10} {hashed:>9.2} {loaded:>9.2} {:>12.0} {:>10.0} {peak:>9}",
        kind.name(),
        n_records as f64 / loaded,
        megabytes / loaded
    );
    Ok(())
}

/// Largest resident memory since the last reset, in MB; only Linux tells.
fn peak_megabytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<f64>().ok().map(|kibibytes| kibibytes * 1.024 / 1_000.0)
}

fn reset_peak() {
    // Elsewhere than on Linux the peak is that of the whole run.
    let _ = fs::write("/proc/self/clear_refs", "5");
}
