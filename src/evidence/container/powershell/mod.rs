//! What PowerShell shows on a screen, saved as text: `Format-List`, `Format-Table`, one `@{…}` per line, with prompts, warnings and transcript heads between.
//!
//! - *Format-List*: `Label  : value`. The labels of one object are padded to one width; the lines of a long value stand below its begin. Objects are apart by
//!   blank lines, but a value may hold blank lines too (descriptions of rules), so an object ends where one of its labels comes again, or at blank lines
//!   behind a value of one line.
//! - *Format-Table*: a head, a line of dashes, rows. Columns that did not fit the screen are missing and cells may be cut, which the notes say.
//!
//! The command behind a prompt tells whose objects follow when it names a mailbox or user.

mod line;
mod list;
mod table;
mod value;

use std::collections::HashSet;
use std::sync::Arc;

use self::line::Line;
use self::table::Ruler;
pub(crate) use self::value::hash_table;
use super::cursor::{Cursor, Stretch};
use super::value::Object;
use super::{Piece, Split, State};

/// Warnings, errors and other lines that are told in the notes, per file.
const TOLD: usize = 5;

/// Lines between two lines of asterisks that can be the head of a transcript. PowerShell 7 writes 20.
const TRANSCRIPT_HEAD: usize = 40;

/// Blank lines behind a value of several lines that end an object. One or two may belong to the value; `Format-List` ends in two and begins with two.
const BLANKS_BEHIND_LINES: usize = 3;

/// The record in a piece that the splitter found.
pub(crate) fn object<'a>(text: &'a str, columns: Option<&'a [String]>) -> Object<'a> {
    match columns {
        Some(columns) => table::object(text, columns),
        None if text.starts_with("@{") => hash_table(text).unwrap_or_default(),
        None => list::object(text),
    }
}

/// True when the text looks like PowerShell's screen output.
pub(crate) fn is_screen_text(text: &str) -> bool {
    line::is_screen_text(text)
}

/// True for a line that begins an object, table or session, so that its commas do not make it the head of a CSV table.
pub(crate) fn begins_record(line: &str) -> bool {
    matches!(Line::of(line), Line::Label { .. } | Line::Prompt { .. } | Line::HashTable | Line::Stars | Line::Warning)
}

/// What is open at the end of the lines read so far.
#[derive(Default)]
enum Open {
    #[default]
    Nothing,
    List(List),
    Table(Table),
}

/// A table that may go on.
struct Table {
    ruler: Arc<Ruler>,
    /// The last row, which the next line may go on, and the last line of it.
    row: Option<(usize, usize)>,
    above: String,
}

/// An object of `Format-List` that may go on.
struct List {
    start: usize,
    /// Behind its last line that is not blank.
    end: usize,
    /// Column of the colons, in characters; `None` once they stand in different columns (spaces lost in a chat or mail).
    column: Option<usize>,
    labels: HashSet<String>,
    first_label: String,
    /// Its last value has more than one line.
    has_lines: bool,
}

/// Finds the objects in PowerShell's screen output.
pub(crate) struct Splitter {
    limit: usize,
    open: Open,
    cursor: Cursor,
    /// The rest of a line that is too long is passed over.
    is_passing: bool,
    /// The line before, which may turn out to be the head of a table.
    previous: String,
    n_blank: usize,
    /// Lines since the line of asterisks that opened a transcript's head.
    in_head: Option<usize>,
    context: Arc<str>,
    found: Found,
}

/// What the notes tell.
#[derive(Default)]
struct Found {
    warnings: Vec<String>,
    /// The last command, until something follows it, and commands that nothing followed.
    command: Option<String>,
    silent: Vec<String>,
    n_outside: u64,
    first_outside: String,
    n_tables: u64,
    n_cut_rows: u64,
    /// First label and number of labels of the last object, and of the one before.
    last: Option<(String, usize)>,
    before: Option<(String, usize)>,
}

