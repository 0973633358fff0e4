//! Walks the evidence, hashes each file, tells its encoding and container. Reads only; follows no symlink out of the evidence.
//!
//! Every entry of a folder becomes a [`Source`], also those that cannot be read: a file that is missing from the report would look like a file that
//! was never there.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::evidence::container::Text;
use crate::evidence::container::encoding::{self, Encoding, Tally};
use crate::evidence::container::sniff::{self, Kind};
use crate::provenance::{SkipReason, Skipped, Source, SourceId};

/// Files that operating systems leave behind. They are listed and hashed, but they are no evidence and no loss.
const LITTER: &[&str] = &[".ds_store", "thumbs.db", "desktop.ini", ".localized"];

/// The evidence as found.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The files, sorted by path; [`SourceId`] indexes this list.
    pub sources: Vec<Source>,
    /// Files that cannot be used, one entry each, sorted by source.
    pub skipped: Vec<Skipped>,
    /// How to read the files that hold records. The others are unusable, empty, litter, or the same bytes as an earlier file.
    pub texts: BTreeMap<SourceId, Text>,
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

/// What stands in a folder under one name.
enum Entry {
    File,
    /// A link whose target is listed itself.
    LinkInside,
    Unusable(String),
}

/// Lists, hashes and recognises everything below `paths` (folders or single files), in parallel. Fails when a path does not exist or when there is
/// no file at all; a file that cannot be read is a [`Source`] with a [`Skipped`].
pub fn take(paths: &[PathBuf]) -> Result<Inventory, InventoryError> {
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
    found.sort_by(|(path, absolute, _), (other_path, other, _)| path.cmp(other_path).then_with(|| absolute.cmp(other)));
    let surveys: Vec<Survey> = found.into_par_iter().map(|(path, absolute, entry)| survey(path, absolute, entry)).collect();
    Ok(number(surveys))
}

/// Collects the entries below one path.
fn walk(root: &Path, prefix: &str, roots: &BTreeSet<PathBuf>, found: &mut Vec<(String, PathBuf, Entry)>) {
    for entry in walkdir::WalkDir::new(root).follow_links(false).follow_root_links(true).sort_by_file_name() {
        let (path, kind) = match entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) if entry.path_is_symlink() && entry.depth() > 0 => {
                let kind = link(entry.path(), roots);
                (entry.into_path(), kind)
            }
            Ok(entry) if entry.path().is_file() => (entry.into_path(), Entry::File),
            Ok(entry) => (entry.into_path(), Entry::Unusable("not a regular file".to_owned())),
            Err(error) => {
                let path = error.path().unwrap_or(root).to_path_buf();
                (path, Entry::Unusable(error.io_error().map_or_else(|| error.to_string(), ToString::to_string)))
            }
        };
        let below = path.strip_prefix(root).unwrap_or(&path);
        let mut parts: Vec<String> = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        if parts.is_empty() && prefix.is_empty() {
            parts.extend(root.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
        if !prefix.is_empty() {
            parts.insert(0, prefix.to_owned());
        }
        found.push((parts.join("/"), path, kind));
    }
}

/// Judges a symbolic link inside the evidence without reading through it.
fn link(path: &Path, roots: &BTreeSet<PathBuf>) -> Entry {
    match path.canonicalize() {
        Ok(target) if roots.iter().any(|root| target.starts_with(root)) => Entry::LinkInside,
        Ok(_) => Entry::Unusable("a symbolic link that leads out of the evidence is not followed".to_owned()),
        Err(error) => Entry::Unusable(format!("a symbolic link without target: {error}")),
    }
}

/// One file as found: the source, how to read it, why it cannot be used.
struct Survey {
    source: Source,
    text: Option<Text>,
    skipped: Option<(SkipReason, String)>,
}

fn survey(path: String, absolute: PathBuf, entry: Entry) -> Survey {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let mut source = Source { path, absolute, encoding: "unreadable".to_owned(), container: "unknown".to_owned(), ..Source::default() };
    let read = match entry {
        Entry::File => File::open(&source.absolute).and_then(|file| {
            source.modified = modified(&file.metadata()?);
            Contents::read(file, &mut source)
        }),
        Entry::LinkInside => {
            source.notes.push("a symbolic link to a file of the evidence; read there".to_owned());
            return Survey { source, text: None, skipped: None };
        }
        Entry::Unusable(why) => return Survey { source, text: None, skipped: Some((SkipReason::UnreadableFile, why)) },
    };
    let contents = match read {
        Ok(contents) => contents,
        Err(error) => return Survey { source, text: None, skipped: Some((SkipReason::UnreadableFile, error.to_string())) },
    };
    source.sha256 = contents.sha256;
    "binary".clone_into(&mut source.encoding);
    if LITTER.contains(&name.as_str()) || name.starts_with("._") {
        source.notes.push("left behind by an operating system; no evidence".to_owned());
        return Survey { source, text: None, skipped: None };
    }
    if source.size == 0 {
        Encoding::Utf8.name().clone_into(&mut source.encoding);
        return Survey { source, text: None, skipped: Some((SkipReason::EmptyFile, "the file has no bytes".to_owned())) };
    }
    let encoding = encoding::detect(&contents.head).unwrap_or_else(|| contents.tally.encoding());
    let (reason, why) = match sniff::kind(&contents.head, encoding) {
        Kind::Records(container) => {
            encoding.name().clone_into(&mut source.encoding);
            container.name().clone_into(&mut source.container);
            source.notes.extend(encoding_note(encoding, &contents.tally));
            return Survey { source, text: Some(Text { encoding, container }), skipped: None };
        }
        Kind::Unsupported(what) => {
            encoding.name().clone_into(&mut source.encoding);
            (SkipReason::UnsupportedContainer, what)
        }
        Kind::Archive(what) => (SkipReason::UnsupportedContainer, what),
        Kind::Binary(what) => (SkipReason::BinaryFile, what),
    };
    Survey { source, text: None, skipped: Some((reason, what_to_do(reason, why))) }
}

