//! One CSV cell: where it ends, and what it says.

use std::borrow::Cow;

use super::clean;
use crate::evidence::container::bytes;
use crate::evidence::container::json::record::Arena;
use crate::evidence::container::value::Text;

/// Scan state inside one cell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    /// Where to go on; `None` at the begin of the cell.
    pos: Option<usize>,
    in_quotes: bool,
    /// Something other than the end of the cell follows the closing quote.
    is_stray: bool,
    /// The first line break inside the quotes.
    first_break: Option<usize>,
    /// Up to where line breaks were looked for.
    n_searched: usize,
}

/// How a cell ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Before the delimiter here.
    Delimiter(usize),
    /// Before the line break here; it ends the row.
    Line(usize),
    /// Not within this text.
    Open {
        /// The text ends inside quotes.
        in_quotes: bool,
    },
}

impl Cell {
    /// Nothing of the cell was looked at yet.
    pub(super) fn is_new(&self) -> bool {
        self.pos.is_none()
    }

    /// Something other than the end of the cell follows the closing quote: perhaps it was the opening quote of a later cell.
    pub(super) fn is_stray(&self) -> bool {
        self.is_stray
    }

    /// The first line break inside the cell's quotes.
    pub(super) fn first_break(&self) -> Option<usize> {
        self.first_break
    }

    /// `n_gone` bytes before the row were taken away.
    pub(super) fn shift(&mut self, n_gone: usize) {
        self.pos = self.pos.map(|pos| pos.saturating_sub(n_gone));
        self.first_break = self.first_break.map(|at| at.saturating_sub(n_gone));
        self.n_searched = self.n_searched.saturating_sub(n_gone);
    }

    /// Goes on in the cell that begins at `start`. A quote opens only at the very begin; behind the closing quote everything is literal again.
    pub(super) fn scan(&mut self, text: &[u8], start: usize, delimiter: u8) -> Ending {
        let mut pos = match self.pos {
            Some(pos) => pos,
            None => match text.get(start) {
                None => return Ending::Open { in_quotes: false },
                Some(b'"') => {
                    self.in_quotes = true;
                    self.n_searched = start + 1;
                    start + 1
                }
                Some(_) => start,
            },
        };
        while self.in_quotes {
            let quote = memchr::memchr(b'"', text.get(pos..).unwrap_or_default()).map(|offset| pos + offset);
            let inside_to = quote.unwrap_or(text.len());
            if self.first_break.is_none() {
                self.first_break =
                    text.get(self.n_searched..inside_to).and_then(|inside| memchr::memchr(b'\n', inside)).map(|at| self.n_searched + at);
                self.n_searched = inside_to;
            }
            match quote.map(|at| (at, text.get(at + 1))) {
                Some((at, Some(b'"'))) => pos = at + 2,
                Some((at, Some(behind))) => {
                    self.in_quotes = false;
                    self.is_stray = !matches!(behind, b'\r' | b'\n') && *behind != delimiter;
                    pos = at + 1;
                }
                // A quote at the end of the text may be the first of two.
                Some((at, None)) => {
                    self.pos = Some(at);
                    return Ending::Open { in_quotes: false };
                }
                None => {
                    self.pos = Some(text.len());
                    return Ending::Open { in_quotes: true };
                }
            }
        }
        match memchr::memchr3(delimiter, b'\n', b'\r', text.get(pos..).unwrap_or_default()).map(|offset| pos + offset) {
            None => {
                self.pos = Some(text.len());
                Ending::Open { in_quotes: false }
            }
            Some(at) if text.get(at) == Some(&delimiter) => Ending::Delimiter(at),
            // Whether a line feed follows is not known yet.
            Some(at) if text.get(at) == Some(&b'\r') && at + 1 == text.len() => {
                self.pos = Some(at);
                Ending::Open { in_quotes: false }
            }
            Some(at) => Ending::Line(at),
        }
    }
}

/// Counts the cells of the row at the begin of `text`; `None` when it does not end there or has text behind a closing quote. `ends`: the end of `text`
/// ends a row too. Also says how many bytes were read.
pub(super) fn count(text: &[u8], delimiter: u8, ends: bool) -> (usize, Option<usize>) {
    let (mut start, mut n_cells) = (0, 1);
    loop {
        let mut cell = Cell::default();
        let ending = cell.scan(text, start, delimiter);
        match ending {
            _ if cell.is_stray => return (start, None),
            Ending::Delimiter(at) => {
                n_cells += 1;
                start = at + 1;
            }
            Ending::Line(at) => return (at, Some(n_cells)),
            Ending::Open { in_quotes } => return (text.len(), (ends && !in_quotes).then_some(n_cells)),
        }
    }
}

