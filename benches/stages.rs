//! Where the time of a whole analysis goes: each stage, and each detector by itself. `cargo bench --bench stages -- FOLDER`, or `-- 100` for a
//! generated case of 100 MB audit log and 100 MB sign-ins.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench tells its figures on the console")]

mod evidence;

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use backtrail::enrich::tables::Tables;
use backtrail::settings::Settings;
use backtrail::settings::archive::Archive;
use backtrail::{Options, assess, case, detect, enrich, inventory, report, timeline};

use evidence::Kind;

type Failure = Box<dyn std::error::Error>;

/// Megabytes of each file when nothing is given.
const DEFAULT_MB: u64 = 50;

fn main() -> ExitCode {
    // `cargo bench` adds `--bench`.
    let given = std::env::args().skip(1).find(|argument| argument != "--bench");
    let size = given.as_deref().map_or(Some(DEFAULT_MB), |given| given.parse().ok());
    let done = match (size, given) {
        (Some(mb), _) => {
            let folder = std::env::temp_dir().join(format!("backtrail-stages-{}", std::process::id()));
            let done = generate(&folder, mb * 1_000_000).map_err(Failure::from).and_then(|()| run(&folder));
            // A folder that cannot be removed is the system's to clean.
            let _ = fs::remove_dir_all(&folder);
            done
        }
        (None, folder) => run(&PathBuf::from(folder.unwrap_or_default())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn generate(folder: &Path, size: u64) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for kind in [Kind::AuditCsv, Kind::SignInsNdjson] {
        evidence::write(kind, &mut BufWriter::new(File::create(folder.join(kind.file_name()))?), size)?;
    }
    Ok(())
}

fn run(folder: &Path) -> Result<(), Failure> {
    let settings = Settings::default();
    let tables = timed("tables", || Tables::with_user_files(None, None))?;
    let inventory = timed("inventory", || inventory::take(&[folder.to_owned()], &Archive::default()))?;
    let mut case = timed("load", || case::load(inventory, &|_| ()));
    timed("enrich", || enrich::enrich(&mut case, &settings, &tables))?;
    // One after another, so that each has the machine to itself; the analysis runs them side by side.
    let mut alone: Vec<(f64, &str, usize)> = Vec::new();
    for detector in detect::detectors().filter(|detector| detector.needs.iter().any(|evidence| case.has(*evidence))) {
        let start = Instant::now();
        let n_findings = (detector.detect)(&case, &settings).len();
        alone.push((start.elapsed().as_secs_f64(), detector.id, n_findings));
    }
    let detection = timed("detect", || detect::run(&case, &settings));
    let judgement = timed("assess", || assess::assess(&case, &detection, &settings));
    timed("timeline", || timeline::build(&case, &judgement));
    drop((case, detection, judgement));
    let analysis = timed("all of it", || backtrail::analyze(&[folder.to_owned()], &Options::default(), &|_| ()))?;
    timed("report.json", || report::json::report(&analysis.report, &mut io::sink()))?;
    timed("report.html", || report::html::report(&analysis.report, &mut io::sink()))?;
    timed("timeline.csv", || report::csv::timeline(&analysis.report, &mut io::sink()))?;
    println!("\ndetectors alone, slowest first");
    alone.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (seconds, id, n_findings) in alone {
        println!("{id:<32} {seconds:>9.3} s {n_findings:>7} findings");
    }
    Ok(())
}

fn timed<T>(stage: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("{stage:<32} {:>9.3} s", start.elapsed().as_secs_f64());
    result
}
