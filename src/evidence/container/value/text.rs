//! A text of a record. It borrows from the block that was read wherever the block spells it out.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::ops::Deref;

use super::Value;
use crate::evidence::container::json::record::{self, Arena};

/// Text with its escapes resolved. A CSV cell that holds a JSON document is resolved only when somebody wants its text: whoever wants the document
/// gets it from the cell as it stands (see [`Self::document`]).
#[derive(Clone)]
pub struct Text<'a>(Repr<'a>);

#[derive(Clone)]
enum Repr<'a> {
    Borrowed(&'a str),
    Owned(String),
    Cell(Box<Cell<'a>>),
}

/// A quoted CSV cell with doubled quotes.
#[derive(Clone)]
struct Cell<'a> {
    /// What stands between its outer quotes.
    inside: &'a str,
    arena: &'a Arena,
    resolved: OnceCell<String>,
}

impl<'a> Text<'a> {
    /// The text of a quoted CSV cell. `inside`: what stands between its outer quotes; all quotes in it are doubled.
    pub(in crate::evidence::container) fn cell(inside: &'a str, arena: &'a Arena) -> Self {
        Self(Repr::Cell(Box::new(Cell { inside, arena, resolved: OnceCell::new() })))
    }

    /// The JSON object or array that the text holds. `None` when it holds none, or one that takes the slower reader.
    pub(in crate::evidence) fn document(&self) -> Option<Value<'_>> {
        match &self.0 {
            Repr::Borrowed(text) => record::parse(text),
            Repr::Owned(text) => record::parse(text),
            Repr::Cell(cell) => record::parse_cell(cell.arena, cell.inside),
        }
    }

    /// The text if it is at hand: not that of a CSV cell which holds a JSON document.
    pub(in crate::evidence::container) fn at_hand(&self) -> Option<&str> {
        if matches!(self.0, Repr::Cell(_)) { None } else { Some(self) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Borrowed(text) => text,
            Repr::Owned(text) => text,
            Repr::Cell(cell) => cell.resolved.get_or_init(|| cell.inside.replace("\"\"", "\"")),
        }
    }

    /// The text as a plain string.
    pub fn into_owned(self) -> String {
        match self.0 {
            Repr::Borrowed(text) => text.to_owned(),
            Repr::Owned(text) => text,
            Repr::Cell(cell) => cell.resolved.into_inner().unwrap_or_else(|| cell.inside.replace("\"\"", "\"")),
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Repr::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Repr::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Text<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl PartialEq<Text<'_>> for Text<'_> {
    fn eq(&self, other: &Text<'_>) -> bool {
        self.as_str() == other.as_str()
    }
}
