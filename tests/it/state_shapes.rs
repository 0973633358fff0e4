//! Shapes of how things stood: every fixture is claimed by exactly one shape and read to the rows that the snapshot shows.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use backtrail::evidence::container::value::{Object, Value};
use backtrail::evidence::shape::states::STATE_SHAPES;
use backtrail::evidence::shape::{Place, Reject, recognise, shapes};
use backtrail::frame::{Column, Rows};
use backtrail::provenance::SourceId;
use backtrail::time::DateOrder;

/// A fixture as records, with the page's context. Small and strict: the containers have readers and tests of their own.
struct Fixture {
    name: String,
    context: String,
    records: Vec<Object<'static>>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shapes")
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn fixtures(shape: &str) -> Vec<Fixture> {
    names_in(&folder().join(shape)).into_iter().filter_map(|name| read(&folder().join(shape).join(&name), name)).collect()
}

fn read(path: &Path, name: String) -> Option<Fixture> {
    let text = std::fs::read_to_string(path).ok()?;
    if path.extension().is_some_and(|end| end == "csv") {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().expect("a header").clone();
        let rows = reader.records().map(|row| row.expect("a row"));
        let cell = |(key, cell): (&str, &str)| (Cow::Owned(key.to_owned()), Value::Text(cell.to_owned().into()));
        let records = rows.map(|row| Object::new(header.iter().zip(row.iter()).map(cell))).collect();
        return Some(Fixture { name, context: String::new(), records });
    }
    let values: Vec<Value<'_>> = serde_json::Deserializer::from_str(&text).into_iter().map_while(Result::ok).collect();
    let context = values.iter().find_map(|value| value.object()?.get("@odatacontext")?.text()).unwrap_or_default().into_owned();
    let mut records = Vec::new();
    for value in values {
        let page = value.object().and_then(|page| page.get("value")).filter(|list| matches!(list, Value::List(_)));
        for element in page.unwrap_or(&value).elements() {
            records.extend(element.clone().into_owned().object().cloned());
        }
    }
    Some(Fixture { name, context, records })
}

/// Rows and rejections of one fixture, one line each; cells that are null are left out.
fn report(shape: &str, fixture: &Fixture) -> String {
    let mut rows = Rows::default();
    let mut lines = String::new();
    let path = format!("{shape}/{}", fixture.name);
    for (record, object) in (0..).zip(&fixture.records) {
        let place = Place { source: SourceId(0), path: &path, context: &fixture.context, record, dates: DateOrder::MonthFirst };
        let before = rows.len();
        let reader = recognise(object).unwrap_or_else(|| panic!("{path} record {record}: no shape claims it"));
        if let Err(Reject { reason, detail }) = (reader.read)(object, &place, &mut rows) {
            assert_eq!(before, rows.len(), "{path} record {record}: a rejected record may not leave rows");
            writeln!(lines, "  record {record} rejected, {reason:?}: {detail}").expect("text");
        }
    }
    for (frame, data) in rows.finish().each() {
        for row in 0..data.height() {
            let place = [format!("record={}", data.places().record(row)), format!("record_id={:?}", data.places().record_id(row))];
            let cells = data.columns().into_iter().filter_map(|(name, column)| cell(name, column, row));
            writeln!(lines, "  {frame}: {}", place.into_iter().chain(cells).collect::<Vec<_>>().join(" | ")).expect("text");
        }
    }
    lines
}

fn cell(name: &str, column: Column<'_>, row: usize) -> Option<String> {
    let text = column.text(row)?;
    Some(if matches!(column, Column::Text(_)) { format!("{name}={text:?}") } else { format!("{name}={text}") })
}

#[test]
fn every_fixture_reads_as_its_snapshot() {
    for shape in STATE_SHAPES {
        let mut text = String::new();
        for fixture in fixtures(shape.id) {
            writeln!(text, "{} ({} records)", fixture.name, fixture.records.len()).expect("text");
            text.push_str(&report(shape.id, &fixture));
        }
        insta::assert_snapshot!(shape.id, text);
    }
}

#[test]
fn every_record_is_claimed_by_exactly_one_shape() {
    for shape in STATE_SHAPES {
        for fixture in fixtures(shape.id) {
            for (record, object) in fixture.records.iter().enumerate() {
                let claims: Vec<_> = shapes().filter(|shape| (shape.claims)(object)).map(|shape| shape.id).collect();
                assert_eq!(claims, [shape.id], "{}/{} record {record}", shape.id, fixture.name);
            }
        }
    }
}

#[test]
fn no_state_shape_claims_an_event() {
    for name in names_in(&folder()).into_iter().filter(|name| STATE_SHAPES.iter().all(|shape| shape.id != name)) {
        for fixture in fixtures(&name) {
            for (record, object) in fixture.records.iter().enumerate() {
                let claims: Vec<_> = STATE_SHAPES.iter().filter(|shape| (shape.claims)(object)).map(|shape| shape.id).collect();
                assert!(claims.is_empty(), "{name}/{} record {record} is claimed by {claims:?}", fixture.name);
            }
        }
    }
}

/// The same facts in CSV and in JSON give the same rows: all but the marks of what CSV cannot carry.
#[test]
fn csv_and_json_of_one_export_agree() {
    for shape in STATE_SHAPES {
        let all = fixtures(shape.id);
        let find = |name: &str| all.iter().find(|fixture| fixture.name == name).map(|fixture| report(shape.id, fixture));
        let (Some(json), Some(csv)) = (find("clean.json"), find("clean.csv")) else { continue };
        // The bodies of policies are the records themselves.
        if !json.contains("| body=") {
            assert_eq!(json, csv, "{}", shape.id);
        }
    }
}

/// Values that no export should hold and every export may.
const DAMAGE: &[&str] = &[
    "null",
    "\"\"",
    "0",
    "-1",
    "1e300",
    "true",
    "[]",
    "{}",
    "[null,[],{}]",
    "\"é'; [\"",
    "\"@{\"",
    "\"{[x, \"",
    "\"forward the message to 'é\"",
    "\"{a, b…}\"",
    "\"System.Object[]\"",
    "\"a - Rights: : , Deny: | - Type: \"",
    "\"users('\"",
    "{\"value\":{\"value\":[{}]}}",
    "[[[[[[[[1]]]]]]]]",
    "\"[[[[[[[[\"",
];

proptest::proptest! {
    /// Any field of any fixture replaced by anything: nothing panics, and a rejected record leaves no rows.
    #[test]
    fn damage_is_rejected_or_read(shape in 0..STATE_SHAPES.len(), fixture: proptest::sample::Index, record: proptest::sample::Index,
                                  field: proptest::sample::Index, damage in 0..DAMAGE.len(), noise in "\\PC{0,12}") {
        let id = STATE_SHAPES[shape].id;
        let all: Vec<_> = fixtures(id).into_iter().filter(|fixture| !fixture.records.is_empty()).collect();
        let mut fixture = fixture.get(&all).records.clone();
        let n_records = fixture.len();
        let object = &mut fixture[record.index(n_records)];
        let mut fields = object.clone().into_fields();
        let position = field.index(fields.len());
        fields[position].1 = serde_json::from_str::<Value<'_>>(DAMAGE[damage]).expect("JSON").into_owned();
        fields.push((Cow::Owned(noise.clone()), Value::Text(noise.clone().into())));
        *object = Object::new(fields);
        let place = Place { source: SourceId(0), path: &noise, context: &noise, record: 0, dates: DateOrder::DayFirst };
        for shape in shapes().filter(|shape| (shape.claims)(object)) {
            let mut rows = Rows::default();
            if (shape.read)(object, &place, &mut rows).is_err() {
                proptest::prop_assert!(rows.is_empty(), "{}", shape.id);
            }
        }
    }
}
