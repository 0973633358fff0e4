//! Rows of files that were read before, so that a second run with other settings need not read them again. One folder per file, named by everything
//! that decides what reading gives: the bytes, the path (it may name owner or stream), how they are read, the program. An entry that is not exactly as
//! it was written is not used. A cache that cannot be written costs time, never results.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::evidence::container::Text;
use crate::evidence::read::Contents;
use crate::frame::{Frames, Remarks, parquet};
use crate::provenance::{SkipReason, Skipped, Source, SourceId, hex};

/// Bytes from which a file is worth an entry.
const WORTH: u64 = 1 << 20;

/// Name of the list in an entry.
const LIST: &str = "contents.json";

/// Where rows are kept between runs.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    program: String,
    /// Files below this size are read faster than looked up.
    worth: u64,
}

/// What an entry holds besides rows, and the hash of each file with rows.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    frames: BTreeMap<String, String>,
    skipped: Vec<Skipped>,
    n_records: u64,
    n_used: u64,
    shapes: Vec<String>,
    notes: Vec<String>,
    remarks: Remarks,
}

impl Cache {
    /// A cache in `folder`. `program` tells programs apart that may read the same bytes differently: version, or hash of the binary.
    pub fn new(folder: PathBuf, program: String) -> Self {
        Self { folder, program, worth: WORTH }
    }

    fn entry(&self, source: &Source, text: Text) -> PathBuf {
        let columns: Vec<String> = Frames::default()
            .each()
            .into_iter()
            .flat_map(|(name, frame)| frame.columns().into_iter().map(move |(column, _)| format!("{name}.{column}")))
            .collect();
        let key = format!("{}\n{}\n{}\n{text:?}\n{}", self.program, source.sha256, source.path, columns.join(","));
        self.folder.join(hex(&Sha256::digest(key)))
    }

    /// What the file held when it was read before; `None` when it was not, or when the entry is damaged.
    pub(super) fn get(&self, source: &Source, id: SourceId, text: Text) -> Option<Contents> {
        if source.size < self.worth || source.sha256.is_empty() {
            return None;
        }
        let folder = self.entry(source, text);
        let list = fs::read(folder.join(LIST)).ok()?;
        let (hash, list) = list.split_at_checked(64)?;
        let entry: Entry = (hex(&Sha256::digest(list)).as_bytes() == hash).then(|| serde_json::from_slice(list).ok())??;
        let mut frames = Frames::default();
        let read = |(name, frame): (&'static str, &mut dyn crate::frame::Frame)| -> Option<()> {
            let Some(hash) = entry.frames.get(name) else { return Some(()) };
            let bytes = fs::read(folder.join(name)).ok()?;
            (hex(&Sha256::digest(&bytes)) == *hash).then(|| parquet::read(frame, Bytes::from(bytes)).ok())??;
            frame.places_mut().set_source(id);
            Some(())
        };
        frames.each_mut().into_par_iter().map(read).collect::<Option<()>>()?;
        let skipped = entry.skipped.into_iter().map(|skipped| Skipped { source: id, ..skipped }).collect();
        let Entry { n_records, n_used, shapes, notes, remarks, .. } = entry;
        Some(Contents { frames, skipped, n_records, n_used, shapes, notes, remarks })
    }

    /// Keeps what a file held.
    pub(super) fn put(&self, source: &Source, text: Text, contents: &Contents) -> io::Result<()> {
        // What was read of a file that changed meanwhile is not what its hash stands for; where a limit stopped reading, other settings read on.
        let is_all = contents.skipped.iter().all(|skipped| !matches!(skipped.reason, SkipReason::UnreadableFile | SkipReason::LimitReached));
        if source.size < self.worth || source.sha256.is_empty() || !is_all {
            return Ok(());
        }
        let folder = self.entry(source, text);
        let part = folder.with_extension(format!("part-{}", std::process::id()));
        fs::create_dir_all(&part)?;
        let frames = contents.frames.each();
        let written = frames.into_par_iter().filter(|(_, frame)| frame.height() > 0).map(|(name, frame)| {
            let mut bytes = Vec::new();
            parquet::write(frame, &mut bytes).map_err(io::Error::other)?;
            save(&part.join(name), &[&bytes])?;
            Ok((name.to_owned(), hex(&Sha256::digest(&bytes))))
        });
        let entry = Entry {
            frames: written.collect::<io::Result<_>>()?,
            skipped: contents.skipped.clone(),
            n_records: contents.n_records,
            n_used: contents.n_used,
            shapes: contents.shapes.clone(),
            notes: contents.notes.clone(),
            remarks: contents.remarks.clone(),
        };
        let list = serde_json::to_vec(&entry).map_err(io::Error::other)?;
        save(&part.join(LIST), &[hex(&Sha256::digest(&list)).as_bytes(), &list])?;
        // An entry of that name is the same, or damaged.
        let _ = fs::remove_dir_all(&folder);
        fs::rename(&part, &folder)
    }
}

