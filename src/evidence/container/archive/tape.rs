//! TAR: member after member, as they stand on the tape.

use std::cell::Cell;
use std::io::{self, Read};

use tar::{Archive, EntryType};

use super::{Halt, Outlet};
use crate::provenance::SkipReason;

/// Bytes between two members: long names, extended headers, padding. The `tar` crate holds names in memory whatever length they claim.
const BETWEEN: u64 = 4 * 1024 * 1024;

pub(super) fn unpack(input: &mut dyn Read, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    let between = Cell::new(Some(BETWEEN));
    let mut archive = Archive::new(Tape { input, between: &between });
    for entry in archive.entries()? {
        let mut entry = entry?;
        between.set(None);
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let what = match entry.header().entry_type() {
            EntryType::Directory | EntryType::XGlobalHeader => Ok(false),
            EntryType::Symlink => Err("a symbolic link; links in archives are not followed"),
            EntryType::Link => Err("a link to another member; it is read there, if it is in the archive"),
            EntryType::Char | EntryType::Block => Err("a device, not a file"),
            EntryType::Fifo => Err("a pipe, not a file"),
            _ => Ok(true),
        };
        match what {
            Ok(true) if outlet.is_wanted() => {
                let (n_packed, n_left) = (outlet.guard.n_packed(), entry.size());
                outlet.member(name, Vec::new(), n_packed, &mut Exact { input: &mut entry, n_left })?;
            }
            Err(why) if outlet.is_wanted() => outlet.refuse(name, SkipReason::UnreadableFile, why)?,
            Ok(true) | Err(_) => outlet.pass(),
            Ok(false) => {}
        }
        // To its end, so that nothing but headers is read between two members.
        outlet.skip(&mut entry)?;
        between.set(Some(BETWEEN));
    }
    Ok(())
}

/// Counts what is read outside of members, and ends when it is too much.
struct Tape<'a> {
    input: &'a mut dyn Read,
    between: &'a Cell<Option<u64>>,
}

impl Read for Tape<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.input.read(buffer)?;
        if let Some(left) = self.between.get() {
            let left = left.checked_sub(n_read as u64).ok_or_else(|| io::Error::other("a name or header without end"))?;
            self.between.set(Some(left));
        }
        Ok(n_read)
    }
}

/// A member with all its bytes: the end of the tape inside it is an error.
struct Exact<'a> {
    input: &'a mut dyn Read,
    n_left: u64,
}

impl Read for Exact<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.input.read(buffer)?;
        if n_read == 0 && self.n_left > 0 && !buffer.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside the member"));
        }
        self.n_left = self.n_left.saturating_sub(n_read as u64);
        Ok(n_read)
    }
}
