//! `report.json`, its JSON Schema, `manifest.json` and `rejected.jsonl`: for programs. JSON escapes what it must; nothing is changed.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::{Report, SourceLine, Tool};
use crate::provenance::{SkipReason, Skipped, Source};
use crate::settings::Settings;

/// Writes `report.json`.
pub fn report(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    pretty(report, out)
}

/// The JSON Schema of `report.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}

#[derive(Serialize)]
struct Manifest<'a> {
    schema: &'static str,
    tool: &'a Tool,
    settings: &'a Settings,
    sources: &'a [SourceLine],
}

/// Writes `manifest.json`: every evidence file with size, hash and counts; tool, tables and settings of the run.
pub fn manifest(report: &Report, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    pretty(&Manifest { schema: "backtrail.manifest/1", tool: &report.tool, settings, sources: &report.sources }, out)
}

#[derive(Serialize)]
struct Rejected<'a> {
    source: &'a str,
    record: u64,
    reason: SkipReason,
    detail: &'a str,
    excerpt: &'a str,
}

/// Writes `rejected.jsonl`: every record that could not be used, with its place and the reason.
pub fn rejected(sources: &[Source], skipped: &[Skipped], out: &mut dyn Write) -> io::Result<()> {
    for skip in skipped {
        let source = sources.get(skip.source.0 as usize).map_or("", |source| source.path.as_str());
        let line = Rejected { source, record: skip.record, reason: skip.reason, detail: &skip.detail, excerpt: &skip.excerpt };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}
