//! One JSON document → [`Value`], in one pass, without an intermediate tree. It reads what nearly all documents consist of and gives up on everything
//! else: `None` says nothing about the document, and `repair::parse` then has the word. What it does read, it reads like `serde_json` does.

use std::borrow::Cow;
use std::cell::RefCell;

use bumpalo::Bump;

use crate::evidence::container::bytes;
use crate::evidence::container::value::{Field, List, Object, Parts, Value, print, print_of_key};

/// Open arrays and objects, at most: `serde_json` refuses more.
const DEPTH: usize = 127;

/// Values of one array or object that are put aside while it is open, at most. Real records have some hundred; what has more is left to the slower
/// reader, whose memory grows with what it finds alone.
const OPEN_VALUES: usize = 1 << 18;

/// Memory that an arena keeps between two records, in bytes.
const KEPT: usize = 1 << 20;

/// Memory for the values of one record at a time.
#[derive(Default)]
pub(crate) struct Arena {
    bump: Bump,
    /// Where values are put aside while their array or object is open.
    open: RefCell<Open<'static>>,
}

impl Arena {
    /// Makes room for the next record.
    pub(crate) fn reset(&mut self) {
        if self.bump.allocated_bytes() > KEPT {
            *self = Self::default();
        }
        self.bump.reset();
    }
}

/// The values of arrays and objects whose end is not reached yet, innermost last.
#[derive(Default)]
struct Open<'a> {
    prints: Vec<u32>,
    fields: Vec<Field<'a>>,
    elements: Vec<Value<'a>>,
    /// A text while its escapes are resolved.
    text: String,
}

impl Open<'_> {
    /// The same memory for values of another record.
    fn emptied<'b>(mut self) -> Open<'b> {
        self.prints.clear();
        self.text.clear();
        self.fields.clear();
        self.elements.clear();
        // Collecting no elements of the same size keeps the memory and changes the lifetime.
        Open {
            prints: self.prints,
            fields: self.fields.into_iter().map_while(|_| None).collect(),
            elements: self.elements.into_iter().map_while(|_| None).collect(),
            text: self.text,
        }
    }
}

/// Parses a document into the arena.
pub(crate) fn parse_into<'a>(arena: &'a Arena, text: &'a str) -> Option<Value<'a>> {
    in_arena::<false>(arena, text)
}

/// Parses a document into memory of its own.
pub(crate) fn parse(text: &str) -> Option<Value<'_>> {
    Parser::<false> { text, bytes: text.as_bytes(), pos: 0, n_open: 0, bump: None, open: Open::default() }.document()
}

/// Parses the inside of a quoted CSV cell, in which all quotes are doubled, into the arena.
pub(crate) fn parse_cell<'a>(arena: &'a Arena, inside: &'a str) -> Option<Value<'a>> {
    in_arena::<true>(arena, inside)
}

fn in_arena<'a, const CELL: bool>(arena: &'a Arena, text: &'a str) -> Option<Value<'a>> {
    let open = arena.open.take();
    let mut parser = Parser::<CELL> { text, bytes: text.as_bytes(), pos: 0, n_open: 0, bump: Some(&arena.bump), open };
    let value = parser.document();
    arena.open.replace(parser.open.emptied());
    value
}

/// `CELL`: quotes are doubled.
struct Parser<'a, const CELL: bool> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    n_open: usize,
    bump: Option<&'a Bump>,
    open: Open<'a>,
}

impl<'a, const CELL: bool> Parser<'a, CELL> {
    const QUOTE: usize = if CELL { 2 } else { 1 };

