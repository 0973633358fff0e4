//! Parse arguments, call the library, print, choose the exit code: the only file that prints.

use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use backtrail::Progress;
use backtrail::cli::{self, Cli, Command, Terminal};
use sha2::{Digest, Sha256};

fn main() -> ExitCode {
    // A defect in one detector or one shape costs that part only and is named in the report; the console gets one line, never a stack trace.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        // Nobody may be listening.
        let _ = writeln!(std::io::stderr(), "backtrail: internal error{place}; the report says what was not examined");
    }));
    match cli::parse(std::env::args_os()) {
        Ok(arguments) => run(&arguments),
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // Broken pipes while printing help are not worth an error.
            let _ = error.print();
            ExitCode::from(code)
        }
    }
}

fn run(arguments: &Cli) -> ExitCode {
    let result = match &arguments.command {
        Command::Analyze(analyze) => {
            let show = !analyze.quiet;
            let progress = ProgressLine::new(show);
            let result = cli::analyze(analyze, terminal(), &program, &|step| progress.show(step));
            progress.clear();
            if show && let Some(peak) = peak_memory() {
                let _ = writeln!(std::io::stderr(), "peak memory {} MB", peak >> 10);
            }
            result.map(|outcome| (outcome.stdout, outcome.code))
        }
        Command::Inventory(inventory) => {
            let progress = ProgressLine::new(!inventory.quiet);
            let result = cli::inventory(inventory, terminal(), &|step| progress.show(step));
            progress.clear();
            result.map(|outcome| (outcome.stdout, outcome.code))
        }
        Command::Detectors => Ok((cli::detectors(), 0)),
        Command::Explain(explain) => cli::explain(&explain.id, explain.report.as_deref()).map(|text| (text, 0)),
        Command::Settings => {
            toml::to_string_pretty(&backtrail::settings::Settings::default()).map(|text| (text, 0)).map_err(|error| error.to_string())
        }
        Command::Schema => {
            serde_json::to_string_pretty(&backtrail::report::json::schema()).map(|text| (text + "\n", 0)).map_err(|error| error.to_string())
        }
    };
    match result {
        Ok((text, code)) => {
            let mut out = std::io::stdout();
            match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
                // A reader that closed the pipe (`| head`) has all it wanted.
                Err(error) if error.kind() != ErrorKind::BrokenPipe => fail(&format!("cannot write to standard output: {error}")),
                Ok(()) | Err(_) => ExitCode::from(code),
            }
        }
        Err(message) => fail(&message),
    }
}

/// Says why nothing came of it; where nobody listens, the exit code remains.
fn fail(message: &str) -> ExitCode {
    let lines: Vec<_> = message.lines().map(backtrail::report::safe::terminal).collect();
    let _ = writeln!(std::io::stderr(), "backtrail: {}", lines.join("\n"));
    ExitCode::from(2)
}

/// This program and no other: its version and the hash of its file, so that a cache of one build is never read by the next.
fn program() -> String {
    let hash = std::env::current_exe().and_then(std::fs::read).map(|bytes| backtrail::provenance::hex(&Sha256::digest(bytes)));
    format!("{} {}", env!("CARGO_PKG_VERSION"), hash.unwrap_or_default())
}

/// The most memory that this process has had, in KiB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse().ok()
}

fn terminal() -> Terminal {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let locale =
        [variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG")].into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_lowercase();
    let is_terminal = std::io::stdout().is_terminal();
    Terminal {
        is_terminal,
        no_color: !variable("NO_COLOR").is_empty() || is_dumb(),
        unicode: locale.contains("utf"),
        width: variable("COLUMNS").parse().ok().or_else(|| if is_terminal { comfy_table::Table::new().width() } else { None }),
    }
}

/// The terminal knows no escape sequences.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|kind| kind == "dumb")
}

/// One line on standard error that is rewritten in place on a terminal; every ten seconds a line of its own elsewhere.
struct ProgressLine {
    show: bool,
    in_place: bool,
    last: Mutex<Option<Instant>>,
}

impl ProgressLine {
    fn new(show: bool) -> Self {
        Self { show, in_place: std::io::stderr().is_terminal() && !is_dumb(), last: Mutex::new(None) }
    }

    fn show(&self, step: Progress) {
        let Ok(mut last) = self.last.lock() else { return };
        let pause = if self.in_place { Duration::from_millis(200) } else { Duration::from_secs(10) };
        let start = *last.get_or_insert_with(Instant::now);
        if !self.show || start.elapsed() < pause {
            return;
        }
        *last = Some(Instant::now());
        let line = format!("read {} of {} MB, {} of {} files", step.n_bytes >> 20, step.n_bytes_total >> 20, step.n_files, step.n_files_total);
        let (begin, end) = if self.in_place { ("\r\u{1b}[2K", "") } else { ("", "\n") };
        let _ = write!(std::io::stderr(), "{begin}{line}{end}");
    }

    fn clear(&self) {
        if self.show && self.in_place {
            let _ = write!(std::io::stderr(), "\r\u{1b}[2K");
        }
    }
}
