//! A file from its bytes to rows and reasons.

use std::io::{self, Read};

use proptest::prelude::*;

use super::*;
use crate::evidence::container::Container;
use crate::evidence::container::encoding::Encoding;
use crate::evidence::shape::{Place, Reject};
use crate::frame::{AuditEventRow, Frame, Rows};
use crate::time::{self, DateOrder};

/// The smallest shape: `id`, `op`, `when`; rows carry the place in `details`.
static SHAPE: Shape = Shape {
    id: "test",
    title: "test",
    made_by: "tests",
    claims: |record| record.has("id") && record.has("op"),
    read: |record, place, rows| read_row(record, place, rows),
};

fn read_row(record: &Object<'_>, place: &Place<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let operation = record.text("op").ok_or_else(|| Reject { reason: SkipReason::MissingField, detail: "no op".to_owned() })?;
    if operation == "nothing" {
        return Ok(());
    }
    assert!(operation != "defect", "a defect of a shape");
    let row = AuditEventRow {
        operation: Some(operation.into_owned()),
        time: record.text("when").and_then(|when| time::parse(&when, place.dates)),
        details: Some(format!("{} {}", place.context, place.dates == DateOrder::DayFirst)),
        ..AuditEventRow::default()
    };
    rows.audit.push(place.source, place.record, &record.text("id").unwrap_or_default(), row);
    Ok(())
}

fn recognise(record: &Object<'_>) -> Option<&'static Shape> {
    (SHAPE.claims)(record).then_some(&SHAPE)
}

const JSON: Container = Container::Json;
const CSV: Container = Container::Csv { delimiter: b',' };

fn contents(input: impl Read + Send, container: Container, block: usize, parallel: bool) -> Contents {
    let text = Text { encoding: Encoding::Utf8, container };
    let reading = Reading { source: SourceId(3), path: "a/b", text, recognise, block, parallel, pool: &Pool::default(), watch: None };
    let contents = read_from(input, reading, &|_| ());
    assert_eq!(contents.n_records, contents.n_used + contents.skipped.iter().filter(|skipped| !skipped.detail.starts_with("further")).count() as u64);
    contents
}

/// (record, id, operation, details) of each row.
fn rows(contents: &Contents) -> Vec<(u64, String, String, String)> {
    let rows = &contents.frames.audit;
    rows.iter()
        .map(|row| (row.record(), row.record_id().to_owned(), row.operation().unwrap_or("").to_owned(), row.details().unwrap_or("").to_owned()))
        .collect()
}

#[test]
fn each_record_becomes_a_row_or_a_reason_with_its_ordinal() {
    let text = "{\"id\":1,\"op\":\"a\"}\n{\"id\":2,\"op\":null}\n{\"foo\":1}\n{\"id\":3,\"op\":01}\n7\n{\"id\":4,\"op\":\"nothing\"}\n{\"id\":5,\"op\":\"b\"}\n{\"id\":6,\"o";
    let contents = contents(text.as_bytes(), JSON, 32, false);
    assert_eq!(rows(&contents).into_iter().map(|(record, id, ..)| (record, id)).collect::<Vec<_>>(), [(0, "1".to_owned()), (6, "5".to_owned())]);
    let reasons: Vec<(u64, SkipReason)> = contents.skipped.iter().map(|skipped| (skipped.record, skipped.reason)).collect();
    assert_eq!(
        reasons,
        [
            (1, SkipReason::MissingField),
            (2, SkipReason::UnknownShape),
            (3, SkipReason::Malformed),
            (4, SkipReason::UnknownShape),
            (5, SkipReason::NotEvidence),
            (7, SkipReason::Truncated)
        ]
    );
    assert_eq!(contents.skipped.last().map(|skipped| skipped.excerpt.as_str()), Some("{\"id\":6,\"o"));
    assert_eq!(contents.shapes, ["test"]);
    assert_eq!(contents.notes, ["the file ends in the middle of a record"]);
}

#[test]
fn wrapped_and_textual_records_are_unwrapped() {
    let text = r#"[{"_source":{"id":1,"op":"a"}},{"event":{"original":"{\"id\":2,\"op\":\"b\"}"}},"{\"id\":3,\"op\":\"c\"}",{"@odata.context":"ctx","id":4,"op":"d"}]"#;
    let rows = rows(&contents(text.as_bytes(), JSON, 4096, false));
    assert_eq!(rows.iter().map(|(_, id, ..)| id.as_str()).collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    assert_eq!(rows.last().map(|(.., details)| details.as_str()), Some("ctx false"));
}

#[test]
fn rows_of_query_tables_become_records() {
    let text = r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"Id"},{"name":"op"}],"rows":[["1","a"],["2","b"],["3"]]}]}"#;
    let contents = contents(text.as_bytes(), JSON, 4096, false);
    assert_eq!(
        rows(&contents).iter().map(|(record, id, operation, _)| (*record, id.as_str(), operation.as_str())).collect::<Vec<_>>(),
        [(0, "1", "a"), (1, "2", "b")]
    );
    assert_eq!(contents.skipped.iter().map(|skipped| skipped.reason).collect::<Vec<_>>(), [SkipReason::UnknownShape]);
}

