//! Where the next record begins behind damage: at a line that begins like the damaged record's line, or at the keys that records of this file begin with.

use memchr::memmem;

/// Longest stretch from a record's bracket to its second key that is remembered, in bytes.
const OPENER_LIMIT: usize = 512;

/// How the records of a file begin: `{"id":` and, when the first value is a text or number, the second key.
#[derive(Default)]
pub(super) struct Opener {
    first: Vec<u8>,
    second: Vec<u8>,
}

/// What a search came to.
pub(super) enum Found {
    /// A record begins here.
    At(usize),
    /// Nothing yet; look again from here when there is more text.
    Not { again_from: usize },
}

impl Opener {
    /// Remembers how the good record at `start` begins.
    pub(super) fn learn(&mut self, text: &[u8], start: usize) {
        let record = text.get(start..text.len().min(start + OPENER_LIMIT)).unwrap_or_default();
        if !self.first.is_empty() && record.starts_with(&self.first) {
            return;
        }
        *self = Self::of(record);
    }

    /// No record was seen yet.
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    fn of(record: &[u8]) -> Self {
        let Some(colon) = memchr::memchr(b':', record) else { return Self::default() };
        let first = record.get(..=colon).unwrap_or_default().to_vec();
        Self { second: second_key(record.get(colon + 1..).unwrap_or_default()).unwrap_or_default().to_vec(), first }
    }

    /// The next record in `text` at or behind `from`. `column`: the damaged record began a line, so the next one does too.
    pub(super) fn find(&self, text: &[u8], from: usize, start: Option<usize>, column: Option<usize>) -> Found {
        let rest = text.get(from..).unwrap_or_default();
        if let Some(column) = column {
            return find_line(rest, column).map_or(Found::Not { again_from: from + keep_from(rest, column) }, |at| Found::At(from + at));
        }
        let own =
            start.filter(|_| self.first.is_empty()).map(|start| Self::of(text.get(start..text.len().min(start + OPENER_LIMIT)).unwrap_or_default()));
        let opener = own.as_ref().unwrap_or(self);
        if opener.first.is_empty() {
            return Found::Not { again_from: text.len() };
        }
        let found = memmem::find_iter(rest, &opener.first).find(|at| opener.fits(rest.get(*at..).unwrap_or_default()));
        // The opener may straddle the end of the block; the second key may not be there yet.
        found.map_or(Found::Not { again_from: from.max(text.len().saturating_sub(OPENER_LIMIT)) }, |at| Found::At(from + at))
    }

    fn fits(&self, candidate: &[u8]) -> bool {
        self.second.is_empty() || candidate.get(self.first.len()..).and_then(second_key).is_some_and(|second| second == self.second)
    }
}

/// The second key of an object, given the text behind its first colon, when the first value is a text, number or word.
fn second_key(text: &[u8]) -> Option<&[u8]> {
    let text = text.get(..text.len().min(OPENER_LIMIT))?.trim_ascii_start();
    let behind = if text.first() == Some(&b'"') {
        let mut end = 1;
        loop {
            match text.get(end)? {
                b'\\' => end += 2,
                b'"' => break text.get(end + 1..)?,
                _ => end += 1,
            }
        }
    } else {
        let end = text.iter().position(|byte| matches!(byte, b',' | b'{' | b'[' | b'}'))?;
        text.get(end..)?
    };
    let key = behind.trim_ascii_start().strip_prefix(b",")?.trim_ascii_start().strip_prefix(b"\"")?;
    key.get(..memchr::memchr(b'"', key)?)
}

/// A line with an opening bracket in that column and only blanks before it.
fn find_line(text: &[u8], column: usize) -> Option<usize> {
    memchr::memchr_iter(b'\n', text).map(|at| at + 1 + column).find(|bracket| {
        text.get(*bracket) == Some(&b'{')
            && text.get(bracket - column..*bracket).is_some_and(|blanks| blanks.iter().all(|byte| matches!(byte, b' ' | b'\t')))
    })
}

/// Offset of the last line break whose line cannot be judged yet.
fn keep_from(text: &[u8], column: usize) -> usize {
    let undecided = text.len().saturating_sub(column + 1);
    text.get(undecided..).and_then(|tail| memchr::memchr(b'\n', tail)).map_or(text.len(), |at| undecided + at)
}
