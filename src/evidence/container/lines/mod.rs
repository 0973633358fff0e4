//! Text that people and collectors write: lines that begin with a time, or with `T0:` and a time. A line without one goes on the line before. Tables of
//! Markdown are read as tables.
//!
//! A date on a line of its own, and words like `All times UTC`, stand for the lines below; they travel with each record as its context.

mod line;

use std::borrow::Cow;
use std::sync::Arc;

pub use self::line::Kind;
use self::line::{Above, Line};
use super::cursor::{Cursor, Stretch};
use super::value::{Object, Value};
use super::{Piece, Split, State};

/// Lines that are not blank from which the kind of a text is told.
const SNIFFED: usize = 200;

/// Tells notes and collectors' logs from other text: at least two lines with a time, or one with a mark such as `T0:`.
pub(crate) fn kind(text: &str) -> Option<Kind> {
    let lines = || text.lines().filter(|line| !line.trim().is_empty()).take(SNIFFED);
    let n_lines = lines().count();
    let (mut n_dated, mut n_log, mut n_marks, mut is_table) = (0, 0, 0, false);
    let mut above = Above::default();
    for line in lines() {
        match Line::of(line, &above) {
            Line::Dated { mark, time, .. } => {
                n_dated += usize::from(time.is_some() || above.date.is_some());
                n_marks += usize::from(mark.is_some());
                n_log += usize::from(line::is_log_line(line));
            }
            Line::Head(new) => above = new,
            Line::Row(cells) => is_table |= line::is_note_head(&cells),
            Line::Rule | Line::Plain => {}
        }
    }
    match () {
        () if n_dated >= 2 && n_log * 3 >= n_dated => Some(Kind::CollectorLog),
        // A story may have some lines between two times; a text with two dates on two hundred lines is no log.
        () if n_marks > 0 || is_table || n_dated >= 2 && n_dated * 5 >= n_lines => Some(Kind::Notes),
        () => None,
    }
}

/// The record in a piece that the splitter found.
pub(crate) fn object<'a>(text: &'a str, context: &str, columns: Option<&'a [String]>, kind: Kind) -> Object<'a> {
    if let Some(columns) = columns {
        let cells = line::cells(text).into_iter().map(|cell| Value::Text(cell.to_owned().into()));
        return Object::new(columns.iter().map(|name| Cow::Borrowed(name.as_str())).zip(cells));
    }
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let Line::Dated { mark, time, zone, text } = Line::of(first.trim_end_matches('\r'), &Above::from_context(context)) else {
        return Object::new([(Cow::Borrowed(kind.field()), Value::Text(text.into()))]);
    };
    let whole = if rest.trim().is_empty() { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}\n{}", rest.trim_end())) };
    let mut fields = vec![
        (Cow::Borrowed("NoteTime"), time.map_or(Value::Null, |time| Value::Text(time.to_string().into()))),
        (Cow::Borrowed("NoteZone"), Value::Text(zone.word().into())),
        (Cow::Borrowed(kind.field()), Value::Text(whole.into())),
    ];
    fields.extend(mark.map(|mark| (Cow::Borrowed("NoteMark"), Value::Text(mark.into()))));
    Object::new(fields)
}

/// Finds the dated lines of a text.
pub(crate) struct Splitter {
    limit: usize,
    cursor: Cursor,
    /// The open record.
    open: Option<(usize, usize)>,
    above: Above,
    context: Arc<str>,
    columns: Option<Arc<[String]>>,
    n_outside: u64,
}

impl Splitter {
    /// `limit`: longest record, in bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, cursor: Cursor::default(), open: None, above: Above::default(), context: Arc::from(""), columns: None, n_outside: 0 }
    }

    fn close(&mut self, state: State, pieces: &mut Vec<Piece>) {
        if let Some((start, end)) = self.open.take() {
            pieces.push(Piece { start, end, state, context: Arc::clone(&self.context), columns: None });
        }
    }

    fn line(&mut self, text: &str, (start, end): (usize, usize), pieces: &mut Vec<Piece>) {
        let content = text.get(start..end).unwrap_or_default();
        if content.trim().is_empty() {
            self.columns = None;
            return;
        }
        match Line::of(content, &self.above) {
            Line::Dated { .. } => {
                self.close(State::Whole, pieces);
                self.open = Some((start, end));
            }
            Line::Head(above) => {
                self.close(State::Whole, pieces);
                self.context = above.to_context().into();
                self.above = above;
            }
            Line::Rule => {}
            Line::Row(cells) => {
                self.close(State::Whole, pieces);
                match &self.columns {
                    None => self.columns = Some(cells.into_iter().map(str::to_owned).collect()),
                    columns => {
                        pieces.push(Piece { start, end, state: State::Whole, context: Arc::clone(&self.context), columns: columns.clone() });
                    }
                }
            }
            Line::Plain => match &mut self.open {
                Some((_, open_end)) => *open_end = end,
                None => self.n_outside += 1,
            },
        }
    }
}

impl Split for Splitter {
    fn scan(&mut self, text: &str, last: bool, pieces: &mut Vec<Piece>) -> usize {
        while let Some(Stretch { start, end, .. }) = self.cursor.line(text, last, self.limit) {
            self.line(text, (start, end), pieces);
            if self.open.is_some_and(|(start, end)| end - start > self.limit) {
                self.close(State::Broken("the record is longer than the limit for one record"), pieces);
            }
        }
        if last {
            self.close(State::Whole, pieces);
        }
        let n_done = text.floor_char_boundary(self.open.map_or(self.cursor.at(), |(start, _)| start));
        self.cursor.shift(n_done);
        self.open = self.open.map(|(start, end)| (start - n_done, end - n_done));
        n_done
    }

    fn notes(&self) -> Vec<String> {
        if self.n_outside > 0 { vec![format!("{} lines stand above the first time", self.n_outside)] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests;