#[test]
fn csv_rows_are_recognised_by_the_head_and_ragged_ones_are_told() {
    let text = "Id,Op,When\n1,a,13/05/2024 10:00\nId,Op,When\n2,b\n3,c,01/05/2024 10:00,more\n";
    let contents = contents(text.as_bytes(), CSV, 8, true);
    assert_eq!(rows(&contents).iter().map(|(record, ..)| *record).collect::<Vec<_>>(), [0, 2, 3]);
    assert_eq!(contents.notes, ["2 rows have more or fewer cells than the table head"]);
    assert_eq!(contents.skipped.iter().map(|skipped| (skipped.record, skipped.reason)).collect::<Vec<_>>(), [(1, SkipReason::NotEvidence)]);
}

#[test]
fn the_order_of_dates_is_one_for_the_whole_file() {
    let text = "Id,Op,When\n1,a,1/5/2024 10:00\n2,b,13/05/2024 10:00\n";
    let rows = rows(&contents(text.as_bytes(), CSV, 4096, false));
    assert!(rows.iter().all(|(.., details)| details == " true"), "{rows:?}");
}

#[test]
fn hostile_values_are_rejected_without_panic() {
    let deep = format!("[{}{}]", "[".repeat(10_000), "]".repeat(10_000));
    let deep_object = format!("{}1{}", "{\"id\":".repeat(10_000), "}".repeat(10_000));
    for text in ["[\0\0{\"id\":1,\"op\":\"a\"},\0{\"id\":\"\0\"}]".to_owned(), deep, deep_object, "{\"id\":1e999,\"op\":\"a\"}".to_owned()] {
        contents(text.as_bytes(), JSON, 4096, false);
    }
    let nuls = contents("{\"id\":1,\"op\":\"a\"}\n\0\0\0\n{\"id\":2,\"op\":\"b\"}\n".as_bytes(), JSON, 4096, false);
    assert_eq!((nuls.n_records, nuls.n_used), (2, 2));
}

#[test]
fn many_unusable_records_are_counted_but_not_all_listed() {
    let records = "{\"foo\":1}\n".repeat(LISTED + 500);
    for (block, parallel) in [(1 << 20, false), (1_000, true)] {
        let text = Text { encoding: Encoding::Utf8, container: JSON };
        let reading = Reading { source: SourceId(0), path: "", text, recognise, block, parallel, pool: &Pool::default(), watch: None };
        let contents = read_from(records.as_bytes(), reading, &|_| ());
        assert_eq!((contents.n_records, contents.skipped.len()), ((LISTED + 500) as u64, LISTED + 1));
        let summary = contents.skipped.last().expect("there is a summary");
        assert_eq!(
            (summary.record, summary.detail.as_str()),
            (LISTED as u64, "further records from here on are counted but not listed: 500 UnknownShape")
        );
    }
}

#[test]
fn a_defect_of_a_shape_costs_one_record() {
    let contents = contents("{\"id\":1,\"op\":\"defect\"}\n{\"id\":2,\"op\":\"b\"}".as_bytes(), JSON, 4096, true);
    assert_eq!((contents.n_used, contents.skipped.len()), (1, 1));
    assert!(contents.skipped.iter().all(|skipped| skipped.detail.contains("please report")));
}

/// Fails after its bytes, like a disk with a bad sector.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { Err(io::Error::other("bad sector")) } else { self.0.read(buffer) }
    }
}

#[test]
fn a_read_error_ends_the_file_but_keeps_what_was_read() {
    let contents = contents(Failing(b"{\"id\":1,\"op\":\"a\"}\n{\"id\":2,"), JSON, 4096, false);
    assert_eq!((contents.n_records, contents.n_used), (3, 1));
    assert_eq!(contents.skipped.iter().map(|skipped| skipped.reason).collect::<Vec<_>>(), [SkipReason::Truncated, SkipReason::UnreadableFile]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn threads_and_blocks_do_not_change_the_result(ids in proptest::collection::vec((0u32..50, "[ab\"]{0,2}"), 0..30), block in 1usize..64, is_csv in any::<bool>()) {
        let text: String = if is_csv {
            ids.iter().fold("Id,Op\n".to_owned(), |text, (id, op)| format!("{text}{id},\"{}\"\n", op.replace('"', "\"\"")))
        } else {
            ids.iter().fold(String::new(), |text, (id, op)| format!("{text}{{\"id\":{id},\"op\":{}}}\n", serde_json::json!(op)))
        };
        let container = if is_csv { CSV } else { JSON };
        let (small, large) = (contents(text.as_bytes(), container, block, true), contents(text.as_bytes(), container, 1 << 20, false));
        prop_assert_eq!(rows(&small), rows(&large));
        prop_assert_eq!(small.skipped, large.skipped);
        prop_assert_eq!(small.n_records, ids.len() as u64);
        prop_assert_eq!(small.frames.audit.height(), ids.len());
    }
}
