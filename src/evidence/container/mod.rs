//! Bytes → records: encodings, JSON in all its wrappings, CSV, PowerShell's screen output and XML. Counts everything, loses nothing, allocates in proportion to a block, not to the file.
//!
//! A file streams through a [`Decoder`] in blocks. A splitter finds where records begin and end, remembering its state between blocks, and numbers
//! them; what is inside a record is parsed later, by many threads, from the [`Batch`] that holds it.

pub(crate) mod archive;
mod bytes;
pub(crate) mod clixml;
pub(crate) mod csv;
mod cursor;
pub(crate) mod dates;
pub(crate) mod encoding;
pub(crate) mod json;
pub mod lines;
pub(crate) mod powershell;
pub(crate) mod repair;
pub(crate) mod sniff;
pub mod value;

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use self::encoding::{Decoder, Encoding};

/// Bytes read at a time. Blocks of 2 to 8 MiB read as fast as a memory map and keep memory small; larger ones are slower (measured 2026-11).
pub(crate) const BLOCK: usize = 4 * 1024 * 1024;

/// Bytes that are split at a time, while the processor's cache still holds them.
const STEP: usize = 256 * 1024;

/// The longest single record that is kept in memory, in bytes. Real records end below 10 MiB; a longer one is an unclosed text or bracket.
pub(crate) const RECORD_LIMIT: usize = 64 * 1024 * 1024;

/// How the records of a text stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// JSON: array, object, lines, pages, or several of them one after another.
    Json,
    /// Comma-separated values with this delimiter.
    Csv {
        /// `,`, `;` or tab.
        delimiter: u8,
    },
    /// PowerShell's screen output: Format-List, Format-Table, transcripts.
    PowerShell,
    /// PowerShell's XML (`Export-Clixml`).
    Clixml,
    /// The first sheet with data of an Office workbook, which arrives as comma-separated values.
    Sheet,
    /// Lines that begin with a time.
    Lines(lines::Kind),
}

impl Container {
    /// Name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv { .. } => "csv",
            Self::PowerShell => "powershell",
            Self::Clixml => "clixml",
            Self::Sheet => "xlsx",
            Self::Lines(_) => "text",
        }
    }
}

/// How to read a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Bytes → characters.
    pub encoding: Encoding,
    /// Characters → records.
    pub container: Container,
}

/// One record of a batch, or one stretch that takes the place of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Offset of the first byte in the batch's text.
    pub(crate) start: usize,
    /// Offset after the last byte.
    pub(crate) end: usize,
    /// What the splitter knows about it.
    pub(crate) state: State,
    /// `@odata.context` of the page it stands in; empty without one.
    pub(crate) context: Arc<str>,
    /// Names of the cells, when the piece is a row of a JSON table or, padded to the width of the column, of a PowerShell table.
    pub(crate) columns: Option<Arc<[String]>>,
}

/// What the splitter knows about a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Boundaries found; the content is for the parser to judge.
    Whole,
    /// The file ends inside it.
    Cut,
    /// Its structure is broken, for this reason; the stretch up to the next recognisable record.
    Broken(&'static str),
}

/// Finds record boundaries in text that arrives in blocks.
pub(crate) trait Split {
    /// Looks at `text`, which begins where the previous call said that text is still needed, and appends the pieces found. Returns how many bytes
    /// of `text` are done with. `last`: no more text follows.
    fn scan(&mut self, text: &str, last: bool, pieces: &mut Vec<Piece>) -> usize;
    /// What a reader must know about the file, once it has been scanned to its end.
    fn notes(&self) -> Vec<String>;
    /// The table head that all pieces of a batch have in common.
    fn header(&self) -> Option<Arc<csv::Header>> {
        None
    }
}

/// A stretch of text with whole records.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// The text.
    pub(crate) text: String,
    /// Its records, in order.
    pub(crate) pieces: Vec<Piece>,
    /// Ordinal of the first piece in the file; the others follow without gaps.
    pub(crate) first: u64,
    /// The table head, for CSV.
    pub(crate) header: Option<Arc<csv::Header>>,
    /// Bytes of the file read when the batch was complete.
    pub(crate) n_read: u64,
}

/// Text buffers that are used again, for all files of a case. Fresh ones cost a page fault per 4 KiB, and freeing them tears holes into the memory
/// between rows that stay.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<String>>);

impl Pool {
    /// Longest buffer that is kept, in bytes: a file with one huge record must not hold its memory until the end.
    const LIMIT: usize = 4 * BLOCK;

    fn take(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes back the buffer of a batch that is done with.
    pub(crate) fn give(&self, mut text: String) {
        if text.capacity() <= Self::LIMIT {
            text.clear();
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        }
    }
}

/// The batches of one file, in order.
pub(crate) struct Batches<'a, R> {
    pool: &'a Pool,
    decoder: Decoder<R>,
    splitter: Box<dyn Split + Send>,
    block: usize,
    carry: String,
    n_records: u64,
    finished: bool,
}

impl<'a, R: Read> Batches<'a, R> {
    /// Reads `input` in blocks of `block` bytes into buffers of `pool`.
    pub(crate) fn new(input: R, text: Text, block: usize, pool: &'a Pool) -> Self {
        let splitter: Box<dyn Split + Send> = match text.container {
            Container::Json => Box::new(json::Splitter::new(RECORD_LIMIT)),
            Container::Csv { delimiter } => Box::new(csv::Splitter::new(delimiter, RECORD_LIMIT)),
            Container::PowerShell => Box::new(powershell::Splitter::new(RECORD_LIMIT)),
            Container::Clixml => Box::new(clixml::Splitter::new(RECORD_LIMIT)),
            Container::Sheet => Box::new(csv::Splitter::new(b',', RECORD_LIMIT)),
            Container::Lines(_) => Box::new(lines::Splitter::new(RECORD_LIMIT)),
        };
        Self { pool, decoder: Decoder::new(input, text.encoding), splitter, block, carry: String::new(), n_records: 0, finished: false }
    }

    /// Records found so far.
    pub(crate) fn n_records(&self) -> u64 {
        self.n_records
    }

    /// Why reading stopped before the end of the file, if it did.
    pub(crate) fn error(&self) -> Option<&io::Error> {
        self.decoder.error()
    }

    /// What a reader must know about the file; complete after the last batch.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.splitter.notes()
    }
}

impl<R: Read> Iterator for Batches<'_, R> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        if self.finished {
            return None;
        }
        let mut text = self.pool.take();
        text.push_str(&self.carry);
        let (mut pieces, mut n_done) = (Vec::new(), 0);
        while !self.finished && (pieces.is_empty() || text.len() < self.block) {
            self.finished = !self.decoder.fill(&mut text, self.block.min(STEP));
            let mut found = Vec::new();
            let n_more = self.splitter.scan(text.get(n_done..).unwrap_or_default(), self.finished, &mut found);
            pieces.extend(found.into_iter().map(|piece| Piece { start: n_done + piece.start, end: n_done + piece.end, ..piece }));
            n_done += n_more;
            if pieces.is_empty() {
                // A record longer than the block: read on behind what there is. Only what is done with goes away.
                text.drain(..n_done);
                n_done = 0;
            }
        }
        if !pieces.is_empty() {
            self.carry.clear();
            self.carry.push_str(text.get(n_done..).unwrap_or_default());
            text.truncate(n_done);
            let first = self.n_records;
            self.n_records += pieces.len() as u64;
            return Some(Batch { text, pieces, first, header: self.splitter.header(), n_read: self.decoder.n_read() });
        }
        self.pool.give(text);
        None
    }
}
