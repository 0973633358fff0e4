//! `Export-Clixml`: where the objects of PowerShell's own XML begin and end, in text that arrives in blocks. What is inside an object is `object`'s.
//!
//! Objects are the children of `<Objs>`. A list that was exported as one object holds them one level deeper, in its `<LST>`; they are taken from there,
//! so that memory follows the object and not the file.

mod object;

use std::sync::Arc;

pub(crate) use self::object::object;
use super::{Piece, Split, State};

/// Elements inside which the members of a list stand.
const LISTS: &[&str] = &["LST", "IE", "QUE", "STK"];

/// True when the text is PowerShell's XML, also behind an XML declaration or the mark of a redirected error stream.
pub(crate) fn is_clixml(text: &str) -> bool {
    const SEARCHED: usize = 300;
    let begin = text.get(..text.floor_char_boundary(SEARCHED)).unwrap_or_default().trim_start();
    (begin.starts_with("<?xml") || begin.starts_with("#< CLIXML") || begin.starts_with("<Objs")) && begin.contains("<Objs ")
}

/// Finds the objects of a CLIXML text.
pub(crate) struct Splitter {
    limit: usize,
    /// Offset of the first byte that was not looked at.
    at: usize,
    depth: usize,
    /// Depth of the elements that are records: below `<Objs>`, or below the list inside of it.
    record_depth: usize,
    start: Option<usize>,
    /// The record has members of its own, so a list inside is one of its values.
    has_members: bool,
    context: Arc<str>,
}

/// One piece of markup.
enum Markup<'a> {
    Open {
        name: &'a str,
        is_empty: bool,
    },
    Close,
    /// Comment, CDATA, declaration.
    Other,
}

impl Splitter {
    /// `limit`: longest object, in bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, at: 0, depth: 0, record_depth: 1, start: None, has_members: false, context: Arc::from("") }
    }

    fn push(&mut self, end: usize, state: State, pieces: &mut Vec<Piece>) {
        if let Some(start) = self.start.take() {
            pieces.push(Piece { start, end, state, context: Arc::clone(&self.context), columns: None });
        }
    }

    /// An element begins at `from`, its tag ends before `next`.
    fn open(&mut self, text: &str, name: &str, is_empty: bool, (from, next): (usize, usize), pieces: &mut Vec<Piece>) {
        // `Export-Clixml` indents: an object this far left inside of another one means that the other was never closed.
        let is_leftmost = self.start.is_some()
            && self.record_depth == 1
            && self.depth > 1
            && name == "Obj"
            && text.get(..from).is_some_and(|before| before.ends_with("\n  "));
        if is_leftmost {
            self.push(from, State::Broken("an element is never closed"), pieces);
            self.depth = 1;
        }
        if self.depth == 0 && name != "Objs" {
            return;
        }
        if self.depth == self.record_depth && self.start.is_none() {
            self.start = Some(from);
            self.has_members = false;
            if is_empty {
                // `<Nil/>`, or a reference to an object that stands elsewhere.
                self.start = self.start.filter(|_| name != "Nil");
                self.push(next, State::Whole, pieces);
            }
        } else if self.depth == 2 && self.record_depth == 1 {
            self.has_members |= matches!(name, "Props" | "MS" | "DCT");
            if LISTS.contains(&name) && !self.has_members && !is_empty {
                self.start = None;
                self.record_depth = 3;
            }
        }
        self.depth += usize::from(!is_empty);
    }

    fn close(&mut self, next: usize, pieces: &mut Vec<Piece>) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == self.record_depth {
            self.push(next, State::Whole, pieces);
        }
        if self.depth < self.record_depth {
            self.record_depth = 1;
        }
    }
}

/// The markup at the begin of `text`, which begins with `<`, and its length; `None` when it goes on behind the text.
fn markup(text: &str) -> Option<(Markup<'_>, usize)> {
    let closed_by = |begin: &str, end: &str| {
        let inside = text.strip_prefix(begin)?;
        Some(memchr::memmem::find(inside.as_bytes(), end.as_bytes()).map(|at| (Markup::Other, begin.len() + at + end.len())))
    };
    if let Some(found) = closed_by("<!--", "-->").or_else(|| closed_by("<![CDATA[", "]]>")).or_else(|| closed_by("<?", "?>")) {
        return found;
    }
    let mut at = 1;
    loop {
        let found = memchr::memchr3(b'>', b'"', b'\'', text.as_bytes().get(at..)?)? + at;
        match text.as_bytes().get(found)? {
            b'>' => {
                let inside = text.get(1..found)?;
                let name = inside.trim_end_matches('/').split_whitespace().next().unwrap_or_default();
                let markup = match inside.as_bytes().first() {
                    Some(b'/') => Markup::Close,
                    Some(b'!') => Markup::Other,
                    _ => Markup::Open { name, is_empty: inside.ends_with('/') },
                };
                return Some((markup, found + 1));
            }
            quote => at = memchr::memchr(*quote, text.as_bytes().get(found + 1..)?)? + found + 2,
        }
    }
}

impl Split for Splitter {
    fn scan(&mut self, text: &str, last: bool, pieces: &mut Vec<Piece>) -> usize {
        while let Some(offset) = memchr::memchr(b'<', text.as_bytes().get(self.at..).unwrap_or_default()) {
            let from = self.at + offset;
            self.at = from;
            let Some((markup, length)) = text.get(from..).and_then(markup) else { break };
            let next = from + length;
            match markup {
                Markup::Open { name, is_empty } => self.open(text, name, is_empty, (from, next), pieces),
                Markup::Close => self.close(next, pieces),
                Markup::Other => {}
            }
            self.at = next;
        }
        let needed = self.start.unwrap_or(self.at);
        if last {
            let is_open = text.get(needed..).is_some_and(|rest| rest.starts_with('<'));
            self.start = self.start.or(is_open.then_some(needed));
            self.push(text.len(), State::Cut, pieces);
            self.at = text.len();
            return text.len();
        }
        if text.len() - needed > self.limit {
            self.start = Some(needed);
            self.push(text.len(), State::Broken("the object is longer than the limit for one record"), pieces);
            // Its rest is passed over: the depth tells where it ends.
            self.at = 0;
            return text.len();
        }
        let n_done = text.floor_char_boundary(needed);
        self.at -= n_done;
        self.start = self.start.map(|start| start - n_done);
        n_done
    }

    fn notes(&self) -> Vec<String> {
        if self.depth > 0 { vec!["the XML is not closed: the export was interrupted".to_owned()] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests;
