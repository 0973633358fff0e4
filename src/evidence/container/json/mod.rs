//! Where JSON records begin and end, found on the brackets and quotes alone, in text that arrives in blocks. Not a parser: content is judged later.
//!
//! Arrays, lines, single objects and pages (`{"@odata.context":…,"value":[…]}`) are all sequences of records for it, also several of them one after
//! another. Brackets or quotes that cannot be right are damage: the stretch up to the next record becomes one broken piece, and reading goes on.

mod object;
mod owner;
mod page;
pub(crate) mod record;
mod resume;

use std::sync::Arc;

use self::object::{Object, Step};
pub(crate) use self::page::context;
use super::{Piece, Split, State};

/// Note of a file whose last page names a next one.
pub(crate) const NEXT_LINK: &str = "export incomplete: @odata.nextLink remains";

/// Note of a file whose list is not closed.
pub(crate) const CLOSING_BRACKET: &str = "the closing bracket is missing: the export was interrupted";

/// Finds the records of a JSON text.
pub(crate) struct Splitter {
    mode: Mode,
    /// Where to look next, as an offset into the text of the next call.
    pos: usize,
    /// Open arrays around the records, outside and inside of a page.
    n_outer: u64,
    n_inner: u64,
    /// We are inside the list of a page.
    in_page: bool,
    context: Arc<str>,
    /// Column names, inside the rows of a table.
    columns: Option<Arc<[String]>>,
    /// Number of open arrays inside of which we are in a list of tables.
    tables_at: Option<u64>,
    /// First keys of the last good record, by which the next one is found after damage.
    opener: resume::Opener,
    /// Blanks since the begin of the line, while there is nothing else on it.
    column: Option<usize>,
    /// The outermost open array: its bracket's offset, column and first piece, while the array may turn out to name an owner.
    list: Option<List>,
    limit: usize,
    n_pages_left: u64,
    cut_bracket: bool,
}

/// Where an array began.
#[derive(Clone, Copy)]
struct List {
    at: usize,
    column: Option<usize>,
    first_piece: usize,
}

