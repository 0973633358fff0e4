//! Records that stand in the evidence more than once: how many, where their copies differ, and which value counts.

use crate::case::{Case, Difference};
use crate::model::{DifferenceLine, Merging, RecordLine};
use crate::provenance::RecordRef;

/// For `report.json` and `manifest.json`.
pub(crate) fn lines(case: &Case) -> Merging {
    let differences = &case.differences;
    let record = |record: &RecordRef| RecordLine { source: case.path(record.source).to_owned(), record: record.record, id: record.id.to_string() };
    let line = |difference: &Difference| DifferenceLine {
        record: record(&difference.kept),
        copy: record(&difference.other),
        column: difference.column.clone(),
        value: difference.value.clone(),
        other: difference.other_value.clone(),
        used: if difference.is_taken { "other" } else { "value" },
    };
    Merging {
        duplicates: case.sources.iter().map(|source| source.duplicates).sum(),
        differing: differences.n_records,
        cells: differences.n_cells,
        differences: differences.listed.iter().map(line).collect(),
        not_copies: differences.n_not_copies,
        sharing_an_id: differences.not_copies.iter().map(record).collect(),
    }
}

/// For people, among the gaps.
pub(crate) fn sentences(case: &Case) -> Vec<String> {
    let differences = &case.differences;
    let mut sentences = Vec::new();
    if let Some(first) = differences.listed.first() {
        let places = [&first.kept, &first.other].map(|record| format!("{} #{}", case.path(record.source), record.record));
        sentences.push(format!(
            "the copies of {} records differ, in {} fields in all; first {} in {}: {:?} | {:?}; report.json lists them under merging",
            differences.n_records,
            differences.n_cells,
            first.column,
            places.join(" and "),
            first.value,
            first.other_value,
        ));
    }
    if let Some(first) = differences.not_copies.first() {
        let (n_records, path) = (differences.n_not_copies, case.path(first.source));
        sentences.push(format!(
            "{n_records} records share an id with a record that tells of another event and are kept beside it; first {path} #{}, id {}",
            first.record, first.id
        ));
    }
    sentences
}
