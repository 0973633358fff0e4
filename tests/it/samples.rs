//! Every file of a collection of real records, where one lies beside the checkout: it is recognised, or listed with a reason. Prints the numbers per
//! kind and each reason: `cargo test --test it samples:: -- --nocapture`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use backtrail::provenance::SourceId;
use backtrail::settings::archive::Archive;
use backtrail::{case, inventory};

/// The collection, when there is one.
pub(crate) fn collection() -> Option<PathBuf> {
    let beside = ["../shared/samples", "../../shared/samples"].map(|path| Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    beside.into_iter().find(|path| path.is_dir())
}

/// What one folder of the collection came to.
#[derive(Default)]
struct Kind {
    n_files: usize,
    n_recognised: usize,
    n_records: u64,
    n_kept: u64,
    n_duplicates: u64,
    n_skipped: u64,
    shapes: BTreeSet<String>,
}

#[test]
#[expect(clippy::print_stderr, reason = "says that it was skipped, or what it saw")]
fn every_file_of_the_collection_is_recognised_or_listed_with_a_reason() {
    let Some(samples) = collection() else {
        eprintln!("skipped: no collection of real records beside the checkout");
        return;
    };
    let case = case::load(inventory::take(&[samples], &Archive::default()).expect("the collection can be read"), &|_| ());
    let mut kinds: BTreeMap<&str, Kind> = BTreeMap::new();
    let mut silent = Vec::new();
    for (number, source) in (0..).zip(&case.sources) {
        assert_eq!(source.records, source.kept + source.duplicates + source.skipped, "the books of {} balance", source.path);
        let skipped = case.skipped.iter().filter(|skipped| skipped.source == SourceId(number));
        let n_reasons = skipped.filter(|skipped| !skipped.detail.is_empty()).count() as u64;
        let is_recognised = !source.shapes.is_empty();
        if n_reasons < source.skipped || (!is_recognised && n_reasons == 0 && source.notes.is_empty()) {
            silent.push(source.path.as_str());
        }
        let kind = kinds.entry(source.path.split('/').next().unwrap_or_default()).or_default();
        kind.n_files += 1;
        kind.n_recognised += usize::from(is_recognised);
        kind.n_records += source.records;
        kind.n_kept += source.kept;
        kind.n_duplicates += source.duplicates;
        kind.n_skipped += source.skipped;
        kind.shapes.extend(source.shapes.iter().cloned());
    }
    eprintln!("| folder | files | recognised | records | kept | duplicates | skipped | shapes |\n|---|---:|---:|---:|---:|---:|---:|---|");
    for (name, Kind { n_files, n_recognised, n_records, n_kept, n_duplicates, n_skipped, shapes }) in &kinds {
        let shapes = shapes.iter().cloned().collect::<Vec<_>>().join(", ");
        eprintln!("| {name} | {n_files} | {n_recognised} | {n_records} | {n_kept} | {n_duplicates} | {n_skipped} | {shapes} |");
    }
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for skipped in &case.skipped {
        let source = &case.sources[skipped.source.0 as usize];
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let place = format!("{}#{}", source.path, skipped.record);
        reasons.entry(format!("{folder} | {:?} | {}", skipped.reason, skipped.detail)).or_default().push(place);
        assert!(!skipped.detail.contains("a defect of this program"), "{}#{}: {}", source.path, skipped.record, skipped.detail);
    }
    for (reason, places) in &reasons {
        eprintln!("{:4} {reason} | {}", places.len(), places[0]);
    }
    for source in case.sources.iter().filter(|source| !source.notes.is_empty()) {
        eprintln!("note {} | {}", source.path, source.notes.join("; "));
    }
    assert!(silent.is_empty(), "neither recognised nor listed with a reason: {silent:#?}");
}
