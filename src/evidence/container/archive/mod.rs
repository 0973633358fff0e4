//! Archives → members, and workbooks → their sheet as CSV. Nothing is written into folders: a thread of its own unpacks, and the members stream past
//! its caller in the order of the archive. Names are labels, never places.

mod guard;
mod gzip;
mod sevenz;
mod sheet;
mod tape;
mod zipped;

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

pub(crate) use self::guard::{Guard, LimitReached};
use super::sniff;
use crate::provenance::SkipReason;

/// Bytes that are unpacked at a time.
const BLOCK: usize = 256 * 1024;

/// Blocks that are unpacked ahead of their reader. Both sides work in bursts; more would only take memory.
const AHEAD: usize = 16;

/// Bytes of an archive inside an archive that are held in memory; beyond, it goes to a temporary file without a name.
const SPOOL: usize = 16 * 1024 * 1024;

/// How members are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// ZIP.
    Zip,
    /// A single file, or a TAR archive, in gzip.
    Gzip,
    /// TAR.
    Tar,
    /// 7z.
    SevenZip,
    /// An Office workbook: one member, the first sheet with data, as CSV.
    Workbook,
}

impl Packing {
    /// Name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Gzip => "gzip",
            Self::Tar => "tar",
            Self::SevenZip => "7z",
            Self::Workbook => "xlsx",
        }
    }
}

/// A file, or what stands for one.
pub(crate) trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

/// A place for an archive inside an archive: readers of archives jump about in them.
pub(crate) fn spool() -> tempfile::SpooledTempFile {
    tempfile::SpooledTempFile::new(SPOOL)
}

/// How the members of a file are packed; `None` when it is no archive. The next read begins at the start again.
pub(crate) fn packing(file: &mut dyn Seekable) -> io::Result<Option<Packing>> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    (&mut *file).take(sniff::MAGIC_LENGTH).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let packing = sniff::packing(&head);
    if packing == Some(Packing::Zip) && zipped::is_workbook(file) {
        file.seek(SeekFrom::Start(0))?;
        return Ok(Some(Packing::Workbook));
    }
    Ok(packing)
}

/// One member, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its place in the archive, from 0. The same at every reading.
    pub(crate) ordinal: u32,
    /// Its name as the archive spells it; may be empty and may hold anything.
    pub(crate) name: String,
    /// Why it has no bytes.
    pub(crate) refused: Option<Loss>,
    /// What a reader of the report must know about it.
    pub(crate) notes: Vec<String>,
}

/// What cannot be read, and why.
pub(crate) type Loss = (SkipReason, String);

/// What the unpacking thread says.
enum Event {
    /// Its bytes follow. `n_packed`: how many they are packed.
    Member {
        member: Member,
        n_packed: u64,
    },
    Block(Vec<u8>),
    End(io::Result<()>),
}

/// The bytes of one member.
pub(crate) struct Bytes<'a> {
    receiver: &'a mut Receiver<Event>,
    guard: &'a Guard<'a>,
    block: io::Cursor<Vec<u8>>,
    n_packed: u64,
    n_read: u64,
    limit: Option<LimitReached>,
    /// Why there is no more, if not because the member ends.
    broken: Option<(io::ErrorKind, String)>,
    ended: bool,
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(limit) = &self.limit {
                return Err(io::Error::other(limit.clone()));
            }
            let n_read = self.block.read(buffer)?;
            if n_read > 0 || buffer.is_empty() {
                return Ok(n_read);
            }
            if self.ended {
                return self.broken.clone().map_or(Ok(0), |(kind, words)| Err(io::Error::new(kind, words)));
            }
            match self.receiver.recv() {
                Ok(Event::Block(block)) => {
                    let n_bytes = block.len() as u64;
                    self.n_read += n_bytes;
                    self.limit = self.guard.add_bytes(n_bytes, self.n_read, self.n_packed).err();
                    self.block = io::Cursor::new(block);
                }
                Ok(Event::End(ended)) => {
                    self.ended = true;
                    self.broken = ended.err().map(|error| (error.kind(), error.to_string()));
                }
                Ok(Event::Member { .. }) | Err(_) => {
                    self.ended = true;
                    self.broken = Some((io::ErrorKind::UnexpectedEof, "unpacking ended inside the member".to_owned()));
                }
            }
        }
    }
}

