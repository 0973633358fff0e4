//! Evidence file → the records of its texts, wherever they stand: in the file itself, in a workbook, in an archive, in an archive inside that one.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use super::load::{LARGE, Meter};
use crate::evidence::container::archive::{self, Bytes, Guard, Packing, Seekable};
use crate::evidence::container::value::Object;
use crate::evidence::container::{Container, Pool, Text};
use crate::evidence::read::{self, Contents, Reading, Watch};
use crate::evidence::shape::Shape;
use crate::inventory::modified;
use crate::provenance::{SkipReason, Skipped, Source, SourceId};
use crate::settings::archive::Archive;

/// Texts of one evidence file that are read one after another.
pub(super) struct Job<'a> {
    absolute: &'a Path,
    /// By their place in the archive; the text of a file of its own has no place.
    texts: BTreeMap<&'a [u32], (SourceId, Text)>,
    /// Bytes, unpacked.
    pub(super) n_bytes: u64,
}

/// What all jobs have in common.
pub(super) struct Loading<'a> {
    /// All sources of the case.
    pub(super) sources: &'a [Source],
    /// How far archives are unpacked.
    pub(super) limits: &'a Archive,
    /// Tells a record's shape.
    pub(super) recognise: fn(&Object<'_>) -> Option<&'static Shape>,
    /// Bytes read at a time.
    pub(super) block: usize,
    /// Buffers to read into.
    pub(super) pool: &'a Pool,
    /// Sees the rows of each batch.
    pub(super) watch: Watch<'a>,
    /// Where progress is told.
    pub(super) meter: Meter<'a>,
}

/// Groups the texts by evidence file. A ZIP is read at several places at a time; other archives can only be read from their beginning.
pub(super) fn jobs<'a>(texts: &BTreeMap<SourceId, Text>, sources: &'a [Source]) -> Vec<Job<'a>> {
    let own = sources.iter().filter(|source| source.inside.is_empty());
    let zips: BTreeSet<&Path> = own.filter(|source| source.container == Packing::Zip.name()).map(|source| source.absolute.as_path()).collect();
    let source = |(id, text): (&SourceId, &Text)| sources.get(id.0 as usize).map(|source| (source, (*id, *text)));
    let mut placed: Vec<_> = texts.iter().filter_map(source).collect();
    placed.sort_by_key(|(source, _)| (source.absolute.as_path(), source.inside.as_slice()));
    let mut jobs: Vec<Job<'a>> = Vec::new();
    for (source, text) in placed {
        let goes_on = |job: &&mut Job<'_>| {
            let is_same_member = || job.texts.keys().next_back().is_some_and(|place| place.first() == source.inside.first());
            job.absolute == source.absolute
                && !source.inside.is_empty()
                && (!zips.contains(job.absolute) || job.n_bytes + source.size <= LARGE || is_same_member())
        };
        if let Some(job) = jobs.last_mut().filter(goes_on) {
            job.texts.insert(&source.inside, text);
            job.n_bytes += source.size;
        } else {
            jobs.push(Job { absolute: &source.absolute, texts: BTreeMap::from([(source.inside.as_slice(), text)]), n_bytes: source.size });
        }
    }
    jobs
}

type Loaded = Vec<(SourceId, Contents)>;