enum Mode {
    /// Between records.
    Between,
    /// Inside an object, which began at the offset.
    Object(usize, Box<Object>),
    /// Inside a text that stands where a record should.
    Text(usize),
    /// Inside a number, a word or rubbish that stands where a record should.
    Word(usize),
    /// Behind damage, looking for the next record: begin of the damaged record (`None`: already reported), its column, where to search, and why.
    Lost { start: Option<usize>, column: Option<usize>, why: &'static str },
}

impl Splitter {
    /// `limit`: longest record, in bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            mode: Mode::Between,
            pos: 0,
            n_outer: 0,
            n_inner: 0,
            in_page: false,
            context: Arc::from(""),
            columns: None,
            tables_at: None,
            opener: resume::Opener::default(),
            column: Some(0),
            list: None,
            limit,
            n_pages_left: 0,
            cut_bracket: false,
        }
    }

    fn piece(&self, start: usize, end: usize, state: State) -> Piece {
        Piece { start, end, state, context: Arc::clone(&self.context), columns: self.columns.clone() }
    }

    fn in_array(&self) -> bool {
        self.n_outer + self.n_inner > 0
    }

    /// Walks over what may stand between records. True when a record (or something in its place) begins.
    fn between(&mut self, text: &str, pieces: &mut Vec<Piece>) -> bool {
        let whole = text;
        let text = text.as_bytes();
        while let Some(byte) = text.get(self.pos) {
            let column = self.column.take();
            match byte {
                b'\n' => self.column = Some(0),
                b' ' | b'\t' => self.column = column.map(|column| column + 1),
                b'\r' | b',' | 0 | 0x1E => {}
                // A byte-order mark in the middle: files put together with `copy` or `cat`.
                0xEF if text.get(self.pos..self.pos + 3) == Some(b"\xEF\xBB\xBF") => self.pos += 2,
                b'[' if self.columns.is_some() => {
                    self.mode = Mode::Object(self.pos, Box::new(Object::row()));
                    self.pos += 1;
                    return true;
                }
                b'[' if self.in_page => self.n_inner += 1,
                b'[' => {
                    if self.n_outer == 0 {
                        self.list = Some(List { at: self.pos, column, first_piece: pieces.len() });
                    }
                    self.n_outer += 1;
                }
                b']' if self.in_page => {
                    self.n_inner = self.n_inner.saturating_sub(1);
                    if self.n_inner == 0 {
                        self.in_page = false;
                        self.columns = None;
                        self.pos += 1;
                        self.mode = Mode::Object(self.pos, Box::new(Object::page_tail()));
                        return true;
                    }
                }
                b']' => {
                    self.n_outer = self.n_outer.saturating_sub(1);
                    if self.tables_at.take_if(|at| self.n_outer < *at).is_some() {
                        self.pos += 1;
                        self.mode = Mode::Object(self.pos, Box::new(Object::page_tail()));
                        return true;
                    }
                    if let (0, Some(list)) = (self.n_outer, self.list.take()) {
                        owner::hand_over(whole, pieces, list.first_piece);
                    }
                }
                b'{' => {
                    self.mode = Mode::Object(self.pos, Box::new(Object::new(!self.in_page, column)));
                    self.pos += 1;
                    return true;
                }
                b'"' => {
                    self.mode = Mode::Text(self.pos);
                    self.pos += 1;
                    return true;
                }
                _ => {
                    self.mode = Mode::Word(self.pos);
                    return true;
                }
            }
            self.pos += 1;
        }
        false
    }

    /// Goes on inside an object. True when something was decided, false when more text is needed.
    fn object(&mut self, text: &str, start: usize, mut object: Box<Object>, pieces: &mut Vec<Piece>) -> bool {
        let bytes = text.as_bytes();
        match object.scan(bytes, &mut self.pos) {
            Step::More if self.pos - start > self.limit => {
                if self.opener.is_empty() {
                    self.opener.learn(bytes, start);
                }
                pieces.push(self.piece(start, self.pos, State::Broken("the record is longer than the limit for one record")));
                self.mode = Mode::Lost { start: None, column: object.column(), why: "" };
                true
            }
            Step::More => {
                self.mode = Mode::Object(start, object);
                false
            }
            Step::Closed if object.is_page() => {
                self.end_page(text.get(start..self.pos).unwrap_or_default());
                self.mode = Mode::Between;
                true
            }
            Step::Closed => {
                self.opener.learn(bytes, start);
                pieces.push(self.piece(start, self.pos, State::Whole));
                self.mode = Mode::Between;
                true
            }
            Step::List(page::List::Tables) => {
                // The tables follow like the elements of an array.
                self.n_outer += 1;
                self.tables_at = Some(self.n_outer);
                self.mode = Mode::Between;
                true
            }
            Step::List(list) => {
                // The object is a page: its head goes, its list holds the records.
                let head = page::Head::read(text.get(start..self.pos).unwrap_or_default(), object.is_page());
                if let Some(context) = head.context {
                    self.context = Arc::from(context);
                }
                self.n_pages_left += u64::from(head.has_next);
                self.columns = (list == page::List::Rows).then(|| Arc::from(head.columns));
                self.in_page = true;
                self.n_inner = 1;
                self.mode = Mode::Between;
                true
            }
            Step::Damage(why) => {
                self.mode = Mode::Lost { start: Some(start), column: object.column(), why };
                self.pos = object.resume_at(self.pos, start);
                if object.is_page() {
                    self.end_page("");
                }
                true
            }
        }
    }

    fn end_page(&mut self, tail: &str) {
        self.n_pages_left += u64::from(page::names_next(tail));
        self.context = Arc::from("");
        self.columns = None;
        self.in_page = false;
        self.n_inner = 0;
    }

    /// Goes on inside a text at record level. Such a text may hold a record as JSON; a line break inside ends it as broken.
    fn text(&mut self, text: &[u8], start: usize, pieces: &mut Vec<Piece>) -> bool {
        loop {
            let Some(offset) = memchr::memchr3(b'"', b'\\', b'\n', text.get(self.pos..).unwrap_or_default()) else {
                self.pos = text.len();
                return false;
            };
            let at = self.pos + offset;
            match text.get(at) {
                Some(b'\\') if at + 1 >= text.len() => {
                    self.pos = at;
                    return false;
                }
                Some(b'\\') => self.pos = at + 2,
                Some(b'"') => {
                    self.pos = at + 1;
                    pieces.push(self.piece(start, self.pos, State::Whole));
                    break;
                }
                _ => {
                    self.pos = at;
                    pieces.push(self.piece(start, at, State::Broken("a line break stands inside a text")));
                    break;
                }
            }
        }
        self.mode = Mode::Between;
        true
    }

    /// Goes on inside a number, a word or rubbish: to the end of the element in an array, to the end of the line or the next object otherwise.
    fn word(&mut self, text: &[u8], start: usize, last: bool, pieces: &mut Vec<Piece>) -> bool {
        let in_array = self.in_array();
        let rest = text.get(self.pos..).unwrap_or_default();
        let ends = |byte: &u8| matches!(byte, b'\n' | b'{' | 0) || (in_array && matches!(byte, b',' | b']' | b'['));
        match rest.iter().position(ends) {
            Some(offset) => self.pos += offset,
            None if last || text.len() - start > self.limit => self.pos = text.len(),
            None => {
                self.pos = text.len();
                return false;
            }
        }
        let end = self.pos - text.get(start..self.pos).map_or(0, |word| word.len() - word.trim_ascii_end().len());
        pieces.push(self.piece(start, end, State::Whole));
        self.mode = Mode::Between;
        true
    }

    /// Looks for the next record behind damage.
    fn lost(&mut self, text: &str, start: Option<usize>, column: Option<usize>, why: &'static str, last: bool, pieces: &mut Vec<Piece>) -> bool {
        let found = self.opener.find(text.as_bytes(), self.pos, start, column);
        let end = match found {
            resume::Found::At(at) => at,
            resume::Found::Not { .. } if last => {
                (self.n_outer, self.n_inner, self.tables_at) = (0, 0, None);
                text.len()
            }
            resume::Found::Not { again_from } => {
                let again_from = text.floor_char_boundary(again_from);
                let too_long = start.is_some_and(|start| text.len() - start > self.limit);
                if let (true, Some(start)) = (too_long, start) {
                    pieces.push(self.piece(start, again_from, State::Broken(why)));
                }
                self.mode = Mode::Lost { start: if too_long { None } else { start }, column, why };
                self.pos = again_from;
                return false;
            }
        };
        if let Some(start) = start {
            pieces.push(self.piece(start, end, State::Broken(why)));
        }
        self.pos = end;
        self.mode = Mode::Between;
        true
    }

    /// The file ends: what is still open is cut.
    fn finish(&mut self, text: &[u8], pieces: &mut Vec<Piece>) {
        match std::mem::replace(&mut self.mode, Mode::Between) {
            Mode::Object(start, object) if object.is_page() => {
                self.cut_bracket = true;
                self.end_page(std::str::from_utf8(text.get(start..).unwrap_or_default()).unwrap_or_default());
            }
            Mode::Object(start, _) | Mode::Text(start) | Mode::Word(start) => pieces.push(self.piece(start, text.len(), State::Cut)),
            Mode::Between => self.cut_bracket = self.in_array(),
            Mode::Lost { .. } => {}
        }
        self.pos = text.len();
    }
}

