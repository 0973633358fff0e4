//! `fixtures/shapes/<shape id>/`: for every shape of the registry exports that are whole, damaged and empty, read here as the program reads evidence.
//!
//! How the files are named: `clean…` = an export in which every record is used; `damaged…` = at least one record is lost, and named; `empty…` = the
//! export of a tenant that has nothing of the kind. Files of any other name are further whole exports whose records may be refused. Whatever stands
//! behind the first word is free, as is the extension: it is what the exporter calls the file. A new shape needs one of each of the three.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use backtrail::case::{self, Case};
use backtrail::evidence::shape::shapes;
use backtrail::inventory;
use backtrail::provenance::{SkipReason, Source};
use backtrail::settings::archive::Archive;

use crate::robustness::facts;

/// Shapes whose records are no evidence by design: pages of links.
const WITHOUT_ROWS: &[&str] = &["management_listing"];

/// An exported file of one shape.
pub(crate) struct Fixture {
    pub shape: &'static str,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The fixtures of all shapes whose names begin with one of these words; sorted by shape, then name.
pub(crate) fn fixtures(words: &[&str]) -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for shape in shapes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shapes").join(shape.id);
        let entries = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("shape {0} needs fixtures/shapes/{0}/ with clean…, damaged… and empty… exports: {error}", shape.id));
        let mut names: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder is readable").path()).collect();
        names.sort();
        for path in names {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            if words.iter().any(|word| name.starts_with(word)) {
                fixtures.push(Fixture { shape: shape.id, name, bytes: fs::read(&path).expect("a fixture is readable") });
            }
        }
    }
    fixtures
}

/// Loads one file under a name, alone.
pub(crate) fn loaded(label: &str, name: &str, bytes: &[u8]) -> Case {
    // Tests run side by side: each has a folder of its own.
    let test = std::thread::current().name().unwrap_or_default().replace("::", "-");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("claims").join(test).join(label);
    let _absent = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the build's temporary folder can be written");
    fs::write(folder.join(name), bytes).expect("the build's temporary folder can be written");
    let case = case::load(inventory::take(&[folder], &Archive::default()).expect("the folder holds a file"), &|_| ());
    for source in &case.sources {
        assert_eq!(source.records, source.kept + source.duplicates + source.skipped, "{label}: the books of {name} balance");
    }
    case
}

fn only(case: &Case) -> &Source {
    assert_eq!(case.sources.len(), 1);
    &case.sources[0]
}

/// The first loss, for messages.
fn lost(case: &Case) -> String {
    case.skipped.first().map_or_else(String::new, |skipped| format!("; lost #{}: {:?}: {}", skipped.record, skipped.reason, skipped.detail))
}

#[test]
fn every_shape_has_clean_damaged_and_empty_fixtures() {
    let mut missing = Vec::new();
    for word in ["clean", "damaged", "empty"] {
        let there: BTreeSet<&str> = fixtures(&[word]).iter().map(|fixture| fixture.shape).collect();
        missing.extend(shapes().map(|shape| shape.id).filter(|id| !there.contains(id)).map(|id| format!("fixtures/shapes/{id}/{word}…")));
    }
    assert!(missing.is_empty(), "exports to add: {missing:#?}");
}

#[test]
fn no_fixture_folder_without_its_shape() {
    let known: BTreeSet<&str> = shapes().map(|shape| shape.id).collect();
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shapes")).expect("there are fixtures");
    let strange: Vec<String> = folders
        .map(|entry| entry.expect("the folder is readable").file_name().to_string_lossy().into_owned())
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(strange.is_empty(), "no shape has these ids: {strange:?}");
}

#[test]
fn clean_exports_are_used_whole_under_any_name_and_extension() {
    // Names that say nothing, another kind of file, or another shape.
    let names = ["x", "X.BIN", "x.txt", "x.json", "X.Csv", "x.xlsx", "INBOXRULES.CSV", "InteractiveSignIns_2026-03-24.json", "ual-combined.log"];
    for Fixture { shape, name, bytes } in fixtures(&["clean"]) {
        for other in names.into_iter().chain([name.as_str(), &name.to_uppercase()]) {
            let case = loaded(&format!("names-{shape}-{name}"), other, &bytes);
            let source = only(&case);
            assert!(source.records > 0, "{shape}/{name} as {other} holds records");
            assert!(case.skipped.iter().all(|skipped| skipped.detail.starts_with(&format!("{shape}: "))), "{shape}/{name} as {other}{}", lost(&case));
            if !WITHOUT_ROWS.contains(&shape) {
                // What is lost is no evidence by design: a role that nobody holds.
                assert!(case.skipped.iter().all(|skipped| skipped.reason == SkipReason::NotEvidence), "{shape}/{name} as {other}{}", lost(&case));
                assert_eq!(source.shapes, [shape], "{shape}/{name} as {other}{}", lost(&case));
            }
        }
    }
}

