//! The splitter against the `csv` crate on good text, and alone on damaged text.

use proptest::prelude::*;

use super::*;
use crate::evidence::container::encoding::Encoding;
use crate::evidence::container::json::record::Arena;
use crate::evidence::container::value::Text as Content;
use crate::evidence::container::{Batches, Container, Pool, Text};

/// The head's names, and all rows as (cells, state).
fn split(text: &str, delimiter: u8, block: usize) -> (Vec<String>, Vec<(Vec<String>, State)>) {
    let container = Container::Csv { delimiter };
    let (mut names, mut rows) = (Vec::new(), Vec::new());
    for batch in Batches::new(text.as_bytes(), Text { encoding: Encoding::Utf8, container }, block, &Pool::default()) {
        assert_eq!(batch.first, rows.len() as u64, "ordinals run on without gaps");
        if let Some(header) = &batch.header {
            names = header.blank().iter().map(|(name, _)| name.to_string()).collect();
        }
        for piece in &batch.pieces {
            let row = batch.text.get(piece.start..piece.end).expect("pieces lie inside their text");
            rows.push((cell::cells(row, delimiter, &Arena::default()).map(Content::into_owned).collect(), piece.state));
        }
    }
    (names, rows)
}

fn first_cells(text: &str) -> Vec<String> {
    let mark = |state| match state {
        State::Whole => '+',
        State::Cut => '~',
        State::Broken(_) => '-',
    };
    let by_block: Vec<Vec<String>> = [5, 1 << 20]
        .into_iter()
        .map(|block| {
            split(text, b',', block)
                .1
                .into_iter()
                .map(|(cells, state)| format!("{}{}", mark(state), cells.first().map_or("", String::as_str)))
                .collect()
        })
        .collect();
    assert_eq!(by_block.first(), by_block.last(), "the block size does not matter");
    by_block.into_iter().next().unwrap_or_default()
}

#[test]
fn line_breaks_of_all_kinds_end_rows_but_not_inside_quotes() {
    for text in ["a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r", "\u{feff}a,b\n\n1,2\n\r\n3,4\n,\n\n"] {
        let (names, rows) = split(text, b',', 3);
        assert_eq!(names, ["a", "b"]);
        assert_eq!(rows.iter().map(|(cells, _)| cells.join("|")).collect::<Vec<_>>(), ["1|2", "3|4"], "{text:?}");
    }
    assert_eq!(split("a,b\n\"1\r\n\n\r2\",3\n", b',', 2).1, [(vec!["1\r\n\n\r2".to_owned(), "3".to_owned()], State::Whole)]);
}

#[test]
fn the_type_line_of_powershell_is_no_head() {
    let (names, rows) = split("#TYPE Selected.System.Management.Automation.PSCustomObject\r\n\"Name\";\"On\"\r\n\"x\";\"True\"\r\n", b';', 4);
    assert_eq!(names, ["Name", "On"]);
    assert_eq!(rows.len(), 1);
}

#[test]
fn a_file_cut_inside_a_quoted_cell_loses_its_last_row_only() {
    assert_eq!(first_cells("Id,Data,End\n1,\"{\"\"a\"\":1}\",x\n2,\"{\"\"a\"\":\n1, 2"), ["+1", "~2"]);
    assert_eq!(first_cells("Id,Data,End\n1,\"x\",y\n2,\"x"), ["+1", "~2"]);
    assert_eq!(first_cells("Id,Data,\"En"), ["~Id"]);
}

#[test]
fn an_unclosed_quote_does_not_swallow_the_following_rows() {
    let rows = "2,\"b\",\"c\"\n3,\"d\ne\",\"f\"\n4,g,h\n";
    assert_eq!(first_cells(&format!("Id,Data,End\n1,\"cut\n{rows}")), ["-1", "+2", "+3", "+4"]);
    // A line inside a good cell is no row, even when a row is ragged.
    assert_eq!(first_cells("Id,Data,End\n1,\"x\ny\"\n2,b,c\n"), ["+1", "+2"]);
    assert_eq!(first_cells("Id,Data,End\n1,5\" disk,x\n2,b,c\n"), ["+1", "+2"]);
}