    fn document(&mut self) -> Option<Value<'a>> {
        // Bare values are not worth the trouble.
        let first = self.significant()?;
        let value = if matches!(first, b'{' | b'[') { self.value(first)? } else { return None };
        self.significant().is_none().then_some(value)
    }

    /// Goes to the next byte that is no blank, and tells it.
    #[inline]
    fn significant(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.pos) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.pos += 1,
                other => return other.copied(),
            }
        }
    }

    /// Goes over a quote; a quote that is not doubled in a cell cannot be here.
    #[inline]
    fn quote(&mut self) -> Option<()> {
        if CELL && self.bytes.get(self.pos + 1) != Some(&b'"') {
            return None;
        }
        self.pos += Self::QUOTE;
        Some(())
    }

    /// The value that begins at the position with this byte.
    fn value(&mut self, first: u8) -> Option<Value<'a>> {
        match first {
            b'"' => {
                self.quote()?;
                self.string().map(|text| Value::Text(text.into()))
            }
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::list),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Option<Value<'a>>) -> Option<Value<'a>> {
        self.n_open += 1;
        self.pos += 1;
        let value = if self.n_open > DEPTH { None } else { read(self) };
        self.n_open -= 1;
        value
    }

    fn object(&mut self) -> Option<Value<'a>> {
        let from = self.open.fields.len();
        let mut next = self.significant()?;
        while next != b'}' {
            if next != b'"' || self.open.fields.len() > OPEN_VALUES {
                return None;
            }
            self.quote()?;
            let (key, print) = self.key()?;
            if self.significant()? != b':' {
                return None;
            }
            self.pos += 1;
            let first = self.significant()?;
            let value = self.value(first)?;
            self.open.prints.push(print);
            self.open.fields.push((key, value));
            next = self.behind_value(b'}')?;
        }
        self.pos += 1;
        let (prints, fields) = (self.open.prints.drain(from..), self.open.fields.drain(from..));
        Some(Value::Object(match self.bump {
            Some(bump) => {
                let prints = bump.alloc_slice_fill_iter(prints);
                let fields = bump.alloc_slice_fill_iter(fields);
                Object::in_arena(bump.alloc(Parts::borrowed(prints, fields)))
            }
            None => Object::with_prints(prints.collect(), fields.collect()),
        }))
    }

    fn list(&mut self) -> Option<Value<'a>> {
        let from = self.open.elements.len();
        let mut next = self.significant()?;
        while next != b']' {
            if self.open.elements.len() > OPEN_VALUES {
                return None;
            }
            let value = self.value(next)?;
            self.open.elements.push(value);
            next = self.behind_value(b']')?;
        }
        self.pos += 1;
        let elements = self.open.elements.drain(from..);
        Some(Value::List(match self.bump {
            Some(bump) => List::in_arena(bump.alloc_slice_fill_iter(elements)),
            None => elements.collect(),
        }))
    }

    /// Behind a value: the closing bracket, or what begins behind the comma. A comma must not stand before the bracket.
    #[inline]
    fn behind_value(&mut self, bracket: u8) -> Option<u8> {
        let next = self.significant()?;
        if next == bracket {
            return Some(next);
        }
        if next != b',' {
            return None;
        }
        self.pos += 1;
        self.significant().filter(|next| *next != bracket)
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Option<Value<'a>> {
        self.bytes.get(self.pos..)?.starts_with(word.as_bytes()).then(|| {
            self.pos += word.len();
            value
        })
    }

    fn number(&mut self) -> Option<Value<'a>> {
        /// So many digits always fit 64 bits.
        const DIGITS: usize = 18;
        let start = self.pos;
        let is_negative = self.bytes.get(start) == Some(&b'-');
        let digits = start + usize::from(is_negative);
        let mut at = digits;
        let mut number = 0_i64;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(at).filter(|_| at - digits < DIGITS) {
            number = number * 10 + i64::from(digit - b'0');
            at += 1;
        }
        let is_plain = !matches!(self.bytes.get(at), Some(b'0'..=b'9' | b'.' | b'e' | b'E'));
        let is_canonical = at == digits + 1 || (at > digits && self.bytes.get(digits) != Some(&b'0'));
        if is_plain && is_canonical && !(is_negative && number == 0) {
            self.pos = at;
            return Some(Value::Number(if is_negative { (-number).into() } else { number.into() }));
        }
        let n_bytes = self.bytes.get(start..)?.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).count();
        self.pos = start + n_bytes;
        serde_json::from_str(self.text.get(start..self.pos)?).ok().map(Value::Number)
    }

    /// A key and its print. Keys of letters and digits, nearly all of them, are looked at once.
    #[inline]
    fn key(&mut self) -> Option<(Cow<'a, str>, u32)> {
        let start = self.pos;
        let wanted = |sixteen| bytes::up_to(sixteen, b'0' - 1) | bytes::equal(sixteen, b'_') | bytes::equal(sixteen, b'\\');
        let end = bytes::find(self.bytes, start, wanted, |byte| byte < b'0' || matches!(byte, b'_' | b'\\'))?;
        if self.bytes.get(end) == Some(&b'"') {
            self.pos = end;
            self.quote()?;
            let key = self.text.get(start..end)?;
            return Some((Cow::Borrowed(key), print(key.as_bytes())));
        }
        let key = self.string()?;
        let print = print_of_key(&key);
        Some((key, print))
    }

    /// The text whose opening quote was passed.
    #[inline]
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let start = self.pos;
        let end = self.string_end(start)?;
        if self.bytes.get(end) == Some(&b'"') {
            self.pos = end;
            self.quote()?;
            return self.text.get(start..end).map(Cow::Borrowed);
        }
        self.escaped(start, end)
    }

    /// The next byte that ends a text or is special inside of it.
    #[inline]
    fn string_end(&self, from: usize) -> Option<usize> {
        let wanted = |sixteen| bytes::up_to(sixteen, 0x1F) | bytes::equal(sixteen, b'"') | bytes::equal(sixteen, b'\\');
        bytes::find(self.bytes, from, wanted, |byte| byte < 0x20 || matches!(byte, b'"' | b'\\'))
    }

    /// A text with escapes, the first of which stands at `at`.
    fn escaped(&mut self, start: usize, at: usize) -> Option<Cow<'a, str>> {
        self.open.text.clear();
        let (mut copied, mut at) = (start, at);
        loop {
            self.open.text.push_str(self.text.get(copied..at)?);
            self.pos = at;
            match self.bytes.get(at)? {
                b'"' => {
                    self.quote()?;
                    break;
                }
                b'\\' => self.escape()?,
                _ => return None,
            }
            copied = self.pos;
            at = self.string_end(copied)?;
        }
        Some(match self.bump {
            Some(bump) => Cow::Borrowed(bump.alloc_str(&self.open.text)),
            None => Cow::Owned(self.open.text.clone()),
        })
    }

    /// Resolves the escape at the position. Half of a character pair is left to `repair`.
    fn escape(&mut self) -> Option<()> {
        let sign = *self.bytes.get(self.pos + 1)?;
        self.pos += 2;
        let sign = match sign {
            b'"' => {
                self.pos -= 1;
                self.quote()?;
                '"'
            }
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hexadecimal()?;
                if !matches!(first, 0xD800..=0xDFFF) {
                    char::from_u32(first)?
                } else if self.bytes.get(self.pos..)?.starts_with(b"\\u") {
                    self.pos += 2;
                    let second = self.hexadecimal()?.checked_sub(0xDC00).filter(|second| *second < 0x400)?;
                    char::from_u32(0x1_0000 + (first.checked_sub(0xD800).filter(|first| *first < 0x400)? << 10) + second)?
                } else {
                    return None;
                }
            }
            _ => return None,
        };
        self.open.text.push(sign);
        Some(())
    }

    /// Four hexadecimal digits.
    fn hexadecimal(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.pos..)?.first_chunk::<4>()?;
        self.pos += digits.len();
        digits.iter().try_fold(0, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))
    }
}

#[cfg(test)]
mod tests;
