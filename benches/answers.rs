//! The question that `compare.py` puts to every tool, answered by Backtrail's own loading or, with `--naive`, by what one writes first in Rust: the csv
//! crate and `serde_json::Value`. Prints the answer as JSON. `cargo bench --bench answers -- audit FILE`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of the bench")]

mod answer;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

#[derive(Parser)]
struct Arguments {
    /// What the file holds
    #[arg(value_enum)]
    kind: Kind,
    /// Unified audit log (CSV), or sign-ins (any JSON; one per line for --naive)
    file: PathBuf,
    /// csv crate and `serde_json::Value` on one thread, every record by itself
    #[arg(long)]
    naive: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Audit,
    SignIns,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let answered = match (arguments.kind, arguments.naive) {
        (Kind::Audit, false) => answer::loaded::audit(&arguments.file),
        (Kind::SignIns, false) => answer::loaded::sign_ins(&arguments.file),
        (Kind::Audit, true) => answer::naive::audit(&arguments.file),
        (Kind::SignIns, true) => answer::naive::sign_ins(&arguments.file),
    };
    match answered {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", arguments.file.display());
            ExitCode::FAILURE
        }
    }
}
