//! Walks the evidence, hashes each file, tells its encoding and container. Reads only; follows no symlink out of the evidence.
//!
//! Every entry of a folder becomes a [`Source`], also those that cannot be read: a file that is missing from the report would look like a file that
//! was never there.

mod survey;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;

use rayon::prelude::*;

use self::survey::{Survey, survey};
use self::walk::{Entry, walk};
use crate::evidence::container::Text;
use crate::provenance::{Skipped, Source, SourceId};
use crate::settings::archive::Archive;

pub(crate) use self::survey::modified;

/// The evidence as found.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The files, sorted by path; [`SourceId`] indexes this list.
    pub sources: Vec<Source>,
    /// Files that cannot be used, one entry each, sorted by source.
    pub skipped: Vec<Skipped>,
    /// How to read the files that hold records. The others are unusable, empty, litter, or the same bytes as an earlier file.
    pub texts: BTreeMap<SourceId, Text>,
    /// How far archives are unpacked, at this and at every later reading.
    pub limits: Archive,
}

/// Why there is no inventory. The user's fault, or the disk's.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// A path that was given does not exist or cannot be looked at.
    #[error("cannot read {}: {error}", path.display())]
    Path {
        /// As given.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
    /// The paths hold no file at all.
    #[error("no file in {}", paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "))]
    Nothing {
        /// As given.
        paths: Vec<PathBuf>,
    },
}

/// Lists, hashes and recognises everything below `paths` (folders or single files), in parallel. Fails when a path does not exist or when there is
/// no file at all; a file that cannot be read is a [`Source`] with a [`Skipped`]. An archive is a source, and so is each of its members.
pub fn take(paths: &[PathBuf], limits: &Archive) -> Result<Inventory, InventoryError> {
    let mut roots = BTreeSet::new();
    for path in paths {
        let root = path.canonicalize().map_err(|error| InventoryError::Path { path: path.clone(), error })?;
        roots.insert(root);
    }
    let mut found: Vec<(String, PathBuf, Entry)> = Vec::new();
    let mut n_named: HashMap<String, usize> = HashMap::new();
    for path in paths {
        let name = path.file_name().map_or_else(|| "evidence".to_owned(), |name| name.to_string_lossy().into_owned());
        let n_same = n_named.entry(name.clone()).or_insert(0);
        *n_same += 1;
        // With several folders, each file's path begins with its folder's name; of two folders with one name the second gets a number.
        let prefix = match (paths.len(), *n_same) {
            (1, _) => String::new(),
            (_, 1) => name,
            (_, n_same) => format!("{name} ({n_same})"),
        };
        walk(path, &prefix, &roots, &mut found);
    }
    if found.is_empty() {
        return Err(InventoryError::Nothing { paths: paths.to_vec() });
    }
    let look = |(path, absolute, entry)| survey(path, absolute, entry, limits);
    let mut surveys: Vec<Survey> = found.into_par_iter().flat_map_iter(look).collect();
    let place = |survey: &Survey| (survey.source.path.clone(), survey.source.absolute.clone(), survey.source.inside.clone());
    surveys.sort_by_cached_key(place);
    Ok(Inventory { limits: limits.clone(), ..number(surveys) })
}