impl Split for Splitter {
    fn scan(&mut self, text: &str, last: bool, pieces: &mut Vec<Piece>) -> usize {
        let bytes = text.as_bytes();
        loop {
            let goes_on = match std::mem::replace(&mut self.mode, Mode::Between) {
                Mode::Between => self.between(text, pieces),
                Mode::Object(start, object) => self.object(text, start, object, pieces),
                Mode::Text(start) => {
                    self.mode = Mode::Text(start);
                    self.text(bytes, start, pieces)
                }
                Mode::Word(start) => {
                    self.mode = Mode::Word(start);
                    self.word(bytes, start, last, pieces)
                }
                Mode::Lost { start, column, why } => self.lost(text, start, column, why, last, pieces),
            };
            if !goes_on {
                break;
            }
        }
        if last {
            self.finish(bytes, pieces);
            return bytes.len();
        }
        if let Some(list) = self.list.filter(|list| bytes.len() - list.at <= owner::LIST_LIMIT && !matches!(self.mode, Mode::Lost { .. })) {
            // Short arrays are looked at as a whole: their last element may say whose the others are.
            pieces.truncate(list.first_piece);
            (self.mode, self.pos, self.column, self.n_outer, self.in_page, self.n_inner) = (Mode::Between, list.at, list.column, 0, false, 0);
            (self.context, self.columns, self.tables_at) = (Arc::from(""), None, None);
        }
        self.list = None;
        // Everything before the open record is done with; its offsets count from the new begin of the text.
        let n_done = match &mut self.mode {
            Mode::Object(start, _) | Mode::Text(start) | Mode::Word(start) | Mode::Lost { start: Some(start), .. } => std::mem::take(start),
            Mode::Between | Mode::Lost { start: None, .. } => self.pos,
        };
        if let Mode::Object(_, object) = &mut self.mode {
            object.shift(n_done);
        }
        let n_done = text.floor_char_boundary(n_done);
        self.pos -= n_done;
        n_done
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.n_pages_left > 0 {
            notes.push(NEXT_LINK.to_owned());
        }
        if self.cut_bracket {
            notes.push(CLOSING_BRACKET.to_owned());
        }
        notes
    }
}

#[cfg(test)]
mod tests;
