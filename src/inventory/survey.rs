//! One file of the evidence: its hash, encoding and container, or why it cannot be used; and the same for each member of an archive.

use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::Entry;
use crate::evidence::container::archive::{self, Bytes, Guard, Labels, Loss, Member, Packing, Seekable};
use crate::evidence::container::encoding::{self, Encoding, Tally};
use crate::evidence::container::sniff::{self, Kind};
use crate::evidence::container::{Container, Text};
use crate::provenance::{SkipReason, Source, hex};
use crate::settings::archive::Archive;

/// Files that operating systems leave behind. They are listed and hashed, but they are no evidence and no loss.
const LITTER: &[&str] = &[".ds_store", "thumbs.db", "desktop.ini", ".localized"];

/// One file or member as found.
pub(super) struct Survey {
    /// The source.
    pub(super) source: Source,
    /// How to read it, when it holds records.
    pub(super) text: Option<Text>,
    /// Why it cannot be used, wholly or in part.
    pub(super) losses: Vec<Loss>,
}

impl Survey {
    fn lost(source: Source, reason: SkipReason, why: impl Into<String>) -> Self {
        Self { source, text: None, losses: vec![(reason, why.into())] }
    }

    fn noted(mut source: Source, note: &str) -> Self {
        source.notes.push(note.to_owned());
        Self { source, text: None, losses: Vec::new() }
    }
}

/// Reads one file to its end, once, and the members of an archive once more.
pub(super) fn survey(path: String, absolute: PathBuf, entry: Entry, limits: &Archive) -> Vec<Survey> {
    let mut source = Source { path, absolute, encoding: "unreadable".to_owned(), container: "unknown".to_owned(), ..Source::default() };
    match entry {
        Entry::File => {}
        Entry::LinkInside => return vec![Survey::noted(source, "a symbolic link to a file of the evidence; read there")],
        Entry::Unusable(why) => return vec![Survey::lost(source, SkipReason::UnreadableFile, why)],
    }
    let opened = File::open(&source.absolute).and_then(|file| file.metadata().map(|data| (file, data)));
    let (mut file, data) = match opened {
        Ok(opened) => opened,
        Err(error) => return vec![Survey::lost(source, SkipReason::UnreadableFile, error.to_string())],
    };
    source.modified = modified(&data);
    let contents = Contents::read(&mut file, &mut source);
    match archive::packing(&mut file) {
        Ok(Some(packing)) if !is_litter(&source) => {
            let guard = Guard::new(limits, source.size);
            packed(source, contents, packing, Box::new(file), &guard, 0)
        }
        _ => vec![plain(source, &contents)],
    }
}

/// A file that is no archive.
fn plain(mut source: Source, contents: &Contents) -> Survey {
    if is_litter(&source) {
        return Survey::noted(source, "left behind by an operating system; no evidence");
    }
    if let Some(error) = &contents.error {
        match archive::limit(error) {
            Some(limit) => return Survey::lost(source, SkipReason::LimitReached, limit.to_string()),
            None if source.size == 0 => return Survey::lost(source, SkipReason::UnreadableFile, error.to_string()),
            None => {}
        }
    }
    if source.size == 0 {
        Encoding::Utf8.name().clone_into(&mut source.encoding);
        return Survey::lost(source, SkipReason::EmptyFile, "the file has no bytes");
    }
    let encoding = encoding::detect(&contents.head).unwrap_or_else(|| contents.tally.encoding());
    let (reason, why) = match sniff::kind(&contents.head, encoding) {
        Kind::Records(container) => {
            encoding.name().clone_into(&mut source.encoding);
            container.name().clone_into(&mut source.container);
            source.notes.extend(encoding_note(encoding, &contents.tally));
            return Survey { source, text: Some(Text { encoding, container }), losses: Vec::new() };
        }
        Kind::Unsupported(what) => {
            encoding.name().clone_into(&mut source.encoding);
            (SkipReason::UnsupportedContainer, what.to_owned())
        }
        Kind::Archive(what) => (SkipReason::UnsupportedContainer, what.to_owned()),
        Kind::Packed(packing) => (SkipReason::UnreadableFile, format!("a {} archive that cannot be opened", packing.name())),
        Kind::Binary(what) => (SkipReason::BinaryFile, format!("not text: {what}")),
    };
    Survey::lost(source, reason, why)
}

fn is_litter(source: &Source) -> bool {
    let name = source.path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    LITTER.contains(&name.as_str()) || name.starts_with("._")
}

