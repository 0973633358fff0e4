//! Where CSV rows begin and end (RFC 4180: quotes doubled, backslash is no escape, line breaks inside quoted cells), in text that arrives in blocks.
//!
//! The first row that is not blank and not PowerShell's `#TYPE` line is the head. A quoted cell that never closes would swallow the rest of the file:
//! when a row has line breaks inside and the wrong number of cells or text behind a closing quote, reading goes on at the first of its lines that makes a whole row.

mod cell;
mod clean;
mod header;

use std::sync::Arc;

use self::cell::{Cell, Ending};
pub(crate) use self::header::Header;
use super::{Piece, Split, State};

/// How many lines inside a damaged row are tried as the begin of a whole row.
const TRIES: usize = 64;

/// Bytes of each such try. Rows of audit exports end below 64 KiB nearly always; a longer row is found at the next damage.
const TRY_BYTES: usize = 64 * 1024;

/// Columns from which a line with the right number of cells counts as a row.
const NARROW: usize = 3;

/// Bytes that tries may read per byte of the file, so that a hostile file cannot make reading quadratic.
const TRY_BUDGET: usize = 8;

/// Finds the rows of a CSV text.
pub(crate) struct Splitter {
    delimiter: u8,
    limit: usize,
    header: Option<Arc<Header>>,
    /// Begin of the open row and of its open cell, as offsets into the text of the next call.
    row: usize,
    cell: usize,
    n_cells: usize,
    /// Where to go on inside the open cell.
    progress: Cell,
    /// A line break stands inside a quoted cell of the row.
    first_break: Option<usize>,
    /// Text follows a closing quote somewhere in the row.
    is_stray: bool,
    budget: usize,
    /// The rest of a row that is too long is passed over, up to its line break.
    is_passing: bool,
    context: Arc<str>,
}

impl Splitter {
    /// `limit`: longest row, in bytes.
    pub(crate) fn new(delimiter: u8, limit: usize) -> Self {
        Self {
            delimiter,
            limit,
            header: None,
            row: 0,
            cell: 0,
            n_cells: 0,
            progress: Cell::default(),
            first_break: None,
            is_stray: false,
            budget: TRY_BYTES,
            is_passing: false,
            context: Arc::from(""),
        }
    }

    fn piece(&self, start: usize, end: usize, state: State) -> Piece {
        Piece { start, end, state, context: Arc::clone(&self.context), columns: None }
    }

    /// Takes the rows from the begin of the open row for which nothing has to be looked at closely.
    fn take_clean(&mut self, text: &str, pieces: &mut Vec<Piece>) {
        if self.cell != self.row || !self.progress.is_new() {
            return;
        }
        let Some(header) = self.header.clone() else { return };
        clean::rows(text.as_bytes(), self.row, self.delimiter, |row| {
            let is_taken = !row.is_broken || row.n_cells == header.n_cells();
            if is_taken {
                self.push_row(text.get(row.start..row.end).unwrap_or_default(), row.start, row.end, pieces);
                self.begin_row(row.next);
            }
            is_taken
        });
    }

    /// A row below the head, unless it is blank: spreadsheets leave rows of bare delimiters below a table.
    fn push_row(&mut self, row: &str, start: usize, end: usize, pieces: &mut Vec<Piece>) {
        self.budget = self.budget.saturating_add(row.len().saturating_mul(TRY_BUDGET));
        if !self.is_blank(row) {
            pieces.push(self.piece(start, end, State::Whole));
        }
    }

    fn is_blank(&self, row: &str) -> bool {
        row.trim_start_matches(['\0', ' ', '\u{feff}', '"', char::from(self.delimiter)]).is_empty()
    }

    fn begin_row(&mut self, at: usize) {
        self.row = at;
        self.begin_cell(at);
        self.n_cells = 0;
        self.first_break = None;
        self.is_stray = false;
    }

    fn begin_cell(&mut self, at: usize) {
        self.cell = at;
        self.progress = Cell::default();
    }

    /// The row ends before its line break at `end`; the next one begins at `next`.
    fn end_row(&mut self, text: &str, end: usize, next: usize, pieces: &mut Vec<Piece>) {
        let row = text.get(self.row..end).unwrap_or_default();
        self.budget = self.budget.saturating_add(row.len().saturating_mul(TRY_BUDGET));
        let is_blank = self.is_blank(row);
        match &self.header {
            _ if is_blank => {}
            None if row.starts_with("#TYPE ") => {}
            None => self.header = Some(Arc::new(Header::read(row, self.delimiter))),
            Some(header) if self.first_break.is_some() && (self.is_stray || header.n_cells() != self.n_cells) => {
                let n_wanted = header.n_cells();
                if let Some(resume) = self.resume(text, end, n_wanted) {
                    pieces.push(self.piece(self.row, resume.saturating_sub(1), State::Broken("a quoted cell is never closed")));
                    self.begin_row(resume);
                    return;
                }
                pieces.push(self.piece(self.row, end, State::Whole));
            }
            Some(_) => pieces.push(self.piece(self.row, end, State::Whole)),
        }
        self.begin_row(next);
    }

