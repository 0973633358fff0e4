//! State frames: rows that are the same in every cell are one. Rows that differ stay: two snapshots of one rule are two facts.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::Place;
use crate::frame::{Frame, Row};
use crate::provenance::RecordRef;

/// A kept record and another place where it stands.
type Folded = (Place, RecordRef);

/// The place of a row does not make it different; the id of its record does.
///
/// Keeps the first of identical rows. Returns the kept record and each other record, once per folded row; rows of one record are not reported.
pub(super) fn rows(data: &mut dyn Frame) -> Vec<Folded> {
    if data.height() < 2 {
        return Vec::new();
    }
    let columns = data.columns();
    let mut first_with: HashMap<[u8; 32], usize> = HashMap::new();
    let mut kept: Vec<Row> = Vec::with_capacity(data.height());
    let mut folded = Vec::new();
    for row in 0..data.height() {
        let mut hash = Sha256::new();
        let cells = columns.iter().map(|(_, column)| column.text(row));
        for text in std::iter::once(Some(data.places().record_id(row).into())).chain(cells) {
            // Length first, so that text cannot move from one cell to the next; null differs from empty.
            match text {
                None => hash.update([0]),
                Some(text) => {
                    hash.update([1]);
                    hash.update(text.len().to_le_bytes());
                    hash.update(text.as_bytes());
                }
            }
        }
        let first = *first_with.entry(hash.finalize().into()).or_insert(row);
        if first == row {
            kept.push(Row::try_from(row).unwrap_or(Row::MAX));
        } else if place(data, first) != place(data, row) {
            folded.push((place(data, first), data.places().reference(row)));
        }
    }
    if kept.len() < data.height() {
        data.gather(&kept);
    }
    folded
}

/// Source and ordinal of a row.
fn place(data: &dyn Frame, row: usize) -> Place {
    (data.places().source(row).0, data.places().record(row))
}
