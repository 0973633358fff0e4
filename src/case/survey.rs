//! The evidence counted and forgotten: one pass over all files in bounded memory, for `inventory`. Everything that `analyze` counts on rows is counted here on
//! the rows of each batch, before the batch goes; only copies in different files are not found, so each file counts its own.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::coverage::{Extent, Limit, Read, Tally, limits};
use super::load::{self, Progress};
use crate::frame::{Frames, Remarks};
use crate::inventory::Inventory;
use crate::provenance::{Skipped, Source, SourceId};
use crate::settings::coverage::Coverage as Settings;

/// What is in a folder.
#[derive(Debug, Default)]
pub struct Survey {
    /// The files, sorted by path; [`SourceId`] indexes this list.
    pub sources: Vec<Source>,
    /// Records that cannot be used, sorted by source and record.
    pub skipped: Vec<Skipped>,
    /// What the records of each file say about the export.
    pub remarks: BTreeMap<SourceId, Remarks>,
    /// Records by file, kind and day.
    pub extent: Extent,
}

impl Survey {
    /// What keeps the evidence from being the whole truth.
    pub fn limits(&self, settings: &Settings) -> Vec<Limit> {
        limits(Read { sources: &self.sources, skipped: &self.skipped, remarks: &self.remarks, extent: &self.extent }, settings)
    }
}

/// Counts everything that the inventory found. `progress` is called from many threads, now and then.
pub fn survey(inventory: Inventory, progress: &(dyn Fn(Progress) + Sync)) -> Survey {
    let tally = Mutex::new(Tally::default());
    let watch = |_: SourceId, frames: &Frames| {
        let mut own = Tally::default();
        own.add(frames);
        tally.lock().unwrap_or_else(PoisonError::into_inner).merge(own);
    };
    let (mut sources, mut skipped, loaded) = load::read_all(inventory, Some(&watch), progress);
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut remarks = BTreeMap::new();
    for (id, contents) in loaded {
        skipped.extend(contents.skipped);
        remarks.insert(id, contents.remarks);
        if let Some(source) = sources.get_mut(id.0 as usize) {
            source.records = contents.n_records;
            source.skipped = contents.n_records - contents.n_used;
            source.kept = contents.n_used;
            source.shapes = contents.shapes;
            source.notes.extend(contents.notes);
        }
    }
    skipped.sort_by_key(|skipped| (skipped.source, skipped.record));
    Survey { sources, skipped, remarks, extent: Extent::new(tally, BTreeMap::new()) }
}