#[test]
fn damaged_exports_lose_what_is_damaged_and_say_so() {
    for Fixture { shape, name, bytes } in fixtures(&["damaged"]) {
        let case = loaded(&format!("damaged-{shape}-{name}"), &name, &bytes);
        let source = only(&case);
        assert!(source.skipped > 0 || !source.notes.is_empty(), "{shape}/{name}: nothing is damaged");
        assert!(source.shapes.iter().all(|claimed| claimed == shape), "{shape}/{name} is read as {:?}", source.shapes);
        assert!(case.skipped.iter().all(|skipped| !skipped.detail.is_empty()), "{shape}/{name}: a loss without words");
        assert!(case.skipped.iter().all(|skipped| !skipped.detail.contains("a defect of this program")), "{shape}/{name}{}", lost(&case));
    }
}

#[test]
fn empty_exports_give_no_row_and_no_error() {
    for Fixture { shape, name, bytes } in fixtures(&["empty"]) {
        let case = loaded(&format!("empty-{shape}-{name}"), &name, &bytes);
        let source = only(&case);
        assert_eq!((source.kept, source.duplicates), (0, 0), "{shape}/{name}");
        // A table's head and an empty array are no loss; a file without a single letter is one, and is called that.
        let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
        assert_eq!(source.skipped, u64::from(is_blank), "{shape}/{name}{}", lost(&case));
        let says_so = |detail: &str| detail == "the file has no bytes" || detail == "nothing but white space";
        assert!(case.skipped.iter().all(|skipped| says_so(&skipped.detail)), "{shape}/{name}{}", lost(&case));
    }
}

#[test]
fn further_exports_are_claimed_by_their_own_shape_alone() {
    for Fixture { shape, name, bytes } in fixtures(&[""]) {
        if ["clean", "damaged", "empty"].iter().any(|word| name.starts_with(word)) {
            continue;
        }
        let case = loaded(&format!("further-{shape}-{name}"), &name, &bytes);
        let claims = only(&case).shapes.iter().map(String::as_str);
        let refused = case.skipped.iter().map(|skipped| skipped.detail.split(':').next().unwrap_or_default());
        assert_eq!(claims.chain(refused).collect::<BTreeSet<_>>(), [shape].into(), "{shape}/{name}{}", lost(&case));
    }
}

/// Some forwarders write all keys in lower case, some begin them with a capital.
#[test]
fn the_case_of_field_names_does_not_matter() {
    let lower: fn(&str) -> String = str::to_lowercase;
    let upper: fn(&str) -> String = str::to_uppercase;
    for Fixture { shape, name, bytes } in fixtures(&["clean"]) {
        let text = String::from_utf8(bytes).expect("fixtures are UTF-8");
        for (way, change) in [("lower", lower), ("upper", upper)] {
            let Some(changed) = renamed(&text, change) else { continue };
            let label = format!("{way}-{shape}-{name}");
            let (plain, case) = (loaded(&label, &name, text.as_bytes()), loaded(&label, &name, changed.as_bytes()));
            assert_eq!(only(&case).shapes, only(&plain).shapes, "{label}{}", lost(&case));
            assert_eq!(only(&case).kept, only(&plain).kept, "{label}{}", lost(&case));
            assert_eq!(facts(&case).lines().count(), facts(&plain).lines().count(), "{label}");
        }
    }
}

/// The export with the names of its fields changed: the head of a table, the keys of objects at every depth.
fn renamed(text: &str, change: fn(&str) -> String) -> Option<String> {
    fn rename(value: serde_json::Value, change: fn(&str) -> String) -> serde_json::Value {
        match value {
            serde_json::Value::Array(elements) => elements.into_iter().map(|element| rename(element, change)).collect(),
            serde_json::Value::Object(members) => members
                .into_iter()
                .map(|(key, member)| (if key.contains('@') { key } else { change(&key) }, rename(member, change)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            other => other,
        }
    }
    let plain = text.trim_start_matches('\u{feff}');
    if !plain.trim_start().starts_with(['{', '[']) {
        let (head, rows) = plain.split_once('\n')?;
        return Some(format!("{}\n{rows}", change(head)));
    }
    let values: Vec<serde_json::Value> =
        serde_json::Deserializer::from_str(plain).into_iter().collect::<Result<_, _>>().expect("clean fixtures are valid JSON");
    Some(values.into_iter().map(|value| rename(value, change).to_string()).collect::<Vec<_>>().join("\n"))
}
