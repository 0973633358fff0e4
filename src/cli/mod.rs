//! What the user typed. Nothing is resolved here.

mod analyze;
mod catalogue;
mod inventory;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::enrich::tables::ATTRIBUTIONS;
use crate::time::{self, DateOrder};

pub use analyze::{Outcome, Terminal, run as analyze};
pub use catalogue::{detectors, explain};
pub use inventory::run as inventory;

/// Offline forensic analyzer for Microsoft 365 account compromise. Point it at a folder of exported evidence.
#[derive(Debug, Parser)]
#[command(name = "backtrail", version, long_version = LONG_VERSION.as_str(), propagate_version = false)]
#[command(override_usage = "backtrail [OPTIONS] <EVIDENCE>...\n       backtrail <COMMAND>")]
#[command(
    after_help = "Exit codes: 0 complete; 1 findings at or above --fail-on; 2 could not run; 3 complete, but some evidence was lost.\nThe evidence is only read; no network connection is ever opened."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Version, and the sources of the embedded tables with their licences.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| format!("{}\n\n{ATTRIBUTIONS}", env!("CARGO_PKG_VERSION")));

/// More worker threads than any machine has processors for would only take memory for their stacks.
const MAX_THREADS: i64 = 1024;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Analyze evidence: verdict on the console, report files in the output folder (a bare `backtrail <EVIDENCE>` does the same)
    Analyze(Analyze),
    /// List what is in the evidence: each file's kind, span, hash and damage; what is missing, and the command that exports it
    Inventory(Inventory),
    /// List the detectors
    Detectors,
    /// Explain a detector (by its id), or a finding (by its id, with --report)
    Explain(Explain),
    /// Print every setting with its default as TOML
    Settings,
    /// Print the JSON Schema of report.json
    Schema,
}

/// Arguments of `analyze`.
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
#[derive(Debug, Args)]
pub struct Analyze {
    /// Evidence folders or files
    #[arg(required = true, value_name = "EVIDENCE")]
    pub evidence: Vec<PathBuf>,
    /// Output folder [default: ./backtrail-<case>, numbered if that exists]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Write into an output folder that already holds files
    #[arg(long)]
    pub force: bool,
    /// Settings file (TOML, see `backtrail settings`)
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// When containment was reached (T0), with its zone: 2026-10-07T09:12Z [default: from the responders' notes, else from the logs]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub t0: Option<String>,
    /// When the organisation became aware, for the clocks of notification
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub aware: Option<String>,
    /// MMDB file with address → ASN instead of the embedded table (MaxMind, DB-IP, IPinfo layouts)
    #[arg(long, value_name = "FILE")]
    pub asn_db: Option<PathBuf>,
    /// MMDB file with address → country instead of the embedded table
    #[arg(long, value_name = "FILE")]
    pub geo_db: Option<PathBuf>,
    /// CSV with more network classes (asn,name,category)
    #[arg(long, value_name = "FILE")]
    pub asn_list: Option<PathBuf>,
    /// Keep the rows of large files in this folder, so that the next run on the same evidence need not read them again
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Also write the typed rows of the evidence, frames/*.parquet
    #[arg(long)]
    pub parquet: bool,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MAX_THREADS))]
    pub threads: Option<u16>,
    /// Exit with 1 when an account reaches this status
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<Level>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub color: When,
    /// No progress, no console report; the counts remain
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// All rows of all tables
    #[arg(short, long)]
    pub verbose: bool,
}

/// Arguments of `inventory`.
#[derive(Debug, Args)]
pub struct Inventory {
    /// Evidence folders or files
    #[arg(required = true, value_name = "EVIDENCE")]
    pub evidence: Vec<PathBuf>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
    /// Settings file (TOML, see `backtrail settings`)
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MAX_THREADS))]
    pub threads: Option<u16>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub color: When,
    /// No progress, no list; the counts remain
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// All files, also when there are many
    #[arg(short, long)]
    pub verbose: bool,
}

/// A time that is understood and says its zone: a guessed zone would move containment by hours.
fn moment(text: &str) -> Result<String, String> {
    match time::parse(text, DateOrder::default()) {
        None => Err("not a time; write it as 2026-10-07T09:12:00Z".to_owned()),
        Some(_) if !time::has_zone(text) => Err("the time zone is missing; add Z for UTC, or an offset such as +02:00".to_owned()),
        Some(at) => Ok(at.to_string()),
    }
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Detector id or finding id
    pub id: String,
    /// report.json that holds the finding
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// Output on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for people
    Table,
    /// The same as report.json
    Json,
}

/// Output of `inventory`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    Text,
    /// Schema backtrail.inventory/1
    Json,
}

/// Status of an account, for `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Attempts or worse
    Attempted,
    /// A known password or worse
    PasswordKnown,
    /// Suspected or compromised
    Suspected,
    /// Compromised only
    Compromised,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Reads the arguments; a first argument that is neither a command nor a question to the program begins an analysis: `backtrail DIR` and
/// `backtrail --quiet DIR` mean `backtrail analyze …`.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let known = ["analyze", "inventory", "detectors", "explain", "settings", "schema", "help", "-h", "--help", "-V", "--version"];
    if arguments.get(1).is_some_and(|first| !known.contains(&first.to_string_lossy().as_ref())) {
        arguments.insert(1, "analyze".into());
    }
    Cli::try_parse_from(arguments)
}