/// An archive and its members, or a workbook. `depth`: how many archives it lies in.
fn packed(mut source: Source, contents: Contents, packing: Packing, input: Box<dyn Seekable + '_>, guard: &Guard<'_>, depth: u8) -> Vec<Survey> {
    packing.name().clone_into(&mut source.container);
    let mut own = Survey { source, text: None, losses: Vec::new() };
    if let Some(error) = contents.error {
        let reason = if archive::limit(&error).is_some() { SkipReason::LimitReached } else { SkipReason::UnreadableFile };
        own.losses.push((reason, error.to_string()));
    } else if packing == Packing::Workbook {
        own.text = Some(Text { encoding: Encoding::Utf8, container: Container::Sheet });
    } else if depth > guard.limits().depth {
        let why = format!("packed in more than {} archives (setting archive.depth): unpack the outer one", guard.limits().depth);
        own.losses.push((SkipReason::LimitReached, why));
    } else {
        let mut found = Vec::new();
        let mut labels = Labels::default();
        let losses = archive::read(input, packing, guard, &|_| true, &mut |mut member, bytes| {
            if member.name.is_empty() && packing == Packing::Gzip {
                member.name = name_in_gzip(&own.source.path);
            }
            let path = format!("{}/{}", own.source.path, labels.label(&member.name, guard.limits().name_letters));
            found.extend(survey_member(&own.source, path, member, bytes, guard, depth));
            true
        });
        own.losses.extend(losses);
        if found.is_empty() && own.losses.is_empty() {
            own.losses.push((SkipReason::EmptyFile, "an archive without members".to_owned()));
        }
        found.push(own);
        return found;
    }
    vec![own]
}

/// `SignIns.json.gz` holds `SignIns.json`, whatever name stands inside.
fn name_in_gzip(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let bare = name.len().checked_sub(3).and_then(|at| name.split_at_checked(at)).filter(|(_, end)| end.eq_ignore_ascii_case(".gz"));
    bare.map_or(name, |(bare, _)| bare).to_owned()
}

fn survey_member(archive: &Source, path: String, member: Member, bytes: &mut Bytes<'_>, guard: &Guard<'_>, depth: u8) -> Vec<Survey> {
    let mut inside = archive.inside.clone();
    inside.push(member.ordinal);
    let mut source = Source {
        path,
        absolute: archive.absolute.clone(),
        inside,
        modified: archive.modified,
        encoding: "unreadable".to_owned(),
        container: "unknown".to_owned(),
        notes: member.notes,
        ..Source::default()
    };
    if let Some((reason, why)) = member.refused {
        return vec![Survey::lost(source, reason, why)];
    }
    let mut head = Vec::new();
    // An error comes again when the rest is read.
    let _ = bytes.take(sniff::MAGIC_LENGTH).read_to_end(&mut head);
    let whole = head.as_slice().chain(bytes);
    if sniff::packing(&head).is_none() || is_litter(&source) {
        let contents = Contents::read(whole, &mut source);
        return vec![plain(source, &contents)];
    }
    let mut spool = archive::spool();
    let contents = Contents::read(Copied { input: whole, copy: &mut spool }, &mut source);
    match archive::packing(&mut spool) {
        Ok(Some(packing)) => packed(source, contents, packing, Box::new(spool), guard, depth.saturating_add(1)),
        Ok(None) | Err(_) => vec![plain(source, &contents)],
    }
}

/// What is read is written to `copy` as well.
struct Copied<R, W> {
    input: R,
    copy: W,
}

impl<R: Read, W: Write> Read for Copied<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.input.read(buffer)?;
        self.copy.write_all(buffer.get(..n_read).unwrap_or_default())?;
        Ok(n_read)
    }
}

/// When a file was last changed, since 1970; `None` where the file system does not say.
pub(crate) fn modified(data: &Metadata) -> Option<Duration> {
    data.modified().ok()?.duration_since(UNIX_EPOCH).ok()
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
    head: Vec<u8>,
    tally: Tally,
    /// Why the pass ended before the file did.
    error: Option<io::Error>,
}

impl Contents {
    /// Notes size, encoding and, when all of it could be read, hash in `source`.
    fn read(mut input: impl Read, source: &mut Source) -> Self {
        let mut hash = Sha256::new();
        let mut contents = Self { head: Vec::new(), tally: Tally::default(), error: None };
        let mut block = Vec::new();
        while contents.error.is_none() {
            block.clear();
            contents.error = (&mut input).take(encoding::HEAD as u64).read_to_end(&mut block).err();
            if block.is_empty() {
                break;
            }
            hash.update(&block);
            contents.tally.feed(&block);
            let n_wanted = encoding::HEAD.saturating_sub(contents.head.len());
            contents.head.extend(block.iter().take(n_wanted));
            source.size += block.len() as u64;
        }
        if contents.error.is_none() || source.size > 0 {
            "binary".clone_into(&mut source.encoding);
        }
        match &contents.error {
            None => {
                source.sha256 = hex(&hash.finalize());
            }
            Some(error) if source.size > 0 => source.notes.push(format!("only its first {} bytes can be read: {error}", source.size)),
            Some(_) => {}
        }
        contents
    }
}
