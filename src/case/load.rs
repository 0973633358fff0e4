//! Inventory → case: reads all sources in parallel and joins them in source order, so that the same evidence gives the same case on any machine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::cache::Cache;
use super::open::{self, Loading};
use super::{Case, coverage, fold, order, steps};
use crate::evidence::Evidence;
use crate::evidence::container::value::Object;
use crate::evidence::container::{BLOCK, Pool, Text};
use crate::evidence::read::{Contents, Watch};
use crate::evidence::shape::{self, Shape};
use crate::frame::{Frame, Frames};
use crate::inventory::Inventory;
use crate::provenance::{Skipped, Source, SourceId};

/// Files up to this size are read by one thread each, many at a time; larger ones one after another, each by all threads. Two blocks: below that a
/// file has nothing to share out.
pub(super) const LARGE: u64 = 2 * BLOCK as u64;

/// How far loading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Files read to their end.
    pub n_files: u64,
    /// Files to read.
    pub n_files_total: u64,
    /// Bytes read.
    pub n_bytes: u64,
    /// Bytes to read.
    pub n_bytes_total: u64,
}

/// Loads everything that the inventory found. `progress` is called from many threads, now and then.
pub fn load(inventory: Inventory, progress: &(dyn Fn(Progress) + Sync)) -> Case {
    build(read_files(inventory, shape::recognise, BLOCK, None, progress))
}

/// [`load`], with the rows of large files kept in `cache` for the next time.
pub fn load_cached(mut inventory: Inventory, cache: &Cache, progress: &(dyn Fn(Progress) + Sync)) -> Case {
    let texts = inventory.texts.clone();
    let source_of = |sources: &[Source], id: SourceId| sources.get(id.0 as usize).cloned().unwrap_or_default();
    let known = texts.par_iter().filter_map(|(id, text)| Some((*id, cache.get(&source_of(&inventory.sources, *id), *id, *text)?)));
    let known: Vec<(SourceId, Contents)> = known.collect();
    for (id, _) in &known {
        inventory.texts.remove(id);
    }
    let (sources, skipped, mut loaded) = read_files(inventory, shape::recognise, BLOCK, None, progress);
    for (id, contents) in &loaded {
        if let Some(text) = texts.get(id) {
            // What cannot be kept is read again the next time.
            let _ = cache.put(&source_of(&sources, *id), *text, contents);
        }
    }
    loaded.extend(known);
    loaded.sort_by_key(|(id, _)| *id);
    build((sources, skipped, loaded))
}

/// Joins what the files held.
fn build((mut sources, mut skipped, loaded): Loaded) -> Case {
    let mut case = Case::default();
    let tally = coverage::Tally::of(&loaded);
    let mut n_used = vec![0; sources.len()];
    for (id, contents) in loaded {
        case.columns.insert(id, columns(&contents.frames));
        case.frames.append(contents.frames);
        skipped.extend(contents.skipped);
        case.remarks.insert(id, contents.remarks);
        if let (Some(source), Some(n_used)) = (sources.get_mut(id.0 as usize), n_used.get_mut(id.0 as usize)) {
            *n_used = contents.n_used;
            source.records = contents.n_records;
            source.skipped = contents.n_records - contents.n_used;
            source.shapes = contents.shapes;
            source.notes.extend(contents.notes);
        }
    }
    skipped.sort_by_key(|skipped| (skipped.source, skipped.record));
    case.skipped = skipped;
    let folded = fold::duplicates(&mut case.frames);
    (case.occurrences, case.differences) = (folded.occurrences, folded.differences);
    for ((source, n_used), n_kept) in sources.iter_mut().zip(n_used).zip(kept(&case.frames)) {
        source.kept = n_kept;
        source.duplicates = n_used - n_kept;
    }
    case.sources = sources;
    order::by_time(&mut case.frames);
    for (source, columns) in steps::join(&mut case.frames) {
        case.columns.entry(source).or_default().extend(columns);
    }
    let mut records = coverage::records(&case.frames);
    if folded.n_logons > 0 {
        *records.entry(Evidence::AuditLogons).or_default() += folded.n_logons;
    }
    case.extent = coverage::Extent::new(tally, records);
    case.coverage = case.extent.spans();
    case
}

