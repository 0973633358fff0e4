//! Which rows have a key that comes again. Nearly all rows have a key of their own, so the first pass costs two bytes per row and no more; only rows
//! whose key repeats are looked at again.

use std::hash::BuildHasher;
use std::sync::LazyLock;

use hashbrown::{DefaultHashBuilder, HashSet};

use crate::frame::Row;

/// Bits per row of the first pass: one key in sixteen is taken for another by mistake, and found out later.
const BITS: usize = 16;

/// Key → hash, the same during one run. Which keys collide never reaches an output.
pub(super) fn hash(key: impl std::hash::Hash) -> u64 {
    static BUILDER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);
    BUILDER.hash_one(key)
}

/// The rows whose key stands in more than one record, with the hash of their key, sorted by hash, then row. `key` gives nothing for rows without one;
/// `goes_on` says that a row is of the same record as the row before.
pub(super) fn rows(n_rows: usize, key: impl Fn(usize) -> Option<u64>, goes_on: impl Fn(usize) -> bool) -> Vec<(u64, Row)> {
    let n_bits = (n_rows * BITS).next_power_of_two().max(64);
    let mut seen = vec![0_u64; n_bits / 64];
    let mut repeated: HashSet<u64> = HashSet::new();
    for row in 0..n_rows {
        if goes_on(row) {
            continue;
        }
        let Some(hash) = key(row) else { continue };
        let at = usize::try_from(hash).unwrap_or(usize::MAX) & (n_bits - 1);
        if let Some(word) = seen.get_mut(at / 64) {
            if *word >> (at % 64) & 1 == 1 {
                repeated.insert(hash);
            }
            *word |= 1 << (at % 64);
        }
    }
    drop(seen);
    if repeated.is_empty() {
        return Vec::new();
    }
    let number = |row: usize| Row::try_from(row).unwrap_or(Row::MAX);
    let keyed = (0..n_rows).filter_map(|row| Some((key(row)?, number(row))));
    let mut rows: Vec<(u64, Row)> = keyed.filter(|(hash, _)| repeated.contains(hash)).collect();
    rows.sort_unstable();
    rows
}