#[test]
fn an_endless_row_does_not_exhaust_memory() {
    let mut splitter = Splitter::new(b',', 1_000);
    let mut pieces = Vec::new();
    let mut text = "a,b,c\n1,\"".to_owned();
    for round in 0..100 {
        text.push_str(&"xy\n".repeat(50));
        let n_done = splitter.scan(&text, round == 99, &mut pieces);
        text.drain(..n_done);
        assert!(text.len() < 2_000, "memory stays bounded");
    }
    assert!(matches!(pieces.first(), Some(Piece { state: State::Broken(_), .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blocks_of_any_size_give_the_rows_of_the_csv_crate(
        rows in proptest::collection::vec(proptest::collection::vec("[a\"\\\\,;\r\n\u{e9} ]{0,5}", 3), 1..6), block in 1usize..30, crlf in any::<bool>()
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record(["first", "second", "third"]).expect("memory takes all");
        for row in &rows {
            writer.write_record([format!("x{}", row[0]), row[1].clone(), row[2].clone()]).expect("memory takes all");
        }
        let text = String::from_utf8(writer.into_inner().expect("memory takes all")).expect("text stays text");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let wanted: Vec<Vec<String>> = reader.records().map(|row| row.expect("well-formed").iter().map(str::to_owned).collect()).collect();
        let (_, found) = split(&text, b',', block);
        prop_assert_eq!(found, wanted.into_iter().map(|cells| (cells, State::Whole)).collect::<Vec<_>>());
    }

    #[test]
    fn rubbish_never_panics_or_depends_on_the_block(text in "[\"a,\r\n\u{e9}\0]{0,80}", block in 1usize..20) {
        prop_assert_eq!(split(&text, b',', block), split(&text, b',', 1 << 20));
    }

    /// A block of one byte leaves nothing to be found sixty-four bytes at a time: all rows are looked at closely.
    #[test]
    fn rows_found_at_a_glance_are_those_found_by_looking_closely(text in rows()) {
        prop_assert_eq!(split(&text, b',', 1), split(&text, b',', 1 << 20));
        prop_assert_eq!(split(&text, b';', 1), split(&text, b';', 4096));
    }

    #[test]
    fn cells_are_those_that_the_splitter_counts(text in rows()) {
        let arena = Arena::default();
        for row in text.split(['\n', '\r']) {
            let cells: Vec<String> = cell::cells(row, b',', &arena).map(Content::into_owned).collect();
            prop_assert_eq!(cells, cell::tests::scanned(row, b','));
        }
        let row = text.replace(['\n', '\r'], " ");
        let cells: Vec<String> = cell::cells(&row, b',', &arena).map(Content::into_owned).collect();
        prop_assert_eq!(cells, cell::tests::scanned(&row, b','));
    }
}

/// Tables of good and bad rows, long enough for several words of sixty-four bytes.
fn rows() -> impl Strategy<Value = String> {
    let filler = "[a-z ]{40,150}";
    let cell = prop_oneof![
        6 => "[a-z]{0,12}",
        6 => "[a-z,;]{0,12}".prop_map(|text| format!("\"{text}\"")),
        4 => proptest::collection::vec(prop_oneof![Just("\"\"".to_owned()), "[a-z:{},]{0,9}".prop_map(|text| text)], 0..40).prop_map(|parts| format!("\"{{{}}}\"", parts.concat())),
        2 => filler.prop_map(|text| format!("\"{text}\"")),
        2 => filler.prop_map(|text| text),
        1 => "[a-z\r\n,\u{e9}]{0,80}".prop_map(|text| format!("\"{text}\"")),
        1 => "[a-z\"'=\0]{0,8}",
        1 => "[a-z]{0,8}".prop_map(|text| format!("\"{text}")),
    ];
    let end = prop_oneof![8 => Just("\r\n"), 8 => Just("\n"), 1 => Just("\r"), 1 => Just("\n\n"), 1 => Just("\r\r\n"), 1 => Just("")];
    let row = (proptest::collection::vec(cell, 1..6), end).prop_map(|(cells, end)| format!("{}{end}", cells.join(",")));
    (any::<bool>(), proptest::collection::vec(row, 0..14)).prop_map(|(is_wide, rows)| {
        let head = if is_wide { "first,second,third,fourth,fifth\r\n" } else { "first,second\n" };
        format!("{head}{}", rows.concat())
    })
}
