//! 7z: block after block, and in each block (often there is only one) member after member. A damaged block costs its members only.

use std::io::Read;

use sevenz_rust2::{Archive, ArchiveEntry, Block, BlockDecoder, EncoderMethod, Error, Password};

use super::{Halt, Outlet, Seekable};
use crate::provenance::SkipReason;

const LOCKED: &str = "locked with a password: unpack it";

pub(super) fn unpack(mut input: Box<dyn Seekable + '_>, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    let password = Password::empty();
    let archive = Archive::read(&mut input, &password).map_err(|error| match refusal(&error) {
        (SkipReason::UnreadableFile, why) => Halt::damaged(&why),
        loss => Halt::Lost(loss),
    })?;
    for (index, block) in archive.blocks.iter().enumerate() {
        let decoder = BlockDecoder::new(1, index, &archive, &password, &mut input);
        let files: Vec<String> = decoder.entries().iter().filter(|entry| is_file(entry)).map(|entry| entry.name.clone()).collect();
        let mut n_done = 0;
        let mut lost = unusable(block, outlet.guard.limits().dictionary_bytes);
        if lost.is_none() && outlet.is_any_wanted(files.len()) {
            let mut halt = None;
            let outcome = decoder.for_each_entries(&mut |entry, bytes| {
                let done = if is_file(entry) { member(entry, bytes, outlet) } else { Ok(()) };
                n_done += usize::from(is_file(entry));
                halt = done.err();
                Ok(halt.is_none())
            });
            if let Some(halt) = halt {
                return Err(halt);
            }
            lost = outcome.err().map(|error| refusal(&error));
        }
        for name in files.into_iter().skip(n_done) {
            match &lost {
                Some((reason, why)) => outlet.refuse(name, *reason, why.clone())?,
                None => outlet.pass(),
            }
        }
    }
    // Files without bytes stand outside of the blocks.
    let n_files = archive.files.len();
    for entry in (0..n_files).filter(|index| archive.stream_map.file_block_index.get(*index).is_none_or(Option::is_none)) {
        if let Some(entry) = archive.files.get(entry).filter(|entry| is_file(entry)) {
            member(entry, &mut std::io::empty(), outlet)?;
        }
    }
    Ok(())
}

fn is_file(entry: &ArchiveEntry) -> bool {
    !entry.is_directory && !entry.is_anti_item
}

fn member(entry: &ArchiveEntry, bytes: &mut dyn Read, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    if outlet.is_wanted() {
        let n_packed = outlet.guard.n_packed();
        return outlet.member(entry.name.clone(), Vec::new(), n_packed, bytes);
    }
    outlet.pass();
    Ok(())
}

/// Why a block is not worth a try, if so.
fn unusable(block: &Block, dictionary_limit: u64) -> Option<(SkipReason, String)> {
    if block.coders.iter().any(|coder| coder.encoder_method_id() == EncoderMethod::ID_AES256_SHA256) {
        return Some((SkipReason::Encrypted, LOCKED.to_owned()));
    }
    let dictionary = block.coders.iter().map(|coder| dictionary(coder.encoder_method_id(), coder.properties())).max()?;
    (dictionary > dictionary_limit).then(|| {
        let why = format!("unpacking takes {dictionary} bytes of memory, more than {dictionary_limit} (setting archive.dictionary_bytes)");
        (SkipReason::LimitReached, why)
    })
}

/// Bytes that a coder looks back, as its properties say (7-Zip's DOC/7zFormat.txt and lzma-specification.txt).
fn dictionary(method: &[u8], properties: &[u8]) -> u64 {
    match (method, properties) {
        (EncoderMethod::ID_LZMA, [_, a, b, c, d, ..]) => u64::from(u32::from_le_bytes([*a, *b, *c, *d])),
        (EncoderMethod::ID_LZMA2, [bits, ..]) => (2 | u64::from(bits & 1)) << (bits / 2 + 11).min(60),
        _ => 0,
    }
}

fn refusal(error: &Error) -> (SkipReason, String) {
    let is_lock = |method: &String| *method == format!("{:?}", EncoderMethod::ID_AES256_SHA256);
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => (SkipReason::Encrypted, LOCKED.to_owned()),
        Error::UnsupportedCompressionMethod(method) if is_lock(method) || method.contains("AES") => (SkipReason::Encrypted, LOCKED.to_owned()),
        Error::UnsupportedCompressionMethod(method) => (SkipReason::UnsupportedContainer, format!("unpack it: method {method} is not read")),
        Error::Unsupported(what) => (SkipReason::UnsupportedContainer, format!("unpack it: {what}")),
        Error::ChecksumVerificationFailed | Error::NextHeaderCrcMismatch => (SkipReason::UnreadableFile, "damaged: wrong checksum".to_owned()),
        Error::Io(error, _) => (SkipReason::UnreadableFile, format!("damaged: {error}")),
        Error::Other(words) => (SkipReason::UnreadableFile, format!("damaged: {words}")),
        _ => (SkipReason::UnreadableFile, format!("damaged: {error}")),
    }
}