    /// The first line inside the open row, which ends at `end`, that makes a whole row with `n_wanted` cells. In narrow tables any sentence with a
    /// comma would pass for a row, so none is looked for.
    fn resume(&mut self, text: &str, end: usize, n_wanted: usize) -> Option<usize> {
        let first = self.first_break?;
        let bytes = text.as_bytes();
        if n_wanted < NARROW {
            return None;
        }
        for offset in memchr::memchr_iter(b'\n', bytes.get(first..end)?).take(TRIES) {
            let start = first + offset + 1;
            // Only rows inside of what the damage swallowed: text behind it may not have been read yet.
            let line_end = end.min(start + TRY_BYTES);
            let line = bytes.get(start..line_end)?;
            let (n_read, n_cells) = cell::count(line, self.delimiter, line_end == end);
            if n_cells == Some(n_wanted) {
                return Some(start);
            }
            self.budget = self.budget.checked_sub(n_read)?;
        }
        None
    }

    /// The file ends inside the open row.
    fn finish(&mut self, text: &str, in_quotes: bool, pieces: &mut Vec<Piece>) {
        if self.row >= text.len() {
            return;
        }
        if !in_quotes {
            self.n_cells += 1;
            let end = text.len() - usize::from(text.ends_with('\r'));
            return self.end_row(text, end, text.len(), pieces);
        }
        let n_wanted = self.header.as_ref().map_or(0, |header| header.n_cells());
        if let Some(resume) = self.resume(text, text.len(), n_wanted) {
            pieces.push(self.piece(self.row, resume - 1, State::Broken("a quoted cell is never closed")));
            self.begin_row(resume);
        } else {
            pieces.push(self.piece(self.row, text.len(), State::Cut));
            self.begin_row(text.len());
        }
    }
}

impl Split for Splitter {
    fn scan(&mut self, text: &str, last: bool, pieces: &mut Vec<Piece>) -> usize {
        let bytes = text.as_bytes();
        if self.is_passing {
            let end = memchr::memchr(b'\n', bytes.get(self.row..).unwrap_or_default());
            self.is_passing = end.is_none();
            self.begin_row(end.map_or(text.len(), |offset| self.row + offset + 1));
        }
        while !self.is_passing {
            self.take_clean(text, pieces);
            let ending = self.progress.scan(bytes, self.cell, self.delimiter);
            if self.first_break.is_none() {
                self.first_break = self.progress.first_break();
            }
            self.is_stray |= self.progress.is_stray();
            match ending {
                Ending::Delimiter(at) => {
                    self.n_cells += 1;
                    self.begin_cell(at + 1);
                }
                Ending::Line(at) => {
                    self.n_cells += 1;
                    let n_break = if bytes.get(at..at + 2) == Some(b"\r\n") { 2 } else { 1 };
                    self.end_row(text, at, at + n_break, pieces);
                }
                Ending::Open { .. } if !last && text.len() - self.row > self.limit => {
                    // Longer than any row: give up on it and go on at the next line.
                    let next = self.first_break.map_or(text.len(), |at| at + 1);
                    pieces.push(self.piece(self.row, next, State::Broken("the row is longer than the limit for one record")));
                    self.begin_row(next);
                    self.is_passing = next == text.len();
                }
                Ending::Open { in_quotes } if last => {
                    self.finish(text, in_quotes, pieces);
                    if self.row >= text.len() {
                        break;
                    }
                }
                Ending::Open { .. } => break,
            }
        }
        let n_done = text.floor_char_boundary(self.row);
        self.row -= n_done;
        self.cell -= n_done;
        self.progress.shift(n_done);
        self.first_break = self.first_break.map(|at| at - n_done);
        n_done
    }

    fn notes(&self) -> Vec<String> {
        match &self.header {
            None => vec!["no table head found".to_owned()],
            Some(_) => Vec::new(),
        }
    }

    fn header(&self) -> Option<Arc<Header>> {
        self.header.clone()
    }
}

#[cfg(test)]
mod tests;