impl Loading<'_> {
    /// Reads the texts of one job; with `parallel` all threads work on each.
    pub(super) fn read(&self, job: &Job<'_>, parallel: bool) -> Loaded {
        let mut loaded = Loaded::new();
        let opened = File::open(job.absolute).and_then(|file| Ok((file.try_clone()?, file.metadata()?.len(), file)));
        let why = match opened {
            Ok((after, n_packed, file)) => {
                self.read_file(job, file, n_packed, parallel, &mut loaded);
                for (id, contents) in &mut loaded {
                    if !after.metadata().is_ok_and(|data| self.is_as_hashed(*id, &data)) {
                        lose(*id, contents, "the file changed while it was read: its hash is not that of the records".to_owned());
                    }
                }
                "it could not be found in its archive again".to_owned()
            }
            // It could be read a moment ago, when it was hashed.
            Err(error) => error.to_string(),
        };
        let found: BTreeSet<SourceId> = loaded.iter().map(|(id, _)| *id).collect();
        for (id, _) in job.texts.values().filter(|(id, _)| !found.contains(id)) {
            let mut contents = Contents::default();
            lose(*id, &mut contents, why.clone());
            loaded.push((*id, contents));
        }
        for _ in &job.texts {
            self.meter.end_file();
        }
        loaded
    }

    fn is_as_hashed(&self, id: SourceId, data: &Metadata) -> bool {
        let source = self.sources.get(id.0 as usize);
        source.is_some_and(|source| (!source.inside.is_empty() || data.len() == source.size) && modified(data) == source.modified)
    }

    fn read_file(&self, job: &Job<'_>, mut file: File, n_packed: u64, parallel: bool, loaded: &mut Loaded) {
        if let Some((id, text)) = job.texts.get([].as_slice()) {
            let contents = if text.container == Container::Sheet {
                self.workbook(Box::new(file), n_packed, *id, *text, parallel)
            } else {
                self.text(file, *id, *text, parallel)
            };
            loaded.push((*id, contents));
        } else if let Ok(Some(packing)) = archive::packing(&mut file) {
            let guard = Guard::new(self.limits, n_packed);
            self.members(job, Box::new(file), packing, &guard, &mut Vec::new(), parallel, loaded);
        }
    }

    /// The texts below one place of an archive.
    #[expect(clippy::too_many_arguments, reason = "what a level of a recursion has to know")]
    fn members(
        &self,
        job: &Job<'_>,
        input: Box<dyn Seekable + '_>,
        packing: Packing,
        guard: &Guard<'_>,
        place: &mut Vec<u32>,
        parallel: bool,
        loaded: &mut Loaded,
    ) {
        let below = job.texts.keys().filter(|inside| inside.starts_with(place));
        let wanted: BTreeSet<u32> = below.filter_map(|inside| inside.get(place.len()).copied()).collect();
        let mut n_left = wanted.len();
        // What of the archive cannot be read is known from the inventory.
        archive::read(input, packing, guard, &|ordinal| wanted.contains(&ordinal), &mut |member, bytes| {
            place.push(member.ordinal);
            if member.refused.is_none() {
                match job.texts.get(place.as_slice()) {
                    Some((id, text)) if text.container == Container::Sheet => {
                        if let Ok((book, n_bytes)) = spooled(bytes) {
                            loaded.push((*id, self.workbook(book, n_bytes, *id, *text, parallel)));
                        }
                    }
                    Some((id, text)) => loaded.push((*id, self.text(bytes, *id, *text, parallel))),
                    None => {
                        if let Ok((mut nested, _)) = spooled(bytes)
                            && let Ok(Some(packing)) = archive::packing(&mut *nested)
                        {
                            self.members(job, nested, packing, guard, place, parallel, loaded);
                        }
                    }
                }
            }
            place.pop();
            n_left = n_left.saturating_sub(1);
            n_left > 0
        });
    }

    fn workbook(&self, book: Box<dyn Seekable + '_>, n_packed: u64, id: SourceId, text: Text, parallel: bool) -> Contents {
        let mut contents = Contents::default();
        let guard = Guard::new(self.limits, n_packed);
        let losses = archive::read(book, Packing::Workbook, &guard, &|_| true, &mut |sheet, bytes| {
            contents = self.text(bytes, id, text, parallel);
            contents.notes.extend(sheet.notes);
            true
        });
        for (reason, detail) in losses {
            let record = contents.n_records;
            contents.skipped.push(Skipped { source: id, record, reason, detail, excerpt: String::new() });
            contents.n_records += 1;
        }
        contents
    }

    fn text(&self, input: impl Read + Send, id: SourceId, text: Text, parallel: bool) -> Contents {
        let (path, size) = self.sources.get(id.0 as usize).map_or(("", 0), |source| (source.path.as_str(), source.size));
        let n_before = Cell::new(0);
        // The sheet of a workbook is longer than its file.
        let advance = |n_read: u64| self.meter.add_bytes(n_read.min(size) - n_before.replace(n_read.min(size)));
        let Loading { recognise, block, pool, watch, .. } = *self;
        read::read_from(input, Reading { source: id, path, text, recognise, block, parallel, pool, watch }, &advance)
    }
}

/// Counts the source as damaged, for this reason.
fn lose(source: SourceId, contents: &mut Contents, detail: String) {
    let record = contents.n_records;
    contents.skipped.push(Skipped { source, record, reason: SkipReason::UnreadableFile, detail, excerpt: String::new() });
    contents.n_records += 1;
}

/// A copy of a member that can be read at any place, and its size in bytes.
fn spooled<'a>(bytes: &mut Bytes<'_>) -> io::Result<(Box<dyn Seekable + 'a>, u64)> {
    let mut spool = archive::spool();
    let n_bytes = io::copy(bytes, &mut spool)?;
    Ok((Box::new(spool), n_bytes))
}
