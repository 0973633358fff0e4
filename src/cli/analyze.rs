//! `analyze`: evidence → report files and a console report.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::case::Cache;
use crate::frame::parquet;
use crate::model::{Report, Status};
use crate::provenance::SkipReason;
use crate::report::safe::terminal as terminal_text;
use crate::report::{console, csv, html, json};
use crate::settings::Settings;
use crate::{Analysis, Options, Progress};

use super::{Analyze, Format, Level, When};

/// The files that a run writes.
const FILES: [&str; 5] = ["report.json", "report.html", "timeline.csv", "manifest.json", "rejected.jsonl"];

/// What the terminal can do; found out by `main`.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Standard output is a terminal.
    pub is_terminal: bool,
    /// `NO_COLOR` is set or the terminal is dumb.
    pub no_color: bool,
    /// The locale speaks UTF-8.
    pub unicode: bool,
    /// Columns, when known.
    pub width: Option<u16>,
}

/// What `main` has to print and how to exit.
#[derive(Debug)]
pub struct Outcome {
    /// For standard output.
    pub stdout: String,
    /// Exit code.
    pub code: u8,
}

/// Runs the command. `Err` is a message for people; the run could not be done.
///
/// `program` tells this program from others, for the cache.
pub fn run(arguments: &Analyze, terminal: Terminal, program: &dyn Fn() -> String, progress: &(dyn Fn(Progress) + Sync)) -> Result<Outcome, String> {
    let mut settings = read_settings(arguments.settings.as_deref())?;
    if let Some(t0) = &arguments.t0 {
        settings.assess.t0.clone_from(t0);
    }
    if let Some(aware) = &arguments.aware {
        settings.assess.aware.clone_from(aware);
    }
    let folder = output_folder(arguments)?;
    let options = Options {
        settings: settings.clone(),
        asn_db: arguments.asn_db.clone(),
        geo_db: arguments.geo_db.clone(),
        asn_list: arguments.asn_list.clone(),
        cache: match &arguments.cache {
            Some(folder) => Some(Cache::new(outside(folder, &arguments.evidence)?, program())),
            None => None,
        },
    };
    let analysis = in_pool(arguments.threads, || crate::analyze(&arguments.evidence, &options, progress))?.map_err(|error| error.to_string())?;
    write_files(&analysis, &settings, &folder).map_err(|error| format!("cannot write to {}: {error}", folder.display()))?;
    if arguments.parquet {
        write_frames(&analysis, &folder.join("frames")).map_err(|error| format!("cannot write to {}: {error}", folder.display()))?;
    }
    let report = &analysis.report;
    let stdout = match arguments.format {
        Format::Json => {
            let mut bytes = Vec::new();
            json::report(report, &mut bytes).map_err(|error| error.to_string())?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Format::Table => {
            let width = terminal.width.unwrap_or(100).max(40);
            let style = console::Style { width, color: is_colored(arguments.color, terminal), unicode: terminal.unicode, verbose: arguments.verbose };
            let body = if arguments.quiet { String::new() } else { console::render(report, style) + "\n" };
            format!("{body}Report: {}\n{}\n", terminal_text(&folder.join("report.html").display().to_string()), console::counts(report))
        }
    };
    Ok(Outcome { stdout, code: exit_code(&analysis, arguments.fail_on) })
}

/// The settings of a file, or the defaults.
pub(super) fn read_settings(path: Option<&Path>) -> Result<Settings, String> {
    let Some(path) = path else { return Ok(Settings::default()) };
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read settings {}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("settings {}: {error}", path.display()))
}

/// Colours are wanted and shown.
pub(super) fn is_colored(when: When, terminal: Terminal) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => terminal.is_terminal && !terminal.no_color,
    }
}

/// Runs on worker threads of our own. Loading and detection nest parallel loops, and a waiting worker takes up other work on its own stack: 16 MiB hold that.
pub(super) fn in_pool<T: Send>(threads: Option<u16>, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.map_or(0, usize::from)).stack_size(16 << 20).build();
    Ok(pool.map_err(|error| error.to_string())?.install(work))
}

