//! One evidence file → frame rows: batches of records are parsed, recognised and read by many threads and joined in the order of the file.

mod chunk;

use std::collections::BTreeMap;
use std::io::Read;

use rayon::prelude::*;

use self::chunk::Chunk;
use super::container::value::Object;
use super::container::{Batch, Batches, Pool, Text, dates};
use super::shape::Shape;
use crate::frame::{Frames, Remarks};
use crate::provenance::{SkipReason, Skipped, SourceId};
use crate::time::DateOrder;

/// Unusable records that are listed per file; the others are counted in one summary entry. Files of a wrong kind have millions.
pub(crate) const LISTED: usize = 10_000;

/// Note of a file that ends inside a record.
pub(crate) const CUT_RECORD: &str = "the file ends in the middle of a record";

/// Batches of one file that are in memory at a time, at most. More would not keep more threads busy: each takes some 20 ms.
const GROUP: usize = 16;

/// Sees rows of a file.
pub(crate) type Watch<'a> = Option<&'a (dyn Fn(SourceId, &Frames) + Sync)>;

/// What a file is and how its records are to be recognised.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// The file's number.
    pub(crate) source: SourceId,
    /// Its path below the evidence folder.
    pub(crate) path: &'a str,
    /// How bytes become records.
    pub(crate) text: Text,
    /// Tells a record's shape.
    pub(crate) recognise: fn(&Object<'_>) -> Option<&'static Shape>,
    /// Bytes read at a time.
    pub(crate) block: usize,
    /// Several threads work on this file.
    pub(crate) parallel: bool,
    /// Buffers to read into.
    pub(crate) pool: &'a Pool,
    /// Sees the rows of each batch, in no particular order; they are then forgotten.
    pub(crate) watch: Watch<'a>,
}

/// What a file held.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// The rows, in the order of the file.
    pub(crate) frames: Frames,
    /// Records that could not be used, in the order of the file; at most [`LISTED`] and a summary.
    pub(crate) skipped: Vec<Skipped>,
    /// Records found.
    pub(crate) n_records: u64,
    /// Records that became rows.
    pub(crate) n_used: u64,
    /// Ids of the shapes, most frequent first.
    pub(crate) shapes: Vec<String>,
    /// What a reader of the report must know.
    pub(crate) notes: Vec<String>,
    /// What the records say about the export.
    pub(crate) remarks: Remarks,
}

/// Reads a text to its end. `advance` is told how many of its bytes are done.
pub(crate) fn read_from(input: impl Read + Send, reading: Reading<'_>, advance: &dyn Fn(u64)) -> Contents {
    let mut batches = Batches::new(input, reading.text, reading.block, reading.pool);
    let mut joined = Joined::default();
    let first = batches.next();
    let sample = first.as_ref().map(|batch| dates::Sample::of(&batch.text)).unwrap_or_default();
    let (order, order_note) = sample.order();
    joined.contents.notes.extend(order_note);
    let n_group = if reading.parallel { rayon::current_num_threads().clamp(1, GROUP) } else { 1 };
    let mut group: Vec<Batch> = first.into_iter().collect();
    while !group.is_empty() {
        let n_read = group.last().map_or(0, |batch| batch.n_read);
        let (chunks, next) = if reading.parallel {
            rayon::join(|| parse(group, reading, order), || batches.by_ref().take(n_group).collect())
        } else {
            (group.into_iter().map(|batch| Chunk::parse(batch, reading, order)).collect(), batches.next().into_iter().collect())
        };
        for chunk in chunks {
            joined.append(chunk);
        }
        advance(n_read);
        group = next;
    }
    joined.finish(&batches, reading.source)
}

fn parse(group: Vec<Batch>, reading: Reading<'_>, order: DateOrder) -> Vec<Chunk> {
    group.into_par_iter().map(|batch| Chunk::parse(batch, reading, order)).collect()
}

/// Chunks put together.
#[derive(Default)]
struct Joined {
    contents: Contents,
    n_by_shape: BTreeMap<&'static str, u64>,
    n_unlisted: BTreeMap<SkipReason, u64>,
    first_unlisted: Option<u64>,
    n_ragged: u64,
    n_cut: u64,
    n_repaired: u64,
}

impl Joined {
    fn append(&mut self, chunk: Chunk) {
        self.contents.frames.append(chunk.frames);
        self.contents.n_used += chunk.n_used;
        self.n_ragged += chunk.n_ragged;
        self.n_cut += chunk.n_cut;
        self.n_repaired += chunk.n_repaired;
        self.contents.remarks.append(chunk.remarks);
        for (shape, n_records) in chunk.n_by_shape {
            *self.n_by_shape.entry(shape).or_default() += n_records;
        }
        for skipped in chunk.skipped {
            if self.contents.skipped.len() < LISTED {
                self.contents.skipped.push(skipped);
            } else {
                self.first_unlisted.get_or_insert(skipped.record);
                *self.n_unlisted.entry(skipped.reason).or_default() += 1;
            }
        }
        for (reason, n_records) in chunk.n_unlisted {
            *self.n_unlisted.entry(reason).or_default() += n_records;
        }
        self.first_unlisted = self.first_unlisted.or(chunk.first_unlisted);
    }

    fn finish<R: Read>(self, batches: &Batches<'_, R>, source: SourceId) -> Contents {
        let mut contents = self.contents;
        contents.n_records = batches.n_records();
        let mut shapes: Vec<(&str, u64)> = self.n_by_shape.into_iter().collect();
        shapes.sort_by(|(id, n_records), (other_id, other)| other.cmp(n_records).then_with(|| id.cmp(other_id)));
        contents.shapes = shapes.into_iter().map(|(id, _)| id.to_owned()).collect();
        let mut unlisted: Vec<(SkipReason, u64)> = self.n_unlisted.into_iter().collect();
        // The entry stands for what was lost; what was no evidence to begin with gives the reason only when nothing else does.
        unlisted.sort_by_key(|(reason, n_records)| (*reason == SkipReason::NotEvidence, std::cmp::Reverse(*n_records)));
        if let (Some(record), Some((reason, _))) = (self.first_unlisted, unlisted.first()) {
            let counts: Vec<String> = unlisted.iter().map(|(reason, n_records)| format!("{n_records} {reason:?}")).collect();
            let detail = format!("further records from here on are counted but not listed: {}", counts.join(", "));
            contents.skipped.push(Skipped { source, record, reason: *reason, detail, excerpt: String::new() });
        }
        contents.notes.extend(batches.notes());
        if self.n_cut > 0 {
            contents.notes.push(CUT_RECORD.to_owned());
        }
        if self.n_repaired > 0 {
            contents.notes.push(format!("{} records hold characters that JSON does not allow; halves of characters were replaced", self.n_repaired));
        }
        if self.n_ragged > 0 {
            contents.notes.push(format!("{} rows have more or fewer cells than the table head", self.n_ragged));
        }
        if let Some(error) = batches.error() {
            let detail = format!("reading stopped before the end of the file: {error}");
            contents.skipped.push(Skipped { source, record: contents.n_records, reason: SkipReason::UnreadableFile, detail, excerpt: String::new() });
            contents.n_records += 1;
        }
        contents
    }
}

#[cfg(test)]
mod tests;
