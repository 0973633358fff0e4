//! Records that stand in the evidence more than once become one. Nothing is lost: the richest copy stays, takes over what only other copies have,
//! and every place where the record stands is remembered.

mod cells;
mod groups;
mod identical;
mod merge;

use std::collections::{BTreeMap, BTreeSet};

use self::groups::Groups;
use crate::frame::{Frames, Row};
use crate::provenance::{RecordRef, SourceId};

/// Kept record → the other places where it stands.
pub(super) type Occurrences = BTreeMap<(SourceId, u64), Vec<RecordRef>>;

/// A record's place: source and ordinal.
type Place = (u32, u64);

/// Events whose records have ids.
const EVENTS: &[&str] = &["sign_ins", "audit", "mail_access", "mail_items", "risks"];

/// One row per folder or message of a record: the rows of all copies are united rather than one copy's chosen.
const MAIL: &[&str] = &["mail_access", "mail_items"];

/// Folds the duplicates of all frames. Events are the same when feed and record id are the same; states only when all cells are.
pub(super) fn duplicates(frames: &mut Frames) -> Occurrences {
    let mut others: BTreeMap<Place, BTreeSet<(u32, u64, String)>> = BTreeMap::new();
    let groups = Groups::find(frames);
    if !groups.is_empty() {
        for (kept, other) in groups.others() {
            others.entry(kept).or_default().insert(other);
        }
        for (name, data) in frames.each_mut() {
            if EVENTS.contains(&name) {
                merge::rows(name, data, &groups);
            }
        }
    }
    for (name, data) in frames.each_mut() {
        if !EVENTS.contains(&name) {
            for (kept, other) in identical::rows(data) {
                others.entry(kept).or_default().insert(other);
            }
        }
    }
    let reference = |(source, record, id): (u32, u64, String)| RecordRef { source: SourceId(source), record, id: id.into() };
    others.into_iter().map(|((source, record), others)| ((SourceId(source), record), others.into_iter().map(reference).collect())).collect()
}

/// Row numbers fit: see `Texts`.
fn number(row: usize) -> Row {
    Row::try_from(row).unwrap_or(Row::MAX)
}

#[cfg(test)]
mod tests;