/// The folder to write to: fresh unless `--force`, and never inside the evidence.
fn output_folder(arguments: &Analyze) -> Result<PathBuf, String> {
    let folder = if let Some(folder) = &arguments.output {
        let used = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
        if folder.is_file() || used && !arguments.force {
            return Err(format!("output folder {} is not empty; choose another or add --force", folder.display()));
        }
        folder.clone()
    } else {
        let base = PathBuf::from(format!("backtrail-{}", case_name(arguments.evidence.first().map_or(Path::new("case"), PathBuf::as_path))));
        let numbered = (2..).map(|n| PathBuf::from(format!("{}-{n}", base.display())));
        std::iter::once(base.clone()).chain(numbered).find(|path| !path.exists()).unwrap_or(base)
    };
    outside(&folder, &arguments.evidence)
}

/// The folder, unless something written to it would be written to the evidence.
fn outside(folder: &Path, evidence: &[PathBuf]) -> Result<PathBuf, String> {
    let resolved = resolve(folder);
    for evidence in evidence {
        let own = resolve(evidence);
        let is_output = FILES.iter().any(|name| resolved.join(name) == own);
        if is_output || evidence.is_dir() && resolved.starts_with(own) {
            return Err(format!("folder {} lies inside the evidence; evidence is never written to, choose another", folder.display()));
        }
    }
    Ok(folder.to_owned())
}

/// Absolute form of a path whose last parts may not exist yet.
fn resolve(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut rest = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        if let Ok(canonical) = existing.canonicalize() {
            return rest.iter().rev().fold(canonical, |path, part: &std::ffi::OsString| path.join(part));
        }
        let (Some(parent), Some(name)) = (existing.parent(), existing.file_name()) else { return absolute.clone() };
        rest.push(name.to_owned());
        existing = parent;
    }
}

/// Name of a case: the folder's name, or its parent's when the folder is just called `evidence`.
fn case_name(path: &Path) -> String {
    let path = resolve(path);
    let name = |path: &Path| path.file_stem().map(|name| name.to_string_lossy().into_owned());
    let own = name(&path).unwrap_or_else(|| "case".to_owned());
    let chosen = if own.eq_ignore_ascii_case("evidence") { path.parent().and_then(name).unwrap_or(own) } else { own };
    chosen.chars().map(|character| if character.is_alphanumeric() || matches!(character, '.' | '_' | '-') { character } else { '-' }).collect()
}

/// Writes the content of one file.
type Fill<'a> = dyn Fn(&mut dyn Write) -> io::Result<()> + 'a;

fn write_files(analysis: &Analysis, settings: &Settings, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let report = &analysis.report;
    let fills: [&Fill<'_>; FILES.len()] = [
        &|out| json::report(report, out),
        &|out| html::report(report, out),
        &|out| csv::timeline(report, out),
        &|out| json::manifest(report, settings, out),
        &|out| json::rejected(&analysis.case.sources, &analysis.case.skipped, out),
    ];
    FILES.iter().zip(fills).try_for_each(|(name, fill)| replace(&folder.join(name), fill))
}

/// Writes the frames that have rows.
fn write_frames(analysis: &Analysis, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, frame) in analysis.case.frames.each().into_iter().filter(|(_, frame)| frame.height() > 0) {
        replace(&folder.join(name).with_extension("parquet"), &|out| {
            let mut bytes = Vec::new();
            parquet::write(frame, &mut bytes).map_err(io::Error::other)?;
            out.write_all(&bytes)
        })?;
    }
    Ok(())
}

/// Writes a file beside its place and moves it there: a link of that name, which may lead into the evidence, is replaced and not written through, and a
/// disk that is full leaves no half report.
fn replace(path: &Path, fill: &Fill<'_>) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    // What an interrupted run left, or a link: never written through.
    let _ = fs::remove_file(&partial);
    let fresh = File::create_new(&partial)?;
    let written = (|| {
        let mut out = BufWriter::new(fresh);
        fill(&mut out)?;
        out.flush()?;
        drop(out);
        fs::rename(&partial, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written
}

fn exit_code(analysis: &Analysis, fail_on: Option<Level>) -> u8 {
    let report: &Report = &analysis.report;
    let reached = fail_on.is_some_and(|level| {
        let wanted = match level {
            Level::Attempted => Status::Attempted,
            Level::PasswordKnown => Status::PasswordKnown,
            Level::Suspected => Status::Suspected,
            Level::Compromised => Status::Compromised,
        };
        report.incident.status >= wanted
    });
    // A repeated header or an empty role is skipped, but nothing is lost with it.
    let lost =
        analysis.case.skipped.iter().any(|skip| skip.reason != SkipReason::NotEvidence) || report.detectors.iter().any(|run| run.outcome == "failed");
    match (reached, lost) {
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 0,
    }
}