/// All files read: the sources, what could not be used of them, what each held, in source order.
type Loaded = (Vec<Source>, Vec<Skipped>, Vec<(SourceId, Contents)>);

/// Reads all files; with a `watch` their rows are shown to it and forgotten.
pub(super) fn read_all(inventory: Inventory, watch: Watch<'_>, progress: &(dyn Fn(Progress) + Sync)) -> Loaded {
    read_files(inventory, shape::recognise, BLOCK, watch, progress)
}

fn read_files(
    inventory: Inventory,
    recognise: fn(&Object<'_>) -> Option<&'static Shape>,
    block: usize,
    watch: Watch<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Loaded {
    let Inventory { sources, skipped, texts, limits } = inventory;
    let jobs = open::jobs(&texts, &sources);
    let meter = Meter::new(&texts, &sources, progress);
    let loading = Loading { sources: &sources, limits: &limits, recognise, block, pool: &Pool::default(), watch, meter };
    let (large, small): (Vec<_>, Vec<_>) = jobs.iter().partition(|job| job.n_bytes > LARGE);
    let small: Vec<Vec<_>> = small.into_par_iter().map(|job| loading.read(job, false)).collect();
    let mut loaded: Vec<(SourceId, Contents)> = small.into_iter().flatten().collect();
    for job in large {
        loaded.extend(loading.read(job, true));
    }
    loaded.sort_by_key(|(id, _)| *id);
    drop(jobs);
    (sources, skipped, loaded)
}

/// `frame.column` for every column that holds at least one value.
fn columns(frames: &Frames) -> BTreeSet<String> {
    let filled = |(name, frame): (&'static str, &dyn Frame)| {
        let with_value = frame.columns().into_iter().filter(|(_, column)| column.n_values() > 0);
        with_value.map(|(column, _)| format!("{name}.{column}")).collect::<Vec<_>>()
    };
    frames.each().into_iter().flat_map(filled).collect()
}

/// Records per source that have at least one row.
fn kept(frames: &Frames) -> impl Iterator<Item = u64> {
    let mut records: Vec<Vec<u64>> = Vec::new();
    for (_, frame) in frames.each() {
        for row in 0..frame.height() {
            let (source, record) = (frame.places().source(row).0 as usize, frame.places().record(row));
            if records.len() <= source {
                records.resize_with(source + 1, Vec::new);
            }
            // One bit per record of the source.
            let (word, bit) = (usize::try_from(record / 64).unwrap_or(usize::MAX), record % 64);
            if let Some(bits) = records.get_mut(source) {
                if bits.len() <= word {
                    bits.resize(word + 1, 0);
                }
                if let Some(bits) = bits.get_mut(word) {
                    *bits |= 1 << bit;
                }
            }
        }
    }
    let counted = records.into_iter().map(|bits| bits.iter().map(|word| u64::from(word.count_ones())).sum());
    counted.chain(std::iter::repeat(0))
}

/// Adds up the progress of all threads.
pub(super) struct Meter<'a> {
    n_files: AtomicU64,
    n_bytes: AtomicU64,
    total: Progress,
    report: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Meter<'a> {
    fn new(texts: &BTreeMap<SourceId, Text>, sources: &[Source], report: &'a (dyn Fn(Progress) + Sync)) -> Self {
        let n_bytes_total = texts.keys().filter_map(|id| sources.get(id.0 as usize)).map(|source| source.size).sum();
        let total = Progress { n_files_total: texts.len() as u64, n_bytes_total, ..Progress::default() };
        Self { n_files: AtomicU64::new(0), n_bytes: AtomicU64::new(0), total, report }
    }

    /// So many more bytes are read.
    pub(super) fn add_bytes(&self, n_bytes: u64) {
        self.n_bytes.fetch_add(n_bytes, Ordering::Relaxed);
        self.tell();
    }

    /// One more file is read to its end.
    pub(super) fn end_file(&self) {
        self.n_files.fetch_add(1, Ordering::Relaxed);
        self.tell();
    }

    fn tell(&self) {
        (self.report)(Progress { n_files: self.n_files.load(Ordering::Relaxed), n_bytes: self.n_bytes.load(Ordering::Relaxed), ..self.total });
    }
}