/// Hands the members of an archive to `each`, in the order of the archive; `each` says whether to go on. Members that `is_wanted` rejects are passed
/// over. Returns what of the archive itself could not be read.
pub(crate) fn read(
    input: Box<dyn Seekable + '_>,
    packing: Packing,
    guard: &Guard<'_>,
    is_wanted: &(dyn Fn(u32) -> bool + Sync),
    each: &mut dyn FnMut(Member, &mut Bytes<'_>) -> bool,
) -> Vec<Loss> {
    let passed = AtomicU64::new(0);
    thread::scope(|scope| {
        let (sender, mut receiver) = sync_channel(AHEAD);
        let outlet = Outlet { sender, guard, is_wanted, passed: &passed, n_members: 0 };
        let thread = match thread::Builder::new().name("unpack".to_owned()).spawn_scoped(scope, move || unpack(input, packing, outlet)) {
            Ok(thread) => thread,
            Err(error) => return vec![(SkipReason::UnreadableFile, format!("no thread to unpack it: {error}"))],
        };
        let mut losses = Vec::new();
        while let Ok(event) = receiver.recv() {
            // What is left of a member that was not read to its end.
            let Event::Member { member, n_packed } = event else { continue };
            if let Err(limit) = guard.add_member() {
                losses.push((SkipReason::LimitReached, limit.to_string()));
                break;
            }
            let ordinal = member.ordinal;
            let block = io::Cursor::default();
            let mut bytes = Bytes { receiver: &mut receiver, guard, block, n_packed, n_read: 0, limit: None, broken: None, ended: false };
            let goes_on = each(member, &mut bytes);
            if let Some(limit) = bytes.limit
                && (limit.whole || packing != Packing::Zip)
            {
                losses.push((SkipReason::LimitReached, format!("unpacking stopped: {limit}")));
                break;
            }
            passed.store(u64::from(ordinal) + 1, Ordering::Relaxed);
            if !goes_on {
                break;
            }
        }
        passed.store(u64::MAX, Ordering::Relaxed);
        drop(receiver);
        match thread.join() {
            Ok(loss) if losses.is_empty() => losses.extend(loss),
            Ok(_) => {}
            Err(_) => losses.push((SkipReason::UnreadableFile, "the reader of archives failed on it; what follows was not read".to_owned())),
        }
        losses
    })
}

/// Why unpacking ends early.
enum Halt {
    /// Nobody listens any more.
    Unheard,
    /// What the rest is lost to.
    Lost(Loss),
}

impl Halt {
    fn damaged(error: &dyn std::fmt::Display) -> Self {
        Self::Lost((SkipReason::UnreadableFile, format!("the archive is damaged, what follows was not read: {error}")))
    }
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::damaged(&error)
    }
}

fn unpack(input: Box<dyn Seekable + '_>, packing: Packing, mut outlet: Outlet<'_>) -> Option<Loss> {
    let done = match packing {
        Packing::Zip => zipped::unpack(input, &mut outlet),
        Packing::Gzip => gzip::unpack(input, &mut outlet),
        Packing::Tar => tape::unpack(&mut io::BufReader::new(input), &mut outlet),
        Packing::SevenZip => sevenz::unpack(input, &mut outlet),
        Packing::Workbook => sheet::unpack(input, &mut outlet),
    };
    match done {
        Ok(()) | Err(Halt::Unheard) => None,
        Err(Halt::Lost(loss)) => Some(loss),
    }
}

/// Where the unpacking thread puts the members.
struct Outlet<'a> {
    sender: SyncSender<Event>,
    guard: &'a Guard<'a>,
    is_wanted: &'a (dyn Fn(u32) -> bool + Sync),
    /// Members below this ordinal are done with; all, when it is the largest number.
    passed: &'a AtomicU64,
    n_members: u32,
}

