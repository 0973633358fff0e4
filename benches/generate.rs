//! Writes synthetic evidence: `cargo bench --bench generate -- --dir DIR --mb 1000 --kind audit-csv` (repeat `--kind`; `--gz` compresses).
//! The same size gives the same bytes on every machine.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of the bench")]

mod evidence;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use flate2::Compression;
use flate2::write::GzEncoder;

use evidence::Kind;

#[derive(Parser)]
struct Arguments {
    /// Folder to write into
    #[arg(long)]
    dir: PathBuf,
    /// Size of each file in megabytes, before compression
    #[arg(long, default_value_t = 100)]
    mb: u64,
    /// What to write
    #[arg(long, required = true, value_parser = kind)]
    kind: Vec<Kind>,
    /// Compress with gzip
    #[arg(long)]
    gz: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn kind(name: &str) -> Result<Kind, String> {
    let names = || Kind::ALL.map(Kind::name).join(", ");
    Kind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| format!("one of {}", names()))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    for kind in &arguments.kind {
        if let Err(error) = write(*kind, &arguments) {
            eprintln!("cannot write {}: {error}", kind.name());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn write(kind: Kind, arguments: &Arguments) -> io::Result<()> {
    fs::create_dir_all(&arguments.dir)?;
    let ending = if arguments.gz { ".gz" } else { "" };
    let path = arguments.dir.join(kind.file_name() + ending);
    let start = Instant::now();
    let n_records = if arguments.gz {
        let mut encoder = GzEncoder::new(create(&path)?, Compression::fast());
        let n_records = evidence::write(kind, &mut encoder, arguments.mb * 1_000_000)?;
        encoder.finish()?.flush()?;
        n_records
    } else {
        evidence::write(kind, &mut create(&path)?, arguments.mb * 1_000_000)?
    };
    println!("{}: {n_records} records, {} bytes, {:.1} s", path.display(), fs::metadata(&path)?.len(), start.elapsed().as_secs_f64());
    Ok(())
}

fn create(path: &Path) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 20, File::create(path)?))
}
