//! Tables: delimiters, quotes, line breaks, and dates written with the day or the month first.

use chrono::{DateTime, NaiveDateTime};

use super::{Fixture, exports, is_json, is_lines, same, text};

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("fixtures are sound tables").iter().map(str::to_owned).collect()).collect()
}

fn written(rows: &[Vec<String>], writer: &mut csv::WriterBuilder) -> Vec<u8> {
    let mut writer = writer.flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("memory takes it");
    }
    writer.into_inner().expect("memory takes it")
}

fn tables() -> Vec<(Fixture, Vec<Vec<String>>)> {
    let tables = exports()
        .into_iter()
        .filter(|fixture| !is_lines(fixture))
        .map(|fixture| (text(&fixture), fixture))
        .filter(|(text, _)| !is_json(text) && !text.starts_with('#'));
    tables.map(|(text, fixture)| (fixture, rows(&text))).collect()
}

#[test]
fn delimiters_quotes_and_line_breaks_do_not_change_the_facts() {
    for (fixture, rows) in tables() {
        let mut variants = Vec::new();
        for (name, delimiter) in [("comma", b','), ("semicolon", b';'), ("tab", b'\t')] {
            for quotes in [csv::QuoteStyle::Necessary, csv::QuoteStyle::Always] {
                for end in [csv::Terminator::CRLF, csv::Terminator::Any(b'\n')] {
                    let mut writer = csv::WriterBuilder::new();
                    let bytes = written(&rows, writer.delimiter(delimiter).quote_style(quotes).terminator(end));
                    variants.push((format!("{name} {quotes:?} {end:?}"), bytes));
                }
            }
        }
        let typed = [b"#TYPE Selected.System.Management.Automation.PSCustomObject\r\n".to_vec(), fixture.bytes.clone()].concat();
        variants.push(("#TYPE line".to_owned(), typed));
        same(&fixture, &fixture.bytes, &variants);
    }
}

/// Shapes whose rows keep the record as it is written.
const BODIES: &[&str] = &["exchange_connectors", "exchange_transport_rules", "mes_conditional_access"];

/// A cell that is a time of whole seconds in one of the spellings of the fixtures.
fn time(cell: &str) -> Option<NaiveDateTime> {
    let cell = cell.trim();
    let whole = |time: NaiveDateTime| (time.and_utc().timestamp_subsec_nanos() == 0).then_some(time);
    if let Ok(time) = DateTime::parse_from_rfc3339(cell) {
        return whole(time.naive_utc());
    }
    let spellings = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y, %I:%M:%S%.3f %p"];
    spellings.iter().find_map(|spelling| NaiveDateTime::parse_from_str(cell, spelling).ok()).and_then(whole)
}

#[test]
fn dates_with_the_day_or_the_month_first_are_the_same_dates() {
    let mut n_changed = 0;
    for (fixture, rows) in tables() {
        let times: Vec<NaiveDateTime> = rows.iter().flatten().filter_map(|cell| time(cell)).collect();
        // One day above the twelfth tells the order of a whole file.
        let is_told = times.iter().any(|time| time.format("%d").to_string().as_str() > "12");
        if !is_told || BODIES.contains(&fixture.shape) {
            continue;
        }
        let spelled = |spelling: &str| {
            let rows: Vec<Vec<String>> = rows
                .iter()
                .map(|row| row.iter().map(|cell| time(cell).map_or_else(|| cell.clone(), |time| time.format(spelling).to_string())).collect())
                .collect();
            written(&rows, csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always))
        };
        let spellings =
            ["%-d/%-m/%Y %-H:%M:%S", "%d/%m/%Y %H:%M:%S", "%-m/%-d/%Y %-I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S"];
        let variants: Vec<(String, Vec<u8>)> = spellings.map(|spelling| (spelling.to_owned(), spelled(spelling))).into();
        same(&fixture, &spelled("%Y-%m-%dT%H:%M:%SZ"), &variants);
        n_changed += 1;
    }
    assert!(n_changed > 10, "only {n_changed} tables hold dates");
}