/// The cells of one row without its line break.
pub(super) fn cells<'a>(row: &'a str, delimiter: u8, arena: &'a Arena) -> impl Iterator<Item = Text<'a>> {
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        let bytes = row.as_bytes();
        let is_quoted = bytes.get(from) == Some(&b'"');
        let closing = if is_quoted { clean::closing(bytes, from + 1) } else { None };
        let literal = match (is_quoted, closing) {
            (false, _) => from,
            (true, Some(closing)) => closing + 1,
            (true, None) => row.len(),
        };
        let is_end = |byte: u8| byte == delimiter || matches!(byte, b'\n' | b'\r');
        let ends = |sixteen| bytes::equal(sixteen, delimiter) | bytes::equal(sixteen, b'\n') | bytes::equal(sixteen, b'\r');
        // A line end cannot stand here: the row ends before it.
        let end = bytes::find(bytes, literal, ends, is_end).filter(|at| bytes.get(*at) == Some(&delimiter));
        start = end.map(|end| end + 1);
        let end = end.unwrap_or(row.len());
        if let Some(closing) = closing.filter(|closing| closing + 1 == end) {
            let inside = row.get(from + 1..closing)?;
            let has_quotes = memchr::memchr(b'"', inside.as_bytes()).is_some();
            match inside.as_bytes() {
                [b'{' | b'[', ..] if has_quotes => return Some(Text::cell(inside, arena)),
                [b'\'', ..] => {}
                _ if !has_quotes => return Some(inside.into()),
                _ => {}
            }
        }
        Some(content(row.get(from..end).unwrap_or_default()))
    })
}

/// What the cell says: quotes taken off, doubled quotes single, and without the `'` that portals put before text that a spreadsheet would run.
fn content(cell: &str) -> Text<'_> {
    let text = match cell.strip_prefix('"') {
        None => Cow::Borrowed(cell),
        Some(inside) => match memchr::memchr(b'"', inside.as_bytes()) {
            Some(at) if at + 1 == inside.len() => Cow::Borrowed(inside.get(..at).unwrap_or_default()),
            Some(_) => Cow::Owned(unquoted(inside)),
            None => Cow::Borrowed(inside),
        },
    };
    let is_guarded = matches!(text.as_bytes(), [b'\'', b'-' | b'+' | b'=' | b'@', ..]);
    match text {
        Cow::Borrowed(text) if is_guarded => text.get(1..).unwrap_or_default().into(),
        Cow::Owned(mut text) if is_guarded => {
            text.remove(0);
            text.into()
        }
        text => text.into(),
    }
}

/// The text behind an opening quote: two quotes are one, a single one closes, and what follows it is literal.
fn unquoted(inside: &str) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = memchr::memchr(b'"', rest.as_bytes()) {
        text.push_str(rest.get(..at).unwrap_or_default());
        let behind = rest.get(at + 1..).unwrap_or_default();
        let Some(after) = behind.strip_prefix('"') else {
            rest = behind;
            break;
        };
        text.push('"');
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The cells as the splitter sees them.
    pub(in crate::evidence::container::csv) fn scanned(row: &str, delimiter: u8) -> Vec<String> {
        let (mut cells, mut from) = (Vec::new(), 0);
        loop {
            let ending = Cell::default().scan(row.as_bytes(), from, delimiter);
            let end = if let Ending::Delimiter(at) = ending { at } else { row.len() };
            cells.push(content(row.get(from..end).unwrap_or_default()).into_owned());
            if end == row.len() && !matches!(ending, Ending::Delimiter(_)) {
                return cells;
            }
            from = end + 1;
        }
    }

    fn row(text: &str) -> Vec<String> {
        cells(text, b',', &Arena::default()).map(Text::into_owned).collect()
    }

    #[test]
    fn cells_follow_rfc_4180_and_backslash_is_no_escape() {
        assert_eq!(row("a,,c"), ["a", "", "c"]);
        assert_eq!(row(""), [""]);
        assert_eq!(row("a,"), ["a", ""]);
        assert_eq!(row(r#""a,b","c""d","x\",e"#), ["a,b", "c\"d", "x\\", "e"]);
        assert_eq!(row(r#""{""A"":""x\""y""}",2"#), [r#"{"A":"x\"y"}"#, "2"]);
        assert_eq!(row("5\" disk,\"tail\" x,\"\""), ["5\" disk", "tail x", ""]);
        assert_eq!(row("\"a\r\nb\",c"), ["a\r\nb", "c"]);
    }

    #[test]
    fn spreadsheet_guard_goes_but_apostrophes_stay() {
        assert_eq!(row("'-abc,'=1,\"'@x\",'tis,'"), ["-abc", "=1", "@x", "'tis", "'"]);
    }
}
