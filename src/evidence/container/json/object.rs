//! Inside one JSON object: follows brackets and quotes to its end, notices what no JSON object can contain, and notices when the object is a page.

use super::page;
use crate::evidence::container::bytes;

/// What the scan came to.
pub(super) enum Step {
    /// The text ended first.
    More,
    /// The object closed; the position is behind its bracket.
    Closed,
    /// The object is a page and its list begins; the position is behind the list's bracket.
    List(page::List),
    /// At the position stands something that no JSON object can contain there.
    Damage(&'static str),
}

/// Whether the object may be a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    /// A key stood before the list that no page has, or pages cannot stand here.
    No,
    /// All keys so far belong to pages.
    Maybe,
    /// All keys so far belong to pages or to tables: only rows can follow.
    MaybeTable,
    /// The key whose value comes next names a page's list.
    ListNext(page::List),
}

/// Scan state of one object. Positions are offsets into the text at hand.
pub(super) struct Object {
    /// Open brackets, innermost last.
    open: Vec<u8>,
    /// The last significant byte; `0` stands for a number or word, `"` for a finished text.
    before: u8,
    in_text: bool,
    /// Begin of the last text.
    text_at: usize,
    /// End of the last text that stood directly in the object.
    text_end: usize,
    page: Page,
    /// The rest of a page, behind its list.
    is_tail: bool,
    column: Option<usize>,
}

impl Object {
    /// Behind the opening bracket. `maybe_page`: pages do not stand inside pages.
    /// `column`: where its bracket stands when only blanks stand before it on its line.
    pub(super) fn new(maybe_page: bool, column: Option<usize>) -> Self {
        Self {
            open: vec![b'{'],
            before: b'{',
            in_text: false,
            text_at: 0,
            text_end: 0,
            page: if maybe_page { Page::Maybe } else { Page::No },
            is_tail: false,
            column,
        }
    }

    /// Behind the opening bracket of a table's row.
    pub(super) fn row() -> Self {
        Self { open: vec![b'['], before: b'[', ..Self::new(false, None) }
    }

    /// Behind the list of a page.
    pub(super) fn page_tail() -> Self {
        Self { before: b']', is_tail: true, ..Self::new(true, None) }
    }

    /// The rest of a page, not a record.
    pub(super) fn is_page(&self) -> bool {
        self.is_tail
    }

    /// `n_gone` bytes before the record were taken away.
    pub(super) fn shift(&mut self, n_gone: usize) {
        self.text_at = self.text_at.saturating_sub(n_gone);
        self.text_end = self.text_end.saturating_sub(n_gone);
    }

    /// Where its bracket stands when only blanks stand before it on its line.
    pub(super) fn column(&self) -> Option<usize> {
        self.column
    }

    /// From where the next record may stand when damage was noticed at `pos` in the record at `start`. A lost quote shows only behind the text that
    /// it opened or closed; a lost bracket shows at the bracket of the next record, whose line break must be seen again.
    pub(super) fn resume_at(&self, pos: usize, start: usize) -> usize {
        let at = if self.in_text || self.before == b'"' { self.text_at.min(pos) } else { pos };
        self.column.map_or(at, |column| at.saturating_sub(column + 1)).max(start + 1)
    }

    /// Goes on at `pos`.
    pub(super) fn scan(&mut self, text: &[u8], pos: &mut usize) -> Step {
        loop {
            if self.in_text {
                // Most texts end within sixteen bytes: a call would cost more than the search.
                let wanted = |sixteen| bytes::equal(sixteen, b'"') | bytes::equal(sixteen, b'\\') | bytes::equal(sixteen, b'\n');
                let Some(at) = bytes::find(text, *pos, wanted, |byte| matches!(byte, b'"' | b'\\' | b'\n')) else {
                    *pos = text.len();
                    return Step::More;
                };
                match text.get(at) {
                    Some(b'\\') if at + 1 >= text.len() => {
                        *pos = at;
                        return Step::More;
                    }
                    Some(b'\\') => *pos = at + 2,
                    Some(b'"') => {
                        *pos = at + 1;
                        self.in_text = false;
                        self.text_end = at;
                        self.before = b'"';
                    }
                    _ => {
                        *pos = at;
                        return Step::Damage("a line break stands inside a text");
                    }
                }
                continue;
            }
            let Some(byte) = text.get(*pos).copied() else {
                return Step::More;
            };
            if let Some(step) = self.byte(byte, text, pos) {
                return step;
            }
            *pos += 1;
        }
    }

    /// One byte outside of texts. `None`: nothing special, go on behind it.
    fn byte(&mut self, byte: u8, text: &[u8], pos: &mut usize) -> Option<Step> {
        let in_object = self.open.last() == Some(&b'{');
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0 => return None,
            b'"' => {
                let fits = if in_object { matches!(self.before, b'{' | b',' | b':') } else { matches!(self.before, b'[' | b',') };
                if !fits {
                    return Some(Step::Damage("a text begins where none can stand"));
                }
                self.in_text = true;
                self.text_at = *pos;
            }
            b'{' | b'[' => {
                let fits = if in_object { self.before == b':' } else { matches!(self.before, b'[' | b',') };
                if !fits {
                    return Some(Step::Damage("a bracket opens where none can stand"));
                }
                if let (b'[', Page::ListNext(list), 1) = (byte, self.page, self.open.len()) {
                    *pos += 1;
                    return Some(Step::List(list));
                }
                self.open.push(byte);
                self.before = byte;
            }
            b'}' | b']' => {
                if in_object != (byte == b'}') {
                    return Some(Step::Damage("a bracket closes that was not opened"));
                }
                self.open.pop();
                self.before = byte;
                if self.open.is_empty() {
                    *pos += 1;
                    return Some(Step::Closed);
                }
            }
            b':' => {
                if !(in_object && self.before == b'"') {
                    return Some(Step::Damage("a colon stands where none can"));
                }
                if self.page != Page::No && self.open.len() == 1 {
                    let key = text.get(self.text_at + 1..self.text_end).unwrap_or_default();
                    let is_table = self.page == Page::MaybeTable;
                    self.page = match page::list(key) {
                        Some(list) if is_table == (list == page::List::Rows) => Page::ListNext(list),
                        None if page::is_key(key) && !is_table => Page::Maybe,
                        None if page::is_table_key(key) => Page::MaybeTable,
                        Some(_) | None => Page::No,
                    };
                }
                self.before = b':';
            }
            b',' => self.before = b',',
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.' => {
                let fits = if in_object { matches!(self.before, b':' | 0) } else { matches!(self.before, b'[' | b',' | 0) };
                if !fits {
                    return Some(Step::Damage("a word or number stands where none can"));
                }
                self.before = 0;
            }
            _ => return Some(Step::Damage("a character stands outside of texts")),
        }
        None
    }
}
