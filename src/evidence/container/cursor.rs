//! Walks through the lines of a text that arrives in blocks.

/// Where the walk has come to.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    at: usize,
    /// Up to where the end of the line was looked for.
    searched: usize,
}

/// A line without its line feed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) start: usize,
    pub(super) end: usize,
    /// It ends with a line feed; else with the text, or because it is too long.
    pub(super) is_ended: bool,
}

impl Cursor {
    /// Offset of the first line that was not handed out.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next line; `None` when the text is at its end, or when more text must come before the line is whole. `limit`: longest line, in bytes.
    pub(super) fn line(&mut self, text: &str, last: bool, limit: usize) -> Option<Stretch> {
        if self.at >= text.len() {
            return None;
        }
        let from = self.at.max(self.searched);
        let found = memchr::memchr(b'\n', text.as_bytes().get(from..).unwrap_or_default()).map(|offset| from + offset);
        if found.is_none() && !last && text.len() - self.at <= limit {
            self.searched = text.len();
            return None;
        }
        let end = found.unwrap_or(text.len());
        let start = std::mem::replace(&mut self.at, text.len().min(end + 1));
        Some(Stretch { start, end, is_ended: found.is_some() })
    }

    /// `n_gone` bytes before the walk were taken away.
    pub(super) fn shift(&mut self, n_gone: usize) {
        self.at -= n_gone;
        self.searched = self.searched.saturating_sub(n_gone);
    }
}
