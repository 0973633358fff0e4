//! One file of the evidence: its hash, encoding and container, or why it cannot be used.

use std::fmt::Write;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::Entry;
use crate::evidence::container::Text;
use crate::evidence::container::encoding::{self, Encoding, Tally};
use crate::evidence::container::sniff::{self, Kind};
use crate::provenance::{SkipReason, Source};

/// Files that operating systems leave behind. They are listed and hashed, but they are no evidence and no loss.
const LITTER: &[&str] = &[".ds_store", "thumbs.db", "desktop.ini", ".localized"];

/// One file as found: the source, how to read it, why it cannot be used.
pub(super) struct Survey {
    pub(super) source: Source,
    pub(super) text: Option<Text>,
    pub(super) skipped: Option<(SkipReason, String)>,
}

/// Reads one file to its end, once.
pub(super) fn survey(path: String, absolute: PathBuf, entry: Entry) -> Survey {
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