impl Splitter {
    /// `limit`: longest object, in bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            open: Open::Nothing,
            cursor: Cursor::default(),
            is_passing: false,
            previous: String::new(),
            n_blank: 0,
            in_head: None,
            context: Arc::from(""),
            found: Found::default(),
        }
    }

    fn piece(&self, start: usize, end: usize, state: State, columns: Option<Arc<[String]>>) -> Piece {
        Piece { start, end, state, context: Arc::clone(&self.context), columns }
    }

    /// The last command is over.
    fn end_command(&mut self) {
        if let Some(command) = self.found.command.take()
            && self.found.silent.len() < TOLD
        {
            self.found.silent.push(command);
        }
    }

    fn close(&mut self, pieces: &mut Vec<Piece>) {
        match std::mem::take(&mut self.open) {
            Open::Nothing => {}
            Open::List(list) => {
                pieces.push(self.piece(list.start, list.end, State::Whole, None));
                self.found.before = self.found.last.replace((list.first_label, list.labels.len()));
            }
            Open::Table(table) => {
                let row = table.row.map(|(start, end)| self.piece(start, end, State::Whole, Some(table.ruler.columns())));
                pieces.extend(row);
            }
        }
    }

    fn line(&mut self, text: &str, start: usize, end: usize, pieces: &mut Vec<Piece>) {
        let content = text.get(start..end).unwrap_or_default();
        let previous = std::mem::take(&mut self.previous);
        if let Some(n_lines) = self.in_head.as_mut() {
            *n_lines += 1;
            let ends = line::is_stars(content) || *n_lines > TRANSCRIPT_HEAD;
            if ends {
                self.in_head = None;
            }
            return;
        }
        match Line::of(content) {
            Line::Blank { n_columns } => {
                // PowerShell pads the blank lines of a value like its other lines.
                let is_padded = matches!(&self.open, Open::List(list) if list.column.is_some_and(|column| n_columns > column));
                self.n_blank += usize::from(!is_padded);
                if matches!(self.open, Open::Table(_)) {
                    self.close(pieces);
                }
                return;
            }
            Line::Stars => {
                self.close(pieces);
                self.in_head = Some(0);
            }
            Line::Prompt { command } => {
                self.close(pieces);
                self.end_command();
                self.found.command = line::asks(command).then(|| command.chars().take(200).collect());
                self.context =
                    line::owner(command).map_or_else(|| Arc::from(""), |owner| Arc::from(format!("#users('{}')", owner.replace('\'', "''"))));
            }
            Line::HashTable => {
                self.close(pieces);
                self.found.command = None;
                pieces.push(self.piece(start, end, State::Whole, None));
            }
            Line::Trace => {}
            Line::Warning => {
                self.found.command = None;
                if self.found.warnings.len() < TOLD {
                    self.found.warnings.push(content.trim().chars().take(200).collect());
                }
            }
            Line::Dashes if Ruler::of(&previous, content).is_some() => {
                self.close(pieces);
                // Its head was counted as a line outside.
                self.found.n_outside = self.found.n_outside.saturating_sub(1);
                if self.found.n_outside == 0 {
                    self.found.first_outside.clear();
                }
                self.found.n_tables += 1;
                self.found.command = None;
                let table = |ruler| Open::Table(Table { ruler: Arc::new(ruler), row: None, above: String::new() });
                self.open = Ruler::of(&previous, content).map_or(Open::Nothing, table);
            }
            line => self.content(line, content, (start, end), pieces),
        }
        self.n_blank = 0;
    }

    /// A line with content: part of a table or object, begin of an object, or neither.
    fn content(&mut self, line: Line<'_>, content: &str, (start, end): (usize, usize), pieces: &mut Vec<Piece>) {
        match (&mut self.open, line) {
            (Open::Table(table), _) => {
                self.found.n_cut_rows += u64::from(table::is_cut(content));
                // A wrapped row goes on below itself.
                let is_wrapped = table.ruler.continues(&table.above, content);
                content.clone_into(&mut table.above);
                if let Some((_, row_end)) = table.row.as_mut().filter(|_| is_wrapped) {
                    *row_end = end;
                    return;
                }
                let (row, columns) = (table.row.replace((start, end)), table.ruler.columns());
                pieces.extend(row.map(|(start, end)| self.piece(start, end, State::Whole, Some(columns))));
            }
            (Open::List(list), Line::Label { label, column }) => {
                let recurs = list.labels.contains(label);
                let is_apart = match (list.has_lines, list.column) {
                    (_, Some(own)) if own != column && list.labels.len() > 1 => self.n_blank > 0,
                    (_, None) | (true, Some(_)) => self.n_blank >= BLANKS_BEHIND_LINES,
                    (false, Some(_)) => self.n_blank > 0,
                };
                if recurs || is_apart {
                    self.close(pieces);
                    self.begin(label, column, start, end);
                    return;
                }
                list.labels.insert(label.to_owned());
                list.column = list.column.filter(|own| *own == column);
                list.has_lines = false;
                list.end = end;
            }
            (Open::List(list), Line::Indented) => {
                list.has_lines = true;
                list.end = end;
            }
            (Open::List(list), _) if self.n_blank == 0 => {
                list.has_lines = true;
                list.end = end;
            }
            (_, Line::Label { label, column }) => self.begin(label, column, start, end),
            _ => {
                self.close(pieces);
                self.found.n_outside += 1;
                if self.found.first_outside.is_empty() {
                    self.found.first_outside = content.trim().chars().take(80).collect();
                }
                if content.len() <= table::HEAD_LIMIT {
                    content.clone_into(&mut self.previous);
                }
            }
        }
    }

    fn begin(&mut self, label: &str, column: usize, start: usize, end: usize) {
        self.found.command = None;
        let labels = HashSet::from([label.to_owned()]);
        self.open = Open::List(List { start, end, column: Some(column), labels, first_label: label.to_owned(), has_lines: false });
    }

    /// Begin of what is still needed.
    fn needed_from(&self) -> usize {
        match &self.open {
            Open::List(list) => list.start,
            Open::Table(Table { row: Some((start, _)), .. }) => *start,
            Open::Nothing | Open::Table(_) => self.cursor.at(),
        }
    }

    fn shift(&mut self, n_gone: usize) {
        self.cursor.shift(n_gone);
        let open = match &mut self.open {
            Open::List(List { start, end, .. }) | Open::Table(Table { row: Some((start, end)), .. }) => Some((start, end)),
            Open::Nothing | Open::Table(_) => None,
        };
        if let Some((start, end)) = open {
            *start -= n_gone;
            *end -= n_gone;
        }
    }
}