fn save(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = File::create(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{self, Case};
    use crate::inventory;
    use crate::settings::archive::Archive;

    fn facts(case: &Case) -> Vec<String> {
        let frames = case.frames.each().into_iter().flat_map(|(name, frame)| {
            let columns = frame.columns();
            (0..frame.height())
                .map(move |row| {
                    let cells = columns.iter().map(|(name, column)| format!("{name}={:?}", column.text(row)));
                    format!("{name} {:?} {}", frame.places().reference(row), cells.collect::<Vec<_>>().join(" "))
                })
                .collect::<Vec<_>>()
        });
        let sources = case.sources.iter().map(|source| format!("{source:?}"));
        frames.chain(sources).chain(case.skipped.iter().map(|skipped| format!("{skipped:?}"))).chain([format!("{:?}", case.remarks)]).collect()
    }

    #[test]
    fn rows_from_the_cache_are_the_rows_of_the_file_and_damage_is_not_used() {
        let evidence = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases/second-hop/evidence");
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let cache = Cache { worth: 1, ..Cache::new(folder.path().join("cache"), "1".to_owned()) };
        let take = || inventory::take(std::slice::from_ref(&evidence), &Archive::default()).expect("the fixture exists");
        let plain = facts(&case::load(take(), &|_| ()));
        let cached = || facts(&case::load_cached(take(), &cache, &|_| ()));
        assert_eq!(cached(), plain, "when nothing is kept");
        let entries = || walkdir::WalkDir::new(&cache.folder).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
        assert!(entries().count() > 5, "rows are kept");
        assert_eq!(cached(), plain, "from the cache");
        for entry in entries() {
            let mut bytes = fs::read(entry.path()).expect("own file");
            let middle = bytes.len() / 2;
            *bytes.get_mut(middle).expect("not empty") ^= 1;
            fs::write(entry.path(), bytes).expect("own file");
        }
        let inventory = take();
        let used = inventory.texts.iter().filter(|(id, text)| {
            let source = inventory.sources.get(id.0 as usize).expect("numbered");
            cache.get(source, **id, **text).is_some()
        });
        assert_eq!(used.count(), 0, "a damaged entry is never used");
        assert_eq!(cached(), plain, "after damage");
        let (id, text) = inventory.texts.first_key_value().expect("the fixture holds texts");
        let source = inventory.sources.get(id.0 as usize).expect("numbered");
        for reason in [SkipReason::UnreadableFile, SkipReason::LimitReached] {
            let cache = Cache { program: format!("{reason:?}"), ..cache.clone() };
            let mut contents = Contents::default();
            cache.put(source, *text, &contents).expect("the temporary folder is writable");
            assert!(cache.get(source, *id, *text).is_some(), "what was read to its end is kept");
            fs::remove_dir_all(cache.entry(source, *text)).expect("own folder");
            contents.skipped.push(Skipped { source: *id, record: 0, reason, detail: String::new(), excerpt: String::new() });
            cache.put(source, *text, &contents).expect("nothing is written");
            assert!(cache.get(source, *id, *text).is_none(), "{reason:?}: the bytes read are not those of the hash");
        }
        let other = Cache { program: "2".to_owned(), ..cache.clone() };
        assert!(inventory.texts.iter().all(|(id, text)| other.get(inventory.sources.get(id.0 as usize).expect("numbered"), *id, *text).is_none()));
    }
}
