//! State frames: rows that are the same in every cell are one. Rows that differ stay: two snapshots of one rule are two facts.

use std::collections::HashMap;

use polars::prelude::{DataFrame, DataType, IdxCa, IdxSize, PolarsResult};
use sha2::{Digest, Sha256};

use super::Place;
use super::groups::places;
use crate::evidence::read::compact;

/// Provenance columns that do not make rows different: source and record. The record id does.
const N_PLACE: usize = 2;

/// A kept record and another place where it stands, with the id there.
type Folded = (Place, (u32, u64, String));

/// Keeps the first of identical rows. Returns the kept record and each other record, once per folded row; rows of one record are not reported.
pub(super) fn rows(data: &mut DataFrame) -> PolarsResult<Vec<Folded>> {
    if data.height() < 2 {
        return Ok(Vec::new());
    }
    let places = places(data)?;
    let texts = data.columns().iter().skip(N_PLACE).map(|column| column.cast(&DataType::String)).collect::<PolarsResult<Vec<_>>>()?;
    let texts = texts.iter().map(|column| column.str()).collect::<PolarsResult<Vec<_>>>()?;
    let ids = data.column("record_id")?.str()?;
    let mut first_with: HashMap<[u8; 32], usize> = HashMap::new();
    let mut kept: Vec<IdxSize> = Vec::with_capacity(data.height());
    let mut folded = Vec::new();
    for (row, place) in places.iter().enumerate() {
        let mut hash = Sha256::new();
        for text in &texts {
            // Length first, so that text cannot move from one cell to the next; null differs from empty.
            match text.get(row) {
                None => hash.update([0]),
                Some(text) => {
                    hash.update([1]);
                    hash.update(text.len().to_le_bytes());
                    hash.update(text);
                }
            }
        }
        let first = *first_with.entry(hash.finalize().into()).or_insert(row);
        match places.get(first) {
            Some(first_place) if first != row => {
                if first_place != place {
                    folded.push((*first_place, (place.0, place.1, ids.get(row).unwrap_or_default().to_owned())));
                }
            }
            _ => kept.push(IdxSize::try_from(row).unwrap_or(IdxSize::MAX)),
        }
    }
    if kept.len() < data.height() {
        compact::gather(data, &IdxCa::from_vec("row".into(), kept))?;
    }
    Ok(folded)
}
