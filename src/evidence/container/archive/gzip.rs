//! gzip: one file, or a TAR archive. Files put together one after another are one.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::bufread::MultiGzDecoder;

use super::{Halt, Outlet, Seekable, tape};
use crate::evidence::container::sniff;

/// Bytes behind the last member of a TAR archive that are read for the checksum; tapes are padded with zeros, seldom beyond 10 KiB.
const REST: u64 = 64 * 1024 * 1024;

pub(super) fn unpack(mut input: Box<dyn Seekable + '_>, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    let n_packed = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let mut unpacked = MultiGzDecoder::new(io::BufReader::with_capacity(64 * 1024, input));
    let mut head = Vec::new();
    let read = (&mut unpacked).take(sniff::MAGIC_LENGTH).read_to_end(&mut head);
    if sniff::packing(&head) == Some(super::Packing::Tar) && read.is_ok() {
        let mut tape = head.as_slice().chain(unpacked);
        tape::unpack(&mut tape, outlet)?;
        // Behind the last member stands the checksum of everything.
        return outlet.skip(&mut tape.take(REST));
    }
    let broken = Broken(read.err());
    // The name that a gzip file may carry is that of long ago; its own name is what the analyst sees.
    outlet.member(String::new(), Vec::new(), n_packed, &mut head.as_slice().chain(broken).chain(unpacked))
}

/// Gives the error that was met while looking ahead, in its place.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