/// Numbers the files, finds the same bytes again, and counts each unusable file as one lost record.
fn number(surveys: Vec<Survey>) -> Inventory {
    let mut inventory = Inventory::default();
    let mut first_with: HashMap<String, String> = HashMap::new();
    for (index, Survey { mut source, text, losses }) in surveys.into_iter().enumerate() {
        let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
        let same = if source.size > 0 && !source.sha256.is_empty() { first_with.get(&source.sha256) } else { None };
        if let Some(first) = same {
            source.notes.push(format!("same bytes as {first}"));
        } else {
            source.records = losses.len() as u64;
            source.skipped = source.records;
            let lost = |(record, (reason, detail))| Skipped { source: id, record, reason, detail, excerpt: String::new() };
            inventory.skipped.extend((0..).zip(losses).map(lost));
            inventory.texts.extend(text.map(|text| (id, text)));
        }
        if same.is_none() && !source.sha256.is_empty() {
            first_with.insert(source.sha256.clone(), source.path.clone());
        }
        inventory.sources.push(source);
    }
    inventory
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::provenance::SkipReason;

    /// A fresh folder below the system's temporary one, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("backtrail-inventory-{}-{name}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            std::fs::create_dir_all(&path).expect("the temporary folder is writable");
            Self(path)
        }
        fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let path = self.0.join(name);
            std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the temporary folder is writable");
            std::fs::write(&path, bytes).expect("the temporary folder is writable");
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn everything_is_listed_in_path_order_with_a_reason() {
        let folder = Folder::new("list");
        folder.write("b/signins.txt", b"[{\"a\":1}]");
        folder.write("a.csv", b"Name,User\n1,2\n");
        folder.write("empty.json", b"");
        folder.write("logs.zip", b"PK\x03\x04....");
        folder.write("note.txt", b"Called at 23:10.\n");
        folder.write("picture.json", b"\x89PNG\r\n\x1a\n");
        folder.write("copy.txt", b"[{\"a\":1}]");
        folder.write(".DS_Store", b"\0\0\0\x01Bud1");
        let inventory = take(std::slice::from_ref(&folder.0), &Archive::default()).expect("the folder exists");
        let paths: Vec<&str> = inventory.sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, [".DS_Store", "a.csv", "b/signins.txt", "copy.txt", "empty.json", "logs.zip", "note.txt", "picture.json"]);
        let reasons: Vec<(u32, SkipReason)> = inventory.skipped.iter().map(|skipped| (skipped.source.0, skipped.reason)).collect();
        assert_eq!(
            reasons,
            [(4, SkipReason::EmptyFile), (5, SkipReason::UnreadableFile), (6, SkipReason::UnsupportedContainer), (7, SkipReason::BinaryFile)]
        );
        assert_eq!(inventory.texts.keys().map(|id| id.0).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(inventory.sources[3].notes, ["same bytes as b/signins.txt"]);
        assert_eq!(inventory.sources[1].sha256.len(), 64);
        for source in &inventory.sources {
            assert_eq!(source.records, source.kept + source.duplicates + source.skipped, "{}", source.path);
        }
    }

    #[test]
    fn single_files_and_several_roots_get_distinct_paths() {
        let folder = Folder::new("roots");
        let file = folder.write("one/case/x.json", b"{}");
        let other = folder.write("two/case/x.json", b"{\"a\":1}");
        let inventory = take(std::slice::from_ref(&file), &Archive::default()).expect("the file exists");
        assert_eq!(inventory.sources[0].path, "x.json");
        let folders = [file.parent().expect("in a folder").to_path_buf(), other.parent().expect("in a folder").to_path_buf()];
        let inventory = take(&folders, &Archive::default()).expect("the folders exist");
        assert_eq!(inventory.sources.iter().map(|source| source.path.as_str()).collect::<Vec<_>>(), ["case (2)/x.json", "case/x.json"]);
    }

    #[test]
    fn a_missing_path_and_an_empty_folder_are_errors() {
        let folder = Folder::new("none");
        assert!(matches!(take(std::slice::from_ref(&folder.0), &Archive::default()), Err(InventoryError::Nothing { .. })));
        assert!(matches!(take(&[folder.0.join("missing")], &Archive::default()), Err(InventoryError::Path { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out_or_in_circles() {
        let folder = Folder::new("links");
        folder.write("in/a.json", b"{}");
        let outside = Folder::new("links-outside");
        outside.write("secret.json", b"{}");
        let link = |target: &Path, name: &str| std::os::unix::fs::symlink(target, folder.0.join(name)).expect("links can be made");
        link(&folder.0, "in/circle");
        link(&outside.0.join("secret.json"), "out.json");
        link(&folder.0.join("nowhere"), "dangling");
        link(&folder.0.join("in/a.json"), "again.json");
        let inventory = take(std::slice::from_ref(&folder.0), &Archive::default()).expect("the folder exists");
        let paths: Vec<&str> = inventory.sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, ["again.json", "dangling", "in/a.json", "in/circle", "out.json"]);
        assert_eq!(inventory.skipped.iter().map(|skipped| skipped.source.0).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(inventory.texts.len(), 1);
    }
}
