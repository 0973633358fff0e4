//! What may not change the facts: encoding, delimiter, quotes, line breaks, the wrapping of JSON, the spelling of dates, the collector's output style,
//! and the end of a file that was cut off. Tried on the whole exports of every shape of the registry.

mod cut;
mod exporters;
mod json;
mod tables;

use std::path::Path;

use backtrail::case::Case;

use crate::claims::{Fixture, fixtures, loaded};
use crate::robustness::facts;

/// Dated lines: neither JSON nor a table, so that delimiters mean nothing and a line without a time goes on the line before.
fn is_lines(fixture: &Fixture) -> bool {
    ["communication_log", "containment_note", "collector_log"].contains(&fixture.shape)
        && Path::new(&fixture.name).extension() != Some("csv".as_ref())
}

/// Whole exports of every shape, but for the few that are kept in another encoding than UTF-8.
fn exports() -> Vec<Fixture> {
    let is_whole = |fixture: &Fixture| !fixture.name.starts_with("damaged") && !fixture.name.starts_with("empty");
    fixtures(&[""]).into_iter().filter(|fixture| is_whole(fixture) && !fixture.bytes.contains(&0)).collect()
}

/// The text of an export without its mark.
fn text(fixture: &Fixture) -> String {
    String::from_utf8(fixture.bytes.clone()).expect("fixtures are UTF-8").trim_start_matches('\u{feff}').to_owned()
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// What a case says: the rows, the shapes, and each loss.
fn said(case: &Case) -> String {
    let shapes: Vec<String> = case.sources.iter().map(|source| source.shapes.join("+")).collect();
    let losses: Vec<String> = case.skipped.iter().map(|skipped| format!("{} {:?} {}", skipped.record, skipped.reason, skipped.detail)).collect();
    format!("{shapes:?}\n{}\n{}", losses.join("\n"), facts(case))
}

/// Every variant of the export must say what the export says.
fn same(fixture: &Fixture, plain: &[u8], variants: &[(String, Vec<u8>)]) {
    let label = format!("same-{}-{}", fixture.shape, fixture.name);
    let expected = said(&loaded(&label, &fixture.name, plain));
    for (way, bytes) in variants {
        let found = said(&loaded(&label, &fixture.name, bytes));
        assert!(found == expected, "{}/{} {way}:\n{}", fixture.shape, fixture.name, difference(&expected, &found));
    }
}

/// The first lines that differ.
fn difference(expected: &str, found: &str) -> String {
    let n_lines = expected.lines().count().max(found.lines().count());
    let pairs = (0..n_lines).map(|line| (expected.lines().nth(line).unwrap_or("-"), found.lines().nth(line).unwrap_or("-")));
    pairs.filter(|(one, other)| one != other).take(2).map(|(one, other)| format!("plain   {one}\nvariant {other}\n")).collect::<Vec<_>>().concat()
}

/// The text in every encoding that can hold it.
fn encoded(text: &str) -> Vec<(String, Vec<u8>)> {
    let marked = format!("\u{feff}{text}");
    let mut variants = vec![
        ("utf-8 with a mark".to_owned(), marked.clone().into_bytes()),
        ("utf-16le".to_owned(), marked.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("utf-16be".to_owned(), marked.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("utf-16le without a mark".to_owned(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("utf-16be without a mark".to_owned(), text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ];
    // Latin letters stand at their own number in Windows-1252, except for what Windows put between 80 and 9F.
    let latin = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok().filter(|byte| !(0x80..0xa0).contains(byte)));
    if let Some(latin) = latin.collect::<Option<Vec<u8>>>().filter(|bytes| !bytes.is_ascii()) {
        variants.push(("windows-1252".to_owned(), latin));
    }
    variants
}

#[test]
fn encodings_do_not_change_the_facts() {
    for fixture in exports() {
        let text = text(&fixture);
        same(&fixture, text.as_bytes(), &encoded(&text));
    }
}