/// When a file was last changed, since 1970; `None` where the file system does not say.
pub(crate) fn modified(data: &Metadata) -> Option<Duration> {
    data.modified().ok()?.duration_since(UNIX_EPOCH).ok()
}

fn what_to_do(reason: SkipReason, what: &str) -> String {
    if reason == SkipReason::BinaryFile { format!("not text: {what}") } else { what.to_owned() }
}

fn encoding_note(encoding: Encoding, tally: &Tally) -> Option<String> {
    match encoding {
        Encoding::Windows1252 => Some("not UTF-8; read as Windows-1252: letters beyond ASCII may be wrong".to_owned()),
        Encoding::Utf8 | Encoding::Utf8Bom if tally.n_invalid() > 0 => {
            Some(format!("{} byte sequences are not UTF-8 and were replaced", tally.n_invalid()))
        }
        Encoding::Utf8 | Encoding::Utf8Bom | Encoding::Utf16Le | Encoding::Utf16Be => None,
    }
}

/// What one pass over a file's bytes tells.
struct Contents {
    sha256: String,
    head: Vec<u8>,
    tally: Tally,
}

impl Contents {
    fn read(mut input: impl Read, source: &mut Source) -> io::Result<Self> {
        let mut hash = Sha256::new();
        let mut contents = Self { sha256: String::new(), head: Vec::new(), tally: Tally::default() };
        let mut block = Vec::new();
        loop {
            block.clear();
            (&mut input).take(encoding::HEAD as u64).read_to_end(&mut block)?;
            if block.is_empty() {
                break;
            }
            hash.update(&block);
            contents.tally.feed(&block);
            let n_wanted = encoding::HEAD.saturating_sub(contents.head.len());
            contents.head.extend(block.iter().take(n_wanted));
            source.size += block.len() as u64;
        }
        for byte in hash.finalize() {
            // Writing to a `String` does not fail.
            let _ = write!(contents.sha256, "{byte:02x}");
        }
        Ok(contents)
    }
}

/// Numbers the files, finds the same bytes again, and counts each unusable file as one lost record.
fn number(surveys: Vec<Survey>) -> Inventory {
    let mut inventory = Inventory::default();
    let mut first_with: HashMap<String, String> = HashMap::new();
    for (index, Survey { mut source, text, skipped }) in surveys.into_iter().enumerate() {
        let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
        let same = if source.size > 0 && !source.sha256.is_empty() { first_with.get(&source.sha256) } else { None };
        if let Some(first) = same {
            source.notes.push(format!("same bytes as {first}"));
        } else if let Some((reason, detail)) = skipped {
            source.records = 1;
            source.skipped = 1;
            inventory.skipped.push(Skipped { source: id, record: 0, reason, detail, excerpt: String::new() });
        } else if let Some(text) = text {
            inventory.texts.insert(id, text);
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
    use super::*;

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
        let inventory = take(std::slice::from_ref(&folder.0)).expect("the folder exists");
        let paths: Vec<&str> = inventory.sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, [".DS_Store", "a.csv", "b/signins.txt", "copy.txt", "empty.json", "logs.zip", "note.txt", "picture.json"]);
        let reasons: Vec<(u32, SkipReason)> = inventory.skipped.iter().map(|skipped| (skipped.source.0, skipped.reason)).collect();
        assert_eq!(
            reasons,
            [(4, SkipReason::EmptyFile), (5, SkipReason::UnsupportedContainer), (6, SkipReason::UnsupportedContainer), (7, SkipReason::BinaryFile)]
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
        let inventory = take(std::slice::from_ref(&file)).expect("the file exists");
        assert_eq!(inventory.sources[0].path, "x.json");
        let folders = [file.parent().expect("in a folder").to_path_buf(), other.parent().expect("in a folder").to_path_buf()];
        let inventory = take(&folders).expect("the folders exist");
        assert_eq!(inventory.sources.iter().map(|source| source.path.as_str()).collect::<Vec<_>>(), ["case (2)/x.json", "case/x.json"]);
    }

    #[test]
    fn a_missing_path_and_an_empty_folder_are_errors() {
        let folder = Folder::new("none");
        assert!(matches!(take(std::slice::from_ref(&folder.0)), Err(InventoryError::Nothing { .. })));
        assert!(matches!(take(&[folder.0.join("missing")]), Err(InventoryError::Path { .. })));
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
        let inventory = take(std::slice::from_ref(&folder.0)).expect("the folder exists");
        let paths: Vec<&str> = inventory.sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, ["again.json", "dangling", "in/a.json", "in/circle", "out.json"]);
        assert_eq!(inventory.skipped.iter().map(|skipped| skipped.source.0).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(inventory.texts.len(), 1);
    }
}
