//! Every clean fixture is claimed by its own shape and by no other, record by record; every row is as accepted; every damaged record is rejected
//! for the reason it deserves. The records are read here with plain parsers, so that shapes are tested apart from containers.

mod samples;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use backtrail::evidence::container::value::{Object, Value};
use backtrail::evidence::shape::events::EVENT_SHAPES;
use backtrail::evidence::shape::{Place, Reject, recognise, shapes};
use backtrail::frame::{Column, Frames, Rows};
use backtrail::provenance::SourceId;
use backtrail::time::DateOrder;

/// What became of one record.
struct Seen {
    shape: Option<&'static str>,
    outcome: Result<(), Reject>,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shapes")
}

/// Records of a JSON array, a Graph page, concatenated values or a CSV file.
fn records(text: &str) -> Vec<Object<'_>> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['{', '[']) {
        let values = serde_json::Deserializer::from_str(text).into_iter::<Value<'_>>();
        return values.map_while(Result::ok).flat_map(flattened).collect();
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let cells = |row: csv::StringRecord| {
        let pairs = header.iter().zip(row.iter());
        Object::new(pairs.map(|(name, cell)| (Cow::Owned(name.to_owned()), Value::Text(cell.to_owned().into()))))
    };
    reader.records().map_while(Result::ok).map(cells).collect()
}

fn flattened(value: Value<'_>) -> Vec<Object<'_>> {
    match value {
        Value::List(elements) => elements.into_vec().into_iter().flat_map(flattened).collect(),
        Value::Object(object) if object.has("value") && object.iter().all(|(key, _)| key == "value" || key.starts_with("@odata.")) => {
            let value = object.into_fields().into_iter().find(|(key, _)| key == "value").expect("has value");
            flattened(value.1)
        }
        Value::Object(object) => vec![object],
        _ => Vec::new(),
    }
}

/// Reads all records of one file's text, as if the file were alone in the evidence.
fn read(path: &str, text: &str) -> (Vec<Seen>, Frames) {
    let mut rows = Rows::default();
    let mut seen = Vec::new();
    for (number, record) in (0..).zip(records(text)) {
        let place = Place { source: SourceId(0), path, context: "", record: number, dates: DateOrder::MonthFirst };
        let shape = recognise(&record);
        let before = rows.len();
        let outcome = shape.map_or(Ok(()), |shape| (shape.read)(&record, &place, &mut rows));
        assert!(outcome.is_ok() || rows.len() == before, "{path} record {number}: rejected, but rows were pushed");
        let is_event = shape.is_some_and(|shape| EVENT_SHAPES.iter().any(|event| event.id == shape.id));
        assert!(outcome.is_err() || !is_event || rows.len() > before, "{path} record {number}: read, but no row was pushed");
        seen.push(Seen { shape: shape.map(|shape| shape.id), outcome });
    }
    (seen, rows.finish())
}

/// All rows as `frame: column=value …`, nulls left out, for people to compare.
fn print(frames: &Frames) -> String {
    let mut text = String::new();
    for (name, data) in frames.each() {
        for row in 0..data.height() {
            let _ = writeln!(text, "{name}");
            let _ = writeln!(text, "  source = {}", data.places().source(row).0);
            let _ = writeln!(text, "  record = {}", data.places().record(row));
            let _ = writeln!(text, "  record_id = \"{}\"", data.places().record_id(row));
            for (name, column) in data.columns() {
                match (column, column.text(row)) {
                    (Column::Text(_), Some(cell)) => drop(writeln!(text, "  {name} = \"{cell}\"")),
                    (_, Some(cell)) => drop(writeln!(text, "  {name} = {cell}")),
                    (_, None) => {}
                }
            }
        }
    }
    text
}

/// Fixture files of the event shapes: (shape id, file name, text).
fn fixture_files(prefix: &str) -> Vec<(String, String, String)> {
    let mut files = Vec::new();
    for id in EVENT_SHAPES.iter().map(|shape| shape.id) {
        let folder = fixtures().join(id);
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{} has no fixtures: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("readable folder").path();
            let name = path.file_name().expect("file").to_string_lossy().into_owned();
            if name.starts_with(prefix) {
                files.push((id.to_owned(), name, fs::read_to_string(&path).expect("UTF-8 fixture")));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn clean_records_are_claimed_by_their_own_shape_alone() {
    let mut n_records = BTreeMap::<String, usize>::new();
    for (id, name, text) in fixture_files("clean") {
        for (number, record) in records(&text).iter().enumerate() {
            let claimed: Vec<&str> = shapes().filter(|shape| (shape.claims)(record)).map(|shape| shape.id).collect();
            assert_eq!(claimed.first(), Some(&id.as_str()), "{id}/{name} record {number}");
            // Wrappers share the payload's name; they are told apart by order, everything else by keys.
            let strangers: Vec<_> = claimed.iter().filter(|claim| **claim != id && !(id.starts_with("ual_") && claim.starts_with("ual_"))).collect();
            assert!(strangers.is_empty(), "{id}/{name} record {number} is also claimed by {strangers:?}");
        }
        *n_records.entry(id).or_default() += records(&text).len();
    }
    for shape in EVENT_SHAPES {
        assert!(n_records.get(shape.id).is_some_and(|count| *count > 0), "{} has no clean record", shape.id);
    }
}

#[test]
fn clean_records_become_the_accepted_rows() {
    for (id, name, text) in fixture_files("clean") {
        let (seen, frames) = read(&name, &text);
        let mut printed = print(&frames);
        for (number, one) in seen.iter().enumerate() {
            if let Err(reject) = &one.outcome {
                let _ = writeln!(printed, "record {number} rejected: {:?}: {}", reject.reason, reject.detail);
            }
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
            insta::assert_snapshot!(format!("{id}__{}", name.replace('.', "_")), printed);
        });
    }
}

#[test]
fn damaged_records_are_rejected_for_the_reason_they_deserve() {
    for (id, name, text) in fixture_files("damaged") {
        let (seen, frames) = read(&name, &text);
        let mut printed = String::new();
        for (number, one) in seen.iter().enumerate() {
            let _ = match &one.outcome {
                Err(reject) => writeln!(printed, "record {number} ({}) rejected: {:?}: {}", one.shape.unwrap_or("-"), reject.reason, reject.detail),
                Ok(()) => writeln!(printed, "record {number} ({})", one.shape.unwrap_or("no shape")),
            };
        }
        printed.push_str(&print(&frames));
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
            insta::assert_snapshot!(format!("{id}__{}", name.replace('.', "_")), printed);
        });
    }
}

#[test]
fn empty_exports_have_no_records() {
    for (id, name, text) in fixture_files("empty") {
        assert_eq!(records(&text).len(), 0, "{id}/{name}");
    }
}

/// Every value of the record, at any depth, replaced in turn.
fn damaged_variants(value: &Value<'static>, damage: &Value<'static>) -> Vec<Value<'static>> {
    let mut variants = vec![damage.clone()];
    match value {
        Value::List(elements) => {
            for (position, element) in elements.iter().enumerate() {
                for variant in damaged_variants(element, damage) {
                    let mut copy = elements.to_vec();
                    copy[position] = variant;
                    variants.push(Value::List(copy.into()));
                }
            }
        }
        Value::Object(object) => {
            for (position, (_, member)) in object.iter().enumerate() {
                for variant in damaged_variants(member, damage) {
                    let mut copy = object.clone().into_fields();
                    copy[position].1 = variant;
                    variants.push(Value::Object(Object::new(copy)));
                }
            }
        }
        Value::Text(text) if text.starts_with(['{', '[']) => {
            if let Ok(inner) = serde_json::from_str::<Value<'_>>(text).map(Value::into_owned) {
                variants.extend(damaged_variants(&inner, damage).into_iter().map(|variant| Value::Text(variant.to_json().to_string().into())));
            }
        }
        _ => {}
    }
    variants
}

#[test]
fn any_damaged_value_is_read_or_rejected_without_panic() {
    let damages = ["null", "7", "\"[{\"", "{}", "[[null]]", "\"ä\\u0000\\\\:/,;(\""];
    let damages = damages.map(|json| serde_json::from_str::<Value<'_>>(json).expect("test JSON").into_owned());
    for (id, name, text) in fixture_files("clean") {
        let mut rows = Rows::default();
        for (number, record) in (0..).zip(records(&text)) {
            let record = Value::Object(record).into_owned();
            for damage in &damages {
                for variant in damaged_variants(&record, damage) {
                    let Some(object) = variant.object() else { continue };
                    let Some(shape) = recognise(object) else { continue };
                    let place = Place { source: SourceId(0), path: &name, context: "", record: number, dates: DateOrder::DayFirst };
                    let before = rows.len();
                    let outcome = (shape.read)(object, &place, &mut rows);
                    assert_eq!(outcome.is_ok(), rows.len() > before, "{id}/{name} record {number} with {damage:?}");
                }
            }
        }
    }
}