impl Outlet<'_> {
    /// The next member is wanted. If not, it must be [`Self::pass`]ed.
    fn is_wanted(&self) -> bool {
        (self.is_wanted)(self.n_members)
    }

    /// At least one of the next `n_members` is wanted.
    fn is_any_wanted(&self, n_members: usize) -> bool {
        (self.n_members..).take(n_members).any(|ordinal| (self.is_wanted)(ordinal))
    }

    /// Passes over a member that is not read.
    fn pass(&mut self) {
        self.n_members = self.n_members.saturating_add(1);
    }

    /// Reads to the end of `input`, which stands in the way of what follows.
    fn skip(&mut self, input: &mut dyn Read) -> Result<(), Halt> {
        let mut block = [0; 8 * 1024];
        while self.passed.load(Ordering::Relaxed) < u64::MAX {
            if input.read(&mut block)? == 0 {
                return Ok(());
            }
        }
        Err(Halt::Unheard)
    }

    /// Names a member that has no bytes.
    fn refuse(&mut self, name: String, reason: SkipReason, why: impl Into<String>) -> Result<(), Halt> {
        self.begin(name, Vec::new(), 0, Some((reason, why.into())))?;
        self.send(Event::End(Ok(())))
    }

    /// Hands over a member, packed in `n_packed` bytes. A member that cannot be read to its end is not an error here: its reader is told.
    fn member(&mut self, name: String, notes: Vec<String>, n_packed: u64, input: &mut dyn Read) -> Result<(), Halt> {
        let ordinal = self.begin(name, notes, n_packed, None)?;
        let ended = loop {
            if self.passed.load(Ordering::Relaxed) > u64::from(ordinal) {
                break Ok(());
            }
            let mut block = Vec::with_capacity(BLOCK);
            let read = input.take(BLOCK as u64).read_to_end(&mut block);
            let is_last = block.is_empty();
            if !is_last {
                self.send(Event::Block(block))?;
            }
            match read {
                Ok(_) if is_last => break Ok(()),
                Ok(_) => {}
                Err(error) => break Err(error),
            }
        };
        self.send(Event::End(ended))
    }

    fn begin(&mut self, name: String, notes: Vec<String>, n_packed: u64, refused: Option<Loss>) -> Result<u32, Halt> {
        let ordinal = self.n_members;
        self.n_members = self.n_members.saturating_add(1);
        self.send(Event::Member { member: Member { ordinal, name, refused, notes }, n_packed })?;
        Ok(ordinal)
    }

    fn send(&self, event: Event) -> Result<(), Halt> {
        self.sender.send(event).map_err(|_| Halt::Unheard)
    }
}

/// A limit behind a reading error, if there is one.
pub(crate) fn limit(error: &io::Error) -> Option<&LimitReached> {
    error.get_ref()?.downcast_ref()
}

/// The names given to the members of one archive.
#[derive(Debug, Default)]
pub(crate) struct Labels(HashMap<String, u32>);

impl Labels {
    /// A member's name as a path below its archive, for people: no way out, no empty parts, not endless, not twice.
    pub(crate) fn label(&mut self, name: &str, n_letters: usize) -> String {
        let parts = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "."));
        let mut path = parts.map(|part| if part == ".." { "(..)" } else { part }).collect::<Vec<_>>().join("/");
        if path.is_empty() {
            "(no name)".clone_into(&mut path);
        }
        if let Some((end, _)) = path.char_indices().nth(n_letters) {
            path.truncate(end);
            path.push('\u{2026}');
        }
        let mut unique = path.clone();
        while self.0.contains_key(&unique) {
            let n_same = self.0.entry(path.clone()).or_insert(1);
            *n_same += 1;
            unique = format!("{path} ({n_same})");
        }
        self.0.insert(unique.clone(), 1);
        unique
    }
}
