//! ZIP: the members that its directory lists, in that order; without a directory (a download that broke off) those that stand at its beginning.

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipReadOptions;
use zip::read::{Config, read_zipfile_from_stream};
use zip::result::ZipError;
use zip::unstable::read::{ZipIterable, ZipIterableFiles};

use super::{Halt, Outlet, Seekable};
use crate::provenance::SkipReason;

/// Entries among which the parts of an Office document are looked for. They come first.
const PARTS: usize = 1_000;

/// The part that every Office document has.
const CONTENT_TYPES: &str = "[Content_Types].xml";

/// True for an Office workbook of the XML kind.
pub(super) fn is_workbook(file: &mut dyn Seekable) -> bool {
    has_part(file, "xl/workbook.xml")
}

fn has_part(file: &mut dyn Seekable, name: &str) -> bool {
    let archive = ZipIterable::try_new(file, Config::default());
    let is_part = |mut archive: ZipIterable<_>| {
        archive
            .files()
            .is_ok_and(|files: &mut ZipIterableFiles<_>| files.take(PARTS).filter_map(Result::ok).any(|entry| entry.name_raw() == name.as_bytes()))
    };
    archive.is_ok_and(is_part)
}

pub(super) fn unpack(mut input: Box<dyn Seekable + '_>, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    if has_part(&mut *input, CONTENT_TYPES) {
        let why = "an Office document without sheets: export its table as CSV";
        return Err(Halt::Lost((SkipReason::UnsupportedContainer, why.to_owned())));
    }
    let n_bytes = input.seek(SeekFrom::End(0))?;
    let mut archive = match ZipIterable::try_new(&mut input, Config::default()) {
        Ok(archive) => archive,
        Err(error) => return without_directory(&mut input, &error, outlet),
    };
    let files = archive.files().map_err(|error| Halt::damaged(&error))?;
    while let Some(entry) = files.next() {
        let entry = entry.map_err(|error| Halt::damaged(&error))?;
        if entry.is_dir() {
            continue;
        }
        if !outlet.is_wanted() {
            outlet.pass();
            continue;
        }
        let name = entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), |name| name.into_owned());
        if entry.encrypted() {
            outlet.refuse(name, SkipReason::Encrypted, "locked with a password: unpack it")?;
        } else if entry.is_symlink() {
            outlet.refuse(name, SkipReason::UnreadableFile, "a symbolic link; links in archives are not followed")?;
        } else {
            // A directory may promise anything; more than the file holds cannot have been packed.
            let n_packed = entry.compressed_size().min(n_bytes);
            match entry.with_reader(files.reader_mut(), ZipReadOptions::default()) {
                Ok(mut member) => outlet.member(name, Vec::new(), n_packed, &mut member)?,
                Err(error) => {
                    let (reason, why) = refusal(&error);
                    outlet.refuse(name, reason, why)?;
                }
            }
        }
    }
    Ok(())
}

/// Reads from the beginning as far as it goes. Some writers note the length of a member behind it only; such members cannot be read without directory.
fn without_directory(input: &mut (impl Read + Seek), error: &ZipError, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    let n_bytes = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let mut input = io::BufReader::new(input);
    let cut = loop {
        match read_zipfile_from_stream(&mut input) {
            Ok(Some(mut member)) => {
                let name = member.name().map_or_else(|_| String::from_utf8_lossy(member.name_raw()).into_owned(), |name| name.into_owned());
                if name == CONTENT_TYPES {
                    let why = "an Office document whose end is missing: save it again, or export its table as CSV";
                    return Err(Halt::Lost((SkipReason::UnreadableFile, why.to_owned())));
                }
                if member.is_dir() {
                    continue;
                }
                if !outlet.is_wanted() {
                    outlet.pass();
                    outlet.skip(&mut member)?;
                    continue;
                }
                let n_packed = member.compressed_size().min(n_bytes);
                outlet.member(
                    name,
                    vec!["read without the directory of its archive, which is missing or damaged".to_owned()],
                    n_packed,
                    &mut member,
                )?;
            }
            Ok(None) => break error.to_string(),
            Err(error) => break error.to_string(),
        }
    };
    Err(Halt::Lost((SkipReason::UnreadableFile, format!("the directory of the archive is missing or damaged; read from its beginning up to: {cut}"))))
}

fn refusal(error: &ZipError) -> (SkipReason, String) {
    match error {
        ZipError::UnsupportedArchive(words) => (SkipReason::UnsupportedContainer, format!("unpack it: {words}")),
        ZipError::Io(_) | ZipError::InvalidArchive(_) => (SkipReason::UnreadableFile, format!("damaged: {error}")),
        _ => (SkipReason::UnreadableFile, error.to_string()),
    }
}