impl Split for Splitter {
    fn scan(&mut self, text: &str, last: bool, pieces: &mut Vec<Piece>) -> usize {
        while let Some(Stretch { start, end, is_ended }) = self.cursor.line(text, last, self.limit) {
            if std::mem::replace(&mut self.is_passing, !is_ended && !last) {
                continue;
            }
            if end - start > self.limit {
                self.close(pieces);
                pieces.push(self.piece(start, self.cursor.at(), State::Broken("the line is longer than the limit for one record"), None));
                continue;
            }
            let end = end - usize::from(text.get(start..end).is_some_and(|line| line.ends_with('\r')));
            self.line(text, start, end, pieces);
            if self.cursor.at() - self.needed_from() > self.limit {
                let (start, end) = (self.needed_from(), end);
                self.open = Open::Nothing;
                pieces.push(self.piece(start, end, State::Broken("the object is longer than the limit for one record"), None));
            }
        }
        if last {
            self.close(pieces);
            self.end_command();
        }
        let n_done = text.floor_char_boundary(self.needed_from());
        self.shift(n_done);
        n_done
    }

    fn notes(&self) -> Vec<String> {
        let Found { warnings, silent, command: _, n_outside, first_outside, n_tables, n_cut_rows, last, before } = &self.found;
        let mut notes: Vec<String> = warnings.iter().map(|warning| format!("PowerShell said: {warning}")).collect();
        notes.extend(silent.iter().map(|command| format!("nothing was answered to: {command}")));
        if *n_tables > 0 {
            notes.push("Format-Table text: columns that did not fit the screen are missing".to_owned());
        }
        if *n_cut_rows > 0 {
            notes.push(format!("{n_cut_rows} table rows have cells that were cut to the width of the screen (…)"));
        }
        if let (Some((label, n_labels)), Some((label_before, n_before))) = (last, before)
            && label == label_before
            && n_labels < n_before
        {
            notes.push(format!("the last object has {n_labels} fields, the one before {n_before}: the text seems to be cut"));
        }
        if *n_outside > 0 {
            notes.push(format!("{n_outside} lines belong to no object, the first is {first_outside:?}"));
        }
        notes
    }
}

#[cfg(test)]
mod tests;
