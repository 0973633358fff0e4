//! `timeline.csv`: importable by Timesketch (`message`, `datetime`, `timestamp_desc` are mandatory there), safe to open in a spreadsheet.

use std::io::{self, Write};

use crate::model::Report;

use super::safe::cell;

/// Writes the timeline, one line per event; the first record is cited, `n_records` says how many there are.
pub fn timeline(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record([
        "message",
        "datetime",
        "timestamp_desc",
        "account",
        "actor",
        "phase",
        "finding",
        "source",
        "record",
        "record_id",
        "n_records",
    ])?;
    for event in &report.timeline {
        let first = event.evidence.first();
        let record = first.map(|line| line.record.to_string()).unwrap_or_default();
        let n_records = event.evidence.len().to_string();
        let cells = [
            cell(&event.text),
            cell(&event.at),
            cell(description(&event.phase)),
            cell(&event.account),
            cell(&event.actor),
            cell(&event.phase),
            cell(&event.finding),
            cell(first.map_or("", |line| line.source.as_str())),
            cell(&record),
            cell(first.map_or("", |line| line.id.as_str())),
            cell(&n_records),
        ];
        writer.write_record(cells.iter().map(|cell| cell.as_bytes()))?;
    }
    writer.flush()
}

/// Timesketch's "what kind of time is this".
fn description(phase: &str) -> &'static str {
    match phase {
        "access" => "Sign-in Time",
        "finding" => "First Record Of Finding",
        "response" => "Response Action Time",
        _ => "Event Logged",
    }
}
